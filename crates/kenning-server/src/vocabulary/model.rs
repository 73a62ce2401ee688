//! The modules of the vocabulary, read from their Turtle.

use kenning_vocab::{Ontology, dcterms, km, ontologies, owl, prefixes, rdf, rdfs, schema, skos};
use oxrdf::{NamedNodeRef, NamedOrBlankNode, Term as Node, Triple};
use oxrdfio::{RdfFormat, RdfParser};

/// One module: a file of the vocabulary.
pub(super) struct Module {
    pub(super) ontology: &'static Ontology,
    pub(super) title: String,
    pub(super) terms: Vec<Term>,
}

/// What sort of term it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Class,
    Property,
    Scheme,
    Concept,
}

/// A name of the vocabulary, with what is said of it.
pub(super) struct Term {
    /// The name without the namespace.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The English label.
    pub(super) label: String,
    /// Labels in other languages, with their tags.
    pub(super) other_labels: Vec<(String, String)>,
    pub(super) definition: String,
    pub(super) notes: Vec<String>,
    pub(super) examples: Vec<String>,
    pub(super) parents: Vec<String>,
    pub(super) domains: Vec<String>,
    pub(super) ranges: Vec<String>,
    /// For a concept, its scheme; for a property, its inverse; and so on: a word and a name.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) deprecated: bool,
}

/// The modules in the order of the built-in files, without the file that only imports them.
pub(super) fn modules() -> Vec<Module> {
    let modules = ontologies().iter().map(Module::read);
    modules.filter(|module| !module.terms.is_empty()).collect()
}

impl Module {
    fn read(ontology: &'static Ontology) -> Self {
        let parser = RdfParser::from_format(RdfFormat::Turtle);
        // A file of ours that is no Turtle gives an empty module; the tests of kenning-vocab see that there is none.
        let triples: Vec<Triple> = parser
            .for_slice(ontology.text)
            .map_while(Result::ok)
            .map(Triple::from)
            .collect();
        let facts = Facts(&triples);
        let mut terms: Vec<Term> = Vec::new();
        for triple in &triples {
            let NamedOrBlankNode::NamedNode(node) = &triple.subject else {
                continue;
            };
            let Some(name) = node.as_str().strip_prefix(km::NAMESPACE) else {
                continue;
            };
            if triple.predicate == rdf::TYPE
                && let Some(kind) = kind_of(&triple.object)
                && !terms.iter().any(|term| term.name == name)
            {
                terms.push(facts.term(&triple.subject, name, kind));
            }
        }
        terms.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        let own = NamedOrBlankNode::NamedNode(oxrdf::NamedNode::new_unchecked(ontology.iri));
        Self {
            ontology,
            title: facts.text(&own, &[dcterms::TITLE]),
            terms,
        }
    }
}

fn kind_of(class: &Node) -> Option<Kind> {
    let Node::NamedNode(class) = class else {
        return None;
    };
    let kinds = [
        (owl::CLASS, Kind::Class),
        (rdfs::CLASS, Kind::Class),
        (owl::OBJECT_PROPERTY, Kind::Property),
        (owl::DATATYPE_PROPERTY, Kind::Property),
        (owl::ANNOTATION_PROPERTY, Kind::Property),
        (rdf::PROPERTY, Kind::Property),
        (skos::CONCEPT_SCHEME, Kind::Scheme),
        (skos::CONCEPT, Kind::Concept),
    ];
    let found = kinds.into_iter().find(|(known, _)| *class == *known);
    found.map(|(_, kind)| kind)
}

struct Facts<'a>(&'a [Triple]);

impl Facts<'_> {
    fn objects(&self, subject: &NamedOrBlankNode, predicate: NamedNodeRef<'_>) -> Vec<&Node> {
        let of = self.0.iter().filter(|triple| triple.subject == *subject);
        of.filter(|triple| triple.predicate == predicate)
            .map(|triple| &triple.object)
            .collect()
    }

    fn texts(
        &self,
        subject: &NamedOrBlankNode,
        predicate: NamedNodeRef<'_>,
    ) -> Vec<(String, String)> {
        let literals = self.objects(subject, predicate).into_iter();
        literals
            .filter_map(|object| match object {
                Node::Literal(text) => Some((
                    text.language().unwrap_or_default().to_owned(),
                    text.value().to_owned(),
                )),
                _ => None,
            })
            .collect()
    }

    /// The English text of the first of these predicates that has one.
    fn text(&self, subject: &NamedOrBlankNode, predicates: &[NamedNodeRef<'_>]) -> String {
        let texts = predicates.iter().flat_map(|p| self.texts(subject, *p));
        let english = texts.filter(|(tag, _)| tag.is_empty() || tag == "en");
        english.map(|(_, text)| text).next().unwrap_or_default()
    }

    fn names(&self, subject: &NamedOrBlankNode, predicates: &[NamedNodeRef<'_>]) -> Vec<String> {
        let objects = predicates.iter().flat_map(|p| self.objects(subject, *p));
        let names = objects.filter_map(|object| match object {
            Node::NamedNode(name) => Some(short(name.as_str())),
            _ => None,
        });
        names.collect()
    }

    fn term(&self, subject: &NamedOrBlankNode, name: &str, kind: Kind) -> Term {
        let plain = |predicate| -> Vec<String> {
            let texts = self.texts(subject, predicate).into_iter();
            texts.map(|(_, text)| text).collect()
        };
        let labels = [skos::PREF_LABEL, rdfs::LABEL];
        let all = labels.iter().flat_map(|p| self.texts(subject, *p));
        let mut other_labels: Vec<(String, String)> = all
            .filter(|(tag, _)| !tag.is_empty() && tag != "en")
            .collect();
        other_labels.sort();
        other_labels.dedup();
        let mut facts = Vec::new();
        let said: [(&'static str, NamedNodeRef<'_>); 9] = [
            ("inverse of", owl::INVERSE_OF),
            ("disjoint with", owl::DISJOINT_WITH),
            ("in scheme", skos::IN_SCHEME),
            ("broader", skos::BROADER),
            ("exactly", skos::EXACT_MATCH),
            ("close to", skos::CLOSE_MATCH),
            ("see also", rdfs::SEE_ALSO),
            ("same as", owl::EQUIVALENT_CLASS),
            ("replaced by", dcterms::IS_REPLACED_BY),
        ];
        for (word, predicate) in said {
            for name in self.names(subject, &[predicate]) {
                facts.push((word, name));
            }
        }
        let kinds = self.objects(subject, rdf::TYPE);
        if kinds.contains(&&Node::NamedNode(owl::FUNCTIONAL_PROPERTY.into_owned())) {
            facts.push(("is", "functional".to_owned()));
        }
        Term {
            name: name.to_owned(),
            kind,
            label: self.text(subject, &labels),
            other_labels,
            definition: self.text(subject, &[skos::DEFINITION, rdfs::COMMENT]),
            notes: plain(skos::SCOPE_NOTE),
            examples: plain(skos::EXAMPLE),
            parents: self.names(subject, &[rdfs::SUB_CLASS_OF, rdfs::SUB_PROPERTY_OF]),
            domains: self.names(subject, &[rdfs::DOMAIN, schema::DOMAIN_INCLUDES]),
            ranges: self.names(subject, &[rdfs::RANGE, schema::RANGE_INCLUDES]),
            facts,
            deprecated: !self.objects(subject, owl::DEPRECATED).is_empty(),
        }
    }
}

/// An IRI with one of our prefixes, or whole.
fn short(iri: &str) -> String {
    let found = prefixes().iter().find_map(|(prefix, namespace)| {
        let local = iri.strip_prefix(namespace)?;
        Some(format!("{prefix}:{local}"))
    });
    found.unwrap_or_else(|| iri.to_owned())
}
