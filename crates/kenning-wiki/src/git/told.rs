//! What git told of a folder: the repository that it lies in, and repositories that lie in it, such as submodules.
//!
//! A note belongs to the nearest repository around it. One that lies in the wiki came with its notes, so it is asked only where it
//! keeps its data there, too, or with the repository around the wiki: a file `.git` could name any folder of the machine.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kenning_note::Levels;
use serde::{Deserialize, Serialize};

use super::program::run;
use super::{News, Repository, Revision};

/// What git told of the notes of a folder. It begins with the commit that was checked out: see [`crate::lasting`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    own: Repository,
    /// By their folders, seen from that of the wiki.
    within: BTreeMap<String, Repository>,
}

impl Told {
    /// Nothing but that git was asked when this commit was checked out.
    pub(crate) fn as_of(commit: String) -> Self {
        Self {
            own: Repository::as_of(commit),
            within: BTreeMap::new(),
        }
    }

    /// What git tells of the folder `root`, when `known` is what it told before; `within` are folders of it that are repositories,
    /// and `levels` those that a protected section may be called after. Where it has nothing to say, nothing is told.
    pub(crate) fn catch_up(
        known: &Self,
        root: &Path,
        within: &[String],
        levels: &Levels,
    ) -> (Self, News) {
        let (own, mut news) = Repository::catch_up(&known.own, root, levels, None);
        let mut told = Self {
            own,
            within: BTreeMap::new(),
        };
        if within.is_empty() {
            return (told, news);
        }
        let around = run(root, &["rev-parse", "--absolute-git-dir"]);
        let around = around.map(|folder| PathBuf::from(folder.trim_end_matches('\n')));
        let homes: Vec<PathBuf> = around.into_iter().chain([root.to_owned()]).collect();
        for folder in within {
            let nothing = Repository::default();
            let known = known.within.get(folder).unwrap_or(&nothing);
            let (found, more) =
                Repository::catch_up(known, &root.join(folder), levels, Some(&homes));
            let inside = |path: String| format!("{folder}/{path}");
            let silent = more.silent.into_values();
            news.silent.extend(silent.map(|why| (folder.clone(), why)));
            let more = more.renamed.into_iter();
            news.renamed
                .extend(more.map(|(old, new)| (inside(old), inside(new))));
            if found != nothing {
                told.within.insert(folder.clone(), found);
            }
        }
        (told, news)
    }

    /// The repository of the note at `path`, its folder with a slash at its end, and the path as seen from there.
    fn of<'p>(&self, path: &'p str) -> (&Repository, &'p str, &'p str) {
        if !self.within.is_empty() {
            let ends = memchr::memrchr_iter(b'/', path.as_bytes());
            for (folder, rest) in ends.filter_map(|end| path.split_at_checked(end + 1)) {
                if let Some(repository) = self.within.get(folder.trim_end_matches('/')) {
                    return (repository, folder, rest);
                }
            }
        }
        (&self.own, "", path)
    }

    /// The revisions of a note, as its repository tells them: see [`Repository::revisions`].
    pub(crate) fn revisions(
        &self,
        root: &Path,
        path: &str,
        has_sections: bool,
        open: &dyn Fn(&[u8]) -> Vec<u8>,
    ) -> Vec<Revision> {
        let (repository, folder, path) = self.of(path);
        repository.revisions(&root.join(folder), path, has_sections, open)
    }

    /// The paths that the note at `path` had before, the latest last, as seen from the folder of the wiki.
    pub(crate) fn former(&self, path: &str) -> Cow<'_, [String]> {
        let (repository, folder, path) = self.of(path);
        let former = repository.former(path);
        if folder.is_empty() || former.is_empty() {
            return Cow::Borrowed(former);
        }
        let inside = former.iter().map(|path| format!("{folder}{path}"));
        Cow::Owned(inside.collect())
    }

    /// The paths of notes that had others before.
    pub(crate) fn renamed(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let own = self.own.renamed().map(|path| Cow::Borrowed(path.as_str()));
        own.chain(self.within.iter().flat_map(|(folder, repository)| {
            let renamed = repository.renamed();
            renamed.map(move |path| Cow::Owned(format!("{folder}/{path}")))
        }))
    }

    /// Whether anything is told of the note at `path`.
    pub(crate) fn knows(&self, path: &str) -> bool {
        let (repository, _, path) = self.of(path);
        repository.knows(path)
    }

    /// Whether the revisions of a note may be others than `known` told.
    pub(crate) fn differs(&self, known: &Self, path: &str) -> bool {
        let (repository, folder, inside) = self.of(path);
        let (before, other, _) = known.of(path);
        folder != other || repository.differs(before, inside)
    }
}
