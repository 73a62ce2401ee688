//! `BNODE(e)` gives another blank node for each solution, and the same one for the same string within it
//! (SPARQL 1.1 Query section 17.4.2.9). The evaluator gives the blank node that has the string as its label, in every solution, which may even be one of
//! the data. So each solution gets a number, and the node is made of both.

use oxrdf::{BlankNode, NamedNodeRef, Term, Variable};
use spargebra::algebra::{Expression, Function, GraphPattern, OrderExpression};

use super::fresh;

/// The function that makes the node of a solution's number and a string. No text can call it.
pub(crate) const BNODE: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning bnode");

/// Evaluates [`BNODE`].
pub(crate) fn blank_node(arguments: &[Term]) -> Option<Term> {
    match arguments {
        [Term::Literal(row), Term::Literal(text)]
            if text.datatype() == oxrdf::vocab::xsd::STRING =>
        {
            let hex: String = text
                .value()
                .bytes()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            Some(
                BlankNode::new_unchecked(format!("r{}x{hex}", row.value().replace('-', ""))).into(),
            )
        }
        _ => None,
    }
}

pub(super) fn mend(pattern: &mut GraphPattern) {
    let (expressions, inner): (Vec<&mut Expression>, _) = match pattern {
        GraphPattern::Extend {
            inner, expression, ..
        }
        | GraphPattern::Filter {
            expr: expression,
            inner,
        } => (vec![expression], inner),
        GraphPattern::OrderBy { inner, expression } => (
            expression
                .iter_mut()
                .map(|order| match order {
                    OrderExpression::Asc(expression) | OrderExpression::Desc(expression) => {
                        expression
                    }
                })
                .collect(),
            inner,
        ),
        _ => return,
    };
    let mut row = None;
    for expression in expressions {
        number(expression, inner, &mut row);
    }
}

fn number(expression: &mut Expression, inner: &mut GraphPattern, row: &mut Option<Variable>) {
    match expression {
        Expression::FunctionCall(function @ Function::BNode, arguments) if arguments.len() == 1 => {
            let row = row.get_or_insert_with(|| row_of(inner)).clone();
            *function = Function::Custom(BNODE.into_owned());
            arguments.insert(0, row.into());
            if let Some(text) = arguments.get_mut(1) {
                number(text, inner, &mut Some(fresh("never")));
            }
        }
        Expression::FunctionCall(_, list) | Expression::Coalesce(list) => {
            list.iter_mut().for_each(|item| number(item, inner, row))
        }
        Expression::If(a, b, c) => {
            number(a, inner, row);
            number(b, inner, row);
            number(c, inner, row);
        }
        Expression::Equal(a, b)
        | Expression::SameTerm(a, b)
        | Expression::Or(a, b)
        | Expression::And(a, b) => {
            number(a, inner, row);
            number(b, inner, row);
        }
        Expression::Not(a) => number(a, inner, row),
        _ => {}
    }
}

/// The variable that numbers the solutions of `pattern`, below everything that only extends or filters them.
fn row_of(pattern: &mut GraphPattern) -> Variable {
    match pattern {
        GraphPattern::Extend {
            variable,
            expression: Expression::FunctionCall(Function::StrUuid, _),
            ..
        } if variable.as_str().starts_with(' ') => variable.clone(),
        GraphPattern::Extend { inner, .. }
        | GraphPattern::Filter { inner, .. }
        | GraphPattern::OrderBy { inner, .. } => row_of(inner),
        _ => {
            let variable = fresh("row");
            *pattern = GraphPattern::Extend {
                inner: Box::new(std::mem::take(pattern)),
                variable: variable.clone(),
                expression: Expression::FunctionCall(Function::StrUuid, Vec::new()),
            };
            variable
        }
    }
}
