//! The IRIs that a base mints: valid, readable, and never the same for two things.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use std::collections::BTreeSet;

use kenning_vocab::{Base, Minted, decode_path, decode_segment, encode_path, encode_segment};
use oxrdf::{NamedNode, NamedNodeRef};
use proptest::prelude::*;

#[test]
fn the_iris_of_the_design() {
    let base = Base::default();
    let is = |node: NamedNode, path: &str| {
        assert_eq!(node.as_str(), format!("http://localhost:7878/{path}"))
    };
    is(base.note("handbook", "a/b.md"), "id/note/handbook/a/b");
    is(base.note("handbook", "a/b.txt"), "id/note/handbook/a/b.txt");
    is(
        base.concept("handbook", "a/b.md"),
        "id/concept/handbook/a/b",
    );
    is(base.name("supply chain"), "id/name/supply%20chain");
    is(
        base.source("knowledge-management.md"),
        "id/source/knowledge-management.md",
    );
    is(base.tag("practice/review"), "id/tag/practice/review");
    is(base.agent("gaut"), "id/agent/gaut");
    is(base.property("mood"), "id/property/mood");
    is(base.wiki("handbook"), "id/wiki/handbook");
    is(base.concepts("handbook"), "id/concepts/handbook");
    is(base.tags(), "id/tags");
    is(
        base.record("event", "20260304-1"),
        "id/record/event/20260304-1",
    );
    is(base.note_graph("w", "a.md"), "id/graph/note/w/a");
    is(
        base.section_graph("w", "a.md", "s1"),
        "id/graph/section/w/a/s1",
    );
    is(
        base.links_graph("w", "a.md", "confidential{hr|legal}"),
        "id/graph/links/w/a/confidential%7Bhr%7Clegal%7D",
    );
    is(base.meta_graph("w", "a.md"), "id/graph/meta/w/a");
    is(base.record_graph("event/1"), "id/graph/record/event/1");
    is(base.ontology_graph("km-core"), "id/graph/ontology/km-core");
    is(
        base.passage(&base.note("w", "a.md"), "3"),
        "id/note/w/a#p=3",
    );
}

#[test]
fn letters_of_every_script_stay_readable() {
    assert_eq!(encode_segment("Tâche 知識 знание"), "Tâche%20知識%20знание");
    assert_eq!(
        encode_segment("Tâche #1 (50%)"),
        "Tâche%20%231%20%2850%25%29"
    );
}

#[test]
fn what_looks_alike_stays_apart() {
    let alike = [
        "é",
        "e\u{301}",
        "a b",
        "a%20b",
        "a+b",
        "a_b",
        "",
        ".",
        "..",
        "~",
        "~.",
        "~..",
        "~~",
        "...",
        "C:\\x",
        "\u{212b}",
        "\u{c5}",
        "a\u{200d}b",
        "ab",
        "a\u{a0}b",
        "Log",
        "log",
        "%2E%2E",
    ];
    let encoded: BTreeSet<String> = alike.iter().map(|text| encode_segment(text)).collect();
    assert_eq!(encoded.len(), alike.len(), "{encoded:?}");
    for text in alike {
        let segment = encode_segment(text);
        assert!(
            !matches!(segment.as_str(), "" | "." | ".."),
            "a client would fold `{segment}` away"
        );
        assert_eq!(decode_segment(&segment).as_deref(), Some(text));
    }
}

#[test]
fn notes_of_all_extensions_stay_apart() {
    let base = Base::default();
    let paths = [
        "a.md",
        "a",
        "a.txt",
        "a.txt.md",
        "a.txt.md.md",
        "a~m",
        "a~m.md",
        "a~p",
        "a~p.md",
        "a~u.md",
        "a~u",
        "a.md.md",
        "a.MD",
        ".md",
        "..md",
        "x/.md",
        "v1.2.md",
        "v1.2",
        "a.txt~m.md",
        "a.org",
        "a.org.md",
    ];
    let iris: BTreeSet<String> = paths
        .iter()
        .map(|path| base.note("w", path).into_string())
        .collect();
    assert_eq!(iris.len(), paths.len(), "{iris:?}");
    assert_eq!(
        base.note("w", "v1.2.md").as_str(),
        "http://localhost:7878/id/note/w/v1.2"
    );
}

#[test]
fn an_iri_that_is_written_otherwise_is_not_ours() {
    let base = Base::default();
    for iri in [
        "http://localhost:7878/id/note/w/%61",
        "http://localhost:7878/id/note/w/a%2fb",
        "http://localhost:7878/id/note/w/a%2Fb",
        "http://localhost:7878/id/note/w/..",
        "http://localhost:7878/id/note/w",
        "http://localhost:7878/id/note/w/a.md",
        "http://localhost:7878/id/name/a%",
        "http://localhost:7878/id/name/a%ff",
        "http://localhost:7878/id/other/a",
        "http://elsewhere/id/name/a",
    ] {
        assert_eq!(base.read(iri), None, "{iri}");
    }
}

#[test]
fn a_base_is_checked() {
    assert_eq!(
        Base::new("https://KB.example.org").unwrap().as_str(),
        "https://kb.example.org/"
    );
    assert_eq!(
        Base::new("http://kb.example.org/k/").unwrap().as_str(),
        "http://kb.example.org/k/"
    );
    assert_eq!(
        Base::new("http://[::1]:7878/").unwrap().as_str(),
        "http://[::1]:7878/"
    );
    for url in [
        "",
        "kb.example.org",
        "ftp://x/",
        "http://",
        "http:///x",
        "http://:80/",
        "http://u@x/",
        "http://x/?q",
        "http://x/#f",
        "http://x/a//b/",
        "http://x/../",
        "http://x y/",
        "http://x/a b/",
        "http://x/\n",
    ] {
        let error = Base::new(url).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("`{url}` cannot be the base of addresses: ")),
            "{error}"
        );
    }
}

/// Texts of the kinds that break encodings, mixed with any text at all.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-c~./%# é\u{301}\u{200b}]{0,8}",
        "[ab]{0,2}(~[mpu]){0,2}(\\.(md|txt|org|pdf)){0,3}(~[mpu])?",
    ]
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(text in text()) {
        prop_assert_eq!(decode_segment(&encode_segment(&text)), Some(text.clone()));
        if !text.contains('/') {
            prop_assert_eq!(decode_path(&encode_path(&text)), Some(text));
        }
    }

    #[test]
    fn every_iri_is_valid_and_says_what_it_was_made_of(wiki in text(), path in text(), key in text()) {
        let base = Base::new("https://kb.example.org/k/").unwrap();
        let minted = [
            (base.note(&wiki, &path), Minted::Note { wiki: wiki.clone(), path: path.clone() }),
            (base.concept(&wiki, &path), Minted::Concept { wiki: wiki.clone(), path: path.clone() }),
            (base.name(&key), Minted::Name(key.clone())),
            (base.source(&key), Minted::Source(key.clone())),
            (base.tag(&key), Minted::Tag(key.clone())),
            (base.agent(&key), Minted::Agent(key.clone())),
            (base.property(&key), Minted::Property(key.clone())),
            (base.wiki(&wiki), Minted::Wiki(wiki.clone())),
            (base.concepts(&wiki), Minted::Concepts(wiki.clone())),
            (base.record(&wiki, &key), Minted::Record { kind: wiki.clone(), id: key.clone() }),
            (base.note_graph(&wiki, &path), Minted::NoteGraph { wiki: wiki.clone(), path: path.clone() }),
            (base.meta_graph(&wiki, &path), Minted::MetaGraph { wiki: wiki.clone(), path: path.clone() }),
            (
                base.section_graph(&wiki, &path, &key),
                Minted::SectionGraph { wiki: wiki.clone(), path: path.clone(), section: key.clone() },
            ),
            (
                base.links_graph(&wiki, &path, &key),
                Minted::LinksGraph { wiki: wiki.clone(), path: path.clone(), label: key.clone() },
            ),
            (base.record_graph(&key), Minted::RecordGraph(key.clone())),
            (base.ontology_graph(&key), Minted::OntologyGraph(key.clone())),
        ];
        for (iri, expected) in minted {
            prop_assert!(NamedNode::new(iri.as_str()).is_ok(), "not an IRI: {}", iri);
            prop_assert_eq!(base.read(iri.as_str()), Some(expected));
            let part = base.part(&iri, "p", &key);
            prop_assert!(NamedNode::new(part.as_str()).is_ok(), "not an IRI: {}", part);
            prop_assert_eq!(base.read(part.as_str()), base.read(iri.as_str()));
        }
    }

    #[test]
    fn normalising_an_iri_changes_nothing(path in text()) {
        let iri = Base::default().note("w", &path);
        let normal: String = unicode_normalization::UnicodeNormalization::nfc(iri.as_str()).collect();
        prop_assert_eq!(normal.as_str(), iri.as_str());
        prop_assert!(NamedNodeRef::new(iri.as_str()).is_ok());
    }
}
