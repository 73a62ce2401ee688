//! What the links of a wiki mean now, and what has to change in its graphs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Run;
use crate::assemble::Assembler;
use crate::catalog::Entry;
use crate::change::{ChangeKind, NoteChange};
use crate::git;
use crate::relink::Relinker;
use crate::walk::Walk;

impl Run<'_> {
    /// Resolves links, and says what changed.
    pub(super) fn link(&mut self, found: &Walk) {
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
        let rewritten = self.attach_history();
        let relink = crate::relink::waiting(self.known, &self.next, &self.wiki.overrides);
        let relink = relink.into_iter().chain(rewritten);
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
                None => assembler.renewed(&path, &mut entry, links),
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

    /// Writes down who wrote which note. Gives the notes of which the history is another than it was.
    fn attach_history(&mut self) -> Vec<String> {
        let head = if self.wiki.settings.git {
            git::head(&self.wiki.root).unwrap_or_default()
        } else {
            String::new()
        };
        self.next.head.clone_from(&head);
        let mut history = if head == self.known.head {
            // Nothing was committed, so each note has the history it had.
            let paths = self.next.entries.keys();
            let known = paths.filter_map(|path| {
                let (_, was) = self.was(path)?;
                Some((path.clone(), was.history.clone()))
            });
            known.collect()
        } else {
            self.read_history()
        };
        let mut rewritten = Vec::new();
        for (path, entry) in &mut self.next.entries {
            let revisions = history.remove(path).unwrap_or_default();
            if entry.history != revisions {
                Arc::make_mut(entry).history = revisions;
                rewritten.push(path.clone());
            }
        }
        rewritten
    }

    fn read_history(&self) -> git::History {
        let root = &self.wiki.root;
        let mut history = git::history(root).unwrap_or_default();
        if history.is_empty() {
            return history;
        }
        let mut protected: BTreeSet<String> = git::ever_protected(root).into_iter().collect();
        let entries = self.next.entries.iter();
        let now = entries.filter(|(_, entry)| entry.units.len() > 1);
        protected.extend(now.map(|(path, _)| path.clone()));
        for path in protected {
            if let Some(revisions) = history.get_mut(&path) {
                let open =
                    |bytes: &[u8]| crate::reading::open_text(bytes, &path, &self.wiki.reading);
                *revisions = git::open_history(root, revisions, &open);
            }
        }
        history
    }
}
