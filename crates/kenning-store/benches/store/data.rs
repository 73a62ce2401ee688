//! The data of the benchmark: notes about concepts, the same every time.

use kenning_access::{Label, Scale};
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term, Triple};

/// About how many quads a graph has: 20,000 graphs for two million quads.
pub const QUADS_OF_A_GRAPH: u64 = 100;
const CONCEPTS: u32 = 12_000;
const AGENTS: u32 = 2_000;
const TAGS: u32 = 200;
const SOURCES: u32 = 5_000;

/// The eight labels; a reader of `internal` with the group `hr` sees the first four.
pub const LABELS: [&str; 8] = [
    "public",
    "internal",
    "internal{hr}",
    "public{hr}",
    "confidential",
    "confidential{legal}",
    "restricted",
    "internal{legal}",
];

/// Numbers that look random and are the same every time (the 64-bit finaliser of SplitMix).
pub fn mixed(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

pub fn km(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("https://w3id.org/kenning/km#{name}"))
}

pub fn terms(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://purl.org/dc/terms/{name}"))
}

pub fn skos(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://www.w3.org/2004/02/skos/core#{name}"))
}

pub fn id(kind: &str, number: u32) -> NamedNode {
    NamedNode::new_unchecked(format!("http://localhost:7878/id/{kind}/{number:06}"))
}

pub fn graph_name(graph: u32) -> NamedNode {
    id("graph/note/handbook", graph)
}

pub fn label(graph: u32) -> Label {
    let text = LABELS[(mixed(u64::from(graph) + 77) % 8) as usize];
    Scale::default().parse_label(text).unwrap()
}

/// The triples of one note: about a hundred, of which the labels and types of concepts repeat from note to note.
pub fn triples(graph: u32) -> Vec<Triple> {
    let mut triples = Vec::with_capacity(112);
    let mut seed = u64::from(graph) << 20;
    let mut pick = |below: u32| {
        seed += 1;
        (mixed(seed) % u64::from(below)) as u32
    };
    let note = id("note/handbook", graph);
    let about = id("concept/handbook", graph % CONCEPTS);
    let mut add = |s: &NamedNode, p: NamedNode, o: Term| {
        triples.push(Triple::new(NamedOrBlankNode::from(s.clone()), p, o));
    };
    let date = |days: u32, seconds: u32| -> Term {
        let (year, month, day) = (2015 + days / 336, 1 + days / 28 % 12, 1 + days % 28);
        let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        let text = format!("{year}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}Z");
        Literal::new_typed_literal(text, xsd::DATE_TIME).into()
    };
    add(&note, rdf::TYPE.into_owned(), km("Note").into());
    let title = format!("How we handle topic {} in area {}", graph % 977, pick(400));
    add(&note, terms("title"), Literal::from(title).into());
    add(&note, terms("created"), date(pick(3600), pick(86_400)));
    add(&note, terms("modified"), date(pick(3600), pick(86_400)));
    add(&note, terms("creator"), id("agent", pick(AGENTS)).into());
    add(&note, km("describesConcept"), about.clone().into());
    let text = format!(
        "A note about topic {graph}: what we tried, what it cost, whom to ask, and where the record of case {} is kept.",
        pick(100_000)
    );
    add(&note, km("summary"), Literal::from(text).into());
    for _ in 0..3 {
        add(&note, km("tagged"), id("tag", pick(TAGS)).into());
    }
    // A tree of concepts, ten to each.
    let concept = graph % CONCEPTS;
    if concept > 0 {
        let broader = id("concept/handbook", (concept - 1) / 10);
        add(&about, skos("broader"), broader.into());
    }
    for place in 0..15 {
        // A few concepts are mentioned by very many notes.
        let range = if place < 5 { 300 } else { CONCEPTS };
        let number = pick(range);
        let concept = id("concept/handbook", number);
        add(&note, km("mentions"), concept.clone().into());
        add(&concept, rdf::TYPE.into_owned(), skos("Concept").into());
        let name = Literal::new_language_tagged_literal_unchecked(
            format!("Concept number {number}"),
            "en",
        );
        add(&concept, skos("prefLabel"), name.into());
    }
    for place in 0..9 {
        let claim = id(&format!("claim/handbook/{graph:06}"), place);
        add(&claim, rdf::TYPE.into_owned(), km("Claim").into());
        add(&claim, km("inNote"), note.clone().into());
        add(
            &claim,
            km("about"),
            id("concept/handbook", pick(CONCEPTS)).into(),
        );
        add(
            &claim,
            km("citesSource"),
            id("source", pick(SOURCES)).into(),
        );
        let confidence = format!("0.{}", 1 + pick(9));
        add(
            &claim,
            km("confidence"),
            Literal::new_typed_literal(confidence, xsd::DECIMAL).into(),
        );
    }
    triples
}

/// The queries: the fourteen shapes of the reading.
pub fn queries(graphs: u32) -> Vec<(&'static str, String)> {
    let is_visible = |graph: &u32| mixed(u64::from(*graph) + 77) % 8 < 4;
    let note = id("note/handbook", (4711..).find(is_visible).unwrap());
    let concept = id("concept/handbook", 42);
    // The way up from here is visible to both readers.
    let mut leaves = (0..CONCEPTS.min(graphs)).rev();
    let leaf = leaves.find(|leaf| {
        let up = std::iter::successors(Some(*leaf), |at| (*at > 0).then(|| (at - 1) / 10));
        up.take(4).all(|at| is_visible(&at))
    });
    let leaf = id("concept/handbook", leaf.unwrap_or(0));
    let root = id("concept/handbook", 5);
    let tag = id("tag", 17);
    let prefixes = "PREFIX km: <https://w3id.org/kenning/km#> PREFIX dcterms: <http://purl.org/dc/terms/> \
                    PREFIX skos: <http://www.w3.org/2004/02/skos/core#> ";
    [
        ("Q1 point", format!("SELECT ?p ?o {{ {note} ?p ?o }}")),
        ("Q1b shared subject", format!("SELECT ?p ?o {{ {concept} ?p ?o }}")),
        (
            "Q2 star",
            format!(
                "SELECT ?n ?t ?d ?a {{ ?n km:tagged {tag} ; a km:Note ; dcterms:title ?t ; dcterms:created ?d ; dcterms:creator ?a }}"
            ),
        ),
        (
            "Q3 three hops",
            format!(
                "SELECT (COUNT(*) AS ?c) {{ ?n km:describesConcept {concept} . ?n km:mentions ?x . ?x skos:prefLabel ?l }}"
            ),
        ),
        ("Q4 path up", format!("SELECT ?c {{ {leaf} skos:broader+ ?c }}")),
        ("Q4b path down", format!("SELECT ?c {{ ?c skos:broader+ {root} }}")),
        (
            "Q5 group",
            "SELECT ?t (COUNT(?n) AS ?c) { ?n km:tagged ?t } GROUP BY ?t".to_owned(),
        ),
        (
            "Q5b top of 300k",
            "SELECT ?x (COUNT(?n) AS ?c) { ?n km:mentions ?x } GROUP BY ?x ORDER BY DESC(?c) ?x LIMIT 10".to_owned(),
        ),
        (
            "Q6 text filter",
            "SELECT ?n { ?n dcterms:title ?t FILTER(CONTAINS(LCASE(?t), \"topic 77 \")) }".to_owned(),
        ),
        (
            "Q7 order and limit",
            "SELECT ?n ?d { ?n dcterms:created ?d } ORDER BY DESC(?d) ?n LIMIT 10".to_owned(),
        ),
        (
            "Q8 distinct",
            format!("SELECT DISTINCT ?a {{ ?n km:tagged {tag} . ?n dcterms:creator ?a }}"),
        ),
        (
            "Q9 graph",
            format!("SELECT ?g ?d {{ GRAPH ?g {{ {note} dcterms:created ?d }} }}"),
        ),
        (
            "Q10 experts",
            format!(
                "SELECT ?a (COUNT(DISTINCT ?n) AS ?c) {{ ?x skos:broader {root} . ?n km:describesConcept ?x . ?n dcterms:creator ?a }} \
                 GROUP BY ?a ORDER BY DESC(?c) ?a LIMIT 10"
            ),
        ),
        ("Q11 count all", "SELECT (COUNT(*) AS ?c) { ?s ?p ?o }".to_owned()),
    ]
    .map(|(name, text)| (name, format!("{prefixes}{text}")))
    .to_vec()
}
