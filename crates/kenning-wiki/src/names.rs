//! Names: under which keys a note is found, and which keys a link looks for.

use std::borrow::Cow;
use std::hash::Hasher;

use caseless::Caseless;
use kenning_note::{Word, fold_plural, normal_key};
use rustc_hash::FxHasher;
use unicode_normalization::UnicodeNormalization;

use crate::catalog::{Names, Wanting};
use crate::walk::is_note;

/// Composed form (NFC), so that `é` of one code point and of two are one letter.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Composed and folded by case, without regard to language (Unicode default caseless matching).
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfc().default_case_fold().nfc().collect()
    }
}

/// The text with the letters that only Turkish and Azeri tell apart in lower case: `I` is the capital of `ı`, and `İ` that of `i`.
pub(crate) fn dotted(text: &str) -> String {
    let turned = |c| match c {
        'I' => 'ı',
        'İ' => 'i',
        other => other,
    };
    if text.is_ascii() {
        text.chars().map(turned).collect()
    } else {
        text.nfc().map(turned).collect()
    }
}

/// The key of a name with its plural folded.
pub(crate) fn singular(name: &str) -> String {
    without_plural(normal_key(name))
}

fn without_plural(key: String) -> String {
    let folded = match fold_plural(&key) {
        Cow::Owned(folded) => Some(folded),
        // It is the key.
        Cow::Borrowed(_) => None,
    };
    folded.unwrap_or(key)
}

/// A path without the ending that marks a note.
pub(crate) fn without_ending(path: &str) -> &str {
    match last_of(path, b'.') {
        Some(dot) if is_note(last(path)) => path.get(..dot).unwrap_or(path),
        _ => path,
    }
}

/// The last name of a path.
pub(crate) fn last(path: &str) -> &str {
    let slash = last_of(path, b'/');
    slash.map_or(path, |slash| path.get(slash + 1..).unwrap_or_default())
}

/// The folder of a path; empty at the top.
pub(crate) fn folder(path: &str) -> &str {
    let slash = last_of(path, b'/');
    slash.map_or("", |slash| path.get(..slash).unwrap_or_default())
}

/// Where a byte of ASCII stands last. Names are short, and nothing is asked as often as this.
pub(crate) fn last_of(text: &str, byte: u8) -> Option<usize> {
    text.bytes().rposition(|other| other == byte)
}

/// For a note that stands for its folder (`a/b/index.md`): `a/b`.
pub(crate) fn page_folder(path: &str) -> Option<&str> {
    let stem = last(without_ending(path));
    let stands = ["index", "_index", "readme"]
        .iter()
        .any(|name| stem.eq_ignore_ascii_case(name));
    let folder = folder(path);
    (stands && !folder.is_empty()).then_some(folder)
}

/// Names that only follow from the path: the folder of an index page, a Jekyll post without its date, a Logseq namespace.
pub(crate) fn names_of_path(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let stem = last(without_ending(path));
    if let Some(folder) = page_folder(path) {
        names.push(last(folder).to_owned());
    }
    if let Some(slug) = without_date(stem) {
        names.push(slug.to_owned());
    }
    if stem.contains("___") {
        names.push(stem.replace("___", "/"));
    } else if stem.contains("%2F") {
        names.push(stem.replace("%2F", "/"));
    }
    names
}

/// `2014-05-01-defining-knowledge` → `defining-knowledge`.
fn without_date(stem: &str) -> Option<&str> {
    let (date, slug) = stem.split_at_checked(11)?;
    let is_date = date.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 | 10 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (is_date && !slug.is_empty()).then_some(slug)
}

/// A permalink as it is compared: without slashes at the ends, without ending, case folded.
pub(crate) fn permalink(link: &str) -> String {
    let path = match link.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => link,
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix("/index.html").unwrap_or(path);
    let path = path.strip_suffix(".html").unwrap_or(path);
    folded(without_ending(path))
}

/// Coarse keys of a note: a link can only find it if they share one with [`looks_for`].
///
/// INVARIANT: every rung of the ladder that can find the note by a name finds a key of that name here
/// (guard: `tests/twins.rs`, incremental scans against scans from nothing).
pub(crate) fn found_by(path: &str, names: &Names, former: &[String]) -> Vec<u64> {
    let mut texts: Vec<String> = vec![
        last(without_ending(path)).to_owned(),
        last(path).to_owned(),
        names.title.clone(),
    ];
    texts.extend(names_of_path(path));
    texts.extend(names.aliases.iter().chain(&names.slugs).cloned());
    texts.extend(names.permalinks.iter().map(|link| permalink(link)));
    let before = former.iter().flat_map(|path| [path.as_str(), last(path)]);
    texts.extend(before.map(permalink));
    texts.extend(names.id.iter().chain(&names.blocks).cloned());
    texts.extend(names.works().iter().cloned());
    digests(&mut texts)
}

/// `path` as seen from a folder, without `.` and `..`; `None` where it leads out of the wiki.
pub(crate) fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Coarse keys under which the links of a note may find notes, and under which a note finds those of which it is a translation.
pub(crate) fn looks_for<'l>(
    links: impl IntoIterator<Item = &'l Wanting>,
    names: &Names,
) -> Vec<u64> {
    let mut texts: Vec<String> = names.works().to_vec();
    for link in links {
        let decoded = decoded(&link.target);
        let written = [link.target.as_str(), &*decoded];
        let ways = link.ways().iter().map(|way| way.path.as_str());
        let path = link.path.as_deref().map(Word::as_str);
        for text in written.into_iter().chain(path).chain(ways) {
            let text = text.trim_end_matches('/');
            let bare = without_ending(text);
            texts.push(text.to_owned());
            if bare != text {
                texts.push(bare.to_owned());
            }
            texts.push(permalink(text));
        }
        if link.address {
            texts.push(link.target.to_string());
        }
        texts.push(link.key.to_string());
    }
    digests(&mut texts)
}

/// The coarse keys of these names, whole and by their last part, each once.
pub(crate) fn digests(texts: &mut Vec<String>) -> Vec<u64> {
    texts.sort_unstable();
    texts.dedup();
    let mut keys = Vec::with_capacity(texts.len() * 2);
    for text in texts {
        let whole = coarse(text);
        let part = last(text);
        if part.len() != text.len() {
            keys.push(digest(&coarse(part)));
        }
        keys.push(digest(&whole));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A key that is one for all names that any rung, in any language, takes for the same: with and without the dot of an `i` too.
fn coarse(name: &str) -> String {
    let key = normal_key(name);
    if key.is_ascii() {
        return without_plural(key);
    }
    let plain: String = key
        .chars()
        .filter(|c| *c != '\u{307}')
        .map(|c| if c == 'ı' { 'i' } else { c })
        .collect();
    // What the dot kept apart may be an English plural now, on both sides or on one.
    fold_plural(&fold_plural(&plain)).into_owned()
}

/// The same on every machine: these keys are kept in the catalog. Two names of one digest cost a needless look, no more.
fn digest(key: &str) -> u64 {
    let mut hash = FxHasher::default();
    hash.write(key.as_bytes());
    hash.finish()
}

/// Percent-encoding undone once; text that is not validly encoded stays as it is.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.first_chunk::<2>();
        let hex = |byte: u8| char::from(byte).to_digit(16);
        let value = pair.and_then(|[high, low]| Some(hex(*high)? * 16 + hex(*low)?));
        match (first, value.and_then(|value| u8::try_from(value).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}
