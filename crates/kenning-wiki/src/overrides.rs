//! `links.toml`: what the people of a wiki say that a name means.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use kenning_note::normal_key;
use toml::de::{DeTable, DeValue};

use crate::names::{composed, without_ending};
use crate::problem::Located;
use crate::wiki::is_missing;

/// The file with overrides.
pub const LINKS_FILE: &str = "links.toml";

/// Names and the paths of the notes they mean.
///
/// ```toml
/// "Communities of practice" = "concepts/community-of-practice"
/// ```
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    /// From folded names.
    pub(crate) names: HashMap<String, String>,
    pub(crate) text: String,
    pub(crate) problems: Vec<Located>,
    /// What is wrong with a path at which no note lies, by path.
    nowhere: BTreeMap<String, Vec<Located>>,
}

/// A line for `links.toml` that says what a name means, ready to be pasted.
pub(crate) fn line(name: &str, path: &str) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    format!("{} = {}", quoted(name), quoted(path))
}

impl Overrides {
    pub(crate) fn read(root: &Path) -> Self {
        let problem = |text: String| Self {
            problems: vec![Located::file(LINKS_FILE, "settings", text)],
            ..Self::default()
        };
        let bytes = match crate::file::read(root, LINKS_FILE, 1 << 22) {
            Ok((bytes, _)) => bytes,
            Err(_) if is_missing(root, LINKS_FILE) => return Self::default(),
            Err(why) => return problem(why),
        };
        let Ok(text) = String::from_utf8(bytes) else {
            return problem("it is not UTF-8 text".to_owned());
        };
        Self::parse(text)
    }

    /// One line that cannot be read takes nothing from the others.
    fn parse(text: String) -> Self {
        let mut overrides = Self::default();
        let at = |place: usize, why: String| {
            let before = text.get(..place).unwrap_or(&text);
            let mut problem = Located::file(LINKS_FILE, "settings", why);
            problem.line = before.matches('\n').count() + 1;
            problem.column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            problem
        };
        let table = match DeTable::parse(&text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let place = error.span().map_or(0, |span| span.start);
                let problem = at(place, error.message().to_owned());
                overrides.problems.push(problem);
                return Self { text, ..overrides };
            }
        };
        let mut lines: Vec<_> = table.iter().collect();
        // The parser sorts.
        lines.sort_by_key(|(name, _)| name.span().start);
        for (name, path) in lines {
            let (name, place) = (name.get_ref(), name.span().start);
            let DeValue::String(path) = path.get_ref() else {
                let why = format!("what `{name}` means is the path of a note in quotes");
                overrides.problems.push(at(place, why));
                continue;
            };
            let (key, path) = (normal_key(name), path.trim_matches('/').to_owned());
            if overrides.names.contains_key(&key) {
                let why = format!("what `{name}` means is said further up; this line says nothing");
                overrides.problems.push(at(place, why));
                continue;
            }
            let why = format!("there is no note at `{path}`, so `{name}` leads nowhere by it");
            let nowhere = overrides.nowhere.entry(composed(&path).into_owned());
            nowhere.or_default().push(at(place, why));
            overrides.names.insert(key, path);
        }
        Self { text, ..overrides }
    }

    /// What is wrong with the lines that mean a note where none of these lies.
    pub(crate) fn lead_nowhere<'p>(&self, notes: impl Iterator<Item = &'p str>) -> Vec<Located> {
        if self.nowhere.is_empty() {
            return Vec::new();
        }
        let mut nowhere = self.nowhere.clone();
        for path in notes {
            let path = composed(path);
            nowhere.remove(&*path);
            nowhere.remove(without_ending(&path));
        }
        nowhere.into_values().flatten().collect()
    }
}
