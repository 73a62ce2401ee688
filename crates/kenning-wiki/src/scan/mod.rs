//! A scan: what changed in the folder since the last one, and what has to change in the graphs.

mod follow;
mod link;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::assemble::Assembler;
use crate::catalog::{Catalog, Entry, VERSION};
use crate::change::{ChangeKind, GraphChange, NoteChange, Progress, Scan, Summary};
use crate::problem::Located;
use crate::reading::{self, Fresh};
use crate::triples::{CONVERTER, Minter};
use crate::walk::{Found, Walk, walk};
use crate::wiki::Wiki;

/// Runs a scan of `wiki`; see [`Wiki::scan`].
pub(crate) fn scan(wiki: &Wiki, known: &Catalog, report: &mut dyn FnMut(Progress)) -> Scan {
    let begun = SystemTime::now();
    let found = walk(&wiki.root, wiki.only.as_deref(), &wiki.settings.ignore);
    report(Progress::Found(found.notes.len()));
    let nothing = Catalog::empty();
    let mut run = Run {
        wiki,
        known: if same_names(wiki, known) {
            known
        } else {
            &nothing
        },
        next: fresh_catalog(wiki),
        fresh: BTreeMap::new(),
        moves: BTreeMap::new(),
        changes: Vec::new(),
        summary: Summary::default(),
        problems: wiki.problems().cloned().collect(),
        begun: nanoseconds(begun),
    };
    if !same_names(wiki, known) {
        run.drop_everything(known);
    }
    run.read(&found, report);
    run.keep_unseen(&found);
    report(Progress::Linking);
    run.link(&found);
    run.drop_gone();
    run.finish(found)
}

/// A wiki or a base of another name has other graphs: what was known is of no use, but to be dropped.
fn same_names(wiki: &Wiki, known: &Catalog) -> bool {
    known.wiki == wiki.name() && known.base == wiki.base.as_str()
}

fn fresh_catalog(wiki: &Wiki) -> Catalog {
    let digest = |parts: &[&str]| {
        let mut hash = blake3::Hasher::new();
        for part in parts {
            hash.update(&u64::try_from(part.len()).unwrap_or(0).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().to_hex().to_string()
    };
    Catalog {
        version: VERSION,
        wiki: wiki.name().to_owned(),
        base: wiki.base.as_str().to_owned(),
        folder: wiki.root.to_string_lossy().into_owned(),
        rules: digest(&[&wiki.rules.fingerprint(), &wiki.settings.text]),
        reader: digest(&[CONVERTER, &format!("{:?}", wiki.reading)]),
        ladder: digest(&[&wiki.settings.shortest.to_string(), &wiki.overrides.text]),
        head: String::new(),
        entries: BTreeMap::new(),
    }
}

struct Run<'r> {
    wiki: &'r Wiki,
    known: &'r Catalog,
    next: Catalog,
    /// What was read in this run.
    fresh: BTreeMap<String, Fresh>,
    changes: Vec<NoteChange>,
    /// New path → old path.
    moves: BTreeMap<String, String>,
    summary: Summary,
    problems: Vec<Located>,
    begun: u64,
}

impl Run<'_> {
    /// Reads what may have changed, and takes over the rest.
    fn read(&mut self, found: &Walk, report: &mut dyn FnMut(Progress)) {
        let same_reader = self.known.reader == self.next.reader;
        let same_rules = self.known.rules == self.next.rules;
        let mut todo: Vec<&Found> = Vec::new();
        for file in &found.notes {
            let known = self.known.entries.get(&file.path);
            let same = known.filter(|known| {
                same_reader && known.stamp == file.stamp && known.size == file.size
            });
            match same {
                Some(entry) if same_rules || self.keeps_labels(&file.path, entry) => {
                    self.next
                        .entries
                        .insert(file.path.clone(), Arc::clone(entry));
                }
                _ => todo.push(file),
            }
        }
        let mut done = 0;
        let of = todo.len();
        report(Progress::Read { done, of });
        let (wiki, known) = (self.wiki, self.known);
        let (send, receive) = mpsc::channel();
        let place = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..wiki.threads.min(of) {
                let (send, place, todo) = (send.clone(), &place, &todo);
                scope.spawn(move || {
                    while let Some(file) = todo.get(place.fetch_add(1, Ordering::Relaxed)) {
                        let identity = known.entries.get(&file.path);
                        let identity =
                            identity.map_or(file.path.as_str(), |entry| entry.identity(&file.path));
                        let result = read_one(wiki, &file.path, identity);
                        if send.send((*file, result)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            for (file, result) in receive {
                done += 1;
                report(Progress::Read { done, of });
                match result {
                    Ok((fresh, seen)) => self.take(&file.path, fresh, &seen),
                    Err(why) => self.cannot_read(&file.path, &why),
                }
            }
        });
        self.summary.read = of;
    }

    /// Whether today's rules give the note the labels it has.
    fn keeps_labels(&self, path: &str, entry: &Entry) -> bool {
        Assembler::new(self.wiki).labels(path, entry).0
            == entry
                .units
                .iter()
                .map(|unit| unit.label.clone())
                .collect::<Vec<_>>()
    }

    fn take(&mut self, path: &str, mut fresh: Fresh, seen: &Found) {
        // A file that was written just now may be written again without looking different.
        let settled = seen.modified.saturating_add(2_000_000_000) < self.begun;
        fresh.entry.stamp = if settled { seen.stamp } else { 0 };
        fresh.entry.size = seen.size;
        if let Some(known) = self.known.entries.get(path) {
            fresh.entry.identity.clone_from(&known.identity);
            fresh.entry.former.clone_from(&known.former);
        }
        self.fresh.insert(path.to_owned(), fresh);
    }

    /// The last good version of a note stays when its file cannot be read.
    fn cannot_read(&mut self, path: &str, why: &str) {
        match self.known.entries.get(path) {
            Some(entry) => {
                self.next.entries.insert(path.to_owned(), Arc::clone(entry));
                self.summary.kept += 1;
                let text = format!("{why}; what it said before is kept");
                self.problems.push(Located::file(path, "unreadable", text));
            }
            None => self.problems.push(Located::file(path, "unreadable", why)),
        }
    }

    /// What lies in a folder that cannot be looked into is not gone.
    fn keep_unseen(&mut self, found: &Walk) {
        for (path, entry) in &self.known.entries {
            let below = |folder: &String| {
                folder.is_empty()
                    || path
                        .strip_prefix(folder.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if found.unseen.iter().any(below) && !self.is_there(path) {
                self.next.entries.insert(path.clone(), Arc::clone(entry));
                self.summary.kept += 1;
            }
        }
    }

    fn is_there(&self, path: &str) -> bool {
        self.next.entries.contains_key(path) || self.fresh.contains_key(path)
    }

    fn drop_gone(&mut self) {
        let known = self.known;
        for (path, entry) in &known.entries {
            let moved = self.moves.values().any(|from| from == path);
            if !moved && !self.next.entries.contains_key(path) {
                let change = gone(path, entry, self.wiki.minter());
                self.changes.push(change);
            }
        }
    }

    /// Drops the graphs of a catalog that was made under another name or base.
    fn drop_everything(&mut self, known: &Catalog) {
        let Ok(base) = kenning_vocab::Base::new(&known.base) else {
            return;
        };
        let minter = Minter {
            base: &base,
            wiki: &known.wiki,
        };
        for (path, entry) in &known.entries {
            self.changes.push(gone(path, entry, minter));
        }
    }

    fn finish(mut self, found: Walk) -> Scan {
        self.keep_what_is_put();
        self.changes
            .sort_by(|a, b| a.path.cmp(&b.path).then(b.kind.cmp(&a.kind)));
        self.problems.extend(found.problems);
        let summary = &mut self.summary;
        for change in &self.changes {
            *match change.kind {
                ChangeKind::Added => &mut summary.added,
                ChangeKind::Changed => &mut summary.changed,
                ChangeKind::Moved => &mut summary.moved,
                ChangeKind::Gone => &mut summary.gone,
                ChangeKind::Relinked => &mut summary.relinked,
            } += 1;
        }
        summary.notes = self.next.entries.len();
        for entry in self.next.entries.values() {
            let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
            summary.links += count(entry.tally.links);
            summary.resolved += count(entry.tally.resolved);
            summary.further += count(entry.tally.further);
            summary.ambiguous += count(entry.tally.ambiguous);
            summary.wanted += count(entry.tally.wanted);
            for problems in [&entry.problems, &entry.label_problems, &entry.link_problems] {
                self.problems.extend(problems.iter().cloned());
            }
        }
        self.problems.sort();
        Scan {
            changes: self.changes,
            problems: self.problems,
            catalog: self.next,
            summary: self.summary,
        }
    }
}

fn read_one(wiki: &Wiki, path: &str, identity: &str) -> Result<(Fresh, Found), String> {
    let (bytes, seen) = crate::file::read(&wiki.root, path, wiki.largest)?;
    let fresh = reading::read(&bytes, path, identity, &wiki.reading, wiki.minter());
    Ok((fresh, seen))
}

fn gone(path: &str, entry: &Entry, minter: Minter<'_>) -> NoteChange {
    let identity = entry.identity(path);
    let graphs = entry.graphs.iter().map(|graph| GraphChange {
        name: minter.graph(identity, &graph.kind, &graph.label),
        put: None,
    });
    NoteChange {
        path: path.to_owned(),
        kind: ChangeKind::Gone,
        graphs: graphs.collect(),
    }
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
