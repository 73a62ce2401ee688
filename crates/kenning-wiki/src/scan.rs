//! A scan: what changed in the folder since the last one, and what has to change in the graphs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::assemble::Assembler;
use crate::catalog::{Catalog, Entry, VERSION};
use crate::change::{ChangeKind, GraphChange, NoteChange, Progress, Scan, Summary};
use crate::moves;
use crate::problem::Located;
use crate::reading::{self, Fresh};
use crate::relink::Relinker;
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

    /// Finds out which notes only lie elsewhere, and takes over what is known of them.
    fn follow_moves(&mut self) {
        let fresh: BTreeMap<&str, &Entry> = self
            .fresh
            .iter()
            .map(|(path, fresh)| (path.as_str(), &fresh.entry))
            .collect();
        let known = |path: &str| self.known.entries.get(path).map(Arc::as_ref);
        let mut left = BTreeMap::new();
        let mut gone = BTreeSet::new();
        for (path, entry) in &self.known.entries {
            let now = fresh.get(path.as_str());
            if now.is_none() && !self.next.entries.contains_key(path) {
                gone.insert(path.as_str());
                left.insert(path.as_str(), entry.as_ref());
            } else if now.is_some_and(|now| now.hash != entry.hash) {
                left.insert(path.as_str(), entry.as_ref());
            }
        }
        if left.is_empty() {
            return;
        }
        let mut come = fresh;
        come.retain(|path, entry| known(path).is_none_or(|known| known.hash != entry.hash));
        let new = come
            .keys()
            .copied()
            .filter(|path| known(path).is_none())
            .collect();
        self.moves = moves::moved(&left, &gone, &come, &new);
        let away: BTreeSet<&String> = self.moves.values().collect();
        for (path, fresh) in &mut self.fresh {
            let entry = &mut fresh.entry;
            if let Some(from) = self.moves.get(path)
                && let Some(old) = self.known.entries.get(from)
            {
                let identity = old.identity(from);
                entry.identity = (identity != path).then(|| identity.to_owned());
                entry.former.clone_from(&old.former);
                entry.former.retain(|former| former != path);
                entry.former.push(from.clone());
            } else if away.contains(path) {
                // What lay here went elsewhere and took its identity along; this is another note.
                entry.identity = None;
                entry.former = Vec::new();
            }
        }
    }

    /// What was known of the note that lies at `path` now.
    fn was<'p>(&'p self, path: &'p str) -> Option<(&'p str, &'p Entry)> {
        let from = match self.moves.get(path) {
            Some(from) => from.as_str(),
            None if self.moves.values().any(|from| from == path) => return None,
            None => path,
        };
        Some((from, self.known.entries.get(from)?.as_ref()))
    }

    /// Labels what was read.
    fn label(&mut self) {
        let assembler = Assembler::new(self.wiki);
        for (path, fresh) in &mut self.fresh {
            let (labels, problems) = assembler.labels(path, &fresh.entry);
            for (unit, label) in fresh.entry.units.iter_mut().zip(labels) {
                unit.label = label;
            }
            fresh.entry.label_problems = problems;
        }
    }

    /// Gives every note an identity of its own, and reads those again of which the addresses change.
    fn identify(&mut self) {
        let rest = self
            .next
            .entries
            .iter()
            .map(|(path, entry)| (path, entry.as_ref()));
        let fresh = self.fresh.iter().map(|(path, fresh)| (path, &fresh.entry));
        let changes = moves::conflicts(rest.chain(fresh), self.wiki.rules.scale());
        for (path, identity) in changes {
            if let Some(entry) = self.next.entries.remove(&path) {
                match read_one(self.wiki, &path, identity.as_deref().unwrap_or(&path)) {
                    Ok((fresh, seen)) => self.take(&path, fresh, &seen),
                    Err(_) => {
                        // It cannot be read under its new address; nothing may stay under the old one.
                        self.next.entries.remove(&path);
                        continue;
                    }
                }
                if let Some(fresh) = self.fresh.get_mut(&path) {
                    for (unit, was) in fresh.entry.units.iter_mut().zip(&entry.units) {
                        unit.label.clone_from(&was.label);
                    }
                    fresh.entry.label_problems.clone_from(&entry.label_problems);
                }
            }
            if let Some(fresh) = self.fresh.get_mut(&path) {
                fresh.entry.identity = identity;
            }
        }
        let mut again = Vec::new();
        for (path, fresh) in &mut self.fresh {
            fresh.entry.found_by =
                crate::names::found_by(path, &fresh.entry.names, &fresh.entry.former);
            if fresh.identity != fresh.entry.identity(path) {
                again.push(path.clone());
            }
        }
        for path in again {
            let Some(fresh) = self.fresh.get_mut(&path) else {
                continue;
            };
            let identity = fresh.entry.identity(&path).to_owned();
            match read_one(self.wiki, &path, &identity) {
                // What changed in between is for the next scan: its stamp differs.
                Ok((read, _)) if read.entry.hash == fresh.entry.hash => fresh.parts = read.parts,
                _ => {
                    self.fresh.remove(&path);
                }
            }
        }
    }

    /// Resolves links, and says what changed.
    fn link(&mut self, found: &Walk) {
        self.follow_moves();
        self.label();
        self.identify();
        let assembler = Assembler::new(self.wiki);
        let mut parts = BTreeMap::new();
        for (path, fresh) in std::mem::take(&mut self.fresh) {
            self.next
                .entries
                .insert(path.clone(), Arc::new(fresh.entry));
            parts.insert(path, fresh.parts);
        }
        let relink = crate::relink::waiting(self.known, &self.next, &self.wiki.overrides);
        let todo: BTreeSet<String> = parts.keys().cloned().chain(relink).collect();
        if todo.is_empty() {
            return;
        }
        let mut relinker = Relinker::new(self.wiki, &self.next, &found.others);
        let mut linked = Vec::with_capacity(todo.len());
        let mut changes = Vec::new();
        for path in todo {
            let Some(entry) = self.next.entries.get(&path) else {
                continue;
            };
            let mut entry = Entry::clone(entry);
            let old = self.was(&path);
            let links = relinker.link(&path, &mut entry);
            let graphs = match parts.remove(&path) {
                Some(parts) => assembler.assemble(&path, &mut entry, parts, links, old),
                None => assembler.relinked(&path, &mut entry, links),
            };
            let kind = match old {
                None => ChangeKind::Added,
                Some(_) if self.moves.contains_key(&path) => ChangeKind::Moved,
                Some((_, old)) if crate::assemble::only_links(old, &entry) => ChangeKind::Relinked,
                Some(_) => ChangeKind::Changed,
            };
            if !graphs.is_empty() {
                changes.push(NoteChange {
                    path: path.clone(),
                    kind,
                    graphs,
                });
            }
            linked.push((path, Arc::new(entry)));
        }
        self.changes.extend(changes);
        self.next.entries.extend(linked);
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

impl Run<'_> {
    /// A graph may pass from one note to another: then it is replaced, and not dropped.
    fn keep_what_is_put(&mut self) {
        if self.moves.is_empty() {
            return;
        }
        let graphs = self.changes.iter().flat_map(|change| &change.graphs);
        let put: BTreeSet<_> = graphs
            .filter(|graph| graph.put.is_some())
            .map(|graph| graph.name.clone())
            .collect();
        for change in &mut self.changes {
            change
                .graphs
                .retain(|graph| graph.put.is_some() || !put.contains(&graph.name));
        }
        self.changes.retain(|change| !change.graphs.is_empty());
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
