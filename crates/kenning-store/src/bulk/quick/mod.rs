//! Reading what nearly every document is made of, without a general parser.
//!
//! A parser that makes a term of every word and tests every IRI takes two thirds of the time of a load. Here a term is looked
//! up as it stands in the text, and tested only when it is new to its batch; so are languages and datatypes.
//!
//! INVARIANT: a block is read here only if all of it is beyond doubt. Whatever looks unusual, wrong or merely rare, gives
//! `None`, and the parsers of the RDF family read the whole block: they alone decide what is a mistake (guard: the tests
//! below compare both on the same texts).

mod lines;
mod terse;

use super::parse::{Context, Document, Parsed};
use crate::dictionary::Key;
use crate::tag;
use hashbrown::DefaultHashBuilder;
use memchr::{memchr, memchr2};
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{Literal, NamedNode};
use oxrdfio::RdfFormat;
use std::borrow::Cow;

/// The quads of a block, and the context after it if it has changed.
pub(super) fn read(
    document: &Document,
    text: &[u8],
    context: &Context,
    hasher: &DefaultHashBuilder,
) -> Option<(Parsed, Option<Context>)> {
    let text = std::str::from_utf8(text).ok()?;
    let mut quick = Quick {
        text,
        at: 0,
        apart: &document.apart,
        hasher,
        parsed: Parsed::default(),
        context: Cow::Borrowed(context),
        scratch: String::new(),
        languages: Vec::new(),
    };
    match document.format {
        RdfFormat::NTriples => quick.lines(false)?,
        RdfFormat::NQuads => quick.lines(true)?,
        RdfFormat::Turtle => quick.terse(false)?,
        RdfFormat::TriG => quick.terse(true)?,
        _ => return None,
    }
    let end = match quick.context {
        Cow::Borrowed(_) => None,
        Cow::Owned(end) => (end != *context).then_some(end),
    };
    Some((quick.parsed, end))
}

/// A text that is being read, and what has been read.
struct Quick<'a> {
    text: &'a str,
    at: usize,
    /// Set before the labels of blank nodes.
    apart: &'a str,
    hasher: &'a DefaultHashBuilder,
    parsed: Parsed,
    context: Cow<'a, Context>,
    scratch: String,
    /// Languages that are known to be well-formed.
    languages: Vec<Language<'a>>,
}

/// A block has no more languages than this.
const MOST_LANGUAGES: usize = 200;

/// A language tag.
struct Language<'a> {
    /// As it stands in the text.
    written: &'a str,
    /// In small letters.
    small: String,
    /// Its number among the unusual ones, if it is one.
    unusual: Option<u32>,
}

/// Whether a byte may stand in a name, wherever in it.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

impl<'a> Quick<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    /// How many bytes from here on are of a kind.
    fn run(&self, is_kind: impl Fn(u8) -> bool) -> usize {
        let rest = self.rest();
        rest.iter()
            .position(|byte| !is_kind(*byte))
            .unwrap_or(rest.len())
    }

    /// Steps over a comment, the end of the line not included.
    fn comment(&mut self) -> Option<()> {
        let rest = self.rest();
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        // A carriage return alone may end a line, or not.
        match memchr(b'\r', rest.get(..end)?) {
            Some(place) if place + 1 < end => return None,
            _ => self.at += end,
        }
        Some(())
    }

    /// The text between angle brackets.
    fn iri_text(&mut self) -> Option<&'a str> {
        self.expect(b'<')?;
        let end = memchr(b'>', self.rest())?;
        let iri = self.text.get(self.at..self.at + end)?;
        // Escapes are rare here.
        if memchr(b'\\', iri.as_bytes()).is_some() {
            return None;
        }
        self.at += end + 1;
        Some(iri)
    }

    /// The id of an IRI, which is tested if it is new.
    fn iri(&mut self, iri: &str) -> Option<u32> {
        let is_good = || NamedNode::new(iri).is_ok();
        let terms = &mut self.parsed.terms;
        terms.intern_if(&Key::Iri(iri), self.hasher, is_good)
    }

    /// The label of a blank node.
    fn blank_label(&mut self) -> Option<&'a str> {
        self.expect(b'_')?;
        self.expect(b':')?;
        let first = self.peek()?;
        let length = self.run(is_name);
        let label = self.text.get(self.at..self.at + length)?;
        self.at += length;
        let ends = match self.peek() {
            Some(b'.') => {
                let after = self.text.as_bytes().get(self.at + 1);
                after.is_none_or(u8::is_ascii_whitespace)
            }
            Some(byte) => byte.is_ascii() && byte != b':' && byte != b'%' && byte != b'\\',
            None => true,
        };
        (ends && length > 0 && first != b'-').then_some(label)
    }

    fn blank(&mut self) -> Option<u32> {
        let label = self.blank_label()?;
        self.scratch.clear();
        self.scratch.push_str(self.apart);
        self.scratch.push_str(label);
        let terms = &mut self.parsed.terms;
        terms.intern(&Key::Blank(&self.scratch), self.hasher)
    }

    /// The value of a string in double quotes, which may go over several lines if it has three of them.
    fn string(&mut self, may_be_long: bool) -> Option<Cow<'a, str>> {
        self.expect(b'"')?;
        let long = may_be_long && self.rest().starts_with(b"\"\"");
        if long {
            self.at += 2;
        }
        let mut value = String::new();
        let mut start = self.at;
        loop {
            self.at += memchr2(b'"', b'\\', self.rest())?;
            let part = self.text.get(start..self.at)?;
            if !long && memchr2(b'\n', b'\r', part.as_bytes()).is_some() {
                return None;
            }
            if self.peek() == Some(b'\\') {
                value.push_str(part);
                value.push(self.escaped()?);
                start = self.at;
                continue;
            }
            if long && !self.rest().starts_with(b"\"\"\"") {
                self.at += 1;
                continue;
            }
            self.at += if long { 3 } else { 1 };
            return Some(match value.is_empty() {
                true => Cow::Borrowed(part),
                false => Cow::Owned(value + part),
            });
        }
    }

    /// The character behind a backslash.
    fn escaped(&mut self) -> Option<char> {
        let mark = *self.text.as_bytes().get(self.at + 1)?;
        self.at += 2;
        let digits = match mark {
            b't' => return Some('\t'),
            b'b' => return Some('\x08'),
            b'n' => return Some('\n'),
            b'r' => return Some('\r'),
            b'f' => return Some('\x0c'),
            b'"' => return Some('"'),
            b'\'' => return Some('\''),
            b'\\' => return Some('\\'),
            b'u' => 4,
            b'U' => 8,
            _ => return None,
        };
        let text = self.text.get(self.at..self.at + digits)?;
        self.at += digits;
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        char::from_u32(u32::from_str_radix(text, 16).ok()?)
    }

    /// What follows the text of a literal: a language, a datatype, or nothing. `datatype` reads the name of a datatype.
    fn literal(
        &mut self,
        text: &str,
        datatype: impl FnOnce(&mut Self) -> Option<Cow<'a, str>>,
    ) -> Option<u32> {
        match self.peek() {
            Some(b'@') => {
                self.at += 1;
                let length = self.run(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                let language = self.text.get(self.at..self.at + length)?;
                self.at += length;
                let known = |known: &Language<'_>| known.written == language;
                if !self.languages.iter().any(known) {
                    // A text of many languages is rare, and a list of them is slow.
                    let is_good = self.languages.len() < MOST_LANGUAGES
                        && !language.contains("--")
                        && Literal::new_language_tagged_literal("", language).is_ok();
                    is_good.then(|| self.learn(language))?;
                }
                let language = self.languages.iter().find(|one| known(one))?;
                let key = Key::Language(text, &language.small, None);
                let id = self.parsed.terms.intern(&key, self.hasher)?;
                if let Some(tag) = language.unusual {
                    self.parsed.write_tag(id, tag);
                }
                Some(id)
            }
            Some(b'^') => {
                self.at += 1;
                self.expect(b'^')?;
                let datatype = datatype(self)?;
                self.typed(text, &datatype)
            }
            _ => self.parsed.terms.intern(&Key::String(text), self.hasher),
        }
    }

    /// Remembers a language. Tags are the same in whatever case, and the parsers give small letters.
    fn learn(&mut self, written: &'a str) {
        let small = written.to_ascii_lowercase();
        let unusual = (tag::shown(&small) != written).then(|| self.parsed.tags.number(written));
        self.languages.push(Language {
            written,
            small,
            unusual,
        });
    }

    fn typed(&mut self, text: &str, datatype: &str) -> Option<u32> {
        if datatype == xsd::STRING.as_str() {
            return self.parsed.terms.intern(&Key::String(text), self.hasher);
        }
        let is_good = || {
            datatype != rdf::LANG_STRING.as_str()
                && datatype != rdf::DIR_LANG_STRING.as_str()
                && NamedNode::new(datatype).is_ok()
        };
        let key = Key::Typed(text, datatype);
        self.parsed.terms.intern_if(&key, self.hasher, is_good)
    }
}

#[cfg(test)]
mod tests;
