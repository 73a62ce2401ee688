//! What happens to the store when the process, the disk or the power fails. See `README.md` beside this crate.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test tool: it reports, and it may end in a panic"
)]

mod all;
mod calls;
mod child;
mod flips;
mod full;
mod kill;
mod load;
mod notes;
mod power;
mod random;
mod replace;

use anyhow::{Context, Result, bail, ensure};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let mut options = Options::parse(arguments)?;
    let rounds = options.number("rounds")?;
    let seed = options.number("seed")?.unwrap_or(1);
    let writers = options.number("writers")?;
    let seconds = options.number("seconds")?;
    match options.command.as_str() {
        "all" => all::run(options.number("share")?.unwrap_or(1), seed),
        "kill" => kill::run(rounds.unwrap_or(200), writers.unwrap_or(8), seed),
        "power" => power::run(rounds.unwrap_or(50), writers.unwrap_or(64), seed),
        "calls" => calls::run(),
        "flips" => flips::run(rounds.unwrap_or(1000), seed),
        "full" => full::run(),
        "replace" => replace::run(rounds.unwrap_or(1_000_000)),
        "load" => load::run(
            writers.unwrap_or(64),
            seconds.unwrap_or(10),
            options.directory()?,
        ),
        // What the others start as processes of their own.
        "child-write" => child::write(&options.directory()?, writers.unwrap_or(8), seed),
        "child-once" => child::once(&options.directory()?),
        "child-digest" => child::digest(&options.directory()?),
        other => bail!("`{other}` is none of all, kill, power, calls, flips, full, replace, load"),
    }
}

/// A command, at most one directory, and numbers by name.
struct Options {
    command: String,
    directory: Option<PathBuf>,
    numbers: Vec<(String, u64)>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut arguments = arguments.iter();
        let command = arguments.next().context("name a fault")?.clone();
        let mut options = Self {
            command,
            directory: None,
            numbers: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            match argument.strip_prefix("--") {
                Some(name) => {
                    let value = arguments
                        .next()
                        .with_context(|| format!("`--{name}` needs a number"))?;
                    options.numbers.push((name.to_owned(), value.parse()?));
                }
                None => {
                    ensure!(options.directory.is_none(), "one directory is enough");
                    options.directory = Some(argument.into());
                }
            }
        }
        Ok(options)
    }

    fn number(&mut self, name: &str) -> Result<Option<u64>> {
        Ok(self
            .numbers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, number)| *number))
    }

    fn directory(&self) -> Result<PathBuf> {
        self.directory.clone().context("name a directory")
    }
}
