//! How much memory a conversion takes, counted in bytes by an allocator: three times the largest note and 200 bytes for each link, and what it
//! takes to read a large note: a few times its bytes, where its lines have fifteen times as many.
#![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

#[path = "common/counting.rs"]
mod counting;

use std::convert::Infallible;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use kenning_vocab::Base;
use kenning_wiki::{Rules, Summary, Wiki};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// There is one count for the whole process.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn many_small_notes_take_what_their_links_take() {
    const NOTES: usize = 3_000;
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let mut largest = 0;
    for number in 0..NOTES {
        let mut text = format!("---\naliases: [\"The {number}th weir\"]\n---\n\n# Weir {number}\n");
        for place in 1..=8 {
            let to = (number * 7 + place * 131) % NOTES;
            let _ = write!(
                text,
                "\nIts gate is set by that of [[Weir {to}]]. ^[gauge-{place}.md]\n"
            );
        }
        largest = largest.max(text.len());
        std::fs::write(folder.path().join(format!("Weir {number}.md")), text).unwrap();
    }
    let (most, done) = room_of(folder.path(), 1);
    let links = done.summary.links;
    assert_eq!((done.summary.notes, links), (NOTES, NOTES * 8));
    let allowed = 3 * largest + 200 * links;
    assert!(most <= allowed, "{most} bytes, and {allowed} are allowed");
}

#[test]
fn the_lines_of_a_large_note_never_stand_in_memory_at_once() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("# Floods\n");
    for number in 0..4_000 {
        let _ = write!(
            text,
            "\nAfter a flood of {number} millimetres the gate of [[Weir {number}]] is set anew by whoever has the key to it, and the \
             height it is set to goes into the book of the lock keeper on the same evening, together with the wind.\n"
        );
    }
    std::fs::write(folder.path().join("Floods.md"), &text).unwrap();
    for number in 0..20 {
        let path = folder.path().join(format!("Other {number}.md"));
        std::fs::write(path, "It rains.\n").unwrap();
    }
    for threads in [1, 2] {
        let (most, done) = room_of(folder.path(), threads);
        assert_eq!((done.summary.notes, done.summary.links), (21, 4_000));
        assert!(done.bytes > 10 * text.len());
        let allowed = 5 * text.len() + (threads - 1) * (6 << 20);
        assert!(
            most <= allowed,
            "{most} bytes for {}, and {allowed} are allowed, on {threads} threads",
            text.len()
        );
    }
}

/// The most that a conversion of a folder held at once, in bytes, and what it did.
fn room_of(folder: &Path, threads: usize) -> (usize, Done) {
    let wiki = Wiki::open(folder, &Rules::default(), &Base::default()).unwrap();
    let wiki = wiki.with_threads(threads);

    let mut bytes = 0;
    let before = counting::begin();
    let done = wiki
        .convert_nquads(&mut |_| (), &mut |lines| {
            bytes += lines.len();
            Ok::<(), Infallible>(())
        })
        .unwrap();
    let most = counting::most() - before;
    let summary = done.summary;
    (most, Done { summary, bytes })
}

struct Done {
    summary: Summary,
    /// How many bytes of lines there were.
    bytes: usize,
}
