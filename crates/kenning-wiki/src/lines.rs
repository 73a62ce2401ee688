//! Lines of N-Quads in pieces of moderate size, so that those of a large note never stand in memory all at once.

use kenning_note::{NQuads, Sink};
use oxrdf::{NamedNode, NamedNodeRef, TermRef};

/// How long a piece becomes, in bytes, before it is handed on. A long text makes one longer.
const PIECE: usize = 24 << 10;

/// Lines that are handed on in pieces while they are written.
pub(crate) struct Lines<'h> {
    bytes: Vec<u8>,
    count: u64,
    hand: &'h mut dyn FnMut(Vec<u8>),
}

impl<'h> Lines<'h> {
    pub(crate) fn new(hand: &'h mut dyn FnMut(Vec<u8>)) -> Self {
        Self {
            bytes: Vec::new(),
            count: 0,
            hand,
        }
    }

    /// Takes the triples of one graph.
    pub(crate) fn graph(&mut self, name: &NamedNode) -> GraphLines<'_> {
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(PIECE + PIECE / 4);
        }
        GraphLines {
            lines: NQuads::new(name.as_ref(), &mut self.bytes),
            count: &mut self.count,
            hand: self.hand,
        }
    }

    /// Hands on what is left, and says how many lines there were.
    pub(crate) fn end(self) -> u64 {
        if !self.bytes.is_empty() {
            (self.hand)(self.bytes);
        }
        self.count
    }
}

/// Lines of one graph.
pub(crate) struct GraphLines<'l> {
    lines: NQuads<'l>,
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
            let room = Vec::with_capacity(PIECE + PIECE / 4);
            (self.hand)(std::mem::replace(written, room));
        }
    }
}
