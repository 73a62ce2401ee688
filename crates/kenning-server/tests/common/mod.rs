//! A real server on loopback, and a client that sends exactly what a test says.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic, and no test file uses all of this"
)]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use kenning_access::{Label, Scale};
use kenning_server::{NoOperations, Operations, ServerSettings, Service, serve, token};
use kenning_store::{Batch, KnowledgeBase, Options};
use kenning_vocab::Base;
use oxrdf::{NamedNode, Triple};

/// A server that runs until the test ends.
pub struct Server {
    pub address: SocketAddr,
    pub kb: Arc<KnowledgeBase>,
    pub service: Service,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// Whether the answer has the marks of a complete one: the length that was announced, or a last chunk.
    pub complete: bool,
}

impl Server {
    pub fn start(kb: KnowledgeBase, settings: ServerSettings) -> Self {
        Self::with_operations(kb, settings, Arc::new(NoOperations))
    }

    pub fn with_operations(
        kb: KnowledgeBase,
        settings: ServerSettings,
        operations: Arc<dyn Operations>,
    ) -> Self {
        let kb = Arc::new(kb);
        let base = Base::new("https://kb.example/").unwrap();
        let service = Service::new(Arc::clone(&kb), base, operations, settings).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (ready, address) = std::sync::mpsc::channel();
        let served = service.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                ready.send(listener.local_addr().unwrap()).unwrap();
                let shutdown = async {
                    let _ = stopped.await;
                };
                serve(served, listener, shutdown).await.unwrap();
            });
        });
        Self {
            address: address.recv().unwrap(),
            kb,
            service,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Makes a token and returns its text.
    pub fn token(&self, level: &str, groups: &[&str], role: &str, writes: &[&str]) -> String {
        let new = token::NewToken {
            name: format!("{role} {level}"),
            clearance: level.to_owned(),
            groups: groups.iter().map(|g| (*g).to_owned()).collect(),
            roles: vec![role.to_owned()],
            writes: writes.iter().map(|w| (*w).to_owned()).collect(),
            lifetime: None,
        };
        token::add(&self.kb, &new).unwrap().1
    }

    /// Sends a request with these headers (one per line) and body, and reads the whole answer.
    pub fn send(&self, method: &str, target: &str, headers: &str, body: &[u8]) -> Answer {
        let mut text = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.to_lowercase().contains("host:") {
            text.push_str(&format!("Host: {}\r\n", self.address));
        }
        for line in headers
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            text.push_str(line);
            text.push_str("\r\n");
        }
        if !body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH") {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(body);
        self.raw(&bytes, method == "HEAD")
    }

    pub fn get(&self, target: &str, headers: &str) -> Answer {
        self.send("GET", target, headers, b"")
    }

    /// Asks a query by GET.
    pub fn query(&self, query: &str, headers: &str) -> Answer {
        self.get(&format!("/query?query={}", encode(query)), headers)
    }

    /// Sends bytes as they are, and reads until the server closes.
    pub fn raw(&self, bytes: &[u8], is_head: bool) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        // The server may answer and close before it has read all of a body that is too large.
        let _ = stream.write_all(bytes);
        let mut received = Vec::new();
        let ended_well = stream.read_to_end(&mut received).is_ok();
        Answer::parse(&received, is_head, ended_well)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Answer {
    fn parse(bytes: &[u8], is_head: bool, ended_well: bool) -> Self {
        let end = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').unwrap();
            let known = headers.entry(name.to_lowercase()).or_default();
            if !known.is_empty() {
                known.push_str(", ");
            }
            known.push_str(value.trim());
        }
        let rest = &bytes[end + 4..];
        let (body, complete) = if headers
            .get("transfer-encoding")
            .is_some_and(|v| v == "chunked")
        {
            dechunk(rest)
        } else {
            let announced = headers
                .get("content-length")
                .and_then(|n| n.parse::<usize>().ok());
            let fits = announced.is_none_or(|length| is_head || length == rest.len());
            (rest.to_vec(), fits && ended_well)
        };
        Self {
            status: status.parse().unwrap(),
            headers,
            body,
            complete,
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Everything that two askers may compare: status, headers but those that always differ, body.
    pub fn comparable(&self) -> (u16, BTreeMap<String, String>, Vec<u8>) {
        let mut headers = self.headers.clone();
        headers.remove("date");
        headers.remove("x-request-id");
        (self.status, headers, self.body.clone())
    }
}

fn dechunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(line) = rest.windows(2).position(|window| window == b"\r\n") else {
            return (body, false);
        };
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        rest = &rest[line + 2..];
        if size == 0 {
            return (body, true);
        }
        if rest.len() < size + 2 {
            return (body, false);
        }
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
}

pub fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

pub fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

pub fn label(text: &str) -> Label {
    Scale::default().parse_label(text).unwrap()
}

pub fn node(name: &str) -> NamedNode {
    if name.contains(':') {
        NamedNode::new(name).unwrap()
    } else {
        NamedNode::new(format!("https://kb.example/id/{name}")).unwrap()
    }
}

pub fn triple(subject: &str, predicate: &str, object: &str) -> Triple {
    Triple::new(node(subject), node(predicate), node(object))
}

/// One graph for each of four labels, with one triple each; the public one also names things.
pub fn small() -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    batch.put_graph(
        node("urn:g:public"),
        label("public"),
        [
            triple(
                "concept/h/seci",
                "http://www.w3.org/2004/02/skos/core#related",
                "concept/h/ba",
            ),
            Triple::new(
                node("concept/h/seci"),
                node("http://www.w3.org/2004/02/skos/core#prefLabel"),
                oxrdf::Literal::new_simple_literal("SECI <model>"),
            ),
        ],
    );
    batch.put_graph(
        node("urn:g:internal"),
        label("internal"),
        [triple("concept/h/seci", "urn:p", "agent/erin")],
    );
    batch.put_graph(
        node("urn:g:hr"),
        label("confidential{hr}"),
        [triple("agent/erin", "urn:p", "concept/h/falcon")],
    );
    batch.put_graph(
        node("urn:g:closed"),
        Label::closed(),
        [triple("concept/h/falcon", "urn:p", "concept/h/secret")],
    );
    kb.commit(batch).unwrap();
    kb
}

/// `count` triples in a public graph.
pub fn large(count: usize) -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    let triples =
        (0..count).map(|n| triple(&format!("thing/{n}"), "urn:p", &format!("thing/{}", n / 7)));
    batch.put_graph(node("urn:g:large"), label("public"), triples);
    kb.commit(batch).unwrap();
    kb
}
