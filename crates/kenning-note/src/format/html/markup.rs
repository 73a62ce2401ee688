//! Tags, attributes and entities of HTML.

/// Where the tag at the start of a text ends; a `>` in quotes does not end it.
pub(super) fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '>') => return Some(at),
            _ => {}
        }
    }
    // A quote without an end: the first bracket ends the tag.
    rest.find('>')
}

/// The value of an attribute, with entities read. What stands in the value of another one is none.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.trim_start_matches(['<', '/']);
    let mut rest = tag.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
    loop {
        rest =
            rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\''));
        let ends = |c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/');
        let end = rest.find(ends).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let Some(value) = after.trim_start().strip_prefix('=') else {
            // One without a value, or what is no attribute at all.
            let step = after.chars().next().filter(|_| key.is_empty());
            rest = after.get(step.map_or(0, char::len_utf8)..)?;
            if rest.is_empty() {
                return None;
            }
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next()? {
            quote @ ('"' | '\'') => {
                let inside = value.get(1..)?;
                inside.split_once(quote).unwrap_or((inside, ""))
            }
            _ => {
                let end = value.find(|c: char| c.is_whitespace() || c == '>');
                value.split_at(end.unwrap_or(value.len()))
            }
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(entities(value));
        }
        rest = after;
    }
}

/// Characters that are written as `&name;` or `&#number;`.
pub(super) fn entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // The longest name has thirty-one letters.
        let known = after
            .bytes()
            .take(32)
            .position(|byte| byte == b';')
            .and_then(|end| Some((entity(after.get(..end)?)?, end)));
        match known {
            Some((c, end)) => {
                out.push_str(&c);
                rest = after.get(end + 1..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code)
            .filter(|c| *c != '\0')
            .map(String::from);
    }
    Some(match name {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "nbsp" => "\u{A0}".to_owned(),
        // Markdown knows all the others.
        name if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            let written = format!("&{name};");
            let events = pulldown_cmark::Parser::new(&written);
            let read = events.into_iter().find_map(|event| match event {
                pulldown_cmark::Event::Text(text) => Some(text.to_string()),
                _ => None,
            });
            return read.filter(|text| *text != written && !text.starts_with('&'));
        }
        _ => return None,
    })
}

/// The words of a piece of HTML, on one line.
pub(crate) fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    // The picture of a user is a letter.
    let plain;
    if let Some((before, after)) = html.split_once("<span class=\"icon") {
        plain = format!(
            "{before}{}",
            after.split_once("</span>").map_or("", |(_, rest)| rest)
        );
        rest = &plain;
    }
    // What comes first may be the rest of a tag.
    while let Some((words, after)) = rest.split_once('<') {
        out.push_str(words);
        out.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let words = entities(&out);
    words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(" ,", ",")
}
