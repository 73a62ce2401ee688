//! Files that only their owner may read, whatever the mask of the process: what is stored is protected by nothing else on the disk.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Options for a file that is its owner's alone, if it is made.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    options.mode(0o600);
    options
}

/// Makes a directory that is its owner's alone, and those above it, so that they outlive a power cut. One that is there
/// stays as it is.
pub(crate) fn make_directory(path: &Path) -> io::Result<()> {
    let above = |path: &Path| match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above.to_owned(),
        _ => PathBuf::from("."),
    };
    let missing = path.ancestors().take_while(|path| !path.exists());
    let holders: Vec<PathBuf> = missing
        .filter(|path| !path.as_os_str().is_empty())
        .map(above)
        .collect();
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    builder.mode(0o700);
    builder.recursive(true).create(path)?;
    for holder in holders {
        // Where the directory above may not be read, there is nobody to ask.
        let _ = File::open(holder).and_then(|holder| holder.sync_all());
    }
    Ok(())
}
