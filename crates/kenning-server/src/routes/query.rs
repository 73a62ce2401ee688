//! `/query`: SPARQL queries by GET, by form and direct (SPARQL 1.1 Protocol, section 2.1).

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::response::Response;
use kenning_sparql::{AnswerFormat, Form, Limits, ParseOptions, Prepared, RunOptions, TextLimits};

use crate::App;
use crate::error::HttpError;
use crate::negotiate::Accept;
use crate::protocol::{self, Asked, Operation, Takes};
use crate::reader::Reader;
use crate::validator;

/// `GET` and `POST /query`.
pub(crate) async fn query(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    match protocol::read(Takes::Queries, &app.settings, false, request).await? {
        Operation::Query(asked) => answer(&app, &reader, asked, caller).await,
        Operation::Update(_) | Operation::Nothing => Err(HttpError::Absent),
    }
}

/// What of a request decides the form of its answer.
pub(crate) struct Caller {
    pub(crate) accept: Accept,
    pub(crate) headers: HeaderMap,
    /// HTTP/1.0 ends an answer by closing the connection, so a cut answer would look complete: it gets whole ones only.
    pub(crate) needs_whole: bool,
}

impl Caller {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            accept: Accept::of(request.headers()),
            headers: request.headers().clone(),
            needs_whole: request.version() < Version::HTTP_11,
        }
    }
}

/// What is known of an answer when its first byte leaves.
struct Head {
    media_type: &'static str,
    tag: Option<HeaderValue>,
    unchanged: bool,
}

/// Answers a query with the eyes of `reader`.
pub(crate) async fn answer(
    app: &Arc<App>,
    reader: &Reader,
    asked: Asked,
    caller: Caller,
) -> Result<Response, HttpError> {
    let view = reader.view(app);
    let head: Arc<OnceLock<Head>> = Arc::default();
    let told = Arc::clone(&head);
    let app_too = Arc::clone(app);
    let whole = caller.needs_whole;
    let asker = reader.share();
    let body = app
        .evaluators
        .stream(reader.share(), whole, move |flow, cancel| {
            let prepared = app_too
                .plans
                .get(&asker, &asked.text, || parse(&app_too, &asked.text))?;
            let format = choose(prepared.form(), &caller.accept, asked.format.as_deref())?;
            let dataset = asked
                .dataset()
                .unwrap_or_else(|| protocol::usual_dataset(&app_too.settings));
            let tag = prepared.is_repeatable().then(|| {
                let parts = [format.media_type(), &asked.text, &format!("{dataset:?}")];
                validator::tag(&view, &parts)
            });
            let unchanged = tag
                .as_ref()
                .is_some_and(|tag| validator::is_known(&caller.headers, tag));
            let _ = told.set(Head {
                media_type: format.media_type(),
                tag,
                unchanged,
            });
            if unchanged {
                return Ok(());
            }
            let options = RunOptions {
                dataset,
                limits: limits(&app_too),
                cancel: cancel.clone(),
                ..RunOptions::default()
            };
            prepared.run(&view, &options, format, flow)?;
            Ok(())
        })
        .await?;
    let head = head
        .get()
        .ok_or_else(|| HttpError::Internal("an answer without a head".to_owned()))?;
    Ok(respond(head, body))
}

fn respond(head: &Head, body: Body) -> Response {
    let mut response = Response::new(body);
    if head.unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(head.media_type),
    );
    validator::data_headers(headers, head.tag.clone());
    response
}

/// Parses on the calling thread, which must have a big stack.
pub(crate) fn parse(app: &App, text: &str) -> Result<Prepared, HttpError> {
    let bytes = usize::try_from(app.settings.query_bytes).unwrap_or(usize::MAX);
    let options = ParseOptions {
        base: Some(app.base.as_str().to_owned()),
        limits: TextLimits {
            bytes,
            ..TextLimits::QUERY
        },
    };
    Ok(Prepared::parse(text, &options)?)
}

/// What one evaluation may cost.
pub(crate) fn limits(app: &App) -> Limits {
    Limits {
        time: Some(app.policy().query_time),
        ..Limits::default()
    }
}

/// The format of an answer: what `format` names if the caller accepts anything, else what it accepts most.
fn choose(form: Form, accept: &Accept, named: Option<&str>) -> Result<AnswerFormat, HttpError> {
    // A browser accepts what browsers accept; whoever follows a link in it means what the link says.
    if accept.is_open() || accept.quality("text/html") > 0 {
        let named = named.and_then(|name| AnswerFormat::named(name, form));
        if let Some(format) = named {
            return Ok(format);
        }
    }
    if accept.is_open() {
        return Ok(AnswerFormat::usual(form));
    }
    let mut best: Option<(AnswerFormat, u16)> = None;
    for format in AnswerFormat::offers(form) {
        let quality = format
            .media_types()
            .iter()
            .map(|kind| accept.quality(kind))
            .max();
        let quality = quality.unwrap_or(0);
        if quality > 0 && best.is_none_or(|(_, found)| quality > found) {
            best = Some((format, quality));
        }
    }
    best.map(|(format, _)| format).ok_or_else(|| {
        let offered = AnswerFormat::offers(form).into_iter();
        HttpError::NotAcceptable(offered.map(AnswerFormat::media_type).collect())
    })
}
