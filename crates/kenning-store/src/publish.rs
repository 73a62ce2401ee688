//! From the changes of a group to the next snapshot.

use crate::commit::{Content, Group};
use crate::dictionary::Growing;
use crate::graphs::{Graphs, Holes};
use crate::run::{Run, build, pack, unpack};
use crate::snapshot::{Snapshot, alive, mark, mark_of_marks, mark_triple};
use crate::{CommitError, TermId};
use oxrdf::{Triple, TripleRef};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A last run of up to this many quads is written again together with what comes. Tests want many small runs.
const SMALL: usize = if cfg!(test) { 6 } else { 4096 };

/// The marks of terms that have been met. Each takes a hash of its text, and many terms of a note come again and again.
#[derive(Default)]
struct Marks(FxHashMap<u32, u128>);

impl Marks {
    /// The mark of a triple, whose terms have these ids.
    fn of(&mut self, [s, p, o]: [u32; 3], triple: TripleRef<'_>) -> u128 {
        let mut of = |id, term| *self.0.entry(id).or_insert_with(|| mark(term));
        mark_of_marks([
            of(s, triple.subject.into()),
            of(p, triple.predicate.into()),
            of(o, triple.object),
        ])
    }
}

impl Snapshot {
    /// This snapshot with the changes of a group. `busy` says which runs are being merged and must stay as they are.
    pub(crate) fn with(
        &self,
        group: &Group<'_>,
        busy: impl Fn(&Arc<Run>) -> bool,
    ) -> Result<Self, CommitError> {
        let full = || CommitError::Full { what: "terms" };
        let mut next = self.clone();
        let mut terms = Growing::new(&self.dictionary);
        let mut quads = Vec::new();
        let mut marks = Marks::default();
        for name in &group.order {
            let Some(change) = group.change(name) else {
                continue;
            };
            next.spellings.put(name, &change.spelling);
            let id = match (&change.content, change.number) {
                (Content::Gone, None) => continue,
                (Content::Gone, Some(number)) => {
                    next.graphs.kill(number);
                    continue;
                }
                _ => terms.intern(name.as_ref().into()).ok_or_else(full)?,
            };
            match (&change.content, change.number) {
                (Content::Whole(triples), old) => {
                    if let Some(number) = old {
                        next.graphs.kill(number);
                    }
                    let mark = mark(name.as_ref().into());
                    let number = next.graphs.add(id, mark, &change.label)?;
                    let mut sum = 0u128;
                    for triple in triples {
                        let ids = terms.intern_triple(triple.as_ref()).ok_or_else(full)?;
                        quads.push(pack(ids, number));
                        sum = sum.wrapping_add(marks.of(ids, triple.as_ref()));
                    }
                    next.graphs
                        .change(number, (triples.len() as u64, sum), (0, 0));
                }
                (Content::Edited(edits), Some(number)) => {
                    if self.graphs.label(number) != Some(&change.label) {
                        next.graphs.relabel(number, &change.label)?;
                    }
                    if !edits.is_empty() {
                        self.edit(&mut next.graphs, number, edits, &mut terms, &mut quads)
                            .ok_or_else(full)?;
                    }
                }
                _ => {}
            }
        }
        next.dictionary = terms.finish();
        self.has_room(quads.len())?;
        next.add_run(quads, busy);
        next.number = self.number + 1;
        Ok(next)
    }

    /// Applies single triples to a graph that stays.
    fn edit(
        &self,
        graphs: &mut Graphs,
        number: u32,
        edits: &FxHashMap<Triple, bool>,
        terms: &mut Growing,
        quads: &mut Vec<u128>,
    ) -> Option<()> {
        let mut holes: Option<Holes> = None;
        let mut sums = [(0u64, 0u128); 2];
        for (triple, comes) in edits {
            let mark = mark_triple(triple.as_ref());
            let [added, removed] = &mut sums;
            let sum = if *comes { added } else { removed };
            sum.0 += 1;
            sum.1 = sum.1.wrapping_add(mark);
            let ids = terms.intern_triple(triple.as_ref())?;
            let is_hole = *comes && graphs.is_hole(number, ids);
            if *comes && !is_hole {
                quads.push(pack(ids, number));
                continue;
            }
            let holes = holes.get_or_insert_with(|| {
                let known = graphs.holes.get(&number);
                known.map(|known| Holes::clone(known)).unwrap_or_default()
            });
            match comes {
                true => holes.remove(&ids),
                false => holes.insert(ids),
            };
        }
        if let Some(holes) = holes {
            graphs.set_holes(number, holes);
        }
        let [added, removed] = sums;
        graphs.change(number, added, removed);
        Some(())
    }

    /// Adds quads that stand in no run yet.
    pub(crate) fn add_run(&mut self, mut quads: Vec<u128>, busy: impl Fn(&Arc<Run>) -> bool) {
        if quads.is_empty() {
            return;
        }
        if quads.len() <= SMALL
            && let Some(last) = self.runs.pop_if(|run| run.quads() <= SMALL && !busy(run))
        {
            let (kept, left_out) = alive(&[last], &self.graphs);
            quads.extend(kept);
            self.fill_holes(&left_out);
        }
        self.runs.push(Arc::new(build(quads)));
    }

    /// Forgets removed rows that stand in no run any more.
    pub(crate) fn fill_holes(&mut self, rows: &[u128]) {
        let mut by_graph: FxHashMap<u32, Vec<[u32; 3]>> = FxHashMap::default();
        for row in rows {
            let (triple, graph) = unpack(*row);
            by_graph.entry(graph).or_default().push(triple);
        }
        for (graph, triples) in by_graph {
            if let Some(known) = self.graphs.holes.get(&graph) {
                let mut holes = Holes::clone(known);
                for triple in triples {
                    holes.remove(&triple);
                }
                self.graphs.set_holes(graph, holes);
            }
        }
    }

    /// This snapshot with one run in place of `old`, which were merged from the state of an earlier snapshot.
    /// `left_out` are the removed rows that were not taken along.
    pub(crate) fn with_merged(
        &self,
        old: &[Arc<Run>],
        merged: Arc<Run>,
        left_out: &[u128],
    ) -> Self {
        let mut next = self.clone();
        next.number = self.number + 1;
        let is_old = |run: &Arc<Run>| old.iter().any(|old| Arc::ptr_eq(old, run));
        let place = next.runs.iter().position(is_old).unwrap_or(0);
        next.runs.retain(|run| !is_old(run));
        if merged.quads() > 0 {
            next.runs.insert(place.min(next.runs.len()), merged);
        }
        // A row that was removed when the merge began may have come back since: then it needs a row again.
        let mut back = Vec::new();
        for row in left_out {
            let (triple, graph) = unpack(*row);
            if self.graphs.class(graph) != crate::graphs::DEAD
                && !self.graphs.is_hole(graph, triple)
            {
                back.push(*row);
            }
        }
        next.fill_holes(left_out);
        next.add_run(back, |_| true);
        let runs = next.runs.clone();
        next.graphs
            .reclaim(|number| runs.iter().any(|run| !run.graphs.range(number).is_empty()));
        next
    }

    /// The graph of this name, as ids of triples.
    pub(crate) fn name_of(&self, graph: u32) -> Option<TermId> {
        self.graphs.slot(graph).map(|slot| TermId(slot.name))
    }
}
