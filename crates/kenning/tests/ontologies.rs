//! Any ontology a user brings: notations, versions beside each other, imports from a catalog, and the list of what is loaded.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::{run, shared};
use kenning::config::Config;
use kenning::request::{Place, Request};
use kenning::site::Site;
use kenning_server::Line;
use kenning_store::{KnowledgeBase, Options};
use serde_json::Value;
use std::path::Path;

const OWL: &str = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n";

fn write(path: &Path, turtle: &str) -> String {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("{OWL}{turtle}")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Loads one file into a store of its own; what it said of the outcome, and the problems.
fn load(file: &Path) -> (String, Vec<String>) {
    let kb = KnowledgeBase::in_memory(Options::default());
    let site = Site::over(kb, Config::default(), None).unwrap();
    let request = Request::Load(kenning::load::Request {
        files: vec![Place::of(file)],
        graph: Some("urn:it".to_owned()),
        level: Some("public".to_owned()),
        groups: Vec::new(),
        catalogs: Vec::new(),
    });
    let mut problems = Vec::new();
    let outcome = site.run(&request, &mut |line| {
        if let Line::Problem(problem) = line {
            problems.push(format!("{}: {}", problem.line, problem.text));
        }
    });
    (outcome.text, problems)
}

#[test]
fn ontologies_of_the_world_load_with_the_triples_that_others_count() {
    let Some(folder) = shared("conformance/ontologies") else {
        return;
    };
    let index = std::fs::read_to_string(folder.join("INDEX.json")).unwrap();
    let index: Value = serde_json::from_str(&index).unwrap();
    let mut counted = 0;
    for entry in index.as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        let (text, problems) = load(&folder.join(name));
        let Some(triples) = entry["ox"].as_u64() else {
            // Not RDF, or not as it should be: a place or a way to convert it is told, and nothing is loaded.
            assert_eq!(text, "nothing was loaded", "{name}: {problems:?}");
            let helps =
                |problem: &String| problem.contains("robot convert") || !problem.starts_with("0:");
            assert!(problems.iter().any(helps), "{name}: {problems:?}");
            continue;
        };
        let written = text.replace(',', "");
        assert!(
            written.starts_with(&format!("loaded {triples} triples in 1 graph")),
            "{name}: {text}, not {triples}: {problems:?}"
        );
        counted += 1;
    }
    println!("{counted} files have the triples that the index counts");
    assert!(counted >= 30);
}

#[test]
fn versions_lie_beside_each_other_and_a_reload_replaces() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    let of = |version: &str, class: &str| {
        let turtle = format!(
            "<http://o.example/o> a owl:Ontology ; owl:versionIRI <http://o.example/o/{version}> ; owl:versionInfo \"{version}\" .
             <http://o.example/o#{class}> a owl:Class ; rdfs:label \"{class}\"@en ."
        );
        write(&scratch.path().join(format!("{version}.ttl")), &turtle)
    };
    let (one, two) = (of("1", "A"), of("2", "B"));
    assert_eq!(run(&data, &["load", &one, "--level", "public"]).code, 0);
    let second = run(&data, &["load", &two, "--level", "public"]);
    assert!(
        second
            .err
            .contains("another version of <http://o.example/o> stays in <http://o.example/o/1>"),
        "{second:?}"
    );
    of("2", "C");
    assert_eq!(run(&data, &["load", &two]).code, 0);
    let classes = "SELECT ?g ?c { GRAPH ?g { ?c a <http://www.w3.org/2002/07/owl#Class> } }";
    let rows = common::rows(&data, "public", classes);
    assert_eq!(
        rows,
        [
            "<http://o.example/o/1>\t<http://o.example/o#A>",
            "<http://o.example/o/2>\t<http://o.example/o#C>"
        ]
    );
    let list = run(&data, &["ontologies"]);
    assert!(
        list.out.contains("http://o.example/o  1\n  5 triples in http://o.example/o/1\n  1 classes\n  labels: en 100 %\n"),
        "{list:?}"
    );
    let json = run(&data, &["ontologies", "--format", "json"]);
    let list: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(list["ontologies"].as_array().unwrap().len(), 2);
    assert_eq!(list["ontologies"][1]["languages"]["en"], 1.0);
}

#[test]
fn what_is_imported_comes_from_a_catalog_or_is_reported_missing() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name);
    let main = write(
        &at("main.ttl"),
        "<urn:main> a owl:Ontology ; owl:imports <urn:a> , <urn:gone> , <urn:main> .",
    );
    write(
        &at("lib/a.ttl"),
        "<urn:a> a owl:Ontology ; owl:imports <urn:b#> .",
    );
    write(
        &at("lib/b.owl"),
        "<urn:b> a owl:Ontology ; owl:imports <urn:a> .",
    );
    let lib = at("lib");

    let data = at("alone");
    let alone = run(&data, &["load", &main]);
    assert_eq!(alone.code, 2, "{alone:?}");
    assert!(
        alone.err.contains("it imports <urn:a>, which is not here"),
        "{alone:?}"
    );
    assert!(alone.out.contains("2 imports are not here"), "{alone:?}");

    let data = at("with");
    let with = run(
        &data,
        &[
            "load",
            &main,
            "--catalog",
            lib.to_str().unwrap(),
            "--level",
            "public",
        ],
    );
    assert_eq!(with.code, 2, "{with:?}");
    assert!(
        with.out.contains("in 3 graphs; 1 import is not here"),
        "{with:?}"
    );
    let list = run(&data, &["ontologies"]).out;
    assert!(
        list.contains("urn:main\n  4 triples\n  imports urn:a\n  imports urn:gone (not here)\n  imports urn:main\n"),
        "{list}"
    );
    assert!(list.contains("  imports urn:b#\n"), "{list}");
    let hidden = at("hidden");
    run(
        &hidden,
        &[
            "load",
            &main,
            "--catalog",
            lib.to_str().unwrap(),
            "--level",
            "restricted",
        ],
    );
    assert_eq!(
        run(&hidden, &["ontologies"]).out,
        "no ontology is loaded that this reader sees\n"
    );

    // Protégé keeps a catalog beside the file.
    let beside = "<catalog xmlns=\"urn:oasis:names:tc:entity:xmlns:xml:catalog\"><uri name=\"urn:a\" uri=\"lib/a.ttl\"/>
        <uri name=\"urn:b\" uri=\"lib/b.owl\"/></catalog>";
    std::fs::write(at("catalog-v001.xml"), beside).unwrap();
    let found = run(&at("beside"), &["load", &main]);
    assert!(
        found.out.contains("in 3 graphs; 1 import is not here"),
        "{found:?}"
    );
}

#[test]
fn a_vocabulary_without_a_header_is_listed_by_its_graph() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let bare = write(
        &dir.path().join("bare.ttl"),
        "<urn:a> a rdfs:Class ; rdfs:label \"A\"@en . <urn:p> a owl:ObjectProperty .",
    );
    let long = write(
        &dir.path().join("long.ttl"),
        &format!(
            "<urn:long> a owl:Ontology ; owl:versionInfo \"1\\n\\n{}\" .",
            "on and ".repeat(40)
        ),
    );
    let plain = dir.path().join("plain.ttl");
    std::fs::write(&plain, "<urn:x> <urn:y> <urn:z> .").unwrap();
    let plain = plain.to_str().unwrap();
    run(&data, &["load", &bare, &long, plain, "--level", "public"]);
    let list = run(&data, &["ontologies"]).out;
    assert!(
        list.contains(
            "/id/graph/ontology/bare\n  3 triples\n  1 classes, 1 properties\n  labels: en 50 %\n"
        ),
        "{list}"
    );
    assert!(list.contains("urn:long  1 on and on and"), "{list}");
    assert!(
        list.lines().all(|line| line.chars().count() < 100),
        "{list}"
    );
    assert!(
        !list.contains("ontology/plain"),
        "data is no ontology: {list}"
    );
}
