//! Marks in running words: citations, tags, fields, block references and block names.

use std::borrow::Cow;

use super::inline::Inline;
use crate::link;
use crate::meta::source_key;
use crate::note::SourceRef;

/// Something found in words.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'t> {
    /// `^[a.md, b.md:3-9]`: what stands between the brackets.
    Citation(Cow<'t, str>),
    /// `#tag`
    Tag(&'t str),
    /// `key:: value`: the key, and where the value stands in the words.
    Field {
        key: &'t str,
        value: (usize, usize),
        whole_line: bool,
    },
    /// `((block))`
    Block(String),
    /// `[^name]` of which the text holds no definition.
    Footnote(&'t str),
    /// `^name` at the end.
    Name(&'t str),
}

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) tags: bool,
    pub(super) fields: bool,
    pub(super) blocks: bool,
}

/// Everything found, with its range in the words, in order and without overlap.
pub(super) fn scan(inline: &Inline, wanted: Wanted) -> Vec<(usize, usize, Found<'_>)> {
    let plain = inline.plain.as_str();
    let bytes = plain.as_bytes();
    let mut out = Vec::new();
    let Some(mut at) = first_mark(bytes, wanted) else {
        return out;
    };
    let mut opaque = inline.opaque.iter().copied().peekable();
    while let Some(byte) = bytes.get(at) {
        if !matches!(byte, b'^' | b'#' | b':' | b'(' | b'[') {
            at += 1;
            continue;
        }
        while opaque.peek().is_some_and(|(_, end)| *end <= at) {
            opaque.next();
        }
        if let Some((start, end)) = opaque.peek()
            && *start <= at
        {
            at = *end;
            continue;
        }
        let found = match byte {
            b'^' => citation(plain, at).or_else(|| name(plain, at)),
            b'[' => footnote(plain, at),
            b'#' if wanted.tags => linked_tag(inline, at).or_else(|| tag(plain, at)),
            b':' if wanted.fields && bytes.get(at + 1) == Some(&b':') => field(plain, at, &out),
            b'(' if wanted.blocks => block(plain, at),
            _ => None,
        };
        match found {
            Some((start, end, found)) => {
                // The links of a field's value are still to be seen, and so are citations in it.
                at = match &found {
                    Found::Field { value, .. } => value.0,
                    _ => end.max(at + 1),
                };
                out.push((start, end, found));
            }
            None => at += 1,
        }
    }
    out
}

/// Where the first byte stands with which something could begin, if there is one: most words hold nothing.
fn first_mark(bytes: &[u8], wanted: Wanted) -> Option<usize> {
    let brackets = memchr::memchr2(b'^', b'[', bytes);
    let tags = wanted.tags.then(|| memchr::memchr(b'#', bytes)).flatten();
    let pairs = (wanted.fields || wanted.blocks).then(|| memchr::memchr2(b':', b'(', bytes));
    let marks = [brackets, tags, pairs.flatten()];
    marks.into_iter().flatten().min()
}

fn citation(plain: &str, at: usize) -> Option<(usize, usize, Found<'_>)> {
    let rest = plain.get(at..)?.strip_prefix("^[")?;
    let end = memchr::memchr(b']', rest.as_bytes().get(..2100).unwrap_or(rest.as_bytes()))?;
    let inside = rest.get(..end)?;
    // A mark is short and on one line, or broken once by the editor.
    (!inside.trim().is_empty() && inside.len() <= 2000 && !inside.contains('[')).then(|| {
        (
            at,
            at + 2 + end + 1,
            Found::Citation(link::one_line(inside)),
        )
    })
}

/// Lines of a source, from and to.
type Lines = (u64, u64);

/// A source with its lines, or with the reason why what stands for its lines is none.
pub(super) type Entry<'t> = Result<(Cow<'t, str>, Option<Lines>), (Cow<'t, str>, String)>;

/// Whether the text of `^[…]` names sources, and which, with their lines; `None` for an inline footnote.
pub(super) fn citations<'t>(inside: &'t str, known: &[SourceRef]) -> Option<Vec<Entry<'t>>> {
    let mut out = Vec::new();
    for entry in inside.split([',', ';']).map(str::trim) {
        if entry.is_empty() {
            continue;
        }
        let (name, lines) = split_lines(entry);
        let known = known
            .iter()
            .any(|source| source.key == name || source.id.as_deref() == Some(name));
        if !known && !looks_like_file(name) && !link::is_address(name) {
            return None;
        }
        let key = source_key(name);
        out.push(match lines {
            None => Ok((key, None)),
            Some(Ok(lines)) => Ok((key, Some(lines))),
            Some(Err(text)) => Err((key, text)),
        });
    }
    (!out.is_empty()).then_some(out)
}

/// `s.md:42-58`, `s.md:42`, `s.md#L42-L58`: the name, and the lines or why they are none.
fn split_lines(entry: &str) -> (&str, Option<Result<Lines, String>>) {
    if let Some((name, lines)) = entry.rsplit_once("#L") {
        let lines = lines.replace('L', "");
        return match range(&lines) {
            Some(range) => (name, Some(checked(range, &lines))),
            None => (entry, None),
        };
    }
    if !link::is_address(entry)
        && let Some((name, lines)) = entry.rsplit_once(':')
        && let Some(range) = range(lines)
    {
        return (name, Some(checked(range, lines)));
    }
    (entry, None)
}

fn range(text: &str) -> Option<(u64, u64)> {
    let (from, to) = text.split_once(['-', '–']).unwrap_or((text, text));
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
}

fn checked((from, to): (u64, u64), text: &str) -> Result<(u64, u64), String> {
    if from >= 1 && to >= from {
        Ok((from, to))
    } else {
        Err(format!("`{text}` is no range of lines"))
    }
}

/// `knowledge-management.md` and `notes/Plan 2.pdf` look like files; `an aside, e.g. this` does not.
fn looks_like_file(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    let letters =
        (1..=8).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    let stem = stem.trim_end();
    letters
        && extension.bytes().any(|b| b.is_ascii_alphabetic())
        && stem.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '-' | '_' | '\''))
        && !stem.contains(". ")
        && stem.split_whitespace().count() <= 12
}

fn name(plain: &str, at: usize) -> Option<(usize, usize, Found<'_>)> {
    let before = plain.get(..at)?;
    if !(before.is_empty() || before.ends_with(char::is_whitespace)) {
        return None;
    }
    let rest = plain.get(at + 1..)?;
    let name = rest.trim_end();
    (!name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
    .then_some((at, plain.len(), Found::Name(name)))
}

fn footnote(plain: &str, at: usize) -> Option<(usize, usize, Found<'_>)> {
    let rest = plain.get(at..)?.strip_prefix("[^")?;
    let end = memchr::memchr(b']', rest.as_bytes().get(..110).unwrap_or(rest.as_bytes()))?;
    let name = rest.get(..end)?;
    (!name.is_empty() && name.len() <= 100 && !name.contains(char::is_whitespace))
        .then(|| (at, at + 2 + end + 1, Found::Footnote(name)))
}

fn tag(plain: &str, at: usize) -> Option<(usize, usize, Found<'_>)> {
    let before = plain.get(..at)?.chars().next_back();
    if before
        .is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | ',' | ';' | '。' | '、' | '，'))
    {
        return None;
    }
    let rest = plain.get(at + 1..)?;
    let end = rest.find(|c: char| !is_tag_char(c)).unwrap_or(rest.len());
    let tag = rest.get(..end)?.trim_end_matches(['/', '-']);
    let has_letter = tag
        .chars()
        .any(|c| !c.is_ascii_digit() && !matches!(c, '-' | '_' | '/'));
    (has_letter && !is_colour(tag)).then(|| (at, at + 1 + tag.len(), Found::Tag(tag)))
}

/// Logseq's `#[[two words]]`.
fn linked_tag(inline: &Inline, at: usize) -> Option<(usize, usize, Found<'_>)> {
    let (start, end, _) = inline.links.iter().find(|(start, _, _)| *start == at + 1)?;
    Some((at, at + 1, Found::Tag(inline.plain.get(*start..*end)?)))
}

fn is_tag_char(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '-' | '_' | '/')
        || (!c.is_ascii() && !c.is_whitespace() && !is_punctuation(c))
}

/// Punctuation beyond ASCII that ends a tag. Letters, marks and pictures do not.
fn is_punctuation(c: char) -> bool {
    matches!(u32::from(c), 0xA1..=0xA9 | 0xAB..=0xB4 | 0xB6..=0xB9 | 0xBB..=0xBF | 0xD7 | 0xF7 | 0x2010..=0x205E | 0x3000..=0x3003
        | 0x3008..=0x3011 | 0x3014..=0x301F | 0xFF01..=0xFF0F | 0xFF1A..=0xFF20 | 0xFF3B..=0xFF40 | 0xFF5B..=0xFF65)
}

/// `#fff` and `#1a2b3c` are colours; `#facade` and `#abc` are words.
fn is_colour(tag: &str) -> bool {
    let hex = tag.bytes().all(|b| b.is_ascii_hexdigit());
    let digit = tag.bytes().any(|b| b.is_ascii_digit());
    let same = tag.bytes().all(|b| Some(b) == tag.bytes().next());
    hex && match tag.len() {
        3 => digit || same,
        6 | 8 => digit,
        _ => false,
    }
}

/// `key:: value` on a line of its own, `[key:: value]` or `(key:: value)`; `at` is where the colons stand.
fn field<'t>(
    plain: &'t str,
    at: usize,
    found: &[(usize, usize, Found<'_>)],
) -> Option<(usize, usize, Found<'t>)> {
    let after = plain.get(at + 2..)?;
    if !(after.is_empty() || after.starts_with(char::is_whitespace)) {
        return None;
    }
    // A key is short, so what stands further back is not looked at: a long line would be read again for every field.
    let window = (at.saturating_sub(KEY_WINDOW)..=at).find(|from| plain.is_char_boundary(*from))?;
    let feed = plain
        .get(window..at)?
        .rfind('\n')
        .map(|feed| window + feed + 1);
    let is_line = feed.is_some() || window == 0;
    let line_start = feed.unwrap_or(window);
    let before = plain.get(line_start..at)?;
    // The innermost bracket that is still open decides.
    let open = before
        .rfind(['[', '('])
        .filter(|open| !before.get(*open..).unwrap_or_default().contains([']', ')']));
    if let Some(open) = open {
        let key = before.get(open + 1..)?;
        let close = if before.get(open..)?.starts_with('[') {
            ']'
        } else {
            ')'
        };
        let limit = (0..=after.len().min(2048))
            .rev()
            .find(|to| after.is_char_boundary(*to))?;
        let bracketed = after.get(..limit)?.split('\n').next().unwrap_or_default();
        if let (true, Some(end)) = (is_key(key), balanced(bracketed, close)) {
            let value = trimmed(plain, at + 2, at + 2 + end);
            let whole = (line_start + open, at + 2 + end + 1);
            return Some((
                whole.0,
                whole.1,
                Found::Field {
                    key: key.trim(),
                    value,
                    whole_line: false,
                },
            ));
        }
    }
    if !is_line {
        return None;
    }
    let line_end = after.find('\n').map_or(plain.len(), |feed| at + 2 + feed);
    let key_start = line_start + (before.len() - before.trim_start().len());
    // One line, one field; what stands before it on the line is no key.
    let taken = found
        .iter()
        .rev()
        .take_while(|(start, _, _)| *start >= line_start)
        .any(|(start, end, f)| {
            matches!(f, Found::Field { .. }) && *start < line_end && *end > line_start
        });
    if taken || !is_key(before) {
        return None;
    }
    let value = trimmed(plain, at + 2, line_end);
    Some((
        key_start,
        line_end,
        Found::Field {
            key: before.trim(),
            value,
            whole_line: true,
        },
    ))
}

/// How many bytes before the colons are searched for a key: 64 characters, and what may stand before them.
const KEY_WINDOW: usize = 320;

fn balanced(text: &str, close: char) -> Option<usize> {
    let open = if close == ']' { '[' } else { '(' };
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some(at),
            }
        }
    }
    None
}

fn trimmed(plain: &str, from: usize, to: usize) -> (usize, usize) {
    let value = plain.get(from..to).unwrap_or_default();
    let start = from + (value.len() - value.trim_start().len());
    (
        start.min(to),
        (from + value.trim_end().len()).max(start.min(to)),
    )
}

/// Up to 64 characters that begin with a letter and hold no sentence.
fn is_key(text: &str) -> bool {
    let key = text.trim();
    !key.is_empty()
        && key.chars().count() <= 64
        && key.split_whitespace().count() <= 6
        && key.starts_with(|c: char| {
            c.is_alphabetic() || c == '_' || (!c.is_ascii() && !is_punctuation(c))
        })
        && !key.contains([
            '#', '.', '!', '?', ',', ';', ':', '`', '[', ']', '(', ')', '{', '}', '<', '>', '"',
            '|', '=',
        ])
}

fn block(plain: &str, at: usize) -> Option<(usize, usize, Found<'_>)> {
    let rest = plain.get(at..)?.strip_prefix("((")?;
    let name = rest.get(..36).filter(|_| rest.get(36..38) == Some("))"))?;
    // Logseq names blocks by UUID; anything else in two brackets is prose.
    link::is_block_name(name).then(|| {
        (
            at,
            at + 2 + name.len() + 2,
            Found::Block(name.to_ascii_lowercase()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline(text: &str) -> Inline {
        let mut inline = Inline::default();
        inline.push(text, 0);
        inline
    }

    fn found(inline: &Inline) -> Vec<Found<'_>> {
        scan(
            inline,
            Wanted {
                tags: true,
                fields: true,
                blocks: true,
            },
        )
        .into_iter()
        .map(|(_, _, found)| found)
        .collect()
    }

    #[test]
    fn what_is_a_tag() {
        let tags = |text: &str| -> Vec<String> {
            found(&inline(text))
                .into_iter()
                .filter_map(|f| {
                    if let Found::Tag(tag) = f {
                        Some(tag.to_owned())
                    } else {
                        None
                    }
                })
                .collect()
        };
        assert_eq!(
            tags("#日本語 and #émigré/é, #y1984 (#paren)"),
            ["日本語", "émigré/é", "y1984", "paren"]
        );
        assert_eq!(tags("#1984 foo#bar # heading #fff #1a2b3c x&#39;"), [""; 0]);
        assert_eq!(tags("#a#b"), ["a"]);
        assert_eq!(tags("#facade"), ["facade"]);
    }

    #[test]
    fn what_is_a_field() {
        for prose in [
            "std::vector is fine. use foo::bar",
            "10::30",
            "see http://a/c::d",
            "a sentence, then:: this",
            "::",
        ] {
            assert_eq!(found(&inline(prose)), [], "{prose}");
        }
        let field = |key, value, whole_line| Found::Field {
            key,
            value,
            whole_line,
        };
        assert_eq!(
            found(&inline("requires:: x y")),
            [field("requires", (11, 14), true)]
        );
        assert_eq!(
            found(&inline("it [cost:: 5] and (owner:: me)")),
            [
                field("cost", (10, 12), false),
                field("owner", (26, 28 + 1), false)
            ]
            .map(|f| match f {
                Found::Field { key: "cost", .. } => field("cost", (11, 12), false),
                Found::Field { .. } => field("owner", (27, 29), false),
                other => other,
            })
        );
    }

    #[test]
    fn what_names_a_source() {
        assert!(citations("an aside, e.g. this one", &[]).is_none());
        assert!(citations("see Fig. 3", &[]).is_none());
        assert_eq!(
            citations("a.md, b c.pdf:42-58", &[]),
            Some(vec![
                Ok(("a.md".into(), None)),
                Ok(("b c.pdf".into(), Some((42, 58))))
            ])
        );
        assert_eq!(
            citations("a.md#L3-L4", &[]),
            Some(vec![Ok(("a.md".into(), Some((3, 4))))])
        );
        assert!(matches!(
            citations("a.md:8-3", &[]).as_deref(),
            Some([Err(_)])
        ));
        assert!(matches!(
            citations("a.md:0", &[]).as_deref(),
            Some([Err(_)])
        ));
    }
}
