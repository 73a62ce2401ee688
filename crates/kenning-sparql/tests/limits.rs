//! Limits: what runs too long, holds too much or nests too deep is stopped, and the process goes on.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use std::time::{Duration, Instant};

use kenning_access::{Clearance, Label};
use kenning_sparql::{
    AnswerFormat, Cancel, Form, Limits, ParseOptions, Prepared, QueryError, RunOptions, Stopped,
    TextLimits, on_big_stack,
};
use kenning_store::{Batch, KnowledgeBase, Options, View};
use oxrdf::{Literal, NamedNode, Triple};

fn node(name: &str) -> NamedNode {
    NamedNode::new(format!("http://example.org/{name}")).unwrap()
}

fn prepare(text: &str) -> Prepared {
    let options = ParseOptions {
        base: Some("http://example.org/".into()),
        ..ParseOptions::default()
    };
    Prepared::parse(text, &options).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn view() -> View {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    let triple = Triple::new(node("a"), node("p"), node("b"));
    batch.put_graph(node("g"), Label::public(), [triple]);
    kb.commit(batch).unwrap();
    kb.view(&Clearance::anonymous())
}

/// A chain of nodes with a full graph behind it, so that joins, paths and sorts have something to do.
fn dense() -> View {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    let all = (0..120).flat_map(|a| {
        (0..120)
            .map(move |b| Triple::new(node(&format!("n{a}")), node("to"), node(&format!("n{b}"))))
    });
    batch.put_graph(node("dense"), Label::public(), all);
    kb.commit(batch).unwrap();
    kb.view(&Clearance::anonymous())
}

/// Each would run for minutes: a join, a cross product in memory, a path, a sort, groups, expressions, MINUS, an update-like DISTINCT.
const ENDLESS: &[(&str, &str)] = &[
    (
        "join",
        "SELECT (COUNT(*) AS ?n) { ?a <to> ?b . ?b <to> ?c . ?c <to> ?d . ?d <to> ?e }",
    ),
    (
        "cross product",
        "SELECT * { ?a <to> ?b . ?c <to> ?d . ?e <to> ?f FILTER(STR(?a) = CONCAT(STR(?c), STR(?e))) }",
    ),
    (
        "path",
        "SELECT (COUNT(*) AS ?n) { ?a (<to>/<to>)* ?b . ?c (<to>|!<x>)+ ?d . ?e <to>* ?f }",
    ),
    (
        "sort",
        "SELECT * { ?a <to> ?b . ?c <to> ?d } ORDER BY ?d ?c ?b ?a",
    ),
    (
        "sort of expressions",
        "SELECT * { ?a <to> ?b . ?c <to> ?d } ORDER BY CONCAT(STR(?a), STR(?d)) LIMIT 1",
    ),
    (
        "group",
        "SELECT ?a ?d (COUNT(*) AS ?n) { ?a <to> ?b . ?c <to> ?d . ?e <to> ?f } GROUP BY ?a ?d",
    ),
    (
        "distinct",
        "SELECT DISTINCT ?a ?b ?c ?d { ?a <to> ?b . ?c <to> ?d . ?e <to> ?f }",
    ),
    (
        "minus",
        "SELECT * { ?a <to> ?b . ?c <to> ?d MINUS { ?e <to> ?f . ?c <to> ?d . ?b <to> ?e } }",
    ),
    (
        "exists",
        "SELECT (COUNT(*) AS ?n) { ?a <to> ?b . ?c <to> ?d FILTER NOT EXISTS { ?b <to> ?x . ?x <to> ?y . ?y <nothing> ?a } }",
    ),
    (
        "optional",
        "SELECT (COUNT(*) AS ?n) { ?a <to> ?b OPTIONAL { ?c <to> ?d OPTIONAL { ?e <to> ?f FILTER(?f != ?a) } } }",
    ),
    (
        "values",
        "SELECT (COUNT(*) AS ?n) { ?a <to> ?b { SELECT * { ?c <to> ?d } } { SELECT * { ?e <to> ?f } } }",
    ),
    (
        "solutions without values",
        "SELECT (COUNT(*) AS ?n) { {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} {{} UNION {}} }",
    ),
    (
        "optional parts of nothing",
        "SELECT (COUNT(*) AS ?n) { {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} {OPTIONAL{}} UNION {OPTIONAL{}} }",
    ),
    (
        "tables of nothing",
        "SELECT (COUNT(*) AS ?n) { VALUES ?a { UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF } VALUES ?b { UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF } VALUES ?c { UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF } VALUES ?d { UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF } VALUES ?e { UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF } VALUES ?f { UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF } VALUES ?g { UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF } VALUES ?h { UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF } }",
    ),
    (
        "strings of a group",
        "SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a), STR(?d), STR(?e)); SEPARATOR=',') AS ?s) { ?a <to> ?b . ?c <to> ?d . ?e <to> ?f }",
    ),
];

#[test]
fn an_evaluation_without_end_is_stopped_at_its_deadline_and_when_cancelled() {
    let view = dense();
    for (name, text) in ENDLESS {
        println!("{name}");
        let prepared = prepare(text);
        let format = AnswerFormat::usual(prepared.form());
        let limits = Limits {
            time: Some(Duration::from_millis(200)),
            ..Limits::NONE
        };
        let start = Instant::now();
        let error = on_big_stack(|| {
            prepared.run(
                &view,
                &RunOptions {
                    limits,
                    ..RunOptions::default()
                },
                format,
                &mut std::io::sink(),
            )
        })
        .unwrap();
        assert!(
            matches!(error, Err(QueryError::Stopped(Stopped::Time(_)))),
            "{name}: {error:?}"
        );
        assert!(
            start.elapsed() < Duration::from_millis(1200),
            "{name} took {:?}",
            start.elapsed()
        );

        let cancel = Cancel::new();
        let options = RunOptions {
            limits: Limits::NONE,
            cancel: cancel.clone(),
            ..RunOptions::default()
        };
        let (stopped, since) = std::thread::scope(|scope| {
            let run = scope.spawn(|| {
                on_big_stack(|| prepared.run(&view, &options, format, &mut std::io::sink()))
                    .unwrap()
            });
            std::thread::sleep(Duration::from_millis(150));
            let since = Instant::now();
            cancel.cancel();
            (run.join().unwrap(), since.elapsed())
        });
        assert!(
            matches!(stopped, Err(QueryError::Stopped(Stopped::Cancelled))),
            "{name}: {stopped:?}"
        );
        assert!(
            since < Duration::from_secs(1),
            "{name} went on for {since:?}"
        );
    }
}

#[test]
fn memory_is_limited() {
    let view = dense();
    let limits = Limits {
        memory: Some(4 << 20),
        time: Some(Duration::from_secs(20)),
        ..Limits::NONE
    };
    let texts = [
        "SELECT * { ?a <to> ?b . ?c <to> ?d } ORDER BY ?d",
        "SELECT DISTINCT ?a ?b ?c ?d { ?a <to> ?b . ?c <to> ?d }",
        "SELECT ?a ?b ?c (COUNT(*) AS ?n) { ?a <to> ?b . ?c <to> ?d } GROUP BY ?a ?b ?c",
        "SELECT (STRLEN(?x9) AS ?n) { BIND(REPLACE('aaaaaaaaaa', 'a', 'aaaaaaaaaa') AS ?x1) BIND(REPLACE(?x1, 'a', ?x1) AS ?x2) BIND(REPLACE(?x2, 'a', ?x1) AS ?x3) BIND(REPLACE(?x3, 'a', ?x1) AS ?x4) BIND(REPLACE(?x4, 'a', ?x1) AS ?x9) }",
        "SELECT (GROUP_CONCAT(STR(?a)) AS ?s) { ?a <to> ?b . ?c <to> ?d }",
        "SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a), STR(?b), STR(?c))) AS ?s) { ?a <to> ?b . ?c <to> ?d }",
        "SELECT (SUM(DISTINCT ?x) AS ?s) { ?a <to> ?b . ?c <to> ?d BIND(STRLEN(STR(?a)) + RAND() AS ?x) }",
        "SELECT (COUNT(DISTINCT ?x) AS ?s) { ?a <to> ?b . ?c <to> ?d BIND(CONCAT(STR(?a), STR(?b), STR(?c)) AS ?x) }",
        "CONSTRUCT { ?a ?b ?c . ?a <x> ?d } WHERE { ?a <to> ?b . ?c <to> ?d }",
    ];
    for text in texts {
        let prepared = prepare(text);
        let options = RunOptions {
            limits,
            ..RunOptions::default()
        };
        let error = prepared.run(
            &view,
            &options,
            AnswerFormat::usual(prepared.form()),
            &mut std::io::sink(),
        );
        assert!(
            matches!(error, Err(QueryError::Stopped(Stopped::Memory(_)))),
            "{text}: {error:?}"
        );
    }
    // What is not kept does not count.
    let options = RunOptions {
        limits: Limits {
            memory: Some(1 << 20),
            ..Limits::NONE
        },
        ..RunOptions::default()
    };
    let streamed = prepare("SELECT (STR(?a) AS ?x) { ?a <to> ?b . ?b <to> ?c } LIMIT 300000");
    assert_eq!(
        streamed
            .run(
                &view,
                &options,
                AnswerFormat::usual(Form::Select),
                &mut std::io::sink()
            )
            .unwrap()
            .rows,
        300_000
    );
}

#[test]
fn the_deepest_text_that_is_allowed_fits_the_stack() {
    let limits = TextLimits::QUERY;
    let depth = limits.depth - 2;
    let chain = |item: &str, n: usize| vec!["1"; n].join(item);
    let texts = [
        format!("ASK {{ {}{} }}", "{".repeat(depth), "}".repeat(depth)),
        format!(
            "ASK {{ FILTER({}1{}) }}",
            "(".repeat(depth - 1),
            ")".repeat(depth - 1)
        ),
        format!(
            "ASK {{ {} ?s ?p ?o {} }}",
            "OPTIONAL { ?a ?b ?c ".repeat(depth),
            "}".repeat(depth)
        ),
        format!(
            "ASK {{ {} ?s ?p ?o {} }}",
            "{ SELECT * { ".repeat(depth / 2),
            "} }".repeat(depth / 2)
        ),
        format!(
            "ASK {{ {} ?s ?p ?o {} }}",
            "FILTER NOT EXISTS { ".repeat(depth),
            "}".repeat(depth)
        ),
        format!(
            "ASK {{ ?s ({}<p>{})* ?o }}",
            "(".repeat(depth - 2),
            ")+".repeat(depth - 2)
        ),
        format!(
            "ASK {{ ?s ?p {}{} }}",
            "[ <p> ".repeat(depth - 1) + "[ <p> 1 ",
            "]".repeat(depth)
        ),
        format!("ASK {{ ?s ?p {}{} }}", "(".repeat(depth), ")".repeat(depth)),
        format!("ASK {{ FILTER({}) }}", chain("+", limits.operators)),
        format!("ASK {{ FILTER({}) }}", chain("||", limits.operators / 2)),
        format!("ASK {{ FILTER({}1) }}", "!".repeat(limits.operators)),
        format!("ASK {{ ?s <p>{} ?o }}", "/a".repeat(limits.operators - 3)),
        format!("ASK {{ ?s <p>{} ?o }}", "|a".repeat(limits.operators - 3)),
        format!(
            "ASK {{ {{}} {} }}",
            "UNION {}".repeat(limits.keywords / 2 - 2)
        ),
        format!(
            "ASK {{ {} }}",
            "OPTIONAL { ?s ?p ?o }".repeat(limits.keywords / 2 - 2)
        ),
        format!(
            "SELECT * {{ {} }}",
            (0..limits.keywords / 2 - 2)
                .map(|n| format!("BIND({n} AS ?x{n})"))
                .collect::<String>()
        ),
        format!(
            "ASK {{ {} }}",
            "MINUS { ?s ?p ?o }".repeat(limits.keywords / 2 - 2)
        ),
        format!("ASK {{ {} }}", "?s ?p ?o .".repeat(999)),
        format!(
            "ASK {{ FILTER({}1{}) }}",
            "SUBSTR(".repeat(limits.calls),
            ",1)".repeat(limits.calls)
        ),
    ];
    let view = view();
    for text in texts {
        let start = Instant::now();
        let done = on_big_stack(|| {
            let prepared = Prepared::parse(
                &text,
                &ParseOptions {
                    base: Some("http://example.org/".into()),
                    limits,
                },
            )?;
            let limits = Limits {
                time: Some(Duration::from_secs(1)),
                ..Limits::NONE
            };
            prepared.run(
                &view,
                &RunOptions {
                    limits,
                    ..RunOptions::default()
                },
                AnswerFormat::usual(prepared.form()),
                &mut Vec::new(),
            )
        });
        let head: String = text.chars().take(60).collect();
        println!(
            "{:>6} ms {head} -> {:?}",
            start.elapsed().as_millis(),
            done.unwrap().map_err(|error| error.to_string())
        );
        assert!(
            start.elapsed() < Duration::from_secs(4),
            "{head} took {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn a_thousand_nested_braces_are_refused_with_their_place() {
    let text = format!("ASK {}{}", "{".repeat(1000), "}".repeat(1000));
    match Prepared::parse(&text, &ParseOptions::default()) {
        Err(QueryError::Text(error)) => assert_eq!(
            error.to_string(),
            "line 1, column 133: brackets are nested deeper than 128"
        ),
        other => panic!("{other:?}"),
    }
}

/// A view of anonymous over one visible triple, and over as many hidden texts as are given.
fn with_hidden(texts: &[&str]) -> View {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    let triple = |text: &str| Triple::new(node("s"), node("p"), Literal::from(text));
    batch.put_graph(node("open"), Label::public(), [triple("open")]);
    let hidden: Vec<Triple> = texts.iter().map(|text| triple(text)).collect();
    batch.put_graph(node("hidden"), Label::closed(), hidden);
    kb.commit(batch).unwrap();
    kb.view(&Clearance::anonymous())
}

#[test]
fn what_is_computed_weighs_the_same_whether_or_not_anybody_has_stored_it() {
    let word = "the layoffs are planned for March";
    let (there, absent) = (with_hidden(&[word]), with_hidden(&[]));
    let numbers = (0..100)
        .map(|n| n.to_string())
        .collect::<Vec<_>>()
        .join(" ");
    let shapes = [
        "SELECT DISTINCT ?i ?j ?x { VALUES",
        "SELECT ?i ?j (COUNT(?x) AS ?n) { VALUES",
    ];
    for shape in shapes {
        let group = if shape.contains("COUNT") {
            "GROUP BY ?i ?j ?x"
        } else {
            ""
        };
        let text = format!(
            "{shape} ?i {{ {numbers} }} VALUES ?j {{ {numbers} }} BIND(CONCAT('{word}', '') AS ?x) }} {group}"
        );
        let prepared = prepare(&text);
        let mut seen = [false; 2];
        for memory in 1..64 {
            let run = |view: &View| {
                let limits = Limits {
                    memory: Some(memory * 64 * 1024),
                    ..Limits::NONE
                };
                let options = RunOptions {
                    limits,
                    ..RunOptions::default()
                };
                let format = AnswerFormat::usual(Form::Select);
                prepared
                    .run(view, &options, format, &mut std::io::sink())
                    .is_ok()
            };
            let (one, other) = (run(&there), run(&absent));
            assert_eq!(one, other, "{shape} with {memory} x 64 KiB");
            seen[usize::from(one)] = true;
        }
        assert_eq!(
            seen, [true; 2],
            "{shape}: the limit was never or always reached"
        );
    }
}

#[test]
fn texts_do_not_grow_beyond_their_limit_before_they_are_counted() {
    let view = view();
    let limits = Limits {
        memory: Some(64 << 20),
        time: Some(Duration::from_secs(20)),
        ..Limits::NONE
    };
    let long = "BIND('aaaaaaaaaaaaaaaa' AS ?a) BIND(REPLACE(?a, 'a', ?a) AS ?b) BIND(REPLACE(?b, 'a', ?b) AS ?c)";
    let many = vec!["?c"; 20_000].join(",");
    let texts = [
        // 64 KiB in 64 Ki places are 4 GiB.
        format!("SELECT (STRLEN(REPLACE(?c, 'a', ?c)) AS ?n) {{ {long} }}"),
        format!("SELECT (STRLEN(CONCAT({many})) AS ?n) {{ {long} }}"),
        format!("SELECT * {{ {long} FILTER(STRLEN(CONCAT({many})) > 1) }}"),
        format!("SELECT * {{ {long} FILTER(STRLEN(CONCAT(CONCAT({many}), CONCAT({many}))) > 1) }}"),
    ];
    for text in texts {
        let prepared = prepare(&text);
        let options = RunOptions {
            limits,
            ..RunOptions::default()
        };
        let format = AnswerFormat::usual(Form::Select);
        let error = prepared.run(&view, &options, format, &mut std::io::sink());
        assert!(
            matches!(error, Err(QueryError::Stopped(Stopped::Memory(_)))),
            "{}: {error:?}",
            &text[..60]
        );
    }
    // What people write is worked out as ever.
    let text = "SELECT (CONCAT(?a,?a,?a,?a,?a,?a,?a,?a,?a,'x'@en) AS ?x) (REPLACE(CONCAT(?a, 'b'), 'b', '[$0$0$0]') AS ?y) \
                { VALUES ?a { 'q' } }";
    let mut out = Vec::new();
    let options = RunOptions {
        limits,
        ..RunOptions::default()
    };
    let format = AnswerFormat::named("csv", Form::Select).unwrap();
    prepare(text)
        .run(&view, &options, format, &mut out)
        .unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "x,y\r\nqqqqqqqqqx,q[bbb]\r\n"
    );
}

#[test]
fn what_all_evaluations_hold_together_is_limited_too() {
    let view = dense();
    let options = RunOptions {
        limits: Limits {
            together: Some(24 << 20),
            time: Some(Duration::from_secs(20)),
            ..Limits::NONE
        },
        ..RunOptions::default()
    };
    let greedy = prepare("SELECT DISTINCT ?a ?b ?c ?d { ?a <to> ?b . ?c <to> ?d }");
    let format = AnswerFormat::usual(Form::Select);
    let error = greedy.run(&view, &options, format, &mut std::io::sink());
    assert!(
        matches!(error, Err(QueryError::Stopped(Stopped::Together(_)))),
        "{error:?}"
    );
    // What holds little goes on, whatever others hold.
    let options = RunOptions {
        limits: Limits {
            together: Some(1),
            ..Limits::NONE
        },
        ..RunOptions::default()
    };
    let small =
        prepare("SELECT (COUNT(*) AS ?n) { <n1> <to> ?b . ?b <to> ?c FILTER(STR(?b) != STR(?c)) }");
    assert!(
        small
            .run(&view, &options, format, &mut std::io::sink())
            .is_ok()
    );
}
