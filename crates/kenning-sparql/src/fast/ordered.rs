//! The first rows of an order: of one triple pattern, or of counts by group.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use kenning_store::{TermId, Value};
use oxrdf::Variable;
use spargebra::algebra::{Expression, GraphPattern, OrderExpression};

use super::{Best, MOST, Single, Source, Wanted, count, ground};
use crate::normal;

/// An ordered triple pattern of which only the first `rows` are wanted, over a table of those that may be among them.
pub(super) fn first(inner: &GraphPattern, rows: usize, data: &Source<'_>) -> Option<GraphPattern> {
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
    data: &Source<'_>,
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
            count(inner, variables, aggregates, Wanted::Best(best), data)
        }
        _ => None,
    }
}

fn candidates(
    inner: &GraphPattern,
    by: &Variable,
    descending: bool,
    wanted: usize,
    data: &Source<'_>,
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
        let value = row.get(place).and_then(|id| data.data.plain()?.value(*id));
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
