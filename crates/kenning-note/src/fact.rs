//! What the light conventions for people, practices and events say. `docs/writing-notes.md` describes them for authors.

use crate::note::Text;
use crate::problem::Place;
use crate::value::Moment;

/// Something that a note says in one of the conventions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What is said.
    pub kind: FactKind,
    /// Its name within the note: a digest of its words.
    pub anchor: String,
    /// The line as written, without markup.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// What a [`Fact`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactKind {
    /// A line of a log: knowledge was passed on or changed form.
    Event(Event),
    /// Somebody knows a topic.
    Knows(Knows),
    /// Somebody confirmed that the note is still right.
    Verified {
        /// Who.
        by: Option<Mention>,
        /// When.
        at: Option<Moment>,
    },
    /// Somebody leaves.
    Departure {
        /// Who; `None` for the person whose page this is.
        who: Option<Mention>,
        /// When.
        at: Option<Moment>,
    },
}

/// A line of a log, such as `2026-03-04 shadowing: [[Ada]] → [[Ben]], client calls, 6h`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// The day, or the first day.
    pub from: Option<Moment>,
    /// The last day, where the line gives two.
    pub until: Option<Moment>,
    /// The practice or mode as written: `shadowing`.
    pub practice: Text,
    /// From whom knowledge came.
    pub givers: Vec<Mention>,
    /// Who gained it.
    pub takers: Vec<Mention>,
    /// What it was about. Empty: what the note describes.
    pub topics: Vec<Mention>,
    /// Hours it took, as a decimal.
    pub hours: Option<String>,
}

/// A statement that somebody knows a topic, such as `- [[Pricing]]: expert since 2024`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Knows {
    /// Who; `None` for the person whose page this is.
    pub who: Option<Mention>,
    /// What; `None` for the topic whose page this is.
    pub topic: Option<Mention>,
    /// How well, as written: `expert`.
    pub level: Option<Text>,
    /// Since when.
    pub since: Option<Moment>,
}

/// A name in a convention.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mention {
    /// As written.
    pub name: String,
    /// Folded: the key of its IRI.
    pub key: String,
    /// Whether it was written as a link.
    pub is_link: bool,
}
