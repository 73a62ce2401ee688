//! Names: IRIs as constants, and the ontology files they come from.
//!
//! This crate knows what things are called and nothing about any particular thing: it reads no files, holds no data
//! and asks nobody. Constants of [`km`] and the Turtle in `ontologies/` say the same, which a test proves.
//! [`Base`] mints the IRIs of things that come from a wiki, so that one thing has one IRI, on every machine, for ever.
//!
//! ```
//! use kenning_vocab::{Base, km, rdf};
//! use oxrdf::Triple;
//!
//! let base = Base::default();
//! let note = base.note("handbook", "practices/After-action review.md");
//! assert_eq!(note.as_str(), "http://localhost:7878/id/note/handbook/practices/After-action%20review");
//! let triple = Triple::new(note, rdf::TYPE, km::NOTE);
//! assert_eq!(triple.object.to_string(), "<https://w3id.org/kenning/km#Note>");
//! ```

#[macro_use]
mod vocabulary;

mod base;
mod encode;
pub mod km;
mod ontology;
mod plural;
mod prefix;
mod standard;

pub use base::{Base, InvalidBase, Minted};
pub use encode::{canonical_path, decode_path, decode_segment, encode_path, encode_segment};
pub use ontology::{Ontology, Version, ontologies, shapes, versions};
pub use plural::fold_plural;
pub use prefix::prefixes;
pub use standard::*;

use oxrdf::NamedNodeRef;

/// The graph that stands for the default graph of RDF: a graph like any other, with a label of its own.
pub const DEFAULT_GRAPH: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("urn:kenning:default-graph");
