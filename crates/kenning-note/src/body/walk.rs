//! From parser events to headings, passages, links and tags.

mod block;
mod html;
mod link;
mod mention;

use pulldown_cmark::{CowStr, Event, Options, Tag, TagEnd};
use rustc_hash::{FxHashMap, FxHashSet};

use super::inline::Inline;
use super::pieces::{self, Defined};
use super::scan::Wanted;
use super::{Context, Said};
use crate::conventions::Room;
use crate::digest;
use crate::note::PassageKind;
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
    /// The name that a heading gives itself.
    name: Option<String>,
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
    /// Whether it is written as HTML, and ends at `</a>`.
    is_html: bool,
}

pub(super) struct Walk<'a, 'p> {
    cx: &'a Context<'a>,
    text: &'a str,
    /// Boxes of the program that makes a site of the text.
    boxes: &'a super::site::Boxes,
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
        shown: &'a super::site::Shown<'a>,
        base: usize,
        anchors: String,
        problems: &'p mut Vec<Problem>,
    ) -> Self {
        let text = shown.text.as_ref();
        let publishing = matches!(
            cx.dialect,
            Dialect::Hugo | Dialect::Jekyll | Dialect::MkDocs | Dialect::Docusaurus
        ) || cx.format == crate::Format::Html;
        let wanted = Wanted {
            tags: !publishing
                && cx.settings.hash_tags
                && memchr::memchr(b'#', text.as_bytes()).is_some(),
            fields: !publishing && memchr::memmem::find(text.as_bytes(), b"::").is_some(),
            blocks: cx.dialect == Dialect::Logseq || cx.dialect == Dialect::Markdown,
        };
        Self {
            cx,
            text,
            boxes: &shown.boxes,
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
        // There, two brackets are a table of TOML or plain brackets; what was made of another format has links in them all the same.
        let plain = matches!(self.cx.dialect, Dialect::Hugo | Dialect::Docusaurus)
            && self.cx.format == crate::Format::Markdown;
        options.set(Options::ENABLE_WIKILINKS, !plain);
        let text = self.text;
        // What TiddlyWiki itself brings along is called `$:/core`.
        let of_tiddlers = self.cx.format == crate::Format::Tiddler
            && memchr::memmem::find(text.as_bytes(), b"$:/").is_some();
        options.set(Options::ENABLE_MATH, !of_tiddlers && !links_names(text));
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

    fn event(&mut self, event: Event<'a>, start: usize, end: usize) {
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
                self.inline_tag(&html, start, end);
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(inline) = self.inline(start, end) {
                    inline.push("\n", start);
                }
            }
            // As it is written, so that a mark is looked at in one way, whether its note stands near or far.
            Event::FootnoteReference(CowStr::Borrowed(name)) if self.link.is_empty() => {
                self.footnotes.insert(name);
                if let Some(inline) = self.inline(start, end) {
                    inline.push(&format!("[^{name}]"), start);
                }
            }
            Event::FootnoteReference(_) => {}
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
            // A formula is no heading, though a line of it is underlined by the next.
            Tag::Heading { .. }
                if self
                    .text
                    .get(start..)
                    .is_some_and(|text| text.starts_with("$$")) =>
            {
                self.start(Tag::Paragraph, start, end);
            }
            Tag::Heading { level, id, .. } => {
                self.finish();
                self.begin(Kind::Heading(level as u8), start);
                if let (Some(open), Some(id)) = (&mut self.open, id) {
                    open.name = Some(id.to_string()).filter(|id| !id.is_empty());
                }
            }
            Tag::Item => {
                self.finish();
                self.items += 1;
            }
            Tag::List(_) | Tag::CodeBlock(_) | Tag::Table(_) => self.finish(),
            Tag::HtmlBlock => {
                self.finish();
                self.html(start, end);
            }
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
                name: None,
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
        if memchr::memchr(b':', text.as_bytes()).is_some() && text.contains(":::") {
            let place = self.cx.source.place(self.base + start);
            let levels = &self.cx.settings.levels;
            let opens = |line: &str| {
                crate::meta::block_attributes(line.trim_start(), levels, place).is_some()
            };
            if text.split('\n').any(opens) {
                self.said.slipped = Some(place);
            }
        }
    }

    /// A name that no other part of the note has: of "Day", "Day" and "Day 2", the last is not what the second is called.
    fn unique(&mut self, anchor: String, separator: char) -> String {
        let count = self.seen.entry(anchor.clone()).or_insert(0);
        *count += 1;
        if *count == 1 {
            return anchor;
        }
        let mut count = *count;
        let mut name = format!("{anchor}{separator}{count}");
        while self.seen.contains_key(&name) {
            count += 1;
            name = format!("{anchor}{separator}{count}");
        }
        self.seen.insert(anchor, count);
        self.seen.insert(name.clone(), 1);
        name
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

/// Whether a name that begins with a dollar is linked, `[$scope](scope.md)`: then dollars are no marks of formulas, and two such links would
/// be one.
fn links_names(text: &str) -> bool {
    let text = text.as_bytes();
    let is_name = |at: usize| {
        let rest = text.get(at + 2..).unwrap_or_default();
        // Names are short.
        let rest = rest.get(..64).unwrap_or(rest);
        let end = rest
            .iter()
            .position(|b| matches!(b, b']' | b'$' | b' ' | b'\n' | b'\\'));
        end.is_some_and(|end| end > 0 && rest.get(end..).unwrap_or_default().starts_with(b"]("))
    };
    memchr::memmem::find_iter(text, "[$").any(is_name)
}
