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
