//! The disk is full: a small tmpfs is filled, and then made larger.

use crate::notes::{self, Acknowledged};
use anyhow::{Context, Result, bail, ensure};
use kenning_store::{CommitError, KnowledgeBase, Options, StoreError};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

pub(crate) fn run() -> Result<()> {
    let place = tempfile::tempdir()?;
    mount(place.path(), "size=24m")?;
    let result = fill(place.path());
    let _ = Command::new("umount").arg(place.path()).status();
    result
}

fn fill(disk: &Path) -> Result<()> {
    let data = disk.join("data");
    let kb = KnowledgeBase::open(&data, Options::default())?;
    let mut acknowledged = Acknowledged::new();
    let mut number = 0;
    // A copy of the index that is just being made takes room too, and gives it back when the disk is full. So the disk
    // counts as full when it is found full several times in a row, and what is accepted in between is acknowledged.
    let mut refused = 0;
    let mut quickest = Duration::MAX;
    while refused < 5 {
        let start = Instant::now();
        match kb.commit(notes::batch((0, number), 1)?) {
            Ok(_) => {
                acknowledged.insert((0, number), 1);
                number += 1;
                refused = 0;
            }
            Err(error) => {
                let took = start.elapsed();
                ensure!(
                    matches!(error, CommitError::Store(StoreError::Full)),
                    "not what a full disk is called: {error}"
                );
                println!("full: after {number} commits `{error}`, within {took:.0?}");
                quickest = quickest.min(took);
                refused += 1;
            }
        }
        ensure!(number < 1_000_000, "the disk never gets full");
    }
    // One of them may have waited for another process; all of them did not.
    ensure!(quickest.as_secs() < 1, "that took long");
    // Whether a copy of the index still fits is chance: the one that was being made may have taken the place of an older
    // one, which gave its room back. What did not fit must be gone.
    let copied = kb.copy_index();
    let unfinished = data.join("kenning.cache.unfinished");
    ensure!(
        !unfinished.exists(),
        "a copy of the index that did not fit still takes room"
    );
    println!("full: a copy of the index fits: {copied}");
    let found = notes::compare(&kb, &acknowledged)?;
    ensure!(found.lost == 0 && found.torn == 0, "{found:?}");
    println!(
        "full: all {} notes can be read meanwhile",
        acknowledged.len()
    );
    mount(disk, "remount,size=64m")?;
    // A copy of the index that has just been begun reads through the handle that has to be opened again.
    let start = Instant::now();
    while let Err(error) = kb.commit(notes::batch((0, number), 1)?) {
        ensure!(
            start.elapsed().as_secs() < 10,
            "there is room again, and yet: {error}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    acknowledged.insert((0, number), 1);
    for more in 1..100 {
        kb.commit(notes::batch((0, number + more), 1)?)
            .context("there is room again")?;
        acknowledged.insert((0, number + more), 1);
    }
    drop(kb);
    let found = notes::check(&data, &acknowledged)?;
    if found.lost > 0 || found.torn > 0 {
        bail!("{found:?}");
    }
    println!(
        "full: 100 more commits when there is room, without a restart; all {} notes are there after one",
        acknowledged.len()
    );
    Ok(())
}

fn mount(place: &Path, options: &str) -> Result<()> {
    let mut command = Command::new("mount");
    if !options.starts_with("remount") {
        command.args(["-t", "tmpfs", "kenning-faults"]);
    }
    let status = command.args(["-o", options]).arg(place).status()?;
    ensure!(status.success(), "cannot mount a tmpfs: are you root?");
    Ok(())
}
