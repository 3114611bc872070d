//! `Idempotency-Key`: a request that is repeated has its effect once. The row commits with the effect.

use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Result};
use serde_json::Value as Json;
use uuid::Uuid;

/// Which request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// Who asks.
    pub actor: Uuid,
    /// `POST` …
    pub method: String,
    /// The path.
    pub path: String,
    /// What the caller chose.
    pub key: String,
    /// SHA-256 of the body.
    pub body_hash: Vec<u8>,
}

/// What the first request led to: its status, and what the answer is rendered from again.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// The HTTP status.
    pub status: i64,
    /// Ids, a location.
    pub answer: Json,
}

const WHICH: &str = "where actor = $1 and method = $2 and path = $3 and request_key = $4";

/// Takes the key at the begin of the transaction of the effect: `None` where it is new, what it led to where it
/// is not. Another body is `idempotency_mismatch`. A request in flight elsewhere is waited for.
pub async fn begin(tx: &Tx, request: &RequestKey, now: DateTime<Utc>) -> Result<Option<Earlier>> {
    let r = request;
    let sql = "insert into sys_idempotency (actor, method, path, request_key, body_hash, created_at) \
               values ($1, $2, $3, $4, $5, $6) on conflict (actor, method, path, request_key) do nothing";
    let values = cells![tx.dialect(); r.actor, &r.method, &r.path, &r.key, r.body_hash.as_slice(), now];
    if tx.execute_sql(sql, values).await? == 1 {
        return Ok(None);
    }
    let in_flight = || Box::new(Diagnostic::new(Code::IdempotencyInFlight));
    let sql = format!("select body_hash, status, answer from sys_idempotency {WHICH}");
    let row = tx.row(sql, cells![tx.dialect(); r.actor, &r.method, &r.path, &r.key]).await?;
    let row = row.ok_or_else(in_flight)?;
    if row.get::<Vec<u8>>(0)? != r.body_hash {
        return Err(Box::new(Diagnostic::new(Code::IdempotencyMismatch)));
    }
    let status: Option<i64> = row.get(1)?;
    let answer = row.get::<Option<Json>>(2)?.unwrap_or(Json::Null);
    Ok(Some(Earlier { status: status.ok_or_else(in_flight)?, answer }))
}

/// Stores what the request led to, at the end of the same transaction.
pub async fn finish(tx: &Tx, request: &RequestKey, status: i64, answer: &Json) -> Result<()> {
    let r = request;
    let sql = format!("update sys_idempotency set status = $5, answer = $6 {WHICH}");
    let values = cells![tx.dialect(); r.actor, &r.method, &r.path, &r.key, status, answer];
    tx.execute_sql(sql, values).await.map(|_| ())
}

/// Forgets keys from before an instant.
pub async fn sweep(tx: &Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.execute_sql("delete from sys_idempotency where created_at < $1", cells![tx.dialect(); before]).await
}
