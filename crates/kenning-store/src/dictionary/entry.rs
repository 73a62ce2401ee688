//! How the text of one term is kept.
//!
//! An entry is a mark that says what kind of term it is, the numbers that the kind needs, and a text:
//!
//! ```text
//! I text              an IRI            i PREFIX text         an IRI that begins with a prefix of the segment
//! B text              a blank node      S text                a string
//! L LANGUAGE text     with a language   l LANGUAGE, r …       with a language and a direction
//! T DATATYPE text     of a datatype     Q ID ID ID            a triple term, by the ids of its terms
//! ```
//!
//! Numbers are written in ASCII characters, six bits in each, so that a segment is one valid string and reading an entry
//! needs no second test of its encoding.

use oxrdf::{BaseDirection, LiteralRef, TermRef};

/// What a term is, without its id: the key under which a dictionary finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key<'a> {
    Iri(&'a str),
    Blank(&'a str),
    String(&'a str),
    /// Text, language, direction.
    Language(&'a str, &'a str, Option<bool>),
    /// Text, datatype.
    Typed(&'a str, &'a str),
    /// The ids of subject, predicate and object.
    Triple([u32; 3]),
}

impl<'a> Key<'a> {
    /// The key of a term; `None` for a triple term, whose terms have to be looked up first.
    pub(crate) fn of(term: TermRef<'a>) -> Option<Self> {
        match term {
            TermRef::NamedNode(node) => Some(Self::Iri(node.as_str())),
            TermRef::BlankNode(node) => Some(Self::Blank(node.as_str())),
            TermRef::Literal(literal) => Some(Self::of_literal(literal)),
            TermRef::Triple(_) => None,
        }
    }

    fn of_literal(literal: LiteralRef<'a>) -> Self {
        let text = literal.value();
        match literal.language() {
            Some(language) => {
                let right_to_left = literal
                    .direction()
                    .map(|direction| direction == BaseDirection::Rtl);
                Self::Language(text, language, right_to_left)
            }
            None if literal.datatype() == oxrdf::vocab::xsd::STRING => Self::String(text),
            None => Self::Typed(text, literal.datatype().as_str()),
        }
    }
}

/// An entry as it was read, its numbers resolved where that is free.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Entry<'a> {
    /// The number of the prefix, if there is one, and the rest.
    Iri(Option<u32>, &'a str),
    Blank(&'a str),
    String(&'a str),
    /// The number of the language, direction, text.
    Language(u32, Option<bool>, &'a str),
    /// The number of the datatype, text.
    Typed(u32, &'a str),
    Triple([u32; 3]),
}

impl<'a> Entry<'a> {
    /// Reads an entry that [`Entry::write`] wrote; `None` for anything else.
    #[inline]
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mark = *text.as_bytes().first()?;
        let mut rest = text.get(1..)?;
        Some(match mark {
            b'I' => Self::Iri(None, rest),
            b'i' => Self::Iri(Some(number(&mut rest)?), rest),
            b'B' => Self::Blank(rest),
            b'S' => Self::String(rest),
            b'L' => Self::Language(number(&mut rest)?, None, rest),
            b'l' => Self::Language(number(&mut rest)?, Some(false), rest),
            b'r' => Self::Language(number(&mut rest)?, Some(true), rest),
            b'T' => Self::Typed(number(&mut rest)?, rest),
            b'Q' => Self::Triple([number(&mut rest)?, number(&mut rest)?, number(&mut rest)?]),
            _ => return None,
        })
    }

    /// Adds the entry to a segment's text.
    pub(crate) fn write(self, out: &mut String) {
        match self {
            Self::Iri(None, text) => put(out, 'I', &[], text),
            Self::Iri(Some(prefix), text) => put(out, 'i', &[prefix], text),
            Self::Blank(text) => put(out, 'B', &[], text),
            Self::String(text) => put(out, 'S', &[], text),
            Self::Language(language, None, text) => put(out, 'L', &[language], text),
            Self::Language(language, Some(false), text) => put(out, 'l', &[language], text),
            Self::Language(language, Some(true), text) => put(out, 'r', &[language], text),
            Self::Typed(datatype, text) => put(out, 'T', &[datatype], text),
            Self::Triple(ids) => put(out, 'Q', &ids, ""),
        }
    }
}

fn put(out: &mut String, mark: char, numbers: &[u32], text: &str) {
    out.push(mark);
    for number in numbers {
        let mut rest = *number;
        while rest > 0x3f {
            out.push(char::from((rest & 0x3f) as u8 | 0x40));
            rest >>= 6;
        }
        out.push(char::from(rest as u8));
    }
    out.push_str(text);
}

/// Takes a number off the front of `text`.
#[inline]
fn number(text: &mut &str) -> Option<u32> {
    let mut value = 0u32;
    for (place, byte) in text.bytes().enumerate().take(6) {
        value |= u32::from(byte & 0x3f) << (6 * place);
        if byte & 0x40 == 0 {
            *text = text.get(place + 1..)?;
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 63, 64, 4095, 4096, u32::MAX - 1, u32::MAX] {
            let mut text = String::new();
            Entry::Typed(number, "text").write(&mut text);
            match Entry::read(&text) {
                Some(Entry::Typed(read, "text")) => assert_eq!(read, number),
                other => panic!("{other:?}"),
            }
        }
    }
}
