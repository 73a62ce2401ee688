//! Linked data: every IRI resolves, also one with letters outside ASCII, and the parts of a thing come with it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Answer, Server, encode};
use kenning_server::ServerSettings;

/// A server that anybody may write to, with what `update` inserts.
fn server(update: &str) -> Server {
    let server = Server::start(
        common::large(0),
        ServerSettings {
            allow_anonymous_write: true,
            ..ServerSettings::default()
        },
    );
    let prefix = "PREFIX id: <https://kb.example/id/> PREFIX km: <https://w3id.org/kenning/km#> ";
    let body = format!("update={}", encode(&format!("{prefix}{update}")));
    let form = "Content-Type: application/x-www-form-urlencoded";
    let answer = server.send("POST", "/update", form, body.as_bytes());
    assert_eq!(answer.status, 204, "{}", answer.text());
    server
}

fn follow(server: &Server, target: &str, accept: &str) -> Answer {
    let first = server.get(target, &format!("Accept: {accept}"));
    assert_eq!(first.status, 303, "{target}: {}", first.text());
    assert!(first.header("location").is_ascii(), "{first:?}");
    server.get(first.header("location"), "")
}

#[test]
fn letters_outside_ascii_are_found_as_addresses_have_them() {
    let server = server(
        "INSERT DATA { <https://kb.example/id/note/h/\u{dc}n\u{ef}%20c%26%28x%29> a km:Note . \
         <https://kb.example/id/name/e%CC%81> a km:Name . <https://kb.example/id/x/a(b)\u{e9}> a km:Note }",
    );
    let rows = [
        "/id/note/h/%C3%9Cn%C3%AF%20c%26%28x%29",
        "/id/note/h/%c3%9cn%c3%af%20c%26%28x%29",
        "/id/note/h/\u{dc}n\u{ef}%20c%26%28x%29",
        "/id/name/e%CC%81",
        "/id/x/a(b)%C3%A9",
    ];
    for target in rows {
        for accept in ["text/html", "text/turtle", "application/n-triples"] {
            let answer = follow(&server, target, accept);
            assert_eq!(answer.status, 200, "{target} {accept}: {}", answer.text());
            assert!(answer.header("link").is_ascii(), "{answer:?}");
        }
        let data = follow(&server, target, "application/n-triples");
        assert!(data.text().contains("kenning/km#N"), "{}", data.text());
    }
    for absent in [
        "/id/note/h/%C3%9C",
        "/id/note/h/%FF",
        "/id/note/h/%",
        "/id/note/h/Un",
    ] {
        assert_eq!(server.get(absent, "").status, 404, "{absent}");
    }
}

#[test]
fn what_is_said_of_a_part_comes_with_the_whole() {
    let server = server(
        "INSERT DATA { id:n km:hasPassage <https://kb.example/id/n#p=two>, <https://kb.example/id/n#p=one> . \
         <https://kb.example/id/n#p=one> km:position 1 ; <urn:says> \"first\" ; <urn:of> id:n . \
         <https://kb.example/id/n#p=two> km:position 2 ; <urn:says> \"second\" ; <urn:at> <https://kb.example/id/n#q=two> . \
         <https://kb.example/id/n#q=two> <urn:exact> \"quoted\" . \
         <https://kb.example/id/other#p=one> <urn:says> \"elsewhere\" . id:n <urn:see> <https://kb.example/id/other#p=one> }",
    );
    let data = follow(&server, "/id/n", "application/n-triples").text();
    for part in ["first", "second", "quoted"] {
        assert!(data.contains(part), "{part}: {data}");
    }
    assert!(!data.contains("elsewhere"), "{data}");
    let mut lines: Vec<&str> = data.lines().collect();
    let count = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), count, "a triple comes once: {data}");
    let page = follow(&server, "/id/n", "text/html").text();
    let one = page.find("id=\"p=one\"").unwrap();
    assert!(one < page.find("id=\"p=two\"").unwrap(), "{page}");
    assert!(
        page.contains("first") && page.contains("href=\"/page/n#p=one\""),
        "{page}"
    );
}

#[test]
fn a_format_that_cannot_hold_an_answer_is_refused_in_words() {
    let server =
        server("INSERT DATA { id:t <urn:r> <<( <urn:a> <urn:b> <urn:c> )>> . id:u <urn:1> \"x\" }");
    let rows = [
        ("/data/t.jsonld", "triple terms"),
        ("/store", "triple terms"),
        ("/data/u.rdf", "`urn:1`"),
    ];
    for (target, why) in rows {
        let answer = server.get(target, "Accept: application/ld+json");
        assert_eq!(answer.status, 406, "{target}: {}", answer.text());
        assert!(answer.text().contains(why), "{target}: {}", answer.text());
    }
    assert_eq!(server.get("/data/t.rdf", "").status, 200);
}

#[test]
fn a_document_may_begin_with_a_byte_order_mark() {
    let server = server("");
    let answer = server.send(
        "PUT",
        "/store?graph=urn:g",
        "Content-Type: text/turtle",
        "\u{feff}<urn:a> <urn:b> <urn:c> .".as_bytes(),
    );
    assert_eq!(answer.status, 201, "{}", answer.text());
}
