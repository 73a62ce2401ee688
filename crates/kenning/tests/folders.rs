//! Folders as twins: what somebody may not see is taken away, or renamed and made into something else, and every address answers
//! that reader as before, to the byte.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Answer, Server, encode, root, rows, run};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const BASE: &str = "http://localhost:7878";
const GRAPH: &str = "http://localhost:7878/id/graph/note/handbook/";

/// What becomes of the notes that somebody does not see.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Hidden {
    Gone,
    /// Another file, another title, other words, and names that open notes have.
    Other,
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &place);
        } else {
            std::fs::copy(&path, &place).unwrap();
            // Without git, the date of a file is that of its note.
            let date = std::fs::metadata(&path).unwrap().modified().unwrap();
            let file = std::fs::File::options().append(true).open(&place);
            file.unwrap().set_modified(date).unwrap();
        }
    }
}

fn notes(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            notes(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            into.push(path);
        }
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [a, b, after @ ..]) => {
                let code = [*a, *b];
                let code = std::str::from_utf8(&code).unwrap();
                bytes.push(u8::from_str_radix(code, 16).unwrap());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Makes something else of the notes that are not among `seen`, and says what they were called.
fn change(dir: &Path, seen: &BTreeSet<String>, hidden: Hidden) -> Vec<String> {
    let mut all = Vec::new();
    notes(dir, &mut all);
    let mut names = Vec::new();
    for path in all {
        let inside = path.strip_prefix(dir).unwrap().with_extension("");
        let name = inside.to_string_lossy().into_owned();
        if seen.contains(&name) {
            continue;
        }
        std::fs::remove_file(&path).unwrap();
        if hidden == Hidden::Other {
            let other = format!(
                "---\nprotection: restricted\ntitle: Zebra {}\naliases: [Start here, Reed]\n---\nQuite other. [[Start here]], [[nothing]].\n",
                names.len()
            );
            let place = path.with_file_name(format!("zz-{}.md", names.len()));
            std::fs::write(place, other).unwrap();
        }
        names.push(name);
    }
    names
}

/// An IRI without what tables put around it.
fn bare(name: &str) -> &str {
    name.trim_matches(['<', '>', '"'])
}

/// What a command printed that has to work.
fn done(data: &Path, arguments: &[&str]) -> String {
    let said = run(data, arguments);
    assert_eq!(said.code, 0, "{}", said.err);
    said.out.trim().to_owned()
}

/// What must be the same, without what differs from one server to another.
fn shown(server: &Server, token: &str, path: &str, accept: &str) -> String {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Accept", accept)];
    let Answer {
        status,
        headers,
        body,
    } = server.ask("GET", path, &headers, b"");
    let headers: Vec<_> = headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .collect();
    // Pages say by which token one is signed in, and each server has its own.
    let id = token.split('_').nth(1).unwrap();
    let body = String::from_utf8(body).unwrap().replace(id, "ID");
    // Rows that no query orders come as they lie, and so do the triples of a whole store.
    let unordered = ["/api/questions/", "/store", "/query"];
    let body = if unordered.iter().any(|begin| path.starts_with(begin)) {
        let mut words: Vec<&str> = body
            .split(|c: char| c.is_whitespace() || ",;.[]{}".contains(c))
            .collect();
        words.sort_unstable();
        words.join(" ")
    } else {
        body
    };
    format!("{status} {headers:?}\n{body}")
}

/// Addresses of every kind, with the names of what is there and of what is hidden.
fn addresses(subjects: &[String], names: &[String], questions: &serde_json::Value) -> Vec<String> {
    let fixed = [
        "/",
        "/api/questions",
        "/api/audit",
        "/api/loss",
        "/.well-known/void",
        "/sparql",
        "/store",
        "/sitemap.xml",
        "/query?query=SELECT%20*%20%7B%20GRAPH%20%3Fg%20%7B%3Fs%20%3Fp%20%3Fo%7D%20%7D",
        "/query?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D",
    ];
    let mut all: Vec<String> = fixed.iter().map(|path| (*path).to_owned()).collect();
    for path in subjects {
        all.push(path.clone());
        all.push(path.replacen("/id/", "/page/", 1));
        all.push(path.replacen("/id/", "/data/", 1));
    }
    let last = |name: &String| encode(name.rsplit('/').next().unwrap());
    for name in names.iter().map(last) {
        all.push(format!("/api/experts?topic={name}"));
        all.push(format!("/api/advice?topic={name}"));
        all.push(format!("/api/loss?person={name}"));
    }
    for question in questions["questions"].as_array().unwrap() {
        let path = format!("/api/questions/{}", question["name"].as_str().unwrap());
        all.push(path.clone());
        for parameter in question["params"].as_array().unwrap() {
            let parameter = parameter["name"].as_str().unwrap();
            let some = names.iter().take(5).map(last);
            all.extend(some.map(|name| format!("{path}?{parameter}={name}")));
        }
    }
    all
}

fn compare(clearance: &str, hidden: Hidden) {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let (whole, part) = (
        folder.path().join("whole/handbook"),
        folder.path().join("part/handbook"),
    );
    for wiki in [&whole, &part] {
        copy(&root().join("examples/handbook"), wiki);
    }
    let sync = |data: &Path, wiki: &Path| {
        let said = run(data, &["sync", &wiki.display().to_string()]);
        assert!([0, 2].contains(&said.code), "{}", said.err);
    };
    sync(&a, &whole);
    let graphs = rows(&a, clearance, "SELECT ?g { GRAPH ?g {} }");
    let seen: BTreeSet<String> = graphs
        .iter()
        .filter_map(|name| bare(name).strip_prefix(GRAPH))
        .map(decode)
        .collect();
    let names = change(&part, &seen, hidden);
    assert!(names.len() > 3, "{names:?}");
    sync(&b, &part);
    let subjects = rows(
        &a,
        "restricted",
        "SELECT DISTINCT ?s { ?s ?p ?o FILTER(isIRI(?s) && STRSTARTS(STR(?s), 'http://localhost:7878/id/') && !CONTAINS(STR(?s), '#')) }",
    );
    let subjects: Vec<String> = subjects
        .iter()
        .filter_map(|name| bare(name).strip_prefix(BASE))
        .map(str::to_owned)
        .step_by(3)
        .collect();
    let token = |data: &Path| done(data, &["token", "add", "anna", "--clearance", clearance]);
    let (here, there) = (token(&a), token(&b));
    let all_eyes = [
        "token",
        "add",
        "all",
        "--clearance",
        "restricted",
        "--groups",
        "*",
    ];
    let all_eyes = done(&a, &all_eyes);
    let (full, twin) = (Server::start(&a, &[]), Server::start(&b, &[]));
    let bearer = format!("Bearer {here}");
    let questions = full.ask(
        "GET",
        "/api/questions",
        &[("Authorization", bearer.as_str())],
        b"",
    );
    let questions = serde_json::from_slice(&questions.body).unwrap();
    let names: Vec<String> = names.into_iter().chain(seen.into_iter().take(10)).collect();
    let all = addresses(&subjects, &names, &questions);
    let (mut leaks, mut telling) = (Vec::new(), 0);
    for (number, path) in all.iter().enumerate() {
        let accept = ["text/html", "application/json", "text/turtle", "*/*"][number % 4];
        let one = shown(&full, &here, path, accept);
        let other = shown(&twin, &there, path, accept);
        telling += usize::from(shown(&full, &all_eyes, path, accept) != one);
        if one != other {
            leaks.push(format!(
                "{path} ({accept})\n{one}\n-- but in the twin --\n{other}"
            ));
        }
    }
    println!(
        "{clearance}, {hidden:?}: {} addresses, {telling} could have shown a leak",
        all.len()
    );
    assert!(
        leaks.is_empty(),
        "{} leaks\n{}",
        leaks.len(),
        leaks.join("\n\n")
    );
    assert!(telling * 3 >= all.len(), "only {telling} of {}", all.len());
}

#[test]
fn what_is_hidden_may_as_well_be_gone() {
    compare("internal", Hidden::Gone);
    compare("public", Hidden::Gone);
}

#[test]
fn what_is_hidden_may_as_well_be_something_else() {
    compare("internal", Hidden::Other);
    compare("public", Hidden::Other);
}
