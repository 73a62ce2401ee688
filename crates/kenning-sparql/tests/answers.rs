//! Answers over a small view: forms, formats, datasets, bindings and limits.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use std::ops::ControlFlow;

use kenning_access::{Clearance, Label};
use kenning_sparql::{
    AnswerFormat, DEFAULT_GRAPH, Dataset, DefaultGraphs, Form, GraphFormat, Limits, ParseOptions,
    Prepared, QueryError, RunOptions, Stopped,
};
use kenning_store::{Batch, KnowledgeBase, Options, View};
use oxrdf::{Literal, NamedNode, Term, Triple, Variable};

fn node(name: &str) -> NamedNode {
    NamedNode::new(format!("http://example.org/{name}")).unwrap()
}

fn triple(s: &str, p: &str, o: impl Into<Term>) -> Triple {
    Triple::new(node(s), node(p), o)
}

/// Two public graphs that share a triple, a closed one, and an RDF default graph.
fn kb() -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    batch.put_graph(
        node("g1"),
        Label::public(),
        [
            triple("a", "knows", node("b")),
            triple("b", "knows", node("c")),
            triple(
                "a",
                "age",
                Literal::new_typed_literal("01.50", oxrdf::vocab::xsd::DECIMAL),
            ),
        ],
    );
    batch.put_graph(
        node("g2"),
        Label::public(),
        [
            triple("a", "knows", node("b")),
            triple("b", "age", Literal::from(7)),
        ],
    );
    batch.put_graph(
        node("hidden"),
        Label::closed(),
        [
            triple("a", "knows", node("secret")),
            triple("c", "knows", node("d")),
        ],
    );
    batch.put_graph(
        DEFAULT_GRAPH.into_owned(),
        Label::public(),
        [triple("d", "age", Literal::from(9))],
    );
    kb.commit(batch).unwrap();
    kb
}

fn view() -> View {
    kb().view(&Clearance::anonymous())
}

fn prepare(text: &str) -> Prepared {
    let options = ParseOptions {
        base: Some("http://example.org/".into()),
        ..ParseOptions::default()
    };
    Prepared::parse(text, &options).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The answer as text, with rows sorted.
fn answer(text: &str, options: &RunOptions) -> String {
    let prepared = prepare(text);
    let format = match prepared.form() {
        Form::Select | Form::Ask => "tsv",
        Form::Construct | Form::Describe => "nt",
    };
    let mut out = Vec::new();
    prepared
        .run(
            &view(),
            options,
            AnswerFormat::named(format, prepared.form()).unwrap(),
            &mut out,
        )
        .unwrap();
    let out = String::from_utf8(out)
        .unwrap()
        .replace("http://example.org/", "");
    let mut lines: Vec<&str> = out.lines().collect();
    if prepared.form() == Form::Select {
        lines[1..].sort_unstable();
    } else {
        lines.sort_unstable();
    }
    lines.join("\n")
}

fn plain(text: &str) -> String {
    answer(text, &RunOptions::default())
}

#[test]
fn the_four_forms_answer() {
    assert_eq!(plain("SELECT ?o { <a> <knows>+ ?o }"), "?o\n<b>\n<c>");
    assert_eq!(plain("ASK { <a> <knows> <secret> }"), "false");
    assert_eq!(
        plain("CONSTRUCT { ?o <by> ?s } WHERE { ?s <knows> ?o }"),
        "<b> <by> <a> .\n<c> <by> <b> ."
    );
    assert_eq!(
        plain("DESCRIBE <b>"),
        "<b> <age> \"7\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n<b> <knows> <c> ."
    );
}

#[test]
fn the_default_graph_is_the_union_and_counts_a_triple_once() {
    assert_eq!(plain("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), "?n\n5");
    assert_eq!(
        plain("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"),
        "?n\n6"
    );
    assert_eq!(
        plain("SELECT ?g { GRAPH ?g {} }"),
        "?g\n<g1>\n<g2>\n<urn:kenning:default-graph>"
    );
}

#[test]
fn a_literal_keeps_its_form() {
    assert_eq!(plain("SELECT ?o { <a> <age> ?o }"), "?o\n01.50");
    assert_eq!(plain("ASK { <a> <age> ?o FILTER(?o = 1.5) }"), "true");
    assert_eq!(plain("ASK { <a> <age> 1.5 }"), "false");
    assert_eq!(
        plain("ASK { <a> <age> ?o FILTER(sameTerm(?o, 01.50)) }"),
        "true"
    );
}

#[test]
fn str_and_datatype_are_those_of_the_term() {
    assert_eq!(
        plain("SELECT (STR(?o) AS ?t) { <a> <age> ?o }"),
        "?t\n\"01.50\""
    );
    assert_eq!(plain("ASK { ?s ?p ?o FILTER(STR(?o) = '01.50') }"), "true");
    assert_eq!(plain("ASK { ?s ?p ?o FILTER(STR(?o) = '1.5') }"), "false");
    assert_eq!(
        plain("SELECT ?g { GRAPH ?g { ?s <age> ?o FILTER(STRSTARTS(STR(?o), '01')) } }"),
        "?g\n<g1>"
    );
    assert_eq!(
        plain("SELECT (GROUP_CONCAT(?o) AS ?t) { <a> <age> ?o }"),
        "?t\n\"01.50\""
    );
    assert_eq!(
        plain(
            "SELECT (STR(?x) AS ?t) (DATATYPE(?x) AS ?d) { VALUES ?x { '07'^^<http://www.w3.org/2001/XMLSchema#byte> } }"
        ),
        "?t\t?d\n\"07\"\t<http://www.w3.org/2001/XMLSchema#byte>"
    );
    assert_eq!(
        plain("SELECT (STR(007) AS ?t) (STR(?none) AS ?u) {}"),
        "?t\t?u\n\"007\"\t"
    );
    assert_eq!(
        plain(
            "SELECT ?s { ?s <age> ?o FILTER NOT EXISTS { ?s <knows> ?x FILTER(STR(?o) = '7') } }"
        ),
        "?s\n<a>\n<d>"
    );
}

#[test]
fn paths_of_length_zero_begin_with_any_term() {
    assert_eq!(
        plain("SELECT ?o { <nowhere> <knows>* ?o }"),
        "?o\n<nowhere>"
    );
    let x = RunOptions {
        bindings: vec![(Variable::new("x").unwrap(), node("nowhere").into())],
        ..RunOptions::default()
    };
    assert_eq!(answer("SELECT ?o { ?x <knows>? ?o }", &x), "?o\n<nowhere>");
    assert_eq!(
        plain("SELECT ?o { <a> (<knows>|<age>)* ?o }")
            .lines()
            .count(),
        6
    );
    assert_eq!(plain("ASK { <nowhere> <knows>* <nowhere> }"), "true");
}

#[test]
fn bnode_is_new_in_each_solution_and_the_same_within_one() {
    let rows = plain("SELECT (BNODE('x') AS ?a) (BNODE('x') AS ?b) { ?s <knows> ?o }");
    let rows: Vec<Vec<&str>> = rows
        .lines()
        .skip(1)
        .map(|row| row.split('\t').collect())
        .collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row[0] == row[1]));
    assert_ne!(rows[0][0], rows[1][0]);
}

#[test]
fn the_dataset_is_the_requests_else_the_querys_else_the_stores() {
    let own = RunOptions {
        dataset: Dataset {
            default: DefaultGraphs::Own,
            named: None,
        },
        ..RunOptions::default()
    };
    assert_eq!(answer("SELECT ?s { ?s ?p ?o }", &own), "?s\n<d>");
    assert_eq!(answer("SELECT ?g { GRAPH ?g {} }", &own), "?g\n<g1>\n<g2>");
    assert_eq!(
        answer(
            "ASK { GRAPH <urn:kenning:default-graph> { ?s ?p ?o } }",
            &own
        ),
        "false"
    );
    assert_eq!(
        answer("SELECT ?s FROM <g2> { ?s <age> ?o }", &own),
        "?s\n<b>"
    );

    let from = "SELECT (COUNT(*) AS ?n) FROM <g1> FROM <g2> FROM <hidden> FROM <none> { ?s ?p ?o }";
    assert_eq!(plain(from), "?n\n4");
    assert_eq!(
        plain("SELECT (COUNT(*) AS ?n) FROM <hidden> { ?s ?p ?o }"),
        "?n\n0"
    );
    assert_eq!(plain("SELECT ?g FROM <g1> { GRAPH ?g {} }"), "?g");
    assert_eq!(
        plain("SELECT ?g FROM NAMED <g1> FROM NAMED <hidden> { GRAPH ?g {} }"),
        "?g\n<g1>"
    );
    assert_eq!(
        plain("ASK FROM NAMED <hidden> { GRAPH <hidden> {} }"),
        "false"
    );

    let request = RunOptions {
        dataset: Dataset::of(vec![node("g2")], vec![]),
        ..RunOptions::default()
    };
    assert_eq!(answer(from, &request), "?n\n2");
}

#[test]
fn a_value_stands_for_its_variable_everywhere() {
    let with = |term: Term| RunOptions {
        bindings: vec![(Variable::new("x").unwrap(), term)],
        ..RunOptions::default()
    };
    let a = with(node("a").into());
    assert_eq!(answer("SELECT ?o { ?x <knows> ?o }", &a), "?o\n<b>");
    assert_eq!(
        answer("SELECT ?x ?o { ?x <knows> ?o }", &a),
        "?x\t?o\n<a>\t<b>"
    );
    assert_eq!(answer("SELECT * { ?x <knows> ?o }", &a), "?x\t?o\n<a>\t<b>");
    assert_eq!(
        answer("SELECT ?s { ?s ?p ?o FILTER(?s = ?x) } GROUP BY ?s", &a),
        "?s\n<a>"
    );
    assert_eq!(
        answer("SELECT ?x (COUNT(*) AS ?n) { ?x ?p ?o } GROUP BY ?x", &a),
        "?x\t?n\n<a>\t2"
    );
    assert_eq!(answer("SELECT ?x { VALUES ?x { <a> <b> } }", &a), "?x\n<a>");
    assert_eq!(
        answer(
            "SELECT ?x { { SELECT ?x { ?x <age> ?n } } UNION { BIND(<b> AS ?x) } }",
            &a
        ),
        "?x\n<a>"
    );
    assert_eq!(
        answer(
            "SELECT ?n { { SELECT (COUNT(?x) AS ?n) { ?x <knows> ?y } } }",
            &a
        ),
        "?n\n2"
    );
    assert_eq!(
        answer("CONSTRUCT { <s> <p> ?x } WHERE { FILTER BOUND(?x) }", &a),
        "<s> <p> <a> ."
    );
    assert_eq!(
        answer("DESCRIBE ?x", &with(node("d").into()))
            .lines()
            .count(),
        1
    );
    assert_eq!(
        answer(
            "ASK { ?s ?x ?o }",
            &with(Literal::from("no predicate").into())
        ),
        "false"
    );
    assert_eq!(
        answer("ASK { GRAPH ?x { ?s ?p ?o } }", &with(node("g1").into())),
        "true"
    );
    assert_eq!(
        answer(
            "ASK { GRAPH ?x { ?s ?p ?o } }",
            &with(node("hidden").into())
        ),
        "false"
    );
    // What looks like SPARQL is a value and nothing else.
    let quote = with(Literal::from("\" } } DROP ALL #").into());
    assert_eq!(answer("SELECT (STRLEN(?x) AS ?n) {}", &quote), "?n\n16");
}

#[test]
fn every_format_is_written() {
    for form in [
        "SELECT * { ?s ?p ?o }",
        "ASK {}",
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "DESCRIBE <a>",
    ] {
        let prepared = prepare(form);
        for format in AnswerFormat::offers(prepared.form()) {
            let mut out = Vec::new();
            let outcome = prepared
                .run(&view(), &RunOptions::default(), format, &mut out)
                .unwrap();
            assert!(outcome.rows >= 1);
            assert_eq!(outcome.bytes, out.len() as u64, "{form} as {format:?}");
            assert!(!out.is_empty());
        }
        let wrong = if matches!(prepared.form(), Form::Select | Form::Ask) {
            Form::Construct
        } else {
            Form::Select
        };
        let error = prepared
            .run(
                &view(),
                &RunOptions::default(),
                AnswerFormat::usual(wrong),
                &mut Vec::new(),
            )
            .unwrap_err();
        assert!(matches!(error, QueryError::Format(_)));
    }
    let prefixes = vec![("ex".to_owned(), "http://example.org/".to_owned())];
    let mut out = Vec::new();
    prepare("DESCRIBE <a>")
        .run(
            &view(),
            &RunOptions {
                prefixes,
                ..RunOptions::default()
            },
            AnswerFormat::Graph(GraphFormat::Turtle),
            &mut out,
        )
        .unwrap();
    assert!(String::from_utf8(out).unwrap().contains("ex:a ex:"));
}

#[test]
fn limits_on_rows_and_bytes_stop_the_answer() {
    let run = |limits: Limits| {
        let prepared = prepare("SELECT * { ?s ?p ?o }");
        prepared.run(
            &view(),
            &RunOptions {
                limits,
                ..RunOptions::default()
            },
            AnswerFormat::usual(Form::Select),
            &mut Vec::new(),
        )
    };
    assert_eq!(
        run(Limits {
            rows: Some(5),
            ..Limits::NONE
        })
        .unwrap()
        .rows,
        5
    );
    let stopped = |limits| match run(limits) {
        Err(QueryError::Stopped(stopped)) => stopped,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        stopped(Limits {
            rows: Some(4),
            ..Limits::NONE
        }),
        Stopped::Rows(4)
    );
    assert_eq!(
        stopped(Limits {
            bytes: Some(100),
            ..Limits::NONE
        }),
        Stopped::Bytes(100)
    );
}

#[test]
fn service_is_refused_and_says_so() {
    for text in [
        "SELECT * { SERVICE <http://a/> { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE ?s {} } }",
        "ASK { SERVICE SILENT <http://a/> { SERVICE <http://b/> {} } }",
    ] {
        match Prepared::parse(text, &ParseOptions::default()) {
            Err(QueryError::Refused(why)) => assert!(why.contains("SERVICE")),
            other => panic!("{other:?}"),
        }
    }
    // Whoever writes SILENT takes one empty solution.
    let silent = "ASK { FILTER EXISTS { SERVICE SILENT <http://a/> { ?s ?p ?o } } }";
    assert!(Prepared::parse(silent, &ParseOptions::default()).is_ok());
}

#[test]
fn solutions_can_be_taken_one_by_one() {
    let mut seen = Vec::new();
    prepare("SELECT ?o { <a> <knows>* ?o }")
        .solutions(&view(), &RunOptions::default(), &mut |solution| {
            seen.push(solution.get("o").unwrap().to_string());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(seen.len(), 3);
}
