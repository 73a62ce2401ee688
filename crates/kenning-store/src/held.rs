//! One process holds a data directory.

use crate::{OpenError, private};
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

/// The right to use a directory, given back when dropped or when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Held {
    _file: File,
}

impl Held {
    /// Takes `dir`, which is made if need be. `dir/kenning.pid` is the locked file and says who has it.
    pub(crate) fn take(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join("kenning.pid");
        let io = |source| OpenError::Io {
            path: path.clone(),
            source,
        };
        private::make_directory(dir).map_err(io)?;
        let mut file = private::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let by = match file.read_to_string(&mut text) {
                    Ok(_) if !text.trim().is_empty() => format!("process {}", text.trim()),
                    _ => "another process".to_owned(),
                };
                return Err(OpenError::Held {
                    dir: dir.to_owned(),
                    by,
                });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        file.set_len(0).map_err(io)?;
        file.rewind().map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { _file: file })
    }
}
