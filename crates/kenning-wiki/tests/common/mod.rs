//! A folder on disk, and a world of graphs that follows it.
#![allow(
    dead_code,
    clippy::print_stdout,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic, and not every test uses everything"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kenning_access::{Clearance, Groups, Label, Scale};
use kenning_vocab::Base;
use kenning_wiki::{Catalog, NoteChange, Rules, Scan, Wiki};

/// A folder that vanishes after the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(folder.path()).unwrap();
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// Always called `wiki`, so that addresses do not change from run to run.
    pub fn path(&self) -> PathBuf {
        self.0.path().join("wiki")
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let file = self.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        // A file that was written just now is read again by every scan; these are to be known by their looks.
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
        let file = std::fs::File::options().write(true).open(file).unwrap();
        file.set_modified(old).unwrap();
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.path().join(path)).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        let to = self.path().join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(self.path().join(from), to).unwrap();
    }

    pub fn wiki(&self) -> Wiki {
        self.wiki_under(&Rules::default())
    }

    pub fn wiki_under(&self, rules: &Rules) -> Wiki {
        Wiki::open(&self.path(), rules, &Base::default()).unwrap()
    }

    pub fn scan(&self, known: &Catalog) -> Scan {
        self.wiki().scan(known, &mut |_| ())
    }
}

/// Graphs by name: label, and triples as text in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct World(pub BTreeMap<String, (Label, Vec<String>)>);

impl World {
    pub fn of(folder: &Path, rules: &Rules) -> Self {
        let wiki = Wiki::open(folder, rules, &Base::default()).unwrap();
        let mut world = Self::default();
        world.apply(&wiki.scan(&Catalog::empty(), &mut |_| ()).changes);
        world
    }

    pub fn apply(&mut self, changes: &[NoteChange]) {
        for change in changes {
            assert!(!change.graphs.is_empty(), "a change of nothing: {change:?}");
            for graph in &change.graphs {
                match &graph.put {
                    Some((label, triples)) => {
                        let triples = triples.iter().map(|triple| triple.to_string()).collect();
                        let name = graph.name.as_str().to_owned();
                        self.0.insert(name, (label.clone(), triples));
                    }
                    None => {
                        let gone = self.0.remove(graph.name.as_str());
                        assert!(gone.is_some(), "dropped what was not there: {}", graph.name);
                    }
                }
            }
        }
    }

    /// What `reader` sees of it, byte by byte.
    pub fn seen_by(&self, reader: &Clearance) -> String {
        let scale = Scale::default();
        let mut text = String::new();
        for (name, (label, triples)) in &self.0 {
            if reader.sees(label) {
                text.push_str(&format!("<{name}> {}\n", scale.write_label(label)));
                for triple in triples {
                    text.push_str(&format!("  {triple}\n"));
                }
            }
        }
        text
    }

    /// Whether any graph holds this triple, given with names instead of addresses: `a linksTo b`.
    pub fn links(&self, from: &str, to: &str) -> Vec<String> {
        let scale = Scale::default();
        let note = |path: &str| Base::default().note("wiki", path).to_string();
        let wanted = format!(
            "{} {} {}",
            note(from),
            kenning_vocab::km::LINKS_TO,
            note(to)
        );
        let mut labels = Vec::new();
        for (label, triples) in self.0.values() {
            if triples.contains(&wanted) {
                labels.push(scale.write_label(label));
            }
        }
        labels
    }
}

pub fn reader(level: &str, groups: &str) -> Clearance {
    let groups = groups.split(',').filter(|name| !name.is_empty());
    let level = Scale::default().parse_level(level).unwrap();
    Clearance::new(level, Groups::of(groups).unwrap())
}

/// The catalog as it is after it was stored and read again.
pub fn stored(catalog: &Catalog) -> Catalog {
    let parts = catalog.parts(&Catalog::empty());
    let notes = parts
        .notes
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    Catalog::from_parts(&parts.head.unwrap_or_default(), parts.git.as_deref(), notes).unwrap()
}

/// Problems as they are printed.
pub fn problems(scan: &Scan) -> Vec<String> {
    scan.problems.iter().map(ToString::to_string).collect()
}

/// Changes in short: `added a.md`.
pub fn changes(scan: &Scan) -> Vec<String> {
    let changes = scan.changes.iter();
    changes
        .map(|change| format!("{} {}", change.kind.name(), change.path))
        .collect()
}

/// The material beside the checkout, where there is any.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: there is no ../shared/{name} beside the checkout");
    None
}
