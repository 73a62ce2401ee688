//! The topics of a view: what names and concepts come to.

use std::collections::{BTreeSet, HashMap};

use kenning_store::{Interrupted, TermId};
use kenning_vocab::{Base, km, rdf, skos};

use super::scan::{Many, Scan, of};
use crate::fold::name_key;
use crate::labels::label;

/// Names, notes and concepts, and which of them mean one topic.
#[derive(Debug)]
pub(crate) struct Topics {
    /// Name → notes that answer to it, or that a link by this name leads to.
    pub(crate) answers: Many,
    /// Name → notes that answer to it themselves.
    pub(crate) own_answers: Many,
    /// Note → concepts.
    pub(crate) describes: Many,
    /// Concept → notes.
    pub(crate) described_in: Many,
}

impl Topics {
    pub(crate) fn read(scan: &Scan<'_>) -> Result<Self, Interrupted> {
        let own_answers = scan.backward(km::ANSWERS_TO)?;
        let mut answers = own_answers.clone();
        for (name, notes) in scan.forward(km::RESOLVES_TO)? {
            answers.entry(name).or_default().extend(notes);
        }
        let describes = scan.forward(km::DESCRIBES_CONCEPT)?;
        let mut described_in = Many::new();
        for (note, concepts) in &describes {
            for concept in concepts {
                described_in.entry(*concept).or_default().insert(*note);
            }
        }
        Ok(Self {
            answers,
            own_answers,
            describes,
            described_in,
        })
    }

    /// The topics that something is about when it says `said`: the concepts of the notes that the name leads to, else itself.
    pub(crate) fn meant(&self, said: TermId) -> BTreeSet<TermId> {
        let by_name = of(&self.answers, said).flat_map(|note| of(&self.describes, note));
        let concepts: BTreeSet<TermId> = by_name.chain(of(&self.describes, said)).collect();
        if concepts.is_empty() {
            BTreeSet::from([said])
        } else {
            concepts
        }
    }

    /// The notes that explain a topic.
    pub(crate) fn notes(&self, topic: TermId) -> BTreeSet<TermId> {
        of(&self.described_in, topic)
            .chain(of(&self.answers, topic))
            .collect()
    }

    /// The topics that `text` names: an IRI, a name that notes answer to, or a label of a concept.
    pub(crate) fn find(
        &self,
        scan: &Scan<'_>,
        base: &Base,
        text: &str,
    ) -> Result<BTreeSet<TermId>, Interrupted> {
        if let Some(node) = crate::param::iri(text) {
            // That the store has an id for it says nothing: what this view does not show is as unknown as what nobody wrote.
            return match scan.id(node.as_ref()) {
                Some(id) if scan.shows(id)? => Ok(self.meant(id)),
                _ => Ok(BTreeSet::new()),
            };
        }
        let key = name_key(text);
        if let Some(name) = scan.id(base.name(&key).as_ref())
            && (self.answers.contains_key(&name)
                || !scan.matching(Some(name), km::NAME_KEY, None)?.is_empty())
        {
            return Ok(self.meant(name));
        }
        let mut found = BTreeSet::new();
        for property in [skos::PREF_LABEL, skos::ALT_LABEL, skos::HIDDEN_LABEL] {
            for (concept, said) in scan.pairs(property)? {
                if scan.text(said).is_some_and(|said| name_key(&said) == key) {
                    found.extend(self.meant(concept));
                }
            }
        }
        // What nothing describes may still be what statements are about.
        if found.is_empty()
            && let Some(name) = scan.id(base.name(&key).as_ref())
            && !scan
                .matching(None, km::ABOUT_CONCEPT, Some(name))?
                .is_empty()
        {
            found.insert(name);
        }
        Ok(found)
    }

    /// Whether something is a name that somebody wrote, or a concept.
    fn is_topic(&self, scan: &Scan<'_>, thing: TermId) -> Result<bool, Interrupted> {
        if self.answers.contains_key(&thing) || self.described_in.contains_key(&thing) {
            return Ok(true);
        }
        for class in [km::NAME, skos::CONCEPT] {
            if let Some(class) = scan.id(class)
                && !scan
                    .matching(Some(thing), rdf::TYPE, Some(class))?
                    .is_empty()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Names of topics that are spelled nearly like `text`, at most three.
    pub(crate) fn like(&self, scan: &Scan<'_>, text: &str) -> Result<Vec<String>, Interrupted> {
        let key = name_key(text);
        let mut near: Vec<(usize, String)> = Vec::new();
        for property in [
            skos::PREF_LABEL,
            skos::ALT_LABEL,
            kenning_vocab::rdfs::LABEL,
        ] {
            for (thing, said) in scan.pairs(property)? {
                let Some(said) = scan.text(said) else {
                    continue;
                };
                let other = name_key(&said);
                let far = crate::fold::distance(&key, &other);
                let close = far <= 2.max(key.chars().count() / 4);
                let fits = (close || (key.len() > 3 && other.contains(&key))) && other != key;
                // An event about a topic has its name in its label, and is none.
                if fits && self.is_topic(scan, thing)? {
                    near.push((far, said));
                }
            }
        }
        near.sort();
        near.dedup_by(|one, other| name_key(&one.1) == name_key(&other.1));
        near.truncate(3);
        Ok(near.into_iter().map(|(_, said)| said).collect())
    }
}

/// Labels that are asked for again and again.
#[derive(Debug, Default)]
pub(crate) struct Labels(std::cell::RefCell<HashMap<TermId, String>>);

impl Labels {
    pub(crate) fn of(&self, scan: &Scan<'_>, base: &Base, id: TermId) -> String {
        if let Some(text) = self.0.borrow().get(&id) {
            return text.clone();
        }
        let text = label(scan.view, base, &scan.view.term(id));
        self.0.borrow_mut().insert(id, text.clone());
        text
    }
}
