//! What the text of a note says: sections, passages, claims, citations and links.

use kenning_vocab::{Base, cito, dcterms, km, oa, schema, skos};
use oxrdf::{NamedNode, NamedNodeRef};
use rustc_hash::FxHashSet;

use super::Writer;
use crate::note::{Content, Link, LinkTo, Passage, Protected};
use crate::settings::Detail;

/// Room in which addresses are written that are needed for a moment. There are several in every passage.
#[derive(Default)]
struct Room {
    passage: String,
    name: String,
    other: String,
}

impl Room {
    fn name(&mut self, base: &Base, key: &str) -> NamedNodeRef<'_> {
        base.put_name(&mut self.name, key);
        NamedNodeRef::new_unchecked(&self.name)
    }
}

/// The places of the links to names, sorted by these and then by place. For a million links a table of names would take more room.
fn sorted(links: &[Link]) -> Vec<u32> {
    let mut sorted: Vec<u32> = (0_u32..)
        .zip(links)
        .filter(|(_, link)| link.key().is_some())
        .map(|(place, _)| place)
        .collect();
    sorted.sort_by_key(|place| key_at(links, *place));
    sorted
}

fn key_at(links: &[Link], place: u32) -> Option<&str> {
    links.get(place as usize).and_then(Link::key)
}

/// Of each link, whether it is the first one to its name.
fn first(links: &[Link], sorted: &[u32]) -> Vec<bool> {
    let mut first = vec![false; links.len()];
    let mut before = None;
    for place in sorted {
        let key = key_at(links, *place);
        if key != before
            && let Some(is_first) = first.get_mut(*place as usize)
        {
            *is_first = true;
        }
        before = key;
    }
    first
}

/// Whether one of the links leads to a name.
pub(super) fn leads_to((links, sorted): &(&[Link], Vec<u32>), key: &str) -> bool {
    sorted
        .binary_search_by(|place| key_at(links, *place).cmp(&Some(key)))
        .is_ok()
}

impl<'a> Writer<'a> {
    /// What a protected block says of itself.
    pub(super) fn section(&mut self, section: &Protected) {
        let iri = self.iri;
        let node = self.base.part(iri, "s", &section.name);
        self.say(iri, km::HAS_PASSAGE, &node);
        self.a(&node, km::PROTECTED_SECTION);
        self.tags(&section.content.tags);
        self.measures(&section.protection);
    }

    pub(super) fn content(&mut self, content: &'a Content) {
        let (iri, base) = (self.iri, self.base);
        let headings: Vec<NamedNode> = content
            .headings
            .iter()
            .map(|heading| base.part(iri, "h", &heading.anchor))
            .collect();
        for (heading, node) in content.headings.iter().zip(&headings) {
            self.say(iri, km::HAS_PASSAGE, node);
            self.a(node, km::SECTION);
            self.words(node, km::HEADING, &heading.text);
            self.number(node, km::HEADING_RANK, heading.rank);
            if let Some(above) = heading.parent.and_then(|index| headings.get(index)) {
                self.say(node, km::IN_SECTION, above);
            }
            if self.detail == Detail::Full {
                self.number(node, km::FIRST_LINE, heading.span.first_line);
            }
        }
        let mut room = Room::default();
        let sorted = sorted(&content.links);
        let first = first(&content.links, &sorted);
        for (link, is_first) in content.links.iter().zip(first) {
            self.link(link, is_first, &mut room);
        }
        self.linked = (&content.links, sorted);
        if self.detail >= Detail::Claims {
            for passage in &content.passages {
                self.passage(passage, content, &headings, &mut room);
            }
        }
        if self.detail == Detail::Full {
            for (index, link) in content.links.iter().enumerate() {
                self.occurrence(index, link, content);
            }
        }
    }

    fn link(&mut self, link: &'a Link, is_first: bool, room: &mut Room) {
        let iri = self.iri;
        match &link.to {
            LinkTo::Name { .. } | LinkTo::Block(_) => {
                let Some(key) = link.key() else { return };
                if is_first {
                    let name = room.name(self.base, key);
                    if !self.names.contains(key) {
                        self.tell_name(name, key, &link.target);
                    }
                    self.say(iri, km::MENTIONS_NAME, name);
                }
                if link.embeds {
                    self.say_once(iri, km::EMBEDS, room.name(self.base, key));
                }
                if link.related {
                    let name = room.name(self.base, key);
                    self.say_once(self.concept, skos::RELATED, name);
                }
            }
            LinkTo::Url(url) => {
                if let Ok(url) = NamedNodeRef::new(url) {
                    self.say_once(iri, dcterms::REFERENCES, url);
                }
            }
            LinkTo::File(path) if link.embeds && crate::link::is_picture(path) => {
                let path = oxrdf::LiteralRef::new_simple_literal(path);
                self.say_once(iri, schema::IMAGE, path);
            }
            LinkTo::File(path) if link.embeds || self.detail == Detail::Full => {
                let file = self.source(path);
                self.say_once(iri, dcterms::REFERENCES, file.as_ref());
            }
            _ => {}
        }
    }

    fn passage(
        &mut self,
        passage: &Passage,
        content: &Content,
        headings: &[NamedNode],
        room: &mut Room,
    ) {
        let iri = self.iri;
        let mut own = std::mem::take(&mut room.passage);
        self.base
            .put_part(&mut own, iri.as_str(), "p", &passage.anchor);
        let node = NamedNodeRef::new_unchecked(&own);
        self.say(iri, km::HAS_PASSAGE, node);
        self.a(
            node,
            if passage.is_claim {
                km::CLAIM
            } else {
                km::PASSAGE
            },
        );
        self.number(node, km::POSITION, passage.position);
        self.words(node, schema::TEXT, &passage.text);
        if let Some(section) = passage.heading.and_then(|index| headings.get(index)) {
            self.say(node, km::IN_SECTION, section);
        }
        if let Some(kind) = &passage.callout {
            self.text(node, km::CALLOUT_KIND, kind);
        }
        self.citations(node, passage);
        let links = content
            .links
            .get(passage.links.0..passage.links.1)
            .unwrap_or_default();
        let several = match links.len() {
            0 | 1 => Vec::new(),
            _ => first(links, &sorted(links)),
        };
        for (place, link) in links.iter().enumerate() {
            let is_first = several.get(place).copied().unwrap_or(true);
            if let Some(key) = link.key().filter(|_| is_first) {
                self.say(node, km::MENTIONS_NAME, room.name(self.base, key));
            }
        }
        if passage.is_claim || self.detail == Detail::Full {
            self.selector(node, passage, room);
        }
        if self.detail == Detail::Full {
            self.number(node, km::FIRST_LINE, passage.span.first_line);
            self.number(node, km::LAST_LINE, passage.span.last_line);
            if let Some((rule, confidence)) = passage.guessed_by() {
                self.drawn_by(node, rule, confidence);
            }
        }
        room.passage = own;
    }

    fn citations(&mut self, node: NamedNodeRef<'_>, passage: &Passage) {
        let is_alone = passage.citations.len() == 1;
        let mut cited = FxHashSet::default();
        for (index, citation) in passage.citations.iter().enumerate() {
            let source = self.source(&citation.source);
            if is_alone || cited.insert(&*citation.source) {
                self.say(node, cito::CITES_AS_SOURCE_DOCUMENT, &source);
            }
            if let Some((from, to)) = citation.lines {
                let mark =
                    self.base
                        .part(self.iri, "c", &format!("{}.{}", passage.anchor, index + 1));
                self.say(node, km::HAS_CITATION, &mark);
                self.a(&mark, km::CITATION);
                self.say(&mark, km::CITES_SOURCE, &source);
                let lines = if from == to {
                    from.to_string()
                } else {
                    format!("{from}-{to}")
                };
                self.text(&mark, km::SOURCE_LINES, &lines);
            }
        }
    }

    /// How a program finds the passage in the text: by its words, and at detail `full` by its place as well.
    ///
    /// The place stands at `full` only, because a word added at the top of a note would move every one of them.
    fn selector(&mut self, node: NamedNodeRef<'_>, passage: &Passage, room: &mut Room) {
        self.base
            .put_part(&mut room.other, self.iri.as_str(), "q", &passage.anchor);
        let quote = NamedNodeRef::new_unchecked(&room.other);
        self.say(node, oa::HAS_SELECTOR, quote);
        self.a(quote, oa::TEXT_QUOTE_SELECTOR);
        self.text(quote, oa::EXACT, &passage.text);
        if let Some((start, end)) = passage.characters {
            let position = self.base.part(self.iri, "at", &passage.anchor);
            self.say(node, oa::HAS_SELECTOR, &position);
            self.a(&position, oa::TEXT_POSITION_SELECTOR);
            self.number(&position, oa::START, start);
            self.number(&position, oa::END, end);
        }
    }

    fn occurrence(&mut self, index: usize, link: &Link, content: &Content) {
        let Some(key) = link.key() else { return };
        let iri = self.iri;
        let node = self
            .base
            .part(iri, "l", &format!("{}{}", self.links, index + 1));
        self.say(iri, km::HAS_LINK, &node);
        self.a(&node, km::LINK);
        let name = self.base.name(key);
        self.say(&node, km::LINK_NAME, &name);
        self.text(&node, km::LINK_TARGET, &link.target);
        if let Some(text) = &link.text {
            self.words(&node, km::LINK_TEXT, text);
        }
        if let Some(fragment) = &link.fragment {
            self.text(&node, km::LINK_FRAGMENT, fragment);
        }
        if let Some(heading) = link
            .heading
            .and_then(|index| content.headings.get(index as usize))
        {
            self.words(&node, km::HEADING, &heading.text);
        }
        self.number(&node, km::FIRST_LINE, link.place.line);
    }

    /// The property that a field stands for.
    pub(super) fn property(&mut self, key: &str, iri: Option<&str>) -> NamedNode {
        let node = super::property::property(key, iri, self.base);
        if iri.is_some_and(|iri| iri == node.as_str()) {
            return node;
        }
        if self.is_new('=', node.as_str()) {
            self.text(&node, kenning_vocab::rdfs::LABEL, key.trim());
        }
        node
    }

    /// The class that a type names.
    pub(super) fn class(&mut self, typed: &crate::Typed) -> NamedNode {
        if let Some(known) = typed
            .iri
            .as_deref()
            .and_then(|iri| NamedNode::new(iri).ok())
        {
            return known;
        }
        if let Some(class) = super::scheme::class(&typed.text) {
            return class.into_owned();
        }
        let words = crate::name::normal_key(&typed.text);
        let node = self
            .base
            .property(&format!("type/{}", words.replace(' ', "-")));
        if self.is_new('=', node.as_str()) {
            self.text(&node, kenning_vocab::rdfs::LABEL, &typed.text);
        }
        node
    }
}
