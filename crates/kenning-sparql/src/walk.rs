//! Walking over the algebra.

use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};

/// A part of a query's algebra.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    Pattern(&'a GraphPattern),
    Expression(&'a Expression),
}

/// Shows every pattern and expression below `root`, and `root` itself, in no promised order. Needs no stack.
pub(crate) fn visit<'a>(root: Part<'a>, seen: &mut dyn FnMut(Part<'a>)) {
    let mut left = vec![root];
    while let Some(part) = left.pop() {
        seen(part);
        match part {
            Part::Pattern(pattern) => below(pattern, &mut left),
            Part::Expression(expression) => operands(expression, &mut left),
        }
    }
}

fn below<'a>(pattern: &'a GraphPattern, out: &mut Vec<Part<'a>>) {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => {}
        GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::Union { left, right }
        | GraphPattern::Minus { left, right } => {
            out.extend([Part::Pattern(left), Part::Pattern(right)])
        }
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => {
            out.extend([Part::Pattern(left), Part::Pattern(right)]);
            out.extend(expression.iter().map(Part::Expression));
        }
        GraphPattern::Filter { expr, inner } => {
            out.extend([Part::Expression(expr), Part::Pattern(inner)])
        }
        GraphPattern::Extend {
            inner, expression, ..
        } => out.extend([Part::Expression(expression), Part::Pattern(inner)]),
        GraphPattern::OrderBy { inner, expression } => {
            out.push(Part::Pattern(inner));
            out.extend(expression.iter().map(|order| match order {
                OrderExpression::Asc(expression) | OrderExpression::Desc(expression) => {
                    Part::Expression(expression)
                }
            }));
        }
        GraphPattern::Group {
            inner, aggregates, ..
        } => {
            out.push(Part::Pattern(inner));
            out.extend(
                aggregates
                    .iter()
                    .filter_map(|(_, aggregate)| match aggregate {
                        AggregateExpression::CountSolutions { .. } => None,
                        AggregateExpression::FunctionCall { expr, .. } => {
                            Some(Part::Expression(expr))
                        }
                    }),
            );
        }
        GraphPattern::Graph { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Service { inner, .. } => out.push(Part::Pattern(inner)),
    }
}

fn operands<'a>(expression: &'a Expression, out: &mut Vec<Part<'a>>) {
    match expression {
        Expression::NamedNode(_)
        | Expression::Literal(_)
        | Expression::Variable(_)
        | Expression::Bound(_) => {}
        Expression::Or(a, b)
        | Expression::And(a, b)
        | Expression::Equal(a, b)
        | Expression::SameTerm(a, b)
        | Expression::Greater(a, b)
        | Expression::GreaterOrEqual(a, b)
        | Expression::Less(a, b)
        | Expression::LessOrEqual(a, b)
        | Expression::Add(a, b)
        | Expression::Subtract(a, b)
        | Expression::Multiply(a, b)
        | Expression::Divide(a, b) => out.extend([Part::Expression(a), Part::Expression(b)]),
        Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => {
            out.push(Part::Expression(a))
        }
        Expression::In(a, list) => {
            out.push(Part::Expression(a));
            out.extend(list.iter().map(Part::Expression));
        }
        Expression::If(a, b, c) => out.extend([
            Part::Expression(a),
            Part::Expression(b),
            Part::Expression(c),
        ]),
        Expression::Coalesce(list) | Expression::FunctionCall(_, list) => {
            out.extend(list.iter().map(Part::Expression))
        }
        Expression::Exists(pattern) => out.push(Part::Pattern(pattern)),
    }
}
