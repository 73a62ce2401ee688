//! Triples in little room: a first sync holds those of all notes at once.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use kenning_note::Sink;
use oxrdf::{LiteralRef, NamedNodeRef, TermRef, Triple};
use rustc_hash::FxBuildHasher;

/// Of so many terms or triples a digest takes numbers at once.
const CHUNK: usize = 1024;

/// The triples of one graph, in order. Every term is written once, and a triple is three numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Triples {
    /// All terms, one after the other.
    text: Box<str>,
    terms: Box<[Packed]>,
    all: Box<[[u32; 3]]>,
}

/// A term: of what sort it is, and where its text ends. It begins where the one before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed {
    sort: Sort,
    end: usize,
}

/// What a text is. Language tags and datatypes are terms themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sort {
    Node,
    /// A literal of the datatype `xsd:string`.
    Plain,
    Tag,
    Tagged(u32),
    Typed(u32),
}

impl Triples {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Each triple, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Triple> {
        self.all.iter().map(|triple| {
            let [subject, predicate, object] = *triple;
            Triple::new(self.node(subject), self.node(predicate), self.term(object))
        })
    }

    /// Hands each triple to a sink, in order.
    pub(crate) fn write(&self, sink: &mut dyn Sink) {
        for [subject, predicate, object] in &self.all {
            sink.triple(
                self.node(*subject),
                self.node(*predicate),
                self.term(*object),
            );
        }
    }

    /// The room that they take, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + size_of_val(&*self.terms) + size_of_val(&*self.all)
    }

    /// A digest by which they are told from other ones. The order counts: terms are kept as they come.
    pub(crate) fn digest(&self) -> [u8; 16] {
        let mut hash = blake3::Hasher::new();
        let mut bytes = Vec::with_capacity(13 * CHUNK);
        hash.update(&(self.terms.len() as u64).to_le_bytes());
        for terms in self.terms.chunks(CHUNK) {
            bytes.clear();
            for term in terms {
                let (sort, of) = match term.sort {
                    Sort::Node => (b'n', 0),
                    Sort::Plain => (b'l', 0),
                    Sort::Tag => (b't', 0),
                    Sort::Tagged(tag) => (b'@', tag),
                    Sort::Typed(datatype) => (b'^', datatype),
                };
                bytes.push(sort);
                bytes.extend_from_slice(&of.to_le_bytes());
                bytes.extend_from_slice(&(term.end as u64).to_le_bytes());
            }
            hash.update(&bytes);
        }
        hash.update(self.text.as_bytes());
        for triples in self.all.chunks(CHUNK) {
            bytes.clear();
            for id in triples.as_flattened() {
                bytes.extend_from_slice(&id.to_le_bytes());
            }
            hash.update(&bytes);
        }
        let hash = hash.finalize();
        hash.as_bytes().first_chunk().copied().unwrap_or_default()
    }

    fn node(&self, id: u32) -> NamedNodeRef<'_> {
        NamedNodeRef::new_unchecked(text_of(&self.text, &self.terms, id))
    }

    fn term(&self, id: u32) -> TermRef<'_> {
        let text = text_of(&self.text, &self.terms, id);
        let literal = match packed(&self.terms, id).map(|term| term.sort) {
            Some(Sort::Plain) => LiteralRef::new_simple_literal(text),
            Some(Sort::Tagged(tag)) => {
                let tag = text_of(&self.text, &self.terms, tag);
                LiteralRef::new_language_tagged_literal_unchecked(text, tag)
            }
            Some(Sort::Typed(datatype)) => LiteralRef::new_typed_literal(text, self.node(datatype)),
            _ => return NamedNodeRef::new_unchecked(text).into(),
        };
        literal.into()
    }
}

impl FromIterator<Triple> for Triples {
    /// Takes what a note says: nothing of that is a blank node or a triple term, so a triple of such is left out.
    fn from_iter<I: IntoIterator<Item = Triple>>(triples: I) -> Self {
        let mut packer = Packer::default();
        for triple in triples {
            crate::triples::put(&triple, &mut packer);
        }
        packer.finish()
    }
}

fn packed(terms: &[Packed], id: u32) -> Option<Packed> {
    terms.get(usize::try_from(id).ok()?).copied()
}

fn text_of<'t>(text: &'t str, terms: &[Packed], id: u32) -> &'t str {
    let end = packed(terms, id).map_or(0, |term| term.end);
    let before = id.checked_sub(1).and_then(|before| packed(terms, before));
    let start = before.map_or(0, |term| term.end);
    text.get(start..end).unwrap_or_default()
}

/// Packs the triples that it is given.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    text: String,
    terms: Vec<Packed>,
    all: Vec<[u32; 3]>,
    known: HashTable<u32>,
    /// What was told of last: more is often told of the same.
    subject: u32,
}

impl Packer {
    pub(crate) fn finish(self) -> Triples {
        Triples {
            text: self.text.into(),
            terms: self.terms.into(),
            all: self.all.into(),
        }
    }

    fn id(&mut self, sort: Sort, term: &str) -> u32 {
        let Self {
            text, terms, known, ..
        } = self;
        let hash = FxBuildHasher.hash_one((sort, term));
        let is_it = |id: &u32| {
            packed(terms, *id).is_some_and(|term| term.sort == sort)
                && text_of(text, terms, *id) == term
        };
        if let Some(id) = known.find(hash, is_it) {
            return *id;
        }
        let id = u32::try_from(terms.len()).unwrap_or(u32::MAX);
        text.push_str(term);
        terms.push(Packed {
            sort,
            end: text.len(),
        });
        let (text, terms) = (&*text, &*terms);
        known.insert_unique(hash, id, |id| {
            let sort = packed(terms, *id).map_or(Sort::Node, |term| term.sort);
            FxBuildHasher.hash_one((sort, text_of(text, terms, *id)))
        });
        id
    }
}

impl Sink for Packer {
    fn triple(
        &mut self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
        object: TermRef<'_>,
    ) {
        let object = match object {
            TermRef::NamedNode(node) => self.id(Sort::Node, node.as_str()),
            TermRef::Literal(literal) => {
                let sort = if let Some(tag) = literal.language() {
                    Sort::Tagged(self.id(Sort::Tag, tag))
                } else if literal.datatype() == kenning_vocab::xsd::STRING {
                    Sort::Plain
                } else {
                    Sort::Typed(self.id(Sort::Node, literal.datatype().as_str()))
                };
                self.id(sort, literal.value())
            }
            // A note gives neither blank nodes nor quoted triples.
            _ => return,
        };
        if self.all.is_empty() || text_of(&self.text, &self.terms, self.subject) != subject.as_str()
        {
            self.subject = self.id(Sort::Node, subject.as_str());
        }
        let predicate = self.id(Sort::Node, predicate.as_str());
        self.all.push([self.subject, predicate, object]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kenning_vocab::xsd;
    use oxrdf::{Literal, NamedNode, Term};
    use proptest::prelude::*;

    fn term() -> impl Strategy<Value = Term> {
        let text = "[a-cé ]{0,3}";
        prop_oneof![
            "urn:[ab]?".prop_map(|iri| NamedNode::new_unchecked(iri).into()),
            text.prop_map(|text| Literal::new_simple_literal(text).into()),
            (text, "[ab]").prop_map(|(text, tag)| {
                Literal::new_language_tagged_literal_unchecked(text, tag).into()
            }),
            text.prop_map(|text| Literal::new_typed_literal(text, xsd::DATE).into()),
            text.prop_map(|text| Literal::new_typed_literal(
                text,
                NamedNode::new_unchecked("urn:")
            )
            .into()),
        ]
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_out(
            triples in proptest::collection::vec(("urn:[ab]?", "urn:[ab]?", term()), 0..24),
        ) {
            let triples: Vec<Triple> = triples
                .into_iter()
                .map(|(subject, predicate, object)| {
                    let [subject, predicate] = [subject, predicate].map(NamedNode::new_unchecked);
                    Triple::new(subject, predicate, object)
                })
                .collect();
            let packed: Triples = triples.iter().cloned().collect();
            prop_assert_eq!(packed.len(), triples.len());
            prop_assert_eq!(packed.iter().collect::<Vec<_>>(), triples.clone());
            let mut written = Vec::new();
            packed.write(&mut written);
            prop_assert_eq!(&written, &triples);
            // Whatever is another list has another digest.
            let other = triples.iter().rev().cloned().collect::<Triples>();
            prop_assert_eq!(packed == other, packed.digest() == other.digest());
        }
    }

    #[test]
    fn a_term_is_written_once() {
        let [a, b] = ["urn:a", "urn:b"].map(NamedNode::new_unchecked);
        let triples = [
            Triple::new(a.clone(), b.clone(), b.clone()),
            Triple::new(b.clone(), b, a),
        ];
        let packed: Triples = triples.into_iter().collect();
        assert_eq!(&*packed.text, "urn:burn:a");
    }
}
