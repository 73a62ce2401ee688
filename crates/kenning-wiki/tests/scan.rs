//! What a scan finds, what it leaves alone, and what it survives.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Folder, World, changes, problems, stored};
use kenning_access::Scale;
use kenning_wiki::Catalog;

#[test]
fn a_folder_is_followed_step_by_step() {
    let folder = Folder::new(&[
        ("a.md", "# A\n\nSee [[Beta]] and [[Gamma]].\n"),
        ("b.md", "# Beta\n"),
    ]);
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    assert_eq!(changes(&first), ["added a.md", "added b.md"]);
    world.apply(&first.changes);
    assert_eq!(world.links("a.md", "b.md"), ["internal"]);
    let summary = first.summary;
    assert_eq!((summary.links, summary.resolved, summary.wanted), (2, 1, 1));

    let again = folder.scan(&first.catalog);
    assert_eq!(changes(&again), [""; 0]);
    assert_eq!(again.summary.links, 2);

    // A new note answers a link that waited for it; the linking note is not read for that.
    folder.write("sub/gamma.md", "---\naliases: [Third]\n---\nText.\n");
    let third = folder.scan(&again.catalog);
    assert_eq!(changes(&third), ["relinked a.md", "added sub/gamma.md"]);
    world.apply(&third.changes);
    assert_eq!(world.links("a.md", "sub/gamma.md"), ["internal"]);

    // Gone again.
    folder.remove("sub/gamma.md");
    let fourth = folder.scan(&third.catalog);
    assert_eq!(changes(&fourth), ["relinked a.md", "gone sub/gamma.md"]);
    world.apply(&fourth.changes);
    let mut fresh = World::default();
    fresh.apply(&folder.scan(&Catalog::empty()).changes);
    assert_eq!(world, fresh);
}

#[test]
fn a_label_that_changes_moves_all_graphs_of_the_note() {
    let folder = Folder::new(&[
        ("a.md", "---\nprotection: public\n---\nSee [[b]].\n"),
        ("b.md", "---\nprotection: public\n---\nText.\n"),
    ]);
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    assert_eq!(world.links("a.md", "b.md"), ["public"]);
    folder.write("b.md", "---\nprotection: confidential\n---\nText.\n");
    let second = folder.scan(&first.catalog);
    world.apply(&second.changes);
    assert_eq!(world.links("a.md", "b.md"), ["confidential"]);
    let mut fresh = World::default();
    fresh.apply(&folder.scan(&Catalog::empty()).changes);
    assert_eq!(world, fresh);
}

#[test]
fn new_rules_change_labels_without_a_change_of_files() {
    let folder = Folder::new(&[("hr/a.md", "Text about [[b]].\n"), ("b.md", "Text.\n")]);
    let first = folder.scan(&Catalog::empty());
    let mut world = World::default();
    world.apply(&first.changes);
    folder.write(
        "kenning.toml",
        "[[rule]]\npath = 'hr'\nfloor = 'confidential'\n",
    );
    let second = folder.scan(&first.catalog);
    assert_eq!(changes(&second), ["changed hr/a.md"]);
    world.apply(&second.changes);
    let mut fresh = World::default();
    fresh.apply(&folder.scan(&Catalog::empty()).changes);
    assert_eq!(world, fresh);
}

#[test]
fn neither_the_number_of_threads_nor_the_run_matters() {
    let folder = Folder::new(&[]);
    for place in 0..60 {
        let (next, far) = (place + 1, (place * 7) % 60);
        let text = format!("# Note {place}\n\nSee [[note {next}]], [[n{far}]] and [[x]].\n");
        folder.write(&format!("d{}/n{place}.md", place % 5), text);
    }
    let scan = |threads| {
        let wiki = folder.wiki().with_threads(threads);
        let scan = wiki.scan(&Catalog::empty(), &mut |_| ());
        (scan.changes, scan.problems, scan.summary)
    };
    let one = scan(1);
    assert_eq!(one, scan(2));
    assert_eq!(one, scan(7));
}

#[test]
fn a_catalog_survives_being_stored() {
    let folder = Folder::new(&[
        ("a.md", "See [[b]].\n"),
        ("b.md", "::: protected {level=restricted}\n[[a]]\n:::\n"),
    ]);
    let scan = folder.scan(&Catalog::empty());
    assert_eq!(stored(&scan.catalog), scan.catalog);
    let parts = scan.catalog.parts(&Catalog::empty());
    let head = parts.head.unwrap();
    let (path, bytes) = &parts.notes[1];
    for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        let notes = [(path.as_str(), &bytes[..cut])];
        assert!(
            Catalog::from_parts(&head, None, notes).is_err(),
            "cut at {cut}"
        );
    }
    assert!(Catalog::from_parts(&[99, 0, 0], None, []).is_err());
    assert!(Catalog::from_parts(&head[..head.len() / 2], None, []).is_err());
}

#[test]
fn one_edit_stores_one_piece_of_the_catalog() {
    let folder = Folder::new(&[
        ("a.md", "See [[b]].\n"),
        ("b.md", "Text.\n"),
        ("c.md", "C.\n"),
    ]);
    let before = folder.scan(&Catalog::empty()).catalog;
    folder.write("b.md", "Another text.\n");
    folder.remove("c.md");
    let after = folder.scan(&before).catalog;
    let parts = after.parts(&before);
    let paths: Vec<&str> = parts.notes.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        (paths, parts.gone, parts.head),
        (vec!["b.md"], vec!["c.md".to_owned()], None)
    );
}

#[test]
fn what_is_no_note_is_left_alone_and_said_where_it_could_surprise() {
    let outside = Folder::new(&[("secret.md", "outside\n")]);
    let folder = Folder::new(&[
        ("a.md", "Text.\n"),
        (".hidden/b.md", "Text.\n"),
        (".c.md", "Text.\n"),
        ("picture.png", "x"),
        ("drafts/d.md", "Text.\n"),
        ("e.bak.md", "Text.\n"),
        (".kenningignore", "drafts/\n"),
        ("kenning.toml", "ignore = ['*.bak.md']\n"),
    ]);
    let link = |to: &std::path::Path, name: &str| {
        std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    };
    link(&outside.path().join("secret.md"), "leak.md");
    link(&outside.path(), "leaks");
    link(&folder.path(), "loop");
    let pipe = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe.md"))
        .status();
    let pipe = pipe.is_ok_and(|status| status.success());
    let scan = folder.scan(&Catalog::empty());
    assert_eq!(changes(&scan), ["added a.md"]);
    let mut expected = vec![
        "leak.md: symbolic links are not followed; it is left out",
        "leaks: symbolic links are not followed; it is left out",
        "loop: symbolic links are not followed; it is left out",
    ];
    if pipe {
        expected.push("pipe.md: it is no ordinary file; it is left out");
    }
    assert_eq!(problems(&scan), expected);
}

#[test]
fn what_cannot_be_read_keeps_what_it_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[
        ("a.md", "See [[b]].\n"),
        ("deep/b.md", "Text.\n"),
        ("deep/c.md", "Text.\n"),
    ]);
    let first = folder.scan(&Catalog::empty());
    let mode = |path: &str, mode| {
        let file = folder.path().join(path);
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("deep", 0o000);
    mode("a.md", 0o000);
    let allowed = std::fs::read_dir(folder.path().join("deep")).is_ok();
    let second = folder.scan(&first.catalog);
    mode("deep", 0o755);
    mode("a.md", 0o644);
    if allowed {
        println!("skipped: this user may read everything");
        return;
    }
    assert_eq!(changes(&second), [""; 0]);
    assert_eq!(second.summary.kept, 3);
    assert_eq!(problems(&second).len(), 2, "{:?}", problems(&second));
    assert_eq!(changes(&folder.scan(&second.catalog)), [""; 0]);
}

#[test]
fn a_wiki_that_is_called_otherwise_takes_its_old_graphs_along() {
    let folder = Folder::new(&[("a.md", "Text.\n")]);
    let first = folder.scan(&Catalog::empty());
    folder.write("kenning.toml", "name = 'handbook'\n");
    let second = folder.scan(&first.catalog);
    assert_eq!(changes(&second), ["gone a.md", "added a.md"]);
    let mut world = World::default();
    world.apply(&first.changes);
    world.apply(&second.changes);
    assert!(world.0.keys().all(|name| name.contains("/handbook/")));
}

#[test]
fn broken_settings_close_every_note() {
    let folder = Folder::new(&[
        ("a.md", "---\nprotection: public\n---\nText.\n"),
        ("kenning.toml", "default_level = \"internal\"\nname = \n"),
    ]);
    let scan = folder.scan(&Catalog::empty());
    let mut world = World::default();
    world.apply(&scan.changes);
    let scale = Scale::default();
    assert!(
        world
            .0
            .values()
            .all(|(label, _)| scale.write_label(label) == "restricted{}")
    );
    let problems = problems(&scan);
    assert!(problems[0].starts_with("kenning.toml:2:"), "{problems:?}");
}

#[test]
fn a_link_to_nothing_is_reported_with_what_may_be_meant() {
    let folder = Folder::new(&[
        (
            "post.md",
            "One [knowledge economy](/knwoledge-economy/) and [this](./onbaording.md).\n",
        ),
        ("onboarding.md", "Text.\n"),
        ("x/twin.md", "Text.\n"),
        ("y/twin.md", "See [[twin]] and [[nothing yet]].\n"),
        ("z.md", "See [[twin]].\n"),
    ]);
    let scan = folder.scan(&Catalog::empty());
    assert_eq!(
        problems(&scan),
        [
            "post.md:1:5: `/knwoledge-economy/` leads to nothing; its words suggest `/knowledge-economy/` (by the rule `words`, 94 % sure)",
            "post.md:1:50: `./onbaording.md` leads to nothing; did you mean `onboarding.md`? (by the rule `spelling`, 90 % sure)",
            "z.md:1:5: `twin` could be any of `x/twin.md`, `y/twin.md` (by the name of its file); it leads nowhere; \
             write the path, let `ambiguous = \"shortest\"` in `kenning.toml` take `x/twin.md`, \
             or say in `links.toml` which is meant, such as `\"twin\" = \"x/twin.md\"`",
        ]
    );
}

const LONG: &str = "# Plan\n\nFirst line of it.\n\nSecond line.\n\nThird line.\n\nFourth line.\n\n\
    Fifth line.\n\nSixth line.\n\nSeventh line.\n\nEighth line.\n\nNinth line.\n\nTenth line.\n";

#[test]
fn a_note_that_moves_keeps_its_address() {
    let folder = Folder::new(&[("plan.md", LONG), ("a.md", "See [[plan]].\n")]);
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    let before: Vec<String> = world.0.keys().cloned().collect();

    folder.rename("plan.md", "archive/old plan.md");
    let second = folder.scan(&first.catalog);
    // The linking note finds it by another rung now.
    assert_eq!(
        changes(&second),
        ["relinked a.md", "moved archive/old plan.md"]
    );
    world.apply(&second.changes);
    assert_eq!(world.0.keys().cloned().collect::<Vec<_>>(), before);
    let text = world.seen_by(&common::reader("restricted", "*"));
    assert!(text.contains("\"archive/old plan.md\""), "{text}");
    assert!(text.contains("formerPath> \"plan.md\""), "{text}");
    // A link to where it was still finds it.
    assert_eq!(world.links("a.md", "plan.md"), ["internal"]);
    assert_eq!(changes(&folder.scan(&second.catalog)), [""; 0]);

    // Moved and changed at once.
    folder.remove("archive/old plan.md");
    folder.write("plans/plan b.md", LONG.replace("Third", "The third"));
    let third = folder.scan(&second.catalog);
    assert_eq!(changes(&third), ["moved plans/plan b.md"]);
    world.apply(&third.changes);
    assert_eq!(world.0.keys().cloned().collect::<Vec<_>>(), before);

    // Back to where it was.
    folder.rename("plans/plan b.md", "plan.md");
    let fourth = folder.scan(&third.catalog);
    assert_eq!(changes(&fourth), ["relinked a.md", "moved plan.md"]);
}

#[test]
fn two_notes_may_change_places() {
    let other = LONG.replace("Plan", "Other").replace("line", "row");
    let folder = Folder::new(&[("plan.md", LONG), ("other.md", &other)]);
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    let before: Vec<String> = world.0.keys().cloned().collect();
    folder.rename("plan.md", "third.md");
    folder.rename("other.md", "plan.md");
    folder.rename("third.md", "other.md");
    let second = folder.scan(&first.catalog);
    assert_eq!(changes(&second), ["moved other.md", "moved plan.md"]);
    world.apply(&second.changes);
    assert_eq!(world.0.keys().cloned().collect::<Vec<_>>(), before);
}

#[test]
fn a_copy_is_another_note_and_so_is_a_newcomer_at_an_old_path() {
    let folder = Folder::new(&[("plan.md", LONG)]);
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    folder.write("copy.md", LONG);
    let second = folder.scan(&first.catalog);
    assert_eq!(changes(&second), ["added copy.md"]);
    world.apply(&second.changes);

    folder.rename("plan.md", "moved.md");
    folder.remove("copy.md");
    folder.write("plan.md", "Something else altogether.\n");
    let third = folder.scan(&second.catalog);
    assert_eq!(third.summary.notes, 2);
    world.apply(&third.changes);
    let names: Vec<&String> = world
        .0
        .keys()
        .filter(|name| name.contains("/graph/note/"))
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn an_address_never_tells_of_a_hidden_note_that_moved_away() {
    let hidden = format!("---\nprotection: restricted\n---\n{LONG}");
    let open = "---\nprotection: public\n---\nSomething else altogether.\n";
    let folder = Folder::new(&[("plan.md", &hidden)]);
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    folder.rename("plan.md", "moved.md");
    folder.write("plan.md", open);
    world.apply(&folder.scan(&first.catalog).changes);
    let reader = common::reader("public", "");
    let alone = Folder::new(&[("plan.md", open)]);
    let alone = World::of(&alone.path(), &kenning_wiki::Rules::default());
    assert_eq!(world.seen_by(&reader), alone.seen_by(&reader));
}

#[test]
fn a_note_that_cannot_be_read_keeps_its_last_good_version_and_is_marked() {
    let folder = Folder::new(&[("a.md", "See [[b]].\n"), ("b.md", "Text.\n")]);
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    let good = world.clone();
    // Larger than any note that is read, and no longer on the disk than it has to be.
    let file = std::fs::File::options()
        .write(true)
        .open(folder.path().join("a.md"))
        .unwrap();
    file.set_len(300 << 20).unwrap();
    let second = folder.scan(&first.catalog);
    world.apply(&second.changes);
    assert_eq!((second.summary.kept, second.summary.notes), (1, 2));
    let marked = |world: &World| {
        let triples = world.0.values().flat_map(|(_, triples)| triples);
        triples
            .filter(|triple| triple.contains("unreadableBecause"))
            .count()
    };
    assert_eq!(marked(&world), 1);
    for (graph, content) in &good.0 {
        assert!(
            graph.contains("/meta/") || world.0[graph] == *content,
            "{graph}"
        );
    }
    let third = folder.scan(&stored(&second.catalog));
    assert_eq!(changes(&third), [""; 0]);
    for scan in [&second, &third] {
        let problems = problems(scan);
        assert!(
            problems
                .iter()
                .any(|problem| problem.starts_with("a.md: the file has")),
            "{problems:?}"
        );
    }
    folder.write("a.md", "See [[b]].\n");
    let fourth = folder.scan(&third.catalog);
    world.apply(&fourth.changes);
    assert_eq!(world, good);
    assert_eq!((problems(&fourth).len(), fourth.summary.kept), (0, 0));
}

#[test]
fn what_is_wrong_with_a_protection_is_told_again_when_broken_settings_are_mended() {
    let folder = Folder::new(&[("a.md", "---\nprotection: secrte\n---\nText.\n")]);
    let told = |scan: &kenning_wiki::Scan| -> Vec<String> {
        scan.problems.iter().map(ToString::to_string).collect()
    };
    let whole = told(&folder.scan(&Catalog::empty()));
    folder.write("kenning.toml", "name =\n");
    let broken = folder.scan(&Catalog::empty());
    folder.write("kenning.toml", "");
    assert_eq!(told(&folder.scan(&broken.catalog)), whole);
}

#[test]
fn an_identifier_is_taken_along_whatever_else_changes() {
    let note = |id: &str, words: &str| format!("---\nid: {id}\n---\n{words}\n");
    let folder = Folder::new(&[
        ("a.md", &note("idea-1", "What was said first.")),
        ("b.md", &note("idea-2", "Something else.")),
        ("c.md", "See [[idea-1]].\n"),
    ]);
    let mut world = World::default();
    let first = folder.scan(&Catalog::empty());
    world.apply(&first.changes);
    let before: Vec<String> = world.0.keys().cloned().collect();

    // Moved, and not a word left.
    folder.remove("a.md");
    folder.write("deep/z.md", note("idea-1", "Written anew."));
    let second = folder.scan(&first.catalog);
    world.apply(&second.changes);
    assert!(changes(&second).contains(&"moved deep/z.md".to_owned()));
    assert_eq!(world.0.keys().cloned().collect::<Vec<_>>(), before);

    // Two that change places, and change.
    folder.write("deep/z.md", note("idea-2", "Once more."));
    folder.write("b.md", note("idea-1", "And again."));
    let third = folder.scan(&second.catalog);
    world.apply(&third.changes);
    assert_eq!(world.0.keys().cloned().collect::<Vec<_>>(), before);
    assert_eq!(world.links("c.md", "a.md"), ["internal"]);
    assert_eq!(third.problems, []);

    // Of two that have it, neither is the other, and that is told; whatever is read by whoever reads it.
    folder.write("y.md", note("idea-1", "A copy, and more."));
    folder.remove("b.md");
    folder.write("x.md", note("idea-1", "Yet another."));
    let fourth = folder.scan(&third.catalog);
    world.apply(&fourth.changes);
    assert!(changes(&fourth).contains(&"added x.md".to_owned()));
    let told = |problems: &[kenning_wiki::Located]| -> Vec<String> {
        let problems = problems.iter().filter(|it| it.kind == "identifier");
        problems.map(ToString::to_string).collect()
    };
    assert_eq!(
        told(&fourth.problems),
        [
            "y.md: `x.md` gives itself the identifier `idea-1`, too; it tells neither of the two apart; \
          give one of them another `id`, or none"
        ]
    );
    let converted = folder.wiki().convert(&mut |_| (), &mut |_, _, _| {
        Ok::<(), std::convert::Infallible>(())
    });
    assert_eq!(told(&converted.unwrap().problems), told(&fourth.problems));
}
