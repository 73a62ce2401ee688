//! What the text of a note says: sections, passages, claims, citations and links.

use kenning_vocab::{cito, dcterms, km, oa, schema, skos};
use oxrdf::NamedNode;

use super::{Writer, heading_of};
use crate::note::{Content, Link, LinkTo, Passage, Protected};
use crate::settings::Detail;

impl Writer<'_> {
    /// What a protected block says of itself.
    pub(super) fn section(&mut self, section: &Protected) {
        let iri = self.iri.clone();
        let node = self.base.part(&iri, "s", &section.name);
        self.say(&iri, km::HAS_PASSAGE, &node);
        self.a(&node, km::PROTECTED_SECTION);
        self.tags(&section.content.tags);
        self.measures(&section.protection);
    }

    pub(super) fn content(&mut self, content: &Content) {
        let iri = self.iri.clone();
        for heading in &content.headings {
            let node = self.base.part(&iri, "h", &heading.anchor);
            self.say(&iri, km::HAS_PASSAGE, &node);
            self.a(&node, km::SECTION);
            self.words(&node, km::HEADING, &heading.text);
            self.number(&node, km::HEADING_RANK, heading.rank);
            if let Some(above) = heading_of(self.base, &iri, content, heading.parent) {
                self.say(&node, km::IN_SECTION, &above);
            }
            if self.detail == Detail::Full {
                self.number(&node, km::FIRST_LINE, heading.span.first_line);
            }
        }
        let mut mentioned = rustc_hash::FxHashSet::default();
        for link in &content.links {
            self.link(link, &mut mentioned);
        }
        if self.detail >= Detail::Claims {
            for passage in &content.passages {
                self.passage(passage, content);
            }
        }
        if self.detail == Detail::Full {
            for (index, link) in content.links.iter().enumerate() {
                self.occurrence(index, link, content);
            }
        }
    }

    fn link<'l>(
        &mut self,
        link: &'l Link,
        mentioned: &mut rustc_hash::FxHashSet<(&'l str, bool, bool)>,
    ) {
        let iri = self.iri.clone();
        match &link.to {
            LinkTo::Name { key, .. } => {
                if mentioned.insert((key, false, false)) {
                    let name = self.name(key, &link.target);
                    self.say(&iri, km::MENTIONS_NAME, &name);
                }
                if link.embeds && mentioned.insert((key, true, false)) {
                    let name = self.base.name(key);
                    self.say(&iri, km::EMBEDS, &name);
                }
                if link.related && mentioned.insert((key, false, true)) {
                    let (name, concept) = (self.base.name(key), self.concept.clone());
                    self.say_once(&concept, skos::RELATED, name.as_ref());
                }
            }
            LinkTo::Url(url) => {
                if let Ok(url) = NamedNode::new(url.as_str()) {
                    self.say_once(&iri, dcterms::REFERENCES, url.as_ref());
                }
            }
            LinkTo::File(path) if link.embeds => {
                let path = oxrdf::LiteralRef::new_simple_literal(path);
                self.say_once(&iri, schema::IMAGE, path);
            }
            LinkTo::File(path) if self.detail == Detail::Full => {
                let file = self.source(path);
                self.say_once(&iri, dcterms::REFERENCES, file.as_ref());
            }
            _ => {}
        }
    }

    fn passage(&mut self, passage: &Passage, content: &Content) {
        let iri = self.iri.clone();
        let node = self.base.passage(&iri, &passage.anchor);
        self.say(&iri, km::HAS_PASSAGE, &node);
        self.a(
            &node,
            if passage.is_claim {
                km::CLAIM
            } else {
                km::PASSAGE
            },
        );
        self.number(&node, km::POSITION, passage.position);
        self.words(&node, schema::TEXT, &passage.text);
        if let Some(section) = heading_of(self.base, &iri, content, passage.heading) {
            self.say(&node, km::IN_SECTION, &section);
        }
        if let Some(kind) = &passage.callout {
            self.text(&node, km::CALLOUT_KIND, kind);
        }
        let mut cited = rustc_hash::FxHashSet::default();
        for (index, citation) in passage.citations.iter().enumerate() {
            let source = self.source(&citation.source);
            if cited.insert(citation.source.as_str()) {
                self.say(&node, cito::CITES_AS_SOURCE_DOCUMENT, &source);
            }
            if let Some((from, to)) = citation.lines {
                let mark = self
                    .base
                    .part(&iri, "c", &format!("{}.{}", passage.anchor, index + 1));
                self.say(&node, km::HAS_CITATION, &mark);
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
        let links = content
            .links
            .get(passage.links.0..passage.links.1)
            .unwrap_or_default();
        let mut mentioned = rustc_hash::FxHashSet::default();
        for key in links.iter().filter_map(Link::key) {
            if mentioned.insert(key) {
                let name = self.base.name(key);
                self.say(&node, km::MENTIONS_NAME, &name);
            }
        }
        if passage.is_claim || self.detail == Detail::Full {
            self.selector(&node, &iri, passage);
        }
        if self.detail == Detail::Full {
            self.number(&node, km::FIRST_LINE, passage.span.first_line);
            self.number(&node, km::LAST_LINE, passage.span.last_line);
        }
    }

    /// How a program finds the passage in the text: by its words, and at detail `full` by its place as well.
    ///
    /// The place stands at `full` only, because a word added at the top of a note would move every one of them.
    fn selector(&mut self, node: &NamedNode, iri: &NamedNode, passage: &Passage) {
        let quote = self.base.part(iri, "q", &passage.anchor);
        self.say(node, oa::HAS_SELECTOR, &quote);
        self.a(&quote, oa::TEXT_QUOTE_SELECTOR);
        self.text(&quote, oa::EXACT, &passage.text);
        if let Some((start, end)) = passage.characters {
            let position = self.base.part(iri, "at", &passage.anchor);
            self.say(node, oa::HAS_SELECTOR, &position);
            self.a(&position, oa::TEXT_POSITION_SELECTOR);
            self.number(&position, oa::START, start);
            self.number(&position, oa::END, end);
        }
    }

    fn occurrence(&mut self, index: usize, link: &Link, content: &Content) {
        let LinkTo::Name { key, .. } = &link.to else {
            return;
        };
        let iri = self.iri.clone();
        let node = self
            .base
            .part(&iri, "l", &format!("{}{}", self.links, index + 1));
        self.say(&iri, km::HAS_LINK, &node);
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
        if let Some(heading) = link.heading.and_then(|index| content.headings.get(index)) {
            self.words(&node, km::HEADING, &heading.text);
        }
        self.number(&node, km::FIRST_LINE, link.place.line);
    }

    /// The property that a field stands for.
    pub(super) fn property(&mut self, key: &str, iri: Option<&str>) -> NamedNode {
        if let Some(known) = iri.and_then(|iri| NamedNode::new(iri).ok()) {
            return known;
        }
        let words = crate::name::normal_key(key.trim_matches(['*', '_', '~', ' ']));
        let node = self.base.property(&words.replace(' ', "-"));
        if self.told.insert(format!("={}", node.as_str())) {
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
        if self.told.insert(format!("={}", node.as_str())) {
            self.text(&node, kenning_vocab::rdfs::LABEL, &typed.text);
        }
        node
    }
}
