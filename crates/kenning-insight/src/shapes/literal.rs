//! Literals: whether they are well-formed, and how two of them compare.

use kenning_store::Value;
use kenning_vocab::xsd;
use oxrdf::{Literal, Term, TermRef};
use std::cmp::Ordering;

/// Whether a literal has this datatype and its text is in the lexical space (SHACL section 4.1.2).
/// The lexical spaces known are those that SPARQL needs, with the bounds of the integer types; others are not judged.
pub(super) fn is_well_formed(literal: &Literal) -> bool {
    let datatype = literal.datatype();
    let Some(local) = datatype.as_str().strip_prefix(xsd::NAMESPACE) else {
        return true;
    };
    let text = literal.value();
    if let Some((min, max)) = integer_bounds(local) {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
        return match text.parse::<i128>() {
            Ok(number) => min.is_none_or(|m| number >= m) && max.is_none_or(|m| number <= m),
            // More digits than 128 bits hold: only the unbounded end can take them.
            Err(_) if text.starts_with('-') => min.is_none(),
            Err(_) => max.is_none(),
        };
    }
    let judged = [
        "boolean",
        "decimal",
        "float",
        "double",
        "dateTime",
        "dateTimeStamp",
        "date",
        "time",
        "gYear",
        "gYearMonth",
        "gMonth",
        "gMonthDay",
        "gDay",
        "duration",
        "yearMonthDuration",
        "dayTimeDuration",
    ];
    !judged.contains(&local) || Value::of(TermRef::Literal(literal.as_ref())).is_some()
}

fn integer_bounds(local: &str) -> Option<(Option<i128>, Option<i128>)> {
    Some(match local {
        "integer" => (None, None),
        "long" => (Some(i64::MIN.into()), Some(i64::MAX.into())),
        "int" => (Some(i32::MIN.into()), Some(i32::MAX.into())),
        "short" => (Some(i16::MIN.into()), Some(i16::MAX.into())),
        "byte" => (Some(i8::MIN.into()), Some(i8::MAX.into())),
        "unsignedLong" => (Some(0), Some(u64::MAX.into())),
        "unsignedInt" => (Some(0), Some(u32::MAX.into())),
        "unsignedShort" => (Some(0), Some(u16::MAX.into())),
        "unsignedByte" => (Some(0), Some(u8::MAX.into())),
        "nonNegativeInteger" => (Some(0), None),
        "positiveInteger" => (Some(1), None),
        "nonPositiveInteger" => (None, Some(0)),
        "negativeInteger" => (None, Some(-1)),
        _ => return None,
    })
}

/// How two literals compare by value, as `<` of SPARQL 1.1 section 17.3 does; `None` where they cannot be compared.
pub(super) fn compare(left: &Term, right: &Term) -> Option<Ordering> {
    let (Term::Literal(a), Term::Literal(b)) = (left, right) else {
        return None;
    };
    match (Value::of(left.as_ref()), Value::of(right.as_ref())) {
        (Some(a), Some(b)) => compare_values(a, b),
        (None, None) if a.datatype() == xsd::STRING && b.datatype() == xsd::STRING => {
            Some(a.value().cmp(b.value()))
        }
        _ => None,
    }
}

fn compare_values(left: Value, right: Value) -> Option<Ordering> {
    use Value as V;
    match (left, right) {
        (V::Boolean(a), V::Boolean(b)) => bool::from(a).partial_cmp(&bool::from(b)),
        (V::Integer(a), V::Integer(b)) => a.partial_cmp(&b),
        (V::DateTime(a), V::DateTime(b)) => a.partial_cmp(&b),
        (V::Date(a), V::Date(b)) => a.partial_cmp(&b),
        (V::Time(a), V::Time(b)) => a.partial_cmp(&b),
        (V::GYear(a), V::GYear(b)) => a.partial_cmp(&b),
        (V::GYearMonth(a), V::GYearMonth(b)) => a.partial_cmp(&b),
        (V::DayTimeDuration(a), V::DayTimeDuration(b)) => a.partial_cmp(&b),
        (V::YearMonthDuration(a), V::YearMonthDuration(b)) => a.partial_cmp(&b),
        (V::Duration(a), V::Duration(b)) => a.partial_cmp(&b),
        (a, b) => compare_numbers(a, b),
    }
}

fn compare_numbers(left: Value, right: Value) -> Option<Ordering> {
    use oxsdatatypes::{Decimal, Double};
    let decimal = |value| match value {
        Value::Integer(n) => Some(Decimal::from(n)),
        Value::Decimal(n) => Some(n),
        _ => None,
    };
    if let (Some(a), Some(b)) = (decimal(left), decimal(right)) {
        return a.partial_cmp(&b);
    }
    let double = |value| match value {
        Value::Integer(n) => Some(Double::from(n)),
        Value::Decimal(n) => Some(Double::from(n)),
        Value::Float(n) => Some(Double::from(n)),
        Value::Double(n) => Some(n),
        _ => None,
    };
    double(left)?.partial_cmp(&double(right)?)
}
