//! News from other processes on the same database: a catalog was published, rights changed, a job waits.
//! PostgreSQL notifies; both databases are polled, so that a lost notification costs half a second.

use crate::dialect::Dialect;
use crate::system;
use crate::transaction::Tx;
use diagnostic::Result;
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{DatabaseConnection, sqlx};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};

/// How often the database is asked.
const POLL: Duration = Duration::from_millis(500);
/// The channel of PostgreSQL. Its messages carry nothing: whoever hears one reads the truth.
const CHANNEL: &str = "lifeloom";
/// Key in `sys_meta` of the number of the last publish.
pub const CATALOG: &str = "catalog_version";
/// Key in `sys_meta` that counts changes of users, departments, roles and sessions.
pub const RIGHTS: &str = "rights_version";

/// What may change under a running process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Number of the last publish; 0 before the first.
    pub catalog: u64,
    /// Counts changes of users, departments, role assignments, sessions and credentials.
    pub rights: u64,
    /// When the database last confirmed them. Older than a second: caches of rights are not to be trusted.
    pub confirmed: Instant,
}

/// The numbers as they stand now.
pub async fn read(tx: &Tx) -> Result<Versions> {
    let rows = tx
        .rows("select key, number from sys_meta where key in ('catalog_version', 'rights_version')", vec![])
        .await?;
    let mut versions = Versions { catalog: 0, rights: 0, confirmed: Instant::now() };
    for row in rows {
        let number = u64::try_from(row.get::<i64>(1)?).unwrap_or_default();
        match row.get::<String>(0)?.as_str() {
            CATALOG => versions.catalog = number,
            _ => versions.rights = number,
        }
    }
    Ok(versions)
}

/// Counts a change of rights and tells everyone once it is committed.
pub async fn rights_changed(tx: &Tx) -> Result<()> {
    system::count_meta(tx, RIGHTS).await?;
    announce(tx).await
}

/// Tells other processes to look; takes effect with the commit. SQLite has nobody to tell: it is polled.
pub async fn announce(tx: &Tx) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.batch(&format!("notify {CHANNEL}")).await?;
    }
    Ok(())
}

/// Asks again and again, and at once when PostgreSQL (whose pool is given) notifies or `look` is notified. Ends with its receivers, and
/// with the connections.
pub(crate) async fn run(
    reader: Tx,
    pool: Option<DatabaseConnection>,
    sender: watch::Sender<Versions>,
    look: Arc<Notify>,
    jobs: Arc<Notify>,
) {
    let mut listener = None;
    while !sender.is_closed() && !reader.is_closed().await {
        if let (Some(pool), None) = (&pool, &listener) {
            listener = listen(pool).await;
        }
        let heard = tokio::select! {
            () = tokio::time::sleep(POLL) => false,
            () = look.notified() => false,
            heard = hear(&mut listener) => heard,
        };
        if heard {
            // A job may wait: the message says no more than that something happened.
            jobs.notify_waiters();
        }
        match read(&reader).await {
            Ok(versions) => {
                sender.send_modify(|known| *known = versions);
            }
            Err(_) if reader.is_closed().await => {}
            Err(found) => tracing::warn!(%found, "the database does not say which catalog it has"),
        }
    }
}

async fn listen(connection: &DatabaseConnection) -> Option<PgListener> {
    let opened: Result<PgListener, sqlx::Error> = async {
        let mut listener = PgListener::connect_with(connection.get_postgres_connection_pool()).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }
    .await;
    opened.inspect_err(|error| tracing::warn!(%error, "cannot listen; polling goes on")).ok()
}

/// Waits for a message. A lost connection counts as one: something may have been missed.
async fn hear(listener: &mut Option<PgListener>) -> bool {
    match listener {
        None => std::future::pending().await,
        Some(open) => {
            if open.try_recv().await.is_err() {
                *listener = None;
            }
            true
        }
    }
}
