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
            "integer" => Self::Integer(text.parse().ok()?),
            "decimal" => Self::Decimal(text.parse().ok()?),
            "float" => Self::Float(text.parse().ok()?),
            "double" => Self::Double(text.parse().ok()?),
            "dateTime" | "dateTimeStamp" => Self::DateTime(text.parse().ok()?),
            "date" => Self::Date(text.parse().ok()?),
            "time" => Self::Time(text.parse().ok()?),
            derived => {
                let (least, most) = bounds(derived)?;
                let value: Integer = text.parse().ok()?;
                (least..=most)
                    .contains(&i128::from(i64::from(value)))
                    .then_some(Self::Integer(value))?
            }
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

/// The least and the greatest value of a datatype derived from `xsd:integer` (XML Schema Part 2, section 3.4).
fn bounds(datatype: &str) -> Option<(i128, i128)> {
    let signed = |bits: u32| (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1);
    let unsigned = |bits: u32| (0, (1_i128 << bits) - 1);
    Some(match datatype {
        "byte" => signed(8),
        "short" => signed(16),
        "int" => signed(32),
        "long" => signed(64),
        "unsignedByte" => unsigned(8),
        "unsignedShort" => unsigned(16),
        "unsignedInt" => unsigned(32),
        "unsignedLong" => unsigned(64),
        "positiveInteger" => (1, i128::MAX),
        "nonNegativeInteger" => (0, i128::MAX),
        "negativeInteger" => (i128::MIN, -1),
        "nonPositiveInteger" => (i128::MIN, 0),
        _ => return None,
    })
}
