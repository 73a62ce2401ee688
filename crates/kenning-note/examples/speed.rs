//! How fast notes become N-Quads in memory, on one core.
//!
//! `cargo run --release -p kenning-note --example speed -- FOLDER [DIALECT] [DETAIL]`
//!
//! Files are read before the clock starts. The time is that of the processor where the system tells it (Linux), else that of the
//! wall. Of five rounds the best one counts, as the others measure what else the machine did.
#![allow(clippy::print_stdout, reason = "it prints")]

use std::path::Path;
use std::time::Duration;

use kenning_note::{Detail, Dialect, NQuads, Part, Settings, graph_name, read, write};
use kenning_vocab::Base;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let dialect = arguments
        .next()
        .and_then(|name| Dialect::named(&name))
        .unwrap_or_default();
    let mut settings = Settings::of(dialect);
    settings.detail = arguments
        .next()
        .and_then(|name| Detail::named(&name))
        .unwrap_or_default();
    let mut notes = Vec::new();
    collect(Path::new(&folder), Path::new(&folder), &mut notes)?;
    notes.sort();
    let bytes: usize = notes.iter().map(|(_, text)| text.len()).sum();
    let base = Base::default();
    let (mut quads, mut size, mut problems) = (0, 0, 0);
    let mut best = f64::MAX;
    let mut out = Vec::new();
    for _ in 0..5 {
        // The clock of the processor ticks slowly, so a round is long enough for its ticks not to matter.
        let (start, mut times) = (now(), 0);
        while now() - start < Duration::from_millis(400) {
            problems = 0;
            for (path, text) in &notes {
                let reading = read(text, path, &settings);
                out.clear();
                for part in std::iter::once(Part::Note)
                    .chain((0..reading.note.sections.len()).map(Part::Section))
                {
                    let name = graph_name(&reading.note, part, "speed", &base);
                    write(
                        &reading.note,
                        part,
                        "speed",
                        &base,
                        &mut NQuads::new(name.as_ref(), &mut out),
                    );
                }
                if best == f64::MAX && times == 0 {
                    quads += out.iter().filter(|byte| **byte == b'\n').count();
                    size += out.len();
                }
                problems += reading.problems.len();
            }
            times += 1;
        }
        best = best.min((now() - start).as_secs_f64() / f64::from(times));
    }
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{} notes, {megabytes:.1} MB, {quads} quads ({:.1} MB), {problems} problems: {:.1} ms, {:.1} MB/s, {:.0} notes/s",
        notes.len(),
        size as f64 / 1e6,
        best * 1e3,
        megabytes / best,
        notes.len() as f64 / best,
    );
    Ok(())
}

/// Time that this thread has spent on a processor.
fn now() -> Duration {
    use std::sync::OnceLock;
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    let scheduled = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = scheduled.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(
        || START.get_or_init(std::time::Instant::now).elapsed(),
        Duration::from_nanos,
    )
}

fn collect(root: &Path, folder: &Path, notes: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, notes)?;
            continue;
        }
        let is_note = path.extension().is_some_and(|e| {
            ["md", "txt", "org", "tid", "html", "wiki"]
                .iter()
                .any(|n| e == *n)
        });
        if is_note {
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            notes.push((name, std::fs::read(&path)?));
        }
    }
    Ok(())
}
