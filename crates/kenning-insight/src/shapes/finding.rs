//! Results of a check as people read them: which note, what in it, and what is wrong.

use super::{Severity, Violation};
use crate::labels::label;
use kenning_store::{GraphPattern, Pattern, TermId, View};
use kenning_vocab::{Base, Minted, km, prefixes, schema};
use oxrdf::{Literal, NamedNodeRef, Term};
use serde_json::{Value, json};

/// How much of a text names a passage.
const EXCERPT: usize = 60;

/// A result of a check with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The note it is about, as `WIKI/PATH`; a graph's name where the statement comes from no note.
    pub place: String,
    /// The line in the note, from 1, where the graph says it.
    pub line: Option<u32>,
    /// What the thing is called.
    pub subject: String,
    /// What is wrong with it, and for warnings what would mend it.
    pub message: String,
    /// The value that is wrong, where it is one value.
    pub value: Option<String>,
    /// How the value is reached, with our prefixes.
    pub path: Option<String>,
    /// The shape that found it.
    pub shape: String,
}

impl Finding {
    /// The finding of a result, with names and places that `view` sees.
    #[must_use]
    pub fn of(violation: &Violation, view: &View, base: &Base) -> Self {
        let focus = &violation.focus;
        let message = violation.messages.iter();
        let message = message.min_by_key(|text| text.language() != Some("en"));
        Self {
            severity: violation.severity.clone(),
            place: place(view, base, focus),
            line: line(view, focus),
            subject: subject(view, base, focus),
            message: message.map_or_else(String::new, |text| text.value().to_owned()),
            value: violation.value.as_ref().and_then(|value| {
                (value != focus).then(|| match value {
                    Term::Literal(text) => text.value().to_owned(),
                    other => label(view, base, other),
                })
            }),
            path: violation.path.as_ref().map(|path| short(&path.to_string())),
            shape: short(&violation.shape.to_string()),
        }
    }

    /// The finding in one line, without its place.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("`{}`: {}", self.subject, self.message);
        if let Some(value) = &self.value {
            text.push_str(&format!(" (`{}`)", excerpt(value)));
        }
        text
    }

    /// The finding as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "severity": self.severity.name(),
            "place": self.place,
            "line": self.line,
            "subject": self.subject,
            "message": self.message,
            "value": self.value,
            "path": self.path,
            "shape": self.shape,
        })
    }
}

/// The note that a thing is said in: its own IRI tells, or else the first graph that says something of it.
fn place(view: &View, base: &Base, focus: &Term) -> String {
    if let Term::NamedNode(node) = focus
        && let Some(note) = note_of(base, node.as_str())
    {
        return note;
    }
    let Some(subject) = view.id(focus.as_ref()) else {
        return focus.to_string();
    };
    let pattern = Pattern {
        subject: Some(subject),
        ..Pattern::all(GraphPattern::Each)
    };
    let graphs = view.quads(pattern).map_while(Result::ok);
    let names = graphs.filter_map(|quad| match view.term(quad.graph) {
        Term::NamedNode(name) => Some(name.into_string()),
        _ => None,
    });
    match names.min() {
        Some(name) => note_of(base, &name).unwrap_or(name),
        None => focus.to_string(),
    }
}

fn note_of(base: &Base, iri: &str) -> Option<String> {
    match base.read(iri)? {
        Minted::Note { wiki, path }
        | Minted::Concept { wiki, path }
        | Minted::NoteGraph { wiki, path } => Some(format!("{wiki}/{path}")),
        _ => None,
    }
}

fn line(view: &View, focus: &Term) -> Option<u32> {
    let line = literal(view, focus, km::FIRST_LINE)?;
    line.value().parse().ok()
}

/// What a thing is called: a passage by its beginning, anything else by its label.
fn subject(view: &View, base: &Base, focus: &Term) -> String {
    match literal(view, focus, schema::TEXT) {
        Some(text) => excerpt(text.value()),
        None => label(view, base, focus),
    }
}

fn literal(view: &View, subject: &Term, predicate: NamedNodeRef<'_>) -> Option<Literal> {
    let id = |term: oxrdf::TermRef<'_>| -> Option<TermId> { view.id(term) };
    let pattern = Pattern {
        subject: Some(id(subject.as_ref())?),
        predicate: Some(id(predicate.into())?),
        ..Pattern::all(GraphPattern::Union)
    };
    let found = view.quads(pattern).map_while(Result::ok);
    let found = found.filter_map(|quad| match view.term(quad.object) {
        Term::Literal(text) => Some(text),
        _ => None,
    });
    found.min_by(|a, b| a.value().cmp(b.value()))
}

fn excerpt(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(EXCERPT) {
        None => words,
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default().trim_end()),
    }
}

/// A text with IRIs in it, shortened by our prefixes.
fn short(text: &str) -> String {
    let mut text = text.to_owned();
    let shapes = ("shape", "https://w3id.org/kenning/km/shapes#");
    for (prefix, namespace) in prefixes().iter().copied().chain([shapes]) {
        let mut out = String::new();
        let mut rest = text.as_str();
        let mark = format!("<{namespace}");
        while let Some((before, after)) = rest.split_once(&mark) {
            let Some((local, after)) = after.split_once('>') else {
                break;
            };
            out.push_str(&format!("{before}{prefix}:{local}"));
            rest = after;
        }
        out.push_str(rest);
        text = out;
    }
    text
}
