//! The text of a Markdown note.

mod comment;
mod inline;
mod pieces;
mod protected;
mod scan;
mod site;
mod walk;
mod words;

use std::borrow::Cow;

use pulldown_cmark::Options;

use crate::conventions::Rooms;
use crate::fact::Fact;
use crate::note::{Content, Field, Note, Protected, SourceRef, Stated};
use crate::problem::Problem;
use crate::settings::Settings;
use crate::text::Source;

pub(crate) use protected::Block;
use protected::blank;
pub(crate) use protected::opens as opens_block;
use site::Shown;

/// A space that does not count as one where lines and items begin.
const NO_BREAK: &str = "\u{A0}";

/// Whether a byte may belong to the marks of lists and quotes that words of a line stand behind.
fn is_lead(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'-' | b'*' | b'+' | b'>' | b'.') || byte.is_ascii_digit()
}

/// What is the same for all parts of a note.
pub(crate) struct Context<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) settings: &'a Settings,
    pub(crate) rooms: &'a Rooms<'a>,
    /// Path of the note.
    pub(crate) path: &'a str,
    pub(crate) dialect: crate::Dialect,
    pub(crate) format: crate::Format,
    /// Keys and footnote names of the sources that the front matter lists.
    pub(crate) known_sources: &'a [SourceRef],
}

impl<'a> Context<'a> {
    /// For the text of a note that lies at `path`.
    pub(crate) fn of(
        source: &'a Source<'a>,
        note: &Note,
        path: &'a str,
        (settings, rooms): (&'a Settings, &'a Rooms<'a>),
        known_sources: &'a [SourceRef],
    ) -> Self {
        Self {
            source,
            settings,
            rooms,
            path,
            dialect: note.dialect,
            format: note.format,
            known_sources,
        }
    }
}

/// What one part of a text says.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) content: Content,
    pub(crate) sources: Vec<SourceRef>,
    /// Fields, and whether each one is about the note and not about a passage.
    pub(crate) fields: Vec<Field>,
    pub(crate) facts: Vec<Fact>,
    /// Where the opening line of a protected block was read as open text.
    pub(crate) slipped: Option<crate::Place>,
}

/// How Markdown is read.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_WIKILINKS
}

/// Where code stands in a text of Markdown, in order. Boxes that are written like code are none.
pub(crate) fn code(text: &str) -> Vec<(usize, usize)> {
    let mut code = pieces::code(text, options(), text.len());
    code.retain(|(from, _)| !site::is_box(text.get(*from..).unwrap_or_default()));
    code
}

/// Reads the text from `start` on into the note; returns the fields that are about the note.
pub(crate) fn read(
    cx: &Context<'_>,
    start: usize,
    note: &mut Note,
    problems: &mut Vec<Problem>,
) -> Vec<Field> {
    let blocks = blocks(cx, start, problems);
    let text = cx.source.text.as_ref();
    let own = part(
        cx,
        (start, text.len()),
        &blocks,
        None,
        String::new(),
        problems,
    );
    if let Some(place) = own.slipped {
        close(note, place, problems);
    }
    let fields = put(own, &mut note.content, &mut note.sources, &mut note.facts);
    read_sections(cx, &blocks, note, problems);
    fields
}

/// Reads the protected blocks into the note.
pub(crate) fn read_sections(
    cx: &Context<'_>,
    blocks: &[Block],
    note: &mut Note,
    problems: &mut Vec<Problem>,
) {
    let names = protected::names(blocks.iter().map(|block| (&block.protection, block.within)));
    for (index, (block, name)) in blocks.iter().zip(names).enumerate() {
        let said = part(
            cx,
            block.inner,
            blocks,
            Some(index),
            format!("{name}-"),
            problems,
        );
        let mut section = section(cx.source, block, name);
        section.fields = put(
            said,
            &mut section.content,
            &mut section.sources,
            &mut section.facts,
        );
        if let Some(field) = section
            .fields
            .iter()
            .find(|field| crate::meta::is_protection_key(&field.key))
        {
            let why = format!("`{}` cannot be stated inside a protected block", field.key);
            problems.push(
                Problem::new(crate::ProblemKind::Protection, field.place, why.clone())
                    .with_hint("the block is closed until this is mended"),
            );
            section.protection = Stated::Unreadable {
                why,
                place: field.place,
            };
        }
        note.sections.push(section);
    }
}

/// Calls the protected blocks of a note after what is known of their protection in the end: a mark or a key inside one may have closed it,
/// and it must not be counted among those that say the same and are open to more readers.
pub(crate) fn settle(cx: &Context<'_>, start: usize, note: &mut Note) {
    let sections = note.sections.iter();
    let names = protected::names(sections.map(|section| (&section.protection, section.within)));
    let sections = note.sections.iter().zip(&names);
    if sections
        .clone()
        .all(|(section, name)| section.name == *name)
    {
        return;
    }
    // What is odd about them has been told.
    let mut told = Vec::new();
    let blocks = blocks(cx, start, &mut told);
    for (index, (block, name)) in blocks.iter().zip(names).enumerate() {
        let Some(known) = note
            .sections
            .get_mut(index)
            .filter(|known| known.name != name)
        else {
            continue;
        };
        let said = part(
            cx,
            block.inner,
            &blocks,
            Some(index),
            format!("{name}-"),
            &mut told,
        );
        let mut section = section(cx.source, block, name);
        section.protection = std::mem::take(&mut known.protection);
        section.span = known.span;
        section.fields = put(
            said,
            &mut section.content,
            &mut section.sources,
            &mut section.facts,
        );
        *known = section;
    }
}

/// Closes a note with a protected block whose text would be open.
pub(crate) fn close(note: &mut Note, place: crate::Place, problems: &mut Vec<Problem>) {
    let why = "a protected block stands where it cannot be told from the text around it";
    close_because(note, place, why.to_owned(), problems);
}

/// Closes a note of which something stands open that may be meant for fewer.
pub(crate) fn close_because(
    note: &mut Note,
    place: crate::Place,
    why: String,
    problems: &mut Vec<Problem>,
) {
    problems.push(
        Problem::new(crate::ProblemKind::Protection, place, why.clone())
            .with_hint("the note is closed until this is mended"),
    );
    note.protection = Stated::Unreadable { why, place };
}

/// The protected blocks, as the text reads once they and its comments are gone.
///
/// INVARIANT: a line that could open a block and opens none stands in code in the text that is read in the end. A comment that goes may turn
/// what was code into open text, so this is looked at again until it holds.
pub(crate) fn blocks(cx: &Context<'_>, start: usize, problems: &mut Vec<Problem>) -> Vec<Block> {
    let text = cx.source.text.as_ref();
    let mut opening = Vec::new();
    loop {
        let mut odd = Vec::new();
        let found = protected::find(cx, start, &opening, &mut odd);
        let mut open = Vec::new();
        if !found.in_code.is_empty() {
            let shown = shown(
                cx,
                (start, text.len()),
                &found.blocks,
                None,
                &mut Vec::new(),
            );
            open = found
                .in_code
                .into_iter()
                .filter(|line| !protected::is_in_code(&shown.text, line - start))
                .collect();
        }
        if open.is_empty() {
            problems.append(&mut odd);
            return found.blocks;
        }
        opening.append(&mut open);
    }
}

/// A protected block without its text.
pub(crate) fn section(source: &Source<'_>, block: &Block, name: String) -> Protected {
    Protected {
        name,
        protection: block.protection.clone(),
        within: block.within,
        span: source.span(block.outer.0, block.outer.1),
        ..Protected::default()
    }
}

/// Reads the bytes `range` of the text, less what is inside other blocks.
fn part(
    cx: &Context<'_>,
    range: (usize, usize),
    blocks: &[Block],
    this: Option<usize>,
    anchors: String,
    problems: &mut Vec<Problem>,
) -> Said {
    let shown = shown(cx, range, blocks, this, problems);
    walk::Walk::new(cx, &shown, range.0, anchors, problems).run()
}

/// The bytes `range` of the text without other blocks, without comments and as its site shows it; every byte stays where it is.
fn shown<'t>(
    cx: &Context<'t>,
    range: (usize, usize),
    blocks: &[Block],
    this: Option<usize>,
    problems: &mut Vec<Problem>,
) -> Shown<'t> {
    let mut text = Cow::Borrowed(cx.source.text.get(range.0..range.1).unwrap_or_default());
    // Only the blocks directly inside need to go: they hold the others.
    let inner: Vec<(usize, usize)> = blocks
        .iter()
        .filter(|block| block.within == this)
        .map(|block| block.outer)
        .collect();
    if !inner.is_empty() {
        text = Cow::Owned(blank(&text, range.0, inner.into_iter()));
    }
    let comments = comment::find(&text, range.0, cx.source, problems);
    if !comments.is_empty() {
        let without = blank(&text, range.0, comments.iter().copied());
        text = Cow::Owned(comment::keep_beginnings(without, range.0, &comments));
    }
    if cx.format == crate::Format::Markdown {
        return site::shown(text, cx.dialect, &cx.settings.levels);
    }
    Shown {
        text,
        boxes: site::Boxes::default(),
    }
}

fn put(
    said: Said,
    content: &mut Content,
    sources: &mut Vec<SourceRef>,
    facts: &mut Vec<Fact>,
) -> Vec<Field> {
    let before = content.links.len();
    let shift = |range: (usize, usize)| (range.0 + before, range.1 + before);
    // The links of the text are many and those of the front matter few.
    let own = std::mem::replace(&mut content.links, said.content.links);
    content.links.splice(0..0, own);
    content.headings = said.content.headings;
    content.passages = said.content.passages;
    for passage in &mut content.passages {
        passage.links = shift(passage.links);
    }
    let known: rustc_hash::FxHashSet<String> =
        content.tags.iter().map(|tag| tag.key.clone()).collect();
    content.tags.extend(
        said.content
            .tags
            .into_iter()
            .filter(|tag| !known.contains(&tag.key)),
    );
    for source in said.sources {
        match sources.iter_mut().find(|known| known.key == source.key) {
            Some(known) => known.in_section = true,
            None => sources.push(source),
        }
    }
    facts.extend(said.facts);
    said.fields
}
