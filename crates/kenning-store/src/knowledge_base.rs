//! The knowledge base: what is stored, and the two ways to it, a view to read and a batch to write.

use crate::batch::Operation;
use crate::held::Held;
use crate::naive::Snapshot;
use crate::truth::{Change, Truth};
use crate::{Batch, Cancel, CommitError, OpenError, StoreError, View};
use kenning_access::{Clearance, Scale};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Labelled graphs and the operator's settings. Shared between threads behind an `Arc`.
///
/// It has no method that returns quads: whoever wants data needs a [`View`], and a view needs a clearance.
#[derive(Debug)]
pub struct KnowledgeBase {
    scale: Scale,
    current: RwLock<Arc<Snapshot>>,
    settings: RwLock<BTreeMap<String, Vec<u8>>>,
    writer: Mutex<()>,
    truth: Option<Truth>,
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
    /// Once the operating system has it: a power cut may lose the last writes.
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
        let truth = Truth::open(dir, &options.scale, options.sync)?;
        let mut snapshot = Snapshot::default();
        truth.load(&mut |graph| {
            snapshot.put(&graph.name, graph.label, &graph.triples);
        })?;
        let settings = truth.settings()?;
        Ok(Self {
            scale: options.scale,
            current: RwLock::new(Arc::new(snapshot)),
            settings: RwLock::new(settings),
            writer: Mutex::new(()),
            truth: Some(truth),
            _held: Some(held),
        })
    }

    /// A knowledge base without a disk: it is gone when it is dropped.
    #[must_use]
    pub fn in_memory(options: Options) -> Self {
        Self {
            scale: options.scale,
            current: RwLock::default(),
            settings: RwLock::default(),
            writer: Mutex::new(()),
            truth: None,
            _held: None,
        }
    }

    /// The levels of labels.
    #[must_use]
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// What a reader with `clearance` sees now. Later commits do not change it.
    #[must_use]
    pub fn view(&self, clearance: &Clearance) -> View {
        View::new(self.snapshot(), clearance.clone(), Cancel::new())
    }

    /// Commits all of `batch` or nothing. When it returns, the batch is on the disk and in every later view.
    ///
    /// # Errors
    /// [`CommitError`]; nothing has changed then.
    pub fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.snapshot();
        let mut next = Snapshot::clone(&before);
        let mut done = Committed::default();
        let mut settings = Vec::new();
        let mut touched = Vec::new();
        for operation in &batch.operations {
            if let Operation::Setting(key, value) = operation {
                settings.push((key, value));
            } else if let Some(name) = next.apply(&before, operation, &mut done)? {
                touched.push(name);
            }
        }
        touched.sort();
        touched.dedup();
        done.graphs = touched.len() as u64;
        if let Some(truth) = &self.truth {
            let graphs: Vec<_> = touched.iter().map(|name| next.stored(name)).collect();
            let mut changes: Vec<Change<'_>> = Vec::new();
            for (name, graph) in touched.iter().zip(&graphs) {
                match graph {
                    Some((label, triples)) => changes.push(Change::Put(name, label, triples)),
                    None => changes.push(Change::Drop(name)),
                }
            }
            changes.extend(
                settings
                    .iter()
                    .map(|(key, value)| Change::Setting(key, value.as_deref())),
            );
            truth.commit(&changes)?;
        }
        let mut kept = self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for (key, value) in settings {
            match value {
                Some(value) => kept.insert(key.clone(), value.clone()),
                None => kept.remove(key),
            };
        }
        drop(kept);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(done)
    }

    /// A setting of the operator. Settings are never visible to a view.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn setting(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        Ok(settings.get(key).cloned())
    }

    /// The settings whose keys begin with `prefix`, in the order of their keys.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub fn settings(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        Ok(settings
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }

    /// The durable side, unless this is in memory only.
    pub(crate) fn truth(&self) -> Option<&Truth> {
        self.truth.as_ref()
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }
}
