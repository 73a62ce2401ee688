//! Reading one file, which may change, vanish or turn into something else meanwhile.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;

use crate::walk::Found;

/// Reads the bytes of a note that a walk found, and how it looked afterwards.
///
/// A file that changes while it is read is read again, a few times.
///
/// # Errors
/// A text for people.
pub(crate) fn read(root: &Path, path: &str, largest: u64) -> Result<(Vec<u8>, Found), String> {
    let file = crate::walk::file(root, path);
    for _ in 0..3 {
        if let Some(done) = read_once(root, &file, path, largest)? {
            return Ok(done);
        }
    }
    Err("the file keeps changing while it is read".to_owned())
}

fn read_once(
    root: &Path,
    file: &Path,
    path: &str,
    largest: u64,
) -> Result<Option<(Vec<u8>, Found)>, String> {
    let cannot = |error: std::io::Error| format!("the file cannot be read: {error}");
    let mut open = match open_as_named(file) {
        Some(open) => open,
        None => {
            // Between the walk and now, somebody may have put a link in place of the file or of a folder above it.
            let real = file.canonicalize().map_err(cannot)?;
            if !real.starts_with(root) {
                return Err("the path leads out of the folder".to_owned());
            }
            open(&real).map_err(cannot)?
        }
    };
    let before = open.metadata().map_err(cannot)?;
    if !before.is_file() {
        return Err("it is no ordinary file".to_owned());
    }
    if before.len() > largest {
        return Err(format!(
            "the file has {} bytes, more than the {largest} that are read",
            before.len()
        ));
    }
    let mut bytes = Vec::new();
    let size = usize::try_from(before.len()).unwrap_or(0);
    bytes
        .try_reserve_exact(size.saturating_add(1))
        .map_err(|_| "the file does not fit into memory".to_owned())?;
    (&mut open)
        .take(largest.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    let after = open.metadata().map_err(cannot)?;
    let (before, after) = (
        Found::of(path.to_owned(), &before),
        Found::of(path.to_owned(), &after),
    );
    let whole = u64::try_from(bytes.len()).is_ok_and(|read| read == after.size);
    Ok((before == after && whole).then_some((bytes, after)))
}

/// Opens a file if the system says that what was opened has this very path, with no link on the way: one question to it, where following the
/// path asks one for each folder. `None` says nothing; then somebody has to look closely.
#[cfg(target_os = "linux")]
fn open_as_named(file: &Path) -> Option<File> {
    use std::os::fd::AsRawFd;
    let open = open(file).ok()?;
    let real = std::fs::read_link(format!("/proc/self/fd/{}", open.as_raw_fd())).ok()?;
    (real == file).then_some(open)
}

#[cfg(not(target_os = "linux"))]
fn open_as_named(_: &Path) -> Option<File> {
    None
}

/// Never waits: a pipe in place of a note would have nobody at its other end.
fn open(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    options.open(file)
}
