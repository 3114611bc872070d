//! A site: an empty database, `definitions/base` and a small shop, some people, a server.

use crate::client::{self, Answer};
use crate::conformance::Description;
use engine::publish::{Change, PackFiles};
use engine::records::Command;
use engine::{Engine, Options};
use serde_json::{Value as Json, json};
use server::{Config, Running, serve};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use storage::Database;
use test_support::TestDatabase;
use uuid::Uuid;

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// A running site.
pub struct Site {
    pub engine: Engine,
    pub address: SocketAddr,
    pub users: HashMap<String, Uuid>,
    tokens: HashMap<String, String>,
    running: Option<Running>,
    description: Mutex<Option<Arc<Description>>>,
}

/// Runs a test on a site of its own on each database.
pub fn on_each<W: Future<Output = Site>>(test: impl Fn(Site) -> W) {
    on_each_with(|config| config, test);
}

/// The same, with a server that is configured otherwise.
pub fn on_each_with<W: Future<Output = Site>>(
    configured: impl Fn(Config) -> Config,
    test: impl Fn(Site) -> W,
) {
    for place in test_support::databases() {
        // argon2 and the catalog's builder want room.
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let site = test(Site::open(&place, &configured).await).await;
            site.close().await;
        });
    }
}

impl Site {
    async fn open(place: &TestDatabase, configured: &impl Fn(Config) -> Config) -> Site {
        let mut options = storage::Options::url(place.url());
        options.durable = false;
        let database = Database::open(options).await.unwrap();
        let secret = Some(storage::secret::Secret::new("a key for tests"));
        let public_address = Some("http://shop.example".to_owned());
        let files = Some(storage::files::Files::folder(place.folder().join("files")));
        let file_limits = engine::FileLimits { max_file: 8 * 1024 * 1024, quota: Some(11 * 1024 * 1024) };
        let options = Options { secret, public_address, files, file_limits, ..Options::default() };
        let engine = Engine::open(database, options).await.unwrap();
        let packs = vec![
            pack(&definitions().join("base")),
            pack(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/shop")),
        ];
        engine.apply(&Change::Set(packs), None).await.map_err(|found| panic!("{found}")).unwrap();
        let listeners = server::bind("127.0.0.1:0").unwrap();
        let config = Config { workers: Some(1), ..Config::new(engine.clone(), listeners) };
        let running = serve(configured(config));
        let running = running.await.unwrap();
        let address = running.addresses[0];
        let mut site = Site {
            engine,
            address,
            users: HashMap::new(),
            tokens: HashMap::new(),
            running: Some(running),
            description: Mutex::default(),
        };
        site.person("root", "base.admin", None).await;
        site.person("boss", "shop.boss", None).await;
        let boss = site.users["boss"];
        site.person("sally", "shop.seller", Some(boss)).await;
        site.person("saul", "shop.seller", Some(boss)).await;
        site
    }

    async fn close(self) {
        self.stopped().await.engine.database().close().await.unwrap();
    }

    /// The same site without its server.
    pub async fn stopped(mut self) -> Site {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        self
    }

    async fn write(&self, object: &str, body: Json) -> Uuid {
        let command = Command::Create { object: object.into(), body };
        let written = self.engine.write(&self.engine.system(), command).await;
        written.map_err(|found| panic!("{object}: {found}")).unwrap().id()
    }

    /// Makes somebody with a role.
    pub async fn person(&mut self, login: &str, role: &str, manager: Option<Uuid>) {
        let body = json!({"login": login, "name": login.to_uppercase(), "locale": "en", "manager": manager});
        let user = self.write("base.user", body).await;
        self.write("base.role_assignment", json!({"user": user, "role": role})).await;
        self.engine.set_password(user, login, PASSWORD, false).await.unwrap();
        let token = self.engine.make_token(user, "test", None, None).await.unwrap();
        self.users.insert(login.to_owned(), user);
        self.tokens.insert(login.to_owned(), token);
    }

    /// The API token of somebody.
    pub fn token(&self, login: &str) -> &str {
        &self.tokens[login]
    }

    /// Sends a request as somebody (`""` for nobody).
    pub async fn call(
        &self,
        who: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Json,
    ) -> Answer {
        let bearer = self.tokens.get(who).map(|token| format!("Bearer {token}"));
        let text = body.to_string();
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        if let Some(bearer) = &bearer {
            all.push(("authorization", bearer));
        }
        let bytes = if body.is_null() { &[][..] } else { text.as_bytes() };
        if !body.is_null() && !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        let description = self.description();
        let answer = client::send(self.address, method, path, &all, bytes).await;
        description.allows(method, path, &answer);
        answer
    }

    /// What is published now, described.
    fn description(&self) -> Arc<Description> {
        let mut known = self.description.lock().unwrap();
        match known.as_ref().filter(|known| known.is_of(&self.engine)) {
            Some(known) => known.clone(),
            None => known.insert(Arc::new(Description::of(&self.engine))).clone(),
        }
    }

    pub async fn get(&self, who: &str, path: &str) -> Answer {
        self.call(who, "GET", path, &[], &Json::Null).await
    }

    pub async fn post(&self, who: &str, path: &str, body: Json) -> Answer {
        self.call(who, "POST", path, &[], &body).await
    }

    pub async fn patch(&self, who: &str, path: &str, body: Json) -> Answer {
        self.call(who, "PATCH", path, &[], &body).await
    }

    /// Creates a record and answers its id.
    pub async fn create(&self, who: &str, object: &str, body: Json) -> String {
        let answer = self.post(who, &format!("/api/v1/records/{object}"), body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

/// The folder of the packs that are shipped.
pub fn definitions() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions")
}

/// The files of a pack, without its scenarios.
pub fn pack(folder: &Path) -> PackFiles {
    let mut files = Vec::new();
    collect(folder, folder, &mut files);
    files.sort();
    PackFiles { root: folder.file_name().unwrap().to_string_lossy().into_owned(), files }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}
