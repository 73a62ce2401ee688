//! Values as they are written, and what they say.

use crate::front_matter::{Data, Key, Node};
use crate::link;
use crate::note::{Link, LinkKind, LinkTo, Text};
use crate::problem::Place;
use crate::settings::Dialect;
use crate::value::{Moment, Value, number};

/// A value as front matter would write it.
pub(super) fn node_of(value: &Value, place: Place) -> Node {
    let plain = |text: String| Data::Scalar {
        text,
        quoted: false,
    };
    let data = match value {
        Value::Null => Data::Null,
        Value::Bool(truth) => plain(truth.to_string()),
        Value::Integer(text) | Value::Decimal(text) | Value::Double(text) | Value::Text(text) => {
            plain(text.clone())
        }
        Value::Typed { text, .. } | Value::Worded { text, .. } | Value::Iri(text) => {
            plain(text.clone())
        }
        Value::Moment(moment) => plain(moment.lexical.clone()),
        Value::Link(link) => plain(format!("[[{}]]", link.target)),
        Value::List(items) => Data::List(items.iter().map(|item| node_of(item, place)).collect()),
        Value::Map(items) => {
            let pair = |(key, item): &(String, Value)| {
                (
                    Key {
                        text: key.clone(),
                        place,
                    },
                    node_of(item, place),
                )
            };
            Data::Map(items.iter().map(pair).collect())
        }
    };
    Node { data, place }
}

/// The words of a scalar, on one line, composed.
pub(crate) fn words(node: &Node) -> Option<Text> {
    node.text().map(|text| Text {
        text: link::one_line(text).into_owned(),
        place: node.place,
    })
}

/// `true` or `false` as YAML 1.2 has them. `NO` is text.
pub(crate) fn truth(node: &Node) -> Option<bool> {
    match node.text()? {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// A value with its sort, as front matter gives it.
pub(crate) fn value(node: &Node, path: &str, dialect: Dialect) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Scalar { text, quoted } => scalar(text, *quoted, path, dialect),
        Data::List(items) => {
            if let Some(found) = bare_link(node) {
                return Value::Link(Box::new(link::target_of(&found, path)));
            }
            Value::List(
                items
                    .iter()
                    .map(|item| value(item, path, dialect))
                    .collect(),
            )
        }
        Data::Map(items) => Value::Map(
            items
                .iter()
                .map(|(key, item)| (key.text.clone(), value(item, path, dialect)))
                .collect(),
        ),
    }
}

/// `[[Name]]` without quotes, which YAML reads as a list in a list.
pub(super) fn bare_link(node: &Node) -> Option<String> {
    let Data::List(outer) = &node.data else {
        return None;
    };
    let [
        Node {
            data: Data::List(inner),
            ..
        },
    ] = outer.as_slice()
    else {
        return None;
    };
    let [one] = inner.as_slice() else { return None };
    one.text().map(str::to_owned)
}

/// A value with its sort, as a single text gives it.
pub(crate) fn scalar(text: &str, quoted: bool, path: &str, dialect: Dialect) -> Value {
    let trimmed = text.trim();
    if trimmed.starts_with("[[") && trimmed.ends_with("]]") {
        let mut found = link::wikilinks_in(trimmed, path, dialect);
        if let [(0, end, _)] = found.as_slice()
            && *end == trimmed.len()
            && let Some((_, _, link)) = found.pop()
        {
            return Value::Link(Box::new(link));
        }
    }
    let is_web = (trimmed.starts_with("https://") || trimmed.starts_with("http://"))
        && oxrdf::NamedNode::new(trimmed).is_ok();
    if is_web {
        return Value::Link(Box::new(link::destination(trimmed, path)));
    }
    if quoted {
        return Value::Text(text.to_owned());
    }
    match trimmed {
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if let Some(number) = number(trimmed) {
        return number;
    }
    let looks_like_date = trimmed.len() >= 7 && trimmed.starts_with(|c: char| c.is_ascii_digit());
    match Moment::parse(trimmed).filter(|_| looks_like_date && trimmed.contains('-')) {
        Some(moment) => Value::Moment(moment),
        None => Value::Text(text.to_owned()),
    }
}

/// Every link in a value.
pub(crate) fn links(node: &Node, path: &str, dialect: Dialect) -> Vec<(usize, usize, Link)> {
    let mut out = Vec::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        if let Some(target) = bare_link(node) {
            out.push((0, 0, link::target_of(&target, path)));
        } else {
            match &node.data {
                Data::Null => {}
                Data::Scalar { text, .. } => out.extend(link::wikilinks_in(text, path, dialect)),
                Data::List(items) => waiting.extend(items.iter().rev()),
                Data::Map(items) => waiting.extend(items.iter().rev().map(|(_, item)| item)),
            }
        }
        for (_, _, link) in &mut out {
            if link.kind == LinkKind::Wiki && link.place == Place::default() {
                link.kind = LinkKind::Property;
                link.place = node.place;
            }
        }
    }
    out.retain(|(_, _, link)| !matches!(link.to, LinkTo::Nothing));
    out
}
