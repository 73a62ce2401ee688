//! One commit: what each change does to the tables.

use super::bytes::{seal, unseal};
use super::database::Draft;
use super::error::{Affected, Damage, StoreError};
use super::form::{self, DELTA, Record, Seal, parse_segment_key, segment_key};
use super::segment::{Segment, SegmentWriter};
use super::{Change, Triples};
use kenning_access::Scale;
use oxrdf::Triple;
use redb::ReadableTable;
use rustc_hash::FxHashMap;

/// How many triples go into one segment at most: some 100 kB, so that damage and copying stay small.
const SEGMENT: u64 = 4096;
/// How many changes a graph may have before the newest of them are merged.
const DELTAS: usize = 32;
/// A graph of at most this many triples is written anew when its changes outgrow it.
const SMALL: u64 = 65_536;

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
                self.append(&mut record, inserted, removed)?;
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

    /// Writes one change behind all others.
    fn append(
        &mut self,
        record: &mut Record,
        inserted: &[Triple],
        removed: &[Triple],
    ) -> Result<(), StoreError> {
        let mut writer = SegmentWriter::default();
        for triple in removed {
            writer.remove(triple.as_ref());
        }
        for triple in inserted {
            writer.add(triple.as_ref());
        }
        self.put_delta(record, &mut writer)
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
        record.deltas.push((number, writer.triples()));
        self.put_segment(record, number, writer.finish())
    }

    /// Keeps the number of changes small, at a cost that is small against the writes that led to them.
    ///
    /// The newest changes are merged as long as the next older one is not much larger than those already taken, so each
    /// triple is copied about as often as the logarithm of the number of changes. A small graph is written anew when its
    /// changes are as many as its triples.
    fn tidy(&mut self, name: &str, record: &mut Record) -> Result<(), StoreError> {
        let changed: u64 = record.deltas.iter().map(|(_, triples)| triples).sum();
        if changed > record.base_triples.max(SEGMENT / 4) && record.base_triples + changed <= SMALL
        {
            let triples = self.triples(name, record)?;
            self.clear(record)?;
            return self.fill(record, &triples);
        }
        if record.deltas.len() <= DELTAS {
            return Ok(());
        }
        let mut taken = 0;
        let mut first = record.deltas.len();
        for (at, (_, triples)) in record.deltas.iter().enumerate().rev() {
            if *triples > taken * 2 && record.deltas.len() - at > DELTAS / 2 {
                break;
            }
            taken += triples;
            first = at;
        }
        let mut last_word: FxHashMap<Triple, bool> = FxHashMap::default();
        for (number, _) in record.deltas.split_off(first) {
            let segment = self.take_segment(name, record, number)?;
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
            if *stays {
                writer.add(triple.as_ref());
            } else {
                writer.remove(triple.as_ref());
            }
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

/// Damage that affects the graph `name`.
pub(crate) fn damaged(name: &str, wrong: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(vec![Damage::new(Affected::Graph(name.to_owned()), wrong)])
}
