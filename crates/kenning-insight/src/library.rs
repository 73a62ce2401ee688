//! The questions there are: those that come with Kenning, and those that users put beside them.

use crate::question::{InvalidQuestion, Question};

/// Questions by name, in the order of topic and name.
#[derive(Debug, Clone, Default)]
pub struct Library {
    questions: Vec<Question>,
}

/// A file of the folder `queries/`, built in.
macro_rules! built_in {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../queries/", $path)))),*]
    };
}

/// Path and text of every question that comes with Kenning. `tests/questions.rs` compares it with the folder.
pub(crate) const BUILT_IN: &[(&str, &str)] = built_in![
    "audit/changes-between-audits.rq",
    "claims/missing-sources.rq",
    "claims/unsourced-claims.rq",
    "claims/where-from.rq",
    "flow/barriers.rq",
    "flow/conversion-balance.rq",
    "flow/hours-between-units.rq",
    "flow/socialization-practices.rq",
    "flow/unshared-tacit-assets.rq",
    "people/communities-for-topic.rq",
    "people/departures-and-cover.rq",
    "people/topics-at-risk.rq",
    "people/whom-to-ask.rq",
    "protection/families-of-protection.rq",
    "protection/formal-only-tacit.rq",
    "protection/notes-on-topic.rq",
    "protection/open-core-notes.rq",
    "reading/read-first.rq",
    "strategy/strategy-for-topic.rq",
    "types/explicit-only-topics.rq",
    "upkeep/changed-unverified.rq",
    "upkeep/duplicate-notes.rq",
    "upkeep/orphans-and-dead-links.rq",
    "upkeep/stale-notes.rq",
    "upkeep/wanted-notes.rq",
];

impl Library {
    /// The questions that come with Kenning.
    #[must_use]
    pub fn built_in() -> Self {
        let mut library = Self::default();
        for (path, text) in BUILT_IN {
            // A file of ours that is no question is left out; `tests/questions.rs` sees that there is none.
            let _ = library.add(path, text);
        }
        library
    }

    /// Adds a question of the user's. `path` is that of its file under the folder of questions.
    ///
    /// # Errors
    /// [`InvalidQuestion`] when it cannot be read, or when there is another question of its name.
    pub fn add(&mut self, path: &str, text: &str) -> Result<(), InvalidQuestion> {
        let question = Question::parse(path, text)?;
        if self.get(&question.name).is_some() {
            return Err(InvalidQuestion::Name(question.name));
        }
        let place = |question: &Question| (question.topic.clone(), question.name.clone());
        let at = self
            .questions
            .partition_point(|other| place(other) < place(&question));
        self.questions.insert(at, question);
        Ok(())
    }

    /// The question of this name, with or without its topic: `whom-to-ask` or `people/whom-to-ask`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Question> {
        let (topic, name) = match name.rsplit_once('/') {
            Some((topic, name)) => (Some(topic), name),
            None => (None, name),
        };
        self.questions.iter().find(|question| {
            question.name == name && topic.is_none_or(|topic| topic == question.topic)
        })
    }

    /// All questions, by topic and name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Question> {
        self.questions.iter()
    }

    /// The names that are most like `name`, for a hint when there is no such question.
    #[must_use]
    pub fn like(&self, name: &str) -> Vec<&str> {
        let words: Vec<&str> = name
            .split(['-', '/', ' ', '_'])
            .filter(|word| word.len() > 2)
            .collect();
        let mut found: Vec<(usize, &str)> = self
            .questions
            .iter()
            .map(|question| {
                let shared = words
                    .iter()
                    .filter(|word| question.name.contains(**word))
                    .count();
                (shared, question.name.as_str())
            })
            .filter(|(shared, _)| *shared > 0)
            .collect();
        found.sort_by_key(|(shared, name)| (std::cmp::Reverse(*shared), *name));
        found.into_iter().map(|(_, name)| name).take(3).collect()
    }
}
