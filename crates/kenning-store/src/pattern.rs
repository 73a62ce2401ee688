//! What a scan looks for.

use crate::TermId;
use crate::run::GraphNumber;
use crate::scan::Chosen;
use crate::snapshot::Snapshot;
use std::sync::{Arc, Weak};

/// The quads that have these terms; `None` matches any term.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The subject.
    pub subject: Option<TermId>,
    /// The predicate.
    pub predicate: Option<TermId>,
    /// The object.
    pub object: Option<TermId>,
    /// The graphs to look in, and whether a triple counts once or once in each.
    pub graph: GraphPattern,
}

impl Pattern {
    /// Every quad of the graphs.
    #[must_use]
    pub fn all(graph: GraphPattern) -> Self {
        Self {
            subject: None,
            predicate: None,
            object: None,
            graph,
        }
    }
}

/// The graphs that a scan looks in. Graphs that the view does not see are never among them.
#[derive(Debug, Clone)]
pub enum GraphPattern {
    /// Every visible graph taken together: a triple that several of them hold counts once.
    Union,
    /// Every visible graph, one by one.
    Each,
    /// The graph of this name.
    One(TermId),
    /// These graphs taken together: a triple that several of them hold counts once.
    UnionOf(GraphSet),
    /// These graphs, one by one.
    EachOf(GraphSet),
}

/// Visible graphs chosen by name, prepared once by [`View::graph_set`](crate::View::graph_set) and then used for many
/// scans of the same view. With another view it means the graphs of these names that the other view sees.
#[derive(Debug, Clone)]
pub struct GraphSet(pub(crate) Arc<Prepared>);

#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) names: Vec<TermId>,
    pub(crate) numbers: Vec<GraphNumber>,
    pub(crate) chosen: Arc<Chosen>,
    /// The numbers mean something in this snapshot only.
    pub(crate) snapshot: Weak<Snapshot>,
}

impl GraphSet {
    /// The names of the graphs, each once, in the order of their ids. All of them were visible in the view that made this.
    #[must_use]
    pub fn names(&self) -> &[TermId] {
        &self.0.names
    }
}
