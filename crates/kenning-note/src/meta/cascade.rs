//! What the page of a section hands down to the pages below it: Hugo's `cascade`, in so far as it speaks of protection.
//!
//! INVARIANT: what may ask for protection and cannot be read is handed down as [`Stated::Unreadable`]. Front matter that cannot be read may ask
//! for it where it has the word `cascade` in it; where it has not, a slip in it is a matter of its own note.

use crate::front_matter::{Data, FrontMatter, Key, Node, may_begin};
use crate::levels::Levels;
use crate::note::{Cascade, Note, Stated, Text};
use crate::problem::{Place, Problem, ProblemKind};
use crate::settings::Dialect;
use crate::text::{Source, is_unseen};

use super::block::speaks_of_it;
use super::protection::{Whose, holds_protection, shown, stated};
use super::squeezed;

/// How many lines are looked at where front matter has no end.
const LINES: usize = 200;

/// Whether a note is the page of a section, which is for all notes of its folder: `_index.md`, `_index.de.md`.
pub(super) fn hands_down(note: &Note) -> bool {
    let name = note.path.rsplit('/').next().unwrap_or(&note.path);
    let stem = name.get(..7);
    note.dialect == Dialect::Hugo && stem.is_some_and(|stem| stem.eq_ignore_ascii_case("_index."))
}

/// Whether the page of a section may hand anything down, by its bytes alone: without the word there is nothing, and most pages need no
/// closer look. What may spell it with escapes or with what nobody sees has it.
#[must_use]
pub fn may_hand_down(bytes: &[u8]) -> bool {
    // Text of two bytes a letter has NULs, where the word stands in it.
    let is_odd = memchr::memchr2(b'\\', 0, bytes).is_some();
    // All that nobody sees begins with one of these bytes; a byte order mark says nothing.
    let mut unseen = memchr::memchr3_iter(0xC2, 0xE2, 0xEF, bytes).filter(|at| *at > 0);
    let mut words = memchr::memchr2_iter(b'c', b'C', bytes);
    is_odd
        || unseen.any(|at| {
            let letter = bytes.get(at..).map(|rest| rest.get(..3).unwrap_or(rest));
            let letter = letter.and_then(|letter| letter.utf8_chunks().next());
            letter.is_some_and(|letter| letter.valid().starts_with(is_unseen))
        })
        || words.any(|at| {
            let word = bytes.get(at..at + WORD.len());
            word.is_some_and(|word| word.eq_ignore_ascii_case(WORD.as_bytes()))
        })
}

/// The key that hands something down.
const WORD: &str = "cascade";

/// Whether a key hands down what stands below it.
pub(super) fn is_cascade(key: &str) -> bool {
    key.eq_ignore_ascii_case(WORD) || key.len() < 64 && shown(key).trim().eq_ignore_ascii_case(WORD)
}

/// Whether a second value of a key would be lost that hands down protection.
pub(crate) fn is_given_twice(key: &str, first: &Node, second: &Node) -> bool {
    is_cascade(key)
        && [first, second]
            .iter()
            .any(|node| holds_protection(node).is_some())
}

/// Reads what is handed down, wherever it stands in these keys: the configuration of a site has it below its languages as well.
pub(super) fn read(
    map: &[(Key, Node)],
    levels: &Levels,
    problems: &mut Vec<Problem>,
) -> Vec<Cascade> {
    let mut found = Vec::new();
    look(map, levels, problems, &mut found);
    found
}

fn look(
    map: &[(Key, Node)],
    levels: &Levels,
    problems: &mut Vec<Problem>,
    found: &mut Vec<Cascade>,
) {
    for (key, node) in map {
        for item in node.each() {
            match &item.data {
                _ if is_cascade(&key.text) => found.extend(one(item, levels, problems)),
                Data::Map(inner) => look(inner, levels, problems, found),
                _ => {}
            }
        }
    }
}

/// One map of a `cascade`: which pages are meant, and what is said of them.
fn one(node: &Node, levels: &Levels, problems: &mut Vec<Problem>) -> Option<Cascade> {
    let Data::Map(map) = &node.data else {
        let text = node.text().unwrap_or_default();
        let speaks =
            holds_protection(node).is_some() || speaks_of_it(text) || levels.named(text).is_some();
        return speaks.then(|| {
            let why = "a `cascade` is a map of keys and values, or a list of such".to_owned();
            unreadable(why, node.place, problems)
        });
    };
    let (targets, keys): (Vec<_>, Vec<_>) = map
        .iter()
        .partition(|(key, _)| squeezed(&key.text) == "target");
    let own = keys.iter().flat_map(|pair| match &pair.1.data {
        Data::Map(params) if squeezed(&pair.0.text) == "params" => params.as_slice(),
        _ => std::slice::from_ref(*pair),
    });
    let protection = stated(own, levels, Whose::Below, problems);
    if protection == Stated::Nothing {
        return None;
    }
    let path = match targets.as_slice() {
        [] => Ok(None),
        [(_, target)] => path_of(target),
        [_, (second, _), ..] => Err(("it names its target twice", second.place)),
    };
    match path {
        Ok(path) => Some(Cascade { path, protection }),
        Err((why, place)) => Some(unreadable(
            format!("the pages of a `cascade` cannot be told: {why}"),
            place,
            problems,
        )),
    }
}

/// The pattern of paths that a target has.
fn path_of(target: &Node) -> Result<Option<Text>, (&'static str, Place)> {
    let Data::Map(keys) = &target.data else {
        return match target.data {
            Data::Null => Ok(None),
            _ => Err(("a target is a map of keys and values", target.place)),
        };
    };
    let mut paths = keys
        .iter()
        .filter(|(key, _)| squeezed(&shown(&key.text)) == "path");
    let (path, more) = (paths.next(), paths.next());
    match (path, more) {
        (None, _) => Ok(None),
        (Some((_, node)), None) => match &node.data {
            Data::Null => Ok(None),
            Data::Scalar { text, .. } if text.trim().is_empty() => Ok(None),
            Data::Scalar { text, .. } => Ok(Some(Text {
                text: text.trim().to_owned(),
                place: node.place,
            })),
            _ => Err(("its path is no text", node.place)),
        },
        (_, Some((second, _))) => Err(("it names its path twice", second.place)),
    }
}

fn unreadable(why: String, place: Place, problems: &mut Vec<Problem>) -> Cascade {
    problems.push(
        Problem::new(ProblemKind::Protection, place, why.clone()).with_hint(Whose::Below.hint()),
    );
    Cascade {
        path: None,
        protection: Stated::Unreadable { why, place },
    }
}

/// Adds what a note may hand down that was lost with its front matter.
pub(crate) fn add_lost(
    note: &mut Note,
    source: &Source<'_>,
    front: &FrontMatter,
    problems: &mut Vec<Problem>,
) {
    let is_lost = || front.unreadable.is_some() || !front.present && may_begin(&source.text);
    if !hands_down(note) || !is_lost() {
        return;
    }
    let rest = source.text.get(front.body..).unwrap_or_default();
    let lines: usize = rest.split_inclusive('\n').take(LINES).map(str::len).sum();
    let head = source.text.get(..front.body + lines).unwrap_or_default();
    let letters = head.chars().filter(|c| !is_unseen(*c));
    let plain: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    // Where there are no keys but what may have been meant for some, the word may be one of the text.
    let is_key = |line: &str| {
        let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        line.starts_with(WORD)
    };
    let is_text =
        !front.present && front.unreadable.is_none() && !head.trim_start().starts_with('{');
    if plain.contains(WORD) && (!is_text || plain.lines().any(is_key)) {
        let place = front
            .unreadable
            .as_ref()
            .map_or(Place::START, |(place, _)| *place);
        let why = "a `cascade` stands in front matter that cannot be read".to_owned();
        note.cascades.push(unreadable(why, place, problems));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_hand_down_is_noticed_however_it_is_spelt() {
        for (text, may) in [
            ("---\ncascade: {protection: restricted}\n---\n", true),
            ("---\nCasCade:\n  protection: restricted\n---\n", true),
            ("---\n\"\\x63ascade\": {}\n---\n", true),
            ("---\ncas\u{200b}cade: {}\n---\n", true),
            ("---\nc\u{ad}ascade: {}\n---\n", true),
            ("---\nca\u{feff}scade: {}\n---\n", true),
            ("---\nx: c\0\n---\n", true),
            (
                "\u{feff}---\ntitle: Überblick – “Caskets”\n---\nसंगठन 組織\n",
                false,
            ),
            ("---\ntitle: caséade\n---\nA cascad e.\n", false),
        ] {
            assert_eq!(may_hand_down(text.as_bytes()), may, "{text}");
        }
        let wide: Vec<u8> = "cascade"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(may_hand_down(&wide));
        assert!(!may_hand_down(b"---\ntitle: caf\xe9\n---\n"));
    }

    proptest::proptest! {
        /// What is read from a page that may hand nothing down is nothing.
        #[test]
        fn a_page_that_may_hand_down_nothing_hands_down_nothing(
            body in "(---\n|\\+\\+\\+\n|\\{|)((ca|CA|c|\"|\\\\u0063|\u{200b}|\u{ad})(scade|SCADE|ascade)[:= ]{1,2}(\\{|\n  )?(protection|level|x)[:=] ?(restricted|a|\"restricted\")\\}?\n){0,3}(---|\\+\\+\\+|\\})?\n?"
        ) {
            let settings = crate::Settings {
                dialect: Dialect::Hugo,
                ..crate::Settings::default()
            };
            let note = crate::read(body.as_bytes(), "content/_index.md", &settings).note;
            proptest::prop_assert!(may_hand_down(body.as_bytes()) || note.cascades.is_empty());
        }
    }
}
