//! Notes that lie elsewhere now: which they are, and by which path their addresses are minted.
//!
//! A note that moved keeps its addresses: its *identity* stays the path it had first. Another note may come to lie at that path,
//! and two notes cannot share an identity. Who gives way depends on who sees what, so that no address tells of a hidden note:
//! the newcomer, where all who see it see the moved note too; else the moved note, which then takes the path where it lies.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use kenning_access::{Label, Scale};

use crate::catalog::Entry;
use crate::names::last;
use crate::problem::Guessed;

/// How many hashes of lines are kept of a note, to know it again when it was moved and changed at once.
const SKETCH: usize = 24;

/// The bits of a hash that hold how long its line is, in steps of eight bytes.
const LENGTH: u32 = 31;

/// Shorter notes say too little to be known again.
const SHORTEST: u64 = 16;

/// What two notes must have in common to be one: so many lines, which are so long together (in steps of eight bytes), and make up this
/// share of all that stands in either. A note of which half was rewritten has a third in common with what it was, which is where
/// `git` draws the line; of a short one, most must be left.
const ENOUGH: [(usize, u32, Share); 3] = [(2, 25, (1, 3)), (9, 12, (1, 3)), (4, 8, (4, 5))];

/// A part of a whole.
type Share = (u32, u32);

/// The best candidate has so much more in common than the next, or nobody knows which it is.
const CLEARLY: Share = (5, 4);

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
        let steps = u32::try_from(line.len().div_ceil(8)).unwrap_or(LENGTH);
        smallest.insert(u32::from_le_bytes(hash) & !LENGTH | steps.min(LENGTH));
        if smallest.len() > SKETCH {
            smallest.pop_last();
        }
    }
    smallest.into_iter().collect()
}

/// Notes before a change of the folder and after it.
pub(crate) struct Change<'e> {
    /// Notes that are not what they were: all that are gone, and those of which the file holds something else now.
    pub(crate) left: BTreeMap<&'e str, &'e Entry>,
    /// Of these, the ones at whose path nothing lies any more.
    pub(crate) gone: BTreeSet<&'e str>,
    /// Notes that are not what was known.
    pub(crate) come: BTreeMap<&'e str, &'e Entry>,
    /// Of these, the ones at whose path nothing lay.
    pub(crate) new: BTreeSet<&'e str>,
    /// Notes of which nothing changed.
    pub(crate) stayed: Vec<(&'e str, &'e Entry)>,
    /// What git knows: old path → new path.
    pub(crate) renamed: &'e BTreeMap<String, String>,
}

impl<'e> Change<'e> {
    /// From where notes came: new path → old path. Nothing that could have come from two places is said to have moved. And which of
    /// that is a guess, by new path.
    ///
    /// Equal content counts most, then the identifier that a note gives itself, then what git knows, then what notes have in common.
    pub(crate) fn moved(&self) -> (BTreeMap<String, String>, BTreeMap<String, Guessed>) {
        let mut moves = BTreeMap::new();
        self.add_equal(&mut moves);
        let mut taken: BTreeSet<String> = moves.values().cloned().collect();
        for (from, to) in self.called_alike() {
            if !moves.contains_key(to) && taken.insert(from.to_owned()) {
                moves.insert(to.to_owned(), from.to_owned());
            }
        }
        for (from, to) in self.renamed {
            let is_free = self.gone.contains(from.as_str()) && self.new.contains(to.as_str());
            if is_free && !moves.contains_key(to) && taken.insert(from.clone()) {
                moves.insert(to.clone(), from.clone());
            }
        }
        let likely = self.likely(|old| !taken.contains(old), |new| !moves.contains_key(new));
        let mut guessed = BTreeMap::new();
        for (new, old, share) in likely {
            // It is another text after all.
            let share = u8::try_from(share / 10).unwrap_or(99).min(99);
            guessed.insert(new.clone(), Guessed::by("lines", share));
            moves.insert(new, old);
        }
        (moves, guessed)
    }

    /// Notes of equal content: one that is left and one that has come, or those of one file name where there are several.
    fn add_equal(&self, moves: &mut BTreeMap<String, String>) {
        let by_hash = |entries: &BTreeMap<&'e str, &'e Entry>| {
            let mut map: HashMap<[u8; 32], Vec<&'e str>> = HashMap::new();
            for (path, entry) in entries.iter().filter(|(_, entry)| entry.size >= SHORTEST) {
                map.entry(entry.hash).or_default().push(path);
            }
            map
        };
        let (from, mut to) = (by_hash(&self.left), by_hash(&self.come));
        to.retain(|hash, _| from.contains_key(hash));
        if to.is_empty() {
            return;
        }
        let stayed = self.stayed.iter().map(|(_, entry)| &entry.hash);
        let stayed: BTreeSet<&[u8; 32]> = stayed.filter(|hash| to.contains_key(*hash)).collect();
        for (hash, news) in &to {
            let olds = from.get(hash).map_or(&[][..], Vec::as_slice);
            // What has come may be a copy of a note that is still there.
            if let ([old], [new], false) = (olds, news.as_slice(), stayed.contains(hash)) {
                moves.insert((*new).to_owned(), (*old).to_owned());
                continue;
            }
            let called = |paths: &[&'e str], name: &str| {
                let same = paths.iter().filter(|path| last(path) == name);
                let same: Vec<&'e str> = same.copied().collect();
                <[&'e str; 1]>::try_from(same).ok()
            };
            for new in news {
                let name = last(new);
                if let (Some([old]), Some(_)) = (called(olds, name), called(news, name)) {
                    moves.insert((*new).to_owned(), old.to_owned());
                }
            }
        }
    }

    /// The notes that took the identifier which they give themselves along, which no other note had before or has now: old and new path.
    fn called_alike(&self) -> Vec<(&'e str, &'e str)> {
        let by_id = |entries: &BTreeMap<&'e str, &'e Entry>| {
            let mut map: HashMap<&'e str, Vec<&'e str>> = HashMap::new();
            for (path, entry) in entries {
                let id = entry.names.id.as_deref().filter(|id| !id.is_empty());
                map.entry(id.unwrap_or_default()).or_default().push(path);
            }
            map.remove("");
            map
        };
        let (from, to) = (by_id(&self.left), by_id(&self.come));
        let pairs = from.iter().filter_map(|(id, olds)| {
            let ([old], [new]) = (olds.as_slice(), to.get(id)?.as_slice()) else {
                return None;
            };
            (old != new).then_some((*id, (*old, *new)))
        });
        let mut pairs: HashMap<&str, (&'e str, &'e str)> = pairs.collect();
        if !pairs.is_empty() {
            for (_, entry) in &self.stayed {
                pairs.remove(entry.names.id.as_deref().unwrap_or_default());
            }
        }
        pairs.into_values().collect()
    }

    /// Of the notes that are gone and those that are new, the ones that have so much in common that one must be the other, changed.
    ///
    /// Only lines count that no third note has: what many notes begin with says nothing about one.
    fn likely(
        &self,
        is_free: impl Fn(&str) -> bool,
        is_open: impl Fn(&str) -> bool,
    ) -> Vec<(String, String, u32)> {
        let of = |paths: &BTreeSet<&'e str>, entries: &BTreeMap<&'e str, &'e Entry>| {
            let found = paths.iter().filter_map(|path| entries.get_key_value(path));
            let found = found.map(|(path, entry)| (*path, entry.sketch.as_slice()));
            found.collect::<Vec<(&'e str, &'e [u32])>>()
        };
        let mut olds = of(&self.gone, &self.left);
        let mut news = of(&self.new, &self.come);
        olds.retain(|(path, _)| is_free(path));
        news.retain(|(path, _)| is_open(path));
        if olds.is_empty() || news.is_empty() {
            return Vec::new();
        }
        let stayed = || self.stayed.iter().map(|(_, entry)| *entry);
        let before = Holders::of(&olds, self.left.values().copied().chain(stayed()));
        let after = Holders::of(&news, self.come.values().copied().chain(stayed()));
        let is_own = |hash: u32| before.is_of_few(hash) && after.is_of_few(hash);
        let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (hash, old) in before.alone() {
            pairs.extend(after.holder(hash).map(|new| (old, new)));
        }
        let likeness = |(old, new): (usize, usize)| {
            let (one, other) = (olds.get(old)?.1, news.get(new)?.1);
            Some((old, new, alike(one, other, is_own)?))
        };
        let alike: Vec<(usize, usize, u32)> = pairs.into_iter().filter_map(likeness).collect();
        let best = alike.iter().filter(|(old, new, share)| {
            let (more, than) = CLEARLY;
            let rivals = alike.iter().filter(|(a, b, _)| (a == old) != (b == new));
            let mut rivals = rivals.map(|(_, _, share)| share);
            rivals.all(|rival| share * than >= rival * more)
        });
        let named = best.filter_map(|(old, new, share)| {
            let (new, old) = (news.get(*new)?.0, olds.get(*old)?.0);
            Some((new.to_owned(), old.to_owned(), *share))
        });
        named.collect()
    }
}

/// Which candidate has which line, and how many notes have it.
struct Holders(HashMap<u32, (usize, usize)>);

impl Holders {
    fn of<'e>(candidates: &[(&str, &[u32])], all: impl Iterator<Item = &'e Entry>) -> Self {
        let mut holders = HashMap::new();
        for (place, (_, sketch)) in candidates.iter().enumerate() {
            holders.extend(sketch.iter().map(|hash| (*hash, (place, 0))));
        }
        for hash in all.flat_map(|entry| &entry.sketch) {
            if let Some((_, count)) = holders.get_mut(hash) {
                *count += 1;
            }
        }
        Self(holders)
    }

    /// Whether one note has the line at most.
    fn is_of_few(&self, hash: u32) -> bool {
        self.0.get(&hash).is_none_or(|(_, count)| *count < 2)
    }

    /// The candidate that has the line, if no other note has it.
    fn holder(&self, hash: u32) -> Option<usize> {
        let (place, count) = self.0.get(&hash)?;
        (*count == 1).then_some(*place)
    }

    /// The lines that one note has, with the candidate.
    fn alone(&self) -> impl Iterator<Item = (u32, usize)> {
        let alone = self.0.iter().filter(|(_, (_, count))| *count == 1);
        alone.map(|(hash, (place, _))| (*hash, *place))
    }
}

/// The share that two texts have in common of all lines that count, each by its length, in thousandths; `None` where that is not enough.
fn alike(one: &[u32], other: &[u32], counts: impl Fn(u32) -> bool) -> Option<u32> {
    let mut all: Vec<u32> = one.iter().chain(other).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.truncate(SKETCH);
    all.retain(|hash| counts(*hash));
    let in_both =
        |hash: &&u32| one.binary_search(hash).is_ok() && other.binary_search(hash).is_ok();
    let both: Vec<&u32> = all.iter().filter(in_both).collect();
    let common: u32 = both.iter().map(|hash| **hash & LENGTH).sum();
    let whole: u32 = all.iter().map(|hash| *hash & LENGTH).sum();
    let enough = ENOUGH.iter().any(|(lines, length, (part, of))| {
        both.len() >= *lines && common >= *length && common * of >= whole * part
    });
    enough
        .then(|| (common * 1_000).checked_div(whole))
        .flatten()
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
        let lines: Vec<String> = (0..40)
            .map(|number| format!("this is line {number}\n\n"))
            .collect();
        let text = lines.concat();
        let changed = |count: usize| {
            let mut lines = lines.clone();
            for line in lines.iter_mut().take(count) {
                line.insert(0, 'x');
            }
            lines.concat()
        };
        let share = |other: &str| {
            alike(&sketch(text.as_bytes()), &sketch(other.as_bytes()), |_| {
                true
            })
        };
        assert_eq!(share(&text), Some(1_000));
        assert!(share(&changed(1)) > share(&changed(10)));
        assert!(share(&changed(12)).is_some());
        assert!(share(&changed(24)).is_none());
        assert!(share("something else\n1\n2\n3\n4\n").is_none());
        assert_eq!(sketch(b"\n\n"), Vec::<u32>::new());
        // A long line counts for more than a short one.
        let [one, other] = ["a\nb\n", "c\nd\n"].map(|ends| {
            sketch(format!("{}\n{}\n{ends}", "x".repeat(240), "y".repeat(100)).as_bytes())
        });
        assert!(alike(&one, &other, |_| true) > Some(800));
    }
}
