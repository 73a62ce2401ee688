//! Planning: each operation over the view and what the operations before it have done.

use std::collections::{HashMap, HashSet};

use kenning_access::{Check, Label, Refusal, Target};
use kenning_store::{GraphPattern as Graphs, Pattern, TermId, View, Written};
use oxrdf::{BlankNode, GraphName as QuadGraph, NamedNode, NamedOrBlankNode, Term, Triple};
use spareval::DeleteInsertQuad;
use spargebra::GraphUpdateOperation;
use spargebra::algebra::{GraphPattern, GraphTarget, QueryDataset};
use spargebra::term::{GraphName, GraphNamePattern, GroundQuadPattern, QuadPattern};

use super::change::{GraphChange, UpdateOptions, UpdatePlan};
use super::overlay::{Overlay, State};
use super::parse::{self, Operation, Transfer};
use super::{UpdateError, WritePolicy};
use crate::gauge::{Failure, Held, measured, tick};
use crate::normal::compared_triple;
use crate::run::evaluation;
use crate::source::ViewDataset;
use crate::{DEFAULT_GRAPH, QueryError, Stopped, normal, prepare};

/// Plans the update `text` over what the writer sees. Nothing is changed.
///
/// Call it on a thread with [`STACK_SIZE`](crate::STACK_SIZE) bytes of stack. Later operations see what earlier ones did.
/// A WHERE reads only graphs whose labels flow to the labels of all graphs that its operation may write (unless the policy lets
/// the writer write down), so that nothing flows down.
///
/// # Errors
/// [`UpdateError`]: the text is wrong, a graph may not be written, there is no such graph, or a limit was reached.
pub fn plan_update(
    view: &View,
    text: &str,
    options: &UpdateOptions,
    policy: &dyn WritePolicy,
) -> Result<UpdatePlan, UpdateError> {
    let operations = parse::operations(text, &options.parse)?;
    let mut planner = Planner {
        view,
        options,
        policy,
        overlay: Overlay::default(),
        reads: false,
        changed: 0,
        written: Written::of_sparql(text),
    };
    let count = operations.len();
    let planned = measured(&options.limits, &options.cancel, || {
        for operation in operations {
            planner.operation(operation)?;
        }
        Ok::<_, UpdateError>(planner)
    });
    let planner = match planned {
        Ok(planned) => planned?,
        Err(Failure::Stopped(stopped)) => return Err(QueryError::Stopped(stopped).into()),
        Err(Failure::Panicked) => {
            return Err(QueryError::Evaluation("the evaluator failed".into()).into());
        }
    };
    let (reads, written) = (planner.reads, planner.written);
    let graphs = planner
        .overlay
        .graphs
        .into_iter()
        .map(|(name, mut state)| GraphChange {
            name,
            inserted: state.take_inserted(),
            target: Target {
                exists: state.existed,
                ..state.target
            },
            before: state.before,
            exists: state.exists,
            emptied: state.emptied,
            removed: state.removed.into_iter().collect(),
        });
    Ok(UpdatePlan {
        graphs: graphs.collect(),
        operations: count,
        reads,
        written,
    })
}

/// What a COPY, MOVE or ADD takes.
#[derive(Default)]
struct Source {
    /// The graph as it is stored.
    stored: Option<TermId>,
    /// What of that is gone.
    removed: HashSet<Triple>,
    /// What has come.
    inserted: Vec<Triple>,
}

struct Planner<'a> {
    view: &'a View,
    options: &'a UpdateOptions,
    policy: &'a dyn WritePolicy,
    overlay: Overlay,
    reads: bool,
    changed: u64,
    /// How language tags are written, in the text and in what was read.
    written: Written,
}

impl Planner<'_> {
    fn operation(&mut self, operation: Operation) -> Result<(), UpdateError> {
        match operation {
            Operation::Plain(GraphUpdateOperation::InsertData { data }) => {
                let mut names = HashMap::new();
                for quad in data {
                    let quad = renamed(&quad, &mut names);
                    self.insert(
                        &self.named(&quad.graph_name),
                        Triple::new(quad.subject, quad.predicate, quad.object),
                    )?;
                }
            }
            Operation::Plain(GraphUpdateOperation::DeleteData { data }) => {
                for quad in data {
                    let triple = Triple::new(quad.subject, quad.predicate, Term::from(quad.object));
                    self.remove(&self.named(&quad.graph_name), triple)?;
                }
            }
            Operation::Plain(GraphUpdateOperation::DeleteInsert {
                delete,
                insert,
                using,
                pattern,
            }) => {
                self.modify(delete, insert, using, *pattern)?;
            }
            Operation::Plain(GraphUpdateOperation::Load {
                silent,
                source,
                destination,
            }) => {
                let to = self.named(&destination);
                self.state(&to)?;
                match self.policy.load(&source) {
                    Ok(triples) => {
                        self.state(&to)?.exists = true;
                        for triple in triples {
                            self.insert(&to, triple)?;
                        }
                    }
                    Err(_) if silent && !self.policy.refuses_load(&source) => {}
                    Err(why) => {
                        return Err(UpdateError::Load {
                            source_iri: source,
                            why,
                        });
                    }
                }
            }
            Operation::Plain(GraphUpdateOperation::Create { silent, graph }) => {
                let state = self.state(&graph)?;
                if state.exists && !state.target.blind && !silent {
                    return Err(UpdateError::Exists(graph));
                }
                state.exists = true;
            }
            Operation::Plain(GraphUpdateOperation::Clear { silent, graph }) => {
                self.each(&graph, silent, State::empty)?
            }
            Operation::Plain(GraphUpdateOperation::Drop { silent, graph }) => {
                self.each(&graph, silent, State::drop)?
            }
            Operation::Transfer {
                kind,
                silent,
                from,
                to,
            } => self.transfer(kind, silent, &self.named(&from), &self.named(&to))?,
        }
        Ok(())
    }

    /// The graph that a name in an operation means.
    fn named(&self, name: &GraphName) -> NamedNode {
        match name {
            GraphName::NamedNode(name) => name.clone(),
            GraphName::DefaultGraph => self.options.default_graph.clone(),
        }
    }

    /// What becomes of a graph that the writer may write.
    fn state(&mut self, graph: &NamedNode) -> Result<&mut State, UpdateError> {
        let denied = |why| UpdateError::Denied {
            graph: graph.clone(),
            why,
        };
        let gone = self
            .overlay
            .graphs
            .get(graph)
            .is_some_and(|state| !state.exists && state.existed);
        if !self.overlay.graphs.contains_key(graph) {
            let info = self
                .view
                .id(graph.as_ref().into())
                .and_then(|id| self.view.graph(id));
            let target = self
                .policy
                .target(graph, info.as_ref().map(|info| &info.label))
                .map_err(denied)?;
            let state = State::new(target, info.map(|info| info.version));
            self.overlay.graphs.insert(graph.clone(), state);
        } else if gone {
            // It was dropped by this request: what is written now is a new graph, with the label of a new graph.
            let label = self.policy.target(graph, None).map_err(denied)?.label;
            if let Some(state) = self.overlay.graphs.get_mut(graph) {
                state.target.label = label;
            }
        }
        self.overlay
            .graphs
            .get_mut(graph)
            .ok_or_else(|| UpdateError::NoGraph(graph.clone()))
    }

    fn count(&mut self, triple: &Triple) -> Result<(), UpdateError> {
        tick();
        Held::new(128 + triple.predicate.as_str().len()).for_good();
        self.changed += 1;
        match self.options.limits.rows {
            Some(limit) if self.changed > limit => {
                Err(QueryError::Stopped(Stopped::Rows(limit)).into())
            }
            _ => Ok(()),
        }
    }

    fn insert(&mut self, graph: &NamedNode, triple: Triple) -> Result<(), UpdateError> {
        self.count(&triple)?;
        self.state(graph)?.insert(compared_triple(triple));
        Ok(())
    }

    fn remove(&mut self, graph: &NamedNode, triple: Triple) -> Result<(), UpdateError> {
        self.count(&triple)?;
        self.state(graph)?.remove(compared_triple(triple));
        Ok(())
    }

    /// CLEAR and DROP.
    fn each(
        &mut self,
        target: &GraphTarget,
        silent: bool,
        act: fn(&mut State),
    ) -> Result<(), UpdateError> {
        let many = match target {
            GraphTarget::NamedNode(graph) => {
                let state = self.state(graph)?;
                // Whether a drop box holds something already is nobody's business who only puts things in.
                if !state.exists && !state.target.blind && !silent {
                    return Err(UpdateError::NoGraph(graph.clone()));
                }
                act(state);
                return Ok(());
            }
            // One graph that the request was sent to is not many.
            GraphTarget::DefaultGraph if self.options.default_graph.as_ref() != DEFAULT_GRAPH => {
                let name = self.options.default_graph.clone();
                act(self.state(&name)?);
                return Ok(());
            }
            GraphTarget::DefaultGraph => vec![DEFAULT_GRAPH.into_owned()],
            GraphTarget::NamedGraphs | GraphTarget::AllGraphs => {
                let mut names: Vec<NamedNode> =
                    self.view.graphs().map(|graph| graph.name).collect();
                names.extend(self.overlay.graphs.keys().cloned());
                names.sort();
                names.dedup();
                names.retain(|name| {
                    matches!(target, GraphTarget::AllGraphs) || name.as_ref() != DEFAULT_GRAPH
                });
                names
            }
        };
        self.policy.many().map_err(UpdateError::Many)?;
        for graph in many {
            if self.policy.is_spared(&graph) {
                continue;
            }
            match self.state(&graph) {
                Ok(state) => act(state),
                // Many graphs are those that the writer may write.
                Err(UpdateError::Denied { .. }) if !matches!(target, GraphTarget::DefaultGraph) => {
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn transfer(
        &mut self,
        kind: Transfer,
        silent: bool,
        from: &NamedNode,
        to: &NamedNode,
    ) -> Result<(), UpdateError> {
        let label = self.state(to)?.target.label.clone();
        if kind == Transfer::Move {
            self.state(from)?;
        }
        self.reads = true;
        let Some(source) = self.source(from, &label) else {
            return if silent {
                Ok(())
            } else {
                Err(UpdateError::NoGraph(from.clone()))
            };
        };
        let state = self.state(to)?;
        if kind != Transfer::Add {
            state.empty();
        }
        state.exists = true;
        // One by one, so that each is counted before the next is held.
        let stored = source.stored.into_iter();
        let view = self.view;
        for triple in stored.flat_map(|graph| stored_triples(view, graph)) {
            tick();
            self.note(&triple.object);
            let triple = compared_triple(triple);
            if !source.removed.contains(&triple) {
                self.insert(to, triple)?;
            }
        }
        for triple in source.inserted {
            self.insert(to, triple)?;
        }
        if kind == Transfer::Move {
            self.state(from)?.drop();
        }
        Ok(())
    }

    /// What a graph holds now, if the writer sees it and it may flow to `label`. The default graph always exists.
    fn source(&self, graph: &NamedNode, label: &Label) -> Option<Source> {
        let free = self.policy.may_write_down() || !Check::Flow.is_on();
        let allow = |other: &Label| free || other.flows_to(label);
        let state = self.overlay.graphs.get(graph);
        let id = self.view.id(graph.as_ref().into());
        let stored = id
            .and_then(|id| self.view.graph(id))
            .filter(|info| allow(&info.label));
        match (state, stored) {
            (Some(state), _) if !state.exists && graph.as_ref() != DEFAULT_GRAPH => None,
            (Some(state), stored)
                if stored.is_some()
                    || (!state.existed && !state.target.blind && allow(&state.target.label)) =>
            {
                Some(Source {
                    stored: stored.filter(|_| !state.emptied).map(|info| info.id),
                    removed: state.removed.clone(),
                    inserted: state.inserted().cloned().collect(),
                })
            }
            (None, Some(info)) => Some(Source {
                stored: Some(info.id),
                ..Source::default()
            }),
            _ if graph.as_ref() == DEFAULT_GRAPH => Some(Source::default()),
            _ => None,
        }
    }

    fn modify(
        &mut self,
        delete: Vec<GroundQuadPattern>,
        insert: Vec<QuadPattern>,
        using: Option<QueryDataset>,
        mut pattern: GraphPattern,
    ) -> Result<(), UpdateError> {
        prepare::check(&pattern)?;
        if using.is_some() && self.options.dataset.is_named() {
            return Err(QueryError::Refused(
                "the request names a dataset, so the update may not hold `USING` or `WITH`".into(),
            )
            .into());
        }
        let mut bounds: Vec<Label> = Vec::new();
        let graphs = delete
            .iter()
            .map(|quad| &quad.graph_name)
            .chain(insert.iter().map(|quad| &quad.graph_name));
        for graph in graphs.cloned().collect::<Vec<_>>() {
            match graph {
                GraphNamePattern::NamedNode(name) => {
                    bounds.push(self.state(&name)?.target.label.clone())
                }
                GraphNamePattern::DefaultGraph => {
                    let name = self.options.default_graph.clone();
                    bounds.push(self.state(&name)?.target.label.clone());
                }
                GraphNamePattern::Variable(_) => bounds.extend(self.policy.unknown_targets()),
            }
        }
        let free = self.policy.may_write_down() || !Check::Flow.is_on();
        let allow = |label: &Label| free || bounds.iter().all(|bound| label.flows_to(bound));
        normal::pattern(&mut pattern);
        let view = self.view.clone().with_cancel(self.options.cancel.clone());
        let mut dataset = ViewDataset::new(view, &self.options.dataset.or(using.as_ref()), true);
        if !free {
            dataset = dataset.within(&allow);
        }
        if !self.overlay.is_empty() {
            dataset = dataset.over(self.overlay.seen(self.view, &allow));
        }
        self.reads = true;
        // How a graph above the target writes a tag is something to be read, too.
        let evaluator = normal::evaluator(&pattern, free.then(|| dataset.view()));
        let changes = evaluator
            .prepare_delete_insert(delete, insert, None, None, &pattern)
            .execute(dataset)
            .map_err(evaluation)?;
        let (mut removed, mut inserted) = (Vec::new(), Vec::new());
        for change in changes {
            let (list, quad) = match change.map_err(evaluation)? {
                DeleteInsertQuad::Delete(quad) => (&mut removed, quad),
                DeleteInsertQuad::Insert(quad) => (&mut inserted, quad),
            };
            let graph = match quad.graph_name {
                QuadGraph::NamedNode(name) => name,
                QuadGraph::DefaultGraph => self.options.default_graph.clone(),
                QuadGraph::BlankNode(_) => continue,
            };
            list.push((
                graph,
                Triple::new(quad.subject, quad.predicate, quad.object),
            ));
        }
        for (graph, _) in removed.iter().chain(&inserted) {
            // A graph named by a variable is not among the bounds by its own label: what was read must flow to it too.
            let label = self.state(graph)?.target.label.clone();
            if !free && !bounds.iter().any(|bound| bound.flows_to(&label)) {
                return Err(UpdateError::Denied {
                    graph: graph.clone(),
                    why: Refusal::Grant,
                });
            }
        }
        for (graph, triple) in removed {
            self.remove(&graph, triple)?;
        }
        for (graph, triple) in inserted {
            if let Term::Literal(literal) = &triple.object
                && let Some(tag) = self.view.tag_where(literal.as_ref(), &allow)
            {
                self.written.add(literal.value(), &tag);
            }
            self.insert(&graph, triple)?;
        }
        Ok(())
    }

    /// Remembers how the language tags are written of what is copied.
    fn note(&mut self, object: &Term) {
        match object {
            Term::Literal(literal) => {
                if let Some(tag) = literal.language() {
                    self.written.add(literal.value(), tag);
                }
            }
            Term::Triple(triple) => self.note(&triple.object),
            _ => {}
        }
    }
}

pub(super) fn stored_triples(view: &View, graph: TermId) -> impl Iterator<Item = Triple> + '_ {
    view.quads(Pattern::all(Graphs::One(graph)))
        .flatten()
        .filter_map(|quad| {
            let subject: NamedOrBlankNode = match view.term(quad.subject) {
                Term::NamedNode(node) => node.into(),
                Term::BlankNode(node) => node.into(),
                _ => return None,
            };
            match view.term(quad.predicate) {
                Term::NamedNode(predicate) => {
                    Some(Triple::new(subject, predicate, view.object(&quad)))
                }
                _ => None,
            }
        })
}

/// Blank nodes of a request are new ones (SPARQL 1.1 Update section 3.1.1).
fn renamed(
    quad: &spargebra::term::Quad,
    names: &mut HashMap<BlankNode, BlankNode>,
) -> spargebra::term::Quad {
    let mut quad = quad.clone();
    quad.subject = renamed_subject(quad.subject, names);
    quad.object = renamed_term(quad.object, names);
    quad
}

fn renamed_subject(
    subject: NamedOrBlankNode,
    names: &mut HashMap<BlankNode, BlankNode>,
) -> NamedOrBlankNode {
    match subject {
        NamedOrBlankNode::BlankNode(node) => names.entry(node).or_default().clone().into(),
        named => named,
    }
}

fn renamed_term(term: Term, names: &mut HashMap<BlankNode, BlankNode>) -> Term {
    match term {
        Term::BlankNode(node) => names.entry(node).or_default().clone().into(),
        Term::Triple(triple) => {
            let triple = *triple;
            Triple::new(
                renamed_subject(triple.subject, names),
                triple.predicate,
                renamed_term(triple.object, names),
            )
            .into()
        }
        other => other,
    }
}
