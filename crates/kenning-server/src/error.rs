//! The one place where trouble becomes an HTTP answer.
//!
//! A caller's mistake is a 4xx that helps; ours is a 5xx that tells nothing, with its cause in the log. How an error is
//! written (problem+json for machines, text for people) is decided by [`render`], which knows what the caller accepts.

use std::io;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kenning_sparql::{Inexpressible, QueryError, Stopped, TextError};
use kenning_store::{CommitError, StoreError};
use serde_json::json;

use crate::negotiate::Accept;

/// Everything that can go wrong while a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HttpError {
    /// A query, an update or data that does not parse.
    Syntax(Syntax),
    /// The request itself is not what the route takes.
    Request(String),
    /// The request is understood and this server does not do that (SERVICE, LOAD).
    Refused(String),
    /// A token would help.
    SignIn,
    /// The token, session or signature is not valid. One answer for unknown, expired and revoked.
    BadToken,
    /// Who asks may not do that, and no other token of theirs was given.
    Forbidden(String),
    /// A page of another site made the browser send this.
    CrossSite,
    /// There is no such thing, or the asker may not see it: the same bytes.
    Absent,
    /// The route does not take this method; what it takes.
    Method(String),
    /// Nothing of what is offered is accepted; what is offered.
    NotAcceptable(Vec<&'static str>),
    /// The format that was asked for cannot hold what is to be said; why.
    Inexpressible(String),
    /// The body is of a kind that the route does not read; what it reads.
    MediaType(Vec<&'static str>),
    /// The body has several parts, which the route does not read; what it reads.
    Multipart(Vec<&'static str>),
    /// The body is compressed in a way that is not known here.
    Encoding,
    /// An update is about a graph that is not there, or that its writer may not see: the same bytes, also for every name.
    NoGraph,
    /// The body is too large, in bytes.
    BodyTooLarge(u64),
    /// The body arrives too slowly.
    Slow,
    /// The answer, or the work for it, passes a limit.
    AnswerTooLarge(String),
    /// The request is understood and means what this address cannot do.
    Unprocessable(String),
    /// The request names a host that this server does not answer for.
    WrongHost,
    /// `If-Match` or `If-None-Match` says that the thing has changed meanwhile.
    Precondition,
    /// What is to be made is there already.
    Clash(String),
    /// Something else changed the same graph meanwhile.
    Conflict,
    /// The time limit has passed, in seconds.
    Timeout(u64),
    /// Too many requests at once.
    Busy,
    /// The server's disk is full, or the index cannot count any further: nothing was stored. The text is for the log only.
    Full(String),
    /// The server's disk failed, and nothing is written until the server is started again. The text is for the log only.
    WritingStopped(String),
    /// We are wrong. The text is for the log only.
    Internal(String),
}

/// Where and why a text does not parse.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Syntax {
    /// What is wrong, in one line, with the place and what was expected.
    pub(crate) message: String,
    /// 1-based, counted in characters.
    pub(crate) line: Option<u64>,
    /// 1-based, counted in characters.
    pub(crate) column: Option<u64>,
    /// What would have been understood there.
    pub(crate) expected: Option<String>,
}

impl From<Syntax> for HttpError {
    fn from(syntax: Syntax) -> Self {
        Self::Syntax(syntax)
    }
}

impl From<QueryError> for HttpError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Text(error) => error.into(),
            QueryError::Refused(why) => Self::Refused(why),
            QueryError::Format(format) => Self::NotAcceptable(vec![format]),
            QueryError::Inexpressible(why) => Self::Inexpressible(why.to_string()),
            QueryError::Stopped(Stopped::Time(limit)) => Self::Timeout(limit.as_secs()),
            QueryError::Stopped(Stopped::Cancelled | Stopped::Together(_)) => Self::Busy,
            QueryError::Stopped(limit) => Self::AnswerTooLarge(limit.to_string()),
            QueryError::Write(error) => Self::unwritten(&error),
            QueryError::Evaluation(cause) => Self::Internal(format!("{cause:?}")),
            other => Self::Internal(format!("{other:?}")),
        }
    }
}

impl From<TextError> for HttpError {
    fn from(error: TextError) -> Self {
        let message = error.to_string();
        match error {
            TextError::Syntax(syntax) => Self::Syntax(Syntax {
                message,
                line: Some(syntax.line as u64),
                column: Some(syntax.column as u64),
                expected: (!syntax.expected.is_empty()).then(|| syntax.expected.join(", ")),
            }),
            TextError::TooLong { limit, .. } => Self::BodyTooLarge(limit as u64),
            TextError::TooDeep { line, column, .. }
            | TextError::TooManyCalls { line, column, .. } => Self::Syntax(Syntax {
                message,
                line: Some(line as u64),
                column: Some(column as u64),
                expected: None,
            }),
            _ => Self::Request(message),
        }
    }
}

impl From<CommitError> for HttpError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { .. } | CommitError::Exists { .. } => Self::Conflict,
            CommitError::Full { .. } | CommitError::Store(StoreError::Full) => {
                Self::Full(error.to_string())
            }
            CommitError::Store(StoreError::Stopped(_)) => Self::WritingStopped(error.to_string()),
            other => Self::Internal(format!("{other:?}")),
        }
    }
}

impl HttpError {
    /// Why writing an answer failed: the format cannot hold it, or else the caller has left, and nobody reads this.
    pub(crate) fn unwritten(error: &io::Error) -> Self {
        match Inexpressible::within(error) {
            Some(why) => Self::Inexpressible(why.to_string()),
            None => Self::Request(format!("the answer did not arrive: {error}")),
        }
    }

    /// The answer's status. This match is the only one from trouble to status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Syntax(_) | Self::Request(_) | Self::Refused(_) => StatusCode::BAD_REQUEST,
            Self::SignIn | Self::BadToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Absent | Self::NoGraph => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable(_) | Self::Inexpressible(_) => StatusCode::NOT_ACCEPTABLE,
            Self::MediaType(_) | Self::Multipart(_) | Self::Encoding => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::BodyTooLarge(_) | Self::AnswerTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Precondition => StatusCode::PRECONDITION_FAILED,
            Self::Clash(_) | Self::Conflict => StatusCode::CONFLICT,
            Self::Timeout(_) | Self::Busy | Self::WritingStopped(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// One line for people, without anything that the asker did not send or may not know.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Syntax(syntax) => syntax.message.clone(),
            Self::Request(text) | Self::Refused(text) | Self::Forbidden(text) => text.clone(),
            Self::Unprocessable(text) => text.clone(),
            Self::AnswerTooLarge(text) | Self::Clash(text) | Self::Inexpressible(text) => {
                text.clone()
            }
            Self::SignIn => {
                "sign in to do this: send `Authorization: Bearer` with a token".to_owned()
            }
            Self::BadToken => "this token is not valid".to_owned(),
            Self::CrossSite => "a page of another site may not send this".to_owned(),
            Self::Absent => "there is nothing here".to_owned(),
            Self::NoGraph => "the update names a graph that is not there".to_owned(),
            Self::Encoding => {
                "this `Content-Encoding` is not read here; send one of: gzip, br, zstd, identity"
                    .to_owned()
            }
            Self::Method(allow) => format!("this address takes {allow}"),
            Self::NotAcceptable(offered) => format!("available: {}", offered.join(", ")),
            Self::MediaType(read) => format!("send one of: {}", read.join(", ")),
            Self::Multipart(read) => format!(
                "a body of several parts (multipart) is not read here, because nothing says what its parts mean; send one of: {}",
                read.join(", ")
            ),
            Self::BodyTooLarge(limit) => format!("a body may have {limit} bytes"),
            Self::Slow => "the body arrives too slowly".to_owned(),
            Self::WrongHost => "this server does not answer for the host in the request".to_owned(),
            Self::Precondition => "it is not the version you named".to_owned(),
            Self::Conflict => {
                "somebody else changed the same graph meanwhile; try again".to_owned()
            }
            Self::Timeout(seconds) => {
                format!("stopped after {seconds} seconds, which is the limit")
            }
            Self::Busy => "too much is being asked at once; try again in a moment".to_owned(),
            Self::Full(_) => {
                "the server has no room left: nothing of this was stored; try again when there is room"
                    .to_owned()
            }
            Self::WritingStopped(_) => {
                "the server's disk failed: nothing of this was stored, and nothing is until the server is started again"
                    .to_owned()
            }
            Self::Internal(_) => "something went wrong in the server; the log says what".to_owned(),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "does not parse",
            Self::Request(_) => "request not understood",
            Self::Refused(_) => "not done here",
            Self::SignIn | Self::BadToken => "sign in",
            Self::Forbidden(_) => "not allowed",
            Self::CrossSite => "cross-site request",
            Self::Absent | Self::NoGraph => "not found",
            Self::Encoding => "unsupported content encoding",
            Self::Method(_) => "method not allowed",
            Self::NotAcceptable(_) | Self::Inexpressible(_) => "no acceptable format",
            Self::MediaType(_) | Self::Multipart(_) => "unsupported media type",
            Self::Unprocessable(_) => "not possible here",
            Self::BodyTooLarge(_) | Self::AnswerTooLarge(_) => "too large",
            Self::Slow => "too slow",
            Self::WrongHost => "wrong host",
            Self::Precondition => "precondition failed",
            Self::Clash(_) | Self::Conflict => "conflict",
            Self::Timeout(_) => "time limit",
            Self::Busy => "busy",
            Self::Full(_) => "no room left",
            Self::WritingStopped(_) => "writing has stopped",
            Self::Internal(_) => "internal error",
        }
    }

    /// The error as `application/problem+json` (RFC 9457).
    fn problem(&self) -> serde_json::Value {
        let mut problem = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": self.status().as_u16(),
            "detail": self.detail(),
        });
        if let (Self::Syntax(syntax), Some(members)) = (self, problem.as_object_mut()) {
            for (name, value) in [("line", syntax.line), ("column", syntax.column)] {
                if let Some(value) = value {
                    members.insert(name.to_owned(), value.into());
                }
            }
            if let Some(expected) = &syntax.expected {
                members.insert("expected".to_owned(), expected.clone().into());
            }
        }
        problem
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let challenge = match self {
            Self::SignIn => Some(r#"Bearer realm="kenning", Basic realm="kenning""#),
            Self::BadToken => Some(r#"Bearer realm="kenning", error="invalid_token""#),
            _ => None,
        };
        if let Some(challenge) = challenge {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        if matches!(self, Self::Encoding) {
            let known = HeaderValue::from_static("gzip, br, zstd, identity");
            headers.insert(header::ACCEPT_ENCODING, known);
        }
        if matches!(self, Self::Busy | Self::Timeout(_)) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Self::Method(allow) = self
            && let Ok(allow) = HeaderValue::from_str(allow)
        {
            headers.insert(header::ALLOW, allow);
        }
        headers
    }
}

impl IntoResponse for HttpError {
    /// Written for machines; [`render`] rewrites it for people on the way out.
    fn into_response(self) -> Response {
        match &self {
            Self::Internal(cause) => tracing::error!(cause, "internal error"),
            Self::Full(cause) | Self::WritingStopped(cause) => {
                tracing::error!(cause, "a write was not stored");
            }
            _ => {}
        }
        let mut response = render(&self, &Accept::anything());
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes an error in the form the caller can read best.
pub(crate) fn render(error: &HttpError, accept: &Accept) -> Response {
    const FORMS: [&str; 4] = [
        "text/plain",
        "application/problem+json",
        "application/json",
        "text/html",
    ];
    // A client that accepts nothing but results is a machine.
    let form = accept.best(&FORMS).unwrap_or(1);
    let (media_type, body) = if matches!(form, 1 | 2) {
        let body = serde_json::to_vec(&error.problem()).unwrap_or_default();
        ("application/problem+json", body)
    } else {
        let body = format!("{}: {}\n", error.title(), error.detail()).into_bytes();
        ("text/plain; charset=utf-8", body)
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = error.status();
    *response.headers_mut() = error.headers();
    let media_type = HeaderValue::from_static(media_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_mistakes_tell_nothing() {
        let error = HttpError::Internal("redb: page 7 of /srv/kenning".to_owned());
        assert!(!error.problem().to_string().contains("redb"));
        assert!(!error.detail().contains("redb"));
    }

    #[test]
    fn a_full_disk_is_not_our_mistake() {
        let full = HttpError::from(CommitError::Store(StoreError::Full));
        assert_eq!(full.status(), StatusCode::INSUFFICIENT_STORAGE);
        assert!(full.detail().contains("nothing of this was stored"));
        let stopped = StoreError::Stopped("fsync of /srv/kenning: EIO".to_owned());
        let stopped = HttpError::from(CommitError::Store(stopped));
        assert_eq!(stopped.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(!stopped.detail().contains("/srv"));
    }

    #[test]
    fn a_syntax_error_says_where_and_what_was_expected() {
        let error = HttpError::from(Syntax {
            message: "line 2, column 7: unexpected `}`; expected a variable".to_owned(),
            line: Some(2),
            column: Some(7),
            expected: Some("a variable".to_owned()),
        });
        assert_eq!(
            error.detail(),
            "line 2, column 7: unexpected `}`; expected a variable"
        );
        let problem = error.problem();
        assert_eq!(problem.get("line"), Some(&2.into()));
        assert_eq!(problem.get("column"), Some(&7.into()));
    }
}
