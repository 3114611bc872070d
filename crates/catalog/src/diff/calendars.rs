//! Calendars that come, go or are others.

use super::{ChangeKind, Changes};
use crate::model::catalog::Catalog;
use calendar::Calendar;
use chrono::NaiveDate;
use std::collections::BTreeSet;

pub(super) fn compare(old: &Catalog, new: &Catalog, changes: &mut Changes) {
    for (name, calendar) in &new.calendars {
        match old.calendars.get(name) {
            None => changes.add(ChangeKind::Add, format!("calendar {name}")),
            Some(before) => differences(before, calendar, changes),
        }
    }
    for name in old.calendars.keys().filter(|name| !new.calendars.contains_key(*name)) {
        changes.add(ChangeKind::Retire, format!("calendar {name}"));
    }
}

fn differences(old: &Calendar, new: &Calendar, changes: &mut Changes) {
    let mut add = |what: String| changes.add(ChangeKind::Behaviour, format!("calendar {}: {what}", new.name));
    if old.zone() != new.zone() {
        let name = |calendar: &Calendar| calendar.zone().map_or("that of the site", |zone| zone.name());
        add(format!("time zone {} becomes {}", name(old), name(new)));
    }
    if old.day() != new.day() {
        let minutes = |calendar: &Calendar| calendar.day().num_minutes();
        add(format!("a day of {} minutes becomes one of {}", minutes(old), minutes(new)));
    }
    if old.week() != new.week() {
        add("the hours of the week change".to_owned());
    }
    let dates: BTreeSet<&NaiveDate> = old.special().keys().chain(new.special().keys()).collect();
    let hours = |calendar: &Calendar, date| calendar.special().get(date).map(|special| special.hours.clone());
    let others: Vec<&NaiveDate> =
        dates.into_iter().filter(|date| hours(old, date) != hours(new, date)).collect();
    match others.as_slice() {
        [] => {}
        [day] => add(format!("holiday or workday on {day}")),
        [first, .., last] => {
            add(format!("holidays or workdays on {} days from {first} to {last}", others.len()));
        }
    }
}
