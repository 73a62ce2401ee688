//! The suites of the protocol, of the graph store protocol and of service descriptions, request by request.

use kenning_sparql::{GraphFormat, ResultsFormat};
use oxrdf::{Graph, NamedOrBlankNode, Term};
use oxrdfio::RdfFormat;

use crate::ask::Wire;
use crate::common::{Answer, Server};
use crate::compare::isomorphic;
use crate::manifest::{self, MF, iri, list, objects, subject, text, value};
use crate::query;

const HT: &str = "http://www.w3.org/2011/http#";
const CNT: &str = "http://www.w3.org/2011/content#";
const UT: &str = "http://www.w3.org/2009/sparql/tests/test-update#";
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const SD: &str = "http://www.w3.org/ns/sparql-service-description#";

/// Manifests of exchanges of requests: the name in the table, and the file.
const MANIFESTS: &[(&str, &str)] = &[
    ("protocol", "sparql/sparql11/protocol/manifest.ttl"),
    (
        "graph-store",
        "sparql/sparql11/graph-store-protocol/manifest-direct.ttl",
    ),
    (
        "graph-store",
        "sparql/sparql11/graph-store-protocol/manifest-indirect.ttl",
    ),
];

/// One test.
pub(crate) enum Test {
    /// Requests that must be answered in order.
    Exchange(Exchange),
    /// A statement about the service description, by the name of the test.
    Description(String),
}

/// What is in the store, what is sent, and what must come back.
pub(crate) struct Exchange {
    id: String,
    /// Graph, address of its file.
    data: Vec<(String, String)>,
    steps: Vec<Step>,
}

#[derive(Default)]
struct Step {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Names of status codes; any of them will do.
    statuses: Vec<String>,
    truth: Option<bool>,
    format: Option<String>,
    location: Option<String>,
    answer_headers: Vec<(String, String)>,
    answer_body: Option<String>,
}

/// Every test of the three suites, with the name of its suite.
pub(crate) fn tests() -> Vec<(&'static str, Test)> {
    let mut out = Vec::new();
    for (suite, path) in MANIFESTS {
        let graph = read(path);
        for entry in entries(&graph) {
            out.push((*suite, Test::Exchange(exchange(&graph, &entry))));
        }
    }
    let graph = read("sparql/sparql11/service-description/manifest.ttl");
    for entry in entries(&graph) {
        out.push(("service-description", Test::Description(fragment(&entry))));
    }
    out
}

impl Test {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Exchange(exchange) => &exchange.id,
            Self::Description(id) => id,
        }
    }

    pub(crate) fn run(self) -> Result<(), String> {
        let wire = Wire::new();
        match self {
            Self::Exchange(exchange) => exchange.run(&wire),
            Self::Description(id) => describes(&wire.server, &id),
        }
    }
}

impl Exchange {
    fn run(self, wire: &Wire) -> Result<(), String> {
        for (name, file) in &self.data {
            let which = format!("graph={}", crate::common::encode(name));
            let put = wire.put(&which, "application/n-triples", text(file)?.as_bytes());
            if put.status != 201 {
                return Err(format!("{name}: {}: {}", put.status, put.text()));
            }
        }
        let mut names: Vec<(String, String)> = Vec::new();
        for (number, step) in self.steps.iter().enumerate() {
            let answer = step.send(wire, &names);
            step.check(&answer, &mut names).map_err(|why| {
                format!(
                    "request {}: {} {}: {why}\n{} {}",
                    number + 1,
                    step.method,
                    step.path,
                    answer.status,
                    answer.text()
                )
            })?;
        }
        Ok(())
    }
}

impl Step {
    /// Sends it to the address that this server has for what the suite means.
    fn send(&self, wire: &Wire, names: &[(String, String)]) -> Answer {
        let mut path = self.path.clone();
        let mut body = self.body.clone();
        for (name, address) in names {
            path = path.replace(name, &crate::common::encode(address));
            if let Ok(text) = String::from_utf8(body.clone()) {
                body = text.replace(name, address).into_bytes();
            }
        }
        let path = match path.strip_prefix("/gsp") {
            Some(rest) => format!("/store{rest}"),
            None => path.replacen("/sparql/", "/sparql", 1),
        };
        let mut headers = vec![wire.writer.clone()];
        headers.extend(
            self.headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        wire.server
            .send(&self.method, &path, &headers.join("\n"), &body)
    }

    fn check(&self, answer: &Answer, names: &mut Vec<(String, String)>) -> Result<(), String> {
        if !self
            .statuses
            .iter()
            .any(|name| is_status(name, answer.status))
        {
            return Err(format!(
                "the status should be {}",
                self.statuses.join(" or ")
            ));
        }
        let kind = answer.header("content-type");
        let essence = kind.split(';').next().unwrap_or_default().trim();
        match self.format.as_deref() {
            Some("RDF") if GraphFormat::named(essence).is_none() => {
                return Err(format!("`{kind}` is no format for graphs"));
            }
            Some("boolean" | "tabular")
                if !ResultsFormat::ALL
                    .iter()
                    .any(|format| format.media_types().contains(&essence)) =>
            {
                return Err(format!("`{kind}` is no format for results"));
            }
            _ => {}
        }
        if let Some(truth) = self.truth
            && !answer.text().contains(&format!("\"boolean\":{truth}"))
        {
            return Err(format!("the answer should be {truth}"));
        }
        if let Some(name) = &self.location {
            if answer.header("location").is_empty() {
                return Err("there is no `Location`".into());
            }
            names.push((name.clone(), answer.header("location").to_owned()));
        }
        for (name, value) in &self.answer_headers {
            if !answer.header(name).eq_ignore_ascii_case(value) {
                return Err(format!("`{name}` should be `{value}`"));
            }
        }
        if let Some(body) = &self.answer_body {
            let wanted = query::parse_quads(RdfFormat::Turtle, "http://www.example/gsp", body)?;
            let got =
                query::parse_quads(RdfFormat::Turtle, "http://www.example/gsp", &answer.text())?;
            if !isomorphic(&wanted, &got) {
                return Err(format!("wanted\n{wanted}"));
            }
        }
        Ok(())
    }
}

/// Whether a status is the one or of the class that a name of the vocabulary means.
fn is_status(name: &str, status: u16) -> bool {
    match name {
        "StatusCode2xx" => (200..300).contains(&status),
        "StatusCode3xx" => (300..400).contains(&status),
        "StatusCode4xx" => (400..500).contains(&status),
        "StatusCode5xx" => (500..600).contains(&status),
        "OK" => status == 200,
        "Created" => status == 201,
        "NoContent" => status == 204,
        "NotFound" => status == 404,
        other => panic!("what status is {other}?"),
    }
}

/// SPARQL 1.1 Service Description sections 2 and 3.
fn describes(server: &Server, id: &str) -> Result<(), String> {
    let answer = server.get("/sparql", "Accept: application/n-triples");
    if answer.status != 200 {
        return Err(format!("{}: {}", answer.status, answer.text()));
    }
    let data = query::parse_quads(RdfFormat::NTriples, "urn:x", &answer.text())?;
    let graph: Graph = data.iter().map(oxrdf::TripleRef::from).collect();
    let node = |name: &str| oxrdf::NamedNode::new_unchecked(format!("{SD}{name}"));
    let service = graph
        .subject_for_predicate_object(oxrdf::vocab::rdf::TYPE, &node("Service"))
        .ok_or("there is no sd:Service")?;
    let endpoints: Vec<String> = graph
        .objects_for_subject_predicate(service, &node("endpoint"))
        .map(|term| iri(&term.into_owned()))
        .collect();
    match id {
        "returns-rdf" => Ok(()),
        "has-endpoint-triple" => {
            if endpoints == ["https://kb.example/sparql"] {
                Ok(())
            } else {
                Err(format!("the endpoints are {endpoints:?}"))
            }
        }
        "conforms-to-schema" => conforms(&graph, service.into_owned()),
        other => Err(format!("no runner for `{other}`")),
    }
}

/// Exactly one endpoint, IRIs where the schema wants resources, and no name that the vocabulary does not have.
fn conforms(graph: &Graph, service: NamedOrBlankNode) -> Result<(), String> {
    const NAMES: &[&str] = &[
        "endpoint",
        "feature",
        "supportedLanguage",
        "languageExtension",
        "propertyFeature",
        "defaultEntailmentRegime",
        "entailmentRegime",
        "defaultSupportedEntailmentProfile",
        "supportedEntailmentProfile",
        "extensionFunction",
        "extensionAggregate",
        "resultFormat",
        "inputFormat",
        "defaultDataset",
        "availableGraphs",
        "defaultGraph",
        "namedGraph",
        "graph",
        "name",
    ];
    for triple in graph {
        if let Some(name) = triple.predicate.as_str().strip_prefix(SD)
            && !NAMES.contains(&name)
        {
            return Err(format!("the vocabulary has no property sd:{name}"));
        }
    }
    let endpoints = objects(graph, &service, SD, "endpoint");
    let languages = objects(graph, &service, SD, "supportedLanguage");
    let formats = objects(graph, &service, SD, "resultFormat");
    if endpoints.len() != 1 || languages.is_empty() || formats.is_empty() {
        return Err("an endpoint, languages and result formats are expected".into());
    }
    let all = endpoints.iter().chain(&languages).chain(&formats);
    match all.into_iter().find(|term| !term.is_named_node()) {
        Some(other) => Err(format!("{other} is no IRI")),
        None => Ok(()),
    }
}

fn read(path: &str) -> Graph {
    let address = format!("{}{path}", manifest::WEB);
    manifest::graph(&address).unwrap_or_else(|error| panic!("{address}: {error}"))
}

fn entries(graph: &Graph) -> Vec<Term> {
    let property = oxrdf::NamedNode::new_unchecked(format!("{MF}entries"));
    graph
        .triples_for_predicate(&property)
        .flat_map(|triple| list(graph, triple.object.into_owned()))
        .collect()
}

fn fragment(term: &Term) -> String {
    let name = iri(term);
    name.rsplit(['#', '/'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn exchange(graph: &Graph, entry: &Term) -> Exchange {
    let node = subject(entry);
    let data = objects(graph, &node, UT, "graphData")
        .iter()
        .map(|data| {
            let data = subject(data);
            (
                one(graph, &data, RDFS, "label"),
                one_iri(graph, &data, UT, "graph"),
            )
        })
        .collect();
    let action = objects(graph, &node, MF, "action").remove(0);
    let requests = objects(graph, &subject(&action), HT, "requests").remove(0);
    let steps = list(graph, requests)
        .iter()
        .map(|request| step(graph, &subject(request)))
        .collect();
    Exchange {
        id: fragment(entry),
        data,
        steps,
    }
}

fn step(graph: &Graph, request: &NamedOrBlankNode) -> Step {
    let mut step = Step {
        method: one(graph, request, HT, "methodName"),
        path: one(graph, request, HT, "absolutePath"),
        headers: headers(graph, request),
        ..Step::default()
    };
    if let Some(body) = objects(graph, request, HT, "body").first() {
        let body = subject(body);
        let chars = one(graph, &body, CNT, "chars");
        step.body = match one(graph, &body, CNT, "characterEncoding").as_str() {
            "UTF-16" => chars.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => chars.into_bytes(),
        };
    }
    let answer = subject(&objects(graph, request, HT, "resp").remove(0));
    step.statuses = objects(graph, &answer, MF, "expectedStatus")
        .iter()
        .map(fragment)
        .collect();
    step.truth = objects(graph, &answer, MF, "expectedBoolean")
        .first()
        .map(|truth| value(truth) == "true");
    step.format = objects(graph, &answer, MF, "expectedFormat")
        .first()
        .map(value);
    step.location = objects(graph, &answer, MF, "expectedLocation")
        .first()
        .map(value);
    step.answer_headers = headers(graph, &answer);
    step.answer_body = objects(graph, &answer, HT, "body")
        .first()
        .map(|body| one(graph, &subject(body), CNT, "chars"));
    step
}

fn headers(graph: &Graph, node: &NamedOrBlankNode) -> Vec<(String, String)> {
    objects(graph, node, HT, "headers")
        .into_iter()
        .flat_map(|headers| list(graph, headers))
        .map(|header| {
            let header = subject(&header);
            (
                one(graph, &header, HT, "fieldName"),
                one(graph, &header, HT, "fieldValue"),
            )
        })
        .collect()
}

fn one(graph: &Graph, node: &NamedOrBlankNode, namespace: &str, name: &str) -> String {
    objects(graph, node, namespace, name)
        .first()
        .map(value)
        .unwrap_or_default()
}

fn one_iri(graph: &Graph, node: &NamedOrBlankNode, namespace: &str, name: &str) -> String {
    objects(graph, node, namespace, name)
        .first()
        .map(iri)
        .unwrap_or_default()
}
