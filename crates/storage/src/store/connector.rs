//! What a site says of its connectors: settings in the place of those of the definitions, secrets that are sealed, and
//! how each was last used.

use super::stored;
use crate::{Tx, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

stored! {
    /// A connector of the site.
    Connector in "sys_connector" {
        /// Its full name.
        name: String = "name",
        /// What is said in the place of the definition's.
        settings: Json = "settings",
        /// When that was said.
        changed_at: Option<DateTime<Utc>> = "changed_at",
        /// By whom.
        changed_by: Option<Uuid> = "changed_by",
        /// When it was last used.
        used_at: Option<DateTime<Utc>> = "used_at",
        /// Which operation that was.
        used_operation: Option<String> = "used_operation",
        /// How it ended.
        used_outcome: Option<String> = "used_outcome",
    }
}

stored! {
    /// A secret of a connector.
    ConnectorSecret in "sys_connector_secret" {
        /// Its id: the ciphertext is bound to it, and to [`place`].
        id: Uuid = "id",
        /// The connector's full name.
        connector: String = "connector",
        /// Its name within the connector.
        name: String = "name",
        /// Its value, sealed.
        sealed: String = "sealed",
        /// When it was set.
        set_at: DateTime<Utc> = "set_at",
        /// By whom.
        set_by: Option<Uuid> = "set_by",
    }
}

/// What the ciphertext of a secret is bound to beside its id, as SQL says it.
pub(crate) const PLACE: &str = "'connector/' || connector || '/' || name";

/// What the ciphertext of a secret is bound to beside its id.
pub fn place(connector: &str, name: &str) -> String {
    format!("connector/{connector}/{name}")
}

/// What the site says of a connector.
pub async fn find(tx: &Tx, name: &str) -> Result<Option<Connector>> {
    stored::first(tx, "where name = $1", cells![tx.dialect(); name]).await
}

/// What the site says of all connectors.
pub async fn list(tx: &Tx) -> Result<Vec<Connector>> {
    stored::select(tx, "order by name", vec![]).await
}

/// Keeps settings.
pub async fn set(tx: &Tx, name: &str, settings: &Json, by: Option<Uuid>, now: DateTime<Utc>) -> Result<()> {
    let sql = "insert into sys_connector (name, settings, changed_at, changed_by) values ($1, $2, $3, $4) \
               on conflict (name) do update set settings = excluded.settings, \
               changed_at = excluded.changed_at, changed_by = excluded.changed_by";
    tx.execute_sql(sql, cells![tx.dialect(); name, settings.clone(), now, by]).await.map(drop)
}

/// Notes how a connector was used.
pub async fn used(tx: &Tx, name: &str, operation: &str, outcome: &str, now: DateTime<Utc>) -> Result<()> {
    let sql = "insert into sys_connector (name, settings, used_at, used_operation, used_outcome) \
               values ($1, $2, $3, $4, $5) on conflict (name) do update set used_at = excluded.used_at, \
               used_operation = excluded.used_operation, used_outcome = excluded.used_outcome";
    let none = serde_json::json!({});
    tx.execute_sql(sql, cells![tx.dialect(); name, none, now, operation, outcome]).await.map(drop)
}

/// The secrets of a connector.
pub async fn secrets(tx: &Tx, connector: &str) -> Result<Vec<ConnectorSecret>> {
    stored::select(tx, "where connector = $1 order by name", cells![tx.dialect(); connector]).await
}

/// The secrets of all connectors.
pub async fn all_secrets(tx: &Tx) -> Result<Vec<ConnectorSecret>> {
    stored::select(tx, "order by connector, name", vec![]).await
}

/// Keeps a secret in the place of what was there.
pub async fn keep(tx: &Tx, secret: &ConnectorSecret) -> Result<()> {
    let then = "on conflict (connector, name) do update set id = excluded.id, sealed = excluded.sealed, \
                set_at = excluded.set_at, set_by = excluded.set_by";
    stored::insert(tx, std::slice::from_ref(secret), then).await.map(drop)
}

/// Removes a secret; whether there was one.
pub async fn remove(tx: &Tx, connector: &str, name: &str) -> Result<bool> {
    let sql = "delete from sys_connector_secret where connector = $1 and name = $2";
    Ok(tx.execute_sql(sql, cells![tx.dialect(); connector, name]).await? == 1)
}
