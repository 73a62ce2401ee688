//! Solutions as a table for people.

use kenning_sparql::Solution;
use oxrdf::Term;

use crate::html::{escape, link_target};
use crate::names::short;

/// The most bytes of a table: values may be as long as they like, and a page is held whole.
const MOST_BYTES: usize = 4 << 20;

/// A table that is filled row by row.
#[derive(Debug, Default)]
pub(crate) struct Table {
    head: String,
    rows: String,
    count: u64,
    /// Whether there was more than the table was to hold.
    pub(crate) cut: bool,
}

impl Table {
    /// How many rows there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Whether there is no room for another solution.
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() > MOST_BYTES
    }

    /// Adds one solution.
    pub(crate) fn add(&mut self, solution: Solution<'_>) {
        if self.count == 0 {
            for variable in solution.variables() {
                self.head
                    .push_str(&format!("<th>{}</th>", escape(variable.as_str())));
            }
        }
        self.count += 1;
        self.rows.push_str("<tr>");
        for value in solution.values() {
            self.rows.push_str("<td>");
            if let Some(value) = value {
                self.rows.push_str(&term(value));
            }
            self.rows.push_str("</td>");
        }
        self.rows.push_str("</tr>");
    }

    /// The table as HTML, with how many rows there are.
    pub(crate) fn to_html(&self) -> String {
        let said = match (self.count, self.cut) {
            (0, _) => return "<p>No solutions.</p>".to_owned(),
            (count, true) => {
                format!("The first {count} solutions; <code>/query</code> gives all of them.")
            }
            (1, false) => "1 solution".to_owned(),
            (count, false) => format!("{count} solutions"),
        };
        format!(
            "<p class=\"quiet\">{said}</p><div class=\"scroll\"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
            self.head, self.rows
        )
    }
}

/// A term as HTML: a link where there is something to follow, else text.
pub(crate) fn term(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => link(node.as_str(), &short(term)),
        Term::Literal(literal) => {
            let mark = match literal.language() {
                Some(language) => language.to_owned(),
                None => match literal.datatype().as_str().rsplit(['#', '/']).next() {
                    None | Some("string") => String::new(),
                    Some(name) => name.to_owned(),
                },
            };
            let value = escape(literal.value());
            if mark.is_empty() {
                value
            } else {
                format!("{value} <span class=\"quiet\">{}</span>", escape(&mark))
            }
        }
        other => format!(
            "<span class=\"quiet\">{}</span>",
            escape(&other.to_string())
        ),
    }
}

/// A link to a thing: to its page when it looks like one of ours, else to its own address when that is safe to follow.
pub(crate) fn link(iri: &str, name: &str) -> String {
    let (title, name) = (escape(iri), escape(name));
    let own = iri.split_once("/id/").filter(|(base, _)| {
        let host = base.split_once("://").map_or("", |(_, host)| host);
        !host.is_empty() && !base.contains(['?', '#'])
    });
    match (own, link_target(iri)) {
        (Some((_, rest)), Some(_)) => {
            format!(
                "<a href=\"/page/{}\" title=\"{title}\">{name}</a>",
                escape(rest)
            )
        }
        (None, Some(target)) => {
            format!("<a href=\"{target}\" title=\"{title}\" rel=\"noreferrer\">{name}</a>")
        }
        _ => format!("<span title=\"{title}\">{name}</span>"),
    }
}
