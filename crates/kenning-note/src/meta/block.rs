//! What the opening line of a protected section says: `::: protected {level=… audience=[…]}`, or `::: restricted`.

use crate::levels::Levels;
use crate::note::{Protection, Text};
use crate::problem::Place;
use crate::text::is_unseen;

use super::protection::plain;

/// Whether a line with colons in it may open a protected section, by what stands behind them: whoever names a level, an audience or
/// protection there means one, however it is spelt, and behind three colons whoever names one of `levels`.
#[must_use]
pub fn may_open_section(line: &str, levels: &Levels) -> bool {
    let is_colon = |c: char| matches!(c, ':' | '\u{ff1a}');
    if speaks_of_it(line) {
        return true;
    }
    let mut left = line;
    // A line of many boxes is looked into no further: it may.
    let mut boxes = 0;
    while let Some(run) = left.find(is_colon).and_then(|at| left.get(at..)) {
        left = run.trim_start_matches(|c| is_colon(c) || is_unseen(c));
        let colons = run.get(..run.len() - left.len()).unwrap_or_default();
        let colons = colons.chars().filter(|c| is_colon(*c)).count();
        if colons < 3 {
            continue;
        }
        boxes += 1;
        let is_level = |name: &str| levels.named(name).is_some();
        if boxes > 8 || names_of(left.trim_start()).any(is_level) {
            return true;
        }
    }
    false
}

pub(super) fn speaks_of_it(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    ["protect", "level=", "audience="]
        .iter()
        .any(|word| lower.contains(word))
}

/// What a block is called by what stands behind its colons: its first word, and the classes in its braces.
fn names_of(rest: &str) -> impl Iterator<Item = &str> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '{' | '}' | ':' | '=');
    let bare = rest.trim_start_matches(['{', ' ', '.']);
    let first = bare.split(is_end).next().filter(|name| !name.is_empty());
    // Two classes may stand without a space between them.
    let first = first.into_iter().flat_map(|name| name.split('.'));
    let braces = rest.split_once('{').map_or("", |(_, inside)| inside);
    let classes = braces.split(is_end).filter(|word| word.starts_with('.'));
    first
        .chain(classes.flat_map(|word| word.split('.')))
        .filter(|name| !name.is_empty())
}

/// Reads the attributes of `::: protected {level=… audience=[…]}`. `None` when the line opens no protected block.
///
/// A line that names a level or an audience opens one however its name is spelt: the author meant it. A block that is called after one of
/// `levels`, as `::: restricted`, has that level.
pub(crate) fn block_attributes(
    line: &str,
    levels: &Levels,
    place: Place,
) -> Option<Result<Protection, String>> {
    let colons = line.len() - line.trim_start_matches(':').len();
    if colons < 3 {
        return None;
    }
    let rest = line.get(colons..)?.trim();
    let rest = rest.trim_end_matches(':').trim_end();
    let level = names_of(rest).find_map(|name| levels.named(name));
    if level.is_none() && (!speaks_of_it(rest) || is_titled(rest, levels)) {
        return None;
    }
    let lower = rest.to_ascii_lowercase();
    let name = lower
        .trim_start_matches('{')
        .trim_start()
        .trim_start_matches('.');
    let named = name
        .strip_prefix("protected")
        .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric()));
    if let Some(level) = level.filter(|_| !named) {
        return Some(called(level, rest, levels, place));
    }
    if !named {
        return Some(Err(
            "a block names a level or an audience and is not called `protected`".to_owned(),
        ));
    }
    let start = rest.len() - name.len() + "protected".len();
    let attributes = rest.get(start..).unwrap_or_default().trim();
    let attributes = attributes.strip_prefix('{').unwrap_or(attributes);
    let attributes = attributes.strip_suffix('}').unwrap_or(attributes);
    Some(read_attributes(attributes, place))
}

/// Whether what a box of another name says of protection is its title, a few plain words as in `::: warning Protecting secrets`: they name
/// no level, and say more than that something is protected.
fn is_titled(rest: &str, levels: &Levels) -> bool {
    let mut words = rest.split_whitespace();
    let is_plain = |word: &str| {
        word.chars()
            .all(|c| c.is_alphanumeric() || "-,.!?'’".contains(c))
    };
    let is_box = words
        .next()
        .is_some_and(|name| is_plain(name) && !name.to_ascii_lowercase().contains("protect"));
    let title: Vec<&str> = words.collect();
    let names_level = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        levels.named(word).is_some() || word.eq_ignore_ascii_case("level")
    };
    let ends_bare = title.last().is_none_or(|last| {
        let last = last.trim_matches(|c: char| !c.is_alphanumeric());
        ["protect", "protected"]
            .iter()
            .any(|word| last.eq_ignore_ascii_case(word))
    });
    is_box
        && !ends_bare
        && title.iter().all(|word| is_plain(word))
        && !title.iter().any(names_level)
}

/// The protection of a block that is called after a level. Other classes and a name in its braces say nothing of it.
fn called(level: &str, rest: &str, levels: &Levels, place: Place) -> Result<Protection, String> {
    let others = names_of(rest).filter_map(|name| levels.named(name));
    if others.into_iter().any(|other| other != level) {
        return Err("a block is called after two levels".to_owned());
    }
    let inside = rest.split_once('{').map_or("", |(_, inside)| inside);
    let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
    let classes = |word: &&str| {
        !word.starts_with(['.', '#']) && levels.named(word).is_none() && !word.is_empty()
    };
    let words: Vec<&str> = inside.split_whitespace().filter(classes).collect();
    let mut protection = match words.join(" ") {
        words if words.is_empty() => Protection {
            place,
            ..Protection::default()
        },
        words => read_attributes(&words, place)?,
    };
    if protection.level.is_some() {
        return Err("a block states its level a second time".to_owned());
    }
    protection.level = Some(Text {
        text: level.to_owned(),
        place,
    });
    Ok(protection)
}

fn read_attributes(text: &str, place: Place) -> Result<Protection, String> {
    let mut protection = Protection {
        place,
        ..Protection::default()
    };
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    while !rest.is_empty() {
        let Some((key, after)) = rest.split_once('=') else {
            return Err(format!(
                "`{}` in a protected block is no `name=value`",
                rest.trim()
            ));
        };
        let (value, after) = take_value(after.trim_start())
            .ok_or_else(|| format!("the value of `{}` has no end", key.trim()))?;
        let value = value.trim_matches(['"', '\'']);
        let clause = || -> Vec<Text> {
            value
                .trim_matches(['[', ']'])
                .split(',')
                .map(|part| Text {
                    text: plain(part.trim().trim_matches(['"', '\''])),
                    place,
                })
                .filter(|group| !group.text.is_empty())
                .collect()
        };
        match key.trim().to_ascii_lowercase().as_str() {
            "level" | "protection" if protection.level.is_none() => {
                let text = plain(value.trim_matches(['"', '\'']));
                if text.is_empty() {
                    return Err("a protected block has a level without a name".to_owned());
                }
                protection.level = Some(Text { text, place });
            }
            "audience" => {
                let inner = value
                    .strip_prefix('[')
                    .and_then(|v| v.strip_suffix(']'))
                    .unwrap_or(value)
                    .trim();
                if inner.starts_with('[') {
                    // Several clauses: `[[hr, legal], [project-x]]`.
                    for part in inner.split(']') {
                        let clause: Vec<Text> = part
                            .trim_matches(|c: char| matches!(c, '[' | ',') || c.is_whitespace())
                            .split(',')
                            .map(|group| Text {
                                text: plain(group.trim().trim_matches(['"', '\''])),
                                place,
                            })
                            .filter(|group| !group.text.is_empty())
                            .collect();
                        if !clause.is_empty() {
                            protection.audience.push(clause);
                        }
                    }
                } else {
                    protection.audience.push(clause());
                }
                if protection.audience.is_empty() || protection.audience.iter().any(Vec::is_empty) {
                    return Err("a protected block has an audience without groups".to_owned());
                }
            }
            "method" | "methods" => protection.methods = clause(),
            other => return Err(format!("`{other}` is not known in a protected block")),
        }
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    if protection.level.is_none() && protection.audience.is_empty() {
        return Err("a protected block names neither level nor audience".to_owned());
    }
    Ok(protection)
}

/// A value up to the next space outside brackets and quotes, and what follows it.
fn take_value(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.checked_sub(1)?,
            (None, c) if c.is_whitespace() && depth == 0 => {
                return Some((text.get(..at)?, text.get(at..)?));
            }
            _ => {}
        }
    }
    (depth == 0 && quote.is_none()).then_some((text, ""))
}
