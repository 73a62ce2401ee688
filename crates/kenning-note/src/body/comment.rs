//! Comments between `%%` and `%%`, as Obsidian has them.

use crate::problem::{Problem, ProblemKind};
use crate::text::Source;

use super::NO_BREAK;

/// Where comments stand in `text`, which begins at byte `offset` of the source. One that never ends runs to the end of the text.
pub(super) fn find(
    text: &str,
    offset: usize,
    source: &Source<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<(usize, usize)> {
    let Some(last) = super::site::last_of(text, "%%") else {
        return Vec::new();
    };
    let code = super::pieces::code(text, super::options(), last + 1);
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = next(text, at, &code) {
        match next(text, start + 2, &code) {
            Some(end) => {
                out.push((start + offset, end + 2 + offset));
                at = end + 2;
            }
            None => {
                let place = source.place(start + offset);
                let hint = "end it with `%%`; until then the rest of the note counts as a comment";
                problems.push(
                    Problem::new(
                        ProblemKind::Value,
                        place,
                        "the comment `%%` is never closed",
                    )
                    .with_hint(hint),
                );
                out.push((start + offset, text.len() + offset));
                break;
            }
        }
    }
    out
}

/// The text without its comments, with words behind one that begins a line as they were: after so many spaces they would be code. Of
/// those, the first becomes one that does not count as such.
pub(super) fn keep_beginnings(text: String, offset: usize, comments: &[(usize, usize)]) -> String {
    let mut bytes = text.into_bytes();
    for (start, end) in comments {
        let (start, end) = (start.saturating_sub(offset), end.saturating_sub(offset));
        let before = bytes.get(..end).unwrap_or_default();
        let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let at = line.max(start);
        let head = bytes.get(line..at).unwrap_or_default();
        let begins = head.iter().all(super::is_lead);
        let rest = bytes.get(end..).unwrap_or_default();
        let goes_on = rest
            .iter()
            .find(|b| !matches!(b, b' ' | b'\t'))
            // What could be a mark of Markdown's or of a protected block stays what it is.
            .is_some_and(|b| {
                b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'[' | b'(' | b'"')
            });
        if let Some(room) = bytes.get_mut(at..end)
            && begins
            && goes_on
            && let Some(room) = room.get_mut(..NO_BREAK.len())
        {
            room.copy_from_slice(NO_BREAK.as_bytes());
        }
    }
    // Only spaces were written over.
    String::from_utf8(bytes).unwrap_or_default()
}

/// The next `%%` that stands neither in code nor in an address.
fn next(text: &str, from: usize, code: &[(usize, usize)]) -> Option<usize> {
    let mut at = from;
    loop {
        let found = at + memchr::memmem::find(text.as_bytes().get(at..)?, b"%%")?;
        let after = code.partition_point(|(_, end)| *end <= found);
        if let Some((_, end)) = code.get(after).filter(|(start, _)| *start <= found) {
            at = *end;
            continue;
        }
        // An address that is longer than this is none.
        let near = (found.saturating_sub(512)..=found).find(|from| text.is_char_boundary(*from))?;
        let word = text
            .get(near..found)?
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or_default();
        if word.contains("://") || word.contains("](") {
            at = found + 2;
            continue;
        }
        return Some(found);
    }
}
