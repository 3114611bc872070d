//! The outbox: external effects, written with what causes them, sent after its commit under a stable key.

use super::stored::{self, Stored};
use crate::{Dialect, Tx, cells, watch};
use chrono::{DateTime, Duration, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

stored! {
    /// An external effect.
    Effect in "sys_effect" {
        /// Its id.
        id: Uuid = "id",
        /// Stable across repetitions: the `Idempotency-Key` for its receiver.
        key: String = "effect_key",
        /// `notify`, `mail`, `http` …
        kind: String = "kind",
        /// What is sent.
        payload: Json = "payload",
        /// `ready sending done failed unknown`.
        state: String = "state",
        /// One that a crash left open is settled by a person, never repeated.
        at_most_once: bool = "at_most_once",
        /// How often it was begun.
        attempts: i64 = "attempts",
        /// Not before.
        run_at: DateTime<Utc> = "run_at",
        /// Counts leases.
        lease: i64 = "lease",
        /// When the lease runs out.
        lease_until: Option<DateTime<Utc>> = "lease_until",
        /// What the receiver answered.
        result: Option<Json> = "result",
        /// When it was caused.
        created_at: DateTime<Utc> = "created_at",
    }
}

/// Puts effects into the outbox; the same key a second time is the same effect.
pub async fn insert(tx: &Tx, effects: &[Effect]) -> Result<()> {
    stored::insert(tx, effects, "on conflict (effect_key) do nothing").await?;
    tx.saw(effects);
    if effects.is_empty() { Ok(()) } else { watch::announce(tx).await }
}

/// Whether anything of these kinds is due, or was being sent by a worker that vanished.
pub async fn is_due(tx: &Tx, kinds: &[&str], now: DateTime<Utc>) -> Result<bool> {
    let sql = format!(
        "select 1 from sys_effect where state in ('ready', 'sending') and kind in ({}) and \
         (case when state = 'ready' then run_at else lease_until end) <= $1 limit 1",
        listed(kinds.len(), 1)
    );
    let mut values = cells![tx.dialect(); now];
    values.extend(kinds.iter().flat_map(|kind| cells![tx.dialect(); *kind]));
    Ok(tx.row(sql, values).await?.is_some())
}

/// `$2, $3 …` for a list of so many, after `before` other values.
fn listed(count: usize, before: usize) -> String {
    let places: Vec<String> = (1..=count).map(|place| format!("${}", place + before)).collect();
    places.join(", ")
}

/// Takes effects of these kinds that are due. One that was being sent when its worker vanished is sent again, or,
/// where it may happen once only, becomes `unknown`.
pub async fn claim(
    tx: &Tx,
    kinds: &[&str],
    limit: u32,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Vec<Effect>> {
    let once = match tx.dialect() {
        Dialect::Sqlite => "(at_most_once = 1)",
        Dialect::Postgres => "at_most_once",
    };
    let sql = format!(
        "update sys_effect set state = case when {once} then 'unknown' else 'ready' end \
         where state = 'sending' and lease_until < $1"
    );
    tx.execute_sql(sql, cells![tx.dialect(); now]).await?;
    let due = format!(
        "select id from sys_effect where state = 'ready' and run_at <= $2 and kind in ({}) \
         order by run_at, id limit $3",
        listed(kinds.len(), 3)
    );
    let sql = format!(
        "update sys_effect set state = 'sending', attempts = attempts + 1, lease = lease + 1, lease_until = $1 \
         where id {} returning {}",
        tx.dialect().among_taken(&due),
        stored::columns::<Effect>(),
    );
    let mut values = cells![tx.dialect(); now + lease, now, i64::from(limit)];
    values.extend(kinds.iter().flat_map(|kind| cells![tx.dialect(); *kind]));
    let rows = tx.rows(sql, values).await?;
    let mut taken: Vec<Effect> = rows.iter().map(Effect::read).collect::<Result<_>>()?;
    taken.sort_by_key(|effect| effect.id);
    Ok(taken)
}

/// Stores how sending ended: `done`, `failed`, or `ready` to try again at `run_at`. `false`: the lease is no
/// longer the caller's.
pub async fn settle(
    tx: &Tx,
    effect: &Effect,
    state: &str,
    result: Option<Json>,
    run_at: DateTime<Utc>,
) -> Result<bool> {
    let sql = "update sys_effect set state = $3, result = $4, run_at = $5, lease_until = null \
               where id = $1 and lease = $2 and state = 'sending'";
    let values = cells![tx.dialect(); effect.id, effect.lease, state, result, run_at];
    Ok(tx.execute_sql(sql, values).await? == 1)
}

/// The effect of this id.
pub async fn get(tx: &Tx, id: Uuid) -> Result<Option<Effect>> {
    stored::first(tx, "where id = $1", cells![tx.dialect(); id]).await
}

stored! {
    /// How far an effect is.
    Standing in "sys_effect" {
        /// The effect.
        id: Uuid = "id",
        /// As [`Effect::state`].
        state: String = "state",
    }
}

/// How far those of the effects are that are still there.
pub async fn standings(tx: &Tx, ids: &[Uuid]) -> Result<Vec<Standing>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let values = ids.iter().flat_map(|id| cells![tx.dialect(); *id]).collect();
    stored::select(tx, &format!("where id in ({})", listed(ids.len(), 0)), values).await
}

/// The newest effects, of one state or all.
pub async fn list(tx: &Tx, state: Option<&str>, limit: u32) -> Result<Vec<Effect>> {
    let values = cells![tx.dialect(); state.unwrap_or_default(), i64::from(limit)];
    stored::select(tx, "where ($1 = '' or state = $1) order by id desc limit $2", values).await
}

/// A person says what becomes of an effect that is not being sent: `ready` sends it now, whatever went before.
/// `false`: it is being sent, or is gone.
pub async fn decide(
    tx: &Tx,
    id: Uuid,
    state: &str,
    result: Option<Json>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let sql = "update sys_effect set state = $2, result = $3, run_at = $4, attempts = 0, lease_until = null \
               where id = $1 and state <> 'sending'";
    let done = tx.execute_sql(sql, cells![tx.dialect(); id, state, result, now]).await? == 1;
    watch::announce(tx).await?;
    Ok(done)
}

/// Removes effects that were had before an instant.
pub async fn sweep(tx: &Tx, before: DateTime<Utc>) -> Result<u64> {
    let sql = "delete from sys_effect where state = 'done' and created_at < $1";
    tx.execute_sql(sql, cells![tx.dialect(); before]).await
}
