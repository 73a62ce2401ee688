//! What people know, hold, pass on and plan to keep, as the view has it.

use std::collections::BTreeSet;

use kenning_store::{Interrupted, TermId};
use kenning_vocab::{km, prov};

use super::people::{People, PersonId};
use super::scan::{Many, Scan, of};
use super::topics::Topics;
use crate::day::Day;

/// A statement that somebody knows a topic.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) who: PersonId,
    pub(crate) topics: BTreeSet<TermId>,
    /// The best level that it gives.
    pub(crate) level: Option<TermId>,
    pub(crate) rank: Option<i64>,
    pub(crate) score: Option<f64>,
    pub(crate) evidence: BTreeSet<TermId>,
    /// The graphs that say it.
    pub(crate) graphs: BTreeSet<TermId>,
}

/// Something that is held, written or not.
#[derive(Debug, Clone)]
pub(crate) struct Asset {
    pub(crate) id: TermId,
    pub(crate) topics: BTreeSet<TermId>,
    pub(crate) holders: BTreeSet<PersonId>,
    pub(crate) kinds: BTreeSet<TermId>,
    pub(crate) is_written: bool,
    pub(crate) expressible: Option<f64>,
}

/// Knowledge that was passed on or changed its form.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: TermId,
    pub(crate) topics: BTreeSet<TermId>,
    pub(crate) modes: BTreeSet<TermId>,
    pub(crate) practices: BTreeSet<TermId>,
    pub(crate) givers: BTreeSet<PersonId>,
    pub(crate) takers: BTreeSet<PersonId>,
    pub(crate) day: Option<Day>,
    /// Hours, once for the event, however many gave and took.
    pub(crate) hours: Option<f64>,
}

/// A request that was passed to somebody.
#[derive(Debug, Clone)]
pub(crate) struct Referral {
    pub(crate) id: TermId,
    pub(crate) to: BTreeSet<PersonId>,
    pub(crate) topics: BTreeSet<TermId>,
    pub(crate) outcome: Option<TermId>,
    pub(crate) day: Option<Day>,
}

/// A plan to keep what somebody knows.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) id: TermId,
    pub(crate) of: BTreeSet<PersonId>,
    pub(crate) topics: BTreeSet<TermId>,
    pub(crate) assets: BTreeSet<TermId>,
    /// Past deciding, and in force on the day.
    pub(crate) keeps: bool,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Holding {
    pub(crate) statements: Vec<Statement>,
    pub(crate) assets: Vec<Asset>,
    pub(crate) events: Vec<Event>,
    pub(crate) referrals: Vec<Referral>,
    pub(crate) plans: Vec<Plan>,
}

pub(crate) fn read(
    scan: &Scan<'_>,
    topics: &Topics,
    people: &People,
    today: Day,
) -> Result<Holding, Interrupted> {
    let shared = Shared {
        about: scan.forward(km::ABOUT_CONCEPT)?,
        day: scan.forward(prov::STARTED_AT_TIME)?,
        topics,
        people,
    };
    Ok(Holding {
        statements: statements(scan, &shared)?,
        assets: assets(scan, &shared)?,
        events: events(scan, &shared)?,
        referrals: referrals(scan, &shared)?,
        plans: plans(scan, &shared, today)?,
    })
}

struct Shared<'a> {
    about: Many,
    day: Many,
    topics: &'a Topics,
    people: &'a People,
}

impl Shared<'_> {
    fn topics(&self, id: TermId) -> BTreeSet<TermId> {
        of(&self.about, id)
            .flat_map(|said| self.topics.meant(said))
            .collect()
    }

    fn people(&self, agents: &Many, id: TermId) -> BTreeSet<PersonId> {
        of(agents, id)
            .filter_map(|agent| self.people.of(agent))
            .collect()
    }
}

fn statements(scan: &Scan<'_>, shared: &Shared<'_>) -> Result<Vec<Statement>, Interrupted> {
    let levels = scan.forward(km::HAS_EXPERTISE_LEVEL)?;
    let ranks = scan.forward(km::RANK)?;
    let scores = scan.forward(km::SCORE)?;
    let evidence = scan.forward(km::EVIDENCE)?;
    let mut graphs = Many::new();
    let mut experts: Vec<(TermId, TermId)> = Vec::new();
    for (statement, expert, graph) in scan.with_graphs(km::EXPERT, None)? {
        graphs.entry(statement).or_default().insert(graph);
        experts.push((statement, expert));
    }
    experts.sort_unstable();
    experts.dedup();
    let rank = |level: TermId| -> Option<i64> {
        let numbers = of(&ranks, level).filter_map(|rank| scan.text(rank)?.parse().ok());
        numbers.max().or_else(|| known_rank(scan, level))
    };
    Ok(experts
        .into_iter()
        .filter_map(|(id, expert)| {
            let best = of(&levels, id).map(|level| (rank(level), level)).max();
            Some(Statement {
                who: shared.people.of(expert)?,
                topics: shared.topics(id),
                level: best.map(|(_, level)| level),
                rank: best.and_then(|(rank, _)| rank),
                score: of(&scores, id)
                    .filter_map(|score| scan.number(score))
                    .fold(None, |best: Option<f64>, score| {
                        Some(best.map_or(score, |best| best.max(score)))
                    }),
                evidence: evidence.get(&id).cloned().unwrap_or_default(),
                graphs: graphs.remove(&id).unwrap_or_default(),
            })
        })
        .collect())
}

/// The ranks of our own levels, for stores without the vocabulary.
fn known_rank(scan: &Scan<'_>, level: TermId) -> Option<i64> {
    let known = [
        (km::AWARE, 1),
        (km::PRACTITIONER, 2),
        (km::EXPERT_LEVEL, 3),
        (km::SOLE_HOLDER, 4),
    ];
    known
        .into_iter()
        .find_map(|(term, rank)| (scan.id(term) == Some(level)).then_some(rank))
}

fn assets(scan: &Scan<'_>, shared: &Shared<'_>) -> Result<Vec<Asset>, Interrupted> {
    let holders = scan.forward(km::HELD_BY)?;
    let kinds = scan.forward(km::HAS_KNOWLEDGE_TYPE)?;
    let written = scan.forward(km::EXPRESSED_IN)?;
    let shares = scan.forward(km::EXPRESSIBLE_SHARE)?;
    let ids = scan.instances(km::KNOWLEDGE_ASSET)?;
    Ok(ids
        .into_iter()
        .map(|id| Asset {
            id,
            topics: shared.topics(id),
            holders: shared.people(&holders, id),
            kinds: kinds.get(&id).cloned().unwrap_or_default(),
            is_written: written.contains_key(&id),
            expressible: of(&shares, id)
                .filter_map(|share| scan.number(share))
                .fold(None, |least: Option<f64>, share| {
                    Some(least.map_or(share, |least| least.min(share)))
                }),
        })
        .collect())
}

fn events(scan: &Scan<'_>, shared: &Shared<'_>) -> Result<Vec<Event>, Interrupted> {
    let modes = scan.forward(km::BY_MODE)?;
    let practices = scan.forward(km::THROUGH_PRACTICE)?;
    let givers = scan.forward(km::SHARED_BY)?;
    let takers = scan.forward(km::ACQUIRED_BY)?;
    let hours = scan.forward(km::EFFORT_HOURS)?;
    let ids = scan.instances(km::CONVERSION_EVENT)?;
    Ok(ids
        .into_iter()
        .map(|id| Event {
            id,
            topics: shared.topics(id),
            modes: modes.get(&id).cloned().unwrap_or_default(),
            practices: practices.get(&id).cloned().unwrap_or_default(),
            givers: shared.people(&givers, id),
            takers: shared.people(&takers, id),
            day: scan.latest(shared.day.get(&id)),
            hours: of(&hours, id)
                .filter_map(|hours| scan.number(hours))
                .fold(None, |most: Option<f64>, hours| {
                    Some(most.map_or(hours, |most| most.max(hours)))
                }),
        })
        .collect())
}

fn referrals(scan: &Scan<'_>, shared: &Shared<'_>) -> Result<Vec<Referral>, Interrupted> {
    let to = scan.forward(km::REFERRED_TO)?;
    let outcomes = scan.forward(km::HAS_OUTCOME)?;
    Ok(to
        .keys()
        .map(|id| Referral {
            id: *id,
            to: shared.people(&to, *id),
            topics: shared.topics(*id),
            outcome: of(&outcomes, *id).next(),
            day: scan.latest(shared.day.get(id)),
        })
        .collect())
}

fn plans(scan: &Scan<'_>, shared: &Shared<'_>, today: Day) -> Result<Vec<Plan>, Interrupted> {
    let person = scan.forward(km::DEPARTING_PERSON)?;
    let stages = scan.forward(km::AT_RETENTION_STAGE)?;
    let assets = scan.forward(km::COVERS_ASSET)?;
    let until = scan.forward(km::VALID_UNTIL)?;
    let deciding = scan.id(km::DECIDING);
    let ids = scan.instances(km::RETENTION_PLAN)?;
    Ok(ids
        .into_iter()
        .map(|id| {
            let mut stages = of(&stages, id).peekable();
            // A plan without a stage is a wish; one that is at two stages is no further than the first.
            let decided = stages.peek().is_some() && stages.all(|stage| Some(stage) != deciding);
            let ended = of(&until, id)
                .filter_map(|day| scan.day(day))
                .any(|day| day < today);
            Plan {
                id,
                of: shared.people(&person, id),
                topics: shared.topics(id),
                assets: assets.get(&id).cloned().unwrap_or_default(),
                keeps: decided && !ended,
            }
        })
        .collect())
}
