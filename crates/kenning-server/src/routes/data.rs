//! Linked data: every IRI under the base resolves.
//!
//! `/id/X` answers 303 to `/page/X` for people or `/data/X` for machines (Cool URIs for the Semantic Web, section 4.2).
//! What the asker may not see is asked for first, so a redirect tells of nothing that the page would not show.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kenning_sparql::GraphFormat;
use kenning_store::{GraphPattern, Pattern, View};
use oxrdf::{GraphName, NamedNode, Term, Triple};

use crate::App;
use crate::about::About;
use crate::error::HttpError;
use crate::html::{Page, escape};
use crate::names::{name_of, short};
use crate::negotiate::Accept;
use crate::rdf::{Kind, choose_kind, ending, serializer, with_ending};
use crate::reader::Reader;
use crate::table::{link, term};
use crate::validator;

/// A graph of so many triples is written in the order of its words, a larger one as it is kept.
const SORTED: u64 = 20_000;

/// `GET /id/…`: to the page or the data.
pub(crate) async fn thing(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let rest = rest_of(&request, "/id/")?;
    let iri = iri(&app, &rest)?;
    let view = reader.view(&app);
    app.evaluators
        .run(reader.share(), move |_| About::of(&view, iri).map(|_| ()))
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
    let iri = iri(&app, &rest)?;
    let view = reader.view(&app);
    let app_too = Arc::clone(&app);
    let name = rest.clone();
    let (title, body) = app
        .evaluators
        .run(reader.share(), move |cancel| {
            let view = view.with_cancel(cancel.clone());
            let about = About::of(&view, iri)?;
            Ok((
                name_of(&view, about.id),
                describe(&app_too, &view, &about, &rest),
            ))
        })
        .await?;
    let mut response = Page {
        title: &title,
        reader: &reader,
        body: &body,
    }
    .into_response();
    link_formats(response.headers_mut(), &name, None);
    Ok(response)
}

/// `GET /data/…`: the same for machines. The format is what the address ends in, or else what is accepted.
pub(crate) async fn data(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let rest = rest_of(&request, "/data/")?;
    let (name, format) = match with_ending(&rest) {
        Some((name, format)) => (name.to_owned(), format),
        None => match choose_kind(&Accept::of(request.headers()))? {
            Kind::Data(format) => (rest.clone(), format),
            Kind::Page => (rest.clone(), GraphFormat::Turtle),
        },
    };
    let iri = iri(&app, &name)?;
    let view = reader.view(&app);
    let tag = validator::tag(&view, &[format.media_type(), iri.as_str()]);
    let headers = request.headers().clone();
    let known = validator::is_known(&headers, &tag);
    let body = app
        .evaluators
        .stream(reader.share(), false, move |flow, cancel| {
            let view = view.with_cancel(cancel.clone());
            let about = About::of(&view, iri)?;
            if known {
                return Ok(());
            }
            write(&view, &about, format, flow)
        })
        .await?;
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
    let by = format!("<{}id/{name}>; rel=\"describes\"", app.base.as_str());
    if let Ok(by) = HeaderValue::from_str(&by) {
        headers.insert(header::LINK, by);
    }
    let page = format!("</page/{name}>; rel=\"alternate\"; type=\"text/html\"");
    if let Ok(page) = HeaderValue::from_str(&page) {
        headers.append(header::LINK, page);
    }
    link_formats(headers, &name, Some(format));
    Ok(response)
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
    let failed = |error: std::io::Error| HttpError::Internal(error.to_string());
    let mut writer = serializer(format).for_writer(out);
    for triple in about.triples(view) {
        writer
            .serialize_quad(&triple.in_graph(GraphName::DefaultGraph))
            .map_err(failed)?;
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
        let mut put = |triple: Triple| {
            writer
                .serialize_quad(&triple.in_graph(name.clone()))
                .map_err(failed)
        };
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

/// The path behind `prefix`, as it was sent: IRIs are compared letter by letter, so nothing is decoded.
fn rest_of(request: &Request, prefix: &str) -> Result<String, HttpError> {
    let path = request.uri().path();
    path.strip_prefix(prefix)
        .map(str::to_owned)
        .ok_or(HttpError::Absent)
}

fn iri(app: &App, rest: &str) -> Result<NamedNode, HttpError> {
    NamedNode::new(format!("{}id/{rest}", app.base.as_str())).map_err(|_| HttpError::Absent)
}

fn describe(app: &App, view: &View, about: &About, rest: &str) -> String {
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
    text.push_str("<dl>");
    for (predicate, objects) in about.by_property(view) {
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
    text.push_str("</dl></section>");
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
