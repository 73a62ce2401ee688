//! One note is replaced again and again: neither the disk nor the memory may fill up.

use crate::notes;
use anyhow::{Result, ensure};
use kenning_store::{KnowledgeBase, Options};
use std::path::Path;
use std::time::Instant;

pub(crate) fn run(rounds: u64) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let kb = KnowledgeBase::open(directory.path(), Options::default())?;
    let start = Instant::now();
    let mut sizes = Vec::new();
    for round in 1..=rounds {
        kb.commit(notes::batch((0, 0), round)?)?;
        if round.is_multiple_of((rounds / 10).max(1)) {
            let (disk, memory) = (disk(directory.path())?, memory()?);
            println!(
                "replace: after {round}: {} kB on disk, {} MB of memory, {:.0?}",
                disk >> 10,
                memory >> 20,
                start.elapsed()
            );
            sizes.push((disk, memory));
        }
    }
    let ((first_disk, first_memory), (last_disk, last_memory)) = (sizes[0], sizes[sizes.len() - 1]);
    ensure!(last_disk <= first_disk * 2 + (4 << 20), "the disk fills up");
    ensure!(
        last_memory <= first_memory * 2 + (64 << 20),
        "the memory fills up"
    );
    Ok(())
}

/// The bytes that the files in a directory take.
pub(crate) fn disk(directory: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)? {
        match entry?.metadata() {
            Ok(file) => bytes += file.len(),
            // A copy of the index that is just finished has another name now.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(bytes)
}

/// The bytes of memory that this process has (Linux).
fn memory() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = text.split(' ').nth(1).unwrap_or("0").parse()?;
    Ok(pages * 4096)
}
