//! The knowledge base: what is stored, and the two ways to it, a view to read and a batch to write.

use crate::cache::{self, Caching, Opened};
use crate::commit::{Content, Group};
use crate::dictionary::Dictionary;
use crate::flush::{self, Flushing};
use crate::held::Held;
use crate::merge::Merging;
use crate::queue::Queue;
use crate::snapshot::Snapshot;
use crate::spelling::{Spelling, key, name_of_key};
use crate::truth::{Change, Truth};
use crate::{Batch, Cancel, CommitError, OpenError, StoreError, View};
use kenning_access::{Clearance, Scale};
use oxrdf::Triple;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Labelled graphs and the operator's settings. Shared between threads behind an `Arc`.
///
/// It has no method that returns quads: whoever wants data needs a [`View`], and a view needs a clearance.
#[derive(Debug)]
pub struct KnowledgeBase {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    scale: Scale,
    sync: SyncMode,
    current: RwLock<Arc<Snapshot>>,
    settings: RwLock<BTreeMap<String, Vec<u8>>>,
    /// Batches that wait for a writer to take them along.
    queue: Queue<Batch, Result<Committed, CommitError>>,
    /// Held by whoever makes the next snapshot.
    writer: Mutex<()>,
    truth: Option<Truth>,
    pub(crate) merging: Merging,
    pub(crate) caching: Caching,
    pub(crate) flushing: Flushing,
    _held: Option<Held>,
}

/// How a knowledge base is opened.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The levels of labels.
    pub scale: Scale,
    /// When a write is acknowledged.
    pub sync: SyncMode,
}

/// When a write is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SyncMode {
    /// Once it is on the disk; writers that come at the same time share one flush.
    #[default]
    Group,
    /// At once. It is on the disk within about a second: what was acknowledged since may be lost when the power or the
    /// process goes.
    Off,
}

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Committed {
    /// How many graphs were put, emptied, dropped, made, relabelled or edited.
    pub graphs: u64,
    /// How many single triples were inserted and had not been there.
    pub inserted: u64,
    /// How many single triples were removed and had been there.
    pub removed: u64,
}

impl KnowledgeBase {
    /// Opens the knowledge base in `dir`, or makes one there.
    ///
    /// # Errors
    /// [`OpenError::Held`] when another process has it, and the other [`OpenError`]s when it cannot be read.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        let held = Held::take(dir)?;
        // The truth tests its pages while the copy of the index is read.
        let (cached, truth) = std::thread::scope(|scope| {
            let cached = scope.spawn(|| cache::read(dir));
            let truth = Truth::open(dir, &options.scale, options.sync);
            let missing = Err(cache::NoCache::Missing);
            (cached.join().unwrap_or(missing), truth)
        });
        let truth = truth?;
        let (snapshot, caching) = cache::open(dir, cached, &truth)?;
        let mut settings = truth.settings()?;
        let mut snapshot = snapshot;
        settings.retain(|key, bytes| {
            let graph = name_of_key(key);
            if let Some(name) = &graph {
                snapshot.spellings.put(name, &Spelling::read(bytes));
            }
            graph.is_none()
        });
        let merging = Merging::new(snapshot.dictionary.len());
        let inner = Arc::new(Inner {
            scale: options.scale,
            sync: options.sync,
            current: RwLock::new(Arc::new(snapshot)),
            settings: RwLock::new(settings),
            queue: Queue::default(),
            writer: Mutex::new(()),
            truth: Some(truth),
            merging,
            caching,
            flushing: Flushing::default(),
            _held: Some(held),
        });
        flush::start(&inner);
        cache::start_if_due(&inner);
        Ok(Self { inner })
    }

    /// A knowledge base without a disk: it is gone when it is dropped.
    #[must_use]
    pub fn in_memory(options: Options) -> Self {
        Self {
            inner: Arc::new(Inner {
                scale: options.scale,
                sync: options.sync,
                current: RwLock::default(),
                settings: RwLock::default(),
                queue: Queue::default(),
                writer: Mutex::new(()),
                truth: None,
                merging: Merging::new(0),
                caching: Caching::none(),
                flushing: Flushing::default(),
                _held: None,
            }),
        }
    }

    /// The levels of labels.
    #[must_use]
    pub fn scale(&self) -> &Scale {
        &self.inner.scale
    }

    /// What a reader with `clearance` sees now. Later commits do not change it.
    #[must_use]
    pub fn view(&self, clearance: &Clearance) -> View {
        View::new(self.inner.snapshot(), clearance.clone(), Cancel::new())
    }

    /// Commits all of `batch` or nothing. When it returns, the batch is on the disk and in every later view.
    /// Batches of several threads share one flush; each sees the state that the one before it left.
    ///
    /// # Errors
    /// [`CommitError`]; nothing has changed then.
    pub fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let done = self.inner.queue.run(batch, |batches| {
            let _writer = lock(&self.inner.writer);
            let results = self.inner.commit_group(batches);
            crate::merge::start_if_due(&self.inner);
            cache::start_if_due(&self.inner);
            results
        });
        done.unwrap_or_else(|| {
            let why = "the writer that took this batch along came to grief".to_owned();
            Err(StoreError::Stopped(why).into())
        })
    }

    /// A setting of the operator. Settings are never visible to a view.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn setting(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let settings = self.inner.settings.read();
        let settings = settings.unwrap_or_else(PoisonError::into_inner);
        Ok(settings.get(key).cloned())
    }

    /// The settings whose keys begin with `prefix`, in the order of their keys.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub fn settings(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let settings = self.inner.settings.read();
        let settings = settings.unwrap_or_else(PoisonError::into_inner);
        Ok(settings
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }

    /// The durable side, unless this is in memory only.
    pub(crate) fn truth(&self) -> Option<&Truth> {
        self.inner.truth.as_ref()
    }

    /// When a write is acknowledged.
    #[must_use]
    pub fn sync(&self) -> SyncMode {
        self.inner.sync
    }

    /// Why nothing is written any more, if the disk has failed so that nobody can say what is on it. Reading goes on.
    #[must_use]
    pub fn writing_stopped(&self) -> Option<&str> {
        self.truth()?.stopped()
    }

    /// Where the index came from when this was opened.
    #[must_use]
    pub fn opened(&self) -> &Opened {
        self.inner.caching.opened()
    }

    /// How much memory the index takes and what for. Counts everything, whoever may see it: for operators.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let snapshot = self.inner.snapshot();
        Usage {
            graphs: snapshot.graphs.len() as u64,
            quads: snapshot.runs.iter().map(|run| run.quads() as u64).sum(),
            runs: snapshot.runs.len() as u64,
            terms: u64::from(snapshot.dictionary.len()),
            term_bytes: snapshot.dictionary.bytes() as u64,
            bytes: snapshot.bytes() as u64,
        }
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    #[cfg(test)]
    pub(crate) fn merge_while(&self, meanwhile: impl FnOnce()) {
        crate::merge::merge_all(&self.inner, meanwhile);
    }

    #[cfg(test)]
    pub(crate) fn inner_holes_are_few(&self) -> bool {
        self.inner.snapshot().graphs.holes.is_empty()
    }

    /// Merges all runs into one and waits until that is done. Readers and writers go on meanwhile.
    pub fn merge(&self) {
        crate::merge::merge_all(&self.inner, || ());
    }
}

impl Drop for KnowledgeBase {
    fn drop(&mut self) {
        self.inner.flushing.stop();
        self.inner.merging.stop();
        cache::close(&self.inner);
    }
}

/// What the index takes, for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Graphs, seen or not.
    pub graphs: u64,
    /// Rows of quads, also those whose graphs are gone and which the next merge drops.
    pub quads: u64,
    /// Sorted runs.
    pub runs: u64,
    /// Terms, also those that nothing uses any more.
    pub terms: u64,
    /// Bytes of the dictionary.
    pub term_bytes: u64,
    /// Bytes of all of the index, the dictionary included.
    pub bytes: u64,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    fn publish(&self, next: Snapshot) {
        let next = Arc::new(next);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *current, next);
        drop(current);
        // Freeing a large snapshot takes time, and no reader should wait for it.
        drop(before);
    }

    /// Replaces the current snapshot by what `change` makes of it.
    pub(crate) fn replace(&self, change: impl FnOnce(&Snapshot) -> Snapshot) {
        let _writer = lock(&self.writer);
        let next = change(&self.snapshot());
        self.publish(next);
    }

    /// A dictionary without terms that finds them as the current one does.
    pub(crate) fn empty_dictionary(&self) -> Dictionary {
        Dictionary {
            segments: Vec::new(),
            hasher: self.snapshot().dictionary.hasher.clone(),
        }
    }

    /// Publishes what `make` makes of the current snapshot and has made durable.
    pub(crate) fn write<E>(
        &self,
        make: impl FnOnce(&Snapshot, Option<&Truth>) -> Result<Snapshot, E>,
    ) -> Result<(), E> {
        let _writer = lock(&self.writer);
        let next = make(&self.snapshot(), self.truth.as_ref())?;
        self.publish(next);
        Ok(())
    }

    /// While this is held, no other snapshot takes the place of the current one, and nothing is committed.
    pub(crate) fn writer_lock(&self) -> MutexGuard<'_, ()> {
        lock(&self.writer)
    }

    /// The durable side, unless this is in memory only.
    pub(crate) fn truth(&self) -> Option<&Truth> {
        self.truth.as_ref()
    }

    /// When a write is acknowledged.
    pub(crate) fn sync(&self) -> SyncMode {
        self.sync
    }

    /// Looks at the current snapshot while no other can take its place.
    pub(crate) fn hold_writer(&self, look: impl FnOnce(Arc<Snapshot>)) {
        let _writer = lock(&self.writer);
        look(self.snapshot());
    }

    /// Commits batches together. Called with `writer` held.
    fn commit_group(&self, batches: Vec<Batch>) -> Vec<Result<Committed, CommitError>> {
        let base = self.snapshot();
        let mut group = Group::new(&base);
        let mut results: Vec<_> = batches
            .into_iter()
            .map(|batch| group.apply(batch))
            .collect();
        if !group.is_empty()
            && let Err(error) = self.write_group(&base, &group)
        {
            for result in &mut results {
                if result.is_ok() {
                    *result = Err(error.clone());
                }
            }
        }
        results
    }

    /// Makes a group durable and then visible.
    fn write_group(&self, base: &Snapshot, group: &Group<'_>) -> Result<(), CommitError> {
        let next = match group.order.is_empty() {
            true => None,
            false => Some(base.with(group, |run| self.merging.is_busy(run))?),
        };
        if let Some(truth) = &self.truth {
            write(truth, base, group)?;
        }
        let mut settings = self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for (key, value) in &group.settings {
            match value {
                Some(value) => settings.insert(key.clone(), value.clone()),
                None => settings.remove(key),
            };
        }
        drop(settings);
        if let Some(next) = next {
            self.caching.wrote(group.triples());
            self.publish(next);
        }
        Ok(())
    }
}

/// What is written of one graph.
enum Written<'a> {
    Nothing,
    Drop,
    Put(&'a FxHashSet<Triple>),
    Edit {
        relabelled: bool,
        inserted: Vec<Triple>,
        removed: Vec<Triple>,
    },
}

fn write(truth: &Truth, base: &Snapshot, group: &Group<'_>) -> Result<(), StoreError> {
    let graphs: Vec<_> = group
        .order
        .iter()
        .filter_map(|name| group.change(name).map(|change| (name, change)))
        .map(|(name, change)| {
            let written = match (&change.content, change.number) {
                (Content::Gone, None) => Written::Nothing,
                (Content::Gone, Some(_)) => Written::Drop,
                (Content::Whole(triples), _) => Written::Put(triples),
                (Content::Edited(edits), _) => {
                    let side = |wanted: bool| {
                        let edits = edits.iter().filter(|(_, comes)| **comes == wanted);
                        edits.map(|(triple, _)| triple.clone()).collect()
                    };
                    Written::Edit {
                        relabelled: group.is_relabelled(change),
                        inserted: side(true),
                        removed: side(false),
                    }
                }
            };
            (name, &change.label, written)
        })
        .collect();
    let mut changes = Vec::new();
    for (name, label, written) in &graphs {
        match written {
            Written::Nothing => {}
            Written::Drop => changes.push(Change::Drop(name)),
            Written::Put(triples) => changes.push(Change::Put(name, label, *triples)),
            Written::Edit {
                relabelled,
                inserted,
                removed,
            } => {
                if *relabelled {
                    changes.push(Change::Label(name, label));
                }
                if !inserted.is_empty() || !removed.is_empty() {
                    changes.push(Change::Edit {
                        name,
                        inserted,
                        removed,
                    });
                }
            }
        }
    }
    let spellings: Vec<(String, Option<Vec<u8>>)> = graphs
        .iter()
        .filter_map(|(name, ..)| {
            let spelling = &group.change(name)?.spelling;
            let before = base.spellings.get(name);
            (before.unwrap_or(&Spelling::default()) != spelling)
                .then(|| (key(name), (!spelling.is_empty()).then(|| spelling.write())))
        })
        .collect();
    let settings = group.settings.iter().chain(&spellings);
    changes.extend(settings.map(|(key, value)| Change::Setting(key, value.as_deref())));
    if changes.is_empty() {
        return Ok(());
    }
    truth.commit(&changes)
}
