//! What comes of one line of a note, and what comes of another one.

use std::collections::HashSet;

use kenning_note::{Format, Link, Note, NoteGraph, TitleFrom, Value, Word};
use kenning_vocab::{Base, dcterms, km, rdf, rdfs, skos};
use oxrdf::{NamedOrBlankNode, Term, Triple};

use super::Explanation;
use crate::catalog::Wanting;

/// The properties that keys, fields and list items give the links of a note: the key, the target of a link below it, and the property.
pub(super) struct Relations(Vec<(String, String, String)>);

impl Relations {
    pub(super) fn of(note: &Note, base: &Base) -> Self {
        let mut found = Vec::new();
        let sections = note.sections.iter().flat_map(|section| &section.fields);
        for field in note.fields.iter().chain(sections) {
            let property = kenning_note::property(&field.key, field.iri.as_deref(), base);
            add(
                &field.value,
                &field.key,
                property.as_str(),
                base,
                &mut found,
            );
        }
        Self(found)
    }

    fn has(&self, link: &Link, property: &str) -> bool {
        let key = link.relation.as_deref().map(Word::as_str);
        self.0.iter().any(|(known, target, said)| {
            Some(known.as_str()) == key && *target == *link.target && said == property
        })
    }

    /// What this very link wants: others may have the same target and say more.
    pub(super) fn own(&self, link: &Link, all: &Wanting) -> Wanting {
        let mut own = all.clone();
        own.related = link.related;
        if let Some(more) = &mut own.more {
            let kind = rdf::TYPE.as_str();
            more.typed
                .retain(|typed| typed.property == kind || self.has(link, &typed.property));
            let part = link.fragment.as_deref().map(Word::as_str);
            more.parts.retain(|known| Some(known.as_str()) == part);
        }
        own
    }

    /// Whether a statement about the name of a link comes of this link.
    pub(super) fn says(&self, link: &Link, said: &Triple) -> bool {
        match said.predicate.as_ref() {
            known if known == km::EMBEDS => link.embeds,
            known if known == skos::RELATED => link.related || self.has(link, known.as_str()),
            known if known == km::MENTIONS_NAME || known == rdf::TYPE => true,
            known if [km::NAME_KEY, rdfs::LABEL].contains(&known) => true,
            known => self.has(link, known.as_str()),
        }
    }
}

fn add(
    value: &Value,
    key: &str,
    property: &str,
    base: &Base,
    found: &mut Vec<(String, String, String)>,
) {
    match value {
        Value::Link(link) => {
            found.push((key.to_owned(), link.target.to_string(), property.to_owned()));
        }
        Value::List(items) => {
            for item in items {
                add(item, key, property, base, found);
            }
        }
        Value::Map(items) => {
            for (inner, item) in items {
                let property = kenning_note::property(inner, None, base);
                add(item, key, property.as_str(), base, found);
            }
        }
        _ => {}
    }
}

/// The statements of a note that other lines make as well: its title where this line gives it, and the sources that it names.
pub(super) fn said_again(
    with: &Note,
    without: &Note,
    graphs: &[NoteGraph],
    base: &Base,
) -> Vec<Triple> {
    let gives_title =
        with.title_from != without.title_from && with.title_from != TitleFrom::FileName;
    let named = with.sources.iter().filter(|source| {
        let other = without.sources.iter().find(|other| other.key == source.key);
        other.is_some_and(|other| {
            other.place != source.place || other.in_section != source.in_section
        })
    });
    let named: Vec<String> = named
        .map(|source| base.source(&source.key).into_string())
        .collect();
    let is_title = |said: &Triple| {
        let predicate = said.predicate.as_ref();
        [dcterms::TITLE, skos::PREF_LABEL].contains(&predicate)
            && matches!(&said.object, Term::Literal(words) if words.value() == with.title)
    };
    let is_source = |said: &Triple| {
        said.predicate.as_ref() == dcterms::SOURCE
            && matches!(&said.object, Term::NamedNode(node) if named.iter().any(|known| known == node.as_str()))
    };
    let all = graphs.iter().flat_map(|graph| &graph.triples);
    all.filter(|said| gives_title && is_title(said) || is_source(said))
        .cloned()
        .collect()
}

impl Explanation {
    /// The triples that are not there without the line and those of `again`, but for those that were shown and for the numbers of
    /// passages; and what else is known of the sources, people, tags and properties that the line names.
    pub(super) fn rest_of(
        &self,
        with: &[NoteGraph],
        without: &[NoteGraph],
        again: &[Triple],
        base: &Base,
    ) -> Vec<Triple> {
        let links = self.links.iter().flat_map(|link| &link.triples);
        let passages = self.passages.iter().flat_map(|passage| &passage.triples);
        let shown: HashSet<&Triple> = links.chain(passages).collect();
        let there: HashSet<&Triple> = without.iter().flat_map(|graph| &graph.triples).collect();
        let all = || with.iter().flat_map(|graph| &graph.triples);
        let is_new = |said: &&Triple| !there.contains(said) || again.contains(said);
        let mut rest: HashSet<&Triple> = all()
            .filter(is_new)
            .filter(|said| said.predicate != km::POSITION && !shown.contains(said))
            .collect();
        let named = |said: &Triple| -> Vec<String> {
            let object = match &said.object {
                Term::NamedNode(node) => Some(node.as_str().to_owned()),
                _ => None,
            };
            let words = [said.predicate.as_str().to_owned()];
            words.into_iter().chain(object).collect()
        };
        let mut todo: Vec<String> = shown
            .iter()
            .chain(&rest)
            .flat_map(|said| named(said))
            .collect();
        let mut done = HashSet::new();
        let shared = ["source", "agent", "tag", "property"]
            .map(|kind| format!("{}id/{kind}/", base.as_str()));
        while let Some(node) = todo.pop() {
            let is_shared = shared.iter().any(|kind| node.starts_with(kind.as_str()));
            if !is_shared || !done.insert(node.clone()) {
                continue;
            }
            for said in all() {
                let is_of_it = matches!(&said.subject, NamedOrBlankNode::NamedNode(subject) if *subject == *node);
                if is_of_it && !shown.contains(said) && rest.insert(said) {
                    todo.extend(named(said));
                }
            }
        }
        let mut seen = HashSet::new();
        all()
            .filter(|said| rest.contains(said) && seen.insert(*said))
            .cloned()
            .collect()
    }
}

/// How many lines a note has.
pub(super) fn lines_of(bytes: &[u8]) -> u32 {
    let ends = memchr::memchr_iter(b'\n', bytes).count();
    let rest = usize::from(bytes.last().is_some_and(|last| *last != b'\n'));
    u32::try_from(ends + rest).unwrap_or(u32::MAX)
}

/// The text of a note with nothing on this line. `None` where the line holds no words: then nothing comes of it, though what stands around
/// it may need it.
pub(super) fn without_line(bytes: &[u8], line: u32) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let before = usize::try_from(line).ok()?.checked_sub(1)?;
    let own = text.split('\n').nth(before)?;
    if !own.contains(char::is_alphanumeric) {
        return None;
    }
    let lines = text.split_inclusive('\n').enumerate();
    let lines = lines.map(|(place, text)| match text.ends_with('\n') {
        _ if place != before => text,
        // With an empty line behind it, the first would begin no front matter.
        true if before > 1 => "\n",
        _ => "",
    });
    Some(lines.collect::<String>().into_bytes())
}

/// Whether a link stands on the line, be it that it goes on there.
pub(super) fn is_on(link: &Link, line: Option<u32>, format: Format, bytes: &[u8]) -> bool {
    let Some(line) = line else { return true };
    let first = link.place.line;
    let (start, end) = (link.bytes.0 as usize, link.bytes.1 as usize);
    let written = bytes.get(start..end).filter(|_| format == Format::Markdown);
    let breaks = memchr::memchr_iter(b'\n', written.unwrap_or_default()).count();
    (first as usize..=first as usize + breaks).contains(&(line as usize))
}

pub(super) fn mentions(triple: &Triple, iri: &str) -> bool {
    matches!(&triple.subject, NamedOrBlankNode::NamedNode(node) if node.as_str() == iri)
        || matches!(&triple.object, Term::NamedNode(node) if node.as_str() == iri)
}
