//! What a scan gives: what changed, note by note, and what the next scan needs to know.

use kenning_access::Label;
use oxrdf::NamedNode;

use crate::catalog::{Catalog, Tally};
use crate::dialect::Guess;
use crate::packed::Triples;
use crate::problem::{Guessed, Located};

/// What a scan found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Scan {
    /// What changed, in the order of paths. Empty when nothing did.
    pub changes: Vec<NoteChange>,
    /// All problems of the wiki as it is now, in the order of paths and lines, also those of notes that did not change.
    pub problems: Vec<Located>,
    /// What the next scan needs to know. Store it together with the changes.
    pub catalog: Catalog,
    /// Notes that were taken for others which were moved and changed: where each lies, where it lay, and by what it was known again.
    pub guesses: Vec<(String, String, Guessed)>,
    /// What there is, in numbers.
    pub summary: Summary,
    /// By whose habits the notes were read, and what speaks for it: the wiki first, then folders that differ.
    pub dialects: Vec<Guess>,
    /// Whether it ended early, as [`crate::Wiki::until`] asked: then nothing was found, and what was known is still what is known.
    pub is_stopped: bool,
}

impl Scan {
    /// Of nothing, since somebody asked for the end.
    pub(crate) fn stopped(known: &Catalog) -> Self {
        Self {
            changes: Vec::new(),
            problems: Vec::new(),
            catalog: known.clone(),
            guesses: Vec::new(),
            summary: Summary::default(),
            dialects: Vec::new(),
            is_stopped: true,
        }
    }
}

/// What happened to one note. Its graphs change together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteChange {
    /// Path of the note, seen from the folder of the wiki.
    pub path: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The graphs that change. What is not named stays.
    pub graphs: Vec<GraphChange>,
}

/// What happened to a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It says something else, or fewer or more people may see it.
    Changed,
    /// It lies elsewhere now, and keeps its address.
    Moved,
    /// It is gone.
    Gone,
    /// It says what it said, and its links lead elsewhere, because other notes changed.
    Relinked,
}

impl ChangeKind {
    /// A word for people: `added`, `changed`, `moved`, `gone`, `relinked`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Gone => "gone",
            Self::Relinked => "relinked",
        }
    }
}

/// A graph that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphChange {
    /// Its name.
    pub name: NamedNode,
    /// What it holds from now on, with its label; `None` drops it.
    pub put: Option<(Label, Triples)>,
}

/// A wiki in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Notes there are.
    pub notes: usize,
    /// Files that were read in this scan.
    pub read: usize,
    /// Notes that are new.
    pub added: usize,
    /// Notes that say something else, or whose label changed.
    pub changed: usize,
    /// Notes that lie elsewhere.
    pub moved: usize,
    /// Notes that are gone.
    pub gone: usize,
    /// Notes whose links lead elsewhere.
    pub relinked: usize,
    /// Notes that cannot be read now, of which the last good version stays.
    pub kept: usize,
    /// Links to names, each target counted once in a note.
    pub links: usize,
    /// Links that lead to a note, for readers of the text they stand in.
    pub resolved: usize,
    /// Links that lead to a note only for readers who see more.
    pub further: usize,
    /// Links that several notes answer to.
    pub ambiguous: usize,
    /// Links to names that no note answers to.
    pub wanted: usize,
}

impl Summary {
    /// Adds how the links of a note fared.
    pub(crate) fn count(&mut self, tally: &Tally) {
        let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        self.links += count(tally.links);
        self.resolved += count(tally.resolved);
        self.further += count(tally.further);
        self.ambiguous += count(tally.ambiguous);
        self.wanted += count(tally.wanted);
    }
}

/// How far a scan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// The folder has been walked and holds this many notes.
    Found(usize),
    /// So many of the files that have to be read are read.
    Read {
        /// Files read.
        done: usize,
        /// Files to be read.
        of: usize,
    },
    /// Links are being resolved.
    Linking,
}
