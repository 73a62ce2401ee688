//! Where a site is published, as its configuration says: a whole address below it means what its path means.

use kenning_note::{Link, LinkKind, LinkTo};

/// The address of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    /// Host and port, in small letters.
    host: String,
    /// The path without slashes at its ends.
    path: String,
}

impl Home {
    /// The site at this address; `None` where it names no host, as `/docs/` does not.
    pub(super) fn of(address: &str) -> Option<Self> {
        let (host, path) = parts(address)?;
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let is_host = !host.is_empty() && !host.contains(['{', '$', '<', ' ', '@']);
        is_host.then(|| Self {
            host: host.to_ascii_lowercase(),
            path: path.trim_matches('/').to_owned(),
        })
    }

    /// A link to an address of the site, as a link by path; `None` for other links, and where the address is that of a file. Whether there is
    /// such a page is not known here.
    pub(crate) fn link(&self, link: &Link, from: &str) -> Option<Link> {
        let LinkTo::Url(address) = &link.to else {
            return None;
        };
        let read = kenning_note::destination(&self.below(address)?, from);
        let LinkTo::Name { path, .. } = read.to else {
            return None;
        };
        let mut own = link.clone();
        own.to = LinkTo::Name {
            key: kenning_note::normal_key(address).into(),
            path,
        };
        own.fragment = read.fragment;
        (link.kind == LinkKind::Markdown).then_some(own)
    }

    /// What follows the site's own address in that of one of its pages.
    fn below(&self, address: &str) -> Option<String> {
        let (host, rest) = parts(address)?;
        if !host.eq_ignore_ascii_case(&self.host) {
            return None;
        }
        let (path, after) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        let below = path
            .trim_start_matches('/')
            .strip_prefix(self.path.as_str())?;
        let is_below = self.path.is_empty() || below.is_empty() || below.starts_with('/');
        is_below.then(|| format!("/{}{after}", below.trim_start_matches('/')))
    }
}

/// Host and port of an address, and what follows them.
fn parts(address: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = address.trim().split_once("//")?;
    let is_web = ["", "http:", "https:"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    is_web.then(|| rest.split_at(end))
}
