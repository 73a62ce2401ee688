//! The command: notes in, protected knowledge graph out.
//!
//! Joins the crates, and holds no rules of its own: what a note says is known to `kenning-note`, which label it has to `kenning-wiki`,
//! who sees it to `kenning-access`. Each command is one module with a request that can be sent to the process that holds the data,
//! and a `run` that does it and says on the way what it does.
//!
//! ```
//! use kenning::config::Config;
//! use kenning::{query, site::Site};
//! use kenning_server::Line;
//! use kenning_store::{KnowledgeBase, Options};
//!
//! let site = Site::over(KnowledgeBase::in_memory(Options::default()), Config::default(), None)?;
//! let request = query::Request {
//!     text: "ASK { ?s ?p ?o }".into(),
//!     clearance: "public".into(),
//!     groups: vec![],
//!     format: None,
//!     default_graph: None,
//!     timeout: 10,
//! };
//! let mut answer = String::new();
//! let outcome = query::run(&site, &request, &mut |line| {
//!     if let Line::Output { text } = line {
//!         answer.push_str(&text);
//!     }
//! })?;
//! assert_eq!((outcome.code, answer.as_str()), (0, "false\n"));
//! # Ok::<(), anyhow::Error>(())
//! ```

pub mod ask;
pub mod audit;
pub mod check;
pub mod client;
pub mod config;
pub mod convert;
mod difference;
pub mod explain;
pub mod flags;
mod followed;
mod ground;
pub mod insight;
pub mod interrupt;
pub mod keep;
pub mod load;
pub mod look;
pub mod ontologies;
mod ontology;
pub mod query;
pub mod record;
mod renewal;
pub mod report;
pub mod request;
pub mod serve;
pub mod site;
pub mod sync;
mod table;
pub mod token;
pub mod update;
pub mod watch;
