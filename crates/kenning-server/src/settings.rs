//! What an operator can set about a server.

use kenning_insight::Library;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::Tls;
use crate::audit::AuditLog;
use crate::jwt::IssuerSettings;

/// What a server allows and how far it goes. The defaults suit one machine and many readers.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Names (without port) under which the server may be addressed, besides `localhost`, addresses and the base URL's host.
    pub hosts: Vec<String>,
    /// Origins (`https://tools.example`) whose pages may send requests. None by default.
    pub cors_origins: Vec<String>,
    /// The default graph of queries that name none.
    pub default_graph: DefaultGraph,
    /// A local playground: anonymous may write anywhere, and what it writes is public.
    pub allow_anonymous_write: bool,
    /// A reverse proxy that says who its users are.
    pub trusted_proxy: Option<TrustedProxy>,
    /// How long a query may take.
    pub query_time: Duration,
    /// How long an update may take.
    pub update_time: Duration,
    /// How long a request waits for a free thread.
    pub patience: Duration,
    /// How long a client may take nothing of its answer, or send nothing of a body it has begun, before it is let go.
    pub stall: Duration,
    /// The folder where answers that wait for slow clients lie in files without a name; `None` is the system's for such files.
    pub spill: Option<PathBuf>,
    /// The largest query or update, in bytes.
    pub query_bytes: u64,
    /// The largest other body, in bytes, after it has been decompressed.
    pub body_bytes: u64,
    /// How many requests are evaluated at once; 0 means four for each core.
    pub evaluations: usize,
    /// How many connections may be open at once.
    pub connections: usize,
    /// Identity providers whose tokens are taken besides our own.
    pub issuers: Vec<IssuerSettings>,
    /// Where denials, writes and changes of tokens are recorded; `None` records nothing.
    pub audit_log: Option<AuditLog>,
    /// Speaks HTTPS where it is given, and HTTP where it is not. The operator's socket is not concerned.
    pub tls: Option<Tls>,
    /// Whether `/sitemap.xml` lists the pages that everybody may see.
    pub sitemap: bool,
    /// Whether the cookie of a session goes over HTTPS only.
    pub secure_cookies: bool,
    /// The questions that `/api/questions` answers.
    pub questions: Arc<Library>,
}

/// What a query that names no dataset reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DefaultGraph {
    /// The union of all visible graphs, each triple once.
    #[default]
    Union,
    /// The RDF default graph alone.
    Own,
}

/// A reverse proxy that has checked who its users are, and says so in headers.
///
/// Its users read only. The proxy must drop these headers from what comes in from outside.
#[derive(Debug, Clone)]
pub struct TrustedProxy {
    /// The addresses it connects from.
    pub peers: Vec<IpAddr>,
    /// The header that names the user, such as `x-forwarded-user`.
    pub user_header: String,
    /// The header that names the level; without it the user is cleared for the lowest.
    pub clearance_header: String,
    /// The header that lists groups, with commas.
    pub groups_header: String,
}

/// Reading the questions that come with Kenning takes longer than all else that a server's settings need.
static BUILT_IN: LazyLock<Arc<Library>> = LazyLock::new(|| Arc::new(Library::built_in()));

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            cors_origins: Vec::new(),
            default_graph: DefaultGraph::Union,
            allow_anonymous_write: false,
            trusted_proxy: None,
            query_time: Duration::from_secs(30),
            update_time: Duration::from_secs(30),
            patience: Duration::from_secs(10),
            stall: Duration::from_secs(60),
            spill: None,
            query_bytes: 1024 * 1024,
            body_bytes: 256 * 1024 * 1024,
            evaluations: 0,
            connections: 4096,
            issuers: Vec::new(),
            audit_log: None,
            tls: None,
            sitemap: false,
            secure_cookies: false,
            questions: Arc::clone(&BUILT_IN),
        }
    }
}
