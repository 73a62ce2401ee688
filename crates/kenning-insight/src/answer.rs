//! An answer: rows of terms with names for people, as a table, JSON, CSV or Turtle.

use std::fmt::Write as _;

use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};
use oxrdfio::{RdfFormat, RdfSerializer};
use serde_json::{Value, json};

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The question in words.
    pub question: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows, in the order of the answer; a cell without a value is `None`.
    pub rows: Vec<Vec<Option<Cell>>>,
    /// Whether there are rows, and if not, what that means.
    pub standing: Standing,
    /// Whether the rows are triples.
    pub is_graph: bool,
    /// Sentences that belong to the answer and stand under its table.
    pub notes: Vec<String>,
    /// What the answer says as triples, where that is more than its rows.
    pub statements: Vec<Triple>,
}

/// A value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The value itself.
    pub term: Term,
    /// What a person reads: the label of a thing, or the text of a literal.
    pub label: String,
}

/// What an answer without rows means. The two are not the same, and neither is silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There are rows.
    Found,
    /// The graph holds what the question is about, and nothing of it fits. With words that say so.
    None(String),
    /// The graph holds nothing that the question is about, so nothing follows. With words that say so.
    Unrecorded(String),
}

impl Standing {
    /// In one word: `found`, `none` or `unrecorded`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::None(_) => "none",
            Self::Unrecorded(_) => "unrecorded",
        }
    }
}

impl Answer {
    pub(crate) fn new(question: &str) -> Self {
        Self {
            question: question.to_owned(),
            columns: Vec::new(),
            rows: Vec::new(),
            standing: Standing::Found,
            is_graph: false,
            notes: Vec::new(),
            statements: Vec::new(),
        }
    }

    /// Adds a row of a computed answer; texts become plain literals.
    pub(crate) fn push(&mut self, cells: impl IntoIterator<Item = Option<Cell>>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The answer as text for a terminal: a table with one line a row, or a sentence where there are no rows.
    #[must_use]
    pub fn to_table(&self) -> String {
        if let Standing::None(words) | Standing::Unrecorded(words) = &self.standing {
            return self.with_notes(format!("{words}\n"));
        }
        let mut widths: Vec<usize> = self.columns.iter().map(|name| width(name)).collect();
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| {
                        cell.as_ref()
                            .map_or_else(String::new, |cell| one_line(&cell.label))
                    })
                    .collect()
            })
            .collect();
        for row in &rows {
            for (cell, widest) in row.iter().zip(&mut widths) {
                *widest = (*widest).max(width(cell));
            }
        }
        let mut out = String::new();
        push_row(&mut out, &self.columns, &widths);
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        push_row(&mut out, &rule, &widths);
        for row in &rows {
            push_row(&mut out, row, &widths);
        }
        self.with_notes(out)
    }

    fn with_notes(&self, mut text: String) -> String {
        for note in &self.notes {
            text.push('\n');
            text.push_str(note);
            text.push('\n');
        }
        text
    }

    /// The answer as JSON: `question`, `standing`, `columns`, and `rows` of objects with `type`, `value` and `label`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                let cells = self.columns.iter().zip(row).filter_map(|(name, cell)| {
                    let cell = cell.as_ref()?;
                    Some((name.clone(), cell.to_json()))
                });
                Value::Object(cells.collect())
            })
            .collect();
        let words = match &self.standing {
            Standing::Found => None,
            Standing::None(words) | Standing::Unrecorded(words) => Some(words),
        };
        let mut answer = json!({
            "question": self.question,
            "standing": self.standing.name(),
            "words": words,
            "columns": self.columns,
            "rows": rows,
        });
        if let (Some(object), false) = (answer.as_object_mut(), self.notes.is_empty()) {
            object.insert("notes".to_owned(), json!(self.notes));
        }
        answer
    }

    /// The answer as CSV (RFC 4180), values as the SPARQL 1.1 results format has them.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        let mut line = |cells: &mut dyn Iterator<Item = String>| {
            for (index, cell) in cells.enumerate() {
                if index > 0 {
                    out.push(',');
                }
                if cell.contains(['"', ',', '\n', '\r']) {
                    let _ = write!(out, "\"{}\"", cell.replace('"', "\"\""));
                } else {
                    out.push_str(&cell);
                }
            }
            out.push_str("\r\n");
        };
        line(&mut self.columns.iter().cloned());
        for row in &self.rows {
            line(
                &mut row
                    .iter()
                    .map(|cell| cell.as_ref().map_or_else(String::new, Cell::plain)),
            );
        }
        out
    }

    /// The answer as Turtle: the triples of a graph, and for rows the result set vocabulary that the SPARQL tests of the W3C use.
    #[must_use]
    pub fn to_turtle(&self) -> String {
        let mut serializer = RdfSerializer::from_format(RdfFormat::Turtle);
        for (prefix, namespace) in kenning_vocab::prefixes() {
            if let Ok(with) = serializer.clone().with_prefix(*prefix, *namespace) {
                serializer = with;
            }
        }
        if let Ok(with) = serializer.clone().with_prefix("rs", RESULT_SET) {
            serializer = with;
        }
        let mut writer = serializer.for_writer(Vec::new());
        for triple in self.triples() {
            // Writing to memory cannot fail.
            let _ = writer.serialize_triple(&triple);
        }
        let bytes = writer.finish().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// The answer as triples, see [`to_turtle`](Self::to_turtle).
    #[must_use]
    pub fn triples(&self) -> Vec<Triple> {
        if !self.statements.is_empty() {
            return self.statements.clone();
        }
        if self.is_graph {
            return self.rows.iter().filter_map(|row| as_triple(row)).collect();
        }
        let term = |local: &str| NamedNode::new_unchecked(format!("{RESULT_SET}{local}"));
        let set = node("answer");
        let mut triples = vec![Triple::new(
            set.clone(),
            kenning_vocab::rdf::TYPE,
            term("ResultSet"),
        )];
        let text = |text: &str| Term::from(oxrdf::Literal::new_simple_literal(text));
        for name in &self.columns {
            triples.push(Triple::new(set.clone(), term("resultVariable"), text(name)));
        }
        if let Standing::None(words) | Standing::Unrecorded(words) = &self.standing {
            triples.push(Triple::new(
                set.clone(),
                kenning_vocab::rdfs::COMMENT,
                text(words),
            ));
        }
        for (index, row) in self.rows.iter().enumerate() {
            let solution = node(&format!("row{}", index + 1));
            triples.push(Triple::new(set.clone(), term("solution"), solution.clone()));
            for (name, cell) in self.columns.iter().zip(row) {
                if let Some(cell) = cell {
                    let binding = node(&format!("row{}{name}", index + 1));
                    triples.push(Triple::new(
                        solution.clone(),
                        term("binding"),
                        binding.clone(),
                    ));
                    triples.push(Triple::new(binding.clone(), term("variable"), text(name)));
                    triples.push(Triple::new(binding, term("value"), cell.term.clone()));
                }
            }
        }
        triples
    }
}

/// The vocabulary for result sets of the W3C's test suites.
const RESULT_SET: &str = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#";

/// A node that exists in one answer alone.
fn node(name: &str) -> NamedOrBlankNode {
    oxrdf::BlankNode::new_unchecked(name.replace('_', "")).into()
}

fn as_triple(row: &[Option<Cell>]) -> Option<Triple> {
    let [Some(subject), Some(predicate), Some(object)] = row else {
        return None;
    };
    let subject = NamedOrBlankNode::try_from(subject.term.clone()).ok()?;
    let Term::NamedNode(predicate) = predicate.term.clone() else {
        return None;
    };
    Some(Triple::new(subject, predicate, object.term.clone()))
}

impl Cell {
    /// A text that is no thing.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let label = text.into();
        Self {
            term: oxrdf::Literal::new_simple_literal(label.as_str()).into(),
            label,
        }
    }

    /// A thing and what it is called.
    pub(crate) fn thing(term: Term, label: impl Into<String>) -> Self {
        Self {
            term,
            label: label.into(),
        }
    }

    /// A number.
    pub(crate) fn number(number: impl Into<oxrdf::Literal>) -> Self {
        let literal = number.into();
        Self {
            label: literal.value().to_owned(),
            term: literal.into(),
        }
    }

    /// The value without marks: an IRI, or the text of a literal.
    fn plain(&self) -> String {
        match &self.term {
            Term::NamedNode(node) => node.as_str().to_owned(),
            Term::Literal(literal) => literal.value().to_owned(),
            other => other.to_string(),
        }
    }

    fn to_json(&self) -> Value {
        match &self.term {
            Term::Literal(literal) => {
                let mut value = json!({"type": "literal", "value": literal.value()});
                if let Some(object) = value.as_object_mut() {
                    if let Some(language) = literal.language() {
                        object.insert("xml:lang".to_owned(), language.into());
                    } else if literal.datatype() != oxrdf::vocab::xsd::STRING {
                        object.insert("datatype".to_owned(), literal.datatype().as_str().into());
                    }
                }
                value
            }
            Term::NamedNode(node) => {
                json!({"type": "uri", "value": node.as_str(), "label": self.label})
            }
            Term::BlankNode(node) => json!({"type": "bnode", "value": node.as_str()}),
            Term::Triple(triple) => json!({"type": "triple", "value": triple.to_string()}),
        }
    }
}

fn push_row(out: &mut String, cells: &[String], widths: &[usize]) {
    let mut line = String::new();
    for (cell, widest) in cells.iter().zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(
            ' ',
            widest.saturating_sub(width(cell)) + 2,
        ));
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Characters are a fair measure of width here; wide scripts come out ragged and complete.
fn width(text: &str) -> usize {
    text.chars().count()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
