//! TiddlyWiki: header lines, an empty line, and text in WikiText.

use super::Turned;
use crate::text::Source;

pub(super) fn turn(source: &Source<'_>) -> Turned {
    let text = source.text.as_ref();
    let mut out = Turned::new(text.len());
    let (mut at, mut in_head, mut in_code, mut is_markdown) = (0, true, false, false);
    for raw in text.split_inclusive('\n') {
        let place = source.place(at);
        at += raw.len();
        out.mark(place.line);
        let line = raw.trim_end_matches(['\n', '\r']);
        if in_head {
            match line.split_once(':').filter(|(key, _)| is_field(key)) {
                Some((key, value)) => field(&mut out, key, value.trim(), place, &mut is_markdown),
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
        if in_code || is_markdown || super::is_block_line(line) || line.starts_with("```") {
            out.text.push_str(line);
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

fn field(out: &mut Turned, key: &str, value: &str, place: crate::Place, is_markdown: &mut bool) {
    match key {
        "tags" => out.list("tags", list(value), place),
        "list" | "aliases" => out.list(key, list(value), place),
        "created" | "modified" => out.key(
            key,
            &stamp(value).unwrap_or_else(|| value.to_owned()),
            place,
        ),
        // The type of the text, not of what it describes.
        "type" => *is_markdown = value.contains("markdown"),
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

/// There, the words stand before the target.
fn links(line: &str) -> String {
    let line = line.replace("''", "**");
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
