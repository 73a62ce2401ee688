//! Which topics are lost when people leave: sets of people, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

/// Who covers which topic. People and topics are numbers that mean something to the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cover {
    /// For each topic the people who cover it.
    pub topics: Vec<BTreeSet<usize>>,
    /// Topics that outlast their people, because a plan keeps them or a group holds them.
    pub kept: BTreeSet<usize>,
}

/// A group of people whose leaving orphans a share of the topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Who.
    pub people: BTreeSet<usize>,
    /// The topics that go with them.
    pub topics: BTreeSet<usize>,
    /// Whether no smaller group does it. Otherwise the group was searched greedily, and its size is an upper bound.
    pub is_smallest: bool,
}

/// So many groups are looked at to prove that none is smaller. The problem is NP-hard (it contains minimum k-union).
const TRIES: u64 = 200_000;

impl Cover {
    /// The topics that are covered now and by nobody once `group` has left.
    #[must_use]
    pub fn lost(&self, group: &BTreeSet<usize>) -> BTreeSet<usize> {
        let topics = self.topics.iter().enumerate();
        topics
            .filter(|(topic, people)| {
                !people.is_empty() && !self.kept.contains(topic) && people.is_subset(group)
            })
            .map(|(topic, _)| topic)
            .collect()
    }

    /// How many topics are covered now.
    #[must_use]
    pub fn covered(&self) -> usize {
        self.topics
            .iter()
            .filter(|people| !people.is_empty())
            .count()
    }

    /// A small group whose leaving orphans at least `count` topics; `None` when even everybody's leaving does not.
    ///
    /// Greedy: again and again the people who complete the cover of some topic, where each of them brings the most topics.
    /// Where it is cheap, all smaller groups are tried too, and the answer is the smallest.
    #[must_use]
    pub fn group_that_orphans(&self, count: usize) -> Option<Group> {
        let mut sets: BTreeMap<&BTreeSet<usize>, usize> = BTreeMap::new();
        for (topic, people) in self.topics.iter().enumerate() {
            if !people.is_empty() && !self.kept.contains(&topic) {
                *sets.entry(people).or_default() += 1;
            }
        }
        let mut group = BTreeSet::new();
        let mut lost = 0;
        while lost < count {
            let best = best_step(&sets, &group)?;
            group.extend(best);
            lost = gone(&sets, &group);
        }
        // A greedy group may hold people whom it does not need.
        for person in group.clone() {
            group.remove(&person);
            if gone(&sets, &group) < count {
                group.insert(person);
            }
        }
        let people: Vec<usize> = sets
            .keys()
            .copied()
            .flatten()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let (group, is_smallest) = match smaller(&sets, &people, group.len(), count) {
            Search::Found(smaller) => (smaller, true),
            Search::None => (group, true),
            Search::TooMany => (group, false),
        };
        Some(Group {
            topics: self.lost(&group),
            people: group,
            is_smallest,
        })
    }
}

/// How many topics nobody outside `group` covers.
fn gone(sets: &BTreeMap<&BTreeSet<usize>, usize>, group: &BTreeSet<usize>) -> usize {
    sets.iter()
        .filter(|(people, _)| people.is_subset(group))
        .map(|(_, count)| count)
        .sum()
}

/// The people to add next: those that some topic still has, for the set that brings most topics a head.
fn best_step(
    sets: &BTreeMap<&BTreeSet<usize>, usize>,
    group: &BTreeSet<usize>,
) -> Option<BTreeSet<usize>> {
    /// So many steps are weighed; those of the fewest people come first.
    const WEIGHED: usize = 300;
    let missing: BTreeSet<BTreeSet<usize>> = sets
        .keys()
        .map(|people| people.difference(group).copied().collect())
        .filter(|missing: &BTreeSet<usize>| !missing.is_empty())
        .collect();
    let mut missing: Vec<BTreeSet<usize>> = missing.into_iter().collect();
    missing.sort_by_key(BTreeSet::len);
    missing.truncate(WEIGHED);
    let before = gone(sets, group);
    missing
        .into_iter()
        .map(|step| {
            let all: BTreeSet<usize> = group.union(&step).copied().collect();
            (gone(sets, &all) - before, step)
        })
        // More topics for each head; of equals the smaller step, then the lower numbers.
        .max_by(|(gain, step), (other_gain, other)| {
            (gain * other.len())
                .cmp(&(other_gain * step.len()))
                .then_with(|| other.len().cmp(&step.len()))
                .then_with(|| other.cmp(step))
        })
        .map(|(_, step)| step)
}

enum Search {
    Found(BTreeSet<usize>),
    None,
    TooMany,
}

/// Looks for a group of fewer than `size` people that orphans `count` topics.
fn smaller(
    sets: &BTreeMap<&BTreeSet<usize>, usize>,
    people: &[usize],
    size: usize,
    count: usize,
) -> Search {
    let mut tries = 0_u64;
    for wanted in 0..size {
        tries = tries.saturating_add(choose(people.len(), wanted));
        // The work of a try grows with the number of sets.
        if tries.saturating_mul(sets.len() as u64 / 16 + 1) > TRIES {
            return Search::TooMany;
        }
        let mut chosen = Vec::with_capacity(wanted);
        if let Some(found) = try_all(sets, people, wanted, count, &mut chosen) {
            return Search::Found(found);
        }
    }
    Search::None
}

fn try_all(
    sets: &BTreeMap<&BTreeSet<usize>, usize>,
    people: &[usize],
    wanted: usize,
    count: usize,
    chosen: &mut Vec<usize>,
) -> Option<BTreeSet<usize>> {
    if wanted == 0 {
        let group: BTreeSet<usize> = chosen.iter().copied().collect();
        return (gone(sets, &group) >= count).then_some(group);
    }
    for (at, person) in people.iter().enumerate() {
        chosen.push(*person);
        let rest = people.get(at + 1..).unwrap_or_default();
        if let Some(found) = try_all(sets, rest, wanted - 1, count, chosen) {
            return Some(found);
        }
        chosen.pop();
    }
    None
}

/// How many groups of `k` people there are among `n`.
fn choose(n: usize, k: usize) -> u64 {
    (0..k).fold(1_u64, |all, step| {
        all.saturating_mul((n - step.min(n)) as u64) / (step as u64 + 1)
    })
}
