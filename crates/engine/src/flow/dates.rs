//! Dates in records that set flows off: at times that follow one another each record is looked at whose date came since
//! the last one.

use crate::engine::Engine;
use crate::flow::slot::{CHUNK, Slot};
use crate::flow::values::before_and_after;
use crate::records::read::{self, Given};
use crate::work::Work;
use calendar::{Duration, add_elapsed, instant};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use diagnostic::Result;
use expression::{Type, Value};
use std::collections::HashSet;
use std::sync::Arc;
use storage::store::job::Job;
use workflow::Flow;
use workflow::flow::trigger::Dates;

/// Records are looked at whose dates may have come.
pub(crate) const DATES: &str = "dates";
/// How often fields are looked at that hold instants.
const EVERY: TimeDelta = TimeDelta::minutes(5);

/// When the dates of a flow are to be looked at after an instant.
pub(super) fn next(work: &Work, flow: &Flow, after: DateTime<Utc>) -> Option<Slot> {
    let dates = flow.trigger.dates.as_ref()?;
    let at = match is_day(work, flow, dates) {
        false => {
            let step = EVERY.num_seconds();
            let count = after.timestamp().div_euclid(step) + 1;
            DateTime::from_timestamp(count * step, 0)?
        }
        // Each day at the times at which an offset may bring a date.
        true => {
            let zone = zone(work, dates);
            let today = after.with_timezone(&zone).date_naive();
            let days = (-2..=2).filter_map(|day| today.checked_add_signed(TimeDelta::days(day)));
            let times = days.flat_map(|day| dates.offsets.iter().map(move |offset| (day, offset)));
            times
                .map(|(day, offset)| {
                    instant(zone, day.and_time(dates.at)) + TimeDelta::seconds(offset.seconds())
                })
                .filter(|at| *at > after)
                .min()?
        }
    };
    Some(Slot { workflow: flow.name.clone(), at, from: Some(after) })
}

fn is_day(work: &Work, flow: &Flow, dates: &Dates) -> bool {
    let object = work.published.catalog.object(&flow.object);
    object.and_then(|object| object.field(&dates.field)).is_none_or(|field| field.ty == Type::Date)
}

fn zone(work: &Work, dates: &Dates) -> Tz {
    dates.zone.unwrap_or(work.engine.site().time_zone)
}

/// When a flow is set off by a value of the field.
fn due(value: &Value, offset: &Duration, dates: &Dates, zone: Tz) -> Option<DateTime<Utc>> {
    match value {
        Value::DateTime(at) => add_elapsed(zone, *at, offset).ok(),
        Value::Date(day) => {
            let at = instant(zone, moved(*day, offset.days())?.and_time(dates.at));
            Some(at + TimeDelta::seconds(offset.seconds()))
        }
        _ => None,
    }
}

fn moved(day: NaiveDate, by: i64) -> Option<NaiveDate> {
    let days = Days::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) }
}

impl Engine {
    /// Sets off the flow of a slot for each record whose date came, and puts the next slot into the queue.
    pub(crate) async fn dates(&self, job: &Job) -> Result<()> {
        let slot = Slot::of(job)?;
        if let Some(flow) = self.published().flow(&slot.workflow)
            && let Some(dates) = &flow.trigger.dates
        {
            for offset in &dates.offsets {
                self.dates_that_came(flow, dates, offset, &slot).await?;
            }
        }
        self.follow_slot(job, DATES).await
    }

    async fn dates_that_came(
        &self,
        flow: &Arc<Flow>,
        dates: &Dates,
        offset: &Duration,
        slot: &Slot,
    ) -> Result<()> {
        let work = self.reading(&self.system());
        let zone = zone(&work, dates);
        let (from, until) = (slot.from.unwrap_or(slot.at - EVERY), slot.at);
        // Values that lie around those that are meant: a day more on both sides, for zones and clocks put forward.
        let around = |at: DateTime<Utc>, days: i64| {
            let at = at - TimeDelta::seconds(offset.seconds()) + TimeDelta::days(days - offset.days());
            match is_day(&work, flow, dates) {
                true => Value::Date(at.with_timezone(&zone).date_naive()),
                false => Value::DateTime(at),
            }
        };
        let object = work.published.object(&flow.object)?;
        let Some(field) = object.field(&dates.field) else { return Ok(()) };
        let meant = before_and_after(object, field, around(from, -2), around(until, 2));
        let ids = self.ids_meeting(&flow.object, &meant).await?;
        let mut came = HashSet::new();
        for part in ids.chunks(CHUNK) {
            for row in work.rows().load_all(object, part).await? {
                let at = due(row.get(&dates.field), offset, dates, zone);
                if !at.is_some_and(|at| from < at && at <= until) {
                    continue;
                }
                let holds = match &dates.when {
                    Some(when) => read::holds_of(&work, when, (&row, None), None, &Given::default()).await?,
                    None => true,
                };
                if holds {
                    came.insert(row.id());
                }
            }
        }
        let ids = ids.into_iter().filter(|id| came.contains(id)).collect();
        let name = flow.name.clone();
        let key = format!("date/{name}@{}/{}d{}s", until.to_rfc3339(), offset.days(), offset.seconds());
        self.set_off_each(name, ids, Arc::new(move |id| format!("{key}/{id}"))).await
    }
}
