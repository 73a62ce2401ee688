//! Committing what was gathered.

use super::{Existing, Gathered, LoadOptions, Loaded, spell};
use crate::dictionary::{Dictionary, Growing, Key};
use crate::graphs::Holes;
use crate::run::{GraphNumber, Run, build_sorted, pack, sort, unpack};
use crate::snapshot::{Snapshot, alive, mark, mark_key, mark_of_marks, mark_triple_term};
use crate::spelling::{Spelling, key};
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
    /// Means something only if it is new.
    label: Label,
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

/// What comes to a graph that is there: new rows, and rows that had been removed.
struct Added<'a> {
    rows: &'a OfRun<'a>,
    back: &'a [[u32; 3]],
}

impl Triples for Added<'_> {
    fn count(&self) -> usize {
        self.rows.count() + self.back.len()
    }

    fn each(&self, visit: &mut dyn FnMut(TripleRef<'_>)) {
        self.rows.each(visit);
        for ids in self.back {
            if let Some(triple) = self.rows.dictionary.triple_of(*ids) {
                visit(triple.as_ref());
            }
        }
    }
}

/// Makes everything durable and then visible.
pub(super) fn apply(
    kb: &KnowledgeBase,
    gathered: Gathered,
    options: &LoadOptions<'_>,
) -> Result<Loaded, CommitError> {
    let inner = kb.inner();
    let mut loaded = Loaded {
        read: gathered.quads.len() as u64,
        ..Loaded::default()
    };
    inner.write::<CommitError>(|base, truth| {
        let mut next = Snapshot::clone(base);
        let mut gathered = gathered;
        let mut own =
            std::mem::replace(&mut gathered.terms, Growing::new(&base.dictionary)).finish();
        let spellings = spell::spellings(&gathered, &own, base, options.existing);
        let Gathered {
            mut quads,
            mut empty,
            refused,
            ..
        } = gathered;
        if refused {
            own = only_used(own, &mut quads, &mut empty)?;
        }
        let marks = marks(&own);
        let (dictionary, map) = merge_terms(base, own)?;
        let to_global = |local: u32| match &map {
            Some(map) => map.get(local as usize).copied().unwrap_or_default(),
            None => local,
        };
        let marks_of = match &map {
            None => marks,
            Some(map) => {
                let mut all = vec![0; dictionary.len() as usize];
                for (mark, global) in marks.iter().zip(map) {
                    if let Some(place) = all.get_mut(*global as usize) {
                        *place = *mark;
                    }
                }
                all
            }
        };
        next.dictionary = dictionary;
        let mut targets: FxHashMap<u32, Target> = FxHashMap::default();
        for name in empty {
            if let Entry::Vacant(new) = targets.entry(name) {
                new.insert(target(&mut next, to_global(name), options)?);
            }
        }
        // The name of the graph gives way to its number, and what is there already is left out.
        let mut last: Option<(u32, GraphNumber, bool)> = None;
        let mut kept = 0;
        for place in 0..quads.len() {
            let Some((triple, name)) = quads.get(place).map(|quad| unpack(*quad)) else {
                continue;
            };
            let (number, is_new) = match last {
                Some((known, number, is_new)) if known == name => (number, is_new),
                _ => {
                    let target = match targets.entry(name) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(new) => {
                            new.insert(target(&mut next, to_global(name), options)?)
                        }
                    };
                    (target.number, target.is_new)
                }
            };
            last = Some((name, number, is_new));
            let triple = triple.map(to_global);
            if !is_new && base.has_row(triple, number) {
                if base.graphs.is_hole(number, triple)
                    && let Some(target) = targets.get_mut(&name)
                {
                    target.back.push(triple);
                }
                continue;
            }
            if let Some(quad) = quads.get_mut(kept) {
                *quad = pack(triple, number);
                kept += 1;
            }
        }
        quads.truncate(kept);
        sort(&mut quads);
        quads.dedup();
        base.has_room(quads.len())?;
        let mut by_number: FxHashMap<GraphNumber, Target> = targets
            .into_values()
            .map(|target| (target.number, target))
            .collect();
        for (number, (added, sum)) in sums(&quads, &marks_of) {
            if let Some(target) = by_number.get_mut(&number) {
                target.added += added;
                target.sum = target.sum.wrapping_add(sum);
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
                    target.sum = target.sum.wrapping_add(sum_of(*triple, &marks_of));
                }
                next.graphs.set_holes(target.number, holes);
            }
            next.graphs
                .change(target.number, (target.added, target.sum), (0, 0));
            loaded.added += target.added;
            loaded.graphs += u64::from(target.is_new);
        }
        drop(marks_of);
        for target in by_number.values() {
            match spellings.get(&target.name) {
                Some(spelling) => next.spellings.put(&target.name, spelling),
                None if target.is_new => next.spellings.put(&target.name, &Spelling::default()),
                None => {}
            }
        }
        let run = build_sorted(quads);
        if let Some(truth) = truth {
            let graphs: Vec<&Target> = by_number.values().collect();
            store(truth, &graphs, &run, base, &next)?;
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

/// A dictionary of only those terms that quads and graphs use. Their ids change.
fn only_used(
    own: Dictionary,
    quads: &mut [u128],
    graphs: &mut [u32],
) -> Result<Dictionary, CommitError> {
    let mut used = vec![false; own.len() as usize];
    let mut mark = |id: u32| {
        if let Some(used) = used.get_mut(id as usize) {
            *used = true;
        }
    };
    for quad in quads.iter() {
        let (triple, name) = unpack(*quad);
        triple.into_iter().chain([name]).for_each(&mut mark);
    }
    graphs.iter().copied().for_each(&mut mark);
    let mut terms = Growing::new(&Dictionary {
        segments: Vec::new(),
        hasher: own.hasher.clone(),
    });
    let full = CommitError::Full { what: "terms" };
    let map = terms.copy_used(&own, used).ok_or(full)?;
    let id = |old: u32| map.get(old as usize).copied().unwrap_or_default();
    for quad in quads {
        let (triple, name) = unpack(*quad);
        *quad = pack(triple.map(id), id(name));
    }
    for graph in graphs {
        *graph = id(*graph);
    }
    Ok(terms.finish())
}

/// The marks of all terms of a dictionary, whose ids begin with 0.
fn marks(terms: &Dictionary) -> Vec<u128> {
    let mut marks = vec![0; terms.len() as usize];
    // What a triple term is made of comes before it, so these wait until all others are there.
    let mut later = Vec::new();
    let part = |first: u32, marks: &mut [u128]| {
        let mut scratch = String::new();
        let mut later = Vec::new();
        for (id, mark) in (first..).zip(marks) {
            let segment = terms.segment(id);
            let entry = segment.and_then(|segment| Some((segment, segment.entry(id)?)));
            let Some((segment, entry)) = entry else {
                continue;
            };
            match segment.key(entry, &mut scratch) {
                Key::Triple(ids) => later.push((id, ids)),
                key => *mark = mark_key(&key),
            }
        }
        later
    };
    let (left, right) = marks.split_at_mut(terms.len() as usize / 2);
    let middle = left.len() as u32;
    std::thread::scope(|scope| {
        let right = scope.spawn(|| part(middle, right));
        later.extend(part(0, left));
        later.extend(right.join().unwrap_or_default());
    });
    for (id, ids) in later {
        let mark = mark_triple_term(sum_of(ids, &marks));
        if let Some(place) = marks.get_mut(id as usize) {
            *place = mark;
        }
    }
    marks
}

fn sum_of(triple: [u32; 3], marks: &[u128]) -> u128 {
    mark_of_marks(triple.map(|id| marks.get(id as usize).copied().unwrap_or_default()))
}

/// How many of the quads each graph holds, and the sum of their marks.
fn sums(quads: &[u128], marks: &[u128]) -> FxHashMap<GraphNumber, (u64, u128)> {
    let part = |quads: &[u128]| {
        let mut sums: FxHashMap<GraphNumber, (u64, u128)> = FxHashMap::default();
        let mut triple = None;
        let mut mark = 0;
        for quad in quads {
            let (this, number) = unpack(*quad);
            // Triples that several graphs hold stand beside each other.
            if triple != Some(this) {
                triple = Some(this);
                mark = sum_of(this, marks);
            }
            let sum = sums.entry(number).or_default();
            sum.0 += 1;
            sum.1 = sum.1.wrapping_add(mark);
        }
        sums
    };
    let (left, right) = quads.split_at(quads.len() / 2);
    std::thread::scope(|scope| {
        let right = scope.spawn(|| part(right));
        let mut sums = part(left);
        for (number, (count, sum)) in right.join().unwrap_or_default() {
            let known = sums.entry(number).or_default();
            known.0 += count;
            known.1 = known.1.wrapping_add(sum);
        }
        sums
    })
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

fn target(
    next: &mut Snapshot,
    name: u32,
    options: &LoadOptions<'_>,
) -> Result<Target, CommitError> {
    let text = match next.dictionary.term(TermId(name)) {
        Some(Term::NamedNode(text)) => text,
        _ => return Err(CommitError::Full { what: "terms" }),
    };
    let known = next.graphs.number(name);
    let label = (options.label)(&text, known.and_then(|known| next.graphs.label(known)));
    let (number, is_new) = match (known, options.existing) {
        (Some(number), Existing::AddTo) => (number, false),
        (known, _) => {
            if let Some(known) = known {
                next.graphs.kill(known);
            }
            let mark = mark(text.as_ref().into());
            (next.graphs.add(name, mark, &label)?, true)
        }
    };
    Ok(Target {
        number,
        name: text,
        label,
        is_new,
        added: 0,
        sum: 0,
        back: Vec::new(),
    })
}

/// Writes what is new to the durable side, in one commit.
fn store(
    truth: &crate::truth::Truth,
    targets: &[&Target],
    run: &Run,
    base: &Snapshot,
    next: &Snapshot,
) -> Result<(), CommitError> {
    let dictionary = &next.dictionary;
    let whole: Vec<OfRun<'_>> = targets
        .iter()
        .map(|target| OfRun {
            run,
            graph: target.number,
            dictionary,
        })
        .collect();
    let added: Vec<Added<'_>> = targets
        .iter()
        .zip(&whole)
        .map(|(target, rows)| Added {
            rows,
            back: &target.back,
        })
        .collect();
    let nothing: [Triple; 0] = [];
    let mut changes = Vec::new();
    for ((target, whole), added) in targets.iter().zip(&whole).zip(&added) {
        if target.is_new {
            changes.push(Change::Put(&target.name, &target.label, whole));
        } else if added.count() > 0 {
            changes.push(Change::Edit {
                name: &target.name,
                inserted: added,
                removed: &nothing,
            });
        }
    }
    let written: Vec<(String, Option<Vec<u8>>)> = targets
        .iter()
        .filter_map(|target| {
            let spelling = next.spellings.get(&target.name);
            (spelling != base.spellings.get(&target.name))
                .then(|| (key(&target.name), spelling.map(Spelling::write)))
        })
        .collect();
    let written = written.iter();
    changes.extend(written.map(|(key, value)| Change::Setting(key, value.as_deref())));
    Ok(truth.commit(&changes)?)
}
