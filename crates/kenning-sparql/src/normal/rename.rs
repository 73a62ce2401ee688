//! Giving a variable another name, wherever it is meant.

use oxrdf::Variable;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use crate::rewrite::{Rewrite, rewrite};
use crate::walk::{Part, visit};

/// Whether `variable` occurs anywhere in `pattern`, in whatever scope.
pub(super) fn occurs(pattern: &GraphPattern, variable: &Variable) -> bool {
    let mut found = false;
    visit(Part::Pattern(pattern), &mut |part| {
        found |= match part {
            Part::Expression(Expression::Variable(other) | Expression::Bound(other)) => {
                other == variable
            }
            Part::Expression(_) => false,
            Part::Pattern(pattern) => names(pattern, variable),
        };
    });
    found
}

fn names(pattern: &GraphPattern, variable: &Variable) -> bool {
    let term = |term: &TermPattern| in_term(term, variable);
    let name = |name: &NamedNodePattern| matches!(name, NamedNodePattern::Variable(other) if other == variable);
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter().any(|triple| in_triple(triple, variable)),
        GraphPattern::Path {
            subject, object, ..
        } => term(subject) || term(object),
        GraphPattern::Graph { name: graph, .. } | GraphPattern::Service { name: graph, .. } => {
            name(graph)
        }
        GraphPattern::Extend {
            variable: other, ..
        } => other == variable,
        GraphPattern::Values { variables, .. } | GraphPattern::Project { variables, .. } => {
            variables.contains(variable)
        }
        GraphPattern::Group {
            variables,
            aggregates,
            ..
        } => variables.contains(variable) || aggregates.iter().any(|(other, _)| other == variable),
        _ => false,
    }
}

fn in_triple(triple: &TriplePattern, variable: &Variable) -> bool {
    in_term(&triple.subject, variable)
        || in_term(&triple.object, variable)
        || matches!(&triple.predicate, NamedNodePattern::Variable(other) if other == variable)
}

fn in_term(term: &TermPattern, variable: &Variable) -> bool {
    match term {
        TermPattern::Variable(other) => other == variable,
        TermPattern::Triple(triple) => in_triple(triple, variable),
        _ => false,
    }
}

/// Calls `old` `new` in all of `pattern`, also in subqueries that have a variable of that name for themselves (it stays theirs alone).
pub(super) fn everywhere(pattern: &mut GraphPattern, old: &Variable, new: &Variable) {
    rewrite(pattern, &mut Rename { old, new });
}

struct Rename<'a> {
    old: &'a Variable,
    new: &'a Variable,
}

impl Rename<'_> {
    fn variable(&self, variable: &mut Variable) {
        if variable == self.old {
            *variable = self.new.clone();
        }
    }

    fn name(&self, name: &mut NamedNodePattern) {
        if let NamedNodePattern::Variable(variable) = name {
            self.variable(variable);
        }
    }

    fn term(&self, term: &mut TermPattern) {
        match term {
            TermPattern::Variable(variable) => self.variable(variable),
            TermPattern::Triple(triple) => self.triple(triple),
            _ => {}
        }
    }

    fn triple(&self, triple: &mut TriplePattern) {
        self.term(&mut triple.subject);
        self.name(&mut triple.predicate);
        self.term(&mut triple.object);
    }
}

impl Rewrite for Rename<'_> {
    fn pattern(&mut self, pattern: &mut GraphPattern) {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                patterns.iter_mut().for_each(|triple| self.triple(triple))
            }
            GraphPattern::Path {
                subject, object, ..
            } => {
                self.term(subject);
                self.term(object);
            }
            GraphPattern::Graph { name, .. } | GraphPattern::Service { name, .. } => {
                self.name(name)
            }
            GraphPattern::Extend { variable, .. } => self.variable(variable),
            GraphPattern::Values { variables, .. } | GraphPattern::Project { variables, .. } => {
                variables
                    .iter_mut()
                    .for_each(|variable| self.variable(variable));
            }
            GraphPattern::Group {
                variables,
                aggregates,
                ..
            } => {
                variables
                    .iter_mut()
                    .for_each(|variable| self.variable(variable));
                for (variable, aggregate) in aggregates {
                    self.variable(variable);
                    debug_assert!(matches!(
                        aggregate,
                        AggregateExpression::CountSolutions { .. }
                            | AggregateExpression::FunctionCall { .. }
                    ));
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &mut Expression) {
        if let Expression::Variable(variable) | Expression::Bound(variable) = expression {
            self.variable(variable);
        }
    }
}
