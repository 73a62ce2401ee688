//! Any text as front matter: reading ends, in bounded memory, and what speaks of protection is never lost.
#![no_main]

use kenning_note::{Settings, Stated, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let note = format!("---\nprotection: restricted\n{text}\n---\nText.\n");
    let reading = read(note.as_bytes(), "n.md", &Settings::default());
    assert_ne!(reading.note.protection, Stated::Nothing, "the level got lost");
    let _ = read(format!("+++\n{text}\n+++\n").as_bytes(), "n.md", &Settings::default());
});
