//! The main job from end to end, with the command as it is built: notes in, answers out, and nothing lost.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, number, root, rows, run};
use std::path::Path;

const COUNT: &str = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
const LEVELS: [&str; 4] = ["public", "internal", "confidential", "restricted"];

fn handbook() -> String {
    root().join("examples/handbook").display().to_string()
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Every quad that a reader sees, as sorted lines.
fn dump(data: &Path, clearance: &str) -> Vec<String> {
    rows(
        data,
        clearance,
        "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }",
    )
}

#[test]
fn the_example_is_served_in_every_format() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--wiki", &handbook()]);
    assert!(
        server.greeting.contains("sign-in?link="),
        "{}",
        server.greeting
    );
    assert_eq!(server.ask("GET", "/healthz", &[], b"").status, 200);
    let home = server.ask("GET", "/", &[("Accept", "text/html")], b"");
    assert_eq!(home.status, 200);
    assert!(
        home.text().contains("<form"),
        "the home page has a form for queries"
    );
    for media_type in [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ] {
        let answer = server.query(COUNT, media_type, &[]);
        assert_eq!(answer.status, 200, "{media_type}: {}", answer.text());
        assert!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with(media_type)
        );
        assert!(!answer.body.is_empty());
    }
    for media_type in [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/trig",
        "application/n-quads",
    ] {
        let answer = server.query("CONSTRUCT WHERE { ?s a ?c }", media_type, &[]);
        assert_eq!(answer.status, 200, "{media_type}: {}", answer.text());
        assert!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with(media_type)
        );
        assert!(answer.body.len() > 100, "{media_type}: {}", answer.text());
    }
    let form = server.ask(
        "POST",
        "/query",
        &[
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Accept", "text/csv"),
        ],
        format!("query={}", common::encode(COUNT)).as_bytes(),
    );
    let direct = server.ask(
        "POST",
        "/query",
        &[
            ("Content-Type", "application/sparql-query"),
            ("Accept", "text/csv"),
        ],
        COUNT.as_bytes(),
    );
    let get = server.query(COUNT, "text/csv", &[]);
    assert_eq!(form.text(), get.text());
    assert_eq!(direct.text(), get.text());
}

#[test]
fn each_level_sees_more_than_the_one_below() {
    let data = tempfile::tempdir().unwrap();
    run(data.path(), &["sync", &handbook()]);
    let counts: Vec<u64> = LEVELS
        .iter()
        .map(|level| number(data.path(), level, COUNT))
        .collect();
    assert!(
        counts[0] > 0 && counts[0] < counts[1] && counts[1] < counts[2],
        "{counts:?}"
    );
    let graphs: Vec<usize> = LEVELS
        .iter()
        .map(|level| rows(data.path(), level, "SELECT * { GRAPH ?g {} }").len())
        .collect();
    assert!(graphs[0] < graphs[1] && graphs[1] < graphs[2], "{graphs:?}");
}

#[test]
fn removing_a_hidden_note_changes_nothing_for_those_who_cannot_see_it() {
    let folder = tempfile::tempdir().unwrap();
    let (with, without) = (
        folder.path().join("with/wiki"),
        folder.path().join("without/wiki"),
    );
    for wiki in [&with, &without] {
        write(
            wiki,
            "index.md",
            "---\ntitle: Index\nprotection: public\n---\nSee [[Falcon]], [[Plan]] and [[Open]]. [missing](falcon.md)\n",
        );
        write(
            wiki,
            "open.md",
            "---\ntitle: Open\nprotection: public\n---\nSee [[Index]].\n",
        );
        write(
            wiki,
            "inside.md",
            "---\ntitle: Inside\nprotection: internal\n---\nSee [[Falcon]].\n",
        );
    }
    // It answers to a wanted name, makes another one ambiguous, and links to what is open.
    write(
        &with,
        "falcon.md",
        "---\ntitle: Falcon\naliases: [Open, Plan]\nprotection: confidential\n---\nSee [[Index]].\n",
    );
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    run(&a, &["sync", &with.display().to_string()]);
    run(&b, &["sync", &without.display().to_string()]);
    for level in ["public", "internal"] {
        let (full, ideal) = (dump(&a, level), dump(&b, level));
        assert!(!ideal.is_empty());
        assert_eq!(full, ideal, "{level}");
    }
    assert_ne!(
        dump(&a, "confidential"),
        dump(&b, "confidential"),
        "the hidden note is there"
    );
    // The same, when it goes while the store looks on.
    let before = dump(&a, "internal");
    std::fs::remove_file(with.join("falcon.md")).unwrap();
    run(&a, &["sync", &with.display().to_string()]);
    assert_eq!(dump(&a, "internal"), before);
    assert_eq!(dump(&a, "restricted"), dump(&b, "restricted"));
}

#[test]
fn a_second_sync_writes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let first = run(data.path(), &["sync", &handbook()]);
    assert!(first.out.contains("added"), "{}{}", first.out, first.err);
    let before = dump(data.path(), "restricted");
    let second = run(data.path(), &["sync", &handbook()]);
    assert!(second.out.contains("nothing changed"), "{}", second.out);
    assert_eq!(dump(data.path(), "restricted"), before);
}

#[test]
fn converting_twice_gives_the_same_bytes() {
    let data = tempfile::tempdir().unwrap();
    for format in ["nquads", "trig", "jsonld"] {
        let first = run(data.path(), &["convert", &handbook(), "--format", format]);
        let second = run(data.path(), &["convert", &handbook(), "--format", format]);
        assert!(first.out.len() > 10_000, "{format}: {}", first.err);
        assert_eq!(first.out, second.out, "{format}");
    }
    assert!(
        !data.path().join("kenning.pid").exists(),
        "a conversion needs no knowledge base"
    );
    let out = data.path().join("out.nq");
    let said = run(
        data.path(),
        &["convert", &handbook(), "--out", &out.display().to_string()],
    );
    assert!(said.out.contains("converted"), "{}", said.err);
    assert_eq!(
        std::fs::read_to_string(out).unwrap(),
        run(data.path(), &["convert", &handbook()]).out
    );
}

#[test]
fn what_is_no_file_is_written_to_and_not_replaced() {
    let data = tempfile::tempdir().unwrap();
    let pipe = data.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: there is no mkfifo");
        return;
    }
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    let whole = run(data.path(), &["convert", &handbook()]).out;
    let name = pipe.display().to_string();
    let said = run(data.path(), &["convert", &handbook(), "--out", &name]);
    assert!(said.out.contains("converted"), "{}", said.err);
    assert_eq!(reader.join().unwrap(), whole);
    assert!(!std::fs::symlink_metadata(pipe).unwrap().is_file());
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (wiki, data) = (folder.path().join("wiki"), folder.path().join("data"));
    for number in 0..50 {
        write(
            &wiki,
            &format!("n{number}.md"),
            format!("---\ntitle: Note {number}\nprotection: public\n---\nText.\n"),
        );
    }
    let wiki = wiki.display().to_string();
    let server = Server::start(&data, &["--wiki", &wiki]);
    let before = server.query(COUNT, "text/csv", &[]).text();
    server.kill();
    // Without the folder: nothing can come from a new sync.
    std::fs::remove_dir_all(&wiki).unwrap();
    let server = Server::start(&data, &[]);
    assert_eq!(server.query(COUNT, "text/csv", &[]).text(), before);
}

#[test]
fn a_held_directory_is_reached_through_its_server() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--wiki", &handbook()]);
    let second = run(data.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1);
    assert!(
        second.err.contains(&server.pid().to_string()),
        "it says who holds it: {}",
        second.err
    );
    let through = number(data.path(), "internal", COUNT);
    let said = run(data.path(), &["sync", &handbook()]);
    assert!(
        said.out.contains("nothing changed"),
        "{}{}",
        said.out,
        said.err
    );
    drop(server);
    assert_eq!(number(data.path(), "internal", COUNT), through);
}

#[test]
fn bad_input_is_reported_with_its_place_and_does_not_stop_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let (wiki, data) = (folder.path().join("wiki"), folder.path().join("data"));
    write(
        &wiki,
        "good.md",
        "---\ntitle: Good\nprotection: public\n---\nFine.\n",
    );
    write(
        &wiki,
        "yaml.md",
        "---\ntitle: [Broken\nprotection: public\n---\nText.\n",
    );
    write(
        &wiki,
        "bytes.md",
        b"---\ntitle: Bytes\nprotection: public\n---\nN\xff\xfe.\n",
    );
    write(
        &wiki,
        "level.md",
        "---\ntitle: Level\nprotection: secrte\n---\nText.\n",
    );
    write(
        &wiki,
        "link.md",
        "---\ntitle: Link\nprotection: public\n---\nSee [this](/nowhere/).\n",
    );
    let mut big = String::from("---\ntitle: Big\nprotection: public\n---\n");
    while big.len() < 50 << 20 {
        big.push_str("A line of a very long note that somebody pasted.\n");
    }
    write(&wiki, "big.md", big);
    let said = run(&data, &["sync", &wiki.display().to_string()]);
    assert_eq!(said.code, 2, "{}{}", said.out, said.err);
    for name in ["yaml.md", "bytes.md", "level.md", "link.md"] {
        let place = format!("{}/{name}:", wiki.display());
        let line = said.err.lines().find(|line| line.starts_with(&place));
        let line = line.unwrap_or_else(|| panic!("nothing about {name}: {}", said.err));
        let numbers: Vec<&str> = line[place.len()..].splitn(3, ':').collect();
        assert!(
            numbers[0].parse::<u32>().is_ok() && numbers[1].parse::<u32>().is_ok(),
            "{line}"
        );
    }
    let titles = |level: &str| {
        rows(
            &data,
            level,
            "PREFIX dcterms: <http://purl.org/dc/terms/> SELECT ?t { ?note <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/kenning/km#Note> ; dcterms:title ?t }",
        )
    };
    let public = titles("public");
    assert!(
        public.contains(&"\"Good\"".to_owned()) && public.contains(&"\"Link\"".to_owned()),
        "{public:?}"
    );
    assert!(
        !titles("restricted").contains(&"\"Level\"".to_owned()),
        "a level that cannot be read closes the note"
    );
    // A good note that breaks keeps what was stored before, or closes; it never opens and never takes others with it.
    write(&wiki, "good.md", "---\ntitle: [Good\n---\nFine.\n");
    assert_eq!(run(&data, &["sync", &wiki.display().to_string()]).code, 2);
    assert!(titles("public").contains(&"\"Link\"".to_owned()));
}

#[test]
fn a_query_that_does_not_parse_says_where_and_an_endless_one_is_stopped() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--wiki", &handbook()]);
    let answer = server.query("SELECT * {\n  ?s ?p\n}", "application/json", &[]);
    assert_eq!(answer.status, 400);
    let text = answer.text();
    assert!(
        text.contains("line") && text.contains("3") && text.contains("expected"),
        "{text}"
    );
    let said = run(data.path(), &["query", "SELECT * {\n  ?s ?p\n}"]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("line 3") && said.err.contains("expected"),
        "{}",
        said.err
    );
    let endless =
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }";
    let begun = std::time::Instant::now();
    let said = run(data.path(), &["query", "--timeout", "1", endless]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(begun.elapsed() < std::time::Duration::from_secs(10));
    assert_eq!(server.ask("GET", "/healthz", &[], b"").status, 200);
}
