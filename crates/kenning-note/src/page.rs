//! What the path of a note says: the name of a page, the page above it, the day of a journal.

use crate::link;
use crate::note::{DateRole, Dated, Field, Identifier, Link, LinkTo, Note, TitleFrom};
use crate::problem::Place;
use crate::settings::Dialect;
use crate::value::{Moment, Precision, Value};

/// The months as Logseq writes them.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// What the path of a note says before its text is read.
pub(crate) fn read(note: &mut Note) {
    match note.dialect {
        Dialect::Logseq => logseq(note),
        Dialect::Dendron => dendron(note),
        Dialect::Jekyll => jekyll(note),
        _ if note
            .fields
            .iter()
            .any(|field| field.key == "excalidraw-plugin") =>
        {
            drawing(note)
        }
        _ => {}
    }
}

/// Of Excalidraw's drawings, all begin with the same heading.
fn drawing(note: &mut Note) {
    if note.title.is_empty() {
        let stem = link::stem(&note.path);
        note.title = stem.strip_suffix(".excalidraw").unwrap_or(stem).to_owned();
        note.title_from = TitleFrom::FileName;
    }
}

/// Logseq calls a page by the name of its file, never by a heading.
fn logseq(note: &mut Note) {
    let stem = link::stem(&note.path);
    if is_in(&note.path, "journals")
        && let Some(day) = Moment::parse(&stem.replace('_', "-"))
        && day.precision == Precision::Day
    {
        if note.title.is_empty() {
            note.title = journal_title(&day);
            note.title_from = TitleFrom::FileName;
        }
        if !note
            .dates
            .iter()
            .any(|dated| dated.role == DateRole::Created)
        {
            note.dates.push(dated(DateRole::Created, day.clone()));
        }
        note.types.push(crate::Typed {
            text: "journal entry".to_owned(),
            is_link: false,
            iri: None,
            place: Place::START,
        });
        note.journal = Some(day);
        return;
    }
    let name = link::decode(stem).replace("___", "/");
    if note.title.is_empty() {
        note.title.clone_from(&name);
        note.title_from = TitleFrom::FileName;
    }
    let own = note.title.clone();
    above(note, if own.contains('/') { &own } else { &name }, '/');
}

/// `proj.alpha` stands below `proj`.
fn dendron(note: &mut Note) {
    let stem = link::stem(&note.path).to_owned();
    above(note, &stem, '.');
}

/// A post is of the day in its name, and is called by what follows it.
fn jekyll(note: &mut Note) {
    let stem = link::stem(&note.path);
    let Some((day, name)) = stem.split_at_checked(11) else {
        return;
    };
    let Some(day) = day.strip_suffix('-').and_then(Moment::parse) else {
        return;
    };
    if day.precision != Precision::Day || name.is_empty() || !is_in(&note.path, "_posts") {
        return;
    }
    if note.title.is_empty() && note.content.headings.iter().all(|heading| heading.rank > 1) {
        note.title = name.replace(['-', '_'], " ");
        note.title_from = TitleFrom::FileName;
    }
    if !note
        .dates
        .iter()
        .any(|dated| dated.role == DateRole::Issued)
    {
        note.dates.push(dated(DateRole::Issued, day));
    }
}

fn dated(role: DateRole, date: Moment) -> Dated {
    Dated {
        role,
        date,
        place: Place::START,
    }
}

/// The page above a page, by its name. What the two describe is not said to be a narrower and a broader topic: people also write that the
/// two are related, and SKOS has no room for both.
fn above(note: &mut Note, name: &str, mark: char) {
    let Some((above, _)) = name
        .rsplit_once(mark)
        .filter(|(above, _)| !above.is_empty())
    else {
        return;
    };
    let key = crate::name::normal_key(above);
    if key.is_empty() {
        return;
    }
    let link = Link {
        target: link::one_line(above).into(),
        to: LinkTo::Name {
            key: key.into(),
            path: None,
        },
        kind: crate::LinkKind::Above,
        ..Link::default()
    };
    note.fields.push(Field {
        key: "is part of".to_owned(),
        iri: Some(kenning_vocab::dcterms::IS_PART_OF.as_str().to_owned()),
        value: Value::Link(Box::new(link)),
        ..Field::default()
    });
}

/// The identifier that Notion puts at the end of the name of each file, and that name without it.
pub(crate) fn notion(path: &str) -> Option<(&str, &str)> {
    let (name, id) = link::stem(path).rsplit_once(' ')?;
    let is_id = id.len() == 32
        && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && id.bytes().any(|b| b.is_ascii_digit());
    (is_id && !name.trim().is_empty()).then_some((name, id))
}

/// Gives a page of Notion's the name and the identifier that its path holds.
pub(crate) fn identify_notion(note: &mut Note) {
    if let Some((name, id)) = notion(&note.path) {
        let (name, id) = (name.to_owned(), id.to_owned());
        if note.id.is_none() {
            note.id = Some(Identifier::Opaque(id));
        }
        if note.title.is_empty() && note.content.headings.iter().all(|heading| heading.rank > 1) {
            note.title = name;
            note.title_from = TitleFrom::FileName;
        }
    }
}

fn is_in(path: &str, folder: &str) -> bool {
    path.split('/').rev().skip(1).any(|name| name == folder)
}

/// `May 14th, 2026`, as Logseq calls the journal of a day unless it is told otherwise.
fn journal_title(day: &Moment) -> String {
    let part =
        |from: usize, to: usize| day.lexical.get(from..to).and_then(|text| text.parse().ok());
    let month: usize = part(5, 7).unwrap_or(1);
    let day_of_month: usize = part(8, 10).unwrap_or(1);
    let name = MONTHS.get(month.saturating_sub(1)).unwrap_or(&"");
    let ending = match day_of_month {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    let year = day.lexical.get(..4).unwrap_or_default();
    format!("{name} {day_of_month}{ending}, {year}")
}

/// The key of the journal of a day, for a link that writes the day in any of the ways that people choose.
///
/// It is the key of the name of the journal's file.
pub(crate) fn journal_key(target: &str) -> Option<String> {
    if target.len() > 40 || !target.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let day = moment_of(target).filter(|moment| moment.precision == Precision::Day);
    day.map(|day| crate::name::normal_key(&day.lexical))
}

/// A day in words, with its weekday if you like: `2026-05-14 Thu`, `Thursday, 14/05/2026`, `May 14th, 2026`, `[[2026/05/14]]`; also
/// a month or a year.
pub(crate) fn moment_of(text: &str) -> Option<Moment> {
    let text = text
        .trim()
        .trim_start_matches("[[")
        .trim_end_matches("]]")
        .trim();
    let words: Vec<&str> = text
        .split([' ', ','])
        .filter(|word| !word.is_empty() && !is_weekday(word))
        .collect();
    let plain = words.join(" ").replace('_', "-");
    Moment::parse(&plain)
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    word.len() >= 2
        && word.bytes().all(|b| b.is_ascii_alphabetic())
        && DAYS.iter().any(|day| day.starts_with(&word))
}
