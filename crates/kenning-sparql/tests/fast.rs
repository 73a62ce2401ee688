//! Short cuts give what the evaluator gives: the same question is asked in a form that a short cut takes and in one that
//! none does, over data with hidden graphs, repeated triples, ties and values of several kinds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clearance, Label};
use kenning_sparql::{ParseOptions, Prepared, RunOptions};
use kenning_store::{Batch, KnowledgeBase, Options, View};
use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, Term, Triple};
use std::ops::ControlFlow;

fn node(name: &str) -> NamedNode {
    NamedNode::new(format!("http://example.org/{name}")).unwrap()
}

/// Six graphs, of which every third is closed; triples repeat from graph to graph.
fn kb() -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    for graph in 0..6u32 {
        let mut triples = Vec::new();
        let mut add = |s: String, p: &str, o: Term| triples.push(Triple::new(node(&s), node(p), o));
        for n in 0..40u32 {
            let s = format!("s{}", (n * 3 + graph) % 50);
            add(s.clone(), "tag", node(&format!("t{}", n * n % 7)).into());
            let day = 1 + (n * 5 + graph) % 28;
            let date = format!("2024-03-{day:02}T{:02}:00:00Z", n % 3);
            add(
                s.clone(),
                "when",
                Literal::new_typed_literal(date, xsd::DATE_TIME).into(),
            );
            add(
                s.clone(),
                "size",
                Literal::from(i64::from(n * 7 % 11)).into(),
            );
            let mixed: Term = match n % 3 {
                0 => Literal::from(i64::from(n)).into(),
                1 => Literal::from(f64::from(n)).into(),
                _ => Literal::from(format!("{n}")).into(),
            };
            add(s.clone(), "mixed", mixed);
            let local = format!(
                "2024-03-{day:02}T12:00:00{}",
                if n % 2 == 0 { "" } else { "+02:00" }
            );
            add(
                s,
                "local",
                Literal::new_typed_literal(local, xsd::DATE_TIME).into(),
            );
        }
        let label = if graph % 3 == 2 {
            Label::closed()
        } else {
            Label::public()
        };
        batch.put_graph(node(&format!("g{graph}")), label, triples);
    }
    kb.commit(batch).unwrap();
    kb
}

fn answer(kb: &KnowledgeBase, text: &str, reader: &Clearance) -> Vec<String> {
    let text = format!("PREFIX : <http://example.org/> {text}");
    let query = Prepared::parse(&text, &ParseOptions::default()).unwrap();
    let mut rows = Vec::new();
    query
        .solutions(&kb.view(reader), &RunOptions::default(), &mut |solution| {
            let values = solution.values().iter();
            let texts: Vec<String> = values
                .map(|value| value.as_ref().map(ToString::to_string).unwrap_or_default())
                .collect();
            rows.push(texts.join(" "));
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

/// Each question twice: as it is, and with a second pattern or condition that is always true, which no short cut knows.
#[test]
fn a_short_cut_gives_what_the_long_way_gives() {
    let kb = kb();
    let ordered = [
        (
            "SELECT (COUNT(*) AS ?c) { ?s ?p ?o }",
            "SELECT (COUNT(*) AS ?c) { ?s ?p ?o FILTER(true) BIND(1 AS ?x) }",
        ),
        (
            "SELECT (COUNT(*) AS ?c) { ?s :none ?o }",
            "SELECT (COUNT(*) AS ?c) { ?s :none ?o BIND(1 AS ?x) }",
        ),
        (
            "SELECT (COUNT(DISTINCT ?s) AS ?c) { ?s :tag ?o }",
            "SELECT (COUNT(DISTINCT ?s) AS ?c) { ?s :tag ?o BIND(1 AS ?x) }",
        ),
        (
            "SELECT (COUNT(DISTINCT ?s) AS ?c) { ?s :tag :t1 }",
            "SELECT (COUNT(DISTINCT ?s) AS ?c) { ?s :tag :t1 BIND(1 AS ?x) }",
        ),
        (
            "SELECT ?t (COUNT(?s) AS ?c) { ?s :tag ?t } GROUP BY ?t ORDER BY DESC(?c) ?t LIMIT 3",
            "SELECT ?t (COUNT(?s) AS ?c) { ?s :tag ?t BIND(1 AS ?x) } GROUP BY ?t ORDER BY DESC(?c) ?t LIMIT 3",
        ),
        (
            "SELECT ?s (COUNT(?o) AS ?c) (COUNT(*) AS ?d) { ?s ?p ?o } GROUP BY ?s ORDER BY DESC(?d) ?s LIMIT 6 OFFSET 2",
            "SELECT ?s (COUNT(?o) AS ?c) (COUNT(*) AS ?d) { ?s ?p ?o BIND(1 AS ?x) } GROUP BY ?s ORDER BY DESC(?d) ?s LIMIT 6 OFFSET 2",
        ),
        (
            "SELECT ?o (COUNT(*) AS ?c) { ?s ?p ?o } GROUP BY ?o ORDER BY ?c DESC(STR(?o)) LIMIT 12",
            "SELECT ?o (COUNT(*) AS ?c) { ?s ?p ?o BIND(1 AS ?x) } GROUP BY ?o ORDER BY ?c DESC(STR(?o)) LIMIT 12",
        ),
        (
            "SELECT ?s (COUNT(*) + 1 AS ?c) { ?s :tag ?o } GROUP BY ?s ORDER BY DESC(?c) ?s LIMIT 3",
            "SELECT ?s (COUNT(*) + 1 AS ?c) { ?s :tag ?o BIND(1 AS ?x) } GROUP BY ?s ORDER BY DESC(?c) ?s LIMIT 3",
        ),
        (
            "SELECT ?t (COUNT(*) AS ?c) { ?s :tag ?t } GROUP BY ?t ORDER BY ?t LIMIT 2",
            "SELECT ?t (COUNT(*) AS ?c) { ?s :tag ?t BIND(1 AS ?x) } GROUP BY ?t ORDER BY ?t LIMIT 2",
        ),
        (
            "SELECT ?t (COUNT(DISTINCT ?s) + 1 AS ?c) { ?s :tag ?t } GROUP BY ?t HAVING(COUNT(*) > 4) ORDER BY ?t",
            "SELECT ?t (COUNT(DISTINCT ?s) + 1 AS ?c) { ?s :tag ?t BIND(1 AS ?x) } GROUP BY ?t HAVING(COUNT(*) > 4) ORDER BY ?t",
        ),
        (
            "SELECT ?p (COUNT(*) AS ?c) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p",
            "SELECT ?p (COUNT(*) AS ?c) { ?s ?p ?o BIND(1 AS ?x) } GROUP BY ?p ORDER BY ?p",
        ),
        (
            "SELECT ?t (COUNT(?s) AS ?c) { ?s :nothing ?t } GROUP BY ?t",
            "SELECT ?t (COUNT(?s) AS ?c) { ?s :nothing ?t BIND(1 AS ?x) } GROUP BY ?t",
        ),
        (
            "SELECT ?s ?d { ?s :when ?d } ORDER BY DESC(?d) ?s LIMIT 7",
            "SELECT ?s ?d { ?s :when ?d BIND(1 AS ?x) } ORDER BY DESC(?d) ?s LIMIT 7",
        ),
        (
            "SELECT ?s ?d { ?s :when ?d } ORDER BY ?d DESC(?s) LIMIT 5 OFFSET 3",
            "SELECT ?s ?d { ?s :when ?d BIND(1 AS ?x) } ORDER BY ?d DESC(?s) LIMIT 5 OFFSET 3",
        ),
        (
            "SELECT ?s ?n { ?s :size ?n } ORDER BY DESC(?n) ?s LIMIT 4",
            "SELECT ?s ?n { ?s :size ?n BIND(1 AS ?x) } ORDER BY DESC(?n) ?s LIMIT 4",
        ),
        (
            "SELECT ?s ?n { ?s :mixed ?n } ORDER BY DESC(?n) ?s LIMIT 9",
            "SELECT ?s ?n { ?s :mixed ?n BIND(1 AS ?x) } ORDER BY DESC(?n) ?s LIMIT 9",
        ),
        (
            "SELECT (COUNT(*) AS ?n) { SELECT ?d { ?s :local ?d } ORDER BY ?d LIMIT 9 }",
            "SELECT (COUNT(*) AS ?n) { SELECT ?d { ?s :local ?d BIND(1 AS ?x) } ORDER BY ?d LIMIT 9 }",
        ),
        (
            "SELECT ?s ?n { ?s :size ?n } ORDER BY ?n ?s LIMIT 1000",
            "SELECT ?s ?n { ?s :size ?n BIND(1 AS ?x) } ORDER BY ?n ?s LIMIT 1000",
        ),
        (
            "SELECT (COUNT(*) AS ?c) FROM :g0 FROM :g2 { ?s ?p ?o }",
            "SELECT (COUNT(*) AS ?c) FROM :g0 FROM :g2 { ?s ?p ?o BIND(1 AS ?x) }",
        ),
        // A part of a text is looked up, once for each term, where it stands alone.
        (
            "SELECT ?s ?d { ?s ?p ?v BIND(STRDT(SUBSTR(STR(?v), 1, 10), <http://www.w3.org/2001/XMLSchema#date>) AS ?d) } ORDER BY ?s ?d",
            "SELECT ?s ?d { ?s ?p ?v BIND(STRDT(SUBSTR(CONCAT(STR(?v), \"\"), 1, 10), <http://www.w3.org/2001/XMLSchema#date>) AS ?d) } ORDER BY ?s ?d",
        ),
        (
            "SELECT ?s ?x ?d { ?s :when ?v . ?s :mixed ?w BIND(STRDT(SUBSTR(STR(?v), 2, 3), <http://www.w3.org/2001/XMLSchema#integer>) AS ?d) BIND(STRDT(SUBSTR(STR(?w), 2, 3), <http://www.w3.org/2001/XMLSchema#integer>) AS ?x) FILTER(?d > 20) } ORDER BY ?s ?x ?d",
            "SELECT ?s ?x ?d { ?s :when ?v . ?s :mixed ?w BIND(STRDT(SUBSTR(CONCAT(STR(?v), \"\"), 2, 3), <http://www.w3.org/2001/XMLSchema#integer>) AS ?d) BIND(STRDT(SUBSTR(CONCAT(STR(?w), \"\"), 2, 3), <http://www.w3.org/2001/XMLSchema#integer>) AS ?x) FILTER(?d > 20) } ORDER BY ?s ?x ?d",
        ),
        // Short cuts inside: each part that one replaces stands beside, under or around something else.
        (
            "SELECT ?s ?t { { SELECT ?s { ?s :size ?n } GROUP BY ?s HAVING(COUNT(*) > 2) } ?s :tag ?t } ORDER BY ?s ?t",
            "SELECT ?s ?t { { SELECT ?s { ?s :size ?n BIND(1 AS ?x) } GROUP BY ?s HAVING(COUNT(*) > 2) } ?s :tag ?t } ORDER BY ?s ?t",
        ),
        (
            "SELECT ?s ?t { ?s :tag ?t MINUS { SELECT DISTINCT ?s { ?s :when ?d } } } ORDER BY ?s ?t",
            "SELECT ?s ?t { ?s :tag ?t MINUS { SELECT DISTINCT ?s { ?s :when ?d BIND(1 AS ?x) } } } ORDER BY ?s ?t",
        ),
        (
            "SELECT ?t ?c { { SELECT DISTINCT ?t { ?s :tag ?t } } OPTIONAL { SELECT ?t (COUNT(*) AS ?c) { ?x :tag ?t } GROUP BY ?t HAVING(COUNT(*) >= 20) } } ORDER BY ?t ?c",
            "SELECT ?t ?c { { SELECT DISTINCT ?t { ?s :tag ?t BIND(1 AS ?x) } } OPTIONAL { SELECT ?t (COUNT(*) AS ?c) { ?x :tag ?t BIND(1 AS ?y) } GROUP BY ?t HAVING(COUNT(*) >= 20) } } ORDER BY ?t ?c",
        ),
        (
            "SELECT ?v { { SELECT DISTINCT ?v { ?s :mixed ?v } } UNION { SELECT ?v { ?s :size ?v } GROUP BY ?v } } ORDER BY STR(?v) DATATYPE(?v)",
            "SELECT ?v { { SELECT DISTINCT ?v { ?s :mixed ?v BIND(1 AS ?x) } } UNION { SELECT ?v { ?s :size ?v BIND(1 AS ?x) } GROUP BY ?v } } ORDER BY STR(?v) DATATYPE(?v)",
        ),
        (
            "SELECT ?s ?n { { SELECT DISTINCT ?s { ?s ?p ?o } } OPTIONAL { ?s :size ?n FILTER(?n > 5) } } ORDER BY ?s ?n LIMIT 9 OFFSET 4",
            "SELECT ?s ?n { { SELECT DISTINCT ?s { ?s ?p ?o BIND(1 AS ?x) } } OPTIONAL { ?s :size ?n FILTER(?n > 5) } } ORDER BY ?s ?n LIMIT 9 OFFSET 4",
        ),
        (
            "SELECT ?g ?t { GRAPH ?g { SELECT DISTINCT ?t { ?s :tag ?t } } } ORDER BY ?g ?t",
            "SELECT ?g ?t { GRAPH ?g { SELECT DISTINCT ?t { ?s :tag ?t BIND(1 AS ?x) } } } ORDER BY ?g ?t",
        ),
        (
            "SELECT ?s ?t { ?s :tag ?t FILTER EXISTS { SELECT DISTINCT ?s { ?s :size 3 } } } ORDER BY ?s ?t",
            "SELECT ?s ?t { ?s :tag ?t FILTER EXISTS { SELECT DISTINCT ?s { ?s :size 3 BIND(1 AS ?x) } } } ORDER BY ?s ?t",
        ),
        // Rows that differ in what has no name are one row under DISTINCT.
        (
            "SELECT (COUNT(DISTINCT ?t) AS ?c) { [] :tag ?t }",
            "SELECT (COUNT(DISTINCT ?t) AS ?c) { [] :tag ?t BIND(1 AS ?x) }",
        ),
        // A number that is compared need not be the count.
        (
            "SELECT ?n (COUNT(*) AS ?c) { ?s :size ?n } GROUP BY ?n HAVING(?n > 9) ORDER BY ?n",
            "SELECT ?n (COUNT(*) AS ?c) { ?s :size ?n BIND(1 AS ?x) } GROUP BY ?n HAVING(?n > 9) ORDER BY ?n",
        ),
        (
            "SELECT (COUNT(*) AS ?c) { ?s :tag ?s }",
            "SELECT (COUNT(*) AS ?c) { ?s :tag ?s BIND(1 AS ?x) }",
        ),
    ];
    let mut different = 0;
    for (short, long) in ordered {
        let mut answers = Vec::new();
        for reader in [
            Clearance::anonymous(),
            Clearance::everything("a test looks at everything"),
        ] {
            let short = answer(&kb, short, &reader);
            assert_eq!(short, answer(&kb, long, &reader), "{long}");
            answers.push(short);
        }
        different += u32::from(answers[0] != answers[1]);
    }
    assert!(different >= 14, "hidden graphs have to matter: {different}");
}

/// The solutions of a query, as text.
fn rows(query: &Prepared, view: &View) -> Vec<String> {
    let mut rows = Vec::new();
    query
        .solutions(view, &RunOptions::default(), &mut |solution| {
            rows.push(format!("{:?}", solution.values()));
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

/// The rows of all pages of this size, one page after the other.
fn pages(query: &Prepared, size: usize, view: &View) -> Vec<String> {
    (0..)
        .map(|page| rows(&query.part(page * size, size), view))
        .take_while(|page| !page.is_empty())
        .flatten()
        .collect()
}

/// Pages put together are the whole answer: where what is optional multiplies rows, where rows are left out, where the order
/// descends, under DISTINCT, and where a query has an offset and a limit of its own.
#[test]
fn pages_are_parts_of_the_whole() {
    let kb = kb();
    let queries = [
        "SELECT ?s ?d ?n { ?s :tag ?t OPTIONAL { ?s :when ?d } OPTIONAL { ?s :size ?n } } ORDER BY ?s ?d ?n ?t",
        "SELECT ?s ?n { { ?s :tag ?t MINUS { ?s :size 3 } } OPTIONAL { ?s :size ?n . FILTER(?n > 5) } } ORDER BY DESC(?s) ?n ?t",
        "SELECT ?s ?x { { ?s :tag ?t . ?s :when ?d FILTER NOT EXISTS { ?s :size 4 } } OPTIONAL { ?s :size ?n } BIND(CONCAT(\"n\", STR(?n)) AS ?x) } ORDER BY ?s ?x ?d ?t",
        "SELECT ?t ?s ?d { ?s :tag ?t OPTIONAL { ?s :when ?d } } ORDER BY ?t DESC(?d) ?s OFFSET 3 LIMIT 40",
        "SELECT ?m ?d { ?s :mixed ?m OPTIONAL { ?s :when ?d } } ORDER BY ?m ?d",
        "SELECT DISTINCT ?s ?n { ?s :tag ?t OPTIONAL { ?s :size ?n } } ORDER BY ?s ?n",
        "SELECT DISTINCT ?s { ?s :tag ?t ; :size ?n } ORDER BY ?n ?s",
        "SELECT ?s (COUNT(?d) AS ?c) { ?s :tag ?t OPTIONAL { ?s :when ?d } } GROUP BY ?s ORDER BY DESC(?c) ?s",
    ];
    for text in queries {
        let text = format!("PREFIX : <http://example.org/> {text}");
        let query = Prepared::parse(&text, &ParseOptions::default()).unwrap();
        for reader in [
            Clearance::anonymous(),
            Clearance::everything("a test looks at everything"),
        ] {
            let view = kb.view(&reader);
            let rows = |query: &Prepared| rows(query, &view);
            let whole = rows(&query);
            assert!(whole.len() > 20, "{text}");
            assert_eq!(pages(&query, 7, &view), whole, "{text}");
        }
    }
}

/// The order of a query may leave rows side by side in any order; pages still give each of them once.
#[test]
fn pages_neither_repeat_nor_leave_out_rows_that_tie() {
    let kb = kb();
    let queries = [
        "SELECT ?s ?d ?n { ?s :tag ?t OPTIONAL { ?s :when ?d } OPTIONAL { ?s :size ?n } } ORDER BY ?t",
        "SELECT ?t ?s ?d { ?s :tag ?t OPTIONAL { ?s :when ?d } } ORDER BY DESC(?t) OFFSET 3 LIMIT 4000",
        "SELECT ?s ?d { { ?s :tag ?t MINUS { ?s :size 3 } } OPTIONAL { ?s :when ?d } } ORDER BY ?d",
        "SELECT ?s (COUNT(?d) AS ?c) { ?s :tag ?t OPTIONAL { ?s :when ?d } } GROUP BY ?s ORDER BY DESC(?c)",
        "SELECT ?t (COUNT(?s) AS ?c) { ?s :tag ?t } GROUP BY ?t ORDER BY ?c",
        "SELECT ?s ?t { ?s :tag ?t }",
    ];
    for text in queries {
        let text = format!("PREFIX : <http://example.org/> {text}");
        let query = Prepared::parse(&text, &ParseOptions::default()).unwrap();
        for reader in [
            Clearance::anonymous(),
            Clearance::everything("a test looks at everything"),
        ] {
            let view = kb.view(&reader);
            let rows = |query: &Prepared| rows(query, &view);
            let mut whole = rows(&query.part(0, usize::MAX));
            assert!(text.contains("LIMIT") || whole.len() == rows(&query).len());
            whole.sort();
            for size in [7, 40] {
                let mut pages = pages(&query, size, &view);
                pages.sort();
                assert!(pages == whole, "{text}, {size} on a page");
            }
        }
    }
}
