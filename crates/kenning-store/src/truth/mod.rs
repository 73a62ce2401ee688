//! The durable side: what was acknowledged is here, whatever happens to the process or the power.
//!
//! This module knows graphs, labels, triples and settings, and nothing of ids, runs, views or clearances.
//! The commit queue of [`KnowledgeBase`](crate::KnowledgeBase) gathers what many threads want to write, decides what it
//! means, and calls [`Truth::commit`] from one thread at a time: so group commit is one call with many changes, and the
//! order on disk is the order in the index.

//! | file | what it is about |
//! |---|---|
//! | `store.rs` | the durable store of one directory: opening, committing, what a failure means |
//! | `edit.rs` | one commit: what each change does to the tables |
//! | `load.rs` | reading everything back, and naming what is damaged |
//! | `records.rs` | what is stored, without its triples |
//! | `keep.rs` | verify, backup, restore |
//! | `form.rs`, `segment.rs`, `bytes.rs` | the on-disk form, from the tables down to single numbers |
//! | `database.rs`, `disk.rs` | the embedded database, and the file under it |
//! | `aside.rs` | the same file for a test, which must not write to it |

#![allow(
    dead_code,
    reason = "the boundary is whole before both sides use all of it"
)]

mod aside;
mod bytes;
mod database;
mod disk;
mod edit;
mod error;
mod form;
#[cfg(test)]
mod growth_tests;
mod keep;
mod load;
mod records;
mod segment;
mod store;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod verify_tests;

pub(crate) use bytes::Malformed;
pub(crate) use edit::damaged;
pub use error::{Affected, Damage, StoreError};
pub(crate) use form::{Record, Tally};
pub use keep::Verified;
pub(crate) use keep::{restore, verify};
pub(crate) use load::Visitor;
pub(crate) use records::State;
pub(crate) use segment::Segment;
pub(crate) use store::Truth;

use kenning_access::Label;
use oxrdf::{NamedNode, Triple, TripleRef};
use rustc_hash::FxHashSet;

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

macro_rules! triples {
    ($(<$(const $many:ident: $size:ty)?> $list:ty),*) => {
        $(impl<$(const $many: $size)?> Triples for $list {
            fn count(&self) -> usize {
                self.len()
            }

            fn each(&self, visit: &mut dyn FnMut(TripleRef<'_>)) {
                self.iter().for_each(|triple| visit(triple.as_ref()));
            }
        })*
    };
}

triples!(<> Vec<Triple>, <> FxHashSet<Triple>, <const MANY: usize> [Triple; MANY]);

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
        inserted: &'a dyn Triples,
        /// What to take away.
        removed: &'a dyn Triples,
    },
    /// A setting of the operator; `None` removes it.
    Setting(&'a str, Option<&'a [u8]>),
}
