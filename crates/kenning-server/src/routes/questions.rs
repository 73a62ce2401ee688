//! `/api/questions`: the questions that stand in files, for programs. `/openapi.json` tells programs how to ask.
//!
//! The list is the same for everybody; an answer is made with the eyes of who asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use kenning_insight::{AskError, Context, Page, Question};
use serde_json::{Value, json};

use crate::App;
use crate::error::HttpError;
use crate::negotiate::Accept;
use crate::openapi;
use crate::protocol::parameters;
use crate::rdf as graphs;
use crate::reader::Reader;
use crate::routes::query::{Caller, limits};
use crate::validator;

/// Parameters of ours, which no value of a question can be sent by.
const FORMAT: &str = "format";
const PAGE: &str = "page";

/// The header that says whether rows were `found`, there is `none`, or the matter is `unrecorded`.
const STANDING: &str = "kenning-standing";

/// The most rows of one page where a question says nothing.
const ROWS: usize = 10_000;

/// The forms of an answer, and how `format` names them.
const FORMS: [(&str, &[&str]); 4] = [
    ("application/json", &["json"]),
    ("text/csv; charset=utf-8", &["csv"]),
    ("text/turtle; charset=utf-8", &["turtle", "ttl"]),
    ("text/plain; charset=utf-8", &["table", "txt", "text"]),
];

/// `GET /api/questions`: every question with the values it takes.
pub(crate) async fn list(
    _reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    json_only(&caller.accept)?;
    let questions: Vec<Value> = app.settings.questions.iter().map(listed).collect();
    Ok(as_json(&json!({ "questions": questions }), &caller))
}

/// `GET /openapi.json`: this server's interface in the words of OpenAPI 3.1.
pub(crate) async fn description(
    _reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    json_only(&caller.accept)?;
    Ok(as_json(&openapi::describe(&app), &caller))
}

/// `GET /api/questions/NAME?value=…`: the answer for whoever asks.
pub(crate) async fn answer(
    reader: Reader,
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    let asked = Asked::read(request.uri().query().unwrap_or_default())?;
    let media_type = choose(&caller.accept, asked.format.as_deref())?;
    let question = app.settings.questions.get(&name);
    let question = question.ok_or(HttpError::Absent)?.clone();
    let today = crate::clock::today();
    let today = today.ok_or_else(|| HttpError::Internal("the clock is before 1970".to_owned()))?;
    let view = reader.view(&app);
    let tag = question.is_repeatable().then(|| {
        let parts = [media_type, &question.text, &asked.written, &today];
        validator::tag(&view, &parts)
    });
    if let Some(tag) = tag
        .as_ref()
        .filter(|tag| validator::is_known(&caller.headers, tag))
    {
        return Ok(graphs::answer(Vec::new(), media_type, tag.clone(), &caller));
    }
    let date = today.parse();
    let date = date.map_err(|_| HttpError::Internal(format!("`{today}` is no day")))?;
    let mut context = Context::new(date);
    context.base = app.base.clone();
    context.limits = limits(&app);
    let page = Page {
        number: asked.page,
        rows: question.page_rows().unwrap_or(ROWS),
    };
    let (body, (is_more, asked, standing)) = app
        .evaluators
        .run(reader.share(), move |cancel| {
            context.cancel = cancel.clone();
            let (answer, is_more) = question.page(&view, &asked.values, &context, page)?;
            let text = match media_type.split(';').next() {
                Some("application/json") => format!("{:#}\n", answer.to_json()),
                Some("text/csv") => answer.to_csv(),
                Some("text/turtle") => answer.to_turtle(),
                _ => answer.to_table(),
            };
            Ok((text, (is_more, asked, answer.standing.name())))
        })
        .await?;
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    // A table without rows cannot say whether there is none, or whether nothing is recorded.
    headers.insert(STANDING, HeaderValue::from_static(standing));
    validator::data_headers(headers, tag);
    if let Some(links) = links(&app, &name, &asked, is_more) {
        headers.insert(header::LINK, links);
    }
    Ok(response)
}

/// What the address says: values for the question, and what is ours.
struct Asked {
    values: BTreeMap<String, String>,
    format: Option<String>,
    page: u64,
    /// The parameters as they came, for the tag.
    written: String,
}

impl Asked {
    fn read(query: &str) -> Result<Self, HttpError> {
        let mut asked = Self {
            values: BTreeMap::new(),
            format: None,
            page: 1,
            written: query.to_owned(),
        };
        for (name, value) in parameters(query)? {
            match name.as_str() {
                FORMAT => asked.format = Some(value),
                PAGE => {
                    let page = value.parse().ok().filter(|page| *page > 0);
                    asked.page = page.ok_or_else(|| {
                        HttpError::Request(format!("`{value}` is no page; the first is 1"))
                    })?;
                }
                _ => {
                    if asked.values.insert(name.clone(), value).is_some() {
                        return Err(HttpError::Request(format!(
                            "the parameter `{name}` stands twice"
                        )));
                    }
                }
            }
        }
        Ok(asked)
    }
}

impl From<AskError> for HttpError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Query(error) => error.into(),
            AskError::Thread(error) => Self::Internal(error.to_string()),
            AskError::Stopped(_) => Self::Busy,
            // What the asker sent does not fit; the text says what would.
            other => Self::Request(other.to_string()),
        }
    }
}

/// The other pages (RFC 8288), where there are any. Which is the last is not known before it is there.
fn links(app: &App, name: &str, asked: &Asked, is_more: bool) -> Option<HeaderValue> {
    let address = |page: u64| {
        let mut text = format!("{}api/questions/{}?", app.base.as_str(), encode(name));
        for (name, value) in &asked.values {
            text.push_str(&format!("{}={}&", encode(name), encode(value)));
        }
        if let Some(format) = &asked.format {
            text.push_str(&format!("{FORMAT}={}&", encode(format)));
        }
        format!("{text}{PAGE}={page}")
    };
    let turns = [
        ("first", 1, is_more || asked.page > 1),
        ("prev", asked.page.saturating_sub(1), asked.page > 1),
        ("next", asked.page.saturating_add(1), is_more),
    ];
    let links: Vec<String> = turns
        .into_iter()
        .filter(|(_, _, is_there)| *is_there)
        .map(|(turn, page, _)| format!("<{}>; rel=\"{turn}\"", address(page)))
        .collect();
    (!links.is_empty()).then(|| HeaderValue::from_str(&links.join(", ")).ok())?
}

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The media type of an answer: what `format` names where the caller leaves it to us, else what is accepted most.
fn choose(accept: &Accept, named: Option<&str>) -> Result<&'static str, HttpError> {
    let types = FORMS.map(|(media_type, _)| media_type);
    let refused = || HttpError::NotAcceptable(types.to_vec());
    if accept.is_open() {
        let Some(named) = named else {
            return Ok("application/json");
        };
        let form = FORMS.iter().find(|(media_type, names)| {
            names.contains(&named) || media_type.split(';').next() == Some(named)
        });
        return form.map(|(media_type, _)| *media_type).ok_or_else(refused);
    }
    let best = accept.best(&types).and_then(|place| types.get(place));
    best.copied().ok_or_else(refused)
}

fn json_only(accept: &Accept) -> Result<(), HttpError> {
    const JSON: [&str; 1] = ["application/json"];
    let fits = accept.best(&JSON).map(|_| ());
    fits.ok_or_else(|| HttpError::NotAcceptable(JSON.to_vec()))
}

fn as_json(value: &Value, caller: &Caller) -> Response {
    let bytes = format!("{value:#}\n").into_bytes();
    let tag = validator::tag_of(&[&bytes]);
    graphs::answer(bytes, "application/json", tag, caller)
}

/// A question as the list has it.
fn listed(question: &Question) -> Value {
    let mut listed = question.to_json();
    if let Some(members) = listed.as_object_mut() {
        let address = format!("/api/questions/{}", question.name);
        members.insert("address".to_owned(), address.into());
    }
    listed
}
