//! The text of one note: what it says, what it links to, and its triples.
//!
//! This crate opens no file, looks at no clock and knows no other note. [`read`] is a pure function of bytes, path and
//! settings; it never fails: what it cannot understand becomes a [`Problem`]. What a link means is not known here, so
//! triples hold the name that was written, never a note it might stand for. What a level or a group means is not known
//! either: [`Stated`] hands on the words.
//!
//! ```
//! use kenning_note::{Settings, graphs, read};
//!
//! let text = "---\ntitle: SECI\nprotection: internal\n---\nIt turns [[tacit knowledge]] into words. ^[nonaka-1994.md]\n";
//! let reading = read(text.as_bytes(), "ideas/seci.md", &Settings::default());
//! assert_eq!(reading.note.title, "SECI");
//! assert_eq!(reading.note.content.links[0].key(), Some("tacit knowledge"));
//! assert_eq!(reading.note.content.passages[0].citations[0].source, *"nonaka-1994.md");
//! assert!(reading.problems.is_empty());
//!
//! let graphs = graphs(&reading.note, "handbook", &kenning_vocab::Base::default());
//! assert_eq!(graphs[0].name.as_str(), "http://localhost:7878/id/graph/note/handbook/ideas/seci");
//! ```

mod article;
mod body;
mod context;
mod conventions;
mod digest;
mod fact;
mod format;
mod front_matter;
mod levels;
mod link;
mod list;
mod marks;
mod meta;
mod name;
mod note;
mod page;
mod problem;

mod settings;
#[cfg(feature = "sophia")]
pub mod sophia;
mod text;
mod triples;
mod turned;
mod value;
mod word;

pub use context::{Context, ContextTerm};
pub use fact::{About, Event, Fact, FactKind, Held, Knows, Mention};
pub use kenning_vocab::fold_plural;
pub use levels::Levels;
pub use meta::{may_hand_down, may_open_section};
pub use name::{normal_key, slug, tag_key};
pub use note::*;
pub use problem::{Place, Problem, ProblemKind};
pub use settings::{Detail, Dialect, Limits, Settings, ValueType};
pub use triples::{NQuads, NoteGraph, Part, Sink, graph_name, graphs, property, write};
pub use value::{DateOrder, Moment, Precision, Value};
pub use word::Word;

use crate::conventions::Rooms;
use crate::meta::Meta;
use crate::text::Source;

/// Reads the note at `path`, which is relative to the folder of its wiki, with `/` between names.
///
/// The same bytes, path and settings give the same reading, on every machine. It never fails; problems come in the order of lines.
#[must_use]
pub fn read(bytes: &[u8], path: &str, settings: &Settings) -> Reading {
    let mut problems = Vec::new();
    let source = Source::new(bytes, &settings.limits, &mut problems);
    let mut note = Note {
        path: path.to_owned(),
        dialect: settings.dialect,
        detail: settings.detail,
        ..Note::default()
    };
    note.format = format::of(path, settings.dialect);
    if note.format == Format::Markdown {
        markdown(&source, &mut note, settings, &mut problems);
    } else {
        turned::read(&source, &mut note, settings, &mut problems);
    }
    finish(&mut note, settings);
    meta::tell_tags(&note, &settings.levels, &mut problems);
    Reading {
        note,
        problems: in_order(problems, settings.limits.problems),
    }
}

/// Reads what stands as the destination of a Markdown link in the note at `from`: `../a%20b.md`, `/published/path/#part`.
#[must_use]
pub fn destination(text: &str, from: &str) -> Link {
    link::destination(text, from)
}

/// Markdown, or an article when the text says so.
fn markdown(
    source: &Source<'_>,
    note: &mut Note,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) {
    let mut front = front_matter::read(
        source,
        (note.format, note.dialect),
        &settings.limits,
        problems,
    );
    if !front.present && front.unreadable.is_none() && article::read(source, note) {
        marks::read(source, 0, note, settings, problems);
        return;
    }
    let mut meta = Meta::new(settings, problems);
    meta.read(note, front.map.take().unwrap_or_default());
    if let Some(title) = meta.title.take() {
        note.title = title;
        note.title_from = TitleFrom::FrontMatter;
    }
    meta::add_lost(note, source, &front, problems);
    if let Some((place, why)) = front.unreadable {
        note.protection = Stated::Unreadable { why, place };
    }
    let known = note.sources.clone();
    read_body(source, front.body, &known, note, settings, problems);
    marks::read(source, front.body, note, settings, problems);
    settle_names(source, front.body, &known, note, settings);
}

/// The text after the head. `known` are the sources that the head lists.
fn read_body(
    source: &Source<'_>,
    start: usize,
    known: &[SourceRef],
    note: &mut Note,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) {
    let rooms = Rooms::new(settings);
    let path = note.path.clone();
    let cx = body::Context::of(source, note, &path, (settings, &rooms), known);
    let fields = body::read(&cx, start, note, problems);
    Meta::new(settings, problems).read_fields(note, fields);
}

/// What protected blocks are called, once all is known that is said of them.
fn settle_names(
    source: &Source<'_>,
    start: usize,
    known: &[SourceRef],
    note: &mut Note,
    settings: &Settings,
) {
    if note.sections.is_empty() {
        return;
    }
    let rooms = Rooms::new(settings);
    let path = note.path.clone();
    let cx = body::Context::of(source, note, &path, (settings, &rooms), known);
    body::settle(&cx, start, note);
}

/// In a Vault-LD folder, what a note describes is identified by the name of its file under the context's base.
fn identify(note: &mut Note, settings: &Settings) {
    if note.id.is_none() && !note.types.is_empty() {
        let iri = settings
            .context
            .as_ref()
            .and_then(|context| context.identify(link::stem(&note.path)));
        note.id = iri.map(Identifier::Iri);
    }
}

/// What can be said only when all has been read.
fn finish(note: &mut Note, settings: &Settings) {
    identify(note, settings);
    page::read(note);
    page::identify_notion(note);
    let named = note.content.passages.iter();
    let named = named.filter_map(|passage| passage.anchor.strip_prefix('^'));
    let blocks = named.filter(|name| link::is_block_name(name));
    note.blocks
        .extend(blocks.map(str::to_owned).collect::<Vec<_>>());
    if note.title.is_empty() {
        let first = note
            .content
            .headings
            .iter()
            .find(|heading| heading.rank == 1 && !heading.text.is_empty());
        // What a template is to fill is no title.
        if let Some(heading) = first.filter(|heading| !link::is_place(&heading.text)) {
            note.title = heading.text.clone();
            note.title_from = TitleFrom::Heading;
        } else {
            note.title = link::stem(&note.path).to_owned();
            note.title_from = TitleFrom::FileName;
        }
    }
    let title_slug = slug(&note.title);
    let title = note.title.clone();
    let mut seen = Vec::new();
    for alias in std::mem::take(&mut note.aliases) {
        if alias.text == title_slug && alias.text != title {
            note.slugs.push(alias.text);
        } else if alias.text != title && !seen.contains(&alias.text) {
            seen.push(alias.text.clone());
            note.aliases.push(alias);
        }
    }
    let mut slugs = Vec::new();
    for slug in std::mem::take(&mut note.slugs) {
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    note.slugs = slugs;
    note.about.is_person = note
        .types
        .iter()
        .any(|kind| meta::is_person_type(&kind.text));
    if note.language.is_none() {
        note.language.clone_from(&settings.language);
    }
}

fn in_order(mut problems: Vec<Problem>, limit: usize) -> Vec<Problem> {
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems.dedup();
    if problems.len() > limit {
        let left = problems.len() - limit;
        let place = problems.get(limit).map_or(Place::START, |problem| Place {
            line: problem.line,
            column: problem.column,
        });
        problems.truncate(limit);
        problems.push(Problem::new(
            ProblemKind::Limit,
            place,
            format!("{left} more problems in this note are not listed"),
        ));
    }
    problems
}
