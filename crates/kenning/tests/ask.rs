//! Questions that stand in files, asked of the handbook by the built command.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::root;
use std::path::Path;
use std::process::{Command, Output};

fn kenning(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kenning"))
        .arg("--data")
        .arg(data)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap()
}

fn answer(data: &Path, arguments: &[&str]) -> String {
    let output = kenning(data, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_question_is_asked_by_name_with_the_eyes_of_the_asker() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    kenning(&data, &["sync", "examples/handbook"]);

    let list = answer(&data, &["ask"]);
    assert!(
        list.contains("whom-to-ask") && list.contains("--topic"),
        "{list}"
    );

    // What can be asked is known before anything is stored, and a program reads it, too.
    let nowhere = folder.path().join("nowhere");
    assert_eq!(answer(&nowhere, &["ask"]), list);
    let listed = answer(&nowhere, &["ask", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let of = |name: &str| {
        let questions = listed["questions"].as_array().unwrap();
        questions
            .iter()
            .find(|it| it["name"] == name)
            .cloned()
            .unwrap()
    };
    assert_eq!(of("whom-to-ask")["params"][0]["name"], "topic");
    assert_eq!(of("whom-to-ask")["params"][0]["required"], true);
    assert!(answer(&nowhere, &["record"]).contains("referral"));
    assert!(!nowhere.exists(), "a list makes no knowledge base");

    let asked = ["ask", "whom-to-ask", "--topic", "reed voicing"];
    let inside = answer(&data, &[&asked[..], &["--clearance", "internal"]].concat());
    assert!(inside.contains("Marit Solheim"), "{inside}");
    let outside = answer(&data, &asked);
    assert!(!outside.contains("Marit Solheim"), "{outside}");

    let own = folder.path().join("own/people");
    std::fs::create_dir_all(&own).unwrap();
    let text = "#+ summary: How many notes are there?\nSELECT (COUNT(*) AS ?n) { ?note a <https://w3id.org/kenning/km#Note> }\n";
    std::fs::write(own.join("how-many.rq"), text).unwrap();
    let own = folder.path().join("own");
    let own = answer(
        &data,
        &["ask", "how-many", "--questions", own.to_str().unwrap()],
    );
    assert!(own.contains('n'), "{own}");
}

#[test]
fn what_cannot_be_asked_is_said_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    kenning(&data, &["sync", "examples/handbook"]);
    for (arguments, hint) in [
        (&["ask", "wanted"][..], "did you mean wanted-notes?"),
        (&["ask", "whom-to-ask"], "needs a value for `topic`"),
        (
            &["ask", "stale-notes", "--colour", "red"],
            "takes no `colour`",
        ),
    ] {
        let output = kenning(&data, arguments);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(hint), "{said}");
    }
}
