//! What an audit finds about knowledge itself: who holds it, how it moves, who takes it along.

use std::collections::{BTreeMap, BTreeSet};

use kenning_store::TermId;
use kenning_vocab::km;
use oxrdf::NamedNodeRef;

use super::figures::Mode;
use super::{Findings, Kind};
use crate::day::Day;
use crate::insight::counted;
use crate::picture::{Event, PersonId, Visibility};

/// Half a year: departures within it are urgent.
const SOON: i32 = 183;
/// A year: events within it count.
const LATELY: i32 = 365;

/// Numbers about people, topics and flows.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) people: usize,
    pub(crate) topics: usize,
    pub(crate) alone: usize,
    pub(crate) nobody: usize,
    pub(crate) assets: usize,
    pub(crate) unwritten: usize,
    /// Mean share that can be put into words, of those assets that say.
    pub(crate) expressible: Option<f64>,
    pub(crate) modes: Vec<Mode>,
    /// Topics that somebody practises and of whose kind nothing is recorded.
    pub(crate) kindless: usize,
    pub(crate) leaving: usize,
    pub(crate) statements: usize,
}

/// The four modes of conversion, as a circle.
pub(crate) const MODES: [NamedNodeRef<'static>; 4] = [
    km::SOCIALIZATION,
    km::EXTERNALIZATION,
    km::COMBINATION,
    km::INTERNALIZATION,
];

pub(crate) fn look(findings: &mut Findings<'_, '_>) -> Known {
    let picture = findings.picture;
    let mut known = Known {
        statements: picture.holding.statements.len(),
        ..Known::default()
    };
    known.people = picture
        .people
        .iter()
        .filter(|(id, person)| picture.people.counts(*id) && !person.is_group)
        .count();
    cover(findings, &mut known);
    departures(findings, &mut known);
    assets(findings, &mut known);
    flows(findings, &mut known);
    explicit_only(findings, &mut known);
    known
}

/// Who knows each topic that anybody is, or was, said to know.
fn cover(findings: &mut Findings<'_, '_>, known: &mut Known) {
    let picture = findings.picture;
    for (topic, people) in picture.cover() {
        known.topics += 1;
        let critical = findings.critical(topic);
        let keepers = findings.keepers(topic);
        match people.len() {
            0 => {
                known.nobody += 1;
                let gone = gone(findings, topic);
                let detail = if gone.is_empty() {
                    "nobody is said to know it".to_owned()
                } else {
                    format!("{gone} knew it and has left")
                };
                findings.add(Kind::Unheld, &[topic], detail, &keepers, critical);
            }
            1 => {
                let person = people.first().copied();
                if person
                    .and_then(|id| picture.people.get(id))
                    .is_some_and(|it| it.is_group)
                {
                    continue;
                }
                known.alone += 1;
                let leaves = person
                    .and_then(|id| picture.people.get(id))
                    .and_then(|person| person.leaves)
                    .map_or_else(String::new, |day| format!(", who leaves on {day}"));
                let detail = format!("only {}{leaves}", findings.called(&people));
                findings.add(Kind::SingleHolder, &[topic], detail, &keepers, critical);
            }
            _ => strength(findings, topic, &people, critical),
        }
    }
}

/// Who knew a topic and is not here any more, of those who may be named.
fn gone(findings: &Findings<'_, '_>, topic: TermId) -> String {
    let picture = findings.picture;
    let stated = picture
        .holding
        .statements
        .iter()
        .filter(|it| it.topics.contains(&topic));
    let held = picture
        .holding
        .assets
        .iter()
        .filter(|it| it.topics.contains(&topic));
    let who: BTreeSet<PersonId> = stated
        .map(|statement| statement.who)
        .chain(held.flat_map(|asset| asset.holders.iter().copied()))
        .filter(|id| {
            let person = picture.people.get(*id);
            person.is_some_and(|person| person.has_left && person.visibility == Visibility::Named)
        })
        .collect();
    findings.called(&who)
}

/// Several people know it, and its notes are confirmed and for the most part sourced.
fn strength(
    findings: &mut Findings<'_, '_>,
    topic: TermId,
    people: &BTreeSet<PersonId>,
    critical: i64,
) {
    let picture = findings.picture;
    let horizon = picture.today.plus_days(SOON);
    let staying = people.iter().filter(|id| {
        let person = picture.people.get(**id);
        person.is_some_and(|person| person.leaves.is_none_or(|day| day > horizon))
    });
    if staying.count() < 2 {
        return;
    }
    let notes = picture.topics.notes(topic);
    let notes: Vec<_> = notes
        .iter()
        .filter_map(|id| picture.notes.get(id))
        .collect();
    let sound = !notes.is_empty()
        && notes.iter().all(|note| {
            let in_date =
                note.verified.is_some() && note.due.is_none_or(|due| due >= picture.today);
            in_date && !note.sources.is_empty() && note.sources.len() * 2 >= note.claims.len()
        });
    if sound {
        let detail = format!(
            "{} know it, and its notes are confirmed and sourced",
            findings.called(people)
        );
        findings.add(
            Kind::WellCovered,
            &[topic],
            detail,
            &BTreeSet::new(),
            critical,
        );
    }
}

/// Somebody leaves within half a year, and no plan past deciding keeps a topic or piece of knowledge of theirs.
fn departures(findings: &mut Findings<'_, '_>, known: &mut Known) {
    let picture = findings.picture;
    let horizon = picture.today.plus_days(SOON);
    for (id, person) in picture.people.iter() {
        let Some(day) = person
            .leaves
            .filter(|day| *day >= picture.today && *day <= horizon)
        else {
            continue;
        };
        if person.visibility == Visibility::Hidden {
            continue;
        }
        known.leaving += 1;
        let kept = |topics: &BTreeSet<TermId>, asset: Option<TermId>| {
            picture.holding.plans.iter().any(|plan| {
                plan.keeps
                    && plan.of.contains(&id)
                    && (!plan.topics.is_disjoint(topics)
                        || asset.is_some_and(|asset| plan.assets.contains(&asset)))
            })
        };
        let mut open: BTreeMap<TermId, BTreeSet<TermId>> = BTreeMap::new();
        for statement in picture
            .holding
            .statements
            .iter()
            .filter(|it| it.who == id && it.rank != Some(1))
        {
            for topic in &statement.topics {
                if !kept(&BTreeSet::from([*topic]), None) {
                    open.entry(*topic).or_default();
                }
            }
        }
        for asset in picture
            .holding
            .assets
            .iter()
            .filter(|it| it.holders.contains(&id))
        {
            if !kept(&asset.topics, Some(asset.id)) {
                for topic in &asset.topics {
                    open.entry(*topic).or_default().insert(asset.id);
                }
            }
        }
        let name = picture.people.called(id).unwrap_or_default();
        for (topic, pieces) in open {
            let thought_of =
                picture.holding.plans.iter().any(|plan| {
                    !plan.keeps && plan.of.contains(&id) && plan.topics.contains(&topic)
                });
            let plan = if thought_of {
                "a plan is still deciding"
            } else {
                "no plan"
            };
            let mut detail = format!("{name} leaves on {day}; {plan}");
            if !pieces.is_empty() {
                let along = counted(
                    pieces.len(),
                    "thing held in heads goes",
                    "things held in heads go",
                );
                detail.push_str(&format!(", and {along} along"));
            }
            let critical = findings.critical(topic);
            let keepers = findings.keepers(topic);
            // About the topic, and about the person where they may be named.
            let about = [topic, person.id];
            let named = picture.people.is_named(id);
            let about = if named { &about[..] } else { &about[..1] };
            findings.add(Kind::UncoveredDeparture, about, detail, &keepers, critical);
        }
    }
}

/// The half that no document holds.
fn assets(findings: &mut Findings<'_, '_>, known: &mut Known) {
    let picture = findings.picture;
    let mut shares = Vec::new();
    let shared: BTreeSet<TermId> = picture
        .holding
        .events
        .iter()
        .filter(|event| picture.any_is(&event.modes, km::SOCIALIZATION))
        .filter(|event| event.day.is_some_and(|day| lately(day, picture.today)))
        .flat_map(|event| event.topics.iter().copied())
        .collect();
    for asset in &picture.holding.assets {
        known.assets += 1;
        shares.extend(asset.expressible);
        if asset.is_written {
            continue;
        }
        known.unwritten += 1;
        let silent =
            picture.any_is(&asset.kinds, km::TACIT) || picture.any_is(&asset.kinds, km::EMBODIED);
        if !silent || !asset.topics.is_disjoint(&shared) {
            continue;
        }
        let holders: BTreeSet<PersonId> = asset
            .holders
            .iter()
            .copied()
            .filter(|id| picture.people.counts(*id))
            .collect();
        if holders.is_empty() && !asset.holders.is_empty() {
            continue;
        }
        let detail = match findings.called(&holders) {
            names if names.is_empty() => "nobody is named as its holder".to_owned(),
            names => format!("held by {names}"),
        };
        let critical = findings.critical(asset.id);
        let keepers = asset
            .topics
            .iter()
            .flat_map(|topic| findings.keepers(*topic))
            .collect();
        findings.add(Kind::Unshared, &[asset.id], detail, &keepers, critical);
    }
    if !shares.is_empty() {
        #[expect(clippy::cast_precision_loss, reason = "a count of assets")]
        let mean = shares.iter().sum::<f64>() / shares.len() as f64;
        known.expressible = Some(mean);
    }
}

fn lately(day: Day, today: Day) -> bool {
    (0..=LATELY).contains(&today.since(day))
}

/// The balance of the four modes, zeros included. The hours of an event count once, however many gave and took.
fn flows(findings: &mut Findings<'_, '_>, known: &mut Known) {
    let picture = findings.picture;
    let recent: Vec<&Event> = picture
        .holding
        .events
        .iter()
        .filter(|event| event.day.is_some_and(|day| lately(day, picture.today)))
        .collect();
    for mode in MODES {
        let of_mode: Vec<&&Event> = recent
            .iter()
            .filter(|event| picture.any_is(&event.modes, mode))
            .collect();
        known.modes.push(Mode {
            name: mode.as_str().trim_start_matches(km::NAMESPACE).to_owned(),
            events: of_mode.len(),
            hours: of_mode
                .iter()
                // An event of two modes gives each its part.
                .filter_map(|event| {
                    #[expect(clippy::cast_precision_loss, reason = "at most four modes")]
                    let parts = event.modes.len().max(1) as f64;
                    Some(event.hours? / parts)
                })
                .sum(),
            without_hours: of_mode.iter().filter(|event| event.hours.is_none()).count(),
        });
    }
    let mut by_topic: BTreeMap<TermId, [usize; 4]> = BTreeMap::new();
    let mut events: BTreeMap<TermId, usize> = BTreeMap::new();
    for event in &recent {
        for topic in &event.topics {
            *events.entry(*topic).or_default() += 1;
            let counts = by_topic.entry(*topic).or_default();
            for (count, mode) in counts.iter_mut().zip(MODES) {
                *count += usize::from(picture.any_is(&event.modes, mode));
            }
        }
    }
    for (topic, counts) in by_topic {
        let few = events.get(&topic).copied().unwrap_or_default() < 2;
        if few || counts.iter().all(|count| *count > 0) {
            continue;
        }
        let words: Vec<String> = counts
            .iter()
            .zip(MODES)
            .map(|(count, mode)| {
                format!(
                    "{} {count}",
                    mode.as_str().trim_start_matches(km::NAMESPACE)
                )
            })
            .collect();
        let critical = findings.critical(topic);
        let keepers = findings.keepers(topic);
        findings.add(
            Kind::ModeImbalance,
            &[topic],
            words.join(", "),
            &keepers,
            critical,
        );
    }
}

/// Somebody practises it, and it is recorded as explicit and as nothing else. Nothing recorded is another thing.
fn explicit_only(findings: &mut Findings<'_, '_>, known: &mut Known) {
    let picture = findings.picture;
    let mut practised: BTreeSet<TermId> = BTreeSet::new();
    for statement in picture
        .holding
        .statements
        .iter()
        .filter(|it| it.rank != Some(1))
    {
        practised.extend(&statement.topics);
    }
    for event in &picture.holding.events {
        practised.extend(&event.topics);
    }
    let mut silent: BTreeSet<TermId> = BTreeSet::new();
    let mut spoken: BTreeSet<TermId> = BTreeSet::new();
    for asset in &picture.holding.assets {
        spoken.extend(asset.topics.iter().filter(|_| !asset.kinds.is_empty()));
        if picture.any_is(&asset.kinds, km::TACIT) || picture.any_is(&asset.kinds, km::EMBODIED) {
            silent.extend(&asset.topics);
        }
    }
    for topic in practised {
        let Some(kinds) = picture.kinds.get(&topic) else {
            known.kindless += usize::from(!spoken.contains(&topic));
            continue;
        };
        let tacit = picture.any_is(kinds, km::TACIT) || picture.any_is(kinds, km::EMBODIED);
        if picture.any_is(kinds, km::EXPLICIT) && !tacit && !silent.contains(&topic) {
            let critical = findings.critical(topic);
            let keepers = findings.keepers(topic);
            let detail = "people practise it, and it is recorded as explicit alone";
            findings.add(Kind::ExplicitOnly, &[topic], detail, &keepers, critical);
        }
    }
}
