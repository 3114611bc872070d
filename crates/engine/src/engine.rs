//! The engine itself: a value that owns the database, the catalog in force and the caches that hang on it.

use crate::caller::SessionCache;
use crate::clock::{Clock, SystemClock};
use crate::file_limits::FileLimits;
use crate::mailer::Mailer;
use crate::outbound::Outbound;
use crate::published::Published;
use crate::site::Site;
use arc_swap::ArcSwap;
use chrono::{DateTime, NaiveDate, Utc};
use diagnostic::{Diagnostic, Locale, Result};
use script::{Limits, Scripts};
use serde_json::{Value as Json, json};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;
use storage::files::Files;
use storage::secret::Secret;
use storage::store::audit::pen::Pen;
use storage::{Database, Dialect, Tx, Versions};
use tokio::sync::{Semaphore, watch};

/// What an engine is made with.
pub struct Options {
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// What scripts may use.
    pub limits: Limits,
    /// The key of encrypted fields.
    pub secret: Option<Secret>,
    /// Where the bytes of files lie; without it there are no files.
    pub files: Option<Files>,
    /// How large files may be.
    pub file_limits: FileLimits,
    /// Where people reach the site, such as `https://crm.example.com`: what links in mail begin with.
    pub public_address: Option<String>,
    /// The way to a mail server; without one mails wait in the outbox.
    pub mailer: Option<Mailer>,
    /// The way to other machines over HTTP.
    pub outbound: Outbound,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            secret: None,
            files: None,
            file_limits: FileLimits::default(),
            public_address: None,
            mailer: None,
            outbound: Outbound::default(),
        }
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
    pen: Pen,
    files: Option<Files>,
    file_limits: FileLimits,
    public_address: Option<String>,
    mailer: Option<Mailer>,
    outbound: Outbound,
    hashing: Semaphore,
    published: ArcSwap<Published>,
    site: ArcSwap<Site>,
    sessions: SessionCache,
    versions: watch::Receiver<Versions>,
    teller: OnceLock<Teller>,
}

/// How a refusal looks among the results of many writes.
pub type Teller = fn(&Diagnostic, Locale) -> Json;

/// Caches of rights are used as long as the database confirmed them within this time.
const TRUST: Duration = Duration::from_secs(1);

impl Engine {
    /// An engine of its parts, with settings yet to be read.
    pub(crate) fn assemble(
        database: Database,
        scripts: Scripts,
        published: Published,
        pen: Pen,
        options: Options,
    ) -> Engine {
        let Options { clock, secret, files, file_limits, public_address, mailer, outbound, .. } = options;
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Engine(Arc::new(Inner {
            public_address,
            mailer,
            outbound,
            hashing: Semaphore::new(cores),
            versions: database.watch(),
            database,
            clock,
            scripts,
            secret,
            pen,
            files,
            file_limits,
            published: ArcSwap::from_pointee(published),
            site: ArcSwap::from_pointee(Site::default()),
            sessions: SessionCache::default(),
            teller: OnceLock::new(),
        }))
    }

    /// The engine, without keeping it alive.
    pub(crate) fn downgrade(&self) -> WeakEngine {
        WeakEngine(Arc::downgrade(&self.0))
    }

    /// Takes up settings that were read.
    pub(crate) fn put_site(&self, site: Site) {
        self.0.site.store(Arc::new(site));
    }

    /// Whether what is remembered of sessions and rights may be used: another process may have taken a right
    /// away, and this one must have had the chance to hear of it.
    pub(crate) fn trusts_caches(&self) -> bool {
        let trusted = self.0.versions.borrow().confirmed.elapsed() <= TRUST;
        if !trusted {
            self.database().look();
        }
        trusted
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

    /// Where the bytes of files lie.
    pub fn file_store(&self) -> Option<&Files> {
        self.0.files.as_ref()
    }

    /// How large files may be.
    pub fn file_limits(&self) -> FileLimits {
        self.0.file_limits
    }

    /// What entries of the audit trail are marked with.
    pub(crate) fn pen(&self) -> &Pen {
        &self.0.pen
    }

    /// Where people reach the site.
    pub fn public_address(&self) -> Option<&str> {
        self.0.public_address.as_deref()
    }

    /// The way to a mail server.
    pub(crate) fn mailer(&self) -> Option<&Mailer> {
        self.0.mailer.as_ref()
    }

    /// The way to other machines over HTTP.
    pub(crate) fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }

    /// Turns at hashing passwords: as many as there are cores, because each takes 19 MiB.
    pub(crate) fn hashing(&self) -> &Semaphore {
        &self.0.hashing
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

    /// Says how refusals look that nobody waits for; the first one to say so is heard.
    pub fn tell_refusals_by(&self, teller: Teller) {
        // Whoever comes second says the same.
        let _ = self.0.teller.set(teller);
    }

    /// How a refusal looks that nobody waits for.
    pub(crate) fn teller(&self) -> Teller {
        let plain: Teller =
            |found, locale| json!({"error": {"code": found.code.name(), "detail": found.render(locale)}});
        self.0.teller.get().copied().unwrap_or(plain)
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
}

/// An engine that may be gone.
pub(crate) struct WeakEngine(Weak<Inner>);

impl WeakEngine {
    /// The engine, while somebody still holds it.
    pub(crate) fn upgrade(&self) -> Option<Engine> {
        self.0.upgrade().map(Engine)
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

/// Runs a script of a write. On SQLite the thread that writes does nothing else meanwhile, so it runs the outermost
/// script itself and spares two changes of threads; scripts inside scripts get a thread, and a stack, of their own.
pub(crate) async fn scripted<T: Send + 'static>(
    outermost: bool,
    tx: &Tx,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let handle = tokio::runtime::Handle::current();
    let here = outermost
        && tx.dialect() == Dialect::Sqlite
        && handle.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread;
    if !here {
        return blocking(work).await;
    }
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    done.unwrap_or_else(|_| Err(internal("a script", &"it panicked")))
}

/// A defect of the product: logged in full under a number, and answered as nothing but that number.
pub(crate) fn internal(what: &str, error: &dyn std::fmt::Display) -> Box<Diagnostic> {
    storage::error::internal(what, &error.to_string())
}
