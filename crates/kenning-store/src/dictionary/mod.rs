//! The dictionary: terms and their ids.
//!
//! Ids are given in the order in which terms arrive and are never taken back. A dictionary is a list of segments that do
//! not change; a commit adds one, and small ones are put together again. So a snapshot keeps the dictionary it began
//! with, and readers take no lock.
//!
//! A term that no graph uses any more stays until the knowledge base is opened again.

mod entry;
mod packed;
mod segment;

pub(crate) use entry::Key;
pub(crate) use segment::{Draft, Segment};

use crate::{TermId, Value};
use hashbrown::DefaultHashBuilder;
use oxrdf::{Term, TermRef, TripleRef};
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

    /// The ids of a triple, if all its terms have one.
    pub(crate) fn triple(&self, triple: TripleRef<'_>) -> Option<[u32; 3]> {
        Some([
            self.id(triple.subject.into())?.0,
            self.id(triple.predicate.into())?.0,
            self.id(triple.object)?.0,
        ])
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
    draft: Draft,
}

/// A last segment of up to this many terms is written again together with what is added.
const SMALL: u32 = if cfg!(test) { 5 } else { 2048 };
/// Ids and offsets count up to here.
const MOST_TERMS: u32 = TermId::LIMIT - 1;

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
        let mut growing = Self { kept, draft };
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
        let hash = self.kept.hasher.hash_one(key);
        if let Some(id) = self.draft.segment.find(hash, key) {
            return Some(id);
        }
        if let Some(id) = self.kept.find_hashed(hash, key) {
            return Some(id);
        }
        if self.draft.segment.end() >= MOST_TERMS {
            return None;
        }
        self.draft.add(hash, key, &self.kept.hasher)
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

/// One segment instead of several that follow each other. Ids stay as they are.
pub(crate) fn join(segments: &[Arc<Segment>], hasher: &DefaultHashBuilder) -> Segment {
    let first = segments.first().map_or(0, |segment| segment.first);
    let kept = Dictionary {
        segments: Vec::new(),
        hasher: hasher.clone(),
    };
    let mut growing = Growing {
        kept,
        draft: Draft::new(first),
    };
    for segment in segments {
        growing.append(segment);
    }
    growing.draft.finish(hasher)
}
