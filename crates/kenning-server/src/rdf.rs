//! Graphs that the server itself says something with, in the format the caller likes.

use std::io::Write;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use kenning_sparql::{GraphFormat, GraphWriter};
use oxrdf::Triple;

use crate::error::HttpError;
use crate::negotiate::Accept;
use crate::routes::query::Caller;
use crate::validator;

/// What a caller wants to have of something that has a page and data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// HTML.
    Page,
    /// RDF.
    Data(GraphFormat),
}

/// The data format a caller accepts most.
///
/// # Errors
/// [`HttpError::NotAcceptable`] with the list.
pub(crate) fn choose_format(accept: &Accept) -> Result<GraphFormat, HttpError> {
    let mut best: Option<(GraphFormat, u16)> = None;
    for format in GraphFormat::ALL {
        let quality = quality(accept, *format);
        if quality > 0 && best.is_none_or(|(_, found)| quality > found) {
            best = Some((*format, quality));
        }
    }
    best.map(|(format, _)| format)
        .ok_or_else(|| HttpError::NotAcceptable(offered().collect()))
}

/// A page for whoever asks for HTML, data for whoever asks for that or does not say.
///
/// # Errors
/// [`HttpError::NotAcceptable`] with the list.
pub(crate) fn choose_kind(accept: &Accept) -> Result<Kind, HttpError> {
    if accept.is_open() {
        return Ok(Kind::Data(GraphFormat::Turtle));
    }
    let page = accept.quality("text/html");
    match choose_format(accept) {
        Ok(format) if quality(accept, format) > page => Ok(Kind::Data(format)),
        _ if page > 0 => Ok(Kind::Page),
        _ => Err(HttpError::NotAcceptable(
            std::iter::once("text/html").chain(offered()).collect(),
        )),
    }
}

/// How much a caller likes a format, under any of its media types, in thousandths.
pub(crate) fn quality(accept: &Accept, format: GraphFormat) -> u16 {
    let all = format.media_types().iter().map(|kind| accept.quality(kind));
    all.max().unwrap_or(0)
}

fn offered() -> impl Iterator<Item = &'static str> {
    GraphFormat::ALL.iter().map(|format| format.media_type())
}

/// What an address ends in that names this format.
pub(crate) fn ending(format: GraphFormat) -> &'static str {
    match format {
        GraphFormat::Turtle => "ttl",
        GraphFormat::NTriples => "nt",
        GraphFormat::RdfXml => "rdf",
        GraphFormat::JsonLd => "jsonld",
        GraphFormat::TriG => "trig",
        GraphFormat::NQuads => "nq",
    }
}

/// A name and the format that its ending names.
pub(crate) fn with_ending(rest: &str) -> Option<(&str, GraphFormat)> {
    let (name, end) = rest.rsplit_once('.')?;
    let mut all = GraphFormat::ALL.iter().copied();
    let format = all.find(|format| ending(*format) == end)?;
    Some((name, format))
}

/// A writer with our prefixes, where the format has prefixes.
pub(crate) fn writer<W: Write>(format: GraphFormat, out: W) -> GraphWriter<W> {
    GraphWriter::new(format, kenning_vocab::prefixes().iter().copied(), out)
}

/// Writes triples in one go.
///
/// # Errors
/// [`HttpError::Inexpressible`] when the format cannot hold them.
pub(crate) fn write(
    triples: impl IntoIterator<Item = Triple>,
    format: GraphFormat,
) -> Result<Vec<u8>, HttpError> {
    let failed = |error: std::io::Error| HttpError::unwritten(&error);
    let mut writer = writer(format, Vec::new());
    for triple in triples {
        writer.triple(&triple).map_err(failed)?;
    }
    writer.finish().map_err(failed)
}

/// An answer of bytes that are made already, or 304 when the caller has them.
pub(crate) fn answer(
    bytes: Vec<u8>,
    media_type: &'static str,
    tag: HeaderValue,
    caller: &Caller,
) -> Response {
    let known = validator::is_known(&caller.headers, &tag);
    let body = if known { Vec::new() } else { bytes };
    let mut response = Response::new(body.into());
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    validator::data_headers(headers, Some(tag));
    response
}
