//! What may have been meant by a link that leads nowhere: a name that is spelt nearly like it.
//!
//! Hints depend on all names of the wiki, so they are not kept with the notes: each scan gives those of the wiki as it is.

use std::collections::HashMap;

use crate::catalog::{Entry, Wanting};
use crate::ladder::{Index, NoteId};
use crate::names;
use crate::problem::{Guessed, Located};

/// Looking for a name that is spelt alike takes time, so only so many problems get one, the first ones.
const MOST: usize = 100;

/// The path of the note that may have been meant, and by what.
pub(crate) type Hint = (String, Guessed);

/// All folded names, one after the other.
#[derive(Debug, Default)]
struct FoldedNames {
    text: String,
    all: Vec<Name>,
}

/// A folded name and a note that has it.
#[derive(Debug)]
struct Name {
    letters: u64,
    /// Where it stands in the text, how many bytes long it is, and how many characters.
    start: u32,
    bytes: u32,
    length: u32,
    note: NoteId,
}

impl FoldedNames {
    fn of(index: &Index) -> Self {
        let mut names = Self::default();
        index.folded_names(|name, note| {
            let number = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
            names.all.push(Name {
                letters: letters(name),
                start: number(names.text.len()),
                bytes: number(name.len()),
                length: number(name.chars().count()),
                note,
            });
            names.text.push_str(name);
        });
        names
    }

    fn text(&self, name: &Name) -> &str {
        let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let start = place(name.start);
        let end = start.saturating_add(place(name.bytes));
        self.text.get(start..end).unwrap_or_default()
    }
}

/// Gives hints, remembering those it gave.
#[derive(Debug)]
pub(crate) struct Hints<'h> {
    index: &'h Index,
    known: &'h mut HashMap<String, Option<Hint>>,
    /// Folded names, once they were needed.
    names: Option<FoldedNames>,
    left: usize,
}

impl<'h> Hints<'h> {
    /// Hints from the names in `index`; `known` are hints that were given for the very same names.
    pub(crate) fn new(index: &'h Index, known: &'h mut HashMap<String, Option<Hint>>) -> Self {
        Self {
            index,
            known,
            names: None,
            left: MOST,
        }
    }

    /// Whether any of these problems could do with a hint.
    pub(crate) fn wanted(problems: &[Located]) -> bool {
        let mut problems = problems.iter();
        problems.any(|problem| problem.hint.is_none() && problem.kind == "dangling")
    }

    /// Adds a hint to a problem of a link of `entry`, where one comes to mind.
    pub(crate) fn add(&mut self, entry: &Entry, problem: &mut Located) {
        if problem.hint.is_some() || problem.kind != "dangling" || self.left == 0 {
            return;
        }
        let links = entry.units.iter().flat_map(|unit| &unit.links);
        let at = |link: &&Wanting| {
            link.markdown
                && usize::try_from(link.line).is_ok_and(|line| line == problem.line)
                && usize::try_from(link.column).is_ok_and(|column| column == problem.column)
        };
        let Some(link) = links.into_iter().find(at) else {
            return;
        };
        self.left -= 1;
        let written = names::last(link.target.trim_matches('/'));
        let key = kenning_note::normal_key(names::without_ending(&names::decoded(written)));
        let near = match self.known.get(&key) {
            Some(near) => near.clone(),
            None => {
                let near = self.nearest(&key);
                self.known.insert(key, near.clone());
                near
            }
        };
        if let Some((near, guess)) = near {
            problem.hint = Some(format!("did you mean `{near}`?"));
            problem.guess = Some(guess);
        }
    }

    /// The path of the note with a name spelt nearly like `key`.
    fn nearest(&mut self, key: &str) -> Option<Hint> {
        let index = self.index;
        let allowed = slips(key.chars().count());
        if allowed == 0 {
            return None;
        }
        let names = self.names.get_or_insert_with(|| FoldedNames::of(index));
        let length = u32::try_from(key.chars().count()).unwrap_or(u32::MAX);
        let mask = letters(key);
        // A slip of the pen changes so many letters at most: those that were there and those that are.
        let near = names.all.iter().filter(|name| {
            length.abs_diff(name.length) <= allowed
                && (mask & !name.letters).count_ones() <= allowed
                && (name.letters & !mask).count_ones() <= allowed
                && is_near(key, names.text(name))
        });
        // The names have no order, so the best is chosen by what does not depend on it.
        let best = near.min_by_key(|name| {
            let text = names.text(name);
            (strsim::osa_distance(key, text), text, index.path(name.note))
        });
        best.map(|name| {
            let guess = guessed("spelling", key, names.text(name));
            (index.path(name.note).to_owned(), guess)
        })
    }
}

/// A guess by the rule of this name that one key was meant by another: it is as sure as they are alike, letter by letter.
pub(crate) fn guessed(rule: &str, one: &str, other: &str) -> Guessed {
    let longer = one.chars().count().max(other.chars().count());
    let alike = longer.saturating_sub(strsim::osa_distance(one, other));
    let share = (alike * 100).checked_div(longer).unwrap_or(0);
    Guessed::by(rule, u8::try_from(share).unwrap_or(100))
}

/// Which letters a name has, roughly: a bit for each.
fn letters(name: &str) -> u64 {
    name.chars()
        .fold(0, |bits, letter| bits | 1 << (u32::from(letter) % 64))
}

/// Whether two keys differ as a slip of the pen makes them differ.
pub(crate) fn is_near(one: &str, other: &str) -> bool {
    let length = one.chars().count();
    let allowed = usize::try_from(slips(length)).unwrap_or(0);
    one != other
        && length.abs_diff(other.chars().count()) <= allowed
        && strsim::osa_distance(one, other) <= allowed
}

/// How many letters a slip of the pen may change in a name of so many. Of those with one or two, another letter makes another name.
fn slips(length: usize) -> u32 {
    match length {
        ..3 => 0,
        3..5 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_leaves_most_of_a_name() {
        for (one, other, near) in [
            ("reed", "reeds", true),
            ("knwoledge", "knowledge", true),
            ("bow", "row", true),
            ("x", "z", false),
            ("ab", "ac", false),
            ("ab", "abc", false),
            ("reed", "reed", false),
            ("stop", "pipe", false),
        ] {
            assert_eq!(is_near(one, other), near, "{one} {other}");
            if near {
                assert!(
                    guessed("words", one, other).confidence > 50,
                    "{one} {other}"
                );
            }
        }
    }
}
