//! What is held in heads: `Where the bass goes: [[Ada]], tacit, criticality 3, expressible 0.2`.

use super::{Line, names, segments, split_outside};
use crate::fact::{FactKind, Held};
use crate::meta::share;
use crate::note::Text;
use crate::problem::Place;

/// Reads a line; `fact` makes one of what it says and of what was not understood.
pub(super) fn line(
    line: &str,
    place: Place,
    fact: impl FnOnce(FactKind, Vec<String>) -> Line,
) -> Line {
    let Some((what, rest)) = split_outside(line, ':') else {
        let is_meant = line.contains("[[") && segments(line).len() > 1;
        return if is_meant {
            Line::Odd("what is held stands before a `:`, and who holds it behind".to_owned())
        } else {
            Line::Nothing
        };
    };
    let mut odd = Vec::new();
    let mut held = Held {
        what: what.replace("[[", "").replace("]]", "").trim().to_owned(),
        ..Held::default()
    };
    for part in segments(rest) {
        let lower = part.to_lowercase();
        let number = |word: &str| {
            let number = lower.strip_prefix(word)?;
            Some(number.trim_start_matches([' ', ':', '=']).trim().to_owned())
        };
        if let Some(number) = number("criticality") {
            held.criticality = number.parse().ok().filter(|n| *n <= 3);
            if held.criticality.is_none() {
                odd.push(format!(
                    "criticality runs from 0 to 3, and `{number}` is none of these"
                ));
            }
        } else if let Some(number) = number("expressible") {
            held.expressible = share(&number);
            if held.expressible.is_none() {
                odd.push(format!(
                    "`expressible` runs from 0 to 1 or is a percentage, and `{number}` is neither"
                ));
            }
        } else if matches!(
            lower.as_str(),
            "tacit" | "explicit" | "embodied" | "embedded"
        ) {
            held.kinds.push(Text { text: lower, place });
        } else if part.starts_with(|c: char| c.is_lowercase() || c.is_numeric()) {
            odd.push(format!(
                "`{part}` is no kind of knowledge (tacit, explicit, embodied, embedded), and a name begins with a capital or is a link"
            ));
        } else {
            match names(&part) {
                Ok(names) => held.by.extend(names),
                Err(why) => odd.push(why),
            }
        }
    }
    let says_something = !held.by.is_empty() || !held.kinds.is_empty();
    match odd.first() {
        _ if held.what.is_empty() => Line::Nothing,
        _ if says_something => fact(FactKind::Held(held), odd),
        // A colon alone makes no such line of prose.
        Some(why) if rest.contains("[[") => Line::Odd(why.clone()),
        _ => Line::Nothing,
    }
}
