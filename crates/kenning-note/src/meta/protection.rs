//! What keys say about protection. Words only: what a level or a group means is not known here.
//!
//! INVARIANT: what mentions protection and cannot be read becomes [`Stated::Unreadable`], never [`Stated::Nothing`].

use crate::front_matter::{Data, Key, Node};
use crate::levels::Levels;
use crate::link;
use crate::note::{Marked, Note, Protection, Stated, Text};
use crate::problem::{Problem, ProblemKind};
use crate::text::is_unseen;

use super::{cascade, squeezed};

/// Whether a key speaks of protection, rightly spelt or not.
pub(crate) fn is_protection_key(key: &str) -> bool {
    if !key.is_ascii() && key.contains(is_unseen) {
        return is_protection_key(&shown(key));
    }
    // The first letter tells of most keys that they do not. No letter beyond ASCII becomes one of these in lower case.
    let first = key
        .bytes()
        .find(|b| !matches!(b, b'-' | b'_' | b' ' | b'.'));
    let may_be = first.is_some_and(|b| matches!(b.to_ascii_lowercase(), b'p' | b'a' | b'c' | b't'));
    if may_be && is_spelt_so(&squeezed(key)) {
        return true;
    }
    let bare = key.trim_matches(|c: char| !c.is_alphanumeric());
    is_term(bare) || is_slip(bare)
}

/// Whether a squeezed key is one that states a level or an audience, however it is spelt.
pub(crate) fn states_protection(key: &str) -> bool {
    let bare = key.trim_matches(|c: char| !c.is_alphanumeric() && !is_unseen(c));
    let key = squeezed(bare);
    is_protection_key(bare) && !matches!(&*key, "private" | "classification" | "tlp" | "protected")
}

fn is_spelt_so(key: &str) -> bool {
    key.starts_with("protection")
        || matches!(
            key,
            "audience" | "private" | "classification" | "tlp" | "protected"
        )
}

/// Whether a key is a word for protection beside those that state it: with a level for a value, it means one.
pub(crate) fn names_protection(key: &str) -> bool {
    const WORDS: [&str; 21] = [
        "level",
        "access",
        "accesslevel",
        "clearance",
        "clearancelevel",
        "confidentiality",
        "confidentialitylevel",
        "handling",
        "marking",
        "protect",
        "readableby",
        "restrictedto",
        "restriction",
        "restrictions",
        "secrecy",
        "security",
        "securitylevel",
        "sensitivity",
        "sensitivitylevel",
        "visibility",
        "visibleto",
    ];
    let key = squeezed(key.trim());
    WORDS.contains(&&*key) || key.contains("protection")
}

/// Whether it is a term of the vocabulary, which says of a graph what keys say of a note.
fn is_term(key: &str) -> bool {
    let local = ["km:", kenning_vocab::km::NAMESPACE]
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix));
    let bare = local.unwrap_or(key);
    let may_be = bare.len() >= 10 && (local.is_some() || bare.starts_with(['h', 'H']));
    may_be && {
        let name = squeezed(bare);
        let name = name.strip_prefix("has").unwrap_or(&name);
        name.starts_with("protection")
    }
}

/// Whether a key is `protection` or `audience` with one letter more, less or another, or with two letters that changed places.
fn is_slip(key: &str) -> bool {
    if !(7..=24).contains(&key.len()) {
        return false;
    }
    let key = squeezed(key);
    // A word of its own.
    key != "projection"
        && ["protection", "audience"]
            .iter()
            .any(|word| differs_once(&key, word))
}

fn differs_once(one: &str, other: &str) -> bool {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b);
    let same = same.count();
    let (Some(one), Some(other)) = (one.get(same..), other.get(same..)) else {
        return false;
    };
    let rest = |text: &'_ str| text.chars().next().map_or(0, char::len_utf8);
    let (after_one, after_other) = (one.get(rest(one)..), other.get(rest(other)..));
    let swapped = || match (one.as_bytes(), other.as_bytes()) {
        ([a, b, one @ ..], [c, d, other @ ..]) => a == d && b == c && one == other,
        _ => false,
    };
    after_one == after_other || after_one == Some(other) || Some(one) == after_other || swapped()
}

/// A key as a screen shows it.
pub(super) fn shown(key: &str) -> String {
    key.chars().filter(|c| !is_unseen(*c)).collect()
}

/// Reads all keys that speak of protection, or name one of these levels as if they did.
pub(super) fn read(
    note: &mut Note,
    map: &[(Key, Node)],
    levels: &Levels,
    problems: &mut Vec<Problem>,
) {
    let hands_down = cascade::hands_down(note);
    // That speaks of the note only as one of many, and is read apart.
    let own = map
        .iter()
        .filter(|(key, _)| !(hands_down && cascade::is_cascade(&key.text)));
    note.protection = stated(own, levels, Whose::Note, problems);
}

/// Of whom keys speak.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose {
    /// Of the note in which they stand.
    Note,
    /// Of all notes in its folder and below.
    Below,
}

impl Whose {
    fn in_words(self) -> &'static str {
        match self {
            Self::Note => "the note",
            Self::Below => "the notes below",
        }
    }

    /// What to tell whoever wrote what cannot be read.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Note => "the note is closed until this is mended",
            Self::Below => "all notes in the folder and below are closed until this is mended",
        }
    }
}

/// What keys say of protection.
pub(super) fn stated<'m>(
    map: impl Iterator<Item = &'m (Key, Node)>,
    levels: &Levels,
    whose: Whose,
    problems: &mut Vec<Problem>,
) -> Stated {
    let mut protection = Protection::default();
    let mut any = false;
    let mut unreadable = None;
    for (key, node) in map {
        marked(key, node, levels, false, &mut protection.marks);
        if let Some(why) = missed(key, node, whose) {
            problems.push(
                Problem::new(ProblemKind::Protection, key.place, why.clone())
                    .with_hint(whose.hint()),
            );
            unreadable.get_or_insert((why, key.place));
            continue;
        }
        let name = squeezed(&key.text);
        if !is_protection_key(&key.text) && name != "publish" {
            continue;
        }
        if !any && protection.marks.is_empty() {
            protection.place = key.place;
        }
        match put(&mut protection, &name, key, node) {
            // `publish` and the like say nothing by themselves.
            Ok(says) => any |= says,
            Err(why) => {
                problems.push(
                    Problem::new(ProblemKind::Protection, node.place, why.clone())
                        .with_hint(whose.hint()),
                );
                unreadable.get_or_insert((why, node.place));
            }
        }
    }
    match unreadable {
        Some((why, place)) => Stated::Unreadable { why, place },
        None if any || !protection.marks.is_empty() => {
            if let Some(mark) = protection.marks.first().filter(|_| !any) {
                protection.place = mark.level.place;
            }
            Stated::Says(protection)
        }
        None => Stated::Nothing,
    }
}

/// Adds the levels that a key names which states none: `level: restricted`, `restricted: true`, and either inside another key.
fn marked(key: &Key, node: &Node, levels: &Levels, is_inside: bool, marks: &mut Vec<Marked>) {
    let mark = |level: &str| Marked {
        level: Text {
            text: level.to_owned(),
            place: key.place,
        },
        what: format!("the key `{}`", key.text),
    };
    // Of other keys than this one, any may be part of an address.
    let is_key = key.text.len() < 64
        && names_protection(&key.text)
        && (is_inside || !is_protection_key(&key.text));
    let is_so = || {
        super::truth(node) == Some(true)
            || node.text().is_some_and(|text| {
                let yes = ["yes", "on", "1"];
                yes.iter().any(|yes| yes.eq_ignore_ascii_case(text.trim()))
            })
    };
    if let Some(level) = levels.named(&key.text).filter(|_| is_so()) {
        marks.push(mark(level));
    }
    for item in node.each() {
        match &item.data {
            Data::Map(map) => {
                for (key, node) in map {
                    marked(key, node, levels, true, marks);
                }
            }
            Data::Scalar { text, .. } if is_key => {
                marks.extend(levels.named(&plain(text)).map(mark));
            }
            // `[[restricted]]` without quotes is a list in a list.
            Data::List(list) if is_key => {
                let mut words = list.iter().filter_map(Node::text);
                marks.extend(words.find_map(|word| levels.named(word)).map(mark));
            }
            Data::Scalar { .. } | Data::List(_) | Data::Null => {}
        }
    }
}

/// Why a key states a protection in a way that would be missed: with characters that no screen shows, or inside another key, as
/// `params` and `meta` of site generators hold it.
fn missed(key: &Key, node: &Node, whose: Whose) -> Option<String> {
    if key.text.contains(is_unseen) && is_protection_key(&key.text) {
        let shown = shown(&key.text);
        return Some(format!(
            "the key `{shown}` has characters that cannot be seen"
        ));
    }
    holds_protection(node).map(|said| {
        // Only the page of a section hands it on to those below.
        let below = match whose {
            Whose::Note if cascade::is_cascade(&key.text) => ", nor about those below it",
            _ => "",
        };
        format!(
            "`{said}` stands inside `{}`, where it says nothing about {}{below}",
            key.text,
            whose.in_words()
        )
    })
}

/// The key itself that a map holds, however deep.
pub(super) fn holds_protection(node: &Node) -> Option<&'static str> {
    match &node.data {
        Data::Map(map) => map.iter().find_map(|(key, inner)| {
            let said = match &*squeezed(key.text.get(..64).unwrap_or(&key.text)) {
                "protection" | "protectionlevel" => Some("protection"),
                // Of a list of groups, not of what else may be called so.
                "audience" if clauses(inner).is_some() => Some("audience"),
                _ => None,
            };
            said.or_else(|| holds_protection(inner))
        }),
        Data::List(list) => list.iter().find_map(holds_protection),
        Data::Null | Data::Scalar { .. } => None,
    }
}

/// Tells of tags that are called as levels are, in a note that states none: a tag is a subject, and whoever wrote it may have meant more.
pub(crate) fn tell_tags(note: &Note, levels: &Levels, problems: &mut Vec<Problem>) {
    let is_silent = match &note.protection {
        Stated::Says(said) => said.level.is_none() && said.marks.is_empty(),
        Stated::Unreadable { .. } => false,
        Stated::Nothing => true,
    };
    for tag in note.content.tags.iter().filter(|_| is_silent) {
        if let Some(level) = levels.named(&tag.key) {
            let what = format!("the tag `#{}` states no protection", tag.key);
            problems.push(
                Problem::new(ProblemKind::Protection, tag.place, what).with_hint(format!(
                    "write `protection: {level}` in the front matter if that is meant"
                )),
            );
        }
    }
}

fn put(protection: &mut Protection, name: &str, key: &Key, node: &Node) -> Result<bool, String> {
    let text = || -> Result<Text, String> {
        let text = node.text().map(plain).filter(|text| !text.is_empty());
        text.map(|text| Text {
            text,
            place: node.place,
        })
        .ok_or_else(|| format!("`{}` needs a value of one word", key.text))
    };
    match name {
        "protection" | "protectionlevel" => {
            if protection.level.is_some() {
                return Err(format!("`{}` states the level a second time", key.text));
            }
            protection.level = Some(text()?);
        }
        "audience" | "protectionaudience" => {
            if !protection.audience.is_empty() {
                return Err(format!("`{}` states the audience a second time", key.text));
            }
            protection.audience =
                clauses(node).ok_or_else(|| format!("`{}` needs a list of groups", key.text))?;
        }
        "protectionmethod" | "protectionmethods" => {
            let methods: Option<Vec<Text>> = node.each().iter().map(super::words).collect();
            protection.methods =
                methods.ok_or_else(|| format!("`{}` needs a list of words", key.text))?;
        }
        "protectionbasis" => protection.basis = Some(text()?),
        "protectionowner" => protection.owner = Some(text()?),
        "protectionuntil" => protection.until = Some(text()?),
        "protectionthen" => protection.then = Some(text()?),
        "private" | "publish" | "classification" | "tlp" => {
            let text = node.text().unwrap_or_default().to_owned();
            protection.imported.push((
                name.to_owned(),
                Text {
                    text,
                    place: node.place,
                },
            ));
        }
        _ => {
            return Err(format!(
                "the key `{}` looks like protection and is none that is known",
                key.text
            ));
        }
    }
    Ok(true)
}

/// A word, or the target of the link that stands for it.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim();
    let inner = text
        .strip_prefix("[[")
        .and_then(|rest| rest.strip_suffix("]]"));
    let inner = inner.map(|inner| inner.split('|').next().unwrap_or(inner));
    link::one_line(inner.unwrap_or(text)).into_owned()
}

/// `[a, b]` is one clause, a list of lists is several, `a, b` in one text is one clause. `None` when it is none of these.
fn clauses(node: &Node) -> Option<Vec<Vec<Text>>> {
    let words = |node: &Node| -> Option<Vec<Text>> {
        let text = node.text()?;
        let list: Vec<Text> = text
            .split(',')
            .map(|part| Text {
                text: plain(part),
                place: node.place,
            })
            .collect();
        (!list.iter().any(|group| group.text.is_empty())).then_some(list)
    };
    match &node.data {
        Data::Scalar { .. } => words(node).map(|clause| vec![clause]),
        Data::List(items) if items.is_empty() => None,
        Data::List(items) if items.iter().all(|item| matches!(item.data, Data::List(_))) => items
            .iter()
            .map(|item| {
                let clause: Option<Vec<Vec<Text>>> = item.each().iter().map(words).collect();
                clause
                    .map(|parts| parts.concat())
                    .filter(|clause| !clause.is_empty())
            })
            .collect(),
        Data::List(items) => {
            let clause: Option<Vec<Vec<Text>>> = items.iter().map(words).collect();
            clause.map(|parts| vec![parts.concat()])
        }
        Data::Null | Data::Map(_) => None,
    }
}
