//! `GRAPH ?g { … }`: the pattern is answered in each named graph on its own, where `?g` is no variable of the pattern, and the name joins its solutions
//! (SPARQL 1.1 Query section 18.6). The evaluator instead puts `?g` into each triple pattern. That is the same, and fast, for patterns that are
//! all triples; it is not for `VALUES`, subqueries, `MINUS`, and patterns that name `?g` themselves. Those are answered graph by graph.

use oxrdf::Variable;
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression};
use spargebra::term::NamedNodePattern;

use super::{fresh, rename, text};
use crate::rewrite::{Rewrite, rewrite};

pub(super) fn mend(pattern: &mut GraphPattern) {
    if let GraphPattern::Graph {
        name: name @ NamedNodePattern::NamedNode(_),
        inner,
    } = pattern
    {
        // Where there is no such graph there are no solutions, also of what needs no triples.
        if !every_row_has_graph(inner) {
            let there = GraphPattern::Graph {
                name: name.clone(),
                inner: Box::default(),
            };
            *pattern = GraphPattern::Join {
                left: Box::new(there),
                right: Box::new(std::mem::take(pattern)),
            };
        }
        return;
    }
    let GraphPattern::Graph {
        name: NamedNodePattern::Variable(graph),
        inner,
    } = pattern
    else {
        return;
    };
    let named = rename::occurs(inner, graph);
    if !named && every_row_has_graph(inner) {
        return;
    }
    let graph = graph.clone();
    let mut inner = std::mem::take(&mut **inner);
    let each = fresh("graph");
    let own = fresh("own");
    if named {
        rename::everywhere(&mut inner, &graph, &own);
    }
    rewrite(&mut inner, &mut Within { each: &each });
    let graphs = GraphPattern::Graph {
        name: each.clone().into(),
        inner: Box::default(),
    };
    let inner = GraphPattern::Graph {
        name: each.clone().into(),
        inner: Box::new(inner),
    };
    let mut answered = GraphPattern::Lateral {
        left: Box::new(graphs),
        right: Box::new(inner),
    };
    if named {
        let same =
            Expression::SameTerm(Box::new(own.clone().into()), Box::new(each.clone().into()));
        let free = Expression::Not(Box::new(Expression::Bound(own)));
        answered = GraphPattern::Filter {
            expr: Expression::Or(Box::new(free), Box::new(same)),
            inner: Box::new(answered),
        };
    }
    *pattern = GraphPattern::Extend {
        inner: Box::new(answered),
        variable: graph,
        expression: each.into(),
    };
}

/// Whether the evaluator's way gives every solution the graph it is from, and compares nothing else for it.
fn every_row_has_graph(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Bgp { .. } => true,
        // Between two known ends, and in no known graph, it gives `p+` once for each first step that leads there.
        GraphPattern::Path { path, .. } => !matches!(path, PropertyPathExpression::OneOrMore(_)),
        GraphPattern::Join { left, right }
        | GraphPattern::LeftJoin { left, right, .. }
        | GraphPattern::Union { left, right } => {
            every_row_has_graph(left) && every_row_has_graph(right)
        }
        GraphPattern::Lateral { left, right } => {
            every_row_has_graph(left) && (text::is_look_up(right) || every_row_has_graph(right))
        }
        GraphPattern::Filter { inner, .. } | GraphPattern::Extend { inner, .. } => {
            every_row_has_graph(inner)
        }
        _ => false,
    }
}

/// What must change in a pattern for which the graph is bound beforehand.
struct Within<'a> {
    each: &'a Variable,
}

impl Rewrite for Within<'_> {
    fn pattern(&mut self, pattern: &mut GraphPattern) {
        match pattern {
            // A subquery sees from outside only what it selects.
            GraphPattern::Project { variables, .. } if !variables.contains(self.each) => {
                variables.push(self.each.clone())
            }
            // The graph's name is not what two solutions have in common.
            GraphPattern::Minus { left, right } if !share(left, right) => {
                let (left, right) = (std::mem::take(&mut **left), std::mem::take(&mut **right));
                *pattern = minus(left, right);
            }
            _ => {}
        }
    }
}

/// Whether there is a variable that each solution of either side has.
fn share(left: &GraphPattern, right: &GraphPattern) -> bool {
    let (left, right) = (bound(left), bound(right));
    left.iter().any(|variable| right.contains(variable))
}

/// Variables that every solution has. May leave some out.
pub(super) fn bound(pattern: &GraphPattern) -> Vec<Variable> {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => {
            let mut out = Vec::new();
            pattern.on_in_scope_variable(|variable| out.push(variable.clone()));
            out
        }
        GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } => {
            [bound(left), bound(right)].concat()
        }
        GraphPattern::LeftJoin { left, .. } | GraphPattern::Minus { left, .. } => bound(left),
        GraphPattern::Filter { inner, .. } | GraphPattern::Extend { inner, .. } => bound(inner),
        _ => Vec::new(),
    }
}

/// `left MINUS right` without the operator: by what it means, solution by solution.
fn minus(left: GraphPattern, mut right: GraphPattern) -> GraphPattern {
    let (mut of_left, mut of_right) = (Vec::new(), Vec::new());
    left.on_in_scope_variable(|variable| of_left.push(variable.clone()));
    right.on_in_scope_variable(|variable| of_right.push(variable.clone()));
    let (mut compatible, mut common): (Option<Expression>, Option<Expression>) = (None, None);
    for variable in of_left
        .iter()
        .filter(|variable| of_right.contains(variable))
    {
        let other = fresh("minus");
        rename::everywhere(&mut right, variable, &other);
        let bound = |variable: &Variable| Box::new(Expression::Bound(variable.clone()));
        let both = Expression::And(bound(variable), bound(&other));
        let same = Expression::SameTerm(
            Box::new(variable.clone().into()),
            Box::new(other.clone().into()),
        );
        let fits = Expression::Or(
            Box::new(Expression::Not(Box::new(both.clone()))),
            Box::new(same),
        );
        compatible = Some(match compatible {
            Some(before) => Expression::And(Box::new(before), Box::new(fits)),
            None => fits,
        });
        common = Some(match common {
            Some(before) => Expression::Or(Box::new(before), Box::new(both)),
            None => both,
        });
    }
    let (Some(compatible), Some(common)) = (compatible, common) else {
        // Nothing in common: nothing is taken away.
        return left;
    };
    let expr = Expression::And(Box::new(compatible), Box::new(common));
    let found = GraphPattern::Filter {
        expr,
        inner: Box::new(right),
    };
    GraphPattern::Filter {
        expr: Expression::Not(Box::new(Expression::Exists(Box::new(found)))),
        inner: Box::new(left),
    }
}
