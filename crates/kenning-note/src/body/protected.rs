//! Protected blocks: `::: protected {…}` to `:::`.
//!
//! INVARIANT: no byte between the two lines reaches the reading of the text around them. Whatever is unclear closes: a block
//! without an end runs to the end of the note, and one that cannot be read hides its text from all but those who see everything.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Tag};

use super::Context;
use super::pieces::{self, Defined};
use crate::levels::Levels;
use crate::meta::block_attributes;
use crate::note::Stated;
use crate::problem::{Place, Problem, ProblemKind};
use crate::text::{ends_line, is_unseen};

/// A protected block of a text.
pub(crate) struct Block {
    pub(crate) protection: Stated,
    /// The block it stands in.
    pub(crate) within: Option<usize>,
    /// First byte of the opening line, and the byte after the closing line.
    pub(crate) outer: (usize, usize),
    /// What stands between the two lines.
    pub(crate) inner: (usize, usize),
}

/// How many lines that could open a block are held against code blocks; beyond that every one opens a block.
const LOOKED_AT: usize = 64;
/// How many blocks a note may hold: each is read by itself, and blocks in blocks would be read many times over.
const MOST: usize = 256;
/// How often a text may be read to tell ends of blocks from examples of them; beyond that nothing ends that stands after a fence.
const READ: usize = 8;
/// Texts of more bytes than this are looked at less often.
const LARGE: usize = 1 << 18;

/// What [`find`] found.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) blocks: Vec<Block>,
    /// First bytes of lines that open no block because they stand in code.
    pub(crate) in_code: Vec<usize>,
}

/// Finds the protected blocks of the text from `start` on. A line whose first byte is in `opening` opens one even in code.
pub(crate) fn find(
    cx: &Context<'_>,
    start: usize,
    opening: &[usize],
    problems: &mut Vec<Problem>,
) -> Found {
    let (source, levels) = (cx.source, &cx.settings.levels);
    let text = source.text.as_ref();
    let body = text.get(start..).unwrap_or_default();
    let has = |words: &str| memchr::memmem::find(body.as_bytes(), words.as_bytes()).is_some();
    if ![":::", WIDE, "level=", "audience="]
        .iter()
        .any(|words| has(words))
    {
        return Found::default();
    }
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut in_code = Vec::new();
    let mut left = body.len().max(LARGE).saturating_mul(READ);
    let mut at = start;
    for line in body.split_inclusive(ends_line) {
        let (from, to) = (at, at + line.len());
        at = to;
        let Some(mark) = Mark::of(line) else { continue };
        let is_inside = open.iter().any(|open| open.block.is_some());
        let place = source.place(from);
        let opened = |block| Open {
            block,
            colons: mark.colons,
            quotes: mark.quotes,
            inner: to,
        };
        if let Some(attributes) = block_attributes(&mark.text, levels, place) {
            // Inside a block nothing can be shown by mistake, so code need not be told from text there.
            let looks = if body.len() > LARGE { 4 } else { LOOKED_AT };
            let may_be_code = !is_inside && in_code.len() < looks && !opening.contains(&from);
            if may_be_code && is_code(text, start, from, &blocks) {
                in_code.push(from);
                continue;
            }
            let protection = match attributes {
                Ok(protection) => Stated::Says(protection),
                Err(why) => {
                    problems.push(
                        Problem::new(ProblemKind::Protection, place, why.clone())
                            .with_hint("the block is closed until this is mended"),
                    );
                    Stated::Unreadable { why, place }
                }
            };
            let within = open.iter().rev().find_map(|open| open.block);
            if blocks.len() + 1 >= MOST {
                let why =
                    format!("a note may hold {MOST} protected blocks; the rest of it is closed");
                problems.push(Problem::new(ProblemKind::Limit, place, why.clone()));
                blocks.push(Block {
                    protection: Stated::Unreadable { why, place },
                    within,
                    outer: (from, text.len()),
                    inner: (to, text.len()),
                });
                // Blocks that are open stay so to the end.
                break;
            }
            open.push(opened(Some(blocks.len())));
            blocks.push(Block {
                protection,
                within,
                outer: (from, text.len()),
                inner: (to, text.len()),
            });
        } else if is_inside {
            if mark.rest().is_empty() {
                let Some(last) = open.last().filter(|open| open.is_ended_by(&mark)) else {
                    continue;
                };
                if may_be_fenced(text, last.inner, from)
                    && is_fenced(text, last.inner, from, (&blocks, levels), &mut left)
                {
                    continue;
                }
                if let Some(index) = open.pop().and_then(|open| open.block)
                    && let Some(block) = blocks.get_mut(index)
                {
                    block.outer.1 = to;
                    block.inner.1 = from;
                }
            } else {
                open.push(opened(None));
            }
        }
    }
    for index in open.into_iter().filter_map(|open| open.block) {
        if let Some(block) = blocks.get(index) {
            let place = source.place(block.outer.0);
            let text = "the protected block is never closed; it runs to the end of the note";
            problems.push(
                Problem::new(ProblemKind::Protection, place, text)
                    .with_hint("end it with a line `:::`"),
            );
        }
    }
    Found { blocks, in_code }
}

/// What blocks are called, of each of which is given what it says of its protection and the block it stands in: after the former, and
/// numbered among those that say the same in the same block. Counting all of them would tell those who see only the second that there is a
/// first.
pub(crate) fn names<'b>(blocks: impl Iterator<Item = (&'b Stated, Option<usize>)>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (protection, within) in blocks {
        let outer = within.and_then(|within| names.get(within));
        let mut name = outer.map_or_else(String::new, |outer| format!("{outer}/"));
        name.push_str(&said(protection));
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        names.push(format!("{name}.{count}"));
    }
    names
}

/// All by which it is decided who sees a block, where those around it are seen: two that are called alike are seen by the same readers.
fn said(protection: &Stated) -> String {
    let Stated::Says(protection) = protection else {
        return "closed".to_owned();
    };
    let level = protection.level.as_ref();
    let mut text = level.map_or_else(String::new, |level| level.text.trim().to_lowercase());
    let mut marks: Vec<String> = protection
        .marks
        .iter()
        .map(|mark| mark.level.text.to_lowercase())
        .collect();
    marks.retain(|mark| *mark != text);
    marks.sort();
    for clause in &protection.audience {
        let groups: Vec<&str> = clause.iter().map(|group| group.text.as_str()).collect();
        text.push_str(&format!("{{{}}}", groups.join("|")));
    }
    for mark in marks {
        text.push_str(&format!("~{mark}"));
    }
    text
}

/// A block that has begun, protected or not.
struct Open {
    /// Its place among the protected ones, if it is one.
    block: Option<usize>,
    colons: usize,
    quotes: usize,
    /// The byte after its opening line.
    inner: usize,
}

impl Open {
    /// Fewer colons than it began with are somebody else's end, and so is what stands in a quote that began inside.
    fn is_ended_by(&self, mark: &Mark<'_>) -> bool {
        mark.colons >= self.colons && mark.quotes <= self.quotes
    }
}

/// A line that opens or ends a block.
struct Mark<'t> {
    /// From its first colon on, with plain colons.
    text: Cow<'t, str>,
    colons: usize,
    /// How many marks of quotes stand before it.
    quotes: usize,
}

fn is_colon(c: char) -> bool {
    matches!(c, ':' | '\u{ff1a}')
}

/// The colons that a text begins with, and what nobody sees among them.
fn colons_of(text: &str) -> &str {
    let run = text.trim_start_matches(|c| is_colon(c) || is_unseen(c));
    text.get(..text.len() - run.len()).unwrap_or_default()
}

/// Whether a line opens a protected block where none is shown as an example.
pub(crate) fn opens(line: &str, levels: &Levels) -> bool {
    Mark::of(line).is_some_and(|mark| block_attributes(&mark.text, levels, Place::START).is_some())
}

/// Colons as East Asian keyboards write them.
const WIDE: &str = "\u{ff1a}\u{ff1a}\u{ff1a}";

impl<'t> Mark<'t> {
    /// The line, when it has three colons and nothing but the marks of quotes and lists stands before them, or what nobody sees.
    /// What cannot but open a block does so with two colons and behind words, too, but for code.
    fn of(line: &'t str) -> Option<Self> {
        let rest = line.trim_start_matches(|c: char| {
            c.is_whitespace()
                || is_unseen(c)
                || matches!(c, '>' | '-' | '*' | '+')
                || c.is_ascii_digit()
                || matches!(c, '.' | ')')
        });
        let before = line.get(..line.len() - rest.len()).unwrap_or_default();
        let quotes = before.bytes().filter(|byte| *byte == b'>').count();
        let at_head = Self::at(rest, quotes);
        if let Some(mark) = at_head.filter(|mark| mark.colons >= 3 || mark.must_open()) {
            return Some(mark);
        }
        if !line.contains("level") && !line.contains("audience") {
            return None;
        }
        Self::behind(line, quotes)
    }

    /// The first three colons behind words. Only these are asked: further ones have less behind them.
    fn behind(line: &'t str, quotes: usize) -> Option<Self> {
        let shown = line.split('`').next().unwrap_or_default();
        let mut from = 0;
        loop {
            let at = from + shown.get(from..)?.find(is_colon)?;
            let text = line.get(at..)?;
            let marks = colons_of(text);
            if marks.chars().filter(|c| is_colon(*c)).count() >= 3 {
                return Self::at(text, quotes).filter(Self::must_open);
            }
            from = at + marks.len();
        }
    }

    /// What begins with colons.
    fn at(text: &'t str, quotes: usize) -> Option<Self> {
        let marks = colons_of(text);
        let run = text.get(marks.len()..)?;
        let colons = marks.chars().filter(|c| is_colon(*c)).count();
        let is_plain = marks.len() == colons && colons > 2 && !run.contains('\u{ff1a}');
        (colons > 1).then(|| Self {
            colons,
            quotes,
            text: if is_plain {
                Cow::Borrowed(text)
            } else {
                let run = run.replace('\u{ff1a}', ":");
                Cow::Owned(format!("{}{run}", ":".repeat(colons.max(3))))
            },
        })
    }

    /// Whether it names a protected block and what for.
    fn must_open(&self) -> bool {
        let lower = self.text.to_ascii_lowercase();
        let says = ["level", "audience"]
            .iter()
            .any(|word| lower.contains(word));
        says && lower.contains("protect") && lower.contains('=')
    }

    /// What follows the colons.
    fn rest(&self) -> &str {
        self.text
            .trim_start_matches(':')
            .trim_matches(|c: char| c.is_whitespace() || is_unseen(c))
    }
}

fn may_be_fenced(text: &str, start: usize, line: usize) -> bool {
    let before = text.get(start..line).unwrap_or_default();
    before.contains("```") || before.contains("~~~")
}

/// Whether a line that could end a block shows an end as an example: inside the block a fence opens before it and closes after it,
/// and no other block opens between. A fence that is not closed reaches no further than its block. It is one where no bytes are
/// `left` to be read.
fn is_fenced(
    text: &str,
    start: usize,
    line: usize,
    (blocks, levels): (&[Block], &Levels),
    left: &mut usize,
) -> bool {
    if *left == 0 {
        return true;
    }
    let rest = text.get(line..).unwrap_or_default();
    let mut end = line;
    for next in rest.split_inclusive(ends_line) {
        if opens(next, levels) {
            break;
        }
        end += next.len();
    }
    *left = left.saturating_sub(end - start);
    let nested = blocks.iter().map(|block| block.outer);
    let nested = nested.filter(|outer| outer.0 >= start && outer.1 <= line);
    let shown = blank(text.get(start..end).unwrap_or_default(), start, nested);
    fence_around(&shown, line - start).is_some_and(|fence| {
        let last = shown.get(fence).unwrap_or_default().trim_end();
        let last = last.rsplit('\n').next().unwrap_or_default();
        let last = last.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        last.starts_with("```") || last.starts_with("~~~")
    })
}

/// Whether the line at `line` shows a block as an example: it stands in a fenced code block, as Markdown reads the text without
/// the blocks found so far.
fn is_code(text: &str, start: usize, line: usize, blocks: &[Block]) -> bool {
    if !may_be_fenced(text, start, line) {
        return false;
    }
    let shown = blank(
        text.get(start..).unwrap_or_default(),
        start,
        blocks.iter().map(|block| block.outer),
    );
    is_in_code(&shown, line - start)
}

/// Whether a byte of a text stands in a fenced code block.
pub(crate) fn is_in_code(text: &str, at: usize) -> bool {
    fence_around(text, at).is_some()
}

/// The fenced code block that a byte of a text stands in.
fn fence_around(text: &str, at: usize) -> Option<Range<usize>> {
    let mut found = None;
    pieces::events(
        text,
        super::options(),
        &Defined::default(),
        |event, start, end| {
            let is_code = matches!(
                event,
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)))
            );
            found = (is_code && (start..end).contains(&at)).then_some(start..end);
            found.is_none()
        },
    );
    found
}

/// The text with these ranges made spaces; lines stay lines, and every byte stays where it is.
pub(crate) fn blank(
    text: &str,
    offset: usize,
    ranges: impl Iterator<Item = (usize, usize)>,
) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (from, to) in ranges {
        let range = from.saturating_sub(offset).min(bytes.len())
            ..to.saturating_sub(offset).min(bytes.len());
        for byte in bytes.get_mut(range).unwrap_or_default() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    // Ranges begin and end between characters, so what is left is text.
    String::from_utf8(bytes).unwrap_or_default()
}
