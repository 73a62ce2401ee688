//! The graphs that do not come from the text of a note: facts about its file, and what its links mean.

use kenning_access::{Clause, Label, Scale};
use kenning_vocab::{Base, dcterms, foaf, km, prov, rdf, skos, xsd};
use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};

use crate::catalog::{About, Entry, GraphKind, Wanting};
use crate::git::Revision;
use crate::ladder::Rung;
use crate::memory::Address;

/// The version of what a note becomes; part of every meta graph, and a reason to read everything again when it changes.
pub(crate) const CONVERTER: &str = concat!("kenning ", env!("CARGO_PKG_VERSION"));

/// Mints the names of a wiki.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minter<'a> {
    pub(crate) base: &'a Base,
    pub(crate) wiki: &'a str,
}

impl Minter<'_> {
    /// The name of a graph of the note with this identity.
    pub(crate) fn graph(&self, identity: &str, kind: &GraphKind, label: &str) -> NamedNode {
        match kind {
            GraphKind::Note => self.base.note_graph(self.wiki, identity),
            GraphKind::Section(name) => self.base.section_graph(self.wiki, identity, name),
            GraphKind::Meta => self.base.meta_graph(self.wiki, identity),
            GraphKind::Links => self.base.links_graph(self.wiki, identity, label),
            GraphKind::Apart(section, label) => {
                // No section is called so: `@` is in no name of a section.
                let name = format!("{section}@{label}");
                self.base.section_graph(self.wiki, identity, &name)
            }
        }
    }

    /// Facts about the file of a note and how it was read.
    ///
    /// They tell of the text outside protected sections only: the hash of the whole file would tell when a section changed.
    pub(crate) fn meta(&self, path: &str, identity: &str, entry: &Entry) -> Vec<Triple> {
        let note = self.base.note(self.wiki, identity);
        let graph = self.base.note_graph(self.wiki, identity);
        let meta = self.base.meta_graph(self.wiki, identity);
        let text = |predicate: NamedNodeRef<'_>, value: &str| {
            Triple::new(note.clone(), predicate, Literal::new_simple_literal(value))
        };
        let typed = |predicate: NamedNodeRef<'_>, value: String, datatype: NamedNodeRef<'_>| {
            Triple::new(
                note.clone(),
                predicate,
                Literal::new_typed_literal(value, datatype),
            )
        };
        let hash: String = entry
            .open_hash
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        let mut triples = vec![
            Triple::new(graph.clone(), rdf::TYPE, km::NOTE_GRAPH),
            Triple::new(graph, km::FROM_NOTE, note.clone()),
            Triple::new(meta.clone(), rdf::TYPE, km::META_GRAPH),
            Triple::new(meta, km::FROM_NOTE, note.clone()),
            text(km::NOTE_PATH, path),
            typed(km::CONTENT_HASH, hash, xsd::HEX_BINARY),
            typed(km::BYTE_SIZE, entry.open_size.to_string(), xsd::INTEGER),
            text(km::DIALECT, &entry.dialect),
            text(km::CONVERTER_VERSION, CONVERTER),
        ];
        for former in &entry.former {
            triples.push(text(km::FORMER_PATH, former));
        }
        if let Some(why) = &entry.kept {
            triples.push(text(km::UNREADABLE_BECAUSE, why));
        }
        for revision in &entry.history {
            triples.extend(self.revision(&note, revision));
        }
        triples
    }

    /// At which level the graph of a note lies, and for which groups: what audits ask, also where the note itself says nothing and a rule or the
    /// default decided. It tells of the label and decides nothing.
    pub(crate) fn level(&self, identity: &str, scale: &Scale, label: &Label) -> Vec<Triple> {
        let graph = self.base.note_graph(self.wiki, identity);
        let name = scale.name(label.level());
        let rank = scale.levels().position(|(level, _)| level == label.level());
        let usual = [km::PUBLIC, km::INTERNAL, km::CONFIDENTIAL, km::RESTRICTED];
        let known = rank.and_then(|rank| usual.get(rank)).filter(|term| {
            let usual = term.as_str().strip_prefix(km::NAMESPACE);
            usual.is_some_and(|usual| usual.eq_ignore_ascii_case(name))
        });
        let mut triples = match known {
            Some(term) => vec![Triple::new(graph.clone(), km::HAS_PROTECTION_LEVEL, *term)],
            // A level of the operator's own scale brings its name and its place along.
            None => {
                let term = self.base.record("level", name);
                let own = Triple::new(graph.clone(), km::HAS_PROTECTION_LEVEL, term.clone());
                let mut own = vec![own];
                own.extend(called(&term, km::PROTECTION_LEVEL, name));
                if let Some(rank) = rank {
                    let rank = Literal::new_typed_literal(rank.to_string(), xsd::INTEGER);
                    own.push(Triple::new(term, km::RANK, rank));
                }
                own
            }
        };
        for group in label.clauses().flat_map(Clause::groups) {
            let term = self.base.record("group", group.as_str());
            triples.push(Triple::new(graph.clone(), km::HAS_AUDIENCE, term.clone()));
            triples.extend(called(&term, km::READER_GROUP, group.as_str()));
        }
        triples
    }

    /// Who wrote a stored state of a note, and how much of it.
    fn revision(&self, note: &NamedNode, revision: &Revision) -> Vec<Triple> {
        let short: String = revision.content.chars().take(12).collect();
        let node = self
            .base
            .part(note, "rev", &format!("{}-{short}", revision.time));
        let lines = Literal::new_typed_literal(revision.added.to_string(), xsd::INTEGER);
        let time = Literal::new_typed_literal(revision.time.as_str(), xsd::DATE_TIME);
        let plain = |text: &str| Literal::new_simple_literal(text);
        let mut triples = vec![
            Triple::new(node.clone(), rdf::TYPE, km::NOTE_REVISION),
            Triple::new(node.clone(), km::REVISION_OF, note.clone()),
            Triple::new(
                node.clone(),
                km::REVISION_IDENTIFIER,
                plain(&revision.content),
            ),
            Triple::new(node.clone(), prov::GENERATED_AT_TIME, time),
            Triple::new(node.clone(), km::AUTHORED_LINES, lines),
        ];
        for author in std::iter::once(&revision.author).chain(&revision.with) {
            let agent = self.base.agent(&kenning_note::normal_key(author));
            triples.extend([
                Triple::new(node.clone(), prov::WAS_ATTRIBUTED_TO, agent.clone()),
                Triple::new(agent.clone(), rdf::TYPE, prov::AGENT),
                Triple::new(agent, foaf::NAME, plain(author)),
            ]);
        }
        triples
    }

    /// What makes a graph of links name itself.
    pub(crate) fn links_head(&self, identity: &str, label: &str) -> Vec<Triple> {
        let graph = self.base.links_graph(self.wiki, identity, label);
        vec![
            Triple::new(graph.clone(), rdf::TYPE, km::LINK_GRAPH),
            Triple::new(graph, km::FROM_NOTE, self.base.note(self.wiki, identity)),
        ]
    }

    /// What it means that a link of one note leads to another. `concept` is the IRI that the linking note gives what it describes.
    pub(crate) fn edge(
        &self,
        from: &str,
        concept: Option<&str>,
        link: &Wanting,
        to: &Address,
        rung: Rung,
    ) -> Vec<Triple> {
        let note = self.base.note(self.wiki, from);
        let target = self.base.note(self.wiki, &to.identity);
        let other = self.concept(&to.identity, to.concept.as_deref());
        let name = self.base.name(&link.key);
        let mut triples = vec![
            Triple::new(name.clone(), km::RESOLVES_TO, target.clone()),
            Triple::new(name, km::RESOLVED_BY, rung.term()),
        ];
        if !link.implied {
            triples.extend([
                Triple::new(note.clone(), km::LINKS_TO, target.clone()),
                Triple::new(note.clone(), km::MENTIONS_CONCEPT, other.clone()),
            ]);
        }
        for part in &link.parts {
            // The address is what a heading or block of that name has. Whether there is one is for the target to say.
            let part = part.rsplit('#').next().unwrap_or(part);
            let part = match part.strip_prefix('^') {
                Some(_) => self.base.passage(&target, part),
                None => self.base.part(&target, "h", &kenning_note::slug(part)),
            };
            if !part.as_str().ends_with('=') {
                triples.push(Triple::new(note.clone(), dcterms::REFERENCES, part));
            }
        }
        if !link.related && link.typed.is_empty() {
            return triples;
        }
        let own = self.concept(from, concept);
        if link.related {
            triples.push(Triple::new(own.clone(), skos::RELATED, other.clone()));
        }
        for typed in &link.typed {
            let Ok(property) = NamedNode::new(typed.property.as_str()) else {
                continue;
            };
            let subject = match &typed.about {
                None => own.clone(),
                Some(About::Passage(anchor)) => self.base.passage(&note, anchor),
                Some(About::Map(pointer)) => self.base.part(&note, "f", pointer),
            };
            triples.push(if typed.reverse {
                Triple::new(other.clone(), property, subject)
            } else {
                Triple::new(subject, property, other.clone())
            });
        }
        triples
    }

    /// What the note with this identity describes.
    fn concept(&self, identity: &str, own: Option<&str>) -> NamedNode {
        let own = own.and_then(|iri| NamedNode::new(iri).ok());
        own.unwrap_or_else(|| self.base.concept(self.wiki, identity))
    }
}

/// What a level or a group is and is called.
fn called(term: &NamedNode, class: NamedNodeRef<'_>, name: &str) -> [Triple; 2] {
    let name = Literal::new_simple_literal(name);
    [
        Triple::new(term.clone(), rdf::TYPE, class),
        Triple::new(term.clone(), skos::PREF_LABEL, name),
    ]
}

/// Each triple once, in a fixed order.
pub(crate) fn sorted(triples: &mut Vec<Triple>) {
    fn parts(triple: &Triple) -> [&str; 3] {
        let object = match &triple.object {
            Term::NamedNode(node) => node.as_str(),
            Term::BlankNode(node) => node.as_str(),
            Term::Literal(literal) => literal.value(),
            #[allow(unreachable_patterns, reason = "terms may grow")]
            _ => "",
        };
        [subject(triple), triple.predicate.as_str(), object]
    }
    triples.sort_by(|one, other| {
        let order = parts(one).cmp(&parts(other));
        // Only what is written alike and is not the same has to be told apart by all it is.
        order.then_with(|| match one == other {
            true => std::cmp::Ordering::Equal,
            false => one.to_string().cmp(&other.to_string()),
        })
    });
    triples.dedup();
}

fn subject(triple: &Triple) -> &str {
    match &triple.subject {
        NamedOrBlankNode::NamedNode(node) => node.as_str(),
        NamedOrBlankNode::BlankNode(node) => node.as_str(),
    }
}

/// A digest of triples in their order.
pub(crate) fn digest(triples: &[Triple]) -> [u8; 16] {
    let mut hash = blake3::Hasher::new();
    let mut bytes: Vec<u8> = Vec::with_capacity(1 << 14);
    for triple in triples {
        put(&mut bytes, b's', subject(triple));
        put(&mut bytes, b'p', triple.predicate.as_str());
        match &triple.object {
            Term::NamedNode(node) => put(&mut bytes, b'n', node.as_str()),
            Term::Literal(literal) => {
                put(&mut bytes, b'l', literal.value());
                match literal.language() {
                    Some(tag) => put(&mut bytes, b'@', tag),
                    None => put(&mut bytes, b'^', literal.datatype().as_str()),
                }
            }
            other => put(&mut bytes, b'o', &other.to_string()),
        }
        if bytes.len() > 1 << 14 {
            hash.update(&bytes);
            bytes.clear();
        }
    }
    hash.update(&bytes);
    hash.finalize()
        .as_bytes()
        .first_chunk()
        .copied()
        .unwrap_or_default()
}

/// What sort of text comes, how long it is, and the text: no two lists of texts look the same.
fn put(bytes: &mut Vec<u8>, sort: u8, text: &str) {
    bytes.push(sort);
    bytes.extend_from_slice(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}
