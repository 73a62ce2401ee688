//! Which notes are translations of one another.
//!
//! A note tells of which work it is a version: by its place among the languages of its site, by a key (`translationKey`) or by the permalink that it shares
//! with its versions in other languages. Notes of one work in different languages are translations: of the one in the
//! language from which the others are made, where the site has such a language, else of each other. Where two of them are in one language, there
//! are none (`works.rs`).
//!
//! Whether one note is a translation of another depends on these two alone, so a hidden note changes nothing for anybody else.

use kenning_note::{Dialect, Note, Value};
use serde::{Deserialize, Serialize};

use crate::dialect::Manner;
use crate::names::{folded, folder, last, permalink, without_ending};

/// Of which work a note is a version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Keys of the work. Versions of one work share one.
    pub(crate) keys: Vec<String>,
    /// The language tag, in lower case; empty where it is not known.
    pub(crate) language: String,
    /// Whether it is in the language from which the others are made, where there is such a language.
    pub(crate) original: Option<bool>,
    /// Line and column of the `translationKey`; zero where there is none.
    pub(crate) place: (u32, u32),
}

impl Version {
    /// Whether the note of this version is a translation of one in that language, which is the one from which others are made or is not.
    pub(crate) fn is_made_from(&self, language: &str, original: Option<bool>) -> bool {
        // A key that a template repeats would make all notes translations of all, so languages have to be known: that of an original is what
        // the site is written in.
        let known = !self.language.is_empty() && (!language.is_empty() || original == Some(true));
        let differs = known && self.language != language;
        let from_it = match (self.original, original) {
            (Some(true), _) | (_, Some(false)) => false,
            (_, Some(true)) | (None, None) => true,
            (Some(false), None) => false,
        };
        differs && from_it
    }
}

/// Of which work the note at `path` is a version. `None` where nothing tells of versions.
pub(crate) fn version(note: &Note, path: &str, manner: Manner<'_>) -> Option<Box<Version>> {
    let mut version = Version {
        language: note.language.as_deref().unwrap_or_default().to_lowercase(),
        ..Version::default()
    };
    let key = note.fields.iter().find_map(|field| {
        let is_key = field.key.eq_ignore_ascii_case("translationKey");
        match &field.value {
            Value::Text(key) | Value::Integer(key) if is_key => {
                version.place = (field.place.line, field.place.column);
                Some(key.trim())
            }
            _ => None,
        }
    });
    let place = by_place(path, manner, &mut version);
    match (key, place) {
        (Some(key), _) if !key.is_empty() => version.keys.push(format!("key {key}")),
        (_, Some(place)) => version.keys.push(place),
        _ => {}
    }
    if note.has_permalink && !version.language.is_empty() {
        let link = note.permalinks.first().map(|link| permalink(link));
        version.keys.extend(link.map(|link| format!("link {link}")));
    }
    (!version.keys.is_empty()).then(|| Box::new(version))
}

/// The key of a work by the place of its versions: the same path among the pages of each language.
fn by_place(path: &str, manner: Manner<'_>, version: &mut Version) -> Option<String> {
    if let Some(site) = manner.site
        && let Some(page) = site.page(path).filter(|page| !page.language.is_empty())
    {
        version.original = Some(site.is_default(page.language));
        if version.language.is_empty() {
            version.language = page.language.to_lowercase();
        }
        // A page may lie in a folder of its own in one language and not in another.
        let rest = page.bare.strip_prefix(page.root).unwrap_or(page.bare);
        let rest = match last(rest) {
            "index" | "_index" => folder(rest),
            _ => rest,
        };
        return Some(format!("page {} {}", site.folder(), folded(rest)));
    }
    if manner.settings.dialect == Dialect::Docusaurus {
        return localised(path, manner.folder, version);
    }
    let (root, own) = manner
        .languages
        .iter()
        .find_map(|folder| {
            let around = crate::names::folder(folder);
            let rest = path.strip_prefix(folder.as_str())?.strip_prefix('/')?;
            Some((around, rest))
        })
        // What lies beside the folders of languages is in the language of the whole wiki.
        .or_else(|| {
            manner.default?;
            manner.languages.iter().find_map(|folder| {
                let around = crate::names::folder(folder);
                let rest = path.strip_prefix(around)?;
                let rest = match around {
                    "" => rest,
                    _ => rest.strip_prefix('/')?,
                };
                Some((around, rest))
            })
        })?;
    let default = manner.default.map(str::to_lowercase);
    version.original = default.map(|default| default == version.language);
    Some(format!("place {root} {}", without_ending(own)))
}

/// Docusaurus keeps translated files in `i18n/LANGUAGE/PLUGIN/…`, for documents with the name of their version before the rest.
fn localised(path: &str, site: &str, version: &mut Version) -> Option<String> {
    let rest = path.strip_prefix(site)?.trim_start_matches('/');
    // The site may lie in a folder beside its documents.
    let rest = rest.strip_prefix("website/").unwrap_or(rest);
    let place = match rest.strip_prefix("i18n/") {
        None => rest.to_owned(),
        Some(translated) => {
            let (language, translated) = translated.split_once('/')?;
            let (plugin, translated) = translated.split_once('/')?;
            version.language = language.to_lowercase();
            match plugin.strip_prefix("docusaurus-plugin-content-")? {
                "docs" => {
                    let (of, translated) = translated.split_once('/')?;
                    match of.strip_prefix("version-") {
                        Some(_) => format!("versioned_docs/{of}/{translated}"),
                        None => format!("docs/{translated}"),
                    }
                }
                "pages" => format!("src/pages/{translated}"),
                other => format!("{other}/{translated}"),
            }
        }
    };
    version.original = Some(!rest.starts_with("i18n/"));
    Some(format!("file {site} {}", without_ending(&place)))
}
