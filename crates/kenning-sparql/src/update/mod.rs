//! Updates: what a request would change, for the caller to commit.

mod change;
mod effect;
mod overlay;
mod parse;
mod plan;
mod policy;

pub use change::{GraphChange, UpdateOptions, UpdatePlan};
pub use effect::Effect;
pub use plan::plan_update;
pub use policy::{Playground, WritePolicy};

pub(crate) use overlay::Seen;

use kenning_access::Refusal;
use oxrdf::NamedNode;

use crate::QueryError;

/// Why an update changes nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// The text is not SPARQL, or its WHERE cannot be answered.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The writer may not write a graph.
    #[error("`{graph}` may not be written: {why}")]
    Denied {
        /// The graph.
        graph: NamedNode,
        /// Why.
        why: Refusal,
    },
    /// The writer may not clear or drop many graphs.
    #[error("{0}")]
    Many(#[source] Refusal),
    /// There is no such graph, as far as the writer sees.
    #[error("there is no graph `{0}`")]
    NoGraph(NamedNode),
    /// A graph that is to be created exists.
    #[error("there is a graph `{0}` already")]
    Exists(NamedNode),
    /// A document was not loaded.
    #[error("`{source_iri}` was not loaded: {why}")]
    Load {
        /// The document.
        source_iri: NamedNode,
        /// Why.
        why: String,
    },
}
