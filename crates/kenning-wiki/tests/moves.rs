//! Notes that are moved, exchanged, copied and written over: each keeps what it says, and nothing of what was there before stays.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use std::cell::Cell;
use std::collections::BTreeMap;

use common::{Folder, World, changes, stored};
use kenning_vocab::{Base, km};
use kenning_wiki::{Catalog, Memory, Touched};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const PATHS: [&str; 6] = ["a.md", "b.md", "c.md", "A.md", "x/a.md", "x/New name.md"];
const LEVELS: [&str; 4] = ["", "public", "restricted", "secrte"];

/// The name of the graph of each note without its beginning, by the path at which the note lies.
fn notes(world: &World) -> BTreeMap<String, String> {
    let mut notes = BTreeMap::new();
    for (name, (_, triples)) in &world.0 {
        if !name.contains("/graph/meta/") {
            continue;
        }
        let own = name.rsplit_once("/meta/wiki/").unwrap().1;
        let start = format!(
            "{} {} \"",
            Base::default()
                .note("wiki", "X.md")
                .to_string()
                .replace("/X>", &format!("/{own}>")),
            km::NOTE_PATH
        );
        let path = triples
            .iter()
            .find_map(|triple| triple.strip_prefix(&start));
        let path = path.unwrap().trim_end_matches('"').to_owned();
        let before = notes.insert(path, own.to_owned());
        assert_eq!(before, None, "two notes lie at one path: {name}");
    }
    notes
}

/// What each note says, with its label, as if its addresses were minted from where it lies.
fn said(world: &World) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    for (path, own) in notes(world) {
        let here = Base::default().note("wiki", &path).as_str().to_owned();
        let here = here.rsplit_once("/wiki/").unwrap().1;
        let (label, triples) =
            &world.0[&format!("{}id/graph/note/wiki/{own}", Base::default().as_str())];
        let mut text = format!("{label:?} {}", triples.join("\n"));
        for end in ['>', '#'] {
            text = text.replace(&format!("/wiki/{own}{end}"), &format!("/wiki/{here}{end}"));
        }
        said.insert(path, text);
    }
    said
}

/// Graphs of anything but a note that is there.
fn strays(world: &World) -> Vec<&String> {
    let notes: Vec<String> = notes(world).into_values().collect();
    let names = world.0.keys();
    names
        .filter(|name| {
            let own = name.rsplit_once("/wiki/").unwrap().1;
            !notes.iter().any(|note| {
                let rest = own.strip_prefix(note.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#', '?', '~']))
            })
        })
        .collect()
}

#[test]
fn a_note_that_was_changed_and_changed_places_leaves_nothing_behind() {
    let secret = "---\nprotection: public\n---\nA text of some length about [[b]].\n";
    let folder = Folder::new(&[("a.md", secret), ("b.md", "Another text of some length.\n")]);
    let first = folder.scan(&Catalog::empty());
    let mut world = World::default();
    world.apply(&first.changes);
    folder.rename("b.md", "a.md");
    folder.write("b.md", secret.replace("public", "restricted"));
    let second = folder.scan(&first.catalog);
    assert_eq!(changes(&second), ["gone a.md", "moved a.md", "added b.md"]);
    world.apply(&second.changes);
    assert_eq!(strays(&world), Vec::<&String>::new());
    assert_eq!(notes(&world).len(), 2);
    let public = common::reader("public", "");
    assert!(!world.seen_by(&public).contains("some length"));
}

#[test]
fn a_note_at_the_first_path_of_one_that_goes_is_there() {
    let folder = Folder::new(&[("a.md", "A text of some length about reeds.\n")]);
    let first = folder.scan(&Catalog::empty());
    folder.rename("a.md", "z.md");
    let second = folder.scan(&first.catalog);
    folder.remove("z.md");
    folder.write("a.md", "Another text, which is about something else.\n");
    let third = folder.scan(&second.catalog);
    let mut world = World::default();
    for scan in [&first, &second, &third] {
        world.apply(&scan.changes);
    }
    let mut fresh = World::default();
    fresh.apply(&folder.scan(&Catalog::empty()).changes);
    assert_eq!(world, fresh);
}

#[test]
fn a_note_answers_to_the_name_that_its_file_has() {
    let folder = Folder::new(&[("old name.md", "# Title\n\nA text of some length.\n")]);
    let first = folder.scan(&Catalog::empty());
    let mut world = World::default();
    world.apply(&first.changes);
    folder.rename("old name.md", "new name.md");
    let second = folder.scan(&first.catalog);
    world.apply(&second.changes);
    let (_, triples) = &world.0["http://localhost:7878/id/graph/note/wiki/old%20name"];
    let answers: Vec<&str> = triples
        .iter()
        .filter(|triple| triple.contains("answersTo"))
        .map(|triple| triple.rsplit_once('/').unwrap().1)
        .collect();
    assert_eq!(answers, ["title>", "new%20name>"]);
}

/// Which note was which, from how the two folders look: what moved, as `to <- from`.
fn moved(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
    let folder = Folder::new(before);
    let first = folder.scan(&Catalog::empty());
    for (path, _) in before {
        folder.remove(path);
    }
    for (path, text) in after {
        folder.write(path, text);
    }
    let second = folder.scan(&stored(&first.catalog));
    let mut world = World::default();
    world.apply(&first.changes);
    world.apply(&second.changes);
    let moved = notes(&world).into_iter();
    let moved = moved.filter(|(path, own)| path.trim_end_matches(".md") != own);
    moved
        .map(|(path, own)| format!("{path} <- {own}"))
        .collect()
}

/// A note with so many paragraphs about something.
fn about(what: &str, from: usize, to: usize) -> String {
    (from..to)
        .map(|number| {
            format!("What there is to say about {what}, part {number}, in a sentence.\n\n")
        })
        .collect()
}

#[test]
fn a_note_of_which_half_was_written_anew_is_the_same_note() {
    let none = Vec::<String>::new();
    let (old, half) = (
        about("reeds", 0, 20),
        about("reeds", 0, 12) + &about("cane", 0, 8),
    );
    let bystander = ("bystander.md", "Something else.\n");
    let (old, half) = (old.as_str(), half.as_str());
    assert_eq!(
        moved(&[("a.md", old), bystander], &[("b.md", half), bystander]),
        ["b.md <- a"]
    );
    let other = about("reeds", 0, 5) + &about("cane", 0, 15);
    assert_eq!(moved(&[("a.md", old)], &[("b.md", &other)]), none);
    // Of a short one, most must be left.
    let short =
        "# Reed\n\nIt is cut by hand.\n\nIt is dried for a year.\n\nThen it is cut again.\n";
    let more = format!("{short}\nAnd so on.\n");
    assert_eq!(moved(&[("a.md", short)], &[("b.md", &more)]), ["b.md <- a"]);
    let less = "# Cane\n\nIt grows.\n\nIt is dried for a year.\n\nThen it is cut again.\n";
    assert_eq!(moved(&[("a.md", short)], &[("b.md", less)]), none);
    // One that was divided goes on in its larger part; one of which the parts are as large, in none.
    let [large, small] = [about("reeds", 0, 14), about("reeds", 14, 20)];
    assert_eq!(
        moved(&[("a.md", old)], &[("b.md", &large), ("c.md", &small)]),
        ["b.md <- a"]
    );
    let [large, small] = [about("reeds", 0, 10), about("reeds", 10, 20)];
    assert_eq!(
        moved(&[("a.md", old)], &[("b.md", &large), ("c.md", &small)]),
        none
    );
}

#[test]
fn a_guess_says_that_it_is_one() {
    let folder = Folder::new(&[
        ("a.md", about("reeds", 0, 20).as_str()),
        ("b.md", &about("cane", 0, 9)),
    ]);
    let first = folder.scan(&Catalog::empty());
    folder.remove("a.md");
    folder.write("x/a.md", about("reeds", 0, 18));
    folder.rename("b.md", "x/b.md");
    let second = folder.scan(&first.catalog);
    assert_eq!(changes(&second), ["moved x/a.md", "moved x/b.md"]);
    let [(path, from, guess)] = second.guesses.as_slice() else {
        panic!("{:?}", second.guesses);
    };
    assert_eq!(
        (path.as_str(), from.as_str(), guess.rule.as_str()),
        ("x/a.md", "a.md", "lines")
    );
    assert!((80..100).contains(&guess.confidence), "{guess}");
}

#[test]
fn what_many_notes_begin_with_does_not_make_two_of_them_one() {
    let none = Vec::<String>::new();
    let template = "---\ntype: meeting\nattendees:\nplace: the workshop\n---\n\n## Agenda\n\n\
        > What is to be decided, by whom, and what has to be known for it. One line for each.\n\n## Decisions\n\n\
        > Who decided what, and why. Who does what until when. What was left open.\n\n## Next\n\n";
    let filled = |what: &str| {
        template.replace(
            "## Agenda",
            &format!("# {what}\n\n## Agenda\n\nAbout {what}."),
        )
    };
    let [may, june, july] = ["May", "June", "July"].map(filled);
    // Where a third note has it, a template tells nothing, filled in or not.
    assert_eq!(
        moved(
            &[("may.md", &may), ("june.md", &june)],
            &[("june.md", &june), ("july.md", &july)]
        ),
        none
    );
    assert_eq!(
        moved(
            &[("may.md", template), ("june.md", template)],
            &[("june.md", template), ("july.md", template)]
        ),
        none
    );
    // Where the only one of a kind goes and another comes, headings and keys are not enough.
    let daily = |day: &str| {
        format!(
            "---\ntype: day\nmood:\n---\n\n# {day}\n\n## Tasks\n\n## Log\n\n## Notes\n\n## Read\n"
        )
    };
    let [one, other] = ["2026-03-01", "2026-03-02"].map(daily);
    assert_eq!(
        moved(&[("2026-03-01.md", &one)], &[("2026-03-02.md", &other)]),
        none
    );
    // What says next to nothing is not known again, unless it has not changed.
    assert_eq!(
        moved(&[("a.md", "# A\n\nSoon.\n")], &[("b.md", "# B\n\nSoon.\n")]),
        none
    );
    // A note of the kind that was moved and changed is known by what it says itself.
    let own = about("reeds", 0, 4);
    let [may, changed] = [&may, &filled("May, the second")].map(|text| format!("{text}{own}"));
    assert_eq!(
        moved(
            &[("may.md", &may), ("june.md", &june)],
            &[("june.md", &june), ("x/may.md", &changed)]
        ),
        ["x/may.md <- may"]
    );
}

#[test]
fn notes_that_say_the_same_keep_their_names_when_a_folder_is_moved() {
    let text = "It will be written soon, by somebody.\n";
    assert_eq!(
        moved(
            &[("x/a.md", text), ("x/b.md", text), ("c.md", text)],
            &[("y/a.md", text), ("y/b.md", text), ("c.md", text)]
        ),
        ["y/a.md <- x/a", "y/b.md <- x/b"]
    );
    // Which of them was called otherwise, nobody knows.
    assert_eq!(
        moved(
            &[("a.md", text), ("b.md", text)],
            &[("c.md", text), ("d.md", text)]
        ),
        Vec::<String>::new()
    );
}

#[test]
fn what_is_called_so_today_comes_before_what_was_called_so_once() {
    let text = |what: &str| format!("# {what}\n\nA text of some length about {what}.\n");
    let folder = Folder::new(&[
        ("x/reed.md", &text("cane")),
        ("plan.md", &text("tasks")),
        (
            "links.md",
            "[[reed]] [[x/reed]] [one](x/reed.md) [none](reed.md) [[plan]]\n",
        ),
    ]);
    let first = folder.scan(&Catalog::empty());
    folder.rename("x/reed.md", "y/other.md");
    folder.rename("plan.md", "y/tasks.md");
    let second = folder.scan(&first.catalog);
    let mut world = World::default();
    world.apply(&first.changes);
    world.apply(&second.changes);
    let rungs = |world: &World, path: &str| {
        let graph = Base::default().links_graph("wiki", path, "internal");
        let (_, triples) = &world.0[graph.as_str()];
        triples
            .iter()
            .filter(|triple| triple.contains("byFormerPath"))
            .count()
    };
    assert_eq!(world.links("links.md", "x/reed.md"), ["internal"]);
    assert_eq!(world.links("links.md", "plan.md"), ["internal"]);
    // The names `reed`, `x/reed` and `plan`; what is written as a path is the name of no file in a folder.
    assert_eq!(rungs(&world, "links.md"), 3);
    let told = common::problems(&second);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("`reed.md` leads to nothing"), "{told:?}");
    // A note that has the name as its title is meant from now on.
    folder.write("z.md", text("plan"));
    let third = folder.scan(&second.catalog);
    world.apply(&third.changes);
    assert_eq!(world.links("links.md", "z.md"), ["internal"]);
    assert_eq!(world.links("links.md", "plan.md"), [""; 0]);
    let mut fresh = World::default();
    fresh.apply(&folder.scan(&of_another_version(&third.catalog)).changes);
    assert_eq!(fresh, world);
}

/// What is stored when a sync is cut off after so many changes and done again, and the address of each note then.
fn cut_off(folder: &Folder, world: &World, known: &Catalog, after: usize) -> World {
    let scan = folder.scan(known);
    let mut world = world.clone();
    let put = |world: &mut World, changes: &[kenning_wiki::NoteChange]| {
        for graph in changes.iter().flat_map(|change| &change.graphs) {
            let name = graph.name.as_str().to_owned();
            drop(world.0.remove(&name));
            if let Some((label, triples)) = &graph.put {
                let triples = triples.iter().map(|triple| triple.to_string()).collect();
                world.0.insert(name, (label.clone(), triples));
            }
        }
    };
    let (done, _) = scan.changes.split_at(after.min(scan.changes.len()));
    put(&mut world, done);
    let old = known.parts(&Catalog::empty());
    let mut notes: BTreeMap<String, Vec<u8>> = old.notes.into_iter().collect();
    for (path, bytes) in scan.catalog.parts(known).notes {
        if done.iter().any(|change| change.path == path) {
            notes.insert(path, bytes);
        }
    }
    let notes = notes
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    let head = old.head.unwrap_or_default();
    let mixed = Catalog::from_parts(&head, old.git.as_deref(), notes);
    let plan = scan.catalog.plan(known, &scan.catalog.parts(known).gone);
    // Without a change nothing was begun.
    let plan = if done.is_empty() {
        &[]
    } else {
        plan.as_slice()
    };
    let scan = folder.scan(&mixed.unwrap_or_default().doubted(plan));
    put(&mut world, &scan.changes);
    let base = Base::default();
    let wanted: Vec<String> = scan
        .catalog
        .graphs(&base)
        .map(|name| name.into_string())
        .collect();
    world.0.retain(|name, _| wanted.contains(name));
    assert_eq!(world.0.len(), wanted.len());
    world
}

#[test]
fn a_sync_that_was_cut_off_leaves_every_address_as_it_was() {
    let text = |name: &str| format!("A text of some length about {name} and [[a]].\n");
    let folder = Folder::new(&[]);
    let names = ["a", "b", "c", "d"];
    for name in names {
        folder.write(&format!("{name}.md"), text(name));
    }
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    for name in names {
        folder.rename(&format!("{name}.md"), &format!("moved/{name}.md"));
    }
    let mut whole = world.clone();
    whole.apply(&folder.scan(&first.catalog).changes);
    for after in 0..5 {
        assert_eq!(
            cut_off(&folder, &world, &first.catalog, after),
            whole,
            "after {after}"
        );
    }
}

/// The catalog as another version of Kenning would find it, of which the shape is another.
fn of_another_version(catalog: &Catalog) -> Catalog {
    let parts = catalog.parts(&Catalog::empty());
    let mut head = parts.head.unwrap();
    head[0] = 99;
    let notes = parts.notes.iter();
    let notes = notes.map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    Catalog::from_parts(&head, parts.git.as_deref(), notes).unwrap()
}

#[test]
fn every_address_outlasts_an_upgrade() {
    let text = |name: &str| format!("A text of some length about {name} and [[a]].\n");
    let folder = Folder::new(&[]);
    for name in ["a", "b", "c", "d"] {
        folder.write(&format!("{name}.md"), text(name));
    }
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    folder.rename("a.md", "moved/a.md");
    folder.write("a.md", "Another note, which came later.\n");
    folder.rename("b.md", "moved/b.md");
    let second = folder.scan(&first.catalog);
    world.apply(&second.changes);
    let renewed = |folder: &Folder| {
        let known = of_another_version(&second.catalog);
        assert!(known.is_doubted() && known.is_of_another_version());
        let scan = folder.scan(&known);
        let mut fresh = World::default();
        fresh.apply(&scan.changes);
        (scan, fresh)
    };
    // All is read and put again, and nothing is another.
    let (scan, fresh) = renewed(&folder);
    assert_eq!(scan.summary.read, 5);
    assert_eq!(fresh, world);
    assert_eq!(notes(&fresh)["moved/a.md"], "a");
    assert_ne!(notes(&fresh)["a.md"], "a");
    assert_eq!(stored(&scan.catalog), stored(&second.catalog));
    // What is moved, also with a change, is known again, though it was moved when nobody looked.
    folder.rename("moved/b.md", "again/b.md");
    folder.rename("d.md", "again/d.md");
    let (scan, fresh) = renewed(&folder);
    assert_eq!((scan.summary.moved, scan.summary.gone), (2, 0));
    assert_eq!(notes(&fresh)["again/b.md"], "b");
    assert_eq!(notes(&fresh)["again/d.md"], "d");
    world.apply(&folder.scan(&second.catalog).changes);
    assert_eq!(fresh, world);
}

#[test]
fn notes_that_changed_places_keep_their_addresses_when_a_sync_is_cut_off() {
    let text = |name: &str| format!("A text of some length about {name} and [[a]].\n");
    let folder = Folder::new(&[]);
    for name in ["a", "b", "c"] {
        folder.write(&format!("{name}.md"), text(name));
    }
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    folder.rename("c.md", "x.md");
    for (from, to) in [("b", "c"), ("a", "b"), ("x", "a")] {
        folder.rename(&format!("{from}.md"), &format!("{to}.md"));
    }
    let mut whole = world.clone();
    whole.apply(&folder.scan(&first.catalog).changes);
    assert_eq!(notes(&whole)["b.md"], "a");
    for after in 0..4 {
        assert_eq!(
            cut_off(&folder, &world, &first.catalog, after),
            whole,
            "after {after}"
        );
    }
}

#[test]
fn whatever_is_moved_each_note_is_there_once_and_says_what_its_file_says() {
    let step = (
        0..8_usize,
        0..PATHS.len(),
        0..PATHS.len(),
        0..LEVELS.len(),
        0..5_usize,
    );
    let input = proptest::collection::vec(step, 4..14);
    let kept = Cell::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 60,
        ..Config::default()
    });
    runner
        .run(&input, |steps| {
            let folder = Folder::new(&[]);
            let mut files: BTreeMap<&str, String> = BTreeMap::new();
            let (mut world, mut catalog) = (World::default(), Catalog::empty());
            let mut watched = World::default();
            let (mut memory, mut remembered) = (Memory::new(), Catalog::empty());
            for (count, (action, one, other, level, text)) in steps.into_iter().enumerate() {
                let (one, other) = (PATHS[one], PATHS[other]);
                let add = |text: &mut String| text.push_str(&format!("\nMore in step {count}.\n"));
                match action {
                    0 | 1 => {
                        let level = match LEVELS[level] {
                            "" => String::new(),
                            level => format!("---\nprotection: {level}\n---\n"),
                        };
                        let lines: String = (0..8)
                            .map(|line| format!("Text {text} {line}.\n\n"))
                            .collect();
                        files.insert(one, format!("{level}{lines}[[a]] [[New name]]\n"));
                    }
                    2 => drop(files.remove(one)),
                    // Changes of place, the last two with a change of words.
                    3..=6 => {
                        let (mut from, to) = (files.remove(one), files.remove(other));
                        if let Some(from) = from.as_mut().filter(|_| action > 4) {
                            add(from);
                        }
                        files.extend(from.map(|text| (other, text)));
                        if action % 2 == 0 {
                            files.extend(to.map(|text| (one, text)));
                        }
                    }
                    _ => {
                        let copy = files.get(one).cloned();
                        files.extend(copy.map(|text| (other, text)));
                    }
                }
                for path in PATHS {
                    let there = std::fs::read_to_string(folder.path().join(path)).ok();
                    match files.get(path) {
                        Some(text) if Some(text) != there.as_ref() => folder.write(path, text),
                        None if there.is_some() => folder.remove(path),
                        _ => {}
                    }
                }
                let again = cut_off(&folder, &world, &catalog, level);
                let scan = folder.scan(&catalog);
                world.apply(&scan.changes);
                catalog = stored(&scan.catalog);
                let touched = Touched::Paths([one.to_owned(), other.to_owned()].into());
                let scan = folder
                    .wiki()
                    .scan_with(&remembered, &mut memory, &touched, &mut |_| ());
                watched.apply(&scan.changes);
                remembered = scan.catalog;
                prop_assert_eq!(&world, &watched);
                prop_assert_eq!(strays(&world), Vec::<&String>::new());
                let mut fresh = World::default();
                fresh.apply(&folder.scan(&Catalog::empty()).changes);
                prop_assert_eq!(strays(&again), Vec::<&String>::new());
                prop_assert_eq!(said(&again), said(&fresh));
                prop_assert_eq!(notes(&again), notes(&world));
                for (path, text) in said(&fresh) {
                    let said = said(&world).remove(&path).unwrap_or_default();
                    let lines = said.lines().zip(text.lines());
                    let other = lines.into_iter().find(|(one, other)| one != other);
                    prop_assert_eq!(other, None, "{}", path);
                    prop_assert_eq!(said.len(), text.len());
                }
                kept.set(kept.get() + usize::from(notes(&world) != notes(&fresh)));
            }
            Ok(())
        })
        .unwrap();
    assert!(
        kept.get() > 20,
        "only {} times a note kept an address",
        kept.get()
    );
}
