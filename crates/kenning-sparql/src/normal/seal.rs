//! Parts of a join that must be answered on their own.
//!
//! The evaluator may answer one side of a join for each solution of the other, with that solution's values in place. It looks whether
//! that is the same, but not at everything: an `EXISTS` then sees variables that its own group does not bind, and a `MINUS`,
//! a subquery or an `OPTIONAL` inside of an `OPTIONAL` sees values from outside (SPARQL 1.1 Query section 18.6 evaluates
//! each on its own). Such parts are put behind a slice that takes all, which the planner leaves alone.

use std::mem;

use oxrdf::Variable;
use spargebra::algebra::{Expression, GraphPattern};

use super::bound;
use crate::walk::{Part, visit};

pub(super) fn mend(pattern: &mut GraphPattern) {
    match pattern {
        GraphPattern::Join { left, right } => {
            seal(left);
            seal(right);
        }
        // The left side of an optional part is answered before it.
        GraphPattern::LeftJoin { right, .. } => seal(right),
        _ => {}
    }
}

fn seal(pattern: &mut GraphPattern) {
    if is_open(pattern) {
        *pattern = GraphPattern::Slice {
            inner: Box::new(mem::take(pattern)),
            start: 0,
            // `None` would be taken away again.
            length: Some(usize::MAX),
        };
    }
}

fn is_open(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Filter { expr, inner } => asks_for_others(expr, inner) || is_open(inner),
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => {
            is_open(left)
                || is_closed(right)
                || is_open(right)
                || is_loose(left, right)
                || expression
                    .as_ref()
                    .is_some_and(|expression| asks_for_others(expression, left))
        }
        GraphPattern::Graph { inner, .. } => is_open(inner),
        GraphPattern::Extend {
            inner, expression, ..
        } => asks_for_others(expression, inner) || is_open(inner),
        GraphPattern::Union { left, right }
        | GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right } => is_open(left) || is_open(right),
        _ => false,
    }
}

/// Whether there is something inside that has to be answered without values from outside.
fn is_closed(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Minus { .. }
        | GraphPattern::Project { .. }
        | GraphPattern::Group { .. }
        | GraphPattern::Distinct { .. }
        | GraphPattern::Reduced { .. }
        | GraphPattern::Slice { .. }
        | GraphPattern::OrderBy { .. } => true,
        GraphPattern::Filter { inner, .. }
        | GraphPattern::Graph { inner, .. }
        | GraphPattern::Extend { inner, .. } => is_closed(inner),
        GraphPattern::Union { left, right }
        | GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::LeftJoin { left, right, .. } => is_closed(left) || is_closed(right),
        _ => false,
    }
}

/// Whether there is an optional part below `right` that has variables which what it is optional to does not always have.
fn is_loose(left: &GraphPattern, right: &GraphPattern) -> bool {
    match right {
        GraphPattern::LeftJoin {
            left: inner,
            right: optional,
            ..
        } => {
            let known = bound(inner);
            let mut outer = Vec::new();
            left.on_in_scope_variable(|variable| outer.push(variable.clone()));
            let mut loose = false;
            optional.on_in_scope_variable(|variable| {
                loose |= outer.contains(variable) && !known.contains(variable)
            });
            loose || is_loose(left, inner) || is_loose(left, optional)
        }
        GraphPattern::Filter { inner, .. }
        | GraphPattern::Graph { inner, .. }
        | GraphPattern::Extend { inner, .. } => is_loose(left, inner),
        GraphPattern::Union { left: a, right: b }
        | GraphPattern::Join { left: a, right: b }
        | GraphPattern::Lateral { left: a, right: b } => is_loose(left, a) || is_loose(left, b),
        _ => false,
    }
}

/// Whether an `EXISTS` in `expression` has variables that not every solution of `inner` has.
fn asks_for_others(expression: &Expression, inner: &GraphPattern) -> bool {
    let mut known: Option<Vec<Variable>> = None;
    let mut others = false;
    visit(Part::Expression(expression), &mut |part| {
        if let Part::Expression(Expression::Exists(pattern)) = part {
            let known = known.get_or_insert_with(|| bound(inner));
            visit(Part::Pattern(pattern), &mut |part| match part {
                Part::Pattern(
                    below @ (GraphPattern::Bgp { .. }
                    | GraphPattern::Path { .. }
                    | GraphPattern::Values { .. }
                    | GraphPattern::Graph { .. }),
                ) => below.on_in_scope_variable(|variable| {
                    // What nobody can name is nowhere else.
                    others |= !known.contains(variable) && !variable.as_str().starts_with(' ')
                }),
                Part::Expression(Expression::Variable(variable) | Expression::Bound(variable)) => {
                    others |= !known.contains(variable)
                }
                _ => {}
            });
        }
    });
    others
}
