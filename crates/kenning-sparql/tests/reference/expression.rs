//! Expressions (SPARQL 1.1 Query section 17): errors are `None`.

use std::cmp::Ordering;

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, Term};
use oxsdatatypes::Decimal;
use spargebra::algebra::{Expression, Function};

use super::{Row, Scope, solutions};

/// A number by its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    Integer(i64),
    Decimal(Decimal),
    Double(f64),
}

impl Number {
    pub fn of(term: &Term) -> Option<Self> {
        let Term::Literal(literal) = term else {
            return None;
        };
        let text = literal.value().trim();
        let datatype = literal.datatype();
        let integers = [
            xsd::INTEGER,
            xsd::NEGATIVE_INTEGER,
            xsd::BYTE,
            xsd::UNSIGNED_INT,
        ];
        if integers.contains(&datatype) {
            text.parse().ok().map(Self::Integer)
        } else if datatype == xsd::DECIMAL {
            text.parse().ok().map(Self::Decimal)
        } else if datatype == xsd::DOUBLE {
            text.parse().ok().map(Self::Double)
        } else {
            None
        }
    }

    fn decimal(&self) -> Option<Decimal> {
        match self {
            Self::Integer(value) => Some(Decimal::from(*value)),
            Self::Decimal(value) => Some(*value),
            Self::Double(_) => None,
        }
    }

    fn double(&self) -> f64 {
        match self {
            Self::Integer(value) => *value as f64,
            Self::Decimal(value) => value.to_string().parse().unwrap(),
            Self::Double(value) => *value,
        }
    }

    fn with(
        &self,
        other: &Self,
        integers: fn(i64, i64) -> Option<i64>,
        decimals: fn(Decimal, Decimal) -> Option<Decimal>,
        doubles: fn(f64, f64) -> f64,
    ) -> Option<Self> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => integers(*a, *b).map(Self::Integer),
            (Self::Double(_), _) | (_, Self::Double(_)) => {
                Some(Self::Double(doubles(self.double(), other.double())))
            }
            _ => decimals(self.decimal()?, other.decimal()?).map(Self::Decimal),
        }
    }

    pub fn plus(&self, other: &Self) -> Option<Self> {
        self.with(
            other,
            i64::checked_add,
            |a, b| a.checked_add(b),
            |a, b| a + b,
        )
    }

    fn minus(&self, other: &Self) -> Option<Self> {
        self.with(
            other,
            i64::checked_sub,
            |a, b| a.checked_sub(b),
            |a, b| a - b,
        )
    }

    fn times(&self, other: &Self) -> Option<Self> {
        self.with(
            other,
            i64::checked_mul,
            |a, b| a.checked_mul(b),
            |a, b| a * b,
        )
    }

    pub fn over(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Double(_), _) | (_, Self::Double(_)) => {
                Some(Self::Double(self.double() / other.double()))
            }
            _ => self
                .decimal()?
                .checked_div(other.decimal()?)
                .map(Self::Decimal),
        }
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self.decimal(), other.decimal()) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => self.double().partial_cmp(&other.double()),
        }
    }

    /// The form that sums, differences and products have: the canonical one of XML Schema 1.1.
    fn plain(&self) -> Term {
        match self {
            Self::Integer(value) => Literal::from(*value).into(),
            Self::Decimal(value) => Literal::from(*value).into(),
            Self::Double(value) => Literal::from(oxsdatatypes::Double::from(*value)).into(),
        }
    }

    /// The form that quotients and aggregates have: the canonical one of XML Schema 1.0.
    pub fn term(&self) -> Term {
        match self {
            Self::Integer(value) => Literal::from(*value).into(),
            Self::Decimal(value) => {
                let text = value.to_string();
                let text = if text.contains('.') {
                    text
                } else {
                    format!("{text}.0")
                };
                Literal::new_typed_literal(text, xsd::DECIMAL).into()
            }
            Self::Double(value) if !value.is_finite() => {
                let text = match value {
                    value if value.is_nan() => "NaN",
                    value if *value > 0.0 => "INF",
                    _ => "-INF",
                };
                Literal::new_typed_literal(text, xsd::DOUBLE).into()
            }
            Self::Double(value) => {
                let text = format!("{value:E}");
                let text = match text.split_once('E') {
                    Some((mantissa, exponent)) if !mantissa.contains('.') => {
                        format!("{mantissa}.0E{exponent}")
                    }
                    _ => text,
                };
                Literal::new_typed_literal(text, xsd::DOUBLE).into()
            }
        }
    }
}

fn boolean(value: bool) -> Term {
    Literal::from(value).into()
}

/// The effective boolean value (section 17.2.2).
pub fn truth(expression: &Expression, row: &Row, scope: Scope<'_>) -> Option<bool> {
    let term = value(expression, row, scope)?;
    let Term::Literal(literal) = &term else {
        return None;
    };
    if literal.datatype() == xsd::BOOLEAN {
        return Some(matches!(literal.value(), "true" | "1"));
    }
    if literal.datatype() == xsd::STRING {
        return Some(!literal.value().is_empty());
    }
    match Number::of(&term)? {
        Number::Integer(value) => Some(value != 0),
        Number::Decimal(value) => Some(value != Decimal::from(0)),
        Number::Double(value) => Some(value != 0.0 && !value.is_nan()),
    }
}

/// The value of an expression in a solution.
pub fn value(expression: &Expression, row: &Row, scope: Scope<'_>) -> Option<Term> {
    let of = |expression: &Expression| value(expression, row, scope);
    let is = |expression: &Expression| truth(expression, row, scope);
    let ordered = |a: &Expression, b: &Expression, test: fn(Ordering) -> bool| {
        let order = compare(&of(a)?, &of(b)?)?;
        Some(boolean(test(order)))
    };
    match expression {
        Expression::NamedNode(node) => Some(node.clone().into()),
        Expression::Literal(literal) => Some(literal.clone().into()),
        Expression::Variable(variable) => row
            .get(variable.as_str())
            .or_else(|| scope.outer.get(variable.as_str()))
            .cloned(),
        Expression::Bound(variable) => Some(boolean(
            row.contains_key(variable.as_str()) || scope.outer.contains_key(variable.as_str()),
        )),
        Expression::And(a, b) => match (is(a), is(b)) {
            (Some(false), _) | (_, Some(false)) => Some(boolean(false)),
            (Some(true), Some(true)) => Some(boolean(true)),
            _ => None,
        },
        Expression::Or(a, b) => match (is(a), is(b)) {
            (Some(true), _) | (_, Some(true)) => Some(boolean(true)),
            (Some(false), Some(false)) => Some(boolean(false)),
            _ => None,
        },
        Expression::Not(a) => is(a).map(|value| boolean(!value)),
        Expression::Equal(a, b) => equal(&of(a)?, &of(b)?).map(boolean),
        Expression::SameTerm(a, b) => Some(boolean(of(a)? == of(b)?)),
        Expression::Less(a, b) => ordered(a, b, Ordering::is_lt),
        Expression::LessOrEqual(a, b) => ordered(a, b, Ordering::is_le),
        Expression::Greater(a, b) => ordered(a, b, Ordering::is_gt),
        Expression::GreaterOrEqual(a, b) => ordered(a, b, Ordering::is_ge),
        Expression::In(a, list) => {
            let wanted = of(a)?;
            let mut failed = false;
            for item in list {
                match of(item).and_then(|item| equal(&wanted, &item)) {
                    Some(true) => return Some(boolean(true)),
                    Some(false) => {}
                    None => failed = true,
                }
            }
            (!failed).then(|| boolean(false))
        }
        Expression::Add(a, b) => Some(Number::of(&of(a)?)?.plus(&Number::of(&of(b)?)?)?.plain()),
        Expression::Subtract(a, b) => {
            let (a, b) = (of(a)?, of(b)?);
            if let (Some(a), Some(b)) = (time(&a), time(&b)) {
                // The standard leaves it open; we give the duration between them, as SEP-0002 has it.
                return Some(Literal::from(a.checked_sub(b)?).into());
            }
            Some(Number::of(&a)?.minus(&Number::of(&b)?)?.plain())
        }
        Expression::Multiply(a, b) => {
            Some(Number::of(&of(a)?)?.times(&Number::of(&of(b)?)?)?.plain())
        }
        Expression::Divide(a, b) => Some(Number::of(&of(a)?)?.over(&Number::of(&of(b)?)?)?.term()),
        Expression::UnaryPlus(a) => Some(Number::of(&of(a)?)?.plain()),
        Expression::UnaryMinus(a) => Some(Number::Integer(0).minus(&Number::of(&of(a)?)?)?.plain()),
        Expression::If(a, b, c) => match is(a)? {
            true => of(b),
            false => of(c),
        },
        Expression::Coalesce(list) => list.iter().find_map(of),
        Expression::Exists(pattern) => {
            let outer: Row = scope
                .outer
                .iter()
                .chain(row)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let inside = Scope {
                outer: &outer,
                ..scope
            };
            Some(boolean(!solutions(pattern, inside).is_empty()))
        }
        Expression::FunctionCall(function, list) => {
            let list: Option<Vec<Term>> = list.iter().map(of).collect();
            call(function, &list?)
        }
    }
}

fn time(term: &Term) -> Option<oxsdatatypes::DateTime> {
    match term {
        Term::Literal(literal) if literal.datatype() == xsd::DATE_TIME => {
            literal.value().parse().ok()
        }
        _ => None,
    }
}

fn call(function: &Function, list: &[Term]) -> Option<Term> {
    let text = |term: &Term| match term {
        Term::Literal(literal)
            if literal.datatype() == xsd::STRING || literal.language().is_some() =>
        {
            Some(literal.value().to_owned())
        }
        _ => None,
    };
    Some(match (function, list) {
        (Function::Str, [Term::NamedNode(node)]) => Literal::from(node.as_str()).into(),
        (Function::Str, [Term::Literal(literal)]) => Literal::from(literal.value()).into(),
        (Function::Lang, [Term::Literal(literal)]) => {
            Literal::from(literal.language().unwrap_or_default()).into()
        }
        (Function::Datatype, [Term::Literal(literal)]) => literal.datatype().into_owned().into(),
        (Function::IsIri, [term]) => boolean(term.is_named_node()),
        (Function::IsBlank, [term]) => boolean(term.is_blank_node()),
        (Function::IsLiteral, [term]) => boolean(term.is_literal()),
        (Function::IsNumeric, [term]) => boolean(Number::of(term).is_some()),
        (Function::StrLen, [term]) => Literal::from(text(term)?.chars().count() as i64).into(),
        (Function::Concat, list) => {
            let texts: Option<Vec<String>> = list.iter().map(text).collect();
            Literal::from(texts?.concat()).into()
        }
        (Function::Contains, [a, b]) => boolean(text(a)?.contains(&text(b)?)),
        (Function::StrLang, [a, b]) => match a {
            Term::Literal(a) if a.datatype() == xsd::STRING => {
                Literal::new_language_tagged_literal(a.value(), text(b)?)
                    .ok()?
                    .into()
            }
            _ => return None,
        },
        (Function::StrDt, [Term::Literal(a), Term::NamedNode(b)])
            if a.datatype() == xsd::STRING =>
        {
            Literal::new_typed_literal(a.value(), NamedNode::clone(b)).into()
        }
        _ => return None,
    })
}

/// `=` (section 17.4.1.7): terms that are not known to be different are an error.
fn equal(a: &Term, b: &Term) -> Option<bool> {
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return Some(a.compare(&b) == Some(Ordering::Equal));
    }
    if a == b {
        return Some(true);
    }
    let (Term::Literal(x), Term::Literal(y)) = (a, b) else {
        return Some(false);
    };
    match (kind(x), kind(y)) {
        (Kind::Unknown, Kind::Tagged) | (Kind::Tagged, _) | (_, Kind::Tagged) => Some(false),
        (Kind::Unknown, _) | (_, Kind::Unknown) => None,
        (Kind::Boolean, Kind::Boolean) => {
            Some(matches!(x.value(), "true" | "1") == matches!(y.value(), "true" | "1"))
        }
        (Kind::Time, Kind::Time) => compare(a, b).map(Ordering::is_eq),
        _ => Some(false),
    }
}

#[derive(PartialEq)]
enum Kind {
    String,
    Tagged,
    Boolean,
    Number,
    Time,
    Duration,
    Unknown,
}

fn kind(literal: &Literal) -> Kind {
    let datatype = literal.datatype();
    if datatype == xsd::STRING {
        Kind::String
    } else if literal.language().is_some() {
        Kind::Tagged
    } else if datatype == xsd::BOOLEAN {
        Kind::Boolean
    } else if datatype == xsd::DATE_TIME {
        Kind::Time
    } else if datatype == xsd::DAY_TIME_DURATION {
        Kind::Duration
    } else if Number::of(&literal.clone().into()).is_some() {
        Kind::Number
    } else {
        Kind::Unknown
    }
}

/// `<` (section 17.3); `None` where it is an error. A thing is equal to itself, which the standard allows to say.
pub fn compare(a: &Term, b: &Term) -> Option<Ordering> {
    if a == b && Number::of(a).is_none() {
        return Some(Ordering::Equal);
    }
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return a.compare(&b);
    }
    let (Term::Literal(x), Term::Literal(y)) = (a, b) else {
        return None;
    };
    match (kind(x), kind(y)) {
        (Kind::String, Kind::String) => Some(x.value().cmp(y.value())),
        (Kind::Boolean, Kind::Boolean) => {
            Some(matches!(x.value(), "true" | "1").cmp(&matches!(y.value(), "true" | "1")))
        }
        (Kind::Time, Kind::Time) => {
            let time = |literal: &Literal| literal.value().parse::<oxsdatatypes::DateTime>().ok();
            time(x)?.partial_cmp(&time(y)?)
        }
        _ => None,
    }
}
