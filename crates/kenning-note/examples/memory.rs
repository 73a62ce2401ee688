//! How much room one large note takes while it becomes triples.
//!
//! `cargo run --release -p kenning-note --example memory -- NOTE [DIALECT] [DETAIL]`
//!
//! The triples are counted and not kept. The figure is the peak of the resident set, which Linux tells in `/proc/self/status`; the bytes
//! of the note are part of it.
#![allow(clippy::print_stdout, reason = "it prints")]

use kenning_note::{Detail, Dialect, Part, Settings, Sink, read, write};
use kenning_vocab::Base;
use oxrdf::{NamedNodeRef, TermRef};

/// Counts triples.
struct Count(u64);

impl Sink for Count {
    fn triple(&mut self, _: NamedNodeRef<'_>, _: NamedNodeRef<'_>, _: TermRef<'_>) {
        self.0 += 1;
    }
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let dialect = arguments.next().and_then(|name| Dialect::named(&name));
    let mut settings = Settings::of(dialect.unwrap_or_default());
    settings.detail = arguments
        .next()
        .and_then(|name| Detail::named(&name))
        .unwrap_or_default();
    let bytes = std::fs::read(&path)?;
    let reading = read(&bytes, "large.md", &settings);
    let after_reading = peak();
    let mut count = Count(0);
    let parts = (0..reading.note.sections.len()).map(Part::Section);
    for part in std::iter::once(Part::Note).chain(parts) {
        write(&reading.note, part, "memory", &Base::default(), &mut count);
    }
    let links = reading.note.content.links.len();
    let most = bytes.len() * 3 + links * 200;
    println!(
        "{:.1} MB, {links} links, {} passages, {} triples: {:.1} MB read, {:.1} MB in all, {:.1} MB allowed",
        bytes.len() as f64 / 1e6,
        reading.note.content.passages.len(),
        count.0,
        after_reading / 1e6,
        peak() / 1e6,
        most as f64 / 1e6,
    );
    Ok(())
}

/// The most bytes that were resident so far; zero where the system does not tell.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1024.0
}
