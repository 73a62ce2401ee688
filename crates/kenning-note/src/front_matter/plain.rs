//! YAML as most people write it at the head of a note: on each line a key with a short value, or with a list below it.
//!
//! A parser of all of YAML asks many questions of every letter, and so takes as long for ten such lines as the Markdown of a short note
//! does. What is plain is read here, and everything else is left to that parser.
//!
//! INVARIANT: what is read here is what [`super::yaml`] makes of it, places included (guard: `what_is_plain_reads_as_all_of_yaml_does`).

use super::{Data, Key, Node};
use crate::problem::Place;
use crate::settings::Limits;

/// How many maps may stand in one another.
const DEEPEST: usize = 4;

/// Keys and values of a block whose first line is `first_line` of the note. `None`: it is not as plain as that.
pub(super) fn parse(block: &str, first_line: u32, limits: &Limits) -> Option<Vec<(Key, Node)>> {
    // A value takes a byte or more, so a block of fewer bytes keeps all limits.
    let most = limits.front_matter_values.min(limits.front_matter_bytes);
    if block.len() >= most || limits.front_matter_depth < DEEPEST + 2 {
        return None;
    }
    let mut lines = Lines {
        rest: block,
        number: first_line,
    };
    let map = lines.map(0, 0)?;
    (lines.next()?.is_none() && !map.is_empty()).then_some(map)
}

/// What is left of a block.
struct Lines<'t> {
    rest: &'t str,
    number: u32,
}

/// A line that says something.
#[derive(Clone, Copy)]
struct Line<'t> {
    /// Without the spaces at both ends.
    words: &'t str,
    /// How many spaces stand before the words.
    indent: usize,
    number: u32,
}

impl<'t> Lines<'t> {
    /// The next line that says something. It is not passed.
    fn next(&mut self) -> Option<Option<Line<'t>>> {
        while !self.rest.is_empty() {
            let line = self.rest.split('\n').next().unwrap_or_default();
            let line = line.strip_suffix('\r').unwrap_or(line);
            let words = line.trim_start_matches(' ');
            let indent = line.len() - words.len();
            let words = words.trim_end_matches(' ');
            if !words.chars().all(is_printed) {
                return None;
            }
            if !words.is_empty() && !words.starts_with('#') {
                let number = self.number;
                return Some(Some(Line {
                    words,
                    indent,
                    number,
                }));
            }
            self.pass();
        }
        Some(None)
    }

    fn pass(&mut self) {
        self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        self.number = self.number.saturating_add(1);
    }

    fn map(&mut self, indent: usize, depth: usize) -> Option<Vec<(Key, Node)>> {
        let mut map = Vec::new();
        while let Some(line) = self.next()? {
            if line.indent < indent {
                break;
            }
            let (key, value) = key(line.words).filter(|_| line.indent == indent)?;
            self.pass();
            let node = if value < line.words.len() {
                line.value(value)?
            } else {
                self.below(indent, depth)?.unwrap_or(Node {
                    data: Data::Null,
                    place: line.place(key.len()),
                })
            };
            let place = line.place(0);
            let text = key.to_owned();
            map.push((Key { text, place }, node));
        }
        Some(map)
    }

    /// The list or map in the lines below a key, if there is one.
    fn below(&mut self, indent: usize, depth: usize) -> Option<Option<Node>> {
        let Some(line) = self.next()? else {
            return Some(None);
        };
        let data = if line.words.starts_with("- ") && line.indent >= indent {
            Data::List(self.list(line.indent)?)
        } else if line.indent > indent {
            let depth = Some(depth + 1).filter(|depth| *depth < DEEPEST)?;
            Data::Map(self.map(line.indent, depth)?)
        } else {
            return Some(None);
        };
        // The parser says that a list begins with its first mark, or behind it where the mark stands right below the key.
        let first = match line.indent == indent {
            true => after_spaces(line.words, 2),
            false => 0,
        };
        let place = line.place(first);
        Some(Some(Node { data, place }))
    }

    fn list(&mut self, indent: usize) -> Option<Vec<Node>> {
        let mut list = Vec::new();
        while let Some(line) = self.next()? {
            if line.indent != indent || !line.words.starts_with("- ") {
                break;
            }
            list.push(line.value(after_spaces(line.words, 2))?);
            self.pass();
        }
        Some(list)
    }
}

/// The key that a line begins with, and where its value begins.
fn key(words: &str) -> Option<(&str, usize)> {
    let (key, value) = words.split_once(':')?;
    let is_plain = key
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' '))
        && key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !key.ends_with(' ')
        && key.len() < 128
        && !is_null(key)
        && (value.is_empty() || value.starts_with(' '));
    is_plain.then(|| (key, after_spaces(words, key.len() + 1)))
}

impl Line<'_> {
    /// The place of a byte of the words.
    fn place(&self, at: usize) -> Place {
        let before = self.words.get(..at).unwrap_or_default().chars().count();
        Place {
            line: self.number,
            column: u32::try_from(self.indent + before + 1).unwrap_or(u32::MAX),
        }
    }

    /// The value that begins at a byte and ends with the line.
    fn value(&self, start: usize) -> Option<Node> {
        if !self.words.get(start..)?.starts_with('[') {
            let (node, end) = self.scalar(start, false)?;
            return (end == self.words.len()).then_some(node);
        }
        let mut list = Vec::new();
        let mut at = after_spaces(self.words, start + 1);
        loop {
            if list.is_empty() && self.words.as_bytes().get(at) == Some(&b']') {
                break;
            }
            let (node, end) = self.scalar(at, true)?;
            list.push(node);
            at = end;
            match self.words.as_bytes().get(at)? {
                b',' => at = after_spaces(self.words, at + 1),
                b']' => break,
                _ => return None,
            }
        }
        let node = Node {
            data: Data::List(list),
            place: self.place(start),
        };
        (at + 1 == self.words.len()).then_some(node)
    }

    /// The scalar that begins at a byte, and where what follows it and its spaces begins.
    fn scalar(&self, start: usize, in_list: bool) -> Option<(Node, usize)> {
        let rest = self.words.get(start..)?;
        let first = rest.chars().next()?;
        let (text, length) = match first {
            '"' | '\'' => {
                let inside = rest.get(1..)?.split(first).next()?;
                // A mark that stands twice, or behind a backslash, ends nothing.
                let after = rest.get(inside.len() + 2..)?;
                let ends = !inside.contains('\\') && !after.starts_with(first);
                (Some(inside).filter(|_| ends)?, inside.len() + 2)
            }
            first if first.is_alphanumeric() || matches!(first, '_' | '/' | '(') => {
                let text = plain(rest, in_list)?;
                (text, text.len())
            }
            _ => return None,
        };
        let quoted = matches!(first, '"' | '\'');
        let data = if !quoted && is_null(text) {
            Data::Null
        } else {
            let text = text.to_owned();
            Data::Scalar { text, quoted }
        };
        let place = self.place(start);
        Some((
            Node { data, place },
            after_spaces(self.words, start + length),
        ))
    }
}

/// The text without quotes that another one begins with, without spaces behind it.
fn plain(rest: &str, in_list: bool) -> Option<&str> {
    let end = match in_list {
        true => rest.find([',', ']'])?,
        false => rest.len(),
    };
    let text = rest.get(..end)?.trim_end_matches(' ');
    let ends_early = if in_list {
        text.contains([':', '#', '[', '{', '}', '"', '\'']) || text.ends_with('-')
    } else {
        // There it would be a key, or a comment would follow.
        text.ends_with(':') || text.contains(": ") || text.contains(" #")
    };
    (!ends_early).then_some(text)
}

/// Where the spaces end that begin at a byte.
fn after_spaces(words: &str, from: usize) -> usize {
    let rest = words.get(from..).unwrap_or_default();
    words.len() - rest.trim_start_matches(' ').len()
}

fn is_null(text: &str) -> bool {
    matches!(text, "null" | "Null" | "NULL")
}

/// Whether a character means itself and nothing to the lines.
fn is_printed(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..) && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front_matter::yaml;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[a-c1é/(][a-c 1é.,:#'\"-]{0,6}",
            2 => "[\"'][a-c \\\\:#,]{0,4}[\"']",
            2 => "\\[( {0,2}([a-c1][a-c 1.-]{0,3}|\"[a-c, ]{0,3}\"|'[a-c]'),?){0,3} ?\\]",
            1 => "(null|~|true|2026-01-02|1e3|\\| |>|&a b|\\*a|!!str x|\\{a: b\\}|@x|%x|`x|-|- a|\\? a)",
            1 => "[\\[\\]{}\"',:#&*!|>%@`a -]{0,5}",
        ]
    }

    fn line() -> impl Strategy<Value = String> {
        let key = "[ab_]{1,2}( [ab])?";
        prop_oneof![
            6 => (key, " {1,2}", value()).prop_map(|(key, gap, value)| format!("{key}:{gap}{value}")),
            2 => key.prop_map(|key| format!("{key}:")),
            3 => value().prop_map(|value| format!("- {value}")),
            1 => "(|  |# a|a|null: 1|---|\\.\\.\\.|<<: a|a:b|\t|a:\tb|-|- )",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn what_is_plain_reads_as_all_of_yaml_does(
            lines in prop::collection::vec((prop_oneof![4 => Just(0), 2 => Just(2), 1 => 0..5_usize], line(), "( ?\n|\n|\r\n)"), 1..7),
        ) {
            let block: String = lines.iter().map(|(indent, line, end)| format!("{}{line}{end}", " ".repeat(*indent))).collect();
            let limits = Limits::default();
            if let Some(map) = parse(&block, 2, &limits) {
                let (mut fast, mut slow) = (Vec::new(), Vec::new());
                let read = yaml::parse(&block, 2, &limits, &mut slow);
                prop_assert_eq!(yaml::unique(map, &mut fast), read, "{:?}", block);
                prop_assert_eq!(fast, slow);
            }
        }
    }

    #[test]
    fn what_most_people_write_is_plain() {
        let block = "title: \"Bellows: a part\"\naliases: [\"Bellows no. 1\", 'b', c d]\ntags:\n  - workshop\n  - swell-box\n\n# a comment\ncreated: 2026-03-04\r\n\
            sources:\n- book-1.md\nparams:\n  a b:\n    c: https://example.org/x#y\n  d: []\n  e:\nf:\nÜber: nein\n";
        let limits = Limits::default();
        let plain = block.rsplit_once("Über").unwrap().0;
        let map = parse(plain, 2, &limits).unwrap();
        assert_eq!(map.len(), 7);
        assert_eq!(
            map,
            yaml::parse(plain, 2, &limits, &mut Vec::new()).unwrap()
        );
        assert!(parse(block, 2, &limits).is_none());
    }
}
