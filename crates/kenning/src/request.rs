//! What a command asks of a knowledge base, in a form that can be sent to the process that holds it.
//!
//! Paths in a request are absolute, because the process that opens them may have another working folder.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// One command with all it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum Request {
    /// `kenning sync`.
    Sync(crate::sync::Request),
    /// `kenning explain`.
    Explain(crate::explain::Request),
    /// `kenning load`.
    Load(crate::load::Request),
    /// `kenning query`.
    Query(crate::query::Request),
    /// `kenning update`.
    Update(crate::update::Request),
    /// `kenning ask`.
    Ask(crate::ask::Request),
    /// `kenning audit`.
    Audit(crate::audit::Request),
    /// `kenning experts`, `loss` and `advice`.
    Insight(crate::insight::Request),
    /// `kenning record`.
    Record(crate::record::Request),
    /// `kenning check` of what is stored.
    Check(crate::check::Request),
    /// `kenning ontologies`.
    Ontologies(crate::ontologies::Request),
    /// `kenning token`.
    Token(crate::token::Request),
    /// `kenning verify`, `backup` and `dump`.
    Keep(crate::keep::Request),
}

/// A file or folder: where it is, and what the caller called it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Where it is, whatever the working folder.
    pub path: PathBuf,
    /// How to name it in messages.
    pub shown: String,
}

impl Place {
    /// The place that somebody called `path` in the working folder of this process.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Self {
            path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            shown: path.display().to_string(),
        }
    }

    /// The folder that problems of a wiki are named from: the folder itself, and for a single note the one that it lies in.
    #[must_use]
    pub fn of_wiki(path: &Path) -> Self {
        match path.parent() {
            Some(parent) if path.is_file() => Self::of(parent),
            _ => Self::of(path),
        }
    }

    /// How to name the file at `path` below this folder.
    #[must_use]
    pub fn below(&self, path: &str) -> String {
        let folder = self.shown.trim_end_matches('/');
        match folder {
            "" if self.shown.is_empty() => path.to_owned(),
            "." => path.to_owned(),
            _ => format!("{folder}/{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_as_the_caller_named_its_folder() {
        for (folder, shown) in [
            ("notes", "notes/a.md"),
            ("notes/", "notes/a.md"),
            (".", "a.md"),
            ("/", "/a.md"),
        ] {
            assert_eq!(Place::of(Path::new(folder)).below("a.md"), shown);
        }
    }
}
