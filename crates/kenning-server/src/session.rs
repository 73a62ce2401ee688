//! Signing in with a browser: a one-time link for whoever started the server, and sessions in cookies.
//!
//! Sessions live in memory. A server that starts again forgets them, and prints a new link.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};

use crate::token::{TokenError, hash, random_secret};

/// How long a session lasts.
const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);
/// How many sessions there may be at once; beyond that the oldest ends.
const MOST: usize = 10_000;
/// The cookie's name. It has no `__Host-` prefix, which browsers take over HTTPS only.
pub(crate) const COOKIE: &str = "kenning_session";

/// Whose session it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Whoever started the server and followed its link.
    Starter,
    /// The holder of the token with this id, which is looked up again at every request.
    Token(String),
}

/// The sessions of a running server, and its one-time link.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    link: Mutex<Option<String>>,
    open: Mutex<HashMap<String, (Owner, Instant)>>,
}

impl Sessions {
    /// Makes the secret of a link that opens one session. An earlier link ends.
    ///
    /// # Errors
    /// [`TokenError::Random`].
    pub(crate) fn make_link(&self) -> Result<String, TokenError> {
        let secret = random_secret()?;
        *lock(&self.link) = Some(hash(&secret));
        Ok(secret)
    }

    /// Uses the link up. Whether it was the right one.
    pub(crate) fn use_link(&self, secret: &str) -> bool {
        let given = hash(secret);
        lock(&self.link).take_if(|link| *link == given).is_some()
    }

    /// Begins a session; returns the secret for the cookie.
    ///
    /// # Errors
    /// [`TokenError::Random`].
    pub(crate) fn begin(&self, owner: Owner) -> Result<String, TokenError> {
        let secret = random_secret()?;
        let mut open = lock(&self.open);
        let now = Instant::now();
        open.retain(|_, (_, ends)| *ends > now);
        if open.len() >= MOST {
            let oldest = open.iter().min_by_key(|(_, (_, ends))| *ends);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                open.remove(&oldest);
            }
        }
        open.insert(hash(&secret), (owner, now + LIFETIME));
        Ok(secret)
    }

    /// Whose session the cookies of a request belong to.
    pub(crate) fn owner(&self, headers: &HeaderMap) -> Option<Owner> {
        let key = hash(cookie(headers)?);
        let open = lock(&self.open);
        let (owner, ends) = open.get(&key)?;
        (*ends > Instant::now()).then(|| owner.clone())
    }

    /// Ends the session that the cookies of a request belong to.
    pub(crate) fn end(&self, headers: &HeaderMap) {
        if let Some(secret) = cookie(headers) {
            lock(&self.open).remove(&hash(secret));
        }
    }
}

/// The cookie that carries a session, or that ends it when `secret` is `None`.
pub(crate) fn set_cookie(secret: Option<&str>, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    let (value, age) = secret.map_or(("", 0), |secret| (secret, LIFETIME.as_secs()));
    format!("{COOKIE}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}")
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::COOKIE);
    values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == COOKIE && !value.is_empty()).then_some(value)
        })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_link_opens_one_session() {
        let sessions = Sessions::default();
        let link = sessions.make_link().unwrap();
        assert!(!sessions.use_link("something else"));
        assert!(sessions.use_link(&link));
        assert!(!sessions.use_link(&link));
    }

    #[test]
    fn a_session_is_known_by_its_cookie_until_it_ends() {
        let sessions = Sessions::default();
        let secret = sessions.begin(Owner::Starter).unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(sessions.owner(&headers), None);
        let text = format!("other=1; {COOKIE}={secret}");
        headers.insert(header::COOKIE, HeaderValue::from_str(&text).unwrap());
        assert_eq!(sessions.owner(&headers), Some(Owner::Starter));
        sessions.end(&headers);
        assert_eq!(sessions.owner(&headers), None);
    }
}
