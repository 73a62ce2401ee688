//! Recording the half that no document holds: an event, a referral, who knows what, that a note is still right.
//!
//! A record is a graph of its own with a label, and says who recorded it and when. Names are resolved over what may flow
//! to that label and the writer sees: a record never holds an IRI that its readers could not have been told. A name that
//! may mean several things is refused, never guessed.

mod choice;
mod kind;
mod resolve;

pub use kind::{Field, Kind, Takes, kinds};

use std::collections::BTreeMap;

use kenning_access::Label;
use kenning_store::{Interrupted, TermId, View};
use kenning_vocab::{foaf, km, prov, rdf, rdfs, xsd};
use oxrdf::{Literal, NamedNode, Term, Triple};

use crate::ask::Context;
use crate::day::Day;
use crate::picture::{Picture, Scan};
use resolve::Resolver;

/// What somebody wants to record.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The kind of record, by name.
    pub kind: String,
    /// Values by field, as they were written.
    pub fields: BTreeMap<String, Vec<String>>,
    /// Whether names that nobody knows become new people and topics. Without it they are refused, because most are slips.
    pub may_name_new: bool,
}

/// Who records, when, and for whose eyes.
#[derive(Debug, Clone)]
pub struct Recorder<'a> {
    /// The name of who records.
    pub who: &'a str,
    /// The moment, as `xsd:dateTime` writes it.
    pub now: &'a str,
    /// A text that no other record of the kind has.
    pub id: &'a str,
    /// The label that the record gets. `None` lets names be resolved over all that the writer sees, which is for those who
    /// may write down.
    pub flows_to: Option<&'a Label>,
}

/// A record that fits its shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What was recorded.
    pub node: NamedNode,
    /// The graph that holds it.
    pub graph: NamedNode,
    /// What the graph holds.
    pub triples: Vec<Triple>,
    /// What was understood, in words: field and value.
    pub understood: Vec<(String, String)>,
}

/// What is wrong with one field of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which field.
    pub field: String,
    /// What is wrong, in words.
    pub why: String,
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// There is no such kind of record.
    #[error("`{0}` cannot be recorded; there are {list}", list = names())]
    Kind(String),
    /// Fields are missing, or do not fit.
    #[error("{}", .0.iter().map(|wrong| format!("`{}` {}", wrong.field, wrong.why)).collect::<Vec<_>>().join("; "))]
    Fields(Vec<Wrong>),
    /// It was stopped.
    #[error("stopped before it was done")]
    Stopped(#[from] Interrupted),
}

fn names() -> String {
    let names: Vec<&str> = kinds().iter().map(|kind| kind.name).collect();
    crate::insight::listed(&names)
}

/// The graph of a record.
#[must_use]
pub fn graph_of(context: &Context, kind: &str, id: &str) -> NamedNode {
    context.base.record_graph(&format!("{kind}/{id}"))
}

/// Makes a record of a draft, with what `view` shows its writer. Nothing is written.
///
/// # Errors
/// [`RecordError`] with everything that is wrong, not only the first thing.
pub fn record(
    view: &View,
    draft: &Draft,
    recorder: &Recorder<'_>,
    context: &Context,
) -> Result<Record, RecordError> {
    let kind = kinds()
        .iter()
        .find(|kind| kind.name == draft.kind)
        .ok_or_else(|| RecordError::Kind(draft.kind.clone()))?;
    let view = view.with_cancel(context.cancel.clone());
    let scan = match recorder.flows_to {
        None => Scan::new(&view),
        Some(label) => {
            let below: Vec<TermId> = view
                .graphs()
                .filter(|graph| graph.label.flows_to(label))
                .map(|graph| graph.id)
                .collect();
            Scan::within(&view, below)
        }
    };
    let picture = Picture::over(scan, context)?;
    let mut making = Making {
        resolver: Resolver::new(&picture, &view, context, draft.may_name_new),
        node: context.base.record(kind.name, recorder.id),
        triples: Vec::new(),
        understood: Vec::new(),
        wrong: Vec::new(),
    };
    for name in draft.fields.keys() {
        if !kind.fields.iter().any(|field| field.name == name) {
            let known: Vec<String> = kind
                .fields
                .iter()
                .map(|field| format!("`{}`", field.name))
                .collect();
            making.wrong.push(Wrong {
                field: name.clone(),
                why: format!(
                    "is nothing that a record of this kind has; it has {}",
                    crate::insight::listed(&known)
                ),
            });
        }
    }
    making.head(kind, draft);
    let mut values: BTreeMap<&str, Vec<Term>> = BTreeMap::new();
    for field in kind.fields {
        let found = making.field(field, draft, recorder, &picture)?;
        values.insert(field.name, found);
    }
    making.rest(kind, &values, &picture);
    if !making.wrong.is_empty() {
        return Err(RecordError::Fields(making.wrong));
    }
    let graph = graph_of(context, kind.name, recorder.id);
    making.provenance(&graph, recorder);
    let mut triples = making.triples;
    for triple in making.resolver.named {
        if !triples.contains(&triple) {
            triples.push(triple);
        }
    }
    Ok(Record {
        node: making.node,
        graph,
        triples,
        understood: making.understood,
    })
}

struct Making<'a, 'b> {
    resolver: Resolver<'a, 'b>,
    node: NamedNode,
    triples: Vec<Triple>,
    understood: Vec<(String, String)>,
    wrong: Vec<Wrong>,
}

impl Making<'_, '_> {
    fn head(&mut self, kind: &Kind, draft: &Draft) {
        self.triples
            .push(Triple::new(self.node.clone(), rdf::TYPE, kind.class));
        let said: Vec<String> = kind
            .fields
            .iter()
            .filter(|field| field.name != "comment" && field.name != "title")
            .filter_map(|field| Some(draft.fields.get(field.name)?.join(", ")))
            .collect();
        let label = format!("{}: {}", kind.name, said.join(" · "));
        let label = Literal::new_simple_literal(label.chars().take(300).collect::<String>());
        self.triples
            .push(Triple::new(self.node.clone(), rdfs::LABEL, label));
        if kind.class == km::EXPERTISE_STATEMENT {
            self.triples.push(Triple::new(
                self.node.clone(),
                km::HAS_ASSERTION_STATUS,
                km::STATED,
            ));
        }
    }

    /// The values of one field, as terms that are part of the record.
    fn field(
        &mut self,
        field: &Field,
        draft: &Draft,
        recorder: &Recorder<'_>,
        picture: &Picture<'_>,
    ) -> Result<Vec<Term>, RecordError> {
        let given: Vec<&str> = draft
            .fields
            .get(field.name)
            .into_iter()
            .flatten()
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
            .collect();
        let given = match (given.is_empty(), field.takes) {
            (false, _) => given,
            (true, Takes::Day(false)) if field.required => vec!["today"],
            // Whoever records is no person of the graph by that: a token may be that of a program.
            (true, Takes::Person(true)) => match self.resolver.person(recorder.who, false)? {
                Ok(_) => vec![recorder.who],
                Err(_) => return Ok(Vec::new()),
            },
            (true, _) if field.required => {
                self.wrong.push(Wrong {
                    field: field.name.to_owned(),
                    why: format!("is missing: {}", field.takes.words()),
                });
                return Ok(Vec::new());
            }
            (true, _) => return Ok(Vec::new()),
        };
        if given.len() > 1 && !field.many {
            self.wrong.push(Wrong {
                field: field.name.to_owned(),
                why: "takes one value".to_owned(),
            });
        }
        let mut found = Vec::new();
        for text in given {
            match self.value(field, text, picture)? {
                Ok((term, words)) => {
                    if !found.contains(&term) {
                        self.understood.push((field.name.to_owned(), words));
                        self.triples.push(Triple::new(
                            self.node.clone(),
                            field.property,
                            term.clone(),
                        ));
                        found.push(term);
                    }
                }
                Err(why) => self.wrong.push(Wrong {
                    field: field.name.to_owned(),
                    why,
                }),
            }
        }
        Ok(found)
    }

    fn value(
        &mut self,
        field: &Field,
        text: &str,
        picture: &Picture<'_>,
    ) -> Result<Result<(Term, String), String>, Interrupted> {
        let number = |text: &str| text.replace(',', ".").parse::<f64>().ok();
        Ok(match field.takes {
            Takes::Person(_) => self.resolver.person(text, true)?,
            Takes::Topic => self.resolver.topic(text)?,
            Takes::Note => self.resolver.note(text)?,
            Takes::Choice(class) => match choice::find(class, text) {
                Some(found) => Ok((found.node.clone().into(), text.to_owned())),
                None => Err(format!(
                    "is `{text}`, and has to be {}",
                    field.takes.words()
                )),
            },
            Takes::Day(may_come) => match crate::param::day(text, self.resolver.context.today) {
                Some(date) if !may_come && Day::from(date) > picture.today => {
                    Err(format!("is `{text}`, which has not come yet"))
                }
                Some(date) => {
                    let text = date.to_string();
                    Ok((Literal::new_typed_literal(&text, xsd::DATE).into(), text))
                }
                None => Err(format!(
                    "is `{text}`, and has to be {}",
                    field.takes.words()
                )),
            },
            Takes::Number(least, most) => match number(text) {
                Some(number) if (least..=most).contains(&number) => {
                    let whole = field.property == km::CRITICALITY;
                    if whole && number.fract() != 0.0 {
                        return Ok(Err(format!("is `{text}`, and has to be a whole number")));
                    }
                    let datatype = if whole { xsd::INTEGER } else { xsd::DECIMAL };
                    let text = number.to_string();
                    Ok((Literal::new_typed_literal(&text, datatype).into(), text))
                }
                _ => Err(format!(
                    "is `{text}`, and has to be {}",
                    field.takes.words()
                )),
            },
            Takes::Text if text.chars().count() > 2_000 => {
                Err("is longer than 2,000 characters".to_owned())
            }
            Takes::Text => Ok((Literal::new_simple_literal(text).into(), text.to_owned())),
        })
    }

    /// What follows from the fields of a kind.
    fn rest(&mut self, kind: &Kind, values: &BTreeMap<&str, Vec<Term>>, picture: &Picture<'_>) {
        let one = |name: &str| values.get(name).and_then(|terms| terms.first()).cloned();
        if kind.class == km::CONVERSION_EVENT && one("mode").is_none() {
            let Some(Term::NamedNode(practice)) = one("practice") else {
                return;
            };
            if let Some(mode) = choice::usual_mode(&practice) {
                let words = mode.as_str().trim_start_matches(km::NAMESPACE).to_owned();
                self.understood.push(("mode".to_owned(), words));
                self.triples
                    .push(Triple::new(self.node.clone(), km::BY_MODE, mode));
            }
        }
        if kind.class == km::VERIFICATION
            && let (Some(Term::NamedNode(note)), Some(Term::Literal(day))) =
                (one("note"), one("date"))
        {
            self.triples
                .push(Triple::new(note.clone(), km::LAST_VERIFIED, day.clone()));
            if let Some(due) = self.resolver.due(&note, day.value(), picture) {
                self.understood
                    .push(("due again".to_owned(), due.to_string()));
                let due = Literal::new_typed_literal(due.to_string(), xsd::DATE);
                self.triples.push(Triple::new(note, km::REVIEW_DUE, due));
            }
        }
        if kind.class == km::KNOWLEDGE_ASSET && one("kind").is_none() {
            // What is recorded as held in heads is tacit unless somebody says otherwise.
            self.understood
                .push(("kind".to_owned(), "tacit".to_owned()));
            self.triples.push(Triple::new(
                self.node.clone(),
                km::HAS_KNOWLEDGE_TYPE,
                km::TACIT,
            ));
        }
    }

    fn provenance(&mut self, graph: &NamedNode, recorder: &Recorder<'_>) {
        let now = Literal::new_typed_literal(recorder.now, xsd::DATE_TIME);
        let agent = self.resolver.recorder(recorder.who);
        self.triples.extend([
            Triple::new(graph.clone(), rdf::TYPE, km::RECORD_GRAPH),
            Triple::new(graph.clone(), prov::WAS_ATTRIBUTED_TO, agent.clone()),
            Triple::new(graph.clone(), prov::GENERATED_AT_TIME, now),
            Triple::new(agent.clone(), rdf::TYPE, prov::AGENT),
            Triple::new(agent, foaf::NAME, Literal::new_simple_literal(recorder.who)),
        ]);
    }
}

impl Record {
    /// The triples as TriG, for people who want to see what would be written.
    #[must_use]
    pub fn to_trig(&self) -> String {
        use oxrdf::GraphName;
        use oxrdfio::{RdfFormat, RdfSerializer};
        let mut serializer = RdfSerializer::from_format(RdfFormat::TriG);
        for (prefix, namespace) in kenning_vocab::prefixes() {
            if let Ok(with) = serializer.clone().with_prefix(*prefix, *namespace) {
                serializer = with;
            }
        }
        let mut writer = serializer.for_writer(Vec::new());
        for triple in &self.triples {
            // Writing to memory cannot fail.
            let _ = writer.serialize_quad(
                &triple
                    .clone()
                    .in_graph(GraphName::NamedNode(self.graph.clone())),
            );
        }
        String::from_utf8(writer.finish().unwrap_or_default()).unwrap_or_default()
    }

    /// What was understood, in one line for each field.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (field, value) in &self.understood {
            text.push_str(&format!("  {field:<12} {value}\n"));
        }
        text
    }
}
