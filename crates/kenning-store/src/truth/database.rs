//! The embedded database: one file, five tables, and nothing of it trusted unread.
//!
//! redb tests the checksums of its pages only when it repairs, so an ordinary read believes what it finds, and a page
//! that is damaged badly enough ends in a panic. Here every call is fenced, and everything read is tested by the
//! checksums of `form.rs`.

use super::disk::{Disk, Watch};
use super::error::StoreError;
use super::form::{self, Seal};
use redb::{Builder, ReadOnlyTable, ReadableDatabase, Table, TableDefinition, WriteTransaction};
use std::fs::{File, OpenOptions};
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
            .truncate(true)
            .open(path)
            .map_err(failed)?;
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
        if file.metadata().map_err(failed)?.len() == 0 {
            return Err(StoreError::damaged(format_args!(
                "`{}` is empty",
                path.display()
            )));
        }
        Self::with_file(file)
    }

    fn redb(&self) -> Result<&redb::Database, StoreError> {
        self.redb.as_ref().ok_or_else(closed)
    }

    fn with_file(file: File) -> Result<Self, StoreError> {
        let watch = Arc::new(Watch::default());
        let disk = Disk::new(file, Arc::clone(&watch))?;
        let redb = fenced(&watch, || {
            Ok(Builder::new()
                .set_cache_size(CACHE)
                .create_with_backend(disk)?)
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
