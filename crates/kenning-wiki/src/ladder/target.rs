//! What a link is written as, and the ways to read it.

use crate::catalog::Wanting;
use crate::names::{composed, decoded, without_ending};

/// The ways in which the target of a link can be read.
pub(super) struct Target {
    /// As written, composed, percent-encoding undone, without slashes at the ends.
    pub(super) name: String,
    /// The same without the ending of a note and without `../`.
    pub(super) bare: String,
    /// As paths in the wiki.
    pub(super) paths: Vec<String>,
}

impl Target {
    pub(super) fn of(link: &Wanting) -> Self {
        let written = composed(link.target.trim());
        let name = written.trim_matches('/').to_owned();
        let mut paths = Vec::new();
        if let Some(path) = &link.path {
            let path = composed(path.trim_matches('/'));
            paths.push(path.clone());
            paths.push(without_ending(&path).to_owned());
        } else {
            // A wikilink counts from the top of the wiki.
            paths.push(name.clone());
        }
        // A file may be called `a%20b.md`, so what is written is tried before what it encodes.
        let decoded = composed(&decoded(&name));
        if decoded != name && link.path.is_none() {
            paths.push(decoded.clone());
        }
        paths.dedup();
        let plain = decoded
            .trim_start_matches("./")
            .trim_start_matches("../")
            .to_owned();
        let bare = without_ending(&plain).to_owned();
        Self {
            name: if link.markdown { bare.clone() } else { plain },
            bare,
            paths,
        }
    }
}
