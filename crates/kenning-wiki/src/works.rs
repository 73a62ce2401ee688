//! Of which notes a note is a translation, for whom.

use std::collections::HashMap;

use crate::catalog::Entry;
use crate::labels::{LabelId, Labels};
use crate::ladder::{Index, NoteId};
use crate::problem::Located;
use crate::relink::Relinker;

/// Works with more versions than these are kept: a key that a template repeats has a version in every note, and is asked for by each.
const MANY: usize = 64;

/// Works that were asked for, by key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Works(HashMap<String, Work>);

/// All versions of a work.
#[derive(Debug, Clone, Default)]
struct Work {
    notes: Vec<NoteId>,
    /// How many versions there are of each label in each language.
    editions: Vec<(LabelId, String, usize)>,
    /// For readers of which labels there are several versions in one language.
    repeated: HashMap<LabelId, Option<Repeated>>,
}

impl Work {
    fn of(index: &Index, key: &str) -> Self {
        let notes = index.versions(key);
        let mut editions: HashMap<(LabelId, &str), usize> = HashMap::new();
        for note in &notes {
            // What is in no known language is a translation of nothing, and one such note may be what others are made from.
            if let Some((language, original)) = index.edition(*note)
                && (!language.is_empty() || original == Some(true))
            {
                *editions.entry((index.label(*note), language)).or_default() += 1;
            }
        }
        let editions = editions.into_iter();
        let mut editions: Vec<_> = editions
            .map(|((label, language), count)| (label, language.to_owned(), count))
            .collect();
        editions.sort_by(|one, other| one.1.cmp(&other.1));
        Self {
            notes,
            editions,
            repeated: HashMap::new(),
        }
    }

    /// What readers of `label` see several versions of, if they do. Whoever sees more sees these, too.
    fn repeats(&mut self, label: LabelId, labels: &mut Labels) -> Option<&Repeated> {
        let editions = &self.editions;
        let found = self.repeated.entry(label).or_insert_with(|| {
            // How many versions there are in each language; the languages are in order.
            let mut seen: Vec<(&String, usize)> = Vec::new();
            for (of, language, count) in editions {
                match seen.last_mut() {
                    _ if !labels.flows(*of, label) => {}
                    Some((last, sum)) if *last == language => *sum += count,
                    _ => seen.push((language, *count)),
                }
            }
            let has_others = seen.len() > 1;
            seen.retain(|(_, count)| *count > 1);
            let languages = seen.into_iter().map(|(language, _)| language.clone());
            let languages: Vec<String> = languages.collect();
            (!languages.is_empty()).then_some(Repeated {
                languages,
                has_others,
            })
        });
        found.as_ref()
    }
}

/// Languages in which a work has several versions.
#[derive(Debug, Clone)]
struct Repeated {
    languages: Vec<String>,
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
            let mut work = kept.unwrap_or_else(|| Work::of(index, key));
            match work.repeats(own, &mut self.labels) {
                Some(of) if of.has_others && of.languages.contains(&version.language) => {
                    problems.push(repeated(path, version.place, key, &version.language));
                }
                Some(_) => {}
                None => {
                    for at in 0..work.notes.len() {
                        let Some(note) = work.notes.get(at).copied() else {
                            continue;
                        };
                        let is_original =
                            index.edition(note).is_some_and(|(language, original)| {
                                version.is_made_from(language, original)
                            });
                        let label = self.labels.join(own, index.label(note));
                        if is_original && work.repeats(label, &mut self.labels).is_none() {
                            found.push((label, note));
                        }
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
