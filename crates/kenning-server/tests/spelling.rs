//! Language tags over HTTP: given back as they were written, one tag in any case, and silent about what is hidden.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Answer, Server, bearer, encode, label, node};
use kenning_server::ServerSettings;
use kenning_store::{Batch, KnowledgeBase, Options};

fn start() -> Server {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    batch.create_graph(node("urn:own:open"), label("public"));
    batch.create_graph(node("urn:own:other"), label("public"));
    batch.create_graph(node("urn:own:secret"), label("restricted"));
    kb.commit(batch).unwrap();
    Server::start(kb, ServerSettings::default())
}

fn update(server: &Server, who: &str, text: &str) {
    let headers = format!("{who}\nContent-Type: application/sparql-update");
    let answer = server.send("POST", "/update", &headers, text.as_bytes());
    assert_eq!(answer.status, 204, "{text}\n{}", answer.text());
}

fn graph(server: &Server, who: &str, name: &str) -> Answer {
    let headers = format!("{who}\nAccept: application/n-triples");
    server.get(&format!("/store?graph={}", encode(name)), &headers)
}

fn rows(server: &Server, who: &str, query: &str) -> Vec<String> {
    let headers = format!("{who}\nAccept: text/tab-separated-values");
    let answer = server.query(query, &headers);
    let text = answer.text();
    let mut rows: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    rows.sort();
    rows
}

const TURTLE: &str = "<urn:a> <urn:p> \"one\"@EN-us , 'two'@de-ch , \"three\"@pt-BR .";

#[test]
fn what_is_sent_comes_back_as_it_was_written() {
    let server = start();
    let who = bearer(&server.token("restricted", &[], "curator", &["urn:own"]));
    let headers = format!("{who}\nContent-Type: text/turtle");
    let target = format!("/store?graph={}", encode("urn:own:open"));
    let put = server.send("PUT", &target, &headers, TURTLE.as_bytes());
    assert_eq!(put.status, 204, "{}", put.text());
    let first = graph(&server, &who, "urn:own:open");
    for literal in ["\"one\"@EN-us", "\"two\"@de-ch", "\"three\"@pt-BR"] {
        assert!(first.text().contains(literal), "{}", first.text());
    }
    // One tag, however a request writes it.
    let same = "SELECT (LANG(?o) AS ?l) { <urn:a> <urn:p> ?o FILTER(LANG(?o) = \"EN-us\" || LANGMATCHES(LANG(?o), \"DE\")) }";
    assert_eq!(rows(&server, &who, same), ["\"EN-us\"", "\"de-ch\""]);
    let found = "SELECT ?p { <urn:a> ?p \"two\"@DE-CH FILTER(\"two\"@De-cH = \"two\"@de-ch) }";
    assert_eq!(rows(&server, &who, found), ["<urn:p>"]);
    let distinct = "SELECT DISTINCT ?o { { <urn:a> <urn:p> ?o } UNION { VALUES ?o { \"two\"@DE-CH \"two\"@de-ch } } }";
    assert_eq!(rows(&server, &who, distinct).len(), 3);

    // The same triples, written otherwise, are other bytes: whoever has the old ones is not told that nothing changed.
    let put = server.send(
        "PUT",
        &target,
        &headers,
        TURTLE.replace("de-ch", "DE-ch").as_bytes(),
    );
    assert_eq!(put.status, 204);
    let second = graph(&server, &who, "urn:own:open");
    assert!(second.text().contains("\"two\"@DE-ch"), "{}", second.text());
    assert_ne!(first.header("etag"), second.header("etag"));

    // Updates: what they say themselves, what they copy, and what they delete.
    let data = "INSERT DATA { GRAPH <urn:own:other> { <urn:b> <urn:p> \"four\"@FR , \"five\"@fr-ca , 'six'@fr } }";
    update(&server, &who, data);
    let copies = "INSERT { GRAPH <urn:own:other> { ?s <urn:q> ?o } } WHERE { GRAPH <urn:own:open> { ?s ?p ?o } }";
    update(&server, &who, copies);
    update(
        &server,
        &who,
        "COPY <urn:own:other> TO <urn:own:copy> ; DELETE DATA { GRAPH <urn:own:copy> { <urn:b> <urn:p> \"four\"@fr } }",
    );
    for (name, has_four) in [("urn:own:other", true), ("urn:own:copy", false)] {
        let text = graph(&server, &who, name).text();
        for literal in [
            "\"five\"@fr-ca",
            "\"six\"@fr ",
            "\"one\"@EN-us",
            "\"two\"@DE-ch",
        ] {
            assert!(text.contains(literal), "{name}: {literal}: {text}");
        }
        assert_eq!(text.contains("\"four\"@FR"), has_four, "{text}");
        assert!(!text.contains("\"four\"@fr"), "{text}");
    }
}

#[test]
fn a_spelling_above_does_not_come_down() {
    let server = start();
    let who = bearer(&server.token("restricted", &[], "editor", &["urn:own"]));
    update(
        &server,
        &who,
        "INSERT DATA { GRAPH <urn:own:open> { <urn:a> <urn:p> \"both\"@en-GB } }",
    );
    let before = graph(&server, "", "urn:own:open");
    update(
        &server,
        &who,
        "INSERT DATA { GRAPH <urn:own:secret> { <urn:b> <urn:p> \"both\"@EN-gb } }",
    );
    // Who sees both sees the unusual one; who does not sees what was there.
    let all = "SELECT DISTINCT ?o { ?s <urn:p> ?o }";
    assert_eq!(rows(&server, &who, all), ["\"both\"@EN-gb"]);
    assert_eq!(rows(&server, "", all), ["\"both\"@en-GB"]);
    assert_eq!(
        graph(&server, "", "urn:own:open").comparable(),
        before.comparable()
    );
    assert!(
        graph(&server, &who, "urn:own:open")
            .text()
            .contains("\"both\"@en-GB")
    );
    // Nor does it when a writer who sees both copies what is open, or asks for the tag.
    for text in [
        "INSERT { GRAPH <urn:own:other> { ?s <urn:p> ?o } } WHERE { GRAPH <urn:own:open> { ?s ?p ?o } }",
        "INSERT { GRAPH <urn:own:other> { ?s <urn:tag> ?l } } WHERE { GRAPH <urn:own:open> { ?s ?p ?o } BIND(LANG(?o) AS ?l) }",
        "ADD <urn:own:open> TO <urn:own:other>",
    ] {
        update(&server, &who, text);
        let shown = graph(&server, "", "urn:own:other").text();
        assert!(
            shown.contains("en-GB") && !shown.contains("EN-gb"),
            "{text}: {shown}"
        );
    }
}
