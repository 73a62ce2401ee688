//! Reading documents into batches of ids, on as many threads as the format allows.

use super::{LoadError, Source};
use crate::dictionary::Local;
use crate::snapshot::mark_of_marks;
use hashbrown::DefaultHashBuilder;
use oxrdf::{GraphName, NamedOrBlankNode, Quad, Term, Triple};
use oxrdfio::{RdfFormat, RdfParseError, RdfParser};
use std::io::Read;
use std::sync::Mutex;
use std::sync::mpsc::SyncSender;

/// Text is cut into blocks of about this many bytes.
const BLOCK: usize = 2 << 20;
/// A batch holds up to this many quads.
const BATCH: usize = 50_000;

/// Some quads, with the terms they use.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) terms: Local,
    /// The mark of each term.
    pub(super) marks: Vec<u128>,
    /// Subject, predicate, object and the name of the graph.
    pub(super) quads: Vec<[u32; 4]>,
}

/// What all documents of one load have in common.
pub(super) struct Reading<'a> {
    pub(super) hasher: &'a DefaultHashBuilder,
    pub(super) send: SyncSender<Result<Parsed, LoadError>>,
    /// Set before the labels of blank nodes, so that nodes of different documents stay apart.
    pub(super) apart: String,
}

/// A reader that gives whole lines.
struct Lines<'a> {
    data: Box<dyn Read + Send + 'a>,
    rest: Vec<u8>,
    /// How many lines were given.
    line: u64,
    over: bool,
}

impl Lines<'_> {
    /// The next lines, and how many came before them.
    fn block(&mut self) -> std::io::Result<Option<(u64, Vec<u8>)>> {
        if self.over {
            return Ok(None);
        }
        let mut block = std::mem::take(&mut self.rest);
        let end = loop {
            let had = block.len();
            let read = self
                .data
                .by_ref()
                .take(BLOCK as u64)
                .read_to_end(&mut block)?;
            if read == 0 {
                self.over = true;
                break block.len();
            }
            // A line may be longer than a block: then the block grows.
            let fresh = block.get(had..).unwrap_or_default();
            if let Some(last) = fresh.iter().rposition(|byte| *byte == b'\n') {
                break had + last + 1;
            }
        };
        self.rest = block.split_off(end);
        let before = self.line;
        self.line += block.iter().filter(|byte| **byte == b'\n').count() as u64;
        Ok((!block.is_empty()).then_some((before, block)))
    }
}

impl Reading<'_> {
    /// Reads one document and sends its quads. Ends early when nobody receives them any more.
    pub(super) fn read(&self, source: Source<'_>) {
        let result = match source.format {
            RdfFormat::NTriples | RdfFormat::NQuads => self.read_lines(source),
            _ => self.read_whole(source),
        };
        if let Err(error) = result {
            // A receiver that has gone away knows of an error already.
            let _ = self.send.send(Err(error));
        }
    }

    fn read_lines(&self, source: Source<'_>) -> Result<(), LoadError> {
        let lines = Mutex::new(Lines {
            data: source.data,
            rest: Vec::new(),
            line: 0,
            over: false,
        });
        let (name, format) = (&source.name, source.format);
        let graph = source.graph.as_ref();
        let work = || -> Result<(), LoadError> {
            loop {
                let block = crate::knowledge_base::lock(&lines).block();
                let Some((before, block)) = block.map_err(|cause| LoadError::read(name, &cause))?
                else {
                    return Ok(());
                };
                let parser = RdfParser::from_format(format).for_slice(&block);
                let quads = parser.map(|quad| quad.map_err(RdfParseError::Syntax));
                self.gather(name, before, graph, quads)?;
            }
        };
        let threads =
            std::thread::available_parallelism().map_or(1, |threads| threads.get().min(8));
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut result = work();
            for other in others {
                let other = other.join().unwrap_or(Err(LoadError::Failed));
                result = result.and(other);
            }
            result
        })
    }

    fn read_whole(&self, source: Source<'_>) -> Result<(), LoadError> {
        let mut parser = RdfParser::from_format(source.format);
        if let Some(base) = &source.base {
            parser = parser
                .with_base_iri(base)
                .map_err(|_| LoadError::Base { base: base.clone() })?;
        }
        let quads = parser.for_reader(source.data);
        self.gather(&source.name, 0, source.graph.as_ref(), quads)
    }

    fn gather(
        &self,
        name: &str,
        lines_before: u64,
        graph: Option<&oxrdf::NamedNode>,
        quads: impl Iterator<Item = Result<Quad, RdfParseError>>,
    ) -> Result<(), LoadError> {
        let mut parsed = Parsed::default();
        for quad in quads {
            let quad = quad.map_err(|error| LoadError::parse(name, lines_before, error))?;
            self.add(&mut parsed, quad, graph)
                .ok_or(LoadError::Failed)?;
            if parsed.quads.len() >= BATCH
                && self.send.send(Ok(std::mem::take(&mut parsed))).is_err()
            {
                return Ok(());
            }
        }
        let _ = self.send.send(Ok(parsed));
        Ok(())
    }

    fn add(&self, parsed: &mut Parsed, quad: Quad, graph: Option<&oxrdf::NamedNode>) -> Option<()> {
        let s = self.intern(parsed, &self.subject(quad.subject).into())?;
        let p = self.intern(parsed, &quad.predicate.into())?;
        let o = self.object(quad.object);
        let o = self.intern(parsed, &o)?;
        let name = match (quad.graph_name, graph) {
            (GraphName::NamedNode(name), _) => name,
            // Names of graphs are IRIs here, so a blank one becomes an IRI that nobody else has.
            (GraphName::BlankNode(node), _) => oxrdf::NamedNode::new_unchecked(format!(
                "urn:kenning:graph:{}{}",
                self.apart,
                node.as_str()
            )),
            (GraphName::DefaultGraph, Some(graph)) => graph.clone(),
            (GraphName::DefaultGraph, None) => kenning_vocab::DEFAULT_GRAPH.into_owned(),
        };
        let g = self.intern(parsed, &name.into())?;
        parsed.quads.push([s, p, o, g]);
        Some(())
    }

    fn subject(&self, subject: NamedOrBlankNode) -> NamedOrBlankNode {
        match subject {
            NamedOrBlankNode::BlankNode(node) => self.renamed(&node).into(),
            named => named,
        }
    }

    fn object(&self, object: Term) -> Term {
        match object {
            Term::BlankNode(node) => self.renamed(&node).into(),
            Term::Triple(triple) => {
                let Triple {
                    subject,
                    predicate,
                    object,
                } = *triple;
                Triple::new(self.subject(subject), predicate, self.object(object)).into()
            }
            other => other,
        }
    }

    fn renamed(&self, node: &oxrdf::BlankNode) -> oxrdf::BlankNode {
        oxrdf::BlankNode::new_unchecked(format!("{}{}", self.apart, node.as_str()))
    }

    fn intern(&self, parsed: &mut Parsed, term: &Term) -> Option<u32> {
        let Term::Triple(triple) = term else {
            let id = parsed.terms.intern(term.as_ref(), self.hasher)?;
            if id as usize == parsed.marks.len() {
                parsed.marks.push(crate::snapshot::mark(term.as_ref()));
            }
            return Some(id);
        };
        let ids = [
            self.intern(parsed, &triple.subject.clone().into())?,
            self.intern(parsed, &triple.predicate.clone().into())?,
            self.intern(parsed, &triple.object)?,
        ];
        let id = parsed.terms.intern_triple(ids, self.hasher)?;
        if id as usize == parsed.marks.len() {
            let marks = ids.map(|id| parsed.marks.get(id as usize).copied().unwrap_or_default());
            let mark = crate::graphs::mix(1, mark_of_marks(marks));
            parsed.marks.push(mark);
        }
        Some(id)
    }
}
