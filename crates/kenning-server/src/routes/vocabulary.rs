//! The vocabulary: `/ns/km` in each format, versions that never change, and `/prefixes`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use kenning_sparql::GraphFormat;
use kenning_vocab::{Ontology, ontologies, prefixes, shapes, versions};
use oxrdf::{BlankNode, NamedOrBlankNode, Term, Triple};
use oxrdfio::{RdfFormat, RdfParser};

use crate::App;
use crate::error::HttpError;
use crate::html::Page;
use crate::negotiate::Accept;
use crate::rdf::{self as graphs, Kind};
use crate::reader::Reader;
use crate::routes::query::Caller;
use crate::validator;
use crate::vocabulary::page as vocabulary_page;

/// `GET /ns/km`: every term, with what it means.
pub(crate) async fn vocabulary(
    reader: Reader,
    State(_app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    match graphs::choose_kind(&caller.accept)? {
        Kind::Page => Ok(Page {
            title: "Vocabulary",
            reader: &reader,
            body: vocabulary_page(),
        }
        .into_response()),
        Kind::Data(format) => current(ontologies(), format, &caller),
    }
}

/// `GET /ns/km.ttl` and so on: the vocabulary in the format of its ending.
pub(crate) async fn file(
    _reader: Reader,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, HttpError> {
    match graphs::with_ending(&name) {
        Some(("km", format)) => current(ontologies(), format, &Caller::of(&request)),
        _ => Err(HttpError::Absent),
    }
}

/// `GET /ns/km/…`: `VERSION` is the vocabulary as it was then, `MODULE` a module or its shapes as it is now, `MODULE/VERSION` a
/// module as it was then. A version has the same bytes for ever.
pub(crate) async fn part(
    _reader: Reader,
    Path(wanted): Path<String>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    let (wanted, format) = match graphs::with_ending(&wanted) {
        Some((wanted, format)) => (wanted.to_owned(), format),
        None => (wanted, graphs::choose_format(&caller.accept)?),
    };
    let iri = format!("{}/{wanted}", km_iri());
    if let Some(now) = ontologies().iter().chain(shapes()).find(|it| it.iri == iri) {
        return current(std::slice::from_ref(now), format, &caller);
    }
    let (module, version) = wanted.rsplit_once('/').unwrap_or(("", &wanted));
    let version = versions().iter().find(|it| it.name == version);
    let all = version.ok_or(HttpError::Absent)?.ontologies;
    let then = if module.is_empty() {
        all
    } else {
        let iri = format!("{}/{module}", km_iri());
        let one = all.iter().find(|it| it.iri == iri);
        std::slice::from_ref(one.ok_or(HttpError::Absent)?)
    };
    let bytes = written(then, format)?;
    let tag = validator::tag_of(&[&bytes]);
    let mut response = graphs::answer(bytes, format.media_type(), tag, &caller);
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, for_ever);
    Ok(response)
}

/// The IRI of the vocabulary as a whole.
fn km_iri() -> &'static str {
    ontologies().first().map_or("", |whole| whole.iri)
}

fn current(
    files: &[Ontology],
    format: GraphFormat,
    caller: &Caller,
) -> Result<Response, HttpError> {
    let bytes = written(files, format)?;
    let tag = validator::tag_of(&[&bytes]);
    Ok(graphs::answer(bytes, format.media_type(), tag, caller))
}

/// `GET /prefixes`: as JSON, Turtle, SPARQL or CSV.
pub(crate) async fn all_prefixes(headers: HeaderMap) -> Result<Response, HttpError> {
    const FORMS: [&str; 4] = [
        "application/json",
        "text/turtle; charset=utf-8",
        "application/sparql-query",
        "text/csv; charset=utf-8",
    ];
    let form = Accept::of(&headers).best(&FORMS);
    let form = form.ok_or_else(|| HttpError::NotAcceptable(FORMS.to_vec()))?;
    let lines = |line: &dyn Fn(&str, &str) -> String| -> String {
        prefixes()
            .iter()
            .map(|(name, iri)| line(name, iri))
            .collect()
    };
    let text = match form {
        0 => {
            let members = prefixes()
                .iter()
                .map(|(name, iri)| ((*name).to_owned(), (*iri).into()));
            let object: serde_json::Map<String, serde_json::Value> = members.collect();
            serde_json::Value::Object(object).to_string() + "\n"
        }
        1 => lines(&|name, iri| format!("@prefix {name}: <{iri}> .\n")),
        2 => lines(&|name, iri| format!("PREFIX {name}: <{iri}>\n")),
        _ => "prefix,namespace\r\n".to_owned() + &lines(&|name, iri| format!("{name},{iri}\r\n")),
    };
    let media_type = FORMS.get(form).copied().unwrap_or("text/plain");
    let fixed = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::VARY, "accept"),
    ];
    Ok((fixed, text).into_response())
}

/// Files as one document. As Turtle it is what people wrote, so a later serialiser cannot change a byte of it.
fn written(files: &[Ontology], format: GraphFormat) -> Result<Vec<u8>, HttpError> {
    if format == GraphFormat::Turtle {
        let texts: Vec<&str> = files.iter().map(|file| file.text).collect();
        return Ok(texts.join("\n").into_bytes());
    }
    let mut triples = Vec::new();
    for (place, file) in files.iter().enumerate() {
        let parser = RdfParser::from_format(RdfFormat::Turtle);
        for quad in parser.for_slice(file.text) {
            let quad =
                quad.map_err(|error| HttpError::Internal(format!("{}: {error}", file.name)))?;
            triples.push(kept_apart(Triple::from(quad), place));
        }
    }
    graphs::write(triples, format)
}

/// Blank nodes of two files are two, and have the same labels in every answer.
fn kept_apart(mut triple: Triple, place: usize) -> Triple {
    let label = |node: &BlankNode| BlankNode::new_unchecked(format!("f{place}{}", node.as_str()));
    if let NamedOrBlankNode::BlankNode(node) = &triple.subject {
        triple.subject = label(node).into();
    }
    if let Term::BlankNode(node) = &triple.object {
        triple.object = label(node).into();
    }
    triple
}
