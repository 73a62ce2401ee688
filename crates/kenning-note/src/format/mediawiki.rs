//! MediaWiki text: links with trails, categories, redirects, headings, parameters of templates.

use super::Turned;
use crate::link;
use crate::note::Note;
use crate::settings::Dialect;
use crate::text::Source;

pub(super) fn turn(source: &Source<'_>, note: &mut Note) -> Turned {
    let text = source.text.as_ref();
    let mut out = Turned::new(text.len());
    if let Some(target) = redirect(text) {
        note.redirects_to = Some(link::wikilink(target, &note.path, Dialect::MediaWiki));
    }
    let text = without(text, &mut out, source);
    let (mut at, mut was_item) = (0, false);
    for raw in text.split_inclusive('\n') {
        let place = source.place(at.min(source.text.len()));
        at += raw.len();
        out.mark(place.line);
        let line = raw.trim_end_matches(['\n', '\r']);
        // There, a list ends with its last line.
        let is_item = line.starts_with(['*', '#', ':', ';']);
        if was_item && !is_item {
            out.text.push('\n');
        }
        was_item = is_item;
        out_line(&mut out, line, place);
        out.text.push('\n');
    }
    out
}

fn out_line(out: &mut Turned, line: &str, place: crate::Place) {
    // Three colons indent a paragraph there, and open or close a protected block here.
    if super::is_block_line(line) {
        out.text.push_str(line.trim());
        return;
    }
    let trimmed = line.trim_end();
    let marks = trimmed.len() - trimmed.trim_start_matches('=').len();
    if (1..=6).contains(&marks)
        && trimmed.len() > marks * 2
        && trimmed.ends_with(&"=".repeat(marks))
    {
        let words = trimmed
            .get(marks..trimmed.len() - marks)
            .unwrap_or_default()
            .trim();
        let words = links(out, words, place);
        out.text.push_str(&"#".repeat(marks));
        out.text.push(' ');
        out.text.push_str(&words);
        return;
    }
    let marks = line.len() - line.trim_start_matches(['*', '#', ':', ';']).len();
    let rest = line.get(marks..).unwrap_or_default();
    // `#REDIRECT` is no item of a list.
    if marks > 0 && !rest.to_ascii_lowercase().starts_with("redirect") {
        let words = links(out, rest.trim(), place);
        let bullet = if line.as_bytes().get(marks - 1) == Some(&b'#') {
            "1. "
        } else {
            "- "
        };
        out.text.push_str(&"   ".repeat(marks - 1));
        out.text.push_str(bullet);
        out.text.push_str(&words);
        return;
    }
    if line.starts_with("{|")
        || line.starts_with("|}")
        || line.starts_with("|-")
        || line.starts_with("__")
    {
        return;
    }
    let words = links(out, line.trim_start().trim_start_matches(['|', '!']), place);
    out.text.push_str(&words);
}

/// Links, categories, typed links and quotes of one line.
fn links(out: &mut Turned, line: &str, place: crate::Place) -> String {
    let line = line.replace("'''", "**").replace("''", "*");
    let mut made = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while let Some((before, after)) = rest.split_once("[[") {
        made.push_str(&external(before));
        let Some((inside, after)) = after.split_once("]]") else {
            made.push_str(after);
            return made;
        };
        rest = after;
        let lower = inside.trim().to_ascii_lowercase();
        if lower.starts_with("category:") || lower.starts_with("kategorie:") {
            let name = inside
                .split_once(':')
                .map_or("", |(_, name)| name)
                .split('|')
                .next()
                .unwrap_or_default();
            out.list("tags", vec![name.trim().to_owned()], place);
        } else if lower.starts_with("file:")
            || lower.starts_with("image:")
            || lower.starts_with("datei:")
        {
            let name = inside
                .split_once(':')
                .map_or("", |(_, name)| name)
                .split('|')
                .next()
                .unwrap_or_default();
            made.push_str(&format!("![](<{}>)", name.trim().replace(['<', '>'], "")));
        } else if let Some((property, value)) = inside.split_once("::") {
            // Semantic MediaWiki: the property stands before the value.
            let (value, words) = value
                .split_once('|')
                .map_or((value, value), |(value, words)| (value, words));
            out.key(property.trim(), &format!("[[{}]]", value.trim()), place);
            made.push_str(words.trim());
        } else {
            let inside = inside.trim_start_matches(':').replace('_', " ");
            made.push_str(&format!("[[{inside}]]"));
        }
    }
    made.push_str(&external(rest));
    made
}

/// `[https://a.example words]` as a Markdown link.
fn external(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        match after
            .split_once(']')
            .filter(|(inside, _)| inside.contains("://"))
        {
            Some((inside, after)) => {
                let (url, words) = inside.split_once(' ').unwrap_or((inside, inside));
                out.push_str(&format!(
                    "[{}](<{}>)",
                    super::plain(words),
                    url.replace(['<', '>'], "")
                ));
                rest = after;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The text without templates, comments and what is not shown as it stands; parameters of templates become keys.
fn without(text: &str, out: &mut Turned, source: &Source<'_>) -> String {
    let mut made = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let end = if rest.starts_with("{{") {
            let end = template_end(rest);
            template(
                out,
                rest.get(2..end.saturating_sub(2).max(2))
                    .unwrap_or_default(),
                source.place(at),
            );
            Some(end)
        } else if rest.starts_with("<!--") {
            Some(rest.find("-->").map_or(rest.len(), |end| end + 3))
        } else {
            ["nowiki", "pre", "ref", "math", "code", "syntaxhighlight"]
                .iter()
                .find_map(|tag| element(rest, tag))
        };
        match end {
            Some(end) => {
                // Lines stay where they stand.
                made.extend(
                    rest.get(..end)
                        .unwrap_or_default()
                        .chars()
                        .map(|c| if c == '\n' { '\n' } else { ' ' }),
                );
                at += end.max(1);
            }
            None => {
                let next = rest
                    .char_indices()
                    .skip(1)
                    .find(|(_, c)| matches!(c, '{' | '<'))
                    .map_or(rest.len(), |(at, _)| at);
                made.push_str(rest.get(..next).unwrap_or_default());
                at += next;
            }
        }
    }
    made
}

fn element(rest: &str, tag: &str) -> Option<usize> {
    let after = rest.strip_prefix('<')?.strip_prefix(tag)?;
    if !after.starts_with(['>', ' ', '/']) {
        return None;
    }
    let open = rest.find('>')?;
    if rest.get(..open)?.ends_with('/') {
        return Some(open + 1);
    }
    let close = format!("</{tag}>");
    Some(rest.find(&close).map_or(rest.len(), |at| at + close.len()))
}

/// Where the template at the start of a text ends.
fn template_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < bytes.len() {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'{'), Some(b'{')) => {
                depth += 1;
                at += 2;
            }
            (Some(b'}'), Some(b'}')) => {
                depth = depth.saturating_sub(1);
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// `Name|key=value|…`: each parameter with a name is a key.
fn template(out: &mut Turned, inside: &str, place: crate::Place) {
    if inside.contains("{{") {
        return;
    }
    // A bar inside a link parts nothing.
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0_usize, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.push(inside.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(inside.get(from..).unwrap_or_default());
    let pairs = parts.iter().skip(1).filter_map(|part| part.split_once('='));
    for (key, value) in pairs {
        let (key, value) = (key.trim(), value.trim());
        let fits = !key.is_empty() && !value.is_empty() && key.len() <= 64;
        // What speaks of protection is handed on, however odd it is.
        if fits || crate::meta::is_protection_key(key) {
            out.key(key, value, place);
        }
    }
}

fn redirect(text: &str) -> Option<&str> {
    let first = text.trim_start().lines().next()?;
    let rest = first.strip_prefix('#')?;
    let word = rest.get(..8)?;
    (word.eq_ignore_ascii_case("redirect")).then_some(())?;
    rest.split_once("[[")?
        .1
        .split_once("]]")
        .map(|(target, _)| target)
}
