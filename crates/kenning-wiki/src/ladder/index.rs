//! All names of the notes of a wiki, as they are looked up.

use std::borrow::Cow;
use std::collections::HashMap;

use hashbrown::HashTable;
use kenning_note::{Word, fold_plural, normal_key};

use super::NoteId;
use super::hash::{CHUNK, Chunks, Family, hash, spread};
use super::known::{Address, Called, Known, Naming};
use super::rung::{Form, Step};
use super::target::Target;
use crate::address::Turn;
use crate::catalog::Wanting;
use crate::labels::LabelId;
use crate::names::{
    composed, dotted, folded, folder, last, page_folder, permalink, singular, without_ending,
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
///
/// A name is kept once, with its note. What is looked up is a hash of its form, and a note that has the hash is asked whether it has the
/// name: two names of one hash are never taken for one.
#[derive(Debug, Default)]
pub(crate) struct Index {
    notes: Vec<Option<Known>>,
    free: Vec<NoteId>,
    places: HashTable<Place>,
    /// The notes of the hashes that several have.
    shared: Vec<Vec<NoteId>>,
    habits: Habits,
    /// Whether any note had another path before.
    some_moved: bool,
}

/// Where a hash leads: to the one note that has it, or to a list in [`Index::shared`].
#[derive(Debug, Clone, Copy)]
struct Place {
    hash: u32,
    to: u32,
}

/// Marks places that lead to a list. No wiki has as many notes.
const SHARED: u32 = 1 << 31;

/// One sort of name: how it is compared.
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
    Work,
    Former,
}

/// The hashes by which a note is found, each once.
pub(crate) type Hashes = Vec<u32>;

impl Habits {
    /// The hashes of all names by which links find a note.
    pub(crate) fn hashes(&self, note: &Naming<'_>) -> Hashes {
        let names = note.names;
        fn lent(texts: &[String]) -> Vec<&str> {
            texts.iter().map(String::as_str).collect()
        }
        self.hashes_of(&Called {
            path: note.path,
            stem: last(without_ending(note.path)),
            title: &names.title,
            aliases: lent(&names.aliases),
            slugs: lent(&names.slugs),
            permalinks: lent(&names.permalinks),
            former: lent(note.former),
            own: names
                .id
                .iter()
                .chain(&names.blocks)
                .map(String::as_str)
                .collect(),
            works: lent(names.works()),
        })
    }

    fn hashes_of(&self, called: &Called<'_>) -> Hashes {
        let mut hashes = Hashes::with_capacity(16);
        let path = called.path;
        let bare = without_ending(path);
        hashes.push(self.folded_hash(Family::Path, bare));
        if self.turkish && bare.len() != path.len() {
            // The ending of a path that is folded in the Turkish way is not always known for one.
            hashes.push(self.folded_hash(Family::Path, path));
        }
        if let Some(folder) = page_folder(path) {
            hashes.push(self.folded_hash(Family::Path, folder));
        }
        hashes.push(self.folded_hash(Family::Stem, called.stem));
        let of_path = called.of_path();
        for link in called.links(&of_path) {
            hashes.push(hash(Family::Permalink, &permalink(link)));
        }
        hashes.push(self.folded_hash(Family::Title, called.title));
        for alias in &called.aliases {
            hashes.push(self.folded_hash(Family::Alias, alias));
        }
        let mut before: Option<&str> = None;
        for name in called.written(&of_path) {
            if before.replace(name) != Some(name) {
                hashes.push(hash(Family::Key, &self.singular(name)));
            }
        }
        for own in &called.own {
            hashes.push(hash(Family::Id, own));
        }
        for former in called.before() {
            hashes.push(hash(Family::Former, &former));
        }
        for work in &called.works {
            hashes.push(hash(Family::Work, work));
        }
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }

    /// Whether `known` has the name `key` of this sort; an empty one has nobody.
    fn has(&self, known: &Known, sort: Sort, key: &str) -> bool {
        if key.is_empty() {
            return false;
        }
        match sort {
            Sort::Path => with_forms(known.path(), |path| *composed(path) == *key),
            Sort::FoldedPath => with_forms(known.path(), |path| self.folds_to(path, key)),
            Sort::Stem => *composed(last(without_ending(known.path()))) == *key,
            Sort::FoldedStem => self.folds_to(last(without_ending(known.path())), key),
            Sort::Title => self.folds_to(known.title(), key),
            Sort::Permalink => {
                let called = known.called();
                let of_path = called.of_path();
                called.links(&of_path).any(|link| permalink(link) == key)
            }
            Sort::Alias => {
                let called = known.called();
                called.aliases.iter().any(|alias| self.folds_to(alias, key))
            }
            Sort::Key | Sort::Singular => {
                let called = known.called();
                let of_path = called.of_path();
                called.written(&of_path).any(|name| {
                    let own = self.key(name);
                    match sort {
                        Sort::Singular => *fold_plural(&own) == *key,
                        _ => own == key,
                    }
                })
            }
            Sort::Id => known.called().own.contains(&key),
            Sort::Work => known.is_version_of(key),
            Sort::Former => known.called().before().any(|former| former == key),
        }
    }

    /// The hash under which names of this sort are found.
    fn place(&self, sort: Sort, key: &str) -> u32 {
        match sort {
            Sort::Path => self.folded_hash(Family::Path, key),
            Sort::FoldedPath => hash(Family::Path, key),
            Sort::Stem => self.folded_hash(Family::Stem, key),
            Sort::FoldedStem => hash(Family::Stem, key),
            Sort::Permalink => hash(Family::Permalink, key),
            Sort::Title => hash(Family::Title, key),
            Sort::Alias => hash(Family::Alias, key),
            Sort::Key => hash(Family::Key, &fold_plural(key)),
            Sort::Singular => hash(Family::Key, key),
            Sort::Id => hash(Family::Id, key),
            Sort::Work => hash(Family::Work, key),
            Sort::Former => hash(Family::Former, key),
        }
    }

    /// The hash of what [`Habits::fold`] makes of a text.
    fn folded_hash(&self, family: Family, text: &str) -> u32 {
        if self.turkish || !text.is_ascii() {
            return hash(family, &self.fold(text));
        }
        let mut hasher = Chunks::new(family);
        for chunk in text.as_bytes().chunks(CHUNK) {
            let mut lower = [0; CHUNK];
            for (to, from) in lower.iter_mut().zip(chunk) {
                *to = from.to_ascii_lowercase();
            }
            hasher.add(lower.get(..chunk.len()).unwrap_or_default());
        }
        hasher.finish()
    }

    /// Whether `text` folded is `key`, which is.
    fn folds_to(&self, text: &str, key: &str) -> bool {
        if self.turkish || !text.is_ascii() {
            self.fold(text) == key
        } else {
            text.eq_ignore_ascii_case(key)
        }
    }

    /// Composed and folded by case, as people of this wiki write.
    pub(super) fn fold(&self, text: &str) -> String {
        if self.turkish {
            folded(&dotted(text))
        } else {
            folded(text)
        }
    }

    /// The key of a name, as people of this wiki write.
    pub(super) fn key(&self, name: &str) -> String {
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

/// The other ways to read the path of a link that are tried in this turn.
fn ways(link: &Wanting, turn: Turn) -> impl Iterator<Item = Cow<'_, str>> {
    let ways = link.ways().iter().filter(move |way| way.turn == turn);
    ways.map(|way| composed(&way.path))
}

/// Asks `is` of each way to write the path of a note: with its ending, without it, and as the folder it stands for.
fn with_forms(path: &str, is: impl Fn(&str) -> bool) -> bool {
    is(path) || is(without_ending(path)) || page_folder(path).is_some_and(is)
}

fn place_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
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

    /// Adds a note with its names, of which `hashes` are the hashes. The order of additions never matters to what links mean, only to
    /// [`NoteId`]s.
    pub(crate) fn add(&mut self, note: &Naming<'_>, hashes: &Hashes, label: LabelId) -> NoteId {
        self.some_moved |= !note.former.is_empty();
        let known = Known::new(note, label);
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(place) = self.notes.get_mut(place_of(id)) {
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
        for hash in hashes {
            self.add_place(*hash, id);
        }
        id
    }

    fn add_place(&mut self, hash: u32, id: NoteId) {
        let found = self
            .places
            .find_mut(spread(hash), |place| place.hash == hash);
        let Some(place) = found else {
            let place = Place { hash, to: id };
            self.places
                .insert_unique(spread(hash), place, |place| spread(place.hash));
            return;
        };
        if place.to & SHARED == 0 {
            let list = u32::try_from(self.shared.len()).unwrap_or(u32::MAX);
            self.shared.push(vec![place.to, id]);
            place.to = list | SHARED;
        } else if let Some(notes) = self.shared.get_mut(place_of(place.to & !SHARED)) {
            notes.push(id);
        }
    }

    /// Takes a note out again.
    pub(crate) fn remove(&mut self, id: NoteId) {
        let Some(known) = self.notes.get_mut(place_of(id)).and_then(Option::take) else {
            return;
        };
        self.free.push(id);
        for hash in self.habits.hashes_of(&known.called()) {
            let found = self
                .places
                .find_entry(spread(hash), |place| place.hash == hash);
            let Ok(place) = found else { continue };
            let to = place.get().to;
            if to & SHARED == 0 {
                place.remove();
            } else if let Some(notes) = self.shared.get_mut(place_of(to & !SHARED)) {
                // The list stays with its hash, also when nobody is in it: the next note of that name comes here.
                notes.retain(|note| *note != id);
            }
        }
    }

    /// The path of a note.
    pub(crate) fn path(&self, note: NoteId) -> &str {
        self.known(note).map_or("", Known::path)
    }

    /// How the addresses of a note are minted.
    pub(crate) fn address(&self, note: NoteId) -> Option<Address<'_>> {
        self.known(note).map(Known::address)
    }

    pub(crate) fn label(&self, note: NoteId) -> LabelId {
        self.known(note)
            .map_or(LabelId::CLOSED, |known| known.label)
    }

    /// Hands on the folded names of every note, not always each once.
    pub(crate) fn folded_names(&self, mut take: impl FnMut(&str, NoteId)) {
        for (id, known) in (0..).zip(&self.notes) {
            let Some(known) = known else { continue };
            let called = known.called();
            let of_path = called.of_path();
            let mut before: Option<&str> = None;
            for name in called.written(&of_path) {
                if before.replace(name) != Some(name) {
                    let key = self.habits.key(name);
                    if !key.is_empty() {
                        take(&key, id);
                    }
                }
            }
        }
    }

    fn known(&self, note: NoteId) -> Option<&Known> {
        self.notes.get(place_of(note))?.as_ref()
    }

    /// Adds the notes that have the name `key` of this sort.
    fn get(&self, sort: Sort, key: &str, found: &mut Vec<NoteId>) {
        if key.is_empty() {
            return;
        }
        let mut look = |hash: u32| {
            let place = self.places.find(spread(hash), |place| place.hash == hash);
            let Some(place) = place else { return };
            let shared = self.shared.get(place_of(place.to & !SHARED));
            let notes = match shared {
                Some(notes) if place.to & SHARED != 0 => notes.as_slice(),
                _ => std::slice::from_ref(&place.to),
            };
            let has = |note: &&NoteId| {
                let known = self.known(**note);
                known.is_some_and(|known| self.habits.has(known, sort, key))
            };
            found.extend(notes.iter().filter(has));
        };
        let hash = self.habits.place(sort, key);
        look(hash);
        // A note is kept by its path without the ending.
        if matches!(sort, Sort::Path | Sort::FoldedPath) {
            let bare = without_ending(key);
            if bare.len() != key.len() {
                look(self.habits.place(sort, bare));
            }
        }
    }

    /// The notes that are versions of the work with this key, whoever may see them, each once.
    pub(crate) fn versions(&self, key: &str) -> Vec<NoteId> {
        let mut found = Vec::new();
        self.get(Sort::Work, key, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The language of a note that is a version of a work, and whether others are made from it.
    pub(crate) fn edition(&self, note: NoteId) -> Option<(&str, Option<bool>)> {
        self.known(note).and_then(Known::edition)
    }

    /// Adds the notes that a step finds, whoever may see them, to `notes`, which is empty. Says whether it looked at any note at all, so
    /// that a second look at the same ones is worth it.
    ///
    /// INVARIANT: whether a note is among them depends on that note, the link and its place alone, never on other notes.
    pub(super) fn candidates(
        &self,
        step: Step,
        link: &Wanting,
        target: &Target<'_>,
        path: &str,
        notes: &mut Vec<NoteId>,
    ) -> bool {
        let habits = &self.habits;
        let mut named = |sort: Sort, key: &str| self.get(sort, key, notes);
        match step {
            Step::Override => {
                if let Some(path) = habits.overrides.get(link.key.as_str()) {
                    named(Sort::Path, &composed(path));
                }
            }
            Step::Identifier => named(Sort::Id, &link.target),
            Step::Path | Step::PathOfFolder => {
                for path in target.paths() {
                    named(Sort::Path, path);
                }
                let mut is_alone = true;
                for path in ways(link, Turn::Beside) {
                    is_alone = false;
                    named(Sort::Path, &path);
                    named(Sort::Path, without_ending(&path));
                }
                // Where two readings count alike, a file that one finds is no better than a folder that the other does.
                if step == Step::Path && is_alone {
                    let is_path = |page: &str| target.paths().any(|path| path == page);
                    return self.keep(Form::Meant, link, is_path, notes);
                }
            }
            Step::Way(turn, form) => {
                for path in ways(link, turn) {
                    named(Sort::Path, &path);
                    named(Sort::Path, without_ending(&path));
                }
                let is_way = |page: &str| ways(link, turn).any(|path| *path == *page);
                return self.keep(form, link, is_way, notes);
            }
            Step::Above(levels) => {
                let absolute = link.path.as_deref().filter(|path| path.starts_with('/'));
                let mut above = absolute.and(Some(path));
                for _ in 0..=levels {
                    above = above.filter(|path| !path.is_empty()).map(folder);
                }
                let above = above.filter(|folder| !folder.is_empty());
                if let (Some(absolute), Some(above)) = (absolute, above) {
                    let path = format!("{above}/{}", absolute.trim_matches('/'));
                    let path = composed(&path);
                    named(Sort::Path, &path);
                    named(Sort::Path, without_ending(&path));
                }
            }
            Step::SameFolder if target.name.contains('/') => {}
            Step::SameFolder => match folder(path) {
                "" => named(Sort::Path, &target.name),
                folder => {
                    let folder = composed(folder);
                    let mut path = String::with_capacity(folder.len() + 1 + target.name.len());
                    path.push_str(&folder);
                    path.push('/');
                    path.push_str(&target.name);
                    named(Sort::Path, &path);
                }
            },
            Step::FileName => self.below(Sort::Stem, &target.bare, composed, notes),
            // A bare name is looked for in every folder alike: only a path is held against paths.
            Step::FoldedPath if link.path.is_none() && !target.name.contains('/') => {}
            Step::FoldedPath => {
                for path in target.paths() {
                    named(Sort::FoldedPath, &habits.fold(path));
                }
            }
            Step::FoldedFileName => {
                let fold = |path| habits.fold(path).into();
                if target.bare == target.name {
                    self.below(Sort::FoldedStem, target.folded(habits), fold, notes);
                } else {
                    let target = habits.fold(&target.bare);
                    self.below(Sort::FoldedStem, &target, fold, notes);
                }
            }
            Step::WholePermalink => {
                let path = link.path.as_deref().map_or("", Word::as_str);
                named(Sort::Permalink, &permalink(path));
            }
            Step::Permalink => {
                named(Sort::Permalink, &permalink(&target.name));
                for address in ways(link, Turn::Published) {
                    named(Sort::Permalink, &permalink(&address));
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
            Step::Title => named(Sort::Title, target.folded(habits)),
            Step::Alias => named(Sort::Alias, target.folded(habits)),
            Step::FoldedName => {
                let key = target.key(habits);
                named(Sort::Key, key);
                // A day that is written in another way than in the name of its journal.
                if link.path.is_none()
                    && link.key != key
                    && !(habits.turkish && link.key == *normal_key(&target.name))
                {
                    named(Sort::Key, &link.key);
                }
            }
            Step::Plural => named(Sort::Singular, &fold_plural(target.key(habits))),
            Step::FormerPath if !self.some_moved => {}
            Step::FormerPath => {
                let path = link.path.as_deref().map_or(&*target.name, Word::as_str);
                let key = permalink(path);
                named(Sort::Former, &key);
                // The name of a file is not the path of one at the top.
                if link.path.is_some() {
                    let lay = |known: &Known| known.called().lay_at(&key);
                    notes.retain(|note| self.known(*note).is_some_and(lay));
                }
            }
        }
        !notes.is_empty()
    }

    /// Keeps the notes that stand for a folder whose path `is` one of those meant, or the others. Says whether there were any of either.
    fn keep(
        &self,
        form: Form,
        link: &Wanting,
        is: impl Fn(&str) -> bool,
        notes: &mut Vec<NoteId>,
    ) -> bool {
        let are_there_any = !notes.is_empty();
        let folders = link.written().ends_with('/') == (form == Form::Meant);
        notes.retain(|note| {
            let page = page_folder(self.path(*note)).map(composed);
            page.is_some_and(|page| is(&page)) == folders
        });
        are_there_any
    }

    /// The notes of a file name whose path ends in the folders that the link names.
    fn below<'p>(
        &'p self,
        sort: Sort,
        target: &str,
        fold: impl Fn(&'p str) -> Cow<'p, str>,
        found: &mut Vec<NoteId>,
    ) {
        let from = found.len();
        self.get(sort, last(target), found);
        if !target.contains('/') {
            return;
        }
        let ends = |note: NoteId| {
            let path = fold(without_ending(self.path(note)));
            path.strip_suffix(target)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        let mut place = 0;
        found.retain(|note| {
            place += 1;
            place <= from || ends(*note)
        });
    }
}
