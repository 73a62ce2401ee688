//! Segments: a piece of a graph as it lies on disk.
//!
//! A segment is two sorted lists of triples, those removed and those added, over its own list of terms.
//! Terms are sorted and front-coded: each gives the length it shares with the one before it and the rest.
//! Triples are numbers into that list, each written as its difference from the one before it.
//! Nothing in a segment refers to another segment, so one damaged segment damages nothing else.
//!
//! The alternative, one dictionary for the whole store, is a third smaller and makes every graph depend on every
//! other one: a damaged page of the dictionary would damage notes everywhere.

use super::bytes::{Malformed, Reader, put_bytes, put_number};
use hashbrown::HashTable;
use oxrdf::{
    BaseDirection, BlankNodeRef, LiteralRef, NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple,
    TripleRef, vocab::xsd,
};
use rustc_hash::FxBuildHasher;
use std::cmp::Ordering;
use std::hash::BuildHasher;

const IRI: u8 = 0;
const BLANK: u8 = 1;
const SIMPLE: u8 = 2;
const TAGGED: u8 = 3;
const LEFT_TO_RIGHT: u8 = 4;
const RIGHT_TO_LEFT: u8 = 5;
const TYPED: u8 = 6;
const TRIPLE: u8 = 7;

/// A triple as places in [`Segment::term`]: subject, predicate, object.
pub(crate) type LocalTriple = [u32; 3];

/// A segment that has been read.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    /// The texts of all terms, one after the other.
    texts: String,
    terms: Vec<Place>,
    /// Triple terms (RDF 1.2), which cannot be borrowed from `texts`.
    triple_terms: Vec<Triple>,
    /// To take out of the graph before `added` goes in. Empty in a base segment.
    pub(crate) removed: Vec<LocalTriple>,
    /// To put into the graph.
    pub(crate) added: Vec<LocalTriple>,
}

/// Where a term's texts lie in [`Segment::texts`].
#[derive(Debug, Clone, Copy)]
struct Place {
    kind: u8,
    start: u32,
    /// The end of an IRI, a label or a lexical form.
    end: u32,
    /// The end of a language tag that begins at `end`, the place of a datatype, or of a triple term.
    more: u32,
}

impl Segment {
    /// How many terms there are.
    pub(crate) fn terms(&self) -> usize {
        self.terms.len()
    }

    /// The term at `place`.
    pub(crate) fn term(&self, place: u32) -> Option<TermRef<'_>> {
        let at = self.terms.get(place as usize)?;
        let text = self.texts.get(at.start as usize..at.end as usize)?;
        let tag = || self.texts.get(at.end as usize..at.more as usize);
        Some(match at.kind {
            IRI => NamedNodeRef::new_unchecked(text).into(),
            BLANK => BlankNodeRef::new_unchecked(text).into(),
            SIMPLE => LiteralRef::new_simple_literal(text).into(),
            TAGGED => LiteralRef::new_language_tagged_literal_unchecked(text, tag()?).into(),
            LEFT_TO_RIGHT | RIGHT_TO_LEFT => {
                let direction = if at.kind == LEFT_TO_RIGHT {
                    BaseDirection::Ltr
                } else {
                    BaseDirection::Rtl
                };
                LiteralRef::new_directional_language_tagged_literal_unchecked(
                    text,
                    tag()?,
                    direction,
                )
                .into()
            }
            TYPED => match self.term(at.more)? {
                TermRef::NamedNode(datatype) => {
                    LiteralRef::new_typed_literal(text, datatype).into()
                }
                _ => return None,
            },
            _ => TermRef::Triple(self.triple_terms.get(at.more as usize)?),
        })
    }

    /// Whether `local` is a triple that RDF allows.
    pub(crate) fn test(&self, local: LocalTriple) -> Result<(), Malformed> {
        let [subject, predicate, object] = local.map(|place| self.term(place));
        match (subject, predicate, object) {
            (
                Some(TermRef::NamedNode(_) | TermRef::BlankNode(_)),
                Some(TermRef::NamedNode(_)),
                Some(_),
            ) => Ok(()),
            _ => Err(Malformed(
                "a triple has a term where none of its kind may stand",
            )),
        }
    }

    /// The triple that `local` stands for.
    pub(crate) fn triple(&self, local: LocalTriple) -> Result<Triple, Malformed> {
        let [subject, predicate, object] = local;
        let subject = match self.term(subject) {
            Some(TermRef::NamedNode(node)) => NamedOrBlankNode::from(node.into_owned()),
            Some(TermRef::BlankNode(node)) => node.into_owned().into(),
            _ => return Err(Malformed("a subject is neither an IRI nor a blank node")),
        };
        let Some(TermRef::NamedNode(predicate)) = self.term(predicate) else {
            return Err(Malformed("a predicate is not an IRI"));
        };
        let object = self
            .term(object)
            .ok_or(Malformed("an object is not in the list of terms"))?;
        Ok(Triple {
            subject,
            predicate: predicate.into_owned(),
            object: object.into_owned(),
        })
    }

    /// Reads what a [`SegmentWriter`] wrote.
    ///
    /// The caller has tested the checksum; what is malformed here was written so.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        let mut segment = Self::default();
        let count = reader.count()?;
        segment.terms.reserve(count);
        let mut previous = 0..0_usize;
        for _ in 0..count {
            let kind = reader.byte()?;
            if kind == TRIPLE {
                let mut local = [0; 3];
                for place in &mut local {
                    *place = segment.known(reader.number()?)?;
                }
                let triple = segment.triple(local)?;
                let more = size(segment.triple_terms.len())?;
                segment.triple_terms.push(triple);
                segment.terms.push(Place {
                    kind,
                    start: 0,
                    end: 0,
                    more,
                });
                continue;
            }
            let start = segment.texts.len();
            let shared = usize::try_from(reader.number()?)
                .ok()
                .and_then(|shared| previous.start.checked_add(shared))
                .filter(|end| *end <= previous.end && segment.texts.is_char_boundary(*end))
                .ok_or(Malformed("a term shares more than there is"))?;
            segment.texts.extend_from_within(previous.start..shared);
            segment.texts.push_str(reader.text()?);
            let end = segment.texts.len();
            previous = start..end;
            let more = match kind {
                IRI | BLANK | SIMPLE => 0,
                TAGGED | LEFT_TO_RIGHT | RIGHT_TO_LEFT => {
                    segment.texts.push_str(reader.text()?);
                    size(segment.texts.len())?
                }
                TYPED => segment.known(reader.number()?)?,
                _ => return Err(Malformed("a kind of term that is not known")),
            };
            let (start, end) = (size(start)?, size(end)?);
            segment.terms.push(Place {
                kind,
                start,
                end,
                more,
            });
        }
        segment.removed = segment.parse_triples(&mut reader)?;
        segment.added = segment.parse_triples(&mut reader)?;
        reader.end()?;
        Ok(segment)
    }

    fn parse_triples(&self, reader: &mut Reader<'_>) -> Result<Vec<LocalTriple>, Malformed> {
        let count = reader.count()?;
        let mut triples = Vec::with_capacity(count);
        let [mut subject, mut predicate] = [0_u64; 2];
        for _ in 0..count {
            let step = reader.number()?;
            if step > 0 {
                subject = subject.wrapping_add(step);
                predicate = 0;
            }
            predicate = predicate.wrapping_add(reader.number()?);
            let object = reader.number()?;
            triples.push([
                self.known(subject)?,
                self.known(predicate)?,
                self.known(object)?,
            ]);
        }
        Ok(triples)
    }

    /// A place that has a term by now.
    fn known(&self, place: u64) -> Result<u32, Malformed> {
        u32::try_from(place)
            .ok()
            .filter(|place| (*place as usize) < self.terms.len())
            .ok_or(Malformed("a term is not in the list"))
    }
}

/// Gathers triples and writes them as one segment.
///
/// The same triples, in any order, give the same bytes.
#[derive(Default)]
pub(crate) struct SegmentWriter {
    places: HashTable<u32>,
    /// The terms in the order they came, each with how deep triple terms nest in it.
    terms: Vec<(u32, Term)>,
    removed: Vec<LocalTriple>,
    added: Vec<LocalTriple>,
}

impl SegmentWriter {
    /// How many triples have been gathered.
    pub(crate) fn triples(&self) -> u64 {
        (self.removed.len() + self.added.len()) as u64
    }

    /// How many of these are taken out of the graph.
    pub(crate) fn removed(&self) -> u64 {
        self.removed.len() as u64
    }

    /// A triple to put into the graph.
    pub(crate) fn add(&mut self, triple: TripleRef<'_>) {
        let (local, _) = self.intern_triple(triple);
        self.added.push(local);
    }

    /// A triple to take out of the graph.
    pub(crate) fn remove(&mut self, triple: TripleRef<'_>) {
        let (local, _) = self.intern_triple(triple);
        self.removed.push(local);
    }

    /// The segment of all triples since the last call.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let gathered = std::mem::take(self);
        let mut order: Vec<(u32, &(u32, Term))> = (0..).zip(&gathered.terms).collect();
        // A term stands behind those it is made of: they are less deep, and a datatype is an IRI.
        order.sort_unstable_by(|(_, (a_depth, a)), (_, (b_depth, b))| {
            a_depth
                .cmp(b_depth)
                .then_with(|| compare(a.as_ref(), b.as_ref()))
        });
        let mut moved = vec![u32::MAX; order.len()];
        for (place, (old, _)) in (0..).zip(&order) {
            if let Some(slot) = moved.get_mut(*old as usize) {
                *slot = place;
            }
        }
        let move_to = |old: u32| moved.get(old as usize).copied().unwrap_or(u32::MAX);
        let mut out = Vec::with_capacity(order.len() * 24 + gathered.added.len() * 4);
        let terms = order.iter().map(|(_, (_, term))| term.as_ref());
        write_terms(&mut out, terms, |term| {
            gathered.find(term).map_or(u32::MAX, move_to)
        });
        for mut triples in [gathered.removed, gathered.added] {
            for place in triples.iter_mut().flatten() {
                *place = move_to(*place);
            }
            triples.sort_unstable();
            triples.dedup();
            write_triples(&mut out, &triples);
        }
        out
    }

    fn intern_triple(&mut self, triple: TripleRef<'_>) -> (LocalTriple, u32) {
        let (subject, _) = self.intern(triple.subject.into());
        let (predicate, _) = self.intern(triple.predicate.into());
        let (object, depth) = self.intern(triple.object);
        ([subject, predicate, object], depth)
    }

    fn find(&self, term: TermRef<'_>) -> Option<u32> {
        let same = |place: &u32| {
            let known = self.terms.get(*place as usize);
            known.is_some_and(|(_, known)| known.as_ref() == term)
        };
        self.places
            .find(FxBuildHasher.hash_one(term), same)
            .copied()
    }

    /// The place of `term`, which is added if need be, and how deep triple terms nest in it.
    fn intern(&mut self, term: TermRef<'_>) -> (u32, u32) {
        if let Some(place) = self.find(term) {
            let depth = self
                .terms
                .get(place as usize)
                .map_or(0, |(depth, _)| *depth);
            return (place, depth);
        }
        let depth = match term {
            TermRef::Triple(triple) => self.intern_triple(triple.as_ref()).1.saturating_add(1),
            TermRef::Literal(literal) if kind(term) == TYPED => {
                self.intern(literal.datatype().into());
                0
            }
            _ => 0,
        };
        let place = self.terms.len() as u32;
        self.terms.push((depth, term.into_owned()));
        let terms = &self.terms;
        let hash = FxBuildHasher.hash_one(term);
        self.places.insert_unique(hash, place, |place| {
            terms
                .get(*place as usize)
                .map_or(0, |(_, term)| FxBuildHasher.hash_one(term.as_ref()))
        });
        (place, depth)
    }
}

fn write_terms<'a>(
    out: &mut Vec<u8>,
    terms: impl ExactSizeIterator<Item = TermRef<'a>>,
    place_of: impl Fn(TermRef<'_>) -> u32,
) {
    put_number(out, terms.len() as u64);
    let mut previous = "";
    for term in terms {
        out.push(kind(term));
        let text = match term {
            TermRef::NamedNode(node) => node.as_str(),
            TermRef::BlankNode(node) => node.as_str(),
            TermRef::Literal(literal) => literal.value(),
            TermRef::Triple(triple) => {
                put_number(out, place_of(triple.subject.as_ref().into()).into());
                put_number(out, place_of(triple.predicate.as_ref().into()).into());
                put_number(out, place_of(triple.object.as_ref()).into());
                continue;
            }
        };
        let shared = shared_prefix(previous, text);
        put_number(out, shared as u64);
        put_bytes(out, text.as_bytes().get(shared..).unwrap_or_default());
        previous = text;
        if let TermRef::Literal(literal) = term {
            if let Some(tag) = literal.language() {
                put_bytes(out, tag.as_bytes());
            } else if kind(term) == TYPED {
                put_number(out, place_of(literal.datatype().into()).into());
            }
        }
    }
}

fn write_triples(out: &mut Vec<u8>, triples: &[LocalTriple]) {
    put_number(out, triples.len() as u64);
    let [mut last_subject, mut last_predicate] = [0; 2];
    for [subject, predicate, object] in triples {
        put_number(out, (subject - last_subject).into());
        if *subject != last_subject {
            last_predicate = 0;
        }
        put_number(out, (predicate - last_predicate).into());
        put_number(out, (*object).into());
        (last_subject, last_predicate) = (*subject, *predicate);
    }
}

fn kind(term: TermRef<'_>) -> u8 {
    match term {
        TermRef::NamedNode(_) => IRI,
        TermRef::BlankNode(_) => BLANK,
        TermRef::Literal(literal) => match (literal.direction(), literal.language()) {
            (Some(BaseDirection::Ltr), _) => LEFT_TO_RIGHT,
            (Some(BaseDirection::Rtl), _) => RIGHT_TO_LEFT,
            (None, Some(_)) => TAGGED,
            (None, None) if literal.datatype() == xsd::STRING => SIMPLE,
            (None, None) => TYPED,
        },
        TermRef::Triple(_) => TRIPLE,
    }
}

/// A total order of terms: kinds of texts first, then texts, then what distinguishes literals of one text.
fn compare(a: TermRef<'_>, b: TermRef<'_>) -> Ordering {
    let class = |term| match term {
        TermRef::NamedNode(_) => 0,
        TermRef::BlankNode(_) => 1,
        TermRef::Literal(_) => 2,
        TermRef::Triple(_) => 3,
    };
    match (a, b) {
        (TermRef::NamedNode(a), TermRef::NamedNode(b)) => a.as_str().cmp(b.as_str()),
        (TermRef::BlankNode(a), TermRef::BlankNode(b)) => a.as_str().cmp(b.as_str()),
        (TermRef::Literal(a), TermRef::Literal(b)) => a
            .value()
            .cmp(b.value())
            .then_with(|| kind(a.into()).cmp(&kind(b.into())))
            .then_with(|| a.datatype().as_str().cmp(b.datatype().as_str()))
            .then_with(|| a.language().cmp(&b.language())),
        (TermRef::Triple(a), TermRef::Triple(b)) => compare_triples(a, b),
        _ => class(a).cmp(&class(b)),
    }
}

fn compare_triples(a: &Triple, b: &Triple) -> Ordering {
    compare(a.subject.as_ref().into(), b.subject.as_ref().into())
        .then_with(|| a.predicate.as_str().cmp(b.predicate.as_str()))
        .then_with(|| compare(a.object.as_ref(), b.object.as_ref()))
}

/// How many bytes `a` and `b` share at the front, cut at a character.
fn shared_prefix(a: &str, b: &str) -> usize {
    let mut shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    while !b.is_char_boundary(shared) {
        shared -= 1;
    }
    shared
}

fn size(length: usize) -> Result<u32, Malformed> {
    u32::try_from(length).map_err(|_| Malformed("a segment is longer than 4 GiB"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::{BlankNode, Literal, NamedNode};

    fn iri(text: &str) -> NamedNode {
        NamedNode::new_unchecked(text)
    }

    fn samples() -> Vec<Triple> {
        let day = NamedNode::new_unchecked("http://www.w3.org/2001/XMLSchema#decimal");
        let mut triples = Vec::new();
        let objects: Vec<Term> = vec![
            iri("http://example.org/note/b").into(),
            iri("http://example.org/note/ü").into(),
            BlankNode::new_unchecked("b0").into(),
            Literal::new_simple_literal("").into(),
            Literal::new_simple_literal("grün").into(),
            Literal::new_simple_literal("grüß").into(),
            Literal::new_typed_literal("1.50", day.clone()).into(),
            Literal::new_typed_literal("1.5", day).into(),
            Literal::new_language_tagged_literal_unchecked("grün", "de-CH").into(),
            Literal::new_language_tagged_literal_unchecked("grün", "de-ch").into(),
            Literal::new_directional_language_tagged_literal_unchecked(
                "a",
                "he",
                BaseDirection::Rtl,
            )
            .into(),
            Literal::new_directional_language_tagged_literal_unchecked(
                "a",
                "he",
                BaseDirection::Ltr,
            )
            .into(),
        ];
        for object in objects {
            triples.push(Triple::new(
                iri("http://example.org/note/a"),
                iri("http://example.org/says"),
                object,
            ));
        }
        let quoted = triples[6].clone();
        let twice = Triple::new(
            BlankNode::new_unchecked("b1"),
            iri("http://example.org/quotes"),
            Term::from(quoted),
        );
        triples.push(Triple::new(
            iri("http://example.org/note/a"),
            iri("http://example.org/quotes"),
            Term::from(twice.clone()),
        ));
        triples.push(twice);
        triples
    }

    fn write(removed: &[Triple], added: &[Triple]) -> Vec<u8> {
        let mut writer = SegmentWriter::default();
        for triple in removed {
            writer.remove(triple.as_ref());
        }
        for triple in added {
            writer.add(triple.as_ref());
        }
        writer.finish()
    }

    fn read(segment: &Segment, list: &[LocalTriple]) -> Vec<Triple> {
        let mut triples: Vec<Triple> = list
            .iter()
            .map(|local| segment.triple(*local).unwrap())
            .collect();
        triples.sort_by_key(ToString::to_string);
        triples
    }

    #[test]
    fn every_kind_of_term_comes_back_to_the_letter() {
        let mut triples = samples();
        let (removed, added) = triples.split_at(5);
        let segment = Segment::parse(&write(removed, added)).unwrap();
        let mut seen = read(&segment, &segment.removed);
        seen.extend(read(&segment, &segment.added));
        seen.sort_by_key(ToString::to_string);
        triples.sort_by_key(ToString::to_string);
        assert_eq!(seen, triples);
    }

    #[test]
    fn the_order_of_triples_does_not_change_the_bytes() {
        let triples = samples();
        let backwards: Vec<Triple> = triples.iter().rev().chain(&triples).cloned().collect();
        assert_eq!(write(&[], &triples), write(&[], &backwards));
    }

    #[test]
    fn malformed_bytes_are_refused_and_never_panic() {
        let bytes = write(&samples()[..3], &samples());
        for length in 0..bytes.len() {
            assert!(Segment::parse(&bytes[..length]).is_err(), "cut to {length}");
        }
        for at in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            // Without the checksum a flip may give other terms; it may not end the process.
            if let Ok(segment) = Segment::parse(&flipped) {
                for local in segment.added.iter().chain(&segment.removed) {
                    let _ = segment.triple(*local);
                }
            }
        }
    }
}
