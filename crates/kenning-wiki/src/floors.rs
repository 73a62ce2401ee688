//! Predicate floors: statements with some properties are seen only above a label of their own, whatever the note says.

use std::collections::BTreeMap;

use kenning_access::{Label, Scale};
use kenning_vocab::Base;
use oxrdf::{NamedNodeRef, NamedOrBlankNode, Triple};

use crate::names::decoded;

/// The floors that the operator gives to properties.
#[derive(Debug, Clone, Default)]
pub(crate) struct Floors {
    by_iri: BTreeMap<String, Label>,
    /// By the last part of the IRI, without regard to case and hyphens.
    ///
    /// INVARIANT: a floor of `schema:email` holds for what a plain key `email` becomes, too: whoever writes the one means the other,
    /// and a floor that misses what it was meant for shows what should be hidden.
    by_name: BTreeMap<String, Label>,
}

/// Triples by the label that they have, as text.
pub(crate) type ByLabel = BTreeMap<String, (Label, Vec<Triple>)>;

impl Floors {
    pub(crate) fn add(&mut self, iri: String, label: Label) {
        let local = iri.rsplit(['#', '/', ':']).next().unwrap_or_default();
        let name = squeezed(local);
        if !name.is_empty() {
            let joined = self
                .by_name
                .get(&name)
                .map_or_else(|| label.clone(), |known| known.join(&label));
            self.by_name.insert(name, joined);
        }
        self.by_iri.insert(iri, label);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_iri.is_empty()
    }

    /// The floor of a property.
    fn of(&self, predicate: NamedNodeRef<'_>, base: &Base) -> Option<&Label> {
        if let Some(label) = self.by_iri.get(predicate.as_str()) {
            return Some(label);
        }
        let own = predicate.as_str().strip_prefix(base.as_str())?;
        let key = own.strip_prefix("id/property/")?;
        self.by_name.get(&squeezed(&decoded(key)))
    }

    /// The label of a statement in a graph that has `label`, where it is another one. What is said of the property itself tells
    /// that the note has it, so it goes with what the property says.
    fn raised(&self, label: &Label, triple: &Triple, base: &Base) -> Option<Label> {
        let subject = match &triple.subject {
            NamedOrBlankNode::NamedNode(node) => self.of(node.as_ref(), base),
            NamedOrBlankNode::BlankNode(_) => None,
        };
        let floors = [self.of(triple.predicate.as_ref(), base), subject];
        let mut raised: Option<Label> = None;
        for floor in floors.into_iter().flatten() {
            let now = raised.as_ref().unwrap_or(label);
            if !floor.flows_to(now) {
                raised = Some(now.join(floor));
            }
        }
        raised
    }

    /// Takes statements apart that may not be seen by all who see the rest; gives the rest.
    pub(crate) fn divide(
        &self,
        label: &Label,
        triples: Vec<Triple>,
        base: &Base,
        scale: &Scale,
        apart: &mut ByLabel,
    ) -> Vec<Triple> {
        if self.is_empty() {
            return triples;
        }
        let mut rest = Vec::with_capacity(triples.len());
        for triple in triples {
            match self.raised(label, &triple, base) {
                Some(raised) => {
                    let text = scale.write_label(&raised);
                    let part = apart.entry(text).or_insert_with(|| (raised, Vec::new()));
                    part.1.push(triple);
                }
                None => rest.push(triple),
            }
        }
        rest
    }

    /// The label of a graph that stays whole: that of the highest of its statements.
    pub(crate) fn whole(&self, label: Label, triples: &[Triple], base: &Base) -> Label {
        let mut all = label;
        for triple in triples {
            if let Some(raised) = self.raised(&all, triple, base) {
                all = raised;
            }
        }
        all
    }

    /// All of it as text: what is divided has to be divided anew when it changes.
    pub(crate) fn fingerprint(&self, scale: &Scale) -> String {
        let all = self.by_iri.iter();
        all.map(|(iri, label)| format!("{iri} {}\n", scale.write_label(label)))
            .collect()
    }
}

fn squeezed(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' ' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}
