//! Shapes: what a body of knowledge promises about itself, checked over a view (SHACL Core and its
//! SPARQL-based constraints, W3C Recommendation 2017).
//!
//! [`Shapes::read`] takes the triples of a shapes graph, [`Shapes::check`] looks at what one reader sees and returns
//! every result that the Recommendation asks for. Nothing is written, and nothing outside the view is looked at, so a
//! report by a reader is a report on what that reader may read.
//! Our own Core, rather than a crate: the crates there are bring their own store and RDF model, and copying the visible
//! half of the knowledge base into them would be a second way to read.

mod check;
mod data;
mod finding;
mod literal;
mod path;
mod read;
mod report;
mod select;
mod shape;

pub use check::CheckError;
pub use finding::Finding;
pub use path::Path;
pub use report::{Severity, Violation, report_triples};
pub use shape::{InvalidShapes, Shapes};
