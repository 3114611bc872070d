//! Times that come again: minute, hour, day of the month, month, weekday.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use diagnostic::{Code, Diagnostic, Result};
use std::str::FromStr;

/// Times that come again, by the clocks of a zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
}

impl Schedule {
    /// Reads five fields: `0 9 * * 1-5` is nine o'clock from Monday to Friday.
    ///
    /// # Errors
    /// `invalid_schedule`.
    pub fn parse(text: &str, zone: Tz) -> Result<Schedule> {
        let wrong = |reason: String| {
            Box::new(Diagnostic::new(Code::InvalidSchedule).with("text", text).with("reason", reason))
        };
        if text.split_whitespace().count() != 5 {
            return Err(wrong("five fields are expected".to_owned()));
        }
        let cron = Cron::from_str(text).map_err(|error| wrong(error.to_string()))?;
        Ok(Schedule { cron, zone })
    }

    /// The first time after an instant; `None` where there is none any more. Of an hour that clocks show twice its first
    /// pass counts.
    pub fn after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut from = instant.with_timezone(&self.zone);
        let next = |from: &DateTime<Tz>| self.cron.find_next_occurrence(from, false).ok();
        let mut found = next(&from)?;
        // The second pass of an hour is no time of its own.
        while found.naive_local() == from.naive_local()
            || crate::instant(self.zone, found.naive_local()) != found.to_utc()
        {
            from = found;
            found = next(&from)?;
        }
        Some(found.to_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_again() {
        let check = |text: &str, zone: &str, from: &str, expect: &[&str]| {
            let schedule = Schedule::parse(text, zone.parse().unwrap()).unwrap();
            let mut at: DateTime<Utc> = from.parse().unwrap();
            for expected in expect {
                at = schedule.after(at).unwrap();
                let local = at.with_timezone(&zone.parse::<Tz>().unwrap());
                assert_eq!(local.to_rfc3339(), *expected, "{text} in {zone}");
            }
        };
        let friday = "2026-03-06T10:00:00Z";
        check(
            "0 9 * * 1-5",
            "Asia/Shanghai",
            friday,
            &["2026-03-09T09:00:00+08:00", "2026-03-10T09:00:00+08:00"],
        );
        check("*/15 * * * *", "UTC", friday, &["2026-03-06T10:15:00+00:00", "2026-03-06T10:30:00+00:00"]);
        check(
            "0 0 L * *",
            "Asia/Taipei",
            friday,
            &["2026-03-31T00:00:00+08:00", "2026-04-30T00:00:00+08:00"],
        );
        check("0 0 29 2 *", "UTC", friday, &["2028-02-29T00:00:00+00:00"]);
        // Clocks are put back: half past two comes twice and counts once.
        let before = "2026-10-24T12:00:00Z";
        check(
            "30 2 * * *",
            "Europe/Berlin",
            before,
            &["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
        );
        let broken = ["", "* * * *", "61 * * * *", "x * * * *", "0 0 * * * *"];
        for text in broken {
            let found = Schedule::parse(text, Tz::UTC).unwrap_err();
            assert_eq!(found.code, Code::InvalidSchedule, "{text}");
        }
        assert!(Schedule::parse("0 0 30 2 *", Tz::UTC).unwrap().after(friday.parse().unwrap()).is_none());
    }
}
