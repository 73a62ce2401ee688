//! From the bytes of one note to what the wiki keeps of it. Knows no other note.

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::hash_table::Entry as Slot;
use hashbrown::{DefaultHashBuilder, HashTable};
use kenning_note::{
    Content, Dialect, Field, Identifier, Link, LinkKind, LinkTo, Note, Protection, Stated, Value,
};
use kenning_vocab::{Base, rdf};

use crate::address;
use crate::assemble::Made;
use crate::cascade::Asked;
use crate::catalog::{About, Entry, More, Names, Typed, Unit, Wanting};
use crate::dialect::{self, Manner};
use crate::label::Said;
use crate::moves;
use crate::names;
use crate::problem::Located;
use crate::site::Site;
use crate::translation;

/// A note that was just read.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) entry: Entry,
    /// The path by which the addresses in the triples are minted.
    pub(crate) identity: String,
    /// The graphs of what the note says itself.
    pub(crate) made: Vec<Made>,
}

/// A note as it was read, before anybody asked who may see it.
#[derive(Debug)]
pub(crate) struct ReadNote {
    pub(crate) entry: Entry,
    pub(crate) note: Note,
}

/// Reads a note that lies at `path` and has the addresses of `identity`.
///
/// `follow` says whether the next scan will want to know the note again: finding out by what costs time.
pub(crate) fn read(
    bytes: Vec<u8>,
    path: &str,
    identity: &str,
    manner: Manner<'_>,
    base: &Base,
    follow: bool,
) -> ReadNote {
    let reading = kenning_note::read(&bytes, path, manner.settings);
    let mut note = reading.note;
    let problems = reading.problems.into_iter().map(|problem| Located {
        path: path.to_owned(),
        line: usize::try_from(problem.line).unwrap_or(0),
        column: usize::try_from(problem.column).unwrap_or(0),
        kind: problem.kind.name().to_owned(),
        text: problem.text,
        hint: problem.hint,
        guess: None,
    });
    let published = manner.site.and_then(|site| site.published(&note, path));
    let mut entry = Entry {
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        dialect: dialect_of(&note).name().to_owned(),
        names: Names {
            version: translation::version(&note, path, manner),
            ..names_of(&note, published.as_deref())
        },
        concept: match &note.id {
            Some(Identifier::Iri(iri)) => Some(iri.clone()),
            _ => None,
        },
        said: said(&note.protection),
        cascades: Asked::all_of(&note.cascades),
        problems: problems.collect(),
        ..Entry::default()
    };
    (entry.open_hash, entry.open_size) = open_part(&bytes, &note);
    if follow {
        entry.hash = if note.sections.is_empty() {
            entry.open_hash
        } else {
            *blake3::hash(&bytes).as_bytes()
        };
        entry.sketch = moves::sketch(&bytes);
    }
    // Of a large note there is more to come, for which the room is needed.
    drop(bytes);
    let published = published.or_else(|| manner.site?.plain_address(path));
    entry.units = units(&note, base, manner, published.as_deref());
    if follow {
        let links = entry.units.iter().flat_map(|unit| &unit.links);
        entry.looks_for = names::looks_for(links, &entry.names);
    }
    note.identity = (identity != path).then(|| identity.to_owned());
    ReadNote { entry, note }
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
    if note.sections.is_empty() {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        return (*blake3::hash(bytes).as_bytes(), size);
    }
    let mut hash = blake3::Hasher::new();
    let mut size = 0;
    open_pieces(bytes, note, &mut |piece| {
        hash.update(piece);
        size += u64::try_from(piece.len()).unwrap_or(0);
    });
    (*hash.finalize().as_bytes(), size)
}

/// The bytes of a note without its sections, piece by piece.
///
/// INVARIANT: no byte of a section is among them, however the note is encoded: places of sections are those of the same text in UTF-8.
fn open_pieces(bytes: &[u8], note: &Note, take: &mut dyn FnMut(&[u8])) {
    let sections = note.sections.iter();
    let spans = sections.map(|section| section.span.start..section.span.end);
    let mut spans: Vec<Range<usize>> = spans.collect();
    if spans.is_empty() {
        return take(bytes);
    }
    // Of a text of another format, they come as they were found in what was made of it.
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    match bytes {
        [0xFF, 0xFE, rest @ ..] => in_utf16(rest, &spans, [0xFF, 0xFE], take),
        [0xFE, 0xFF, rest @ ..] => in_utf16(rest, &spans, [0xFE, 0xFF], take),
        _ => {
            if std::str::from_utf8(bytes).is_err() {
                to_bytes(bytes, &mut spans);
            }
            pieces(bytes, &spans, take);
        }
    }
}

/// Of a text of two bytes a letter: its pieces as the text would be stored without the sections. `mark` says which byte comes first.
fn in_utf16(bytes: &[u8], spans: &[Range<usize>], mark: [u8; 2], take: &mut dyn FnMut(&[u8])) {
    let is_little = mark == [0xFF, 0xFE];
    let units = bytes.as_chunks().0.iter().map(|pair| match is_little {
        true => u16::from_le_bytes(*pair),
        false => u16::from_be_bytes(*pair),
    });
    let letters = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    let text: String = letters.collect();
    let mut open = mark.to_vec();
    pieces(text.as_bytes(), spans, &mut |piece| {
        for unit in String::from_utf8_lossy(piece).encode_utf16() {
            open.extend(match is_little {
                true => unit.to_le_bytes(),
                false => unit.to_be_bytes(),
            });
        }
    });
    take(&open);
}

/// From places in the text that is read of bytes which are not all text, to places among these bytes.
fn to_bytes(bytes: &[u8], spans: &mut [Range<usize>]) {
    let mark = if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        3
    } else {
        0
    };
    let mut known = vec![(0, 0)];
    let (mut read, mut stored) = (mark, mark);
    for chunk in bytes.get(mark..).unwrap_or_default().utf8_chunks() {
        read += chunk.valid().len();
        stored += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            // One character stands for them.
            read += char::REPLACEMENT_CHARACTER.len_utf8();
            stored += chunk.invalid().len();
            known.push((read, stored));
        }
    }
    for span in spans {
        for place in [&mut span.start, &mut span.end] {
            let after = known.partition_point(|(read, _)| *read <= *place);
            let (read, stored) = after
                .checked_sub(1)
                .and_then(|index| known.get(index))
                .copied()
                .unwrap_or_default();
            *place = stored + (*place - read);
        }
    }
}

/// Empty lines that stand around a section go with it, so that a note looks as if the section had never been there.
fn pieces(bytes: &[u8], spans: &[Range<usize>], take: &mut dyn FnMut(&[u8])) {
    let mut from = 0;
    // Where nothing more follows, the empty lines at its end go, too.
    let mut last: &[u8] = &[];
    for span in spans {
        let before = bytes.get(from..span.start).unwrap_or_default();
        if !before.is_empty() {
            take(std::mem::replace(&mut last, before));
        }
        let after = bytes.get(span.end..).unwrap_or_default();
        let words = after.trim_ascii_start();
        let blank = after.get(..after.len() - words.len()).unwrap_or_default();
        // The line on which words follow begins with its own spaces.
        let end = memchr::memrchr(b'\n', blank).map_or(0, |at| at + 1);
        let end = if words.is_empty() { blank.len() } else { end };
        from = from.max(span.end + end);
    }
    let rest = bytes.get(from..).unwrap_or_default();
    if rest.is_empty() {
        let words = last.trim_ascii_end();
        let end = memchr::memchr(b'\n', last.get(words.len()..).unwrap_or_default());
        let end = end.map_or(last.len(), |end| words.len() + end + 1);
        last = last.get(..end).unwrap_or_default();
    }
    take(last);
    take(rest);
}

/// By whose habits a note was read: a text that is no Markdown by those of its own format.
fn dialect_of(note: &Note) -> Dialect {
    dialect::of_format(note.format).unwrap_or(note.dialect)
}

fn names_of(note: &Note, published: Option<&str>) -> Names {
    let address = match note.dialect {
        Dialect::Docusaurus => address::unnumbered(names::without_ending(&note.path)),
        _ => None,
    };
    // There, an identifier stands for the name of the file.
    let named = match (&note.id, note.dialect) {
        (Some(Identifier::Opaque(id)), Dialect::Docusaurus) => {
            let path = names::without_ending(&note.path);
            let folder = names::folder(address.as_deref().unwrap_or(path));
            Some(format!("{folder}/{id}"))
        }
        _ => None,
    };
    let last = address
        .as_deref()
        .map(|address| names::last(address).to_owned());
    Names {
        title: note.title.clone(),
        aliases: note
            .aliases
            .iter()
            .map(|alias| alias.text.clone())
            .collect(),
        slugs: {
            let name = named.as_deref().map(|named| names::last(named).to_owned());
            note.slugs.iter().cloned().chain(name).chain(last).collect()
        },
        permalinks: {
            let published = published.map(str::to_owned);
            let said = note.permalinks.iter().cloned();
            said.chain(address).chain(named).chain(published).collect()
        },
        id: match (&note.id, note.dialect) {
            // Every version of a page has the same one there.
            (Some(Identifier::Opaque(_)), Dialect::Docusaurus) | (None, _) => None,
            (Some(Identifier::Iri(text) | Identifier::Opaque(text)), _) => Some(text.clone()),
        },
        blocks: note.blocks.clone(),
        version: None,
    }
}

fn units(note: &Note, base: &Base, manner: Manner<'_>, published: Option<&str>) -> Vec<Unit> {
    let addresses = |content: &Content| addresses(content, &note.path, manner);
    let own = addresses(&note.content);
    let of_sections = note
        .sections
        .iter()
        .map(|section| addresses(&section.content));
    let of_sections: Vec<Vec<Link>> = of_sections.collect();
    let redirect = note.redirects_to.iter();
    let types: Vec<Link> = type_links(note).collect();
    let none = Wantings {
        path: &note.path,
        dialect: note.dialect,
        site: manner.site,
        published,
        whole: false,
        known: HashTable::new(),
        hasher: DefaultHashBuilder::default(),
        wanting: Vec::new(),
    };
    let mut links = none.clone();
    for link in note.content.links.iter().chain(redirect) {
        links.add(link);
    }
    let properties = Properties {
        base,
        content: &note.content,
        with_passages: note.detail >= kenning_note::Detail::Claims,
    };
    for link in &types {
        links.type_link(link, &Typed::of(rdf::TYPE.as_str()));
    }
    properties.read(&note.fields, &mut links);
    links.add_addresses(&own);
    let open = Unit {
        said: None,
        within: 0,
        label: String::new(),
        links: links.wanting,
    };
    let sections = note.sections.iter().zip(&of_sections);
    let sections = sections.map(|(section, own)| {
        let mut links = none.clone();
        for link in &section.content.links {
            links.add(link);
        }
        let properties = Properties {
            content: &section.content,
            ..properties
        };
        properties.read(&section.fields, &mut links);
        links.add_addresses(own);
        Unit {
            said: Some(said(&section.protection)),
            // The text outside sections is the first unit.
            within: section.within.map_or(0, |outer| outer + 1),
            label: String::new(),
            links: links.wanting,
        }
    });
    std::iter::once(open).chain(sections).collect()
}

/// Links to whole addresses of the site's own, as links by path.
fn addresses(content: &Content, path: &str, manner: Manner<'_>) -> Vec<Link> {
    let links = content.links.iter();
    let own = links.filter_map(|link| manner.home?.link(link, path));
    own.collect()
}

/// The types of a note that are written as links.
fn type_links(note: &Note) -> impl Iterator<Item = Link> {
    let types = note.types.iter().filter(|typed| typed.is_link);
    types.map(|typed| {
        let mut link = Link::default();
        link.kind = LinkKind::Property;
        link.target = typed.text.as_str().into();
        link.place = typed.place;
        link.to = LinkTo::Name {
            key: kenning_note::normal_key(&typed.text).into(),
            path: None,
        };
        link
    })
}

/// The links that want a note, each once, at the place of its first occurrence.
#[derive(Debug, Clone)]
struct Wantings<'n> {
    /// The note in which they stand.
    path: &'n str,
    dialect: Dialect,
    site: Option<&'n Site>,
    /// The address of the note, where it is not what its path says.
    published: Option<&'n str>,
    /// Whether what comes now is written as a whole address.
    whole: bool,
    /// Places among those that want one, by what is written.
    known: HashTable<u32>,
    hasher: DefaultHashBuilder,
    wanting: Vec<Wanting>,
}

impl<'n> Wantings<'n> {
    fn add(&mut self, link: &'n Link) -> Option<&mut Wanting> {
        let (key, path) = match &link.to {
            LinkTo::Name { key, path } => (key.clone(), path.as_ref()),
            LinkTo::Block(name) => (name.as_ref().into(), None),
            _ => return None,
        };
        let markdown = link.kind == LinkKind::Markdown;
        // What was written decides, not its key: `[[Log]]` and `[[log]]` may mean two files.
        let hash = |target: &str, markdown: bool| self.hasher.hash_one((target, markdown));
        let at = |place: u32| self.wanting.get(usize::try_from(place).ok()?);
        let found = self.known.entry(
            hash(&link.target, markdown),
            |place| {
                at(*place).is_some_and(|known| {
                    known.markdown == markdown && *known.target == *link.target
                })
            },
            |place| at(*place).map_or(0, |known| hash(&known.target, known.markdown)),
        );
        let place = match found {
            Slot::Occupied(place) => *place.get(),
            Slot::Vacant(room) => {
                let place = u32::try_from(self.wanting.len()).ok()?;
                room.insert(place);
                place
            }
        };
        let place = usize::try_from(place).ok()?;
        if place == self.wanting.len() {
            let ways = address::ways(
                (link, self.whole),
                self.path,
                self.dialect,
                self.site,
                self.published,
            );
            let text = link.text.as_deref().cloned();
            let has_more = text.is_some() || !ways.is_empty();
            let more = has_more.then(|| {
                Box::new(More {
                    ways,
                    text,
                    ..More::default()
                })
            });
            if place == self.wanting.capacity() && place >= 64 {
                // Doubling would leave up to half of the room unused.
                self.wanting.reserve_exact(place / 8);
            }
            self.wanting.push(Wanting {
                target: link.target.clone(),
                path: path.cloned(),
                key,
                more,
                markdown,
                related: false,
                implied: link.kind == LinkKind::Above,
                address: self.whole,
                line: link.place.line,
                column: link.place.column,
            });
        }
        let first = self.wanting.get_mut(place)?;
        first.related |= link.related;
        first.implied &= link.kind == LinkKind::Above;
        if let Some(part) = link.fragment.as_deref()
            && !first.parts().contains(part)
        {
            first.more().parts.push(part.clone());
        }
        Some(first)
    }

    /// Whole addresses of the site's own, once all other links are there: what is written as a path as well is no mere address.
    fn add_addresses(&mut self, links: &'n [Link]) {
        self.whole = true;
        for link in links {
            self.add(link);
        }
    }

    /// Something that a key, a field or a list item says by a link.
    fn type_link(&mut self, link: &'n Link, typed: &Typed) {
        if let Some(wanting) = self.add(link)
            && !wanting.typed().contains(typed)
        {
            wanting.more().typed.push(typed.clone());
        }
    }
}

/// The fields of a part of a note, in so far as their values are links.
#[derive(Clone, Copy)]
struct Properties<'n> {
    base: &'n Base,
    content: &'n Content,
    with_passages: bool,
}

impl Properties<'_> {
    fn read<'n>(&self, fields: &'n [Field], links: &mut Wantings<'n>) {
        for (index, field) in fields.iter().enumerate() {
            let about = match field.passage {
                None => None,
                Some(_) if !self.with_passages => continue,
                Some(passage) => {
                    let passage = self.content.passages.get(passage);
                    passage.map(|passage| About::Passage(passage.anchor.to_string()))
                }
            };
            let property = kenning_note::property(&field.key, field.iri.as_deref(), self.base);
            let typed = Typed {
                property: property.into_string(),
                reverse: field.is_reverse,
                about,
            };
            let pointer = format!("{}/{index}", field.key);
            self.value(&field.value, &typed, &pointer, 0, links);
        }
    }

    /// The same way through lists and maps as that of the note's own graph, so that maps have one address.
    fn value<'n>(
        &self,
        value: &'n Value,
        typed: &Typed,
        pointer: &str,
        depth: usize,
        links: &mut Wantings<'n>,
    ) {
        match value {
            Value::Link(link) => links.type_link(link, typed),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, typed, &format!("{pointer}/{index}"), depth, links);
                }
            }
            Value::Map(items) if depth <= 32 => {
                for (key, item) in items {
                    let typed = Typed {
                        about: Some(About::Map(pointer.to_owned())),
                        ..Typed::of(kenning_note::property(key, None, self.base).as_str())
                    };
                    self.value(item, &typed, &format!("{pointer}/{key}"), depth + 1, links);
                }
            }
            _ => {}
        }
    }
}

impl Typed {
    fn of(property: &str) -> Self {
        Self {
            property: property.to_owned(),
            ..Self::default()
        }
    }
}

pub(crate) fn said(stated: &Stated) -> Said {
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
        marks: protection
            .marks
            .iter()
            .map(|mark| (mark.level.text.clone(), mark.what.clone()))
            .collect(),
        line: protection.place.line,
        column: protection.place.column,
    }
}
