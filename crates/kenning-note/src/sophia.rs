//! What a note says as sophia's sources of triples and quads.
//!
//! sophia (<https://docs.rs/sophia_api>) is a toolkit whose parts meet in traits. With the feature `sophia`, [`triples`] gives one
//! graph of a note as a `TripleSource` and [`quads`] gives all of them as a `QuadSource`, so that a note can be put into any of
//! its graphs and datasets, compared, canonicalised and written by its serialisers. Terms are lent while they are written, as
//! by [`write`](crate::write); nothing is collected in between.
//!
//! ```
//! use kenning_note::{Part, Settings, read, sophia};
//! use sophia_api::prelude::*;
//! use sophia_api::term::SimpleTerm;
//!
//! let note = read(b"Wind comes from the [[bellows]].\n", "organ.md", &Settings::default()).note;
//! let base = kenning_vocab::Base::default();
//! let graph: Vec<[SimpleTerm<'static>; 3]> =
//!     sophia::triples(&note, Part::Note, "workshop", &base).collect_triples().unwrap();
//! let dataset: Vec<([SimpleTerm<'static>; 3], Option<SimpleTerm<'static>>)> =
//!     sophia::quads(&note, "workshop", &base).collect_quads().unwrap();
//! assert_eq!(graph.len(), dataset.len());
//! ```

use std::convert::Infallible;
use std::error::Error;

use kenning_vocab::Base;
use oxrdf::{BaseDirection, NamedNode, NamedNodeRef, TermRef};
use sophia_api::MownStr;
use sophia_api::source::{Source, StreamError, StreamResult};
use sophia_api::term::{
    BaseDirection as Direction, BnodeId, GraphName, IriRef, LanguageTag, Term, TermKind,
};

use crate::note::Note;
use crate::triples::{Part, Sink, graph_name, write};

/// A term that a note lends, with sophia's trait.
#[derive(Debug, Clone, Copy)]
pub struct NoteTerm<'t>(TermRef<'t>);

impl<'t> NoteTerm<'t> {
    /// The term as the `oxrdf` crate has it.
    #[must_use]
    pub const fn as_oxrdf(self) -> TermRef<'t> {
        self.0
    }
}

impl<'t> From<TermRef<'t>> for NoteTerm<'t> {
    fn from(term: TermRef<'t>) -> Self {
        Self(term)
    }
}

impl<'t> From<NamedNodeRef<'t>> for NoteTerm<'t> {
    fn from(node: NamedNodeRef<'t>) -> Self {
        Self(node.into())
    }
}

impl<'t> Term for NoteTerm<'t> {
    type BorrowTerm<'x>
        = NoteTerm<'t>
    where
        Self: 'x;

    fn kind(&self) -> TermKind {
        match self.0 {
            TermRef::NamedNode(_) => TermKind::Iri,
            TermRef::BlankNode(_) => TermKind::BlankNode,
            TermRef::Literal(_) => TermKind::Literal,
            TermRef::Triple(_) => TermKind::Triple,
        }
    }

    fn borrow_term(&self) -> Self::BorrowTerm<'_> {
        *self
    }

    fn iri(&self) -> Option<IriRef<MownStr<'_>>> {
        match self.0 {
            TermRef::NamedNode(node) => Some(iri(node)),
            _ => None,
        }
    }

    fn bnode_id(&self) -> Option<BnodeId<MownStr<'_>>> {
        match self.0 {
            TermRef::BlankNode(node) => {
                Some(BnodeId::new_unchecked(MownStr::from_ref(node.as_str())))
            }
            _ => None,
        }
    }

    fn lexical_form(&self) -> Option<MownStr<'_>> {
        match self.0 {
            TermRef::Literal(literal) => Some(MownStr::from_ref(literal.value())),
            _ => None,
        }
    }

    fn datatype(&self) -> Option<IriRef<MownStr<'_>>> {
        match self.0 {
            TermRef::Literal(literal) => Some(iri(literal.datatype())),
            _ => None,
        }
    }

    fn language_tag(&self) -> Option<LanguageTag<MownStr<'_>>> {
        match self.0 {
            TermRef::Literal(literal) => {
                let tag = literal.language()?;
                Some(LanguageTag::new_unchecked(MownStr::from_ref(tag)))
            }
            _ => None,
        }
    }

    fn base_direction(&self) -> Option<Direction> {
        match self.0 {
            TermRef::Literal(literal) => Some(match literal.direction()? {
                BaseDirection::Ltr => Direction::Ltr,
                BaseDirection::Rtl => Direction::Rtl,
            }),
            _ => None,
        }
    }

    fn triple(&self) -> Option<[Self::BorrowTerm<'_>; 3]> {
        self.to_triple()
    }

    fn to_triple(self) -> Option<[Self; 3]> {
        match self.0 {
            TermRef::Triple(triple) => Some([
                Self(triple.subject.as_ref().into()),
                Self(triple.predicate.as_ref().into()),
                Self(triple.object.as_ref()),
            ]),
            _ => None,
        }
    }
}

fn iri(node: NamedNodeRef<'_>) -> IriRef<MownStr<'_>> {
    IriRef::new_unchecked(MownStr::from_ref(node.as_str()))
}

/// One graph of a note as a source of triples, each once; see [`triples`].
#[derive(Debug, Clone)]
pub struct NoteTriples<'n> {
    note: &'n Note,
    wiki: &'n str,
    base: &'n Base,
    part: Option<Part>,
}

/// The triples of one part of a note of this wiki.
#[must_use]
pub fn triples<'n>(note: &'n Note, part: Part, wiki: &'n str, base: &'n Base) -> NoteTriples<'n> {
    NoteTriples {
        note,
        wiki,
        base,
        part: Some(part),
    }
}

impl Source for NoteTriples<'_> {
    type Item<'x> = [NoteTerm<'x>; 3];
    type Error = Infallible;

    fn try_for_some_item<E, F>(&mut self, mut f: F) -> StreamResult<bool, Infallible, E>
    where
        E: Error + Send + Sync + 'static,
        F: FnMut(Self::Item<'_>) -> Result<(), E>,
    {
        let Some(part) = self.part.take() else {
            return Ok(false);
        };
        let mut ended = Ok(());
        let mut lend = Lend(|[s, p, o]: [NoteTerm<'_>; 3]| {
            if ended.is_ok() {
                ended = f([s, p, o]);
            }
        });
        write(self.note, part, self.wiki, self.base, &mut lend);
        ended.map(|()| true).map_err(StreamError::SinkError)
    }
}

/// All graphs of a note as a source of quads; see [`quads`].
#[derive(Debug, Clone)]
pub struct NoteQuads<'n> {
    note: &'n Note,
    wiki: &'n str,
    base: &'n Base,
    /// How many parts have been given.
    given: usize,
}

/// The quads of a note of this wiki: its own graph first, then one for each protected block.
#[must_use]
pub fn quads<'n>(note: &'n Note, wiki: &'n str, base: &'n Base) -> NoteQuads<'n> {
    NoteQuads {
        note,
        wiki,
        base,
        given: 0,
    }
}

impl Source for NoteQuads<'_> {
    type Item<'x> = ([NoteTerm<'x>; 3], GraphName<NoteTerm<'x>>);
    type Error = Infallible;

    fn try_for_some_item<E, F>(&mut self, mut f: F) -> StreamResult<bool, Infallible, E>
    where
        E: Error + Send + Sync + 'static,
        F: FnMut(Self::Item<'_>) -> Result<(), E>,
    {
        let part = match self.given.checked_sub(1) {
            None => Part::Note,
            Some(section) if section < self.note.sections.len() => Part::Section(section),
            Some(_) => return Ok(false),
        };
        self.given += 1;
        let graph: NamedNode = graph_name(self.note, part, self.wiki, self.base);
        let mut ended = Ok(());
        let mut lend = Lend(|[s, p, o]: [NoteTerm<'_>; 3]| {
            if ended.is_ok() {
                ended = f(([s, p, o], Some(NoteTerm::from(graph.as_ref()))));
            }
        });
        write(self.note, part, self.wiki, self.base, &mut lend);
        ended.map(|()| true).map_err(StreamError::SinkError)
    }
}

/// Hands each triple to a function.
struct Lend<F>(F);

impl<F: FnMut([NoteTerm<'_>; 3])> Sink for Lend<F> {
    fn triple(
        &mut self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
        object: TermRef<'_>,
    ) {
        // One lifetime for all three: the shortest.
        let terms: [NoteTerm<'_>; 3] = [subject.into(), predicate.into(), object.into()];
        (self.0)(terms);
    }
}
