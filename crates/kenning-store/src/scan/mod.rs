//! Scanning: from a pattern to the quads that a reader sees.

mod cursor;
mod scope;

pub(crate) use cursor::{Cursor, Path, Row};
pub(crate) use scope::{Chosen, Scope, Within};

use crate::run::{GraphNumber, Sorted};
use crate::{Interrupted, QuadIds, TermId};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The quads that match a pattern. Owns what it reads, so it may outlive the view it came from.
///
/// INVARIANT: an item is `Err` when the scan was stopped, so that a part is never taken for the whole.
#[derive(Debug)]
pub struct Quads {
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    Over,
    /// Each triple once, from one run.
    Once(Arc<Scope>, Within, Cursor),
    /// Each triple once, from several runs.
    Merged(Box<Merged>),
    /// Each triple in each graph.
    Each(Box<Each>),
    /// The rows of one graph.
    OfGraph(Box<OfGraph>),
    /// Found beforehand.
    Found(std::vec::IntoIter<QuadIds>),
    /// Stopped beforehand.
    Stopped,
}

/// What to look for, with the graphs resolved.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    pub(crate) bound: [Option<u32>; 3],
    pub(crate) within: Within,
    /// Whether a triple counts once, however many graphs hold it.
    pub(crate) once: bool,
}

/// Small sets of graphs are read graph by graph if that is this many times less to read.
const FEWER: usize = 4;

impl Quads {
    pub(crate) fn none() -> Self {
        Self { rows: Rows::Over }
    }

    /// Starts a scan. `graphs` are the graphs of a set, where one was asked for.
    pub(crate) fn start(scope: &Arc<Scope>, search: Search, graphs: &[GraphNumber]) -> Self {
        let path = search.path(scope);
        let runs = &scope.snapshot.runs;
        if !matches!(search.within, Within::All) {
            let graphs = match &search.within {
                Within::One(graph) => std::slice::from_ref(graph),
                _ => graphs,
            };
            if let Some(quads) = of_graphs(scope, &search, path, graphs) {
                return quads;
            }
        }
        let mut cursors = runs.iter().filter_map(|run| {
            let rows = path.rows(run);
            (rows.start < rows.end).then(|| path.cursor(run, rows))
        });
        let Some(first) = cursors.next() else {
            return Self::none();
        };
        let Some(second) = cursors.next() else {
            let rows = match search.once {
                true => Rows::Once(Arc::clone(scope), search.within, first),
                false => Rows::Each(Box::new(Each::new(scope, search.within, vec![first]))),
            };
            return Self { rows };
        };
        let mut all = vec![first, second];
        all.extend(cursors);
        let rows = match search.once {
            true => Rows::Merged(Box::new(Merged::new(
                scope,
                search.within,
                path.sorted,
                all,
            ))),
            false => Rows::Each(Box::new(Each::new(scope, search.within, all))),
        };
        Self { rows }
    }

    /// The next triple and a graph that shows it.
    #[inline]
    fn advance(&mut self) -> Option<Result<QuadIds, Interrupted>> {
        match &mut self.rows {
            Rows::Over => None,
            Rows::Once(scope, within, cursor) => match cursor.next(scope, within)? {
                Ok(row) => Some(Ok(quad(scope, row.triple, row.graph))),
                Err(Interrupted) => Some(Err(Interrupted)),
            },
            Rows::Merged(merged) => merged.next(),
            Rows::Each(each) => each.next(),
            Rows::OfGraph(rows) => rows.next(),
            Rows::Found(rows) => rows.next().map(Ok),
            Rows::Stopped => Some(Err(Interrupted)),
        }
    }

    /// Visits the triples from here on, until `visit` breaks. The quickest way through many rows.
    ///
    /// # Errors
    /// [`Interrupted`] when the scan was stopped.
    pub fn each(
        mut self,
        mut visit: impl FnMut([TermId; 3]) -> ControlFlow<()>,
    ) -> Result<(), Interrupted> {
        if let Rows::Once(scope, within, cursor) = &mut self.rows {
            return cursor.each(scope, within, &mut |triple| visit(triple.map(TermId)));
        }
        while let Some(quad) = self.advance() {
            let quad = quad?;
            if visit([quad.subject, quad.predicate, quad.object]).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// How many triples there are, if that can be said without looking at each: for a scan of everything that has not begun.
    #[must_use]
    pub fn count_at_once(&self) -> Option<u64> {
        match &self.rows {
            Rows::Over => Some(0),
            Rows::Once(scope, Within::All, cursor) if cursor.is_of_everything() => {
                Some(cursor.run().count(&scope.seen_graphs(cursor.run())?))
            }
            _ => None,
        }
    }

    /// How many quads there are from here on.
    ///
    /// # Errors
    /// [`Interrupted`] when the scan was stopped.
    pub fn count_all(self) -> Result<u64, Interrupted> {
        let mut count = 0;
        self.each(|_| {
            count += 1;
            ControlFlow::Continue(())
        })?;
        Ok(count)
    }
}

impl Iterator for Quads {
    type Item = Result<QuadIds, Interrupted>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let item = self.advance();
        if !matches!(item, Some(Ok(_))) {
            self.rows = Rows::Over;
        }
        item
    }
}

#[inline]
fn quad(scope: &Scope, [subject, predicate, object]: [u32; 3], graph: GraphNumber) -> QuadIds {
    QuadIds {
        subject: TermId(subject),
        predicate: TermId(predicate),
        object: TermId(object),
        graph: scope.name(graph),
    }
}

impl Search {
    /// The order to scan in.
    pub(crate) fn path(&self, scope: &Scope) -> Path {
        let mut by_object = false;
        if let [Some(s), None, Some(o)] = self.bound {
            let length = |sorted: Sorted, key: u32| -> usize {
                let runs = scope.snapshot.runs.iter();
                runs.map(|run| run.order(sorted).keys.range(key).len())
                    .sum()
            };
            by_object = length(Sorted::Ops, o) < length(Sorted::Spo, s);
        }
        Path::of(self.bound, by_object)
    }

    fn fits(&self, triple: [u32; 3]) -> bool {
        triple
            .iter()
            .zip(self.bound)
            .all(|(term, wanted)| wanted.is_none_or(|wanted| wanted == *term))
    }
}

/// Reads some graphs one by one, if that is less to read than the range of the pattern.
fn of_graphs(
    scope: &Arc<Scope>,
    search: &Search,
    path: Path,
    graphs: &[GraphNumber],
) -> Option<Quads> {
    let runs = &scope.snapshot.runs;
    let range: usize = runs.iter().map(|run| path.rows(run).len()).sum();
    if range == 0 {
        return Some(Quads::none());
    }
    if let [graph] = graphs {
        let rows: usize = runs.iter().map(|run| run.rows_of(*graph).len()).sum();
        // Within a graph, rows are sorted by subject, so a bound subject is found by halving.
        if rows <= range || search.bound.first().is_some_and(Option::is_some) {
            return Some(Quads {
                rows: Rows::OfGraph(Box::new(OfGraph::new(scope, search.clone(), *graph))),
            });
        }
        return None;
    }
    let limit = range / FEWER;
    let mut rows = 0;
    for graph in graphs {
        rows += runs
            .iter()
            .map(|run| run.rows_of(*graph).len())
            .sum::<usize>();
        if rows > limit {
            return None;
        }
    }
    let mut found = Vec::new();
    for graph in graphs {
        let mut of_graph = OfGraph::new(scope, search.clone(), *graph);
        while let Some(quad) = of_graph.next() {
            match quad {
                Ok(quad) => found.push(quad),
                Err(Interrupted) => {
                    return Some(Quads {
                        rows: Rows::Stopped,
                    });
                }
            }
        }
    }
    if search.once {
        let triple = |quad: &QuadIds| (quad.subject, quad.predicate, quad.object);
        found.sort_unstable_by_key(triple);
        found.dedup_by_key(|quad| triple(quad));
    }
    Some(Quads {
        rows: Rows::Found(found.into_iter()),
    })
}

/// Each triple once, though it may stand in several runs.
#[derive(Debug)]
struct Merged {
    scope: Arc<Scope>,
    within: Within,
    sorted: Sorted,
    cursors: Vec<Cursor>,
    /// The next row of each cursor.
    heads: Vec<Option<Row>>,
    started: bool,
}

impl Merged {
    fn new(scope: &Arc<Scope>, within: Within, sorted: Sorted, cursors: Vec<Cursor>) -> Self {
        Self {
            scope: Arc::clone(scope),
            within,
            sorted,
            heads: vec![None; cursors.len()],
            cursors,
            started: false,
        }
    }

    fn next(&mut self) -> Option<Result<QuadIds, Interrupted>> {
        if !self.started {
            self.started = true;
            for (cursor, head) in self.cursors.iter_mut().zip(&mut self.heads) {
                match cursor.next(&self.scope, &self.within).transpose() {
                    Ok(row) => *head = row,
                    Err(Interrupted) => return Some(Err(Interrupted)),
                }
            }
        }
        let sorted = self.sorted;
        let key = |row: &Row| sorted.triple(row.triple);
        let least = self
            .heads
            .iter()
            .flatten()
            .min_by_key(|row| key(row))
            .copied()?;
        for (cursor, head) in self.cursors.iter_mut().zip(&mut self.heads) {
            if head.is_some_and(|row| row.triple == least.triple) {
                match cursor.next(&self.scope, &self.within).transpose() {
                    Ok(row) => *head = row,
                    Err(Interrupted) => return Some(Err(Interrupted)),
                }
            }
        }
        Some(Ok(quad(&self.scope, least.triple, least.graph)))
    }
}

/// Each triple in each graph that shows it.
#[derive(Debug)]
struct Each {
    scope: Arc<Scope>,
    within: Within,
    cursors: Vec<Cursor>,
    /// The current row, and how many of its graphs have been looked at.
    row: Option<(Row, usize)>,
}

impl Each {
    fn new(scope: &Arc<Scope>, within: Within, mut cursors: Vec<Cursor>) -> Self {
        cursors.reverse();
        Self {
            scope: Arc::clone(scope),
            within,
            cursors,
            row: None,
        }
    }

    fn next(&mut self) -> Option<Result<QuadIds, Interrupted>> {
        loop {
            let cursor = self.cursors.last_mut()?;
            if let Some((row, looked_at)) = &mut self.row {
                let graphs = cursor.run().graphs_of(&row.entry);
                while let Some(graph) = graphs.get(*looked_at) {
                    *looked_at += 1;
                    if self.scope.sees_within(*graph, row.triple, &self.within) {
                        return Some(Ok(quad(&self.scope, row.triple, *graph)));
                    }
                }
                self.row = None;
            }
            match cursor.next(&self.scope, &self.within) {
                Some(Ok(row)) => {
                    // The graphs before this one have been tested and are not seen.
                    let graphs = cursor.run().graphs_of(&row.entry);
                    let place = graphs.iter().position(|graph| *graph == row.graph)?;
                    self.row = Some((row, place + 1));
                    return Some(Ok(quad(&self.scope, row.triple, row.graph)));
                }
                Some(Err(Interrupted)) => return Some(Err(Interrupted)),
                None => {
                    self.cursors.pop();
                }
            }
        }
    }
}

/// The rows of one graph that match.
#[derive(Debug)]
struct OfGraph {
    scope: Arc<Scope>,
    search: Search,
    graph: GraphNumber,
    /// The run that is being read, its next row among those of the graph, and the end.
    run: usize,
    place: Option<(usize, usize)>,
    breath: u32,
}

impl OfGraph {
    fn new(scope: &Arc<Scope>, search: Search, graph: GraphNumber) -> Self {
        Self {
            scope: Arc::clone(scope),
            search,
            graph,
            run: 0,
            place: None,
            breath: 0,
        }
    }

    fn next(&mut self) -> Option<Result<QuadIds, Interrupted>> {
        loop {
            let run = self.scope.snapshot.runs.get(self.run)?;
            let rows = run.rows_of(self.graph);
            let (place, end) = match &mut self.place {
                Some(place) => place,
                None => {
                    let (start, end) = match self.search.bound {
                        [Some(s), p, _] => {
                            let wanted = run.spo.range(s, p);
                            (
                                rows.partition_point(|row| *row < wanted.start),
                                rows.partition_point(|row| *row < wanted.end),
                            )
                        }
                        _ => (0, rows.len()),
                    };
                    self.place.insert((start, end))
                }
            };
            while place < end {
                let row = *rows.get(*place)?;
                *place += 1;
                self.breath += 1;
                if self.breath.is_multiple_of(4096) && self.scope.cancel.is_cancelled() {
                    return Some(Err(Interrupted));
                }
                if let Some(triple) = run.triple(row)
                    && self.search.fits(triple)
                    && self.scope.sees_row(self.graph, triple)
                {
                    return Some(Ok(quad(&self.scope, triple, self.graph)));
                }
            }
            self.run += 1;
            self.place = None;
        }
    }
}
