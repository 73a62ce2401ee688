//! `kenning verify`, `backup`, `restore` and `dump`: looking after what is stored.

use crate::report::{count, counted};
use crate::request::Place;
use crate::site::{AUDIT, Site};
use anyhow::{Result, bail};
use kenning_access::Clearance;
use kenning_server::audit::{AuditLog, Broken, Decision, Event, target_hash};
use kenning_server::{Line, Outcome, Problem};
use kenning_store::{Cancel, GraphPattern, Pattern, Verified};
use oxrdf::{NamedNode, NamedOrBlankNode, QuadRef, Term};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How many quads are written at once.
const PIECE: usize = 1_000;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Request {
    /// Test everything that is stored against its checksums.
    Verify,
    /// Copy everything to a file.
    Backup {
        /// A file that does not exist yet, or a folder.
        to: Place,
    },
    /// Write every quad that somebody sees.
    Dump {
        /// The level of whoever looks.
        clearance: String,
        /// The groups of whoever looks.
        groups: Vec<String>,
    },
}

/// Looks after the knowledge base that is open, while others read and write. A dump ends when `left` is set.
///
/// # Errors
/// When the files cannot be read at all, the backup cannot be written, or there is no such level or group.
pub fn run(
    site: &Site,
    request: &Request,
    left: &Cancel,
    report: &mut dyn FnMut(Line),
) -> Result<Outcome> {
    match request {
        Request::Verify => {
            let audit = site.log()?.map(|log| log.path().to_owned());
            Ok(verified(&site.kb.verify()?, audit.as_deref(), report))
        }
        Request::Backup { to } => {
            let file = site.kb.backup(&to.path)?;
            Ok(Outcome::done(format!("copied to `{}`", file.display())))
        }
        Request::Dump { clearance, groups } => {
            let clearance = site.clearance(clearance, groups)?;
            dump(site, &clearance, left, report)
        }
    }
}

/// Tests the directory that nobody holds, down to the pages of its files.
///
/// # Errors
/// When it is held, or cannot be read at all.
pub fn verify(dir: &Path, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let audit = dir.join(AUDIT);
    let audit = audit.exists().then_some(audit.as_path());
    Ok(verified(&kenning_store::verify(dir)?, audit, report))
}

/// Makes a directory out of a backup.
///
/// # Errors
/// When the backup is damaged, or there is a knowledge base in the directory already.
pub fn restore(from: &Path, dir: &Path) -> Result<Outcome> {
    kenning_store::restore(from, dir)?;
    let log = AuditLog::open(&dir.join(AUDIT))?;
    log.append_blocking(Event {
        request: String::new(),
        who: "operator".to_owned(),
        action: "restore".to_owned(),
        target: target_hash(&from.display().to_string()),
        decision: Decision::Done,
        status: 0,
        reason: None,
    });
    Ok(Outcome::done(format!(
        "`{}` holds what `{}` held",
        dir.display(),
        from.display()
    )))
}

fn verified(found: &Verified, audit: Option<&Path>, report: &mut dyn FnMut(Line)) -> Outcome {
    for damage in &found.damages {
        let problem = Problem::of_file("store", damage.to_string());
        report(Line::Problem(problem));
    }
    let mut tested = format!(
        "tested {}, {} and {}",
        counted(found.graphs, "graph", "graphs"),
        counted(found.segments, "segment", "segments"),
        counted(found.settings, "setting", "settings")
    );
    let mut damages = found.damages.len() as u64;
    match audit.map(kenning_server::audit::verify) {
        None => {}
        Some(Ok(log)) => {
            tested.push_str(&format!(
                ", and {} of the audit log",
                counted(log.lines, "record", "records")
            ));
            for line in log.mended {
                report(Line::Info {
                    text: format!(
                        "audit log, line {line}: before it an end that was cut off was set aside, in `{AUDIT}.torn`"
                    ),
                });
            }
        }
        Some(Err(broken)) => {
            damages += 1;
            let line = match &broken {
                Broken::Line(line) | Broken::Chain(line) => {
                    u32::try_from(*line).unwrap_or(u32::MAX)
                }
                _ => 0,
            };
            let problem = Problem::of_file(AUDIT, broken.to_string()).at(line, 0);
            report(Line::Problem(problem));
        }
    }
    if damages == 0 {
        Outcome::done(format!("{tested}: all is as it was written"))
    } else {
        Outcome::failed(format!("{tested}: {} damaged", count(damages)))
    }
}

/// Every visible quad in N-Quads, graph by graph in the order of their names, so that equal contents give equal bytes.
fn dump(
    site: &Site,
    clearance: &Clearance,
    left: &Cancel,
    report: &mut dyn FnMut(Line),
) -> Result<Outcome> {
    let view = site.kb.view(clearance).with_cancel(left.clone());
    let mut graphs: Vec<_> = view.graphs().collect();
    graphs.sort_by(|a, b| a.name.cmp(&b.name));
    let mut total = 0;
    for graph in graphs {
        if left.is_cancelled() {
            bail!("stopped, because nobody listens");
        }
        let name: NamedNode = graph.name;
        let mut lines = Vec::new();
        for quad in view.quads(Pattern::all(GraphPattern::One(graph.id))) {
            let quad = quad?;
            let subject = match view.term(quad.subject) {
                Term::NamedNode(node) => NamedOrBlankNode::from(node),
                Term::BlankNode(node) => NamedOrBlankNode::from(node),
                other => bail!("`{other}` cannot be a subject"),
            };
            let Term::NamedNode(predicate) = view.term(quad.predicate) else {
                bail!("a predicate is no IRI");
            };
            let object = view.object(&quad);
            let quad = QuadRef::new(
                subject.as_ref(),
                predicate.as_ref(),
                object.as_ref(),
                name.as_ref(),
            );
            lines.push(format!("{quad} .\n"));
        }
        lines.sort_unstable();
        total += lines.len() as u64;
        for piece in lines.chunks(PIECE) {
            report(Line::Output {
                text: piece.concat(),
            });
        }
    }
    Ok(Outcome::done(counted(total, "quad", "quads")))
}
