//! `STR` and `DATATYPE` of what the data says.
//!
//! The evaluator's expressions know the value of a number and not how it is written, so its `STR("01"^^xsd:integer)` is `1`, and its `DATATYPE` of an
//! `xsd:byte` is `xsd:integer`. Terms themselves are kept exactly, so the two are looked up as if they were triples of the term,
//! with predicates of ours that the dataset answers from the term.

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, NamedNodeRef, Term, Variable};
use spargebra::algebra::{AggregateExpression, Expression, Function, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::fresh;
use crate::walk::{Part, visit};

/// The predicate from a term to its text. No text can name it.
const TEXT: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning text");
/// The predicate from a literal to its datatype. No text can name it.
const DATATYPE: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning datatype");

/// Before the first character, the length and the datatype, in the predicate from a term to a literal of a part of its text. No
/// text can name it.
pub(crate) const PART: &str = "kenning part ";

/// The object of a looked-up triple; `None` where `predicate` is no predicate of ours, and `Some(None)` where the term has no such thing.
pub(crate) fn look_up(predicate: &Term, subject: &Term) -> Option<Option<Term>> {
    let Term::NamedNode(predicate) = predicate else {
        return None;
    };
    if predicate.as_ref() == TEXT {
        Some(match subject {
            Term::Literal(literal) => Some(Literal::from(literal.value()).into()),
            Term::NamedNode(node) => Some(Literal::from(node.as_str()).into()),
            _ => None,
        })
    } else if let Some(how) = predicate.as_str().strip_prefix(PART) {
        let text = match subject {
            Term::Literal(literal) => literal.value(),
            Term::NamedNode(node) => node.as_str(),
            _ => return Some(None),
        };
        Some(part_of(text, how).map(Term::from))
    } else if predicate.as_ref() == DATATYPE {
        Some(match subject {
            Term::Literal(literal) => Some(literal.datatype().into_owned().into()),
            _ => None,
        })
    } else {
        None
    }
}

/// What is known without looking.
pub(super) fn fold(expression: &mut Expression) {
    if let Expression::FunctionCall(function @ (Function::Str | Function::Datatype), arguments) =
        expression
        && let [Expression::If(..)] = arguments.as_slice()
        && let Some(Expression::If(condition, mut yes, mut no)) = arguments.pop()
    {
        // Of the term that is chosen, and not of its value.
        for side in [&mut yes, &mut no] {
            let value = std::mem::replace(&mut **side, Expression::Coalesce(Vec::new()));
            **side = Expression::FunctionCall(function.clone(), vec![value]);
            fold(side);
        }
        *expression = Expression::If(condition, yes, no);
        return;
    }
    if let Expression::FunctionCall(function @ (Function::Str | Function::Datatype), arguments) =
        expression
        && let [Expression::Coalesce(list)] = arguments.as_mut_slice()
        && list.iter().all(is_simple)
    {
        // The same for the first that is no error.
        let function = function.clone();
        let of = |value: Expression| Expression::FunctionCall(function.clone(), vec![value]);
        let mut chosen = Expression::Coalesce(Vec::new());
        for value in std::mem::take(list).into_iter().rev() {
            let there = Expression::If(
                Box::new(Expression::FunctionCall(
                    Function::IsIri,
                    vec![value.clone()],
                )),
                Box::new(Literal::from(true).into()),
                Box::new(Literal::from(true).into()),
            );
            let there = match &value {
                Expression::Variable(variable) => Expression::Bound(variable.clone()),
                Expression::Literal(_) | Expression::NamedNode(_) => Literal::from(true).into(),
                _ => Expression::Coalesce(vec![there, Literal::from(false).into()]),
            };
            let mut text = of(value);
            fold(&mut text);
            chosen = Expression::If(Box::new(there), Box::new(text), Box::new(chosen));
        }
        *expression = chosen;
        return;
    }
    if let Expression::FunctionCall(function, arguments) = expression
        && let [Expression::Literal(literal)] = arguments.as_slice()
    {
        match function {
            Function::Str => *expression = Literal::from(literal.value()).into(),
            Function::Datatype => *expression = literal.datatype().into_owned().into(),
            _ => {}
        }
    }
}

/// Whether an expression gives the same each time and holds no choice, so that it may be written twice without growing further.
fn is_simple(expression: &Expression) -> bool {
    let mut simple = true;
    visit(Part::Expression(expression), &mut |part| {
        simple &= !matches!(
            part,
            Part::Pattern(_)
                | Part::Expression(
                    Expression::If(..)
                        | Expression::Coalesce(_)
                        | Expression::FunctionCall(
                            Function::Rand | Function::Uuid | Function::StrUuid | Function::BNode,
                            _
                        )
                )
        );
    });
    simple
}

/// A part of a text, as the predicate says it.
fn part_of(text: &str, how: &str) -> Option<Literal> {
    let mut how = how.splitn(3, ' ');
    let start = how.next()?.parse::<usize>().ok()?.checked_sub(1)?;
    let length = how.next()?.parse().ok()?;
    let datatype = NamedNode::new_unchecked(how.next()?);
    let part: String = text.chars().skip(start).take(length).collect();
    Some(Literal::new_typed_literal(part, datatype))
}

/// `STRDT(SUBSTR(STR(?variable), 1, 10), xsd:date)`, the way to the day of what may be a point in time: the variable, and the
/// predicate that gives the same. Many solutions have the same day, and what is looked up is worked out once for each term.
fn part(expression: &Expression, inner: &GraphPattern) -> Option<(Variable, NamedNode)> {
    let Expression::FunctionCall(Function::StrDt, arguments) = expression else {
        return None;
    };
    let [
        Expression::FunctionCall(Function::SubStr, part),
        Expression::NamedNode(datatype),
    ] = arguments.as_slice()
    else {
        return None;
    };
    let [
        Expression::FunctionCall(Function::Str, text),
        Expression::Literal(start),
        Expression::Literal(length),
    ] = part.as_slice()
    else {
        return None;
    };
    let [Expression::Variable(variable)] = text.as_slice() else {
        return None;
    };
    let number = |literal: &Literal| match literal.datatype() == xsd::INTEGER {
        true => literal.value().parse::<u32>().ok().filter(|it| *it > 0),
        false => None,
    };
    let (start, length) = (number(start)?, number(length)?);
    let is_plain =
        [xsd::DATE, xsd::DATE_TIME, xsd::TIME, xsd::INTEGER].contains(&datatype.as_ref());
    if !is_plain || is_resource(inner, variable) {
        return None;
    }
    let predicate = format!("{PART}{start} {length} {}", datatype.as_str());
    Some((variable.clone(), NamedNode::new_unchecked(predicate)))
}

pub(super) fn mend(pattern: &mut GraphPattern) {
    if let GraphPattern::Extend {
        inner, expression, ..
    } = pattern
        && let Some((variable, predicate)) = part(expression, inner)
    {
        let value = fresh("part");
        looked_up(inner, variable, predicate.as_ref(), value.clone());
        *expression = value.into();
        return;
    }
    if let GraphPattern::LeftJoin {
        left,
        right,
        expression: Some(expression),
    } = pattern
    {
        let mut looked_up = Vec::new();
        replace(expression, right, &mut looked_up);
        for (variable, predicate, value) in looked_up {
            let mut in_right = false;
            right.on_in_scope_variable(|other| in_right |= *other == variable);
            let side = if in_right { &mut *right } else { &mut *left };
            self::looked_up(side, variable, predicate.as_ref(), value);
        }
        return;
    }
    let (expressions, inner): (Vec<&mut Expression>, _) = match pattern {
        GraphPattern::Extend {
            inner, expression, ..
        }
        | GraphPattern::Filter {
            expr: expression,
            inner,
        } => (vec![expression], inner),
        GraphPattern::Group {
            inner, aggregates, ..
        } => {
            let arguments = aggregates
                .iter_mut()
                .filter_map(|(_, aggregate)| match aggregate {
                    AggregateExpression::FunctionCall { expr, .. } => Some(expr),
                    AggregateExpression::CountSolutions { .. } => None,
                });
            (arguments.collect(), inner)
        }
        _ => return,
    };
    let mut looked_up = Vec::new();
    for expression in expressions {
        replace(expression, inner, &mut looked_up);
    }
    for (variable, predicate, value) in looked_up {
        self::looked_up(inner, variable, predicate.as_ref(), value);
    }
}

/// Adds to each solution of `inner` what `predicate`, one of ours, says of `variable`, as `value`.
pub(super) fn looked_up(
    inner: &mut GraphPattern,
    variable: Variable,
    predicate: NamedNodeRef<'_>,
    value: Variable,
) {
    let triple = TriplePattern {
        subject: TermPattern::Variable(variable),
        predicate: NamedNodePattern::NamedNode(predicate.into_owned()),
        object: TermPattern::Variable(value),
    };
    let nothing = GraphPattern::Values {
        variables: Vec::new(),
        bindings: vec![Vec::new()],
    };
    let found = GraphPattern::LeftJoin {
        left: Box::new(nothing),
        right: Box::new(GraphPattern::Bgp {
            patterns: vec![triple],
        }),
        expression: None,
    };
    *inner = GraphPattern::Lateral {
        left: Box::new(std::mem::take(inner)),
        right: Box::new(found),
    };
}

/// Whether this is the right side of a look-up.
pub(crate) fn is_look_up(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::LeftJoin { left, right, .. } => matches!(
            (&**left, &**right),
            (GraphPattern::Values { .. }, GraphPattern::Bgp { .. })
        ),
        _ => false,
    }
}

type LookedUp = (Variable, NamedNode, Variable);

fn replace(expression: &mut Expression, inner: &GraphPattern, looked_up: &mut Vec<LookedUp>) {
    if let Expression::FunctionCall(function @ (Function::Str | Function::Datatype), arguments) =
        &*expression
        && let [Expression::Variable(variable)] = arguments.as_slice()
    {
        let predicate = if *function == Function::Str {
            TEXT
        } else {
            DATATYPE
        };
        // What is written as a subject is no literal, and everything else the evaluator knows exactly.
        if is_resource(inner, variable) {
            return;
        }
        let known = looked_up
            .iter()
            .find(|(other, name, _)| other == variable && name.as_ref() == predicate);
        let value = match known {
            Some((_, _, value)) => value.clone(),
            None => {
                let value = fresh("text");
                looked_up.push((variable.clone(), predicate.into_owned(), value.clone()));
                value
            }
        };
        *expression = value.into();
        return;
    }
    match expression {
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
            replace(a, inner, looked_up);
            replace(b, inner, looked_up);
        }
        Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => {
            replace(a, inner, looked_up)
        }
        Expression::In(a, list) => {
            replace(a, inner, looked_up);
            list.iter_mut()
                .for_each(|item| replace(item, inner, looked_up));
        }
        Expression::If(a, b, c) => {
            replace(a, inner, looked_up);
            replace(b, inner, looked_up);
            replace(c, inner, looked_up);
        }
        Expression::Coalesce(list) | Expression::FunctionCall(_, list) => list
            .iter_mut()
            .for_each(|item| replace(item, inner, looked_up)),
        Expression::NamedNode(_)
        | Expression::Literal(_)
        | Expression::Variable(_)
        | Expression::Bound(_)
        | Expression::Exists(_) => {}
    }
}

/// Whether `variable` is never a literal in a solution, as far as the pattern's form tells.
pub(super) fn is_resource(pattern: &GraphPattern, variable: &Variable) -> bool {
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter().any(|triple| {
            matches!(&triple.subject, TermPattern::Variable(other) if other == variable)
                || matches!(&triple.predicate, NamedNodePattern::Variable(other) if other == variable)
        }),
        GraphPattern::Graph { name, inner } => {
            matches!(name, NamedNodePattern::Variable(other) if other == variable) || is_resource(inner, variable)
        }
        GraphPattern::Join { left, right } => is_resource(left, variable) || is_resource(right, variable),
        GraphPattern::Lateral { left, .. } | GraphPattern::LeftJoin { left, .. } | GraphPattern::Minus { left, .. } => is_resource(left, variable),
        GraphPattern::Filter { inner, .. } => is_resource(inner, variable),
        GraphPattern::Extend { inner, variable: other, .. } => other != variable && is_resource(inner, variable),
        GraphPattern::Union { left, right } => is_resource(left, variable) && is_resource(right, variable),
        GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } | GraphPattern::Slice { inner, .. } | GraphPattern::OrderBy { inner, .. } => {
            is_resource(inner, variable)
        }
        GraphPattern::Project { inner, variables } => variables.contains(variable) && is_resource(inner, variable),
        _ => false,
    }
}
