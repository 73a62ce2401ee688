//! A folder of notes: what changed, how its links resolve, and which label each note has.

mod keys;
mod label;
mod problem;
mod rules;
mod settings;

pub use label::Decision;
pub use problem::Located;
pub use rules::{InvalidRules, Rules};
pub use settings::SETTINGS_FILE;
