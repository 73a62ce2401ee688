//! All names of the notes of a wiki, as they are looked up.

use std::borrow::Cow;
use std::collections::HashMap;

use hashbrown::HashMap as QuickMap;
use kenning_note::normal_key;

use super::NoteId;
use super::rung::Step;
use super::target::Target;
use crate::catalog::{Names, Wanting};
use crate::labels::LabelId;
use crate::names::{
    composed, dotted, folded, folder, last, names_of_path, page_folder, permalink, singular,
    without_ending,
};

/// What a wiki decides about its ladder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Habits {
    /// From folded names to paths: what `links.toml` says.
    pub(crate) overrides: HashMap<String, String>,
    /// Whether the shortest path wins among several files of one name.
    pub(crate) shortest: bool,
    /// Whether `I` is the capital of `ı`, and `İ` that of `i`.
    pub(crate) turkish: bool,
}

/// All names of the notes of a wiki. Notes come and go one at a time.
#[derive(Debug, Default)]
pub(crate) struct Index {
    notes: Vec<Option<Known>>,
    free: Vec<NoteId>,
    maps: [QuickMap<String, Holders>; MAPS],
    habits: Habits,
}

/// The notes that have a name: one, most of the time.
#[derive(Debug)]
enum Holders {
    One(NoteId),
    Several(Vec<NoteId>),
}

impl Holders {
    fn all(&self) -> &[NoteId] {
        match self {
            Self::One(note) => std::slice::from_ref(note),
            Self::Several(notes) => notes,
        }
    }

    fn add(&mut self, note: NoteId) {
        match self {
            Self::One(first) => *self = Self::Several(vec![*first, note]),
            Self::Several(notes) => notes.push(note),
        }
    }
}

#[derive(Debug)]
struct Known {
    path: String,
    label: LabelId,
}

/// One sort of name: where it is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    Path,
    FoldedPath,
    Stem,
    FoldedStem,
    Permalink,
    Title,
    Alias,
    Key,
    Singular,
    Id,
}

const MAPS: usize = 10;

/// The names of one note, each with its sort.
pub(crate) type Keys = Vec<(Sort, String)>;

impl Habits {
    /// All names by which links find a note with these `names` that lies at `path` and lay at `former`.
    pub(crate) fn keys(&self, path: &str, names: &Names, former: &[String]) -> Keys {
        let mut keys = Keys::with_capacity(20);
        let bare = without_ending(path);
        let whole = composed(path).into_owned();
        keys.push((Sort::FoldedPath, self.fold(path)));
        if bare.len() != path.len() {
            keys.push((Sort::Path, composed(bare).into_owned()));
            keys.push((Sort::FoldedPath, self.fold(bare)));
        }
        keys.push((Sort::Path, whole));
        if let Some(folder) = page_folder(path) {
            keys.push((Sort::Path, composed(folder).into_owned()));
            keys.push((Sort::FoldedPath, self.fold(folder)));
        }
        let stem = last(bare);
        keys.push((Sort::Stem, composed(stem).into_owned()));
        keys.push((Sort::FoldedStem, self.fold(stem)));
        let of_path = names_of_path(path);
        let links = names.permalinks.iter().chain(&names.slugs);
        for link in links.chain(&of_path).chain(former) {
            keys.push((Sort::Permalink, permalink(link)));
        }
        keys.push((Sort::Title, self.fold(&names.title)));
        for alias in &names.aliases {
            keys.push((Sort::Alias, self.fold(alias)));
        }
        let written = [stem, last(path), names.title.as_str()];
        let others = names.aliases.iter().chain(&names.slugs).chain(&of_path);
        let mut before: Option<&str> = None;
        for name in written.into_iter().chain(others.map(String::as_str)) {
            if before.replace(name) == Some(name) {
                continue;
            }
            let key = self.key(name);
            keys.push((Sort::Singular, kenning_note::fold_plural(&key).into_owned()));
            keys.push((Sort::Key, key));
        }
        for own in names.id.iter().chain(&names.blocks) {
            keys.push((Sort::Id, own.clone()));
        }
        keys.retain(|(_, key)| !key.is_empty());
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Composed and folded by case, as people of this wiki write.
    fn fold(&self, text: &str) -> String {
        if self.turkish {
            folded(&dotted(text))
        } else {
            folded(text)
        }
    }

    fn key(&self, name: &str) -> String {
        if self.turkish {
            normal_key(&dotted(name))
        } else {
            normal_key(name)
        }
    }

    fn singular(&self, name: &str) -> String {
        if self.turkish {
            singular(&dotted(name))
        } else {
            singular(name)
        }
    }
}

impl Index {
    pub(crate) fn new(habits: Habits) -> Self {
        Self {
            habits,
            ..Self::default()
        }
    }

    pub(crate) fn habits(&self) -> &Habits {
        &self.habits
    }

    /// Adds a note with its names. The order of additions never matters to what links mean, only to [`NoteId`]s.
    pub(crate) fn add(&mut self, path: &str, keys: Keys, label: LabelId) -> NoteId {
        let known = Known {
            path: path.to_owned(),
            label,
        };
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(place) = usize::try_from(id)
                    .ok()
                    .and_then(|place| self.notes.get_mut(place))
                {
                    *place = Some(known);
                }
                id
            }
            None => {
                let id = NoteId::try_from(self.notes.len()).unwrap_or(NoteId::MAX);
                self.notes.push(Some(known));
                id
            }
        };
        for (sort, key) in keys {
            if let Some(map) = self.maps.get_mut(sort as usize) {
                map.entry(key)
                    .and_modify(|notes| notes.add(id))
                    .or_insert(Holders::One(id));
            }
        }
        id
    }

    /// Takes a note out again. `keys` are those it was added with.
    pub(crate) fn remove(&mut self, id: NoteId, keys: &Keys) {
        for (sort, key) in keys {
            let Some(map) = self.maps.get_mut(*sort as usize) else {
                continue;
            };
            let is_last = match map.get_mut(key) {
                Some(Holders::One(note)) => *note == id,
                Some(Holders::Several(notes)) => {
                    notes.retain(|note| *note != id);
                    notes.is_empty()
                }
                None => false,
            };
            if is_last {
                map.remove(key);
            }
        }
        let place = usize::try_from(id).ok();
        if let Some(place) = place.and_then(|place| self.notes.get_mut(place)) {
            *place = None;
            self.free.push(id);
        }
    }

    /// The path of a note.
    pub(crate) fn path(&self, note: NoteId) -> &str {
        self.known(note).map_or("", |known| known.path.as_str())
    }

    pub(crate) fn label(&self, note: NoteId) -> LabelId {
        self.known(note)
            .map_or(LabelId::CLOSED, |known| known.label)
    }

    /// Folded names, with the notes that have them.
    pub(crate) fn folded_names(&self) -> impl Iterator<Item = (&str, &[NoteId])> {
        let map = self.maps.get(Sort::Key as usize);
        map.into_iter()
            .flatten()
            .map(|(key, notes)| (key.as_str(), notes.all()))
    }

    fn known(&self, note: NoteId) -> Option<&Known> {
        self.notes.get(usize::try_from(note).ok()?)?.as_ref()
    }

    fn get(&self, sort: Sort, key: &str) -> &[NoteId] {
        let map = self.maps.get(sort as usize);
        map.and_then(|map| map.get(key)).map_or(&[], Holders::all)
    }

    /// Adds the notes that a step finds, whoever may see them, to `notes`.
    ///
    /// INVARIANT: whether a note is among them depends on that note, the link and its place alone, never on other notes.
    pub(super) fn candidates(
        &self,
        step: Step,
        link: &Wanting,
        target: &Target<'_>,
        path: &str,
        notes: &mut Vec<NoteId>,
    ) {
        let habits = &self.habits;
        let mut named = |sort: Sort, key: &str| notes.extend_from_slice(self.get(sort, key));
        match step {
            Step::Override => {
                if let Some(path) = habits.overrides.get(&link.key) {
                    named(Sort::Path, &composed(path));
                }
            }
            Step::Identifier => named(Sort::Id, &link.target),
            Step::Path => {
                for path in &target.paths {
                    named(Sort::Path, path);
                }
            }
            Step::Above(levels) => {
                let Some(absolute) = link.path.as_deref().filter(|path| path.starts_with('/'))
                else {
                    return;
                };
                let mut above = Some(path);
                for _ in 0..=levels {
                    above = above.filter(|path| !path.is_empty()).map(folder);
                }
                if let Some(above) = above.filter(|folder| !folder.is_empty()) {
                    let path = format!("{above}/{}", absolute.trim_matches('/'));
                    let path = composed(&path);
                    named(Sort::Path, &path);
                    named(Sort::Path, without_ending(&path));
                }
            }
            Step::SameFolder if target.name.contains('/') => {}
            Step::SameFolder => match folder(path) {
                "" => named(Sort::Path, &target.name),
                folder => named(Sort::Path, &format!("{}/{}", composed(folder), target.name)),
            },
            Step::FileName => self.below(Sort::Stem, &target.bare, composed, notes),
            // A bare name is looked for in every folder alike: only a path is held against paths.
            Step::FoldedPath if link.path.is_none() && !target.name.contains('/') => {}
            Step::FoldedPath => {
                for path in &target.paths {
                    named(Sort::FoldedPath, &habits.fold(path));
                }
            }
            Step::FoldedFileName => {
                let target = habits.fold(&target.bare);
                let fold = |path| habits.fold(path).into();
                self.below(Sort::FoldedStem, &target, fold, notes);
            }
            Step::Permalink => {
                named(Sort::Permalink, &permalink(&target.name));
                if let Some(absolute) = link.path.as_deref() {
                    named(Sort::Permalink, &permalink(absolute));
                }
            }
            Step::LastOfPermalink => {
                if link
                    .path
                    .as_deref()
                    .is_some_and(|path| path.starts_with('/'))
                {
                    named(Sort::Permalink, &permalink(last(&target.name)));
                }
            }
            Step::Title => named(Sort::Title, &habits.fold(&target.name)),
            Step::Alias => named(Sort::Alias, &habits.fold(&target.name)),
            Step::FoldedName => {
                named(Sort::Key, &habits.key(&target.name));
                // A day that is written in another way than in the name of its journal.
                if link.path.is_none() && link.key != normal_key(&target.name) {
                    named(Sort::Key, &link.key);
                }
            }
            Step::Plural => named(Sort::Singular, &habits.singular(&target.name)),
        }
    }

    /// The notes of a file name whose path ends in the folders that the link names.
    fn below<'p>(
        &'p self,
        sort: Sort,
        target: &str,
        fold: impl Fn(&'p str) -> Cow<'p, str>,
        found: &mut Vec<NoteId>,
    ) {
        let notes = self.get(sort, last(target));
        if !target.contains('/') {
            found.extend_from_slice(notes);
            return;
        }
        let ends = |note: &&NoteId| {
            let path = fold(without_ending(self.path(**note)));
            path.strip_suffix(target)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        found.extend(notes.iter().filter(ends));
    }
}
