//! `kenning check` of what is stored: the built-in shapes, shapes of one's own, and the forms of the report.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::run;
use std::path::Path;

const OWN: &str = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix km: <https://w3id.org/kenning/km#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<urn:tagged> a sh:NodeShape ; sh:targetClass km:Note ; sh:severity sh:Warning ;
    sh:property [ sh:path dcterms:subject ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message \"give this note a tag\" ] .";

fn wiki(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let notes = [
        (
            "Open.md",
            "---\nprotection: public\ntags: [a]\ncreated: 2026-03-01\nmodified: 2026-02-01\n---\n# Open\n\nIt is so.\n",
        ),
        (
            "Closed.md",
            "---\nprotection: confidential\n---\n# Closed\n\nIt is not.\n",
        ),
    ];
    for (name, text) in notes {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

#[test]
fn what_is_stored_is_held_against_shapes_with_the_eyes_of_a_reader() {
    let scratch = tempfile::tempdir().unwrap();
    let (data, folder) = (scratch.path().join("data"), scratch.path().join("w"));
    wiki(&folder);
    let own = scratch.path().join("own.ttl");
    std::fs::write(&own, OWN).unwrap();
    let own = own.to_str().unwrap();
    assert_eq!(run(&data, &["sync", folder.to_str().unwrap()]).code, 0);

    let public = run(&data, &["check"]);
    assert_eq!(public.code, 2, "{public:?}");
    assert!(
        public
            .err
            .contains("w/Open.md:1:1: warning: `Open`: it says that it was made on 2026-03-01"),
        "{public:?}"
    );
    assert!(!public.err.contains("Closed"), "{public:?}");
    let tagged = run(&data, &["check", "--shapes", own]);
    assert!(!tagged.err.contains("give this note a tag"), "{tagged:?}");
    let eyes = ["check", "--shapes", own, "--clearance", "confidential"];
    let tagged = run(&data, &eyes);
    assert!(
        tagged
            .err
            .contains("w/Closed.md:1:1: warning: `Closed`: give this note a tag"),
        "{tagged:?}"
    );

    let json = run(&data, &[eyes.as_slice(), &["--format", "json"]].concat());
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        report["conforms"], false,
        "as in Turtle: every result counts"
    );
    assert_eq!(report["findings"].as_array().unwrap().len(), 2, "{report}");
    assert_eq!(
        report["findings"][0]["place"].as_str().map(|p| &p[..2]),
        Some("w/")
    );
    let turtle = run(&data, &[eyes.as_slice(), &["--format", "turtle"]].concat());
    assert!(turtle.out.contains("sh:conforms false"), "{turtle:?}");

    let wrong = run(&data, &["check", "--severity", "bad"]);
    assert_eq!(wrong.code, 1);
    assert!(
        wrong.err.contains("there are info, warning and violation"),
        "{wrong:?}"
    );
    std::fs::write(own, "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:x> sh:targetNode <urn:y> ; sh:minCount 1 ; sh:path [] .").unwrap();
    let ill = run(&data, &["check", "--shapes", own]);
    assert_eq!(ill.code, 1, "{ill:?}");
    assert!(ill.err.contains("ill-formed"), "{ill:?}");
}

#[test]
fn problems_of_notes_are_lines_or_one_report() {
    let scratch = tempfile::tempdir().unwrap();
    let (data, folder) = (scratch.path().join("data"), scratch.path().join("w"));
    std::fs::create_dir(&folder).unwrap();
    let odd = "---\nlevel: [\n---\n";
    let dangling = "# Reed\n\nSee [the \"pipe\"](pip.md).\n";
    for (name, text) in [
        ("Odd.md", odd),
        ("Reed.md", dangling),
        ("Pipe.md", "# Pipe\n"),
        ("kenning.toml", "odd = 1\n"),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let folder = folder.to_str().unwrap();
    let check = |more: &[&str]| run(&data, &[&["check", folder], more].concat());

    let text = check(&[]);
    assert_eq!(text.code, 2, "{text:?}");
    assert!(
        text.err.contains("Reed.md:3:5: `pip.md` leads to nothing"),
        "{text:?}"
    );
    let report: serde_json::Value =
        serde_json::from_str(&check(&["--format", "json"]).out).unwrap();
    assert_eq!(report["conforms"], false);
    let findings = report["findings"].as_array().unwrap();
    let found = |kind: &str| findings.iter().find(|finding| finding["problem"] == kind);
    let link = found("dangling").unwrap();
    assert!(
        link["place"].as_str().unwrap().ends_with("Reed.md"),
        "{link}"
    );
    assert_eq!((&link["line"], &link["column"]), (&3.into(), &5.into()));
    assert!(link["hint"].as_str().unwrap().contains("Pipe.md"), "{link}");
    assert_eq!(
        (&link["rule"], &link["confidence"]),
        (&"spelling".into(), &75.into())
    );
    // A line of JSON says the same by the same words.
    let lines = run(&data, &["--json", "check", folder]).out;
    let mut lines = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let line = lines.find(|line| line["problem"] == "dangling").unwrap();
    assert_eq!(line["kind"], "problem");
    for key in ["line", "column", "text", "hint", "rule", "confidence"] {
        assert_eq!(line[key], link[key], "{key}");
    }

    let turtle = check(&["--format", "turtle"]);
    assert_eq!(turtle.code, 2, "{turtle:?}");
    let parser = oxrdfio::RdfParser::from_format(oxrdfio::RdfFormat::Turtle);
    let quads: Vec<oxrdf::Quad> = parser.for_slice(&turtle.out).map(Result::unwrap).collect();
    let count = |class: &str| {
        quads
            .iter()
            .filter(|quad| quad.object.to_string() == format!("<{class}>"))
            .count()
    };
    assert_eq!(count("http://www.w3.org/ns/oa#Annotation"), findings.len());
    assert_eq!(
        text.err
            .lines()
            .filter(|line| line.contains(folder))
            .count(),
        findings.len()
    );
    let values: Vec<String> = quads.iter().map(|quad| quad.object.to_string()).collect();
    for value in [
        "\"line=2,3\"",
        "\"`pip.md` leads to nothing\"",
        "\"dangling\"",
    ] {
        assert!(
            values.iter().any(|known| known == value),
            "{value} in {values:?}"
        );
    }
    assert!(
        values
            .iter()
            .any(|known| known.starts_with("\"kenning.toml: ")),
        "{values:?}"
    );

    let wrong = check(&["--format", "rdf"]);
    assert_eq!(wrong.code, 1);
    assert!(
        wrong.err.contains("there are text, json and turtle"),
        "{wrong:?}"
    );
}
