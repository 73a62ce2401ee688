//! Counts over everything one reader sees: for VoID.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use kenning_store::{Cancel, GraphPattern, Interrupted, Pattern, TermId, View};
use kenning_vocab::rdf;
use oxrdf::Term;

/// How many things there are of each kind, each triple counted once.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) triples: u64,
    pub(crate) subjects: u64,
    pub(crate) objects: u64,
    /// Class and how many things are of it, by IRI.
    pub(crate) classes: BTreeMap<String, u64>,
    /// Property and how many triples have it, by IRI.
    pub(crate) properties: BTreeMap<String, u64>,
    /// Names of visible graphs.
    pub(crate) graphs: u64,
}

impl Statistics {
    /// Counts what the view shows.
    ///
    /// # Errors
    /// [`Interrupted`] when `cancel` says so.
    pub(crate) fn of(view: &View, cancel: &Cancel) -> Result<Self, Interrupted> {
        let view = view.clone().with_cancel(cancel.clone());
        let a = view.id(rdf::TYPE.into());
        let (mut subjects, mut objects) = (HashSet::new(), HashSet::new());
        let mut classes: HashMap<TermId, u64> = HashMap::new();
        let mut properties: HashMap<TermId, u64> = HashMap::new();
        let mut triples = 0;
        for quad in view.quads(Pattern::all(GraphPattern::Union)) {
            let quad = quad?;
            triples += 1;
            subjects.insert(quad.subject);
            objects.insert(quad.object);
            *properties.entry(quad.predicate).or_default() += 1;
            if Some(quad.predicate) == a {
                *classes.entry(quad.object).or_default() += 1;
            }
        }
        let named = |counts: HashMap<TermId, u64>| -> BTreeMap<String, u64> {
            let named = counts
                .into_iter()
                .filter_map(|(id, count)| match view.term(id) {
                    Term::NamedNode(node) => Some((node.into_string(), count)),
                    _ => None,
                });
            named.collect()
        };
        Ok(Self {
            triples,
            subjects: subjects.len() as u64,
            objects: objects.len() as u64,
            classes: named(classes),
            properties: named(properties),
            graphs: view.graphs().count() as u64,
        })
    }

    /// The namespaces that classes and properties come from.
    pub(crate) fn vocabularies(&self) -> BTreeSet<String> {
        let terms = self.classes.keys().chain(self.properties.keys());
        terms
            .filter_map(|iri| iri.rfind(['#', '/']).and_then(|end| iri.get(..=end)))
            .map(str::to_owned)
            .collect()
    }
}

/// A few values that cost something to make, kept by what they were made of.
#[derive(Debug)]
pub(crate) struct Kept<K, V>(Mutex<HashMap<K, Arc<V>>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V> Kept<K, V> {
    /// The value of `key`, made now if it is not kept.
    ///
    /// # Errors
    /// What `make` fails with; then nothing is kept.
    pub(crate) fn get<E>(&self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(make()?);
        let mut kept = lock();
        if kept.len() >= 32 {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&made));
        Ok(made)
    }
}
