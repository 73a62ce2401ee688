//! MediaWiki text: links with trails, categories, redirects, headings, parameters of templates.

use std::borrow::Cow;

use super::Turned;
use crate::link;
use crate::note::Note;
use crate::settings::Dialect;
use crate::text::{Source, near};

/// How deep links stand in captions, and templates in templates. What is deeper in captions is words; a template that speaks of
/// protection there closes the note.
const DEPTH: usize = 16;

pub(super) fn turn(source: &Source<'_>, note: &mut Note, mut out: Turned) -> Turned {
    let text = source.text.as_ref();
    let levels = out.levels.clone();
    if let Some(target) = redirect(text) {
        note.redirects_to = Some(link::wikilink(target, &note.path, Dialect::MediaWiki));
    }
    let is_redirect = note.redirects_to.is_some();
    let text = without(text, &mut out, source);
    let (mut at, mut was_item, mut redirects) = (0, false, is_redirect);
    let mut in_gallery = false;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(raw) = lines.next() {
        let place = source.place(at.min(source.text.len()));
        at += raw.len();
        out.mark(place.line);
        let line = super::whole_line(raw, &mut lines, &mut at, &levels);
        let line = line.as_ref();
        // Where it redirects to has been read.
        if redirects && !line.trim().is_empty() {
            redirects = false;
            out.text.push('\n');
            continue;
        }
        // A gallery has a file in each line, and what stands below it behind a bar.
        let word = line.trim_start().to_ascii_lowercase();
        if word.starts_with("<gallery") || word.starts_with("</gallery") {
            in_gallery = !word.starts_with("</") && !word.contains("</gallery");
            out.text.push('\n');
            continue;
        }
        if in_gallery && !line.trim().is_empty() {
            let name = line.split('|').next().unwrap_or_default();
            let space = file(name).map_or("File:", |_| "");
            let shown = links(&mut out, &format!("[[{space}{}]]", line.trim()), place);
            out.text.push_str(&shown);
            out.text.push_str("\n\n");
            continue;
        }
        // There, a list ends with its last line.
        let is_item = line.starts_with(['*', '#', ':', ';']);
        if was_item && !is_item {
            out.text.push('\n');
        }
        was_item = is_item;
        let from = out.text.len();
        out_line(&mut out, line, place);
        if line.contains('\n') {
            out.mark_lines(from, place.line);
        }
        out.text.push('\n');
    }
    out
}

fn out_line(out: &mut Turned, line: &str, place: crate::Place) {
    // Three colons indent a paragraph there, and open or close a protected block here.
    if super::is_block_line(line, &out.levels) {
        out.text.push_str(line.trim());
        return;
    }
    if super::is_rule(line) {
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
        out.text.push_str(&words.replace('\n', " "));
        return;
    }
    let marks = line.len() - line.trim_start_matches(['*', '#', ':', ';']).len();
    let rest = line.get(marks..).unwrap_or_default();
    if marks > 0 {
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
    links_in(out, line, place, 0)
}

fn links_in(out: &mut Turned, line: &str, place: crate::Place, depth: usize) -> String {
    let line = line.replace("'''", "**").replace("''", "*");
    let mut made = String::with_capacity(line.len());
    let mut rest = line.as_str();
    let mut place = place;
    while let Some((before, after)) = rest.split_once("[[") {
        made.push_str(&external(before));
        place = place_behind(place, before);
        let end = link_end(after);
        let inside = end.and_then(|end| after.get(..end)).unwrap_or_default();
        let target = inside.split('|').next().unwrap_or_default();
        // No page has such a name, so the brackets are no link.
        let Some(end) = end.filter(|_| !target.contains(['[', ']', '{', '}'])) else {
            made.push_str("\\[\\[");
            rest = after;
            continue;
        };
        rest = after.get(end + 2..).unwrap_or_default();
        let behind = place_behind(place, inside);
        let lower = inside.trim().to_ascii_lowercase();
        if lower.starts_with("category:") || lower.starts_with("kategorie:") {
            let name = inside
                .split_once(':')
                .map_or("", |(_, name)| name)
                .split('|')
                .next()
                .unwrap_or_default();
            out.list("tags", vec![link::one_line(name).into_owned()], place);
        } else if let Some((name, shows)) = file(target) {
            let name = link::one_line(name).replace(['<', '>'], "");
            let caption = caption(inside);
            if !shows {
                let words = caption.unwrap_or(&name).trim().replace(['[', ']'], "");
                made.push_str(&format!("[{words}](<{name}>)"));
            } else {
                made.push_str(&format!("![](<{name}>)"));
                // A caption may hold links.
                let caption = caption.filter(|caption| caption.contains("[["));
                if let Some(caption) = caption.filter(|_| depth < DEPTH) {
                    made.push(' ');
                    made.push_str(&links_in(out, caption, place, depth + 1));
                }
            }
        } else if let Some((property, value)) = inside.split_once("::") {
            // Semantic MediaWiki: the property stands before the value.
            let (value, words) = value
                .split_once('|')
                .map_or((value, value), |(value, words)| (value, words));
            let value = link::one_line(value);
            let value = value.as_ref();
            let plain = crate::value::number(value).is_some()
                || crate::Moment::parse(value).is_some_and(|_| value.contains(['-', ' ']));
            if plain {
                out.field(property.trim(), value, place);
            } else {
                out.field(property.trim(), &format!("[[{value}]]"), place);
            }
            made.push_str(words.trim());
        } else {
            let inside = inside.trim_start_matches(':');
            // The name of a file keeps what it is written with.
            let inside = if target.contains('/') && target.contains('.') {
                Cow::Borrowed(inside)
            } else {
                Cow::Owned(inside.replace('_', " "))
            };
            made.push_str(&format!("[[{inside}]]"));
        }
        place = behind;
    }
    made.push_str(&external(rest));
    made
}

/// The name of the file that a link leads to, and whether it is shown there: `File:reed.png`, or, in whatever language the wiki is,
/// `Fichier:reed.png`. To `Media:reed.pdf` and `:File:reed.png` there is only a link.
fn file(target: &str) -> Option<(&str, bool)> {
    const KNOWN: [&str; 6] = ["file", "image", "media", "datei", "bild", "medium"];
    let bare = target.trim().trim_start_matches(':');
    let (space, name) = bare.split_once(':')?;
    let (space, name) = (space.trim().to_lowercase(), name.trim());
    let is_known = KNOWN.contains(&space.as_str());
    let is_word = !space.is_empty() && space.chars().all(char::is_alphabetic);
    let is_file = is_known || is_word && link::is_file(name);
    let shows = !target.trim().starts_with(':') && !space.starts_with(['m', 'м']);
    (is_file && !name.is_empty() && !name.starts_with(['/', ':'])).then_some((name, shows))
}

/// The place behind some more text.
fn place_behind(place: crate::Place, text: &str) -> crate::Place {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (line, column) = match text.rsplit_once('\n') {
        Some((above, last)) => {
            let lines = number(1 + above.matches('\n').count());
            (place.line.saturating_add(lines), 1 + last.chars().count())
        }
        None => (place.line, place.column as usize + text.chars().count()),
    };
    crate::Place {
        line,
        column: number(column),
    }
}

/// Where a link ends whose brackets have been opened: a caption may hold other links.
fn link_end(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        let rest = text.get(at..)?;
        let close = near(rest, "]]")?;
        match rest.get(..close).and_then(|inside| inside.find("[[")) {
            Some(open) => {
                depth += 1;
                at += open + 2;
            }
            None if depth == 0 => return Some(at + close),
            None => {
                depth -= 1;
                at += close + 2;
            }
        }
    }
}

/// What stands after the last bar that is in no link.
fn caption(inside: &str) -> Option<&str> {
    let bytes = inside.as_bytes();
    let (mut depth, mut last) = (0_usize, None);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => last = Some(at + 1),
            _ => {}
        }
    }
    inside.get(last?..)
}

/// `[https://a.example words]` as a Markdown link.
fn external(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let link = near(after, "]").map(|end| after.split_at(end));
        match link
            .filter(|(inside, _)| link::is_address(inside.split(' ').next().unwrap_or_default()))
        {
            Some((inside, close)) => {
                let (url, words) = inside.split_once(' ').unwrap_or((inside, inside));
                out.push_str(&format!(
                    "[{}](<{}>)",
                    super::plain(words),
                    url.replace(['<', '>'], "")
                ));
                rest = close.get(1..).unwrap_or_default();
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
                0,
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
    let open = near(rest, ">")?;
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

/// `Name|key=value|…`: each parameter with a name is a property of the page. `#set:` sets properties as well.
fn template(out: &mut Turned, inside: &str, place: crate::Place, nesting: usize) {
    let inside = flat(out, inside, place, nesting);
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
    // Where each part begins.
    let mut behind = place_behind(place, "{{");
    let places = parts.iter().map(|part| {
        let here = behind;
        behind = place_behind(place_behind(here, part), "|");
        here
    });
    let places: Vec<crate::Place> = places.collect();
    let name = parts.first().map_or("", |name| name.trim());
    let lower = name.to_lowercase();
    let set = lower
        .starts_with("#set:")
        .then(|| name.get(5..).unwrap_or_default());
    if crate::meta::states_protection(name) {
        // Which of its parameters is the level, nobody knows.
        out.key(name, "", place);
    }
    // What such a template says is about a source, or about the layout of the page.
    let elsewhere = nesting > 0
        || (name.starts_with('#') && set.is_none())
        || ["cite", "citation", "quote", "harv", "sfn"]
            .iter()
            .any(|word| lower.starts_with(word));
    let pairs = set.into_iter().chain(parts.iter().skip(1).copied());
    let starts = places.iter().skip(usize::from(set.is_none()));
    for (part, start) in pairs.zip(starts) {
        let Some((key, value)) = part.split_once('=') else {
            continue;
        };
        let spaces = key.len() - key.trim_start().len();
        let place = place_behind(*start, key.get(..spaces).unwrap_or_default());
        let (key, value) = (key.trim(), value.trim());
        let fits = !key.is_empty() && !value.is_empty() && key.len() <= 64 && !elsewhere;
        // What speaks of protection is handed on, however odd it is.
        if fits || crate::meta::is_protection_key(key) {
            out.field(key, &link::one_line(&without_spaces_of_files(value)), place);
        }
    }
}

/// A value whose links to files name them without the namespace.
fn without_spaces_of_files(value: &str) -> Cow<'_, str> {
    if !value.contains("[[") {
        return Cow::Borrowed(value);
    }
    let mut made = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("[[") {
        made.push_str(before);
        made.push_str("[[");
        let end = after.find(['|', ']']).unwrap_or(after.len());
        let (target, after) = after.split_at(end);
        made.push_str(file(target).map_or(target, |(name, _)| name));
        rest = after;
    }
    made.push_str(rest);
    Cow::Owned(made)
}

/// The text of a template without templates in it, of which only what they say of protection counts.
fn flat(out: &mut Turned, inside: &str, place: crate::Place, nesting: usize) -> String {
    let mut made = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(start) = rest.find("{{") {
        made.push_str(rest.get(..start).unwrap_or_default());
        let inner = rest.get(start..).unwrap_or_default();
        let end = template_end(inner);
        let deeper = inner
            .get(2..end.saturating_sub(2).max(2))
            .unwrap_or_default();
        if deeper.to_ascii_lowercase().contains("protect") {
            if nesting < DEPTH {
                let place = place_behind(place_behind(place, "{{"), &made);
                template(out, deeper, place, nesting + 1);
            } else {
                // INVARIANT: what was not read is closed, because this is the name of no level.
                out.key("protection", "in a template that is nested too deep", place);
            }
        }
        // What follows stays on its line.
        let lines = inner.get(..end).unwrap_or_default().matches('\n').count();
        made.extend(std::iter::repeat_n('\n', lines));
        rest = inner.get(end..).unwrap_or_default();
    }
    made.push_str(rest);
    made
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
