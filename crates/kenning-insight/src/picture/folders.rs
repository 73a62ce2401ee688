//! Who writes what lies beside a note: people keep what they know of in one place, so who works on the other notes of a folder
//! often knows the one that somebody else wrote. It is a weak sign, and is told as what it is.
//!
//! On the histories of public wikis it finds a held-back author who never touched the note itself more often than links do.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use kenning_store::TermId;
use kenning_vocab::Minted;

use super::Picture;
use super::authorship::decay;
use super::people::PersonId;

/// What somebody did in one folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beside {
    /// Their part of all changes there, where a change counts half when it is two years old.
    pub(crate) share: f64,
    /// The notes that they changed.
    pub(crate) notes: BTreeSet<TermId>,
}

/// What was done in a folder, by person.
pub(crate) type Done = Rc<BTreeMap<PersonId, Beside>>;

/// Wiki and path of a folder.
type Folder = (String, String);

/// Folders and what was done in them, as far as anybody asked.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    notes: RefCell<Option<BTreeMap<Folder, Vec<TermId>>>>,
    done: RefCell<BTreeMap<Folder, Done>>,
}

impl Folders {
    /// Who did what in the folder of a note, and what the folder is called.
    pub(crate) fn of(&self, picture: &Picture<'_>, note: TermId) -> Option<(String, Done)> {
        let folder = folder(picture, note)?;
        let called = match folder.1.as_str() {
            "" => folder.0.clone(),
            path => path.to_owned(),
        };
        if let Some(done) = self.done.borrow().get(&folder) {
            return Some((called, Rc::clone(done)));
        }
        let mut notes = self.notes.borrow_mut();
        let notes = notes.get_or_insert_with(|| by_folder(picture));
        let done = Rc::new(done(picture, notes.get(&folder)?));
        self.done.borrow_mut().insert(folder, Rc::clone(&done));
        Some((called, done))
    }
}

fn folder(picture: &Picture<'_>, note: TermId) -> Option<Folder> {
    let node = picture.iri(note)?;
    match picture.base.read(node.as_str())? {
        Minted::Note { wiki, path } => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            Some((wiki, folder.to_owned()))
        }
        _ => None,
    }
}

fn by_folder(picture: &Picture<'_>) -> BTreeMap<Folder, Vec<TermId>> {
    let mut notes: BTreeMap<Folder, Vec<TermId>> = BTreeMap::new();
    for (id, note) in &picture.notes {
        if note.revisions.is_empty() {
            continue;
        }
        if let Some(folder) = folder(picture, *id) {
            notes.entry(folder).or_default().push(*id);
        }
    }
    notes
}

fn done(picture: &Picture<'_>, notes: &[TermId]) -> BTreeMap<PersonId, Beside> {
    let mut done: BTreeMap<PersonId, Beside> = BTreeMap::new();
    let mut all = 0.0;
    for id in notes {
        let Some(note) = picture.notes.get(id) else {
            continue;
        };
        for revision in &note.revisions {
            let worth = revision.share * decay(picture.today.since(revision.day));
            let known = done.entry(revision.who).or_default();
            known.share += worth;
            known.notes.insert(*id);
            all += worth;
        }
    }
    if all > 0.0 {
        for known in done.values_mut() {
            known.share /= all;
        }
    }
    done
}
