//! What small queries cost without HTTP: reading the text, and answering it, each query about another note.
//!
//! ```sh
//! cargo run --release -p kenning-sparql --example small -- 20000
//! ```
//!
//! The first argument is the number of notes in the data, others are queries to ask instead of ours. Beside each figure stands that of Oxigraph's store in memory, in the same run by turns.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool for whoever measures, which ends in a panic when it cannot measure"
)]

use std::time::{Duration, Instant};

use kenning_access::{Clearance, Label};
use kenning_sparql::{
    AnswerFormat, DEFAULT_GRAPH, Limits, ParseOptions, Prepared, RunOptions, on_big_stack,
};
use kenning_store::{Batch, KnowledgeBase, Options, View};
use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxigraph::store::Store;
use oxrdf::{GraphName, Literal, NamedNode, Term, Triple};
use oxrdfio::RdfSerializer;
use sparesults::QueryResultsSerializer;

const QUERIES: [&str; 8] = [
    "ASK { @N a <urn:l:Note> }",
    "SELECT ?p ?o { @N ?p ?o }",
    "SELECT ?title { @N <urn:l:linksTo> ?to . ?to <urn:l:title> ?title }",
    "SELECT (COUNT(*) AS ?n) { ?note <urn:l:about> @C }",
    "CONSTRUCT { ?s ?p @N } WHERE { ?s ?p @N }",
    "SELECT ?note ?title { ?note <urn:l:about> @C ; <urn:l:title> ?title } ORDER BY ?title LIMIT 10",
    "SELECT ?from ?name { ?from <urn:l:linksTo> @N OPTIONAL { ?from <urn:l:author> ?a . ?a <urn:l:name> ?name } }",
    "SELECT ?c (COUNT(?note) AS ?n) { ?note <urn:l:author> @P ; <urn:l:about> ?c } GROUP BY ?c ORDER BY DESC(?n) ?c LIMIT 5",
];

/// How often each query is asked.
const TIMES: usize = 2_000;

fn node(name: &str) -> NamedNode {
    NamedNode::new(format!("urn:l:{name}")).unwrap()
}

fn data(notes: usize) -> Vec<Triple> {
    let (people, concepts) = (notes / 100 + 1, notes / 20 + 1);
    let mut seed = 7_usize;
    let mut below = |end: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % end
    };
    let rdf_type =
        NamedNode::new("http://www.w3.org/1999/02/22-rdf-syntax-ns#type".to_owned()).unwrap();
    let mut out = Vec::new();
    for person in 0..people {
        let name = Literal::from(format!("Person {person}"));
        out.push(Triple::new(
            node(&format!("person/{person}")),
            node("name"),
            name,
        ));
    }
    for note in 0..notes {
        let subject = node(&format!("note/{note}"));
        let mut add = |predicate: NamedNode, object: Term| {
            out.push(Triple::new(subject.clone(), predicate, object))
        };
        add(rdf_type.clone(), node("Note").into());
        let title = format!("Note number {note}");
        add(
            node("title"),
            Literal::new_language_tagged_literal(title, "en")
                .unwrap()
                .into(),
        );
        add(
            node("author"),
            node(&format!("person/{}", below(people))).into(),
        );
        for _ in 0..2 {
            add(
                node("about"),
                node(&format!("concept/{}", below(concepts))).into(),
            );
        }
        for _ in 0..3 {
            add(
                node("linksTo"),
                node(&format!("note/{}", below(notes))).into(),
            );
        }
    }
    out
}

fn main() {
    let notes = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_000);
    let triples = data(notes);
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    batch.put_graph(
        DEFAULT_GRAPH.into_owned(),
        Label::public(),
        triples.iter().cloned(),
    );
    kb.commit(batch).unwrap();
    let view = kb.view(&Clearance::anonymous());
    let rival = Store::new().unwrap();
    for triple in &triples {
        rival
            .insert(&triple.clone().in_graph(GraphName::DefaultGraph))
            .unwrap();
    }
    println!("{} triples; µs for one query", triples.len());
    println!("    parse  answer   rival   query");
    on_big_stack(|| {
        let mut sums = [Duration::ZERO; 3];
        let own: Vec<String> = std::env::args().skip(2).collect();
        let queries: Vec<&str> = match own.is_empty() {
            true => QUERIES.to_vec(),
            false => own.iter().map(String::as_str).collect(),
        };
        for query in &queries {
            let mut times = [Duration::ZERO; 3];
            for at in 0..TIMES {
                let number = at * 7919 % notes;
                let text = query
                    .replace("@N", &format!("<urn:l:note/{number}>"))
                    .replace("@P", &format!("<urn:l:person/{}>", number / 100))
                    .replace("@C", &format!("<urn:l:concept/{}>", number / 20));
                for (sum, time) in times.iter_mut().zip(ask(&text, &view, &rival)) {
                    *sum += time;
                }
            }
            line(times, query);
            for (sum, time) in sums.iter_mut().zip(times) {
                *sum += time / u32::try_from(queries.len()).unwrap();
            }
        }
        line(sums, "all, on average");
    })
    .unwrap();
}

fn line(times: [Duration; 3], what: &str) {
    let each = |time: Duration| time.as_secs_f64() * 1e6 / TIMES as f64;
    println!(
        "{:9.1} {:7.1} {:7.1}   {what}",
        each(times[0]),
        each(times[1]),
        each(times[2])
    );
}

/// Our parsing, our answering, and both of the rival.
fn ask(text: &str, view: &View, rival: &Store) -> [Duration; 3] {
    let start = Instant::now();
    let prepared = Prepared::parse(text, &ParseOptions::default()).unwrap();
    let parsed = start.elapsed();
    let start = Instant::now();
    let options = RunOptions {
        limits: Limits::default(),
        ..RunOptions::default()
    };
    let format = AnswerFormat::usual(prepared.form());
    let mut out = Vec::new();
    prepared.run(view, &options, format, &mut out).unwrap();
    let answered = start.elapsed();
    let start = Instant::now();
    let results = SparqlEvaluator::new()
        .parse_query(text)
        .unwrap()
        .on_store(rival)
        .execute()
        .unwrap();
    let json = QueryResultsSerializer::from_format(sparesults::QueryResultsFormat::Json);
    match results {
        QueryResults::Boolean(answer) => {
            json.serialize_boolean_to_writer(Vec::new(), answer)
                .unwrap();
        }
        QueryResults::Solutions(solutions) => {
            let mut writer = json
                .serialize_solutions_to_writer(Vec::new(), solutions.variables().to_vec())
                .unwrap();
            for solution in solutions {
                writer.serialize(&solution.unwrap()).unwrap();
            }
            writer.finish().unwrap();
        }
        QueryResults::Graph(triples) => {
            let mut writer =
                RdfSerializer::from_format(oxrdfio::RdfFormat::Turtle).for_writer(Vec::new());
            for triple in triples {
                writer.serialize_triple(&triple.unwrap()).unwrap();
            }
            writer.finish().unwrap();
        }
    }
    [parsed, answered, start.elapsed()]
}
