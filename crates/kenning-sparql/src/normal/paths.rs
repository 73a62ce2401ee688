//! Paths of length zero from a term that occurs nowhere.
//!
//! `ALP` and `ZeroOrOnePath` begin with the term itself, whether the graph holds it or not (SPARQL 1.1 Query section 18.4). The evaluator asks
//! the graph first, so the pair of the term with itself is added here and taken out of what the evaluator finds.

use std::mem;

use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression};
use spargebra::term::{GroundTerm, TermPattern};

pub(super) fn mend(pattern: &mut GraphPattern) {
    let GraphPattern::Path {
        subject,
        path,
        object,
    } = pattern
    else {
        return;
    };
    if let PropertyPathExpression::Alternative(a, b) = path
        && (nullable(a) || nullable(b))
    {
        // By definition the union of the two; each is mended on its own.
        let side = |path: &PropertyPathExpression| {
            let mut side = GraphPattern::Path {
                subject: subject.clone(),
                path: path.clone(),
                object: object.clone(),
            };
            mend(&mut side);
            Box::new(side)
        };
        *pattern = GraphPattern::Union {
            left: side(a),
            right: side(b),
        };
        return;
    }
    if !nullable(path) {
        return;
    }
    match (constant(subject), constant(object), &*subject, &*object) {
        // There is one such path, of length zero, and a set of pairs holds it once.
        (Some(a), Some(b), ..) if a == b => *pattern = GraphPattern::default(),
        (Some(_), Some(_), ..) => {}
        (Some(term), None, _, TermPattern::Variable(variable))
        | (None, Some(term), TermPattern::Variable(variable), _) => {
            let other = Expression::Not(Box::new(Expression::SameTerm(
                Box::new(variable.clone().into()),
                Box::new(expression(&term)),
            )));
            let zero = GraphPattern::Join {
                // In a `GRAPH` this asks whether there is such a graph.
                left: Box::default(),
                right: Box::new(GraphPattern::Values {
                    variables: vec![variable.clone()],
                    bindings: vec![vec![Some(term)]],
                }),
            };
            let longer = GraphPattern::Filter {
                expr: other,
                inner: Box::new(mem::take(pattern)),
            };
            *pattern = GraphPattern::Union {
                left: Box::new(zero),
                right: Box::new(longer),
            };
        }
        _ => {}
    }
}

/// Whether the path is a set of pairs that holds every term with itself.
fn nullable(path: &PropertyPathExpression) -> bool {
    match path {
        PropertyPathExpression::ZeroOrMore(_) | PropertyPathExpression::ZeroOrOne(_) => true,
        PropertyPathExpression::Reverse(path) => nullable(path),
        PropertyPathExpression::Alternative(a, b) => nullable(a) || nullable(b),
        _ => false,
    }
}

fn constant(term: &TermPattern) -> Option<GroundTerm> {
    match term {
        TermPattern::NamedNode(node) => Some(node.clone().into()),
        TermPattern::Literal(literal) => Some(literal.clone().into()),
        _ => None,
    }
}

fn expression(term: &GroundTerm) -> Expression {
    match term {
        GroundTerm::NamedNode(node) => node.clone().into(),
        GroundTerm::Literal(literal) => literal.clone().into(),
        GroundTerm::Triple(_) => Expression::Coalesce(Vec::new()),
    }
}
