//! The operator's configuration: one file, the environment and flags; a flag wins over the environment, that over the file.
//!
//! What the file says about labels is read by `kenning-wiki`; this module knows the other keys, and refuses those that nobody knows:
//! a misspelt key could leave something open that was meant to be closed.

use crate::flags::DefaultGraph;
use anyhow::{Context, Result};
use kenning_access::{Level, Scale};
use kenning_store::SyncMode;
use kenning_wiki::Rules;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The name of the file that is read when no other is named.
pub const FILE: &str = "kenning.toml";

/// What the operator decided.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// What decides about labels.
    pub rules: Rules,
    /// The other keys.
    pub file: File,
    /// What was understood, as it stands in the file; empty where there is none.
    pub text: String,
}

/// The keys of the configuration file that are not about labels.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    /// What every IRI begins with.
    pub base_url: Option<String>,
    /// The level of the graph without a name, which is closed while this is unset.
    pub default_graph_level: Option<String>,
    /// Whether an answer to a writer waits for the disk.
    pub sync: Sync,
    /// What concerns the server.
    pub server: Server,
    levels: IgnoredAny,
    level_aliases: IgnoredAny,
    default_level: IgnoredAny,
    rule: IgnoredAny,
    predicate_floors: IgnoredAny,
    protection_keys: IgnoredAny,
}

/// When a write is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sync {
    /// Once it is on the disk.
    #[default]
    Group,
    /// At once: a power cut or a crash may lose the last second of writes.
    Off,
}

impl From<Sync> for SyncMode {
    fn from(sync: Sync) -> Self {
        match sync {
            Sync::Group => Self::Group,
            Sync::Off => Self::Off,
        }
    }
}

/// The table `[server]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The address to listen on.
    pub listen: Option<SocketAddr>,
    /// Names under which the server may be addressed, besides `localhost` and the base URL's host.
    pub hosts: Vec<String>,
    /// Origins whose pages may send requests.
    pub cors_origins: Vec<String>,
    /// What a query that names no graph reads.
    pub default_graph: Option<DefaultGraph>,
    /// How many seconds a query may take.
    pub query_seconds: Option<u64>,
    /// How many seconds an update may take.
    pub update_seconds: Option<u64>,
    /// A folder of questions to answer beside the built-in ones.
    pub questions: Option<PathBuf>,
    /// A chain of certificates (PEM): the server speaks HTTPS then.
    pub tls_certificate: Option<PathBuf>,
    /// The key of the certificate (PEM).
    pub tls_key: Option<PathBuf>,
    /// Whether `/sitemap.xml` lists the pages that everybody may see.
    pub sitemap: bool,
    /// Whether cookies go over HTTPS only; they do where the server speaks HTTPS itself.
    pub secure_cookies: bool,
    /// A reverse proxy that says who its users are.
    pub trusted_proxy: Option<TrustedProxy>,
    /// Identity providers whose tokens are taken.
    pub issuer: Vec<Issuer>,
}

/// A table `[[server.issuer]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Its name, as `iss` has it.
    pub issuer: String,
    /// What this server is called there.
    pub audience: Vec<String>,
    /// What it may sign with.
    #[serde(default)]
    pub algorithms: Vec<String>,
    /// A file with its public keys, seen from the folder of the configuration.
    pub keys: PathBuf,
    /// How many seconds clocks may differ.
    pub leeway_seconds: Option<u64>,
    /// The claim that holds groups.
    pub groups_claim: Option<String>,
    /// Which value of it means which group.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// The claim that decides about the level.
    pub clearance_claim: Option<String>,
    /// Which value of it means which level.
    #[serde(default)]
    pub clearances: BTreeMap<String, String>,
}

/// The table `[server.trusted_proxy]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedProxy {
    /// The addresses it connects from.
    pub peers: Vec<IpAddr>,
    /// The header that names the user.
    pub user_header: String,
    /// The header that names the level.
    pub clearance_header: String,
    /// The header that lists groups.
    pub groups_header: String,
}

impl Config {
    /// Reads the configuration: the file `named`, which must be there, or else `kenning.toml` in the working folder, if there is one.
    ///
    /// A `kenning.toml` that lies in one of `wikis` belongs to that wiki and not to the operator: whoever may write notes must not
    /// make rules by it. Neither is it the operator's where it has keys of a wiki's settings only, and no rule or level among them. Such
    /// files are the operator's only when named.
    ///
    /// # Errors
    /// When a named file is missing, or a file cannot be read or understood: nothing runs under rules that are half known.
    pub fn read(named: Option<&Path>, wikis: &[PathBuf]) -> Result<Self> {
        let Some(path) = Self::place(named, wikis) else {
            return Ok(Self::default());
        };
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read the configuration `{}`", path.display()))?;
        let config = Self::parse_at(&path, &text);
        match named {
            Some(_) => config,
            None => config.with_context(|| {
                format!(
                    "`{FILE}` of this folder is read as the operator's configuration; if it is a wiki's own, go to another folder, \
                     or name the operator's with `--config`"
                )
            }),
        }
    }

    /// The file that [`read`](Self::read) reads, if there is one.
    #[must_use]
    pub fn place(named: Option<&Path>, wikis: &[PathBuf]) -> Option<PathBuf> {
        named.map(Path::to_owned).or_else(|| Self::found(wikis))
    }

    /// Understands the text of the configuration at `path`; files that it names are seen from there.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_at(path: &Path, text: &str) -> Result<Self> {
        let mut config = Self::parse(text)
            .with_context(|| format!("in the configuration `{}`", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for issuer in &mut config.file.server.issuer {
            issuer.keys = folder.join(&issuer.keys);
        }
        Ok(config)
    }

    fn found(wikis: &[PathBuf]) -> Option<PathBuf> {
        let path = PathBuf::from(FILE);
        let here = path.canonicalize().ok()?;
        let wikis = wikis.iter().filter_map(|wiki| wiki.canonicalize().ok());
        let of_a_wiki = wikis.into_iter().any(|wiki| here.parent() == Some(&wiki));
        // Whoever stands in the folder of the notes asks about them from there, too.
        let looks_so = || {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            Self::parse(&text).is_err() && kenning_wiki::is_of_a_wiki(&text)
        };
        (!of_a_wiki && !looks_so()).then_some(path)
    }

    /// Understands the text of a configuration.
    ///
    /// # Errors
    /// When it is not TOML, has a key that nobody knows, or says something that cannot be.
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text)?;
        let rules = Rules::parse(text)?;
        if let Some(level) = &file.default_graph_level {
            rules
                .scale()
                .parse_level(level)
                .context("default_graph_level")?;
        }
        let text = text.to_owned();
        Ok(Self { rules, file, text })
    }

    /// The same, with the default level that a flag names.
    ///
    /// # Errors
    /// When there is no such level.
    pub fn with_wiki_level(mut self, level: Option<&str>) -> Result<Self> {
        if let Some(level) = level {
            let level = self.rules.scale().parse_level(level)?;
            self.rules = self.rules.with_default_level(level);
        }
        Ok(self)
    }

    /// This configuration as far as it can follow on `before` in a running process, and the keys of which it cannot be followed: those
    /// have their values of before.
    #[must_use]
    pub fn beside(mut self, before: &Self) -> (Self, Vec<&'static str>) {
        let mut fixed = Vec::new();
        // Labels that are stored name levels by their place in the list.
        if self.rules.scale() != before.rules.scale() {
            self.rules = before.rules.clone();
            fixed.push("levels (and with them of labels)");
        }
        let mut keep = |key, same: bool| {
            if !same {
                fixed.push(key);
            }
        };
        let (now, then) = (&mut self.file, &before.file);
        keep("base_url", now.base_url == then.base_url);
        now.base_url.clone_from(&then.base_url);
        let level = &then.default_graph_level;
        keep("default_graph_level", now.default_graph_level == *level);
        now.default_graph_level.clone_from(level);
        keep("sync", now.sync == then.sync);
        now.sync = then.sync;
        let (now, then) = (&mut now.server, &then.server);
        keep("server.listen", now.listen == then.listen);
        now.listen = then.listen;
        keep(
            "server.default_graph",
            now.default_graph == then.default_graph,
        );
        now.default_graph = then.default_graph;
        keep("server.questions", now.questions == then.questions);
        now.questions.clone_from(&then.questions);
        keep(
            "server.tls_certificate",
            now.tls_certificate == then.tls_certificate,
        );
        now.tls_certificate.clone_from(&then.tls_certificate);
        keep("server.tls_key", now.tls_key == then.tls_key);
        now.tls_key.clone_from(&then.tls_key);
        keep(
            "server.secure_cookies",
            now.secure_cookies == then.secure_cookies,
        );
        now.secure_cookies = then.secure_cookies;
        (self, fixed)
    }

    /// Whether another label may follow from this configuration than from `other`.
    #[must_use]
    pub fn says_other_rules(&self, other: &Self) -> bool {
        let rules = |text: &str| -> Option<toml::Table> {
            let mut table: toml::Table = toml::from_str(text).ok()?;
            for key in ["base_url", "default_graph_level", "sync", "server"] {
                table.remove(key);
            }
            Some(table)
        };
        match (rules(&self.text), rules(&other.text)) {
            (Some(these), Some(those)) => these != those,
            _ => true,
        }
    }

    /// The levels there are.
    #[must_use]
    pub fn scale(&self) -> &Scale {
        self.rules.scale()
    }

    /// The level of the graph without a name, if it has one.
    #[must_use]
    pub fn default_graph_level(&self) -> Option<Level> {
        let level = self.file.default_graph_level.as_deref()?;
        self.scale().parse_level(level).ok()
    }
}

/// The date of today, for rules that end: `2026-05-14`, in UTC.
///
/// # Errors
/// When the clock of this machine is before 1970.
pub fn today() -> Result<String> {
    kenning_server::today().context("the clock of this machine is wrong")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_nobody_knows_stops_the_run() {
        let error = Config::parse("[server]\nlisten = '127.0.0.1:1'\nalow = true").unwrap_err();
        assert!(format!("{error:#}").contains("alow"), "{error:#}");
        assert!(Config::parse("defaultlevel = 'internal'").is_err());
        assert!(Config::parse("default_graph_level = 'secrte'").is_err());
        assert!(Config::parse("sync = 'sometimes'").is_err());
    }

    #[test]
    fn one_file_holds_rules_and_the_rest() {
        let config = Config::parse(
            "base_url = 'http://kb.example/'\nsync = 'off'\ndefault_level = 'confidential'\nlevels = ['public', 'confidential']\n\
             [server]\ndefault_graph = 'own'\n[[rule]]\npath = 'hr'\nfloor = 'confidential'",
        )
        .unwrap();
        assert_eq!(config.file.server.default_graph, Some(DefaultGraph::Own));
        assert_eq!(SyncMode::from(config.file.sync), SyncMode::Off);
        let silent = Config::parse("").unwrap();
        assert_eq!(SyncMode::from(silent.file.sync), SyncMode::Group);
        assert_eq!(
            config.scale().name(config.rules.default_level()),
            "confidential"
        );
    }

    #[test]
    fn a_named_file_must_be_there() {
        let error = Config::read(Some(Path::new("/nowhere/kenning.toml")), &[]).unwrap_err();
        assert!(error.to_string().contains("/nowhere/kenning.toml"));
    }
}
