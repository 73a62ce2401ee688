//! The ontologies that a reader sees: what is loaded, in which versions, how large, in which languages, and what is missing.

use kenning_store::{GraphPattern, Interrupted, Pattern, TermId, View};
use kenning_vocab::{Base, Minted, owl, rdf, rdfs, skos};
use oxrdf::{NamedNodeRef, Term, TermRef};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// One version of one ontology, in the graph that holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedOntology {
    /// The ontology, the same in every version.
    pub iri: String,
    /// This version: `owl:versionInfo`, else the IRI of the version.
    pub version: Option<String>,
    /// The graph that holds it.
    pub graph: String,
    /// How many triples that graph has.
    pub triples: u64,
    /// How many classes it declares.
    pub classes: u64,
    /// How many properties.
    pub properties: u64,
    /// How many concepts (SKOS).
    pub concepts: u64,
    /// For each language, the share of these terms that have a label in it, between 0 and 1; "" for labels without one.
    pub languages: BTreeMap<String, f64>,
    /// What it imports, and whether the reader sees it.
    pub imports: BTreeMap<String, bool>,
}

impl LoadedOntology {
    /// Every ontology that `view` sees, by IRI, version and graph, and every loaded graph that declares terms without saying
    /// which ontology they belong to. `base` says which graphs were not loaded.
    ///
    /// # Errors
    /// [`Interrupted`] when the view's scans are stopped.
    pub fn all(view: &View, base: &Base) -> Result<Vec<Self>, Interrupted> {
        let reader = Reader::new(view, base);
        let mut found = Vec::new();
        let mut here: BTreeSet<String> = BTreeSet::new();
        for (subject, graph) in reader.declared()? {
            let Term::NamedNode(iri) = view.term(subject) else {
                continue;
            };
            here.insert(key(iri.as_str()).to_owned());
            let versions = reader.texts(subject, owl::VERSION_IRI, graph)?;
            here.extend(versions.iter().map(|version| key(version).to_owned()));
            let infos = reader.texts(subject, owl::VERSION_INFO, graph)?;
            let imports = reader.texts(subject, owl::IMPORTS, graph)?;
            let terms = reader.terms(graph)?;
            let size = view.graph(graph).map_or(0, |graph| graph.triples);
            found.push(Self {
                iri: iri.into_string(),
                version: infos.into_iter().next().or(versions.into_iter().next()),
                graph: reader.name(graph),
                triples: size,
                classes: terms.classes.len() as u64,
                properties: terms.properties.len() as u64,
                concepts: terms.concepts.len() as u64,
                languages: reader.languages(&terms, graph)?,
                imports: imports.into_iter().map(|name| (name, false)).collect(),
            });
        }
        let declaring: HashSet<String> = found.iter().map(|it| it.graph.clone()).collect();
        for graph in view.graphs() {
            let name = reader.name(graph.id);
            here.insert(key(&name).to_owned());
            // Many vocabularies are published without a header: they are what their graph is called.
            if declaring.contains(&name) || !reader.is_loaded(&name) {
                continue;
            }
            let terms = reader.terms(graph.id)?;
            if terms.is_empty() {
                continue;
            }
            found.push(Self {
                iri: name.clone(),
                version: None,
                graph: name,
                triples: graph.triples,
                classes: terms.classes.len() as u64,
                properties: terms.properties.len() as u64,
                concepts: terms.concepts.len() as u64,
                languages: reader.languages(&terms, graph.id)?,
                imports: BTreeMap::new(),
            });
        }
        for ontology in &mut found {
            for (name, is_here) in &mut ontology.imports {
                *is_here = here.contains(key(name));
            }
        }
        found.sort_by(|a, b| (&a.iri, &a.version, &a.graph).cmp(&(&b.iri, &b.version, &b.graph)));
        Ok(found)
    }

    /// The ontology as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "iri": self.iri,
            "version": self.version,
            "graph": self.graph,
            "triples": self.triples,
            "classes": self.classes,
            "properties": self.properties,
            "concepts": self.concepts,
            "languages": self.languages,
            "imports": self.imports,
        })
    }
}

/// The terms that a graph declares.
#[derive(Default)]
struct Terms {
    classes: HashSet<TermId>,
    properties: HashSet<TermId>,
    concepts: HashSet<TermId>,
}

impl Terms {
    fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.properties.is_empty() && self.concepts.is_empty()
    }
}

struct Reader<'a> {
    view: &'a View,
    base: &'a Base,
}

impl<'a> Reader<'a> {
    const fn new(view: &'a View, base: &'a Base) -> Self {
        Self { view, base }
    }

    fn name(&self, graph: TermId) -> String {
        match self.view.term(graph) {
            Term::NamedNode(name) => name.into_string(),
            other => other.to_string(),
        }
    }

    /// Whether a graph of this name was loaded from a file, as far as names tell: what notes say and what was recorded was not.
    fn is_loaded(&self, graph: &str) -> bool {
        !matches!(
            self.base.read(graph),
            Some(
                Minted::NoteGraph { .. }
                    | Minted::SectionGraph { .. }
                    | Minted::LinksGraph { .. }
                    | Minted::MetaGraph { .. }
                    | Minted::RecordGraph(_)
            )
        )
    }

    fn id(&self, name: NamedNodeRef<'_>) -> Option<TermId> {
        self.view.id(TermRef::from(name))
    }

    /// Every ontology that is declared, with the graph that declares it.
    fn declared(&self) -> Result<Vec<(TermId, TermId)>, Interrupted> {
        let (Some(kind), Some(class)) = (self.id(rdf::TYPE), self.id(owl::ONTOLOGY)) else {
            return Ok(Vec::new());
        };
        let pattern = Pattern {
            predicate: Some(kind),
            object: Some(class),
            ..Pattern::all(GraphPattern::Each)
        };
        let quads = self.view.quads(pattern);
        quads
            .map(|quad| quad.map(|quad| (quad.subject, quad.graph)))
            .collect()
    }

    /// What a graph says of a subject by a predicate, as texts in alphabetical order.
    fn texts(
        &self,
        subject: TermId,
        predicate: NamedNodeRef<'_>,
        graph: TermId,
    ) -> Result<Vec<String>, Interrupted> {
        let Some(predicate) = self.id(predicate) else {
            return Ok(Vec::new());
        };
        let pattern = Pattern {
            subject: Some(subject),
            predicate: Some(predicate),
            ..Pattern::all(GraphPattern::One(graph))
        };
        let mut texts = Vec::new();
        for quad in self.view.quads(pattern) {
            match self.view.term(quad?.object) {
                Term::NamedNode(name) => texts.push(name.into_string()),
                Term::Literal(text) => texts.push(text.value().to_owned()),
                _ => {}
            }
        }
        texts.sort();
        Ok(texts)
    }

    fn terms(&self, graph: TermId) -> Result<Terms, Interrupted> {
        let mut terms = Terms::default();
        let Some(kind) = self.id(rdf::TYPE) else {
            return Ok(terms);
        };
        let ids = |names: &[NamedNodeRef<'_>]| -> HashSet<TermId> {
            names.iter().filter_map(|name| self.id(*name)).collect()
        };
        let classes = ids(&[owl::CLASS, rdfs::CLASS]);
        let properties = ids(&[
            rdf::PROPERTY,
            owl::OBJECT_PROPERTY,
            owl::DATATYPE_PROPERTY,
            owl::ANNOTATION_PROPERTY,
        ]);
        let concepts = ids(&[skos::CONCEPT]);
        let pattern = Pattern {
            predicate: Some(kind),
            ..Pattern::all(GraphPattern::One(graph))
        };
        for quad in self.view.quads(pattern) {
            let quad = quad?;
            // A class without a name is part of an axiom and needs no label.
            if !matches!(self.view.term(quad.subject), Term::NamedNode(_)) {
                continue;
            }
            for (kinds, found) in [
                (&classes, &mut terms.classes),
                (&properties, &mut terms.properties),
                (&concepts, &mut terms.concepts),
            ] {
                if kinds.contains(&quad.object) {
                    found.insert(quad.subject);
                }
            }
        }
        Ok(terms)
    }

    fn languages(
        &self,
        terms: &Terms,
        graph: TermId,
    ) -> Result<BTreeMap<String, f64>, Interrupted> {
        let all: HashSet<TermId> = [&terms.classes, &terms.properties, &terms.concepts]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        let mut labelled: BTreeMap<String, HashSet<TermId>> = BTreeMap::new();
        for predicate in [rdfs::LABEL, skos::PREF_LABEL] {
            let Some(predicate) = self.id(predicate) else {
                continue;
            };
            let pattern = Pattern {
                predicate: Some(predicate),
                ..Pattern::all(GraphPattern::One(graph))
            };
            for quad in self.view.quads(pattern) {
                let quad = quad?;
                if !all.contains(&quad.subject) {
                    continue;
                }
                if let Term::Literal(text) = self.view.term(quad.object) {
                    let tag = text.language().unwrap_or_default().to_lowercase();
                    labelled.entry(tag).or_default().insert(quad.subject);
                }
            }
        }
        let share = |count: usize| count as f64 / all.len().max(1) as f64;
        Ok(labelled
            .into_iter()
            .map(|(tag, terms)| (tag, share(terms.len())))
            .collect())
    }
}

/// Files write `…/core` and `…/core#` for one ontology.
fn key(name: &str) -> &str {
    name.trim_end_matches('#')
}
