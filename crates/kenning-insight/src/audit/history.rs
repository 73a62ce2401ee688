//! Earlier audits with the same eyes: which findings are new, gone or still there, and how the numbers move.
//!
//! A history belongs to one clearance and is compared with nothing else, so it cannot tell one reader what another saw.
//! It keeps identities of findings and what they were about, never texts; what is told of a finding that is gone is looked
//! up in the view of today. Where its subject is no longer to be seen, nothing but its kind is told: whether the note was
//! deleted or put away is the same to whoever does not see it.

use std::collections::BTreeMap;

use kenning_vocab::Minted;
use oxrdf::{NamedNode, TermRef};
use serde::{Deserialize, Serialize};

use super::{Audit, Kind};
use crate::day::Day;
use crate::insight::InsightError;
use crate::picture::Picture;

/// So many audits are kept as triples: what changed between the last two is asked of them.
const MOST_GRAPHS: usize = 2;

/// So many audits are kept as numbers.
const MOST_RUNS: usize = 200;

/// Earlier audits with the same eyes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The oldest first.
    runs: Vec<Run>,
    /// What the last audit found.
    last: Vec<Seen>,
    /// What the one before it found.
    before: Vec<Seen>,
    /// How many audits there were, also those that are kept as numbers no more.
    #[serde(default)]
    number: u64,
    /// The graphs that hold the last audits as triples, the oldest first.
    #[serde(default)]
    graphs: Vec<String>,
}

/// One audit as numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Run {
    day: String,
    /// Findings by kind.
    counts: BTreeMap<String, usize>,
}

/// A finding of an earlier audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Seen {
    id: String,
    kind: String,
    concerns: Vec<String>,
    since: String,
}

/// What the audit before found and this one does not, and how the numbers moved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// The day of the audit before.
    pub day: Option<Day>,
    /// Gaps that are gone while what they were about is still there: kind, and what it was about.
    pub solved: Vec<(Kind, String)>,
    /// Gaps that went together with what they were about. Nothing was solved by that.
    pub vanished: BTreeMap<Kind, usize>,
    /// How many gaps each audit found, the oldest first, this one last.
    pub gaps: Vec<(Day, usize)>,
    /// The number of findings of each kind in the audit before.
    pub counts: BTreeMap<Kind, usize>,
}

impl History {
    /// The history that [`write`](Self::write) wrote; an empty one for what cannot be read.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// As bytes, to be kept.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Adds an audit. One that found the same as the last one on the same day is no news and changes nothing.
    pub fn add(&mut self, audit: &Audit) {
        if self.is_repeated(audit) {
            return;
        }
        let found: Vec<Seen> = audit
            .findings
            .iter()
            .map(|finding| Seen {
                id: finding.id.clone(),
                kind: finding.kind.name().to_owned(),
                concerns: finding.concerns.iter().map(ToString::to_string).collect(),
                since: finding.since.to_string(),
            })
            .collect();
        let mut counts = BTreeMap::new();
        for finding in &audit.findings {
            *counts.entry(finding.kind.name().to_owned()).or_default() += 1;
        }
        self.number = self.number.saturating_add(1);
        self.before = std::mem::replace(&mut self.last, found);
        self.runs.push(Run {
            day: audit.day.to_string(),
            counts,
        });
        let extra = self.runs.len().saturating_sub(MOST_RUNS);
        self.runs.drain(..extra);
    }

    /// What to call the last audit that was added: texts of later audits come later in the alphabet.
    #[must_use]
    pub fn name(&self, eyes: &str) -> String {
        let eyes = blake3::hash(eyes.as_bytes()).to_hex();
        let eyes: String = eyes.chars().take(8).collect();
        format!("{:06}-{eyes}", self.number)
    }

    /// Remembers the graph that holds the last audit, and gives those that hold audits which nobody compares any more.
    pub fn keep(&mut self, graph: &NamedNode) -> Vec<NamedNode> {
        self.graphs.push(graph.as_str().to_owned());
        let extra = self.graphs.len().saturating_sub(MOST_GRAPHS);
        let old = self.graphs.drain(..extra);
        old.filter_map(|name| NamedNode::new(name).ok()).collect()
    }

    /// Whether the last audit was on the same day and found the same.
    fn is_repeated(&self, audit: &Audit) -> bool {
        let day = audit.day.to_string();
        self.runs.last().is_some_and(|run| run.day == day)
            && self.last.len() == audit.findings.len()
            && {
                let known: std::collections::BTreeSet<&str> =
                    self.last.iter().map(|seen| seen.id.as_str()).collect();
                audit
                    .findings
                    .iter()
                    .all(|finding| known.contains(finding.id.as_str()))
            }
    }

    /// Says of each finding whether it is new and since when it stands, and what is gone since the audit before.
    pub(crate) fn compare(
        &self,
        audit: &mut Audit,
        picture: &Picture<'_>,
    ) -> Result<(), InsightError> {
        let mut runs = self.runs.clone();
        let seen = if self.is_repeated(audit) {
            runs.pop();
            &self.before
        } else {
            &self.last
        };
        // When a finding was first seen is known from the last audit also where that is this one over again.
        let since: BTreeMap<&str, Day> = self
            .last
            .iter()
            .filter_map(|seen| Some((seen.id.as_str(), Day::read(&seen.since)?)))
            .collect();
        for finding in &mut audit.findings {
            if let Some(day) = since.get(finding.id.as_str()) {
                finding.since = *day;
            }
        }
        let Some(last) = runs.last() else {
            return Ok(());
        };
        let known: BTreeMap<&str, &Seen> =
            seen.iter().map(|seen| (seen.id.as_str(), seen)).collect();
        for finding in &mut audit.findings {
            finding.is_new = Some(!known.contains_key(finding.id.as_str()));
        }
        let now: std::collections::BTreeSet<&str> = audit
            .findings
            .iter()
            .map(|finding| finding.id.as_str())
            .collect();
        let mut past = Past {
            day: Day::read(&last.day),
            ..Past::default()
        };
        for seen in seen.iter().filter(|seen| !now.contains(seen.id.as_str())) {
            let Some(kind) = Kind::named(&seen.kind).filter(|kind| !kind.is_strength()) else {
                continue;
            };
            match there(seen, picture)? {
                Some(what) => past.solved.push((kind, what)),
                None => *past.vanished.entry(kind).or_default() += 1,
            }
        }
        past.solved.sort();
        for (name, count) in &last.counts {
            if let Some(kind) = Kind::named(name) {
                past.counts.insert(kind, *count);
            }
        }
        let gaps = |counts: &BTreeMap<String, usize>| -> usize {
            let gaps = counts
                .iter()
                .filter(|(name, _)| Kind::named(name).is_some_and(|kind| !kind.is_strength()));
            gaps.map(|(_, count)| count).sum()
        };
        past.gaps = runs
            .iter()
            .filter_map(|run| Some((Day::read(&run.day)?, gaps(&run.counts))))
            .collect();
        let gaps = audit
            .findings
            .iter()
            .filter(|finding| !finding.kind.is_strength())
            .count();
        past.gaps.push((audit.day, gaps));
        audit.past = Some(past);
        Ok(())
    }
}

/// What a finding was about, if all of it is still there for this reader and may be named.
fn there(seen: &Seen, picture: &Picture<'_>) -> Result<Option<String>, InsightError> {
    let mut names = Vec::new();
    for text in &seen.concerns {
        let iri = text.trim_start_matches('<').trim_end_matches('>');
        let Ok(node) = NamedNode::new(iri) else {
            return Ok(None);
        };
        let Some(id) = picture.scan.view.id(TermRef::NamedNode(node.as_ref())) else {
            return Ok(None);
        };
        let is_there = match picture.base.read(iri) {
            // Others may still speak of a note that is gone.
            Some(Minted::Note { .. }) if !iri.contains('#') => picture.notes.contains_key(&id),
            Some(Minted::Name(_)) => {
                picture.topics.answers.contains_key(&id)
                    || !picture
                        .scan
                        .matching(None, kenning_vocab::km::MENTIONS_NAME, Some(id))?
                        .is_empty()
                    || !picture
                        .scan
                        .matching(None, kenning_vocab::km::ABOUT_CONCEPT, Some(id))?
                        .is_empty()
            }
            Some(Minted::Concept { .. }) => picture.topics.described_in.contains_key(&id),
            _ => picture.scan.shows(id)?,
        };
        let person = picture.people.of(id).or(picture.people.of_page(id));
        if !is_there || person.is_some_and(|person| !picture.people.is_named(person)) {
            return Ok(None);
        }
        names.push(picture.label(id));
    }
    names.truncate(1);
    Ok(names.pop())
}
