//! One byte of one file is wrong: in every second round by one bit, in the others by any.

use crate::child::{REPORTED, command};
use crate::notes;
use crate::random::Random;
use anyhow::{Context, Result, bail, ensure};
use kenning_store::{KnowledgeBase, Options};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

pub(crate) fn run(rounds: u64, seed: u64) -> Result<()> {
    let store = tempfile::tempdir()?;
    {
        let kb = KnowledgeBase::open(store.path(), Options::default())?;
        for generation in 1..=3 {
            for number in 0..400 {
                kb.commit(notes::batch((0, number), generation)?)?;
            }
        }
        ensure!(kb.copy_index(), "the copy of the index cannot be written");
    }
    let (_, whole) = digest(store.path())?;
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in std::fs::read_dir(store.path())? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .ok()
            .context("a name that is not UTF-8")?;
        files.push((name, std::fs::read(entry.path())?));
    }
    files.retain(|(_, bytes)| !bytes.is_empty());
    files.sort();
    let mut random = Random::new(seed);
    let mut counts: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    let mut unseen = 0;
    for round in 0..rounds {
        // Most in the file that is largest, as it would happen, and some in each of the others.
        let mut at = random.below(files.iter().map(|(_, bytes)| bytes.len() as u64).sum());
        let hit = if round % 5 == 0 {
            random.below(files.len() as u64) as usize
        } else {
            let mut hit = 0;
            while at >= files[hit].1.len() as u64 {
                at -= files[hit].1.len() as u64;
                hit += 1;
            }
            hit
        };
        let at = (at % files[hit].1.len() as u64) as usize;
        let flip = match round % 2 {
            0 => 1 << random.below(8),
            _ => 1 + random.below(255) as u8,
        };
        let copy = tempfile::tempdir()?;
        for (number, (name, bytes)) in files.iter().enumerate() {
            let mut bytes = bytes.clone();
            if number == hit {
                bytes[at] ^= flip;
            }
            std::fs::write(copy.path().join(name), bytes)?;
        }
        let name = &files[hit].0;
        let verified =
            kenning_store::verify(copy.path()).with_context(|| format!("`{name}`, byte {at}"))?;
        std::fs::write(copy.path().join(name), {
            let mut bytes = files[hit].1.clone();
            bytes[at] ^= flip;
            bytes
        })?;
        let (reported, seen) =
            digest(copy.path()).with_context(|| format!("`{name}`, byte {at}"))?;
        ensure!(
            reported || seen == whole,
            "`{name}`, byte {at}: something else is there, and nothing says so"
        );
        ensure!(
            !reported || !verified.damages.is_empty(),
            "`{name}`, byte {at}: verify finds nothing; opening says {seen}"
        );
        unseen += u64::from(!reported && verified.damages.is_empty());
        counts.entry(name.clone()).or_default()[usize::from(reported)] += 1;
    }
    for (name, [equal, reported]) in &counts {
        println!("flips: `{name}`: {reported} reported when opened, {equal} answered as before");
    }
    println!(
        "flips: {rounds} single bytes: 0 silent losses; {unseen} were in places that hold nothing"
    );
    Ok(())
}

/// Whether the store says that it is damaged; and what it says, or a digest of all it holds.
fn digest(directory: &Path) -> Result<(bool, String)> {
    let child = command("child-digest", directory)?
        .stdin(Stdio::null())
        .spawn()?;
    let output = within(child, Duration::from_secs(20))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match output.status.code() {
        Some(0) => Ok((false, text)),
        Some(REPORTED) => Ok((true, text)),
        code => bail!("the process ended with {code:?}: {text}"),
    }
}

fn within(mut child: Child, limit: Duration) -> Result<std::process::Output> {
    let start = Instant::now();
    while child.try_wait()?.is_none() {
        if start.elapsed() > limit {
            child.kill()?;
            bail!("the process did not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(child.wait_with_output()?)
}
