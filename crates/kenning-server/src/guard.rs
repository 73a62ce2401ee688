//! What is looked at before anybody is asked who they are: the host named, and the page a browser acts for.
//!
//! A page elsewhere can make a browser send requests to a server on this machine, under a name of its own (DNS
//! rebinding) or under ours (a form that posts itself). Neither is stopped by a token in a header, so both are stopped here.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, Request, Version, header};

use crate::error::HttpError;

/// The hosts and origins a server answers for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guard {
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Guard {
    /// Answers for `hosts` (names without port) besides this machine, and lets pages of `origins` send requests.
    pub(crate) fn new(
        hosts: impl IntoIterator<Item = String>,
        origins: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            hosts: hosts.into_iter().map(|host| host.to_lowercase()).collect(),
            origins: origins.into_iter().collect(),
        }
    }

    /// Whether this server may answer at all.
    ///
    /// # Errors
    /// [`HttpError::WrongHost`] and [`HttpError::CrossSite`].
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), HttpError> {
        let headers = request.headers();
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().map_err(|_| HttpError::WrongHost)?,
            (Some(_), Some(_)) => return Err(HttpError::WrongHost),
            // RFC 9112, section 3.2: whoever speaks HTTP/1.1 names the host.
            (None, _) if request.version() == Version::HTTP_11 => {
                return Err(HttpError::Request(
                    "the header `Host` is missing".to_owned(),
                ));
            }
            (None, _) => "",
        };
        let target = request.uri().authority().map_or("", |host| host.as_str());
        for host in [host, target] {
            if !host.is_empty() && !self.answers_for(host) {
                return Err(HttpError::WrongHost);
            }
        }
        if request.method().is_safe() {
            return Ok(());
        }
        let own = if target.is_empty() { host } else { target };
        self.check_origin(headers, own)
    }

    /// The origin of the page that asks, when it is one of those let in: for the CORS headers.
    pub(crate) fn allowed_origin<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
        self.origins
            .iter()
            .any(|known| known == origin)
            .then_some(origin)
    }

    /// A name can be pointed anywhere by whoever owns it; an address cannot. So addresses are fine, and names are listed.
    fn answers_for(&self, host: &str) -> bool {
        let name = without_port(host).to_lowercase();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<IpAddr>().is_ok() || name == "localhost" || self.hosts.contains(&name)
    }

    fn check_origin(&self, headers: &HeaderMap, own: &str) -> Result<(), HttpError> {
        if self.allowed_origin(headers).is_some() {
            return Ok(());
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let origin = origin.to_str().map_err(|_| HttpError::CrossSite)?;
            let host = origin.split_once("://").map(|(_, host)| host);
            if !host.is_some_and(|host| host.eq_ignore_ascii_case(own)) {
                return Err(HttpError::CrossSite);
            }
        }
        match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
            None | Some(b"same-origin" | b"none") => Ok(()),
            Some(_) => Err(HttpError::CrossSite),
        }
    }
}

/// Whether the request asks leave for a later one (CORS preflight).
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.chars().all(|c| c.is_ascii_digit())
                && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: Method, host: &str, headers: &[(&str, &str)]) -> Result<(), HttpError> {
        let guard = Guard::new(
            ["kb.example".to_owned()],
            ["https://tools.example".to_owned()],
        );
        let mut request = Request::builder().method(method).uri("/query");
        if !host.is_empty() {
            request = request.header("host", host);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guard.check(&request.body(()).unwrap())
    }

    #[test]
    fn names_are_listed_and_addresses_are_fine() {
        let good = [
            "localhost",
            "localhost:7878",
            "LOCALHOST:7878",
            "127.0.0.1:7878",
            "[::1]:7878",
            "[::1]",
            "192.168.1.4",
            "kb.example",
            "KB.example:443",
        ];
        for host in good {
            assert_eq!(check(Method::GET, host, &[]), Ok(()), "{host}");
        }
        let unnamed = check(Method::GET, "", &[]);
        assert!(matches!(unnamed, Err(HttpError::Request(_))), "{unnamed:?}");
        let bad = [
            "evil.example:7878",
            "localhost.evil.example",
            "kb.example.evil",
            "evil:x",
            "127.0.0.1.nip.io",
        ];
        for host in bad {
            assert_eq!(
                check(Method::GET, host, &[]),
                Err(HttpError::WrongHost),
                "{host}"
            );
        }
    }

    #[test]
    fn a_page_elsewhere_posts_nothing() {
        let rows: [(&[(&str, &str)], bool); 9] = [
            (&[], true),
            (&[("origin", "http://localhost:7878")], true),
            (&[("origin", "https://tools.example")], true),
            (&[("origin", "http://localhost:9999")], false),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "http://localhost:7878"),
                ],
                true,
            ),
        ];
        for (headers, fine) in rows {
            let got = check(Method::POST, "localhost:7878", headers);
            assert_eq!(got.is_ok(), fine, "{headers:?}");
            assert_eq!(
                check(Method::GET, "localhost:7878", headers),
                Ok(()),
                "{headers:?}"
            );
        }
    }
}
