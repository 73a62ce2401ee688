//! Names: how spellings of one name become one key.

use caseless::Caseless;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::word::Word;

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
    let key = settled(name).or_else(|| normalized(name));
    or_itself(key.unwrap_or_else(|| with_any_letters(name)), name)
}

/// The key of a name, in the room of the word itself where it fits.
pub(crate) fn key_word(name: &str) -> Word {
    let mut room = [0; 64];
    match room.get_mut(..name.len()) {
        Some(room) if name.is_ascii() => {
            let length = squeeze_into(room, name);
            let key = room.get(..length).and_then(|key| str::from_utf8(key).ok());
            Word::from(key.filter(|key| !key.is_empty()).unwrap_or(name))
        }
        _ => normal_key(name).into(),
    }
}

/// The key of a name of any letters.
fn with_any_letters(name: &str) -> String {
    // Folding may undo composition and composition may make a new letter to fold, hence both, twice.
    let folded = name
        .nfkc()
        .default_case_fold()
        .nfkc()
        .default_case_fold()
        .nfkc();
    // What stood on both sides of a quote may compose now that it is gone.
    squeeze(folded, name.len()).nfkc().collect()
}

/// Whether a name is sure to be its own key: words of small letters with single spaces between them.
pub(crate) fn is_plain_key(name: &str) -> bool {
    name.split(' ')
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
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
    let mut add = |c: char, is_letter: bool| {
        if is_letter {
            if gap && !out.is_empty() {
                out.push('-');
            }
            gap = false;
            out.push(c);
        } else if !matches!(c, '\'' | '’') {
            gap = true;
        }
    };
    for c in text.chars() {
        if c.is_ascii() {
            add(c.to_ascii_lowercase(), c.is_ascii_alphanumeric());
        } else {
            c.to_lowercase().for_each(|c| add(c, c.is_alphanumeric()));
        }
    }
    out
}

/// What [`squeeze`] does to lower case, without looking for letters of more than a byte.
fn squeeze_ascii(name: &str) -> String {
    let mut out = vec![0; name.len()];
    let length = squeeze_into(&mut out, name);
    out.truncate(length);
    String::from_utf8(out).unwrap_or_default()
}

/// The same, into a buffer as long as the name. Says how many bytes it took.
fn squeeze_into(out: &mut [u8], name: &str) -> usize {
    let mut at = 0;
    let mut gap = false;
    let mut put = |at: &mut usize, byte: u8| {
        if let Some(place) = out.get_mut(*at) {
            *place = byte;
            *at += 1;
        }
    };
    for byte in name.bytes() {
        match byte {
            b'"' | b'\'' | b'`' => {}
            b'-' | b'_' | b' ' | b'\t'..=b'\r' => gap = true,
            byte => {
                if gap && at > 0 {
                    put(&mut at, b' ');
                }
                gap = false;
                put(&mut at, byte.to_ascii_lowercase());
            }
        }
    }
    at
}

/// What [`squeeze`] does to a name of letters that no normalization changes, whatever stands beside them, and of which the small one is
/// known by its number. So are most names in many languages, and all that is asked of Unicode else takes a long time.
fn settled(name: &str) -> Option<String> {
    let mut are_settled = true;
    let small = name.chars().map(|c| match c {
        'A'..='Z' => c.to_ascii_lowercase(),
        '\0'..='\x7f' => c,
        // Latin, of which `ß` becomes two letters, and Cyrillic.
        'À'..='Ö' | 'Ø'..='Þ' | 'А'..='Я' => char::from_u32(u32::from(c) + 0x20).unwrap_or(c),
        'à'..='ö' | 'ø'..='ÿ' | 'а'..='ё' => c,
        // Hebrew and Arabic letters without points, Hiragana, Katakana, Chinese and Korean.
        'א'..='ת'
        | 'ء'..='غ'
        | 'ف'..='ي'
        | 'ぁ'..='ゖ'
        | 'ァ'..='ー'
        | '一'..='鿿'
        | '가'..='힣' => c,
        '«' | '»' | '‘'..='”' | '、' | '。' => c,
        _ => {
            are_settled = false;
            c
        }
    });
    let key = squeeze(small, name.len());
    are_settled.then_some(key)
}

/// What [`with_any_letters`] gives for a name that no normalization changes, neither before its case is folded nor after that: then it is
/// asked only whether that is so.
fn normalized(name: &str) -> Option<String> {
    let is_normalized = |text: &str| is_nfkc_quick(text.chars()) == IsNormalized::Yes;
    if !is_normalized(name) {
        return None;
    }
    if name.chars().all(has_no_case) {
        let key = squeeze(name.chars().map(|c| c.to_ascii_lowercase()), name.len());
        // Where nothing was left out, nothing stands beside something else now.
        return (key.len() == name.len() || is_normalized(&key)).then_some(key);
    }
    let folded: String = name.chars().default_case_fold().collect();
    if !is_normalized(&folded) {
        return None;
    }
    let key = squeeze(folded.chars(), folded.len());
    (key.len() == folded.len() || is_normalized(&key)).then_some(key)
}

/// Whether a letter is sure to be neither small nor a capital, or is ASCII: from Hebrew to Burmese, and Chinese, Japanese and Korean.
fn has_no_case(c: char) -> bool {
    matches!(c, '\0'..='\x7f' | '\u{590}'..='\u{109f}' | '\u{2e80}'..='\u{a63f}' | '\u{ac00}'..='\u{d7ff}')
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_without_case_have_none() {
        for c in ('\u{80}'..=char::MAX).filter(|c| has_no_case(*c)) {
            assert!(std::iter::once(c).default_case_fold().eq([c]), "{c}");
        }
    }

    #[test]
    fn letters_that_are_settled_are_folded_as_all_are() {
        let mut count = 0;
        for c in (0..0x1_0000).filter_map(char::from_u32) {
            for text in [format!("é{c}"), format!("{c}A{c} -")] {
                if let Some(key) = settled(&text) {
                    assert_eq!(key, with_any_letters(&text), "{text}");
                    count += 1;
                }
                if let Some(key) = normalized(&text) {
                    assert_eq!(key, with_any_letters(&text), "{text}");
                }
            }
        }
        assert!(count > 60_000, "{count}");
    }

    proptest! {
        #[test]
        fn names_of_settled_letters_have_the_key_that_all_of_unicode_gives(name in "[À-ÿА-яa-zA-Z «“’–א-תء-يぁ-ー一-丿가-갛_'-]{0,8}") {
            if let Some(key) = settled(&name) {
                prop_assert_eq!(key, with_any_letters(&name));
            }
        }

        #[test]
        fn names_that_are_normalized_have_the_key_that_all_of_unicode_gives(
            name in "([Aa-b “'-]|[\\u{300}-\\u{345}]|[Α-ω]|[ঀ-৿]|[ก-๛]|[ἀ-῾]|[가-힣ᄀ-ᇿ]|[ﬀ-ﬗ]|\\PC){0,8}"
        ) {
            if let Some(key) = normalized(&name) {
                prop_assert_eq!(key, with_any_letters(&name));
            }
        }

        #[test]
        fn a_key_is_the_same_as_a_word(name in "[ -~]{0,4}[A-c '_ü-]{0,70}") {
            prop_assert_eq!(String::from(key_word(&name)), normal_key(&name));
        }

        #[test]
        fn a_plain_key_is_a_key(name in "[a-c A-]{0,6}") {
            prop_assert!(!is_plain_key(&name) || normal_key(&name) == name);
        }
    }
}
