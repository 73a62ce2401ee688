//! Who wrote a note, and when: asked of the `git` program, where the folder is under its care.
//!
//! What is told of a note follows from the history of that note alone. A commit's own name depends on all files of the commit, also
//! on those that a reader of the note may not see; so a revision is named by the content that the note had then, which git knows
//! as well (`git log --find-object`).
//!
//! The log is read once and then only what was committed since: what it told is kept with the catalog.

mod log;
mod program;
mod states;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kenning_note::Levels;
use serde::{Deserialize, Serialize};

pub(crate) use log::Revision;
use log::{Former, History, Log};
use program::{ask, contents, run};
pub(crate) use told::Told;

use crate::problem::Located;

/// What a repository told of the notes of a folder, as of a commit. The first field outlasts its shape: see [`crate::lasting`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Repository {
    /// The commit that was checked out.
    commit: String,
    /// By what authors are renamed, history is cut off and sections are known: what git told under another one is told anew.
    by: String,
    history: History,
    /// Paths that ever held a protected section.
    protected: BTreeSet<String>,
    former: Former,
}

/// What git told that was not known before.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Old path → new path, of files that were renamed since.
    pub(crate) renamed: BTreeMap<String, String>,
    /// Folders of repositories that tell nothing, seen from that of the wiki, and why they do not.
    pub(crate) silent: BTreeMap<String, String>,
}

impl News {
    /// The repository of the folder that is looked at tells nothing.
    fn silence(why: String) -> Self {
        Self {
            silent: BTreeMap::from([(String::new(), why)]),
            ..Self::default()
        }
    }

    /// What is wrong with the repositories that tell nothing.
    pub(crate) fn problems(&self) -> impl Iterator<Item = Located> {
        self.silent.iter().map(|(folder, why)| {
            let folder = if folder.is_empty() { "." } else { folder };
            let text = format!("git does not tell who wrote these notes: {why}");
            let mut problem = Located::file(folder, "git", text);
            let hint = if why.contains("dubious ownership") {
                "whoever runs this may trust it with `git config --global --add safe.directory FOLDER`; \
                 `git = false` in `kenning.toml` asks git nothing"
            } else {
                "`git = false` in `kenning.toml` asks git nothing"
            };
            problem.hint = Some(hint.to_owned());
            problem
        })
    }
}

impl Repository {
    /// Nothing but that git was asked when this commit was checked out.
    fn as_of(commit: String) -> Self {
        Self {
            commit,
            ..Self::default()
        }
    }

    /// What git tells of the folder `root`, when `known` is what it told before. Where it has nothing to say, nothing is told; where
    /// it cannot say it, what it told before holds. A protected section may be called after one of `levels`.
    ///
    /// One or two programs are run when nothing was committed, and a few more when something was. One that lies in a wiki is asked only
    /// where it keeps its data below one of `homes`.
    fn catch_up(
        known: &Self,
        root: &Path,
        levels: &Levels,
        homes: Option<&[PathBuf]>,
    ) -> (Self, News) {
        let state = match State::of(root, levels) {
            Ok(Some(state)) if state.is_kept_in(homes) => state,
            Ok(_) => return (Self::default(), News::default()),
            Err(why) => return (known.clone(), News::silence(why)),
        };
        if state.commit == known.commit && state.by == known.by {
            return (known.clone(), News::default());
        }
        let goes_on = state.by == known.by
            && !known.commit.is_empty()
            && run(
                root,
                &["merge-base", "--is-ancestor", &known.commit, &state.commit],
            )
            .is_some();
        let (range, before) = if goes_on {
            (format!("{}..{}", known.commit, state.commit), known.clone())
        } else {
            (state.commit.clone(), Self::default())
        };
        let is_there = |path: &str| std::fs::symlink_metadata(root.join(path)).is_ok();
        let mut log = match Log::read(root, &range, &state.grafts) {
            Ok(log) => log,
            Err(why) => return (known.clone(), News::silence(why)),
        };
        let mut news = News::default();
        if goes_on {
            let renamed = log
                .now
                .iter()
                .filter(|(old, new)| !new.is_empty() && old != new);
            news.renamed = renamed
                .map(|(old, new)| (old.clone(), new.clone()))
                .collect();
        } else if !known.commit.is_empty() {
            // Another branch was checked out, or history was written anew: what lies between the two is what differs.
            news.renamed = log::renamed(root, &known.commit, &state.commit);
        }
        let mut protected = before.protected;
        protected.extend(states::count(&mut log, root, levels));
        // A section goes along with its note.
        let moved: Vec<String> = protected
            .iter()
            .filter_map(|path| log.now.get(path).cloned())
            .filter(|path| !path.is_empty())
            .collect();
        protected.extend(moved);
        let told = Self {
            former: log.former(before.former),
            history: log.after(before.history, &is_there),
            commit: state.commit,
            by: state.by,
            protected,
        };
        (told, news)
    }

    /// The revisions of a note, the latest first, as those know them who do not see its protected sections.
    ///
    /// `has_sections` says whether it has such today, and `open` gives what stands outside them.
    fn revisions(
        &self,
        root: &Path,
        path: &str,
        has_sections: bool,
        open: &dyn Fn(&[u8]) -> Vec<u8>,
    ) -> Vec<Revision> {
        let Some(revisions) = self.history.get(path) else {
            return Vec::new();
        };
        if has_sections || self.protected.contains(path) {
            open_history(root, revisions, open)
        } else {
            revisions.clone()
        }
    }

    /// The paths that the note at `path` had before, the latest last.
    fn former(&self, path: &str) -> &[String] {
        self.former.get(path).map_or(&[], Vec::as_slice)
    }

    /// The paths of notes that had others before.
    fn renamed(&self) -> impl Iterator<Item = &String> {
        self.former.keys()
    }

    /// Whether anything is told of the note at `path`.
    fn knows(&self, path: &str) -> bool {
        self.history.contains_key(path)
    }

    /// Whether the revisions of a note may be others than `known` told.
    fn differs(&self, known: &Self, path: &str) -> bool {
        self.history.get(path) != known.history.get(path)
            || self.protected.contains(path) != known.protected.contains(path)
    }
}

/// Where a repository stands.
struct State {
    /// Where the repository keeps its data.
    home: PathBuf,
    commit: String,
    by: String,
    /// Commits of which the parents are not known.
    grafts: BTreeSet<String>,
}

impl State {
    /// Whether it keeps its data below one of these folders, links followed.
    fn is_kept_in(&self, homes: Option<&[PathBuf]>) -> bool {
        let Some(homes) = homes else { return true };
        let Ok(home) = self.home.canonicalize() else {
            return false;
        };
        let mut homes = homes.iter().filter_map(|home| home.canonicalize().ok());
        homes.any(|around| home.starts_with(around))
    }

    /// Nothing where there is no repository, or none of which anything was committed.
    ///
    /// # Errors
    /// Why git does not tell.
    fn of(root: &Path, levels: &Levels) -> Result<Option<Self>, String> {
        // A look at the disk is a thousand times cheaper than a program that finds nothing.
        let mut around = root.ancestors();
        if !around.any(|folder| folder.join(".git").exists()) {
            return Ok(None);
        }
        let asked = [
            "rev-parse",
            "--absolute-git-dir",
            "--show-toplevel",
            "--git-path",
            "shallow",
            "HEAD",
        ];
        let out = match ask(root, &asked) {
            Ok(out) => out,
            // A branch without a commit.
            Err(_) if run(root, &["symbolic-ref", "-q", "HEAD"]).is_some() => return Ok(None),
            Err(why) => return Err(why),
        };
        let lines: Vec<&str> = out.lines().collect();
        let [home, top, shallow, commit] = *lines.as_slice() else {
            return Err("it does not say where it stands".to_owned());
        };
        let home = PathBuf::from(home);
        let read = |path: PathBuf| std::fs::read(path).unwrap_or_default();
        let shallow = read(root.join(shallow));
        let mailmap = read(Path::new(top).join(".mailmap"));
        let mut hash = blake3::Hasher::new();
        hash.update(&u64::try_from(shallow.len()).unwrap_or(0).to_le_bytes());
        hash.update(&shallow);
        hash.update(&mailmap);
        for name in levels.names() {
            // No name holds one.
            hash.update(b"\0").update(name.as_bytes());
        }
        Ok(Some(Self {
            home,
            commit: commit.to_owned(),
            by: hash.finalize().to_hex().to_string(),
            grafts: String::from_utf8_lossy(&shallow)
                .lines()
                .map(str::to_owned)
                .collect(),
        }))
    }
}

/// The history of a note as those know it who do not see its protected sections.
///
/// `open` gives what stands outside them. Revisions that changed nothing else vanish, and the lines of sections do not count.
fn open_history(
    root: &Path,
    revisions: &[Revision],
    open: &dyn Fn(&[u8]) -> Vec<u8>,
) -> Vec<Revision> {
    let mut kept: Vec<Revision> = Vec::new();
    let mut before: Vec<u8> = Vec::new();
    let states: Vec<&Revision> = revisions.iter().rev().collect();
    let names: Vec<&str> = states.iter().map(|state| state.content.as_str()).collect();
    contents(root, &names, &mut |place, content| {
        let (Some(revision), Some(bytes)) = (states.get(place), content) else {
            return;
        };
        let text = dense(&open(bytes));
        if text == before && !kept.is_empty() {
            return;
        }
        kept.push(Revision {
            content: blob_name(&text),
            added: states::added(&before, &text),
            ..(*revision).clone()
        });
        before = text;
    });
    kept.reverse();
    kept
}

/// The lines that are not empty: whoever adds a section or takes it away adds empty ones around it or leaves some.
fn dense(text: &[u8]) -> Vec<u8> {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    lines
        .filter(|line| *line != b"\n")
        .collect::<Vec<_>>()
        .concat()
}

/// A name for content that git does not keep as such. Forty digits, as git's are, so that it does not tell itself apart.
fn blob_name(text: &[u8]) -> String {
    blake3::hash(text).to_hex().chars().take(40).collect()
}
