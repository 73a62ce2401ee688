//! From a note to the triples of its graphs.

use kenning_vocab::Base;
use oxrdf::{NamedNode, Triple};

use crate::note::Note;

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

/// The graphs of a note of this wiki: its own first, then one for each protected block.
#[must_use]
pub fn graphs(note: &Note, wiki: &str, base: &Base) -> Vec<NoteGraph> {
    let own = NoteGraph {
        name: base.note_graph(wiki, &note.path),
        part: Part::Note,
        triples: Vec::new(),
    };
    let sections = note
        .sections
        .iter()
        .enumerate()
        .map(|(index, section)| NoteGraph {
            name: base.section_graph(wiki, &note.path, &section.name),
            part: Part::Section(index),
            triples: Vec::new(),
        });
    std::iter::once(own).chain(sections).collect()
}
