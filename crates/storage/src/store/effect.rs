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
    if effects.is_empty() { Ok(()) } else { watch::announce(tx).await }
}

/// Takes effects that are due. One that was being sent when its worker vanished is sent again, or, where it may
/// happen once only, becomes `unknown`.
pub async fn claim(tx: &Tx, limit: u32, lease: Duration, now: DateTime<Utc>) -> Result<Vec<Effect>> {
    let once = match tx.dialect() {
        Dialect::Sqlite => "(at_most_once = 1)",
        Dialect::Postgres => "at_most_once",
    };
    let sql = format!(
        "update sys_effect set state = case when {once} then 'unknown' else 'ready' end \
         where state = 'sending' and lease_until < $1"
    );
    tx.execute_sql(sql, cells![tx.dialect(); now]).await?;
    let sql = format!(
        "update sys_effect set state = 'sending', attempts = attempts + 1, lease = lease + 1, lease_until = $1 \
         where id in (select id from sys_effect where state = 'ready' and run_at <= $2 order by run_at, id \
         limit $3{}) returning {}",
        tx.dialect().skip_locked(),
        stored::columns::<Effect>(),
    );
    let rows = tx.rows(sql, cells![tx.dialect(); now + lease, now, i64::from(limit)]).await?;
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
