//! Short cuts: parts of a query whose answer the store can count or sort out faster than row by row.
//!
//! A part is replaced by its answer as a `VALUES` table, or by a smaller table that is sure to hold the answer; what stands
//! around it is evaluated as always. So a short cut decides nothing about ties, formats or expressions, and where it is not
//! sure, it is not taken. Taken are
//!
//! - counting the matches of one triple pattern, all together or by one of its variables, and of the groups only the largest
//!   if only those are wanted;
//! - the terms that one variable of one triple pattern has;
//! - the first rows of one triple pattern, ordered by a variable whose values are all numbers or all points in time.
//!
//! Only parts outside `GRAPH`, `EXISTS` and `SERVICE` are looked at, where the data is the default graph of the dataset, and none
//! that is evaluated anew for each row of another.

mod ordered;

use std::cell::RefCell;
use std::ops::ControlFlow;

use kenning_store::{Pattern, TermId};
use oxrdf::{Literal, Term, Variable};
use rustc_hash::FxHashMap;
use spargebra::Query;
use spargebra::algebra::{AggregateExpression, AggregateFunction, Expression, GraphPattern};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use crate::gauge::{self, Held};
use crate::node::size;
use crate::source::ViewDataset;
use ordered::first;

/// More groups, or more rows that tie, than this and the evaluator does it.
const MOST: usize = 100_000;

/// A table of so few rows costs next to nothing.
const FEW: usize = 1_000;

/// The planner copies a table several times: a row of one costs as much as the evaluator's way through so many triples.
const DEARER: u64 = 8;

/// The data, and what the tables made of it take for as long as the query is evaluated.
struct Source<'a> {
    data: &'a ViewDataset,
    tables: RefCell<Vec<Held>>,
}

/// A query with its short cuts taken.
pub(crate) struct Shorter {
    pub(crate) query: Query,
    _tables: Vec<Held>,
}

/// The query with its short cuts taken, or `None` when there are none.
pub(crate) fn query(query: &Query, data: &ViewDataset) -> Option<Shorter> {
    data.plain()?;
    let Query::Select {
        dataset,
        pattern,
        base_iri,
    } = query
    else {
        return None;
    };
    let source = Source {
        data,
        tables: RefCell::default(),
    };
    Some(Shorter {
        query: Query::Select {
            pattern: part(pattern, &source)?,
            dataset: dataset.clone(),
            base_iri: base_iri.clone(),
        },
        _tables: source.tables.into_inner(),
    })
}

/// Whether an ordered query has the form of one whose first rows may be found by a short cut.
pub(crate) fn may_order(pattern: &GraphPattern) -> bool {
    let mut at = pattern;
    let mut is_slice = false;
    loop {
        at = match at {
            GraphPattern::Slice { inner, length, .. } => {
                is_slice = length.is_some();
                inner
            }
            GraphPattern::Project { inner, .. }
            | GraphPattern::OrderBy { inner, .. }
            | GraphPattern::Extend { inner, .. }
            | GraphPattern::Group { inner, .. } => inner,
            GraphPattern::Bgp { patterns } => return is_slice && patterns.len() == 1,
            _ => return false,
        }
    }
}

/// A part with a short cut somewhere in it.
fn part(pattern: &GraphPattern, data: &Source<'_>) -> Option<GraphPattern> {
    let inside = |inner: &GraphPattern| part(inner, data).map(Box::new);
    Some(match pattern {
        GraphPattern::Group {
            inner,
            variables,
            aggregates,
        } => match count(inner, variables, aggregates, Wanted::All, data) {
            Some(table) => table,
            None => GraphPattern::Group {
                inner: inside(inner)?,
                variables: variables.clone(),
                aggregates: aggregates.clone(),
            },
        },
        GraphPattern::Slice {
            inner,
            start,
            length,
        } => {
            let rows = length.and_then(|length| length.checked_add(*start));
            let first = rows.and_then(|rows| first(inner, rows, data));
            GraphPattern::Slice {
                inner: match first {
                    Some(first) => Box::new(first),
                    None => inside(inner)?,
                },
                start: *start,
                length: *length,
            }
        }
        GraphPattern::Project { inner, variables } => GraphPattern::Project {
            inner: inside(inner)?,
            variables: variables.clone(),
        },
        GraphPattern::OrderBy { inner, expression } => GraphPattern::OrderBy {
            inner: inside(inner)?,
            expression: expression.clone(),
        },
        GraphPattern::Extend {
            inner,
            variable,
            expression,
        } => GraphPattern::Extend {
            inner: inside(inner)?,
            variable: variable.clone(),
            expression: expression.clone(),
        },
        GraphPattern::Filter { expr, inner } => GraphPattern::Filter {
            expr: expr.clone(),
            inner: match having(expr, inner, data) {
                Some(table) => Box::new(table),
                None => inside(inner)?,
            },
        },
        GraphPattern::Distinct { inner } => match terms(inner, data) {
            Some(table) => table,
            None => GraphPattern::Distinct {
                inner: inside(inner)?,
            },
        },
        GraphPattern::Lateral { left, right } => GraphPattern::Lateral {
            left: inside(left)?,
            right: right.clone(),
        },
        GraphPattern::Join { left, right } => {
            let (left, right) = both(left, right, data)?;
            GraphPattern::Join { left, right }
        }
        GraphPattern::Union { left, right } => {
            let (left, right) = both(left, right, data)?;
            GraphPattern::Union { left, right }
        }
        GraphPattern::Minus { left, right } => {
            let (left, right) = both(left, right, data)?;
            GraphPattern::Minus { left, right }
        }
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => {
            let (left, right) = both(left, right, data)?;
            GraphPattern::LeftJoin {
                left,
                right,
                expression: expression.clone(),
            }
        }
        _ => return None,
    })
}

/// Two parts with a short cut in one of them at least.
fn both(
    left: &GraphPattern,
    right: &GraphPattern,
    data: &Source<'_>,
) -> Option<(Box<GraphPattern>, Box<GraphPattern>)> {
    let shorter = (part(left, data), part(right, data));
    if let (None, None) = shorter {
        return None;
    }
    let or = |shorter: Option<GraphPattern>, as_it_was: &GraphPattern| {
        Box::new(shorter.unwrap_or_else(|| as_it_was.clone()))
    };
    Some((or(shorter.0, left), or(shorter.1, right)))
}

/// Groups of which only those are wanted whose count is above a number.
fn having(condition: &Expression, inner: &GraphPattern, data: &Source<'_>) -> Option<GraphPattern> {
    let GraphPattern::Group {
        inner,
        variables,
        aggregates,
    } = inner
    else {
        return None;
    };
    let (counted, least, is_more) = match condition {
        Expression::Greater(a, b) => (a, b, 1),
        Expression::GreaterOrEqual(a, b) => (a, b, 0),
        _ => return None,
    };
    let (Expression::Variable(counted), Expression::Literal(least)) = (&**counted, &**least) else {
        return None;
    };
    if least.datatype() != oxrdf::vocab::xsd::INTEGER
        || !aggregates.iter().any(|(name, _)| name == counted)
    {
        return None;
    }
    let least = least.value().parse::<u64>().ok()?.checked_add(is_more)?;
    count(inner, variables, aggregates, Wanted::AtLeast(least), data)
}

/// The terms that one variable of one triple pattern has, as a table.
fn terms(inner: &GraphPattern, data: &Source<'_>) -> Option<GraphPattern> {
    let GraphPattern::Project { inner, variables } = inner else {
        return None;
    };
    let ([_], GraphPattern::Bgp { .. }) = (variables.as_slice(), &**inner) else {
        return None;
    };
    count(inner, variables, &[], Wanted::All, data)
}

/// One triple pattern, ready to be looked up.
struct Single {
    /// `None` when a term of it is not in the store, so that nothing matches.
    pattern: Option<Pattern>,
    /// The variables at subject, predicate and object.
    variables: [Option<Variable>; 3],
    /// Whether every place that is not a term is a variable with a name.
    named: bool,
}

impl Single {
    fn of(pattern: &GraphPattern, data: &Source<'_>) -> Option<Self> {
        let GraphPattern::Bgp { patterns } = pattern else {
            return None;
        };
        let [
            TriplePattern {
                subject,
                predicate,
                object,
            },
        ] = patterns.as_slice()
        else {
            return None;
        };
        let predicate = match predicate {
            NamedNodePattern::NamedNode(node) => TermPattern::NamedNode(node.clone()),
            NamedNodePattern::Variable(variable) => TermPattern::Variable(variable.clone()),
        };
        let mut ids = [None; 3];
        let mut variables = [None, None, None];
        let (mut missing, mut named) = (false, true);
        let places = [subject, &predicate, object];
        for ((place, id), variable) in places.into_iter().zip(&mut ids).zip(&mut variables) {
            let term: Term = match place {
                TermPattern::NamedNode(node) => node.clone().into(),
                TermPattern::Literal(literal) => literal.clone().into(),
                TermPattern::Variable(name) => {
                    *variable = Some(name.clone());
                    continue;
                }
                TermPattern::BlankNode(_) => {
                    named = false;
                    continue;
                }
                TermPattern::Triple(_) => return None,
            };
            *id = data.data.plain()?.id(term.as_ref());
            missing |= id.is_none();
        }
        // A variable or a blank node that stands twice asks for equal terms.
        let places: Vec<&TermPattern> = places
            .into_iter()
            .filter(|place| matches!(place, TermPattern::Variable(_) | TermPattern::BlankNode(_)))
            .collect();
        let twice = |(at, place): (usize, &&TermPattern)| {
            places.iter().skip(at + 1).any(|other| other == place)
        };
        if places.iter().enumerate().any(twice) {
            return None;
        }
        let [subject, predicate, object] = ids;
        let pattern = match missing {
            true => None,
            false => data.data.default_graphs().map(|graph| Pattern {
                subject,
                predicate,
                object,
                graph,
            }),
        };
        Some(Self {
            pattern,
            variables,
            named,
        })
    }

    fn place(&self, variable: &Variable) -> Option<usize> {
        self.variables
            .iter()
            .position(|known| known.as_ref() == Some(variable))
    }

    /// How many rows match.
    fn count(&self, data: &Source<'_>) -> u64 {
        if let (Some(pattern), Some(view)) = (&self.pattern, data.data.plain())
            && let Some(total) = view.quads(pattern.clone()).count_at_once()
        {
            return total;
        }
        let mut total = 0;
        self.each(data, |_| {
            total += 1;
            ControlFlow::Continue(())
        });
        total
    }

    /// Visits the matching rows.
    fn each(&self, data: &Source<'_>, mut visit: impl FnMut([TermId; 3]) -> ControlFlow<()>) {
        let (Some(pattern), Some(view)) = (&self.pattern, data.data.plain()) else {
            return;
        };
        let seen = view.quads(pattern.clone()).each(|row| {
            gauge::tick();
            visit(row)
        });
        if seen.is_err() {
            // The scan was stopped; a part of it is no answer.
            gauge::look();
            gauge::stop();
        }
    }
}

/// Which groups are wanted.
#[derive(Clone, Copy)]
enum Wanted {
    All,
    /// Those that have so many rows.
    AtLeast(u64),
    Best(Best),
}

/// Only the groups with the highest counts are wanted, or with the lowest.
#[derive(Clone, Copy)]
struct Best {
    descending: bool,
    wanted: usize,
}

impl Best {
    /// Leaves out the groups that are surely not among the wanted ones. Those that tie with the last of them stay.
    fn keep(self, groups: &mut FxHashMap<Option<TermId>, u64>) {
        if self.wanted == 0 || groups.len() <= self.wanted {
            return;
        }
        let mut totals: Vec<u64> = groups.values().copied().collect();
        let place = match self.descending {
            true => totals.len() - self.wanted,
            false => self.wanted - 1,
        };
        let (_, last, _) = totals.select_nth_unstable(place);
        let last = *last;
        groups.retain(|_, total| match self.descending {
            true => *total >= last,
            false => *total <= last,
        });
    }
}

/// A count of the matches of one triple pattern, as a table.
fn count(
    inner: &GraphPattern,
    by: &[Variable],
    aggregates: &[(Variable, AggregateExpression)],
    wanted: Wanted,
    data: &Source<'_>,
) -> Option<GraphPattern> {
    let single = Single::of(inner, data)?;
    let by_place = match by {
        [] => None,
        [variable] => Some(single.place(variable)?),
        _ => return None,
    };
    for (_, aggregate) in aggregates {
        let (counted, distinct) = match aggregate {
            AggregateExpression::CountSolutions { distinct } => (None, *distinct),
            AggregateExpression::FunctionCall {
                name: AggregateFunction::Count,
                expr: Expression::Variable(variable),
                distinct,
            } => (Some(single.place(variable)?), *distinct),
            _ => return None,
        };
        if !distinct {
            continue;
        }
        // Each triple matches once, so rows differ when every variable is looked at: the counted one and the group's.
        let looked_at =
            |at: usize| counted.is_none() || counted == Some(at) || by_place == Some(at);
        let all = single
            .variables
            .iter()
            .enumerate()
            .all(|(at, variable)| variable.is_none() || looked_at(at));
        if !single.named || !all {
            return None;
        }
    }
    let mut groups: FxHashMap<Option<TermId>, u64> = FxHashMap::default();
    match by_place {
        None => {
            groups.insert(None, single.count(data));
        }
        Some(place) => single.each(data, |row| {
            *groups.entry(row.get(place).copied()).or_default() += 1;
            match groups.len() > MOST {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        }),
    }
    if groups.len() > MOST {
        return None;
    }
    let rows = groups.values().sum::<u64>();
    match wanted {
        Wanted::All => {}
        Wanted::AtLeast(least) => groups.retain(|_, total| *total >= least),
        Wanted::Best(best) => best.keep(&mut groups),
    }
    if groups.len() > FEW && groups.len() as u64 > rows / DEARER {
        return None;
    }
    let mut bindings = Vec::with_capacity(groups.len());
    for (group, total) in groups {
        let mut row = Vec::with_capacity(1 + aggregates.len());
        if let Some(id) = group {
            row.push(Some(ground(data, id)?));
        }
        let total = GroundTerm::Literal(Literal::from(total));
        row.extend(aggregates.iter().map(|_| Some(total.clone())));
        bindings.push(row);
    }
    let names = aggregates.iter().map(|(name, _)| name);
    Some(GraphPattern::Values {
        variables: by.iter().chain(names).cloned().collect(),
        bindings,
    })
}

/// A term as a table can hold it: blank nodes cannot be written there.
fn ground(data: &Source<'_>, id: TermId) -> Option<GroundTerm> {
    let term = data.data.plain()?.term(id);
    data.tables.borrow_mut().push(Held::new(size(&term)));
    match term {
        Term::NamedNode(node) => Some(node.into()),
        Term::Literal(literal) => Some(literal.into()),
        _ => None,
    }
}
