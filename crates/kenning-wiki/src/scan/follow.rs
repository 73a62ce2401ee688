//! Which notes moved, which label each has, and by which path its addresses are minted.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::{Run, read_one};
use crate::catalog::Entry;
use crate::moves;

impl Run<'_> {
    /// Finds out which notes only lie elsewhere, and takes over what is known of them.
    pub(super) fn follow_moves(&mut self) {
        let known = |path: &str| self.known.entries.get(path).map(Arc::as_ref);
        self.settle_doubts();
        let mut left = BTreeMap::new();
        let claimed = self.claimed();
        for path in &self.gone {
            let entry = known(path).filter(|entry| !claimed.contains(entry.identity(path)));
            left.extend(entry.map(|entry| (*path, entry)));
        }
        let gone: BTreeSet<&str> = left.keys().copied().collect();
        let mut come: BTreeMap<&str, &Entry> = BTreeMap::new();
        for (path, fresh) in &self.fresh {
            match known(path) {
                Some(old) if old.hash == fresh.entry.hash => {}
                old => {
                    left.extend(old.map(|old| (path.as_str(), old)));
                    come.insert(path, &fresh.entry);
                }
            }
        }
        if left.is_empty() {
            return;
        }
        let new: BTreeSet<&str> = come
            .keys()
            .copied()
            .filter(|path| known(path).is_none())
            .collect();
        let fresh = self.fresh.iter();
        let fresh = fresh.map(|(path, fresh)| (path.as_str(), &fresh.entry));
        let rest = self.next.entries.iter();
        let rest = rest.map(|(path, entry)| (path.as_str(), entry.as_ref()));
        let change = moves::Change {
            stayed: fresh
                .filter(|(path, _)| !come.contains_key(path))
                .chain(rest)
                .collect(),
            left,
            gone,
            come,
            new,
            renamed: &self.news.renamed,
        };
        let (moves, guessed) = change.moved();
        self.moves = moves;
        self.guessed = guessed;
        self.away = self.moves.values().cloned().collect();
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
            } else if self.away.contains(path) {
                // What lay here went elsewhere and took its identity along; this is another note.
                entry.identity = None;
                entry.former = Vec::new();
            }
        }
    }

    /// Adds the paths that git tells notes had before, to those at which earlier scans saw them.
    pub(super) fn add_former(&mut self) {
        let told = Arc::clone(&self.next.told);
        if told.renamed().next().is_none() {
            return;
        }
        // What lay there and went elsewhere may be what git speaks of.
        let fresh = self.fresh.values().map(|fresh| &fresh.entry);
        let all = self.next.entries.values().map(Arc::as_ref).chain(fresh);
        let left: HashSet<String> = all.flat_map(|entry| entry.former.clone()).collect();
        let wiki = self.wiki;
        let more = |path: &str, entry: &Entry| {
            let former = told.former(path);
            let is_known = |name: &String| entry.former.contains(name);
            if former.iter().all(is_known) || left.contains(path) {
                return None;
            }
            let joined = moves::joined(&entry.former, &former, path);
            let seen = joined.into_iter().filter(|name| {
                is_known(name) || wiki.may_tell_former(name, &entry.said, entry.label())
            });
            let seen: Vec<String> = seen.collect();
            (seen != entry.former).then_some(seen)
        };
        for (path, fresh) in &mut self.fresh {
            if let Some(former) = more(path, &fresh.entry) {
                fresh.entry.former = former;
            }
        }
        if Arc::ptr_eq(&told, &self.known.told) {
            return;
        }
        for path in told.renamed() {
            let path = &*path;
            if let Some(entry) = self.next.entries.get_mut(path)
                && let Some(former) = more(path, entry)
            {
                let entry = Arc::make_mut(entry);
                entry.former = former;
                entry.found_by = crate::names::found_by(path, &entry.names, &entry.former);
                self.marked.push(path.to_owned());
            }
        }
    }

    /// Of two notes to which a catalog in doubt gives one address, the one that lay where the other lies has it.
    fn settle_doubts(&mut self) {
        if !self.known.is_doubted {
            return;
        }
        let mut claims: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, fresh) in &self.fresh {
            let identity = fresh.entry.identity.clone();
            claims
                .entry(identity.unwrap_or_default())
                .or_default()
                .push(path.clone());
        }
        claims.remove("");
        for paths in claims.into_values().filter(|paths| paths.len() > 1) {
            let lay = |path: &String, at: &String| {
                let fresh = self.fresh.get(path);
                fresh.is_some_and(|fresh| fresh.entry.former.contains(at))
            };
            let is_last = |path: &&String| !paths.iter().any(|other| lay(other, path));
            let last = paths
                .iter()
                .find(is_last)
                .or_else(|| paths.first())
                .cloned();
            for path in paths.iter().filter(|path| Some(*path) != last.as_ref()) {
                if let Some(fresh) = self.fresh.get_mut(path) {
                    fresh.entry.identity = None;
                    fresh.entry.former = Vec::new();
                }
            }
        }
    }

    /// The addresses of which a catalog in doubt tells twice: from a path that is gone, and from the path where the note lies now.
    fn claimed(&self) -> HashSet<String> {
        if !self.known.is_doubted {
            return HashSet::new();
        }
        let fresh = self.fresh.iter();
        let fresh = fresh.map(|(path, fresh)| fresh.entry.identity(path).to_owned());
        let rest = self.next.entries.iter();
        let rest = rest.map(|(path, entry)| entry.identity(path).to_owned());
        fresh.chain(rest).collect()
    }

    /// What was known of the note that lies at `path` now.
    pub(super) fn was<'p>(&'p self, path: &'p str) -> Option<(&'p str, &'p Entry)> {
        let from = match self.moves.get(path) {
            Some(from) => from.as_str(),
            None if self.away.contains(path) => return None,
            None => path,
        };
        Some((from, self.known.entries.get(from)?.as_ref()))
    }

    /// Gives every note an identity of its own, and reads those again of which the addresses change.
    pub(super) fn identify(&mut self) {
        let folder = crate::file::Folder::new(&self.wiki.root);
        let rest = self
            .next
            .entries
            .iter()
            .map(|(path, entry)| (path, entry.as_ref()));
        let fresh = self.fresh.iter().map(|(path, fresh)| (path, &fresh.entry));
        let changes = moves::conflicts(rest.chain(fresh), self.wiki.rules.scale());
        // A note may come to the path by which one that goes had its address.
        let mut gone = self.gone.iter();
        let lets_go = gone.any(|path| {
            let entry = self.known.entries.get(*path);
            entry.is_some_and(|entry| entry.identity.is_some())
        });
        let moved = !self.moves.is_empty() || !changes.is_empty();
        self.readdressed = self.known.is_doubted || lets_go || moved;
        for (path, identity) in changes {
            if self.next.entries.remove(&path).is_some() {
                let minted = identity.as_deref().unwrap_or(&path);
                match read_one(self.wiki, &folder, &self.readers, &path, minted) {
                    Ok((fresh, seen)) => self.take(&path, fresh, &seen),
                    Err(_) => {
                        // It cannot be read under its new address; nothing may stay under the old one.
                        self.forget(&path);
                        continue;
                    }
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
            match read_one(self.wiki, &folder, &self.readers, &path, &identity) {
                // What changed in between is for the next scan: its stamp differs.
                Ok((read, _)) if read.entry.hash == fresh.entry.hash => fresh.made = read.made,
                _ => self.forget(&path),
            }
        }
    }

    /// Leaves a note that changes under our eyes to the next scan. What was known of it is gone till then.
    fn forget(&mut self, path: &str) {
        self.fresh.remove(path);
        if let Some(from) = self.moves.remove(path) {
            self.away.remove(&from);
        }
        if let Some((path, _)) = self.known.entries.get_key_value(path) {
            self.gone.push(path);
        }
    }

    /// A graph may pass from one note to another: then it is replaced, and not dropped.
    pub(super) fn keep_what_is_put(&mut self) {
        if !self.readdressed {
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
