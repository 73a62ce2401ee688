//! The durable side: what was acknowledged is here, whatever happens to the process or the power.
//!
//! This module knows graphs, labels, triples and settings, and nothing of ids, runs, views or clearances.
//! The commit queue of [`KnowledgeBase`](crate::KnowledgeBase) gathers what many threads want to write, decides what it
//! means, and calls [`Truth::commit`] from one thread at a time: so group commit is one call with many changes, and the
//! order on disk is the order in the index.

#![allow(
    dead_code,
    reason = "the boundary is whole before both sides use all of it"
)]

use crate::knowledge_base::SyncMode;
use crate::{OpenError, StoreError};
use kenning_access::{Label, Scale};
use oxrdf::{NamedNode, Triple, TripleRef};
use std::collections::BTreeMap;
use std::path::Path;

/// One graph as it was committed.
#[derive(Debug)]
pub(crate) struct StoredGraph {
    /// Its name.
    pub(crate) name: NamedNode,
    /// Its label; closed if what was stored cannot be read any more.
    pub(crate) label: Label,
    /// Its triples, each once.
    pub(crate) triples: Vec<Triple>,
}

/// The triples of one graph, each once, wherever they are kept.
pub(crate) trait Triples {
    /// How many there are.
    fn count(&self) -> usize;
    /// Gives each of them once, in no order.
    fn each(&self, visit: &mut dyn FnMut(TripleRef<'_>));
}

impl Triples for Vec<Triple> {
    fn count(&self) -> usize {
        self.len()
    }

    fn each(&self, visit: &mut dyn FnMut(TripleRef<'_>)) {
        for triple in self {
            visit(triple.as_ref());
        }
    }
}

/// One effective change. Within one commit they apply in order.
pub(crate) enum Change<'a> {
    /// The graph holds exactly these triples under this label, whatever was there.
    Put(&'a NamedNode, &'a Label, &'a dyn Triples),
    /// The graph and its label are gone. It existed.
    Drop(&'a NamedNode),
    /// An existing graph has this label now.
    Label(&'a NamedNode, &'a Label),
    /// Single triples of an existing graph: those inserted were absent, those removed were present, none is in both.
    Edit {
        /// The graph.
        name: &'a NamedNode,
        /// What to add.
        inserted: &'a [Triple],
        /// What to take away.
        removed: &'a [Triple],
    },
    /// A setting of the operator; `None` removes it.
    Setting(&'a str, Option<&'a [u8]>),
}

/// The durable store of one directory.
#[derive(Debug)]
pub(crate) struct Truth {}

impl Truth {
    /// Opens or makes the store in `dir`, which exists and which this process holds. Writes labels with `scale`.
    pub(crate) fn open(_dir: &Path, _scale: &Scale, _sync: SyncMode) -> Result<Self, OpenError> {
        Ok(Self {})
    }

    /// Makes all changes durable, or none. Called by one thread at a time.
    pub(crate) fn commit(&self, _changes: &[Change<'_>]) -> Result<(), StoreError> {
        Ok(())
    }

    /// Gives every graph, in no order.
    pub(crate) fn load(&self, _visit: &mut dyn FnMut(StoredGraph)) -> Result<(), StoreError> {
        Ok(())
    }

    /// Gives every graph's name, its label, and a mark that differs whenever its triples differ, without reading the
    /// triples: so that opening with a cache of the index reads only the graphs that changed since the cache was
    /// written. The mark may be the sum of the checksums of what is stored of the graph.
    pub(crate) fn catalogue(
        &self,
        _visit: &mut dyn FnMut(&str, Label, u128),
    ) -> Result<(), StoreError> {
        Ok(())
    }

    /// One graph whole, if it exists.
    pub(crate) fn read(&self, _name: &str) -> Result<Option<StoredGraph>, StoreError> {
        Ok(None)
    }

    /// All settings.
    pub(crate) fn settings(&self) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        Ok(BTreeMap::new())
    }

    /// Differs whenever what is stored differs: the name of this store and the number of its last commit.
    /// The cache of the index carries it, to know whether it is stale.
    pub(crate) fn stamp(&self) -> [u8; 24] {
        [0; 24]
    }
}
