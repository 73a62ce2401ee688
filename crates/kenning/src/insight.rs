//! `kenning experts`, `loss` and `advice`: what a query language cannot say, with somebody's eyes.

use crate::audit::context;
use crate::site::Site;
use anyhow::{Result, bail};
use kenning_insight::{advice, experts, loss};
use kenning_server::{Line, Outcome};
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Whom to ask about a topic.
    Experts(String),
    /// What is lost if these people leave; of nobody, which topics hang on how few.
    Loss(Vec<String>),
    /// What suits a topic.
    Advice(String),
}

/// What is asked, with whose eyes, and in which form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What is asked.
    pub about: About,
    /// The name of the reader's level.
    pub clearance: String,
    /// The names of the reader's groups.
    pub groups: Vec<String>,
    /// `table`, `json`, `csv` or `turtle`; a table where it is not named.
    pub format: Option<String>,
}

/// Answers; the answer is output.
///
/// # Errors
/// When there is no such level, format or person.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let view = site
        .kb
        .view(&site.clearance(&request.clearance, &request.groups)?);
    let context = context(site)?;
    let answer = match &request.about {
        About::Experts(topic) => experts(&view, topic, &context)?,
        About::Loss(people) => loss(&view, people, &context)?,
        About::Advice(topic) => advice(&view, topic, &context)?,
    };
    let text = match request.format.as_deref() {
        None | Some("table") => answer.to_table(),
        Some("json") => format!("{:#}\n", answer.to_json()),
        Some("csv") => answer.to_csv(),
        Some("turtle" | "ttl") => answer.to_turtle(),
        Some(other) => {
            bail!("`{other}` is not the form of an answer; there are table, json, csv and turtle")
        }
    };
    report(Line::Output { text });
    Ok(Outcome::done(""))
}
