//! What an audit finds about protection: too little, too much, and what is missing.
//!
//! The level of a note is that of its graph, which is what holds; what somebody wrote about a level holds nothing.

use std::collections::{BTreeMap, BTreeSet};

use kenning_access::{Level, Scale};
use kenning_store::TermId;
use kenning_vocab::km;

use super::{Findings, Kind};
use crate::insight::{InsightError, listed};
use crate::picture::{Many, of};

/// Numbers about protection.
#[derive(Debug, Default)]
pub(crate) struct Guarded {
    /// Criticality (`None` where none is recorded) and level → notes.
    pub(crate) matrix: BTreeMap<(Option<i64>, String), usize>,
    pub(crate) levels: Vec<String>,
    /// Things that are marked as core knowledge.
    pub(crate) core: usize,
}

pub(crate) fn look(
    findings: &mut Findings<'_, '_>,
    scale: &Scale,
) -> Result<Guarded, InsightError> {
    let mut guarded = Guarded {
        levels: scale.levels().map(|(_, name)| name.to_owned()).collect(),
        ..Guarded::default()
    };
    let picture = findings.picture;
    let high = confidential(scale);
    let measures = Measures::read(findings)?;
    let marked: Vec<(TermId, i64)> = findings
        .criticality
        .iter()
        .map(|(id, number)| (*id, *number))
        .collect();
    // Whether the mark is the thing's own, or comes from what is held about it: a finding is about what was marked.
    let own: BTreeSet<TermId> = own_marks(findings)?;
    let mut of_note: BTreeMap<TermId, i64> = BTreeMap::new();
    for (id, number) in &marked {
        if !own.contains(id) {
            continue;
        }
        let notes: BTreeSet<TermId> = picture
            .topics
            .notes(*id)
            .into_iter()
            .chain(of(&measures.expressed, *id))
            .filter(|note| picture.notes.contains_key(note))
            .collect();
        for note in &notes {
            let known = of_note.entry(*note).or_insert(*number);
            *known = (*known).max(*number);
        }
        if *number >= 3 {
            guarded.core += 1;
            core(findings, scale, high, &measures, *id, &notes);
        } else if *number <= 1 {
            worth_little(findings, scale, high, *id, *number, &notes);
        }
    }
    for (id, note) in &picture.notes {
        let Some(label) = &note.label else { continue };
        let name = scale.name(label.level()).to_owned();
        *guarded
            .matrix
            .entry((of_note.get(id).copied(), name))
            .or_default() += 1;
    }
    Ok(guarded)
}

/// What carries a mark itself.
fn own_marks(findings: &Findings<'_, '_>) -> Result<BTreeSet<TermId>, InsightError> {
    let picture = findings.picture;
    let marks = picture.scan.pairs(km::CRITICALITY)?;
    Ok(marks
        .into_iter()
        .flat_map(|(said, _)| picture.topics.meant(said))
        .collect())
}

/// The level from which on core knowledge is well kept: `confidential`, or the upper half of another scale.
fn confidential(scale: &Scale) -> Level {
    scale.parse_level("confidential").unwrap_or_else(|_| {
        let levels: Vec<Level> = scale.levels().map(|(level, _)| level).collect();
        levels.get(levels.len() / 2).copied().unwrap_or(Level::TOP)
    })
}

/// Measures that hold on the day.
struct Measures {
    /// What is protected → methods.
    methods: Many,
    /// Method → families.
    families: Many,
    all_families: BTreeSet<TermId>,
    expressed: Many,
}

impl Measures {
    fn read(findings: &Findings<'_, '_>) -> Result<Self, InsightError> {
        let picture = findings.picture;
        let scan = &picture.scan;
        let until = scan.forward(km::VALID_UNTIL)?;
        let from = scan.forward(km::VALID_FROM)?;
        let applies = scan.forward(km::APPLIES_METHOD)?;
        let mut methods = Many::new();
        for (measure, thing) in scan.pairs(km::PROTECTS)? {
            let ended = of(&until, measure)
                .filter_map(|day| scan.day(day))
                .any(|day| day < picture.today);
            let to_come = of(&from, measure)
                .filter_map(|day| scan.day(day))
                .any(|day| day > picture.today);
            if !ended && !to_come {
                methods
                    .entry(thing)
                    .or_default()
                    .extend(of(&applies, measure));
            }
        }
        Ok(Self {
            methods,
            families: scan.forward(km::IN_PROTECTION_FAMILY)?,
            all_families: scan.instances(km::PROTECTION_FAMILY)?,
            expressed: scan.forward(km::EXPRESSED_IN)?,
        })
    }

    /// The methods that protect a thing, or a note about it.
    fn of(&self, thing: TermId, notes: &BTreeSet<TermId>) -> BTreeSet<TermId> {
        let own = of(&self.methods, thing);
        own.chain(notes.iter().flat_map(|note| of(&self.methods, *note)))
            .collect()
    }
}

fn core(
    findings: &mut Findings<'_, '_>,
    scale: &Scale,
    high: Level,
    measures: &Measures,
    id: TermId,
    notes: &BTreeSet<TermId>,
) {
    let picture = findings.picture;
    let keepers: BTreeSet<TermId> = notes
        .iter()
        .filter_map(|note| picture.notes.get(note))
        .flat_map(|note| note.responsible.iter().copied())
        .collect();
    let methods = measures.of(id, notes);
    let lowest = notes
        .iter()
        .filter_map(|note| picture.notes.get(note)?.label.as_ref())
        .map(kenning_access::Label::level)
        .min();
    let mut reasons = Vec::new();
    if let Some(level) = lowest.filter(|level| *level < high) {
        reasons.push(format!(
            "its note is {}, below {}",
            scale.name(level),
            scale.name(high)
        ));
    }
    // What stands in no note cannot be read too widely; that no measure protects it is another question.
    if methods.is_empty() {
        reasons.push("no measure protects it".to_owned());
    }
    if !reasons.is_empty() {
        findings.add(Kind::UnderProtected, &[id], reasons.join("; "), &keepers, 3);
    }
    if methods.is_empty() {
        return;
    }
    let present: BTreeSet<TermId> = methods
        .iter()
        .flat_map(|method| of(&measures.families, *method))
        .collect();
    let mut missing: Vec<String> = measures
        .all_families
        .difference(&present)
        .map(|family| format!("no {}", picture.label(*family)))
        .collect();
    missing.sort();
    if !missing.is_empty() {
        let detail = listed(&missing);
        findings.add(Kind::MissingProtectionFamily, &[id], detail, &keepers, 3);
    }
}

/// What would hardly hurt anybody, and is shut away all the same.
fn worth_little(
    findings: &mut Findings<'_, '_>,
    scale: &Scale,
    high: Level,
    id: TermId,
    number: i64,
    notes: &BTreeSet<TermId>,
) {
    let picture = findings.picture;
    for note in notes {
        let Some(found) = picture.notes.get(note) else {
            continue;
        };
        let Some(label) = found.label.as_ref().filter(|label| label.level() >= high) else {
            continue;
        };
        // The note may be shut away for another thing in it.
        let critical = picture
            .topics
            .describes
            .get(note)
            .into_iter()
            .flatten()
            .any(|topic| *topic != id && findings.critical(*topic) > 1);
        if !critical && findings.critical(id) <= 1 {
            let detail = format!(
                "criticality {number}, and its note is {}",
                scale.name(label.level())
            );
            findings.add(Kind::OverProtected, &[*note], detail, &found.responsible, 0);
        }
    }
}
