//! What programs put between the words: tags of Liquid, shortcodes of Hugo, code of MDX, boxes of MkDocs, Docusaurus and others, and
//! Logseq's macros and words for pages.
//!
//! Every byte stays where it is, as comments do: what is no text becomes spaces, and what is written otherwise than in Markdown is
//! written so that Markdown reads it, in the same room.

mod boxes;
mod fences;
mod hugo;
mod logseq;

use std::borrow::Cow;

use super::NO_BREAK;
use crate::levels::Levels;
use crate::settings::Dialect;
use crate::text::{line_on, line_up_to, near};
pub(super) use boxes::Boxes;
pub(super) use fences::is_box;

/// A text as Markdown reads it, and the boxes in it.
pub(super) struct Shown<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) boxes: Boxes,
}

/// What `text` shows where a program of this dialect makes a site of it.
pub(super) fn shown<'t>(text: Cow<'t, str>, dialect: Dialect, levels: &Levels) -> Shown<'t> {
    let text = match dialect {
        Dialect::Logseq => logseq::outline(text),
        _ => text,
    };
    let marks: &[&str] = match dialect {
        Dialect::Jekyll => &["{%", "{{", "{:"],
        Dialect::Hugo => &["{{<", "{{%", ":::"],
        Dialect::MkDocs => &["!!! ", "??? ", "???+ ", "=== \"", "{", "::: "],
        Dialect::Logseq => &["]([[", "{{", "){:"],
        Dialect::Docusaurus => &[":::", "{/*", "import ", "export "],
        // Whose pages they are is not known, and a shortcode is no word, nor is MyST's box code.
        Dialect::Markdown if last_of(&text, "{{").is_some() => &[":::", "```{", "{{<", "{{%"],
        Dialect::Markdown => &[":::", "```{"],
        _ => &[":::"],
    };
    let last = marks.iter().filter_map(|mark| last_of(&text, mark)).max();
    let last = if dialect == Dialect::Logseq {
        last.max(logseq::last_of_boxes(&text))
    } else {
        last
    };
    let Some(last) = last else {
        return Shown {
            text,
            boxes: Boxes::default(),
        };
    };
    let code = match dialect {
        // Hugo reads shortcodes before Markdown, in code too.
        Dialect::Hugo => Vec::new(),
        // All that matters is whether a mark stands in code, so what follows the last one is not read for it.
        _ => super::pieces::code(&text, super::options(), last + 1),
    };
    let mut page = Page {
        bytes: text.as_bytes().to_vec(),
        text: &text,
        code,
        boxes: Vec::new(),
        begun: Vec::new(),
    };
    match dialect {
        Dialect::Jekyll => {
            page.liquid();
            page.attributes();
        }
        Dialect::Hugo => {
            page.shortcodes();
            if let Some(last) = last_of(&text, ":::") {
                page.code = super::pieces::code(&text, super::options(), last + 1);
                page.fences(levels, true);
            }
        }
        Dialect::Markdown => {
            page.shortcodes();
            page.fences(levels, true);
        }
        Dialect::MkDocs => {
            page.references();
            page.admonitions();
            page.attribute_lists();
        }
        Dialect::Logseq => page.logseq(),
        Dialect::Docusaurus => {
            page.fences(levels, false);
            page.mdx();
        }
        _ => page.fences(levels, true),
    }
    page.keep_beginnings();
    let boxes = Boxes::of(page.boxes);
    // Only whole characters were written over, so nothing is lost here.
    let made = String::from_utf8(page.bytes)
        .unwrap_or_else(|made| String::from_utf8_lossy(made.as_bytes()).into_owned());
    Shown {
        text: Cow::Owned(made),
        boxes,
    }
}

/// Where the value of `href` or `src` begins that a line ends in, and how much of it follows behind `end`.
fn attribute_around(line: &[u8], text: &str, end: usize) -> Option<(usize, usize)> {
    let marks: [&[u8]; 4] = [b"href=\"", b"href='", b"src=\"", b"src='"];
    let found = marks.iter().filter_map(|mark| {
        let at = memchr::memmem::rfind(line, mark)?;
        Some((at + mark.len(), *mark.last()?))
    });
    let (from, quote) = found.max()?;
    let is_open = memchr::memchr(quote, line.get(from..)?).is_none();
    let after = line_on(text.get(end..)?);
    let length = memchr::memchr(quote, after.as_bytes()).filter(|_| is_open)?;
    Some((from, length))
}

/// Where a mark stands last.
pub(super) fn last_of(text: &str, mark: &str) -> Option<usize> {
    // Looking for it from the front is quick, and most texts have none.
    let (text, mark) = (text.as_bytes(), mark.as_bytes());
    let first = memchr::memmem::find(text, mark)?;
    memchr::memmem::rfind(text.get(first..)?, mark).map(|last| first + last)
}

struct Page<'t> {
    bytes: Vec<u8>,
    text: &'t str,
    /// Ranges of code, in order.
    code: Vec<(usize, usize)>,
    boxes: Vec<(usize, usize, String)>,
    /// Where spaces were written at the beginning of a line or of an item.
    begun: Vec<usize>,
}

impl Page<'_> {
    fn blank(&mut self, from: usize, to: usize) {
        if self.begins_line(from) {
            self.begun.push(from);
        }
        for byte in self.bytes.get_mut(from..to).unwrap_or_default() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }

    /// Whether nothing but marks of lists and quotes stands before this byte on its line.
    fn begins_line(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or_default().as_bytes();
        let mut before = before.iter().rev().take_while(|b| **b != b'\n').take(40);
        before.all(super::is_lead)
    }

    /// Words that come after spaces only because of what stood there are no code: of those spaces, the first becomes one that does not
    /// count as such.
    fn keep_beginnings(&mut self) {
        for at in std::mem::take(&mut self.begun) {
            let line = self.bytes.get(at..).unwrap_or_default();
            let spaces = line.iter().take_while(|b| **b == b' ').count();
            let is_text = line.get(spaces).is_some_and(|b| !b.is_ascii_whitespace());
            if let Some(room) = self.bytes.get_mut(at..at + NO_BREAK.len())
                && spaces >= NO_BREAK.len()
                && is_text
            {
                room.copy_from_slice(NO_BREAK.as_bytes());
            }
        }
    }

    /// Writes `words` over the range, with spaces after it. `false` when there is no room.
    fn write(&mut self, from: usize, to: usize, words: &str) -> bool {
        if words.len() > to.saturating_sub(from) || words.contains('\n') {
            return false;
        }
        self.blank(from, to);
        if let Some(room) = self.bytes.get_mut(from..from + words.len()) {
            room.copy_from_slice(words.as_bytes());
        }
        true
    }

    /// Whether a byte stands in code that begins before it.
    fn is_within_code(&self, at: usize) -> bool {
        let after = self.code.partition_point(|(_, end)| *end <= at);
        self.code.get(after).is_some_and(|(start, _)| *start < at)
    }

    fn is_code(&self, at: usize) -> bool {
        let after = self.code.partition_point(|(_, end)| *end <= at);
        self.code.get(after).is_some_and(|(start, _)| *start <= at)
    }

    /// The next place of `mark` that is no code, from `from` on.
    fn next(&self, mark: &str, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let rest = self.text.as_bytes().get(at..)?;
            let found = at + memchr::memmem::find(rest, mark.as_bytes())?;
            if !self.is_code(found) {
                return Some(found);
            }
            at = found + mark.len();
        }
    }

    /// Whether what stands at `at` is the beginning of the address of a link: `](`, `]:` or `href=` stands before it.
    fn is_address(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or_default();
        let before = before.trim_end_matches([' ', '"', '\'', '<']);
        let marks = ["](", "]:", "href=", "src="];
        marks.iter().any(|mark| before.ends_with(mark))
    }

    /// `{% tag %}` and `{{ value }}`.
    fn liquid(&mut self) {
        let mut at = 0;
        while let Some(start) = self.next("{", at) {
            let rest = self.text.get(start..).unwrap_or_default();
            let close = match rest.get(..2) {
                Some("{%") => "%}",
                Some("{{") => "}}",
                _ => {
                    at = start + 1;
                    continue;
                }
            };
            // A tag is short; an opening without an end is text.
            let Some(length) = near(rest, close) else {
                at = start + 2;
                continue;
            };
            let end = start + length + 2;
            let inside = rest.get(2..length).unwrap_or_default();
            let inside = inside.trim_matches('-').trim();
            let mut words = inside.split_whitespace();
            let (tag, value) = (
                words.next().unwrap_or_default(),
                words.next().unwrap_or_default(),
            );
            at = end;
            if close == "%}" && matches!(tag, "highlight" | "comment") {
                let closing = format!("end{tag}");
                at = self.tag_after(end, &closing).unwrap_or(self.text.len());
                self.blank(start, at);
            } else if self.is_address(start) {
                let target = match (close, tag) {
                    ("%}", "link") => format!("/{}", value.trim_start_matches('/')),
                    ("%}", "post_url") => value.to_owned(),
                    ("}}", _) => quoted(inside).unwrap_or_default().to_owned(),
                    _ => String::new(),
                };
                // An address of which nothing is left would be looked for on the next line.
                let goes_on = self.text.get(end..).is_some_and(|rest| {
                    rest.starts_with(|c: char| !c.is_whitespace() && !matches!(c, ')' | '"'))
                });
                let target = if target.is_empty() && !goes_on {
                    "#".to_owned()
                } else {
                    target
                };
                if goes_on && target.is_empty() && !is_base(inside) {
                    if !self.unknown_address(start, end) {
                        self.blank(start, end);
                    }
                    continue;
                }
                // Where nothing is written, as for `{{ site.baseurl }}/path`, Markdown passes over the spaces.
                if !self.write(start, end, &target) {
                    self.blank(start, end);
                } else if !target.is_empty() {
                    self.pull(start + target.len(), end);
                }
            } else if !self.unknown_address(start, end) {
                self.blank(start, end);
            }
        }
    }

    /// Makes `#` of the address of a link of which a later part is a tag: where it leads is not known, and spaces would undo the link.
    fn unknown_address(&mut self, start: usize, end: usize) -> bool {
        let line = line_up_to(self.text.get(..start).unwrap_or_default());
        let line = start - line.len()..start;
        let before = self.bytes.get(line.clone()).unwrap_or_default();
        if let Some((from, length)) = attribute_around(before, self.text, end) {
            return self.write(line.start + from, end + length, "#");
        }
        // `[words](address)`, or `[words]: address` on a line of its own.
        let (mark, closes) = match memchr::memmem::rfind(before, b"](") {
            Some(at) => (at, true),
            None => match memchr::memmem::find(before, b"]: ").filter(|_| before.starts_with(b"["))
            {
                Some(at) => (at + 1, false),
                None => return false,
            },
        };
        let from = line.start + mark + 2;
        let is_end = |b: &u8| matches!(b, b')' | b' ' | b'\t');
        let before = self.bytes.get(from..start).unwrap_or_default();
        let after = line_on(self.text.get(end..).unwrap_or_default());
        let length = after.find([')', ' ']).unwrap_or(after.len());
        let is_closed = after
            .get(length..)
            .is_some_and(|rest| rest.starts_with(')'));
        if before.iter().any(is_end) || closes && !is_closed {
            return false;
        }
        self.write(from, end + length, "#")
    }

    /// Moves what follows on the address of a link, up to its end, to where the range begins.
    fn pull(&mut self, from: usize, to: usize) {
        let rest = self.text.get(to..).unwrap_or_default();
        let length = rest.find([')', ' ', '\n', '"', '{', '>']).unwrap_or(0);
        if length == 0 || from == to {
            return;
        }
        let tail = rest.get(..length).unwrap_or_default().to_owned();
        self.write(from, to + length, &tail);
    }

    /// Where the tag `{% name %}` ends that comes next.
    fn tag_after(&self, from: usize, name: &str) -> Option<usize> {
        let mut at = from;
        loop {
            let start = at + self.text.get(at..)?.find("{%")?;
            let rest = self.text.get(start..)?;
            let length = rest.find("%}")?;
            let inside = rest.get(2..length)?.trim_matches('-').trim();
            if inside == name {
                return Some(start + length + 2);
            }
            at = start + 2;
        }
    }

    /// `{: .class}`, as kramdown and Python-Markdown have them.
    fn attributes(&mut self) {
        let mut at = 0;
        while let Some(start) = self.next("{:", at) {
            let rest = self.text.get(start..).unwrap_or_default();
            let end = near(rest, "}");
            at = start + 2;
            if let Some(length) =
                end.filter(|end| rest.get(..*end).is_some_and(|words| !words.contains('\n')))
            {
                at = start + length + 1;
                self.blank(start, at);
            }
        }
    }

    /// `{ .class #name key=value }`, as Python-Markdown has them, with or without a colon. The names of headings stay.
    fn attribute_lists(&mut self) {
        self.attributes();
        let mut at = 0;
        while let Some(start) = self.next("{", at) {
            at = start + 1;
            let before = line_up_to(self.text.get(..start).unwrap_or_default());
            let line = line_on(self.text.get(at..).unwrap_or_default());
            let Some(end) = line.find('}').filter(|_| !before.starts_with('#')) else {
                continue;
            };
            let inside = line.get(..end).unwrap_or_default().trim();
            let is_name = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic());
            let first = inside.split_whitespace().next().unwrap_or_default();
            let is_list = match first.strip_prefix(['.', '#']) {
                Some(name) => is_name(name),
                None => first.contains('=') && is_name(first),
            };
            if is_list {
                self.blank(start, at + end + 1);
            }
        }
    }

    /// `!!! kind "Title"`, `??? kind` and `=== "Tab"` with text that is indented: as items of a list, which hold such text.
    fn admonitions(&mut self) {
        let mut open: Vec<(usize, usize, String)> = Vec::new();
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let (from, to) = (at, at + line.trim_end().len());
            at += line.len();
            let words = line.trim_start();
            let indent = line.len() - words.len();
            if words.is_empty() || (self.is_code(from + indent) && open.is_empty()) {
                continue;
            }
            while open.last().is_some_and(|(_, inner, _)| indent < *inner) {
                if let Some((start, _, kind)) = open.pop() {
                    self.boxes.push((start, from, kind));
                }
            }
            let mark = ["!!! ", "??? ", "???+ ", "=== "]
                .into_iter()
                .find(|mark| words.starts_with(mark));
            let Some(mark) = mark else { continue };
            let rest = words.get(mark.len()..).unwrap_or_default().trim();
            let kind = rest.split([' ', '"']).next().unwrap_or_default();
            let is_tab = mark == "=== ";
            let names_one = if is_tab {
                rest.starts_with('"')
            } else {
                kind.starts_with(char::is_alphabetic)
            };
            if !names_one {
                continue;
            }
            let title = quoted(rest).unwrap_or(kind).to_owned();
            let start = from + indent;
            if self.write(start, to, &format!("-   {title}")) {
                let kind = if is_tab { "tab" } else { kind };
                open.push((start, indent + 4, kind.to_lowercase()));
            }
        }
        while let Some((start, _, kind)) = open.pop() {
            self.boxes.push((start, self.text.len(), kind));
        }
        self.boxes.retain(|(_, _, kind)| kind != "tab");
    }

    /// `::: package.Name`, where a plugin puts what the code says, and what it is told of that in the lines below.
    fn references(&mut self) {
        let (mut at, mut in_one) = (0, false);
        for line in self.text.split_inclusive('\n') {
            let (from, to) = (at, at + line.trim_end().len());
            at += line.len();
            in_one = match line.strip_prefix("::: ") {
                Some(name) if !self.is_code(from) => !name.trim().contains([' ', '{']),
                _ => in_one && (line.starts_with("    ") || line.trim().is_empty()),
            };
            if in_one {
                self.blank(from, to);
            }
        }
    }

    /// `{/* comments */}`, and lines of code: `import x from 'y'`, `export const z = 1`.
    fn mdx(&mut self) {
        let mut at = 0;
        while let Some(start) = self.next("{/*", at) {
            let rest = self.text.get(start..).unwrap_or_default();
            let end = rest
                .find("*/}")
                .map_or(self.text.len(), |end| start + end + 3);
            self.blank(start, end);
            at = end;
        }
        let (mut at, mut in_code, mut after_empty) = (0, false, true);
        for line in self.text.split_inclusive('\n') {
            let (from, to) = (at, at + line.len());
            at = to;
            let words = line.trim();
            // A comment is no word before an import.
            let comments = words.starts_with("<!--") && words.ends_with("-->");
            if words.is_empty() || comments && after_empty {
                (in_code, after_empty) = (false, true);
                continue;
            }
            let imports = line.starts_with("import ")
                && (line.contains(" from ") || line.contains(['\'', '"']));
            let exports = ["const ", "default ", "function ", "let ", "{", "*"]
                .iter()
                .any(|word| {
                    line.strip_prefix("export ")
                        .is_some_and(|rest| rest.starts_with(word))
                });
            if (after_empty || in_code) && (imports || exports) && !self.is_code(from) {
                in_code = true;
            }
            if in_code {
                self.blank(from, to);
            }
            after_empty = false;
        }
    }
}

/// Whether a value of Liquid at the beginning of an address is where the site begins, as `site.baseurl` is.
fn is_base(value: &str) -> bool {
    let name = value.split(['|', ' ']).next().unwrap_or_default();
    let last = name.rsplit('.').next().unwrap_or_default();
    matches!(
        last,
        "baseurl" | "base_url" | "base_path" | "base" | "url" | "root" | "path" | "prefix" | "home"
    )
}

/// What stands in the first quotes of a text.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let mark = text.get(start..)?.chars().next()?;
    let inside = text.get(start + 1..)?;
    inside.get(..inside.find(mark)?)
}
