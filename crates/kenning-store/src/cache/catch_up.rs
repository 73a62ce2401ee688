//! From a copy of the index and the truth to a snapshot of now.
//!
//! The truth says of every graph how it is stored. A graph that is stored as it was when the copy was written is taken
//! from the copy, with the label that the truth has for it. One to which only changes were appended gets these. Every
//! other one is read whole, and what the copy has of it is dead, like the rows of a graph that was replaced.

use super::pieces::{Cached, CachedGraph, Stored};
use super::{NoCache, Opened};
use crate::commit::Group;
use crate::graphs::{CachedSlot, Graphs};
use crate::snapshot::{Snapshot, mark};
use crate::spelling::Spellings;
use crate::truth::{Record, Segment, Truth};
use crate::{Batch, OpenError};
use kenning_access::Label;
use oxrdf::{NamedNode, NamedNodeRef};
use rustc_hash::FxHashMap;

/// So many triples are read again before they go into the index.
const STEP: usize = 100_000;

impl Stored {
    pub(super) fn of(record: &Record) -> Self {
        Self {
            number: record.number,
            next_base: record.next_base,
            next_delta: record.next_delta,
            segments: record.segments,
        }
    }

    /// Whether at most changes were appended since.
    fn may_lead_to(&self, record: &Record) -> bool {
        self.number == record.number && self.next_base == record.next_base
    }

    /// How many triples have to be read again to get from here to `record`.
    pub(super) fn behind(&self, record: &Record) -> u64 {
        if *self == Self::of(record) {
            return 0;
        }
        let appended = record.changes_from(self.next_delta);
        let (count, triples) = appended.fold((0, 0), |(count, triples), (_, more)| {
            (count + 1, triples + more)
        });
        match self.may_lead_to(record) && self.segments.count + count == record.segments.count {
            true => triples,
            false => whole(record),
        }
    }
}

/// How many triples reading all of a graph reads.
pub(super) fn whole(record: &Record) -> u64 {
    record.base_triples + record.changed()
}

/// A graph that has to be read again.
struct Again {
    name: String,
    label: Label,
    record: Record,
    /// How it was stored when the copy was written, if the copy holds and it may only have grown.
    since: Option<Stored>,
}

/// The index of everything that is stored, and how it was made.
pub(super) struct CaughtUp {
    pub(super) snapshot: Snapshot,
    pub(super) opened: Opened,
    /// How many triples were read from the truth.
    pub(super) triples: u64,
}

/// The index of everything that is stored, as far as possible from a copy. Without one that fits, from the truth alone.
pub(super) fn catch_up(
    cached: Result<Cached, NoCache>,
    truth: &Truth,
) -> Result<CaughtUp, OpenError> {
    let why = match cached {
        Err(NoCache::Missing) => None,
        Err(NoCache::Unreadable(why)) => Some(why),
        Ok(cached) => match from_copy(cached, truth) {
            Ok(caught_up) => return Ok(caught_up),
            Err(why) => Some(why),
        },
    };
    // Also after damage was met: reading everything names all that is damaged.
    let snapshot = crate::load::from_truth(truth)?;
    let triples = snapshot.runs.iter().map(|run| run.quads() as u64).sum();
    Ok(CaughtUp {
        snapshot,
        opened: Opened::FromTruth { why },
        triples,
    })
}

/// The same from a copy; or why that cannot be.
fn from_copy(cached: Cached, truth: &Truth) -> Result<CaughtUp, String> {
    let mut copied: FxHashMap<u32, &CachedGraph> = FxHashMap::default();
    copied.extend(cached.graphs.all.iter().map(|graph| (graph.name, graph)));
    if copied.len() != cached.graphs.all.len() {
        return Err("two graphs have one name".to_owned());
    }
    let mut snapshot = Snapshot {
        dictionary: cached.dictionary,
        runs: cached.runs,
        graphs: Graphs::of_numbers(cached.graphs.numbers),
        // They stand with the settings, and come when all else is there.
        spellings: Spellings::default(),
        number: 1,
    };
    let mut again = Vec::new();
    let mut wrong = None;
    let state = truth.records(|| (), &mut |name, record| {
        let term = NamedNodeRef::new_unchecked(name).into();
        let id = snapshot.dictionary.id(term);
        let copy = id.and_then(|id| copied.get(&id.number()).copied());
        let label = truth.label_of(&record);
        let since = copy.map(|copy| copy.stored);
        let since = since.filter(|stored| stored.may_lead_to(&record));
        if let (Some(copy), Some(_)) = (copy, since) {
            let put = snapshot.graphs.put_back(CachedSlot {
                number: copy.number,
                name: copy.name,
                name_mark: mark(term),
                triples: copy.triples,
                version: copy.version,
                label: &label,
            });
            if put.is_err() || !is_whole(&snapshot, &cached.graphs.holes, copy) {
                wrong.get_or_insert_with(|| "it holds less than it says".to_owned());
            }
            if let Some(holes) = cached.graphs.holes.get(&copy.number) {
                snapshot.graphs.set_holes(copy.number, holes.clone());
            }
        }
        if since != Some(Stored::of(&record)) {
            again.push(Again {
                name: name.to_owned(),
                label,
                record,
                since,
            });
        }
    });
    let state = state.map_err(|error| error.to_string())?;
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    if state.store != cached.store {
        return Err("it belongs to another store".to_owned());
    }
    let graphs = again.len() as u64;
    let triples = read_again(&mut snapshot, truth, again).map_err(|error| error.to_string())?;
    let runs = snapshot.runs.clone();
    snapshot
        .graphs
        .reclaim(|number| runs.iter().any(|run| !run.graphs.range(number).is_empty()));
    snapshot.number = 1;
    Ok(CaughtUp {
        snapshot,
        opened: Opened::FromCache { graphs },
        triples,
    })
}

/// Whether the rows that a copy has of a graph are as many as it says.
fn is_whole(
    snapshot: &Snapshot,
    holes: &FxHashMap<u32, crate::graphs::Holes>,
    copy: &CachedGraph,
) -> bool {
    let rows: usize = snapshot
        .runs
        .iter()
        .map(|run| run.rows_of(copy.number).len())
        .sum();
    let holes = holes.get(&copy.number).map_or(0, |holes| holes.len());
    rows as u64 == copy.triples + holes as u64
}

/// Reads graphs from the truth and puts them into the index, as writers would.
/// Returns how many triples that were.
fn read_again(snapshot: &mut Snapshot, truth: &Truth, again: Vec<Again>) -> Result<u64, OpenError> {
    let mut batch = Batch::new();
    let mut triples = 0;
    let mut all = 0;
    for graph in again {
        let name = NamedNode::new_unchecked(graph.name.as_str());
        let changes = match graph.since {
            Some(since) => {
                truth.changes_since(&graph.name, &graph.record, since.next_delta, since.segments)?
            }
            None => None,
        };
        triples += match changes {
            Some(segments) => change(&mut batch, &name, &segments)?,
            None => {
                let stored = truth.read(&graph.name)?;
                let triples = stored.map_or_else(Vec::new, |stored| stored.triples);
                let count = triples.len();
                batch.put_graph(name, graph.label, triples);
                count
            }
        };
        if triples >= STEP {
            apply(snapshot, std::mem::take(&mut batch))?;
            all += triples as u64;
            triples = 0;
        }
    }
    apply(snapshot, batch)?;
    Ok(all + triples as u64)
}

fn change(batch: &mut Batch, name: &NamedNode, segments: &[Segment]) -> Result<usize, OpenError> {
    let mut triples = 0;
    let wrong = |wrong| crate::truth::damaged(name.as_str(), wrong);
    for segment in segments {
        for local in &segment.removed {
            batch.remove(name.clone(), segment.triple(*local).map_err(wrong)?);
        }
        for local in &segment.added {
            batch.insert(name.clone(), segment.triple(*local).map_err(wrong)?);
        }
        triples += segment.removed.len() + segment.added.len();
    }
    Ok(triples)
}

fn apply(snapshot: &mut Snapshot, batch: Batch) -> Result<(), OpenError> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut group = Group::new(snapshot);
    group.apply(batch).map_err(OpenError::Full)?;
    let next = snapshot.with(&group, |_| false).map_err(OpenError::Full)?;
    *snapshot = next;
    Ok(())
}
