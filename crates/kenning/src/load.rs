//! `kenning load`: RDF files into labelled graphs.
//!
//! A file is loaded whole or not at all. A graph that a file names is replaced, so that loading twice changes nothing;
//! triples that name no graph go to the graph of `--graph`, else to one named after the version of the one ontology that the
//! file declares, so that versions lie beside each other, else after the ontology, else after the file.
//! What an ontology imports is loaded too where a catalog knows its file; the network is not asked.
//! A graph that exists keeps its label unless a level is given: loading a newer file must not open what was closed.

mod large;

use crate::ontology::catalog::Catalog;
use crate::ontology::header::{Header, key};
use crate::ontology::kind;
use crate::report::counted;
use crate::request::Place;
use crate::site::Site;
use anyhow::{Context, Result, bail};
use kenning_access::{Clause, Clearance, Group, Label};
use kenning_server::audit::Decision;
use kenning_server::{Line, Outcome, Problem};
use kenning_store::{Batch, Cancel, GraphPattern, LoadError, Pattern, View, Written};
use kenning_vocab::{owl, rdf};
use oxrdf::{GraphName, NamedNode, Quad, Term, TermRef, Triple};
use oxrdfio::{RdfFormat, RdfParser};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
    /// Folders of ontology files and XML catalogs, in which imported ontologies are found.
    #[serde(default)]
    pub catalogs: Vec<Place>,
}

/// One file that could be read.
struct Loaded {
    graphs: BTreeMap<NamedNode, Vec<Triple>>,
    /// How it writes language tags.
    written: Written,
    header: Option<Header>,
}

/// Ontologies that are there, by the names that they may be imported by.
#[derive(Default)]
struct Known(BTreeSet<String>);

impl Known {
    /// What is stored, whoever may see it: an import that is there is not loaded again.
    fn stored(view: &View) -> Self {
        let mut known = Self::default();
        for graph in view.graphs() {
            if let Term::NamedNode(name) = view.term(graph.id) {
                known.0.insert(key(name.as_str()).to_owned());
            }
        }
        let (Some(kind), Some(class)) = (view.id(rdf::TYPE.into()), view.id(owl::ONTOLOGY.into()))
        else {
            return known;
        };
        let pattern = Pattern {
            predicate: Some(kind),
            object: Some(class),
            ..Pattern::all(GraphPattern::Union)
        };
        for quad in view.quads(pattern).map_while(Result::ok) {
            if let Term::NamedNode(name) = view.term(quad.subject) {
                known.0.insert(key(name.as_str()).to_owned());
            }
        }
        known
    }

    fn has(&self, name: &NamedNode) -> bool {
        self.0.contains(key(name.as_str()))
    }

    fn add(&mut self, header: &Header) {
        self.0.extend(header.names().map(str::to_owned));
    }
}

/// Loads the files, each whole or not at all, in one commit; nothing of them once `left` is set.
///
/// # Errors
/// When the label cannot be, no file could be read, or the commit fails.
pub fn run(
    site: &Site,
    request: &Request,
    left: &Cancel,
    report: &mut dyn FnMut(Line),
) -> Result<Outcome> {
    let label = label(site, request)?;
    let graph = request.graph.as_deref().map(NamedNode::new).transpose();
    let graph = graph.context("`--graph` is not an IRI")?;
    let everything = Clearance::everything("a graph that is replaced keeps its label");
    let view = site.kb.view(&everything);
    let wanted = (label.as_ref(), graph.as_ref());
    if let Some(done) = large::run(
        site,
        &request.files,
        wanted,
        large::LARGE,
        &view,
        left,
        report,
    )? {
        return Ok(done);
    }
    let mut catalog = Catalog::default();
    for place in &request.catalogs {
        catalog.add(&place.path)?;
    }
    let mut known = Known::stored(&view);
    let mut graphs: BTreeMap<NamedNode, (Vec<Triple>, Written)> = BTreeMap::new();
    let (mut refused, mut missing, mut done) = (0, 0, 0);
    let mut waiting: VecDeque<Place> = request.files.iter().cloned().collect();
    // What is imported by the files so far, with the file that does it; looked up when all files that were named are read.
    let mut imports: VecDeque<(NamedNode, String)> = VecDeque::new();
    loop {
        let file = match waiting.pop_front() {
            Some(file) => file,
            None => match imports.pop_front() {
                None => break,
                Some((name, _)) if known.has(&name) => continue,
                Some((name, by)) => match catalog.find(&name) {
                    Some(path) => {
                        known.0.insert(key(name.as_str()).to_owned());
                        Place::of(&path)
                    }
                    None => {
                        known.0.insert(key(name.as_str()).to_owned());
                        missing += 1;
                        let text = format!(
                            "it imports <{}>, which is not here; load its file too, or name a folder that has it with `--catalog`",
                            name.as_str()
                        );
                        report(Line::Problem(Problem::of_file(by, text)));
                        continue;
                    }
                },
            },
        };
        report(Line::Progress {
            what: "files".into(),
            done,
            total: Some(done + 1 + waiting.len() as u64),
        });
        done += 1;
        let own_graph = graph
            .as_ref()
            .filter(|_| done <= request.files.len() as u64);
        match read(site, &file, own_graph, report) {
            Ok(loaded) => {
                if let Some(header) = &loaded.header {
                    known.add(header);
                    catalog.add_beside(&file.path)?;
                    let of_file = |name: &NamedNode| (name.clone(), file.shown.clone());
                    imports.extend(header.imports.iter().map(of_file));
                    older(&view, header, report);
                }
                for (name, mut triples) in loaded.graphs {
                    let graph = graphs.entry(name).or_default();
                    graph.0.append(&mut triples);
                    graph.1.extend(loaded.written.clone());
                }
            }
            Err(error) => {
                refused += 1;
                let problem = Problem::of_file(&file.shown, format!("{error:#}"));
                report(Line::Problem(problem));
            }
        }
    }
    if graphs.is_empty() {
        bail!("nothing was loaded");
    }
    let names: Vec<NamedNode> = graphs.keys().cloned().collect();
    if left.is_cancelled() {
        return Err(LoadError::Stopped.into());
    }
    site.log()?;
    let (mut batch, mut lowered) = (Batch::new(), Vec::new());
    for (name, (content, written)) in graphs {
        let id = view.id(TermRef::NamedNode(name.as_ref()));
        let known = id.and_then(|id| view.graph(id)).map(|graph| graph.label);
        let label = match (&label, known) {
            (Some(label), known) => {
                if known.is_some_and(|known| !known.flows_to(label)) {
                    lowered.push(name.clone());
                }
                label.clone()
            }
            (None, Some(known)) => known,
            (None, None) => Label::new(site.config().rules.default_level(), []),
        };
        batch.write_tags(written);
        batch.put_graph(name, label, content);
    }
    site.kb.commit(batch)?;
    record(site, &names, lowered)?;
    let view = site.kb.view(&everything);
    let stored = names.iter().filter_map(|name| {
        let id = view.id(TermRef::NamedNode(name.as_ref()))?;
        Some(view.graph(id)?.triples)
    });
    let text = format!(
        "loaded {} in {}",
        counted(stored.sum(), "triple", "triples"),
        counted(names.len() as u64, "graph", "graphs")
    );
    let text = match missing {
        0 => text,
        _ => format!(
            "{text}; {} not here",
            counted(missing, "import is", "imports are")
        ),
    };
    Ok(match refused {
        0 if missing > 0 => Outcome::done_with_problems(text),
        0 => Outcome::done(text),
        1 => Outcome::done_with_problems(format!("{text}; 1 file was refused")),
        _ => Outcome::done_with_problems(format!("{text}; {refused} files were refused")),
    })
}

/// Notes in the audit log which graphs were loaded, and of which of them the label was lowered.
fn record(site: &Site, names: &[NamedNode], lowered: Vec<NamedNode>) -> Result<()> {
    for name in lowered {
        let why = Some("a level was given that is below the one it had".to_owned());
        let what = "label lowered, load".to_owned();
        site.record(what, name.as_str(), Decision::WrittenDown, why)?;
    }
    let mut all: Vec<&str> = names.iter().map(NamedNode::as_str).collect();
    all.sort_unstable();
    site.record("load".to_owned(), &all.join(" "), Decision::Done, None)
}

fn label(site: &Site, request: &Request) -> Result<Option<Label>> {
    if request.level.is_none() && request.groups.is_empty() {
        return Ok(None);
    }
    let level = match &request.level {
        Some(level) => site.kb.scale().parse_level(level)?,
        None => site.config().rules.default_level(),
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
    let bytes = std::fs::read(&file.path).context("cannot be read")?;
    let format = kind::of(&file.shown, &bytes)?;
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
                let from_one = |at: u64| u32::try_from(at + 1).unwrap_or(u32::MAX);
                let (line, column) =
                    start.map_or((0, 0), |at| (from_one(at.line), from_one(at.column)));
                let problem = Problem::of_file(&file.shown, error.to_string());
                report(Line::Problem(problem.at(line, column)));
                if mistakes == MOST_PROBLEMS {
                    break;
                }
            }
        }
    }
    if mistakes > 0 {
        bail!("not loaded, because of the problems above");
    }
    let header = declared(&quads);
    let target = graph.or(header.as_ref().map(Header::graph));
    let target = target.cloned().unwrap_or(own);
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
    Ok(Loaded {
        graphs,
        written: Written::of_document(&bytes, format),
        header,
    })
}

/// The ontology that a file declares outside named graphs, if it is exactly one.
fn declared(quads: &[Quad]) -> Option<Header> {
    let own = quads
        .iter()
        .filter(|quad| quad.graph_name == GraphName::DefaultGraph);
    Header::of(own.map(|quad| (&quad.subject, &quad.predicate, &quad.object)))
}

/// Says which other versions of an ontology stay beside the one that is loaded.
fn older(view: &View, header: &Header, report: &mut dyn FnMut(Line)) {
    let name = TermRef::from(header.ontology.as_ref());
    let (Some(subject), Some(kind), Some(class)) = (
        view.id(name),
        view.id(rdf::TYPE.into()),
        view.id(owl::ONTOLOGY.into()),
    ) else {
        return;
    };
    let pattern = Pattern {
        subject: Some(subject),
        predicate: Some(kind),
        object: Some(class),
        graph: GraphPattern::Each,
    };
    for quad in view.quads(pattern).map_while(Result::ok) {
        if let Term::NamedNode(graph) = view.term(quad.graph)
            && graph != *header.graph()
        {
            report(Line::Info {
                text: format!(
                    "another version of {} stays in {graph}; `DROP GRAPH {graph}` takes it away",
                    header.ontology
                ),
            });
        }
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
