//! The value lists of the vocabulary, by label, name or another word that people use.

use std::sync::OnceLock;

use kenning_vocab::{km, ontologies, rdf, skos};
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use oxrdfio::{RdfFormat, RdfParser};

use crate::fold::name_key;

/// A value of a list.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) node: NamedNode,
    classes: Vec<NamedNode>,
    /// Labels in every language, folded; the English one first.
    labels: Vec<String>,
    label: String,
    modes: Vec<NamedNode>,
}

/// Words for a value that are no labels of it.
const WORDS: &[(&str, NamedNodeRef<'static>)] = &[
    ("shadowing", km::JOB_SHADOWING),
    ("interview", km::EXPERT_INTERVIEW),
    ("handover interview", km::EXPERT_INTERVIEW),
    ("review", km::AFTER_ACTION_REVIEW),
    ("story", km::STORYTELLING),
    ("story evening", km::STORYTELLING),
    ("pairing", km::PAIR_WORK),
    ("writing", km::DOCUMENTATION),
    ("write up", km::DOCUMENTATION),
    ("course", km::TRAINING),
    ("meeting", km::COMMUNITY_MEETING),
    ("no answer", km::UNANSWERED),
    ("sent on", km::PASSED_ON),
];

/// Every value of the built-in vocabulary.
fn all() -> &'static [Choice] {
    static ALL: OnceLock<Vec<Choice>> = OnceLock::new();
    ALL.get_or_init(read)
}

fn read() -> Vec<Choice> {
    let mut found: std::collections::BTreeMap<NamedNode, Choice> =
        std::collections::BTreeMap::new();
    for ontology in ontologies() {
        let parser = RdfParser::from_format(RdfFormat::Turtle).for_slice(ontology.text);
        for quad in parser.filter_map(Result::ok) {
            let NamedOrBlankNode::NamedNode(node) = quad.subject else {
                continue;
            };
            let choice = found.entry(node.clone()).or_insert_with(|| Choice {
                node,
                classes: Vec::new(),
                labels: Vec::new(),
                label: String::new(),
                modes: Vec::new(),
            });
            match quad.object {
                Term::NamedNode(class) if quad.predicate == rdf::TYPE => choice.classes.push(class),
                Term::NamedNode(mode) if quad.predicate == km::CARRIES_MODE => {
                    choice.modes.push(mode)
                }
                Term::Literal(text)
                    if quad.predicate == skos::PREF_LABEL || quad.predicate == skos::ALT_LABEL =>
                {
                    choice.labels.push(name_key(text.value()));
                    if text.language() == Some("en") && quad.predicate == skos::PREF_LABEL {
                        text.value().clone_into(&mut choice.label);
                    }
                }
                _ => {}
            }
        }
    }
    found
        .into_values()
        .filter(|choice| !choice.label.is_empty())
        .collect()
}

fn of_class(class: NamedNodeRef<'_>) -> impl Iterator<Item = &'static Choice> {
    let class = class.into_owned();
    all()
        .iter()
        .filter(move |choice| choice.classes.contains(&class))
}

/// The English labels of the values of a class.
pub(crate) fn labels(class: NamedNodeRef<'_>) -> Vec<&'static str> {
    of_class(class)
        .map(|choice| choice.label.as_str())
        .collect()
}

/// The value of a class that `text` names: by a label, its local name, another word, or its IRI.
pub(crate) fn find(class: NamedNodeRef<'_>, text: &str) -> Option<&'static Choice> {
    let iri = crate::param::iri(text);
    let key = name_key(text);
    let joined: String = key.split(' ').collect();
    let mut values = of_class(class);
    values.find(|choice| {
        let local = choice
            .node
            .as_str()
            .strip_prefix(km::NAMESPACE)
            .unwrap_or_default();
        iri.as_ref() == Some(&choice.node)
            || choice.labels.contains(&key)
            || local.to_lowercase() == joined
            || WORDS
                .iter()
                .any(|(word, node)| *word == key && *node == choice.node.as_ref())
    })
}

/// The mode that a practice usually brings about: the first it carries, in the order of the circle.
pub(crate) fn usual_mode(practice: &NamedNode) -> Option<NamedNode> {
    let practice = all().iter().find(|choice| choice.node == *practice)?;
    [
        km::SOCIALIZATION,
        km::EXTERNALIZATION,
        km::COMBINATION,
        km::INTERNALIZATION,
    ]
    .into_iter()
    .find(|mode| {
        practice
            .modes
            .iter()
            .any(|carried| carried.as_ref() == *mode)
    })
    .map(NamedNodeRef::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_what_people_call_them() {
        let found = |class, text| find(class, text).map(|choice| choice.node.as_ref().into_owned());
        for text in [
            "job shadowing",
            "Job-Shadowing",
            "jobShadowing",
            "shadowing",
            "km:jobShadowing",
        ] {
            assert_eq!(
                found(km::PRACTICE, text).as_ref().map(NamedNode::as_ref),
                Some(km::JOB_SHADOWING),
                "{text}"
            );
        }
        assert_eq!(
            found(km::EXPERTISE_LEVEL, "expert").unwrap(),
            km::EXPERT_LEVEL
        );
        assert_eq!(found(km::EXPERTISE_LEVEL, "shadowing"), None);
        assert_eq!(
            usual_mode(&km::STORYTELLING.into_owned()).unwrap(),
            km::SOCIALIZATION
        );
        assert_eq!(labels(km::REFERRAL_OUTCOME).len(), 4);
    }
}
