//! What Jekyll's configuration says of a site.

use std::path::Path;

use kenning_note::Value;

use super::home::Home;
use super::published::Patterns;
use super::{Content, Site, below, get, parts, read_first, words};
use crate::problem::Located;

pub(super) fn site(root: &Path, folder: &str, problems: &mut Vec<Located>) -> Site {
    let files = ["_config.yml", "_config.yaml"].map(|name| below(folder, name));
    let said = read_first(root, &files, problems);
    let source = words(&said, "source").unwrap_or_default();
    let source = below(folder, source.trim_start_matches('.'));
    let mut patterns = Patterns::of_jekyll(words(&said, "permalink").unwrap_or("date"));
    for (name, own) in parts(get(&said, "collections")) {
        let own = parts(Some(own));
        if get(own, "output") == Some(&Value::Bool(true)) || words(own, "permalink").is_some() {
            let pattern = words(own, "permalink").unwrap_or("/:collection/:path:output_ext");
            patterns.add(name, pattern);
        }
    }
    for one in super::defaults::of(&said) {
        if let Some(pattern) = words(one.values, "permalink") {
            patterns.add_for(one.path, one.kind, pattern);
        }
    }
    let baseurl = words(&said, "baseurl").unwrap_or_default();
    Site {
        base: super::path_of(baseurl),
        home: words(&said, "url").and_then(|url| {
            let (url, base) = (url.trim_end_matches('/'), baseurl.trim_start_matches('/'));
            Home::of(&format!("{url}/{base}"))
        }),
        patterns,
        ..Site::of(folder, vec![Content::of(source)])
    }
}
