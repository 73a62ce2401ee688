//! What a file says of itself: which ontology it is, in which version, and what it imports (OWL 2, section 3).

use kenning_vocab::{owl, rdf};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use std::collections::BTreeSet;

/// The header of an ontology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The ontology, the same in every version.
    pub(crate) ontology: NamedNode,
    /// This version of it, where it says so.
    pub(crate) version: Option<NamedNode>,
    /// The ontologies that it imports.
    pub(crate) imports: BTreeSet<NamedNode>,
}

impl Header {
    /// The header among these statements, if they declare exactly one ontology.
    pub(crate) fn of<'a>(
        statements: impl Iterator<Item = (&'a NamedOrBlankNode, &'a NamedNode, &'a Term)> + Clone,
    ) -> Option<Self> {
        let class = Term::from(owl::ONTOLOGY.into_owned());
        let declared: BTreeSet<&NamedNode> = statements
            .clone()
            .filter(|(_, predicate, object)| predicate.as_ref() == rdf::TYPE && **object == class)
            .filter_map(|(subject, _, _)| match subject {
                NamedOrBlankNode::NamedNode(name) => Some(name),
                NamedOrBlankNode::BlankNode(_) => None,
            })
            .collect();
        let mut declared = declared.into_iter();
        let (Some(ontology), None) = (declared.next(), declared.next()) else {
            return None;
        };
        let said = |what: NamedNodeRef<'_>| -> BTreeSet<NamedNode> {
            let of = statements.clone().filter(|(subject, predicate, _)| {
                predicate.as_ref() == what
                    && matches!(subject, NamedOrBlankNode::NamedNode(name) if name == ontology)
            });
            of.filter_map(|(_, _, object)| match object {
                Term::NamedNode(name) => Some(name.clone()),
                _ => None,
            })
            .collect()
        };
        let mut versions = said(owl::VERSION_IRI).into_iter();
        let version = match (versions.next(), versions.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        };
        Some(Self {
            ontology: ontology.clone(),
            version,
            imports: said(owl::IMPORTS),
        })
    }

    /// The graph it belongs in: one for each version, so that a newer one comes beside an older one.
    pub(crate) fn graph(&self) -> &NamedNode {
        self.version.as_ref().unwrap_or(&self.ontology)
    }

    /// The names that others may import it by.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let version = self.version.as_ref().map(|name| key(name.as_str()));
        std::iter::once(key(self.ontology.as_str())).chain(version)
    }
}

/// What of a name counts when it is looked up: files write `…/core` and `…/core#` for one ontology.
pub(crate) fn key(name: &str) -> &str {
    name.trim_end_matches('#')
}
