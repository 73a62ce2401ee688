//! What the last sync knew of a wiki, so that the next one reads only what changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use kenning_note::Word;
use kenning_vocab::Base;
use oxrdf::NamedNode;
use serde::{Deserialize, Serialize};

use crate::address::Way;
use crate::cascade::Asked;
use crate::git::{Revision, Told};
use crate::label::Said;
use crate::problem::Located;
use crate::translation::Version;
use crate::triples::Minter;

/// What the last scan knew. Whoever keeps the triples keeps this beside them, and hands it to the next scan.
///
/// It is no more public than the most protected note: it names everything. It holds no text of the notes but their titles,
/// names and link targets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    pub(crate) head: Head,
    /// What git told.
    pub(crate) told: Arc<Told>,
    pub(crate) entries: BTreeMap<String, Arc<Entry>>,
    /// Whether some pieces of it are older than others, or all are of another version.
    pub(crate) is_doubted: bool,
}

/// What a catalog knows of the wiki as a whole. The fields as far as the folder outlast its shape: see [`crate::lasting`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) version: u32,
    /// Name of the wiki, and the base of its addresses: part of every graph name.
    pub(crate) wiki: String,
    pub(crate) base: String,
    /// The folder, as it was last seen.
    pub(crate) folder: String,
    /// Digest of the rules by which labels were decided.
    pub(crate) rules: String,
    /// Digest of the settings by which notes were read.
    pub(crate) reader: String,
    /// Digest of the settings by which links were resolved.
    pub(crate) ladder: String,
}

/// A catalog in the pieces in which it is stored: one for the wiki and one for each note, so that one edit costs one piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parts {
    /// What is known of the wiki as a whole, where that changed.
    pub head: Option<Vec<u8>>,
    /// What git told, where that changed.
    pub git: Option<Vec<u8>>,
    /// What is known of notes, by path, where that changed.
    pub notes: Vec<(String, Vec<u8>)>,
    /// Paths of which nothing is known any more.
    pub gone: Vec<String>,
}

/// The version of the catalog's own shape. Of a catalog of another version only addresses count, and everything is read again.
pub(crate) const VERSION: u32 = 14;

/// A stored catalog that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalog of the wiki cannot be read: {0}")]
pub struct UnreadableCatalog(String);

impl UnreadableCatalog {
    pub(crate) fn of_version(version: u32) -> Self {
        Self(format!(
            "it has version {version}, and this is version {VERSION}"
        ))
    }
}

impl From<postcard::Error> for UnreadableCatalog {
    fn from(error: postcard::Error) -> Self {
        Self(error.to_string())
    }
}

/// What is known of one note. The fields as far as the sketch outlast its shape: see [`crate::lasting`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) stamp: u64,
    pub(crate) size: u64,
    /// BLAKE3 of the bytes of the file.
    pub(crate) hash: [u8; 32],
    /// Hash and size of the bytes outside protected sections: what the meta graph may tell.
    pub(crate) open_hash: [u8; 32],
    pub(crate) open_size: u64,
    /// The path by which its addresses are minted, where that is not its path.
    pub(crate) identity: Option<String>,
    /// Paths it had before, latest last.
    pub(crate) former: Vec<String>,
    /// By which the note is known again when it was moved and changed at once.
    pub(crate) sketch: Vec<u32>,
    /// The dialect by which it was read.
    pub(crate) dialect: String,
    /// Why its file cannot be read now; then the rest tells of its last good version.
    pub(crate) kept: Option<String>,
    /// The IRI that the note gives what it describes.
    pub(crate) concept: Option<String>,
    pub(crate) names: Names,
    pub(crate) said: Said,
    /// What it asks for the notes of its folder and below.
    pub(crate) cascades: Vec<Asked>,
    /// The text outside protected sections, and then each of these.
    pub(crate) units: Vec<Unit>,
    /// Who wrote it, the latest revision first.
    pub(crate) history: Vec<Revision>,
    pub(crate) graphs: Vec<Graph>,
    /// Problems of the note itself, of its label and of its links.
    pub(crate) problems: Vec<Located>,
    pub(crate) label_problems: Vec<Located>,
    pub(crate) link_problems: Vec<Located>,
    pub(crate) tally: Tally,
    /// Coarse keys under which links find the note, and under which its own links look.
    pub(crate) found_by: Vec<u64>,
    pub(crate) looks_for: Vec<u64>,
}

/// By what links may find a note.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Names {
    pub(crate) title: String,
    pub(crate) aliases: Vec<String>,
    /// Names spelt for addresses.
    pub(crate) slugs: Vec<String>,
    pub(crate) permalinks: Vec<String>,
    pub(crate) id: Option<String>,
    /// Names that blocks and headings of the note have in the whole wiki.
    pub(crate) blocks: Vec<String>,
    /// Of which work it is a version.
    pub(crate) version: Option<Box<Version>>,
}

impl Names {
    /// Keys of the work of which the note is a version.
    pub(crate) fn works(&self) -> &[String] {
        self.version.as_ref().map_or(&[], |version| &version.keys)
    }
}

/// A part of a note with a label of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unit {
    /// `None` for the text outside protected sections.
    pub(crate) said: Option<Said>,
    /// The unit it stands in: 0 is the text outside protected sections.
    pub(crate) within: usize,
    /// The label as [`kenning_access::Scale::write_label`] writes it.
    pub(crate) label: String,
    /// Links, each once.
    pub(crate) links: Vec<Wanting>,
}

/// A link that wants a note.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanting {
    /// As written, without a fragment.
    pub(crate) target: Word,
    /// Path in the wiki, where the link is written as one.
    pub(crate) path: Option<Box<Word>>,
    /// The folded name: the key of its IRI.
    pub(crate) key: Word,
    /// What most links have not. A note may have a million.
    pub(crate) more: Option<Box<More>>,
    /// Whether it is written as a Markdown link: then leading nowhere is a problem.
    pub(crate) markdown: bool,
    /// Whether it means that the two concepts are related.
    pub(crate) related: bool,
    /// Whether no link says so, but the place of the note among others: it names the page above.
    pub(crate) implied: bool,
    /// Whether it is written as a whole address of the site's own, where there may be other things than notes. It is read as its path.
    pub(crate) address: bool,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// What few links that want a note have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct More {
    /// Other ways to read its path, where it may count from where the page is published.
    pub(crate) ways: Vec<Way>,
    /// Words that a reader sees instead of the target.
    pub(crate) text: Option<Word>,
    /// Headings and blocks of the note that links point at: `Causes`, `^b1`.
    pub(crate) parts: Vec<Word>,
    /// What keys, fields and list items say by it.
    pub(crate) typed: Vec<Typed>,
}

/// A statement that a key, a field or a list item makes with a link.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Typed {
    /// The property, as an IRI.
    pub(crate) property: String,
    /// Whether it runs from the target of the link to the subject.
    pub(crate) reverse: bool,
    /// The subject, where it is not the concept of the note: the anchor of a passage, or the address of a map in the front matter.
    pub(crate) about: Option<About>,
}

/// A part of a note about which something is said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum About {
    /// The passage with this anchor.
    Passage(String),
    /// The map of the front matter that has this address.
    Map(String),
}

/// A graph that is stored for a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Graph {
    pub(crate) kind: GraphKind,
    pub(crate) label: String,
    /// Digest of its triples in order.
    pub(crate) digest: [u8; 16],
}

/// Which of the graphs of a note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum GraphKind {
    Note,
    /// The protected section of this name.
    Section(String),
    Meta,
    /// What links mean to readers of the graph's label.
    Links,
    /// Statements that a predicate floor put apart: the section they came from, if any, and their label.
    Apart(String, String),
}

/// How the links of a note fared, for readers of the note.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) links: u32,
    pub(crate) resolved: u32,
    pub(crate) ambiguous: u32,
    pub(crate) wanted: u32,
    /// Resolved only for readers who see more than the note.
    pub(crate) further: u32,
}

impl Wanting {
    /// Other ways to read its path.
    pub(crate) fn ways(&self) -> &[Way] {
        self.more.as_ref().map_or(&[], |more| &more.ways)
    }

    /// Words that a reader sees instead of the target.
    pub(crate) fn text(&self) -> Option<&str> {
        self.more.as_ref()?.text.as_deref()
    }

    /// Headings and blocks of the note that links point at.
    pub(crate) fn parts(&self) -> &[Word] {
        self.more.as_ref().map_or(&[], |more| &more.parts)
    }

    /// What keys, fields and list items say by it.
    pub(crate) fn typed(&self) -> &[Typed] {
        self.more.as_ref().map_or(&[], |more| &more.typed)
    }

    /// To add to what it has.
    pub(crate) fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// As written, without what the path of an address does not need.
    pub(crate) fn written(&self) -> &str {
        let path = self.path.as_deref().filter(|_| self.address);
        path.unwrap_or(&self.target)
    }
}

impl Entry {
    /// The path by which the addresses of the note at `path` are minted.
    pub(crate) fn identity<'e>(&'e self, path: &'e str) -> &'e str {
        self.identity.as_deref().unwrap_or(path)
    }

    /// Whether links find the note just as they found `other` of the same path, and for the same readers.
    pub(crate) fn is_found_like(&self, other: &Self) -> bool {
        self.names == other.names
            && self.label() == other.label()
            && self.identity == other.identity
            && self.former == other.former
            && self.concept == other.concept
    }

    /// The label of the text outside protected sections.
    pub(crate) fn label(&self) -> &str {
        self.units.first().map_or("", |unit| unit.label.as_str())
    }
}

impl Catalog {
    /// Nothing known: everything will be read.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The notes known, by path.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// How many notes are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no note is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The folder from which the notes came, for telling apart two wikis of one name. Empty when nothing was scanned yet.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.head.folder
    }

    /// Whether only addresses are taken from it, because storing it was [cut off](Catalog::doubted) or because another version of
    /// Kenning stored it. All of its graphs are put anew then, and what else is stored of the wiki is to be dropped.
    #[must_use]
    pub fn is_doubted(&self) -> bool {
        self.is_doubted
    }

    /// Whether another version of Kenning stored it, which wrote catalogs of another shape.
    #[must_use]
    pub fn is_of_another_version(&self) -> bool {
        self.head != Head::default() && self.head.version != VERSION
    }

    /// Which note will have which address once this catalog is stored, where `before` was stored and at the paths in `gone` no note
    /// lies any more. It is to be stored with the first pieces, where there are more to come, until the last: see [`Catalog::doubted`].
    #[must_use]
    pub fn plan(&self, before: &Self, gone: &[String]) -> Vec<u8> {
        crate::lasting::plan(self, before, gone)
    }

    /// The same catalog for when storing it was cut off, so that some of its pieces are older than others: every note is read and
    /// every graph made again, and only which note had which address is taken from it, and from the [plan](Catalog::plan).
    #[must_use]
    pub fn doubted(mut self, plan: &[u8]) -> Self {
        self.is_doubted = true;
        crate::lasting::follow(&mut self, plan);
        for entry in self.entries.values_mut() {
            let entry = Arc::make_mut(entry);
            entry.stamp = 0;
            for graph in &mut entry.graphs {
                graph.digest = Default::default();
            }
        }
        self
    }

    /// The names of all graphs that are stored for it, on the base of its addresses.
    pub fn graphs<'c>(&'c self, base: &'c Base) -> impl Iterator<Item = NamedNode> + 'c {
        let minter = Minter {
            base,
            wiki: &self.head.wiki,
        };
        self.entries.iter().flat_map(move |(path, entry)| {
            let graphs = entry.graphs.iter();
            graphs.map(move |graph| minter.graph(entry.identity(path), &graph.kind, &graph.label))
        })
    }

    /// What has to be stored so that what was stored of `before` becomes this catalog.
    #[must_use]
    pub fn parts(&self, before: &Self) -> Parts {
        // Writing to memory fails only for lengths that are not known beforehand, and there are none here.
        let bytes = |entry: &Entry| postcard::to_allocvec(entry).unwrap_or_default();
        let mut parts = Parts {
            head: (self.head != before.head)
                .then(|| postcard::to_allocvec(&self.head).unwrap_or_default()),
            git: (!Arc::ptr_eq(&self.told, &before.told) && self.told != before.told)
                .then(|| postcard::to_allocvec(&*self.told).unwrap_or_default()),
            ..Parts::default()
        };
        for (path, old, new) in pairs(&before.entries, &self.entries) {
            match (old, new) {
                (Some(old), Some(new)) if Arc::ptr_eq(old, new) || old == new => {}
                (_, Some(new)) => parts.notes.push((path.to_owned(), bytes(new))),
                (_, None) => parts.gone.push(path.to_owned()),
            }
        }
        parts
    }

    /// The catalog of which these parts were stored: the head, what git told, and for each note its path and what is known of it.
    ///
    /// One that another version of Kenning stored [is in doubt](Catalog::is_doubted), too.
    ///
    /// # Errors
    /// [`UnreadableCatalog`]; a caller may go on with [`Catalog::empty`], and everything is read again. Graphs of notes that
    /// have gone since are then not dropped, so drop the wiki's graphs first.
    pub fn from_parts<'p>(
        head: &[u8],
        git: Option<&[u8]>,
        notes: impl IntoIterator<Item = (&'p str, &'p [u8])>,
    ) -> Result<Self, UnreadableCatalog> {
        let (version, _) = postcard::take_from_bytes::<u32>(head)?;
        if version != VERSION {
            return crate::lasting::read(head, git, notes);
        }
        let head = postcard::from_bytes(head)?;
        let entries = notes.into_iter().map(|(path, bytes)| {
            let entry: Entry = postcard::from_bytes(bytes)?;
            Ok((path.to_owned(), Arc::new(entry)))
        });
        let told = git.map(postcard::from_bytes::<Told>).transpose()?;
        Ok(Self {
            head,
            told: Arc::new(told.unwrap_or_default()),
            entries: entries.collect::<Result<_, UnreadableCatalog>>()?,
            is_doubted: false,
        })
    }
}

/// Two maps side by side, in the order of their keys: what each holds under a key that either has.
pub(crate) fn pairs<'m, T>(
    one: &'m BTreeMap<String, T>,
    other: &'m BTreeMap<String, T>,
) -> impl Iterator<Item = (&'m str, Option<&'m T>, Option<&'m T>)> {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    std::iter::from_fn(move || {
        let order = match (one.peek(), other.peek()) {
            (Some((a, _)), Some((b, _))) => a.cmp(b),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return None,
        };
        let left = order.is_le().then(|| one.next()).flatten();
        let right = order.is_ge().then(|| other.next()).flatten();
        let key = left.or(right)?.0.as_str();
        Some((
            key,
            left.map(|(_, value)| value),
            right.map(|(_, value)| value),
        ))
    })
}
