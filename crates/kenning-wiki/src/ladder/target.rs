//! What a link is written as, and the ways to read it.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::index::Habits;
use crate::catalog::Wanting;
use crate::names::{composed, decoded, without_ending};

/// The ways in which the target of a link can be read. Most targets are plain, and are lent as they were written.
pub(super) struct Target<'l> {
    /// As written, composed, percent-encoding undone, without slashes at the ends.
    pub(super) name: Cow<'l, str>,
    /// The same without the ending of a note and without `../`.
    pub(super) bare: Cow<'l, str>,
    /// As a path in the wiki, and another way to read that.
    path: Cow<'l, str>,
    other_path: Option<Cow<'l, str>>,
    /// The name folded by case, and its key: asked for by several steps, and only by links that are not found before.
    folded: OnceCell<String>,
    key: OnceCell<String>,
}

impl<'l> Target<'l> {
    pub(super) fn of(link: &'l Wanting) -> Self {
        let name = cut(composed(link.written().trim()), |text| {
            text.trim_matches('/')
        });
        // A file may be called `a%20b.md`, so what is written is tried before what it encodes.
        let decoded = match decoded(&name) {
            Cow::Borrowed(_) => None,
            Cow::Owned(decoded) => Some(Cow::Owned(composed(&decoded).into_owned())),
        };
        let decoded = decoded.unwrap_or_else(|| name.clone());
        let (path, other_path) = match &link.path {
            Some(path) => {
                let path = composed(path.trim_matches('/'));
                let bare = cut(path.clone(), without_ending);
                (path, bare)
            }
            // A wikilink counts from the top of the wiki.
            None => (name, decoded.clone()),
        };
        let other_path = (other_path != path).then_some(other_path);
        let plain = cut(decoded, |text| {
            text.trim_start_matches("./").trim_start_matches("../")
        });
        let bare = cut(plain.clone(), without_ending);
        Self {
            name: if link.markdown { bare.clone() } else { plain },
            bare,
            path,
            other_path,
            folded: OnceCell::new(),
            key: OnceCell::new(),
        }
    }

    /// As paths in the wiki.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        let other = self.other_path.as_deref();
        std::iter::once(&*self.path).chain(other)
    }

    /// The name folded by case.
    pub(super) fn folded(&self, habits: &Habits) -> &str {
        self.folded.get_or_init(|| habits.fold(&self.name))
    }

    /// The key of the name.
    pub(super) fn key(&self, habits: &Habits) -> &str {
        self.key.get_or_init(|| habits.key(&self.name))
    }
}

/// Part of a text that is lent or owned.
fn cut(text: Cow<'_, str>, part: impl for<'t> Fn(&'t str) -> &'t str) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(part(text)),
        Cow::Owned(text) => {
            let part = part(&text);
            if part.len() == text.len() {
                Cow::Owned(text)
            } else {
                Cow::Owned(part.to_owned())
            }
        }
    }
}
