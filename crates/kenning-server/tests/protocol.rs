//! Requests that are in no suite: what HTTP and the protocols say about them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, encode, small};
use kenning_server::ServerSettings;

const TURTLE: &str = "Content-Type: text/turtle";
const QUERY: &str = "Content-Type: application/sparql-query";
const UPDATE: &str = "Content-Type: application/sparql-update";

fn playground() -> Server {
    let settings = ServerSettings {
        allow_anonymous_write: true,
        ..ServerSettings::default()
    };
    Server::start(small(), settings)
}

#[test]
fn every_path_says_what_it_takes() {
    let server = playground();
    let rows = [
        ("/query", "GET, HEAD, POST, OPTIONS"),
        ("/sparql", "GET, HEAD, POST, OPTIONS"),
        ("/update", "POST, OPTIONS"),
        ("/store", "GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS"),
        ("/ns/km", "GET, HEAD, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ];
    for (path, allow) in rows {
        let asked = server.send("OPTIONS", path, "", b"");
        assert_eq!(
            (asked.status, asked.header("allow")),
            (204, allow),
            "{path}"
        );
        let wrong = server.send("BREW", path, "", b"");
        assert_eq!(
            (wrong.status, wrong.header("allow")),
            (405, allow),
            "{path}"
        );
    }
}

#[test]
fn a_request_that_http_forbids_is_refused() {
    let server = playground();
    let nameless = server.raw(
        b"GET /query?query=ASK%7B%7D HTTP/1.1\r\nConnection: close\r\n\r\n",
        false,
    );
    assert_eq!(nameless.status, 400);
    let old = server.raw(b"GET /query?query=ASK%7B%7D HTTP/1.0\r\n\r\n", false);
    assert_eq!(old.status, 200);
    let packed = server.send(
        "POST",
        "/query",
        &format!("{QUERY}\nContent-Encoding: pack200"),
        b"ASK {}",
    );
    assert_eq!(packed.status, 415);
    assert!(packed.header("accept-encoding").contains("zstd"));
    assert!(packed.text().contains("gzip"), "{}", packed.text());
}

#[test]
fn a_link_in_a_browser_names_the_format() {
    let server = playground();
    let browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let ask = |more: &str, accept: &str| {
        let target = format!(
            "/query?query={}{more}",
            encode("SELECT ?x { VALUES ?x { 1 } }")
        );
        server
            .get(&target, accept)
            .header("content-type")
            .to_owned()
    };
    assert_eq!(ask("&format=csv", browser), "text/csv; charset=utf-8");
    assert_eq!(ask("&format=csv", ""), "text/csv; charset=utf-8");
    assert_eq!(
        ask("&format=nonsense", ""),
        "application/sparql-results+json"
    );
    // A client that says what it reads gets that.
    assert_eq!(
        ask("&format=csv", "Accept: application/sparql-results+xml"),
        "application/sparql-results+xml"
    );
}

#[test]
fn data_that_does_not_parse_is_told_where() {
    let server = playground();
    let machine = format!("{TURTLE}\nAccept: application/json");
    let wrong = server.send(
        "PUT",
        "/store?graph=urn:g",
        &machine,
        b"<urn:a> <urn:b> <urn:c> .\n<urn:a> nope",
    );
    assert_eq!(wrong.status, 400);
    let text = wrong.text();
    assert!(
        text.contains("\"line\":2") && text.contains("line 2, column"),
        "{text}"
    );
    assert!(!text.contains("Parser error"), "{text}");
    let remote = br#"{"@context": "https://schema.org/", "name": "x"}"#;
    let wrong = server.send(
        "PUT",
        "/store?graph=urn:g",
        "Content-Type: application/ld+json",
        remote,
    );
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.text().contains("nothing is fetched"),
        "{}",
        wrong.text()
    );
}

#[test]
fn an_update_about_a_graph_that_is_not_there_says_so() {
    let server = playground();
    for text in [
        "DROP GRAPH <urn:none>",
        "CLEAR GRAPH <urn:none>",
        "COPY <urn:none> TO <urn:x>",
    ] {
        let told = server.send("POST", "/update", UPDATE, text.as_bytes());
        assert_eq!(told.status, 404, "{text}");
        assert!(
            told.text().contains("a graph that is not there"),
            "{}",
            told.text()
        );
    }
    assert_eq!(
        server
            .send("POST", "/update", UPDATE, b"DROP SILENT GRAPH <urn:none>")
            .status,
        204
    );
}

#[test]
fn no_other_server_is_asked() {
    let server = playground();
    let loud = server.query(
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "",
    );
    assert_eq!(loud.status, 400);
    let silent = server.query(
        "SELECT * { VALUES ?x { 1 } SERVICE SILENT <http://127.0.0.1:9/> { ?x ?p ?o } }",
        "Accept: text/csv",
    );
    assert_eq!(silent.status, 200, "{}", silent.text());
    assert_eq!(silent.text().lines().count(), 2, "{}", silent.text());
}

#[test]
fn the_vocabulary_has_an_address_for_each_part_and_version() {
    let server = playground();
    let rows = [
        ("/ns/km.ttl", "text/turtle; charset=utf-8", "no-cache"),
        ("/ns/km/core", "text/turtle; charset=utf-8", "no-cache"),
        ("/ns/km/core.nt", "application/n-triples", "no-cache"),
        (
            "/ns/km/shapes/core",
            "text/turtle; charset=utf-8",
            "no-cache",
        ),
        ("/ns/km/0.1.0", "text/turtle; charset=utf-8", "immutable"),
        ("/ns/km/0.1.0.rdf", "application/rdf+xml", "immutable"),
        (
            "/ns/km/core/0.1.0",
            "text/turtle; charset=utf-8",
            "immutable",
        ),
        (
            "/ns/km/core/0.1.0.jsonld",
            "application/ld+json",
            "immutable",
        ),
    ];
    for (path, kind, kept) in rows {
        let got = server.get(path, "");
        assert_eq!(
            (got.status, got.header("content-type")),
            (200, kind),
            "{path}"
        );
        assert!(got.header("cache-control").contains(kept), "{path}");
        let tag = format!("If-None-Match: {}", got.header("etag"));
        assert_eq!(server.get(path, &tag).status, 304, "{path}");
        assert_eq!(
            server.get(path, "").body,
            got.body,
            "{path} differs from time to time"
        );
    }
    for path in [
        "/ns/km/0.0.9",
        "/ns/km/core/0.0.9",
        "/ns/km/none",
        "/ns/foaf.ttl",
        "/ns/km/none/0.1.0",
    ] {
        assert_eq!(server.get(path, "").status, 404, "{path}");
    }
    // A version is what its files are, to the byte.
    let whole = server.get("/ns/km/0.1.0", "").text();
    let version = kenning_vocab::versions()[0];
    assert!(
        version
            .ontologies
            .iter()
            .all(|file| whole.contains(file.text))
    );
}

#[test]
fn a_page_and_its_data_name_each_other() {
    let server = playground();
    let page = server.get("/page/concept/h/seci", "");
    let link = "</data/concept/h/seci.ttl>; rel=\"alternate\"; type=\"text/turtle\"";
    assert_eq!(page.status, 200);
    assert!(page.header("link").contains(link), "{page:?}");
    let data = server.get("/data/concept/h/seci.nt", "");
    assert_eq!(data.status, 200);
    for link in [
        link,
        "<https://kb.example/id/concept/h/seci>; rel=\"describes\"",
        "</page/concept/h/seci>; rel=\"alternate\"; type=\"text/html\"",
    ] {
        assert!(data.header("link").contains(link), "{data:?}");
    }
    assert!(!data.header("link").contains("seci.nt"), "{data:?}");
}

#[test]
fn who_takes_no_encoding_hears_which_there_are() {
    let server = playground();
    let text = format!("SELECT ?x {{ VALUES ?x {{ \"{}\" }} }}", "x".repeat(2_000));
    let target = format!("/query?query={}", encode(&text));
    for (accepts, status) in [
        ("identity;q=0", 406),
        ("identity;q=0, gzip", 200),
        ("deflate", 200),
    ] {
        let answer = server.get(&target, &format!("Accept-Encoding: {accepts}"));
        assert_eq!(answer.status, status, "{accepts}");
        if status == 406 {
            assert!(
                answer.text().contains("gzip, br, zstd"),
                "{}",
                answer.text()
            );
        }
    }
}
