//! The bytes of a note as text, and where in them a place is.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use crate::note::Span;
use crate::problem::{Place, Problem, ProblemKind};
use crate::settings::Limits;

/// Text of a note with an index of its lines.
pub(crate) struct Source<'a> {
    /// The text: no byte order mark, no NUL, no lone carriage return.
    pub(crate) text: Cow<'a, str>,
    /// How many bytes of the note stand before the text: those of a byte order mark.
    shift: usize,
    /// Where each line begins.
    lines: Vec<usize>,
    /// For a text made from another: from which byte on it stands for which line of the note.
    made_of: Vec<(usize, u32)>,
    /// The last place that was asked for, its line's beginning and its column: long lines are counted once.
    last: std::cell::Cell<(usize, usize, u32)>,
}

impl<'a> Source<'a> {
    /// Reads bytes as UTF-8, or as UTF-16 when a byte order mark says so. Bytes that are no text become U+FFFD.
    pub(crate) fn new(bytes: &'a [u8], limits: &Limits, problems: &mut Vec<Problem>) -> Self {
        let mut trouble =
            |text: String| problems.push(Problem::new(ProblemKind::Encoding, Place::START, text));
        let bytes = if bytes.len() > limits.bytes {
            trouble(format!(
                "the note has {} bytes and only the first {} are read",
                bytes.len(),
                limits.bytes
            ));
            bytes.get(..limits.bytes).unwrap_or(bytes)
        } else {
            bytes
        };
        let (mut text, shift) = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (utf8(rest, 3, &mut trouble), 3),
            [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes, &mut trouble), 0),
            [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes, &mut trouble), 0),
            _ => (utf8(bytes, 0, &mut trouble), 0),
        };
        if let Some(at) = memchr(0, text.as_bytes()) {
            trouble(format!(
                "byte {} is NUL; such bytes are read as spaces",
                at + shift
            ));
            text = Cow::Owned(text.replace('\0', " "));
        }
        // One character for one character, so that every place stays where it was.
        if has_lone_return(&text) {
            text = Cow::Owned(without_lone_returns(&text));
        }
        let mut lines = Vec::with_capacity(text.len() / 32 + 2);
        lines.push(0);
        lines.extend(memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Self {
            text,
            shift,
            lines,
            made_of: Vec::new(),
            last: std::cell::Cell::new((0, 0, 1)),
        }
    }

    /// The same text with nothing but spaces before byte `start`: every place stays where it is.
    pub(crate) fn after(&self, start: usize) -> Source<'_> {
        let (before, rest) = self
            .text
            .split_at_checked(start)
            .unwrap_or((&self.text, ""));
        let blank = before.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' });
        Source {
            text: Cow::Owned(blank.chain(rest.chars()).collect()),
            shift: self.shift,
            lines: self.lines.clone(),
            made_of: self.made_of.clone(),
            last: std::cell::Cell::new((0, 0, 1)),
        }
    }

    /// The same text with spaces in place of what stands at these bytes: every line stays where it is.
    pub(crate) fn without(&self, ranges: &[std::ops::Range<usize>]) -> Source<'_> {
        let mut text = self.text.as_bytes().to_vec();
        for range in ranges {
            for byte in text.get_mut(range.clone()).unwrap_or_default() {
                if !matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        }
        Source {
            // Ranges begin and end between characters, so what is left is text.
            text: Cow::Owned(String::from_utf8(text).unwrap_or_default()),
            shift: self.shift,
            lines: self.lines.clone(),
            made_of: self.made_of.clone(),
            last: std::cell::Cell::new((0, 0, 1)),
        }
    }

    /// The bytes of a line, counted from one, with its end.
    pub(crate) fn bytes_of_line(&self, line: u32) -> std::ops::Range<usize> {
        let index = usize::try_from(line)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        let end = self.text.len();
        let start = self.lines.get(index).copied().unwrap_or(end);
        start
            ..self
                .lines
                .get(index.saturating_add(1))
                .copied()
                .unwrap_or(end)
    }

    /// A text that was made from a note: from which byte on it stands for which line of the note.
    pub(crate) fn made_of(mut self, marks: Vec<(usize, u32)>) -> Self {
        self.made_of = marks;
        self
    }

    /// The line of a byte of the text, counted from zero.
    fn line_index(&self, offset: usize) -> usize {
        self.lines
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    /// The line of a byte of the text, counted from one.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        if !self.made_of.is_empty() {
            let after = self.made_of.partition_point(|(from, _)| *from <= offset);
            return after
                .checked_sub(1)
                .and_then(|index| self.made_of.get(index))
                .map_or(1, |(_, line)| *line);
        }
        u32::try_from(self.line_index(offset) + 1).unwrap_or(u32::MAX)
    }

    /// The place of a byte of the text.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let index = self.line_index(offset);
        let start = self.lines.get(index).copied().unwrap_or(0);
        let (known, known_start, known_column) = self.last.get();
        let (from, column) = if known_start == start && known <= offset && known >= start {
            (known, known_column)
        } else {
            (start, 1)
        };
        let between = self.text.get(from..offset).unwrap_or_default();
        let column =
            column.saturating_add(u32::try_from(between.chars().count()).unwrap_or(u32::MAX));
        self.last.set((offset, start, column));
        Place {
            line: self.line(offset),
            column,
        }
    }

    /// The span of bytes of the note for bytes of the text.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        Span {
            start: start + self.shift,
            end: end + self.shift,
            first_line: self.line(start),
            last_line: self.line(end.saturating_sub(1).max(start)),
        }
    }

    /// The byte of the note for a byte of the text.
    pub(crate) fn in_note(&self, offset: usize) -> usize {
        offset + self.shift
    }
}

fn utf8<'a>(bytes: &'a [u8], shift: usize, trouble: &mut impl FnMut(String)) -> Cow<'a, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let at = error.valid_up_to() + shift;
            trouble(format!(
                "byte {at} is not UTF-8; what is not text is read as `\u{FFFD}`"
            ));
            String::from_utf8_lossy(bytes)
        }
    }
}

fn utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
    trouble: &mut impl FnMut(String),
) -> Cow<'static, str> {
    trouble("the note is UTF-16; places are given for the same text in UTF-8".to_owned());
    let units = bytes
        .chunks_exact(2)
        .filter_map(|pair| pair.try_into().ok().map(unit));
    Cow::Owned(
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    )
}

fn has_lone_return(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'))
}

fn without_lone_returns(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(if c == '\r' && chars.peek() != Some(&'\n') {
            '\n'
        } else {
            c
        });
    }
    out
}

/// How many bytes a link, a tag or a template may reach. Where an end is missing it would be looked for to the end of the note, once
/// for each beginning, and a note of nothing but beginnings would take hours.
pub(crate) const REACH: usize = 4096;

/// Where `what` stands in `text`, if it is near.
pub(crate) fn near(text: &str, what: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..REACH.min(bytes.len())).unwrap_or_default();
    memchr::memmem::find(bytes, what.as_bytes())
}

/// The rest of the line with which `text` begins, as far as is near.
pub(crate) fn line_on(text: &str) -> &str {
    let mut end = REACH.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let near = text.get(..end).unwrap_or_default();
    near.split('\n').next().unwrap_or_default()
}

/// The line up to the end of `text`, as far back as is near.
pub(crate) fn line_up_to(text: &str) -> &str {
    let mut start = text.len().saturating_sub(REACH);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let near = text.get(start..).unwrap_or_default();
    near.rsplit('\n').next().unwrap_or_default()
}

/// Whether some program shows a new line after this character. Markdown knows only the first, and a block that an author sees on
/// a line of its own must not be open for that.
pub(crate) fn ends_line(c: char) -> bool {
    matches!(
        c,
        '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Whether a character takes no room on a screen.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(u32::from(c), 0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2069 | 0xfeff)
}
