//! Which notes have to be linked anew, and linking them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use kenning_access::Label;
use oxrdf::Triple;

use crate::assemble::{Made, link_graphs};
use crate::catalog::{Catalog, Entry, Tally, Wanting};
use crate::labels::Labels;
use crate::ladder::{Edge, Index, Verdict};
use crate::names;
use crate::overrides::Overrides;
use crate::problem::Located;
use crate::triples::Minter;
use crate::wiki::Wiki;

/// The notes of `next` whose links may mean something else than in `known`, although they themselves did not change.
pub(crate) fn waiting(known: &Catalog, next: &Catalog, overrides: &Overrides) -> Vec<String> {
    if known.ladder != next.ladder {
        return next.entries.keys().cloned().collect();
    }
    let mut changed: HashSet<u64> = HashSet::new();
    let mut note = |path: &str, entry: &Entry| {
        changed.extend(&entry.found_by);
        for (name, target) in &overrides.names {
            if names::without_ending(target) == names::without_ending(path) {
                changed.extend(names::digests(&mut vec![name.clone()]));
            }
        }
    };
    for (path, old) in &known.entries {
        match next.entries.get(path) {
            Some(new) if Arc::ptr_eq(old, new) || is_found_alike(old, new) => {}
            Some(new) => {
                note(path, old);
                note(path, new);
            }
            None => note(path, old),
        }
    }
    for (path, new) in &next.entries {
        if !known.entries.contains_key(path) {
            note(path, new);
        }
    }
    if changed.is_empty() {
        return Vec::new();
    }
    let waits = |entry: &Entry| entry.looks_for.iter().any(|key| changed.contains(key));
    let entries = next.entries.iter();
    let waiting = entries.filter(|(_, entry)| waits(entry));
    waiting.map(|(path, _)| path.clone()).collect()
}

fn is_found_alike(old: &Entry, new: &Entry) -> bool {
    old.names == new.names
        && old.label() == new.label()
        && old.identity == new.identity
        && old.former == new.former
}

/// Resolves links in a wiki as it is now.
pub(crate) struct Relinker<'c> {
    minter: Minter<'c>,
    pub(crate) labels: Labels,
    pub(crate) index: Index,
    /// The paths by which the addresses of notes are minted, by [`NoteId`].
    identities: Vec<&'c str>,
    files: HashSet<&'c str>,
    /// Looking for a name that is spelt alike takes time, so only so many links get one.
    suggestions: usize,
}

impl<'c> Relinker<'c> {
    pub(crate) fn new(wiki: &'c Wiki, catalog: &'c Catalog, others: &'c [String]) -> Self {
        let mut labels = Labels::new(wiki.rules.scale());
        let mut index = Index::new(wiki.overrides.names.clone(), wiki.settings.shortest);
        let mut identities = Vec::with_capacity(catalog.entries.len());
        for (path, entry) in &catalog.entries {
            let label = labels.read(entry.label());
            index.add(path, &entry.names, &entry.former, label);
            identities.push(entry.identity(path));
        }
        Self {
            minter: wiki.minter(),
            labels,
            index,
            identities,
            files: others.iter().map(String::as_str).collect(),
            suggestions: 100,
        }
    }

    /// The link graphs of a note. Its tally and the problems of its links are written into `entry`.
    pub(crate) fn link(&mut self, path: &str, entry: &mut Entry) -> Vec<Made> {
        let mut tally = Tally::default();
        let mut problems = Vec::new();
        let mut graphs: BTreeMap<String, (Label, Vec<Triple>)> = BTreeMap::new();
        let identity = entry.identity(path).to_owned();
        let mut counted: BTreeSet<&str> = BTreeSet::new();
        for unit in &entry.units {
            let own = self.labels.read(&unit.label);
            for link in &unit.links {
                let outcome = self.index.resolve(link, path, own, &mut self.labels);
                for edge in &outcome.edges {
                    let triples = self.triples(&identity, link, edge);
                    if triples.is_empty() {
                        continue;
                    }
                    let graph = graphs
                        .entry(self.labels.text(edge.label).to_owned())
                        .or_insert_with(|| (self.labels.get(edge.label), Vec::new()));
                    graph.1.extend(triples);
                }
                if counted.insert(&link.key) {
                    tally.links += 1;
                    match &outcome.verdict {
                        Verdict::Resolved => tally.resolved += 1,
                        Verdict::Ambiguous(..) => tally.ambiguous += 1,
                        Verdict::Wanted if outcome.edges.is_empty() => tally.wanted += 1,
                        Verdict::Wanted => tally.further += 1,
                    }
                }
                problems.extend(self.problem(path, link, &outcome.verdict));
            }
        }
        entry.tally = tally;
        entry.link_problems = problems;
        link_graphs(self.minter, &identity, graphs)
    }

    /// What an edge says. A note that links to itself says nothing by it.
    pub(crate) fn triples(&self, identity: &str, link: &Wanting, edge: &Edge) -> Vec<Triple> {
        let place = usize::try_from(edge.target).ok();
        match place.and_then(|place| self.identities.get(place)) {
            Some(to) if *to != identity => self.minter.edge(identity, link, to, edge.rung),
            _ => Vec::new(),
        }
    }

    /// What is wrong with a link, as far as readers of its text can tell.
    fn problem(&mut self, path: &str, link: &Wanting, verdict: &Verdict) -> Option<Located> {
        let mut problem = Located::file(path, "link", String::new());
        problem.line = usize::try_from(link.line).unwrap_or(0);
        problem.column = usize::try_from(link.column).unwrap_or(0);
        match verdict {
            Verdict::Resolved => return None,
            Verdict::Ambiguous(rung, notes) => {
                "ambiguous".clone_into(&mut problem.kind);
                let mut paths: Vec<String> = notes
                    .iter()
                    .take(5)
                    .map(|note| format!("`{}`", self.index.path(*note)))
                    .collect();
                if notes.len() > 5 {
                    paths.push(format!("{} more", notes.len() - 5));
                }
                problem.text = format!(
                    "`{}` could be any of {} (by {}); it leads nowhere",
                    link.target,
                    paths.join(", "),
                    rung.in_words()
                );
                problem.hint =
                    Some("write the path, or say in `links.toml` what is meant".to_owned());
            }
            Verdict::Wanted if !link.markdown || self.is_file(link) => return None,
            Verdict::Wanted => {
                "dangling".clone_into(&mut problem.kind);
                problem.text = format!("`{}` leads to nothing", link.target);
                problem.hint = self.suggest(link);
            }
        }
        Some(problem)
    }

    fn is_file(&self, link: &Wanting) -> bool {
        let target = names::decoded(link.target.trim_matches('/'));
        let path = link.path.as_deref().map(|path| path.trim_matches('/'));
        self.files.contains(target.as_str()) || path.is_some_and(|path| self.files.contains(path))
    }

    /// What may have been meant: the words of the link, or a name spelt much alike.
    fn suggest(&mut self, link: &Wanting) -> Option<String> {
        let written = names::last(link.target.trim_matches('/')).to_owned();
        let key = kenning_note::normal_key(&written);
        if let Some(text) = &link.text {
            let words = kenning_note::normal_key(text);
            if is_near(&key, &words) {
                let slug = kenning_note::slug(text);
                return Some(format!(
                    "its words suggest `{}`",
                    link.target.replace(&written, &slug)
                ));
            }
        }
        self.suggestions = self.suggestions.checked_sub(1)?;
        let near = self.index.nearest(&key)?;
        Some(format!("did you mean `{near}`?"))
    }
}

/// Whether two keys differ as a slip of the pen makes them differ.
pub(crate) fn is_near(one: &str, other: &str) -> bool {
    let length = one.chars().count();
    let allowed = if length < 5 { 1 } else { 2 };
    one != other
        && length.abs_diff(other.chars().count()) <= allowed
        && strsim::osa_distance(one, other) <= allowed
}
