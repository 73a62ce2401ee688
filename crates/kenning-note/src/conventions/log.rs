//! Lines of a log: `2026-03-04 shadowing: [[Ada]] → [[Ben]], client calls, 6h`.

use super::{is_outside, names, segments, split_outside};
use crate::fact::{Event, Mention};
use crate::meta::mention;
use crate::note::Text;
use crate::problem::Place;
use crate::value::Moment;

const ARROWS: [&str; 5] = ["→", "->", "=>", "⟶", "➔"];
const BACKWARDS: [&str; 4] = ["←", "<-", "<=", "⟵"];

/// Whether a line that cannot be read was meant to be one of a log: it begins with a day, or tells who gave what to whom.
pub(super) fn is_meant(line: &str) -> bool {
    let begins = line.trim_start_matches('[');
    let has_links = |text: &str| text.contains("[[");
    let passes =
        || arrow(line).is_some_and(|(before, after, _)| has_links(before) && has_links(after));
    begins.starts_with(|c: char| c.is_ascii_digit()) || passes()
}

/// Reads a line.
///
/// # Errors
/// What is wrong with it, for people. Nothing is guessed: an event of which a part is not understood is none.
pub(super) fn event(line: &str, place: Place) -> Result<Event, String> {
    let (from, until, rest) = days(line)?;
    let (practice, rest) = split_outside(rest, ':')
        .ok_or_else(|| "a log line names a practice, followed by `:`".to_owned())?;
    let practice =
        practice.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—'));
    let practice = mention(practice).map_or_else(|| practice.to_owned(), |mention| mention.name);
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
    let Some((before, after, is_backwards)) = arrow(rest) else {
        let mut parts = segments(rest);
        event.hours = take_hours(&mut parts)?;
        event.topics = take_topics(&mut parts, 1)?;
        event.givers = people(&parts)?;
        if event.givers.is_empty() {
            return Err("a log line names who took part".to_owned());
        }
        return Ok(event);
    };
    if arrow(after).is_some() {
        return Err("a log line has one arrow, from who gave to who took".to_owned());
    }
    let mut parts = segments(after);
    event.hours = take_hours(&mut parts)?;
    if after.trim_start().starts_with(',') || parts.is_empty() {
        return Err(
            "a log line names who took part, and nobody stands behind the arrow".to_owned(),
        );
    }
    event.topics = take_topics(&mut parts, 1)?;
    event.givers = people(&segments(before))?;
    event.takers = people(&parts)?;
    if is_backwards {
        std::mem::swap(&mut event.givers, &mut event.takers);
    }
    Ok(event)
}

/// The day that a line begins with, or the first and the last, and what follows.
fn days(line: &str) -> Result<(Moment, Option<Moment>, &str), String> {
    let (when, mut rest) = word(line);
    let (first, last) = when
        .split_once(['/', '–'])
        .map_or((when, None), |(first, last)| (first, Some(last)));
    let read = |text: &str| Moment::parse(text.trim_matches(['[', ']']));
    let from =
        read(first).ok_or_else(|| format!("a log line begins with a day, and `{when}` is none"))?;
    let until = match last {
        Some(last) => Some(read(last).ok_or_else(|| format!("`{last}` is not a day"))?),
        None => {
            let (between, after) = word(rest);
            let joins = matches!(
                between,
                "-" | "–" | "—" | "/" | "to" | "until" | "till" | "bis"
            );
            let (last, after) = word(after);
            let last = read(last).filter(|_| joins);
            rest = if last.is_some() { after } else { rest };
            last
        }
    };
    let is_before =
        |until: &Moment| until.precision == from.precision && until.lexical < from.lexical;
    if until.as_ref().is_some_and(is_before) {
        return Err(format!("the last day of `{when}` is before the first"));
    }
    Ok((from, until, rest))
}

/// The first word of a text without a colon behind it, and what follows.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (word.trim_end_matches(':'), rest)
}

/// What stands before and after the first arrow outside links, and whether it points backwards.
fn arrow(text: &str) -> Option<(&str, &str, bool)> {
    let all = ARROWS.iter().map(|arrow| (arrow, false));
    let all = all.chain(BACKWARDS.iter().map(|arrow| (arrow, true)));
    let first = all.filter_map(|(arrow, is_backwards)| {
        let mut places = text.match_indices(arrow).map(|(at, _)| at);
        let at = places.find(|at| is_outside(text, *at))?;
        Some((at, arrow.len(), is_backwards))
    });
    let (at, length, is_backwards) = first.min()?;
    let before = text.get(..at)?.trim_end_matches(['-', '=']);
    Some((
        before,
        text.get(at + length..)?.trim_start_matches(['-', '=']),
        is_backwards,
    ))
}

fn people(parts: &[String]) -> Result<Vec<Mention>, String> {
    let mut people = Vec::new();
    for part in parts {
        people.extend(names(part)?);
    }
    Ok(people)
}

/// Takes what an event was about from the end: what follows `about`, or the last part where `people` come before.
fn take_topics(parts: &mut Vec<String>, people: usize) -> Result<Vec<Mention>, String> {
    let about = |part: &String| {
        part.get(..6)
            .is_some_and(|start| start.eq_ignore_ascii_case("about "))
    };
    let at = match parts.iter().position(about) {
        Some(at) => at,
        None if parts.len() > people => parts.len() - 1,
        None => return Ok(Vec::new()),
    };
    let mut topics = Vec::new();
    for part in parts.split_off(at) {
        let part = if about(&part) {
            part.get(6..).unwrap_or_default()
        } else {
            &part
        };
        if looks_like_time(part) {
            return Err(no_time(part));
        }
        match part.matches("[[").count() {
            0 => topics.extend(mention(part)),
            1 => {
                let link = part
                    .split_once("[[")
                    .and_then(|(_, rest)| rest.split_once("]]"));
                topics.extend(link.and_then(|(link, _)| mention(&format!("[[{link}]]"))));
            }
            _ => topics.extend(names(part)?),
        }
    }
    Ok(topics)
}

/// Takes the part that says how long it took, wherever it stands.
fn take_hours(parts: &mut Vec<String>) -> Result<Option<String>, String> {
    // `1,5 h` was taken for two parts.
    let mut at = 0;
    while let (Some(one), Some(two)) = (parts.get(at), parts.get(at + 1)) {
        let joined = format!("{one},{two}");
        let is_number = one.bytes().all(|b| b.is_ascii_digit());
        if is_number && hours(&joined).is_some() {
            parts.remove(at + 1);
            if let Some(part) = parts.get_mut(at) {
                *part = joined;
            }
        }
        at += 1;
    }
    let mut found = None;
    let mut odd = None;
    parts.retain(|part| match hours(part) {
        Some(hours) if found.is_none() => {
            found = Some(hours);
            false
        }
        Some(_) => {
            odd.get_or_insert_with(|| format!("`{part}` is a second time that it took"));
            false
        }
        None => {
            if looks_like_time(part) {
                odd.get_or_insert_with(|| no_time(part));
            }
            true
        }
    });
    odd.map_or(Ok(found), Err)
}

fn no_time(part: &str) -> String {
    format!("`{part}` says no hours; write `6h`, `1.5h`, `1h 30min` or `90 min`")
}

/// Whether a part is a number, alone or with a word that may be a unit.
fn looks_like_time(part: &str) -> bool {
    let digits = |c: char| c.is_numeric() || matches!(c, '.' | ',' | '-' | '+' | '~' | '⁄' | ' ');
    let part = part.trim_start_matches("ca. ");
    if !part
        .trim_start_matches(['-', '+', '~', '<', '>'])
        .starts_with(char::is_numeric)
    {
        return false;
    }
    let units = part.split(digits).filter(|unit| !unit.is_empty());
    let is_unit = |unit: &str| {
        let unit = unit.to_lowercase();
        ["h", "m", "min", "d", "w", "s", "hr", "hrs", "std", "sec"].contains(&unit.as_str())
            || [
                "hour", "minute", "day", "week", "month", "year", "stunde", "tag", "woche",
                "monat", "jahr",
            ]
            .iter()
            .any(|word| unit.starts_with(word))
    };
    units.into_iter().all(is_unit)
}

/// `6h`, `1.5 hours`, `90 min`, `1h 30m`, `1h30`, as a decimal number of hours.
fn hours(text: &str) -> Option<String> {
    let (number, unit, rest) = amount(text)?;
    match unit.as_str() {
        "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunde" | "stunden" if rest.is_empty() => {
            Some(number)
        }
        "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunde" | "stunden" => {
            let (minutes, unit, rest) = amount(rest)?;
            let whole: u64 = number.parse().ok()?;
            let minutes: u64 = minutes.parse().ok().filter(|minutes| *minutes < 60)?;
            let fits = rest.is_empty() && (unit.is_empty() || is_minutes(&unit));
            fits.then(|| in_hours(whole.checked_mul(60)?.checked_add(minutes)))
                .flatten()
        }
        unit if is_minutes(unit) && rest.is_empty() => in_hours(number.parse().ok()),
        _ => None,
    }
}

fn is_minutes(unit: &str) -> bool {
    matches!(
        unit,
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten"
    )
}

/// Minutes as hours with two digits.
fn in_hours(minutes: Option<u64>) -> Option<String> {
    let hundredths = minutes?.checked_mul(100)? / 60;
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

/// A number, the word behind it, and the rest.
fn amount(text: &str) -> Option<(String, String, &str)> {
    let text = text.trim();
    let word = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    let number = text.get(..text.len() - word.len())?.replace(',', ".");
    let is_number = (1..=9).contains(&number.len())
        && number.matches('.').count() <= 1
        && !number.starts_with('.')
        && !number.ends_with('.');
    let word = word.trim_start();
    let rest = word.trim_start_matches(|c: char| c.is_alphabetic());
    let unit = word.get(..word.len() - rest.len())?.to_lowercase();
    is_number.then(|| (number, unit, rest.trim_start_matches('.').trim()))
}
