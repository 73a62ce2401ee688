//! What Jekyll's configuration gives pages that do not say it themselves: `defaults`, each for a folder and a sort of pages.

use std::path::Path;

use kenning_note::Value;

use super::{below, get, parts, read_file, read_text, text, words};
use crate::rules::{RuleText, Rules};
use crate::settings::WikiSettings;
use crate::wiki::is_missing;

/// One of the defaults: for which pages, and what.
pub(super) struct Default<'v> {
    /// The folder or file, as seen from the top of the pages.
    pub(super) path: &'v str,
    /// `posts`, `pages`, `drafts` or the name of a collection; empty for all.
    pub(super) kind: &'v str,
    pub(super) values: &'v [(String, Value)],
}

/// The defaults of a configuration, in order.
pub(super) fn of(said: &[(String, Value)]) -> Vec<Default<'_>> {
    let Some(Value::List(list)) = get(said, "defaults") else {
        return Vec::new();
    };
    let each = list.iter().map(|one| {
        let one = parts(Some(one));
        let scope = parts(get(one, "scope"));
        Default {
            path: words(scope, "path").unwrap_or_default().trim_matches('/'),
            kind: words(scope, "type").unwrap_or_default(),
            values: parts(get(one, "values")),
        }
    });
    each.collect()
}

/// Adds what the defaults of a site say of protection to the rules of the wiki, which can only raise.
///
/// What cannot be read closes the wiki, as it does in the wiki's own settings: it could have asked for more.
pub(crate) fn protect(root: &Path, settings: &mut WikiSettings, rules: &Rules) {
    for folder in ["", "docs"] {
        let files = ["_config.yml", "_config.yaml"].map(|name| below(folder, name));
        let Some(file) = files.iter().find(|file| !is_missing(root, file)) else {
            continue;
        };
        let mut problems = Vec::new();
        let said = read_file(root, file, &mut problems);
        let broken = problems.pop().map(|problem| problem.text);
        if let Some(why) = lost(root, file, broken) {
            settings.text.push_str(&format!("\n{file}: {why}"));
            settings.close(format!("`{file}` may state a protection, and {why}"));
        }
        let source = words(&said, "source").unwrap_or_default();
        let source = below(folder, source.trim_start_matches(['.', '/']));
        for one in of(&said) {
            let Some((level, audience)) = stated(one.values, rules) else {
                continue;
            };
            settings
                .text
                .push_str(&format!("\n{file}: {level:?} {audience:?}"));
            let rule = RuleText::of(&pattern(&source, &one), level, audience);
            match rule.compile(rules.scale()) {
                Ok(rule) => settings.folders.push(rule),
                Err(error) => settings.close(format!("`defaults` in `{file}`: {error}")),
            }
        }
    }
}

/// Why what a configuration says of protection is not known, of which `broken` says what is wrong with it. `None` where it is known, and
/// where a slip is in one that says nothing of it.
fn lost(root: &Path, file: &str, broken: Option<String>) -> Option<String> {
    let text = match read_text(root, file) {
        Ok(text) => text.to_lowercase(),
        Err(why) => return Some(why),
    };
    let is_said = |word: &&str| text.contains(*word);
    let speaks = ["protect", "audience", "level", "access"]
        .iter()
        .any(is_said);
    if !speaks || !is_said(&"defaults") {
        return None;
    }
    let given = text.lines().filter(|line| {
        let key = line.trim_start_matches(['"', '\'', '\u{feff}']);
        key.starts_with("defaults")
    });
    let is_twice = given.count() > 1;
    broken.or_else(|| is_twice.then(|| "it has `defaults` twice".to_owned()))
}

/// The level and the groups that defaults state.
fn stated(values: &[(String, Value)], rules: &Rules) -> Option<(Option<String>, Vec<String>)> {
    let key = |name: &str| name.to_lowercase().replace(['-', '_'], "");
    let (mut level, mut audience) = (None, Vec::new());
    for (name, value) in values {
        let word = text(value).map(str::to_owned);
        match &*key(name) {
            // Without a word there is a rule that cannot be read.
            "protection" | "protectionlevel" => level = Some(word.unwrap_or_default()),
            "level" | "access" | "accesslevel" => {
                let known = word.filter(|word| rules.scale().parse_level(word).is_ok());
                level = level.or(known);
            }
            "audience" => audience = groups(value),
            _ => {}
        }
    }
    (level.is_some() || !audience.is_empty()).then_some((level, audience))
}

fn groups(value: &Value) -> Vec<String> {
    match value {
        Value::List(list) => list.iter().flat_map(groups).collect(),
        Value::Text(text) => text.split(',').map(|name| name.trim().to_owned()).collect(),
        _ => vec![String::new()],
    }
}

/// The pages of a default, as the path of a rule.
fn pattern(source: &str, one: &Default<'_>) -> String {
    let path = below(source, one.path);
    match one.kind {
        "" | "pages" if path.is_empty() => "**".to_owned(),
        "" | "pages" => path,
        "posts" | "drafts" => below(&path, &format!("**/_{}/**", one.kind)),
        kind if one.path.is_empty() => below(&path, &format!("_{kind}/**")),
        _ => path,
    }
}
