//! What a block means once it is whole: headings, passages with their claims, fields, sources and facts.

use super::super::inline::Inline;
use super::super::scan::{self, Found, Wanted};
use super::super::words::{
    behind_mark, is_pointer, is_prose, is_sentence, without_highlights, words_without,
};
use super::{Open, Walk, small};
use crate::conventions::{self, Room};
use crate::link;
use crate::list;
use crate::meta::{scalar, source_key};
use crate::name::{slug, tag_key};
use crate::note::{Citation, Field, Heading, Link, LinkTo, Passage, PassageKind, SourceRef};
use crate::problem::{Problem, ProblemKind};
use crate::settings::Dialect;
use crate::value::{Value, span};

impl<'a> Walk<'a, '_> {
    pub(super) fn heading(&mut self, rank: u8, open: &Open) {
        let found = scan::scan(
            &open.inline,
            Wanted {
                fields: false,
                blocks: false,
                ..self.wanted
            },
        );
        let mut cut = Vec::new();
        for (start, end, found) in &found {
            match found {
                Found::Tag(tag) => {
                    let place = self.cx.source.place(self.base + open.inline.origin(*start));
                    self.tag(tag, place);
                }
                Found::Footnote(id) if self.footnotes.contains(id) => cut.push((*start, *end)),
                _ => {}
            }
        }
        self.mentions(&open.inline);
        self.first_block = false;
        let text = if cut.is_empty() {
            link::one_line(&open.inline.plain).into_owned()
        } else {
            words_without(&open.inline.plain, &cut)
        };
        // `## Heading {#name}`
        let mut anchor = match &open.name {
            Some(name) => name.clone(),
            None => slug(&text),
        };
        if anchor.is_empty() {
            anchor.push_str("section");
        }
        anchor.insert_str(0, &self.anchors);
        let anchor = self.unique(anchor, '-');
        let headings = &self.said.content.headings;
        let mut parent = self.heading;
        while let Some(above) = parent.and_then(|index| headings.get(index)) {
            if above.rank < rank {
                break;
            }
            parent = above.parent;
        }
        while self
            .rooms_above
            .last()
            .is_some_and(|(above, _)| *above >= rank)
        {
            self.rooms_above.pop();
        }
        let own = self.cx.rooms.of(&text);
        let room = if own == Room::Ordinary {
            self.rooms_above
                .last()
                .map_or(Room::Ordinary, |(_, room)| *room)
        } else {
            own
        };
        self.rooms_above.push((rank, room));
        self.room = room;
        let index = headings.len();
        for link in self.said.content.links.iter_mut().skip(open.first_link) {
            link.heading = Some(small(index));
            link.related = false;
        }
        let span = self
            .cx
            .source
            .span(self.base + open.start, self.base + open.end);
        let heading = Heading {
            rank,
            text,
            anchor,
            parent,
            span,
        };
        list::push(&mut self.said.content.headings, heading);
        self.heading = Some(index);
    }

    pub(super) fn passage(&mut self, kind: PassageKind, open: &mut Open) {
        if kind == PassageKind::Row && open.inline.plain.ends_with(" | ") {
            open.inline.plain.truncate(open.inline.plain.len() - 3);
        }
        let callout = self.callout(open);
        let found = scan::scan(&open.inline, self.wanted);
        let mut citations = Vec::new();
        let mut name = None;
        let mut cut: Vec<(usize, usize)> = Vec::new();
        let mut fields = Vec::new();
        for (start, end, found) in found {
            let place = self.cx.source.place(self.base + open.inline.origin(start));
            match found {
                Found::Citation(inside) => {
                    let Some(entries) = scan::citations(&inside, self.cx.known_sources) else {
                        continue;
                    };
                    cut.push((start, end));
                    citations.reserve_exact(entries.len());
                    for entry in entries {
                        let (source, lines) = match entry {
                            Ok(entry) => entry,
                            Err((source, why)) => {
                                let text = format!("the citation of `{source}`: {why}");
                                self.problems.push(
                                    Problem::new(ProblemKind::Citation, place, text)
                                        .with_hint("the source counts, its lines do not"),
                                );
                                (source, None)
                            }
                        };
                        let source = self.by_id(&source).unwrap_or(&source);
                        citations.push(Citation {
                            source: source.into(),
                            lines,
                            place,
                        });
                    }
                }
                Found::Footnote(id) => {
                    if let Some(source) = self.by_id(id) {
                        cut.push((start, end));
                        citations.push(Citation {
                            source: source.into(),
                            lines: None,
                            place,
                        });
                    } else if self.footnotes.contains(id) {
                        cut.push((start, end));
                    }
                }
                Found::Tag(tag) => self.tag(tag, place),
                Found::Block(id) => {
                    let before = open.inline.plain.get(..start).unwrap_or_default();
                    let link = Link {
                        embeds: before.trim_end().ends_with("{{embed"),
                        place,
                        heading: self.heading.map(small),
                        ..link::block_reference(&id)
                    };
                    list::push(&mut self.said.content.links, link);
                }
                Found::Name(id) => {
                    cut.push((start, end));
                    name = Some(id.to_owned());
                }
                Found::Field {
                    key,
                    value,
                    whole_line,
                } => {
                    if whole_line {
                        cut.push((start, end));
                    }
                    fields.push((key, value, whole_line, place));
                }
            }
        }
        self.mentions(&open.inline);
        let mut text = words_without(&open.inline.plain, &cut);
        if matches!(self.cx.dialect, Dialect::Obsidian | Dialect::Logseq) {
            text = without_highlights(text);
            if kind == PassageKind::Item {
                text = behind_mark(text, &mut open.task);
            }
        }
        self.watch_for_blocks(&text, open.start);
        let links = (open.first_link, self.said.content.links.len());
        let position = self.said.content.passages.len();
        let only_fields =
            !fields.is_empty() && fields.iter().all(|(_, _, whole_line, _)| *whole_line) && {
                let lines = open
                    .inline
                    .plain
                    .lines()
                    .filter(|line| !line.trim().is_empty())
                    .count();
                lines == fields.len()
            };
        // Logseq keeps the properties of a page in its first block, where that is nothing else; elsewhere a line of its own is about the note.
        let about_note = if self.cx.dialect == Dialect::Logseq {
            self.first_block && only_fields
        } else {
            kind == PassageKind::Paragraph
        };
        for (key, value, _, place) in fields {
            if key.eq_ignore_ascii_case("id") && !about_note {
                name = open
                    .inline
                    .plain
                    .get(value.0..value.1)
                    .map(|id| id.trim().to_ascii_lowercase());
                continue;
            }
            let passage = (!about_note).then_some(position);
            self.field(&open.inline, key, value, passage, place);
        }
        self.first_block = false;
        let names_one = self.room == Room::Sources
            && !(kind == PassageKind::Paragraph && links.0 == links.1 && is_prose(&text));
        if names_one && self.source(open, links, &text) {
            return;
        }
        if kind == PassageKind::Item || kind == PassageKind::Paragraph {
            self.facts(open, &text);
        }
        if only_fields && name.is_none() && citations.is_empty() {
            return;
        }
        // Excalidraw says so at the head of every drawing.
        if position == 0 && text.contains("Switch to EXCALIDRAW VIEW in the MORE OPTIONS") {
            return;
        }
        // A block of code has a name and no words.
        let is_named = name.as_deref().is_some_and(link::is_block_name);
        if text.is_empty() && !is_named {
            self.belongs_before(citations, name);
            return;
        }
        let cites = !citations.is_empty();
        let is_claim = !citations_do_not_count(self.room)
            && (cites
                || (kind != PassageKind::Row
                    && is_sentence(&text)
                    && !is_pointer(
                        &open.inline.plain,
                        &open.inline.links,
                        kind == PassageKind::Item,
                    )));
        let anchor = match name {
            Some(name) => self.unique(format!("{}^{name}", self.anchors), '-').into(),
            None => self.digest(&text),
        };
        let span = self
            .cx
            .source
            .span(self.base + open.start, self.base + open.end);
        citations.shrink_to_fit();
        let passage = Passage {
            anchor,
            position: u32::try_from(position + 1).unwrap_or(u32::MAX),
            kind,
            text,
            is_claim,
            heading: self.heading,
            callout,
            citations,
            links,
            span,
            characters: None,
            task: open.task,
        };
        list::push(&mut self.said.content.passages, passage);
    }

    /// A citation on a line of its own belongs to what stands before it, and so does a name: it is that of a list, a quote or a table.
    fn belongs_before(&mut self, mut citations: Vec<Citation>, name: Option<String>) {
        let heading = self.heading;
        let (room, name) = (
            self.room,
            name.map(|name| format!("{}^{name}", self.anchors)),
        );
        let last = self.said.content.passages.last();
        let named = last.is_some_and(|last| last.heading == heading && !last.anchor.contains('^'));
        let anchor = name.filter(|_| named).map(|name| self.unique(name, '-'));
        let last = self.said.content.passages.last_mut();
        let Some(before) = last.filter(|before| before.heading == heading) else {
            return;
        };
        if !citations.is_empty() {
            before.citations.append(&mut citations);
            before.is_claim = !citations_do_not_count(room);
        }
        if let Some(anchor) = anchor {
            before.anchor = anchor.into();
        }
    }

    /// A tag that was not seen before.
    pub(super) fn tag(&mut self, tag: &str, place: crate::Place) {
        let label = link::one_line(tag.trim_matches('/'));
        let key = tag_key(&label);
        if !key.is_empty() && self.tags.insert(key.clone()) {
            self.said.content.tags.push(crate::Tag {
                key,
                label: label.into_owned(),
                place,
            });
        }
    }

    /// The source that the front matter gives this identifier.
    pub(super) fn by_id(&self, id: &str) -> Option<&'a str> {
        self.cx
            .known_sources
            .iter()
            .find(|source| source.id.as_deref() == Some(id))
            .map(|source| source.key.as_str())
    }

    pub(super) fn callout(&mut self, open: &mut Open) -> Option<String> {
        if let Some(innermost) = self.quotes.last_mut()
            && innermost.is_none()
            && let Some(rest) = open.inline.plain.strip_prefix("[!")
            && let Some((kind, _)) = rest
                .split_once(']')
                .filter(|(kind, _)| !kind.is_empty() && kind.len() <= 40)
        {
            let end = kind.len() + 3;
            *innermost = Some(kind.to_owned());
            // Its place stays: the mark becomes spaces.
            let folded = open
                .inline
                .plain
                .get(end..)
                .is_some_and(|rest| rest.starts_with(['+', '-']));
            let blank = " ".repeat(end + usize::from(folded));
            open.inline.plain.replace_range(..blank.len(), &blank);
        }
        let quote = self.quotes.iter().rev().flatten().next();
        let around = || self.boxes.around(open.start).map(str::to_owned);
        quote.cloned().or_else(around)
    }

    pub(super) fn field(
        &mut self,
        inline: &Inline,
        key: &str,
        range: (usize, usize),
        passage: Option<usize>,
        place: crate::Place,
    ) {
        let words = inline.plain.get(range.0..range.1).unwrap_or_default();
        let first = inline
            .links
            .partition_point(|(start, _, _)| *start < range.0);
        let links = || {
            inline
                .links
                .iter()
                .skip(first)
                .take_while(|(_, end, _)| *end <= range.1)
        };
        let inside: Vec<usize> = links().map(|(_, _, index)| *index).collect();
        for index in &inside {
            if let Some(link) = self.said.content.links.get_mut(*index) {
                link.relation = Some(key.into());
            }
        }
        let found: Vec<Value> = inside
            .iter()
            .filter_map(|index| self.said.content.links.get(*index))
            .map(|link| Value::Link(Box::new(link.clone())))
            .collect();
        // Nothing but links, commas and spaces is a list of links.
        let rest = links().fold(words.len(), |left, (s, e, _)| left.saturating_sub(e - s));
        let separators = words
            .chars()
            .filter(|c| matches!(c, ',' | ' ' | ';'))
            .count();
        let quoted = words.len() > 1 && words.starts_with('"') && words.ends_with('"');
        if quoted && self.cx.dialect == Dialect::Logseq {
            // What is quoted there holds no links.
            let text = inline.with_links(range.0 + 1, range.1 - 1, |index| {
                let link = self.said.content.links.get(index);
                link.map(|link| link.target.to_string()).unwrap_or_default()
            });
            for index in inside {
                if let Some(link) = self.said.content.links.get_mut(index) {
                    link.to = LinkTo::Nothing;
                }
            }
            self.said.fields.push(Field {
                key: key.to_owned(),
                iri: None,
                is_reverse: false,
                value: Value::Text(text),
                passage,
                place,
            });
            return;
        }
        let value = if !found.is_empty() && rest <= separators {
            match <[Value; 1]>::try_from(found) {
                Ok([one]) => one,
                Err(list) => Value::List(list),
            }
        } else if words.is_empty() {
            Value::Null
        } else {
            self.words_of_field(words)
        };
        self.said.fields.push(Field {
            key: key.to_owned(),
            iri: None,
            is_reverse: false,
            value,
            passage,
            place,
        });
    }

    /// A value as Dataview reads it: stretches of time, and lists such as `1, 2` and `"one", "two"`.
    fn words_of_field(&self, words: &str) -> Value {
        let one = |text: &str| -> Value {
            let quoted = text.len() > 1 && text.starts_with('"') && text.ends_with('"');
            if quoted && let Some(inside) = text.get(1..text.len() - 1).filter(|t| !t.contains('"'))
            {
                return Value::Text(inside.to_owned());
            }
            let short = self.cx.dialect == Dialect::Obsidian;
            match (
                scalar(text, false, self.cx.path, self.cx.dialect),
                span(text, short),
            ) {
                (Value::Text(_), Some(span)) => Value::Typed {
                    text: span,
                    datatype: kenning_vocab::xsd::DURATION.as_str().to_owned(),
                },
                (value, _) => value,
            }
        };
        let whole = one(words);
        if self.cx.dialect == Dialect::Logseq || !matches!(whole, Value::Text(_)) {
            return whole;
        }
        let mut parts = Vec::new();
        let (mut from, mut quoted) = (0, false);
        for (at, c) in words.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => {
                    parts.push(words.get(from..at).unwrap_or_default().trim());
                    from = at + 1;
                }
                _ => {}
            }
        }
        parts.push(words.get(from..).unwrap_or_default().trim());
        // Words with commas between them are a sentence and no list.
        let is_word = |part: &&str| {
            part.is_empty() || !part.starts_with('"') && matches!(one(part), Value::Text(_))
        };
        if parts.len() < 2 || parts.iter().any(is_word) {
            return whole;
        }
        Value::List(parts.into_iter().map(one).collect())
    }

    /// An item of a "Sources" section; `false` when it names none.
    pub(super) fn source(&mut self, open: &Open, links: (usize, usize), text: &str) -> bool {
        let found: Vec<&Link> = self
            .said
            .content
            .links
            .get(links.0..links.1)
            .unwrap_or_default()
            .iter()
            .collect();
        let place = self.cx.source.place(self.base + open.start);
        let mut source = SourceRef {
            in_section: true,
            place,
            ..SourceRef::default()
        };
        match found.first() {
            Some(link) => {
                source.key = source_key(&link.target).into_owned();
                source.url = match &link.to {
                    LinkTo::Url(url) => Some(url.to_string()),
                    _ => None,
                };
                source.title = link.text.as_deref().map(ToString::to_string);
            }
            None if !text.is_empty() && !text.contains('\n') && text.chars().count() <= 300 => {
                source.key = source_key(text).into_owned();
                source.url = link::is_address(text)
                    .then(|| text.to_owned())
                    .filter(|t| link::is_safe_address(t) && !t.contains(' '));
            }
            None => return false,
        }
        if source.key.is_empty() {
            return false;
        }
        // A source is no mention of a note.
        let in_wiki = found
            .first()
            .is_some_and(|link| matches!(link.to, LinkTo::Name { .. }));
        if !self
            .said
            .sources
            .iter()
            .any(|known| known.key == source.key)
        {
            self.said.sources.push(source);
        }
        !in_wiki
    }

    pub(super) fn facts(&mut self, open: &Open, text: &str) {
        // What is still to be done did not happen.
        let is_planned = self.room == Room::Log && open.task == Some(false);
        if is_planned || !self.room.holds_facts() && self.cx.dialect != Dialect::BasicMemory {
            return;
        }
        let links = &self.said.content.links;
        let line = open.inline.with_links(0, open.inline.plain.len(), |index| {
            links
                .get(index)
                .map(|link| link.target.to_string())
                .unwrap_or_default()
        });
        let place = self.cx.source.place(self.base + open.start);
        match conventions::line(self.room, &link::one_line(&line), text, place) {
            conventions::Line::Nothing => {}
            conventions::Line::Fact(mut fact, odd) => {
                for why in odd {
                    self.odd_line(why, place);
                }
                fact.anchor = self.unique(format!("{}{}", self.anchors, fact.anchor), '-');
                self.said.facts.push(*fact);
            }
            conventions::Line::Odd(why) => self.odd_line(why, place),
            conventions::Line::Relation(name) => {
                for link in self
                    .said
                    .content
                    .links
                    .iter_mut()
                    .skip(open.first_link)
                    .take(1)
                {
                    link.relation = Some(name.as_str().into());
                }
                let target = self.said.content.links.get(open.first_link).cloned();
                if let Some(target) = target {
                    self.said.fields.push(Field {
                        key: name,
                        iri: None,
                        is_reverse: false,
                        value: Value::Link(Box::new(target)),
                        passage: None,
                        place,
                    });
                }
            }
            conventions::Line::Observation(category) => {
                let position = self.said.content.passages.len();
                self.said.fields.push(Field {
                    key: "observation".to_owned(),
                    iri: None,
                    is_reverse: false,
                    value: Value::Text(category),
                    passage: Some(position),
                    place,
                });
            }
        }
    }

    fn odd_line(&mut self, why: String, place: crate::problem::Place) {
        self.problems.push(
            Problem::new(ProblemKind::Convention, place, why)
                .with_hint("`docs/writing-notes.md` shows how such a line is written"),
        );
    }
}

/// Links of a "See also" and sources of a "Sources" section are no claims, whatever stands beside them.
fn citations_do_not_count(room: Room) -> bool {
    matches!(
        room,
        Room::Related | Room::Sources | Room::Log | Room::Held | Room::Knows | Room::KnownBy
    )
}
