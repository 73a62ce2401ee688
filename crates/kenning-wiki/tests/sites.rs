//! Runs the cases in `tests/cases/sites.md`: links in folders that a program makes a site of.
//!
//! A heading is a case. A block `file PATH` is a file of its folder; a block `links PATH` holds the links of that note in order, each with the
//! note it leads to and by what that was found, `?` with the notes it could be, or `nothing`; a block `translations` holds which note is said to be
//! a translation of which, and under which label; a block `problems` holds what is odd, and a block `explained PATH` or `explained PATH:LINE` which
//! links stand where, and of what the note is a translation.
//!
//! `KENNING_BLESS=1 cargo test -p kenning-wiki --test sites` writes what is found into the file: read the difference before you keep it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use std::fmt::Write as _;
use std::path::Path;

use common::{Folder, World, stored};
use kenning_wiki::{Catalog, ExplainedLink, Rules, Scan};

#[test]
fn every_case() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/sites.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let bless = std::env::var_os("KENNING_BLESS").is_some();
    let (mut out, mut title, mut files) = (String::new(), String::new(), Vec::new());
    let (mut checks, mut wrong) = (0, Vec::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        writeln!(out, "{line}").unwrap();
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut title);
            files.clear();
        }
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let mut block = String::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            writeln!(block, "{line}").unwrap();
        }
        let (kind, path) = info.split_once(' ').unwrap_or((info, ""));
        let found = match kind {
            "file" => {
                files.push((path.to_owned(), block.clone()));
                block.clone()
            }
            "links" => {
                checks += 1;
                links(&files, path)
            }
            "translations" => {
                checks += 1;
                translations(&files)
            }
            "problems" => {
                checks += 1;
                problems(&files)
            }
            "explained" => {
                checks += 1;
                explained(&files, path)
            }
            other => panic!("{title}: `{other}` is no sort of block"),
        };
        if found != block {
            wrong.push(format!("{title}: {info}\nexpected\n{block}found\n{found}"));
        }
        writeln!(out, "{found}```").unwrap();
    }
    if bless {
        std::fs::write(file, out).unwrap();
    } else {
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
    assert!(checks > 10, "{checks}");
}

fn folder(files: &[(String, String)]) -> Folder {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    Folder::new(&files)
}

fn links(files: &[(String, String)], path: &str) -> String {
    let folder = folder(files);
    let explanation = folder
        .wiki()
        .explain(&Catalog::empty(), path, None)
        .unwrap();
    let mut found = String::new();
    for link in &explanation.links {
        writeln!(found, "{} -> {}", link.target, meaning(link)).unwrap();
    }
    assert_comes_step_by_step(files, &folder);
    found
}

fn problems(files: &[(String, String)]) -> String {
    let scan = folder(files).scan(&Catalog::empty());
    let problems = scan.problems.iter().map(|problem| format!("{problem}\n"));
    problems.collect()
}

fn explained(files: &[(String, String)], place: &str) -> String {
    let (path, line) = match place.split_once(':') {
        Some((path, line)) => (path, Some(line.parse().unwrap())),
        None => (place, None),
    };
    let explained = folder(files)
        .wiki()
        .explain(&Catalog::empty(), path, line)
        .unwrap();
    let text = explained.to_string();
    let of_work = kenning_vocab::schema::TRANSLATION_OF_WORK.to_string();
    let told = |line: &&str| line.contains("a translation of") || line.contains(&of_work);
    let mut found: String = text
        .lines()
        .filter(told)
        .map(|line| format!("{line}\n"))
        .collect();
    for link in &explained.links {
        let (line, column) = link.place;
        writeln!(found, "{line}:{column}: {}", link.target).unwrap();
    }
    found
}

/// One file at a time comes to the same as all at once, and a conversion to the same as a sync.
fn assert_comes_step_by_step(files: &[(String, String)], folder: &Folder) {
    let whole = World::of(&folder.path(), &Rules::default());
    // The settings of a site stand first: once they come before all, and once after it.
    let (first, rest) = files.split_at(1);
    let orders = [
        first.iter().chain(rest.iter().rev()).collect(),
        files.iter().rev().collect::<Vec<_>>(),
        files.iter().collect(),
    ];
    for order in orders {
        let step_by_step = Folder::new(&[]);
        let (mut world, mut known) = (World::default(), Catalog::empty());
        for (path, text) in order {
            step_by_step.write(path, text);
            let Scan {
                changes, catalog, ..
            } = step_by_step.scan(&known);
            world.apply(&changes);
            known = stored(&catalog);
        }
        assert_eq!(world, whole);
    }
    let mut converted = World::default();
    let mut emit = |name: &oxrdf::NamedNode,
                    label: &kenning_access::Label,
                    triples: &kenning_wiki::Triples| {
        let triples = triples.iter().map(|triple| triple.to_string()).collect();
        converted
            .0
            .insert(name.as_str().to_owned(), (label.clone(), triples));
        Ok::<(), std::convert::Infallible>(())
    };
    folder.wiki().convert(&mut |_| (), &mut emit).unwrap();
    assert_eq!(converted, whole);
}

fn translations(files: &[(String, String)]) -> String {
    let folder = folder(files);
    assert_comes_step_by_step(files, &folder);
    let world = World::of(&folder.path(), &Rules::default());
    let name = |path: &str| {
        kenning_vocab::Base::default()
            .note("wiki", path)
            .to_string()
    };
    let path = |node: &str| {
        let found = files.iter().find(|(path, _)| name(path) == node);
        found.map_or_else(|| node.to_owned(), |(path, _)| path.clone())
    };
    let property = kenning_vocab::schema::TRANSLATION_OF_WORK.to_string();
    let mut found = Vec::new();
    for (label, triples) in world.0.values() {
        for triple in triples {
            let parts: Vec<&str> = triple.split(' ').collect();
            if parts[1] == property {
                let label = kenning_access::Scale::default().write_label(label);
                found.push(format!(
                    "{} -> {} {label}\n",
                    path(parts[0]),
                    path(parts[2])
                ));
            }
        }
    }
    found.sort();
    found.concat()
}

fn meaning(link: &ExplainedLink) -> String {
    let edges: Vec<String> = link
        .edges
        .iter()
        .map(|(_, path, rung)| format!("{path} ({})", rung.in_words()))
        .collect();
    if !edges.is_empty() {
        return edges.join(", ");
    }
    match link.ladder.first() {
        Some((_, notes)) => {
            let paths: Vec<&str> = notes.iter().map(|note| note.path.as_str()).collect();
            format!("? {}", paths.join(", "))
        }
        None => "nothing".to_owned(),
    }
}

/// What the defaults of a site ask for raises, and what cannot be read closes.
#[test]
fn the_defaults_of_a_site_protect_its_pages() {
    let labels = |defaults: &str| -> Vec<String> {
        let config = format!("title: x\ndefaults:\n{defaults}");
        let folder = Folder::new(&[
            ("_config.yml", &*config),
            ("_posts/2026-03-04-a.md", "A.\n"),
            ("_makers/b.md", "B.\n"),
            ("hr/c.md", "C.\n"),
            ("hr/d.md", "---\nprotection: confidential\n---\nD.\n"),
            ("index.md", "E.\n"),
        ]);
        let rules = Rules::parse("default_level = 'public'").unwrap();
        let wiki = folder.wiki_under(&rules);
        let mut labels = Vec::new();
        wiki.convert::<std::io::Error>(&mut |_| (), &mut |name, label, _| {
            if name.as_str().contains("/graph/note/") {
                labels.push(rules.scale().write_label(label));
            }
            Ok(())
        })
        .unwrap();
        labels
    };
    let scope = |path: &str, kind: &str, values: &str| {
        format!(
            "  - scope:\n      path: \"{path}\"\n      type: \"{kind}\"\n    values:\n      {values}\n"
        )
    };
    for (defaults, expected) in [
        (
            scope("", "posts", "layout: post"),
            "public public public confidential public",
        ),
        (
            scope("hr", "", "protection: restricted"),
            "public public restricted confidential public",
        ),
        (
            scope("hr", "", "audience: [hr]"),
            "public public public{hr} confidential{hr} public",
        ),
        (
            scope("", "posts", "level: internal"),
            "public internal public confidential public",
        ),
        (
            scope("", "makers", "protection: internal"),
            "internal public public confidential public",
        ),
        (
            scope("", "", "protection: internal"),
            "internal internal internal confidential internal",
        ),
        (
            scope("hr", "", "protection: secrte"),
            "restricted{} restricted{} restricted{} restricted{} restricted{}",
        ),
        (
            scope("hr", "", "protection:"),
            "restricted{} restricted{} restricted{} restricted{} restricted{}",
        ),
        (
            format!("{}  - [\n", scope("hr", "", "protection: internal")),
            "restricted{} restricted{} restricted{} restricted{} restricted{}",
        ),
        (
            format!("{0}defaults:\n{0}", scope("hr", "", "audience: [hr]")),
            "restricted{} restricted{} restricted{} restricted{} restricted{}",
        ),
        (
            format!("{}  - [\n", scope("hr", "", "layout: post")),
            "public public public confidential public",
        ),
    ] {
        assert_eq!(labels(&defaults).join(" "), expected, "{defaults}");
    }
}

/// The labels of the notes of a folder, in the order of their paths, where all that says nothing is public.
fn labels(files: &[(&str, &str)]) -> String {
    let folder = Folder::new(files);
    let rules = Rules::parse("default_level = 'public'").unwrap();
    let scan = folder
        .wiki_under(&rules)
        .scan(&Catalog::empty(), &mut |_| ());
    let mut world = World::default();
    world.apply(&scan.changes);
    let notes = world.0.iter();
    let notes = notes.filter(|(name, _)| name.contains("/graph/note/"));
    let labels = notes.map(|(_, (label, _))| rules.scale().write_label(label));
    labels.collect::<Vec<_>>().join(" ")
}

/// A site may lie in a folder of the wiki: its defaults are for its own pages, and so is what cannot be read of them.
#[test]
fn the_defaults_of_a_site_within_protect_its_pages_alone() {
    for (values, expected) in [
        ("layout: post", "public public public"),
        ("protection: restricted", "public restricted public"),
        ("Protection: restricted", "public restricted public"),
        ("clearance: restricted", "public restricted public"),
        ("params: {protection: internal}", "public internal public"),
        ("protection: secrte", "public restricted{} public"),
        ("proteciton: internal", "public restricted{} public"),
        ("protection: [", "public restricted{} public"),
        ("audience: [[a], [b]]", "public public{a}{b} public"),
    ] {
        let config = format!(
            "title: x\ndefaults:\n  - scope: {{path: \"\"}}\n    values:\n      {values}\n"
        );
        let files = [
            ("a.md", "A.\n"),
            ("blog/_config.yml", &*config),
            ("blog/_posts/2026-03-04-b.md", "B.\n"),
            ("blogs/c.md", "C.\n"),
        ];
        assert_eq!(labels(&files), expected, "{values}");
    }
}

/// So MkDocs' theme Material keeps what all pages of a folder have.
#[test]
fn what_a_folder_says_in_meta_yml_protects_its_notes() {
    for (meta, expected) in [
        ("tags: [a]\n", "public public public confidential"),
        (
            "protection: restricted\n",
            "public restricted restricted confidential",
        ),
        (
            "---\naudience: [a]\n---\n",
            "public public{a} public{a} confidential{a}",
        ),
        ("level: internal\n", "public internal internal confidential"),
        (
            "protection: secrte\n",
            "public restricted{} restricted{} restricted{}",
        ),
        (
            "protection: [\n",
            "public restricted{} restricted{} restricted{}",
        ),
        ("tags: [\n", "public public public confidential"),
    ] {
        let files = [
            ("mkdocs.yml", "site_name: x\n"),
            ("docs/a.md", "A.\n"),
            ("docs/hr/.meta.yml", meta),
            ("docs/hr/b.md", "B.\n"),
            ("docs/hr/c/d.md", "D.\n"),
            ("docs/hr/e.md", "---\nprotection: confidential\n---\nE.\n"),
        ];
        assert_eq!(labels(&files), expected, "{meta}");
    }
}

/// What a whole address means is said of the address, and changes with where the site is published.
#[test]
fn whole_addresses_follow_the_site() {
    for (file, config) in [
        ("hugo.toml", "baseURL = 'ADDRESS'\n"),
        (
            "docusaurus.config.js",
            "module.exports = { url: 'ADDRESS', baseUrl: '/' };\n",
        ),
    ] {
        let at = |address: &str| config.replace("ADDRESS", address);
        let links = "[a](https://a.example/content/cane), [b](https://b.example/content/cane)\n";
        let folder = Folder::new(&[
            (file, &at("https://a.example")),
            ("content/reed.md", links),
            ("content/content/cane.md", "Cane.\n"),
            ("content/cane.md", "Cane.\n"),
        ]);
        let (mut world, mut known) = (World::default(), Catalog::empty());
        for letter in ["a", "b", "c"] {
            folder.write(file, at(&format!("https://{letter}.example")));
            let scan = folder.scan(&known);
            world.apply(&scan.changes);
            known = stored(&scan.catalog);
            assert_eq!(world, World::of(&folder.path(), &Rules::default()));
            let said: Vec<&String> = world.0.values().flat_map(|(_, said)| said).collect();
            for other in ["a", "b"] {
                let address = format!("<https://{other}.example/content/cane>");
                let resolves = |said: &&&String| said.starts_with(&address);
                let expected = if other == letter { 2 } else { 0 };
                // To which note, and by which rung.
                assert_eq!(
                    said.iter().filter(resolves).count(),
                    expected,
                    "{file} {letter} {other}"
                );
                let refers = |said: &&&String| said.ends_with(&address);
                assert_eq!(
                    said.iter().filter(refers).count(),
                    1,
                    "{file} {letter} {other}"
                );
            }
        }
    }
}
