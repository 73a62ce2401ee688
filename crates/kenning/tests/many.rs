//! Many connections, and the end of a server that is still answering.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::Server;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

/// What a process holds in memory, in KiB; `None` where the system does not say.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_thousand_idle_connections_cost_little() {
    const MANY: usize = 1_000;
    const KIB_EACH: u64 = 32;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("data"), &[]);
    assert_eq!(server.ask("GET", "/healthz", &[], b"").status, 200);
    let Some(before) = resident(server.pid()) else {
        println!("skipped: this system does not say what a process holds");
        return;
    };
    let mut idle = Vec::new();
    for _ in 0..MANY {
        let Ok(mut stream) = TcpStream::connect(&server.address) else {
            println!("skipped: this process may not open {MANY} connections");
            return;
        };
        // Each has asked once, so that the server holds whatever it holds for a client that may ask again.
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        idle.push(stream);
    }
    let after = resident(server.pid()).unwrap();
    let grown = after.saturating_sub(before);
    println!("{MANY} idle connections: {grown} KiB");
    assert!(grown < KIB_EACH * MANY as u64, "{grown} KiB");
    let asked = server.query("ASK {}", "application/sparql-results+json", &[]);
    assert_eq!(asked.status, 200);
}

#[test]
fn a_server_that_ends_ends_its_answers_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&folder.path().join("data"), &["--allow-anonymous-write"]);
    let mut data = String::new();
    for number in 0..60_000 {
        writeln!(
            data,
            "<urn:thing:{number}> <urn:p> \"number {number} of many\" ."
        )
        .unwrap();
    }
    let kind = [("Content-Type", "application/n-triples")];
    let put = server.ask("PUT", "/store?graph=urn:g", &kind, data.as_bytes());
    assert_eq!(put.status, 201);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream
        .write_all(
            b"GET /store?graph=urn:g HTTP/1.1\r\nHost: localhost\r\nAccept: application/n-triples\r\n\r\n",
        )
        .unwrap();
    let mut answer = vec![0; 1_000];
    stream.read_exact(&mut answer).unwrap();
    let told = Command::new("kill")
        .args(["-TERM", &server.pid().to_string()])
        .status();
    assert!(told.unwrap().success());
    std::thread::sleep(Duration::from_millis(500));
    assert!(
        TcpStream::connect(&server.address).is_err(),
        "a server that ends takes new clients"
    );
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream.read_to_end(&mut answer).unwrap();
    assert!(
        answer.ends_with(b"0\r\n\r\n"),
        "the answer is cut off after {} bytes",
        answer.len()
    );
    assert!(answer.len() > data.len(), "{}", answer.len());
    for _ in 0..100 {
        if !server.is_alive() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the server goes on though nobody is left");
}
