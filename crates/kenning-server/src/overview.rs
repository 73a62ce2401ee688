//! What is in the store, in a few figures, over what one reader sees.

use std::collections::{BTreeMap, HashMap};

use kenning_access::Scale;
use kenning_store::{GraphPattern, Pattern, TermId, View};
use kenning_vocab::{km, rdf, skos};
use oxrdf::NamedNodeRef;

use crate::names::name_of;

/// How many things are listed.
const LISTED: usize = 24;

/// What one reader sees, in figures.
#[derive(Debug, Default)]
pub(crate) struct Overview {
    /// How many triples, each once however many graphs hold it.
    pub(crate) triples: u64,
    /// Label as text, graphs, triples in them; lowest label first.
    pub(crate) labels: Vec<(String, u64, u64)>,
    /// What kind of thing, how many.
    pub(crate) kinds: Vec<(&'static str, u64)>,
    /// Name, IRI and how many notes mention it; most mentioned first.
    pub(crate) concepts: Vec<(String, String, u64)>,
    /// Title and IRI, by title.
    pub(crate) notes: Vec<(String, String)>,
}

impl Overview {
    /// What the view shows.
    pub(crate) fn of(view: &View, scale: &Scale) -> Self {
        let mut labels: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for graph in view.graphs() {
            let figures = labels.entry(graph.label).or_default();
            figures.0 += 1;
            figures.1 += graph.triples;
        }
        let kinds = [
            ("notes", km::NOTE),
            ("concepts", skos::CONCEPT),
            ("sources", km::SOURCE),
            ("people and teams", kenning_vocab::prov::AGENT),
            ("claims", km::CLAIM),
            ("tags", km::TAG),
        ];
        Self {
            triples: count(view, Pattern::all(GraphPattern::Union)),
            labels: labels
                .into_iter()
                .map(|(label, (graphs, triples))| (scale.write_label(&label), graphs, triples))
                .collect(),
            kinds: kinds
                .into_iter()
                .map(|(name, class)| (name, of_the_notes(view, class)))
                .filter(|(_, count)| *count > 0)
                .collect(),
            concepts: most_mentioned(view),
            notes: first_notes(view),
        }
    }
}

fn count(view: &View, pattern: Pattern) -> u64 {
    view.quads(pattern).filter(Result::is_ok).count() as u64
}

fn instances(view: &View, class: NamedNodeRef<'_>) -> impl Iterator<Item = TermId> {
    matching(view, rdf::TYPE, Some(class)).map(|(subject, _)| subject)
}

/// How many things are of a class, without the terms of our own vocabulary: those are words, not knowledge.
fn of_the_notes(view: &View, class: NamedNodeRef<'_>) -> u64 {
    let things = instances(view, class);
    things
        .filter(|id| !iri(view, *id).starts_with(km::NAMESPACE))
        .count() as u64
}

/// Subject and object of the triples with this predicate.
fn matching(
    view: &View,
    predicate: NamedNodeRef<'_>,
    object: Option<NamedNodeRef<'_>>,
) -> impl Iterator<Item = (TermId, TermId)> {
    let predicate = view.id(predicate.into());
    let object = object.map(|object| view.id(object.into()));
    let pattern = match (predicate, object) {
        (Some(predicate), None) => Some((predicate, None)),
        (Some(predicate), Some(Some(object))) => Some((predicate, Some(object))),
        _ => None,
    };
    let quads = pattern.map(|(predicate, object)| {
        view.quads(Pattern {
            predicate: Some(predicate),
            object,
            ..Pattern::all(GraphPattern::Union)
        })
    });
    quads
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|quad| (quad.subject, quad.object))
}

fn most_mentioned(view: &View) -> Vec<(String, String, u64)> {
    let mut mentions: HashMap<TermId, u64> = HashMap::new();
    for (_, concept) in matching(view, km::MENTIONS_CONCEPT, None) {
        *mentions.entry(concept).or_default() += 1;
    }
    let mut counts: Vec<u64> = mentions.values().copied().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let least = counts.get(LISTED).or(counts.last()).copied().unwrap_or(0);
    // Names decide between equals, never ids: those follow the order in which things came, hidden ones too.
    let mut named: Vec<_> = mentions
        .into_iter()
        .filter(|(_, count)| *count >= least)
        .map(|(id, count)| (name_of(view, id), iri(view, id), count))
        .collect();
    named.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| (&a.0, &a.1).cmp(&(&b.0, &b.1))));
    named.truncate(LISTED);
    named
}

fn first_notes(view: &View) -> Vec<(String, String)> {
    let mut notes: Vec<(String, String)> = instances(view, km::NOTE)
        .map(|id| (name_of(view, id), iri(view, id)))
        .collect();
    notes.sort();
    notes.truncate(LISTED * 2);
    notes
}

fn iri(view: &View, id: TermId) -> String {
    match view.term(id) {
        oxrdf::Term::NamedNode(node) => node.into_string(),
        other => other.to_string(),
    }
}
