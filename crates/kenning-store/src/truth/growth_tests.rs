//! What a graph takes on the disk while it grows and changes, and what a change of it costs.

use super::tests::{dump, graph, open, put, triple};
use super::{Change, Record, Truth};
use oxrdf::{NamedNode, Triple};

/// How many segments a graph has, and how many triples the largest of them.
fn segments(truth: &Truth, name: &NamedNode) -> (u64, u64) {
    let mut found = None;
    let visit = &mut |of: &str, record: Record| {
        if of == name.as_str() {
            let largest = record.deltas.iter().map(|delta| delta.triples).max();
            found = Some((record.segments.count, largest.unwrap_or_default()));
        }
    };
    truth.records(|| (), visit).unwrap();
    found.unwrap()
}

#[test]
fn a_graph_that_grows_by_changes_is_not_copied_again_and_again() {
    let directory = tempfile::tempdir().unwrap();
    let truth = open(directory.path());
    let name = graph(1);
    put(&truth, &name, "public", (0..90_000).map(triple).collect()).unwrap();
    let none: [Triple; 0] = [];
    let (mut next, mut most) = (90_000, 0);
    for many in [1000, 7, 25, 31, 3].into_iter().cycle().take(100) {
        let inserted: Vec<Triple> = (next..next + many).map(triple).collect();
        next += many;
        let before = truth.bytes_written();
        truth
            .commit(&[Change::Edit {
                name: &name,
                inserted: &inserted,
                removed: &none,
            }])
            .unwrap();
        if many < 1000 {
            most = most.max(truth.bytes_written() - before);
        }
    }
    let (_, largest) = segments(&truth, &name);
    assert!(largest <= 60, "a change of {largest} triples");
    assert!(most < 400_000, "{most} bytes for a small change");
    assert_eq!(
        dump(&truth).graphs[name.as_str()].1.len() as u64,
        next,
        "not all is there"
    );
}

#[test]
fn what_is_gone_from_a_graph_does_not_fill_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let truth = open(directory.path());
    let name = graph(1);
    // More than is written anew for being small.
    put(&truth, &name, "public", (0..70_000).map(triple).collect()).unwrap();
    let (mut next, mut most) = (70_000, 0);
    for _ in 0..60 {
        let inserted: Vec<Triple> = (next..next + 2000).map(triple).collect();
        let removed: Vec<Triple> = (next - 70_000..next - 68_000).map(triple).collect();
        next += 2000;
        truth
            .commit(&[Change::Edit {
                name: &name,
                inserted: &inserted,
                removed: &removed,
            }])
            .unwrap();
        most = most.max(segments(&truth, &name).0);
    }
    // 70,000 triples come and as many go, in changes of up to 60, before it is written anew.
    assert!(most < 2500, "{most} segments");
    assert_eq!(dump(&truth).graphs[name.as_str()].1.len(), 70_000);
    assert_eq!(truth.verify().unwrap().damages, []);
}
