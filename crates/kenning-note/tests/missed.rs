//! Whoever writes of protection in an odd way meant it: the note is closed, or the words are in a section, and never open.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_note::{Settings, Stated, read};
use kenning_vocab::Base;

/// Whether the word `SECRET` may be read by those who may read a note that says nothing about its protection.
fn is_open(path: &str, text: &str) -> bool {
    let note = read(text.as_bytes(), path, &Settings::default()).note;
    if note.protection != Stated::Nothing {
        return false;
    }
    let graphs = kenning_note::graphs(&note, "w", &Base::default());
    let open = graphs.first().unwrap().triples.iter();
    open.map(ToString::to_string)
        .any(|triple| triple.contains("SECRET"))
}

/// Front matter of a note.
const KEYS: [&str; 14] = [
    "proteciton: restricted",
    "protetcion: restricted",
    "protecton: restricted",
    "Protektion: restricted",
    "prοtection: restricted",
    "ｐrotection: restricted",
    "audiences: [hr]",
    "km:protection: restricted",
    "km:hasProtectionLevel: km:restricted",
    "hasProtectionLevel: restricted",
    "\u{1b}protection: restricted",
    "\u{fffd}protection: restricted",
    "<!-- protection: restricted -->",
    "x: 1\npro\u{200b}tection: restricted",
];

/// Texts of notes before the words.
const HEADS: [&str; 19] = [
    "<!-- a comment -->\n---\nprotection: restricted\n---",
    "<!-- one -->\n<!-- two -->\n\n---\nprotection: restricted\n---",
    "<!--\n---\nprotection: restricted\n---\n-->",
    "# Title\n---\nprotection: restricted\n---",
    "# Title\n\n---\ntitle: x\nprotection: restricted\n---",
    "---\ntitle: x\n---\n\n# Title\n\n---\nprotection: restricted\n---",
    "--\nprotection: restricted\n--",
    "—\nprotection: restricted\n—",
    "–-\nprotection: restricted\n–-",
    "---\u{2028}protection: restricted\u{2028}---",
    "---\u{85}protection: restricted\u{85}---",
    "---\nprotetcion: restricted",
    "protection: restricted",
    "Title: x\nProtection: restricted",
    "Title: x\nProtection-Level: restricted\nAuthor: Ana",
    "---\n---\nprotection: restricted",
    "pro\u{200b}tection:: restricted",
    "proteciton:: restricted",
    "Words [protetcion:: restricted].",
];

/// Lines that open a block.
const OPENERS: [&str; 13] = [
    ":: protected {level=restricted}",
    "::protected[Title]{level=restricted}",
    ":\u{200b}:: protected {level=restricted}",
    "::： protected {level=restricted}",
    "Words before ::: protected {level=restricted}",
    "# ::: protected {level=restricted}",
    "Term\n: ::: protected {level=restricted}",
    "a) ::: protected {level=restricted}",
    "• ::: protected {level=restricted}",
    "x<br>::: protected {level=restricted}<br>",
    "<span>::: protected {level=restricted}</span>",
    "| ::: protected {audience=[hr]} |",
    "[^1]: ::: protected {level=restricted}",
];

/// Notes in other formats.
const PAGES: [(&str, &str); 14] = [
    (
        "a.html",
        "<html><head><meta name=\"protection\"></head><body><p>SECRET</p></body></html>",
    ),
    (
        "a.html",
        "<html><head><meta name=\"protection\" value=\"restricted\"></head><body><p>SECRET</p></body></html>",
    ),
    (
        "a.html",
        "<html><body>x<br>::: protected {level=restricted}<br>SECRET<br>:::</body></html>",
    ),
    (
        "a.html",
        "<html><body><p>x ::: protected {level=restricted}</p><p>SECRET</p></body></html>",
    ),
    (
        "a.org",
        "* Head\n:PROPERTIES:\n:PROTECTION: restricted\n:END:\nSECRET words.\n",
    ),
    (
        "a.org",
        "* Head\n:PROPERTIES:\n:PROTECTION: public\n:END:\nSECRET words.\n",
    ),
    (
        "a.org",
        ":PROPERTIES:\n:PROTECTION:\n:END:\nSECRET words.\n",
    ),
    (
        "a.org",
        "#+PROPERTY: protection restricted\nSECRET words.\n",
    ),
    (
        "a.org",
        "#+begin_protected :level restricted\nSECRET words.\n#+end_protected\n",
    ),
    ("a.org", "#+PROTECTON: restricted\nSECRET words.\n"),
    (
        "a.mediawiki",
        "{{Protection|restricted}}\n\nSECRET words.\n",
    ),
    (
        "a.tid",
        "title: x\nprotection : restricted\n\nSECRET words.\n",
    ),
    (
        "a.tid",
        "title: x\n protection: restricted\n\nSECRET words.\n",
    ),
    (
        "a.tid",
        "title: x\nproteciton: restricted\n\nSECRET words.\n",
    ),
];

/// What speaks of other things, or shows how it is written.
const OPEN: [(&str, &str); 12] = [
    ("a.md", "---\nprojection: mercator\n---\nSECRET words.\n"),
    (
        "a.md",
        "---\nschema:audience: developers\n---\nSECRET words.\n",
    ),
    ("a.md", "Protection: how we keep it.\n\nSECRET words.\n"),
    ("a.md", "Audience: developers\n\nSECRET words.\n"),
    ("a.md", "---\n\nProtection of sources: SECRET words.\n"),
    (
        "a.md",
        "Words.\n\nprotection: restricted\n\nSECRET words.\n",
    ),
    (
        "a.md",
        "Write `::: protected {level=restricted}` before it.\n\nSECRET words.\n",
    ),
    (
        "a.md",
        "Close it with ::: protected as the level says.\n\nSECRET words.\n",
    ),
    (
        "a.md",
        "Code is `a` and std::level=3 protected.\n\nSECRET words.\n",
    ),
    (
        "a.org",
        "* Head\n:PROPERTIES:\n:Effort: 1h\n:END:\nSECRET words.\n",
    ),
    ("a.org", "#+PROPERTY: header-args :eval no\nSECRET words.\n"),
    (
        "a.mediawiki",
        "{{pp-protected|small=yes}}\n\nSECRET words.\n",
    ),
];

#[test]
fn protection_that_is_written_oddly_is_never_missed() {
    let mut notes: Vec<(&str, String)> = Vec::new();
    notes.extend(KEYS.map(|key| ("a.md", format!("---\n{key}\n---\nSECRET words.\n"))));
    notes.extend(HEADS.map(|head| ("a.md", format!("{head}\n\nSECRET words.\n"))));
    notes.extend(OPENERS.map(|line| ("a.md", format!("Words.\n\n{line}\nSECRET words.\n:::\n"))));
    notes.extend(PAGES.map(|(path, text)| (path, text.to_owned())));
    let missed: Vec<_> = notes
        .iter()
        .filter(|(path, text)| is_open(path, text))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn what_speaks_of_other_things_closes_nothing() {
    let closed: Vec<_> = OPEN
        .iter()
        .filter(|(path, text)| !is_open(path, text))
        .collect();
    assert!(closed.is_empty(), "{closed:#?}");
}
