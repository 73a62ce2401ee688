//! What stands in the tables: graph records, the seal over all of them, and the mark beside them.
//!
//! ```text
//! table      key                                  value
//! form       "version"                            the version of this form, as text; never sealed, so that any version can read it
//! form       "seal"                               commit number, and for each table how many values it has and their sum
//! graphs     name of the graph                    number, label, version, how many segments it has and their sum
//! segments   number of the graph, of the segment  a segment (`segment.rs`)
//! settings   key of the setting                   its bytes
//! audit      number of the entry                  its bytes
//! ```
//!
//! Every value ends in a checksum. The *sum* of a set of values is the sum of their checksums modulo 2^128, which can be
//! kept up to date without reading the others; it finds a value that is missing or there twice, as the checksum finds
//! one that is damaged. Segments are summed in their graph's record, records in the seal, so nothing can be lost in
//! silence: the seal is one value, and the mark outside the database says how many commits it must know of.

use super::bytes::{Malformed, Reader, put_bytes, put_number, seal, unseal};

/// The version of the on-disk form that this code reads and writes.
pub(crate) const VERSION: &str = "1";

/// The names of the tables, which are also part of every checksum.
pub(crate) const FORM: &str = "form";
pub(crate) const GRAPHS: &str = "graphs";
pub(crate) const SEGMENTS: &str = "segments";
pub(crate) const SETTINGS: &str = "settings";
pub(crate) const AUDIT: &str = "audit";
/// The key of the seal in the table [`FORM`].
pub(crate) const SEAL: &str = "seal";

/// Segments with this bit in their number are changes, applied in order after all others.
pub(crate) const DELTA: u64 = 1 << 63;

/// How many values a set has and what their checksums add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) sum: u128,
}

impl Tally {
    pub(crate) fn add(&mut self, checksum: u128) {
        self.count = self.count.wrapping_add(1);
        self.sum = self.sum.wrapping_add(checksum);
    }

    pub(crate) fn remove(&mut self, checksum: u128) {
        self.count = self.count.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(checksum);
    }

    fn put(self, out: &mut Vec<u8>) {
        put_number(out, self.count);
        out.extend_from_slice(&self.sum.to_le_bytes());
    }

    fn parse(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            count: reader.number()?,
            sum: reader.sum()?,
        })
    }
}

/// What is known of one graph beside its triples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// The graph's own number, never used again for another graph.
    pub(crate) number: u64,
    /// The label as text. The store above reads it; what it cannot read is closed.
    pub(crate) label: String,
    /// Counts the changes of content, as the store above wants it.
    pub(crate) version: u64,
    /// The number of the next base segment.
    pub(crate) next_base: u64,
    /// The number of the next change, without [`DELTA`].
    pub(crate) next_delta: u64,
    /// How many triples the base segments hold.
    pub(crate) base_triples: u64,
    /// The changes, oldest first.
    pub(crate) deltas: Vec<Delta>,
    /// All segments of this graph.
    pub(crate) segments: Tally,
}

/// A change of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delta {
    /// The number of its segment.
    pub(crate) number: u64,
    /// How many triples it removes and adds.
    pub(crate) triples: u64,
    /// How many of these it removes.
    pub(crate) removed: u64,
}

impl Record {
    /// How many triples all changes remove and add.
    pub(crate) fn changed(&self) -> u64 {
        self.deltas.iter().map(|delta| delta.triples).sum()
    }

    pub(crate) fn new(number: u64) -> Self {
        Self {
            number,
            label: String::new(),
            version: 0,
            next_base: 0,
            next_delta: 0,
            base_triples: 0,
            deltas: Vec::new(),
            segments: Tally::default(),
        }
    }

    /// The value to store under `name`, and its checksum.
    pub(crate) fn write(&self, name: &str) -> (Vec<u8>, u128) {
        let mut out = Vec::with_capacity(64);
        put_number(&mut out, self.number);
        put_bytes(&mut out, self.label.as_bytes());
        put_number(&mut out, self.version);
        put_number(&mut out, self.next_base);
        put_number(&mut out, self.next_delta);
        put_number(&mut out, self.base_triples);
        put_number(&mut out, self.deltas.len() as u64);
        for delta in &self.deltas {
            put_number(&mut out, delta.number);
            put_number(&mut out, delta.triples | delta.removed << 32);
        }
        self.segments.put(&mut out);
        let sum = seal(GRAPHS, name.as_bytes(), &mut out);
        (out, sum)
    }

    /// Reads and tests the value stored under `name`.
    pub(crate) fn parse(name: &str, value: &[u8]) -> Result<(Self, u128), Malformed> {
        let (bytes, sum) = unseal(GRAPHS, name.as_bytes(), value)?;
        let mut reader = Reader(bytes);
        let mut record = Self::new(reader.number()?);
        reader.text()?.clone_into(&mut record.label);
        record.version = reader.number()?;
        record.next_base = reader.number()?;
        record.next_delta = reader.number()?;
        record.base_triples = reader.number()?;
        for _ in 0..reader.count()? {
            let (number, counts) = (reader.number()?, reader.number()?);
            record.deltas.push(Delta {
                number,
                triples: counts & u64::from(u32::MAX),
                removed: counts >> 32,
            });
        }
        record.segments = Tally::parse(&mut reader)?;
        reader.end()?;
        Ok((record, sum))
    }
}

/// What the whole database holds: written with every commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Seal {
    /// Chosen at random when the database is made: tells it from every other one.
    pub(crate) database: u128,
    /// How many commits there were.
    pub(crate) commit: u64,
    /// The number of the next graph.
    pub(crate) next_graph: u64,
    pub(crate) graphs: Tally,
    /// How many segments there are; their sums stand in the graph records.
    pub(crate) segments: u64,
    pub(crate) settings: Tally,
    pub(crate) audit: Tally,
}

impl Seal {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        out.extend_from_slice(&self.database.to_le_bytes());
        put_number(&mut out, self.commit);
        put_number(&mut out, self.next_graph);
        self.graphs.put(&mut out);
        put_number(&mut out, self.segments);
        self.settings.put(&mut out);
        self.audit.put(&mut out);
        seal(FORM, SEAL.as_bytes(), &mut out);
        out
    }

    pub(crate) fn parse(value: &[u8]) -> Result<Self, Malformed> {
        let (bytes, _) = unseal(FORM, SEAL.as_bytes(), value)?;
        let mut reader = Reader(bytes);
        let seal = Self {
            database: reader.sum()?,
            commit: reader.number()?,
            next_graph: reader.number()?,
            graphs: Tally::parse(&mut reader)?,
            segments: reader.number()?,
            settings: Tally::parse(&mut reader)?,
            audit: Tally::parse(&mut reader)?,
        };
        reader.end()?;
        Ok(seal)
    }
}

/// What the file beside the database says: the last commit that was acknowledged before it was written.
///
/// It is written after the commit is on disk and is not waited for, so it can only be older than the database.
/// A database that is older than its mark has lost commits, for example because its header points to an old state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) database: u128,
    pub(crate) commit: u64,
}

impl Mark {
    pub(crate) fn write(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(40);
        out.extend_from_slice(&self.database.to_le_bytes());
        out.extend_from_slice(&self.commit.to_le_bytes());
        seal("mark", &[], &mut out);
        out
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let (bytes, _) = unseal("mark", &[], bytes)?;
        let mut reader = Reader(bytes);
        let database = reader.sum()?;
        let commit = reader
            .0
            .first_chunk()
            .ok_or(Malformed("the end is missing"))?;
        Ok(Self {
            database,
            commit: u64::from_le_bytes(*commit),
        })
    }
}

/// The key of a segment: sorted by graph, base segments before changes, each in order.
pub(crate) fn segment_key(graph: u64, segment: u64) -> [u8; 16] {
    (u128::from(graph) << 64 | u128::from(segment)).to_be_bytes()
}

/// The graph and the segment that a key stands for.
pub(crate) fn parse_segment_key(key: &[u8]) -> Option<(u64, u64)> {
    let key = u128::from_be_bytes(key.try_into().ok()?);
    Some(((key >> 64) as u64, key as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_seals_and_marks_come_back() {
        let mut record = Record::new(7);
        record.label = "confidential{hr|legal}".to_owned();
        record.version = 3;
        record.deltas = [(1, 4, 0), (2, 900, 7), (3, 16_384, 16_384)]
            .map(|(number, triples, removed)| Delta {
                number: DELTA | number,
                triples,
                removed,
            })
            .to_vec();
        record.segments.add(u128::MAX);
        record.segments.add(5);
        let (value, sum) = record.write("urn:a");
        assert_eq!(Record::parse("urn:a", &value), Ok((record, sum)));
        assert!(Record::parse("urn:b", &value).is_err());

        let seal = Seal {
            database: 1,
            commit: 300,
            next_graph: 9,
            ..Seal::default()
        };
        assert_eq!(Seal::parse(&seal.write()), Ok(seal));
        let mark = Mark {
            database: 1,
            commit: 300,
        };
        assert_eq!(Mark::parse(&mark.write()), Ok(mark));
    }

    #[test]
    fn a_tally_is_the_same_by_any_road() {
        let mut one = Tally::default();
        let mut other = Tally::default();
        for sum in [3, u128::MAX, 9] {
            one.add(sum);
        }
        for sum in [9, 3, 4, u128::MAX] {
            other.add(sum);
        }
        assert_ne!(one, other);
        other.remove(4);
        assert_eq!(one, other);
    }

    #[test]
    fn keys_sort_by_graph_and_then_base_before_changes() {
        let mut keys = [
            segment_key(2, 0),
            segment_key(1, DELTA),
            segment_key(1, 300),
            segment_key(1, 2),
        ];
        keys.sort_unstable();
        let places: Vec<_> = keys
            .iter()
            .map(|key| parse_segment_key(key).unwrap())
            .collect();
        assert_eq!(places, [(1, 2), (1, 300), (1, DELTA), (2, 0)]);
    }
}
