//! Notes through sophia's traits, held against sophia's own readers, isomorphism and canonical form.
//!
//! `cargo test -p kenning-note --features sophia --test sophia`
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

use std::path::{Path, PathBuf};

use kenning_note::{
    Detail, Dialect, NQuads, Note, Part, Settings, graph_name, read, sophia, write,
};
use kenning_vocab::Base;
use sophia_api::prelude::*;
use sophia_api::term::SimpleTerm;
use sophia_c14n::rdfc10;
use sophia_isomorphism::{isomorphic_datasets, isomorphic_graphs};
use sophia_turtle::parser::nq;

type Quads = Vec<([SimpleTerm<'static>; 3], Option<SimpleTerm<'static>>)>;
type Triples = Vec<[SimpleTerm<'static>; 3]>;

const TEXT: &str = "---\ntitle: Orgel \"C\"\nlang: de\ntags: [a/b]\ncreated: 2026-04-18\nweight: 1.50\nnested: {x: [1, yes]}\n---\n\
# Head\n\nWind \\ comes from the [[bellows]], says [a page](https://example.org/a?b=c&d). ^[s.md:3-5]\n\n\
- needs:: [[reed]]\n\n::: protected {level=restricted}\n\nA [[secret|word]] for\tfew.\n\n:::\n\n日本語 e\u{301} #tag\n";

/// The N-Quads that the crate writes itself.
fn written(note: &Note, base: &Base) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts(note) {
        let name = graph_name(note, part, "w", base);
        write(
            note,
            part,
            "w",
            base,
            &mut NQuads::new(name.as_ref(), &mut out),
        );
    }
    out
}

fn parts(note: &Note) -> impl Iterator<Item = Part> {
    std::iter::once(Part::Note).chain((0..note.sections.len()).map(Part::Section))
}

/// What sophia makes of the text, and what it is given: one dataset, and already in canonical form but for the order of lines.
fn agree(bytes: &[u8], path: &str, dialect: Dialect, detail: Detail) -> usize {
    let mut settings = Settings::of(dialect);
    settings.detail = detail;
    let (note, base) = (read(bytes, path, &settings).note, Base::default());
    let given: Quads = sophia::quads(&note, "w", &base).collect_quads().unwrap();
    let text = String::from_utf8(written(&note, &base)).unwrap();
    let parsed: Quads = nq::parse_str(&text).collect_quads().unwrap();
    assert_eq!(given.len(), parsed.len(), "{path}");
    assert!(isomorphic_datasets(&given, &parsed).unwrap(), "{path}");
    let set: std::collections::HashSet<_> = given.iter().cloned().collect();
    assert_eq!(set.len(), given.len(), "{path}: a quad is said twice");
    let mut canonical = Vec::new();
    rdfc10::normalize(&set, &mut canonical).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    let canonical = String::from_utf8(canonical).unwrap();
    assert_eq!(canonical.lines().collect::<Vec<_>>(), lines, "{path}");
    for part in parts(&note) {
        let graph: Triples = sophia::triples(&note, part, "w", &base)
            .collect_triples()
            .unwrap();
        let name = graph_name(&note, part, "w", &base);
        let of_dataset: Triples = parsed
            .iter()
            .filter(|(_, graph)| {
                let iri = graph.as_ref().and_then(|graph| graph.iri());
                iri.is_some_and(|iri| iri.as_str() == name.as_str())
            })
            .map(|(triple, _)| triple.clone())
            .collect();
        assert!(isomorphic_graphs(&graph, &of_dataset).unwrap(), "{path}");
    }
    given.len()
}

#[test]
fn a_note_is_the_same_to_sophia_as_to_its_own_text() {
    for dialect in Dialect::ALL {
        for detail in [Detail::Core, Detail::Claims, Detail::Full] {
            assert!(agree(TEXT.as_bytes(), "a b/c.md", dialect, detail) > 20);
        }
    }
    assert!(agree(b"", "n.md", Dialect::Markdown, Detail::Full) > 0);
}

/// A guard of the guard: what differs in one literal is seen to differ.
#[test]
fn another_text_is_not_the_same() {
    let base = Base::default();
    let quads = |text: &str| -> Quads {
        let note = read(text.as_bytes(), "n.md", &Settings::default()).note;
        sophia::quads(&note, "w", &base).collect_quads().unwrap()
    };
    let (one, other) = (quads("One.\n"), quads("Two.\n"));
    assert!(isomorphic_datasets(&one, &one).unwrap());
    assert!(!isomorphic_datasets(&one, &other).unwrap());
}

/// A source ends where its taker wants it to, and says why.
#[test]
fn a_taker_that_has_enough_ends_the_source() {
    let note = read(TEXT.as_bytes(), "n.md", &Settings::default()).note;
    let base = Base::default();
    let mut taken = 0;
    let ended = sophia::quads(&note, "w", &base).try_for_each_quad(|_| {
        taken += 1;
        if taken == 3 {
            Err(std::io::Error::other("enough"))
        } else {
            Ok(())
        }
    });
    assert_eq!((taken, ended.is_err()), (3, true));
}

#[test]
fn real_notes_agree_too() {
    let vaults = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vaults");
    if !vaults.exists() {
        println!("skipped: the sample vaults are not here");
        return;
    }
    let mut notes = Vec::new();
    collect(&vaults, &mut notes);
    notes.sort();
    // Every 40th is enough to see all kinds of notes.
    let mut quads = 0;
    for file in notes.iter().step_by(40) {
        let path = file.strip_prefix(&vaults).unwrap().to_string_lossy();
        let bytes = std::fs::read(file).unwrap();
        quads += agree(&bytes, &path, Dialect::Markdown, Detail::Claims);
    }
    println!("{quads} quads agree");
    assert!(quads > 1000);
}

fn collect(folder: &Path, notes: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, notes);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            notes.push(path);
        }
    }
}
