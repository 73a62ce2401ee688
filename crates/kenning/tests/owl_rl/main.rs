//! The vocabulary and the example handbook contradict themselves nowhere, by the rules of OWL 2 RL.
//!
//! What the vocabularies we build on say cannot be together is taken from their Recommendations.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod rules;

use std::path::Path;

use kenning::config::Config;
use kenning::request::Place;
use kenning::site::Site;
use kenning::sync;
use kenning_access::Clearance;
use kenning_store::{Cancel, GraphPattern, KnowledgeBase, Options, Pattern};
use oxrdf::{NamedOrBlankNode, Term, Triple};
use oxrdfio::{RdfFormat, RdfParser};
use rules::Facts;

/// SKOS Reference S9 and S37, PROV-O section 3, the FOAF specification, and the ORG ontology.
const NEIGHBOURS: &str = "
skos:ConceptScheme owl:disjointWith skos:Concept .
skos:Collection owl:disjointWith skos:Concept , skos:ConceptScheme .
prov:Activity owl:disjointWith prov:Entity .
prov:Person rdfs:subClassOf prov:Agent . prov:Organization rdfs:subClassOf prov:Agent .
foaf:Person owl:disjointWith foaf:Organization . foaf:Person rdfs:subClassOf foaf:Agent .
foaf:Document owl:disjointWith foaf:Organization , foaf:Project .
foaf:Organization rdfs:subClassOf foaf:Agent .
org:Organization rdfs:subClassOf foaf:Agent . org:memberOf rdfs:domain foaf:Agent ; rdfs:range org:Organization .
prov:used rdfs:domain prov:Activity ; rdfs:range prov:Entity .
prov:wasGeneratedBy rdfs:domain prov:Entity ; rdfs:range prov:Activity .
prov:startedAtTime rdfs:domain prov:Activity . prov:endedAtTime rdfs:domain prov:Activity .
prov:generatedAtTime rdfs:domain prov:Entity .
skos:broader rdfs:subPropertyOf skos:semanticRelation . skos:narrower rdfs:subPropertyOf skos:semanticRelation .
skos:semanticRelation rdfs:domain skos:Concept ; rdfs:range skos:Concept . skos:broader owl:inverseOf skos:narrower .
skos:related a owl:SymmetricProperty .
skos:inScheme rdfs:range skos:ConceptScheme . skos:hasTopConcept rdfs:domain skos:ConceptScheme ; rdfs:range skos:Concept .
skos:member rdfs:domain skos:Collection .
";

fn triples(turtle: &str) -> Vec<Triple> {
    let mut text = String::from("@prefix : <urn:x:> .\n");
    for (prefix, namespace) in kenning_vocab::prefixes() {
        text.push_str(&format!("@prefix {prefix}: <{namespace}> .\n"));
    }
    text.push_str(turtle);
    RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(&text)
        .map(|quad| {
            let quad = quad.unwrap_or_else(|error| panic!("{error} in\n{turtle}"));
            Triple::new(quad.subject, quad.predicate, quad.object)
        })
        .collect()
}

/// The vocabulary, its neighbours, and all that the handbook says, whoever may read it.
fn everything() -> Vec<Triple> {
    let config = Config::default();
    let kb = KnowledgeBase::in_memory(Options {
        scale: config.scale().clone(),
        ..Options::default()
    });
    let site = Site::over(kb, config, None).unwrap();
    let handbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/handbook");
    let request = sync::Request {
        wikis: vec![Place::of(&handbook)],
        wiki_level: None,
        dry_run: None,
    };
    sync::run(&site, &request, &Cancel::new(), &mut |_| ()).unwrap();
    let view = site
        .kb
        .view(&Clearance::everything("a contradiction may lie anywhere"));
    let mut all = triples(NEIGHBOURS);
    for quad in view.quads(Pattern::all(GraphPattern::Union)) {
        let quad = quad.unwrap();
        let subject: NamedOrBlankNode = match view.term(quad.subject) {
            Term::NamedNode(node) => node.into(),
            Term::BlankNode(node) => node.into(),
            other => panic!("{other} is no subject"),
        };
        let Term::NamedNode(predicate) = view.term(quad.predicate) else {
            panic!("a predicate is an IRI");
        };
        all.push(Triple::new(subject, predicate, view.term(quad.object)));
    }
    all
}

fn contradictions(triples: Vec<Triple>) -> (Vec<String>, usize) {
    let mut facts = Facts::default();
    for triple in triples {
        facts.add(triple);
    }
    let before = facts.len();
    facts.close();
    (facts.contradictions(), facts.len() - before)
}

#[test]
fn the_vocabulary_and_the_handbook_contradict_themselves_nowhere() {
    let all = everything();
    let (found, derived) = contradictions(all.clone());
    assert!(found.is_empty(), "{found:#?}");
    assert!(
        derived > 1_000,
        "only {derived} statements follow, so little was tried"
    );
    // And one could be found: each of these is at odds with something that is said there.
    for planted in [
        ":x a km:Gap , km:Strength .",
        ":x a km:KnowledgeAsset , skos:Concept .",
        ":x km:effortHours \"many\" .",
        "km:tacit a skos:ConceptScheme .",
        ":note a km:Note . :note a km:Passage .",
        ":event a km:ConversionEvent . :event a prov:Entity .",
    ] {
        let mut with = all.clone();
        with.extend(triples(planted));
        let (found, _) = contradictions(with);
        assert!(!found.is_empty(), "`{planted}` was not noticed");
    }
}

#[test]
fn each_rule_finds_what_it_is_for() {
    let cases = [
        (
            "eq-diff1",
            ":a owl:differentFrom :b .",
            ":p a owl:FunctionalProperty . :x :p :a , :b .",
        ),
        (
            "eq-diff2",
            "[] a owl:AllDifferent ; owl:members ( :a :b ) .",
            ":p a owl:InverseFunctionalProperty . :a :p :x . :b :p :x .",
        ),
        ("dt-diff", ":p a owl:FunctionalProperty .", ":x :p 1 , 2 ."),
        (
            "prp-irp",
            ":p a owl:IrreflexiveProperty .",
            ":q rdfs:subPropertyOf :p . :x :q :x .",
        ),
        (
            "prp-asyp",
            ":p a owl:AsymmetricProperty .",
            ":x :p :y . :q owl:inverseOf :p . :x :q :y .",
        ),
        (
            "prp-pdw",
            ":p owl:propertyDisjointWith :q .",
            ":x :p :y ; :q :y .",
        ),
        (
            "prp-pdw",
            "[] a owl:AllDisjointProperties ; owl:members ( :p :q ) .",
            ":x :p :y ; :q :y .",
        ),
        (
            "prp-npa",
            "[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetIndividual :z .",
            ":p a owl:TransitiveProperty . :x :p :y . :y :p :z .",
        ),
        (
            "cls-nothing2",
            ":C rdfs:subClassOf owl:Nothing .",
            ":p rdfs:domain :C . :x :p 1 .",
        ),
        (
            "cls-com",
            ":C owl:complementOf :D .",
            ":x a :C . :p rdfs:range :D . :y :p :x .",
        ),
        (
            "cax-dw",
            ":C owl:disjointWith :D .",
            ":x a :D , :E . :E owl:equivalentClass :C .",
        ),
        (
            "cax-adc",
            "[] a owl:AllDisjointClasses ; owl:members ( :B :C :D ) .",
            ":x a :E , :D . :F owl:intersectionOf ( :E :D ) ; rdfs:subClassOf :B .",
        ),
        (
            "cls-maxc1",
            ":R owl:maxCardinality 0 ; owl:onProperty :p .",
            ":x a :R ; :p :y .",
        ),
        (
            "cax-dw",
            ":C owl:disjointWith :D .",
            ":R owl:onProperty :p ; owl:someValuesFrom :E ; rdfs:subClassOf :C . :x a :D ; :p [ a :E ] .",
        ),
        (
            "cax-dw",
            ":C owl:disjointWith :D .",
            ":R owl:onProperty :p ; owl:allValuesFrom :C . :x a :R ; :p :y . :y a :D .",
        ),
        (
            "cax-dw",
            ":C owl:disjointWith :D .",
            ":R owl:onProperty :p ; owl:hasValue :v ; rdfs:subClassOf :C . :x a :D ; :p :v .",
        ),
        (
            "cax-dw",
            ":C owl:disjointWith :D .",
            ":p owl:propertyChainAxiom ( :q :r ) ; rdfs:domain :C . :x a :D ; :q :y . :y :r :z .",
        ),
        (
            "cax-dw",
            ":C owl:disjointWith :D .",
            ":U owl:unionOf ( :E :F ) ; rdfs:subClassOf :C . :x a :D , :F .",
        ),
        (
            "dt-not-type",
            ":p rdfs:range xsd:integer .",
            ":x :p \"seven\" .",
        ),
        (
            "dt-not-type",
            ":x :p \"2026-02-30\"^^xsd:date .",
            ":y :p :z .",
        ),
    ];
    for (rule, schema, data) in cases {
        let (found, _) = contradictions(triples(&format!("{schema}\n{data}")));
        assert!(
            found.iter().any(|it| it.starts_with(rule)),
            "{rule} does not see `{schema} {data}`: {found:?}"
        );
        let (found, _) = contradictions(triples(data));
        assert!(found.is_empty(), "`{data}` alone is fine: {found:?}");
    }
}
