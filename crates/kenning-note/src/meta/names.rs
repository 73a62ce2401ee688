//! Names that a key lists: aliases and tags.

use std::borrow::Cow;

use super::value::bare_link;
use crate::front_matter::Node;
use crate::link;
use crate::name::tag_key;
use crate::note::{Note, Tag};
use crate::problem::Place;
use crate::settings::Dialect;

pub(super) fn tags(note: &mut Note, node: &Node, key: &str) {
    // Jekyll parts them by spaces, but for the one of `tag` and `category`.
    let by_spaces = note.dialect == Dialect::Jekyll
        && key.ends_with('s')
        && node.text().is_some_and(|text| !text.contains(','));
    for (text, place) in named(node) {
        for part in parts(&text, |c| c == ',' || by_spaces && c == ' ') {
            add_tag(&mut note.content.tags, part, place);
        }
    }
}

/// The names in a value or in a list, with links that stand without quotes.
pub(super) fn named(node: &Node) -> impl Iterator<Item = (Cow<'_, str>, Place)> {
    let each = match bare_link(node) {
        Some(_) => std::slice::from_ref(node),
        None => node.each(),
    };
    each.iter().filter_map(|node| {
        // Docusaurus writes `{label: …, permalink: …}`.
        let label = node.get("label").or_else(|| node.get("name"));
        let text = match bare_link(node) {
            Some(name) => Cow::Owned(name),
            None => Cow::Borrowed(label.unwrap_or(node).text()?),
        };
        Some((text, node.place))
    })
}

/// A text parted where `is_end` says so, but not within brackets: `one, [[two, three]]`.
pub(super) fn parts(text: &str, is_end: impl Fn(char) -> bool) -> Vec<&str> {
    let (mut out, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    let brackets = text.contains("[[");
    for (at, c) in text.char_indices() {
        match c {
            '[' if brackets => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 && is_end(c) => {
                out.push(text.get(from..at).unwrap_or_default());
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    out.push(text.get(from..).unwrap_or_default());
    out
}

/// `[[Name]]` as the name.
pub(super) fn unlinked(text: &str) -> &str {
    let text = text.trim();
    let inside = text
        .strip_prefix("[[")
        .and_then(|rest| rest.strip_suffix("]]"))
        .filter(|inside| !inside.contains("[["));
    inside.map_or(text, |inside| {
        inside.split('|').next().unwrap_or(inside).trim()
    })
}

/// Adds a tag unless its key is there already.
fn add_tag(tags: &mut Vec<Tag>, text: &str, place: Place) {
    let text = unlinked(text.trim().trim_start_matches('#'));
    let label = link::one_line(text.trim_start_matches('#').trim().trim_matches('/'));
    let key = tag_key(&label);
    if !key.is_empty() && !tags.iter().any(|tag| tag.key == key) {
        tags.push(Tag {
            key,
            label: label.into_owned(),
            place,
        });
    }
}
