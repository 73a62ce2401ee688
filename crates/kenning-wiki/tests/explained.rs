//! What is told of a line: all that comes of it, and nothing that comes of another.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::Folder;
use kenning_wiki::Catalog;

const NOTE: &str = "---
title: Alpha
colour: green
tags: [reed]
---
It rests on [[Beta]].

Another says so of [[Beta]] too.

::: protected {level=restricted}
Secret [[Beta]].
:::

## Log

- 2026-03-04 shadowing: [[Ada]] → [[Ben]], 6h
";

fn explained(line: u32) -> String {
    let folder = Folder::new(&[("a.md", NOTE), ("beta.md", "# Beta\n")]);
    let wiki = folder.wiki();
    let explanation = wiki.explain(&Catalog::empty(), "a.md", Some(line));
    explanation.unwrap().to_string()
}

#[test]
fn a_line_of_front_matter_tells_what_it_says() {
    for (line, says) in [
        (2, "\"Alpha\""),
        (3, "\"green\""),
        (4, "<http://localhost:7878/id/tag/reed>"),
    ] {
        let text = explained(line);
        assert!(text.contains("what else comes of the line"), "{text}");
        assert!(text.contains(says), "{text}");
        assert_eq!(text.contains("green"), line == 3, "{text}");
    }
}

#[test]
fn a_rule_of_thumb_tells_its_name_and_how_sure_it_is() {
    let folder = Folder::new(&[(
        "article.txt",
        "On reeds\n\nBy Ada Bell · 4 March 2026\n\nA reed is cut by hand and dried for a year.\n",
    )]);
    let explain = |line| {
        let explanation = folder
            .wiki()
            .explain(&Catalog::empty(), "article.txt", line);
        explanation.unwrap().to_string()
    };
    for (line, says) in [
        (
            None,
            "the author is drawn from the text (by the rule `byline`, 80 % sure)",
        ),
        (
            Some(1),
            "the title is drawn from the text (by the rule `byline`, 85 % sure)",
        ),
        (
            Some(3),
            "the date is drawn from the text (by the rule `byline`, 90 % sure)",
        ),
        (
            Some(5),
            "claim of line 5 (by the rule `sentence`, 70 % sure): A reed",
        ),
    ] {
        let text = explain(line);
        assert!(text.contains(says), "{says} in {text}");
        assert_eq!(
            text.contains("the title is"),
            line.is_none_or(|line| line == 1),
            "{text}"
        );
    }
    // The graph says the same of what it says.
    let scan = folder.scan(&Catalog::empty());
    let graphs = scan.changes.iter().flat_map(|change| &change.graphs);
    let triples = graphs
        .filter_map(|graph| graph.put.as_ref())
        .flat_map(|(_, triples)| triples);
    let triples: Vec<String> = triples.map(ToString::to_string).collect();
    let said = "<http://localhost:7878/id/note/wiki/article.txt#extracted=title>";
    for rest in [
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#subject> <http://localhost:7878/id/note/wiki/article.txt>",
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate> <http://purl.org/dc/terms/title>",
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#object> \"On reeds\"",
        "<https://w3id.org/kenning/km#extractedBy> \"byline\"",
        "<https://w3id.org/kenning/km#confidence> \"0.85\"^^<http://www.w3.org/2001/XMLSchema#decimal>",
        "<https://w3id.org/kenning/km#hasAssertionStatus> <https://w3id.org/kenning/km#extracted>",
    ] {
        let triple = format!("{said} {rest}");
        assert!(triples.contains(&triple), "{triple} in {triples:#?}");
    }
}

#[test]
fn a_link_tells_nothing_of_the_same_link_elsewhere() {
    let (open, secret) = (explained(6), explained(11));
    assert!(!open.contains("#p=restricted"), "{open}");
    assert!(secret.contains("#p=restricted"), "{secret}");
    let others = |text: &str| {
        let lines = text.lines().filter(|line| line.contains("mentionsName"));
        let mut passages: Vec<&str> = lines
            .filter_map(|line| line.trim().split_once("#p="))
            .map(|(_, rest)| rest)
            .collect();
        passages.sort_unstable();
        passages.dedup();
        passages.len()
    };
    assert_eq!((others(&open), others(&secret)), (1, 1), "{open}{secret}");
}

#[test]
fn an_event_is_told_of_its_line() {
    let text = explained(16);
    assert!(text.contains("ConversionEvent"), "{text}");
    assert!(text.contains("effortHours"), "{text}");
}
