//! News from other processes on the same database: a catalog was published, rights changed, a job waits.
//! PostgreSQL notifies; both databases are polled, so that a lost notification costs half a second.

use crate::dialect::Dialect;
use crate::error;
use crate::news::{self, Listeners, Topic};
use crate::postgres::Pools;
use crate::secret::CURRENT_META;
use crate::system;
use crate::transaction::Tx;
use diagnostic::Result;
use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgListener, PgPoolOptions};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

/// How often the database is asked.
const POLL: Duration = Duration::from_millis(500);
/// How long PostgreSQL may take to answer before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(1);
/// The channel of PostgreSQL. Its messages carry nothing: whoever hears one reads the truth.
const CHANNEL: &str = "lifeloom";
/// The channel of news for people.
const NEWS: &str = "lifeloom_news";
/// News that is said at once.
const MANY: usize = 10_000;
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
    /// The key that new values of encrypted fields are written under; 0 where none was ever named.
    pub secret: u64,
    /// When the database last confirmed them. Older than a second: caches of rights are not to be trusted.
    pub confirmed: Instant,
}

const VERSIONS: &str =
    "select key, number from sys_meta where key in ('catalog_version', 'rights_version', 'secret_key')";

/// The numbers as they stand now.
pub async fn read(tx: &Tx) -> Result<Versions> {
    let rows = tx.rows(VERSIONS, vec![]).await?;
    Ok(versions(rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_>>()?))
}

fn versions(rows: Vec<(String, i64)>) -> Versions {
    let mut versions = Versions { catalog: 0, rights: 0, secret: 0, confirmed: Instant::now() };
    for (key, number) in rows {
        let number = u64::try_from(number).unwrap_or_default();
        match key.as_str() {
            CATALOG => versions.catalog = number,
            CURRENT_META => versions.secret = number,
            _ => versions.rights = number,
        }
    }
    versions
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

/// What the watch tells the rest of the process.
pub(crate) struct Told {
    /// The numbers.
    pub versions: watch::Sender<Versions>,
    /// Whether the database does not answer.
    pub lost: watch::Sender<bool>,
    /// That a job may wait.
    pub jobs: Arc<Notify>,
    /// Who hears news.
    pub listeners: Arc<Listeners>,
}

/// Asks again and again, and at once when PostgreSQL (over the line) notifies or `look` is notified; passes `news` on.
/// Ends with its receivers, and with the connections.
pub(crate) async fn run(
    reader: Tx,
    mut line: Option<Line>,
    told: Told,
    look: Arc<Notify>,
    mut news: mpsc::UnboundedReceiver<(Topic, Uuid)>,
) {
    let mut tick = tokio::time::interval(POLL);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said = Vec::new();
    while !told.versions.is_closed() && !reader.is_closed().await {
        let heard = tokio::select! {
            _ = tick.tick() => false,
            () = look.notified() => false,
            heard = hear(&mut line, &told.listeners) => heard,
            1.. = news.recv_many(&mut said, MANY) => {
                if let Some(line) = &mut line {
                    line.say(&news::messages(&said)).await;
                }
                said.clear();
                continue;
            }
        };
        if heard {
            // A job may wait: the message says no more than that something happened.
            told.jobs.notify_waiters();
        }
        let asked = match &mut line {
            None => read(&reader).await,
            Some(line) => line.ask().await,
        };
        match asked {
            Ok(versions) => told.confirmed(versions, line.as_ref()),
            Err(_) if reader.is_closed().await => {}
            Err(found) => {
                // Said once: it is asked twice a second.
                if line.is_none() || !told.lost.send_replace(true) {
                    tracing::warn!(%found, "the database does not say which catalog it has");
                }
            }
        }
    }
}

impl Told {
    fn confirmed(&self, versions: Versions, line: Option<&Line>) {
        if let Some(line) = line.filter(|_| *self.lost.borrow()) {
            line.pools.renew();
            tracing::info!("the database answers again");
            self.lost.send_replace(false);
            self.jobs.notify_waiters();
            self.listeners.missed();
        }
        self.versions.send_modify(|known| *known = versions);
    }
}

/// A connection to PostgreSQL that nothing else uses: that the pool is busy does not mean that the database is lost.
pub(crate) struct Line {
    pools: Arc<Pools>,
    listener: Option<PgListener>,
}

impl Line {
    /// Beside the pools, in the schema that they work in.
    pub(crate) fn new(pools: Arc<Pools>) -> Line {
        Line { pools, listener: None }
    }

    /// Asks for the versions; an error also where no answer comes in time.
    async fn ask(&mut self) -> Result<Versions> {
        let asked = tokio::time::timeout(PATIENCE, self.try_ask()).await;
        let answered = match asked {
            Ok(Ok(rows)) => Ok(versions(rows)),
            Ok(Err(error)) => Err(error::library_meaning(&error).diagnostic),
            Err(_) => Err(error::no_answer()),
        };
        if answered.is_err() {
            self.listener = None;
        }
        answered
    }

    /// Tells every process, this one too. What cannot be told is lost: whoever listens asks now and then anyway.
    async fn say(&mut self, messages: &[String]) {
        let Some(listener) = &mut self.listener else { return };
        for message in messages {
            let told =
                sqlx::query("select pg_notify($1, $2)").bind(NEWS).bind(message).execute(&mut *listener);
            if !matches!(tokio::time::timeout(PATIENCE, told).await, Ok(Ok(_))) {
                self.listener = None;
                return;
            }
        }
    }

    async fn try_ask(&mut self) -> Result<Vec<(String, i64)>, sqlx::Error> {
        let listener = match &mut self.listener {
            Some(listener) => listener,
            none => none.insert(connect(&self.pools).await?),
        };
        sqlx::query_as(VERSIONS).fetch_all(listener).await
    }
}

async fn connect(pools: &Pools) -> Result<PgListener, sqlx::Error> {
    // A pool of its own for each: the connection of one that was given up is of no use to the next.
    let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(pools.opening().options.clone());
    let mut listener = PgListener::connect_with(&own).await?;
    listener.eager_reconnect(false);
    if let Some(path) = pools.opening().search_path() {
        sqlx::raw_sql(sqlx::AssertSqlSafe(path)).execute(&mut listener).await?;
    }
    listener.listen_all([CHANNEL, NEWS]).await?;
    Ok(listener)
}

/// Waits for a message to the process, passing news on. A lost connection counts as one: something may have been missed.
async fn hear(line: &mut Option<Line>, listeners: &Listeners) -> bool {
    let Some(Line { listener: place, .. }) = line else { return std::future::pending().await };
    loop {
        let Some(listener) = place else { return std::future::pending().await };
        match listener.try_recv().await {
            Ok(Some(message)) if message.channel() == NEWS => listeners.hear(message.payload()),
            Ok(Some(_)) => return true,
            _ => {
                *place = None;
                listeners.missed();
                return true;
            }
        }
    }
}
