//! Any bytes, under any name, in any dialect: reading ends, and every statement is made once.
//!
//! `cargo +nightly fuzz run markdown -- -max_total_time=600` in `crates/kenning-note`.
#![no_main]

use kenning_note::{Detail, Dialect, Settings, graphs, read};
use kenning_vocab::Base;
use libfuzzer_sys::fuzz_target;

const PATHS: [&str; 11] = [
    "a/b.md",
    "n.txt",
    "n.org",
    "n.tid",
    "n.wiki",
    "n.html",
    "journals/2026_05_14.md",
    "pages/A___B%2FC.md",
    "_posts/2026-03-02-x.md",
    "a.b.md",
    "T 0123456789abcdef0123456789abcdef_1.html",
];

fuzz_target!(|data: (u8, &[u8])| {
    let (choice, bytes) = data;
    let dialect = Dialect::ALL[usize::from(choice) % Dialect::ALL.len()];
    let mut settings = Settings::of(dialect);
    settings.detail = Detail::Full;
    let reading = read(bytes, PATHS[usize::from(choice) / Dialect::ALL.len() % PATHS.len()], &settings);
    for graph in graphs(&reading.note, "w", &Base::default()) {
        let mut lines: Vec<String> = graph.triples.iter().map(ToString::to_string).collect();
        let said = lines.len();
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), said, "something is said twice");
    }
});
