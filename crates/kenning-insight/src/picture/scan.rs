//! Reading many statements of one kind at once.

use std::collections::{BTreeMap, BTreeSet};

use kenning_store::{GraphPattern, Interrupted, Pattern, TermId, View};
use kenning_vocab::{km, rdf};
use oxrdf::{NamedNodeRef, Term, TermRef};

use crate::day::Day;

/// The statements of a view, or of some of the graphs that it sees, predicate by predicate.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'a> {
    pub(crate) view: &'a View,
    within: GraphPattern,
}

/// What each subject has, in the order of ids.
pub(crate) type Many = BTreeMap<TermId, BTreeSet<TermId>>;

impl<'a> Scan<'a> {
    /// Over everything that the view sees.
    pub(crate) fn new(view: &'a View) -> Self {
        Self {
            view,
            within: GraphPattern::Union,
        }
    }

    /// Over those of the visible graphs that `chosen` names.
    pub(crate) fn within(view: &'a View, chosen: impl IntoIterator<Item = TermId>) -> Self {
        Self {
            view,
            within: GraphPattern::UnionOf(view.graph_set(chosen)),
        }
    }

    pub(crate) fn id(&self, node: NamedNodeRef<'_>) -> Option<TermId> {
        self.view.id(TermRef::NamedNode(node))
    }

    /// Every subject and object of a predicate.
    pub(crate) fn pairs(
        &self,
        predicate: NamedNodeRef<'_>,
    ) -> Result<Vec<(TermId, TermId)>, Interrupted> {
        self.matching(None, predicate, None)
    }

    /// Subjects and objects of a predicate, where one end may be given.
    pub(crate) fn matching(
        &self,
        subject: Option<TermId>,
        predicate: NamedNodeRef<'_>,
        object: Option<TermId>,
    ) -> Result<Vec<(TermId, TermId)>, Interrupted> {
        let Some(predicate) = self.id(predicate) else {
            return Ok(Vec::new());
        };
        let pattern = Pattern {
            subject,
            predicate: Some(predicate),
            object,
            graph: self.within.clone(),
        };
        self.view
            .quads(pattern)
            .map(|quad| quad.map(|quad| (quad.subject, quad.object)))
            .collect()
    }

    /// The objects of each subject.
    pub(crate) fn forward(&self, predicate: NamedNodeRef<'_>) -> Result<Many, Interrupted> {
        let mut many = Many::new();
        for (subject, object) in self.pairs(predicate)? {
            many.entry(subject).or_default().insert(object);
        }
        Ok(many)
    }

    /// The subjects of each object.
    pub(crate) fn backward(&self, predicate: NamedNodeRef<'_>) -> Result<Many, Interrupted> {
        let mut many = Many::new();
        for (subject, object) in self.pairs(predicate)? {
            many.entry(object).or_default().insert(subject);
        }
        Ok(many)
    }

    /// What is of a class.
    pub(crate) fn instances(
        &self,
        class: NamedNodeRef<'_>,
    ) -> Result<BTreeSet<TermId>, Interrupted> {
        let Some(class) = self.id(class) else {
            return Ok(BTreeSet::new());
        };
        let found = self.matching(None, rdf::TYPE, Some(class))?;
        Ok(found.into_iter().map(|(subject, _)| subject).collect())
    }

    /// Subject, object and graph of a predicate, once for each graph that says it.
    pub(crate) fn with_graphs(
        &self,
        predicate: NamedNodeRef<'_>,
        object: Option<NamedNodeRef<'_>>,
    ) -> Result<Vec<(TermId, TermId, TermId)>, Interrupted> {
        let object = match object {
            None => None,
            Some(object) => match self.id(object) {
                None => return Ok(Vec::new()),
                some => some,
            },
        };
        let Some(predicate) = self.id(predicate) else {
            return Ok(Vec::new());
        };
        let graph = match &self.within {
            GraphPattern::UnionOf(set) => GraphPattern::EachOf(set.clone()),
            _ => GraphPattern::Each,
        };
        let pattern = Pattern {
            subject: None,
            predicate: Some(predicate),
            object,
            graph,
        };
        self.view
            .quads(pattern)
            .map(|quad| quad.map(|quad| (quad.subject, quad.object, quad.graph)))
            .collect()
    }

    /// Whether anything that is seen speaks of a term. That an audit once found something about it does not count.
    pub(crate) fn shows(&self, id: TermId) -> Result<bool, Interrupted> {
        let concerns = self.id(km::CONCERNS);
        for (subject, object) in [(Some(id), None), (None, Some(id))] {
            let pattern = Pattern {
                subject,
                predicate: None,
                object,
                graph: self.within.clone(),
            };
            for quad in self.view.quads(pattern) {
                if Some(quad?.predicate) != concerns {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The text of a literal.
    pub(crate) fn text(&self, id: TermId) -> Option<String> {
        match self.view.term(id) {
            Term::Literal(literal) => Some(literal.value().to_owned()),
            _ => None,
        }
    }

    /// The day of a date, a time or a text that begins with one.
    pub(crate) fn day(&self, id: TermId) -> Option<Day> {
        Day::read(&self.text(id)?)
    }

    /// The number that a literal says, whatever its datatype.
    pub(crate) fn number(&self, id: TermId) -> Option<f64> {
        let number: f64 = self.text(id)?.trim().parse().ok()?;
        number.is_finite().then_some(number)
    }

    /// The IRI of a node.
    pub(crate) fn iri(&self, id: TermId) -> Option<oxrdf::NamedNode> {
        match self.view.term(id) {
            Term::NamedNode(node) => Some(node),
            _ => None,
        }
    }

    /// The latest day among literals.
    pub(crate) fn latest(&self, ids: Option<&BTreeSet<TermId>>) -> Option<Day> {
        ids?.iter().filter_map(|id| self.day(*id)).max()
    }
}

/// What an index has for a key, or nothing.
pub(crate) fn of(many: &Many, key: TermId) -> impl Iterator<Item = TermId> + '_ {
    many.get(&key).into_iter().flatten().copied()
}
