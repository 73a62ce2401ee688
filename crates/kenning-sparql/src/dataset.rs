//! A view as the evaluator wants to see data. The only file that knows the evaluator's trait.

use std::convert::Infallible;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use kenning_store::{GraphPattern, GraphSet, Pattern, Quads, TermId, Value, View};
use oxrdf::{NamedNode, NamedNodeRef, Term};
use spareval::{ExpressionTerm, InternalQuad, QueryableDataset};
use spargebra::algebra::QueryDataset;

use crate::gauge::{self, Held};

/// The name of the RDF default graph, which is a graph like any other.
pub const DEFAULT_GRAPH: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("urn:kenning:default-graph");

/// Which graphs a query reads (SPARQL 1.1 Query section 13). Never more than the view sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dataset {
    /// The default graph.
    pub default: DefaultGraphs,
    /// The named graphs; `None` is every visible one.
    pub named: Option<Vec<NamedNode>>,
}

/// What the default graph of a query is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DefaultGraphs {
    /// Every visible graph, each triple once. All of them are named graphs too.
    #[default]
    Union,
    /// The RDF default graph, which then is no named graph.
    Own,
    /// These graphs together, each triple once.
    These(Vec<NamedNode>),
}

impl Dataset {
    /// The dataset that a request names: `default-graph-uri` and `named-graph-uri`, or `FROM` and `FROM NAMED`.
    #[must_use]
    pub const fn of(default: Vec<NamedNode>, named: Vec<NamedNode>) -> Self {
        Self {
            default: DefaultGraphs::These(default),
            named: Some(named),
        }
    }

    /// Whether a request named it, so that it stands instead of what the query says (SPARQL 1.1 Protocol section 2.1.4).
    fn is_named(&self) -> bool {
        self.named.is_some() || matches!(self.default, DefaultGraphs::These(_))
    }

    /// What a query with these `FROM` clauses reads.
    pub(crate) fn or(&self, from: Option<&QueryDataset>) -> Self {
        match from {
            Some(from) if !self.is_named() => Self {
                default: DefaultGraphs::These(from.default.clone()),
                named: from.named.clone(),
            },
            _ => self.clone(),
        }
    }
}

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
        }
    }

    fn scan(
        &self,
        subject: Option<&Node>,
        predicate: Option<&Node>,
        object: Option<&Node>,
        graph: Option<Option<&Node>>,
    ) -> Option<Quads> {
        let id = |node: Option<&Node>| node.map_or(Some(None), |node| node.id().map(Some));
        let graph = match graph {
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
        };
        Some(self.view.quads(Pattern {
            subject: id(subject)?,
            predicate: id(predicate)?,
            object: id(object)?,
            graph,
        }))
    }

    fn is_named(&self, name: TermId) -> bool {
        match &self.named {
            Named::All => true,
            Named::AllBut(own) => name != *own,
            Named::Set(set) => set.names().binary_search(&name).is_ok(),
        }
    }
}

/// A term in a solution: one that the dictionary has, or one that was computed.
///
/// INVARIANT: a term that the dictionary has is always the id, so that equal terms are equal nodes.
pub(crate) struct Node(Inner);

#[derive(Clone, PartialEq, Eq)]
enum Inner {
    Id(TermId),
    Own(Rc<Own>),
}

struct Own {
    term: Term,
    _held: Held,
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.term == other.term
    }
}

impl Eq for Own {}

impl Node {
    fn of(inner: Inner) -> Self {
        gauge::born();
        Self(inner)
    }

    const fn id(&self) -> Option<TermId> {
        match &self.0 {
            Inner::Id(id) => Some(*id),
            Inner::Own(_) => None,
        }
    }
}

impl Clone for Node {
    #[inline]
    fn clone(&self) -> Self {
        gauge::tick();
        Self::of(self.0.clone())
    }
}

impl Drop for Node {
    #[inline]
    fn drop(&mut self) {
        gauge::gone();
    }
}

impl PartialEq for Node {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Node {}

impl Hash for Node {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Inner::Id(id) => state.write_u32(id.number()),
            Inner::Own(own) => own.term.hash(state),
        }
    }
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
        self.scan(subject, predicate, object, graph_name)
            .into_iter()
            .flatten()
            .filter_map(move |quad| {
                let Ok(quad) = quad else {
                    // The scan was stopped. Only a look can say why, and the evaluator may drop an error, so unwind from here.
                    gauge::look();
                    gauge::stop();
                };
                if skipped == Some(quad.graph) {
                    return None;
                }
                let node = |id| Node::of(Inner::Id(id));
                Some(Ok(InternalQuad {
                    subject: node(quad.subject),
                    predicate: node(quad.predicate),
                    object: node(quad.object),
                    graph_name: (!in_default).then(|| node(quad.graph)),
                }))
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
        named.into_iter().map(|id| Ok(Node::of(Inner::Id(id))))
    }

    fn contains_internal_graph_name(&self, graph_name: &Node) -> Result<bool, Infallible> {
        Ok(graph_name
            .id()
            .is_some_and(|id| self.is_named(id) && self.view.graph(id).is_some()))
    }

    fn internalize_term(&self, term: Term) -> Result<Node, Infallible> {
        gauge::tick();
        Ok(Node::of(match self.view.id(term.as_ref()) {
            Some(id) => Inner::Id(id),
            None => {
                let held = Held::new(size(&term));
                Inner::Own(Rc::new(Own { term, _held: held }))
            }
        }))
    }

    fn externalize_term(&self, node: Node) -> Result<Term, Infallible> {
        gauge::tick();
        let term = match &node.0 {
            Inner::Id(id) => self.view.term(*id),
            Inner::Own(own) => own.term.clone(),
        };
        if self.keeps {
            Held::new(size(&term)).for_good();
        }
        Ok(term)
    }

    fn externalize_expression_term(&self, node: Node) -> Result<ExpressionTerm, Infallible> {
        gauge::tick();
        Ok(match &node.0 {
            Inner::Id(id) => self
                .view
                .value(*id)
                .map_or_else(|| self.view.term(*id).into(), value),
            Inner::Own(own) => own.term.clone().into(),
        })
    }
}

/// About how many bytes a term takes.
fn size(term: &Term) -> usize {
    64 + match term {
        Term::NamedNode(node) => node.as_str().len(),
        Term::BlankNode(node) => node.as_str().len(),
        Term::Literal(literal) => literal.value().len() + literal.language().map_or(0, str::len),
        Term::Triple(triple) => {
            size(&triple.subject.clone().into())
                + triple.predicate.as_str().len()
                + size(&triple.object)
        }
    }
}

fn value(value: Value) -> ExpressionTerm {
    match value {
        Value::Boolean(value) => ExpressionTerm::BooleanLiteral(value),
        Value::Integer(value) => ExpressionTerm::IntegerLiteral(value),
        Value::Decimal(value) => ExpressionTerm::DecimalLiteral(value),
        Value::Float(value) => ExpressionTerm::FloatLiteral(value),
        Value::Double(value) => ExpressionTerm::DoubleLiteral(value),
        Value::DateTime(value) => ExpressionTerm::DateTimeLiteral(value),
        Value::Date(value) => ExpressionTerm::DateLiteral(value),
        Value::Time(value) => ExpressionTerm::TimeLiteral(value),
        Value::GYear(value) => ExpressionTerm::GYearLiteral(value),
        Value::GYearMonth(value) => ExpressionTerm::GYearMonthLiteral(value),
        Value::GMonth(value) => ExpressionTerm::GMonthLiteral(value),
        Value::GMonthDay(value) => ExpressionTerm::GMonthDayLiteral(value),
        Value::GDay(value) => ExpressionTerm::GDayLiteral(value),
        Value::Duration(value) => ExpressionTerm::DurationLiteral(value),
        Value::YearMonthDuration(value) => ExpressionTerm::YearMonthDurationLiteral(value),
        Value::DayTimeDuration(value) => ExpressionTerm::DayTimeDurationLiteral(value),
    }
}
