//! The vocabulary of Kenning: notes, kinds of knowledge, protection, expertise, processes, provenance and audit.
//!
//! Its definitions are in `ontologies/km-*.ttl`; the constants here are in modules of the same names.

mod audit;
mod core;
mod expertise;
mod process;
mod protection;
mod provenance;
mod types;

pub use audit::*;
pub use core::*;
pub use expertise::*;
pub use process::*;
pub use protection::*;
pub use provenance::*;
pub use types::*;

use oxrdf::NamedNodeRef;

/// What the IRI of every term of this vocabulary begins with. It never changes, whatever a server is called.
pub const NAMESPACE: &str = "https://w3id.org/kenning/km#";

/// Every term of the vocabulary with the name of its constant, module by module.
pub fn terms() -> impl Iterator<Item = (&'static str, NamedNodeRef<'static>)> {
    [
        CORE_LIST,
        TYPES_LIST,
        PROTECTION_LIST,
        EXPERTISE_LIST,
        PROCESS_LIST,
        PROVENANCE_LIST,
        AUDIT_LIST,
    ]
    .into_iter()
    .flatten()
    .copied()
}
