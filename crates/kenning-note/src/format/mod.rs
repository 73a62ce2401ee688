//! Texts that are no Markdown: each is read line by line, or made Markdown of the same length and read as that.

pub(crate) mod apart;
pub(crate) mod html;
mod mediawiki;
mod org;
mod tiddler;

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::SplitInclusive;

use crate::body::opens_block;
use crate::front_matter::{Data, Key, Node};
use crate::levels::Levels;
use crate::note::{Format, Note, TitleFrom};
use crate::problem::{Place, Problem};
use crate::settings::{Dialect, Settings};
use crate::text::Source;

/// A text turned into Markdown, with the keys that stood in its head.
pub(crate) struct Turned {
    /// Markdown.
    pub(crate) text: String,
    /// From which byte on the text stands for which line of the note.
    pub(crate) marks: Vec<(usize, u32)>,
    pub(crate) keys: Vec<(Key, Node)>,
    pub(crate) title: Option<(String, TitleFrom)>,
    /// Keys that have no other meaning than their own, whatever they are called: parameters of templates.
    pub(crate) fields: Vec<(Key, Node)>,
    /// Names that parts of the text have in the whole wiki.
    pub(crate) blocks: Vec<String>,
    /// What levels are called, by which lines of protected blocks are known.
    levels: Levels,
    /// Whether a protected block has begun, be it that it has ended since.
    protects: bool,
}

impl Turned {
    fn new(capacity: usize, levels: &Levels) -> Self {
        Self {
            text: String::with_capacity(capacity),
            marks: Vec::new(),
            keys: Vec::new(),
            title: None,
            fields: Vec::new(),
            blocks: Vec::new(),
            levels: levels.clone(),
            protects: false,
        }
    }

    /// Whether a line is handed on as it is: one of a protected block, or of another block that may stand inside, whose end is not that of
    /// the protected one.
    fn hands_on(&mut self, line: &str) -> bool {
        let is_of_block = is_block_line(line, &self.levels);
        self.protects |= is_of_block && opens_block(line, &self.levels);
        is_of_block || self.protects && line.trim_start().starts_with(":::")
    }

    fn field(&mut self, key: &str, text: &str, place: Place) {
        // What speaks of protection counts, wherever it stands.
        if crate::meta::is_protection_key(key) {
            return self.key(key, text, place);
        }
        self.key(key, text, place);
        self.fields.extend(self.keys.pop());
    }

    /// What is added from here on stands for this line of the note.
    fn mark(&mut self, line: u32) {
        if self.marks.last().is_none_or(|(_, last)| *last != line) {
            self.marks.push((self.text.len(), line));
        }
    }

    /// What was added from byte `from` on begins in this line of the note, and goes on in the next one behind each line feed.
    fn mark_lines(&mut self, from: usize, line: u32) {
        let added = self.text.get(from..).unwrap_or_default();
        let ends: Vec<usize> = added.match_indices('\n').map(|(at, _)| at).collect();
        for (line, end) in (line.saturating_add(1)..).zip(ends) {
            self.marks.push((from + end + 1, line));
        }
    }

    fn key(&mut self, key: &str, text: &str, place: Place) {
        let data = Data::Scalar {
            text: text.trim().to_owned(),
            quoted: false,
        };
        self.keys.push((
            Key {
                text: key.to_owned(),
                place,
            },
            Node { data, place },
        ));
    }

    fn list(&mut self, key: &str, items: Vec<String>, place: Place) {
        let node = |text: String| Node {
            data: Data::Scalar { text, quoted: true },
            place,
        };
        let data = Data::List(items.into_iter().map(node).collect());
        self.keys.push((
            Key {
                text: key.to_owned(),
                place,
            },
            Node { data, place },
        ));
    }
}

/// What sort of text it is, by what the folder follows and by the end of the name.
pub(crate) fn of(path: &str, dialect: Dialect) -> Format {
    Format::of_ending(path).unwrap_or(match dialect {
        Dialect::Org => Format::Org,
        Dialect::TiddlyWiki => Format::Tiddler,
        Dialect::MediaWiki => Format::MediaWiki,
        Dialect::Html => Format::Html,
        _ => Format::Markdown,
    })
}

impl Format {
    /// What a file of this name is written in, whatever its folder is read as. `None` where its ending says nothing, as `.txt` does.
    #[must_use]
    pub fn of_ending(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "org" => Some(Self::Org),
            "tid" => Some(Self::Tiddler),
            "wiki" | "mediawiki" | "wikitext" => Some(Self::MediaWiki),
            "html" | "htm" | "xhtml" => Some(Self::Html),
            "md" | "markdown" | "mdx" | "qmd" | "rmd" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// Whether a line is a rule, or marks alone: in Markdown, it would make a heading of the words above it.
fn is_rule(line: &str) -> bool {
    let marks = line.trim();
    let all = |mark: u8| marks.bytes().all(|byte| byte == mark);
    !marks.is_empty() && (all(b'-') || all(b'='))
}

/// Turns a text of another format into Markdown.
pub(crate) fn turn(
    source: &Source<'_>,
    note: &mut Note,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> Turned {
    // Of a page of HTML, half and more are tags.
    let tags = match note.format {
        Format::Html => source.text.len() / 2,
        _ => 0,
    };
    let out = Turned::new(source.text.len() - tags, &settings.levels);
    let mut turned = match note.format {
        Format::Org => org::turn(source, out),
        Format::Tiddler => tiddler::turn(source, out),
        Format::MediaWiki => mediawiki::turn(source, note, out),
        _ => html::turn(source, &note.path, out, problems),
    };
    turned.text.shrink_to_fit();
    turned
}

/// A line without its end, with the next ones where the words of a link go on there, as programs that fill paragraphs leave them. There is a
/// line feed between them, where Markdown takes it for a space.
fn whole_line<'t>(
    raw: &'t str,
    lines: &mut Peekable<SplitInclusive<'t, char>>,
    at: &mut usize,
    levels: &Levels,
) -> Cow<'t, str> {
    const MOST: usize = 4;
    let mut line = Cow::Borrowed(raw.trim_end_matches(['\n', '\r']));
    for _ in 0..MOST {
        let is_open = line.rfind("[[").is_some_and(|open| {
            line.get(open..)
                .is_some_and(|link| link.contains(['|', '[']) && !link.contains("]]"))
        });
        let next = lines
            .peek()
            .copied()
            .filter(|_| is_open && line.len() < crate::text::REACH);
        let Some(next) = next.filter(|next| {
            let closes = next
                .find("]]")
                .is_some_and(|end| !next.get(..end).is_some_and(|words| words.contains("[[")));
            closes && !is_block_line(next, levels)
        }) else {
            break;
        };
        lines.next();
        *at += next.len();
        let next = next.trim();
        let end = match next.starts_with(char::is_alphabetic) {
            true => '\n',
            false => ' ',
        };
        line = Cow::Owned(format!("{line}{end}{next}"));
    }
    line
}

/// Whether a line opens or closes a block of `:::`. Such lines are handed on as they are, whatever they mean in their format.
///
/// INVARIANT: no format changes a line that could open a protected block.
fn is_block_line(line: &str, levels: &Levels) -> bool {
    let line =
        line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '-' | '*' | '+'));
    line.starts_with(":::")
        && (line.trim().bytes().all(|b| b == b':')
            || crate::meta::block_attributes(line, levels, Place::START).is_some())
}

/// Where a note opens a protected block whose opening line the text made of it does not have: in a tag, a comment, a template. What follows that
/// line would be open text, so the note has to be closed.
pub(crate) fn lost_block(source: &Source<'_>, made: &str, levels: &Levels) -> Option<Place> {
    if !source.text.contains("::") {
        return None;
    }
    let mut left = made
        .lines()
        .filter(|line| opens_block(line, levels))
        .count();
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        if opens_block(line, levels) {
            let Some(rest) = left.checked_sub(1) else {
                return Some(source.place(at));
            };
            left = rest;
        }
        at += line.len();
    }
    None
}

/// Words in which Markdown would see marks, made plain.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '*' | '_' | '`' | '<' | '\\' | '[' | ']' | '#' | '|' | '&'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
