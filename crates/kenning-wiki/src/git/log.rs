//! The log of a repository: who wrote which state of which file, and what files were called before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::program::{ask, run};
use super::states;
use crate::walk::is_note;

/// So many revisions are kept of one note, the latest ones.
const MOST: usize = 200;

/// One stored state of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revision {
    /// What git calls the content of the file (a blob).
    pub(crate) content: String,
    /// The author's name, as `.mailmap` gives it.
    pub(crate) author: String,
    /// Others who wrote it too (`Co-authored-by:`), by their names as `.mailmap` gives them.
    pub(crate) with: Vec<String>,
    /// When it was written, as `xsd:dateTime`.
    pub(crate) time: String,
    /// The same in seconds since 1970.
    pub(crate) seconds: i64,
    /// Lines that it added.
    pub(crate) added: u64,
}

/// How git is asked which files a commit changed, as [`files_of`] reads them; nothing that the repository names is run for it.
const FILES: [&str; 7] = [
    "--no-ext-diff",
    // A list that is not there stops it.
    "-O/dev/null",
    "--no-textconv",
    "--relative",
    "--raw",
    "--no-abbrev",
    "-z",
];

/// What files were called before, by path, the latest last.
pub(crate) type Former = BTreeMap<String, Vec<String>>;

/// Revisions by path, the latest first.
pub(crate) type History = BTreeMap<String, Vec<Revision>>;

/// A stored state as the log tells it: what it added is counted later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) revision: Revision,
    /// The content before it; zeros where there was none.
    pub(super) before: String,
}

/// What some commits say.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) history: BTreeMap<String, Vec<State>>,
    /// What was called so before these commits → what it is called after them. Empty: it is called nothing, because what has the
    /// name now is another file.
    pub(super) now: HashMap<String, String>,
    /// What files were called before, by what they are called after these commits, the latest first.
    former: HashMap<String, Vec<String>>,
    /// The files that were new in these commits, with their first content: what had the name before was another file.
    begun: HashMap<String, String>,
}

impl Log {
    /// What the commits of `range` did to the files below `root`. `grafts` are commits of which the parents are not known.
    ///
    /// # Errors
    /// Why git does not tell.
    pub(super) fn read(
        root: &Path,
        range: &str,
        grafts: &BTreeSet<String>,
    ) -> Result<Self, String> {
        let log = |renames| {
            let mut arguments = vec![
                "log",
                "--use-mailmap",
                "--format=%x01%H%x02%aN%x02%aI%x02%at%x02%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x03)%x02",
            ];
            arguments.extend(FILES);
            arguments.extend([renames, range, "--", "."]);
            ask(root, &arguments)
        };
        // A clone without all its contents (`git clone --filter`) cannot compare files, but it still knows who changed what.
        // Nothing is fetched for it.
        let out = log("--find-renames").or_else(|_| log("--find-renames=100%"))?;
        let mut log = Self::parse(&out, grafts);
        log.rename_authors(root);
        Ok(log)
    }

    fn parse(out: &str, grafts: &BTreeSet<String>) -> Self {
        let mut log = Self::default();
        for commit in out.split('\u{1}').skip(1) {
            let mut head = commit.splitn(6, '\u{2}');
            let mut next = || head.next().unwrap_or_default();
            let (hash, author, time, seconds, with, files) =
                (next(), next(), next(), next(), next(), next());
            // All files of such a commit look as if it had made them.
            if !grafts.contains(hash) {
                log.commit(author, time, seconds, with, files);
            }
        }
        log.history.remove("");
        log
    }

    fn commit(&mut self, author: &str, time: &str, seconds: &str, with: &str, files: &str) {
        let with: Vec<String> = with
            .split('\u{3}')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        let mut renames = Vec::new();
        for File {
            old,
            path: new,
            before,
            content,
        } in files_of(files)
        {
            // A repository may hold a program beside its notes.
            if !is_note(&new) {
                continue;
            }
            let path = self.now.get(&new).cloned().unwrap_or_else(|| new.clone());
            if let Some(old) = old {
                if !self.begun.contains_key(&path) {
                    self.former
                        .entry(path.clone())
                        .or_default()
                        .push(old.clone());
                }
                renames.push((old, path.clone()));
                // Before this commit, what had the new name was another file.
                self.now.insert(new, String::new());
            } else if states::is_none(&before) {
                self.begun.insert(path.clone(), content.clone());
            } else if states::is_none(&content) && self.begun.get(&path) == Some(&before) {
                // It was taken away for a while.
                self.begun.remove(&path);
            }
            let states = self.history.entry(path).or_default();
            if states.len() < MOST && !states::is_none(&content) {
                let revision = Revision {
                    content,
                    author: author.to_owned(),
                    with: with.clone(),
                    time: time.to_owned(),
                    seconds: seconds.parse().unwrap_or(0),
                    added: 0,
                };
                states.push(State { revision, before });
            }
        }
        self.now.extend(renames);
    }

    /// Gives those who wrote with somebody the names that `.mailmap` gives them.
    fn rename_authors(&mut self, root: &Path) {
        let states = self.history.values().flatten();
        let named: BTreeSet<String> = states
            .flat_map(|state| state.revision.with.clone())
            .collect();
        if named.is_empty() {
            return;
        }
        let mut names: HashMap<String, String> = HashMap::new();
        let written: Vec<&String> = named.iter().collect();
        for some in written.chunks(50) {
            let mut arguments = vec!["check-mailmap", "--"];
            arguments.extend(some.iter().map(|name| name.as_str()));
            let out = run(root, &arguments).unwrap_or_default();
            let lines = out.lines().map(bare).chain(std::iter::repeat(""));
            for (written, known) in some.iter().zip(lines) {
                let name = if known.is_empty() {
                    bare(written)
                } else {
                    known
                };
                names.insert((*written).clone(), name.to_owned());
            }
        }
        for State { revision, .. } in self.history.values_mut().flatten() {
            for name in &mut revision.with {
                if let Some(known) = names.get(name) {
                    name.clone_from(known);
                }
            }
            let author = revision.author.clone();
            revision
                .with
                .retain(|name| !name.is_empty() && *name != author);
            revision.with.sort();
            revision.with.dedup();
        }
    }

    /// What files were called before, by what they are called now, the latest last; `before` is what was known of it before these commits.
    pub(super) fn former(&self, before: Former) -> Former {
        let mut all = Former::new();
        for (path, former) in before {
            let name = self.now.get(&path).unwrap_or(&path);
            if !name.is_empty() && !self.begun.contains_key(name) {
                all.entry(name.clone()).or_default().extend(former);
            }
        }
        for (path, former) in &self.former {
            let latest = former.iter().rev().cloned();
            all.entry(path.clone()).or_default().extend(latest);
        }
        for (path, former) in &mut all {
            // The last time counts, and what has a name again is not called so before.
            let mut seen = BTreeSet::from([path.clone()]);
            former.reverse();
            former.retain(|name| seen.insert(name.clone()));
            former.truncate(MOST);
            former.reverse();
        }
        all.retain(|path, former| !path.is_empty() && !former.is_empty());
        all
    }

    /// Adds what was known before these commits. `is_there` says which paths lie in the folder today.
    pub(super) fn after(self, before: History, is_there: &dyn Fn(&str) -> bool) -> History {
        let new = self.history.into_iter().map(|(path, states)| {
            let revisions = states.into_iter().map(|state| state.revision);
            (path, revisions.collect::<Vec<_>>())
        });
        let mut history: History = new.collect();
        for (path, revisions) in before {
            match self.now.get(&path) {
                Some(name) if name.is_empty() => {}
                Some(name) => history.entry(name.clone()).or_default().extend(revisions),
                None => history.entry(path).or_default().extend(revisions),
            }
        }
        // On one branch a file was still changed under the name that another branch took from it.
        for (old, new) in &self.now {
            if !new.is_empty()
                && old != new
                && !is_there(old)
                && is_there(new)
                && let Some(revisions) = history.remove(old)
            {
                history.entry(new.clone()).or_default().extend(revisions);
            }
        }
        for revisions in history.values_mut() {
            revisions.sort_by(|one, other| {
                let order = other.seconds.cmp(&one.seconds);
                order.then_with(|| one.content.cmp(&other.content))
            });
            revisions.dedup();
            revisions.truncate(MOST);
        }
        history
    }
}

/// What files of the commit `old` are called in the commit `new`, of those that are called otherwise: old path → new path.
pub(super) fn renamed(root: &Path, old: &str, new: &str) -> BTreeMap<String, String> {
    let compare = |renames| {
        let mut arguments = vec!["diff-tree", "-r"];
        arguments.extend(FILES);
        arguments.extend([renames, old, new, "--", "."]);
        run(root, &arguments)
    };
    let out = compare("--find-renames").or_else(|| compare("--find-renames=100%"));
    let files = files_of(out.as_deref().unwrap_or_default());
    let renamed = files.into_iter().filter(|file| is_note(&file.path));
    renamed
        .filter_map(|file| Some((file.old?, file.path)))
        .collect()
}

/// `Ada Bell <ada@example.org>` → `Ada Bell`.
fn bare(name: &str) -> &str {
    match name.split_once('<') {
        Some((before, address)) if before.trim().is_empty() => address.trim_end_matches('>').trim(),
        Some((before, _)) => before.trim(),
        None => name.trim(),
    }
}

/// A file that a commit changed.
struct File {
    /// Its path before, where it was renamed.
    old: Option<String>,
    path: String,
    before: String,
    content: String,
}

/// The files of a commit, from what `git log --raw -z` prints: `:100644 100644 OLD NEW M␀path␀` or `… R090␀old␀new␀`.
fn files_of(text: &str) -> Vec<File> {
    let mut fields = text.split('\0').map(|field| field.trim_start_matches('\n'));
    let mut files = Vec::new();
    while let Some(field) = fields.next() {
        let Some(raw) = field.strip_prefix(':') else {
            continue;
        };
        let mut words = raw.split(' ').skip(2);
        let (Some(before), Some(content), Some(kind)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let Some(first) = fields.next() else { break };
        let file = |old: Option<&str>, path: &str| File {
            old: old.map(str::to_owned),
            path: path.to_owned(),
            before: before.to_owned(),
            content: content.to_owned(),
        };
        if kind.starts_with(['R', 'C']) {
            let Some(second) = fields.next() else { break };
            files.push(file(kind.starts_with('R').then_some(first), second));
        } else {
            files.push(file(None, first));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn of(history: &History, path: &str) -> Vec<(String, String)> {
        let revisions = history.get(path).into_iter().flatten();
        revisions
            .map(|revision| (revision.author.clone(), revision.content.clone()))
            .collect()
    }

    fn row(author: &str, content: &str) -> (String, String) {
        (author.to_owned(), content.to_owned())
    }

    #[test]
    fn renames_are_followed_and_a_reused_name_is_another_file() {
        // Newest first: b.md was called a.md; a.md is new since then.
        let log = format!(
            "\u{1}h3\u{2}Ada\u{2}2026-03-03T00:00:00Z\u{2}30\u{2}\u{2}\0\n:000000 100644 {ZERO} c3 A\0a.md\0\
             \u{1}h2\u{2}Ben\u{2}2026-02-02T00:00:00Z\u{2}20\u{2}\u{2}\0\n:100644 100644 c1 c2 R090\0a.md\0b.md\0\
             \u{1}h1\u{2}Ada\u{2}2026-01-01T00:00:00Z\u{2}10\u{2}\u{2}\0\n:000000 100644 {ZERO} c1 A\0a.md\0"
        );
        let all = |_: &str| true;
        let whole = Log::parse(&log, &BTreeSet::new()).after(History::new(), &all);
        assert_eq!(of(&whole, "a.md"), [row("Ada", "c3")]);
        assert_eq!(of(&whole, "b.md"), [row("Ben", "c2"), row("Ada", "c1")]);
        // Read in two pieces, it is the same.
        let (later, first) = log.split_at(log.find("\u{1}h1").unwrap());
        let first = Log::parse(first, &BTreeSet::new()).after(History::new(), &all);
        let later = Log::parse(later, &BTreeSet::new()).after(first, &all);
        assert_eq!(later, whole);
        // Of a commit without known parents nothing is told.
        let shallow = Log::parse(&log, &["h1".to_owned()].into()).after(History::new(), &all);
        assert_eq!(of(&shallow, "b.md"), [row("Ben", "c2")]);
    }

    #[test]
    fn names_are_taken_out_of_addresses() {
        for (written, name) in [
            ("Ada Bell <ada@example.org>", "Ada Bell"),
            ("<ada@example.org>", "ada@example.org"),
            ("Ada", "Ada"),
        ] {
            assert_eq!(bare(written), name);
        }
    }
}
