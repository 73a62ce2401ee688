//! Values for variables, put into the algebra and never into the text.
//!
//! A value replaces its variable wherever the variable of the outermost query is meant: in patterns, expressions and templates,
//! and in subqueries that select it (a subquery that does not select it has a variable of its own of that name).
//! Where the variable is part of the answer it has the value. The evaluator's own substitution reaches only selected variables.

use oxrdf::{Term, Variable};
use spargebra::Query;
use spargebra::algebra::{
    AggregateExpression, Expression, Function, GraphPattern, OrderExpression,
};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use crate::QueryError;

/// `query` with these values.
///
/// # Errors
/// [`QueryError::Refused`] for a blank node: it has no name that a query could say.
pub(crate) fn query(query: Query, bindings: &[(Variable, Term)]) -> Result<Query, QueryError> {
    replace(query, bindings, false)
}

/// `query` with these values in the place of parameters, which mean the same in every subquery, whether it selects them or not.
///
/// # Errors
/// As [`query`].
pub(crate) fn parameters(query: Query, values: &[(Variable, Term)]) -> Result<Query, QueryError> {
    replace(query, values, true)
}

fn replace(
    mut query: Query,
    bindings: &[(Variable, Term)],
    everywhere: bool,
) -> Result<Query, QueryError> {
    for (variable, term) in bindings {
        let binding = Binding::new(variable, term, everywhere)?;
        match &mut query {
            Query::Select { pattern, .. }
            | Query::Ask { pattern, .. }
            | Query::Describe { pattern, .. } => binding.outermost(pattern),
            Query::Construct {
                template, pattern, ..
            } => {
                binding.outermost(pattern);
                for triple in template {
                    binding.triple(triple);
                }
            }
        }
    }
    Ok(query)
}

struct Binding<'a> {
    variable: &'a Variable,
    ground: GroundTerm,
    pattern: TermPattern,
    expression: Expression,
    everywhere: bool,
}

impl<'a> Binding<'a> {
    fn new(variable: &'a Variable, term: &Term, everywhere: bool) -> Result<Self, QueryError> {
        let ground = GroundTerm::try_from(term.clone()).map_err(|()| {
            QueryError::Refused(format!("a blank node cannot be the value of `{variable}`"))
        })?;
        let expression = expression(&ground);
        Ok(Self {
            variable,
            pattern: term.clone().into(),
            expression,
            ground,
            everywhere,
        })
    }

    /// Goes below the outermost projection whether it selects the variable or not.
    fn outermost(&self, pattern: &mut GraphPattern) {
        match pattern {
            GraphPattern::Project { inner, variables } => {
                let selected = variables.contains(self.variable);
                self.inside(inner, selected);
            }
            GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.outermost(inner),
            other => self.pattern(other),
        }
    }

    fn inside(&self, inner: &mut GraphPattern, selected: bool) {
        self.pattern(inner);
        if selected {
            let mut bound = false;
            inner.on_in_scope_variable(|variable| bound |= variable == self.variable);
            if !bound {
                self.extend(inner);
            }
        }
    }

    fn extend(&self, inner: &mut GraphPattern) {
        *inner = GraphPattern::Extend {
            inner: Box::new(std::mem::take(inner)),
            variable: self.variable.clone(),
            expression: self.expression.clone(),
        };
    }

    fn pattern(&self, pattern: &mut GraphPattern) {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                let mut possible = true;
                for triple in &mut *patterns {
                    possible &= self.triple(triple);
                }
                if !possible {
                    *pattern = GraphPattern::Values {
                        variables: Vec::new(),
                        bindings: Vec::new(),
                    };
                }
            }
            GraphPattern::Path {
                subject, object, ..
            } => {
                self.term(subject);
                self.term(object);
            }
            GraphPattern::Join { left, right }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::Union { left, right } => {
                self.pattern(left);
                self.pattern(right);
            }
            GraphPattern::Minus { left, right } => {
                self.pattern(left);
                self.pattern(right);
            }
            GraphPattern::LeftJoin {
                left,
                right,
                expression,
            } => {
                self.pattern(left);
                self.pattern(right);
                if let Some(expression) = expression {
                    self.expression(expression);
                }
            }
            GraphPattern::Filter { expr, inner } => {
                self.expression(expr);
                self.pattern(inner);
            }
            GraphPattern::Graph { name, inner } => {
                self.pattern(inner);
                if !self.name(name) {
                    *pattern = GraphPattern::Values {
                        variables: Vec::new(),
                        bindings: Vec::new(),
                    };
                }
            }
            GraphPattern::Extend {
                inner,
                variable,
                expression,
            } => {
                self.expression(expression);
                self.pattern(inner);
                if variable == self.variable {
                    let expr = Expression::SameTerm(
                        Box::new(expression.clone()),
                        Box::new(self.expression.clone()),
                    );
                    *pattern = GraphPattern::Filter {
                        expr,
                        inner: std::mem::take(inner),
                    };
                }
            }
            GraphPattern::Values {
                variables,
                bindings,
            } => self.values(variables, bindings),
            GraphPattern::OrderBy { inner, expression } => {
                self.pattern(inner);
                for order in expression {
                    match order {
                        OrderExpression::Asc(expression) | OrderExpression::Desc(expression) => {
                            self.expression(expression)
                        }
                    }
                }
            }
            GraphPattern::Project { inner, variables } => {
                let selected = variables.contains(self.variable);
                if selected || self.everywhere {
                    self.inside(inner, selected);
                }
            }
            GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.pattern(inner),
            GraphPattern::Group {
                inner,
                variables,
                aggregates,
            } => {
                self.pattern(inner);
                if variables.contains(self.variable) {
                    self.extend(inner);
                }
                for (_, aggregate) in aggregates {
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr);
                    }
                }
            }
            GraphPattern::Service { inner, .. } => self.pattern(inner),
        }
    }

    fn values(&self, variables: &mut Vec<Variable>, bindings: &mut Vec<Vec<Option<GroundTerm>>>) {
        if let Some(at) = variables
            .iter()
            .position(|variable| variable == self.variable)
        {
            variables.remove(at);
            bindings.retain_mut(|row| {
                at < row.len() && row.remove(at).is_none_or(|term| term == self.ground)
            });
        }
    }

    fn expression(&self, expression: &mut Expression) {
        match expression {
            Expression::NamedNode(_) | Expression::Literal(_) => {}
            Expression::Variable(variable) => {
                if variable == self.variable {
                    *expression = self.expression.clone();
                }
            }
            Expression::Bound(variable) => {
                if variable == self.variable {
                    *expression = Expression::Literal(true.into());
                }
            }
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
                self.expression(a);
                self.expression(b);
            }
            Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => {
                self.expression(a)
            }
            Expression::In(a, list) => {
                self.expression(a);
                list.iter_mut().for_each(|item| self.expression(item));
            }
            Expression::If(a, b, c) => {
                self.expression(a);
                self.expression(b);
                self.expression(c);
            }
            Expression::Coalesce(list) | Expression::FunctionCall(_, list) => {
                list.iter_mut().for_each(|item| self.expression(item))
            }
            Expression::Exists(pattern) => self.pattern(pattern),
        }
    }

    /// Whether the triple can still match anything.
    fn triple(&self, triple: &mut TriplePattern) -> bool {
        self.term(&mut triple.subject);
        self.term(&mut triple.object);
        self.name(&mut triple.predicate)
    }

    fn name(&self, name: &mut NamedNodePattern) -> bool {
        match (&*name, &self.ground) {
            (NamedNodePattern::Variable(variable), GroundTerm::NamedNode(node))
                if variable == self.variable =>
            {
                *name = node.clone().into()
            }
            (NamedNodePattern::Variable(variable), _) if variable == self.variable => return false,
            _ => {}
        }
        true
    }

    fn term(&self, term: &mut TermPattern) {
        match term {
            TermPattern::Variable(variable) if variable == self.variable => {
                *term = self.pattern.clone()
            }
            TermPattern::Triple(triple) => {
                self.triple(triple);
            }
            _ => {}
        }
    }
}

fn expression(ground: &GroundTerm) -> Expression {
    match ground {
        GroundTerm::NamedNode(node) => node.clone().into(),
        GroundTerm::Literal(literal) => literal.clone().into(),
        GroundTerm::Triple(triple) => Expression::FunctionCall(
            Function::Triple,
            vec![
                triple.subject.clone().into(),
                triple.predicate.clone().into(),
                expression(&triple.object),
            ],
        ),
    }
}
