//! What the stored states of notes hold: how many lines each one added, and whether it may have held a protected section.
//!
//! Git can count lines itself, as `diff` does, and can search what changed. It then compares each state with the one before,
//! twice over, which takes minutes for ten thousand commits. Here each state is read once, and what begins and ends alike in two
//! states is passed over. A line that only moved counts as nobody's.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use kenning_note::Levels;

use super::log::Log;
use super::program::contents;

/// Why a content is asked for.
enum Role {
    /// It is the state before the next one.
    Before,
    /// It is the state in this place of the states of a path.
    State(usize, usize),
}

/// Counts what each state of the log added. Gives the paths that may have held a protected section; what git does not have tells
/// nothing, so it may.
pub(super) fn count(log: &mut Log, root: &Path, levels: &Levels) -> BTreeSet<String> {
    let paths: Vec<String> = log.history.keys().cloned().collect();
    let mut asked: Vec<String> = Vec::new();
    let mut roles = Vec::new();
    for (path, states) in log.history.values().enumerate() {
        let mut last = "";
        for (place, state) in states.iter().enumerate().rev() {
            if state.before != last {
                asked.push(state.before.clone());
                roles.push(Role::Before);
            }
            asked.push(state.revision.content.clone());
            roles.push(Role::State(path, place));
            last = &state.revision.content;
        }
    }
    let mut states: Vec<_> = log.history.values_mut().collect();
    let mut protected = BTreeSet::new();
    let mut told = vec![true; paths.len()];
    // A state before belongs to the path of the state after it.
    let owners = roles.iter().rev().scan(0, |path, role| {
        if let Role::State(of, _) = role {
            *path = *of;
        }
        Some(*path)
    });
    let mut owners: Vec<usize> = owners.collect();
    owners.reverse();
    let names: Vec<&str> = asked.iter().map(String::as_str).collect();
    let mut before = Vec::new();
    let mut seen = 0;
    contents(root, &names, &mut |place, content| {
        seen = place + 1;
        let owner = owners.get(place).copied().unwrap_or_default();
        let is_nothing = names.get(place).is_some_and(|name| is_none(name));
        let Some(content) = content else {
            before.clear();
            if !is_nothing && let Some(told) = told.get_mut(owner) {
                *told = false;
            }
            return;
        };
        if may_be_protected(content, levels)
            && let Some(path) = paths.get(owner)
        {
            protected.insert(path.clone());
        }
        if let Some(Role::State(path, index)) = roles.get(place)
            && let Some(state) = states
                .get_mut(*path)
                .and_then(|states| states.get_mut(*index))
        {
            state.revision.added = added(&before, content);
        }
        std::mem::swap(&mut before, content);
    });
    for owner in owners.iter().skip(seen) {
        if let Some(told) = told.get_mut(*owner) {
            *told = false;
        }
    }
    let untold = paths.iter().zip(told).filter(|(_, told)| !told);
    protected.extend(untold.map(|(path, _)| path.clone()));
    protected
}

/// Whether a name of content stands for no content.
pub(super) fn is_none(name: &str) -> bool {
    name.bytes().all(|byte| byte == b'0')
}

/// Whether a text may hold a line that opens a protected section. What is UTF-16 may.
fn may_be_protected(text: &[u8], levels: &Levels) -> bool {
    if text.starts_with(&[0xFF, 0xFE]) || text.starts_with(&[0xFE, 0xFF]) {
        return true;
    }
    let mut rest = text;
    while let Some(at) = first_colons(rest) {
        let found = rest.get(at..).unwrap_or_default();
        let end = memchr::memchr(b'\n', found).unwrap_or(found.len());
        let (line, after) = found.split_at_checked(end).unwrap_or((found, b""));
        // What stands behind the first colons of a line holds what stands behind all others.
        if kenning_note::may_open_section(&String::from_utf8_lossy(line), levels) {
            return true;
        }
        rest = after;
    }
    false
}

/// Where the first colons stand that may begin a line of them: two, though what nobody sees may stand between, or a wide one.
fn first_colons(text: &[u8]) -> Option<usize> {
    let mut places = memchr::memchr2_iter(b':', WIDE[0], text);
    places.find(|at| {
        let here = text.get(*at..).unwrap_or_default();
        matches!(here, [b':', b':' | 0x80.., ..]) || here.starts_with(&WIDE)
    })
}

/// The colon of scripts with wide letters, in UTF-8.
const WIDE: [u8; 3] = [0xEF, 0xBC, 0x9A];

/// How many lines of `new` are not in `old`, each as often as it stands there more often.
pub(super) fn added(old: &[u8], new: &[u8]) -> u64 {
    let (mut start, mut end) = (alike(old, new), 0);
    // Lines are compared whole.
    let line = |text: &[u8]| memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    if start < old.len() || start < new.len() {
        start = line(new.get(..start).unwrap_or_default());
        let (old, new) = (
            old.get(start..).unwrap_or_default(),
            new.get(start..).unwrap_or_default(),
        );
        end = alike_at_end(old, new);
        let from = new.len() - end;
        let tail = new.get(from..).unwrap_or_default();
        // The first line of the tail may be half of one.
        end -= memchr::memchr(b'\n', tail).map_or(tail.len(), |at| at + 1);
    }
    let middle = |text: &'_ [u8]| -> Vec<u8> {
        text.get(start..text.len().saturating_sub(end))
            .unwrap_or_default()
            .to_vec()
    };
    let (old, new) = (middle(old), middle(new));
    let mut lines: HashMap<&[u8], u64> = HashMap::new();
    for line in pieces(&old) {
        *lines.entry(line).or_default() += 1;
    }
    let mut added = 0;
    for line in pieces(&new) {
        match lines.get_mut(line) {
            Some(count) if *count > 0 => *count -= 1,
            _ => added += 1,
        }
    }
    added
}

fn pieces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = text.strip_suffix(b"\n").unwrap_or(text);
    let lines = end.split(|byte| *byte == b'\n');
    lines.take(if text.is_empty() { 0 } else { usize::MAX })
}

/// How many bytes two texts have in common from the start.
fn alike(one: &[u8], other: &[u8]) -> usize {
    const STEP: usize = 256;
    let pairs = one.chunks(STEP).zip(other.chunks(STEP));
    let whole = pairs.take_while(|(one, other)| one == other).count() * STEP;
    let whole = whole.min(one.len()).min(other.len());
    let rest = one.iter().skip(whole).zip(other.iter().skip(whole));
    whole + rest.take_while(|(one, other)| one == other).count()
}

/// How many bytes two texts have in common at the end.
fn alike_at_end(one: &[u8], other: &[u8]) -> usize {
    const STEP: usize = 256;
    let pairs = one.rchunks(STEP).zip(other.rchunks(STEP));
    let whole = pairs.take_while(|(one, other)| one == other).count() * STEP;
    let whole = whole.min(one.len()).min(other.len());
    let rest = one
        .iter()
        .rev()
        .skip(whole)
        .zip(other.iter().rev().skip(whole));
    whole + rest.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same without passing anything over.
    fn slowly(old: &str, new: &str) -> u64 {
        let mut rest: Vec<&str> = old.lines().collect();
        let mut added = 0;
        for line in new.lines() {
            match rest.iter().position(|known| *known == line) {
                Some(at) => drop(rest.swap_remove(at)),
                None => added += 1,
            }
        }
        added
    }

    proptest! {
        #[test]
        fn lines_are_counted_as_if_all_were_compared(old in "[ab\n]{0,30}", new in "[ab\n]{0,30}", more in 0..3_usize) {
            let (old, new) = (old.repeat(more * 40 + 1), new.repeat(more * 40 + 1));
            prop_assert_eq!(added(old.as_bytes(), new.as_bytes()), slowly(&old, &new));
        }
    }

    /// Where the first colons of a text stand, looked for at each byte.
    fn slowly_first(text: &[u8]) -> Option<usize> {
        (0..text.len()).find(|at| {
            let here = &text[*at..];
            here.starts_with("\u{ff1a}".as_bytes())
                || (here[0] == b':'
                    && here
                        .get(1)
                        .is_some_and(|next| *next == b':' || *next > 0x7F))
        })
    }

    proptest! {
        #[test]
        fn the_first_colons_are_found(text in "[a:\u{ff1a}\u{ff1b}é\n]{0,12}", cut in 0..12_usize) {
            let bytes = &text.as_bytes()[..cut.min(text.len())];
            prop_assert_eq!(first_colons(bytes), slowly_first(bytes));
        }
    }

    #[test]
    fn what_may_open_a_section_is_noticed_and_other_colons_are_not() {
        for (text, may) in [
            ("::: protected {level=internal}\n", true),
            (
                "\u{ff1a}\u{ff1a}\u{ff1a} protected {level=internal}\n",
                true,
            ),
            ("a\n  > :::: {.PROTECTED}\n", true),
            ("::: secret {level=x}", true),
            ("> std::io, and ::: restricted\n", true),
            ("::\u{200b}: restricted\n", true),
            ("call std::io or <https://[::1]/restricted>\n", false),
            (":::note\nprotected\n:::\n", false),
            (":::important {.warning} Danger\n", false),
            ("plain protected words", false),
        ] {
            let levels = Levels::default();
            assert_eq!(may_be_protected(text.as_bytes(), &levels), may, "{text}");
        }
        // Any name may be that of a level.
        let levels = Levels::new(["Important", "warning"]);
        for text in [":::important Danger\n", "> ::: {.note .warning}\n"] {
            assert!(may_be_protected(text.as_bytes(), &levels), "{text}");
        }
    }
}
