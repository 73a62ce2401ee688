//! SPARQL as its standard writes it down (SPARQL 1.1 Query section 18): sets of mappings, one after the other, without any
//! cleverness. Slow, and for small data only; it is what the real evaluation is compared with.

pub mod expression;
pub mod group;
pub mod make;
pub mod path;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use oxrdf::{NamedNode, Term, Triple};
use spargebra::algebra::{Expression, GraphPattern, OrderExpression, QueryDataset};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use expression::{compare, truth, value};

/// A solution: variables and what they stand for.
pub type Row = BTreeMap<String, Term>;

/// Named graphs. The default graph is the union of them.
pub struct Data {
    triples: BTreeMap<NamedNode, Vec<Triple>>,
    union: Vec<Triple>,
}

impl Data {
    /// The dataset that `asked` names (SPARQL 1.1 Query section 13.2), or all of `graphs`.
    pub fn new(graphs: Vec<(NamedNode, Vec<Triple>)>, asked: Option<&QueryDataset>) -> Self {
        let mut union: Vec<Triple> = Vec::new();
        let mut all: BTreeMap<NamedNode, Vec<Triple>> = BTreeMap::new();
        for (name, triples) in graphs {
            let (in_default, is_named) = match asked {
                None => (true, true),
                Some(asked) => (
                    asked.default.contains(&name),
                    asked.named.iter().flatten().any(|named| *named == name),
                ),
            };
            if is_named {
                all.entry(name.clone()).or_default();
            }
            for triple in triples {
                if let Some(graph) = all.get_mut(&name)
                    && !graph.contains(&triple)
                {
                    graph.push(triple.clone());
                }
                if in_default && !union.contains(&triple) {
                    union.push(triple);
                }
            }
        }
        Self {
            triples: all,
            union,
        }
    }
}

/// Where a pattern is looked for, and the solution that an `EXISTS` around it asks for.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub data: &'a Data,
    pub graph: Option<&'a NamedNode>,
    pub outer: &'a Row,
}

impl<'a> Scope<'a> {
    fn triples(&self) -> &'a [Triple] {
        match self.graph {
            None => &self.data.union,
            Some(name) => self.data.triples.get(name).map_or(&[], Vec::as_slice),
        }
    }

    /// Puts the values of the outer solution in at the leaves, as `EXISTS` wants it.
    fn leaf(&self, rows: Vec<Row>) -> Vec<Row> {
        if self.outer.is_empty() {
            return rows;
        }
        let fits = |row: &Row| compatible(row, self.outer);
        rows.into_iter().filter(fits).collect()
    }
}

pub fn compatible(a: &Row, b: &Row) -> bool {
    a.iter()
        .all(|(name, value)| b.get(name).is_none_or(|other| other == value))
}

fn merged(a: &Row, b: &Row) -> Row {
    let mut row = a.clone();
    row.extend(b.iter().map(|(name, value)| (name.clone(), value.clone())));
    row
}

/// The solutions of `pattern`, in order where it has one.
pub fn solutions(pattern: &GraphPattern, scope: Scope<'_>) -> Vec<Row> {
    match pattern {
        GraphPattern::Bgp { patterns } => scope.leaf(basic(patterns, scope)),
        GraphPattern::Path {
            subject,
            path,
            object,
        } => scope.leaf(path::solutions(subject, path, object, scope.triples())),
        GraphPattern::Join { left, right } => {
            join(&solutions(left, scope), &solutions(right, scope))
        }
        GraphPattern::Union { left, right } => {
            let mut rows = solutions(left, scope);
            rows.extend(solutions(right, scope));
            rows
        }
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => {
            let right = solutions(right, scope);
            let mut rows = Vec::new();
            for row in solutions(left, scope) {
                let mut found = false;
                for other in right.iter().filter(|other| compatible(&row, other)) {
                    let both = merged(&row, other);
                    if expression
                        .as_ref()
                        .is_none_or(|expression| truth(expression, &both, scope) == Some(true))
                    {
                        found = true;
                        rows.push(both);
                    }
                }
                if !found {
                    rows.push(row);
                }
            }
            rows
        }
        GraphPattern::Filter { expr, inner } => {
            let mut rows = solutions(inner, scope);
            rows.retain(|row| truth(expr, row, scope) == Some(true));
            rows
        }
        GraphPattern::Graph { name, inner } => in_graphs(name, inner, scope),
        GraphPattern::Extend {
            inner,
            variable,
            expression,
        } => {
            let mut rows = solutions(inner, scope);
            for row in &mut rows {
                if let Some(value) = value(expression, row, scope) {
                    row.insert(variable.as_str().to_owned(), value);
                }
            }
            rows
        }
        GraphPattern::Minus { left, right } => {
            let right = solutions(right, scope);
            let mut rows = solutions(left, scope);
            rows.retain(|row| {
                !right.iter().any(|other| {
                    compatible(row, other) && row.keys().any(|name| other.contains_key(name))
                })
            });
            rows
        }
        GraphPattern::Values {
            variables,
            bindings,
        } => {
            let rows = bindings.iter().map(|binding| {
                let pairs = variables.iter().zip(binding);
                pairs
                    .filter_map(|(name, term)| {
                        Some((name.as_str().to_owned(), ground(term.as_ref()?)))
                    })
                    .collect()
            });
            scope.leaf(rows.collect())
        }
        // The order of the standard is not total: an answer is held against it pair by pair.
        GraphPattern::OrderBy { inner, .. } => solutions(inner, scope),
        GraphPattern::Project { inner, variables } => {
            // Values from outside reach only what a subquery selects.
            let mut outer = scope.outer.clone();
            outer.retain(|name, _| variables.iter().any(|variable| variable.as_str() == name));
            let inside = Scope {
                outer: &outer,
                ..scope
            };
            let mut rows = solutions(inner, inside);
            for row in &mut rows {
                row.retain(|name, _| variables.iter().any(|variable| variable.as_str() == name));
            }
            rows
        }
        GraphPattern::Distinct { inner } => {
            let mut seen = BTreeSet::new();
            let mut rows = solutions(inner, scope);
            rows.retain(|row| seen.insert(format!("{row:?}")));
            rows
        }
        GraphPattern::Reduced { inner } => solutions(inner, scope),
        GraphPattern::Slice {
            inner,
            start,
            length,
        } => solutions(inner, scope)
            .into_iter()
            .skip(*start)
            .take(length.unwrap_or(usize::MAX))
            .collect(),
        GraphPattern::Group {
            inner,
            variables,
            aggregates,
        } => {
            let mut rows = solutions(inner, scope);
            for row in &mut rows {
                row.retain(|name, _| !name.starts_with("_:"));
            }
            group::solutions(rows, variables, aggregates, scope)
        }
        other => panic!("no such pattern is made here: {other}"),
    }
}

fn join(left: &[Row], right: &[Row]) -> Vec<Row> {
    let mut rows = Vec::new();
    for a in left {
        rows.extend(
            right
                .iter()
                .filter(|b| compatible(a, b))
                .map(|b| merged(a, b)),
        );
    }
    rows
}

fn in_graphs(name: &NamedNodePattern, inner: &GraphPattern, scope: Scope<'_>) -> Vec<Row> {
    match name {
        NamedNodePattern::NamedNode(name) => match scope.data.triples.get_key_value(name) {
            Some((name, _)) => solutions(
                inner,
                Scope {
                    graph: Some(name),
                    ..scope
                },
            ),
            None => Vec::new(),
        },
        NamedNodePattern::Variable(variable) => {
            let mut rows = Vec::new();
            for name in scope.data.triples.keys() {
                let found = solutions(
                    inner,
                    Scope {
                        graph: Some(name),
                        ..scope
                    },
                );
                let own: Row = [(variable.as_str().to_owned(), name.clone().into())].into();
                rows.extend(join(&found, &[own]));
            }
            scope.leaf(rows)
        }
    }
}

fn basic(patterns: &[TriplePattern], scope: Scope<'_>) -> Vec<Row> {
    let mut rows = vec![Row::new()];
    for pattern in patterns {
        let predicate = match &pattern.predicate {
            NamedNodePattern::NamedNode(node) => TermPattern::NamedNode(node.clone()),
            NamedNodePattern::Variable(variable) => TermPattern::Variable(variable.clone()),
        };
        let mut next = Vec::new();
        for row in &rows {
            for triple in scope.triples() {
                let mut row = row.clone();
                if bind(&mut row, &pattern.subject, &triple.subject.clone().into())
                    && bind(&mut row, &predicate, &triple.predicate.clone().into())
                    && bind(&mut row, &pattern.object, &triple.object)
                {
                    next.push(row);
                }
            }
        }
        rows = next;
    }
    rows
}

/// The name of what a pattern leaves open; blank nodes are variables that nobody sees.
pub fn name(term: &TermPattern) -> Option<String> {
    match term {
        TermPattern::Variable(variable) => Some(variable.as_str().to_owned()),
        TermPattern::BlankNode(node) => Some(format!("_:{}", node.as_str())),
        _ => None,
    }
}

/// Whether `term` fits `pattern`; binds what the pattern leaves open.
pub fn bind(row: &mut Row, pattern: &TermPattern, term: &Term) -> bool {
    match pattern {
        TermPattern::NamedNode(node) => Term::from(node.clone()) == *term,
        TermPattern::Literal(literal) => Term::from(literal.clone()) == *term,
        TermPattern::Triple(_) => panic!("no triple terms are made here"),
        _ => match name(pattern) {
            Some(name) => row.entry(name).or_insert_with(|| term.clone()) == term,
            None => false,
        },
    }
}

fn ground(term: &GroundTerm) -> Term {
    match term {
        GroundTerm::NamedNode(node) => node.clone().into(),
        GroundTerm::Literal(literal) => literal.clone().into(),
        GroundTerm::Triple(_) => panic!("no triple terms are made here"),
    }
}

/// What the standard says of the order of two rows; `Equal` also where it says nothing.
pub fn order(keys: &[OrderExpression], a: &Row, b: &Row, scope: Scope<'_>) -> Ordering {
    for key in keys {
        let of = |expression: &Expression| {
            ordered(
                value(expression, a, scope).as_ref(),
                value(expression, b, scope).as_ref(),
            )
        };
        let order = match key {
            OrderExpression::Asc(expression) => of(expression),
            OrderExpression::Desc(expression) => of(expression).map(Ordering::reverse),
        };
        match order {
            Some(Ordering::Equal) => {}
            Some(order) => return order,
            // Not said: nothing that comes after decides either.
            None => return Ordering::Equal,
        }
    }
    Ordering::Equal
}

/// Nothing, blank nodes, IRIs, literals (SPARQL 1.1 Query section 15.1); `None` where the standard leaves it open.
fn ordered(a: Option<&Term>, b: Option<&Term>) -> Option<Ordering> {
    let kind = |term: Option<&Term>| match term {
        None => 0,
        Some(Term::BlankNode(_)) => 1,
        Some(Term::NamedNode(_)) => 2,
        Some(Term::Literal(_)) => 3,
        Some(Term::Triple(_)) => 4,
    };
    match (a, b) {
        (Some(Term::NamedNode(a)), Some(Term::NamedNode(b))) => Some(a.as_str().cmp(b.as_str())),
        (Some(a), Some(b)) if kind(Some(a)) == kind(Some(b)) => {
            if a == b {
                Some(Ordering::Equal)
            } else {
                compare(a, b)
            }
        }
        _ => Some(kind(a).cmp(&kind(b))),
    }
}
