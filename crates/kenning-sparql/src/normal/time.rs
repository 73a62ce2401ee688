//! Sums of a point in time and a duration (SEP-0002).
//!
//! The planner takes a sum for commutative and orders its operands by chance, and the evaluator adds a duration only to what stands before it. A
//! difference keeps its order, so `a + b` becomes `a - (-b)` where it may be such a sum. A duration that does stand first (XPath has both
//! orders, XPath 3.1 section B.2) is added by a function of ours.

use oxrdf::{NamedNodeRef, Term};
use spareval::ExpressionTerm;
use spargebra::algebra::{Expression, Function};

/// The function that adds a point in time to a duration. No text can call it.
pub(crate) const LATER: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning later");

/// Mends an expression, whose operands have been mended.
pub(super) fn mend(expression: &mut Expression) {
    let Expression::Add(a, b) = expression else {
        return;
    };
    if !may_be_time(a) || !may_be_time(b) {
        return;
    }
    let minus = Expression::UnaryMinus(b.clone());
    let sum = Expression::Subtract(a.clone(), Box::new(minus));
    // Written twice only where it is short, or a long sum would grow beyond all bounds.
    *expression = match is_short(a) && is_short(b) {
        true => {
            let name = Function::Custom(LATER.into_owned());
            let later = Expression::FunctionCall(name, vec![(**a).clone(), (**b).clone()]);
            Expression::Coalesce(vec![sum, later])
        }
        false => sum,
    };
}

/// Evaluates [`LATER`].
pub(crate) fn later(arguments: &[Term]) -> Option<Term> {
    let [duration, time] = arguments else {
        return None;
    };
    use ExpressionTerm as E;
    let sum = match (E::from(time.clone()), E::from(duration.clone())) {
        (E::DateTimeLiteral(time), E::DurationLiteral(more)) => {
            E::DateTimeLiteral(time.checked_add_duration(more)?)
        }
        (E::DateTimeLiteral(time), E::YearMonthDurationLiteral(more)) => {
            E::DateTimeLiteral(time.checked_add_year_month_duration(more)?)
        }
        (E::DateTimeLiteral(time), E::DayTimeDurationLiteral(more)) => {
            E::DateTimeLiteral(time.checked_add_day_time_duration(more)?)
        }
        (E::DateLiteral(date), E::DurationLiteral(more)) => {
            E::DateLiteral(date.checked_add_duration(more)?)
        }
        (E::DateLiteral(date), E::YearMonthDurationLiteral(more)) => {
            E::DateLiteral(date.checked_add_year_month_duration(more)?)
        }
        (E::DateLiteral(date), E::DayTimeDurationLiteral(more)) => {
            E::DateLiteral(date.checked_add_day_time_duration(more)?)
        }
        (E::TimeLiteral(time), E::DayTimeDurationLiteral(more)) => {
            E::TimeLiteral(time.checked_add_day_time_duration(more)?)
        }
        _ => return None,
    };
    Some(sum.into())
}

/// Whether it may be a point in time or a duration. What is surely a number is not.
fn may_be_time(expression: &Expression) -> bool {
    match expression {
        Expression::Literal(literal) => !matches!(
            Term::from(literal.clone()).into(),
            ExpressionTerm::IntegerLiteral(_)
                | ExpressionTerm::DecimalLiteral(_)
                | ExpressionTerm::FloatLiteral(_)
                | ExpressionTerm::DoubleLiteral(_)
                | ExpressionTerm::StringLiteral(_)
        ),
        Expression::NamedNode(_) | Expression::Multiply(..) | Expression::Divide(..) => false,
        Expression::FunctionCall(function, _) => !matches!(
            function,
            Function::Abs
                | Function::Ceil
                | Function::Floor
                | Function::Round
                | Function::Rand
                | Function::StrLen
                | Function::Year
                | Function::Month
                | Function::Day
                | Function::Hours
                | Function::Minutes
                | Function::Seconds
        ),
        _ => true,
    }
}

fn is_short(expression: &Expression) -> bool {
    match expression {
        Expression::Variable(_) | Expression::Literal(_) => true,
        Expression::FunctionCall(_, list) => list
            .iter()
            .all(|item| matches!(item, Expression::Variable(_) | Expression::Literal(_))),
        _ => false,
    }
}
