//! TiddlyWiki: header lines, an empty line, and text in WikiText.

use super::Turned;
use crate::text::{Source, near};

/// What the text of a tiddler is written in.
#[derive(Clone, Copy, PartialEq)]
enum Body {
    WikiText,
    Markdown,
    Data,
}

pub(super) fn turn(source: &Source<'_>) -> Turned {
    let text = source.text.as_ref();
    let mut out = Turned::new(text.len());
    let (mut at, mut in_head, mut in_code, mut body) = (0, true, false, Body::WikiText);
    for raw in text.split_inclusive('\n') {
        let place = source.place(at);
        at += raw.len();
        out.mark(place.line);
        let line = raw.trim_end_matches(['\n', '\r']);
        if in_head {
            match line.split_once(':').filter(|(key, _)| is_field(key)) {
                Some((key, value)) => field(&mut out, key, value.trim(), place, &mut body),
                None if line.trim().is_empty() => in_head = false,
                None => {
                    in_head = false;
                    out.text.push_str(line);
                }
            }
            out.text.push('\n');
            continue;
        }
        if line.starts_with("```") {
            in_code = !in_code;
        }
        let as_it_is = in_code || line.starts_with("```") || body == Body::Markdown;
        if as_it_is || super::is_block_line(line) {
            out.text.push_str(line);
        } else if body == Body::Data {
            // A program or a picture says nothing that could be read.
        } else {
            out.text.push_str(&wikitext(line));
        }
        out.text.push('\n');
    }
    out
}

fn is_field(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn field(out: &mut Turned, key: &str, value: &str, place: crate::Place, body: &mut Body) {
    match key {
        "tags" => out.list("tags", list(value), place),
        "list" | "aliases" => out.list(key, list(value), place),
        "created" | "modified" => out.key(
            key,
            &stamp(value).unwrap_or_else(|| value.to_owned()),
            place,
        ),
        // The type of the text, not of what it describes.
        "type" => {
            *body = match value {
                _ if value.contains("markdown") => Body::Markdown,
                "" | "text/vnd.tiddlywiki" | "text/plain" | "text/html" => Body::WikiText,
                _ => Body::Data,
            }
        }
        // What every tiddler has, and what a plugin is made of.
        "modifier" | "revision" | "bag" | "module-type" => out.field(key, value, place),
        "caption" => out.key("aliases", value, place),
        key => out.key(key, value, place),
    }
}

/// `[[two words]] one`
fn list(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (item, after) = match rest
            .strip_prefix("[[")
            .and_then(|inside| inside.split_once("]]"))
        {
            Some((item, after)) => (item, after),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        out.push(item.trim().to_owned());
        rest = after.trim();
    }
    out.retain(|item| !item.is_empty());
    out
}

/// `20260418112241937` as a moment.
fn stamp(text: &str) -> Option<String> {
    if !matches!(text.len(), 14 | 17) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to);
    let fraction = part(14, 17).map(|f| format!(".{f}")).unwrap_or_default();
    Some(format!(
        "{}-{}-{}T{}:{}:{}{fraction}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    ))
}

/// A line of WikiText as Markdown: `! Heading`, `* item`, `# item`, `[[words|target]]`, `''strong''`, `//emphasis//`.
fn wikitext(line: &str) -> String {
    let marks = line.len() - line.trim_start_matches('!').len();
    if (1..=6).contains(&marks) {
        return format!(
            "{} {}",
            "#".repeat(marks),
            links(line.get(marks..).unwrap_or_default().trim())
        );
    }
    let marks = line.len() - line.trim_start_matches(['*', '#']).len();
    if marks > 0 && line.get(marks..).is_some_and(|rest| rest.starts_with(' ')) {
        let bullet = if line.as_bytes().get(marks - 1) == Some(&b'#') {
            "1."
        } else {
            "-"
        };
        return format!(
            "{}{bullet}{}",
            "   ".repeat(marks - 1),
            links(line.get(marks..).unwrap_or_default())
        );
    }
    links(line)
}

/// Links of other sorts as Markdown has them: `[ext[words|address]]`, `[img[picture]]`, `{{tiddler}}`, `<$link to="tiddler">`.
/// Macros are left out. What stands in code stays.
fn others(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find(['[', '{', '<', '`']) {
        let (before, here) = rest.split_at(start);
        out.push_str(before);
        let made = match here.as_bytes() {
            [b'`', ..] => {
                let end = here.get(1..).and_then(|inside| near(inside, "`"));
                end.map(|end| (here.get(..end + 2).unwrap_or_default().to_owned(), end + 2))
            }
            [b'[', b'e', b'x', b't', b'[', ..] => inside(here, 5, "]]").map(|(words, length)| {
                let (words, target) = words.rsplit_once('|').unwrap_or((words, words));
                (
                    format!("[{}](<{}>)", super::plain(words), plain_target(target)),
                    length,
                )
            }),
            [b'[', b'i', b'm', b'g', ..] => here.get(4..).and_then(|after| {
                let open = near(after, "[")? + 5;
                let (words, length) = inside(here, open, "]]")?;
                let target = words.rsplit_once('|').map_or(words, |(_, target)| target);
                Some((format!("![](<{}>)", plain_target(target)), length))
            }),
            [b'{', b'{', ..] => inside(here, 2, "}}").map(|(words, length)| {
                let end = words.find(['|', '!']).unwrap_or(words.len());
                let target = words.get(..end).unwrap_or_default().trim();
                let made = if target.is_empty() {
                    String::new()
                } else {
                    format!("![[{target}]]")
                };
                (made, length)
            }),
            [b'<', b'<', ..] => inside(here, 2, ">>").map(|(_, length)| (String::new(), length)),
            [b'<', b'$', ..] => inside(here, 2, ">").map(|(tag, length)| {
                let target = tag.split_once("to=").map(|(_, value)| value.trim());
                let target = target.and_then(|value| value.strip_prefix('"')?.split('"').next());
                let is_link = tag.starts_with("link");
                let made = target
                    .filter(|_| is_link)
                    .map(|target| format!("[[{target}]] "));
                (made.unwrap_or_default(), length)
            }),
            _ => None,
        };
        let length = match made {
            Some((made, length)) => {
                out.push_str(&made);
                length
            }
            None => {
                let first = here.chars().next().map_or(1, char::len_utf8);
                out.push_str(here.get(..first).unwrap_or_default());
                first
            }
        };
        rest = here.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// What stands between byte `from` and `close`, and how long it is with it.
fn inside<'t>(text: &'t str, from: usize, close: &str) -> Option<(&'t str, usize)> {
    let rest = text.get(from..)?;
    let end = near(rest, close)?;
    Some((rest.get(..end)?, from + end + close.len()))
}

fn plain_target(target: &str) -> String {
    target.trim().replace(['<', '>'], "")
}

/// There, the words stand before the target.
fn links(line: &str) -> String {
    let line = others(&line.replace("''", "**"));
    let mut out = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while let Some((before, after)) = rest.split_once("[[") {
        out.push_str(before);
        let Some((inside, after)) = after.split_once("]]") else {
            out.push_str("[[");
            out.push_str(after);
            return out;
        };
        match inside.rsplit_once('|') {
            Some((words, target)) if crate::link::is_address(target) => {
                out.push_str(&format!("[{}](<{target}>)", super::plain(words)))
            }
            Some((words, target)) => out.push_str(&format!("[[{target}|{words}]]")),
            None => out.push_str(&format!("[[{inside}]]")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
