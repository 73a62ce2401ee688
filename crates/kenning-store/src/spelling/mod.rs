//! How language tags were written, where that is not as BCP 47 recommends.
//!
//! A language tag is one tag in any case, so `"colour"@en-GB` and `"colour"@EN-gb` are one term, kept once (`tag.rs`).
//! What people wrote stands beside the terms: each graph remembers its own unusual spellings, in the same commit as its
//! triples. A reader is shown a spelling only if a graph that they see writes the term so. Why it is done like this, and
//! what else was considered: `docs/decisions/language-tags.md`.

mod graph;
mod json;
mod seen;
mod terse;
mod written;
mod xml;

pub(crate) use graph::{Gathering, Spelling, Spellings, key, name_of_key};
pub(crate) use seen::Seen;
pub(crate) use written::Scanner;
pub use written::{Written, respelled};
