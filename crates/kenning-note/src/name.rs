//! Names: how spellings of one name become one key.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// The key of a name: spellings that differ by case, width, composition, quotes, or by hyphen, underscore and space have one.
///
/// Normalization Form KC, case folded without regard to language, quotes dropped, runs of `-`, `_` and white space made one
/// space, and none at either end. A name of such characters alone is kept as it is, so no two of these fall together.
///
/// ```
/// use kenning_note::normal_key;
/// assert_eq!(normal_key("Supply-Chain"), "supply chain");
/// assert_eq!(normal_key("ＫＭ “Basics”"), "km basics");
/// ```
#[must_use]
pub fn normal_key(name: &str) -> String {
    if name.is_ascii() {
        return or_itself(squeeze_ascii(name), name);
    }
    // Folding may undo composition and composition may make a new letter to fold, hence both, twice.
    let folded = name
        .nfkc()
        .default_case_fold()
        .nfkc()
        .default_case_fold()
        .nfkc();
    // What stood on both sides of a quote may compose now that it is gone.
    or_itself(squeeze(folded, name.len()).nfkc().collect(), name)
}

/// The key of a tag: case folded and composed, and without `#` in front.
#[must_use]
pub fn tag_key(tag: &str) -> String {
    let tag = tag.trim().trim_start_matches('#').trim_matches('/');
    if tag.is_ascii() {
        tag.to_ascii_lowercase()
    } else {
        tag.nfkc().default_case_fold().nfkc().collect()
    }
}

/// The words of a heading or title as they stand in an address: lower case, hyphens for everything between letters and digits.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            if gap && !out.is_empty() {
                out.push('-');
            }
            gap = false;
            out.push(c);
        } else if !matches!(c, '\'' | '’') {
            gap = true;
        }
    }
    out
}

/// What [`squeeze`] does to lower case, without looking for letters of more than a byte.
fn squeeze_ascii(name: &str) -> String {
    let mut out = Vec::with_capacity(name.len());
    let mut gap = false;
    for byte in name.bytes() {
        match byte {
            b'"' | b'\'' | b'`' => {}
            b'-' | b'_' | b' ' | b'\t'..=b'\r' => gap = true,
            byte => {
                if gap && !out.is_empty() {
                    out.push(b' ');
                }
                gap = false;
                out.push(byte.to_ascii_lowercase());
            }
        }
    }
    String::from_utf8(out).unwrap_or_default()
}

fn squeeze(chars: impl Iterator<Item = char>, capacity: usize) -> String {
    let mut out = String::with_capacity(capacity);
    let mut gap = false;
    for c in chars {
        match c {
            '"' | '\'' | '`' | '‘' | '’' | '‚' | '“' | '”' | '„' | '«' | '»' => {}
            c if matches!(c, '-' | '_' | '‐' | '‑') || c.is_whitespace() => gap = true,
            c => {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                out.push(c);
            }
        }
    }
    out
}

fn or_itself(key: String, name: &str) -> String {
    if key.is_empty() { name.to_owned() } else { key }
}
