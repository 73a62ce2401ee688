//! A sink that writes N-Quads, without a triple in between.

use oxrdf::{NamedNodeRef, TermRef};

use super::Sink;

/// Writes what it is given as lines of N-Quads (RDF 1.1 N-Quads, canonical form of each line) at the end of a buffer.
#[derive(Debug)]
pub struct NQuads<'a> {
    out: &'a mut Vec<u8>,
    /// What ends every line: the name of the graph, a full stop and a line feed.
    end: Vec<u8>,
}

impl<'a> NQuads<'a> {
    /// A writer of lines for one graph.
    #[must_use]
    pub fn new(graph: NamedNodeRef<'_>, out: &'a mut Vec<u8>) -> Self {
        let graph = graph.as_str().as_bytes();
        let mut end = Vec::with_capacity(graph.len() + 6);
        end.extend_from_slice(b" <");
        end.extend_from_slice(graph);
        end.extend_from_slice(b"> .\n");
        Self { out, end }
    }

    /// The lines so far. They may be taken away at any time: what follows does not look back.
    pub fn written(&mut self) -> &mut Vec<u8> {
        self.out
    }

    fn quoted(&mut self, text: &str) {
        self.out.push(b'"');
        let bytes = text.as_bytes();
        let mut from = 0;
        while let Some(length) = bytes.get(from..).and_then(first_escaped) {
            let at = from + length;
            let byte = bytes.get(at).copied().unwrap_or_default();
            let escape: &[u8] = match byte {
                b'"' => b"\\\"",
                b'\\' => b"\\\\",
                b'\n' => b"\\n",
                b'\r' => b"\\r",
                b'\t' => b"\\t",
                0x08 => b"\\b",
                0x0C => b"\\f",
                _ => b"",
            };
            self.out
                .extend_from_slice(bytes.get(from..at).unwrap_or_default());
            if escape.is_empty() {
                self.out
                    .extend_from_slice(format!("\\u{byte:04X}").as_bytes());
            } else {
                self.out.extend_from_slice(escape);
            }
            from = at + 1;
        }
        self.out
            .extend_from_slice(bytes.get(from..).unwrap_or_default());
        self.out.push(b'"');
    }
}

/// Where the first byte stands that is written in another way inside quotes.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // Words without such a byte are skipped eight bytes at a time ("Bit Twiddling Hacks", S. E. Anderson: a byte less than n, a
    // byte equal to n). What this finds may be a false alarm; what it passes is clean.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let odd = |word: u64| {
        (word.wrapping_sub(ONES * 0x20) & !word & HIGH)
            | zero(word ^ (ONES * 0x22))
            | zero(word ^ (ONES * 0x5C))
            | zero(word ^ (ONES * 0x7F))
    };
    let (words, _) = bytes.as_chunks::<8>();
    let clean = words
        .iter()
        .take_while(|word| odd(u64::from_le_bytes(**word)) == 0)
        .count()
        * 8;
    let rest = bytes.get(clean..)?;
    let near = rest.iter().take(8).position(|byte| is_escaped(*byte));
    let found = near.or_else(|| rest.iter().position(|byte| is_escaped(*byte)))?;
    Some(clean + found)
}

/// Whether a character of ASCII is written in another way inside quotes.
const fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7F)
}

impl Sink for NQuads<'_> {
    fn triple(
        &mut self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
        object: TermRef<'_>,
    ) {
        let out = &mut *self.out;
        out.push(b'<');
        out.extend_from_slice(subject.as_str().as_bytes());
        out.extend_from_slice(b"> <");
        out.extend_from_slice(predicate.as_str().as_bytes());
        match object {
            TermRef::NamedNode(node) => {
                out.extend_from_slice(b"> <");
                out.extend_from_slice(node.as_str().as_bytes());
                out.push(b'>');
            }
            TermRef::Literal(literal) => {
                out.extend_from_slice(b"> ");
                self.quoted(literal.value());
                let out = &mut *self.out;
                if let Some(tag) = literal.language() {
                    out.push(b'@');
                    out.extend_from_slice(tag.as_bytes());
                } else if literal.datatype() != kenning_vocab::xsd::STRING {
                    out.extend_from_slice(b"^^<");
                    out.extend_from_slice(literal.datatype().as_str().as_bytes());
                    out.push(b'>');
                }
            }
            // A note gives neither blank nodes nor quoted triples.
            other => {
                out.extend_from_slice(b"> ");
                out.extend_from_slice(other.to_string().as_bytes());
            }
        }
        self.out.extend_from_slice(&self.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_escaped_is_found(text in "[ -~é\u{80}\u{ff}]{0,40}[\u{0}-\u{22}\\\\\u{7f}]?[ -~]{0,20}") {
            let bytes = text.as_bytes();
            prop_assert_eq!(first_escaped(bytes), bytes.iter().position(|byte| is_escaped(*byte)));
        }
    }
}
