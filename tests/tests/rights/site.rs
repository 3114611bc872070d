//! A vault with people, records, conversations and approvals on a database of its own, behind the real server.

use crate::dice::Dice;
use crate::roles::{self, Role};
use crate::shape::{self, Kind, SHAPES, shape};
use crate::world::{Person, Row, World};
use chrono::{DateTime, Utc};
use engine::publish::{Change, PackFiles};
use engine::records::Command;
use engine::requests::{Asked, Request};
use engine::{Engine, Identity, MovedClock, Options};
use plan::Precondition;
use plan::planner::Mode;
use serde_json::{Map, Value as Json, json};
use server::service::{Config, Running, serve};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use storage::Database;
use storage::secret::Secret;
use test_support::TestDatabase;
use uuid::Uuid;

/// How many of what.
pub struct Size {
    pub people: usize,
    pub roles: usize,
}

/// A vault that is served.
pub struct Site {
    pub engine: Engine,
    pub world: World,
    pub people: Vec<Person>,
    pub tokens: Vec<String>,
    pub identities: Vec<Arc<Identity>>,
    /// Comments and tasks by what they are about, for requests that name them.
    pub comments: Vec<(Uuid, Uuid)>,
    pub tasks: Vec<Uuid>,
    pub instances: Vec<Uuid>,
    /// Departments of users.
    pub departments: BTreeMap<Uuid, Uuid>,
    /// An administrator who has left: nobody sees that user.
    pub ghost: Uuid,
    pub address: String,
    running: Option<Running>,
    codes: usize,
}

/// 2 March 2026, 09:00 in Shanghai.
fn monday() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-02T01:00:00Z").unwrap().to_utc()
}

fn folder(folder: &Path, root: &str) -> PackFiles {
    let mut files = Vec::new();
    collect(folder, folder, &mut files);
    files.sort();
    PackFiles { root: root.to_owned(), files }
}

fn collect(top: &Path, at: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(top, &path, files);
        } else {
            let inside = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
            files.push((inside, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

pub fn packs(generated: &[Role]) -> Vec<PackFiles> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut vault = folder(&here.join("tests/rights/vault"), "vault");
    for role in generated {
        vault.files.push((format!("roles/{}.yaml", role.name), roles::yaml(role)));
    }
    let leavers = "kind: role\nname: keeper\nrestrictions:\n  base.user: {where: 'active == true'}\n";
    vault.files.push(("roles/keeper.yaml".to_owned(), leavers.to_owned()));
    vec![folder(&here.join("../definitions/base"), "base"), vault]
}

impl Site {
    pub async fn open(place: &TestDatabase, seed: u64, size: &Size) -> Site {
        let mut dice = Dice::new(seed);
        let generated = roles::generate(&mut dice, size.roles);
        Site::with(place, dice, generated, size).await
    }

    /// With these roles.
    pub async fn with(place: &TestDatabase, mut dice: Dice, generated: Vec<Role>, size: &Size) -> Site {
        let options =
            storage::Options { durable: false, connections: 6, ..storage::Options::url(place.url()) };
        let database = Database::open(options).await.unwrap();
        let secret = Some(Secret::new("a key for tests"));
        let clock = Arc::new(MovedClock::at(monday()));
        let engine = Engine::open(database, Options { clock, secret, ..Options::default() }).await.unwrap();
        let applied = engine.apply(&Change::Set(packs(&generated)), None).await;
        applied.unwrap_or_else(|found| panic!("{found:#?}"));
        let listeners = server::bind("127.0.0.1:0").unwrap();
        let config = Config { workers: Some(1), ..Config::new(engine.clone(), listeners) };
        let running = serve(config).await.unwrap();
        let mut site = Site {
            engine,
            world: World { roles: generated, ..World::default() },
            people: Vec::new(),
            tokens: Vec::new(),
            identities: Vec::new(),
            comments: Vec::new(),
            tasks: Vec::new(),
            instances: Vec::new(),
            departments: BTreeMap::new(),
            ghost: Uuid::nil(),
            address: format!("http://{}", running.addresses[0]),
            running: Some(running),
            codes: 0,
        };
        site.organise(&mut dice, size).await;
        site.fill(&mut dice).await;
        site
    }

    pub async fn close(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        self.engine.database().close().await.unwrap();
    }

    /// Writes as nobody in particular: only rules hold.
    pub async fn write(&self, command: Command) -> diagnostic::Result<Uuid> {
        self.write_as(self.engine.system(), Mode::System, command).await
    }

    pub async fn write_as(
        &self,
        who: Arc<Identity>,
        mode: Mode,
        command: Command,
    ) -> diagnostic::Result<Uuid> {
        let job = move |work: engine::work::Work| {
            let command = command.clone();
            async move { work.execute(&command).await.map(|written| written.id()) }
        };
        self.engine.transact(who, mode, true, job).await
    }

    /// A record that the harness does not keep in mind.
    pub async fn make(&self, object: &str, body: Json) -> Uuid {
        self.create(object, body).await
    }

    async fn create(&self, object: &str, body: Json) -> Uuid {
        let written = self.write(Command::Create { object: object.into(), body: body.clone() }).await;
        written.unwrap_or_else(|found| panic!("{object} {body}: {found:#?}"))
    }

    async fn organise(&mut self, dice: &mut Dice, size: &Size) {
        let mut tree: Vec<Uuid> = Vec::new();
        for place in 0..4 {
            let parent = if place == 0 { None } else { Some(tree[if place == 3 { 1 } else { 0 }]) };
            let body = json!({"code": format!("d{place}"), "name": format!("D{place}"), "parent": parent});
            let id = self.create("base.department", body).await;
            self.world.departments.insert(id, parent);
            tree.push(id);
        }
        for place in 0..size.people + 3 {
            let login = format!("u{place}");
            let department = *dice.pick(&tree);
            let mut held: Vec<usize> = (0..1 + dice.below(2)).map(|_| dice.below(size.roles)).collect();
            held.sort_unstable();
            held.dedup();
            let is_ghost = place == size.people + 2;
            let roles: Vec<Json> = match place < size.people {
                true => held.iter().map(|role| json!({"role": format!("vault.r{role}")})).collect(),
                // Nobody's records belong to the one, the other has written things and left.
                false if is_ghost => vec![json!({"role": "base.admin"})],
                false => Vec::new(),
            };
            let body = json!({"login": login, "name": format!("N{place}"), "department": department, "roles": roles, "locale": "en"});
            let id = self.create("base.user", body).await;
            self.departments.insert(id, department);
            if is_ghost {
                self.ghost = id;
                continue;
            }
            self.world.users.push(id);
            if place < size.people {
                self.people.push(Person { login, id, department, roles: held });
                self.tokens.push(self.engine.make_token(id, "test", None, None).await.unwrap());
                self.identities.push(self.engine.identity(id, None).await.unwrap());
            }
        }
    }

    /// Writes, as the person who leaves, everything that there is.
    async fn fill(&mut self, dice: &mut Dice) {
        let ghost = self.engine.identity(self.ghost, None).await.unwrap();
        for (object, count) in
            [("region", 9), ("client", 12), ("product", 7), ("order", 20), ("line", 30), ("memo", 20)]
        {
            for _ in 0..count {
                self.add(dice, object, Some(&ghost)).await;
            }
        }
        self.leave_traces(dice, &ghost).await;
        let leave = json!({"active": false});
        self.change_any("base.user", self.ghost, leave).await.unwrap();
    }

    async fn leave_traces(&mut self, dice: &mut Dice, ghost: &Arc<Identity>) {
        let orders: Vec<Uuid> = self.world.live("order").map(|row| row.id).collect();
        for object in ["client", "order", "memo"] {
            let rows: Vec<Uuid> = self.world.live(object).map(|row| row.id).collect();
            for id in rows {
                for _ in 0..dice.below(3) {
                    let text = format!("said {}", dice.below(1000));
                    let object: Arc<str> = format!("vault.{object}").into();
                    let request = Request::Comment { object, record: id, text };
                    let asked = Asked { request, key: None, id: "setup".into(), address: None };
                    let done = self.engine.perform(ghost, asked).await.unwrap();
                    if let engine::requests::Done::Commented(comment) = done {
                        self.comments.push((id, comment));
                    }
                }
            }
        }
        for id in &orders {
            let instance = self
                .engine
                .submit(ghost, engine::requests::Submission::new("vault.closing", *id))
                .await
                .unwrap();
            self.instances.push(instance);
        }
        let tasks = self
            .engine
            .database()
            .reader()
            .rows("select id from workflow_task order by id", Vec::new())
            .await;
        self.tasks = tasks.unwrap().iter().map(|row| row.get(0).unwrap()).collect();
        // Some rows go into the recycle bin, and what hangs on them too.
        for (object, count) in [("memo", 4), ("line", 4), ("order", 3), ("client", 1)] {
            for _ in 0..count {
                let rows: Vec<Uuid> = self.world.live(object).map(|row| row.id).collect();
                let id = *dice.pick(&rows);
                self.delete(object, id).await;
            }
        }
        let touched: Vec<Uuid> = self.world.live("order").map(|row| row.id).collect();
        for id in touched {
            self.change(dice, id, 60, &|_| true).await;
        }
    }

    /// A fresh value of a unique code.
    pub fn code(&mut self, dice: &mut Dice) -> String {
        self.codes += 1;
        format!("{}{}", dice.pick(&["k", "m", "云"]), self.codes)
    }

    /// A value for a field, relations to what is there.
    pub fn value(
        &mut self,
        dice: &mut Dice,
        (object, own): (&str, Option<Uuid>),
        field: &shape::Field,
    ) -> Json {
        if field.name.ends_with("_code") {
            return json!(self.code(dice));
        }
        if field.name == "o_status" {
            return json!("open");
        }
        let (world, ghost) = (&self.world, self.ghost);
        let mut pick = |dice: &mut Dice, target: &str| -> Json {
            if target == "base.user" {
                let users: Vec<Uuid> = world.users.iter().copied().chain([ghost]).collect();
                return json!(dice.pick(&users));
            }
            // A tree has no rings: only what is older may be above.
            let older = |row: &&Row| object != "region" || own.is_none_or(|own| row.id < own);
            let rows: Vec<Uuid> = world.live(target).filter(older).map(|row| row.id).collect();
            if rows.is_empty() { Json::Null } else { json!(dice.pick(&rows)) }
        };
        shape::value(dice, field, &mut pick)
    }

    /// A body of all fields that can be written.
    pub fn body(&mut self, dice: &mut Dice, object: &'static str) -> Map<String, Json> {
        let mut body = Map::new();
        for field in shape(object).written() {
            if !matches!(field.kind, Kind::Children(..)) {
                let value = self.value(dice, (object, None), field);
                body.insert(field.name.to_owned(), value);
            }
        }
        if shape(object).owned {
            body.insert("owner".to_owned(), json!(dice.pick(&self.world.users)));
        }
        body
    }

    /// A new row; as the system where nobody is named.
    pub async fn add(&mut self, dice: &mut Dice, object: &'static str, who: Option<&Arc<Identity>>) -> Uuid {
        let body = Json::Object(self.body(dice, object));
        let command = Command::Create { object: shape(object).full().into(), body: body.clone() };
        let written = match who {
            Some(who) => self.write_as(who.clone(), Mode::Request, command).await,
            None => self.write(command).await,
        };
        let id = written.unwrap_or_else(|found| panic!("{object} {body}: {found:#?}"));
        self.world.put(id, object, &body, &self.departments);
        id
    }

    async fn change_any(&self, object: &str, id: Uuid, body: Json) -> diagnostic::Result<Uuid> {
        let precondition = Precondition::Waived;
        self.write(Command::Update { object: object.into(), id, body, precondition }).await
    }

    /// Gives new values to some fields of a row.
    pub async fn change(&mut self, dice: &mut Dice, id: Uuid, percent: usize, which: &dyn Fn(&str) -> bool) {
        let object = self.world.rows[&id].object;
        let mut body = Map::new();
        for field in shape(object).written() {
            let fixed = field.name == "o_status" || matches!(field.kind, Kind::Children(..));
            if !fixed && which(field.name) && dice.chance(percent) {
                let value = self.value(dice, (object, Some(id)), field);
                body.insert(field.name.to_owned(), value);
            }
        }
        self.set(id, Json::Object(body)).await;
    }

    /// Writes values of a row, here and there.
    pub async fn set(&mut self, id: Uuid, body: Json) {
        let object = self.world.rows[&id].object;
        let done = self.change_any(&shape(object).full(), id, body.clone()).await;
        done.unwrap_or_else(|found| panic!("{object} {id} {body}: {found:#?}"));
        self.world.put(id, object, &body, &self.departments);
    }

    /// Puts a row into the recycle bin, with what hangs on it; `false` where something holds it.
    pub async fn delete(&mut self, object: &'static str, id: Uuid) -> bool {
        let object_name: Arc<str> = shape(object).full().into();
        let command = Command::Delete { object: object_name, id, precondition: Precondition::Waived };
        if self.write(command).await.is_err() {
            return false;
        }
        let hangs = |row: &Row| {
            let via = if row.object == "memo" { "m_order" } else { "l_order" };
            matches!(row.object, "memo" | "line") && row.reference(via) == Some(id)
        };
        for row in self.world.rows.values_mut() {
            if row.id == id || hangs(row) {
                row.deleted = true;
            }
        }
        true
    }

    /// Removes a row for good; `false` where something holds it.
    pub async fn purge(&mut self, object: &'static str, id: Uuid) -> bool {
        let object_name: Arc<str> = shape(object).full().into();
        let command = Command::Purge { object: object_name, id, precondition: Precondition::Waived };
        let gone = self.write(command).await.is_ok();
        if gone {
            self.world.rows.remove(&id);
        }
        gone
    }

    /// Takes up a row that somebody wrote.
    pub fn keep(&mut self, who: &Person, id: Uuid, object: &'static str, mut body: Json) {
        if !self.world.rows.contains_key(&id) {
            if shape(object).owned && body.get("owner").is_none() {
                body["owner"] = json!(who.id);
            }
            crate::expect::defaults(object, &mut body);
        }
        self.world.put(id, object, &body, &self.departments);
    }

    /// An id as it stands in SQL.
    pub fn literal(&self, id: Uuid) -> String {
        match self.engine.database().dialect() {
            storage::Dialect::Sqlite => format!("X'{}'", id.simple()),
            storage::Dialect::Postgres => format!("'{id}'::uuid"),
        }
    }

    /// Runs SQL behind the engine's back.
    pub async fn run(&self, sql: String) {
        let run = move |tx: storage::Tx| {
            let sql = sql.clone();
            async move { tx.execute_sql(sql, Vec::new()).await.map(drop) }
        };
        self.engine.database().write_alone(run).await.unwrap();
    }

    /// The ids of rows of a table of the engine that are about something.
    pub async fn ids(&self, table: &str, about: &str, id: Uuid) -> Vec<Uuid> {
        let sql = format!("select id from {table} where {about} = {}", self.literal(id));
        let rows = self.engine.database().reader().rows(sql, Vec::new()).await.unwrap();
        rows.iter().map(|row| row.get(0).unwrap()).collect()
    }

    /// Who has or had tasks of an instance.
    pub async fn assignees(&self, instance: Uuid) -> Vec<Uuid> {
        let sql = format!("select assignee from workflow_task where instance = {}", self.literal(instance));
        let rows = self.engine.database().reader().rows(sql, Vec::new()).await.unwrap();
        rows.iter().filter_map(|row| row.get::<Option<Uuid>>(0).unwrap()).collect()
    }

    /// The names of all fields of the vault.
    pub fn field_names() -> impl Iterator<Item = (&'static str, &'static str)> {
        SHAPES.iter().flat_map(|shape| shape.fields.iter().map(|field| (shape.name, field.name)))
    }
}
