//! `--watch`: another sync whenever a file of a wiki changes.

use crate::request::Place;
use crate::site::Site;
use crate::sync;
use anyhow::{Context, Result};
use kenning_server::Line;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long nothing must have changed before a sync: an editor writes one file in several steps.
const QUIET: Duration = Duration::from_millis(300);

/// Syncs `wikis` whenever something below them changes, until the answer is dropped.
///
/// # Errors
/// When the system cannot watch one of the folders.
pub fn begin(site: &Arc<Site>, wikis: &[Place]) -> Result<RecommendedWatcher> {
    let (changed, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let matters = event.map_or(true, |event| !matches!(event.kind, EventKind::Access(_)));
        if matters {
            let _ = changed.send(());
        }
    })?;
    for wiki in wikis {
        watcher
            .watch(&wiki.path, RecursiveMode::Recursive)
            .with_context(|| format!("cannot watch `{}`", wiki.shown))?;
    }
    let (site, wikis) = (Arc::clone(site), wikis.to_vec());
    std::thread::Builder::new()
        .name("watch".into())
        .spawn(move || follow(&site, wikis, &changes))?;
    Ok(watcher)
}

fn follow(site: &Site, wikis: Vec<Place>, changes: &Receiver<()>) {
    let request = sync::Request {
        wikis,
        wiki_level: None,
    };
    while changes.recv().is_ok() {
        while changes.recv_timeout(QUIET).is_ok() {}
        let mut report = |line: Line| {
            if let Line::Problem {
                path,
                line,
                column,
                text,
            } = line
            {
                tracing::warn!(
                    "{}",
                    crate::report::problem_text(&path, line, column, &text)
                );
            }
        };
        match sync::run(site, &request, &mut report) {
            Ok(outcome) => tracing::info!("{}", outcome.text),
            Err(error) => tracing::error!("the wiki could not be synced: {error:#}"),
        }
    }
}
