//! The names of levels, as far as a note has to know them: where one stands as the mark of a block or as the value of a key, its author
//! meant it.

use std::fmt;
use std::sync::Arc;

use memchr::memmem::Finder;

/// What levels above the lowest are called, and what else a mark of protection may hold.
///
/// What a level means, and which of two is higher, is not known here.
#[derive(Clone)]
pub struct Levels(Arc<Known>);

struct Known {
    /// In lower case.
    names: Vec<String>,
    /// The same without their first letters, and in capitals: texts have few of these words, and most have none.
    finders: Vec<Finder<'static>>,
}

impl Levels {
    /// Levels of these names, without regard to case. The lowest level restricts nothing and is none of them.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<String> = names
            .into_iter()
            .map(|name| name.as_ref().trim().to_lowercase())
            .filter(|name| !name.is_empty())
            .collect();
        let words = names.iter().map(String::as_str);
        let words = words.chain(["protected", "protection", "audience"]);
        let finders = words.flat_map(|word| {
            let rest = word.chars().next().map_or(0, char::len_utf8);
            let rest = word.get(rest..).filter(|rest| rest.len() > 2);
            let rest = rest.unwrap_or(word);
            [rest.to_owned(), rest.to_uppercase()]
        });
        let mut words: Vec<String> = finders.collect();
        // What begins alike is found once.
        for word in &mut words {
            let known = ["rotect", "ROTECT"];
            if let Some(known) = known.iter().find(|known| word.starts_with(**known)) {
                word.truncate(known.len());
            }
        }
        words.sort();
        words.dedup();
        let finders = words.iter().map(|word| Finder::new(word).into_owned());
        let finders = finders.collect();
        Self(Arc::new(Known { names, finders }))
    }

    /// The names, in lower case.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0.names
    }

    /// The level that a word names, without regard to case.
    pub(crate) fn named(&self, word: &str) -> Option<&str> {
        let word = word.trim();
        let is = |name: &&String| {
            name.len() == word.len() && name.eq_ignore_ascii_case(word)
                || !word.is_ascii() && **name == word.to_lowercase()
        };
        self.0.names.iter().find(is).map(String::as_str)
    }

    /// Where something stands that may be such a word, or speak of protection: not in order, and perhaps twice.
    pub(crate) fn in_text(&self, text: &str) -> Vec<usize> {
        let finders = self.0.finders.iter();
        finders
            .flat_map(|finder| finder.find_iter(text.as_bytes()))
            .collect()
    }
}

impl Default for Levels {
    /// `internal`, `confidential` and `restricted`.
    fn default() -> Self {
        static USUAL: std::sync::LazyLock<Levels> =
            std::sync::LazyLock::new(|| Levels::new(["internal", "confidential", "restricted"]));
        USUAL.clone()
    }
}

impl fmt::Debug for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Levels").field(&self.0.names).finish()
    }
}

impl PartialEq for Levels {
    fn eq(&self, other: &Self) -> bool {
        self.0.names == other.0.names
    }
}
