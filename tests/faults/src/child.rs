//! Processes that are there to be killed, and how to talk to them.

use crate::notes::{self, Acknowledged, Note};
use crate::random::Random;
use anyhow::{Context, Result, ensure};
use kenning_access::Clearance;
use kenning_store::{GraphPattern, KnowledgeBase, OpenError, Options, Pattern, StoreError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many notes each writer has.
const NOTES: u64 = 20;
/// What a process ends with when it says that the store is damaged.
pub(crate) const REPORTED: i32 = 3;

/// Writes notes until it is stopped. Each acknowledged commit is a line: writer, note, generation.
pub(crate) fn write(directory: &Path, writers: u64, seed: u64) -> Result<()> {
    let kb = KnowledgeBase::open(directory, Options::default())?;
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let kb = &kb;
            scope.spawn(move || {
                let ended = write_one(kb, writer, seed);
                // A disk that is gone ends a writer; what it has acknowledged by then counts.
                let _ = writeln!(std::io::stderr(), "writer {writer} ended: {ended:?}");
            });
        }
    });
    Ok(())
}

fn write_one(kb: &KnowledgeBase, writer: u64, seed: u64) -> Result<()> {
    let mut random = Random::new(seed * 1000 + writer);
    loop {
        let note = (writer, random.below(NOTES));
        let generation = notes::generation(kb, note)?.unwrap_or(0) + 1;
        kb.commit(notes::batch(note, generation)?)?;
        acknowledge(note, generation)?;
    }
}

/// Writes one generation of one note.
pub(crate) fn once(directory: &Path) -> Result<()> {
    let kb = KnowledgeBase::open(directory, Options::default())?;
    let note = (0, 0);
    let generation = notes::generation(&kb, note)?.unwrap_or(0) + 1;
    kb.commit(notes::batch(note, generation)?)?;
    acknowledge(note, generation)?;
    kb.copy_index();
    Ok(())
}

/// One line in one call, so that lines of several writers never mix and no line is cut unless the process ends.
fn acknowledge((writer, number): Note, generation: u64) -> Result<()> {
    let line = format!("{writer} {number} {generation}\n");
    Ok(std::io::stdout().lock().write_all(line.as_bytes())?)
}

/// Prints a number that differs when anything that is stored differs, or says what is damaged.
pub(crate) fn digest(directory: &Path) -> Result<()> {
    let damaged = |error: &dyn std::fmt::Display| -> ! {
        println!("{error}");
        std::process::exit(REPORTED)
    };
    let kb = match KnowledgeBase::open(directory, Options::default()) {
        Ok(kb) => kb,
        Err(OpenError::Store(error @ (StoreError::Damaged(_) | StoreError::Form { .. }))) => {
            damaged(&error)
        }
        Err(error) => return Err(error.into()),
    };
    let view = kb.view(&Clearance::everything("a test looks at all of it"));
    let mut lines = Vec::new();
    for graph in view.graphs() {
        lines.push(format!(
            "{} {}",
            graph.name,
            kb.scale().write_label(&graph.label)
        ));
    }
    for quad in view.quads(Pattern::all(GraphPattern::Each)) {
        let quad = quad?;
        let [s, p, o, g] =
            [quad.subject, quad.predicate, quad.object, quad.graph].map(|id| view.term(id));
        lines.push(format!("{s} {p} {o} {g}"));
    }
    lines.sort();
    let mut hasher = DefaultHasher::new();
    (&lines, kb.settings("")?).hash(&mut hasher);
    println!("{:016x}", hasher.finish());
    Ok(())
}

/// A process of this very program.
pub(crate) fn command(name: &str, directory: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg(name)
        .arg(directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .env("RUST_BACKTRACE", "0");
    Ok(command)
}

/// A running process whose acknowledgements are gathered.
pub(crate) struct Writing {
    child: Child,
    reader: JoinHandle<Acknowledged>,
    /// How many acknowledgements there are so far.
    heard: Arc<AtomicU64>,
}

/// A machine that is busy with other things may take so long to get a process to its first commit.
const PATIENCE: Duration = Duration::from_secs(60);

impl Writing {
    /// Starts `command`.
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let output = child.stdout.take().context("no output")?;
        let heard = Arc::new(AtomicU64::new(0));
        let hears = Arc::clone(&heard);
        let reader = std::thread::spawn(move || {
            let mut acknowledged = Acknowledged::new();
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                let numbers: Vec<u64> = String::from_utf8_lossy(&line)
                    .split(' ')
                    .filter_map(|part| part.parse().ok())
                    .collect();
                if let [writer, number, generation] = numbers[..] {
                    let newest = acknowledged.entry((writer, number)).or_insert(0);
                    *newest = generation.max(*newest);
                    hears.fetch_add(1, Ordering::Relaxed);
                }
            }
            acknowledged
        });
        Ok(Self {
            child,
            reader,
            heard,
        })
    }

    /// Waits until something was acknowledged, so that there is something to lose.
    pub(crate) fn wait_for_one(&mut self) -> Result<()> {
        let start = Instant::now();
        while self.heard.load(Ordering::Relaxed) == 0 {
            ensure!(
                self.child.try_wait()?.is_none(),
                "the writer ended by itself"
            );
            ensure!(
                start.elapsed() < PATIENCE,
                "the writer acknowledges nothing"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Ends the process with SIGKILL, and gives what it acknowledged before.
    pub(crate) fn kill(mut self) -> Result<Acknowledged> {
        ensure!(
            self.child.try_wait()?.is_none(),
            "the writer ended by itself"
        );
        self.child.kill()?;
        self.end()
    }

    /// Sends SIGKILL and does not wait. A process that ended by itself is past that.
    pub(crate) fn signal(&mut self) -> Result<()> {
        Ok(self.child.kill()?)
    }

    /// Waits until the process has ended, and gives what it acknowledged before.
    pub(crate) fn end(mut self) -> Result<Acknowledged> {
        self.child.wait()?;
        self.reader
            .join()
            .map_err(|_| anyhow::anyhow!("the reader of acknowledgements ended"))
    }

    /// Waits until the process has ended by itself: how it ended, and what it acknowledged.
    pub(crate) fn finish(mut self) -> Result<(std::process::ExitStatus, Acknowledged)> {
        let status = self.child.wait()?;
        Ok((status, self.end()?))
    }
}

/// Keeps the newest of both.
pub(crate) fn merge(into: &mut Acknowledged, from: Acknowledged) {
    for (note, generation) in from {
        let newest = into.entry(note).or_insert(0);
        *newest = generation.max(*newest);
    }
}
