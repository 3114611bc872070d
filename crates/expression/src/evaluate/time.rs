//! The calendar in the site's time zone.

use crate::literal::in_range;
use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

/// The engine's clock and the site's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// What `now()` is.
    pub now: DateTime<Utc>,
    /// Where days begin.
    pub zone: Tz,
}

impl Clock {
    /// The day it is at the site.
    pub fn today(&self) -> NaiveDate {
        self.day_of(self.now)
    }

    /// The day an instant falls on at the site.
    pub fn day_of(&self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.zone).date_naive()
    }

    /// The first instant of a day at the site.
    pub fn start_of_day(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        self.instant(day.and_time(NaiveTime::MIN))
    }

    /// The instant a clock on the site's wall shows this. Of two (the hour is repeated) the first; where the
    /// hour is skipped, as much later as is skipped.
    pub fn instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let found = self.zone.from_local_datetime(&local);
        if let Some(found) = found.earliest() {
            return Some(found.to_utc());
        }
        // The offset in force before the gap carries over it.
        let before =
            self.zone.from_local_datetime(&local.checked_sub_signed(TimeDelta::hours(24))?).latest()?;
        before.to_utc().checked_add_signed(TimeDelta::hours(24))
    }

    /// Moves the day of an instant, keeping the wall clock.
    pub(super) fn shift(
        &self,
        instant: DateTime<Utc>,
        by: impl FnOnce(NaiveDate) -> Option<NaiveDate>,
    ) -> Option<DateTime<Utc>> {
        let local = instant.with_timezone(&self.zone).naive_local();
        self.instant(by(local.date())?.and_time(local.time()))
    }
}

/// `n` days later; `None` outside the years 1 to 9999.
pub(super) fn add_days(day: NaiveDate, n: i64) -> Option<NaiveDate> {
    let days = Days::new(n.unsigned_abs());
    let moved = if n < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) };
    moved.filter(|day| in_range(*day))
}

/// `n` months later, the month's last day where the day does not exist.
pub(super) fn add_months(day: NaiveDate, n: i64) -> Option<NaiveDate> {
    let months = Months::new(u32::try_from(n.unsigned_abs()).ok()?);
    let moved = if n < 0 { day.checked_sub_months(months) } else { day.checked_add_months(months) };
    moved.filter(|day| in_range(*day))
}

/// `n` seconds later.
pub(super) fn add_seconds(instant: DateTime<Utc>, n: i64) -> Option<DateTime<Utc>> {
    let moved = instant.checked_add_signed(TimeDelta::try_seconds(n)?);
    moved.filter(|instant| in_range(instant.date_naive()))
}

/// The first day of the year, quarter, month or week (Monday) a day lies in.
pub(super) fn start_of(unit: &str, day: NaiveDate) -> Option<NaiveDate> {
    match unit {
        "year" => day.with_ordinal(1),
        "quarter" => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1),
        "month" => day.with_day(1),
        "week" => add_days(day, -i64::from(day.weekday().num_days_from_monday())),
        _ => Some(day),
    }
}
