//! What the links of a wiki mean now, and what has to change in its graphs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::Run;
use crate::assemble::{Assembler, Made};
use crate::catalog::Entry;
use crate::change::{ChangeKind, NoteChange};
use crate::git::Told;
use crate::memory::Memory;
use crate::relink::Relinker;
use crate::walk::Walk;
use crate::work::in_order;

/// A note that is to be linked.
struct Todo<'t> {
    path: &'t String,
    entry: &'t Arc<Entry>,
    /// Where it lay, and what was known of it.
    old: Option<(&'t str, &'t Entry)>,
    moved: bool,
    /// Its graphs, where it was read.
    made: Mutex<Option<Vec<Made>>>,
}

impl Todo<'_> {
    fn link(
        &self,
        assembler: Assembler<'_>,
        relinker: &mut Relinker<'_>,
    ) -> (Entry, Option<NoteChange>) {
        let path = self.path.as_str();
        let mut entry = Entry::clone(self.entry);
        let (links, fate) = relinker.link(path, &entry);
        entry.tally = fate.tally;
        entry.link_problems = fate.problems;
        let made = self.made.lock();
        let made = made.unwrap_or_else(PoisonError::into_inner).take();
        let graphs = match made {
            Some(made) => assembler.assemble(path, &mut entry, made, links, self.old),
            None => assembler.renewed(path, &mut entry, links),
        };
        let kind = match self.old {
            None => ChangeKind::Added,
            Some(_) if self.moved => ChangeKind::Moved,
            Some((_, old)) if crate::assemble::only_links(old, &entry) => ChangeKind::Relinked,
            Some(_) => ChangeKind::Changed,
        };
        let change = (!graphs.is_empty()).then(|| NoteChange {
            path: path.to_owned(),
            kind,
            graphs,
        });
        (entry, change)
    }
}

impl Run<'_> {
    /// Resolves links, and says what changed.
    pub(super) fn link(&mut self, found: &Walk, memory: &mut Memory) {
        self.ask_git(found);
        self.follow_moves();
        self.add_former();
        self.identify();
        let mut made = BTreeMap::new();
        let mut fresh = Vec::with_capacity(self.fresh.len());
        for (path, read) in std::mem::take(&mut self.fresh) {
            fresh.push((path.clone(), Arc::new(read.entry)));
            made.insert(path, read.made);
        }
        self.next.entries.extend(fresh);
        let rewritten = self.attach_history(made.keys());
        let relink = crate::relink::waiting(self.known, &self.next, &self.wiki.overrides);
        let marked = std::mem::take(&mut self.marked);
        let relink = relink.into_iter().chain(rewritten).chain(marked);
        let paths: BTreeSet<String> = made.keys().cloned().chain(relink).collect();
        if paths.is_empty() && self.gone.is_empty() {
            return;
        }
        memory.follow(self.wiki, &self.next);
        let todo: Vec<Todo<'_>> = paths
            .iter()
            .filter_map(|path| {
                Some(Todo {
                    path,
                    entry: self.next.entries.get(path)?,
                    old: self.was(path),
                    moved: self.moves.contains_key(path),
                    made: Mutex::new(made.remove(path)),
                })
            })
            .collect();
        let assembler = Assembler::new(self.wiki);
        let mut linked = Vec::with_capacity(todo.len());
        let mut changes = Vec::new();
        let done: Result<(), std::convert::Infallible> = in_order(
            self.wiki.threads,
            &todo,
            |todo| todo.entry.units.len() as u64 * 4_000,
            || Relinker::new(self.wiki, &memory.linked, &found.others),
            |relinker, todo| todo.link(assembler, relinker),
            |place, (entry, change)| {
                if let Some(todo) = todo.get(place) {
                    linked.push((todo.path.clone(), Arc::new(entry)));
                }
                changes.extend(change);
                Ok(())
            },
        );
        let Ok(()) = done;
        drop(todo);
        self.changes.extend(changes);
        self.next.entries.extend(linked);
        // The names are those of a moment ago; only what else is known of the notes grew.
        memory.follow(self.wiki, &self.next);
    }

    /// Asks git what happened since the last scan.
    fn ask_git(&mut self, found: &Walk) {
        let known = &self.known.told;
        if !self.wiki.settings.git {
            return;
        }
        if self.asks_git {
            let (root, levels) = (&self.wiki.root, self.wiki.levels());
            let (mut told, news) = Told::catch_up(known, root, &found.repositories, &levels);
            // By other rules, something else of what git told before may be protected.
            if !news.silent.is_empty() && self.known.head.rules != self.next.head.rules {
                told = Told::default();
            }
            self.problems.extend(news.problems());
            let same = told == **known;
            self.next.told = if same {
                Arc::clone(known)
            } else {
                Arc::new(told)
            };
            self.news = news;
        } else {
            self.next.told = Arc::clone(known);
        }
    }

    /// Writes down who wrote which note. Gives the notes of which the history is another than it was.
    fn attach_history<'p>(&mut self, fresh: impl Iterator<Item = &'p String>) -> Vec<String> {
        let (told, known) = (Arc::clone(&self.next.told), Arc::clone(&self.known.told));
        let mut paths: BTreeSet<String> = fresh.cloned().collect();
        if !Arc::ptr_eq(&told, &known) {
            let others = self.next.entries.keys();
            let others = others.filter(|path| told.differs(&known, path));
            paths.extend(others.cloned().collect::<Vec<_>>());
        }
        let mut rewritten = Vec::new();
        for path in paths {
            let Some(entry) = self.next.entries.get(&path) else {
                continue;
            };
            // A note that was moved and is not committed yet is known under the path it had, unless another one lies there now.
            let free = |former: &&String| !self.next.entries.contains_key(*former);
            let former = entry.former.iter().rev().filter(free);
            let mut names = std::iter::once(&path).chain(former);
            let asked = names.find(|name| told.knows(name)).unwrap_or(&path).clone();
            let Some(entry) = self.next.entries.get_mut(&path) else {
                continue;
            };
            let settings = self.readers.of(&path);
            let open = |bytes: &[u8]| crate::reading::open_text(bytes, &path, settings);
            let sections = entry.units.len() > 1;
            let revisions = told.revisions(&self.wiki.root, &asked, sections, &open);
            if entry.history != revisions {
                Arc::make_mut(entry).history = revisions;
                rewritten.push(path);
            }
        }
        rewritten
    }
}
