//! What links need to know of a note, in little room: its path, its names, and how its addresses are minted, in one text.
//!
//! Names are not kept in the forms in which they are looked up. Their hashes are, and what a hash finds is held against the names themselves.

use crate::catalog::Names;
use crate::labels::LabelId;
use crate::names::{last, names_of_path, permalink, without_ending};

/// What links need to know of one note.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(super) label: LabelId,
    /// Pieces one after the other, each with its length in front; lists with their number.
    text: Box<str>,
}

/// How the addresses of a note are minted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address<'k> {
    pub(crate) identity: &'k str,
    /// The IRI that the note gives what it describes.
    pub(crate) concept: Option<&'k str>,
}

/// A note as it is handed to the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Naming<'n> {
    pub(crate) path: &'n str,
    pub(crate) address: Address<'n>,
    pub(crate) names: &'n Names,
    /// Paths the note had before.
    pub(crate) former: &'n [String],
}

/// The names of a note, lent by what holds them.
#[derive(Debug, Default)]
pub(super) struct Called<'k> {
    pub(super) path: &'k str,
    /// The name of the file without its ending.
    pub(super) stem: &'k str,
    pub(super) title: &'k str,
    pub(super) aliases: Vec<&'k str>,
    pub(super) slugs: Vec<&'k str>,
    pub(super) permalinks: Vec<&'k str>,
    pub(super) former: Vec<&'k str>,
    /// Its identifier, and names of its blocks and headings.
    pub(super) own: Vec<&'k str>,
    /// Keys of the work of which it is a version.
    pub(super) works: Vec<&'k str>,
}

impl Called<'_> {
    /// Names that only follow from the path.
    pub(super) fn of_path(&self) -> Vec<String> {
        names_of_path(self.path)
    }

    /// All that is compared as a permalink.
    pub(super) fn links<'n>(&'n self, of_path: &'n [String]) -> impl Iterator<Item = &'n str> {
        let written = self.permalinks.iter().chain(&self.slugs).copied();
        written.chain(of_path.iter().map(String::as_str))
    }

    /// Whether one of its former paths is `key`, as permalinks are compared.
    pub(super) fn lay_at(&self, key: &str) -> bool {
        self.former.iter().any(|path| permalink(path) == key)
    }

    /// Former paths, and the names that the file had, as permalinks are compared.
    pub(super) fn before(&self) -> impl Iterator<Item = String> {
        let names = self.former.iter().flat_map(|path| [*path, last(path)]);
        names.map(permalink)
    }

    /// All that is compared as a name, hyphens and spaces alike.
    pub(super) fn written<'n>(&'n self, of_path: &'n [String]) -> impl Iterator<Item = &'n str> {
        let names = [self.stem, last(self.path), self.title].into_iter();
        let others = self.aliases.iter().chain(&self.slugs).copied();
        names
            .chain(others)
            .chain(of_path.iter().map(String::as_str))
    }
}

impl Known {
    pub(super) fn new(note: &Naming<'_>, label: LabelId) -> Self {
        let Naming {
            path,
            address,
            names,
            former,
        } = note;
        let mut text = String::with_capacity(path.len() * 2 + 16);
        put(&mut text, path);
        // Each version of a work is asked for by all others, so they come early.
        put_list(&mut text, names.works().iter());
        if let Some(version) = names.version.as_ref().filter(|of| !of.keys.is_empty()) {
            put(&mut text, &version.language);
            put_number(&mut text, version.original.map_or(2, usize::from));
        }
        // Neither an identity nor a concept is empty, and many titles are the name of the file.
        put(
            &mut text,
            if address.identity == *path {
                ""
            } else {
                address.identity
            },
        );
        put(&mut text, address.concept.unwrap_or_default());
        let stem = last(without_ending(path));
        let is_stem = names.title == stem;
        put_number(&mut text, usize::from(is_stem));
        if !is_stem {
            put(&mut text, &names.title);
        }
        let own: Vec<&String> = names.id.iter().chain(&names.blocks).collect();
        let lists = [&names.aliases, &names.slugs, &names.permalinks];
        for list in lists {
            put_list(&mut text, list.iter());
        }
        put_list(&mut text, former.iter());
        put_list(&mut text, own.into_iter());
        Self {
            label,
            text: text.into_boxed_str(),
        }
    }

    pub(super) fn path(&self) -> &str {
        Pieces(&self.text).text()
    }

    pub(super) fn address(&self) -> Address<'_> {
        let mut pieces = Pieces(&self.text);
        let path = pieces.text();
        pieces.pass_edition();
        let (identity, concept) = (pieces.text(), pieces.text());
        Address {
            identity: if identity.is_empty() { path } else { identity },
            concept: (!concept.is_empty()).then_some(concept),
        }
    }

    /// The title, in little time.
    pub(super) fn title(&self) -> &str {
        let mut pieces = Pieces(&self.text);
        let path = pieces.text();
        pieces.pass_edition();
        pieces.text();
        pieces.text();
        pieces.title(path)
    }

    pub(super) fn called(&self) -> Called<'_> {
        let mut pieces = Pieces(&self.text);
        let path = pieces.text();
        let works = pieces.list();
        if !works.is_empty() {
            pieces.edition();
        }
        pieces.text();
        pieces.text();
        Called {
            path,
            stem: last(without_ending(path)),
            title: pieces.title(path),
            aliases: pieces.list(),
            slugs: pieces.list(),
            permalinks: pieces.list(),
            former: pieces.list(),
            own: pieces.list(),
            works,
        }
    }

    /// Whether it is a version of the work with this key.
    pub(super) fn is_version_of(&self, key: &str) -> bool {
        let mut pieces = self.works();
        (0..pieces.number()).any(|_| pieces.text() == key)
    }

    /// The language in which it is a version of a work, and whether it is the one from which the others are made.
    pub(super) fn edition(&self) -> Option<(&str, Option<bool>)> {
        let mut pieces = self.works();
        (pieces.pass_list() > 0).then(|| pieces.edition())
    }

    /// The works of which it is a version, and what follows.
    fn works(&self) -> Pieces<'_> {
        let mut pieces = Pieces(&self.text);
        pieces.text();
        pieces
    }
}

fn put(out: &mut String, text: &str) {
    put_number(out, text.len());
    out.push_str(text);
}

fn put_list<'l>(out: &mut String, texts: impl ExactSizeIterator<Item = &'l String>) {
    put_number(out, texts.len());
    for text in texts {
        put(out, text);
    }
}

/// Six bits to a letter of ASCII, the lowest first; a seventh says that more follow.
fn put_number(out: &mut String, mut number: usize) {
    loop {
        let low = u8::try_from(number & 0x3F).unwrap_or(0);
        number >>= 6;
        out.push(char::from(low | if number > 0 { 0x40 } else { 0 }));
        if number == 0 {
            return;
        }
    }
}

/// What is left of the text of a note.
struct Pieces<'k>(&'k str);

impl<'k> Pieces<'k> {
    fn number(&mut self) -> usize {
        let (mut number, mut shift, mut length) = (0, 0, 0);
        for byte in self.0.bytes() {
            number |= usize::from(byte & 0x3F) << shift;
            shift += 6;
            length += 1;
            if byte & 0x40 == 0 {
                break;
            }
        }
        self.0 = self.0.get(length..).unwrap_or_default();
        number
    }

    fn text(&mut self) -> &'k str {
        let length = self.number();
        let (text, rest) = self.0.split_at_checked(length).unwrap_or_default();
        self.0 = rest;
        text
    }

    fn title(&mut self, path: &'k str) -> &'k str {
        match self.number() {
            0 => self.text(),
            _ => last(without_ending(path)),
        }
    }

    /// Passes over a list, and says how long it is.
    fn pass_list(&mut self) -> usize {
        let length = self.number();
        for _ in 0..length {
            self.text();
        }
        length
    }

    /// A language, and whether others are made from what is in it.
    fn edition(&mut self) -> (&'k str, Option<bool>) {
        let language = self.text();
        let original = match self.number() {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
        (language, original)
    }

    /// Passes over the works, and over the edition that follows them.
    fn pass_edition(&mut self) {
        if self.pass_list() > 0 {
            self.edition();
        }
    }

    fn list(&mut self) -> Vec<&'k str> {
        let length = self.number();
        (0..length).map(|_| self.text()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translation::Version;

    #[test]
    fn what_was_put_in_comes_out() {
        let long = "ä".repeat(3_000);
        let names = Names {
            title: long.clone(),
            aliases: vec![String::new(), "zwei\n\u{0}".to_owned()],
            slugs: vec!["s".to_owned()],
            permalinks: vec!["/p/".to_owned()],
            id: Some("urn:x".to_owned()),
            blocks: vec!["b1".to_owned(), "b2".to_owned()],
            version: Some(Box::new(Version {
                keys: vec!["key a".to_owned(), "link b".to_owned()],
                language: "de".to_owned(),
                original: Some(true),
                place: (2, 1),
            })),
        };
        let former = vec!["before.md".to_owned()];
        let address = Address {
            identity: "first.md",
            concept: Some("urn:c"),
        };
        let known = Known::new(
            &Naming {
                path: "a/now.md",
                address,
                names: &names,
                former: &former,
            },
            LabelId::CLOSED,
        );
        assert_eq!((known.path(), known.address()), ("a/now.md", address));
        assert_eq!(known.title(), long);
        let called = known.called();
        assert_eq!((called.path, called.stem), ("a/now.md", "now"));
        assert_eq!(called.title, long);
        assert_eq!(called.aliases, ["", "zwei\n\u{0}"]);
        assert_eq!((called.slugs, called.permalinks), (vec!["s"], vec!["/p/"]));
        assert_eq!(called.former, ["before.md"]);
        assert_eq!(called.own, ["urn:x", "b1", "b2"]);
        assert_eq!(called.works, ["key a", "link b"]);
        let works = ["key a", "link b", "c"].map(|key| known.is_version_of(key));
        assert_eq!(works, [true, true, false]);
        let version = names.version.as_deref().unwrap();
        let edition = (version.language.as_str(), version.original);
        assert_eq!(known.edition(), Some(edition));
        let plain = Known::new(
            &Naming {
                path: "a/now.md",
                address: Address {
                    identity: "a/now.md",
                    concept: None,
                },
                names: &Names {
                    title: "now".to_owned(),
                    ..Names::default()
                },
                former: &[],
            },
            LabelId::CLOSED,
        );
        assert_eq!(plain.title(), "now");
        assert_eq!(plain.address().identity, "a/now.md");
        assert_eq!(plain.edition(), None);
        assert_eq!(plain.text.len(), 9 + 9);
    }
}
