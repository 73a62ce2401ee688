//! N-Triples and N-Quads.

use super::Quick;
use crate::bulk::parse::{DEFAULT, blank_graph};
use std::borrow::Cow;

impl<'a> Quick<'a> {
    /// All lines.
    pub(super) fn lines(&mut self, with_graphs: bool) -> Option<()> {
        // Lines that follow each other often have the same subject, predicate or graph.
        let mut last: [(&str, u32); 3] = [("", DEFAULT); 3];
        while self.peek().is_some() {
            self.blanks();
            if !matches!(self.peek(), Some(b'#' | b'\r' | b'\n') | None) {
                self.line(with_graphs, &mut last)?;
                self.blanks();
            }
            if self.peek() == Some(b'#') {
                self.comment()?;
            }
            if self.peek() == Some(b'\r') {
                self.at += 1;
            }
            if self.peek().is_some() {
                self.expect(b'\n')?;
            }
        }
        Some(())
    }

    fn line(&mut self, with_graphs: bool, last: &mut [(&'a str, u32); 3]) -> Option<()> {
        let [subject, predicate, graph] = last;
        let s = match self.peek()? {
            b'<' => self.known(subject)?,
            _ => self.blank()?,
        };
        self.blanks();
        let p = self.known(predicate)?;
        self.blanks();
        let o = match self.peek()? {
            b'<' => {
                let iri = self.iri_text()?;
                self.iri(iri)?
            }
            b'"' => {
                let text = self.string(false)?;
                self.literal(&text, |quick| quick.iri_text().map(Cow::Borrowed))?
            }
            _ => self.blank()?,
        };
        self.blanks();
        let g = match self.peek()? {
            b'<' if with_graphs => self.known(graph)?,
            b'_' if with_graphs => {
                self.parsed.has_blank_graph = true;
                let name = blank_graph(self.apart, self.blank_label()?);
                self.iri(&name)?
            }
            _ => DEFAULT,
        };
        self.blanks();
        self.expect(b'.')?;
        self.parsed.push([s, p, o, g]);
        Some(())
    }

    /// The id of the IRI that stands here, which is often the one that stood in this place before.
    fn known(&mut self, last: &mut (&'a str, u32)) -> Option<u32> {
        let iri = self.iri_text()?;
        if last.1 == DEFAULT || last.0 != iri {
            *last = (iri, self.iri(iri)?);
        }
        Some(last.1)
    }

    fn blanks(&mut self) {
        self.at += self.run(|byte| matches!(byte, b' ' | b'\t'));
    }
}
