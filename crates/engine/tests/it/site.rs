//! A database with packs, people and an engine on it.

use crate::packs;
use chrono::{DateTime, Utc};
use engine::publish::{Change, PackFiles};
use engine::records::{Command, Written};
use engine::{Engine, Identity, MovedClock, Options};
use serde_json::{Value as Json, json};
use std::future::Future;
use std::sync::Arc;
use storage::Database;
use storage::secret::Secret;
use test_support::TestDatabase;
use uuid::Uuid;

/// An engine on a database of its own.
pub struct Site {
    pub place: TestDatabase,
    pub engine: Engine,
    pub clock: Arc<MovedClock>,
}

/// 2 March 2026, 09:00 in Shanghai.
pub fn monday() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-02T01:00:00Z").unwrap().to_utc()
}

/// Runs a test on each database, with the base pack and the desk.
pub fn on_each<W: Future<Output = ()>>(test: impl Fn(Arc<Site>) -> W) {
    for place in test_support::databases() {
        println!("on {}", place.dialect());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        runtime.block_on(async {
            let clock = Arc::new(MovedClock::at(monday()));
            let engine = open(&place, clock.clone()).await;
            let site = Arc::new(Site { place, engine, clock });
            site.apply(vec![packs::shipped("base"), packs::desk("1.0.0")]).await;
            test(site.clone()).await;
            site.engine.database().close().await.unwrap();
        });
    }
}

/// A further engine on the same database.
pub async fn open(place: &TestDatabase, clock: Arc<MovedClock>) -> Engine {
    let options = storage::Options { durable: false, connections: 8, ..storage::Options::url(place.url()) };
    let database = Database::open(options).await.unwrap();
    let secret = Some(Secret::new("a key for tests"));
    Engine::open(
        database,
        Options { clock, secret, public_address: Some("https://desk.example".into()), ..Options::default() },
    )
    .await
    .unwrap()
}

impl Site {
    /// Publishes packs.
    pub async fn apply(&self, packs: Vec<PackFiles>) {
        self.engine.apply(&Change::Set(packs), None).await.unwrap();
    }

    /// Creates a user with roles.
    pub async fn user(&self, login: &str, roles: &[&str], department: Option<Uuid>) -> Arc<Identity> {
        let roles: Vec<Json> = roles.iter().map(|role| json!({"role": role})).collect();
        let body = json!({"login": login, "name": login, "roles": roles, "department": department});
        let written = self.create(&self.engine.system(), "base.user", body).await;
        self.engine.identity(written.id(), None).await.unwrap()
    }

    /// Creates a record.
    pub async fn create(&self, who: &Arc<Identity>, object: &str, body: Json) -> Written {
        let written = self.engine.write(who, Command::Create { object: object.into(), body }).await;
        written.unwrap_or_else(|found| panic!("{found:#?}"))
    }

    /// A request with a line of 100 × 2.
    pub async fn request(&self, who: &Arc<Identity>, subject: &str) -> Uuid {
        let lines = json!([{"name": "a", "quantity": "2", "price": "100"}]);
        self.create(who, "desk.request", json!({"subject": subject, "lines": lines})).await.id()
    }

    /// A record as somebody sees it.
    pub async fn record(&self, who: &Arc<Identity>, object: &str, id: Uuid) -> diagnostic::Result<Json> {
        let body = self.engine.record(who, object, id, &[]).await?;
        Ok(serde_json::from_slice(&body).unwrap())
    }

    /// How many records somebody finds.
    pub async fn count(&self, who: &Arc<Identity>, object: &str, filter: &str) -> u64 {
        let mut asked = vec![("count".to_owned(), "exact".to_owned())];
        if !filter.is_empty() {
            asked.push(("filter".to_owned(), filter.to_owned()));
        }
        let listing =
            self.engine.list(who, object, &asked).await.unwrap_or_else(|found| panic!("{found:#?}"));
        listing.total.unwrap().0
    }
}

/// An update without a version.
pub fn update(object: &str, id: Uuid, body: Json) -> Command {
    Command::Update { object: object.into(), id, body, precondition: plan::Precondition::Waived }
}

/// A move without a version.
pub fn make_move(object: &str, id: Uuid, name: &str) -> Command {
    let (object, name, precondition) = (object.into(), name.into(), plan::Precondition::Waived);
    Command::Move { object, id, name, body: Json::Null, precondition, approved: false }
}

/// The codes and places of a refusal.
pub fn refusal<T>(result: diagnostic::Result<T>) -> String {
    let Err(found) = result else { return "done".to_owned() };
    let one = |found: &diagnostic::Diagnostic| match &found.path {
        Some(path) => format!("{} {path}", found.code.name()),
        None => found.code.name().to_owned(),
    };
    match found.details.as_slice() {
        [] => one(&found),
        details => details.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}
