//! From a note to the triples of its graphs.
//!
//! A graph holds only what the bytes of its note say, so it names names and never the notes they may stand for. There are no
//! blank nodes: what has no page of its own gets an address within the note. Order is fixed and nothing is said twice.

mod content;
mod head;
mod nquads;
mod people;
mod property;
mod scheme;
mod value;

pub use nquads::NQuads;
pub use property::property;

use kenning_vocab::{Base, rdf};
use oxrdf::{
    Literal, LiteralRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple,
};
use rustc_hash::FxHashSet;

use crate::note::{Note, Stated};
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
        Part::Note => base.note_graph(wiki, identity(note)),
        Part::Section(index) => {
            let name = note
                .sections
                .get(index)
                .map_or("", |section| section.name.as_str());
            base.section_graph(wiki, identity(note), name)
        }
    }
}

/// Whether a word is one of the levels of expertise.
pub(crate) fn is_level(text: &str) -> bool {
    scheme::level(text).is_some()
}

fn identity(note: &Note) -> &str {
    note.identity.as_deref().unwrap_or(&note.path)
}

/// Gives the triples of one part of a note to a sink, each once.
pub fn write(note: &Note, part: Part, wiki: &str, base: &Base, sink: &mut dyn Sink) {
    let given = match &note.id {
        Some(crate::Identifier::Iri(iri)) => NamedNode::new(iri.as_str()).ok(),
        _ => None,
    };
    let iri = base.note(wiki, identity(note));
    let concept = given.unwrap_or_else(|| base.concept(wiki, identity(note)));
    let mut writer = Writer {
        note,
        base,
        sink,
        iri: &iri,
        concept: &concept,
        detail: note.detail,
        language: note.language.as_deref().and_then(language),
        links: String::new(),
        names: FxHashSet::default(),
        linked: (&[], Vec::new()),
        told: FxHashSet::default(),
        said: FxHashSet::default(),
        statement: String::new(),
        digits: String::new(),
    };
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

/// A language tag as literals have it; `None` when it is none.
fn language(tag: &str) -> Option<String> {
    let literal = Literal::new_language_tagged_literal("", tag).ok()?;
    literal.language().map(str::to_owned)
}

/// What is needed to say something about a note.
struct Writer<'a> {
    note: &'a Note,
    base: &'a Base,
    sink: &'a mut dyn Sink,
    /// The note itself.
    iri: &'a NamedNode,
    /// What it explains.
    concept: &'a NamedNode,
    detail: Detail,
    /// A language tag that has been checked.
    language: Option<String>,
    /// What the names of link occurrences begin with.
    links: String,
    /// Keys of names whose spelling has been told, but for those of links.
    names: FxHashSet<String>,
    /// Links whose names have been told, and their places sorted by key.
    linked: (&'a [crate::Link], Vec<u32>),
    /// Other things of which has been told what they are, with a mark for their kind.
    told: FxHashSet<String>,
    /// Statements that other places could repeat.
    said: FxHashSet<String>,
    /// What is looked up in `said` or `told`.
    statement: String,
    /// Room for a number.
    digits: String,
}

/// Writes a number, without the machinery of formatting: there is one in every passage.
fn push_number(out: &mut String, number: u64) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

impl Writer<'_> {
    fn say<'s, 'o>(
        &mut self,
        subject: impl Into<NamedNodeRef<'s>>,
        predicate: NamedNodeRef<'_>,
        object: impl Into<TermRef<'o>>,
    ) {
        self.sink.triple(subject.into(), predicate, object.into());
    }

    /// Says what several places of a note may give rise to, once.
    fn say_once<'s, 'o>(
        &mut self,
        subject: impl Into<NamedNodeRef<'s>>,
        predicate: NamedNodeRef<'_>,
        object: impl Into<TermRef<'o>>,
    ) {
        let (subject, object) = (subject.into(), object.into());
        self.statement.clear();
        // No IRI holds a space.
        self.statement.push_str(subject.as_str());
        self.statement.push(' ');
        self.statement.push_str(predicate.as_str());
        self.statement.push(' ');
        match object {
            TermRef::NamedNode(node) => self.statement.push_str(node.as_str()),
            TermRef::Literal(literal) => {
                self.statement.push('"');
                match literal.language() {
                    Some(tag) => self.statement.push_str(tag),
                    None => self.statement.push_str(literal.datatype().as_str()),
                }
                self.statement.push(' ');
                self.statement.push_str(literal.value());
            }
            // A note gives neither blank nodes nor quoted triples.
            other => self.statement.push_str(&other.to_string()),
        }
        if !self.said.contains(&self.statement) {
            self.said.insert(self.statement.clone());
            self.sink.triple(subject, predicate, object);
        }
    }

    /// Whether this is the first time that it is to be told what a thing of this mark is.
    fn is_new(&mut self, mark: char, key: &str) -> bool {
        self.statement.clear();
        self.statement.push(mark);
        self.statement.push_str(key);
        if self.told.contains(&self.statement) {
            return false;
        }
        self.told.insert(self.statement.clone())
    }

    fn text<'s>(
        &mut self,
        subject: impl Into<NamedNodeRef<'s>>,
        predicate: NamedNodeRef<'_>,
        text: &str,
    ) {
        self.sink.triple(
            subject.into(),
            predicate,
            LiteralRef::new_simple_literal(text).into(),
        );
    }

    /// Words in the language of the note.
    fn words<'s>(
        &mut self,
        subject: impl Into<NamedNodeRef<'s>>,
        predicate: NamedNodeRef<'_>,
        text: &str,
    ) {
        let literal = match &self.language {
            Some(tag) => LiteralRef::new_language_tagged_literal_unchecked(text, tag),
            None => LiteralRef::new_simple_literal(text),
        };
        self.sink.triple(subject.into(), predicate, literal.into());
    }

    fn typed<'s>(
        &mut self,
        subject: impl Into<NamedNodeRef<'s>>,
        predicate: NamedNodeRef<'_>,
        text: &str,
        datatype: NamedNodeRef<'_>,
    ) {
        self.sink.triple(
            subject.into(),
            predicate,
            LiteralRef::new_typed_literal(text, datatype).into(),
        );
    }

    fn number<'s>(
        &mut self,
        subject: impl Into<NamedNodeRef<'s>>,
        predicate: NamedNodeRef<'_>,
        number: impl TryInto<u64>,
    ) {
        let number = number.try_into().unwrap_or(u64::MAX);
        let mut digits = std::mem::take(&mut self.digits);
        digits.clear();
        push_number(&mut digits, number);
        self.typed(subject, predicate, &digits, kenning_vocab::xsd::INTEGER);
        self.digits = digits;
    }

    fn a<'s>(&mut self, subject: impl Into<NamedNodeRef<'s>>, class: NamedNodeRef<'_>) {
        self.say(subject, rdf::TYPE, class);
    }

    /// The name of this key; its folded form and its spelling are told once.
    fn name(&mut self, key: &str, spelling: &str) -> NamedNode {
        let name = self.base.name(key);
        if !self.names.contains(key) && !content::leads_to(&self.linked, key) {
            self.names.insert(key.to_owned());
            self.tell_name(name.as_ref(), key, spelling);
        }
        name
    }

    fn tell_name(&mut self, name: NamedNodeRef<'_>, key: &str, spelling: &str) {
        self.a(name, kenning_vocab::km::NAME);
        self.text(
            name,
            kenning_vocab::km::NAME_KEY,
            &kenning_vocab::fold_plural(key),
        );
        if !spelling.is_empty() {
            self.text(name, kenning_vocab::rdfs::LABEL, spelling);
        }
    }
}

/// A word of a note as a term of a scheme, or as text where the scheme has none.
fn term_or_text(term: Option<NamedNodeRef<'static>>, text: &str) -> Term {
    term.map_or_else(
        || Literal::new_simple_literal(text).into(),
        |term| term.into_owned().into(),
    )
}

/// The protection that a section states, as words.
fn methods(stated: &Stated) -> &[crate::Text] {
    match stated {
        Stated::Says(protection) => &protection.methods,
        _ => &[],
    }
}
