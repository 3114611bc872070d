//! Lengths of time: their texts, and what they come to where there is an end.

use crate::calendars::{date, hours, named, special, week};
use calendar::{Calendar, Duration, add_elapsed};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use diagnostic::Code;

#[test]
fn lengths_are_read_and_shown() {
    let check = |text: &str, expect: Option<&str>| {
        let read = Duration::parse(text);
        assert_eq!(read.as_ref().ok().map(Duration::to_string).as_deref(), expect, "{text}");
        match read {
            Ok(length) => assert_eq!(Duration::parse(&length.to_string()).unwrap(), length, "{text}"),
            Err(found) => assert_eq!(found.code, Code::InvalidDuration),
        }
    };
    let rows = [
        ("90m", Some("1h 30m")),
        ("8h", Some("8h")),
        ("3d", Some("3d")),
        ("2w", Some("14d")),
        ("30s", Some("30s")),
        ("8h working", Some("8h working")),
        ("2d working", Some("2d working")),
        ("1d 4h working", Some("1d 4h working")),
        ("1d4h30m15s", Some("1d 4h 30m 15s")),
        (" 1d  4h  working ", Some("1d 4h working")),
        ("-2d", Some("-2d")),
        ("-1d 4h working", Some("-1d 4h working")),
        ("25h", Some("25h")),
        ("0h", Some("0s")),
        ("0d working", Some("0s working")),
        ("36600d", Some("36600d")),
        ("36601d", None),
        ("878401h", None),
        ("", None),
        ("-", None),
        ("8", None),
        ("h", None),
        ("working", None),
        ("8hworking", None),
        ("8h work", None),
        ("8h working working", None),
        ("4h 1d", None),
        ("1h 1h", None),
        ("1w working", None),
        ("1.5h", None),
        ("8 h", None),
        ("1y", None),
        ("--1d", None),
        ("1d -4h", None),
        ("8小时", None),
        ("99999999999999999999h", None),
        ("9223372036854775807w", None),
    ];
    for (text, expect) in rows {
        check(text, expect);
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_calendar_without_working_time_is_told() {
    let (entries, special) = special(&[("2026-01-01", "2036-01-01", &[])]);
    let idle =
        Calendar::new("idle", week(&["09:00-17:00"], &[])).unwrap().with_special(entries, special).unwrap();
    let idle = idle.at_site(Tz::UTC);
    let hour = Duration::parse("1h working").unwrap();
    let found = idle.add(at("2026-03-01T09:00:00Z"), &hour).unwrap_err();
    assert_eq!((found.code, found.arguments[0].1.as_str()), (Code::NoWorkingTime, "idle"));
    assert_eq!(idle.next_working(at("2026-03-01T09:00:00Z")).unwrap_err().code, Code::NoWorkingTime);
    assert_eq!(idle.subtract(at("2035-03-01T09:00:00Z"), &hour).unwrap_err().code, Code::NoWorkingTime);
    assert_eq!(idle.add(at("2032-01-01T09:00:00Z"), &hour).unwrap(), at("2036-01-02T10:00:00Z"));
    assert_eq!(
        idle.working_between(at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z")),
        TimeDelta::zero()
    );
    // An hour that clocks leave out every year, and nothing else.
    let gap = Calendar::new(
        "gap",
        [&[][..]; 6]
            .map(hours)
            .into_iter()
            .chain([hours(&["02:00-03:00"])])
            .collect::<Vec<_>>()
            .try_into()
            .unwrap(),
    );
    let gap = gap.unwrap().in_zone(Tz::Europe__Berlin);
    let next = gap.at_site(Tz::UTC).next_working(at("2026-03-29T00:00:00Z")).unwrap();
    assert_eq!(next, at("2026-04-05T00:00:00Z"));
}

#[test]
fn years_have_an_end() {
    let cn = named("cn");
    let cn = cn.at_site(Tz::UTC);
    let code = |from: DateTime<Utc>, by: &str| {
        cn.add(from, &Duration::parse(by).unwrap()).err().map(|found| found.code)
    };
    let (first, last) = (at("0001-01-02T00:00:00Z"), at("9999-12-30T00:00:00Z"));
    for by in ["9d", "9d working", "300h", "36600d working"] {
        assert_eq!(code(last, by), Some(Code::DateOutOfRange), "{by}");
        assert_eq!(code(first, &format!("-{by}")), Some(Code::DateOutOfRange), "{by}");
    }
    for extreme in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        for by in ["1d", "1d working", "-1h", "-1h working"] {
            assert_eq!(code(extreme, by), Some(Code::DateOutOfRange), "{by}");
        }
        assert!(!cn.is_working(extreme) && cn.next_working(extreme).is_err());
        let quiet = calendar::Quiet::parse("20:00", "09:00").unwrap();
        assert!(cn.outside(extreme, &quiet).is_err());
    }
    assert!(
        cn.working_between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC) > TimeDelta::days(365 * 2000)
    );
    assert!(add_elapsed(Tz::UTC, last, &Duration::elapsed(i64::MAX, 0)).is_err());
    assert!(cn.add(last, &Duration::working(i64::MAX, 0)).is_err());
}

/// Decades are sums: nothing goes day by day, let alone minute by minute.
#[test]
fn decades_are_fast() {
    let (cn, clock) = (named("cn"), named("clock"));
    let begun = std::time::Instant::now();
    for hour in 0..100 {
        let from = at("2026-01-01T00:00:00Z") + TimeDelta::hours(hour);
        let far = cn.at_site(Tz::UTC).add(from, &Duration::working(9_000, 0)).unwrap();
        assert!(far > at("2059-01-01T00:00:00Z"));
        let back = clock.at_site(Tz::UTC).add(from, &Duration::working(-9_000, 0)).unwrap();
        assert!(back < at("2002-01-01T00:00:00Z"));
        assert!(clock.at_site(Tz::UTC).working_between(back, far) > TimeDelta::days(20_000));
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[test]
fn a_calendar_without_a_zone_is_in_that_of_the_site() {
    let plain = Calendar::new("plain", week(&["09:00-17:00"], &[])).unwrap();
    let hour = Duration::parse("1h working").unwrap();
    let from = at("2026-03-02T00:00:00Z");
    for (zone, expect) in [
        (Tz::UTC, "2026-03-02T10:00:00Z"),
        (Tz::Asia__Shanghai, "2026-03-02T02:00:00Z"),
        (Tz::America__New_York, "2026-03-02T15:00:00Z"),
        // Monday 13:00 in Auckland.
        (Tz::Pacific__Auckland, "2026-03-02T01:00:00Z"),
    ] {
        assert_eq!(plain.at_site(zone).add(from, &hour).unwrap(), at(expect), "{zone}");
        assert_eq!(
            plain.clone().in_zone(zone).at_site(Tz::Asia__Kathmandu).add(from, &hour).unwrap(),
            at(expect)
        );
    }
    // The day that Samoa left out, and the hour that clocks of Lord Howe leave out by half.
    let apia = plain.at_site(Tz::Pacific__Apia);
    let (thursday, saturday) = (at("2011-12-29T10:00:00-10:00"), at("2011-12-31T10:00:00+14:00"));
    assert_eq!(saturday - thursday, TimeDelta::days(1));
    assert_eq!(apia.add(thursday, &Duration::elapsed(1, 0)).unwrap(), at("2011-12-31T00:00:00+14:00"));
    assert_eq!(apia.working_between(thursday, at("2012-01-02T10:00:00+14:00")), TimeDelta::hours(8));
    let nights = Calendar::new("nights", week(&["22:00-06:00"], &["22:00-06:00"])).unwrap();
    let howe = nights.at_site(Tz::Australia__Lord_Howe);
    let night = (at("2026-10-03T12:00:00+10:30"), at("2026-10-04T12:00:00+11:00"));
    assert_eq!(howe.working_between(night.0, night.1), TimeDelta::minutes(450));
    assert_eq!(date("2026-10-04"), night.1.with_timezone(&Tz::Australia__Lord_Howe).date_naive());
}
