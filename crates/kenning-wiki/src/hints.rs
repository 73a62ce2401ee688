//! What may have been meant by a link that leads nowhere: a name that is spelt nearly like it.
//!
//! Hints depend on all names of the wiki, so they are not kept with the notes: each scan gives those of the wiki as it is.

use std::collections::HashMap;

use crate::catalog::{Entry, Wanting};
use crate::ladder::Index;
use crate::names;
use crate::problem::Located;

/// Looking for a name that is spelt alike takes time, so only so many problems get one, the first ones.
const MOST: usize = 100;

/// A folded name: its length, its letters, itself, and the notes that have it.
type Name<'h> = (usize, u64, &'h str, &'h [u32]);

/// Gives hints, remembering those it gave.
#[derive(Debug)]
pub(crate) struct Hints<'h> {
    index: &'h Index,
    known: &'h mut HashMap<String, Option<String>>,
    /// Folded names with their length and letters, once they were needed.
    names: Option<Vec<Name<'h>>>,
    left: usize,
}

impl<'h> Hints<'h> {
    /// Hints from the names in `index`; `known` are hints that were given for the very same names.
    pub(crate) fn new(index: &'h Index, known: &'h mut HashMap<String, Option<String>>) -> Self {
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
        problem.hint = near.map(|near| format!("did you mean `{near}`?"));
    }

    /// The path of the note with a name spelt nearly like `key`.
    fn nearest(&mut self, key: &str) -> Option<String> {
        let index = self.index;
        let names = self.names.get_or_insert_with(|| {
            let names = index.folded_names();
            names
                .map(|(name, notes)| (name.chars().count(), letters(name), name, notes))
                .collect()
        });
        let (length, mask) = (key.chars().count(), letters(key));
        // A slip of the pen changes two letters at most: two that were there and two that are.
        let near = names.iter().filter(|(other, letters, name, _)| {
            length.abs_diff(*other) <= 2 && (mask ^ letters).count_ones() <= 4 && is_near(key, name)
        });
        // The names have no order, so the best is chosen by what does not depend on it.
        let best = near.min_by_key(|(_, _, name, _)| (strsim::osa_distance(key, name), *name));
        let notes = best?.3.iter().map(|note| index.path(*note));
        notes.min().map(str::to_owned)
    }
}

/// Which letters a name has, roughly: a bit for each.
fn letters(name: &str) -> u64 {
    name.chars()
        .fold(0, |bits, letter| bits | 1 << (u32::from(letter) % 64))
}

/// Whether two keys differ as a slip of the pen makes them differ.
pub(crate) fn is_near(one: &str, other: &str) -> bool {
    let length = one.chars().count();
    let allowed = if length < 5 { 1 } else { 2 };
    one != other
        && length.abs_diff(other.chars().count()) <= allowed
        && strsim::osa_distance(one, other) <= allowed
}
