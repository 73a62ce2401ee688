//! Days, as numbers: all that questions about staleness and decay need of a calendar.

use std::fmt;

use oxsdatatypes::{Date, Duration};

/// A day of the proleptic Gregorian calendar, as the number of days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The day that a text begins with, as `xsd:date` and `xsd:dateTime` write it: `2026-11-21`, `2026-11-21T10:00:00Z`.
    /// The time of the day and its zone play no part, as in the questions of `queries/`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let date: Date = text.get(..10)?.parse().ok()?;
        Some(Self::from(date))
    }

    /// How many days lie between `earlier` and this day; negative when it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// This day and so many days.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// This day and a duration such as `P6M`; `None` when there is no such day.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Option<Self> {
        let date: Date = self.to_string().parse().ok()?;
        Some(Self::from(date.checked_add_duration(duration)?))
    }
}

impl From<Date> for Day {
    /// Counts in years that begin in March, so that the leap day is the last of its year.
    fn from(date: Date) -> Self {
        let (month, day) = (i64::from(date.month()), i64::from(date.day()));
        let year = date.year() - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        Self(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = i64::from(self.0) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written() {
        for text in [
            "1970-01-01",
            "2024-02-29",
            "2026-11-21",
            "1999-12-31",
            "2000-03-01",
        ] {
            assert_eq!(Day::read(text).unwrap().to_string(), text);
        }
        assert_eq!(Day::read("1970-01-02").unwrap(), Day(1));
        assert_eq!(
            Day::read("2026-11-21T23:59:59+14:00").unwrap().to_string(),
            "2026-11-21"
        );
        assert_eq!(Day::read("2026-02-30"), None);
        assert_eq!(Day::read("soon"), None);
        assert_eq!(Day::read("äöü-äö-äö"), None);
    }

    #[test]
    fn a_month_is_not_thirty_days() {
        let day = Day::read("2026-01-31").unwrap();
        assert_eq!(
            day.plus("P1M".parse().unwrap()).unwrap().to_string(),
            "2026-02-28"
        );
        assert_eq!(
            day.plus("P1Y".parse().unwrap()).unwrap().to_string(),
            "2027-01-31"
        );
        assert_eq!(day.plus_days(1).since(day), 1);
    }
}
