//! The folders that are watched. Another folder may come to lie at the path of one, when a wiki is cloned anew or a disk is mounted:
//! what the system watches is the old one then, so somebody has to look.

use crate::ground::Ground;
use crate::request::Place;
use anyhow::{Context, Result};
use notify::event::ModifyKind;
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Watches until it is dropped.
pub type Watching = Arc<Mutex<RecommendedWatcher>>;

/// Folders of wikis, and which folder of the disk each is.
pub(super) struct Roots {
    watcher: Weak<Mutex<RecommendedWatcher>>,
    roots: Vec<Root>,
    /// Whether there are folders that the system does not watch.
    is_blind: bool,
}

struct Root {
    place: Place,
    /// What is watched; `None` where nothing is.
    ground: Option<Ground>,
    /// Where git writes down what is checked out, where that is not below the folder.
    log: Option<PathBuf>,
}

impl Roots {
    /// Begins to watch the folders.
    ///
    /// # Errors
    /// When the system cannot watch one of them.
    pub(super) fn watch(watcher: &Watching, wikis: &[Place]) -> Result<Self> {
        let mut roots = Self {
            watcher: Arc::downgrade(watcher),
            roots: Vec::with_capacity(wikis.len()),
            is_blind: false,
        };
        for place in wikis {
            let mut root = Root {
                place: place.clone(),
                ground: None,
                log: None,
            };
            let begun = root.begin(watcher);
            roots
                .bear(begun)
                .with_context(|| format!("cannot watch `{}`", place.shown))?;
            roots.roots.push(root);
        }
        Ok(roots)
    }

    /// Watches what lies at the paths now. Gives those at which another folder lies than before.
    pub(super) fn look(&mut self) -> Vec<PathBuf> {
        let Some(watcher) = self.watcher.upgrade() else {
            return Vec::new();
        };
        let (mut other, mut failed) = (Vec::new(), Vec::new());
        for root in &mut self.roots {
            let ground = Ground::of(&root.place.path);
            if ground == root.ground {
                continue;
            }
            other.push(root.place.path.clone());
            root.ground.clone_from(&ground);
            if ground.is_some() {
                let begun = root.begin(&watcher);
                failed.extend(begun.err().map(|error| (root.place.shown.clone(), error)));
            }
        }
        for (shown, error) in failed {
            if let Err(error) = self.bear(Err(error)) {
                tracing::error!("cannot watch `{shown}`: {error}");
                self.is_blind = true;
            }
        }
        other
    }

    /// Notes that the folder at this path was deleted or moved: what is watched is not what lies there now, however much it looks like it.
    pub(super) fn lose(&mut self, event: &Event) {
        if !matches!(
            event.kind,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
        ) {
            return;
        }
        for root in &mut self.roots {
            if event.paths.contains(&root.place.path) {
                root.ground = None;
            }
        }
    }

    /// Goes on where the system watches no more folders, and says so once.
    ///
    /// # Errors
    /// What else may be wrong.
    pub(super) fn bear(&mut self, done: notify::Result<()>) -> notify::Result<()> {
        match done {
            Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => {
                if !self.is_blind {
                    tracing::error!(
                        "the system watches no more folders, so from now on all is looked at once a minute; \
                         a greater `fs.inotify.max_user_watches` and a new start mend it"
                    );
                }
                self.is_blind = true;
                Ok(())
            }
            done => done,
        }
    }

    /// Whether there are folders that the system does not watch.
    pub(super) fn is_blind(&self) -> bool {
        self.is_blind
    }

    /// A wiki of which git writes what is checked out here.
    #[cfg(test)]
    pub(super) fn of(place: Place, log: &str) -> Self {
        Self {
            watcher: Weak::new(),
            roots: vec![Root {
                place,
                ground: None,
                log: Some(log.into()),
            }],
            is_blind: false,
        }
    }

    /// The folders about which git may have written here.
    pub(super) fn told_of<'r>(&'r self, path: &'r Path) -> impl Iterator<Item = &'r Path> {
        let roots = self.roots.iter();
        let told =
            roots.filter(|root| root.log.as_deref().is_some_and(|log| path.starts_with(log)));
        told.map(|root| root.place.path.as_path())
    }
}

impl Root {
    fn begin(&mut self, watcher: &Watching) -> notify::Result<()> {
        let mut watcher = watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let path = &self.place.path;
        // Of a folder that is gone there may be nothing to end.
        let _ = watcher.unwatch(path);
        if let Some(log) = self.log.take() {
            let _ = watcher.unwatch(&log);
        }
        self.ground = Ground::of(path);
        watcher.watch(path, RecursiveMode::Recursive)?;
        // A commit writes no note, and tells who wrote those that are there.
        if let Some(log) = log_of(path) {
            let _ = watcher.watch(&log, RecursiveMode::NonRecursive);
            self.log = Some(log);
        }
        Ok(())
    }
}

/// Where git writes down what is checked out, unless that is below the folder: the repository may lie around it, or keep its data
/// elsewhere, as one does of which there are several working trees.
fn log_of(wiki: &Path) -> Option<PathBuf> {
    let wiki = wiki.canonicalize().ok()?;
    let mut around = wiki.ancestors().map(|folder| folder.join(".git"));
    let git = around.find(|git| git.exists())?;
    let home = match std::fs::read_to_string(&git) {
        Ok(text) => {
            let named = text.lines().next()?.strip_prefix("gitdir:")?.trim();
            git.parent()?.join(named)
        }
        Err(_) => git,
    };
    let log = home.canonicalize().ok()?.join("logs");
    (log.is_dir() && !log.starts_with(&wiki)).then_some(log)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end in a panic")]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, write};

    #[test]
    fn what_git_writes_down_is_found_around_a_wiki_and_where_a_file_says() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let tree = top.join("repository/.git/worktrees/tree");
        for made in [
            "repository/wiki",
            "repository/.git/logs",
            "tree/wiki",
            "none",
        ] {
            create_dir_all(top.join(made)).unwrap();
        }
        create_dir_all(tree.join("logs")).unwrap();
        write(
            top.join("tree/.git"),
            format!("gitdir: {}\n", tree.display()),
        )
        .unwrap();
        write(top.join("none/.git"), "gitdir: nowhere\n").unwrap();
        let own = top.join("repository/.git/logs");
        for (wiki, log) in [
            ("repository/wiki", Some(own)),
            // It is watched with the folder.
            ("repository", None),
            ("tree", Some(tree.join("logs"))),
            ("tree/wiki", Some(tree.join("logs"))),
            ("none", None),
        ] {
            assert_eq!(log_of(&top.join(wiki)), log, "{wiki}");
        }
    }
}
