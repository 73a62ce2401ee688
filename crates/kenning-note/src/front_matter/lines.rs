//! Front matter as Logseq reads it: on each line a key, a colon and words, whatever YAML would make of them.
//!
//! `tags: #reed, [[Pipe organ]]` and `title: Reeds: a part` are no YAML, and notes are full of them. What speaks of protection is left
//! to YAML, so that nobody has to know two ways to write it.

use super::{Data, Key, Node};
use crate::meta::{is_protection_key, states_protection};
use crate::problem::Place;
use crate::settings::Limits;

/// Keys and values of a block whose first line is `first_line` of the note. `None`: it is more than such lines, or speaks of protection.
pub(super) fn parse(block: &str, first_line: u32, limits: &Limits) -> Option<Vec<(Key, Node)>> {
    if block.len() >= limits.front_matter_values.min(limits.front_matter_bytes) {
        return None;
    }
    let mut map = Vec::new();
    for (number, line) in (first_line..).zip(block.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let (key, value) = line.split_once(':')?;
        let is_key = key.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            && !key.contains(['"', '\'', '{', '[', '#']);
        if !is_key || is_protection_key(key) || states_protection(key) {
            return None;
        }
        let before = key.chars().count() + 1;
        let gap = value.len() - value.trim_start().len();
        let place = |column: usize| Place {
            line: number,
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
        };
        let key = Key {
            text: key.trim().to_owned(),
            place: place(0),
        };
        map.push((key, node(value.trim(), place(before + gap))));
    }
    (!map.is_empty()).then_some(map)
}

/// Whether a value of the block is lost to YAML, which takes `#reed` for a comment.
pub(super) fn has_tags(block: &str) -> bool {
    block.contains(": #")
}

fn node(text: &str, place: Place) -> Node {
    let quoted = ['"', '\''].iter().find_map(|quote| {
        let inside = text.strip_prefix(*quote)?.strip_suffix(*quote)?;
        (!inside.contains(*quote)).then_some(inside)
    });
    let scalar = |text: &str, quoted: bool| Data::Scalar {
        text: text.to_owned(),
        quoted,
    };
    let parts = names(text);
    let data = match quoted {
        _ if text.is_empty() => Data::Null,
        Some(inside) => scalar(inside, true),
        None if parts.len() > 1 => {
            let node = |part: &&str| Node {
                data: scalar(part, false),
                place,
            };
            Data::List(parts.iter().map(node).collect())
        }
        None => scalar(text, false),
    };
    Node { data, place }
}

/// The names in a list of links and tags, `[[Ada Moss]], #reed, cane`; nothing where it is none.
fn names(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ',' | '，' if depth == 0 => {
                parts.push(text.get(from..at).unwrap_or_default().trim());
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default().trim());
    parts.retain(|part| !part.is_empty());
    let is_name = |part: &&str| part.starts_with('#') || part.starts_with("[[");
    if !parts.iter().any(is_name) {
        parts.clear();
    }
    parts
}
