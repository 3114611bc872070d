//! The audit trail, for administrators.

use crate::caller::Caller;
use crate::input::{self, Parameters};
use crate::problem::Answer;
use crate::wire;
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic};
use storage::store::audit::Filter;

const KNOWN: [&str; 9] = ["actor", "kind", "object", "record", "request", "from", "until", "cursor", "limit"];

/// `GET /audit?actor=&kind=&object=&record=&request=&from=&until=&cursor=&limit=`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &KNOWN, caller.locale)?;
    caller.must_be_admin("read", "the audit trail")?;
    let text = |name: &str| parameters.text(name).map(str::to_owned);
    let filter = Filter {
        actor: parameters.id("actor")?,
        kind: text("kind"),
        object: text("object"),
        record: parameters.id("record")?,
        request: text("request"),
        from: instant(&caller, &parameters, "from")?,
        until: instant(&caller, &parameters, "until")?,
    };
    let (before, limit) = (parameters.id("cursor")?, parameters.limit(50, 500)?);
    let found =
        caller.ask(|engine, who| async move { engine.audit(&who, &filter, before, limit).await }).await?;
    Ok(wire::entries("entries", found.entries, found.next))
}

fn instant(caller: &Caller, parameters: &Parameters, name: &str) -> Answer<Option<DateTime<Utc>>> {
    let Some(text) = parameters.text(name) else { return Ok(None) };
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => Ok(Some(at.with_timezone(&Utc))),
        Err(_) => {
            let reason = "an instant such as 2026-03-02T09:00:00Z is expected";
            let found = Diagnostic::new(Code::InvalidParameter).with("name", name).with("reason", reason);
            Err(caller.refuse(found.at(name)))
        }
    }
}
