//! A module drawn: each class as a box with a row for each of its properties, and lines to the boxes these lead to.
//!
//! Names stand in rows, never on lines, so they cannot cover each other. The columns follow the lines (Sugiyama's method
//! in its simplest form): a class stands to the right of those that lead to it, and within a column near the middle of its
//! neighbours. Everything depends on names alone, so the same vocabulary is always drawn in the same way. The drawing is
//! SVG without scripts or styles of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Kind, Module};
use crate::html::escape;

/// Lengths are in pixels of the drawing at its natural size; three columns are as wide as the page.
const COLUMNS: usize = 3;
const WIDTH: f64 = 272.0;
/// Room between columns, for lines.
const GAP: f64 = 76.0;
const HEAD: f64 = 28.0;
const ROW: f64 = 18.0;
/// Room between boxes of one column.
const SPACE: f64 = 20.0;
const MARGIN: f64 = 8.0;
/// How many characters a row has room for.
const LETTERS: usize = 38;
/// How many rows a box has at most; the last then says how many more there are.
const MOST_ROWS: usize = 14;

/// One class: its name, and a row for each property with what that leads to.
struct Class<'a> {
    name: &'a str,
    rows: Vec<(&'a str, Vec<&'a str>)>,
}

struct Place {
    x: f64,
    y: f64,
    height: f64,
}

/// The diagram of a module; nothing where it has no class and no property.
pub(super) fn draw(module: &Module) -> Option<String> {
    let names: Vec<String> = own_classes(module);
    let classes = classes(module, &names);
    if classes.is_empty() {
        return None;
    }
    let parents = parents(module, &classes);
    let places = place(&columns(&classes, &parents), &classes);
    let bottom = places.values().map(|p| p.y + p.height).fold(0.0, f64::max);
    let right = places.values().map(|p| p.x + WIDTH).fold(0.0, f64::max);
    let (width, height) = (right + MARGIN + 34.0, bottom + MARGIN);
    let mut svg = format!(
        "<svg class=\"diagram\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\">",
        escape(&format!("Classes and properties: {}", module.title)),
    );
    for (child, parent) in &parents {
        if let (Some(a), Some(b)) = (places.get(child), places.get(parent)) {
            svg.push_str(&format!(
                "<path class=\"parent\" d=\"{}\"/>",
                line(a, HEAD / 2.0, b)
            ));
        }
    }
    for class in &classes {
        let Some(from) = places.get(class.name) else {
            continue;
        };
        for (row, (_, ranges)) in shown(class).iter().enumerate() {
            let down = HEAD + ROW * row as f64 + ROW / 2.0;
            for to in ranges.iter().filter_map(|range| places.get(range)) {
                svg.push_str(&format!("<path d=\"{}\"/>", line(from, down, to)));
            }
        }
    }
    for class in &classes {
        if let Some(at) = places.get(class.name) {
            svg.push_str(&boxed(class, at));
        }
    }
    svg.push_str("</svg>");
    Some(svg)
}

fn own_classes(module: &Module) -> Vec<String> {
    let own = module.terms.iter().filter(|term| term.kind == Kind::Class);
    own.map(|term| format!("km:{}", term.name)).collect()
}

/// The module's own classes, and those of others that its properties are said of.
fn classes<'a>(module: &'a Module, own: &'a [String]) -> Vec<Class<'a>> {
    let mut rows: BTreeMap<&str, Vec<(&str, Vec<&str>)>> =
        own.iter().map(|name| (name.as_str(), Vec::new())).collect();
    for term in module
        .terms
        .iter()
        .filter(|term| term.kind == Kind::Property)
    {
        for domain in &term.domains {
            let ranges = term.ranges.iter().map(String::as_str).collect();
            rows.entry(domain).or_default().push((&term.name, ranges));
        }
    }
    rows.into_iter()
        .map(|(name, rows)| Class { name, rows })
        .collect()
}

/// Which of the drawn classes is a kind of which.
fn parents<'a>(module: &'a Module, classes: &[Class<'a>]) -> BTreeSet<(&'a str, &'a str)> {
    let drawn = |name: &str| {
        classes
            .iter()
            .map(|class| class.name)
            .find(|own| *own == name)
    };
    let mut parents = BTreeSet::new();
    for term in module.terms.iter().filter(|term| term.kind == Kind::Class) {
        for parent in &term.parents {
            if let (Some(child), Some(parent)) =
                (drawn(&format!("km:{}", term.name)), drawn(parent))
            {
                parents.insert((child, parent));
            }
        }
    }
    parents
}

fn shown<'c, 'a>(class: &'c Class<'a>) -> &'c [(&'a str, Vec<&'a str>)] {
    class.rows.get(..MOST_ROWS).unwrap_or(&class.rows)
}

fn height(class: &Class<'_>) -> f64 {
    let more = usize::from(class.rows.len() > MOST_ROWS);
    let rows = shown(class).len() + more;
    HEAD + ROW * rows as f64 + if rows > 0 { 6.0 } else { 0.0 }
}

/// Names by column. What nothing leads to or from fills the shortest columns.
fn columns<'a>(classes: &[Class<'a>], parents: &BTreeSet<(&'a str, &'a str)>) -> Vec<Vec<&'a str>> {
    let tall: BTreeMap<&str, f64> = classes
        .iter()
        .map(|c| (c.name, height(c) + SPACE))
        .collect();
    let mut edges: Vec<(&str, &str)> = parents.iter().copied().collect();
    for class in classes {
        let ranges = class.rows.iter().flat_map(|(_, ranges)| ranges);
        edges.extend(
            ranges
                .filter(|range| tall.contains_key(*range) && **range != class.name)
                .map(|range| (class.name, *range)),
        );
    }
    let joined: BTreeSet<&str> = edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let mut depth: BTreeMap<&str, usize> = joined.iter().map(|name| (*name, 0)).collect();
    // Each turn moves a class right of those that lead to it. In a circle that has no end, so the turns are counted.
    for _ in 0..COLUMNS {
        for (from, to) in &edges {
            let wanted = depth.get(from).copied().unwrap_or(0) + 1;
            if let Some(at) = depth.get_mut(to)
                && *at < wanted
                && wanted < COLUMNS
            {
                *at = wanted;
            }
        }
    }
    let mut columns: Vec<Vec<&str>> = (0..COLUMNS)
        .map(|wanted| {
            depth
                .iter()
                .filter(|(_, at)| **at == wanted)
                .map(|(name, _)| *name)
                .collect()
        })
        .collect();
    for _ in 0..4 {
        order(&mut columns, &edges);
    }
    let of = |column: &Vec<&str>| -> f64 { column.iter().filter_map(|name| tall.get(name)).sum() };
    for class in classes.iter().filter(|class| !joined.contains(class.name)) {
        if let Some(shortest) = columns.iter_mut().min_by(|a, b| of(a).total_cmp(&of(b))) {
            shortest.push(class.name);
        }
    }
    columns.retain(|column| !column.is_empty());
    columns
}

/// Puts each class near the middle of its neighbours.
fn order(columns: &mut [Vec<&str>], edges: &[(&str, &str)]) {
    let mut rows: BTreeMap<&str, f64> = BTreeMap::new();
    for column in columns.iter() {
        let count = column.len().max(1) as f64;
        rows.extend(
            column
                .iter()
                .enumerate()
                .map(|(row, name)| (*name, (row as f64 + 0.5) / count)),
        );
    }
    for column in columns {
        let middle = |name: &str| -> f64 {
            let neighbours =
                edges
                    .iter()
                    .filter_map(|(from, to)| match (*from == name, *to == name) {
                        (true, false) => rows.get(to),
                        (false, true) => rows.get(from),
                        _ => None,
                    });
            let (sum, count) =
                neighbours.fold((0.0, 0.0), |(sum, count), row| (sum + row, count + 1.0));
            if count > 0.0 { sum / count } else { 0.5 }
        };
        column.sort_by(|a, b| middle(a).total_cmp(&middle(b)).then_with(|| a.cmp(b)));
    }
}

fn place<'a>(columns: &[Vec<&'a str>], classes: &[Class<'a>]) -> BTreeMap<&'a str, Place> {
    let mut places = BTreeMap::new();
    for (column, names) in columns.iter().enumerate() {
        let mut y = MARGIN;
        for class in names
            .iter()
            .filter_map(|name| classes.iter().find(|class| class.name == *name))
        {
            let at = Place {
                x: MARGIN + column as f64 * (WIDTH + GAP),
                y,
                height: height(class),
            };
            y += at.height + SPACE;
            places.insert(class.name, at);
        }
    }
    places
}

/// The line from a place on the side of one box to the head of another.
fn line(from: &Place, down: f64, to: &Place) -> String {
    let (y1, y2) = (from.y + down, to.y + HEAD / 2.0);
    let (x1, x2, out, back) = if from.x < to.x {
        (from.x + WIDTH, to.x, GAP * 0.6, -GAP * 0.6)
    } else if from.x > to.x {
        (from.x, to.x + WIDTH, -GAP * 0.6, GAP * 0.6)
    } else {
        (from.x + WIDTH, to.x + WIDTH, 30.0, 30.0)
    };
    format!(
        "M{x1:.0} {y1:.0}C{:.0} {y1:.0} {:.0} {y2:.0} {x2:.0} {y2:.0}",
        x1 + out,
        x2 + back
    )
}

fn boxed(class: &Class<'_>, at: &Place) -> String {
    let own = class.name.strip_prefix("km:");
    let mut svg = format!(
        "<rect class=\"{}\" x=\"{:.0}\" y=\"{:.0}\" width=\"{WIDTH:.0}\" height=\"{:.0}\" rx=\"6\"/>",
        if own.is_some() { "own" } else { "other" },
        at.x,
        at.y,
        at.height
    );
    let x = at.x + 10.0;
    let text = |class: &str, y: f64, text: &str| {
        format!(
            "<text class=\"{class}\" x=\"{x:.0}\" y=\"{y:.0}\">{}</text>",
            escape(text)
        )
    };
    let linked = |name: &str, drawn: &str| format!("<a href=\"#{}\">{drawn}</a>", escape(name));
    let head = text("head", at.y + 19.0, own.unwrap_or(class.name));
    svg.push_str(&own.map_or_else(|| head.clone(), |own| linked(own, &head)));
    for (row, (name, ranges)) in shown(class).iter().enumerate() {
        let y = at.y + HEAD + ROW * row as f64 + 12.0;
        let ranges: Vec<&str> = ranges.iter().map(|range| short(range)).collect();
        let whole = match ranges.is_empty() {
            true => (*name).to_owned(),
            false => format!("{name} → {}", ranges.join(", ")),
        };
        svg.push_str(&linked(name, &text("row", y, &cut(&whole))));
    }
    let more = class.rows.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        let y = at.y + HEAD + ROW * MOST_ROWS as f64 + 12.0;
        svg.push_str(&text("row", y, &format!("and {more} more, below")));
    }
    svg
}

/// A class without our own prefix, a datatype without the usual one.
fn short(name: &str) -> &str {
    ["km:", "xsd:", "rdf:"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LETTERS - 1).collect();
    format!("{kept}…")
}
