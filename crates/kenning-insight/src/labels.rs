//! What things are called by those who may see them.

use std::collections::HashMap;

use kenning_store::{GraphPattern, Pattern, TermId, View};
use kenning_vocab::{Base, Minted, dcterms, foaf, prefixes, rdfs, skos};
use oxrdf::{NamedNode, NamedNodeRef, Term, TermRef};

/// Properties that name a thing, the best first.
const NAMING: [NamedNodeRef<'_>; 4] = [skos::PREF_LABEL, dcterms::TITLE, foaf::NAME, rdfs::LABEL];

/// The names of the things in one answer. Each is looked up once, however often the answer has it.
pub(crate) struct Labels<'v> {
    view: &'v View,
    base: &'v Base,
    naming: [Option<TermId>; 4],
    known: HashMap<NamedNode, String>,
}

impl<'v> Labels<'v> {
    pub(crate) fn new(view: &'v View, base: &'v Base) -> Self {
        Self {
            view,
            base,
            naming: NAMING.map(|property| view.id(TermRef::from(property))),
            known: HashMap::new(),
        }
    }

    /// A name for `term` that a person can read, found in what the view sees: its label, else what its IRI says.
    ///
    /// English comes before no language, and that before others; labels that rank the same are taken in alphabetical
    /// order, so that one view always gives one name.
    pub(crate) fn of(&mut self, term: &Term) -> String {
        let node = match term {
            Term::NamedNode(node) => node,
            Term::Literal(literal) => return literal.value().to_owned(),
            Term::BlankNode(node) => return node.to_string(),
            Term::Triple(triple) => return triple.to_string(),
        };
        if let Some(known) = self.known.get(node) {
            return known.clone();
        }
        let found = self.found(node.as_ref());
        let label = found.unwrap_or_else(|| spelled(self.base, node.as_str()));
        self.known.insert(node.clone(), label.clone());
        label
    }

    fn found(&self, node: NamedNodeRef<'_>) -> Option<String> {
        let subject = self.view.id(TermRef::from(node))?;
        self.naming.iter().flatten().find_map(|predicate| {
            let pattern = Pattern {
                subject: Some(subject),
                predicate: Some(*predicate),
                ..Pattern::all(GraphPattern::Union)
            };
            let labels = self.view.quads(pattern).map_while(Result::ok);
            let labels = labels.filter_map(|quad| match self.view.term(quad.object) {
                Term::Literal(text) => {
                    let rank = match text.language() {
                        Some(tag) if tag == "en" || tag.starts_with("en-") => 0,
                        None => 1,
                        Some(_) => 2,
                    };
                    Some((rank, text.value().to_owned()))
                }
                _ => None,
            });
            labels.min().map(|(_, text)| text)
        })
    }
}

/// The name of one thing, see [`Labels::of`].
pub(crate) fn label(view: &View, base: &Base, term: &Term) -> String {
    Labels::new(view, base).of(term)
}

/// What an IRI says by itself: the words it was minted from, a prefixed name, or all of it.
pub(crate) fn spelled(base: &Base, iri: &str) -> String {
    match base.read(iri) {
        Some(Minted::Note { path, .. } | Minted::Concept { path, .. }) => match iri.split_once('#')
        {
            Some((_, part)) => format!("{path}#{part}"),
            None => path,
        },
        Some(
            Minted::Name(key)
            | Minted::Source(key)
            | Minted::Tag(key)
            | Minted::Agent(key)
            | Minted::Property(key)
            | Minted::Wiki(key),
        ) => key,
        _ => prefixes()
            .iter()
            .find_map(|(prefix, namespace)| {
                Some(format!("{prefix}:{}", iri.strip_prefix(namespace)?))
            })
            .unwrap_or_else(|| iri.to_owned()),
    }
}
