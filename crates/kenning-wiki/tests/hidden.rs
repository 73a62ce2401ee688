//! What somebody may not see changes no byte of what they do see, whatever programs the folder is kept by and whatever is written in it.
//!
//! Each trial makes a folder of notes that use many features at once, takes away what a reader may not see, sections and notes alike,
//! and compares what is left with what the reader saw before. `KENNING_TRIALS=100000` makes as many as are wanted.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use std::cell::Cell;

use common::{Folder, World, reader};
use kenning_access::{Clearance, Label, Scale};
use kenning_vocab::Base;
use kenning_wiki::Rules;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// What a section says of its protection, and its label where it stands in a public note.
const SECTIONS: [(&str, &str); 5] = [
    ("{level=internal}", "internal"),
    ("{level=confidential}", "confidential"),
    ("{level=internal audience=[a]}", "internal{a}"),
    ("{level=secrte}", "restricted{}"),
    (
        "{level=internal}\n\n> [!restricted]\n> Marked.",
        "restricted{}",
    ),
];
const LABELS: [(&str, &str); 5] = [
    ("protection: public\n", "public"),
    ("protection: internal\n", "internal"),
    ("protection: internal\naudience: [a]\n", "internal{a}"),
    ("protection: confidential\n", "confidential"),
    ("protection: secrte\n", "restricted{}"),
];
const READERS: [(&str, &str); 4] = [
    ("public", ""),
    ("internal", ""),
    ("internal", "a"),
    ("confidential", ""),
];

/// Marks of programs: files that are no notes.
const PROGRAMS: [&[(&str, &str)]; 10] = [
    &[],
    &[(".obsidian/app.json", "{}")],
    &[("logseq/config.edn", "{}")],
    &[("dendron.yml", "version: 5\n")],
    &[("_config.yml", "title: x\n")],
    &[
        (
            "hugo.toml",
            "title = 'x'\ndefaultContentLanguage = 'en'\n[languages.en]\n[languages.de]\n",
        ),
        ("content/.keep", ""),
    ],
    &[("mkdocs.yml", "site_name: x\n")],
    &[(
        "docusaurus.config.js",
        "module.exports = { url: 'https://x.example', baseUrl: '/' };\n",
    )],
    &[(
        "context.jsonld",
        "{\"@context\": {\"title\": \"http://purl.org/dc/terms/title\", \"part\": {\"@id\": \"http://schema.org/isPartOf\", \"@type\": \"@id\"}}}",
    )],
    &[("wiki/concepts/.keep", ""), ("raw/.keep", "")],
];

/// Words that may stand anywhere; `N` is the name of a note.
const OPEN: &[&str] = &[
    "The same words.",
    "Other words that somebody wrote about [[N]].",
    "Words about [N](N.md) and [[N#Head|words]].",
    "# Head",
    "## Head",
    "## Log\n\n- 2026-03-04 shadowing: [[Ada]] → [[Ben]], [[N]], 6h",
    "## Who knows\n\n- [[Ada]]: expert since 2021",
    "## Sources\n\n- [[N]]\n- https://s.example/x",
    "## Held in heads\n\n- Where it goes: [[Ada]], tacit, criticality 3",
    "[ref]: https://x.example/y",
    "[N]: N.md",
    "See [ref] and [N], and [words][ref].",
    "It is so.[^1] It is not.[^2]",
    "[^1]: A footnote about [[N]].",
    "[^2]: s.md",
    "A claim with a source. ^[s.md:3-4]",
    "Words that are called. ^b1",
    "See [[N#^b1]] and ![[N#Head]] and ![[N]].",
    "key:: [[N]]",
    "alias:: N",
    "aliases:: N",
    "id:: 6123abcd-0000-4000-8000-000000000001",
    "- Words of a block\n  id:: 6123abcd-0000-4000-8000-000000000002",
    "See ((6123abcd-0000-4000-8000-000000000001)) and ((6123abcd-0000-4000-8000-000000000002)).",
    "tags:: #one, #two",
    "Words with #tag and #tag/sub and @Ada.",
    "- one [outcome:: [[N]]]\n- part of:: [[N]]\n  - two",
    "  indented words",
    "    words as code",
    "| a | b |\n|---|---|\n| [[N]] | two |",
    "> [!note] Words\n> about [[N]]",
    "> a quote",
    "1. first\n2. second",
    "- [ ] a task\n- [x] done",
    "```\ncode\n```",
    "<div>\n\nwords\n\n</div>",
    "broader:: [[N]]",
    "contradicts:: [[N]]",
    "{{embed [[N]]}} {{N}} {{< ref \"N\" >}} {% link N.md %}",
    "Is it so? TODO",
    "**Term**: its meaning.",
    "type:: person",
    "abbr\n: what it means",
    "*[HTML]: words",
    "$x$ and $$y$$",
    "By Ada Moss\n\n2026-01-02",
    "---",
    "Words\n===",
    "https://x.example/N and <https://y.example>",
];

/// What ends nothing and begins something, or says something of protection: in sections only.
const CLOSED: &[&str] = &[
    "<!--",
    "-->",
    "%%",
    "<div>",
    "</div>",
    "<script>",
    "<!-- a -->",
    "{% raw %}",
    "{% comment %}",
    "{{<",
    "$$",
    "> [!restricted] Words",
    "#restricted",
    "protection:: restricted",
    "level:: restricted",
    "::: note\n\nwords\n\n:::",
    "!!! restricted",
    "---\ntitle: other\n---",
    "`",
    "[[",
    "<details>",
    "\\",
    "lang:: de",
    "title:: Other",
    "permalink:: /N/",
    "- ",
    ">",
    "|",
    "#+TITLE: Other",
    "#+FILETAGS: :other:",
    "#+AUTHOR: Other",
    ":PROPERTIES:\n:OTHER: words\n:ID: other\n:ALIASES: N\n:end:",
    "* A heading :other:",
    "#+ALIAS: N",
    "<<target>>",
    "[[Category:Other]]",
    "{{Box|other=words|more=[[N]]}}",
    "{{DEFAULTSORT:Other}}",
    "#REDIRECT [[N]]",
    "== A heading ==",
    "<title>Other</title>",
    "<meta name=\"other\" content=\"words\">",
    "<h1 id=\"other\">Other</h1>",
    "<a name=\"other\"></a>",
    "<div class=\"page-metadata\">Created by <a href=\"N\">N</a></div>",
    "<table><tr><th>other</th><td>words</td></tr></table>",
    "\\define x() words",
    "! A heading",
    "{{N||N}}",
    "other: words",
    "<table>",
    "<a href=\"N.html\">x</a>",
];

const NAMES: [&str; 5] = ["Falcon", "falcons", "Project", "index", "Ada"];

#[derive(Debug, Clone)]
enum Piece {
    Open(usize, usize),
    Closed(usize, usize),
    Section(usize, Vec<Piece>),
}

#[derive(Debug, Clone)]
struct Note {
    path: String,
    label: usize,
    front: Vec<(usize, usize)>,
    pieces: Vec<Piece>,
}

/// Lines of front matter.
const FRONT: &[&str] = &[
    "title: N",
    "aliases: [N, n]",
    "id: N",
    "id: https://x.example/N",
    "permalink: /N/",
    "slug: N",
    "translationKey: N",
    "type: person",
    "broader: \"[[N]]\"",
    "sources: [\"[[N]]\", s.md]",
    "authors: [Ada, N]",
    "tags: [one, N]",
    "redirect_from: /N",
    "lang: de",
    "needs: {a: \"[[N]]\", b: [\"[[N]]\"]}",
    "responsible: \"[[N]]\"",
    "visibility: hidden",
];

fn piece(inside: bool, depth: u32) -> BoxedStrategy<Piece> {
    let names = 0..NAMES.len();
    let open = (0..OPEN.len(), names.clone()).prop_map(|(a, b)| Piece::Open(a, b));
    let closed = (0..CLOSED.len(), names).prop_map(|(a, b)| Piece::Closed(a, b));
    let section = || {
        (
            0..SECTIONS.len(),
            proptest::collection::vec(piece(true, depth - 1), 0..4),
        )
            .prop_map(|(said, pieces)| Piece::Section(said, pieces))
    };
    match (inside, depth) {
        (true, 0) => prop_oneof![2 => open, 1 => closed].boxed(),
        (true, _) => prop_oneof![6 => open, 3 => closed, 1 => section()].boxed(),
        (false, _) => prop_oneof![3 => open, 1 => section()].boxed(),
    }
}

fn path() -> impl Strategy<Value = String> {
    let folders = [
        "",
        "x/",
        "wiki/",
        "content/en/",
        "content/de/",
        "docs/",
        "pages/",
        "_posts/2026-01-02-",
    ];
    let endings = [
        ".md", ".md", ".md", ".md", ".org", ".tid", ".wiki", ".html", ".txt", ".de.md",
    ];
    (0..folders.len(), 0..NAMES.len(), 0..endings.len())
        .prop_map(move |(a, b, c)| format!("{}{}{}", folders[a], NAMES[b], endings[c]))
}

fn note() -> impl Strategy<Value = Note> {
    (
        path(),
        0..LABELS.len(),
        proptest::collection::vec((0..FRONT.len(), 0..NAMES.len()), 0..4),
        proptest::collection::vec(piece(false, 2), 0..7),
    )
        .prop_map(|(path, label, mut front, pieces)| {
            front.sort_unstable();
            front.dedup_by_key(|(line, _)| FRONT[*line].split(':').next());
            Note {
                path,
                label,
                front,
                pieces,
            }
        })
}

fn labelled(text: &str) -> Label {
    Scale::default().parse_label(text).unwrap()
}

impl Note {
    fn label(&self) -> Label {
        labelled(LABELS[self.label].1)
    }

    /// The text, without what `reader` does not see.
    fn text(&self, reader: Option<&Clearance>) -> String {
        let mut text = format!("---\n{}", LABELS[self.label].0);
        for (line, name) in &self.front {
            text.push_str(&FRONT[*line].replace('N', NAMES[*name]));
            text.push('\n');
        }
        text.push_str("---\n");
        if self.path.ends_with(".tid") {
            // There, a first line with a colon belongs to the head.
            text.push_str("Words.\n\n");
        }
        let is_markdown = [".md", ".txt"].iter().any(|end| self.path.ends_with(end));
        let formats = (is_markdown, self.path.ends_with(".wiki"));
        push(&self.pieces, &self.label(), reader, formats, &mut text);
        if self.path.ends_with(".html") {
            // There, a line ends nothing.
            let (head, body) = text.split_once("\n---\n").unwrap();
            let parts = body
                .split("\n\n")
                .map(|part| match part.trim().starts_with('<') {
                    true => part.to_owned(),
                    false => format!("<p>{part}</p>"),
                });
            text = format!("{head}\n---\n{}", parts.collect::<Vec<_>>().join("\n\n"));
            text = text.trim_end_matches("<p></p>").to_owned();
        }
        format!("{}\n", text.trim_end())
    }

    /// Whether it has a section that `reader` does not see.
    fn hides(&self, reader: &Clearance) -> bool {
        self.text(Some(reader)) != self.text(None)
    }
}

fn push(
    pieces: &[Piece],
    label: &Label,
    reader: Option<&Clearance>,
    (is_markdown, is_wiki): (bool, bool),
    text: &mut String,
) {
    for piece in pieces {
        match piece {
            Piece::Open(which, name) => {
                text.push_str(&OPEN[*which].replace('N', NAMES[*name]));
            }
            // There, three colons begin an answer, and what has no end hides that of the section.
            Piece::Closed(which, _) if is_wiki && CLOSED[*which].starts_with(":::") => {}
            Piece::Closed(which, _) if !is_markdown && *which < 12 => {}
            Piece::Closed(which, name) => {
                text.push_str(&CLOSED[*which].replace('N', NAMES[*name]));
            }
            Piece::Section(said, inner) => {
                // Elsewhere a mark closes the note, or is none.
                let said = if is_markdown { *said } else { *said % 4 };
                let (words, own) = SECTIONS[said];
                let own = label.join(&labelled(own));
                if reader.is_some_and(|reader| !reader.sees(&own)) {
                    continue;
                }
                text.push_str(&format!("::: protected {words}\n\n"));
                push(inner, &own, reader, (is_markdown, is_wiki), text);
                text.push_str(":::");
            }
        }
        text.push_str("\n\n");
    }
}

fn trials(usual: u32) -> u32 {
    let wanted = std::env::var("KENNING_TRIALS").ok();
    wanted
        .and_then(|wanted| wanted.parse().ok())
        .unwrap_or(usual)
}

fn world(program: usize, files: &[(String, String)]) -> World {
    let folder = Folder::new(PROGRAMS[program]);
    for name in [
        "x",
        "wiki",
        "content",
        "content/en",
        "content/de",
        "docs",
        "pages",
        "_posts",
    ] {
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    for (path, text) in files {
        folder.write(path, text);
    }
    World::of(&folder.path(), &Rules::default())
}

#[test]
fn what_is_hidden_changes_no_byte() {
    let (could, all) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config {
        cases: trials(200),
        max_shrink_iters: 3000,
        ..Config::default()
    });
    let input = (
        proptest::collection::vec(note(), 1..6),
        0..READERS.len(),
        0..PROGRAMS.len(),
    );
    runner
        .run(&input, |(mut notes, who, program)| {
            notes.sort_by(|one, other| one.path.cmp(&other.path));
            notes.dedup_by(|one, other| one.path == other.path);
            let reader = reader(READERS[who].0, READERS[who].1);
            let whole: Vec<_> = notes
                .iter()
                .map(|note| (note.path.clone(), note.text(None)))
                .collect();
            // What is in a note may close it.
            let full = world(program, &whole);
            let graph = |note: &&Note| Base::default().note_graph("wiki", &note.path);
            let is_seen = |note: &&Note| {
                let (label, _) = &full.0[graph(note).as_str()];
                reader.sees(label)
            };
            let seen = notes.iter().filter(is_seen);
            let part: Vec<_> = seen
                .clone()
                .map(|note| (note.path.clone(), note.text(Some(&reader))))
                .collect();
            let hides = part.len() < whole.len() || seen.clone().any(|note| note.hides(&reader));
            all.set(all.get() + 1);
            could.set(could.get() + usize::from(hides));
            let whole_seen = full.seen_by(&reader);
            let part_seen = world(program, &part).seen_by(&reader);
            let differ: Vec<String> = difference(&whole_seen, &part_seen);
            prop_assert!(
                differ.is_empty(),
                "{}\nwhole: {whole:#?}\n part: {part:#?}",
                differ.join("\n")
            );
            Ok(())
        })
        .unwrap();
    println!("{} of {} trials hid something", could.get(), all.get());
    assert!(could.get() * 2 > all.get());
}

fn difference(one: &str, other: &str) -> Vec<String> {
    let lines = |text: &str| -> std::collections::BTreeSet<String> {
        text.lines().map(str::to_owned).collect()
    };
    let (a, b) = (lines(one), lines(other));
    let mut all: Vec<String> = a.difference(&b).map(|line| format!("- {line}")).collect();
    all.extend(b.difference(&a).map(|line| format!("+ {line}")));
    if all.is_empty() && one != other {
        all.push("the order differs".to_owned());
    }
    all
}
