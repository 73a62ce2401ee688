//! A folder of notes: what changed, how its links resolve, and which label each note has.

mod catalog;
mod file;
mod keys;
mod labels;
mod ladder;
mod label;
mod names;
mod problem;
mod rules;
mod settings;
mod walk;

pub use label::Decision;
pub use problem::Located;
pub use rules::{InvalidRules, Rules};
pub use settings::SETTINGS_FILE;
