//! Light conventions: what lines under certain headings say about people and practices.

use crate::digest;
use crate::fact::{Event, Fact, FactKind, Held, Knows, Mention};
use crate::meta::{level, mention, name_and_rest, share};
use crate::name::{is_plain_key, normal_key};
use crate::note::Text;
use crate::problem::Place;
use crate::settings::Settings;
use crate::value::Moment;

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
    Fact(Box<Fact>),
    Odd(String),
    /// A typed link.
    Relation(String),
    /// A statement with a category.
    Observation(String),
}

/// Reads a line, with links as `[[target]]`; `text` is the same without.
pub(crate) fn line(room: Room, line: &str, text: &str, place: Place) -> Line {
    let fact = |kind: FactKind| {
        Line::Fact(Box::new(Fact {
            kind,
            anchor: digest::of(line),
            text: text.to_owned(),
            place,
        }))
    };
    match room {
        Room::Log => match event(line, place) {
            Ok(event) => fact(FactKind::Event(event)),
            // Prose among the lines is prose.
            Err(_) if !line.starts_with(|c: char| c.is_ascii_digit()) => Line::Nothing,
            Err(why) => Line::Odd(why),
        },
        Room::Held => held(line, place).map_or(Line::Nothing, |held| fact(FactKind::Held(held))),
        Room::Knows | Room::KnownBy => {
            let Some((name, rest)) =
                name_and_rest(line).filter(|(name, _)| name.is_link || line.contains(':'))
            else {
                return Line::Nothing;
            };
            let (level, since) = level(&rest, place);
            let (who, topic) = if room == Room::Knows {
                (None, Some(name))
            } else {
                (Some(name), None)
            };
            fact(FactKind::Knows(Knows {
                who,
                topic,
                level,
                since,
            }))
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

/// `2026-03-04 shadowing: [[Ada]] → [[Ben]], client calls, 6h`
fn event(line: &str, place: Place) -> Result<Event, String> {
    let (when, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (from, until) = when
        .split_once(['/', '–'])
        .map_or((when, None), |(from, until)| (from, Some(until)));
    let from = Moment::parse(from)
        .ok_or_else(|| format!("a log line begins with a day, and `{when}` is none"))?;
    let until = match until {
        Some(until) => Some(Moment::parse(until).ok_or_else(|| format!("`{until}` is not a day"))?),
        None => None,
    };
    let (practice, rest) = split_outside(rest, ':')
        .ok_or_else(|| "a log line names a practice, followed by `:`".to_owned())?;
    let practice =
        mention(practice.trim()).map_or_else(|| practice.trim().to_owned(), |mention| mention.name);
    if practice.is_empty() {
        return Err("a log line names a practice, followed by `:`".to_owned());
    }
    let mut event = Event {
        from: Some(from),
        until,
        practice: Text {
            text: practice,
            place,
        },
        ..Event::default()
    };
    let arrow = ["→", "->", "=>", "⟶"]
        .iter()
        .find_map(|arrow| rest.split_once(arrow));
    let (givers, after) = arrow.map_or((rest, None), |(givers, after)| (givers, Some(after)));
    let mut parts = segments(after.unwrap_or(givers));
    if let Some(hours) = parts.last().and_then(|last| hours(last)) {
        event.hours = Some(hours);
        parts.pop();
    }
    if let Some(at) = parts
        .iter()
        .position(|part| part.to_lowercase().starts_with("about "))
    {
        let topics = parts.split_off(at);
        event.topics = topics
            .iter()
            .filter_map(|part| mention(strip_about(part)))
            .collect();
    } else if parts.len() > 1 {
        event.topics = parts
            .pop()
            .and_then(|part| mention(&part))
            .into_iter()
            .collect();
    }
    let people = |parts: &[String]| -> Vec<Mention> {
        parts.iter().filter_map(|part| mention(part)).collect()
    };
    if after.is_some() {
        event.givers = people(&segments(givers));
        event.takers = people(&parts);
    } else {
        event.givers = people(&parts);
    }
    if event.givers.is_empty() && event.takers.is_empty() {
        return Err("a log line names who took part".to_owned());
    }
    Ok(event)
}

fn strip_about(part: &str) -> &str {
    part.get(..6)
        .filter(|start| start.eq_ignore_ascii_case("about "))
        .and_then(|_| part.get(6..))
        .unwrap_or(part)
}

/// `Where the bass goes: [[Ada]], tacit, criticality 3, expressible 0.2`
fn held(line: &str, place: Place) -> Option<Held> {
    let (what, rest) = split_outside(line, ':')?;
    let mut held = Held {
        what: what.replace("[[", "").replace("]]", "").trim().to_owned(),
        ..Held::default()
    };
    for part in segments(rest) {
        let lower = part.to_lowercase();
        if let Some(number) = lower.strip_prefix("criticality") {
            held.criticality = number
                .trim_start_matches([' ', ':'])
                .trim()
                .parse()
                .ok()
                .filter(|n| *n <= 3);
        } else if let Some(number) = lower.strip_prefix("expressible") {
            held.expressible = share(number.trim_start_matches([' ', ':']));
        } else if matches!(
            lower.as_str(),
            "tacit" | "explicit" | "embodied" | "embedded"
        ) {
            held.kinds.push(Text { text: lower, place });
        } else {
            held.by.extend(mention(&part));
        }
    }
    let says_something = !held.by.is_empty() || !held.kinds.is_empty();
    (!held.what.is_empty() && says_something).then_some(held)
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

/// `6h`, `1.5 hours`, `90 min`, as a decimal number of hours.
fn hours(text: &str) -> Option<String> {
    let digits = text.len()
        - text
            .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))
            .len();
    let number = text.get(..digits)?.replace(',', ".");
    let unit = text.get(digits..)?.trim().to_lowercase();
    if number.is_empty()
        || number.len() > 9
        || number.matches('.').count() > 1
        || number.starts_with('.')
        || number.ends_with('.')
    {
        return None;
    }
    match unit.as_str() {
        "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunden" => Some(number),
        "min" | "mins" | "minutes" | "minuten" if !number.contains('.') => {
            let minutes: u64 = number.parse().ok()?;
            let hundredths = minutes.checked_mul(100)? / 60;
            Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
        }
        _ => None,
    }
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
