//! The calendars of the tests; those of `rows.py` are the same.

use calendar::{Calendar, Entry, Flaw, Hours, Span, Special, zone};
use chrono::{NaiveDate, TimeDelta, Weekday};
use diagnostic::{Code, Locale};
use std::collections::BTreeMap;

pub const OFFICE: &[&str] = &["09:00-12:00", "13:00-18:00"];

pub fn hours(spans: &[&str]) -> Hours {
    Hours::new(spans.iter().map(|span| Span::parse(span).unwrap()).collect()).unwrap()
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Monday to Friday, Saturday, Sunday.
pub fn week(usual: &[&str], weekend: &[&str]) -> [Hours; 7] {
    [usual, usual, usual, usual, usual, weekend, weekend].map(hours)
}

/// Days from one to another, both included, and their hours.
type Days = (&'static str, &'static str, &'static [&'static str]);

pub fn special(days: &[Days]) -> (Vec<Entry>, BTreeMap<NaiveDate, Special>) {
    let mut entries = Vec::new();
    let mut special = BTreeMap::new();
    for (entry, (from, until, spans)) in days.iter().enumerate() {
        entries.push(Entry { name: (*from).into(), label: None, workday: !spans.is_empty() });
        for date in date(from).iter_days().take_while(|day| *day <= date(until)) {
            special.insert(date, Special { entry, hours: hours(spans) });
        }
    }
    (entries, special)
}

const CHINA: &[Days] = &[
    ("2026-01-01", "2026-01-03", &[]),
    ("2026-01-04", "2026-01-04", OFFICE),
    ("2026-02-15", "2026-02-23", &[]),
    ("2026-02-14", "2026-02-14", OFFICE),
    ("2026-02-28", "2026-02-28", OFFICE),
    ("2026-04-04", "2026-04-06", &[]),
    ("2026-05-01", "2026-05-05", &[]),
    ("2026-05-09", "2026-05-09", OFFICE),
    ("2026-06-19", "2026-06-21", &[]),
    ("2026-09-20", "2026-09-20", OFFICE),
    ("2026-09-25", "2026-09-27", &[]),
    ("2026-10-01", "2026-10-07", &[]),
    ("2026-10-10", "2026-10-10", OFFICE),
];

pub fn named(name: &str) -> Calendar {
    let (usual, weekend, zone_name, days): (&[&str], &[&str], _, &[Days]) = match name {
        "cn" => (OFFICE, &[], "Asia/Shanghai", CHINA),
        "uneven" => {
            (&["08:00-17:00"], &[], "Asia/Shanghai", &[("2026-12-24", "2026-12-24", &["09:00-12:00"])])
        }
        "night" => (&["22:00-06:00"], &[], "Asia/Shanghai", &[("2026-03-03", "2026-03-03", &[])]),
        "clock" => (&["00:00-24:00"], &["00:00-24:00"], "America/New_York", &[]),
        "berlin" => (&["09:00-17:00"], &[], "Europe/Berlin", &[]),
        "nights" => (&["22:00-06:00"], &["22:00-06:00"], "Europe/Berlin", &[]),
        "small" => (&["01:30-02:30"], &["01:30-02:30"], "America/New_York", &[]),
        _ => panic!("no calendar `{name}`"),
    };
    let mut week = week(usual, weekend);
    if name == "uneven" {
        week[4] = hours(&["08:00-12:00"]);
    }
    let (entries, special) = special(days);
    let made = Calendar::new(name, week).unwrap().with_special(entries, special).unwrap();
    let made = made.in_zone(zone(zone_name).unwrap());
    if name == "uneven" { made.with_day(TimeDelta::hours(8)) } else { made }
}

#[test]
fn what_cannot_be_used_is_found() {
    let check = |week: [Hours; 7], days: &[Days], expect: Option<Flaw>| {
        let (entries, special) = special(days);
        let made = Calendar::new("it", week).and_then(|made| made.with_special(entries, special));
        assert_eq!(made.err(), expect);
    };
    check(week(&[], &[]), &[], Some(Flaw::Empty));
    check(week(&[], &[]), &[("2026-03-02", "2026-03-02", OFFICE)], Some(Flaw::Empty));
    check(week(OFFICE, &[]), &[], None);
    check(week(&["22:00-06:00"], &["06:00-12:00"]), &[], None);
    check(week(&["22:00-06:00"], &["05:00-12:00"]), &[], Some(Flaw::Week(Weekday::Fri)));
    check(week(&["09:00-12:00", "23:00-09:30"], &[]), &[], Some(Flaw::Week(Weekday::Mon)));
    check(week(&["00:00-24:00"], &["00:00-24:00"]), &[], None);
    let early: Days = ("2026-03-07", "2026-03-07", &["05:00-12:00"]);
    check(week(&["22:00-06:00"], &[]), &[early], Some(Flaw::Day(date("2026-03-07"))));
    let late: Days = ("2026-03-08", "2026-03-08", &["23:00-09:30"]);
    check(week(OFFICE, &[]), &[late], Some(Flaw::Day(date("2026-03-08"))));
}

#[test]
fn hours_are_read_and_shown() {
    let check = |text: &str, expect: Option<i64>| {
        let read = Span::parse(text);
        assert_eq!(read.as_ref().ok().map(|span| span.length().num_minutes()), expect, "{text}");
        match read {
            Ok(span) => assert_eq!(span.to_string(), text.replace(' ', "").replace("-00:00", "-24:00")),
            Err(found) => assert_eq!(found.code, Code::InvalidHours),
        }
    };
    check("09:00-12:00", Some(180));
    check("09:00 - 12:30", Some(210));
    check("22:00-06:00", Some(480));
    check("00:00-24:00", Some(1440));
    check("18:00-24:00", Some(360));
    check("23:59-00:00", Some(1));
    for wrong in
        ["9:00-12:00", "09:00", "09:00-09:00", "24:00-06:00", "09:60-12:00", "09:00-25:00", "", "09:00–12:00"]
    {
        check(wrong, None);
    }
    let overlap =
        |spans: &[&str]| Hours::new(spans.iter().map(|span| Span::parse(span).unwrap()).collect()).err();
    assert_eq!(overlap(&["13:00-18:00", "09:00-12:00"]), None);
    assert_eq!(overlap(&["09:00-12:00", "12:00-18:00"]), None);
    assert_eq!(overlap(&["09:00-12:00", "11:00-18:00"]), Some((1, 0)));
    assert_eq!(overlap(&["20:00-02:00", "09:00-12:00", "23:00-24:00"]), Some((2, 0)));
}

#[test]
fn days_are_told_with_their_hours_and_names() {
    let calendar = named("cn");
    let shown: Vec<String> = calendar
        .days(date("2026-02-13"), date("2026-02-16"))
        .map(|day| {
            let hours: Vec<String> = day.hours.spans().iter().map(Span::to_string).collect();
            let entry = day.entry.map(|entry| format!("{} {}", entry.name, entry.workday));
            format!("{} {} {}", day.date, hours.join(" "), entry.unwrap_or_default())
        })
        .collect();
    assert_eq!(
        shown,
        [
            "2026-02-13 09:00-12:00 13:00-18:00 ",
            "2026-02-14 09:00-12:00 13:00-18:00 2026-02-14 true",
            "2026-02-15  2026-02-15 false",
            "2026-02-16  2026-02-15 false",
        ]
    );
    assert_eq!(calendar.day(), TimeDelta::hours(8));
    assert_eq!(named("uneven").day(), TimeDelta::hours(8));
    assert_eq!(named("clock").day(), TimeDelta::hours(24));
}

#[test]
fn zones_are_those_of_the_database() {
    assert_eq!(zone("Asia/Shanghai").unwrap().name(), "Asia/Shanghai");
    let found = zone("Asia/Shangai").unwrap_err();
    assert_eq!(found.code, Code::UnknownTimeZone);
    assert_eq!(found.hint.unwrap().render(Locale::En), "did you mean `Asia/Shanghai`?");
}
