//! The day it is. Everything below the server is told the day, so that the same question has the same answer.

use std::time::{SystemTime, UNIX_EPOCH};

/// The date of today in UTC, as `2026-05-14`; `None` when the clock of this machine stands before 1970.
#[must_use]
pub fn today() -> Option<String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(date(since.as_secs() / 86_400))
}

/// This moment in UTC, as `2026-05-14T10:30:00Z`; `None` when the clock of this machine stands before 1970.
#[must_use]
pub fn moment() -> Option<String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    Some(format!("{}T{hour:02}:{minute:02}:{second:02}Z", date(days)))
}

/// The date so many days after 1970-01-01 (proleptic Gregorian; the algorithm counts in years that begin in March).
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (days, written) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_587, "2026-05-14"),
        ] {
            assert_eq!(date(days), written);
        }
    }
}
