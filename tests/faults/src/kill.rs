//! The process is killed at a random moment, again and again, in one data directory.

use crate::child::{Writing, command, merge};
use crate::notes::{self, Acknowledged};
use crate::random::Random;
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};

pub(crate) fn run(rounds: u64, writers: u64, seed: u64) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let mut random = Random::new(seed);
    let mut acknowledged = Acknowledged::new();
    let (mut lost, mut torn) = (0, 0);
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        let mut writer = command("child-write", directory.path())?;
        writer.args([
            "--writers",
            &writers.to_string(),
            "--seed",
            &(seed * 1000 + round).to_string(),
        ]);
        let mut writing = Writing::start(writer)?;
        // The first few while the store is being made or opened, the rest while it is being written.
        if round % 10 == 0 {
            std::thread::sleep(random.milliseconds(1, 30));
        } else {
            std::thread::sleep(random.milliseconds(20, 400));
            writing.wait_for_one()?;
        }
        merge(&mut acknowledged, writing.kill()?);
        let opening = Instant::now();
        let found = notes::check(directory.path(), &acknowledged)?;
        slowest = slowest.max(opening.elapsed());
        lost += found.lost;
        torn += found.torn;
    }
    let commits: u64 = acknowledged.values().sum();
    println!(
        "kill: {rounds} rounds, {writers} writers: {commits} commits acknowledged, {lost} lost, {torn} notes torn; \
         opening and testing took {slowest:.0?} at most"
    );
    ensure!(
        commits >= rounds - rounds.div_ceil(10) && lost == 0 && torn == 0,
        "kill: not everything that was acknowledged is there"
    );
    Ok(())
}
