//! `kenning sync`: what is stored, brought in step with folders of notes.
//!
//! A folder is compared with its catalog, which is what the last sync knew, and only what changed is written: up to 1,000 notes in one
//! commit, each note whole and with its label. The catalog is stored with the last batch. A sync of several batches that is cut off
//! leaves a mark, and the next one then compares with what is stored instead, so that no graph of a vanished note stays behind.

use crate::report::{count, counted};
use crate::request::Place;
use crate::site::Site;
use anyhow::{Context, Result, bail};
use kenning_access::Clearance;
use kenning_server::{Line, Outcome};
use kenning_store::Batch;
use kenning_vocab::Minted;
use kenning_wiki::{Catalog, Located, NoteChange, Progress, Rules, Summary, Wiki};
use oxrdf::NamedNode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many notes are committed together at most.
const BATCH: usize = 1_000;

/// Which folders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The folders.
    pub wikis: Vec<Place>,
    /// The default level, where it is not the configured one.
    pub wiki_level: Option<String>,
}

/// Syncs the folders one after the other.
///
/// # Errors
/// When a folder cannot be read at all, two wikis have one name, or a commit fails. The notes of earlier batches stay then.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let _only = site.syncing();
    crate::load::built_in(site)?;
    let rules = rules(site, request.wiki_level.as_deref())?;
    let mut wikis: Vec<(&Place, Wiki)> = Vec::new();
    for place in &request.wikis {
        let wiki = Wiki::open(&place.path, &rules, &site.base)?;
        if wikis
            .iter()
            .any(|(_, other)| other.name() == wiki.name() && other.folder() != wiki.folder())
        {
            bail!(
                "two wikis are called `{}`; give one another name in its `kenning.toml`",
                wiki.name()
            );
        }
        wikis.push((place, wiki));
    }
    let mut problems = 0;
    let mut texts = Vec::new();
    for (place, wiki) in &wikis {
        let (summary, found) =
            sync(site, place, wiki, report).with_context(|| format!("`{}`", place.shown))?;
        problems += found;
        texts.push(text(wiki.name(), &summary, found));
    }
    let text = texts.join("\n");
    Ok(if problems == 0 {
        Outcome::done(text)
    } else {
        Outcome::done_with_problems(text)
    })
}

fn rules(site: &Site, level: Option<&str>) -> Result<Rules> {
    let rules = site
        .config
        .rules
        .clone()
        .with_today(&crate::config::today()?);
    Ok(match level {
        Some(level) => {
            let level = rules.scale().parse_level(level)?;
            rules.with_default_level(level)
        }
        None => rules,
    })
}

/// The settings that hold what is known of a wiki.
struct Keys {
    catalog: String,
    unfinished: String,
}

impl Keys {
    fn of(wiki: &str) -> Self {
        Self {
            catalog: format!("wiki/{wiki}/catalog"),
            unfinished: format!("wiki/{wiki}/unfinished"),
        }
    }
}

fn sync(
    site: &Site,
    place: &Place,
    wiki: &Wiki,
    report: &mut dyn FnMut(Line),
) -> Result<(Summary, u64)> {
    let keys = Keys::of(wiki.name());
    let stored = site.kb.setting(&keys.catalog)?;
    let unfinished = site.kb.setting(&keys.unfinished)?.is_some();
    let known = stored.as_deref().map(Catalog::from_bytes).transpose();
    // Without a catalog to trust, everything is read again, and what no note asks for is dropped.
    let afresh = unfinished || known.is_err();
    let known = known.ok().flatten().unwrap_or_else(Catalog::empty);
    check_folder(wiki, &known)?;
    let empty = Catalog::empty();
    let scan = wiki.scan(if afresh { &empty } else { &known }, &mut |progress| {
        if let Some(line) = progress_line(progress) {
            report(line);
        }
    });
    let problems = scan.problems.len() as u64;
    for problem in &scan.problems {
        report(problem_line(place, problem));
    }
    let mut leftover = if afresh {
        leftover(site, wiki, &scan.changes)
    } else {
        Vec::new()
    };
    let catalog = scan.catalog.to_bytes();
    if scan.changes.is_empty()
        && leftover.is_empty()
        && !unfinished
        && stored.as_deref() == Some(&catalog)
    {
        return Ok((scan.summary, problems));
    }
    let total = scan.changes.len();
    let mut done = 0;
    let mut changes = scan.changes.into_iter().peekable();
    loop {
        let mut batch = Batch::new();
        for name in leftover.drain(..) {
            batch.drop_graph(name);
        }
        for change in changes.by_ref().take(BATCH) {
            add(&mut batch, change);
            done += 1;
        }
        let last = changes.peek().is_none();
        if last {
            batch.put_setting(keys.unfinished.as_str(), None);
            batch.put_setting(keys.catalog.as_str(), Some(catalog.clone()));
        } else {
            batch.put_setting(keys.unfinished.as_str(), Some(Vec::new()));
        }
        site.kb.commit(batch)?;
        report(Line::Progress {
            what: "notes stored".into(),
            done: done as u64,
            total: Some(total as u64),
        });
        if last {
            return Ok((scan.summary, problems));
        }
    }
}

/// A sync deletes inside its own wiki only, so another folder of the same name must not take its place unnoticed.
fn check_folder(wiki: &Wiki, known: &Catalog) -> Result<()> {
    let before = std::path::Path::new(known.folder());
    let elsewhere = !known.folder().is_empty() && before != wiki.folder() && before.is_dir();
    if elsewhere {
        bail!(
            "a wiki called `{}` is stored already, from `{}`; give one of the two another name in its `kenning.toml`",
            wiki.name(),
            known.folder()
        );
    }
    Ok(())
}

fn add(batch: &mut Batch, change: NoteChange) {
    for graph in change.graphs {
        match graph.put {
            Some((label, triples)) => batch.put_graph(graph.name, label, triples),
            None => batch.drop_graph(graph.name),
        }
    }
}

/// The stored graphs of a wiki that no note asks for.
fn leftover(site: &Site, wiki: &Wiki, changes: &[NoteChange]) -> Vec<NamedNode> {
    let graphs = changes.iter().flat_map(|change| &change.graphs);
    let wanted: BTreeSet<&NamedNode> = graphs
        .filter(|graph| graph.put.is_some())
        .map(|graph| &graph.name)
        .collect();
    let everything = Clearance::everything("a sync keeps all graphs of its wiki in step");
    let stored = site.kb.view(&everything).graphs().map(|graph| graph.name);
    stored
        .filter(|name| belongs(site, wiki, name) && !wanted.contains(name))
        .collect()
}

/// Whether a graph was made from a note of the wiki.
fn belongs(site: &Site, wiki: &Wiki, graph: &NamedNode) -> bool {
    match site.base.read(graph.as_str()) {
        Some(
            Minted::NoteGraph { wiki: of, .. }
            | Minted::SectionGraph { wiki: of, .. }
            | Minted::LinksGraph { wiki: of, .. }
            | Minted::MetaGraph { wiki: of, .. },
        ) => of == wiki.name(),
        _ => false,
    }
}

/// What to say about how far a scan has come, if anything.
pub(crate) fn progress_line(progress: Progress) -> Option<Line> {
    match progress {
        Progress::Read { done, of } if of > 0 => Some(Line::Progress {
            what: "notes read".into(),
            done: done as u64,
            total: Some(of as u64),
        }),
        _ => None,
    }
}

/// A problem of a wiki, named as the caller named the folder.
pub(crate) fn problem_line(place: &Place, problem: &Located) -> Line {
    let hint = problem
        .hint
        .as_ref()
        .map_or(String::new(), |hint| format!("; {hint}"));
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Line::Problem {
        path: place.below(&problem.path),
        line: number(problem.line),
        column: number(problem.column),
        text: format!("{}{hint}", problem.text),
    }
}

/// What a sync did, in one line.
fn text(name: &str, summary: &Summary, problems: u64) -> String {
    let changes = [
        (summary.added, "added"),
        (summary.changed, "changed"),
        (summary.moved, "moved"),
        (summary.gone, "gone"),
        (summary.relinked, "relinked"),
        (summary.kept, "kept as it was"),
    ];
    let changes: Vec<String> = changes
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", count(*number as u64)))
        .collect();
    let changes = if changes.is_empty() {
        "nothing changed".to_owned()
    } else {
        changes.join(", ")
    };
    let mut text = format!(
        "`{name}`: {} ({changes}); {}, of which {} lead nowhere yet",
        counted(summary.notes as u64, "note", "notes"),
        counted(summary.links as u64, "link", "links"),
        count(summary.wanted as u64),
    );
    if problems > 0 {
        text.push_str("; ");
        text.push_str(&counted(problems, "problem", "problems"));
    }
    text
}
