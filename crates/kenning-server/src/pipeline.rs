//! What every request passes on its way in and every answer on its way out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::decompression::RequestDecompressionLayer;
use tracing::Instrument as _;

use crate::App;
use crate::audit::{Decision, Event, target_hash};
use crate::error::{HttpError, render};
use crate::guard::is_preflight;
use crate::inflate;
use crate::negotiate::Accept;
use crate::pace;
use crate::reader::{Reader, name_for_log};

/// What a page may load and do: nothing but our own style sheet, and forms that come back to us.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// What data that is shown as a page may do: nothing.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Puts the checks, the log and the common headers around `routes`.
pub(crate) fn around(routes: Router<Arc<App>>, app: Arc<App>) -> Router {
    let compress = CompressionLayer::new()
        .compress_when(SizeAbove::new(512).and(NotForContentType::new("image/")));
    routes
        .fallback(async || HttpError::Absent)
        .layer(from_fn(inflate::limit))
        .layer(RequestDecompressionLayer::new())
        .layer(from_fn(inflate::count))
        .layer(from_fn_with_state(Arc::clone(&app), pace::watch))
        .layer(compress)
        .layer(from_fn_with_state(Arc::clone(&app), check_and_finish))
        .layer(from_fn_with_state(Arc::clone(&app), account))
        .with_state(app)
}

/// Host, origin, preflight; then errors in the caller's form, and the headers that every answer has.
async fn check_and_finish(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let accept = Accept::of(request.headers());
    let is_head = request.method() == Method::HEAD;
    let policy = app.policy();
    let origin = policy
        .guard
        .allowed_origin(request.headers())
        .map(str::to_owned);
    let checked = policy.guard.check(&request);
    let mut response = if let Err(error) = checked {
        let noted = request.extensions().get::<Noted>();
        if let (Some(noted), Some(name)) = (noted, name_for_log(&app, &request)) {
            noted.name(name);
        }
        error.into_response()
    } else if is_preflight(request.method(), request.headers()) {
        match origin {
            Some(_) => StatusCode::NO_CONTENT.into_response(),
            None => HttpError::CrossSite.into_response(),
        }
    } else {
        next.run(request).await
    };
    let is_bare = response.extensions().get::<HttpError>().is_none();
    if is_bare && response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        // The layer that decompresses bodies has no words for what it does not know.
        response = HttpError::Encoding.into_response();
    }
    if is_bare && response.status() == StatusCode::NOT_ACCEPTABLE {
        // Nor has the one that compresses answers, for whoever takes neither what it makes nor the answer as it is.
        response = HttpError::NotAcceptable(vec!["gzip", "br", "zstd", "identity"]).into_response();
    }
    if let Some(error) = response.extensions().get::<HttpError>().cloned() {
        let mut rendered = render(&error, &accept);
        if is_head {
            *rendered.body_mut() = Body::empty();
        }
        rendered.extensions_mut().insert(error);
        rendered.headers_mut().insert(
            header::VARY,
            HeaderValue::from_static("accept, authorization, cookie"),
        );
        response = rendered;
    }
    common_headers(response.headers_mut());
    if let Some(origin) = origin {
        cors_headers(response.headers_mut(), &origin);
    }
    response
}

fn common_headers(headers: &mut HeaderMap) {
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        // A page that brings its own style says so itself, and allows less of everything else.
        if name == header::CONTENT_SECURITY_POLICY && headers.contains_key(&name) {
            continue;
        }
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Only for origins that the operator let in; never `*`.
fn cors_headers(headers: &mut HeaderMap, origin: &str) {
    if let Ok(origin) = HeaderValue::from_str(origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    let fixed = [
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            "GET, HEAD, POST, PUT, PATCH, DELETE",
        ),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "accept, authorization, content-type, if-match, if-none-match, kenning-reason",
        ),
        (
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "link, etag, content-location, location, kenning-standing",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

/// A request id, one line in the log, and the figures.
async fn account(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id();
    let method = request.method().clone();
    // The route, not the path: a path may hold what not everybody who reads the log may know.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id, reader = tracing::field::Empty);
    let noted = Noted::default();
    let mut request = request;
    request.extensions_mut().insert(noted.clone());
    let target = request.uri().to_string();
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    if let Some(log) = &app.audit
        && let Some(decision) = noted.decision(response.extensions().get::<HttpError>(), status)
    {
        let event = Event {
            request: id.clone(),
            who: noted.who().to_owned(),
            action: format!("{method} {route}"),
            target: target_hash(noted.0.target.get().unwrap_or(&target)),
            decision,
            status,
            reason: noted.0.reason.get().cloned(),
        };
        log.append(event).await;
    }
    let took = began.elapsed();
    app.metrics.count(&route, status, took.as_secs_f64());
    span.in_scope(|| {
        tracing::info!(%method, route, status, ms = took.as_millis(), "answered");
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

fn request_id() -> String {
    let mut bytes = [0; 8];
    // Ids that repeat are a nuisance in the log and nothing worse.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is learned about a request while it is answered, for the audit log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noted(Arc<Notes>);

#[derive(Debug, Default)]
struct Notes {
    who: OnceLock<String>,
    target: OnceLock<String>,
    reason: OnceLock<String>,
    writes: OnceLock<()>,
    denied: OnceLock<()>,
}

impl Noted {
    /// Who asks.
    pub(crate) fn reader(&self, reader: &Reader) {
        let _ = self.0.who.set(reader.name().to_owned());
    }

    /// The name of who asks, where there is no reader of it.
    fn name(&self, name: String) {
        let _ = self.0.who.set(name);
    }

    /// That somebody was not let in, whatever the answer looks like.
    pub(crate) fn deny(&self) {
        let _ = self.0.denied.set(());
    }

    /// That the request writes, to what, and the reason given for writing down.
    pub(crate) fn write(&self, target: &str, reason: Option<&str>) {
        let _ = self.0.writes.set(());
        let _ = self.0.target.set(target.to_owned());
        if let Some(reason) = reason {
            let _ = self.0.reason.set(reason.to_owned());
        }
    }

    fn who(&self) -> &str {
        self.0.who.get().map_or("unknown", String::as_str)
    }

    /// What the log says of how it ended; `None` for what the log does not hold.
    fn decision(&self, error: Option<&HttpError>, status: u16) -> Option<Decision> {
        match error {
            _ if self.0.denied.get().is_some() => Some(Decision::Denied),
            Some(
                HttpError::SignIn
                | HttpError::BadToken
                | HttpError::Forbidden(_)
                | HttpError::Refused(_)
                | HttpError::CrossSite
                | HttpError::WrongHost,
            ) => Some(Decision::Denied),
            _ if self.0.writes.get().is_none() => None,
            None if status < 400 && self.0.reason.get().is_some() => Some(Decision::WrittenDown),
            None if status < 400 => Some(Decision::Done),
            _ => Some(Decision::Failed),
        }
    }
}

/// Figures about what was asked: per route and status, without anything about the data.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<(String, u16), Figures>>);

#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    requests: u64,
    seconds: f64,
}

impl Metrics {
    fn count(&self, route: &str, status: u16, seconds: f64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let figures = all.entry((route.to_owned(), status)).or_default();
        figures.requests += 1;
        figures.seconds += seconds;
    }

    /// The figures in the text format of Prometheus.
    pub(crate) fn write(&self) -> String {
        let all = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut text = String::from(
            "# HELP kenning_requests_total Requests answered.\n# TYPE kenning_requests_total counter\n",
        );
        for ((route, status), figures) in &all {
            text.push_str(&format!(
                "kenning_requests_total{{route=\"{route}\",status=\"{status}\"}} {}\n",
                figures.requests
            ));
        }
        text.push_str("# HELP kenning_request_seconds_total Time until answers began.\n# TYPE kenning_request_seconds_total counter\n");
        for ((route, status), figures) in &all {
            text.push_str(&format!(
                "kenning_request_seconds_total{{route=\"{route}\",status=\"{status}\"}} {}\n",
                figures.seconds
            ));
        }
        text
    }
}
