//! A scan: what changed in the folder since the last one, and what has to change in the graphs.

mod follow;
mod link;

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::assemble::Assembler;
use crate::catalog::{Catalog, Entry, Head, VERSION};
use crate::change::{ChangeKind, GraphChange, NoteChange, Progress, Scan, Summary};
use crate::dialect::Readers;
use crate::file::Folder;
use crate::git::News;
use crate::hints::Hints;
use crate::identifiers::Identifiers;
use crate::memory::{Memory, Touched};
use crate::problem::{Guessed, Located};
use crate::reading::{self, Fresh};
use crate::triples::{CONVERTER, Minter};
use crate::walk::{Found, Walk};
use crate::wiki::Wiki;
use crate::work::in_order;

/// Runs a scan of `wiki`; see [`Wiki::scan_with`].
pub(crate) fn scan(
    wiki: &Wiki,
    known: &Catalog,
    memory: &mut Memory,
    touched: &Touched,
    report: &mut dyn FnMut(Progress),
) -> Scan {
    let begun = SystemTime::now();
    let remembered = match (memory.walk.take(), touched) {
        (Some(mut walk), Touched::Paths(paths)) => walk.touch(&wiki.root, paths).then_some(walk),
        _ => None,
    };
    let walked = remembered.is_none();
    let found = remembered.unwrap_or_else(|| wiki.walk());
    report(Progress::Found(found.notes.len()));
    let readers = wiki.readers(&found);
    let nothing = Catalog::empty();
    let before = if same_names(wiki, known) {
        known
    } else {
        &nothing
    };
    let wiki = &*wiki.handing_down(&found, &readers, before);
    let mut run = Run {
        wiki,
        known: before,
        next: Catalog {
            head: fresh_head(wiki, &readers),
            told: Arc::default(),
            ..Catalog::default()
        },
        readers,
        fresh: BTreeMap::new(),
        gone: Vec::new(),
        marked: Vec::new(),
        moves: BTreeMap::new(),
        guessed: BTreeMap::new(),
        away: HashSet::new(),
        readdressed: false,
        news: News::default(),
        changes: Vec::new(),
        summary: Summary::default(),
        problems: wiki.problems().cloned().collect(),
        begun: nanoseconds(begun),
        asks_git: walked,
    };
    if !same_names(wiki, known) {
        run.drop_everything(known);
    }
    if run.read(&found, report).is_break() {
        return Scan::stopped(known);
    }
    run.keep_unseen(&found);
    report(Progress::Linking);
    run.link(&found, memory);
    run.drop_gone();
    let scan = run.finish(&found, memory);
    memory.walk = Some(found);
    scan
}

/// A wiki or a base of another name has other graphs: what was known is of no use, but to be dropped.
fn same_names(wiki: &Wiki, known: &Catalog) -> bool {
    known.head.wiki == wiki.name() && known.head.base == wiki.base.as_str()
}

/// What decides about a wiki today: with it, a catalog is told apart from one that was made under other rules.
pub(crate) fn fresh_head(wiki: &Wiki, readers: &Readers) -> Head {
    let settings = &wiki.settings;
    let habits = format!("{} {}", settings.shortest, settings.turkish);
    Head {
        version: VERSION,
        wiki: wiki.name().to_owned(),
        base: wiki.base.as_str().to_owned(),
        folder: wiki.root.to_string_lossy().into_owned(),
        rules: digest(&[&wiki.rules.fingerprint(), &settings.text]),
        reader: reader_digest(wiki, readers),
        ladder: digest(&[&habits, &wiki.overrides.text]),
    }
}

/// What decides how notes are read.
pub(crate) fn reader_digest(wiki: &Wiki, readers: &Readers) -> String {
    // What was divided by other floors has to be read again: the labels of the notes themselves do not tell.
    digest(&[
        CONVERTER,
        &readers.fingerprint(),
        &wiki.rules.predicate_floors.fingerprint(wiki.rules.scale()),
    ])
}

fn digest(parts: &[&str]) -> String {
    let mut hash = blake3::Hasher::new();
    for part in parts {
        hash.update(&u64::try_from(part.len()).unwrap_or(0).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().to_hex().to_string()
}

struct Run<'r> {
    wiki: &'r Wiki,
    known: &'r Catalog,
    next: Catalog,
    readers: Readers,
    /// What was read in this run.
    fresh: BTreeMap<String, Fresh>,
    /// Paths that were known and at which no note lies any more.
    gone: Vec<&'r str>,
    changes: Vec<NoteChange>,
    /// Notes that were not read, and of which the facts have to tell something else: the last good version is kept, or git told of
    /// a former path.
    marked: Vec<String>,
    /// New path → old path.
    moves: BTreeMap<String, String>,
    /// Which of these are guesses.
    guessed: BTreeMap<String, Guessed>,
    /// The old paths of these.
    away: HashSet<String>,
    /// Whether addresses pass from one note to another.
    readdressed: bool,
    /// What git tells that it did not tell before.
    news: News,
    summary: Summary,
    problems: Vec<Located>,
    begun: u64,
    /// Whether git may know more than it did; while a folder is watched, its own events tell.
    asks_git: bool,
}

impl Run<'_> {
    /// Reads what may have changed, and takes over the rest. Breaks off when somebody asks for the end.
    fn read(&mut self, found: &Walk, report: &mut dyn FnMut(Progress)) -> ControlFlow<()> {
        let (wiki, known) = (self.wiki, self.known);
        let same_reader = known.head.reader == self.next.head.reader;
        let same_rules = known.head.rules == self.next.head.rules;
        let assembler = Assembler::new(wiki);
        let mut todo: Vec<(&Found, &str)> = Vec::new();
        let mut kept: Vec<(String, Arc<Entry>)> = Vec::with_capacity(found.notes.len());
        let mut before = known.entries.iter().peekable();
        for file in &found.notes {
            while let Some((path, _)) = before.next_if(|(path, _)| **path < file.path) {
                self.gone.push(path);
            }
            let entry = before.next_if(|(path, _)| **path == file.path);
            let Some((path, entry)) = entry else {
                todo.push((file, &file.path));
                continue;
            };
            let same = same_reader
                && entry.stamp == file.stamp
                && entry.size == file.size
                && entry.kept.is_none();
            if same && (same_rules || keeps_labels(assembler, path, entry)) {
                kept.push((path.clone(), Arc::clone(entry)));
            } else {
                todo.push((file, entry.identity(path)));
            }
        }
        self.gone.extend(before.map(|(path, _)| path.as_str()));
        self.next.entries = kept.into_iter().collect();
        let mut done = 0;
        let of = todo.len();
        report(Progress::Read { done, of });
        let readers = std::mem::take(&mut self.readers);
        let read = in_order(
            wiki.threads,
            &todo,
            |(file, _)| file.size.saturating_mul(8) + 4_000,
            || Folder::new(&wiki.root),
            |folder, (file, identity)| read_one(wiki, folder, &readers, &file.path, identity),
            |place, result| {
                done += 1;
                report(Progress::Read { done, of });
                if wiki.is_stopped() {
                    return Err(());
                }
                if let Some((file, _)) = todo.get(place) {
                    match result {
                        Ok((fresh, seen)) => self.take(&file.path, fresh, &seen),
                        Err(why) => self.cannot_read(&file.path, &why),
                    }
                }
                Ok(())
            },
        );
        self.readers = readers;
        self.summary.read = of;
        match read {
            Ok(()) => ControlFlow::Continue(()),
            Err(()) => ControlFlow::Break(()),
        }
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

    /// The last good version of a note stays when its file cannot be read, and is marked.
    fn cannot_read(&mut self, path: &str, why: &str) {
        match self.known.entries.get(path) {
            Some(entry) => {
                self.keep(path, entry, why);
                // Of a catalog of another version, there is nothing but the address.
                let text = match entry.units.is_empty() {
                    true => why.to_owned(),
                    false => format!("{why}; what it said before is kept"),
                };
                self.problems.push(Located::file(path, "unreadable", text));
            }
            None => self.problems.push(Located::file(path, "unreadable", why)),
        }
    }

    fn keep(&mut self, path: &str, entry: &Arc<Entry>, why: &str) {
        let mut entry = Arc::clone(entry);
        if entry.kept.as_deref() != Some(why) {
            Arc::make_mut(&mut entry).kept = Some(why.to_owned());
            self.marked.push(path.to_owned());
        }
        self.next.entries.insert(path.to_owned(), entry);
        self.summary.kept += 1;
    }

    /// What lies in a folder that cannot be looked into is not gone.
    fn keep_unseen(&mut self, found: &Walk) {
        if found.unseen.is_empty() {
            return;
        }
        for path in std::mem::take(&mut self.gone) {
            let below = |folder: &String| {
                folder.is_empty()
                    || path
                        .strip_prefix(folder.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            match self.known.entries.get(path) {
                Some(entry) if found.unseen.iter().any(below) => {
                    self.keep(path, entry, "its folder cannot be looked into");
                }
                _ => self.gone.push(path),
            }
        }
    }

    /// Drops the graphs of notes that are no more: there is no file, or another note moved to where it was.
    fn drop_gone(&mut self) {
        let entries = &self.known.entries;
        let replaced = self.moves.keys();
        let replaced = replaced.filter_map(|path| Some(entries.get_key_value(path)?.0.as_str()));
        for path in std::mem::take(&mut self.gone).into_iter().chain(replaced) {
            let is_gone =
                |entry: &&Arc<Entry>| !self.away.contains(path) && !entry.graphs.is_empty();
            if let Some(entry) = entries.get(path).filter(is_gone) {
                let change = gone(path, entry, self.wiki.minter());
                self.changes.push(change);
            }
        }
    }

    /// Drops the graphs of a catalog that was made under another name or base.
    fn drop_everything(&mut self, known: &Catalog) {
        let Ok(base) = kenning_vocab::Base::new(&known.head.base) else {
            return;
        };
        let minter = Minter {
            base: &base,
            wiki: &known.head.wiki,
        };
        let stored = |entry: &&Arc<Entry>| !entry.graphs.is_empty();
        for (path, entry) in &known.entries {
            let entry = Some(entry).filter(stored);
            let change = entry.map(|entry| gone(path, entry, minter));
            self.changes.extend(change);
        }
    }

    fn finish(mut self, found: &Walk, memory: &mut Memory) -> Scan {
        self.keep_what_is_put();
        self.changes
            .sort_by(|a, b| a.path.cmp(&b.path).then(b.kind.cmp(&a.kind)));
        self.problems.extend(found.problems.iter().cloned());
        let dialects = self.readers.guesses();
        let guesses = dialects.iter().flat_map(|guess| &guess.problems);
        self.problems.extend(guesses.cloned());
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
        if self
            .next
            .entries
            .values()
            .any(|entry| Hints::wanted(&entry.link_problems))
        {
            memory.follow(self.wiki, &self.next);
        }
        let mut hints = Hints::new(&memory.linked.index, &mut memory.hints);
        let mut identifiers = Identifiers::default();
        for (path, entry) in &self.next.entries {
            summary.count(&entry.tally);
            self.problems.extend(identifiers.add(path, entry));
            for problems in [&entry.problems, &entry.label_problems, &entry.link_problems] {
                for problem in problems {
                    let mut problem = problem.clone();
                    hints.add(entry, &mut problem);
                    self.problems.push(problem);
                }
            }
        }
        let paths = self.next.entries.keys().map(String::as_str);
        self.problems.extend(self.wiki.lines_nowhere(paths));
        self.problems.sort();
        let moves = &self.moves;
        let guesses = self.guessed.into_iter().filter_map(|(path, guess)| {
            let from = moves.get(&path)?.clone();
            Some((path, from, guess))
        });
        Scan {
            guesses: guesses.collect(),
            changes: self.changes,
            problems: self.problems,
            catalog: self.next,
            summary: self.summary,
            dialects,
            is_stopped: false,
        }
    }
}

/// Whether today's rules give the note the labels it has, and find the same wrong with what it says about them.
fn keeps_labels(assembler: Assembler<'_>, path: &str, entry: &Entry) -> bool {
    let (labels, problems) = assembler.labels(path, entry);
    let units = entry.units.iter().map(|unit| &unit.label);
    labels.iter().eq(units) && problems == entry.label_problems
}

/// Reads a note, labels it, and makes the graphs of what it says itself.
fn read_one(
    wiki: &Wiki,
    folder: &Folder<'_>,
    readers: &Readers,
    path: &str,
    identity: &str,
) -> Result<(Fresh, Found), String> {
    let (bytes, seen) = folder.read(path, wiki.largest)?;
    let assembler = Assembler::new(wiki);
    let manner = readers.manner(path);
    let read = reading::read(bytes, path, identity, manner, &wiki.base, true);
    let mut entry = read.entry;
    assembler.label_all(path, &mut entry);
    let made = assembler.made(&entry, &read.note);
    let fresh = Fresh {
        entry,
        identity: identity.to_owned(),
        made,
    };
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
