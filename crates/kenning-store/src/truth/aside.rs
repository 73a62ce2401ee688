//! The database file as it lies on the disk, through a handle of its own that never writes to it.
//!
//! The handle that writes remembers pages and would not notice that the file under it has changed. A test of the file
//! opens it a second time, as if the power had just gone: what opening repairs stays in memory. So a test changes nothing
//! of what it tests, and needs no right to write.

use redb::{BackendError, StorageBackend};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is written is kept in blocks of so many bytes.
const BLOCK: u64 = 4096;

/// A file that is only read, and what was written over it.
#[derive(Debug)]
pub(super) struct Aside {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// How much of the file counts.
    of_file: u64,
    length: u64,
    written: HashMap<u64, Box<[u8; BLOCK as usize]>>,
}

impl Aside {
    pub(super) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let state = State {
            file,
            of_file: length,
            length,
            written: HashMap::new(),
        };
        Ok(Self {
            state: Mutex::new(state),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn test(&self, offset: u64, length: usize) -> io::Result<()> {
        match offset.checked_add(length as u64) {
            Some(end) if end <= self.length => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Reads what the file has of `out`; what lies beyond its end is zero.
    fn read_file(&mut self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let there = self.of_file.saturating_sub(offset).min(out.len() as u64);
        let (there, beyond) = out.split_at_mut_checked(there as usize).unwrap_or_default();
        beyond.fill(0);
        if there.is_empty() {
            return Ok(());
        }
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(there)
    }

    fn read(&mut self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.test(offset, out.len())?;
        self.read_file(offset, out)?;
        for (block, of_out, of_block) in parts(offset, out.len()) {
            if let (Some(bytes), Some(out)) = (self.written.get(&block), out.get_mut(of_out))
                && let Some(bytes) = bytes.get(of_block)
            {
                out.copy_from_slice(bytes);
            }
        }
        Ok(())
    }

    fn write(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.test(offset, data.len())?;
        for (block, of_data, of_block) in parts(offset, data.len()) {
            if !self.written.contains_key(&block) {
                let mut bytes = Box::new([0; BLOCK as usize]);
                self.read_file(block * BLOCK, bytes.as_mut_slice())?;
                self.written.insert(block, bytes);
            }
            if let (Some(bytes), Some(data)) = (self.written.get_mut(&block), data.get(of_data))
                && let Some(bytes) = bytes.get_mut(of_block)
            {
                bytes.copy_from_slice(data);
            }
        }
        Ok(())
    }

    fn set_len(&mut self, length: u64) {
        if length < self.length {
            // What is cut off is gone, also if the file is made longer again.
            self.of_file = self.of_file.min(length);
            self.written.retain(|block, _| block * BLOCK < length);
            if let Some(bytes) = self.written.get_mut(&(length / BLOCK)) {
                let kept = (length % BLOCK) as usize;
                bytes.get_mut(kept..).unwrap_or_default().fill(0);
            }
        }
        self.length = length;
    }
}

/// The blocks that `length` bytes at `offset` lie in, each with its part of the bytes and where in the block that lies.
fn parts(
    offset: u64,
    length: usize,
) -> impl Iterator<Item = (u64, std::ops::Range<usize>, std::ops::Range<usize>)> {
    let end = offset + length as u64;
    let mut at = offset;
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let block = at / BLOCK;
        let until = ((block + 1) * BLOCK).min(end);
        let of_all = (at - offset) as usize..(until - offset) as usize;
        let of_block = (at - block * BLOCK) as usize..(until - block * BLOCK) as usize;
        at = until;
        Some((block, of_all, of_block))
    })
}

impl StorageBackend for Aside {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.state().read(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.state().set_len(length);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.state().write(offset, data)
    }

    // Nobody else has what is in memory, and the file is not locked because nothing is written to it.

    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Reads, writes and changes of length give what they give on a file, and the file stays as it is.
    #[test]
    fn it_is_like_a_file_and_leaves_the_file_alone() {
        let mut random = 7_u64;
        let mut below = |bound: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % bound
        };
        let first: Vec<u8> = (0..30_000).map(|_| below(256) as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&first).unwrap();
        let aside = Aside::new(File::open(file.path()).unwrap()).unwrap();
        let mut model = first.clone();
        for _ in 0..3000 {
            let offset = below(model.len() as u64 + 10);
            let length = below(9000) as usize;
            let end = offset as usize + length;
            match below(5) {
                0 => {
                    let length = 1 + below(50_000);
                    model.resize(length as usize, 0);
                    aside.set_len(length).unwrap();
                }
                1 | 2 => {
                    let data: Vec<u8> = (0..length).map(|_| below(256) as u8).collect();
                    let done = aside.write(offset, &data);
                    assert_eq!(done.is_ok(), end <= model.len());
                    if let Some(part) = model.get_mut(offset as usize..end) {
                        part.copy_from_slice(&data);
                    }
                }
                _ => {
                    let mut out = vec![9; length];
                    let done = aside.read(offset, &mut out);
                    assert_eq!(done.is_ok(), end <= model.len());
                    if done.is_ok() {
                        assert_eq!(out, model[offset as usize..end]);
                    }
                }
            }
            assert_eq!(aside.len().unwrap(), model.len() as u64);
        }
        assert_eq!(std::fs::read(file.path()).unwrap(), first);
    }
}
