//! `kenning sync`: what is stored, brought in step with folders of notes.
//!
//! A folder is compared with its catalog, which is what the last sync knew, and only what changed is written: up to 1,000 notes in one
//! commit, each note whole, with its label and with what the catalog knows of it. A sync of several batches that is cut off
//! leaves a mark, and the next one then makes everything anew: no graph of a vanished note stays behind, and each keeps its address.

use crate::difference::{Difference, belongs};
use crate::followed::{Followed, Pieces};
use crate::ground::{self, Ground};
use crate::report::{count, counted};
use crate::request::Place;
use crate::site::Site;
use anyhow::{Context, Result, bail};
use kenning_access::Clearance;
use kenning_server::audit::Decision;
use kenning_server::{Line, Outcome, Problem};
use kenning_store::{Batch, Cancel, View};
use kenning_vocab::Minted;
use kenning_wiki::{Catalog, Guess, Located, NoteChange, Progress, Rules, Summary, Touched, Wiki};
use oxrdf::NamedNode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many notes are committed together at most.
const BATCH: usize = 1_000;

/// So many notes that were moved and changed are named.
const GUESSES: usize = 20;

/// Which folders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The folders.
    pub wikis: Vec<Place>,
    /// The default level, where it is not the configured one.
    pub wiki_level: Option<String>,
    /// Whether to say what would change, as lines of text or of JSON, and change nothing.
    #[serde(default)]
    pub dry_run: Option<Form>,
}

/// How a difference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// A quad on a line, after `+` or `-`.
    Text,
    /// An object on a line.
    Json,
}

/// Syncs the folders one after the other. Once `left` is set it ends after the batch that is being stored.
///
/// # Errors
/// When a folder cannot be read at all, two wikis have one name, a commit fails, or `left` is set. The notes of earlier batches stay
/// then.
pub fn run(
    site: &Site,
    request: &Request,
    left: &Cancel,
    report: &mut dyn FnMut(Line),
) -> Result<Outcome> {
    follow(site, request, &|_| Touched::Anything, left, report)
}

/// The same, where it is known what may have changed in each folder since its last sync.
///
/// A wiki that is followed so is kept in memory, and only problems that were not there the last time are reported.
///
/// # Errors
/// As [`run`].
pub fn follow(
    site: &Site,
    request: &Request,
    touched: &dyn Fn(&Place) -> Touched,
    left: &Cancel,
    report: &mut dyn FnMut(Line),
) -> Result<Outcome> {
    let mut followed = site.syncing();
    if request.dry_run.is_none() {
        crate::load::built_in(site)?;
    }
    let rules = rules(site, request.wiki_level.as_deref())?;
    let mut wikis: Vec<(&Place, Wiki, Arc<AtomicBool>)> = Vec::new();
    for place in &request.wikis {
        // All other notes of its folder would be gone.
        if place.path.is_file() {
            bail!(
                "`{}` is a file; sync the folder of its wiki, and only what changed is read",
                place.shown
            );
        }
        let stop = Arc::new(AtomicBool::new(false));
        let wiki = Wiki::open(&place.path, &rules, &site.base)?.until(Arc::clone(&stop));
        if wikis
            .iter()
            .any(|(_, other, _)| other.name() == wiki.name() && other.folder() != wiki.folder())
        {
            bail!(
                "two wikis are called `{}`; give one another name in its `kenning.toml`",
                wiki.name()
            );
        }
        wikis.push((place, wiki, stop));
    }
    let mut problems = 0;
    let mut texts = Vec::new();
    for (place, wiki, stop) in &wikis {
        // What is in memory is gone when a sync fails, so the next one looks at everything.
        let known = match followed.remove(wiki.name()) {
            Some(known) => known,
            None => Followed::of(site, wiki, &place.path)?,
        };
        for former in &known.former {
            followed.remove(former);
        }
        let sync = Sync {
            site,
            place,
            wiki,
            dry_run: request.dry_run,
            left,
            stop,
        };
        let done = sync
            .run(known, &touched(place), report)
            .with_context(|| format!("`{}`", place.shown))?;
        problems += done.problems;
        texts.push(done.text);
        if site.is_watching() && request.dry_run.is_none() {
            followed.insert(wiki.name().to_owned(), done.known);
        }
    }
    let text = texts.join("\n");
    Ok(if problems == 0 {
        Outcome::done(text)
    } else {
        Outcome::done_with_problems(text)
    })
}

pub(crate) fn rules(site: &Site, level: Option<&str>) -> Result<Rules> {
    let rules = site
        .config()
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

/// A sync of one folder.
struct Sync<'s> {
    site: &'s Site,
    place: &'s Place,
    wiki: &'s Wiki,
    dry_run: Option<Form>,
    /// Whether whoever asked for this has left or wants it to end.
    left: &'s Cancel,
    /// Whether the scan of the wiki is to end.
    stop: &'s AtomicBool,
}

/// What a sync came to.
struct Done {
    problems: u64,
    text: String,
    known: Followed,
}

impl Sync<'_> {
    fn run(
        &self,
        mut known: Followed,
        touched: &Touched,
        report: &mut dyn FnMut(Line),
    ) -> Result<Done> {
        let wiki = self.wiki;
        check_folder(wiki, &known, &self.place.path)?;
        if let Some(because) = &known.because {
            report(Line::Info {
                text: format!("`{}` is read from the beginning: {because}", wiki.name()),
            });
        }
        let before = &known.catalog;
        let ground = Ground::of(wiki.folder());
        let mut progress = |progress| {
            if self.left.is_cancelled() {
                self.stop.store(true, Ordering::Relaxed);
            }
            if let Some(line) = progress_line(progress) {
                report(line);
            }
        };
        let scan = wiki.scan_with(before, &mut known.memory, touched, &mut progress);
        if scan.is_stopped || self.left.is_cancelled() {
            bail!("stopped before anything was stored");
        }
        check_ground(wiki, &known, ground.as_ref(), scan.catalog.is_empty())?;
        if before.is_empty() && self.dry_run.is_none() {
            for guess in &scan.dialects {
                report(dialect_line(self.place, guess));
            }
            if let Some(line) = part_line(self.place, wiki) {
                report(line);
            }
        }
        for (path, from, guess) in scan.guesses.iter().take(GUESSES) {
            report(Line::Info {
                text: format!("`{path}` is what was `{from}`, moved and changed{guess}"),
            });
        }
        if let more @ 1.. = scan.guesses.len().saturating_sub(GUESSES) {
            let more = counted(more as u64, "more note was", "more notes were");
            report(Line::Info {
                text: format!("{more} moved and changed, and known again by what they say"),
            });
        }
        let problems = scan.problems.len() as u64;
        let told = std::mem::take(&mut known.told);
        for problem in &scan.problems {
            let text = problem.to_string();
            if !told.contains(&text) {
                report(problem_line(self.place, problem));
            }
            if self.site.is_watching() {
                known.told.insert(text);
            }
        }
        let mut leftover = if known.afresh {
            leftover(self.site, wiki.name(), &scan.catalog)
        } else {
            Vec::new()
        };
        for former in &known.former {
            report(Line::Info {
                text: format!(
                    "`{}` was called `{former}`: what is stored under that name goes",
                    wiki.name()
                ),
            });
            leftover.extend(self::leftover(self.site, former, &Catalog::empty()));
        }
        let text = text(wiki.name(), &scan.summary, problems);
        if let Some(form) = self.dry_run {
            let text = self.compare(form, scan.changes, &leftover, report)?;
            return Ok(Done {
                problems,
                text: format!("`{}`: {text}; nothing was stored", wiki.name()),
                known,
            });
        }
        let mut pieces = known.pieces(wiki.name(), &scan.catalog, ground, &self.place.path);
        if scan.changes.len() > BATCH {
            known.plan(&mut pieces, &scan.catalog);
        }
        if !scan.changes.is_empty() || !leftover.is_empty() || known.afresh || !pieces.is_empty() {
            self.store(scan.changes, leftover, pieces, report)?;
        }
        if self.site.is_watching() {
            wiki.remember(&scan.catalog, &mut known.memory);
        }
        known.go_on(scan.catalog);
        Ok(Done {
            problems,
            text,
            known,
        })
    }

    /// Commits what changed, up to 1,000 notes at once, and what is known of each note with its graphs.
    fn store(
        &self,
        changes: Vec<NoteChange>,
        mut leftover: Vec<NamedNode>,
        mut pieces: Pieces,
        report: &mut dyn FnMut(Line),
    ) -> Result<()> {
        let site = self.site;
        site.log()?;
        let everything = Clearance::everything("a label is compared with the one before");
        let before = site.kb.view(&everything);
        let total = changes.len() as u64;
        let mut done = 0;
        let mut changes = changes.into_iter().peekable();
        loop {
            if done > 0 && self.left.is_cancelled() {
                bail!(
                    "stopped: {} of {} are stored; the next sync makes all of it anew",
                    count(done),
                    counted(total, "change of a note", "changes of notes")
                );
            }
            let mut batch = Batch::new();
            for name in leftover.drain(..) {
                batch.drop_graph(name);
            }
            let mut lowered = Vec::new();
            for change in changes.by_ref().take(BATCH) {
                pieces.add(&change.path, &mut batch);
                lowered.extend(lowered_by(site, &before, &change));
                add(&mut batch, change);
                done += 1;
            }
            let last = changes.peek().is_none();
            if last {
                pieces.end(&mut batch);
            } else {
                pieces.go_on(&mut batch);
            }
            site.kb.commit(batch)?;
            for (name, reason) in lowered {
                let what = format!("label lowered, sync {}", self.wiki.name());
                site.record(what, name.as_str(), Decision::WrittenDown, Some(reason))?;
            }
            report(Line::Progress {
                what: "notes stored".into(),
                done,
                total: Some(total),
            });
            if last {
                let what = format!("sync {}", self.wiki.name());
                site.record(what, self.wiki.name(), Decision::Done, None)?;
                return Ok(());
            }
        }
    }

    /// Says what a sync would change.
    fn compare(
        &self,
        form: Form,
        mut changes: Vec<NoteChange>,
        leftover: &[NamedNode],
        report: &mut dyn FnMut(Line),
    ) -> Result<String> {
        let mut difference = Difference::new(self.site, form == Form::Json, report);
        for change in &mut changes {
            change.graphs.sort_by(|a, b| a.name.cmp(&b.name));
            for graph in &change.graphs {
                difference.graph(&graph.name, graph.put.as_ref())?;
            }
        }
        for name in leftover {
            difference.graph(name, None)?;
        }
        let counts = difference.counts;
        Ok(format!(
            "{} would change, {} would come and {} go",
            counted(counts.graphs, "graph", "graphs"),
            counted(counts.added, "quad", "quads"),
            count(counts.removed)
        ))
    }
}

/// A sync deletes inside its own wiki only, so another folder of the same name must not take its place unnoticed. Where a link that was
/// asked for leads to another folder, that is meant.
fn check_folder(wiki: &Wiki, known: &Followed, asked: &std::path::Path) -> Result<()> {
    let same = known.asked.as_deref() == Some(asked);
    let known = &known.catalog;
    let before = std::path::Path::new(known.folder());
    let other = !known.folder().is_empty() && before != wiki.folder();
    let elsewhere = other && !same && before.is_dir();
    if elsewhere {
        bail!(
            "a wiki called `{}` is stored already, from `{}`; give one of the two another name in its `kenning.toml`",
            wiki.name(),
            known.folder()
        );
    }
    Ok(())
}

/// A disk that is not there, or an empty folder in place of the wiki, says nothing about its notes.
fn check_ground(
    wiki: &Wiki,
    known: &Followed,
    ground: Option<&Ground>,
    is_empty: bool,
) -> Result<()> {
    let now = Ground::of(wiki.folder());
    if now.is_none() {
        bail!("the folder has gone while it was read; nothing was stored");
    }
    if now.as_ref() != ground {
        bail!("another folder has come in its place while it was read; nothing was stored");
    }
    let another = is_empty && !known.catalog.is_empty() && known.ground.as_ref() != ground;
    if another && ground::is_bare(wiki.folder()) {
        bail!(
            "nothing at all lies in the folder, which is not the one of the last sync, and {} known; if its disk is not mounted, \
             mount it; if they are to go, leave a `kenning.toml` in it, which may be empty",
            counted(known.catalog.len() as u64, "note is", "notes are")
        );
    }
    Ok(())
}

/// The graphs of a note and its sections that get a label to which their old one does not flow, and from which to which.
fn lowered_by(site: &Site, before: &View, change: &NoteChange) -> Vec<(NamedNode, String)> {
    let scale = site.kb.scale();
    let lowered = change.graphs.iter().filter_map(|graph| {
        let (label, _) = graph.put.as_ref()?;
        let own = matches!(
            site.base.read(graph.name.as_str()),
            Some(Minted::NoteGraph { .. } | Minted::SectionGraph { .. })
        );
        let old = before.graph(before.id(graph.name.as_ref().into())?)?.label;
        let reason = format!(
            "from {} to {}",
            scale.write_label(&old),
            scale.write_label(label)
        );
        (own && !old.flows_to(label)).then(|| (graph.name.clone(), reason))
    });
    lowered.collect()
}

fn add(batch: &mut Batch, change: NoteChange) {
    for graph in change.graphs {
        match graph.put {
            Some((label, triples)) => batch.put_graph(graph.name, label, triples.iter()),
            None => batch.drop_graph(graph.name),
        }
    }
}

/// The stored graphs of the wiki of this name that no note asks for.
fn leftover(site: &Site, wiki: &str, catalog: &Catalog) -> Vec<NamedNode> {
    let wanted: BTreeSet<NamedNode> = catalog.graphs(&site.base).collect();
    let everything = Clearance::everything("a sync keeps all graphs of its wiki in step");
    let stored = site.kb.view(&everything).graphs().map(|graph| graph.name);
    stored
        .filter(|name| belongs(&site.base, wiki, name) && !wanted.contains(name))
        .collect()
}

/// By whose habits a folder was read, and why.
pub(crate) fn dialect_line(place: &Place, guess: &Guess) -> Line {
    let folder = match guess.folder.as_str() {
        "" => place.shown.clone(),
        folder => place.below(folder),
    };
    Line::Info {
        text: format!(
            "`{folder}` is read as {}: {}",
            guess.dialect.name(),
            guess.evidence.join(", ")
        ),
    }
}

/// What to say of a wiki that seems to be a part of one.
pub(crate) fn part_line(place: &Place, wiki: &Wiki) -> Option<Line> {
    let whole = wiki.lies_in()?;
    Some(Line::Info {
        text: format!(
            "`{}` lies in `{}`, which looks like the whole of it: what that says of its notes, and of who may read them, does not count here",
            place.shown,
            whole.display()
        ),
    })
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
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let guess = problem.guess.as_ref();
    Line::Problem(Problem {
        path: place.below(&problem.path),
        line: number(problem.line),
        column: number(problem.column),
        problem: Some(problem.kind.clone()),
        text: problem.text.clone(),
        hint: problem.hint.clone(),
        rule: guess.map(|guess| guess.rule.clone()),
        confidence: guess.map(|guess| guess.confidence),
    })
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
