//! The flags of the command, as they are written. What they mean is decided where they are used.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Turns the notes people write into a protected knowledge graph that answers SPARQL.
#[derive(Debug, Parser)]
#[command(
    name = "kenning",
    version,
    max_term_width = 100,
    propagate_version = true
)]
pub struct Flags {
    /// What is common to all commands.
    #[command(flatten)]
    pub common: Common,
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command understands.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The folder that holds the knowledge base.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "KENNING_DATA",
        default_value = "kenning-data"
    )]
    pub data: PathBuf,
    /// The operator's configuration: levels, floors, aliases, switches [default: kenning.toml, if there is one].
    #[arg(long, global = true, value_name = "FILE", env = "KENNING_CONFIG")]
    pub config: Option<PathBuf>,
    /// Talk to this server instead of opening a folder; `KENNING_TOKEN` signs in.
    #[arg(long, global = true, value_name = "URL", env = "KENNING_SERVER")]
    pub server: Option<String>,
    /// Print problems and answers, and nothing else.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Report in lines of JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// The commands there are.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer SPARQL over HTTP, and keep wikis in step.
    Serve(Serve),
    /// Bring what is stored in step with folders of notes.
    Sync(Sync),
    /// Turn notes into RDF, without a knowledge base.
    Convert(Convert),
    /// Say what was understood of a line of a note, and why: its links, its claims, its label and its triples.
    Explain(Explain),
    /// Load RDF files.
    Load(Load),
    /// Answer a SPARQL query.
    Query(Query),
    /// Carry out a SPARQL update, all of it or nothing.
    Update(Update),
    /// Ask a question that stands in a file; without a name, list the questions.
    Ask(Ask),
    /// Say what is in good order and what is not, and what changed since the last audit.
    Audit(Audit),
    /// Say whom to ask about a topic, and why them.
    Experts(Topic),
    /// Say what is lost if people leave; without names, which topics hang on how few.
    Loss(Loss),
    /// Say which strategy and which practices suit a topic.
    Advice(Topic),
    /// Record what no document holds: an event, a referral, who knows what; without a name, list what can be recorded.
    Record(Record),
    /// Say what is odd about notes, without storing anything; without a path, about what is stored.
    Check(Check),
    /// List the ontologies that are loaded, or print one that is built in.
    Ontologies(Ontologies),
    /// Make, list and revoke tokens for use over HTTP.
    #[command(subcommand)]
    Token(Token),
    /// Say what file, environment and flags come to, as `serve` would have it.
    Config(Serve),
    /// Write every quad that a reader sees, as N-Quads.
    Dump(Eyes),
    /// Copy everything to a file, while others read and write.
    Backup(Backup),
    /// Make a folder of data out of a backup.
    Restore(Restore),
    /// Test everything that is stored against its checksums.
    Verify,
}

/// `kenning serve`.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// A folder of notes to sync first; may be repeated.
    #[arg(long, value_name = "DIR")]
    pub wiki: Vec<PathBuf>,
    /// The level of notes that neither say one themselves nor lie in a folder that has one [default: internal].
    #[arg(long, value_name = "LEVEL")]
    pub wiki_level: Option<String>,
    /// A file of RDF to load as a public graph; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub ontology: Vec<PathBuf>,
    /// The address to listen on [default: 127.0.0.1:7878].
    #[arg(long, value_name = "ADDRESS", env = "KENNING_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Speak HTTPS with this chain of certificates (PEM, the server's own first); SIGHUP reads it again.
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        env = "KENNING_TLS_CERTIFICATE"
    )]
    pub tls_certificate: Option<PathBuf>,
    /// The private key of the certificate (PEM).
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_certificate",
        env = "KENNING_TLS_KEY"
    )]
    pub tls_key: Option<PathBuf>,
    /// What every IRI begins with; fixed by the first use [default: http://localhost:7878/].
    #[arg(long, value_name = "URL", env = "KENNING_BASE_URL")]
    pub base_url: Option<String>,
    /// Sync again whenever a file changes.
    #[arg(long)]
    pub watch: bool,
    /// What a query that names no graph reads: all visible graphs, or only the one without a name [default: union].
    #[arg(long, value_name = "WHICH")]
    pub default_graph: Option<DefaultGraph>,
    /// A folder with questions of your own, as `topic/name.rq`, to answer beside the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub questions: Option<PathBuf>,
    /// Let everybody write, and make what they write public: for playgrounds and test suites, on loopback only.
    #[arg(long)]
    pub allow_anonymous_write: bool,
}

/// What a query that names no graph reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultGraph {
    /// All visible graphs together, each triple once.
    Union,
    /// The RDF default graph alone.
    Own,
}

/// `kenning sync`.
#[derive(Debug, Clone, Args)]
pub struct Sync {
    /// Folders of notes.
    #[arg(required = true, value_name = "DIR")]
    pub wikis: Vec<PathBuf>,
    /// The level of notes that neither say one themselves nor lie in a folder that has one [default: internal].
    #[arg(long, value_name = "LEVEL")]
    pub wiki_level: Option<String>,
    /// Print what would change, as quads after `+` and `-`, and store nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// What every IRI begins with; fixed by the first use [default: http://localhost:7878/].
    #[arg(long, value_name = "URL", env = "KENNING_BASE_URL")]
    pub base_url: Option<String>,
}

/// `kenning explain`.
#[derive(Debug, Clone, Args)]
pub struct Explain {
    /// A note, or one line of it: `note.md:17`.
    #[arg(value_name = "NOTE[:LINE]")]
    pub place: PathBuf,
    /// The folder of its wiki [default: the synced folder that it lies in, else the nearest that looks like one, else the working folder].
    #[arg(long, value_name = "DIR")]
    pub wiki: Option<PathBuf>,
}

/// `kenning convert`.
#[derive(Debug, Clone, Args)]
pub struct Convert {
    /// Notes and folders of notes.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The form of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "nquads")]
    pub format: ConvertFormat,
    /// How much of each note: `core` is metadata, links and tags, `claims` adds passages and their sources, `full` adds places.
    #[arg(long, value_name = "DETAIL", default_value = "claims")]
    pub detail: Detail,
    /// Write here instead of to standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What every IRI begins with [default: http://localhost:7878/].
    #[arg(long, value_name = "URL", env = "KENNING_BASE_URL")]
    pub base_url: Option<String>,
}

/// How much of a note becomes triples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Detail {
    /// Metadata, links, tags and sections.
    Core,
    /// Passages, claims and citations as well.
    Claims,
    /// Every occurrence of a link with its place, text positions, and tasks as well.
    Full,
}

/// What `convert` can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConvertFormat {
    /// One quad on a line.
    Nquads,
    /// Graphs in braces, for people.
    Trig,
    /// JSON-LD.
    Jsonld,
}

/// `kenning load`.
#[derive(Debug, Clone, Args)]
pub struct Load {
    /// Files of RDF; the ending says which kind, and for .owl and .rdf the content.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The graph that triples without a graph go to [default: one named after the file].
    #[arg(long, value_name = "IRI")]
    pub graph: Option<String>,
    /// The level of the graphs that are written [default: internal].
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<String>,
    /// A reader needs any of these groups; repeat the flag for "and".
    #[arg(long, value_name = "A,B")]
    pub groups: Vec<String>,
    /// A folder of ontology files, or an XML catalog, in which imported ontologies are found; may be repeated.
    #[arg(long = "catalog", value_name = "PATH")]
    pub catalogs: Vec<PathBuf>,
    /// What every IRI begins with; fixed by the first use [default: http://localhost:7878/].
    #[arg(long, value_name = "URL", env = "KENNING_BASE_URL")]
    pub base_url: Option<String>,
}

/// With whose eyes something is read.
#[derive(Debug, Clone, Args)]
pub struct Eyes {
    /// Look with the eyes of a reader of this level.
    #[arg(long, value_name = "LEVEL", default_value = "public")]
    pub clearance: String,
    /// The groups that this reader holds; `*` for all.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub groups: Vec<String>,
}

/// `kenning ask`.
#[derive(Debug, Clone, Args)]
pub struct Ask {
    /// The question; without one, all are listed with the values they take.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// A value of the question, as `topic=reed voicing`; `--topic "reed voicing"` says the same.
    #[arg(long, value_name = "NAME=VALUE", value_parser = value)]
    pub param: Vec<(String, String)>,
    /// With whose eyes.
    #[command(flatten)]
    pub eyes: Eyes,
    /// The form of the answer: `table`, `json`, `csv` or `turtle`.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Which page of a question that is asked in pages; the first is 1.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "all")]
    pub page: u64,
    /// Every row of a question that is asked in pages.
    #[arg(long)]
    pub all: bool,
    /// A folder with questions of your own, as `topic/name.rq`.
    #[arg(long, value_name = "DIR")]
    pub questions: Option<PathBuf>,
    /// Stop after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub timeout: u64,
}

fn value(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| format!("`{text}` has no value; write `{text}=VALUE`"))
}

/// `kenning query`.
#[derive(Debug, Clone, Args)]
pub struct Query {
    /// The query.
    #[arg(value_name = "TEXT", required_unless_present = "file")]
    pub text: Option<String>,
    /// Read the query from a file, or from standard input for `-`.
    #[arg(short, long, value_name = "FILE", conflicts_with = "text")]
    pub file: Option<PathBuf>,
    /// With whose eyes.
    #[command(flatten)]
    pub eyes: Eyes,
    /// The form of the answer, as an ending (`json`, `csv`, `ttl`) or a media type [default: a table, or Turtle].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// What a query that names no graph reads [default: union].
    #[arg(long, value_name = "WHICH")]
    pub default_graph: Option<DefaultGraph>,
    /// Stop after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub timeout: u64,
}

/// `kenning update`.
#[derive(Debug, Clone, Args)]
pub struct Update {
    /// The update.
    #[arg(value_name = "TEXT", required_unless_present = "file")]
    pub text: Option<String>,
    /// Read the update from a file, or from standard input for `-`.
    #[arg(short, long, value_name = "FILE", conflicts_with = "text")]
    pub file: Option<PathBuf>,
    /// With whose eyes; what is new gets their label.
    #[command(flatten)]
    pub eyes: Eyes,
    /// Say what would change, triple by triple, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Let what is read go to a lower label, for this reason, which is noted in the audit log.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// What a WHERE that names no graph reads [default: union].
    #[arg(long, value_name = "WHICH")]
    pub default_graph: Option<DefaultGraph>,
    /// Stop after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub timeout: u64,
}

/// `kenning audit`.
#[derive(Debug, Clone, Args)]
pub struct Audit {
    /// With whose eyes.
    #[command(flatten)]
    pub eyes: Eyes,
    /// The form of the report: `text`, `json`, `turtle` or `html`.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Write the page to print to this file, too.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Only what this person must see to: five things at most.
    #[arg(long = "for", value_name = "PERSON")]
    pub person: Option<String>,
    /// List every finding, also where there are many of a kind.
    #[arg(long)]
    pub all: bool,
    /// Leave this audit out of the history.
    #[arg(long)]
    pub forget: bool,
}

/// `kenning experts` and `kenning advice`.
#[derive(Debug, Clone, Args)]
pub struct Topic {
    /// The topic, by a name that notes answer to, a label or an IRI.
    #[arg(value_name = "TOPIC")]
    pub topic: String,
    /// With whose eyes.
    #[command(flatten)]
    pub eyes: Eyes,
    /// The form of the answer: `table`, `json`, `csv` or `turtle`.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
}

/// `kenning loss`.
#[derive(Debug, Clone, Args)]
pub struct Loss {
    /// Who might leave, all of them together.
    #[arg(value_name = "PERSON")]
    pub people: Vec<String>,
    /// With whose eyes.
    #[command(flatten)]
    pub eyes: Eyes,
    /// The form of the answer: `table`, `json`, `csv` or `turtle`.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
}

/// `kenning record`.
#[derive(Debug, Clone, Args)]
pub struct Record {
    /// What sort of record; without one, all are listed with their fields.
    #[arg(value_name = "KIND")]
    pub kind: Option<String>,
    /// A field, as `topic=reed voicing`; `--topic "reed voicing"` says the same.
    #[arg(long, value_name = "NAME=VALUE", value_parser = value)]
    pub param: Vec<(String, String)>,
    /// Who records.
    #[arg(long = "as", value_name = "NAME", default_value = "operator")]
    pub who: String,
    /// The level of the record [default: that of notes that say none].
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<String>,
    /// A reader needs any of these groups; repeat the flag for "and".
    #[arg(long, value_name = "A,B")]
    pub groups: Vec<String>,
    /// Take names that nobody has for new people and topics.
    #[arg(long)]
    pub new: bool,
    /// Show the triples and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `kenning check`.
#[derive(Debug, Clone, Args)]
pub struct Check {
    /// Notes and folders of notes; without any, what is stored is held against the shapes.
    #[arg(value_name = "PATH", conflicts_with_all = ["clearance", "groups", "shapes", "severity"])]
    pub paths: Vec<PathBuf>,
    /// With whose eyes.
    #[command(flatten)]
    pub eyes: Eyes,
    /// A file of shapes (SHACL) to check by, beside the built-in ones; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub shapes: Vec<PathBuf>,
    /// The least severity that is shown: `info`, `warning` or `violation`.
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub severity: String,
    /// The form of the report: `text`, `json` or `turtle`.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Stop a query of a shape after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub timeout: u64,
}

/// `kenning ontologies`.
#[derive(Debug, Clone, Args)]
pub struct Ontologies {
    /// The built-in one to print, such as `km-core` or `shapes/core`.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// With whose eyes.
    #[command(flatten)]
    pub eyes: Eyes,
    /// The form of the list: `text` or `json`.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
}

/// `kenning backup`.
#[derive(Debug, Clone, Args)]
pub struct Backup {
    /// A file that does not exist yet, or a folder.
    #[arg(value_name = "FILE")]
    pub to: PathBuf,
}

/// `kenning restore`.
#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// The backup.
    #[arg(value_name = "FILE")]
    pub from: PathBuf,
}

/// `kenning token`.
#[derive(Debug, Clone, Subcommand)]
pub enum Token {
    /// Make a token and print it, once.
    Add {
        /// Whom or what it is for.
        name: String,
        /// The level it is cleared for.
        #[arg(long, value_name = "LEVEL")]
        clearance: String,
        /// The groups it holds; `*` for all.
        #[arg(long, value_name = "A,B", value_delimiter = ',')]
        groups: Vec<String>,
        /// What it is there for; may be repeated [default: reader].
        #[arg(long = "role", value_name = "ROLE", value_delimiter = ',')]
        roles: Vec<String>,
        /// Graphs it may write: those under a prefix, and the label of those it creates; may be repeated.
        #[arg(long, value_name = "PREFIX[=LEVEL[:A,B]]")]
        writes: Vec<String>,
        /// How long it is valid: `90d`, `12h`, `30m` [default: until it is revoked].
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List all tokens, without their secrets.
    List,
    /// Take a token back, by its id or name.
    Revoke {
        /// The id or the name.
        which: String,
    },
}
