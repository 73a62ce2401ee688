//! What the store says of one thing, over one reader's view.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use kenning_store::{GraphInfo, GraphPattern, Pattern, QuadIds, TermId, View};
use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};

use crate::error::HttpError;

/// How many triples that point to a thing are listed.
const POINTING: usize = 500;

/// A thing that somebody may see something of.
pub(crate) struct About {
    /// The thing.
    pub(crate) iri: NamedNode,
    /// Its id in the view, where some triple has it.
    pub(crate) id: TermId,
    /// Predicate and object, in the order of their words.
    pub(crate) says: Vec<(TermId, TermId)>,
    /// Subject and predicate of some triples that have the thing as object.
    pub(crate) pointed: Vec<(TermId, TermId)>,
    /// Whether there are more of those.
    pub(crate) pointed_more: bool,
    /// The graph of this name.
    pub(crate) graph: Option<GraphInfo>,
}

impl About {
    /// What the view says of `iri`. By words, never by ids: ids follow the order in which things came, hidden ones too, and with
    /// the order of triples the length of a document changes.
    ///
    /// # Errors
    /// [`HttpError::Absent`] when it says nothing, whether or not somebody else would see something; [`HttpError::Busy`] when the
    /// view was cancelled.
    pub(crate) fn of(view: &View, iri: NamedNode) -> Result<Self, HttpError> {
        let id = view.id((&iri).into()).ok_or(HttpError::Absent)?;
        let says = said_of(view, id)?;
        // Only as many are held as are listed: half the store may point to one thing.
        let mut pointed: BTreeSet<((String, String), TermId, TermId)> = BTreeSet::new();
        let pointing = Pattern {
            object: Some(id),
            ..Pattern::all(GraphPattern::Union)
        };
        for quad in view.quads(pointing) {
            let quad = quad.map_err(|_| HttpError::Busy)?;
            let words = words(view, quad.subject, quad.predicate);
            pointed.insert((words, quad.subject, quad.predicate));
            if pointed.len() > POINTING + 1 {
                pointed.pop_last();
            }
        }
        let pointed_more = pointed.len() > POINTING;
        if pointed_more {
            pointed.pop_last();
        }
        let graph = view.graph(id);
        if says.is_empty() && pointed.is_empty() && graph.is_none() {
            return Err(HttpError::Absent);
        }
        Ok(Self {
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

    /// The first `most` parts of the thing that can be reached from it, by their IRIs, and whether there are more. A part has the
    /// IRI of the thing with a fragment, so whoever looks the part up asks for the thing (RFC 3986, section 3.5).
    ///
    /// # Errors
    /// [`HttpError::Busy`] when the view was cancelled.
    pub(crate) fn parts(
        &self,
        view: &View,
        most: usize,
    ) -> Result<(BTreeMap<String, Part>, bool), HttpError> {
        let space = format!("{}#", self.iri.as_str());
        let mut left: VecDeque<TermId> = self.says.iter().map(|(_, object)| *object).collect();
        left.extend(self.pointed.iter().map(|(subject, _)| *subject));
        let mut known = HashSet::new();
        let (mut parts, mut more) = (BTreeMap::new(), false);
        while let Some(id) = left.pop_front() {
            if !known.insert(id) {
                continue;
            }
            let Some(iri) = named(view, id).filter(|iri| iri.as_str().starts_with(&space)) else {
                continue;
            };
            let says = said_of(view, id)?;
            if says.is_empty() {
                continue;
            }
            if parts.len() == most {
                more = true;
                break;
            }
            left.extend(says.iter().map(|(_, object)| *object));
            parts.insert(iri.as_str().to_owned(), Part { iri, id, says });
        }
        Ok((parts, more))
    }
}

/// A part of a thing.
pub(crate) struct Part {
    iri: NamedNode,
    id: TermId,
    /// Predicate and object, in the order of their words.
    pub(crate) says: Vec<(TermId, TermId)>,
}

impl Part {
    /// What is said of it, but for what has been said as pointing to the whole.
    pub(crate) fn triples<'a>(
        &'a self,
        view: &'a View,
        whole: &'a About,
    ) -> impl Iterator<Item = Triple> + 'a {
        self.says.iter().filter_map(move |(predicate, object)| {
            if *object == whole.id && whole.pointed.contains(&(self.id, *predicate)) {
                return None;
            }
            let predicate = named(view, *predicate)?;
            Some(Triple::new(self.iri.clone(), predicate, view.term(*object)))
        })
    }
}

/// Predicate and object of the triples of a subject, in the order of their words.
fn said_of(view: &View, id: TermId) -> Result<Vec<(TermId, TermId)>, HttpError> {
    let says = view.quads(Pattern {
        subject: Some(id),
        ..Pattern::all(GraphPattern::Union)
    });
    let says: Result<Vec<_>, _> = says
        .map(|quad| quad.map(|quad| (quad.predicate, quad.object)))
        .collect();
    let mut says = says.map_err(|_| HttpError::Busy)?;
    says.sort_by_cached_key(|(predicate, object)| words(view, *predicate, *object));
    Ok(says)
}

/// What is said, by predicate and then by object, in an order that depends on nothing but the words.
pub(crate) fn by_property(view: &View, says: &[(TermId, TermId)]) -> BTreeMap<String, Vec<Term>> {
    let mut all: BTreeMap<String, Vec<Term>> = BTreeMap::new();
    for (predicate, object) in says {
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

/// A quad of the view as a triple.
pub(crate) fn triple(view: &View, quad: &QuadIds) -> Option<Triple> {
    let subject = node(view.term(quad.subject))?;
    Some(Triple::new(
        subject,
        named(view, quad.predicate)?,
        view.object(quad),
    ))
}

fn words(view: &View, one: TermId, other: TermId) -> (String, String) {
    (view.term(one).to_string(), view.term(other).to_string())
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
