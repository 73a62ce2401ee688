//! The operator's rules: which levels there are, and which label a note gets from the folder it lies in.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};
use kenning_access::{Clause, Group, Level, Scale};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::floors::Floors;
use crate::keys::ProtectionKeys;

/// What the operator decided about labels. Notes and the wiki's own `kenning.toml` work within it.
///
/// [`Rules::parse`] reads them from the operator's configuration, whose other keys it does not look at:
///
/// ```toml
/// levels = ["public", "internal", "confidential", "restricted"]
/// default_level = "internal"
///
/// [[rule]]
/// path = "hr/**"            # seen from the folder of the wiki; a plain folder name covers all below it
/// wiki = "handbook"         # only in the wiki of this name; leave out for every wiki
/// default = "confidential"  # for notes that say nothing
/// floor = "internal"        # no note is ever below this
/// audience = ["hr"]         # any of these groups is needed, whatever a note says; a list of lists means all of the lists
///
/// [predicate_floors]        # such a statement goes to a graph of its own, with at least this label
/// "schema:email" = "internal"
///
/// [protection_keys]         # other front matter keys that are understood; see `ProtectionKeys`
/// private = "confidential"
/// ```
#[derive(Debug, Clone)]
pub struct Rules {
    scale: Scale,
    default_level: Level,
    pub(crate) folders: Vec<FolderRule>,
    pub(crate) keys: ProtectionKeys,
    pub(crate) predicate_floors: Floors,
    pub(crate) today: Option<String>,
    text: String,
}

/// A configuration that cannot be followed. Nothing is read under rules that are only half understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRules {
    /// The text is not TOML, or a key has a value of the wrong kind.
    #[error("the configuration cannot be read: {0}")]
    Toml(String),
    /// The levels cannot be a scale.
    #[error(transparent)]
    Scale(#[from] kenning_access::InvalidScale),
    /// A level is named that is not on the scale.
    #[error("{place}: {error}")]
    Level {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        error: kenning_access::UnknownLevel,
    },
    /// A label or a group is not one.
    #[error("{place}: {error}")]
    Label {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        error: kenning_access::InvalidLabel,
    },
    /// The path of a rule is not a pattern.
    #[error("`{pattern}` cannot be the path of a rule: {error}")]
    Path {
        /// What was written.
        pattern: String,
        /// What is wrong with it.
        error: String,
    },
}

/// What holds for the notes below a folder.
#[derive(Debug, Clone)]
pub(crate) struct FolderRule {
    pub(crate) pattern: String,
    wiki: Option<String>,
    matcher: Matcher,
    /// How many folders the pattern names before its first wildcard: the larger, the nearer to the note.
    pub(crate) depth: usize,
    pub(crate) default: Option<Level>,
    pub(crate) floor: Option<Level>,
    pub(crate) audience: Vec<Clause>,
}

#[derive(Debug, Clone)]
enum Matcher {
    /// This file, or all below this folder.
    Below(String),
    Glob(GlobMatcher),
}

impl FolderRule {
    /// Whether the rule speaks of the note at `path` of `wiki`.
    pub(crate) fn covers(&self, wiki: &str, path: &str) -> bool {
        self.wiki.as_deref().is_none_or(|name| name == wiki) && self.matcher.covers(path)
    }
}

impl Matcher {
    /// Paths are compared in composed form (NFC), however the file system spells them.
    fn covers(&self, path: &str) -> bool {
        let path: String = path.nfc().collect();
        match self {
            Self::Below(folder) => path
                .strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            Self::Glob(glob) => glob.is_match(&path),
        }
    }
}

impl Default for Rules {
    /// The default scale, `internal` for what says nothing, and no folder rules.
    fn default() -> Self {
        Self::new(Scale::default())
    }
}

impl Rules {
    /// Rules that know only the levels: `internal` is the default level, or the second level where none is called so.
    #[must_use]
    pub fn new(scale: Scale) -> Self {
        let second = scale.levels().nth(1).map_or(Level::TOP, |(level, _)| level);
        Self {
            default_level: scale.parse_level("internal").unwrap_or(second),
            scale,
            folders: Vec::new(),
            keys: ProtectionKeys::default(),
            predicate_floors: Floors::default(),
            today: None,
            text: String::new(),
        }
    }

    /// The rules that a configuration states; see [`Rules`] for the keys. Other keys are somebody else's.
    ///
    /// # Errors
    /// [`InvalidRules`]: an operator's mistake stops the run, because guessing could show what should be hidden.
    pub fn parse(text: &str) -> Result<Self, InvalidRules> {
        let file: RulesFile =
            toml::from_str(text).map_err(|error| InvalidRules::Toml(error.to_string()))?;
        let scale = file.scale()?;
        let mut rules = Self::new(scale);
        text.clone_into(&mut rules.text);
        if let Some(name) = &file.default_level {
            rules.default_level = level(&rules.scale, name, "default_level")?;
        }
        for rule in &file.rule {
            rules.folders.push(rule.compile(&rules.scale)?);
        }
        for (predicate, label) in &file.predicate_floors {
            let place = format!("predicate_floors: `{predicate}`");
            let label = rules
                .scale
                .parse_label(label)
                .map_err(|error| InvalidRules::Label { place, error })?;
            rules.predicate_floors.add(expand(predicate)?, label);
        }
        rules.keys = ProtectionKeys::compile(&file.protection_keys, &rules.scale)?;
        Ok(rules)
    }

    /// The same rules with another default level, such as `--wiki-level` gives.
    #[must_use]
    pub fn with_default_level(mut self, level: Level) -> Self {
        self.default_level = level;
        self
    }

    /// The same rules as of a day, written `2026-05-14`: only then can a `protection-until` have passed.
    #[must_use]
    pub fn with_today(mut self, day: &str) -> Self {
        self.today = Some(day.to_owned());
        self
    }

    /// The levels that notes may name.
    #[must_use]
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// The level of a note about which nothing else is known.
    #[must_use]
    pub fn default_level(&self) -> Level {
        self.default_level
    }

    /// A digest of everything here that can change a label: when it differs, labels are decided anew.
    pub(crate) fn fingerprint(&self) -> String {
        let mut hash = blake3::Hasher::new();
        for (_, name) in self.scale.levels() {
            hash.update(name.as_bytes()).update(b"\n");
        }
        hash.update(self.scale.name(self.default_level).as_bytes());
        hash.update(b"\n").update(self.text.as_bytes());
        hash.update(b"\n")
            .update(self.today.as_deref().unwrap_or_default().as_bytes());
        hash.finalize().to_hex().to_string()
    }
}

/// `schema:email` or an IRI in full.
fn expand(predicate: &str) -> Result<String, InvalidRules> {
    let (prefix, local) = predicate.split_once(':').unwrap_or(("", predicate));
    if local.starts_with("//") || prefix == "urn" {
        return Ok(predicate.to_owned());
    }
    let known = kenning_vocab::prefixes()
        .iter()
        .find(|(name, _)| *name == prefix);
    known
        .map(|(_, namespace)| format!("{namespace}{local}"))
        .ok_or_else(|| {
            InvalidRules::Toml(format!(
                "predicate_floors: the prefix of `{predicate}` is not known; write the IRI in full"
            ))
        })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RulesFile {
    levels: Vec<String>,
    level_aliases: BTreeMap<String, String>,
    default_level: Option<String>,
    rule: Vec<RuleText>,
    predicate_floors: BTreeMap<String, String>,
    protection_keys: BTreeMap<String, toml::Value>,
}

impl RulesFile {
    fn scale(&self) -> Result<Scale, InvalidRules> {
        let mut scale = if self.levels.is_empty() {
            Scale::default()
        } else {
            Scale::new(self.levels.iter().cloned())?
        };
        for (alias, name) in &self.level_aliases {
            scale = scale.with_alias(alias, name)?;
        }
        Ok(scale)
    }
}

/// A folder rule as it is written, here and in a wiki's own `kenning.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub(crate) path: String,
    #[serde(default)]
    wiki: Option<String>,
    #[serde(default)]
    default: Option<String>,
    #[serde(default)]
    floor: Option<String>,
    #[serde(default)]
    audience: Vec<AudienceText>,
}

/// `audience = ["a", "b"]` or `audience = [["a", "b"], ["c"]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum AudienceText {
    One(String),
    AnyOf(Vec<String>),
}

impl RuleText {
    /// A rule for notes that say nothing, where groups are needed whatever they say.
    pub(crate) fn of(path: &str, default: Option<String>, audience: Vec<String>) -> Self {
        Self {
            path: path.to_owned(),
            wiki: None,
            default,
            floor: None,
            audience: audience.into_iter().map(AudienceText::One).collect(),
        }
    }

    pub(crate) fn compile(&self, scale: &Scale) -> Result<FolderRule, InvalidRules> {
        let place = |key: &str| format!("rule for `{}`: {key}", self.path);
        let parse = |name: &Option<String>, key: &str| {
            let name = name.as_deref();
            name.map(|name| level(scale, name, &place(key))).transpose()
        };
        let audience = clauses(&self.audience).map_err(|error| InvalidRules::Label {
            place: place("audience"),
            error: error.into(),
        })?;
        let (matcher, depth) = compile_path(&self.path)?;
        Ok(FolderRule {
            pattern: self.path.clone(),
            wiki: self.wiki.clone(),
            matcher,
            depth,
            default: parse(&self.default, "default")?,
            floor: parse(&self.floor, "floor")?,
            audience,
        })
    }
}

/// The names of one list are choices; lists within a list must each be met.
pub(crate) fn clauses(
    audience: &[AudienceText],
) -> Result<Vec<Clause>, kenning_access::InvalidGroup> {
    let mut clauses = Vec::new();
    let mut choices = Vec::new();
    for entry in audience {
        match entry {
            AudienceText::One(name) => choices.push(Group::new(name)?),
            AudienceText::AnyOf(names) => {
                let groups: Result<Vec<Group>, _> =
                    names.iter().map(|name| Group::new(name)).collect();
                clauses.push(Clause::any_of(groups?));
            }
        }
    }
    if !choices.is_empty() {
        clauses.push(Clause::any_of(choices));
    }
    Ok(clauses)
}

fn level(scale: &Scale, name: &str, place: &str) -> Result<Level, InvalidRules> {
    scale
        .parse_level(name)
        .map_err(|error| InvalidRules::Level {
            place: place.to_owned(),
            error,
        })
}

/// `hr` and `hr/` mean all below the folder; a file is named with its extension.
fn compile_path(pattern: &str) -> Result<(Matcher, usize), InvalidRules> {
    let invalid = |error: String| InvalidRules::Path {
        pattern: pattern.to_owned(),
        error,
    };
    let path: String = pattern.nfc().collect();
    let path = path.trim_start_matches("./").trim_matches('/');
    if path.is_empty() {
        return Err(invalid(
            "it names nothing; `**` means every note".to_owned(),
        ));
    }
    let wild = |c: char| "*?[{".contains(c);
    let depth = path.split('/').take_while(|part| !part.contains(wild));
    let depth = depth.count();
    if !path.contains(wild) {
        return Ok((Matcher::Below(path.to_owned()), depth));
    }
    let glob = GlobBuilder::new(path)
        .literal_separator(true)
        .build()
        .map_err(|error| invalid(error.kind().to_string()))?;
    Ok((Matcher::Glob(glob.compile_matcher()), depth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_covers_its_folder_and_nothing_beside_it() {
        let (hr, depth) = compile_path("hr").unwrap();
        assert_eq!(depth, 1);
        for (path, covered) in [
            ("hr/a.md", true),
            ("hr/b/c.md", true),
            ("hr", true),
            ("hrx/a.md", false),
            ("a/hr/b.md", false),
        ] {
            assert_eq!(hr.covers(path), covered, "{path}");
        }
        let (any, depth) = compile_path("**/drafts/*.md").unwrap();
        assert_eq!(depth, 0);
        assert!(any.covers("a/b/drafts/x.md") && any.covers("drafts/x.md"));
        assert!(!any.covers("drafts/x/y.md"));
    }

    #[test]
    fn a_mistake_of_the_operator_is_refused_and_named() {
        for (text, part) in [
            ("default_level = 'secrte'", "`secrte` is not a level"),
            (
                "[[rule]]\npath = 'hr/**'\nfloor = 'x'",
                "rule for `hr/**`: floor",
            ),
            (
                "[[rule]]\npath = 'hr'\naudience = ['a b']",
                "cannot name a group",
            ),
            ("[[rule]]\npath = 'a[b'", "cannot be the path of a rule"),
            ("[[rule]]\npath = 'a'\nflor = 'public'", "flor"),
            ("levels = ['one']", "2 to 8 levels"),
            (
                "protection_keys = { secret = 'internal' }",
                "private, publish",
            ),
            ("levels = ", "cannot be read"),
        ] {
            let error = Rules::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn other_keys_of_the_configuration_are_left_alone() {
        assert!(Rules::parse("listen = '127.0.0.1:7878'\n[server]\ncors = false").is_ok());
    }
}
