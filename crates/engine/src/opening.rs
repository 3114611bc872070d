//! Opening an engine, and following what changes below it: publishes, rights and settings, here and in other
//! processes.

use crate::engine::{Engine, Options, WeakEngine};
use crate::publish;
use crate::rows::Rows;
use crate::site::Site;
use chrono_tz::Tz;
use diagnostic::{Locale, Result};
use script::Scripts;
use std::sync::{Arc, PoisonError};
use storage::news::Topic;
use storage::secret::{self, Secret};
use storage::store::audit::pen::Pen;
use storage::{Database, Tx, system};

impl Engine {
    /// Takes up what was last published in this database; an empty database gives an empty catalog. Must be
    /// called on a multi-thread runtime, which serves everything the engine does.
    ///
    /// # Errors
    /// The findings in the stored definitions (they were checked before they were stored, so these mean a
    /// newer or damaged database), and what the database refuses.
    pub async fn open(database: Database, options: Options) -> Result<Engine> {
        let scripts = Scripts::new(options.limits.clone());
        let published = publish::load(&database, &scripts).await?;
        let pen = pen(&database, options.secret.as_ref()).await?;
        let engine = Engine::assemble(database, scripts, published, pen, options);
        engine.read_site().await?;
        tokio::spawn(follow(engine.downgrade(), engine.database().watch()));
        Ok(engine)
    }

    /// Forgets, once `tx` is committed, what was computed from users, departments, roles and settings.
    pub(crate) fn forget_identities_after(&self, tx: &Tx) {
        let engine = self.clone();
        tx.after_commit(move || engine.forget_identities());
    }

    /// Forgets what was computed from users, departments, roles and settings.
    pub(crate) fn forget_identities(&self) {
        self.sessions().clear();
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
        let site = read_settings(&Rows::new(&tx, &published, &bindings, self.secret())).await?;
        self.put_site(site);
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
        let published = publish::load(self.database(), self.scripts()).await?;
        if published.number > self.published().number {
            self.put_in_force(Arc::new(published));
            self.read_site().await?;
        }
        Ok(())
    }
}

/// What the audit trail is written with. New values are written under the key that the database names.
async fn pen(database: &Database, secret: Option<&Secret>) -> Result<Pen> {
    let tx = database.reader();
    let Some(secret) = secret else {
        let keyed = system::meta(&tx, secret::META).await?.is_some();
        return Ok(if keyed { Pen::Missing } else { Pen::Free });
    };
    if let Some((_, number)) = system::meta(&tx, secret::CURRENT_META).await? {
        secret.write_under(u64::try_from(number).unwrap_or_default())?;
    }
    Ok(Pen::Keyed(secret.clone()))
}

/// Reads the settings; what is missing or unknown keeps its default.
async fn read_settings(rows: &Rows<'_>) -> Result<Site> {
    let Some(object) = rows.reading.catalog.objects.get("base.setting") else {
        return Ok(Site::default());
    };
    let Some(row) = rows.first(object).await? else { return Ok(Site::default()) };
    let mut site = Site::default();
    if let Some(zone) = row.get("time_zone").as_text().and_then(|name| name.parse::<Tz>().ok()) {
        site.time_zone = zone;
        site.time_zone_name = zone.name().into();
    }
    if let Some(locale) = row.get("locale").as_text().and_then(Locale::from_tag) {
        site.locale = locale;
    }
    Ok(site)
}

/// Follows what other processes change in the same database, until the engine is dropped.
async fn follow(engine: WeakEngine, mut watch: tokio::sync::watch::Receiver<storage::Versions>) {
    let mut rights = watch.borrow().rights;
    while watch.changed().await.is_ok() {
        let versions = *watch.borrow_and_update();
        let Some(engine) = engine.upgrade() else { return };
        if let Some(secret) =
            engine.secret().filter(|known| versions.secret > 0 && known.current() != versions.secret)
            && let Err(error) = secret.write_under(versions.secret)
        {
            tracing::error!(%error, "the key of encrypted fields was changed, and this process does not have it");
        }
        if versions.rights != rights {
            rights = versions.rights;
            engine.forget_identities();
            // Not before: who is told looks whether the session is still good.
            engine.database().tell_all(Topic::Rights);
        }
        if let Err(error) = engine.refresh(versions.catalog).await {
            tracing::error!(%error, "a newer publish could not be taken up");
        }
    }
}
