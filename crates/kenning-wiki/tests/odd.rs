//! Folders as they should not be: each oddity is a finding, nothing outside the folder is read, and the rest goes on.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Folder, World, changes, problems};
use kenning_wiki::{Catalog, Memory, Touched};
use std::sync::atomic::{AtomicBool, Ordering};

/// All that the graphs say, in one text.
fn said(world: &World) -> String {
    let triples = world.0.values().flat_map(|(_, triples)| triples.clone());
    triples.collect::<Vec<_>>().join("\n")
}

fn scanned(folder: &Folder) -> (World, Vec<String>) {
    let scan = folder.scan(&Catalog::empty());
    let mut world = World::default();
    world.apply(&scan.changes);
    (world, problems(&scan))
}

#[cfg(unix)]
#[test]
fn what_is_no_file_of_the_folder_is_found_and_not_opened() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let outside = Folder::new(&[
        ("secret.md", "the outside secret\n"),
        ("deep/more.md", "the outside secret\n"),
    ]);
    let folder = Folder::new(&[(
        "a.md",
        "Fine, see [b](../../wiki/secret.md) and [c](/etc/passwd).\n",
    )]);
    let path = |name: &str| folder.path().join(name);
    symlink(folder.path(), path("loop")).unwrap();
    symlink(path("self.md"), path("self.md")).unwrap();
    symlink(outside.path(), path("out")).unwrap();
    symlink(outside.path().join("secret.md"), path("out.md")).unwrap();
    symlink(outside.path().join("secret.md"), path("links.toml")).unwrap();
    symlink("/etc/hostname", path("context.jsonld")).unwrap();
    let _socket = UnixListener::bind(path("socket.md")).unwrap();
    let fifo = std::process::Command::new("mkfifo")
        .arg(path("pipe.md"))
        .status();
    let (world, found) = scanned(&folder);
    assert!(!said(&world).contains("the outside secret"));
    assert_eq!(folder.scan(&Catalog::empty()).summary.notes, 1);
    let mut expected = vec![
        "loop",
        "self.md",
        "out",
        "out.md",
        "links.toml",
        "context.jsonld",
        "socket.md",
    ];
    if fifo.is_ok_and(|status| status.success()) {
        expected.push("pipe.md");
    }
    for name in expected {
        let about = format!("{name}: ");
        assert!(
            found.iter().any(|problem| problem.starts_with(&about)),
            "{name}: {found:#?}"
        );
    }
    // A note that is put in place of a link is read, and one that a link is put in place of is gone.
    std::fs::remove_file(path("out.md")).unwrap();
    folder.write("out.md", "Inside now.\n");
    let (world, _) = scanned(&folder);
    assert!(said(&world).contains("Inside now."));
}

#[cfg(unix)]
#[test]
fn names_may_be_anything_that_the_file_system_takes() {
    use std::os::unix::ffi::OsStrExt;
    let long = format!("{}.md", "n".repeat(240));
    let names = [
        "two\nlines.md",
        "tab\there.md",
        "50% & <more>.md",
        "a%20b.md",
        "a b.md",
        "quote\"s.md",
        "back\\slash.md",
        "semi;colon.md",
        "#hash.md",
        "what?.md",
        "{brace}.md",
        "-dash.md",
        "C:drive.md",
        "..dots.md",
        "emoji 🎹.md",
        "كتاب.md",
        "a\u{202e}b.md",
        "empty.md",
        long.as_str(),
        "space .md",
        " .md",
    ];
    let folder = Folder::new(&[]);
    for name in names {
        folder.write(name, if name == "empty.md" { "" } else { "Text.\n" });
    }
    let bytes = std::ffi::OsStr::from_bytes(b"not\xFFutf8.md");
    std::fs::write(folder.path().join(bytes), "Text.\n").unwrap();
    let scan = folder.scan(&Catalog::empty());
    // `..dots.md` begins with a dot and is hidden, as everywhere.
    assert_eq!(scan.summary.notes, names.len() - 1);
    let found = problems(&scan);
    assert!(
        found.iter().all(|problem| !problem.contains('\n')),
        "{found:?}"
    );
    assert!(
        found.iter().any(|problem| problem.contains("not text")),
        "{found:?}"
    );
    let mut world = World::default();
    world.apply(&scan.changes);
    // Two notes never share a graph.
    let graphs = world.0.keys().filter(|name| name.contains("/graph/note/"));
    assert_eq!(graphs.count(), names.len() - 1);
    for (path, graph) in scan.changes.iter().flat_map(|change| {
        change
            .graphs
            .iter()
            .map(|graph| (&change.path, graph.name.as_str()))
    }) {
        assert!(oxrdf::NamedNode::new(graph).is_ok(), "{path}: {graph}");
    }
    assert_eq!(changes(&folder.scan(&scan.catalog)), [""; 0]);
}

#[test]
fn names_that_are_one_on_other_systems_are_two_notes_and_a_finding() {
    let folder = Folder::new(&[
        ("Log.md", "One.\n"),
        ("log.md", "Two.\n"),
        ("caf\u{e9}.md", "Three.\n"),
        ("cafe\u{301}.md", "Four.\n"),
        ("from.md", "[[caf\u{e9}]] [[Log]]\n"),
    ]);
    let (world, found) = scanned(&folder);
    if world
        .0
        .keys()
        .filter(|name| name.contains("/graph/note/"))
        .count()
        < 5
    {
        println!("skipped: this file system takes them for one");
        return;
    }
    let twins: Vec<&String> = found
        .iter()
        .filter(|problem| problem.contains("is spelt like"))
        .collect();
    assert_eq!(twins.len(), 2, "{found:#?}");
    assert_eq!(world.links("from.md", "Log.md").len(), 1);
    assert_eq!(world.links("from.md", "log.md").len(), 0);
    // Nobody can tell which of two names was meant that look the same.
    assert!(
        found
            .iter()
            .any(|problem| problem.contains("could be any of")),
        "{found:#?}"
    );
}

#[test]
fn folders_that_are_nested_too_deep_are_left_out_and_said() {
    let folder = Folder::new(&[("a.md", "Fine.\n")]);
    let deep = |depth: usize| format!("{}x.md", "d/".repeat(depth));
    folder.write(&deep(100), "Deep.\n");
    folder.write(&deep(103), "Too deep.\n");
    let (world, found) = scanned(&folder);
    assert!(said(&world).contains("Deep.") && !said(&world).contains("Too deep."));
    assert!(
        found
            .iter()
            .any(|problem| problem.contains("more than 100 deep")),
        "{found:?}"
    );
}

#[test]
fn a_folder_that_goes_away_takes_nothing_along_that_could_come_back() {
    let folder = Folder::new(&[("a.md", "Text.\n"), ("in/b.md", "Text.\n")]);
    let wiki = folder.wiki();
    let first = wiki.scan(&Catalog::empty(), &mut |_| ());
    let moved = folder.path().with_extension("away");
    std::fs::rename(folder.path(), &moved).unwrap();
    let second = wiki.scan(&first.catalog, &mut |_| ());
    assert_eq!(
        (
            second.summary.notes,
            second.summary.kept,
            second.summary.gone
        ),
        (2, 2, 0)
    );
    assert_eq!(problems(&second).len(), 1, "{:?}", problems(&second));
    std::fs::rename(&moved, folder.path()).unwrap();
    let third = wiki.scan(&second.catalog, &mut |_| ());
    assert_eq!((third.summary.notes, third.summary.kept), (2, 0));
    assert_eq!(problems(&third), [""; 0]);
}

/// Files that are written and folders that come and go while the folder is read: whatever is seen on the way, the end is right.
#[test]
fn a_folder_that_changes_while_it_is_read_is_right_in_the_end() {
    let folder = Folder::new(&[("a.md", "Text.\n")]);
    let text = |word: &str| format!("{word}\n\n").repeat(20_000);
    folder.write("big.md", text("first"));
    let done = AtomicBool::new(false);
    let mut memory = Memory::new();
    let mut world = World::default();
    let mut catalog = Catalog::empty();
    let mut follow = |touched: &Touched| {
        let scan = folder
            .wiki()
            .scan_with(&catalog, &mut memory, touched, &mut |_| ());
        world.apply(&scan.changes);
        catalog = scan.catalog;
        world.clone()
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..30 {
                std::fs::write(
                    folder.path().join("big.md"),
                    text(&format!("word {number}")),
                )
                .unwrap();
                let dir = folder.path().join("come and go");
                std::fs::create_dir_all(&dir).unwrap();
                std::fs::write(dir.join("x.md"), "Text.\n").unwrap();
                std::fs::remove_dir_all(&dir).unwrap();
            }
            std::fs::write(folder.path().join("big.md"), "The last words.\n").unwrap();
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            follow(&Touched::Anything);
        }
    });
    let world = follow(&Touched::Anything);
    assert!(said(&world).contains("The last words."));
    assert_eq!(
        world,
        World::of(&folder.path(), &kenning_wiki::Rules::default())
    );
}

/// What a watcher says of a path that is not what it was is not trusted further than the file system.
#[test]
fn whatever_a_watcher_names_the_folder_decides() {
    let folder = Folder::new(&[
        ("a.md", "[[b]] [x](pic.png)\n"),
        ("in/b.md", "Text.\n"),
        ("pic.png", ""),
    ]);
    let mut memory = Memory::new();
    let mut world = World::default();
    let mut catalog = Catalog::empty();
    let mut follow = |paths: &[&str]| {
        let touched = Touched::Paths(paths.iter().map(|path| (*path).to_owned()).collect());
        let scan = folder
            .wiki()
            .scan_with(&catalog, &mut memory, &touched, &mut |_| ());
        world.apply(&scan.changes);
        let found = problems(&scan);
        catalog = scan.catalog;
        let (fresh, ideal) = scanned(&folder);
        assert_eq!(world, fresh, "{paths:?}");
        assert_eq!(found, ideal, "{paths:?}");
    };
    follow(&[]);
    folder.write("new/c.md", "Text.\n");
    follow(&["new"]);
    folder.write(".gitignore", "in/\n");
    follow(&[".gitignore"]);
    folder.remove(".gitignore");
    follow(&[".gitignore"]);
    folder.remove("pic.png");
    follow(&[
        "pic.png",
        "never.md",
        ".hidden/x.md",
        "../outside.md",
        "new/c.md/x",
    ]);
    std::fs::remove_dir_all(folder.path().join("new")).unwrap();
    follow(&["new"]);
    folder.remove("in/b.md");
    follow(&["in/b.md"]);
    folder.write(".obsidian/app.json", "{}");
    follow(&[".obsidian"]);
    folder.write("links.toml", "'b' = 'a'\n");
    follow(&["links.toml"]);
}
