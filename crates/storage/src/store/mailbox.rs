//! Mailboxes: how far each was read, under a lease that carries a number, and the mails that were taken.

use super::stored::{self, Stored};
use crate::{Tx, cells};
use chrono::{DateTime, Duration, Utc};
use diagnostic::Result;
use uuid::Uuid;

stored! {
    /// A mailbox that is read.
    Mailbox in "sys_mailbox" {
        /// The connector's full name.
        name: String = "name",
        /// Which numbering of its mails is meant: another one says that the folder was made anew.
        validity: i64 = "validity",
        /// The number of the last mail that was taken.
        uid: i64 = "uid",
        /// Mails below this were there when it was first looked into: of those only unread ones are taken.
        begun: i64 = "begun",
        /// When it is looked into next.
        poll_at: DateTime<Utc> = "poll_at",
        /// Counts leases.
        lease: i64 = "lease",
        /// When the lease runs out.
        lease_until: Option<DateTime<Utc>> = "lease_until",
        /// When it was last read to its end.
        polled_at: Option<DateTime<Utc>> = "polled_at",
        /// Why it cannot be read.
        failure: Option<String> = "failure",
        /// How often in a row.
        failures: i64 = "failures",
        /// Since when.
        failed_at: Option<DateTime<Utc>> = "failed_at",
    }
}

stored! {
    /// A mail that was taken.
    Received in "sys_received" {
        /// Its id.
        id: Uuid = "id",
        /// The mailbox.
        mailbox: String = "mailbox",
        /// The numbering.
        validity: i64 = "validity",
        /// Its number there.
        uid: i64 = "uid",
        /// Its `Message-ID`; a digest where it has none.
        message_id: String = "message_id",
        /// The digest of its bytes.
        digest: Vec<u8> = "digest",
        /// Whom it is from, in small letters.
        sender: String = "sender",
        /// The record that it became.
        record: Uuid = "record",
        /// When it was taken.
        at: DateTime<Utc> = "at",
        /// When that was marked in the mailbox.
        marked_at: Option<DateTime<Utc>> = "marked_at",
    }
}

/// What is known of a mailbox.
pub async fn find(tx: &Tx, name: &str) -> Result<Option<Mailbox>> {
    stored::first(tx, "where name = $1", cells![tx.dialect(); name]).await
}

/// What is known of all mailboxes.
pub async fn list(tx: &Tx) -> Result<Vec<Mailbox>> {
    stored::select(tx, "order by name", vec![]).await
}

/// Takes a mailbox that nobody reads, from `due` on. `None`: it is not yet time, or somebody reads it.
pub async fn claim(
    tx: &Tx,
    name: &str,
    due: DateTime<Utc>,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Option<Mailbox>> {
    let sql = "insert into sys_mailbox (name, validity, uid, begun, poll_at, lease, failures) \
               values ($1, 0, 0, 0, $2, 0, 0) on conflict (name) do nothing";
    tx.execute_sql(sql, cells![tx.dialect(); name, now]).await?;
    let sql = format!(
        "update sys_mailbox set lease = lease + 1, lease_until = $2 where name = $1 and poll_at <= $3 \
         and (lease_until is null or lease_until < $4) returning {}",
        stored::columns::<Mailbox>()
    );
    let row = tx.row(&sql, cells![tx.dialect(); name, now + lease, due, now]).await?;
    row.map(|row| Mailbox::read(&row)).transpose()
}

/// Notes up to where a mailbox was read, and that its reader is alive. `false`: the lease is no longer the caller's.
pub async fn advance(tx: &Tx, held: &Mailbox, until: DateTime<Utc>) -> Result<bool> {
    let sql = "update sys_mailbox set validity = $3, uid = $4, begun = $5, lease_until = $6 \
               where name = $1 and lease = $2";
    let values = cells![
        tx.dialect(); held.name.as_str(), held.lease, held.validity, held.uid, held.begun, until
    ];
    Ok(tx.execute_sql(sql, values).await? == 1)
}

/// Lets a mailbox go, with how reading it ended. `false`: the lease is no longer the caller's.
pub async fn release(tx: &Tx, held: &Mailbox) -> Result<bool> {
    let sql = "update sys_mailbox set poll_at = $3, lease_until = null, polled_at = $4, failure = $5, \
               failures = $6, failed_at = $7 where name = $1 and lease = $2";
    let values = cells![
        tx.dialect(); held.name.as_str(), held.lease, held.poll_at, held.polled_at, held.failure.clone(),
        held.failures, held.failed_at
    ];
    Ok(tx.execute_sql(sql, values).await? == 1)
}

/// Keeps that a mail was taken.
pub async fn insert(tx: &Tx, taken: &Received) -> Result<()> {
    stored::insert(tx, std::slice::from_ref(taken), "").await.map(drop)
}

/// The mails of a `Message-ID` that were taken from a mailbox.
pub async fn of_message(tx: &Tx, mailbox: &str, message_id: &str) -> Result<Vec<Received>> {
    let rest = "where mailbox = $1 and message_id = $2 order by id";
    stored::select(tx, rest, cells![tx.dialect(); mailbox, message_id]).await
}

/// How many mails of a sender were taken since an instant.
pub async fn of_sender(tx: &Tx, mailbox: &str, sender: &str, since: DateTime<Utc>) -> Result<u64> {
    let sql = "select count(*) from sys_received where mailbox = $1 and sender = $2 and at > $3";
    let row = tx.row(sql, cells![tx.dialect(); mailbox, sender, since]).await?;
    Ok(row.map_or(Ok(0), |row| row.get::<i64>(0))?.try_into().unwrap_or_default())
}

/// The mails that were taken and are not marked so in their mailbox.
pub async fn unmarked(tx: &Tx, mailbox: &str, validity: i64) -> Result<Vec<i64>> {
    let sql = "select uid from sys_received where mailbox = $1 and validity = $2 and marked_at is null order by uid";
    let rows = tx.rows(sql, cells![tx.dialect(); mailbox, validity]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Notes that a mail is marked in its mailbox.
pub async fn marked(tx: &Tx, mailbox: &str, validity: i64, uid: i64, now: DateTime<Utc>) -> Result<u64> {
    let sql = "update sys_received set marked_at = $4 where mailbox = $1 and validity = $2 and uid = $3";
    tx.execute_sql(sql, cells![tx.dialect(); mailbox, validity, uid, now]).await
}
