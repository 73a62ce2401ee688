//! Bulk loading: documents become graphs, all of them or none.
//!
//! Documents are cut into blocks that are read on all cores, each with a dictionary of its own, and gathered on the thread
//! that called. Nothing of the knowledge base is touched until the last document has been read; then one commit makes
//! everything durable and visible. Memory holds 16 bytes for each statement and the text of each different term, never the
//! documents, and may be given a bound.

mod apply;
mod cut;
mod parse;
mod quick;
mod spell;
mod stream;

use crate::dictionary::{Growing, Key};
use crate::run::pack;
use crate::{CommitError, KnowledgeBase};
use kenning_access::Label;
use oxrdf::{NamedNode, Triple};
use oxrdfio::{RdfFormat, RdfParseError};
use parse::{DEFAULT, Parsed, Unusual};
use spell::Tags;
use std::fmt;
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::mpsc;
use stream::{Stream, Told};

/// A document to load.
pub struct Source<'a> {
    /// What to call it in messages, such as its path.
    pub name: String,
    /// How it is written.
    pub format: RdfFormat,
    /// What relative IRIs are resolved against.
    pub base: Option<String>,
    /// Where triples outside any named graph go; without it, to the RDF default graph.
    pub graph: Option<NamedNode>,
    /// Its text.
    pub data: Box<dyn Read + Send + 'a>,
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// How documents are loaded.
pub struct LoadOptions<'a> {
    /// What becomes of graphs that exist and that a document names.
    pub existing: Existing,
    /// Names the graph of the triples outside any named graph, where the source's own name will not do.
    pub name: Option<&'a Naming<'a>>,
    /// The label of a graph that is made or replaced, by its name and the label that it has.
    pub label: &'a dyn Fn(&NamedNode, Option<&Label>) -> Label,
    /// A document with mistakes ends the load, unless a number is given here: then it is left out, and so many of its
    /// mistakes are told.
    pub mistakes: Option<usize>,
    /// The load ends when it would take more than this many bytes beside what is there, as far as that can be told.
    pub memory: Option<u64>,
}

/// Names the graph of a document's triples outside any named graph, by the place of the document and by what it says of
/// ontologies there: which there are, their versions and imports. `None` leaves it to the source.
pub type Naming<'a> = dyn Fn(usize, &[Triple]) -> Option<NamedNode> + 'a;

/// What becomes of graphs that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// They keep their labels and what they hold, and more is added.
    AddTo,
    /// They hold what the documents say and nothing else, so that loading twice changes nothing. A graph that is named by
    /// a blank node is a mistake then, because nobody could replace it.
    Replace,
}

/// Something to tell while a load goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Loading<'a> {
    /// A document begins: its place among the sources.
    Document(usize),
    /// So many statements have been read.
    Read(u64),
    /// A mistake in the document that began last. Told only if documents with mistakes are left out.
    Mistake(&'a LoadError),
    /// The document that began last is left out.
    Refused,
    /// The document that began last was read to its end, and has its name.
    Whole,
}

/// What a load brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loaded {
    /// Statements that were read.
    pub read: u64,
    /// Quads that were not there before; all quads of graphs that were replaced.
    pub added: u64,
    /// Graphs that were made or replaced.
    pub graphs: u64,
}

/// A load failed: nothing of it was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A document is not what its format says.
    #[error("{name}:{line}:{column}: {text}")]
    Parse {
        /// The document.
        name: String,
        /// The line, from 1; 0 where the format does not say.
        line: u64,
        /// The column, from 1; 0 where the format does not say.
        column: u64,
        /// What is wrong.
        text: String,
    },
    /// A document cannot be read.
    #[error("cannot read `{name}`: {cause}")]
    Read {
        /// The document.
        name: String,
        /// Why.
        cause: String,
    },
    /// The base is not an absolute IRI.
    #[error("`{base}` is not an absolute IRI")]
    Base {
        /// The base.
        base: String,
    },
    /// A graph is named by a blank node, and graphs are to be replaced.
    #[error("a graph needs a name; this file has one that is a blank node")]
    NoName,
    /// The caller asked to stop.
    #[error("loading was stopped")]
    Stopped,
    /// It would take more memory than it may.
    #[error("loading takes more than {limit} bytes of memory")]
    Memory {
        /// What it may take.
        limit: u64,
    },
    /// A thread failed, or there are more terms in one batch than can be.
    #[error("loading failed")]
    Failed,
    /// It could not be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl LoadError {
    fn read(name: &str, cause: &std::io::Error) -> Self {
        Self::Read {
            name: name.to_owned(),
            cause: cause.to_string(),
        }
    }

    fn parse(name: &str, error: RdfParseError) -> Self {
        match error {
            RdfParseError::Io(cause) => Self::read(name, &cause),
            RdfParseError::Syntax(error) => {
                let place = error.location().map(|place| place.start);
                Self::Parse {
                    name: name.to_owned(),
                    line: place.as_ref().map_or(0, |place| place.line + 1),
                    column: place.map_or(0, |place| place.column + 1),
                    text: error.to_string(),
                }
            }
        }
    }
}

/// Quads of all documents, by the ids of one dictionary.
struct Gathered {
    terms: Growing,
    /// The place of the graph is the id of its name.
    quads: Vec<u128>,
    /// Literals whose language tags are written unusually, and how.
    unusual: Vec<Unusual>,
    tags: Tags,
    /// Graphs that documents without any statement mean.
    empty: Vec<u32>,
    /// Whether a document was left out, so that there are terms that nothing uses.
    refused: bool,
    /// Where the quads of the document begin that is being read, and its unusual literals.
    begun: (usize, usize),
    /// What it says of ontologies outside any named graph.
    header: Vec<Triple>,
    /// Whether it has a graph that is named by a blank node.
    no_name: bool,
}

impl Gathered {
    /// Adds a batch.
    fn add(&mut self, parsed: &Parsed) -> Result<(), CommitError> {
        let full = || CommitError::Full { what: "terms" };
        let map = parsed.terms.copy_to(&mut self.terms).ok_or_else(full)?;
        let id = |local: u32| map.get(local as usize).copied().unwrap_or(DEFAULT);
        let quads = parsed.quads.iter().map(|quad| {
            let [s, p, o, g] = quad.map(id);
            pack([s, p, o], g)
        });
        self.quads.extend(quads);
        let tags = parsed.tags.each();
        let tags: Vec<u32> = tags.map(|tag| self.tags.number(tag)).collect();
        let unusual = parsed.unusual.iter().map(|unusual| Unusual {
            graph: id(unusual.graph),
            literal: id(unusual.literal),
            tag: tags.get(unusual.tag as usize).copied().unwrap_or_default(),
        });
        self.unusual.extend(unusual);
        self.header.extend_from_slice(&parsed.header);
        self.no_name |= parsed.has_blank_graph;
        Ok(())
    }

    /// Takes back what came of the document that was read last.
    fn leave_out(&mut self) {
        self.quads.truncate(self.begun.0);
        self.unusual.truncate(self.begun.1);
        self.refused = true;
    }

    /// Names the graph of the triples that stand outside any named graph.
    fn name(
        &mut self,
        document: usize,
        graph: Option<NamedNode>,
        naming: Option<&Naming<'_>>,
    ) -> Result<(), CommitError> {
        let fresh = self.quads.get_mut(self.begun.0..).unwrap_or_default();
        let is_empty = fresh.is_empty();
        let unnamed = |quad: &u128| *quad as u32 == DEFAULT;
        let named = naming.and_then(|naming| naming(document, &self.header));
        if !is_empty && !fresh.iter().any(unnamed) {
            return Ok(());
        }
        let name = named.or(graph);
        let name = name.unwrap_or_else(|| kenning_vocab::DEFAULT_GRAPH.into_owned());
        let id = self.terms.intern_key(&Key::Iri(name.as_str()));
        let name = id.ok_or(CommitError::Full { what: "terms" })?;
        for quad in fresh.iter_mut().filter(|quad| unnamed(quad)) {
            *quad = *quad >> 32 << 32 | u128::from(name);
        }
        let fresh = self.unusual.get_mut(self.begun.1..).unwrap_or_default();
        for unusual in fresh.iter_mut().filter(|one| one.graph == DEFAULT) {
            unusual.graph = name;
        }
        if is_empty {
            self.empty.push(name);
        }
        Ok(())
    }

    /// About how many bytes the load takes before it is over: while the quads are sorted there are two of each, and then
    /// the orders of the new run beside one.
    fn bytes(&self) -> u64 {
        self.quads.capacity() as u64 * 64
            + self.unusual.capacity() as u64 * 64
            + self.terms.added_bytes() as u64 * 2
    }
}

impl KnowledgeBase {
    /// Adds what documents say to the graphs they name. Graphs that exist keep their labels and what they hold; new ones
    /// get `label`. Blank nodes of different documents stay apart. All is committed together, or nothing is.
    ///
    /// `progress` is told how many statements have been read, and may break to stop the load.
    ///
    /// # Errors
    /// [`LoadError`]; nothing has changed then.
    pub fn load(
        &self,
        sources: Vec<Source<'_>>,
        label: &Label,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Loaded, LoadError> {
        let options = LoadOptions {
            existing: Existing::AddTo,
            name: None,
            label: &|_, _| label.clone(),
            mistakes: None,
            memory: None,
        };
        self.load_with(sources, &options, &mut |told| match told {
            Loading::Read(count) => progress(count),
            _ => ControlFlow::Continue(()),
        })
    }

    /// Loads documents. Blank nodes of different documents stay apart. All is committed together, or nothing is.
    ///
    /// `tell` is told how it goes, and may break to stop the load.
    ///
    /// # Errors
    /// [`LoadError`]; nothing has changed then.
    pub fn load_with(
        &self,
        sources: Vec<Source<'_>>,
        options: &LoadOptions<'_>,
        tell: &mut dyn FnMut(Loading<'_>) -> ControlFlow<()>,
    ) -> Result<Loaded, LoadError> {
        let empty = self.inner().empty_dictionary();
        let mut gathered = Gathered {
            terms: Growing::new(&empty),
            quads: Vec::new(),
            unusual: Vec::new(),
            tags: Tags::default(),
            empty: Vec::new(),
            refused: false,
            begun: (0, 0),
            header: Vec::new(),
            no_name: false,
        };
        let targets: Vec<Option<NamedNode>> =
            sources.iter().map(|source| source.graph.clone()).collect();
        let (send, receive) = mpsc::sync_channel(4);
        let most = options.mistakes.unwrap_or(1).max(1);
        let stream = Stream::new(sources, empty.hasher, salt(), most, send.clone());
        std::thread::scope(|scope| {
            let threads = std::thread::available_parallelism();
            let threads = threads.map_or(1, |threads| threads.get().min(8));
            let stream = &stream;
            scope.spawn(move || {
                let all_good = std::thread::scope(|scope| {
                    let start = |_| scope.spawn(|| stream.work());
                    let workers: Vec<_> = (0..threads).map(start).collect();
                    let ends = workers.into_iter().map(|worker| worker.join().is_ok());
                    ends.fold(true, |all, good| all & good)
                });
                // Nobody listens when the load has been given up.
                let _ = send.send(Told::Over(all_good));
            });
            let result = gather(receive, &targets, &mut gathered, options, tell);
            stream.stop();
            result
        })?;
        Ok(apply::apply(self, gathered, options)?)
    }
}

fn gather(
    receive: mpsc::Receiver<Told>,
    targets: &[Option<NamedNode>],
    gathered: &mut Gathered,
    options: &LoadOptions<'_>,
    tell: &mut dyn FnMut(Loading<'_>) -> ControlFlow<()>,
) -> Result<(), LoadError> {
    let mut document = 0;
    let mut say = |told: Loading<'_>| match tell(told) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(LoadError::Stopped),
    };
    for told in receive {
        match told {
            Told::Begin(number) => {
                document = number;
                gathered.begun = (gathered.quads.len(), gathered.unusual.len());
                gathered.header.clear();
                gathered.no_name = false;
                say(Loading::Document(number))?;
            }
            Told::Parsed(parsed) => {
                gathered.add(&parsed)?;
                if let Some(limit) = options.memory
                    && gathered.bytes() > limit
                {
                    return Err(LoadError::Memory { limit });
                }
                say(Loading::Read(gathered.quads.len() as u64))?;
            }
            Told::Mistake(error) => match options.mistakes {
                None => return Err(error),
                Some(_) => say(Loading::Mistake(&error))?,
            },
            Told::End(whole) => {
                let no_name = gathered.no_name && options.existing == Existing::Replace;
                if no_name {
                    match options.mistakes {
                        None => return Err(LoadError::NoName),
                        Some(_) => say(Loading::Mistake(&LoadError::NoName))?,
                    }
                }
                if !whole || no_name {
                    gathered.leave_out();
                    say(Loading::Refused)?;
                } else if let Some(graph) = targets.get(document) {
                    gathered.name(document, graph.clone(), options.name)?;
                    say(Loading::Whole)?;
                }
            }
            Told::Over(true) => return Ok(()),
            Told::Over(false) => break,
        }
    }
    Err(LoadError::Failed)
}

/// A number that no other load has.
fn salt() -> u64 {
    let mut bytes = [0; 8];
    if getrandom::fill(&mut bytes).is_err() {
        // Without a source of randomness the time has to do: it only keeps apart what different loads call alike.
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        return now.map_or(0, |now| now.as_nanos() as u64);
    }
    u64::from_le_bytes(bytes)
}
