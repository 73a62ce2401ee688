//! Kenning over HTTP: SPARQL and graph store protocols, linked data, pages, signing in.
//!
//! This crate turns requests into a reader, asks the crates below with that reader's eyes, and writes what they say. It
//! knows no rule of its own about who sees what (`kenning-access`), how data is kept (`kenning-store`) or how a query is
//! answered (`kenning-sparql`). It is the only crate that names axum and the wire formats of JSON.
//!
//! Every route is one row of [`routes::table`]. A handler that reads takes a [`reader::Reader`], which only a request can
//! make, and which is the only way here to a view.

mod about;
mod address;
pub mod audit;
mod clock;
mod error;
mod evaluate;
mod guard;
mod html;
mod inflate;
mod jwt;
mod listen;
mod mark;
mod names;
mod negotiate;
mod nesting;
mod openapi;
mod operations;
mod overview;
mod pace;
mod pipeline;
mod plans;
mod policy;
mod protocol;
mod rdf;
mod rdf_in;
mod reader;
mod routes;
mod session;
mod settings;
mod stall;
mod statistics;
mod table;
mod tls;
pub mod token;
mod validator;
mod vocabulary;
mod writing;

use std::io;
use std::sync::Arc;

use axum::Router;
use kenning_store::KnowledgeBase;
use kenning_vocab::Base;

pub use clock::{moment, today};
pub use jwt::IssuerSettings;
pub use listen::{serve, serve_socket};
pub use mark::Mark;
pub use operations::{Line, NoOperations, Operations, Outcome, Problem};
pub use policy::Policy;
pub use settings::{DefaultGraph, ServerSettings, TrustedProxy};
pub use tls::Tls;

/// A text that no other record has: 20 random letters and digits. `None` when the system gives no random numbers.
#[must_use]
pub fn record_id() -> Option<String> {
    token::random_name().ok()
}

/// Stack of a thread that evaluates: as deep as the deepest query that the parser lets through.
const STACK: usize = 64 * 1024 * 1024;

/// A server that is ready to listen. Clones are the same server.
#[derive(Clone)]
pub struct Service(Arc<App>);

/// What every request shares.
pub(crate) struct App {
    pub(crate) kb: Arc<KnowledgeBase>,
    pub(crate) base: Base,
    pub(crate) operations: Arc<dyn Operations>,
    pub(crate) settings: ServerSettings,
    pub(crate) sessions: session::Sessions,
    pub(crate) evaluators: evaluate::Evaluators,
    pub(crate) audit: Option<audit::AuditLog>,
    /// What holds as long as the operator has no other: see [`App::policy`].
    policy: Arc<Policy>,
    pub(crate) metrics: pipeline::Metrics,
    pub(crate) plans: plans::Plans,
    /// How many connections are open.
    pub(crate) connections: Arc<std::sync::atomic::AtomicUsize>,
    /// INVARIANT: kept by the fingerprint of a view, so nobody gets what was made for other eyes (guard: `tests/access.rs`).
    pub(crate) overviews: statistics::Kept<[u8; 32], overview::Overview>,
    /// The same holds here.
    pub(crate) sitemaps: statistics::Kept<[u8; 32], Vec<String>>,
    /// And here.
    pub(crate) statistics: statistics::Kept<[u8; 32], statistics::Statistics>,
}

impl Service {
    /// A server for `kb`, whose own things have IRIs under `base`.
    ///
    /// # Errors
    /// When the system gives no threads, or an issuer of tokens is configured in a way that cannot be followed.
    pub fn new(
        kb: Arc<KnowledgeBase>,
        base: Base,
        operations: Arc<dyn Operations>,
        settings: ServerSettings,
    ) -> io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let count = match settings.evaluations {
            0 => cores.saturating_mul(4),
            count => count,
        };
        Ok(Self(Arc::new(App {
            evaluators: evaluate::Evaluators::start(
                count,
                STACK,
                settings.patience,
                settings.spill.clone(),
            )?,
            plans: plans::Plans::default(),
            connections: Arc::default(),
            sessions: session::Sessions::default(),
            audit: settings.audit_log.clone(),
            policy: Arc::new(Policy::open(&settings, &base, kb.scale())?),
            metrics: pipeline::Metrics::default(),
            sitemaps: statistics::Kept::default(),
            overviews: statistics::Kept::default(),
            statistics: statistics::Kept::default(),
            kb,
            base,
            operations,
            settings,
        })))
    }

    /// The path and query of a link that signs its first follower in with all there is to see. An earlier link ends.
    ///
    /// For a server on loopback that nobody has configured tokens for: the caller prints it where only the operator looks.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn make_sign_in_link(&self) -> io::Result<String> {
        let secret = self.0.sessions.make_link().map_err(io::Error::other)?;
        Ok(format!("/sign-in?link={secret}"))
    }

    /// Every method and path that the server answers, as its routes have them.
    #[must_use]
    pub fn routes() -> Vec<(&'static str, &'static str)> {
        routes::table()
            .iter()
            .map(|route| (route.method, route.path))
            .collect()
    }

    /// The whole server as a tower service, for those who listen in another way.
    pub fn router(&self) -> Router {
        pipeline::around(routes::router(), Arc::clone(&self.0))
    }

    /// The audit log, for commands that run inside the server.
    #[must_use]
    pub fn audit_log(&self) -> Option<&audit::AuditLog> {
        self.0.audit.as_ref()
    }

    pub(crate) fn connections(&self) -> Arc<std::sync::atomic::AtomicUsize> {
        Arc::clone(&self.0.connections)
    }

    /// What the server speaks HTTPS with, if it does.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        self.0.settings.tls.as_ref()
    }

    pub(crate) fn settings(&self) -> &ServerSettings {
        &self.0.settings
    }
}

impl App {
    /// What holds for a request that comes in now. The operator's configuration may have changed since the last one.
    pub(crate) fn policy(&self) -> Arc<Policy> {
        let renewed = self.operations.policy();
        renewed.unwrap_or_else(|| Arc::clone(&self.policy))
    }
}
