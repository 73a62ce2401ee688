//! The embedded database: one file, five tables, and nothing of it trusted unread.
//!
//! redb tests the checksums of its pages only when it repairs, so an ordinary read believes what it finds, and a page
//! that is damaged badly enough ends in a panic. Here every call is fenced, and everything read is tested by the
//! checksums of `form.rs`.

use super::aside::Aside;
use super::disk::{Disk, Watch};
use super::error::StoreError;
use super::form::{self, Seal};
use redb::{
    Builder, ReadOnlyTable, ReadableDatabase, StorageBackend, Table, TableDefinition,
    WriteTransaction,
};
use std::fs::{File, OpenOptions, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// The name of the database file.
pub(crate) const FILE: &str = "truth.redb";
/// What the file is called until its first commit is on disk.
const UNFINISHED: &str = "truth.redb.new";
/// How much memory the database may use for pages. The index is in memory already, so this is for writing.
const CACHE: usize = 64 << 20;

type Bytes = &'static [u8];
const FORM: TableDefinition<'static, &str, Bytes> = TableDefinition::new(form::FORM);
const GRAPHS: TableDefinition<'static, &str, Bytes> = TableDefinition::new(form::GRAPHS);
const SEGMENTS: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new(form::SEGMENTS);
const SETTINGS: TableDefinition<'static, &str, Bytes> = TableDefinition::new(form::SETTINGS);
const AUDIT: TableDefinition<'static, u64, Bytes> = TableDefinition::new(form::AUDIT);

/// The tables as of one commit.
pub(crate) struct Tables {
    pub(crate) form: ReadOnlyTable<&'static str, Bytes>,
    pub(crate) graphs: ReadOnlyTable<&'static str, Bytes>,
    pub(crate) segments: ReadOnlyTable<Bytes, Bytes>,
    pub(crate) settings: ReadOnlyTable<&'static str, Bytes>,
    pub(crate) audit: ReadOnlyTable<u64, Bytes>,
}

/// The tables within a commit that is being made.
pub(crate) struct Draft<'txn> {
    pub(crate) form: Table<'txn, &'static str, Bytes>,
    pub(crate) graphs: Table<'txn, &'static str, Bytes>,
    pub(crate) segments: Table<'txn, Bytes, Bytes>,
    pub(crate) settings: Table<'txn, &'static str, Bytes>,
    pub(crate) audit: Table<'txn, u64, Bytes>,
}

/// The database file, open.
pub(crate) struct Database {
    /// Empty only while this is being dropped.
    redb: Option<redb::Database>,
    pub(crate) watch: Arc<Watch>,
}

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// It is on disk when the call returns.
    ForDisk,
    /// It is on disk with the next commit that waits.
    Not,
}

impl Database {
    /// Whether there is one in `directory`.
    pub(crate) fn exists(directory: &Path) -> bool {
        directory.join(FILE).exists()
    }

    /// Makes a new database, which appears whole or not at all, with `seal` in it.
    pub(crate) fn create(directory: &Path, seal: &Seal) -> Result<(), StoreError> {
        let unfinished = directory.join(UNFINISHED);
        let failed = |cause| {
            StoreError::io(
                format_args!("cannot make `{}`", unfinished.display()),
                &cause,
            )
        };
        let database = Self::create_file(&unfinished)?;
        database.commit(Wait::ForDisk, |draft| {
            draft.form.insert("version", form::VERSION.as_bytes())?;
            draft.form.insert(form::SEAL, seal.write().as_slice())?;
            Ok(())
        })?;
        drop(database);
        std::fs::rename(&unfinished, directory.join(FILE)).map_err(failed)?;
        sync_directory(directory).map_err(failed)
    }

    /// Makes the file `path`, in place of what a crash may have left there.
    pub(crate) fn create_file(path: &Path) -> Result<Self, StoreError> {
        let failed =
            |cause| StoreError::io(format_args!("cannot make `{}`", path.display()), &cause);
        let file = crate::private::options()
            .read(true)
            .write(true)
            .create(true)
            // Not before it is locked: somebody may be writing to it.
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Io {
                    doing: format!("cannot make `{}`", path.display()),
                    cause: "somebody else is writing to it".to_owned(),
                });
            }
            // Some file systems of networks know no locks.
            Err(TryLockError::Error(cause)) if cause.kind() == std::io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        file.set_len(0).map_err(failed)?;
        Self::with_file(file)
    }

    /// Opens the database in `directory`, repairing what a crash left unfinished.
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        Self::open_file(&directory.join(FILE))
    }

    /// Opens the database in the file `path`.
    pub(crate) fn open_file(path: &Path) -> Result<Self, StoreError> {
        let failed =
            |cause| StoreError::io(format_args!("cannot open `{}`", path.display()), &cause);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(failed)?;
        test_not_empty(path, &file)?;
        Self::with_file(file)
    }

    /// Opens the database in `directory` as it lies on the disk, only to read it: nothing is written to the file.
    /// Unless nobody has it open, whoever has must not commit meanwhile.
    pub(crate) fn aside(directory: &Path) -> Result<Self, StoreError> {
        Self::aside_file(&directory.join(FILE))
    }

    /// The same for the file `path`.
    pub(crate) fn aside_file(path: &Path) -> Result<Self, StoreError> {
        let failed =
            |cause| StoreError::io(format_args!("cannot open `{}`", path.display()), &cause);
        let file = File::open(path).map_err(failed)?;
        test_not_empty(path, &file)?;
        let watch = Arc::new(Watch::default());
        Self::with_backend(Aside::new(file).map_err(failed)?, watch)
    }

    fn redb(&self) -> Result<&redb::Database, StoreError> {
        self.redb.as_ref().ok_or_else(closed)
    }

    fn with_file(file: File) -> Result<Self, StoreError> {
        let watch = Arc::new(Watch::default());
        let disk = Disk::new(file, Arc::clone(&watch))?;
        Self::with_backend(disk, watch)
    }

    fn with_backend(backend: impl StorageBackend, watch: Arc<Watch>) -> Result<Self, StoreError> {
        let redb = fenced(&watch, || {
            Ok(Builder::new()
                .set_cache_size(CACHE)
                .create_with_backend(backend)?)
        })?;
        Ok(Self {
            redb: Some(redb),
            watch,
        })
    }

    /// Runs `read` on the tables as they are now.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Tables) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        fenced(&self.watch, || {
            let transaction = self.redb()?.begin_read()?;
            let tables = Tables {
                form: transaction.open_table(FORM)?,
                graphs: transaction.open_table(GRAPHS)?,
                segments: transaction.open_table(SEGMENTS)?,
                settings: transaction.open_table(SETTINGS)?,
                audit: transaction.open_table(AUDIT)?,
            };
            read(&tables)
        })
    }

    /// Commits what `write` does to the tables, or nothing when it fails.
    pub(crate) fn commit<T>(
        &self,
        wait: Wait,
        write: impl FnOnce(&mut Draft<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        fenced(&self.watch, || {
            let mut transaction = self.redb()?.begin_write()?;
            match wait {
                // In two phases, and with the state of the allocator: after a crash the file opens without a walk over
                // all of it, and a commit that is on disk is never taken back because a page does not fit its checksum.
                Wait::ForDisk => transaction.set_quick_repair(true),
                Wait::Not => transaction.set_durability(redb::Durability::None)?,
            }
            let done = write(&mut Draft::open(&transaction)?)?;
            transaction.commit()?;
            Ok(done)
        })
    }

    /// Tests every page against redb's own checksums, and which pages are free against which are used; what is wrong
    /// about the latter is put right. Says whether nothing was. Nobody else may be reading or writing.
    pub(crate) fn check_pages(&mut self) -> Result<bool, StoreError> {
        let redb = self.redb.as_mut().ok_or_else(closed)?;
        fenced(&self.watch, || Ok(redb.check_integrity()?))
    }
}

impl Drop for Database {
    /// Closing writes the state of the allocator, which may panic like everything else in a damaged file.
    fn drop(&mut self) {
        let redb = self.redb.take();
        let _ = fenced(&self.watch, || {
            drop(redb);
            Ok(())
        });
    }
}

pub(crate) fn closed() -> StoreError {
    StoreError::Stopped("the database is closed".to_owned())
}

impl<'txn> Draft<'txn> {
    fn open(transaction: &'txn WriteTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            form: transaction.open_table(FORM)?,
            graphs: transaction.open_table(GRAPHS)?,
            segments: transaction.open_table(SEGMENTS)?,
            settings: transaction.open_table(SETTINGS)?,
            audit: transaction.open_table(AUDIT)?,
        })
    }
}

impl Tables {
    /// The seal, after the form itself has been found to be one that is known.
    pub(crate) fn seal(&self) -> Result<Seal, StoreError> {
        let version = self.form.get("version")?;
        match version.as_ref().map(|version| version.value()) {
            Some(found) if found == form::VERSION.as_bytes() => {}
            Some(found) if found.len() < 8 && found.iter().all(u8::is_ascii_digit) => {
                return Err(StoreError::Form {
                    found: String::from_utf8_lossy(found).into_owned(),
                    known: form::VERSION,
                });
            }
            _ => {
                return Err(StoreError::damaged(
                    "the version of its form cannot be read",
                ));
            }
        }
        let seal = self.form.get(form::SEAL)?;
        let seal = seal.ok_or_else(|| StoreError::damaged("its seal is missing"))?;
        Ok(Seal::parse(seal.value())?)
    }
}

fn test_not_empty(path: &Path, file: &File) -> Result<(), StoreError> {
    let length = file.metadata().map(|file| file.len());
    match length {
        Ok(0) => Err(StoreError::damaged(format_args!(
            "`{}` is empty",
            path.display()
        ))),
        Ok(_) => Ok(()),
        Err(cause) => Err(StoreError::io(
            format_args!("cannot read `{}`", path.display()),
            &cause,
        )),
    }
}

/// Waits until the names in `directory` are on disk.
pub(crate) fn sync_directory(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Runs `act`, and turns a panic of the embedded database, or a place outside the file, into the damage that it means.
fn fenced<T>(watch: &Watch, act: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let result = catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| {
        Err(StoreError::damaged(format_args!(
            "`{FILE}` cannot be followed"
        )))
    });
    match result {
        Err(StoreError::Io { .. }) if watch.first_failure().is_some_and(|first| first.outside) => {
            Err(StoreError::damaged(format_args!(
                "`{FILE}` points outside itself"
            )))
        }
        other => other,
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}
