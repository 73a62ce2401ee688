//! `/store`: the SPARQL 1.1 Graph Store HTTP Protocol, with graphs named directly and indirectly, and the whole dataset.
//!
//! A graph that the caller may not see is absent here: the same status, headers and bytes as for a name nobody has used.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kenning_sparql::GraphFormat;
use kenning_store::{Batch, GraphInfo, GraphPattern, Pattern, View, Written};
use kenning_vocab::DEFAULT_GRAPH;
use oxrdf::{GraphName, NamedNode, Quad, Triple};

use crate::App;
use crate::about::triple;
use crate::error::HttpError;
use crate::evaluate::{Flow, read_body};
use crate::pipeline::Noted;
use crate::protocol::{insist_on_utf8, one, parameters};
use crate::rdf::{choose_format, quality, writer};
use crate::rdf_in::parse;
use crate::reader::Reader;
use crate::routes::body::{Sending, Sent};
use crate::routes::patch::patch;
use crate::routes::query::Caller;
use crate::token::random_name;
use crate::validator;
use crate::writing::{Judge, commit};

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Which {
    /// One graph (section 4).
    Graph(NamedNode),
    /// All graphs.
    Dataset,
}

/// Every method at `/store` and `/store/…`.
pub(crate) async fn store(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    let (parts, body) = request.into_parts();
    let which = which(&app, &parts)?;
    if !parts.method.is_safe()
        && let Some(noted) = parts.extensions.get::<Noted>()
    {
        noted.write(&format!("{which:?}"), None);
    }
    match parts.method {
        Method::GET | Method::HEAD => match which {
            Which::Graph(name) => get_graph(&app, &reader, name, caller).await,
            Which::Dataset => get_dataset(&app, &reader, caller).await,
        },
        Method::PATCH => patch(&app, reader, which, &parts, body).await,
        Method::DELETE => {
            let app_too = Arc::clone(&app);
            let headers = parts.headers;
            app.evaluators
                .run(reader.share(), move |_| {
                    delete(&app_too, &reader, &which, &headers)
                })
                .await
        }
        _ => {
            let judge = Judge::new(&app, &reader);
            // Who may not write at all need not send much to hear so.
            if let Which::Graph(name) = &which {
                judge.target(name)?;
            } else {
                reader.insist(kenning_access::Act::Write)?;
            }
            insist_on_utf8(&parts.headers)?;
            let kind = Sending::of(&parts)?;
            let bytes = read_body(body, app.settings.body_bytes).await?;
            let app_too = Arc::clone(&app);
            app.evaluators
                .run(reader.share(), move |_| {
                    let sent = kind.read(bytes)?;
                    put_or_post(&app_too, &reader, which, &parts, &sent)
                })
                .await
        }
    }
}

fn which(app: &App, parts: &Parts) -> Result<Which, HttpError> {
    let path = parts.uri.path();
    if let Some(rest) = path.strip_prefix("/store/").filter(|rest| !rest.is_empty()) {
        // Direct identification (section 4.1): the address is the name.
        let name = NamedNode::new(format!("{}store/{rest}", app.base.as_str()));
        return name.map(Which::Graph).map_err(|_| HttpError::Absent);
    }
    let asked = parameters(parts.uri.query().unwrap_or_default())?;
    let name = one(&asked, "graph")?;
    let default = one(&asked, "default")?.is_some();
    match (name, default) {
        (Some(_), true) => Err(HttpError::Request(
            "a request names one graph: `graph` or `default`".to_owned(),
        )),
        (None, true) => Ok(Which::Graph(DEFAULT_GRAPH.into_owned())),
        (None, false) => Ok(Which::Dataset),
        (Some(name), false) => NamedNode::new(name)
            .map(Which::Graph)
            .map_err(|_| HttpError::Request("`graph` is not an absolute IRI".to_owned())),
    }
}

async fn get_graph(
    app: &Arc<App>,
    reader: &Reader,
    name: NamedNode,
    caller: Caller,
) -> Result<Response, HttpError> {
    let view = reader.view(app);
    let graph = view.id((&name).into()).and_then(|id| view.graph(id));
    // The default graph always exists (RDF 1.1 Datasets), so one that is empty and one that is hidden are the same, too.
    if graph.is_none() && name != DEFAULT_GRAPH {
        return Err(HttpError::Absent);
    }
    let format = choose_format(&caller.accept)?;
    let tag = graph_tag(graph.as_ref(), format);
    if validator::is_known(&caller.headers, &tag) {
        return Ok(respond(
            StatusCode::NOT_MODIFIED,
            format,
            tag,
            axum::body::Body::empty(),
        ));
    }
    let body = app
        .evaluators
        .stream(reader.share(), caller.needs_whole, move |flow, cancel| {
            let view = view.with_cancel(cancel.clone());
            write(&view, graph.iter(), format, flow, false)
        })
        .await?;
    Ok(respond(StatusCode::OK, format, tag, body))
}

async fn get_dataset(
    app: &Arc<App>,
    reader: &Reader,
    caller: Caller,
) -> Result<Response, HttpError> {
    const FORMATS: [GraphFormat; 3] = [GraphFormat::TriG, GraphFormat::NQuads, GraphFormat::JsonLd];
    let mut best: Option<(GraphFormat, u16)> = None;
    for format in FORMATS {
        let quality = quality(&caller.accept, format);
        if quality > 0 && best.is_none_or(|(_, found)| quality > found) {
            best = Some((format, quality));
        }
    }
    let (format, _) = best
        .ok_or_else(|| HttpError::NotAcceptable(FORMATS.map(GraphFormat::media_type).to_vec()))?;
    let view = reader.view(app);
    let tag = validator::tag(&view, &["dataset", format.media_type()]);
    if validator::is_known(&caller.headers, &tag) {
        return Ok(respond(
            StatusCode::NOT_MODIFIED,
            format,
            tag,
            axum::body::Body::empty(),
        ));
    }
    let body = app
        .evaluators
        .stream(reader.share(), caller.needs_whole, move |flow, cancel| {
            let view = view.with_cancel(cancel.clone());
            let mut graphs: Vec<GraphInfo> = view.graphs().collect();
            graphs.sort_by(|a, b| a.name.cmp(&b.name));
            write(&view, graphs.iter(), format, flow, true)
        })
        .await?;
    Ok(respond(StatusCode::OK, format, tag, body))
}

fn write<'a>(
    view: &View,
    graphs: impl Iterator<Item = &'a GraphInfo>,
    format: GraphFormat,
    flow: &mut Flow,
    named: bool,
) -> Result<(), HttpError> {
    let failed = |error: std::io::Error| HttpError::unwritten(&error);
    let mut writer = writer(format, flow);
    for graph in graphs {
        let name = if named && graph.name != DEFAULT_GRAPH {
            GraphName::NamedNode(graph.name.clone())
        } else {
            GraphName::DefaultGraph
        };
        for quad in view.quads(Pattern::all(GraphPattern::One(graph.id))) {
            let quad = quad.map_err(|_| HttpError::Busy)?;
            if let Some(triple) = triple(view, &quad) {
                writer
                    .quad(&triple.in_graph(name.clone()))
                    .map_err(failed)?;
            }
        }
    }
    writer.finish().map(|_| ()).map_err(failed)
}

fn respond(
    status: StatusCode,
    format: GraphFormat,
    tag: HeaderValue,
    body: axum::body::Body,
) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    );
    validator::data_headers(headers, Some(tag));
    response
}

/// The tag of one graph in one format: what it holds and nothing else.
fn graph_tag(graph: Option<&GraphInfo>, format: GraphFormat) -> HeaderValue {
    let version = graph
        .map(|graph| graph.version.to_string())
        .unwrap_or_default();
    validator::tag_of(&[version.as_bytes(), format.media_type().as_bytes()])
}

/// `If-Match` and `If-None-Match` of a write (RFC 9110, section 13), against what the caller sees.
pub(super) fn check_preconditions(
    headers: &HeaderMap,
    graph: Option<&GraphInfo>,
) -> Result<(), HttpError> {
    let names = |name: header::HeaderName| {
        let any = headers
            .get_all(&name)
            .iter()
            .any(|value| value.as_bytes() == b"*");
        if any {
            return graph.is_some();
        }
        let mut formats = GraphFormat::ALL.iter();
        formats.any(|format| validator::listed(headers, name.clone(), &graph_tag(graph, *format)))
    };
    let matched = !headers.contains_key(header::IF_MATCH) || names(header::IF_MATCH);
    let unmatched = !headers.contains_key(header::IF_NONE_MATCH) || !names(header::IF_NONE_MATCH);
    if matched && unmatched {
        Ok(())
    } else {
        Err(HttpError::Precondition)
    }
}

fn delete(
    app: &App,
    reader: &Reader,
    which: &Which,
    headers: &HeaderMap,
) -> Result<Response, HttpError> {
    commit(app, || {
        let judge = Judge::new(app, reader);
        let mut batch = Batch::new();
        let status = match which {
            Which::Dataset => {
                for name in judge.all_writable()? {
                    judge.expect_unchanged(&mut batch, &name);
                    batch.drop_graph(name);
                }
                StatusCode::NO_CONTENT
            }
            Which::Graph(name) => {
                let target = judge.target(name)?;
                if target.blind {
                    return Err(reader.refused("no write grant names this graph".to_owned()));
                }
                let view = reader.view(app);
                let graph = view.id(name.into()).and_then(|id| view.graph(id));
                check_preconditions(headers, graph.as_ref())?;
                if target.exists {
                    judge.expect_unchanged(&mut batch, name);
                    batch.drop_graph(name.clone());
                } else if *name != DEFAULT_GRAPH {
                    return Err(HttpError::Absent);
                }
                StatusCode::NO_CONTENT
            }
        };
        Ok((batch, status.into_response()))
    })
}

fn put_or_post(
    app: &App,
    reader: &Reader,
    which: Which,
    parts: &Parts,
    sent: &[Sent],
) -> Result<Response, HttpError> {
    let replace = parts.method == Method::PUT;
    let (which, location) = match which {
        // Section 5.5: data sent to the store itself becomes a graph with a name of our making.
        Which::Dataset if !replace && !sent.iter().any(|sent| sent.format.holds_datasets()) => {
            let name = random_name().map_err(|error| HttpError::Internal(error.to_string()))?;
            let name = NamedNode::new_unchecked(format!("{}store/{name}", app.base.as_str()));
            (Which::Graph(name.clone()), Some(name))
        }
        which => (which, None),
    };
    match &which {
        Which::Graph(name) => {
            let (mut triples, mut written) = (Vec::<Triple>::new(), Written::default());
            for sent in sent {
                let (quads, tags) = parse(&sent.bytes, sent.format, name.as_str(), true)?;
                triples.extend(quads.into_iter().map(Triple::from));
                written.extend(tags);
            }
            let status = commit(app, || {
                let sent = (&triples[..], &written);
                put_graph(app, reader, name, sent, replace, &parts.headers)
            })?;
            let mut response = status.into_response();
            if let Some(location) = location
                && let Ok(value) = HeaderValue::from_str(location.as_str())
            {
                response.headers_mut().insert(header::LOCATION, value);
            }
            Ok(response)
        }
        Which::Dataset => {
            let (mut quads, mut written) = (Vec::<Quad>::new(), Written::default());
            for sent in sent {
                let (more, tags) = parse(&sent.bytes, sent.format, app.base.as_str(), false)?;
                quads.extend(more);
                written.extend(tags);
            }
            let graphs = by_graph(quads)?;
            commit(app, || put_dataset(app, reader, &graphs, &written, replace))?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}

fn put_graph(
    app: &App,
    reader: &Reader,
    name: &NamedNode,
    (triples, written): (&[Triple], &Written),
    replace: bool,
    headers: &HeaderMap,
) -> Result<(Batch, StatusCode), HttpError> {
    let judge = Judge::new(app, reader);
    let target = judge.target(name)?;
    let view = reader.view(app);
    let graph = view.id(name.into()).and_then(|id| view.graph(id));
    check_preconditions(headers, graph.as_ref())?;
    let mut batch = Batch::new();
    batch.write_tags(written.clone());
    if target.blind {
        // A drop box: its writer adds, never replaces, and always hears the same.
        if replace {
            return Err(reader.refused("no write grant names this graph".to_owned()));
        }
        judge.expect_label(&mut batch, name);
        add(&mut batch, name, &target, triples);
        return Ok((batch, StatusCode::ACCEPTED));
    }
    judge.expect_unchanged(&mut batch, name);
    if replace || !target.exists {
        batch.put_graph(name.clone(), target.label, triples.iter().cloned());
    } else {
        add(&mut batch, name, &target, triples);
    }
    let status = if target.exists {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::CREATED
    };
    Ok((batch, status))
}

fn add(batch: &mut Batch, name: &NamedNode, target: &kenning_access::Target, triples: &[Triple]) {
    if !target.exists {
        batch.create_graph(name.clone(), target.label.clone());
    }
    for triple in triples {
        batch.insert(name.clone(), triple.clone());
    }
}

fn put_dataset(
    app: &App,
    reader: &Reader,
    graphs: &BTreeMap<NamedNode, Vec<Triple>>,
    written: &Written,
    replace: bool,
) -> Result<(Batch, ()), HttpError> {
    let judge = Judge::new(app, reader);
    let mut batch = Batch::new();
    batch.write_tags(written.clone());
    if replace {
        for name in judge.all_writable()? {
            if !graphs.contains_key(&name) {
                judge.expect_unchanged(&mut batch, &name);
                batch.drop_graph(name);
            }
        }
    }
    for (name, triples) in graphs {
        let target = judge.target(name)?;
        if target.blind && replace {
            return Err(reader.refused("no write grant names this graph".to_owned()));
        }
        if replace {
            judge.expect_unchanged(&mut batch, name);
            batch.put_graph(name.clone(), target.label, triples.iter().cloned());
        } else {
            judge.expect_label(&mut batch, name);
            add(&mut batch, name, &target, triples);
        }
    }
    Ok((batch, ()))
}

fn by_graph(quads: Vec<Quad>) -> Result<BTreeMap<NamedNode, Vec<Triple>>, HttpError> {
    let mut graphs: BTreeMap<NamedNode, Vec<Triple>> = BTreeMap::new();
    for quad in quads {
        let name = match quad.graph_name.clone() {
            GraphName::NamedNode(name) => name,
            GraphName::DefaultGraph => DEFAULT_GRAPH.into_owned(),
            GraphName::BlankNode(_) => {
                return Err(HttpError::Refused(
                    "a graph is named by a blank node: graphs here are named by IRIs".to_owned(),
                ));
            }
        };
        graphs.entry(name).or_default().push(Triple::from(quad));
    }
    Ok(graphs)
}
