//! `kenning audit`, `experts`, `loss`, `advice` and `record`, as a user runs them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, number, run};
use std::path::Path;

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

/// A house of two people and two topics; the second note about reeds is stale.
fn house(folder: &Path) {
    write(
        folder,
        "kenning.toml",
        "name = \"house\"\ndialect = \"llm-wiki\"\n",
    );
    write(
        folder,
        "Ada Berg.md",
        "---\ntitle: Ada Berg\ntype: person\nknows:\n  - \"[[Reeds]]: expert\"\nverified: 2026-11-01\n---\n\n# Ada Berg\n\nMakes [[Reeds]].\n",
    );
    write(
        folder,
        "Ben Holm.md",
        "---\ntitle: Ben Holm\ntype: person\nverified: 2026-11-01\n---\n\n# Ben Holm\n\nLearns from [[Ada Berg]].\n",
    );
    write(
        folder,
        "Reeds.md",
        "---\ntitle: Reeds\nknowledgeType: tacit\n---\n\n# Reeds\n\nAsk [[Ada Berg]] or [[Ben Holm]] about [[Tongues]].\n",
    );
}

fn told(data: &Path, arguments: &[&str]) -> String {
    let said = run(data, arguments);
    assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
    said.out
}

#[test]
fn an_audit_is_compared_with_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let (data, folder) = (dir.path().join("data"), dir.path().join("house"));
    house(&folder);
    let sync = ["sync", folder.to_str().unwrap()];
    told(&data, &sync);
    let audit = |more: &[&str]| {
        let mut arguments = vec!["audit", "--clearance", "internal"];
        arguments.extend(more);
        told(&data, &arguments)
    };
    let first = audit(&[]);
    assert!(
        first.contains("This is the first audit with these eyes"),
        "{first}"
    );
    assert!(first.contains("Reeds: only Ada Berg"), "{first}");
    assert!(first.contains("Tongues: 1 note links here"), "{first}");

    write(
        &folder,
        "Tongues.md",
        "---\ntitle: Tongues\n---\n\n# Tongues\n\nBrass, and part of [[Reeds]].\n",
    );
    told(&data, &sync);
    told(
        &data,
        &[
            "record",
            "expertise",
            "--person",
            "Ben Holm",
            "--topic",
            "reeds",
            "--degree",
            "practitioner",
        ],
    );
    let page = dir.path().join("audit.html");
    let second = audit(&["--html", page.to_str().unwrap()]);
    assert!(second.contains("Since the audit of"), "{second}");
    assert!(second.contains("solved  Reeds (singleHolder)"), "{second}");
    assert!(
        std::fs::read_to_string(&page)
            .unwrap()
            .starts_with("<!doctype html>")
    );
    let json: serde_json::Value = serde_json::from_str(&audit(&["--format", "json"])).unwrap();
    let findings = json["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|it| it["kind"] == "stale" && it["what"] == "Tongues" && it["new"] == true),
        "{json:#}"
    );
    assert!(audit(&["--format", "turtle"]).contains("km:KnowledgeAudit"));
    // Both are in the graph, for the question that compares them; whoever sees less sees neither.
    let changes = ["ask", "changes-between-audits", "--format", "csv"];
    let inside = told(
        &data,
        &[&changes[..], &["--clearance", "internal"]].concat(),
    );
    for row in [
        "gone,https://w3id.org/kenning/km#singleHolder,http://localhost:7878/id/concept/house/Reeds",
        "gone,https://w3id.org/kenning/km#wanted,http://localhost:7878/id/name/tongues",
        "new,https://w3id.org/kenning/km#stale,http://localhost:7878/id/note/house/Tongues",
        "remains,https://w3id.org/kenning/km#stale,http://localhost:7878/id/note/house/Reeds",
    ] {
        assert!(inside.lines().any(|line| line == row), "{row}\n{inside}");
    }
    let outside = told(&data, &["ask", "changes-between-audits"]);
    assert!(outside.starts_with("No audit is recorded"), "{outside}");
    // The public sees nothing of it, and its history is its own.
    let public = told(&data, &["audit"]);
    assert!(
        public.contains("This is the first audit") && !public.contains("Reeds"),
        "{public}"
    );
    let wrong = run(&data, &["audit", "--format", "pdf"]);
    assert_eq!(wrong.code, 1);
    assert!(
        wrong.err.contains("text, json, turtle and html"),
        "{wrong:?}"
    );
}

#[test]
fn what_no_document_holds_is_recorded_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let (data, folder) = (dir.path().join("data"), dir.path().join("house"));
    house(&folder);
    told(&data, &["sync", folder.to_str().unwrap()]);
    let records = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), '/id/graph/record/')) }";
    let event = [
        "record",
        "event",
        "--practice",
        "shadowing",
        "--from",
        "Ada Berg",
        "--to",
        "Ben Holm",
        "--topic",
        "reeds",
        "--hours",
        "3",
    ];
    let mut dry = event.to_vec();
    dry.push("--dry-run");
    assert!(told(&data, &dry).contains("km:ConversionEvent"));
    assert_eq!(number(&data, "restricted", records), 0);

    told(&data, &event);
    told(
        &data,
        &[
            "record",
            "referral",
            "--topic",
            "reeds",
            "--to",
            "Ada Berg",
            "--by",
            "Ben Holm",
            "--outcome",
            "helped",
            "--as",
            "Ines",
        ],
    );
    told(
        &data,
        &[
            "record",
            "expertise",
            "--person",
            "Ben Holm",
            "--topic",
            "reeds",
            "--degree",
            "practitioner",
            "--level",
            "confidential",
        ],
    );
    told(&data, &["record", "verification", "--note", "Reeds"]);
    told(
        &data,
        &[
            "record",
            "departure",
            "--person",
            "Ada Berg",
            "--date",
            "today+P30D",
        ],
    );
    let by_level =
        ["public", "internal", "confidential"].map(|level| number(&data, level, records));
    assert_eq!(
        by_level,
        [0, 4, 5],
        "the default level, and the one that was named"
    );
    let by = "SELECT (COUNT(?g) AS ?n) { ?g <http://www.w3.org/ns/prov#wasAttributedTo>/<http://xmlns.com/foaf/0.1/name> 'Ines' ; <http://www.w3.org/ns/prov#generatedAtTime> ?when }";
    assert_eq!(number(&data, "internal", by), 1);
    let log = std::fs::read_to_string(data.join("audit.jsonl")).unwrap();
    assert_eq!(log.matches("kenning record ").count(), 5, "{log}");

    let experts = told(&data, &["experts", "reeds", "--clearance", "internal"]);
    assert!(
        experts.contains("Ada Berg") && experts.contains("helped when asked once"),
        "{experts}"
    );
    let loss = told(&data, &["loss", "Ada Berg", "--clearance", "internal"]);
    assert!(loss.contains("nobody left"), "{loss}");
    let loss = told(&data, &["loss", "Ada Berg", "--clearance", "confidential"]);
    assert!(
        loss.contains("Ben Holm") && !loss.contains("nobody left"),
        "{loss}"
    );
    let advice = told(&data, &["advice", "reeds", "--clearance", "internal"]);
    assert!(
        advice.contains("job shadowing") && advice.contains("Lead with"),
        "{advice}"
    );

    // Slips are refused, all of them at once, and with what may have been meant.
    let slips = run(
        &data,
        &[
            "record", "referral", "--topic", "reds", "--to", "Adda", "--colour", "red",
        ],
    );
    assert_eq!(slips.code, 1);
    for word in ["`topic` is `reds`", "did you mean `Ada Berg`?", "`colour`"] {
        assert!(slips.err.contains(word), "{word}: {slips:?}");
    }
    assert_eq!(number(&data, "restricted", records), 5);

    // The same through a server that holds the data.
    let server = Server::start(&data, &[]);
    told(&data, &["record", "verification", "--note", "Ada Berg"]);
    assert_eq!(number(&data, "restricted", records), 6);
    assert!(told(&data, &["record"]).contains("--practice"));
    drop(server);
}
