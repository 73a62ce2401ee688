//! Rewriting the algebra from the leaves up.

use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};

/// What to do with each pattern and expression, after everything below it has been done.
pub(crate) trait Rewrite {
    /// Changes a pattern.
    fn pattern(&mut self, _pattern: &mut GraphPattern) {}
    /// Changes an expression.
    fn expression(&mut self, _expression: &mut Expression) {}
}

/// Applies `rewrite` to `pattern` and to everything below it.
pub(crate) fn rewrite(pattern: &mut GraphPattern, by: &mut dyn Rewrite) {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => {}
        GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::Union { left, right }
        | GraphPattern::Minus { left, right } => {
            rewrite(left, by);
            rewrite(right, by);
        }
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => {
            rewrite(left, by);
            rewrite(right, by);
            expression
                .iter_mut()
                .for_each(|expression| rewrite_expression(expression, by));
        }
        GraphPattern::Filter {
            expr: expression,
            inner,
        }
        | GraphPattern::Extend {
            inner, expression, ..
        } => {
            rewrite(inner, by);
            rewrite_expression(expression, by);
        }
        GraphPattern::OrderBy { inner, expression } => {
            rewrite(inner, by);
            for order in expression {
                match order {
                    OrderExpression::Asc(expression) | OrderExpression::Desc(expression) => {
                        rewrite_expression(expression, by)
                    }
                }
            }
        }
        GraphPattern::Group {
            inner, aggregates, ..
        } => {
            rewrite(inner, by);
            for (_, aggregate) in aggregates {
                if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                    rewrite_expression(expr, by);
                }
            }
        }
        GraphPattern::Graph { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Service { inner, .. } => rewrite(inner, by),
    }
    by.pattern(pattern);
}

fn rewrite_expression(expression: &mut Expression, by: &mut dyn Rewrite) {
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
        | Expression::Divide(a, b) => {
            rewrite_expression(a, by);
            rewrite_expression(b, by);
        }
        Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => {
            rewrite_expression(a, by)
        }
        Expression::In(a, list) => {
            rewrite_expression(a, by);
            list.iter_mut()
                .for_each(|item| rewrite_expression(item, by));
        }
        Expression::If(a, b, c) => {
            rewrite_expression(a, by);
            rewrite_expression(b, by);
            rewrite_expression(c, by);
        }
        Expression::Coalesce(list) | Expression::FunctionCall(_, list) => {
            list.iter_mut()
                .for_each(|item| rewrite_expression(item, by));
        }
        Expression::Exists(pattern) => rewrite(pattern, by),
    }
    by.expression(expression);
}
