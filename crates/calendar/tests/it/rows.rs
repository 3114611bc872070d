//! The table `rows.txt`.

use crate::calendars::named;
use calendar::{Duration, Quiet};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;

fn instant(text: &str) -> DateTime<Utc> {
    let read =
        DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z"));
    read.unwrap_or_else(|error| panic!("{text}: {error}")).to_utc()
}

fn length(text: &str) -> TimeDelta {
    match text.strip_suffix("ms") {
        Some(number) => TimeDelta::milliseconds(number.parse().unwrap()),
        None => TimeDelta::seconds(Duration::parse(text).unwrap().seconds()),
    }
}

/// What is asked of a calendar, and what it answers.
fn check(row: &str) {
    let parts: Vec<&str> = row.split('|').map(str::trim).collect();
    let [name, asked, from, given, expect] = parts[..] else { panic!("{row}") };
    let calendar = named(name);
    let (time, from) = (calendar.at_site(Tz::UTC), instant(from));
    let shown =
        |at: DateTime<Utc>| at.with_timezone(&time.zone()).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let is = |found: diagnostic::Result<DateTime<Utc>>| {
        assert_eq!(shown(found.unwrap()), shown(instant(expect)), "{row}");
    };
    match asked {
        "add" => {
            let by = Duration::parse(given).unwrap();
            is(time.add(from, &by));
            is(time.subtract(from, &-by));
        }
        "between" => assert_eq!(time.working_between(from, instant(given)), length(expect), "{row}"),
        "share" => {
            let (percent, due) = given.split_once(' ').unwrap();
            is(time.share(from, instant(due), percent.parse().unwrap()));
        }
        "next" => is(time.next_working(from)),
        "is" => assert_eq!(time.is_working(from), expect == "yes", "{row}"),
        "outside" => {
            let (first, last) = given.split_once(' ').unwrap();
            is(time.outside(from, &Quiet::parse(first, last).unwrap()));
        }
        _ => panic!("{row}"),
    }
}

#[test]
fn working_time_comes_to_what_the_table_says() {
    let rows = include_str!("../rows.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut count = 0;
    for row in rows {
        check(row);
        count += 1;
    }
    assert!(count > 120, "{count}");
}

#[test]
fn quiet_times_are_read() {
    for (from, until, good) in [
        ("20:00", "09:00", true),
        ("12:00", "13:00", true),
        ("9:00", "13:00", false),
        ("09:00", "09:00", false),
    ] {
        assert_eq!(Quiet::parse(from, until).is_ok(), good, "{from} {until}");
    }
}
