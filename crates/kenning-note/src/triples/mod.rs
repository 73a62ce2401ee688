//! From a note to the triples of its graphs.
//!
//! A graph holds only what the bytes of its note say, so it names names and never the notes they may stand for. There are no
//! blank nodes: what has no page of its own gets an address within the note. Order is fixed and nothing is said twice.

mod content;
mod head;
mod nquads;
mod people;
mod scheme;
mod value;

pub use nquads::NQuads;

use kenning_vocab::{Base, rdf};
use oxrdf::{
    Literal, LiteralRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple,
};
use rustc_hash::FxHashSet;

use crate::name::fold_plural;
use crate::note::{Content, Note, Stated};
use crate::settings::Detail;

/// One graph of a note: what the text outside protected blocks says, or what one of these says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteGraph {
    /// The name of the graph.
    pub name: NamedNode,
    /// Which part of the note it holds.
    pub part: Part,
    /// Its triples, in a fixed order, each once.
    pub triples: Vec<Triple>,
}

/// A part of a note that has a graph of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Everything outside protected blocks.
    Note,
    /// The protected block at this place in [`Note::sections`].
    Section(usize),
}

/// Where triples go. Terms are lent, so that a writer need not keep them.
pub trait Sink {
    /// Takes a triple.
    fn triple(
        &mut self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
        object: TermRef<'_>,
    );
}

impl Sink for Vec<Triple> {
    fn triple(
        &mut self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
        object: TermRef<'_>,
    ) {
        self.push(Triple {
            subject: NamedOrBlankNode::NamedNode(subject.into_owned()),
            predicate: predicate.into_owned(),
            object: object.into_owned(),
        });
    }
}

/// The graphs of a note of this wiki: its own first, then one for each protected block.
#[must_use]
pub fn graphs(note: &Note, wiki: &str, base: &Base) -> Vec<NoteGraph> {
    let parts = std::iter::once(Part::Note).chain((0..note.sections.len()).map(Part::Section));
    parts
        .map(|part| {
            let mut triples = Vec::new();
            write(note, part, wiki, base, &mut triples);
            NoteGraph {
                name: graph_name(note, part, wiki, base),
                part,
                triples,
            }
        })
        .collect()
}

/// What the graph of a part is called.
#[must_use]
pub fn graph_name(note: &Note, part: Part, wiki: &str, base: &Base) -> NamedNode {
    match part {
        Part::Note => base.note_graph(wiki, &note.path),
        Part::Section(index) => {
            let name = note
                .sections
                .get(index)
                .map_or("", |section| section.name.as_str());
            base.section_graph(wiki, &note.path, name)
        }
    }
}

/// Gives the triples of one part of a note to a sink, each once.
pub fn write(note: &Note, part: Part, wiki: &str, base: &Base, sink: &mut dyn Sink) {
    let mut writer = Writer::new(note, wiki, base, sink);
    match part {
        Part::Note => {
            writer.head(wiki);
            writer.people();
            writer.content(&note.content);
            writer.fields(&note.fields, &note.content);
            writer.facts(&note.facts, &note.content);
        }
        Part::Section(index) => {
            let Some(section) = note.sections.get(index) else {
                return;
            };
            writer.links = format!("{}-", section.name);
            writer.section(section);
            writer.content(&section.content);
            writer.sources(&section.sources);
            writer.fields(&section.fields, &section.content);
            writer.facts(&section.facts, &section.content);
        }
    }
}

/// What is needed to say something about a note.
struct Writer<'a> {
    note: &'a Note,
    base: &'a Base,
    sink: &'a mut dyn Sink,
    /// The note itself.
    iri: NamedNode,
    /// What it explains.
    concept: NamedNode,
    detail: Detail,
    language: Option<&'a str>,
    /// What the names of link occurrences begin with.
    links: String,
    /// Names whose spelling has been told.
    told: FxHashSet<String>,
    /// Statements that other places could repeat.
    said: FxHashSet<(String, String, String)>,
}

impl<'a> Writer<'a> {
    fn new(note: &'a Note, wiki: &str, base: &'a Base, sink: &'a mut dyn Sink) -> Self {
        let concept = match &note.id {
            Some(crate::Identifier::Iri(iri)) => NamedNode::new(iri.as_str()).ok(),
            _ => None,
        };
        Self {
            note,
            base,
            sink,
            iri: base.note(wiki, &note.path),
            concept: concept.unwrap_or_else(|| base.concept(wiki, &note.path)),
            detail: note.detail,
            language: note.language.as_deref(),
            links: String::new(),
            told: FxHashSet::default(),
            said: FxHashSet::default(),
        }
    }

    fn say<'o>(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef<'_>,
        object: impl Into<TermRef<'o>>,
    ) {
        self.sink.triple(subject.as_ref(), predicate, object.into());
    }

    /// Says what several places of a note may give rise to, once.
    fn say_once<'o>(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef<'_>,
        object: impl Into<TermRef<'o>>,
    ) {
        let object = object.into();
        if self.said.insert((
            subject.as_str().to_owned(),
            predicate.as_str().to_owned(),
            object.to_string(),
        )) {
            self.sink.triple(subject.as_ref(), predicate, object);
        }
    }

    fn text(&mut self, subject: &NamedNode, predicate: NamedNodeRef<'_>, text: &str) {
        self.sink.triple(
            subject.as_ref(),
            predicate,
            LiteralRef::new_simple_literal(text).into(),
        );
    }

    /// Words in the language of the note.
    fn words(&mut self, subject: &NamedNode, predicate: NamedNodeRef<'_>, text: &str) {
        let literal = self
            .language
            .and_then(|tag| Literal::new_language_tagged_literal(text, tag).ok());
        match literal {
            Some(literal) => self
                .sink
                .triple(subject.as_ref(), predicate, literal.as_ref().into()),
            None => self.text(subject, predicate, text),
        }
    }

    fn typed(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef<'_>,
        text: &str,
        datatype: NamedNodeRef<'_>,
    ) {
        self.sink.triple(
            subject.as_ref(),
            predicate,
            LiteralRef::new_typed_literal(text, datatype).into(),
        );
    }

    fn number(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef<'_>,
        number: impl std::fmt::Display,
    ) {
        self.typed(
            subject,
            predicate,
            &number.to_string(),
            kenning_vocab::xsd::INTEGER,
        );
    }

    fn a(&mut self, subject: &NamedNode, class: NamedNodeRef<'_>) {
        self.say(subject, rdf::TYPE, class);
    }

    /// The name of this key; its folded form and its spelling are told once.
    fn name(&mut self, key: &str, spelling: &str) -> NamedNode {
        let name = self.base.name(key);
        if !self.told.contains(key) {
            self.told.insert(key.to_owned());
            self.a(&name, kenning_vocab::km::NAME);
            self.text(&name, kenning_vocab::km::NAME_KEY, &fold_plural(key));
            if !spelling.is_empty() {
                self.text(&name, kenning_vocab::rdfs::LABEL, spelling);
            }
        }
        name
    }
}

/// A word of a note as a term of a scheme, or as text where the scheme has none.
fn term_or_text(term: Option<NamedNodeRef<'static>>, text: &str) -> Term {
    term.map_or_else(
        || Literal::new_simple_literal(text).into(),
        |term| term.into_owned().into(),
    )
}

/// The heading of a passage or link as an address.
fn heading_of(
    base: &Base,
    iri: &NamedNode,
    content: &Content,
    index: Option<usize>,
) -> Option<NamedNode> {
    content
        .headings
        .get(index?)
        .map(|heading| base.part(iri, "h", &heading.anchor))
}

/// The protection that a section states, as words.
fn methods(stated: &Stated) -> &[crate::Text] {
    match stated {
        Stated::Says(protection) => &protection.methods,
        _ => &[],
    }
}
