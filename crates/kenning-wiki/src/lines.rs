//! Lines of N-Quads in pieces of moderate size, so that those of a large note never stand in memory all at once.

use std::sync::{Mutex, PoisonError};

use kenning_note::{NQuads, Sink};
use oxrdf::{NamedNode, NamedNodeRef, TermRef};

/// How long a piece becomes, in bytes, before it is handed on. A long text makes one longer.
const PIECE: usize = 12 << 10;
/// How many pieces that were written out are kept for the next ones.
const SPARE: usize = 32;

/// Pieces that were written out, to be filled again: a large piece of memory is slow to get, and slower to give back where another
/// thread asked for it.
#[derive(Default)]
pub(crate) struct Spares(Mutex<Vec<Vec<u8>>>);

impl Spares {
    fn get(&self) -> Vec<u8> {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| Vec::with_capacity(PIECE + PIECE / 4))
    }

    /// Takes a piece that nobody needs any more.
    pub(crate) fn put(&self, mut piece: Vec<u8>) {
        // A long text made it large, and few are.
        if piece.capacity() > 2 * PIECE {
            return;
        }
        piece.clear();
        let mut spares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spares.len() < SPARE {
            spares.push(piece);
        }
    }
}

/// Lines that are handed on in pieces while they are written.
pub(crate) struct Lines<'h> {
    bytes: Vec<u8>,
    spares: &'h Spares,
    count: u64,
    hand: &'h mut dyn FnMut(Vec<u8>),
}

impl<'h> Lines<'h> {
    pub(crate) fn new(spares: &'h Spares, hand: &'h mut dyn FnMut(Vec<u8>)) -> Self {
        Self {
            bytes: spares.get(),
            spares,
            count: 0,
            hand,
        }
    }

    /// Takes the triples of one graph.
    pub(crate) fn graph(&mut self, name: &NamedNode) -> GraphLines<'_> {
        GraphLines {
            lines: NQuads::new(name.as_ref(), &mut self.bytes),
            spares: self.spares,
            count: &mut self.count,
            hand: self.hand,
        }
    }

    /// Hands on what is left, and says how many lines there were.
    pub(crate) fn end(self) -> u64 {
        if self.bytes.is_empty() {
            self.spares.put(self.bytes);
        } else {
            (self.hand)(self.bytes);
        }
        self.count
    }
}

/// Lines of one graph.
pub(crate) struct GraphLines<'l> {
    lines: NQuads<'l>,
    spares: &'l Spares,
    count: &'l mut u64,
    hand: &'l mut dyn FnMut(Vec<u8>),
}

impl Sink for GraphLines<'_> {
    fn triple(
        &mut self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
        object: TermRef<'_>,
    ) {
        *self.count += 1;
        self.lines.triple(subject, predicate, object);
        let written = self.lines.written();
        if written.len() >= PIECE {
            (self.hand)(std::mem::replace(written, self.spares.get()));
        }
    }
}
