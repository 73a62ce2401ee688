//! Plain text with a byline, as it is left when a page is copied from the web.
//!
//! Everything found here is found by a rule of thumb, so each property is listed in [`Note::extracted`] with the rule's name.

use crate::digest;
use crate::link;
use crate::meta::named_agent;
use crate::note::{
    AgentKind, DateRole, Dated, Extracted, Format, Note, Passage, PassageKind, Text, TitleFrom,
};
use crate::text::Source;
use crate::value::{Moment, Precision};

/// Lines of a page that are no part of its article.
const NAVIGATION: [&str; 24] = [
    "share",
    "share this",
    "more notes",
    "related notes",
    "related posts",
    "related articles",
    "related",
    "read more",
    "more posts",
    "subscribe",
    "comments",
    "leave a comment",
    "tags",
    "categories",
    "newsletter",
    "follow",
    "previous",
    "next",
    "previous post",
    "next post",
    "back to top",
    "all posts",
    "you might also like",
    "keep reading",
];

/// A line of the text that is not empty.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    start: usize,
    /// Whether an empty line stands before it.
    begins: bool,
}

/// Reads an article into the note; `false` when the text is none: it has marks of Markdown, or no byline.
pub(crate) fn read(source: &Source<'_>, note: &mut Note) -> bool {
    let text = source.text.as_ref();
    if text.len() > 4 << 20 || has_marks(text) {
        return false;
    }
    let lines = lines(text);
    let Some(byline) = lines
        .iter()
        .take(12)
        .position(|line| byline_date(line.text).is_some())
    else {
        return false;
    };
    let Some(line) = lines.get(byline) else {
        return false;
    };
    let Some(date) = byline_date(line.text) else {
        return false;
    };
    note.format = Format::Article;
    let text_of = |line: &Line<'_>| Text {
        text: link::one_line(line.text).into_owned(),
        place: source.place(line.start),
    };
    let mut found = |property, rule, confidence, line: &Line<'_>| {
        // Of two that find one property, the later one counts.
        note.extracted.retain(|known| known.property != property);
        note.extracted.push(Extracted {
            property,
            rule,
            confidence,
            place: source.place(line.start),
        })
    };
    note.dates.push(Dated {
        role: DateRole::Issued,
        date,
        place: source.place(line.start),
    });
    found("date", "byline", 90, line);

    let mut head: Vec<&Line<'_>> = lines.iter().take(byline).collect();
    if head.len() > 1
        && head.last().is_some_and(|line| {
            line.text.trim_end().ends_with(['.', '!', '?', '…']) && line.text.len() > 40
        })
        && let Some(summary) = head.pop()
    {
        note.summary = Some(text_of(summary));
        found("summary", "byline", 80, summary);
    }
    if let Some(title) = head.pop() {
        note.title = link::one_line(title.text).into_owned();
        note.title_from = TitleFrom::Byline;
        found("title", "byline", 85, title);
    }
    if let Some(name) = written_by(line.text) {
        note.authors.extend(named_agent(
            name,
            AgentKind::Person,
            source.place(line.start),
        ));
        found("author", "byline", 80, line);
    }
    let after = lines.get(byline + 1..).unwrap_or_default();
    let end = after
        .iter()
        .position(|line| is_about_author(line.text))
        .unwrap_or(after.len());
    if let Some((name, about)) = after.get(end..).and_then(author) {
        let mut agent = named_agent(name.text, AgentKind::Person, source.place(name.start));
        if let Some(about) = about {
            let words = link::one_line(about.text);
            let (role, place_of_work) = words
                .split_once(", ")
                .map_or((&*words, None), |(role, place)| (role, Some(place)));
            if let Some(agent) = &mut agent {
                agent.role = Some(role.to_owned());
            }
            if let Some(name) = place_of_work {
                note.affiliation = Some(Text {
                    text: name.to_owned(),
                    place: source.place(about.start),
                });
                found("affiliation", "about-the-author", 70, about);
            }
        }
        note.authors = agent.into_iter().collect();
        found("author", "about-the-author", 85, name);
    }
    let end = after
        .iter()
        .take(end)
        .position(|line| line.begins && is_navigation(line.text))
        .unwrap_or(end);
    passages(source, note, after.get(..end).unwrap_or_default());
    true
}

fn passages(source: &Source<'_>, note: &mut Note, lines: &[Line<'_>]) {
    let mut blocks: Vec<(usize, usize, String)> = Vec::new();
    for line in lines {
        let end = line.start + line.text.len();
        match blocks.last_mut().filter(|_| !line.begins) {
            Some((_, to, text)) => {
                *to = end;
                text.push(' ');
                text.push_str(&link::one_line(line.text));
            }
            None => blocks.push((line.start, end, link::one_line(line.text).into_owned())),
        }
    }
    let mut seen = std::collections::HashMap::new();
    for (start, end, text) in blocks {
        let digest = digest::of(&text);
        let count = seen
            .entry(digest.clone())
            .and_modify(|n| *n += 1)
            .or_insert(1);
        let anchor = if *count == 1 {
            digest
        } else {
            format!("{digest}-{count}")
        };
        let is_claim =
            text.ends_with(['.', '!', '”', '"', '。']) && text.split_whitespace().nth(3).is_some();
        let position = u32::try_from(note.content.passages.len() + 1).unwrap_or(u32::MAX);
        let span = source.span(start, end);
        note.content.passages.push(Passage {
            anchor: anchor.into(),
            position,
            kind: PassageKind::Paragraph,
            text,
            is_claim,
            span,
            ..Passage::default()
        });
    }
}

/// Whether a text has marks of Markdown.
fn has_marks(text: &str) -> bool {
    if text.contains("[[")
        || text.contains("](")
        || text.contains("^[")
        || [":::", "level=", "audience="]
            .iter()
            .any(|words| text.contains(words))
        || text.contains("```")
    {
        return true;
    }
    text.lines().any(|line| {
        let hashes = line.len() - line.trim_start_matches('#').len();
        (1..=6).contains(&hashes) && line.get(hashes..).is_some_and(|rest| rest.starts_with(' '))
            || line.starts_with("- ")
            || line.starts_with("* ")
            || line.starts_with("> ")
            || line.starts_with("| ")
            || (line.contains("**") && line.matches("**").count() > 1)
            || (line.len() > 2 && line.bytes().all(|b| b == b'='))
    })
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut out = Vec::new();
    let (mut at, mut begins) = (0, true);
    for raw in text.split_inclusive('\n') {
        let trimmed = raw.trim();
        if trimmed.is_empty() {
            begins = true;
        } else {
            let start = at + (raw.len() - raw.trim_start().len());
            out.push(Line {
                text: trimmed,
                start,
                begins,
            });
            begins = false;
        }
        at += raw.len();
    }
    out
}

/// The day in a line that is short and has one at its beginning, after `by …`, or before the time it takes to read.
fn byline_date(line: &str) -> Option<Moment> {
    if line.chars().count() > 160 || line.ends_with('.') {
        return None;
    }
    let parts = line.split(['·', '|', '•', '–', '—']).map(str::trim);
    for part in parts {
        let part = part
            .strip_prefix("Published ")
            .or_else(|| part.strip_prefix("Posted "))
            .unwrap_or(part);
        let part = part.strip_prefix("on ").unwrap_or(part);
        if let Some(date) = Moment::parse(part).filter(|date| date.precision >= Precision::Day) {
            return Some(date);
        }
    }
    None
}

/// `By Ada Lovelace · 14 May 2026`
fn written_by(line: &str) -> Option<&str> {
    line.split(['·', '|', '•', '–', '—'])
        .map(str::trim)
        .find_map(|part| {
            part.strip_prefix("By ")
                .or_else(|| part.strip_prefix("by "))
        })
        .filter(|name| is_name(name))
}

fn is_about_author(line: &str) -> bool {
    let line = line.to_lowercase();
    matches!(
        line.trim_end_matches(':'),
        "about the author"
            | "about me"
            | "written by"
            | "author"
            | "über den autor"
            | "über die autorin"
    )
}

/// The line with the name, and the one about the person, after "About the author".
fn author<'l, 'a>(lines: &'l [Line<'a>]) -> Option<(&'l Line<'a>, Option<&'l Line<'a>>)> {
    let rest = lines.get(1..)?;
    // A single letter stands for a picture.
    let at = rest.iter().take(4).position(|line| is_name(line.text))?;
    let about = rest
        .get(at + 1)
        .filter(|line| !line.begins && !line.text.ends_with('.') && !is_navigation(line.text));
    Some((rest.get(at)?, about))
}

/// Two to five words that each begin with a capital letter, or are short and join names, such as `van`.
fn is_name(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    (2..=5).contains(&words.len())
        && !line.ends_with(['.', ':', '?', '!'])
        && !line.contains(|c: char| c.is_ascii_digit())
        && words
            .iter()
            .all(|word| word.starts_with(char::is_uppercase) || word.chars().count() <= 3)
}

fn is_navigation(line: &str) -> bool {
    let key = line
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    NAVIGATION.contains(&key.as_str())
}
