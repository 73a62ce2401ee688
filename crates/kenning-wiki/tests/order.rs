//! The order of files never matters: neither in which they lie in the folder, nor in which they came.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Folder, World, problems, stored};
use kenning_wiki::{Catalog, Rules};

/// Notes whose links mean something else while others are missing: by path, by name, by alias, by plural, by two names at once.
const FILES: &[(&str, &str)] = &[
    (
        "a/Reed.md",
        "---\naliases: [tongue]\nneeds: \"[[Stop]]\"\n---\n[[Bellows]] [[stops]] [[Wind chest]]\n",
    ),
    ("b/reed.md", "[[Reed]] [x](../a/Reed.md) [[tongue]]\n"),
    (
        "Stop.md",
        "---\nprotection: public\n---\n[[Reed]] [[bellows]]\n\n- part of:: [[Wind chest]]\n",
    ),
    (
        "c/Bellows.md",
        "---\nprotection: restricted\n---\n[[tongue]] [[stop]]\n",
    ),
    (
        "d/Bellows.md",
        "::: protected {level=confidential}\n\n[[Bellows]] [[Reed]]\n\n:::\n",
    ),
    (
        "wind-chest.md",
        "---\ntitle: Wind chest\n---\n[[a/Reed]] ![p](p.png)\n",
    ),
    ("p.png", ""),
    ("links.toml", "\"tongue\" = \"b/reed.md\"\n"),
];

/// Some orders of so many things, the first as they are.
fn orders(length: usize) -> Vec<Vec<usize>> {
    let steps = [1, 3, 5, 7].into_iter();
    steps
        .flat_map(|step| {
            let order: Vec<usize> = (0..length).map(|place| place * step % length).collect();
            let reverse = order.iter().rev().copied().collect();
            [order, reverse]
        })
        .collect()
}

#[test]
fn in_whatever_order_files_come_the_graphs_are_the_same() {
    let (mut first, mut middle) = (None, 0);
    for order in orders(FILES.len()) {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..FILES.len()).collect::<Vec<_>>());
        let folder = Folder::new(&[]);
        let (mut world, mut known) = (World::default(), None);
        let mut said = Vec::new();
        for file in order {
            let (path, text) = FILES[file];
            folder.write(path, text);
            let scan = folder.scan(&known.as_ref().map_or_else(Catalog::empty, stored));
            world.apply(&scan.changes);
            said = problems(&scan);
            known = Some(scan.catalog);
            let fresh = World::of(&folder.path(), &Rules::default());
            assert_eq!(world, fresh, "after {path}");
            middle += usize::from(!world.links("Stop.md", "a/Reed.md").is_empty());
        }
        let (world, said) = first.get_or_insert_with(|| (world.clone(), said.clone()));
        assert_eq!(*world, World::of(&folder.path(), &Rules::default()));
        assert_eq!(*said, problems(&folder.scan(&Catalog::empty())));
    }
    // The links did change their meaning on the way.
    let (world, said) = first.unwrap();
    assert!(middle > 0 && !said.is_empty(), "{said:?}");
    assert!(!world.links("b/reed.md", "a/Reed.md").is_empty());
}
