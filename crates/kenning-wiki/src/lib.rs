//! A folder of notes: what changed, how its links resolve, and which label each note has.

mod assemble;
mod catalog;
mod change;
mod convert;
mod dialect;
mod explain;
mod file;
mod git;
mod keys;
mod label;
mod labels;
mod ladder;
mod moves;
mod names;
mod overrides;
mod problem;
mod reading;
mod relink;
mod rules;
mod scan;
mod settings;
mod triples;
mod walk;
mod wiki;

pub use catalog::{Catalog, UnreadableCatalog};
pub use change::{ChangeKind, GraphChange, NoteChange, Progress, Scan, Summary};
pub use convert::{Converted, Emit};
pub use dialect::Guess;
pub use explain::{ExplainedLink, ExplainedPassage, Explanation};
pub use label::Decision;
pub use ladder::Rung;
pub use overrides::LINKS_FILE;
pub use problem::Located;
pub use rules::{InvalidRules, Rules};
pub use settings::SETTINGS_FILE;
pub use wiki::{OpenWiki, Wiki};
