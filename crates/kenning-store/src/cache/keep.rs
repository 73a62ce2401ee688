//! When a copy of the index is written.
//!
//! A copy is due when catching up with it would read again more than [`LEAST`] triples and more than a [`PART`] of all.
//! It is written in the background while the knowledge base is in use, at most a tenth of the time, and when the
//! knowledge base is closed. It is written to a file of its own, which then takes the place of the old one.

use super::catch_up::{catch_up, whole};
use super::pieces::{Cached, CachedGraph, Stored, write_file};
use super::{FILE, NoCache, Opened};
use crate::knowledge_base::{Inner, lock};
use crate::snapshot::Snapshot;
use crate::truth::{Damage, Record, State, Truth};
use crate::{OpenError, forget};
use oxrdf::NamedNodeRef;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

/// Fewer triples than this are read again sooner than anybody notices.
const LEAST: u64 = if cfg!(test) { 8 } else { 50_000 };
/// The part of all triples that is read again rather than everything written.
const PART: u64 = 16;
/// Each commit counts as so many triples more, because the truth may put graphs in order with it.
const COMMIT: u64 = LEAST / 1000;
/// After writing for some time, so many times that time passes before the next copy is begun.
const REST: u32 = 9;
/// A dictionary of more terms than this, of which less than half are in use, is not copied: made anew, it is smaller.
const MANY_TERMS: u32 = if cfg!(test) { 60 } else { 10_000 };

/// What is known of the copy on the disk, and who is writing the next one.
#[derive(Debug)]
pub(crate) struct Caching {
    directory: Option<PathBuf>,
    opened: Opened,
    /// About how many triples were written since anybody looked at how old the copy is.
    written: AtomicU64,
    /// Held while a copy is made.
    turn: Mutex<Copied>,
    /// No copy is begun before this in the background.
    rest_until: Mutex<Option<Instant>>,
    under_way: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The copy on the disk.
#[derive(Debug, Default)]
struct Copied {
    /// How each graph was stored when it was written, by the number that the truth gives it.
    graphs: FxHashMap<u64, Stored>,
    /// The last state of which somebody found that no copy of it is due.
    looked_at: Option<State>,
}

/// The index of what `truth` holds in `directory`, from a copy that was read there or without one.
pub(crate) fn open(
    directory: &Path,
    cached: Result<Cached, NoCache>,
    truth: &Truth,
) -> Result<(Snapshot, Caching), OpenError> {
    // What an interrupted writer left.
    let _ = std::fs::remove_file(unfinished(directory));
    let graphs = match &cached {
        Ok(cached) => {
            let graphs = cached.graphs.all.iter();
            graphs
                .map(|graph| (graph.stored.number, graph.stored))
                .collect()
        }
        Err(_) => FxHashMap::default(),
    };
    let caught_up = catch_up(cached, truth)?;
    let mut copied = Copied::default();
    if let Opened::FromCache { .. } = caught_up.opened {
        copied.graphs = graphs;
        if caught_up.triples < LEAST {
            copied.looked_at = Some(truth.state());
        }
    } else {
        // It was of no use, or is not there.
        let _ = std::fs::remove_file(directory.join(FILE));
    }
    let caching = Caching {
        directory: Some(directory.to_owned()),
        opened: caught_up.opened,
        written: AtomicU64::new(caught_up.triples),
        turn: Mutex::new(copied),
        ..Caching::none()
    };
    Ok((caught_up.snapshot, caching))
}

impl Caching {
    /// For a knowledge base in memory, which has nothing to open from.
    pub(crate) fn none() -> Self {
        Self {
            directory: None,
            opened: Opened::InMemory,
            written: AtomicU64::new(0),
            turn: Mutex::default(),
            rest_until: Mutex::default(),
            under_way: AtomicBool::new(false),
            thread: Mutex::default(),
        }
    }

    pub(crate) fn opened(&self) -> &Opened {
        &self.opened
    }

    /// The damage of the copy on the disk, if there is one and it is damaged. `store` is the name of the store beside it.
    pub(crate) fn test(&self, store: u128) -> Option<Damage> {
        super::test(self.directory.as_ref()?, Some(store))
    }

    /// Notes that so many triples were written.
    pub(crate) fn wrote(&self, triples: u64) {
        self.written
            .fetch_add(triples.saturating_add(COMMIT), Ordering::Relaxed);
    }

    fn is_due(&self) -> bool {
        self.directory.is_some()
            && self.written.load(Ordering::Relaxed) >= LEAST
            && lock(&self.rest_until).is_none_or(|until| until < Instant::now())
    }
}

/// Starts writing a copy on a thread of its own, if much was written since the last one and none is under way.
pub(crate) fn start_if_due(inner: &Arc<Inner>) {
    let caching = &inner.caching;
    if !caching.is_due() || caching.under_way.swap(true, Ordering::AcqRel) {
        return;
    }
    let worker = Arc::clone(inner);
    let started = std::thread::Builder::new()
        .name("kenning-cache".to_owned())
        .spawn(move || {
            let caching = &worker.caching;
            let start = Instant::now();
            caching.written.store(0, Ordering::Relaxed);
            write_if_due(&worker, &mut lock(&caching.turn));
            let rest = start.elapsed() * REST;
            *lock(&caching.rest_until) = Some(Instant::now() + rest);
            caching.under_way.store(false, Ordering::Release);
        });
    match started {
        Ok(thread) => *lock(&caching.thread) = Some(thread),
        Err(_) => caching.under_way.store(false, Ordering::Release),
    }
}

/// Writes a copy on this thread, if one is due: for a knowledge base that is being closed.
pub(crate) fn close(inner: &Inner) {
    let thread = lock(&inner.caching.thread).take();
    if let Some(thread) = thread {
        // A copy that failed is none, and the next one starts from nothing.
        let _ = thread.join();
    }
    write_if_due(inner, &mut lock(&inner.caching.turn));
}

/// Writes a copy on this thread, however young the last one is. Says whether there is one now.
pub(crate) fn write_now(inner: &Inner) -> bool {
    let mut copied = lock(&inner.caching.turn);
    *copied = Copied::default();
    write(inner, &mut copied, 0);
    !copied.graphs.is_empty()
}

fn write_if_due(inner: &Inner, copied: &mut Copied) {
    write(inner, copied, LEAST);
}

/// A copy that cannot be written is none: the next opening takes longer, and nobody loses anything.
fn write(inner: &Inner, copied: &mut Copied, least: u64) {
    let (Some(directory), Some(truth)) = (&inner.caching.directory, inner.truth()) else {
        return;
    };
    let Some((snapshot, records, state)) = look(inner, truth, copied) else {
        return;
    };
    let (mut behind, mut all) = (0, 0);
    for (_, record) in &records {
        let whole = whole(record);
        all += whole;
        behind += match copied.graphs.get(&record.number) {
            Some(stored) => stored.behind(record),
            None => whole,
        };
    }
    if behind < least.max(all / PART) {
        copied.looked_at = Some(state);
        return;
    }
    copied.graphs.clear();
    if is_mostly_unused(&snapshot) {
        let _ = std::fs::remove_file(directory.join(FILE));
        return;
    }
    if let Some(graphs) = join(&snapshot, &records)
        && replace(directory, &snapshot, &graphs, state).is_ok()
    {
        let graphs = graphs.iter().map(|graph| graph.stored);
        copied.graphs = graphs.map(|stored| (stored.number, stored)).collect();
        copied.looked_at = Some(state);
    }
}

type Look = (Arc<Snapshot>, Vec<(String, Record)>, State);

/// The current snapshot and how its graphs are stored, of one moment. Writers wait only until the moment is chosen.
fn look(inner: &Inner, truth: &Truth, copied: &Copied) -> Option<Look> {
    let mut snapshot = None;
    let mut records = Vec::new();
    if copied.looked_at == Some(truth.state()) {
        return None;
    }
    let writer = inner.writer_lock();
    let state = truth.records(
        || {
            snapshot = Some(inner.snapshot());
            drop(writer);
        },
        &mut |name, record| records.push((name.to_owned(), record)),
    );
    Some((snapshot?, records, state.ok()?))
}

/// The graphs of a snapshot, each with how it is stored; nothing if the two do not have the same graphs.
fn join(snapshot: &Snapshot, records: &[(String, Record)]) -> Option<Vec<CachedGraph>> {
    if records.len() != snapshot.graphs.len() {
        return None;
    }
    records
        .iter()
        .map(|(name, record)| {
            let name = NamedNodeRef::new_unchecked(name);
            let name = snapshot.dictionary.id(name.into())?.number();
            let number = snapshot.graphs.number(name)?;
            let slot = snapshot.graphs.slot(number)?;
            Some(CachedGraph {
                name,
                number,
                triples: slot.triples,
                version: slot.version,
                stored: Stored::of(record),
            })
        })
        .collect()
}

/// Whether most terms are only there because they once were used.
fn is_mostly_unused(snapshot: &Snapshot) -> bool {
    let terms = snapshot.dictionary.len();
    terms >= MANY_TERMS && forget::count(&forget::used(snapshot)) < terms / 2
}

fn unfinished(directory: &Path) -> PathBuf {
    directory.join(format!("{FILE}.unfinished"))
}

fn replace(
    directory: &Path,
    snapshot: &Snapshot,
    graphs: &[CachedGraph],
    state: State,
) -> std::io::Result<()> {
    let unfinished = unfinished(directory);
    let result = write_file(&unfinished, snapshot, graphs, (state.store, state.commit))
        .and_then(|()| std::fs::rename(&unfinished, directory.join(FILE)));
    if result.is_err() {
        // On a full disk, what there is of it takes the room that others need.
        let _ = std::fs::remove_file(&unfinished);
    }
    result
}
