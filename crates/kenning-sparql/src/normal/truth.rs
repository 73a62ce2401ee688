//! Comparisons that the evaluator leaves out.
//!
//! Booleans have an order (SPARQL 1.1 Query section 17.3), and points in time of which one has a time zone may be neither equal nor
//! different: then `!=` is an error, and not true.

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNodeRef, Term};
use spareval::ExpressionTerm;
use spargebra::algebra::{Expression, Function};

/// The function that says whether one boolean is less than another. No text can call it.
pub(crate) const LESS: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning less");
/// The function that says of two values that are not equal that they are different: false, or an error. No text can call it.
pub(crate) const UNEQUAL: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning unequal");

/// Evaluates [`LESS`].
pub(crate) fn less(arguments: &[Term]) -> Option<Term> {
    let boolean = |term: &Term| match term {
        Term::Literal(literal) if literal.datatype() == xsd::BOOLEAN => {
            Some(matches!(literal.value(), "true" | "1"))
        }
        _ => None,
    };
    match arguments {
        [a, b] => Some(Literal::from(!boolean(a)? & boolean(b)?).into()),
        _ => None,
    }
}

/// Evaluates [`UNEQUAL`].
pub(crate) fn unequal(arguments: &[Term]) -> Option<Term> {
    let [a, b] = arguments else { return None };
    let ordered = match (a.clone().into(), b.clone().into()) {
        (ExpressionTerm::DateTimeLiteral(a), ExpressionTerm::DateTimeLiteral(b)) => {
            a.partial_cmp(&b).is_some()
        }
        (ExpressionTerm::DateLiteral(a), ExpressionTerm::DateLiteral(b)) => {
            a.partial_cmp(&b).is_some()
        }
        (ExpressionTerm::TimeLiteral(a), ExpressionTerm::TimeLiteral(b)) => {
            a.partial_cmp(&b).is_some()
        }
        (ExpressionTerm::GYearLiteral(a), ExpressionTerm::GYearLiteral(b)) => {
            a.partial_cmp(&b).is_some()
        }
        (ExpressionTerm::GYearMonthLiteral(a), ExpressionTerm::GYearMonthLiteral(b)) => {
            a.partial_cmp(&b).is_some()
        }
        _ => true,
    };
    ordered.then(|| Literal::from(false).into())
}

/// Mends an expression, whose operands have been mended.
pub(super) fn mend(expression: &mut Expression) {
    match expression {
        Expression::Not(a) => {
            if let Expression::Equal(x, y) = &**a
                && may_be_time(x)
                && may_be_time(y)
            {
                let call = call(UNEQUAL, x, y);
                let unequal = match &**x {
                    Expression::Variable(_) => Expression::If(
                        Box::new(Expression::FunctionCall(
                            Function::IsIri,
                            vec![(**x).clone()],
                        )),
                        Box::new(Literal::from(false).into()),
                        Box::new(call),
                    ),
                    _ => call,
                };
                **a = Expression::If(
                    Box::new((**a).clone()),
                    Box::new(Literal::from(true).into()),
                    Box::new(unequal),
                );
            }
        }
        Expression::Less(a, b) if both_may_be_boolean(a, b) => {
            let booleans = call(LESS, a, b);
            or(expression, booleans);
        }
        Expression::Greater(a, b) if both_may_be_boolean(a, b) => {
            let booleans = call(LESS, b, a);
            or(expression, booleans);
        }
        Expression::LessOrEqual(a, b) if both_may_be_boolean(a, b) => {
            let booleans = Expression::Not(Box::new(call(LESS, b, a)));
            or(expression, booleans);
        }
        Expression::GreaterOrEqual(a, b) if both_may_be_boolean(a, b) => {
            let booleans = Expression::Not(Box::new(call(LESS, a, b)));
            or(expression, booleans);
        }
        _ => {}
    }
}

fn call(name: NamedNodeRef<'static>, a: &Expression, b: &Expression) -> Expression {
    Expression::FunctionCall(
        Function::Custom(name.into_owned()),
        vec![a.clone(), b.clone()],
    )
}

/// Where `expression` fails, `other` is asked.
fn or(expression: &mut Expression, other: Expression) {
    let first = std::mem::replace(expression, Expression::Coalesce(Vec::new()));
    *expression = Expression::Coalesce(vec![first, other]);
}

fn may_be_time(expression: &Expression) -> bool {
    match expression {
        Expression::Variable(_) => true,
        Expression::Literal(literal) => [
            xsd::DATE,
            xsd::DATE_TIME,
            xsd::TIME,
            xsd::G_YEAR,
            xsd::G_YEAR_MONTH,
        ]
        .contains(&literal.datatype()),
        Expression::FunctionCall(Function::Custom(name), _) => {
            [xsd::DATE, xsd::DATE_TIME, xsd::TIME].contains(&name.as_ref())
        }
        _ => false,
    }
}

fn both_may_be_boolean(a: &Expression, b: &Expression) -> bool {
    may_be_boolean(a) && may_be_boolean(b)
}

fn may_be_boolean(expression: &Expression) -> bool {
    match expression {
        Expression::NamedNode(_)
        | Expression::Add(..)
        | Expression::Subtract(..)
        | Expression::Multiply(..)
        | Expression::Divide(..)
        | Expression::UnaryMinus(_)
        | Expression::UnaryPlus(_) => false,
        Expression::Literal(literal) => literal.datatype() == xsd::BOOLEAN,
        Expression::FunctionCall(function, _) => match function {
            Function::Custom(name) => name.as_ref() == xsd::BOOLEAN,
            Function::LangMatches
            | Function::Contains
            | Function::StrStarts
            | Function::StrEnds
            | Function::IsIri
            | Function::IsBlank
            | Function::IsLiteral
            | Function::IsNumeric
            | Function::Regex
            | Function::IsTriple
            | Function::HasLang
            | Function::HasLangDir => true,
            _ => false,
        },
        _ => true,
    }
}
