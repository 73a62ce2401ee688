//! Changing one graph in place, and sending several documents at once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Answer, Server, bearer, encode, small};
use kenning_server::ServerSettings;

const UPDATE: &str = "Content-Type: application/sparql-update";

fn target(name: &str) -> String {
    format!("/store?graph={}", encode(name))
}

#[test]
fn a_patch_changes_the_graph_that_it_names() {
    let server = Server::start(small(), ServerSettings::default());
    let who = bearer(&server.token("internal", &[], "editor", &["urn:own", "urn:more"]));
    let patch = |name: &str, more: &str, text: &str| -> Answer {
        let headers = format!("{who}\n{UPDATE}\n{more}");
        server.send("PATCH", &target(name), &headers, text.as_bytes())
    };
    let lines = |name: &str| {
        let got = server.get(
            &target(name),
            &format!("{who}\nAccept: application/n-triples"),
        );
        let mut lines: Vec<String> = got.text().lines().map(str::to_owned).collect();
        lines.sort();
        (lines, got.header("etag").to_owned())
    };
    assert_eq!(
        patch("urn:own", "", "DELETE DATA { <urn:a> <urn:b> 1 }").status,
        404
    );
    assert_eq!(
        patch(
            "urn:own",
            "If-Match: *",
            "INSERT DATA { <urn:a> <urn:b> 1 }"
        )
        .status,
        412
    );
    assert_eq!(
        patch("urn:own", "", "INSERT DATA { <urn:a> <urn:b> <rel> }").status,
        201
    );
    assert_eq!(
        patch(
            "urn:own",
            "",
            "INSERT { ?o <urn:back> ?s } WHERE { ?s <urn:b> ?o }"
        )
        .status,
        204
    );
    let (got, tag) = lines("urn:own");
    assert_eq!(got.len(), 2, "{got:?}");
    // What is read without GRAPH is this graph and not the union; with GRAPH, what the writer sees.
    assert_eq!(
        patch(
            "urn:own",
            "",
            "DELETE { ?s ?p ?o } WHERE { ?s <urn:p> ?o . ?s ?p ?o }"
        )
        .status,
        204
    );
    let copy = "INSERT { ?s <urn:p> ?o } WHERE { GRAPH <urn:g:internal> { ?s <urn:p> ?o } }";
    assert_eq!(
        patch("urn:own", &format!("If-Match: {tag}"), copy).status,
        204
    );
    assert_eq!(
        patch("urn:own", &format!("If-Match: {tag}"), copy).status,
        412
    );
    assert_eq!(lines("urn:own").0.len(), 3);
    assert_eq!(patch("urn:own", "", "CLEAR DEFAULT").status, 204);
    assert_eq!(lines("urn:own").0.len(), 0);
    assert_eq!(patch("urn:own", "", "").status, 204);
    // Other graphs: granted or not, a PATCH is not the way to them.
    let other = "INSERT DATA { GRAPH <urn:more> { <urn:a> <urn:b> 1 } }";
    assert_eq!(patch("urn:own", "", other).status, 422);
    assert_eq!(
        patch("urn:own", "", "ADD DEFAULT TO <urn:more>").status,
        422
    );
    assert_eq!(server.get(&target("urn:more"), &who).status, 404);
    assert_eq!(patch("urn:own", "", "DROP DEFAULT").status, 204);
    assert_eq!(patch("urn:own", "", "DROP DEFAULT").status, 404);
    assert_eq!(
        patch(
            "urn:own",
            "",
            "WITH <urn:own> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"
        )
        .status,
        400
    );
    assert_eq!(patch("urn:own", "", "INSERT DATA {").status, 400);
    let turtle = format!("{who}\nContent-Type: text/turtle");
    let sent = server.send("PATCH", &target("urn:own"), &turtle, b"<urn:a> <urn:b> 1 .");
    assert_eq!(sent.status, 415);
    assert!(
        sent.text().contains("application/sparql-update"),
        "{}",
        sent.text()
    );
    let whole = server.send("PATCH", "/store", &format!("{who}\n{UPDATE}"), b"CLEAR ALL");
    assert_eq!(whole.status, 400);
}

#[test]
fn a_patch_reads_and_tells_nothing_from_above() {
    let server = Server::start(small(), ServerSettings::default());
    let low = bearer(&server.token("internal", &[], "editor", &["urn:"]));
    let send = |name: &str, text: &str| {
        let headers = format!("{low}\n{UPDATE}");
        server.send("PATCH", &target(name), &headers, text.as_bytes())
    };
    let hidden = send("urn:g:hr", "DELETE WHERE { ?s ?p ?o }");
    assert_eq!(hidden.status, 403, "{}", hidden.text());
    // A graph of a lower label takes nothing that was read at a higher one.
    let down = "INSERT { ?s ?p ?o } WHERE { GRAPH <urn:g:internal> { ?s ?p ?o } }";
    let public = bearer(&server.token("internal", &[], "editor", &["urn:low=public"]));
    let headers = format!("{public}\n{UPDATE}");
    let sent = server.send("PATCH", &target("urn:low"), &headers, down.as_bytes());
    assert!(
        matches!(sent.status, 201 | 404),
        "{} {}",
        sent.status,
        sent.text()
    );
    let low = server.get(&target("urn:low"), "Accept: application/n-triples");
    assert!(!low.text().contains("erin"), "{}", low.text());
    let anonymous = server.send("PATCH", &target("urn:g:public"), UPDATE, b"CLEAR DEFAULT");
    assert_eq!(anonymous.status, 401);
}

#[test]
fn several_documents_are_added_together_or_not_at_all() {
    let server = Server::start(small(), ServerSettings::default());
    let who = bearer(&server.token("internal", &[], "editor", &["urn:own"]));
    let post = |body: &str| {
        let headers = format!("{who}\nContent-Type: multipart/form-data; boundary=cut");
        server.send("POST", &target("urn:own"), &headers, body.as_bytes())
    };
    let two = "--cut\r\nContent-Type: text/turtle\r\n\r\n_:a <urn:b> 1 .\r\n--cut\r\n\
               Content-Disposition: form-data; name=\"x\"; filename=\"x.nt\"\r\n\r\n_:a <urn:b> \"2\" .\r\n--cut--\r\n";
    assert_eq!(post(two).status, 201);
    let count = "SELECT (COUNT(DISTINCT ?s) AS ?n) { GRAPH <urn:own> { ?s ?p ?o } }";
    let got = server.query(count, &format!("{who}\nAccept: text/csv"));
    // The blank nodes of two documents are two.
    assert_eq!(got.text(), "n\r\n2\r\n");
    let broken = two.replace("\"2\"", "\"3").replace(" 1 .", " 4 .");
    assert_eq!(post(&broken).status, 400);
    assert_eq!(
        server
            .query(count, &format!("{who}\nAccept: text/csv"))
            .text(),
        "n\r\n2\r\n"
    );
}
