//! The graphs that do not come from the text of a note: facts about its file, and what its links mean.

use kenning_vocab::{Base, foaf, km, prov, rdf, skos, xsd};
use oxrdf::{Literal, NamedNode, NamedNodeRef, Triple};

use crate::catalog::{Entry, GraphKind, Wanting};
use crate::git::Revision;
use crate::ladder::Rung;

/// The version of what a note becomes; part of every meta graph, and a reason to read everything again when it changes.
pub(crate) const CONVERTER: &str = concat!("kenning ", env!("CARGO_PKG_VERSION"));

/// Mints the names of a wiki.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minter<'a> {
    pub(crate) base: &'a Base,
    pub(crate) wiki: &'a str,
}

impl Minter<'_> {
    /// The name of a graph of the note with this identity.
    pub(crate) fn graph(&self, identity: &str, kind: &GraphKind, label: &str) -> NamedNode {
        match kind {
            GraphKind::Note => self.base.note_graph(self.wiki, identity),
            GraphKind::Section(name) => self.base.section_graph(self.wiki, identity, name),
            GraphKind::Meta => self.base.meta_graph(self.wiki, identity),
            GraphKind::Links => self.base.links_graph(self.wiki, identity, label),
            GraphKind::Apart(section, label) => {
                // No section is called so: `@` is in no name of a section.
                let name = format!("{section}@{label}");
                self.base.section_graph(self.wiki, identity, &name)
            }
        }
    }

    /// Facts about the file of a note and how it was read.
    ///
    /// They tell of the text outside protected sections only: the hash of the whole file would tell when a section changed.
    pub(crate) fn meta(&self, path: &str, identity: &str, entry: &Entry) -> Vec<Triple> {
        let note = self.base.note(self.wiki, identity);
        let graph = self.base.note_graph(self.wiki, identity);
        let meta = self.base.meta_graph(self.wiki, identity);
        let text = |predicate: NamedNodeRef<'_>, value: &str| {
            Triple::new(note.clone(), predicate, Literal::new_simple_literal(value))
        };
        let typed = |predicate: NamedNodeRef<'_>, value: String, datatype: NamedNodeRef<'_>| {
            Triple::new(
                note.clone(),
                predicate,
                Literal::new_typed_literal(value, datatype),
            )
        };
        let hash: String = entry
            .open_hash
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        let mut triples = vec![
            Triple::new(graph.clone(), rdf::TYPE, km::NOTE_GRAPH),
            Triple::new(graph, km::FROM_NOTE, note.clone()),
            Triple::new(meta.clone(), rdf::TYPE, km::META_GRAPH),
            Triple::new(meta, km::FROM_NOTE, note.clone()),
            text(km::NOTE_PATH, path),
            typed(km::CONTENT_HASH, hash, xsd::HEX_BINARY),
            typed(km::BYTE_SIZE, entry.open_size.to_string(), xsd::INTEGER),
            text(km::DIALECT, &entry.dialect),
            text(km::CONVERTER_VERSION, CONVERTER),
        ];
        for former in &entry.former {
            triples.push(text(km::FORMER_PATH, former));
        }
        for revision in &entry.history {
            triples.extend(self.revision(&note, revision));
        }
        triples
    }

    /// Who wrote a stored state of a note, and how much of it.
    fn revision(&self, note: &NamedNode, revision: &Revision) -> Vec<Triple> {
        let short: String = revision.content.chars().take(12).collect();
        let node = self
            .base
            .part(note, "rev", &format!("{}-{short}", revision.time));
        let agent = self.base.agent(&kenning_note::normal_key(&revision.author));
        let lines = Literal::new_typed_literal(revision.added.to_string(), xsd::INTEGER);
        let time = Literal::new_typed_literal(revision.time.as_str(), xsd::DATE_TIME);
        let plain = |text: &str| Literal::new_simple_literal(text);
        vec![
            Triple::new(node.clone(), rdf::TYPE, km::NOTE_REVISION),
            Triple::new(node.clone(), km::REVISION_OF, note.clone()),
            Triple::new(
                node.clone(),
                km::REVISION_IDENTIFIER,
                plain(&revision.content),
            ),
            Triple::new(node.clone(), prov::GENERATED_AT_TIME, time),
            Triple::new(node.clone(), km::AUTHORED_LINES, lines),
            Triple::new(node, prov::WAS_ATTRIBUTED_TO, agent.clone()),
            Triple::new(agent.clone(), rdf::TYPE, prov::AGENT),
            Triple::new(agent, foaf::NAME, plain(&revision.author)),
        ]
    }

    /// What makes a graph of links name itself.
    pub(crate) fn links_head(&self, identity: &str, label: &str) -> Vec<Triple> {
        let graph = self.base.links_graph(self.wiki, identity, label);
        vec![
            Triple::new(graph.clone(), rdf::TYPE, km::LINK_GRAPH),
            Triple::new(graph, km::FROM_NOTE, self.base.note(self.wiki, identity)),
        ]
    }

    /// What it means that a link of one note leads to another.
    pub(crate) fn edge(&self, from: &str, link: &Wanting, to: &str, rung: Rung) -> Vec<Triple> {
        let note = self.base.note(self.wiki, from);
        let target = self.base.note(self.wiki, to);
        let concept = self.base.concept(self.wiki, to);
        let name = self.base.name(&link.key);
        let mut triples = vec![
            Triple::new(note.clone(), km::LINKS_TO, target.clone()),
            Triple::new(note, km::MENTIONS_CONCEPT, concept.clone()),
            Triple::new(name.clone(), km::RESOLVES_TO, target),
            Triple::new(name, km::RESOLVED_BY, rung.term()),
        ];
        let own = || self.base.concept(self.wiki, from);
        if link.related {
            triples.push(Triple::new(own(), skos::RELATED, concept.clone()));
        }
        if let Some(property) = link
            .property
            .as_deref()
            .and_then(|iri| NamedNode::new(iri).ok())
        {
            triples.push(Triple::new(own(), property, concept));
        }
        triples
    }
}

/// Each triple once, in a fixed order.
pub(crate) fn sorted(triples: &mut Vec<Triple>) {
    triples.sort_by_cached_key(ToString::to_string);
    triples.dedup();
}

/// A digest of triples in their order.
pub(crate) fn digest(triples: &[Triple]) -> [u8; 16] {
    use std::fmt::Write as _;
    let mut hash = blake3::Hasher::new();
    let mut text = String::new();
    for triple in triples {
        text.clear();
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{triple} .");
        hash.update(text.as_bytes());
    }
    hash.finalize()
        .as_bytes()
        .first_chunk()
        .copied()
        .unwrap_or_default()
}
