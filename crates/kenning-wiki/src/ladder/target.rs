//! What a link is written as, and the ways to read it.

use std::borrow::Cow;

use crate::catalog::Wanting;
use crate::names::{composed, decoded, without_ending};

/// The ways in which the target of a link can be read. Most targets are plain, and are lent as they were written.
pub(super) struct Target<'l> {
    /// As written, composed, percent-encoding undone, without slashes at the ends.
    pub(super) name: Cow<'l, str>,
    /// The same without the ending of a note and without `../`.
    pub(super) bare: Cow<'l, str>,
    /// As paths in the wiki.
    pub(super) paths: Vec<Cow<'l, str>>,
}

impl<'l> Target<'l> {
    pub(super) fn of(link: &'l Wanting) -> Self {
        let name = cut(composed(link.target.trim()), |text| text.trim_matches('/'));
        let mut paths = Vec::with_capacity(2);
        if let Some(path) = &link.path {
            let path = composed(path.trim_matches('/'));
            let bare = cut(path.clone(), without_ending);
            paths.extend([path, bare]);
        } else {
            // A wikilink counts from the top of the wiki.
            paths.push(name.clone());
        }
        // A file may be called `a%20b.md`, so what is written is tried before what it encodes.
        let decoded = match decoded(&name) {
            Cow::Borrowed(_) => None,
            Cow::Owned(decoded) => Some(Cow::Owned(composed(&decoded).into_owned())),
        };
        let decoded = decoded.unwrap_or_else(|| name.clone());
        if decoded != name && link.path.is_none() {
            paths.push(decoded.clone());
        }
        paths.dedup();
        let plain = cut(decoded, |text| {
            text.trim_start_matches("./").trim_start_matches("../")
        });
        let bare = cut(plain.clone(), without_ending);
        Self {
            name: if link.markdown { bare.clone() } else { plain },
            bare,
            paths,
        }
    }
}

/// Part of a text that is lent or owned.
fn cut(text: Cow<'_, str>, part: impl for<'t> Fn(&'t str) -> &'t str) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(part(text)),
        Cow::Owned(text) => Cow::Owned(part(&text).to_owned()),
    }
}
