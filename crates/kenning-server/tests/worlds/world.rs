//! A server in this process over some graphs, asked without a network in between.

use crate::make::{Asked, BASE, Caller, Graph, scale};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use kenning_access::{Clearance, Groups, Label};
use kenning_server::{NoOperations, ServerSettings, Service, token};
use kenning_store::{Batch, GraphPattern, KnowledgeBase, Options, Pattern, View, Written};
use kenning_vocab::Base;
use oxrdf::NamedNode;
use oxrdfio::{RdfFormat, RdfParser};
use std::sync::Arc;
use tower::ServiceExt as _;

/// What came back, without what differs from run to run and where the standards leave a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn tag(&self) -> Option<&str> {
        self.headers
            .iter()
            .find_map(|line| line.strip_prefix("etag: "))
    }
}

/// A server over some graphs.
pub(crate) struct World {
    kb: Arc<KnowledgeBase>,
    router: axum::Router,
}

/// The first answer's tag for everybody's eyes and a token's text and id.
struct Known {
    text: String,
    id: String,
}

impl World {
    pub(crate) fn new<'a>(graphs: impl Iterator<Item = &'a Graph>) -> Self {
        let kb = KnowledgeBase::in_memory(Options {
            scale: scale(),
            ..Options::default()
        });
        let mut batch = Batch::new();
        for graph in graphs {
            let label = scale().parse_label(&graph.label).unwrap();
            let mut text = format!("@prefix : <{BASE}id/> .\n");
            for triple in &graph.triples {
                text.push_str(&format!("{} .\n", triple.join(" ")));
            }
            let parser = RdfParser::from_format(RdfFormat::Turtle);
            let triples = parser
                .for_slice(text.as_bytes())
                .map(|quad| oxrdf::Triple::from(quad.unwrap()));
            let name = NamedNode::new(&graph.name).unwrap();
            let triples: Vec<_> = triples.collect();
            batch.write_tags(Written::of_document(text.as_bytes(), RdfFormat::Turtle));
            batch.put_graph(name, label, triples);
        }
        kb.commit(batch).unwrap();
        let kb = Arc::new(kb);
        let settings = ServerSettings {
            evaluations: 1,
            sitemap: true,
            ..ServerSettings::default()
        };
        let base = Base::new(BASE).unwrap();
        let service =
            Service::new(Arc::clone(&kb), base, Arc::new(NoOperations), settings).unwrap();
        Self {
            kb,
            router: service.router(),
        }
    }

    /// The answer that `caller` gets. `known` is a tag it claims to know already.
    pub(crate) fn ask(
        &self,
        runtime: &tokio::runtime::Runtime,
        caller: &Caller,
        asked: &Asked,
        known: Option<&str>,
    ) -> Answer {
        let token = self.token(caller);
        let mut request = Request::builder()
            .method(asked.method)
            .uri(&asked.target)
            .header("host", "kb.example")
            .header("authorization", format!("Bearer {}", token.text));
        for (name, value) in &asked.headers {
            request = request.header(*name, value);
        }
        if caller.reason {
            request = request.header("kenning-reason", "because");
        }
        if let Some(known) = known {
            request = request.header("if-none-match", known);
        }
        let request = request.body(Body::from(asked.body.clone())).unwrap();
        runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            let mut headers: Vec<String> = parts
                .headers
                .iter()
                .filter(|(name, _)| *name != "x-request-id")
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect();
            headers.sort();
            let kind = parts.headers.get("content-type");
            let kind = kind.map_or("", |kind| kind.to_str().unwrap());
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            Answer {
                status: parts.status.as_u16(),
                headers,
                body: without_choices(kind, &text).replace(&token.id, "ID"),
            }
        })
    }

    fn token(&self, caller: &Caller) -> Known {
        let new = token::NewToken {
            name: "trial".to_owned(),
            clearance: caller.level.to_owned(),
            groups: caller
                .groups
                .iter()
                .map(|group| (*group).to_owned())
                .collect(),
            roles: vec![caller.role.to_owned()],
            writes: caller.writes.clone(),
            lifetime: None,
        };
        let (token, text) = token::add(&self.kb, &new).unwrap();
        Known { text, id: token.id }
    }

    /// Everything that `caller`'s clearance shows: graphs with their labels, and what is in them.
    pub(crate) fn dump(&self, caller: &Caller) -> Vec<String> {
        let level = scale().parse_level(caller.level).unwrap();
        let groups = Groups::of(caller.groups.iter().copied()).unwrap();
        dump(&self.kb.view(&Clearance::new(level, groups)))
    }

    /// Everything there is.
    pub(crate) fn dump_all(&self) -> Vec<String> {
        dump(
            &self
                .kb
                .view(&Clearance::everything("a test looks behind the curtain")),
        )
    }
}

/// The lines of a dump that are about graphs whose label the caller does not see.
pub(crate) fn hidden(lines: Vec<String>, sees: impl Fn(&str) -> bool) -> Vec<String> {
    lines
        .into_iter()
        .filter(|line| !sees(line.split(' ').next().unwrap()))
        .collect()
}

fn dump(view: &View) -> Vec<String> {
    let mut lines = Vec::new();
    for graph in view.graphs() {
        let label: &Label = &graph.label;
        let place = format!("{} {}", scale().write_label(label), graph.name);
        lines.push(place.clone());
        for quad in view
            .quads(Pattern::all(GraphPattern::One(graph.id)))
            .flatten()
        {
            let terms = [quad.subject, quad.predicate, quad.object].map(|id| view.term(id));
            lines.push(format!("{place} {} {} {}", terms[0], terms[1], terms[2]));
        }
    }
    lines.sort();
    lines
}

/// The order of rows that nothing orders, and of triples, is a choice.
fn without_choices(kind: &str, text: &str) -> String {
    let lines = [
        "text/csv",
        "text/tab-separated-values",
        "application/n-triples",
        "application/n-quads",
    ];
    if lines.iter().any(|line| kind.starts_with(line)) {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        return lines.join("\n");
    }
    if kind.starts_with("application/sparql-results+json")
        && let Ok(mut json) = serde_json::from_str::<serde_json::Value>(text)
    {
        let rows = json
            .pointer_mut("/results/bindings")
            .and_then(serde_json::Value::as_array_mut);
        if let Some(rows) = rows {
            rows.sort_by_key(ToString::to_string);
        }
        return json.to_string();
    }
    text.to_owned()
}
