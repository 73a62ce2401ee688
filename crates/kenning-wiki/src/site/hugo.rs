//! What Hugo's configuration says of a site.

use std::path::Path;

use kenning_note::Value;

use super::handed::ENDINGS;
use super::home::Home;
use super::published::Patterns;
use super::{Content, Site, below, get, is_tag, parts, read_file, text, words};
use crate::problem::Located;
use crate::wiki::is_missing;

pub(super) fn site(root: &Path, folder: &str, problems: &mut Vec<Located>) -> Site {
    let said = configuration(root, &|name| below(folder, name), problems);
    let content = words(&said, "contentDir").unwrap_or("content");
    let mut contents = Vec::new();
    for (name, own) in parts(get(&said, "languages")) {
        let own = parts(Some(own));
        let tag = words(own, "locale").or_else(|| words(own, "languageCode"));
        let tag = tag.unwrap_or(name).replace('_', "-");
        contents.push(Content {
            folder: below(folder, words(own, "contentDir").unwrap_or(content)),
            name: name.to_lowercase(),
            tag: is_tag(&tag).then_some(tag),
        });
    }
    let default = (contents.len() > 1).then(|| {
        let default = words(&said, "defaultContentLanguage").unwrap_or("en");
        default.to_lowercase()
    });
    if default.is_none() {
        contents.iter_mut().for_each(|one| one.name.clear());
        if contents.is_empty() {
            contents.push(Content::of(below(folder, content)));
        }
    }
    let in_folder = get(&said, "defaultContentLanguageInSubdir");
    Site {
        default,
        default_in_folder: matches!(in_folder, Some(Value::Bool(true))),
        base: super::path_of(words(&said, "baseURL").unwrap_or_default()),
        home: words(&said, "baseURL").and_then(Home::of),
        patterns: patterns(parts(get(&said, "permalinks"))),
        ..Site::of(folder, contents)
    }
}

/// `posts = "/:year/:slug/"`, since version 0.115 also for pages and for the pages of folders apart.
fn patterns(said: &[(String, Value)]) -> Patterns {
    let mut patterns = Patterns::default();
    for (key, value) in said {
        match text(value) {
            Some(pattern) => patterns.add(key, pattern),
            None => {
                for (section, pattern) in parts(Some(value)) {
                    let Some(pattern) = text(pattern) else {
                        continue;
                    };
                    match key.as_str() {
                        "page" => patterns.add(section, pattern),
                        "section" => patterns.add_for_folder(section, pattern),
                        _ => {}
                    }
                }
            }
        }
    }
    patterns
}

/// What the files say that Hugo reads: the first of each name that is there, and then those of its folder for configurations.
fn configuration(
    root: &Path,
    below: &dyn Fn(&str) -> String,
    problems: &mut Vec<Located>,
) -> Vec<(String, Value)> {
    let there = |names: &[&str]| {
        let mut paths = names
            .iter()
            .flat_map(|name| ENDINGS.map(|ending| below(&format!("{name}.{ending}"))));
        paths.find(|path| !is_missing(root, path))
    };
    let mut said = Vec::new();
    let whole = [
        there(&["hugo", "config"]),
        there(&["config/_default/hugo", "config/_default/config"]),
    ];
    for path in whole.into_iter().flatten() {
        said.extend(read_file(root, &path, problems));
    }
    if let Some(path) = there(&["config/_default/languages"]) {
        let languages = read_file(root, &path, problems);
        said.push(("languages".to_owned(), Value::Map(languages)));
    }
    said
}
