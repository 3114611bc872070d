//! Checks of a calendar.
//!
//! What its hours come to (whether anybody works at all, whether shifts overlap over midnight, whether a holiday is a
//! workday) depends on what it inherits, and is for the catalog to say.

use super::{invalid, named, wrong};
use crate::calendar::{Calendar, Dates, MOST_DAYS, Workday, date};
use crate::findings::Findings;
use calendar::{Duration, Hours, Span};
use diagnostic::{Code, Diagnostic};

pub(super) fn check(written: &Calendar, found: &mut Findings<'_>) {
    if let Some(name) = &written.timezone
        && let Err(unknown) = calendar::zone(name)
    {
        found.value("/timezone", *unknown);
    }
    match (&written.hours, &written.days) {
        (Some(list), days) => {
            hours(list, "/hours", found);
            if days.is_none() {
                found.key("/hours", Diagnostic::new(Code::MissingKey).with("key", "days"));
            }
        }
        (None, Some(_)) => found.key("/days", Diagnostic::new(Code::MissingKey).with("key", "hours")),
        (None, None) => {}
    }
    for (list, (key, _)) in written.week.days().into_iter().zip(calendar::WEEKDAYS) {
        if let Some(list) = list {
            hours(list, &format!("/week/{key}"), found);
        }
    }
    if let Some(text) = &written.day {
        day(text, found);
    }
    for (name, holiday) in &written.holidays {
        let pointer = format!("/holidays/{name}");
        named(&pointer, name, found);
        dates(&holiday.dates(), &pointer, found);
    }
    for (name, workday) in &written.workdays {
        let pointer = format!("/workdays/{name}");
        named(&pointer, name, found);
        dates(&workday.dates(), &pointer, found);
        hours_of(workday, &pointer, found);
    }
}

/// Each of a list of hours, and that no two of them overlap.
fn hours(list: &[String], pointer: &str, found: &mut Findings<'_>) {
    let mut spans = Vec::new();
    for (place, text) in list.iter().enumerate() {
        match Span::parse(text) {
            Ok(span) => spans.push(span),
            Err(unreadable) => found.value(&format!("{pointer}/{place}"), *unreadable),
        }
    }
    if spans.len() == list.len()
        && let Err((place, earlier)) = Hours::new(spans)
    {
        let (one, other) = (&list[place], &list[earlier]);
        let overlap = invalid([
            format!("{one} overlaps {other}"),
            format!("{one} 与 {other} 重叠"),
            format!("{one} 與 {other} 重疊"),
        ]);
        found.value(&format!("{pointer}/{place}"), overlap);
    }
}

/// What a day of working time is.
fn day(text: &str, found: &mut Findings<'_>) {
    match Duration::parse(text) {
        Err(unreadable) => found.value("/day", *unreadable),
        Ok(length) if length.is_working() || length.days() != 0 || length.seconds() <= 0 => {
            let other = wrong([
                "a day of working time is a number of hours such as 8h or 7h 30m",
                "一个工作日须为小时数，例如 8h 或 7h 30m",
                "一個工作日須為小時數，例如 8h 或 7h 30m",
            ]);
            found.value("/day", other);
        }
        Ok(_) => {}
    }
}

fn dates(dates: &Dates<'_>, pointer: &str, found: &mut Findings<'_>) {
    for (key, text) in [("on", dates.on), ("from", dates.from), ("until", dates.until)] {
        if let Some(text) = text.filter(|text| date(text).is_none()) {
            let other = invalid([
                format!("`{text}` is no date such as 2026-02-16"),
                format!("`{text}` 不是日期，例如 2026-02-16"),
                format!("`{text}` 不是日期，例如 2026-02-16"),
            ]);
            found.value(&format!("{pointer}/{key}"), other);
        }
    }
    let missing = |key: &str| Diagnostic::new(Code::MissingKey).with("key", key);
    match (dates.on, dates.from, dates.until) {
        (None, None, None) => found.key(pointer, missing("on")),
        (None, Some(_), None) => found.key(pointer, missing("until")),
        (None, None, Some(_)) => found.key(pointer, missing("from")),
        (Some(_), None, None) | (None, Some(_), Some(_)) => {}
        (Some(_), ..) => found.key(
            &format!("{pointer}/on"),
            wrong([
                "a day is said by `on`, several by `from` and `until`, not by both",
                "单日用 `on`，多日用 `from` 和 `until`，不能兼用",
                "單日用 `on`，多日用 `from` 和 `until`，不能兼用",
            ]),
        ),
    }
    match dates.read() {
        Some((from, until)) if until < from => found.value(
            &format!("{pointer}/until"),
            invalid([
                format!("{until} lies before {from}"),
                format!("{until} 早于 {from}"),
                format!("{until} 早於 {from}"),
            ]),
        ),
        Some((from, until)) if (until - from).num_days() >= MOST_DAYS => {
            let much = Diagnostic::new(Code::LimitExceeded).with("what", format!("{from} – {until}"));
            found.value(&format!("{pointer}/until"), much.with("limit", format!("{MOST_DAYS} d")));
        }
        _ => {}
    }
}

/// A workday says its hours, itself or by a day of the week.
fn hours_of(workday: &Workday, pointer: &str, found: &mut Findings<'_>) {
    match (&workday.like, &workday.hours) {
        (None, None) => found.key(
            pointer,
            wrong([
                "a workday says its `hours`, or the weekday that it is `like`",
                "补班日须指定 `hours`，或用 `like` 指定按星期几上班",
                "補班日須指定 `hours`，或用 `like` 指定依星期幾上班",
            ]),
        ),
        (Some(_), Some(_)) => found.key(
            &format!("{pointer}/like"),
            wrong([
                "either `like` or `hours`, not both",
                "`like` 与 `hours` 只能使用其一",
                "`like` 與 `hours` 只能使用其一",
            ]),
        ),
        (None, Some(list)) if list.is_empty() => found.value(
            &format!("{pointer}/hours"),
            wrong([
                "a workday has hours; a day without work is a holiday",
                "工作日须有工作时段；不上班的日子请写为 `holidays`",
                "工作日須有工作時段；不上班的日子請寫為 `holidays`",
            ]),
        ),
        (None, Some(list)) => hours(list, &format!("{pointer}/hours"), found),
        (Some(_), None) => {}
    }
}
