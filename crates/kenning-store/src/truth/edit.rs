//! One commit: what each change does to the tables.

use super::bytes::{seal, unseal};
use super::database::Draft;
use super::error::{Affected, Damage, StoreError};
use super::form::{self, DELTA, Delta, Record, Seal, parse_segment_key, segment_key};
use super::segment::{Segment, SegmentWriter};
use super::{Change, Triples};
use kenning_access::Scale;
use oxrdf::{Triple, TripleRef};
use redb::ReadableTable;
use rustc_hash::FxHashMap;

/// How many triples go into one segment at most: some 100 kB, so that damage and copying stay small.
const SEGMENT: u64 = 4096;
/// How many triples one change inserts or removes at most; more are several changes.
const CHANGE: u64 = if cfg!(test) { 60 } else { 16_384 };
/// A change of this many triples is not merged with others any more. So what a commit copies is bounded by what was
/// written shortly before, however large the graph is.
const FULL: u64 = CHANGE / 2;
/// How many changes that are not full a graph may have before the newest of them are merged.
const DELTAS: usize = 32;
/// Changes that are not full are put together before a full one comes after them if there are more than this.
const FEW: usize = 4;
/// A graph of at most this many triples is written anew when its changes outgrow it.
const SMALL: u64 = 65_536;
/// A graph of at most this many triples, gone ones included, is written anew when more of them are gone than are there.
const LARGE: u64 = 1_000_000;

/// A commit that is being made.
pub(crate) struct Edit<'a, 'txn> {
    draft: &'a mut Draft<'txn>,
    scale: &'a Scale,
    /// What will be true after the commit.
    seal: Seal,
    /// The records of the graphs that were touched; `None` for a graph that is gone.
    records: FxHashMap<String, Option<Record>>,
}

impl<'a, 'txn> Edit<'a, 'txn> {
    /// Begins a commit on a store of which `seal` holds.
    pub(crate) fn new(draft: &'a mut Draft<'txn>, scale: &'a Scale, seal: Seal) -> Self {
        Self {
            draft,
            scale,
            seal,
            records: FxHashMap::default(),
        }
    }

    /// Applies one change.
    pub(crate) fn apply(&mut self, change: &Change<'_>) -> Result<(), StoreError> {
        match change {
            Change::Put(name, label, triples) => {
                let mut record = self.take_or_make(name.as_str())?;
                self.clear(&mut record)?;
                record.label = self.scale.write_label(label);
                record.version += 1;
                self.fill(&mut record, *triples)?;
                self.records.insert(name.as_str().to_owned(), Some(record));
            }
            Change::Drop(name) => {
                if let Some(mut record) = self.take(name.as_str())? {
                    self.clear(&mut record)?;
                }
                self.records.insert(name.as_str().to_owned(), None);
            }
            Change::Label(name, label) => {
                let mut record = self.take_or_make(name.as_str())?;
                record.label = self.scale.write_label(label);
                record.version += 1;
                self.records.insert(name.as_str().to_owned(), Some(record));
            }
            Change::Edit {
                name,
                inserted,
                removed,
            } => {
                let mut record = self.take_or_make(name.as_str())?;
                record.version += 1;
                self.append(name.as_str(), &mut record, *inserted, *removed)?;
                self.tidy(name.as_str(), &mut record)?;
                self.records.insert(name.as_str().to_owned(), Some(record));
            }
            Change::Setting(key, value) => self.put_setting(key, *value)?,
        }
        Ok(())
    }

    /// Writes the records and the seal, and returns the seal.
    pub(crate) fn finish(mut self) -> Result<Seal, StoreError> {
        for (name, record) in std::mem::take(&mut self.records) {
            match record {
                Some(record) => {
                    let (value, sum) = record.write(&name);
                    let old = self.draft.graphs.insert(name.as_str(), value.as_slice())?;
                    if let Some(old) = old {
                        let (_, old) = Record::parse(&name, old.value())
                            .map_err(|wrong| damaged(&name, wrong))?;
                        self.seal.graphs.remove(old);
                    }
                    self.seal.graphs.add(sum);
                }
                None => {
                    let old = self.draft.graphs.remove(name.as_str())?;
                    if let Some(old) = old {
                        let (_, old) = Record::parse(&name, old.value())
                            .map_err(|wrong| damaged(&name, wrong))?;
                        self.seal.graphs.remove(old);
                    }
                }
            }
        }
        self.seal.commit += 1;
        self.draft
            .form
            .insert(form::SEAL, self.seal.write().as_slice())?;
        Ok(self.seal)
    }

    /// The record of a graph, out of this commit or out of the table.
    fn take(&mut self, name: &str) -> Result<Option<Record>, StoreError> {
        if let Some(record) = self.records.remove(name) {
            return Ok(record);
        }
        match self.draft.graphs.get(name)? {
            Some(value) => match Record::parse(name, value.value()) {
                Ok((record, _)) => Ok(Some(record)),
                Err(wrong) => Err(damaged(name, wrong)),
            },
            None => Ok(None),
        }
    }

    /// The record of a graph, or one without a label, which is closed.
    fn take_or_make(&mut self, name: &str) -> Result<Record, StoreError> {
        Ok(match self.take(name)? {
            Some(record) => record,
            None => {
                let number = self.seal.next_graph;
                self.seal.next_graph += 1;
                Record::new(number)
            }
        })
    }

    /// Removes all segments of a graph.
    fn clear(&mut self, record: &mut Record) -> Result<(), StoreError> {
        for key in self.segments_of(record.number)? {
            self.draft.segments.remove(key.as_slice())?;
            self.seal.segments = self.seal.segments.wrapping_sub(1);
        }
        record.segments = form::Tally::default();
        record.base_triples = 0;
        record.deltas.clear();
        Ok(())
    }

    fn segments_of(&self, number: u64) -> Result<Vec<[u8; 16]>, StoreError> {
        let first = segment_key(number, 0);
        let last = segment_key(number, u64::MAX);
        let mut keys = Vec::new();
        for entry in self
            .draft
            .segments
            .range(first.as_slice()..=last.as_slice())?
        {
            let (key, _) = entry?;
            if let Some((graph, segment)) = parse_segment_key(key.value()) {
                keys.push(segment_key(graph, segment));
            }
        }
        Ok(keys)
    }

    /// Writes all triples of an empty graph as base segments.
    fn fill(&mut self, record: &mut Record, triples: &dyn Triples) -> Result<(), StoreError> {
        let mut writer = SegmentWriter::default();
        let mut result = Ok(());
        triples.each(&mut |triple| {
            if result.is_ok() {
                writer.add(triple);
                if writer.triples() >= SEGMENT {
                    result = self.put_base(record, &mut writer);
                }
            }
        });
        result?;
        self.put_base(record, &mut writer)
    }

    fn put_base(
        &mut self,
        record: &mut Record,
        writer: &mut SegmentWriter,
    ) -> Result<(), StoreError> {
        if writer.triples() == 0 {
            return Ok(());
        }
        record.base_triples += writer.triples();
        let number = record.next_base;
        record.next_base += 1;
        self.put_segment(record, number, writer.finish())
    }

    fn put_segment(
        &mut self,
        record: &mut Record,
        number: u64,
        mut bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        let key = segment_key(record.number, number);
        let sum = seal(form::SEGMENTS, &key, &mut bytes);
        self.draft
            .segments
            .insert(key.as_slice(), bytes.as_slice())?;
        record.segments.add(sum);
        self.seal.segments += 1;
        Ok(())
    }

    /// Writes a change behind all others, as several if it is large.
    fn append(
        &mut self,
        name: &str,
        record: &mut Record,
        inserted: &dyn Triples,
        removed: &dyn Triples,
    ) -> Result<(), StoreError> {
        let many = (inserted.count() + removed.count()) as u64;
        if many >= FULL && record.deltas.len() - young(record) > FEW {
            self.merge(name, record, young(record))?;
        }
        let mut writer = SegmentWriter::default();
        let mut result = Ok(());
        for (triples, comes) in [(removed, false), (inserted, true)] {
            triples.each(&mut |triple| {
                if result.is_ok() {
                    result = self.put_change(record, &mut writer, triple, comes);
                }
            });
        }
        result?;
        self.put_delta(record, &mut writer)
    }

    /// Adds one triple to the change that is being written, which ends when it is large enough.
    fn put_change(
        &mut self,
        record: &mut Record,
        writer: &mut SegmentWriter,
        triple: TripleRef<'_>,
        comes: bool,
    ) -> Result<(), StoreError> {
        match comes {
            true => writer.add(triple),
            false => writer.remove(triple),
        }
        match writer.triples() >= CHANGE {
            true => self.put_delta(record, writer),
            false => Ok(()),
        }
    }

    fn put_delta(
        &mut self,
        record: &mut Record,
        writer: &mut SegmentWriter,
    ) -> Result<(), StoreError> {
        if writer.triples() == 0 {
            return Ok(());
        }
        let number = DELTA | record.next_delta;
        record.next_delta += 1;
        record.deltas.push(Delta {
            number,
            triples: writer.triples(),
            removed: writer.removed(),
        });
        self.put_segment(record, number, writer.finish())
    }

    /// Keeps the number of changes small, at a cost that is small against the writes that led to them.
    ///
    /// The newest changes are merged as long as the next older one is not much larger than those already taken, so each
    /// triple is copied about as often as the logarithm of the number of changes, and not any more once it is in a full one.
    /// A small graph is written anew when its changes are as many as its triples, a larger one when most of what is
    /// written of it is gone.
    fn tidy(&mut self, name: &str, record: &mut Record) -> Result<(), StoreError> {
        let changed = record.changed();
        let is_outgrown = changed > record.base_triples.max(SEGMENT / 4)
            && record.base_triples + changed <= SMALL;
        let removed: u64 = record.deltas.iter().map(|delta| delta.removed).sum();
        let there = (record.base_triples + changed).saturating_sub(removed * 2);
        let is_mostly_gone = removed > there && record.base_triples + changed <= LARGE;
        if is_outgrown || (is_mostly_gone && changed > SEGMENT / 4) {
            let triples = self.triples(name, record)?;
            self.clear(record)?;
            return self.fill(record, &triples);
        }
        let young = young(record);
        if record.deltas.len() - young <= DELTAS {
            return Ok(());
        }
        let mut taken = 0;
        let mut first = record.deltas.len();
        for (at, delta) in record.deltas.iter().enumerate().skip(young).rev() {
            if delta.triples > taken * 2 && record.deltas.len() - at > DELTAS / 2 {
                break;
            }
            taken += delta.triples;
            first = at;
        }
        self.merge(name, record, first)
    }

    /// Merges the changes from the one at `first` on.
    fn merge(&mut self, name: &str, record: &mut Record, first: usize) -> Result<(), StoreError> {
        let mut last_word: FxHashMap<Triple, bool> = FxHashMap::default();
        for delta in record.deltas.split_off(first) {
            let segment = self.take_segment(name, record, delta.number)?;
            for (list, stays) in [(&segment.removed, false), (&segment.added, true)] {
                for local in list {
                    let triple = segment
                        .triple(*local)
                        .map_err(|wrong| damaged(name, wrong))?;
                    last_word.insert(triple, stays);
                }
            }
        }
        let mut writer = SegmentWriter::default();
        for (triple, stays) in &last_word {
            self.put_change(record, &mut writer, triple.as_ref(), *stays)?;
        }
        self.put_delta(record, &mut writer)
    }

    /// Takes a segment out of the table.
    fn take_segment(
        &mut self,
        name: &str,
        record: &mut Record,
        number: u64,
    ) -> Result<Segment, StoreError> {
        let key = segment_key(record.number, number);
        let value = self.draft.segments.remove(key.as_slice())?;
        let value = value.ok_or_else(|| damaged(name, "a segment is missing"))?;
        let parsed = unseal(form::SEGMENTS, &key, value.value())
            .and_then(|(bytes, sum)| Ok((Segment::parse(bytes)?, sum)));
        let (segment, sum) = parsed.map_err(|wrong| damaged(name, wrong))?;
        record.segments.remove(sum);
        self.seal.segments = self.seal.segments.wrapping_sub(1);
        Ok(segment)
    }

    /// All triples of a graph.
    fn triples(&self, name: &str, record: &Record) -> Result<Vec<Triple>, StoreError> {
        let mut gather = super::load::Gather::default();
        for key in self.segments_of(record.number)? {
            let value = self.draft.segments.get(key.as_slice())?;
            let value = value.ok_or_else(|| damaged(name, "a segment is missing"))?;
            unseal(form::SEGMENTS, &key, value.value())
                .and_then(|(bytes, _)| gather.add(&Segment::parse(bytes)?))
                .map_err(|wrong| damaged(name, wrong))?;
        }
        Ok(gather.finish())
    }

    fn put_setting(&mut self, key: &str, value: Option<&[u8]>) -> Result<(), StoreError> {
        let parse = |old: &[u8]| {
            unseal(form::SETTINGS, key.as_bytes(), old)
                .map_err(|wrong| {
                    StoreError::Damaged(vec![Damage::new(Affected::Setting(key.to_owned()), wrong)])
                })
                .map(|(_, sum)| sum)
        };
        match value {
            Some(value) => {
                let mut bytes = value.to_vec();
                let sum = seal(form::SETTINGS, key.as_bytes(), &mut bytes);
                if let Some(old) = self.draft.settings.insert(key, bytes.as_slice())? {
                    self.seal.settings.remove(parse(old.value())?);
                }
                self.seal.settings.add(sum);
            }
            None => {
                if let Some(old) = self.draft.settings.remove(key)? {
                    self.seal.settings.remove(parse(old.value())?);
                }
            }
        }
        Ok(())
    }
}

/// Where the changes begin after which none is full.
fn young(record: &Record) -> usize {
    let is_full = |delta: &Delta| delta.triples >= FULL;
    record
        .deltas
        .iter()
        .rposition(is_full)
        .map_or(0, |at| at + 1)
}

/// Damage that affects the graph `name`.
pub(crate) fn damaged(name: &str, wrong: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(vec![Damage::new(Affected::Graph(name.to_owned()), wrong)])
}
