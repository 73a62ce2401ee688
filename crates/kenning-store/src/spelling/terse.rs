//! Tags in Turtle, TriG, N-Triples, N-Quads and SPARQL, which write literals alike.

use super::written::Written;

/// Follows strings, and whatever could be taken for one, byte by byte.
#[derive(Debug, Default)]
pub(crate) struct Terse {
    pub(super) written: Written,
    state: State,
    /// The text of the string that is being read, or was read last.
    text: Vec<u8>,
    tag: String,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    #[default]
    Between,
    Comment,
    /// Behind `<`, which begins an IRI or is an operator.
    Iri,
    /// Behind a backslash in a name.
    Escaped,
    /// Behind one or two quotes.
    Opening(u8, u8),
    /// In a string; whether it is one with three quotes, and how many of these were met one after the other.
    String(u8, bool, u8),
    /// Behind a backslash in a string.
    InString(u8, bool),
    /// In a `\u` with so many digits to come.
    Digits(u8, bool, u8, u32),
    /// Behind a string.
    Behind,
    Tag,
}

impl Terse {
    /// Reads one byte.
    pub(super) fn byte(&mut self, byte: u8) {
        self.state = match self.state {
            State::Between => between(byte),
            State::Comment if matches!(byte, b'\n' | b'\r') => State::Between,
            State::Comment => State::Comment,
            State::Iri => match byte {
                b'>' => State::Between,
                0..=b' ' | b'"' | b'<' | b'{' | b'}' | b'|' | b'^' | b'`' => between(byte),
                _ => State::Iri,
            },
            State::Escaped => State::Between,
            State::Opening(quote, count) => {
                if count == 1 {
                    self.text.clear();
                }
                match (byte == quote, count) {
                    (true, 1) => State::Opening(quote, 2),
                    (true, _) => State::String(quote, true, 0),
                    (false, 1) => self.string(quote, false, 0, byte),
                    (false, _) => self.behind(byte),
                }
            }
            State::String(quote, long, met) => self.string(quote, long, met, byte),
            State::InString(quote, long) => match byte {
                b'u' => State::Digits(quote, long, 4, 0),
                b'U' => State::Digits(quote, long, 8, 0),
                _ => {
                    self.text.push(match byte {
                        b't' => b'\t',
                        b'b' => 8,
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b'f' => 12,
                        other => other,
                    });
                    State::String(quote, long, 0)
                }
            },
            State::Digits(quote, long, left, value) => {
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                let value = (value << 4) | digit;
                if left > 1 {
                    State::Digits(quote, long, left - 1, value)
                } else {
                    let letter = char::from_u32(value).unwrap_or_default();
                    let mut room = [0; 4];
                    self.text.extend(letter.encode_utf8(&mut room).as_bytes());
                    State::String(quote, long, 0)
                }
            }
            State::Behind => self.behind(byte),
            State::Tag if byte.is_ascii_alphanumeric() || byte == b'-' => {
                self.tag.push(char::from(byte));
                State::Tag
            }
            State::Tag => {
                // A direction may follow: `@en--ltr`.
                let tag = self.tag.split("--").next().unwrap_or_default();
                if let Ok(text) = std::str::from_utf8(&self.text) {
                    self.written.add(text, tag);
                }
                self.tag.clear();
                between(byte)
            }
        };
    }

    fn string(&mut self, quote: u8, long: bool, met: u8, byte: u8) -> State {
        if byte == quote {
            return match (long, met) {
                (false, _) | (true, 2) => State::Behind,
                (true, met) => State::String(quote, true, met + 1),
            };
        }
        self.text
            .extend(std::iter::repeat_n(quote, usize::from(met)));
        match byte {
            b'\\' => State::InString(quote, long),
            byte => {
                self.text.push(byte);
                State::String(quote, long, 0)
            }
        }
    }

    fn behind(&mut self, byte: u8) -> State {
        match byte {
            b'@' => State::Tag,
            b' ' | b'\t' | b'\n' | b'\r' => State::Behind,
            byte => between(byte),
        }
    }
}

fn between(byte: u8) -> State {
    match byte {
        b'#' => State::Comment,
        b'<' => State::Iri,
        b'\\' => State::Escaped,
        b'"' | b'\'' => State::Opening(byte, 1),
        _ => State::Between,
    }
}
