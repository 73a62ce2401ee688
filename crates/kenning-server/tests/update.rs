//! Updates over HTTP: what is granted, what flows where, and what the audit log says of it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Answer, Server, bearer, encode, label, small};
use kenning_access::Clearance;
use kenning_server::{ServerSettings, audit};

fn update(server: &Server, who: &str, text: &str) -> Answer {
    let headers = format!("{who}\nContent-Type: application/sparql-update; charset=UTF-8");
    server.send("POST", "/update", &headers, text.as_bytes())
}

/// The whole store as sorted lines, whoever may see it.
fn everything(server: &Server) -> Vec<String> {
    let view = server.kb.view(&Clearance::everything("a test looks"));
    let mut lines: Vec<String> = view
        .graphs()
        .map(|graph| {
            format!(
                "{} {:?} {} {}",
                graph.name, graph.label, graph.triples, graph.version
            )
        })
        .collect();
    lines.sort();
    lines
}

fn triples_of(server: &Server, graph: &str) -> u64 {
    let view = server.kb.view(&Clearance::everything("a test looks"));
    let name = common::node(graph);
    let id = view.id((&name).into());
    id.and_then(|id| view.graph(id))
        .map_or(0, |graph| graph.triples)
}

#[test]
fn all_operations_work_where_they_are_granted() {
    let server = Server::start(small(), ServerSettings::default());
    let who = bearer(&server.token("internal", &["rnd"], "curator", &["urn:own"]));
    let steps = [
        (
            "INSERT DATA { GRAPH <urn:own:a> { <urn:a> <urn:b> 1.50, \"x\"@en } }",
            204,
        ),
        (
            "INSERT { GRAPH <urn:own:b> { ?s <urn:copy> ?o } } WHERE { GRAPH <urn:own:a> { ?s ?p ?o } }",
            204,
        ),
        (
            "WITH <urn:own:b> DELETE { ?s ?p ?o } INSERT { ?s <urn:c> ?o } WHERE { ?s ?p ?o }",
            204,
        ),
        ("CREATE GRAPH <urn:own:c>", 204),
        ("CREATE GRAPH <urn:own:c>", 409),
        ("CREATE SILENT GRAPH <urn:own:c>", 204),
        (
            "COPY <urn:own:a> TO <urn:own:c> ; ADD <urn:own:b> TO <urn:own:c>",
            204,
        ),
        ("MOVE <urn:own:c> TO <urn:own:d>", 204),
        ("CLEAR GRAPH <urn:own:d>", 204),
        ("DROP GRAPH <urn:own:d>", 204),
        ("DROP GRAPH <urn:own:d>", 404),
        ("DROP SILENT GRAPH <urn:own:d>", 204),
        (
            "DELETE DATA { GRAPH <urn:own:a> { <urn:a> <urn:b> \"x\"@en } }",
            204,
        ),
        ("LOAD <file:///etc/passwd> INTO GRAPH <urn:own:e>", 400),
        ("INSERT DATA { GRAPH <urn:own:a> { <urn:a> ", 400),
    ];
    for (text, status) in steps {
        let answer = update(&server, &who, text);
        assert_eq!(answer.status, status, "{text}: {}", answer.text());
    }
    assert_eq!(triples_of(&server, "urn:own:a"), 1);
    assert_eq!(triples_of(&server, "urn:own:b"), 2);
    assert!(
        everything(&server)
            .iter()
            .any(|line| line.contains("urn:own:a") && line.contains("rnd"))
    );
    let both = format!(
        "update={}",
        encode("INSERT DATA { GRAPH <urn:own:f> { <urn:a> <urn:b> <urn:c> } }")
    );
    let headers = format!("{who}\nContent-Type: application/x-www-form-urlencoded");
    assert_eq!(
        server
            .send("POST", "/sparql", &headers, both.as_bytes())
            .status,
        204
    );
    assert_eq!(triples_of(&server, "urn:own:f"), 1);
}

#[test]
fn what_is_not_granted_changes_nothing_and_reads_the_same_for_every_name() {
    let server = Server::start(small(), ServerSettings::default());
    let who = bearer(&server.token("internal", &[], "editor", &["urn:own"]));
    let before = everything(&server);
    for template in [
        "INSERT DATA { GRAPH <NAME> { <urn:a> <urn:b> <urn:c> } }",
        "DELETE DATA { GRAPH <NAME> { <urn:a> <urn:b> <urn:c> } }",
        "CREATE GRAPH <NAME>",
        "CREATE SILENT GRAPH <NAME>",
        "DROP GRAPH <NAME>",
        "DROP SILENT GRAPH <NAME>",
        "CLEAR GRAPH <NAME>",
        "COPY <urn:own> TO <NAME>",
        "MOVE <NAME> TO <urn:own>",
        "WITH <NAME> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "LOAD <urn:x> INTO GRAPH <NAME>",
    ] {
        let hidden = update(&server, &who, &template.replace("NAME", "urn:g:hr"));
        let absent = update(&server, &who, &template.replace("NAME", "urn:g:xx"));
        assert_eq!(hidden.status, 403, "{template}: {}", hidden.text());
        assert_eq!(hidden.comparable(), absent.comparable(), "{template}");
    }
    // A copy from what is hidden is a copy from what is not there.
    for from in ["COPY <NAME> TO <urn:own>", "ADD <NAME> TO <urn:own>"] {
        let hidden = update(&server, &who, &from.replace("NAME", "urn:g:hr"));
        let absent = update(&server, &who, &from.replace("NAME", "urn:g:xx"));
        assert_eq!(hidden.comparable(), absent.comparable(), "{from}");
    }
    for many in [
        "DROP ALL",
        "CLEAR NAMED",
        "CLEAR DEFAULT",
        "DROP SILENT ALL",
    ] {
        assert_eq!(update(&server, &who, many).status, 403, "{many}");
        assert_eq!(update(&server, "", many).status, 401, "{many}");
    }
    // Several operations are one transaction.
    let mixed =
        "INSERT DATA { GRAPH <urn:own> { <urn:a> <urn:b> <urn:c> } } ; DROP GRAPH <urn:g:public>";
    assert_eq!(update(&server, &who, mixed).status, 403);
    assert_eq!(everything(&server), before);
}

#[test]
fn nothing_flows_down_but_by_a_declassifier_who_says_why() {
    let log = std::env::temp_dir().join(format!("kenning-update-{}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&log);
    let settings = ServerSettings {
        audit_log: Some(audit::AuditLog::open(&log).unwrap()),
        ..ServerSettings::default()
    };
    let server = Server::start(small(), settings);
    let grants = ["urn:low=public", "urn:high=confidential:hr"];
    let editor = bearer(&server.token("confidential", &["hr"], "editor", &grants));
    let declassifier = bearer(&server.token("confidential", &["hr"], "declassifier", &grants));
    let copy = |to: &str| {
        format!("INSERT {{ GRAPH <{to}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}")
    };
    let count = |to: &str| triples_of(&server, to);

    assert_eq!(update(&server, &editor, &copy("urn:low:a")).status, 204);
    assert_eq!(count("urn:low:a"), 2, "only what is public");
    // The public graph that was just made holds the same two triples; with them and the four in sight, four are different.
    assert_eq!(update(&server, &editor, &copy("urn:high:a")).status, 204);
    assert_eq!(count("urn:high:a"), 4, "all that may flow there");
    for text in [
        "INSERT { GRAPH <urn:low:b> { ?s ?p ?o } } USING <urn:g:hr> WHERE { ?s ?p ?o }",
        "INSERT { GRAPH <urn:low:b> { ?s ?p ?o } } USING NAMED <urn:g:hr> WHERE { GRAPH ?g { ?s ?p ?o } }",
        "INSERT { GRAPH <urn:low:b> { <urn:yes> <urn:p> <urn:q> } } WHERE { FILTER EXISTS { GRAPH <urn:g:hr> { ?s ?p ?o } } }",
        "INSERT { GRAPH <urn:low:b> { <urn:n> <urn:is> ?n } } WHERE { SELECT (COUNT(*) AS ?n) { GRAPH <urn:g:hr> { ?s ?p ?o } } HAVING (?n > 0) }",
    ] {
        assert_eq!(update(&server, &editor, text).status, 204, "{text}");
        assert_eq!(count("urn:low:b"), 0, "{text}");
    }
    assert_eq!(
        update(&server, &declassifier, &copy("urn:low:c")).status,
        204
    );
    assert_eq!(count("urn:low:c"), 2, "without a reason, as everybody else");
    let claimed = format!("{editor}\nKenning-Reason: because I can");
    assert_eq!(update(&server, &claimed, &copy("urn:low:e")).status, 204);
    assert_eq!(
        count("urn:low:e"),
        2,
        "a reason without the role is nothing"
    );
    let reason = format!("{declassifier}\nKenning-Reason: agreed with the owner on Friday");
    assert_eq!(update(&server, &reason, &copy("urn:low:d")).status, 204);
    assert_eq!(count("urn:low:d"), 4);
    assert_eq!(
        update(&server, &editor, "DROP GRAPH <urn:g:public>").status,
        403
    );

    let lines = audit::verify(&log).unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    assert_eq!(lines.lines, text.lines().count() as u64);
    assert_eq!(lines.lines, 10, "{text}");
    let with = |decision: &str| {
        text.lines()
            .filter(|line| line.contains(&format!("\"decision\":\"{decision}\"")))
            .count()
    };
    assert_eq!(
        (with("done"), with("written-down"), with("denied")),
        (8, 1, 1)
    );
    assert!(text.contains("agreed with the owner on Friday"));
    assert!(
        !text.contains("falcon") && !text.contains("urn:g:"),
        "the log names nothing"
    );
    let auditor = bearer(&server.token("public", &[], "auditor", &[]));
    assert_eq!(
        server.get("/audit-log", &auditor).text().lines().count(),
        10
    );
    assert_eq!(server.get("/audit-log", &editor).status, 403);
    let _ = std::fs::remove_file(&log);
}

#[test]
fn a_label_is_never_read_from_data() {
    let server = Server::start(small(), ServerSettings::default());
    let who = bearer(&server.token("internal", &[], "editor", &["urn:own"]));
    let forged = "INSERT DATA { GRAPH <urn:own> { <urn:g:hr> <https://w3id.org/kenning/km#protectionLevel> \"public\" } }";
    let seen_before = server.query("SELECT ?g { GRAPH ?g {} }", &who).text();
    assert_eq!(update(&server, &who, forged).status, 204);
    let seen = server.query("SELECT ?g { GRAPH ?g {} }", &who).text();
    assert!(!seen.contains("urn:g:hr") && !seen_before.contains("urn:g:hr"));
    let policy =
        "INSERT DATA { GRAPH <urn:kenning:policy> { <urn:g:hr> <urn:kenning:label> \"public\" } }";
    assert_eq!(update(&server, &who, policy).status, 403);
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let server = Server::start(small(), ServerSettings::default());
    let who = bearer(&server.token("internal", &[], "editor", &["urn:own"]));
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (server, who) = (&server, &who);
            scope.spawn(move || {
                for number in 0..10 {
                    let text = format!(
                        "INSERT DATA {{ GRAPH <urn:own> {{ <urn:w{writer}> <urn:p> {number} }} }}"
                    );
                    assert_eq!(update(server, who, &text).status, 204);
                }
            });
        }
    });
    assert_eq!(triples_of(&server, "urn:own"), 40);
    assert!(
        everything(&server)
            .iter()
            .any(|line| line.contains("urn:own")
                && line.contains(&format!("{:?}", label("internal"))))
    );
}
