//! The base URL, and the IRIs minted under it.

use std::fmt;

use oxrdf::NamedNode;

use crate::encode::{
    decode_path, decode_segment, encode_path, file_path, note_path, push_encoded, push_path,
    push_segment,
};

/// Where the IRIs of one knowledge base live: an `http` or `https` URL that ends in `/`.
///
/// Every IRI below it is minted by one of these functions, which never give one IRI to two things (see [`Minted`]).
/// Wiki names, paths and keys are any text; paths are relative to the folder of the wiki, with `/` between names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Base(String);

/// A text that cannot be a base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` cannot be the base of addresses: {why}")]
pub struct InvalidBase {
    /// What was given.
    pub url: String,
    /// What is wrong with it, in words.
    pub why: &'static str,
}

/// What an IRI minted by a [`Base`] stands for: the arguments it was made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Minted {
    /// [`Base::note`]
    Note {
        /** Name of the wiki. */
        wiki: String,
        /** Path with its extension. */
        path: String,
    },
    /// [`Base::concept`]
    Concept {
        /** Name of the wiki. */
        wiki: String,
        /** Path with its extension. */
        path: String,
    },
    /// [`Base::name`]
    Name(String),
    /// [`Base::source`]
    Source(String),
    /// [`Base::tag`]
    Tag(String),
    /// [`Base::agent`]
    Agent(String),
    /// [`Base::property`]
    Property(String),
    /// [`Base::wiki`]
    Wiki(String),
    /// [`Base::concepts`]
    Concepts(String),
    /// [`Base::tags`]
    Tags,
    /// [`Base::record`]
    Record {
        /** What sort of record. */
        kind: String,
        /** Its identifier. */
        id: String,
    },
    /// [`Base::note_graph`]
    NoteGraph {
        /** Name of the wiki. */
        wiki: String,
        /** Path with its extension. */
        path: String,
    },
    /// [`Base::section_graph`]
    SectionGraph {
        /** Name of the wiki. */
        wiki: String,
        /** Path with its extension. */
        path: String,
        /** Name of the section. */
        section: String,
    },
    /// [`Base::links_graph`]
    LinksGraph {
        /** Name of the wiki. */
        wiki: String,
        /** Path with its extension. */
        path: String,
        /** The label as text. */
        label: String,
    },
    /// [`Base::meta_graph`]
    MetaGraph {
        /** Name of the wiki. */
        wiki: String,
        /** Path with its extension. */
        path: String,
    },
    /// [`Base::record_graph`]
    RecordGraph(String),
    /// [`Base::ontology_graph`]
    OntologyGraph(String),
}

impl Default for Base {
    /// `http://localhost:7878/`
    fn default() -> Self {
        Self("http://localhost:7878/".to_owned())
    }
}

impl Base {
    /// The base of this URL. A final `/` is added where it is missing; scheme and host are put in lower case.
    ///
    /// # Errors
    /// [`InvalidBase`] when it is not an absolute `http` or `https` URL, or has a user, a query, a fragment,
    /// an empty segment or a segment of dots: addresses below it would not stay what they are.
    pub fn new(url: &str) -> Result<Self, InvalidBase> {
        let fail = |why| InvalidBase {
            url: url.to_owned(),
            why,
        };
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| fail("it needs to begin with `http://` or `https://`"))?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(fail("it needs to begin with `http://` or `https://`"));
        }
        if rest.contains(['?', '#']) {
            return Err(fail("it may have no `?` and no `#`"));
        }
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if host.is_empty() || host.starts_with(':') {
            return Err(fail("it needs a host"));
        }
        if host.contains('@') {
            return Err(fail("it may name no user"));
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        if !path.is_empty()
            && path
                .split('/')
                .any(|segment| matches!(segment, "" | "." | ".."))
        {
            return Err(fail("it may have no empty segment and none of dots"));
        }
        let mut base = format!("{scheme}://{}/", host.to_lowercase());
        if !path.is_empty() {
            base.push_str(path);
            base.push('/');
        }
        if NamedNode::new(base.as_str()).is_err() {
            return Err(fail("it has a character that an address may not have"));
        }
        Ok(Self(base))
    }

    /// The URL, which ends in `/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The note at `path` of `wiki`. A final `.md` is dropped, any other extension stays.
    #[must_use]
    pub fn note(&self, wiki: &str, path: &str) -> NamedNode {
        self.mint("note", |iri| push_note(iri, wiki, path))
    }

    /// Adds what [`Base::note`] gives to a buffer.
    pub fn push_note(&self, iri: &mut String, wiki: &str, path: &str) {
        self.push(iri, "note", |iri| push_note(iri, wiki, path));
    }

    /// The concept that the note at `path` of `wiki` explains.
    #[must_use]
    pub fn concept(&self, wiki: &str, path: &str) -> NamedNode {
        self.mint("concept", |iri| push_note(iri, wiki, path))
    }

    /// Adds what [`Base::concept`] gives to a buffer.
    pub fn push_concept(&self, iri: &mut String, wiki: &str, path: &str) {
        self.push(iri, "concept", |iri| push_note(iri, wiki, path));
    }

    /// The name of this key, as links write it. The caller folds the key.
    #[must_use]
    pub fn name(&self, key: &str) -> NamedNode {
        self.mint("name", |iri| push_parts(iri, key))
    }

    /// Writes what [`Base::name`] gives into a buffer that is used again and again, in place of what it held.
    pub fn put_name(&self, iri: &mut String, key: &str) {
        iri.clear();
        self.push_name(iri, key);
    }

    /// Adds what [`Base::name`] gives to a buffer.
    pub fn push_name(&self, iri: &mut String, key: &str) {
        self.push(iri, "name", |iri| push_parts(iri, key));
    }

    /// The source that notes call `key`.
    #[must_use]
    pub fn source(&self, key: &str) -> NamedNode {
        self.mint("source", |iri| push_parts(iri, key))
    }

    /// The tag `key`, such as `practice` or `practice/review`. The caller folds the key.
    #[must_use]
    pub fn tag(&self, key: &str) -> NamedNode {
        self.mint("tag", |iri| push_parts(iri, key))
    }

    /// The person, group or program that notes call `key`.
    #[must_use]
    pub fn agent(&self, key: &str) -> NamedNode {
        self.mint("agent", |iri| push_parts(iri, key))
    }

    /// The property that stands for a front matter key without a meaning of its own.
    #[must_use]
    pub fn property(&self, key: &str) -> NamedNode {
        self.mint("property", |iri| push_parts(iri, key))
    }

    /// The wiki of this name.
    #[must_use]
    pub fn wiki(&self, wiki: &str) -> NamedNode {
        self.mint("wiki", |iri| push_part(iri, wiki))
    }

    /// The scheme that holds the concepts of a wiki.
    #[must_use]
    pub fn concepts(&self, wiki: &str) -> NamedNode {
        self.mint("concepts", |iri| push_part(iri, wiki))
    }

    /// The scheme that holds all tags.
    #[must_use]
    pub fn tags(&self) -> NamedNode {
        self.mint("tags", |_| ())
    }

    /// A thing that somebody recorded directly: an event, a referral, a verification.
    #[must_use]
    pub fn record(&self, kind: &str, id: &str) -> NamedNode {
        self.mint("record", |iri| {
            push_part(iri, kind);
            push_parts(iri, id);
        })
    }

    /// The graph of what a note says.
    #[must_use]
    pub fn note_graph(&self, wiki: &str, path: &str) -> NamedNode {
        self.mint("graph/note", |iri| push_note(iri, wiki, path))
    }

    /// The graph of what one protected section of a note says.
    #[must_use]
    pub fn section_graph(&self, wiki: &str, path: &str, section: &str) -> NamedNode {
        self.mint("graph/section", |iri| {
            push_note(iri, wiki, path);
            push_part(iri, section);
        })
    }

    /// The graph of what the links of a note resolve to, for readers who see the label with this text.
    #[must_use]
    pub fn links_graph(&self, wiki: &str, path: &str, label_text: &str) -> NamedNode {
        self.mint("graph/links", |iri| {
            push_note(iri, wiki, path);
            push_part(iri, label_text);
        })
    }

    /// The graph of facts about the file of a note and how it was read.
    #[must_use]
    pub fn meta_graph(&self, wiki: &str, path: &str) -> NamedNode {
        self.mint("graph/meta", |iri| push_note(iri, wiki, path))
    }

    /// The graph of one record.
    #[must_use]
    pub fn record_graph(&self, id: &str) -> NamedNode {
        self.mint("graph/record", |iri| push_parts(iri, id))
    }

    /// The graph of a loaded ontology.
    #[must_use]
    pub fn ontology_graph(&self, name: &str) -> NamedNode {
        self.mint("graph/ontology", |iri| push_parts(iri, name))
    }

    /// A passage of a note: the note's IRI with the fragment `p=` and the anchor.
    #[must_use]
    pub fn passage(&self, note: &NamedNode, anchor: &str) -> NamedNode {
        self.part(note, "p", anchor)
    }

    /// Something that a note describes and that has no page of its own, such as an event: the fragment is `kind=id`.
    #[must_use]
    pub fn part(&self, note: &NamedNode, kind: &str, id: &str) -> NamedNode {
        let mut iri = String::with_capacity(note.as_str().len() + id.len() + 8);
        self.put_part(&mut iri, note.as_str(), kind, id);
        NamedNode::new_unchecked(iri)
    }

    /// Writes what [`Base::part`] gives into a buffer that is used again and again, in place of what it held.
    pub fn put_part(&self, iri: &mut String, note: &str, kind: &str, id: &str) {
        iri.clear();
        self.push_part(iri, note, kind, id);
    }

    /// Adds what [`Base::part`] gives to a buffer.
    pub fn push_part(&self, iri: &mut String, note: &str, kind: &str, id: &str) {
        iri.push_str(note);
        iri.push('#');
        push_encoded(iri, kind);
        iri.push('=');
        push_encoded(iri, id);
    }

    /// What an IRI was made of, without its fragment; `None` when this base did not mint it.
    ///
    /// INVARIANT: this undoes every minting function, so no two things share an IRI (`tests/base.rs`).
    #[must_use]
    pub fn read(&self, iri: &str) -> Option<Minted> {
        let iri = iri.split('#').next().unwrap_or(iri);
        let rest = iri.strip_prefix(self.0.as_str())?.strip_prefix("id/")?;
        if rest == "tags" {
            return Some(Minted::Tags);
        }
        let (kind, rest) = rest.split_once('/')?;
        let in_wiki = || -> Option<(String, String)> {
            let (wiki, path) = rest.split_once('/')?;
            Some((decode_segment(wiki)?, decode_note(path)?))
        };
        Some(match kind {
            "note" => in_wiki().map(|(wiki, path)| Minted::Note { wiki, path })?,
            "concept" => in_wiki().map(|(wiki, path)| Minted::Concept { wiki, path })?,
            "name" => Minted::Name(decode_path(rest)?),
            "source" => Minted::Source(decode_path(rest)?),
            "tag" => Minted::Tag(decode_path(rest)?),
            "agent" => Minted::Agent(decode_path(rest)?),
            "property" => Minted::Property(decode_path(rest)?),
            "wiki" => Minted::Wiki(decode_segment(rest)?),
            "concepts" => Minted::Concepts(decode_segment(rest)?),
            "record" => {
                let (kind, id) = rest.split_once('/')?;
                Minted::Record {
                    kind: decode_segment(kind)?,
                    id: decode_path(id)?,
                }
            }
            "graph" => read_graph(rest)?,
            _ => return None,
        })
    }

    fn mint(&self, kind: &str, parts: impl FnOnce(&mut String)) -> NamedNode {
        let mut iri = String::with_capacity(self.0.len() + 96);
        self.push(&mut iri, kind, parts);
        // Every part is encoded, and the base was checked; `tests/base.rs` parses what comes out.
        NamedNode::new_unchecked(iri)
    }

    fn push(&self, iri: &mut String, kind: &str, parts: impl FnOnce(&mut String)) {
        iri.push_str(&self.0);
        iri.push_str("id/");
        iri.push_str(kind);
        parts(iri);
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds a slash and a text as one segment.
fn push_part(iri: &mut String, text: &str) {
    iri.push('/');
    push_segment(iri, text);
}

/// Adds a slash and a text as a path.
fn push_parts(iri: &mut String, text: &str) {
    iri.push('/');
    push_path(iri, text);
}

/// Adds a wiki and a path in it.
fn push_note(iri: &mut String, wiki: &str, path: &str) {
    push_part(iri, wiki);
    push_parts(iri, &note_path(path));
}

fn encode_note(path: &str) -> String {
    encode_path(&note_path(path))
}

fn decode_note(encoded: &str) -> Option<String> {
    let path = file_path(&decode_path(encoded)?);
    (encode_note(&path) == encoded).then_some(path)
}

fn read_graph(rest: &str) -> Option<Minted> {
    let (kind, rest) = rest.split_once('/')?;
    let in_wiki = |rest: &str| -> Option<(String, String)> {
        let (wiki, path) = rest.split_once('/')?;
        Some((decode_segment(wiki)?, decode_note(path)?))
    };
    Some(match kind {
        "note" => in_wiki(rest).map(|(wiki, path)| Minted::NoteGraph { wiki, path })?,
        "meta" => in_wiki(rest).map(|(wiki, path)| Minted::MetaGraph { wiki, path })?,
        "section" => {
            let (rest, section) = rest.rsplit_once('/')?;
            let (wiki, path) = in_wiki(rest)?;
            Minted::SectionGraph {
                wiki,
                path,
                section: decode_segment(section)?,
            }
        }
        "links" => {
            let (rest, label) = rest.rsplit_once('/')?;
            let (wiki, path) = in_wiki(rest)?;
            Minted::LinksGraph {
                wiki,
                path,
                label: decode_segment(label)?,
            }
        }
        "record" => Minted::RecordGraph(decode_path(rest)?),
        "ontology" => Minted::OntologyGraph(decode_path(rest)?),
        _ => return None,
    })
}
