//! Local time and instants.

use crate::Duration;
use chrono::{DateTime, Datelike, Days, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use diagnostic::{Code, Diagnostic, Result, did_you_mean};

/// The zone of this name in the IANA database.
///
/// # Errors
/// `unknown_time_zone`, with the nearest name.
pub fn zone(name: &str) -> Result<Tz> {
    name.parse().map_err(|_| {
        let found = Diagnostic::new(Code::UnknownTimeZone).with("name", name);
        Box::new(found.with_hint(did_you_mean(name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()))))
    })
}

/// The instant of a local time. One that comes twice is its first; one that is left out is the moment when clocks are
/// put forward. So a later local time is never an earlier instant.
pub fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.to_utc(),
        MappedLocalTime::None => jump(zone, local),
    }
}

/// Reads an instant: with its offset as `2026-01-05T18:00:00+08:00`, or as clocks of a zone show it, `2026-01-05T18:00`.
pub fn read_instant(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let local = formats.into_iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    local.map(|local| instant(zone, local))
}

/// The first instant at which clocks show this local time or a later one.
fn jump(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    // No zone is further from UTC than 26 hours, those that have skipped a day included.
    let mut before = local.and_utc() - TimeDelta::hours(27);
    let mut after = local.and_utc() + TimeDelta::hours(27);
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if middle.with_timezone(&zone).naive_local() < local { before = middle } else { after = middle }
    }
    after
}

/// The years that dates and instants may have.
pub(crate) fn in_range(at: DateTime<Utc>) -> Result<DateTime<Utc>> {
    if (1..=9999).contains(&at.year()) { Ok(at) } else { Err(out_of_range()) }
}

pub(crate) fn out_of_range() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::DateOutOfRange))
}

/// The instant `by` after `from` (before it, where `by` is negative), where `by` is elapsed time: its days are civil
/// days of the zone, after which clocks show the same time; hours, minutes and seconds pass after them.
///
/// # Errors
/// `date_out_of_range` beyond the years 1 to 9999.
pub fn add_elapsed(zone: Tz, from: DateTime<Utc>, by: &Duration) -> Result<DateTime<Utc>> {
    let from = in_range(from)?;
    let days = Days::new(by.days().unsigned_abs());
    let moved = match by.days() {
        0 => from,
        count => {
            let local = from.with_timezone(&zone).naive_local();
            let moved = if count > 0 { local.checked_add_days(days) } else { local.checked_sub_days(days) };
            // Far outside the years that are permitted there would be no instant to ask a zone for.
            let moved = moved.filter(|local| (1..=9999).contains(&local.year()));
            instant(zone, moved.ok_or_else(out_of_range)?)
        }
    };
    in_range(moved + TimeDelta::seconds(by.seconds()))
}
