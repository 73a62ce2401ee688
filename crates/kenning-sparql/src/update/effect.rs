//! What a plan really changes: a plan may insert what is there and remove what is not.

use kenning_store::{GraphPattern, Pattern, TermId, View};
use oxrdf::{NamedNode, Term, Triple};

use super::plan::stored_triples;
use super::{GraphChange, UpdatePlan};
use crate::normal::compared_triple;

/// What really changes in one graph, as far as the writer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Its name.
    pub graph: NamedNode,
    /// Triples that were not there before.
    pub added: Vec<Triple>,
    /// Triples that are not there afterwards.
    pub removed: Vec<Triple>,
    /// Whether the graph was there before.
    pub existed: bool,
    /// Whether it is there afterwards.
    pub exists: bool,
}

impl UpdatePlan {
    /// What the plan changes in `view`, which is the one it was made over; graphs in which nothing changes are left out.
    ///
    /// A graph that the writer does not see counts as an empty one.
    #[must_use]
    pub fn effects(&self, view: &View) -> Vec<Effect> {
        let effects = self.graphs.iter().map(|change| {
            let mut effect = effect(change, view);
            for triple in effect.added.iter_mut().chain(&mut effect.removed) {
                triple.object = self.written.apply(triple.object.clone());
            }
            effect
        });
        effects
            .filter(|effect| {
                !effect.added.is_empty()
                    || !effect.removed.is_empty()
                    || effect.existed != effect.exists
            })
            .collect()
    }
}

fn effect(change: &GraphChange, view: &View) -> Effect {
    let graph = view
        .id(change.name.as_ref().into())
        .and_then(|id| view.graph(id))
        .map(|graph| graph.id);
    let there = |triple: &Triple| graph.is_some_and(|graph| holds(view, graph, triple));
    let emptied = change.emptied || !change.exists;
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    if change.exists {
        added.extend(
            change
                .inserted
                .iter()
                .filter(|triple| !there(triple))
                .cloned(),
        );
    }
    if let Some(graph) = graph.filter(|_| emptied) {
        let stays: std::collections::HashSet<&Triple> = match change.exists {
            true => change.inserted.iter().collect(),
            false => std::collections::HashSet::new(),
        };
        removed.extend(stored_triples(view, graph).filter(|triple| {
            let compared = compared_triple(triple.clone());
            !stays.contains(&compared)
        }));
    } else {
        removed.extend(
            change
                .removed
                .iter()
                .filter(|triple| there(triple))
                .cloned(),
        );
    }
    Effect {
        graph: change.name.clone(),
        added,
        removed,
        existed: change.target.exists,
        exists: change.exists,
    }
}

fn holds(view: &View, graph: TermId, triple: &Triple) -> bool {
    let id = |term: Term| view.id(term.as_ref());
    let (Some(subject), Some(predicate), Some(object)) = (
        id(triple.subject.clone().into()),
        id(triple.predicate.clone().into()),
        id(triple.object.clone()),
    ) else {
        return false;
    };
    let pattern = Pattern {
        subject: Some(subject),
        predicate: Some(predicate),
        object: Some(object),
        graph: GraphPattern::One(graph),
    };
    view.quads(pattern).flatten().next().is_some()
}
