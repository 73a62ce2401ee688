//! Questions that are in no suite, with what the standard says: one row, one expression.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clearance, Label};
use kenning_sparql::{
    AnswerFormat, DEFAULT_GRAPH, GraphFormat, Limits, ParseOptions, Prepared, QueryError,
    RunOptions, Stopped, UpdateOptions, on_big_stack, plan_update,
};
use kenning_store::{Batch, KnowledgeBase, Options, View};

const PREFIXES: &str =
    "PREFIX : <http://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n";

fn view(data: &str) -> View {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    batch.put_graph(DEFAULT_GRAPH.into_owned(), Label::public(), []);
    kb.commit(batch).unwrap();
    let text = format!("{PREFIXES}INSERT DATA {{ {data} }}");
    let view = kb.view(&Clearance::anonymous());
    let plan = plan_update(
        &view,
        &text,
        &UpdateOptions::default(),
        &kenning_sparql::Playground {
            label: Label::public(),
        },
    );
    kb.commit(plan.unwrap().batch()).unwrap();
    kb.view(&Clearance::anonymous())
}

fn run(view: &View, text: &str, format: &str, limits: Limits) -> Result<String, QueryError> {
    on_big_stack(|| {
        let prepared = Prepared::parse(&format!("{PREFIXES}{text}"), &ParseOptions::default())?;
        let options = RunOptions {
            limits,
            ..RunOptions::default()
        };
        let format = AnswerFormat::named(format, prepared.form()).unwrap();
        let mut out = Vec::new();
        prepared.run(view, &options, format, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    })
    .unwrap()
}

/// The value of an expression as TSV has it; empty for an error.
fn value(view: &View, expression: &str) -> String {
    let text = format!("SELECT ({expression} AS ?x) {{}}");
    let answer = run(view, &text, "tsv", Limits::default());
    let answer = answer.unwrap_or_else(|error| panic!("{expression}: {error}"));
    let short = answer.replace("<http://www.w3.org/2001/XMLSchema#", "<");
    short.lines().nth(1).unwrap_or_default().to_owned()
}

#[test]
fn expressions_have_the_value_that_the_standard_gives_them() {
    let nothing = view("");
    let rows = [
        // A replacement as XPath reads it (XPath Functions, section 5.6.3).
        (r#"REPLACE("abcd", "b", "Z")"#, r#""aZcd""#),
        (r#"REPLACE("abc", "(b)", "[$1x]")"#, r#""a[bx]c""#),
        (r#"REPLACE("abc", "b", "\\$")"#, r#""a$c""#),
        (r#"REPLACE("abc", "b", "\\\\")"#, r#""a\\c""#),
        (r#"REPLACE("abc", "b", "$")"#, ""),
        (r#"REPLACE("abc", "b", "\\n")"#, ""),
        (r#"REPLACE("abc", "b*", "x")"#, ""),
        (r#"REPLACE("abc", "b", "$0$0")"#, r#""abbc""#),
        (r#"REPLACE("abc", "b", "$1")"#, r#""ac""#),
        (
            r#"REPLACE("abcdefghijkl", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)", "$11-$12")"#,
            r#""k-a2l""#,
        ),
        (
            r#"REPLACE("darted", "^(.*?)d(.*)$", "$1c$2")"#,
            r#""carted""#,
        ),
        (r#"REPLACE("a.c$", ".", "$", "q")"#, r#""a$c$""#),
        (r#"REPLACE("abc"@en, "B", "z", "i")"#, r#""azc"@en"#),
        (r#"REPLACE("abc", "b", "z", "j")"#, ""),
        (r#"REPLACE(1, "1", "2")"#, ""),
        (r#"CONCAT("a"@en, "b"@en, "c"@en)"#, r#""abc"@en"#),
        (r#"CONCAT("a"@en, "b", "c"@en)"#, r#""abc""#),
        (r#"CONCAT("a"@en--ltr, "b"@en--ltr)"#, r#""ab"@en--ltr"#),
        (r#"CONCAT("a", 1)"#, ""),
        (r#"CONCAT("a")"#, r#""a""#),
        (r#"CONCAT()"#, r#""""#),
        // Points in time and durations, whatever the planner does with the operands.
        (
            r#""2020-01-31"^^xsd:date + "P1D"^^xsd:dayTimeDuration"#,
            r#""2020-02-01"^^<date>"#,
        ),
        (
            r#""2020-01-31"^^xsd:date + "P1M"^^xsd:yearMonthDuration"#,
            r#""2020-02-29"^^<date>"#,
        ),
        (
            r#""2020-01-31"^^xsd:date + "P1M1D"^^xsd:duration"#,
            r#""2020-03-01"^^<date>"#,
        ),
        (
            r#""P1D"^^xsd:dayTimeDuration + "2020-01-31"^^xsd:date"#,
            r#""2020-02-01"^^<date>"#,
        ),
        (
            r#""2020-01-31T10:00:00"^^xsd:dateTime + "P1M"^^xsd:yearMonthDuration"#,
            r#""2020-02-29T10:00:00"^^<dateTime>"#,
        ),
        (
            r#""23:30:00Z"^^xsd:time + "PT1H"^^xsd:dayTimeDuration"#,
            r#""00:30:00Z"^^<time>"#,
        ),
        (
            r#""P1Y"^^xsd:yearMonthDuration + "P1M"^^xsd:yearMonthDuration"#,
            r#""P1Y1M"^^<yearMonthDuration>"#,
        ),
        ("1 + 2 + 3.5", "6.5"),
        // Text around a value is no part of it.
        (r#"xsd:integer(" 2 ")"#, "2"),
        (r#"xsd:boolean("\ttrue\n")"#, "true"),
        (r#"xsd:string(" 2 ")"#, r#"" 2 ""#),
        (r#"xsd:integer("2 3")"#, ""),
        // Section 17.4.2.4.
        ("ISNUMERIC(12)", "true"),
        (r#"ISNUMERIC("1200"^^xsd:byte)"#, "false"),
        (r#"ISNUMERIC("12"^^xsd:byte)"#, "true"),
        (r#"ISNUMERIC("-1"^^xsd:unsignedInt)"#, "false"),
        // As the suite of SPARQL 1.2 has it, a string with a language has no truth value.
        (r#"!!"a"@en"#, ""),
        ("<<( :a :b 1.0 )>> = <<( :a :b 1 )>>", "true"),
        ("<<( :a :b 1 )>> = <<( :a :b 2 )>>", "false"),
        (r#"OBJECT(TRIPLE(:a, :b, 1.50)) + 1"#, "2.5"),
    ];
    for (expression, expected) in rows {
        assert_eq!(value(&nothing, expression), expected, "{expression}");
    }
}

#[test]
fn literals_in_triple_terms_stay_as_they_are_written() {
    let view = view(
        r#":s :r <<( :a :b 1.50 )>>, <<( :a :b "x"@en-US )>> . :t :r <<( :a :c <<( :a :b 01 )>> )>> . :n :v "300"^^xsd:byte"#,
    );
    let rows = [
        (
            "SELECT ?v { :s :r <<( ?a :b ?v )>> } ORDER BY ?v",
            "1.50\n\"x\"@en-US",
        ),
        ("SELECT (COUNT(*) AS ?n) { ?s :r <<( :a :b 1.50 )>> }", "1"),
        ("SELECT (COUNT(*) AS ?n) { ?s :r <<( :a :b 1.5 )>> }", "0"),
        ("SELECT (COUNT(*) AS ?n) { ?s :r <<( ?a :b 1.50 )>> }", "1"),
        (
            "SELECT (COUNT(*) AS ?n) { VALUES ?t { <<( :a :b 1.50 )>> } ?s :r ?t }",
            "1",
        ),
        (
            "SELECT (OBJECT(?t) AS ?o) { :s :r ?t FILTER(ISNUMERIC(OBJECT(?t))) }",
            "1.50",
        ),
        (
            "SELECT (STR(OBJECT(?t)) AS ?o) { :s :r ?t FILTER(OBJECT(?t) > 1) }",
            "\"1.50\"",
        ),
        ("SELECT ?v { ?s :r <<( :a :c <<( :a :b ?v )>> )>> }", "01"),
        (
            "SELECT (MIN(?t) AS ?m) { :t :r ?t }",
            "<<( :a :c <<( :a :b 01 )>> )>>",
        ),
        ("SELECT (ISNUMERIC(?v) AS ?n) { :n :v ?v }", "false"),
        (
            "SELECT (COALESCE(?v + 1, \"error\") AS ?n) { :n :v ?v }",
            "\"error\"",
        ),
        (
            "SELECT (DATATYPE(?v) = xsd:byte AS ?n) { :n :v ?v }",
            "true",
        ),
    ];
    for (text, expected) in rows {
        let answer = run(&view, text, "tsv", Limits::default()).unwrap();
        let mut answer = answer.replace("<http://example.org/", ":");
        // Names of this test alone, so brackets of IRIs can go.
        for name in ["a", "b", "c"] {
            answer = answer.replace(&format!(":{name}>"), &format!(":{name}"));
        }
        let (_, rows) = answer.split_once('\n').unwrap();
        assert_eq!(rows.trim_end(), expected, "{text}");
    }
}

#[test]
fn what_grows_beyond_the_limit_is_stopped_before_it_is_made() {
    let nothing = view("");
    let long = "x".repeat(200_000);
    let many = ["?x"; 5_000].join(", ");
    for text in [
        format!("SELECT (STRLEN(CONCAT({many})) AS ?n) {{ BIND(\"{long}\" AS ?x) }}"),
        format!("SELECT (STRLEN(REPLACE(?x, \"x\", ?x)) AS ?n) {{ BIND(\"{long}\" AS ?x) }}"),
        format!(
            "SELECT (STRLEN(REPLACE(?x, \"x\", \"$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0\")) AS ?n) {{ BIND(CONCAT(\"{long}\", \"{long}\", \"{long}\", \"{long}\") AS ?x) }}"
        ),
    ] {
        let limits = Limits {
            memory: Some(16 << 20),
            ..Limits::default()
        };
        let stopped = run(&nothing, &text, "tsv", limits);
        assert!(
            matches!(stopped, Err(QueryError::Stopped(Stopped::Memory(_)))),
            "{stopped:?}"
        );
    }
}

#[test]
fn columns_stand_in_the_order_of_the_text() {
    let nothing = view(":a :p :b");
    let rows = [
        ("SELECT * { ?s ?p ?o }", "s,p,o"),
        (
            "SELECT DISTINCT * { ?z :p ?b . BIND(1 AS $a) } LIMIT 1",
            "z,b,a",
        ),
        ("SELECT ?o ?s { ?s ?p ?o }", "o,s"),
        ("SELECT ?n { { SELECT * { ?n ?b ?a } } }", "n"),
    ];
    for (text, head) in rows {
        let answer = run(&nothing, text, "csv", Limits::default()).unwrap();
        assert_eq!(answer.lines().next(), Some(head), "{text}");
    }
}

#[test]
fn a_graph_is_abbreviated_as_the_query_is() {
    let view = view(":a :p :b");
    for (format, part) in [
        ("ttl", ":a :p :b ."),
        ("trig", ":a :p :b ."),
        ("rdf", "<p xmlns="),
    ] {
        let answer = run(
            &view,
            "CONSTRUCT WHERE { ?s ?p ?o }",
            format,
            Limits::default(),
        )
        .unwrap();
        assert!(answer.contains(part), "{answer}");
    }
    let text = "PREFIX rel: <rel> CONSTRUCT WHERE { ?s ?p ?o }";
    let options = ParseOptions {
        base: Some("http://example.org/".into()),
        ..ParseOptions::default()
    };
    let prepared = Prepared::parse(text, &options).unwrap();
    let format = AnswerFormat::Graph(GraphFormat::Turtle);
    let mut out = Vec::new();
    prepared
        .run(&view, &RunOptions::default(), format, &mut out)
        .unwrap();
    assert!(!String::from_utf8(out).unwrap().contains("rel:"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_text() {
    let text = "\u{feff}ASK {}";
    assert!(Prepared::parse(text, &ParseOptions::default()).is_ok());
}

#[test]
fn what_a_format_cannot_hold_is_an_error_and_no_broken_document() {
    let view = view(
        r#":a :ok "x\ry <&>" . :b :bad "a\u0001b" . :c <http://example.org/123> 1 . :d :t <<( :a :b :c )>> . :e a <http://example.org/5>"#,
    );
    let rows = [
        (
            "CONSTRUCT WHERE { :a ?p ?o }",
            "rdf",
            Some("x&#xD;y &lt;&amp;&gt;"),
        ),
        (
            "SELECT ?o { :a ?p ?o }",
            "xml",
            Some("x&#xD;y &lt;&amp;&gt;"),
        ),
        ("CONSTRUCT WHERE { :b ?p ?o }", "rdf", None),
        ("SELECT ?o { :b ?p ?o }", "xml", None),
        ("SELECT ?o { :b ?p ?o }", "json", Some("a\\u0001b")),
        ("CONSTRUCT WHERE { :b ?p ?o }", "ttl", Some("a\\u0001b")),
        ("CONSTRUCT WHERE { :c ?p ?o }", "rdf", None),
        ("CONSTRUCT WHERE { :c ?p ?o }", "jsonld", Some("/123")),
        ("CONSTRUCT WHERE { :d ?p ?o }", "jsonld", None),
        (
            "CONSTRUCT WHERE { :d ?p ?o }",
            "rdf",
            Some("rdf:parseType=\"Triple\""),
        ),
        (
            "CONSTRUCT WHERE { :e ?p ?o }",
            "rdf",
            Some("rdf:resource=\"http://example.org/5\""),
        ),
    ];
    for (text, format, expected) in rows {
        let answer = run(&view, text, format, Limits::default());
        match expected {
            Some(part) => assert!(
                answer.as_ref().unwrap().contains(part),
                "{text}: {answer:?}"
            ),
            None => assert!(
                matches!(answer, Err(QueryError::Inexpressible(_))),
                "{text}: {answer:?}"
            ),
        }
    }
}

#[test]
fn rdf_xml_is_read_back_as_it_was_written() {
    let view = view(
        r#":a :p "x\r\n\t<&>\"'"@en--ltr, 1.50, :b, _:n . _:n :q <<( :a :p <<( _:n :r "deep"@de )>> )>> . :a <urn:x:y> "", " " , "]]>" ; a :C"#,
    );
    let all = "CONSTRUCT WHERE { ?s ?p ?o }";
    let read = |format: GraphFormat, name: &str| {
        let text = run(&view, all, name, Limits::default()).unwrap();
        let mut dataset = oxrdf::Dataset::new();
        for quad in oxrdfio::RdfParser::from_format(format.rdf_format()).for_slice(&text) {
            dataset.insert(&quad.unwrap_or_else(|error| panic!("{error}: {text}")));
        }
        dataset.canonicalize(oxrdf::dataset::CanonicalizationAlgorithm::Unstable);
        let mut lines: Vec<String> = dataset.iter().map(|quad| quad.to_string()).collect();
        lines.sort();
        lines
    };
    let wanted = read(GraphFormat::NTriples, "nt");
    assert_eq!(wanted.len(), 9);
    assert_eq!(read(GraphFormat::RdfXml, "rdf"), wanted);
}
