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
