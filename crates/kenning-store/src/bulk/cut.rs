//! Cutting a document into blocks that can be read side by side.
//!
//! Lines are cut after a line, Turtle and TriG after a full stop or a closing brace that ends a statement and a line.
//! To find one, strings, IRIs and comments are skipped; a document that this gets wrong does not parse in the block before
//! the cut, and is then read in one piece from there on.

use memchr::{memchr, memchr_iter, memchr2, memrchr};
use oxrdfio::RdfFormat;
use std::io::{self, Read};

/// Blocks have about this many bytes.
const BLOCK: u64 = 1 << 20;
/// The first block of a document with prefixes is short, because nobody reads on before they are known.
const FIRST: u64 = 1 << 15;

/// Where a document may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// After each line.
    Lines,
    /// After each statement.
    Statements,
    /// Nowhere.
    Whole,
}

impl Kind {
    pub(super) fn of(format: RdfFormat) -> Self {
        match format {
            RdfFormat::NTriples | RdfFormat::NQuads => Self::Lines,
            RdfFormat::Turtle | RdfFormat::TriG => Self::Statements,
            _ => Self::Whole,
        }
    }
}

/// A document that is being cut.
pub(super) struct Cutter<'a> {
    kind: Kind,
    data: Box<dyn Read + Send + 'a>,
    rest: Vec<u8>,
    line: u64,
    blocks: u64,
}

/// A part of a document that holds whole statements.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) text: Vec<u8>,
    /// How many lines come before it.
    pub(super) lines_before: u64,
    /// Whether nothing comes after it.
    pub(super) last: bool,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(kind: Kind, data: Box<dyn Read + Send + 'a>) -> Self {
        Self {
            kind,
            data,
            rest: Vec::new(),
            line: 0,
            blocks: 0,
        }
    }

    /// Whether the next block can be read before the first one was.
    pub(super) fn may_run_ahead(&self) -> bool {
        self.kind == Kind::Lines || self.blocks == 0
    }

    /// Whether no block has been cut yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.blocks == 0
    }

    /// The next block. A document has at least one, which may be empty; do not call again after the last.
    pub(super) fn block(&mut self) -> io::Result<Block> {
        let mut text = std::mem::take(&mut self.rest);
        let mut wanted = match (self.kind, self.blocks) {
            (Kind::Statements, 0) => FIRST,
            _ => BLOCK,
        };
        self.blocks += 1;
        let lines_before = self.line;
        let (end, last) = loop {
            let had = text.len();
            let read = self.data.by_ref().take(wanted).read_to_end(&mut text)?;
            if (read as u64) < wanted {
                break (text.len(), true);
            }
            let end = match self.kind {
                Kind::Lines => {
                    memrchr(b'\n', text.get(had..).unwrap_or_default()).map(|place| had + place + 1)
                }
                Kind::Statements => end_of_statements(&text),
                Kind::Whole => None,
            };
            if let Some(end) = end {
                break (end, false);
            }
            // A statement may be longer than a block: then the block grows.
            wanted = wanted.saturating_mul(2).max(text.len() as u64);
        };
        self.rest = text.split_off(end);
        self.line += memchr_iter(b'\n', &text).count() as u64;
        Ok(Block {
            text,
            lines_before,
            last,
        })
    }

    /// What has not been cut yet.
    pub(super) fn into_rest(self) -> impl Read + 'a {
        io::Cursor::new(self.rest).chain(self.data)
    }
}

/// The end of the last line that also ends a statement at the outermost level. The text begins with a statement.
fn end_of_statements(text: &[u8]) -> Option<usize> {
    let mut found = None;
    let mut at = 0;
    let mut depth = 0_u32;
    let mut last = 0;
    let after = |at: usize| text.get(at..).unwrap_or_default();
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        match byte {
            b'\n' => {
                if depth == 0 && matches!(last, b'.' | b'}') {
                    found = Some(at);
                }
                continue;
            }
            b' ' | b'\t' | b'\r' => continue,
            b'#' => {
                let Some(end) = memchr(b'\n', after(at)) else {
                    return found;
                };
                at += end;
                continue;
            }
            b'<' if text.get(at) == Some(&b'<') => at += 1,
            b'<' => match memchr(b'>', after(at)) {
                Some(end) => at += end + 1,
                None => return found,
            },
            b'"' | b'\'' => match end_of_string(text, at, byte) {
                Some(end) => at = end,
                None => return found,
            },
            b'\\' => at += 1,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        last = byte;
    }
    found
}

/// Where a string ends whose first quote stands before `at`.
fn end_of_string(text: &[u8], mut at: usize, quote: u8) -> Option<usize> {
    let long = text.get(at) == Some(&quote) && text.get(at + 1) == Some(&quote);
    if long {
        at += 2;
    }
    loop {
        at += memchr2(quote, b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'\\') {
            at += 2;
            continue;
        }
        at += 1;
        if !long {
            return Some(at);
        }
        if text.get(at) == Some(&quote) && text.get(at + 1) == Some(&quote) {
            return Some(at + 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_outside_strings_comments_iris_and_braces() {
        for (text, kept) in [
            ("<a> <b> <c> .\n<d> <e>", "<a> <b> <c> .\n"),
            ("<a> <b> \"\"\"x .\ny .\n", ""),
            (
                "<a> <b> \"\"\"x .\ny\"\"\" .\n<",
                "<a> <b> \"\"\"x .\ny\"\"\" .\n",
            ),
            ("<a> <b> \"\\\" .\n\" .\nx", "<a> <b> \"\\\" .\n\" .\n"),
            ("<a> <b> 'it\\'s .\n' .\nx", "<a> <b> 'it\\'s .\n' .\n"),
            (
                "<a> <b> <c#> . # it's done\n<d>",
                "<a> <b> <c#> . # it's done\n",
            ),
            ("<a> <b> # no end .\n <c>", ""),
            (
                "<g> { <a> <b> <c> .\n <d> <e> <f> .\n}\n<h>",
                "<g> { <a> <b> <c> .\n <d> <e> <f> .\n}\n",
            ),
            ("<a> <b> <c> {| <d> <e> |}\n", ""),
            (
                "<< <a> <b> <c> >> <d> <e> .\n.",
                "<< <a> <b> <c> >> <d> <e> .\n",
            ),
            ("<a> <b> ex:it\\'s .\n<d>", "<a> <b> ex:it\\'s .\n"),
        ] {
            let end = end_of_statements(text.as_bytes()).unwrap_or(0);
            // A brace that closes an annotation looks like the end of a graph; the block before it does not parse then.
            if !text.contains("|}") {
                assert_eq!(&text[..end], kept, "{text}");
            }
        }
    }

    #[test]
    fn blocks_put_together_are_the_document() {
        let line = "<http://example.org/a> <http://example.org/b> \"a . \\n text\" .\n";
        let text = line.repeat(60_000);
        for (kind, format) in [
            (Kind::Lines, RdfFormat::NQuads),
            (Kind::Statements, RdfFormat::TriG),
            (Kind::Whole, RdfFormat::RdfXml),
        ] {
            assert_eq!(Kind::of(format), kind);
            let mut cutter = Cutter::new(kind, Box::new(text.as_bytes()));
            let mut found = Vec::new();
            let mut blocks = 0;
            loop {
                let block = cutter.block().unwrap();
                let before = found.iter().filter(|byte| **byte == b'\n').count() as u64;
                assert_eq!(block.lines_before, before);
                assert_eq!(block.text.len() % line.len(), 0, "cut within a statement");
                found.extend(block.text);
                blocks += 1;
                if block.last {
                    break;
                }
            }
            assert_eq!(found, text.as_bytes());
            assert_eq!(blocks > 1, kind != Kind::Whole);
        }
    }
}
