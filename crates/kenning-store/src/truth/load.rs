//! Reading everything back, and saying of each thing that is not as it was written what that affects.

use super::bytes::{Malformed, unseal};
use super::database::Tables;
use super::edit::damaged;
use super::error::{Affected, Damage, StoreError};
use super::form::{self, Record, Seal, Tally, segment_key};
use super::segment::Segment;
use oxrdf::Triple;
use redb::{ReadableTable, ReadableTableMetadata};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// The triples of one graph while its segments are applied in order.
#[derive(Debug, Default)]
pub(crate) struct Gather {
    base: Vec<Triple>,
    /// Only a graph with changes needs to look triples up.
    changed: Option<FxHashSet<Triple>>,
}

impl Gather {
    /// Applies the next segment.
    pub(crate) fn add(&mut self, segment: &Segment) -> Result<(), Malformed> {
        if !segment.removed.is_empty() && self.changed.is_none() {
            self.changed = Some(std::mem::take(&mut self.base).into_iter().collect());
        }
        match &mut self.changed {
            Some(set) => {
                for local in &segment.removed {
                    set.remove(&segment.triple(*local)?);
                }
                for local in &segment.added {
                    set.insert(segment.triple(*local)?);
                }
            }
            None => {
                self.base.reserve(segment.added.len());
                for local in &segment.added {
                    self.base.push(segment.triple(*local)?);
                }
            }
        }
        Ok(())
    }

    /// The triples. Each is there once: a change inserts only what is absent.
    pub(crate) fn finish(self) -> Vec<Triple> {
        match self.changed {
            Some(set) => set.into_iter().collect(),
            None => self.base,
        }
    }
}

/// Receives what is stored.
pub(crate) trait Visitor {
    /// A graph begins; its segments follow in the order in which they apply.
    fn graph(&mut self, name: &str, record: &Record) -> Result<(), Malformed>;
    /// A segment of the graph that began last.
    fn segment(&mut self, segment: Segment) -> Result<(), Malformed>;
    /// The graph that began last was read whole, and is as it was written.
    fn end(&mut self) -> Result<(), Malformed>;
}

/// What a thread that reads hands to the one that uses it.
enum Part {
    Graph(String, Record),
    Segment(Segment),
    End,
}

/// How many parts are handed over at once.
const PARTS: usize = 256;

/// Like [`read_graphs`], with a thread of its own that reads and tests ahead of `visit`.
pub(crate) fn read_graphs_ahead(
    tables: &Tables,
    seal: &Seal,
    visit: &mut dyn Visitor,
) -> Result<Vec<Damage>, StoreError> {
    std::thread::scope(|scope| {
        let (sender, receiver) = std::sync::mpsc::sync_channel::<Vec<Part>>(8);
        let reader = scope.spawn(move || {
            let mut ahead = Ahead {
                sender,
                parts: Vec::with_capacity(PARTS),
            };
            let damages = read_graphs(tables, seal, &mut ahead);
            ahead.send();
            damages
        });
        let mut wrong = Ok(());
        let mut of = String::new();
        // Read to the end also when something is wrong, so that all that is damaged gets named.
        for part in receiver.iter().flatten() {
            wrong = wrong.and_then(|()| {
                let used = match part {
                    Part::Graph(name, record) => {
                        of = name;
                        visit.graph(&of, &record)
                    }
                    Part::Segment(segment) => visit.segment(segment),
                    Part::End => visit.end(),
                };
                used.map_err(|wrong| damaged(&of, wrong))
            });
        }
        // A panic of the embedded database goes on in this thread, where it is caught.
        let damages = reader
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        match (damages.is_empty(), wrong) {
            (true, Err(wrong)) => Err(wrong),
            _ => Ok(damages),
        }
    })
}

struct Ahead {
    sender: std::sync::mpsc::SyncSender<Vec<Part>>,
    parts: Vec<Part>,
}

impl Ahead {
    fn put(&mut self, part: Part) {
        self.parts.push(part);
        if self.parts.len() >= PARTS {
            self.send();
        }
    }

    fn send(&mut self) {
        let parts = std::mem::replace(&mut self.parts, Vec::with_capacity(PARTS));
        // Nobody receives only after a panic over there, which ends the load.
        let _ = self.sender.send(parts);
    }
}

impl Visitor for Ahead {
    fn graph(&mut self, name: &str, record: &Record) -> Result<(), Malformed> {
        self.put(Part::Graph(name.to_owned(), record.clone()));
        Ok(())
    }

    fn segment(&mut self, segment: Segment) -> Result<(), Malformed> {
        self.put(Part::Segment(segment));
        Ok(())
    }

    fn end(&mut self) -> Result<(), Malformed> {
        self.put(Part::End);
        Ok(())
    }
}

/// Reads every graph and gives those that are whole to `visit`. Returns what is damaged.
///
/// # Errors
/// When the database cannot be read on at all.
pub(crate) fn read_graphs(
    tables: &Tables,
    seal: &Seal,
    visit: &mut dyn Visitor,
) -> Result<Vec<Damage>, StoreError> {
    let mut damages = Vec::new();
    let mut graphs = Tally::default();
    let mut segments = 0_u64;
    for entry in tables.graphs.iter()? {
        let (key, value) = entry?;
        let name = key.value();
        let (record, sum) = match Record::parse(name, value.value()) {
            Ok(parsed) => parsed,
            Err(wrong) => {
                damages.push(Damage::new(Affected::Graph(name.to_owned()), wrong));
                continue;
            }
        };
        graphs.add(sum);
        if tables.graphs.get(name)?.is_none() {
            let affected = Affected::Graph(name.to_owned());
            damages.push(Damage::new(affected, "it cannot be found by its name"));
        }
        match read_graph(tables, name, &record, visit) {
            Ok(count) => segments += count,
            Err(StoreError::Damaged(found)) => damages.extend(found),
            Err(error) => return Err(error),
        }
    }
    if damages.is_empty() && graphs != seal.graphs {
        damages.push(Damage::new(
            Affected::Everything,
            format_args!(
                "{} graphs were stored, {} are there",
                seal.graphs.count, graphs.count
            ),
        ));
    }
    if damages.is_empty() && (segments != seal.segments || tables.segments.len()? != seal.segments)
    {
        damages.push(Damage::new(
            Affected::Everything,
            format_args!(
                "{} segments were stored, {segments} are there",
                seal.segments
            ),
        ));
    }
    Ok(damages)
}

/// Gives the segments of one graph to `visit`, if all are as they were written. Returns how many there are.
pub(crate) fn read_graph(
    tables: &Tables,
    name: &str,
    record: &Record,
    visit: &mut dyn Visitor,
) -> Result<u64, StoreError> {
    let wrong = |wrong| damaged(name, wrong);
    visit.graph(name, record).map_err(wrong)?;
    let mut found = Tally::default();
    let first = segment_key(record.number, 0);
    let last = segment_key(record.number, u64::MAX);
    for entry in tables.segments.range(first.as_slice()..=last.as_slice())? {
        let (key, value) = entry?;
        let (bytes, sum) = unseal(form::SEGMENTS, key.value(), value.value()).map_err(wrong)?;
        found.add(sum);
        let segment = Segment::parse(bytes).map_err(wrong)?;
        visit.segment(segment).map_err(wrong)?;
    }
    if found != record.segments {
        return Err(wrong(Malformed("a segment is missing")));
    }
    visit.end().map_err(wrong)?;
    Ok(found.count)
}

/// All settings by their keys.
pub(crate) type Settings = BTreeMap<String, Vec<u8>>;

/// Reads all settings and the audit chain. Returns the settings, and what is damaged.
pub(crate) fn read_settings(
    tables: &Tables,
    seal: &Seal,
) -> Result<(Settings, Vec<Damage>), StoreError> {
    let mut damages = Vec::new();
    let mut settings = BTreeMap::new();
    let mut tally = Tally::default();
    for entry in tables.settings.iter()? {
        let (key, value) = entry?;
        match unseal(form::SETTINGS, key.value().as_bytes(), value.value()) {
            Ok((bytes, sum)) => {
                tally.add(sum);
                settings.insert(key.value().to_owned(), bytes.to_vec());
            }
            Err(wrong) => damages.push(Damage::new(
                Affected::Setting(key.value().to_owned()),
                wrong,
            )),
        }
    }
    if damages.is_empty() && tally != seal.settings {
        damages.push(Damage::new(
            Affected::Everything,
            format_args!(
                "{} settings were stored, {} are there",
                seal.settings.count, tally.count
            ),
        ));
    }
    let mut tally = Tally::default();
    for entry in tables.audit.iter()? {
        let (key, value) = entry?;
        match unseal(form::AUDIT, &key.value().to_be_bytes(), value.value()) {
            Ok((_, sum)) => tally.add(sum),
            Err(wrong) => damages.push(Damage::new(Affected::Audit(key.value()), wrong)),
        }
    }
    if damages.is_empty() && tally != seal.audit {
        damages.push(Damage::new(
            Affected::Everything,
            format_args!(
                "{} audit entries were stored, {} are there",
                seal.audit.count, tally.count
            ),
        ));
    }
    Ok((settings, damages))
}

/// Nothing, or all that is damaged.
pub(crate) fn whole(damages: Vec<Damage>) -> Result<(), StoreError> {
    if damages.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Damaged(damages))
    }
}
