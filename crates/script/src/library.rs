//! Functions scripts may call, beside those of rhai's standard library.

use crate::convert::json_to_script;
use crate::host::{Host, Message, Receiver, Situation};
use crate::record::{Record, to_wire};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use diagnostic::Diagnostic;
use rhai::{Array, Dynamic, Engine, EvalAltResult, INT, ImmutableString, Map, NativeCallContext, Position};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map as JsonMap, Value as Json};
use std::sync::Arc;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<EvalAltResult>>;

/// What a call carries to the functions it uses: rhai hands it to them as the call's tag.
#[derive(Clone)]
pub struct Call {
    /// The port.
    pub host: Arc<dyn Host>,
}

/// The `ctx` argument.
#[derive(Clone)]
pub struct Context {
    /// What it tells.
    pub situation: Situation,
    /// The port.
    pub host: Arc<dyn Host>,
}

/// Thrown by `refuse`: the script decided against the change.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The field it is about.
    pub field: Option<String>,
    /// The words for the user: text or a map of locales, in wire form.
    pub message: Json,
}

/// Registers everything.
pub fn register(engine: &mut Engine) {
    dates(engine);
    numbers(engine);
    records(engine);
    context(engine);
    world(engine);
}

fn thrown(diagnostic: Box<Diagnostic>) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(Dynamic::from(*diagnostic), Position::NONE).into()
}

fn words(reason: impl Into<String>) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(reason.into().into(), Position::NONE).into()
}

fn dates(engine: &mut Engine) {
    engine.register_type_with_name::<NaiveDate>("Date").register_type_with_name::<DateTime<Utc>>("DateTime");
    engine.register_fn("date", |text: &str| {
        text.parse::<NaiveDate>().map_err(|_| words(format!("`{text}` is no date")))
    });
    engine.register_fn("add_days", |day: NaiveDate, n: INT| {
        shift(day, n, Days::new, NaiveDate::checked_add_days, NaiveDate::checked_sub_days)
    });
    engine.register_fn("add_months", |day: NaiveDate, n: INT| {
        shift(day, n, |n| Months::new(n as u32), NaiveDate::checked_add_months, NaiveDate::checked_sub_months)
    });
    engine.register_fn("days_between", |a: NaiveDate, b: NaiveDate| (b - a).num_days());
    engine.register_get("year", |day: &mut NaiveDate| day.year() as INT);
    engine.register_get("month", |day: &mut NaiveDate| INT::from(day.month()));
    engine.register_get("day", |day: &mut NaiveDate| INT::from(day.day()));
    engine.register_fn("to_string", |day: &mut NaiveDate| day.to_string());
    engine.register_fn("to_string", |at: &mut DateTime<Utc>| at.to_rfc3339());
    macro_rules! ordered {
        ($($ty:ty),*) => { $(
            engine.register_fn("==", |a: $ty, b: $ty| a == b).register_fn("!=", |a: $ty, b: $ty| a != b);
            engine.register_fn("<", |a: $ty, b: $ty| a < b).register_fn("<=", |a: $ty, b: $ty| a <= b);
            engine.register_fn(">", |a: $ty, b: $ty| a > b).register_fn(">=", |a: $ty, b: $ty| a >= b);
        )* };
    }
    ordered!(NaiveDate, DateTime<Utc>);
}

/// Moves a day forwards or backwards by `n` units.
fn shift<U>(
    day: NaiveDate,
    n: INT,
    unit: impl Fn(u64) -> U,
    forwards: impl Fn(NaiveDate, U) -> Option<NaiveDate>,
    backwards: impl Fn(NaiveDate, U) -> Option<NaiveDate>,
) -> Outcome<NaiveDate> {
    if n.unsigned_abs() > 4_000_000 {
        return Err(words("the date is out of range"));
    }
    let amount = unit(n.unsigned_abs());
    let moved = if n < 0 { backwards(day, amount) } else { forwards(day, amount) };
    moved.ok_or_else(|| words("the date is out of range"))
}

/// rhai rounds half to even; the platform rounds half away from zero.
fn numbers(engine: &mut Engine) {
    let round = |d: Decimal, n: INT| {
        d.round_dp_with_strategy(n.clamp(0, 10) as u32, RoundingStrategy::MidpointAwayFromZero)
    };
    engine.register_fn("round", round);
    engine.register_fn("round", move |d: Decimal| round(d, 0));
    engine.register_fn("to_decimal", |n: INT| Decimal::from(n));
    engine.register_fn("to_decimal", |text: &str| {
        text.parse::<Decimal>().map_err(|_| words(format!("`{text}` is no number")))
    });
}

fn records(engine: &mut Engine) {
    engine.register_type_with_name::<Record>("Record");
    engine
        .register_indexer_get(|record: &mut Record, name: ImmutableString| record.get(&name).map_err(thrown));
    engine.register_indexer_set(|record: &mut Record, name: ImmutableString, value: Dynamic| {
        record.set(&name, &value).map_err(thrown)
    });
    engine.register_fn("object_name", |record: &mut Record| record.object().to_string());
    engine.register_fn("==", |a: Record, b: Record| a.id() == b.id());
    engine.register_fn("!=", |a: Record, b: Record| a.id() != b.id());
    engine.register_fn("to_string", |record: &mut Record| record.id().to_string());
}

fn context(engine: &mut Engine) {
    engine.register_type_with_name::<Context>("Context");
    engine.register_get("created", |ctx: &mut Context| ctx.situation.created);
    engine.register_get("move", |ctx: &mut Context| match &ctx.situation.transition {
        Some(name) => Dynamic::from(name.clone()),
        None => Dynamic::UNIT,
    });
    engine.register_get("old", |ctx: &mut Context| match &ctx.situation.old {
        Some(row) => Dynamic::from(Record::new(row.clone(), ctx.host.clone())),
        None => Dynamic::UNIT,
    });
    engine.register_get("user", |ctx: &mut Context| json_to_script(&ctx.host.user()));
}

fn host(context: &NativeCallContext) -> Outcome<Arc<dyn Host>> {
    let call = context.tag().and_then(|tag| tag.read_lock::<Call>().map(|c| c.host.clone()));
    call.ok_or_else(|| words("not available here"))
}

fn id(text: &str) -> Outcome<Uuid> {
    text.parse().map_err(|_| words(format!("`{text}` is no record id")))
}

fn wire(value: Map) -> Outcome<JsonMap<String, Json>> {
    match to_wire(&value.into()).map_err(words)? {
        Json::Object(map) => Ok(map),
        _ => Err(words("a map is expected")),
    }
}

fn world(engine: &mut Engine) {
    engine.register_fn("today", |c: NativeCallContext| Ok::<_, Box<EvalAltResult>>(host(&c)?.today()));
    engine.register_fn("now", |c: NativeCallContext| Ok::<_, Box<EvalAltResult>>(host(&c)?.now()));
    engine.register_fn("user", |c: NativeCallContext| {
        Ok::<_, Box<EvalAltResult>>(json_to_script(&host(&c)?.user()))
    });
    engine.register_fn("log", |c: NativeCallContext, what: Dynamic| log(&c, &what));
    engine.register_fn("refuse", |message: Dynamic| refuse(None, &message));
    engine
        .register_fn("refuse", |field: Dynamic, message: Dynamic| refuse(field.into_string().ok(), &message));
    reads(engine);
    writes(engine);
    effects(engine);
}

fn reads(engine: &mut Engine) {
    engine.register_fn("get", |c: NativeCallContext, object: &str, key: &str| {
        let (host, key) = (host(&c)?, id(key)?);
        host.budget().query().map_err(thrown)?;
        let row = host.get(object, key).map_err(thrown)?;
        host.budget().rows(1).map_err(thrown)?;
        Ok::<_, Box<EvalAltResult>>(row.map_or(Dynamic::UNIT, |r| Dynamic::from(Record::new(r, host))))
    });
    engine.register_fn("query", |c: NativeCallContext, object: &str, filter: &str| {
        query(&c, object, filter, Map::new())
    });
    engine.register_fn("query", |c: NativeCallContext, object: &str, filter: &str, options: Map| {
        query(&c, object, filter, options)
    });
}

fn writes(engine: &mut Engine) {
    engine.register_fn("create", |c: NativeCallContext, object: &str, values: Map| {
        let values = Json::Object(wire(values)?);
        write(&c, |host| host.create(object, values)).map(|(row, host)| Record::new(row, host))
    });
    engine.register_fn("update", |c: NativeCallContext, record: Record, values: Map| {
        change(&c, &record.object(), record.id(), values)
    });
    engine.register_fn("update", |c: NativeCallContext, object: &str, key: &str, values: Map| {
        change(&c, object, id(key)?, values)
    });
    engine.register_fn("delete", |c: NativeCallContext, record: Record| {
        write(&c, |host| host.delete(&record.object(), record.id())).map(drop)
    });
    engine.register_fn("delete", |c: NativeCallContext, object: &str, key: &str| {
        let key = id(key)?;
        write(&c, |host| host.delete(object, key)).map(drop)
    });
    engine.register_fn("move", |c: NativeCallContext, record: Record, name: &str| {
        write(&c, |host| host.transition(&record.object(), record.id(), name))
            .map(|(row, host)| Record::new(row, host))
    });
}

/// Does a write. One that failed cannot be taken as if nothing had been.
fn write<T>(
    context: &NativeCallContext,
    work: impl FnOnce(&dyn Host) -> diagnostic::Result<T>,
) -> Outcome<(T, Arc<dyn Host>)> {
    let host = host(context)?;
    host.budget().query().map_err(thrown)?;
    host.budget().wrote();
    let done = work(&*host).map_err(|found| thrown(host.budget().failed(found)))?;
    Ok((done, host))
}

fn change(context: &NativeCallContext, object: &str, key: Uuid, values: Map) -> Outcome<Record> {
    let values = Json::Object(wire(values)?);
    write(context, |host| host.update(object, key, values)).map(|(row, host)| Record::new(row, host))
}

/// `query(object, filter, #{limit: 10, name: value…})`: all but `limit` are bare names in the filter.
fn query(context: &NativeCallContext, object: &str, filter: &str, mut options: Map) -> Outcome<Array> {
    let host = host(context)?;
    let limit = options.remove("limit").and_then(|n| n.as_int().ok()).unwrap_or(100);
    let limit = u32::try_from(limit.clamp(1, 1000)).unwrap_or(1000);
    host.budget().query().map_err(thrown)?;
    let rows = host.query(object, filter, wire(options)?, limit).map_err(thrown)?;
    host.budget().rows(rows.len()).map_err(thrown)?;
    Ok(rows.into_iter().map(|row| Dynamic::from(Record::new(row, host.clone()))).collect())
}

/// Longest line that is logged, in characters.
const LONGEST_LINE: usize = 1000;

fn log(context: &NativeCallContext, what: &Dynamic) -> Outcome<()> {
    let host = host(context)?;
    if host.budget().line() {
        let (script, position) = (context.call_source().unwrap_or_default(), context.call_position());
        let text: String = what.to_string().chars().take(LONGEST_LINE).collect();
        // Escaped: a line of a script is no two lines of the log.
        let text = text.escape_debug();
        tracing::info!(target: "script", script, line = position.line().unwrap_or(0), "{text}");
    }
    Ok(())
}

/// What leaves the site: put into the outbox with what the script writes, sent after the commit.
fn effects(engine: &mut Engine) {
    engine.register_fn("notify", |c: NativeCallContext, to: Dynamic, what: Map| {
        let users = match to.read_lock::<Array>() {
            Some(several) => several.iter().map(user_of).collect::<Outcome<Vec<Uuid>>>()?,
            None => vec![user_of(&to)?],
        };
        let (host, message) = (host(&c)?, message(what)?);
        for user in users {
            host.budget().callout().map_err(thrown)?;
            host.notify(user, &message).map_err(|found| thrown(host.budget().failed(found)))?;
        }
        Ok::<_, Box<EvalAltResult>>(())
    });
    engine.register_fn("mail", |c: NativeCallContext, to: Dynamic, what: Map| {
        let receiver = match to.read_lock::<ImmutableString>() {
            Some(address) if address.contains('@') => Receiver::Address(address.to_string()),
            _ => Receiver::User(user_of(&to)?),
        };
        let (host, message) = (host(&c)?, message(what)?);
        host.budget().callout().map_err(thrown)?;
        host.mail(&receiver, &message).map_err(|found| thrown(host.budget().failed(found)))
    });
    engine.register_fn("http", |c: NativeCallContext, call: Map| {
        let (host, call) = (host(&c)?, Json::Object(wire(call)?));
        host.budget().callout().map_err(thrown)?;
        let effect = host.http(&call).map_err(|found| thrown(host.budget().failed(found)))?;
        Ok::<_, Box<EvalAltResult>>(effect.to_string())
    });
    engine.register_fn("connector", |c: NativeCallContext, operation: ImmutableString, values: Map| {
        let (host, values) = (host(&c)?, Json::Object(wire(values)?));
        host.budget().callout().map_err(thrown)?;
        let made = host.connector(&operation, &values);
        let effect = made.map_err(|found| thrown(host.budget().failed(found)))?;
        Ok::<_, Box<EvalAltResult>>(effect.to_string())
    });
}

/// A user, as a record or an id.
fn user_of(given: &Dynamic) -> Outcome<Uuid> {
    if let Some(record) = given.read_lock::<Record>() {
        return match &*record.object() {
            "base.user" => Ok(record.id()),
            other => Err(words(format!("a user is expected, not a record of {other}"))),
        };
    }
    match given.read_lock::<ImmutableString>() {
        Some(text) => id(&text),
        None => Err(words(format!("a user is expected, not {}", given.type_name()))),
    }
}

/// `#{template, record, values}` or `#{subject, text, record}`.
fn message(mut given: Map) -> Outcome<Message> {
    let text = |value: Dynamic, key: &str| {
        value.into_string().map_err(|found| words(format!("`{key}` is text, not {found}")))
    };
    let about = match given.remove("record") {
        None => None,
        Some(none) if none.is_unit() => None,
        Some(value) => match value.read_lock::<Record>() {
            Some(record) => Some((record.object(), record.id())),
            None => return Err(words("`record` is a record")),
        },
    };
    let template = given.remove("template").map(|value| text(value, "template")).transpose()?;
    let values = match given.remove("values").map(|value| to_wire(&value).map_err(words)).transpose()? {
        None | Some(Json::Null) => JsonMap::new(),
        Some(Json::Object(map)) => map,
        Some(_) => return Err(words("`values` is a map")),
    };
    let mut word = |key: &str| match given.remove(key) {
        Some(value) => to_wire(&value).map_err(words),
        None => Ok(Json::Null),
    };
    let (subject, words_of_it) = (word("subject")?, word("text")?);
    if let Some(key) = given.keys().next() {
        return Err(words(format!(
            "unknown key `{key}`: template, record, values, subject and text are known"
        )));
    }
    if template.is_some() != (subject.is_null() && words_of_it.is_null()) {
        return Err(words("either a template, or a subject and a text"));
    }
    Ok(Message { template, subject, text: words_of_it, about, values })
}

fn refuse(field: Option<String>, message: &Dynamic) -> Outcome<()> {
    let refusal = Refusal { field, message: to_wire(message).map_err(words)? };
    Err(EvalAltResult::ErrorRuntime(Dynamic::from(refusal), Position::NONE).into())
}
