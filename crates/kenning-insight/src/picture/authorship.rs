//! Who wrote the notes about a topic: degree of authorship, with decay.
//!
//! After T. Fritz, G. Murphy, E. Hill, "Does a programmer's activity indicate knowledge of code?" (ESEC/FSE 2007) and
//! Fritz et al., "A degree-of-knowledge model to capture source code familiarity" (ICSE 2010):
//! `DOA = 3.293 + 1.098·FA + 0.164·DL − 0.321·ln(1 + AC)`, where FA says who began the note, DL counts somebody's changes
//! and AC those of others. Ours counts a change by half when it is [`HALF_LIFE`] days old, because what one wrote long ago
//! is no longer what one knows; and a change that was made to many notes at once counts little for each of them.

use std::collections::{BTreeMap, BTreeSet};

use kenning_store::TermId;

use super::people::PersonId;
use super::{Note, Picture};
use crate::day::Day;

/// After so many days a sign of knowledge counts half.
pub(crate) const HALF_LIFE: i32 = 730;

/// A note that links to those about the topic, or is linked from them, counts so much of one about it.
const NEAR: f64 = 0.15;

/// What somebody wrote about a topic.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Authored {
    /// Between 0 and 1: 1 for whoever wrote most of a note, and lately.
    pub(crate) strength: f64,
    /// Whether they began one of the notes.
    pub(crate) began: bool,
    pub(crate) changes: usize,
    pub(crate) last: Option<Day>,
    /// The note that they wrote most of; `None` when all of it is near the topic only.
    pub(crate) note: Option<TermId>,
}

/// What a sign of knowledge is worth after so many days.
pub(crate) fn decay(age: i32) -> f64 {
    (-f64::from(age.max(0)) / f64::from(HALF_LIFE)).exp2()
}

/// The degrees of authorship of one note, by person.
fn degrees(note: &Note, today: Day) -> BTreeMap<PersonId, f64> {
    let total: f64 = note
        .revisions
        .iter()
        .map(|revision| revision.share * decay(today.since(revision.day)))
        .sum();
    let mut own: BTreeMap<PersonId, f64> = BTreeMap::new();
    for revision in &note.revisions {
        *own.entry(revision.who).or_default() += revision.share * decay(today.since(revision.day));
    }
    let first = note.revisions.first().map(|revision| revision.who);
    own.into_iter()
        .map(|(who, own)| {
            let began = f64::from(u8::from(first == Some(who)));
            let others = (total - own).max(0.0);
            (
                who,
                3.293 + 1.098 * began + 0.164 * own - 0.321 * others.ln_1p(),
            )
        })
        .collect()
}

/// Who wrote the notes about a topic, and what is near them.
pub(crate) fn authors(picture: &Picture<'_>, topic: TermId) -> BTreeMap<PersonId, Authored> {
    let about = picture.topics.notes(topic);
    let mut near: BTreeSet<TermId> = BTreeSet::new();
    for note in about.iter().filter_map(|id| picture.notes.get(id)) {
        near.extend(&note.linked_from);
        near.extend(&note.links_to);
    }
    let mut found: BTreeMap<PersonId, Authored> = BTreeMap::new();
    for (id, share) in about
        .iter()
        .map(|id| (*id, 1.0))
        .chain(near.difference(&about).map(|id| (*id, NEAR)))
    {
        let Some(note) = picture.notes.get(&id) else {
            continue;
        };
        let degrees = degrees(note, picture.today);
        let most = degrees.values().copied().fold(f64::MIN, f64::max);
        let is_about = share > NEAR;
        for (who, degree) in degrees {
            let mine = note.revisions.iter().filter(|revision| revision.who == who);
            let last = mine.clone().map(|revision| revision.day).max();
            let fresh = last.map_or(0.0, |day| decay(picture.today.since(day)));
            let part = if most > 0.0 {
                (degree / most).max(0.0)
            } else {
                0.0
            };
            // One change shows less than many: half of what can be shown, then three quarters, and so on.
            let changes: f64 = mine.clone().map(|revision| revision.share).sum();
            let strength = share * fresh * part * (1.0 - (-changes).exp2());
            let known = found.entry(who).or_insert(Authored {
                strength: 0.0,
                began: false,
                changes: 0,
                last: None,
                note: None,
            });
            if is_about {
                known.changes += mine.count();
                known.began |= note.revisions.first().is_some_and(|first| first.who == who);
                known.last = known.last.max(last);
                if known.note.is_none() || strength > known.strength {
                    known.note = Some(id);
                }
            }
            // Signs add up without passing 1.
            known.strength = 1.0 - (1.0 - known.strength) * (1.0 - strength);
        }
    }
    found
}
