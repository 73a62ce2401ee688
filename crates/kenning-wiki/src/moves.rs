//! Notes that lie elsewhere now: which they are, and by which path their addresses are minted.
//!
//! A note that moved keeps its addresses: its *identity* stays the path it had first. Another note may come to lie at that path,
//! and two notes cannot share an identity. Who gives way depends on who sees what, so that no address tells of a hidden note:
//! the newcomer, where all who see it see the moved note too; else the moved note, which then takes the path where it lies.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use kenning_access::{Label, Scale};

use crate::catalog::Entry;

/// How many hashes of lines are kept of a note, to know it again when it was moved and changed at once.
const SKETCH: usize = 24;

/// How many of these must agree, in percent.
const ALIKE: usize = 80;

/// Shorter notes say too little to be known again.
const SHORTEST: u64 = 16;

/// The smallest hashes of the lines of a text: two texts share as many of them, in proportion, as they share lines
/// (Broder 1997, "On the resemblance and containment of documents").
pub(crate) fn sketch(bytes: &[u8]) -> Vec<u32> {
    let mut smallest: BTreeSet<u32> = BTreeSet::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let hash = blake3::hash(line);
        let hash = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        smallest.insert(u32::from_le_bytes(hash));
        if smallest.len() > SKETCH {
            smallest.pop_last();
        }
    }
    smallest.into_iter().collect()
}

/// From where notes came: new path → old path. Nothing that could have come from two places is said to have moved.
///
/// `renamed` is what git knows (old path → new path): it beats a guess from what notes have in common, but not equal content.
pub(crate) fn moved<'e>(
    left: &BTreeMap<&'e str, &'e Entry>,
    gone: &BTreeSet<&'e str>,
    come: &BTreeMap<&'e str, &'e Entry>,
    new: &BTreeSet<&'e str>,
    renamed: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut moves = BTreeMap::new();
    let by_hash = |entries: &BTreeMap<&'e str, &'e Entry>| {
        let mut map: HashMap<[u8; 32], Vec<&'e str>> = HashMap::new();
        for (path, entry) in entries.iter().filter(|(_, entry)| entry.size >= SHORTEST) {
            map.entry(entry.hash).or_default().push(path);
        }
        map
    };
    let (from, to) = (by_hash(left), by_hash(come));
    for (hash, olds) in &from {
        if let ([old], Some([new])) = (olds.as_slice(), to.get(hash).map(Vec::as_slice)) {
            moves.insert((*new).to_owned(), (*old).to_owned());
        }
    }
    for (from, to) in renamed {
        let is_free = gone.contains(from.as_str()) && new.contains(to.as_str());
        if is_free && !moves.contains_key(to) && !moves.values().any(|taken| taken == from) {
            moves.insert(to.clone(), from.clone());
        }
    }
    // What changed as well is looked for only among notes that vanished and notes that are new.
    let taken: BTreeSet<&String> = moves.values().collect();
    let gone: Vec<&&str> = gone
        .iter()
        .filter(|path| !taken.contains(&(**path).to_owned()))
        .collect();
    let new: Vec<&&str> = new
        .iter()
        .filter(|path| !moves.contains_key(**path))
        .collect();
    if gone.len().saturating_mul(new.len()) > 1_000_000 {
        return moves;
    }
    let alike = |old: &&&str, new: &&&str| match (left.get(**old), come.get(**new)) {
        (Some(old), Some(new)) => is_alike(&old.sketch, &new.sketch),
        _ => false,
    };
    let mut more = Vec::new();
    for path in &new {
        let olds: Vec<&&&str> = gone.iter().filter(|old| alike(old, path)).collect();
        if let [old] = olds.as_slice()
            && new.iter().filter(|other| alike(old, other)).count() == 1
        {
            more.push(((**path).to_owned(), (***old).to_owned()));
        }
    }
    moves.extend(more);
    moves
}

fn is_alike(one: &[u32], other: &[u32]) -> bool {
    if one.len() < 4 || other.len() < 4 {
        return false;
    }
    let mut all: Vec<u32> = one.iter().chain(other).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.truncate(SKETCH);
    let both = |hash: &&u32| one.binary_search(hash).is_ok() && other.binary_search(hash).is_ok();
    all.iter().filter(both).count() * 100 >= all.len() * ALIKE
}

/// The paths that a note had before, the latest last: those at which it was seen, and those that git tells, each where it belongs.
/// `path` is where it lies.
pub(crate) fn joined(seen: &[String], told: &[String], path: &str) -> Vec<String> {
    let mut joined = seen.to_vec();
    let mut place = 0;
    for name in told {
        match joined.iter().position(|known| known == name) {
            Some(at) => place = at + 1,
            None if name == path => {}
            None => {
                joined.insert(place, name.clone());
                place += 1;
            }
        }
    }
    joined
}

/// The identities that have to change because two notes claim one: path of the note → its identity from now on.
pub(crate) fn conflicts<'e>(
    entries: impl Iterator<Item = (&'e String, &'e Entry)> + Clone,
    scale: &Scale,
) -> BTreeMap<String, Option<String>> {
    let label = |entry: &Entry| {
        let label = scale.parse_label(entry.label());
        label.unwrap_or_else(|_| Label::closed())
    };
    let mut changes = BTreeMap::new();
    let mut moved: HashMap<Cow<'e, str>, (&'e String, &'e Entry)> = entries
        .clone()
        .filter_map(|(path, entry)| Some((entry.identity.as_deref()?.into(), (path, entry))))
        .collect();
    if moved.is_empty() {
        return changes;
    }
    let mut newcomers: Vec<(&String, &Entry)> = entries
        .filter(|(path, entry)| entry.identity.is_none() && moved.contains_key(path.as_str()))
        .collect();
    while let Some((path, newcomer)) = newcomers.pop() {
        let Some((other, old)) = moved.get(path.as_str()).copied() else {
            continue;
        };
        if label(old).flows_to(&label(newcomer)) {
            // No file can lie below a file, so nothing else is minted from such a path.
            let mut free = (2..).map(|number| format!("{path}/{number}"));
            let free = free.find(|identity| !moved.contains_key(identity.as_str()));
            let claim = free.clone().unwrap_or_default();
            moved.insert(claim.into(), (path, newcomer));
            changes.insert(path.clone(), free);
        } else {
            // The path that it takes now may have been the first of a third note.
            moved.remove(path.as_str());
            changes.insert(other.clone(), None);
            newcomers.push((other, old));
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_tells_of_former_paths_goes_where_it_belongs() {
        for (seen, told, joint) in [
            ("", "a b", "a b"),
            ("a", "a b", "a b"),
            ("b", "a b", "a b"),
            ("x a", "a b", "x a b"),
            ("a b", "", "a b"),
            ("a", "c now", "c a"),
        ] {
            let list = |text: &str| -> Vec<String> {
                text.split_whitespace().map(str::to_owned).collect()
            };
            assert_eq!(joined(&list(seen), &list(told), "now"), list(joint));
        }
    }

    #[test]
    fn texts_are_alike_by_the_lines_they_share() {
        let lines: Vec<String> = (0..40).map(|number| format!("line {number}\n\n")).collect();
        let text = lines.concat();
        let changed = |count: usize| {
            let mut lines = lines.clone();
            for line in lines.iter_mut().take(count) {
                line.insert(0, 'x');
            }
            lines.concat()
        };
        let alike = |other: &str| is_alike(&sketch(text.as_bytes()), &sketch(other.as_bytes()));
        assert!(alike(&text));
        assert!(alike(&changed(1)));
        assert!(!alike(&changed(20)));
        assert!(!alike("something else\n1\n2\n3\n4\n"));
        assert_eq!(sketch(b"\n\n"), Vec::<u32>::new());
    }
}
