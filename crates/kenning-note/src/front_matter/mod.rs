//! The block of keys and values at the head of a note.

mod flow;
mod hidden;
mod json;
mod lines;
mod plain;
mod toml;
mod yaml;

pub(crate) use hidden::may_begin;

use crate::note::Format;
use crate::problem::{Place, Problem, ProblemKind};
use crate::settings::{Dialect, Limits};
use crate::text::Source;

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) data: Data,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    Null,
    /// Text with the question whether it was in quotes.
    Scalar {
        text: String,
        quoted: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) place: Place,
}

impl Node {
    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is said: there is no value, or one without a letter in it, or only such.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.data {
            Data::Null => true,
            Data::Scalar { text, .. } => text.trim().is_empty(),
            Data::List(list) => list.iter().all(Self::is_empty),
            Data::Map(map) => map.is_empty(),
        }
    }

    /// The value itself, or the values of the list.
    pub(crate) fn each(&self) -> &[Self] {
        match &self.data {
            Data::List(list) => list,
            Data::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The value of a key of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.data {
            Data::Map(map) => map
                .iter()
                .find(|(k, _)| k.text.eq_ignore_ascii_case(key))
                .map(|(_, node)| node),
            _ => None,
        }
    }
}

/// What stands at the head of a note.
pub(crate) struct FrontMatter {
    /// Keys and values, in order. `None`: there is a block that cannot be read.
    pub(crate) map: Option<Vec<(Key, Node)>>,
    /// Where the text after it begins.
    pub(crate) body: usize,
    /// Why a block cannot be read, or why what looks like one may state a protection that would be missed.
    pub(crate) unreadable: Option<(Place, String)>,
    /// Whether there is a block.
    pub(crate) present: bool,
}

/// The ways in which a block is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Yaml,
    Toml,
    Json,
}

/// Reads the front matter of a text, if it has one.
pub(crate) fn read(
    source: &Source<'_>,
    (format, dialect): (Format, Dialect),
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> FrontMatter {
    let has_keys = format == Format::Tiddler;
    let text = source.text.as_ref();
    let Some((syntax, start, end, body)) = find(text, dialect) else {
        let unreadable =
            hidden::protection(source, 0, has_keys).map(|place| missed(place, problems));
        if unreadable.is_none() && is_open(text) {
            let why = "the front matter has no end; it is read as text";
            problems.push(
                Problem::new(ProblemKind::FrontMatter, source.place(0), why)
                    .with_hint("end it with the line that it begins with"),
            );
        }
        return FrontMatter {
            map: Some(Vec::new()),
            body: 0,
            unreadable,
            present: false,
        };
    };
    let block = text.get(start..end).unwrap_or_default();
    let first_line = source.line(start);
    let parsed = match syntax {
        Syntax::Yaml => {
            let told = problems.len();
            let read = match plain::parse(block, first_line, limits) {
                Some(map) => yaml::unique(map, problems),
                None => yaml::parse(block, first_line, limits, problems),
            };
            let is_odd = read.is_err() || lines::has_tags(block);
            let lines = (dialect == Dialect::Logseq && is_odd)
                .then(|| lines::parse(block, first_line, limits));
            match lines.flatten() {
                Some(map) => {
                    problems.truncate(told);
                    yaml::unique(map, problems)
                }
                None => read,
            }
        }
        Syntax::Toml => toml::parse(
            block,
            |offset| source.place(start + offset),
            limits,
            problems,
        ),
        Syntax::Json => json::parse(
            block,
            |offset| source.place(start + offset),
            limits,
            problems,
        ),
    };
    match parsed {
        Ok(map) => FrontMatter {
            map: Some(map),
            body,
            unreadable: hidden::protection(source, body, has_keys)
                .map(|place| missed(place, problems)),
            present: true,
        },
        Err((place, why)) => {
            let problem = Problem::new(ProblemKind::FrontMatter, place, why.clone());
            let is_template = block.contains("{{") || block.contains("<%");
            problems.push(problem.with_hint(if is_template {
                "it looks like a template; the note is closed"
            } else {
                "the note is closed"
            }));
            FrontMatter {
                map: None,
                body,
                unreadable: Some((place, why)),
                present: true,
            }
        }
    }
}

/// Where the block begins and ends, and where the text goes on.
fn find(text: &str, dialect: Dialect) -> Option<(Syntax, usize, usize, usize)> {
    let after_line = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        rest.find('\n').map_or(text.len(), |end| at + end + 1)
    };
    match json::find(text) {
        json::Found::Whole(end) => return Some((Syntax::Json, 0, end, after_line(end))),
        json::Found::Open => {
            // It was meant to end at a brace at the head of a line, or before an empty line.
            let mut end = 0;
            for line in text.split_inclusive('\n') {
                if line.trim().is_empty() {
                    break;
                }
                end += line.len();
                if line.starts_with('}') {
                    break;
                }
            }
            return Some((Syntax::Json, 0, end, end));
        }
        json::Found::None => {}
    }
    let first_end = text.find('\n')?;
    let first = text.get(..first_end)?.trim_end();
    let (syntax, closers): (_, &[&str]) = match first {
        "---" | "---yaml" | "--- yaml" | "---yml" => (Syntax::Yaml, &["---", "..."]),
        "---json" | "--- json" => (Syntax::Yaml, &["---"]),
        "---toml" | "--- toml" => (Syntax::Toml, &["---"]),
        ";;;" => (Syntax::Yaml, &[";;;"]),
        "+++" => (Syntax::Toml, &["+++"]),
        _ => return None,
    };
    let start = first_end + 1;
    let rest = text.get(start..)?;
    // A rule at the head of a text is followed by an empty line; keys are not.
    if syntax == Syntax::Yaml
        && rest
            .lines()
            .next()
            .is_none_or(|line| line.trim().is_empty())
        && !(dialect == Dialect::Obsidian && are_keys(rest))
    {
        return None;
    }
    let mut at = start;
    for line in rest.split_inclusive('\n') {
        if closers.contains(&line.trim_end()) {
            return Some((syntax, start, at, at + line.len()));
        }
        at += line.len();
    }
    None
}

/// Whether there are keys and nothing else up to a line of hyphens, with empty lines between them. Drawings begin so in Obsidian.
fn are_keys(text: &str) -> bool {
    let mut has_key = false;
    for line in text.lines() {
        let key = line.split_once(':').map(|(key, _)| key);
        let is_key = key.is_some_and(|key| {
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
            !key.is_empty() && key.chars().all(is_name)
        });
        match line.trim_end() {
            "---" => return has_key,
            "" => {}
            _ if is_key => has_key = true,
            _ if has_key && line.starts_with([' ', '-']) => {}
            _ => return false,
        }
    }
    false
}

/// Whether a text without front matter begins as if it had some: a line of three marks, and a key with a value.
fn is_open(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end);
    let sign = match lines.next() {
        Some("---") => ':',
        Some("+++") => '=',
        _ => return false,
    };
    let pair = lines.next().and_then(|line| line.split_once(sign));
    pair.is_some_and(|(key, value)| {
        let key = key.trim_end();
        let is_key = (1..=40).contains(&key.len())
            && key
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        is_key && (value.is_empty() || value.starts_with(' '))
    })
}

/// Says that a protection would be missed.
fn missed(place: Place, problems: &mut Vec<Problem>) -> (Place, String) {
    let why = "`protection` stands in what looks like front matter and is none".to_owned();
    problems.push(
        Problem::new(ProblemKind::Protection, place, why.clone())
            .with_hint("the note is closed; front matter begins with `---` on the first line and ends with `---` on a line of its own"),
    );
    (place, why)
}
