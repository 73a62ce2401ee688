//! The view: the only way to read.

use crate::naive::Snapshot;
use crate::{Cancel, GraphPattern, GraphSet, Interrupted, Pattern, TermId, Value};
use kenning_access::{Clearance, Label};
use oxrdf::{BlankNode, NamedNode, Term, TermRef};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What one reader sees of the knowledge base at one moment. Cheap to clone, and never changed by later commits.
#[derive(Debug, Clone)]
pub struct View {
    snapshot: Arc<Snapshot>,
    clearance: Clearance,
    cancel: Cancel,
}

/// A quad as ids.
///
/// `graph` is the name of the graph; where several graphs are taken together, of one of the visible graphs that hold
/// the triple.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the fields are the four places of a quad")]
pub struct QuadIds {
    pub subject: TermId,
    pub predicate: TermId,
    pub object: TermId,
    pub graph: TermId,
}

/// What a graph holds, as one number: equal contents have equal versions, also after a restart and in another
/// knowledge base, and different contents have different ones. Says nothing about the name and the label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub(crate) u128);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// What a reader may know about a graph that it sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphInfo {
    /// The id of its name.
    pub id: TermId,
    /// Its name.
    pub name: NamedNode,
    /// Its label.
    pub label: Label,
    /// How many triples it holds.
    pub triples: u64,
    /// What it holds, as one number.
    pub version: Version,
}

/// The quads that match a pattern.
///
/// INVARIANT: an item is `Err` when the scan was stopped, so that a part is never taken for the whole.
#[derive(Debug)]
pub struct Quads {
    rows: std::vec::IntoIter<QuadIds>,
    cancel: Cancel,
    given: u32,
    over: bool,
}

impl Iterator for Quads {
    type Item = Result<QuadIds, Interrupted>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        self.given = self.given.wrapping_add(1);
        if self.given % 1024 == 1 && self.cancel.is_cancelled() {
            self.over = true;
            return Some(Err(Interrupted));
        }
        self.rows.next().map(Ok)
    }
}

impl View {
    pub(crate) fn new(snapshot: Arc<Snapshot>, clearance: Clearance, cancel: Cancel) -> Self {
        Self {
            snapshot,
            clearance,
            cancel,
        }
    }

    /// The same view, whose scans end with [`Interrupted`] when `cancel` says so.
    #[must_use]
    pub fn with_cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// With whose eyes this view reads.
    #[must_use]
    pub fn clearance(&self) -> &Clearance {
        &self.clearance
    }

    /// The id of a term, if the store has one. That there is one does not say that the reader sees the term anywhere:
    /// use it to look for quads, never as an answer.
    #[must_use]
    pub fn id(&self, term: TermRef<'_>) -> Option<TermId> {
        self.snapshot.id(&term.into_owned())
    }

    /// The term of an id that this view gave out, with its text exactly as it was written.
    /// An id that no view gave out is read as a blank node.
    #[must_use]
    pub fn term(&self, id: TermId) -> Term {
        self.snapshot
            .term(id)
            .cloned()
            .unwrap_or_else(|| BlankNode::new_unchecked(format!("unknown{}", id.number())).into())
    }

    /// The value of a literal, if it has one: see [`Value`].
    #[must_use]
    pub fn value(&self, id: TermId) -> Option<Value> {
        Value::of(self.snapshot.term(id)?.as_ref())
    }

    /// The quads that match `pattern` in the graphs that this view sees.
    #[must_use]
    pub fn quads(&self, pattern: Pattern) -> Quads {
        let wanted = [pattern.subject, pattern.predicate, pattern.object];
        let names: Vec<TermId> = match &pattern.graph {
            GraphPattern::Union | GraphPattern::Each => self.visible().collect(),
            GraphPattern::One(name) => vec![*name],
            GraphPattern::UnionOf(set) | GraphPattern::EachOf(set) => set.names().to_vec(),
        };
        let mut rows = Vec::new();
        for name in names {
            if let Some(graph) = self.snapshot.graphs.get(&name)
                && self.clearance.sees(&graph.label)
            {
                rows.extend(self.snapshot.matching(name, graph, wanted));
            }
        }
        if matches!(
            pattern.graph,
            GraphPattern::Union | GraphPattern::UnionOf(_)
        ) {
            let mut seen = BTreeSet::new();
            rows.retain(|row| seen.insert((row.subject, row.predicate, row.object)));
        }
        Quads {
            rows: rows.into_iter(),
            cancel: self.cancel.clone(),
            given: 0,
            over: false,
        }
    }

    /// The graphs among `names` that this view sees, to scan them together.
    #[must_use]
    pub fn graph_set(&self, names: impl IntoIterator<Item = TermId>) -> GraphSet {
        let names: BTreeSet<TermId> = names
            .into_iter()
            .filter(|name| self.graph(*name).is_some())
            .collect();
        GraphSet(Arc::new(names.into_iter().collect()))
    }

    /// The graphs that this view sees, also those that are empty.
    pub fn graphs(&self) -> impl Iterator<Item = GraphInfo> + use<> {
        let graphs: Vec<_> = self.visible().filter_map(|id| self.graph(id)).collect();
        graphs.into_iter()
    }

    /// The graph of this name, if the view sees it. A hidden one and none at all are the same.
    #[must_use]
    pub fn graph(&self, id: TermId) -> Option<GraphInfo> {
        let graph = self.snapshot.graphs.get(&id)?;
        self.clearance.sees(&graph.label).then(|| GraphInfo {
            id,
            name: self.snapshot.name(id),
            label: graph.label.clone(),
            triples: graph.triples.len() as u64,
            version: self.snapshot.version(graph),
        })
    }

    /// About how many quads match, for planning. Depends only on what is visible.
    #[must_use]
    pub fn estimate(&self, pattern: &Pattern) -> u64 {
        self.quads(pattern.clone()).count() as u64
    }

    /// One number for everything this view sees: the names, labels and versions of its graphs.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut lines: Vec<String> = self
            .graphs()
            .map(|graph| format!("{} {:?} {}", graph.name, graph.label, graph.version))
            .collect();
        lines.sort();
        *blake3::hash(lines.join("\n").as_bytes()).as_bytes()
    }

    fn visible(&self) -> impl Iterator<Item = TermId> + '_ {
        self.snapshot
            .graphs
            .iter()
            .filter(|(_, graph)| self.clearance.sees(&graph.label))
            .map(|(id, _)| *id)
    }
}
