//! Names as people type them.

/// The key of a name, under which its IRI is minted: what the reader of notes makes of the same words.
///
/// Case is folded, quotes are dropped, and hyphens, underscores and spaces are alike. It covers what people type at a
/// prompt; width and composition, which the reader of notes folds too, are not touched here.
///
/// ```
/// assert_eq!(kenning_insight::name_key("  Reed-voicing "), "reed voicing");
/// ```
#[must_use]
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            '"' | '\'' | '`' | '‘' | '’' | '‚' | '“' | '”' | '„' | '«' | '»' => {}
            c if matches!(c, '-' | '_' | '‐' | '‑') || c.is_whitespace() => gap = true,
            c => {
                if gap && !key.is_empty() {
                    key.push(' ');
                }
                gap = false;
                key.push(c);
            }
        }
    }
    if key.is_empty() { name.to_owned() } else { key }
}

/// How many letters must be put in, taken out or changed to make one text of the other (Levenshtein, 1965).
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut next = vec![line + 1];
        let mut left = line + 1;
        for ((place, there), pair) in other.iter().enumerate().zip(row.windows(2)) {
            let (Some(diagonal), Some(above)) = (pair.first(), pair.last()) else {
                continue;
            };
            left = (diagonal + usize::from(letter != *there))
                .min(above + 1)
                .min(left + 1);
            debug_assert_eq!(next.len(), place + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn letters_are_counted() {
        for (one, other, far) in [
            ("", "", 0),
            ("reed", "reed", 0),
            ("reed", "reeds", 1),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), far, "{one} {other}");
            assert_eq!(distance(other, one), far, "{other} {one}");
        }
    }
}
