//! The file under the database, watched: which operation failed first decides whether writing may go on.

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A file that remembers its first failure.
#[derive(Debug)]
pub(crate) struct Disk {
    file: FileBackend,
    watch: Arc<Watch>,
}

/// What happened to a [`Disk`].
#[derive(Debug, Default)]
pub(crate) struct Watch {
    first: Mutex<Option<Failure>>,
    /// How many bytes were written.
    pub(crate) written: AtomicU64,
    /// In tests: what to say instead of asking the operating system.
    #[cfg(test)]
    pub(crate) inject: Mutex<Option<(Operation, io::ErrorKind)>>,
}

/// An operation on the file, as far as failures of it differ in what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Reading, or asking for the length.
    Read,
    /// Writing, or changing the length.
    Write,
    /// Waiting until everything written is on disk.
    Sync,
}

/// The first thing that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) operation: Operation,
    pub(crate) full: bool,
    /// What was read lies outside the file, so it is the file that is wrong and not the disk.
    pub(crate) outside: bool,
    pub(crate) cause: String,
}

impl Disk {
    pub(crate) fn new(file: File, watch: Arc<Watch>) -> Result<Self, redb::DatabaseError> {
        Ok(Self {
            file: FileBackend::new(file)?,
            watch,
        })
    }
}

impl Watch {
    /// The first failure, if there was one.
    pub(crate) fn first_failure(&self) -> Option<Failure> {
        self.first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn run<T>(&self, operation: Operation, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        #[cfg(test)]
        if let Some((when, kind)) = *self.inject.lock().unwrap_or_else(PoisonError::into_inner)
            && when == operation
        {
            return self.note(operation, Err(kind.into()));
        }
        self.note(operation, act())
    }

    fn note<T>(&self, operation: Operation, result: io::Result<T>) -> io::Result<T> {
        if let Err(cause) = &result {
            self.first
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert_with(|| Failure {
                    operation,
                    full: super::error::is_full(cause),
                    outside: operation == Operation::Read
                        && matches!(
                            cause.kind(),
                            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput
                        ),
                    cause: cause.to_string(),
                });
        }
        result
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.watch.run(Operation::Read, || self.file.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.watch
            .run(Operation::Read, || self.file.read(offset, out))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.watch.run(Operation::Write, || self.file.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.watch.run(Operation::Sync, || self.file.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.watch
            .written
            .fetch_add(data.len() as u64, Ordering::Relaxed);
        self.watch
            .run(Operation::Write, || self.file.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
