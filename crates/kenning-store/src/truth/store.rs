//! The durable store of one directory.

use super::bytes::Malformed;
use super::database::{Database, Tables, Wait};
use super::disk::{Failure, Operation};
use super::edit::{Edit, damaged};
use super::error::{Damage, StoreError};
use super::form::{Mark, Record, Seal};
use super::load::{self, Gather, Visitor};
use super::records::State;
use super::segment::Segment;
use super::{Change, StoredGraph};
use crate::OpenError;
use crate::knowledge_base::SyncMode;
use kenning_access::{Label, Scale};
use oxrdf::NamedNode;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock, TryLockError};
use std::time::{Duration, Instant};

/// The file that says how many commits the database must know of.
pub(crate) const MARK: &str = "kenning.mark";
/// How long a commit may stay unsynced under [`SyncMode::Off`].
const UNSYNCED: Duration = Duration::from_secs(1);

/// How long a commit waits for others to let go of a handle that has failed.
const PATIENCE: Duration = Duration::from_millis(300);

/// The durable store of one directory.
#[derive(Debug)]
pub(crate) struct Truth {
    directory: PathBuf,
    scale: Scale,
    sync: SyncMode,
    /// INVARIANT: at most one handle on the file at a time, so this is emptied before it is opened again.
    database: RwLock<Option<Database>>,
    writer: Mutex<Writer>,
    /// Why writing has stopped, if it has.
    stopped: OnceLock<String>,
}

/// What only the one who commits may touch.
#[derive(Debug)]
struct Writer {
    /// What holds of the database now.
    seal: Seal,
    mark: Option<File>,
    /// Whether something was acknowledged that is not on the disk ([`SyncMode::Off`]).
    unsynced: bool,
    /// When the last commit that waited for the disk ended.
    synced: Instant,
}

impl Truth {
    /// Opens or makes the store in `dir`, which exists and which this process holds. Writes labels with `scale`.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the database is older than its mark, or its seal cannot be read.
    pub(crate) fn open(dir: &Path, scale: &Scale, sync: SyncMode) -> Result<Self, OpenError> {
        let mark = read_mark(dir);
        if !Database::exists(dir) {
            if !matches!(mark, ReadMark::None) || super::keep::is_half_restored(dir) {
                return Err(missing(dir).into());
            }
            Database::create(
                dir,
                &Seal {
                    database: random()?,
                    ..Seal::default()
                },
            )?;
        }
        let mut database = Database::open(dir)?;
        // Before anything is written: a damaged record of which pages are free would let a commit overwrite what is
        // in use. This reads the whole file, some 70 ms for a million quads.
        match database.check_pages() {
            Ok(_) => {}
            Err(StoreError::Damaged(pages)) => {
                drop(database);
                let named = super::keep::verify_tables(dir)?.damages;
                return Err(
                    StoreError::Damaged(if named.is_empty() { pages } else { named }).into(),
                );
            }
            Err(error) => return Err(error.into()),
        }
        let seal = database.read(Tables::seal)?;
        test_mark(&mark, &seal)?;
        let mark = crate::private::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.join(MARK))
            .ok();
        let truth = Self {
            directory: dir.to_owned(),
            scale: scale.clone(),
            sync,
            database: RwLock::new(Some(database)),
            writer: Mutex::new(Writer {
                seal,
                mark,
                unsynced: false,
                synced: Instant::now(),
            }),
            stopped: OnceLock::new(),
        };
        truth.writer().put_mark();
        Ok(truth)
    }

    /// Makes all changes durable, or none. Called by one thread at a time.
    ///
    /// # Errors
    /// [`StoreError::Full`] when the disk is full: the next call tries again. [`StoreError::Stopped`] when the disk
    /// failed in a way that leaves open what is on it: nothing is written until the store is opened again.
    pub(crate) fn commit(&self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let mut writer = self.writer();
        if let Some(why) = self.stopped.get() {
            return Err(StoreError::Stopped(why.clone()));
        }
        self.open_again(&writer)?;
        let wait = match self.sync {
            SyncMode::Off if writer.synced.elapsed() < UNSYNCED => Wait::Not,
            _ => Wait::ForDisk,
        };
        let before = writer.seal;
        let result = self.with_database(|database| {
            database.commit(wait, |draft| {
                let mut edit = Edit::new(draft, &self.scale, before);
                for change in changes {
                    edit.apply(change)?;
                }
                edit.finish()
            })
        });
        match result {
            Ok(seal) => {
                writer.seal = seal;
                match wait {
                    Wait::ForDisk => writer.is_synced(),
                    Wait::Not => writer.unsynced = true,
                }
                Ok(())
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Waits until everything that was acknowledged is on the disk ([`SyncMode::Off`]).
    ///
    /// # Errors
    /// As for [`Truth::commit`].
    pub(crate) fn flush(&self) -> Result<(), StoreError> {
        self.flush_with(&mut self.writer())
    }

    fn flush_with(&self, writer: &mut Writer) -> Result<(), StoreError> {
        if !writer.unsynced || self.stopped.get().is_some() {
            return Ok(());
        }
        match self.with_database(|database| database.commit(Wait::ForDisk, |_| Ok(()))) {
            Ok(()) => {
                writer.is_synced();
                Ok(())
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Why nothing is written any more, if that is so.
    pub(crate) fn stopped(&self) -> Option<&str> {
        self.stopped.get().map(String::as_str)
    }

    /// Runs `look` on the file as it lies on the disk, and tells what is wrong with its pages. Writers wait only until the
    /// pages have been tested.
    pub(super) fn on_disk<T>(
        &self,
        look: impl FnOnce(&Database, Seal) -> Result<T, StoreError>,
    ) -> Result<(T, Vec<Damage>), StoreError> {
        let mut writer = self.writer();
        // What cannot be flushed is missing on the disk, and that is for `look` to say.
        let _ = self.flush_with(&mut writer);
        let seal = writer.seal;
        if !Database::exists(&self.directory) {
            return Err(missing(&self.directory));
        }
        let pages = super::keep::test_pages(&self.directory)?;
        let database = Database::aside(&self.directory)?;
        let mut waiting = Some((writer, look));
        let mut looked = None;
        // A commit writes nothing over the pages of a state that somebody reads through the handle that writes.
        let _ = self.look(|_| {
            if let Some((writer, look)) = waiting.take() {
                drop(writer);
                looked = Some(look(&database, seal));
            }
            Ok(())
        });
        // After a failure that handle cannot be read, and then nobody may write meanwhile.
        if let Some((_writer, look)) = waiting {
            looked = Some(look(&database, seal));
        }
        Ok((looked.ok_or_else(super::database::closed)??, pages))
    }

    /// Gives every graph, in no order, as the segments that it is stored in, to one who keeps ids instead of triples.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when anything that was stored is damaged or missing, with all that is affected. What was
    /// given until then is of no use.
    pub(crate) fn load_segments(&self, visit: &mut dyn Visitor) -> Result<(), StoreError> {
        let seal = self.writer().seal;
        load::whole(self.look(|tables| load::read_graphs_ahead(tables, &seal, visit))?)
    }

    /// The label that a record holds.
    pub(crate) fn label_of(&self, record: &Record) -> Label {
        read_label(&self.scale, &record.label)
    }

    /// Gives every graph, in no order.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when anything that was stored is damaged or missing, with all that is affected.
    pub(crate) fn load(&self, visit: &mut dyn FnMut(StoredGraph)) -> Result<(), StoreError> {
        let mut loader = Loader {
            scale: &self.scale,
            visit,
            name: None,
            gather: Gather::default(),
        };
        let seal = self.writer().seal;
        let damages = self.look(|tables| load::read_graphs(tables, &seal, &mut loader))?;
        load::whole(damages)
    }

    /// One graph whole, if it exists.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it is not as it was written.
    pub(crate) fn read(&self, name: &str) -> Result<Option<StoredGraph>, StoreError> {
        self.look(|tables| {
            let Some(value) = tables.graphs.get(name)? else {
                return Ok(None);
            };
            let (record, _) =
                Record::parse(name, value.value()).map_err(|wrong| damaged(name, wrong))?;
            let mut graph = None;
            let mut visit = |stored| graph = Some(stored);
            let mut loader = Loader {
                scale: &self.scale,
                visit: &mut visit,
                name: None,
                gather: Gather::default(),
            };
            load::read_graph(tables, name, &record, &mut loader)?;
            Ok(graph)
        })
    }

    /// All settings.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when one is damaged or missing.
    pub(crate) fn settings(&self) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        let seal = self.writer().seal;
        let (settings, damages) = self.look(|tables| load::read_settings(tables, &seal))?;
        load::whole(damages).map(|()| settings)
    }

    /// The name of this store and the number of its last commit.
    pub(crate) fn state(&self) -> State {
        let seal = self.writer().seal;
        State {
            store: seal.database,
            commit: seal.commit,
        }
    }

    /// Makes every such operation on the file fail.
    #[cfg(test)]
    pub(crate) fn inject(&self, failure: Option<(Operation, std::io::ErrorKind)>) {
        let _ = self.with_database(|database| {
            *database.watch.inject.lock().unwrap() = failure;
            Ok(())
        });
    }

    #[cfg(test)]
    pub(crate) fn bytes_written(&self) -> u64 {
        let written = |database: &Database| {
            Ok(database
                .watch
                .written
                .load(std::sync::atomic::Ordering::Relaxed))
        };
        self.with_database(written).unwrap()
    }

    /// Runs `read` on the tables as they are now.
    pub(crate) fn look<T>(
        &self,
        read: impl FnOnce(&Tables) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with_database(|database| database.read(read))
    }

    fn with_database<T>(
        &self,
        act: impl FnOnce(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        match &*database {
            Some(database) => act(database),
            None => Err(super::database::closed()),
        }
    }

    /// After a failure that may pass, such as a full disk: closes the file and opens it again.
    fn open_again(&self, writer: &Writer) -> Result<(), StoreError> {
        let failure = self.with_database(|database| Ok(database.watch.first_failure()));
        if matches!(failure, Ok(None)) {
            return Ok(());
        }
        let begun = Instant::now();
        let mut slot = loop {
            match self.database.try_write() {
                Ok(slot) => break slot,
                Err(TryLockError::Poisoned(slot)) => break slot.into_inner(),
                // Somebody still reads through the old handle: a copy of the index is over soon, a backup is not.
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(TryLockError::WouldBlock) => return Err(StoreError::Full),
            }
        };
        *slot = None;
        let database = Database::open(&self.directory)?;
        let seal = database.read(|tables| tables.seal())?;
        if seal != writer.seal {
            let why = match seal.commit < writer.seal.commit {
                true => {
                    "the disk got full before writes were on it that had been acknowledged, since `sync` is off"
                }
                false => "a commit that was reported as failed is on disk",
            };
            return Err(self.stop(why.to_owned()));
        }
        *slot = Some(database);
        Ok(())
    }

    /// What a failed commit means for those that follow.
    fn failed(&self, error: StoreError) -> StoreError {
        let failure = self.with_database(|database| Ok(database.watch.first_failure()));
        let why = match failure {
            // Nothing reached the file, or no more than a crash would have left: the header still points to the old
            // state, so opening the file again finds that.
            Ok(Some(Failure {
                operation: Operation::Read | Operation::Write,
                full: true,
                ..
            })) => {
                return StoreError::Full;
            }
            Ok(Some(Failure {
                operation: Operation::Sync,
                cause,
                ..
            })) => {
                format!("the disk did not confirm a write ({cause})")
            }
            Ok(Some(Failure {
                operation: Operation::Write,
                cause,
                ..
            })) => {
                format!("the disk refused a write ({cause})")
            }
            Ok(Some(Failure {
                operation: Operation::Read,
                cause,
                ..
            })) => {
                format!("the disk refused a read ({cause})")
            }
            // Not the disk: damage was met, and the transaction was given up.
            Ok(None) => return error,
            Err(error) => error.to_string(),
        };
        self.stop(why)
    }

    /// Lets nobody write any more.
    fn stop(&self, why: String) -> StoreError {
        let why = self.stopped.get_or_init(|| why);
        StoreError::Stopped(why.clone())
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Truth {
    fn drop(&mut self) {
        let mut writer = self.writer();
        if self.flush_with(&mut writer).is_ok() && !writer.unsynced {
            writer.put_mark();
        }
    }
}

impl Writer {
    /// Notes that all that was acknowledged is on the disk.
    fn is_synced(&mut self) {
        self.unsynced = false;
        self.synced = Instant::now();
        self.put_mark();
    }

    /// Writes the mark, without waiting for the disk and without failing: it is a guard and holds nothing of anybody.
    fn put_mark(&mut self) {
        let mark = Mark {
            database: self.seal.database,
            commit: self.seal.commit,
        };
        if let Some(file) = &mut self.mark {
            let _ = file.rewind().and_then(|()| file.write_all(&mark.write()));
        }
    }
}

/// Gathers the segments of each graph and hands the graph on.
struct Loader<'a> {
    scale: &'a Scale,
    visit: &'a mut dyn FnMut(StoredGraph),
    name: Option<(NamedNode, Label)>,
    gather: Gather,
}

impl Visitor for Loader<'_> {
    fn graph(&mut self, name: &str, record: &Record) -> Result<(), Malformed> {
        let label = read_label(self.scale, &record.label);
        self.name = Some((NamedNode::new_unchecked(name), label));
        self.gather = Gather::default();
        Ok(())
    }

    fn segment(&mut self, segment: Segment) -> Result<(), Malformed> {
        self.gather.add(&segment)
    }

    fn end(&mut self) -> Result<(), Malformed> {
        let triples = std::mem::take(&mut self.gather).finish();
        if let Some((name, label)) = self.name.take() {
            (self.visit)(StoredGraph {
                name,
                label,
                triples,
            });
        }
        Ok(())
    }
}

/// INVARIANT: a label that cannot be read, for example because its level is no longer on the scale, is closed.
fn read_label(scale: &Scale, text: &str) -> Label {
    scale.parse_label(text).unwrap_or_else(|_| Label::closed())
}

/// Why there is no database in a directory in which there was or was to be one.
pub(crate) fn missing(directory: &Path) -> StoreError {
    match super::keep::is_half_restored(directory) {
        true => StoreError::damaged("a restore into this directory was interrupted: restore again"),
        false => StoreError::damaged("the database file is missing"),
    }
}

/// What the mark says.
pub(crate) enum ReadMark {
    None,
    Unreadable,
    Some(Mark),
}

pub(crate) fn read_mark(directory: &Path) -> ReadMark {
    match std::fs::read(directory.join(MARK)) {
        Ok(bytes) => Mark::parse(&bytes).map_or(ReadMark::Unreadable, ReadMark::Some),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => ReadMark::None,
        Err(_) => ReadMark::Unreadable,
    }
}

/// Whether there is a mark that cannot be read.
pub(crate) fn mark_is_damaged(directory: &Path) -> bool {
    matches!(read_mark(directory), ReadMark::Unreadable)
}

/// A mark that cannot be read says nothing, since it is not waited for and a crash may tear it.
pub(crate) fn test_mark(mark: &ReadMark, seal: &Seal) -> Result<(), StoreError> {
    match mark {
        ReadMark::Some(mark) if mark.database != seal.database => Err(StoreError::damaged(
            format_args!("`{MARK}` belongs to another store than the database"),
        )),
        ReadMark::Some(mark) if mark.commit > seal.commit => {
            Err(StoreError::damaged(format_args!(
                "{} commits were acknowledged, the database knows {}",
                mark.commit, seal.commit
            )))
        }
        _ => Ok(()),
    }
}

/// A name for a new store.
pub(crate) fn random() -> Result<u128, StoreError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|cause| StoreError::Io {
        doing: "cannot name a new store".to_owned(),
        cause: cause.to_string(),
    })?;
    Ok(u128::from_le_bytes(bytes))
}
