//! Any text as front matter in YAML, TOML and JSON: reading ends, in bounded memory, and what speaks of protection is never lost.
#![no_main]

use kenning_note::{Settings, Stated, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for note in [
        format!("---\nprotection: restricted\n{text}\n---\nText.\n"),
        format!("+++\nprotection = \"restricted\"\n{text}\n+++\nText.\n"),
        format!("{{\"protection\": \"restricted\",\n{text}\n}}\n\nText.\n"),
    ] {
        let reading = read(note.as_bytes(), "n.md", &Settings::default());
        assert_ne!(reading.note.protection, Stated::Nothing, "the level got lost");
    }
});
