//! Keeping a store over the years: testing all of it, copying it while it is in use, and bringing a copy back.

use super::bytes::Malformed;
use super::database::{self, Database, Tables, Wait, sync_directory};
use super::error::{Affected, Damage, StoreError};
use super::form::{self, Record, Seal};
use super::load::{self, Visitor};
use super::segment::Segment;
use super::store::{MARK, Truth};
use redb::ReadableTable;
use std::path::{Path, PathBuf};

/// How many bytes a backup copies in one commit.
const STEP: usize = 32 << 20;

/// What a test of a whole store found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Verified {
    /// How many graphs are stored and whole.
    pub graphs: u64,
    /// How many segments those graphs have.
    pub segments: u64,
    /// How many settings, tokens among them, are stored and whole.
    pub settings: u64,
    /// All that is damaged or missing; empty when everything is as it was written.
    pub damages: Vec<Damage>,
}

impl Truth {
    /// Reads everything that lies on the disk and tests it against its checksums, while others read and write.
    ///
    /// # Errors
    /// [`StoreError::Stopped`] when the file is closed after a failure.
    pub(crate) fn verify(&self) -> Result<Verified, StoreError> {
        let looked = self.on_disk(|database, seal| {
            let known = database.read(Tables::seal)?;
            if known != seal {
                return Err(StoreError::damaged(format_args!(
                    "{} commits were acknowledged, the file on the disk knows {}",
                    seal.commit, known.commit
                )));
            }
            test(database)
        });
        found(looked.map(|(mut verified, pages)| {
            if verified.damages.is_empty() {
                verified.damages = pages;
            }
            verified
        }))
    }

    /// Copies the store, as it is now, into the new file `to`; others read and write meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when something is damaged, for a backup that holds less than the store is none;
    /// [`StoreError::Io`] when `to` exists or cannot be written.
    pub(crate) fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.look(|tables| {
            let seal = tables.seal()?;
            load::whole(load::read_graphs(tables, &seal, &mut Counter::default())?)?;
            load::whole(load::read_settings(tables, &seal)?.1)?;
            copy(tables, &seal, to)
        })
    }
}

/// Tests the store in `directory`, which this process holds: everything in it, and every page under it. Changes nothing.
pub(crate) fn verify(directory: &Path) -> Result<Verified, StoreError> {
    if !Database::exists(directory) {
        return found(Err(super::store::missing(directory)));
    }
    let mut verified = verify_tables(directory)?;
    // A page names nobody. It is of interest where the tables, which do, show nothing.
    if verified.damages.is_empty() {
        verified.damages = test_pages(directory)?;
        if super::store::mark_is_damaged(directory) {
            verified.damages.push(Damage::new(
                Affected::Nothing,
                format_args!("`{MARK}` cannot be read; it is made anew when the store is opened"),
            ));
        }
    }
    Ok(verified)
}

/// Tests everything in the tables of the store in `directory`, and nothing under them.
pub(crate) fn verify_tables(directory: &Path) -> Result<Verified, StoreError> {
    let mark = super::store::read_mark(directory);
    found(Database::aside(directory).and_then(|database| {
        super::store::test_mark(&mark, &database.read(Tables::seal)?)?;
        test(&database)
    }))
}

/// Tests every page of the file. Nobody may be writing to it.
pub(crate) fn test_pages(directory: &Path) -> Result<Vec<Damage>, StoreError> {
    match Database::aside(directory).and_then(|mut database| database.check_pages()) {
        Ok(true) => Ok(Vec::new()),
        Ok(false) => Ok(vec![Damage::new(
            Affected::Nothing,
            "which pages are free is recorded wrongly; that is put right when the store is opened",
        )]),
        Err(StoreError::Damaged(damages)) => Ok(damages),
        Err(error) => Err(error),
    }
}

/// Tests everything in the tables.
fn test(database: &Database) -> Result<Verified, StoreError> {
    database.read(|tables| {
        let seal = tables.seal()?;
        let mut counter = Counter::default();
        let mut damages = load::read_graphs(tables, &seal, &mut counter)?;
        let (settings, more) = load::read_settings(tables, &seal)?;
        damages.extend(more);
        Ok(Verified {
            graphs: counter.graphs,
            segments: counter.segments,
            settings: settings.len() as u64,
            damages,
        })
    })
}

/// Makes the store `directory`, in which there is none, out of the backup `from`, which is only read.
///
/// The new store gets a name of its own, so that nothing derived from the old one, such as a cache, fits it.
pub(crate) fn restore(from: &Path, directory: &Path) -> Result<(), StoreError> {
    if Database::exists(directory) || directory.join(MARK).exists() {
        return Err(StoreError::Io {
            doing: format!("cannot restore into `{}`", directory.display()),
            cause: "there is a store already".to_owned(),
        });
    }
    Database::aside_file(from)?.read(|tables| {
        let seal = tables.seal()?;
        load::whole(load::read_graphs(tables, &seal, &mut Counter::default())?)?;
        load::whole(load::read_settings(tables, &seal)?.1)?;
        let renamed = Seal {
            database: super::store::random()?,
            ..seal
        };
        copy(tables, &renamed, &directory.join(database::FILE))
    })
}

/// Whether a restore into `directory` began and did not end.
pub(crate) fn is_half_restored(directory: &Path) -> bool {
    unfinished(&directory.join(database::FILE)).exists()
}

/// Turns damage into a finding; other errors stay errors.
fn found(result: Result<Verified, StoreError>) -> Result<Verified, StoreError> {
    match result {
        Err(StoreError::Damaged(damages)) => Ok(Verified {
            damages,
            ..Verified::default()
        }),
        other => other,
    }
}

/// Copies all tables into the new file `to`, which appears whole or not at all.
fn copy(tables: &Tables, seal: &Seal, to: &Path) -> Result<(), StoreError> {
    let failed = |cause| StoreError::io(format_args!("cannot write `{}`", to.display()), &cause);
    let unfinished = unfinished(to);
    if to.exists() {
        return Err(StoreError::Io {
            doing: format!("cannot write `{}`", to.display()),
            cause: "there is a file of this name already".to_owned(),
        });
    }
    // Where it cannot even be begun, somebody else may be writing it.
    let new = Database::create_file(&unfinished)?;
    let result = copy_into(tables, seal, &new);
    drop(new);
    if let Err(error) = result {
        let _ = std::fs::remove_file(&unfinished);
        return Err(error);
    }
    std::fs::rename(&unfinished, to).map_err(failed)?;
    let directory = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    sync_directory(directory.unwrap_or(Path::new("."))).map_err(failed)
}

/// What a copy is called until it is whole.
fn unfinished(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

/// What [`Database::create`] does in one commit, this does in many, so that the copy needs no memory to speak of.
/// The seal comes last: a file without one is not a store.
fn copy_into(tables: &Tables, seal: &Seal, new: &Database) -> Result<(), StoreError> {
    let mut segments = tables.segments.iter()?;
    let mut more = true;
    while more {
        more = new.commit(Wait::Not, |draft| {
            let mut bytes = 0;
            for entry in segments.by_ref() {
                let (key, value) = entry?;
                draft.segments.insert(key.value(), value.value())?;
                bytes += value.value().len();
                if bytes > STEP {
                    return Ok(true);
                }
            }
            Ok(false)
        })?;
    }
    new.commit(Wait::ForDisk, |draft| {
        for entry in tables.graphs.iter()? {
            let (key, value) = entry?;
            draft.graphs.insert(key.value(), value.value())?;
        }
        for entry in tables.settings.iter()? {
            let (key, value) = entry?;
            draft.settings.insert(key.value(), value.value())?;
        }
        for entry in tables.audit.iter()? {
            let (key, value) = entry?;
            draft.audit.insert(key.value(), value.value())?;
        }
        draft.form.insert("version", form::VERSION.as_bytes())?;
        draft.form.insert(form::SEAL, seal.write().as_slice())?;
        Ok(())
    })
}

/// Counts what is whole.
#[derive(Debug, Default)]
struct Counter {
    graphs: u64,
    segments: u64,
    pending: u64,
}

impl Visitor for Counter {
    fn graph(&mut self, _name: &str, _record: &Record) -> Result<(), Malformed> {
        self.pending = 0;
        Ok(())
    }

    fn segment(&mut self, segment: Segment) -> Result<(), Malformed> {
        self.pending += 1;
        for local in segment.removed.iter().chain(&segment.added) {
            segment.test(*local)?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Malformed> {
        self.graphs += 1;
        self.segments += self.pending;
        Ok(())
    }
}
