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
    fn run(&self, command: &[u8], report: &mut dyn FnMut(Line)) -> Outcome {
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
