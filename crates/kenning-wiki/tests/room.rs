//! How much memory a conversion takes, counted in bytes by an allocator: three times the largest note and 200 bytes for each link.
#![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

#[path = "common/counting.rs"]
mod counting;

use std::convert::Infallible;
use std::fmt::Write as _;

use kenning_vocab::Base;
use kenning_wiki::{Rules, Wiki};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

#[test]
fn many_small_notes_take_what_their_links_take() {
    const NOTES: usize = 3_000;
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
    let wiki = Wiki::open(folder.path(), &Rules::default(), &Base::default()).unwrap();
    let wiki = wiki.with_threads(1);
    let before = counting::begin();
    let done = wiki
        .convert_nquads(&mut |_| (), &mut |_| Ok::<(), Infallible>(()))
        .unwrap();
    let most = counting::most() - before;
    let links = done.summary.links;
    assert_eq!((done.summary.notes, links), (NOTES, NOTES * 8));
    let allowed = 3 * largest + 200 * links;
    assert!(most <= allowed, "{most} bytes, and {allowed} are allowed");
}
