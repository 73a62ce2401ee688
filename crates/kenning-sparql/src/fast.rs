//! Short cuts: parts of a query whose answer the store can count or sort out faster than row by row.
//!
//! A part is replaced by its answer as a `VALUES` table, or by a smaller table that is sure to hold the answer; what stands
//! around it is evaluated as always. So a short cut decides nothing about ties, formats or expressions, and where it is not
//! sure, it is not taken. Taken are
//!
//! - counting the matches of one triple pattern, all together or by one of its variables, and of the groups only the largest
//!   if only those are wanted;
//! - the first rows of one triple pattern, ordered by a variable whose values are all numbers or all points in time.
//!
//! Only parts outside `GRAPH`, `EXISTS` and `SERVICE` are looked at, where the data is the default graph of the dataset.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use kenning_store::{Pattern, TermId, Value};
use oxrdf::{Literal, Term, Variable};
use rustc_hash::FxHashMap;
use spargebra::Query;
use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, GraphPattern, OrderExpression,
};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use crate::source::ViewDataset;
use crate::{gauge, normal};

/// More groups, or more rows that tie, than this and the evaluator does it.
const MOST: usize = 100_000;

/// The query with its short cuts taken, or `None` when there are none.
pub(crate) fn query(query: &Query, data: &ViewDataset) -> Option<Query> {
    data.plain()?;
    let Query::Select {
        dataset,
        pattern,
        base_iri,
    } = query
    else {
        return None;
    };
    Some(Query::Select {
        pattern: part(pattern, data)?,
        dataset: dataset.clone(),
        base_iri: base_iri.clone(),
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
fn part(pattern: &GraphPattern, data: &ViewDataset) -> Option<GraphPattern> {
    let inside = |inner: &GraphPattern| part(inner, data).map(Box::new);
    Some(match pattern {
        GraphPattern::Group {
            inner,
            variables,
            aggregates,
        } => count(inner, variables, aggregates, None, data)?,
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
            inner: inside(inner)?,
        },
        GraphPattern::Distinct { inner } => GraphPattern::Distinct {
            inner: inside(inner)?,
        },
        GraphPattern::Lateral { left, right } if normal::is_look_up(right) => {
            GraphPattern::Lateral {
                left: inside(left)?,
                right: right.clone(),
            }
        }
        _ => return None,
    })
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
    fn of(pattern: &GraphPattern, data: &ViewDataset) -> Option<Self> {
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
            *id = data.plain()?.id(term.as_ref());
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
            false => data.default_graphs().map(|graph| Pattern {
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
    fn count(&self, data: &ViewDataset) -> u64 {
        if let (Some(pattern), Some(view)) = (&self.pattern, data.plain())
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
    fn each(&self, data: &ViewDataset, mut visit: impl FnMut([TermId; 3]) -> ControlFlow<()>) {
        let (Some(pattern), Some(view)) = (&self.pattern, data.plain()) else {
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
    best: Option<Best>,
    data: &ViewDataset,
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
    if let Some(best) = best {
        best.keep(&mut groups);
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
fn ground(data: &ViewDataset, id: TermId) -> Option<GroundTerm> {
    match data.plain()?.term(id) {
        Term::NamedNode(node) => Some(node.into()),
        Term::Literal(literal) => Some(literal.into()),
        _ => None,
    }
}

/// An ordered triple pattern of which only the first `rows` are wanted, over a table of those that may be among them.
fn first(inner: &GraphPattern, rows: usize, data: &ViewDataset) -> Option<GraphPattern> {
    match inner {
        GraphPattern::Project { inner, variables } => Some(GraphPattern::Project {
            inner: Box::new(first(inner, rows, data)?),
            variables: variables.clone(),
        }),
        GraphPattern::OrderBy { inner, expression } => {
            let key = normal::first_key(expression)?;
            let (variable, descending) = match key {
                OrderExpression::Asc(Expression::Variable(variable)) => (variable, false),
                OrderExpression::Desc(Expression::Variable(variable)) => (variable, true),
                _ => return None,
            };
            let best = Best {
                descending,
                wanted: rows,
            };
            let inner = beneath_ranks(inner, &|inner| {
                counted(inner, variable, best, data)
                    .or_else(|| candidates(inner, variable, descending, rows, data))
            })?;
            Some(GraphPattern::OrderBy {
                inner: Box::new(inner),
                expression: expression.clone(),
            })
        }
        _ => None,
    }
}

/// A pattern that is followed by looking up the ranks of its values, with `make` of it in its place.
fn beneath_ranks(
    pattern: &GraphPattern,
    make: &dyn Fn(&GraphPattern) -> Option<GraphPattern>,
) -> Option<GraphPattern> {
    match pattern {
        GraphPattern::Lateral { left, right } if normal::is_look_up(right) => {
            Some(GraphPattern::Lateral {
                left: Box::new(beneath_ranks(left, make)?),
                right: right.clone(),
            })
        }
        pattern => make(pattern),
    }
}

/// Counts by group that are ordered by a count, with those groups alone that may be among the wanted ones.
fn counted(
    inner: &GraphPattern,
    by: &Variable,
    best: Best,
    data: &ViewDataset,
) -> Option<GraphPattern> {
    match inner {
        // An aggregate has a name of the parser's, and the one that the query gives it is another.
        GraphPattern::Extend {
            inner,
            variable,
            expression,
        } => {
            let by = match expression {
                Expression::Variable(name) if variable == by => name,
                _ if variable == by => return None,
                _ => by,
            };
            Some(GraphPattern::Extend {
                inner: Box::new(counted(inner, by, best, data)?),
                variable: variable.clone(),
                expression: expression.clone(),
            })
        }
        // Every count of a group counts its rows, so it does not matter by which of them is ordered.
        GraphPattern::Group {
            inner,
            variables,
            aggregates,
        } if aggregates.iter().any(|(name, _)| name == by) => {
            count(inner, variables, aggregates, Some(best), data)
        }
        _ => None,
    }
}

fn candidates(
    inner: &GraphPattern,
    by: &Variable,
    descending: bool,
    wanted: usize,
    data: &ViewDataset,
) -> Option<GraphPattern> {
    let single = Single::of(inner, data)?;
    let place = single.place(by)?;
    if wanted == 0 || wanted > MOST {
        return None;
    }
    let order = |a: &Value, b: &Value| {
        let order = compare(a, b);
        if descending { order.reverse() } else { order }
    };
    // Keeps the wanted rows and those that tie with the last of them.
    let keep = |rows: &mut Vec<(Value, [TermId; 3])>| {
        if rows.len() > wanted {
            let (_, last, _) = rows.select_nth_unstable_by(wanted - 1, |a, b| order(&a.0, &b.0));
            let last = last.0;
            rows.retain(|(value, _)| order(value, &last) != Ordering::Greater);
        }
    };
    let mut rows: Vec<(Value, [TermId; 3])> = Vec::new();
    let (mut comparable, mut left_out) = (true, false);
    single.each(data, |row| {
        let value = row.get(place).and_then(|id| data.plain()?.value(*id));
        match (value, rows.first()) {
            (Some(value), None) if is_ordered(&value) => rows.push((value, row)),
            (Some(value), Some((first, _))) if are_alike(first, &value) => rows.push((value, row)),
            _ => comparable = false,
        }
        if rows.len() > 3 * MOST {
            keep(&mut rows);
            left_out = true;
            comparable &= rows.len() <= MOST;
        }
        match comparable {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    if !comparable || !(left_out || rows.len() > wanted) {
        return None;
    }
    keep(&mut rows);
    if rows.len() > MOST {
        return None;
    }
    let mut bindings = Vec::with_capacity(rows.len());
    for (_, row) in &rows {
        let places = row.iter().zip(&single.variables);
        let terms = places
            .filter(|(_, variable)| variable.is_some())
            .map(|(id, _)| ground(data, *id).map(Some));
        bindings.push(terms.collect::<Option<Vec<_>>>()?);
    }
    Some(GraphPattern::Values {
        variables: single.variables.iter().flatten().cloned().collect(),
        bindings,
    })
}

/// Whether values like this one have a total order among themselves. NaN has none, so floating point is left out.
fn is_ordered(value: &Value) -> bool {
    matches!(
        value,
        Value::Integer(_) | Value::Decimal(_) | Value::DateTime(_) | Value::Date(_)
    )
}

/// Whether two values are of the same ordered kind. Points in time with and without a timezone cannot always be compared.
fn are_alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Integer(_), Value::Integer(_)) | (Value::Decimal(_), Value::Decimal(_)) => true,
        (Value::DateTime(a), Value::DateTime(b)) => {
            a.timezone_offset().is_some() == b.timezone_offset().is_some()
        }
        (Value::Date(a), Value::Date(b)) => {
            a.timezone_offset().is_some() == b.timezone_offset().is_some()
        }
        _ => false,
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    let order = match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.partial_cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.partial_cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.partial_cmp(b),
        (Value::Date(a), Value::Date(b)) => a.partial_cmp(b),
        _ => None,
    };
    order.unwrap_or(Ordering::Equal)
}
