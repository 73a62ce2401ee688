//! By whose habits each folder of a wiki is read, and what Vault-LD's own example comes to.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Folder, World, changes, problems, shared};
use kenning_vocab::Base;
use kenning_wiki::{Catalog, Rules, Scan, Wiki};
use std::collections::BTreeSet;

/// Folder, dialect and evidence of each.
fn dialects(scan: &Scan) -> Vec<(String, String, String)> {
    let dialects = scan.dialects.iter();
    dialects
        .map(|guess| {
            let name = guess.dialect.name().to_owned();
            (guess.folder.clone(), name, guess.evidence.join("; "))
        })
        .collect()
}

fn row(folder: &str, dialect: &str, evidence: &str) -> (String, String, String) {
    (folder.to_owned(), dialect.to_owned(), evidence.to_owned())
}

#[test]
fn a_part_of_a_wiki_is_known_for_one() {
    let folder = Folder::new(&[
        ("hugo.toml", ""),
        ("content/hr/a.md", "Text.\n"),
        ("content/own/kenning.toml", ""),
        ("content/own/b.md", "Text.\n"),
        ("content/vault/.obsidian/app.json", "{}"),
    ]);
    let top = folder.path().canonicalize().unwrap();
    for (path, around) in [
        ("", None),
        ("content", Some(&top)),
        ("content/hr", Some(&top)),
        ("content/hr/a.md", Some(&top)),
        ("content/own", None),
        ("content/vault", None),
    ] {
        let wiki = Wiki::open(&top.join(path), &Rules::default(), &Base::default()).unwrap();
        assert_eq!(wiki.lies_in().as_ref(), around, "{path}");
    }
}

#[test]
fn each_folder_is_read_as_its_own_marks_say() {
    let folder = Folder::new(&[
        (".obsidian/app.json", "{}"),
        ("a.md", "---\naliases: [Ay]\n---\nText.\n"),
        ("blog/hugo.toml", ""),
        ("blog/content/b.md", "---\naliases: [/old/b/]\n---\nText.\n"),
        ("inner/.obsidian/app.json", "{}"),
        ("inner/c.md", "Text.\n"),
        ("plants/archetypes/d.md", "Text.\n"),
    ]);
    let first = folder.scan(&Catalog::empty());
    assert_eq!(
        dialects(&first),
        [
            row(
                "",
                "obsidian",
                "there is `.obsidian`, as in obsidian folders"
            ),
            row("blog", "hugo", "there is `hugo.toml`, as in hugo folders"),
        ]
    );
    // Hugo's aliases are addresses, Obsidian's are names.
    folder.write("links.md", "[[Ay]] and [old](/old/b/)\n");
    let world = World::of(&folder.path(), &Rules::default());
    assert_eq!(world.links("links.md", "a.md").len(), 1);
    assert_eq!(world.links("links.md", "blog/content/b.md").len(), 1);
    // The settings beat every mark in the folders they name, and a word that is no dialect is a problem.
    let before = folder.scan(&Catalog::empty());
    folder.write(
        "kenning.toml",
        "[dialects]\nblog = 'jekyll'\n'inner/' = 'loqseq'\n",
    );
    let after = folder.scan(&before.catalog);
    assert_eq!(
        dialects(&after)[1..],
        [
            row(
                "blog",
                "jekyll",
                "`kenning.toml` says so under `[dialects]`"
            ),
            row(
                "inner",
                "obsidian",
                "there is `.obsidian`, as in obsidian folders"
            ),
        ]
    );
    assert!(
        problems(&after)
            .iter()
            .any(|problem| problem.contains("`loqseq` is not a dialect"))
    );
    assert!(
        changes(&after).contains(&"changed blog/content/b.md".to_owned()),
        "{:?}",
        changes(&after)
    );
    folder.write("kenning.toml", "dialect = 'markdown'\n");
    let all = dialects(&folder.scan(&after.catalog));
    assert_eq!(
        all,
        [row(
            "",
            "markdown",
            "`kenning.toml` says `dialect = \"markdown\"`"
        )]
    );
}

#[test]
fn a_site_beside_its_pages_is_recognised_and_what_was_fetched_is_left_out() {
    let folder = Folder::new(&[
        ("reeds/website/docusaurus.config.js", ""),
        ("reeds/docs/a.md", "Text.\n"),
        ("organ/config.toml", ""),
        ("organ/content/b.md", "Text.\n"),
        ("organ/layouts/shortcodes/c.md", "{{ .Inner }}\n"),
        (
            "organ/archetypes/default.md",
            "---\ntitle: {{ .Name }}\n---\n",
        ),
        ("tool/config.toml", ""),
        ("tool/d.md", "Text.\n"),
        ("tool/node_modules/e/README.md", "Text.\n"),
    ]);
    let scan = folder.scan(&Catalog::empty());
    assert_eq!(
        dialects(&scan)[1..],
        [
            row(
                "organ",
                "hugo",
                "there is `config.toml`, as in hugo folders"
            ),
            row(
                "reeds",
                "docusaurus",
                "there is `website/docusaurus.config.js`, as in docusaurus folders"
            ),
        ]
    );
    assert_eq!(
        changes(&scan),
        [
            "added organ/content/b.md",
            "added reeds/docs/a.md",
            "added tool/d.md"
        ]
    );
}

const OWL: &str = "http://www.w3.org/2002/07/owl#";
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
const CUL: &str = "https://example.org/culinary#";
const DIFF: &str = "https://example.org/difficulty#";
const DATA: &str = "https://example.org/";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/// What Vault-LD 0.5 makes of its example, by section 7 of its specification and without `vld:path`, which an export that is only
/// queried may leave out. `data:` is the base of the example's context; the specification's own excerpt puts `data/` after it.
fn expected() -> BTreeSet<String> {
    let node = |name: &str| -> String {
        let (prefix, local) = name.split_once(':').unwrap();
        let namespace = match prefix {
            "owl" => OWL,
            "rdfs" => RDFS,
            "skos" => SKOS,
            "xsd" => XSD,
            "cul" => CUL,
            "diff" => DIFF,
            "sdo" => "https://schema.org/",
            _ => DATA,
        };
        format!("<{namespace}{local}>")
    };
    let table = "
        cul:Culinary a owl:Ontology
        cul:Culinary rdfs:label 'Culinary
        cul:Culinary rdfs:comment 'A minimal example ontology for recipes and ingredients, used to demonstrate the Vault-LD format.
        cul:CreativeWork a owl:Class
        cul:CreativeWork rdfs:label 'Creative Work
        cul:CreativeWork rdfs:comment 'The most generic kind of creative content; superclass of Recipe.
        cul:CreativeWork rdfs:subClassOf sdo:CreativeWork
        cul:Ingredient a owl:Class
        cul:Ingredient rdfs:label 'Ingredient
        cul:Ingredient rdfs:comment 'A foodstuff that a recipe depends on.
        cul:Recipe a owl:Class
        cul:Recipe rdfs:label 'Recipe
        cul:Recipe rdfs:comment 'A set of instructions for preparing a dish.
        cul:Recipe rdfs:subClassOf cul:CreativeWork
        cul:Recipe rdfs:subClassOf sdo:Recipe
        cul:prepTimeMinutes a owl:DatatypeProperty
        cul:prepTimeMinutes rdfs:label 'prep time minutes
        cul:prepTimeMinutes rdfs:comment 'Preparation time for a recipe, in whole minutes.
        cul:prepTimeMinutes rdfs:domain cul:Recipe
        cul:prepTimeMinutes rdfs:range xsd:integer
        cul:requiresIngredient a owl:ObjectProperty
        cul:requiresIngredient rdfs:label 'requires ingredient
        cul:requiresIngredient rdfs:comment 'Links a recipe to an ingredient it depends on.
        cul:requiresIngredient rdfs:domain cul:Recipe
        cul:requiresIngredient rdfs:range cul:Ingredient
        diff:Beginner a skos:Concept
        diff:Beginner skos:prefLabel 'beginner
        diff:Beginner skos:definition 'Approachable for a first-time cook; few steps, common ingredients.
        diff:Beginner skos:topConceptOf diff:DifficultyLevels
        diff:DifficultyLevels a skos:ConceptScheme
        diff:DifficultyLevels skos:prefLabel 'Difficulty Levels
        diff:DifficultyLevels skos:definition 'A controlled vocabulary describing how hard a recipe is to make.
        diff:NoCook a skos:Concept
        diff:NoCook skos:prefLabel 'no-cook
        diff:NoCook skos:definition 'Needs no heat at all; assembly only.
        diff:NoCook skos:broader diff:Beginner
        data:Chickpeas a cul:Ingredient
        data:Chickpeas rdfs:label 'Chickpeas
        data:hummus a cul:Recipe
        data:hummus cul:requiresIngredient data:Chickpeas
        data:hummus cul:difficulty diff:Beginner
        data:hummus cul:prepTimeMinutes #25";
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let (subject, predicate, object) = (
                parts.next().unwrap(),
                parts.next().unwrap(),
                parts.next().unwrap(),
            );
            let predicate = match predicate {
                "a" => format!("<{TYPE}>"),
                other => node(other),
            };
            let object = match object.split_at(1) {
                ("'", text) => format!("\"{text}\""),
                ("#", text) => format!("\"{text}\"^^<{XSD}integer>"),
                _ => node(object),
            };
            format!("{} {predicate} {object}", node(subject))
        })
        .collect()
}

#[test]
fn the_example_of_vault_ld_is_what_its_own_specification_makes_of_it() {
    let Some(folder) = shared("vaults/vault-ld-example/Vault-LD Example") else {
        return;
    };
    let wiki = Wiki::open(&folder, &Rules::default(), &Base::default()).unwrap();
    let scan = wiki.scan(&Catalog::empty(), &mut |_| ());
    assert_eq!(scan.dialects.len(), 3, "{:?}", scan.dialects);
    let mut world = World::default();
    world.apply(&scan.changes);
    let all: BTreeSet<String> = world
        .0
        .values()
        .flat_map(|(_, triples)| triples.clone())
        .collect();
    let expected = expected();
    let missing: Vec<&String> = expected.difference(&all).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    // Beside it stands only what Kenning says of every note: nothing of it is said with the example's own words.
    let part =
        |triple: &str, place: usize| triple.split(' ').nth(place).unwrap_or_default().to_owned();
    let words: BTreeSet<(String, String)> = expected
        .iter()
        .map(|triple| (part(triple, 0), part(triple, 1)))
        .collect();
    let more: Vec<&String> = all
        .difference(&expected)
        .filter(|triple| words.contains(&(part(triple, 0), part(triple, 1))))
        // What the note itself says of a name, before anybody asked what the name means; and what every concept has.
        .filter(|triple| !part(triple, 2).contains("/id/name/"))
        .filter(|triple| !triple.ends_with("core#Concept>") && !triple.contains("core#prefLabel>"))
        .collect();
    assert!(more.is_empty(), "{more:#?}");
}

#[test]
fn types_dates_and_languages_are_those_of_the_folder() {
    let folder = Folder::new(&[
        (
            ".obsidian/types.json",
            r#"{"types":{"code":"text","rating":"number","when":"date"}}"#,
        ),
        (
            "a.md",
            "---\ntitle: A\ncreated: 05/06/2026\ncode: 007.10\nrating: \"4\"\nwhen: \"2026-01-02\"\n---\n",
        ),
        ("fr/b.md", "---\ntitle: Titre\n---\n"),
        ("fr/c.md", "---\ntitle: Words\nlang: en\n---\n"),
    ]);
    let all = |folder: &Folder| -> String {
        let world = World::of(&folder.path(), &Rules::default());
        let triples = world.0.into_values().flat_map(|(_, triples)| triples);
        triples.collect::<Vec<_>>().join("\n")
    };
    let before = all(&folder);
    for said in [
        "property/code> \"007.10\"",
        "property/rating> \"4\"^^<http://www.w3.org/2001/XMLSchema#integer>",
        "property/when> \"2026-01-02\"^^<http://www.w3.org/2001/XMLSchema#date>",
        "property/created> \"05/06/2026\"",
        "title> \"Titre\"",
    ] {
        assert!(before.contains(said), "{said} in\n{before}");
    }
    let first = folder.scan(&Catalog::empty());
    folder.write(
        "kenning.toml",
        "dates = 'day-first'\nlanguage = 'de'\n[languages]\n'fr/' = 'fr'\n",
    );
    let second = folder.scan(&first.catalog);
    assert_eq!(second.summary.read, 3, "settings are read, so notes are");
    let after = all(&folder);
    for said in [
        "created> \"2026-06-05\"^^<http://www.w3.org/2001/XMLSchema#date>",
        "title> \"A\"@de",
        "title> \"Titre\"@fr",
        "title> \"Words\"@en",
    ] {
        assert!(after.contains(said), "{said} in\n{after}");
    }
    folder.write("kenning.toml", "dates = 'sideways'\nlanguage = 'german'\n");
    let odd = problems(&folder.scan(&second.catalog)).join("\n");
    assert!(
        odd.contains("`sideways`") || odd.contains("sideways"),
        "{odd}"
    );
    assert!(odd.contains("`german` is not a language tag"), "{odd}");
}

#[test]
fn the_languages_of_a_site_are_those_of_its_pages_unless_the_wiki_says_otherwise() {
    let folder = Folder::new(&[
        (
            "blog/hugo.toml",
            "[languages.de]\ncontentDir = 'de'\n[languages.pt]\nlocale = 'pt-BR'\n[languages.xx-unreadable-tag]\n",
        ),
        ("blog/de/a.md", "---\ntitle: Orgel\n---\n"),
        ("blog/content/a.pt.md", "---\ntitle: Fole\n---\n"),
        ("blog/content/a.md", "---\ntitle: Bellows\n---\n"),
        ("de/a.md", "---\ntitle: Apart\n---\n"),
    ]);
    let says = |text: &str| {
        let world = World::of(&folder.path(), &Rules::default());
        let mut triples = world.0.values().flat_map(|(_, triples)| triples);
        triples.any(|triple| triple.ends_with(text))
    };
    for text in [
        "title> \"Orgel\"@de",
        "title> \"Fole\"@pt-br",
        "title> \"Bellows\"",
        "title> \"Apart\"",
    ] {
        assert!(says(text), "{text}");
    }
    let first = folder.scan(&Catalog::empty());
    folder.write("kenning.toml", "[languages]\n\"blog/de\" = \"de-AT\"\n");
    assert!(says("title> \"Orgel\"@de-at"));
    // Settings that cannot be read are reported, and notes are read again when they change.
    folder.write("blog/hugo.toml", "[languages\n");
    let second = folder.scan(&first.catalog);
    let problems = problems(&second);
    assert!(
        problems
            .iter()
            .any(|problem| problem.starts_with("blog/hugo.toml: ")),
        "{problems:?}"
    );
    assert!(says("title> \"Fole\""));
    assert!(changes(&second).contains(&"changed blog/content/a.pt.md".to_owned()));
}

#[test]
fn dendron_can_be_told_to_have_no_tags_in_text() {
    let folder = Folder::new(&[
        ("dendron.yml", "version: 5\n"),
        ("a.md", "---\ntags: kept\n---\nOf #reeds.\n"),
    ]);
    let has = |tag: &str| {
        let world = World::of(&folder.path(), &Rules::default());
        let mut triples = world.0.values().flat_map(|(_, triples)| triples);
        triples.any(|triple| triple.contains(&format!("/id/tag/{tag}>")))
    };
    assert!(has("reeds") && has("kept"));
    folder.write("dendron.yml", "workspace:\n  enableHashTags: false\n");
    assert!(!has("reeds") && has("kept"));
}

/// A file may say by its ending what it is written in; that is told of its folder, and of the file.
#[test]
fn what_files_say_by_their_endings_is_told() {
    let folder = Folder::new(&[
        ("a.org", "* A\n"),
        ("b.wiki", "B.\n"),
        ("c.md", "C.\n"),
        ("site/hugo.toml", "title = 'x'\n"),
        ("site/content/d.html", "<p>D.</p>\n"),
    ]);
    let scan = folder.scan(&Catalog::empty());
    let evidence: Vec<String> = scan
        .dialects
        .iter()
        .map(|guess| guess.evidence.join(", "))
        .collect();
    let expected = [
        "nothing in the folder tells of a program, files that end in `.org` are read as org, files that end in `.wiki` are read as mediawiki",
        "there is `hugo.toml`, as in hugo folders, files that end in `.html` are read as html",
    ];
    assert_eq!(evidence, expected);
    for (path, says) in [
        ("a.org", "read as org: its name ends in `.org`"),
        ("c.md", "read as markdown: nothing in the folder"),
        (
            "site/content/d.html",
            "read as html: its name ends in `.html`",
        ),
    ] {
        let explained = folder.wiki().explain(&Catalog::empty(), path, None);
        let text = explained.unwrap().to_string();
        assert!(text.contains(says), "{text}");
    }
}

/// Every dialect can be asked for by its name.
#[test]
fn each_dialect_can_be_asked_for() {
    for dialect in kenning_note::Dialect::ALL {
        let name = dialect.name();
        let settings = format!("dialect = \"{name}\"\n[dialects]\n\"part\" = \"{name}\"\n");
        let folder = Folder::new(&[
            ("kenning.toml", &*settings),
            ("a.md", "A.\n"),
            ("part/b.md", "B.\n"),
        ]);
        let scan = folder.scan(&Catalog::empty());
        let read: Vec<_> = scan.dialects.iter().map(|guess| guess.dialect).collect();
        assert_eq!(read, [dialect, dialect]);
        assert!(scan.problems.is_empty(), "{:?}", scan.problems);
    }
}
