//! The numbers of an audit.

use serde::Serialize;

use super::knowledge::Known;
use super::notes::Kept;
use super::protection::Guarded;
use crate::insight::counted;

/// A part of a whole. Of nothing there is no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// How many.
    pub part: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    /// In percent, rounded; `None` of nothing.
    #[must_use]
    pub fn percent(self) -> Option<usize> {
        (self.part * 100 + self.of / 2).checked_div(self.of)
    }
}

/// What happened in one mode of conversion within the last year.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mode {
    /// `socialization` and so on.
    pub name: String,
    /// How many events.
    pub events: usize,
    /// Their hours, each event once.
    pub hours: f64,
    /// Events that say nothing about hours.
    pub without_hours: usize,
}

/// Numbers about everything that the reader sees.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Notes.
    pub notes: usize,
    /// Notes that somebody confirmed, and whose review is not due.
    pub in_date: Share,
    /// Notes that nobody ever confirmed.
    pub never_confirmed: usize,
    /// Claims that name a source.
    pub sourced: Share,
    /// Claims that name one source, of those that name any.
    pub single_source: Share,
    /// Sources that claims name.
    pub sources: usize,
    /// Links between notes.
    pub links: usize,
    /// Graphs without a valid label. Who does not see all cannot see any.
    pub unlabelled: usize,
    /// People who count: neither gone nor hidden.
    pub people: usize,
    /// People who leave within half a year.
    pub leaving: usize,
    /// Statements of expertise; without any nothing follows about cover.
    pub statements: usize,
    /// Topics that somebody is or was said to know or to hold something of.
    pub topics: usize,
    /// Topics that hang on one person.
    pub single_holder: usize,
    /// Topics that nobody is left to know.
    pub nobody: usize,
    /// Topics that people practise and of whose kind nothing is recorded.
    pub kindless: usize,
    /// Pieces of knowledge that stand in no note, of those that are recorded.
    pub only_in_heads: Share,
    /// The mean share of a piece that could be put into words, between 0 and 1, where anybody said.
    pub expressible: Option<f64>,
    /// The four modes of the last year, also those that never happened.
    pub modes: Vec<Mode>,
    /// Things that are marked as core knowledge.
    pub core: usize,
    /// The names of the levels, lowest first.
    pub levels: Vec<String>,
    /// Notes by criticality (`null` where none is recorded) and level.
    pub protection: Vec<Cell>,
}

/// One field of the matrix of criticality and level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// How much it would hurt to lose or leak it, from 0 to 3.
    pub criticality: Option<i64>,
    /// The level of the note.
    pub level: String,
    /// How many notes.
    pub notes: usize,
}

impl Figures {
    /// Whether anything is recorded of events.
    #[must_use]
    pub fn has_events(&self) -> bool {
        self.modes.iter().any(|mode| mode.events > 0)
    }

    /// What is in good order, in sentences.
    #[must_use]
    pub fn good(&self) -> Vec<String> {
        let mut good = Vec::new();
        let mut share = |share: Share, what: &str| {
            if let Some(percent @ 75..) = share.percent() {
                good.push(format!(
                    "{percent} % of {what} ({} of {})",
                    share.part, share.of
                ));
            }
        };
        share(self.in_date, "notes are confirmed and in date");
        share(self.sourced, "claims name a source");
        let alone = self.single_holder + self.nobody;
        if self.topics > 0 && alone == 0 {
            good.push(format!(
                "each of {} is known by several people",
                counted(self.topics, "topic", "topics")
            ));
        }
        if self.has_events() && self.modes.iter().all(|mode| mode.events > 0) {
            good.push("all four conversions happened in the last year".to_owned());
        }
        if self.unlabelled == 0 && self.notes > 0 {
            good.push("nothing here is without a label".to_owned());
        }
        good
    }
}

pub(crate) fn count(kept: Kept, known: Known, guarded: Guarded) -> Figures {
    Figures {
        notes: kept.notes,
        in_date: Share {
            part: kept.in_date,
            of: kept.notes,
        },
        never_confirmed: kept.never,
        sourced: Share {
            part: kept.sourced,
            of: kept.claims,
        },
        single_source: Share {
            part: kept.single,
            of: kept.sourced,
        },
        sources: kept.sources,
        links: kept.links,
        unlabelled: kept.unlabelled,
        people: known.people,
        leaving: known.leaving,
        statements: known.statements,
        topics: known.topics,
        single_holder: known.alone,
        nobody: known.nobody,
        kindless: known.kindless,
        only_in_heads: Share {
            part: known.unwritten,
            of: known.assets,
        },
        expressible: known.expressible,
        modes: known.modes,
        core: guarded.core,
        levels: guarded.levels,
        protection: guarded
            .matrix
            .into_iter()
            .map(|((criticality, level), notes)| Cell {
                criticality,
                level,
                notes,
            })
            .collect(),
    }
}
