//! Runs what the README prints, and compares what it says with what comes out.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, root};
use std::process::Command;

/// The fenced blocks of a text: what kind each is, and its lines.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some((_, text)), _) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, Some(kind)) => open = Some((kind.to_owned(), String::new())),
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn what_the_readme_prints_is_what_comes_out() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = blocks(&readme);
    for command in [
        "cargo run --release -- serve --wiki examples/handbook\n",
        "cargo test --workspace\n",
    ] {
        assert!(
            blocks
                .iter()
                .any(|(kind, text)| kind == "sh" && text == command),
            "the README shows {command}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data, &["--wiki", "examples/handbook"]);
    let binary = format!(
        "'{}' --data '{}'",
        env!("CARGO_BIN_EXE_kenning"),
        data.display()
    );
    let mut compared = 0;
    for pair in blocks.windows(2) {
        let ((kind, command), (next, expected)) = (&pair[0], &pair[1]);
        if kind != "sh" || next != "text" {
            continue;
        }
        let command = command
            .replace("cargo run --release --", &binary)
            .replace("127.0.0.1:7878", &server.address);
        let output = Command::new("sh")
            .arg("-c")
            .arg(&command)
            .current_dir(root())
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout).replace('\r', "");
        assert_eq!(
            &out,
            expected,
            "{command}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        compared += 1;
    }
    assert!(
        compared >= 4,
        "only {compared} answers of the README were compared"
    );
}

#[test]
fn every_flag_of_the_readme_is_understood() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for (kind, text) in blocks(&readme) {
        for line in text.lines().filter(|_| kind == "sh") {
            let Some(command) = line.strip_prefix("kenning ") else {
                continue;
            };
            let name = command.split(' ').next().unwrap();
            let said = |arguments: &[&str]| {
                let mut command = Command::new(env!("CARGO_BIN_EXE_kenning"));
                let output = command.args(arguments).output().unwrap();
                String::from_utf8_lossy(&output.stdout).into_owned()
            };
            let mut help = said(&[name, "--help"]);
            if name == "record" {
                // Its fields depend on what is recorded, so it lists them itself.
                help.push_str(&said(&[name]));
            }
            for flag in command.split(' ').filter(|word| word.starts_with("--")) {
                assert!(help.contains(flag), "`kenning {name}` has no `{flag}`");
            }
        }
    }
}
