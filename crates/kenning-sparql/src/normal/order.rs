//! `ORDER BY` over values of several kinds.
//!
//! The evaluator compares by value what can be compared and by text what cannot, which is no order: 9 < 10, "10" < "5", and "5" < "9".
//! A sort by it gives rows in any order, or fails. So a key that may be of several kinds is preceded by one that tells the kinds apart,
//! and places points in time with and without a time zone on one line (the latter are read as UTC, which agrees with `<`
//! wherever `<` decides; SPARQL 1.1 Query section 15.1 leaves the rest open).

use kenning_store::Value;
use oxrdf::{NamedNodeRef, Term};
use oxsdatatypes::{DateTime, DayTimeDuration, Decimal, TimezoneOffset};
use spareval::ExpressionTerm;
use spargebra::algebra::{Expression, GraphPattern, OrderExpression};

use super::fresh;
use super::text::{is_resource, looked_up};

/// The predicate from a term to its place among the kinds. No text can name it.
pub(crate) const RANK: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning rank");

/// What the names of variables for ranks begin with.
const NAME: &str = " rank";

pub(super) fn mend(pattern: &mut GraphPattern) {
    let GraphPattern::OrderBy { inner, expression } = pattern else {
        return;
    };
    let mut keys = Vec::with_capacity(expression.len() * 2);
    for key in std::mem::take(expression) {
        let (expression, descending) = match key {
            OrderExpression::Asc(expression) => (expression, false),
            OrderExpression::Desc(expression) => (expression, true),
        };
        let key = |expression: Expression| match descending {
            true => OrderExpression::Desc(expression),
            false => OrderExpression::Asc(expression),
        };
        let variable = match &expression {
            Expression::Variable(variable) => Some(variable.clone()),
            Expression::If(..) | Expression::Coalesce(_) => {
                let variable = fresh("key");
                **inner = GraphPattern::Extend {
                    inner: Box::new(std::mem::take(&mut **inner)),
                    variable: variable.clone(),
                    expression: expression.clone(),
                };
                Some(variable)
            }
            // Every other operator gives values of one kind.
            _ => None,
        };
        match variable {
            Some(variable) if !is_resource(inner, &variable) => {
                let rank = fresh("rank");
                looked_up(inner, variable.clone(), RANK, rank.clone());
                keys.push(key(rank.into()));
                keys.push(key(variable.into()));
            }
            _ => keys.push(key(expression)),
        }
    }
    *expression = keys;
}

/// The first key that decides an order, apart from the ranks of its values.
pub(crate) fn first_key(expression: &[OrderExpression]) -> Option<&OrderExpression> {
    expression.iter().find(|key| {
        let (OrderExpression::Asc(key) | OrderExpression::Desc(key)) = key;
        !matches!(key, Expression::Variable(variable) if variable.as_str().starts_with(NAME))
    })
}

/// The rank of a term.
pub(crate) fn rank(term: &ExpressionTerm) -> Value {
    let line = |kind: i64, seconds: Option<Decimal>| {
        // A product of whole numbers is found much faster than one of decimals.
        let base = Decimal::from(kind * 10_000_000_000_000);
        Value::Decimal(
            seconds
                .and_then(|seconds| base.checked_add(seconds))
                .unwrap_or(base),
        )
    };
    match term {
        ExpressionTerm::BlankNode(_) => line(0, None),
        ExpressionTerm::NamedNode(_) => line(1, None),
        ExpressionTerm::IntegerLiteral(_)
        | ExpressionTerm::DecimalLiteral(_)
        | ExpressionTerm::FloatLiteral(_)
        | ExpressionTerm::DoubleLiteral(_) => line(2, None),
        ExpressionTerm::StringLiteral(_) => line(3, None),
        ExpressionTerm::LangStringLiteral { .. } => line(4, None),
        ExpressionTerm::DirLangStringLiteral { .. } => line(5, None),
        ExpressionTerm::BooleanLiteral(_) => line(6, None),
        ExpressionTerm::DateTimeLiteral(time) => line(20, seconds(*time)),
        ExpressionTerm::DateLiteral(date) => {
            line(30, DateTime::try_from(*date).ok().and_then(seconds))
        }
        ExpressionTerm::TimeLiteral(time) => line(
            if time.timezone_offset().is_some() {
                40
            } else {
                41
            },
            None,
        ),
        ExpressionTerm::GYearLiteral(year) => line(
            if year.timezone_offset().is_some() {
                42
            } else {
                43
            },
            None,
        ),
        ExpressionTerm::GYearMonthLiteral(month) => line(
            if month.timezone_offset().is_some() {
                44
            } else {
                45
            },
            None,
        ),
        ExpressionTerm::GMonthLiteral(_) => line(46, None),
        ExpressionTerm::GMonthDayLiteral(_) => line(47, None),
        ExpressionTerm::GDayLiteral(_) => line(48, None),
        ExpressionTerm::DurationLiteral(_) => line(50, None),
        ExpressionTerm::YearMonthDurationLiteral(_) => line(51, None),
        ExpressionTerm::DayTimeDurationLiteral(_) => line(52, None),
        ExpressionTerm::OtherTypedLiteral { .. } => line(60, None),
        ExpressionTerm::Triple(_) => line(90, None),
    }
}

/// Seconds since 1970, where a point without a time zone is one in UTC.
fn seconds(time: DateTime) -> Option<Decimal> {
    let utc = match time.timezone_offset() {
        Some(_) => time,
        None => time.adjust(Some(TimezoneOffset::UTC))?,
    };
    let start: DateTime = "1970-01-01T00:00:00Z".parse().ok()?;
    let since: DayTimeDuration = utc.checked_sub(start)?;
    let part = |number: i64, of: i64| Decimal::from(number).checked_mul(Decimal::from(of));
    part(since.days(), 86_400)?
        .checked_add(part(since.hours(), 3_600)?)?
        .checked_add(part(since.minutes(), 60)?)?
        .checked_add(since.seconds())
}

/// Compares values of one rank or of several, as `ORDER BY` does.
pub(super) fn compare(a: &ExpressionTerm, b: &ExpressionTerm) -> std::cmp::Ordering {
    place(a).cmp(&place(b)).then_with(|| compare_alike(a, b))
}

/// The rank of a term as a number.
pub(crate) fn place(term: &ExpressionTerm) -> Decimal {
    match rank(term) {
        Value::Decimal(rank) => rank,
        _ => Decimal::default(),
    }
}

/// Compares values of one rank.
pub(crate) fn compare_alike(a: &ExpressionTerm, b: &ExpressionTerm) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    let order = match (a, b) {
        (ExpressionTerm::NamedNode(a), ExpressionTerm::NamedNode(b)) => {
            Some(a.as_str().cmp(b.as_str()))
        }
        (ExpressionTerm::BlankNode(a), ExpressionTerm::BlankNode(b)) => {
            Some(a.as_str().cmp(b.as_str()))
        }
        (ExpressionTerm::StringLiteral(a), ExpressionTerm::StringLiteral(b)) => Some(a.cmp(b)),
        (ExpressionTerm::BooleanLiteral(a), ExpressionTerm::BooleanLiteral(b)) => {
            Some(bool::from(*a).cmp(&bool::from(*b)))
        }
        (ExpressionTerm::DateTimeLiteral(a), ExpressionTerm::DateTimeLiteral(b)) => {
            a.partial_cmp(b)
        }
        (ExpressionTerm::DateLiteral(a), ExpressionTerm::DateLiteral(b)) => a.partial_cmp(b),
        (ExpressionTerm::TimeLiteral(a), ExpressionTerm::TimeLiteral(b)) => a.partial_cmp(b),
        (ExpressionTerm::GYearLiteral(a), ExpressionTerm::GYearLiteral(b)) => a.partial_cmp(b),
        (ExpressionTerm::GYearMonthLiteral(a), ExpressionTerm::GYearMonthLiteral(b)) => {
            a.partial_cmp(b)
        }
        (
            ExpressionTerm::YearMonthDurationLiteral(a),
            ExpressionTerm::YearMonthDurationLiteral(b),
        ) => a.partial_cmp(b),
        (ExpressionTerm::DayTimeDurationLiteral(a), ExpressionTerm::DayTimeDurationLiteral(b)) => {
            a.partial_cmp(b)
        }
        (ExpressionTerm::DurationLiteral(a), ExpressionTerm::DurationLiteral(b)) => {
            a.partial_cmp(b)
        }
        (a, b) => numbers(a, b),
    };
    order.unwrap_or_else(|| match (Term::from(a.clone()), Term::from(b.clone())) {
        (Term::Literal(a), Term::Literal(b)) => {
            (a.value(), a.datatype(), a.language()).cmp(&(b.value(), b.datatype(), b.language()))
        }
        _ => Ordering::Equal,
    })
}

/// Compares numbers of any types; `None` where one is no number.
pub(super) fn numbers(a: &ExpressionTerm, b: &ExpressionTerm) -> Option<std::cmp::Ordering> {
    let exact = |term: &ExpressionTerm| match term {
        ExpressionTerm::IntegerLiteral(value) => Some(Decimal::from(*value)),
        ExpressionTerm::DecimalLiteral(value) => Some(*value),
        _ => None,
    };
    if let (Some(a), Some(b)) = (exact(a), exact(b)) {
        return Some(a.cmp(&b));
    }
    let double = |term: &ExpressionTerm| match term {
        ExpressionTerm::IntegerLiteral(value) => {
            Some(f64::from(oxsdatatypes::Double::from(*value)))
        }
        ExpressionTerm::DecimalLiteral(value) => {
            Some(f64::from(oxsdatatypes::Double::from(*value)))
        }
        ExpressionTerm::FloatLiteral(value) => Some(f64::from(f32::from(*value))),
        ExpressionTerm::DoubleLiteral(value) => Some(f64::from(*value)),
        _ => None,
    };
    double(a)?.partial_cmp(&double(b)?)
}
