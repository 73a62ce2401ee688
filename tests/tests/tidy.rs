//! The shape of the house: who may use whom, how long a file may be, and that the map shows what is there.
//!
//! The table below is the rule (ARCHITECTURE.md explains it), `cargo metadata` is what holds.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each crate, and those of ours that it may use. A crate that is missing here fails the test.
const MAY_USE: &[(&str, &[&str])] = &[
    ("kenning-vocab", &[]),
    ("kenning-access", &[]),
    ("kenning-note", &["vocab"]),
    ("kenning-wiki", &["note", "access", "vocab"]),
    ("kenning-store", &["access", "vocab"]),
    ("kenning-sparql", &["store", "access"]),
    ("kenning-insight", &["sparql", "store", "access", "vocab"]),
    (
        "kenning-server",
        &["insight", "sparql", "store", "access", "vocab"],
    ),
    (
        "kenning",
        &[
            "server", "insight", "sparql", "store", "wiki", "note", "access", "vocab",
        ],
    ),
    ("kenning-faults", &["access", "store"]),
    (
        "kenning-suite",
        &[
            "command", "server", "insight", "sparql", "store", "wiki", "note", "access", "vocab",
        ],
    ),
];

/// Outside crates that only the named crates of ours may use. The suite may use all.
const ONLY_IN: &[(&str, &[&str])] = &[
    // The oracle of tests and the rival of benchmarks.
    ("oxigraph", &[]),
    ("spareval", &["kenning-sparql"]),
    ("spargebra", &["kenning-sparql"]),
    ("sparopt", &["kenning-sparql"]),
    ("sparesults", &["kenning-sparql"]),
    ("redb", &["kenning-store"]),
    ("axum", &["kenning-server"]),
    ("jsonwebtoken", &["kenning-server"]),
    ("tower-http", &["kenning-server"]),
    ("pulldown-cmark", &["kenning-note"]),
    ("sophia_api", &["kenning-note"]),
    // The decorators of a question are YAML, as is front matter.
    ("saphyr-parser", &["kenning-note", "kenning-insight"]),
    ("clap", &["kenning"]),
    ("indicatif", &["kenning"]),
    ("notify", &["kenning"]),
];

/// What a pure crate must not bring in, because its answers depend on its input alone.
const NEVER_IN: &[(&str, &[&str])] = &[
    ("kenning-access", &["tokio", "redb", "getrandom", "oxrdf"]),
    ("kenning-note", &["tokio", "redb", "getrandom", "hyper"]),
    ("kenning-vocab", &["tokio", "redb", "getrandom", "hyper"]),
];

/// The longest file that is read in one sitting, in lines, tests in the file included.
const LONGEST: usize = 600;

/// Files that are longer and wait to be split, with the length they may not pass. Take a file off when it has been.
const STILL_LONG: &[(&str, usize)] = &[];

/// Words that say where something was made rather than what it does, or that leave work for nobody.
const FORBIDDEN: &[&str] = &[
    "/wor\u{6b}/",
    "/hom\u{65}/",
    "/tm\u{70}/bash",
    "FIXM\u{45}",
    "XX\u{58}",
    "TOD\u{4f}:",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// What cargo says of the workspace.
fn metadata() -> serde_json::Value {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The README says `cargo run -- serve …`, which cargo refuses where several programs could be meant.
#[test]
fn cargo_run_means_the_command() {
    let metadata = metadata();
    let defaults = metadata["workspace_default_members"].as_array().unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let programs: Vec<&str> = packages
        .filter(|package| defaults.contains(&package["id"]))
        .flat_map(|package| package["targets"].as_array().unwrap())
        .filter(|target| target["kind"].as_array().unwrap().contains(&"bin".into()))
        .map(|target| target["name"].as_str().unwrap())
        .collect();
    assert_eq!(programs, ["kenning"]);
}

/// Our packages with the names of what they use directly, apart from what only their tests use.
fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let mut packages = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap().to_owned();
        let uses = package["dependencies"].as_array().unwrap().iter();
        let uses = uses.filter(|used| used["kind"].as_str() != Some("dev"));
        packages.insert(
            name,
            uses.map(|used| used["name"].as_str().unwrap().to_owned())
                .collect(),
        );
    }
    packages
}

/// What breaks the table: one sentence each.
fn breaches(packages: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut found = Vec::new();
    for (name, uses) in packages {
        let Some(may) = table.get(name.as_str()) else {
            found.push(format!("`{name}` is not in the table of crates"));
            continue;
        };
        for used in uses.iter().filter(|used| packages.contains_key(*used)) {
            let short = used.strip_prefix("kenning-").unwrap_or("command");
            if !may.contains(&short) {
                found.push(format!("`{name}` may not use `{used}`"));
            }
        }
        for (outside, inside) in ONLY_IN {
            if uses.contains(*outside)
                && !inside.contains(&name.as_str())
                && name != "kenning-suite"
            {
                found.push(format!(
                    "`{name}` may not use `{outside}`: only {} may",
                    inside.join(", ")
                ));
            }
        }
        for (pure, never) in NEVER_IN {
            for used in never
                .iter()
                .filter(|used| pure == name && uses.contains(**used))
            {
                found.push(format!("`{name}` is pure and may not use `{used}`"));
            }
        }
    }
    found
}

#[test]
fn crates_use_only_what_the_table_allows() {
    let packages = packages();
    for (name, _) in MAY_USE {
        assert!(
            packages.contains_key(*name),
            "`{name}` is in the table and not in the workspace"
        );
    }
    let found = breaches(&packages);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The guard itself: each kind of breach is seen.
#[test]
fn a_breach_of_the_table_is_seen() {
    let sound = packages();
    for (name, used) in [
        ("kenning-note", "kenning-store"),
        ("kenning-store", "kenning-sparql"),
        ("kenning-server", "spareval"),
        ("kenning-insight", "axum"),
        ("kenning-access", "getrandom"),
        ("kenning-vocab", "kenning"),
    ] {
        let mut broken = sound.clone();
        broken.get_mut(name).unwrap().insert(used.to_owned());
        let found = breaches(&broken);
        assert!(
            found
                .iter()
                .any(|breach| breach.contains(name) && breach.contains(used)),
            "{name} using {used} was not seen"
        );
    }
}

/// What `cargo tree` says of a package of ours: each crate in it with its features.
fn tree(package: &str, edges: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--prefix",
            "none",
            "--format",
            "{p} {f}",
        ])
        .args(["--package", package, "--edges", edges])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The switches that leave out a check are there for the tests that prove they would be noticed, and nowhere else.
#[test]
fn no_build_that_ships_can_leave_a_check_out() {
    let shipped = tree("kenning", "normal,build");
    assert!(shipped.contains("kenning-access") && !shipped.contains("mutants"));
    assert!(tree("kenning-server", "all").contains("mutants"));
}

/// The files of ours that git knows or would take, as paths from the root.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let skipped = ["target", ".git", "kenning-data", "Cargo.lock"].contains(&name.as_str());
            if skipped {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension()
        .is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted))
}

#[test]
fn every_file_is_read_in_one_sitting() {
    let mut long = Vec::new();
    for path in files().iter().filter(|path| has_ending(path, &["rs"])) {
        let lines = std::fs::read_to_string(root().join(path))
            .unwrap()
            .lines()
            .count();
        let waiting = STILL_LONG
            .iter()
            .find(|(name, _)| path.as_path() == Path::new(name));
        if lines > waiting.map_or(LONGEST, |(_, most)| *most) {
            long.push(format!(
                "{}: {lines} lines, and {LONGEST} are a sitting: split it by noun",
                path.display()
            ));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_source_file_says_first_what_it_is() {
    let mut silent = Vec::new();
    for path in files().iter().filter(|path| has_ending(path, &["rs"])) {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        let first = text
            .lines()
            .find(|line| !line.trim().is_empty() && !line.starts_with("#!"));
        if !first.is_some_and(|line| line.starts_with("//!")) {
            silent.push(path.display().to_string());
        }
    }
    assert!(
        silent.is_empty(),
        "no `//!` at the top of: {}",
        silent.join(", ")
    );
}

#[test]
fn nothing_says_where_it_was_made() {
    let mut found = Vec::new();
    for path in files().iter().filter(|path| {
        has_ending(
            path,
            &["rs", "toml", "md", "ttl", "rq", "sh", "html", "css", "js"],
        )
    }) {
        // Test cases of wikis may hold any bytes.
        let text = String::from_utf8_lossy(&std::fs::read(root().join(path)).unwrap()).into_owned();
        for (number, line) in text.lines().enumerate() {
            for word in FORBIDDEN.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{}: `{word}`", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Whatever stands in backticks and looks like a path of the repository.
fn paths_in(text: &str) -> Vec<String> {
    const TOPS: &[&str] = &[
        "crates/",
        "tests/",
        "ontologies/",
        "queries/",
        "examples/",
        "docs/",
        ".ci/",
    ];
    let quoted = text.split('`').skip(1).step_by(2);
    let paths = quoted.filter(|quoted| TOPS.iter().any(|top| quoted.starts_with(top)));
    paths
        .filter(|path| !path.contains(['*', ' ', '<']))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_map_shows_what_is_there() {
    for name in ["ARCHITECTURE.md", "README.md", "THREAT_MODEL.md"] {
        let Ok(text) = std::fs::read_to_string(root().join(name)) else {
            panic!("`{name}` is missing");
        };
        for path in paths_in(&text) {
            assert!(
                root().join(&path).exists(),
                "`{name}` names `{path}`, which is not there"
            );
        }
    }
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (name, _) in MAY_USE {
        assert!(
            map.contains(&format!("`{name}`")),
            "ARCHITECTURE.md does not name `{name}`"
        );
    }
    assert!(
        paths_in(&map).len() > 20,
        "the map names too few files for its check to mean anything"
    );
}

#[test]
fn a_missing_path_on_the_map_would_be_seen() {
    assert_eq!(
        paths_in("see `crates/x/y.rs` and `tests/`, not `a crate`"),
        ["crates/x/y.rs", "tests/"]
    );
}
