//! A view as the evaluator wants to see data. The only file that knows the evaluator's trait.

use std::cell::RefCell;
use std::collections::HashSet;
use std::convert::Infallible;
use std::rc::Rc;

use kenning_access::Label;
use kenning_store::{GraphPattern, GraphSet, Pattern, Quads, TermId, Value, View};
use oxrdf::{BlankNode, NamedNode, Term};
use rustc_hash::FxHashMap;
use spareval::{ExpressionTerm, InternalQuad, QueryableDataset};

use crate::gauge::{self, Held};
use crate::node::{Found, Inner, Node, Own, known_value, size, value};
use crate::update::Seen;
use crate::{DEFAULT_GRAPH, Dataset, DefaultGraphs, normal};

/// The graphs that play the part of the default graph, as the store knows them.
#[derive(Clone)]
enum Defaults {
    Union,
    One(TermId),
    Set(GraphSet),
}

/// The graphs that play the part of named graphs.
#[derive(Clone)]
enum Named {
    All,
    AllBut(TermId),
    Set(GraphSet),
}

/// A view, and which of its graphs a query reads.
#[derive(Clone)]
pub(crate) struct ViewDataset {
    view: View,
    default: Defaults,
    named: Named,
    /// Whether terms that leave are kept by the evaluator (it removes duplicate triples).
    keeps: bool,
    /// Whether terms of the data leave as their ids.
    later: Option<Later>,
    parts: Rc<RefCell<Parts>>,
    /// What was asked for, by name.
    names: Dataset,
    /// What earlier operations of the same request changed.
    over: Option<Rc<Over>>,
}

/// A term of the data whose text may never be asked for leaves the evaluator as a blank node that says its id.
///
/// INVARIANT: blank nodes of the data and of queries are others: the number in front of the id is made for one evaluation, by chance,
/// and nobody is told.
#[derive(Clone, Copy)]
pub(crate) struct Later(u128);

impl Later {
    pub(crate) fn new() -> Self {
        let chance = BlankNode::default().as_ref().unique_id();
        // A blank node that is made is numbered; the lowest bits are for the id.
        Self(chance.unwrap_or_default() | u128::from(u32::MAX))
    }

    fn term(self, id: TermId) -> Term {
        let number = self.0 ^ u128::from(u32::MAX ^ id.number());
        BlankNode::new_from_unique_id(number).into()
    }

    /// The id that a term stands for, if it is such a blank node.
    pub(crate) fn id(self, term: &Term) -> Option<TermId> {
        let Term::BlankNode(node) = term else {
            return None;
        };
        let number = node.as_ref().unique_id()?;
        let is_one = (number ^ self.0) >> 32 == 0;
        TermId::from_number(u32::try_from(number & u128::from(u32::MAX)).ok()?).filter(|_| is_one)
    }
}

/// Parts of texts, by what says which part and by the term. What says it is kept, so that its address stays its own.
type Parts = FxHashMap<(*const Own, TermId), (Rc<Own>, Option<Node>, Held)>;

fn is_part(predicate: &Term) -> bool {
    matches!(predicate, Term::NamedNode(name) if name.as_str().starts_with(normal::PART))
}

/// What an overlay adds to scans and leaves out of them.
struct Over {
    seen: Seen,
    /// New quads: subject, predicate, object, graph; and whether the graph is in the default graph, and a named one.
    added: Vec<([Node; 4], bool, bool)>,
    created: Vec<Node>,
}

impl ViewDataset {
    pub(crate) fn new(view: View, dataset: &Dataset, keeps: bool) -> Self {
        let own = view.id(DEFAULT_GRAPH.into());
        let set = |names: &[NamedNode]| {
            view.graph_set(
                names
                    .iter()
                    .filter_map(|name| view.id(name.as_ref().into())),
            )
        };
        let default = match &dataset.default {
            DefaultGraphs::Union => Defaults::Union,
            DefaultGraphs::Own => {
                own.map_or_else(|| Defaults::Set(view.graph_set([])), Defaults::One)
            }
            DefaultGraphs::These(names) => Defaults::Set(set(names)),
        };
        let named = match (&dataset.named, &dataset.default, own) {
            (Some(names), ..) => Named::Set(set(names)),
            (None, DefaultGraphs::Own, Some(own)) => Named::AllBut(own),
            (None, ..) => Named::All,
        };
        Self {
            view,
            default,
            named,
            keeps,
            later: None,
            parts: Rc::default(),
            names: dataset.clone(),
            over: None,
        }
    }

    /// The same, whose terms of the data leave as `later` has them.
    pub(crate) fn leaving(mut self, later: Later) -> Self {
        self.later = Some(later);
        self
    }

    /// The same with only those of its graphs whose labels `allow` allows.
    pub(crate) fn within(mut self, allow: &dyn Fn(&Label) -> bool) -> Self {
        let view = &self.view;
        let allowed = |id: &TermId| view.graph(*id).is_some_and(|graph| allow(&graph.label));
        let of = |set: &GraphSet| view.graph_set(set.names().iter().copied().filter(allowed));
        let all = |but: Option<TermId>| {
            let graphs = view
                .graphs()
                .filter(|graph| allow(&graph.label) && Some(graph.id) != but);
            view.graph_set(graphs.map(|graph| graph.id))
        };
        self.default = match &self.default {
            Defaults::Union => Defaults::Set(all(None)),
            Defaults::One(id) if allowed(id) => Defaults::One(*id),
            Defaults::One(_) => Defaults::Set(view.graph_set([])),
            Defaults::Set(set) => Defaults::Set(of(set)),
        };
        self.named = match &self.named {
            Named::All => Named::Set(all(None)),
            Named::AllBut(own) => Named::Set(all(Some(*own))),
            Named::Set(set) => Named::Set(of(set)),
        };
        self
    }

    /// The same as changed by earlier operations of the request.
    pub(crate) fn over(mut self, seen: Seen) -> Self {
        let node = |term: Term| match self.internalize_term(term) {
            Ok(node) => node,
            Err(never) => match never {},
        };
        let added = seen.inserted.iter().map(|(graph, triple)| {
            let quad = [
                node(triple.subject.clone().into()),
                node(triple.predicate.clone().into()),
                node(triple.object.clone()),
                node(graph.clone().into()),
            ];
            (quad, self.in_default(graph), self.in_named(graph))
        });
        let added = added.collect();
        let created = seen
            .created
            .iter()
            .filter(|graph| self.in_named(graph))
            .map(|graph| node(graph.clone().into()))
            .collect();
        self.over = Some(Rc::new(Over {
            seen,
            added,
            created,
        }));
        self
    }

    fn in_default(&self, graph: &NamedNode) -> bool {
        match &self.names.default {
            DefaultGraphs::Union => true,
            DefaultGraphs::Own => graph.as_ref() == DEFAULT_GRAPH,
            DefaultGraphs::These(names) => names.contains(graph),
        }
    }

    fn in_named(&self, graph: &NamedNode) -> bool {
        match (&self.names.named, &self.names.default) {
            (Some(names), _) => names.contains(graph),
            (None, DefaultGraphs::Own) => graph.as_ref() != DEFAULT_GRAPH,
            (None, _) => true,
        }
    }

    /// What is known of a term without data, as a quad; `None` for every predicate of the data.
    fn look_up(
        &self,
        subject: Option<&Node>,
        predicate: Option<&Node>,
        object: Option<&Node>,
        graph: Option<Option<&Node>>,
    ) -> Option<Vec<[Node; 4]>> {
        let Some(Node(Inner::Own(own))) = predicate else {
            return None;
        };
        let found = match subject.map(|subject| &subject.0) {
            Some(Inner::Id(id)) if is_part(&own.term) => self.part(own, *id, subject),
            _ => self.known(&own.term, subject)?,
        };
        let (Some(subject), Some(predicate), Some(found)) = (subject, predicate, found) else {
            return Some(Vec::new());
        };
        // In the default graph the name is not looked at; in a graph that is not known yet there is nothing.
        let graph = match graph {
            Some(Some(graph)) => graph.clone(),
            Some(None) => predicate.clone(),
            None => return Some(Vec::new()),
        };
        let fits = object.is_none_or(|object| *object == found);
        Some(if fits {
            vec![[subject.clone(), predicate.clone(), found, graph]]
        } else {
            Vec::new()
        })
    }

    /// A part of the text of a term, made once for each term.
    fn part(&self, predicate: &Rc<Own>, id: TermId, subject: Option<&Node>) -> Option<Node> {
        let key = (Rc::as_ptr(predicate), id);
        if let Some((_, known, _)) = self.parts.borrow().get(&key) {
            return known.clone();
        }
        let found = self.known(&predicate.term, subject).flatten();
        let part = (Rc::clone(predicate), found.clone(), Held::new(96));
        self.parts.borrow_mut().insert(key, part);
        found
    }

    /// What one of our own predicates says of a term; `None` for other predicates.
    fn known(&self, predicate: &Term, subject: Option<&Node>) -> Option<Option<Node>> {
        let Term::NamedNode(name) = predicate else {
            return None;
        };
        let term = |node: &Node| match &node.0 {
            Inner::Id(id) => self.view.term(*id),
            Inner::Found(found) => self.view.term(found.id),
            Inner::Own(own) => own.term.clone(),
        };
        if name.as_ref() == normal::SELF {
            // What has no value is not changed by expressions.
            let plain = |node: &Node| {
                node.id().is_some_and(|id| {
                    self.view.value(id).is_none() && !matches!(self.view.term(id), Term::Triple(_))
                })
            };
            return Some(subject.map(|node| match plain(node) {
                true => node.clone(),
                false => normal::boxed(&term(node)).map_or_else(|| node.clone(), own),
            }));
        }
        if name.as_ref() == normal::RANK {
            return Some(subject.map(|node| {
                let known = node.id().and_then(|id| self.view.value(id)).map(value);
                let rank = normal::rank(&known.unwrap_or_else(|| as_value(term(node))));
                // Only its value is ever looked at, and never beside a term of the data.
                Node::of(Inner::Own(Rc::new(Own {
                    term: NamedNode::new_unchecked(String::new()).into(),
                    value: Some(rank),
                    _held: Held::new(64),
                })))
            }));
        }
        let found = normal::look_up(
            predicate,
            &subject.map_or_else(|| Term::from(DEFAULT_GRAPH.into_owned()), term),
        )?;
        Some(found.map(|found| {
            let Ok(found) = self.internalize_term(found);
            found
        }))
    }

    /// The quads of a pattern, with the overlay's changes.
    fn changed(
        &self,
        over: &Over,
        wanted: [Option<&Node>; 3],
        graph: Option<Option<&Node>>,
    ) -> Vec<[Node; 4]> {
        let in_default = graph == Some(None);
        let graphs = match (graph, &self.default) {
            (Some(None), Defaults::Union) => Some(GraphPattern::Each),
            (Some(None), Defaults::One(name)) => Some(GraphPattern::One(*name)),
            (Some(None), Defaults::Set(set)) => Some(GraphPattern::EachOf(set.clone())),
            _ => self.graphs(graph),
        };
        let mut out = Vec::new();
        let ids: Option<Vec<Option<TermId>>> = wanted
            .iter()
            .map(|node| node.map_or(Some(None), |node| node.id().map(Some)))
            .collect();
        if let (Some(graph), Some([subject, predicate, object])) = (graphs, ids.as_deref()) {
            let pattern = Pattern {
                subject: *subject,
                predicate: *predicate,
                object: *object,
                graph,
            };
            for quad in self.view.quads(pattern) {
                let Ok(quad) = quad else { interrupted() };
                let gone = over.seen.hidden.contains(&quad.graph)
                    || over.seen.dropped.contains(&quad.graph);
                let ids = [quad.subject, quad.predicate, quad.object, quad.graph];
                if !gone && !over.seen.removed.contains(&ids) {
                    out.push(ids.map(|id| Node::of(Inner::Id(id))));
                }
            }
        }
        for (quad, as_default, as_named) in &over.added {
            let [subject, predicate, object, name] = quad;
            let here = match graph {
                Some(None) => *as_default,
                Some(Some(wanted)) => *as_named && wanted == name,
                None => *as_named,
            };
            let fits = [subject, predicate, object]
                .into_iter()
                .zip(wanted)
                .all(|(node, wanted)| wanted.is_none_or(|wanted| wanted == node));
            if here && fits {
                out.push(quad.clone());
            }
        }
        let mut seen = HashSet::new();
        out.retain(|[subject, predicate, object, name]| {
            // In the default graph a triple counts once; in named graphs, once in each.
            let name = (!in_default).then(|| name.clone());
            seen.insert((subject.clone(), predicate.clone(), object.clone(), name))
        });
        out
    }

    /// A term that was computed, and its value, if that has been worked out.
    fn computed(&self, term: Term, value: Option<Value>) -> Node {
        gauge::tick();
        let held = Held::new(size(&term));
        Node::of(match self.view.id(term.as_ref()) {
            Some(id) => Inner::Found(Rc::new(Found { id, _held: held })),
            None => Inner::Own(Rc::new(Own {
                term,
                value,
                _held: held,
            })),
        })
    }

    /// The view, apart from what earlier operations of the request have changed.
    pub(crate) fn view(&self) -> &View {
        &self.view
    }

    /// The view as it is, unless earlier operations of the request have changed what is read.
    pub(crate) fn plain(&self) -> Option<&View> {
        self.over.is_none().then_some(&self.view)
    }

    /// Where a pattern outside `GRAPH` looks; `None` when that is nowhere.
    pub(crate) fn default_graphs(&self) -> Option<GraphPattern> {
        self.graphs(Some(None))
    }

    fn scan(
        &self,
        subject: Option<&Node>,
        predicate: Option<&Node>,
        object: Option<&Node>,
        graph: Option<Option<&Node>>,
    ) -> Option<Quads> {
        let id = |node: Option<&Node>| node.map_or(Some(None), |node| node.id().map(Some));
        Some(self.view.quads(Pattern {
            subject: id(subject)?,
            predicate: id(predicate)?,
            object: id(object)?,
            graph: self.graphs(graph)?,
        }))
    }

    fn graphs(&self, graph: Option<Option<&Node>>) -> Option<GraphPattern> {
        Some(match graph {
            Some(None) => match &self.default {
                Defaults::Union => GraphPattern::Union,
                Defaults::One(name) => GraphPattern::One(*name),
                Defaults::Set(set) => match set.names() {
                    [] => return None,
                    [name] => GraphPattern::One(*name),
                    _ => GraphPattern::UnionOf(set.clone()),
                },
            },
            Some(Some(name)) => {
                let name = name.id()?;
                if !self.is_named(name) {
                    return None;
                }
                GraphPattern::One(name)
            }
            None => match &self.named {
                Named::All | Named::AllBut(_) => GraphPattern::Each,
                Named::Set(set) => GraphPattern::EachOf(set.clone()),
            },
        })
    }

    fn is_named(&self, name: TermId) -> bool {
        match &self.named {
            Named::All => true,
            Named::AllBut(own) => name != *own,
            Named::Set(set) => set.names().binary_search(&name).is_ok(),
        }
    }
}

/// A term that the data cannot have.
fn own(term: Term) -> Node {
    let held = Held::new(size(&term));
    Node::of(Inner::Own(Rc::new(Own {
        term,
        value: None,
        _held: held,
    })))
}

/// A term as expressions see it.
fn as_value(term: Term) -> ExpressionTerm {
    let term = normal::compared(term);
    match &term {
        Term::Triple(_) => normal::boxed(&term).unwrap_or(term).into(),
        _ => normal::value(term),
    }
}

/// A scan was stopped. Only a look can say why, and the evaluator may drop an error, so unwind from here.
fn interrupted() -> ! {
    gauge::look();
    gauge::stop()
}

impl QueryableDataset<'static> for ViewDataset {
    type InternalTerm = Node;
    type Error = Infallible;

    fn internal_quads_for_pattern(
        &self,
        subject: Option<&Node>,
        predicate: Option<&Node>,
        object: Option<&Node>,
        graph_name: Option<Option<&Node>>,
    ) -> impl Iterator<Item = Result<InternalQuad<Node>, Infallible>> + use<> {
        gauge::tick();
        let skipped = match (&self.named, graph_name) {
            (Named::AllBut(own), None) => Some(*own),
            _ => None,
        };
        let in_default = graph_name == Some(None);
        let looked_up = self.look_up(subject, predicate, object, graph_name);
        let (changed, stored) = match (looked_up, &self.over) {
            (Some(quads), _) => (quads, None),
            (None, Some(over)) => (
                self.changed(over, [subject, predicate, object], graph_name),
                None,
            ),
            (None, None) => (
                Vec::new(),
                self.scan(subject, predicate, object, graph_name),
            ),
        };
        let stored = stored.into_iter().flatten().filter_map(move |quad| {
            let Ok(quad) = quad else { interrupted() };
            (skipped != Some(quad.graph)).then(|| {
                [quad.subject, quad.predicate, quad.object, quad.graph]
                    .map(|id| Node::of(Inner::Id(id)))
            })
        });
        let own = skipped.map(|id| Node::of(Inner::Id(id)));
        let changed = changed
            .into_iter()
            .filter(move |[_, _, _, graph]| own.as_ref() != Some(graph));
        changed
            .chain(stored)
            .map(move |[subject, predicate, object, graph]| {
                Ok(InternalQuad {
                    subject,
                    predicate,
                    object,
                    graph_name: (!in_default).then_some(graph),
                })
            })
    }

    fn internal_named_graphs(&self) -> impl Iterator<Item = Result<Node, Infallible>> + use<> {
        let named = match &self.named {
            Named::Set(set) => set.names().to_vec(),
            Named::All => self.view.graphs().map(|graph| graph.id).collect(),
            Named::AllBut(own) => self
                .view
                .graphs()
                .map(|graph| graph.id)
                .filter(|id| id != own)
                .collect(),
        };
        let over = self.over.clone();
        let dropped = over.clone();
        let stored = named.into_iter().filter(move |id| {
            !dropped
                .as_ref()
                .is_some_and(|over| over.seen.dropped.contains(id))
        });
        let created = over.map(|over| over.created.clone()).unwrap_or_default();
        stored
            .map(|id| Ok(Node::of(Inner::Id(id))))
            .chain(created.into_iter().map(Ok))
    }

    fn contains_internal_graph_name(&self, graph_name: &Node) -> Result<bool, Infallible> {
        let stored = graph_name.id().is_some_and(|id| {
            let dropped = self
                .over
                .as_ref()
                .is_some_and(|over| over.seen.dropped.contains(&id));
            self.is_named(id) && !dropped && self.view.graph(id).is_some()
        });
        Ok(stored
            || self
                .over
                .as_ref()
                .is_some_and(|over| over.created.contains(graph_name)))
    }

    fn internalize_term(&self, term: Term) -> Result<Node, Infallible> {
        Ok(self.computed(term, None))
    }

    fn externalize_term(&self, node: Node) -> Result<Term, Infallible> {
        gauge::tick();
        let term = match &node.0 {
            // What was computed always has its text, whether the dictionary has it or not: see `Found`.
            Inner::Id(id) => match self.later {
                Some(later) => later.term(*id),
                None => self.view.term(*id),
            },
            Inner::Found(found) => self.view.term(found.id),
            Inner::Own(own) => normal::answered(own.term.clone()),
        };
        if self.keeps {
            Held::new(size(&term)).for_good();
        }
        Ok(term)
    }

    fn internalize_expression_term(&self, term: ExpressionTerm) -> Result<Node, Infallible> {
        let value = known_value(&term);
        Ok(self.computed(normal::meant(term.into()), value))
    }

    fn externalize_expression_term(&self, node: Node) -> Result<ExpressionTerm, Infallible> {
        gauge::tick();
        let stored = |id: TermId| {
            let known = self.view.value(id);
            known.map_or_else(|| as_value(self.view.term(id)), value)
        };
        Ok(match &node.0 {
            Inner::Id(id) => stored(*id),
            Inner::Found(found) => stored(found.id),
            Inner::Own(own) => own.value.map_or_else(|| as_value(own.term.clone()), value),
        })
    }
}
