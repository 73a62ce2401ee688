//! Merging runs in the background, while readers and writers go on.

use crate::dictionary::{self, Dictionary, MOST_TEXT};
use crate::forget::{forget, next_look};
use crate::knowledge_base::{Inner, lock};
use crate::run::{Run, build};
use crate::snapshot::{Snapshot, alive};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

/// The state of the one merge that may be under way.
#[derive(Debug, Default)]
pub(crate) struct Merging {
    /// The runs that are being merged.
    busy: Mutex<Vec<Arc<Run>>>,
    /// Held during a merge.
    turn: Mutex<()>,
    /// When the dictionary has so many terms, somebody looks how many of them are used.
    look_at: AtomicU32,
    under_way: AtomicBool,
    stopping: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// More runs than this beside the first are merged.
const RUNS: usize = 4;
/// The runs beside the first are merged into it when they hold this part of its quads.
const PART: usize = 8;
/// More removed rows than this are dropped from the runs, because a commit copies those of the graphs it changes.
const HOLES: usize = 50_000;
/// So many segments of the dictionary are joined.
const SEGMENTS: usize = 5;

impl Merging {
    /// For a knowledge base that begins with so many terms.
    pub(crate) fn new(terms: u32) -> Self {
        Self {
            look_at: AtomicU32::new(next_look(terms)),
            ..Self::default()
        }
    }

    fn may_forget(&self, snapshot: &Snapshot) -> bool {
        snapshot.dictionary.len() >= self.look_at.load(Ordering::Relaxed)
    }

    /// Whether a run is being merged and must stay in its place.
    pub(crate) fn is_busy(&self, run: &Arc<Run>) -> bool {
        lock(&self.busy).iter().any(|busy| Arc::ptr_eq(busy, run))
    }

    /// Starts no more merges and waits for the one under way.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            // A merge that failed has changed nothing.
            let _ = thread.join();
        }
    }
}

/// Which of the runs to merge now.
fn due(snapshot: &Snapshot) -> Option<Vec<Arc<Run>>> {
    let (first, rest) = snapshot.runs.split_first()?;
    let later: usize = rest.iter().map(|run| run.quads()).sum();
    let holes: usize = snapshot
        .graphs
        .holes
        .values()
        .map(|holes| holes.len())
        .sum();
    if holes > HOLES {
        return Some(snapshot.runs.clone());
    }
    if rest.len() <= RUNS && (later < first.quads() / PART || later < 100_000) {
        return None;
    }
    if later >= first.quads() / PART {
        return Some(snapshot.runs.clone());
    }
    // Long runs wait until the short ones after them have grown to something like their size.
    let mut from = 0;
    let mut after = later;
    for run in rest {
        after -= run.quads();
        if rest.len() - from <= 2 || run.quads() < after * 4 {
            break;
        }
        from += 1;
    }
    Some(rest.get(from..)?.to_vec())
}

/// Starts a merge on a thread of its own, if there is something to merge and none is under way.
pub(crate) fn start_if_due(inner: &Arc<Inner>) {
    let snapshot = inner.snapshot();
    let merging = &inner.merging;
    if due(&snapshot).is_none()
        && joinable(&snapshot.dictionary).len() < SEGMENTS
        && !merging.may_forget(&snapshot)
    {
        return;
    }
    if merging.stopping.load(Ordering::Relaxed) || merging.under_way.swap(true, Ordering::AcqRel) {
        return;
    }
    let inner = Arc::clone(inner);
    let worker = Arc::clone(&inner);
    let started = std::thread::Builder::new()
        .name("kenning-merge".to_owned())
        .spawn(move || {
            while !worker.merging.stopping.load(Ordering::Relaxed) {
                join_segments(&worker);
                forget_if_due(&worker);
                let Some(runs) = due(&worker.snapshot()) else {
                    break;
                };
                merge(&worker, |_| Some(runs), || ());
            }
            worker.merging.under_way.store(false, Ordering::Release);
        });
    match started {
        Ok(thread) => *lock(&inner.merging.thread) = Some(thread),
        // No thread to be had now: the next commit tries again.
        Err(_) => inner.merging.under_way.store(false, Ordering::Release),
    }
}

pub(crate) fn forget_if_due(inner: &Inner) {
    if inner.merging.may_forget(&inner.snapshot()) {
        let used = forget(inner, || ());
        let next = next_look(used);
        inner.merging.look_at.store(next, Ordering::Relaxed);
    }
}

/// Merges all runs on this thread.
pub(crate) fn merge_all(inner: &Inner, meanwhile: impl FnOnce()) {
    join_segments(inner);
    let all = |snapshot: &Snapshot| {
        let tidy = snapshot.runs.len() <= 1 && snapshot.graphs.holes.is_empty();
        (!tidy).then(|| snapshot.runs.clone())
    };
    merge(inner, all, meanwhile);
}

/// Merges the runs that `choose` names. `meanwhile` is called before the result is published: what tests do there, other
/// threads may do at any time.
fn merge(
    inner: &Inner,
    choose: impl FnOnce(&Snapshot) -> Option<Vec<Arc<Run>>>,
    meanwhile: impl FnOnce(),
) {
    let Some(begun) = Begun::new(inner, choose) else {
        return;
    };
    let (kept, left_out) = alive(&begun.runs, &begun.snapshot.graphs);
    let merged = Arc::new(build(kept));
    meanwhile();
    inner.replace(|now| now.with_merged(&begun.runs, merged, &left_out));
    begun.end();
}

/// Runs that stay as they are until this ends.
pub(crate) struct Begun<'a> {
    inner: &'a Inner,
    _turn: MutexGuard<'a, ()>,
    /// The state in which the runs were chosen.
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) runs: Vec<Arc<Run>>,
}

impl<'a> Begun<'a> {
    /// Waits until no other merge is under way and takes the runs that `choose` names, if they are there.
    pub(crate) fn new(
        inner: &'a Inner,
        choose: impl FnOnce(&Snapshot) -> Option<Vec<Arc<Run>>>,
    ) -> Option<Self> {
        let turn = lock(&inner.merging.turn);
        // Chosen under the writer's lock, so that no commit rewrites a run between the choice and the mark on it.
        let mut begun = None;
        inner.hold_writer(|snapshot| {
            if let Some(runs) = choose(&snapshot) {
                let still_there =
                    |run: &Arc<Run>| snapshot.runs.iter().any(|now| Arc::ptr_eq(now, run));
                if runs.iter().all(still_there) {
                    lock(&inner.merging.busy).clone_from(&runs);
                    begun = Some((snapshot, runs));
                }
            }
        });
        let (snapshot, runs) = begun?;
        Some(Self {
            inner,
            _turn: turn,
            snapshot,
            runs,
        })
    }

    /// Lets the runs be changed again.
    pub(crate) fn end(self) {
        lock(&self.inner.merging.busy).clear();
    }
}

/// The segments that may be made one: all but the first, or all when those have become many, but never the last, to which a
/// commit may be adding. Long ones wait until the short ones after them have grown to something like their size, and those
/// that would be too long together stay as they are.
fn joinable(dictionary: &Dictionary) -> Range<usize> {
    let segments = &dictionary.segments;
    let end = segments.len().saturating_sub(1);
    let first = segments.first().map_or(0, |segment| segment.len());
    let many = dictionary.len() - first >= first / 2;
    let mut from = end;
    let (mut terms, mut text) = (0, 0);
    for (place, segment) in segments.iter().enumerate().take(end).rev() {
        text += segment.text.len();
        let is_first = place == 0;
        let waits = match is_first {
            true => !many,
            false => end - place > 2 && segment.len() / 4 > terms,
        };
        if waits || text > MOST_TEXT {
            break;
        }
        terms += segment.len();
        from = place;
    }
    from..end
}

/// Makes one segment of several.
fn join_segments(inner: &Inner) {
    let snapshot = inner.snapshot();
    let segments = &snapshot.dictionary.segments;
    let Range { start: from, end } = joinable(&snapshot.dictionary);
    let Some(chosen) = segments.get(from..end) else {
        return;
    };
    if chosen.len() < 2 {
        return;
    }
    let joined = Arc::new(dictionary::join(chosen, &snapshot.dictionary.hasher));
    inner.replace(|now| {
        let mut next = now.clone();
        let segments = &mut next.dictionary.segments;
        let same = segments.get(from..from + chosen.len()).is_some_and(|now| {
            let mut pairs = now.iter().zip(chosen);
            pairs.all(|(a, b)| Arc::ptr_eq(a, b))
        });
        if same {
            segments.splice(from..from + chosen.len(), [joined]);
        }
        next.number += 1;
        next
    });
}
