//! What lies in the folder: its notes, its other files, and what cannot be followed.
//!
//! Nothing outside the folder is looked at: symbolic links are not followed, neither to files nor to folders.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHasher;

use kenning_note::Dialect;

use crate::dialect::{MARKS, lies_in, may_be_mark};
use crate::names::last_of;
use crate::problem::Located;

/// Endings of files that hold notes. What a file without one of these holds is not known, so it is left alone.
pub(crate) const NOTE_ENDINGS: &[&str] = &[
    "md",
    "markdown",
    "mdown",
    "mkd",
    "mdx",
    "txt",
    "text",
    "org",
    "tid",
    "wiki",
    "mediawiki",
    "html",
    "htm",
    "qmd",
    "rmd",
];

/// Files beside the notes in which a folder lists what to leave out, in the manner of `.gitignore`.
const IGNORE_FILES: &[&str] = &[".gitignore", ".kenningignore"];

/// Folders of what programs fetch: nobody of the wiki wrote it.
const NOT_WRITTEN: &[&str] = &["node_modules"];

/// Files in which MkDocs' theme Material keeps what all pages of a folder have.
const METAS: [&str; 2] = [".meta.yml", ".meta.yaml"];

/// Deeper folders are left out: no wiki nests like this, but a broken file system may.
const DEEPEST: usize = 100;

/// What a walk found, in the order of paths.
#[derive(Debug, Clone, Default)]
pub(crate) struct Walk {
    /// Files that hold notes.
    pub(crate) notes: Vec<Found>,
    /// Other files, which links may point at.
    pub(crate) others: Vec<String>,
    /// Folders and files that exist and could not be looked at: what was known of them stays.
    pub(crate) unseen: Vec<String>,
    /// Folders that hold repositories of their own.
    pub(crate) repositories: Vec<String>,
    /// Folders, and the marks of programs that lie in them.
    pub(crate) marks: BTreeSet<(String, &'static str)>,
    /// Files that say something of all pages of their folder, in order.
    pub(crate) metas: Vec<String>,
    pub(crate) problems: Vec<Located>,
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Path seen from the folder of the wiki, with `/`.
    pub(crate) path: String,
    /// Size in bytes.
    pub(crate) size: u64,
    /// Changes whenever the file is written, as far as the file system tells.
    pub(crate) stamp: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub(crate) modified: u64,
}

/// Walks `root`. `only` restricts it to one file of the folder, `ignore` are patterns from the settings.
pub(crate) fn walk(root: &Path, only: Option<&str>, ignore: &[String]) -> Walk {
    let mut walk = Walk::default();
    let mut lists = vec![settings_list(root, ignore, &mut walk)];
    walk.folder(root, "", 0, only, &mut lists);
    walk.leave_out_templates();
    walk.notes.sort_by(|a, b| a.path.cmp(&b.path));
    walk.others.sort();
    walk.repositories.sort();
    walk.metas.sort();
    walk.find_twins();
    walk.problems.sort();
    walk
}

/// Whether a file of this name holds a note.
pub(crate) fn is_note(name: &str) -> bool {
    let Some(dot) = last_of(name, b'.').filter(|dot| *dot > 0) else {
        return false;
    };
    let ending = name.get(dot + 1..).unwrap_or_default();
    // Nearly all are called so, and this is asked more than anything else.
    ending == "md"
        || NOTE_ENDINGS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(ending))
}

impl Walk {
    fn folder(
        &mut self,
        folder: &Path,
        prefix: &str,
        depth: usize,
        only: Option<&str>,
        lists: &mut Vec<Gitignore>,
    ) {
        if depth > DEEPEST {
            self.missed(
                prefix,
                format!("folders are nested more than {DEEPEST} deep; what is below is left out"),
            );
            return;
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.missed(prefix, format!("the folder cannot be read: {error}"));
                return;
            }
        };
        let before = lists.len();
        for name in IGNORE_FILES {
            let file = folder.join(name);
            // A list that is itself a link could show what lies elsewhere, so it is not read.
            if fs::symlink_metadata(&file).is_ok_and(|meta| meta.is_file()) {
                let (list, error) = Gitignore::new(&file);
                if let Some(error) = error {
                    let path = join(prefix, name);
                    self.problem(
                        &path,
                        "ignore",
                        format!("a pattern is not understood: {error}"),
                    );
                }
                lists.push(list);
            }
        }
        for entry in entries {
            match entry {
                Ok(entry) => self.entry(&entry, prefix, depth, only, lists),
                Err(error) => self.missed(prefix, format!("the folder cannot be read: {error}")),
            }
        }
        lists.truncate(before);
    }

    fn entry(
        &mut self,
        entry: &fs::DirEntry,
        prefix: &str,
        depth: usize,
        only: Option<&str>,
        lists: &mut Vec<Gitignore>,
    ) {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            let shown = join(prefix, &name.to_string_lossy());
            self.problem(
                &shown,
                "name",
                "the name of the file is not text; it is left out",
            );
            return;
        };
        self.mark(entry, prefix, name);
        if name == ".git" && !prefix.is_empty() {
            self.repositories.push(prefix.to_owned());
        }
        if METAS.contains(&name) {
            self.metas.push(join(prefix, name));
        }
        if name.starts_with('.') || NOT_WRITTEN.contains(&name) {
            return;
        }
        let path = join(prefix, name);
        if only.is_some_and(|only| only != path) {
            return;
        }
        // Does not follow a link, so what it says is about the entry itself.
        let meta = match entry.metadata() {
            Ok(meta) => meta,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return self.missed(&path, format!("it cannot be looked at: {error}")),
        };
        let kind = meta.file_type();
        if is_ignored(lists, entry, kind.is_dir()) {
            return;
        }
        if kind.is_dir() {
            self.folder(&entry.path(), &path, depth + 1, only, lists);
        } else if kind.is_file() {
            if is_note(name) {
                self.notes.push(Found::of(path, &meta));
            } else {
                self.others.push(path);
            }
        } else if kind.is_symlink() {
            self.problem(
                &path,
                "symlink",
                "symbolic links are not followed; it is left out",
            );
        } else if is_note(name) {
            self.problem(&path, "special", "it is no ordinary file; it is left out");
        }
    }

    /// Pages of a site's design are no notes: what lies in `layouts` and `archetypes` of a Hugo site, HTML in its `themes`, and HTML in
    /// `_layouts` and `_includes` of a Jekyll one.
    fn leave_out_templates(&mut self) {
        let mut folders = Vec::new();
        for (folder, mark) in &self.marks {
            let dialect = MARKS.iter().find(|(known, _)| known == mark);
            let names: &[&str] = match dialect {
                // What else lies beside a folder of that name is not known.
                Some((known, Dialect::Hugo)) if *known != "archetypes" => {
                    &["layouts", "archetypes", "themes"]
                }
                Some((_, Dialect::Jekyll)) => &["_layouts", "_includes"],
                _ => &[],
            };
            let whole = |name: &str| matches!(name, "layouts" | "archetypes");
            let there = names.iter();
            folders.extend(there.map(|name| (format!("{}/", join(folder, name)), whole(name))));
        }
        if folders.is_empty() {
            return;
        }
        let is_template = |path: &str| {
            let mut folders = folders.iter();
            folders.any(|(folder, whole)| {
                path.starts_with(folder.as_str()) && (*whole || path.ends_with(".html"))
            })
        };
        let (templates, notes): (Vec<Found>, Vec<Found>) = std::mem::take(&mut self.notes)
            .into_iter()
            .partition(|found| is_template(&found.path));
        self.notes = notes;
        self.others
            .extend(templates.into_iter().map(|found| found.path));
    }

    /// Says which notes have names that are one name on other systems: there, one of the two would be lost.
    fn find_twins(&mut self) {
        let mut spelt: HashMap<String, &str> = HashMap::with_capacity(self.notes.len());
        let mut twins = Vec::new();
        for found in &self.notes {
            if let Some(other) = spelt.insert(crate::names::folded(&found.path), &found.path) {
                let text = format!(
                    "the path is spelt like `{other}`, but for case or for how accents are put together; \
                     on other systems the two are one file"
                );
                twins.push(Located::file(&found.path, "twin", text));
            }
        }
        self.problems.extend(twins);
    }

    /// Notes down what tells of a program.
    fn mark(&mut self, entry: &fs::DirEntry, prefix: &str, name: &str) {
        if !may_be_mark(name) {
            return;
        }
        let path = entry.path();
        let folder = path.parent().unwrap_or(&path);
        for (mark, _) in MARKS {
            if mark.split('/').next() == Some(name) && lies_in(folder, mark) {
                self.marks.insert((prefix.to_owned(), mark));
            }
        }
    }

    /// Brings what a walk of `root` saw in step with the file system, for these paths alone. `false`: it takes another walk.
    pub(crate) fn touch(&mut self, root: &Path, paths: &BTreeSet<String>) -> bool {
        paths.iter().all(|path| self.touch_one(root, path))
    }

    fn touch_one(&mut self, root: &Path, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_odd = |name| IGNORE_FILES.contains(&name) || METAS.contains(&name);
        if path.is_empty() || is_odd(name) || may_be_mark(name) {
            return false;
        }
        if path
            .split('/')
            .any(|part| part.starts_with('.') || NOT_WRITTEN.contains(&part))
        {
            return true;
        }
        // What was odd about it may be odd no more. Who has a twin was found out with it.
        let odd = self.problems.iter().any(|problem| problem.path == path);
        if odd || self.unseen.iter().any(|unseen| unseen == path) {
            return false;
        }
        let there = fs::symlink_metadata(file(root, path));
        let known = self
            .notes
            .binary_search_by(|found| found.path.as_str().cmp(path));
        let other = self
            .others
            .binary_search_by(|other| other.as_str().cmp(path));
        match (there, known, other) {
            (Ok(meta), Ok(place), _) if meta.is_file() => {
                if let Some(found) = self.notes.get_mut(place) {
                    *found = Found::of(path.to_owned(), &meta);
                }
                true
            }
            (Ok(meta), _, Ok(_)) => meta.is_file(),
            (Err(error), known, other) if error.kind() == std::io::ErrorKind::NotFound => {
                match (known, other) {
                    (Ok(place), _) => {
                        let text = format!("`{path}`");
                        let twin = |problem: &Located| {
                            problem.kind == "twin" && problem.text.contains(&text)
                        };
                        if self.problems.iter().any(twin) {
                            return false;
                        }
                        self.notes.remove(place);
                        true
                    }
                    (_, Ok(place)) => {
                        self.others.remove(place);
                        true
                    }
                    // What came and went again is nothing, unless it was a folder.
                    (Err(place), Err(at)) => {
                        let below = |other: Option<&str>| {
                            other
                                .and_then(|other| other.strip_prefix(path))
                                .is_some_and(|rest| rest.starts_with('/'))
                        };
                        let note = self.notes.get(place..).unwrap_or_default().iter();
                        let other = self.others.get(at..).unwrap_or_default().iter();
                        let mut near = note
                            .take_while(|found| found.path.starts_with(path))
                            .map(|found| found.path.as_str())
                            .chain(
                                other
                                    .take_while(|other| other.starts_with(path))
                                    .map(String::as_str),
                            );
                        !near.any(|other| below(Some(other)))
                    }
                }
            }
            _ => false,
        }
    }

    /// What is there and cannot be looked at keeps what is known of it.
    fn missed(&mut self, path: &str, text: String) {
        self.unseen.push(path.to_owned());
        self.problem(path, "unreadable", text);
    }

    fn problem(&mut self, path: &str, kind: &'static str, text: impl Into<String>) {
        let path = if path.is_empty() { "." } else { path };
        self.problems.push(Located::file(path, kind, text));
    }
}

impl Found {
    /// A file of which only the path is known.
    pub(crate) fn unknown(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            size: 0,
            stamp: 0,
            modified: 0,
        }
    }

    pub(crate) fn of(path: String, meta: &fs::Metadata) -> Self {
        let modified = meta
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| u64::try_from(since.as_nanos()).ok())
            .unwrap_or(0);
        Self {
            path,
            size: meta.len(),
            stamp: stamp(meta, modified),
            modified,
        }
    }
}

/// Size, times and, where there are such, the number of the file: copying an older file over a note changes it too.
fn stamp(meta: &fs::Metadata, modified: u64) -> u64 {
    let mut hash = FxHasher::default();
    hash.write_u64(meta.len());
    hash.write_u64(modified);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        hash.write_u64(meta.ino());
        hash.write_i64(meta.ctime());
        hash.write_i64(meta.ctime_nsec());
    }
    // Nought says that the file has to be read again, whatever it looks like.
    hash.finish().max(1)
}

/// The file of `path` below `root`.
pub(crate) fn file(root: &Path, path: &str) -> PathBuf {
    path.split('/')
        .fold(root.to_owned(), |file, name| file.join(name))
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}/{name}")
    }
}

fn settings_list(root: &Path, patterns: &[String], walk: &mut Walk) -> Gitignore {
    let mut list = GitignoreBuilder::new(root);
    for pattern in patterns {
        if let Err(error) = list.add_line(None, pattern) {
            let text = format!("`ignore`: `{pattern}` is not understood: {error}");
            walk.problem(crate::SETTINGS_FILE, "ignore", text);
        }
    }
    list.build().unwrap_or_else(|_| Gitignore::empty())
}

/// The innermost list that speaks of a file decides.
fn is_ignored(lists: &[Gitignore], entry: &fs::DirEntry, is_folder: bool) -> bool {
    let mut lists = lists
        .iter()
        .rev()
        .filter(|list| !list.is_empty())
        .peekable();
    if lists.peek().is_none() {
        return false;
    }
    let file = entry.path();
    for list in lists {
        match list.matched(&file, is_folder) {
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
            Match::None => {}
        }
    }
    false
}
