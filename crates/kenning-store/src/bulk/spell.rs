//! How the graphs of a load write their language tags (`spelling/`).

use super::parse::Unusual;
use super::{Existing, Gathered};
use crate::TermId;
use crate::dictionary::Dictionary;
use crate::run::unpack;
use crate::snapshot::Snapshot;
use crate::spelling::{Gathering, Spelling};
use crate::tag;
use oxrdf::{Literal, NamedNode, Term};
use rustc_hash::{FxHashMap, FxHashSet};

/// Tags as they are written, by numbers.
#[derive(Debug, Default)]
pub(super) struct Tags {
    list: Vec<Box<str>>,
    places: FxHashMap<Box<str>, u32>,
}

impl Tags {
    /// The number of a tag.
    pub(super) fn number(&mut self, written: &str) -> u32 {
        if let Some(place) = self.places.get(written) {
            return *place;
        }
        let place = self.list.len() as u32;
        self.list.push(written.into());
        self.places.insert(written.into(), place);
        place
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|tag| &**tag)
    }

    fn get(&self, number: u32) -> Option<&str> {
        self.list.get(number as usize).map(|tag| &**tag)
    }
}

/// The spellings of graphs after a load, where they may be others than before. `own` are the terms of the load.
pub(super) fn spellings(
    gathered: &Gathered,
    own: &Dictionary,
    base: &Snapshot,
    existing: Existing,
) -> FxHashMap<NamedNode, Spelling> {
    if gathered.unusual.is_empty() && base.spellings.is_empty() {
        return FxHashMap::default();
    }
    let mut graphs: FxHashMap<u32, Graph> = FxHashMap::default();
    for Unusual {
        graph,
        literal,
        tag,
    } in &gathered.unusual
    {
        let graph = graphs.entry(*graph).or_default();
        graph.unusual.insert(*literal, *tag);
    }
    // What is written as recommended has to be said only beside what is not, or where something else is usual.
    let mut last = None;
    for quad in &gathered.quads {
        let ([.., object], name) = unpack(*quad);
        if last != Some(name) {
            last = Some(name);
            if !graphs.contains_key(&name)
                && name_of(own, name).is_some_and(|name| base.spellings.get(&name).is_some())
            {
                graphs.insert(name, Graph::default());
            }
        }
        if let Some(graph) = graphs.get_mut(&name) {
            add_tagged(own, object, &mut graph.tagged);
        }
    }
    let mut spellings = FxHashMap::default();
    for (name, graph) in graphs {
        let Some(name) = name_of(own, name) else {
            continue;
        };
        let literals = graph.tagged.into_iter().filter_map(|literal| {
            let tag = graph.unusual.get(&literal);
            let written = tag.and_then(|tag| gathered.tags.get(*tag));
            Some((literal_of(own, literal)?, written))
        });
        let is_there = base
            .dictionary
            .id(name.as_ref().into())
            .is_some_and(|id| base.graphs.number(id.0).is_some());
        let spelling = match existing {
            Existing::AddTo if is_there => {
                let known = base.spellings.get(&name);
                let mut spelling = known.cloned().unwrap_or_default();
                literals.for_each(|(literal, written)| spelling.set(literal.as_ref(), written));
                spelling
            }
            _ => {
                let mut gathering = Gathering::default();
                let literals: Vec<(Literal, Option<&str>)> = literals.collect();
                let unusual = literals.iter().filter(|(_, written)| written.is_some());
                let small = |literal: &Literal| literal.language().map(tag::kept).map(String::from);
                let smalls: FxHashSet<Option<String>> =
                    unusual.map(|(literal, _)| small(literal)).collect();
                for (literal, written) in &literals {
                    if smalls.contains(&small(literal)) {
                        gathering.add(literal.as_ref(), *written);
                    }
                }
                gathering.finish()
            }
        };
        spellings.insert(name, spelling);
    }
    spellings
}

/// What is known of a graph.
#[derive(Default)]
struct Graph {
    /// Its literals whose tags are written unusually, and the numbers of these.
    unusual: FxHashMap<u32, u32>,
    /// Its literals with tags.
    tagged: FxHashSet<u32>,
}

/// Adds the literal with a tag that an object is, or that its triple term has.
fn add_tagged(own: &Dictionary, object: u32, tagged: &mut FxHashSet<u32>) {
    match own.triple_term(object) {
        Some([.., inner]) => add_tagged(own, inner, tagged),
        None if own.is_tagged(object) => {
            tagged.insert(object);
        }
        None => {}
    }
}

fn name_of(own: &Dictionary, id: u32) -> Option<NamedNode> {
    match own.term(TermId(id))? {
        Term::NamedNode(name) => Some(name),
        _ => None,
    }
}

fn literal_of(own: &Dictionary, id: u32) -> Option<Literal> {
    match own.term(TermId(id))? {
        Term::Literal(literal) => Some(literal),
        _ => None,
    }
}
