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
    /// Something that is held in heads.
    Held(Held),
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

/// Something that is held in heads, such as `- Where the bass goes: [[Ada]], tacit, criticality 3, expressible 0.2`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// What it is.
    pub what: String,
    /// By whom.
    pub by: Vec<Mention>,
    /// Of which kinds, as written: `tacit`.
    pub kinds: Vec<Text>,
    /// How much would be lost, from 0 to 3.
    pub criticality: Option<u8>,
    /// How much of it could be written down, as a decimal from 0 to 1.
    pub expressible: Option<String>,
}

/// Upkeep, weight and people: what the keys of the front matter say for which an ontology term stands ready.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct About {
    /// `responsible`: who keeps the note right.
    pub responsible: Vec<Mention>,
    /// `verified`: when somebody confirmed it, and who.
    pub verified: Vec<(Option<Moment>, Option<Mention>)>,
    /// `reviewInterval`: how long that holds, as an XML Schema duration.
    pub review_interval: Option<String>,
    /// `stale_after`: from when it counts as stale.
    pub stale_after: Option<Moment>,
    /// `status`, in the author's words.
    pub status: Option<Text>,
    /// `knowledgeType`: of which kind the knowledge of the topic is, as written.
    pub knowledge_types: Vec<Text>,
    /// `criticality`, from 0 to 3.
    pub criticality: Option<u8>,
    /// `confidence`, as a decimal from 0 to 1.
    pub confidence: Option<String>,
    /// Whether the page is about a person.
    pub is_person: bool,
    /// `visibility`: how openly the person is named, as written.
    pub visibility: Option<Text>,
    /// `unit`: where the person works.
    pub unit: Option<Text>,
    /// `role`: as what.
    pub role: Option<Text>,
    /// `members` of a community.
    pub members: Vec<Mention>,
    /// `covers`: topics of a community or a plan.
    pub covers: Vec<Mention>,
    /// `person`: whom a plan is about.
    pub person: Vec<Mention>,
    /// `stage` of a plan, as written.
    pub stage: Option<Text>,
    /// `family` of a plan, as written.
    pub family: Option<Text>,
    /// `modes` that a practice carries, as written.
    pub modes: Vec<Text>,
    /// `barriers`: what stands in the way of it, as written.
    pub barriers: Vec<Text>,
    /// `suits`: kinds of knowledge that a practice suits, as written.
    pub suits: Vec<Text>,
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
    /// Whether it is a program and no person.
    pub is_program: bool,
}
