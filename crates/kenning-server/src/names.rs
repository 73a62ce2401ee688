//! What things are called, for people.

use kenning_store::{GraphPattern, Pattern, TermId, View};
use kenning_vocab::{dcterms, foaf, rdfs, schema, skos};
use oxrdf::{NamedNodeRef, Term};

/// Properties that name a thing, best first.
const NAMING: [NamedNodeRef<'static>; 5] = [
    skos::PREF_LABEL,
    dcterms::TITLE,
    rdfs::LABEL,
    foaf::NAME,
    schema::NAME,
];

/// The name of a thing in this view: what it is called there, else the end of its IRI.
pub(crate) fn name_of(view: &View, id: TermId) -> String {
    stated(view, id).unwrap_or_else(|| short(&view.term(id)))
}

/// What the view says a thing is called: of several names an English one or one without language, then the first by letter.
pub(crate) fn stated(view: &View, id: TermId) -> Option<String> {
    for property in NAMING {
        let Some(predicate) = view.id(property.into()) else {
            continue;
        };
        let pattern = Pattern {
            subject: Some(id),
            predicate: Some(predicate),
            ..Pattern::all(GraphPattern::Union)
        };
        let names = view.quads(pattern).take(64).filter_map(Result::ok);
        let best = names
            .filter_map(|quad| match view.term(quad.object) {
                Term::Literal(literal) => {
                    let foreign = literal.language().is_some_and(|tag| !tag.starts_with("en"));
                    Some((foreign, literal.value().to_owned()))
                }
                _ => None,
            })
            .min();
        if let Some((_, name)) = best {
            return Some(name);
        }
    }
    None
}

/// A term in few letters: the end of an IRI, the text of a literal.
pub(crate) fn short(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => end_of(node.as_str()),
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}

fn end_of(iri: &str) -> String {
    let trimmed = iri.trim_end_matches(['/', '#']);
    let end = trimmed.rsplit(['/', '#', ':']).next().unwrap_or(trimmed);
    let decoded = percent_encoding::percent_decode_str(end).decode_utf8();
    decoded.map_or_else(|_| end.to_owned(), |text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iri_is_called_by_its_end() {
        assert_eq!(
            end_of("http://localhost:7878/id/note/h/After-action%20review"),
            "After-action review"
        );
        assert_eq!(
            end_of("http://www.w3.org/2004/02/skos/core#Concept"),
            "Concept"
        );
        assert_eq!(end_of("urn:kenning:default-graph"), "default-graph");
        assert_eq!(end_of("http://example.org/"), "example.org");
    }
}
