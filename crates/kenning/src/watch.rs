//! `--watch`: another sync whenever a file of a wiki changes.

use crate::request::Place;
use crate::site::Site;
use crate::sync;
use anyhow::{Context, Result};
use kenning_server::Line;
use kenning_wiki::Touched;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long nothing must have changed before a sync: an editor writes one file in several steps.
const QUIET: Duration = Duration::from_millis(300);

/// The longest that a sync waits for quiet: a program that never stops writing must not stop us for ever.
const PATIENCE: Duration = Duration::from_secs(3);

/// When a sync has failed, because the disk is full for example, it is tried again after this time, whatever changes.
const AGAIN: Duration = Duration::from_secs(10);

/// More files than this are not followed one by one.
const MANY: usize = 10_000;

/// Syncs `wikis` whenever something below them changes, until the answer is dropped.
///
/// # Errors
/// When the system cannot watch one of the folders.
pub fn begin(site: &Arc<Site>, wikis: &[Place]) -> Result<RecommendedWatcher> {
    site.begin_watching();
    let (changed, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let _ = changed.send(event);
    })?;
    for wiki in wikis {
        watcher
            .watch(&wiki.path, RecursiveMode::Recursive)
            .with_context(|| format!("cannot watch `{}`", wiki.shown))?;
        // A commit writes no note, and tells who wrote those that are there.
        if let Some(log) = log_of(&wiki.path) {
            let _ = watcher.watch(&log, RecursiveMode::NonRecursive);
        }
    }
    let (site, wikis) = (Arc::clone(site), wikis.to_vec());
    std::thread::Builder::new()
        .name("watch".into())
        .spawn(move || follow(&site, wikis, &changes))?;
    Ok(watcher)
}

/// Where git writes down what is checked out, when the folder lies inside a repository and not at its top.
fn log_of(wiki: &Path) -> Option<PathBuf> {
    let above = wiki.ancestors().skip(1);
    let logs = above.map(|folder| folder.join(".git/logs"));
    let mut logs = logs.filter(|log| log.is_dir());
    logs.next().filter(|_| !wiki.join(".git").exists())
}

fn follow(site: &Site, wikis: Vec<Place>, changes: &Receiver<notify::Result<Event>>) {
    let request = sync::Request {
        wikis,
        ..sync::Request::default()
    };
    // The wikis were synced before; this is to remember them. What is odd about them was told then.
    let anything = |_: &Place| Touched::Anything;
    let mut failed = false;
    if let Err(error) = sync::follow(site, &request, &anything, &mut |_| ()) {
        tracing::error!("the wiki could not be synced: {error:#}");
        failed = true;
    }
    let mut touched: BTreeMap<PathBuf, Touched> = BTreeMap::new();
    loop {
        let wait = match failed {
            false => until_tomorrow(since_1970()),
            true => AGAIN,
        };
        let first = changes.recv_timeout(wait);
        let begun = Instant::now();
        match first {
            Ok(first) => note(&first, &request.wikis, &mut touched),
            Err(RecvTimeoutError::Timeout) if failed => {}
            // A new day may be one on which the protection of a note ends or begins.
            Err(RecvTimeoutError::Timeout) => {
                for wiki in &request.wikis {
                    touched.insert(wiki.path.clone(), Touched::Anything);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if touched.is_empty() && !failed {
            continue;
        }
        while let Ok(next) = changes.recv_timeout(QUIET) {
            note(&next, &request.wikis, &mut touched);
            if begun.elapsed() > PATIENCE {
                break;
            }
        }
        // After a failure nothing is remembered of that wiki, so the next sync looks at all of it; what was touched in others
        // is still to be looked at.
        failed = !sync_once(site, &request, &touched);
        if !failed {
            touched.clear();
        }
    }
}

fn since_1970() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}

/// How long it is until a day begins (UTC), and a moment more.
fn until_tomorrow(since: Duration) -> Duration {
    Duration::from_secs(86_400 - since.as_secs() % 86_400 + 1)
}

/// Says whether that could be done.
fn sync_once(site: &Site, request: &sync::Request, touched: &BTreeMap<PathBuf, Touched>) -> bool {
    let what = |place: &Place| {
        let known = touched.get(&place.path).cloned();
        known.unwrap_or_else(|| Touched::Paths(BTreeSet::new()))
    };
    let mut report = |line: Line| {
        if let Line::Problem(problem) = line {
            tracing::warn!("{}", crate::report::problem_text(&problem));
        }
    };
    let done = sync::follow(site, request, &what, &mut report);
    match &done {
        Ok(outcome) => tracing::info!("{}", outcome.text),
        Err(error) => tracing::error!("the wiki could not be synced: {error:#}"),
    }
    done.is_ok()
}

/// Writes down what an event touched.
fn note(event: &notify::Result<Event>, wikis: &[Place], touched: &mut BTreeMap<PathBuf, Touched>) {
    let event = match event {
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
        Ok(event) if !event.need_rescan() => event,
        // What was lost could have been anything.
        _ => {
            for wiki in wikis {
                touched.insert(wiki.path.clone(), Touched::Anything);
            }
            return;
        }
    };
    for path in &event.paths {
        let mut inside = false;
        for wiki in wikis {
            if let Ok(path) = path.strip_prefix(&wiki.path) {
                inside = true;
                add(touched.entry(wiki.path.clone()), path);
            }
        }
        if !inside {
            // The log of a repository that lies around a wiki.
            let around = path.ancestors().find(|folder| folder.ends_with(".git"));
            let around = around.and_then(Path::parent);
            for wiki in wikis
                .iter()
                .filter(|wiki| around.is_some_and(|top| wiki.path.starts_with(top)))
            {
                touched.insert(wiki.path.clone(), Touched::Anything);
            }
        }
    }
}

fn add(entry: std::collections::btree_map::Entry<'_, PathBuf, Touched>, path: &Path) {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    let anything = match parts.as_deref() {
        None | Some([]) => true,
        // Of what git writes, here or for a repository in the wiki, only what is checked out matters.
        Some(parts) => match parts.iter().position(|part| *part == ".git") {
            None => false,
            Some(at) => match parts.split_at_checked(at + 1).map(|(_, rest)| rest) {
                Some(["HEAD" | "packed-refs"] | ["logs", "HEAD"] | ["modules", .., "HEAD"]) => true,
                _ => return,
            },
        },
    };
    let known = entry.or_insert_with(|| Touched::Paths(BTreeSet::new()));
    if let (Touched::Paths(paths), Some(parts), false) = (&mut *known, parts, anything)
        && paths.len() < MANY
    {
        paths.insert(parts.join("/"));
    } else {
        *known = Touched::Anything;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wiki(path: &str) -> Place {
        Place {
            path: path.into(),
            shown: path.to_owned(),
        }
    }

    fn after(paths: &[&str]) -> Option<Touched> {
        let wikis = [wiki("/top/notes")];
        let mut touched = BTreeMap::new();
        for path in paths {
            let event = Event::new(EventKind::Any).add_path(path.into());
            note(&Ok(event), &wikis, &mut touched);
        }
        touched.remove(Path::new("/top/notes"))
    }

    #[test]
    fn events_name_what_was_touched() {
        let paths = |paths: &[&str]| {
            Some(Touched::Paths(
                paths.iter().map(|path| (*path).to_owned()).collect(),
            ))
        };
        assert_eq!(
            after(&["/top/notes/a/b.md", "/top/notes/c.md"]),
            paths(&["a/b.md", "c.md"])
        );
        assert_eq!(after(&["/elsewhere/c.md"]), None);
        // What git does for itself is nobody's concern, but what is checked out is.
        assert_eq!(after(&["/top/notes/.git/index.lock"]), None);
        assert_eq!(after(&["/top/notes/within/.git/index.lock"]), None);
        for head in [".git", "within/.git", ".git/modules/within"] {
            assert_eq!(
                after(&[&format!("/top/notes/{head}/logs/HEAD")]),
                Some(Touched::Anything)
            );
        }
        assert_eq!(after(&["/top/.git/logs/HEAD"]), Some(Touched::Anything));
        assert_eq!(after(&["/top/notes"]), Some(Touched::Anything));
    }

    #[test]
    fn a_new_day_is_waited_for() {
        let day = |seconds: u64| until_tomorrow(Duration::from_secs(seconds)).as_secs();
        assert_eq!(day(86_400), 86_401);
        assert_eq!(day(2 * 86_400 - 1), 2);
    }

    #[test]
    fn what_was_lost_could_have_been_anything() {
        let wikis = [wiki("/top/notes")];
        let mut touched = BTreeMap::new();
        let event = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        note(&Ok(event), &wikis, &mut touched);
        assert_eq!(
            touched.get(Path::new("/top/notes")),
            Some(&Touched::Anything)
        );
    }
}
