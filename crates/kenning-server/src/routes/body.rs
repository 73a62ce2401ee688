//! RDF in the body of a request: one document, or several as the parts of a form (SPARQL 1.1 Graph Store HTTP Protocol,
//! section 5.5).

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use kenning_sparql::GraphFormat;

use crate::error::HttpError;
use crate::negotiate::content_type;

/// Most parts of one body: a form of documents, not a way to make the server split for ever.
const PARTS: usize = 1_000;

/// What a body is said to be, before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sending {
    /// One document.
    One(GraphFormat),
    /// Several, with this text between them.
    Many(String),
}

/// A document that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) format: GraphFormat,
    pub(super) bytes: Bytes,
}

impl Sending {
    /// What the headers say. Several documents are taken by POST only: what a replacement by them means, no standard says.
    ///
    /// # Errors
    /// [`HttpError::MediaType`] or [`HttpError::Multipart`] with what is read, [`HttpError::Request`] for a form without boundary.
    pub(super) fn of(parts: &Parts) -> Result<Self, HttpError> {
        let kind = content_type(&parts.headers).ok_or_else(unknown)?;
        if kind == "multipart/form-data" && parts.method == Method::POST {
            return boundary(&parts.headers)
                .map(Self::Many)
                .ok_or_else(|| broken("the media type names no boundary"));
        }
        if kind.starts_with("multipart/") {
            return Err(HttpError::Multipart(formats()));
        }
        of_type(&kind).map(Self::One).ok_or_else(unknown)
    }

    /// The documents of a body.
    ///
    /// # Errors
    /// As [`of`](Self::of), for each part.
    pub(super) fn read(self, bytes: Bytes) -> Result<Vec<Sent>, HttpError> {
        match self {
            Self::One(format) => Ok(vec![Sent { format, bytes }]),
            Self::Many(boundary) => split(&bytes, &boundary),
        }
    }
}

fn formats() -> Vec<&'static str> {
    GraphFormat::ALL.iter().map(|f| f.media_type()).collect()
}

fn unknown() -> HttpError {
    HttpError::MediaType(formats())
}

fn of_type(kind: &str) -> Option<GraphFormat> {
    let mut all = GraphFormat::ALL.iter().copied();
    all.find(|format| format.media_types().contains(&kind))
}

fn broken(why: &str) -> HttpError {
    HttpError::Request(format!("the body of several parts is broken: {why}"))
}

/// The parameter `boundary`, whose letter case counts (RFC 2046, section 5.1.1).
fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let found = value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_it = name.trim().eq_ignore_ascii_case("boundary");
        is_it.then(|| value.trim().trim_matches('"').to_owned())
    })?;
    (1..=70).contains(&found.len()).then_some(found)
}

/// Splits a body into its documents (RFC 2046, section 5.1.1). Lines may end without a carriage return, as people write them.
fn split(body: &Bytes, boundary: &str) -> Result<Vec<Sent>, HttpError> {
    let mark = format!("--{boundary}");
    let mut out = Vec::new();
    // The place after the line break of the last mark, where a part begins.
    let mut begun: Option<usize> = None;
    let mut at = 0;
    while at < body.len() {
        let rest = body.get(at..).unwrap_or_default();
        let line = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(rest.len(), |end| end + 1);
        let text = rest.get(..line).unwrap_or_default().trim_ascii_end();
        let after = text.strip_prefix(mark.as_bytes());
        if matches!(after, Some(b"" | b"--")) {
            if let Some(start) = begun {
                out.push(part(body, start, at)?);
                if out.len() > PARTS {
                    return Err(broken("it has too many parts"));
                }
            }
            if after == Some(b"--") {
                return Ok(out);
            }
            begun = Some(at + line);
        }
        at += line;
    }
    // A form that was cut off is not half a form.
    Err(broken("its end is missing"))
}

/// The part between two places: its head, an empty line, and the document, whose last line break belongs to the mark after it.
fn part(body: &Bytes, start: usize, end: usize) -> Result<Sent, HttpError> {
    let mut kind = None;
    let mut file = None;
    let mut at = start;
    loop {
        let rest = body.get(at..end).unwrap_or_default();
        let Some(length) = rest.iter().position(|byte| *byte == b'\n') else {
            return Err(broken("a part has no empty line after its head"));
        };
        at += length + 1;
        let line = rest.get(..length).unwrap_or_default();
        let line = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        if name.eq_ignore_ascii_case("content-type") {
            kind = Some(
                value
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_lowercase(),
            );
        } else if name.eq_ignore_ascii_case("content-disposition") {
            let named = value
                .split(';')
                .find_map(|parameter| parameter.trim().strip_prefix("filename="));
            file = named.map(|name| name.trim_matches('"').to_owned());
        }
    }
    let bytes = body.slice(at..end);
    let bytes = match bytes.as_ref() {
        [.., b'\r', b'\n'] => bytes.slice(..bytes.len() - 2),
        [.., b'\n'] => bytes.slice(..bytes.len() - 1),
        _ => bytes,
    };
    // Browsers and curl give files that they do not know this type; the ending says more then.
    let kind = kind.filter(|kind| kind != "application/octet-stream");
    let format = match (kind, file) {
        (Some(kind), _) => of_type(&kind),
        (None, Some(file)) => file
            .rsplit_once('.')
            .and_then(|(_, ending)| GraphFormat::named(ending)),
        (None, None) => None,
    };
    Ok(Sent {
        format: format.ok_or_else(unknown)?,
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Vec<(GraphFormat, String)>, HttpError> {
        let sent = split(&Bytes::from(body.to_owned()), "x")?;
        Ok(sent
            .into_iter()
            .map(|sent| {
                (
                    sent.format,
                    String::from_utf8_lossy(&sent.bytes).into_owned(),
                )
            })
            .collect())
    }

    #[test]
    fn parts_are_told_apart() {
        let body = "before\r\n--x\r\nContent-Type: text/turtle; charset=utf-8\r\n\r\n<a:> <b:> <c:>.\r\n--x \r\n\
                    Content-Disposition: form-data; name=\"f\"; filename=\"d.nt\"\r\n\r\n\r\n--xy\r\n--x--\r\nafter";
        assert_eq!(
            read(body).unwrap(),
            [
                (GraphFormat::Turtle, "<a:> <b:> <c:>.".to_owned()),
                (GraphFormat::NTriples, "\r\n--xy".to_owned()),
            ]
        );
        let unix = "--x\nContent-Type: text/turtle\n\n<a:> <b:> <c:>.\n--x--\n";
        assert_eq!(read(unix).unwrap().len(), 1);
        assert_eq!(read("--x--").unwrap(), []);
    }

    #[test]
    fn what_is_cut_off_or_unknown_is_refused() {
        for (body, status) in [
            ("", 400),
            (
                "--x\r\nContent-Type: text/turtle\r\n\r\n<a:> <b:> <c:>.\r\n",
                400,
            ),
            ("--x\r\nContent-Type: text/turtle\r\n--x--\r\n", 400),
            ("--x\r\nContent-Type: text/html\r\n\r\n\r\n--x--\r\n", 415),
            ("--x\r\n\r\nhello\r\n--x--\r\n", 415),
        ] {
            let status_of = read(body).map_err(|error| error.status().as_u16());
            assert_eq!(status_of, Err(status), "{body:?}");
        }
    }
}
