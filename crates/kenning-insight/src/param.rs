//! The values that a question takes: what they are called, which type they have, and how text becomes one.

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, Term, Variable};
use oxsdatatypes::{Date, Duration};

use crate::Context;
use crate::fold::name_key;

/// A value that a question takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// What callers call it: the variable without `_` and without its type.
    pub name: String,
    /// The variable of the query, without `?`.
    pub variable: String,
    /// Which type a value has.
    pub kind: Kind,
    /// What it means, in words.
    pub description: Option<String>,
    /// What stands for it when the caller gives nothing.
    pub default: Option<String>,
    /// The only values that are allowed; empty when any is.
    pub choices: Vec<String>,
    /// Whether it may be left away although it has no default.
    pub optional: bool,
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A plain text.
    Text,
    /// A text in the language with this tag.
    Language(String),
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// Yes or no.
    Boolean,
    /// A day: `2026-11-21`, `today`, or `today` less or plus a period, as in `today-P1Y`.
    Date,
    /// An absolute IRI, or a prefixed name of the built-in prefixes.
    Iri,
    /// A topic, by any name that it has, or by the IRI of its name.
    Topic,
    /// A person or group, by name, or by IRI.
    Agent,
    /// A literal of this other datatype.
    Typed(NamedNode),
}

/// A text that is not a value of the type a question asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` cannot be the {param} of this question: it has to be {expected}")]
pub struct InvalidValue {
    /// Which value.
    pub param: String,
    /// What was given.
    pub value: String,
    /// What would have been understood.
    pub expected: String,
}

impl Kind {
    /// The type in words, as it stands in help and in OpenAPI descriptions.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Language(tag) => format!("a text in the language `{tag}`"),
            Self::Integer => "a whole number".to_owned(),
            Self::Decimal => "a number".to_owned(),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Date => "a day such as `2026-11-21`, `today` or `today-P1Y`".to_owned(),
            Self::Iri => "an IRI, or a name such as `km:tacit`".to_owned(),
            Self::Topic => "a topic, by name".to_owned(),
            Self::Agent => "a person or a group, by name".to_owned(),
            Self::Typed(datatype) => format!("a value of {datatype}"),
        }
    }

    /// Name and type of a parameter by the convention of grlc: `_name`, `__name` when it may be left away, and a type after
    /// the name, as in `_since_xsd_date`. `None` when the variable is no parameter.
    pub(crate) fn of_variable(variable: &str) -> Option<(String, Self, bool)> {
        let rest = variable.strip_prefix('_')?;
        let (rest, optional) = match rest.strip_prefix('_') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let (name, kind) = match rest.rsplit_once('_') {
            None => (rest, Self::Text),
            Some((name, "iri")) => (name, Self::Iri),
            Some((name, "literal")) => (name, Self::Text),
            Some((name, "number" | "decimal")) => (name, Self::Decimal),
            Some((name, "integer")) => (name, Self::Integer),
            Some((name, "boolean")) => (name, Self::Boolean),
            Some((name, "date")) => (name.strip_suffix("_xsd").unwrap_or(name), Self::Date),
            Some((name, local)) if name.ends_with("_xsd") => {
                let datatype = format!("http://www.w3.org/2001/XMLSchema#{local}");
                let kind = match local {
                    "integer" => Self::Integer,
                    "decimal" => Self::Decimal,
                    "boolean" => Self::Boolean,
                    "string" => Self::Text,
                    _ => Self::Typed(NamedNode::new(datatype).ok()?),
                };
                (name.strip_suffix("_xsd")?, kind)
            }
            Some((name, tag)) if tag.len() == 2 => (name, Self::Language(tag.to_owned())),
            Some(_) => (rest, Self::Text),
        };
        (!name.is_empty()).then(|| (name.to_owned(), kind, optional))
    }
}

impl Param {
    /// The term for a text that a caller gives.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is no value of the type, or none of the choices.
    pub fn term(&self, value: &str, context: &Context) -> Result<Term, InvalidValue> {
        let invalid = |expected: String| InvalidValue {
            param: self.name.clone(),
            value: value.to_owned(),
            expected,
        };
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == value) {
            return Err(invalid(format!("one of `{}`", self.choices.join("`, `"))));
        }
        let value = value.trim();
        let term: Option<Term> =
            match &self.kind {
                Kind::Text => Some(Literal::new_simple_literal(value).into()),
                Kind::Language(tag) => Literal::new_language_tagged_literal(value, tag)
                    .ok()
                    .map(Into::into),
                Kind::Integer => value.parse::<i64>().ok().map(|number| {
                    Literal::new_typed_literal(number.to_string(), xsd::INTEGER).into()
                }),
                Kind::Decimal => value.parse::<oxsdatatypes::Decimal>().ok().map(|number| {
                    Literal::new_typed_literal(number.to_string(), xsd::DECIMAL).into()
                }),
                Kind::Boolean => value
                    .parse::<bool>()
                    .ok()
                    .map(|truth| Literal::from(truth).into()),
                Kind::Date => day(value, context.today)
                    .map(|day| Literal::new_typed_literal(day.to_string(), xsd::DATE).into()),
                Kind::Iri => iri(value).map(Into::into),
                Kind::Topic => Some(
                    iri(value)
                        .unwrap_or_else(|| context.base.name(&name_key(value)))
                        .into(),
                ),
                Kind::Agent => Some(
                    iri(value)
                        .unwrap_or_else(|| context.base.agent(&name_key(value)))
                        .into(),
                ),
                Kind::Typed(datatype) => {
                    Some(Literal::new_typed_literal(value, datatype.clone()).into())
                }
            };
        term.filter(|_| !value.is_empty())
            .ok_or_else(|| invalid(self.kind.words()))
    }

    /// The variable that the value stands for.
    pub(crate) fn bound(&self) -> Variable {
        Variable::new_unchecked(self.variable.as_str())
    }
}

/// `2026-11-21`, `today`, `today-P1Y`, `today+P6M`.
pub(crate) fn day(text: &str, today: Date) -> Option<Date> {
    let Some(rest) = text.strip_prefix("today") else {
        // A date with a time zone would compare by another rule than the dates of notes.
        return text.parse::<Date>().ok().filter(|_| text.len() == 10);
    };
    if rest.is_empty() {
        return Some(today);
    }
    let (sign, period) = rest.split_at_checked(1)?;
    let period = period.parse::<Duration>().ok()?;
    match sign {
        "-" => today.checked_sub_duration(period),
        "+" => today.checked_add_duration(period),
        _ => None,
    }
}

/// An absolute IRI with or without angle brackets, or a prefixed name.
pub(crate) fn iri(text: &str) -> Option<NamedNode> {
    let text = text
        .strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'))
        .unwrap_or(text);
    if let Some((prefix, local)) = text.split_once(':')
        && let Some((_, namespace)) = kenning_vocab::prefixes()
            .iter()
            .find(|(name, _)| *name == prefix)
    {
        return NamedNode::new(format!("{namespace}{local}")).ok();
    }
    let scheme = text.split_once(':').map(|(scheme, _)| scheme)?;
    // "Note: this" is a name that somebody typed, not an IRI of the scheme `Note`.
    matches!(scheme, "http" | "https" | "urn").then(|| NamedNode::new(text).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(kind: Kind) -> Param {
        Param {
            name: "it".to_owned(),
            variable: "_it".to_owned(),
            kind,
            description: None,
            default: None,
            choices: Vec::new(),
            optional: false,
        }
    }

    fn term(kind: Kind, value: &str) -> Option<String> {
        let context = Context::new("2026-11-21".parse().unwrap());
        param(kind)
            .term(value, &context)
            .ok()
            .map(|term| term.to_string())
    }

    #[test]
    fn variables_name_their_type() {
        let of = |variable: &str| Kind::of_variable(variable).map(|(name, kind, _)| (name, kind));
        let some = |name: &str, kind| Some((name.to_owned(), kind));
        assert_eq!(of("_o1"), some("o1", Kind::Text));
        assert_eq!(of("_o2_iri"), some("o2", Kind::Iri));
        assert_eq!(of("_o3_number"), some("o3", Kind::Decimal));
        assert_eq!(of("_o4_literal"), some("o4", Kind::Text));
        assert_eq!(of("_o5_en"), some("o5", Kind::Language("en".to_owned())));
        assert_eq!(of("_o6_integer"), some("o6", Kind::Integer));
        assert_eq!(of("_o7_xsd_date"), some("o7", Kind::Date));
        assert_eq!(of("o8"), None);
        assert!(Kind::of_variable("__may").unwrap().2);
    }

    #[test]
    fn values_are_checked() {
        assert_eq!(
            term(Kind::Integer, "12").unwrap(),
            "\"12\"^^<http://www.w3.org/2001/XMLSchema#integer>"
        );
        assert_eq!(term(Kind::Integer, "1 } DROP ALL"), None);
        assert_eq!(
            term(Kind::Date, "today-P1Y").unwrap(),
            "\"2025-11-21\"^^<http://www.w3.org/2001/XMLSchema#date>"
        );
        assert_eq!(
            term(Kind::Date, "today+P10D").unwrap(),
            "\"2026-12-01\"^^<http://www.w3.org/2001/XMLSchema#date>"
        );
        assert_eq!(term(Kind::Date, "2026-02-30"), None);
        assert_eq!(term(Kind::Date, "todayish"), None);
        assert_eq!(
            term(Kind::Iri, "km:tacit").unwrap(),
            "<https://w3id.org/kenning/km#tacit>"
        );
        assert_eq!(term(Kind::Iri, "tacit"), None);
        assert_eq!(
            term(Kind::Topic, "Reed-Voicing").unwrap(),
            "<http://localhost:7878/id/name/reed%20voicing>"
        );
        assert_eq!(
            term(Kind::Topic, "\" } # <x>").unwrap(),
            "<http://localhost:7878/id/name/%7D%20%23%20%3Cx%3E>"
        );
        assert_eq!(
            term(Kind::Agent, "Ada").unwrap(),
            "<http://localhost:7878/id/agent/ada>"
        );
        assert_eq!(term(Kind::Text, " "), None);
    }
}
