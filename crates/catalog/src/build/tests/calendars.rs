//! What calendars inherit, what overlays change in them, and what is refused.

use super::sample::{built, packs, try_build, with};
use crate::names::PhysicalNames;
use calendar::{Calendar, Span, weekday};
use chrono::{Datelike, NaiveDate};
use std::sync::Arc;

const OFFICE: &str = "hours: ['09:00-12:00', '13:00-18:00']\ndays: [mon, tue, wed, thu, fri]\n";

/// A file of a calendar of this name.
fn file(name: &str, body: &str) -> (String, String) {
    (format!("calendars/{name}.yaml"), format!("kind: calendar\nname: {name}\n{body}"))
}

fn lines(files: &[(String, String)]) -> String {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = try_build(&packs(&files), &PhysicalNames::default()).err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The findings of one calendar `it`, made of these lines after `kind` and `name`.
fn check(body: &str, expect: &str) {
    assert_eq!(lines(&[file("it", body)]), expect, "{body}");
}

#[test]
fn hours_that_cannot_be_are_found() {
    check(OFFICE, "");
    check("week: {mon: ['22:00-06:00'], tue: ['06:00-09:00']}", "");
    check(
        "timezone: Asia/Shanghai",
        "calendars/it.yaml:1:1: error[empty_calendar]: nobody ever works by this calendar: no day of the week has hours",
    );
    check(
        "week: {mon: []}\nworkdays: {a: {on: 2026-01-03, hours: ['09:00-12:00']}}",
        "calendars/it.yaml:3:7: error[empty_calendar]: nobody ever works by this calendar: no day of the week has hours",
    );
    check(
        "hours: ['09:00-18:00']\ndays: []",
        "calendars/it.yaml:3:8: error[empty_calendar]: nobody ever works by this calendar: no day of the week has hours",
    );
    check(
        "week:\n  mon: ['22:00-06:00']\n  tue: ['05:00-09:00']",
        "calendars/it.yaml:4:8: error[overlapping_hours]: the hours of mon go on while those of tue have begun",
    );
    check(
        "hours: ['08:00-09:00', '22:00-08:30']\ndays: [sun, mon]",
        "calendars/it.yaml:3:8: error[overlapping_hours]: the hours of sun go on while those of mon have begun",
    );
    check(
        "hours: ['22:00-06:00']\ndays: [mon]\nworkdays:\n  early: {on: 2026-03-03, hours: ['05:00-12:00']}",
        "calendars/it.yaml:6:10: error[overlapping_hours]: the hours of 2026-03-03 go on while those of 2026-03-04 have begun",
    );
}

#[test]
fn days_that_are_said_twice_are_found() {
    let days = |days: &str| format!("{OFFICE}{days}");
    check(
        &days(
            "holidays:\n  a: {from: 2026-02-15, until: 2026-02-23}\nworkdays:\n  b: {on: 2026-02-20, like: fri}",
        ),
        "calendars/it.yaml:8:6: error[day_twice]: 2026-02-20 is said twice: by `a` and by workday `b`",
    );
    check(
        &days(
            "workdays:\n  a: {on: 2026-02-21, like: fri}\n  b: {from: 2026-02-20, until: 2026-02-22, hours: ['09:00-10:00']}",
        ),
        "calendars/it.yaml:7:6: error[day_twice]: 2026-02-21 is said twice: by `a` and by workday `b`",
    );
    // Two holidays on one day are one.
    check(&days("holidays:\n  a: {on: 2026-10-01}\n  b: {from: 2026-10-01, until: 2026-10-03}"), "");
    // What is left out says nothing.
    check(
        &days("holidays:\n  a: {on: 2026-10-10, hidden: true}\nworkdays:\n  b: {on: 2026-10-10, like: mon}"),
        "",
    );
    check(
        &days("workdays:\n  a: {on: 2026-10-10, like: sat}"),
        "calendars/it.yaml:6:29: error[invalid_value]: workday `a` is like `sat`, on which nobody works",
    );
}

#[test]
fn what_is_inherited_must_be_there_and_end() {
    check(
        "inherits: offise",
        "calendars/it.yaml:3:11: error[unknown_reference]: calendar `offise` does not exist (one of: it)",
    );
    let three =
        [file("one", "inherits: two"), file("two", "inherits: three"), file("three", "inherits: crm.one")];
    assert_eq!(
        lines(&three),
        "calendars/one.yaml:3:11: error[cycle]: calendars form a cycle: crm.one → crm.two → crm.three → crm.one\n\
         calendars/three.yaml:3:11: error[cycle]: calendars form a cycle: crm.three → crm.one → crm.two → crm.three\n\
         calendars/two.yaml:3:11: error[cycle]: calendars form a cycle: crm.two → crm.three → crm.one → crm.two"
    );
    let idle = [
        file("base", &format!("{OFFICE}workdays: {{a: {{on: 2026-10-10, like: fri}}}}")),
        file("it", "inherits: base\nweek: {fri: []}"),
    ];
    assert_eq!(
        lines(&idle),
        "calendars/it.yaml:3:11: error[invalid_value]: workday `a` is like `fri`, on which nobody works"
    );
    check(
        &format!("{OFFICE}inherits: it"),
        "calendars/it.yaml:5:11: error[cycle]: calendars form a cycle: crm.it → crm.it",
    );
}

/// The hours of some days, a line each.
fn shown(calendar: &Calendar, days: &[&str]) -> Vec<String> {
    let one = |text: &&str| {
        let date: NaiveDate = text.parse().unwrap();
        let day = calendar.days(date, date).next().unwrap();
        let hours: Vec<String> = day.hours.spans().iter().map(Span::to_string).collect();
        let name = day.entry.map_or("", |entry| &entry.name);
        format!("{text} {} {} {name}", weekday(date.weekday()), hours.join(" ")).trim_end().to_owned()
    };
    days.iter().map(one).collect()
}

#[test]
fn what_is_said_comes_on_top_of_what_is_inherited() {
    let base = "timezone: Asia/Shanghai\nday: 7h\nholidays:\n  spring: {from: 2026-02-16, until: 2026-02-20, label: 春节}\n  may: {on: 2026-05-01}\nworkdays:\n  make_up: {on: 2026-02-14, like: fri}\n";
    let files = [
        file("base", &format!("{OFFICE}{base}")),
        file(
            "it",
            "inherits: base\nlabel: Ours\nweek: {fri: ['09:00-12:00']}\nholidays:\n  ours: {on: 2026-03-02}\nworkdays:\n  open: {on: 2026-02-20, hours: ['10:00-12:00']}\n",
        ),
        file(
            "last",
            "inherits: it\ntimezone: Asia/Taipei\nday: 6h\nhours: ['08:00-10:00']\ndays: [mon]\nholidays: {off: {on: 2026-02-14}}",
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let built = built(&files);
    let it = &built.catalog.calendars["crm.it"];
    let days = ["2026-02-13", "2026-02-14", "2026-02-16", "2026-02-20", "2026-03-02", "2026-03-03"];
    assert_eq!(
        shown(it, &days),
        [
            "2026-02-13 fri 09:00-12:00",
            // A day that is like a Friday is like the Friday of who inherits it.
            "2026-02-14 sat 09:00-12:00 make_up",
            "2026-02-16 mon  spring",
            "2026-02-20 fri 10:00-12:00 open",
            "2026-03-02 mon  ours",
            "2026-03-03 tue 09:00-12:00 13:00-18:00",
        ]
    );
    assert_eq!((it.day().num_hours(), it.zone().map(|zone| zone.name())), (7, Some("Asia/Shanghai")));
    assert_eq!(it.label, Some("Ours".into()));
    let last = &built.catalog.calendars["crm.last"];
    assert_eq!(
        shown(last, &["2026-03-03", "2026-03-09", "2026-05-01"]),
        ["2026-03-03 tue", "2026-03-09 mon 08:00-10:00", "2026-05-01 fri  may"]
    );
    assert_eq!((last.day().num_hours(), last.zone().map(|zone| zone.name())), (6, Some("Asia/Taipei")));
}

#[test]
fn a_site_adds_changes_and_leaves_out_days() {
    let holidays = "holidays:\n  spring: {from: 2026-02-16, until: 2026-02-20}\n  may: {on: 2026-05-01}\nworkdays:\n  make_up: {on: 2026-02-14, like: fri}\n";
    let own = file("it", &format!("{OFFICE}{holidays}"));
    let site = [
        ("pack.yaml", "kind: pack\nname: site\nversion: 1.0.0\nrequires: {crm: '>=1'}\n"),
        (
            "calendars/it.yaml",
            "kind: calendar\nextends: crm.it\nweek: {sat: ['09:00-12:00']}\nholidays:\n  spring: {until: 2026-02-23}\n  may: {hidden: true}\n  new_year_2027: {on: 2027-01-01}\nworkdays:\n  make_up: {hidden: true}\n",
        ),
        (
            "translations/tw.yaml",
            "kind: translation\nname: tw\nlocale: zh-TW\ntexts:\n  calendar.crm.it: 我們的行事曆\n  calendar.crm.it.holidays.spring: 春節\n",
        ),
    ];
    let files: [(&str, &str); 1] = [(&own.0, &own.1)];
    let built = try_build(&with(&files, &[&site]), &PhysicalNames::default()).unwrap();
    let it = &built.catalog.calendars["crm.it"];
    let days = ["2026-02-14", "2026-02-21", "2026-02-23", "2026-05-01", "2027-01-01"];
    assert_eq!(
        shown(it, &days),
        [
            "2026-02-14 sat 09:00-12:00",
            "2026-02-21 sat  spring",
            "2026-02-23 mon  spring",
            "2026-05-01 fri 09:00-12:00 13:00-18:00",
            "2027-01-01 fri  new_year_2027",
        ]
    );
    let words = |text: &Option<diagnostic::Text>| {
        text.as_ref().and_then(|text| text.get(diagnostic::Locale::ZhTw)).map(str::to_owned)
    };
    assert_eq!(words(&it.label).as_deref(), Some("我們的行事曆"));
    assert_eq!(words(&it.entries()[0].label).as_deref(), Some("春節"));
    let wrong = [
        site[0],
        ("calendars/it.yaml", "kind: calendar\nextends: crm.it\nholidays:\n  a: {on: 2026-02-14}\n"),
    ];
    let found = try_build(&with(&files, &[&wrong]), &PhysicalNames::default()).unwrap_err();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "calendars/it.yaml:9:12: error[day_twice]: 2026-02-14 is said twice: by `a` and by workday `make_up`"
        ]
    );
}

#[test]
fn scenarios_name_calendars_in_full() {
    let steps = |step: &str| {
        ("scenarios/s.yaml".to_owned(), format!("kind: scenario\nname: s\nsteps:\n  - advance: {step}\n"))
    };
    let of = |step: &str, more: &[(String, String)]| -> String {
        let files: Vec<(String, String)> = more.iter().cloned().chain([steps(step)]).collect();
        let refs: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        match try_build(&packs(&refs), &PhysicalNames::default()) {
            Ok(built) => {
                let scenario: &Arc<definition::Scenario> = &built.catalog.scenarios["crm.s"];
                let definition::scenario::ScenarioAction::Advance(advance) = &scenario.steps[0].action else {
                    panic!("no advance")
                };
                format!("{} {}", advance.by(), advance.calendar().unwrap_or("-"))
            }
            Err(found) => found[0].to_string(),
        }
    };
    let own = [file("weekdays", OFFICE), file("shifts", "week: {mon: ['00:00-24:00']}")];
    assert_eq!(of("9h", &own), "9h -");
    assert_eq!(of("9h working", &own), "9h working crm.weekdays");
    assert_eq!(of("{by: 2d working, calendar: shifts}", &own), "2d working crm.shifts");
    assert_eq!(of("{by: 2d, calendar: shifts}", &own), "2d crm.shifts");
    assert_eq!(
        of("{by: 2d working, calendar: shift}", &own),
        "scenarios/s.yaml:4:41: error[unknown_reference]: calendar `shift` does not exist (did you mean `shifts`?)"
    );
    assert_eq!(
        of("9h working", &[]),
        "scenarios/s.yaml:4:14: error[unknown_reference]: calendar `base.weekdays` does not exist"
    );
}
