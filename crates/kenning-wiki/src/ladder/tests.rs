//! What each rung finds, and that every reader sees the links of its own world.

use super::*;
use crate::catalog::Names;
use kenning_access::{Clearance, Groups, Scale};
use kenning_note::normal_key;
use proptest::prelude::*;

fn link(target: &str) -> Wanting {
    Wanting {
        target: target.into(),
        key: normal_key(target).into(),
        ..Wanting::default()
    }
}

fn titled(title: &str, aliases: &[&str]) -> Names {
    Names {
        title: title.to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        ..Names::default()
    }
}

fn naming<'n>(path: &'n str, names: &'n Names) -> Naming<'n> {
    Naming {
        path,
        address: Address {
            identity: path,
            concept: None,
        },
        names,
        former: &[],
    }
}

fn add(index: &mut Index, path: &str, names: &Names, label: LabelId) -> NoteId {
    let note = naming(path, names);
    let hashes = index.habits().hashes(&note);
    index.add(&note, &hashes, label)
}

/// Path and rung of what `target` means in `from.md`, in a wiki where all is public.
fn found(notes: &[(&str, Names)], target: &str) -> Option<(String, Rung)> {
    let mut labels = Labels::new(&Scale::default());
    let public = labels.read("public");
    let mut index = Index::new(Habits::default());
    for (path, names) in notes {
        add(&mut index, path, names, public);
    }
    let outcome = index.resolve(&link(target), "from.md", public, &mut labels);
    assert!(outcome.edges.len() < 2, "{outcome:?}");
    let edge = outcome.edges.first()?;
    Some((index.path(edge.target).to_owned(), edge.rung))
}

#[test]
fn each_rung_finds_what_it_should() {
    let notes = [
        ("from.md", titled("From", &[])),
        ("a/Supply Chain.md", titled("Supply chain", &["SCM"])),
        (
            "b/tacit-knowledge.md",
            titled("Tacit knowledge", &["know-how"]),
        ),
        (
            "c/community-of-practice.md",
            titled("Community of practice", &[]),
        ),
        ("x/log.md", titled("First log", &[])),
        ("y/log.md", titled("Second log", &[])),
        ("guide/index.md", titled("The guide", &[])),
        ("2014-05-01-defining.md", titled("What it is", &[])),
    ];
    for (target, path, rung) in [
        ("a/Supply Chain", "a/Supply Chain.md", Rung::Path),
        ("a/Supply%20Chain.md", "a/Supply Chain.md", Rung::Path),
        ("Supply Chain", "a/Supply Chain.md", Rung::FileName),
        ("supply chain", "a/Supply Chain.md", Rung::FoldedFileName),
        ("SCM", "a/Supply Chain.md", Rung::Alias),
        ("scm", "a/Supply Chain.md", Rung::Alias),
        ("Tacit Knowledge", "b/tacit-knowledge.md", Rung::Title),
        ("tacit_knowledge", "b/tacit-knowledge.md", Rung::FoldedName),
        ("Know how", "b/tacit-knowledge.md", Rung::FoldedName),
        (
            "Communities of practice",
            "c/community-of-practice.md",
            Rung::Plural,
        ),
        ("supply chains", "a/Supply Chain.md", Rung::Plural),
        ("x/log", "x/log.md", Rung::Path),
        ("guide", "guide/index.md", Rung::Path),
        ("defining", "2014-05-01-defining.md", Rung::Permalink),
    ] {
        assert_eq!(
            found(&notes, target),
            Some((path.to_owned(), rung)),
            "{target}"
        );
    }
    for target in ["log", "Log", "Tacit and explicit knowledge", "", "nowhere"] {
        assert_eq!(found(&notes, target), None, "{target}");
    }
}

#[test]
fn an_address_counts_from_the_nearest_top_that_has_it() {
    let mut labels = Labels::new(&Scale::default());
    let public = labels.read("public");
    let mut index = Index::new(Habits::default());
    for path in [
        "content/en/cloud.md",
        "content/de/cloud.md",
        "content/de/x/y.md",
    ] {
        add(&mut index, path, &titled("Cloud", &[]), public);
    }
    let link = Wanting {
        path: Some("/cloud".into()),
        markdown: true,
        ..link("/cloud/")
    };
    let outcome = index.resolve(&link, "content/de/x/y.md", public, &mut labels);
    let edge = outcome.edges.first().unwrap();
    assert_eq!(index.path(edge.target), "content/de/cloud.md");
}

#[test]
fn a_file_name_beats_an_alias_and_two_aliases_are_ambiguous() {
    let notes = [
        ("ml.md", titled("Machine learning", &[])),
        ("other.md", titled("Other", &["ML", "twin"])),
        ("third.md", titled("Third", &["twin"])),
    ];
    assert_eq!(found(&notes, "ml"), Some(("ml.md".to_owned(), Rung::Path)));
    assert_eq!(found(&notes, "twin"), None);
}

const LABELS: [&str; 7] = [
    "public",
    "internal",
    "internal{a}",
    "internal{b}",
    "internal{a}{b}",
    "confidential{a|b}",
    "restricted{}",
];
const READERS: [(&str, &str); 7] = [
    ("public", ""),
    ("internal", ""),
    ("internal", "a"),
    ("internal", "b"),
    ("internal", "a,b"),
    ("restricted", "b"),
    ("restricted", "*"),
];
// Few words, so that names meet on every rung.
const WORDS: [&str; 6] = ["Log", "log", "Logs", "x/log", "Lo-g", "note"];

fn reader(place: usize, scale: &Scale) -> Clearance {
    let (level, groups) = READERS[place];
    let groups = groups.split(',').filter(|name| !name.is_empty());
    Clearance::new(
        scale.parse_level(level).unwrap(),
        Groups::of(groups).unwrap(),
    )
}

#[derive(Debug, Clone)]
struct Note {
    folder: usize,
    name: usize,
    title: usize,
    alias: Option<usize>,
    label: usize,
}

fn note() -> impl Strategy<Value = Note> {
    let word = 0..WORDS.len();
    let alias = proptest::option::of(0..WORDS.len());
    (0..3_usize, word.clone(), word, alias, 0..LABELS.len()).prop_map(
        |(folder, name, title, alias, label)| Note {
            folder,
            name,
            title,
            alias,
            label,
        },
    )
}

type Seen = Vec<(String, String, Rung)>;

/// The edges of `target` in a text of label `own`: label, path and rung of each.
fn edges(notes: &[(String, Note)], target: &str, own: &str, shortest: bool) -> Seen {
    let mut labels = Labels::new(&Scale::default());
    let mut index = Index::new(Habits {
        shortest,
        ..Habits::default()
    });
    for (path, note) in notes {
        let alias: Vec<&str> = note.alias.map(|word| WORDS[word]).into_iter().collect();
        let label = labels.read(LABELS[note.label]);
        add(&mut index, path, &titled(WORDS[note.title], &alias), label);
    }
    let own = labels.read(own);
    let outcome = index.resolve(&link(target), "x/from.md", own, &mut labels);
    let mut seen: Seen = outcome
        .edges
        .iter()
        .map(|edge| {
            let label = labels.text(edge.label).to_owned();
            (label, index.path(edge.target).to_owned(), edge.rung)
        })
        .collect();
    seen.sort();
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    /// The rule at the top of this file: resolving and then hiding is hiding and then resolving.
    #[test]
    fn every_reader_sees_the_links_of_its_own_world(
        notes in proptest::collection::vec(note(), 0..9),
        target in 0..WORDS.len(),
        own in 0..LABELS.len(),
        who in 0..READERS.len(),
        shortest: bool,
    ) {
        let scale = Scale::default();
        let reader = reader(who, &scale);
        let sees = |label: &str| reader.sees(&scale.parse_label(label).unwrap());
        let mut paths = std::collections::BTreeMap::new();
        for note in notes {
            let folder = ["", "x/", "y/"][note.folder];
            paths.insert(format!("{folder}{}.md", WORDS[note.name]), note);
        }
        let all: Vec<(String, Note)> = paths.into_iter().collect();
        let visible: Vec<(String, Note)> =
            all.iter().filter(|(_, note)| sees(LABELS[note.label])).cloned().collect();
        let own = if sees(LABELS[own]) { own } else { 0 };
        let mut seen = edges(&all, WORDS[target], LABELS[own], shortest);
        seen.retain(|(label, _, _)| sees(label));
        let mut ideal = edges(&visible, WORDS[target], LABELS[own], shortest);
        ideal.retain(|(label, _, _)| sees(label));
        prop_assert_eq!(seen, ideal);
    }
}

#[test]
fn names_of_one_hash_are_not_taken_for_one() {
    let mut labels = Labels::new(&Scale::default());
    let public = labels.read("public");
    let mut index = Index::new(Habits::default());
    let names = [titled("Reed", &["r"]), titled("Pipe", &["p"])];
    let paths = ["x/reed.md", "y/pipe.md"];
    let notes: Vec<Naming<'_>> = paths
        .iter()
        .zip(&names)
        .map(|(path, names)| naming(path, names))
        .collect();
    // Both notes get the hashes of both, as if all their names clashed.
    let mut hashes: Vec<u32> = Vec::new();
    for note in &notes {
        hashes.extend(index.habits().hashes(note));
    }
    let ids: Vec<NoteId> = notes
        .iter()
        .map(|note| index.add(note, &hashes, public))
        .collect();
    for (target, path) in [
        ("x/reed", "x/reed.md"),
        ("X/REED.md", "x/reed.md"),
        ("Reed", "x/reed.md"),
        ("reeds", "x/reed.md"),
        ("r", "x/reed.md"),
        ("pipe", "y/pipe.md"),
        ("P", "y/pipe.md"),
    ] {
        let outcome = index.resolve(&link(target), "from.md", public, &mut labels);
        let found: Vec<&str> = outcome
            .edges
            .iter()
            .map(|edge| index.path(edge.target))
            .collect();
        assert_eq!(found, [path], "{target}");
    }
    for id in ids {
        index.remove(id);
    }
    let outcome = index.resolve(&link("reed"), "from.md", public, &mut labels);
    assert_eq!(outcome, Outcome::default());
}
