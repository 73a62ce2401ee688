//! The form of numbers that aggregates and quotients give: the canonical one (XML Schema Part 2, section 3.2), as the
//! approved tests of the standard have it.
//!
//! The evaluator writes `32100` for the double 3.21E4 and `2` for the decimal 2.0. A form other than its own has to pass through its expressions, which
//! know values only, so it travels as a literal of a datatype of ours that the dataset turns into the literal that is meant.

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNodeRef, Term, Triple};
use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern,
};

use super::{fresh, group, triple};

/// The function that gives a number its canonical form. No text can call it.
pub(crate) const CANONICAL: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("kenning canonical");

/// `STRDT` that gives the literal as it was written, and not its value. No text can call it.
pub(crate) const TYPED: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning typed");

/// Before the datatype that is meant.
const EXACT: &str = "kenning exact ";

/// Evaluates [`CANONICAL`].
pub(crate) fn canonical(arguments: &[Term]) -> Option<Term> {
    let [term] = arguments else { return None };
    let Term::Literal(literal) = term else {
        return Some(term.clone());
    };
    let text = literal.value();
    let form = if literal.datatype() == xsd::DECIMAL && !text.contains('.') {
        format!("{text}.0")
    } else if literal.datatype() == xsd::DOUBLE {
        scientific(format!(
            "{:E}",
            text.parse::<f64>().ok().filter(|value| value.is_finite())?
        ))
    } else if literal.datatype() == xsd::FLOAT {
        scientific(format!(
            "{:E}",
            text.parse::<f32>().ok().filter(|value| value.is_finite())?
        ))
    } else {
        return Some(term.clone());
    };
    Some(exactly(&form, literal.datatype()))
}

/// Evaluates [`TYPED`].
pub(crate) fn typed(arguments: &[Term]) -> Option<Term> {
    match arguments {
        [Term::Literal(text), Term::NamedNode(datatype)] if text.datatype() == xsd::STRING => {
            let literal = Literal::new_typed_literal(text.value(), datatype.clone()).into();
            Some(group::boxed(&literal).unwrap_or(literal))
        }
        _ => None,
    }
}

/// A literal in a form that expressions do not change.
pub(super) fn exactly(text: &str, datatype: NamedNodeRef<'_>) -> Term {
    let datatype = oxrdf::NamedNode::new_unchecked(format!("{EXACT}{}", datatype.as_str()));
    Literal::new_typed_literal(text, datatype).into()
}

/// The literal that is meant by one in a datatype of ours.
pub(crate) fn meant(term: Term) -> Term {
    match &term {
        Term::Literal(literal) => match literal.datatype().as_str().strip_prefix(EXACT) {
            Some(datatype) => Literal::new_typed_literal(
                literal.value(),
                oxrdf::NamedNode::new_unchecked(datatype),
            )
            .into(),
            None => term,
        },
        Term::Triple(triple) => match &triple.object {
            Term::Literal(_) | Term::Triple(_) => Triple::new(
                triple.subject.clone(),
                triple.predicate.clone(),
                meant(triple.object.clone()),
            )
            .into(),
            _ => term,
        },
        _ => term,
    }
}

fn scientific(text: String) -> String {
    match text.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
        _ => text,
    }
}

pub(super) fn mend(pattern: &mut GraphPattern) {
    if let GraphPattern::Extend { expression, .. } = pattern {
        form(expression);
    }
    let GraphPattern::Group { aggregates, .. } = pattern else {
        return;
    };
    let mut computed = Vec::new();
    for (variable, aggregate) in aggregates {
        let AggregateExpression::FunctionCall { name, .. } = aggregate else {
            continue;
        };
        let is_number = match name {
            AggregateFunction::Sum | AggregateFunction::Avg => true,
            AggregateFunction::Custom(name) => group::is_number(name),
            _ => false,
        };
        if is_number {
            let raw = fresh("value");
            computed.push((std::mem::replace(variable, raw.clone()), raw));
        }
    }
    for (variable, raw) in computed {
        *pattern = GraphPattern::Extend {
            inner: Box::new(std::mem::take(pattern)),
            variable,
            expression: in_form(raw.into()),
        };
    }
}

/// A value that has no other form, such as INF, stays as it is.
fn in_form(value: Expression) -> Expression {
    let name = Function::Custom(CANONICAL.into_owned());
    let call = Expression::FunctionCall(name, vec![value.clone()]);
    Expression::Coalesce(vec![call, value])
}

/// The text of a quotient is that of its form.
pub(super) fn text(expression: &mut Expression) {
    if let Expression::FunctionCall(Function::Str, list) = expression {
        list.iter_mut().for_each(form);
    }
}

/// Gives quotients their form where they are the value, and not an operand.
pub(super) fn form(expression: &mut Expression) {
    match expression {
        Expression::Divide(..) => *expression = in_form(take(expression)),
        Expression::FunctionCall(function @ Function::StrDt, _) => {
            *function = Function::Custom(TYPED.into_owned());
        }
        Expression::FunctionCall(Function::Custom(name), _) if name.as_ref() == triple::OBJECT => {
            *name = triple::EXACT_OBJECT.into_owned();
        }
        Expression::Coalesce(list) => list.iter_mut().for_each(form),
        Expression::If(_, yes, no) => {
            form(yes);
            form(no);
        }
        Expression::FunctionCall(Function::Str, list) => list.iter_mut().for_each(form),
        _ => {}
    }
}

fn take(expression: &mut Expression) -> Expression {
    std::mem::replace(expression, Expression::Coalesce(Vec::new()))
}
