//! `/api/audit`, `/api/experts`, `/api/loss` and `/api/advice`: what a query language cannot say, with the eyes of who asks.
//!
//! Nothing here writes: an audit is compared with those that `kenning audit` kept for the same eyes, and is not kept itself.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use kenning_insight::audit::{History, audit as look, eyes, history_key};
use kenning_insight::{Answer, Context, InsightError, advice, experts, loss};
use kenning_store::View;

use crate::App;
use crate::error::HttpError;
use crate::negotiate::Accept;
use crate::protocol::parameters;
use crate::reader::Reader;
use crate::routes::query::{Caller, limits};
use crate::validator;

/// A form of an answer, and how `format` names it.
type Form = (&'static str, &'static [&'static str]);

const TABLES: [Form; 4] = [
    ("application/json", &["json"]),
    ("text/csv; charset=utf-8", &["csv"]),
    ("text/turtle; charset=utf-8", &["turtle", "ttl"]),
    ("text/plain; charset=utf-8", &["table", "txt", "text"]),
];

/// The page of an audit brings its own style and has no script; it loads nothing, also nothing of ours.
const REPORT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const REPORTS: [Form; 4] = [
    ("application/json", &["json"]),
    ("text/turtle; charset=utf-8", &["turtle", "ttl"]),
    ("text/plain; charset=utf-8", &["txt", "text"]),
    ("text/html; charset=utf-8", &["html"]),
];

impl From<InsightError> for HttpError {
    fn from(error: InsightError) -> Self {
        match error {
            InsightError::Stopped(_) => Self::Busy,
            other => Self::Request(other.to_string()),
        }
    }
}

/// What is asked for: topics or people by the name of the parameter, and the form of the answer.
struct Asked {
    values: Vec<String>,
    format: Option<String>,
}

impl Asked {
    fn read(request: &Request, takes: &str) -> Result<Self, HttpError> {
        let mut asked = Self {
            values: Vec::new(),
            format: None,
        };
        for (name, value) in parameters(request.uri().query().unwrap_or_default())? {
            if name == "format" {
                asked.format = Some(value);
            } else if name == takes {
                asked.values.push(value);
            }
        }
        Ok(asked)
    }

    fn one(&self, takes: &str) -> Result<String, HttpError> {
        match self.values.as_slice() {
            [value] => Ok(value.clone()),
            _ => Err(HttpError::Request(format!("this takes one `{takes}`"))),
        }
    }
}

/// `GET /api/audit`.
pub(crate) async fn audit(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    let asked = Asked::read(&request, "")?;
    let media_type = choose(&REPORTS, &caller.accept, asked.format.as_deref())?;
    let view = reader.view(&app);
    let context = context(&app)?;
    let app_too = Arc::clone(&app);
    let body = app
        .evaluators
        .run(reader.share(), move |cancel| {
            let context = Context {
                cancel: cancel.clone(),
                ..context
            };
            let scale = app_too.kb.scale();
            let eyes = eyes(view.clearance(), scale);
            let kept = app_too.kb.setting(&history_key(&eyes));
            let kept = kept.map_err(|error| HttpError::Internal(error.to_string()))?;
            let history = kept.map(|bytes| History::read(&bytes)).unwrap_or_default();
            let found = look(&view, &eyes, scale, Some(&history), &context)?;
            Ok(match media_type.split(';').next() {
                Some("application/json") => format!("{:#}\n", found.to_json()),
                Some("text/turtle") => found.to_turtle(&app_too.base),
                Some("text/html") => found.to_html(),
                _ => found.to_text(None),
            })
        })
        .await?;
    let mut response = told(body, media_type);
    if media_type.starts_with("text/html") {
        response.headers_mut().insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(REPORT_POLICY),
        );
    }
    Ok(response)
}

/// `GET /api/experts?topic=…`.
pub(crate) async fn whom(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let asked = Asked::read(&request, "topic")?;
    let topic = asked.one("topic")?;
    answer(reader, app, request, asked, move |view, context| {
        experts(view, &topic, context)
    })
    .await
}

/// `GET /api/loss?person=…&person=…`.
pub(crate) async fn what_is_lost(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let asked = Asked::read(&request, "person")?;
    let people = asked.values.clone();
    answer(reader, app, request, asked, move |view, context| {
        loss(view, &people, context)
    })
    .await
}

/// `GET /api/advice?topic=…`.
pub(crate) async fn what_suits(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let asked = Asked::read(&request, "topic")?;
    let topic = asked.one("topic")?;
    answer(reader, app, request, asked, move |view, context| {
        advice(view, &topic, context)
    })
    .await
}

async fn answer(
    reader: Reader,
    app: Arc<App>,
    request: Request,
    asked: Asked,
    ask: impl FnOnce(&View, &Context) -> Result<Answer, InsightError> + Send + 'static,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    let media_type = choose(&TABLES, &caller.accept, asked.format.as_deref())?;
    let view = reader.view(&app);
    let context = context(&app)?;
    let body = app
        .evaluators
        .run(reader.share(), move |cancel| {
            let context = Context {
                cancel: cancel.clone(),
                ..context
            };
            let answer = ask(&view, &context)?;
            Ok(match media_type.split(';').next() {
                Some("application/json") => format!("{:#}\n", answer.to_json()),
                Some("text/csv") => answer.to_csv(),
                Some("text/turtle") => answer.to_turtle(),
                _ => answer.to_table(),
            })
        })
        .await?;
    Ok(told(body, media_type))
}

/// What an insight depends on besides the view.
///
/// # Errors
/// [`HttpError::Internal`] when the clock is wrong.
pub(crate) fn context(app: &App) -> Result<Context, HttpError> {
    let today = crate::clock::today().and_then(|today| today.parse().ok());
    let today = today.ok_or_else(|| HttpError::Internal("the clock is before 1970".to_owned()))?;
    let mut context = Context::new(today);
    context.base = app.base.clone();
    context.limits = limits(app);
    Ok(context)
}

fn told(body: String, media_type: &'static str) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    // The answer depends on the day and on kept audits, so it has no tag.
    validator::data_headers(headers, None);
    response
}

/// The media type of an answer: what `format` names where the caller leaves it to us, else what is accepted most.
fn choose(forms: &[Form], accept: &Accept, named: Option<&str>) -> Result<&'static str, HttpError> {
    let types: Vec<&'static str> = forms.iter().map(|(media_type, _)| *media_type).collect();
    let refused = || HttpError::NotAcceptable(types.clone());
    let found = match named.filter(|_| accept.is_open()) {
        Some(named) => forms
            .iter()
            .find(|(media_type, names)| {
                names.contains(&named) || media_type.split(';').next() == Some(named)
            })
            .map(|(media_type, _)| *media_type),
        None if accept.is_open() => types.first().copied(),
        None => accept
            .best(&types)
            .and_then(|place| types.get(place))
            .copied(),
    };
    found.ok_or_else(refused)
}
