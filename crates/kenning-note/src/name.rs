//! Names: how spellings of one name become one key.

use std::borrow::Cow;

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

/// The key with the English plural of its head noun folded away: `communities of practice` becomes `community of practice`.
///
/// It is meant for comparing keys, both sides folded; what it gives is not always a word. The head noun is the last word before the
/// first preposition. Only ASCII words are touched.
///
/// ```
/// use kenning_note::fold_plural;
/// assert_eq!(fold_plural("communities of practice"), "community of practice");
/// assert_eq!(fold_plural("knowledge bases"), "knowledge base");
/// assert_eq!(fold_plural("tacit and explicit knowledge"), "tacit and explicit knowledge");
/// ```
#[must_use]
pub fn fold_plural(key: &str) -> Cow<'_, str> {
    const PREPOSITIONS: [&str; 16] = [
        "of", "in", "for", "on", "to", "with", "at", "by", "from", "between", "among", "under",
        "over", "about", "without", "as",
    ];
    // A path keeps its folders: only its last name is folded.
    let start = key.rfind('/').map_or(0, |slash| slash + 1);
    let mut head = None;
    let mut at = start;
    for word in key.get(start..).unwrap_or_default().split(' ') {
        if head.is_some() && PREPOSITIONS.contains(&word) {
            break;
        }
        head = Some((at, word));
        at += word.len() + 1;
    }
    let Some((at, word)) = head else {
        return Cow::Borrowed(key);
    };
    let Some((cut, ending)) = singular(word) else {
        return Cow::Borrowed(key);
    };
    let (Some(before), Some(after)) = (key.get(..at + cut), key.get(at + word.len()..)) else {
        return Cow::Borrowed(key);
    };
    Cow::Owned(format!("{before}{ending}{after}"))
}

/// How many bytes of a plural stay, and what comes after them.
fn singular(word: &str) -> Option<(usize, &'static str)> {
    const SAME: [&str; 8] = [
        "series", "species", "news", "means", "lens", "always", "perhaps", "os",
    ];
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase()) || SAME.contains(&word) {
        return None;
    }
    if word.ends_with("ies") {
        return (word.len() > 4).then(|| (word.len() - 3, "y"));
    }
    let with_es = ["sses", "shes", "ches", "xes", "zzes", "oes"];
    if with_es.iter().any(|ending| word.ends_with(ending)) {
        return Some((word.len() - 2, ""));
    }
    // `status`, `analysis`, `process` and `economics` end in `s` and are no plurals.
    let no_plural = ["ss", "us", "is", "ics"];
    if !word.ends_with('s') || no_plural.iter().any(|ending| word.ends_with(ending)) {
        return None;
    }
    Some((word.len() - 1, ""))
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
