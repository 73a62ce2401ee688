//! Which folder of the disk lies at a path: another one may come to lie there, or none, when a disk is taken out or put in.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// A folder of the disk, whatever it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ground(String);

impl Ground {
    /// The folder at this path; `None` where there is none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok().filter(fs::Metadata::is_dir)?;
        // The number of a folder that is gone is soon that of another one.
        let born = meta.created().ok();
        let born = born.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let born = born.unwrap_or_default().as_nanos();
        Some(Self(format!("{}:{}:{born}", meta.dev(), meta.ino())))
    }

    /// Whether it is told from a folder that has its number after it: not every file system knows when a folder was made.
    pub(crate) fn is_certain(&self) -> bool {
        !self.0.ends_with(":0")
    }

    pub(crate) fn read(bytes: &[u8]) -> Self {
        Self(String::from_utf8_lossy(bytes).into_owned())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.clone().into_bytes()
    }
}

/// Whether nothing at all lies in the folder at this path, as in one on which nothing is mounted.
pub(crate) fn is_bare(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}
