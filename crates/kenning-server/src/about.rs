//! What the store says of one thing, over one reader's view.

use std::collections::BTreeMap;

use kenning_store::{GraphInfo, GraphPattern, Pattern, QuadIds, TermId, View};
use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};

/// How many triples that point to a thing are listed.
const POINTING: usize = 500;

/// A thing that somebody may see something of.
pub(crate) struct About {
    /// The thing.
    pub(crate) iri: NamedNode,
    /// Its id in the view, where some triple has it.
    pub(crate) id: TermId,
    /// Predicate and object.
    pub(crate) says: Vec<(TermId, TermId)>,
    /// Subject and predicate of some triples that have the thing as object.
    pub(crate) pointed: Vec<(TermId, TermId)>,
    /// Whether there are more of those.
    pub(crate) pointed_more: bool,
    /// The graph of this name.
    pub(crate) graph: Option<GraphInfo>,
}

impl About {
    /// What the view says of `iri`; `None` when it says nothing, whether or not somebody else would see something.
    pub(crate) fn of(view: &View, iri: NamedNode) -> Option<Self> {
        let id = view.id((&iri).into())?;
        let union = || Pattern::all(GraphPattern::Union);
        let says = view.quads(Pattern {
            subject: Some(id),
            ..union()
        });
        let says: Vec<_> = says
            .filter_map(Result::ok)
            .map(|quad| (quad.predicate, quad.object))
            .collect();
        let mut pointed: Vec<(String, TermId, TermId)> = view
            .quads(Pattern {
                object: Some(id),
                ..union()
            })
            .filter_map(Result::ok)
            .map(|quad| {
                (
                    view.term(quad.subject).to_string(),
                    quad.subject,
                    quad.predicate,
                )
            })
            .collect();
        // By name, never by id: ids follow the order in which things came, hidden ones too.
        pointed.sort();
        let pointed_more = pointed.len() > POINTING;
        pointed.truncate(POINTING);
        let graph = view.graph(id);
        let anything = !says.is_empty() || !pointed.is_empty() || graph.is_some();
        anything.then(|| Self {
            iri,
            id,
            says,
            pointed: pointed
                .into_iter()
                .map(|(_, subject, predicate)| (subject, predicate))
                .collect(),
            pointed_more,
            graph,
        })
    }

    /// The triples: those that say something of the thing, then those that point to it.
    pub(crate) fn triples<'a>(&'a self, view: &'a View) -> impl Iterator<Item = Triple> + 'a {
        let subject = self.iri.clone();
        let says = self.says.iter().filter_map(move |(predicate, object)| {
            Some(Triple::new(
                subject.clone(),
                named(view, *predicate)?,
                view.term(*object),
            ))
        });
        let pointed = self.pointed.iter().filter_map(move |(subject, predicate)| {
            let subject = node(view.term(*subject))?;
            Some(Triple::new(
                subject,
                named(view, *predicate)?,
                self.iri.clone(),
            ))
        });
        says.chain(pointed)
    }

    /// What is said, by predicate and then by object, in an order that depends on nothing but the words.
    pub(crate) fn by_property(&self, view: &View) -> BTreeMap<String, Vec<Term>> {
        let mut all: BTreeMap<String, Vec<Term>> = BTreeMap::new();
        for (predicate, object) in &self.says {
            let Some(predicate) = named(view, *predicate) else {
                continue;
            };
            all.entry(predicate.into_string())
                .or_default()
                .push(view.term(*object));
        }
        for objects in all.values_mut() {
            objects.sort_by_cached_key(ToString::to_string);
        }
        all
    }
}

/// A quad of the view as a triple.
pub(crate) fn triple(view: &View, quad: &QuadIds) -> Option<Triple> {
    let subject = node(view.term(quad.subject))?;
    Some(Triple::new(
        subject,
        named(view, quad.predicate)?,
        view.term(quad.object),
    ))
}

fn named(view: &View, id: TermId) -> Option<NamedNode> {
    match view.term(id) {
        Term::NamedNode(node) => Some(node),
        _ => None,
    }
}

fn node(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.into()),
        Term::BlankNode(node) => Some(node.into()),
        _ => None,
    }
}
