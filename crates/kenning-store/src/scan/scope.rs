//! Which rows count for a reader: the label test.

use crate::graphs::{Class, DEAD, HOLES};
use crate::run::{GraphNumber, LIST, Run};
use crate::snapshot::Snapshot;
use crate::{Cancel, TermId};
use kenning_access::{Check, Clearance};
use std::sync::Arc;

/// A snapshot as one reader sees it.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) clearance: Clearance,
    /// For each class of the snapshot, whether the reader sees it.
    ///
    /// INVARIANT: `false` for [`DEAD`] and for everything the clearance does not see; a class that is missing is not seen
    /// (guards: `tests/view.rs`, `tests/model.rs`).
    sees: Vec<bool>,
    pub(crate) cancel: Cancel,
    /// Whether rows are tested. Without the test, a benchmark measures what it costs.
    #[cfg(feature = "measure")]
    tested: bool,
}

/// Some graphs out of those that a reader sees, by their internal numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    bits: Vec<u64>,
}

impl Chosen {
    pub(crate) fn add(&mut self, graph: GraphNumber) {
        let word = graph as usize / 64;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        if let Some(word) = self.bits.get_mut(word) {
            *word |= 1 << (graph % 64);
        }
    }

    #[inline]
    fn has(&self, graph: GraphNumber) -> bool {
        self.bits
            .get(graph as usize / 64)
            .is_some_and(|word| word >> (graph % 64) & 1 == 1)
    }
}

/// The graphs that a scan looks in, among those the reader sees.
#[derive(Debug, Clone)]
pub(crate) enum Within {
    All,
    One(GraphNumber),
    These(Arc<Chosen>),
}

impl Within {
    #[inline]
    fn has(&self, graph: GraphNumber) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => *one == graph,
            Self::These(chosen) => chosen.has(graph),
        }
    }
}

impl Scope {
    pub(crate) fn new(snapshot: Arc<Snapshot>, clearance: Clearance, cancel: Cancel) -> Self {
        let classes = snapshot.graphs.classes.iter().enumerate();
        let sees = classes
            .map(|(class, known)| {
                let seen = clearance.sees(&known.label) || !Check::Label.is_on();
                class != usize::from(DEAD) && seen
            })
            .collect();
        Self {
            snapshot,
            clearance,
            sees,
            cancel,
            #[cfg(feature = "measure")]
            tested: true,
        }
    }

    /// The same without the label test, if that makes no difference: every class is seen and no row is dead or removed.
    #[cfg(feature = "measure")]
    pub(crate) fn untested(&self) -> Option<Self> {
        let graphs = &self.snapshot.graphs;
        let used = graphs.classes.iter().zip(&self.sees).skip(1);
        let sees_all = used
            .into_iter()
            .all(|(class, seen)| *seen || class.graphs == 0);
        let alive = |run: &Arc<Run>| {
            run.graphs
                .each()
                .all(|(graph, _)| graphs.class(graph) != DEAD)
        };
        let all_alive = graphs.holes.is_empty() && self.snapshot.runs.iter().all(alive);
        (sees_all && all_alive).then(|| Self {
            tested: false,
            ..self.clone()
        })
    }

    #[inline]
    pub(crate) fn sees_class(&self, class: Class) -> bool {
        self.sees.get(usize::from(class)).copied().unwrap_or(false)
    }

    /// Whether the reader sees a graph.
    #[inline]
    pub(crate) fn sees_graph(&self, graph: GraphNumber) -> bool {
        self.sees_class(self.snapshot.graphs.class(graph))
    }

    /// Whether a row counts: its graph is seen, and the row was not removed.
    #[inline]
    pub(crate) fn sees_row(&self, graph: GraphNumber, triple: [u32; 3]) -> bool {
        #[cfg(feature = "measure")]
        if !self.tested {
            return true;
        }
        #[cfg(test)]
        crate::counts::label_test();
        let class = self
            .snapshot
            .graphs
            .class_of
            .get(graph as usize)
            .copied()
            .unwrap_or(DEAD);
        if class & HOLES == 0 {
            return self.sees_class(class);
        }
        self.sees_class(class & !HOLES) && !self.snapshot.graphs.is_hole(graph, triple)
    }

    /// Whether every row of a run counts: each of its graphs is seen, and no row of them was removed. Tests each graph once,
    /// up to the first that is not seen, so that a long scan need not test each row.
    pub(crate) fn sees_all_of(&self, run: &Run) -> bool {
        let class_of = &self.snapshot.graphs.class_of;
        run.graphs.each().all(|(graph, _)| {
            #[cfg(test)]
            crate::counts::label_test();
            let class = class_of.get(graph as usize).copied().unwrap_or(DEAD);
            class & HOLES == 0 && self.sees_class(class)
        })
    }

    /// Whether the reader sees a triple in a graph within `within`, given the entry of its row.
    #[inline]
    pub(crate) fn shows(&self, run: &Run, entry: u32, triple: [u32; 3], within: &Within) -> bool {
        if entry & LIST == 0 {
            return self.sees_within(entry, triple, within);
        }
        self.first_graph(run, entry, triple, within).is_some()
    }

    /// The first graph within `within` through which the reader sees a triple, given the entry of its row.
    #[inline]
    pub(crate) fn first_graph(
        &self,
        run: &Run,
        entry: u32,
        triple: [u32; 3],
        within: &Within,
    ) -> Option<GraphNumber> {
        let seen = |graph: &&GraphNumber| within.has(**graph) && self.sees_row(**graph, triple);
        run.graphs_of(&entry).iter().find(seen).copied()
    }

    /// Whether a graph within `within` counts for a row of this triple.
    #[inline]
    pub(crate) fn sees_within(
        &self,
        graph: GraphNumber,
        triple: [u32; 3],
        within: &Within,
    ) -> bool {
        within.has(graph) && self.sees_row(graph, triple)
    }

    /// The name of a graph.
    #[inline]
    pub(crate) fn name(&self, graph: GraphNumber) -> TermId {
        self.snapshot.name_of(graph).unwrap_or(TermId(0))
    }
}
