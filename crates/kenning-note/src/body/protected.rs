//! Protected blocks: `::: protected {…}` to `:::`.
//!
//! INVARIANT: no byte between the two lines reaches the reading of the text around them. Whatever is unclear closes: a block
//! without an end runs to the end of the note, and one that cannot be read hides its text from all but those who see everything.

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, Event, Tag};

use super::pieces::{self, Defined};
use crate::meta::block_attributes;
use crate::note::Stated;
use crate::problem::{Problem, ProblemKind};
use crate::text::Source;

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
    source: &Source<'_>,
    start: usize,
    opening: &[usize],
    problems: &mut Vec<Problem>,
) -> Found {
    let text = source.text.as_ref();
    let body = text.get(start..).unwrap_or_default();
    if memchr::memmem::find(body.as_bytes(), b":::").is_none() {
        return Found::default();
    }
    let mut blocks: Vec<Block> = Vec::new();
    // Open blocks: a protected one with its place in `blocks`, another one with nothing.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut in_code = Vec::new();
    let mut at = start;
    for line in body.split_inclusive('\n') {
        let (from, to) = (at, at + line.len());
        at = to;
        let Some(mark) = mark(line) else { continue };
        let is_inside = open.iter().any(Option::is_some);
        let place = source.place(from);
        if let Some(attributes) = block_attributes(mark, place) {
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
            let within = open.iter().rev().find_map(|block| *block);
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
            open.push(Some(blocks.len()));
            blocks.push(Block {
                protection,
                within,
                outer: (from, text.len()),
                inner: (to, text.len()),
            });
        } else if is_inside {
            if mark.trim_end().bytes().all(|b| b == b':') {
                if let Some(Some(index)) = open.pop()
                    && let Some(block) = blocks.get_mut(index)
                {
                    block.outer.1 = to;
                    block.inner.1 = from;
                }
            } else {
                open.push(None);
            }
        }
    }
    for index in open.into_iter().flatten() {
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

/// What the blocks are called: after what they say about their protection, and numbered among those that say the same in the same
/// block. Counting all of them would tell those who see only the second that there is a first.
pub(crate) fn names(blocks: &[Block]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(blocks.len());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for block in blocks {
        let outer = block.within.and_then(|within| names.get(within));
        let mut name = outer.map_or_else(String::new, |outer| format!("{outer}/"));
        name.push_str(&said(&block.protection));
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        names.push(format!("{name}.{count}"));
    }
    names
}

fn said(protection: &Stated) -> String {
    let Stated::Says(protection) = protection else {
        return "closed".to_owned();
    };
    let level = protection.level.as_ref();
    let mut text = level.map_or_else(String::new, |level| level.text.trim().to_lowercase());
    for clause in &protection.audience {
        let groups: Vec<&str> = clause.iter().map(|group| group.text.as_str()).collect();
        text.push_str(&format!("{{{}}}", groups.join("|")));
    }
    text
}

/// A line from its first `:::` on, when nothing but the marks of quotes and lists stands before it.
fn mark(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '>' | '-' | '*' | '+')
            || c.is_ascii_digit()
            || matches!(c, '.' | ')')
    });
    rest.starts_with(":::").then_some(rest)
}

/// Whether the line at `line` shows a block as an example: it stands in a fenced code block, as Markdown reads the text without
/// the blocks found so far.
fn is_code(text: &str, start: usize, line: usize, blocks: &[Block]) -> bool {
    let before = text.get(start..line).unwrap_or_default();
    if !before.contains("```") && !before.contains("~~~") {
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
    let mut found = false;
    pieces::events(
        text,
        super::options(),
        &Defined::default(),
        |event, start, end| {
            let is_code = matches!(
                event,
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)))
            );
            found = is_code && (start..end).contains(&at);
            !found
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
