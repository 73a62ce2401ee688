//! Links and pictures that are written as HTML in a text of Markdown.

use memchr::memmem;

use super::{OpenLink, Walk, small};
use crate::format::html::markup::{attribute, without_tags};
use crate::link;
use crate::note::Link;

/// Elements whose inside shows no links.
const LEFT_OUT: [&str; 5] = ["script", "style", "textarea", "template", "noscript"];

impl Walk<'_, '_> {
    /// A tag among words.
    pub(super) fn inline_tag(&mut self, tag: &str, start: usize, end: usize) {
        let silent = self.in_script || self.link.last().is_some_and(|link| link.silent);
        if silent || self.open.is_none() && self.items == 0 {
            return;
        }
        let is_open = self.link.last().is_some_and(|link| link.is_html);
        match Element::of(tag) {
            Element::Link => {
                if is_open {
                    self.end_innermost(start);
                }
                let Some(link) = self.addressed(tag, "href") else {
                    return;
                };
                let from = self.inline(start, end).map(|inline| inline.plain.len());
                let index = Some(self.add_link(link, start, end, false));
                self.link.push(OpenLink {
                    index,
                    from: from.unwrap_or(0),
                    silent: false,
                    brackets: false,
                    is_html: true,
                });
            }
            Element::LinkEnd if is_open => {
                let index = self.link.last().and_then(|link| link.index);
                self.end_innermost(end);
                let bytes = small(self.cx.source.in_note(self.base + end));
                if let Some(link) = index.and_then(|at| self.said.content.links.get_mut(at)) {
                    link.bytes.1 = bytes;
                }
            }
            Element::Picture => {
                let Some(link) = self.addressed(tag, "src") else {
                    return;
                };
                if self.inline(start, end).is_some() {
                    self.add_link(link, start, end, true);
                }
            }
            _ => {}
        }
    }

    /// A block of HTML from its first byte to the one after its last.
    pub(super) fn html(&mut self, start: usize, end: usize) {
        let block = self.text.get(start..end).unwrap_or_default();
        let mut tags = Tags {
            text: block,
            at: 0,
            unclosed: [false; 2],
        };
        // The open link: its place among the links, and where its words begin.
        let mut open: Option<(usize, usize)> = None;
        while let Some((from, to)) = tags.next() {
            let tag = block.get(from..to).unwrap_or_default();
            match Element::of(tag) {
                Element::Link => {
                    self.end_in_block(open.take(), block, from, start + from);
                    if let Some(link) = self.addressed(tag, "href") {
                        let index = self.add_link(link, start + from, start + to, false);
                        open = Some((index, to));
                    }
                }
                Element::LinkEnd => self.end_in_block(open.take(), block, from, start + to),
                Element::Picture => {
                    if let Some(link) = self.addressed(tag, "src") {
                        self.add_link(link, start + from, start + to, true);
                    }
                }
                Element::LeftOut(name) => tags.pass(name),
                Element::Other => {}
            }
        }
        self.end_in_block(open, block, block.len(), end);
    }

    fn end_in_block(&mut self, open: Option<(usize, usize)>, block: &str, to: usize, end: usize) {
        let Some((index, from)) = open else { return };
        let bytes = small(self.cx.source.in_note(self.base + end));
        let words = without_tags(block.get(from..to).unwrap_or_default());
        if let Some(link) = self.said.content.links.get_mut(index) {
            link.text = (!words.is_empty() && words != *link.target).then(|| words.into());
            link.bytes.1 = bytes;
        }
    }

    /// The link that an attribute states; `None` where it states nothing, or is code of JSX.
    fn addressed(&self, tag: &str, name: &str) -> Option<Link> {
        let target = attribute(tag, name)?;
        let target = target.trim();
        let is_code = target.starts_with('{') && !link::is_template(target);
        let says = !target.is_empty() && !is_code;
        says.then(|| self.destination(target))
    }
}

/// What a tag means here.
enum Element {
    Link,
    LinkEnd,
    Picture,
    /// An element whose inside is passed over.
    LeftOut(&'static str),
    Other,
}

impl Element {
    fn of(tag: &str) -> Self {
        let body = tag.strip_prefix('<').unwrap_or(tag);
        let name = body.strip_prefix('/').unwrap_or(body);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match body.starts_with('/') {
            true if is("a") => Self::LinkEnd,
            true => Self::Other,
            false if is("a") => Self::Link,
            false if is("img") => Self::Picture,
            false => match LEFT_OUT.iter().find(|known| is(known)) {
                Some(name) => Self::LeftOut(name),
                None => Self::Other,
            },
        }
    }
}

/// The tags of a piece of HTML, without its comments.
struct Tags<'t> {
    text: &'t str,
    at: usize,
    /// Whether no `"` and no `'` is left. Then none needs to be looked for again, however many tags have one that is never closed.
    unclosed: [bool; 2],
}

impl Tags<'_> {
    /// Where the next tag begins and where what follows it begins.
    fn next(&mut self) -> Option<(usize, usize)> {
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let from = self.at + memchr::memchr(b'<', rest)?;
            let rest = self.text.get(from..)?;
            if let Some(comment) = rest.strip_prefix("<!--") {
                self.at = from + 4 + memmem::find(comment.as_bytes(), b"-->")?;
                continue;
            }
            self.at = from + 1;
            let begins = |c: char| c.is_ascii_alphabetic() || c == '/';
            if rest.get(1..)?.starts_with(begins) {
                self.at = self.end_of_tag(from + 1)?;
                return Some((from, self.at));
            }
        }
    }

    /// The byte after the `>` that ends a tag; in quotes, it ends none.
    fn end_of_tag(&mut self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            let rest = bytes.get(at..)?;
            let found = at + memchr::memchr3(b'>', b'"', b'\'', rest)?;
            let mark = *bytes.get(found)?;
            if mark == b'>' {
                return Some(found + 1);
            }
            let unclosed = self.unclosed.get_mut(usize::from(mark == b'"'))?;
            let rest = bytes.get(found + 1..)?;
            let closed = memchr::memchr(mark, rest).filter(|_| !*unclosed);
            *unclosed = closed.is_none();
            at = match closed {
                Some(length) => found + length + 2,
                // Such a mark is a letter like any other.
                None => found + 1,
            };
        }
    }

    /// Passes what stands inside an element.
    fn pass(&mut self, name: &str) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends = |at: &usize| {
            let after = rest.get(at + 2..at + 2 + name.len());
            after.is_some_and(|after| after.eq_ignore_ascii_case(name))
        };
        let mut found = memmem::find_iter(rest.as_bytes(), b"</");
        self.at = found.find(ends).map_or(self.text.len(), |at| self.at + at);
    }
}
