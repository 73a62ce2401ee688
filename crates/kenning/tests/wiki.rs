//! What people do with a folder of notes: have a line explained, look before they sync, and edit while a server watches.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, rows, run};
use kenning_store::{Batch, KnowledgeBase, Options};
use std::path::Path;
use std::time::{Duration, Instant};

fn write(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

fn workshop(folder: &Path) -> String {
    let wiki = folder.join("workshop");
    write(
        &wiki,
        "kenning.toml",
        "[[rule]]\npath = 'bench'\nfloor = 'confidential'\n",
    );
    write(
        &wiki,
        "bench/Reed.md",
        "# Reed\n\nIt is cut by hand, as [[stop]] says. ^[book.md:3-5]\n\n- needs:: [[Nothing]]\n",
    );
    write(&wiki, "a/Stop.md", "---\nprotection: public\n---\nText.\n");
    write(&wiki, "b/Stop.md", "Text.\n");
    write(
        &wiki,
        "Pipe.md",
        "---\nprotection: public\n---\nA pipe. [[Reed]]\n",
    );
    wiki.to_str().unwrap().to_owned()
}

#[test]
fn a_sync_of_one_note_takes_nothing_from_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), workshop(folder.path()));
    run(&data, &["sync", &wiki]);
    let notes = "SELECT ?n { ?n a <https://w3id.org/kenning/km#Note> }";
    let before = rows(&data, "confidential", notes);
    let one = run(&data, &["sync", &format!("{wiki}/Pipe.md")]);
    assert_eq!(one.code, 1, "{}", one.err);
    assert!(
        one.err.contains("sync the folder of its wiki"),
        "{}",
        one.err
    );
    assert_eq!(rows(&data, "confidential", notes), before);
}

#[test]
fn commands_run_in_the_folder_of_the_notes() {
    let folder = tempfile::tempdir().unwrap();
    let wiki = folder.path().join("wiki");
    let here = |arguments: &[&str]| {
        let data = wiki.join("kenning-data");
        let output = common::kenning(&data)
            .args(arguments)
            .current_dir(&wiki)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let said = text(&output.stdout) + &text(&output.stderr);
        (output.status.code(), said)
    };
    let count = [
        "query",
        "--clearance",
        "internal",
        "SELECT ?n { ?n a <https://w3id.org/kenning/km#Note> }",
    ];
    write(&wiki, "Reed.md", "It is cut by hand.\n");
    write(&wiki, "kenning.toml", "dialect = 'foam'\n");
    assert_eq!(here(&["explain", "Reed.md:1"]).0, Some(0));
    assert_eq!(here(&["sync", "."]).0, Some(0));
    let (code, said) = here(&["explain", "Reed.md:1"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("read as foam"), "{said}");
    let (code, said) = here(&count);
    assert!(code == Some(0) && said.contains("note/wiki/Reed"), "{said}");

    // What has rules may have been meant for all wikis, so nothing is answered by half of them; but the note can be explained.
    write(
        &wiki,
        "kenning.toml",
        "dialect = 'foam'\n[[rule]]\npath = '**'\nfloor = 'confidential'\n",
    );
    let (code, said) = here(&["explain", "Reed.md:1"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("label `confidential`"), "{said}");
    let (code, said) = here(&count);
    assert!(code == Some(1) && said.contains("--config"), "{said}");
    // Neither is a wiki's.
    write(&wiki, "kenning.toml", "dialekt = 'foam'\n");
    assert_eq!(here(&count).0, Some(1));
}

#[test]
fn a_line_is_explained_here_and_by_the_server_that_holds_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), workshop(folder.path()));
    let place = format!("{wiki}/bench/Reed.md:3");
    // Without a knowledge base the folder is enough.
    let alone = run(&data, &["explain", &place]);
    assert_eq!(alone.code, 0, "{}", alone.err);
    assert!(!data.exists(), "nothing was to be stored");
    for part in [
        "read as markdown: nothing in the folder tells of a program",
        "label `confidential`: it is the default level; the wiki's rule for `bench` raises it to `confidential`",
        "link `stop` at 3:23: several notes are found by the name of its file, case aside, and none is taken",
        "a/Stop.md (`public`), not taken",
        "b/Stop.md (`internal`), not taken",
        "claim of line 3: It is cut by hand",
        "rests on book.md lines 3 to 5",
        "<https://w3id.org/kenning/km#mentionsName> <http://localhost:7878/id/name/stop> .",
        "such as `\"stop\" = \"a/Stop.md\"`",
    ] {
        assert!(alone.out.contains(part), "`{part}` in\n{}", alone.out);
    }
    // The line that was suggested may be pasted.
    write(Path::new(&wiki), "links.toml", "\"stop\" = \"a/Stop.md\"\n");
    assert_eq!(run(&data, &["sync", &wiki]).code, 0);
    let stored = run(&data, &["explain", &place]);
    assert!(
        stored
            .out
            .contains("readers of `confidential` find a/Stop.md by `links.toml`"),
        "{}",
        stored.out
    );
    assert!(
        stored.out.contains("b/Stop.md (`internal`), not taken"),
        "{}",
        stored.out
    );
    let server = Server::start(&data, &[]);
    let served = run(&data, &["explain", &place]);
    assert_eq!(
        (served.code, &served.out),
        (0, &stored.out),
        "{}",
        served.err
    );
    let json = run(&data, &["explain", "--json", &place]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["label"], "confidential");
    assert_eq!(json["links"][0]["edges"][0]["path"], "a/Stop.md");
    assert_eq!(json["links"][0]["ladder"][0]["words"], "`links.toml`");
    drop(server);
    let missing = run(&data, &["explain", &format!("{wiki}/none.md:3")]);
    assert_eq!(missing.code, 1);
    assert!(missing.err.contains("cannot be opened"), "{}", missing.err);
}

#[test]
fn a_note_is_explained_within_the_working_folder_where_nothing_looks_like_a_wiki() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "people/Ana.md", "She knows the [[Kiln]].\n");
    write(folder.path(), "things/Kiln.md", "It is hot.\n");
    let explain = |from: &str, note: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_kenning"))
            .args(["explain", note, "--data", "none"])
            .current_dir(folder.path().join(from))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let inside = explain("", "people/Ana.md:1");
    assert!(inside.contains("things/Kiln.md"), "{inside}");
    let real = folder.path().canonicalize().unwrap();
    let named = format!("in the wiki {}\n", real.display());
    assert!(inside.contains(&named), "{inside}");
    // Seen from elsewhere, only its own folder speaks for it.
    let outside = explain("things", "../people/Ana.md:1");
    assert!(outside.contains("no note answers"), "{outside}");
}

#[test]
fn a_dry_run_says_what_a_sync_would_change_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), workshop(folder.path()));
    run(&data, &["sync", &wiki]);
    let dump = || {
        run(
            &data,
            &["dump", "--clearance", "restricted", "--groups", "*"],
        )
        .out
    };
    let before = dump();
    let unchanged = run(&data, &["sync", "--dry-run", &wiki]);
    assert_eq!(unchanged.out, "", "{}", unchanged.err);
    write(
        Path::new(&wiki),
        "a/Stop.md",
        "---\nprotection: internal\n---\nOther words.\n",
    );
    std::fs::remove_file(format!("{wiki}/b/Stop.md")).unwrap();
    let said = run(&data, &["sync", "--dry-run", &wiki]);
    assert!(said.err.contains("nothing was stored"), "{}", said.err);
    assert_eq!(dump(), before);
    let lines: Vec<&str> = said.out.lines().collect();
    let graph = "<http://localhost:7878/id/graph/note/workshop/a/Stop>";
    assert!(
        lines.contains(&&*format!("@ {graph} public -> internal")),
        "{}",
        said.out
    );
    let of = |sign: &str| -> Vec<String> {
        let of = lines.iter().filter_map(|line| line.strip_prefix(sign));
        of.map(str::to_owned).collect()
    };
    let (gone, come) = (of("- "), of("+ "));
    assert!(
        come.iter().any(|line| line.contains("\"Other words.\"")),
        "{}",
        said.out
    );
    let json = run(&data, &["sync", "--dry-run", "--json", &wiki]);
    let objects: Vec<serde_json::Value> = json
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), lines.len());
    assert!(objects.iter().any(|line| line["change"] == "add"));
    // What was announced is what happens.
    run(&data, &["sync", &wiki]);
    let after = dump();
    let set = |text: &str| -> std::collections::BTreeSet<String> {
        text.lines().map(str::to_owned).collect()
    };
    let (before, after) = (set(&before), set(&after));
    let difference: Vec<String> = before.difference(&after).cloned().collect();
    assert_eq!(difference, sorted(gone));
    let difference: Vec<String> = after.difference(&before).cloned().collect();
    assert_eq!(difference, sorted(come));
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[test]
fn the_same_notes_are_the_same_triples_in_every_form_and_detail_adds() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), workshop(folder.path()));
    let convert = |more: &[&str]| {
        let said = run(&data, &[&["convert", &wiki], more].concat());
        assert!(said.code != 1, "{}", said.err);
        said
    };
    let lines = convert(&[]);
    assert_eq!(lines.out, convert(&["--detail", "claims"]).out);
    assert!(lines.err.contains("is read as markdown"), "{}", lines.err);
    let count = |text: &str| text.lines().count();
    let (core, full) = (
        convert(&["--detail", "core"]),
        convert(&["--detail", "full"]),
    );
    assert!(count(&core.out) < count(&lines.out) && count(&lines.out) < count(&full.out));
    let trig = convert(&["--format", "trig"]);
    let quads =
        oxrdfio::RdfParser::from_format(oxrdfio::RdfFormat::TriG).for_slice(trig.out.as_bytes());
    let quads: std::collections::BTreeSet<String> =
        quads.map(|quad| format!("{} .", quad.unwrap())).collect();
    let all: std::collections::BTreeSet<String> = lines.out.lines().map(str::to_owned).collect();
    assert_eq!(quads, all);
}

/// Waits until a query gives a row, as an editor waits for an answer.
fn wait_for(data: &Path, query: &str) {
    let begun = Instant::now();
    while rows(data, "restricted", query).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {query}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Makes what is stored of the wiki look as if it had this version.
fn upgrade(data: &Path, version: u8) {
    let kb = KnowledgeBase::open(data, Options::default()).unwrap();
    let mut head = kb.setting("wiki/workshop/head").unwrap().unwrap();
    head[0] = version;
    let mut batch = Batch::new();
    batch.put_setting("wiki/workshop/head", Some(head));
    kb.commit(batch).unwrap();
}

#[test]
fn an_upgrade_reads_everything_again_and_keeps_every_address() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), workshop(folder.path()));
    let paths = "SELECT ?note ?path { ?note <https://w3id.org/kenning/km#notePath> ?path }";
    run(&data, &["sync", &wiki]);
    let moved = Path::new(&wiki);
    std::fs::rename(moved.join("Pipe.md"), moved.join("a/Pipes.md")).unwrap();
    run(&data, &["sync", &wiki]);
    let before = rows(&data, "restricted", paths);
    assert!(
        before
            .contains(&"<http://localhost:7878/id/note/workshop/Pipe>\t\"a/Pipes.md\"".to_owned()),
        "{before:?}"
    );
    upgrade(&data, 99);
    std::fs::remove_file(moved.join("b/Stop.md")).unwrap();
    let again = run(&data, &["sync", &wiki]);
    assert!(
        again.err.contains("every note keeps its address"),
        "{}",
        again.err
    );
    let after = rows(&data, "restricted", paths);
    let stays = |row: &&String| !row.contains("b/Stop");
    assert_eq!(
        after,
        before.iter().filter(stays).cloned().collect::<Vec<_>>()
    );
    // Nothing of what is gone stayed behind, and now nothing is left to do.
    assert_eq!(
        rows(
            &data,
            "restricted",
            "SELECT ?g { GRAPH ?g {} FILTER CONTAINS(STR(?g), 'b/Stop') }"
        )
        .len(),
        0
    );
    let again = run(&data, &["sync", &wiki]);
    assert!(again.out.contains("nothing changed"), "{}", again.out);
    // What was stored by a version of which nothing can be read any more is told.
    upgrade(&data, 4);
    let again = run(&data, &["sync", &wiki]);
    assert!(
        again.err.contains("has the address of its path"),
        "{}",
        again.err
    );
    let last = rows(&data, "restricted", paths);
    assert!(
        last.contains(
            &"<http://localhost:7878/id/note/workshop/a/Pipes>\t\"a/Pipes.md\"".to_owned()
        ),
        "{last:?}"
    );
}

#[test]
fn a_watched_folder_is_followed_through_all_that_editors_do() {
    let folder = tempfile::tempdir().unwrap();
    let (data, wiki) = (folder.path().join("data"), workshop(folder.path()));
    let _server = Server::start(&data, &["--wiki", &wiki, "--watch"]);
    let wiki = Path::new(&wiki);
    let titled = |title: &str| {
        format!("SELECT ?s {{ ?s <http://www.w3.org/2004/02/skos/core#prefLabel> \"{title}\" }}")
    };
    // Written in place.
    write(wiki, "Pipe.md", "---\ntitle: Long pipe\n---\nText.\n");
    wait_for(&data, &titled("Long pipe"));
    // Written beside and put in place, as careful editors do.
    write(wiki, ".Pipe.md.swp", "---\ntitle: Short pipe\n---\nText.\n");
    std::fs::rename(wiki.join(".Pipe.md.swp"), wiki.join("Pipe.md")).unwrap();
    wait_for(&data, &titled("Short pipe"));
    // A new folder with a note in it.
    write(
        wiki,
        "new/deep/Bellows.md",
        "---\ntitle: Bellows\n---\nText.\n",
    );
    wait_for(&data, &titled("Bellows"));
    // A folder that is called otherwise: its notes keep their addresses.
    std::fs::rename(wiki.join("new"), wiki.join("old")).unwrap();
    wait_for(
        &data,
        "SELECT ?s { ?s <https://w3id.org/kenning/km#notePath> \"old/deep/Bellows.md\" ; \
         <https://w3id.org/kenning/km#formerPath> \"new/deep/Bellows.md\" }",
    );
    // Many files at once, as when another branch is checked out.
    for number in 0..1_000 {
        write(
            wiki,
            &format!("many/{number}.md"),
            &format!("---\ntitle: Many {number}\n---\nText.\n"),
        );
    }
    wait_for(&data, &titled("Many 999"));
    std::fs::remove_dir_all(wiki.join("many")).unwrap();
    wait_for(
        &data,
        "SELECT ?n { { SELECT (COUNT(*) AS ?n) { ?s <https://w3id.org/kenning/km#notePath> ?p } } FILTER(?n < 10) }",
    );
    // What is stored is what a sync from nothing would store.
    let again = run(&data, &["sync", "--dry-run", wiki.to_str().unwrap()]);
    assert_eq!(again.out, "", "{}", again.err);
}

/// Real wikis, where they lie beside the checkout: what is stored of each meets the built-in shapes.
#[test]
fn what_real_wikis_become_meets_the_shapes() {
    let vaults = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vaults");
    if !vaults.exists() {
        eprintln!("skipped: the sample vaults are not here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut tried = 0;
    for entry in std::fs::read_dir(&vaults).unwrap() {
        let wiki = entry.unwrap().path();
        if !wiki.is_dir() {
            continue;
        }
        tried += 1;
        let name = wiki.file_name().unwrap().to_string_lossy().into_owned();
        let data = folder.path().join(&name);
        let synced = run(&data, &["sync", "-q", wiki.to_str().unwrap()]);
        assert!(matches!(synced.code, 0 | 2), "{name}: {}", synced.err);
        let check = ["check", "--clearance", "restricted", "--groups", "*"];
        let checked = run(&data, &check);
        assert_eq!(checked.code, 0, "{name}: {}\n{}", checked.out, checked.err);
    }
    assert!(tried > 0);
}
