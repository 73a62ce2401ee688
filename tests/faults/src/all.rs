//! Every fault, one after the other, each in a process of its own, with one line for each.

use anyhow::{Context, Result, ensure};
use std::process::Command;
use std::time::Instant;

/// The faults, and how many rounds make the full run, where there are rounds.
const FAULTS: [(&str, Option<u64>); 6] = [
    ("kill", Some(200)),
    ("power", Some(50)),
    ("calls", None),
    ("flips", Some(1000)),
    ("full", None),
    ("replace", Some(1_000_000)),
];

/// Runs all of them, with one `share`-th of the rounds.
///
/// A fault whose promise is broken is printed whole, and the others run all the same.
pub(crate) fn run(share: u64, seed: u64) -> Result<()> {
    let own = std::env::current_exe()?;
    let mut broken = Vec::new();
    for (fault, rounds) in FAULTS {
        let mut command = Command::new(&own);
        command.arg(fault).args(["--seed", &seed.to_string()]);
        if let Some(rounds) = rounds {
            let rounds = rounds.div_ceil(share.max(1));
            command.args(["--rounds", &rounds.to_string()]);
        }
        let begun = Instant::now();
        let output = command.output().context("a fault cannot be started")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().rfind(|line| !line.trim().is_empty());
        let seconds = begun.elapsed().as_secs_f64();
        match output.status.success() {
            true => println!("held    {seconds:7.1} s  {}", last.unwrap_or(fault)),
            false => {
                broken.push(fault);
                let errors = String::from_utf8_lossy(&output.stderr);
                println!("BROKEN  {seconds:7.1} s  {fault}\n{text}{errors}");
            }
        }
    }
    ensure!(broken.is_empty(), "broken: {}", broken.join(", "));
    Ok(())
}
