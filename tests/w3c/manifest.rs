//! Reading the suites' manifests.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use oxrdf::{
    Graph, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term, TermRef,
    TripleRef, vocab::rdf,
};
use oxrdfio::{RdfFormat, RdfParser};

/// Where the suites live on the web, and the base that their relative IRIs resolve against.
pub(crate) const WEB: &str = "https://w3c.github.io/rdf-tests/";

/// The vocabulary of manifests.
pub(crate) const MF: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";
const QT: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#";
const UT: &str = "http://www.w3.org/2009/sparql/tests/test-update#";
const RDFS_LABEL: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("http://www.w3.org/2000/01/rdf-schema#label");

/// One test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    /// `folder/fragment`, unique within a suite.
    pub(crate) id: String,
    pub(crate) name: String,
    /// The local name of its type.
    pub(crate) kind: String,
    pub(crate) approved: bool,
    /// The file of the query, the update or the document.
    pub(crate) action: String,
    pub(crate) before: Data,
    pub(crate) after: Data,
    /// The expected result's file.
    pub(crate) result: Option<String>,
    /// What the documents of the suite are resolved against instead of their own address.
    pub(crate) base: Option<String>,
    /// The address of the manifest's folder, with its final slash.
    pub(crate) folder: String,
}

/// Files that make up a dataset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Data {
    pub(crate) default: Vec<String>,
    /// Graph name, file.
    pub(crate) named: Vec<(String, String)>,
}

/// The folder of the suites on this machine, if it is there.
pub(crate) fn folder() -> Option<PathBuf> {
    // Two crates are tested by this file, and they lie at different depths.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|place| place.join("shared/conformance/rdf-tests"))
        .find(|place| place.is_dir())
}

/// The file of an address.
pub(crate) fn file(address: &str) -> Option<PathBuf> {
    let relative = address.split(['#', '?']).next()?.strip_prefix(WEB)?;
    Some(folder()?.join(relative))
}

/// The text of an address.
pub(crate) fn text(address: &str) -> Result<String, String> {
    let path = file(address).ok_or_else(|| format!("{address} is not in the suites"))?;
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    String::from_utf8(bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// Every case of a manifest and of those it includes.
pub(crate) fn cases(address: &str) -> Vec<Case> {
    let mut out = Vec::new();
    read(address, &mut out);
    out
}

fn read(address: &str, out: &mut Vec<Case>) {
    let graph = graph(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    let manifests: Vec<NamedOrBlankNode> = graph
        .subjects_for_predicate_object(rdf::TYPE, term(MF, "Manifest").as_ref())
        .map(NamedOrBlankNodeRef::into_owned)
        .collect();
    for manifest in manifests {
        for included in objects(&graph, &manifest, MF, "include") {
            for item in list(&graph, included) {
                read(&iri(&item), out);
            }
        }
        let base = objects(&graph, &manifest, MF, "assumedTestBase")
            .first()
            .map(iri);
        for entries in objects(&graph, &manifest, MF, "entries") {
            for entry in list(&graph, entries) {
                out.push(case(&graph, &entry, address, base.clone()));
            }
        }
    }
}

fn case(graph: &Graph, entry: &Term, address: &str, base: Option<String>) -> Case {
    let node = subject(entry);
    let folder = address.rsplit('/').nth(1).unwrap_or_default();
    let fragment = iri(entry)
        .rsplit(['#', '/'])
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut case = Case {
        id: format!("{folder}/{fragment}"),
        base,
        folder: address
            .rsplit_once('/')
            .map(|(folder, _)| format!("{folder}/"))
            .unwrap_or_default(),
        ..Case::default()
    };
    case.kind = objects(
        graph,
        &node,
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "type",
    )
    .iter()
    .map(|kind| {
        iri(kind)
            .rsplit(['#', '/'])
            .next()
            .unwrap_or_default()
            .to_owned()
    })
    .find(|kind| kind.contains("Test"))
    .unwrap_or_default();
    case.name = objects(graph, &node, MF, "name")
        .first()
        .map(value)
        .unwrap_or_default();
    let approvals = [
        "http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#",
        "http://www.w3.org/ns/rdftest#",
    ]
    .iter()
    .flat_map(|namespace| objects(graph, &node, namespace, "approval"));
    case.approved = approvals
        .into_iter()
        .any(|approval| iri(&approval).ends_with("Approved"));
    if let Some(action) = objects(graph, &node, MF, "action").first() {
        let inner = subject(action);
        let text = objects(graph, &inner, QT, "query")
            .into_iter()
            .chain(objects(graph, &inner, UT, "request"))
            .next();
        case.action = text.as_ref().map_or_else(|| iri(action), iri);
        case.before = data(graph, &inner);
    }
    match objects(graph, &node, MF, "result").first() {
        Some(Term::NamedNode(file))
            if file.as_str().starts_with(WEB) && !file.as_str().contains('#') =>
        {
            case.result = Some(file.as_str().into())
        }
        Some(result) => case.after = data(graph, &subject(result)),
        None => {}
    }
    case
}

fn data(graph: &Graph, node: &NamedOrBlankNode) -> Data {
    let mut data = Data::default();
    for namespace in [QT, UT] {
        data.default
            .extend(objects(graph, node, namespace, "data").iter().map(iri));
        for named in objects(graph, node, namespace, "graphData") {
            let inner = subject(&named);
            let files = objects(graph, &inner, UT, "graph")
                .into_iter()
                .chain(objects(graph, &inner, UT, "data"))
                .collect::<Vec<_>>();
            let label = graph
                .object_for_subject_predicate(&inner, RDFS_LABEL)
                .map(|label| value(&label.into_owned()));
            match (files.first(), label) {
                (Some(file), Some(label)) => data.named.push((label, iri(file))),
                _ => data.named.push((iri(&named), iri(&named))),
            }
        }
    }
    data
}

/// The triples of a manifest.
pub(crate) fn graph(address: &str) -> Result<Graph, String> {
    let text = text(address)?;
    let parser = RdfParser::from_format(RdfFormat::Turtle)
        .with_base_iri(address)
        .map_err(|error| error.to_string())?;
    let mut graph = Graph::new();
    for quad in parser.for_slice(&text) {
        let quad = quad.map_err(|error| error.to_string())?;
        graph.insert(TripleRef::from(quad.as_ref()));
    }
    Ok(graph)
}

/// The items of a list.
pub(crate) fn list(graph: &Graph, head: Term) -> Vec<Term> {
    let (mut out, mut at) = (Vec::new(), head);
    loop {
        let node = subject(&at);
        let Some(first) = graph.object_for_subject_predicate(&node, rdf::FIRST) else {
            return out;
        };
        out.push(first.into_owned());
        let Some(rest) = graph.object_for_subject_predicate(&node, rdf::REST) else {
            return out;
        };
        at = rest.into_owned();
    }
}

/// What a node has in one property.
pub(crate) fn objects(
    graph: &Graph,
    node: &NamedOrBlankNode,
    namespace: &str,
    name: &str,
) -> Vec<Term> {
    let predicate = NamedNode::new_unchecked(format!("{namespace}{name}"));
    graph
        .objects_for_subject_predicate(node, &predicate)
        .map(TermRef::into_owned)
        .collect()
}

/// A term as the subject of further triples.
pub(crate) fn subject(term: &Term) -> NamedOrBlankNode {
    match term {
        Term::NamedNode(node) => node.clone().into(),
        Term::BlankNode(node) => node.clone().into(),
        _ => NamedNode::new_unchecked("urn:none").into(),
    }
}

fn term(namespace: &str, name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{namespace}{name}"))
}

/// An IRI as text.
pub(crate) fn iri(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().into(),
        other => other.to_string(),
    }
}

/// A literal as text.
pub(crate) fn value(term: &Term) -> String {
    match term {
        Term::Literal(literal) => literal.value().into(),
        other => iri(other),
    }
}

/// The causes of failures that are known: lines of `suite/folder/fragment: whose fault and why`.
pub(crate) fn expected() -> HashMap<&'static str, &'static str> {
    causes(include_str!("expected.txt"))
}

/// The tests that a list names, with the cause of each failure.
pub(crate) fn causes(list: &'static str) -> HashMap<&'static str, &'static str> {
    list.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .collect()
}
