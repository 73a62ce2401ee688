//! Whether a file is still the one that was read.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What tells one state of a file from another without reading it: which file it is, how long, when written, when changed.
///
/// The moment of the change (`ctime`) is the system's own: a copy that keeps the older file's date does not pass for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark([i64; 4], [u64; 3]);

impl Mark {
    /// The mark of the file at `path`; `None` while there is none that can be looked at.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok()?;
        Some(Self(
            [
                data.mtime(),
                data.mtime_nsec(),
                data.ctime(),
                data.ctime_nsec(),
            ],
            [data.dev(), data.ino(), data.len()],
        ))
    }
}
