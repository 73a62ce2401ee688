//! Running words: with single spaces, without marks, and whether they state something.

/// At least four words that end as a statement does.
pub(super) fn is_sentence(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| {
        matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '*' | '_') || c.is_whitespace()
    });
    if end.ends_with(['。', '！']) {
        return true;
    }
    end.ends_with(['.', '!', '…', '۔', '।']) && text.split_whitespace().nth(3).is_some()
}

/// The words without these ranges, on one line for each line that was broken on purpose.
pub(super) fn words_without(plain: &str, cut: &[(usize, usize)]) -> String {
    let gone: usize = cut.iter().map(|(start, end)| end - start).sum();
    let mut out = String::with_capacity(plain.len().saturating_sub(gone));
    let mut at = 0;
    for (start, end) in cut {
        add(&mut out, plain.get(at..*start).unwrap_or_default());
        at = at.max(*end);
        // The space stood between a word and the mark.
        if plain
            .get(at..)
            .is_some_and(|rest| rest.starts_with(['.', ',', ';', ':', '!', '?', ')']))
        {
            out.truncate(out.trim_end().len());
        }
    }
    add(&mut out, plain.get(at..).unwrap_or_default());
    out.truncate(out.trim_end().len());
    out
}

/// Adds words with single spaces between them.
fn add(out: &mut String, words: &str) {
    let bytes = words.as_bytes();
    // Runs that are single-spaced already are copied whole.
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let breaks = match byte {
            b' ' => {
                at == from
                    || bytes
                        .get(at + 1)
                        .is_none_or(|next| !next.is_ascii_graphic())
            }
            b'\t'..=b'\r' => true,
            0xC2 | 0xE1..=0xE3 => is_wide_space(bytes.get(at..).unwrap_or_default()),
            _ => false,
        };
        if !breaks {
            continue;
        }
        if *byte >= 0x80 {
            // It is rare, so the rest of these words is looked at letter by letter.
            if let Some(rest) = words.get(from..) {
                add_any(out, rest);
            }
            return;
        }
        out.push_str(words.get(from..at).unwrap_or_default());
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        from = at + 1;
    }
    out.push_str(words.get(from..).unwrap_or_default());
}

/// Whether bytes begin with white space beyond ASCII.
fn is_wide_space(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xC2, 0x85 | 0xA0, ..]
            | [0xE1, 0x9A, 0x80, ..]
            | [0xE2, 0x80, 0x80..=0x8A | 0xA8 | 0xA9 | 0xAF, ..]
            | [0xE2, 0x81, 0x9F, ..]
            | [0xE3, 0x80, 0x80, ..]
    )
}

fn add_any(out: &mut String, words: &str) {
    let mut space = words.starts_with(char::is_whitespace);
    for word in words.split_whitespace() {
        if space && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        out.push_str(word);
        space = true;
    }
    if words.ends_with(char::is_whitespace) && !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_are_put_together_as_if_one_by_one(
            before in "[ab ]{0,3}",
            words in "[ab \t\n\u{b}\u{a0}\u{85}\u{2003}\u{3000}\u{1680}\u{205f}\u{2028}é“あ]{0,20}",
        ) {
            let (mut fast, mut slow) = (before.clone(), before);
            add(&mut fast, &words);
            add_any(&mut slow, &words);
            prop_assert_eq!(fast, slow);
        }
    }
}
