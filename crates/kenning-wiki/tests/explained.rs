//! What is told of a line: all that comes of it, and nothing that comes of another.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use std::collections::BTreeSet;

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
        .flat_map(|(_, triples)| triples.iter());
    let triples: Vec<String> = triples.map(|triple| triple.to_string()).collect();
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

const WHOLE: &str = "---
title: Alpha
up: \"[[Beta]]\"
requires:
  - \"[[Beta]]\"
sources: [lab.md]
tags: [reed]
author: Ada
---
# Alpha

It rests on [[Beta]]. ^[lab.md:3-4]

A field [outcome:: [[Beta]]], and ![[Beta#Two]] is shown. ^[lab.md]

## Related

- [[Beta]]

## Sources

- lab.md

## Log

- 2026-03-04 shadowing: [[Ada]] → [[Ben]], 6h
";

/// What each line tells, and what it tells of others, are statements of the wiki; and each of these is told of a line, but for what the path
/// of a note says and what is so of each.
#[test]
fn lines_tell_what_is_converted_and_all_of_it() {
    let folder = Folder::new(&[("a.md", WHOLE), ("beta.md", "# Beta\n\n## Two\n")]);
    let wiki = folder.wiki();
    let (mut all, mut graphs) = (BTreeSet::new(), BTreeSet::new());
    wiki.convert::<std::io::Error>(&mut |_| (), &mut |name, _, triples| {
        let told = ["/graph/note/", "/graph/links/"];
        let is_told = told.iter().any(|kind| name.as_str().contains(kind));
        for triple in triples.iter() {
            all.insert(triple.to_string());
            if is_told && name.as_str().contains("/a") {
                graphs.insert(triple.to_string());
            }
        }
        Ok(())
    })
    .unwrap();
    let mut told = BTreeSet::new();
    for line in 1..=u32::try_from(WHOLE.lines().count()).unwrap() {
        let explained = wiki.explain(&Catalog::empty(), "a.md", Some(line)).unwrap();
        let links = explained.links.iter().flat_map(|link| &link.triples);
        let passages = explained.passages.iter();
        let passages = passages.flat_map(|passage| &passage.triples);
        let here: Vec<String> = links
            .chain(passages)
            .chain(&explained.rest)
            .map(ToString::to_string)
            .collect();
        for (property, lines) in [
            ("property/up", 3..=3),
            ("property/outcome", 14..=14),
            ("km#embeds", 14..=14),
            ("property/requires", 4..=5),
        ] {
            let says = here.iter().any(|triple| triple.contains(property));
            assert!(!says || lines.contains(&line), "{line}: {property}");
        }
        told.extend(here);
    }
    let strange: Vec<_> = told.difference(&all).collect();
    assert!(strange.is_empty(), "{strange:#?}");
    let of_all = [
        "#type>",
        "km#inWiki>",
        "#inScheme>",
        "km#describesConcept>",
        "km#fromNote>",
        "km#answersTo>",
    ];
    let mut silent = graphs.difference(&told).collect::<Vec<_>>();
    silent.retain(|triple| !of_all.iter().any(|known| triple.contains(known)));
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn a_line_that_is_not_there_is_told() {
    let folder = Folder::new(&[("a.md", "# A\n\nWords.\n")]);
    for (line, there) in [(2, true), (3, true), (4, false), (90, false), (0, false)] {
        let explanation = folder.wiki().explain(&Catalog::empty(), "a.md", Some(line));
        let text = explanation.unwrap().to_string();
        let told = text.contains("the note has 3 lines");
        assert_eq!(told, !there, "{line}: {text}");
    }
}
