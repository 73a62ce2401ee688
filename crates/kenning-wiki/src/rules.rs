//! The operator's rules: which levels there are, and which label a note gets from the folder it lies in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};
use kenning_access::{Clause, Group, Label, Level, Scale};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::floors::Floors;
use crate::keys::ProtectionKeys;
use crate::names::{composed, folded};

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
/// wiki = "handbook"         # only in the wiki of this name or folder; leave out for every wiki
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
    /// The same as whoever wrote it may have meant it.
    meant: Vec<Matcher>,
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

/// A note as rules ask for it.
#[derive(Debug)]
pub(crate) struct Asked<'n> {
    wiki: &'n str,
    /// What the folder of the wiki is called.
    folder: &'n str,
    /// In composed form (NFC), however the file system spells it.
    path: Cow<'n, str>,
    /// The same without regard to case.
    folded: String,
}

/// How sure it is that a rule speaks of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Covers {
    Surely,
    /// By what it says but for case, by the folder that its pattern has, by a path with `\` in it, or by the name of the wiki's folder.
    ///
    /// INVARIANT: such a rule raises, and never lowers: a floor that misses what it was meant for shows what should be hidden, and a default
    /// that covers more than it says would open it.
    AsMeant,
}

impl<'n> Asked<'n> {
    pub(crate) fn new(wiki: &'n str, folder: &'n str, path: &'n str) -> Self {
        Self {
            wiki,
            folder,
            path: composed(path),
            folded: folded(path),
        }
    }

    /// The path and the folders in which it lies, without regard to case.
    fn around(&self) -> impl Iterator<Item = &str> {
        let ends = memchr::memrchr_iter(b'/', self.folded.as_bytes());
        let above = ends.filter_map(|end| self.folded.get(..end));
        std::iter::once(self.folded.as_str()).chain(above)
    }
}

impl FolderRule {
    /// Whether the rule speaks of a note.
    pub(crate) fn covers(&self, note: &Asked<'_>) -> Option<Covers> {
        let wiki = self.wiki.as_deref();
        if wiki.is_none_or(|name| name == note.wiki) && self.matcher.covers(&note.path) {
            return Some(Covers::Surely);
        }
        let is_meant = |name: &str| {
            let name = folded(name.trim());
            name == folded(note.wiki) || name == folded(note.folder)
        };
        let mut meant = self.meant.iter();
        let covers = wiki.is_none_or(is_meant)
            && meant.any(|meant| note.around().any(|path| meant.covers(path)));
        covers.then_some(Covers::AsMeant)
    }

    /// A rule for notes that say nothing, where the groups of `label` are needed whatever they say.
    ///
    /// # Errors
    /// Why `path` is no pattern.
    pub(crate) fn handed(path: &str, level: Option<Level>, label: &Label) -> Result<Self, String> {
        let (matcher, depth) = compile_path(path).map_err(|error| error.to_string())?;
        Ok(Self {
            pattern: path.to_owned(),
            wiki: None,
            matcher,
            meant: compile_meant(path),
            depth,
            default: level,
            floor: None,
            audience: label.clauses().cloned().collect(),
        })
    }
}

impl Matcher {
    fn covers(&self, path: &str) -> bool {
        match self {
            Self::Below(folder) => path
                .strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            Self::Glob(glob) => glob.is_match(path),
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
        let meant = compile_meant(&self.path);
        Ok(FolderRule {
            pattern: self.path.clone(),
            wiki: self.wiki.clone(),
            matcher,
            meant,
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
    let depth = path.split('/').take_while(|part| !part.contains(WILD));
    let depth = depth.count();
    Ok((matcher(path, true).map_err(invalid)?, depth))
}

/// What makes a path a pattern.
const WILD: [char; 4] = ['*', '?', '[', '{'];

/// The pattern as whoever wrote it may have meant it: without regard to case, with `\` between folders, and with stars that stand beside
/// letters for any number of folders.
fn compile_meant(pattern: &str) -> Vec<Matcher> {
    let pattern = folded(pattern.trim());
    let mut spellings = vec![pattern.replace('\\', "/")];
    if spellings.first() != Some(&pattern) {
        spellings.push(pattern);
    }
    let spelt = spellings.iter().filter_map(|path| {
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        let parts: Vec<&str> = parts.collect();
        let whole = |part: &&str| !part.contains("**") || *part == "**";
        let is_literal = parts.iter().all(whole);
        matcher(&parts.join("/"), is_literal).ok()
    });
    spelt.collect()
}

/// A plain path, or a pattern of which a star stands for no `/` where it is literal.
fn matcher(path: &str, is_literal: bool) -> Result<Matcher, String> {
    if !path.contains(WILD) {
        return Ok(Matcher::Below(path.to_owned()));
    }
    let glob = GlobBuilder::new(path)
        .literal_separator(is_literal)
        .build()
        .map_err(|error| error.kind().to_string())?;
    Ok(Matcher::Glob(glob.compile_matcher()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a rule for `pattern` covers a note of the wiki `handbook`, whose folder is called `Checkout`.
    fn covers(pattern: &str, wiki: &str, path: &str) -> Option<Covers> {
        let text = format!("path = '{pattern}'\n{wiki}");
        let text: RuleText = toml::from_str(&text).unwrap();
        let rule = text.compile(&Scale::default()).unwrap();
        rule.covers(&Asked::new("handbook", "Checkout", path))
    }

    #[test]
    fn a_rule_covers_its_folder_and_nothing_beside_it() {
        let surely = Some(Covers::Surely);
        for (pattern, path, covered) in [
            ("hr", "hr/a.md", surely),
            ("hr", "hr/b/c.md", surely),
            ("hr", "hr", surely),
            ("hr", "hrx/a.md", None),
            ("hr", "a/hr/b.md", None),
            ("**/drafts/*.md", "a/b/drafts/x.md", surely),
            ("**/drafts/*.md", "drafts/x.md", surely),
            ("**/drafts/*.md", "drafts/x/y.md", None),
            ("*.md", "a.md", surely),
            ("*.md", "x/a.md", None),
        ] {
            assert_eq!(covers(pattern, "", path), covered, "{pattern} {path}");
        }
    }

    #[test]
    fn a_rule_raises_what_it_may_have_been_meant_for() {
        for (pattern, path) in [
            ("HR/**", "hr/a.md"),
            ("hr", "HR/a.md"),
            ("Übung", "u\u{308}bung/a.md"),
            ("teams/*/hr", "teams/x/hr/a.md"),
            ("**/hr", "a/b/hr/c/d.md"),
            ("teams/*", "teams/x/a.md"),
            ("hr\\**", "hr/a/b.md"),
            ("hr\\pay", "hr/pay/a.md"),
            ("hr//pay/**", "hr/pay/a.md"),
            (" hr", "hr/a.md"),
            ("hr/**.md", "hr/a/b.md"),
        ] {
            let meant = Some(Covers::AsMeant);
            assert_eq!(covers(pattern, "", path), meant, "{pattern} {path}");
        }
        for (pattern, path) in [
            ("HR/*.md", "hr/a/b.md"),
            ("hr/p*", "hr/a.md"),
            ("hr\\**", "hrx/a.md"),
        ] {
            assert_eq!(covers(pattern, "", path), None, "{pattern} {path}");
        }
        for (wiki, covered) in [
            ("handbook", Some(Covers::Surely)),
            ("Handbook", Some(Covers::AsMeant)),
            ("checkout", Some(Covers::AsMeant)),
            ("other", None),
        ] {
            let wiki = format!("wiki = '{wiki}'");
            assert_eq!(covers("hr", &wiki, "hr/a.md"), covered, "{wiki}");
        }
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
