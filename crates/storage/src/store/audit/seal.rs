//! The chain: committed entries get a number without gaps and a seal over the seal before. Whoever seals holds the row
//! of the chain's head, so that entries of transactions that ran beside each other stand in one order.

use super::pen::{Pen, SEAL};
use super::{Kept, stored};
use crate::codec::Cell;
use crate::secret::Secret;
use crate::{Dialect, Tx, cells, system};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostic::Result;
use uuid::Uuid;

/// Key in `sys_meta` of the last sealed entry.
pub(super) const HEAD: &str = "audit_head";
/// Key in `sys_meta` of the entry before the first that is kept.
pub(super) const ANCHOR: &str = "audit_anchor";
/// Entries that one round seals: writers wait for it.
const ROUND: i64 = 200;

/// An end of the chain: its place and its seal, authenticated. `last` is the greatest id of what was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub number: i64,
    pub seal: [u8; SEAL],
    pub last: Uuid,
}

impl End {
    /// Before the first entry.
    pub const START: End = End { number: 0, seal: [0; SEAL], last: Uuid::nil() };

    fn mark(&self, secret: &Secret, key: &str) -> [u8; SEAL] {
        let number = self.number.to_be_bytes();
        secret.mark(&[b"end", key.as_bytes(), &number, &self.seal, self.last.as_bytes()])
    }

    /// Reads one; `None` where it is not there, an error in words where it is not what was written.
    pub async fn read(tx: &Tx, secret: &Secret, key: &str) -> Result<Option<Result<End, &'static str>>> {
        let Some((value, number)) = system::meta(tx, key).await? else { return Ok(None) };
        Ok(Some(End::parse(&value, number, secret, key).ok_or("is not what was written")))
    }

    fn parse(value: &str, number: i64, secret: &Secret, key: &str) -> Option<End> {
        let bytes = STANDARD.decode(value).ok()?;
        let (seal, rest) = bytes.split_at_checked(SEAL)?;
        let (last, mark) = rest.split_at_checked(16)?;
        let end = End { number, seal: seal.try_into().ok()?, last: Uuid::from_slice(last).ok()? };
        (mark == end.mark(secret, key)).then_some(end)
    }

    pub async fn write(&self, tx: &Tx, secret: &Secret, key: &str) -> Result<()> {
        let mut bytes = self.seal.to_vec();
        bytes.extend_from_slice(self.last.as_bytes());
        bytes.extend_from_slice(&self.mark(secret, key));
        system::set_meta(tx, key, &STANDARD.encode(bytes), self.number).await
    }
}

/// The seal of the entry at a place of the chain; `marked` tells whether it carries its mark.
pub(super) fn link(
    secret: &Secret,
    number: i64,
    before: &[u8; SEAL],
    (mark, marked): (&[u8; SEAL], bool),
) -> [u8; SEAL] {
    secret.mark(&[b"seal", &number.to_be_bytes(), before, mark, &[u8::from(marked)]])
}

/// What one round of sealing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Entries that were chained.
    pub sealed: u64,
    /// Entries that nobody with the key wrote. They are left alone, and [`super::verify`] names them.
    pub forged: u64,
    /// The last entry that was looked at, where others may wait behind it.
    pub last: Option<Uuid>,
}

/// Whether entries wait, at the cost of a look into an index.
pub async fn is_needed(tx: &Tx) -> Result<bool> {
    Ok(tx.row("select 1 from sys_audit where seal is null limit 1", vec![]).await?.is_some())
}

/// Chains everything that is committed and waits.
pub async fn seal(tx: &Tx, pen: &Pen) -> Result<Sealed> {
    rounds(tx, pen, None, true).await
}

/// Chains some of what is committed and waits behind `after`.
pub async fn seal_some(tx: &Tx, pen: &Pen, after: Option<Uuid>) -> Result<Sealed> {
    rounds(tx, pen, after, false).await
}

/// The first time, entries that an older version wrote without marks are taken as they are: all of them at once.
async fn rounds(tx: &Tx, pen: &Pen, after: Option<Uuid>, all: bool) -> Result<Sealed> {
    let Pen::Keyed(secret) = pen else { return Ok(Sealed::default()) };
    let begun = lock(tx).await?;
    let mut head = match End::read(tx, secret, HEAD).await? {
        Some(Ok(head)) => head,
        // Somebody took the end away or changed it: nothing is built upon that.
        Some(Err(_)) if begun => return Ok(Sealed::default()),
        _ => End::START,
    };
    let anchor = match End::read(tx, secret, ANCHOR).await? {
        Some(Ok(anchor)) => anchor,
        _ => End::START,
    };
    let adopts = !begun;
    if adopts && tx.row("select 1 from sys_audit where seal is not null limit 1", vec![]).await?.is_some() {
        return Ok(Sealed::default());
    }
    let mut done = Sealed { last: after, ..Sealed::default() };
    loop {
        let rest = "where seal is null and id > $1 order by id limit $2";
        let after = done.last.unwrap_or_default();
        let rows: Vec<Kept> = stored::select(tx, rest, cells![tx.dialect(); after, ROUND]).await?;
        let mut links = Vec::with_capacity(rows.len());
        for row in &rows {
            let mark = secret.mark(&[b"entry", &super::pen::bytes(&row.entry())]);
            let known = row.mark.as_deref().map_or(adopts, |given| given == mark) && row.id > anchor.last;
            if !known || row.number.is_some() {
                done.forged += 1;
                continue;
            }
            head.number += 1;
            head.seal = link(secret, head.number, &head.seal, (&mark, row.mark.is_some()));
            links.push((row.id, head.number, head.seal));
        }
        done.sealed += links.len() as u64;
        write(tx, &links).await?;
        done.last = rows.last().filter(|_| rows.len() as i64 == ROUND).map(|row| row.id);
        if done.last.is_none() || !(all || adopts) {
            break;
        }
    }
    if done.sealed > 0 || adopts {
        head.write(tx, secret, HEAD).await?;
    }
    Ok(done)
}

/// Holds the head for this transaction; whether the chain had begun before.
async fn lock(tx: &Tx) -> Result<bool> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(system::meta(tx, HEAD).await?.is_some());
    }
    let lock = "select pg_advisory_xact_lock(hashtext('lifeloom audit ' || current_schema()))::text";
    tx.row(lock, vec![]).await?;
    Ok(system::meta(tx, HEAD).await?.is_some())
}

async fn write(tx: &Tx, links: &[(Uuid, i64, [u8; SEAL])]) -> Result<()> {
    if links.is_empty() {
        return Ok(());
    }
    let dialect = tx.dialect();
    let places: Vec<String> = (0..links.len())
        .map(|row| format!("(${}, ${}, ${})", row * 3 + 1, row * 3 + 2, row * 3 + 3))
        .collect();
    let values = links
        .iter()
        .flat_map(|(id, number, seal)| [id.cell(dialect), number.cell(dialect), seal.to_vec().cell(dialect)]);
    let sql = format!(
        "update sys_audit set sealed_number = v.column2, seal = v.column3 from (values {}) as v \
         where sys_audit.id = v.column1",
        places.join(", ")
    );
    tx.execute_sql(sql, values.collect()).await.map(|_| ())
}
