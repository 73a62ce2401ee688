//! Labelled graphs: durable truth, an index in memory, and the view that every read goes through.
//!
//! A [`KnowledgeBase`] holds named graphs, each with one label. It has no method that returns a triple: whoever wants
//! data asks for a [`View`] with a clearance, and the view tests the label of every row while it scans.
//! This crate knows no SPARQL, no HTTP and no notes, and does not decide who may write: it commits what it is given.
//!
//! ```
//! use kenning_access::{Clearance, Label};
//! use kenning_store::{Batch, GraphPattern, KnowledgeBase, Options, Pattern};
//! use oxrdf::{NamedNode, Triple};
//!
//! let node = |name: &str| NamedNode::new(format!("http://example.org/{name}")).unwrap();
//! let kb = KnowledgeBase::in_memory(Options::default());
//! let mut batch = Batch::new();
//! let triple = Triple::new(node("seci"), node("describes"), node("learning"));
//! batch.put_graph(node("open"), Label::public(), [triple.clone()]);
//! batch.put_graph(node("hidden"), Label::closed(), [triple]);
//! kb.commit(batch).unwrap();
//!
//! let view = kb.view(&Clearance::anonymous());
//! assert_eq!(view.graphs().count(), 1);
//! assert_eq!(view.quads(Pattern::all(GraphPattern::Union)).count(), 1);
//! ```

mod batch;
mod bulk;
mod cache;
mod cancel;
mod commit;
#[cfg(test)]
mod counts;
mod dictionary;
mod error;
mod flush;
mod forget;
mod graphs;
mod held;
mod keeping;
mod knowledge_base;
mod load;
mod merge;
#[cfg(test)]
mod model_tests;
mod pattern;
mod private;
mod publish;
mod queue;
mod run;
mod scan;
mod shared;
mod snapshot;
mod spelling;
mod tag;
mod term;
mod truth;
mod value;
mod view;

pub use batch::Batch;
pub use bulk::{Existing, LoadError, LoadOptions, Loaded, Loading, Naming, Source};
pub use cache::Opened;
pub use cancel::{Cancel, Interrupted};
pub use error::{Affected, CommitError, Damage, OpenError, StoreError};
pub use keeping::{restore, verify};
pub use knowledge_base::{Committed, KnowledgeBase, Options, SyncMode, Usage};
pub use pattern::{GraphPattern, GraphSet, Pattern};
pub use scan::Quads;
pub use spelling::{Written, respelled};
pub use tag::shown as shown_tag;
pub use term::TermId;
pub use truth::Verified;
pub use value::Value;
pub use view::{GraphInfo, QuadIds, Version, View};
