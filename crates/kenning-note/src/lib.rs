//! The text of one note: what it says, what it links to, and its triples.
//!
//! This crate opens no file, looks at no clock and knows no other note. [`read`] is a pure function of bytes, path and
//! settings; it never fails: what it cannot understand becomes a [`Problem`]. What a link means is not known here, so
//! triples hold the name that was written, never a note it might stand for.

mod context;
mod fact;
mod name;
mod note;
mod problem;
mod settings;
mod triples;
mod value;

pub use context::{Context, ContextTerm};
pub use fact::{Event, Fact, FactKind, Knows, Mention};
pub use name::{fold_plural, normal_key, slug, tag_key};
pub use note::*;
pub use problem::{Place, Problem, ProblemKind};
pub use settings::{Detail, Dialect, Limits, Settings};
pub use triples::{NoteGraph, Part, graphs};
pub use value::{Moment, Precision, Value};

/// Reads the note at `path`, which is relative to the folder of its wiki, with `/` between names.
#[must_use]
pub fn read(bytes: &[u8], path: &str, settings: &Settings) -> Reading {
    let _ = bytes;
    let note = Note {
        path: path.to_owned(),
        dialect: settings.dialect,
        detail: settings.detail,
        ..Note::default()
    };
    Reading {
        note,
        problems: Vec::new(),
    }
}
