//! Paths of length zero from a term that occurs nowhere.
//!
//! `ALP` and `ZeroOrOnePath` begin with the term itself, whether the graph holds it or not (SPARQL 1.1 Query section 18.4). The evaluator asks
//! the graph first, so the pair of the term with itself is added here and taken out of what the evaluator finds.

use std::mem;

use oxrdf::Variable;
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression};
use spargebra::term::{GroundTerm, TermPattern, TriplePattern};

use super::fresh;

/// Most parts of an alternative that become a union; more are a set of pairs.
const PARTS: usize = 64;

/// Sequences, alternatives and inverses mean joins, unions and the other direction (section 18.2.2.4). The evaluator takes
/// alternatives, and sequences between known ends, for sets of pairs; they are bags.
pub(super) fn mend(pattern: &mut GraphPattern) {
    name(pattern);
    if let GraphPattern::Path {
        subject,
        path,
        object,
    } = pattern
    {
        let path = mem::replace(path, PropertyPathExpression::NegatedPropertySet(Vec::new()));
        let path = *translated(
            mem::replace(subject, nowhere()),
            path,
            mem::replace(object, nowhere()),
        );
        *pattern = path;
    }
}

/// Gives what the text leaves without a name (also what the parser puts between the parts of a path) the name of a variable,
/// so that a path of length zero can give it a value.
fn name(pattern: &mut GraphPattern) {
    match pattern {
        GraphPattern::Bgp { patterns } => {
            for triple in patterns {
                named(&mut triple.subject);
                named(&mut triple.object);
            }
        }
        GraphPattern::Path {
            subject, object, ..
        } => {
            named(subject);
            named(object);
        }
        _ => {}
    }
}

fn named(term: &mut TermPattern) {
    match term {
        TermPattern::BlankNode(node) => {
            let name = format!(" node {}", node.as_str());
            *term = TermPattern::Variable(Variable::new_unchecked(name));
        }
        TermPattern::Triple(triple) => {
            named(&mut triple.subject);
            named(&mut triple.object);
        }
        _ => {}
    }
}

fn nowhere() -> TermPattern {
    TermPattern::Variable(Variable::new_unchecked(String::new()))
}

fn translated(
    subject: TermPattern,
    path: PropertyPathExpression,
    object: TermPattern,
) -> Box<GraphPattern> {
    Box::new(match path {
        PropertyPathExpression::NamedNode(name) => GraphPattern::Bgp {
            patterns: vec![TriplePattern {
                subject,
                predicate: name.into(),
                object,
            }],
        },
        PropertyPathExpression::Reverse(path) => return translated(object, *path, subject),
        PropertyPathExpression::Sequence(a, b) => {
            let middle = TermPattern::Variable(fresh("middle"));
            GraphPattern::Join {
                left: translated(subject, *a, middle.clone()),
                right: translated(middle, *b, object),
            }
        }
        PropertyPathExpression::Alternative(a, b) if parts(&a) + parts(&b) <= PARTS => {
            GraphPattern::Union {
                left: translated(subject.clone(), *a, object.clone()),
                right: translated(subject, *b, object),
            }
        }
        PropertyPathExpression::NegatedPropertySet(names) => {
            // Between two known ends the evaluator gives one solution, however many other predicates join them.
            let predicate = fresh("predicate");
            let names = names.into_iter().map(Expression::from).collect();
            let among = Expression::In(Box::new(predicate.clone().into()), names);
            GraphPattern::Filter {
                expr: Expression::Not(Box::new(among)),
                inner: Box::new(GraphPattern::Bgp {
                    patterns: vec![TriplePattern {
                        subject,
                        predicate: predicate.into(),
                        object,
                    }],
                }),
            }
        }
        path => {
            let mut pattern = GraphPattern::Path {
                subject,
                path,
                object,
            };
            zero(&mut pattern);
            pattern
        }
    })
}

/// How many alternatives a path has, up to one more than are wanted. Needs no stack.
fn parts(path: &PropertyPathExpression) -> usize {
    let (mut count, mut left) = (0, vec![path]);
    while let Some(path) = left.pop() {
        if let PropertyPathExpression::Alternative(a, b) = path {
            left.extend([&**a, &**b]);
        } else {
            count += 1;
        }
        if count > PARTS {
            break;
        }
    }
    count
}

/// Adds the path of length zero.
fn zero(pattern: &mut GraphPattern) {
    let GraphPattern::Path {
        subject,
        path,
        object,
    } = pattern
    else {
        return;
    };
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
        PropertyPathExpression::Reverse(path) | PropertyPathExpression::OneOrMore(path) => {
            nullable(path)
        }
        PropertyPathExpression::Sequence(a, b) => nullable(a) && nullable(b),
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
