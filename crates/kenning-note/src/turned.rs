//! A text of another format, read as the Markdown that says the same. Places keep their line.
//!
//! INVARIANT: what is gathered from all of a text, such as keys, titles and parameters of templates, is not gathered from its protected
//! blocks: what is open is made of the text without them.

use std::ops::Range;

use crate::conventions::Rooms;
use crate::meta::Meta;
use crate::note::{Format, Note, SourceRef, Stated, TitleFrom};
use crate::problem::{Place, Problem, ProblemKind};
use crate::settings::Settings;
use crate::text::Source;
use crate::{body, format, front_matter, marks, meta, read_body, settle_names};

/// Reads a text into the note.
pub(crate) fn read(
    source: &Source<'_>,
    note: &mut Note,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) {
    // Makers of sites put front matter before text of any format.
    let mut front = front_matter::read(
        source,
        (note.format, note.dialect),
        &settings.limits,
        problems,
    );
    let after = front.present.then(|| source.after(front.body));
    let written = after.as_ref().unwrap_or(source);
    let front_keys = front.map.take().unwrap_or_default();
    let before = note.clone();
    let mut turned = format::turn(written, note, settings, problems);
    let lost = format::lost_block(written, &turned.text, &settings.levels);
    let (text, marks) = (
        std::mem::take(&mut turned.text),
        std::mem::take(&mut turned.marks),
    );
    let whole = Source::new(text.as_bytes(), &settings.limits, problems).made_of(marks);
    let mut apart = Apart::of(written, &whole, note, settings, problems);
    let mut head = None;
    if let Some(apart) = &mut apart {
        // What is open is made without what is not: keys, titles and parameters are gathered from wherever they stand.
        *note = before;
        let open = format::turn(&written.without(&apart.top), note, settings, problems);
        apart.check(&whole, &turned, &open, settings, problems);
        head = Some(open);
    }
    let open = head.as_mut().unwrap_or(&mut turned);
    let (keys, fields) = (
        std::mem::take(&mut open.keys),
        std::mem::take(&mut open.fields),
    );
    let mut meta = Meta::new(settings, problems);
    meta.read(note, front_keys.into_iter().chain(keys).collect());
    for (key, node) in fields {
        meta.parameter(note, &key, &node);
    }
    note.blocks = std::mem::take(&mut open.blocks);
    if let Some(title) = meta.title.take() {
        note.title = title;
        note.title_from = TitleFrom::FrontMatter;
    } else if let Some((title, from)) = open.title.take() {
        note.title = title;
        note.title_from = from;
    }
    meta::add_lost(note, source, &front, problems);
    if let Some((place, why)) = front.unreadable {
        note.protection = Stated::Unreadable { why, place };
    }
    if let Some(place) = lost {
        body::close(note, place, problems);
    }
    if let Some((place, why)) = apart.as_mut().and_then(|apart| apart.unfit.take()) {
        body::close_because(note, place, why, problems);
    }
    let known = note.sources.clone();
    match (&apart, head) {
        (Some(apart), Some(mut open)) => {
            let marks = std::mem::take(&mut open.marks);
            let text = Source::new(open.text.as_bytes(), &settings.limits, problems).made_of(marks);
            read_body(&text, 0, &known, note, settings, problems);
            apart.read(&whole, &known, note, settings, problems);
        }
        _ => read_body(&whole, 0, &known, note, settings, problems),
    }
    marks::read(written, 0, note, settings, problems);
    settle_names(&whole, 0, &known, note, settings);
}

/// The protected blocks of a text of another format.
struct Apart {
    blocks: Vec<body::Block>,
    /// The bytes of each in the text of the note.
    ranges: Vec<Range<usize>>,
    /// Those of the outermost.
    top: Vec<Range<usize>>,
    /// Why what is open may not be all that is, and near which place.
    unfit: Option<(Place, String)>,
}

impl Apart {
    /// Finds them in `whole`, which was made of `written`. `None` where there are none.
    fn of(
        written: &Source<'_>,
        whole: &Source<'_>,
        note: &Note,
        settings: &Settings,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let rooms = Rooms::new(settings);
        let cx = body::Context::of(whole, note, &note.path, (settings, &rooms), &[]);
        let blocks = body::blocks(&cx, 0, problems);
        if blocks.is_empty() {
            return None;
        }
        let made = blocks.iter().map(|block| format::apart::Made {
            lines: (
                whole.line(block.outer.0),
                whole.line(block.outer.1.saturating_sub(1)),
            ),
            is_open: block.outer.1 >= whole.text.len() && block.inner.1 == block.outer.1,
        });
        let made: Vec<_> = made.collect();
        let mut ranges = format::apart::ranges(written, &made, &settings.levels);
        if note.format == Format::Html {
            for range in &mut ranges {
                *range = format::apart::with_tags(&written.text, range);
            }
        }
        let top = blocks.iter().zip(&ranges);
        let top = top.filter(|(block, _)| block.within.is_none());
        Some(Self {
            top: top.map(|(_, range)| range.clone()).collect(),
            blocks,
            ranges,
            unfit: None,
        })
    }

    /// Looks whether what is open was made without what is not.
    fn check(
        &mut self,
        whole: &Source<'_>,
        turned: &format::Turned,
        open: &format::Turned,
        settings: &Settings,
        problems: &mut Vec<Problem>,
    ) {
        let outer = self.blocks.iter();
        let outer: Vec<_> = outer.map(|block| block.outer.0..block.outer.1).collect();
        let place = outer.first().map_or(0, |outer| outer.start);
        let place = whole.place(place);
        let marks = |text: &str, but| format::apart::marks(text, but, &settings.levels);
        if marks(&open.text, &[]) != marks(&whole.text, &outer) {
            let why = "a protected block stands where it cannot be told from the text around it";
            self.unfit = Some((place, why.to_owned()));
            return;
        }
        // A key that speaks of protection inside a block may be meant for more than the block.
        let speaks = |turned: &format::Turned| {
            let keys = turned.keys.iter();
            keys.filter(|(key, _)| meta::is_protection_key(&key.text))
                .count()
        };
        if speaks(turned) != speaks(open) {
            let why = "what a key says of protection cannot be stated inside a protected block";
            self.unfit = Some((place, why.to_owned()));
            return;
        }
        let gathered = |turned: &format::Turned| {
            turned.keys.len() + turned.fields.len() + usize::from(turned.title.is_some())
        };
        if gathered(turned) != gathered(open) {
            let text = "titles, keys and parameters inside a protected block are left out";
            problems.push(Problem::new(ProblemKind::Protection, place, text));
        }
    }

    /// Reads them into the note.
    fn read(
        &self,
        whole: &Source<'_>,
        known: &[SourceRef],
        note: &mut Note,
        settings: &Settings,
        problems: &mut Vec<Problem>,
    ) {
        let rooms = Rooms::new(settings);
        let path = note.path.clone();
        let cx = body::Context::of(whole, note, &path, (settings, &rooms), known);
        body::read_sections(&cx, &self.blocks, note, problems);
        for (section, range) in note.sections.iter_mut().zip(&self.ranges) {
            section.span.start = range.start;
            section.span.end = range.end;
        }
    }
}
