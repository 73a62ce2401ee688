//! Light conventions: what lines under certain headings say about people and practices.

mod held;
mod log;

use crate::digest;
use crate::fact::{Fact, FactKind, Knows, Mention};
use crate::meta::{level, mention, name_and_rest, odd_level};
use crate::name::{is_plain_key, normal_key};
use crate::problem::Place;
use crate::settings::Settings;

/// What a heading makes of the lines under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Ordinary,
    Related,
    Sources,
    Log,
    Held,
    /// What a person knows.
    Knows,
    /// Who knows a topic.
    KnownBy,
    /// basic-memory's typed links.
    Relations,
    /// basic-memory's categorised statements.
    Observations,
}

impl Room {
    pub(crate) fn holds_facts(self) -> bool {
        !matches!(self, Self::Ordinary | Self::Related | Self::Sources)
    }
}

/// Which heading is which.
pub(crate) struct Rooms<'a> {
    related: &'a [String],
    sources: &'a [String],
}

impl<'a> Rooms<'a> {
    pub(crate) fn new(settings: &'a Settings) -> Self {
        Self {
            related: &settings.related_headings,
            sources: &settings.source_headings,
        }
    }

    pub(crate) fn of(&self, heading: &str) -> Room {
        if heading.len() > 64 {
            return Room::Ordinary;
        }
        let key = normal_key(heading.trim_end_matches(':'));
        match key.as_str() {
            "log" | "knowledge log" | "logbuch" => Room::Log,
            "held in heads" | "in heads" | "in den köpfen" => Room::Held,
            "knows" | "knows about" | "expertise" | "weiß" | "weiss" => Room::Knows,
            "who knows" | "who knows this" | "known by" | "experts" | "wer weiß es" => {
                Room::KnownBy
            }
            "relations" => Room::Relations,
            "observations" => Room::Observations,
            key if self.related.iter().any(|name| is_key_of(name, key)) => Room::Related,
            key if self.sources.iter().any(|name| is_key_of(name, key)) => Room::Sources,
            _ => Room::Ordinary,
        }
    }
}

/// Whether this is the key of the name. The first letter of most names tells that it is not.
fn is_key_of(name: &str, key: &str) -> bool {
    let mut letters = name.chars();
    let first = letters.next().filter(char::is_ascii_alphanumeric);
    // An accent that stands by itself would change the letter before it.
    let alone = letters
        .next()
        .is_none_or(|second| !unicode_normalization::char::is_combining_mark(second));
    match first {
        Some(first) if alone && !key.starts_with(first.to_ascii_lowercase()) => false,
        _ if is_plain_key(name) => name == key,
        _ => normal_key(name) == key,
    }
}

/// What a line says.
pub(crate) enum Line {
    Nothing,
    /// What it says, and what of it was not understood.
    Fact(Box<Fact>, Vec<String>),
    Odd(String),
    /// A typed link.
    Relation(String),
    /// A statement with a category.
    Observation(String),
}

/// Reads a line, with links as `[[target]]`; `text` is the same without.
pub(crate) fn line(room: Room, line: &str, text: &str, place: Place) -> Line {
    let fact = |kind: FactKind, odd: Vec<String>| {
        let fact = Fact {
            kind,
            anchor: digest::of(line),
            text: text.to_owned(),
            place,
        };
        Line::Fact(Box::new(fact), odd)
    };
    match room {
        Room::Log => match log::event(line, place) {
            Ok(event) => fact(FactKind::Event(event), Vec::new()),
            // Prose among the lines is prose.
            Err(_) if !log::is_meant(line) => Line::Nothing,
            Err(why) => Line::Odd(why),
        },
        Room::Held => held::line(line, place, fact),
        Room::Knows | Room::KnownBy => {
            let Some((name, rest)) =
                name_and_rest(line).filter(|(name, _)| name.is_link || line.contains(':'))
            else {
                return Line::Nothing;
            };
            if name.is_link && rest.starts_with([',', '&']) {
                return Line::Odd(
                    "a line says what one of them knows, and here are several".to_owned(),
                );
            }
            let (level, since) = level(&rest, place);
            let odd = odd_level(&rest, level.as_ref(), since.as_ref());
            let (who, topic) = if room == Room::Knows {
                (None, Some(name))
            } else {
                (Some(name), None)
            };
            let knows = Knows {
                who,
                topic,
                level,
                since,
            };
            fact(FactKind::Knows(knows), odd)
        }
        Room::Relations => relation(line).map_or(Line::Nothing, Line::Relation),
        Room::Observations => observation(line).map_or(Line::Nothing, Line::Observation),
        Room::Ordinary => relation(line)
            .map(Line::Relation)
            .or_else(|| observation(line).map(Line::Observation))
            .unwrap_or(Line::Nothing),
        Room::Related | Room::Sources => Line::Nothing,
    }
}

/// Parts between commas, with commas inside `[[…]]` left alone.
fn segments(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((part, after)) = split_outside(rest, ',') {
        out.push(part.trim().to_owned());
        rest = after;
    }
    out.push(rest.trim().trim_end_matches('.').to_owned());
    out.retain(|part| !part.is_empty());
    out
}

/// The names in a part between commas: `[[Ada]] and [[Ben]]` has two. Words beside a link are said to be odd.
fn names(part: &str) -> Result<Vec<Mention>, String> {
    let mut names = Vec::new();
    let mut rest = part;
    loop {
        let next = [" and ", " & ", " und ", " + "].iter().filter_map(|word| {
            let at = rest.match_indices(word).map(|(at, _)| at);
            let mut at = at.filter(|at| is_outside(rest, *at));
            at.next().map(|at| (at, word.len()))
        });
        let (one, after) = match next.min() {
            Some((at, length)) => (rest.get(..at), rest.get(at + length..)),
            None => (Some(rest), None),
        };
        let one = one.unwrap_or_default().trim();
        // What stands in brackets behind a name says more about it.
        let bare = one.split(" (").next().unwrap_or(one).trim();
        let is_whole = !bare.contains("[[")
            || bare.starts_with("[[") && bare.find("]]") == Some(bare.len().saturating_sub(2));
        let is_name = bare.starts_with("[[") || !bare.starts_with(|c: char| !c.is_alphabetic());
        match mention(bare).filter(|_| is_whole && is_name) {
            Some(name) => names.push(name),
            None => return Err(format!("`{one}` is no name; names stand between commas")),
        }
        match after {
            Some(after) => rest = after,
            None => return Ok(names),
        }
    }
}

/// Whether a byte stands outside `[[…]]`.
fn is_outside(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before.matches("[[").count() == before.matches("]]").count()
}

/// Splits at the first `separator` that stands outside `[[…]]`.
fn split_outside(text: &str, separator: char) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 => {
                return Some((text.get(..at)?, text.get(at + c.len_utf8()..)?));
            }
            _ => {}
        }
    }
    None
}

/// `requires [[Target]] (context)`: the words before the link.
fn relation(line: &str) -> Option<String> {
    let (name, rest) = line.split_once("[[")?;
    let name = name.trim().trim_end_matches(':');
    let plain = !name.is_empty()
        && name.split_whitespace().count() <= 4
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
    (plain && rest.contains("]]")).then(|| name.to_owned())
}

/// `[decision] text #tag`: the category.
fn observation(line: &str) -> Option<String> {
    let (category, rest) = line.strip_prefix('[')?.split_once(']')?;
    let plain = !category.trim().is_empty()
        && category.len() <= 40
        && category
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
    (plain && !rest.trim().is_empty() && !rest.starts_with(['(', '[']))
        .then(|| category.trim().to_owned())
}
