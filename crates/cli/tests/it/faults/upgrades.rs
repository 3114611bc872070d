//! Databases that the first version of this program wrote: `fixtures/first` holds one of each kind, with the packs
//! `base` and `crm`, some demo data, a lead that was converted, and a quote in the middle of its approval.

use crate::Site;
use crate::cluster::programs;
use crate::server::Server;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use test_support::TestDatabase;

/// The password of the people in the fixture; the administrator's is [`ADMIN`].
const PEOPLE: &str = "first-landing-demo";
const ADMIN: &str = "first-landing-2026";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/first").join(name)
}

/// Unpacks a file of the fixture.
fn unpack(name: &str, into: &Path) {
    std::fs::create_dir_all(into.parent().unwrap()).unwrap();
    let output = std::fs::File::create(into).unwrap();
    let done = Command::new("gzip").args(["-dc"]).arg(fixture(name)).stdout(output).status().unwrap();
    assert!(done.success());
}

fn of_sqlite() -> Site {
    let site = Site::new();
    unpack("lifeloom.db.gz", &site.path("data/lifeloom.db"));
    std::fs::copy(fixture("sqlite.key"), site.path("data/secret.key")).unwrap();
    site
}

fn of_postgres() -> Option<Site> {
    let database = TestDatabase::postgres()?;
    let site = Site::on(database);
    unpack("postgres.sql.gz", &site.path("first.sql"));
    std::fs::create_dir(site.path("data")).unwrap();
    std::fs::copy(fixture("postgres.key"), site.path("data/secret.key")).unwrap();
    let url = site.database.as_ref().unwrap().url();
    let done = Command::new(programs()?.join("psql"))
        .args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file", "first.sql", url])
        .current_dir(site.folder.path())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(done.success());
    Some(site)
}

fn of_backup(database: Option<TestDatabase>) -> Site {
    let site = database.map_or_else(Site::new, Site::on);
    unpack("first.backup.gz", &site.path("first.backup"));
    std::fs::create_dir(site.path("data")).unwrap();
    std::fs::copy(fixture("sqlite.key"), site.path("data/secret.key")).unwrap();
    site.run(&["restore", "first.backup"]).is(0, &[]).says(&["1264 rows of 41 tables restored"]);
    site
}

/// What was done with the first version goes on with this one.
fn goes_on(site: &Site) {
    let server = Server::start(site, &[]);
    let sign_in = |login: &str, password: &str| {
        let session = server.api("").post("/session", &json!({"login": login, "password": password})).is(200);
        server.api(session["token"].as_str().unwrap())
    };
    check_data(&sign_in("admin", ADMIN));
    finish_approval(&sign_in);
    // The definitions that came with this version take the place of the first ones, or there is nothing to do.
    let applied = site.run(&["apply", "base", "crm", "--yes"]);
    applied.is(0, &[]);
    let admin = sign_in("admin", ADMIN);
    check_data(&admin);
    let body =
        json!({"name": "新线索", "company": "上海新公司", "source": "website", "email": "new@example.com"});
    let wang = sign_in("wang.lei", PEOPLE);
    wang.post("/records/crm.lead", &body).is(201);
    assert_eq!(admin.count("crm.lead", "&search=新公司"), 1);
    assert_eq!(server.stop().0, Some(0));
    site.run(&["backup", "now.backup"]).is(0, &[]);
    assert_eq!(site.damage(), "ok");
}

fn check_data(admin: &crate::server::Api) {
    assert_eq!(admin.count("base.user", ""), 13);
    let leads = admin.all("crm.lead", "email=chen@example.com&expand=converted_opportunity");
    let [lead] = leads.as_slice() else { panic!("{leads:#?}") };
    assert_eq!((&lead["status"], &lead["budget"]), (&json!("converted"), &json!("200000.00")), "{lead:#}");
    let id = lead["id"].as_str().unwrap();
    let history = admin.get(&format!("/records/crm.lead/{id}/history")).is(200);
    assert!(history.to_string().contains("qualified"), "{history:#}");
    let comments = admin.get(&format!("/records/crm.lead/{id}/comments")).is(200);
    assert!(comments.to_string().contains("第一次见面"), "{comments:#}");
    assert_eq!(admin.count("crm.lead", "&search=云帆"), 1, "the search of the first version");
    let quotes = admin.all("crm.quote", "subject=包装线改造报价&expand=lines");
    let [quote] = quotes.as_slice() else { panic!("{quotes:#?}") };
    assert_eq!(quote["lines"][0]["discount"], "30", "{quote:#}");
    assert_eq!(quote["total"], "14000.00", "{quote:#}");
}

/// The manager and the director approve what was submitted to the first version.
fn finish_approval(sign_in: &impl Fn(&str, &str) -> crate::server::Api) {
    for login in ["chen.jie", "zhao.min"] {
        let api = sign_in(login, PEOPLE);
        let boxed = api.get("/tasks?box=todo").is(200);
        let tasks: &Vec<Json> = boxed["tasks"].as_array().unwrap();
        let [task] = tasks.as_slice() else { panic!("{login}: {boxed:#}") };
        let path = format!("/tasks/{}/approve", task["id"].as_str().unwrap());
        api.post(&path, &json!({"comment": "同意"})).is(200);
    }
    let wang = sign_in("wang.lei", PEOPLE);
    let quotes = wang.all("crm.quote", "subject=包装线改造报价");
    assert_eq!(quotes[0]["status"], "approved", "{quotes:#?}");
}

#[test]
fn a_first_database_of_sqlite_goes_on() {
    goes_on(&of_sqlite());
}

#[test]
fn a_first_database_of_postgresql_goes_on() {
    if let Some(site) = of_postgres() {
        goes_on(&site);
    }
}

#[test]
fn a_first_backup_restores_to_sqlite() {
    goes_on(&of_backup(None));
}

#[test]
fn a_first_backup_restores_to_postgresql() {
    if let Some(database) = TestDatabase::postgres() {
        goes_on(&of_backup(Some(database)));
    }
}
