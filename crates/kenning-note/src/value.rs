//! Values as people write them, with their spelling kept.

use crate::note::Link;

/// A value of the front matter or of an inline field.
///
/// Numbers keep their spelling: `1.10` stays `1.10`, and what looks like a number with a leading zero is text.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Value {
    /// A key without a value.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, as written.
    Integer(String),
    /// A number with a decimal point, as written.
    Decimal(String),
    /// A number with an exponent, as written.
    Double(String),
    /// A day, a month or a moment.
    Moment(Moment),
    /// Anything else.
    Text(String),
    /// Text to which a context gives a datatype.
    Typed {
        /// The text as written.
        text: String,
        /// The IRI of the datatype.
        datatype: String,
    },
    /// Text to which a context gives a language.
    Worded {
        /// The text as written.
        text: String,
        /// The language tag.
        language: String,
    },
    /// An IRI.
    Iri(String),
    /// A value that is one link.
    Link(Box<Link>),
    /// A list.
    List(Vec<Value>),
    /// Keys with values.
    Map(Vec<(String, Value)>),
}

/// A point or stretch of time, in the spelling of XML Schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The spelling, such as `2026-04-18T11:22:41.937Z` or `2026-04`.
    pub lexical: String,
    /// How fine it is.
    pub precision: Precision,
}

/// How fine a [`Moment`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// A year: `xsd:gYear`.
    Year,
    /// A month: `xsd:gYearMonth`.
    Month,
    /// A day: `xsd:date`.
    Day,
    /// A time of day: `xsd:dateTime`.
    Time,
}

impl Moment {
    /// Reads `2026`, `2026-04`, `2026-04-18`, `2026-04-18T11:22`, with seconds, fractions and a zone if you like, with
    /// a space for the `T`, and `14 May 2026`. `None` for what is no date, such as `2026-02-30`, or could be two, such
    /// as `05/06/2026`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        iso(text).or_else(|| in_words(text))
    }

    /// Reads milliseconds since 1970 of 12 or 13 digits, as Dendron writes them.
    #[must_use]
    pub fn parse_milliseconds(text: &str) -> Option<Self> {
        let text = text.trim();
        if !(12..=13).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let milliseconds: i64 = text.parse().ok()?;
        let (days, rest) = (milliseconds / 86_400_000, milliseconds % 86_400_000);
        let (year, month, day) = civil(days);
        let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
        let (second, fraction) = (rest / 1000 % 60, rest % 1000);
        let mut lexical =
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if fraction > 0 {
            lexical.push_str(&format!(".{fraction:03}"));
        }
        lexical.push('Z');
        Some(Self {
            lexical,
            precision: Precision::Time,
        })
    }
}

fn iso(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    if bytes.len() < 4 || !bytes.iter().take(4).all(u8::is_ascii_digit) {
        return None;
    }
    let year: u32 = text.get(..4)?.parse().ok()?;
    if text.len() == 4 {
        return Some(Moment {
            lexical: text.to_owned(),
            precision: Precision::Year,
        });
    }
    let month = two_digits(text.get(4..)?.strip_prefix('-')?)?;
    if !(1..=12).contains(&month) {
        return None;
    }
    if text.len() == 7 {
        return Some(Moment {
            lexical: text.to_owned(),
            precision: Precision::Month,
        });
    }
    let day = two_digits(text.get(7..)?.strip_prefix('-')?)?;
    if day < 1 || day > days_in(year, month) {
        return None;
    }
    if text.len() == 10 {
        return Some(Moment {
            lexical: text.to_owned(),
            precision: Precision::Day,
        });
    }
    let time = text.get(10..)?.strip_prefix(['T', 't', ' '])?.trim_start();
    let time = clock(time)?;
    Some(Moment {
        lexical: format!("{}T{time}", text.get(..10)?),
        precision: Precision::Time,
    })
}

/// The time of day in the spelling of XML Schema.
fn clock(text: &str) -> Option<String> {
    let hour = two_digits(text)?;
    let minute = two_digits(text.get(2..)?.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 {
        return None;
    }
    let mut rest = text.get(5..)?;
    let mut out = format!("{hour:02}:{minute:02}:");
    if let Some(seconds) = rest.strip_prefix(':') {
        let second = two_digits(seconds)?;
        if second > 59 {
            return None;
        }
        out.push_str(&format!("{second:02}"));
        rest = seconds.get(2..)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            out.push('.');
            out.push_str(fraction.get(..digits)?);
            rest = fraction.get(digits..)?;
        }
    } else {
        out.push_str("00");
    }
    out.push_str(&zone(rest.trim())?);
    Some(out)
}

fn zone(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
        return Some("Z".to_owned());
    }
    let sign = text.chars().next().filter(|c| matches!(c, '+' | '-'))?;
    let digits: String = text.chars().skip(1).filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: u32 = digits.get(..2)?.parse().ok()?;
    let minutes: u32 = digits
        .get(2..)
        .filter(|m| !m.is_empty())
        .unwrap_or("0")
        .parse()
        .ok()?;
    if hours > 14 || minutes > 59 || (hours == 14 && minutes > 0) {
        return None;
    }
    Some(format!("{sign}{hours:02}:{minutes:02}"))
}

/// `14 May 2026` and `May 14, 2026`.
fn in_words(text: &str) -> Option<Moment> {
    if text.len() > 32 {
        return None;
    }
    let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let (first, second, year) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || year.len() != 4 {
        return None;
    }
    let (day, month) = match month(second) {
        Some(month) => (first, month),
        None => (second, month(first)?),
    };
    let day = day.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
    let (day, year): (u32, u32) = (day.parse().ok()?, year.parse().ok()?);
    if day < 1 || day > days_in(year, month) {
        return None;
    }
    Some(Moment {
        lexical: format!("{year:04}-{month:02}-{day:02}"),
        precision: Precision::Day,
    })
}

fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    if word.len() < 3 {
        return None;
    }
    NAMES
        .iter()
        .zip(1..)
        .find(|(name, _)| name.starts_with(&word))
        .map(|(_, month)| month)
}

fn two_digits(text: &str) -> Option<u32> {
    let digits = text.get(..2)?;
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        digits.parse().ok()
    } else {
        None
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// Year, month and day of a count of days since 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Whether plain text is a number, and which sort. Text with a leading zero, such as `01234`, is no number.
pub(crate) fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || digits.len() > 64 {
        return None;
    }
    let leading_zero = digits.len() > 1
        && digits.starts_with('0')
        && !digits.starts_with("0.")
        && !digits.starts_with("0e");
    if leading_zero {
        return None;
    }
    let mut rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.is_empty() {
        return Some(Value::Integer(text.to_owned()));
    }
    let before = digits.len() - rest.len();
    let mut after = 0;
    let mut point = false;
    if let Some(fraction) = rest.strip_prefix('.') {
        point = true;
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        after = fraction.len() - rest.len();
    }
    if before + after == 0 {
        return None;
    }
    if rest.is_empty() {
        // `1.` is a decimal in XML Schema too; `.5` is as well.
        return point.then(|| Value::Decimal(text.to_owned()));
    }
    let exponent = rest.strip_prefix(['e', 'E'])?;
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    (!exponent.is_empty() && exponent.bytes().all(|b| b.is_ascii_digit()))
        .then(|| Value::Double(text.to_owned()))
}

/// The day that lies `days` after a day of a month; a day that the month does not have is its last one.
pub(crate) fn day_after(year: i64, month: i64, day: i64, days: i64) -> Option<Moment> {
    if !(0..=9999).contains(&year) || !(0..=4_000_000).contains(&days) {
        return None;
    }
    let last = days_in(u32::try_from(year).ok()?, u32::try_from(month).ok()?);
    let day = day.min(i64::from(last));
    let (year, month, day) = civil(since_1970(year, month, day) + days);
    (0..=9999).contains(&year).then(|| Moment {
        lexical: format!("{year:04}-{month:02}-{day:02}"),
        precision: Precision::Day,
    })
}

/// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`).
fn since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
