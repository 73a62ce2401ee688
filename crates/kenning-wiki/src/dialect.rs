//! By whose habits the notes of a folder are read, and what speaks for it.
//!
//! Only marks that are no notes count: the configuration of a program, the names of its folders. What the notes say does not:
//! a note that few may see would otherwise change how all the others are read. The nearest folder above a note that has a mark
//! decides, and what `kenning.toml` says of a folder beats any mark in it or below it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kenning_note::{Context, Detail, Dialect, Format, Levels, Settings, Value};

use crate::names::{joined, without_ending};
use crate::problem::Located;
use crate::settings::{SETTINGS_FILE, WikiSettings};
use crate::site::{Home, Site};
use crate::wiki::is_missing;

/// A dialect and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guess {
    /// The folder for which it holds, seen from the folder of the wiki; empty for the wiki itself.
    pub folder: String,
    /// The dialect.
    pub dialect: Dialect,
    /// Why, in words.
    pub evidence: Vec<String>,
    pub(crate) problems: Vec<Located>,
}

/// Files and folders by which a program is known; the first that is there decides.
pub(crate) const MARKS: &[(&str, Dialect)] = &[
    ("logseq/config.edn", Dialect::Logseq),
    ("dendron.yml", Dialect::Dendron),
    (".foam", Dialect::Foam),
    (CONTEXT, Dialect::VaultLd),
    ("okf.yaml", Dialect::Okf),
    (".obsidian", Dialect::Obsidian),
    ("docusaurus.config.js", Dialect::Docusaurus),
    ("docusaurus.config.ts", Dialect::Docusaurus),
    ("docusaurus.config.mjs", Dialect::Docusaurus),
    // There, the pages lie in `docs` beside the site.
    ("website/docusaurus.config.js", Dialect::Docusaurus),
    ("website/docusaurus.config.ts", Dialect::Docusaurus),
    ("website/docusaurus.config.mjs", Dialect::Docusaurus),
    ("mkdocs.yml", Dialect::MkDocs),
    ("mkdocs.yaml", Dialect::MkDocs),
    ("hugo.toml", Dialect::Hugo),
    ("hugo.yaml", Dialect::Hugo),
    ("hugo.json", Dialect::Hugo),
    // So Hugo's configuration was called before, and so is that of other programs.
    ("config.toml", Dialect::Hugo),
    ("config.yaml", Dialect::Hugo),
    ("config/_default", Dialect::Hugo),
    ("layouts/_default", Dialect::Hugo),
    ("layouts/partials", Dialect::Hugo),
    ("archetypes", Dialect::Hugo),
    ("_config.yml", Dialect::Jekyll),
    ("_posts", Dialect::Jekyll),
    ("tiddlywiki.info", Dialect::TiddlyWiki),
    (".llmwiki", Dialect::LlmWiki),
    ("wiki/concepts", Dialect::LlmWiki),
];

/// Marks that count only where something else lies beside them.
const BESIDE: &[(&str, &str)] = &[
    ("config.toml", "content"),
    ("config.yaml", "content"),
    // Other programs keep something of this name, too.
    ("hugo.json", "content"),
];

/// The context file of a Vault-LD folder.
const CONTEXT: &str = "context.jsonld";

/// Where Obsidian keeps the types of properties.
const TYPES: &str = ".obsidian/types.json";

/// Marks that say something at the top of a wiki only: below it, people call folders so for other reasons.
const AT_THE_TOP: &[&str] = &["archetypes"];

/// What a file says by its ending, and that in small letters.
fn of_ending(path: &str) -> Option<(String, Dialect)> {
    let dialect = of_format(Format::of_ending(path)?)?;
    let (_, ending) = crate::names::last(path).rsplit_once('.')?;
    Some((ending.to_ascii_lowercase(), dialect))
}

/// By whose habits a text of a format is read that is no Markdown.
pub(crate) fn of_format(format: Format) -> Option<Dialect> {
    match format {
        Format::Org => Some(Dialect::Org),
        Format::Tiddler => Some(Dialect::TiddlyWiki),
        Format::MediaWiki => Some(Dialect::MediaWiki),
        Format::Html => Some(Dialect::Html),
        Format::Article => Some(Dialect::Article),
        _ => None,
    }
}

/// How many context files one folder may ask for.
const MOST_CONTEXTS: usize = 100;

/// How the notes of a wiki are read, folder by folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Readers {
    /// The deepest folders first; the wiki itself comes last.
    folders: Vec<Reader>,
    /// Folders with a language of their own, the deepest first, and how notes are read there.
    languages: Vec<Spoken>,
    /// Folders that the wiki's settings call by their language: what lies at one path in several of them is one work.
    called: Vec<String>,
    /// The language of the whole wiki.
    default: Option<String>,
    /// Sites within sites of the same program: they have no say in how notes are read, and hand down all the same.
    inner: Vec<Site>,
}

/// How a note is read, and of what it is a part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner<'r> {
    pub(crate) settings: &'r Settings,
    pub(crate) site: Option<&'r Site>,
    /// Where that is published.
    pub(crate) home: Option<&'r Home>,
    /// The folder that decided it.
    pub(crate) folder: &'r str,
    /// Folders that are called by the language of what lies in them.
    pub(crate) languages: &'r [String],
    /// The language of the whole wiki.
    pub(crate) default: Option<&'r str>,
}

/// How the notes of a folder are read.
#[derive(Debug, Clone, PartialEq)]
struct Reader {
    guess: Guess,
    settings: Settings,
    site: Option<Site>,
    home: Option<Home>,
}

/// A folder with a language of its own.
#[derive(Debug, Clone, PartialEq)]
struct Spoken {
    folder: String,
    /// What names of files end in before their ending, where that tells the language; else empty.
    name: String,
    settings: Settings,
}

impl Spoken {
    fn holds(&self, path: &str) -> bool {
        let named = || {
            let bare = without_ending(path);
            let rest = bare.strip_suffix(self.name.as_str());
            rest.is_some_and(|rest| self.name.is_empty() || rest.ends_with('.'))
        };
        is_below(path, &self.folder) && named()
    }
}

impl Readers {
    /// Reads by what the settings say and by `marks`: folders with the marks that lie in them.
    pub(crate) fn new(
        root: &Path,
        wiki: &WikiSettings,
        marks: &BTreeSet<(String, &'static str)>,
        detail: Detail,
        levels: &Levels,
    ) -> Self {
        let mut guesses: BTreeMap<String, Guess> = BTreeMap::new();
        let mut found: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
        for (folder, mark) in marks {
            found.entry(folder).or_default().push(mark);
        }
        let configured = |folder: &str| {
            let whole = folder.is_empty().then_some(wiki.dialect.as_ref());
            whole.flatten().or_else(|| wiki.dialects.get(folder))
        };
        let said: BTreeSet<&str> = wiki.dialects.keys().map(String::as_str).collect();
        let root_marks = found.remove("").unwrap_or_default();
        guesses.insert(
            String::new(),
            guess("", configured("").map(String::as_str), &root_marks),
        );
        for folder in &said {
            if !folder.is_empty() {
                let marks = found.remove(*folder).unwrap_or_default();
                let name = configured(folder).map(String::as_str);
                guesses.insert((*folder).to_owned(), guess(folder, name, &marks));
            }
        }
        for (folder, mut marks) in found {
            marks.retain(|mark| !AT_THE_TOP.contains(mark));
            let decided = said.iter().any(|above| is_below(folder, above));
            if marks.is_empty() || decided || wiki.dialect.is_some() {
                continue;
            }
            let guess = guess(folder, None, &marks);
            // A folder that is read as what lies around it needs no word of its own.
            let around = guesses
                .iter()
                .rev()
                .find(|(above, _)| is_below(folder, above))
                .map(|(_, around)| around.dialect);
            if around != Some(guess.dialect) || guess.dialect == Dialect::VaultLd {
                guesses.insert(folder.to_owned(), guess);
            }
        }
        let linked: Vec<String> = guesses
            .values()
            .filter(|guess| guess.dialect == Dialect::VaultLd)
            .map(|guess| guess.folder.clone())
            .collect();
        let folders = guesses.into_values().map(|mut guess| {
            let mut settings = Settings::of(guess.dialect);
            settings.detail = detail;
            settings.levels = levels.clone();
            settings.dates = wiki.dates;
            settings.language = wiki.languages.get("").cloned();
            if guess.dialect == Dialect::Obsidian {
                read_types(root, &mut guess, &mut settings);
            }
            if guess.dialect == Dialect::Dendron {
                read_switches(root, &mut guess, &mut settings);
            }
            if guess.dialect == Dialect::VaultLd {
                // What a folder around it declares holds here too, but for where identifiers begin.
                let around = linked
                    .iter()
                    .filter(|around| is_below(&guess.folder, around));
                let mut context = None;
                for folder in around {
                    read_context(root, folder, &mut context, &mut guess.problems);
                }
                settings.context = context;
            }
            let problems = &mut guess.problems;
            let site = Site::read(root, &guess.folder, guess.dialect, levels, problems);
            let home = Site::home(root, &guess.folder, guess.dialect, site.as_ref());
            Reader {
                guess,
                settings,
                site,
                home,
            }
        });
        let mut folders: Vec<_> = folders.collect();
        // Deeper folders decide before those they lie in.
        folders.sort_by_key(|reader| std::cmp::Reverse(reader.guess.folder.len()));
        let called = wiki.languages.iter().filter(|(folder, tag)| {
            let name = crate::names::last(folder).replace('_', "-");
            name.eq_ignore_ascii_case(tag)
        });
        let mut readers = Self {
            folders,
            languages: Vec::new(),
            called: called.map(|(folder, _)| folder.clone()).collect(),
            default: wiki.languages.get("").cloned(),
            inner: Vec::new(),
        };
        readers.read_inner(root, marks, levels);
        // Deeper folders decide here, too.
        readers
            .called
            .sort_by_key(|folder| std::cmp::Reverse(folder.len()));
        readers.languages = readers.spoken(&wiki.languages);
        readers
    }

    /// The languages of folders: what the settings of the wiki say, and what those of its sites say of other folders.
    fn spoken(&self, said: &BTreeMap<String, String>) -> Vec<Spoken> {
        let mut languages: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for site in self
            .folders
            .iter()
            .filter_map(|reader| reader.site.as_ref())
        {
            languages.extend(
                site.languages()
                    .map(|(folder, name, tag)| ((folder, name), tag)),
            );
        }
        for (folder, tag) in said.iter().filter(|(folder, _)| !folder.is_empty()) {
            languages.insert((folder, ""), tag);
        }
        let spoken = languages.into_iter().map(|((folder, name), tag)| {
            let mut settings = self.of(folder).clone();
            settings.language = Some(tag.to_owned());
            Spoken {
                folder: folder.to_owned(),
                name: name.to_owned(),
                settings,
            }
        });
        let mut spoken: Vec<Spoken> = spoken.collect();
        spoken.sort_by_key(|spoken| std::cmp::Reverse((spoken.folder.len(), spoken.name.len())));
        spoken
    }

    /// The sites of which sections hand down to the pages below them.
    pub(crate) fn handing_down(&self) -> impl Iterator<Item = &Site> {
        let readers = self.folders.iter();
        let readers = readers.filter(|reader| reader.guess.dialect == Dialect::Hugo);
        let sites = readers.filter_map(|reader| reader.site.as_ref());
        sites.chain(&self.inner)
    }

    /// Reads what sites hand down that lie within others of the same program.
    fn read_inner(
        &mut self,
        root: &Path,
        marks: &BTreeSet<(String, &'static str)>,
        levels: &Levels,
    ) {
        let mut folders: Vec<&str> = marks.iter().map(|(folder, _)| folder.as_str()).collect();
        folders.dedup();
        for folder in folders {
            let around = self.reader(folder);
            let is_inner = around.is_some_and(|around| {
                around.guess.dialect == Dialect::Hugo && around.guess.folder != folder
            });
            if is_inner && let Some(reader) = self.folders.last_mut() {
                let problems = &mut reader.guess.problems;
                self.inner
                    .extend(Site::handing_down(root, folder, levels, problems));
            }
        }
    }

    /// How the note at `path` is read.
    pub(crate) fn of(&self, path: &str) -> &Settings {
        static USUAL: std::sync::LazyLock<Settings> = std::sync::LazyLock::new(Settings::default);
        let spoken = self.languages.iter().find(|spoken| spoken.holds(path));
        match (self.reader(path), spoken) {
            (Some(reader), Some(spoken)) if reader.guess.folder.len() > spoken.folder.len() => {
                &reader.settings
            }
            (_, Some(spoken)) => &spoken.settings,
            (Some(reader), None) => &reader.settings,
            (None, None) => &USUAL,
        }
    }

    /// The same, and of what the note is a part.
    pub(crate) fn manner(&self, path: &str) -> Manner<'_> {
        let reader = self.reader(path);
        Manner {
            settings: self.of(path),
            site: reader.and_then(|reader| reader.site.as_ref()),
            home: reader.and_then(|reader| reader.home.as_ref()),
            folder: reader.map_or("", |reader| reader.guess.folder.as_str()),
            languages: &self.called,
            default: self.default.as_deref(),
        }
    }

    fn reader(&self, path: &str) -> Option<&Reader> {
        let mut folders = self.folders.iter();
        folders.find(|reader| is_below(path, &reader.guess.folder))
    }

    /// What speaks for how the note at `path` is read.
    pub(crate) fn evidence(&self, path: &str, dialect: &str) -> Vec<String> {
        let Some(reader) = self.reader(path) else {
            return Vec::new();
        };
        match of_ending(path) {
            _ if reader.guess.dialect.name() == dialect => reader.guess.evidence.clone(),
            Some((ending, own)) if own.name() == dialect => {
                vec![format!("its name ends in `.{ending}`")]
            }
            _ => vec!["it has neither front matter nor marks of Markdown, and a byline".to_owned()],
        }
    }

    /// Adds to the evidence which files are read otherwise, by their ending.
    pub(crate) fn tell_endings<'p>(&mut self, paths: impl Iterator<Item = &'p str>) {
        let mut found: BTreeSet<(usize, String, Dialect)> = BTreeSet::new();
        for path in paths {
            let Some((ending, dialect)) = of_ending(path) else {
                continue;
            };
            let mut folders = self.folders.iter();
            let reader = folders.position(|reader| is_below(path, &reader.guess.folder));
            found.extend(reader.map(|reader| (reader, ending, dialect)));
        }
        for (reader, ending, dialect) in found {
            if let Some(reader) = self.folders.get_mut(reader)
                && reader.guess.dialect != dialect
            {
                let text = format!(
                    "files that end in `.{ending}` are read as {}",
                    dialect.name()
                );
                reader.guess.evidence.push(text);
            }
        }
    }

    /// What was found out, the wiki itself first and then its folders in order.
    pub(crate) fn guesses(&self) -> Vec<Guess> {
        let folders = self.folders.iter();
        let mut guesses: Vec<Guess> = folders.map(|reader| reader.guess.clone()).collect();
        guesses.sort_by(|one, other| one.folder.cmp(&other.folder));
        guesses
    }

    /// All that decides how notes are read, as text.
    pub(crate) fn fingerprint(&self) -> String {
        let parts = self.folders.iter().map(|reader| {
            let Reader {
                guess,
                settings,
                site,
                home,
            } = reader;
            format!("{}: {settings:?} {site:?} {home:?}", guess.folder)
        });
        let spoken = self.languages.iter().map(|spoken| format!("{spoken:?}"));
        parts.chain(spoken).collect::<Vec<_>>().join("\n")
    }
}

/// Whether `path` is `folder` or lies in it. Everything lies in the wiki itself, which is empty.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Which marks lie in `root` itself.
pub(crate) fn marks_of(root: &Path) -> Vec<&'static str> {
    MARKS
        .iter()
        .map(|(mark, _)| *mark)
        .filter(|mark| lies_in(root, mark))
        .collect()
}

/// Whether a mark lies in `folder`, with what makes it one.
pub(crate) fn lies_in(folder: &Path, mark: &str) -> bool {
    let there = |name: &str| std::fs::symlink_metadata(folder.join(name)).is_ok();
    let beside = BESIDE.iter().find(|(known, _)| *known == mark);
    there(mark) && beside.is_none_or(|(_, beside)| there(beside))
}

/// Whether something of this name could be a mark, or lead to one.
pub(crate) fn may_be_mark(name: &str) -> bool {
    let of_mark = |mark: &str| {
        let rest = mark.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    MARKS.iter().any(|(mark, _)| of_mark(mark)) || BESIDE.iter().any(|(_, beside)| *beside == name)
}

/// What `folder` is read as: `configured` is what the wiki's settings say, `marks` are those that lie in it.
pub(crate) fn guess(folder: &str, configured: Option<&str>, marks: &[&'static str]) -> Guess {
    let mut problems = Vec::new();
    if let Some(name) = configured {
        if let Some(dialect) = Dialect::named(name) {
            let evidence = if folder.is_empty() {
                format!("`{SETTINGS_FILE}` says `dialect = \"{name}\"`")
            } else {
                format!("`{SETTINGS_FILE}` says so under `[dialects]`")
            };
            return Guess {
                folder: folder.to_owned(),
                dialect,
                evidence: vec![evidence],
                problems,
            };
        }
        let known: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
        let text = format!("`{name}` is not a dialect; there are {}", known.join(", "));
        problems.push(Located::file(SETTINGS_FILE, "settings", text));
    }
    let there: Vec<&(&str, Dialect)> = MARKS
        .iter()
        .filter(|(mark, _)| marks.contains(mark))
        .collect();
    let dialect = there
        .first()
        .map_or(Dialect::Markdown, |(_, dialect)| *dialect);
    let evidence = there
        .iter()
        .map(|(mark, dialect)| format!("there is `{mark}`, as in {} folders", dialect.name()));
    let mut evidence: Vec<String> = evidence.collect();
    if evidence.is_empty() {
        evidence.push("nothing in the folder tells of a program".to_owned());
    }
    Guess {
        folder: folder.to_owned(),
        dialect,
        evidence,
        problems,
    }
}

/// Reads whether Dendron has users and tags in the text of its notes. It says so of the workspace, and said so at the top before.
fn read_switches(root: &Path, guess: &mut Guess, settings: &mut Settings) {
    let path = match guess.folder.as_str() {
        "" => "dendron.yml".to_owned(),
        folder => format!("{folder}/dendron.yml"),
    };
    if is_missing(root, &path) {
        return;
    }
    let mut said = crate::site::read_file(root, &path, &mut guess.problems);
    let workspace = said.iter().position(|(key, _)| key == "workspace");
    if let Some((_, Value::Map(workspace))) = workspace.map(|at| said.swap_remove(at)) {
        said.extend(workspace);
    }
    let is_off = |name: &str| said.contains(&(name.to_owned(), Value::Bool(false)));
    settings.user_tags = !is_off("enableUserTags");
    settings.hash_tags = !is_off("enableHashTags");
}

/// Reads what Obsidian says of the types of properties.
fn read_types(root: &Path, guess: &mut Guess, settings: &mut Settings) {
    let path = match guess.folder.as_str() {
        "" => TYPES.to_owned(),
        folder => format!("{folder}/{TYPES}"),
    };
    if is_missing(root, &path) {
        return;
    }
    let text = crate::file::read(root, &path, 1 << 20).and_then(|(bytes, _)| {
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
    });
    if let Err(why) = text.and_then(|text| settings.add_types(&text)) {
        guess.problems.push(Located::file(&path, "settings", why));
    }
}

/// Adds the context of a Vault-LD folder: its own file, and the files that this one asks for, which lie in the folder as well.
fn read_context(
    root: &Path,
    folder: &str,
    context: &mut Option<Context>,
    problems: &mut Vec<Located>,
) {
    let below = |name: &str| match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    };
    if is_missing(root, &below(CONTEXT)) {
        return;
    }
    let context = context.get_or_insert_with(Context::default);
    let mut todo = vec![(CONTEXT.to_owned(), false)];
    let mut done: BTreeSet<String> = BTreeSet::new();
    while let Some((name, scoped)) = todo.pop() {
        let path = below(&name);
        if done.len() >= MOST_CONTEXTS || !done.insert(name.clone()) {
            continue;
        }
        let text = crate::file::read(root, &path, 1 << 22)
            .and_then(|(bytes, _)| {
                String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
            })
            .and_then(|text| context.add(&text, scoped));
        match text {
            Ok(asked) => {
                let near = crate::names::folder(&name);
                for file in asked.into_iter().rev() {
                    if let Some(file) = inside(near, &file) {
                        todo.push((file, true));
                    } else {
                        let text = format!("`{file}` lies outside the folder; it is not read");
                        problems.push(Located::file(&path, "settings", text));
                    }
                }
            }
            Err(why) => problems.push(Located::file(&path, "settings", why)),
        }
    }
}

/// `file` as seen from the folder of the context, for a file in `near` that names it; `None` when it leads out.
fn inside(near: &str, file: &str) -> Option<String> {
    joined(near, file).filter(|_| !file.starts_with('/'))
}
