//! What callers may send and ask for, against a server process: compressed, deep, long and wide. After each, it must still be there.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Answer, Server, run};
use std::io::Write as _;

struct World {
    server: Server,
    token: String,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let arguments = [
            "token",
            "add",
            "w",
            "--clearance",
            "public",
            "--role",
            "editor",
            "--writes",
            "urn:own=public",
        ];
        let said = run(&data, &arguments);
        assert_eq!(said.code, 0, "{}", said.err);
        Self {
            server: Server::start(&data, &[]),
            token: format!("Bearer {}", said.out.trim()),
            _folder: folder,
        }
    }

    fn put(&self, kind: &str, coding: &str, body: &[u8]) -> Answer {
        let mut headers = vec![
            ("Content-Type", kind),
            ("Authorization", self.token.as_str()),
        ];
        if !coding.is_empty() {
            headers.push(("Content-Encoding", coding));
        }
        self.server
            .ask("PUT", "/store?graph=urn:own:g", &headers, body)
    }

    fn post(&self, path: &str, kind: &str, coding: &str, body: &[u8]) -> Answer {
        let mut headers = vec![
            ("Content-Type", kind),
            ("Authorization", self.token.as_str()),
        ];
        if !coding.is_empty() {
            headers.push(("Content-Encoding", coding));
        }
        self.server.ask("POST", path, &headers, body)
    }

    /// The most memory the process has held, in MiB.
    fn peak(&self) -> u64 {
        let status = format!("/proc/{}/status", self.server.pid());
        let status = std::fs::read_to_string(status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        number.unwrap_or(0) / 1024
    }

    fn is_well(&mut self, after: &str) {
        assert!(self.server.is_alive(), "after {after} the server is gone");
        let answer = self.server.ask("GET", "/healthz", &[], b"");
        assert_eq!(answer.status, 200, "after {after}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 64 * 1024, 5, 22);
    writer.write_all(bytes).unwrap();
    drop(writer);
    out
}

/// A frame of blocks that each say one byte 128 Ki times (RFC 8878, section 3.1.1.2).
fn zstd(byte: u8, blocks: u32) -> Vec<u8> {
    const BLOCK: u32 = 128 * 1024;
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x38];
    for block in 0..blocks {
        let last = u32::from(block + 1 == blocks);
        out.extend(&(last | 1 << 1 | BLOCK << 3).to_le_bytes()[..3]);
        out.push(byte);
    }
    out
}

#[test]
fn what_comes_compressed_does_not_grow_out_of_proportion() {
    let mut world = World::new();
    let turtle = "<urn:a> <urn:b> <urn:c> .\n";
    // What people send is taken.
    let much: String = (0..60_000)
        .map(|n| format!("<urn:a> <urn:b{}> \"{n}\" .\n", n % 7))
        .collect();
    for (coding, body) in [
        ("gzip", gzip(much.as_bytes())),
        ("br", brotli(much.as_bytes())),
    ] {
        let answer = world.put("text/turtle", coding, &body);
        assert!(
            answer.status < 300,
            "{coding}: {} {}",
            answer.status,
            answer.text()
        );
    }
    assert!(
        world
            .put("text/turtle", "gzip", &gzip(turtle.as_bytes()))
            .status
            < 300
    );
    let spaces = vec![b' '; 200 << 20];
    let bombs = [
        ("gzip", gzip(&spaces)),
        ("br", brotli(&spaces)),
        ("zstd", zstd(b' ', 8_000)),
        ("zstd", zstd(b'\n', 200_000)),
    ];
    drop(spaces);
    for (coding, body) in &bombs {
        let size = body.len();
        for (path, kind) in [
            ("/store?graph=urn:own:g", "text/turtle"),
            ("/query", "application/sparql-query"),
            ("/update", "application/sparql-update"),
            ("/sparql", "application/x-www-form-urlencoded"),
            ("/sign-in", "application/x-www-form-urlencoded"),
        ] {
            let answer = world.post(path, kind, coding, body);
            assert_eq!(
                answer.status,
                413,
                "{coding} of {size} bytes to {path}: {}",
                answer.text()
            );
        }
        world.is_well(coding);
    }
    // Twice compressed is not taken at all.
    let twice = gzip(&bombs[0].1);
    assert!(world.put("text/turtle", "gzip, gzip", &twice).status >= 400);
    assert!(world.peak() < 600, "{} MiB", world.peak());
}

#[test]
fn what_nests_deep_ends_no_process() {
    let mut world = World::new();
    let rdf = |open: &str, inner: &str, close: &str, count: usize| {
        format!("{}{inner}{}", open.repeat(count), close.repeat(count))
    };
    for count in [1_000, 20_000, 300_000] {
        let turtle = [
            format!("<urn:a> <urn:b> {} .", rdf("(", "1", ")", count)),
            format!("<urn:a> <urn:b> {} .", rdf("[ <urn:p> ", "1", "]", count)),
            format!(
                "<urn:a> <urn:b> {} .",
                rdf("<<( <urn:a> <urn:b> ", "1", " )>>", count)
            ),
            format!(
                "{} <urn:b> <urn:c> .",
                rdf("<< ", "<urn:a>", " <urn:b> <urn:c> >>", count)
            ),
            format!(
                "<urn:a> <urn:b> <urn:c> {} .",
                rdf("{| <urn:p> <urn:o> ", "", " |}", count)
            ),
            "(".repeat(count),
            "<<(".repeat(count),
            "{".repeat(count),
        ];
        for text in &turtle {
            let answer = world.put("text/turtle", "", text.as_bytes());
            assert_eq!(
                answer.status,
                400,
                "{count} {}",
                &text[..40.min(text.len())]
            );
            world.is_well(&text[..40.min(text.len())]);
        }
        let line = format!(
            "<urn:a> <urn:b> {} .\n",
            rdf("<<( <urn:a> <urn:b> ", "<urn:c>", " )>>", count)
        );
        assert_eq!(
            world
                .put("application/n-triples", "", line.as_bytes())
                .status,
            400
        );
        let json = [
            rdf("[", "", "]", count),
            rdf("{\"urn:p\":", "1", "}", count),
            format!(
                "{{\"@id\":\"urn:a\",\"urn:p\":{}}}",
                rdf("{\"@list\":[", "1", "]}", count)
            ),
        ];
        for text in &json {
            let answer = world.put("application/ld+json", "", text.as_bytes());
            assert_eq!(answer.status, 400, "{count} {}", &text[..40]);
        }
        let xml = format!(
            "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"urn:e:\">{}</rdf:RDF>",
            rdf(
                "<rdf:Description><e:p>",
                "",
                "</e:p></rdf:Description>",
                count
            )
        );
        assert_eq!(
            world.put("application/rdf+xml", "", xml.as_bytes()).status,
            400
        );
        world.is_well("JSON-LD and RDF/XML");
        let updates = [
            format!(
                "INSERT DATA {{ GRAPH <urn:own:g> {{ <urn:a> <urn:b> {} }} }}",
                rdf("(", "1", ")", count)
            ),
            format!(
                "INSERT DATA {{ GRAPH <urn:own:g> {{ <urn:a> <urn:b> {} }} }}",
                rdf("<<( <urn:a> <urn:b> ", "1", " )>>", count)
            ),
            format!(
                "INSERT DATA {{ GRAPH <urn:own:g> {{ {} <urn:b> <urn:c> }} }}",
                rdf("<< ", "<urn:a>", " <urn:b> <urn:c> >>", count)
            ),
        ];
        for text in &updates {
            let answer = world.post("/update", "application/sparql-update", "", text.as_bytes());
            assert_eq!(answer.status, 400, "{count} {}", answer.text());
        }
        world.is_well("updates");
    }
    // What is merely nested is taken.
    let fine = format!("<urn:a> <urn:b> {} .", rdf("(", "1", ")", 100));
    let answer = world.put("text/turtle", "", fine.as_bytes());
    assert!(answer.status < 300, "{}", answer.text());
}

#[test]
fn what_is_long_or_wide_is_refused_before_it_is_read() {
    let mut world = World::new();
    let query = |text: &str| world.post("/query", "application/sparql-query", "", text.as_bytes());
    let rows = [
        (
            "a query of two million bytes",
            format!("ASK {{}} # {}", "x".repeat(2_000_000)),
            413,
        ),
        (
            "operators",
            format!("ASK {{ FILTER(1{}) }}", "+1".repeat(6_000)),
            400,
        ),
        (
            "keywords",
            format!("ASK {{ {} }}", "OPTIONAL { ?s ?p ?o } ".repeat(600)),
            400,
        ),
        (
            "patterns",
            format!("ASK {{ {} }}", "?s ?p ?o . ".repeat(1_100)),
            400,
        ),
        (
            "calls",
            format!(
                "ASK {{ FILTER({}1{}) }}",
                "SUBSTR(".repeat(20),
                ", 1)".repeat(20)
            ),
            400,
        ),
    ];
    for (what, text, status) in &rows {
        let answer = query(text);
        assert_eq!(answer.status, *status, "{what}: {}", answer.text());
    }
    // Headers and addresses have an end, too.
    let long = "x".repeat(2_000_000);
    for (path, header) in [
        (format!("/?{long}"), "a".to_owned()),
        ("/".to_owned(), long),
    ] {
        let sent = std::panic::catch_unwind(|| {
            world
                .server
                .ask("GET", &path, &[("X-Long", &header)], b"")
                .status
        });
        // Either an answer or a closed door.
        assert!(
            sent.is_err() || matches!(sent, Ok(414 | 431 | 400)),
            "{sent:?}"
        );
    }
    world.is_well("long texts");
}

#[test]
fn nobody_fills_the_memory_who_may_not_even_write() {
    let mut world = World::new();
    let form = "application/x-www-form-urlencoded";
    let post = |path: &str, kind: &str, body: &[u8]| {
        let headers = [("Content-Type", kind)];
        // A server that has heard enough may close the door while the rest is being sent.
        let sent = std::panic::AssertUnwindSafe(|| world.server.ask("POST", path, &headers, body));
        std::panic::catch_unwind(sent).map_or(413, |answer| answer.status)
    };
    let long = [b"query=", vec![b'a'; 60 << 20].as_slice()].concat();
    assert_eq!(post("/query", form, &long), 413);
    assert_eq!(post("/sparql", form, &long), 413);
    assert_eq!(post("/sparql", "application/sparql-update", &long), 413);
    drop(long);
    let wide = b"&a".repeat(1 << 20);
    assert_eq!(post("/query", form, &wide), 400);
    // A page is held whole, so values that are long and many are not all shown.
    let mut text = String::from("SELECT ?x { VALUES ?i { ");
    text.extend((0..1_000).map(|n| format!("{n} ")));
    text.push_str("} BIND('\"\"\"\"\"\"\"\"' AS ?a0) ");
    for n in 1..=14 {
        text.push_str(&format!("BIND(CONCAT(?a{0}, ?a{0}) AS ?a{n}) ", n - 1));
    }
    text.push_str("BIND(CONCAT(?a14, STR(?i)) AS ?x) }");
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let page = world
        .server
        .ask("GET", &format!("/?query={encoded}"), &[], b"");
    assert_eq!(page.status, 200);
    assert!(page.body.len() < 8 << 20, "{}", page.body.len());
    assert!(
        page.text().contains("The first"),
        "the page says that there is more"
    );
    let peak = world.peak();
    assert!(peak < 300, "{peak} MiB");
    world.is_well("all that");
}
