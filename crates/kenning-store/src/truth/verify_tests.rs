//! Testing a store: what is on the disk is read, nothing is changed, and nobody has to stop writing.

use super::database::FILE;
use super::disk::Operation;
use super::tests::{Model, Random, change_at_random, dump, graph, open, put, triple};
use super::{Affected, keep};
use oxrdf::{Literal, Triple};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// The bytes of every file in a directory.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(directory).unwrap();
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        (name, std::fs::read(entry.path()).unwrap())
    };
    entries.map(file).collect()
}

#[test]
fn a_test_reads_the_file_and_not_what_is_remembered_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut model = Model::default();
    let mut random = Random(31);
    let truth = open(directory.path());
    for round in 0..40 {
        change_at_random(&truth, &mut model, &mut random);
        if round % 10 == 0 {
            assert_eq!(truth.verify().unwrap().damages, []);
        }
    }
    let text = "what lies on the disk";
    let mut triples = vec![triple(1)];
    triples.push(Triple::new(graph(9), graph(9), Literal::from(text)));
    put(&truth, &graph(9), "public", triples).unwrap();
    assert_eq!(truth.verify().unwrap().damages, []);
    let file = directory.path().join(FILE);
    let mut bytes = std::fs::read(&file).unwrap();
    let places: Vec<usize> = (0..bytes.len() - text.len())
        .filter(|at| bytes[*at..].starts_with(text.as_bytes()))
        .collect();
    for at in &places {
        bytes[*at] ^= 1;
    }
    std::fs::write(&file, &bytes).unwrap();
    let damages = truth.verify().unwrap().damages;
    let expected = Affected::Graph(graph(9).into_string());
    assert!(
        damages.iter().any(|damage| damage.affected == expected),
        "{damages:?}"
    );
    // After a failure the handle that writes is of no use, and the file is tested all the same.
    for at in places {
        bytes[at] ^= 1;
    }
    std::fs::write(&file, &bytes).unwrap();
    truth.inject(Some((Operation::Write, ErrorKind::StorageFull)));
    put(&truth, &graph(2), "public", vec![triple(2)]).unwrap_err();
    assert_eq!(truth.verify().unwrap().damages, []);
    std::fs::remove_file(&file).unwrap();
    assert!(!truth.verify().unwrap().damages.is_empty());
}

#[test]
fn verify_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut model = Model::default();
    let mut random = Random(37);
    let truth = open(directory.path());
    for _ in 0..60 {
        change_at_random(&truth, &mut model, &mut random);
    }
    // What a process leaves that is killed now: opening it would put it in order.
    let copy = tempfile::tempdir().unwrap();
    for (name, bytes) in files(directory.path()) {
        std::fs::write(copy.path().join(name), bytes).unwrap();
    }
    let before = files(copy.path());
    let verified = keep::verify(copy.path()).unwrap();
    assert_eq!(verified.damages, []);
    assert_eq!(verified.graphs, model.graphs.len() as u64);
    assert!(files(copy.path()) == before);
    assert_eq!(dump(&open(copy.path())), model);
}

#[test]
fn what_is_written_during_a_test_is_no_damage() {
    let directory = tempfile::tempdir().unwrap();
    let truth = open(directory.path());
    for number in 0..50 {
        let triples = (number * 700..number * 700 + 700).map(triple).collect();
        put(&truth, &graph(number), "public", triples).unwrap();
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (truth, over) = (&truth, &over);
        scope.spawn(move || {
            let mut model = Model::default();
            let mut random = Random(41);
            while !over.load(Ordering::Relaxed) {
                change_at_random(truth, &mut model, &mut random);
                let number = 10 + random.below(40);
                let triples = (number * 900..number * 900 + 300).map(triple).collect();
                put(truth, &graph(number), "internal", triples).unwrap();
            }
        });
        for _ in 0..30 {
            let damages = truth.verify().unwrap().damages;
            if !damages.is_empty() {
                over.store(true, Ordering::Relaxed);
            }
            assert_eq!(damages, []);
        }
        over.store(true, Ordering::Relaxed);
    });
}
