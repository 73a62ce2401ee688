//! One state of the index, which never changes once it is published.

use crate::dictionary::Dictionary;
use crate::graphs::{Graphs, mix};
use crate::run::{GraphNumber, Run, pack};
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
    if let TermRef::Triple(triple) = term {
        return mix(1, mark_triple(triple.as_ref()));
    }
    let mut hasher = blake3::Hasher::new();
    match term {
        TermRef::NamedNode(node) => hasher.update(b"I").update(node.as_str().as_bytes()),
        TermRef::BlankNode(node) => hasher.update(b"B").update(node.as_str().as_bytes()),
        TermRef::Literal(literal) => hasher
            .update(b"L")
            .update(literal.datatype().as_str().as_bytes())
            .update(b" ")
            .update(literal.language().unwrap_or_default().as_bytes())
            .update(match literal.direction() {
                None => b" ",
                Some(oxrdf::BaseDirection::Ltr) => b"l",
                Some(oxrdf::BaseDirection::Rtl) => b"r",
            })
            .update(literal.value().as_bytes()),
        TermRef::Triple(_) => &mut hasher,
    };
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
