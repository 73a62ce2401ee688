//! Turtle and TriG, without blank nodes that have no label, collections, triple terms and relative IRIs.

use super::{Quick, is_name};
use crate::bulk::parse::DEFAULT;
use oxrdf::NamedNode;
use oxrdf::vocab::{rdf, xsd};
use std::borrow::Cow;

impl<'a> Quick<'a> {
    /// All statements.
    pub(super) fn terse(&mut self, with_graphs: bool) -> Option<()> {
        loop {
            self.space()?;
            match self.peek() {
                None => return Some(()),
                Some(b'@') => {
                    self.at += 1;
                    self.directive()?;
                    self.space()?;
                    self.expect(b'.')?;
                }
                Some(b'P' | b'p' | b'B' | b'b')
                    if self.is_word("prefix") || self.is_word("base") =>
                {
                    self.directive()?;
                }
                Some(b'G' | b'g') if with_graphs && self.is_word("graph") => {
                    self.at += "graph".len();
                    self.space()?;
                    let name = self.named()?;
                    self.space()?;
                    self.expect(b'{')?;
                    self.graph(name)?;
                }
                Some(b'{') if with_graphs => {
                    self.at += 1;
                    self.graph(DEFAULT)?;
                }
                Some(first) => {
                    let subject = self.node()?;
                    self.space()?;
                    if with_graphs && first != b'_' && self.peek() == Some(b'{') {
                        self.at += 1;
                        self.graph(subject)?;
                        continue;
                    }
                    self.predicates(subject, DEFAULT)?;
                    self.expect(b'.')?;
                }
            }
        }
    }

    /// The statements of a graph, up to its closing brace.
    fn graph(&mut self, name: u32) -> Option<()> {
        loop {
            self.space()?;
            if self.peek()? == b'}' {
                self.at += 1;
                return Some(());
            }
            let subject = self.node()?;
            self.space()?;
            self.predicates(subject, name)?;
            match self.peek()? {
                b'.' => self.at += 1,
                b'}' => {}
                _ => return None,
            }
        }
    }

    /// What is said of a subject. What follows it has not been read.
    fn predicates(&mut self, subject: u32, graph: u32) -> Option<()> {
        loop {
            let predicate = self.predicate()?;
            loop {
                self.space()?;
                let object = self.object()?;
                self.parsed.push([subject, predicate, object, graph]);
                self.space()?;
                if self.peek()? != b',' {
                    break;
                }
                self.at += 1;
            }
            if self.peek()? != b';' {
                return Some(());
            }
            while self.peek()? == b';' {
                self.at += 1;
                self.space()?;
            }
            if matches!(self.peek()?, b'.' | b'}') {
                return Some(());
            }
        }
    }

    /// White space and comments.
    fn space(&mut self) -> Option<()> {
        loop {
            self.at += self.run(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            if self.peek() != Some(b'#') {
                return Some(());
            }
            self.comment()?;
        }
    }

    /// Whether this word stands here, in whatever case, and a space behind it.
    fn is_word(&self, word: &str) -> bool {
        let rest = self.rest();
        let here = rest.get(..word.len());
        here.is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes()))
            && rest.get(word.len()).is_some_and(u8::is_ascii_whitespace)
    }

    /// A directive, without the mark before it and the full stop behind it.
    fn directive(&mut self) -> Option<()> {
        let is_base = self.is_word("base");
        // The words with the mark are written in small letters only.
        let marked = self.text.as_bytes().get(self.at.wrapping_sub(1)) == Some(&b'@');
        if marked && self.peek()?.is_ascii_uppercase() {
            return None;
        }
        if is_base {
            self.at += "base".len();
            self.space()?;
            let iri = self.absolute()?;
            self.context.to_mut().base = Some(iri.to_owned());
            return Some(());
        }
        if !self.is_word("prefix") {
            return None;
        }
        self.at += "prefix".len();
        self.space()?;
        let name = self.prefix()?;
        self.space()?;
        let iri = self.absolute()?;
        let prefixes = &mut self.context.to_mut().prefixes;
        prefixes.insert(name.to_owned(), iri.to_owned());
        Some(())
    }

    /// An IRI that has been tested, and that no base can change.
    fn absolute(&mut self) -> Option<&'a str> {
        let iri = self.iri_text()?;
        (is_absolute(iri) && NamedNode::new(iri).is_ok()).then_some(iri)
    }

    /// A prefix and the colon behind it.
    fn prefix(&mut self) -> Option<&'a str> {
        let length = self.run(|byte| is_name(byte) || byte == b'.');
        let name = self.text.get(self.at..self.at + length)?;
        let starts = name
            .bytes()
            .next()
            .is_none_or(|byte| byte.is_ascii_alphabetic());
        if !starts || name.ends_with('.') {
            return None;
        }
        self.at += length;
        self.expect(b':')?;
        Some(name)
    }

    /// A name with a prefix, put together in `scratch`.
    fn prefixed(&mut self) -> Option<()> {
        let name = self.prefix()?;
        let start = self.context.prefixes.get(name)?;
        self.scratch.clear();
        self.scratch.push_str(start);
        let mut is_first = true;
        loop {
            let length = self.run(|byte| is_name(byte) || byte == b'.');
            let part = self.text.get(self.at..self.at + length)?;
            if is_first && part.starts_with(['-', '.']) {
                return None;
            }
            is_first = false;
            let after = self.text.as_bytes().get(self.at + length).copied();
            match after {
                Some(b'\\') => {
                    let escaped = *self.text.as_bytes().get(self.at + length + 1)?;
                    // A full stop is left to the parser, which has its own view of one at the end of a name.
                    if !b"_~-!$&'()*+,;=/?#@%".contains(&escaped) {
                        return None;
                    }
                    self.scratch.push_str(part);
                    self.scratch.push(char::from(escaped));
                    self.at += length + 2;
                }
                // What follows might belong to the name.
                Some(byte) if !byte.is_ascii() || matches!(byte, b':' | b'%') => return None,
                _ => {
                    let part = part.trim_end_matches('.');
                    self.scratch.push_str(part);
                    self.at += part.len();
                    return Some(());
                }
            }
        }
    }

    /// An IRI, in either way of writing.
    fn named(&mut self) -> Option<u32> {
        if self.peek()? == b'<' {
            let iri = self.iri_text()?;
            if self.context.base.is_some() && !is_absolute(iri) {
                return None;
            }
            return self.iri(iri);
        }
        self.prefixed()?;
        let iri = std::mem::take(&mut self.scratch);
        let id = self.iri(&iri);
        self.scratch = iri;
        id
    }

    fn node(&mut self) -> Option<u32> {
        match self.peek()? {
            b'_' => self.blank(),
            _ => self.named(),
        }
    }

    fn predicate(&mut self) -> Option<u32> {
        let rest = self.rest();
        if rest.first() == Some(&b'a') && rest.get(1).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
            return self.iri(rdf::TYPE.as_str());
        }
        self.named()
    }

    fn object(&mut self) -> Option<u32> {
        match self.peek()? {
            b'"' => {
                let text = self.string(true)?;
                self.literal(&text, Self::datatype)
            }
            b'0'..=b'9' | b'+' | b'-' => self.number(),
            b't' | b'f' => match ["true", "false"].iter().find(|word| self.is_value(word)) {
                Some(word) => {
                    self.at += word.len();
                    self.typed(word, xsd::BOOLEAN.as_str())
                }
                None => self.named(),
            },
            _ => self.node(),
        }
    }

    fn datatype(&mut self) -> Option<Cow<'a, str>> {
        if self.peek()? == b'<' {
            let iri = self.iri_text()?;
            let is_good = self.context.base.is_none() || is_absolute(iri);
            return is_good.then_some(Cow::Borrowed(iri));
        }
        self.prefixed()?;
        Some(Cow::Owned(self.scratch.clone()))
    }

    /// Whether a word stands here, and behind it something that ends it.
    fn is_value(&self, word: &str) -> bool {
        let rest = self.rest();
        rest.starts_with(word.as_bytes()) && ends_a_word(rest.get(word.len()..).unwrap_or_default())
    }

    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        if matches!(self.peek()?, b'+' | b'-') {
            self.at += 1;
        }
        let digits = self.run(|byte| byte.is_ascii_digit());
        self.at += digits;
        if digits == 0 {
            return None;
        }
        let mut datatype = xsd::INTEGER;
        if self.peek()? == b'.' {
            self.at += 1;
            let digits = self.run(|byte| byte.is_ascii_digit());
            if digits == 0 {
                self.at -= 1;
            } else {
                self.at += digits;
                datatype = xsd::DECIMAL;
            }
        }
        let text = self.text.get(start..self.at)?;
        if !ends_a_word(self.rest()) {
            return None;
        }
        self.typed(text, datatype.as_str())
    }
}

/// Whether nothing of what follows can belong to the word before it.
fn ends_a_word(rest: &[u8]) -> bool {
    match rest {
        [] | [b'.'] => true,
        [b'.', after, ..] => after.is_ascii_whitespace(),
        [after, ..] => after.is_ascii_whitespace() || matches!(after, b';' | b','),
    }
}

/// Whether resolving this IRI against any base gives the IRI itself: it has a scheme, and no dots to be removed.
fn is_absolute(iri: &str) -> bool {
    let Some((scheme, rest)) = iri.split_once(':') else {
        return false;
    };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.contains("/.")
        && !rest.starts_with('.')
}
