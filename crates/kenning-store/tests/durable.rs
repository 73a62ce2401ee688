//! A knowledge base that is opened again is the one that was closed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clearance, Label, Scale};
use kenning_store::{Batch, KnowledgeBase, Options, SyncMode};
use oxrdf::{Literal, NamedNode, Triple};

fn node(text: &str) -> NamedNode {
    NamedNode::new(format!("http://example.org/{text}")).unwrap()
}

fn triple(number: u64) -> Triple {
    let subject = node(&format!("thing/{}", number / 5));
    let object = Literal::new_simple_literal(format!("number {number}"));
    Triple::new(subject, node(&format!("says/{}", number % 5)), object)
}

/// Every kind of change, with single triples that come, go and come back.
fn fill(kb: &KnowledgeBase) {
    let scale = Scale::default();
    for graph in 0..30 {
        let mut batch = Batch::new();
        let label = scale
            .parse_label(["public", "internal{hr|legal}", "restricted{}"][graph % 3])
            .unwrap();
        batch.put_graph(
            node(&format!("graph/{graph}")),
            label,
            (0..graph as u64 * 9).map(triple),
        );
        batch.put_setting(format!("token/{graph}"), Some(vec![7; graph * 100]));
        kb.commit(batch).unwrap();
    }
    for round in 0..200 {
        let mut batch = Batch::new();
        let graph = node(&format!("graph/{}", round % 7));
        batch.insert(graph.clone(), triple(1000 + round));
        batch.remove(graph.clone(), triple(1000 + round - round % 3));
        batch.remove(graph, triple(round % 50));
        kb.commit(batch).unwrap();
    }
    let mut batch = Batch::new();
    batch.drop_graph(node("graph/8"));
    batch.clear_graph(node("graph/9"));
    batch.set_label(node("graph/10"), Label::closed());
    batch.create_graph(node("graph/empty"), Label::public());
    batch.put_setting("token/3", None);
    kb.commit(batch).unwrap();
}

#[test]
fn an_opened_knowledge_base_shows_every_reader_what_it_showed_before() {
    for sync in [SyncMode::Group, SyncMode::Off] {
        let directory = tempfile::tempdir().unwrap();
        let options = || Options {
            sync,
            ..Options::default()
        };
        let kb = KnowledgeBase::open(directory.path(), options()).unwrap();
        fill(&kb);
        let everything = Clearance::everything("a test looks at all of it");
        let readers = [Clearance::anonymous(), everything];
        let before = readers.clone().map(|reader| kb.view(&reader).fingerprint());
        let settings = kb.settings("").unwrap();
        drop(kb);
        let kb = KnowledgeBase::open(directory.path(), options()).unwrap();
        assert_eq!(readers.map(|reader| kb.view(&reader).fingerprint()), before);
        assert_eq!(kb.settings("").unwrap(), settings);
        assert_eq!(settings.len(), 29);
    }
}

#[test]
fn a_restored_backup_shows_every_reader_what_was_there_when_it_was_made() {
    let directory = tempfile::tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    let new = tempfile::tempdir().unwrap();
    let kb = KnowledgeBase::open(directory.path(), Options::default()).unwrap();
    fill(&kb);
    let everything = Clearance::everything("a test looks at all of it");
    let (before, settings) = (kb.view(&everything).fingerprint(), kb.settings("").unwrap());
    kb.backup(place.path()).unwrap();
    let mut batch = Batch::new();
    batch.drop_graph(node("graph/20"));
    kb.commit(batch).unwrap();
    kenning_store::restore(place.path(), new.path()).unwrap();
    let restored = KnowledgeBase::open(new.path(), Options::default()).unwrap();
    assert_eq!(restored.view(&everything).fingerprint(), before);
    assert_eq!(restored.settings("").unwrap(), settings);
    assert_ne!(kb.view(&everything).fingerprint(), before);
    drop(restored);
    assert!(
        kenning_store::verify(new.path())
            .unwrap()
            .damages
            .is_empty()
    );
}

#[test]
fn a_second_process_is_told_who_holds_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let _kb = KnowledgeBase::open(directory.path(), Options::default()).unwrap();
    let expected = format!(
        "`{}` is held by process {}",
        directory.path().display(),
        std::process::id()
    );
    let second = KnowledgeBase::open(directory.path(), Options::default()).unwrap_err();
    assert_eq!(second.to_string(), expected);
    let verify = kenning_store::verify(directory.path()).unwrap_err();
    assert_eq!(verify.to_string(), expected);
}

/// Without waiting for the disk at each write, what was acknowledged is on it soon all the same, whoever writes next.
#[test]
fn what_is_acknowledged_at_once_is_on_the_disk_soon() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options {
        sync: SyncMode::Off,
        ..Options::default()
    };
    let kb = KnowledgeBase::open(directory.path(), options()).unwrap();
    let everything = Clearance::everything("a test looks at all of it");
    fill(&kb);
    let wanted = kb.view(&everything).fingerprint();
    let begun = std::time::Instant::now();
    loop {
        // What a process leaves that is killed now.
        let copy = tempfile::tempdir().unwrap();
        for name in ["truth.redb", "kenning.mark"] {
            std::fs::copy(directory.path().join(name), copy.path().join(name)).unwrap();
        }
        // A file that is copied while it is written to may be neither the old state nor the new one.
        let found = KnowledgeBase::open(copy.path(), options());
        if found.is_ok_and(|found| found.view(&everything).fingerprint() == wanted) {
            break;
        }
        assert!(begun.elapsed().as_secs() < 30, "it never gets there");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
