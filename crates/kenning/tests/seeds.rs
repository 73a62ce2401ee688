//! Facts about four documents as they are found in the wild, counted by hand and asked for in SPARQL.
//!
//! The documents lie beside the checkout; without them the tests say so and pass.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Said, rows, run, shared};

const PREFIXES: &str = "
    PREFIX cito: <http://purl.org/spar/cito/>
    PREFIX dcterms: <http://purl.org/dc/terms/>
    PREFIX foaf: <http://xmlns.com/foaf/0.1/>
    PREFIX km: <https://w3id.org/kenning/km#>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    PREFIX schema: <https://schema.org/>
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
";
/// The two wiki pages.
const PAGES: &str = "?note a km:Note ; dcterms:source ?file .";

struct Seeds {
    data: tempfile::TempDir,
    said: Said,
}

impl Seeds {
    fn sync() -> Option<Self> {
        let seeds = shared("seeds")?;
        let data = tempfile::tempdir().unwrap();
        let said = run(data.path(), &["sync", &seeds.display().to_string()]);
        Some(Self { data, said })
    }

    fn ask(&self, query: &str) -> Vec<String> {
        rows(self.data.path(), "internal", &format!("{PREFIXES}{query}"))
    }

    #[track_caller]
    fn check(&self, query: &str, expected: &[&str]) {
        assert_eq!(self.ask(query), expected, "{query}");
    }
}

#[test]
fn links_are_folded_to_thirty_targets() {
    let Some(seeds) = Seeds::sync() else { return };
    let targets =
        format!("SELECT DISTINCT ?key {{ {PAGES} ?note km:mentionsName/km:nameKey ?key }}");
    assert_eq!(seeds.ask(&targets).len(), 30);
    seeds.check(
        "SELECT ?key { ?name km:nameKey ?key ; rdfs:label 'Tacit and explicit knowledge' }",
        &["\"tacit and explicit knowledge\""],
    );
    // `[[supply chain]]s`, `[[knowledge repository|knowledge repositories]]`, two numbers of one word.
    for (text, key) in [
        ("supply chain", "supply chain"),
        ("knowledge repository", "knowledge repository"),
        ("communities of practice", "community of practice"),
    ] {
        seeds.check(
            &format!("SELECT DISTINCT ?key {{ ?name km:nameKey ?key ; rdfs:label '{text}' }}"),
            &[&format!("\"{key}\"")],
        );
    }
    // Two of them stand in headings.
    for name in ["knowledge retention", "knowledge protection"] {
        seeds.check(
            &format!("SELECT DISTINCT ?title {{ ?note km:mentionsName/km:nameKey '{name}' ; dcterms:title ?title }}"),
            &["\"Knowledge management\""],
        );
    }
}

#[test]
fn every_claim_cites_the_one_source_which_is_no_note() {
    let Some(seeds) = Seeds::sync() else { return };
    seeds.check(
        "SELECT (COUNT(*) AS ?marks) (COUNT(DISTINCT ?source) AS ?sources) { ?claim cito:citesAsSourceDocument ?source }",
        &["39\t1"],
    );
    seeds.check(
        "SELECT DISTINCT ?key { ?claim cito:citesAsSourceDocument/km:sourceKey ?key }",
        &["\"knowledge-management.md\""],
    );
    seeds.check("SELECT ?note { ?note a km:Note, km:Source }", &[]);
    // A concept bears the same name, and is not the source.
    seeds.check(
        "SELECT DISTINCT ?label { ?note km:describesConcept ?concept . ?concept skos:prefLabel ?label FILTER(LCASE(?label) = 'knowledge management') FILTER NOT EXISTS { ?claim cito:citesAsSourceDocument ?concept } }",
        &["\"Knowledge management\""],
    );
}

#[test]
fn a_short_name_is_a_label_and_a_slug_is_none() {
    let Some(seeds) = Seeds::sync() else { return };
    seeds.check(
        "SELECT ?label { ?concept skos:altLabel ?label }",
        &["\"CVPS\""],
    );
    let slugs = seeds.ask("SELECT ?slug { ?note km:slug ?slug }");
    assert_eq!(
        slugs,
        [
            "\"codification-vs-personalization-strategies\"",
            "\"knowledge-management\""
        ]
    );
}

#[test]
fn a_time_in_quotes_is_a_time() {
    let Some(seeds) = Seeds::sync() else { return };
    seeds.check(
        "SELECT ?when { ?note dcterms:created ?when FILTER(DATATYPE(?when) = xsd:dateTime && ?when > '2026-04-18T11:23:00Z'^^xsd:dateTime) }",
        &["\"2026-04-18T11:23:06.315Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>"],
    );
    seeds.check("SELECT (COUNT(*) AS ?n) { ?note a km:Note ; dcterms:created ?when FILTER(DATATYPE(?when) != xsd:dateTime) }", &["0"]);
}

#[test]
fn a_link_to_nothing_is_reported_with_a_suggestion() {
    let Some(seeds) = Seeds::sync() else { return };
    assert_eq!(seeds.said.code, 2);
    let line = seeds
        .said
        .err
        .lines()
        .find(|line| line.contains("/knwoledge-intensive-economy/"));
    let line = line.unwrap_or_else(|| panic!("{}", seeds.said.err));
    assert!(
        line.contains("002_b666e97d035e1889.txt:36:")
            && line.contains("`/knowledge-intensive-economy/`"),
        "{line}"
    );
}

#[test]
fn an_article_gives_what_its_byline_says_and_none_of_its_navigation() {
    let Some(seeds) = Seeds::sync() else { return };
    seeds.check(
        "SELECT ?title ?day ?author ?place { ?note dcterms:title ?title ; dcterms:issued ?day ; dcterms:creator ?who . ?who foaf:name ?author ; schema:affiliation/foaf:name ?place }",
        &["\"Why Knowledge Management Systems Usually Fail\"\t\"2026-05-14\"^^<http://www.w3.org/2001/XMLSchema#date>\t\"Ali Safari\"\t\"University of North Texas\""],
    );
    let extracted = seeds
        .ask("SELECT ?property { ?note dcterms:issued ?day ; km:extractedProperty ?property }");
    for property in [
        "terms/title",
        "terms/issued",
        "terms/creator",
        "schema.org/affiliation",
    ] {
        assert!(
            extracted.iter().any(|known| known.contains(property)),
            "{property}: {extracted:?}"
        );
    }
    let texts =
        seeds.ask("SELECT ?text { ?note dcterms:issued ?day ; km:hasPassage/schema:text ?text }");
    let texts = texts.join("\n").to_lowercase();
    assert!(texts.contains("seci"));
    for word in [
        "sign in",
        "subscribe",
        "read more",
        "follow",
        "listen",
        "share this",
    ] {
        assert!(!texts.contains(word), "`{word}` is navigation");
    }
}
