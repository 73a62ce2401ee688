//! The operator's configuration while a server runs: read again when its file changes, so that nothing needs a new start that can do
//! without.
//!
//! Every request looks whether the file is still the one that was read, so whoever an issuer or a proxy vouches for is out with the
//! first request after the change. A configuration that cannot be used changes nothing: what held before holds on, which opens
//! nothing, and the log, the audit log and `/healthz` say so until the file is mended. Rules about labels hold for what is synced from
//! then on, and the wikis that the server was started with are synced at once, as a new start would do it.

use crate::config::{Config, FILE};
use crate::flags;
use crate::request::Place;
use crate::site::Site;
use anyhow::{Context, Result, anyhow, bail};
use kenning_server::audit::Decision;
use kenning_server::{Line, Mark, Operations, Outcome, Policy};
use kenning_store::Cancel;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a file must stay as it was found before it counts: an editor may write it in several steps.
const QUIET: Duration = Duration::from_millis(30);

/// How often quiet is waited for.
const MOST_LOOKS: usize = 10;

/// How often the file is looked at when nobody asks the server anything.
const PAUSE: Duration = Duration::from_secs(1);

/// When a sync under new rules has failed, it is tried again after this many pauses.
const AGAIN: u32 = 10;

/// A site whose server follows the operator's configuration.
pub(crate) struct Renewal {
    site: Arc<Site>,
    named: Option<PathBuf>,
    flags: flags::Serve,
    state: Mutex<State>,
}

struct State {
    /// The file as it was when it was read last, which may be that there was none; nothing before it was read.
    mark: Option<Option<Mark>>,
    policy: Arc<Policy>,
    /// Whether the file that is there now cannot be used.
    broken: bool,
    /// Keys whose values wait for a new start.
    fixed: Vec<&'static str>,
    /// Whether labels are to be decided anew.
    relabel: bool,
}

impl Renewal {
    /// Follows the configuration that `site` was opened with: the file `named`, or the one of the working folder.
    ///
    /// # Errors
    /// When an issuer is configured in a way that cannot be followed.
    pub(crate) fn new(
        site: Arc<Site>,
        named: Option<&Path>,
        flags: &flags::Serve,
    ) -> Result<Arc<Self>> {
        let policy = policy(&site, &site.config())?;
        Ok(Arc::new(Self {
            site,
            named: named.map(Path::to_owned),
            flags: flags.clone(),
            state: Mutex::new(State {
                mark: None,
                policy: Arc::new(policy),
                broken: false,
                fixed: Vec::new(),
                relabel: false,
            }),
        }))
    }

    /// Looks at the file from time to time, also when nobody asks, and decides labels anew when rules have changed. Ends when the
    /// answer is dropped.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn begin(self: &Arc<Self>) -> Result<Sender<()>> {
        let (ending, ended) = channel();
        let renewal = Arc::clone(self);
        let mut wait = 0;
        std::thread::Builder::new()
            .name("configuration".into())
            .spawn(move || {
                renewal.look();
                while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                    renewal.look();
                    wait = match wait {
                        0 if !renewal.relabel() => AGAIN,
                        0 => 0,
                        wait => wait - 1,
                    };
                }
            })?;
        Ok(ending)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The policy of the file as it is now.
    fn look(&self) -> Arc<Policy> {
        let path = self.named.as_deref().unwrap_or(Path::new(FILE));
        let now = Mark::of(path);
        let mut state = self.state();
        if state.mark != Some(now) {
            self.read_again(&mut state, path);
        }
        Arc::clone(&state.policy)
    }

    fn read_again(&self, state: &mut State, path: &Path) {
        let before = self.site.config();
        let (mark, text) = settled(path);
        state.mark = mark;
        let now = match text.and_then(|text| self.understood(&before, text)) {
            Ok(Some(now)) => now,
            Ok(None) => {
                if std::mem::take(&mut state.broken) {
                    tracing::warn!("the configuration is again the one that holds");
                }
                return;
            }
            Err(error) => return self.refuse(state, path, &error),
        };
        let (now, fixed) = now.beside(&before);
        match policy(&self.site, &now) {
            Ok(policy) => state.policy = Arc::new(policy),
            Err(error) => return self.refuse(state, path, &error),
        }
        if fixed.is_empty() {
            tracing::warn!("the configuration was read again");
        } else {
            let fixed = fixed.join(", ");
            tracing::warn!(
                "the configuration was read again; what it says of {fixed} needs a new start"
            );
        }
        state.relabel |= now.says_other_rules(&before);
        state.broken = false;
        state.fixed = fixed;
        self.site.set_config(now);
        self.record(path, Decision::Done);
    }

    /// The configuration that stands in `text`; `None` when it is the one that holds.
    fn understood(&self, before: &Config, text: Option<String>) -> Result<Option<Config>> {
        let Some(text) = text else {
            // There was none, and there is none.
            if before.text.is_empty() && self.named.is_none() {
                return Ok(None);
            }
            bail!("the configuration is gone");
        };
        if text == before.text {
            return Ok(None);
        }
        // An editor that writes in place empties the file first, and without rules much would be open.
        if text.trim().is_empty() {
            bail!("the configuration is empty; write a comment into it if that is meant");
        }
        let Some(path) = Config::place(self.named.as_deref(), &self.flags.wiki) else {
            return Ok(None);
        };
        let config = Config::parse_at(&path, &text)?;
        config
            .with_wiki_level(self.flags.wiki_level.as_deref())
            .map(Some)
    }

    /// What held goes on holding.
    fn refuse(&self, state: &mut State, path: &Path, error: &anyhow::Error) {
        tracing::error!(
            "the configuration has changed and cannot be used, so what held before goes on: {error:#}"
        );
        state.broken = true;
        self.record(path, Decision::Failed);
    }

    /// Notes it in the audit log, on a thread of its own: requests are on threads that must not wait for a disk.
    fn record(&self, path: &Path, decision: Decision) {
        let (site, path) = (Arc::clone(&self.site), path.display().to_string());
        let noted = std::thread::Builder::new().spawn(move || {
            let action = "configuration read again".to_owned();
            if let Err(error) = site.record(action, &path, decision, None) {
                tracing::error!("{error:#}");
            }
        });
        if let Err(error) = noted {
            tracing::error!(%error, "an audit record was not written");
        }
    }

    /// Decides the labels of the wikis of this server anew, when rules have changed. Says whether that is done.
    fn relabel(&self) -> bool {
        if !std::mem::take(&mut self.state().relabel) || self.flags.wiki.is_empty() {
            return true;
        }
        let request = crate::sync::Request {
            wikis: self.flags.wiki.iter().map(|dir| Place::of(dir)).collect(),
            ..crate::sync::Request::default()
        };
        let done = crate::sync::run(&self.site, &request, &Cancel::new(), &mut |_| ());
        match &done {
            Ok(outcome) => tracing::info!("under the changed configuration: {}", outcome.text),
            Err(error) => {
                tracing::error!(
                    "the wiki could not be synced under the changed configuration: {error:#}"
                );
                self.state().relabel = true;
            }
        }
        done.is_ok()
    }
}

impl Operations for Renewal {
    fn run(&self, command: &[u8], left: &Cancel, report: &mut dyn FnMut(Line)) -> Outcome {
        // A command that follows a change runs under it.
        self.look();
        Operations::run(self.site.as_ref(), command, left, report)
    }

    fn policy(&self) -> Option<Arc<Policy>> {
        Some(self.look())
    }

    fn waiting(&self) -> Option<String> {
        self.look();
        let state = self.state();
        if state.broken {
            let text =
                "has changed and cannot be used, so what held before goes on; the log says why";
            return Some(text.to_owned());
        }
        let fixed = state.fixed.join(", ");
        (!fixed.is_empty()).then(|| format!("what it says of {fixed} needs a new start"))
    }
}

fn policy(site: &Site, config: &Config) -> Result<Policy> {
    let settings = crate::serve::changing(config, kenning_server::ServerSettings::default());
    Ok(Policy::open(&settings, &site.base, site.kb.scale())?)
}

/// The text of a file that has been left alone for a moment, with its mark then; no text where there is no file.
fn settled(path: &Path) -> (Option<Option<Mark>>, Result<Option<String>>) {
    let mut mark = Mark::of(path);
    let mut text = read(path);
    for _ in 0..MOST_LOOKS {
        std::thread::sleep(QUIET);
        let now = Mark::of(path);
        if now == mark {
            return (Some(mark), text);
        }
        mark = now;
        text = read(path);
    }
    // The next request looks again.
    (None, Err(anyhow!("it is being written all the time")))
}

fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("it cannot be read"),
    }
}
