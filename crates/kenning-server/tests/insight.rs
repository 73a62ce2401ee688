//! Audits, experts, losses, advice and records over HTTP: in the form that is asked for, and nothing of what is hidden.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, bearer, encode, label, node};
use kenning_server::ServerSettings;
use kenning_store::{Batch, KnowledgeBase, Options};
use oxrdf::Triple;
use oxrdfio::{RdfFormat, RdfParser};
use serde_json::{Value, json};

const RECORDS: &str = "https://kb.example/id/graph/record/";

fn triples(turtle: &str) -> Vec<Triple> {
    let mut text = String::from(
        "@prefix n: <https://kb.example/id/note/w/> .\n@prefix t: <https://kb.example/id/name/> .\n\
         @prefix p: <https://kb.example/id/agent/> .\n",
    );
    for (prefix, namespace) in kenning_vocab::prefixes() {
        text.push_str(&format!("@prefix {prefix}: <{namespace}> .\n"));
    }
    text.push_str(turtle);
    RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(&text)
        .map(|quad| {
            let quad = quad.unwrap();
            Triple::new(quad.subject, quad.predicate, quad.object)
        })
        .collect()
}

/// Reeds are known of by everybody, the merger by those with `confidential`; Hana asked not to be found.
fn server() -> Server {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    for (name, level, turtle) in [
        (
            "urn:g:reeds",
            "public",
            "n:reeds a km:Note ; dcterms:title \"Reeds <b>\" ; km:answersTo t:reeds . t:reeds km:nameKey \"reeds\" .
             p:ada a foaf:Person ; foaf:name \"Ada Berg\" . p:ben a foaf:Person ; foaf:name \"Ben Holm\" .
             p:hana a foaf:Person ; foaf:name \"Hana Kobayashi\" ; km:hasVisibility km:hidden .
             <urn:e:1> a km:ExpertiseStatement ; km:expert p:ada ; km:aboutConcept t:reeds ; km:hasExpertiseLevel km:expertLevel .
             <urn:e:2> a km:ExpertiseStatement ; km:expert p:hana ; km:aboutConcept t:reeds ; km:hasExpertiseLevel km:soleHolder .",
        ),
        (
            "urn:g:merger",
            "confidential",
            "n:merger a km:Note ; dcterms:title \"The merger\" ; km:answersTo t:merger . t:merger km:nameKey \"merger\" .
             <urn:e:3> a km:ExpertiseStatement ; km:expert p:ben ; km:aboutConcept t:reeds .",
        ),
    ] {
        batch.put_graph(node(name), label(level), triples(turtle));
    }
    kb.commit(batch).unwrap();
    Server::start(kb, ServerSettings::default())
}

fn post(server: &Server, kind: &str, token: &str, body: &Value) -> common::Answer {
    let headers = format!("{}\nContent-Type: application/json", bearer(token));
    let target = format!("/api/record/{kind}");
    server.send("POST", &target, &headers, body.to_string().as_bytes())
}

fn count(server: &Server, token: &str) -> String {
    let query = "SELECT (COUNT(?r) AS ?n) { GRAPH ?g { ?r a km:Referral } }";
    let query = format!("PREFIX km: <https://w3id.org/kenning/km#> {query}");
    let answer = server.query(&query, &format!("{}\nAccept: text/csv", bearer(token)));
    answer.text().lines().nth(1).unwrap().to_owned()
}

#[test]
fn insights_come_as_asked_for_and_name_nobody_who_is_hidden() {
    let server = server();
    let secret = bearer(&server.token("restricted", &[], "reader", &[]));
    for address in [
        "/api/experts?topic=reeds",
        "/api/loss",
        "/api/loss?person=Ada+Berg",
        "/api/advice?topic=reeds",
        "/api/audit",
    ] {
        for (accept, form) in [
            ("application/json", "application/json"),
            ("text/turtle", "text/turtle; charset=utf-8"),
            ("text/plain", "text/plain; charset=utf-8"),
        ] {
            for headers in [String::new(), secret.clone()] {
                let answer = server.get(address, &format!("Accept: {accept}\n{headers}"));
                assert_eq!(answer.status, 200, "{address} {accept}: {}", answer.text());
                assert_eq!(answer.header("content-type"), form);
                assert!(answer.header("cache-control").contains("private"));
                assert!(
                    !answer.text().contains("Hana"),
                    "{address}: {}",
                    answer.text()
                );
                let is_public = headers.is_empty();
                let tells = ["merger", "Ben Holm"]
                    .iter()
                    .any(|it| answer.text().contains(it));
                assert!(!(is_public && tells), "{address}: {}", answer.text());
            }
        }
    }
    let experts = |headers: &str| -> Vec<String> {
        let answer: Value =
            serde_json::from_str(&server.get("/api/experts?topic=reeds", headers).text()).unwrap();
        let rows = answer["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["who"]["label"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(experts(""), ["Ada Berg"]);
    assert_eq!(experts(&secret), ["Ada Berg", "Ben Holm"]);
    // Who is hidden and who is not there are the same, to the byte.
    let about = |name: &str| {
        let answer = server.get(&format!("/api/loss?person={}", encode(name)), "");
        (answer.status, answer.text().replace(name, "NAME"))
    };
    assert_eq!(about("Hana Kobayashi"), about("Nobody Atall"));
    assert_eq!(about("Hana Kobayashi").0, 400);
    assert_eq!(server.get("/api/experts", "").status, 400);
    assert_eq!(server.get("/api/audit?format=pdf", "").status, 406);
}

#[test]
fn the_page_of_an_audit_may_be_looked_at_and_does_nothing() {
    let server = server();
    let page = server.get("/api/audit?format=html", "");
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("script"),
        "{policy}"
    );
    assert!(page.text().contains("Reeds &lt;b&gt;") && !page.text().contains("<b>Reeds <b>"));
    let other = server.get("/", "Accept: text/html");
    assert!(
        other
            .header("content-security-policy")
            .contains("style-src 'self'")
    );
}

#[test]
fn a_record_says_who_made_it_and_has_the_label_of_the_grant() {
    let server = server();
    let grant = format!("{RECORDS}=internal");
    let editor = server.token("internal", &[], "editor", &[&grant]);
    let reader = server.token("internal", &[], "reader", &[]);
    let body = json!({"topic": "reeds", "to": "Ada Berg", "outcome": "helped"});
    assert_eq!(post(&server, "referral", &reader, &body).status, 403);
    assert_eq!(count(&server, &reader), "0");
    let mut dry = body.clone();
    dry["dry-run"] = true.into();
    assert_eq!(post(&server, "referral", &editor, &dry).status, 200);
    assert_eq!(count(&server, &reader), "0");

    let made = post(&server, "referral", &editor, &body);
    assert_eq!(made.status, 201, "{}", made.text());
    let told: Value = serde_json::from_str(&made.text()).unwrap();
    assert_eq!(told["record"], made.header("location"));
    let graph = told["graph"].as_str().unwrap();
    assert!(graph.starts_with(RECORDS), "{graph}");
    assert_eq!(count(&server, &reader), "1");
    let public = server.token("public", &[], "reader", &[]);
    assert_eq!(
        count(&server, &public),
        "0",
        "it has the level of the grant"
    );
    let query = format!(
        "SELECT ?name ?when {{ <{graph}> <http://www.w3.org/ns/prov#wasAttributedTo>/<http://xmlns.com/foaf/0.1/name> ?name ; <http://www.w3.org/ns/prov#generatedAtTime> ?when }}"
    );
    let who = server
        .query(&query, &format!("{}\nAccept: text/csv", bearer(&reader)))
        .text();
    assert!(who.contains("editor internal,2"), "{who}");

    for (kind, body, status) in [
        ("referral", json!({"topic": "reeds"}), 422),
        (
            "referral",
            json!({"topic": "reeds", "to": "Ada Berg", "colour": "red"}),
            422,
        ),
        ("referral", json!(["reeds"]), 400),
        ("weather", body.clone(), 404),
    ] {
        assert_eq!(
            post(&server, kind, &editor, &body).status,
            status,
            "{kind} {body}"
        );
    }
    assert_eq!(count(&server, &reader), "1");
}

#[test]
fn a_record_holds_nothing_that_its_readers_may_not_know() {
    let server = server();
    let grant = format!("{RECORDS}=internal");
    let low = server.token("internal", &[], "editor", &[&grant]);
    let high = server.token("confidential", &[], "editor", &[&grant]);
    let body = |topic: &str| json!({"topic": topic, "to": "Ada Berg"});
    // To who does not see it, a hidden topic and one that nobody wrote are the same.
    let told = |token: &str, topic: &str| {
        let answer = post(&server, "referral", token, &body(topic));
        (answer.status, answer.text().replace(topic, "TOPIC"))
    };
    assert_eq!(told(&low, "merger"), told(&low, "nonesuch"));
    assert_eq!(told(&low, "merger").0, 422);
    // Who sees it is told why it cannot stand in a record for others.
    let (status, why) = told(&high, "merger");
    assert_eq!(status, 422);
    assert!(why.contains("give the record a higher level"), "{why}");
    // By its address, too.
    let address = "https://kb.example/id/note/w/merger";
    assert_eq!(post(&server, "referral", &high, &body(address)).status, 422);
    assert_eq!(count(&server, &high), "0");
    let above = server.token(
        "confidential",
        &[],
        "editor",
        &[&format!("{RECORDS}=confidential")],
    );
    assert_eq!(
        post(&server, "referral", &above, &body("merger")).status,
        201
    );
    assert_eq!(
        (count(&server, &high), count(&server, &low)),
        ("1".to_owned(), "0".to_owned())
    );
}

/// Hana asked not to be found, and nobody is called Nora: what comes back does not tell which is which, and either can be recorded.
#[test]
fn a_record_does_not_tell_who_asked_not_to_be_named() {
    let grant = format!("{RECORDS}=internal");
    let mut made = 0;
    for (kind, field, body) in [
        ("referral", "to", json!({"topic": "reeds"})),
        (
            "referral",
            "by",
            json!({"topic": "reeds", "to": "Ada Berg"}),
        ),
        (
            "event",
            "from",
            json!({"topic": "reeds", "practice": "shadowing"}),
        ),
        ("expertise", "person", json!({"topic": "reeds"})),
        ("departure", "person", json!({"date": "2026-01-31"})),
        ("asset", "holder", json!({"topic": "reeds", "title": "Ear"})),
        ("expertise", "topic", json!({"person": "Ada Berg"})),
    ] {
        for (new, dry) in [(false, false), (true, true), (true, false)] {
            let told = |name: &str| {
                // Of its own, because what was recorded once is known.
                let server = server();
                let token = server.token("internal", &[], "editor", &[&grant]);
                let mut body = body.clone();
                body[field] = json!(name);
                body["new"] = json!(new);
                body["dry-run"] = json!(dry);
                let answer = post(&server, kind, &token, &body);
                let (status, mut headers, body) = answer.comparable();
                headers.remove("content-length");
                let body = String::from_utf8(body).unwrap();
                let mut text = format!("{headers:?}\n{body}");
                // What each record has of its own.
                if let Some((_, rest)) = body.split_once("/id/record/") {
                    let path = rest.split(['>', '"']).next().unwrap();
                    text = text.replace(path.rsplit('/').next().unwrap(), "ID");
                }
                let lower = name.to_lowercase();
                for word in [name, &lower, &lower.replace(' ', "%20")] {
                    text = text.replace(word, "NAME");
                }
                let lines = text
                    .lines()
                    .filter(|line| !line.contains("generatedAtTime"));
                (status, lines.collect::<Vec<_>>().join("\n"))
            };
            let hidden = told("Hana Kobayashi");
            assert_eq!(hidden, told("Nora Ulriksen"), "{kind} {field}");
            assert_eq!(
                hidden.0,
                match (new, dry) {
                    (false, _) => 422,
                    (_, true) => 200,
                    _ => 201,
                },
                "{kind} {field} {}",
                hidden.1
            );
            made += usize::from(hidden.0 == 201);
        }
    }
    assert_eq!(made, 7);
    // What was recorded of her is there, and still names her to nobody.
    let server = server();
    let token = server.token("internal", &[], "editor", &[&grant]);
    for name in ["Hana Kobayashi", "Nora Ulriksen"] {
        let body = json!({"person": name, "topic": "reeds", "new": true});
        assert_eq!(post(&server, "expertise", &token, &body).status, 201);
    }
    let asked = server.get("/api/questions/whom-to-ask?topic=reeds", &bearer(&token));
    let text = asked.text().to_lowercase();
    assert!(text.contains("nora") && !text.contains("hana"), "{text}");
}
