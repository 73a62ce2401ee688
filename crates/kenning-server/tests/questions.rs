//! Questions over HTTP: the list, the answers in each form, and what a reader may not see.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use std::sync::Arc;

use common::{Server, bearer, label, node, small, triple};
use kenning_insight::Library;
use kenning_server::ServerSettings;
use kenning_store::Batch;
use serde_json::Value;

const MENTIONED: &str = "#+ summary: What is related to what?\n#+ pagination: 2\n#+ enumerate:\n#+   - how: [a, b]\n\
    #+ defaults:\n#+   - how: a\n#+ none: Nothing is related to this.\n#+ unrecorded: Nothing is related to anything.\n\
    #+ basis: \"?a <urn:p> ?b\"\n\
    SELECT ?a ?b { ?a <urn:p> ?b . FILTER(?_how != \"b\") } ORDER BY ?a ?b";

fn server() -> Server {
    let mut library = Library::built_in();
    library.add("test/related.rq", MENTIONED).unwrap();
    library
        .add(
            "test/as-triples.rq",
            "CONSTRUCT { ?a <urn:q> ?b } { ?a <urn:p> ?b }",
        )
        .unwrap();
    let settings = ServerSettings {
        questions: Arc::new(library),
        ..ServerSettings::default()
    };
    Server::start(small(), settings)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_list_says_which_values_a_question_takes() {
    let server = server();
    let answer = server.get("/api/questions", "");
    let list = json(&answer.text());
    let questions = list["questions"].as_array().unwrap();
    assert_eq!(questions.len(), 27);
    let whom = questions
        .iter()
        .find(|question| question["name"] == "whom-to-ask")
        .unwrap();
    assert_eq!(whom["address"], "/api/questions/whom-to-ask");
    assert_eq!(whom["params"][0]["name"], "topic");
    assert_eq!(whom["params"][0]["required"], true);
    assert_eq!(whom["params"][1]["default"], "today");
    let tag = answer.header("etag");
    let again = server.get("/api/questions", &format!("If-None-Match: {tag}"));
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(
        server.get("/api/questions", "Accept: text/html").status,
        406
    );
}

#[test]
fn an_answer_comes_in_the_form_that_is_asked_for() {
    let server = server();
    let who = bearer(&server.token("internal", &[], "reader", &[]));
    let rows = [
        ("", "", "application/json"),
        ("?format=csv", "", "text/csv; charset=utf-8"),
        ("?format=csv", "Accept: */*", "text/csv; charset=utf-8"),
        (
            "?format=csv",
            "Accept: text/turtle",
            "text/turtle; charset=utf-8",
        ),
        ("", "Accept: text/plain", "text/plain; charset=utf-8"),
    ];
    for (query, accept, media_type) in rows {
        let answer = server.get(
            &format!("/api/questions/test/related{query}"),
            &format!("{who}\n{accept}"),
        );
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), media_type);
        assert!(answer.text().contains("erin"), "{}", answer.text());
    }
    let graph = server.get("/api/questions/as-triples?format=ttl", &who);
    assert!(graph.text().contains("<urn:q>"), "{}", graph.text());
    assert_eq!(
        server.get("/api/questions/related?format=pdf", "").status,
        406
    );
}

#[test]
fn a_value_that_does_not_fit_is_refused_with_what_would() {
    let server = server();
    let rows = [
        ("related?how=c", "has to be"),
        (
            "related?colour=red",
            "this question takes no `colour`; it takes `how`",
        ),
        ("related?how=a&how=b", "the parameter `how` stands twice"),
        ("whom-to-ask", "needs a value for `topic`"),
        ("stale-notes?page=0", "`0` is no page"),
    ];
    for (target, expected) in rows {
        let answer = server.get(&format!("/api/questions/{target}"), "Accept: text/plain");
        assert_eq!(answer.status, 400, "{target}: {}", answer.text());
        assert!(
            answer.text().contains(expected),
            "{target}: {}",
            answer.text()
        );
    }
    assert_eq!(server.get("/api/questions/nothing-like-it", "").status, 404);
}

#[test]
fn an_answer_depends_on_who_asks_and_on_nothing_else() {
    let server = server();
    let target = "/api/questions/related";
    let before = server.get(target, "");
    assert_eq!(json(&before.text())["standing"], "unrecorded");
    let internal = bearer(&server.token("internal", &[], "reader", &[]));
    let seen = server.get(target, &internal);
    assert_eq!(json(&seen.text())["rows"].as_array().unwrap().len(), 1);
    assert_ne!(seen.header("etag"), before.header("etag"));

    let mut batch = Batch::new();
    let more = (0..5).map(|n| triple("concept/h/falcon", "urn:p", &format!("concept/h/{n}")));
    batch.put_graph(node("urn:g:more"), label("confidential"), more);
    server.kb.commit(batch).unwrap();
    assert_eq!(server.get(target, "").comparable(), before.comparable());
    let tag = format!("{internal}\nIf-None-Match: {}", seen.header("etag"));
    assert_eq!(server.get(target, &tag).status, 304);
    let top = bearer(&server.token("confidential", &[], "reader", &[]));
    let first = server.get(target, &top);
    assert_eq!(json(&first.text())["rows"].as_array().unwrap().len(), 2);
    assert!(
        first.header("link").contains("page=2>; rel=\"next\""),
        "{}",
        first.header("link")
    );
    let last = server.get(&format!("{target}?page=3"), &top);
    assert_eq!(json(&last.text())["rows"].as_array().unwrap().len(), 2);
    assert!(
        !last.header("link").contains("next"),
        "{}",
        last.header("link")
    );
}

#[test]
fn the_description_names_every_question_with_its_values() {
    let server = server();
    let description = json(&server.get("/openapi.json", "").text());
    assert_eq!(description["openapi"], "3.1.0");
    // A description is a text or is not there: a validator refuses `null`.
    let mut looked = vec![("", &description)];
    while let Some((name, value)) = looked.pop() {
        assert!(
            !(name == "description" && value.is_null()),
            "a description is null"
        );
        match value {
            Value::Array(items) => looked.extend(items.iter().map(|item| ("", item))),
            Value::Object(members) => {
                looked.extend(members.iter().map(|(name, value)| (name.as_str(), value)));
            }
            _ => {}
        }
    }
    let paths = &description["paths"];
    assert_eq!(
        paths["/api/experts"]["get"]["parameters"][0]["name"],
        "topic"
    );
    assert_eq!(paths["/api/loss"]["get"]["parameters"][0]["name"], "person");
    let record = &paths["/api/record/referral"]["post"]["requestBody"]["content"]["application/json"]
        ["schema"];
    assert_eq!(record["required"], serde_json::json!(["topic", "to"]));
    let asking = &description["paths"]["/api/questions/related"]["get"];
    assert_eq!(
        asking["parameters"][0]["schema"]["enum"],
        serde_json::json!(["a", "b"])
    );
    assert!(description["paths"]["/store"]["put"]["summary"].is_string());
    assert!(description["paths"]["/id/{rest}"]["get"]["parameters"][0]["required"] == true);
}
