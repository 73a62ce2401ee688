//! `POST /api/record/KIND`: what no document holds, recorded in one request.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kenning_access::Act;
use kenning_insight::record::{Draft, Record, RecordError, Recorder, graph_of, kinds, record};
use kenning_store::Batch;
use serde_json::{Value, json};

use crate::App;
use crate::error::HttpError;
use crate::negotiate::content_type;
use crate::pipeline::Noted;
use crate::protocol::read_text;
use crate::reader::Reader;
use crate::routes::insight::context;
use crate::writing::{Judge, commit};

const JSON: &str = "application/json";
/// The largest body: a record is a few names.
const MOST_BYTES: u64 = 64 * 1024;

impl From<RecordError> for HttpError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Stopped(_) => Self::Busy,
            RecordError::Kind(_) => Self::Absent,
            other => Self::Unprocessable(other.to_string()),
        }
    }
}

/// Makes a record of the fields in the body, a JSON object: each is a text, a number or a list of them. `"new": true` lets
/// unknown names become new people and topics, `"dry-run": true` shows what would be written. Who records is whom the token
/// names; the label is that of the grant.
pub(crate) async fn post(
    reader: Reader,
    State(app): State<Arc<App>>,
    Path(kind): Path<String>,
    request: Request,
) -> Result<Response, HttpError> {
    reader.insist(Act::Write)?;
    if !kinds().iter().any(|known| known.name == kind) {
        return Err(HttpError::Absent);
    }
    let context = context(&app)?;
    let id =
        crate::record_id().ok_or_else(|| HttpError::Internal("no random numbers".to_owned()))?;
    let graph = graph_of(&context, &kind, &id);
    // Who may not write it need not send much to hear so.
    Judge::new(&app, &reader).target(&graph)?;
    let (parts, body) = request.into_parts();
    if content_type(&parts.headers).as_deref() != Some(JSON) {
        return Err(HttpError::MediaType(vec![JSON]));
    }
    let text = read_text(
        &parts.headers,
        body,
        MOST_BYTES.min(app.settings.body_bytes),
    )
    .await?;
    let (draft, is_dry) = draft(kind, &text)?;
    if let Some(noted) = parts.extensions.get::<Noted>().filter(|_| !is_dry) {
        noted.write(&format!("{}\n{text}", graph.as_str()), reader.reason());
    }
    let now =
        crate::moment().ok_or_else(|| HttpError::Internal("the clock is wrong".to_owned()))?;
    let app_too = Arc::clone(&app);
    let made = app
        .evaluators
        .run(reader.share(), move |cancel| {
            let mut context = context;
            context.cancel = cancel.clone();
            let who = reader.called();
            commit(&app_too, || {
                let judge = Judge::new(&app_too, &reader);
                let target = judge.target(&graph)?;
                // Nothing flows down: names mean what all readers of the record may know. Who may write down, with a reason,
                // uses everything they see.
                let recorder = Recorder {
                    who: &who,
                    now: &now,
                    id: &id,
                    flows_to: reader.reason().is_none().then_some(&target.label),
                };
                let made = record(&reader.view(&app_too), &draft, &recorder, &context)?;
                let mut batch = Batch::new();
                if !is_dry {
                    judge.expect_unchanged(&mut batch, &graph);
                    batch.put_graph(graph.clone(), target.label, made.triples.iter().cloned());
                }
                Ok((batch, made))
            })
        })
        .await?;
    Ok(if is_dry {
        ([(header::CONTENT_TYPE, "application/trig")], made.to_trig()).into_response()
    } else {
        created(&made)
    })
}

fn created(made: &Record) -> Response {
    let understood: Vec<Value> = made
        .understood
        .iter()
        .map(|(field, value)| json!({ "field": field, "value": value }))
        .collect();
    let body = json!({
        "record": made.node.as_str(),
        "graph": made.graph.as_str(),
        "understood": understood,
    });
    let mut response = (
        StatusCode::CREATED,
        [(header::CONTENT_TYPE, JSON)],
        format!("{body:#}\n"),
    )
        .into_response();
    if let Ok(location) = HeaderValue::from_str(made.node.as_str()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The fields of a body, and whether nothing is to be written.
fn draft(kind: String, text: &str) -> Result<(Draft, bool), HttpError> {
    let wrong = |why: &str| HttpError::Request(why.to_owned());
    let value: Value = serde_json::from_str(text)
        .map_err(|error| HttpError::Request(format!("the body is not JSON: {error}")))?;
    let Value::Object(object) = value else {
        return Err(wrong(
            "the body has to be an object with the fields of the record",
        ));
    };
    let mut draft = Draft {
        kind,
        fields: BTreeMap::new(),
        may_name_new: false,
    };
    let mut is_dry = false;
    for (name, value) in object {
        match (name.as_str(), value) {
            ("new", Value::Bool(new)) => draft.may_name_new = new,
            ("dry-run", Value::Bool(dry)) => is_dry = dry,
            ("new" | "dry-run", _) => {
                return Err(HttpError::Request(format!(
                    "`{name}` has to be true or false"
                )));
            }
            (_, value) => {
                let values = match value {
                    Value::Array(values) => values,
                    one => vec![one],
                };
                let texts: Option<Vec<String>> = values.into_iter().map(plain).collect();
                let texts = texts.ok_or_else(|| {
                    HttpError::Request(format!(
                        "`{name}` has to be a text, a number or a list of them"
                    ))
                })?;
                draft.fields.insert(name, texts);
            }
        }
    }
    Ok((draft, is_dry))
}

fn plain(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
