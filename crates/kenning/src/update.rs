//! `kenning update`: one SPARQL update, all of it or nothing.
//!
//! Whoever may open the data is the operator and may write any graph that the chosen eyes see, but for those that Kenning
//! keeps itself (notes, links, ontologies), which the next sync would write again. What is new gets the label of those eyes.
//! Nothing that is read flows to a lower label, unless a reason is given, which is audited.

use crate::flags::DefaultGraph;
use crate::report::counted;
use crate::site::Site;
use anyhow::{Context, Result, bail};
use kenning_access::{Clearance, Grant, Label, Refusal, Role, Target, Writer};
use kenning_server::audit::{Decision, Event, target_hash};
use kenning_server::{Line, Outcome};
use kenning_sparql::{
    Dataset, DefaultGraphs, Effect, Limits, ParseOptions, TextLimits, UpdateError, UpdateOptions,
    UpdatePlan, WritePolicy, on_big_stack, plan_update,
};
use kenning_store::{CommitError, View};
use oxrdf::NamedNode;
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::time::Duration;

/// How often an update is planned again when somebody else was faster.
const TRIES: usize = 5;

/// What is to be changed, and with whose eyes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The update.
    pub text: String,
    /// The name of the writer's level.
    pub clearance: String,
    /// The names of the writer's groups.
    pub groups: Vec<String>,
    /// What a WHERE that names no graph reads.
    pub default_graph: Option<DefaultGraph>,
    /// How long it may take, in seconds.
    pub timeout: u64,
    /// Say what would change, and change nothing.
    pub dry_run: bool,
    /// Why what was read may go to a lower label.
    pub reason: Option<String>,
}

/// Carries out the update, or says what it would change.
///
/// # Errors
/// When there is no such level, the update does not parse, a graph may not be written, or a limit is reached.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let done = carry_out(site, request, report);
    if !request.dry_run {
        let decision = match &done {
            Ok(_) if request.reason.is_some() => Decision::WrittenDown,
            Ok(_) => Decision::Done,
            Err(error) => match error.downcast_ref::<UpdateError>() {
                Some(UpdateError::Denied { .. } | UpdateError::Many(_)) => Decision::Denied,
                _ => Decision::Failed,
            },
        };
        site.audit(Event {
            request: String::new(),
            who: "operator".to_owned(),
            action: "kenning update".to_owned(),
            target: target_hash(&request.text),
            decision,
            status: 0,
            reason: request.reason.clone(),
        })?;
    }
    done
}

fn carry_out(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let clearance = site.clearance(&request.clearance, &request.groups)?;
    let policy = Operator {
        writer: Writer::new(
            clearance.clone(),
            [Role::Editor, Role::Curator],
            vec![Grant::parse("*", site.kb.scale())?],
        ),
        own: format!("{}id/graph/", site.base.as_str()),
        all: site.kb.view(&Clearance::everything(
            "a write is judged by the label of its graph",
        )),
        reason: request.reason.is_some(),
    };
    let options = options(site, request);
    for _ in 0..TRIES {
        let view = site.kb.view(&clearance);
        let planned = on_big_stack(|| {
            let plan = plan_update(&view, &request.text, &options, &policy)?;
            let effects = plan.effects(&view);
            Ok::<_, UpdateError>((plan, effects))
        });
        let planned = planned.context("the update could not be planned")?;
        let (plan, effects) = planned.map_err(|error| match error {
            UpdateError::Denied { ref graph, .. } => {
                let text = format!(
                    "{graph} may not be written: Kenning keeps it itself, or a reader of level `{}` does not see it",
                    request.clearance
                );
                anyhow::Error::from(error).context(text)
            }
            error => error.into(),
        })?;
        if request.dry_run {
            report(Line::Output {
                text: told(&effects, &plan, site),
            });
            return Ok(Outcome::done(format!("would change {}", summary(&effects))));
        }
        let mut batch = plan.batch();
        for change in plan.graphs.iter().filter(|change| !change.target.exists) {
            // Somebody else may make the same graph meanwhile; neither write may be lost.
            batch.expect(change.name.clone(), None);
        }
        if effects.is_empty() || batch.is_empty() {
            return Ok(Outcome::done("nothing changed"));
        }
        match site.kb.commit(batch) {
            Ok(_) => return Ok(Outcome::done(format!("changed {}", summary(&effects)))),
            Err(CommitError::Conflict { .. } | CommitError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("others keep changing the same graphs; nothing was changed, try again")
}

fn options(site: &Site, request: &Request) -> UpdateOptions {
    let default_graph = request
        .default_graph
        .or(site.config().file.server.default_graph);
    UpdateOptions {
        parse: ParseOptions {
            base: Some(site.base.as_str().to_owned()),
            limits: TextLimits::UPDATE,
        },
        dataset: Dataset {
            default: match default_graph {
                Some(DefaultGraph::Own) => DefaultGraphs::Own,
                _ => DefaultGraphs::Union,
            },
            ..Dataset::default()
        },
        limits: Limits {
            time: Some(Duration::from_secs(request.timeout)),
            ..Limits::default()
        },
        ..UpdateOptions::default()
    }
}

/// `3 triples added and 1 removed in 2 graphs`.
fn summary(effects: &[Effect]) -> String {
    let count = |of: fn(&Effect) -> usize| effects.iter().map(of).sum::<usize>() as u64;
    let (added, removed) = (count(|e| e.added.len()), count(|e| e.removed.len()));
    if effects.is_empty() {
        return "nothing".to_owned();
    }
    let graphs = counted(effects.len() as u64, "graph", "graphs");
    let made = effects.iter().filter(|e| !e.existed && e.exists).count();
    let gone = effects.iter().filter(|e| e.existed && !e.exists).count();
    let mut text = format!(
        "{graphs}: {} added, {} removed",
        counted(added, "triple", "triples"),
        crate::report::count(removed)
    );
    if made > 0 {
        let _ = write!(text, "; {} made", counted(made as u64, "graph", "graphs"));
    }
    if gone > 0 {
        let _ = write!(
            text,
            "; {} dropped",
            counted(gone as u64, "graph", "graphs")
        );
    }
    text
}

/// The changes, one graph after the other, as lines of N-Triples with `+` or `-` before them.
fn told(effects: &[Effect], plan: &UpdatePlan, site: &Site) -> String {
    let mut text = String::new();
    for effect in effects {
        let label = plan
            .graphs
            .iter()
            .find(|change| change.name == effect.graph)
            .map(|change| site.kb.scale().write_label(&change.target.label))
            .unwrap_or_default();
        let what = match (effect.existed, effect.exists) {
            (false, true) => ", new",
            (true, false) => ", dropped",
            _ => "",
        };
        let _ = writeln!(text, "{} ({label}{what})", effect.graph);
        let mut lines: Vec<String> = Vec::new();
        lines.extend(effect.removed.iter().map(|triple| format!("- {triple} .")));
        lines.extend(effect.added.iter().map(|triple| format!("+ {triple} .")));
        lines.sort_by(|a, b| a.get(2..).cmp(&b.get(2..)));
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// What the operator may write, looking through the chosen eyes.
struct Operator {
    writer: Writer,
    /// What the names of graphs begin with that Kenning keeps itself.
    own: String,
    /// Sees everything: a graph that the chosen eyes do not see is there all the same, and must not be written over.
    all: View,
    /// Whether a reason was given for writing down.
    reason: bool,
}

impl WritePolicy for Operator {
    fn target(&self, graph: &NamedNode, visible: Option<&Label>) -> Result<Target, Refusal> {
        let hidden = || {
            // A graph that these eyes could see and that is not there for them was dropped by this very update.
            let label = self.all.graph(self.all.id(graph.into())?)?.label;
            (!self.writer.clearance().sees(&label)).then_some(label)
        };
        let existing = visible.cloned().or_else(hidden);
        self.writer
            .target(graph.as_str(), existing.as_ref(), self.is_spared(graph))
    }

    fn unknown_targets(&self) -> Vec<Label> {
        self.writer.labels_of_new().into_iter().collect()
    }

    fn many(&self) -> Result<(), Refusal> {
        self.writer.clear_many()
    }

    fn is_spared(&self, graph: &NamedNode) -> bool {
        graph.as_str().starts_with(&self.own)
    }

    fn may_write_down(&self) -> bool {
        self.reason
    }
}
