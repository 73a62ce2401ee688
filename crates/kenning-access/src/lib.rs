//! Who may read what: levels, groups, labels and clearances.
//!
//! This crate holds no data and does no I/O, so its answers can be tested over every pair of values.
//! It does not know what a label is attached to, where a clearance comes from, or how either is stored.
//! A label is a point of a lattice (Denning 1976, "A lattice model of secure information flow"): a level, and groups
//! as a conjunction of "any of" clauses. What has no valid label is closed.
//!
//! ```
//! use kenning_access::{Clearance, Groups, Scale};
//!
//! let scale = Scale::default();
//! let label = scale.parse_label("confidential{hr|legal}").unwrap();
//! let hr = Clearance::new(scale.parse_level("restricted").unwrap(), Groups::of(["hr"]).unwrap());
//! let other = Clearance::new(scale.parse_level("restricted").unwrap(), Groups::none());
//! assert!(hr.sees(&label));
//! assert!(!other.sees(&label));
//! ```

mod check;
mod clearance;
mod grant;
mod group;
mod label;
mod level;

#[doc(hidden)]
pub use check::Check;
pub use clearance::Clearance;
pub use grant::{Act, Grant, InvalidGrant, Refusal, Role, Target, UnknownRole, Writer};
pub use group::{Clause, Group, Groups, InvalidGroup};
pub use label::{InvalidLabel, Label};
pub use level::{InvalidScale, Level, Scale, UnknownLevel};
