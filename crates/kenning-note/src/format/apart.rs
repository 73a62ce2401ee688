//! Which bytes of a text of another format its protected blocks take.
//!
//! The blocks are found in the Markdown that is made of the text. Keys, titles, parameters and the like are gathered from wherever they stand,
//! so what is open is made once more, of the text without the blocks.
//!
//! INVARIANT: where the two do not fit together, the note is closed: whoever asks for [`ranges`] compares the [`marks`] of both.

use std::ops::Range;

use super::is_block_line;
use crate::body::opens_block;
use crate::levels::Levels;
use crate::text::{Source, is_unseen};

/// A block as it was found in what was made: its first and last line in the text, and whether it goes on to the end.
pub(crate) struct Made {
    pub(crate) lines: (u32, u32),
    pub(crate) is_open: bool,
}

/// The bytes of each block, in the order of their first lines. What stands before a block on its first line, and behind it on its last, is not
/// of it, as far as that can be told.
pub(crate) fn ranges(source: &Source<'_>, blocks: &[Made], levels: &Levels) -> Vec<Range<usize>> {
    let text = source.text.as_ref();
    let mut ranges: Vec<Range<usize>> = Vec::with_capacity(blocks.len());
    // Behind the opening line of the block before.
    let mut from = 0;
    for (index, block) in blocks.iter().enumerate() {
        let line = source.bytes_of_line(block.lines.0);
        let start = opening(text, line.start.max(from)..line.end, levels);
        let start = start.unwrap_or_else(|| line.start.max(from));
        let behind = start + colons(text, start).max(1);
        let mut last = source.bytes_of_line(block.lines.1);
        last.start = last.start.max(behind);
        // Another block may begin on the line on which this one ends.
        let mut others = blocks.get(index + 1..).unwrap_or_default().iter();
        if others.any(|other| other.lines.0 == block.lines.1)
            && let Some(next) = opening(text, last.clone(), levels)
        {
            last.end = next;
        }
        let end = match block.is_open {
            true => text.len(),
            false => closing(text, last, behind),
        };
        from = behind;
        ranges.push(start..end);
    }
    ranges
}

/// The same bytes with the tags around the two lines of the block: what begins with the first and ends within, and the other way round.
pub(crate) fn with_tags(text: &str, range: &Range<usize>) -> Range<usize> {
    let mut range = range.clone();
    let name = |tag: &str| -> String {
        let name = tag.trim_start_matches(['<', '/']);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric());
        let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
        name.to_ascii_lowercase()
    };
    let inside = text.get(range.clone()).unwrap_or_default();
    let before = text.get(..range.start).unwrap_or_default().trim_end();
    if let Some(at) = before.rfind('<').filter(|_| before.ends_with('>'))
        && let Some(ends) = inside.find("</")
        && inside.find('<') == Some(ends)
        && name(before.get(at..).unwrap_or_default())
            == name(inside.get(ends..).unwrap_or_default())
    {
        range.start = at;
    }
    let after = text.get(range.end..).unwrap_or_default();
    let start = after.len() - after.trim_start().len();
    let after = after.trim_start();
    if let Some(end) = after.find('>').filter(|_| after.starts_with("</"))
        && let Some(begins) = inside.rfind('<')
        && name(inside.get(begins..).unwrap_or_default()) == name(after)
        && !inside
            .get(begins..)
            .is_some_and(|tag| tag.starts_with("</"))
    {
        range.end += start + end + 1;
    }
    range
}

/// Where the text opens a block first within these bytes.
fn opening(text: &str, within: Range<usize>, levels: &Levels) -> Option<usize> {
    let mut at = within.start;
    loop {
        let rest = text.get(at..within.end)?;
        at += rest.find(is_colon)?;
        let run = colons(text, at);
        let words = text.get(at..within.end)?.split(['<', '\n']).next()?;
        if opens_block(words, levels) {
            return Some(at);
        }
        at += run.max(1);
    }
}

/// Where the last colons end within these bytes, or else the first behind them.
fn closing(text: &str, within: Range<usize>, behind: usize) -> usize {
    let own = text.get(within.clone()).unwrap_or_default();
    if let Some(last) = own.rfind(is_colon) {
        return within.start + last + text.get(within.start + last..).map_or(1, first_len);
    }
    let from = within.end.max(behind);
    let rest = text.get(from..).unwrap_or_default();
    let next = rest.match_indices(":::").next();
    next.map_or(text.len(), |(at, _)| {
        from + at + colons(text, from + at).max(1)
    })
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

fn is_colon(c: char) -> bool {
    matches!(c, ':' | '\u{ff1a}')
}

/// How many bytes the colons take that stand at a byte, with what nobody sees among them.
fn colons(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let after = rest.trim_start_matches(|c| is_colon(c) || is_unseen(c));
    rest.len() - after.len()
}

/// How many lines of what was made open or close blocks, but for those at these bytes.
pub(crate) fn marks(made: &str, but: &[Range<usize>], levels: &Levels) -> usize {
    let mut at = 0;
    let lines = made.split_inclusive('\n').filter(|line| {
        let from = at;
        at += line.len();
        let is_mark = is_block_line(line.trim_end(), levels) || opens_block(line, levels);
        is_mark && !but.iter().any(|range| range.contains(&from))
    });
    lines.count()
}
