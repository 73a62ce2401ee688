//! Work on many things by several threads, with the results in the order of the things.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::sync::{Condvar, Mutex, PoisonError};

/// How much work may be ahead of the result that is waited for, in whatever `weight` counts.
const AHEAD: u64 = 8 << 20;

/// Does `work` on each of `items`, and hands the results to `take` in the order of the items, whatever the number of threads.
///
/// `weight` says how much memory, in bytes, an item and its result hold until they are taken; threads wait rather than run far ahead of a
/// slow one, so that memory stays bounded. Each thread works on a `state` of its own.
///
/// # Errors
/// The first error of `take` ends the work.
pub(crate) fn in_order<I: Sync, S, R: Send, E>(
    threads: usize,
    items: &[I],
    weight: impl Fn(&I) -> u64 + Sync,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &I) -> R + Sync,
    mut take: impl FnMut(usize, R) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads.min(items.len().div_ceil(8));
    if threads < 2 {
        let mut state = state();
        for (place, item) in items.iter().enumerate() {
            take(place, work(&mut state, item))?;
        }
        return Ok(());
    }
    let line = Line::default();
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..threads {
            let send = send.clone();
            let (line, work, state, weight) = (&line, &work, &state, &weight);
            scope.spawn(move || {
                let mut state = state();
                while let Some(range) = line.next(items, weight) {
                    let mut results = Vec::with_capacity(range.len());
                    for item in items.get(range.clone()).unwrap_or_default() {
                        results.push(work(&mut state, item));
                    }
                    if send.send((range.start, results)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut early: BTreeMap<usize, Vec<R>> = BTreeMap::new();
        let mut next = 0;
        for (start, results) in &receive {
            early.insert(start, results);
            while let Some(results) = early.remove(&next) {
                let count = results.len();
                for (place, result) in results.into_iter().enumerate() {
                    if let Err(error) = take(next + place, result) {
                        line.stop();
                        return Err(error);
                    }
                }
                let taken = items.get(next..next + count).unwrap_or_default();
                line.taken(taken.iter().map(&weight).sum());
                next += count;
            }
        }
        Ok(())
    })
}

/// Which items come next, and how much is under way.
#[derive(Default)]
struct Line {
    state: Mutex<State>,
    room: Condvar,
}

#[derive(Default)]
struct State {
    next: usize,
    ahead: u64,
    stopped: bool,
}

impl Line {
    /// The next few items: few enough that no thread has long to do while the others are done.
    fn next<I>(&self, items: &[I], weight: &impl Fn(&I) -> u64) -> Option<std::ops::Range<usize>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.ahead > AHEAD && !state.stopped {
            state = self
                .room
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopped || state.next >= items.len() {
            return None;
        }
        let start = state.next;
        let mut sum = 0;
        for item in items.get(start..).unwrap_or_default().iter().take(16) {
            sum += weight(item);
            state.next += 1;
            if sum > AHEAD / 32 {
                break;
            }
        }
        state.ahead += sum;
        Some(start..state.next)
    }

    fn taken(&self, sum: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ahead -= sum.min(state.ahead);
        drop(state);
        self.room.notify_all();
    }

    fn stop(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.stopped = true;
        drop(state);
        self.room.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..2_000).collect();
        for threads in [1, 2, 5] {
            let mut seen = Vec::new();
            let done: Result<(), ()> = in_order(
                threads,
                &items,
                |item| (item % 7) << 20,
                || 0_u64,
                |count, item| {
                    *count += 1;
                    if item % 97 == 0 {
                        std::thread::yield_now();
                    }
                    item * 2
                },
                |place, result| {
                    seen.push((place as u64, result));
                    Ok(())
                },
            );
            assert_eq!(done, Ok(()));
            let ideal: Vec<(u64, u64)> = items.iter().map(|item| (*item, item * 2)).collect();
            assert_eq!(seen, ideal);
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        let items: Vec<u64> = (0..1_000).collect();
        let mut taken = 0;
        let done = in_order(
            3,
            &items,
            |_| 4 << 20,
            || (),
            |(), item| *item,
            |_, item| {
                taken += 1;
                if item == 10 { Err("enough") } else { Ok(()) }
            },
        );
        assert_eq!((done, taken), (Err("enough"), 11));
    }
}
