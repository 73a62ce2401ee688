//! Looking after what is stored, with the command as it is built: backups while a server writes, and damage that is named.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Answer, Server, kenning, root, rows, run};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LEVELS: [&str; 4] = ["public", "internal", "confidential", "restricted"];

/// Everything that somebody sees, and who may see it: dumps of all levels, tokens, labels and the configuration.
fn everything(data: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for level in LEVELS {
        let said = run(data, &["dump", "--clearance", level, "--groups", "*"]);
        assert_eq!(said.code, 0, "{said:?}");
        all.push(said.out);
    }
    let tokens = run(data, &["token", "list"]);
    assert_eq!(tokens.code, 0, "{tokens:?}");
    all.push(tokens.out);
    all
}

/// A folder of notes, a file with a label of its own, and a token.
fn fill(data: &Path, folder: &Path) {
    let handbook = root().join("examples/handbook").display().to_string();
    let said = run(data, &["sync", &handbook]);
    assert!(said.code == 0 || said.code == 2, "{said:?}");
    let file = folder.join("terms.trig");
    let text = "<urn:g> { <urn:a> <urn:p> 1.50 , \"zaffre\"@en-GB , \"x\"^^<urn:t> , _:b . }";
    std::fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    let said = run(
        data,
        &[
            "load",
            &file,
            "--level",
            "confidential",
            "--groups",
            "hr,legal",
        ],
    );
    assert_eq!(said.code, 0, "{said:?}");
    let said = run(
        data,
        &[
            "token",
            "add",
            "ana",
            "--clearance",
            "confidential",
            "--groups",
            "hr",
        ],
    );
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn a_backup_of_a_running_server_restores_labels_tokens_and_every_term() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    let (data, new) = (path("data"), path("new"));
    fill(&data, place.path());
    let server = Server::start(&data, &[]);
    let before = everything(&data);
    let backup = path("kenning.backup").display().to_string();
    let said = run(&data, &["backup", &backup]);
    assert_eq!(said.code, 0, "{said:?}");
    // What comes later is not in it.
    let more = "INSERT DATA { GRAPH <urn:later> { <urn:a> <urn:p> 2 } }";
    let said = run(&data, &["update", "--clearance", "restricted", more]);
    assert_eq!(said.code, 0, "{said:?}");
    server.kill();
    let said = run(&new, &["restore", &backup]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(everything(&new), before);
    assert_ne!(everything(&data), before);
    let hr = "SELECT ?o { GRAPH <urn:g> { <urn:a> <urn:p> ?o FILTER(!isBlank(?o)) } } ORDER BY ?o";
    assert_eq!(rows(&new, "confidential", hr), Vec::<String>::new());
    let said = run(
        &new,
        &[
            "query",
            "--clearance",
            "confidential",
            "--groups",
            "hr",
            "--format",
            "tsv",
            hr,
        ],
    );
    for term in ["1.50", "\"zaffre\"@en-GB", "\"x\"^^<urn:t>"] {
        assert!(said.out.contains(term), "{said:?}");
    }
    let said = run(&new, &["verify"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("all is as it was written"), "{said:?}");
    // Nothing is restored over what is there, or out of what is damaged.
    let said = run(&data, &["restore", &backup]);
    assert_eq!(said.code, 1, "{said:?}");
    let mut bytes = std::fs::read(&backup).unwrap();
    let text = b"zaffre";
    let at = bytes.windows(text.len()).position(|part| part == text);
    bytes[at.unwrap()] ^= 1;
    std::fs::write(&backup, bytes).unwrap();
    let said = run(&path("third"), &["restore", &backup]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("graph `urn:g` is affected"), "{said:?}");
}

/// Changes one letter of a word that [`fill`] stored. A page that was replaced may still hold an older copy: all of them change.
fn damage(data: &Path) {
    let file = data.join("truth.redb");
    let mut bytes = std::fs::read(&file).unwrap();
    let text = b"zaffre";
    let places: Vec<usize> = (0..bytes.len() - text.len())
        .filter(|at| bytes[*at..].starts_with(text))
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at] = b'Z';
    }
    std::fs::write(&file, bytes).unwrap();
}

#[test]
fn damage_is_named_by_verify_and_nothing_is_served_in_silence() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    fill(&data, place.path());
    damage(&data);
    let said = run(&data, &["verify"]);
    assert_eq!(said.code, 1, "{said:?}");
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("graph `urn:g` is affected"), "{said:?}");
    let said = run(&data, &["query", "ASK {}"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("graph `urn:g` is affected"), "{said:?}");
}

/// A server whose files can grow no further, as on a full disk or with a quota, until they may.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_to_writers_and_reading_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    // The signal that comes with the limit would end the process, which a full disk does not.
    let server = kenning(&data);
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
        .arg(server.get_program())
        .args(server.get_args())
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--allow-anonymous-write",
        ])
        .current_dir(root())
        .stdin(Stdio::null());
    let server = Server::of(command);
    let pid = Pid::from_raw(server.pid().try_into().unwrap());
    let limit = |bytes: Option<u64>| {
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(pid, Resource::Fsize, limit).unwrap();
    };
    limit(Some(2 << 20));
    let kind = [("Content-Type", "application/sparql-update")];
    let write = |number: u64| -> Answer {
        let facts: Vec<String> = (0..50)
            .map(|k| format!("<urn:s{number}> <urn:p{k}> \"{k} {}\"", "x".repeat(400)))
            .collect();
        let update = format!("INSERT DATA {{ {} }}", facts.join(" . "));
        server.ask("POST", "/update", &kind, update.as_bytes())
    };
    let mut written = 0;
    let refused = loop {
        let begun = Instant::now();
        let answer = write(written);
        if answer.status >= 400 {
            assert!(begun.elapsed() < Duration::from_secs(5));
            break answer;
        }
        written += 1;
        assert!(written < 1000, "the files grow beyond the limit");
    };
    assert_eq!(refused.status, 507, "{refused:?}");
    let text = String::from_utf8(refused.body).unwrap();
    assert!(text.contains("nothing of this was stored"), "{text}");
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    let told = || server.query(count, "text/csv", &[]).body;
    assert_eq!(told(), format!("n\r\n{}\r\n", written * 50).into_bytes());
    // A command that goes through the server is told so, too; what is on the disk is whole.
    let file = place.path().join("more.nt");
    let line = format!("<urn:s> <urn:p> \"{}\" .\n", "y".repeat(3 << 20));
    std::fs::write(&file, line).unwrap();
    let said = run(&data, &["load", &file.display().to_string()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("the disk is full"), "{said:?}");
    let said = run(&data, &["verify"]);
    assert_eq!(said.code, 0, "{said:?}");
    limit(None);
    assert_eq!(write(written).status, 204);
    assert_eq!(
        told(),
        format!("n\r\n{}\r\n", (written + 1) * 50).into_bytes()
    );
}

#[test]
fn what_changed_on_the_disk_under_a_running_server_is_found() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    fill(&data, place.path());
    let server = Server::start(&data, &[]);
    let said = run(&data, &["verify"]);
    assert_eq!(said.code, 0, "{said:?}");
    damage(&data);
    let said = run(&data, &["verify"]);
    assert_eq!(said.code, 1, "{said:?}");
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("graph `urn:g` is affected"), "{said:?}");
    drop(server);
}

#[test]
fn a_restore_that_was_interrupted_is_not_taken_for_an_empty_store() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    let (data, new) = (path("data"), path("new"));
    fill(&data, place.path());
    let before = everything(&data);
    let backup = path("kenning.backup").display().to_string();
    assert_eq!(run(&data, &["backup", &backup]).code, 0);
    // What a restore leaves that was killed in the middle.
    std::fs::create_dir(&new).unwrap();
    std::fs::write(new.join("truth.redb.unfinished"), [7; 5000]).unwrap();
    for command in [&["verify"][..], &["sync", "examples/handbook"], &["serve"]] {
        let said = run(&new, command);
        assert_eq!(said.code, 1, "{command:?}: {said:?}");
        let all = format!("{}{}", said.out, said.err);
        assert!(all.contains("restore again"), "{command:?}: {said:?}");
    }
    let said = run(&new, &["restore", &backup]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(everything(&new), before);
}

/// Whoever stops a load that runs in a server, stops the load.
#[cfg(unix)]
#[test]
fn a_load_is_stopped_with_the_command_that_began_it() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let server = Server::start(&data, &[]);
    // The server waits for the end of this file as long as we want.
    let pipe = place.path().join("slow.nt");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let path = pipe.display().to_string();
    let mut load = kenning(&data)
        .args(["load", "--level", "public", &path])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Opens as soon as the server reads.
    let mut end = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    load.kill().unwrap();
    load.wait().unwrap();
    std::thread::sleep(Duration::from_secs(2));
    std::io::Write::write_all(&mut end, b"<urn:a> <urn:p> \"vermilion\" .\n").unwrap();
    drop(end);
    // The next load waits for nobody, and is stored.
    let file = place.path().join("file.nt");
    std::fs::write(&file, "<urn:b> <urn:p> \"zaffre\" .\n").unwrap();
    let said = run(
        &data,
        &["load", "--level", "public", &file.display().to_string()],
    );
    assert_eq!(said.code, 0, "{said:?}");
    std::thread::sleep(Duration::from_millis(500));
    let found = server.query("SELECT ?o { ?s <urn:p> ?o }", "text/csv", &[]);
    assert_eq!(String::from_utf8_lossy(&found.body), "o\r\nzaffre\r\n");
}
