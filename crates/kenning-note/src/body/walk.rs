//! From parser events to headings, passages, links and tags.

mod block;

use pulldown_cmark::{Event, LinkType, Options, Tag, TagEnd};
use rustc_hash::{FxHashMap, FxHashSet};

use super::inline::Inline;
use super::pieces::{self, Defined};
use super::scan::Wanted;
use super::{Context, Said};
use crate::conventions::Room;
use crate::digest;
use crate::link;
use crate::note::{Link, LinkKind, LinkTo, PassageKind};
use crate::problem::{Problem, ProblemKind};
use crate::settings::{Detail, Dialect};
use crate::word::Word;

/// What the words under collection will be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Heading(u8),
    Passage(PassageKind),
}

/// Words under collection, and where they stand.
struct Open {
    kind: Kind,
    inline: Inline,
    start: usize,
    end: usize,
    first_link: usize,
    task: Option<bool>,
}

/// A link whose words are being read.
struct OpenLink {
    /// Its place in the links; nothing for what turns out to be no link.
    index: Option<usize>,
    /// First byte of its words in the words of the block.
    from: usize,
    /// Whether its words are left out: those of pictures and embeds, and of links that show other words.
    silent: bool,
    /// `[` and `]` are part of the words.
    brackets: bool,
}

pub(super) struct Walk<'a, 'p> {
    cx: &'a Context<'a>,
    text: &'a str,
    /// Byte of the source at which `text` begins.
    base: usize,
    /// What anchors begin with.
    anchors: String,
    problems: &'p mut Vec<Problem>,
    said: Said,
    open: Option<Open>,
    link: Vec<OpenLink>,
    /// A wikilink that just ended, and where: letters may follow.
    trail: Option<(usize, usize)>,
    /// Depth of lists' items.
    items: usize,
    /// Callouts of the quotes around, innermost last.
    quotes: Vec<Option<String>>,
    footnote: usize,
    /// The heading in force.
    heading: Option<usize>,
    room: Room,
    rooms_above: Vec<(u8, Room)>,
    wanted: Wanted,
    /// How often names of blocks, headings and facts were given.
    seen: FxHashMap<String, u32>,
    /// How often passages of these digests were seen.
    digests: FxHashMap<u64, u32>,
    /// Keys of tags that were seen.
    tags: FxHashSet<String>,
    /// Room for the name of the next passage.
    name: String,
    /// Room for the words of the next block.
    spare: Inline,
    /// Whether a passage was seen: before that, fields are about the note in Logseq.
    first_block: bool,
    /// Footnotes that a text defines which is read in pieces: there the parser cannot know them.
    footnotes: FxHashSet<&'a str>,
    /// Whether the text stands in a `<script>` or `<style>`.
    in_script: bool,
}

impl<'a, 'p> Walk<'a, 'p> {
    pub(super) fn new(
        cx: &'a Context<'a>,
        text: &'a str,
        base: usize,
        anchors: String,
        problems: &'p mut Vec<Problem>,
    ) -> Self {
        let publishing = matches!(
            cx.dialect,
            Dialect::Hugo | Dialect::Jekyll | Dialect::MkDocs | Dialect::Docusaurus
        ) || cx.format == crate::Format::Html;
        let wanted = Wanted {
            tags: !publishing && memchr::memchr(b'#', text.as_bytes()).is_some(),
            fields: !publishing && memchr::memmem::find(text.as_bytes(), b"::").is_some(),
            blocks: cx.dialect == Dialect::Logseq || cx.dialect == Dialect::Markdown,
        };
        Self {
            cx,
            text,
            base,
            anchors,
            problems,
            said: Said::default(),
            open: None,
            link: Vec::new(),
            trail: None,
            items: 0,
            quotes: Vec::new(),
            footnote: 0,
            heading: None,
            room: Room::Ordinary,
            rooms_above: Vec::new(),
            wanted,
            seen: FxHashMap::default(),
            digests: FxHashMap::default(),
            tags: FxHashSet::default(),
            name: String::new(),
            spare: Inline::default(),
            first_block: true,
            footnotes: FxHashSet::default(),
            in_script: false,
        }
    }

    pub(super) fn run(mut self) -> Said {
        // Rows of a table may hold cells that nobody wrote, so a short text can make a long stream.
        let budget = self.text.len().saturating_mul(4).saturating_add(10_000);
        let mut options = super::options();
        // There, two brackets are a table of TOML or plain brackets.
        options.set(
            Options::ENABLE_WIKILINKS,
            !matches!(self.cx.dialect, Dialect::Hugo | Dialect::Docusaurus),
        );
        let text = self.text;
        let defined = Defined::of(text);
        self.footnotes.clone_from(&defined.footnotes);
        let mut count = 0;
        let cuts = pieces::events(text, options, &defined, |event, start, end| {
            count += 1;
            if count > budget {
                let place = self.cx.source.place(self.base + start);
                self.problems.push(Problem::new(
                    ProblemKind::Limit,
                    place,
                    "the text has more parts than bytes; the rest is left out",
                ));
                return false;
            }
            self.event(event, start, end);
            true
        });
        if let Some(cut) = cuts.first() {
            let place = self.cx.source.place(self.base + cut);
            let text = "a paragraph, table or block of code is so large that it is read in pieces";
            self.problems
                .push(Problem::new(ProblemKind::Limit, place, text));
        }
        self.finish();
        if self.cx.settings.detail == Detail::Full {
            self.count_characters();
        }
        self.said
    }

    fn event(&mut self, event: Event<'_>, start: usize, end: usize) {
        if !matches!(event, Event::Text(_)) {
            self.trail = None;
        }
        match event {
            Event::Start(tag) => self.start(tag, start, end),
            Event::End(tag) => self.end(tag, end),
            Event::Text(words) => self.words(&words, start, end),
            Event::Code(words) | Event::InlineMath(words) | Event::DisplayMath(words) => {
                if let Some(inline) = self.inline(start, end) {
                    inline.push_opaque(&words, start);
                }
            }
            Event::InlineHtml(html) => {
                let name = html.trim_start_matches(['<', '/']);
                if ["script", "style"].iter().any(|tag| {
                    name.get(..tag.len())
                        .is_some_and(|n| n.eq_ignore_ascii_case(tag))
                }) {
                    self.in_script = !html.starts_with("</");
                }
                if html.starts_with("<br")
                    && let Some(inline) = self.inline(start, end)
                {
                    inline.push("\n", start);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(inline) = self.inline(start, end) {
                    inline.push("\n", start);
                }
            }
            Event::FootnoteReference(name) => {
                if let Some(inline) = self.inline(start, end) {
                    inline.footnotes.push((name.to_string(), start));
                }
            }
            Event::TaskListMarker(done) => {
                self.begin(Kind::Passage(PassageKind::Item), start);
                if let Some(open) = &mut self.open {
                    open.task = Some(done);
                }
            }
            Event::Html(_) | Event::Rule => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, start: usize, end: usize) {
        match tag {
            Tag::Paragraph => {
                let kind = if self.footnote > 0 {
                    PassageKind::Footnote
                } else if self.items > 0 {
                    PassageKind::Item
                } else {
                    PassageKind::Paragraph
                };
                // A task's mark comes before the paragraph of its item.
                if self
                    .open
                    .as_ref()
                    .is_none_or(|open| !open.inline.plain.is_empty())
                {
                    self.finish();
                    self.begin(Kind::Passage(kind), start);
                }
            }
            Tag::Heading { level, .. } => {
                self.finish();
                self.begin(Kind::Heading(level as u8), start);
            }
            Tag::Item => {
                self.finish();
                self.items += 1;
            }
            Tag::List(_) | Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::Table(_) => self.finish(),
            Tag::BlockQuote(_) => {
                self.finish();
                self.quotes.push(None);
            }
            Tag::FootnoteDefinition(_) => {
                self.finish();
                self.footnote += 1;
            }
            Tag::TableHead | Tag::TableRow => {
                self.finish();
                self.begin(Kind::Passage(PassageKind::Row), start);
            }
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => self.start_link(link_type, &dest_url, start, end, false),
            Tag::Image {
                link_type,
                dest_url,
                ..
            } => self.start_link(link_type, &dest_url, start, end, true),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, end: usize) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::TableHead | TagEnd::TableRow => {
                self.finish_at(end)
            }
            TagEnd::Item => {
                self.finish();
                self.items = self.items.saturating_sub(1);
            }
            TagEnd::BlockQuote(_) => {
                self.finish();
                self.quotes.pop();
            }
            TagEnd::FootnoteDefinition => {
                self.finish();
                self.footnote = self.footnote.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                // The words of code are nobody's claim; what collected them is dropped.
                self.open = None;
            }
            TagEnd::TableCell => {
                if let Some(open) = &mut self.open {
                    open.inline.push(" | ", end);
                }
            }
            TagEnd::Link | TagEnd::Image => self.end_link(end),
            _ => {}
        }
    }

    /// The words under collection; an item that has no paragraph begins with its first word.
    fn inline(&mut self, start: usize, end: usize) -> Option<&mut Inline> {
        if self.in_script || self.link.last().is_some_and(|link| link.silent) {
            return None;
        }
        if self.open.is_none() && self.items > 0 {
            self.begin(Kind::Passage(PassageKind::Item), start);
        }
        let open = self.open.as_mut()?;
        open.end = open.end.max(end);
        Some(&mut open.inline)
    }

    fn begin(&mut self, kind: Kind, start: usize) {
        if self.open.is_none() {
            let first_link = self.said.content.links.len();
            self.open = Some(Open {
                kind,
                inline: std::mem::take(&mut self.spare),
                start,
                end: start,
                first_link,
                task: None,
            });
        }
    }

    fn words(&mut self, words: &str, start: usize, end: usize) {
        let trail = self.trail.take().filter(|(_, at)| *at == start);
        let Some(inline) = self.inline(start, end) else {
            return;
        };
        inline.push(words, start);
        if let Some((index, _)) = trail {
            let length = words
                .find(|c: char| !c.is_lowercase())
                .unwrap_or(words.len());
            let letters = words.get(..length).unwrap_or_default();
            if !letters.is_empty()
                && let Some(link) = self.said.content.links.get_mut(index)
            {
                let shown = link.text.as_deref().unwrap_or(&link.target);
                link.text = Some(format!("{shown}{letters}").into());
                link.bytes.1 = link.bytes.1.saturating_add(small(letters.len()));
            }
        }
    }

    fn start_link(&mut self, kind: LinkType, dest: &str, start: usize, end: usize, embeds: bool) {
        if self.in_script {
            return;
        }
        // A picture or link may be the first thing in an item.
        if self.inline(start, end).is_none() && self.link.is_empty() && self.open.is_none() {
            return;
        }
        let from = self.open.as_ref().map_or(0, |open| open.inline.plain.len());
        let raw = self.text.get(start..end).unwrap_or_default();
        let mut silent = embeds || self.link.last().is_some_and(|link| link.silent);
        let mut link = if matches!(kind, LinkType::WikiLink { .. }) {
            let inside = raw
                .trim_start_matches('!')
                .trim_start_matches("[[")
                .trim_end_matches("]]");
            // `trim_end_matches` takes more than one pair; a name may end in a bracket.
            let inside = raw
                .trim_start_matches('!')
                .strip_prefix("[[")
                .and_then(|r| r.strip_suffix("]]"))
                .unwrap_or(inside);
            let mut link = link::wikilink(inside, self.cx.path, self.cx.dialect);
            if self.cx.dialect == Dialect::Dendron && link.text.is_some() {
                let shown = link.text.clone().unwrap_or_default();
                if let Some(open) = &mut self.open {
                    open.inline.push(&shown, start);
                }
                silent = true;
            }
            if embeds {
                // The size of a picture is no name for it.
                link.text = link
                    .text
                    .filter(|text| !text.bytes().all(|b| b.is_ascii_digit() || b == b'x'));
            }
            link
        } else {
            let before = self
                .open
                .as_ref()
                .is_some_and(|open| open.inline.plain.ends_with('^'));
            let shortcut = matches!(
                kind,
                LinkType::Shortcut
                    | LinkType::Collapsed
                    | LinkType::Reference
                    | LinkType::ShortcutUnknown
                    | LinkType::CollapsedUnknown
                    | LinkType::ReferenceUnknown
            );
            if before && shortcut && raw.starts_with('[') {
                // `^[source.md]` is a citation even where `[source.md]` has an address.
                if let Some(open) = &mut self.open {
                    open.inline.push("[", start);
                }
                self.link.push(OpenLink {
                    index: None,
                    from,
                    silent: false,
                    brackets: true,
                });
                return;
            }
            let dest = if kind == LinkType::Email {
                format!("mailto:{dest}")
            } else {
                dest.to_owned()
            };
            link::destination(&dest, self.cx.path)
        };
        let place = self.cx.source.place(self.base + start);
        if link.to == LinkTo::Nothing && !(link.target.is_empty() && embeds) {
            self.problems.push(useless(&link, place));
        }
        if embeds
            && matches!(link.kind, LinkKind::Markdown)
            && matches!(link.to, LinkTo::Name { .. })
        {
            // A picture without a known extension is a file all the same.
            let path = match &link.to {
                LinkTo::Name { path, .. } => path.clone().unwrap_or_default(),
                _ => Box::default(),
            };
            link.kind = LinkKind::File;
            link.to = LinkTo::File(path);
        }
        link.embeds = embeds;
        link.place = place;
        link.bytes = (
            small(self.cx.source.in_note(self.base + start)),
            small(self.cx.source.in_note(self.base + end)),
        );
        link.heading = self.heading.map(small);
        link.related = self.room == Room::Related;
        self.said.content.links.push(link);
        let index = Some(self.said.content.links.len() - 1);
        let from = if silent && !embeds {
            from
        } else {
            self.open
                .as_ref()
                .map_or(from, |open| open.inline.plain.len())
        };
        self.link.push(OpenLink {
            index,
            from,
            silent,
            brackets: false,
        });
    }

    fn end_link(&mut self, end: usize) {
        let Some(link) = self.link.pop() else { return };
        let Some(open) = &mut self.open else { return };
        open.end = open.end.max(end);
        if link.brackets {
            open.inline.push("]", end);
            return;
        }
        let Some(index) = link.index else { return };
        let to = open.inline.plain.len();
        let Some(known) = self.said.content.links.get_mut(index) else {
            return;
        };
        if known.kind != LinkKind::Wiki && known.text.is_none() && !known.embeds {
            let shown = link::one_line(open.inline.plain.get(link.from..to).unwrap_or_default());
            known.text = (!shown.is_empty() && *shown != *known.target).then(|| shown.into());
        }
        if to > link.from {
            open.inline.links.push((link.from, to, index));
            open.inline.opaque.push((link.from, to));
        }
        if known.kind == LinkKind::Wiki && !known.embeds {
            self.trail = Some((index, end));
        }
    }

    fn finish(&mut self) {
        if let Some(end) = self.open.as_ref().map(|open| open.end) {
            self.finish_at(end);
        }
    }

    fn finish_at(&mut self, end: usize) {
        self.in_script = false;
        self.link.clear();
        let Some(mut open) = self.open.take() else {
            return;
        };
        open.end = end.max(open.end);
        while self
            .text
            .get(open.start..open.end)
            .is_some_and(|raw| raw.ends_with(['\n', '\r']))
        {
            open.end -= 1;
        }
        match open.kind {
            Kind::Heading(rank) => self.heading(rank, &open),
            Kind::Passage(kind) => self.passage(kind, &mut open),
        }
        self.spare = open.inline;
        self.spare.clear();
    }

    /// INVARIANT: the text of a protected block is never read as open text. Its opening line among open words means that one
    /// slipped through; then the whole note says so.
    fn watch_for_blocks(&mut self, text: &str, start: usize) {
        if text.contains(":::") {
            let place = self.cx.source.place(self.base + start);
            let opens =
                |line: &str| crate::meta::block_attributes(line.trim_start(), place).is_some();
            if text.split('\n').any(opens) {
                self.said.slipped = Some(place);
            }
        }
    }

    fn unique(&mut self, anchor: String, separator: char) -> String {
        let count = self.seen.entry(anchor.clone()).or_insert(0);
        *count += 1;
        match *count {
            1 => anchor,
            count => format!("{anchor}{separator}{count}"),
        }
    }

    /// The anchor of a passage that its author gave no name.
    fn digest(&mut self, text: &str) -> Word {
        let digest = digest::number(text);
        let count = self.digests.entry(digest).or_insert(0);
        *count += 1;
        self.name.clear();
        self.name.push_str(&self.anchors);
        digest::push_letters(&mut self.name, digest);
        if *count > 1 {
            self.name.push_str(&format!("-{count}"));
        }
        Word::from(self.name.as_str())
    }

    fn count_characters(&mut self) {
        let text = self.cx.source.text.as_ref();
        let (mut at, mut characters) = (0, 0);
        let mut to = |offset: usize| {
            if offset >= at {
                let between = text.get(at..offset).unwrap_or_default();
                characters += between.chars().filter(|c| *c != '\r').count();
                at = offset;
            }
            characters
        };
        let first = self.cx.source.in_note(0);
        for passage in &mut self.said.content.passages {
            let start = to(passage.span.start - first);
            passage.characters = Some((start, to(passage.span.end - first)));
        }
    }
}

/// A place in a note, which has fewer than 4 GiB.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn useless(link: &Link, place: crate::Place) -> Problem {
    let target = &link.target;
    if target.is_empty() {
        return Problem::new(ProblemKind::Link, place, "a link has no target");
    }
    if link::is_address(target) {
        return Problem::new(
            ProblemKind::Link,
            place,
            format!("the link to `{target}` is not followed"),
        )
        .with_hint("addresses that run code or open files are left out");
    }
    Problem::new(
        ProblemKind::Link,
        place,
        format!("the link to `{target}` leaves the wiki"),
    )
}

/// Adds words with single spaces between them.
fn add(out: &mut String, words: &str) {
    let bytes = words.as_bytes();
    // Runs that are single-spaced already are copied whole.
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let breaks = match byte {
            b' ' => {
                at == from
                    || bytes
                        .get(at + 1)
                        .is_none_or(|next| !next.is_ascii_graphic())
            }
            b'\t'..=b'\r' => true,
            0xC2 | 0xE1..=0xE3 => is_wide_space(bytes.get(at..).unwrap_or_default()),
            _ => false,
        };
        if !breaks {
            continue;
        }
        if *byte >= 0x80 {
            // It is rare, so the rest of these words is looked at letter by letter.
            if let Some(rest) = words.get(from..) {
                add_any(out, rest);
            }
            return;
        }
        out.push_str(words.get(from..at).unwrap_or_default());
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        from = at + 1;
    }
    out.push_str(words.get(from..).unwrap_or_default());
}

/// Whether bytes begin with white space beyond ASCII.
fn is_wide_space(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xC2, 0x85 | 0xA0, ..]
            | [0xE1, 0x9A, 0x80, ..]
            | [0xE2, 0x80, 0x80..=0x8A | 0xA8 | 0xA9 | 0xAF, ..]
            | [0xE2, 0x81, 0x9F, ..]
            | [0xE3, 0x80, 0x80, ..]
    )
}

fn add_any(out: &mut String, words: &str) {
    let mut space = words.starts_with(char::is_whitespace);
    for word in words.split_whitespace() {
        if space && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        out.push_str(word);
        space = true;
    }
    if words.ends_with(char::is_whitespace) && !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_are_put_together_as_if_one_by_one(
            before in "[ab ]{0,3}",
            words in "[ab \t\n\u{b}\u{a0}\u{85}\u{2003}\u{3000}\u{1680}\u{205f}\u{2028}é“あ]{0,20}",
        ) {
            let (mut fast, mut slow) = (before.clone(), before);
            add(&mut fast, &words);
            add_any(&mut slow, &words);
            prop_assert_eq!(fast, slow);
        }
    }
}
