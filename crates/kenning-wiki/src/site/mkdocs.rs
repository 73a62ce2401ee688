//! What MkDocs' configuration says of a site, and what the plugin for languages (`i18n`) says of it.

use std::path::Path;

use kenning_note::Value;

use super::home::Home;
use super::published::Patterns;
use super::{Content, Site, below, get, is_tag, parts, read_first, text, words};
use crate::problem::Located;

pub(super) fn site(root: &Path, folder: &str, problems: &mut Vec<Located>) -> Site {
    let files = ["mkdocs.yml", "mkdocs.yaml"].map(|name| below(folder, name));
    let said = read_first(root, &files, problems);
    let docs = words(&said, "docs_dir").unwrap_or("docs");
    let docs = below(folder, docs.trim_start_matches("./"));
    let directories = get(&said, "use_directory_urls");
    let (contents, default) = match plugin(&said) {
        Some(plugin) => languages(plugin, &docs),
        None => (Vec::new(), None),
    };
    let site = match contents.len() {
        0 | 1 => Site::of(folder, vec![Content::of(docs)]),
        _ => Site {
            default,
            ..Site::of(folder, contents)
        },
    };
    let patterns = match blog(&said) {
        Some(own) => {
            let folder = words(own, "blog_dir").unwrap_or("blog").trim_matches('/');
            let form = words(own, "post_url_format").unwrap_or("{date}/{slug}");
            let form = form.replace("{date}", ":year/:month/:day");
            let form = form
                .replace("{slug}", ":slug")
                .replace("{file}", ":filename");
            Patterns::of_blog(folder, &format!("/{folder}/{form}/"))
        }
        None => Patterns::default(),
    };
    Site {
        patterns,
        in_folders: !matches!(directories, Some(Value::Bool(false))),
        base: super::path_of(words(&said, "site_url").unwrap_or_default()),
        home: words(&said, "site_url").and_then(Home::of),
        ..site
    }
}

/// What the plugin for a blog is told, where there is one.
fn blog(said: &[(String, Value)]) -> Option<&[(String, Value)]> {
    let named =
        |value: &Value| text(value).is_some_and(|name| name.rsplit('/').next() == Some("blog"));
    let own = |one: &'_ Value| {
        parts(Some(one))
            .iter()
            .any(|(name, _)| name.rsplit('/').next() == Some("blog"))
    };
    let inside = |one| {
        let found = parts(Some(one))
            .iter()
            .find(|(name, _)| name.rsplit('/').next() == Some("blog"));
        parts(found.map(|(_, own)| own))
    };
    match get(said, "plugins")? {
        Value::List(list) => list.iter().find(|one| named(one) || own(one)).map(inside),
        one => own(one).then(|| inside(one)),
    }
}

/// What the plugin for languages is told.
fn plugin(said: &[(String, Value)]) -> Option<&[(String, Value)]> {
    let own = |map: &'_ [(String, Value)]| get(map, "i18n").is_some();
    let found = match get(said, "plugins")? {
        Value::List(list) => list.iter().find(|one| own(parts(Some(one)))),
        map => Some(map).filter(|map| own(parts(Some(map)))),
    };
    Some(parts(get(parts(found), "i18n")))
}

/// The folders of pages by language, and the default language. Where nothing is said, the ends of names tell the languages (`reed.fr.md`).
fn languages(plugin: &[(String, Value)], docs: &str) -> (Vec<Content>, Option<String>) {
    let in_folders = words(plugin, "docs_structure") == Some("folder");
    let mut default = words(plugin, "default_language").map(str::to_owned);
    let mut names = Vec::new();
    match get(plugin, "languages") {
        Some(Value::List(list)) => {
            for own in list.iter().map(|one| parts(Some(one))) {
                names.extend(words(own, "locale"));
                if get(own, "default") == Some(&Value::Bool(true)) {
                    default = words(own, "locale").map(str::to_owned);
                }
            }
        }
        // So its versions before 1.0 wrote them: `fr: Français`.
        Some(Value::Map(map)) => names.extend(map.iter().map(|(name, _)| name.as_str())),
        one => names.extend(one.and_then(text)),
    }
    names.retain(|name| !matches!(*name, "default" | "null"));
    let contents = names.into_iter().map(|name| {
        let tag = name.replace('_', "-");
        Content {
            folder: match in_folders {
                true => below(docs, name),
                false => docs.to_owned(),
            },
            name: name.to_owned(),
            tag: is_tag(&tag).then_some(tag),
        }
    });
    (contents.collect(), default)
}
