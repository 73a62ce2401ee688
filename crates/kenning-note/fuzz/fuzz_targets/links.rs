//! Any text between brackets: keys are keys of themselves, and no link leaves the wiki.
#![no_main]

use kenning_note::{LinkTo, Settings, normal_key, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let note = format!("[[{text}]] [x](<{text}>) ![[{text}]] ^[{text}]\n");
    for link in read(note.as_bytes(), "a/b/c.md", &Settings::default()).note.content.links {
        if let LinkTo::Name { key, path } = link.to {
            assert_eq!(*normal_key(&key), *key);
            assert!(path.is_none_or(|path| !path.split('/').any(|part| part == "..")), "a path leaves the wiki");
        }
    }
});
