//! A wiki: a folder, what it is called, and the rules that hold in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kenning_note::Detail;
use kenning_vocab::Base;

use crate::catalog::Catalog;
use crate::change::{Progress, Scan};
use crate::dialect::{self, Guess, Readers};
use crate::label::{Judge, Said};
use crate::memory::{Memory, Touched};
use crate::overrides::Overrides;
use crate::problem::Located;
use crate::rules::Rules;
use crate::settings::{SETTINGS_FILE, WikiSettings};
use crate::triples::Minter;
use crate::walk::{Walk, walk};

/// A folder of notes.
#[derive(Debug, Clone)]
pub struct Wiki {
    /// Without links and dots, so that a path can be held against it.
    pub(crate) root: PathBuf,
    /// The one file to read, where not the whole folder is meant.
    pub(crate) only: Option<String>,
    name: String,
    pub(crate) rules: Rules,
    pub(crate) base: Base,
    pub(crate) settings: WikiSettings,
    pub(crate) overrides: Overrides,
    pub(crate) detail: Detail,
    pub(crate) largest: u64,
    pub(crate) threads: usize,
    stop: Arc<AtomicBool>,
}

/// A folder that cannot be a wiki.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenWiki {
    /// It is not there, or cannot be looked into.
    #[error("`{path}` cannot be opened: {error}")]
    Unreadable {
        /// What was asked for.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is neither a folder nor a file.
    #[error("`{0}` is neither a folder nor a note")]
    NotAFolder(PathBuf),
    /// It has no name from which addresses could be made.
    #[error("`{0}` has no name; give it one with `name = \"…\"` in its `kenning.toml`")]
    Nameless(PathBuf),
}

impl Wiki {
    /// Opens the wiki in `folder`; for a file, a wiki of that file alone, called like the folder it lies in.
    ///
    /// Nothing but the settings is read yet. Settings that cannot be read are no error: they close the wiki, and
    /// [`Wiki::problems`] says so.
    ///
    /// # Errors
    /// [`OpenWiki`] when there is no such folder, or it cannot be looked into.
    pub fn open(folder: &Path, rules: &Rules, base: &Base) -> Result<Self, OpenWiki> {
        let unreadable = |error| OpenWiki::Unreadable {
            path: folder.to_owned(),
            error,
        };
        let real = folder.canonicalize().map_err(unreadable)?;
        let meta = std::fs::metadata(&real).map_err(unreadable)?;
        let (root, only) = if meta.is_dir() {
            (real, None)
        } else if let (true, Some(parent), Some(name)) =
            (meta.is_file(), real.parent(), real.file_name())
        {
            (parent.to_owned(), Some(name.to_string_lossy().into_owned()))
        } else {
            return Err(OpenWiki::NotAFolder(folder.to_owned()));
        };
        std::fs::read_dir(&root).map_err(unreadable)?;
        let mut settings = read_settings(&root, rules);
        crate::site::protect(&root, &mut settings, rules);
        let folder_name = root
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = settings.name.clone().or(folder_name);
        let name = name.ok_or_else(|| OpenWiki::Nameless(folder.to_owned()))?;
        let overrides = Overrides::read(&root);
        let limits = kenning_note::Limits::default();
        Ok(Self {
            largest: u64::try_from(limits.bytes).unwrap_or(u64::MAX),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            root,
            only,
            name,
            rules: rules.clone(),
            base: base.clone(),
            settings,
            overrides,
            detail: Detail::default(),
            stop: Arc::default(),
        })
    }

    /// The same wiki, with `detail` deciding how much of a note becomes triples.
    #[must_use]
    pub fn with_detail(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// The same wiki, read by so many threads. The result never depends on it.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// The same wiki, of which a scan ends early once `stop` is set while it reads notes: see [`Scan::is_stopped`].
    #[must_use]
    pub fn until(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What the wiki is called: part of all its addresses.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder, without links and dots.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// By whose habits notes are read here, and what speaks for it. Folders in it may be read otherwise: [`Scan::dialects`].
    #[must_use]
    pub fn dialect(&self) -> Guess {
        let marks = dialect::marks_of(&self.root);
        dialect::guess("", self.settings.dialect.as_deref(), &marks)
    }

    /// What is wrong with the lines of `links.toml` that mean none of these notes. Where one note is read, nobody looks at others.
    pub(crate) fn lines_nowhere<'p>(&self, notes: impl Iterator<Item = &'p str>) -> Vec<Located> {
        if self.only.is_some() {
            return Vec::new();
        }
        self.overrides.lead_nowhere(notes)
    }

    /// What is wrong with the settings of the wiki.
    pub fn problems(&self) -> impl Iterator<Item = &Located> {
        let settings = self.settings.problems.iter();
        settings.chain(&self.overrides.problems)
    }

    /// Looks for what changed since `known`, and says what has to change in the graphs.
    ///
    /// Files whose size and times are as known are not read. The result does not depend on the order in which the file system
    /// lists files, nor on the number of threads; a second scan of an unchanged folder gives no change.
    pub fn scan(&self, known: &Catalog, report: &mut dyn FnMut(Progress)) -> Scan {
        self.scan_with(known, &mut Memory::new(), &Touched::Anything, report)
    }

    /// The same with a memory of the last scan of this wiki, and with what may have changed since then.
    ///
    /// Neither decides what is found, as long as `touched` names all that changed: they only save looking.
    pub fn scan_with(
        &self,
        known: &Catalog,
        memory: &mut Memory,
        touched: &Touched,
        report: &mut dyn FnMut(Progress),
    ) -> Scan {
        crate::scan::scan(self, known, memory, touched, report)
    }

    /// The nearest folder around this one that has the mark of a program, where this one looks like no wiki itself: what it says of its
    /// notes, also of who may read them, does not count here.
    #[must_use]
    pub fn lies_in(&self) -> Option<PathBuf> {
        let is_part = !looks_like_a_wiki(&self.root);
        let mut around = self.root.ancestors().skip(1).filter(|_| is_part);
        // A `kenning.toml` further up may be the operator's.
        let whole = around.find(|folder| !dialect::marks_of(folder).is_empty());
        whole.map(Path::to_owned)
    }

    /// Brings a memory in step with `catalog`, so that the next scan need not.
    pub fn remember(&self, catalog: &Catalog, memory: &mut Memory) {
        memory.follow(self, catalog);
    }

    /// How the notes of each folder are read, when `walk` saw what lies in them.
    pub(crate) fn readers(&self, walk: &Walk) -> Readers {
        let levels = self.levels();
        let mut readers = Readers::new(
            &self.root,
            &self.settings,
            &walk.marks,
            self.detail,
            &levels,
        );
        readers.tell_endings(walk.notes.iter().map(|found| found.path.as_str()));
        readers
    }

    /// The levels that a note may name to be closed.
    pub(crate) fn levels(&self) -> kenning_note::Levels {
        kenning_note::Levels::new(self.rules.scale().above_lowest())
    }

    pub(crate) fn walk(&self) -> Walk {
        walk(&self.root, self.only.as_deref(), &self.settings.ignore)
    }

    pub(crate) fn minter(&self) -> Minter<'_> {
        Minter {
            base: &self.base,
            wiki: &self.name,
        }
    }

    /// Whether those who may read a note that says `said` and has `label` may be told that it lay at `former`: not, where it would be
    /// higher there.
    pub(crate) fn may_tell_former(&self, former: &str, said: &Said, label: &str) -> bool {
        let label = self.rules.scale().parse_label(label);
        let there = self.judge().decide(former, said).label;
        label.is_ok_and(|label| there.flows_to(&label))
    }

    pub(crate) fn judge(&self) -> Judge<'_> {
        Judge {
            rules: &self.rules,
            settings: &self.settings,
            wiki: &self.name,
            folder: self
                .root
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default(),
        }
    }
}

fn read_settings(root: &Path, rules: &Rules) -> WikiSettings {
    match crate::file::read(root, SETTINGS_FILE, 1 << 20) {
        Ok((bytes, _)) => match String::from_utf8(bytes) {
            Ok(text) => WikiSettings::read(&text, rules),
            Err(_) => WikiSettings::unreadable("it is not UTF-8 text".to_owned()),
        },
        Err(_) if is_missing(root, SETTINGS_FILE) => WikiSettings::default(),
        Err(why) => WikiSettings::unreadable(why),
    }
}

/// Whether there is nothing of this name: a link that leads nowhere is something.
pub(crate) fn is_missing(root: &Path, name: &str) -> bool {
    std::fs::symlink_metadata(root.join(name))
        .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

/// Whether a folder has a `kenning.toml` or the mark of a program.
fn looks_like_a_wiki(folder: &Path) -> bool {
    !is_missing(folder, SETTINGS_FILE) || !dialect::marks_of(folder).is_empty()
}

/// The folder that looks like the wiki of the note at `note`: the nearest one around it that has a `kenning.toml` or the mark of a
/// program, else the top of the repository it lies in, else `working`, the folder in which somebody works, where the note lies below it, else
/// the folder it lies in.
#[must_use]
pub fn folder_around(note: &Path, working: Option<&Path>) -> PathBuf {
    let folders = || note.ancestors().skip(1);
    let found = folders()
        .find(|folder| looks_like_a_wiki(folder))
        .or_else(|| folders().find(|folder| !is_missing(folder, ".git")))
        .or_else(|| working.filter(|folder| note.starts_with(folder)))
        .or_else(|| note.parent());
    found.unwrap_or(note).to_owned()
}
