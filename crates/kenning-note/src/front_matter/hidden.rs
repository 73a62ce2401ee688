//! Protection that is stated where it would be missed, in what only looks like front matter: its author meant it.

use crate::meta::{squeezed, states_protection};
use crate::problem::Place;
use crate::text::{Source, ends_line, is_unseen};

/// How many lines are looked at.
const LINES: usize = 200;
/// How long the key of a line may be that has nothing around it.
const KEY: usize = 40;
/// How many headings and comments may stand before.
const BEFORE: usize = 16;

/// Where the text from `from` on, which has no front matter there, states a protection in its first block all the same.
///
/// `has_keys` says that the format has lines of keys and values there itself.
pub(super) fn protection(source: &Source<'_>, from: usize, has_keys: bool) -> Option<Place> {
    let text = source.text.as_ref();
    let mut at = from + blank(text.get(from..)?);
    let header = (!has_keys).then(|| text.get(at..).and_then(in_header));
    if let Some(key) = header.flatten() {
        return Some(source.place(at + key));
    }
    let mut is_first = from == 0;
    for _ in 0..BEFORE {
        let head = text.get(at..)?;
        let end = if let Some(comment) = head.strip_prefix("<!--") {
            let end = comment.find("-->")?;
            let inside = comment.get(..end)?;
            let skipped = blank(inside);
            if let Some(key) = in_block(inside.get(skipped..)?, is_first) {
                return Some(source.place(at + 4 + skipped + key));
            }
            end + 7
        } else if head.starts_with('#') {
            head.find(ends_line)?
        } else {
            break;
        };
        at += end;
        at += blank(text.get(at..)?);
        is_first = false;
    }
    let head = text.get(at..)?;
    let is_object = head.starts_with('{') && !head.starts_with("{{") && !head.starts_with("{%");
    let key = if is_object {
        in_object(head)
    } else {
        in_block(head, is_first)
    };
    key.map(|key| source.place(at + key))
}

/// Whether a text without front matter begins as if it had some, however that is spelt.
pub(crate) fn may_begin(text: &str) -> bool {
    let head = text.get(blank(text)..).unwrap_or_default();
    head.starts_with('{') || head.lines().next().is_some_and(is_fence)
}

/// How many bytes of white space and of what nobody sees stand at the head of a text.
fn blank(text: &str) -> usize {
    text.len()
        - text
            .trim_start_matches(|c: char| c.is_whitespace() || is_unseen(c))
            .len()
}

/// A hyphen, or what a program for texts makes of several.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Whether a line looks like one that opens front matter.
fn is_fence(line: &str) -> bool {
    let line = line.trim_matches(|c: char| c.is_whitespace() || is_unseen(c));
    ["---", "+++", ";;;"]
        .iter()
        .any(|mark| line.starts_with(mark))
        || line.chars().all(is_dash) && line.len() > 1
}

/// The same for what stands between lines of hyphens, or behind one.
fn in_block(head: &str, is_first: bool) -> Option<usize> {
    // Most texts begin with a word, and their first line may be long.
    if !head.starts_with(|c: char| is_dash(c) || matches!(c, '+' | ';')) {
        return None;
    }
    let mut at = 0;
    for (number, line) in head.split_inclusive(ends_line).take(LINES).enumerate() {
        if number == 0 && !is_fence(line) {
            return None;
        }
        // A second block ends where it ends; of a first that is none nobody knows where that is.
        if !is_first && number > 0 && (line.trim().is_empty() || is_fence(line)) {
            return None;
        }
        let key = line.split([':', '=']).next().unwrap_or_default();
        let is_key = key.len() < line.len() && key.split_whitespace().count() == 1;
        if is_key && key.len() <= 64 && states_protection(key) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// The same for lines of keys and values without anything around them, as MultiMarkdown has them. Prose may begin so as well, but
/// does not go on with one word.
fn in_header(head: &str) -> Option<usize> {
    let longest = head.as_bytes().get(..=KEY).unwrap_or(head.as_bytes());
    memchr::memchr(b':', longest)?;
    let (mut at, mut found) = (0, None);
    for line in head.split_inclusive(ends_line).take(LINES) {
        if line.trim().is_empty() {
            break;
        }
        let (key, value) = line.split_once(':')?;
        let is_key = key.len() <= KEY
            && key.starts_with(char::is_alphabetic)
            && key
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        if !is_key || value.starts_with(':') {
            return None;
        }
        let is_word = value.split_whitespace().count() == 1;
        if is_word && squeezed(key).starts_with("prot") && states_protection(key) {
            found.get_or_insert(at);
        }
        at += line.len();
    }
    found
}

/// The same for what looks like an object in braces: a quoted key before the first empty line.
fn in_object(head: &str) -> Option<usize> {
    let lines = head.split_inclusive('\n').take(LINES);
    let lines = lines.take_while(|line| !line.trim().is_empty());
    let block = head.get(..lines.map(str::len).sum())?;
    let quotes = block.match_indices('"');
    let mut keys = quotes.filter(|(at, _)| {
        let key = block.get(at + 1..).unwrap_or_default();
        let (key, after) = key.split_once('"').unwrap_or((key, ""));
        key.len() <= 64 && states_protection(key) && after.trim_start().starts_with(':')
    });
    keys.next().map(|(at, _)| at)
}
