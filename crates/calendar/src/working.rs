//! Arithmetic of working time.
//!
//! Nothing is counted minute by minute: weeks whose clocks are left alone are sums, the rest goes day by day.

use crate::Duration;
use crate::calendar::{Calendar, GIVE_UP};
use crate::zone::{add_elapsed, in_range, instant, out_of_range};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use diagnostic::{Code, Diagnostic, Result};

/// Weeks that are taken as one sum, where their clocks are left alone. No zone changes its clocks and changes them back
/// within the longest.
const SUMS: [u8; 2] = [4, 1];

/// A calendar in a time zone.
#[derive(Clone, Copy, Debug)]
pub struct WorkingTime<'a> {
    calendar: &'a Calendar,
    zone: Tz,
}

/// From when until when people work.
type Shift = (DateTime<Utc>, DateTime<Utc>);

impl Calendar {
    /// The calendar at a site in this zone.
    pub fn at_site(&self, zone: Tz) -> WorkingTime<'_> {
        WorkingTime { calendar: self, zone: self.zone().unwrap_or(zone) }
    }
}

impl<'a> WorkingTime<'a> {
    /// The calendar.
    pub fn calendar(&self) -> &'a Calendar {
        self.calendar
    }

    /// The zone its hours are in.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether people work at an instant. They do when a shift begins, and no longer when it ends.
    pub fn is_working(&self, at: DateTime<Utc>) -> bool {
        let date = self.date(at);
        let near = [date - Days::new(1), date, date + Days::new(1)];
        near.into_iter().flat_map(|date| self.shifts(date)).any(|(start, end)| start <= at && at < end)
    }

    /// The first instant at which people work, from this one on.
    ///
    /// # Errors
    /// `no_working_time` where that takes more than five years, `date_out_of_range` after the year 9999.
    pub fn next_working(&self, at: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let first = self.date(in_range(at)?);
        let mut date = first - Days::new(1);
        while (date - first).num_days() <= GIVE_UP {
            if let Some((start, _)) = self.shifts(date).find(|(_, end)| *end > at) {
                return in_range(start.max(at));
            }
            date = date + Days::new(1);
        }
        Err(self.none(at))
    }

    /// The instant `by` after `from`, or before it where `by` is negative. Of working time, it is the first instant at
    /// which that much has passed since `from`; backwards, the last from which that much passes until `from`. So a term
    /// ends when people go home, not when they come again, and no time at all is `from` itself.
    ///
    /// # Errors
    /// `no_working_time` where nobody works for more than five years, `date_out_of_range` beyond the years 1 to 9999.
    pub fn add(&self, from: DateTime<Utc>, by: &Duration) -> Result<DateTime<Utc>> {
        if !by.is_working() {
            return add_elapsed(self.zone, from, by);
        }
        self.add_working(from, self.length(by)?)
    }

    /// The instant `by` before `from`; see [`WorkingTime::add`].
    ///
    /// # Errors
    /// As [`WorkingTime::add`].
    pub fn subtract(&self, from: DateTime<Utc>, by: &Duration) -> Result<DateTime<Utc>> {
        self.add(from, &-*by)
    }

    /// The working time from one instant to another; less than nothing where the other is earlier.
    pub fn working_between(&self, a: DateTime<Utc>, b: DateTime<Utc>) -> TimeDelta {
        if b < a {
            return -self.working_between(b, a);
        }
        let (first, last) = (self.date(a), self.date(b));
        let (mut date, end) = (first - Days::new(1), last + Days::new(1));
        // Shifts of these days lie between a and b as a whole, wherever clocks are put back over midnight.
        let (inner, outer) = (first + Days::new(2), last - Days::new(3));
        let mut total = TimeDelta::zero();
        while date <= end {
            let weeks =
                (date >= inner).then(|| self.weeks_from(date, |days, _| date + days <= outer)).flatten();
            if let Some((days, sum)) = weeks {
                total += sum;
                date = date + days;
                continue;
            }
            for (start, end) in self.shifts(date) {
                total += (end.min(b) - start.max(a)).max(TimeDelta::zero());
            }
            date = date + Days::new(1);
        }
        total
    }

    /// The instant at which this share, in percent, of the working time from `start` to `due` has passed: `due` for 100,
    /// a later one for more. Where nobody works between them, it is the share of elapsed time.
    ///
    /// # Errors
    /// As [`WorkingTime::add`].
    pub fn share(&self, start: DateTime<Utc>, due: DateTime<Utc>, percent: u32) -> Result<DateTime<Utc>> {
        let working = self.working_between(start, due);
        let part = |whole: TimeDelta, percent: u32| {
            let microseconds = i128::from(whole.num_microseconds().unwrap_or(i64::MAX));
            let part = microseconds * i128::from(percent) / 100;
            TimeDelta::microseconds(i64::try_from(part).unwrap_or(i64::MAX))
        };
        let over = percent.saturating_sub(100);
        match (percent, working.is_zero()) {
            (100, _) => in_range(due),
            (_, true) => {
                let at = start.checked_add_signed(part(due - start, percent));
                in_range(at.ok_or_else(out_of_range)?)
            }
            (..100, false) => self.add_working(start, part(working, percent)),
            (_, false) => self.add_working(due, part(working, over)),
        }
    }

    /// The working time of a length.
    fn length(&self, by: &Duration) -> Result<TimeDelta> {
        let days = self.calendar.day().num_seconds().checked_mul(by.days());
        let seconds = days.and_then(|days| days.checked_add(by.seconds()));
        seconds.and_then(TimeDelta::try_seconds).ok_or_else(out_of_range)
    }

    fn add_working(&self, from: DateTime<Utc>, by: TimeDelta) -> Result<DateTime<Utc>> {
        let from = in_range(from)?;
        if by < TimeDelta::zero() { self.backward(from, -by) } else { self.forward(from, by) }
    }

    fn forward(&self, from: DateTime<Utc>, mut left: TimeDelta) -> Result<DateTime<Utc>> {
        if left.is_zero() {
            return Ok(from);
        }
        let first = self.date(from);
        let mut date = first - Days::new(1);
        let mut worked = first;
        while (date - worked).num_days() <= GIVE_UP {
            // Shifts of the second day from now begin after `from`, wherever clocks are put back over midnight.
            let whole = date >= first + Days::new(2);
            let weeks = whole.then(|| self.weeks_from(date, |_, sum| sum < left)).flatten();
            if let Some((days, sum)) = weeks {
                left -= sum;
                date = date + days;
                if !sum.is_zero() {
                    worked = date;
                }
                continue;
            }
            for (start, end) in self.shifts(date) {
                let start = start.max(from);
                if end > start {
                    if end - start >= left {
                        return in_range(start + left);
                    }
                    left -= end - start;
                    worked = date;
                }
            }
            date = next(date)?;
        }
        Err(self.none(from))
    }

    fn backward(&self, from: DateTime<Utc>, mut left: TimeDelta) -> Result<DateTime<Utc>> {
        let first = self.date(from);
        let mut date = first + Days::new(1);
        let mut worked = first;
        while (worked - date).num_days() <= GIVE_UP {
            // Shifts of the third day before end before `from`.
            let whole = date <= first - Days::new(3);
            let weeks = whole.then(|| self.weeks_until(date, |sum| sum < left)).flatten();
            if let Some((days, sum)) = weeks {
                left -= sum;
                date = date - days;
                if !sum.is_zero() {
                    worked = date;
                }
                continue;
            }
            let shifts: Vec<Shift> = self.shifts(date).collect();
            for (start, end) in shifts.into_iter().rev() {
                let end = end.min(from);
                if end > start {
                    if end - start >= left {
                        return in_range(end - left);
                    }
                    left -= end - start;
                    worked = date;
                }
            }
            date = previous(date)?;
        }
        Err(self.none(from))
    }

    /// The local date of an instant; far outside the years that are permitted, one at their edge.
    fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        let year = |year| Utc.with_ymd_and_hms(year, 6, 1, 0, 0, 0).single();
        let at = match (year(0), year(10_000)) {
            (Some(first), Some(last)) => at.clamp(first, last),
            _ => at,
        };
        at.with_timezone(&self.zone).date_naive()
    }

    /// The shifts that begin on a day, in their order; what clocks leave out is none.
    fn shifts(&self, date: NaiveDate) -> impl Iterator<Item = Shift> + 'a {
        let zone = self.zone;
        self.calendar.hours(date).spans().iter().filter_map(move |span| {
            let (start, end) = span.on(date);
            let shift = (instant(zone, start), instant(zone, end));
            (shift.0 < shift.1).then_some(shift)
        })
    }

    /// The most weeks from a day on that are one sum and fit, as days, and that sum.
    fn weeks_from(
        &self,
        date: NaiveDate,
        fit: impl Fn(Days, TimeDelta) -> bool,
    ) -> Option<(Days, TimeDelta)> {
        let mut sums = SUMS.into_iter().filter_map(|weeks| Some((days(weeks), self.sum(date, weeks)?)));
        sums.find(|(days, sum)| fit(*days, *sum))
    }

    /// The most weeks up to a day, itself included, that are one sum and fit, as days, and that sum.
    fn weeks_until(&self, date: NaiveDate, fit: impl Fn(TimeDelta) -> bool) -> Option<(Days, TimeDelta)> {
        let after = date + Days::new(1);
        let mut sums =
            SUMS.into_iter().filter_map(|weeks| Some((days(weeks), self.sum(after - days(weeks), weeks)?)));
        sums.find(|(_, sum)| fit(*sum))
    }

    /// The working time of the weeks that begin with a day; `None` where clocks are changed during their shifts.
    fn sum(&self, date: NaiveDate, weeks: u8) -> Option<TimeDelta> {
        // The last shift may end with the day after the last.
        let end = date + days(weeks) + Days::new(1);
        let offset = |date: NaiveDate| {
            let at = instant(self.zone, date.and_time(NaiveTime::MIN));
            self.zone.offset_from_utc_datetime(&at.naive_utc()).fix()
        };
        (offset(date) == offset(end)).then(|| self.calendar.length_of_weeks(date, weeks))
    }

    fn none(&self, from: DateTime<Utc>) -> Box<Diagnostic> {
        let found = Diagnostic::new(Code::NoWorkingTime).with("calendar", &self.calendar.name);
        Box::new(found.with("date", self.date(from)))
    }
}

fn days(weeks: u8) -> Days {
    Days::new(7 * u64::from(weeks))
}

fn next(date: NaiveDate) -> Result<NaiveDate> {
    date.succ_opt().filter(|date| date.year() <= 10_000).ok_or_else(out_of_range)
}

fn previous(date: NaiveDate) -> Result<NaiveDate> {
    date.pred_opt().filter(|date| date.year() >= -1).ok_or_else(out_of_range)
}
