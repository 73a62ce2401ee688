//! The notes of a view: how each is kept, what its claims rest on, who wrote it.

use std::collections::{BTreeMap, BTreeSet};

use kenning_access::Label;
use kenning_store::{Interrupted, TermId};
use kenning_vocab::{cito, dcterms, km, prov};
use oxsdatatypes::Duration;

use super::people::{People, PersonId};
use super::scan::{Many, Scan, of};
use super::topics::Topics;
use crate::day::Day;

/// One note as the view shows it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Note {
    /// The label of the graph that holds the note; of several, the lowest that the view gives.
    pub(crate) label: Option<Label>,
    pub(crate) verified: Option<Day>,
    /// From when on it counts as stale: stored, or the verification and its interval.
    pub(crate) due: Option<Day>,
    pub(crate) modified: Option<Day>,
    pub(crate) responsible: BTreeSet<TermId>,
    pub(crate) claims: BTreeSet<TermId>,
    /// Claim → sources, only for claims that name one.
    pub(crate) sources: BTreeMap<TermId, BTreeSet<TermId>>,
    /// Other notes that link here.
    pub(crate) linked_from: BTreeSet<TermId>,
    /// Other notes that this one links to.
    pub(crate) links_to: BTreeSet<TermId>,
    /// The oldest first.
    pub(crate) revisions: Vec<Revision>,
    pub(crate) creators: BTreeSet<PersonId>,
}

/// A stored state of a note, and who made it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Revision {
    pub(crate) who: PersonId,
    pub(crate) day: Day,
    /// How much of a change it is, up to 1: one that was made to many notes at once says little of each.
    pub(crate) share: f64,
}

/// All notes by their ids.
pub(crate) type Notes = BTreeMap<TermId, Note>;

/// How long a verification holds where the note does not say: a year.
pub(crate) const USUAL_INTERVAL: &str = "P1Y";

pub(crate) fn read(
    scan: &Scan<'_>,
    topics: &Topics,
    people: &People,
    today: Day,
) -> Result<Notes, Interrupted> {
    let mut notes = Notes::new();
    for (note, _, graph) in scan.with_graphs(kenning_vocab::rdf::TYPE, Some(km::NOTE))? {
        let label = scan.view.graph(graph).map(|graph| graph.label);
        let known = notes.entry(note).or_default();
        known.label = match (known.label.take(), label) {
            (Some(one), Some(other)) if other.flows_to(&one) => Some(other),
            (Some(one), _) => Some(one),
            (None, label) => label,
        };
    }
    upkeep(scan, &mut notes)?;
    claims(scan, &mut notes)?;
    links(scan, topics, &mut notes)?;
    authors(scan, people, today, &mut notes)?;
    Ok(notes)
}

fn upkeep(scan: &Scan<'_>, notes: &mut Notes) -> Result<(), Interrupted> {
    let usual: Option<Duration> = USUAL_INTERVAL.parse().ok();
    let verified = scan.forward(km::LAST_VERIFIED)?;
    let intervals = scan.forward(km::REVIEW_INTERVAL)?;
    let due = scan.forward(km::REVIEW_DUE)?;
    let modified = scan.forward(dcterms::MODIFIED)?;
    let responsible = scan.forward(km::RESPONSIBLE)?;
    for (id, note) in notes {
        note.verified = scan.latest(verified.get(id));
        let own = of(&intervals, *id)
            .filter_map(|interval| scan.text(interval)?.parse::<Duration>().ok());
        // Of several intervals the longest holds, as the latest of several days does.
        let interval = own
            .max_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal))
            .or(usual);
        let counted = match (note.verified, interval) {
            (Some(day), Some(interval)) => day.plus(interval),
            _ => None,
        };
        note.due = scan.latest(due.get(id)).max(counted);
        note.modified = scan.latest(modified.get(id));
        note.responsible = responsible.get(id).cloned().unwrap_or_default();
    }
    Ok(())
}

fn claims(scan: &Scan<'_>, notes: &mut Notes) -> Result<(), Interrupted> {
    let claims = scan.instances(km::CLAIM)?;
    let sources = scan.forward(cito::CITES_AS_SOURCE_DOCUMENT)?;
    for (id, passage) in scan.pairs(km::HAS_PASSAGE)? {
        // What names a source says something, also where it is a list of links to the eye.
        let says = claims.contains(&passage) || sources.contains_key(&passage);
        let Some(note) = notes.get_mut(&id).filter(|_| says) else {
            continue;
        };
        note.claims.insert(passage);
        if let Some(named) = sources.get(&passage) {
            note.sources.insert(passage, named.clone());
        }
    }
    Ok(())
}

fn links(scan: &Scan<'_>, topics: &Topics, notes: &mut Notes) -> Result<(), Interrupted> {
    let known: BTreeSet<TermId> = notes.keys().copied().collect();
    let mut link = |from: TermId, to: TermId| {
        if from == to || !known.contains(&from) || !known.contains(&to) {
            return;
        }
        if let Some(note) = notes.get_mut(&to) {
            note.linked_from.insert(from);
        }
        if let Some(note) = notes.get_mut(&from) {
            note.links_to.insert(to);
        }
    };
    for (from, to) in scan.pairs(km::LINKS_TO)? {
        link(from, to);
    }
    for (from, name) in scan.pairs(km::MENTIONS_NAME)? {
        for to in of(&topics.answers, name) {
            link(from, to);
        }
    }
    Ok(())
}

fn authors(
    scan: &Scan<'_>,
    people: &People,
    today: Day,
    notes: &mut Notes,
) -> Result<(), Interrupted> {
    let who = scan.forward(prov::WAS_ATTRIBUTED_TO)?;
    let when = scan.forward(prov::GENERATED_AT_TIME)?;
    // Revisions of one author at one moment are one change.
    let mut changes: BTreeMap<(PersonId, TermId), Vec<(TermId, Day)>> = BTreeMap::new();
    for (revision, id) in scan.pairs(km::REVISION_OF)? {
        let Some((stamp, day)) = of(&when, revision)
            .filter_map(|stamp| Some((stamp, scan.day(stamp)?)))
            .max_by_key(|(stamp, day)| (*day, *stamp))
            // Asked on a day of the past, what came later was not known.
            .filter(|(_, day)| *day <= today)
        else {
            continue;
        };
        for person in of(&who, revision).filter_map(|agent| people.of(agent)) {
            changes.entry((person, stamp)).or_default().push((id, day));
        }
    }
    for ((who, _), touched) in changes {
        #[expect(clippy::cast_precision_loss, reason = "a count of notes")]
        let share = (touched.len() as f64).sqrt().recip();
        for (id, day) in touched {
            if let Some(note) = notes.get_mut(&id) {
                note.revisions.push(Revision { who, day, share });
            }
        }
    }
    for (id, agent) in scan.pairs(dcterms::CREATOR)? {
        if let (Some(note), Some(person)) = (notes.get_mut(&id), people.of(agent)) {
            note.creators.insert(person);
        }
    }
    for note in notes.values_mut() {
        note.revisions
            .sort_by_key(|revision| (revision.day, revision.who));
    }
    Ok(())
}

/// Names that notes link to and that no note answers to, with the notes that do.
pub(crate) fn wanted(scan: &Scan<'_>, topics: &Topics, notes: &Notes) -> Result<Many, Interrupted> {
    let mut wanted = Many::new();
    for (from, name) in scan.pairs(km::MENTIONS_NAME)? {
        if notes.contains_key(&from) && !topics.answers.contains_key(&name) {
            wanted.entry(name).or_default().insert(from);
        }
    }
    Ok(wanted)
}
