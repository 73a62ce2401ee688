//! Which notes have to be linked anew, and linking them.

use std::collections::{BTreeMap, HashSet};

use hashbrown::HashSet as QuickSet;
use kenning_note::Sink;
use oxrdf::Triple;

use crate::assemble::{Made, link_graphs};
use crate::catalog::{Catalog, Entry, GraphKind, Tally, Wanting};
use crate::floors::ByLabel;
use crate::labels::{LabelId, Labels};
use crate::ladder::{Address, Climb, Edge, NoteId, Rung, Verdict};
use crate::lines::Lines;
use crate::memory::{Linked, differences};
use crate::names;
use crate::overrides::{self, Overrides};
use crate::problem::{Guessed, Located};
use crate::rules::Rules;
use crate::settings::SETTINGS_FILE;
use crate::statements::Statements;
use crate::triples::Minter;
use crate::wiki::Wiki;
use crate::works::Works;

/// The notes of `next` whose links may mean something else than in `known`, although they themselves did not change.
pub(crate) fn waiting(known: &Catalog, next: &Catalog, overrides: &Overrides) -> Vec<String> {
    if known.head.ladder != next.head.ladder {
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
    for (path, old, new) in differences(known, next) {
        if let (Some(old), Some(new)) = (old, new)
            && old.is_found_like(new)
        {
            continue;
        }
        for entry in [old, new].into_iter().flatten() {
            note(path, entry);
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

/// How the links of a note fared.
#[derive(Debug, Default)]
pub(crate) struct Fate {
    pub(crate) tally: Tally,
    pub(crate) problems: Vec<Located>,
}

/// Resolves links in a wiki as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Relinker<'c> {
    minter: Minter<'c>,
    rules: &'c Rules,
    pub(crate) labels: Labels,
    pub(crate) linked: &'c Linked,
    /// Other files, which links may point at, in order.
    files: &'c [String],
    pub(crate) works: Works<'c>,
}

impl<'c> Relinker<'c> {
    /// Links by the names in `linked`; `files` are the other files of the folder, in order.
    pub(crate) fn new(wiki: &'c Wiki, linked: &'c Linked, files: &'c [String]) -> Self {
        Self {
            minter: wiki.minter(),
            rules: &wiki.rules,
            labels: linked.labels.clone(),
            linked,
            files,
            works: Works::default(),
        }
    }

    /// The link graphs of a note, and how its links fared.
    pub(crate) fn link(&mut self, path: &str, entry: &Entry) -> (Vec<Made>, Fate) {
        let (said, fate) = self.statements(path, entry);
        let said = said.into_iter().map(|(id, said)| {
            let text = self.labels.text(id).to_owned();
            (text, (self.labels.get(id), said.triples()))
        });
        let identity = entry.identity(path);
        let graphs = link_graphs(self.minter, self.rules, identity, said.collect::<ByLabel>());
        (graphs, fate)
    }

    /// Writes the link graphs of a note as lines of N-Quads, where no property has a floor: the lines of [`Relinker::link`], in their order.
    /// Says how the links fared.
    pub(crate) fn write(&mut self, path: &str, entry: &Entry, lines: &mut Lines<'_>) -> Fate {
        let (said, fate) = self.statements(path, entry);
        let identity = entry.identity(path);
        let mut said: Vec<(&str, Statements)> = said
            .into_iter()
            .map(|(id, said)| (self.labels.text(id), said))
            .collect();
        said.sort_by_key(|(label, _)| *label);
        for (label, mut said) in said {
            self.minter.links_head(identity, label, &mut said);
            let name = self.minter.graph(identity, &GraphKind::Links, label);
            let mut lines = lines.graph(&name);
            said.each(|subject, predicate, object| {
                lines.triple(subject, predicate, object.into());
            });
        }
        fate
    }

    /// What the links of a note say to readers of each label, and how they fared.
    fn statements(&mut self, path: &str, entry: &Entry) -> (BTreeMap<LabelId, Statements>, Fate) {
        let mut tally = Tally::default();
        let mut problems = Vec::new();
        let mut said: BTreeMap<LabelId, Statements> = BTreeMap::new();
        let mut counted: QuickSet<&str> = QuickSet::new();
        let mut climb = Climb::default();
        for unit in &entry.units {
            let own = self.labels.read(&unit.label);
            for link in &unit.links {
                let index = &self.linked.index;
                index.climb(link, path, own, &mut self.labels, &mut climb);
                let outcome = &climb.outcome;
                for edge in &outcome.edges {
                    if let Some(to) = self.target(path, entry, edge) {
                        let said = said
                            .entry(edge.label)
                            .or_insert_with(|| Statements::about(unit.links.len()));
                        self.edge(path, entry, link, (to, edge.rung), said);
                    }
                }
                let is_other = is_of_something_else(link, &outcome.verdict);
                let is_other = is_other && outcome.edges.is_empty();
                if !link.implied && !is_other && counted.insert(link.key.as_str()) {
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
        self.translations(path, entry, &mut said, &mut problems);
        (said, Fate { tally, problems })
    }

    /// Says of which notes a note is a translation, to whoever sees both.
    fn translations(
        &mut self,
        path: &str,
        entry: &Entry,
        said: &mut BTreeMap<LabelId, Statements>,
        problems: &mut Vec<Located>,
    ) {
        let identity = entry.identity(path);
        for (label, note) in self.originals(path, entry, problems) {
            let to = self.linked.index.address(note);
            if let Some(to) = to.filter(|to| to.identity != identity) {
                let said = said.entry(label).or_default();
                self.minter.translation(identity, to, said);
            }
        }
    }

    /// That a note is a translation of another.
    pub(crate) fn is_made_from(&self, path: &str, entry: &Entry, original: NoteId) -> Vec<Triple> {
        let mut said = Statements::default();
        if let Some(to) = self.linked.index.address(original) {
            self.minter.translation(entry.identity(path), to, &mut said);
        }
        said.triples()
    }

    /// What an edge says.
    pub(crate) fn triples(
        &self,
        path: &str,
        entry: &Entry,
        link: &Wanting,
        edge: &Edge,
    ) -> Vec<Triple> {
        let mut said = Statements::default();
        if let Some(to) = self.target(path, entry, edge) {
            self.edge(path, entry, link, (to, edge.rung), &mut said);
        }
        said.triples()
    }

    /// Where an edge leads. A note that links to itself says nothing by it.
    fn target(&self, path: &str, entry: &Entry, edge: &Edge) -> Option<Address<'c>> {
        let to = self.linked.index.address(edge.target);
        to.filter(|to| to.identity != entry.identity(path))
    }

    fn edge(
        &self,
        path: &str,
        entry: &Entry,
        link: &Wanting,
        to: (Address<'_>, Rung),
        said: &mut Statements,
    ) {
        let concept = entry.concept.as_deref();
        self.minter
            .edge(entry.identity(path), concept, link, to, said);
    }

    /// What is wrong with a link, as far as readers of its text can tell.
    fn problem(&self, path: &str, link: &Wanting, verdict: &Verdict) -> Option<Located> {
        match verdict {
            Verdict::Resolved => return None,
            _ if link.implied => return None,
            verdict if is_of_something_else(link, verdict) => return None,
            Verdict::Wanted if !link.markdown || self.is_file(link, path) => return None,
            _ => {}
        }
        let mut problem = Located::file(path, "link", String::new());
        problem.line = usize::try_from(link.line).unwrap_or(0);
        problem.column = usize::try_from(link.column).unwrap_or(0);
        match verdict {
            Verdict::Resolved => {}
            Verdict::Ambiguous(rung, notes) => {
                "ambiguous".clone_into(&mut problem.kind);
                let index = &self.linked.index;
                let mut paths: Vec<String> = notes
                    .iter()
                    .take(5)
                    .map(|note| format!("`{}`", index.path(*note)))
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
                let first = notes.first().map_or("", |note| index.path(*note));
                let setting = index.shortest(*rung, notes).map(|path| {
                    format!("let `ambiguous = \"shortest\"` in `{SETTINGS_FILE}` take `{path}`, ")
                });
                problem.hint = Some(format!(
                    "write the path, {}or say in `links.toml` which is meant, such as `{}`",
                    setting.unwrap_or_default(),
                    overrides::line(&link.target, first)
                ));
            }
            Verdict::Wanted => {
                "dangling".clone_into(&mut problem.kind);
                problem.text = format!("`{}` leads to nothing", link.target);
                if let Some((hint, guess)) = by_its_words(link) {
                    problem.hint = Some(hint);
                    problem.guess = Some(guess);
                }
            }
        }
        Some(problem)
    }

    /// Whether a link of the note at `from` leads to a file that is no note.
    fn is_file(&self, link: &Wanting, from: &str) -> bool {
        let has = |path: &str| {
            let found = self.files.binary_search_by(|file| file.as_str().cmp(path));
            found.is_ok()
        };
        let target = names::decoded(link.target.trim_matches('/'));
        let path = link.path.as_deref().map_or("", |path| path.as_str());
        let own = names::decoded(path.trim_matches('/'));
        let mut ways = link.ways().iter();
        if has(&target) || has(&own) || ways.any(|way| has(&names::decoded(&way.path))) {
            return true;
        }
        // From the top of a site, an address finds what lies in a folder that is published as it is.
        let mut above = Some(names::folder(from)).filter(|_| path.starts_with('/'));
        while let Some(folder) = above {
            let has_in = |name: &str| match (folder, name) {
                ("", name) => has(&format!("{name}{own}")),
                (folder, name) => has(&format!("{folder}/{name}{own}")),
            };
            if PUBLISHED.iter().any(|name| has_in(name)) {
                return true;
            }
            above = (!folder.is_empty()).then(|| names::folder(folder));
        }
        false
    }
}

/// Where makers of sites keep files that they publish as they are, as seen from a folder above the page.
const PUBLISHED: &[&str] = &["", "static/", "public/", "website/static/", "docs/public/"];

/// Whether an address is that of something else than a note, as far as anybody can tell: that several notes are called so, wherever they lie,
/// makes none of them lie there.
fn is_of_something_else(link: &Wanting, verdict: &Verdict) -> bool {
    link.address
        && match verdict {
            Verdict::Resolved => false,
            Verdict::Ambiguous(rung, _) => rung.is_by_name(),
            Verdict::Wanted => true,
        }
}

/// What may have been meant, by the words of the link alone.
fn by_its_words(link: &Wanting) -> Option<(String, Guessed)> {
    let written = names::last(link.target.trim_matches('/'));
    let text = link.text()?;
    let key = kenning_note::normal_key(written);
    let words = kenning_note::normal_key(text);
    if !crate::hints::is_near(&key, &words) {
        return None;
    }
    let guess = crate::hints::guessed("words", &key, &words);
    let slug = kenning_note::slug(text);
    let suggested = link.target.replace(written, &slug);
    Some((format!("its words suggest `{suggested}`"), guess))
}
