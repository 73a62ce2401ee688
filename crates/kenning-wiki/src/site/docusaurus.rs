//! What Docusaurus' configuration says of a site: its address. It is a program, so only what stands in it as plain text is known.

use std::path::Path;

use super::home::Home;
use super::{below, read_text};
use crate::wiki::is_missing;

/// The address of the site whose configuration lies in `folder`, or in `website` there.
pub(super) fn home(root: &Path, folder: &str) -> Option<Home> {
    let places = ["docusaurus.config", "website/docusaurus.config"];
    let mut files = places.iter().flat_map(|name| {
        ["js", "ts", "mjs"].map(|ending| below(folder, &format!("{name}.{ending}")))
    });
    let file = files.find(|file| !is_missing(root, file))?;
    // Who cannot read it does not know the address, and whole addresses stay what they are.
    let text = read_text(root, &file).ok()?;
    let (url, base) = (value(&text, "url")?, value(&text, "baseUrl")?);
    Home::of(&format!(
        "{}/{}",
        url.trim_end_matches('/'),
        base.trim_start_matches('/')
    ))
}

/// The text that a key of the outermost object has; `None` where it is no plain text, or another one at the same depth.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let mut found: Option<(usize, Option<&str>)> = None;
    for (depth, name, after) in keys(text) {
        if name != key || found.is_some_and(|(known, _)| known < depth) {
            continue;
        }
        let value = plain(after);
        found = match found {
            Some((known, other)) if known == depth && other != value => Some((depth, None)),
            _ => Some((depth, value)),
        };
    }
    found.and_then(|(_, value)| value)
}

/// The text in quotes at the beginning, where nothing is done to it.
fn plain(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let (inside, rest) = text.get(1..)?.split_once(quote)?;
    let rest = rest.trim_start();
    let ends = rest.starts_with([',', '}', '/']) || rest.starts_with("as const");
    (ends && !inside.contains(['\\', '\n', '$'])).then_some(inside)
}

/// Keys with a colon behind them: how deep they stand in brackets, what they are called, and what follows the colon.
fn keys(text: &str) -> Vec<(usize, &str, &str)> {
    let mut found = Vec::new();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        let (token, name) = match first {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), None),
            '/' if rest.starts_with("/*") => {
                (rest.find("*/").map_or(rest.len(), |end| end + 2), None)
            }
            '"' | '\'' | '`' => {
                let length = quoted(rest, first);
                (length, rest.get(1..length.saturating_sub(1)))
            }
            c if c.is_alphabetic() || matches!(c, '_' | '$') => {
                let is_end = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'));
                let length = rest.find(is_end).unwrap_or(rest.len());
                (length, rest.get(..length))
            }
            '{' | '[' | '(' => {
                depth += 1;
                (1, None)
            }
            '}' | ']' | ')' => {
                depth = depth.saturating_sub(1);
                (1, None)
            }
            c => (c.len_utf8(), None),
        };
        let after = rest.get(token..).unwrap_or_default().trim_start();
        if let (Some(name), Some(value)) = (name, after.strip_prefix(':')) {
            found.push((depth, name, value));
        }
        at += token.max(1);
    }
    found
}

/// How long a text in quotes is, with its quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            // Such a text ends with its line, whatever is missing.
            '\n' if quote != '`' => return at,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_key_has_the_address() {
        for (text, expected) in [
            (
                "module.exports = { url: 'https://a.example', baseUrl: '/' };",
                Some("https://a.example"),
            ),
            (
                "const c: Config = {\n  presets: [['x', {url: 'https://b.example'}]],\n  \"url\": \"https://a.example\",\n};",
                Some("https://a.example"),
            ),
            (
                "// url: 'https://b.example',\n/* url: 'https://c.example', */\nexport default { url: `https://a.example` };",
                Some("https://a.example"),
            ),
            (
                "export default { title: 'it\\'s', tagline: \"{ url: 'x', }\", url: 'https://a.example', };",
                Some("https://a.example"),
            ),
            (
                "function f() { return { url: 'https://a.example' }; }",
                Some("https://a.example"),
            ),
            ("export default { url: process.env.URL };", None),
            ("export default { url: 'https://' + host, x: 1 };", None),
            ("export default { url: `https://${host}` };", None),
            (
                "const a = { url: 'https://a.example' }; const b = { url: 'https://b.example' };",
                None,
            ),
            ("export default { url", None),
            ("url: '", None),
        ] {
            assert_eq!(value(text, "url"), expected, "{text}");
        }
    }
}
