//! JSON front matter, as Hugo reads it: an object at the very beginning of the text (RFC 8259).
//!
//! A tree of our own, because every key and value needs its place, and numbers keep their spelling.

use super::{Data, Key, Node};
use crate::problem::{Place, Problem, ProblemKind};
use crate::settings::Limits;

/// What can be made of a text that begins with a brace.
pub(super) enum Found {
    /// An object, up to before this byte, with nothing but white space after it on its line.
    Whole(usize),
    /// An object that does not end.
    Open,
    /// A text that begins with a brace: a shortcode, a template, an example.
    None,
}

/// Whether a text begins with an object: a brace, and then a key and a colon, or a brace and nothing else on its line.
pub(super) fn find(text: &str) -> Found {
    let Some(inside) = text.strip_prefix('{') else {
        return Found::None;
    };
    let first = inside.trim_start();
    let has_key = first.strip_prefix('"').is_some_and(|rest| {
        let after = end_of_string(rest).and_then(|end| rest.get(end..));
        after.is_some_and(|after| after.trim_start().starts_with(':'))
    });
    let line = inside.lines().next().unwrap_or_default();
    let opens = line.trim().is_empty() && first.starts_with(['"', '}']);
    let is_empty = line.trim() == "}";
    if !(has_key || opens || is_empty) {
        return Found::None;
    }
    let Some(end) = end_of_object(text) else {
        return Found::Open;
    };
    let rest = text.get(end..).unwrap_or_default();
    if rest
        .lines()
        .next()
        .is_none_or(|line| line.trim().is_empty())
    {
        Found::Whole(end)
    } else {
        Found::None
    }
}

/// The byte after the quote that ends a string whose first quote has been passed.
fn end_of_string(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(at + 1),
            b'\\' => {
                bytes.next();
            }
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

/// The byte after the bracket that closes the first one.
fn end_of_object(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at += end_of_string(text.get(at..)?)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Keys and values of an object; `place` tells where a byte of the text stands.
pub(super) fn parse(
    text: &str,
    place: impl Fn(usize) -> Place,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Result<Vec<(Key, Node)>, (Place, String)> {
    let mut parser = Parser {
        text,
        at: 0,
        place,
        limits,
        values: 0,
        left_out: None,
    };
    if text.len() > limits.front_matter_bytes {
        let limit = limits.front_matter_bytes;
        return Err(parser.error_at(0, &format!("it is too large (limit {limit} bytes)")));
    }
    let node = parser.value(0)?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.error("nothing may follow the object"));
    }
    if let Some(at) = parser.left_out {
        let levels = limits.front_matter_depth;
        let text = format!("values more than {levels} levels deep are left out");
        problems.push(Problem::new(ProblemKind::Limit, at, text));
    }
    match node.data {
        Data::Map(map) => super::yaml::unique(map, problems),
        _ => Err((node.place, "the front matter has no keys".to_owned())),
    }
}

type Failed = (Place, String);

struct Parser<'t, P> {
    text: &'t str,
    at: usize,
    place: P,
    limits: &'t Limits,
    values: usize,
    left_out: Option<Place>,
}

impl<P: Fn(usize) -> Place> Parser<'_, P> {
    fn error(&self, why: &str) -> Failed {
        self.error_at(self.at, why)
    }

    fn error_at(&self, at: usize, why: &str) -> Failed {
        (
            (self.place)(at),
            format!("the front matter is not JSON: {why}"),
        )
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Passes a character if it comes next.
    fn pass(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    fn value(&mut self, depth: usize) -> Result<Node, Failed> {
        self.space();
        self.values += 1;
        if self.values > self.limits.front_matter_values {
            let limit = self.limits.front_matter_values;
            return Err(self.error(&format!("it is too large (limit {limit} values)")));
        }
        let (start, place) = (self.at, (self.place)(self.at));
        let data = match self.peek() {
            Some(b'{' | b'[') if depth >= self.limits.front_matter_depth => {
                self.left_out.get_or_insert(place);
                let rest = self.text.get(start..).unwrap_or_default();
                let end =
                    end_of_object(rest).ok_or_else(|| self.error("a bracket is never closed"))?;
                self.at += end;
                Data::Null
            }
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Data::Scalar {
                text: self.string()?,
                quoted: true,
            },
            _ => self.word()?,
        };
        Ok(Node { data, place })
    }

    fn object(&mut self, depth: usize) -> Result<Data, Failed> {
        self.at += 1;
        let mut map = Vec::new();
        self.space();
        if self.pass(b'}') {
            return Ok(Data::Map(map));
        }
        loop {
            self.space();
            let place = (self.place)(self.at);
            if self.peek() != Some(b'"') {
                return Err(self.error("a key in double quotes belongs here"));
            }
            let key = Key {
                text: self.string()?,
                place,
            };
            self.space();
            if !self.pass(b':') {
                return Err(self.error("`:` belongs after a key"));
            }
            map.push((key, self.value(depth + 1)?));
            self.space();
            if self.pass(b'}') {
                return Ok(Data::Map(map));
            }
            if !self.pass(b',') {
                return Err(self.error("`,` or `}` belongs after a value"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Data, Failed> {
        self.at += 1;
        let mut list = Vec::new();
        self.space();
        if self.pass(b']') {
            return Ok(Data::List(list));
        }
        loop {
            list.push(self.value(depth + 1)?);
            self.space();
            if self.pass(b']') {
                return Ok(Data::List(list));
            }
            if !self.pass(b',') {
                return Err(self.error("`,` or `]` belongs after a value"));
            }
        }
    }

    /// `null`, `true`, `false` or a number.
    fn word(&mut self) -> Result<Data, Failed> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.'));
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let data = match word {
            "null" => Data::Null,
            "true" | "false" => Data::Scalar {
                text: word.to_owned(),
                quoted: false,
            },
            _ if is_number(word) => Data::Scalar {
                text: word.to_owned(),
                quoted: false,
            },
            _ => return Err(self.error("a value belongs here")),
        };
        self.at += word.len();
        Ok(data)
    }

    fn string(&mut self) -> Result<String, Failed> {
        let mut out = String::new();
        self.at += 1;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ');
            let Some(length) = plain else {
                return Err(self.error("a text in quotes is never closed"));
            };
            out.push_str(rest.get(..length).unwrap_or_default());
            self.at += length;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.error("a line end or a tab may not stand in quotes as it is")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Failed> {
        let start = self.at;
        self.at += 1;
        let letter = self.peek();
        self.at += 1;
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.hexadecimal(start)?;
                // A letter outside the first plane is written as two halves.
                let low = match high {
                    0xD800..=0xDBFF if self.pass(b'\\') && self.pass(b'u') => {
                        self.hexadecimal(start)?
                    }
                    _ => 0,
                };
                let code = match low {
                    0xDC00..=0xDFFF => 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00),
                    _ => high,
                };
                let halves = self.error_at(start, "half of a character stands alone");
                char::from_u32(code)
                    .filter(|_| low == 0 || code > 0xFFFF)
                    .ok_or(halves)?
            }
            _ => return Err(self.error_at(start, "no such escape")),
        })
    }

    fn hexadecimal(&mut self, start: usize) -> Result<u32, Failed> {
        let digits = self.text.get(self.at..self.at + 4).unwrap_or_default();
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(self.error_at(start, "four hexadecimal digits belong after `\\u`"));
        }
        self.at += 4;
        Ok(u32::from_str_radix(digits, 16).unwrap_or_default())
    }
}

/// RFC 8259, section 6.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (number, exponent) = match word.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (word, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}
