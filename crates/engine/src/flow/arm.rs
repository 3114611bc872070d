//! When the timers of a `wait` go off, and what it listens to.

use crate::flow::values::value;
use crate::work::Work;
use calendar::{Calendar, add_elapsed};
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use workflow::step::wait::{On, Timer, Wait};
use workflow::{Await, Awaited, Run};

/// What wakes the token of a `wait`; a timer that is never due is left out.
pub(super) async fn awaits(work: &Work, run: &Run<'_>, token: u32, wait: &Wait) -> Result<Vec<Await>> {
    let mut all = Vec::new();
    for branch in &wait.branches {
        let what = match &branch.on {
            On::Timer(timer) => due(work, run, token, timer).await?.map(Awaited::At),
            On::Event(event) => {
                let record = event.own.then_some(run.instance.record);
                Some(Awaited::Event { object: event.object.clone(), record })
            }
        };
        all.extend(what.map(|what| Await { name: branch.name.clone(), what }));
    }
    Ok(all)
}

async fn due(work: &Work, run: &Run<'_>, token: u32, timer: &Timer) -> Result<Option<DateTime<Utc>>> {
    let (site, now) = (work.engine.site().time_zone, work.bindings.now);
    let calendar = match &timer.calendar {
        Some(name) => Some(calendar(work, name)?),
        None => None,
    };
    let zone = calendar.and_then(Calendar::zone).unwrap_or(site);
    let at = if let Some(until) = &timer.until {
        instant(&value(work, run, token, until).await?, zone)
    } else if let Some(after) = &timer.after_from {
        match value(work, run, token, after).await? {
            Value::Duration(seconds) => Some(now + chrono::TimeDelta::seconds(seconds)),
            _ => None,
        }
    } else {
        match (&timer.after, calendar) {
            (Some(after), Some(calendar)) => Some(calendar.at_site(site).add(now, after)?),
            (Some(after), None) => Some(add_elapsed(zone, now, after)?),
            (None, _) => None,
        }
    };
    match (at, &timer.quiet) {
        (Some(at), Some(quiet)) => quiet.put_off(zone, at).map(Some),
        (at, _) => Ok(at),
    }
}

pub(super) fn calendar<'a>(work: &'a Work, name: &str) -> Result<&'a Calendar> {
    let known = work.published.catalog.calendars.get(name);
    let missing = || Diagnostic::new(Code::UnknownReference).with("what", "calendar").with("name", name);
    Ok(known.ok_or_else(missing)?)
}

/// A date is its first moment in a zone.
fn instant(value: &Value, zone: Tz) -> Option<DateTime<Utc>> {
    match value {
        Value::DateTime(at) => Some(*at),
        Value::Date(day) => Some(calendar::instant(zone, day.and_time(NaiveTime::MIN))),
        _ => None,
    }
}
