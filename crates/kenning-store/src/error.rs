//! What can go wrong with a knowledge base.

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
}

/// The durable store failed or is damaged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {what} the store")]
    Io {
        /// What was tried, such as `write`.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// What was read is not what was written.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// What is affected.
        what: String,
    },
    /// The embedded store failed.
    #[error("cannot {what} the store: {why}")]
    Backend {
        /// What was tried, such as `write`.
        what: &'static str,
        /// What the embedded store says.
        why: String,
    },
    /// Writing stopped after an earlier failure, so that nothing is acknowledged which may not last.
    #[error("writing has stopped: {why}")]
    Stopped {
        /// The failure that stopped it.
        why: String,
    },
}

/// A batch was not committed: nothing of it was.
#[derive(Debug, thiserror::Error)]
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
