//! The wiki's own `kenning.toml`: its name, its dialect, what to leave out, and rules that can only raise.

use std::collections::BTreeMap;

use kenning_access::{Level, Scale};
use kenning_note::DateOrder;
use serde::Deserialize;

use crate::cascade::Cascade;
use crate::problem::Located;
use crate::rules::{FolderRule, RuleText, Rules};

/// The file that a wiki may have in its folder.
pub const SETTINGS_FILE: &str = "kenning.toml";

/// What the people of a wiki decided about it. Over an operator's rule it can only raise.
///
/// ```toml
/// name = "handbook"             # part of every address; else the name of the folder
/// dialect = "obsidian"          # else found out
/// default_level = "internal"
/// ignore = ["drafts/", "*.bak"] # as in .gitignore
/// git = false                   # do not ask git who wrote the notes
/// case = "turkish"              # `I` is the capital of `ı`, and `İ` that of `i`
/// ambiguous = "shortest"        # of several files of one name, take the one with the shortest path, as Obsidian does
///
/// [[rule]]
/// path = "people/**"
/// floor = "confidential"
///
/// dates = "day-first"           # 05/06/2026 is in June; "month-first": in May; else such a date is reported and stays words
/// language = "en"               # of titles, aliases and summaries, where a note does not say
///
/// [dialects]                    # of folders that are kept by another program
/// "old blog" = "jekyll"
///
/// [languages]                   # of folders
/// "fr" = "fr"
/// ```
#[derive(Debug, Clone)]
pub(crate) struct WikiSettings {
    pub(crate) name: Option<String>,
    pub(crate) dialect: Option<String>,
    pub(crate) default_level: Option<Level>,
    pub(crate) folders: Vec<FolderRule>,
    /// What is handed down, once that is known: see [`crate::cascade`].
    pub(crate) cascades: Vec<Cascade>,
    pub(crate) ignore: Vec<String>,
    pub(crate) shortest: bool,
    pub(crate) turkish: bool,
    /// Dialects of folders, by their path.
    pub(crate) dialects: BTreeMap<String, String>,
    pub(crate) dates: Option<DateOrder>,
    /// Languages of folders, by their path; that of the whole wiki under the empty one.
    pub(crate) languages: BTreeMap<String, String>,
    /// Whether `git` is asked who wrote the notes.
    pub(crate) git: bool,
    /// INVARIANT: when set, every note of the wiki is closed: rules that cannot be read could have asked for more.
    pub(crate) broken: Option<String>,
    pub(crate) problems: Vec<Located>,
    /// The text, for telling whether it changed.
    pub(crate) text: String,
}

impl Default for WikiSettings {
    fn default() -> Self {
        Self {
            name: None,
            dialect: None,
            default_level: None,
            folders: Vec::new(),
            cascades: Vec::new(),
            ignore: Vec::new(),
            shortest: false,
            turkish: false,
            dialects: BTreeMap::new(),
            dates: None,
            languages: BTreeMap::new(),
            git: true,
            broken: None,
            problems: Vec::new(),
            text: String::new(),
        }
    }
}

/// What a key has in it that was meant to protect something, here or in the operator's configuration.
const SUSPECT: [&str; 7] = [
    "rule", "level", "floor", "audience", "protect", "group", "private",
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SettingsText {
    name: Option<String>,
    dialect: Option<String>,
    default_level: Option<String>,
    rule: Vec<RuleText>,
    ignore: Vec<String>,
    ambiguous: Option<String>,
    case: Option<String>,
    dialects: BTreeMap<String, String>,
    dates: Option<String>,
    language: Option<String>,
    languages: BTreeMap<String, String>,
    git: Option<bool>,
    /// Keys that nobody knows.
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

/// Whether the text of a `kenning.toml` can only be that of a wiki, by its keys. One with rules or a level may be meant for more than
/// a wiki, so it is not.
#[must_use]
pub fn is_of_a_wiki(text: &str) -> bool {
    toml::from_str::<SettingsText>(text).is_ok_and(|file| {
        file.unknown.is_empty() && file.rule.is_empty() && file.default_level.is_none()
    })
}

impl WikiSettings {
    /// Reads the text of a wiki's `kenning.toml`; never fails, but may close the wiki.
    pub(crate) fn read(text: &str, rules: &Rules) -> Self {
        let file: SettingsText = match toml::from_str(text) {
            Ok(file) => file,
            Err(error) => {
                return Self {
                    text: text.to_owned(),
                    ..Self::broken(text, &error)
                };
            }
        };
        let mut settings = Self {
            name: file.name.filter(|name| !name.trim().is_empty()),
            dialect: file.dialect,
            ignore: file.ignore,
            dialects: file
                .dialects
                .into_iter()
                .map(|(folder, name)| (folder.trim_matches('/').to_owned(), name))
                .collect(),
            git: file.git.unwrap_or(true),
            text: text.to_owned(),
            ..Self::default()
        };
        match file.ambiguous.as_deref() {
            None | Some("problem") => {}
            Some("shortest") => settings.shortest = true,
            Some(other) => settings.problem(format!(
                "`ambiguous = \"{other}\"` is neither `problem` nor `shortest`"
            )),
        }
        match file.dates.as_deref() {
            None => {}
            Some("day-first") => settings.dates = Some(DateOrder::DayFirst),
            Some("month-first") => settings.dates = Some(DateOrder::MonthFirst),
            Some(other) => settings.problem(format!(
                "`dates = \"{other}\"` is neither `day-first` nor `month-first`"
            )),
        }
        let whole = file.language.into_iter().map(|tag| (String::new(), tag));
        for (folder, tag) in whole.chain(file.languages) {
            let folder = folder.trim_matches('/').to_owned();
            let is_tag = oxrdf::Literal::new_language_tagged_literal("", tag.as_str()).is_ok();
            if is_tag && tag.split('-').next().is_some_and(|first| first.len() < 4) {
                settings.languages.insert(folder, tag);
            } else {
                settings.problem(format!(
                    "`{tag}` is not a language tag such as `en` or `pt-BR`"
                ));
            }
        }
        match file.case.as_deref() {
            None | Some("default") => {}
            Some("turkish") => settings.turkish = true,
            Some(other) => settings.problem(format!(
                "`case = \"{other}\"` is neither `default` nor `turkish`"
            )),
        }
        for key in file.unknown.keys() {
            settings.look_at_unknown(key);
        }
        if let Err(why) = settings.read_rules(&file.rule, file.default_level.as_deref(), rules) {
            settings.close(why);
        }
        settings
    }

    /// A key that nobody knows is reported; one that seems to speak of protection closes the wiki, as it may have asked for more.
    fn look_at_unknown(&mut self, key: &str) {
        let why = format!("`{key}` is no key of a wiki's settings");
        let low = key.to_lowercase();
        if SUSPECT.iter().any(|word| low.contains(word)) {
            self.close(why);
        } else {
            self.problem(why);
        }
    }

    pub(crate) fn close(&mut self, why: String) {
        self.problem(format!("{why}; every note of the wiki is closed"));
        self.broken.get_or_insert(why);
    }

    /// The settings of a wiki whose `kenning.toml` exists and cannot be read.
    pub(crate) fn unreadable(why: String) -> Self {
        let mut settings = Self::default();
        settings.close(why);
        settings
    }

    fn broken(text: &str, error: &toml::de::Error) -> Self {
        let mut settings = Self::unreadable(error.message().to_owned());
        if let (Some(span), Some(problem)) = (error.span(), settings.problems.first_mut()) {
            let before = text.get(..span.start).unwrap_or(text);
            problem.line = before.matches('\n').count() + 1;
            problem.column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        }
        settings
    }

    fn read_rules(
        &mut self,
        rules: &[RuleText],
        default_level: Option<&str>,
        operator: &Rules,
    ) -> Result<(), String> {
        let scale: &Scale = operator.scale();
        if let Some(name) = default_level {
            let level = scale.parse_level(name).map_err(|error| error.to_string())?;
            self.default_level = Some(level);
            if level < operator.default_level() {
                self.problem(format!(
                    "`default_level = \"{name}\"` is below `{}`, which the operator gives; a wiki can only raise it",
                    scale.name(operator.default_level()),
                ));
            }
        }
        for rule in rules {
            let rule = rule.compile(scale).map_err(|error| error.to_string())?;
            self.folders.push(rule);
        }
        Ok(())
    }

    fn problem(&mut self, text: String) {
        let problem = Located::file(SETTINGS_FILE, "settings", text);
        self.problems.push(problem);
    }
}
