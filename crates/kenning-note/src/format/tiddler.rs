//! TiddlyWiki: header lines, an empty line, and text in WikiText.

use std::borrow::Cow;

use super::Turned;
use crate::text::{Source, line_on, near};

/// What the text of a tiddler is written in.
#[derive(Clone, Copy, PartialEq)]
enum Body {
    WikiText,
    Markdown,
    Data,
}

pub(super) fn turn(source: &Source<'_>, mut out: Turned) -> Turned {
    let text = source.text.as_ref();
    // Blank lines are where front matter stood. A tag that a header line begins hides none of the others.
    let blank = text.len() - text.trim_start().len();
    let body = ["\n\n", "\n\r\n"]
        .iter()
        .filter_map(|end| text.get(blank..)?.find(end));
    let (head, rest) = text.split_at(body.min().map_or(text.len(), |at| blank + at));
    let text = match without_tags(rest) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(rest) => Cow::Owned(format!("{head}{rest}")),
    };
    let (mut at, mut in_head, mut in_code, mut body) = (0, true, false, Body::WikiText);
    // Whether lines of a macro come, and whether those of a quotation.
    let (mut in_macro, mut in_quote) = (false, false);
    for raw in text.split_inclusive('\n') {
        let place = source.place(at);
        at += raw.len();
        out.mark(place.line);
        let line = raw.trim_end_matches(['\n', '\r']);
        if in_head {
            let pair = line.split_once(':');
            // Spaces make no field there, and a protection is meant all the same.
            let pair = pair.map(|(key, value)| match key.trim() {
                bare if crate::meta::is_protection_key(bare) => (bare, value),
                _ => (key, value),
            });
            match pair.filter(|(key, _)| is_field(key) || crate::meta::is_protection_key(key)) {
                Some((key, value)) => field(&mut out, key, value.trim(), place, &mut body),
                None if line.trim().is_empty() => in_head = at <= blank,
                None => {
                    in_head = false;
                    out.hands_on(line);
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
        if as_it_is || out.hands_on(line) {
            out.text.push_str(line);
        } else if body == Body::Data || in_macro {
            // A program or a picture says nothing that could be read.
            in_macro = in_macro && !line.trim_start().starts_with("\\end");
        } else if let Some(goes_on) = pragma(line) {
            in_macro = goes_on;
        } else if let Some(rest) = line.trim_start().strip_prefix("<<<") {
            // What stands behind the end of a quotation says whose words they are.
            let cited = rest.trim_start_matches(['<', ' ']);
            if in_quote && !cited.is_empty() {
                out.text.push_str(">\n> ");
                out.text.push_str(&links(cited));
            }
            in_quote = !in_quote;
        } else {
            if in_quote {
                out.text.push_str("> ");
            }
            // Spaces at the beginning mean nothing there, and code in Markdown.
            if !super::is_rule(line) {
                out.text.push_str(&wikitext(line.trim_start()));
            }
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
        "caption" if !words_of(value).is_empty() => out.key("aliases", &words_of(value), place),
        "description" | "summary" => out.key(key, &words_of(value), place),
        "caption" => {}
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

/// The words of a field that holds WikiText: without pictures and macros, and of links what they show.
fn words_of(text: &str) -> String {
    let text = others(text).replace("''", "").replace("//", "");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("[[") {
        let (inside, after) = after.split_once("]]").unwrap_or((after, ""));
        match before.strip_suffix('!') {
            Some(before) => out.push_str(before),
            None => {
                out.push_str(before);
                out.push_str(inside.split('|').next().unwrap_or(inside));
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out.trim().to_owned()
}

/// Whether a line begins what makes a macro or says how text is read, and if so, whether it goes on to `\end`.
fn pragma(line: &str) -> Option<bool> {
    let rest = line.trim_start().strip_prefix('\\')?;
    let (word, rest) = rest.split_once([' ', '(']).unwrap_or((rest, ""));
    match word {
        "define" | "procedure" | "function" | "widget" => {
            // With words behind its parameters, it is a single line.
            let body = rest.rsplit_once(')').map_or("", |(_, body)| body);
            Some(body.trim().is_empty())
        }
        "whitespace" | "rules" | "import" | "parameters" | "end" => Some(false),
        _ => None,
    }
}

/// A line of WikiText as Markdown: `! Heading`, `* item`, `# item`, `; term`, `: meaning`, `[[words|target]]`, `''strong''`,
/// `//emphasis//`.
fn wikitext(line: &str) -> String {
    if let Some(term) = line.strip_prefix(';') {
        return format!("- {}:", links(term.trim()));
    }
    if let Some(meaning) = line.strip_prefix(':') {
        return format!("  {}", links(meaning.trim()));
    }
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
            // What a filter finds is not known.
            [b'{', b'{', b'{', ..] => {
                inside(here, 3, "}}}").map(|(_, length)| (String::new(), length))
            }
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
                let Some(target) = target.filter(|_| tag.starts_with("link")) else {
                    return (String::new(), length);
                };
                let after = here.get(length..).unwrap_or_default();
                let words = near(after, "</$link>").and_then(|end| after.get(..end));
                match words.filter(|words| !words.contains(['[', ']', '|', '<', '\n'])) {
                    Some(words) => (
                        format!("[[{words}|{target}]]"),
                        length + words.len() + "</$link>".len(),
                    ),
                    None => (format!("[[{target}]] "), length),
                }
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

/// `//words//` as `*words*`. Two slashes of an address are none, nor are those in code.
fn emphasis(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let (mut rest, mut open, mut in_code) = (line, None, false);
    while let Some(at) = rest.find(['/', '`']) {
        let (before, here) = rest.split_at(at);
        out.push_str(before);
        let is_mark = here.starts_with("//") && !in_code && !out.ends_with(':');
        in_code ^= here.starts_with('`');
        let length = if is_mark { 2 } else { 1 };
        if is_mark {
            open = match open {
                None => Some(out.len()),
                Some(start) => {
                    out.replace_range(start..start + 2, "*");
                    out.push('*');
                    None
                }
            };
        }
        if !(is_mark && open.is_none()) {
            out.push_str(here.get(..length).unwrap_or_default());
        }
        rest = here.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The text without the tags of widgets, of conditions and of HTML whose attributes are worked out, which may take several lines. Every
/// byte stays where it is. Links stay.
fn without_tags(text: &str) -> Cow<'_, str> {
    if !text.contains("<$") && !text.contains("</$") && !text.contains("<%") {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    let (mut at, mut in_block) = (0, false);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['<', '`'])) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or_default();
        if rest.starts_with("```") {
            in_block = !in_block;
            at = start + 3;
        } else if in_block || rest.starts_with('`') {
            let code = rest.get(1..).and_then(|inside| {
                let line = line_on(inside);
                line.find('`')
                    .filter(|_| rest.starts_with('`') && !in_block)
            });
            at = start + code.map_or(1, |end| end + 2);
        } else if let Some(length) = tag_length(rest) {
            for byte in bytes.get_mut(start..start + length).unwrap_or_default() {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
            at = start + length;
        } else {
            at = start + 1;
        }
    }
    // Only whole characters were written over, so nothing is lost here.
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// How long the tag is that a text begins with, if it is to go.
fn tag_length(rest: &str) -> Option<usize> {
    if rest.starts_with("<%") {
        return near(rest, "%>").map(|end| end + 2);
    }
    let name = rest.strip_prefix("</").or_else(|| rest.strip_prefix('<'))?;
    if !name.starts_with(|c: char| c == '$' || c.is_ascii_alphabetic()) {
        return None;
    }
    let mut at = 1;
    let mut is_worked_out = name.starts_with('$');
    // An empty line is in no tag, and a line that may open a protected block is not hidden by one.
    let ends = ["\n\n", ":::"].iter().filter_map(|end| near(rest, end));
    let rest = rest.get(..ends.min().unwrap_or(rest.len()))?;
    loop {
        let here = rest.get(at..).filter(|_| at < crate::text::REACH)?;
        let next = here.find(['>', '"', '\'', '{', '<'])?;
        at += next;
        let here = here.get(next..)?;
        let (open, close) = match here.as_bytes() {
            [b'>', ..] => break,
            [b'"', b'"', b'"', ..] => (3, "\"\"\""),
            [b'"', ..] => (1, "\""),
            [b'\'', ..] => (1, "'"),
            [b'{', b'{', b'{', ..] => (3, "}}}"),
            [b'{', b'{', ..] => (2, "}}"),
            [b'<', b'<', ..] => (2, ">>"),
            [b'<', ..] => return None,
            _ => {
                at += 1;
                continue;
            }
        };
        is_worked_out |= !matches!(close, "\"" | "'");
        let inside = here.get(open..)?;
        at += open + near(inside, close)? + close.len();
    }
    let tag = rest.get(..at)?;
    let is_link = !tag.contains('\n')
        && (tag == "</$link" || tag.starts_with("<$link") && tag.contains("to=\""));
    (is_worked_out && !is_link).then_some(at + 1)
}

/// There, the words stand before the target.
fn links(line: &str) -> String {
    let line = others(&emphasis(&line.replace("''", "**")));
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
