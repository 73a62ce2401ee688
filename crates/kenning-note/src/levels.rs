//! The names of levels, as far as a note has to know them: where one stands as the mark of a block or as the value of a key, its author
//! meant it.

use std::fmt;
use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// What levels above the lowest are called, and what else a mark of protection may hold.
///
/// What a level means, and which of two is higher, is not known here.
#[derive(Clone)]
pub struct Levels(Arc<Known>);

struct Known {
    /// In lower case.
    names: Vec<String>,
    /// How many characters the longest of them has.
    longest: usize,
    /// Finds the same without their first letters, and in capitals: texts have few of these words, and most have none. Nothing where
    /// there are too many.
    finder: Option<AhoCorasick>,
}

impl Levels {
    /// Levels of these names, without regard to case. The lowest level restricts nothing and is none of them.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<String> = names
            .into_iter()
            .map(|name| name.as_ref().trim().to_lowercase())
            .filter(|name| !name.is_empty())
            .collect();
        let usual = Self::default();
        if *usual.names() == *names {
            return usual;
        }
        Self::of(names)
    }

    fn of(names: Vec<String>) -> Self {
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
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            // Nearly all of a text is passed over before the automaton is asked, and this one is made ten times as fast.
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .dense_depth(0)
            .build(&words)
            .ok();
        let longest = names.iter().map(|name| name.chars().count()).max();
        Self(Arc::new(Known {
            longest: longest.unwrap_or(0),
            names,
            finder,
        }))
    }

    /// The names, in lower case.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0.names
    }

    /// The level that a word names, without regard to case.
    pub(crate) fn named(&self, word: &str) -> Option<&str> {
        let word = word.trim();
        let names = &self.0.names;
        let named = if word.is_ascii() {
            names.iter().find(|name| name.eq_ignore_ascii_case(word))
        } else {
            let is_short = word.chars().nth(self.0.longest).is_none();
            let lower = is_short.then(|| word.to_lowercase())?;
            names.iter().find(|name| **name == lower)
        };
        named.map(String::as_str)
    }

    /// Where something stands that may be such a word, or speak of protection.
    pub(crate) fn in_text(&self, text: &str) -> Vec<usize> {
        match &self.0.finder {
            Some(finder) => finder.find_iter(text).map(|found| found.start()).collect(),
            None => text
                .match_indices(char::is_alphabetic)
                .map(|(at, _)| at)
                .collect(),
        }
    }
}

impl Default for Levels {
    /// `internal`, `confidential` and `restricted`.
    fn default() -> Self {
        static USUAL: LazyLock<Levels> = LazyLock::new(|| {
            let names = ["internal", "confidential", "restricted"];
            Levels::of(names.map(str::to_owned).to_vec())
        });
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
