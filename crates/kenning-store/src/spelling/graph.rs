//! The spellings of one graph, and those of all.

use crate::graphs::mix;
use crate::snapshot::{self, mark};
use crate::tag;
use oxrdf::{LiteralRef, NamedNode, TermRef};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The setting of a graph's spellings is called so, with the name of the graph behind it. Not for operators.
const PREFIX: &str = "kenning/spelling/";

/// So many literals of a graph may depart from how it usually writes their tags. Those beyond are shown as usual.
const MOST: usize = if cfg!(test) { 20 } else { 16_384 };

/// The key of the setting that keeps the spellings of a graph.
pub(crate) fn key(name: &NamedNode) -> String {
    format!("{PREFIX}{}", name.as_str())
}

/// The graph of which a setting keeps the spellings, if that is what it keeps.
pub(crate) fn name_of_key(key: &str) -> Option<NamedNode> {
    key.strip_prefix(PREFIX).map(NamedNode::new_unchecked)
}

/// How one graph writes its language tags, where that is not as BCP 47 recommends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spelling {
    /// By the tag in small letters.
    tags: BTreeMap<Box<str>, Ways>,
}

/// How one tag is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Ways {
    /// By most; `None` is as BCP 47 recommends.
    usual: Option<Box<str>>,
    /// By the marks of the literals that have it otherwise.
    others: BTreeMap<u128, Box<str>>,
}

impl Spelling {
    pub(crate) fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// The tags, in small letters, that are sometimes written unusually.
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.keys().map(|tag| &**tag)
    }

    /// How the graph writes the tag of a literal, if that is not as BCP 47 recommends.
    pub(super) fn of(&self, literal: LiteralRef<'_>, small: &str) -> Option<&str> {
        let ways = self.tags.get(small)?;
        let other = ways.others.get(&mark(TermRef::Literal(literal)));
        let written = other.or(ways.usual.as_ref())?;
        (**written != *tag::shown(small)).then_some(written)
    }

    /// Makes the graph write the tag of a literal as here from now on.
    pub(crate) fn set(&mut self, literal: LiteralRef<'_>, written: Option<&str>) {
        let Some(small) = literal.language().map(tag::kept) else {
            return;
        };
        let recommended = tag::shown(&small);
        let written = written.unwrap_or(&recommended);
        if self.of(literal, &small).unwrap_or(&recommended) == written {
            return;
        }
        let room = self.others() < MOST;
        let ways = self.tags.entry(Box::from(&*small)).or_default();
        let mark = mark(TermRef::Literal(literal));
        if ways.usual.as_deref().unwrap_or(&recommended) == written {
            ways.others.remove(&mark);
        } else if room || ways.others.contains_key(&mark) {
            ways.others.insert(mark, written.into());
        }
        if ways.usual.is_none() && ways.others.is_empty() {
            self.tags.remove(&*small);
        }
    }

    fn others(&self) -> usize {
        self.tags.values().map(|ways| ways.others.len()).sum()
    }

    /// A number that depends on the spellings, and is 0 where there are none.
    pub(crate) fn mark(&self) -> u128 {
        if self.is_empty() {
            return 0;
        }
        let hash = blake3::hash(&self.write());
        let first = hash.as_bytes().first_chunk();
        first.map_or(0, |half| u128::from_le_bytes(*half))
    }

    /// The spellings as they are stored: a line for each tag, and one for each literal that departs from it.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = String::new();
        for (small, ways) in &self.tags {
            let usual = ways.usual.as_deref().unwrap_or_default();
            out.push_str(&format!("{small} {usual}\n"));
            for (mark, written) in &ways.others {
                out.push_str(&format!("={mark:032x} {written}\n"));
            }
        }
        out.into_bytes()
    }

    /// What [`Spelling::write`] wrote. Lines that it did not write are nothing.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut spelling = Self::default();
        let mut ways: Option<&mut Ways> = None;
        for line in text.lines() {
            let Some((what, written)) = line.split_once(' ') else {
                continue;
            };
            let mark = what
                .strip_prefix('=')
                .map(|mark| u128::from_str_radix(mark, 16));
            match (mark, &mut ways) {
                (Some(Ok(mark)), Some(ways)) => {
                    ways.others.insert(mark, written.into());
                }
                (Some(_), _) => {}
                (None, _) => {
                    let entry = spelling.tags.entry(what.into()).or_default();
                    entry.usual = (!written.is_empty()).then(|| written.into());
                    ways = Some(entry);
                }
            }
        }
        spelling
    }
}

/// The literals of a graph that is put whole, with how their tags are written.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    tags: FxHashMap<Box<str>, FxHashMap<u128, Option<Box<str>>>>,
}

impl Gathering {
    /// Adds a literal. `None` is as BCP 47 recommends.
    pub(crate) fn add(&mut self, literal: LiteralRef<'_>, written: Option<&str>) {
        if let Some(small) = literal.language().map(tag::kept) {
            let literals = self.tags.entry(Box::from(&*small)).or_default();
            literals.insert(mark(TermRef::Literal(literal)), written.map(Box::from));
        }
    }

    /// The spellings of the graph. They do not depend on the order in which literals were added.
    pub(crate) fn finish(self) -> Spelling {
        let mut spelling = Spelling::default();
        let mut room = MOST;
        for (small, literals) in BTreeMap::from_iter(self.tags) {
            let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
            for written in literals.values() {
                *counts.entry(written.as_deref()).or_default() += 1;
            }
            let most = counts.values().copied().max();
            let usual = counts.into_iter().find(|(_, count)| Some(*count) == most);
            let usual: Option<Box<str>> = usual.and_then(|(usual, _)| usual.map(Box::from));
            let recommended: Box<str> = tag::shown(&small).into();
            let others = BTreeMap::from_iter(literals).into_iter();
            let others: BTreeMap<u128, Box<str>> = others
                .filter(|(_, written)| *written != usual)
                .take(room)
                .map(|(mark, written)| (mark, written.unwrap_or_else(|| recommended.clone())))
                .collect();
            room = room.saturating_sub(others.len());
            if usual.is_some() || !others.is_empty() {
                spelling.tags.insert(small, Ways { usual, others });
            }
        }
        spelling
    }
}

/// The spellings of all graphs that have some. Copies share what they have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spellings(Arc<FxHashMap<NamedNode, Arc<Marked>>>);

/// The spellings of a graph, with their mark.
#[derive(Debug)]
pub(crate) struct Marked {
    pub(crate) spelling: Spelling,
    mark: u128,
    /// The mark together with that of the graph's name.
    pub(super) named_mark: u128,
}

impl Spellings {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = (&NamedNode, &Arc<Marked>)> {
        self.0.iter()
    }

    /// The spellings of a graph.
    pub(crate) fn get(&self, name: &NamedNode) -> Option<&Spelling> {
        self.0.get(name).map(|marked| &marked.spelling)
    }

    /// The mark of the spellings of a graph, which is 0 where it has none.
    pub(crate) fn mark(&self, name: &NamedNode) -> u128 {
        self.0.get(name).map_or(0, |marked| marked.mark)
    }

    /// Makes a graph have these spellings and no others.
    pub(crate) fn put(&mut self, name: &NamedNode, spelling: &Spelling) {
        if self.get(name).unwrap_or(&Spelling::default()) == spelling {
            return;
        }
        let all = Arc::make_mut(&mut self.0);
        if spelling.is_empty() {
            all.remove(name);
            return;
        }
        let spelling = spelling.clone();
        let mark = spelling.mark();
        let named_mark = mix(snapshot::mark(name.as_ref().into()), mark);
        let marked = Marked {
            spelling,
            mark,
            named_mark,
        };
        all.insert(name.clone(), Arc::new(marked));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::Literal;

    fn literal(text: &str, tag: &str) -> Literal {
        Literal::new_language_tagged_literal_unchecked(text, tag)
    }

    #[test]
    fn a_graph_remembers_what_departs_from_its_habit() {
        let mut gathering = Gathering::default();
        for text in ["a", "b", "c"] {
            gathering.add(literal(text, "en-us").as_ref(), Some("EN-us"));
        }
        gathering.add(literal("d", "en-us").as_ref(), None);
        gathering.add(literal("e", "de").as_ref(), None);
        let mut spelling = gathering.finish();
        let of = |spelling: &Spelling, text: &str| {
            spelling
                .of(literal(text, "en-us").as_ref(), "en-us")
                .map(str::to_owned)
        };
        assert_eq!(of(&spelling, "a").as_deref(), Some("EN-us"));
        assert_eq!(of(&spelling, "d"), None);
        assert_eq!(spelling.tags().collect::<Vec<_>>(), ["en-us"]);
        assert_eq!(Spelling::read(&spelling.write()), spelling);
        spelling.set(literal("d", "en-us").as_ref(), Some("EN-us"));
        spelling.set(literal("a", "en-us").as_ref(), Some("en-us"));
        spelling.set(literal("f", "de").as_ref(), Some("DE"));
        assert_eq!(of(&spelling, "d").as_deref(), Some("EN-us"));
        assert_eq!(of(&spelling, "a").as_deref(), Some("en-us"));
        assert_eq!(Spelling::read(&spelling.write()), spelling);
        spelling.set(literal("f", "de").as_ref(), None);
        assert_eq!(spelling.tags().collect::<Vec<_>>(), ["en-us"]);
    }

    #[test]
    fn what_a_graph_remembers_is_bounded() {
        let mut gathering = Gathering::default();
        let mut spelling = Spelling::default();
        for number in 0..MOST * 3 {
            let literal = literal(&number.to_string(), "en");
            gathering.add(literal.as_ref(), (number % 3 == 0).then_some("EN"));
            spelling.set(literal.as_ref(), Some("EN"));
        }
        assert_eq!(gathering.finish().others(), MOST);
        assert_eq!(spelling.others(), MOST);
    }
}
