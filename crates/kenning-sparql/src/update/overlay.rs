//! What earlier operations of a request have changed, as later ones see it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use kenning_access::{Label, Target};
use kenning_store::{TermId, Version, View};
use oxrdf::{NamedNode, Triple};

/// Changes of graphs, on top of a view.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overlay {
    pub(super) graphs: BTreeMap<NamedNode, State>,
}

/// What becomes of one graph.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// The label it has or gets.
    pub(super) target: Target,
    /// Its version before, where the writer sees it.
    pub(super) before: Option<Version>,
    /// Whether it was there before, also where the writer does not see it.
    pub(super) existed: bool,
    /// Whether it is there now.
    pub(super) exists: bool,
    /// Whether nothing of what it held before is left.
    pub(super) emptied: bool,
    /// What comes, in order, with holes where something was removed again.
    inserted: Vec<Option<Triple>>,
    /// Where each stands.
    known: HashMap<Triple, usize>,
    pub(super) removed: HashSet<Triple>,
}

impl State {
    pub(super) fn new(target: Target, before: Option<Version>) -> Self {
        Self {
            existed: target.exists,
            exists: target.exists,
            target,
            before,
            emptied: false,
            inserted: Vec::new(),
            known: HashMap::new(),
            removed: HashSet::new(),
        }
    }

    pub(super) fn insert(&mut self, triple: Triple) {
        self.exists = true;
        self.removed.remove(&triple);
        if let Entry::Vacant(place) = self.known.entry(triple.clone()) {
            place.insert(self.inserted.len());
            self.inserted.push(Some(triple));
        }
    }

    /// What comes, in order.
    pub(super) fn inserted(&self) -> impl Iterator<Item = &Triple> {
        self.inserted.iter().flatten()
    }

    /// The same, taken out.
    pub(super) fn take_inserted(&mut self) -> Vec<Triple> {
        self.known.clear();
        std::mem::take(&mut self.inserted)
            .into_iter()
            .flatten()
            .collect()
    }

    pub(super) fn remove(&mut self, triple: Triple) {
        if self.target.blind {
            return;
        }
        if let Some(place) = self.known.remove(&triple)
            && let Some(place) = self.inserted.get_mut(place)
        {
            *place = None;
        }
        if !self.emptied {
            self.removed.insert(triple);
        }
    }

    pub(super) fn empty(&mut self) {
        if self.target.blind {
            return;
        }
        self.emptied = true;
        self.inserted.clear();
        self.known.clear();
        self.removed.clear();
    }

    pub(super) fn drop(&mut self) {
        if self.target.blind {
            return;
        }
        self.empty();
        self.exists = false;
    }
}

/// An overlay in the terms of a view: what to leave out of scans and what to add.
#[derive(Default)]
pub(crate) struct Seen {
    /// Graphs whose stored triples are gone.
    pub(crate) hidden: BTreeSet<TermId>,
    /// Graphs that are gone.
    pub(crate) dropped: BTreeSet<TermId>,
    /// Stored quads that are gone: subject, predicate, object, graph.
    pub(crate) removed: HashSet<[TermId; 4]>,
    /// Graphs that are new.
    pub(crate) created: Vec<NamedNode>,
    /// Triples that are new.
    pub(crate) inserted: Vec<(NamedNode, Triple)>,
}

impl Overlay {
    /// What a WHERE sees of it that may read the graphs whose labels `allow` allows.
    pub(crate) fn seen(&self, view: &View, allow: &dyn Fn(&Label) -> bool) -> Seen {
        let mut seen = Seen::default();
        for (name, state) in &self.graphs {
            let id = view.id(name.as_ref().into());
            if let Some(id) = id {
                if state.emptied {
                    seen.hidden.insert(id);
                }
                if !state.exists {
                    seen.dropped.insert(id);
                }
                for triple in &state.removed {
                    let ids = [
                        triple.subject.as_ref().into(),
                        triple.predicate.as_ref().into(),
                        triple.object.as_ref(),
                    ]
                    .map(|term| view.id(term));
                    if let [Some(subject), Some(predicate), Some(object)] = ids {
                        seen.removed.insert([subject, predicate, object, id]);
                    }
                }
            }
            // A drop box shows nothing, not even to the one who filled it.
            if state.target.blind || !state.exists || !allow(&state.target.label) {
                continue;
            }
            if id.is_none_or(|id| view.graph(id).is_none()) {
                seen.created.push(name.clone());
            }
            seen.inserted.extend(
                state
                    .inserted()
                    .map(|triple| (name.clone(), triple.clone())),
            );
        }
        seen
    }

    pub(super) fn is_empty(&self) -> bool {
        self.graphs.is_empty()
    }
}
