//! The built-in shapes: each is seen to find what it is there for, and finds nothing in the vocabulary itself.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clearance, Groups, Label, Level, Scale};
use kenning_insight::shapes::{Finding, Shapes};
use kenning_store::{Batch, KnowledgeBase, Options, View};
use kenning_vocab::Base;
use oxrdf::{NamedNode, Triple};
use oxrdfio::{RdfFormat, RdfParser};
use std::collections::BTreeSet;

const PREFIXES: &str = "@prefix km: <https://w3id.org/kenning/km#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix dcterms: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix prov: <http://www.w3.org/ns/prov#> .
    @prefix oa: <http://www.w3.org/ns/oa#> . @prefix cito: <http://purl.org/spar/cito/> . @prefix schema: <https://schema.org/> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <http://localhost:7878/id/note/w/> .";

/// Data, and the shapes that find fault with it. Names are those of the shapes, without the prefix.
#[rustfmt::skip]
const ROWS: &[(&str, &[&str])] = &[
    // Well-formed, with nothing that could be better.
    (":a a km:Note ; dcterms:title \"A\" ; km:responsible :p ; dcterms:created \"2026\"^^xsd:gYear ; dcterms:modified \"2026-02-01\"^^xsd:date .", &[]),
    (":a a km:Note ; km:responsible :p .", &["Note-title"]),
    (":a a km:Note ; dcterms:title \"A\" .", &["Note-responsible"]),
    (":a a km:Note ; dcterms:title \"A\" ; km:responsible :p ; km:inWiki :w , :v ; km:describesConcept :b .", &["Note-wiki", "Note-concept"]),
    (":a a km:Note ; dcterms:title \"A\" ; km:responsible :p ; dcterms:created \"soon\" ; dcterms:modified 7 .", &["Note-created", "Note-modified", "Order"]),
    (":a a km:Note ; dcterms:title \"A\" ; km:responsible :p ; dcterms:created \"2026-05-01\"^^xsd:date ; dcterms:modified \"2026-04-01\"^^xsd:date .", &["Order"]),
    (":a a km:Note ; dcterms:title \"A\" ; km:responsible :p ; km:lastVerified \"May\" ; km:reviewInterval 6 ; km:reviewDue \"June\" .", &["Note-verified", "Note-interval", "Note-due"]),
    // The note says one day itself, and a record of a verification another.
    (":a a km:Note ; dcterms:title \"A\" ; km:responsible :p ; km:lastVerified \"2026-02-01\"^^xsd:date , \"2026-10-01T08:00:00Z\"^^xsd:dateTime ; km:reviewDue \"2026-08-01\"^^xsd:date , \"2027-04-01\"^^xsd:date .", &[]),
    (":a a km:Note ; dcterms:title \"A\" ; km:responsible :p ; km:hasPassage :b .", &["Note-passages"]),
    (":b a km:Passage ; km:position -1 ; km:firstLine 9 ; km:lastLine 8 .", &["Passage-note", "Passage-position", "Passage-lines"]),
    (":a km:hasPassage :b . :b a km:Section .", &["Section-rank", "Section-heading"]),
    (":a km:hasPassage :b . :b a km:Section ; km:headingRank 1 ; km:heading \"Lage\"@de .", &[]),
    (":a km:hasPassage :b . :b a km:Claim ; cito:citesAsSourceDocument :c .", &["Claim-text", "Claim-selector", "Claim-sources"]),
    (":a km:hasPassage :b . :b a km:Claim ; schema:text \"T\" ; oa:hasSelector :s .", &["Claim-source"]),
    (":s a km:Source ; km:sourceKey \"a\" , \"b\" .", &["Source-key"]),
    (":s a km:Citation .", &["Citation-source"]),
    (":n a km:Name .", &["Name-key"]),
    (":c a skos:Concept .", &["Concept-label"]),
    (":c a skos:Concept , skos:ConceptScheme ; skos:prefLabel \"C\"@en , \"c\"@en .", &["Concept", "Concept-once"]),
    (":c a skos:Concept ; skos:prefLabel \"C\" ; skos:altLabel \"C\" .", &["Concept-alternative"]),
    (":c a skos:Concept ; skos:prefLabel \"C\" ; skos:hiddenLabel \"C\" , \"D\" ; skos:altLabel \"D\" .", &["Concept-hidden", "Concept-alternative-hidden"]),
    (":c skos:broader :d . :d skos:broader :e ; skos:related :x . :e skos:related :c .", &["Related"]),
    (":c skos:exactMatch :d ; skos:closeMatch :e . :d skos:broadMatch :c .", &["Matched"]),
    (":k a km:KnowledgeAsset ; km:expressibleShare 2 .", &["Asset-title", "Asset-topic", "Asset-kind", "Asset-holder", "Asset-share"]),
    (":k km:criticality 4 .", &["Criticality-value"]),
    (":e a km:ConversionEvent ; km:byMode km:tacit ; km:aboutConcept :n ; km:throughPractice \"walk\" .", &["Event-mode", "Event-day", "Event-practice"]),
    (":e a km:ConversionEvent ; prov:startedAtTime \"2026-01-01\"^^xsd:date ; km:sharedBy \"Erin\" , :p ; km:acquiredBy \"Ada\" , :p ; km:effortHours -1 .",
        &["Event-known-mode", "Event-topic", "Event-giver", "Event-taker", "Event-people", "Event-effort"]),
    (":l a km:ProtectionLevel .", &["Concept-label", "Level-rank"]),
    (":m a km:ProtectionMethod .", &["Concept-label", "Method-family"]),
    (":m a km:ProtectionMeasure .", &["Measure-thing", "Measure-method"]),
    (":m a km:ProtectionMeasure ; km:protects :a ; km:appliesMethod :x ; km:validFrom \"2027-01-01\"^^xsd:date ; km:validUntil \"2026-01-01\"^^xsd:date .",
        &["Measure-known-method", "Measure-from"]),
    (":m a km:ProtectionMeasure ; km:protects :a ; km:appliesMethod km:tradeSecret ; km:validUntil \"soon\" .", &["Measure-until"]),
    (":p a foaf:Person ; km:hasVisibility km:named , km:hidden .", &["Person-name", "Visible-once"]),
    (":x a km:ExpertiseStatement ; km:hasExpertiseLevel km:tacit ; km:score 1.5 .",
        &["ExpertiseStatement", "Expertise-expert", "Expertise-topic", "Expertise-level", "Expertise-status", "Expertise-score"]),
    (":x a km:ExpertiseStatement ; km:expert :p ; km:aboutConcept :n ; km:hasAssertionStatus km:stated .", &[]),
    (":r a km:Referral ; km:referredBy \"Ada\" ; km:hasOutcome km:tacit .", &["Referral-to", "Referral-by", "Referral-outcome", "Referral-topic"]),
    (":d a km:Departure .", &["Departure-person", "Departure-day"]),
    (":d a km:RetentionPlan ; km:departingPerson \"Ada\" ; km:inRetentionFamily :x .", &["Plan-person", "Plan-topic", "Plan-known-stage", "Plan-family"]),
    (":d a km:RetentionPlan ; km:aboutConcept :n ; km:atRetentionStage :x .", &["Plan-stage"]),
    (":q a km:Practice ; skos:prefLabel \"Q\" ; km:carriesMode km:tacit .", &["Practice-mode"]),
    (":g a km:NoteGraph .", &["Graph-note"]),
    (":a km:contentHash \"abc\" .", &["Hashed-once"]),
    (":r a km:NoteRevision ; km:authoredLines -1 .", &["Revision-note", "Revision-identifier", "Revision-time", "Revision-author", "Revision-lines"]),
    (":v a km:Verification .", &["Verification-note", "Verification-person"]),
    (":f a km:Gap .", &["Finding-kind", "Finding-thing"]),
];

fn triples(turtle: &str) -> Vec<Triple> {
    let parser = RdfParser::from_format(RdfFormat::Turtle).rename_blank_nodes();
    let quads = parser.for_slice(turtle.as_bytes());
    quads.map(|quad| Triple::from(quad.unwrap())).collect()
}

fn view(turtle: &str, label: Label, clearance: &Clearance) -> View {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    for ontology in kenning_vocab::ontologies() {
        let name = Base::default().ontology_graph(ontology.name);
        batch.put_graph(name, Label::public(), triples(ontology.text));
    }
    let name = NamedNode::new("http://localhost:7878/id/graph/note/w/a").unwrap();
    batch.put_graph(name, label, triples(&format!("{PREFIXES} {turtle}")));
    kb.commit(batch).unwrap();
    kb.view(clearance)
}

fn found(view: &View) -> BTreeSet<String> {
    let shapes = Shapes::built_in().unwrap();
    let found = shapes.check(view).unwrap();
    let findings = found
        .iter()
        .map(|found| Finding::of(found, view, &Base::default()));
    findings
        .map(|finding| finding.shape.strip_prefix("shape:").unwrap().to_owned())
        .collect()
}

#[test]
fn each_row_is_found_by_its_shapes_and_by_no_others() {
    let mut wrong = Vec::new();
    for (turtle, expected) in ROWS {
        let view = view(turtle, Label::public(), &Clearance::anonymous());
        let expected: BTreeSet<String> = expected.iter().map(|name| (*name).to_owned()).collect();
        let found = found(&view);
        if found != expected {
            wrong.push(format!(
                "{turtle}\n  wanted {expected:?}\n  found {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_shape_is_seen_to_find_something() {
    let expected: BTreeSet<&str> = ROWS
        .iter()
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    for module in kenning_vocab::shapes() {
        for line in module
            .text
            .lines()
            .filter(|line| line.starts_with("shape:"))
        {
            let Some((name, rest)) = line.strip_prefix("shape:").unwrap().split_once(' ') else {
                continue;
            };
            if rest.starts_with("sh:path") {
                assert!(expected.contains(name), "no row breaks shape:{name}");
            }
        }
    }
}

#[test]
fn what_a_reader_cannot_see_is_neither_found_nor_missed() {
    let scale = Scale::default();
    let hidden = scale.parse_label("confidential").unwrap();
    let broken = ":a a km:Note ; km:inWiki :w , :v .";
    let below = view(broken, hidden.clone(), &Clearance::anonymous());
    assert_eq!(found(&below), BTreeSet::new());
    let level: Level = scale.parse_level("confidential").unwrap();
    let above = view(broken, hidden, &Clearance::new(level, Groups::none()));
    assert!(found(&above).contains("Note-title"));
}

#[test]
fn a_finding_says_where_and_what() {
    let turtle = ":people%2FErin a km:Note . <http://localhost:7878/id/agent/erin> a foaf:Person .
        :a a km:Note ; dcterms:title \"Reeds\" ; km:responsible :p ; km:hasPassage <a#p=1> .
        <a#p=1> a km:Claim ; schema:text \"A reed that has been voiced once in the cold will never again speak as it did before that day\" ;
            oa:hasSelector :s ; km:firstLine 12 ; km:lastLine 13 .";
    let turtle = turtle.replace("<a#p=1>", "<http://localhost:7878/id/note/w/a#p=1>");
    let view = view(&turtle, Label::public(), &Clearance::anonymous());
    let found = Shapes::built_in().unwrap().check(&view).unwrap();
    let findings = found
        .iter()
        .map(|found| Finding::of(found, &view, &Base::default()));
    let said: Vec<String> = findings
        .map(|f| {
            format!(
                "{}:{:?}: {}: {}",
                f.place,
                f.line,
                f.severity.name(),
                f.text()
            )
        })
        .collect();
    let claim = "w/a.md:Some(12): info: `A reed that has been voiced once in the cold will never agai…`: this claim names no source";
    assert!(said.iter().any(|line| line == claim), "{said:#?}");
    let person = "w/a.md:None: warning: `erin`: a person without a name cannot be asked";
    assert!(said.iter().any(|line| line == person), "{said:#?}");
}
