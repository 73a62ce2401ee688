//! Making the index from what is stored.

use crate::dictionary::Growing;
use crate::run::{GraphNumber, build, pack};
use crate::snapshot::{Snapshot, mark, mark_of_marks};
use crate::truth::{Malformed, Record, Segment, Truth, Visitor};
use crate::{CommitError, OpenError};
use oxrdf::{NamedNodeRef, TermRef};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The index of everything that is stored.
pub(crate) fn from_truth(truth: &Truth) -> Result<Snapshot, OpenError> {
    let snapshot = Snapshot::default();
    let mut loading = Loading {
        truth,
        terms: Growing::new(&snapshot.dictionary),
        snapshot,
        quads: Vec::new(),
        graph: 0,
        segments: Vec::new(),
        full: None,
    };
    truth.load_segments(&mut loading)?;
    if let Some(error) = loading.full {
        return Err(OpenError::Full(error));
    }
    let mut snapshot = loading.snapshot;
    snapshot.dictionary = loading.terms.finish();
    if !loading.quads.is_empty() {
        snapshot.runs.push(Arc::new(build(loading.quads)));
    }
    snapshot.number = 1;
    Ok(snapshot)
}

/// An index that is being made, one graph after the other.
struct Loading<'a> {
    truth: &'a Truth,
    terms: Growing,
    snapshot: Snapshot,
    quads: Vec<u128>,
    /// The graph that began last.
    graph: GraphNumber,
    /// What its segments say, in order: each triple with its mark, and whether it comes or goes.
    segments: Vec<([u32; 3], u128, bool)>,
    full: Option<CommitError>,
}

impl Loading<'_> {
    fn begin(&mut self, name: &str, record: &Record) -> Result<(), CommitError> {
        let name = NamedNodeRef::new_unchecked(name).into();
        let no_room = CommitError::Full { what: "terms" };
        let id = self.terms.intern(name).ok_or(no_room)?;
        let label = self.truth.label_of(record);
        self.graph = self.snapshot.graphs.add(id, mark(name), &label)?;
        Ok(())
    }

    /// Every term of a segment is looked up and marked once, however many of its triples have it.
    fn add(&mut self, segment: &Segment) -> Result<(), Malformed> {
        let mut places = Vec::with_capacity(segment.terms());
        for place in 0..segment.terms() as u32 {
            let term = segment
                .term(place)
                .ok_or(Malformed("a term is not in the list"))?;
            let Some(id) = self.terms.intern(term) else {
                self.full = Some(CommitError::Full { what: "terms" });
                return Ok(());
            };
            places.push((id, mark(term), Place::of(term)));
        }
        for (list, comes) in [(&segment.removed, false), (&segment.added, true)] {
            for local in list {
                let [s, p, o] = local.map(|place| places.get(place as usize).copied());
                let (Some(s), Some(p), Some(o)) = (s, p, o) else {
                    return Err(Malformed("a term is not in the list"));
                };
                if s.2 < Place::Subject || p.2 < Place::Any {
                    return Err(Malformed(
                        "a triple has a term where none of its kind may stand",
                    ));
                }
                let mark = mark_of_marks([s.1, p.1, o.1]);
                self.segments.push(([s.0, p.0, o.0], mark, comes));
            }
        }
        Ok(())
    }

    fn finish(&mut self) {
        if self.segments.iter().any(|(_, _, comes)| !comes) {
            let mut last_word = FxHashMap::default();
            for (triple, mark, comes) in self.segments.drain(..) {
                last_word.insert(triple, (mark, comes));
            }
            let stay = last_word.into_iter().filter(|(_, (_, comes))| *comes);
            self.segments
                .extend(stay.map(|(triple, (mark, comes))| (triple, mark, comes)));
        }
        let count = self.segments.len() as u64;
        let mut sum = 0_u128;
        for (triple, mark, _) in self.segments.drain(..) {
            self.quads.push(pack(triple, self.graph));
            sum = sum.wrapping_add(mark);
        }
        self.snapshot
            .graphs
            .change(self.graph, (count, sum), (0, 0));
    }
}

/// The highest place in a triple that RDF lets a term have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Object,
    Subject,
    Any,
}

impl Place {
    fn of(term: TermRef<'_>) -> Self {
        match term {
            TermRef::NamedNode(_) => Self::Any,
            TermRef::BlankNode(_) => Self::Subject,
            TermRef::Literal(_) | TermRef::Triple(_) => Self::Object,
        }
    }
}

impl Visitor for Loading<'_> {
    fn graph(&mut self, name: &str, record: &Record) -> Result<(), Malformed> {
        if self.full.is_none() {
            self.segments.clear();
            self.full = self.begin(name, record).err();
        }
        Ok(())
    }

    fn segment(&mut self, segment: Segment) -> Result<(), Malformed> {
        match self.full {
            Some(_) => Ok(()),
            None => self.add(&segment),
        }
    }

    fn end(&mut self) -> Result<(), Malformed> {
        if self.full.is_none() {
            self.finish();
            self.full = self.snapshot.has_room(self.quads.len()).err();
        }
        Ok(())
    }
}
