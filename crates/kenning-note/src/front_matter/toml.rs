//! TOML front matter, with the spelling of numbers kept.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Data, Key, Node};
use crate::problem::{Place, Problem, ProblemKind};
use crate::settings::Limits;

/// Keys and values of a block; `place` tells where a byte of the block stands.
pub(super) fn parse(
    text: &str,
    place: impl Fn(usize) -> Place,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Result<Vec<(Key, Node)>, (Place, String)> {
    if text.len() > limits.front_matter_bytes {
        return Err((
            place(0),
            format!(
                "the front matter is too large (limit {} bytes)",
                limits.front_matter_bytes
            ),
        ));
    }
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (
            place(at),
            format!("the front matter is not TOML: {}", error.message()),
        )
    })?;
    let mut left_out = None;
    let mut map = keys(
        table.get_ref(),
        &place,
        limits.front_matter_depth,
        &mut left_out,
    );
    // The parser sorts; a note is read in the order in which it was written.
    map.sort_by_key(|(key, _)| key.place);
    if let Some(at) = left_out {
        let text = format!(
            "values more than {} levels deep are left out",
            limits.front_matter_depth
        );
        problems.push(Problem::new(ProblemKind::Limit, at, text));
    }
    Ok(map)
}

fn keys(
    table: &DeTable<'_>,
    place: &impl Fn(usize) -> Place,
    depth: usize,
    left_out: &mut Option<Place>,
) -> Vec<(Key, Node)> {
    table
        .iter()
        .map(|(key, value)| {
            let at = place(key.span().start);
            (
                Key {
                    text: key.get_ref().to_string(),
                    place: at,
                },
                node(value, place, depth.saturating_sub(1), left_out),
            )
        })
        .collect()
}

fn node(
    value: &Spanned<DeValue<'_>>,
    place: &impl Fn(usize) -> Place,
    depth: usize,
    left_out: &mut Option<Place>,
) -> Node {
    let at = place(value.span().start);
    let plain = |text: String| Data::Scalar {
        text,
        quoted: false,
    };
    let data = match value.get_ref() {
        DeValue::String(text) => Data::Scalar {
            text: text.to_string(),
            quoted: true,
        },
        DeValue::Integer(number) if number.radix() == 10 => plain(number.as_str().to_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => plain(number.to_string()),
            Err(_) => Data::Scalar {
                text: number.as_str().to_owned(),
                quoted: true,
            },
        },
        DeValue::Float(number) => plain(number.as_str().to_owned()),
        DeValue::Boolean(truth) => plain(truth.to_string()),
        DeValue::Datetime(moment) => plain(moment.to_string()),
        DeValue::Array(_) | DeValue::Table(_) if depth == 0 => {
            left_out.get_or_insert(at);
            Data::Null
        }
        DeValue::Array(items) => Data::List(
            items
                .iter()
                .map(|item| node(item, place, depth.saturating_sub(1), left_out))
                .collect(),
        ),
        DeValue::Table(table) => {
            let mut map = keys(table, place, depth, left_out);
            map.sort_by_key(|(key, _)| key.place);
            Data::Map(map)
        }
    };
    Node { data, place: at }
}
