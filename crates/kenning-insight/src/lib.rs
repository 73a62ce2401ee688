//! Questions worth asking of a body of knowledge.
//!
//! A [`Question`] is a file of SPARQL with decorators that say in words what it asks and which values it takes. The files
//! are in `queries/`, and users put their own beside them. What a query language cannot do, such as finding the few people
//! whose leaving would hurt most, is done here in Rust.
//! Everything reads through a [`View`](kenning_store::View), so no answer depends on what the asker may not see.
//! This crate opens no files and looks at no clock: the day is part of the [`Context`].
//!
//! ```
//! use kenning_insight::Library;
//!
//! let library = Library::built_in();
//! let question = library.get("stale-notes").unwrap();
//! assert_eq!(question.summary, "Which notes are stale: never verified, or past their review?");
//! ```

mod advice;
mod answer;
mod ask;
pub mod audit;
mod cover;
mod day;
mod decorators;
mod experts;
mod fold;
mod insight;
mod labels;
mod library;
mod loss;
mod ontologies;
mod param;
mod picture;
mod question;
pub mod record;
mod reserve;
pub mod shapes;

pub use advice::advice;
pub use answer::{Answer, Cell, Standing};
pub use ask::{AskError, Context, Page};
pub use day::Day;
pub use decorators::InvalidYaml;
pub use experts::{Evidence, Expert, experts, experts_for_each};
pub use fold::name_key;
pub use insight::InsightError;
pub use library::Library;
pub use loss::{Cover, Group, loss};
pub use ontologies::LoadedOntology;
pub use param::{InvalidValue, Kind as ParamKind, Param};
pub use question::{InvalidQuestion, Question};
