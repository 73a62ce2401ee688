//! A run: quads that are sorted once and never change.
//!
//! # Orders
//! A run keeps each *distinct triple* three times, as SPO, PSO and OPS, and with it either the one graph that holds it or
//! the number of a list of graphs. That answers every pattern of subject, predicate and object with one range, except
//! `S ? O`, which filters the shorter of two. Since a triple is one row however many graphs hold it, the union of graphs
//! needs no removal of duplicates within a run. A fourth order, by graph, is a list of row numbers of SPO.
//! The alternative, six sorted permutations of `[S, P, O, G]`, takes 96 bytes a quad; this takes 40 for each distinct
//! triple and 8 for each quad, and answers a union faster the more graphs share a triple.

mod build;
mod keys;

pub(crate) use build::{build, build_sorted, pack, sort, unpack};
pub(crate) use keys::Keys;

use std::ops::Range;
use std::sync::OnceLock;

/// In a column of graphs: this bit set means that the rest is the number of a list.
pub(crate) const LIST: u32 = 1 << 31;

/// Rows are counted with 32 bits, and all runs may become one.
pub(crate) const MOST_QUADS: usize = u32::MAX as usize;

/// The internal number of one version of a graph.
pub(crate) type GraphNumber = u32;

/// The distinct triples of a run in one order.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub(crate) keys: Keys,
    pub(crate) second: Vec<u32>,
    pub(crate) third: Vec<u32>,
    /// The graph that holds the triple, or the list of those that do.
    pub(crate) graph: Vec<u32>,
}

/// Which term comes first, second and third.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sorted {
    Spo,
    Pso,
    Ops,
}

impl Sorted {
    /// The triple whose terms in this order are given.
    #[inline]
    pub(crate) fn triple(self, [first, second, third]: [u32; 3]) -> [u32; 3] {
        match self {
            Self::Spo => [first, second, third],
            Self::Pso => [second, first, third],
            Self::Ops => [third, second, first],
        }
    }
}

/// Sorted quads.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// The subject of each row of `spo`.
    pub(crate) subject: Vec<u32>,
    pub(crate) spo: Order,
    pub(crate) pso: Order,
    pub(crate) ops: Order,
    /// Where each list of graphs begins in `lists`, and one more for the end.
    pub(crate) list_offsets: Vec<u32>,
    /// The graphs of triples that several graphs hold, sorted within each list.
    pub(crate) lists: Vec<GraphNumber>,
    /// The graphs, and where the rows of each begin in `graph_rows`.
    pub(crate) graphs: Keys,
    /// The rows of `spo` that each graph holds, sorted.
    pub(crate) graph_rows: Vec<u32>,
    /// How many triples each graph holds alone, by its number: counted when somebody asks.
    pub(crate) alone: OnceLock<Vec<u32>>,
}

impl Order {
    /// The rows whose first term is `first`, and whose second is `second` if that is given.
    #[inline]
    pub(crate) fn range(&self, first: u32, second: Option<u32>) -> Range<u32> {
        let rows = self.keys.range(first);
        match second {
            Some(second) => narrow(&self.second, rows, second),
            None => rows,
        }
    }

    fn bytes(&self) -> usize {
        self.keys.bytes()
            + (self.second.capacity() + self.third.capacity() + self.graph.capacity()) * 4
    }
}

/// The part of `rows`, within which `column` is sorted, where it is `wanted`.
#[inline]
pub(crate) fn narrow(column: &[u32], rows: Range<u32>, wanted: u32) -> Range<u32> {
    let start = rows.start;
    let Some(part) = column.get(rows.start as usize..rows.end as usize) else {
        return 0..0;
    };
    if part.len() <= 16 {
        let before = part.iter().take_while(|key| **key < wanted).count();
        let equal = part
            .iter()
            .skip(before)
            .take_while(|key| **key == wanted)
            .count();
        return start + before as u32..start + (before + equal) as u32;
    }
    let before = part.partition_point(|key| *key < wanted);
    // Most ranges are short, so the end is looked for close by first.
    let rest = part.get(before..).unwrap_or_default();
    let mut step = 1;
    while rest.get(step).is_some_and(|key| *key == wanted) {
        step *= 2;
    }
    let near = rest.get(..step.min(rest.len())).unwrap_or_default();
    let equal = near.partition_point(|key| *key == wanted);
    start + before as u32..start + (before + equal) as u32
}

impl Run {
    #[inline]
    pub(crate) fn order(&self, sorted: Sorted) -> &Order {
        match sorted {
            Sorted::Spo => &self.spo,
            Sorted::Pso => &self.pso,
            Sorted::Ops => &self.ops,
        }
    }

    /// How many distinct triples there are.
    pub(crate) fn triples(&self) -> usize {
        self.subject.len()
    }

    /// How many quads there are.
    pub(crate) fn quads(&self) -> usize {
        self.graph_rows.len()
    }

    /// How many triples each graph holds that no other one holds, by its number.
    fn alone(&self) -> &[u32] {
        self.alone.get_or_init(|| {
            let graphs = self.graphs.each().last().map_or(0, |(last, _)| last + 1);
            let mut alone = vec![0; graphs as usize];
            for entry in &self.spo.graph {
                // The number of a list is larger than that of any graph.
                if let Some(count) = alone.get_mut(*entry as usize) {
                    *count += 1;
                }
            }
            alone
        })
    }

    /// How many triples are held by graphs for which `seen` has a 1, by their numbers; it has a 0 for all others.
    ///
    /// It takes as long whatever is seen: hiding makes it no slower, and its time tells nothing about what is hidden.
    pub(crate) fn count(&self, seen: &[u8]) -> u64 {
        let alone = self.alone().iter().zip(seen);
        let alone: u64 = alone
            .map(|(count, seen)| u64::from(*count) * u64::from(*seen))
            .sum();
        let mut shared = 0;
        for place in self.list_offsets.windows(2) {
            let Some([start, end]) = place.first_chunk().copied() else {
                continue;
            };
            let list = self.lists.get(start as usize..end as usize);
            let of = |graph: &GraphNumber| seen.get(*graph as usize).copied().unwrap_or_default();
            let any = list.unwrap_or_default().iter().map(of);
            shared += u64::from(any.fold(0, |any, seen| any | seen));
        }
        alone + shared
    }

    /// The graphs of a list.
    #[inline]
    pub(crate) fn list(&self, number: u32) -> &[GraphNumber] {
        let place = number as usize;
        match self
            .list_offsets
            .get(place..)
            .and_then(|rest| rest.first_chunk())
        {
            Some([start, end]) => self
                .lists
                .get(*start as usize..*end as usize)
                .unwrap_or_default(),
            None => &[],
        }
    }

    /// The graphs behind an entry of a column of graphs.
    #[inline]
    pub(crate) fn graphs_of<'a>(&'a self, entry: &'a u32) -> &'a [GraphNumber] {
        if entry & LIST == 0 {
            std::slice::from_ref(entry)
        } else {
            self.list(entry & !LIST)
        }
    }

    /// The triple of a row of `spo`.
    #[inline]
    pub(crate) fn triple(&self, row: u32) -> Option<[u32; 3]> {
        let row = row as usize;
        Some([
            *self.subject.get(row)?,
            *self.spo.second.get(row)?,
            *self.spo.third.get(row)?,
        ])
    }

    /// The rows of `spo` that a graph holds, sorted.
    #[inline]
    pub(crate) fn rows_of(&self, graph: GraphNumber) -> &[u32] {
        let range = self.graphs.range(graph);
        self.graph_rows
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default()
    }

    /// Whether a graph holds a triple here.
    pub(crate) fn holds(&self, [s, p, o]: [u32; 3], graph: GraphNumber) -> bool {
        let rows = self.spo.range(s, Some(p));
        let rows = narrow(&self.spo.third, rows, o);
        self.spo
            .graph
            .get(rows.start as usize..rows.end as usize)
            .and_then(<[u32]>::first)
            .is_some_and(|entry| self.graphs_of(entry).binary_search(&graph).is_ok())
    }

    /// How many bytes this takes.
    pub(crate) fn bytes(&self) -> usize {
        let columns = self.subject.capacity()
            + self.list_offsets.capacity()
            + self.lists.capacity()
            + self.graph_rows.capacity();
        self.spo.bytes() + self.pso.bytes() + self.ops.bytes() + self.graphs.bytes() + columns * 4
    }
}
