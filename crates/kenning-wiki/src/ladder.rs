//! The ladder: what a link means, for whom.
//!
//! A link climbs from the surest way of finding a note to the least sure. The first rung that finds anything decides; when it
//! finds several notes, the link is ambiguous, and no note is taken because it came first.
//!
//! # Who sees which edge
//!
//! Let a link stand in a text with label *A*, let *t* be a note with label *T*, and let *J* be the join of both.
//!
//! > There is an edge from the text to *t*, labelled *J*, just when *t* is what the link means
//! > among the notes whose label flows to *J*.
//!
//! For a note whose label flows to *A*, *J* is *A*: that is the ladder run over what every reader of the text sees. The others are
//! the further edges, for readers who see more.
//!
//! INVARIANT: who sees an edge sees every note that was asked for it, because all of their labels flow to *J*. So the edges that a
//! reader sees are those that would exist if the notes it does not see did not: hidden notes neither resolve a link, nor make it
//! ambiguous, nor take it away (guards: `tests/twins.rs`, and `every_reader_sees_the_links_of_its_own_world` below).
//!
//! What follows for a reader who sees more than *A*: it sees the edge that others see, and beside it, where a note it alone sees is
//! found on a surer rung, a second edge. The loser among the designs was to withdraw the first edge for that reader; a graph cannot
//! be withdrawn from those who see more, and each edge names its rung, so the surer one can be told.

use std::collections::HashMap;

use kenning_note::normal_key;
use kenning_vocab::km;
use oxrdf::NamedNodeRef;

use crate::catalog::{Names, Wanting};
use crate::labels::{LabelId, Labels};
use crate::names::{
    composed, decoded, folded, folder, last, names_of_path, page_folder, permalink, singular,
    without_ending,
};

/// The steps of the ladder, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// `links.toml` says what the name means.
    Override,
    /// The identifier that a note gives itself.
    Identifier,
    /// The path of the note, or of the folder it stands for.
    Path,
    /// The name of a file in the folder of the linking note.
    SameFolder,
    /// The name of a file, with the folders that the link names.
    FileName,
    /// The same without regard to case.
    FoldedFileName,
    /// The shortest path among several files of one name, where the wiki asks for it.
    ShortestPath,
    /// A permalink or slug.
    Permalink,
    /// A title, without regard to case.
    Title,
    /// An alias, without regard to case.
    Alias,
    /// Any name, with hyphens, underscores and spaces alike, and without quotes.
    FoldedName,
    /// Any name, with its plural folded.
    Plural,
}

impl Rung {
    /// All rungs, surest first.
    pub const ALL: [Self; 12] = [
        Self::Override,
        Self::Identifier,
        Self::Path,
        Self::SameFolder,
        Self::FileName,
        Self::FoldedFileName,
        Self::ShortestPath,
        Self::Permalink,
        Self::Title,
        Self::Alias,
        Self::FoldedName,
        Self::Plural,
    ];

    /// The concept that stands for the rung.
    #[must_use]
    pub fn term(self) -> NamedNodeRef<'static> {
        match self {
            Self::Override => km::BY_OVERRIDE,
            Self::Identifier => km::EXPLICIT_IDENTIFIER,
            Self::Path => km::EXACT_PATH,
            Self::SameFolder => km::SAME_FOLDER,
            Self::FileName => km::UNIQUE_FILE_NAME,
            Self::FoldedFileName => km::FOLDED_FILE_NAME,
            Self::ShortestPath => km::SHORTEST_PATH,
            Self::Permalink => km::BY_PERMALINK,
            Self::Title => km::BY_TITLE,
            Self::Alias => km::BY_ALIAS,
            Self::FoldedName => km::BY_FOLDED_NAME,
            Self::Plural => km::BY_PLURAL,
        }
    }

    /// The rung in words: how the note was found.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Override => "`links.toml`",
            Self::Identifier => "its own identifier",
            Self::Path => "its path",
            Self::SameFolder => "a file in the same folder",
            Self::FileName => "the name of its file",
            Self::FoldedFileName => "the name of its file, case aside",
            Self::ShortestPath => "the shortest path",
            Self::Permalink => "its permalink or slug",
            Self::Title => "its title",
            Self::Alias => "an alias",
            Self::FoldedName => "a name, hyphens and spaces alike",
            Self::Plural => "a name, plural folded",
        }
    }
}

/// A note among those that links may mean.
pub(crate) type NoteId = u32;

/// What a link means to readers of one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    /// The label that the edge carries.
    pub(crate) label: LabelId,
    pub(crate) target: NoteId,
    pub(crate) rung: Rung,
}

/// How a link fared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) edges: Vec<Edge>,
    /// For readers of the text itself: whether the link has a meaning, has too many, or has none.
    pub(crate) verdict: Verdict,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Verdict {
    #[default]
    Wanted,
    Resolved,
    /// The rung that found several notes, and those of them that readers of the text see.
    Ambiguous(Rung, Vec<NoteId>),
}

/// All names of the notes of a wiki.
#[derive(Debug, Default)]
pub(crate) struct Index {
    notes: Vec<Known>,
    by_path: HashMap<String, Vec<NoteId>>,
    by_stem: HashMap<String, Vec<NoteId>>,
    by_folded_stem: HashMap<String, Vec<NoteId>>,
    by_permalink: HashMap<String, Vec<NoteId>>,
    by_title: HashMap<String, Vec<NoteId>>,
    by_alias: HashMap<String, Vec<NoteId>>,
    by_key: HashMap<String, Vec<NoteId>>,
    by_singular: HashMap<String, Vec<NoteId>>,
    by_id: HashMap<String, Vec<NoteId>>,
    overrides: HashMap<String, String>,
    shortest: bool,
}

#[derive(Debug)]
struct Known {
    path: String,
    label: LabelId,
}

impl Index {
    /// An empty index. `overrides` leads from folded names to paths; `shortest` adds the rung of that name.
    pub(crate) fn new(overrides: HashMap<String, String>, shortest: bool) -> Self {
        Self {
            overrides,
            shortest,
            ..Self::default()
        }
    }

    /// Adds a note. The order of additions never matters to what links mean, only to [`NoteId`]s.
    pub(crate) fn add(
        &mut self,
        path: &str,
        names: &Names,
        former: &[String],
        label: LabelId,
    ) -> NoteId {
        let id = NoteId::try_from(self.notes.len()).unwrap_or(NoteId::MAX);
        self.notes.push(Known {
            path: path.to_owned(),
            label,
        });
        let bare = without_ending(path);
        put(&mut self.by_path, composed(path), id);
        put(&mut self.by_path, composed(bare), id);
        if let Some(folder) = page_folder(path) {
            put(&mut self.by_path, composed(folder), id);
        }
        let stem = last(bare);
        put(&mut self.by_stem, composed(stem), id);
        put(&mut self.by_folded_stem, folded(stem), id);
        let of_path = names_of_path(path);
        let links = names.permalinks.iter().chain(&names.slugs);
        for link in links.chain(&of_path).chain(former) {
            put(&mut self.by_permalink, permalink(link), id);
        }
        put(&mut self.by_title, folded(&names.title), id);
        for alias in &names.aliases {
            put(&mut self.by_alias, folded(alias), id);
        }
        let written = [stem, last(path), names.title.as_str()];
        let others = names.aliases.iter().chain(&names.slugs).chain(&of_path);
        for name in written.into_iter().chain(others.map(String::as_str)) {
            let key = normal_key(name);
            put(
                &mut self.by_singular,
                kenning_note::fold_plural(&key).into_owned(),
                id,
            );
            put(&mut self.by_key, key, id);
        }
        if let Some(own) = &names.id {
            put(&mut self.by_id, own.clone(), id);
        }
        id
    }

    /// The path of a note.
    pub(crate) fn path(&self, note: NoteId) -> &str {
        self.known(note).map_or("", |known| known.path.as_str())
    }

    pub(crate) fn label(&self, note: NoteId) -> LabelId {
        self.known(note)
            .map_or(LabelId::CLOSED, |known| known.label)
    }

    /// The path of the note with a name spelt nearly like `key`.
    pub(crate) fn nearest(&self, key: &str) -> Option<&str> {
        let near = self
            .by_key
            .iter()
            .filter(|(name, _)| crate::relink::is_near(key, name));
        // The map has no order, so the best is chosen by what does not depend on it.
        let best = near.min_by_key(|(name, _)| (strsim::osa_distance(key, name), name.as_str()));
        let notes = best?.1.iter().map(|note| self.path(*note));
        notes.min()
    }

    fn known(&self, note: NoteId) -> Option<&Known> {
        self.notes.get(usize::try_from(note).ok()?)
    }

    /// What `link`, which stands in a text with label `own` in the note at `path`, means, and for whom.
    pub(crate) fn resolve(
        &self,
        link: &Wanting,
        path: &str,
        own: LabelId,
        labels: &mut Labels,
    ) -> Outcome {
        let mut climb = Climb::new(own);
        let target = Target::of(link);
        for step in STEPS {
            let mut notes = self.candidates(*step, link, &target, path);
            climb.keep_new(&mut notes);
            if notes.is_empty() {
                continue;
            }
            self.judge(step.rung(), &notes, &mut climb, labels);
            climb.found.extend(notes);
            climb.found.sort_unstable();
            if climb.is_settled(labels) {
                break;
            }
        }
        climb.outcome.edges.sort_unstable();
        climb.outcome
    }

    /// What each step finds for `link`, for people who ask why.
    pub(crate) fn explain(&self, link: &Wanting, path: &str) -> Vec<(Rung, Vec<NoteId>)> {
        let target = Target::of(link);
        let mut rungs: Vec<(Rung, Vec<NoteId>)> = Vec::new();
        for step in STEPS {
            let notes = self.candidates(*step, link, &target, path);
            match rungs.last_mut() {
                Some((rung, known)) if *rung == step.rung() => known.extend(notes),
                _ => rungs.push((step.rung(), notes)),
            }
        }
        for (_, notes) in &mut rungs {
            notes.sort_unstable();
            notes.dedup();
        }
        rungs
    }

    /// Gives an edge to each new note that has no rival, as far as readers of the edge can tell.
    fn judge(&self, rung: Rung, notes: &[NoteId], climb: &mut Climb, labels: &mut Labels) {
        let by_length = self.shortest && matches!(rung, Rung::FileName | Rung::FoldedFileName);
        let mut order = notes.to_vec();
        if by_length {
            order.sort_by_key(|note| (self.path(*note).len(), self.path(*note)));
        } else {
            // All of them are rivals of each other.
            for note in notes {
                climb.count(self.label(*note));
            }
        }
        let mut judged: HashMap<LabelId, (LabelId, usize)> = HashMap::new();
        for note in &order {
            let label = self.label(*note);
            if by_length {
                // Only shorter paths are rivals, so they are counted as they come.
                climb.count(label);
                judged.clear();
            }
            let (joined, rivals) = match judged.get(&label) {
                Some(known) => *known,
                None => {
                    let joined = labels.join(climb.own, label);
                    let known = (joined, climb.rivals(joined, labels));
                    judged.insert(label, known);
                    known
                }
            };
            if rivals != 1 {
                continue;
            }
            let among_several = by_length
                && notes
                    .iter()
                    .any(|other| other != note && labels.flows(self.label(*other), joined));
            let rung = if among_several {
                Rung::ShortestPath
            } else {
                rung
            };
            climb.outcome.edges.push(Edge {
                label: joined,
                target: *note,
                rung,
            });
            if joined == climb.own {
                climb.outcome.verdict = Verdict::Resolved;
            }
        }
        if climb.outcome.verdict == Verdict::Wanted {
            let own = climb.own;
            let seen = |note: &NoteId| labels.flows(self.label(*note), own);
            let several: Vec<NoteId> = order.into_iter().filter(seen).collect();
            if several.len() > 1 {
                climb.outcome.verdict = Verdict::Ambiguous(rung, several);
            }
        }
    }

    /// The notes that a step finds, whoever may see them.
    ///
    /// INVARIANT: whether a note is among them depends on that note, the link and its place alone, never on other notes.
    fn candidates(&self, step: Step, link: &Wanting, target: &Target, path: &str) -> Vec<NoteId> {
        let named = |map: &HashMap<String, Vec<NoteId>>, key: &str| -> Vec<NoteId> {
            map.get(key).cloned().unwrap_or_default()
        };
        match step {
            Step::Override => match self.overrides.get(&link.key) {
                Some(path) => named(&self.by_path, &composed(path)),
                None => Vec::new(),
            },
            Step::Identifier => named(&self.by_id, &link.target),
            Step::Path => {
                let paths = target.paths.iter();
                paths.flat_map(|path| named(&self.by_path, path)).collect()
            }
            Step::Above(levels) => {
                let absolute = link.path.as_deref().filter(|path| path.starts_with('/'));
                let mut above = Some(path);
                for _ in 0..=levels {
                    above = above.filter(|path| !path.is_empty()).map(folder);
                }
                match (absolute, above.filter(|folder| !folder.is_empty())) {
                    (Some(absolute), Some(above)) => {
                        let path = format!("{above}/{}", absolute.trim_matches('/'));
                        let path = composed(&path);
                        let mut notes = named(&self.by_path, &path);
                        notes.extend(named(&self.by_path, without_ending(&path)));
                        notes
                    }
                    _ => Vec::new(),
                }
            }
            Step::SameFolder if target.name.contains('/') => Vec::new(),
            Step::SameFolder => match folder(path) {
                "" => named(&self.by_path, &target.name),
                folder => named(
                    &self.by_path,
                    &format!("{}/{}", composed(folder), target.name),
                ),
            },
            Step::FileName => self.below(&self.by_stem, &target.bare, composed),
            Step::FoldedFileName => self.below(&self.by_folded_stem, &folded(&target.bare), folded),
            Step::Permalink => {
                let mut notes = named(&self.by_permalink, &permalink(&target.name));
                if let Some(absolute) = link.path.as_deref() {
                    notes.extend(named(&self.by_permalink, &permalink(absolute)));
                }
                notes
            }
            Step::LastOfPermalink => match link.path.as_deref() {
                Some(absolute) if absolute.starts_with('/') => {
                    named(&self.by_permalink, &permalink(last(&target.name)))
                }
                _ => Vec::new(),
            },
            Step::Title => named(&self.by_title, &folded(&target.name)),
            Step::Alias => named(&self.by_alias, &folded(&target.name)),
            Step::FoldedName => named(&self.by_key, &normal_key(&target.name)),
            Step::Plural => named(&self.by_singular, &singular(&target.name)),
        }
    }

    /// The notes of a file name whose path ends in the folders that the link names.
    fn below(
        &self,
        map: &HashMap<String, Vec<NoteId>>,
        target: &str,
        fold: fn(&str) -> String,
    ) -> Vec<NoteId> {
        let Some(notes) = map.get(last(target)) else {
            return Vec::new();
        };
        if !target.contains('/') {
            return notes.clone();
        }
        let ends = |note: &&NoteId| {
            let path = fold(without_ending(self.path(**note)));
            path.strip_suffix(target)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        notes.iter().filter(ends).copied().collect()
    }
}

/// The steps of the ladder as they are climbed: a rung may take two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Override,
    Identifier,
    Path,
    /// An address from the top of the site, where that is so many folders above the note: `content/en`, say.
    Above(usize),
    SameFolder,
    FileName,
    FoldedFileName,
    Permalink,
    /// The last part of an address that is written from the top of the site.
    LastOfPermalink,
    Title,
    Alias,
    FoldedName,
    Plural,
}

const STEPS: &[Step] = &[
    Step::Override,
    Step::Identifier,
    Step::Path,
    Step::Above(0),
    Step::Above(1),
    Step::Above(2),
    Step::Above(3),
    Step::Above(4),
    Step::SameFolder,
    Step::FileName,
    Step::FoldedFileName,
    Step::Permalink,
    Step::LastOfPermalink,
    Step::Title,
    Step::Alias,
    Step::FoldedName,
    Step::Plural,
];

impl Step {
    fn rung(self) -> Rung {
        match self {
            Self::Override => Rung::Override,
            Self::Identifier => Rung::Identifier,
            Self::Path | Self::Above(_) => Rung::Path,
            Self::SameFolder => Rung::SameFolder,
            Self::FileName => Rung::FileName,
            Self::FoldedFileName => Rung::FoldedFileName,
            Self::Permalink | Self::LastOfPermalink => Rung::Permalink,
            Self::Title => Rung::Title,
            Self::Alias => Rung::Alias,
            Self::FoldedName => Rung::FoldedName,
            Self::Plural => Rung::Plural,
        }
    }
}

/// One link on its way up.
struct Climb {
    own: LabelId,
    /// What steps so far found, sorted.
    found: Vec<NoteId>,
    /// How many notes of each label were found.
    tally: Vec<(LabelId, usize)>,
    outcome: Outcome,
}

impl Climb {
    fn new(own: LabelId) -> Self {
        Self {
            own,
            found: Vec::new(),
            tally: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    fn keep_new(&self, notes: &mut Vec<NoteId>) {
        notes.sort_unstable();
        notes.dedup();
        notes.retain(|note| self.found.binary_search(note).is_err());
    }

    fn count(&mut self, label: LabelId) {
        match self.tally.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += 1,
            None => self.tally.push((label, 1)),
        }
    }

    /// How many of the notes found are seen by all who see `label`.
    fn rivals(&self, label: LabelId, labels: &mut Labels) -> usize {
        let flowing = self
            .tally
            .iter()
            .filter(|(other, _)| labels.flows(*other, label));
        flowing.map(|(_, count)| *count).sum()
    }

    /// Whether everybody who sees the text sees a note that was found: then nobody climbs further.
    fn is_settled(&self, labels: &mut Labels) -> bool {
        self.tally
            .iter()
            .any(|(label, _)| labels.flows(*label, self.own))
    }
}

/// The ways in which the target of a link can be read.
struct Target {
    /// As written, composed, percent-encoding undone, without slashes at the ends.
    name: String,
    /// The same without the ending of a note and without `../`.
    bare: String,
    /// As paths in the wiki.
    paths: Vec<String>,
}

impl Target {
    fn of(link: &Wanting) -> Self {
        let written = composed(link.target.trim());
        let name = written.trim_matches('/').to_owned();
        let mut paths = Vec::new();
        if let Some(path) = &link.path {
            let path = composed(path.trim_matches('/'));
            paths.push(path.clone());
            paths.push(without_ending(&path).to_owned());
        } else {
            // A wikilink counts from the top of the wiki.
            paths.push(name.clone());
        }
        // A file may be called `a%20b.md`, so what is written is tried before what it encodes.
        let decoded = composed(&decoded(&name));
        if decoded != name && link.path.is_none() {
            paths.push(decoded.clone());
        }
        paths.dedup();
        let plain = decoded
            .trim_start_matches("./")
            .trim_start_matches("../")
            .to_owned();
        let bare = without_ending(&plain).to_owned();
        Self {
            name: if link.markdown { bare.clone() } else { plain },
            bare,
            paths,
        }
    }
}

fn put(map: &mut HashMap<String, Vec<NoteId>>, key: String, note: NoteId) {
    if key.is_empty() {
        return;
    }
    let notes = map.entry(key).or_default();
    // A note is added in one go, so a name it has twice stands at the end.
    if notes.last() != Some(&note) {
        notes.push(note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kenning_access::{Clearance, Groups, Scale};
    use proptest::prelude::*;

    fn link(target: &str) -> Wanting {
        Wanting {
            target: target.to_owned(),
            key: normal_key(target),
            ..Wanting::default()
        }
    }

    fn titled(title: &str, aliases: &[&str]) -> Names {
        Names {
            title: title.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            ..Names::default()
        }
    }

    /// Path and rung of what `target` means in `from.md`, in a wiki where all is public.
    fn found(notes: &[(&str, Names)], target: &str) -> Option<(String, Rung)> {
        let mut labels = Labels::new(&Scale::default());
        let public = labels.read("public");
        let mut index = Index::new(HashMap::new(), false);
        for (path, names) in notes {
            index.add(path, names, &[], public);
        }
        let outcome = index.resolve(&link(target), "from.md", public, &mut labels);
        assert!(outcome.edges.len() < 2, "{outcome:?}");
        let edge = outcome.edges.first()?;
        Some((index.path(edge.target).to_owned(), edge.rung))
    }

    #[test]
    fn each_rung_finds_what_it_should() {
        let notes = [
            ("from.md", titled("From", &[])),
            ("a/Supply Chain.md", titled("Supply chain", &["SCM"])),
            (
                "b/tacit-knowledge.md",
                titled("Tacit knowledge", &["know-how"]),
            ),
            (
                "c/community-of-practice.md",
                titled("Community of practice", &[]),
            ),
            ("x/log.md", titled("First log", &[])),
            ("y/log.md", titled("Second log", &[])),
            ("guide/index.md", titled("The guide", &[])),
            ("2014-05-01-defining.md", titled("What it is", &[])),
        ];
        for (target, path, rung) in [
            ("a/Supply Chain", "a/Supply Chain.md", Rung::Path),
            ("a/Supply%20Chain.md", "a/Supply Chain.md", Rung::Path),
            ("Supply Chain", "a/Supply Chain.md", Rung::FileName),
            ("supply chain", "a/Supply Chain.md", Rung::FoldedFileName),
            ("SCM", "a/Supply Chain.md", Rung::Alias),
            ("scm", "a/Supply Chain.md", Rung::Alias),
            ("Tacit Knowledge", "b/tacit-knowledge.md", Rung::Title),
            ("tacit_knowledge", "b/tacit-knowledge.md", Rung::FoldedName),
            ("Know how", "b/tacit-knowledge.md", Rung::FoldedName),
            (
                "Communities of practice",
                "c/community-of-practice.md",
                Rung::Plural,
            ),
            ("supply chains", "a/Supply Chain.md", Rung::Plural),
            ("x/log", "x/log.md", Rung::Path),
            ("guide", "guide/index.md", Rung::Path),
            ("defining", "2014-05-01-defining.md", Rung::Permalink),
        ] {
            assert_eq!(
                found(&notes, target),
                Some((path.to_owned(), rung)),
                "{target}"
            );
        }
        for target in ["log", "Log", "Tacit and explicit knowledge", "", "nowhere"] {
            assert_eq!(found(&notes, target), None, "{target}");
        }
    }

    #[test]
    fn an_address_counts_from_the_nearest_top_that_has_it() {
        let mut labels = Labels::new(&Scale::default());
        let public = labels.read("public");
        let mut index = Index::new(HashMap::new(), false);
        for path in [
            "content/en/cloud.md",
            "content/de/cloud.md",
            "content/de/x/y.md",
        ] {
            index.add(path, &titled("Cloud", &[]), &[], public);
        }
        let link = Wanting {
            path: Some("/cloud".to_owned()),
            markdown: true,
            ..link("/cloud/")
        };
        let outcome = index.resolve(&link, "content/de/x/y.md", public, &mut labels);
        let edge = outcome.edges.first().unwrap();
        assert_eq!(index.path(edge.target), "content/de/cloud.md");
    }

    #[test]
    fn a_file_name_beats_an_alias_and_two_aliases_are_ambiguous() {
        let notes = [
            ("ml.md", titled("Machine learning", &[])),
            ("other.md", titled("Other", &["ML", "twin"])),
            ("third.md", titled("Third", &["twin"])),
        ];
        assert_eq!(found(&notes, "ml"), Some(("ml.md".to_owned(), Rung::Path)));
        assert_eq!(found(&notes, "twin"), None);
    }

    const LABELS: [&str; 7] = [
        "public",
        "internal",
        "internal{a}",
        "internal{b}",
        "internal{a}{b}",
        "confidential{a|b}",
        "restricted{}",
    ];
    const READERS: [(&str, &str); 7] = [
        ("public", ""),
        ("internal", ""),
        ("internal", "a"),
        ("internal", "b"),
        ("internal", "a,b"),
        ("restricted", "b"),
        ("restricted", "*"),
    ];
    // Few words, so that names meet on every rung.
    const WORDS: [&str; 6] = ["Log", "log", "Logs", "x/log", "Lo-g", "note"];

    fn reader(place: usize, scale: &Scale) -> Clearance {
        let (level, groups) = READERS[place];
        let groups = groups.split(',').filter(|name| !name.is_empty());
        Clearance::new(
            scale.parse_level(level).unwrap(),
            Groups::of(groups).unwrap(),
        )
    }

    #[derive(Debug, Clone)]
    struct Note {
        folder: usize,
        name: usize,
        title: usize,
        alias: Option<usize>,
        label: usize,
    }

    fn note() -> impl Strategy<Value = Note> {
        let word = 0..WORDS.len();
        let alias = proptest::option::of(0..WORDS.len());
        (0..3_usize, word.clone(), word, alias, 0..LABELS.len()).prop_map(
            |(folder, name, title, alias, label)| Note {
                folder,
                name,
                title,
                alias,
                label,
            },
        )
    }

    type Seen = Vec<(String, String, Rung)>;

    /// The edges of `target` in a text of label `own`: label, path and rung of each.
    fn edges(notes: &[(String, Note)], target: &str, own: &str, shortest: bool) -> Seen {
        let mut labels = Labels::new(&Scale::default());
        let mut index = Index::new(HashMap::new(), shortest);
        for (path, note) in notes {
            let alias: Vec<&str> = note.alias.map(|word| WORDS[word]).into_iter().collect();
            let label = labels.read(LABELS[note.label]);
            index.add(path, &titled(WORDS[note.title], &alias), &[], label);
        }
        let own = labels.read(own);
        let outcome = index.resolve(&link(target), "x/from.md", own, &mut labels);
        let mut seen: Seen = outcome
            .edges
            .iter()
            .map(|edge| {
                let label = labels.text(edge.label).to_owned();
                (label, index.path(edge.target).to_owned(), edge.rung)
            })
            .collect();
        seen.sort();
        seen
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

        /// The rule at the top of this file: resolving and then hiding is hiding and then resolving.
        #[test]
        fn every_reader_sees_the_links_of_its_own_world(
            notes in proptest::collection::vec(note(), 0..9),
            target in 0..WORDS.len(),
            own in 0..LABELS.len(),
            who in 0..READERS.len(),
            shortest: bool,
        ) {
            let scale = Scale::default();
            let reader = reader(who, &scale);
            let sees = |label: &str| reader.sees(&scale.parse_label(label).unwrap());
            let mut paths = std::collections::BTreeMap::new();
            for note in notes {
                let folder = ["", "x/", "y/"][note.folder];
                paths.insert(format!("{folder}{}.md", WORDS[note.name]), note);
            }
            let all: Vec<(String, Note)> = paths.into_iter().collect();
            let visible: Vec<(String, Note)> =
                all.iter().filter(|(_, note)| sees(LABELS[note.label])).cloned().collect();
            let own = if sees(LABELS[own]) { own } else { 0 };
            let mut seen = edges(&all, WORDS[target], LABELS[own], shortest);
            seen.retain(|(label, _, _)| sees(label));
            let mut ideal = edges(&visible, WORDS[target], LABELS[own], shortest);
            ideal.retain(|(label, _, _)| sees(label));
            prop_assert_eq!(seen, ideal);
        }
    }
}
