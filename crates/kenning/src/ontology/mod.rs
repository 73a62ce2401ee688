//! What `kenning load` knows of the files that ontologies come in: which notation it is, what a file says of itself,
//! and where the files lie that it imports.

pub(crate) mod catalog;
pub(crate) mod header;
pub(crate) mod kind;
