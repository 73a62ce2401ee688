//! YAML front matter, from parser events, with a budget.
//!
//! A tree builder that expands aliases without counting lets 300 bytes fill the memory, so the tree is built here, from the
//! events of `saphyr-parser`, and every value that an alias repeats is paid for. Scalars keep their spelling.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::flow::{self, Helpless};
use super::{Data, Key, Node};
use crate::problem::{Place, Problem, ProblemKind};
use crate::settings::Limits;
use crate::text::is_unseen;

/// Something open: a list, or a map with the key that waits for its value.
enum Open {
    List {
        items: Vec<Node>,
        anchor: usize,
        place: Place,
    },
    Map {
        items: Vec<(Key, Node)>,
        key: Option<Node>,
        anchor: usize,
        place: Place,
    },
}

struct Builder<'l> {
    limits: &'l Limits,
    stack: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, (Node, Cost)>,
    spent: Cost,
    /// How many collections are open that lie too deep and are left out.
    skipped: usize,
    complex_key: Option<Place>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    values: usize,
    bytes: usize,
}

/// Keys and values of a block whose first line is `first_line` of the note.
pub(super) fn parse(
    text: &str,
    first_line: u32,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Result<Vec<(Key, Node)>, (Place, String)> {
    let place = |marker: &Marker, added: usize| Place {
        line: first_line
            .saturating_add(u32::try_from(marker.line().saturating_sub(1)).unwrap_or(u32::MAX)),
        column: u32::try_from(marker.col().saturating_sub(added) + 1).unwrap_or(u32::MAX),
    };
    let known = problems.len();
    let map = match root(&closed(text), limits, problems, &|at| place(at, 0)) {
        Ok(map) => map,
        Err(why) => {
            let spaced = flow::spaced(text).map_err(|helpless| match helpless {
                Helpless::Open(mark, line, column) => (
                    place(&Marker::new(0, line, column - 1), 0),
                    format!("the front matter is not YAML: `{mark}` is never closed"),
                ),
                Helpless::Other => why,
            })?;
            problems.truncate(known);
            root(&spaced.text, limits, problems, &|at| {
                let added = spaced.added.get(&at.line()).copied();
                place(at, added.unwrap_or(0))
            })?
        }
    };
    match swallowed(text, first_line, &map) {
        Some(swallowed) => Err(swallowed),
        None => unique(map, problems),
    }
}

/// Keys and values of the map that is the whole text.
fn root(
    text: &str,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    at: &dyn Fn(&Marker) -> Place,
) -> Result<Vec<(Key, Node)>, (Place, String)> {
    let mut builder = Builder {
        limits,
        stack: Vec::new(),
        root: None,
        anchors: HashMap::new(),
        spent: Cost::default(),
        skipped: 0,
        complex_key: None,
    };
    let start = at(&Marker::new(0, 1, 0));
    let mut too_deep = None;
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            (
                at(error.marker()),
                format!("the front matter is not YAML: {}", error.info()),
            )
        })?;
        let place = at(&span.start);
        let depth = builder.skipped;
        builder.take(event, place)?;
        if builder.skipped > depth && too_deep.is_none() {
            too_deep = Some(place);
        }
    }
    if let Some(place) = too_deep {
        let text = format!(
            "values more than {} levels deep are left out",
            limits.front_matter_depth
        );
        problems.push(Problem::new(ProblemKind::Limit, place, text));
    }
    if let Some(place) = builder.complex_key {
        return Err((
            place,
            "a key of the front matter is no plain text".to_owned(),
        ));
    }
    match builder.root {
        None => Ok(Vec::new()),
        Some(Node {
            data: Data::Null, ..
        }) => Ok(Vec::new()),
        Some(Node {
            data: Data::Map(map),
            ..
        }) => Ok(map),
        Some(node) => {
            let place = if node.place.line >= start.line {
                node.place
            } else {
                start
            };
            Err((place, "the front matter has no keys".to_owned()))
        }
    }
}

/// A line that begins with a key which speaks of protection, and that is part of the value of another key: a bracket or a quote before it was
/// never closed. Whoever wrote the line meant it.
fn swallowed(text: &str, first_line: u32, map: &[(Key, Node)]) -> Option<(Place, String)> {
    let lines = (first_line..).zip(text.split('\n'));
    let mut lines = lines.filter_map(|(line, words)| {
        let (key, _) = words.split_once(':').filter(|(key, _)| key.len() < 64)?;
        let is_shown = |c: &char| !matches!(c, '"' | '\'') && !is_unseen(*c);
        let key: String = key.chars().filter(is_shown).collect();
        let begins = key.starts_with(char::is_alphabetic);
        (begins && crate::meta::is_protection_key(&key)).then_some((line, key))
    });
    let (line, key) =
        lines.find(|(line, _)| !map.iter().any(|(key, _)| key.place.line == *line))?;
    let why = format!("`{key}` stands inside a value that began in a line before it");
    Some((Place { line, column: 1 }, why))
}

/// The text with a space before each bracket that closes at the beginning of a line. Many people and most readers of YAML have it there, and the
/// parser takes it for one of the indentation around it. Nothing else begins a line so, unless in quotes, where the space changes nothing.
fn closed(text: &str) -> Cow<'_, str> {
    let has = |mark: &[u8]| memchr::memmem::find(text.as_bytes(), mark).is_some();
    if has(b"\n]") || has(b"\n}") {
        Cow::Owned(text.replace("\n]", "\n ]").replace("\n}", "\n }"))
    } else {
        Cow::Borrowed(text)
    }
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), (Place, String)> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if self.skipped > 0 {
                    return Ok(());
                }
                let quoted =
                    style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
                let is_null =
                    !quoted && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL");
                let cost = Cost {
                    values: 1,
                    bytes: text.len(),
                };
                let data = if is_null {
                    Data::Null
                } else {
                    Data::Scalar {
                        text: text.into_owned(),
                        quoted,
                    }
                };
                self.spend(cost, place)?;
                self.put(Node { data, place }, anchor, cost);
            }
            Event::SequenceStart(anchor, _) => {
                if !self.open(place)? {
                    return Ok(());
                }
                self.stack.push(Open::List {
                    items: Vec::new(),
                    anchor,
                    place,
                });
            }
            Event::MappingStart(anchor, _) => {
                if !self.open(place)? {
                    return Ok(());
                }
                self.stack.push(Open::Map {
                    items: Vec::new(),
                    key: None,
                    anchor,
                    place,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                if self.skipped > 0 {
                    return Ok(());
                }
                let (mut node, cost) = match self.anchors.get(&anchor) {
                    // The price is paid before the copy is made.
                    Some((_, cost)) => {
                        let cost = *cost;
                        self.spend(cost, place)?;
                        let node = self.anchors.get(&anchor).map(|(node, _)| node.clone());
                        (
                            node.unwrap_or(Node {
                                data: Data::Null,
                                place,
                            }),
                            cost,
                        )
                    }
                    // A value that stands inside itself has no end.
                    None => {
                        return Err((
                            place,
                            "an alias stands inside the value it names".to_owned(),
                        ));
                    }
                };
                node.place = place;
                self.put(node, 0, cost);
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                return Err((
                    place,
                    "the front matter is more than one document".to_owned(),
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn spend(&mut self, cost: Cost, place: Place) -> Result<(), (Place, String)> {
        self.spent.values = self.spent.values.saturating_add(cost.values);
        self.spent.bytes = self.spent.bytes.saturating_add(cost.bytes);
        if self.spent.values > self.limits.front_matter_values {
            let text = format!(
                "the front matter is too large once its aliases are replaced (limit {} values)",
                self.limits.front_matter_values
            );
            return Err((place, text));
        }
        if self.spent.bytes > self.limits.front_matter_bytes {
            let text = format!(
                "the front matter is too large once its aliases are replaced (limit {} bytes)",
                self.limits.front_matter_bytes
            );
            return Err((place, text));
        }
        Ok(())
    }

    /// Whether a collection may be opened here; `false` when it lies too deep and is skipped.
    fn open(&mut self, place: Place) -> Result<bool, (Place, String)> {
        if self.skipped > 0 || self.stack.len() >= self.limits.front_matter_depth {
            self.skipped += 1;
            return Ok(false);
        }
        self.spend(
            Cost {
                values: 1,
                bytes: 0,
            },
            place,
        )?;
        Ok(true)
    }

    fn close(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
            if self.skipped == 0 {
                let place = Place::START;
                self.put(
                    Node {
                        data: Data::Null,
                        place,
                    },
                    0,
                    Cost::default(),
                );
            }
            return;
        }
        let (node, anchor) = match self.stack.pop() {
            Some(Open::List {
                items,
                anchor,
                place,
            }) => (
                Node {
                    data: Data::List(items),
                    place,
                },
                anchor,
            ),
            Some(Open::Map {
                items,
                anchor,
                place,
                ..
            }) => (
                Node {
                    data: Data::Map(items),
                    place,
                },
                anchor,
            ),
            None => return,
        };
        let cost = if anchor == 0 {
            Cost::default()
        } else {
            price(&node)
        };
        self.put(node, anchor, cost);
    }

    fn put(&mut self, node: Node, anchor: usize, cost: Cost) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), cost));
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { items, key, .. }) => match key.take() {
                None => *key = Some(node),
                Some(key) => match key.data {
                    Data::Scalar { text, .. } => items.push((
                        Key {
                            text,
                            place: key.place,
                        },
                        node,
                    )),
                    Data::Null => items.push((
                        Key {
                            text: String::new(),
                            place: key.place,
                        },
                        node,
                    )),
                    Data::List(_) | Data::Map(_) => {
                        self.complex_key.get_or_insert(key.place);
                    }
                },
            },
        }
    }
}

fn price(node: &Node) -> Cost {
    let mut total = Cost {
        values: 1,
        bytes: 0,
    };
    match &node.data {
        Data::Null => {}
        Data::Scalar { text, .. } => total.bytes = text.len(),
        Data::List(items) => items.iter().for_each(|item| add(&mut total, price(item))),
        Data::Map(items) => items.iter().for_each(|(key, item)| {
            add(&mut total, price(item));
            add(
                &mut total,
                Cost {
                    values: 1,
                    bytes: key.text.len(),
                },
            );
        }),
    }
    total
}

fn add(total: &mut Cost, cost: Cost) {
    total.values = total.values.saturating_add(cost.values);
    total.bytes = total.bytes.saturating_add(cost.bytes);
}

/// The first of several values of one key counts, but for protection: what is said twice there cannot be read.
pub(super) fn unique(
    map: Vec<(Key, Node)>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<(Key, Node)>, (Place, String)> {
    let mut out: Vec<(Key, Node)> = Vec::with_capacity(map.len());
    let mut merged = Vec::new();
    for (key, node) in map {
        if key.text == "<<" {
            merged.push(node);
            continue;
        }
        if (out.len() < 64 || key.text.len() < 64)
            && let Some((_, first)) = out.iter().find(|(other, _)| other.text == key.text)
        {
            let is_lost = crate::meta::is_protection_key(&key.text)
                || crate::meta::is_given_twice(&key.text, first, &node);
            if is_lost && first.data != node.data {
                return Err((key.place, format!("`{}` is given twice", key.text)));
            }
            problems.push(Problem::new(
                ProblemKind::FrontMatter,
                key.place,
                format!(
                    "the key `{}` is given twice; the first value counts",
                    key.text
                ),
            ));
            continue;
        }
        out.push((key, node));
    }
    for node in merged.iter().flat_map(Node::each) {
        if let Data::Map(items) = &node.data {
            for (key, value) in items {
                if !out.iter().any(|(other, _)| other.text == key.text) {
                    out.push((key.clone(), value.clone()));
                }
            }
        }
    }
    Ok(out)
}
