//! Groups and aggregates (SPARQL 1.1 Query section 18.5).

use std::cmp::Ordering;

use oxrdf::{Literal, Term, Variable};
use spargebra::algebra::{AggregateExpression, AggregateFunction};

use super::expression::{Number, compare, value};
use super::{Row, Scope};

/// One row for each group.
pub fn solutions(
    rows: Vec<Row>,
    by: &[Variable],
    aggregates: &[(Variable, AggregateExpression)],
    scope: Scope<'_>,
) -> Vec<Row> {
    let mut groups: Vec<(Row, Vec<Row>)> = Vec::new();
    for row in rows {
        let mut key = Row::new();
        for variable in by {
            if let Some(value) = row.get(variable.as_str()) {
                key.insert(variable.as_str().to_owned(), value.clone());
            }
        }
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((key, vec![row])),
        }
    }
    if groups.is_empty() && by.is_empty() {
        groups.push((Row::new(), Vec::new()));
    }
    let mut out = Vec::new();
    for (mut key, rows) in groups {
        for (variable, aggregate) in aggregates {
            if let Some(value) = aggregated(aggregate, &rows, scope) {
                key.insert(variable.as_str().to_owned(), value);
            }
        }
        out.push(key);
    }
    out
}

fn aggregated(aggregate: &AggregateExpression, rows: &[Row], scope: Scope<'_>) -> Option<Term> {
    let (name, expression, distinct) = match aggregate {
        AggregateExpression::CountSolutions { distinct } => {
            let mut rows = rows.to_vec();
            if *distinct {
                let mut seen = std::collections::BTreeSet::new();
                rows.retain(|row| seen.insert(format!("{row:?}")));
            }
            return Some(Literal::from(rows.len() as i64).into());
        }
        AggregateExpression::FunctionCall {
            name,
            expr,
            distinct,
        } => (name, expr, *distinct),
    };
    // An error takes the row out of COUNT, SAMPLE, MIN and MAX, and makes the others fail.
    let values: Vec<Option<Term>> = rows
        .iter()
        .map(|row| value(expression, row, scope))
        .collect();
    let failed = values.iter().any(Option::is_none);
    let mut values: Vec<Term> = values.into_iter().flatten().collect();
    if distinct {
        let mut seen = Vec::new();
        values.retain(|value| {
            let new = !seen.contains(value);
            seen.push(value.clone());
            new
        });
    }
    match name {
        AggregateFunction::Count => Some(Literal::from(values.len() as i64).into()),
        AggregateFunction::Sample => values.first().cloned(),
        AggregateFunction::Sum | AggregateFunction::Avg => {
            if failed {
                return None;
            }
            let mut sum = Number::Integer(0);
            for value in &values {
                sum = sum.plus(&Number::of(value)?)?;
            }
            match name {
                AggregateFunction::Sum => Some(sum.term()),
                _ if values.is_empty() => Some(Literal::from(0).into()),
                _ => Some(sum.over(&Number::Integer(values.len() as i64))?.term()),
            }
        }
        AggregateFunction::Min => first(values, Ordering::Less),
        AggregateFunction::Max => first(values, Ordering::Greater),
        AggregateFunction::GroupConcat { separator } => {
            if failed {
                return None;
            }
            let texts: Option<Vec<String>> = values
                .iter()
                .map(|value| match value {
                    Term::NamedNode(node) => Some(node.as_str().to_owned()),
                    Term::Literal(literal) => Some(literal.value().to_owned()),
                    _ => None,
                })
                .collect();
            let separator = separator.as_deref().unwrap_or(" ");
            Some(Literal::from(texts?.join(separator)).into())
        }
        other => panic!("{other} is not made here"),
    }
}

/// The first value in the order of `ORDER BY`; the generator makes only values that have one.
fn first(values: Vec<Term>, wanted: Ordering) -> Option<Term> {
    let mut best: Option<Term> = None;
    for value in values {
        let better = match &best {
            None => true,
            Some(best) => compare(&value, best) == Some(wanted),
        };
        if better {
            best = Some(value);
        }
    }
    best
}
