//! Markdown as events, piece by piece: a large text never stands in memory as one tree.
//!
//! A tree of a whole text takes several times the room of the text. So a large text is read in windows. The last block of a window may go
//! on behind its end; it is put back and read again at the beginning of the next one. Blocks before the last do not depend on what
//! follows, but for two things that are collected beforehand: what reference links mean, and which footnotes there are.

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};
use rustc_hash::{FxHashMap, FxHashSet};

/// Texts up to this many bytes are read whole, and larger ones in windows of so many.
const WINDOW: usize = 1 << 14;
/// A single block is read whole up to this many bytes, except for a fenced block of code, which may have any size.
const BLOCK: usize = 1 << 20;

/// What a large text defines for all of its pieces. Empty for others, where the parser knows it.
#[derive(Debug, Default)]
pub(super) struct Defined<'t> {
    /// Addresses by folded label.
    links: FxHashMap<String, &'t str>,
    /// Labels of footnotes.
    pub(super) footnotes: FxHashSet<&'t str>,
}

/// Gives every event of a text to `take`, with its first byte and the byte after its last, until `take` says that it has enough.
/// Returns where blocks were cut because they were too large to be read whole.
pub(super) fn events<'t>(
    text: &'t str,
    options: Options,
    defined: &Defined<'t>,
    mut take: impl FnMut(Event<'t>, usize, usize) -> bool,
) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut start = 0;
    let mut size = WINDOW;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let (window, is_cut) = window(rest, size);
        let is_last = window.len() == rest.len();
        let mut meaning = |link: BrokenLink<'t>| defined.meaning(&link.reference);
        let parser = Parser::new_with_broken_link_callback(window, options, Some(&mut meaning));
        // Nothing is held back in the last window, which for most texts is the only one.
        let mut held: Vec<(Event<'t>, usize, usize)> = Vec::new();
        let (mut depth, mut lists_only, mut resume) = (0_usize, true, None);
        // A block that has to be taken as it is need not be held.
        let mut takes = size >= BLOCK || is_cut;
        for (event, range) in parser.into_offset_iter() {
            if is_last {
                if !take(event, start + range.start, start + range.end) {
                    return cuts;
                }
                continue;
            }
            // A new block at the top, or a new item of a list at the top: what stands before it is whole.
            let begins = match &event {
                Event::Start(Tag::Item) => depth == 1 && lists_only,
                Event::Start(_) | Event::Html(_) | Event::Rule => depth == 0,
                _ => false,
            };
            if begins {
                // Without the spaces before it, code that is set in would be words.
                let before = rest.get(..range.start).unwrap_or_default();
                let from = before.trim_end_matches([' ', '\t']).len();
                takes &= resume.is_none_or(|first| first == from);
                resume = Some(from);
                for (event, from, to) in held.drain(..) {
                    if !take(event, from, to) {
                        return cuts;
                    }
                }
            }
            let before = depth;
            match &event {
                Event::Start(tag) => {
                    if depth == 0 {
                        lists_only = matches!(tag, Tag::List(_));
                    }
                    depth += 1;
                }
                Event::End(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            if !takes {
                held.push((event, start + range.start, start + range.end));
            } else if let (0, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)))) =
                (before, &event)
            {
                // Its words are nobody's, so its end is looked for without reading it.
                let end = range.start + fenced(rest.get(range.start..).unwrap_or_default());
                if !take(event, start + range.start, start + end)
                    || !take(
                        Event::End(TagEnd::CodeBlock),
                        start + range.start,
                        start + end,
                    )
                {
                    return cuts;
                }
                resume = Some(end);
                takes = false;
                held.clear();
                break;
            } else if !take(event, start + range.start, start + range.end) {
                return cuts;
            }
        }
        if is_last {
            break;
        }
        match resume {
            // What a block needed, the next one may need too.
            Some(after) if !takes && after > 0 => start += after,
            _ if takes => {
                // The block is larger than what is read whole. It ended here, as if the text did.
                start += window.len();
                cuts.push(start);
                size = WINDOW;
            }
            _ => size *= 2,
        }
    }
    cuts
}

/// How many bytes a fenced block of code has that begins a text (CommonMark 0.31, section 4.5).
fn fenced(text: &str) -> usize {
    let first = text.trim_start_matches(' ');
    let mark = if first.starts_with('~') { '~' } else { '`' };
    let length = first.len() - first.trim_start_matches(mark).len();
    let mut end = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        end += line.len();
        let inner = line.trim_end();
        let marks = inner.trim_start_matches(' ');
        let closes = inner.len() - marks.len() < 4
            && marks.len() >= length
            && marks.chars().all(|c| c == mark);
        if index > 0 && closes {
            break;
        }
    }
    end
}

/// The first lines of a text that have about this many bytes together, and whether they end within a line that is too long to be read whole.
fn window(text: &str, size: usize) -> (&str, bool) {
    let bytes = text.as_bytes();
    let Some(first) = bytes.get(..size).filter(|_| bytes.len() > size) else {
        return (text, false);
    };
    let most = bytes.get(..BLOCK.max(size)).unwrap_or(bytes);
    let end = memchr::memrchr(b'\n', first)
        .filter(|at| at * 2 >= size)
        .or_else(|| memchr::memchr(b'\n', most.get(size..)?).map(|at| at + size))
        .map(|at| at + 1);
    if let Some(end) = end.or_else(|| (most.len() == bytes.len()).then_some(bytes.len())) {
        return (text.get(..end).unwrap_or(text), false);
    }
    let end = memchr::memrchr(b' ', most).map_or(most.len(), |at| at + 1);
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at));
    (text.get(..end.unwrap_or(0)).unwrap_or(text), true)
}

impl<'t> Defined<'t> {
    /// What a text defines, where it is so large that it is read in pieces.
    pub(super) fn of(text: &'t str) -> Self {
        let mut defined = Self::default();
        if text.len() <= WINDOW || memchr::memmem::find(text.as_bytes(), b"]:").is_none() {
            return defined;
        }
        // The fence of the block of code around: what stands in it defines nothing.
        let mut fence: Option<&str> = None;
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            // A definition may stand in a quote or in an item of a list.
            let is_mark = |c: char| {
                c.is_ascii_digit() || matches!(c, ' ' | '\t' | '>' | '-' | '*' | '+' | '.' | ')')
            };
            let bare = line.trim_start_matches(is_mark);
            let mark = fence_of(bare);
            if let Some(open) = fence {
                let closes =
                    mark.is_some_and(|mark| mark.starts_with(open) && bare.trim_end() == mark);
                fence = fence.filter(|_| !closes);
                continue;
            }
            fence = mark;
            let Some((label, after)) = bare
                .strip_prefix('[')
                .and_then(|rest| rest.split_once("]:"))
            else {
                continue;
            };
            if let Some(name) = label.strip_prefix('^') {
                defined.footnotes.insert(name);
            } else if !label.contains(['[', ']']) {
                let to = match after.trim_start() {
                    "" => lines
                        .peek()
                        .map_or("", |next| next.trim_start_matches([' ', '\t', '>'])),
                    to => to,
                };
                let (to, after) = match to.strip_prefix('<') {
                    Some(inside) => inside.split_once('>').unwrap_or_default(),
                    None => to.split_once([' ', '\t']).unwrap_or((to, "")),
                };
                // What goes on in other words than a title defines nothing: "[Ada]: Good morning".
                let after = after.trim_start();
                let ends = after.is_empty() || after.starts_with(['"', '\'', '(']);
                if !to.is_empty() && ends {
                    defined.links.entry(folded(label)).or_insert(to);
                }
            }
        }
        defined
    }

    fn meaning(&self, label: &str) -> Option<(CowStr<'t>, CowStr<'t>)> {
        if self.links.is_empty() {
            return None;
        }
        let to = self.links.get(&folded(label))?;
        Some((CowStr::Borrowed(to), CowStr::Borrowed("")))
    }
}

/// The marks that open or close a fenced block of code, where a line begins with such (CommonMark 0.31, section 4.5).
fn fence_of(line: &str) -> Option<&str> {
    let mark = line
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    // What follows backquotes holds none, else they are code within a line.
    let is_open = line.len() - rest.len() >= 3 && !(mark == '`' && rest.contains('`'));
    line.get(..line.len() - rest.len()).filter(|_| is_open)
}

/// A label as CommonMark 0.31, section 4.7, compares it.
fn folded(label: &str) -> String {
    let mut out = String::with_capacity(label.len());
    for word in label.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}

/// Where code and mathematics stand in a text, in order, as far as they begin before byte `end`. What follows the next empty line is not
/// read, and code that goes on there ends at it.
pub(super) fn code(text: &str, options: Options, end: usize) -> Vec<(usize, usize)> {
    let text = text.get(..up_to(text, end)).unwrap_or(text);
    // Code has a mark or is indented by a tab or four spaces. Most texts have neither, and need not be read for it.
    let has = |mark: &[u8]| memchr::memmem::find(text.as_bytes(), mark).is_some();
    let marked = memchr::memchr3(b'`', b'$', b'\t', text.as_bytes()).is_some();
    if marked || has(b"~~~") || has(b"    ") {
        code_of(text, options, end)
    } else {
        Vec::new()
    }
}

/// Where the first empty line after a byte begins: how what stands before it is read does not depend on what follows, save for how far
/// code goes on.
fn up_to(text: &str, byte: usize) -> usize {
    let rest = text.as_bytes().get(byte..).unwrap_or_default();
    memchr::memmem::find(rest, b"\n\n").map_or(text.len(), |at| byte + at + 1)
}

fn code_of(text: &str, options: Options, last: usize) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut opened = None;
    events(text, options, &Defined::default(), |event, start, end| {
        match event {
            Event::Start(Tag::CodeBlock(_)) => opened = Some(start),
            Event::End(TagEnd::CodeBlock) => out.push((opened.take().unwrap_or(start), end)),
            Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => out.push((start, end)),
            _ => {}
        }
        start < last || opened.is_some()
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn where_there_is_no_mark_of_code_there_is_none(text in "[ab>*1.+ \\n~`\\t-]{0,24}") {
            let options = super::super::options();
            prop_assert_eq!(code(&text, options, text.len()), code_of(&text, options, text.len()));
        }

        #[test]
        fn code_that_begins_before_a_byte_is_found_without_what_follows(text in "[ab>*1.+ \\n~`$<\\t-]{0,32}", end in 0..24_usize) {
            let options = super::super::options();
            let read = up_to(&text, end);
            let known = |found: Vec<(usize, usize)>| -> Vec<_> {
                let before = found.into_iter().filter(|(start, _)| *start < end);
                before.map(|(start, to)| (start, to.min(read))).collect()
            };
            prop_assert_eq!(known(code(&text, options, end)), known(code_of(&text, options, text.len())));
        }
    }

    /// What stands at the top or in a list, as one line each.
    fn all(text: &str) -> (Vec<String>, Vec<usize>) {
        let defined = Defined::of(text);
        let mut out = Vec::new();
        let cuts = events(
            text,
            super::super::options(),
            &defined,
            |event, start, end| {
                if let Event::Text(_) | Event::Code(_) | Event::Start(Tag::Link { .. }) = &event {
                    out.push(format!("{start}-{end} {event:?}").replace("Unknown", ""));
                }
                true
            },
        );
        (out, cuts)
    }

    #[test]
    fn a_large_text_reads_as_if_whole() {
        let mut text = String::from("Begin [one] and [Two]\n\n");
        let mut number = 0;
        while text.len() < 3 * WINDOW {
            number += 1;
            text.push_str(&format!(
                "# Heading {number}\n\nWords `code` and [one].\nMore [[words]].\n\n"
            ));
            text.push_str(
                "- item\n  - inner\n\n    more\n- [[next]]\n\n```\n# not [one]\n\n- not\n```\n\n",
            );
            text.push_str("> quote [x][two]\n> on\n\n| a | b |\n|---|---|\n| c | d |\n\n<div>\n[one]\n\n</div>\n\n");
        }
        text.push_str(
            "~~~~ text\n~~~\n[one]: wrong.md\n~~~~\n\n- ```\n  [two]: wrong.md\n  ```\n\n",
        );
        text.push_str("[two]: Good morning\n\n");
        text.push_str("> [one]:\n> first.md\n\n\n1. [two]: <second.md> \"title\"\n");
        let (pieces, cuts) = all(&text);
        let mut whole = Vec::new();
        for (event, range) in Parser::new_ext(&text, super::super::options()).into_offset_iter() {
            if let Event::Text(_) | Event::Code(_) | Event::Start(Tag::Link { .. }) = &event {
                whole.push(format!("{}-{} {event:?}", range.start, range.end));
            }
        }
        // A title is nobody's word.
        let whole: Vec<String> = whole
            .into_iter()
            .map(|line| line.replace("Borrowed(\"title\")", "Borrowed(\"\")"))
            .collect();
        assert!(cuts.is_empty());
        assert_eq!(pieces.len(), whole.len());
        for (piece, whole) in pieces.iter().zip(&whole) {
            assert_eq!(
                &piece.replace("Borrowed(\"title\")", "Borrowed(\"\")"),
                whole
            );
        }
    }

    #[test]
    fn what_is_set_in_reads_as_if_whole() {
        for item in [
            "  - item\n\n    words\n    - inner\n",
            "  1. item\n     words\n",
            "Words.\n\n    - code\n\n    and more\n\n",
            "Words.\n\n\t- code by a tab\n\n",
        ] {
            let text = item.repeat(3 * WINDOW / item.len());
            // Where words and code stand, and in how many items.
            let mut pieces = Vec::new();
            let mut depth = 0_i32;
            let mut look = |event: &Event<'_>, start: usize, words: &mut Vec<_>| match event {
                Event::Start(Tag::Item) => depth += 1,
                Event::End(TagEnd::Item) => depth -= 1,
                Event::Text(_) | Event::Start(Tag::CodeBlock(_)) => words.push((start, depth)),
                _ => {}
            };
            let options = super::super::options();
            let cuts = events(&text, options, &Defined::of(&text), |event, start, _| {
                look(&event, start, &mut pieces);
                true
            });
            assert!(cuts.is_empty());
            let mut whole = Vec::new();
            for (event, range) in Parser::new_ext(&text, options).into_offset_iter() {
                look(&event, range.start, &mut whole);
            }
            assert!(pieces == whole, "{item}");
        }
    }

    #[test]
    fn a_list_without_end_is_read_item_by_item() {
        let text = "- an item with [[a link]]\n\t- and one inside\n".repeat(3 * WINDOW / 40);
        let (pieces, cuts) = all(&text);
        assert!(cuts.is_empty());
        assert_eq!(
            pieces
                .iter()
                .filter(|piece| piece.contains("inside"))
                .count(),
            3 * WINDOW / 40
        );
    }

    #[test]
    fn a_block_of_code_has_any_size() {
        let text = format!(
            "````rust\n{}````\n\nAfter [[it]].\n",
            "```\nlet [[a]] = 1;\n".repeat(BLOCK / 8)
        );
        let (pieces, cuts) = all(&text);
        assert!(cuts.is_empty());
        assert_eq!(pieces.len(), 4, "{pieces:?}");
    }

    #[test]
    fn a_paragraph_without_end_is_cut_at_a_line() {
        let text = "words and words\n".repeat(2 * BLOCK / 16 + 10);
        let (pieces, cuts) = all(&text);
        assert!(!cuts.is_empty());
        assert!(cuts.iter().all(|cut| cut % 16 == 0));
        assert_eq!(pieces.len(), 2 * BLOCK / 16 + 10);
    }

    #[test]
    fn a_line_without_end_is_cut_at_a_space() {
        let words = "wörter und so ".repeat(5 * BLOCK / 2 / 15);
        let (pieces, cuts) = all(&format!("Before [[it]].\n\n{words}\n\nAfter.\n"));
        assert_eq!(cuts.len(), 2, "{cuts:?}");
        assert!(cuts.iter().all(|cut| cut - 16 <= 2 * BLOCK));
        let last = pieces.last().map(String::as_str);
        assert!(last.is_some_and(|last| last.contains("After.")), "{last:?}");
        let (pieces, cuts) = all(&"ö".repeat(BLOCK));
        assert_eq!((pieces.len(), cuts), (2, vec![BLOCK]));
    }
}
