//! How much a text stands for: a name of a few letters is written out as the IRI of its prefix, and each of a hundred thousand names
//! may stand for half a megabyte.
//!
//! Looked at before the parser, which writes names out. What could be a declaration counts as one, also in a string or a comment:
//! a text that hides a declaration from a reader of comments must not hide it from this.

use std::collections::HashSet;

use crate::{TextError, TextLimits};

/// IRIs up to this length need no look at where they stand.
const SHORT: usize = 64;

/// Checks what the names of `text` may stand for, and how many variables it has.
///
/// # Errors
/// [`TextError::TooMuchSpelled`] and [`TextError::TooManyVariables`].
pub(crate) fn check(text: &str, limits: &TextLimits) -> Result<(), TextError> {
    let bytes = text.as_bytes();
    let mut names = 0_usize;
    let mut longest = SHORT;
    let mut variables: HashSet<&[u8]> = HashSet::new();
    let mut before = Before::default();
    for (at, byte) in bytes.iter().enumerate() {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        match byte {
            b':' => names += 1,
            b'<' => {
                names += 1;
                let length = iri(rest);
                if length > longest && before.may_declare(bytes) {
                    longest = length;
                }
            }
            b'?' | b'$' => {
                let end = rest.iter().position(|byte| !in_name(*byte));
                let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                if !name.is_empty() && variables.len() <= limits.variables {
                    variables.insert(name);
                }
            }
            _ => {}
        }
        before.pass(at, *byte);
    }
    if variables.len() > limits.variables {
        return Err(TextError::TooManyVariables {
            limit: limits.variables,
        });
    }
    if longest > SHORT && longest.saturating_mul(names) > limits.spelled {
        return Err(TextError::TooMuchSpelled {
            limit: limits.spelled,
        });
    }
    Ok(())
}

/// How long the IRI is whose text begins here; nothing where it is none.
fn iri(rest: &[u8]) -> usize {
    let end = rest.iter().position(|byte| {
        matches!(
            byte,
            b'>' | b'<' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`' | 0..=b' '
        )
    });
    match end {
        Some(end) if rest.get(end) == Some(&b'>') => end,
        _ => 0,
    }
}

/// What stands before a place, but for space.
#[derive(Default)]
struct Before {
    /// The place after the last byte that is no space.
    end: usize,
    last: u8,
    /// Whether a comment may have begun in the line of that byte.
    hash: bool,
    /// Whether a line has ended since.
    ended: bool,
}

impl Before {
    fn pass(&mut self, at: usize, byte: u8) {
        match byte {
            b'\n' | b'\r' => self.ended = true,
            0..=b' ' => {}
            _ => {
                self.hash = (self.hash && !self.ended) || byte == b'#';
                self.ended = false;
                (self.end, self.last) = (at + 1, byte);
            }
        }
    }

    /// Whether an IRI here may be that of a prefix or a base: it follows a colon or the word, with nothing but space and comments
    /// between.
    fn may_declare(&self, bytes: &[u8]) -> bool {
        let word = bytes.get(self.end.saturating_sub(4)..self.end);
        self.last == b':'
            || self.hash
            || word.is_some_and(|word| word.eq_ignore_ascii_case(b"BASE"))
    }
}

const fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_prefixes_and_many_names_are_too_much_together() {
        let long = format!("http://a/{}", "x".repeat(100_000));
        let names = "a:b ".repeat(1_000);
        let bad = [
            format!("PREFIX a: <{long}> SELECT * {{ VALUES ?x {{ {names} }} }}"),
            format!("prefix a:<{long}>SELECT * {{ VALUES ?x {{ {names} }} }}"),
            format!(
                "PREFIX a: # <urn:a:>\n # more\n <{long}> SELECT * {{ VALUES ?x {{ {names} }} }}"
            ),
            format!(
                "BASE <{long}/> SELECT * {{ VALUES ?x {{ {} }} }}",
                "<b> ".repeat(1_000)
            ),
            format!(
                "base\n\t<{long}/> ASK {{ <a> <b> {} }}",
                "<b>,".repeat(1_000)
            ),
        ];
        for text in bad {
            let checked = check(&text, &TextLimits::QUERY);
            assert!(
                matches!(checked, Err(TextError::TooMuchSpelled { .. })),
                "{}",
                &text[..40]
            );
        }
        let fine = [
            format!("PREFIX a: <{long}> ASK {{ a:b a:c a:d }}"),
            format!(
                "PREFIX a: <http://example.org/terms#> SELECT * {{ VALUES ?x {{ {} }} }}",
                "a:b ".repeat(200_000)
            ),
            format!("SELECT * {{ ?s ?p <{long}> . VALUES ?x {{ {names} }} }}"),
        ];
        for text in fine {
            assert_eq!(check(&text, &TextLimits::QUERY), Ok(()), "{}", &text[..40]);
        }
    }

    #[test]
    fn variables_are_counted_once_each() {
        let many: String = (0..3_000).map(|n| format!("?v{n} ")).collect();
        let text = format!("SELECT * {{ VALUES ({many}) {{ }} }}");
        assert_eq!(
            check(&text, &TextLimits::QUERY),
            Err(TextError::TooManyVariables { limit: 2_000 })
        );
        let text = format!("SELECT * {{ ?a ?p {} }}", "?a, $a, ".repeat(3_000));
        assert_eq!(check(&text, &TextLimits::QUERY), Ok(()));
    }
}
