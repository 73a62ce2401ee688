//! Signing in with a browser, by the one-time link or with a token, and signing out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::error::HttpError;
use crate::html::{Page, escape};
use crate::pipeline::Noted;
use crate::protocol::{one, parameters, read_text};
use crate::reader::Reader;
use crate::session::{Owner, set_cookie};
use crate::token;

/// The longest form that anybody signs in with, in bytes.
const FORM: u64 = 8 * 1024;

/// `GET /sign-in`: with `link=…` it opens a session, once; without, it is a form that asks for a token.
pub(crate) async fn show(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let asked = parameters(request.uri().query().unwrap_or_default())?;
    match one(&asked, "link")? {
        None => Ok(form(&reader, None)),
        Some(secret) if app.sessions.use_link(secret) => {
            tracing::info!("the sign-in link was used");
            begin(&app, Owner::Starter)
        }
        Some(_) => {
            if let Some(noted) = request.extensions().get::<Noted>() {
                noted.deny();
            }
            Ok(form(
                &reader,
                Some(
                    "This link has been used or is old. Start the server again for a new one, or sign in with a token.",
                ),
            ))
        }
    }
}

/// `POST /sign-in`: opens a session for the holder of a token.
pub(crate) async fn sign_in(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let (parts, body) = request.into_parts();
    let sent = parameters(&read_text(&parts.headers, body, FORM).await?)?;
    let text = one(&sent, "token")?.unwrap_or_default();
    match token::check(&app.kb, text.trim()) {
        Some(token) => begin(&app, Owner::Token(token.id)),
        None => {
            if let Some(noted) = parts.extensions.get::<Noted>() {
                noted.deny();
            }
            let mut response = form(&reader, Some("This token is not valid."));
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            Ok(response)
        }
    }
}

/// `POST /sign-out`: ends the session.
pub(crate) async fn sign_out(
    _reader: Reader,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Response {
    app.sessions.end(&headers);
    leave_for_home(&set_cookie(None, app.settings.secure_cookies))
}

fn begin(app: &App, owner: Owner) -> Result<Response, HttpError> {
    let secret = app
        .sessions
        .begin(owner)
        .map_err(|error| HttpError::Internal(error.to_string()))?;
    Ok(leave_for_home(&set_cookie(
        Some(&secret),
        app.settings.secure_cookies,
    )))
}

fn leave_for_home(cookie: &str) -> Response {
    (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, "/"),
            (header::SET_COOKIE, cookie),
            (header::CACHE_CONTROL, "no-store"),
        ],
        Body::empty(),
    )
        .into_response()
}

fn form(reader: &Reader, trouble: Option<&str>) -> Response {
    let trouble = trouble.map_or_else(String::new, |text| {
        format!("<p class=\"trouble\">{}</p>", escape(text))
    });
    let body = format!(
        "<section class=\"card narrow\"><h1>Sign in</h1>{trouble}\
         <p>Without signing in you read what is public.</p>\
         <form method=\"post\" action=\"/sign-in\"><label for=\"token\">Token</label>\
         <input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"off\" placeholder=\"kn_…\" required>\
         <button>Sign in</button></form></section>"
    );
    Page {
        title: "Sign in",
        reader,
        body: &body,
    }
    .into_response()
}
