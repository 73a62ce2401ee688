//! How a note is to be read: what the caller knows about the folder the note comes from.

use std::collections::BTreeMap;

/// What a caller may settle about the reading of a note. The default reads any note sensibly.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Whose habits the note follows where habits differ.
    pub dialect: Dialect,
    /// How much of the note becomes triples.
    pub detail: Detail,
    /// Language tag (BCP 47) of titles, aliases and summaries, for notes that name none. Default: no tag.
    pub language: Option<String>,
    /// Headings under which links mean "related": compared by [`normal_key`](crate::normal_key).
    pub related_headings: Vec<String>,
    /// Headings under which list items name sources.
    pub source_headings: Vec<String>,
    /// Prefixes that keys and types may use, such as `("schema", "https://schema.org/")`, beside those of
    /// `kenning_vocab::prefixes`.
    pub prefixes: Vec<(String, String)>,
    /// Terms that a Vault-LD `context.jsonld` declares; `None` where the folder has no such file.
    pub context: Option<crate::Context>,
    /// Which comes first in dates such as `05/06/2026`; `None`: such a date could be two days and stays words.
    pub dates: Option<crate::DateOrder>,
    /// What values of front matter are, by key, where the folder says so: Obsidian's types.
    pub types: BTreeMap<String, ValueType>,
    /// Whether `#word` is a tag, where the dialect has tags in text: Dendron's `enableHashTags`.
    pub hash_tags: bool,
    /// Whether `@ada` is a link to a user, in Dendron: its `enableUserTags`.
    pub user_tags: bool,
    /// What levels above the lowest are called: `::: restricted` is a protected block, and a callout of that name a mark.
    pub levels: crate::Levels,
    /// Bounds on what one note may cost.
    pub limits: Limits,
}

/// What the values of a key are, as Obsidian's `types.json` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// Words, whatever they look like.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Checkbox,
    /// A day, or a day with a time.
    Date,
}

impl Default for Settings {
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            dialect: Dialect::default(),
            detail: Detail::default(),
            language: None,
            related_headings: list(&[
                "related concepts",
                "related notes",
                "related topics",
                "related",
                "see also",
                "siehe auch",
                "verwandte begriffe",
                "voir aussi",
                "véase también",
            ]),
            source_headings: list(&["sources", "references", "quellen", "bibliography"]),
            prefixes: Vec::new(),
            context: None,
            dates: None,
            types: BTreeMap::new(),
            hash_tags: true,
            user_tags: true,
            levels: crate::Levels::default(),
            limits: Limits::default(),
        }
    }
}

impl Settings {
    /// Settings for notes of this dialect.
    #[must_use]
    pub fn of(dialect: Dialect) -> Self {
        Self {
            dialect,
            ..Self::default()
        }
    }

    /// Adds the types of properties that Obsidian keeps in `.obsidian/types.json`.
    ///
    /// # Errors
    /// The reason, in words, when the text is no such file.
    pub fn add_types(&mut self, json: &str) -> Result<(), String> {
        let json: serde_json::Value =
            serde_json::from_str(json).map_err(|error| format!("it is not JSON: {error}"))?;
        let types = json.get("types").and_then(serde_json::Value::as_object);
        for (key, name) in types.into_iter().flatten() {
            let known = match name.as_str() {
                Some("text" | "multitext") => ValueType::Text,
                Some("number") => ValueType::Number,
                Some("checkbox") => ValueType::Checkbox,
                Some("date" | "datetime") => ValueType::Date,
                _ => continue,
            };
            self.types
                .insert(crate::meta::squeezed(key).into_owned(), known);
        }
        Ok(())
    }
}

/// Whose habits a note follows. They differ in what `aliases`, `type`, `id` and `[[a|b]]` mean, and little else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// Markdown with wikilinks, citations, fields and tags, as most people mix them.
    #[default]
    Markdown,
    /// Obsidian, with Dataview fields.
    Obsidian,
    /// Logseq: page and block properties, block references, namespaces, journals.
    Logseq,
    /// Foam.
    Foam,
    /// Dendron: the label stands before the target in `[[label|target]]`, dates are milliseconds.
    Dendron,
    /// Jekyll posts and pages.
    Jekyll,
    /// Hugo: `aliases` are redirects, `type` names a template.
    Hugo,
    /// MkDocs.
    MkDocs,
    /// Docusaurus: `id` is a segment of the path.
    Docusaurus,
    /// Pages written by an LLM-wiki compiler, with `^[source.md]` citations.
    LlmWiki,
    /// Open Knowledge Format bundles.
    Okf,
    /// Vault-LD: front matter that is YAML-LD under an external context.
    VaultLd,
    /// basic-memory: observations and relations as list items.
    BasicMemory,
    /// MediaWiki text.
    MediaWiki,
    /// TiddlyWiki `.tid` files.
    TiddlyWiki,
    /// Org files.
    Org,
    /// Plain text with a byline.
    Article,
    /// HTML pages, as wikis export them.
    Html,
}

impl Dialect {
    /// All dialects, in the order of the enumeration.
    pub const ALL: [Self; 18] = [
        Self::Markdown,
        Self::Obsidian,
        Self::Logseq,
        Self::Foam,
        Self::Dendron,
        Self::Jekyll,
        Self::Hugo,
        Self::MkDocs,
        Self::Docusaurus,
        Self::LlmWiki,
        Self::Okf,
        Self::VaultLd,
        Self::BasicMemory,
        Self::MediaWiki,
        Self::TiddlyWiki,
        Self::Org,
        Self::Article,
        Self::Html,
    ];

    /// The name by which configuration files and meta graphs call it, such as `llm-wiki`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Obsidian => "obsidian",
            Self::Logseq => "logseq",
            Self::Foam => "foam",
            Self::Dendron => "dendron",
            Self::Jekyll => "jekyll",
            Self::Hugo => "hugo",
            Self::MkDocs => "mkdocs",
            Self::Docusaurus => "docusaurus",
            Self::LlmWiki => "llm-wiki",
            Self::Okf => "okf",
            Self::VaultLd => "vault-ld",
            Self::BasicMemory => "basic-memory",
            Self::MediaWiki => "mediawiki",
            Self::TiddlyWiki => "tiddlywiki",
            Self::Org => "org",
            Self::Article => "article",
            Self::Html => "html",
        }
    }

    /// The dialect of this [`name`](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}

/// How much of a note becomes triples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Detail {
    /// Metadata, links, tags and sections.
    Core,
    /// Passages, claims and citations as well.
    #[default]
    Claims,
    /// Every occurrence of a link with its place, text positions, and tasks as well.
    Full,
}

impl Detail {
    /// The detail of this name: `core`, `claims` or `full`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "core" => Some(Self::Core),
            "claims" => Some(Self::Claims),
            "full" => Some(Self::Full),
            _ => None,
        }
    }
}

/// Bounds on what one note may cost. What lies beyond is left out, with a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a note that are read.
    pub bytes: usize,
    /// Values in the front matter, after aliases (`*name`) have been replaced by what they stand for.
    pub front_matter_values: usize,
    /// Bytes of text in the front matter, after aliases have been replaced.
    pub front_matter_bytes: usize,
    /// How deep lists and maps may stand in one another in the front matter.
    pub front_matter_depth: usize,
    /// Problems that are reported for one note.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            front_matter_values: 10_000,
            front_matter_bytes: 1 << 20,
            front_matter_depth: 32,
            problems: 200,
        }
    }
}
