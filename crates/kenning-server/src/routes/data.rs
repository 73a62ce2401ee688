//! Linked data: every IRI under the base resolves.
//!
//! `/id/X` answers 303 to `/page/X` for people or `/data/X` for machines (Cool URIs for the Semantic Web, section 4.2).
//! What the asker may not see is asked for first, so a redirect tells of nothing that the page would not show.

use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kenning_sparql::GraphFormat;
use kenning_store::{GraphPattern, Pattern, TermId, View};
use kenning_vocab::km;
use oxrdf::{GraphName, NamedNode, Term, Triple};

use crate::about::{About, Part, by_property};
use crate::error::HttpError;
use crate::html::{Page, escape};
use crate::names::{name_of, short};
use crate::negotiate::Accept;
use crate::rdf::{Kind, choose_kind, ending, with_ending, writer};
use crate::reader::Reader;
use crate::routes::query::Caller;
use crate::table::{link, term};
use crate::{App, address, validator};

/// A graph of so many triples is written in the order of its words, a larger one as it is kept.
const SORTED: u64 = 20_000;
/// How many parts of a thing its data hold, and how many its page shows.
const PARTS: usize = 10_000;
const LISTED: usize = 500;

/// `GET /id/…`: to the page or the data.
pub(crate) async fn thing(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let rest = rest_of(&request, "/id/")?;
    let view = reader.view(&app);
    let app_too = Arc::clone(&app);
    let rest = app
        .evaluators
        .run(reader.share(), move |cancel| {
            find(&app_too, &view.with_cancel(cancel.clone()), &rest).map(|(_, rest)| rest)
        })
        .await?;
    let target = match choose_kind(&Accept::of(request.headers()))? {
        Kind::Page => format!("/page/{rest}"),
        Kind::Data(format) => format!("/data/{rest}.{}", ending(format)),
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    validator::data_headers(headers, None);
    let target = HeaderValue::from_str(&target).map_err(|_| HttpError::Absent)?;
    headers.insert(header::LOCATION, target);
    Ok(response)
}

/// `GET /page/…`: what is said of a thing, for people.
pub(crate) async fn page(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let rest = rest_of(&request, "/page/")?;
    let view = reader.view(&app);
    let app_too = Arc::clone(&app);
    let (title, body, rest) = app
        .evaluators
        .run(reader.share(), move |cancel| {
            let view = view.with_cancel(cancel.clone());
            let (about, rest) = find(&app_too, &view, &rest)?;
            let body = describe(&app_too, &view, &about, &rest)?;
            Ok((name_of(&view, about.id), body, rest))
        })
        .await?;
    let mut response = Page {
        title: &title,
        reader: &reader,
        body: &body,
    }
    .into_response();
    link_formats(response.headers_mut(), &rest, None);
    Ok(response)
}

/// `GET /data/…`: the same for machines. The format is what the address ends in, or else what is accepted.
pub(crate) async fn data(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    let rest = rest_of(&request, "/data/")?;
    let (name, format) = match with_ending(&rest) {
        Some((name, format)) => (name.to_owned(), format),
        None => match choose_kind(&caller.accept)? {
            Kind::Data(format) => (rest.clone(), format),
            Kind::Page => (rest.clone(), GraphFormat::Turtle),
        },
    };
    let view = reader.view(&app);
    let tag = validator::tag(&view, &[format.media_type(), &name]);
    let known = validator::is_known(&caller.headers, &tag);
    let found: Arc<OnceLock<String>> = Arc::default();
    let told = Arc::clone(&found);
    let app_too = Arc::clone(&app);
    let body = app
        .evaluators
        .stream(reader.share(), caller.needs_whole, move |flow, cancel| {
            let view = view.with_cancel(cancel.clone());
            let (about, rest) = find(&app_too, &view, &name)?;
            let _ = told.set(rest);
            if known {
                return Ok(());
            }
            write(&view, &about, format, flow)
        })
        .await?;
    let rest = found.get().map_or("", String::as_str);
    let mut response = Response::new(body);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    );
    validator::data_headers(headers, Some(tag));
    let by = format!("<{}id/{rest}>; rel=\"describes\"", app.base.as_str());
    if let Ok(by) = HeaderValue::from_str(&by) {
        headers.insert(header::LINK, by);
    }
    let page = format!("</page/{rest}>; rel=\"alternate\"; type=\"text/html\"");
    if let Ok(page) = HeaderValue::from_str(&page) {
        headers.append(header::LINK, page);
    }
    link_formats(headers, rest, Some(format));
    Ok(response)
}

/// The thing that the rest of an address means in this view, and the rest of its own address.
fn find(app: &App, view: &View, rest: &str) -> Result<(About, String), HttpError> {
    for reading in address::readings(rest) {
        let Ok(iri) = NamedNode::new(format!("{}id/{reading}", app.base.as_str())) else {
            continue;
        };
        match About::of(view, iri) {
            Err(HttpError::Absent) => {}
            about => return Ok((about?, address::ascii(&reading))),
        }
    }
    Err(HttpError::Absent)
}

/// `Link` headers to the same thing as data (RFC 8288), in each format but the one that this answer has.
fn link_formats(headers: &mut HeaderMap, rest: &str, but: Option<GraphFormat>) {
    let formats = GraphFormat::ALL
        .iter()
        .filter(|format| but != Some(**format));
    for format in formats {
        let kind = format.media_type().split(';').next().unwrap_or_default();
        let link = format!(
            "</data/{rest}.{}>; rel=\"alternate\"; type=\"{kind}\"",
            ending(*format)
        );
        if let Ok(link) = HeaderValue::from_str(&link) {
            headers.append(header::LINK, link);
        }
    }
}

/// A graph's own name stands for its content, any other name for what is said of the thing.
fn write(
    view: &View,
    about: &About,
    format: GraphFormat,
    out: &mut dyn std::io::Write,
) -> Result<(), HttpError> {
    let failed = |error: std::io::Error| HttpError::unwritten(&error);
    let mut writer = writer(format, out);
    for triple in about.triples(view) {
        writer.triple(&triple).map_err(failed)?;
    }
    let (parts, _) = about.parts(view, PARTS)?;
    for triple in parts.values().flat_map(|part| part.triples(view, about)) {
        writer.triple(&triple).map_err(failed)?;
    }
    if let Some(graph) = &about.graph {
        let name = if format.holds_datasets() {
            GraphName::NamedNode(graph.name.clone())
        } else {
            GraphName::DefaultGraph
        };
        let quads = view
            .quads(Pattern::all(GraphPattern::One(graph.id)))
            .map(|quad| quad.map_err(|_| HttpError::Busy))
            .filter_map(|quad| {
                quad.map(|quad| crate::about::triple(view, &quad))
                    .transpose()
            });
        let mut put = |triple: Triple| writer.quad(&triple.in_graph(name.clone())).map_err(failed);
        if graph.triples <= SORTED {
            let mut triples = quads.collect::<Result<Vec<Triple>, HttpError>>()?;
            triples.sort_by_cached_key(ToString::to_string);
            triples.into_iter().try_for_each(&mut put)?;
        } else {
            for triple in quads {
                put(triple?)?;
            }
        }
    }
    writer.finish().map(|_| ()).map_err(failed)
}

/// The path behind `prefix`, as it was sent.
fn rest_of(request: &Request, prefix: &str) -> Result<String, HttpError> {
    let path = request.uri().path();
    path.strip_prefix(prefix)
        .map(str::to_owned)
        .ok_or(HttpError::Absent)
}

fn describe(app: &App, view: &View, about: &About, rest: &str) -> Result<String, HttpError> {
    let mut text = format!(
        "<section class=\"card\"><h1>{}</h1><p class=\"quiet\">{}</p>",
        escape(&name_of(view, about.id)),
        escape(about.iri.as_str())
    );
    if let Some(graph) = &about.graph {
        let label = app.kb.scale().write_label(&graph.label);
        let level = label.split('{').next().unwrap_or_default();
        text.push_str(&format!(
            "<p>A graph of {} statements, for readers cleared for <span class=\"label {}\">{}</span>.</p>",
            graph.triples,
            escape(level),
            escape(&label)
        ));
    }
    text.push_str(&said(view, &about.says));
    text.push_str("</section>");
    text.push_str(&parts(view, about)?);
    text.push_str(&pointing(view, about));
    let formats: Vec<String> = GraphFormat::ALL
        .iter()
        .map(|format| ending(*format))
        .map(|end| format!("<a href=\"/data/{}.{end}\">{end}</a>", escape(rest)))
        .collect();
    text.push_str(&format!(
        "<p class=\"quiet\">As data: {}</p>",
        formats.join(" · ")
    ));
    Ok(text)
}

/// The parts of a thing, in their order, each where a link to it leads.
fn parts(view: &View, about: &About) -> Result<String, HttpError> {
    let (parts, more) = about.parts(view, LISTED)?;
    if parts.is_empty() {
        return Ok(String::new());
    }
    let mut parts: Vec<(u64, &String, &Part)> = parts
        .iter()
        .map(|(iri, part)| (position(view, part), iri, part))
        .collect();
    parts.sort_by_key(|(position, iri, _)| (*position, *iri));
    let mut text = String::from("<section class=\"card\"><h2>Parts</h2>");
    for (_, iri, part) in parts {
        let anchor = iri.split_once('#').map_or("", |(_, anchor)| anchor);
        text.push_str(&format!(
            "<h3 id=\"{0}\">{0}</h3>{1}",
            escape(anchor),
            said(view, &part.says)
        ));
    }
    if more {
        text.push_str("<p class=\"quiet\">And more, which a query will list.</p>");
    }
    text.push_str("</section>");
    Ok(text)
}

/// Where a part stands among the others, as far as it says.
fn position(view: &View, part: &Part) -> u64 {
    let wanted = Term::from(km::POSITION.into_owned());
    part.says
        .iter()
        .filter(|(predicate, _)| view.term(*predicate) == wanted)
        .find_map(|(_, object)| match view.term(*object) {
            Term::Literal(literal) => literal.value().parse().ok(),
            _ => None,
        })
        .unwrap_or(u64::MAX)
}

/// What is said of something, as a list.
fn said(view: &View, says: &[(TermId, TermId)]) -> String {
    let mut text = String::from("<dl>");
    for (predicate, objects) in by_property(view, says) {
        let name = match NamedNode::new(&predicate) {
            Ok(node) => view
                .id((&node).into())
                .map_or_else(|| short(&node.clone().into()), |id| name_of(view, id)),
            Err(_) => predicate.clone(),
        };
        text.push_str(&format!(
            "<dt title=\"{}\">{}</dt><dd><ul>",
            escape(&predicate),
            escape(&name)
        ));
        for object in &objects {
            text.push_str(&format!("<li>{}</li>", show(view, object)));
        }
        text.push_str("</ul></dd>");
    }
    text.push_str("</dl>");
    text
}

fn pointing(view: &View, about: &About) -> String {
    if about.pointed.is_empty() {
        return String::new();
    }
    let mut items: Vec<(String, String)> = about
        .pointed
        .iter()
        .map(|(subject, predicate)| (name_of(view, *predicate), show(view, &view.term(*subject))))
        .collect();
    items.sort();
    let mut text = String::from("<section class=\"card\"><h2>What points here</h2><dl>");
    let mut last = None;
    for (predicate, subject) in items {
        if last.as_ref() != Some(&predicate) {
            if last.is_some() {
                text.push_str("</ul></dd>");
            }
            text.push_str(&format!("<dt>{}</dt><dd><ul>", escape(&predicate)));
            last = Some(predicate);
        }
        text.push_str(&format!("<li>{subject}</li>"));
    }
    text.push_str("</ul></dd></dl>");
    if about.pointed_more {
        text.push_str("<p class=\"quiet\">And more, which a query will list.</p>");
    }
    text.push_str("</section>");
    text
}

fn show(view: &View, value: &Term) -> String {
    match value {
        Term::NamedNode(node) => {
            let name = view
                .id(node.into())
                .map_or_else(|| short(value), |id| name_of(view, id));
            link(node.as_str(), &name)
        }
        other => term(other),
    }
}
