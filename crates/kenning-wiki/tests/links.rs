//! What links say beyond "see there": keys, fields and list items that give them a meaning, and names that are written in many ways.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Folder, World, problems};
use kenning_vocab::{Base, km};
use kenning_wiki::{Catalog, Rules, Wiki};

fn world(folder: &Folder) -> World {
    World::of(&folder.path(), &Rules::default())
}

/// The labels under which `subject predicate object` is said; concepts are named by paths, other things by whole IRIs.
fn says(world: &World, subject: &str, predicate: &str, object: &str) -> Vec<String> {
    let node = |name: &str| {
        if name.contains(':') {
            format!("<{name}>")
        } else {
            Base::default().concept("wiki", name).to_string()
        }
    };
    let property = if predicate.contains(':') {
        format!("<{predicate}>")
    } else {
        Base::default().property(predicate).to_string()
    };
    let wanted = format!("{} {property} {}", node(subject), node(object));
    let scale = kenning_access::Scale::default();
    let graphs = world.0.values();
    let graphs = graphs.filter(|(_, triples)| triples.contains(&wanted));
    graphs.map(|(label, _)| scale.write_label(label)).collect()
}

#[test]
fn keys_fields_and_list_items_join_concepts_by_their_property() {
    let folder = Folder::new(&[
        (
            "reed.md",
            "---\nprotection: public\nneeds: \"[[pipe]]\"\nmade of: [\"[[brass]]\", \"[[tin]]\"]\ndrawing:\n  by: \"[[ada]]\"\n\
             skos:broader: \"[[pipe]]\"\ntype: \"[[part]]\"\n---\nfits:: [[stop]]\n\nA line, [replaces:: [[old reed]]] here.\n\n## Relations\n\n- depends on [[wind]] (always)\n",
        ),
        ("pipe.md", "---\nprotection: public\n---\n"),
        ("brass.md", "---\nprotection: public\n---\n"),
        ("tin.md", "---\nprotection: confidential\n---\n"),
        ("ada.md", "---\nprotection: public\n---\n"),
        ("part.md", "---\nprotection: public\n---\n"),
        ("stop.md", "---\nprotection: public\n---\n"),
        ("old reed.md", "---\nprotection: public\n---\n"),
        ("wind.md", "---\nprotection: public\n---\n"),
    ]);
    let world = world(&folder);
    let public = ["public".to_owned()];
    for (property, object) in [
        ("needs", "pipe.md"),
        ("made-of", "brass.md"),
        ("fits", "stop.md"),
        ("http://www.w3.org/2004/02/skos/core#broader", "pipe.md"),
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "part.md"),
    ] {
        assert_eq!(
            says(&world, "reed.md", property, object),
            public,
            "{property} {object}"
        );
    }
    // Whoever sees the statement sees both ends.
    assert_eq!(
        says(&world, "reed.md", "made-of", "tin.md"),
        ["confidential"]
    );
    // A map is joined to what its keys name, by the address it has in the note's own graph.
    let all: Vec<&String> = world.0.values().flat_map(|(_, triples)| triples).collect();
    let by = Base::default().property("by");
    let ada = Base::default().concept("wiki", "ada.md");
    let map = all
        .iter()
        .find(|triple| triple.ends_with(&format!("{by} {ada}")))
        .unwrap();
    let map = map.split(' ').next().unwrap();
    let drawing = Base::default().property("drawing");
    assert!(
        all.iter()
            .any(|triple| triple.ends_with(&format!("{drawing} {map}"))),
        "{map}"
    );
    // Statements about a passage keep the passage as their subject.
    for (property, object) in [("replaces", "old reed.md"), ("depends-on", "wind.md")] {
        let end = format!(
            "{} {}",
            Base::default().property(property),
            Base::default().concept("wiki", object)
        );
        assert!(
            all.iter().any(|triple| triple.ends_with(&end)),
            "{property}"
        );
    }
}

#[test]
fn a_typed_link_goes_when_its_target_does() {
    let folder = Folder::new(&[("a.md", "needs:: [[b]]\n"), ("b.md", "Text.\n")]);
    let first = folder.scan(&Catalog::empty());
    let mut world = World::default();
    world.apply(&first.changes);
    assert_eq!(says(&world, "a.md", "needs", "b.md"), ["internal"]);
    folder.remove("b.md");
    world.apply(&folder.scan(&first.catalog).changes);
    assert_eq!(says(&world, "a.md", "needs", "b.md"), [""; 0]);
}

#[test]
fn an_override_beats_everything_and_what_is_suggested_can_be_pasted() {
    let folder = Folder::new(&[
        ("a.md", "[[Stop]] and [[Stops of old]].\n"),
        ("x/Stop.md", "Text.\n"),
        ("y/Stop.md", "Text.\n"),
        ("z/Bourdon.md", "Text.\n"),
    ]);
    let found = problems(&folder.scan(&Catalog::empty()));
    assert_eq!(found.len(), 1, "{found:?}");
    let line = found[0]
        .rsplit("such as `")
        .next()
        .unwrap()
        .trim_end_matches('`');
    assert_eq!(line, "\"Stop\" = \"x/Stop.md\"");
    folder.write(
        "links.toml",
        format!("{line}\n\"stops of old\" = \"z/Bourdon\"\n"),
    );
    let world = world(&folder);
    assert_eq!(world.links("a.md", "x/Stop.md").len(), 1);
    assert_eq!(world.links("a.md", "y/Stop.md").len(), 0);
    assert_eq!(world.links("a.md", "z/Bourdon.md").len(), 1);
    let rung = km::BY_OVERRIDE.to_string();
    let all = world.0.values().flat_map(|(_, triples)| triples);
    assert_eq!(all.filter(|triple| triple.ends_with(&rung)).count(), 2);
    assert_eq!(problems(&folder.scan(&Catalog::empty())), [""; 0]);
    // What is no table of names is a problem, and overrides nothing.
    folder.write("links.toml", "[[x]]\n");
    let found = problems(&folder.scan(&Catalog::empty()));
    assert!(
        found
            .iter()
            .any(|problem| problem.starts_with("links.toml")),
        "{found:?}"
    );
}

#[test]
fn letters_are_compared_as_people_write_them() {
    // (settings, name of the file, what is written, whether it is found)
    for (settings, file, written, found) in [
        ("", "Café", "Cafe\u{301}", true),
        ("", "Cafe\u{301}", "café", true),
        ("", "Straße", "STRASSE", true),
        ("", "LIMON", "limon", true),
        ("case = 'turkish'", "LIMON", "lımon", true),
        ("case = 'turkish'", "LIMON", "limon", false),
        ("case = 'turkish'", "İSTANBUL", "istanbul", true),
        ("case = 'turkish'", "I\u{307}STANBUL", "istanbul", true),
        ("", "İSTANBUL", "istanbul", false),
        ("case = 'turkish'", "plain", "plain", true),
        ("", "50% off", "50%25%20off", true),
        ("", "a b", "a%20b", true),
        ("", "ÄÖÜ über", "%C3%84%C3%96%C3%9C%20%C3%BCber", true),
    ] {
        let folder = Folder::new(&[("kenning.toml", settings)]);
        folder.write("from.md", format!("[[{written}]]\n"));
        folder.write(&format!("x/{file}.md"), "Text.\n");
        let links = world(&folder).links("from.md", &format!("x/{file}.md"));
        assert_eq!(!links.is_empty(), found, "{settings} {file} {written}");
        // Following the folder finds it as well as reading it at once.
        std::fs::remove_file(folder.path().join(format!("x/{file}.md"))).unwrap();
        let before = folder.scan(&Catalog::empty());
        let mut world = World::default();
        world.apply(&before.changes);
        folder.write(&format!("x/{file}.md"), "Text.\n");
        world.apply(&folder.scan(&before.catalog).changes);
        let links = world.links("from.md", &format!("x/{file}.md"));
        assert_eq!(
            !links.is_empty(),
            found,
            "followed: {settings} {file} {written}"
        );
    }
}

#[test]
fn a_path_is_found_case_aside_and_its_exact_spelling_first() {
    let folder = Folder::new(&[
        ("from.md", "[one](Guide/Setup.md) and [[guide/SETUP]].\n"),
        ("guide/setup.md", "Text.\n"),
    ]);
    assert_eq!(world(&folder).links("from.md", "guide/setup.md").len(), 1);
    folder.write("Guide/Setup.md", "Text.\n");
    let both = world(&folder);
    // The Markdown link names one of the two; the other is spelt like neither.
    assert_eq!(both.links("from.md", "Guide/Setup.md").len(), 1);
    assert_eq!(both.links("from.md", "guide/setup.md").len(), 0);
    // The link, and two paths that are one file on other systems.
    let found = problems(&folder.scan(&Catalog::empty()));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].contains("`guide/SETUP` could be any of"),
        "{found:?}"
    );
}

#[test]
fn a_link_to_a_part_leads_to_that_part() {
    let folder = Folder::new(&[
        (
            "a.md",
            "See [[b#The risks]], [[b#^first]] and [here](b.md#the-risks).\n",
        ),
        ("b.md", "## The risks\n\nWords. ^first\n"),
    ]);
    let base = Base::default();
    let (a, b) = (base.note("wiki", "a.md"), base.note("wiki", "b.md"));
    let references = |part: oxrdf::NamedNode| {
        says(
            &world(&folder),
            a.as_str(),
            "http://purl.org/dc/terms/references",
            part.as_str(),
        )
    };
    assert_eq!(references(base.part(&b, "h", "the-risks")), ["internal"]);
    assert_eq!(references(base.passage(&b, "^first")), ["internal"]);
    // The parts have these addresses.
    let has = km::HAS_PASSAGE.as_str();
    for part in [base.part(&b, "h", "the-risks"), base.passage(&b, "^first")] {
        assert_eq!(
            says(&world(&folder), b.as_str(), has, part.as_str()),
            ["internal"]
        );
    }
}

#[test]
fn days_blocks_and_pages_above_are_found_as_logseq_finds_them() {
    let block = "6123abcd-0000-4000-8000-00000000abcd";
    let folder = Folder::new(&[
        ("logseq/config.edn", "{}"),
        ("journals/2026_05_14.md", "- Met [[Ada]].\n"),
        (
            "pages/a.md",
            &format!("- On [[May 14th, 2026]] and [[2026/05/14]], see (({block})).\n"),
        ),
        ("pages/A___B.md", &format!("- # Heading\n  id:: {block}\n")),
        ("pages/A.md", "- Top.\n"),
    ]);
    let first = folder.scan(&Catalog::empty());
    let mut seen = World::default();
    seen.apply(&first.changes);
    assert_eq!(seen.links("pages/a.md", "journals/2026_05_14.md").len(), 1);
    assert_eq!(seen.links("pages/a.md", "pages/A___B.md").len(), 1);
    // That a page stands below another is no link that anybody wrote.
    let above = "http://purl.org/dc/terms/isPartOf";
    assert_eq!(
        says(&seen, "pages/A___B.md", above, "pages/A.md"),
        ["internal"]
    );
    assert_eq!(seen.links("pages/A___B.md", "pages/A.md").len(), 0);
    assert_eq!(first.summary.links, 3);
    // A page above that goes takes the statement along.
    folder.remove("pages/A.md");
    seen.apply(&folder.scan(&first.catalog).changes);
    assert_eq!(says(&seen, "pages/A___B.md", above, "pages/A.md"), [""; 0]);
}

#[test]
fn a_name_on_a_page_of_the_wiki_means_a_page_before_its_source() {
    let public =
        |title: &str, text: &str| format!("---\ntitle: {title}\nprotection: public\n---\n{text}\n");
    let hidden = "---\ntitle: Voicing\nprotection: confidential\n---\n".to_owned();
    let files = [
        (
            "book/wiki/concepts/reed.md",
            public("Reed", "See [[Reed voicing]], [[tuning]] and [[Voicing]]."),
        ),
        (
            "book/wiki/concepts/reed-voicing.md",
            public("Reed voicing", ""),
        ),
        (
            "book/sources/reed-voicing.md",
            public("Reed voicing", "See [[Tuning]]."),
        ),
        ("book/sources/tuning-a.md", public("Tuning", "")),
        ("other/tuning-b.md", public("Tuning", "")),
        ("book/wiki/voice.md", hidden),
        ("book/sources/voice.md", public("Voicing", "")),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let folder = Folder::new(&files);
    let world = world(&folder);
    let page = Base::default().note("wiki", "book/wiki/concepts/reed.md");
    let links = |to: &str| says(&world, page.as_str(), km::MENTIONS_CONCEPT.as_str(), to);
    assert_eq!(links("book/wiki/concepts/reed-voicing.md"), ["public"]);
    assert_eq!(links("book/sources/reed-voicing.md"), [""; 0]);
    // No page has that name, and two other notes do.
    assert_eq!(links("book/sources/tuning-a.md"), [""; 0]);
    // A page that not everybody sees takes nothing away from those who do not see it.
    assert_eq!(links("book/sources/voice.md"), ["public"]);
    assert_eq!(links("book/wiki/voice.md"), ["confidential"]);
}

#[test]
fn a_file_has_its_path_before_the_page_of_a_folder_that_is_called_so() {
    let folder = Folder::new(&[
        (
            "a.md",
            "---\nprotection: public\n---\n[file](reed.md), [bare](reed), [folder](reed/) and [only a folder](pipe)\n",
        ),
        ("reed.md", "---\nprotection: public\n---\n"),
        ("reed/README.md", "---\nprotection: public\n---\n"),
        ("pipe/README.md", "---\nprotection: public\n---\n"),
    ]);
    let (world, scan) = (world(&folder), folder.scan(&Catalog::empty()));
    assert_eq!(problems(&scan), [""; 0]);
    assert_eq!(world.links("a.md", "reed.md").len(), 1);
    assert_eq!(world.links("a.md", "reed/README.md").len(), 1);
    assert_eq!(world.links("a.md", "pipe/README.md").len(), 1);
}

/// A hint at the setting that takes the shortest path is there just where the setting would take one, and names it.
#[test]
fn the_hint_at_the_shortest_path_is_true() {
    let files = [
        ("deep/er/reed.md", "A.\n"),
        ("x/reed.md", "B.\n"),
        ("y/reed.md", "C.\n"),
        ("a/Pipe.md", "D.\n"),
        ("longer/PIPE.md", "E.\n"),
        ("one.md", "---\ntitle: Stop\n---\n"),
        ("two.md", "---\ntitle: Stop\n---\n"),
        ("s/secret.md", "---\nprotection: restricted\n---\n"),
        ("t/t/secret.md", "F.\n"),
        ("u/u/u/secret.md", "G.\n"),
        (
            "links.md",
            "[[reed]]\n[[er/reed]]\n[[pipe]]\n[[Stop]]\n[[secret]]\n[words](/reed)\n",
        ),
    ];
    let folder = Folder::new(&files);
    let before = folder.scan(&Catalog::empty());
    folder.write("kenning.toml", "ambiguous = \"shortest\"\n");
    let wiki = folder.wiki();
    let (mut with, mut without) = (Vec::new(), 0);
    for problem in before.problems.iter().filter(|one| one.kind == "ambiguous") {
        let line = u32::try_from(problem.line).unwrap();
        let explained = wiki
            .explain(&Catalog::empty(), "links.md", Some(line))
            .unwrap();
        let open = explained.links[0]
            .edges
            .iter()
            .filter(|edge| edge.0 == "internal");
        let taken: Vec<&str> = open.map(|(_, path, _)| path.as_str()).collect();
        let hint = problem.hint.as_deref().unwrap();
        let named = hint.split_once("kenning.toml` take `");
        match named.and_then(|(_, rest)| rest.split('`').next()) {
            Some(path) => {
                assert_eq!(taken, [path], "{problem}");
                with.push(path.to_owned());
            }
            None => {
                assert!(taken.is_empty(), "{problem}");
                without += 1;
            }
        }
    }
    assert_eq!(
        with,
        ["x/reed.md", "a/Pipe.md", "t/t/secret.md", "x/reed.md"]
    );
    assert_eq!(without, 1);
}

#[test]
fn each_line_of_the_overrides_that_says_nothing_is_told_where_it_stands() {
    let folder = Folder::new(&[
        ("a.md", "See [[Old]], [[gone]] and [[odd]].\n"),
        ("deep/b.md", "Text.\n"),
        (
            "links.toml",
            "# What is meant.\n\"gone\" = \"nowhere.md\"\nodd = 3\n\n  Old = \"deep/b\"\n\"old\" = \"a.md\"\n",
        ),
    ]);
    let told = |problems: &[kenning_wiki::Located]| -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    };
    let first = folder.scan(&Catalog::empty());
    assert_eq!(
        told(&first.problems),
        [
            "links.toml:2:1: there is no note at `nowhere.md`, so `gone` leads nowhere by it",
            "links.toml:3:1: what `odd` means is the path of a note in quotes",
            "links.toml:6:1: what `old` means is said further up; this line says nothing",
        ]
    );
    let converted = folder.wiki().convert(&mut |_| (), &mut |_, _, _| {
        Ok::<(), std::convert::Infallible>(())
    });
    assert_eq!(converted.unwrap().problems, first.problems);
    let one = Wiki::open(
        &folder.path().join("deep/b.md"),
        &Rules::default(),
        &Base::default(),
    );
    let one = one.unwrap().scan(&Catalog::empty(), &mut |_| ());
    assert!(
        !told(&one.problems)
            .iter()
            .any(|it| it.contains("no note at"))
    );
    let mut world = World::default();
    world.apply(&first.changes);
    assert_eq!(world.links("a.md", "deep/b.md"), ["internal"]);
    // The note comes, and another one goes.
    folder.write("nowhere.md", "Here.\n");
    folder.rename("deep/b.md", "deep/c.md");
    folder.write("links.toml", "gone = \"nowhere.md\"\nOld = \"deep/b\"\n");
    let second = folder.scan(&first.catalog);
    assert_eq!(
        told(&second.problems),
        ["links.toml:2:1: there is no note at `deep/b`, so `Old` leads nowhere by it"]
    );
    folder.write("links.toml", "\nbad\n");
    let third = folder.scan(&second.catalog);
    assert!(
        told(&third.problems)[0].starts_with("links.toml:2:"),
        "{third:?}"
    );
}
