//! How well are the people found who wrote a wiki? A fifth of the commits of its git history is held back, and who made
//! each of them is to be found by the rest; then the next fifth, until each commit was held back once.
//!
//! ```text
//! cargo run --release -p kenning --example held_out -- PATH-OF-A-CLONE [PARTS]
//! ```
//!
//! A case is a note that a held-back commit changed (commits that changed more than ten notes at once are sweeps and no
//! sign of knowing). The true author is who made that commit, and `kenning experts` is asked about the note: once on the
//! day of the last change with everything that was not held back, and once on the day of the commit with what was not held
//! back until then. Beside it stands how well two simple rules do with the former: always naming the three who changed
//! most, and naming the three who changed the note last. A wiki in which most people wrote once and never again has no good
//! answer: the cases in which the history that is left knows the author at all are counted once more.
//!
//! People who committed under several names are several people, unless the clone has a `.mailmap`. This makes one, with the
//! most used name of each address:
//!
//! ```text
//! git log --format='%an <%ae>' | sort | uniq -c | sort -rn | sed 's/^ *[0-9]* //' \
//!   | awk '!seen[tolower($NF)]++' > .mailmap
//! ```
#![allow(clippy::print_stdout, reason = "it reports to whoever runs it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use kenning::config::Config;
use kenning::request::Place;
use kenning::site::Site;
use kenning::sync;
use kenning_access::Clearance;
use kenning_insight::{Context, Expert, experts_for_each};
use kenning_store::{Batch, Cancel, GraphPattern, KnowledgeBase, Options, Pattern, TermId, View};
use kenning_vocab::{foaf, km, prov};
use oxrdf::{NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple};

/// A commit that changes more notes than this is a sweep.
const SWEEP: usize = 10;
/// So many people are looked at.
const FIRST: usize = 3;

/// One state of a note.
struct Revision {
    id: TermId,
    note: TermId,
    author: String,
    time: String,
}

/// What one commit did to the notes.
#[derive(Default)]
struct Change {
    notes: BTreeSet<TermId>,
    revisions: Vec<TermId>,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        bail!("which wiki? give the path of a clone with its history");
    };
    let parts: u8 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let (site, name) = read(Path::new(&path))?;
    let everything = Clearance::everything("the history of a public wiki is measured");
    let view = site.kb.view(&everything);
    let revisions = revisions(&view)?;
    let mut changes: BTreeMap<(String, String), Change> = BTreeMap::new();
    for revision in &revisions {
        // Revisions do not name their commit; author and second do.
        let change = changes
            .entry((revision.time.clone(), revision.author.clone()))
            .or_default();
        change.notes.insert(revision.note);
        change.revisions.push(revision.id);
    }
    let authors: BTreeSet<&str> = revisions.iter().map(|it| it.author.as_str()).collect();
    let notes: BTreeSet<TermId> = revisions.iter().map(|it| it.note).collect();
    println!(
        "{name}: {} notes with a history, {} commits by {} authors",
        notes.len(),
        changes.len(),
        authors.len()
    );
    let today = revisions.iter().filter_map(|it| it.time.get(..10)).max();
    let context = Context::new(today.context("no note has a history")?.parse()?);
    let (mut all, mut known) = (Score::default(), Score::default());
    let (mut all_then, mut known_then) = (Score::default(), Score::default());
    for part in 0..parts {
        let is_held = |key: &(String, String)| {
            let digest = blake3::hash(format!("{}\n{}", key.0, key.1).as_bytes());
            digest
                .as_bytes()
                .first()
                .is_some_and(|byte| byte % parts == part)
        };
        let held: BTreeMap<&(String, String), &Change> =
            changes.iter().filter(|(key, _)| is_held(key)).collect();
        let gone: BTreeSet<TermId> = held
            .values()
            .flat_map(|change| change.revisions.iter().copied())
            .collect();
        let simple = Simple::of(&revisions, &gone);
        take_out(&site, &view, &gone)?;
        let mut cases: Vec<(&str, TermId)> = Vec::new();
        for ((_, author), change) in &held {
            if change.notes.len() <= SWEEP {
                cases.extend(change.notes.iter().map(|note| (author.as_str(), *note)));
            }
        }
        let topics: Vec<String> = cases.iter().map(|(_, note)| iri(&view, *note)).collect();
        let found = experts_for_each(&site.kb.view(&everything), &topics, &context)?;
        // The same on the day of each commit. A picture is read for each day, which takes the most time.
        let mut by_day: BTreeMap<&str, Vec<(&str, TermId)>> = BTreeMap::new();
        for ((time, author), change) in &held {
            if let Some(day) = time.get(..10).filter(|_| change.notes.len() <= SWEEP) {
                let notes = change.notes.iter().map(|note| (author.as_str(), *note));
                by_day.entry(day).or_default().extend(notes);
            }
        }
        let then = site.kb.view(&everything);
        for (day, cases) in by_day {
            let topics: Vec<String> = cases.iter().map(|(_, note)| iri(&view, *note)).collect();
            let context = Context::new(day.parse()?);
            let found = experts_for_each(&then, &topics, &context)?;
            for ((author, _), experts) in cases.iter().zip(&found) {
                let hit = first(experts).any(|name| name == *author);
                all_then.add([hit, false, false]);
                if simple.began(author).is_some_and(|began| began <= day) {
                    known_then.add([hit, false, false]);
                }
            }
        }
        for ((author, note), experts) in cases.iter().zip(&found) {
            let hits = [
                first(experts).any(|name| name == *author),
                simple.most.iter().any(|name| name == author),
                simple.last_of(*note).any(|name| name == *author),
            ];
            all.add(hits);
            if simple.remaining.contains(*author) {
                known.add(hits);
            }
        }
    }
    println!(
        "\nthe true author is among the first {FIRST}            cases  kenning experts  most active  last of the note"
    );
    all.print("all cases");
    known.print("something else of the author is left");
    println!("\nasked on the day of the commit, of what came before");
    all_then.print_ours("all cases");
    known_then.print_ours("the author had written something before");
    Ok(())
}

fn iri(view: &View, id: TermId) -> String {
    match view.term(id) {
        Term::NamedNode(node) => node.into_string(),
        other => other.to_string(),
    }
}

/// The wiki in memory, and what it is called.
fn read(path: &Path) -> Result<(Site, String)> {
    let config = Config::default();
    let kb = KnowledgeBase::in_memory(Options {
        scale: config.scale().clone(),
        ..Options::default()
    });
    let site = Site::over(kb, config, None)?;
    let request = sync::Request {
        wikis: vec![Place::of(path)],
        wiki_level: Some("public".to_owned()),
        dry_run: None,
    };
    sync::run(&site, &request, &Cancel::new(), &mut |_| ())?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    Ok((site, name.unwrap_or_default()))
}

fn pairs(view: &View, predicate: NamedNodeRef<'_>) -> Result<Vec<(TermId, TermId)>> {
    let Some(predicate) = view.id(TermRef::NamedNode(predicate)) else {
        return Ok(Vec::new());
    };
    let pattern = Pattern {
        subject: None,
        predicate: Some(predicate),
        object: None,
        graph: GraphPattern::Union,
    };
    let mut pairs = Vec::new();
    for quad in view.quads(pattern) {
        let quad = quad?;
        pairs.push((quad.subject, quad.object));
    }
    Ok(pairs)
}

fn revisions(view: &View) -> Result<Vec<Revision>> {
    let text = |id: TermId| match view.term(id) {
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    };
    let names: BTreeMap<TermId, TermId> = pairs(view, foaf::NAME)?.into_iter().collect();
    let authors: BTreeMap<TermId, TermId> =
        pairs(view, prov::WAS_ATTRIBUTED_TO)?.into_iter().collect();
    let times: BTreeMap<TermId, TermId> =
        pairs(view, prov::GENERATED_AT_TIME)?.into_iter().collect();
    let mut found = Vec::new();
    for (id, note) in pairs(view, km::REVISION_OF)? {
        let author = authors.get(&id).and_then(|agent| names.get(agent));
        if let (Some(author), Some(time)) = (author, times.get(&id)) {
            found.push(Revision {
                id,
                note,
                author: text(*author),
                time: text(*time),
            });
        }
    }
    Ok(found)
}

/// Takes revisions out of every graph that tells of them.
fn take_out(site: &Site, view: &View, gone: &BTreeSet<TermId>) -> Result<()> {
    let mut batch = Batch::new();
    for graph in view.graphs() {
        let mut kept = Vec::new();
        // What was held back before comes back, so graphs of revisions are written again each time.
        let mut is_touched = graph.name.as_str().contains("/graph/meta/");
        for quad in view.quads(Pattern::all(GraphPattern::One(graph.id))) {
            let quad = quad?;
            if gone.contains(&quad.subject) {
                is_touched = true;
                continue;
            }
            let subject: NamedOrBlankNode = match view.term(quad.subject) {
                Term::NamedNode(node) => node.into(),
                Term::BlankNode(node) => node.into(),
                other => bail!("{other} is no subject"),
            };
            let Term::NamedNode(predicate) = view.term(quad.predicate) else {
                bail!("a predicate is an IRI");
            };
            kept.push(Triple::new(subject, predicate, view.term(quad.object)));
        }
        if is_touched {
            batch.put_graph(graph.name.clone(), graph.label.clone(), kept);
        }
    }
    site.kb.commit(batch)?;
    Ok(())
}

/// The names of those who come first.
fn first(experts: &[Expert]) -> impl Iterator<Item = &str> {
    experts
        .iter()
        .take(FIRST)
        .map(|expert| expert.name.as_str())
}

/// What simple rules know of the commits that were not held back.
struct Simple {
    most: Vec<String>,
    last: BTreeMap<TermId, Vec<String>>,
    remaining: BTreeSet<String>,
    /// When each author wrote first.
    began: BTreeMap<String, String>,
}

impl Simple {
    fn of(revisions: &[Revision], gone: &BTreeSet<TermId>) -> Self {
        let mut left: Vec<&Revision> = revisions
            .iter()
            .filter(|revision| !gone.contains(&revision.id))
            .collect();
        left.sort_by(|one, other| other.time.cmp(&one.time));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut last: BTreeMap<TermId, Vec<String>> = BTreeMap::new();
        let mut began: BTreeMap<String, String> = BTreeMap::new();
        for revision in left {
            // The latest come first.
            began.insert(revision.author.clone(), revision.time.clone());
            *counts.entry(&revision.author).or_default() += 1;
            let known = last.entry(revision.note).or_default();
            if !known.contains(&revision.author) {
                known.push(revision.author.clone());
            }
        }
        let mut most: Vec<(usize, &str)> = counts.iter().map(|(who, n)| (*n, *who)).collect();
        most.sort_by(|one, other| other.cmp(one));
        Self {
            most: most
                .iter()
                .take(FIRST)
                .map(|(_, who)| (*who).to_owned())
                .collect(),
            last,
            remaining: counts.into_keys().map(str::to_owned).collect(),
            began,
        }
    }

    /// The day on which somebody wrote first.
    fn began(&self, author: &str) -> Option<&str> {
        self.began.get(author)?.get(..10)
    }

    fn last_of(&self, note: TermId) -> impl Iterator<Item = &str> {
        let known = self.last.get(&note).into_iter().flatten();
        known.take(FIRST).map(String::as_str)
    }
}

/// How often each way was right.
#[derive(Default)]
struct Score {
    cases: usize,
    hits: [usize; 3],
}

impl Score {
    fn add(&mut self, hits: [bool; 3]) {
        self.cases += 1;
        for (count, hit) in self.hits.iter_mut().zip(hits) {
            *count += usize::from(hit);
        }
    }

    fn print_ours(&self, what: &str) {
        let percent = self.hits[0] as f64 * 100.0 / self.cases.max(1) as f64;
        println!("{what:<46} {:>6}  {percent:>13.1} %", self.cases);
    }

    fn print(&self, what: &str) {
        let percent = |part: usize| part as f64 * 100.0 / self.cases.max(1) as f64;
        let [ours, most, last] = self.hits.map(percent);
        println!(
            "{what:<46} {:>6}  {ours:>13.1} %  {most:>9.1} %  {last:>14.1} %",
            self.cases
        );
    }
}
