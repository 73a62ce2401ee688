//! Solutions as a table for people.

use oxrdf::{NamedNodeRef, Term};
use std::io::{Result, Write};

/// The widest column, in characters; what is longer is cut, because a table is for looking. Other formats hold everything.
const WIDEST: usize = 60;

/// A table that begins to write once it knows how wide its columns are.
#[derive(Debug)]
pub(crate) struct Table {
    head: Vec<String>,
    widths: Vec<usize>,
    waiting: Vec<Vec<String>>,
    measured: usize,
    begun: bool,
}

impl Table {
    /// A table with these columns, whose widths are those of the first `measured` rows.
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = &'a str>, measured: usize) -> Self {
        let head: Vec<String> = columns.into_iter().map(|name| format!("?{name}")).collect();
        Self {
            widths: head.iter().map(|name| name.chars().count()).collect(),
            head,
            waiting: Vec::new(),
            measured,
            begun: false,
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, values: &[Option<Term>], out: &mut dyn Write) -> Result<()> {
        let cells: Vec<String> = values
            .iter()
            .map(|value| value.as_ref().map_or(String::new(), cell))
            .collect();
        if self.begun {
            return self.write(&cells, out);
        }
        for (width, cell) in self.widths.iter_mut().zip(&cells) {
            *width = (*width).max(cell.chars().count()).min(WIDEST);
        }
        self.waiting.push(cells);
        if self.waiting.len() >= self.measured {
            self.begin(out)?;
        }
        Ok(())
    }

    /// Writes what is left.
    pub(crate) fn end(mut self, out: &mut dyn Write) -> Result<()> {
        if self.begun { Ok(()) } else { self.begin(out) }
    }

    fn begin(&mut self, out: &mut dyn Write) -> Result<()> {
        self.begun = true;
        self.write(&self.head, out)?;
        let rule: Vec<String> = self.widths.iter().map(|width| "-".repeat(*width)).collect();
        self.write(&rule, out)?;
        for cells in std::mem::take(&mut self.waiting) {
            self.write(&cells, out)?;
        }
        Ok(())
    }

    fn write(&self, cells: &[String], out: &mut dyn Write) -> Result<()> {
        let mut line = String::new();
        for (place, (cell, width)) in cells.iter().zip(&self.widths).enumerate() {
            if place > 0 {
                line.push_str("  ");
            }
            let shown: String = if cell.chars().count() > *width {
                cell.chars()
                    .take(width.saturating_sub(1))
                    .chain(['…'])
                    .collect()
            } else {
                cell.clone()
            };
            let blank = width.saturating_sub(shown.chars().count());
            line.push_str(&shown);
            line.extend(std::iter::repeat_n(' ', blank));
        }
        writeln!(out, "{}", line.trim_end())
    }
}

/// A term as a person reads it: names with their prefix where there is one, texts without quotes, and nothing that moves the cursor.
fn cell(term: &Term) -> String {
    let text = match term {
        Term::NamedNode(name) => short(name.as_ref()),
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    };
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn short(name: NamedNodeRef<'_>) -> String {
    let prefixes = kenning_vocab::prefixes().iter();
    let fits = prefixes.filter_map(|(prefix, namespace)| {
        let local = name.as_str().strip_prefix(namespace)?;
        let plain = !local.is_empty()
            && local
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        plain.then(|| format!("{prefix}:{local}"))
    });
    fits.min_by_key(String::len)
        .unwrap_or_else(|| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::{Literal, NamedNode};

    #[test]
    fn a_table_is_as_wide_as_its_cells_and_no_wider_than_people_read() {
        let mut out = Vec::new();
        let mut table = Table::new(["who", "what"], 10);
        let long = "x".repeat(100);
        let name = NamedNode::new("http://www.w3.org/2004/02/skos/core#Concept").unwrap();
        table
            .row(
                &[Some(name.into()), Some(Literal::from("one\ntwo").into())],
                &mut out,
            )
            .unwrap();
        table
            .row(&[None, Some(Literal::from(long).into())], &mut out)
            .unwrap();
        table.end(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "?who          ?what");
        assert!(lines[1].starts_with("------------  ---"));
        assert_eq!(lines[2], "skos:Concept  one two");
        assert!(lines[3].ends_with('…') && lines[3].chars().count() == 14 + WIDEST);
    }
}
