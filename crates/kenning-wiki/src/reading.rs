//! From the bytes of one note to what the wiki keeps of it. Knows no other note.

use std::collections::BTreeMap;

use kenning_note::{Identifier, Link, LinkKind, LinkTo, Note, Part, Protection, Stated};
use oxrdf::Triple;

use crate::catalog::{Entry, Names, Unit, Wanting};
use crate::label::Said;
use crate::moves;
use crate::names;
use crate::problem::Located;
use crate::triples::Minter;

/// A note that was just read.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) entry: Entry,
    /// The path by which the addresses in the triples are minted.
    pub(crate) identity: String,
    /// Triples of the note, and of each of its protected sections with the name of the section.
    pub(crate) parts: Vec<(Option<String>, Vec<Triple>)>,
}

/// Reads a note that lies at `path` and has the addresses of `identity`.
pub(crate) fn read(
    bytes: &[u8],
    path: &str,
    identity: &str,
    settings: &kenning_note::Settings,
    minter: Minter<'_>,
) -> Fresh {
    let reading = kenning_note::read(bytes, path, settings);
    let mut note = reading.note;
    let problems = reading.problems.iter().map(|problem| Located {
        path: path.to_owned(),
        line: usize::try_from(problem.line).unwrap_or(0),
        column: usize::try_from(problem.column).unwrap_or(0),
        kind: problem.kind.name().to_owned(),
        text: problem.text.clone(),
        hint: problem.hint.clone(),
    });
    let mut entry = Entry {
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        hash: *blake3::hash(bytes).as_bytes(),
        sketch: moves::sketch(bytes),
        dialect: note.dialect.name().to_owned(),
        names: names_of(&note),
        said: said(&note.protection),
        units: units(&note),
        problems: problems.collect(),
        ..Entry::default()
    };
    (entry.open_hash, entry.open_size) = open_part(bytes, &note);
    entry.looks_for = names::looks_for(entry.units.iter().flat_map(|unit| &unit.links));
    identity.clone_into(&mut note.path);
    let graphs = kenning_note::graphs(&note, minter.wiki, minter.base);
    let parts = graphs.into_iter().filter_map(|graph| {
        let section = match graph.part {
            Part::Note => None,
            Part::Section(place) => Some(note.sections.get(place)?.name.clone()),
        };
        Some((section, graph.triples))
    });
    Fresh {
        parts: parts.collect(),
        identity: identity.to_owned(),
        entry,
    }
}

/// What stands outside the protected sections of a note.
pub(crate) fn open_text(bytes: &[u8], path: &str, settings: &kenning_note::Settings) -> Vec<u8> {
    let note = kenning_note::read(bytes, path, settings).note;
    let mut text = Vec::new();
    open_pieces(bytes, &note, &mut |piece| text.extend_from_slice(piece));
    text
}

/// Hash and size of what stands outside protected sections.
fn open_part(bytes: &[u8], note: &Note) -> ([u8; 32], u64) {
    let mut hash = blake3::Hasher::new();
    let mut size = 0;
    open_pieces(bytes, note, &mut |piece| {
        hash.update(piece);
        size += u64::try_from(piece.len()).unwrap_or(0);
    });
    (*hash.finalize().as_bytes(), size)
}

/// Empty lines that stand around a section go with it, so that a note looks as if the section had never been there.
fn open_pieces(bytes: &[u8], note: &Note, take: &mut dyn FnMut(&[u8])) {
    let mut from = 0;
    for section in &note.sections {
        take(bytes.get(from..section.span.start).unwrap_or_default());
        let after = bytes.get(section.span.end..).unwrap_or_default();
        let blank = after.len() - after.trim_ascii_start().len();
        from = from.max(section.span.end + blank);
    }
    let rest = bytes.get(from..).unwrap_or_default();
    if note.sections.is_empty() || !rest.is_empty() {
        take(rest);
    }
}

fn names_of(note: &Note) -> Names {
    Names {
        title: note.title.clone(),
        aliases: note
            .aliases
            .iter()
            .map(|alias| alias.text.clone())
            .collect(),
        slugs: note.slugs.clone(),
        permalinks: note.permalinks.clone(),
        id: note.id.as_ref().map(|id| match id {
            Identifier::Iri(text) | Identifier::Opaque(text) => text.clone(),
        }),
    }
}

fn units(note: &Note) -> Vec<Unit> {
    let redirect = note.redirects_to.iter();
    let open = Unit {
        said: None,
        within: 0,
        label: String::new(),
        links: wanting(note.content.links.iter().chain(redirect)),
    };
    let sections = note.sections.iter().map(|section| Unit {
        said: Some(said(&section.protection)),
        // The text outside sections is the first unit.
        within: section.within.map_or(0, |outer| outer + 1),
        label: String::new(),
        links: wanting(&section.content.links),
    });
    std::iter::once(open).chain(sections).collect()
}

/// The links that want a note, each once, at the place of its first occurrence.
fn wanting<'l>(links: impl IntoIterator<Item = &'l Link>) -> Vec<Wanting> {
    let mut known: BTreeMap<(String, bool), usize> = BTreeMap::new();
    let mut wanting: Vec<Wanting> = Vec::new();
    for link in links {
        let LinkTo::Name { key, path } = &link.to else {
            continue;
        };
        let markdown = link.kind == LinkKind::Markdown;
        // What was written decides, not its key: `[[Log]]` and `[[log]]` may mean two files.
        let place = *known
            .entry((link.target.to_string(), markdown))
            .or_insert(wanting.len());
        if place == wanting.len() {
            wanting.push(Wanting {
                target: link.target.to_string(),
                path: path.as_deref().map(str::to_owned),
                key: key.to_string(),
                text: link.text.as_deref().map(str::to_owned),
                markdown,
                related: false,
                property: None,
                line: link.place.line,
                column: link.place.column,
            });
        }
        if let Some(first) = wanting.get_mut(place) {
            first.related |= link.related;
        }
    }
    wanting
}

fn said(stated: &Stated) -> Said {
    match stated {
        Stated::Nothing => Said::default(),
        Stated::Unreadable { why, place } => Said {
            unreadable: Some(why.clone()),
            line: place.line,
            column: place.column,
            ..Said::default()
        },
        Stated::Says(protection) => said_of(protection),
    }
}

fn said_of(protection: &Protection) -> Said {
    let text = |value: &Option<kenning_note::Text>| value.as_ref().map(|text| text.text.clone());
    Said {
        unreadable: None,
        level: text(&protection.level),
        audience: protection
            .audience
            .iter()
            .map(|names| names.iter().map(|name| name.text.clone()).collect())
            .collect(),
        until: text(&protection.until),
        then: text(&protection.then),
        others: protection
            .imported
            .iter()
            .map(|(key, value)| (key.clone(), value.text.clone()))
            .collect(),
        line: protection.place.line,
        column: protection.place.column,
    }
}
