//! How many commits a second, and how long each takes.

use crate::notes;
use anyhow::Result;
use kenning_store::{KnowledgeBase, Options};
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub(crate) fn run(writers: u64, seconds: u64, directory: PathBuf) -> Result<()> {
    let kb = KnowledgeBase::open(&directory, Options::default())?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|writer| {
                let kb = &kb;
                scope.spawn(move || -> Result<Vec<Duration>> {
                    let mut times = Vec::new();
                    let mut number = 0;
                    while Instant::now() < end {
                        number = (number + 1) % 50;
                        let note = (writer, number);
                        let batch =
                            notes::batch(note, notes::generation(kb, note)?.unwrap_or(0) + 1)?;
                        let start = Instant::now();
                        kb.commit(batch)?;
                        times.push(start.elapsed());
                    }
                    Ok(times)
                })
            })
            .collect();
        let results = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Ok(Vec::new())));
        results.collect::<Result<Vec<_>>>()
    })?
    .concat();
    times.sort();
    let at = |share: usize| {
        times
            .get((times.len().saturating_sub(1)) * share / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "load: {writers} writers: {} commits/s, p50 {:.1?}, p99 {:.1?}, longest {:.1?}",
        times.len() as u64 / seconds.max(1),
        at(50),
        at(99),
        at(100)
    );
    Ok(())
}
