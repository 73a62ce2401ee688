//! The laws of the lattice, over every pair and triple of a small one and over generated labels.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clause, Clearance, Group, Groups, Label, Level, Scale};
use proptest::prelude::*;

fn scale() -> Scale {
    Scale::new(["low", "middle", "high"]).unwrap()
}

fn clause(bits: u8) -> Clause {
    let names = ["a", "b", "c"];
    let held = (0..3).filter(|place| bits & (1 << place) != 0);
    Clause::any_of(held.map(|place| Group::new(names[place]).unwrap()))
}

/// Every label over three levels and three groups: each set of the eight clauses, minimised.
fn every_label() -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for (level, _) in scale().levels() {
        for set in 0..=u8::MAX {
            let clauses = (0..8).filter(|bit| set & (1 << bit) != 0).map(clause);
            labels.push(Label::new(level, clauses));
        }
    }
    labels.sort();
    labels.dedup();
    labels
}

fn every_clearance() -> Vec<Clearance> {
    let mut readers = Vec::new();
    for (level, _) in scale().levels() {
        for bits in 0..8_u8 {
            let names = ["a", "b", "c"];
            let held = (0..3).filter(|place| bits & (1 << place) != 0);
            let groups = Groups::of(held.map(|place| names[place])).unwrap();
            readers.push(Clearance::new(level, groups));
        }
        readers.push(Clearance::new(level, Groups::all()));
    }
    readers
}

#[test]
fn equal_meaning_is_equal_value() {
    // Three groups give 20 antichains of clauses (the Dedekind number of 3), so 60 labels, and no two mean the same.
    let labels = every_label();
    assert_eq!(labels.len(), 60);
    for a in &labels {
        for b in &labels {
            assert_eq!(a == b, a.flows_to(b) && b.flows_to(a), "{a:?} {b:?}");
        }
    }
}

#[test]
fn what_flows_is_what_every_reader_of_the_higher_label_sees() {
    let (labels, readers) = (every_label(), every_clearance());
    for low in &labels {
        for high in &labels {
            let seen = readers.iter().all(|r| !r.sees(high) || r.sees(low));
            assert_eq!(low.flows_to(high), seen, "{low:?} {high:?}");
        }
    }
}

#[test]
fn join_is_seen_exactly_by_those_who_see_both() {
    let (labels, readers) = (every_label(), every_clearance());
    for a in &labels {
        for b in &labels {
            let both = a.join(b);
            for reader in &readers {
                assert_eq!(reader.sees(&both), reader.sees(a) && reader.sees(b));
            }
        }
    }
}

#[test]
fn join_is_the_least_upper_bound() {
    let labels = every_label();
    for a in &labels {
        assert_eq!(&a.join(a), a);
        for b in &labels {
            let both = a.join(b);
            assert_eq!(both, b.join(a));
            assert!(a.flows_to(&both) && b.flows_to(&both));
            for c in &labels {
                assert_eq!(both.flows_to(c), a.flows_to(c) && b.flows_to(c));
            }
        }
    }
}

#[test]
fn closed_is_the_top_and_public_is_the_bottom() {
    for label in every_label() {
        assert!(label.flows_to(&Label::closed()));
        assert!(Label::public().flows_to(&label));
    }
    for reader in every_clearance() {
        let everything = reader.level() == Level::TOP && reader.groups().is_all();
        assert_eq!(reader.sees(&Label::closed()), everything);
        assert!(reader.sees(&Label::public()));
    }
    assert!(Clearance::everything("the test looks at all").sees(&Label::closed()));
    assert!(!Clearance::anonymous().sees(&Label::closed()));
}

#[test]
fn labels_are_read_as_they_are_written() {
    for label in every_label() {
        let text = scale().write_label(&label);
        assert_eq!(scale().parse_label(&text), Ok(label), "{text}");
    }
    for broken in [
        "",
        "hihg",
        "high{a",
        "high}a{",
        "high{a}b",
        "high{{a}}",
        "high{a b}",
        "high{a|}",
    ] {
        assert!(scale().parse_label(broken).is_err(), "{broken}");
    }
}

fn any_label() -> impl Strategy<Value = Label> {
    let clauses = prop::collection::vec(prop::collection::btree_set("[a-f]", 0..4), 0..5);
    (0..4_usize, clauses).prop_map(|(level, clauses)| {
        let (level, _) = Scale::default().levels().nth(level).unwrap();
        let clause = |names: std::collections::BTreeSet<String>| {
            Clause::any_of(names.iter().map(|name| Group::new(name).unwrap()))
        };
        Label::new(level, clauses.into_iter().map(clause))
    })
}

proptest! {
    #[test]
    fn join_is_associative_and_absorbs(a in any_label(), b in any_label(), c in any_label()) {
        prop_assert_eq!(a.join(&b).join(&c), a.join(&b.join(&c)));
        prop_assert_eq!(a.join(&a.join(&b)), a.join(&b));
        prop_assert_eq!(a.flows_to(&b), a.join(&b) == b);
        prop_assert_eq!(Label::closed().join(&a), Label::closed());
    }
}
