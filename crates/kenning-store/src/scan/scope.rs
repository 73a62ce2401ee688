//! Which rows count for a reader: the label test.

use crate::graphs::{Class, DEAD, HOLES};
use crate::run::{GraphNumber, LIST, Run};
use crate::snapshot::Snapshot;
use crate::spelling::Seen;
use crate::{Cancel, TermId};
use kenning_access::{Check, Clearance};
use std::sync::{Arc, OnceLock};

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
    /// The spellings in the graphs that the reader sees, once somebody has asked for them.
    spellings: OnceLock<Arc<Seen>>,
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

/// What a long scan knows of a run before it begins.
pub(crate) enum Passing {
    /// Every row counts.
    All,
    /// By the number of a graph, what becomes of its rows; the last place is for lists of graphs.
    Some(Vec<u8>),
}

/// A graph whose rows do not count.
const NO: u8 = 0;
/// A graph whose rows count. The lowest bit is set where rows may count.
const YES: u8 = 1;
/// A graph of which each row has to be tested.
const TEST: u8 = 3;

/// Writes the places of those entries that may count into `places`, and says how many there are. What does not count costs
/// as little as what does: there is nothing to guess wrongly.
#[inline]
pub(crate) fn candidates(entries: &[u32], graphs: &[u8], places: &mut [u16]) -> usize {
    let last = graphs.len().saturating_sub(1);
    let mut many = 0;
    for (place, entry) in entries.iter().enumerate() {
        if let Some(next) = places.get_mut(many) {
            *next = place as u16;
        }
        let pass = graphs.get((*entry as usize).min(last));
        many += usize::from(pass.copied().unwrap_or(NO) & YES);
    }
    many
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
            spellings: OnceLock::new(),
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

    /// The unusual spellings of tags in the graphs that the reader sees, if there are any anywhere.
    #[inline]
    pub(crate) fn spellings(&self) -> Option<&Seen> {
        match self.snapshot.spellings.is_empty() {
            true => None,
            false => Some(self.spellings.get_or_init(|| Arc::new(Seen::new(self)))),
        }
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

    /// A 1 for each graph of a run that is seen, by its number, and a 0 for all others; `None` where rows were removed, which
    /// have to be looked at one by one.
    pub(crate) fn seen_graphs(&self, run: &Run) -> Option<Vec<u8>> {
        #[cfg(feature = "measure")]
        if !self.tested {
            return Some(vec![1; self.snapshot.graphs.class_of.len()]);
        }
        let class_of = &self.snapshot.graphs.class_of;
        let mut seen = vec![0; class_of.len()];
        for (graph, _) in run.graphs.each() {
            #[cfg(test)]
            crate::counts::label_test();
            let class = class_of.get(graph as usize).copied().unwrap_or(DEAD);
            if class & HOLES != 0 {
                return None;
            }
            if let Some(place) = seen.get_mut(graph as usize) {
                *place = u8::from(self.sees_class(class));
            }
        }
        Some(seen)
    }

    /// Tests each graph of a run once, so that a long scan need not test each row.
    pub(crate) fn passing(&self, run: &Run) -> Passing {
        let class_of = &self.snapshot.graphs.class_of;
        let mut graphs = vec![NO; class_of.len() + 1];
        let mut all = true;
        for (graph, _) in run.graphs.each() {
            #[cfg(test)]
            crate::counts::label_test();
            let class = class_of.get(graph as usize).copied().unwrap_or(DEAD);
            let pass = match (self.sees_class(class & !HOLES), class & HOLES) {
                (false, _) => NO,
                (true, 0) => YES,
                (true, _) => TEST,
            };
            all &= pass == YES;
            if let Some(place) = graphs.get_mut(graph as usize) {
                *place = pass;
            }
        }
        if all {
            return Passing::All;
        }
        // The last place stands for every list of graphs.
        if let Some(last) = graphs.last_mut() {
            *last = TEST;
        }
        Passing::Some(graphs)
    }

    /// Whether the reader sees a triple in a graph, given what is known of the graphs of the run and the entry of its row.
    #[inline]
    pub(crate) fn passes(
        &self,
        graphs: &[u8],
        run: &Run,
        entry: u32,
        triple: impl Fn() -> [u32; 3],
    ) -> bool {
        if entry & LIST == 0 {
            return match graphs.get(entry as usize) {
                Some(&YES) => true,
                Some(&TEST) => self.sees_row(entry, triple()),
                _ => false,
            };
        }
        run.list(entry & !LIST)
            .iter()
            .any(|graph| match graphs.get(*graph as usize) {
                Some(&YES) => true,
                Some(&TEST) => self.sees_row(*graph, triple()),
                _ => false,
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
