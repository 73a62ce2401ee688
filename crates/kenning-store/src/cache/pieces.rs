//! The parts of a snapshot as columns: the dictionary, the runs, and the graphs without their labels.

use super::file::{self, Footer, PARTS, Reader, Writer, unreadable};
use super::{FILE, NoCache};
use crate::dictionary::{Dictionary, Segment, Values};
use crate::graphs::Holes;
use crate::run::{GraphNumber, Keys, Order, Run};
use crate::snapshot::Snapshot;
use crate::truth::{Affected, Damage, Tally};
use rustc_hash::FxHashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The parts of a file, in their order.
const DICTIONARY: usize = 0;
const RUNS: usize = 1;
const GRAPHS: usize = 2;

/// A copy of the index that was read and tested whole.
#[derive(Debug)]
pub(crate) struct Cached {
    /// The name of the store that this is a copy of.
    pub(super) store: u128,
    pub(super) dictionary: Dictionary,
    pub(super) runs: Vec<Arc<Run>>,
    pub(super) graphs: CachedGraphs,
}

/// The graphs of a copy.
#[derive(Debug, Default)]
pub(super) struct CachedGraphs {
    /// One more than the highest internal number that a row may carry.
    pub(super) numbers: u32,
    pub(super) all: Vec<CachedGraph>,
    pub(super) holes: FxHashMap<GraphNumber, Holes>,
}

/// What a copy says of one graph.
#[derive(Debug, Clone, Copy)]
pub(super) struct CachedGraph {
    /// The id of its name.
    pub(super) name: u32,
    /// Its internal number.
    pub(super) number: GraphNumber,
    pub(super) triples: u64,
    /// The sum of the marks of its triples.
    pub(super) version: u128,
    /// How it was stored then.
    pub(super) stored: Stored,
}

/// What tells one state of a stored graph from every other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) number: u64,
    pub(super) next_base: u64,
    pub(super) next_delta: u64,
    pub(super) segments: Tally,
}

/// Writes a copy of `snapshot` to `out`. `stored` says how the truth has each of its graphs.
pub(super) fn write<W: io::Write>(
    out: W,
    snapshot: &Snapshot,
    graphs: &[CachedGraph],
    (store, commit): (u128, u64),
) -> io::Result<W> {
    let mut out = Writer::new(out);
    let mut parts = [0; PARTS + 1];
    for (part, begins) in parts.iter_mut().enumerate() {
        match part {
            DICTIONARY => {
                *begins = out.part(part);
                let segments = &snapshot.dictionary.segments;
                out.longs(&[segments.len() as u64])?;
                for segment in segments {
                    put_segment(&mut out, segment)?;
                }
            }
            RUNS => {
                *begins = out.part(part);
                out.longs(&[snapshot.runs.len() as u64])?;
                for run in &snapshot.runs {
                    put_run(&mut out, run)?;
                }
            }
            GRAPHS => {
                *begins = out.part(part);
                put_graphs(&mut out, snapshot, graphs)?;
            }
            _ => *begins = out.at(),
        }
    }
    out.finish(&Footer {
        parts,
        store,
        commit,
    })
}

/// Reads the copy in `directory`, on two threads, and tests all of it.
pub(crate) fn read(directory: &Path) -> Result<Cached, NoCache> {
    let path = directory.join(FILE);
    let footer = file::footer(&path)?;
    std::thread::scope(|scope| {
        let dictionary = scope.spawn(|| read_dictionary(&path, &footer));
        let runs = read_runs(&path, &footer);
        let graphs = read_graphs(&path, &footer);
        let dictionary = dictionary
            .join()
            .unwrap_or_else(|_| Err(unreadable("it cannot be followed")));
        Ok(Cached {
            store: footer.store,
            dictionary: dictionary?,
            runs: runs?,
            graphs: graphs?,
        })
    })
}

/// Tests the copy in `directory`: the damage, if there is a copy and it is damaged. `store` is the name of the store beside
/// it, where that is known.
pub(crate) fn test(directory: &Path, store: Option<u128>) -> Option<Damage> {
    let why = match read(directory) {
        Ok(cached) if store.is_some_and(|store| store != cached.store) => {
            "it belongs to another store".to_owned()
        }
        Ok(_) | Err(NoCache::Missing) => return None,
        Err(NoCache::Unreadable(why)) => why,
    };
    Some(Damage {
        affected: Affected::Nothing,
        wrong: format!(
            "the copy of the index in `{FILE}` is of no use ({why}); it is made anew when the store is opened"
        ),
    })
}

fn read_dictionary(path: &Path, footer: &Footer) -> Result<Dictionary, NoCache> {
    let mut input = Reader::open(path, footer, DICTIONARY)?;
    let [count] = input.some()?;
    let mut dictionary = Dictionary::default();
    for _ in 0..count {
        let mut segment = take_segment(&mut input)?;
        if segment.first != dictionary.len() {
            return Err(unreadable("terms are missing"));
        }
        segment.make_table(&dictionary.hasher);
        dictionary.segments.push(Arc::new(segment));
    }
    input.end()?;
    Ok(dictionary)
}

fn read_runs(path: &Path, footer: &Footer) -> Result<Vec<Arc<Run>>, NoCache> {
    let mut input = Reader::open(path, footer, RUNS)?;
    let [count] = input.some()?;
    let mut runs = Vec::new();
    for _ in 0..count {
        runs.push(Arc::new(take_run(&mut input)?));
    }
    input.end()?;
    Ok(runs)
}

fn read_graphs(path: &Path, footer: &Footer) -> Result<CachedGraphs, NoCache> {
    let mut input = Reader::open(path, footer, GRAPHS)?;
    let graphs = take_graphs(&mut input)?;
    input.end()?;
    Ok(graphs)
}

// Each struct is taken apart by the names of all its fields, so that a field that is added cannot be forgotten here.

fn put_segment<W: io::Write>(out: &mut Writer<W>, segment: &Segment) -> io::Result<()> {
    let Segment {
        first,
        text,
        ends,
        prefixes,
        languages,
        datatypes,
        values,
        // Made anew, because its order depends on a number that each process chooses at random.
        table: _,
    } = segment;
    out.numbers(&[*first])?;
    out.bytes(text.as_bytes())?;
    out.numbers(ends)?;
    for names in [prefixes, languages, datatypes] {
        out.names(names)?;
    }
    let Values {
        present,
        before,
        packed,
    } = values;
    out.longs(present)?;
    out.numbers(before)?;
    out.bytes(packed)
}

fn take_segment(input: &mut Reader) -> Result<Segment, NoCache> {
    let first = input.numbers()?;
    let segment = Segment {
        first: first.first().copied().unwrap_or_default(),
        text: input.text()?,
        ends: input.numbers()?,
        prefixes: input.names()?,
        languages: input.names()?,
        datatypes: input.names()?,
        values: Values {
            present: input.longs()?,
            before: input.numbers()?,
            packed: input.bytes()?,
        },
        ..Segment::default()
    };
    let ends = segment.ends.last().copied().unwrap_or_default();
    match ends as usize == segment.text.len() {
        true => Ok(segment),
        false => Err(unreadable("a term is missing")),
    }
}

fn put_run<W: io::Write>(out: &mut Writer<W>, run: &Run) -> io::Result<()> {
    let Run {
        subject,
        spo,
        pso,
        ops,
        list_offsets,
        lists,
        graphs,
        graph_rows,
        // Counted anew when somebody asks.
        alone: _,
    } = run;
    out.numbers(subject)?;
    for order in [spo, pso, ops] {
        let Order {
            keys,
            second,
            third,
            graph,
        } = order;
        put_keys(out, keys)?;
        out.numbers(second)?;
        out.numbers(third)?;
        out.numbers(graph)?;
    }
    out.numbers(list_offsets)?;
    out.numbers(lists)?;
    put_keys(out, graphs)?;
    out.numbers(graph_rows)
}

fn take_run(input: &mut Reader) -> Result<Run, NoCache> {
    let subject = input.numbers()?;
    let mut order = || {
        let order = Order {
            keys: take_keys(input)?,
            second: input.numbers()?,
            third: input.numbers()?,
            graph: input.numbers()?,
        };
        let columns = [&order.second, &order.third, &order.graph];
        match columns.iter().all(|column| column.len() == subject.len()) {
            true => Ok(order),
            false => Err(unreadable("a row is missing")),
        }
    };
    Ok(Run {
        spo: order()?,
        pso: order()?,
        ops: order()?,
        list_offsets: input.numbers()?,
        lists: input.numbers()?,
        graphs: take_keys(input)?,
        graph_rows: input.numbers()?,
        alone: OnceLock::new(),
        subject,
    })
}

fn put_keys<W: io::Write>(out: &mut Writer<W>, keys: &Keys) -> io::Result<()> {
    match keys {
        Keys::Dense { low, offsets } => {
            out.longs(&[0, u64::from(*low)])?;
            out.numbers(offsets)
        }
        Keys::Sparse { keys, offsets } => {
            out.longs(&[1, 0])?;
            out.numbers(keys)?;
            out.numbers(offsets)
        }
    }
}

fn take_keys(input: &mut Reader) -> Result<Keys, NoCache> {
    let [kind, low] = input.some()?;
    match (kind, u32::try_from(low)) {
        (0, Ok(low)) => Ok(Keys::Dense {
            low,
            offsets: input.numbers()?,
        }),
        (1, _) => Ok(Keys::Sparse {
            keys: input.numbers()?,
            offsets: input.numbers()?,
        }),
        _ => Err(unreadable("keys of a kind that is not known")),
    }
}

fn put_graphs<W: io::Write>(
    out: &mut Writer<W>,
    snapshot: &Snapshot,
    graphs: &[CachedGraph],
) -> io::Result<()> {
    let longs = |of: &dyn Fn(&CachedGraph) -> u64| graphs.iter().map(of).collect::<Vec<_>>();
    let sums = |of: &dyn Fn(&CachedGraph) -> u128| graphs.iter().map(of).collect::<Vec<_>>();
    out.longs(&[snapshot.graphs.class_of.len() as u64])?;
    out.longs(&longs(&|graph| u64::from(graph.name)))?;
    out.longs(&longs(&|graph| u64::from(graph.number)))?;
    out.longs(&longs(&|graph| graph.triples))?;
    out.sums(&sums(&|graph| graph.version))?;
    out.longs(&longs(&|graph| graph.stored.number))?;
    out.longs(&longs(&|graph| graph.stored.next_base))?;
    out.longs(&longs(&|graph| graph.stored.next_delta))?;
    out.longs(&longs(&|graph| graph.stored.segments.count))?;
    out.sums(&sums(&|graph| graph.stored.segments.sum))?;
    let holes = snapshot.graphs.holes.iter();
    let holes: Vec<u32> = holes
        .flat_map(|(graph, holes)| holes.iter().map(move |[s, p, o]| [*graph, *s, *p, *o]))
        .flatten()
        .collect();
    out.numbers(&holes)
}

fn take_graphs(input: &mut Reader) -> Result<CachedGraphs, NoCache> {
    let [numbers] = input.some()?;
    let mut graphs = CachedGraphs {
        numbers: u32::try_from(numbers).map_err(|_| unreadable("a graph has no number"))?,
        ..CachedGraphs::default()
    };
    let (names, numbers, triples) = (input.longs()?, input.longs()?, input.longs()?);
    let versions = input.sums()?;
    let stored = [
        input.longs()?,
        input.longs()?,
        input.longs()?,
        input.longs()?,
    ];
    let sums = input.sums()?;
    for (place, name) in names.iter().enumerate() {
        let graph = || {
            let [number, next_base, next_delta, count] =
                stored.each_ref().map(|column| column.get(place).copied());
            Some(CachedGraph {
                name: u32::try_from(*name).ok()?,
                number: u32::try_from(*numbers.get(place)?)
                    .ok()
                    .filter(|number| *number < graphs.numbers)?,
                triples: *triples.get(place)?,
                version: *versions.get(place)?,
                stored: Stored {
                    number: number?,
                    next_base: next_base?,
                    next_delta: next_delta?,
                    segments: Tally {
                        count: count?,
                        sum: *sums.get(place)?,
                    },
                },
            })
        };
        let graph = graph().ok_or_else(|| unreadable("a graph is missing"))?;
        graphs.all.push(graph);
    }
    for hole in input.numbers()?.chunks(4) {
        let [graph, s, p, o] = hole.first_chunk().copied().unwrap_or_default();
        graphs.holes.entry(graph).or_default().insert([s, p, o]);
    }
    Ok(graphs)
}

/// Makes the file `path` and writes a copy into it.
pub(super) fn write_file(
    path: &Path,
    snapshot: &Snapshot,
    graphs: &[CachedGraph],
    of: (u128, u64),
) -> io::Result<()> {
    // Not waited for: what a power cut leaves of it is tested like everything else.
    let file = crate::private::options()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    write(file, snapshot, graphs, of).map(drop)
}
