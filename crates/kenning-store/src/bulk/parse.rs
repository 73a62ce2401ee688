//! From text to ids: the parsers of the RDF family, for whole documents and for blocks.

use super::quick;
use super::spell::Tags;
use super::{LoadError, cut::Kind};
use crate::dictionary::{Key, Local};
use crate::spelling::Scanner;
use crate::tag;
use hashbrown::DefaultHashBuilder;
use kenning_vocab::{owl, rdf};
use oxrdf::{BlankNode, GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use oxrdfio::{RdfFormat, RdfParseError, RdfParser};
use oxttl::{TriGParser, TurtleParser};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::rc::Rc;
use std::sync::Arc;

/// A batch holds up to about this many quads.
const BATCH: usize = 50_000;

/// Stands in the place of a graph's name for triples outside any named graph.
pub(super) const DEFAULT: u32 = u32::MAX;

/// Some quads, with the terms they use.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) terms: Local,
    /// Subject, predicate, object and the name of the graph, or [`DEFAULT`].
    pub(super) quads: Vec<[u32; 4]>,
    /// What is said of ontologies outside any named graph.
    pub(super) header: Vec<Triple>,
    /// Whether a graph is named by a blank node.
    pub(super) has_blank_graph: bool,
    /// Literals whose language tags are written unusually.
    pub(super) unusual: Vec<Unusual>,
    /// How the tags of these are written.
    pub(super) tags: Tags,
    /// Literals of the quad that comes next, and their tags.
    pending: Vec<(u32, u32)>,
}

/// A literal whose language tag a graph writes unusually.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unusual {
    /// The name of the graph, or [`DEFAULT`].
    pub(super) graph: u32,
    pub(super) literal: u32,
    /// The number of the tag in a list.
    pub(super) tag: u32,
}

impl Parsed {
    /// Adds a quad.
    #[inline]
    pub(super) fn push(&mut self, quad: [u32; 4]) {
        self.quads.push(quad);
        let [.., graph] = quad;
        for (literal, tag) in self.pending.drain(..) {
            self.unusual.push(Unusual {
                graph,
                literal,
                tag,
            });
        }
    }

    /// Says that a literal of the quad that comes next has a tag out of the list.
    pub(super) fn write_tag(&mut self, literal: u32, tag: u32) {
        self.pending.push((literal, tag));
    }

    /// Call once, when everything is there.
    pub(super) fn finish(&mut self, hasher: &DefaultHashBuilder) {
        let [kind, ontology, version, imports] =
            [rdf::TYPE, owl::ONTOLOGY, owl::VERSION_IRI, owl::IMPORTS]
                .map(|name| self.terms.find(&Key::Iri(name.as_str()), hasher));
        let kind = kind.filter(|_| ontology.is_some());
        if kind.or(version).or(imports).is_none() {
            return;
        }
        for [subject, predicate, object, graph] in &self.quads {
            let predicate = Some(*predicate);
            let is_header = predicate == version
                || predicate == imports
                || (predicate == kind && Some(*object) == ontology);
            if is_header && *graph == DEFAULT {
                let triple = predicate.and_then(|predicate| {
                    Some(Triple::new(
                        NamedOrBlankNode::try_from(self.terms.term(*subject)?).ok()?,
                        NamedNode::try_from(self.terms.term(predicate)?).ok()?,
                        self.terms.term(*object)?,
                    ))
                });
                self.header.extend(triple);
            }
        }
    }
}

/// What Turtle and TriG carry from one statement to the next.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Context {
    pub(super) base: Option<String>,
    pub(super) prefixes: BTreeMap<String, String>,
}

/// A document, apart from its text.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) format: RdfFormat,
    pub(super) base: Option<String>,
    /// Set before the labels of blank nodes, so that nodes of different documents stay apart.
    pub(super) apart: String,
}

/// What was made of a text: batches, and the context that holds after it.
pub(super) type Made = (Vec<Parsed>, Arc<Context>);

impl Document {
    /// What holds before the first statement.
    pub(super) fn context(&self) -> Context {
        Context {
            base: self.base.clone(),
            prefixes: BTreeMap::new(),
        }
    }

    /// Reads a block of statements; `None` when something is wrong with it.
    pub(super) fn block(
        &self,
        text: &[u8],
        context: &Arc<Context>,
        hasher: &DefaultHashBuilder,
    ) -> Option<Made> {
        if let Some((mut parsed, end)) = quick::read(self, text, context, hasher) {
            parsed.finish(hasher);
            let end = end.map_or_else(|| Arc::clone(context), Arc::new);
            return Some((vec![parsed], end));
        }
        let scanner = Scanned::new(self.format);
        scanner.read(text);
        scanner.finish();
        let mut adding = Adding::new(self, hasher, scanner);
        macro_rules! terse {
            ($parser:expr) => {{
                let mut parser = $parser;
                if let Some(base) = &context.base {
                    parser = parser.with_base_iri(base).ok()?;
                }
                for (name, iri) in &context.prefixes {
                    parser = parser.with_prefix(name, iri).ok()?;
                }
                let mut parser = parser.for_slice(text);
                for statement in parser.by_ref() {
                    adding.add(quad(statement.ok()?))?;
                }
                let prefixes = parser.prefixes();
                let end = Context {
                    base: parser.base_iri().map(str::to_owned),
                    prefixes: prefixes
                        .map(|(name, iri)| (name.to_owned(), iri.to_owned()))
                        .collect(),
                };
                match end == **context {
                    true => Arc::clone(context),
                    false => Arc::new(end),
                }
            }};
        }
        let end = match self.format {
            RdfFormat::Turtle => terse!(TurtleParser::new()),
            RdfFormat::TriG => terse!(TriGParser::new()),
            format => {
                for quad in RdfParser::from_format(format).for_slice(text) {
                    adding.add(quad.ok()?)?;
                }
                Arc::clone(context)
            }
        };
        Some((adding.finish(), end))
    }

    /// Reads all of a document, or what is left of it, statement after statement. Gives each batch to `take`, until that
    /// says that enough is enough, and returns up to `most` mistakes.
    pub(super) fn whole(
        &self,
        text: impl Read,
        context: &Context,
        hasher: &DefaultHashBuilder,
        most: usize,
        take: &mut dyn FnMut(Parsed) -> bool,
    ) -> Vec<LoadError> {
        let scanner = Scanned::new(self.format);
        let text = Overheard {
            text,
            scanner: scanner.clone(),
        };
        let mut adding = Adding::new(self, hasher, scanner);
        let mut mistakes = Vec::new();
        let quads = match self.quads(text, context) {
            Ok(quads) => quads,
            Err(error) => return vec![error],
        };
        for quad in quads {
            match quad {
                Ok(quad) if mistakes.is_empty() => {
                    if adding.add(quad).is_none() {
                        mistakes.push(LoadError::Failed);
                        break;
                    }
                    if let Some(parsed) = adding.full()
                        && !take(parsed)
                    {
                        return mistakes;
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let unreadable = matches!(error, RdfParseError::Io(_));
                    mistakes.push(LoadError::parse(&self.name, error));
                    if unreadable || mistakes.len() >= most {
                        break;
                    }
                }
            }
        }
        for parsed in adding.finish() {
            take(parsed);
        }
        mistakes
    }

    /// The statements of a text.
    fn quads<'t>(
        &self,
        text: impl Read + 't,
        context: &Context,
    ) -> Result<Box<dyn Iterator<Item = Result<Quad, RdfParseError>> + 't>, LoadError> {
        let no_base = |_| LoadError::Base {
            base: self.base.clone().unwrap_or_default(),
        };
        macro_rules! terse {
            ($parser:expr) => {{
                let mut parser = $parser;
                if let Some(base) = &context.base {
                    parser = parser.with_base_iri(base).map_err(no_base)?;
                }
                for (name, iri) in &context.prefixes {
                    parser = parser.with_prefix(name, iri).map_err(no_base)?;
                }
                let statements = parser.for_reader(text);
                Box::new(statements.map(|statement| Ok(quad(statement?))))
            }};
        }
        Ok(match self.format {
            RdfFormat::Turtle => terse!(TurtleParser::new()),
            RdfFormat::TriG => terse!(TriGParser::new()),
            format => {
                let mut parser = RdfParser::from_format(format);
                if let Some(base) = &self.base
                    && Kind::of(format) == Kind::Whole
                {
                    parser = parser.with_base_iri(base).map_err(no_base)?;
                }
                Box::new(parser.for_reader(text))
            }
        })
    }
}

/// A statement of either language as a quad.
fn quad(statement: impl Into<Statement>) -> Quad {
    statement.into().0
}

struct Statement(Quad);

impl From<Triple> for Statement {
    fn from(triple: Triple) -> Self {
        Self(triple.in_graph(GraphName::DefaultGraph))
    }
}

impl From<Quad> for Statement {
    fn from(quad: Quad) -> Self {
        Self(quad)
    }
}

/// Looks for language tags in a text while a parser reads it.
#[derive(Clone)]
struct Scanned(Rc<RefCell<Scanner>>);

impl Scanned {
    fn new(format: RdfFormat) -> Self {
        Self(Rc::new(RefCell::new(Scanner::new(format))))
    }

    fn read(&self, text: &[u8]) {
        self.0.borrow_mut().read(text);
    }

    fn finish(&self) {
        self.0.borrow_mut().finish();
    }
}

/// A text that is looked at as it is read: what a parser has made of it has been looked at.
struct Overheard<R> {
    text: R,
    scanner: Scanned,
}

impl<R: Read> Read for Overheard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.text.read(buffer)?;
        match buffer.get(..count) {
            Some([]) | None => self.scanner.finish(),
            Some(text) => self.scanner.read(text),
        }
        Ok(count)
    }
}

/// Batches that are being filled from quads.
struct Adding<'a> {
    document: &'a Document,
    hasher: &'a DefaultHashBuilder,
    scanner: Scanned,
    parsed: Parsed,
}

impl<'a> Adding<'a> {
    fn new(document: &'a Document, hasher: &'a DefaultHashBuilder, scanner: Scanned) -> Self {
        Self {
            document,
            hasher,
            scanner,
            parsed: Parsed::default(),
        }
    }

    /// A batch, when it is large enough.
    fn full(&mut self) -> Option<Parsed> {
        if self.parsed.quads.len() < BATCH {
            return None;
        }
        let mut parsed = std::mem::take(&mut self.parsed);
        parsed.finish(self.hasher);
        Some(parsed)
    }

    fn finish(mut self) -> Vec<Parsed> {
        self.parsed.finish(self.hasher);
        vec![self.parsed]
    }

    /// Adds a quad; `None` when there are more terms than there can be.
    fn add(&mut self, quad: Quad) -> Option<()> {
        let subject = self.subject(quad.subject);
        let s = self.intern(&subject.into())?;
        let p = self.intern(&quad.predicate.into())?;
        let object = self.object(quad.object);
        let o = self.intern(&object)?;
        let g = match quad.graph_name {
            GraphName::NamedNode(name) => self.intern(&name.into())?,
            GraphName::BlankNode(node) => {
                self.parsed.has_blank_graph = true;
                let name = blank_graph(&self.document.apart, node.as_str());
                self.intern(&NamedNode::new_unchecked(name).into())?
            }
            GraphName::DefaultGraph => DEFAULT,
        };
        self.parsed.push([s, p, o, g]);
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
            Term::Literal(literal) => match tag::kept_literal(literal.as_ref()) {
                Some(kept) => kept.into(),
                None => literal.into(),
            },
            named => named,
        }
    }

    fn renamed(&self, node: &BlankNode) -> BlankNode {
        BlankNode::new_unchecked(format!("{}{}", self.document.apart, node.as_str()))
    }

    fn intern(&mut self, term: &Term) -> Option<u32> {
        let terms = &mut self.parsed.terms;
        match term {
            Term::Triple(triple) => {
                let Triple {
                    subject,
                    predicate,
                    object,
                } = &**triple;
                let ids = [
                    self.intern(&subject.clone().into())?,
                    self.intern(&predicate.clone().into())?,
                    self.intern(object)?,
                ];
                self.parsed.terms.intern(&Key::Triple(ids), self.hasher)
            }
            Term::Literal(literal) if literal.language().is_some() => {
                let id = terms.intern(&Key::of(term.as_ref())?, self.hasher)?;
                let scanner = self.scanner.0.borrow();
                if let Some(written) = scanner.written().tag(literal.as_ref()) {
                    let tag = self.parsed.tags.number(written);
                    self.parsed.write_tag(id, tag);
                }
                Some(id)
            }
            term => terms.intern(&Key::of(term.as_ref())?, self.hasher),
        }
    }
}

/// The IRI of a graph whose name is a blank node: names of graphs are IRIs here, and this is one that nobody else has.
pub(super) fn blank_graph(apart: &str, label: &str) -> String {
    format!("urn:kenning:graph:{apart}{label}")
}
