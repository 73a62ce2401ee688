//! SPARQL over a view.
//!
//! A text is checked and parsed once ([`Prepared`]), and answered over any number of views. Every read goes through the
//! [`View`](kenning_store::View) that it is given, so an answer holds nothing that the view's owner may not see; what this crate adds are limits,
//! formats, and the differences between the evaluator and the standard.
//! It knows nothing of HTTP, and it does not decide who may write what: an update becomes a plan, and the caller judges the plan.
//! It is the only crate that names the evaluator's crates.

mod bind;
mod dataset;
mod diagnose;
mod error;
mod fast;
mod first;
mod format;
mod gauge;
mod guard;
mod limits;
mod node;
mod normal;
mod prepare;
mod rewrite;
mod run;
mod sort;
mod source;
mod spelled;
mod spelling;
mod stack;
mod token;
mod update;
mod walk;
mod write;
mod xml;

pub use dataset::{DEFAULT_GRAPH, Dataset, DefaultGraphs};
pub use error::{QueryError, Stopped, SyntaxError, TextError};
pub use format::{AnswerFormat, GraphFormat, ResultsFormat};
pub use kenning_store::Cancel;
pub use limits::{Limits, TextLimits};
pub use prepare::{Form, ParseOptions, Prepared};
pub use run::{Outcome, RunOptions, Solution};
pub use stack::{STACK_SIZE, on_big_stack};
pub use update::{
    Effect, GraphChange, Playground, UpdateError, UpdateOptions, UpdatePlan, WritePolicy,
    plan_update,
};
pub use write::{GraphWriter, Inexpressible};
