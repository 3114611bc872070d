//! Working calendars, for everybody who is signed in.

use crate::caller::Caller;
use crate::input::{self, part};
use crate::problem::Answer;
use crate::wire;
use actix_web::HttpRequest;
use calendar::Duration;
use chrono::{DateTime, SecondsFormat, Utc};
use definition::calendar::date;
use diagnostic::{Code, Diagnostic};
use serde_json::json;

/// `GET /calendars`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    Ok(wire::ok(&json!({"calendars": caller.engine.calendars(caller.locale)})))
}

/// `GET /calendars/{name}?from=&until=`: its days with their hours and the names of holidays.
pub async fn days(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &["from", "until"], caller.locale)?;
    let expected = "a date such as 2026-03-02 is expected";
    let (from, until) = (parameters.read("from", expected, date)?, parameters.read("until", expected, date)?);
    let told = caller.engine.calendar_days(part(&request, "name"), from, until, caller.locale);
    Ok(wire::ok(&caller.told(told)?))
}

/// `GET /calendars/{name}/add?from=&duration=`: the instant a length of time after another, or before it.
pub async fn add(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &["from", "duration"], caller.locale)?;
    let (start, length) = (parameters.needed("from")?, parameters.needed("duration")?);
    let from: DateTime<Utc> = match DateTime::parse_from_rfc3339(start) {
        Ok(from) => from.to_utc(),
        Err(_) => {
            let expected = "an instant such as 2026-03-02T09:00:00Z is expected".to_owned();
            return Err(caller.refuse(invalid("from", expected)));
        }
    };
    let by = Duration::parse(length);
    let by = by.map_err(|found| caller.refuse(invalid("duration", found.render(caller.locale))))?;
    let at = caller.told(caller.engine.add_by_calendar(part(&request, "name"), from, &by))?;
    Ok(wire::ok(&json!({"at": at.to_rfc3339_opts(SecondsFormat::AutoSi, true)})))
}

fn invalid(name: &'static str, reason: String) -> Diagnostic {
    Diagnostic::new(Code::InvalidParameter).with("name", name).with("reason", reason).at(name)
}
