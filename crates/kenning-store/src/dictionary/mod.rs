//! The dictionary: terms and their ids.
//!
//! Ids are given in the order in which terms arrive and are never taken back. A dictionary is a list of segments that do
//! not change; a commit adds one, and small ones are put together again. So a snapshot keeps the dictionary it began
//! with, and readers take no lock.
//!
//! Terms that no graph uses any more stay until they are most of all (`forget.rs`).

mod entry;
mod packed;
mod segment;

use entry::Entry;
pub(crate) use entry::Key;
pub(crate) use packed::Values;
pub(crate) use segment::{Draft, Segment};

use crate::{TermId, Value, tag};
use hashbrown::DefaultHashBuilder;
use oxrdf::{NamedOrBlankNode, Term, TermRef, Triple, TripleRef};
use std::hash::BuildHasher;
use std::sync::Arc;

/// The terms of a snapshot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dictionary {
    /// INVARIANT: ordered by id, without gaps.
    pub(crate) segments: Vec<Arc<Segment>>,
    /// Chosen at random for each process, so that nobody can prepare terms that collide.
    pub(crate) hasher: DefaultHashBuilder,
}

impl Dictionary {
    /// How many terms there are, which is also the next id.
    pub(crate) fn len(&self) -> u32 {
        self.segments.last().map_or(0, |segment| segment.end())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.bytes()).sum()
    }

    #[inline]
    pub(crate) fn segment(&self, id: u32) -> Option<&Segment> {
        self.segments
            .iter()
            .find(|segment| id < segment.end())
            .map(|segment| &**segment)
    }

    pub(crate) fn term(&self, id: TermId) -> Option<Term> {
        self.segment(id.0)?
            .term(id.0, &|inner| self.term(TermId(inner)))
    }

    #[inline]
    pub(crate) fn value(&self, id: TermId) -> Option<Value> {
        self.segment(id.0)?.value(id.0)
    }

    pub(crate) fn id(&self, term: TermRef<'_>) -> Option<TermId> {
        if let TermRef::Literal(literal) = term
            && let Some(kept) = tag::kept_literal(literal)
        {
            return self.id(kept.as_ref().into());
        }
        let key = match Key::of(term) {
            Some(key) => key,
            None => Key::Triple(self.triple_ids(term)?),
        };
        self.find(&key).map(TermId)
    }

    fn triple_ids(&self, term: TermRef<'_>) -> Option<[u32; 3]> {
        let TermRef::Triple(triple) = term else {
            return None;
        };
        self.triple(triple.as_ref())
    }

    /// The triple of these ids, if they are ids of a subject, a predicate and an object.
    pub(crate) fn triple_of(&self, [s, p, o]: [u32; 3]) -> Option<Triple> {
        let subject: NamedOrBlankNode = match self.term(TermId(s))? {
            Term::NamedNode(node) => node.into(),
            Term::BlankNode(node) => node.into(),
            _ => return None,
        };
        let Term::NamedNode(predicate) = self.term(TermId(p))? else {
            return None;
        };
        Some(Triple::new(subject, predicate, self.term(TermId(o))?))
    }

    /// The ids of a triple, if all its terms have one.
    pub(crate) fn triple(&self, triple: TripleRef<'_>) -> Option<[u32; 3]> {
        Some([
            self.id(triple.subject.into())?.0,
            self.id(triple.predicate.into())?.0,
            self.id(triple.object)?.0,
        ])
    }

    /// The ids of the terms that a triple term is made of.
    pub(crate) fn triple_term(&self, id: u32) -> Option<[u32; 3]> {
        match self.segment(id)?.entry(id)? {
            Entry::Triple(ids) => Some(ids),
            _ => None,
        }
    }

    /// Whether a term is a literal with a language tag.
    pub(crate) fn is_tagged(&self, id: u32) -> bool {
        let entry = self.segment(id).and_then(|segment| segment.entry(id));
        matches!(entry, Some(Entry::Language(..)))
    }

    fn find(&self, key: &Key<'_>) -> Option<u32> {
        self.find_hashed(self.hasher.hash_one(key), key)
    }

    fn find_hashed(&self, hash: u64, key: &Key<'_>) -> Option<u32> {
        self.segments
            .iter()
            .find_map(|segment| segment.find(hash, key))
    }
}

/// A dictionary to which terms are being added.
#[derive(Debug)]
pub(crate) struct Growing {
    kept: Dictionary,
    /// How many segments of `kept` were there before.
    before: usize,
    draft: Draft,
}

/// A last segment of up to this many terms is written again together with what is added.
const SMALL: u32 = if cfg!(test) { 5 } else { 2048 };
/// Ids and offsets count up to here.
const MOST_TERMS: u32 = TermId::LIMIT - 1;
/// A segment with so much text gets no more terms, since offsets into its text end at 4 GiB.
pub(crate) const MOST_TEXT: usize = if cfg!(test) { 600 } else { 1 << 30 };

impl Growing {
    /// Begins to add to `dictionary`.
    pub(crate) fn new(dictionary: &Dictionary) -> Self {
        let mut kept = dictionary.clone();
        let mut taken = None;
        if let Some(last) = kept.segments.last()
            && last.len() <= SMALL
        {
            taken = kept.segments.pop();
        }
        let draft = Draft::new(kept.len());
        let before = kept.segments.len();
        let mut growing = Self {
            kept,
            before,
            draft,
        };
        if let Some(segment) = taken {
            growing.append(&segment);
        }
        growing
    }

    /// Adds every term of a segment, which begins where this ends. Nothing of it is here yet.
    pub(crate) fn append(&mut self, segment: &Segment) {
        let mut scratch = String::new();
        for id in segment.first..segment.end() {
            if let Some(entry) = segment.entry(id) {
                let key = segment.key(entry, &mut scratch);
                let hash = self.kept.hasher.hash_one(key);
                self.draft.add(hash, &key, &self.kept.hasher);
            }
        }
    }

    /// The id of a term, new if need be. `None` when there are too many terms.
    pub(crate) fn intern(&mut self, term: TermRef<'_>) -> Option<u32> {
        if let TermRef::Literal(literal) = term
            && let Some(kept) = tag::kept_literal(literal)
        {
            return self.intern(kept.as_ref().into());
        }
        let key = match (Key::of(term), term) {
            (Some(key), _) => key,
            (None, TermRef::Triple(triple)) => Key::Triple(self.intern_triple(triple.as_ref())?),
            (None, _) => return None,
        };
        self.intern_key(&key)
    }

    /// The ids of a triple's terms, new if need be.
    pub(crate) fn intern_triple(&mut self, triple: TripleRef<'_>) -> Option<[u32; 3]> {
        Some([
            self.intern(triple.subject.into())?,
            self.intern(triple.predicate.into())?,
            self.intern(triple.object)?,
        ])
    }

    /// The id of the term of this key, new if need be.
    pub(crate) fn intern_key(&mut self, key: &Key<'_>) -> Option<u32> {
        self.intern_hashed(self.kept.hasher.hash_one(key), key)
    }

    /// The same for a key whose hash is known.
    fn intern_hashed(&mut self, hash: u64, key: &Key<'_>) -> Option<u32> {
        if let Some(id) = self.draft.segment.find(hash, key) {
            return Some(id);
        }
        if let Some(id) = self.kept.find_hashed(hash, key) {
            return Some(id);
        }
        if self.draft.segment.end() >= MOST_TERMS {
            return None;
        }
        if self.draft.segment.text.len() >= MOST_TEXT {
            self.end_segment();
        }
        self.draft.add(hash, key, &self.kept.hasher)
    }

    /// Lets the next term begin a segment.
    fn end_segment(&mut self) {
        let next = Draft::new(self.draft.segment.end());
        let full = std::mem::replace(&mut self.draft, next);
        let segment = full.finish(&self.kept.hasher);
        self.kept.segments.push(Arc::new(segment));
    }

    /// Adds the terms of a segment whose ids count from 0 on after those in `map`, which holds the ids that the terms of
    /// earlier segments have here.
    pub(crate) fn copy(&mut self, segment: &Segment, map: &mut Vec<u32>) -> Option<()> {
        let mut scratch = String::new();
        for id in segment.first..segment.end() {
            let key = match segment.key(segment.entry(id)?, &mut scratch) {
                Key::Triple(ids) => {
                    let [s, p, o] = ids.map(|id| map.get(id as usize).copied());
                    Key::Triple([s?, p?, o?])
                }
                key => key,
            };
            let id = self.intern_key(&key)?;
            map.push(id);
        }
        Some(())
    }

    /// Adds those terms of a dictionary whose ids `used` marks; gives the ids that they have here, by the ids there.
    pub(crate) fn copy_used(
        &mut self,
        other: &Dictionary,
        mut used: Vec<bool>,
    ) -> Option<Vec<u32>> {
        // What a triple term is made of has lower ids than the triple term.
        for id in (0..other.len()).rev() {
            let entry = other.segment(id).and_then(|segment| segment.entry(id));
            if let (Some(true), Some(Entry::Triple(ids))) = (used.get(id as usize), entry) {
                for id in ids {
                    *used.get_mut(id as usize)? = true;
                }
            }
        }
        let mut map = vec![0; used.len()];
        let mut scratch = String::new();
        for segment in &other.segments {
            for id in segment.first..segment.end() {
                if used.get(id as usize) != Some(&true) {
                    continue;
                }
                let key = match segment.key(segment.entry(id)?, &mut scratch) {
                    Key::Triple(ids) => {
                        let [s, p, o] = ids.map(|id| map.get(id as usize).copied());
                        Key::Triple([s?, p?, o?])
                    }
                    key => key,
                };
                *map.get_mut(id as usize)? = self.intern_key(&key)?;
            }
        }
        Some(map)
    }

    /// How many bytes the added terms take.
    pub(crate) fn added_bytes(&self) -> usize {
        let ended = self.kept.segments.iter().skip(self.before);
        let ended: usize = ended.map(|segment| segment.bytes()).sum();
        ended + self.draft.segment.bytes()
    }

    /// The dictionary with what was added.
    pub(crate) fn finish(self) -> Dictionary {
        let mut dictionary = self.kept;
        if self.draft.segment.len() > 0 {
            let segment = self.draft.finish(&dictionary.hasher);
            dictionary.segments.push(Arc::new(segment));
        }
        dictionary
    }
}

/// The terms of one batch, with ids of their own from 0 on.
#[derive(Debug, Default)]
pub(crate) struct Local {
    draft: Draft,
    /// The hash of each term.
    hashes: Vec<u64>,
}

impl Local {
    /// The id of the term of this key, if it is here.
    pub(crate) fn find(&self, key: &Key<'_>, hasher: &DefaultHashBuilder) -> Option<u32> {
        self.draft.segment.find(hasher.hash_one(key), key)
    }

    /// The term of an id.
    pub(crate) fn term(&self, id: u32) -> Option<Term> {
        self.draft.segment.term(id, &|inner| self.term(inner))
    }

    /// The id of the term of this key, new if need be.
    pub(crate) fn intern(&mut self, key: &Key<'_>, hasher: &DefaultHashBuilder) -> Option<u32> {
        self.intern_if(key, hasher, || true)
    }

    /// The id of the term of this key; a new one is added only if it is good.
    #[inline]
    pub(crate) fn intern_if(
        &mut self,
        key: &Key<'_>,
        hasher: &DefaultHashBuilder,
        is_good: impl FnOnce() -> bool,
    ) -> Option<u32> {
        let hash = hasher.hash_one(key);
        if let Some(id) = self.draft.segment.find(hash, key) {
            return Some(id);
        }
        if !is_good() {
            return None;
        }
        self.hashes.push(hash);
        self.draft.add_plain(hash, key, &self.hashes)
    }

    /// Adds all terms to a dictionary and gives the id of each there.
    pub(crate) fn copy_to(&self, terms: &mut Growing) -> Option<Vec<u32>> {
        let segment = &self.draft.segment;
        let mut map: Vec<u32> = Vec::with_capacity(self.hashes.len());
        let mut scratch = String::new();
        for (id, hash) in (0..segment.end()).zip(&self.hashes) {
            let id = match segment.key(segment.entry(id)?, &mut scratch) {
                Key::Triple(ids) => {
                    let [s, p, o] = ids.map(|id| map.get(id as usize).copied());
                    terms.intern_key(&Key::Triple([s?, p?, o?]))?
                }
                key => terms.intern_hashed(*hash, &key)?,
            };
            map.push(id);
        }
        Some(map)
    }
}

/// One segment instead of several that follow each other, which have no more than [`MOST_TEXT`] together. Ids stay as they
/// are.
pub(crate) fn join(segments: &[Arc<Segment>], hasher: &DefaultHashBuilder) -> Segment {
    let first = segments.first().map_or(0, |segment| segment.first);
    let kept = Dictionary {
        segments: Vec::new(),
        hasher: hasher.clone(),
    };
    let mut growing = Growing {
        kept,
        before: 0,
        draft: Draft::new(first),
    };
    for segment in segments {
        growing.append(segment);
    }
    growing.draft.finish(hasher)
}
