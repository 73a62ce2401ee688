//! The algebra as the evaluator must see it to give the standard's answers, and to plan in bearable time.
//!
//! Each file mends one thing. They run from the leaves up, in this order.

mod bnode;
mod graph;
mod group;
mod number;
mod order;
mod paths;
mod rename;
mod seal;
mod split;
mod tag;
mod text;
mod truth;

use std::sync::atomic::{AtomicU64, Ordering};

use oxrdf::Variable;
use spargebra::Query;
use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern,
};

pub(crate) use bnode::{BNODE, blank_node};
pub(crate) use group::{SELF, boxed, with_aggregates};
pub(crate) use number::{CANONICAL, canonical, meant};
pub(crate) use order::{RANK, first_key, rank};
pub(crate) use tag::{SHOWN, answered, compared, shown};
pub(crate) use text::{is_look_up, look_up};
pub(crate) use truth::{LESS, UNEQUAL, less, unequal};

use crate::rewrite::{Rewrite, rewrite};
use graph::bound;

/// Rewrites a query into one with the same meaning that the evaluator gets right.
pub(crate) fn query(mut query: Query) -> Query {
    match &mut query {
        Query::Select { pattern, .. }
        | Query::Construct { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. } => {
            self::pattern(pattern);
        }
    }
    query
}

/// The same for the pattern of an update.
pub(crate) fn pattern(pattern: &mut GraphPattern) {
    rewrite(pattern, &mut Mend);
}

struct Mend;

impl Rewrite for Mend {
    fn pattern(&mut self, pattern: &mut GraphPattern) {
        paths::mend(pattern);
        bnode::mend(pattern);
        strings(pattern);
        order::mend(pattern);
        group::rows(pattern);
        text::mend(pattern);
        group::mend(pattern);
        group::exact(pattern);
        number::mend(pattern);
        graph::mend(pattern);
        seal::mend(pattern);
        split::mend(pattern);
    }

    fn expression(&mut self, expression: &mut Expression) {
        text::fold(expression);
        tag::mend(expression);
        truth::mend(expression);
    }
}

/// `GROUP_CONCAT` joins the strings of its values and gives a plain string (SPARQL 1.1 Query section 18.5.1.7); the evaluator keeps a common language.
fn strings(pattern: &mut GraphPattern) {
    let GraphPattern::Group { aggregates, .. } = pattern else {
        return;
    };
    for (_, aggregate) in aggregates {
        if let AggregateExpression::FunctionCall {
            name: AggregateFunction::GroupConcat { .. },
            expr,
            ..
        } = aggregate
        {
            let value = std::mem::replace(expr, Expression::Coalesce(Vec::new()));
            *expr = Expression::FunctionCall(Function::Str, vec![value]);
        }
    }
}

/// A variable that no text can name.
fn fresh(what: &str) -> Variable {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    Variable::new_unchecked(format!(" {what} {}", NEXT.fetch_add(1, Ordering::Relaxed)))
}
