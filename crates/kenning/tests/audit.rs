//! The audit log as an operator meets it: what commands and callers leave in it, and what `kenning verify` says of it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, run};
use std::path::Path;

fn records(data: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(data.join("audit.jsonl")).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What has been recorded since there were `from` records, each as `who action decision`.
fn since(data: &Path, from: usize) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    records(data)[from..]
        .iter()
        .map(|record| {
            let action = text(&record["action"]);
            // The ids of tokens differ from run to run.
            let words = if action.starts_with("token") {
                2
            } else {
                usize::MAX
            };
            let words: Vec<&str> = action.split(' ').take(words).collect();
            format!(
                "{} {} {}",
                text(&record["who"]),
                words.join(" "),
                text(&record["decision"])
            )
        })
        .collect()
}

fn done(data: &Path, arguments: &[&str]) -> String {
    let said = run(data, arguments);
    assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    said.out
}

#[test]
fn what_changes_something_leaves_one_record_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), folder.path().join("w"));
    std::fs::create_dir(&wiki).unwrap();
    let note = |level: &str| {
        std::fs::write(
            wiki.join("a.md"),
            format!("---\nprotection: {level}\n---\n# A\n"),
        )
        .unwrap()
    };
    let wiki_name = wiki.display().to_string();
    let file = folder.path().join("g.ttl");
    std::fs::write(&file, "<urn:a> <urn:b> <urn:c> .").unwrap();
    let file = file.display().to_string();
    note("confidential");
    // The same commands in a folder that nobody holds, and through the server that holds it.
    let mut server = None;
    for round in 0..2 {
        let from = records(&data).len();
        done(&data, &["token", "add", "x", "--clearance", "internal"]);
        done(
            &data,
            &["load", &file, "--graph", "urn:g", "--level", "confidential"],
        );
        done(
            &data,
            &["load", &file, "--graph", "urn:g", "--level", "public"],
        );
        note("confidential");
        done(&data, &["sync", &wiki_name]);
        done(&data, &["sync", &wiki_name]);
        note("internal");
        done(&data, &["sync", &wiki_name]);
        done(&data, &["token", "revoke", "x"]);
        done(&data, &["query", "ASK {}"]);
        let expected = [
            "operator token add done",
            "operator load done",
            "operator label lowered, load written-down",
            "operator load done",
            "operator sync w done",
            "operator label lowered, sync w written-down",
            "operator sync w done",
            "operator token revoke done",
        ];
        assert_eq!(since(&data, from), expected, "round {round}");
        let lowered = &records(&data)[from + 5];
        assert_eq!(lowered["reason"], "from confidential to internal");
        if round == 0 {
            server = Some(Server::start(&data, &[]));
        }
    }
    let server = server.unwrap();
    let token = done(&data, &["token", "add", "r", "--clearance", "internal"]);
    let auditor = done(
        &data,
        &[
            "token",
            "add",
            "a\u{1b}[31m\nforged",
            "--clearance",
            "public",
            "--role",
            "auditor",
        ],
    );
    let bearer = |token: &str| format!("Bearer {}", token.trim());
    let from = records(&data).len();
    let update = |token: &str| {
        let bearer = bearer(token);
        let headers = [
            ("Content-Type", "application/sparql-update"),
            ("Authorization", bearer.as_str()),
        ];
        server.ask("POST", "/update", &headers, b"DROP ALL").status
    };
    assert_eq!(update(&token), 403);
    assert_eq!(update(&auditor), 403);
    assert_eq!(update("kn_aaaaaa_wrong"), 401);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(
        server
            .ask("POST", "/sign-in", &form, b"token=kn_aaaaaa_wrong")
            .status,
        401
    );
    assert_eq!(
        server.ask("GET", "/sign-in?link=wrong", &[], b"").status,
        200
    );
    assert_eq!(server.ask("POST", "/operator/run", &[], b"{}").status, 404);
    let new = since(&data, from);
    assert_eq!(new.len(), 6, "{new:#?}");
    assert!(new.iter().all(|line| line.ends_with(" denied")), "{new:#?}");
    // Control characters do not reach whoever looks at the file.
    let text = std::fs::read_to_string(data.join("audit.jsonl")).unwrap();
    assert!(!text.contains('\u{1b}') && text.contains("forged"));
    assert_eq!(text.lines().count(), records(&data).len());
    // Auditors read it, and nobody else.
    let ask = |token: &str| {
        let bearer = bearer(token);
        server.ask(
            "GET",
            "/audit-log",
            &[("Authorization", bearer.as_str())],
            b"",
        )
    };
    assert_eq!(ask(&auditor).text(), text);
    assert_eq!(ask(&token).status, 403);
    assert_eq!(server.ask("GET", "/audit-log", &[], b"").status, 401);
    let said = run(&data, &["verify"]);
    assert!(
        said.code == 0 && said.out.contains("of the audit log")
            || said.err.contains("of the audit log"),
        "{said:?}"
    );
}

#[test]
fn a_server_starts_after_a_power_cut_and_says_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    done(&data, &["token", "add", "x", "--clearance", "internal"]);
    done(&data, &["token", "add", "y", "--clearance", "internal"]);
    let log = data.join("audit.jsonl");
    let whole = std::fs::read(&log).unwrap();
    std::fs::write(&log, &whole[..whole.len() - 40]).unwrap();
    let said = run(&data, &["verify"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(format!("{said:?}").contains("line 2"), "{said:?}");
    let server = Server::start(&data, &[]);
    assert_eq!(server.ask("GET", "/healthz", &[], b"").status, 200);
    let said = run(&data, &["verify"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(format!("{said:?}").contains("audit.jsonl.torn"), "{said:?}");
    drop(server);
    // What somebody changed is found, and named by its line.
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, text.replacen("operator", "somebody", 1)).unwrap();
    let said = run(&data, &["verify"]);
    assert_eq!(said.code, 1);
    assert!(format!("{said:?}").contains("breaks at line 1"), "{said:?}");
}

/// Only the owner may look into the files of a data directory, whatever the umask.
#[cfg(unix)]
#[test]
fn the_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    done(&data, &["token", "add", "x", "--clearance", "internal"]);
    let _server = Server::start(&data, &[]);
    let mut open = Vec::new();
    let mut folders = vec![data];
    while let Some(folder) = folders.pop() {
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            open.push(format!("{mode:o} {}", folder.display()));
        }
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let mode = std::fs::symlink_metadata(&path)
                .unwrap()
                .permissions()
                .mode()
                & 0o777;
            if path.is_dir() {
                folders.push(path);
            } else if mode & 0o077 != 0 {
                open.push(format!("{mode:o} {}", path.display()));
            }
        }
    }
    assert!(open.is_empty(), "{}", open.join("\n"));
}
