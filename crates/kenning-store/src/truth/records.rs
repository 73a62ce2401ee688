//! What is stored, without its triples: enough to see what has changed since some other time.

use super::bytes::unseal;
use super::edit::damaged;
use super::error::{Affected, Damage, StoreError};
use super::form::{self, DELTA, Record, Tally, segment_key};
use super::load;
use super::segment::Segment;
use super::store::Truth;
use redb::{ReadableTable, ReadableTableMetadata};

/// One state of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// The name of the store, which no other store has.
    pub(crate) store: u128,
    /// The number of its last commit.
    pub(crate) commit: u64,
}

impl Truth {
    /// Gives the record of every graph, all of one state. `begun` is called once that state is fixed: what is committed
    /// from then on is not seen.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a record is damaged or missing, or segments are missing.
    pub(crate) fn records(
        &self,
        begun: impl FnOnce(),
        visit: &mut dyn FnMut(&str, Record),
    ) -> Result<State, StoreError> {
        self.look(|tables| {
            begun();
            let seal = tables.seal()?;
            let mut damages = Vec::new();
            let mut graphs = Tally::default();
            let mut segments = 0_u64;
            for entry in tables.graphs.iter()? {
                let (key, value) = entry?;
                let name = key.value();
                match Record::parse(name, value.value()) {
                    Ok((record, sum)) => {
                        graphs.add(sum);
                        segments = segments.wrapping_add(record.segments.count);
                        visit(name, record);
                    }
                    Err(wrong) => {
                        damages.push(Damage::new(Affected::Graph(name.to_owned()), wrong));
                    }
                }
            }
            if damages.is_empty() && graphs != seal.graphs {
                damages.push(Damage::new(Affected::Everything, "a graph is missing"));
            }
            let all = [segments, tables.segments.len()?];
            if damages.is_empty() && all != [seal.segments; 2] {
                damages.push(Damage::new(Affected::Everything, "a segment is missing"));
            }
            load::whole(damages)?;
            Ok(State {
                store: seal.database,
                commit: seal.commit,
            })
        })
    }

    /// The changes of a graph from the one with the number `next` on, oldest first, if they and `before` are all that
    /// `record` counts: then nothing was written anew or put together since.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when one of them is damaged or missing.
    pub(crate) fn changes_since(
        &self,
        name: &str,
        record: &Record,
        next: u64,
        before: Tally,
    ) -> Result<Option<Vec<Segment>>, StoreError> {
        let fresh: Vec<u64> = record
            .changes_from(next)
            .map(|(number, _)| number)
            .collect();
        if before.count.wrapping_add(fresh.len() as u64) != record.segments.count {
            return Ok(None);
        }
        self.look(|tables| {
            let mut sums = before;
            let mut segments = Vec::with_capacity(fresh.len());
            for number in &fresh {
                let key = segment_key(record.number, *number);
                let value = tables.segments.get(key.as_slice())?;
                let value = value.ok_or_else(|| damaged(name, "a segment is missing"))?;
                let (bytes, sum) = unseal(form::SEGMENTS, &key, value.value())
                    .map_err(|wrong| damaged(name, wrong))?;
                sums.add(sum);
                segments.push(Segment::parse(bytes).map_err(|wrong| damaged(name, wrong))?);
            }
            Ok((sums == record.segments).then_some(segments))
        })
    }
}

impl Record {
    /// The changes from the one with the number `next` on, oldest first: their numbers, and how many triples each has.
    pub(crate) fn changes_from(&self, next: u64) -> impl Iterator<Item = (u64, u64)> + '_ {
        let changes = self.deltas.iter();
        let changes = changes.map(|delta| (delta.number, delta.triples));
        changes.filter(move |(number, _)| *number >= (DELTA | next))
    }
}
