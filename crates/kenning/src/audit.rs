//! `kenning audit`: what is in good order and what is not, with somebody's eyes, and what changed since last time.

use crate::request::Place;
use crate::site::Site;
use anyhow::{Context as _, Result, bail};
use kenning_insight::Context;
use kenning_insight::audit::{History, audit, eyes, history_key};
use kenning_server::{Line, Outcome};
use kenning_store::Batch;
use serde::{Deserialize, Serialize};

/// How many findings of a kind the text lists, unless all are asked for.
const MOST: usize = 6;

/// Whose eyes, and in which form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The name of the reader's level.
    pub clearance: String,
    /// The names of the reader's groups.
    pub groups: Vec<String>,
    /// `text`, `json`, `turtle` or `html`; text where it is not named.
    pub format: Option<String>,
    /// A file to write the page to, beside the answer.
    pub html: Option<Place>,
    /// Only what this person must see to.
    pub person: Option<String>,
    /// Whether the text lists every finding.
    pub all: bool,
    /// Whether this audit is left out of the history.
    pub forget: bool,
}

/// Audits what the reader sees; the report is output.
///
/// The identities of the findings are kept for the next audit with the same eyes, and the last two audits as triples, unless
/// `forget` says otherwise.
///
/// # Errors
/// When there is no such level, format or person, or a file cannot be written.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let clearance = site.clearance(&request.clearance, &request.groups)?;
    let view = site.kb.view(&clearance);
    let context = context(site)?;
    let scale = site.kb.scale();
    let eyes = eyes(&clearance, scale);
    let key = history_key(&eyes);
    let mut history = site
        .kb
        .setting(&key)?
        .map(|bytes| History::read(&bytes))
        .unwrap_or_default();
    let mut found = audit(&view, &eyes, scale, Some(&history), &context)?;
    if !request.forget {
        let before = history.clone();
        history.add(&found);
        if history != before {
            let mut batch = Batch::new();
            let name = history.name(&eyes);
            let graph = site.base.record_graph(&format!("audit/{name}"));
            let moment = kenning_server::moment().context("the clock of this machine is wrong")?;
            for old in history.keep(&graph) {
                batch.drop_graph(old);
            }
            let triples = found.kept(&site.base, &name, &graph, &moment);
            // Seen by those who see all that these eyes saw.
            batch.put_graph(graph, clearance.own_label(), triples);
            batch.put_setting(key, Some(history.write()));
            site.kb.commit(batch)?;
        }
    }
    if let Some(place) = &request.html {
        std::fs::write(&place.path, found.to_html())
            .with_context(|| format!("cannot write `{}`", place.shown))?;
    }
    if let Some(person) = &request.person {
        found = found.only_for(&view, person, &context)?;
    }
    let text = match request.format.as_deref() {
        None | Some("text") => found.to_text((!request.all).then_some(MOST)),
        Some("json") => format!("{:#}\n", found.to_json()),
        Some("turtle" | "ttl") => found.to_turtle(&site.base),
        Some("html") => found.to_html(),
        Some(other) => {
            bail!("`{other}` is not the form of an audit; there are text, json, turtle and html")
        }
    };
    report(Line::Output { text });
    Ok(Outcome::done(""))
}

/// What an insight depends on besides the view.
///
/// # Errors
/// When the clock of this machine is wrong.
pub(crate) fn context(site: &Site) -> Result<Context> {
    let today = crate::config::today()?;
    let mut context = Context::new(today.parse().context("the date of today")?);
    context.base = site.base.clone();
    Ok(context)
}
