//! Repositories that cannot tell who wrote a note, and those that tell it in their own way.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;
#[path = "common/repository.rs"]
mod repository;

use common::{World, changes, stored};
use kenning_wiki::Catalog;
use repository::{ADA, Repository, revisions, row};

#[test]
fn a_repository_that_cannot_tell_is_told_and_keeps_what_it_told() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    let folder = &repository.folder;
    folder.write("a.md", "A text that was written.\n");
    folder.write("in/b.md", "Another one.\n");
    // A branch of which nothing was committed is nothing odd.
    let none = folder.scan(&Catalog::empty());
    assert_eq!(none.problems, []);
    repository.commit("2026-01-01", ADA, "first");
    let first = folder.scan(&Catalog::empty());
    let mut world = World::default();
    world.apply(&first.changes);
    assert_eq!(
        revisions(&world, "a.md"),
        [row("Ada Bell", "2026-01-01", "1")]
    );
    let head = folder.path().join(".git/HEAD");
    let whole = std::fs::read(&head).unwrap();
    std::fs::write(&head, "nothing\n").unwrap();
    let second = folder.scan(&stored(&first.catalog));
    let told: Vec<String> = second.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with(".: git does not tell who wrote these notes: not a git repository"),
        "{told:?}"
    );
    assert_eq!(changes(&second), [""; 0]);
    let mut report = |_| ();
    let mut problems = Vec::new();
    let none = folder
        .wiki()
        .convert_nquads(&mut report, &mut |_| Ok::<(), std::convert::Infallible>(()));
    problems.extend(none.unwrap().problems);
    assert_eq!(problems, second.problems);
    // One that lies in the wiki is told by its folder.
    std::fs::write(&head, whole).unwrap();
    std::fs::write(folder.path().join("in/.git"), "gitdir: nowhere\n").unwrap();
    let third = folder.scan(&second.catalog);
    let told: Vec<&str> = third.problems.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(told, ["in"]);
}

#[test]
fn how_a_repository_likes_to_be_shown_changes_nothing() {
    let Some(repository) = Repository::new(true) else {
        return;
    };
    repository
        .folder
        .write("a.md", "A text that was written.\n");
    for [key, value] in [
        ["i18n.logOutputEncoding", "ISO-8859-1"],
        ["diff.orderFile", "nowhere"],
        ["log.diffMerges", "separate"],
        ["color.ui", "always"],
    ] {
        repository.git("2026-01-01", &["config", key, value]);
    }
    repository.commit("2026-01-01", "Zoë Ööz <zoe@example.org>", "first");
    assert_eq!(
        revisions(&repository.world(), "a.md"),
        [row("Zoë Ööz", "2026-01-01", "1")]
    );
}
