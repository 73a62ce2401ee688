//! The values of literals, kept beside their texts so that filters and sorts do not read the text again.

use oxrdf::{LiteralRef, TermRef};
use oxsdatatypes::{
    Boolean, Date, DateTime, DayTimeDuration, Decimal, Double, Duration, Float, GDay, GMonth,
    GMonthDay, GYear, GYearMonth, Integer, Time, YearMonthDuration,
};

const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// The value of a literal whose datatype has one here and whose text is in the lexical space of that datatype.
///
/// Different texts may have the same value: `1.50` and `1.5` are two terms and one value.
#[derive(Debug, Clone, Copy)]
#[expect(
    missing_docs,
    reason = "each variant is named like its XML Schema datatype"
)]
pub enum Value {
    Boolean(Boolean),
    Integer(Integer),
    Decimal(Decimal),
    Float(Float),
    Double(Double),
    DateTime(DateTime),
    Date(Date),
    Time(Time),
    GYear(GYear),
    GYearMonth(GYearMonth),
    GMonth(GMonth),
    GMonthDay(GMonthDay),
    GDay(GDay),
    Duration(Duration),
    YearMonthDuration(YearMonthDuration),
    DayTimeDuration(DayTimeDuration),
}

impl Value {
    /// The value of a term; `None` for what is not a literal, for strings, and for literals that are ill-typed or of
    /// other datatypes. The datatypes derived from `xsd:integer` give integers, if they fit 64 bits.
    #[must_use]
    pub fn of(term: TermRef<'_>) -> Option<Self> {
        match term {
            TermRef::Literal(literal) => Self::of_literal(literal),
            _ => None,
        }
    }

    fn of_literal(literal: LiteralRef<'_>) -> Option<Self> {
        let (datatype, text) = (literal.datatype(), literal.value());
        Self::parse(datatype.as_str(), text).or_else(|| Self::parse_rare(datatype.as_str(), text))
    }

    /// The value of a text, for the datatypes whose values are kept packed.
    pub(crate) fn parse(datatype: &str, text: &str) -> Option<Self> {
        Some(match datatype.strip_prefix(XSD)? {
            "boolean" => Self::Boolean(text.parse().ok()?),
            "integer" | "byte" | "short" | "int" | "long" | "unsignedByte" | "unsignedShort"
            | "unsignedInt" | "unsignedLong" | "positiveInteger" | "negativeInteger"
            | "nonPositiveInteger" | "nonNegativeInteger" => Self::Integer(text.parse().ok()?),
            "decimal" => Self::Decimal(text.parse().ok()?),
            "float" => Self::Float(text.parse().ok()?),
            "double" => Self::Double(text.parse().ok()?),
            "dateTime" | "dateTimeStamp" => Self::DateTime(text.parse().ok()?),
            "date" => Self::Date(text.parse().ok()?),
            "time" => Self::Time(text.parse().ok()?),
            _ => return None,
        })
    }

    /// The value of a text, for the other datatypes, which are read whenever they are needed.
    pub(crate) fn parse_rare(datatype: &str, text: &str) -> Option<Self> {
        Some(match datatype.strip_prefix(XSD)? {
            "gYear" => Self::GYear(text.parse().ok()?),
            "gYearMonth" => Self::GYearMonth(text.parse().ok()?),
            "gMonth" => Self::GMonth(text.parse().ok()?),
            "gMonthDay" => Self::GMonthDay(text.parse().ok()?),
            "gDay" => Self::GDay(text.parse().ok()?),
            "duration" => Self::Duration(text.parse().ok()?),
            "yearMonthDuration" => Self::YearMonthDuration(text.parse().ok()?),
            "dayTimeDuration" => Self::DayTimeDuration(text.parse().ok()?),
            _ => return None,
        })
    }
}
