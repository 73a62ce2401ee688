//! Links that are written as addresses: where they lead when they count from where a page is published, not from where its file lies.
//!
//! Most programs publish `a/b.md` as the folder `a/b/`, so from there `../c/` is `a/c/`. What each of them says of links:
//!
//! - *Hugo*: a path is first looked for from the page: from the folder of its file; for a page bundle (`a/b/index.md`) from the folder around
//!   it, unless it goes up and names a file. Then from the top of the pages, if it does not begin with `.`. That is how `ref`, `relref`
//!   and its rule for links go; what they do not find stays as it is written and so counts from the address. Whether a site has the rule is
//!   for its templates to say, so both count alike, and a link that means two notes is ambiguous.
//! - *Docusaurus*: what ends in `.md` counts from the file, then from the top of the pages; all else is an address, of which its settings
//!   say whether it ends in a slash. So both count alike.
//! - *MkDocs*: a path whose last part has a dot names a file; all else is an address, unless pages are published as files.
//! - Where a pattern says under which address a page is published, a relative path also counts from there.
//! - A whole address of the site's own (`https://example.org/docs/c/`) is read as the path behind the site's own address. It says itself in
//!   which language its page is, whatever page it stands on.
//! - Elsewhere a path that goes up counts from the file, and from the address where that leads nowhere.

use kenning_note::{Dialect, Link, LinkKind, LinkTo};

use crate::names::{decoded, folder, joined, last, without_ending};
use crate::site::{Page, Site};
use serde::{Deserialize, Serialize};

/// Another way to read the path of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Way {
    pub(crate) turn: Turn,
    /// The path, as seen from the folder of the wiki.
    pub(crate) path: String,
}

/// When it is tried: as against the path that counts from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Turn {
    /// Where the page in the language of the note would lie, side by side with those in others.
    First,
    Before,
    /// What either finds is a rival of what the other finds.
    Beside,
    After,
    Last,
    /// An address from the top of the site: what a pattern publishes there is found by it.
    Published,
}

/// The other ways to read `link`, which stands in the note at `path`; `published` is its address, where a pattern decides it. A whole
/// address means the same wherever it stands.
pub(crate) fn ways(
    (link, is_whole): (&Link, bool),
    path: &str,
    dialect: Dialect,
    site: Option<&Site>,
    published: Option<&str>,
) -> Vec<Way> {
    let LinkTo::Name {
        path: Some(own), ..
    } = &link.to
    else {
        return Vec::new();
    };
    if link.kind != LinkKind::Markdown {
        return Vec::new();
    }
    let target = match is_whole {
        // That of the first page: it has no name.
        true if own.as_str() == "/index" => "/".into(),
        true => own.as_str().into(),
        false => decoded(&link.target),
    };
    let target = target.trim();
    let (page, target) = match site {
        Some(site) if is_whole => site.meant_by(target),
        _ => (site.and_then(|site| site.page(path)), target),
    };
    let mut ways = Ways {
        own: own.trim_end_matches('/'),
        found: Vec::new(),
    };
    match (target.strip_prefix('/'), site, page) {
        (Some(rest), Some(site), Some(page)) => ways.count_from_top(rest, site, page),
        (Some(_), ..) => {}
        (None, ..) => {
            let in_folders = site.is_none_or(|site| site.in_folders);
            ways.count_from_page(target, path, dialect, page, in_folders);
            if let (Some(address), Some(page)) = (published, page) {
                let from = Site::folder_of_address(address);
                ways.add(Turn::Published, from, target);
                ways.add(Turn::After, &format!("{}/{from}", page.root), target);
            }
        }
    }
    if let (Some(site), Some(page)) = (site, page) {
        ways.in_its_language(site, page);
    }
    ways.found
}

struct Ways<'w> {
    /// The path as it counts from the file.
    own: &'w str,
    found: Vec<Way>,
}

impl Ways<'_> {
    fn add(&mut self, turn: Turn, from: &str, target: &str) {
        let Some(path) = joined(from, target).filter(|path| !path.is_empty()) else {
            return;
        };
        let known = path == self.own || self.found.iter().any(|way| way.path == path);
        if !known {
            self.found.push(Way { turn, path });
        }
    }

    fn count_from_page(
        &mut self,
        target: &str,
        path: &str,
        dialect: Dialect,
        page: Option<Page<'_>>,
        in_folders: bool,
    ) {
        let bare = page.map_or(without_ending(path), |page| page.bare);
        let (around, name) = (folder(path), last(bare));
        let is_index = |names: &[&str]| names.iter().any(|other| name.eq_ignore_ascii_case(other));
        let names_file = without_ending(target) != target;
        match dialect {
            Dialect::Hugo => {
                if name == "index" {
                    let is_top = page.is_some_and(|page| page.root == around);
                    let names_file_above = names_file && target.starts_with("../");
                    if !is_top && !names_file_above {
                        self.add(Turn::Beside, folder(around), target);
                    }
                } else if name != "_index" && !names_file {
                    self.add(Turn::Beside, bare, target);
                }
                if let Some(page) = page.filter(|_| !target.starts_with('.')) {
                    self.add(Turn::After, page.root, target);
                }
            }
            Dialect::Docusaurus if names_file => {}
            Dialect::Docusaurus if is_index(&["index", "readme"]) => {
                self.add(Turn::Beside, folder(around), target);
            }
            Dialect::Docusaurus => self.add(Turn::Beside, bare, target),
            Dialect::MkDocs if !in_folders => {}
            Dialect::MkDocs if names_file || is_index(&["index", "readme"]) => {}
            Dialect::MkDocs if last(target).contains('.') => self.add(Turn::After, bare, target),
            Dialect::MkDocs => self.add(Turn::Before, bare, target),
            _ if names_file || !target.starts_with("../") => {}
            _ if is_index(&["index", "_index", "readme"]) => {}
            _ => self.add(Turn::After, bare, target),
        }
    }

    /// An address from the top of a site: among the pages in the language of its own, and then as it is written.
    fn count_from_top(&mut self, target: &str, site: &Site, page: Page<'_>) {
        if let Some(rest) = site.below_base(target) {
            self.add(Turn::Published, "", rest);
            self.add(Turn::Before, page.root, rest);
        }
        self.add(Turn::Before, page.root, target);
        let (first, rest) = target.split_once('/').unwrap_or((target, ""));
        if let Some(named) = site.folder_of(first) {
            self.add(Turn::Last, named, rest);
        } else if let Some(default) = site.at_the_top().and_then(|name| site.folder_of(name)) {
            self.add(Turn::Last, default, target);
        }
    }

    /// Where pages of several languages lie side by side, what is written means the page in the language of its own page.
    fn in_its_language(&mut self, site: &Site, page: Page<'_>) {
        if !page.shared {
            return;
        }
        let own = self.own.trim_start_matches('/').to_owned();
        let mut paths = vec![own];
        paths.extend(self.found.iter().map(|way| way.path.clone()));
        for path in paths {
            let bare = without_ending(&path);
            let named = last(bare).ends_with(&format!(".{}", page.language));
            for form in ["", "/index", "/_index"] {
                if !named {
                    self.add(Turn::First, "", &format!("{bare}{form}.{}", page.language));
                }
                if let Some(default) = site.at_the_top().filter(|name| *name != page.language) {
                    self.add(Turn::Last, "", &format!("{bare}{form}.{default}"));
                }
            }
        }
    }
}

/// The path without the numbers by which Docusaurus orders files and folders and which it leaves out of addresses: `docs/02-reeds/1. cane` is
/// `docs/reeds/cane`. `None` where there are none.
pub(crate) fn unnumbered(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').map(after_number).collect();
    let plain = parts.join("/");
    (plain != path).then_some(plain)
}

/// What follows the number at the beginning of a name. Days and versions such as `2026-01-02-x` and `7.0-x` are no such numbers.
fn after_number(name: &str) -> &str {
    let rest = name.trim_start_matches(|c: char| c.is_ascii_digit());
    let plain = rest.trim_start_matches([' ', '-', '_', '.']);
    let between = rest.get(..rest.len() - plain.len()).unwrap_or_default();
    let is_number = rest.len() < name.len() && between.contains(['-', '_', '.']);
    let goes_on = plain.starts_with(|c: char| c.is_ascii_digit()) && between.len() == 1;
    if is_number && !plain.is_empty() && !goes_on {
        plain
    } else {
        name
    }
}
