//! Queries over HTTP: forms, formats, errors, and answers that are cut off.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, bearer, encode, large, small};
use kenning_server::ServerSettings;
use std::time::{Duration, Instant};

#[test]
fn each_reader_counts_what_it_sees() {
    let server = Server::start(small(), ServerSettings::default());
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    let rows = [
        (String::new(), "2"),
        (bearer(&server.token("public", &[], "reader", &[])), "2"),
        (bearer(&server.token("internal", &[], "reader", &[])), "3"),
        (
            bearer(&server.token("confidential", &[], "reader", &[])),
            "3",
        ),
        (
            bearer(&server.token("confidential", &["hr"], "reader", &[])),
            "4",
        ),
        (
            bearer(&server.token("restricted", &["hr"], "reader", &[])),
            "4",
        ),
        (
            bearer(&server.token("restricted", &["*"], "reader", &[])),
            "5",
        ),
    ];
    for (who, expected) in rows {
        let answer = server.query(count, &format!("{who}\nAccept: text/csv"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.text().lines().nth(1), Some(expected), "{who}");
    }
}

#[test]
fn an_answer_comes_in_every_format() {
    let server = Server::start(small(), ServerSettings::default());
    let select = "SELECT ?o { ?s <http://www.w3.org/2004/02/skos/core#related> ?o }";
    let graph = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }";
    let rows = [
        (
            select,
            "application/sparql-results+json",
            "application/sparql-results+json",
            "\"bindings\"",
        ),
        (
            select,
            "application/json",
            "application/sparql-results+json",
            "\"bindings\"",
        ),
        (
            select,
            "application/sparql-results+xml",
            "application/sparql-results+xml",
            "<sparql",
        ),
        (
            select,
            "text/csv",
            "text/csv; charset=utf-8",
            "https://kb.example/id/concept/h/ba",
        ),
        (
            select,
            "text/tab-separated-values",
            "text/tab-separated-values; charset=utf-8",
            "?o",
        ),
        (
            select,
            "application/rdf+xml, application/sparql-results+xml",
            "application/sparql-results+xml",
            "<sparql",
        ),
        (
            graph,
            "text/turtle",
            "text/turtle; charset=utf-8",
            "SECI <model>",
        ),
        (
            graph,
            "application/n-triples",
            "application/n-triples",
            "\"SECI <model>\" .",
        ),
        (
            graph,
            "application/rdf+xml, application/sparql-results+xml",
            "application/rdf+xml",
            "<rdf:RDF",
        ),
        (graph, "application/ld+json", "application/ld+json", "@id"),
        (
            graph,
            "application/trig",
            "application/trig",
            "SECI <model>",
        ),
        (
            graph,
            "application/n-quads",
            "application/n-quads",
            "SECI <model>",
        ),
        ("ASK {}", "*/*", "application/sparql-results+json", "true"),
        (
            "ASK {}",
            "text/csv;q=0.1, application/sparql-results+xml;q=0.2",
            "application/sparql-results+xml",
            "true",
        ),
    ];
    for (query, accept, kind, holds) in rows {
        let answer = server.query(query, &format!("Accept: {accept}"));
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, kind),
            "{accept}"
        );
        assert!(answer.text().contains(holds), "{accept}: {}", answer.text());
    }
    // `format` counts where the caller takes anything, and nowhere else.
    let target = format!("/query?format=csv&query={}", encode(select));
    assert_eq!(
        server.get(&target, "").header("content-type"),
        "text/csv; charset=utf-8"
    );
    assert_eq!(
        server.get(&target, "Accept: */*").header("content-type"),
        "text/csv; charset=utf-8"
    );
    let explicit = server.get(&target, "Accept: application/sparql-results+json");
    assert_eq!(
        explicit.header("content-type"),
        "application/sparql-results+json"
    );
    let answer = server.query(graph, "Accept: application/sparql-results+json");
    assert_eq!(answer.status, 406);
    assert!(answer.text().contains("text/turtle"), "{}", answer.text());
}

#[test]
fn the_three_request_forms_answer_alike() {
    let server = Server::start(small(), ServerSettings::default());
    let query = "SELECT ?s { ?s ?p ?o } ORDER BY ?s";
    let accept = "Accept: text/csv";
    let by_get = server.query(query, accept);
    let form = format!("query={}", encode(query));
    let by_form = server.send(
        "POST",
        "/query",
        &format!("{accept}\nContent-Type: application/x-www-form-urlencoded"),
        form.as_bytes(),
    );
    let direct = server.send(
        "POST",
        "/query",
        &format!("{accept}\nContent-Type: application/sparql-query; charset=utf-8"),
        query.as_bytes(),
    );
    assert_eq!(by_get.status, 200);
    assert_eq!(by_get.text(), by_form.text());
    assert_eq!(by_get.text(), direct.text());
    let head = server.send(
        "HEAD",
        &format!("/query?query={}", encode(query)),
        accept,
        b"",
    );
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-type"), by_get.header("content-type"));
}

#[test]
fn what_is_wrong_is_said_to_people_and_to_machines() {
    let server = Server::start(small(), ServerSettings::default());
    let broken = "SELECT * {\n  ?s ?p }";
    let people = server.query(broken, "Accept: */*");
    assert_eq!(people.status, 400);
    assert_eq!(people.header("content-type"), "text/plain; charset=utf-8");
    assert!(
        people.text().contains("line 2, column"),
        "{}",
        people.text()
    );
    assert!(people.text().contains("expected"), "{}", people.text());
    let machine = server.query(broken, "Accept: application/sparql-results+json");
    assert_eq!(machine.header("content-type"), "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(&machine.body).unwrap();
    assert_eq!(problem["status"], 400);
    assert_eq!(problem["line"], 2);
    assert!(problem["column"].is_u64(), "{problem}");
    assert!(problem["expected"].is_string(), "{problem}");
    let rows = [
        ("PUT", "/query", "", 405),
        ("GET", "/nowhere", "", 404),
        (
            "POST",
            "/query",
            "Content-Type: multipart/form-data; boundary=x",
            415,
        ),
        ("GET", "/query", "", 400),
    ];
    for (method, target, headers, status) in rows {
        assert_eq!(
            server.send(method, target, headers, b"").status,
            status,
            "{method} {target}"
        );
    }
    let wrong = server.send("DELETE", "/query", "", b"");
    assert_eq!(
        (wrong.status, wrong.header("allow")),
        (405, "GET, HEAD, POST, OPTIONS")
    );
}

#[test]
fn a_wrong_token_is_refused_and_never_read_as_none() {
    let server = Server::start(small(), ServerSettings::default());
    let good = server.token("internal", &[], "reader", &[]);
    let id = good.split('_').nth(1).unwrap();
    let head = format!("kn_{id}");
    let guesses = [
        format!("{head}_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        "kn_zzzzzz_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        format!("{good}A"),
        "nonsense".to_owned(),
        String::new(),
    ];
    let expected = server.query("ASK {}", &bearer("kn_x_y")).comparable();
    assert_eq!(expected.0, 401);
    for guess in guesses {
        assert_eq!(
            server.query("ASK {}", &bearer(&guess)).comparable(),
            expected,
            "{guess}"
        );
    }
    assert_eq!(server.query("ASK {}", &bearer(&good)).status, 200);
    kenning_server::token::revoke(&server.kb, id).unwrap();
    assert_eq!(
        server.query("ASK {}", &bearer(&good)).comparable(),
        expected
    );
}

#[test]
fn a_large_answer_flows_and_a_cut_one_never_looks_complete() {
    let server = Server::start(large(60_000), ServerSettings::default());
    let all = server.query("SELECT * { ?s ?p ?o }", "Accept: text/csv");
    assert!(all.complete);
    assert_eq!(all.text().lines().count(), 60_001);
    assert_eq!(all.header("content-length"), "");

    let settings = ServerSettings {
        query_time: Duration::from_millis(300),
        ..ServerSettings::default()
    };
    let server = Server::start(large(60_000), settings);
    // A cross product whose rows come at once, and go on for hours.
    let endless = "SELECT * { ?a ?p ?b . ?c ?q ?d }";
    for accept in [
        "text/csv",
        "application/n-triples",
        "application/sparql-results+json",
    ] {
        let query = if accept == "application/n-triples" {
            "CONSTRUCT { ?a ?p ?d } { ?a ?p ?b . ?c ?q ?d }"
        } else {
            endless
        };
        let cut = server.query(query, &format!("Accept: {accept}"));
        assert!(!cut.complete, "{accept}: {} bytes", cut.body.len());
        let packed = server.query(query, &format!("Accept: {accept}\nAccept-Encoding: gzip"));
        assert!(
            !packed.complete,
            "{accept} packed: {} bytes",
            packed.body.len()
        );
    }
    // Before the first byte has left, the limit is a proper error.
    let late = server.query(
        "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }",
        "",
    );
    assert_eq!(late.status, 503, "{}", late.text());
    assert!(late.text().contains("limit"), "{}", late.text());
    // HTTP/1.0 marks the end by closing, so it gets a whole answer or an error.
    let old = format!("GET /query?query={} HTTP/1.0\r\n\r\n", encode(endless));
    assert_eq!(server.raw(old.as_bytes(), false).status, 503);
}

#[test]
fn work_for_a_client_that_has_left_stops() {
    let settings = ServerSettings {
        evaluations: 1,
        patience: Duration::from_secs(5),
        ..ServerSettings::default()
    };
    let server = Server::start(large(20_000), settings);
    let endless = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }";
    {
        use std::io::Write as _;
        let mut stream = std::net::TcpStream::connect(server.address).unwrap();
        let request = format!(
            "GET /query?query={} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            encode(endless)
        );
        stream.write_all(request.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }
    let began = Instant::now();
    assert_eq!(server.query("ASK {}", "").status, 200);
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn an_unchanged_answer_is_not_sent_twice() {
    let server = Server::start(small(), ServerSettings::default());
    let query = "SELECT * { ?s ?p ?o }";
    let first = server.query(query, "Accept: text/csv");
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    assert_eq!(first.header("cache-control"), "private, no-cache");
    assert_eq!(first.header("vary"), "accept, authorization, cookie");
    let again = server.query(query, &format!("Accept: text/csv\nIf-None-Match: {tag}"));
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), tag);
    let other_form = server.query(
        query,
        &format!("Accept: text/tab-separated-values\nIf-None-Match: {tag}"),
    );
    assert_eq!(other_form.status, 200);
    let reader = bearer(&server.token("internal", &[], "reader", &[]));
    let other_eyes = server.query(
        query,
        &format!("{reader}\nAccept: text/csv\nIf-None-Match: {tag}"),
    );
    assert_eq!(other_eyes.status, 200);
    for volatile in [
        "SELECT (NOW() AS ?n) {}",
        "SELECT (RAND() AS ?n) {}",
        "SELECT (UUID() AS ?n) {}",
    ] {
        assert_eq!(server.query(volatile, "").header("etag"), "", "{volatile}");
    }
    // What changes out of sight changes no tag; what changes in sight does.
    let mut batch = kenning_store::Batch::new();
    batch.insert(common::node("urn:g:hr"), common::triple("a", "urn:p", "b"));
    server.kb.commit(batch).unwrap();
    assert_eq!(server.query(query, "Accept: text/csv").header("etag"), tag);
    let mut batch = kenning_store::Batch::new();
    batch.insert(
        common::node("urn:g:public"),
        common::triple("a", "urn:p", "b"),
    );
    server.kb.commit(batch).unwrap();
    assert_ne!(server.query(query, "Accept: text/csv").header("etag"), tag);
}

#[test]
fn many_brackets_do_not_end_the_server() {
    let server = Server::start(small(), ServerSettings::default());
    for (open, close) in [("{", "}"), ("(", ")")] {
        for depth in [1_000, 20_000] {
            let query = format!(
                "SELECT * {{ {} {} }}",
                open.repeat(depth),
                close.repeat(depth)
            );
            let answer = server.send(
                "POST",
                "/query",
                "Content-Type: application/sparql-query",
                query.as_bytes(),
            );
            assert_eq!(answer.status, 400);
        }
    }
    assert_eq!(server.get("/healthz", "").status, 200);
}
