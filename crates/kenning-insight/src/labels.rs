//! What things are called by those who may see them.

use kenning_store::{GraphPattern, Pattern, View};
use kenning_vocab::{Base, Minted, dcterms, foaf, prefixes, rdfs, skos};
use oxrdf::{NamedNodeRef, Term, TermRef};

/// A name for `term` that a person can read, found in what the view sees: its label, else what its IRI says.
///
/// English comes before no language, and that before others; labels that rank the same are taken in alphabetical order,
/// so that one view always gives one name.
pub(crate) fn label(view: &View, base: &Base, term: &Term) -> String {
    match term {
        Term::Literal(literal) => literal.value().to_owned(),
        Term::NamedNode(node) => {
            found(view, node.as_ref()).unwrap_or_else(|| spelled(base, node.as_str()))
        }
        Term::BlankNode(node) => node.to_string(),
        Term::Triple(triple) => triple.to_string(),
    }
}

fn found(view: &View, node: NamedNodeRef<'_>) -> Option<String> {
    let subject = view.id(TermRef::from(node))?;
    for property in [skos::PREF_LABEL, dcterms::TITLE, foaf::NAME, rdfs::LABEL] {
        let Some(predicate) = view.id(TermRef::from(property)) else {
            continue;
        };
        let pattern = Pattern {
            subject: Some(subject),
            predicate: Some(predicate),
            ..Pattern::all(GraphPattern::Union)
        };
        let mut labels: Vec<(u8, String)> = view
            .quads(pattern)
            .map_while(Result::ok)
            .filter_map(|quad| match view.term(quad.object) {
                Term::Literal(text) => {
                    let rank = match text.language() {
                        Some(tag) if tag == "en" || tag.starts_with("en-") => 0,
                        None => 1,
                        Some(_) => 2,
                    };
                    Some((rank, text.value().to_owned()))
                }
                _ => None,
            })
            .collect();
        labels.sort();
        if let Some((_, text)) = labels.into_iter().next() {
            return Some(text);
        }
    }
    None
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
