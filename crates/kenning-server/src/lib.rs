//! Kenning over HTTP.

mod operations;

pub use operations::{Line, NoOperations, Operations, Outcome};
