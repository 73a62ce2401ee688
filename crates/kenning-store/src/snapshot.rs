//! One state of the index, which never changes once it is published.

use crate::CommitError;
use crate::dictionary::{Dictionary, Key};
use crate::graphs::{Graphs, mix};
use crate::run::{GraphNumber, MOST_QUADS, Run, pack};
use crate::spelling::Spellings;
use crate::tag;
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{TermRef, TripleRef};
use std::sync::Arc;

/// Everything a view reads.
///
/// INVARIANT: a quad stands in one run at most; rows of dead graphs and removed rows may stand in any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    pub(crate) dictionary: Dictionary,
    /// Largest and oldest first.
    pub(crate) runs: Vec<Arc<Run>>,
    pub(crate) graphs: Graphs,
    pub(crate) spellings: Spellings,
    /// Differs for every published snapshot of a knowledge base.
    pub(crate) number: u64,
}

impl Snapshot {
    /// Whether a graph holds a triple now.
    pub(crate) fn holds(&self, triple: [u32; 3], graph: GraphNumber) -> bool {
        self.has_row(triple, graph) && self.graphs.is_alive(graph, triple)
    }

    /// Whether there is a row for it, alive or not.
    pub(crate) fn has_row(&self, triple: [u32; 3], graph: GraphNumber) -> bool {
        self.runs.iter().any(|run| run.holds(triple, graph))
    }

    /// Whether there are numbers for the rows of so many more quads.
    ///
    /// # Errors
    /// [`CommitError::Full`] when there are not.
    pub(crate) fn has_room(&self, more: usize) -> Result<(), CommitError> {
        let rows: usize = self.runs.iter().map(|run| run.quads()).sum();
        match rows.saturating_add(more) > MOST_QUADS {
            true => Err(CommitError::Full { what: "quads" }),
            false => Ok(()),
        }
    }

    /// How many bytes the index takes.
    pub(crate) fn bytes(&self) -> usize {
        let runs: usize = self.runs.iter().map(|run| run.bytes()).sum();
        runs + self.dictionary.bytes()
    }
}

/// The quads of some runs that still count, and the removed rows that were left out.
pub(crate) fn alive(runs: &[Arc<Run>], graphs: &Graphs) -> (Vec<u128>, Vec<u128>) {
    let most = runs.iter().map(|run| run.quads()).sum();
    let mut kept = Vec::with_capacity(most);
    let mut left_out = Vec::new();
    for run in runs {
        for (graph, _) in run.graphs.each() {
            if graphs.class(graph) == crate::graphs::DEAD {
                continue;
            }
            for row in run.rows_of(graph) {
                let Some(triple) = run.triple(*row) else {
                    continue;
                };
                match graphs.is_alive(graph, triple) {
                    true => kept.push(pack(triple, graph)),
                    false => left_out.push(pack(triple, graph)),
                }
            }
        }
    }
    (kept, left_out)
}

/// A number for a term that depends only on the term: it is the same in every knowledge base.
pub(crate) fn mark(term: TermRef<'_>) -> u128 {
    match (Key::of(term), term) {
        (Some(key), _) => mark_key(&key),
        (None, TermRef::Triple(triple)) => mark_triple_term(mark_triple(triple.as_ref())),
        (None, _) => 0,
    }
}

/// The number of a triple term, by the number of its triple.
pub(crate) fn mark_triple_term(triple: u128) -> u128 {
    mix(1, triple)
}

/// The number of a term that is no triple term, by its key.
pub(crate) fn mark_key(key: &Key<'_>) -> u128 {
    let mut hasher = blake3::Hasher::new();
    let mut literal = |datatype: &str, language: &str, direction: &[u8], text: &str| {
        hasher
            .update(b"L")
            .update(datatype.as_bytes())
            .update(b" ")
            .update(tag::kept(language).as_bytes())
            .update(direction)
            .update(text.as_bytes());
    };
    match *key {
        Key::String(text) => literal(xsd::STRING.as_str(), "", b" ", text),
        Key::Language(text, language, None) => {
            literal(rdf::LANG_STRING.as_str(), language, b" ", text);
        }
        Key::Language(text, language, Some(right_to_left)) => {
            let direction = if right_to_left { b"r" } else { b"l" };
            literal(rdf::DIR_LANG_STRING.as_str(), language, direction, text);
        }
        Key::Typed(text, datatype) => literal(datatype, "", b" ", text),
        Key::Iri(text) => {
            hasher.update(b"I").update(text.as_bytes());
        }
        Key::Blank(text) => {
            hasher.update(b"B").update(text.as_bytes());
        }
        Key::Triple(_) => {}
    }
    let bytes = hasher.finalize();
    bytes
        .as_bytes()
        .first_chunk()
        .map_or(0, |half| u128::from_le_bytes(*half))
}

/// A number for a triple that depends only on the triple.
pub(crate) fn mark_triple(triple: TripleRef<'_>) -> u128 {
    mark_of_marks([
        mark(triple.subject.into()),
        mark(triple.predicate.into()),
        mark(triple.object),
    ])
}

/// The number of a triple whose terms have these numbers.
pub(crate) fn mark_of_marks([s, p, o]: [u128; 3]) -> u128 {
    mix(mix(s, p), o)
}
