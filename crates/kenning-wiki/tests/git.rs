//! Who wrote a note, asked of real repositories that are made here.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;
#[path = "common/repository.rs"]
mod repository;

use common::{Folder, World, changes, stored};
use kenning_access::Scale;
use kenning_vocab::{Base, km};
use kenning_wiki::{Catalog, Rules};
use repository::{ADA, BEN, Repository, revisions, row};
use std::path::Path;

#[test]
fn authors_and_their_shares_follow_a_note_through_renames_and_merges() {
    for whole in [true, false] {
        let Some(repository) = Repository::new(whole) else {
            return;
        };
        let folder = &repository.folder;
        folder.write("old.md", "# Reed\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n");
        repository.commit("2026-01-01", ADA, "a note");
        repository.git("2026-01-02", &["checkout", "-q", "-b", "side"]);
        folder.write(
            "old.md",
            "# Reed\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n\nSix.\n",
        );
        repository.commit("2026-01-02", BEN, "more");
        repository.git("2026-01-03", &["checkout", "-q", "main"]);
        folder.write("other.md", "Other.\n");
        repository.commit("2026-01-03", ADA, "elsewhere");
        repository.git(
            "2026-01-04",
            &["merge", "-q", "--no-ff", "-m", "both", "side"],
        );
        folder.rename("old.md", "in/new.md");
        repository.commit("2026-01-05", ADA, "moved");
        let world = repository.world();
        assert_eq!(
            revisions(&world, "in/new.md"),
            [
                row("Ada Bell", "2026-01-05", "0"),
                row("Ben Cole", "2026-01-02", "4"),
                row("Ada Bell", "2026-01-01", "9"),
            ],
            "whole: {whole}"
        );
        assert_eq!(
            revisions(&world, "other.md"),
            [row("Ada Bell", "2026-01-03", "1")]
        );
        // What is not committed yet was written by nobody that git knows.
        folder.write("in/new.md", "# Reed\n\nRewritten.\n");
        folder.write("fresh.md", "Fresh.\n");
        let world = repository.world();
        assert_eq!(revisions(&world, "in/new.md").len(), 3);
        assert_eq!(revisions(&world, "fresh.md"), []);
    }
}

#[test]
fn one_person_with_several_addresses_is_one_and_two_who_worked_together_are_two() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    folder.write(
        ".mailmap",
        "Ada Bell <ada@example.org> <ada@old.example.org>\n",
    );
    folder.write("a.md", "---\nauthor: Ada Bell\n---\nOne.\n");
    repository.commit("2026-02-01", "ada <ada@old.example.org>", "first");
    folder.write("a.md", "---\nauthor: Ada Bell\n---\nOne.\nTwo.\n");
    repository.commit(
        "2026-02-02",
        BEN,
        "second\n\nWords.\n\nCo-authored-by: ada <ada@old.example.org>\nco-authored-by: Cy Dunn <cy@example.org>",
    );
    let world = repository.world();
    assert_eq!(
        revisions(&world, "a.md"),
        [
            row("Ada Bell + Ben Cole + Cy Dunn", "2026-02-02", "1"),
            row("Ada Bell", "2026-02-01", "4"),
        ]
    );
    // Who is named in the front matter and who git knows are one agent.
    let all: Vec<&String> = world.0.values().flat_map(|(_, triples)| triples).collect();
    let ada = Base::default()
        .agent(&kenning_note::normal_key("Ada Bell"))
        .to_string();
    let created = all
        .iter()
        .filter(|triple| triple.ends_with(&format!("creator> {ada}")));
    let wrote = all
        .iter()
        .filter(|triple| triple.ends_with(&format!("wasAttributedTo> {ada}")));
    assert_eq!((created.count(), wrote.count()), (1, 2));
}

#[test]
fn a_commit_adds_to_what_is_known_and_reads_no_note_again() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    folder.write("a.md", "One.\n");
    folder.write("b.md", "One.\n");
    repository.commit("2026-03-01", ADA, "both");
    let first = folder.scan(&Catalog::empty());
    let mut world = World::default();
    world.apply(&first.changes);
    folder.write("a.md", "One.\nTwo.\n");
    let second = folder.scan(&stored(&first.catalog));
    world.apply(&second.changes);
    repository.commit("2026-03-02", BEN, "more");
    let third = folder.scan(&stored(&second.catalog));
    world.apply(&third.changes);
    assert_eq!(changes(&third), ["changed a.md"]);
    assert_eq!(third.summary.read, 0);
    assert_eq!(world, repository.world());
    assert_eq!(revisions(&world, "a.md").len(), 2);
    // History that was rewritten is read from the beginning.
    repository.git("2026-03-03", &["reset", "-q", "--soft", "HEAD~1"]);
    repository.commit("2026-03-03", ADA, "more, by somebody else");
    let fourth = folder.scan(&stored(&third.catalog));
    world.apply(&fourth.changes);
    assert_eq!(world, repository.world());
    assert_eq!(
        revisions(&world, "a.md"),
        [
            row("Ada Bell", "2026-03-03", "1"),
            row("Ada Bell", "2026-03-01", "1")
        ]
    );
}

#[test]
fn a_rename_that_changed_much_keeps_the_address_when_git_knows_it() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    let text = |count: usize, word: &str| -> String {
        (0..20)
            .map(|line| {
                if line < count {
                    format!("{word} {line}\n\n")
                } else {
                    format!("line {line}\n\n")
                }
            })
            .collect()
    };
    folder.write("a.md", text(0, ""));
    repository.commit("2026-04-01", ADA, "a note");
    let first = folder.scan(&Catalog::empty());
    folder.remove("a.md");
    // Too much is new to know it again by its lines, and git was told of the rename while less was.
    folder.write("deep/b.md", text(7, "changed"));
    repository.commit("2026-04-02", ADA, "moved and changed");
    let second = folder.scan(&first.catalog);
    assert_eq!(changes(&second), ["moved deep/b.md"]);
    let mut world = World::default();
    world.apply(&first.changes);
    world.apply(&second.changes);
    let concept = Base::default().concept("wiki", "a.md").to_string();
    let all = world.0.values().flat_map(|(_, triples)| triples);
    assert!(all.clone().any(|triple| triple.starts_with(&concept)));
    assert!(
        all.clone()
            .any(|triple| triple.contains("formerPath") && triple.ends_with("\"a.md\""))
    );
}

/// The paths that a note had before, as its facts tell them.
fn former(world: &World, path: &str) -> Vec<String> {
    let name = Base::default().meta_graph("wiki", path);
    let (_, triples) = &world.0[name.as_str()];
    let start = format!(
        "{} {} ",
        Base::default().note("wiki", path),
        km::FORMER_PATH
    );
    let told = triples
        .iter()
        .filter_map(|triple| triple.strip_prefix(&start));
    told.map(|text| text.trim_matches('"').to_owned()).collect()
}

const LINES: &str =
    "# Reed\n\nIt is cut by hand.\n\nIt is dried for a year.\n\nThen it is cut again.\n";

#[test]
fn a_first_look_learns_from_git_where_notes_lay_before() {
    let Some(repository) = Repository::new(false) else {
        return;
    };
    let folder = &repository.folder;
    folder.write("first.md", LINES);
    folder.write(
        "links.md",
        "[[first]], [[b/second]] and [here](first.md).\n",
    );
    repository.commit("2026-01-01", ADA, "a note");
    folder.rename("first.md", "b/second.md");
    repository.commit("2026-01-02", ADA, "moved");
    folder.rename("b/second.md", "third.md");
    folder.write("third.md", format!("{LINES}\nAnd so on.\n"));
    repository.commit("2026-01-03", ADA, "moved and changed");
    let world = repository.world();
    assert_eq!(former(&world, "third.md"), ["first.md", "b/second.md"]);
    assert_eq!(world.links("links.md", "third.md"), ["internal"]);
    let concept = Base::default().concept("wiki", "first.md").to_string();
    let all = world.0.values().flat_map(|(_, triples)| triples);
    assert!(!all.clone().any(|triple| triple.contains(&concept)));
    // A conversion says the same.
    let mut converted = Vec::new();
    let wiki = folder.wiki();
    let done: Result<_, std::convert::Infallible> =
        wiki.convert(&mut |_| (), &mut |_, _, triples| {
            converted.extend(triples.iter().map(|triple| triple.to_string()));
            Ok(())
        });
    done.unwrap();
    converted.sort();
    let mut stored: Vec<String> = all.cloned().collect();
    stored.sort();
    assert_eq!(converted, stored);
}

#[test]
fn another_note_of_the_same_name_has_no_former_paths_of_it() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    for name in ["one", "two"] {
        folder.write(&format!("{name}.md"), LINES.replace("Reed", name));
    }
    repository.commit("2026-01-01", ADA, "two notes");
    for name in ["one", "two"] {
        folder.rename(&format!("{name}.md"), &format!("{name} now.md"));
        repository.commit("2026-01-02", ADA, "moved");
    }
    let removed = LINES.replace("Reed", "two");
    folder.remove("one now.md");
    folder.remove("two now.md");
    repository.commit("2026-01-03", ADA, "gone");
    // Here it had been taken away for a while, and there something else has the name.
    folder.write("one now.md", "Something else.\n");
    folder.write("two now.md", removed);
    repository.commit("2026-01-04", ADA, "back");
    // And here it has its name again.
    folder.write("three.md", LINES.replace("Reed", "three"));
    repository.commit("2026-01-05", ADA, "a third");
    folder.rename("three.md", "x.md");
    repository.commit("2026-01-06", ADA, "there");
    folder.rename("x.md", "three.md");
    repository.commit("2026-01-07", ADA, "and back");
    let world = repository.world();
    assert_eq!(former(&world, "one now.md"), Vec::<String>::new());
    assert_eq!(former(&world, "two now.md"), ["two.md"]);
    assert_eq!(former(&world, "three.md"), ["x.md"]);
}

#[test]
fn a_section_that_is_gone_and_was_called_after_a_level_of_the_operator_is_not_told_of() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    folder.write("a.md", "One line.\n");
    repository.commit("2026-01-01", ADA, "a note");
    folder.write("a.md", "\nOne line.\n\n:::important\nA name.\n:::\n");
    repository.commit("2026-01-02", BEN, "a section");
    folder.write("a.md", "One line.\n");
    repository.commit("2026-01-03", ADA, "none any more");
    let rules = |levels: [&str; 2]| Rules::new(Scale::new(levels).unwrap());
    let (named, other) = (rules(["open", "important"]), rules(["open", "closed"]));
    let section = World::of(&folder.path(), &named);
    let first = [row("Ada Bell", "2026-01-01", "1")];
    assert_eq!(revisions(&section, "a.md"), first);
    // Where no level is called so, it is a box like any other.
    let known = folder.wiki_under(&other);
    let known = known.scan(&Catalog::empty(), &mut |_| ());
    let mut world = World::default();
    world.apply(&known.changes);
    assert_eq!(revisions(&world, "a.md").len(), 3);
    // Another level is known: what was told before is told anew.
    let wiki = folder.wiki_under(&named);
    let scan = wiki.scan(&stored(&known.catalog), &mut |_| ());
    world.apply(&scan.changes);
    assert_eq!(revisions(&world, "a.md"), first);
}

#[test]
fn a_commit_tells_of_a_former_path_and_not_to_those_who_might_not_have_seen_it() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    folder.write(
        "kenning.toml",
        "[[rule]]\npath = 'hr'\nfloor = 'confidential'\n",
    );
    // So short that nobody knows it again by its words.
    folder.write("a.md", "One line.\nTwo lines.\n");
    folder.write("links.md", "[[a]]\n");
    folder.write("hr/leaving.md", LINES);
    repository.commit("2026-01-01", ADA, "notes");
    let first = folder.scan(&Catalog::empty());
    let mut world = World::default();
    world.apply(&first.changes);
    folder.remove("a.md");
    folder.write("b.md", "One line.\nTwo lines.\nThree.\n");
    folder.rename("hr/leaving.md", "left.md");
    let second = folder.scan(&stored(&first.catalog));
    world.apply(&second.changes);
    assert_eq!(former(&world, "b.md"), Vec::<String>::new());
    repository.commit("2026-01-02", ADA, "renamed");
    let third = folder.scan(&stored(&second.catalog));
    world.apply(&third.changes);
    assert_eq!(
        changes(&third),
        ["changed b.md", "changed left.md", "relinked links.md"]
    );
    assert_eq!(third.summary.read, 0);
    assert_eq!(former(&world, "b.md"), ["a.md"]);
    assert_eq!(world.links("links.md", "b.md"), ["internal"]);
    let fresh = repository.world();
    assert_eq!(former(&fresh, "b.md"), ["a.md"]);
    assert_eq!(former(&fresh, "left.md"), Vec::<String>::new());
    let all = fresh.0.values().flat_map(|(_, triples)| triples);
    assert!(!all.clone().any(|triple| triple.contains("hr/leaving")));
}

#[test]
fn notes_keep_their_addresses_from_branch_to_branch() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    folder.write("a.md", "One line.\nTwo lines.\n");
    repository.commit("2026-01-01", ADA, "a note");
    let first = folder.scan(&Catalog::empty());
    repository.git("2026-01-02", &["checkout", "-q", "-b", "side"]);
    folder.remove("a.md");
    folder.write("b.md", "One line.\nTwo lines.\nThree.\n");
    repository.commit("2026-01-02", ADA, "renamed");
    repository.git("2026-01-03", &["checkout", "-q", "main"]);
    folder.write("other.md", "Other.\n");
    repository.commit("2026-01-03", ADA, "something else");
    let second = folder.scan(&stored(&first.catalog));
    // Neither branch goes on where the other ended.
    repository.git("2026-01-04", &["checkout", "-q", "side"]);
    let third = folder.scan(&stored(&second.catalog));
    assert_eq!(changes(&third), ["moved b.md", "gone other.md"]);
    repository.git("2026-01-05", &["checkout", "-q", "main"]);
    let fourth = folder.scan(&stored(&third.catalog));
    assert_eq!(changes(&fourth), ["moved a.md", "added other.md"]);
    let mut world = World::default();
    world.apply(&first.changes);
    for scan in [&second, &third, &fourth] {
        world.apply(&scan.changes);
    }
    let a = Base::default().note_graph("wiki", "a.md");
    assert!(world.0.contains_key(a.as_str()));
}

#[test]
fn a_note_belongs_to_the_nearest_repository_around_it() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    folder.write("a.md", "One.\n");
    repository.commit("2026-01-01", ADA, "a note");
    // A repository of its own, as a submodule is one; the one around it knows nothing of its notes.
    let inner = Repository {
        folder: Folder::new(&[]),
        top: folder.path().join("within/inner"),
    };
    folder.write("within/inner/first.md", LINES);
    inner.git("2026-02-01", &["init", "-q", "-b", "main"]);
    inner.commit("2026-02-01", BEN, "a note");
    let known = folder.scan(&Catalog::empty());
    folder.rename("within/inner/first.md", "within/inner/second.md");
    inner.commit("2026-02-02", ADA, "renamed");
    folder.write("within/b.md", "[[within/inner/first]]\n");
    let world = repository.world();
    assert_eq!(
        revisions(&world, "a.md"),
        [row("Ada Bell", "2026-01-01", "1")]
    );
    assert_eq!(revisions(&world, "within/b.md"), []);
    assert_eq!(
        revisions(&world, "within/inner/second.md"),
        [
            row("Ada Bell", "2026-02-02", "0"),
            row("Ben Cole", "2026-02-01", "7")
        ]
    );
    assert_eq!(
        former(&world, "within/inner/second.md"),
        ["within/inner/first.md"]
    );
    assert_eq!(
        world.links("within/b.md", "within/inner/second.md"),
        ["internal"]
    );
    let scan = folder.scan(&stored(&known.catalog));
    assert_eq!(
        changes(&scan),
        ["added within/b.md", "moved within/inner/second.md"]
    );
    assert_eq!(changes(&folder.scan(&stored(&scan.catalog))), [""; 0]);
    // One that keeps its data elsewhere is not asked: what lies in a wiki could name any repository of the machine.
    let elsewhere = Folder::new(&[]);
    std::fs::rename(
        folder.path().join("within/inner/.git"),
        elsewhere.path().join("data"),
    )
    .unwrap();
    let data = elsewhere.path().join("data");
    folder.write("within/inner/.git", format!("gitdir: {}\n", data.display()));
    let world = repository.world();
    assert_eq!(revisions(&world, "within/inner/second.md"), []);
    // With the repository around it, as submodules do, it is.
    std::fs::create_dir_all(folder.path().join(".git/modules")).unwrap();
    std::fs::rename(&data, folder.path().join(".git/modules/inner")).unwrap();
    folder.write("within/inner/.git", "gitdir: ../../.git/modules/inner\n");
    let world = repository.world();
    assert_eq!(revisions(&world, "within/inner/second.md").len(), 2);
}

#[test]
fn a_shallow_clone_and_a_folder_without_git_are_read_all_the_same() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    folder.write("a.md", "One.\n");
    repository.commit("2026-05-01", ADA, "first");
    folder.write("a.md", "One.\nTwo.\n");
    repository.commit("2026-05-02", BEN, "second");
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("wiki");
    let url = format!("file://{}", repository.top.display());
    repository.git(
        "2026-05-03",
        &["clone", "-q", "--depth", "1", &url, copy.to_str().unwrap()],
    );
    // All that a shallow clone knows is its last commit, which did not write what came before it.
    let world = World::of(&copy, &Rules::default());
    assert_eq!(revisions(&world, "a.md"), []);
    std::fs::remove_dir_all(Path::new(&copy).join(".git")).unwrap();
    let world = World::of(&copy, &Rules::default());
    assert_eq!(revisions(&world, "a.md"), []);
    // A `.git` that is no repository is none.
    std::fs::write(copy.join(".git"), "gitdir: /nowhere\n").unwrap();
    let world = World::of(&copy, &Rules::default());
    assert_eq!(revisions(&world, "a.md"), []);
}
