//! Testing, copying and bringing back a whole knowledge base.

use crate::cache;
use crate::held::Held;
use crate::truth::{self, Verified};
use crate::{KnowledgeBase, OpenError, StoreError};
use std::path::{Path, PathBuf};

impl KnowledgeBase {
    /// Reads everything that is stored and tests it against its checksums, while others read and write.
    ///
    /// A knowledge base in memory has nothing stored, so nothing is damaged.
    ///
    /// # Errors
    /// [`StoreError`] when the files cannot be read at all. Damage is not an error but the answer.
    pub fn verify(&self) -> Result<Verified, StoreError> {
        let Some(truth) = self.truth() else {
            return Ok(Verified::default());
        };
        let mut verified = truth.verify()?;
        let damage = self.inner().caching.test(truth.state().store);
        verified.damages.extend(damage);
        Ok(verified)
    }

    /// Writes a copy of the index beside the data now, instead of when it is worth it, so that the next opening is fast.
    /// Says whether there is one; where it cannot be written, nothing is lost but that.
    pub fn copy_index(&self) -> bool {
        cache::write_now(self.inner())
    }

    /// Copies the knowledge base, as it is now, with labels, settings and tokens; others read and write meanwhile.
    ///
    /// `to` is a file that does not exist yet, or a directory, in which `kenning.backup` is made. Returns the file.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when something is damaged: a backup that holds less would be none.
    /// [`StoreError::Io`] when the file exists or cannot be written.
    pub fn backup(&self, to: &Path) -> Result<PathBuf, StoreError> {
        let to = if to.is_dir() {
            to.join("kenning.backup")
        } else {
            to.to_owned()
        };
        match self.truth() {
            Some(truth) => truth.backup(&to).map(|()| to),
            None => Err(StoreError::Io {
                doing: format!("cannot write `{}`", to.display()),
                cause: "a knowledge base in memory has no backup".to_owned(),
            }),
        }
    }
}

/// Tests everything in the data directory `dir`, down to the pages of the database file.
///
/// # Errors
/// [`OpenError::Held`] when another process has it, and the other [`OpenError`]s when it cannot be read at all.
/// Damage is not an error but the answer.
pub fn verify(dir: &Path) -> Result<Verified, OpenError> {
    if !dir.is_dir() {
        return Err(OpenError::Io {
            path: dir.to_owned(),
            source: std::io::ErrorKind::NotFound.into(),
        });
    }
    let _held = Held::take(dir)?;
    let mut verified = truth::verify(dir)?;
    verified.damages.extend(cache::test(dir, None));
    Ok(verified)
}

/// Makes the data directory `dir` out of the backup `from`, which is a file or a directory with a `kenning.backup`.
///
/// The backup is tested whole before anything is made of it.
///
/// # Errors
/// [`OpenError::Store`] when the backup is damaged or there is a knowledge base in `dir` already, and the other
/// [`OpenError`]s when another process has `dir` or it cannot be made.
pub fn restore(from: &Path, dir: &Path) -> Result<(), OpenError> {
    let from = if from.is_dir() {
        from.join("kenning.backup")
    } else {
        from.to_owned()
    };
    let _held = Held::take(dir)?;
    Ok(truth::restore(&from, dir)?)
}
