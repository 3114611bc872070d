//! Working time, as clients ask for it. Calendars are no secret: everybody who is signed in may ask.

use crate::engine::Engine;
use calendar::{Calendar, DayOf, Duration, Span, weekday};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The days that are told at once.
pub const MOST_DAYS: i64 = 400;

/// The days that are told where no end is said.
const USUAL_DAYS: i64 = 31;

impl Engine {
    /// The calendar of this full name.
    ///
    /// # Errors
    /// `not_found`.
    pub fn calendar(&self, name: &str) -> Result<Arc<Calendar>> {
        let known = self.published().catalog.calendars.get(name).cloned();
        known.ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// Names, labels and zones of all calendars.
    pub fn calendars(&self, locale: Locale) -> Vec<Json> {
        self.published().catalog.calendars.values().map(|calendar| self.head(calendar, locale)).collect()
    }

    /// The instant a length of time after another, or before it, by a calendar.
    ///
    /// # Errors
    /// `not_found`, and as [`calendar::WorkingTime::add`].
    pub fn add_by_calendar(&self, name: &str, from: DateTime<Utc>, by: &Duration) -> Result<DateTime<Utc>> {
        self.calendar(name)?.at_site(self.site().time_zone).add(from, by)
    }

    /// A calendar with its days from one to another, both included: from today on where no start is said, for a month where
    /// no end is.
    ///
    /// # Errors
    /// `not_found`; `invalid_parameter` for days that are too many or run backwards.
    pub fn calendar_days(
        &self,
        name: &str,
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
        locale: Locale,
    ) -> Result<Json> {
        let calendar = self.calendar(name)?;
        let zone = calendar.at_site(self.site().time_zone).zone();
        let from = from.unwrap_or_else(|| self.now().with_timezone(&zone).date_naive());
        let until = until.unwrap_or_else(|| {
            let usual = from + TimeDelta::days(USUAL_DAYS - 1);
            NaiveDate::from_ymd_opt(9999, 12, 31).map_or(usual, |last| usual.min(last))
        });
        let count = (until - from).num_days() + 1;
        if !(1..=MOST_DAYS).contains(&count) {
            let reason = format!("1 to {MOST_DAYS} days from {from} on are told");
            let found = Diagnostic::new(Code::InvalidParameter).with("name", "until").with("reason", reason);
            return Err(Box::new(found.at("until")));
        }
        let mut told = self.head(&calendar, locale);
        told["days"] = calendar.days(from, until).map(|day| tell(&day, locale)).collect();
        Ok(told)
    }

    fn head(&self, calendar: &Calendar, locale: Locale) -> Json {
        let short = calendar.name.rsplit('.').next().unwrap_or_default();
        json!({
            "name": calendar.name,
            "label": Text::or_name(calendar.label.as_ref(), locale, short),
            "timezone": calendar.at_site(self.site().time_zone).zone().name(),
            "day": calendar.day().num_seconds(),
        })
    }
}

fn tell(day: &DayOf<'_>, locale: Locale) -> Json {
    let name = |workday: bool| {
        let entry = day.entry.filter(|entry| entry.workday == workday);
        entry.map(|entry| Text::or_name(entry.label.as_ref(), locale, &entry.name))
    };
    json!({
        "date": day.date,
        "weekday": weekday(day.date.weekday()),
        "hours": day.hours.spans().iter().map(Span::to_string).collect::<Vec<_>>(),
        "holiday": name(false),
        "workday": name(true),
    })
}
