//! Which graphs a query reads.

use oxrdf::{NamedNode, NamedNodeRef};
use spargebra::algebra::QueryDataset;

/// The name of the RDF default graph, which is a graph like any other.
pub const DEFAULT_GRAPH: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("urn:kenning:default-graph");

/// Which graphs a query reads (SPARQL 1.1 Query section 13). Never more than the view sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dataset {
    /// The default graph.
    pub default: DefaultGraphs,
    /// The named graphs; `None` is every visible one.
    pub named: Option<Vec<NamedNode>>,
}

/// What the default graph of a query is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DefaultGraphs {
    /// Every visible graph, each triple once. All of them are named graphs too.
    #[default]
    Union,
    /// The RDF default graph, which then is no named graph.
    Own,
    /// These graphs together, each triple once.
    These(Vec<NamedNode>),
}

impl Dataset {
    /// The dataset that a request names: `default-graph-uri` and `named-graph-uri`, or `FROM` and `FROM NAMED`.
    #[must_use]
    pub const fn of(default: Vec<NamedNode>, named: Vec<NamedNode>) -> Self {
        Self {
            default: DefaultGraphs::These(default),
            named: Some(named),
        }
    }

    /// Whether a request named it, so that it stands instead of what the query says (SPARQL 1.1 Protocol section 2.1.4).
    pub(crate) fn is_named(&self) -> bool {
        self.named.is_some() || matches!(self.default, DefaultGraphs::These(_))
    }

    /// What a query with these `FROM` clauses reads.
    pub(crate) fn or(&self, from: Option<&QueryDataset>) -> Self {
        match from {
            Some(from) if !self.is_named() => Self {
                default: DefaultGraphs::These(from.default.clone()),
                named: from.named.clone(),
            },
            _ => self.clone(),
        }
    }
}
