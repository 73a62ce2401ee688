//! What outlasts a change of the catalog's shape: which note has which address.
//!
//! An upgrade of Kenning may write other catalogs, and then reads all notes again. What files do not tell would be lost with the old
//! catalog: the addresses of notes that were moved, and where these lay before. So all pieces begin alike in every version:
//!
//! INVARIANT: since version 5, pieces begin with the fields of [`Note`], of a head and of what git told as they stand here, in
//! their order and with their types; what is new comes behind them. A [`Plan`] stays as it is. The tests hold bytes against it that were written once.
//! Each piece tells of itself, so it also holds for a mix of old and new pieces, which a sync leaves that was cut off.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Entry, Head, UnreadableCatalog};
use crate::git::Told;

/// The first version of which pieces begin so.
const SINCE: u32 = 5;

/// How a piece about a note begins. What it is known by is part of it, so that a note that was moved meanwhile is known again.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    _stamp: u64,
    size: u64,
    hash: [u8; 32],
    open_hash: [u8; 32],
    open_size: u64,
    identity: Option<String>,
    former: Vec<String>,
    sketch: Vec<u32>,
}

impl Note {
    fn of(entry: &Entry) -> Self {
        Self {
            _stamp: 0,
            size: entry.size,
            hash: entry.hash,
            open_hash: entry.open_hash,
            open_size: entry.open_size,
            identity: entry.identity.clone(),
            former: entry.former.clone(),
            sketch: entry.sketch.clone(),
        }
    }

    /// Gives an entry what lasts. It is read again in any case.
    fn give(self, entry: &mut Entry) {
        entry.stamp = 0;
        entry.size = self.size;
        entry.hash = self.hash;
        entry.open_hash = self.open_hash;
        entry.open_size = self.open_size;
        entry.identity = self.identity;
        entry.former = self.former;
        entry.sketch = self.sketch;
    }
}

/// Which note will have which address once all pieces are stored: what a sync of several commits stores with the first of them.
/// The pieces alone do not tell: of two notes that change places, one may be stored as it is and the other as it was.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Plan {
    notes: Vec<(String, Note)>,
    /// Paths at which no note lies any more.
    gone: Vec<String>,
}

/// The plan by which `catalog` follows `before`; at the paths in `gone` no note lies any more.
pub(crate) fn plan(catalog: &Catalog, before: &Catalog, gone: &[String]) -> Vec<u8> {
    let nowhere = Entry::default();
    let other = |path: &String, entry: &Entry| {
        let known = before.entries.get(path).map_or(&nowhere, Arc::as_ref);
        known.identity != entry.identity || known.former != entry.former
    };
    // What is stored of a catalog in doubt may be anything.
    let notes = catalog.entries.iter();
    let notes = notes.filter(|(path, entry)| before.is_doubted || other(path, entry));
    let plan = Plan {
        notes: notes
            .map(|(path, entry)| (path.clone(), Note::of(entry)))
            .collect(),
        gone: gone.to_vec(),
    };
    // Writing to memory fails only for lengths that are not known beforehand, and there are none here.
    postcard::to_allocvec(&plan).unwrap_or_default()
}

/// Gives the notes of a catalog the addresses that they have by a plan. One that cannot be read changes nothing.
pub(crate) fn follow(catalog: &mut Catalog, plan: &[u8]) {
    let plan: Plan = postcard::from_bytes(plan).unwrap_or_default();
    for path in plan.gone {
        catalog.entries.remove(&path);
    }
    for (path, note) in plan.notes {
        let entry = catalog.entries.entry(path).or_default();
        note.give(Arc::make_mut(entry));
    }
}

/// What a catalog of another version tells, from its pieces as [`Catalog::from_parts`] takes them. It is in doubt: nothing but
/// addresses is taken from it.
pub(crate) fn read<'p>(
    head: &[u8],
    git: Option<&[u8]>,
    notes: impl IntoIterator<Item = (&'p str, &'p [u8])>,
) -> Result<Catalog, UnreadableCatalog> {
    let ((version, wiki, base, folder), _) =
        postcard::take_from_bytes::<(u32, String, String, String)>(head)?;
    if version < SINCE {
        return Err(UnreadableCatalog::of_version(version));
    }
    let entries = notes.into_iter().map(|(path, bytes)| {
        let (note, _) = postcard::take_from_bytes::<Note>(bytes)?;
        let mut entry = Entry::default();
        note.give(&mut entry);
        Ok((path.to_owned(), Arc::new(entry)))
    });
    let commit = git.map(postcard::take_from_bytes::<String>).transpose()?;
    Ok(Catalog {
        head: Head {
            version,
            wiki,
            base,
            folder,
            ..Head::default()
        },
        told: Arc::new(Told::as_of(
            commit.map(|(commit, _)| commit).unwrap_or_default(),
        )),
        entries: entries.collect::<Result<_, UnreadableCatalog>>()?,
        is_doubted: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces that were written once, by version 5: a head, what git told, and a note.
    const HEAD: &str = "05 0477696b69 16687474703a2f2f6c6f63616c686f73743a373837382f 052f77696b69";
    const GIT: &str = "03616263";
    const NOTE: &str = "ac02 07 \
        0101010101010101010101010101010101010101010101010101010101010101 \
        0202020202020202020202020202020202020202020202020202020202020202 \
        06 01 04612e6d64 02 04612e6d64 04622e6d64 02 01 ffffffff0f";

    fn bytes(text: &str) -> Vec<u8> {
        let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
        pairs
            .map(|pair| u8::from_str_radix(&pair, 16).unwrap())
            .collect()
    }

    #[test]
    fn pieces_of_any_version_begin_as_they_once_did() {
        let head = Head {
            version: 5,
            wiki: "wiki".to_owned(),
            base: "http://localhost:7878/".to_owned(),
            folder: "/wiki".to_owned(),
            ..Head::default()
        };
        let entry = Entry {
            stamp: 300,
            size: 7,
            hash: [1; 32],
            open_hash: [2; 32],
            open_size: 6,
            identity: Some("a.md".to_owned()),
            former: vec!["a.md".to_owned(), "b.md".to_owned()],
            sketch: vec![1, u32::MAX],
            ..Entry::default()
        };
        let told = Told::as_of("abc".to_owned());
        assert!(
            postcard::to_allocvec(&head)
                .unwrap()
                .starts_with(&bytes(HEAD))
        );
        assert!(
            postcard::to_allocvec(&entry)
                .unwrap()
                .starts_with(&bytes(NOTE))
        );
        assert!(
            postcard::to_allocvec(&told)
                .unwrap()
                .starts_with(&bytes(GIT))
        );
    }

    #[test]
    fn what_follows_the_beginning_may_be_anything() {
        for rest in ["", "ffffffff"] {
            for version in ["05", "7f"] {
                let head = bytes(&format!("{}{rest}", HEAD.replacen("05", version, 1)));
                let git = bytes(&format!("{GIT}{rest}"));
                let note = bytes(&format!("{NOTE}{rest}"));
                let read = read(&head, Some(&git), [("c.md", note.as_slice())]).unwrap();
                assert_eq!(read.folder(), "/wiki");
                assert_eq!(*read.told, Told::as_of("abc".to_owned()));
                let entry = &read.entries["c.md"];
                assert_eq!(entry.identity("c.md"), "a.md");
                assert_eq!(entry.former, ["a.md", "b.md"]);
                assert_eq!((entry.stamp, entry.size, entry.hash), (0, 7, [1; 32]));
                assert_eq!(entry.sketch, [1, u32::MAX]);
            }
        }
        // What is older than that, and what is cut short, cannot be read.
        assert!(read(&bytes(&HEAD.replacen("05", "04", 1)), None, []).is_err());
        let note = bytes(NOTE);
        let half = note.get(..80).unwrap();
        assert!(read(&bytes(HEAD), None, [("c.md", half)]).is_err());
    }
}
