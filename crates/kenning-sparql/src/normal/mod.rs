//! The algebra as the evaluator must see it to give the standard's answers, and to plan in bearable time.
//!
//! Each file mends one thing. They run from the leaves up, in this order.

mod bnode;
mod cast;
mod empty;
mod graph;
mod group;
mod grow;
mod kinds;
mod number;
mod order;
mod paths;
mod rename;
mod seal;
mod split;
mod tag;
mod text;
mod time;
mod triple;
mod truth;

use std::sync::atomic::{AtomicU64, Ordering};

use kenning_store::View;
use oxrdf::{NamedNode, Term, Variable};
use spareval::QueryEvaluator;
use spargebra::Query;
use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern,
};

pub(crate) use cast::value;
pub(crate) use group::{SELF, boxed};
pub(crate) use number::meant;
pub(crate) use order::{RANK, compare_alike, first_key, place, rank};
pub(crate) use tag::{answered, compared, compared_triple};
pub(crate) use text::{PART, is_look_up, look_up};

use crate::rewrite::{Rewrite, rewrite};
use crate::walk::{Part, visit};
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
    kinds::mend(pattern);
}

/// A function of terms; `None` is an error.
type OwnFunction = fn(&[Term]) -> Option<Term>;

/// The evaluator with those of our own functions and aggregates that `root` names. `LANG` gives tags as `tags`
/// shows them, or else as BCP 47 recommends.
pub(crate) fn evaluator(root: &GraphPattern, tags: Option<&View>) -> QueryEvaluator {
    let (mut functions, mut aggregates): (Vec<&NamedNode>, Vec<&NamedNode>) = Default::default();
    visit(Part::Pattern(root), &mut |part| match part {
        Part::Expression(Expression::FunctionCall(Function::Custom(name), _)) => {
            functions.push(name);
        }
        Part::Pattern(GraphPattern::Group {
            aggregates: list, ..
        }) => aggregates.extend(list.iter().filter_map(|(_, aggregate)| match aggregate {
            AggregateExpression::FunctionCall {
                name: AggregateFunction::Custom(name),
                ..
            } => Some(name),
            _ => None,
        })),
        _ => {}
    });
    let mut evaluator = QueryEvaluator::new();
    for name in functions {
        if name.as_ref() == tag::SHOWN {
            let tags = tags.cloned();
            let shown = move |arguments: &[Term]| tag::shown(tags.as_ref(), arguments);
            evaluator = evaluator.with_custom_function(name.clone(), shown);
            continue;
        }
        let own: Option<OwnFunction> = match name.as_ref() {
            name if name == bnode::BNODE => Some(bnode::blank_node),
            name if name == number::CANONICAL => Some(number::canonical),
            name if name == number::TYPED => Some(number::typed),
            name if name == kinds::ANY => Some(kinds::any),
            name if name == truth::LESS => Some(truth::less),
            name if name == truth::UNEQUAL => Some(truth::unequal),
            name if name == truth::ALIKE => Some(truth::alike),
            name if name == grow::CONCAT => Some(grow::concat),
            name if name == grow::REPLACE => Some(grow::replace),
            name if name == cast::TRIM => Some(cast::trim),
            name if name == time::LATER => Some(time::later),
            name if name == triple::OBJECT => Some(triple::object),
            name if name == triple::EXACT_OBJECT => Some(triple::exact_object),
            _ => None,
        };
        if let Some(own) = own {
            evaluator = evaluator.with_custom_function(name.clone(), own);
        }
    }
    for name in aggregates {
        evaluator = group::with_aggregate(evaluator, name);
    }
    evaluator
}

struct Mend;

impl Rewrite for Mend {
    fn pattern(&mut self, pattern: &mut GraphPattern) {
        triple::constants(pattern);
        paths::mend(pattern);
        empty::mend(pattern);
        bnode::mend(pattern);
        group::strings(pattern);
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
        triple::mend(expression);
        grow::mend(expression);
        cast::mend(expression);
        number::text(expression);
        text::fold(expression);
        tag::mend(expression);
        time::mend(expression);
        truth::mend(expression);
    }
}

/// A variable that no text can name.
pub(crate) fn fresh(what: &str) -> Variable {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    Variable::new_unchecked(format!(" {what} {}", NEXT.fetch_add(1, Ordering::Relaxed)))
}
