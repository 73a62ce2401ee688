//! Bulk loading: documents become graphs, all of them or none.
//!
//! Documents are parsed on several threads, each with a dictionary of its own, and gathered on the thread that called.
//! Nothing of the knowledge base is touched until the last document has been read; then one commit makes everything
//! durable and visible. Memory holds 16 bytes for each quad and the text of each different term, never the documents.

mod apply;
mod read;

use crate::dictionary::Growing;
use crate::{CommitError, KnowledgeBase};
use kenning_access::Label;
use oxrdf::NamedNode;
use oxrdfio::{RdfFormat, RdfParseError};
use read::{Parsed, Reading};
use std::collections::VecDeque;
use std::fmt;
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::{Mutex, mpsc};

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

/// What a load brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loaded {
    /// Statements that were read.
    pub read: u64,
    /// Quads that were not there before.
    pub added: u64,
    /// Graphs that were made.
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
    /// The caller asked to stop.
    #[error("loading was stopped")]
    Stopped,
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

    fn parse(name: &str, lines_before: u64, error: RdfParseError) -> Self {
        match error {
            RdfParseError::Io(cause) => Self::read(name, &cause),
            RdfParseError::Syntax(error) => {
                let place = error.location().map(|place| place.start);
                Self::Parse {
                    name: name.to_owned(),
                    line: place
                        .as_ref()
                        .map_or(0, |place| place.line + 1 + lines_before),
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
    marks: Vec<u128>,
    quads: Vec<[u32; 4]>,
}

impl Gathered {
    /// Adds a batch.
    fn add(&mut self, parsed: &Parsed) -> Result<(), CommitError> {
        let full = || CommitError::Full { what: "terms" };
        let map = parsed.terms.copy_to(&mut self.terms).ok_or_else(full)?;
        for (id, mark) in map.iter().zip(&parsed.marks) {
            // New ids come in order, so a new term is the next one.
            if *id as usize == self.marks.len() {
                self.marks.push(*mark);
            }
        }
        let id = |local: u32| map.get(local as usize).copied().unwrap_or_default();
        let quads = parsed.quads.iter().map(|quad| quad.map(id));
        self.quads.extend(quads);
        Ok(())
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
        let empty = self.inner().empty_dictionary();
        let hasher = empty.hasher.clone();
        let mut gathered = Gathered {
            terms: Growing::new(&empty),
            marks: Vec::new(),
            quads: Vec::new(),
        };
        let salt = salt();
        let waiting: Mutex<VecDeque<(usize, Source<'_>)>> =
            Mutex::new(sources.into_iter().enumerate().collect());
        std::thread::scope(|scope| {
            let (send, receive) = mpsc::sync_channel(4);
            let (waiting, hasher) = (&waiting, &hasher);
            scope.spawn(move || {
                while let Some((number, source)) = {
                    let mut waiting = crate::knowledge_base::lock(waiting);
                    waiting.pop_front()
                } {
                    let reading = Reading {
                        hasher,
                        send: send.clone(),
                        apart: format!("l{salt:x}n{number}x"),
                    };
                    reading.read(source);
                }
            });
            let gathered = gather(receive, &mut gathered, progress);
            if gathered.is_err() {
                // Whoever reads finds nobody to send to, and nothing more to read.
                crate::knowledge_base::lock(waiting).clear();
            }
            gathered
        })?;
        Ok(apply::apply(self, gathered, label)?)
    }
}

fn gather(
    receive: mpsc::Receiver<Result<Parsed, LoadError>>,
    gathered: &mut Gathered,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<(), LoadError> {
    for parsed in receive {
        gathered.add(&parsed?)?;
        if progress(gathered.quads.len() as u64).is_break() {
            return Err(LoadError::Stopped);
        }
    }
    Ok(())
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
