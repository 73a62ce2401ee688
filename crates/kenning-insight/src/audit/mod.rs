//! The audit: what is in good order and what is not, in the eyes of one reader, with findings that keep their identity.
//!
//! A finding is the same from audit to audit when its kind and what it is about are the same. One that is gone was solved
//! when what it was about is still there; when the note went too, nothing was solved. Which of the two, and since when a
//! finding stands, comes from a [`History`] of audits with the same eyes.

mod figures;
mod history;
mod html;
mod kind;
mod knowledge;
mod notes;
mod output;
mod protection;

pub use figures::{Figures, Mode, Share};
pub use history::{History, Past};
pub use kind::Kind;

use std::collections::{BTreeMap, BTreeSet};

use kenning_access::{Clearance, Scale};
use kenning_store::{TermId, View};
use kenning_vocab::Base;
use oxrdf::{NamedNode, NamedNodeRef, Term};

use crate::ask::Context;
use crate::day::Day;
use crate::insight::{InsightError, people_called};
use crate::picture::{PersonId, Picture, Visibility};

/// One observation about one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Its identity: a digest of kind and subject, in hexadecimal digits.
    pub id: String,
    /// What sort of finding.
    pub kind: Kind,
    /// What it is about.
    pub concerns: Vec<Term>,
    /// What that is called.
    pub what: String,
    /// What exactly was found.
    pub detail: String,
    /// Who must see to it, as openly as they may be named.
    pub responsible: Option<String>,
    /// How much it hurts; the more the worse.
    pub weight: u32,
    /// The first audit that found it; the day of this one where there is no history.
    pub since: Day,
    /// Whether the audit before did not find it; `None` where there was none.
    pub is_new: Option<bool>,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// The day.
    pub day: Day,
    /// Whose eyes, in words such as `internal`.
    pub eyes: String,
    /// Numbers about the whole.
    pub figures: Figures,
    /// Gaps and strengths, what hurts most first.
    pub findings: Vec<Finding>,
    /// What the audit before found and this one does not; `None` where there was none.
    pub past: Option<Past>,
}

/// The IRI of a finding: the same in every audit.
pub(crate) fn finding_iri(base: &Base, kind: NamedNodeRef<'_>, concerns: &[Term]) -> NamedNode {
    base.record("finding", &identity(kind, concerns))
}

fn identity(kind: NamedNodeRef<'_>, concerns: &[Term]) -> String {
    let mut about: Vec<String> = concerns.iter().map(ToString::to_string).collect();
    about.sort();
    let text = format!("{}\n{}", kind.as_str(), about.join("\n"));
    blake3::hash(text.as_bytes())
        .to_hex()
        .chars()
        .take(24)
        .collect()
}

/// Whose eyes a clearance is, in words that are the same for the same clearance: `internal`, `confidential with a, b`.
#[must_use]
pub fn eyes(clearance: &Clearance, scale: &Scale) -> String {
    let level = scale.name(clearance.level());
    let groups = clearance.groups();
    if groups.is_all() {
        return format!("{level} with all groups");
    }
    let names: Vec<&str> = groups.iter().map(kenning_access::Group::as_str).collect();
    if names.is_empty() {
        level.to_owned()
    } else {
        format!("{level} with {}", names.join(", "))
    }
}

/// The setting of a knowledge base under which the history of audits with these eyes is kept. Settings are in no view.
#[must_use]
pub fn history_key(eyes: &str) -> String {
    format!("audit/{eyes}")
}

/// Looks at everything that `view` shows. `eyes` says in words whose view it is, `scale` names its levels, and `history`
/// holds earlier audits with the same eyes.
///
/// # Errors
/// [`InsightError::Stopped`].
pub fn audit(
    view: &View,
    eyes: &str,
    scale: &Scale,
    history: Option<&History>,
    context: &Context,
) -> Result<Audit, InsightError> {
    let view = view.with_cancel(context.cancel.clone());
    let picture = Picture::read(&view, context)?;
    let mut findings = Findings {
        picture: &picture,
        found: Vec::new(),
        seen: BTreeSet::new(),
        criticality: criticality(&picture)?,
    };
    let kept = notes::look(&mut findings)?;
    let known = knowledge::look(&mut findings);
    let guarded = protection::look(&mut findings, scale)?;
    let figures = figures::count(kept, known, guarded);
    let mut audit = Audit {
        day: picture.today,
        eyes: eyes.to_owned(),
        figures,
        findings: findings.found,
        past: None,
    };
    audit.findings.sort_by(|one, other| {
        let order = other
            .weight
            .cmp(&one.weight)
            .then_with(|| one.kind.cmp(&other.kind));
        order
            .then_with(|| one.what.cmp(&other.what))
            .then_with(|| one.id.cmp(&other.id))
    });
    if let Some(history) = history {
        history.compare(&mut audit, &picture)?;
    }
    Ok(audit)
}

impl Audit {
    /// Only what `person` must see to, at most five: what hurts most. A list that is longer is read by nobody.
    ///
    /// # Errors
    /// [`InsightError`] when the name means nobody who may be named, or several people.
    pub fn only_for(
        mut self,
        view: &View,
        person: &str,
        context: &Context,
    ) -> Result<Self, InsightError> {
        let picture = Picture::read(view, context)?;
        let id = crate::insight::person(&picture, person)?;
        let called = picture.people.called(id).unwrap_or_default().to_owned();
        debug_assert!(people_called(&picture, person)?.contains(&id));
        self.findings.retain(|finding| {
            !finding.kind.is_strength() && finding.responsible.as_deref() == Some(called.as_str())
        });
        self.findings.truncate(5);
        Ok(self)
    }

    /// The findings of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.kind == kind)
    }

    /// The gaps that hurt most: at most `count`, and no more than two of a kind, so that each deserves its place.
    #[must_use]
    pub fn worst(&self, count: usize) -> Vec<&Finding> {
        let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
        let mut subjects: BTreeSet<&str> = BTreeSet::new();
        let gaps = self
            .findings
            .iter()
            .filter(|finding| !finding.kind.is_strength());
        gaps.filter(|finding| {
            let of_kind = kinds.entry(finding.kind).or_default();
            let fits = *of_kind < 2 && !subjects.contains(finding.what.as_str());
            if fits {
                *of_kind += 1;
                subjects.insert(&finding.what);
            }
            fits
        })
        .take(count)
        .collect()
    }
}

/// Findings while they are gathered.
pub(crate) struct Findings<'a, 'b> {
    pub(crate) picture: &'a Picture<'b>,
    found: Vec<Finding>,
    seen: BTreeSet<String>,
    /// Topic or asset → how much it would hurt to lose it, from 0 to 3.
    pub(crate) criticality: BTreeMap<TermId, i64>,
}

impl Findings<'_, '_> {
    /// Adds a finding about `concerns`, unless it would name somebody who asked not to be. `critical` raises its weight.
    pub(crate) fn add(
        &mut self,
        kind: Kind,
        concerns: &[TermId],
        detail: impl Into<String>,
        responsible: &BTreeSet<TermId>,
        critical: i64,
    ) {
        let people = &self.picture.people;
        // The page of somebody who is not named would name them.
        for id in concerns {
            let person = people.of_page(*id).or(people.of(*id));
            match person
                .and_then(|person| people.get(person))
                .map(|person| person.visibility)
            {
                None | Some(Visibility::Named) => {}
                Some(Visibility::Reachable | Visibility::Hidden) => return,
            }
        }
        let terms: Vec<Term> = concerns.iter().map(|id| self.picture.term(*id)).collect();
        let id = identity(kind.term(), &terms);
        if !self.seen.insert(id.clone()) {
            return;
        }
        let mut names: Vec<String> = concerns.iter().map(|id| self.picture.label(*id)).collect();
        match kind {
            Kind::Duplicate | Kind::Contradiction => names.sort(),
            // The first is the topic; who leaves stands in the detail.
            _ => names.truncate(1),
        }
        let responsible: BTreeSet<&str> = responsible
            .iter()
            .filter_map(|agent| people.of(*agent))
            .filter(|id| people.counts(*id))
            .filter_map(|id| people.called(id))
            .collect();
        let responsible: Vec<&str> = responsible.into_iter().collect();
        let extra = u32::try_from(critical.clamp(0, 3)).unwrap_or_default() * 6;
        self.found.push(Finding {
            id,
            kind,
            concerns: terms,
            what: names.join(" and "),
            detail: detail.into(),
            responsible: (!responsible.is_empty()).then(|| responsible.join(", ")),
            weight: if kind.is_strength() {
                0
            } else {
                kind.harm() + extra
            },
            since: self.picture.today,
            is_new: None,
        });
    }

    /// How critical a topic is: itself, or the worst of what is held about it.
    pub(crate) fn critical(&self, topic: TermId) -> i64 {
        self.criticality.get(&topic).copied().unwrap_or_default()
    }

    /// Who is responsible for the notes about a topic.
    pub(crate) fn keepers(&self, topic: TermId) -> BTreeSet<TermId> {
        let notes = self.picture.topics.notes(topic);
        let notes = notes.iter().filter_map(|id| self.picture.notes.get(id));
        notes
            .flat_map(|note| note.responsible.iter().copied())
            .collect()
    }

    /// What to call people, sorted, those who are not named as a number at the end.
    pub(crate) fn called(&self, who: &BTreeSet<PersonId>) -> String {
        let people = &self.picture.people;
        let mut names: Vec<&str> = who
            .iter()
            .filter(|id| people.is_named(**id))
            .filter_map(|id| people.called(*id))
            .collect();
        names.sort_unstable();
        let unnamed = who.len().saturating_sub(names.len());
        if unnamed > 0 {
            names.push(crate::picture::UNNAMED);
        }
        crate::insight::listed(&names)
    }
}

/// How critical topics and assets are. What is said of a name or a note holds for the topic that it leads to.
fn criticality(picture: &Picture<'_>) -> Result<BTreeMap<TermId, i64>, InsightError> {
    let mut found: BTreeMap<TermId, i64> = BTreeMap::new();
    for (said, number) in picture.scan.pairs(kenning_vocab::km::CRITICALITY)? {
        let Some(number) = picture
            .scan
            .text(number)
            .and_then(|text| text.parse::<i64>().ok())
        else {
            continue;
        };
        for topic in picture.topics.meant(said) {
            let known = found.entry(topic).or_insert(number);
            *known = number.max(*known);
        }
    }
    for asset in &picture.holding.assets {
        let Some(number) = found.get(&asset.id).copied() else {
            continue;
        };
        for topic in &asset.topics {
            let known = found.entry(*topic).or_insert(number);
            *known = number.max(*known);
        }
    }
    Ok(found)
}
