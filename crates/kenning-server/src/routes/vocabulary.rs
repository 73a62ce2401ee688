//! The vocabulary: `/ns/km` in each format, versions that never change, and `/prefixes`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use kenning_vocab::{ontologies, prefixes};
use oxrdf::Triple;
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
        Kind::Data(format) => {
            let bytes = graphs::write(all_terms()?, format)?;
            let tag = validator::tag_of(&[&bytes]);
            Ok(graphs::answer(bytes, format.media_type(), tag, &caller))
        }
    }
}

/// `GET /ns/km/VERSION`: the vocabulary as it was in that version. For ever the same bytes.
pub(crate) async fn version(
    _reader: Reader,
    Path(wanted): Path<String>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    let (wanted, format) = match graphs::with_ending(&wanted) {
        Some((wanted, format)) => (wanted.to_owned(), format),
        None => (wanted, graphs::choose_format(&caller.accept)?),
    };
    if !ontologies()
        .iter()
        .any(|ontology| ontology.version == wanted)
    {
        return Err(HttpError::Absent);
    }
    let bytes = graphs::write(all_terms()?, format)?;
    let tag = validator::tag_of(&[&bytes]);
    let mut response = graphs::answer(bytes, format.media_type(), tag, &caller);
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, for_ever);
    Ok(response)
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

/// Every triple of every module, in the order of the files.
fn all_terms() -> Result<Vec<Triple>, HttpError> {
    let mut triples = Vec::new();
    for ontology in ontologies() {
        let parser = RdfParser::from_format(RdfFormat::Turtle).rename_blank_nodes();
        for quad in parser.for_slice(ontology.text) {
            let quad =
                quad.map_err(|error| HttpError::Internal(format!("{}: {error}", ontology.name)))?;
            triples.push(Triple::from(quad));
        }
    }
    Ok(triples)
}
