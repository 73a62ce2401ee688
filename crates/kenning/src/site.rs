//! A knowledge base that this process has open, with what every command needs beside it.

use crate::config::Config;
use crate::followed::Followed;
use crate::request::Request;
use anyhow::{Context, Result, bail};
use kenning_access::{Clearance, Groups, Label};
use kenning_server::audit::{AuditLog, Decision, Event, target_hash};
use kenning_server::{Line, Operations, Outcome};
use kenning_store::{Batch, Cancel, KnowledgeBase, Options};
use kenning_vocab::Base;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The audit log's file in a data directory.
pub const AUDIT: &str = "audit.jsonl";

/// The setting that holds the base URL.
const BASE: &str = "base";

/// An open knowledge base, the operator's configuration, and what every IRI begins with.
#[derive(Debug)]
pub struct Site {
    /// What is stored.
    pub kb: Arc<KnowledgeBase>,
    /// What every IRI begins with.
    pub base: Base,
    /// What the operator decided, which may change while a server runs.
    config: Mutex<Arc<Config>>,
    /// Held by whoever compares what is stored with files: two syncs at once would undo each other's work.
    /// What is known of watched wikis, by their names.
    syncing: Mutex<BTreeMap<String, Followed>>,
    watching: AtomicBool,
    /// Where the data is; `None` in memory.
    dir: Option<PathBuf>,
    /// What was done goes here, also when the server that this is part of did it.
    audit: OnceLock<AuditLog>,
    opening: Mutex<()>,
}

impl Site {
    /// Opens the knowledge base in `dir`, or makes one there.
    ///
    /// # Errors
    /// When another process has it, it cannot be read, or `base_url` is not the one that it was made with.
    pub fn open(dir: &Path, config: Config, base_url: Option<&str>) -> Result<Self> {
        let options = Options {
            scale: config.scale().clone(),
            sync: config.file.sync.into(),
        };
        let kb = KnowledgeBase::open(dir, options)?;
        let mut site = Self::over(kb, config, base_url)?;
        site.dir = Some(dir.to_owned());
        Ok(site)
    }

    /// An empty one in memory, for what stores nothing: no folder is made.
    ///
    /// # Errors
    /// When `base_url` is no URL that IRIs may begin with.
    pub fn nowhere(config: Config, base_url: Option<&str>) -> Result<Self> {
        let options = Options {
            scale: config.scale().clone(),
            ..Options::default()
        };
        Self::over(KnowledgeBase::in_memory(options), config, base_url)
    }

    /// The same over a knowledge base that is already open, such as one in memory.
    ///
    /// # Errors
    /// When `base_url` is no URL that IRIs may begin with, or not the one that the knowledge base was made with.
    pub fn over(kb: KnowledgeBase, config: Config, base_url: Option<&str>) -> Result<Self> {
        let asked = base_url.or(config.file.base_url.as_deref());
        let asked = asked.map(Base::new).transpose()?;
        let stored = kb.setting(BASE)?;
        let stored = stored.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let base = match (stored, asked) {
            (Some(stored), Some(asked)) if stored != asked.as_str() => bail!(
                "this knowledge base was made with the base URL `{stored}`, and its IRIs do not change: \
                 leave `{}` out, or begin a new one with `--data`",
                asked.as_str()
            ),
            (Some(stored), _) => Base::new(&stored).context("the stored base URL")?,
            (None, asked) => {
                let base = asked.unwrap_or_default();
                let mut batch = Batch::new();
                batch.put_setting(BASE, Some(base.as_str().as_bytes().to_vec()));
                if let Some(level) = config.default_graph_level() {
                    let label = Label::new(level, []);
                    batch.create_graph(kenning_vocab::DEFAULT_GRAPH.into_owned(), label);
                }
                kb.commit(batch)?;
                base
            }
        };
        Ok(Self {
            kb: Arc::new(kb),
            base,
            config: Mutex::new(Arc::new(config)),
            syncing: Mutex::default(),
            watching: AtomicBool::new(false),
            dir: None,
            audit: OnceLock::new(),
            opening: Mutex::new(()),
        })
    }

    /// The audit log, opened when it is first needed: one process must not have two. `None` for what is in memory alone.
    ///
    /// # Errors
    /// When it cannot be opened: what cannot be recorded is not done.
    pub fn log(&self) -> Result<Option<&AuditLog>> {
        let Some(dir) = &self.dir else {
            return Ok(None);
        };
        if let Some(log) = self.audit.get() {
            return Ok(Some(log));
        }
        let _only = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if self.audit.get().is_none() {
            let log =
                AuditLog::open(&dir.join(AUDIT)).context("the audit log cannot be written")?;
            let _ = self.audit.set(log);
        }
        Ok(self.audit.get())
    }

    /// Notes that something was done or refused; in memory there is no log.
    ///
    /// # Errors
    /// When the log cannot be opened.
    pub fn audit(&self, event: Event) -> Result<()> {
        if let Some(log) = self.log()? {
            log.append_blocking(event);
        }
        Ok(())
    }

    /// The same for something that the operator's command did.
    ///
    /// # Errors
    /// When the log cannot be opened.
    pub(crate) fn record(
        &self,
        action: String,
        target: &str,
        decision: Decision,
        reason: Option<String>,
    ) -> Result<()> {
        self.audit(Event {
            request: String::new(),
            who: "operator".to_owned(),
            action,
            target: target_hash(target),
            decision,
            status: 0,
            reason,
        })
    }

    /// What the operator decided, as it holds now.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on, this holds.
    pub(crate) fn set_config(&self, config: Config) {
        *self.config.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// Waits until nobody else compares what is stored with files.
    pub(crate) fn syncing(&self) -> MutexGuard<'_, BTreeMap<String, Followed>> {
        self.syncing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on, what is known of synced wikis stays in memory.
    pub(crate) fn begin_watching(&self) {
        self.watching.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_watching(&self) -> bool {
        self.watching.load(Ordering::Relaxed)
    }

    /// The clearance that `--clearance` and `--groups` name.
    ///
    /// # Errors
    /// When there is no such level, or a text cannot be the name of a group.
    pub fn clearance(&self, level: &str, groups: &[String]) -> Result<Clearance> {
        let level = self.kb.scale().parse_level(level)?;
        let named = groups
            .iter()
            .map(|name| name.trim())
            .filter(|name| !name.is_empty());
        let groups = Groups::of(named)?;
        Ok(Clearance::new(level, groups))
    }

    /// Runs one command to its end.
    pub fn run(&self, request: &Request, report: &mut dyn FnMut(Line)) -> Outcome {
        self.run_for(request, &Cancel::new(), report)
    }

    /// The same for somebody who may leave, which sets `left`. A load or a dump ends then, and nothing of it was stored; a sync ends
    /// between two batches.
    pub fn run_for(
        &self,
        request: &Request,
        left: &Cancel,
        report: &mut dyn FnMut(Line),
    ) -> Outcome {
        let outcome = match request {
            Request::Sync(request) => crate::sync::run(self, request, left, report),
            Request::Explain(request) => crate::explain::run(self, request, report),
            Request::Load(request) => crate::load::run(self, request, left, report),
            Request::Query(request) => crate::query::run(self, request, report),
            Request::Update(request) => crate::update::run(self, request, report),
            Request::Ask(request) => crate::ask::run(self, request, report),
            Request::Audit(request) => crate::audit::run(self, request, report),
            Request::Insight(request) => crate::insight::run(self, request, report),
            Request::Record(request) => crate::record::run(self, request, report),
            Request::Check(request) => crate::check::run(self, request, report),
            Request::Ontologies(request) => crate::ontologies::run(self, request, report),
            Request::Token(request) => crate::token::run(self, request, report),
            Request::Keep(request) => crate::keep::run(self, request, left, report),
        };
        outcome.unwrap_or_else(|error| Outcome::failed(format!("{error:#}")))
    }
}

impl Operations for Site {
    fn run(&self, command: &[u8], left: &Cancel, report: &mut dyn FnMut(Line)) -> Outcome {
        match serde_json::from_slice(command) {
            Ok(request) => self.run_for(&request, left, report),
            Err(error) => {
                Outcome::failed(format!("the server does not know this command: {error}"))
            }
        }
    }
}
