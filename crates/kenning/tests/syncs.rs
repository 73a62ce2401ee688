//! Syncs that are looked at beforehand, interrupted, or told of an empty folder: nothing is lost, and what was done is said.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, rows, run};
use kenning::config::Config;
use kenning::request::{Place, Request};
use kenning::site::Site;
use kenning::sync;
use kenning_server::Line;
use kenning_store::{Cancel, KnowledgeBase, Options};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PATHS: &str = "SELECT ?p { ?n <https://w3id.org/kenning/km#notePath> ?p }";

fn write(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

fn notes(wiki: &Path, count: usize) {
    for number in 0..count {
        let text = format!("Note {number} sees [[{}]].\n", (number + 1) % count);
        write(wiki, &format!("{number}.md"), &text);
    }
}

#[test]
fn a_dry_run_makes_no_knowledge_base_and_decides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), folder.path().join("wiki"));
    notes(&wiki, 2);
    let wiki = wiki.to_str().unwrap();
    let dry = [
        "sync",
        "--dry-run",
        "--base-url",
        "http://one.example/",
        wiki,
    ];
    let said = run(&data, &dry);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.out.contains("+ <http://one.example/id/"),
        "{}",
        said.out
    );
    assert!(said.err.contains("nothing was stored"), "{}", said.err);
    assert!(!data.exists());
    let said = run(&data, &["sync", "--base-url", "http://two.example/", wiki]);
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn an_empty_folder_in_place_of_a_wiki_takes_no_note_away() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), folder.path().join("wiki"));
    notes(&wiki, 3);
    let sync = |more: &[&str]| {
        let arguments = [&["sync", wiki.to_str().unwrap()], more].concat();
        run(&data, &arguments)
    };
    sync(&[]);
    let before = rows(&data, "internal", PATHS);
    assert_eq!(before.len(), 3);
    // As where a disk is not mounted.
    let away = folder.path().join("away");
    std::fs::rename(&wiki, &away).unwrap();
    std::fs::create_dir(&wiki).unwrap();
    for more in [&[][..], &["--dry-run"]] {
        let said = sync(more);
        assert_eq!(said.code, 1, "{}", said.out);
        assert!(said.err.contains("3 notes are known"), "{}", said.err);
    }
    assert_eq!(rows(&data, "internal", PATHS), before);
    std::fs::remove_dir(&wiki).unwrap();
    std::fs::rename(&away, &wiki).unwrap();
    let said = sync(&[]);
    assert!(said.out.contains("nothing changed"), "{}", said.out);
    // In the folder that was synced, notes that are gone are gone.
    for note in ["0.md", "1.md", "2.md"] {
        std::fs::remove_file(wiki.join(note)).unwrap();
    }
    let said = sync(&[]);
    assert!(said.out.contains("3 gone"), "{} {}", said.out, said.err);
    // In another one, when it says that it is one.
    notes(&wiki, 3);
    sync(&[]);
    std::fs::rename(&wiki, &away).unwrap();
    write(&wiki, "kenning.toml", "");
    let said = sync(&[]);
    assert!(said.out.contains("3 gone"), "{} {}", said.out, said.err);
}

#[test]
fn a_wiki_that_is_called_otherwise_is_not_stored_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), folder.path().join("wiki"));
    let other = folder.path().join("other");
    notes(&wiki, 2);
    notes(&other, 1);
    let sync = |wiki: &Path, more: &[&str]| {
        let arguments = [&["sync", wiki.to_str().unwrap()], more].concat();
        run(&data, &arguments)
    };
    let wikis = || {
        let all = "SELECT DISTINCT ?w { ?n <https://w3id.org/kenning/km#inWiki> ?w }";
        let all = rows(&data, "internal", all);
        all.iter()
            .map(|iri| {
                iri.trim_end_matches('>')
                    .rsplit('/')
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect::<std::collections::BTreeSet<_>>()
    };
    let are = |names: [&str; 2]| names.map(str::to_owned).into();
    sync(&wiki, &[]);
    sync(&other, &[]);
    assert_eq!(wikis(), are(["wiki", "other"]));
    // By its settings.
    write(&wiki, "kenning.toml", "name = 'works'\n");
    let said = sync(&wiki, &["--dry-run"]);
    assert!(
        said.out
            .contains("\n- <http://localhost:7878/id/note/wiki/0>"),
        "{}",
        said.out
    );
    assert_eq!(wikis(), are(["wiki", "other"]));
    let said = sync(&wiki, &[]);
    assert!(
        said.err.contains("`works` was called `wiki`"),
        "{}",
        said.err
    );
    assert_eq!(wikis(), are(["works", "other"]));
    // By its folder, which lies elsewhere; a copy of it is another wiki.
    std::fs::remove_file(wiki.join("kenning.toml")).unwrap();
    sync(&wiki, &[]);
    let moved = folder.path().join("moved");
    std::fs::rename(&wiki, &moved).unwrap();
    sync(&moved, &[]);
    assert_eq!(wikis(), are(["moved", "other"]));
    let said = sync(&moved, &[]);
    assert!(said.out.contains("nothing changed"), "{}", said.out);
    std::fs::remove_dir_all(&other).unwrap();
    let copy = folder.path().join("copy");
    notes(&copy, 1);
    sync(&copy, &[]);
    assert_eq!(
        wikis(),
        ["copy", "moved", "other"].map(str::to_owned).into()
    );
    // What was stored once of a name says nothing when it is given again.
    notes(&wiki, 2);
    let said = sync(&wiki, &[]);
    assert!(said.out.contains("2 added"), "{}", said.out);
}

#[test]
fn a_sync_that_is_stopped_says_how_far_it_came_and_the_next_one_ends_it() {
    const MANY: usize = 1_500;
    let folder = tempfile::tempdir().unwrap();
    let wiki = folder.path().join("wiki");
    notes(&wiki, MANY);
    let site = || {
        let kb = KnowledgeBase::in_memory(Options::default());
        Site::over(kb, Config::default(), None).unwrap()
    };
    let request = Request::Sync(sync::Request {
        wikis: vec![Place::of(&wiki)],
        ..sync::Request::default()
    });
    let graphs = |site: &Site| {
        let all = kenning_access::Clearance::everything("a test compares all");
        let view = site.kb.view(&all);
        let graphs = view.graphs().map(|graph| (graph.name, graph.triples));
        graphs.collect::<std::collections::BTreeSet<_>>()
    };
    let whole = site();
    assert_eq!(whole.run(&request, &mut |_| ()).code, 0);
    for (what, told) in [
        ("notes read", "stopped before anything was stored"),
        (
            "notes stored",
            "stopped: 1,000 of 1,500 changes of notes are stored",
        ),
    ] {
        let site = site();
        let left = Cancel::new();
        let stopped = site.run_for(&request, &left, &mut |line| {
            if matches!(&line, Line::Progress { what: it, .. } if it == what) {
                left.cancel();
            }
        });
        assert_eq!(stopped.code, 1);
        assert!(stopped.text.contains(told), "{}", stopped.text);
        assert_ne!(graphs(&site), graphs(&whole));
        assert_eq!(site.run(&request, &mut |_| ()).code, 0);
        assert_eq!(graphs(&site), graphs(&whole));
    }
}

#[test]
fn who_interrupts_a_sync_is_told_what_was_done() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), folder.path().join("wiki"));
    // More lines than fit into a pipe, so that it cannot have ended before it is interrupted.
    notes(&wiki, 3_000);
    let mut sync = common::kenning(&data)
        .args(["--json", "sync", wiki.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(sync.stdout.take().unwrap()).lines();
    let is_progress = |line: &String| line.contains("\"kind\":\"progress\"");
    assert!(lines.any(|line| line.as_ref().is_ok_and(is_progress)));
    let kill = Command::new("kill")
        .args(["-INT", &sync.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let last = lines.map(Result::unwrap).last().unwrap();
    let last: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!(
        (&last["kind"], &last["code"]),
        (&"outcome".into(), &1.into())
    );
    assert!(last["text"].as_str().unwrap().contains("stopped"), "{last}");
    assert_eq!(sync.wait().unwrap().code(), Some(1));
}

#[test]
fn another_folder_in_place_of_a_watched_one_is_watched() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), folder.path().join("wiki"));
    notes(&wiki, 2);
    let _server = Server::start(&data, &["--wiki", wiki.to_str().unwrap(), "--watch"]);
    let wait_for = |path: &str| {
        let begun = Instant::now();
        while !rows(&data, "internal", PATHS).contains(&format!("\"{path}\"")) {
            assert!(begun.elapsed() < Duration::from_secs(60), "never: {path}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    // Cloned anew, and what is written later is seen as well.
    std::fs::remove_dir_all(&wiki).unwrap();
    write(&wiki, "anew.md", "Text.\n");
    wait_for("anew.md");
    write(&wiki, "later.md", "Text.\n");
    wait_for("later.md");
    // Another one is moved to where it was.
    let next = folder.path().join("next");
    write(&next, "next.md", "Text.\n");
    std::fs::rename(&wiki, folder.path().join("before")).unwrap();
    std::fs::rename(&next, &wiki).unwrap();
    wait_for("next.md");
    write(&wiki, "deep/last.md", "Text.\n");
    wait_for("deep/last.md");
}

#[test]
fn a_link_that_leads_to_another_folder_is_followed_there() {
    let folder = tempfile::tempdir().unwrap();
    let (data, link) = (folder.path().join("data"), folder.path().join("current"));
    let named = |number: usize| format!("name = 'works'\n# {number}\n");
    for (number, settings) in [named(1), named(2), String::new()].iter().enumerate() {
        let version = folder.path().join(format!("v{number}"));
        write(&version, &format!("{number}.md"), "Text.\n");
        write(&version, "both.md", "Text of both.\n");
        write(&version, "kenning.toml", settings);
    }
    let lead = |to: &str| {
        let next = folder.path().join("next");
        std::os::unix::fs::symlink(to, &next).unwrap();
        std::fs::rename(&next, &link).unwrap();
    };
    let wait_for = |paths: &[&str]| {
        let begun = Instant::now();
        let mut wanted: Vec<String> = paths.iter().map(|path| format!("\"{path}\"")).collect();
        wanted.sort();
        loop {
            let mut found = rows(&data, "internal", PATHS);
            found.sort();
            if found == wanted {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{found:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    lead("v0");
    let _server = Server::start(&data, &["--wiki", link.to_str().unwrap(), "--watch"]);
    wait_for(&["0.md", "both.md"]);
    lead("v1");
    wait_for(&["1.md", "both.md"]);
    write(&folder.path().join("v1"), "more.md", "More.\n");
    wait_for(&["1.md", "both.md", "more.md"]);
    // One that is called after its folder.
    lead("v2");
    wait_for(&["2.md", "both.md"]);
    // By another path, the same name is somebody else's.
    let said = run(&data, &["sync", folder.path().join("v1").to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = run(&data, &["sync", folder.path().join("v0").to_str().unwrap()]);
    assert_eq!(said.code, 1, "{}", said.out);
}
