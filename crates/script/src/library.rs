//! Functions scripts may call, beside those of rhai's standard library.

use crate::convert::json_to_script;
use crate::host::{Host, Situation};
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
    engine.register_fn("log", |text: &str| tracing::info!(target: "script", "{text}"));
    engine.register_fn("refuse", |message: Dynamic| refuse(None, &message));
    engine
        .register_fn("refuse", |field: Dynamic, message: Dynamic| refuse(field.into_string().ok(), &message));
    engine.register_fn("get", |c: NativeCallContext, object: &str, key: &str| {
        let host = host(&c)?;
        let row = host.get(object, id(key)?).map_err(thrown)?;
        Ok::<_, Box<EvalAltResult>>(row.map_or(Dynamic::UNIT, |r| Dynamic::from(Record::new(r, host))))
    });
    engine.register_fn("query", |c: NativeCallContext, object: &str, filter: &str| {
        query(&c, object, filter, Map::new())
    });
    engine.register_fn("query", |c: NativeCallContext, object: &str, filter: &str, options: Map| {
        query(&c, object, filter, options)
    });
    engine.register_fn("create", |c: NativeCallContext, object: &str, values: Map| {
        let host = host(&c)?;
        let row = host.create(object, Json::Object(wire(values)?)).map_err(thrown)?;
        Ok::<_, Box<EvalAltResult>>(Record::new(row, host))
    });
    engine.register_fn("update", |c: NativeCallContext, record: Record, values: Map| {
        change(&c, &record.object(), record.id(), values)
    });
    engine.register_fn("update", |c: NativeCallContext, object: &str, key: &str, values: Map| {
        change(&c, object, id(key)?, values)
    });
    engine.register_fn("move", |c: NativeCallContext, record: Record, name: &str| {
        let host = host(&c)?;
        let row = host.transition(&record.object(), record.id(), name).map_err(thrown)?;
        Ok::<_, Box<EvalAltResult>>(Record::new(row, host))
    });
}

fn change(context: &NativeCallContext, object: &str, key: Uuid, values: Map) -> Outcome<Record> {
    let host = host(context)?;
    let row = host.update(object, key, Json::Object(wire(values)?)).map_err(thrown)?;
    Ok(Record::new(row, host))
}

/// `query(object, filter, #{limit: 10, name: value…})`: all but `limit` are bare names in the filter.
fn query(context: &NativeCallContext, object: &str, filter: &str, mut options: Map) -> Outcome<Array> {
    let host = host(context)?;
    let limit = options.remove("limit").and_then(|n| n.as_int().ok()).unwrap_or(100);
    let limit = u32::try_from(limit.clamp(1, 1000)).unwrap_or(1000);
    let rows = host.query(object, filter, wire(options)?, limit).map_err(thrown)?;
    Ok(rows.into_iter().map(|row| Dynamic::from(Record::new(row, host.clone()))).collect())
}

fn refuse(field: Option<String>, message: &Dynamic) -> Outcome<()> {
    let refusal = Refusal { field, message: to_wire(message).map_err(words)? };
    Err(EvalAltResult::ErrorRuntime(Dynamic::from(refusal), Position::NONE).into())
}
