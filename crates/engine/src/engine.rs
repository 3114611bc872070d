//! The engine itself: a value that owns the database, the catalog in force and the caches that hang on it.

use crate::clock::{Clock, SystemClock};
use crate::identity::session::SessionCache;
use crate::published::Published;
use crate::records::rows::Rows;
use crate::site::Site;
use arc_swap::ArcSwap;
use chrono::{DateTime, NaiveDate, Utc};
use diagnostic::{Diagnostic, Result};
use script::{Limits, Scripts};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, Weak};
use storage::secret::Secret;
use storage::{Database, Tx};

/// What an engine is made with.
pub struct Options {
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// What scripts may use.
    pub limits: Limits,
    /// The key of encrypted fields.
    pub secret: Option<Secret>,
}

impl Default for Options {
    fn default() -> Options {
        Options { clock: Arc::new(SystemClock), limits: Limits::default(), secret: None }
    }
}

/// An engine on a database. Clones share it.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    database: Database,
    clock: Arc<dyn Clock>,
    scripts: Scripts,
    secret: Option<Secret>,
    published: ArcSwap<Published>,
    site: ArcSwap<Site>,
    sessions: SessionCache,
}

impl Engine {
    /// Takes up what was last published in this database; an empty database gives an empty catalog. Must be
    /// called on a multi-thread runtime, which serves everything the engine does.
    ///
    /// # Errors
    /// The findings in the stored definitions (they were checked before they were stored, so these mean a
    /// newer or damaged database), and what the database refuses.
    pub async fn open(database: Database, options: Options) -> Result<Engine> {
        let scripts = Scripts::new(options.limits);
        let published = crate::publish::load(&database, &scripts).await?;
        let engine = Engine(Arc::new(Inner {
            database,
            clock: options.clock,
            scripts,
            secret: options.secret,
            published: ArcSwap::from_pointee(published),
            site: ArcSwap::from_pointee(Site::default()),
            sessions: SessionCache::default(),
        }));
        engine.read_site().await?;
        tokio::spawn(follow(Arc::downgrade(&engine.0), engine.database().watch()));
        Ok(engine)
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// The catalog in force, from start to end of whatever holds it.
    pub fn published(&self) -> Arc<Published> {
        self.0.published.load_full()
    }

    /// The scripts' sandbox.
    pub(crate) fn scripts(&self) -> &Scripts {
        &self.0.scripts
    }

    /// The key of encrypted fields.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        self.0.secret.as_ref()
    }

    /// Sessions known in memory.
    pub(crate) fn sessions(&self) -> &SessionCache {
        &self.0.sessions
    }

    /// The engine's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// What holds for the site as a whole.
    pub fn site(&self) -> Arc<Site> {
        self.0.site.load_full()
    }

    /// The day in the site's time zone.
    pub fn day_of(&self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.site().time_zone).date_naive()
    }

    /// Puts a newly published catalog in force. Requests that run keep the one they began with.
    pub(crate) fn put_in_force(&self, published: Arc<Published>) {
        self.0.published.store(published);
        self.0.sessions.clear();
    }

    /// Whether records of this object decide about rights or about the site as a whole.
    pub(crate) fn decides_rights(&self, object: &str) -> bool {
        matches!(object, "base.user" | "base.department" | "base.role_assignment" | "base.setting")
    }

    /// Forgets, once `tx` is committed, what was computed from users, departments, roles and settings.
    pub(crate) fn forget_identities_after(&self, tx: &Tx) {
        let engine = self.clone();
        tx.after_commit(move || engine.forget_identities());
    }

    /// Forgets what was computed from users, departments, roles and settings.
    pub(crate) fn forget_identities(&self) {
        self.0.sessions.clear();
        self.published().identities.write().unwrap_or_else(PoisonError::into_inner).clear();
        let engine = self.clone();
        self.database().handle().spawn(async move {
            if let Err(error) = engine.read_site().await {
                tracing::warn!(%error, "the site's settings could not be read again");
            }
        });
    }

    /// Reads the site's settings again.
    pub(crate) async fn read_site(&self) -> Result<()> {
        let (tx, published, bindings) = (self.database().reader(), self.published(), self.own_bindings());
        let site = Site::read(&Rows::new(&tx, &published, &bindings, self.secret())).await?;
        self.0.site.store(Arc::new(site));
        Ok(())
    }

    /// Reads the stored catalog again if it is newer than the one in force.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub async fn refresh(&self, number: u64) -> Result<()> {
        if self.published().number >= number {
            return Ok(());
        }
        let published = crate::publish::load(self.database(), self.scripts()).await?;
        if published.number > self.published().number {
            self.put_in_force(Arc::new(published));
            self.read_site().await?;
        }
        Ok(())
    }
}

/// Follows what other processes change in the same database, until the engine is dropped.
async fn follow(engine: Weak<Inner>, mut watch: tokio::sync::watch::Receiver<storage::Versions>) {
    let mut rights = watch.borrow().rights;
    while watch.changed().await.is_ok() {
        let versions = *watch.borrow_and_update();
        let Some(engine) = engine.upgrade().map(Engine) else { return };
        if versions.rights != rights {
            rights = versions.rights;
            engine.forget_identities();
        }
        if let Err(error) = engine.refresh(versions.catalog).await {
            tracing::error!(%error, "a newer publish could not be taken up");
        }
    }
}

/// Runs work that blocks on a thread of its own; a panic in it becomes an internal error.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(failed) => Err(internal("blocking work", &failed)),
    }
}

/// A defect of the product: logged in full under a number, and answered as nothing but that number.
pub(crate) fn internal(what: &str, error: &dyn std::fmt::Display) -> Box<Diagnostic> {
    storage::error::internal(what, &error.to_string())
}

/// The values of `user.<name>` for an actor.
pub(crate) type UserValues = Arc<HashMap<&'static str, expression::Value>>;
