//! The databases that scenarios play in. On SQLite a database is made once for each start and copied; on
//! PostgreSQL each scenario gets a schema of its own.

use crate::clock::MovedClock;
use crate::engine::{Engine, Options};
use crate::outbox::NOTIFY;
use crate::publish::{Change, PackFiles};
use crate::records::command::Command;
use chrono::{DateTime, Utc};
use definition::scenario::{Given, GivenDemo};
use diagnostic::{Code, Diagnostic, Result};
use plan::planner::Mode;
use serde_json::json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use storage::Database;
use storage::files::Files;
use storage::secret::Secret;
use storage::store::job;
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};
use uuid::Uuid;

/// The login of whom scenarios start with: it may do everything.
pub(super) const ADMIN: &str = "admin";
/// A scenario that says no time starts at this one, a Monday morning in Shanghai.
const MONDAY: &str = "2026-01-05T09:00:00+08:00";

/// What a scenario starts from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Start {
    at: DateTime<Utc>,
    demo: Demo,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Demo {
    None,
    All,
    Only(Vec<String>),
}

impl Start {
    /// As the scenario says it.
    pub fn of(given: &Given) -> Result<Start> {
        let text = given.clock.as_deref().unwrap_or(MONDAY);
        let at = DateTime::parse_from_rfc3339(text).map_err(|error| {
            let reason = format!("clock `{text}`: {error}");
            Box::new(Diagnostic::new(Code::InvalidValue).with("field", "clock").with("reason", reason))
        })?;
        let demo = match &given.demo {
            GivenDemo::Whole(false) => Demo::None,
            GivenDemo::Whole(true) => Demo::All,
            GivenDemo::Files(names) => {
                let mut names = names.clone();
                names.sort();
                Demo::Only(names)
            }
        };
        Ok(Start { at: at.to_utc(), demo })
    }
}

/// Makes stages.
pub(super) struct Stages {
    packs: Change,
    url: Option<String>,
    folder: TempDir,
    made: Mutex<HashMap<Start, Arc<OnceCell<PathBuf>>>>,
    schemas: std::sync::Mutex<Vec<String>>,
}

/// A database to play in, and the engine on it.
pub(super) struct Stage {
    pub engine: Engine,
    pub clock: Arc<MovedClock>,
    place: Place,
    files: PathBuf,
}

enum Place {
    Folder(TempDir),
    Schema { url: String, name: String },
}

impl Stages {
    /// For these packs; `url` names a PostgreSQL server.
    pub fn new(packs: &[PackFiles], url: Option<String>) -> Result<Stages> {
        Ok(Stages {
            packs: Change::Set(packs.to_vec()),
            url,
            folder: folder()?,
            made: Mutex::default(),
            schemas: std::sync::Mutex::default(),
        })
    }

    /// A fresh database that stands as `start` says.
    pub async fn open(&self, start: &Start) -> Result<Stage> {
        match &self.url {
            None => self.open_copy(start).await,
            Some(url) => self.open_schema(url, start).await,
        }
    }

    async fn open_copy(&self, start: &Start) -> Result<Stage> {
        let cell = self.made.lock().await.entry(start.clone()).or_default().clone();
        let template = cell.get_or_try_init(|| self.make_template(start)).await?;
        let place = folder()?;
        let target = place.path().join(storage::folder::DATABASE_FILE);
        tokio::fs::copy(template, &target).await.map_err(|error| unwritable(&target, &error))?;
        let clock = Arc::new(MovedClock::at(start.at));
        let engine = self.open_engine(options(place.path()), clock.clone()).await?;
        Ok(Stage { engine, clock, place: Place::Folder(place), files: self.files() })
    }

    async fn make_template(&self, start: &Start) -> Result<PathBuf> {
        let path = self.folder.path().join(Uuid::now_v7().to_string());
        let engine = self.open_engine(options(&path), Arc::new(MovedClock::at(start.at))).await?;
        self.furnish(&engine, start).await?;
        engine.database().close().await?;
        Ok(path.join(storage::folder::DATABASE_FILE))
    }

    async fn open_schema(&self, url: &str, start: &Start) -> Result<Stage> {
        let name = format!("scenario_{}", Uuid::now_v7().simple());
        self.schemas.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
        let options = options_of_schema(url, &name);
        let clock = Arc::new(MovedClock::at(start.at));
        let engine = self.open_engine(options, clock.clone()).await?;
        self.furnish(&engine, start).await?;
        let place = Place::Schema { url: url.to_owned(), name };
        Ok(Stage { engine, clock, place, files: self.files() })
    }

    async fn open_engine(&self, options: storage::Options, clock: Arc<MovedClock>) -> Result<Engine> {
        open_engine(options, clock, &self.files()).await
    }

    /// Files have names of their own: all scenarios of a run keep theirs side by side.
    fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// Publishes the packs, makes the administrator and loads the demo data.
    async fn furnish(&self, engine: &Engine, start: &Start) -> Result<()> {
        engine.apply(&self.packs, None).await?;
        make_admin(engine).await?;
        match &start.demo {
            Demo::None => return Ok(()),
            Demo::All => engine.load_demo(None, &|_, _| {}).await?,
            Demo::Only(names) => engine.load_demo(Some(names), &|_, _| {}).await?,
        };
        work_off(engine).await
    }

    /// Drops what a scenario that failed half-way left on the server.
    pub async fn clear(&self) {
        let left: Vec<String> =
            std::mem::take(&mut self.schemas.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(url) = &self.url else { return };
        for name in left {
            if let Err(error) = storage::connection::drop_schema(url, &name).await {
                tracing::warn!(%error, schema = name, "the schema of a scenario is left");
            }
        }
    }
}

impl Stage {
    /// Whether the database was cut off.
    pub fn is_cut(&self) -> bool {
        self.engine.database().fuse().is_cut()
    }

    /// Opens what the database was left as, by an engine of its own. Nobody works on what the one before had taken.
    pub async fn reopen(&mut self) -> Result<()> {
        self.engine.database().close().await?;
        let options = match &self.place {
            Place::Folder(folder) => options(folder.path()),
            Place::Schema { url, name } => options_of_schema(url, name),
        };
        self.engine = open_engine(options, self.clock.clone(), &self.files).await?;
        let now = self.engine.now();
        self.engine.database().write(move |tx| async move { job::let_go(&tx, now).await }).await
    }

    /// How everything stands, in lines that can be compared.
    pub async fn outcome(&self) -> Result<Vec<String>> {
        let tx = self.engine.database().reader();
        let published = self.engine.published();
        let mut counts: Vec<String> = [
            ("workflow_instance", "workflow || ' ' || state"),
            ("workflow_task", "node || ' ' || state"),
            ("workflow_token", "node || ' ' || state"),
            ("sys_effect", "kind || ' ' || state"),
            ("sys_job", "kind || ' ' || state"),
        ]
        .into_iter()
        .map(|(table, what)| format!("select '{table} ' || {what}, count(*) from {table} group by 1"))
        .collect();
        for object in published.catalog.objects.values() {
            let name = &object.name;
            counts.push(format!(
                "select '{name}', count(*) from \"{}\" where deleted_at is null",
                object.table
            ));
        }
        let mut lines = Vec::new();
        for sql in counts {
            for row in tx.rows(sql, Vec::new()).await? {
                let (what, count): (String, i64) = (row.get(0)?, row.get(1)?);
                lines.push(format!("{what}: {count}"));
            }
        }
        lines.sort();
        Ok(lines)
    }

    /// Closes and removes the database.
    pub async fn close(self) -> Result<()> {
        self.engine.database().close().await?;
        match self.place {
            Place::Folder(_) => Ok(()),
            Place::Schema { url, name } => storage::connection::drop_schema(&url, &name).await,
        }
    }
}

/// Does the jobs that are due now and what events set off, and what those leave.
pub(super) async fn work_off(engine: &Engine) -> Result<()> {
    loop {
        let done = engine.dispatch_once().await? + engine.work_once("scenario").await?;
        // Nobody but users of the scenario hears of it: mails and calls stay in the outbox.
        if done + engine.deliver_kinds(&[NOTIFY]).await? == 0 {
            return Ok(());
        }
    }
}

async fn open_engine(options: storage::Options, clock: Arc<MovedClock>, files: &Path) -> Result<Engine> {
    let database = Database::open(options).await?;
    let secret = Some(Secret::new("what scenarios encrypt is thrown away"));
    let files = Some(Files::folder(files.to_owned()));
    Engine::open(database, Options { clock, secret, files, ..Options::default() }).await
}

fn options_of_schema(url: &str, name: &str) -> storage::Options {
    let (schema, connections, durable) = (Some(name.to_owned()), 3, false);
    storage::Options { schema, connections, durable, ..storage::Options::url(url) }
}

fn options(folder: &Path) -> storage::Options {
    // What is thrown away need not survive a loss of power.
    storage::Options { connections: 2, durable: false, ..storage::Options::folder(folder) }
}

async fn make_admin(engine: &Engine) -> Result<()> {
    let system = engine.system();
    engine
        .transact(system, Mode::System, true, |work| async move {
            if crate::identity::user_by_login(&work.rows(), ADMIN).await?.is_some() {
                return Ok(());
            }
            let body = json!({"login": ADMIN, "name": "Administrator", "roles": [{"role": "base.admin"}]});
            work.execute(&Command::Create { object: "base.user".into(), body }).await.map(drop)
        })
        .await
}

fn folder() -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix("lifeloom-scenario-").tempdir();
    made.map_err(|error| unwritable(&std::env::temp_dir(), &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Box<Diagnostic> {
    let found = Diagnostic::new(Code::DatabaseUnavailable).with("reason", error);
    Box::new(found.with("path", path.display()))
}
