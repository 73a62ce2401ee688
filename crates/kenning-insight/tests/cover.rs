//! What is lost when people leave, compared with trying everything.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_insight::Cover;
use proptest::prelude::*;
use std::collections::BTreeSet;

const PEOPLE: usize = 7;

fn covers() -> impl Strategy<Value = Cover> {
    let people = prop::collection::btree_set(0..PEOPLE, 0..4);
    let topics = prop::collection::vec(people, 0..9);
    (topics, prop::collection::btree_set(0_usize..9, 0..3)).prop_map(|(topics, kept)| Cover {
        kept: kept
            .into_iter()
            .filter(|topic| *topic < topics.len())
            .collect(),
        topics,
    })
}

fn groups() -> impl Iterator<Item = BTreeSet<usize>> {
    (0_u32..1 << PEOPLE).map(|bits| {
        (0..PEOPLE)
            .filter(|person| bits >> person & 1 == 1)
            .collect()
    })
}

/// Topic by topic, person by person.
fn lost(cover: &Cover, group: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut lost = BTreeSet::new();
    for (topic, people) in cover.topics.iter().enumerate() {
        let before = people.len();
        let after = people
            .iter()
            .filter(|person| !group.contains(person))
            .count();
        if before > 0 && after == 0 && !cover.kept.contains(&topic) {
            lost.insert(topic);
        }
    }
    lost
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn loss_equals_trying_everything(cover in covers()) {
        for group in groups() {
            prop_assert_eq!(cover.lost(&group), lost(&cover, &group));
        }
        for count in 1..=cover.covered() {
            let smallest = groups()
                .filter(|group| lost(&cover, group).len() >= count)
                .map(|group| group.len())
                .min();
            let found = cover.group_that_orphans(count);
            prop_assert_eq!(found.is_some(), smallest.is_some());
            if let (Some(found), Some(smallest)) = (found, smallest) {
                prop_assert!(found.topics.len() >= count);
                prop_assert_eq!(&found.topics, &lost(&cover, &found.people));
                prop_assert!(found.people.len() >= smallest);
                // So few people can all be tried, and then the answer is the smallest, and says so.
                prop_assert!(found.is_smallest);
                prop_assert_eq!(found.people.len(), smallest);
            }
        }
    }
}

#[test]
fn a_large_house_gets_an_upper_bound_and_is_told_so() {
    // Three hundred people, each topic known by two neighbours.
    let topics: Vec<BTreeSet<usize>> = (0..300)
        .map(|at| BTreeSet::from([at, (at + 1) % 300]))
        .collect();
    let cover = Cover {
        topics,
        kept: BTreeSet::new(),
    };
    let group = cover.group_that_orphans(150).unwrap();
    assert!(group.topics.len() >= 150 && !group.is_smallest);
    assert_eq!(group.topics, cover.lost(&group.people));
    assert!(group.people.len() <= 152, "{} people", group.people.len());
}
