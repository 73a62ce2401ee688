//! What the durable side promises, tested against a model in memory and against a disk that fails.

use super::database::FILE;
use super::disk::Operation;
use super::{Affected, Change, StoreError, StoredGraph, Truth, keep};
use crate::OpenError;
use crate::knowledge_base::SyncMode;
use kenning_access::{Label, Scale};
use oxrdf::{Literal, NamedNode, Triple};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

/// What a store should hold: for each graph its label as text and its triples, and the settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Model {
    pub(super) graphs: BTreeMap<String, (String, BTreeSet<String>)>,
    settings: BTreeMap<String, Vec<u8>>,
}

pub(super) fn open(directory: &Path) -> Truth {
    Truth::open(directory, &Scale::default(), SyncMode::Group).unwrap()
}

fn try_open(directory: &Path) -> Result<Model, StoreError> {
    match Truth::open(directory, &Scale::default(), SyncMode::Group) {
        Ok(truth) => try_dump(&truth),
        Err(OpenError::Store(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

fn try_dump(truth: &Truth) -> Result<Model, StoreError> {
    let scale = Scale::default();
    let mut graphs = BTreeMap::new();
    truth.load(&mut |StoredGraph {
                          name,
                          label,
                          triples,
                      }| {
        let count = triples.len();
        let triples: BTreeSet<String> = triples.iter().map(ToString::to_string).collect();
        assert_eq!(triples.len(), count, "a triple came twice");
        graphs.insert(name.into_string(), (scale.write_label(&label), triples));
    })?;
    let settings = truth.settings()?;
    Ok(Model { graphs, settings })
}

pub(super) fn dump(truth: &Truth) -> Model {
    try_dump(truth).unwrap()
}

pub(super) fn graph(number: u64) -> NamedNode {
    NamedNode::new(format!("http://example.org/graph/{number}")).unwrap()
}

pub(super) fn triple(number: u64) -> Triple {
    Triple::new(
        NamedNode::new(format!("http://example.org/thing/{}", number / 7)).unwrap(),
        NamedNode::new(format!("http://example.org/says/{}", number % 7)).unwrap(),
        Literal::new_simple_literal(format!("what number {number} says")),
    )
}

pub(super) fn put(
    truth: &Truth,
    name: &NamedNode,
    label: &str,
    triples: Vec<Triple>,
) -> Result<(), StoreError> {
    let label = Scale::default().parse_label(label).unwrap();
    truth.commit(&[Change::Put(name, &label, &triples)])
}

/// Small, fast and the same on every machine.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Makes the same random changes in the store and in the model.
pub(super) fn change_at_random(truth: &Truth, model: &mut Model, random: &mut Random) {
    let scale = Scale::default();
    let name = graph(random.below(6));
    let label = [
        "public",
        "internal",
        "confidential{hr|legal}",
        "restricted{}",
    ][random.below(4) as usize];
    let parsed = scale.parse_label(label).unwrap();
    let pick = |random: &mut Random, most: u64| -> Vec<Triple> {
        let numbers: BTreeSet<u64> = (0..random.below(most)).map(|_| random.below(300)).collect();
        numbers.into_iter().map(triple).collect()
    };
    let text = |triples: &[Triple]| -> BTreeSet<String> {
        triples.iter().map(ToString::to_string).collect()
    };
    let known = model.graphs.get_mut(name.as_str());
    match (random.below(12), known) {
        (0, _) | (1..=9, None) => {
            let triples = pick(random, 40);
            truth
                .commit(&[Change::Put(&name, &parsed, &triples)])
                .unwrap();
            model.graphs.insert(
                name.into_string(),
                (scale.write_label(&parsed), text(&triples)),
            );
        }
        (1, Some(known)) => {
            truth.commit(&[Change::Label(&name, &parsed)]).unwrap();
            known.0 = scale.write_label(&parsed);
        }
        (2, Some(_)) if random.below(4) == 0 => {
            truth.commit(&[Change::Drop(&name)]).unwrap();
            model.graphs.remove(name.as_str());
        }
        (2..=9, Some((_, known))) => {
            let some = pick(random, 6);
            let (removed, inserted): (Vec<Triple>, Vec<Triple>) = some
                .into_iter()
                .partition(|triple| known.contains(&triple.to_string()));
            truth
                .commit(&[Change::Edit {
                    name: &name,
                    inserted: &inserted,
                    removed: &removed,
                }])
                .unwrap();
            known.extend(text(&inserted));
            known.retain(|triple| !text(&removed).contains(triple));
        }
        (10, _) => {
            let key = format!("token/{}", random.below(4));
            truth.commit(&[Change::Setting(&key, None)]).unwrap();
            model.settings.remove(&key);
        }
        _ => {
            let key = format!("token/{}", random.below(4));
            let value = vec![7; random.below(9000) as usize];
            truth
                .commit(&[Change::Setting(&key, Some(&value))])
                .unwrap();
            model.settings.insert(key, value);
        }
    }
}

#[test]
fn what_was_committed_is_there_after_opening_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut model = Model::default();
    let mut random = Random(11);
    for _ in 0..12 {
        let truth = open(directory.path());
        assert_eq!(dump(&truth), model);
        for _ in 0..60 {
            change_at_random(&truth, &mut model, &mut random);
        }
        assert_eq!(dump(&truth), model);
    }
}

#[test]
fn one_commit_may_change_a_graph_several_times() {
    let directory = tempfile::tempdir().unwrap();
    let truth = open(directory.path());
    let (one, two) = (graph(1), graph(2));
    let public = Label::public();
    let closed = Label::closed();
    let first: Vec<Triple> = (0..5).map(triple).collect();
    let second: Vec<Triple> = (5..9).map(triple).collect();
    truth
        .commit(&[
            Change::Put(&one, &public, &first),
            Change::Drop(&one),
            Change::Put(&one, &public, &second),
            Change::Edit {
                name: &one,
                inserted: &first,
                removed: &second[..2].to_vec(),
            },
            Change::Label(&one, &closed),
            Change::Put(&two, &public, &first),
            Change::Drop(&two),
        ])
        .unwrap();
    drop(truth);
    let model = dump(&open(directory.path()));
    assert_eq!(model.graphs.len(), 1);
    let (label, triples) = &model.graphs[one.as_str()];
    assert_eq!(label, "restricted{}");
    assert_eq!(triples.len(), 7);
}

#[test]
fn a_graph_larger_than_a_segment_takes_single_changes_without_being_copied() {
    let directory = tempfile::tempdir().unwrap();
    let truth = open(directory.path());
    let name = graph(1);
    put(&truth, &name, "public", (0..200_000).map(triple).collect()).unwrap();
    let before = truth.bytes_written();
    for number in 0..100 {
        let (inserted, removed) = ([triple(1_000_000 + number)], [triple(number * 2000)]);
        truth
            .commit(&[Change::Edit {
                name: &name,
                inserted: &inserted,
                removed: &removed,
            }])
            .unwrap();
    }
    let written = truth.bytes_written() - before;
    assert!(
        written < 100 * 100_000,
        "{written} bytes for 100 changes of a graph of some 10 MB"
    );
    drop(truth);
    let model = dump(&open(directory.path()));
    assert_eq!(model.graphs[name.as_str()].1.len(), 200_000);
}

#[test]
fn a_label_that_is_not_on_the_scale_any_more_is_closed() {
    let directory = tempfile::tempdir().unwrap();
    put(
        &open(directory.path()),
        &graph(1),
        "internal",
        vec![triple(1)],
    )
    .unwrap();
    let other = Scale::new(["open", "secret"]).unwrap();
    let truth = Truth::open(directory.path(), &other, SyncMode::Group).unwrap();
    let mut labels = Vec::new();
    truth.load(&mut |graph| labels.push(graph.label)).unwrap();
    assert_eq!(labels, [Label::closed()]);
}

#[test]
fn a_full_disk_is_said_so_and_writing_goes_on_when_there_is_room() {
    let directory = tempfile::tempdir().unwrap();
    let truth = open(directory.path());
    put(&truth, &graph(1), "public", vec![triple(1)]).unwrap();
    let before = dump(&truth);
    truth.inject(Some((Operation::Write, ErrorKind::StorageFull)));
    let error = put(&truth, &graph(2), "public", vec![triple(2)]).unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error}");
    assert_eq!(dump(&truth), before);
    put(&truth, &graph(2), "public", vec![triple(2)]).unwrap();
    let after = dump(&truth);
    assert_eq!(after.graphs.len(), 2);
    drop(truth);
    assert_eq!(dump(&open(directory.path())), after);
}

#[test]
fn a_failed_sync_stops_writing_until_the_store_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let truth = open(directory.path());
    put(&truth, &graph(1), "public", vec![triple(1)]).unwrap();
    let before = dump(&truth);
    truth.inject(Some((Operation::Sync, ErrorKind::Other)));
    let error = put(&truth, &graph(2), "public", vec![triple(2)]).unwrap_err();
    assert!(matches!(error, StoreError::Stopped(_)), "{error}");
    truth.inject(None);
    let error = put(&truth, &graph(2), "public", vec![triple(2)]).unwrap_err();
    assert!(matches!(error, StoreError::Stopped(_)), "{error}");
    drop(truth);
    let truth = open(directory.path());
    assert_eq!(dump(&truth), before);
    put(&truth, &graph(2), "public", vec![triple(2)]).unwrap();
}

#[test]
fn a_database_older_than_its_mark_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    put(
        &open(directory.path()),
        &graph(1),
        "public",
        vec![triple(1)],
    )
    .unwrap();
    let old = std::fs::read(directory.path().join(FILE)).unwrap();
    put(
        &open(directory.path()),
        &graph(2),
        "public",
        vec![triple(2)],
    )
    .unwrap();
    std::fs::write(directory.path().join(FILE), old).unwrap();
    let error = try_open(directory.path()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the store is damaged: everything is affected: 2 commits were acknowledged, the database knows 1"
    );
    std::fs::remove_file(directory.path().join(FILE)).unwrap();
    let error = try_open(directory.path()).unwrap_err();
    assert!(
        matches!(&error, StoreError::Damaged(list) if list[0].affected == Affected::Everything),
        "{error}"
    );
}

#[test]
fn a_flipped_byte_is_reported_or_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut model = Model::default();
    let mut random = Random(5);
    let truth = open(directory.path());
    for _ in 0..120 {
        change_at_random(&truth, &mut model, &mut random);
    }
    drop(truth);
    let model = dump(&open(directory.path()));
    let files: Vec<(String, Vec<u8>)> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    let total: u64 = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    let (mut reported, mut equal) = (0, 0);
    for _ in 0..60 {
        let copy = tempfile::tempdir().unwrap();
        let mut at = random.below(total);
        for (name, bytes) in &files {
            let mut bytes = bytes.clone();
            if let Some(byte) = bytes.get_mut(at as usize) {
                *byte ^= 1 << random.below(8);
            }
            at = at.wrapping_sub(bytes.len() as u64).min(u64::MAX / 2);
            std::fs::write(copy.path().join(name), bytes).unwrap();
        }
        match try_open(copy.path()) {
            Ok(seen) => {
                assert_eq!(seen, model);
                equal += 1;
                // Writing on must not overwrite anything that is in use.
                let mut changed = model.clone();
                let truth = open(copy.path());
                for _ in 0..4 {
                    change_at_random(&truth, &mut changed, &mut random);
                }
                drop(truth);
                assert_eq!(try_open(copy.path()).unwrap(), changed);
            }
            Err(StoreError::Damaged(_) | StoreError::Form { .. }) => reported += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(
        reported > 2 && equal > 2,
        "reported {reported}, equal {equal}"
    );
}

#[test]
fn a_backup_made_while_others_write_is_one_moment_and_comes_back_whole() {
    let directory = tempfile::tempdir().unwrap();
    let mut model = Model::default();
    let mut random = Random(23);
    let truth = open(directory.path());
    for _ in 0..80 {
        change_at_random(&truth, &mut model, &mut random);
    }
    let backup = directory.path().join("backup");
    truth.backup(&backup).unwrap();
    let before = std::fs::read(&backup).unwrap();
    let then = model.clone();
    for _ in 0..20 {
        change_at_random(&truth, &mut model, &mut random);
    }
    assert!(
        truth.backup(&backup).is_err(),
        "a backup is never overwritten"
    );

    let new = tempfile::tempdir().unwrap();
    keep::restore(&backup, new.path()).unwrap();
    assert_eq!(
        std::fs::read(&backup).unwrap(),
        before,
        "restoring does not touch the backup"
    );
    assert!(
        keep::restore(&backup, new.path()).is_err(),
        "a store is never overwritten"
    );
    let restored = open(new.path());
    assert_eq!(dump(&restored), then);
    assert_ne!(
        restored.state().store,
        truth.state().store,
        "a cache of one must not fit the other"
    );
    change_at_random(&restored, &mut then.clone(), &mut random);
    let verified = restored.verify().unwrap();
    assert_eq!(
        (verified.graphs, verified.damages.len()),
        (dump(&restored).graphs.len() as u64, 0)
    );
}

#[test]
fn a_backup_with_a_flipped_byte_is_not_restored_as_something_else() {
    let directory = tempfile::tempdir().unwrap();
    let mut model = Model::default();
    let mut random = Random(29);
    let truth = open(directory.path());
    for _ in 0..80 {
        change_at_random(&truth, &mut model, &mut random);
    }
    let backup = directory.path().join("backup");
    truth.backup(&backup).unwrap();
    let bytes = std::fs::read(&backup).unwrap();
    for _ in 0..60 {
        let mut flipped = bytes.clone();
        flipped[random.below(bytes.len() as u64) as usize] ^= 1 << random.below(8);
        let new = tempfile::tempdir().unwrap();
        let file = new.path().join("backup");
        std::fs::write(&file, flipped).unwrap();
        if keep::restore(&file, new.path()).is_ok() {
            assert_eq!(dump(&open(new.path())), model);
        } else {
            assert!(!new.path().join(FILE).exists());
        }
    }
}

#[test]
fn verify_names_the_graph_that_is_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let truth = open(directory.path());
    for number in 0..20 {
        let mut triples: Vec<Triple> = (number * 1000..number * 1000 + 200).map(triple).collect();
        triples.push(Triple::new(
            graph(number),
            graph(number),
            Literal::new_simple_literal(format!("{number}: found by its text")),
        ));
        put(&truth, &graph(number), "public", triples).unwrap();
    }
    drop(truth);
    let file = directory.path().join(FILE);
    let mut bytes = std::fs::read(&file).unwrap();
    let text = b"7: found by its text";
    let places: Vec<usize> = (0..bytes.len() - text.len())
        .filter(|at| &bytes[*at..*at + text.len()] == text && !bytes[at - 1].is_ascii_digit())
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at] ^= 1;
    }
    std::fs::write(&file, bytes).unwrap();
    let damages = keep::verify(directory.path()).unwrap().damages;
    let graphs: Vec<&Affected> = damages.iter().map(|damage| &damage.affected).collect();
    assert!(
        graphs.contains(&&Affected::Graph(graph(7).into_string())),
        "{damages:?}"
    );
    assert!(
        graphs
            .iter()
            .all(|affected| matches!(affected, Affected::Graph(_))),
        "{damages:?}"
    );
    let error = try_open(directory.path()).unwrap_err();
    assert!(
        error.to_string().starts_with("the store is damaged: "),
        "{error}"
    );
}

#[test]
fn two_backups_do_not_write_to_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let truth = open(directory.path());
    put(&truth, &graph(1), "public", vec![triple(1)]).unwrap();
    let backup = directory.path().join("backup");
    let unfinished = directory.path().join("backup.unfinished");
    std::fs::write(&unfinished, "of the other one").unwrap();
    let other = std::fs::File::open(&unfinished).unwrap();
    other.lock().unwrap();
    let error = truth.backup(&backup).unwrap_err();
    assert!(error.to_string().contains("somebody else"), "{error}");
    assert_eq!(std::fs::read(&unfinished).unwrap(), b"of the other one");
    // What a backup left that was killed is in nobody's way.
    drop(other);
    truth.backup(&backup).unwrap();
    assert!(!unfinished.exists());
}
