//! What Jekyll's configuration gives pages that do not say it themselves: `defaults`, each for a folder and a sort of pages.

use std::path::Path;

use kenning_note::{Levels, Stated, Value};

use super::{below, get, parts, read_file, read_settings, read_text, words};
use crate::label::Judge;
use crate::rules::{FolderRule, Rules};
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
    for folder in AT_THE_TOP {
        if let Err((file, why)) = protect_in(root, folder, settings, rules) {
            settings.text.push_str(&format!("\n{file}: {why}"));
            settings.close(format!("`{file}` may state a protection, and {why}"));
        }
    }
}

/// Where a site lies that is the whole wiki.
const AT_THE_TOP: [&str; 2] = ["", "docs"];

/// The same for the site in a folder of the wiki, of which [`protect`] does not know.
///
/// # Errors
/// The configuration that may state a protection, and why that is not known.
pub(crate) fn protect_below(
    root: &Path,
    folder: &str,
    settings: &mut WikiSettings,
    rules: &Rules,
) -> Result<(), (String, String)> {
    match AT_THE_TOP.contains(&folder) {
        true => Ok(()),
        false => protect_in(root, folder, settings, rules),
    }
}

fn protect_in(
    root: &Path,
    folder: &str,
    settings: &mut WikiSettings,
    rules: &Rules,
) -> Result<(), (String, String)> {
    let files = ["_config.yml", "_config.yaml"].map(|name| below(folder, name));
    let Some(file) = files.iter().find(|file| !is_missing(root, file)) else {
        return Ok(());
    };
    let mut problems = Vec::new();
    let said = read_file(root, file, &mut problems);
    let broken = problems.pop().map(|problem| problem.text);
    if let Some(why) = lost(root, file, broken) {
        return Err((file.clone(), why));
    }
    let levels = Levels::new(rules.scale().above_lowest());
    let nothing = WikiSettings::default();
    let judge = Judge {
        rules,
        settings: &nothing,
        wiki: "",
        folder: "",
    };
    let source = words(&said, "source").unwrap_or_default();
    let source = below(folder, source.trim_start_matches(['.', '/']));
    for one in of(&said) {
        let stated = stated(one.values, &levels);
        if stated == Stated::Nothing {
            continue;
        }
        let asked = crate::reading::said(&stated);
        let pattern = pattern(&source, &one);
        let rule = judge
            .asked(&asked)
            .and_then(|(level, label)| FolderRule::handed(&pattern, level, &label));
        let rule = rule.map_err(|why| (file.clone(), format!("`defaults`: {why}")))?;
        settings
            .text
            .push_str(&format!("\n{file}: {pattern}: {asked:?}"));
        settings.folders.push(rule);
    }
    Ok(())
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

/// What defaults state of protection: all that a note could state at its top, so the reader of notes reads it.
fn stated(values: &[(String, Value)], levels: &Levels) -> Stated {
    let values = values.iter().filter(|(key, _)| key != "target");
    let values: Vec<String> = values
        .map(|(key, value)| format!("{}: {}", quoted(key), json(value)))
        .collect();
    let text = format!("{{\"cascade\": {{{}}}}}", values.join(", "));
    let mut cascades = read_settings("defaults.json", &text, levels).note.cascades;
    cascades.pop().map_or(Stated::Nothing, |one| one.protection)
}

/// A value as JSON: what is no truth, list or map is a text.
fn json(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        Value::Bool(truth) => truth.to_string(),
        Value::List(items) => format!("[{}]", list(items.iter().map(json).collect())),
        Value::Map(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(key), json(value)));
            format!("{{{}}}", list(pairs.collect()))
        }
        Value::Moment(moment) => quoted(&moment.lexical),
        Value::Link(link) => quoted(&link.target),
        Value::Integer(text)
        | Value::Decimal(text)
        | Value::Double(text)
        | Value::Text(text)
        | Value::Iri(text)
        | Value::Typed { text, .. }
        | Value::Worded { text, .. } => quoted(text),
        // A key about protection without a value closes.
        _ => "null".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
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
