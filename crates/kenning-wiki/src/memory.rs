//! What is kept in memory between two scans of a folder, so that one edit costs one note.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::catalog::{Catalog, Entry, Head, pairs};
use crate::hints::Hint;
use crate::labels::Labels;
use crate::ladder::{Address, Habits, Hashes, Index, Naming, NoteId};
use crate::walk::Walk;
use crate::wiki::Wiki;

/// What a scan may remember for the next one of the same wiki: the files it saw, and all names by which links find notes.
///
/// It never decides what a scan gives, only what it costs: with another memory, or a fresh one, the result is the same.
#[derive(Debug, Default)]
pub struct Memory {
    pub(crate) walk: Option<Walk>,
    pub(crate) linked: Linked,
    /// Hints for names that lead nowhere, as far as they were looked for.
    pub(crate) hints: HashMap<String, Option<Hint>>,
}

/// What may have changed in a folder since the last scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Nobody knows: look at everything.
    Anything,
    /// What lies at these paths, seen from the folder of the wiki, with `/`.
    Paths(BTreeSet<String>),
}

impl Memory {
    /// Nothing remembered.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Brings the names in step with `catalog`. Hints that were given for other names are forgotten.
    pub(crate) fn follow(&mut self, wiki: &Wiki, catalog: &Catalog) {
        if self.linked.follow(wiki, catalog) {
            self.hints.clear();
        }
    }
}

/// The names of the notes of a wiki, as they were when links were resolved last.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    /// The wiki and the rules that hold for its labels and its ladder.
    of: String,
    pub(crate) index: Index,
    pub(crate) labels: Labels,
    notes: BTreeMap<String, (NoteId, Arc<Entry>)>,
}

/// What the index is told of a note.
pub(crate) fn naming<'e>(path: &'e str, entry: &'e Entry) -> Naming<'e> {
    Naming {
        path,
        address: Address {
            identity: entry.identity(path),
            concept: entry.concept.as_deref(),
        },
        names: &entry.names,
        former: &entry.former,
    }
}

impl Linked {
    /// No names yet, and by which rules they will be found.
    pub(crate) fn empty(wiki: &Wiki, head: &Head) -> Self {
        Self {
            of: format!(
                "{}\n{}\n{}\n{}",
                head.wiki, head.base, head.rules, head.ladder
            ),
            index: Index::new(Habits::of(wiki)),
            labels: Labels::new(wiki.rules.scale()),
            notes: BTreeMap::new(),
        }
    }

    /// Adds the names of a note that nobody will ask about again. Notes come in the order of their paths.
    pub(crate) fn add_for_good(&mut self, path: &str, entry: &Entry, hashes: &Hashes) {
        self.index_of(path, entry, hashes);
    }

    fn index_of(&mut self, path: &str, entry: &Entry, hashes: &Hashes) -> NoteId {
        let label = self.labels.read(entry.label());
        self.index.add(&naming(path, entry), hashes, label)
    }

    /// Brings the names in step with `catalog`. Says whether any changed.
    pub(crate) fn follow(&mut self, wiki: &Wiki, catalog: &Catalog) -> bool {
        let empty = Self::empty(wiki, &catalog.head);
        let mut changed = false;
        if self.of != empty.of {
            *self = empty;
            changed = true;
        }
        let mut gone: Vec<(String, NoteId)> = Vec::new();
        let mut come: Vec<(&str, &Arc<Entry>)> = Vec::new();
        let mut same: Vec<(&str, &Arc<Entry>)> = Vec::new();
        {
            let mut old = self.notes.iter().peekable();
            let mut new = catalog.entries.iter().peekable();
            loop {
                let order = match (old.peek(), new.peek()) {
                    (Some((a, _)), Some((b, _))) => a.cmp(b),
                    (Some(_), None) => std::cmp::Ordering::Less,
                    (None, Some(_)) => std::cmp::Ordering::Greater,
                    (None, None) => break,
                };
                let left = order.is_le().then(|| old.next()).flatten();
                let right = order.is_ge().then(|| new.next()).flatten();
                match (left, right) {
                    (Some((_, (_, old))), Some((_, new))) if Arc::ptr_eq(old, new) => {}
                    (Some((_, (_, old))), Some((path, new))) if old.is_found_like(new) => {
                        same.push((path, new));
                    }
                    (left, right) => {
                        if let Some((path, (id, _))) = left {
                            gone.push((path.clone(), *id));
                        }
                        if let Some((path, new)) = right {
                            come.push((path, new));
                        }
                    }
                }
            }
        }
        changed |= !gone.is_empty() || !come.is_empty();
        for (path, entry) in same {
            if let Some((_, known)) = self.notes.get_mut(path) {
                *known = Arc::clone(entry);
            }
        }
        for (path, id) in gone {
            self.index.remove(id);
            self.notes.remove(&path);
        }
        self.add(wiki.threads, &come);
        changed
    }

    fn add(&mut self, threads: usize, come: &[(&str, &Arc<Entry>)]) {
        let habits = self.index.habits().clone();
        let done: Result<(), std::convert::Infallible> = crate::work::in_order(
            threads,
            come,
            |_| 400,
            || (),
            |(), (path, entry)| habits.hashes(&naming(path, entry)),
            |place, hashes| {
                if let Some((path, entry)) = come.get(place) {
                    let id = self.index_of(path, entry, &hashes);
                    self.notes
                        .insert((*path).to_owned(), (id, Arc::clone(entry)));
                }
                Ok(())
            },
        );
        let Ok(()) = done;
    }
}

/// The paths of which the entries differ, with both entries.
pub(crate) fn differences<'c>(
    old: &'c Catalog,
    new: &'c Catalog,
) -> impl Iterator<Item = (&'c str, Option<&'c Arc<Entry>>, Option<&'c Arc<Entry>>)> {
    pairs(&old.entries, &new.entries).filter(|(_, old, new)| match (old, new) {
        (Some(old), Some(new)) => !Arc::ptr_eq(old, new),
        _ => true,
    })
}

impl Habits {
    fn of(wiki: &Wiki) -> Self {
        Self {
            overrides: wiki.overrides.names.clone(),
            shortest: wiki.settings.shortest,
            turkish: wiki.settings.turkish,
        }
    }
}
