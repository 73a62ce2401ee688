//! What is handed down: the protection that Hugo's `cascade` asks for all pages below, from the page of a section or from the configuration
//! of the site; that of `.meta.yml`, in which MkDocs' theme Material keeps what all pages of a folder have; and that of Jekyll's `defaults`.
//!
//! It counts as a rule of the wiki's own does, so it only raises: its level is for notes that state none, its groups are needed whatever a
//! note says. Of several that cover a note, all count. In Hugo the nearest one wins; here a section could then open what the one around it
//! closes. What it asks for is known before any note gets its label, so the pages of sections are read first.
//!
//! INVARIANT: what may ask for more than is understood closes all notes below. A page that cannot be opened, or whose front
//! matter cannot be read and has the word in it, may; guards: `tests/cascades.rs`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobMatcher};
use kenning_access::{Label, Level};
use kenning_note::Dialect;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::catalog::{Catalog, Entry};
use crate::dialect::{Manner, Readers};
use crate::file::Folder;
use crate::label::{Judge, Said, own_audience};
use crate::names::{folder, last};
use crate::problem::Located;
use crate::reading;
use crate::site::Site;
use crate::walk::{Found, Walk, is_note};
use crate::wiki::Wiki;

/// What a page or a configuration asks for, as text. Kept in the catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Which pages: a pattern of their paths from the top of the site's pages.
    pub(crate) path: Option<String>,
    pub(crate) said: Said,
}

impl Asked {
    pub(crate) fn all_of(cascades: &[kenning_note::Cascade]) -> Vec<Self> {
        let all = cascades.iter().map(|one| Self {
            path: one.path.as_ref().map(|path| path.text.clone()),
            said: reading::said(&one.protection),
        });
        all.collect()
    }

    /// Nobody knows what is asked for.
    pub(crate) fn unknown(why: &str) -> Self {
        Self {
            path: None,
            said: Said {
                unreadable: Some(why.to_owned()),
                ..Said::default()
            },
        }
    }
}

/// What is asked for the notes below a folder.
#[derive(Debug, Clone)]
pub(crate) struct Cascade {
    /// The file that asks, as seen from the folder of the wiki.
    pub(crate) file: String,
    folder: String,
    pages: Option<Pages>,
    /// The level of notes that state none, and the groups that are needed; or why that cannot be told.
    pub(crate) asks: Result<(Option<Level>, Label), String>,
}

/// Pages by their paths.
#[derive(Debug, Clone)]
struct Pages {
    glob: GlobMatcher,
    site: Site,
}

impl Cascade {
    /// What it is called.
    pub(crate) fn name(&self) -> String {
        match key_of(&self.file) {
            Some(key) => format!("the `{key}` of `{}`", self.file),
            None => format!("`{}`", self.file),
        }
    }

    /// Why nothing is known of it.
    pub(crate) fn fails(&self, why: &str) -> String {
        let by = key_of(&self.file).map_or_else(String::new, |key| format!(" by `{key}`"));
        format!(
            "what `{}` hands down{by} cannot be followed: {why}",
            self.file
        )
    }

    pub(crate) fn covers(&self, path: &str) -> bool {
        let below = path.strip_prefix(self.folder.as_str());
        let below = below
            .is_some_and(|rest| self.folder.is_empty() || rest.is_empty() || rest.starts_with('/'));
        below && self.pages.as_ref().is_none_or(|pages| pages.hold(path))
    }

    fn of(judge: Judge<'_>, file: &str, folder: &str, site: &Site, asked: &Asked) -> Self {
        let glob = asked.path.as_deref().map_or(Ok(None), pattern);
        let read = glob.and_then(|glob| Ok((glob, judge.asked(&asked.said)?)));
        let (glob, asks) = match read {
            Ok((glob, asks)) => (glob, Ok(asks)),
            // Who slips in one key may have slipped in another: then it speaks of all.
            Err(why) => (None, Err(why)),
        };
        Self {
            file: file.to_owned(),
            folder: folder.to_owned(),
            pages: glob.map(|glob| {
                let site = site.clone();
                Pages { glob, site }
            }),
            asks,
        }
    }
}

impl Judge<'_> {
    /// The level and the groups that are asked for. A mark, such as `level: restricted`, asks for its level.
    pub(crate) fn asked(&self, said: &Said) -> Result<(Option<Level>, Label), String> {
        if let Some(why) = &said.unreadable {
            return Err(why.clone());
        }
        let mut level = self.own(said, &mut Vec::new())?;
        for (name, _) in &said.marks {
            let named = self.rules.scale().parse_level(name);
            level = level.max(Some(named.map_err(|error| error.to_string())?));
        }
        let groups = own_audience(said)?;
        Ok((level, Label::new(Level::LOWEST, groups)))
    }
}

/// The pattern of a target, as Hugo reads it; `None` where it could mean more than our globs do, so that it counts for all.
fn pattern(text: &str) -> Result<Option<GlobMatcher>, String> {
    let text: String = text.nfc().flat_map(char::to_lowercase).collect();
    let is_edge = |c: Option<char>| c.is_none_or(|c| matches!(c, '/' | '{' | '}' | ','));
    let whole = text.match_indices("**").all(|(at, stars)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + stars.len()..);
        is_edge(before) && is_edge(after.and_then(|after| after.chars().next()))
    });
    let glob = GlobBuilder::new(&text)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|error| format!("`{text}` is no pattern of paths: {}", error.kind()))?;
    let is_same = whole && !text.contains(['[', '\\']);
    Ok(is_same.then(|| glob.compile_matcher()))
}

impl Pages {
    /// Whether the note is one of them. What lies outside the folders of pages may be put among them in ways that are not known here.
    fn hold(&self, path: &str) -> bool {
        let Some(page) = self.site.page(path) else {
            return true;
        };
        let own = |path: &str| {
            let own = path.strip_prefix(page.root).unwrap_or(path);
            own.trim_start_matches('/').to_owned()
        };
        // Before version 0.123, its path had the ending of its file.
        let (bare, file) = (own(page.bare), own(path));
        let around = folder(&bare);
        let folder = matches!(last(&bare), "index" | "_index").then(|| around.to_owned());
        let mut paths = [Some(bare), Some(file), folder].into_iter().flatten();
        paths.any(|path| spellings(&path).iter().any(|path| self.glob.is_match(path)))
    }
}

/// A path as patterns may spell it: in small letters, with hyphens for spaces, and without accents, as the site may have it.
fn spellings(path: &str) -> BTreeSet<String> {
    let path: String = path.nfc().flat_map(char::to_lowercase).collect();
    let bare = |path: &str| -> String {
        let letters = path.nfd().filter(|c| !is_combining_mark(*c));
        letters.nfc().collect()
    };
    let with_hyphens = path.replace(' ', "-");
    let mut all = BTreeSet::new();
    for path in [&path, &with_hyphens] {
        for path in [path.clone(), bare(path)] {
            all.insert(format!("/{path}"));
            all.insert(path);
        }
    }
    all
}

/// The key under which a file hands something down; some are nothing else.
fn key_of(file: &str) -> Option<&'static str> {
    match last(file) {
        name if name.starts_with("_config.") => Some("defaults"),
        name if name.starts_with('.') => None,
        _ => Some("cascade"),
    }
}

/// Whether this is the name of the page of a section.
fn is_section(path: &str) -> bool {
    let name = last(path).get(..7);
    name.is_some_and(|name| name.eq_ignore_ascii_case("_index."))
}

impl Wiki {
    /// The same wiki, with what its sections and its sites hand down.
    ///
    /// Pages of sections that `known` still knows are not read again; where one cannot be read, what was known of it holds.
    pub(crate) fn handing_down(
        &self,
        walk: &Walk,
        readers: &Readers,
        known: &Catalog,
    ) -> Cow<'_, Self> {
        let jekyll = |mark: &str| matches!(mark, "_config.yml" | "_posts");
        let marks = walk.marks.iter().filter(|(_, mark)| jekyll(mark));
        let folders: BTreeSet<&str> = marks.map(|(folder, _)| folder.as_str()).collect();
        let hands_down = readers.handing_down().next().is_some();
        if !hands_down && folders.is_empty() && walk.metas.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut wiki = self.clone();
        let mut search = Search {
            wiki: self,
            folder: None,
            same_reader: known.head.reader == crate::scan::reader_digest(self, readers),
            known,
            text: String::new(),
            cascades: Vec::new(),
            problems: Vec::new(),
        };
        for folder in folders {
            let protected =
                crate::site::protect_below(&self.root, folder, &mut wiki.settings, &self.rules);
            if let Err((file, why)) = protected {
                let text = format!("it may state a protection, and {why}");
                search.closes(&file, text);
                search.add(&file, folder, &Site::default(), &Asked::unknown(&why));
            }
        }
        for file in &walk.metas {
            let (asked, problems) = crate::site::handed_in(&self.root, file, &self.levels());
            search.problems.extend(problems);
            for asked in &asked {
                search.add(file, folder(file), &Site::default(), asked);
            }
        }
        for site in readers.handing_down() {
            for (file, asked) in site.cascades() {
                search.add(file, site.folder(), site, asked);
            }
        }
        if hands_down {
            search.sections(walk, readers);
        }
        if search.cascades.is_empty() && wiki.settings.text == self.settings.text {
            return Cow::Borrowed(self);
        }
        wiki.settings.text.push_str(&search.text);
        wiki.settings.problems.append(&mut search.problems);
        wiki.settings.cascades = search.cascades;
        Cow::Owned(wiki)
    }
}

/// Looks for what is handed down.
struct Search<'s> {
    wiki: &'s Wiki,
    folder: Option<Folder<'s>>,
    known: &'s Catalog,
    /// Whether what is known was read as it would be read now.
    same_reader: bool,
    /// All that was found, for telling whether it changed.
    text: String,
    cascades: Vec<Cascade>,
    problems: Vec<Located>,
}

impl<'s> Search<'s> {
    fn add(&mut self, file: &str, folder: &str, site: &Site, asked: &Asked) {
        let cascade = Cascade::of(self.wiki.judge(), file, folder, site, asked);
        // What the reading stumbled over it has told.
        if let (Err(why), None) = (&cascade.asks, &asked.said.unreadable) {
            let key = key_of(file).map_or_else(String::new, |key| format!("`{key}`: "));
            let mut problem = Located::file(file, "protection", format!("{key}{why}"));
            problem.line = usize::try_from(asked.said.line).unwrap_or(0);
            problem.column = usize::try_from(asked.said.column).unwrap_or(0);
            problem.hint = Some(
                "all notes in the folder and below are closed until this is mended".to_owned(),
            );
            self.problems.push(problem);
        }
        self.text.push_str(&format!("\n{file}: {asked:?}"));
        self.cascades.push(cascade);
    }

    fn sections(&mut self, walk: &Walk, readers: &Readers) {
        let mut beside = self.beside();
        // A link in place of a page is no note, and its program may follow it.
        let left_out = walk.problems.iter();
        let left_out = left_out.filter(|one| matches!(&*one.kind, "symlink" | "special"));
        beside.extend(left_out.map(|one| Found::unknown(&one.path)));
        let notes = walk.notes.iter().chain(&beside);
        for found in notes.filter(|found| is_section(&found.path)) {
            let manner = readers.manner(&found.path);
            let Some(site) = site_of(manner) else {
                continue;
            };
            for asked in self.asked(found, manner).iter() {
                self.add(&found.path, folder(&found.path), site, asked);
            }
        }
        // What cannot be looked at is not gone.
        for unseen in &walk.unseen {
            let is_there = |path: &str| {
                let rest = path.strip_prefix(unseen.as_str());
                rest.is_some_and(|rest| {
                    unseen.is_empty() || rest.is_empty() || rest.starts_with('/')
                })
            };
            let is_found = |path: &str| {
                let mut notes = walk.notes.iter();
                notes.any(|found| found.path == path)
            };
            let known = self.known.entries.iter();
            let known = known.filter(|(path, entry)| {
                !entry.cascades.is_empty() && is_there(path) && !is_found(path)
            });
            for (path, entry) in known.collect::<Vec<_>>() {
                if let Some(site) = site_of(readers.manner(path)) {
                    for asked in &entry.cascades {
                        self.add(path, folder(path), site, asked);
                    }
                }
            }
            let site = site_of(readers.manner(unseen));
            if let Some(site) = site
                && is_section(unseen)
                && !self.known.entries.contains_key(unseen)
            {
                let asked = self.unknown(unseen, "it cannot be looked at");
                self.add(unseen, folder(unseen), site, &asked);
            }
        }
    }

    /// The page of the section in which the only note lies that is read.
    fn beside(&self) -> Vec<Found> {
        let only = self.wiki.only.as_deref();
        let Some(only) = only.filter(|only| !is_section(only)) else {
            return Vec::new();
        };
        let entries = std::fs::read_dir(&self.wiki.root);
        let entries = entries.into_iter().flatten().flatten();
        let mut found: Vec<Found> = entries
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let meta = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
                let is_other = is_note(&name) && name != only;
                is_other.then(|| Found::of(name, &meta))
            })
            .collect();
        found.sort_by(|one, other| one.path.cmp(&other.path));
        found
    }

    /// What the page of a section asks for.
    fn asked(&mut self, found: &Found, manner: Manner<'_>) -> Cow<'s, [Asked]> {
        let path = found.path.as_str();
        let entry: Option<&'s Entry> = self.known.entries.get(path).map(AsRef::as_ref);
        if let Some(entry) = entry
            && self.same_reader
            && entry.stamp == found.stamp
            && entry.size == found.size
            && entry.kept.is_none()
        {
            return Cow::Borrowed(&entry.cascades);
        }
        let root = &self.wiki.root;
        let opened = self.folder.get_or_insert_with(|| Folder::new(root));
        match opened.read(path, self.wiki.largest) {
            Ok((bytes, _)) if kenning_note::may_hand_down(&bytes) => {
                let note = kenning_note::read(&bytes, path, manner.settings).note;
                Cow::Owned(Asked::all_of(&note.cascades))
            }
            Ok(_) => Cow::Borrowed(&[]),
            // Of a catalog of another version, there is nothing but the address.
            Err(why) => match entry.filter(|entry| !entry.units.is_empty()) {
                Some(entry) => Cow::Borrowed(&entry.cascades),
                None => Cow::Owned(vec![self.unknown(path, &why)]),
            },
        }
    }

    fn unknown(&mut self, path: &str, why: &str) -> Asked {
        let text = "what the page of this section hands down by `cascade` is not known";
        self.closes(path, text.to_owned());
        Asked::unknown(why)
    }

    /// Says what is wrong with a file, and what comes of it.
    fn closes(&mut self, path: &str, text: String) {
        let mut problem = Located::file(path, "protection", text);
        problem.hint =
            Some("all notes in the folder and below are closed until this is mended".to_owned());
        self.problems.push(problem);
    }
}

/// The site of a page, where its program hands anything down.
fn site_of(manner: Manner<'_>) -> Option<&Site> {
    let is_so = manner.settings.dialect == Dialect::Hugo;
    manner.site.filter(|_| is_so)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was known of a page counts where it cannot be looked at; one that nobody knows closes.
    #[test]
    fn what_cannot_be_looked_at_is_not_gone() {
        let folder = tempfile::tempdir().unwrap();
        let hr = folder.path().join("content/hr");
        std::fs::create_dir_all(&hr).unwrap();
        std::fs::write(folder.path().join("hugo.toml"), "title = 'x'").unwrap();
        let text = "---\ncascade: {protection: restricted}\n---\n";
        std::fs::write(hr.join("_index.md"), text).unwrap();
        let base = kenning_vocab::Base::default();
        let wiki = Wiki::open(folder.path(), &crate::Rules::default(), &base).unwrap();
        let known = wiki.scan(&Catalog::empty(), &mut |_| ()).catalog;
        let mut walk = wiki.walk();
        let readers = wiki.readers(&walk);
        walk.notes.clear();
        let mut label = |unseen: &str, known: &Catalog| {
            walk.unseen = vec![unseen.to_owned()];
            let wiki = wiki.handing_down(&walk, &readers, known);
            let label = wiki
                .judge()
                .decide("content/hr/a.md", &Said::default())
                .label;
            wiki.rules.scale().write_label(&label)
        };
        for unseen in ["", "content", "content/hr/_index.md"] {
            assert_eq!(label(unseen, &known), "restricted", "{unseen}");
        }
        assert_eq!(label("content/hrx", &known), "internal");
        assert_eq!(
            label("content/hr/_index.md", &Catalog::empty()),
            "restricted{}"
        );
        assert_eq!(label("content/hr/b.md", &Catalog::empty()), "internal");
    }
}
