//! A small shop on every database there is.

use crate::packs;
use diagnostic::{Diagnostic, Result};
use engine::identity::Identity;
use engine::publish::{Change, PackFiles};
use engine::records::command::{Command, Written};
use engine::{Engine, Options};
use plan::Precondition;
use serde_json::Value as Json;
use std::future::Future;
use std::sync::Arc;
use storage::{Database, Dialect};
use uuid::Uuid;

const ACCOUNT: &str = "kind: object
name: account
title: name
ownership: shared
features: [history, comments]
fields:
  number: {type: text, required: true, max: 20}
  city: {type: text, max: 20}
  name: {type: text, required: true, max: 40}
unique:
  one_number: {fields: [number, city], message: {en: There is such an account}}
";

const DEAL: &str = "kind: object
name: deal
title: name
ownership: shared
features: [history, comments]
fields:
  name: {type: text, required: true, max: 40, search: true}
  note: {type: text, max: 40}
  account: {type: reference, to: account}
  about: {type: reference, to: any}
  buyers: {type: references, to: account, attributes: {role: {type: text, max: 9}}}
";

const NOTE: &str = "kind: object
name: note
title: text
ownership: shared
concurrency: strict
fields:
  text: {type: text, required: true, max: 40}
";

/// The pack at a version, with changed texts.
pub fn pack(version: &str, change: impl Fn(&str, &str) -> Option<String>) -> PackFiles {
    let about = format!("kind: pack\nname: shop\nversion: {version}\nrequires: {{base: '*'}}\n");
    let files = [
        ("pack.yaml", about.as_str()),
        ("objects/account.yaml", ACCOUNT),
        ("objects/deal.yaml", DEAL),
        ("objects/note.yaml", NOTE),
    ];
    let files = files.iter().filter_map(|(path, text)| Some(((*path).to_owned(), change(path, text)?)));
    PackFiles { root: "shop".to_owned(), files: files.collect() }
}

/// The shop on one database.
#[derive(Clone)]
pub struct Shop {
    pub engine: Engine,
    pub who: Arc<Identity>,
}

/// Runs a test in a shop on each database.
pub fn on_each<W: Future<Output = ()>>(test: impl Fn(Shop) -> W) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for place in test_support::databases() {
        runtime.block_on(async {
            let mut options = storage::Options::url(place.url());
            options.durable = false;
            options.connections = 6;
            let database = Database::open(options).await.unwrap();
            let engine = Engine::open(database.clone(), Options::default()).await.unwrap();
            let shop = pack("1.0.0", |_, text| Some(text.to_owned()));
            engine.apply(&Change::Set(vec![packs::shipped("base"), shop]), None).await.unwrap();
            let who = engine.system();
            test(Shop { engine, who }).await;
            database.close().await.unwrap();
        });
    }
}

impl Shop {
    pub async fn create(&self, object: &str, body: Json) -> Result<Uuid> {
        self.write(Command::Create { object: object.into(), body }).await.map(|written| written.id())
    }

    pub async fn update(&self, object: &str, id: Uuid, body: Json, seen: Option<i64>) -> Result<Written> {
        let precondition = seen.map_or(Precondition::Absent, Precondition::Version);
        self.write(Command::Update { object: object.into(), id, body, precondition }).await
    }

    pub async fn delete(&self, object: &str, id: Uuid) -> Result<Written> {
        let precondition = Precondition::Absent;
        self.write(Command::Delete { object: object.into(), id, precondition }).await
    }

    pub async fn write(&self, command: Command) -> Result<Written> {
        self.engine.write(&self.who, command).await
    }

    /// The record on the wire.
    pub async fn get(&self, object: &str, id: Uuid) -> Json {
        serde_json::from_slice(&self.engine.record(&self.who, object, id, &[]).await.unwrap()).unwrap()
    }

    /// How many records a search finds.
    pub async fn found(&self, object: &str, words: &str) -> usize {
        let asked = [("search".to_owned(), words.to_owned())];
        let list = self.engine.list(&self.who, object, &asked).await.unwrap();
        serde_json::from_slice::<Vec<Json>>(&list.body).unwrap().len()
    }

    /// Rows of a table of the engine's own that speak of a record.
    pub async fn kept(&self, table: &str, record: Uuid) -> usize {
        let tx = self.engine.database().reader();
        let bytes = tx.dialect() == Dialect::Sqlite;
        let id = if bytes { format!("x'{}'", record.simple()) } else { format!("'{record}'") };
        tx.query_all_sql(format!("select object from {table} where record = {id}"), vec![])
            .await
            .unwrap()
            .len()
    }
}

/// The code of a refusal.
pub fn code<T>(done: Result<T>) -> String {
    done.map_or_else(|found: Box<Diagnostic>| found.code.to_string(), |_| "ok".to_owned())
}
