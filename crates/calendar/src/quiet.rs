//! Times of day at which nothing is sent.

use crate::working::WorkingTime;
use crate::zone::{in_range, instant, out_of_range};
use chrono::{DateTime, Days, MappedLocalTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use diagnostic::{Code, Diagnostic, Result};

/// Times of day at which nothing is sent, over midnight too: `20:00` to `09:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    from: NaiveTime,
    until: NaiveTime,
}

impl Quiet {
    /// Reads its two ends.
    ///
    /// # Errors
    /// `invalid_hours` where one is no time of day, or both are the same.
    pub fn parse(from: &str, until: &str) -> Result<Quiet> {
        let read = |text: &str| {
            let fixed = text.len() == 5;
            NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| fixed)
        };
        match (read(from), read(until)) {
            (Some(from), Some(until)) if from != until => Ok(Quiet { from, until }),
            _ => {
                let text = format!("{from}-{until}");
                Err(Box::new(Diagnostic::new(Code::InvalidHours).with("text", text)))
            }
        }
    }

    /// Whether a time of day is among them. The first is, the last is not.
    fn holds(&self, time: NaiveTime) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}

impl WorkingTime<'_> {
    /// The first instant outside of quiet times, from this one on.
    ///
    /// # Errors
    /// As [`Quiet::put_off`].
    pub fn outside(&self, at: DateTime<Utc>, quiet: &Quiet) -> Result<DateTime<Utc>> {
        quiet.put_off(self.zone(), at)
    }
}

impl Quiet {
    /// The first instant outside of these times of a zone, from this one on.
    ///
    /// # Errors
    /// `date_out_of_range` beyond the years 1 to 9999.
    pub fn put_off(&self, zone: Tz, at: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let local = in_range(at)?.with_timezone(&zone).naive_local();
        if !self.holds(local.time()) {
            return Ok(at);
        }
        let days = u64::from(local.time() >= self.until);
        let end = local.date().checked_add_days(Days::new(days)).ok_or_else(out_of_range)?;
        let end = end.and_time(self.until);
        // Where the end comes twice and its first has passed, the second is what one waits for.
        let second = match zone.from_local_datetime(&end) {
            MappedLocalTime::Ambiguous(_, second) => Some(second.to_utc()),
            _ => None,
        };
        let first = instant(zone, end);
        in_range(if first < at { second.unwrap_or(at) } else { first })
    }
}
