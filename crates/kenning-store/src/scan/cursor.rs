//! Walking through the rows of one run.

use super::scope::{Passing, Scope, Within, candidates};
use crate::Interrupted;
use crate::run::{GraphNumber, LIST, Run, Sorted, narrow};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// A scan is long if it has this many rows for each graph of its run.
const MANY_A_GRAPH: usize = 4;

/// After this many rows, seen or not, the cancel flag is tested.
const BREATH: u32 = 4096;

/// The place of a scan in one run: a range of rows of one order, and what else rows must have.
#[derive(Debug)]
pub(crate) struct Cursor {
    run: Arc<Run>,
    sorted: Sorted,
    /// The first term of all rows; for a scan of everything, of the current row.
    first: u32,
    rows: Range<u32>,
    /// Wanted of the third term, where the range does not say it.
    third: Option<u32>,
    /// Whether `first` is taken from each row.
    everything: bool,
    breath: u32,
}

/// A row that counts: its triple, and the entry of its graphs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) triple: [u32; 3],
    pub(crate) entry: u32,
    /// The first graph that shows it.
    pub(crate) graph: GraphNumber,
}

/// The order and the bound terms with which a pattern is scanned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path {
    pub(crate) sorted: Sorted,
    first: Option<u32>,
    second: Option<u32>,
    third: Option<u32>,
}

impl Path {
    /// The path for these bound terms. `S ? O` may be scanned in two ways: `by_object` chooses.
    pub(crate) fn of(bound: [Option<u32>; 3], by_object: bool) -> Self {
        let [s, p, o] = bound;
        match (s, p, o) {
            (Some(_), None, Some(_)) if by_object => Self::new(Sorted::Ops, o, None, s),
            (Some(_), _, _) | (None, None, None) => Self::new(Sorted::Spo, s, p, o),
            (None, _, Some(_)) => Self::new(Sorted::Ops, o, p, None),
            (None, Some(_), None) => Self::new(Sorted::Pso, p, None, None),
        }
    }

    fn new(sorted: Sorted, first: Option<u32>, second: Option<u32>, third: Option<u32>) -> Self {
        Self {
            sorted,
            first,
            second,
            third,
        }
    }

    /// The rows of a run that this path leads through.
    #[inline]
    pub(crate) fn rows(&self, run: &Run) -> Range<u32> {
        let order = run.order(self.sorted);
        let Some(first) = self.first else {
            return 0..run.triples() as u32;
        };
        let rows = order.range(first, self.second);
        match (self.second, self.third) {
            (Some(_), Some(third)) => narrow(&order.third, rows, third),
            _ => rows,
        }
    }

    #[inline]
    pub(crate) fn cursor(&self, run: &Arc<Run>, rows: Range<u32>) -> Cursor {
        Cursor {
            run: Arc::clone(run),
            sorted: self.sorted,
            first: self.first.unwrap_or_default(),
            rows,
            third: if self.second.is_none() {
                self.third
            } else {
                None
            },
            everything: self.first.is_none(),
            breath: 0,
        }
    }
}

impl Cursor {
    #[inline]
    pub(crate) fn run(&self) -> &Run {
        &self.run
    }

    /// Whether all rows of the run are still to come.
    pub(crate) fn is_of_everything(&self) -> bool {
        self.everything && self.rows == (0..self.run.triples() as u32)
    }

    /// Visits the triples that the reader sees in a graph within `within`, from here on, until `visit` breaks.
    pub(crate) fn each(
        &mut self,
        scope: &Scope,
        within: &Within,
        visit: &mut impl FnMut([u32; 3]) -> ControlFlow<()>,
    ) -> Result<(), Interrupted> {
        let run = Arc::clone(&self.run);
        let order = run.order(self.sorted);
        // Most graphs have many rows: for a long scan it is worth asking first which of them pass.
        let is_long = self.rows.len() > MANY_A_GRAPH * run.graphs.most();
        let passing = (matches!(within, Within::All) && is_long).then(|| scope.passing(&run));
        let mut places = match passing {
            Some(Passing::Some(_)) => vec![0; BREATH as usize],
            _ => Vec::new(),
        };
        while self.rows.start < self.rows.end {
            if scope.cancel.is_cancelled() {
                return Err(Interrupted);
            }
            let start = self.rows.start;
            let end = self.rows.end.min(start + BREATH);
            self.rows.start = end;
            let part = start as usize..end as usize;
            let graph = order.graph.get(part.clone()).unwrap_or_default();
            let second = order.second.get(part.clone()).unwrap_or_default();
            let third = order.third.get(part.clone()).unwrap_or_default();
            let subject = match self.everything {
                true => run.subject.get(part).unwrap_or_default(),
                false => &[],
            };
            if let Some(Passing::Some(graphs)) = &passing {
                let many = candidates(graph, graphs, &mut places);
                for place in places.iter().take(many) {
                    let place = usize::from(*place);
                    let row = (graph.get(place), second.get(place), third.get(place));
                    let (Some(entry), Some(second), Some(third)) = row else {
                        continue;
                    };
                    if self.third.is_some_and(|wanted| wanted != *third) {
                        continue;
                    }
                    let first = subject.get(place).copied().unwrap_or(self.first);
                    let triple = self.sorted.triple([first, *second, *third]);
                    let passes = scope.passes(graphs, &run, *entry, || triple);
                    if passes && visit(triple).is_break() {
                        return Ok(());
                    }
                }
                continue;
            }
            let rows = graph.iter().zip(second).zip(third).enumerate();
            for (place, ((entry, second), third)) in rows {
                if self.third.is_some_and(|wanted| wanted != *third) {
                    continue;
                }
                let first = subject.get(place).copied().unwrap_or(self.first);
                let triple = self.sorted.triple([first, *second, *third]);
                let passes = passing.is_some() || scope.shows(&run, *entry, triple, within);
                if passes && visit(triple).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The next triple that the reader sees in a graph within `within`.
    #[inline]
    pub(crate) fn next(
        &mut self,
        scope: &Scope,
        within: &Within,
    ) -> Option<Result<Row, Interrupted>> {
        let order = self.run.order(self.sorted);
        while self.rows.start < self.rows.end {
            let at = self.rows.start as usize;
            self.rows.start += 1;
            self.breath += 1;
            if self.breath >= BREATH {
                self.breath = 0;
                if scope.cancel.is_cancelled() {
                    self.rows = 0..0;
                    return Some(Err(Interrupted));
                }
            }
            let entry = *order.graph.get(at)?;
            let third = *order.third.get(at)?;
            if self.third.is_some_and(|wanted| wanted != third) {
                continue;
            }
            if self.everything {
                self.first = *self.run.subject.get(at)?;
            }
            let second = *order.second.get(at)?;
            let triple = self.sorted.triple([self.first, second, third]);
            if entry & LIST == 0 {
                if scope.sees_within(entry, triple, within) {
                    return Some(Ok(Row {
                        triple,
                        entry,
                        graph: entry,
                    }));
                }
            } else if let Some(graph) = scope.first_graph(&self.run, entry, triple, within) {
                return Some(Ok(Row {
                    triple,
                    entry,
                    graph,
                }));
            }
        }
        None
    }
}
