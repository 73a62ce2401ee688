//! Of which notes a note is a translation, for whom.

use hashbrown::HashMap;

use crate::catalog::Entry;
use crate::labels::{LabelId, Labels};
use crate::ladder::{Index, NoteId};
use crate::problem::Located;
use crate::relink::Relinker;

/// Works with more versions than these are kept: a key that a template repeats has a version in every note, and is asked for by each.
const MANY: usize = 64;

/// Works that were asked for, by key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Works<'i>(HashMap<String, Work<'i>>);

/// All versions of a work.
#[derive(Debug, Clone, Default)]
struct Work<'i> {
    /// In the order of the editions, with the edition of each.
    notes: Vec<(NoteId, usize)>,
    /// In the order of their languages.
    editions: Vec<Edition<'i>>,
}

/// Versions of a work that do not differ in what matters here.
#[derive(Debug, Clone)]
struct Edition<'i> {
    language: &'i str,
    original: Option<bool>,
    label: LabelId,
    count: usize,
}

impl<'i> Work<'i> {
    fn of(index: &'i Index, key: &str) -> Self {
        let mut all = Vec::new();
        for note in index.versions(key) {
            if let Some((language, original)) = index.edition(note) {
                all.push((language, index.label(note), original, note));
            }
        }
        all.sort_unstable();
        let mut work = Self {
            notes: Vec::with_capacity(all.len()),
            editions: Vec::with_capacity(all.len()),
        };
        for (language, label, original, note) in all {
            match work.editions.last_mut() {
                Some(last)
                    if (last.language, last.label, last.original)
                        == (language, label, original) =>
                {
                    last.count += 1;
                }
                _ => work.editions.push(Edition {
                    language,
                    original,
                    label,
                    count: 1,
                }),
            }
            work.notes.push((note, work.editions.len() - 1));
        }
        work
    }

    /// What readers of `label` see several versions of, if they do. Whoever sees more sees these, too.
    fn repeats(&self, label: LabelId, labels: &mut Labels) -> Option<Repeated<'i>> {
        let mut languages = Vec::new();
        let mut before: Option<(&str, usize)> = None;
        let mut has_others = false;
        for edition in &self.editions {
            // What is in no known language is a translation of nothing, and one such note may be what others are made from.
            let counts = !edition.language.is_empty() || edition.original == Some(true);
            if !counts || !labels.flows(edition.label, label) {
                continue;
            }
            let same = before.filter(|(language, _)| *language == edition.language);
            has_others |= before.is_some() && same.is_none();
            let count = edition.count + same.map_or(0, |(_, count)| count);
            if count > 1 && languages.last() != Some(&edition.language) {
                languages.push(edition.language);
            }
            before = Some((edition.language, count));
        }
        (!languages.is_empty()).then_some(Repeated {
            languages,
            has_others,
        })
    }
}

/// Languages in which a work has several versions.
#[derive(Debug)]
struct Repeated<'i> {
    languages: Vec<&'i str>,
    /// Whether there are versions in several languages at all.
    has_others: bool,
}

impl Relinker<'_> {
    /// The notes of which the note is a translation, each with the label of whoever may know it.
    ///
    /// A work that has several versions in one language has no translations: nobody knows which one is meant, and a key that a template
    /// repeats would make all notes translations of all.
    ///
    /// INVARIANT: what readers of a label learn depends on the versions that they see alone.
    pub(crate) fn originals(
        &mut self,
        path: &str,
        entry: &Entry,
        problems: &mut Vec<Located>,
    ) -> Vec<(LabelId, NoteId)> {
        let Some(version) = &entry.names.version else {
            return Vec::new();
        };
        let own = self.labels.read(entry.label());
        let index = &self.linked.index;
        let mut found = Vec::new();
        for key in &version.keys {
            let kept = self.works.0.remove(key);
            let work = kept.unwrap_or_else(|| Work::of(index, key));
            match work.repeats(own, &mut self.labels) {
                Some(of) if of.has_others && of.languages.contains(&&*version.language) => {
                    problems.push(repeated(path, version.place, key, &version.language));
                }
                Some(_) => {}
                None => {
                    // Notes of one edition come one after the other.
                    let mut last = None;
                    for (note, place) in &work.notes {
                        let label = match last {
                            Some((known, label)) if known == place => label,
                            _ => {
                                let edition = work.editions.get(*place);
                                let label = edition
                                    .filter(|of| version.is_made_from(of.language, of.original))
                                    .map(|of| self.labels.join(own, of.label))
                                    .filter(|label| {
                                        *label == own
                                            || work.repeats(*label, &mut self.labels).is_none()
                                    });
                                last = Some((place, label));
                                label
                            }
                        };
                        found.extend(label.map(|label| (label, *note)));
                    }
                }
            }
            if work.notes.len() > MANY {
                self.works.0.insert(key.clone(), work);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// That several notes in one language are versions of a work.
fn repeated(path: &str, place: (u32, u32), key: &str, language: &str) -> Located {
    let (sort, name) = key.split_once(' ').unwrap_or((key, ""));
    let language = match language {
        "" => "without a language".to_owned(),
        language => format!("in `{language}`"),
    };
    let (fault, hint) = match sort {
        "key" => (
            format!("`{name}` is the `translationKey` of several notes {language}"),
            "a `translationKey` belongs to one text and its translations",
        ),
        "link" => (
            format!("several notes {language} have the permalink `{name}`"),
            "give each its own permalink",
        ),
        _ => (
            format!("another note {language} has the same place among the languages"),
            "give one of them another name",
        ),
    };
    let text = format!("{fault}, so none of them is a translation");
    let mut problem = Located::file(path, "translation", text);
    if sort == "key" {
        problem.line = usize::try_from(place.0).unwrap_or(0);
        problem.column = usize::try_from(place.1).unwrap_or(0);
    }
    problem.hint = Some(hint.to_owned());
    problem
}
