//! Values of encrypted fields written anew under another key, a few at a time, while others read and write. Whoever
//! changes a value meanwhile wins: a value is only replaced where it is still what was read.

use crate::codec::Cell;
use crate::dialect::quoted;
use crate::secret::Secret;
use crate::store::{connector, publish};
use crate::{Tx, cells};
use catalog::names::{Column, Table};
use diagnostic::Result;
use serde_json::Value as Json;
use uuid::Uuid;

/// Values written anew in one transaction.
const BATCH: i64 = 200;

/// A column of ciphertext.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    table: String,
    /// The column of the id that the ciphertext is bound to.
    id: &'static str,
    /// The column.
    column: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The ciphertext itself, bound to this place.
    Text { place: String },
    /// The ciphertext itself, bound to the place that this expression of SQL says.
    Placed { place: &'static str },
    /// A structure with the ciphertext under `sealed`, bound to what the row's `kind` says.
    Payload,
}

/// What one transaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Values that are now under the newer key.
    pub values: u64,
    /// The last row that was looked at; `None` where there are no more.
    pub after: Option<Uuid>,
}

/// Every column that holds ciphertext: of objects, retired ones too, of second factors, of connectors, of
/// the outbox and of the mails about records.
/// `second_factor` is the place that those are bound to.
pub async fn columns(tx: &Tx, second_factor: &str) -> Result<Vec<Sealed>> {
    let names = publish::names(tx).await?;
    let of_objects = names.tables.values().chain(names.retired.values()).flat_map(of_table);
    let factors = Sealed {
        table: "sys_factor".to_owned(),
        id: "user_id",
        column: "secret".to_owned(),
        kind: Kind::Text { place: second_factor.to_owned() },
    };
    let [effects, mails] = ["sys_effect", "sys_mail"].map(|table| Sealed {
        table: table.to_owned(),
        id: "id",
        column: "payload".to_owned(),
        kind: Kind::Payload,
    });
    let connectors = Sealed {
        table: "sys_connector_secret".to_owned(),
        id: "id",
        column: "sealed".to_owned(),
        kind: Kind::Placed { place: connector::PLACE },
    };
    Ok(of_objects.chain([factors, connectors, effects, mails]).collect())
}

fn of_table(table: &Table) -> impl Iterator<Item = Sealed> {
    let columns = table.columns.values().chain(table.retired.iter().map(|(_, column)| column));
    columns.filter(|column| column.encrypted.is_some()).map(|Column { name, .. }| Sealed {
        table: table.table.clone(),
        id: "id",
        column: name.clone(),
        kind: Kind::Text { place: name.clone() },
    })
}

impl Sealed {
    /// What it is called in words of an operator.
    pub fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }

    /// What a row says of the place that its ciphertext is bound to.
    fn place_column(&self) -> &'static str {
        match self.kind {
            Kind::Text { .. } => "''",
            Kind::Placed { place } => place,
            Kind::Payload => "kind",
        }
    }

    /// Writes the next values anew that are not under the key that new values are written under.
    pub async fn batch(&self, tx: &Tx, secret: &Secret, after: Uuid) -> Result<Resealed> {
        let (table, column, id) = (quoted(&self.table), quoted(&self.column), self.id);
        let sql = format!(
            "select {id}, {column}, {} from {table} where {column} is not null and {id} > $1 order by {id} limit $2",
            self.place_column()
        );
        let rows = tx.rows(sql, cells![tx.dialect(); after, BATCH]).await?;
        let mut done = Resealed { values: 0, after: None };
        for row in &rows {
            let key: Uuid = row.get(0)?;
            done.after = Some(key);
            done.values += match &self.kind {
                Kind::Text { .. } | Kind::Placed { .. } => {
                    let (old, said): (String, String) = (row.get(1)?, row.get(2)?);
                    let place = if let Kind::Text { place } = &self.kind { place } else { &said };
                    match again(secret, &old, key, place)? {
                        Some(new) => {
                            self.replace(tx, key, old.cell(tx.dialect()), new.cell(tx.dialect())).await?
                        }
                        None => 0,
                    }
                }
                Kind::Payload => {
                    let (old, kind): (Json, String) = (row.get(1)?, row.get(2)?);
                    let Some(sealed) = old["sealed"].as_str() else { continue };
                    match again(secret, sealed, key, &kind)? {
                        Some(text) => {
                            let mut new = old.clone();
                            new["sealed"] = text.into();
                            self.replace(tx, key, old.cell(tx.dialect()), new.cell(tx.dialect())).await?
                        }
                        None => 0,
                    }
                }
            };
        }
        Ok(done)
    }

    async fn replace(&self, tx: &Tx, id: Uuid, old: sea_orm::Value, new: sea_orm::Value) -> Result<u64> {
        let (table, column) = (quoted(&self.table), quoted(&self.column));
        let sql = format!("update {table} set {column} = $1 where {} = $2 and {column} = $3", self.id);
        tx.execute_sql(sql, vec![new, id.cell(tx.dialect()), old]).await
    }

    /// How many values are under each key, in the order of keys.
    pub async fn count(&self, tx: &Tx, counts: &mut std::collections::BTreeMap<u64, u64>) -> Result<()> {
        let mut after = Uuid::nil();
        loop {
            let (table, column, id) = (quoted(&self.table), quoted(&self.column), self.id);
            let sql = format!(
                "select {id}, {column} from {table} where {column} is not null and {id} > $1 order by {id} limit $2"
            );
            let rows = tx.rows(sql, cells![tx.dialect(); after, BATCH * 10]).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.get(0)?;
            for row in &rows {
                let number = match &self.kind {
                    Kind::Text { .. } | Kind::Placed { .. } => Secret::key_of(&row.get::<String>(1)?),
                    Kind::Payload => row.get::<Json>(1)?["sealed"].as_str().and_then(Secret::key_of),
                };
                if let Some(number) = number {
                    *counts.entry(number).or_default() += 1;
                }
            }
        }
    }
}

/// The same value under the key of new values; `None` where it is under it already.
fn again(secret: &Secret, sealed: &str, id: Uuid, place: &str) -> Result<Option<String>> {
    match Secret::key_of(sealed) {
        Some(number) if number != secret.current() => {
            secret.seal(&secret.open(sealed, id, place)?, id, place).map(Some)
        }
        _ => Ok(None),
    }
}
