//! Calendars: what they inherit taken over, the hours of every day resolved.

use super::entry::{Entry, Findings, Noun, invalid};
use crate::model::catalog::Catalog;
use calendar::{Calendar, Duration, Entry as Named, Flaw, Hours, Special};
use chrono::{NaiveDate, TimeDelta};
use definition::calendar::{Weekday, hours};
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Definition = Entry<definition::Calendar>;
type Entries = IndexMap<Arc<str>, Definition>;
type Days = BTreeMap<NaiveDate, Special>;

pub(super) fn build(catalog: &mut Catalog, entries: &Entries, findings: &mut Findings<'_>) {
    for entry in entries.values() {
        let Some(layers) = layers(entry, entries, findings) else { continue };
        if let Some(calendar) = resolve(&layers, findings) {
            catalog.calendars.insert(entry.name.clone(), Arc::new(calendar));
        }
    }
}

/// What a calendar is made of: the one that inherits nothing first, itself last. `None` where that has no end, or
/// something is unknown.
fn layers<'e>(
    entry: &'e Definition,
    entries: &'e Entries,
    findings: &mut Findings<'_>,
) -> Option<Vec<&'e Definition>> {
    let mut layers = vec![entry];
    let mut last = entry;
    while let Some(name) = &last.definition.inherits {
        let known = match layers.len() {
            1 => findings.resolve(Noun::Calendar, name, last, &["inherits"]),
            // What is unknown there is found there.
            _ => findings.registry.resolve(Noun::Calendar, name, &last.scopes),
        };
        last = entries.get(&known?)?;
        if let Some(place) = layers.iter().position(|layer| layer.name == last.name) {
            // A ring is told by each of its members, and not by who leads into it.
            if place == 0 {
                let ring = layers.iter().chain([&last]).map(|layer| &*layer.name);
                let path = ring.collect::<Vec<_>>().join(" → ");
                let found = Diagnostic::new(Code::Cycle).with("what", "calendars").with("path", path);
                findings.push(found, &entry.origin, &["inherits"]);
            }
            return None;
        }
        layers.push(last);
    }
    layers.reverse();
    Some(layers)
}

fn resolve(layers: &[&Definition], findings: &mut Findings<'_>) -> Option<Calendar> {
    let own = layers.last()?;
    let nearest = |of: fn(&definition::Calendar) -> Option<&String>| {
        layers.iter().rev().find_map(|layer| of(&layer.definition))
    };
    let week = week(layers);
    let (names, days) = special(layers, &week, findings);
    let made = Calendar::new(own.name.clone(), week);
    let made = made.and_then(|made| made.with_special(names.clone(), days.clone()));
    let mut made = match made {
        Ok(made) => made.with_label(own.definition.label.clone()),
        Err(flaw) => {
            let (found, path) = tell(flaw, own, &names, &days);
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            findings.push(found, &own.origin, &path);
            return None;
        }
    };
    if let Some(zone) = nearest(|layer| layer.timezone.as_ref()).and_then(|name| calendar::zone(name).ok()) {
        made = made.in_zone(zone);
    }
    if let Some(day) = nearest(|layer| layer.day.as_ref()).and_then(|text| Duration::parse(text).ok()) {
        made = made.with_day(TimeDelta::seconds(day.seconds()));
    }
    Some(made)
}

/// The hours of each weekday, Monday first.
fn week(layers: &[&Definition]) -> [Hours; 7] {
    let mut week: [Hours; 7] = Default::default();
    for layer in layers {
        let written = &layer.definition;
        if let (Some(list), Some(days)) = (&written.hours, &written.days) {
            week = Default::default();
            for day in days {
                week[day.place()] = hours(list).unwrap_or_default();
            }
        }
        for (day, list) in week.iter_mut().zip(written.week.days()) {
            if let Some(list) = list {
                *day = hours(list).unwrap_or_default();
            }
        }
    }
    week
}

/// Where an entry was written: its layer, and the weekday that its days are like.
type Written = (usize, Option<Weekday>);

/// The days that are not as usual. What a calendar says itself wins over what it inherits.
fn special(layers: &[&Definition], week: &[Hours; 7], findings: &mut Findings<'_>) -> (Vec<Named>, Days) {
    let (mut names, mut written, mut days) = (Vec::new(), Vec::new(), Days::new());
    for (place, layer) in layers.iter().enumerate() {
        let mut own = Days::new();
        for (name, holiday) in &layer.definition.holidays {
            let Some((from, until)) = holiday.dates().read().filter(|_| !holiday.hidden) else { continue };
            let entry = names.len();
            names.push(Named { name: name.as_str().into(), label: holiday.label.clone(), workday: false });
            written.push((place, None));
            // Of two holidays on one day the first gives it its name.
            for date in from.iter_days().take_while(|date| *date <= until) {
                own.entry(date).or_insert_with(|| Special { entry, hours: Hours::default() });
            }
        }
        for (name, workday) in &layer.definition.workdays {
            let Some((from, until)) = workday.dates().read().filter(|_| !workday.hidden) else { continue };
            let entry = names.len();
            names.push(Named { name: name.as_str().into(), label: workday.label.clone(), workday: true });
            written.push((place, workday.like));
            let list = workday.hours.as_ref().and_then(|list| hours(list));
            let hours =
                list.or_else(|| workday.like.map(|day| week[day.place()].clone())).unwrap_or_default();
            for date in from.iter_days().take_while(|date| *date <= until) {
                let special = Special { entry, hours: hours.clone() };
                if let Some(before) = own.insert(date, special).and_then(|before| names.get(before.entry)) {
                    clash(date, before, name, layer, findings);
                    break;
                }
            }
        }
        days.extend(own);
    }
    idle(layers, &names, &written, &days, findings);
    (names, days)
}

/// Finds workdays that are like a day on which nobody works, unless what inherits them says otherwise.
fn idle(
    layers: &[&Definition],
    names: &[Named],
    written: &[Written],
    days: &Days,
    findings: &mut Findings<'_>,
) {
    let idle = days.values().filter(|day| names[day.entry].workday && day.hours.is_empty());
    let entries: BTreeSet<usize> = idle.map(|day| day.entry).collect();
    for entry in entries {
        let ((place, Some(like)), name) = (written[entry], &names[entry].name) else { continue };
        let found = invalid(format!("workday `{name}` is like `{}`, on which nobody works", like.name()));
        match layers.last() {
            // Who inherits the workday has taken the hours away.
            Some(last) if place + 1 < layers.len() => findings.push(found, &last.origin, &["inherits"]),
            _ => findings.push(found, &layers[place].origin, &["workdays", name, "like"]),
        }
    }
}

fn clash(date: NaiveDate, other: &Named, name: &str, layer: &Definition, findings: &mut Findings<'_>) {
    let found = Diagnostic::new(Code::DayTwice).with("date", date);
    let path = ["workdays", name];
    findings.push(found.with("one", &other.name).with("other", name), &layer.origin, &path);
}

/// What a calendar cannot be used with, and the part that it is about.
fn tell(flaw: Flaw, own: &Definition, names: &[Named], days: &Days) -> (Diagnostic, Vec<String>) {
    let week = match (&own.definition.hours, &own.definition.inherits) {
        (Some(_), _) => "hours",
        (None, Some(_)) => "inherits",
        (None, None) => "week",
    };
    match flaw {
        Flaw::Empty => (Diagnostic::new(Code::EmptyCalendar), vec![week.to_owned()]),
        Flaw::Week(day) => {
            let said = own.definition.week.days()[day.num_days_from_monday() as usize].is_some();
            let (day, next) = (calendar::weekday(day), calendar::weekday(day.succ()));
            let path = if said { vec!["week".to_owned(), day.to_owned()] } else { vec![week.to_owned()] };
            (Diagnostic::new(Code::OverlappingHours).with("day", day).with("next", next), path)
        }
        Flaw::Day(date) => {
            let name = days.get(&date).and_then(|special| names.get(special.entry)).map(|entry| &entry.name);
            let own_one = name.filter(|name| own.definition.workdays.contains_key(&***name));
            let path = match own_one {
                Some(name) => vec!["workdays".to_owned(), name.to_string()],
                None => vec![week.to_owned()],
            };
            let found = Diagnostic::new(Code::OverlappingHours).with("day", date);
            (found.with("next", date.succ_opt().unwrap_or(date)), path)
        }
    }
}
