//! `kenning record`: what no document holds, in one line.

use crate::audit::context;
use crate::site::Site;
use anyhow::{Context as _, Result, bail};
use kenning_access::{Clause, Clearance, Group, Label};
use kenning_insight::record::{Draft, Recorder, Takes, kinds, record};
use kenning_server::audit::{Decision, Event, target_hash};
use kenning_server::{Line, Outcome};
use kenning_store::Batch;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Who is said to have recorded it where nobody is named.
pub const OPERATOR: &str = "operator";

/// What is to be recorded, by whom and for whose eyes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What sort of record; the list of all where there is none.
    pub kind: Option<String>,
    /// Values by field.
    pub fields: BTreeMap<String, Vec<String>>,
    /// The name of who records.
    pub who: String,
    /// The level of the record; the level of notes that say none where it is not named.
    pub level: Option<String>,
    /// Clauses of groups: of each a reader needs one.
    pub groups: Vec<Vec<String>>,
    /// Whether names that nobody has become new people and topics.
    pub new: bool,
    /// Whether the triples are shown and nothing is written.
    pub dry_run: bool,
}

/// Records it, or says what would be recorded.
///
/// # Errors
/// When there is no such kind or level, or the fields do not fit.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let Some(kind) = &request.kind else {
        return Ok(list(report));
    };
    let label = label(site, request)?;
    // The operator sees everything; what the record may hold is bounded by its own label.
    let view = site.kb.view(&Clearance::everything(
        "the operator records; names are resolved below the label of the record",
    ));
    let context = context(site)?;
    let draft = Draft {
        kind: kind.clone(),
        fields: request.fields.clone(),
        may_name_new: request.new,
    };
    let moment = kenning_server::moment().context("the clock of this machine is wrong")?;
    let id = kenning_server::record_id().context("the system gives no random numbers")?;
    let recorder = Recorder {
        who: &request.who,
        now: &moment,
        id: &id,
        flows_to: Some(&label),
    };
    let made = record(&view, &draft, &recorder, &context)?;
    if request.dry_run {
        report(Line::Output {
            text: made.to_trig(),
        });
        return Ok(Outcome::done("nothing was written"));
    }
    let mut batch = Batch::new();
    batch.expect(made.graph.clone(), None);
    batch.put_graph(
        made.graph.clone(),
        label.clone(),
        made.triples.iter().cloned(),
    );
    let done = site.kb.commit(batch);
    site.audit(Event {
        request: String::new(),
        // Whoever runs the command is the operator, whomever the record names.
        who: "operator".to_owned(),
        action: format!("kenning record {kind}"),
        target: target_hash(made.graph.as_str()),
        decision: if done.is_ok() {
            Decision::Done
        } else {
            Decision::Failed
        },
        status: 0,
        reason: None,
    })?;
    done?;
    report(Line::Output {
        text: made.to_text(),
    });
    Ok(Outcome::done(format!(
        "recorded <{}> for `{}`",
        made.node.as_str(),
        site.kb.scale().write_label(&label)
    )))
}

fn label(site: &Site, request: &Request) -> Result<Label> {
    let level = match &request.level {
        Some(level) => site.kb.scale().parse_level(level)?,
        None => site.config().rules.default_level(),
    };
    let mut clauses = Vec::new();
    for names in &request.groups {
        let groups: Result<Vec<Group>, _> = names.iter().map(|name| Group::new(name)).collect();
        clauses.push(Clause::any_of(groups?));
    }
    Ok(Label::new(level, clauses))
}

/// Lists what can be recorded, which needs no knowledge base.
pub fn list(report: &mut dyn FnMut(Line)) -> Outcome {
    report(Line::Output { text: listed() });
    Outcome::done("")
}

/// Every kind with its fields.
fn listed() -> String {
    let mut text = String::new();
    for kind in kinds() {
        let _ = writeln!(text, "{:<14} {}", kind.name, kind.summary);
        for field in kind.fields {
            let value = match field.takes {
                Takes::Choice(_) => "WORD".to_owned(),
                takes => takes.words(),
            };
            let must = if field.required { "*" } else { " " };
            let flag = format!("--{}", field.name);
            let _ = writeln!(text, "  {must} {flag:<14} {}: {value}", field.summary);
            if let takes @ Takes::Choice(_) = field.takes {
                let _ = writeln!(text, "    {:<14} {}", "", takes.words());
            }
        }
        text.push('\n');
    }
    text.push_str(
        "* is needed; a day that is left out is today. Write a field twice for several values.\n",
    );
    text
}

/// The body of a request that records the same over HTTP.
///
/// # Errors
/// When `--level`, `--groups` or `--as` is given: over HTTP the token decides about them.
pub fn body(request: &Request) -> Result<serde_json::Value> {
    if request.level.is_some() || !request.groups.is_empty() || request.who != OPERATOR {
        bail!(
            "with `--server` the token says who records and for whose eyes: leave `--as`, `--level` and `--groups` out"
        );
    }
    let mut body = serde_json::Map::new();
    for (field, values) in &request.fields {
        body.insert(field.clone(), serde_json::json!(values));
    }
    if request.new {
        body.insert("new".to_owned(), true.into());
    }
    if request.dry_run {
        body.insert("dry-run".to_owned(), true.into());
    }
    Ok(body.into())
}
