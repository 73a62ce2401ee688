//! Committing what was gathered.

use super::{Gathered, Loaded};
use crate::dictionary::{Dictionary, Growing};
use crate::graphs::Holes;
use crate::run::{GraphNumber, Run, build_sorted, pack, sort, unpack};
use crate::snapshot::{Snapshot, alive, mark, mark_of_marks};
use crate::truth::{Change, Triples};
use crate::{CommitError, KnowledgeBase, TermId};
use kenning_access::Label;
use oxrdf::{NamedNode, Term, Triple, TripleRef};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// A graph that the load adds to.
struct Target {
    number: GraphNumber,
    name: NamedNode,
    is_new: bool,
    added: u64,
    sum: u128,
    /// Triples whose rows are there but were removed: they come back.
    back: Vec<[u32; 3]>,
}

/// The triples that a graph has in a run.
struct OfRun<'a> {
    run: &'a Run,
    graph: GraphNumber,
    dictionary: &'a Dictionary,
}

impl Triples for OfRun<'_> {
    fn count(&self) -> usize {
        self.run.rows_of(self.graph).len()
    }

    fn each(&self, visit: &mut dyn FnMut(TripleRef<'_>)) {
        for row in self.run.rows_of(self.graph) {
            let triple = self.run.triple(*row);
            if let Some(triple) = triple.and_then(|ids| self.dictionary.triple_of(ids)) {
                visit(triple.as_ref());
            }
        }
    }
}

/// Makes everything durable and then visible.
pub(super) fn apply(
    kb: &KnowledgeBase,
    gathered: Gathered,
    label: &Label,
) -> Result<Loaded, CommitError> {
    let inner = kb.inner();
    let mut loaded = Loaded {
        read: gathered.quads.len() as u64,
        ..Loaded::default()
    };
    inner.write::<CommitError>(|base, truth| {
        let mut next = Snapshot::clone(base);
        let Gathered {
            terms,
            marks,
            quads,
        } = gathered;
        let own = terms.finish();
        let (dictionary, map) = merge_terms(base, own)?;
        let to_global = |local: u32| match &map {
            Some(map) => map.get(local as usize).copied().unwrap_or_default(),
            None => local,
        };
        let mut marks_of = vec![0u128; dictionary.len() as usize];
        for (local, mark) in marks.into_iter().enumerate() {
            if let Some(place) = marks_of.get_mut(to_global(local as u32) as usize) {
                *place = mark;
            }
        }
        next.dictionary = dictionary;
        let mut targets: FxHashMap<u32, Target> = FxHashMap::default();
        let mut packed = Vec::with_capacity(quads.len());
        let mut last: Option<(u32, GraphNumber, bool)> = None;
        for [s, p, o, name] in quads {
            let (number, is_new) = match last {
                Some((known, number, is_new)) if known == name => (number, is_new),
                _ => {
                    let target = match targets.entry(name) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(new) => {
                            new.insert(target(&mut next, to_global(name), label)?)
                        }
                    };
                    (target.number, target.is_new)
                }
            };
            last = Some((name, number, is_new));
            let triple = [s, p, o].map(to_global);
            if !is_new && base.has_row(triple, number) {
                if base.graphs.is_hole(number, triple)
                    && let Some(target) = targets.get_mut(&name)
                {
                    target.back.push(triple);
                }
                continue;
            }
            packed.push(pack(triple, number));
        }
        sort(&mut packed);
        packed.dedup();
        let mut by_number: FxHashMap<GraphNumber, Target> = targets
            .into_values()
            .map(|target| (target.number, target))
            .collect();
        let sum_of = |triple: [u32; 3]| {
            let marks = triple.map(|id| marks_of.get(id as usize).copied().unwrap_or_default());
            mark_of_marks(marks)
        };
        for quad in &packed {
            let (triple, number) = unpack(*quad);
            if let Some(target) = by_number.get_mut(&number) {
                target.added += 1;
                target.sum = target.sum.wrapping_add(sum_of(triple));
            }
        }
        for target in by_number.values_mut() {
            target.back.sort_unstable();
            target.back.dedup();
            if !target.back.is_empty() {
                let known = next.graphs.holes.get(&target.number);
                let mut holes = known.map(|known| Holes::clone(known)).unwrap_or_default();
                for triple in &target.back {
                    holes.remove(triple);
                    target.added += 1;
                    target.sum = target.sum.wrapping_add(sum_of(*triple));
                }
                next.graphs.set_holes(target.number, holes);
            }
            next.graphs
                .change(target.number, (target.added, target.sum), (0, 0));
            loaded.added += target.added;
            loaded.graphs += u64::from(target.is_new);
        }
        drop(marks_of);
        let run = build_sorted(packed);
        if let Some(truth) = truth {
            let graphs: Vec<&Target> = by_number.values().collect();
            store(truth, &graphs, label, &run, &next.dictionary)?;
        }
        // What was there before is small beside a first load: one run is better than two.
        let before: usize = next.runs.iter().map(|run| run.quads()).sum();
        let busy = next.runs.iter().any(|run| inner.merging.is_busy(run));
        if before > 0 && before <= run.quads() / 4 && !busy {
            let runs = std::mem::take(&mut next.runs);
            let (kept, left_out) = alive(&runs, &next.graphs);
            next.fill_holes(&left_out);
            let mut quads = kept;
            for (number, _) in run.graphs.each() {
                let rows = run.rows_of(number).iter();
                quads.extend(rows.filter_map(|row| Some(pack(run.triple(*row)?, number))));
            }
            sort(&mut quads);
            next.runs.push(Arc::new(build_sorted(quads)));
        } else if run.quads() > 0 {
            next.runs.push(Arc::new(run));
        }
        next.number = base.number + 1;
        Ok(next)
    })?;
    crate::merge::start_if_due(inner);
    inner.caching.wrote(loaded.added);
    crate::cache::start_if_due(inner);
    Ok(loaded)
}

/// The terms of the base and of the load together, and the ids that the load's terms have in it.
fn merge_terms(
    base: &Snapshot,
    own: Dictionary,
) -> Result<(Dictionary, Option<Vec<u32>>), CommitError> {
    if base.dictionary.len() == 0 {
        return Ok((own, None));
    }
    let mut terms = Growing::new(&base.dictionary);
    let mut map = Vec::with_capacity(own.len() as usize);
    for segment in &own.segments {
        terms
            .copy(segment, &mut map)
            .ok_or(CommitError::Full { what: "terms" })?;
    }
    Ok((terms.finish(), Some(map)))
}

fn target(next: &mut Snapshot, name: u32, label: &Label) -> Result<Target, CommitError> {
    let text = match next.dictionary.term(TermId(name)) {
        Some(Term::NamedNode(text)) => text,
        _ => return Err(CommitError::Full { what: "terms" }),
    };
    let known = next.graphs.number(name);
    let number = match known {
        Some(number) => number,
        None => next.graphs.add(name, mark(text.as_ref().into()), label)?,
    };
    Ok(Target {
        number,
        name: text,
        is_new: known.is_none(),
        added: 0,
        sum: 0,
        back: Vec::new(),
    })
}

/// Writes what is new to the durable side, in one commit.
fn store(
    truth: &crate::truth::Truth,
    targets: &[&Target],
    label: &Label,
    run: &Run,
    dictionary: &Dictionary,
) -> Result<(), CommitError> {
    let whole: Vec<OfRun<'_>> = targets
        .iter()
        .map(|target| OfRun {
            run,
            graph: target.number,
            dictionary,
        })
        .collect();
    let single: Vec<Vec<Triple>> = targets
        .iter()
        .zip(&whole)
        .map(|(target, rows)| {
            let mut triples = Vec::new();
            if !target.is_new {
                rows.each(&mut |triple| triples.push(triple.into_owned()));
                let back = target.back.iter();
                triples.extend(back.filter_map(|ids| dictionary.triple_of(*ids)));
            }
            triples
        })
        .collect();
    let mut changes = Vec::new();
    for ((target, whole), single) in targets.iter().zip(&whole).zip(&single) {
        if target.is_new {
            changes.push(Change::Put(&target.name, label, whole));
        } else if !single.is_empty() {
            changes.push(Change::Edit {
                name: &target.name,
                inserted: single,
                removed: &[],
            });
        }
    }
    Ok(truth.commit(&changes)?)
}
