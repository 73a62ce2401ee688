//! What an audit finds about notes: how they are kept, what their claims rest on, how they are linked.

use std::collections::{BTreeMap, BTreeSet};

use kenning_access::Label;
use kenning_store::TermId;
use kenning_vocab::{Minted, dcterms, foaf, fold_plural, km, schema};
use oxrdf::Term;

use super::{Findings, Kind};
use crate::insight::{InsightError, counted};
use crate::picture::{Many, Picture, notes::wanted, of};

/// Numbers about notes.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) notes: usize,
    pub(crate) in_date: usize,
    pub(crate) never: usize,
    pub(crate) claims: usize,
    pub(crate) sourced: usize,
    /// Claims that name exactly one source.
    pub(crate) single: usize,
    pub(crate) sources: usize,
    pub(crate) links: usize,
    pub(crate) unlabelled: usize,
}

pub(crate) fn look(findings: &mut Findings<'_, '_>) -> Result<Kept, InsightError> {
    let mut kept = Kept::default();
    upkeep(findings, &mut kept);
    claims(findings, &mut kept);
    dead_sources(findings)?;
    links(findings, &mut kept)?;
    duplicates(findings)?;
    contradictions(findings)?;
    unlabelled(findings, &mut kept);
    Ok(kept)
}

/// Staleness is about being confirmed, not about being changed.
fn upkeep(findings: &mut Findings<'_, '_>, kept: &mut Kept) {
    let picture = findings.picture;
    let today = picture.today;
    for (id, note) in &picture.notes {
        kept.notes += 1;
        let described = of(&picture.topics.describes, *id);
        let critical = described
            .map(|topic| findings.critical(topic))
            .max()
            .unwrap_or_default();
        match (note.verified, note.due) {
            (None, _) => {
                kept.never += 1;
                findings.add(
                    Kind::Stale,
                    &[*id],
                    "never confirmed",
                    &note.responsible,
                    critical,
                );
            }
            (Some(day), Some(due)) if due < today => {
                let late = counted(
                    usize::try_from(today.since(due)).unwrap_or_default(),
                    "day",
                    "days",
                );
                let detail = format!("confirmed on {day}, due since {due} ({late})");
                findings.add(Kind::Stale, &[*id], detail, &note.responsible, critical);
            }
            (Some(day), _) => {
                kept.in_date += 1;
                if let Some(changed) = note.modified.filter(|changed| *changed > day) {
                    let detail = format!("changed on {changed}, confirmed on {day}");
                    findings.add(
                        Kind::ChangedUnverified,
                        &[*id],
                        detail,
                        &note.responsible,
                        critical,
                    );
                }
            }
        }
        let keepers: BTreeSet<_> = note
            .responsible
            .iter()
            .filter_map(|agent| picture.people.of(*agent))
            .collect();
        if note.responsible.is_empty() {
            findings.add(
                Kind::NoOwner,
                &[*id],
                "nobody is named",
                &note.responsible,
                critical,
            );
        } else if !keepers
            .iter()
            .any(|id| picture.people.get(*id).is_some_and(|it| !it.has_left))
        {
            let gone = findings.called(&keepers);
            let gone = if gone.is_empty() {
                "who was responsible".to_owned()
            } else {
                gone
            };
            findings.add(
                Kind::NoOwner,
                &[*id],
                format!("{gone} has left"),
                &BTreeSet::new(),
                critical,
            );
        }
    }
}

/// A source in the front matter is not a source of each claim, so only what a claim itself names counts.
fn claims(findings: &mut Findings<'_, '_>, kept: &mut Kept) {
    let picture = findings.picture;
    let mut all_sources = BTreeSet::new();
    for (id, note) in &picture.notes {
        let (all, sourced) = (note.claims.len(), note.sources.len());
        kept.claims += all;
        kept.sourced += sourced;
        kept.single += note
            .sources
            .values()
            .filter(|sources| sources.len() == 1)
            .count();
        let sources: BTreeSet<TermId> = note.sources.values().flatten().copied().collect();
        all_sources.extend(sources.iter().copied());
        if sourced < all {
            let detail = match (all - sourced, all) {
                (1, 1) => "its only claim names no source".to_owned(),
                (1, all) => format!("1 of {all} claims names no source"),
                (bare, all) => format!("{bare} of {all} claims name no source"),
            };
            findings.add(Kind::Unsourced, &[*id], detail, &note.responsible, 0);
        }
        if let (1, 2.., Some(source)) = (sources.len(), sourced, sources.first()) {
            let detail = format!(
                "all {} that name a source name `{}`",
                counted(sourced, "claim", "claims"),
                picture.label(*source)
            );
            findings.add(Kind::SingleSource, &[*id], detail, &note.responsible, 0);
        }
    }
    kept.sources = all_sources.len();
}

/// A source is found when it has an address, or when a note has its path.
fn dead_sources(findings: &mut Findings<'_, '_>) -> Result<(), InsightError> {
    let picture = findings.picture;
    let scan = &picture.scan;
    let mut found: BTreeSet<TermId> = BTreeSet::new();
    for property in [schema::URL, foaf::PAGE, schema::SAME_AS] {
        found.extend(scan.pairs(property)?.into_iter().map(|(source, _)| source));
    }
    let paths: BTreeSet<TermId> = scan
        .pairs(km::NOTE_PATH)?
        .into_iter()
        .map(|(_, path)| path)
        .collect();
    for (source, key) in scan.pairs(km::SOURCE_KEY)? {
        if paths.contains(&key) {
            found.insert(source);
        }
    }
    let mut cited: BTreeMap<TermId, (usize, usize)> = BTreeMap::new();
    for note in picture.notes.values() {
        let mut here = BTreeSet::new();
        for source in note.sources.values().flatten() {
            cited.entry(*source).or_default().0 += 1;
            here.insert(*source);
        }
        for source in here {
            cited.entry(source).or_default().1 += 1;
        }
    }
    for (source, (claims, notes)) in cited {
        if !found.contains(&source) {
            let detail = format!(
                "cited by {} in {}",
                counted(claims, "claim", "claims"),
                counted(notes, "note", "notes")
            );
            findings.add(Kind::DeadSource, &[source], detail, &BTreeSet::new(), 0);
        }
    }
    Ok(())
}

fn links(findings: &mut Findings<'_, '_>, kept: &mut Kept) -> Result<(), InsightError> {
    let picture = findings.picture;
    for (id, note) in &picture.notes {
        kept.links += note.links_to.len();
        if note.linked_from.is_empty() {
            findings.add(
                Kind::Orphan,
                &[*id],
                "no other note links here",
                &note.responsible,
                0,
            );
        }
    }
    for (name, notes) in wanted(&picture.scan, &picture.topics, &picture.notes)? {
        let detail = format!("{} here", counted(notes.len(), "note links", "notes link"));
        findings.add(Kind::Wanted, &[name], detail, &BTreeSet::new(), 0);
        if let Some(finding) = findings
            .found
            .last_mut()
            .filter(|it| it.kind == Kind::Wanted)
        {
            finding.weight += u32::try_from(notes.len().min(10)).unwrap_or_default();
        }
    }
    Ok(())
}

/// Two notes that answer to one name or to its English plural, or describe one concept.
fn duplicates(findings: &mut Findings<'_, '_>) -> Result<(), InsightError> {
    let picture = findings.picture;
    let mut pairs: BTreeMap<(TermId, TermId), BTreeSet<String>> = BTreeMap::new();
    let mut meet = |shared: &Many| {
        for (name, notes) in shared {
            // A name that a crowd answers to is a habit of the wiki, such as `readme`.
            if notes.len() > 4 {
                continue;
            }
            for one in notes {
                for other in
                    notes.range((std::ops::Bound::Excluded(*one), std::ops::Bound::Unbounded))
                {
                    pairs
                        .entry((*one, *other))
                        .or_default()
                        .insert(picture.label(*name));
                }
            }
        }
    };
    meet(&picture.topics.own_answers);
    meet(&picture.topics.described_in);
    for (name, twins) in twins(picture)? {
        for pair in twins {
            pairs.entry(pair).or_default().insert(name.clone());
        }
    }
    for ((one, other), names) in pairs {
        let keepers = [one, other]
            .iter()
            .filter_map(|id| picture.notes.get(id))
            .flat_map(|note| note.responsible.iter().copied())
            .collect();
        let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
        let detail = format!("both answer to {}", crate::insight::listed(&names));
        findings.add(Kind::Duplicate, &[one, other], detail, &keepers, 0);
    }
    Ok(())
}

/// Pairs of notes of which one answers to the plural of a name of the other, by the name in the singular.
fn twins(picture: &Picture<'_>) -> Result<BTreeMap<String, Vec<(TermId, TermId)>>, InsightError> {
    let tongues = picture.scan.forward(dcterms::LANGUAGE)?;
    // What is folded is an English plural; what says nothing of its language may be one.
    let is_english = |note: &TermId| {
        of(&tongues, *note).all(|tongue| match picture.scan.view.term(tongue) {
            Term::Literal(tag) => tag.value().to_lowercase().starts_with("en"),
            _ => true,
        })
    };
    let mut names: BTreeMap<String, Vec<&BTreeSet<TermId>>> = BTreeMap::new();
    for (name, notes) in &picture.topics.own_answers {
        let Some(node) = picture.scan.iri(*name) else {
            continue;
        };
        if let Some(Minted::Name(key)) = picture.base.read(node.as_str()) {
            let folded = fold_plural(&key).into_owned();
            names.entry(folded).or_default().push(notes);
        }
    }
    names.retain(|_, spellings| {
        spellings.len() > 1 && spellings.iter().map(|notes| notes.len()).sum::<usize>() <= 4
    });
    let mut found = BTreeMap::new();
    for (name, spellings) in names {
        let notes: BTreeSet<TermId> = spellings
            .into_iter()
            .flatten()
            .filter(|note| is_english(note))
            .copied()
            .collect();
        let after = |one: &TermId| {
            notes.range((std::ops::Bound::Excluded(*one), std::ops::Bound::Unbounded))
        };
        let pairs = notes
            .iter()
            .flat_map(|one| after(one).map(|other| (*one, *other)))
            .collect();
        found.insert(name, pairs);
    }
    Ok(found)
}

fn contradictions(findings: &mut Findings<'_, '_>) -> Result<(), InsightError> {
    let picture = findings.picture;
    for (said, against) in picture.scan.pairs(km::CONTRADICTS)? {
        // What is said of a name holds for what the name leads to; a name that leads nowhere says nothing.
        let leads = |id: TermId| {
            let known = picture.topics.meant(id);
            let written = picture.notes.contains_key(&id)
                || picture.scan.iri(id).is_some_and(|node| {
                    !matches!(picture.base.read(node.as_str()), Some(Minted::Name(_)))
                });
            known
                .into_iter()
                .filter(move |topic| *topic != id || written)
        };
        for one in leads(said) {
            for other in leads(against).filter(|other| *other != one) {
                // The property is symmetric; either direction is one finding.
                let keepers = findings.keepers(one).into_iter();
                let keepers = keepers.chain(findings.keepers(other)).collect();
                let pair = [one.min(other), one.max(other)];
                findings.add(
                    Kind::Contradiction,
                    &pair,
                    "they cannot both hold",
                    &keepers,
                    0,
                );
            }
        }
    }
    Ok(())
}

/// What has no valid label is closed; only who is cleared for everything sees that it is there.
fn unlabelled(findings: &mut Findings<'_, '_>, kept: &mut Kept) {
    let picture = findings.picture;
    let closed = Label::closed();
    let mut graphs: Vec<TermId> = Vec::new();
    for graph in picture.scan.view.graphs() {
        // A note has several graphs; one finding is enough.
        if graph.label == closed {
            let mut drawn = of(&picture.from_note, graph.id).peekable();
            match drawn.peek() {
                Some(_) => graphs.extend(drawn),
                None => graphs.push(graph.id),
            }
        }
    }
    graphs.sort_unstable();
    graphs.dedup();
    kept.unlabelled = graphs.len();
    for id in graphs {
        findings.add(
            Kind::Unlabelled,
            &[id],
            "closed to all but the operator",
            &BTreeSet::new(),
            0,
        );
    }
}
