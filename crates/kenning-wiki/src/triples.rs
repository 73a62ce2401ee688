//! The graphs that do not come from the text of a note: facts about its file, and what its links mean.

use kenning_access::{Clause, Label, Scale};
use kenning_note::Sink;
use kenning_vocab::{Base, dcterms, foaf, km, prov, rdf, schema, skos, xsd};
use oxrdf::{Literal, LiteralRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};

use crate::catalog::{About, Entry, GraphKind, Wanting};
use crate::git::Revision;
use crate::ladder::{Address, Rung};
use crate::statements::Statements;

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
    pub(crate) fn meta(&self, path: &str, identity: &str, entry: &Entry, sink: &mut dyn Sink) {
        let note = self.base.note(self.wiki, identity);
        let graph = self.base.note_graph(self.wiki, identity);
        let meta = self.base.meta_graph(self.wiki, identity);
        let (note, graph, meta) = (note.as_ref(), graph.as_ref(), meta.as_ref());
        sink.triple(graph, rdf::TYPE, km::NOTE_GRAPH.into());
        sink.triple(graph, km::FROM_NOTE, note.into());
        sink.triple(meta, rdf::TYPE, km::META_GRAPH.into());
        sink.triple(meta, km::FROM_NOTE, note.into());
        let mut text = |predicate: NamedNodeRef<'_>, value: &str| {
            sink.triple(
                note,
                predicate,
                LiteralRef::new_simple_literal(value).into(),
            );
        };
        text(km::NOTE_PATH, path);
        let mut typed = |predicate: NamedNodeRef<'_>, value: &str, datatype: NamedNodeRef<'_>| {
            let value = LiteralRef::new_typed_literal(value, datatype);
            sink.triple(note, predicate, value.into());
        };
        typed(
            km::CONTENT_HASH,
            &hexadecimal(&entry.open_hash),
            xsd::HEX_BINARY,
        );
        typed(km::BYTE_SIZE, &entry.open_size.to_string(), xsd::INTEGER);
        let mut text = |predicate: NamedNodeRef<'_>, value: &str| {
            sink.triple(
                note,
                predicate,
                LiteralRef::new_simple_literal(value).into(),
            );
        };
        text(km::DIALECT, &entry.dialect);
        text(km::CONVERTER_VERSION, CONVERTER);
        for former in &entry.former {
            text(km::FORMER_PATH, former);
        }
        if let Some(why) = &entry.kept {
            text(km::UNREADABLE_BECAUSE, why);
        }
        for revision in &entry.history {
            for triple in self.revision(note, revision) {
                put(&triple, sink);
            }
        }
    }

    /// At which level the graph of a note lies, and for which groups: what audits ask, also where the note itself says nothing and a rule or the
    /// default decided. It tells of the label and decides nothing.
    pub(crate) fn level(&self, identity: &str, scale: &Scale, label: &Label, sink: &mut dyn Sink) {
        let graph = self.base.note_graph(self.wiki, identity);
        let name = scale.name(label.level());
        let rank = scale.levels().position(|(level, _)| level == label.level());
        let usual = [km::PUBLIC, km::INTERNAL, km::CONFIDENTIAL, km::RESTRICTED];
        let known = rank.and_then(|rank| usual.get(rank)).filter(|term| {
            let usual = term.as_str().strip_prefix(km::NAMESPACE);
            usual.is_some_and(|usual| usual.eq_ignore_ascii_case(name))
        });
        let graph = graph.as_ref();
        match known {
            Some(term) => sink.triple(graph, km::HAS_PROTECTION_LEVEL, (*term).into()),
            // A level of the operator's own scale brings its name and its place along.
            None => {
                let term = self.base.record("level", name);
                sink.triple(graph, km::HAS_PROTECTION_LEVEL, term.as_ref().into());
                called(term.as_ref(), km::PROTECTION_LEVEL, name, sink);
                if let Some(rank) = rank {
                    let rank = rank.to_string();
                    let rank = LiteralRef::new_typed_literal(&rank, xsd::INTEGER);
                    sink.triple(term.as_ref(), km::RANK, rank.into());
                }
            }
        }
        for group in label.clauses().flat_map(Clause::groups) {
            let term = self.base.record("group", group.as_str());
            sink.triple(graph, km::HAS_AUDIENCE, term.as_ref().into());
            called(term.as_ref(), km::READER_GROUP, group.as_str(), sink);
        }
    }

    /// Who wrote a stored state of a note, and how much of it.
    fn revision(&self, note: NamedNodeRef<'_>, revision: &Revision) -> Vec<Triple> {
        let short: String = revision.content.chars().take(12).collect();
        let node = self.base.part(
            &note.into_owned(),
            "rev",
            &format!("{}-{short}", revision.time),
        );
        let lines = Literal::new_typed_literal(revision.added.to_string(), xsd::INTEGER);
        let time = Literal::new_typed_literal(revision.time.as_str(), xsd::DATE_TIME);
        let plain = |text: &str| Literal::new_simple_literal(text);
        let mut triples = vec![
            Triple::new(node.clone(), rdf::TYPE, km::NOTE_REVISION),
            Triple::new(node.clone(), km::REVISION_OF, note),
            Triple::new(
                node.clone(),
                km::REVISION_IDENTIFIER,
                plain(&revision.content),
            ),
            Triple::new(node.clone(), prov::GENERATED_AT_TIME, time),
            Triple::new(node.clone(), km::AUTHORED_LINES, lines),
        ];
        for author in std::iter::once(&revision.author).chain(&revision.with) {
            let agent = self.base.agent(&kenning_note::normal_key(author));
            triples.extend([
                Triple::new(node.clone(), prov::WAS_ATTRIBUTED_TO, agent.clone()),
                Triple::new(agent.clone(), rdf::TYPE, prov::AGENT),
                Triple::new(agent, foaf::NAME, plain(author)),
            ]);
        }
        triples
    }

    /// What makes a graph of links name itself.
    pub(crate) fn links_head(&self, identity: &str, label: &str, said: &mut Statements) {
        let graph = self.base.links_graph(self.wiki, identity, label);
        let graph = said.term(|text| text.push_str(graph.as_str()));
        let note = said.note(|text| self.base.push_note(text, self.wiki, identity));
        let (class, property) = (said.fixed(km::LINK_GRAPH), said.fixed(km::FROM_NOTE));
        let is_a = said.fixed(rdf::TYPE);
        said.say(graph, is_a, class);
        said.say(graph, property, note);
    }

    /// That a note is a translation of another.
    pub(crate) fn translation(&self, from: &str, to: Address<'_>, said: &mut Statements) {
        let note = said.note(|text| self.base.push_note(text, self.wiki, from));
        let original = said.term(|text| self.base.push_note(text, self.wiki, to.identity));
        let is_made_from = said.fixed(schema::TRANSLATION_OF_WORK);
        said.say(note, is_made_from, original);
    }

    /// What it means that a link of one note leads to another. `concept` is the IRI that the linking note gives what it describes.
    pub(crate) fn edge(
        &self,
        from: &str,
        concept: Option<&str>,
        link: &Wanting,
        (to, rung): (Address<'_>, Rung),
        said: &mut Statements,
    ) {
        let note = said.note(|text| self.base.push_note(text, self.wiki, from));
        let target = said.term(|text| self.base.push_note(text, self.wiki, to.identity));
        // Of an address the note says that it refers to it, and not that it mentions a name.
        let is_name = !link.address || NamedNodeRef::new(&link.target).is_err();
        let name = said.term(|text| match is_name {
            true => self.base.push_name(text, &link.key),
            false => text.push_str(&link.target),
        });
        let (resolves, by) = (said.fixed(km::RESOLVES_TO), said.fixed(km::RESOLVED_BY));
        let rung = said.fixed(rung.term());
        said.say(name, resolves, target);
        said.say(name, by, rung);
        let mentions = !link.implied;
        let says = link.related || !link.typed().is_empty();
        let other = (mentions || says)
            .then(|| said.term(|text| self.push_concept(text, to.identity, to.concept)));
        if let (true, Some(other)) = (mentions, other) {
            let (links, concepts) = (said.fixed(km::LINKS_TO), said.fixed(km::MENTIONS_CONCEPT));
            said.say(note, links, target);
            said.say(note, concepts, other);
        }
        if !link.parts().is_empty() {
            let target = self.base.note(self.wiki, to.identity);
            for part in link.parts() {
                // The address is what a heading or block of that name has. Whether there is one is for the target to say.
                let part = part.rsplit('#').next().unwrap_or(part);
                let part = match part.strip_prefix('^') {
                    Some(_) => self.base.passage(&target, part),
                    None => self.base.part(&target, "h", &kenning_note::slug(part)),
                };
                if !part.as_str().ends_with('=') {
                    let part = said.term(|text| text.push_str(part.as_str()));
                    let references = said.fixed(dcterms::REFERENCES);
                    said.say(note, references, part);
                }
            }
        }
        let (true, Some(other)) = (says, other) else {
            return;
        };
        let own = said.term(|text| self.push_concept(text, from, concept));
        if link.related {
            let related = said.fixed(skos::RELATED);
            said.say(own, related, other);
        }
        for typed in link.typed() {
            let Ok(property) = NamedNodeRef::new(typed.property.as_str()) else {
                continue;
            };
            let property = said.term(|text| text.push_str(property.as_str()));
            let mut part = |kind, id: &str| {
                let note = self.base.note(self.wiki, from);
                said.term(|text| self.base.push_part(text, note.as_str(), kind, id))
            };
            let subject = match &typed.about {
                None => own,
                Some(About::Passage(anchor)) => part("p", anchor),
                Some(About::Map(pointer)) => part("f", pointer),
            };
            if typed.reverse {
                said.say(other, property, subject);
            } else {
                said.say(subject, property, other);
            }
        }
    }

    /// Adds the IRI of what the note with this identity describes.
    fn push_concept(&self, text: &mut String, identity: &str, own: Option<&str>) {
        match own.filter(|iri| NamedNodeRef::new(iri).is_ok()) {
            Some(own) => text.push_str(own),
            None => self.base.push_concept(text, self.wiki, identity),
        }
    }
}

/// What a level or a group is and is called.
fn called(term: NamedNodeRef<'_>, class: NamedNodeRef<'_>, name: &str, sink: &mut dyn Sink) {
    sink.triple(term, rdf::TYPE, class.into());
    let name = LiteralRef::new_simple_literal(name);
    sink.triple(term, skos::PREF_LABEL, name.into());
}

/// Hands a triple of an IRI to a sink; there are no others.
pub(crate) fn put(triple: &Triple, sink: &mut dyn Sink) {
    if let NamedOrBlankNode::NamedNode(subject) = &triple.subject {
        let object = triple.object.as_ref();
        sink.triple(subject.as_ref(), triple.predicate.as_ref(), object);
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(if half < 10 { b'0' } else { b'A' - 10 } + half);
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}

/// Each triple once, in a fixed order.
pub(crate) fn sorted(triples: &mut Vec<Triple>) {
    fn parts(triple: &Triple) -> [&str; 3] {
        let object = match &triple.object {
            Term::NamedNode(node) => node.as_str(),
            Term::BlankNode(node) => node.as_str(),
            Term::Literal(literal) => literal.value(),
            #[allow(unreachable_patterns, reason = "terms may grow")]
            _ => "",
        };
        [subject(triple), triple.predicate.as_str(), object]
    }
    triples.sort_by(|one, other| {
        let order = parts(one).cmp(&parts(other));
        // Only what is written alike and is not the same has to be told apart by all it is.
        order.then_with(|| match one == other {
            true => std::cmp::Ordering::Equal,
            false => one.to_string().cmp(&other.to_string()),
        })
    });
    triples.dedup();
}

fn subject(triple: &Triple) -> &str {
    match &triple.subject {
        NamedOrBlankNode::NamedNode(node) => node.as_str(),
        NamedOrBlankNode::BlankNode(node) => node.as_str(),
    }
}
