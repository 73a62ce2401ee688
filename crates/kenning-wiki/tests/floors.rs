//! Predicate floors: statements that are seen above a label of their own, wherever a note's statements lie.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Folder, World, changes, reader, stored};
use kenning_wiki::{Catalog, Rules};

const ADA: &str = "---\nprotection: public\nemail: ada@example.org\nreports-to: \"[[Bo]]\"\nschema:telephone: \"123\"\n---\n# Ada\n\n\
                   ::: protected {level=confidential}\ncar:: red\n:::\n";
const BO: &str = "---\nprotection: public\n---\n# Bo\n";

fn rules(floors: &str) -> Rules {
    Rules::parse(&format!("[predicate_floors]\n{floors}")).unwrap()
}

fn lines<'w>(seen: &'w str, part: &str) -> Vec<&'w str> {
    seen.lines().filter(|line| line.contains(part)).collect()
}

#[test]
fn a_floor_holds_for_words_links_sections_and_facts_about_files() {
    let folder = Folder::new(&[("ada.md", ADA), ("bo.md", BO)]);
    let none = World::of(&folder.path(), &Rules::default());
    let all = World::of(
        &folder.path(),
        &rules(
            "'schema:email' = 'internal'\n'schema:telephone' = 'internal'\n\
             'http://localhost:7878/id/property/reports-to' = 'confidential'\n\
             'https://example.org/terms#car' = 'restricted'\n'https://w3id.org/kenning/km#byteSize' = 'internal'",
        ),
    );
    let [public, internal, confidential, restricted] =
        ["public", "internal", "confidential", "restricted"].map(|level| reader(level, ""));
    for (part, lowest) in [
        // What a plain key becomes has the floor of a property whose name ends so.
        ("ada@example.org", 1),
        ("\"123\"", 1),
        // The name that was written, and the note that it leads to.
        ("property/reports-to> <http://localhost:7878/id/name/bo>", 2),
        (
            "property/reports-to> <http://localhost:7878/id/concept/wiki/bo>",
            2,
        ),
        ("property/car", 3),
        ("byteSize", 1),
        // A graph of facts stays whole.
        ("notePath", 1),
        ("linksTo", 0),
        ("title> \"Ada\"", 0),
    ] {
        for (level, who) in [&public, &internal, &confidential, &restricted]
            .into_iter()
            .enumerate()
        {
            let seen = all.seen_by(who);
            assert_eq!(
                !lines(&seen, part).is_empty(),
                level >= lowest,
                "{part} at level {level}\n{seen}"
            );
        }
        assert!(
            !lines(&none.seen_by(&restricted), part).is_empty(),
            "{part}"
        );
    }
    // Nothing is lost, and nothing is there twice.
    let statements = |world: &World| {
        let mut all: Vec<String> = world
            .0
            .values()
            .flat_map(|(_, triples)| triples.clone())
            .collect();
        // Each graph of links names itself.
        all.retain(|triple| !triple.contains("id/graph/"));
        all.sort();
        all
    };
    assert_eq!(statements(&none), statements(&all));
}

#[test]
fn a_floor_that_is_new_or_gone_changes_what_was_stored_before() {
    let folder = Folder::new(&[("ada.md", ADA), ("bo.md", BO)]);
    let floors = rules(
        "'schema:email' = 'internal'\n'http://localhost:7878/id/property/reports-to' = 'internal'",
    );
    let mut known = Catalog::empty();
    let mut world = World::default();
    for (rules, seen) in [
        (&Rules::default(), 4),
        (&floors, 0),
        (&floors, 0),
        (&Rules::default(), 4),
    ] {
        let scan = folder.wiki_under(rules).scan(&known, &mut |_| ());
        let first = known.is_empty();
        world.apply(&scan.changes);
        let public = world.seen_by(&reader("public", ""));
        let found = lines(&public, "ada@example.org").len() + lines(&public, "reports-to").len();
        assert_eq!(found, seen, "{:?}\n{public}", changes(&scan));
        assert_eq!(world, World::of(&folder.path(), rules), "first: {first}");
        known = stored(&scan.catalog);
    }
}
