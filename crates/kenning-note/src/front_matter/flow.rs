//! Lists, maps and texts in quotes whose next lines begin further left than YAML has it.
//!
//! YAML wants each line of `[a,` … `b]` further right than the key it belongs to. The programs that people write their front matter for do
//! not ask for it: inside brackets and quotes, spaces at the beginning of a line mean nothing to them. So those lines get spaces here,
//! and the parser of all of YAML then says that they stand where they were thought to stand, or nothing is changed.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

/// The largest column in which such a list may begin.
const WIDEST: usize = 200;
/// How many bytes may be read again, over all attempts.
const BUDGET: usize = 1 << 20;

/// A text whose lines got spaces.
pub(super) struct Spaced {
    pub(super) text: String,
    /// How many spaces stand before a line that were not written, by the number of the line from 1.
    pub(super) added: BTreeMap<usize, usize>,
}

/// Why spaces do not help.
pub(super) enum Helpless {
    /// A bracket or quote is never closed: what it is, its line and its column, both from 1.
    Open(char, usize, usize),
    Other,
}

/// The text with spaces before the lines that need them to be read.
pub(super) fn spaced(text: &str) -> Result<Spaced, Helpless> {
    let mut added = BTreeMap::new();
    let mut left = BUDGET;
    loop {
        let spaced = with_spaces(text, &added);
        left = left.checked_sub(spaced.len()).ok_or(Helpless::Other)?;
        match trouble(&spaced, &added) {
            Trouble::None if !added.is_empty() => {
                return Ok(Spaced {
                    text: spaced,
                    added,
                });
            }
            Trouble::After(from) => {
                let before = added.len();
                for (line, count) in lines_inside(&spaced, from)? {
                    added.entry(line).or_insert(count);
                }
                if added.len() == before {
                    return Err(Helpless::Other);
                }
            }
            Trouble::None | Trouble::Other => return Err(Helpless::Other),
        }
    }
}

fn with_spaces(text: &str, added: &BTreeMap<usize, usize>) -> String {
    let mut out = String::with_capacity(text.len() + 16 * added.len());
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let count = added.get(&number).copied().unwrap_or(0);
        out.extend(std::iter::repeat_n(' ', count));
        out.push_str(line);
    }
    out
}

enum Trouble {
    None,
    /// A line stands too far left in the list, map or text that begins behind this many characters.
    After(usize),
    Other,
}

/// What the parser says of the text.
fn trouble(text: &str, added: &BTreeMap<usize, usize>) -> Trouble {
    let chars: Vec<char> = text.chars().collect();
    let mut parser = Parser::new_from_str(text);
    // Where the outermost list or map in brackets begins, with its line, and how many are open from there on.
    let mut outer: Option<(usize, usize)> = None;
    let (mut open, mut last) = (0_usize, 0);
    // The lines that begin inside of brackets or of a text.
    let mut inside = Vec::new();
    while let Some(next) = parser.next_event() {
        let (event, span) = match next {
            Ok(next) => next,
            Err(error) if error.info().starts_with("invalid indentation") => {
                return Trouble::After(outer.map_or(last, |(start, _)| start));
            }
            Err(_) => return Trouble::Other,
        };
        last = span.end.index();
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let first = chars.get(span.start.index());
                if outer.is_none() && matches!(first, Some('[' | '{')) {
                    outer = Some((span.start.index(), span.start.line()));
                }
                open += usize::from(outer.is_some());
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((_, line)) = outer {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        inside.push((line, span.end.line()));
                        outer = None;
                    }
                }
            }
            Event::Scalar(..) if span.end.line() > span.start.line() => {
                inside.push((span.start.line(), span.end.line()));
            }
            _ => {}
        }
    }
    let is_inside = |line: &usize| {
        let mut inside = inside.iter();
        inside.any(|(first, last)| first < line && line <= last)
    };
    match added.keys().all(is_inside) {
        true => Trouble::None,
        false => Trouble::Other,
    }
}

/// The lines that go on in the brackets or quotes that open first behind `from` characters, each with the spaces that it lacks.
fn lines_inside(text: &str, from: usize) -> Result<Vec<(usize, usize)>, Helpless> {
    let before: Vec<char> = text.chars().take(from).collect();
    let mut line = 1 + before.iter().filter(|c| **c == '\n').count();
    let mut column = before.iter().rev().take_while(|c| **c != '\n').count();
    let at = text
        .char_indices()
        .nth(from)
        .map_or(text.len(), |(at, _)| at);
    let rest = text.get(at..).unwrap_or_default();
    let mut rest = rest.chars().peekable();
    let mut lines = Vec::new();
    let (mut depth, mut opener) = (0_usize, None);
    let mut open = Helpless::Other;
    let mut quote: Option<char> = None;
    // Whether a mark would begin something here, and is no letter of a word.
    let (mut fresh, mut before) = (true, ' ');
    // Whether a text in quotes or a bracket ended just here.
    let mut whole = false;
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or('\n');
        if c == '\n' {
            line += 1;
            column = 0;
            let written: String = rest
                .clone()
                .take(WIDEST)
                .take_while(|c| *c != '\n')
                .collect();
            let spaces = written.len() - written.trim_start_matches(' ').len();
            let ends = written.starts_with("---") || written.starts_with("...");
            if let Some(opener) = opener.filter(|_| !ends && !written.trim().is_empty()) {
                let lacking = usize::saturating_sub(opener + 1, spaces);
                lines.extend((lacking > 0).then_some((line, lacking)));
            }
            before = c;
            continue;
        }
        let here = column;
        column += 1;
        let mut ended = false;
        match (quote, c) {
            (Some('"'), '\\') if next != '\n' => {
                column += 1;
                rest.next();
            }
            (Some('\''), '\'') if next == '\'' => {
                column += 1;
                rest.next();
            }
            (Some(mark), _) if mark != c => {}
            (Some(_), _) => {
                (quote, fresh, ended) = (None, false, true);
                if depth == 0 {
                    open = Helpless::Other;
                    break;
                }
            }
            (None, '#') if before.is_whitespace() => {
                while rest.next_if(|c| *c != '\n').is_some() {}
            }
            (None, '"' | '\'') if fresh => {
                quote = Some(c);
                if opener.is_none() {
                    open = Helpless::Open(c, line, here + 1);
                }
                opener.get_or_insert(here);
            }
            (None, '[' | '{') if fresh || depth > 0 => {
                depth += 1;
                fresh = true;
                if opener.is_none() {
                    open = Helpless::Open(c, line, here + 1);
                }
                opener.get_or_insert(here);
            }
            (None, ']' | '}') if depth > 0 => {
                depth -= 1;
                (fresh, ended) = (false, true);
                if depth == 0 {
                    open = Helpless::Other;
                    break;
                }
            }
            (None, ',') if depth > 0 => fresh = true,
            (None, ':') => {
                let ends = next.is_whitespace() || matches!(next, ',' | '[' | ']' | '{' | '}');
                fresh = ends || whole;
            }
            (None, '-' | '?') if depth == 0 && next.is_whitespace() => {}
            (None, '&' | '*' | '!') if fresh => {
                let ends = |c: &char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
                while rest.next_if(|c| !ends(c)).is_some() {
                    column += 1;
                }
            }
            (None, c) if c.is_whitespace() => {}
            (None, _) => fresh = false,
        }
        (before, whole) = (c, ended);
    }
    match (open, opener) {
        (Helpless::Other, Some(opener)) if opener <= WIDEST => Ok(lines),
        (open, _) => Err(open),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Data, Node, yaml};
    use crate::settings::Limits;
    use proptest::prelude::*;

    /// Lists, maps and words; `~` stands where a line may end.
    fn value() -> impl Strategy<Value = String> {
        let words = prop_oneof![
            3 => "[a-c][a-c'\"#-]{0,3}(~[a-c\"'#]{1,3}){0,2}",
            2 => "\"([a-c:\\[\\]{},'# ~]|\\\\[\"~]){0,8}\"",
            2 => "'([a-c:\\[\\]{},\"# ~]|''){0,8}'",
            1 => "&[ab]~[abc]",
        ];
        words.prop_recursive(3, 20, 4, |inner| {
            let gap = || prop_oneof![3 => Just(""), 2 => Just("~"), 1 => Just(" # ]a'~")];
            let list = prop::collection::vec((inner.clone(), gap()), 0..4).prop_map(|all| {
                let all: Vec<_> = all
                    .iter()
                    .map(|(value, gap)| format!("{gap}{value}"))
                    .collect();
                format!("[{}~]", all.join(","))
            });
            let map = prop::collection::vec(("[a-c]{1,2}", inner, gap()), 0..4).prop_map(|all| {
                let all: Vec<_> = all
                    .iter()
                    .map(|(key, value, gap)| format!("{gap}{key}: {value}"))
                    .collect();
                format!("{{{}~}}", all.join(","))
            });
            prop_oneof![list, map]
        })
    }

    fn shape(node: &Node) -> String {
        match &node.data {
            Data::List(list) => format!("{:?}", list.iter().map(shape).collect::<Vec<_>>()),
            Data::Map(map) => {
                let parts = map
                    .iter()
                    .map(|(key, node)| (&key.text, key.place.line, shape(node)));
                format!("{:?}", parts.collect::<Vec<_>>())
            }
            other => format!("{other:?}"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn inside_brackets_it_does_not_matter_where_a_line_begins(
            values in prop::collection::vec((value(), "(k: |k:\n  - l: |k:\n - - )"), 1..4),
            spaces in 0..3_usize,
        ) {
            let block = |spaces: usize| {
                let mut block = String::new();
                for (number, (value, key)) in values.iter().enumerate() {
                    // Where words stand outside of brackets and quotes, it does matter.
                    let is_inside = value.starts_with(['[', '{', '"', '\'']);
                    let end = format!("\n{}", " ".repeat(spaces));
                    let value = value.replace('~', if is_inside { &end } else { " " });
                    block.push_str(&format!("{}{value}\nafter{number}: x\n", key.replacen('k', &format!("k{number}"), 1)));
                }
                block
            };
            let read = |block: &str| {
                let map = yaml::parse(block, 2, &Limits::default(), &mut Vec::new());
                map.map(|map| map.iter().map(|(key, node)| format!("{} {} {}", key.text, key.place, shape(node))).collect::<Vec<_>>())
            };
            let wide = block(20);
            if let Ok(map) = read(&wide) {
                prop_assert_eq!(read(&block(spaces)), Ok(map), "{:?}", block(spaces));
            }
        }
    }
}
