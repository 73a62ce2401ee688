//! The spellings that a reader sees.

use super::Spelling;
use super::graph::Marked;
use super::written::respelled;
use crate::knowledge_base::lock;
use crate::run::GraphNumber;
use crate::scan::{Chosen, Quads, Scope, Search, Within};
use crate::{TermId, tag};
use oxrdf::{LiteralRef, Term};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex};

/// The spellings of the graphs that a reader sees.
///
/// INVARIANT: of a graph that the reader does not see there is nothing here, so nothing of it is shown
/// (guard: `tests/spelling.rs`).
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// By the id of the graph's name.
    graphs: FxHashMap<u32, Arc<Marked>>,
    /// The graphs that sometimes write a tag unusually, by the tag in small letters.
    by_tag: FxHashMap<Box<str>, Graphs>,
    /// What was found of literals before: many rows of an answer have the same ones.
    found: Mutex<FxHashMap<u32, Option<String>>>,
}

/// So many literals are remembered.
const MOST_FOUND: usize = 10_000;

#[derive(Debug, Default)]
struct Graphs {
    numbers: Vec<GraphNumber>,
    chosen: Arc<Chosen>,
}

impl Seen {
    pub(crate) fn new(scope: &Scope) -> Self {
        let mut seen = Self::default();
        for (name, marked) in scope.snapshot.spellings.each() {
            let id = scope.snapshot.dictionary.id(name.as_ref().into());
            let number = id.and_then(|id| scope.snapshot.graphs.number(id.0));
            let (Some(id), Some(number)) = (id, number) else {
                continue;
            };
            if !scope.sees_graph(number) {
                continue;
            }
            seen.graphs.insert(id.0, Arc::clone(marked));
            for tag in marked.spelling.tags() {
                let graphs = seen.by_tag.entry(tag.into()).or_default();
                graphs.numbers.push(number);
                Arc::make_mut(&mut graphs.chosen).add(number);
            }
        }
        seen
    }

    /// One number for all of them, which does not depend on their order.
    pub(crate) fn mark(&self) -> u128 {
        let marks = self.graphs.values().map(|marked| marked.named_mark);
        marks.fold(0, u128::wrapping_add)
    }

    /// A term as the graphs that the reader sees write it. Where they differ, the first spelling in the order of letters.
    pub(crate) fn anywhere(&self, scope: &Arc<Scope>, id: u32, term: Term) -> Term {
        respelled(term, &|literal, small| {
            if !self.by_tag.contains_key(small) {
                return None;
            }
            if let Some(known) = lock(&self.found).get(&id) {
                return known.clone();
            }
            let tag = self.tag(scope, id, literal.as_ref(), &|_| true);
            let mut found = lock(&self.found);
            if found.len() >= MOST_FOUND {
                found.clear();
            }
            found.insert(id, tag.clone());
            tag
        })
    }

    /// The tag of a literal in the term of an id, as those graphs write it that hold the term and are allowed.
    pub(crate) fn tag(
        &self,
        scope: &Arc<Scope>,
        id: u32,
        literal: LiteralRef<'_>,
        allowed: &dyn Fn(TermId) -> bool,
    ) -> Option<String> {
        let small = tag::kept(literal.language()?);
        let graphs = self.by_tag.get(&*small)?;
        let search = Search {
            bound: [None, None, Some(id)],
            within: Within::These(Arc::clone(&graphs.chosen)),
            once: false,
        };
        let quads = Quads::start(scope, search, &graphs.numbers).flatten();
        let written = quads
            .filter(|quad| allowed(quad.graph))
            .filter_map(|quad| self.in_graph(quad.graph.0)?.of(literal, &small));
        written.min().map(str::to_owned)
    }

    /// A term as one graph writes it.
    pub(crate) fn within(&self, graph: u32, term: Term) -> Term {
        let Some(spelling) = self.in_graph(graph) else {
            return term;
        };
        respelled(term, &|literal, small| {
            spelling.of(literal.as_ref(), small).map(str::to_owned)
        })
    }

    fn in_graph(&self, name: u32) -> Option<&Spelling> {
        self.graphs.get(&name).map(|marked| &marked.spelling)
    }
}
