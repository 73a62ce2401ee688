//! A copy of the index on the disk, so that opening need not make it again.
//!
//! The copy is derived data. Nothing is lost when it is: it is read only after every checksum in it has been tested, and
//! each graph of it is used only when the truth says that the graph is stored exactly so. Labels are not in it at all;
//! they are read from the truth each time, so an old or a damaged copy cannot show anybody more than is allowed.
//! What changed since the copy was written is read from the truth; without a copy that fits, everything is.
//!
//! A backup leaves the copy out, and a restored store has a name of its own, which no older copy fits.
//!
//! | file | what it is about |
//! |---|---|
//! | `file.rs` | columns of numbers and texts in a file, with their checksums |
//! | `pieces.rs` | the parts of a snapshot as columns |
//! | `catch_up.rs` | from a copy and the truth to a snapshot of now |
//! | `keep.rs` | when a copy is written |
//!
//! The alternative, mapping the file into memory, opens faster and trusts pages that nobody has tested; all of a copy
//! has to be read anyway to test it, and then it is as well kept.

mod catch_up;
mod file;
mod keep;
mod pieces;
#[cfg(test)]
mod tests;

pub(crate) use keep::{Caching, close, open, start_if_due, write_now};
pub(crate) use pieces::{read, test};

/// The name of the copy in its data directory.
pub(crate) const FILE: &str = "kenning.cache";

/// Why there is no copy to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoCache {
    /// There is none.
    Missing,
    /// There is one that is damaged, or of another version.
    Unreadable(String),
}

/// Where the index came from when a knowledge base was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opened {
    /// There is nothing on the disk.
    InMemory,
    /// From the copy of the index; so many graphs had changed since it was written, and were read again.
    FromCache {
        /// How many graphs were read again.
        graphs: u64,
    },
    /// From what is stored, all of it, because there is no copy of the index or because of what is said here.
    FromTruth {
        /// Why the copy was of no use; `None` where there is none.
        why: Option<String>,
    },
}
