//! Org: keywords, property drawers, headings, links, lists and blocks of code.

use super::Turned;
use crate::text::{Source, near};

pub(super) fn turn(source: &Source<'_>, mut out: Turned) -> Turned {
    let text = source.text.as_ref();
    let levels = out.levels.clone();
    let (mut at, mut in_block, mut in_drawer, mut before_heading) = (0, false, false, true);
    let (mut in_log, mut rows) = (false, 0_usize);
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(raw) = lines.next() {
        let place = source.place(at);
        at += raw.len();
        out.mark(place.line);
        let line = match in_block {
            true => raw.trim_end_matches(['\n', '\r']).into(),
            false => super::whole_line(raw, &mut lines, &mut at, &levels),
        };
        // What is no paragraph and no item is one line.
        let start = line.trim_start();
        let is_text = !start.starts_with(['|', '#', ':']) && !line.starts_with('*');
        let breaks = line.contains('\n');
        let line = match breaks && !is_text {
            true => line.replace('\n', " ").into(),
            false => line,
        };
        let from = out.text.len();
        let line = line.as_ref();
        let lower = line.trim_start().to_ascii_lowercase();
        if in_block || begins_code(&lower) {
            in_block = !lower.starts_with("#+end_");
            out.text.push('\n');
            continue;
        }
        if out.hands_on(line) {
            out.text.push_str(line.trim());
            out.text.push('\n');
            continue;
        }
        if let Some(rest) = lower.strip_prefix("#+") {
            if rest.starts_with("begin_protect") {
                out.key("protection", "for a block of Org alone", place);
            }
            if let Some((key, _)) = rest.split_once(':') {
                let value = line.split_once(':').map_or("", |(_, value)| value.trim());
                keyword(&mut out, key, value, place);
            }
            out.text.push('\n');
            continue;
        }
        let is_row = lower.starts_with('|');
        let is_rule = lower.starts_with("|-");
        rows = if is_row { rows } else { 0 };
        if lower == ":logbook:" {
            in_log = true;
        } else if in_log && (lower == ":end:" || is_log(&lower)) {
            in_log = lower != ":end:";
        } else if lower == ":properties:" {
            in_drawer = true;
        } else if in_drawer {
            if lower == ":end:" {
                in_drawer = false;
            } else if let Some((key, value)) = line.trim().trim_start_matches(':').split_once(':') {
                // Properties before the first heading are about the note; others about a part of it that has no page, and of which
                // the name is kept for links.
                let (key, value) = (key.to_lowercase(), value.trim());
                if crate::meta::is_protection_key(&key) {
                    // INVARIANT: a part of a note has no level of its own, so one that is stated closes the note: it is the name of none.
                    let value = if before_heading {
                        value
                    } else {
                        "for a heading alone"
                    };
                    out.key(&key, value, place);
                } else if before_heading && !value.is_empty() {
                    keyword(&mut out, &key, value, place);
                } else if key == "id" && !value.is_empty() {
                    out.blocks.push(value.to_owned());
                }
            }
        } else if ["# ", ": "].iter().any(|mark| lower.starts_with(mark))
            || lower == "#"
            || is_plan(&lower)
        {
            // A comment, what a program gave out, or a date of a task.
        } else if super::is_rule(line) {
            // It parts what stands above it from what stands below.
        } else if is_rule && rows != 1 {
            // Markdown has one rule, behind the first row.
            continue;
        } else {
            rows += usize::from(is_row);
            in_log = false;
            let stars = line.len() - line.trim_start_matches('*').len();
            if stars > 0 && line.get(stars..).is_some_and(|rest| rest.starts_with(' ')) {
                before_heading = false;
                heading(
                    &mut out,
                    stars,
                    line.get(stars..).unwrap_or_default().trim(),
                    place,
                );
            } else {
                out.text.push_str(&words(line));
                if breaks && is_text {
                    out.mark_lines(from, place.line);
                }
                let next = lines.peek().map_or("", |next| next.trim_start());
                if rows == 1 && !next.starts_with("|-") {
                    let cells = line.trim().trim_matches('|').split('|').count();
                    out.text.push_str("\n|");
                    out.text.push_str(&" - |".repeat(cells));
                    rows += 1;
                }
            }
        }
        out.text.push('\n');
    }
    out
}

/// Whether a line begins a block that holds no words of a person.
fn begins_code(lower: &str) -> bool {
    const KINDS: [&str; 6] = ["src", "example", "comment", "export", "html", "latex"];
    lower
        .strip_prefix("#+begin_")
        .is_some_and(|rest| KINDS.iter().any(|kind| rest.starts_with(kind)))
}

/// A line of a log: a clock, or a change of state.
fn is_log(lower: &str) -> bool {
    ["clock:", "- state ", "- note taken "]
        .iter()
        .any(|begins| lower.starts_with(begins))
}

/// A line of text: a term with what it means, a rule of a table, a footnote, or words.
fn words(line: &str) -> String {
    let start = line.trim_start();
    if start.starts_with("|-") {
        return line.replace('+', "|");
    }
    // `[fn:1]` as Markdown has it.
    let notes = |text: &str| text.replace("[fn:", "[^");
    let is_item = start.starts_with("- ") || start.starts_with("+ ");
    if let Some((term, meaning)) = line.split_once(" :: ").filter(|_| is_item) {
        return notes(&links(&format!("{term}: {meaning}")));
    }
    let made = notes(&links(line));
    // A note at the foot of the page begins with its name.
    match made
        .strip_prefix("[^")
        .and_then(|rest| rest.split_once(']'))
    {
        Some((name, rest)) if line.starts_with("[fn:") => format!("[^{name}]:{rest}"),
        _ => made,
    }
}

fn keyword(out: &mut Turned, key: &str, value: &str, place: crate::Place) {
    let words = || {
        // Where commas part them, tags may have several words.
        let separators: &[char] = if value.contains(',') {
            &[',']
        } else {
            &[':', ' ']
        };
        value
            .split(separators)
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect()
    };
    match key.trim() {
        "title" => out.key("title", value, place),
        "filetags" | "tags" | "keywords" | "roam_tags" => out.list("tags", words(), place),
        "roam_aliases" | "aliases" | "roam_alias" => out.list("aliases", quoted(value), place),
        "roam_refs" | "roam_key" => {
            let names = value.split_whitespace().map(str::to_owned);
            out.list("sources", names.collect(), place);
        }
        "startup" | "options" | "latex_header" | "html_head" | "setupfile" | "export_file_name" => {
        }
        // `#+PROPERTY: key value` says of all headings what a drawer says of one.
        "property" => {
            let (key, value) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
            if crate::meta::is_protection_key(key) {
                out.key(key, value, place);
            }
        }
        // These are about the block or the picture that follows, or are done when the text is printed.
        "caption" | "data" | "header" | "headers" | "label" | "name" | "plot" | "resname"
        | "result" | "results" | "source" | "srcname" | "tblname" | "toc" | "include" | "call"
        | "tblfm" | "link" | "macro" | "todo" | "seq_todo" | "bibliography"
        | "print_bibliography" | "cite_export" => {}
        name if name.starts_with("attr_")
            || name.starts_with("latex_")
            || name.starts_with("html_") => {}
        "date" => out.key(
            "date",
            value
                .trim_matches(['<', '>', '[', ']'])
                .split(' ')
                .next()
                .unwrap_or_default(),
            place,
        ),
        key => out.key(key, value, place),
    }
}

/// `"two words" one`; a value that is quoted as a whole has its own quotes behind backslashes.
fn quoted(text: &str) -> Vec<String> {
    let whole = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    if let Some(inside) = whole.filter(|inside| inside.contains("\\\"")) {
        return quoted(&inside.replace("\\\"", "\""));
    }
    let parts = text.split('"').enumerate();
    let inside = |at: usize, part: &str| -> Vec<String> {
        if at % 2 == 1 {
            vec![part.to_owned()]
        } else {
            part.split_whitespace().map(str::to_owned).collect()
        }
    };
    parts.flat_map(|(at, part)| inside(at, part)).collect()
}

fn heading(out: &mut Turned, stars: usize, text: &str, place: crate::Place) {
    let mut text = text;
    for state in ["TODO ", "DONE ", "NEXT ", "WAITING ", "CANCELLED "] {
        text = text.strip_prefix(state).unwrap_or(text);
    }
    // `Words :tag:other:`
    if let Some((words, tags)) = text.rsplit_once(' ') {
        let is_tags =
            tags.len() > 2 && tags.starts_with(':') && tags.ends_with(':') && !tags.contains("::");
        if is_tags {
            let list = tags
                .split(':')
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect();
            out.list("tags", list, place);
            text = words.trim();
        }
    }
    // The title is the first rank of a note, so headings begin at the second.
    out.text.push_str(&"#".repeat((stars + 1).min(6)));
    out.text.push(' ');
    out.text.push_str(&links(text));
}

/// `[[target][words]]` as a Markdown link, `[[target]]` as a wikilink, `=code=` and `~code~` as code.
fn links(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let (mut at, mut before) = (0, ' ');
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let made = if rest.starts_with("[[") {
            // Two brackets that are no link here are none in Markdown either.
            link(rest).or_else(|| Some(("\\[\\[".to_owned(), 2)))
        } else if rest.starts_with(['=', '~']) && !before.is_alphanumeric() {
            code(rest)
        } else {
            None
        };
        if let Some((made, length)) = made {
            out.push_str(&made);
            at += length;
            before = ' ';
            continue;
        }
        let c = rest.chars().next().unwrap_or(' ');
        out.push(c);
        at += c.len_utf8();
        before = c;
    }
    out
}

fn link(rest: &str) -> Option<(String, usize)> {
    let inside = rest.get(2..near(rest, "]]")?)?;
    let length = inside.len() + 4;
    let (target, words) = inside
        .split_once("][")
        .map_or((inside, None), |(target, words)| (target, Some(words)));
    if target.contains(['[', ']']) {
        return None;
    }
    let target = target.strip_prefix("file:").unwrap_or(target);
    let target = target.split("::").next().unwrap_or(target);
    let is_path = target.starts_with("./")
        || target.starts_with("../")
        || target.contains(".org")
        || words.is_none() && is_picture(target);
    if crate::link::is_address(target) || is_path {
        let target_text = target.replace(['<', '>'], "");
        if words.is_none() && is_picture(target) {
            return Some((format!("![](<{target_text}>)"), length));
        }
        return Some((
            format!(
                "[{}](<{target_text}>)",
                super::plain(words.unwrap_or(target))
            ),
            length,
        ));
    }
    // `[[*Heading]]` and `[[#name]]` are parts of this very note.
    let part = target
        .strip_prefix('*')
        .or_else(|| target.strip_prefix('#'));
    let target = match part {
        Some(part) => format!("#{part}"),
        None => target.strip_prefix("id:").unwrap_or(target).to_owned(),
    };
    let made = words.map_or_else(
        || format!("[[{target}]]"),
        |words| format!("[[{target}|{words}]]"),
    );
    Some((made, length))
}

/// A link without words to a picture shows the picture.
fn is_picture(target: &str) -> bool {
    let ending = target.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["png", "jpg", "jpeg", "gif", "svg", "webp"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(ending))
}

fn code(rest: &str) -> Option<(String, usize)> {
    let (mark, inside) = rest.split_at_checked(1)?;
    let end = near(inside, mark).filter(|end| *end > 0)?;
    let words = inside.get(..end)?;
    let after = inside.get(end + 1..)?.chars().next().unwrap_or(' ');
    let fits = !words.starts_with(' ')
        && !words.ends_with(' ')
        && !after.is_alphanumeric()
        && !words.contains('`');
    fits.then(|| (format!("`{words}`"), end + 2))
}

fn is_plan(lower: &str) -> bool {
    ["scheduled:", "deadline:", "closed:"]
        .iter()
        .any(|word| lower.starts_with(word))
}
