//! What can go wrong with a knowledge base.

pub use crate::truth::{Affected, Damage, StoreError};
use oxrdf::NamedNode;
use std::path::PathBuf;

/// A knowledge base cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has the directory open.
    #[error("`{}` is held by {by}", dir.display())]
    Held {
        /// The directory.
        dir: PathBuf,
        /// Who has it, as far as is known, such as `process 4711`.
        by: String,
    },
    /// The directory or a file in it cannot be made or read.
    #[error("cannot open `{}`", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The durable store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More is stored than the index can count.
    #[error(transparent)]
    Full(CommitError),
}

/// A batch was not committed: nothing of it was.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// A graph is no longer as the batch expects it.
    #[error("`{graph}` has changed since it was read")]
    Conflict {
        /// The graph.
        graph: NamedNode,
    },
    /// A graph that is to be created exists.
    #[error("`{graph}` exists already")]
    Exists {
        /// The graph.
        graph: NamedNode,
    },
    /// More terms, graphs or labels than ids can count.
    #[error("the knowledge base is full: {what}")]
    Full {
        /// Of what there are too many.
        what: &'static str,
    },
    /// The durable store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
