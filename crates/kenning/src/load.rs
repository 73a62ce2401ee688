//! `kenning load`: RDF files into labelled graphs.
//!
//! A file is loaded whole or not at all. A graph that a file names is replaced, so that loading twice changes nothing;
//! triples that name no graph go to the graph of `--graph`, else to the one ontology that the file declares, else to one named after the file.
//! A graph that exists keeps its label unless a level is given: loading a newer file must not open what was closed.

use crate::report::counted;
use crate::request::Place;
use crate::site::Site;
use anyhow::{Context, Result, bail};
use kenning_access::{Clause, Clearance, Group, Label};
use kenning_server::{Line, Outcome};
use kenning_store::Batch;
use kenning_vocab::{owl, rdf};
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term, TermRef, Triple};
use oxrdfio::{RdfFormat, RdfParser};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many mistakes of one file are reported.
const MOST_PROBLEMS: usize = 100;

/// What is to be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The files.
    pub files: Vec<Place>,
    /// The graph of triples that name none.
    pub graph: Option<String>,
    /// The level of the graphs.
    pub level: Option<String>,
    /// For each clause, the groups of which a reader needs one.
    pub groups: Vec<Vec<String>>,
}

/// One file that could be read.
struct Loaded {
    graphs: BTreeMap<NamedNode, Vec<Triple>>,
}

/// Loads the files, each whole or not at all, in one commit.
///
/// # Errors
/// When the label cannot be, no file could be read, or the commit fails.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let label = label(site, request)?;
    let graph = request.graph.as_deref().map(NamedNode::new).transpose();
    let graph = graph.context("`--graph` is not an IRI")?;
    let mut graphs: BTreeMap<NamedNode, Vec<Triple>> = BTreeMap::new();
    let mut refused = 0;
    for (place, file) in request.files.iter().enumerate() {
        let done = place as u64;
        report(Line::Progress {
            what: "files".into(),
            done,
            total: Some(request.files.len() as u64),
        });
        match read(site, file, graph.as_ref(), report) {
            Ok(loaded) => {
                for (name, mut triples) in loaded.graphs {
                    graphs.entry(name).or_default().append(&mut triples);
                }
            }
            Err(error) => {
                refused += 1;
                report(Line::Problem {
                    path: file.shown.clone(),
                    line: 0,
                    column: 0,
                    text: format!("{error:#}"),
                });
            }
        }
    }
    if refused == request.files.len() {
        bail!("nothing was loaded");
    }
    let everything = Clearance::everything("a graph that is replaced keeps its label");
    let view = site.kb.view(&everything);
    let (count, mut triples) = (graphs.len() as u64, 0);
    let mut batch = Batch::new();
    for (name, content) in graphs {
        triples += content.len() as u64;
        let id = view.id(TermRef::NamedNode(name.as_ref()));
        let known = id.and_then(|id| view.graph(id)).map(|graph| graph.label);
        let label = match (&label, known) {
            (Some(label), _) => label.clone(),
            (None, Some(known)) => known,
            (None, None) => Label::new(site.config.rules.default_level(), []),
        };
        batch.put_graph(name, label, content);
    }
    site.kb.commit(batch)?;
    let text = format!(
        "loaded {} in {}",
        counted(triples, "triple", "triples"),
        counted(count, "graph", "graphs")
    );
    Ok(match refused {
        0 => Outcome::done(text),
        1 => Outcome::done_with_problems(format!("{text}; 1 file was refused")),
        _ => Outcome::done_with_problems(format!("{text}; {refused} files were refused")),
    })
}

fn label(site: &Site, request: &Request) -> Result<Option<Label>> {
    if request.level.is_none() && request.groups.is_empty() {
        return Ok(None);
    }
    let level = match &request.level {
        Some(level) => site.kb.scale().parse_level(level)?,
        None => site.config.rules.default_level(),
    };
    let mut clauses = Vec::new();
    for names in &request.groups {
        let groups: Result<Vec<Group>, _> = names.iter().map(|name| Group::new(name)).collect();
        clauses.push(Clause::any_of(groups?));
    }
    Ok(Some(Label::new(level, clauses)))
}

/// Reads one file. Every mistake in it is reported with its place before the file is refused.
fn read(
    site: &Site,
    file: &Place,
    graph: Option<&NamedNode>,
    report: &mut dyn FnMut(Line),
) -> Result<Loaded> {
    let ending = file
        .path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    let Some(format) = RdfFormat::from_extension(ending) else {
        bail!("`.{ending}` is no kind of RDF: use ttl, nt, nq, trig, rdf, owl or jsonld");
    };
    let bytes = std::fs::read(&file.path).context("cannot be read")?;
    let stem = file
        .path
        .file_stem()
        .map_or("file".into(), |stem| stem.to_string_lossy());
    let own = site.base.ontology_graph(&stem);
    let base = graph.unwrap_or(&own).as_str().to_owned();
    let parser = RdfParser::from_format(format)
        .with_base_iri(&base)?
        .rename_blank_nodes();
    let mut quads = Vec::new();
    let mut mistakes = 0;
    for quad in parser.for_slice(&bytes) {
        match quad {
            Ok(quad) => quads.push(quad),
            Err(error) => {
                mistakes += 1;
                let start = error.location().map(|range| range.start);
                report(Line::Problem {
                    path: file.shown.clone(),
                    line: start.map_or(0, |at| u32::try_from(at.line + 1).unwrap_or(u32::MAX)),
                    column: start.map_or(0, |at| u32::try_from(at.column + 1).unwrap_or(u32::MAX)),
                    text: error.to_string(),
                });
                if mistakes == MOST_PROBLEMS {
                    break;
                }
            }
        }
    }
    if mistakes > 0 {
        bail!("not loaded, because of the problems above");
    }
    let target = graph.cloned().or_else(|| declared(&quads)).unwrap_or(own);
    let mut graphs: BTreeMap<NamedNode, Vec<Triple>> = BTreeMap::new();
    for Quad {
        subject,
        predicate,
        object,
        graph_name,
    } in quads
    {
        let name = match graph_name {
            GraphName::NamedNode(name) => name,
            GraphName::DefaultGraph => target.clone(),
            GraphName::BlankNode(_) => {
                bail!("a graph needs a name; this file has one that is a blank node")
            }
        };
        graphs
            .entry(name)
            .or_default()
            .push(Triple::new(subject, predicate, object));
    }
    if graphs.is_empty() {
        graphs.insert(target, Vec::new());
    }
    Ok(Loaded { graphs })
}

/// The ontology that a file declares, if it is exactly one.
fn declared(quads: &[Quad]) -> Option<NamedNode> {
    let ontology = Term::from(owl::ONTOLOGY.into_owned());
    let subjects: BTreeSet<&NamedNode> = quads
        .iter()
        .filter(|quad| quad.graph_name == GraphName::DefaultGraph)
        .filter(|quad| quad.predicate.as_ref() == rdf::TYPE && quad.object == ontology)
        .filter_map(|quad| match &quad.subject {
            NamedOrBlankNode::NamedNode(name) => Some(name),
            NamedOrBlankNode::BlankNode(_) => None,
        })
        .collect();
    let mut subjects = subjects.into_iter();
    match (subjects.next(), subjects.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => None,
    }
}

/// Puts the ontologies that are built in, as public graphs, where they are missing or of another version. Says how many were put.
///
/// # Errors
/// When the commit fails.
pub fn built_in(site: &Site) -> Result<u64> {
    const KEY: &str = "built-in-ontologies";
    let mut hash = blake3::Hasher::new();
    for ontology in kenning_vocab::ontologies() {
        hash.update(ontology.name.as_bytes())
            .update(ontology.text.as_bytes());
    }
    let hash = hash.finalize().as_bytes().to_vec();
    if site.kb.setting(KEY)?.as_ref() == Some(&hash) {
        return Ok(0);
    }
    let mut batch = Batch::new();
    let mut count = 0;
    for ontology in kenning_vocab::ontologies() {
        let mut triples = Vec::new();
        for quad in RdfParser::from_format(RdfFormat::Turtle)
            .rename_blank_nodes()
            .for_slice(ontology.text.as_bytes())
        {
            let Quad {
                subject,
                predicate,
                object,
                ..
            } = quad.with_context(|| format!("the ontology `{}`", ontology.name))?;
            triples.push(Triple::new(subject, predicate, object));
        }
        batch.put_graph(
            site.base.ontology_graph(ontology.name),
            Label::public(),
            triples,
        );
        count += 1;
    }
    batch.put_setting(KEY, Some(hash));
    site.kb.commit(batch)?;
    Ok(count)
}
