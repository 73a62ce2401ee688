//! Comparisons that the evaluator leaves out.
//!
//! Booleans have an order (SPARQL 1.1 Query section 17.3), and points in time of which one has a time zone may be neither equal nor
//! different: then `!=` is an error, and not true.

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNodeRef, Term, Triple};
use spareval::ExpressionTerm;
use spargebra::algebra::{Expression, Function};

use super::number::meant;
use super::order::numbers;
use super::triple;

/// The function that says whether one boolean is less than another. No text can call it.
pub(crate) const LESS: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning less");
/// The function that says of two values that are not equal that they are different: false, or an error. No text can call it.
pub(crate) const UNEQUAL: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning unequal");

/// The function that compares triple terms by the values in them. No text can call it.
pub(crate) const ALIKE: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning alike");

/// Evaluates [`ALIKE`].
pub(crate) fn alike(arguments: &[Term]) -> Option<Term> {
    match arguments {
        [Term::Triple(a), Term::Triple(b)] => Some(Literal::from(equal(a, b)?).into()),
        _ => None,
    }
}

/// `=` of triple terms (SPARQL 1.2 Query section 17.4.1.7): that of their parts.
fn equal(a: &Triple, b: &Triple) -> Option<bool> {
    if a.subject != b.subject || a.predicate != b.predicate {
        return Some(false);
    }
    let (a, b) = (meant(a.object.clone()), meant(b.object.clone()));
    if let (Term::Triple(a), Term::Triple(b)) = (&a, &b) {
        return equal(a, b);
    }
    let both_literals = a.is_literal() && b.is_literal();
    let (a, b): (ExpressionTerm, ExpressionTerm) = (a.into(), b.into());
    if let Some(order) = numbers(&a, &b) {
        return Some(order.is_eq());
    }
    let unknown = |term: &ExpressionTerm| matches!(term, ExpressionTerm::OtherTypedLiteral { .. });
    match a == b {
        true => Some(true),
        false if both_literals && (unknown(&a) || unknown(&b)) => None,
        false => Some(false),
    }
}

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
        Expression::Equal(a, b) if may_be_triple(a) && may_be_triple(b) => {
            let alike = call(ALIKE, a, b);
            or(expression, alike);
        }
        Expression::Not(a) => {
            if let Some((x, y)) = equality(a)
                && may_be_time(x)
                && may_be_time(y)
            {
                let call = call(UNEQUAL, x, y);
                let unequal = match x {
                    Expression::Variable(_) => Expression::If(
                        Box::new(Expression::FunctionCall(Function::IsIri, vec![x.clone()])),
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

/// The operands of an `=`, also of one that has been mended.
fn equality(expression: &Expression) -> Option<(&Expression, &Expression)> {
    match expression {
        Expression::Equal(x, y) => Some((x, y)),
        Expression::Coalesce(list) => match list.as_slice() {
            [
                Expression::Equal(x, y),
                Expression::FunctionCall(Function::Custom(name), _),
            ] if name.as_ref() == ALIKE => Some((x, y)),
            _ => None,
        },
        _ => None,
    }
}

fn may_be_triple(expression: &Expression) -> bool {
    match expression {
        Expression::Variable(_) | Expression::FunctionCall(Function::Triple, _) => true,
        Expression::FunctionCall(Function::Custom(name), _) => name.as_ref() == triple::OBJECT,
        _ => false,
    }
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
        Expression::Coalesce(list) => list.iter().any(may_be_boolean),
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
