//! Making a run out of quads.

use super::{GraphNumber, Keys, LIST, Order, Run};

/// A quad as one number, which sorts by subject, predicate, object and graph.
#[inline]
pub(crate) fn pack([s, p, o]: [u32; 3], graph: GraphNumber) -> u128 {
    u128::from(s) << 96 | u128::from(p) << 64 | u128::from(o) << 32 | u128::from(graph)
}

/// The triple and the graph of a packed quad.
#[inline]
pub(crate) fn unpack(quad: u128) -> ([u32; 3], GraphNumber) {
    let part = |shift: u32| (quad >> shift) as u32;
    ([part(96), part(64), part(32)], part(0))
}

/// From this many quads on, work is shared by two threads.
const MANY: usize = 100_000;

/// Makes a run of quads in any order; duplicates count once.
pub(crate) fn build(mut quads: Vec<u128>) -> Run {
    sort(&mut quads);
    quads.dedup();
    build_sorted(quads)
}

/// Makes a run of quads that are sorted and different.
pub(crate) fn build_sorted(quads: Vec<u128>) -> Run {
    let mut run = Run::default();
    let distinct = quads.chunk_by(|a, b| a >> 32 == b >> 32).count();
    run.subject.reserve_exact(distinct);
    run.spo.second.reserve_exact(distinct);
    run.spo.third.reserve_exact(distinct);
    run.spo.graph.reserve_exact(distinct);
    for quads in quads.chunk_by(|a, b| a >> 32 == b >> 32) {
        let Some(first) = quads.first() else { continue };
        let ([s, p, o], graph) = unpack(*first);
        run.subject.push(s);
        run.spo.second.push(p);
        run.spo.third.push(o);
        if quads.len() == 1 {
            run.spo.graph.push(graph);
        } else {
            run.spo.graph.push(run.list_offsets.len() as u32 | LIST);
            run.list_offsets.push(run.lists.len() as u32);
            run.lists.extend(quads.iter().map(|quad| unpack(*quad).1));
        }
    }
    run.list_offsets.push(run.lists.len() as u32);
    run.list_offsets.shrink_to_fit();
    run.lists.shrink_to_fit();
    run.spo.keys = Keys::of(run.subject.iter().copied());
    // Each of the three other orders takes about as long as the one that has been made.
    match quads.len() < MANY {
        true => {
            (run.graphs, run.graph_rows) = by_graph(quads);
            let (pso, rows) = order_pso(&run);
            run.ops = order_ops(&run, &rows);
            run.pso = pso;
        }
        false => std::thread::scope(|scope| {
            let made = scope.spawn(|| by_graph(quads));
            let (pso, rows) = order_pso(&run);
            let ops = order_ops(&run, &rows);
            drop(rows);
            let graphs = made.join();
            (run.pso, run.ops) = (pso, ops);
            (run.graphs, run.graph_rows) =
                graphs.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }),
    }
    run
}

/// Sorts quads, on two threads if there are many.
pub(crate) fn sort(quads: &mut [u128]) {
    if quads.len() < MANY || quads.is_sorted() {
        quads.sort_unstable();
        return;
    }
    // The halves are sorted side by side; the stable sort that follows finds two sorted runs and merges them.
    let (left, right) = quads.split_at_mut(quads.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| right.sort_unstable());
        left.sort_unstable();
    });
    quads.sort();
}

/// The order by graph. Takes the sorted quads, to give their memory back early.
fn by_graph(quads: Vec<u128>) -> (Keys, Vec<u32>) {
    let mut graphs = Vec::with_capacity(quads.len());
    let mut rows = Vec::with_capacity(quads.len());
    let mut row = 0u32;
    let mut last = None;
    for quad in &quads {
        if last.is_some_and(|last| last != quad >> 32) {
            row += 1;
        }
        last = Some(quad >> 32);
        graphs.push(*quad as u32);
        rows.push(row);
    }
    drop(quads);
    let order = stable_order(&graphs, None);
    let rows = gather(&rows, &order);
    (Keys::of(gather(&graphs, &order).into_iter()), rows)
}

/// PSO, and the rows of SPO in its order. It follows from SPO by stable sorting on one term, which takes linear time.
fn order_pso(run: &Run) -> (Order, Vec<u32>) {
    let spo = &run.spo;
    let rows = stable_order(&spo.second, None);
    let order = Order {
        keys: Keys::of(rows.iter().map(|row| at(&spo.second, *row))),
        second: gather(&run.subject, &rows),
        third: gather(&spo.third, &rows),
        graph: gather(&spo.graph, &rows),
    };
    (order, rows)
}

/// OPS, which follows from PSO in the same way.
fn order_ops(run: &Run, pso: &[u32]) -> Order {
    let spo = &run.spo;
    let rows = stable_order(&spo.third, Some(pso));
    Order {
        keys: Keys::of(rows.iter().map(|row| at(&spo.third, *row))),
        second: gather(&spo.second, &rows),
        third: gather(&run.subject, &rows),
        graph: gather(&spo.graph, &rows),
    }
}

#[inline]
fn at(column: &[u32], row: u32) -> u32 {
    column.get(row as usize).copied().unwrap_or_default()
}

fn gather(column: &[u32], order: &[u32]) -> Vec<u32> {
    order.iter().map(|row| at(column, *row)).collect()
}

/// The rows sorted by their keys, equal ones in the order of `before` (or of their numbers).
fn stable_order(keys: &[u32], before: Option<&[u32]>) -> Vec<u32> {
    let (low, high) = keys.iter().fold((u32::MAX, 0), |(low, high), key| {
        (low.min(*key), high.max(*key))
    });
    let rows = 0..keys.len() as u32;
    if keys.is_empty() || (high - low) as usize > keys.len() * 4 + 1024 {
        let mut order: Vec<u32> = match before {
            Some(before) => before.to_vec(),
            None => rows.collect(),
        };
        order.sort_by_key(|row| at(keys, *row));
        return order;
    }
    let mut starts = vec![0u32; (high - low) as usize + 2];
    for key in keys {
        if let Some(count) = starts.get_mut((key - low) as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut order = vec![0u32; keys.len()];
    let mut place = |row: u32| {
        if let Some(start) = starts.get_mut((at(keys, row) - low) as usize) {
            if let Some(slot) = order.get_mut(*start as usize) {
                *slot = row;
            }
            *start += 1;
        }
    };
    match before {
        Some(before) => before.iter().for_each(|row| place(*row)),
        None => rows.for_each(&mut place),
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Sorted;
    use std::collections::BTreeSet;

    /// Numbers that look random and are the same every time.
    fn quads(many: u32, spread: u32) -> Vec<u128> {
        let mut state = 7u64;
        let mut next = |below: u32| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) as u32) % below
        };
        (0..many)
            .map(|_| pack([next(20) * spread, next(4), next(30) * spread], next(6)))
            .collect()
    }

    #[test]
    fn every_order_holds_every_quad_once() {
        for (many, spread) in [(0, 1), (1, 1), (3000, 1), (3000, 90_001)] {
            let made = quads(many, spread);
            let wanted: BTreeSet<u128> = made.iter().copied().collect();
            let run = build(made);
            assert_eq!(run.quads(), wanted.len());
            for sorted in [Sorted::Spo, Sorted::Pso, Sorted::Ops] {
                let order = run.order(sorted);
                let mut found = Vec::new();
                let mut keys = Vec::new();
                for (first, rows) in order.keys.each() {
                    for row in rows {
                        let row = row as usize;
                        let key = [first, order.second[row], order.third[row]];
                        keys.push(key);
                        for graph in run.graphs_of(&order.graph[row]) {
                            found.push(pack(sorted.triple(key), *graph));
                        }
                    }
                }
                assert!(keys.is_sorted_by(|a, b| a < b), "{sorted:?}");
                assert_eq!(found.len(), wanted.len(), "{sorted:?}");
                assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
            }
            let mut found = BTreeSet::new();
            for graph in 0..6 {
                for row in run.rows_of(graph) {
                    found.insert(pack(run.triple(*row).unwrap(), graph));
                }
            }
            assert_eq!(found, wanted);
            for quad in quads(500, 1) {
                let (triple, graph) = unpack(quad);
                assert_eq!(run.holds(triple, graph), wanted.contains(&quad));
            }
        }
    }
}
