//! Days and instants. Parts of an instant are those of the site's time zone.
//!
//! PostgreSQL knows the zones. SQLite does not: the offsets of the zone and the instants at which they change
//! are found in Rust and stand in the statement.

use crate::dialect::Dialect;
use crate::sql::fragment::{Form, Fragment};
use crate::sql::scope::Renderer;
use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use diagnostic::Result;
use expression::{Function, Position};

/// A stretch of time with one offset from UTC: from this instant on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    from: i64,
    offset: i32,
}

/// The offsets of a zone from 1970 to 2060, in order; the first also holds before, the last after.
fn stretches(zone: Tz) -> Vec<Stretch> {
    const WEEK: i64 = 7 * 86_400;
    const END: i64 = 2_840_140_800;
    let offset = |at: i64| {
        let at = DateTime::<Utc>::from_timestamp(at, 0).unwrap_or_default();
        zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
    };
    let mut found = vec![Stretch { from: 0, offset: offset(0) }];
    let mut at = 0;
    let mut now = found[0].offset;
    while at < END {
        let next = at + WEEK;
        let then = offset(next);
        if then != now {
            let (mut before, mut after) = (at, next);
            while after - before > 1 {
                let middle = before.midpoint(after);
                if offset(middle) == now { before = middle } else { after = middle }
            }
            found.push(Stretch { from: after, offset: then });
            now = then;
        }
        at = next;
    }
    found
}

fn wall(at: i64) -> String {
    DateTime::<Utc>::from_timestamp(at, 0).unwrap_or_default().format("%Y-%m-%dT%H:%M:%S").to_string()
}

const SECOND: &str = "strftime('%Y-%m-%dT%H:%M:%S'";

impl Renderer<'_> {
    fn zone(&self, at: Position) -> Result<Tz> {
        let name = &self.context.bindings.time_zone;
        name.parse().map_err(|_| self.refused(&format!("the time zone `{name}`"), at))
    }

    /// Today in the site's zone.
    pub(super) fn today(&mut self, at: Position) -> Result<Fragment> {
        let zone = self.zone(at)?;
        let day = self.now().with_timezone(&zone).date_naive();
        Ok(Fragment::new(self.binder.bind_date(day), Form::Date))
    }

    /// The wall clock of an instant: text of 19 characters on SQLite, `timestamp` on PostgreSQL.
    fn local(&mut self, instant: &str, at: Position) -> Result<String> {
        let zone = self.zone(at)?;
        if self.dialect() == Dialect::Postgres {
            let zone = self.binder.bind(zone.name());
            return Ok(format!("({instant} AT TIME ZONE {zone})"));
        }
        let stretches = stretches(zone);
        let shifted = |offset: i32| format!("{SECOND}, substr(v, 1, 19), '{offset:+} seconds')");
        if let [only] = stretches[..] {
            return Ok(shifted(only.offset).replace("substr(v,", &format!("substr({instant},")));
        }
        let mut cases = String::new();
        for stretch in stretches[1..].iter().rev() {
            cases.push_str(&format!(" WHEN v >= '{}' THEN {}", wall(stretch.from), shifted(stretch.offset)));
        }
        let first = shifted(stretches[0].offset);
        Ok(format!("(SELECT CASE{cases} ELSE {first} END FROM (SELECT {instant} AS v))"))
    }

    /// The instant at which the wall clock shows this; the first where it shows it twice; where it never does,
    /// as much later as is skipped.
    fn instant(&mut self, local: &str, at: Position) -> Result<String> {
        let zone = self.zone(at)?;
        if self.dialect() == Dialect::Postgres {
            let zone = self.binder.bind(zone.name());
            // Of two instants PostgreSQL takes the later one.
            return Ok(format!(
                "(SELECT CASE WHEN (v.late - interval '1 hour') AT TIME ZONE {zone} = v.wall \
                 THEN v.late - interval '1 hour' ELSE v.late END \
                 FROM (SELECT w.wall, w.wall AT TIME ZONE {zone} AS late \
                 FROM (SELECT CAST({local} AS timestamp) AS wall) w) v)"
            ));
        }
        let stretches = stretches(zone);
        let shifted = |offset: i32| format!("{SECOND}, v, '{:+} seconds')", -offset);
        let mut cases = String::new();
        for (place, stretch) in stretches.iter().enumerate() {
            if let Some(before) = place.checked_sub(1).map(|place| stretches[place].offset)
                && stretch.offset > before
            {
                let begin = wall(stretch.from + i64::from(stretch.offset));
                cases.push_str(&format!(" WHEN v < '{begin}' THEN {}", shifted(before)));
            }
            if let Some(next) = stretches.get(place + 1) {
                let end = wall(next.from + i64::from(stretch.offset));
                cases.push_str(&format!(" WHEN v < '{end}' THEN {}", shifted(stretch.offset)));
            }
        }
        let last = stretches.last().map(|s| shifted(s.offset)).unwrap_or_default();
        let value = if cases.is_empty() { last } else { format!("CASE{cases} ELSE {last} END") };
        Ok(format!("(SELECT {value} || '.000000Z' FROM (SELECT {local} AS v))"))
    }

    /// The day of a date, or of an instant in the site's zone.
    pub(crate) fn day_of(&mut self, value: &Fragment, at: Position) -> Result<String> {
        if value.form != Form::DateTime {
            return Ok(value.sql.clone());
        }
        let local = self.local(&value.sql, at)?;
        Ok(match self.dialect() {
            Dialect::Sqlite => format!("substr({local}, 1, 10)"),
            Dialect::Postgres => format!("CAST({local} AS date)"),
        })
    }

    /// `year month day` of a day.
    pub(super) fn part_of_day(&mut self, function: Function, day: &str) -> Fragment {
        let (letter, word) = match function {
            Function::Year => ('Y', "year"),
            Function::Month => ('m', "month"),
            _ => ('d', "day"),
        };
        let sql = match self.dialect() {
            Dialect::Sqlite => format!("CAST(strftime('%{letter}', {day}) AS INTEGER)"),
            Dialect::Postgres => format!("CAST(extract({word} FROM {day}) AS bigint)"),
        };
        Fragment::stored_number(sql, 0, true)
    }

    /// The first day of the year, quarter, month or week (Monday) a day lies in.
    pub(crate) fn start_of_day(&self, unit: &str, day: &str) -> String {
        match (self.dialect(), unit) {
            (_, "day") => day.to_owned(),
            (Dialect::Postgres, unit) => {
                let unit = match unit {
                    "year" | "quarter" | "month" => unit,
                    _ => "week",
                };
                format!("CAST(date_trunc('{unit}', CAST({day} AS timestamp)) AS date)")
            }
            (Dialect::Sqlite, "year") => format!("date({day}, 'start of year')"),
            (Dialect::Sqlite, "month") => format!("date({day}, 'start of month')"),
            (Dialect::Sqlite, "quarter") => format!(
                "(SELECT date(v, 'start of month', '-' || ((strftime('%m', v) - 1) % 3) || ' months') \
                 FROM (SELECT {day} AS v))"
            ),
            (Dialect::Sqlite, _) => format!("date({day}, '-6 days', 'weekday 1')"),
        }
    }

    /// `start_of(unit, value)`
    pub(super) fn start_of(&mut self, unit: &str, value: &Fragment, at: Position) -> Result<Fragment> {
        let day = self.day_of(value, at)?;
        let start = self.start_of_day(unit, &day);
        if value.form == Form::DateTime {
            return self.first_instant(&start, at);
        }
        Ok(Fragment::new(start, Form::Date))
    }

    /// `datetime(date)`
    pub(super) fn first_instant(&mut self, day: &str, at: Position) -> Result<Fragment> {
        let local = match self.dialect() {
            Dialect::Sqlite => format!("({day} || 'T00:00:00')"),
            Dialect::Postgres => day.to_owned(),
        };
        Ok(Fragment::new(self.instant(&local, at)?, Form::DateTime))
    }

    /// `add_days(value, n)` and `add_months(value, n)`; `n` is a whole number's text.
    pub(super) fn later(
        &mut self,
        months: bool,
        value: &Fragment,
        n: &str,
        at: Position,
    ) -> Result<Fragment> {
        let unit = if months { "months" } else { "days" };
        let instant = value.form == Form::DateTime;
        let start = if instant { self.local(&value.sql, at)? } else { value.sql.clone() };
        let moved = match self.dialect() {
            Dialect::Sqlite => {
                let format = if instant { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%d" };
                let moved = format!("strftime('{format}', d, n || ' {unit}', 'floor')");
                in_years(&moved, &start, n)
            }
            Dialect::Postgres => {
                let moved = format!("({start} + make_interval({unit} => CAST({n} AS integer)))");
                let checked = years_checked(&moved);
                if instant { checked } else { format!("CAST({checked} AS date)") }
            }
        };
        if !instant {
            return Ok(Fragment::new(moved, Form::Date));
        }
        let moved = self.instant(&moved, at)?;
        let sql = match self.dialect() {
            // The parts of a second are kept.
            Dialect::Sqlite => format!("(substr({moved}, 1, 19) || substr({}, 20))", value.sql),
            Dialect::Postgres => moved,
        };
        Ok(Fragment::new(sql, Form::DateTime))
    }

    /// Whole days from one day to another.
    pub(super) fn days_between(&mut self, from: &str, to: &str) -> Fragment {
        let sql = match self.dialect() {
            Dialect::Sqlite => format!("CAST(julianday({to}) - julianday({from}) AS INTEGER)"),
            Dialect::Postgres => format!("CAST({to} - {from} AS bigint)"),
        };
        Fragment::stored_number(sql, 0, true)
    }

    /// An instant so many seconds later or earlier.
    pub(super) fn shifted_instant(&mut self, value: &str, seconds: &str, back: bool) -> Fragment {
        let sign = if back { "-" } else { "" };
        let sql = match self.dialect() {
            Dialect::Sqlite => {
                let moved = format!("{SECOND}, substr(d, 1, 19), n || ' seconds') || substr(d, 20)");
                in_years(&moved, value, &format!("{sign}({seconds})"))
            }
            Dialect::Postgres => years_checked(&format!(
                "({value} + make_interval(secs => CAST({sign}({seconds}) AS double precision)))"
            )),
        };
        Fragment::new(sql, Form::DateTime)
    }

    /// Whole seconds between two instants.
    pub(super) fn seconds_between(&mut self, later: &str, earlier: &str) -> Fragment {
        let sql = match self.dialect() {
            Dialect::Sqlite => {
                let micros = |x: &str| {
                    format!("(unixepoch(substr({x}, 1, 19)) * 1000000 + CAST(substr({x}, 21, 6) AS INTEGER))")
                };
                format!("(({} - {}) / 1000000)", micros(later), micros(earlier))
            }
            Dialect::Postgres => format!("CAST(trunc(extract(epoch FROM ({later} - {earlier}))) AS bigint)"),
        };
        Fragment::stored_number(sql, 0, true)
    }
}

/// `moved`, computed of the moment `d` and the number `n`; SQLite answers null beyond the year 9999, and that
/// is out of range.
fn in_years(moved: &str, start: &str, n: &str) -> String {
    format!(
        "(SELECT CASE WHEN d IS NOT NULL AND n IS NOT NULL AND (v IS NULL OR v < '0001-01-01') \
         THEN abs(-9223372036854775807 - (d IS NOT NULL)) ELSE v END \
         FROM (SELECT d, n, {moved} AS v FROM (SELECT {start} AS d, {n} AS n)))"
    )
}

/// PostgreSQL's years go further than those of the language; the cast raises "integer out of range".
fn years_checked(moved: &str) -> String {
    format!(
        "(SELECT CASE WHEN extract(year FROM v) BETWEEN 1 AND 9999 THEN v \
         WHEN v IS NOT NULL THEN v + make_interval(days => CAST(9999999999 + abs(extract(year FROM v)) AS integer)) \
         END FROM (SELECT {moved} AS v) w)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_change_when_clocks_do() {
        let berlin = stretches(chrono_tz::Europe::Berlin);
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap().timestamp();
        assert!(berlin.contains(&Stretch { from: at("2026-03-29T01:00:00Z"), offset: 7200 }));
        assert!(berlin.contains(&Stretch { from: at("2026-10-25T01:00:00Z"), offset: 3600 }));
        assert_eq!(stretches(chrono_tz::UTC), [Stretch { from: 0, offset: 0 }]);
    }
}
