//! Casts of text with spaces around it, which are no part of a value (XML Schema Part 2, section 4.3.6; XPath Functions, section 19.2), and
//! integers that are none of their datatype.

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNodeRef, Term};
use spareval::ExpressionTerm;
use spargebra::algebra::{Expression, Function};

/// The function that takes spaces away around a string. No text can call it.
pub(crate) const TRIM: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning trim");

/// Casts to these read a text.
const READ: [NamedNodeRef<'static>; 8] = [
    xsd::BOOLEAN,
    xsd::INTEGER,
    xsd::DECIMAL,
    xsd::FLOAT,
    xsd::DOUBLE,
    xsd::DATE_TIME,
    xsd::DATE,
    xsd::TIME,
];

/// Datatypes whose values are some of the integers.
const DERIVED: [NamedNodeRef<'static>; 12] = [
    xsd::BYTE,
    xsd::SHORT,
    xsd::INT,
    xsd::LONG,
    xsd::UNSIGNED_BYTE,
    xsd::UNSIGNED_SHORT,
    xsd::UNSIGNED_INT,
    xsd::UNSIGNED_LONG,
    xsd::POSITIVE_INTEGER,
    xsd::NEGATIVE_INTEGER,
    xsd::NON_POSITIVE_INTEGER,
    xsd::NON_NEGATIVE_INTEGER,
];

/// Mends an expression.
pub(super) fn mend(expression: &mut Expression) {
    let Expression::FunctionCall(function, arguments) = expression else {
        return;
    };
    match (&*function, arguments.as_mut_slice()) {
        (Function::Custom(name), [argument]) if READ.contains(&name.as_ref()) => {
            let inner = std::mem::replace(argument, Expression::Coalesce(Vec::new()));
            let trim = Function::Custom(TRIM.into_owned());
            *argument = Expression::FunctionCall(trim, vec![inner]);
        }
        (Function::IsNumeric, [Expression::Literal(literal)]) if is_ill_typed(literal) => {
            *expression = Literal::from(false).into();
        }
        _ => {}
    }
}

/// Evaluates [`TRIM`].
pub(crate) fn trim(arguments: &[Term]) -> Option<Term> {
    let [term] = arguments else { return None };
    Some(match term {
        Term::Literal(literal) if literal.datatype() == xsd::STRING => {
            let text = literal.value().trim_matches([' ', '\t', '\n', '\r']);
            Literal::from(text).into()
        }
        term => term.clone(),
    })
}

/// A term as expressions see it. `"300"^^xsd:byte` is no number (SPARQL 1.1 Query section 17.4.2.4), though the evaluator takes it for one.
pub(crate) fn value(term: Term) -> ExpressionTerm {
    match &term {
        Term::Literal(literal) if is_ill_typed(literal) => ExpressionTerm::OtherTypedLiteral {
            value: literal.value().to_owned(),
            datatype: literal.datatype().into_owned(),
        },
        _ => term.into(),
    }
}

fn is_ill_typed(literal: &Literal) -> bool {
    DERIVED.contains(&literal.datatype()) && kenning_store::Value::of(literal.into()).is_none()
}
