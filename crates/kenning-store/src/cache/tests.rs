//! An index that comes from a copy is the one that the truth gives, whatever happened to either of them.

use super::{FILE, Opened};
use crate::{Batch, GraphPattern, KnowledgeBase, Options, Pattern, View};
use kenning_access::{Clearance, Groups, Label, Scale};
use oxrdf::{Literal, NamedNode, Term, Triple};
use std::collections::BTreeSet;
use std::path::Path;
use tempfile::TempDir;

const LABELS: [&str; 4] = ["public", "internal", "confidential{hr|legal}", "restricted"];

fn node(text: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/{text}"))
}

fn graph(number: u64) -> NamedNode {
    node(&format!("graph/{number}"))
}

fn label(number: u64) -> Label {
    Scale::default()
        .parse_label(LABELS[number as usize % LABELS.len()])
        .unwrap()
}

/// Terms of every kind.
fn triple(number: u64) -> Triple {
    let text = format!("text {}", number % 37);
    let object: Term = match number % 7 {
        0 => node(&format!("thing/{}", number % 11)).into(),
        1 => Literal::new_simple_literal(text).into(),
        2 => Literal::new_language_tagged_literal_unchecked(text, "de-CH").into(),
        3 => Literal::new_typed_literal("1.50", oxrdf::vocab::xsd::DECIMAL).into(),
        4 => {
            Literal::new_typed_literal((number % 90).to_string(), oxrdf::vocab::xsd::INTEGER).into()
        }
        5 => oxrdf::BlankNode::new_unchecked(format!("b{}", number % 5)).into(),
        _ => Term::Triple(Box::new(triple(number / 7 + 1))),
    };
    let subject = node(&format!("thing/{}", number % 13));
    Triple::new(subject, node(&format!("p/{}", number % 3)), object)
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn change(kb: &KnowledgeBase, random: &mut Random) {
    let mut batch = Batch::new();
    for _ in 0..=random.below(3) {
        let name = graph(random.below(12));
        match random.below(12) {
            0..2 => {
                let triples: Vec<_> = (0..random.below(40))
                    .map(|_| triple(random.below(400)))
                    .collect();
                batch.put_graph(name, label(random.below(4)), triples);
            }
            2 => batch.drop_graph(name),
            3 => batch.clear_graph(name),
            4 => batch.set_label(name, label(random.below(4))),
            5..9 => batch.insert(name, triple(random.below(400))),
            _ => batch.remove(name, triple(random.below(400))),
        }
    }
    kb.commit(batch).unwrap();
    if random.below(9) == 0 {
        kb.merge();
    }
}

fn open(directory: &Path) -> KnowledgeBase {
    KnowledgeBase::open(directory, Options::default()).unwrap()
}

/// A copy of the files as a crash would leave them, with the copy of the index or without.
fn crashed(directory: &Path, with_cache: bool) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(directory).unwrap() {
        let name = entry.unwrap().file_name();
        if with_cache || !name.to_string_lossy().starts_with(FILE) {
            // A background thread may put a finished copy in the place of the old one at any time.
            let _ = std::fs::copy(directory.join(&name), place.path().join(&name));
        }
    }
    place
}

fn quads(view: &View) -> BTreeSet<String> {
    let text = |id| view.term(id).to_string();
    view.quads(Pattern::all(GraphPattern::Each))
        .map(|quad| {
            let quad = quad.unwrap();
            let [s, p, o, g] = [quad.subject, quad.predicate, quad.object, quad.graph].map(text);
            format!("{s} {p} {o} {g} .")
        })
        .collect()
}

/// What each of several readers sees, by scanning and by counting.
fn seen(kb: &KnowledgeBase) -> Vec<(BTreeSet<String>, [u8; 32], usize)> {
    let scale = Scale::default();
    let hr = Groups::of(["hr"]).unwrap();
    [
        Clearance::anonymous(),
        Clearance::new(scale.parse_level("confidential").unwrap(), hr),
        Clearance::everything("a test looks at all of it"),
    ]
    .map(|reader| {
        let view = kb.view(&reader);
        (quads(&view), view.fingerprint(), view.graphs().count())
    })
    .into()
}

fn came_from_cache(kb: &KnowledgeBase) -> bool {
    matches!(kb.opened(), Opened::FromCache { .. })
}

#[test]
fn an_index_from_a_copy_is_the_one_that_the_truth_gives() {
    let (mut from_cache, mut caught_up) = (0, 0);
    for seed in 0..12 {
        let directory = tempfile::tempdir().unwrap();
        let mut random = Random(seed);
        for _ in 0..6 {
            let kb = open(directory.path());
            from_cache += u32::from(came_from_cache(&kb));
            for _ in 0..random.below(40) {
                change(&kb, &mut random);
            }
            let now = seen(&kb);
            let [with, without] = [true, false].map(|with| {
                let place = crashed(directory.path(), with);
                let kb = open(place.path());
                let mut again = seen(&kb);
                assert_eq!(
                    again,
                    now,
                    "seed {seed}, with a copy: {with}, {:?}",
                    kb.opened()
                );
                // And it can be written to.
                let mut random = Random(seed);
                for _ in 0..20 {
                    change(&kb, &mut random);
                }
                again = seen(&kb);
                kb.merge();
                assert_eq!(seen(&kb), again);
                caught_up += u32::from(matches!(kb.opened(), Opened::FromCache { graphs: 1.. }));
                again
            });
            assert_eq!(with, without, "seed {seed}");
        }
    }
    assert!(from_cache > 20, "{from_cache} of 72 came from a copy");
    assert!(caught_up > 10, "{caught_up} of 72 caught up");
}

/// A store with a copy that is as old as it is.
fn with_copy() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let kb = open(directory.path());
    let mut batch = Batch::new();
    for number in 0..50 {
        batch.put_graph(
            graph(number),
            label(number),
            (0..30).map(|k| triple(number * 17 + k)),
        );
    }
    kb.commit(batch).unwrap();
    drop(kb);
    assert!(directory.path().join(FILE).exists());
    directory
}

#[test]
fn only_graphs_that_changed_are_read_again() {
    let directory = with_copy();
    let kb = open(directory.path());
    assert_eq!(kb.opened(), &Opened::FromCache { graphs: 0 });
    let mut batch = Batch::new();
    batch.put_graph(graph(3), label(0), [triple(1)]);
    batch.insert(graph(4), triple(999));
    batch.set_label(graph(5), label(3));
    batch.put_graph(graph(77), label(0), [triple(5)]);
    kb.commit(batch).unwrap();
    let place = crashed(directory.path(), true);
    let again = open(place.path());
    // Labels are read from the truth in any case.
    assert_eq!(again.opened(), &Opened::FromCache { graphs: 3 });
    assert_eq!(seen(&again), seen(&kb));
}

#[test]
fn a_label_is_never_taken_from_a_copy() {
    let directory = with_copy();
    let kb = open(directory.path());
    let name = graph(4);
    let sees = |kb: &KnowledgeBase| {
        kb.view(&Clearance::anonymous())
            .graphs()
            .any(|known| known.name == name)
    };
    assert!(sees(&kb));
    let mut batch = Batch::new();
    batch.set_label(name.clone(), label(3));
    kb.commit(batch).unwrap();
    let place = crashed(directory.path(), true);
    let again = open(place.path());
    assert!(came_from_cache(&again));
    assert!(!sees(&again));
}

#[test]
fn a_damaged_copy_is_reported_and_made_anew() {
    let directory = with_copy();
    let kb = open(directory.path());
    let whole = seen(&kb);
    let bytes = std::fs::read(directory.path().join(FILE)).unwrap();
    for round in 0..120 {
        let place = crashed(directory.path(), false);
        let at = match round {
            // The footer, the beginning, and everywhere.
            0..30 => bytes.len() - 1 - round * 3,
            30..50 => round - 30,
            _ => bytes.len() * (round - 50) / 70,
        };
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (round % 8);
        std::fs::write(place.path().join(FILE), &damaged).unwrap();
        let verified = crate::verify(place.path()).unwrap();
        assert_eq!(verified.damages.len(), 1, "byte {at}");
        assert_eq!(verified.damages[0].affected, crate::Affected::Nothing);
        let again = open(place.path());
        assert!(
            matches!(again.opened(), Opened::FromTruth { why: Some(_) }),
            "byte {at}"
        );
        assert_eq!(seen(&again), whole, "byte {at}");
        drop(again);
        let again = open(place.path());
        assert!(came_from_cache(&again), "byte {at}");
    }
    for length in (0..bytes.len()).step_by(bytes.len() / 40) {
        let place = crashed(directory.path(), false);
        std::fs::write(place.path().join(FILE), &bytes[..length]).unwrap();
        let again = open(place.path());
        assert!(
            matches!(again.opened(), Opened::FromTruth { why: Some(_) }),
            "{length} bytes"
        );
        assert_eq!(seen(&again), whole, "{length} bytes");
    }
}

#[test]
fn a_copy_of_another_store_is_not_used() {
    let (one, other) = (with_copy(), with_copy());
    std::fs::copy(one.path().join(FILE), other.path().join(FILE)).unwrap();
    let kb = open(other.path());
    assert!(matches!(kb.opened(), Opened::FromTruth { why: Some(_) }));
}

#[test]
fn a_copy_does_not_keep_terms_that_nothing_uses() {
    let directory = tempfile::tempdir().unwrap();
    let kb = open(directory.path());
    for generation in 0..4 {
        let texts = (0..20).map(|k| {
            let text = Literal::new_simple_literal(format!("generation {generation} says {k}"));
            Triple::new(node("note"), node("says"), text)
        });
        let mut batch = Batch::new();
        batch.put_graph(graph(0), label(0), texts);
        kb.commit(batch).unwrap();
    }
    kb.merge();
    // Too few to be forgotten while the knowledge base is open.
    assert!(kb.usage().terms > 80);
    drop(kb);
    let kb = open(directory.path());
    assert!(kb.usage().terms < 30, "{} terms", kb.usage().terms);
}
