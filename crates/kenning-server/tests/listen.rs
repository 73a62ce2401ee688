//! Connections: ending well, slow and greedy clients, and the operator's socket.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, bearer, encode, large, small};
use kenning_server::{Line, Operations, Outcome, ServerSettings, Service, serve_socket};
use kenning_store::Cancel;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ENDLESS: &str = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }";

#[test]
fn the_server_ends_answers_that_have_begun() {
    let server = Server::start(large(60_000), ServerSettings::default());
    let mut stream = TcpStream::connect(server.address).unwrap();
    let query = encode("SELECT * { ?s ?p ?o }");
    let request =
        format!("GET /query?query={query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 1024];
    let got = stream.read(&mut first).unwrap();
    let ending = std::thread::spawn(move || drop(server));
    let mut all = first[..got].to_vec();
    stream.read_to_end(&mut all).unwrap();
    ending.join().unwrap();
    assert!(all.ends_with(b"0\r\n\r\n"), "the last chunk is missing");
}

#[test]
fn one_reader_does_not_take_the_whole_server() {
    let settings = ServerSettings {
        evaluations: 4,
        query_time: Duration::from_secs(8),
        patience: Duration::from_secs(2),
        ..ServerSettings::default()
    };
    let server = Server::start(large(20_000), settings);
    let other = bearer(&server.token("public", &[], "reader", &[]));
    let mut greedy = Vec::new();
    for _ in 0..8 {
        let mut stream = TcpStream::connect(server.address).unwrap();
        let request = format!(
            "GET /query?query={} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            encode(ENDLESS)
        );
        stream.write_all(request.as_bytes()).unwrap();
        greedy.push(stream);
    }
    std::thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    assert_eq!(server.query("ASK { ?s ?p ?o }", &other).status, 200);
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(server.query("ASK { ?s ?p ?o }", "").status, 503);
}

/// A figure of `/metrics`, for an operator.
fn figure(server: &Server, who: &str, name: &str) -> u64 {
    let text = server.get("/metrics", who).text();
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name} ")));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .unwrap_or_else(|| panic!("no {name} in {text}"))
}

fn until(what: &str, within: Duration, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < within, "{what} not within {within:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_slow_client_holds_no_thread_and_gets_all_in_the_end() {
    let settings = ServerSettings {
        evaluations: 1,
        patience: Duration::from_millis(500),
        ..ServerSettings::default()
    };
    let server = Server::start(large(150_000), settings);
    let who = bearer(&server.token("public", &[], "operator", &[]));
    let query = "SELECT ?s ?p ?o { ?s ?p ?o }";
    let whole = server.query(query, "Accept: text/csv");
    assert!(
        whole.complete && whole.body.len() > 8 << 20,
        "{}",
        whole.body.len()
    );
    let mut slow: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            let request = format!(
                "GET /query?query={} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\nConnection: close\r\n\r\n",
                encode(query)
            );
            stream.write_all(request.as_bytes()).unwrap();
            // They wait for the one thread in turn, and each asks within the patience of the others.
            until("the answer is made", Duration::from_secs(20), || {
                figure(&server, &who, "kenning_evaluations_running") == 0
            });
            stream
        })
        .collect();
    assert!(figure(&server, &who, "kenning_spilled_bytes") > 4 << 20);
    assert_eq!(server.query("ASK { ?s ?p ?o }", "").status, 200);
    let mut all = Vec::new();
    slow.remove(0).read_to_end(&mut all).unwrap();
    assert!(all.ends_with(b"0\r\n\r\n"), "the last chunk is missing");
    assert!(all.len() > whole.body.len(), "{}", all.len());
    let lines = |bytes: &[u8]| bytes.windows(9).filter(|w| w == b"id/thing/").count();
    // A name may lie across two chunks, so a few are not counted.
    assert!(lines(&all) > lines(&whole.body) - 1_000);
    drop(slow);
    until("the files are gone", Duration::from_secs(5), || {
        figure(&server, &who, "kenning_spilled_bytes") == 0
    });
}

#[test]
fn a_client_that_takes_nothing_loses_its_answer() {
    let settings = ServerSettings {
        stall: Duration::from_millis(300),
        ..ServerSettings::default()
    };
    let server = Server::start(large(150_000), settings);
    let who = bearer(&server.token("public", &[], "operator", &[]));
    let mut stream = TcpStream::connect(server.address).unwrap();
    let request = format!(
        "GET /query?query={} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n",
        encode("SELECT * { ?s ?p ?o }")
    );
    stream.write_all(request.as_bytes()).unwrap();
    until("the connection is cut", Duration::from_secs(20), || {
        figure(&server, &who, "kenning_connections_open") == 1
    });
    until("what waited is dropped", Duration::from_secs(5), || {
        figure(&server, &who, "kenning_spilled_bytes") == 0
    });
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    assert!(!all.ends_with(b"0\r\n\r\n"), "a cut answer looks complete");
}

#[test]
fn a_client_that_sends_its_body_by_drops_is_let_go() {
    let settings = ServerSettings {
        stall: Duration::from_millis(300),
        ..ServerSettings::default()
    };
    let server = Server::start(large(10), settings);
    let head = "POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\nContent-Length: 5000\r\n\r\nASK";
    for pause in [Duration::from_secs(30), Duration::from_millis(100)] {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut drops = stream.try_clone().unwrap();
        std::thread::spawn(move || {
            for _ in 0..200 {
                std::thread::sleep(pause);
                if drops.write_all(b" ").is_err() {
                    return;
                }
            }
        });
        let begun = Instant::now();
        let mut all = String::new();
        let _ = stream.read_to_string(&mut all);
        assert!(all.starts_with("HTTP/1.1 408 "), "{pause:?}: {all}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{pause:?}");
    }
}

#[test]
fn an_old_client_gets_all_of_a_long_answer_with_its_length() {
    let server = Server::start(large(150_000), ServerSettings::default());
    let who = bearer(&server.token("public", &[], "operator", &[]));
    let ask = |version: &str| {
        let mut stream = TcpStream::connect(server.address).unwrap();
        let request = format!(
            "GET /query?query={} HTTP/{version}\r\nHost: localhost\r\nConnection: close\r\nAccept: text/csv\r\n\r\n",
            encode("SELECT * { ?s ?p ?o }")
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let all = String::from_utf8(all).unwrap();
        let (head, body) = all.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    };
    let (head, body) = ask("1.0");
    assert!(head.starts_with("http/1.0 200"), "{head}");
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );
    assert_eq!(body.lines().count(), 150_001);
    assert!(
        !ask("1.1").0.contains("content-length"),
        "a long answer flows"
    );
    until("nothing is left behind", Duration::from_secs(5), || {
        figure(&server, &who, "kenning_spilled_bytes") == 0
    });
}

#[test]
fn work_ends_within_a_second_of_its_client() {
    let server = Server::start(large(20_000), ServerSettings::default());
    let who = bearer(&server.token("public", &[], "operator", &[]));
    let writer = bearer(&server.token("public", &[], "curator", &["*=public"]));
    let rows = [
        ("/query", ENDLESS),
        (
            "/query",
            "SELECT * { ?a (<urn:p>|^<urn:p>)+ ?b . ?b (<urn:p>|^<urn:p>)* ?c } ORDER BY ?c",
        ),
        (
            "/query",
            "SELECT ?a { ?a <urn:p> ?b . ?c <urn:p> ?d } ORDER BY DESC(STR(?d)) ?b",
        ),
        (
            "/query",
            "SELECT ?b (GROUP_CONCAT(?d) AS ?all) { ?a <urn:p> ?b . ?c <urn:p> ?d } GROUP BY ?b",
        ),
        (
            "/query",
            "SELECT (COUNT(DISTINCT CONCAT(STR(?a), STR(?d))) AS ?n) { ?a <urn:p> ?b . ?c <urn:p> ?d }",
        ),
        (
            "/query",
            "SELECT DISTINCT ?b { ?a ?p ?b . ?c ?q ?d . FILTER NOT EXISTS { ?e ?r ?b . ?d ?s ?a } }",
        ),
        (
            "/query",
            "SELECT ?a { ?a ?p ?b MINUS { ?c ?q ?d . ?e ?r ?f . FILTER(STR(?a) = STR(?f)) } }",
        ),
        (
            "/query",
            "CONSTRUCT { ?a <urn:q> ?d } WHERE { ?a ?p ?b . ?c ?q ?d . FILTER(REGEX(STR(?d), \"x.*y.*z\")) }",
        ),
        (
            "/update",
            "INSERT { GRAPH <urn:new> { ?a <urn:q> ?d } } WHERE { ?a ?p ?b . ?c ?q ?d . FILTER(STRLEN(STR(?d)) > 1000) }",
        ),
        (
            "/update",
            "DELETE { ?a ?p ?b } WHERE { ?a (<urn:p>|!<urn:p>)* ?b . ?c ?q ?b . ?d ?p ?b . FILTER(STRLEN(STR(?d)) > 1000) }",
        ),
    ];
    for (path, text) in rows {
        let kind = path.trim_start_matches('/');
        let mut stream = TcpStream::connect(server.address).unwrap();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\n{writer}\r\nContent-Type: application/sparql-{kind}\r\n\
             Content-Length: {}\r\n\r\n{text}",
            text.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(700));
        assert_eq!(
            figure(&server, &who, "kenning_evaluations_running"),
            1,
            "{text} ends by itself"
        );
        drop(stream);
        until(text, Duration::from_secs(1), || {
            figure(&server, &who, "kenning_evaluations_running") == 0
        });
    }
}

#[test]
fn idle_connections_are_no_burden() {
    let server = Server::start(small(), ServerSettings::default());
    let idle: Vec<TcpStream> = (0..300)
        .map(|_| TcpStream::connect(server.address).unwrap())
        .collect();
    assert_eq!(server.query("ASK {}", "").status, 200);
    drop(idle);
}

struct Echo;

impl Operations for Echo {
    fn run(&self, command: &[u8], _: &Cancel, report: &mut dyn FnMut(Line)) -> Outcome {
        let text = String::from_utf8_lossy(command).into_owned();
        report(Line::Output { text });
        Outcome::done("echoed")
    }
}

#[test]
fn the_socket_is_the_operators() {
    let path = std::env::temp_dir().join(format!("kenning-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let server = Server::with_operations(small(), ServerSettings::default(), Arc::new(Echo));
    let service: Service = server.service.clone();
    let bound = path.clone();
    let (ready, is_ready) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::UnixListener::bind(bound).unwrap();
            ready.send(()).unwrap();
            serve_socket(service, listener, std::future::pending())
                .await
                .unwrap();
        });
    });
    is_ready.recv().unwrap();
    let ask = |head: &str, body: &str| {
        let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
        let text = format!(
            "{head}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let ran = ask("POST /operator/run HTTP/1.1", "{\"command\":\"x\"}");
    assert!(ran.starts_with("HTTP/1.1 200"), "{ran}");
    assert!(
        ran.contains(r#""kind":"output""#) && ran.contains(r#""kind":"outcome""#),
        "{ran}"
    );
    let count = format!(
        "GET /query?format=csv&query={} HTTP/1.1",
        encode("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    );
    assert!(ask(&count, "").ends_with("n\r\n2\r\n"));
    let all = format!("{count}\r\nKenning-Clearance: restricted\r\nKenning-Groups: *");
    assert!(ask(&all, "").ends_with("n\r\n5\r\n"));
    let wrong = format!("{count}\r\nKenning-Clearance: secrte");
    assert!(ask(&wrong, "").starts_with("HTTP/1.1 400"));
    let _ = std::fs::remove_file(&path);
}
