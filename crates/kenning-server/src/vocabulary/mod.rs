//! The vocabulary as a page: one section a module, with a diagram, and one entry a term.
//!
//! The page is made of the Turtle in `ontologies/` alone, so it cannot say anything that the vocabulary does not.

mod diagram;
mod model;
mod page;

use std::sync::OnceLock;

/// The main part of the page, as HTML. Made once: the vocabulary is built in.
pub(crate) fn page() -> &'static str {
    static PAGE: OnceLock<String> = OnceLock::new();
    PAGE.get_or_init(|| page::write(&model::modules()))
}
