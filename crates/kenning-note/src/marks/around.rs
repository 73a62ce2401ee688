//! What stands around a word, and what marks look like that all formats have.

use crate::meta::{is_protection_key, names_protection};
use crate::text::{line_on, line_up_to};

/// How far around a word its mark may reach.
const REACH: usize = 400;

/// A word that may be a mark.
pub(super) struct Word<'t> {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) text: &'t str,
    /// The level that it names. Else it speaks of protection, or is the key that does.
    pub(super) level: Option<&'t str>,
}

pub(super) fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// From where to where something reaches that stands between one of these pairs of marks; `endless` says whether it may do without the second.
pub(super) fn pairs(text: &str, marks: &[(&str, &str)], endless: bool) -> Vec<(usize, usize)> {
    let find = |text: &str, mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes());
    let mut found = Vec::new();
    for (open, close) in marks {
        let mut at = 0;
        while let Some(rest) = text.get(at..) {
            let Some(from) = find(rest, open) else { break };
            let inside = rest.get(from + open.len()..).unwrap_or_default();
            // A single sign reaches no further than its line.
            let is_sign = open.len() == 1;
            let reach = if is_sign { line_on(inside) } else { inside };
            let end = match find(reach, close) {
                Some(end) => end + close.len(),
                None if is_sign => 0,
                None if endless => inside.len(),
                None => break,
            };
            let to = from + open.len() + end;
            found.push((at + from, at + to));
            at += to;
        }
    }
    // Those that lie in others say nothing more.
    found.sort_unstable();
    let mut last = 0;
    found.retain(|(_, to)| {
        let is_more = *to > last;
        last = last.max(*to);
        is_more
    });
    found
}

/// Whether a byte lies in one of these ranges, which are in order.
pub(super) fn lies_in(ranges: &[(usize, usize)], at: usize) -> bool {
    let after = ranges.partition_point(|(_, to)| *to <= at);
    ranges.get(after).is_some_and(|(from, _)| *from <= at)
}

/// What stands around a word.
pub(super) struct Around<'t> {
    /// The line up to it.
    pub(super) head: &'t str,
    /// The text up to it, over several lines.
    pub(super) wide: &'t str,
    pub(super) word: &'t str,
    /// The line behind it.
    pub(super) after: &'t str,
    pub(super) line: &'t str,
}

impl<'t> Around<'t> {
    pub(super) fn of(text: &'t str, word: &Word<'t>) -> Self {
        let least = word.from.saturating_sub(REACH);
        let least = (least..=word.from).find(|at| text.is_char_boundary(*at));
        let wide = text
            .get(least.unwrap_or(word.from)..word.from)
            .unwrap_or_default();
        let most = (word.to + REACH).min(text.len());
        let most = (word.to..=most).rev().find(|at| text.is_char_boundary(*at));
        let after = line_on(
            text.get(word.to..most.unwrap_or(word.to))
                .unwrap_or_default(),
        );
        let head = line_up_to(wide);
        let line = text.get(word.from - head.len()..word.to + after.len());
        Self {
            head,
            wide,
            word: text.get(word.from..word.to).unwrap_or_default(),
            after,
            line: line.unwrap_or_default(),
        }
    }
}

/// `::: restricted` behind words, where it opens no block.
pub(super) fn late_opener(here: &Around<'_>) -> Option<String> {
    let after = here.after.trim();
    let ends = after.is_empty() || after.starts_with(['{', '[', ':']);
    let fits = here.head.trim_end().ends_with(":::") && ends;
    fits.then(|| format!("`::: {}`", here.word))
}

/// `:class: restricted`, an option of a box of MyST's or of a directive.
pub(super) fn option(here: &Around<'_>) -> Option<String> {
    let (key, _) = here.head.trim_start().strip_prefix(':')?.split_once(':')?;
    let names_one = key == "class" || speaks(key);
    names_one.then(|| format!("`{}`", here.line.trim()))
}

/// `:restricted[words]`
pub(super) fn directive(here: &Around<'_>) -> Option<String> {
    let before = here.head.trim_end_matches(':');
    let colons = here.head.len() - before.len();
    let fits = (1..=2).contains(&colons)
        && !before.ends_with(char::is_alphanumeric)
        && here.after.starts_with(['[', '{']);
    fits.then(|| format!("the words `:{}[…]`", here.word))
}

/// `[words]{.restricted}`, `## Heading {.restricted}`, `{: .restricted}`
pub(super) fn class_in_braces(here: &Around<'_>) -> Option<String> {
    let inside = here.head.get(here.head.rfind('{')? + 1..)?;
    let rest = inside.strip_suffix('.')?;
    let begins = rest.is_empty() || rest.ends_with([' ', ':']);
    let ends = here.after.starts_with([' ', '}', '.', '#']) && here.after.contains('}');
    (begins && ends && !rest.contains('}')).then(|| format!("the class `.{}`", here.word))
}

/// A key and its value, with nothing else in the line but the marks of an item and of bold words.
pub(super) fn pair(line: &str) -> Option<(&str, &str)> {
    let mark = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '-' | '+');
    let (key, value) = line.trim_start_matches(mark).split_once(':')?;
    let (key, value) = (key.trim_end_matches(mark), value.trim_matches(mark));
    let is_key = (1..=40).contains(&key.len())
        && key.starts_with(char::is_alphabetic)
        && key.chars().all(|c| is_part(c) || c == ' ');
    (is_key && !value.starts_with([':', '/'])).then_some((key, value))
}

/// The key without what says that it is data.
pub(super) fn bare(key: &str) -> &str {
    match key.get(..5) {
        Some(data) if data.eq_ignore_ascii_case("data-") => key.get(5..).unwrap_or_default(),
        _ => key,
    }
}

/// Whether a key speaks of protection where its value is a level.
pub(super) fn speaks(key: &str) -> bool {
    let key = bare(key);
    !key.is_empty() && key.len() < 64 && (names_protection(key) || is_protection_key(key))
}
