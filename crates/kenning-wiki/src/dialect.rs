//! By whose habits the notes of a folder are read, and what speaks for it.
//!
//! Only marks that are no notes count: the configuration of a program, the names of its folders. What the notes say does not:
//! a note that few may see would otherwise change how all the others are read.

use std::path::Path;

use kenning_note::Dialect;

use crate::problem::Located;
use crate::settings::SETTINGS_FILE;

/// A dialect and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The dialect.
    pub dialect: Dialect,
    /// Why, in words.
    pub evidence: Vec<String>,
    pub(crate) problems: Vec<Located>,
}

/// Files and folders by which a program is known; the first that is there decides.
const MARKS: &[(&str, Dialect)] = &[
    ("logseq/config.edn", Dialect::Logseq),
    ("dendron.yml", Dialect::Dendron),
    (".foam", Dialect::Foam),
    ("context.jsonld", Dialect::VaultLd),
    ("okf.yaml", Dialect::Okf),
    (".obsidian", Dialect::Obsidian),
    ("docusaurus.config.js", Dialect::Docusaurus),
    ("docusaurus.config.ts", Dialect::Docusaurus),
    ("mkdocs.yml", Dialect::MkDocs),
    ("mkdocs.yaml", Dialect::MkDocs),
    ("hugo.toml", Dialect::Hugo),
    ("hugo.yaml", Dialect::Hugo),
    ("hugo.json", Dialect::Hugo),
    ("archetypes", Dialect::Hugo),
    ("_config.yml", Dialect::Jekyll),
    ("_posts", Dialect::Jekyll),
    ("tiddlywiki.info", Dialect::TiddlyWiki),
];

/// Looks at `root`; `configured` is what the wiki's settings say.
pub(crate) fn guess(root: &Path, configured: Option<&str>) -> Guess {
    let mut problems = Vec::new();
    if let Some(name) = configured {
        if let Some(dialect) = Dialect::named(name) {
            let evidence = vec![format!("`{SETTINGS_FILE}` says `dialect = \"{name}\"`")];
            return Guess {
                dialect,
                evidence,
                problems,
            };
        }
        let known: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
        let text = format!("`{name}` is not a dialect; there are {}", known.join(", "));
        problems.push(Located::file(SETTINGS_FILE, "settings", text));
    }
    let there = MARKS
        .iter()
        .filter(|(mark, _)| std::fs::symlink_metadata(root.join(mark)).is_ok());
    let there: Vec<&(&str, Dialect)> = there.collect();
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
        dialect,
        evidence,
        problems,
    }
}
