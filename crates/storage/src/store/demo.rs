//! Which records demo data made, by the alias their pack gave them: how it is removed again.

use crate::{Tx, cells};
use diagnostic::Result;
use uuid::Uuid;

/// Remembers a record.
pub async fn insert(tx: &Tx, alias: &str, object: &str, record: Uuid) -> Result<()> {
    let sql =
        "insert into sys_demo (alias, object, record) values ($1, $2, $3) on conflict (alias) do nothing";
    tx.execute_sql(sql, cells![tx.dialect(); alias, object, record]).await.map(|_| ())
}

/// All records: alias, object, id, in the order they were made.
pub async fn list(tx: &Tx) -> Result<Vec<(String, String, Uuid)>> {
    let rows = tx.rows("select alias, object, record from sys_demo order by record", vec![]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// Forgets a record.
pub async fn remove(tx: &Tx, alias: &str) -> Result<()> {
    tx.execute_sql("delete from sys_demo where alias = $1", cells![tx.dialect(); alias]).await.map(|_| ())
}
