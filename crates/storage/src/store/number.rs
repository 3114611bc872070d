//! Counters of automatic numbers. A counter starts again with each period: `2026`, `2026-01`, or ever the same.

use crate::error::internal;
use crate::{Tx, cells};
use diagnostic::Result;

/// Takes the next `count` numbers of a counter and answers the first of them. The counter stays locked until the
/// transaction ends; a rollback gives the numbers back.
pub async fn next(tx: &Tx, name: &str, period: &str, count: u32) -> Result<i64> {
    let sql = "insert into sys_number (name, period, value) values ($1, $2, $3) on conflict (name, period) \
               do update set value = sys_number.value + excluded.value returning value";
    let row = tx.row(sql, cells![tx.dialect(); name, period, i64::from(count)]).await?;
    let last: i64 = row.ok_or_else(|| internal("counting", name))?.get(0)?;
    Ok(last - i64::from(count) + 1)
}

/// Raises a counter to a number that came from elsewhere (an import), so that it is not given out again.
pub async fn at_least(tx: &Tx, name: &str, period: &str, value: i64) -> Result<()> {
    let sql = "insert into sys_number (name, period, value) values ($1, $2, $3) on conflict (name, period) \
               do update set value = case when sys_number.value < excluded.value then excluded.value \
               else sys_number.value end";
    tx.execute_sql(sql, cells![tx.dialect(); name, period, value]).await.map(|_| ())
}
