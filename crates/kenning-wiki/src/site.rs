//! Sites: where the pages of a folder begin, in which language each one is, and where it is published, as the configuration of the program
//! says that makes a site of them.

mod defaults;
mod docusaurus;
mod handed;
mod home;
mod hugo;
mod jekyll;
mod mkdocs;
mod published;

use std::path::Path;

use kenning_note::{Dialect, Levels, Note, Reading, Settings, Stated, Value};

use crate::cascade::Asked;
use crate::names::{last, without_ending};
use crate::problem::Located;
use crate::wiki::is_missing;
pub(crate) use defaults::{protect, protect_below};
pub(crate) use handed::handed_in;
pub(crate) use home::Home;
use published::Patterns;

/// A folder of which a program makes a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Site {
    /// Where its configuration lies.
    folder: String,
    /// Folders of pages, the deepest first, as seen from the folder of the wiki.
    contents: Vec<Content>,
    /// The language of pages that name none, where there are several languages.
    default: Option<String>,
    /// Whether its addresses begin with its name as those of the others do.
    default_in_folder: bool,
    /// Whether a page is published in a folder of its own, and not as a file beside the others.
    pub(crate) in_folders: bool,
    /// The path of the site's own address: `/docs/page/` means the same as `/page/` where it is `docs`.
    base: String,
    /// Where it is published.
    home: Option<Home>,
    patterns: Patterns,
    /// What its configuration hands down to all pages, and in which file.
    cascades: Vec<(String, Asked)>,
}

/// A folder of pages, and their language.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    folder: String,
    /// The name of the language in addresses and names of files; empty where the site has only one.
    name: String,
    /// The language tag.
    tag: Option<String>,
}

impl Content {
    /// The only folder of pages, in the only language.
    fn of(folder: String) -> Self {
        Self {
            folder,
            name: String::new(),
            tag: None,
        }
    }
}

/// Where a page stands in its site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page<'p> {
    /// The folder of pages.
    pub(crate) root: &'p str,
    /// The name of its language; empty where the site has only one.
    pub(crate) language: &'p str,
    /// Its path without the name of the language and the ending, as seen from the folder of the wiki.
    pub(crate) bare: &'p str,
    /// Whether the name of its file may hold a language: then pages of several languages lie in one folder.
    pub(crate) shared: bool,
}

impl Site {
    /// What the configuration in `folder` says of the site that a program of this dialect makes; `None` for programs that make none.
    pub(crate) fn read(
        root: &Path,
        folder: &str,
        dialect: Dialect,
        levels: &Levels,
        problems: &mut Vec<Located>,
    ) -> Option<Self> {
        match dialect {
            Dialect::Hugo => Some(Self {
                cascades: handed::handed(root, folder, levels, problems),
                ..hugo::site(root, folder, problems)
            }),
            Dialect::Jekyll => Some(jekyll::site(root, folder, problems)),
            Dialect::MkDocs => Some(mkdocs::site(root, folder, problems)),
            _ => None,
        }
    }

    /// A site whose configuration lies in `folder`.
    fn of(folder: &str, mut contents: Vec<Content>) -> Self {
        contents.sort_by(|one, other| {
            let depth = other.folder.len().cmp(&one.folder.len());
            depth.then_with(|| (&one.folder, &one.name).cmp(&(&other.folder, &other.name)))
        });
        Self {
            folder: folder.to_owned(),
            contents,
            default: None,
            default_in_folder: false,
            in_folders: true,
            base: String::new(),
            home: None,
            patterns: Patterns::default(),
            cascades: Vec::new(),
        }
    }

    /// Folders with the ending of names in them that tells a language, and the tag of that language. The ending is empty where the folder
    /// tells, and for pages that name no language.
    pub(crate) fn languages(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let tagged = self.contents.iter().filter(|one| one.tag.is_some());
        tagged.flat_map(|one| {
            let tag = one.tag.as_deref().unwrap_or_default();
            let shared = self.is_shared(&one.folder);
            let named = (!one.name.is_empty()).then_some((&*one.folder, &*one.name, tag));
            let plain = !shared || self.is_default(&one.name);
            named
                .into_iter()
                .chain(plain.then_some((&*one.folder, "", tag)))
        })
    }

    /// Where its configuration lies, as seen from the folder of the wiki.
    pub(crate) fn folder(&self) -> &str {
        &self.folder
    }

    /// The site in `folder`, where its configuration hands anything down.
    pub(crate) fn handing_down(
        root: &Path,
        folder: &str,
        levels: &Levels,
        problems: &mut Vec<Located>,
    ) -> Option<Self> {
        let cascades = handed::handed(root, folder, levels, problems);
        (!cascades.is_empty()).then(|| Self {
            cascades,
            // What else is wrong with a configuration that nobody follows is nothing to tell.
            ..hugo::site(root, folder, &mut Vec::new())
        })
    }

    /// Where the site is published whose configuration lies in `folder`: `read` is what is known of it otherwise.
    pub(crate) fn home(
        root: &Path,
        folder: &str,
        dialect: Dialect,
        read: Option<&Self>,
    ) -> Option<Home> {
        match dialect {
            Dialect::Docusaurus => docusaurus::home(root, folder),
            _ => read?.home.clone(),
        }
    }

    /// What its configuration hands down to all pages, and in which file.
    pub(crate) fn cascades(&self) -> impl Iterator<Item = (&str, &Asked)> {
        let cascades = self.cascades.iter();
        cascades.map(|(file, asked)| (file.as_str(), asked))
    }

    /// What an address means from the top of the pages, where it begins with the path of the site.
    pub(crate) fn below_base<'t>(&self, address: &'t str) -> Option<&'t str> {
        let rest = address.strip_prefix(self.base.as_str())?;
        let begins = !self.base.is_empty() && (rest.is_empty() || rest.starts_with('/'));
        begins.then(|| rest.trim_start_matches('/'))
    }

    fn is_shared(&self, folder: &str) -> bool {
        let there = self.contents.iter().filter(|one| one.folder == folder);
        there.count() > 1
    }

    pub(crate) fn is_default(&self, language: &str) -> bool {
        self.default.as_deref() == Some(language)
    }

    /// The folder in which the pages of a language lie.
    pub(crate) fn folder_of(&self, language: &str) -> Option<&str> {
        let mut contents = self.contents.iter();
        let found =
            contents.find(|one| one.name.eq_ignore_ascii_case(language) && !language.is_empty())?;
        Some(&found.folder)
    }

    /// The default language, where its addresses begin at the top of the site.
    pub(crate) fn at_the_top(&self) -> Option<&str> {
        self.default.as_deref().filter(|_| !self.default_in_folder)
    }

    /// Among which pages the page of an address lies, whoever asks, and its address from the top of these.
    pub(crate) fn meant_by<'t>(&self, address: &'t str) -> (Option<Page<'_>>, &'t str) {
        let bare = address.trim_start_matches('/');
        let first = bare.split('/').next().unwrap_or_default();
        let is_named = |one: &&Content| {
            !first.is_empty() && !one.name.is_empty() && one.name.eq_ignore_ascii_case(first)
        };
        let is_default = |one: &&Content| {
            let default = self.default.as_deref();
            default.is_none_or(|default| one.name == default)
        };
        let named = self.contents.iter().find(is_named);
        let rest = bare.get(first.len()..).filter(|_| named.is_some());
        let content = named.or_else(|| self.contents.iter().find(is_default));
        let page = content.map(|content| Page {
            root: &content.folder,
            language: &content.name,
            bare: "",
            shared: self.is_shared(&content.folder),
        });
        // Of a language alone it is that of its first page.
        let rest = rest.map(|rest| if rest.is_empty() { "/" } else { rest });
        (page, rest.unwrap_or(address))
    }

    /// Where the note at `path` stands in the site. `None` for notes that are no pages.
    pub(crate) fn page<'p>(&'p self, path: &'p str) -> Option<Page<'p>> {
        let is_below = |one: &&Content| {
            let rest = path.strip_prefix(one.folder.as_str());
            rest.is_some_and(|rest| one.folder.is_empty() || rest.starts_with('/'))
        };
        let root = self.contents.iter().find(is_below)?.folder.as_str();
        let shared = self.is_shared(root);
        let bare = without_ending(path);
        let named = self.contents.iter().find_map(|one| {
            let rest = bare.strip_suffix(one.name.as_str())?.strip_suffix('.')?;
            let named = !one.name.is_empty() && !last(rest).is_empty();
            named.then_some((rest, one.name.as_str()))
        });
        let mut here = self.contents.iter().filter(|one| one.folder == root);
        let (bare, language) = match named {
            Some(named) => named,
            None if shared => (bare, self.default.as_deref().unwrap_or_default()),
            None => (bare, here.next().map_or("", |one| one.name.as_str())),
        };
        Some(Page {
            root,
            language,
            bare,
            shared,
        })
    }
}

/// What the first of these files says that is there.
fn read_first(root: &Path, files: &[String], problems: &mut Vec<Located>) -> Vec<(String, Value)> {
    let file = files.iter().find(|file| !is_missing(root, file));
    file.map_or_else(Vec::new, |file| read_file(root, file, problems))
}

/// The keys of a file of settings and their values: TOML, YAML or JSON, read as front matter is.
pub(crate) fn read_file(
    root: &Path,
    path: &str,
    problems: &mut Vec<Located>,
) -> Vec<(String, Value)> {
    let text = read_text(root, path).and_then(|text| {
        let note = read_settings(path, &text, &Levels::default()).note;
        match &note.protection {
            // What it says of the protection of pages says nothing of itself.
            Stated::Unreadable { why, .. } if note.fields.is_empty() => Err(why.clone()),
            _ => Ok(fields_of(note)),
        }
    });
    text.unwrap_or_else(|why| {
        problems.push(Located::file(path, "settings", why));
        Vec::new()
    })
}

fn read_text(root: &Path, path: &str) -> Result<String, String> {
    let (bytes, _) = crate::file::read(root, path, 1 << 20)?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// A text of settings, read as if it were the front matter of a site's first page.
fn read_settings(path: &str, text: &str, levels: &Levels) -> Reading {
    let text = text.trim_start_matches('\u{feff}').trim();
    let framed = match path.rsplit('.').next() {
        Some("toml") => format!("+++\n{text}\n+++\n"),
        Some("json") => format!("{text}\n"),
        _ => format!("---\n{}\n---\n", text.trim_start_matches("---")),
    };
    let mut settings = Settings::of(Dialect::Hugo);
    settings.levels = levels.clone();
    kenning_note::read(framed.as_bytes(), "_index.md", &settings)
}

fn fields_of(note: Note) -> Vec<(String, Value)> {
    // Front matter says by this key where its own page lies.
    let permalink = note.permalinks.into_iter().filter(|_| note.has_permalink);
    let permalink = permalink.map(|pattern| ("permalink".to_owned(), Value::Text(pattern)));
    let fields = note.fields.into_iter();
    let fields = fields.map(|field| (field.key, field.value));
    fields.chain(permalink.take(1)).collect()
}

/// `name` in `folder`, as seen from the folder of the wiki.
fn below(folder: &str, name: &str) -> String {
    match (folder, name.trim_matches('/')) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// The path of an address: `docs` of `https://organs.example/docs/`.
fn path_of(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| {
        rest.split_once('/').map_or("", |(_, path)| path)
    });
    rest.trim_matches('/').to_owned()
}

/// The value of a key.
fn get<'v>(map: &'v [(String, Value)], key: &str) -> Option<&'v Value> {
    let mut map = map.iter();
    let found = map.find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    Some(&found.1)
}

/// The words that a key has for a value.
fn words<'v>(map: &'v [(String, Value)], key: &str) -> Option<&'v str> {
    get(map, key).and_then(text)
}

/// The keys and values of a map.
fn parts(value: Option<&Value>) -> &[(String, Value)] {
    match value {
        Some(Value::Map(parts)) => parts,
        _ => &[],
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Iri(text) if !text.trim().is_empty() => Some(text.trim()),
        Value::Link(link) => Some(&link.target),
        _ => None,
    }
}

fn is_tag(tag: &str) -> bool {
    oxrdf::Literal::new_language_tagged_literal("", tag).is_ok()
        && tag.split('-').next().is_some_and(|first| first.len() < 4)
}
