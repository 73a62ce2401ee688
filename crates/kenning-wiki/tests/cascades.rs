//! What Hugo's `cascade` asks for holds for all pages below: it raises, never opens, and what of it cannot be understood closes.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{Folder, World, stored};
use kenning_access::Label;
use kenning_wiki::{Catalog, Rules};

/// The page of a section.
const SECTION: &str = "content/hr/_index.md";

/// Without a cascade, all of these are public but those that say otherwise.
const SITE: [(&str, &str); 9] = [
    ("README.md", "A.\n"),
    ("content/_index.md", "---\ntitle: Home\n---\n"),
    ("content/about.md", "B.\n"),
    (SECTION, "---\ntitle: HR\n---\n"),
    ("content/hr/Big Pay/index.md", "C.\n"),
    ("content/hr/open.md", "---\nprotection: public\n---\nD.\n"),
    (
        "content/hr/own.md",
        "---\nprotection: confidential\n---\nE.\n",
    ),
    ("content/hrx/f.md", "F.\n"),
    ("hugo.toml", "title = \"x\"\n"),
];

fn rules() -> Rules {
    Rules::parse("default_level = 'public'\n[protection_keys]\nprivate = 'confidential'\n").unwrap()
}

/// The site with some files more, or with other words in them.
fn site(changed: &[(&str, &str)]) -> Folder {
    let mut files: BTreeMap<&str, &str> = SITE.into_iter().collect();
    files.extend(changed.iter().copied());
    let files: Vec<(&str, &str)> = files.into_iter().collect();
    Folder::new(&files)
}

/// The labels of the notes of the site, in the order of their paths.
fn labels(folder: &Folder) -> Vec<(String, Label)> {
    let mut labels = Vec::new();
    let wiki = folder.wiki_under(&rules());
    wiki.convert::<std::io::Error>(&mut |_| (), &mut |name, label, _| {
        if let Some((_, path)) = name.as_str().split_once("/graph/note/wiki/") {
            labels.push((path.to_owned(), label.clone()));
        }
        Ok(())
    })
    .unwrap();
    labels
}

/// Their levels in one line: `pu`, `in`, `co`, `re`, `re{}`.
fn short(folder: &Folder) -> String {
    let labels = labels(folder).into_iter().map(|(_, label)| {
        let text = rules().scale().write_label(&label);
        let (level, groups) = text.split_at(text.find('{').unwrap_or(text.len()));
        format!("{}{groups}", &level[..2])
    });
    labels.collect::<Vec<_>>().join(" ")
}

/// Runs the cases in `tests/cases/cascades.md`: a line is what a file says, and what the labels are then.
#[test]
fn every_case() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/cascades.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (mut kind, mut cases) = (None, 0);
    for line in text.lines() {
        if let Some(info) = line.strip_prefix("```") {
            kind = Some(info).filter(|info| !info.is_empty());
            continue;
        }
        let Some(kind) = kind else { continue };
        let (said, expected) = line.split_once(" => ").unwrap();
        let said = said.replace("\\n", "\n");
        let folder = match kind.strip_prefix("file ") {
            Some(file) => site(&[(file, &said)]),
            None => site(&[(SECTION, &format!("---\n{said}\n---\nWords.\n"))]),
        };
        assert_eq!(short(&folder), expected, "{line}");
        cases += 1;
    }
    assert!(cases > 50, "{cases}");
    for page in ["content/hrx/_index.html", "content/hrx/_Index.de.md"] {
        let text = "---\ncascade: {protection: internal}\n---\n<p>X</p>\n";
        let folder = site(&[(page, text)]);
        assert_eq!(short(&folder), "pu pu pu pu pu pu co in in", "{page}");
    }
    let folder = site(&[]);
    let utf16 = "\u{feff}---\ncascade: {protection: internal}\n---\n".encode_utf16();
    folder.write(
        SECTION,
        utf16.flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
    );
    assert_eq!(short(&folder), "pu pu pu in in pu co pu");
}

/// What a page or a configuration asks for is told with its place where it cannot be followed.
#[test]
fn what_cannot_be_followed_is_told() {
    let problems = |changed: &[(&str, &str)]| -> Vec<String> {
        let folder = site(changed);
        let scan = folder
            .wiki_under(&rules())
            .scan(&Catalog::empty(), &mut |_| ());
        let problems = scan.problems.iter().map(ToString::to_string);
        problems
            .filter(|problem| problem.contains("cascade"))
            .collect()
    };
    let below = "; all notes in the folder and below are closed until this is mended";
    for (file, text, expected) in [
        (
            SECTION,
            "---\ncascade:\n  protection: secrte\n---\n",
            "content/hr/_index.md:3:3: `cascade`: `secrte` is not a level",
        ),
        (
            SECTION,
            "---\ncascade:\n  protection: internal\n  target: {path: '/{a'}\n---\n",
            "content/hr/_index.md:3:3: `cascade`: `/{a` is no pattern of paths",
        ),
        (
            SECTION,
            "---\ncascade:\n  target: here\n  protection: internal\n---\n",
            "content/hr/_index.md:3:11: the pages of a `cascade` cannot be told: a target is a map",
        ),
        (
            "hugo.toml",
            "\n[cascade]\nprotection = 'secrte'\n",
            "hugo.toml:3:1: `cascade`: `secrte` is not a level",
        ),
    ] {
        let found = problems(&[(file, text)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(expected), "{found:?}");
        assert!(
            found[0].contains("are closed until this is mended"),
            "{found:?}"
        );
        assert!(
            file == "hugo.toml" || found[0].ends_with(below),
            "{found:?}"
        );
    }
    assert!(problems(&[(SECTION, "---\ncascade: {protection: internal}\n---\n")]).is_empty());
    // Other pages have none below them, and other programs hand nothing down.
    let other = problems(&[(
        "content/about.md",
        "---\ncascade: {protection: internal}\n---\n",
    )]);
    assert_eq!(
        other,
        [
            "content/about.md:2:1: `protection` stands inside `cascade`, where it says nothing about the note, nor about those below it; the note is closed until this is mended"
        ]
    );
}

/// A cascade more never makes a label lower, whatever else is asked for.
#[test]
fn a_cascade_never_opens() {
    let text = |said: &str| format!("---\ncascade: {{{said}}}\n---\n");
    let asked = [
        "color: red",
        "protection: public",
        "protection: internal",
        "audience: a",
        "protection: secrte",
    ]
    .map(text);
    let places = ["content/_index.md", SECTION];
    let found = asked.each_ref().map(|outer| {
        asked
            .each_ref()
            .map(|inner| labels(&site(&[(places[0], outer), (places[1], inner)])))
    });
    let mut raised = 0;
    for (outer, row) in found.iter().enumerate() {
        for (inner, both) in row.iter().enumerate() {
            // Either of the two is there alone where the other says nothing of protection.
            for alone in [&row[0], &found[0][inner]] {
                for ((path, one), (_, two)) in alone.iter().zip(both) {
                    assert!(one.flows_to(two), "{path}: {outer} {inner}");
                    raised += usize::from(one != two);
                }
            }
        }
    }
    assert!(raised > 50, "{raised}");
}

/// Following a folder gives what reading it from nothing gives, and a conversion the same.
#[test]
fn what_is_handed_down_changes_with_its_page() {
    let folder = site(&[]);
    let rules = rules();
    let (mut world, mut known) = (World::default(), Catalog::empty());
    let (mut seen, mut last) = (Vec::new(), String::new());
    let mut step = |what: &str| {
        let scan = folder.wiki_under(&rules).scan(&known, &mut |_| ());
        world.apply(&scan.changes);
        known = stored(&scan.catalog);
        assert_eq!(world, World::of(&folder.path(), &rules), "{what}");
        let again = folder.wiki_under(&rules).scan(&known, &mut |_| ());
        assert!(again.changes.is_empty(), "{what}");
        let labels = short(&folder);
        if labels != std::mem::replace(&mut last, labels.clone()) {
            seen.push(format!("{what}: {labels}"));
        }
    };
    step("begun");
    folder.write(SECTION, "---\ncascade: {protection: internal}\n---\n");
    step("added");
    folder.write("content/hr/new.md", "N.\n");
    step("a new note");
    folder.rename("content/about.md", "content/hr/about.md");
    step("moved in");
    folder.write(SECTION, "---\ncascade: {protection: restricted}\n---\n");
    step("raised");
    folder.write(SECTION, "---\ncascade: {protection: restricted\n---\n");
    step("broken");
    folder.write(SECTION, "---\ntitle: x\ncascade: {audience: hr}\n---\n");
    step("groups");
    folder.rename("content/hr/about.md", "content/about.md");
    step("moved out");
    folder.remove(SECTION);
    step("gone");
    folder.write("hugo.toml", "[cascade]\nprotection = 'internal'\n");
    step("of the site");
    folder.write(
        "config/production/cascade.toml",
        "[params]\nlevel = 'confidential'\n",
    );
    step("of an environment");
    folder.remove("config/production/cascade.toml");
    folder.write("hugo.toml", "title = 'x'\n");
    step("as before");
    let expected = [
        "begun: pu pu pu pu pu pu co pu",
        "added: pu pu pu in in pu co pu",
        "a new note: pu pu pu in in in pu co pu",
        "moved in: pu pu in in in in pu co pu",
        "raised: pu pu re re re re pu co pu",
        "broken: pu pu re{} re{} re{} re{} re{} re{} pu",
        "groups: pu pu pu{hr} pu{hr} pu{hr} pu{hr} pu{hr} co{hr} pu",
        "moved out: pu pu pu pu{hr} pu{hr} pu{hr} pu{hr} co{hr} pu",
        "gone: pu pu pu pu pu pu co pu",
        "of the site: in in in in in pu co in",
        "of an environment: co co co co co pu co co",
        "as before: pu pu pu pu pu pu co pu",
    ];
    assert_eq!(seen, expected);
}

/// A page that cannot be read any more hands down what it did; one of which nothing is known closes.
#[cfg(unix)]
#[test]
fn a_page_that_cannot_be_read_keeps_closed_what_it_closed() {
    use std::os::unix::fs::symlink;

    let folder = site(&[(SECTION, "---\ncascade: {protection: internal}\n---\n")]);
    let rules = rules();
    let first = folder
        .wiki_under(&rules)
        .scan(&Catalog::empty(), &mut |_| ());
    let mut world = World::default();
    world.apply(&first.changes);
    let label = |world: &World, path: &str| {
        let mut found = world.0.iter().filter(|(name, _)| name.ends_with(path));
        rules.scale().write_label(&found.next().unwrap().1.0)
    };
    assert_eq!(
        label(&world, "/graph/note/wiki/content/hr/_index"),
        "internal"
    );
    // More than may be read: its file is there, and what it says is not known.
    let file = std::fs::File::options()
        .write(true)
        .open(folder.path().join(SECTION))
        .unwrap();
    file.set_len(1 << 40).unwrap();
    folder.write("content/hr/new.md", "N.\n");
    let next = folder
        .wiki_under(&rules)
        .scan(&stored(&first.catalog), &mut |_| ());
    world.apply(&next.changes);
    assert_eq!(label(&world, "/graph/note/wiki/content/hr/new"), "internal");
    let told = |scan: &kenning_wiki::Scan| -> Vec<String> {
        let problems = scan.problems.iter().map(ToString::to_string);
        problems
            .filter(|problem| problem.contains("hands down"))
            .collect()
    };
    assert!(told(&next).is_empty());
    let fresh = folder
        .wiki_under(&rules)
        .scan(&Catalog::empty(), &mut |_| ());
    let mut world = World::default();
    world.apply(&fresh.changes);
    assert_eq!(
        label(&world, "/graph/note/wiki/content/hr/new"),
        "restricted{}"
    );
    assert_eq!(label(&world, "/graph/note/wiki/content/about"), "public");
    assert_eq!(told(&fresh).len(), 1);
    // A configuration that leads out of the folder is not followed, so nobody knows what it asks for.
    let folder = site(&[]);
    folder.remove("hugo.toml");
    symlink("/dev/null", folder.path().join("hugo.toml")).unwrap();
    assert_eq!(short(&folder), ["re{}"; 8].join(" "));
}

/// A link in place of a page is no note; what it asks for counts where it stays in the folder, and else nobody knows it.
#[cfg(unix)]
#[test]
fn a_page_that_is_a_link_hands_down() {
    let folder = site(&[("page.txt", "---\ncascade: {protection: internal}\n---\n")]);
    folder.remove(SECTION);
    // The page itself stands where it hands nothing down, and is closed for that.
    for (target, expected) in [
        ("../../page.txt", "pu pu pu in pu co pu re{}"),
        ("../../README.md", "pu pu pu pu pu co pu re{}"),
        ("/dev/null", "pu pu pu re{} re{} re{} pu re{}"),
        ("nothing", "pu pu pu re{} re{} re{} pu re{}"),
    ] {
        let link = folder.path().join(SECTION);
        std::os::unix::fs::symlink(target, &link).unwrap();
        assert_eq!(short(&folder), expected, "{target}");
        std::fs::remove_file(link).unwrap();
    }
}

/// A site within another has a say in what its own pages need.
#[test]
fn a_site_within_a_site_hands_down() {
    let folder = site(&[
        ("content/hr/hugo.toml", "[cascade]\nlevel = 'internal'\n"),
        ("content/hrx/hugo.toml", "title = 'x'\n"),
    ]);
    assert_eq!(short(&folder), "pu pu pu in in pu co pu");
    let more = folder.path().join("kenning.toml");
    // What is read as another program's hands nothing down.
    std::fs::write(more, "dialect = 'obsidian'\n").unwrap();
    assert_eq!(short(&folder), "pu pu pu pu pu pu co pu");
}

#[test]
fn it_is_told_where_a_level_came_from() {
    let folder = site(&[(
        SECTION,
        "---\ncascade: {protection: internal, audience: hr}\n---\n",
    )]);
    let because = |path: &str| {
        let wiki = folder.wiki_under(&rules());
        wiki.explain(&Catalog::empty(), path, None).unwrap().because
    };
    let groups = "; the `cascade` of `content/hr/_index.md` raises it to";
    assert_eq!(
        because("content/hr/Big Pay/index.md"),
        format!("the `cascade` of `content/hr/_index.md` says so{groups} `internal{{hr}}`")
    );
    assert_eq!(
        because("content/hr/open.md"),
        format!("the note says so{groups} `public{{hr}}`")
    );
    assert_eq!(because("content/about.md"), "it is the default level");
    folder.write(SECTION, "---\ncascade: {protection: secrte}\n---\n");
    assert!(because("content/hr/open.md").starts_with(
        "what `content/hr/_index.md` hands down by `cascade` cannot be followed: `secrte`"
    ));
}

#[test]
fn other_programs_hand_nothing_down() {
    for marks in [
        &[("_config.yml", "title: x\n")][..],
        &[("mkdocs.yml", "site_name: x\n")],
        &[("kenning.toml", "dialect = 'obsidian'\n")],
        &[],
    ] {
        let mut files: Vec<(&str, &str)> = SITE
            .into_iter()
            .filter(|(path, _)| *path != "hugo.toml")
            .collect();
        files.extend(marks);
        files.push((
            "content/cascade/_index.md",
            "---\ncascade: {protection: restricted}\n---\n",
        ));
        files.push(("content/cascade/a.md", "A.\n"));
        let folder = Folder::new(&files);
        assert_eq!(
            short(&folder),
            "pu pu pu re{} pu pu pu pu co pu",
            "{marks:?}"
        );
    }
}
