//! What holds for every text.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use std::collections::BTreeSet;

use kenning_note::{
    Detail, Dialect, NQuads, Part, Settings, fold_plural, graph_name, graphs, normal_key, read,
    write,
};
use kenning_vocab::Base;
use proptest::prelude::*;

/// Pieces of which notes are made, so that what is made has marks in odd places.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zäß #*_`|\\[\\]():%^!<>~$-]{0,12}",
        Just("[[".to_owned()),
        Just("]]".to_owned()),
        Just("![[a|b]]".to_owned()),
        Just("[[Tacit knowledge]]s".to_owned()),
        Just("^[s.md:3-4]".to_owned()),
        Just("%%".to_owned()),
        Just("```\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\n- ".to_owned()),
        Just("\n> [!note] ".to_owned()),
        Just("key:: [[v]]".to_owned()),
        Just("\n::: protected {level=x}\n".to_owned()),
        Just("\n:::\n".to_owned()),
        Just("---\n".to_owned()),
        Just("title: x\n".to_owned()),
        Just("+++\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\n| a | b |\n|---|---|\n| [[x\\|y]] | z |\n".to_owned()),
        Just("\n## Log\n\n- 2026-01-02 shadowing: [[A]] → [[B]], 2h\n".to_owned()),
        Just("<div>".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("$x$".to_owned()),
        Just("#tag".to_owned()),
        Just("((6123abcd-0000-4000-8000-00000000abcd))".to_owned()),
        Just("{{t|a=[[b]]}}".to_owned()),
        Just("== h ==\n".to_owned()),
        Just("\u{FEFF}".to_owned()),
        Just("日本語 ".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("\0".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

fn path() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("a/b.md"),
        Just("n.txt"),
        Just("n.org"),
        Just("n.tid"),
        Just("n.wiki"),
        Just("n.html"),
        Just("ü .md"),
        Just("")
    ]
}

fn dialect() -> impl Strategy<Value = Dialect> {
    (0..Dialect::ALL.len()).prop_map(|index| Dialect::ALL[index])
}

fn settings(dialect: Dialect, detail: Detail) -> Settings {
    let mut settings = Settings::of(dialect);
    settings.detail = detail;
    settings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn reading_never_fails_and_says_nothing_twice(text in text(), path in path(), dialect in dialect()) {
        let settings = settings(dialect, Detail::Full);
        let reading = read(text.as_bytes(), path, &settings);
        prop_assert_eq!(&reading, &read(text.as_bytes(), path, &settings));
        for graph in graphs(&reading.note, "w", &Base::default()) {
            let distinct: BTreeSet<String> = graph.triples.iter().map(ToString::to_string).collect();
            prop_assert_eq!(distinct.len(), graph.triples.len(), "said twice in {:?}", graph.triples);
            for triple in &graph.triples {
                // Every IRI is one, whatever the text put into it.
                for iri in [triple.subject.to_string(), triple.predicate.to_string(), triple.object.to_string()] {
                    if let Some(iri) = iri.strip_prefix('<').and_then(|iri| iri.strip_suffix('>')) {
                        prop_assert!(oxrdf::NamedNode::new(iri).is_ok(), "{}", iri);
                    }
                }
                prop_assert!(!triple.subject.is_blank_node() && !triple.object.is_blank_node());
            }
        }
    }

    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..300), path in path()) {
        let reading = read(&bytes, path, &Settings::default());
        for problem in &reading.problems {
            prop_assert!(problem.line >= 1 && problem.column >= 1);
        }
    }

    #[test]
    fn what_is_lent_is_what_is_kept(text in text(), dialect in dialect()) {
        let note = read(text.as_bytes(), "n.md", &settings(dialect, Detail::Claims)).note;
        let base = Base::default();
        let (mut lent, mut kept) = (Vec::new(), String::new());
        for graph in graphs(&note, "w", &base) {
            write(&note, graph.part, "w", &base, &mut NQuads::new(graph.name.as_ref(), &mut lent));
            for triple in &graph.triples {
                kept.push_str(&format!("{triple} {} .\n", graph.name));
            }
        }
        prop_assert_eq!(String::from_utf8(lent).unwrap(), kept);
        prop_assert_eq!(graph_name(&note, Part::Note, "w", &base), base.note_graph("w", "n.md"));
    }

    #[test]
    fn a_key_is_the_key_of_itself(name in "\\PC{0,20}") {
        let key = normal_key(&name);
        prop_assert_eq!(&normal_key(&key), &key);
        prop_assert!(fold_plural(&key).len() <= key.len());
    }

    #[test]
    fn line_ends_do_not_matter(pieces in proptest::collection::vec("[a-z #*.\\[\\]^:|-]{0,20}", 0..12)) {
        let with = |end: &str| {
            let text = pieces.join(end);
            let mut quads = Vec::new();
            let note = read(text.as_bytes(), "n.md", &settings(Dialect::Markdown, Detail::Full)).note;
            let name = graph_name(&note, Part::Note, "w", &Base::default());
            write(&note, Part::Note, "w", &Base::default(), &mut NQuads::new(name.as_ref(), &mut quads));
            String::from_utf8(quads).unwrap()
        };
        prop_assert_eq!(with("\n"), with("\r\n"));
        prop_assert_eq!(with("\n"), with("\r"));
    }

    /// INVARIANT: nothing between the two lines of a protected block is in the note's own graph.
    #[test]
    fn protected_text_stays_in_its_section(before in text(), secret in "[a-z]{0,4}", after in text()) {
        let secret = format!("zq{secret}zq");
        // A comment or a block of code may swallow the opening line: then the words are said nowhere.
        let text = format!("{before}\n\n::: protected {{level=restricted}}\n\n# {secret}\n\nSee [[{secret}]] #{secret} {secret}:: x ^[{secret}.md]\n\n- {secret}\n\n:::\n\n{after}\n");
        prop_assume!(!before.contains("zq") && !after.contains("zq"));
        let reading = read(text.as_bytes(), "n.md", &settings(Dialect::Markdown, Detail::Full));
        let own = &graphs(&reading.note, "w", &Base::default())[0];
        for triple in &own.triples {
            prop_assert!(!triple.to_string().contains(&secret), "{triple}\nin\n{text}");
        }
    }

    #[test]
    fn editing_one_paragraph_changes_only_what_it_says(
        words in proptest::collection::btree_set("[a-z]{3,8} [a-z]{3,8} \\[\\[[a-z]{2,5}\\]\\] [a-z]{2,6}\\.", 3..8),
        at in 0..8_usize,
    ) {
        let paragraphs: Vec<String> = words.into_iter().collect();
        let at = at % paragraphs.len();
        let mut edited = paragraphs.clone();
        edited[at] = "Quite other words with [[another link]] now.".to_owned();
        let quads = |paragraphs: &[String]| -> BTreeSet<String> {
            let text = format!("---\ntitle: T\n---\n# Head\n\n{}\n", paragraphs.join("\n\n"));
            let note = read(text.as_bytes(), "n.md", &Settings::default()).note;
            graphs(&note, "w", &Base::default()).into_iter().flat_map(|graph| graph.triples).map(|triple| triple.to_string()).collect()
        };
        let (before, after) = (quads(&paragraphs), quads(&edited));
        let text = |paragraphs: &[String]| {
            read(paragraphs.join("\n\n").as_bytes(), "n.md", &Settings::default()).note.content.passages.into_iter().map(|p| p.anchor).collect::<Vec<_>>()
        };
        let (old, new) = (&text(&paragraphs)[at], &text(&edited)[at]);
        for quad in before.symmetric_difference(&after) {
            // The passage itself, its selector, and the names it alone mentions.
            let own = quad.contains(old.as_str()) || quad.contains(new.as_str()) || quad.contains("/id/name/");
            prop_assert!(own, "{quad}");
        }
    }
}

/// Texts that cost more than their size where something is looked at again and again.
#[test]
fn a_large_text_costs_what_its_size_says() {
    let texts = [
        "x [[a]] ".repeat(100_000),
        "k:: [[v]] (a:: b) ".repeat(40_000),
        "^[a ".repeat(100_000),
        "%% `x` ".repeat(50_000),
        "#t[[".repeat(100_000),
        "::: protected {level=x}\n".repeat(20_000),
        format!("{} a", ">".repeat(50_000)),
        (0..50_000).map(|n| format!("#t{n} ^[s{n}.md] ")).collect(),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        let reading = read(text.as_bytes(), "n.md", &Settings::default());
        let triples: usize = graphs(&reading.note, "w", &Base::default())
            .iter()
            .map(|graph| graph.triples.len())
            .sum();
        let (begin, took) = (&text[..20], start.elapsed());
        // Far above what it takes, and far below what a square of the size would.
        assert!(
            took.as_secs() < 20,
            "{begin}… took {took:?} for {triples} triples"
        );
    }
}

#[test]
fn beyond_256_protected_blocks_the_rest_is_closed() {
    let text = format!(
        "{}Open at the end?\n",
        "::: protected {level=a}\nx\n:::\n".repeat(300)
    );
    let note = read(text.as_bytes(), "n.md", &Settings::default()).note;
    assert_eq!(note.sections.len(), 256);
    assert!(note.content.passages.is_empty());
    assert!(matches!(
        note.sections[255].protection,
        kenning_note::Stated::Unreadable { .. }
    ));
}
#[test]
fn every_letter_has_one_key_in_both_cases_but_the_dotless_i() {
    let differ = |case: fn(&str) -> String| {
        // Beyond these, the letters' cases grow with each version of Unicode.
        ('\0'..='\u{2fff}')
            .filter(|letter| {
                let name = format!("a{letter}b");
                normal_key(&case(&name)) != normal_key(&name)
            })
            .collect::<String>()
    };
    assert_eq!(differ(str::to_lowercase), "");
    assert_eq!(differ(str::to_uppercase), "ı");
}
