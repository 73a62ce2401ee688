//! What all insights share: why there may be none, and how topics and people are found by what they are called.

use kenning_store::{Interrupted, TermId};
use std::collections::BTreeSet;

use crate::fold::{distance, name_key};
use crate::picture::{PersonId, Picture, Visibility, of};

/// Why there is no insight.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InsightError {
    /// It was stopped from another thread.
    #[error("stopped before it was done")]
    Stopped(#[from] Interrupted),
    /// Nobody of this name is known, or may be named: which of the two is not told.
    #[error("nobody called `{name}` is known here and may be named{hint}")]
    Nobody {
        /// What was asked for.
        name: String,
        /// Whom it may have meant.
        hint: String,
    },
    /// Several people have this name.
    #[error("`{name}` may be {candidates}; write which")]
    Several {
        /// What was asked for.
        name: String,
        /// Who they are.
        candidates: String,
    },
}

/// The person whom `text` names, among those who may be named.
pub(crate) fn person(picture: &Picture<'_>, text: &str) -> Result<PersonId, InsightError> {
    let people = &picture.people;
    let found = people_called(picture, text)?;
    let mut named = found.into_iter().filter(|id| people.is_named(*id));
    match (named.next(), named.next()) {
        (Some(id), None) => Ok(id),
        (None, _) => {
            let key = name_key(text);
            let mut near: Vec<(usize, &str)> = people
                .iter()
                .filter(|(_, person)| person.visibility == Visibility::Named)
                .map(|(_, person)| {
                    (
                        distance(&key, &name_key(&person.name)),
                        person.name.as_str(),
                    )
                })
                .filter(|(far, name)| {
                    *far <= 2 || name_key(name).split(' ').any(|word| word == key)
                })
                .collect();
            near.sort_unstable();
            let near: Vec<String> = near
                .iter()
                .take(3)
                .map(|(_, name)| format!("`{name}`"))
                .collect();
            let hint = if near.is_empty() {
                String::new()
            } else {
                format!("; did you mean {}?", near.join(" or "))
            };
            Err(InsightError::Nobody {
                name: text.to_owned(),
                hint,
            })
        }
        (Some(one), Some(other)) => {
            let mut candidates: Vec<String> = [one, other]
                .into_iter()
                .chain(named)
                .filter_map(|id| people.get(id))
                .map(|person| format!("<{}>", iri_text(picture, person.id)))
                .collect();
            candidates.sort();
            Err(InsightError::Several {
                name: text.to_owned(),
                candidates: candidates.join(" or "),
            })
        }
    }
}

fn iri_text(picture: &Picture<'_>, id: TermId) -> String {
    picture
        .iri(id)
        .map_or_else(String::new, |node| node.into_string())
}

/// Everybody whom `text` may mean: an IRI, a name, or a name that their page answers to.
pub(crate) fn people_called(
    picture: &Picture<'_>,
    text: &str,
) -> Result<BTreeSet<PersonId>, Interrupted> {
    let people = &picture.people;
    if let Some(node) = crate::param::iri(text) {
        let id = picture.scan.id(node.as_ref());
        return Ok(id.and_then(|id| people.of(id)).into_iter().collect());
    }
    let key = name_key(text);
    let mut found: BTreeSet<PersonId> = people
        .iter()
        .filter(|(_, person)| name_key(&person.name) == key)
        .map(|(id, _)| id)
        .collect();
    if let Some(name) = picture.scan.id(picture.base.name(&key).as_ref()) {
        found.extend(of(&picture.topics.answers, name).filter_map(|note| people.of_page(note)));
    }
    if let Some(agent) = picture.scan.id(picture.base.agent(&key).as_ref()) {
        found.extend(people.of(agent));
    }
    Ok(found)
}

/// A list as people say it: `a, b and c`.
pub(crate) fn listed<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// `1 note`, `2 notes`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
