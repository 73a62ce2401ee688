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

/// Whether a paragraph says something, and does not name a work: it has a sentence's words and end, and neither a year nor an address.
pub(super) fn is_prose(text: &str) -> bool {
    let has_year = text
        .split(|c: char| !c.is_ascii_digit())
        .any(|number| number.len() == 4 && number.starts_with(['1', '2']));
    let has_address = ["://", "www.", "doi", "DOI"]
        .iter()
        .any(|mark| text.contains(mark));
    text.ends_with(['.', ':', '!', '?'])
        && text.split_whitespace().nth(7).is_some()
        && !has_year
        && !has_address
}

/// The words of an item behind a mark of a task of the author's own, `[/] half done`.
pub(super) fn behind_mark(text: String, task: &mut Option<bool>) -> String {
    let parts = text
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "));
    match parts {
        Some((mark, rest)) if task.is_none() && mark.len() == 1 && "/-><?!*\"~+".contains(mark) => {
            *task = Some(false);
            rest.to_owned()
        }
        _ => text,
    }
}

/// The words without the marks around those that stand out, `==tacit==`.
pub(super) fn without_highlights(text: String) -> String {
    // Most texts have no such mark at all, and this is asked of every passage.
    if memchr::memchr(b'=', text.as_bytes()).is_none() || !text.contains("==") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let is_word = |c: char| c.is_alphanumeric() || c == '=';
    while let Some((before, after)) = rest.split_once("==") {
        out.push_str(before);
        let inside = after.split("==").next().unwrap_or_default();
        let behind = after.get(inside.len()..).unwrap_or_default();
        let behind = behind.strip_prefix("==");
        let begins = !out.ends_with(is_word)
            && !inside.is_empty()
            && !inside.starts_with([' ', '='])
            && !inside.ends_with(' ');
        match behind.filter(|behind| begins && !behind.starts_with(is_word)) {
            Some(behind) => {
                out.push_str(inside);
                rest = behind;
            }
            None => {
                out.push_str("==");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Words that send a reader on.
const SEND: &[&str] = &[
    "see",
    "cf",
    "compare",
    "refer",
    "consult",
    "read",
    "siehe",
    "vgl",
    "vergleiche",
    "voir",
    "véase",
    "ver",
    "zie",
    "vedi",
    "veja",
    "参见",
    "另见",
    "参阅",
    "参照",
];
/// Words that stand beside such words and beside links, and say nothing with them alone.
const BESIDE: &[&str] = &[
    "also",
    "and",
    "or",
    "as",
    "well",
    "the",
    "to",
    "for",
    "in",
    "on",
    "under",
    "more",
    "further",
    "full",
    "main",
    "detail",
    "details",
    "information",
    "page",
    "pages",
    "note",
    "notes",
    "section",
    "sections",
    "article",
    "articles",
    "here",
    "above",
    "below",
    "please",
    "eg",
    "e",
    "g",
    "auch",
    "und",
    "oder",
    "sowie",
    "der",
    "die",
    "das",
    "den",
    "unter",
    "mehr",
    "weiteres",
    "dazu",
    "hierzu",
    "aussi",
    "et",
    "ou",
    "la",
    "le",
    "les",
    "pour",
    "plus",
    "de",
    "détails",
    "también",
    "y",
    "o",
    "el",
    "los",
    "las",
    "más",
    "para",
    "detalles",
    "ook",
    "en",
    "anche",
    "também",
];

/// Whether words with links are nothing but pointers, such as `See also [[A]] and [[B]].`: they say where something stands, and
/// nothing of the world, so there is nothing that a source could bear out. A link alone may be a whole sentence, unless it is an
/// item of a list.
///
/// `links` are the ranges of `plain` that show a link, in order.
pub(super) fn is_pointer(plain: &str, links: &[(usize, usize, usize)], is_item: bool) -> bool {
    if links.is_empty() {
        return false;
    }
    let mut sends = false;
    let mut only = |between: &str| {
        between
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .all(|word| {
                // The longest of them has eleven letters; most sentences end at their first word.
                if word.len() > 16 {
                    return false;
                }
                let small = (!word.is_ascii()).then(|| word.to_lowercase());
                let word = small.as_deref().unwrap_or(word);
                let is = |known: &&str| known.eq_ignore_ascii_case(word);
                let is_send = SEND.iter().any(is);
                sends |= is_send;
                is_send || BESIDE.iter().any(is)
            })
    };
    let mut at = 0;
    for (start, end, _) in links {
        if !only(plain.get(at..*start).unwrap_or_default()) {
            return false;
        }
        at = at.max(*end);
    }
    only(plain.get(at..).unwrap_or_default()) && (sends || is_item || links.len() > 1)
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
    for (index, line) in words.split('\n').enumerate() {
        if index > 0 {
            add_space(out);
        }
        // Most lines are single-spaced already.
        if is_single_spaced(line.as_bytes()) {
            out.push_str(line);
        } else {
            add_line(out, line);
        }
    }
}

fn add_space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Whether a line is sure to have no other white space than single spaces between words. All bytes are asked, so that many are at once.
fn is_single_spaced(line: &[u8]) -> bool {
    let odd = |one: u8, two: u8, three: u8| {
        ((one == b' ') & (two == b' '))
            | one.is_ascii_control()
            | ((one == 0xC2) & ((two == 0x85) | (two == 0xA0)))
            | ((one == 0xE1) & (two == 0x9A) & (three == 0x80))
            | ((one == 0xE2) & (two == 0x80) & ((three <= 0x8A) | (three >= 0xA8)))
            | ((one == 0xE2) & (two == 0x81) & (three == 0x9F))
            | ((one == 0xE3) & (two == 0x80) & (three == 0x80))
    };
    let second = line.get(1..).unwrap_or_default();
    let third = line.get(2..).unwrap_or_default();
    let any = |any, ((one, two), three): ((&u8, &u8), &u8)| any | odd(*one, *two, *three);
    let last = match line {
        [.., two, three] => odd(*two, *three, 0) | odd(*three, 0, 0),
        line => line.iter().any(|byte| odd(*byte, 0, 0)),
    };
    line.first() != Some(&b' ') && !last && !line.iter().zip(second).zip(third).fold(false, any)
}

fn add_line(out: &mut String, words: &str) {
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
        add_space(out);
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
