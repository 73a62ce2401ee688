//! `--watch`: another sync whenever a file of a wiki changes.

mod roots;

use crate::request::Place;
use crate::site::Site;
use crate::sync;
use anyhow::Result;
use kenning_server::Line;
use kenning_store::Cancel;
use kenning_wiki::Touched;
use notify::{Event, EventKind};
use roots::Roots;
pub use roots::Watching;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long nothing must have changed before a sync: an editor writes one file in several steps.
const QUIET: Duration = Duration::from_millis(300);

/// The longest that a sync waits for quiet: a program that never stops writing must not stop us for ever.
const PATIENCE: Duration = Duration::from_secs(3);

/// When a sync has failed, because the disk is full for example, it is tried again after this time, whatever changes.
const AGAIN: Duration = Duration::from_secs(10);

/// How often somebody looks whether the folders are still those that are watched, and whether a day has begun.
const LOOK: Duration = Duration::from_secs(2);

/// Where the system cannot watch all of a folder, all of it is looked at after this time.
const BLIND: Duration = Duration::from_secs(60);

/// More files than this are not followed one by one.
const MANY: usize = 10_000;

/// Syncs `wikis` whenever something below them changes, until the answer is dropped.
///
/// # Errors
/// When the system cannot watch one of the folders.
pub fn begin(site: &Arc<Site>, wikis: &[Place]) -> Result<Watching> {
    site.begin_watching();
    let (changed, changes) = channel();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let _ = changed.send(event);
    })?;
    let watcher = Arc::new(Mutex::new(watcher));
    let roots = Roots::watch(&watcher, wikis)?;
    let (site, wikis) = (Arc::clone(site), wikis.to_vec());
    std::thread::Builder::new()
        .name("watch".into())
        .spawn(move || follow(&site, wikis, roots, &changes))?;
    Ok(watcher)
}

fn follow(
    site: &Site,
    wikis: Vec<Place>,
    mut roots: Roots,
    changes: &Receiver<notify::Result<Event>>,
) {
    let request = sync::Request {
        wikis,
        ..sync::Request::default()
    };
    // The wikis were synced before; this is to remember them. What is odd about them was told then.
    let anything = |_: &Place| Touched::Anything;
    let mut failed = None;
    if let Err(error) = sync::follow(site, &request, &anything, &Cancel::new(), &mut |_| ()) {
        tracing::error!("the wiki could not be synced: {error:#}");
        failed = Some(Instant::now());
    }
    let mut touched: BTreeMap<PathBuf, Touched> = BTreeMap::new();
    let mut today = day(since_1970());
    let mut looked = Instant::now();
    loop {
        let first = changes.recv_timeout(LOOK);
        let begun = Instant::now();
        let mut is_new = match &first {
            Ok(first) => note(first, &request.wikis, &roots, &mut touched),
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        match first {
            Ok(Ok(event)) => roots.lose(&event),
            Ok(Err(error)) => drop(roots.bear(Err(error))),
            Err(_) => {}
        }
        let is_due = roots.is_blind() && looked.elapsed() >= BLIND;
        // A new day may be one on which the protection of a note ends or begins.
        if is_due || day(since_1970()) != today {
            today = day(since_1970());
            looked = begun;
            for wiki in &request.wikis {
                touched.insert(wiki.path.clone(), Touched::Anything);
            }
        }
        for root in roots.look() {
            touched.insert(root, Touched::Anything);
            is_new = true;
        }
        let is_time = match failed {
            Some(at) => is_new || at.elapsed() >= AGAIN,
            None => !touched.is_empty(),
        };
        if !is_time {
            continue;
        }
        while let Ok(next) = changes.recv_timeout(QUIET) {
            note(&next, &request.wikis, &roots, &mut touched);
            match next {
                Ok(event) => roots.lose(&event),
                Err(error) => drop(roots.bear(Err(error))),
            }
            if begun.elapsed() > PATIENCE {
                break;
            }
        }
        // After a failure nothing is remembered of that wiki, so the next sync looks at all of it; what was touched in others
        // is still to be looked at.
        let done = sync_once(site, &request, &touched);
        failed = (!done).then(Instant::now);
        if done {
            touched.clear();
        }
    }
}

fn since_1970() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}

/// Which day it is (UTC).
fn day(since: Duration) -> u64 {
    since.as_secs() / 86_400
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
    let done = sync::follow(site, request, &what, &Cancel::new(), &mut report);
    match &done {
        Ok(outcome) => tracing::info!("{}", outcome.text),
        Err(error) => tracing::error!("the wiki could not be synced: {error:#}"),
    }
    done.is_ok()
}

/// Writes down what an event touched, and says whether it may have touched anything.
fn note(
    event: &notify::Result<Event>,
    wikis: &[Place],
    roots: &Roots,
    touched: &mut BTreeMap<PathBuf, Touched>,
) -> bool {
    let event = match event {
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => return false,
        Ok(event) if !event.need_rescan() => event,
        // What was lost could have been anything.
        _ => {
            for wiki in wikis {
                touched.insert(wiki.path.clone(), Touched::Anything);
            }
            return true;
        }
    };
    for path in &event.paths {
        for wiki in wikis {
            if let Ok(path) = path.strip_prefix(&wiki.path) {
                add(touched.entry(wiki.path.clone()), path);
            }
        }
        for wiki in roots.told_of(path) {
            touched.insert(wiki.to_owned(), Touched::Anything);
        }
    }
    true
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
        let roots = Roots::of(wiki("/top/notes"), "/top/.git/logs");
        let mut touched = BTreeMap::new();
        for path in paths {
            let event = Event::new(EventKind::Any).add_path(path.into());
            assert!(note(&Ok(event), &wikis, &roots, &mut touched));
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
    fn a_day_begins_at_midnight() {
        let day = |seconds: u64| day(Duration::from_secs(seconds));
        assert_eq!([0, 86_399, 86_400].map(day), [0, 0, 1]);
    }

    #[test]
    fn who_only_reads_touches_nothing() {
        let roots = Roots::of(wiki("/top/notes"), "/top/.git/logs");
        let kind = EventKind::Access(notify::event::AccessKind::Any);
        let event = Event::new(kind).add_path("/top/notes/a.md".into());
        let mut touched = BTreeMap::new();
        assert!(!note(
            &Ok(event),
            &[wiki("/top/notes")],
            &roots,
            &mut touched
        ));
        assert!(touched.is_empty());
    }

    #[test]
    fn what_was_lost_could_have_been_anything() {
        let wikis = [wiki("/top/notes")];
        let mut touched = BTreeMap::new();
        let event = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        let roots = Roots::of(wiki("/top/notes"), "/top/.git/logs");
        assert!(note(&Ok(event), &wikis, &roots, &mut touched));
        assert_eq!(
            touched.get(Path::new("/top/notes")),
            Some(&Touched::Anything)
        );
    }
}
