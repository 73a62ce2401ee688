//! Limits on the text, checked before the parser sees it.
//!
//! The parser is recursive, so what nests must be counted first. A `<` is an operator or opens an IRI, a `#` inside it is
//! then a comment or not, and only the grammar can say which. A guard that guesses can be led astray, so this one follows
//! every reading at once: an automaton whose states carry the deepest nesting that any reading of the text gives.
//! It may count too much (brackets in a string that follows such an ambiguity) and never too little.

use crate::{TextError, TextLimits, spelled};

/// Checks the size, the nesting and the number of operators of `text`.
///
/// # Errors
/// [`TextError::TooLong`], [`TextError::TooDeep`], [`TextError::TooManyCalls`], [`TextError::TooManyOperators`],
/// [`TextError::TooManyKeywords`], and what [`spelled::check`] fails with.
pub(crate) fn check(text: &str, limits: &TextLimits) -> Result<(), TextError> {
    if text.len() > limits.bytes {
        return Err(TextError::TooLong {
            bytes: text.len(),
            limit: limits.bytes,
        });
    }
    spelled::check(text, limits)?;
    let mut readings = vec![Reading::default()];
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate() {
        let here = Here {
            byte,
            before,
            rest: text.as_bytes().get(at..).unwrap_or_default(),
        };
        let mut i = 0;
        while let Some(reading) = readings.get_mut(i) {
            match reading.step(here) {
                Step::Stay => i += 1,
                Step::Dead => drop(readings.remove(i)),
                Step::Fork => {
                    let iri = Reading {
                        place: Place::Iri,
                        word: Word::Other,
                        ..reading.clone()
                    };
                    reading.expression += 1;
                    readings.insert(i, iri);
                    i += 2;
                }
            }
        }
        if readings.len() > 1 {
            merge(&mut readings);
        }
        if readings.is_empty() {
            // No reading is left: the text does not parse, and the parser stops here at the latest.
            return Ok(());
        }
        for reading in &readings {
            reading.within(limits, text, at)?;
        }
        before = byte;
    }
    Ok(())
}

/// The byte under the cursor, the one before it, and everything from it on.
#[derive(Clone, Copy)]
struct Here<'a> {
    byte: u8,
    before: u8,
    rest: &'a [u8],
}

/// Where a reading is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Code,
    Comment,
    Iri,
    /// In a string that ends at this quote.
    Short(u8),
    /// In a string that ends at three of this quote; so many have just been seen.
    Long(u8, u8),
    /// Before the remaining bytes of three opening quotes.
    Opening(u8, u8),
}

/// What the last word in the code was.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Word {
    #[default]
    Other,
    /// A function whose call the parser reads twice.
    Twice,
    /// A name, in which `-` and `/` are no operators.
    Name,
}

enum Step {
    Stay,
    Dead,
    Fork,
}

/// One reading of the text so far.
#[derive(Clone, Default)]
struct Reading {
    place: Place,
    escaped: bool,
    /// The open brackets; whether each opens a call that the parser reads twice.
    open: Vec<bool>,
    calls: usize,
    word: Word,
    /// Operators since the last end of a triple: an expression cannot go on after it.
    expression: usize,
    /// Keywords that deepen the algebra.
    keywords: usize,
}

impl Reading {
    fn step(&mut self, here: Here<'_>) -> Step {
        if self.escaped {
            self.escaped = false;
            return Step::Stay;
        }
        match self.place {
            Place::Code => return self.code(here),
            Place::Comment => {
                if matches!(here.byte, b'\n' | b'\r') {
                    self.place = Place::Code;
                }
            }
            Place::Iri => match here.byte {
                b'>' => self.place = Place::Code,
                b'<' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`' | 0..=b' ' => return Step::Dead,
                _ => {}
            },
            Place::Short(quote) => match here.byte {
                byte if byte == quote => self.place = Place::Code,
                b'\\' => self.escaped = true,
                b'\n' | b'\r' => return Step::Dead,
                _ => {}
            },
            Place::Long(quote, seen) => match here.byte {
                byte if byte == quote && seen == 2 => self.place = Place::Code,
                byte if byte == quote => self.place = Place::Long(quote, seen + 1),
                b'\\' => (self.escaped, self.place) = (true, Place::Long(quote, 0)),
                _ => self.place = Place::Long(quote, 0),
            },
            Place::Opening(quote, left) => {
                self.place = if left == 1 {
                    Place::Long(quote, 0)
                } else {
                    Place::Opening(quote, left - 1)
                };
            }
        }
        Step::Stay
    }

    fn code(&mut self, here: Here<'_>) -> Step {
        if in_word(here.byte) && !in_word(here.before) {
            let word = word(here.rest);
            self.word = match word.first() {
                Some(b'?' | b'$' | b'0'..=b'9') => Word::Other,
                _ if is_any(word, &["REGEX", "SUBSTR", "REPLACE", "GROUP_CONCAT"]) => Word::Twice,
                _ => Word::Name,
            };
            self.keywords += usize::from(is_any(word, PATTERN_KEYWORDS));
        }
        match here.byte {
            b'(' | b'[' | b'{' => {
                let call = here.byte == b'(' && self.word == Word::Twice;
                self.open.push(call);
                self.calls += usize::from(call);
                self.keywords += usize::from(here.byte == b'{');
                self.word = Word::Other;
            }
            b')' | b']' | b'}' => {
                self.calls -= usize::from(self.open.pop() == Some(true));
                self.word = Word::Other;
            }
            b'#' => self.place = Place::Comment,
            b'"' | b'\'' => {
                self.word = Word::Other;
                let quote = here.byte;
                self.place = match here.rest {
                    [_, b, c, ..] if *b == quote && *c == quote => Place::Opening(quote, 2),
                    _ => Place::Short(quote),
                };
            }
            b'\\' => self.escaped = true,
            b'<' => {
                self.word = Word::Other;
                return Step::Fork;
            }
            b'.' if here.rest.get(1).is_none_or(u8::is_ascii_whitespace) => self.expression = 0,
            b'-' if self.word == Word::Name && in_word(here.before) => {}
            // No operator follows another `/`, so this was an IRI after all (and the reading that knows it goes on).
            b'/' if here.before == b'/' => return Step::Dead,
            b'|' | b'&' | b'!' | b'=' | b'>' | b'+' | b'-' | b'*' | b'/' | b'^' => {
                self.word = Word::Other;
                self.expression += 1;
            }
            _ => {}
        }
        Step::Stay
    }

    fn within(&self, limits: &TextLimits, text: &str, at: usize) -> Result<(), TextError> {
        if self.open.len() > limits.depth {
            let (line, column) = position(text, at);
            return Err(TextError::TooDeep {
                line,
                column,
                limit: limits.depth,
            });
        }
        if self.calls > limits.calls {
            let (line, column) = position(text, at);
            return Err(TextError::TooManyCalls {
                line,
                column,
                limit: limits.calls,
            });
        }
        if self.expression > limits.operators {
            return Err(TextError::TooManyOperators {
                limit: limits.operators,
            });
        }
        if self.keywords > limits.keywords {
            return Err(TextError::TooManyKeywords {
                limit: limits.keywords,
            });
        }
        Ok(())
    }
}

const PATTERN_KEYWORDS: &[&str] = &[
    "UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "GRAPH", "SERVICE", "LATERAL", "VALUES",
    "SELECT", "EXISTS", "AS", "HAVING", "FROM", "USING",
];

/// Two readings that are at the same place go on alike, so the deeper one stands for both.
fn merge(readings: &mut Vec<Reading>) {
    let mut kept: Vec<Reading> = Vec::with_capacity(readings.len());
    for reading in readings.drain(..) {
        let same = kept.iter_mut().find(|other| {
            (other.place, other.escaped, other.word)
                == (reading.place, reading.escaped, reading.word)
        });
        match same {
            Some(other) => {
                other.expression = other.expression.max(reading.expression);
                other.keywords = other.keywords.max(reading.keywords);
                if reading.calls > other.calls
                    || (reading.calls == other.calls && reading.open.len() > other.open.len())
                {
                    other.calls = reading.calls;
                    let depth = other.open.len();
                    other.open = reading.open;
                    while other.open.len() < depth {
                        other.open.insert(0, false);
                    }
                } else {
                    while other.open.len() < reading.open.len() {
                        other.open.insert(0, false);
                    }
                }
            }
            None => kept.push(reading),
        }
    }
    *readings = kept;
}

const fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'?' | b'$' | b'@' | b'-' | 0x80..)
}

fn word(rest: &[u8]) -> &[u8] {
    let end = rest
        .iter()
        .position(|byte| !in_word(*byte))
        .unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

fn is_any(word: &[u8], list: &[&str]) -> bool {
    list.iter()
        .any(|item| word.eq_ignore_ascii_case(item.as_bytes()))
}

fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    (
        line,
        before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: TextLimits = TextLimits {
        bytes: 10_000,
        depth: 8,
        calls: 3,
        operators: 20,
        keywords: 20,
        variables: 20,
        spelled: 1 << 20,
    };

    fn deep(text: &str) -> bool {
        matches!(check(text, &LIMITS), Err(TextError::TooDeep { .. }))
    }

    #[test]
    fn nesting_is_counted_in_code_alone() {
        assert!(deep(&"{".repeat(9)));
        assert!(!deep(&"{".repeat(8)));
        assert!(!deep(&format!("ASK {{ ?s ?p \"{}\" }}", "(".repeat(50))));
        assert!(!deep(&format!(
            "ASK {{ ?s ?p '''\n'{}''' }}",
            "(".repeat(50)
        )));
        assert!(!deep(&format!("# {}\nASK {{}}", "(".repeat(50))));
        assert!(!deep(&format!(
            "ASK {{ <http://a/#{}> ?p ?o }}",
            "(".repeat(50)
        )));
        assert!(!deep(
            "ASK { [] ?p () , () , () , () , () , () , () , () , () , () }"
        ));
        assert!(deep(&format!("ASK {{ ?s ?p \"a\" {} }}", "(".repeat(50))));
        assert!(deep(&format!(
            "ASK {{ ?s ?p \"a\\\"\" {} }}",
            "(".repeat(50)
        )));
    }

    #[test]
    fn no_reading_hides_nesting() {
        let many = "(".repeat(50);
        // Each of these looks like an IRI, a comment or a string to a lexer that takes the first reading it finds.
        assert!(deep(&format!("ASK {{ FILTER(?x<{many}1>2)")));
        assert!(deep(&format!("ASK {{ FILTER(?x<a:b#>\"\"\"\n+{many}")));
        assert!(deep(&format!("ASK {{ FILTER(?x<a:b#>'\n+{many}")));
        assert!(deep(&format!("ASK {{ FILTER(?x <?y#>\"\n && {many}")));
    }

    #[test]
    fn the_place_of_the_bracket_is_told() {
        let text = format!("ASK\n{{ é {}", "(".repeat(9));
        assert_eq!(
            check(&text, &LIMITS),
            Err(TextError::TooDeep {
                line: 2,
                column: 12,
                limit: 8
            })
        );
    }

    #[test]
    fn operators_and_keywords_are_counted_and_data_is_not() {
        let many = |item: &str| check(&item.repeat(21), &LIMITS);
        assert_eq!(
            many("|| ?x "),
            Err(TextError::TooManyOperators { limit: 20 })
        );
        assert_eq!(many("1.0+"), Err(TextError::TooManyOperators { limit: 20 }));
        assert_eq!(
            many("optional "),
            Err(TextError::TooManyKeywords { limit: 20 })
        );
        assert_eq!(many("ex:a ex:is-a -5 . \n"), Ok(()));
        assert_eq!(many("ex:union \"a\"@en-GB . "), Ok(()));
        assert_eq!(many("<http://a/b/c> "), Ok(()));
    }

    #[test]
    fn calls_that_are_read_twice_are_counted() {
        assert!(check("SUBSTR(SUBSTR(SUBSTR(", &LIMITS).is_ok());
        assert_eq!(
            check("SUBSTR(regex (SUBSTR(STR(REPLACE(", &LIMITS),
            Err(TextError::TooManyCalls {
                line: 1,
                column: 33,
                limit: 3
            })
        );
        assert!(check("STR(STR(STR(STR(STR(", &LIMITS).is_ok());
    }

    #[test]
    fn the_length_is_checked_first() {
        assert_eq!(
            check(&" ".repeat(10_001), &LIMITS),
            Err(TextError::TooLong {
                bytes: 10_001,
                limit: 10_000
            })
        );
    }
}
