//! `links.toml`: what the people of a wiki say that a name means.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use kenning_note::normal_key;

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
        match toml::from_str::<BTreeMap<String, String>>(&text) {
            Ok(names) => Self {
                names: names
                    .into_iter()
                    .map(|(name, path)| (normal_key(&name), path.trim_matches('/').to_owned()))
                    .collect(),
                text,
                problems: Vec::new(),
            },
            Err(error) => problem(error.message().to_owned()),
        }
    }
}
