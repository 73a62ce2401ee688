//! Text as a piece of an IRI, and back.
//!
//! RFC 3987 lets a path segment hold most letters of most scripts, and those stay readable. Everything else is
//! percent-encoded as UTF-8. Three things go beyond the grammar, because names must survive the machines in between:
//!
//! - Letters outside ASCII stay as they are only in text that is in Normalization Form C, so that a client which
//!   normalises IRIs (RFC 3987, section 5.3.2.2) changes nothing, and `é` written in one code point or in two gives two IRIs.
//! - A segment that is empty, `.` or `..` would be folded away when a client resolves it (RFC 3986, section 5.2.4; browsers
//!   do so for `%2E%2E` as well), so it gets a `~` in front, and so does a segment that already looks like that.
//! - Of the characters that a segment might hold besides, such as `(`, `&` or `:`, none is kept: they end an address in
//!   running text, or mean something to a shell, or to Turtle.

use std::borrow::Cow;

use unicode_normalization::is_nfc;

/// `text` as one segment of a path; a `/` in it is encoded.
///
/// INVARIANT: `decode_segment(&encode_segment(x)) == Some(x)` for every `x`, so two texts never share a segment.
#[must_use]
pub fn encode_segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    push_segment(&mut out, text);
    out
}

/// `text` as a path: every `/` separates segments, and each segment is encoded as by [`encode_segment`].
#[must_use]
pub fn encode_path(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    push_path(&mut out, text);
    out
}

/// The path that [`encode_path`] would have made of the same text, for one that a machine in between has written in another way: with
/// letters outside ASCII percent-encoded, as a URI has them, or with escapes in small letters. `None` when the escapes are not UTF-8.
#[must_use]
pub fn canonical_path(path: &str) -> Option<String> {
    let mut out = String::with_capacity(path.len());
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        push_segment(&mut out, &decode(segment)?);
    }
    Some(out)
}

/// Adds what [`encode_path`] gives.
pub(crate) fn push_path(out: &mut String, text: &str) {
    // In most paths all is ASCII, and no name is empty or begins as one that is folded away does.
    let (mut all, mut before, mut is_simple) = (PLAIN, SLASH, true);
    for byte in text.bytes() {
        let class = class(byte);
        is_simple &= before != SLASH || class & (SLASH | DOT) == 0;
        all |= class;
        before = class;
    }
    if is_simple && before != SLASH && all & WIDE == 0 {
        if all & ODD == 0 {
            out.push_str(text);
        } else {
            push_ascii(out, text, PLAIN | DOT | SLASH);
        }
        return;
    }
    for (index, segment) in text.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        push_segment(out, segment);
    }
}

/// The text of a segment that [`encode_segment`] made; `None` when it did not make it.
#[must_use]
pub fn decode_segment(segment: &str) -> Option<String> {
    if segment.contains('/') {
        return None;
    }
    let text = decode(segment)?;
    // What a machine in between wrote in another way is not what we minted: one thing has one IRI.
    (encode_segment(&text) == segment).then_some(text)
}

/// The text of a path that [`encode_path`] made; `None` when it did not make it.
#[must_use]
pub fn decode_path(path: &str) -> Option<String> {
    let segments: Option<Vec<String>> = path.split('/').map(decode_segment).collect();
    // A `/` inside a segment can only come from `encode_segment`.
    let segments = segments?;
    if segments.iter().any(|segment| segment.contains('/')) {
        return None;
    }
    Some(segments.join("/"))
}

/// Encodes without regard to what a whole segment may look like: for fragments.
pub(crate) fn push_encoded(out: &mut String, text: &str) {
    let all = text.bytes().fold(PLAIN, |all, byte| all | class(byte));
    if all & WIDE == 0 {
        if all & (ODD | SLASH) == 0 {
            out.push_str(text);
        } else {
            push_ascii(out, text, PLAIN | DOT);
        }
        return;
    }
    let readable = is_nfc(text);
    let mut from = 0;
    for (at, c) in text.char_indices() {
        if keeps(c) && (readable || c.is_ascii()) {
            continue;
        }
        out.push_str(text.get(from..at).unwrap_or_default());
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            push_hex(out, byte);
        }
        from = at + c.len_utf8();
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

/// Adds a text of ASCII, in which bytes of the `kept` classes stand for themselves.
fn push_ascii(out: &mut String, text: &str, kept: u8) {
    out.reserve(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| class(byte) & !kept != 0) {
        let (plain, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        if let Some(byte) = after.bytes().next() {
            push_hex(out, byte);
        }
        rest = after.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}

fn push_hex(out: &mut String, byte: u8) {
    let at = 3 * usize::from(byte);
    out.push_str(ESCAPES.get(at..at + 3).unwrap_or_default());
}

/// `%00%01…%FF`.
const ESCAPES: &str = match std::str::from_utf8(&escapes()) {
    Ok(text) => text,
    Err(_) => "",
};

#[expect(clippy::indexing_slicing, reason = "it runs while this is compiled")]
const fn escapes() -> [u8; 768] {
    let mut text = [b'%'; 768];
    let mut byte = 0;
    while byte < 256 {
        text[3 * byte + 1] = hex(byte as u8 >> 4);
        text[3 * byte + 2] = hex(byte as u8 & 15);
        byte += 1;
    }
    text
}

/// Adds what [`encode_segment`] gives.
pub(crate) fn push_segment(out: &mut String, segment: &str) {
    if is_folded_away(segment) {
        out.push('~');
    }
    push_encoded(out, segment);
}

/// Whether a segment is empty or made of dots that mean "here" or "up", after any number of `~`.
fn is_folded_away(segment: &str) -> bool {
    matches!(segment.bytes().next(), None | Some(b'.' | b'~'))
        && matches!(segment.trim_start_matches('~'), "" | "." | "..")
}

fn decode(segment: &str) -> Option<String> {
    let segment = if is_folded_away(segment) {
        segment.strip_prefix('~')?
    } else {
        segment
    };
    if !segment.contains('%') {
        return Some(segment.to_owned());
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Half a byte as RFC 3986 writes it, in a capital letter.
const fn hex(half: u8) -> u8 {
    half + if half < 10 { b'0' } else { b'A' - 10 }
}

/// Whether a byte of ASCII stands for itself.
const fn stays(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// What a byte may be in a path, as bits.
const PLAIN: u8 = 0;
const SLASH: u8 = 1;
/// It stands for itself, but a name that begins with it may be folded away.
const DOT: u8 = 2;
/// It is encoded.
const ODD: u8 = 4;
/// Part of a character outside ASCII.
const WIDE: u8 = 8;

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(WIDE)
}

#[expect(clippy::indexing_slicing, reason = "it runs while this is compiled")]
const CLASSES: [u8; 256] = {
    let mut classes = [WIDE; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b'/' => SLASH,
            b'.' | b'~' => DOT,
            byte if stays(byte) => PLAIN,
            _ => ODD,
        };
        byte += 1;
    }
    classes
};

/// Whether a character stands for itself: `iunreserved` of RFC 3987, less what nobody can see.
fn keeps(c: char) -> bool {
    if let Ok(byte) = u8::try_from(c)
        && c.is_ascii()
    {
        return stays(byte);
    }
    let code = u32::from(c);
    let ucschar = matches!(code, 0xA0..=0xD7FF | 0xF900..=0xFDCF | 0xFDF0..=0xFFEF)
        || ((0x1_0000..=0xD_FFFD).contains(&code) && code & 0xFFFF <= 0xFFFD)
        || (0xE_1000..=0xE_FFFD).contains(&code);
    // Section 4.1 of RFC 3987 forbids the bidirectional marks; the other format characters are as invisible.
    let unseen = c.is_whitespace()
        || c.is_control()
        || matches!(code, 0xAD | 0x061C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF);
    ucschar && !unseen
}

/// The path of a note as it stands in its IRI: without a final `.md`, and so that no two paths end alike.
///
/// `a.md` is `a` and `a.txt` is `a.txt`. What would be taken for another file is marked: a file `a` without any
/// extension is `a~p`, and `a.txt.md` is `a.txt~m`. A name that happens to end in such a mark gets `~u`.
pub(crate) fn note_path(path: &str) -> Cow<'_, str> {
    let (stem, markdown) = match path.strip_suffix(".md") {
        Some(stem) => (stem, true),
        None => (path, false),
    };
    let mark = if markdown == has_other_extension(stem) {
        if markdown { "~m" } else { "~p" }
    } else if ends_in_mark(stem) {
        "~u"
    } else {
        return Cow::Borrowed(stem);
    };
    Cow::Owned(format!("{stem}{mark}"))
}

/// The path of the file whose [`note_path`] this is.
pub(crate) fn file_path(path: &str) -> String {
    if let Some(stem) = path.strip_suffix("~m") {
        return format!("{stem}.md");
    }
    if let Some(stem) = path.strip_suffix("~p") {
        return stem.to_owned();
    }
    let stem = path.strip_suffix("~u").unwrap_or(path);
    if has_other_extension(stem) {
        stem.to_owned()
    } else {
        format!("{stem}.md")
    }
}

fn ends_in_mark(stem: &str) -> bool {
    ["~m", "~p", "~u"].iter().any(|mark| stem.ends_with(mark))
}

/// Whether a name ends in an extension, other than `.md`, of files that may be notes.
fn has_other_extension(stem: &str) -> bool {
    const OTHERS: [&str; 18] = [
        "txt",
        "text",
        "markdown",
        "mdown",
        "mkd",
        "mdx",
        "mdoc",
        "md",
        "org",
        "tid",
        "html",
        "htm",
        "wiki",
        "mediawiki",
        "adoc",
        "rst",
        "qmd",
        "rmd",
    ];
    // None of them is longer than `mediawiki`.
    let end = stem.as_bytes();
    let end = end.get(end.len().saturating_sub(10)..).unwrap_or_default();
    let dot = end.iter().rposition(|byte| *byte == b'.');
    let extension = dot.and_then(|dot| end.get(dot + 1..));
    extension.is_some_and(|extension| {
        OTHERS
            .iter()
            .any(|other| extension.eq_ignore_ascii_case(other.as_bytes()))
    })
}
