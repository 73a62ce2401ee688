//! Who asks: the only way from a request to a clearance.
//!
//! A handler that wants to read takes a [`Reader`]; its fields are private and nothing but a request makes one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use kenning_access::{Act, Clearance, Grant, Groups, Level, Role, Writer};
use kenning_store::View;

use crate::App;
use crate::error::HttpError;
use crate::pipeline::Noted;
use crate::session::Owner;
use crate::token;

/// Where a connection comes from. Set by the listener, never by a header.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Peer {
    /// The network.
    Network(SocketAddr),
    /// The unix socket, which only the operator may open.
    Socket,
}

/// Who asks, and what they may do.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    name: Arc<str>,
    /// INVARIANT: comes from a checked token, session, proxy or socket, never from what the request claims (guard: `tests/access.rs`).
    writer: Writer,
    known: bool,
    free_hand: bool,
    at_socket: bool,
    reason: Option<String>,
}

impl Reader {
    /// The name for the log: `anonymous`, `token ID (NAME)`, and so on.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What whoever asks is called in what they record: the name of the token, or of the user that a proxy names.
    pub(crate) fn called(&self) -> String {
        let name = self.name.as_ref();
        let token = name
            .strip_prefix("token ")
            .and_then(|rest| rest.split_once(" ("));
        let token = token.and_then(|(_, name)| name.strip_suffix(')'));
        token
            .or(name.strip_prefix("user "))
            .unwrap_or(name)
            .to_owned()
    }

    /// The name, to be kept: whose share of the server the work for this request takes.
    pub(crate) fn share(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// What this reader is shown of the store, as it is now.
    pub(crate) fn view(&self, app: &App) -> View {
        app.kb.view(&self.writer.reads_with())
    }

    /// What the reader may write.
    pub(crate) fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Whether it is known who this is.
    pub(crate) fn is_known(&self) -> bool {
        self.known
    }

    /// Whether built-in graphs may be written like any other: an anonymous playground.
    pub(crate) fn has_free_hand(&self) -> bool {
        self.free_hand
    }

    /// Whether the request came over the operator's socket, without a token of somebody else.
    pub(crate) fn is_at_socket(&self) -> bool {
        self.at_socket
    }

    /// The reason given for writing something down to a lower label, when the reader may do so.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.reason
            .as_deref()
            .filter(|_| self.writer.may(Act::WriteDown))
    }

    /// Insists that the reader may do something.
    ///
    /// # Errors
    /// [`HttpError::SignIn`] for anonymous, [`HttpError::Forbidden`] for others.
    pub(crate) fn insist(&self, act: Act) -> Result<(), HttpError> {
        if self.writer.may(act) {
            return Ok(());
        }
        Err(self.refused(format!("this needs {}", role_for(act))))
    }

    /// The answer to somebody who may not do something: sign in, or no.
    pub(crate) fn refused(&self, why: String) -> HttpError {
        if self.known {
            HttpError::Forbidden(why)
        } else {
            HttpError::SignIn
        }
    }
}

fn role_for(act: Act) -> String {
    let names: Vec<&str> = Role::ALL
        .into_iter()
        .filter(|role| role.may(act))
        .map(Role::name)
        .collect();
    format!("the role {}", names.join(" or "))
}

impl FromRequestParts<Arc<App>> for Reader {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let peer = parts.extensions.get::<Peer>().copied();
        let reader = identify(app, &parts.headers, peer)?;
        tracing::Span::current().record("reader", reader.name());
        if let Some(noted) = parts.extensions.get::<Noted>() {
            noted.reader(&reader);
        }
        Ok(reader)
    }
}

/// Who seems to have sent a request that is refused for other reasons, for the log.
pub(crate) fn name_for_log(app: &App, parts: &axum::extract::Request) -> Option<String> {
    let peer = parts.extensions().get::<Peer>().copied();
    let reader = identify(app, parts.headers(), peer).ok()?;
    Some(reader.name().to_owned())
}

/// Who sent these headers from there. An `Authorization` header decides alone: a wrong one never falls back to less.
fn identify(app: &App, headers: &HeaderMap, peer: Option<Peer>) -> Result<Reader, HttpError> {
    let mut credentials = headers.get_all(header::AUTHORIZATION).iter();
    let reader = match (credentials.next(), credentials.next()) {
        (Some(_), Some(_)) => return Err(HttpError::BadToken),
        (Some(value), None) => {
            by_authorization(app, value.to_str().map_err(|_| HttpError::BadToken)?)?
        }
        (None, _) => match peer {
            Some(Peer::Socket) => by_socket(app, headers)?,
            Some(Peer::Network(address)) => match by_proxy(app, headers, address.ip())? {
                Some(reader) => reader,
                None => by_session(app, headers),
            },
            None => by_session(app, headers),
        },
    };
    let reason = headers
        .get("kenning-reason")
        .and_then(|value| value.to_str().ok());
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    Ok(Reader {
        reason: reason.map(str::to_owned),
        ..reader
    })
}

fn by_authorization(app: &App, value: &str) -> Result<Reader, HttpError> {
    let (scheme, rest) = value.split_once(' ').ok_or(HttpError::BadToken)?;
    let rest = rest.trim();
    let text = if scheme.eq_ignore_ascii_case("bearer") {
        rest.to_owned()
    } else if scheme.eq_ignore_ascii_case("basic") {
        // Clients that know only names and passwords send the token as the password.
        let decoded = base64::engine::general_purpose::STANDARD.decode(rest);
        let decoded = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let decoded = decoded.ok_or(HttpError::BadToken)?;
        decoded
            .split_once(':')
            .ok_or(HttpError::BadToken)?
            .1
            .to_owned()
    } else {
        return Err(HttpError::BadToken);
    };
    by_token(app, &text).ok_or(HttpError::BadToken)
}

/// Whose token it is: one of ours, or one that an issuer signed.
fn by_token(app: &App, text: &str) -> Option<Reader> {
    if text.starts_with("kn_") {
        return of_token(app, &token::check(&app.kb, text)?);
    }
    let known = app.policy().issuers.check(text, app.kb.scale())?;
    Some(self::known(known.name, known.writer))
}

fn of_token(app: &App, token: &token::Token) -> Option<Reader> {
    let writer = token.writer(app.kb.scale()).ok()?;
    Some(known(
        format!("token {} ({})", token.id, token.name),
        writer,
    ))
}

/// The operator looks through the view it names, and may do everything.
fn by_socket(app: &App, headers: &HeaderMap) -> Result<Reader, HttpError> {
    let text = |name: &str| {
        let value = headers.get(name).map(|value| value.to_str());
        value
            .transpose()
            .map_err(|_| HttpError::Request(format!("`{name}` is not text")))
    };
    let scale = app.kb.scale();
    let level = match text("kenning-clearance")? {
        None => Level::LOWEST,
        Some(name) => scale
            .parse_level(name)
            .map_err(|e| HttpError::Request(e.to_string()))?,
    };
    let names = text("kenning-groups")?.unwrap_or_default();
    let names = names.split(',').filter(|name| !name.trim().is_empty());
    let groups = Groups::of(names).map_err(|error| HttpError::Request(error.to_string()))?;
    let own = format!("{}id/graph/", app.base.as_str());
    let grants = ["*", own.as_str()];
    let grants = grants
        .iter()
        .filter_map(|grant| Grant::parse(grant, scale).ok());
    let writer = Writer::new(Clearance::new(level, groups), Role::ALL, grants.collect());
    Ok(Reader {
        at_socket: true,
        ..known("operator".to_owned(), writer)
    })
}

/// Whom a trusted reverse proxy names. A header from anybody else is as if it were not there.
fn by_proxy(app: &App, headers: &HeaderMap, peer: IpAddr) -> Result<Option<Reader>, HttpError> {
    let policy = app.policy();
    let Some(proxy) = policy.trusted_proxy.as_ref() else {
        return Ok(None);
    };
    // A listener for both kinds of addresses names the older kind in the newer form.
    let peer = peer.to_canonical();
    if !proxy.peers.iter().any(|own| own.to_canonical() == peer) {
        return Ok(None);
    }
    // A header that stands twice comes from two people, and only one of them is the proxy.
    let text = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.to_str().map(Some).map_err(|_| HttpError::BadToken),
            (Some(_), Some(_)) => Err(HttpError::BadToken),
        }
    };
    let Some(user) = text(&proxy.user_header)?.filter(|user| !user.trim().is_empty()) else {
        return Ok(None);
    };
    let scale = app.kb.scale();
    // The proxy speaks for us: what it says and we cannot read is a fault in the set-up, and nobody gets in by it.
    let level = match text(&proxy.clearance_header)? {
        None => Level::LOWEST,
        Some(name) => scale.parse_level(name).map_err(|_| HttpError::BadToken)?,
    };
    let groups = text(&proxy.groups_header)?.unwrap_or_default();
    let groups = groups
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty() && *name != "*");
    let groups = Groups::of(groups).map_err(|_| HttpError::BadToken)?;
    let writer = Writer::new(Clearance::new(level, groups), [Role::Reader], Vec::new());
    Ok(Some(known(format!("user {user}"), writer)))
}

/// Whose session it is; a session that has ended leaves an anonymous reader, who can sign in again.
fn by_session(app: &App, headers: &HeaderMap) -> Reader {
    let session = match app.sessions.owner(headers) {
        Some(Owner::Starter) => {
            let clearance = Clearance::everything("whoever started the server owns its files");
            let roles = [Role::Reader, Role::Operator, Role::Auditor];
            let writer = Writer::new(clearance, roles, Vec::new());
            Some(known(
                "session of who started the server".to_owned(),
                writer,
            ))
        }
        Some(Owner::Token(id)) => token::stored(&app.kb, &id)
            .filter(token::Token::is_current)
            .and_then(|token| of_token(app, &token)),
        None => None,
    };
    session.unwrap_or_else(|| anonymous(app))
}

fn anonymous(app: &App) -> Reader {
    let playground = app.settings.allow_anonymous_write;
    let (roles, grants) = if playground {
        let grant = Grant::parse("*", app.kb.scale());
        (vec![Role::Curator], grant.into_iter().collect())
    } else {
        (vec![Role::Reader], Vec::new())
    };
    Reader {
        name: "anonymous".into(),
        writer: Writer::new(Clearance::anonymous(), roles, grants),
        known: false,
        free_hand: playground,
        at_socket: false,
        reason: None,
    }
}

fn known(name: String, writer: Writer) -> Reader {
    Reader {
        name: name.into(),
        writer,
        known: true,
        free_hand: false,
        at_socket: false,
        reason: None,
    }
}
