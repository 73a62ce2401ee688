//! The vocabulary holds together: constants and Turtle say the same, and the rules of good vocabularies are kept.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may end in a panic"
)]

use std::collections::{BTreeMap, BTreeSet};

use kenning_vocab::{Ontology, km, ontologies, owl, rdf, rdfs, skos, vann, versions};
use oxrdf::{Graph, NamedNodeRef, NamedOrBlankNodeRef, TermRef, Triple};
use oxrdfio::{RdfFormat, RdfParser};

/// All built-in ontologies as one graph.
fn whole() -> Graph {
    ontologies()
        .iter()
        .flat_map(|ontology| triples(ontology.text))
        .collect()
}

fn triples(turtle: &str) -> Vec<Triple> {
    RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(turtle)
        .map(|quad| {
            let quad = quad.unwrap();
            Triple::new(quad.subject, quad.predicate, quad.object)
        })
        .collect()
}

fn local(iri: &str) -> Option<&str> {
    iri.strip_prefix(km::NAMESPACE)
}

/// The `km:` names that are subjects of `graph`, without the namespace.
fn defined(graph: &Graph) -> BTreeSet<String> {
    graph
        .iter()
        .filter_map(|triple| match triple.subject {
            NamedOrBlankNodeRef::NamedNode(node) => local(node.as_str()).map(str::to_owned),
            NamedOrBlankNodeRef::BlankNode(_) => None,
        })
        .collect()
}

fn objects<'a>(
    graph: &'a Graph,
    subject: NamedNodeRef<'a>,
    predicate: NamedNodeRef<'a>,
) -> Vec<TermRef<'a>> {
    graph
        .objects_for_subject_predicate(subject, predicate)
        .collect()
}

fn literals(graph: &Graph, subject: &str, predicate: NamedNodeRef<'_>) -> Vec<(String, String)> {
    let subject = NamedNodeRef::new(subject).unwrap();
    objects(graph, subject, predicate)
        .into_iter()
        .filter_map(|term| match term {
            TermRef::Literal(text) => Some((
                text.language().unwrap_or_default().to_owned(),
                text.value().to_owned(),
            )),
            _ => None,
        })
        .collect()
}

fn pairs(graph: &Graph, predicate: NamedNodeRef<'_>) -> BTreeSet<(String, String)> {
    graph
        .triples_for_predicate(predicate)
        .map(|triple| (triple.subject.to_string(), triple.object.to_string()))
        .collect()
}

#[test]
fn every_constant_is_defined_and_every_definition_has_a_constant() {
    let constants: BTreeSet<String> = km::terms()
        .map(|(_, term)| local(term.as_str()).unwrap().to_owned())
        .collect();
    let defined = defined(&whole());
    let only_here: Vec<_> = constants.difference(&defined).collect();
    let only_there: Vec<_> = defined.difference(&constants).collect();
    assert!(
        only_here.is_empty(),
        "constants that no ontology defines: {only_here:?}"
    );
    assert!(
        only_there.is_empty(),
        "terms that have no constant: {only_there:?}"
    );
    assert!(constants.len() > 300);
}

#[test]
fn a_constant_is_called_as_its_term() {
    for (name, term) in km::terms() {
        let term = local(term.as_str()).unwrap();
        assert_eq!(name.replace('_', "").to_lowercase(), term.to_lowercase());
    }
}

#[test]
fn each_term_is_defined_in_the_module_of_its_constant() {
    for ontology in ontologies() {
        let graph: Graph = triples(ontology.text).into_iter().collect();
        for term in defined(&graph) {
            let iri = format!("{}{term}", km::NAMESPACE);
            let by = objects(
                &graph,
                NamedNodeRef::new(&iri).unwrap(),
                rdfs::IS_DEFINED_BY,
            );
            assert_eq!(
                by,
                [TermRef::from(NamedNodeRef::new(ontology.iri).unwrap())],
                "km:{term} in {}",
                ontology.name
            );
        }
    }
}

#[test]
fn the_header_of_each_file_says_what_it_is() {
    let creative_commons =
        TermRef::from(NamedNodeRef::new("https://creativecommons.org/licenses/by/4.0/").unwrap());
    for ontology in ontologies() {
        let graph: Graph = triples(ontology.text).into_iter().collect();
        let iri = NamedNodeRef::new(ontology.iri).unwrap();
        assert_eq!(
            objects(&graph, iri, rdf::TYPE),
            [TermRef::from(owl::ONTOLOGY)]
        );
        assert_eq!(
            objects(&graph, iri, kenning_vocab::dcterms::LICENSE),
            [creative_commons]
        );
        let version = format!("{}/{}", ontology.iri, ontology.version);
        assert_eq!(
            objects(&graph, iri, owl::VERSION_IRI),
            [TermRef::from(NamedNodeRef::new(&version).unwrap())]
        );
        assert_eq!(
            literals(&graph, ontology.iri, owl::VERSION_INFO),
            [(String::new(), ontology.version.to_owned())]
        );
        assert_eq!(
            literals(&graph, ontology.iri, vann::PREFERRED_NAMESPACE_PREFIX)[0].1,
            "km"
        );
        assert_eq!(
            literals(&graph, ontology.iri, vann::PREFERRED_NAMESPACE_URI)[0].1,
            km::NAMESPACE
        );
    }
    // The whole imports each module, and nothing else.
    let graph = whole();
    let imports: BTreeSet<_> = graph
        .triples_for_predicate(owl::IMPORTS)
        .map(|t| t.object.to_string())
        .collect();
    let modules: BTreeSet<_> = ontologies()[1..]
        .iter()
        .map(|ontology| format!("<{}>", ontology.iri))
        .collect();
    assert_eq!(imports, modules);
}

#[test]
fn nothing_is_defined_that_is_not_ours() {
    let ours: BTreeSet<&str> = ontologies().iter().map(|ontology| ontology.iri).collect();
    for triple in &whole() {
        let NamedOrBlankNodeRef::NamedNode(subject) = triple.subject else {
            panic!("a blank node says {triple}");
        };
        let subject = subject.as_str();
        assert!(
            local(subject).is_some() || ours.contains(subject),
            "{triple}"
        );
    }
}

#[test]
fn every_term_has_labels_in_two_languages_and_one_definition() {
    let graph = whole();
    for term in defined(&graph) {
        let iri = format!("{}{term}", km::NAMESPACE);
        let mut labels = literals(&graph, &iri, rdfs::LABEL);
        labels.extend(literals(&graph, &iri, skos::PREF_LABEL));
        let labels: BTreeMap<_, BTreeSet<_>> =
            labels
                .into_iter()
                .fold(BTreeMap::new(), |mut map, (language, text)| {
                    map.entry(language)
                        .or_insert_with(BTreeSet::new)
                        .insert(text);
                    map
                });
        let languages: Vec<_> = labels.keys().map(String::as_str).collect();
        assert_eq!(languages, ["de", "en"], "labels of km:{term}");
        assert!(
            labels.values().all(|texts| texts.len() == 1),
            "km:{term}: {labels:?}"
        );
        let definitions = literals(&graph, &iri, skos::DEFINITION);
        assert_eq!(definitions.len(), 1, "definitions of km:{term}");
        assert_eq!(definitions[0].0, "en");
        assert!(
            definitions[0].1.ends_with('.'),
            "the definition of km:{term} is no sentence"
        );
    }
}

#[test]
fn names_are_told_apart_by_more_than_case() {
    let graph = whole();
    let mut folded = BTreeMap::new();
    for term in defined(&graph) {
        if let Some(other) = folded.insert(term.to_lowercase(), term.clone()) {
            panic!("km:{term} and km:{other} differ by case alone");
        }
        let iri = format!("{}{term}", km::NAMESPACE);
        let types = objects(&graph, NamedNodeRef::new(&iri).unwrap(), rdf::TYPE);
        let upper =
            types.contains(&owl::CLASS.into()) || types.contains(&skos::CONCEPT_SCHEME.into());
        assert_eq!(term.starts_with(char::is_uppercase), upper, "km:{term}");
    }
    // Labels of classes and properties are told apart too, and those of the values of one scheme.
    for language in ["en", "de"] {
        let mut labels = BTreeSet::new();
        for triple in graph.triples_for_predicate(rdfs::LABEL) {
            if let TermRef::Literal(text) = triple.object
                && text.language() == Some(language)
            {
                assert!(
                    labels.insert(text.value().to_owned()),
                    "two terms are called {text}"
                );
            }
        }
    }
}

#[test]
fn every_name_that_is_used_is_defined() {
    let defined = defined(&whole());
    let prefixes = kenning_vocab::prefixes();
    let mut foreign = BTreeSet::new();
    for triple in &whole() {
        let mut names = vec![triple.predicate];
        if let TermRef::NamedNode(node) = triple.object {
            names.push(node);
        }
        for name in names {
            if let Some(term) = local(name.as_str()) {
                assert!(
                    defined.contains(term),
                    "{triple} uses km:{term}, which is defined nowhere"
                );
            } else if prefixes
                .iter()
                .any(|(_, namespace)| name.as_str().starts_with(namespace))
            {
                foreign.insert(name.as_str().to_owned());
            }
        }
    }
    let standard: BTreeSet<String> = standard_terms()
        .iter()
        .map(|term| term.as_str().to_owned())
        .collect();
    let unknown: Vec<_> = foreign.difference(&standard).collect();
    assert!(
        unknown.is_empty(),
        "terms of other vocabularies without a constant: {unknown:?}"
    );
}

/// Standard terms really are terms of their standards: compared with the published files, where those are at hand.
#[test]
fn standard_terms_are_in_their_standards() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/conformance/ontologies/"
    );
    let published = [
        ("dcterms", "dcterms-2012.n3"),
        ("foaf", "foaf.rdf"),
        ("skos", "skos-core.n3"),
        ("prov", "prov-o.n3"),
        ("org", "org.n3"),
        ("dcat", "dcat3.ttl"),
        ("schema", "schemaorg-30.0.ttl"),
        ("dpv", "dpv.ttl"),
    ];
    let mut compared = 0;
    let mut unknown = Vec::new();
    for (prefix, file) in published {
        let Ok(text) = std::fs::read(format!("{folder}{file}")) else {
            eprintln!("skipped: no `{file}` in ../shared/conformance/ontologies");
            continue;
        };
        let format = if file.ends_with(".rdf") {
            RdfFormat::RdfXml
        } else {
            RdfFormat::Turtle
        };
        let namespace = kenning_vocab::prefixes()
            .iter()
            .find(|(name, _)| *name == prefix)
            .unwrap()
            .1;
        let mut known = BTreeSet::new();
        for quad in RdfParser::from_format(format)
            .with_base_iri(namespace)
            .unwrap()
            .for_slice(&text)
        {
            let quad = quad.unwrap();
            // schema.org publishes its terms under `http`, and calls `https` the same.
            known.insert(
                quad.subject
                    .to_string()
                    .replace("http://schema.org", "https://schema.org"),
            );
        }
        for term in standard_terms()
            .iter()
            .filter(|term| term.as_str().starts_with(namespace))
        {
            if !known.contains(&term.to_string()) {
                unknown.push(format!("{term} is not a term of {file}"));
            }
            compared += 1;
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
    assert!(
        compared == 0 || compared > 150,
        "only {compared} terms were compared"
    );
}

fn standard_terms() -> Vec<NamedNodeRef<'static>> {
    use kenning_vocab::*;
    [
        rdf::TERMS,
        rdfs::TERMS,
        owl::TERMS,
        xsd::TERMS,
        skos::TERMS,
        dcterms::TERMS,
        prov::TERMS,
        foaf::TERMS,
        schema::TERMS,
        oa::TERMS,
        cito::TERMS,
        org::TERMS,
        dcat::TERMS,
        dqv::TERMS,
        void::TERMS,
        sd::TERMS,
        vann::TERMS,
        sh::TERMS,
        doap::TERMS,
        dpv::TERMS,
    ]
    .concat()
    .into_iter()
    .map(|(_, term)| term)
    .collect()
}

#[test]
fn no_property_of_ours_merges_what_it_joins() {
    // Functional properties make a reasoner believe that two things are one; so do inverse functional ones.
    let functional = [
        "primaryTopic",
        "isPrimaryTopicOf",
        "mbox",
        "mbox_sha1sum",
        "homepage",
        "gender",
        "age",
        "birthday",
        "weblog",
        "jabberID",
    ];
    let graph = whole();
    for triple in graph.triples_for_predicate(rdfs::SUB_PROPERTY_OF) {
        let above = triple.object.to_string();
        assert!(
            !functional
                .iter()
                .any(|name| above == format!("<http://xmlns.com/foaf/0.1/{name}>")),
            "{triple}"
        );
    }
    for class in [owl::FUNCTIONAL_PROPERTY, owl::INVERSE_FUNCTIONAL_PROPERTY] {
        assert_eq!(graph.triples_for_object(class).count(), 0);
    }
}

#[test]
fn domains_and_ranges_infer_nothing_about_other_peoples_classes() {
    let graph = whole();
    for predicate in [rdfs::DOMAIN, rdfs::RANGE] {
        let mut seen = BTreeSet::new();
        for triple in graph.triples_for_predicate(predicate) {
            let object = triple.object.to_string();
            assert!(
                object.starts_with("<https://w3id.org/kenning/km#")
                    || (predicate == rdfs::RANGE
                        && object.starts_with("<http://www.w3.org/2001/XMLSchema#")),
                "{triple}"
            );
            // Two domains would mean both at once.
            assert!(
                seen.insert(triple.subject.to_string()),
                "{triple} is a second one"
            );
        }
    }
}

/// The integrity conditions of the SKOS reference by their numbers.
#[test]
fn the_value_lists_keep_the_conditions_of_skos() {
    let graph = whole();
    let of_type = |class: NamedNodeRef<'_>| -> BTreeSet<String> {
        graph
            .subjects_for_predicate_object(rdf::TYPE, class)
            .map(|subject| subject.to_string())
            .collect()
    };
    let (concepts, schemes) = (of_type(skos::CONCEPT), of_type(skos::CONCEPT_SCHEME));
    assert!(concepts.is_disjoint(&schemes), "S9: a scheme is no concept");
    for concept in &concepts {
        let iri = concept.trim_matches(['<', '>']);
        let preferred = literals(&graph, iri, skos::PREF_LABEL);
        let languages: BTreeSet<_> = preferred.iter().map(|(language, _)| language).collect();
        assert_eq!(
            languages.len(),
            preferred.len(),
            "S14: {concept} has two preferred labels in one language"
        );
        for other in [skos::ALT_LABEL, skos::HIDDEN_LABEL] {
            let others = literals(&graph, iri, other);
            assert!(
                preferred.iter().all(|label| !others.contains(label)),
                "S13: {concept}"
            );
        }
    }
    assert!(
        pairs(&graph, skos::RELATED).is_disjoint(&pairs(&graph, skos::BROADER_TRANSITIVE)),
        "S27"
    );
    assert!(
        pairs(&graph, skos::EXACT_MATCH).is_disjoint(&pairs(&graph, skos::BROAD_MATCH)),
        "S46"
    );
    // Every concept is in one scheme, as a top concept said from both ends, and of the class that its scheme lists.
    let in_scheme = pairs(&graph, skos::IN_SCHEME);
    assert_eq!(in_scheme, pairs(&graph, skos::TOP_CONCEPT_OF));
    let turned: BTreeSet<_> = pairs(&graph, skos::HAS_TOP_CONCEPT)
        .into_iter()
        .map(|(scheme, concept)| (concept, scheme))
        .collect();
    assert_eq!(in_scheme, turned);
    let placed: BTreeSet<_> = in_scheme
        .iter()
        .map(|(concept, _)| concept.clone())
        .collect();
    assert_eq!(placed, concepts);
    assert_eq!(
        in_scheme.len(),
        concepts.len(),
        "a concept is in two schemes"
    );
    let listed: BTreeSet<_> = in_scheme.iter().map(|(_, scheme)| scheme.clone()).collect();
    assert_eq!(listed, schemes, "a scheme is empty");
}

/// What each version that is out comes to, so that nobody changes it by mistake. The newest joins when the next one begins.
const OUT: &[(&str, u64)] = &[];

#[test]
fn a_version_never_changes() {
    let Some((newest, older)) = versions().split_last() else {
        panic!("no version has an address");
    };
    let sums: Vec<(&str, u64)> = older
        .iter()
        .map(|version| (version.name, sum(version.ontologies)))
        .collect();
    assert_eq!(sums, OUT, "a version that is out has changed");
    for (kept, now) in newest.ontologies.iter().zip(ontologies()) {
        assert_eq!(kept.version, now.version);
        assert!(
            kept.text == now.text,
            "`ontologies/{name}.ttl` is not what `ontologies/versions/{version}` keeps of it: if {version} is out, raise the version; \
             if it is not, copy the file there",
            name = now.name,
            version = now.version,
        );
    }
}

/// A check sum of texts and their names (FNV-1a).
fn sum(ontologies: &[Ontology]) -> u64 {
    let texts = ontologies.iter().flat_map(|o| [o.name, o.text]);
    let bytes = texts.flat_map(str::bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
