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
        let end = format!(" <{}> .\n", graph.as_str()).into_bytes();
        Self { out, end }
    }

    fn node(&mut self, node: NamedNodeRef<'_>) {
        self.out.push(b'<');
        self.out.extend_from_slice(node.as_str().as_bytes());
        self.out.push(b'>');
    }

    fn quoted(&mut self, text: &str) {
        self.out.push(b'"');
        let bytes = text.as_bytes();
        let mut from = 0;
        for (at, byte) in bytes.iter().enumerate() {
            let escape: &[u8] = match byte {
                b'"' => b"\\\"",
                b'\\' => b"\\\\",
                b'\n' => b"\\n",
                b'\r' => b"\\r",
                b'\t' => b"\\t",
                0x08 => b"\\b",
                0x0C => b"\\f",
                0..=0x1F | 0x7F => b"",
                _ => continue,
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

impl Sink for NQuads<'_> {
    fn triple(
        &mut self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
        object: TermRef<'_>,
    ) {
        self.node(subject);
        self.out.push(b' ');
        self.node(predicate);
        self.out.push(b' ');
        match object {
            TermRef::NamedNode(node) => self.node(node),
            TermRef::Literal(literal) => {
                self.quoted(literal.value());
                if let Some(tag) = literal.language() {
                    self.out.push(b'@');
                    self.out.extend_from_slice(tag.as_bytes());
                } else if literal.datatype() != kenning_vocab::xsd::STRING {
                    self.out.extend_from_slice(b"^^");
                    self.node(literal.datatype());
                }
            }
            // A note gives neither blank nodes nor quoted triples.
            other => self.out.extend_from_slice(other.to_string().as_bytes()),
        }
        self.out.extend_from_slice(&self.end);
    }
}
