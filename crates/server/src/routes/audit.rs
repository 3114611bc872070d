//! The audit trail, for administrators.

use crate::caller::Caller;
use crate::input;
use crate::problem::Answer;
use crate::wire;
use actix_web::HttpRequest;
use diagnostic::{Code, Diagnostic};
use serde_json::json;
use storage::store::audit::Filter;
use storage::store::audit::verify::Known;

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
        from: parameters.instant("from")?,
        until: parameters.instant("until")?,
    };
    let (before, limit) = (parameters.id("cursor")?, parameters.limit(50, 500)?);
    let found =
        caller.ask(|engine, who| async move { engine.audit(&who, &filter, before, limit).await }).await?;
    Ok(wire::entries("entries", found.entries, found.next))
}

/// `GET /audit/verification?number=&seal=`: whether the trail is what was written; with a place and its seal that were
/// kept elsewhere, whether it still leads over that place.
pub async fn verification(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &["number", "seal"], caller.locale)?;
    caller.must_be_admin("verify", "the audit trail")?;
    let known = match (parameters.number("number")?, parameters.text("seal")) {
        (Some(number), Some(seal)) => {
            Some(Known { number: i64::try_from(number).unwrap_or(i64::MAX), seal: seal.to_owned() })
        }
        (None, None) => None,
        (number, _) => {
            let missing = if number.is_none() { "number" } else { "seal" };
            let found = Diagnostic::new(Code::InvalidParameter).with("name", missing);
            return Err(caller.refuse(found.with("reason", "number and seal stand together").at(missing)));
        }
    };
    // Every entry is looked at.
    let report = caller.ask_apart(|engine, _| async move { engine.verify_audit(known).await }).await?;
    let broken =
        report.broken.map(|broken| json!({"number": broken.number, "id": broken.id, "what": broken.what}));
    Ok(wire::ok(&json!({
        "first": report.range.0,
        "last": report.range.1,
        "waiting": report.waiting,
        "history": report.history,
        "flows": report.flows,
        "seal": report.seal,
        "broken": broken,
    })))
}
