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
    /// a space for the `T` or slashes for the hyphens, and `14 May 2026`. `None` for what is no date, such as `2026-02-30`, or
    /// could be two, such as `05/06/2026`; `14/05/2026` can only be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_in(text, None)
    }

    /// The same where it is known which comes first in a date with slashes or dots, such as `05/06/2026`.
    #[must_use]
    pub fn parse_in(text: &str, order: Option<DateOrder>) -> Option<Self> {
        let text = text.trim();
        iso(text)
            .or_else(|| in_words(text))
            .or_else(|| with_slashes(text, order))
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

/// Which comes first in a date that is written with slashes or dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// `14/05/2026`
    DayFirst,
    /// `05/14/2026`
    MonthFirst,
}

/// `2026/05/14`, `14/05/2026`, `05/14/2026` and `14.05.2026`, with a time of day after it if you like. What could be two days is one
/// only where the order is known.
fn with_slashes(text: &str, order: Option<DateOrder>) -> Option<Moment> {
    let (date, time) = text
        .split_once([' ', ','])
        .map_or((text, ""), |(date, time)| (date, time.trim()));
    let mark = if date.contains('/') { '/' } else { '.' };
    let mut parts = date.split(mark);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
    let number = |part: &str| -> Option<u32> {
        let fits = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| part.parse().ok()).flatten()
    };
    if first.len() == 4 && mark == '/' && parts.next().is_none() {
        let year = first;
        return match third {
            None => iso(&format!("{year}-{:02}", number(second)?)).filter(|_| time.is_empty()),
            Some(day) => {
                let day = format!("{year}-{:02}-{:02}", number(second)?, number(day)?);
                iso(&with_time(&day, time)?)
            }
        };
    }
    let year = third.filter(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))?;
    if parts.next().is_some() {
        return None;
    }
    let (first, second) = (number(first)?, number(second)?);
    // With dots, nobody writes the month first.
    let order = if mark == '.' {
        Some(DateOrder::DayFirst)
    } else {
        order
    };
    let (day, month) = match order {
        _ if first > 12 => (first, second),
        _ if second > 12 && mark == '/' => (second, first),
        _ if first == second => (first, second),
        Some(DateOrder::DayFirst) => (first, second),
        Some(DateOrder::MonthFirst) => (second, first),
        None => return None,
    };
    iso(&with_time(&format!("{year}-{month:02}-{day:02}"), time)?)
}

/// A day with a time of day such as `2:05 PM` or `14:05`.
fn with_time(day: &str, time: &str) -> Option<String> {
    if time.is_empty() {
        return Some(day.to_owned());
    }
    let lower = time.to_ascii_lowercase();
    let (clock, afternoon) = match (lower.strip_suffix("pm"), lower.strip_suffix("am")) {
        (Some(clock), _) => (clock.trim(), Some(true)),
        (_, Some(clock)) => (clock.trim(), Some(false)),
        _ => (lower.as_str(), None),
    };
    let (hour, rest) = clock.split_once(':')?;
    let hour: u32 = hour.parse().ok()?;
    let hour = match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(true) => hour % 12 + 12,
        Some(false) => hour % 12,
        None => hour,
    };
    Some(format!("{day}T{hour:02}:{rest}"))
}

/// A stretch of time as Dataview writes it, such as `2 hours 3 minutes`, in the spelling of XML Schema. Units of one letter count
/// only where `short` says so: elsewhere `5 m` may be a length.
pub(crate) fn span(text: &str, short: bool) -> Option<String> {
    let mut rest = text.trim();
    if rest.len() > 64 || !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // Years, months, days, hours, minutes, seconds.
    let mut parts: [u64; 6] = [0; 6];
    let mut last = None;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?.trim_start();
        let letters = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let unit = rest.get(..letters)?.to_ascii_lowercase();
        rest = rest.get(letters..)?.trim_start_matches([' ', ',']);
        if unit.len() == 1 && !short {
            return None;
        }
        let (place, times) = match unit.as_str() {
            "yr" | "yrs" | "year" | "years" => (0, 1),
            "mo" | "month" | "months" => (1, 1),
            "w" | "wk" | "wks" | "week" | "weeks" => (2, 7),
            "d" | "day" | "days" => (2, 1),
            "h" | "hr" | "hrs" | "hour" | "hours" => (3, 1),
            "m" | "min" | "mins" | "minute" | "minutes" => (4, 1),
            "s" | "sec" | "secs" | "second" | "seconds" => (5, 1),
            _ => return None,
        };
        // Larger units come first, and each once; weeks and days are both days.
        if last.is_some_and(|last| last > place || last == place && times != 1) {
            return None;
        }
        last = Some(place);
        let part = parts.get_mut(place)?;
        *part = part.checked_add(number.checked_mul(times)?)?;
    }
    let [years, months, days, hours, minutes, seconds] = parts;
    let mut out = "P".to_owned();
    for (number, letter) in [(years, 'Y'), (months, 'M'), (days, 'D')] {
        if number > 0 {
            out.push_str(&format!("{number}{letter}"));
        }
    }
    if [hours, minutes, seconds] != [0; 3] {
        out.push('T');
        for (number, letter) in [(hours, 'H'), (minutes, 'M'), (seconds, 'S')] {
            if number > 0 {
                out.push_str(&format!("{number}{letter}"));
            }
        }
    }
    Some(if out.len() == 1 {
        "PT0S".to_owned()
    } else {
        out
    })
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

/// `14 May 2026` and `May 14, 2026`, with a time of day after it if you like.
fn in_words(text: &str) -> Option<Moment> {
    if text.len() > 40 {
        return None;
    }
    let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let (first, second, year) = (words.next()?, words.next()?, words.next()?);
    let time: Vec<&str> = words.collect();
    if year.len() != 4 {
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
    iso(&with_time(
        &format!("{year:04}-{month:02}-{day:02}"),
        &time.join(" "),
    )?)
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
