//! Comments between `%%` and `%%`, as Obsidian has them.

use crate::problem::{Problem, ProblemKind};
use crate::text::Source;

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
