//! A part of the dictionary: the terms of one range of ids.

use super::entry::{Entry, Key};
use super::packed::Values;
use crate::{Value, tag};
use hashbrown::{DefaultHashBuilder, HashTable};
use oxrdf::{BaseDirection, BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use rustc_hash::FxHashMap;
use std::hash::BuildHasher;

/// The terms of the ids from `first` on. Does not change once it is in a dictionary.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    pub(crate) first: u32,
    /// All entries, one after the other.
    pub(crate) text: String,
    /// Where each entry ends in `text`.
    pub(crate) ends: Vec<u32>,
    pub(crate) prefixes: Vec<Box<str>>,
    pub(crate) languages: Vec<Box<str>>,
    pub(crate) datatypes: Vec<Box<str>>,
    pub(crate) values: Values,
    /// The places of the terms in `ends`, found by the hash of their keys.
    pub(crate) table: HashTable<u32>,
}

impl Segment {
    /// How many terms there are.
    pub(crate) fn len(&self) -> u32 {
        self.ends.len() as u32
    }

    /// The first id that comes after this segment.
    #[inline]
    pub(crate) fn end(&self) -> u32 {
        self.first + self.len()
    }

    /// How many bytes this takes.
    pub(crate) fn bytes(&self) -> usize {
        let names = [&self.prefixes, &self.languages, &self.datatypes];
        let names: usize = names
            .iter()
            .copied()
            .flatten()
            .map(|name| name.len() + 16)
            .sum();
        self.text.capacity()
            + self.ends.capacity() * 4
            + self.table.allocation_size()
            + self.values.bytes()
            + names
    }

    #[inline]
    fn entry_at(&self, place: usize) -> Option<Entry<'_>> {
        let end = *self.ends.get(place)? as usize;
        let start = match place {
            0 => 0,
            _ => *self.ends.get(place - 1)? as usize,
        };
        Entry::read(self.text.get(start..end)?)
    }

    #[inline]
    pub(crate) fn entry(&self, id: u32) -> Option<Entry<'_>> {
        self.entry_at(id.checked_sub(self.first)? as usize)
    }

    /// The id of a term, if it is here.
    pub(crate) fn find(&self, hash: u64, key: &Key<'_>) -> Option<u32> {
        let place = self.table.find(hash, |place| self.is(*place, key))?;
        Some(self.first + place)
    }

    fn is(&self, place: u32, key: &Key<'_>) -> bool {
        match (self.entry_at(place as usize), key) {
            (Some(Entry::Iri(None, text)), Key::Iri(wanted)) => text == *wanted,
            (Some(Entry::Iri(Some(prefix), text)), Key::Iri(wanted)) => wanted
                .strip_suffix(text)
                .is_some_and(|start| start == name(&self.prefixes, prefix)),
            (Some(Entry::Blank(text)), Key::Blank(wanted))
            | (Some(Entry::String(text)), Key::String(wanted)) => text == *wanted,
            (
                Some(Entry::Language(language, direction, text)),
                Key::Language(wanted, wanted_language, wanted_direction),
            ) => {
                text == *wanted
                    && direction == *wanted_direction
                    && name(&self.languages, language) == *wanted_language
            }
            (Some(Entry::Typed(datatype, text)), Key::Typed(wanted, wanted_datatype)) => {
                text == *wanted && name(&self.datatypes, datatype) == *wanted_datatype
            }
            (Some(Entry::Triple(ids)), Key::Triple(wanted)) => ids == *wanted,
            _ => false,
        }
    }

    /// The key of an entry. An IRI that was kept in two pieces is put together in `scratch`.
    pub(crate) fn key<'a>(&'a self, entry: Entry<'a>, scratch: &'a mut String) -> Key<'a> {
        match entry {
            Entry::Iri(None, text) => Key::Iri(text),
            Entry::Iri(Some(prefix), text) => {
                scratch.clear();
                scratch.push_str(name(&self.prefixes, prefix));
                scratch.push_str(text);
                Key::Iri(scratch)
            }
            Entry::Blank(text) => Key::Blank(text),
            Entry::String(text) => Key::String(text),
            Entry::Language(language, direction, text) => {
                Key::Language(text, name(&self.languages, language), direction)
            }
            Entry::Typed(datatype, text) => Key::Typed(text, name(&self.datatypes, datatype)),
            Entry::Triple(ids) => Key::Triple(ids),
        }
    }

    /// The term of an id; `inner` gives the terms that a triple term is made of.
    pub(crate) fn term(&self, id: u32, inner: &dyn Fn(u32) -> Option<Term>) -> Option<Term> {
        Some(match self.entry(id)? {
            Entry::Iri(None, text) => NamedNode::new_unchecked(text).into(),
            Entry::Iri(Some(prefix), text) => {
                let start = name(&self.prefixes, prefix);
                let mut iri = String::with_capacity(start.len() + text.len());
                iri.push_str(start);
                iri.push_str(text);
                NamedNode::new_unchecked(iri).into()
            }
            Entry::Blank(text) => BlankNode::new_unchecked(text).into(),
            Entry::String(text) => Literal::new_simple_literal(text).into(),
            Entry::Language(language, direction, text) => {
                let language = tag::shown(name(&self.languages, language));
                match direction {
                    None => Literal::new_language_tagged_literal_unchecked(text, language),
                    Some(right_to_left) => {
                        let direction = match right_to_left {
                            true => BaseDirection::Rtl,
                            false => BaseDirection::Ltr,
                        };
                        Literal::new_directional_language_tagged_literal_unchecked(
                            text, language, direction,
                        )
                    }
                }
                .into()
            }
            Entry::Typed(datatype, text) => {
                let datatype = NamedNode::new_unchecked(name(&self.datatypes, datatype));
                Literal::new_typed_literal(text, datatype).into()
            }
            Entry::Triple([subject, predicate, object]) => {
                let subject: NamedOrBlankNode = match inner(subject)? {
                    Term::NamedNode(node) => node.into(),
                    Term::BlankNode(node) => node.into(),
                    _ => return None,
                };
                let Term::NamedNode(predicate) = inner(predicate)? else {
                    return None;
                };
                Triple::new(subject, predicate, inner(object)?).into()
            }
        })
    }

    /// The value of an id, if it has one.
    #[inline]
    pub(crate) fn value(&self, id: u32) -> Option<Value> {
        let place = id.checked_sub(self.first)?;
        self.values.get(place).or_else(|| {
            // Kinds of values that are rare are read from their text.
            match self.entry_at(place as usize)? {
                Entry::Typed(datatype, text) => {
                    Value::parse_rare(name(&self.datatypes, datatype), text)
                }
                _ => None,
            }
        })
    }

    /// Makes the table that finds terms. Needed after a segment was read from a file.
    pub(crate) fn make_table(&mut self, hasher: &DefaultHashBuilder) {
        let mut table = HashTable::with_capacity(self.ends.len());
        let mut scratch = String::new();
        for place in 0..self.len() {
            if let Some(entry) = self.entry_at(place as usize) {
                let hash = hasher.hash_one(self.key(entry, &mut scratch));
                // All terms of a segment are different, so nothing is ever rehashed in a table that is large enough.
                table.insert_unique(hash, place, |_| 0);
            }
        }
        self.table = table;
    }
}

#[inline]
fn name(names: &[Box<str>], number: u32) -> &str {
    names.get(number as usize).map_or("", |name| name)
}

/// A segment that is being filled.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) segment: Segment,
    prefixes: FxHashMap<Box<str>, Option<u32>>,
    languages: FxHashMap<Box<str>, u32>,
    datatypes: FxHashMap<Box<str>, u32>,
}

/// Beyond this many places where IRIs might be cut, no more are remembered.
const MOST_PREFIXES: usize = 1 << 20;

impl Draft {
    /// An empty draft whose first id is `first`.
    pub(crate) fn new(first: u32) -> Self {
        let mut draft = Self::default();
        draft.segment.first = first;
        draft
    }

    /// Adds a term that is not here yet, if ids and text do not run over.
    pub(crate) fn add(
        &mut self,
        hash: u64,
        key: &Key<'_>,
        hasher: &DefaultHashBuilder,
    ) -> Option<u32> {
        let place = self.segment.len();
        let entry = match *key {
            Key::Iri(iri) => {
                let cut = iri.rfind(['/', '#']).map_or(0, |at| at + 1);
                let (start, rest) = iri.split_at_checked(cut)?;
                match self.prefix(start) {
                    Some(prefix) => Entry::Iri(Some(prefix), rest),
                    None => Entry::Iri(None, iri),
                }
            }
            Key::Blank(text) => Entry::Blank(text),
            Key::String(text) => Entry::String(text),
            Key::Language(text, language, direction) => {
                let language = number(&mut self.languages, &mut self.segment.languages, language);
                Entry::Language(language, direction, text)
            }
            Key::Typed(text, datatype) => {
                if let Some(value) = Value::parse(datatype, text) {
                    self.segment.values.push(place, &value);
                }
                let datatype = number(&mut self.datatypes, &mut self.segment.datatypes, datatype);
                Entry::Typed(datatype, text)
            }
            Key::Triple(ids) => Entry::Triple(ids),
        };
        entry.write(&mut self.segment.text);
        let end = u32::try_from(self.segment.text.len()).ok()?;
        self.segment.ends.push(end);
        let Segment { table, .. } = &mut self.segment;
        if table.len() == table.capacity() {
            // The table grows by being made anew, because the hashes are not kept.
            let mut segment = std::mem::take(&mut self.segment);
            let mut larger = HashTable::with_capacity(segment.table.len() * 2 + 64);
            let mut scratch = String::new();
            for place in 0..segment.len().saturating_sub(1) {
                if let Some(entry) = segment.entry_at(place as usize) {
                    let hash = hasher.hash_one(segment.key(entry, &mut scratch));
                    larger.insert_unique(hash, place, |_| 0);
                }
            }
            segment.table = larger;
            self.segment = segment;
        }
        self.segment.table.insert_unique(hash, place, |_| 0);
        Some(self.segment.first + place)
    }

    /// Adds a term of a batch that is taken apart again soon: IRIs stay whole and values are not read. `hashes` are those
    /// of all terms, this one included.
    pub(crate) fn add_plain(&mut self, hash: u64, key: &Key<'_>, hashes: &[u64]) -> Option<u32> {
        let place = self.segment.len();
        let entry = match *key {
            Key::Iri(iri) => Entry::Iri(None, iri),
            Key::Blank(text) => Entry::Blank(text),
            Key::String(text) => Entry::String(text),
            Key::Language(text, language, direction) => {
                let language = number(&mut self.languages, &mut self.segment.languages, language);
                Entry::Language(language, direction, text)
            }
            Key::Typed(text, datatype) => {
                let datatype = number(&mut self.datatypes, &mut self.segment.datatypes, datatype);
                Entry::Typed(datatype, text)
            }
            Key::Triple(ids) => Entry::Triple(ids),
        };
        entry.write(&mut self.segment.text);
        let end = u32::try_from(self.segment.text.len()).ok()?;
        self.segment.ends.push(end);
        let hash_of = |place: &u32| hashes.get(*place as usize).copied().unwrap_or_default();
        self.segment.table.insert_unique(hash, place, hash_of);
        Some(self.segment.first + place)
    }

    /// Whether an IRI that begins with `start` is cut there: from the third on.
    fn prefix(&mut self, start: &str) -> Option<u32> {
        if start.is_empty() {
            return None;
        }
        match self.prefixes.get_mut(start) {
            Some(Some(number)) => Some(*number),
            Some(unused) => {
                let number = self.segment.prefixes.len() as u32;
                self.segment.prefixes.push(start.into());
                *unused = Some(number);
                Some(number)
            }
            None => {
                if self.prefixes.len() < MOST_PREFIXES {
                    self.prefixes.insert(start.into(), None);
                }
                None
            }
        }
    }

    /// The segment, with no more room than it needs.
    pub(crate) fn finish(mut self, hasher: &DefaultHashBuilder) -> Segment {
        let segment = &mut self.segment;
        segment.text.shrink_to_fit();
        segment.ends.shrink_to_fit();
        segment.prefixes.shrink_to_fit();
        segment.values.finish(segment.ends.len());
        if segment.table.capacity() > segment.ends.len() * 2 + 64 {
            self.segment.make_table(hasher);
        }
        self.segment
    }
}

fn number(known: &mut FxHashMap<Box<str>, u32>, names: &mut Vec<Box<str>>, name: &str) -> u32 {
    if let Some(number) = known.get(name) {
        return *number;
    }
    let number = names.len() as u32;
    names.push(name.into());
    known.insert(name.into(), number);
    number
}
