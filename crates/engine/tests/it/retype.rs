//! Fields that change their type while they hold data; fields that come to be encrypted; objects that are called
//! otherwise or go.

use crate::site::{Site, on_each, refusal, update};
use engine::publish::{Change, PackFiles};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::Dialect;
use storage::migrate::purge::Retired;
use uuid::Uuid;

/// A pack of objects, each with its fields; every object keeps a history.
fn pack(version: &str, objects: &[(String, String)]) -> PackFiles {
    let about = format!("kind: pack\nname: t\nversion: {version}\nrequires: {{base: '*'}}\n");
    let mut files = vec![("pack.yaml".to_owned(), about)];
    files.extend(objects.iter().map(|(name, fields)| {
        let text = format!(
            "kind: object\nname: {name}\ntitle: name\nownership: shared\nfeatures: [history, comments]\n\
             {fields}\n  name: {{type: text, search: true}}\n"
        );
        (format!("objects/{name}.yaml"), text)
    }));
    PackFiles { root: "t".to_owned(), files }
}

fn field(ty: &str) -> String {
    format!("fields:\n  f: {{{ty}}}")
}

/// Stands for the id of the tag `a` or `b`.
fn known(site_ids: &[Uuid; 2], value: &Json) -> Json {
    let text = value.to_string();
    let text = text.replace("TAG_A", &site_ids[0].to_string()).replace("TAG_B", &site_ids[1].to_string());
    serde_json::from_str(&text).unwrap()
}

/// Wire forms shortened to what matters: the ids of references.
fn shown(value: &Json) -> Json {
    match value {
        Json::Object(map) if map.contains_key("id") && map.contains_key("title") => map["id"].clone(),
        Json::Array(items) => items.iter().map(shown).collect(),
        other => other.clone(),
    }
}

const TAG: &str = "type: reference, to: tag";
const TAGS: &str = "type: references, to: tag";
const OPTIONS: &str = "options: {x: {}, y: {}}";

/// From, to, what was written, what is read afterwards.
fn fitting() -> Vec<(String, String, Json, Json)> {
    let row =
        |from: &str, to: &str, written: Json, read: Json| (from.to_owned(), to.to_owned(), written, read);
    let select = format!("type: select, {OPTIONS}");
    let several = format!("type: multi_select, {OPTIONS}");
    let sealed = "type: text, encrypted: true";
    vec![
        row("type: date", "type: datetime", json!("2026-03-10"), json!("2026-03-09T16:00:00Z")),
        row("type: datetime", "type: date", json!("2026-03-09T16:00:00Z"), json!("2026-03-10")),
        row(TAG, "type: text", json!("TAG_A"), json!("TAG_A")),
        row("type: text", TAG, json!("TAG_B"), json!("TAG_B")),
        row(
            "type: reference, to: any",
            "type: text",
            json!({"object": "t.tag", "id": "TAG_A"}),
            json!("t.tag/TAG_A"),
        ),
        row(TAG, TAGS, json!("TAG_A"), json!(["TAG_A"])),
        row(TAGS, TAG, json!(["TAG_B"]), json!("TAG_B")),
        row(&select, &several, json!("x"), json!(["x"])),
        row(&several, &select, json!(["y"]), json!("y")),
        row(&several, "type: text", json!([]), json!(null)),
        row(&several, "type: text", json!(["x", "y"]), json!("[\"x\",\"y\"]")),
        row("type: email", "type: email, multiple: true", json!("a@b.cn"), json!(["a@b.cn"])),
        row("type: email, multiple: true", "type: text", json!(["a@b.cn"]), json!("a@b.cn")),
        row("type: json", "type: long_text", json!({"a": [1]}), json!("{\"a\":[1]}")),
        row("type: long_text", "type: json", json!("{\"a\": [1]}"), json!({"a": [1]})),
        row("type: text", &select, json!("x"), json!("x")),
        row("type: boolean", "type: text", json!(true), json!("true")),
        row("type: integer", "type: decimal, scale: 2", json!(7), json!("7")),
        row("type: text", sealed, json!("6222 0000 1111"), json!("****")),
        row("type: integer", sealed, json!(4711), json!("****")),
        row(sealed, "type: text", json!("6222 0000 1111"), json!("6222 0000 1111")),
        row(sealed, TAG, json!("TAG_A"), json!("TAG_A")),
    ]
}

/// From, to, what was written, how many rows are in the way.
fn refused() -> Vec<(String, String, Json, u32)> {
    let row = |from: &str, to: &str, written: Json, rows| (from.to_owned(), to.to_owned(), written, rows);
    let several = format!("type: multi_select, {OPTIONS}");
    vec![
        row("type: datetime", "type: date", json!("2026-03-09T16:00:01Z"), 1),
        row("type: text", TAG, json!("no id"), 1),
        row("type: text", TAG, json!("0190a000-0000-7000-8000-000000000001"), 1),
        row(TAGS, TAG, json!(["TAG_A", "TAG_B"]), 1),
        row(&several, "type: select, options: {x: {}, y: {}}", json!(["x", "y"]), 1),
        row("type: text", "type: select, options: {x: {}}", json!("z"), 1),
        row("type: text", "type: email", json!("no address"), 1),
        row("type: json", &several, json!({"x": 1}), 1),
        row("type: long_text", "type: json", json!("no json"), 1),
        row(TAG, "type: reference, to: other", json!("TAG_A"), 1),
        row("type: boolean", "type: date", json!(true), 1),
        row(TAGS, "type: text", json!(["TAG_A"]), 1),
    ]
}

/// The objects of the tests, with each field of the kind that `of` chooses.
fn objects<T>(rows: &[T], of: impl Fn(&T) -> &str) -> Vec<(String, String)> {
    let mut all = vec![("tag".to_owned(), "fields:".to_owned()), ("other".to_owned(), "fields:".to_owned())];
    all.extend(rows.iter().enumerate().map(|(n, row)| (format!("o{n}"), field(of(row)))));
    all
}

async fn tags(site: &Site) -> [Uuid; 2] {
    let system = site.engine.system();
    let mut made = [Uuid::nil(); 2];
    for (place, name) in ["a", "b"].into_iter().enumerate() {
        made[place] = site.create(&system, "t.tag", json!({"name": name})).await.id();
    }
    made
}

#[test]
fn values_move_to_their_new_type() {
    on_each(async |site| {
        let rows = fitting();
        site.apply(vec![pack("1.0.0", &objects(&rows, |row| &row.0))]).await;
        let ids = tags(&site).await;
        let system = site.engine.system();
        let mut made = Vec::new();
        for (n, (.., written, _)) in rows.iter().enumerate() {
            let (object, value) = (format!("t.o{n}"), known(&ids, written));
            let id = site.create(&system, &object, json!({"name": "n", "f": value})).await.id();
            site.create(&system, &object, json!({"name": "empty"})).await;
            made.push((object, id));
        }
        site.apply(vec![pack("1.1.0", &objects(&rows, |row| &row.1))]).await;
        let system = site.engine.system();
        for ((object, id), (from, to, _, read)) in made.iter().zip(&rows) {
            let record = site.record(&system, object, *id).await.unwrap();
            let expected = known(&ids, read);
            let found = shown(&record["f"]);
            assert_eq!(found, expected, "{from} became {to}");
            assert_eq!(
                site.count(&system, object, "is_empty(f)").await,
                1 + u64::from(read.is_null()),
                "{to}"
            );
        }
    });
}

#[test]
fn values_without_a_counterpart_stop_the_publish() {
    on_each(async |site| {
        let rows = refused();
        let before = objects(&rows, |row| &row.0);
        site.apply(vec![pack("1.0.0", &before)]).await;
        let ids = tags(&site).await;
        let system = site.engine.system();
        for (n, (_, _, written, _)) in rows.iter().enumerate() {
            let value = known(&ids, written);
            site.create(&system, &format!("t.o{n}"), json!({"name": "n", "f": value})).await;
        }
        let number = site.engine.published().number;
        for (n, (from, to, _, count)) in rows.iter().enumerate() {
            let mut changed = before.clone();
            changed[n + 2].1 = field(to);
            let refused = site.engine.apply(&Change::Set(vec![pack("1.1.0", &changed)]), None).await;
            let found = refused.err().unwrap_or_else(|| panic!("{from} became {to}"));
            assert_eq!(found.code.to_string(), "unsafe_change", "{from} to {to}: {found}");
            assert!(found.to_string().contains(&format!("{count} r")), "{from} to {to}: {found}");
        }
        assert_eq!(site.engine.published().number, number);
    });
}

#[test]
fn a_type_that_comes_back_takes_the_values_along() {
    on_each(async |site| {
        let of = |ty: &str| vec![("o".to_owned(), field(ty))];
        site.apply(vec![pack("1.0.0", &of("type: text"))]).await;
        let system = site.engine.system();
        let first = site.create(&system, "t.o", json!({"name": "n", "f": "1"})).await.id();
        let second = site.create(&system, "t.o", json!({"name": "n", "f": "2"})).await.id();
        site.apply(vec![pack("1.1.0", &of("type: integer"))]).await;
        let system = site.engine.system();
        site.engine.write(&system, update("t.o", first, json!({"f": 5}))).await.unwrap();
        site.engine.write(&system, update("t.o", second, json!({"f": null}))).await.unwrap();
        // What the text column held meanwhile is not what the field held last.
        site.apply(vec![pack("1.2.0", &of("type: text"))]).await;
        let system = site.engine.system();
        assert_eq!(site.record(&system, "t.o", first).await.unwrap()["f"], json!("5"));
        assert_eq!(site.record(&system, "t.o", second).await.unwrap()["f"], json!(null));
    });
}

/// Whether the words stand anywhere in what the database keeps: on SQLite the bytes of its files, on PostgreSQL
/// the rows of all tables (what is not vacuumed yet is said in the plan).
async fn kept_anywhere(site: &Arc<Site>, words: &str) -> bool {
    let database = site.engine.database();
    match database.dialect() {
        Dialect::Sqlite => {
            let file = database.file().unwrap().to_owned();
            let log = std::path::PathBuf::from(format!("{}-wal", file.display()));
            [file, log].iter().any(|file| {
                let bytes = std::fs::read(file).unwrap_or_default();
                bytes.windows(words.len()).any(|window| window == words.as_bytes())
            })
        }
        Dialect::Postgres => {
            let tx = database.reader();
            let sql = "select table_name::text from information_schema.tables where table_schema = current_schema()";
            for row in tx.rows(sql, vec![]).await.unwrap() {
                let table: String = row.get(0).unwrap();
                let sql = format!("select count(*) from \"{table}\" t where t::text like '%{words}%'");
                if tx.row(sql, vec![]).await.unwrap().unwrap().get::<i64>(0).unwrap() > 0 {
                    return true;
                }
            }
            false
        }
    }
}

#[test]
fn what_comes_to_be_encrypted_stands_nowhere_in_the_clear() {
    on_each(async |site| {
        let of = |ty: &str| vec![("o".to_owned(), field(ty))];
        site.apply(vec![pack("1.0.0", &of("type: text, search: true, unique: true"))]).await;
        let system = site.engine.system();
        let mut ids = Vec::new();
        for n in 0..40 {
            let body = json!({"name": format!("record {n}"), "f": format!("Secretvalue{n}")});
            ids.push(site.create(&system, "t.o", body).await.id());
        }
        site.engine.write(&system, update("t.o", ids[0], json!({"f": "Secretvalue4711"}))).await.unwrap();
        assert!(kept_anywhere(&site, "Secretvalue").await, "the test looks in the right place");
        let sealed = "type: text, encrypted: true, lookup: exact, mask: last4, unique: true";
        let change = Change::Set(vec![pack("1.1.0", &of(sealed))]);
        let preview = site.engine.preview(&change).await.unwrap();
        assert!(preview.steps.iter().any(|step| step.contains("still hold it")), "{:?}", preview.steps);
        site.engine.apply(&change, None).await.unwrap();
        for words in ["Secretvalue", "secretvalue"] {
            assert!(!kept_anywhere(&site, words).await, "{words}");
        }
        let system = site.engine.system();
        assert_eq!(site.record(&system, "t.o", ids[0]).await.unwrap()["f"], json!("****4711"));
        // The value itself is still there, can be looked up, and is unique.
        assert_eq!(site.count(&system, "t.o", "f == \"Secretvalue7\"").await, 1);
        let again = engine::records::Command::Create {
            object: "t.o".into(),
            body: json!({"name": "n", "f": "Secretvalue7"}),
        };
        assert_eq!(refusal(site.engine.write(&system, again).await).split(' ').next(), Some("duplicate"));
        let history = site.engine.history(&system, "t.o", ids[0], None, 10).await.unwrap().entries;
        let values: Vec<&Json> = history.iter().filter(|e| e["field"] == "f").map(|e| &e["new"]).collect();
        assert_eq!(values, [&json!("****4711"), &json!("****lue0")]);
        assert_eq!(site.count(&system, "t.o", "name == \"record 3\"").await, 1);
    });
}

#[test]
fn look_ups_that_come_later_find_what_is_encrypted_already() {
    on_each(async |site| {
        let of = |ty: &str| vec![("o".to_owned(), field(ty))];
        site.apply(vec![pack("1.0.0", &of("type: text, encrypted: true"))]).await;
        let system = site.engine.system();
        for value in ["one", "two", "two"] {
            site.create(&system, "t.o", json!({"name": "n", "f": value})).await;
        }
        let unique = "type: text, encrypted: true, lookup: exact, unique: true";
        let refused = site.engine.apply(&Change::Set(vec![pack("1.1.0", &of(unique))]), None).await;
        assert!(refused.unwrap_err().to_string().contains("2 rows share"));
        site.apply(vec![pack("1.1.0", &of("type: text, encrypted: true, lookup: exact"))]).await;
        let system = site.engine.system();
        assert_eq!(site.count(&system, "t.o", "f == \"two\"").await, 2);
    });
}

#[test]
fn what_is_kept_about_records_follows_their_object() {
    on_each(async |site| {
        let refers = ("r".to_owned(), field("type: reference, to: any"));
        let old = vec![("o".to_owned(), field("type: text")), refers.clone()];
        site.apply(vec![pack("1.0.0", &old)]).await;
        let system = site.engine.system();
        let id = site.create(&system, "t.o", json!({"name": "Searchable", "f": "1"})).await.id();
        let about = json!({"name": "r", "f": {"object": "t.o", "id": id}});
        let referring = site.create(&system, "t.r", about).await.id();
        let new = vec![("p".to_owned(), format!("formerly: [o]\n{}", field("type: text"))), refers.clone()];
        site.apply(vec![pack("1.1.0", &new)]).await;
        let system = site.engine.system();
        let history = site.engine.history(&system, "t.p", id, None, 10).await.unwrap().entries;
        assert_eq!(history.len(), 2);
        let asked = [("search".to_owned(), "searchable".to_owned())];
        let found = site.engine.list(&system, "t.p", &asked).await.unwrap();
        assert_eq!(serde_json::from_slice::<Vec<Json>>(&found.body).unwrap().len(), 1);
        let record = site.record(&system, "t.r", referring).await.unwrap();
        assert_eq!((&record["f"]["object"], &record["f"]["title"]), (&json!("t.p"), &json!("Searchable")));

        // Once the object is gone and purged, nothing about its records is left.
        site.engine.write(&system, update("t.r", referring, json!({"f": null}))).await.unwrap();
        site.apply(vec![pack("1.2.0", &[refers])]).await;
        let rows = async |table: &str| {
            let sql = format!("select count(*) from {table} where object = 't.p'");
            let tx = site.engine.database().reader();
            tx.row(sql, vec![]).await.unwrap().unwrap().get::<i64>(0).unwrap()
        };
        assert_eq!((rows("sys_history").await, rows("sys_search").await), (1, 1));
        site.engine.purge(&[Retired::Object("t.p".into())]).await.unwrap();
        for table in ["sys_history", "sys_search", "sys_comment"] {
            assert_eq!(rows(table).await, 0, "{table}");
        }
    });
}

#[test]
fn the_history_of_a_purged_field_goes_with_it() {
    on_each(async |site| {
        let object = |fields: &str| vec![("o".to_owned(), format!("fields:{fields}"))];
        site.apply(vec![pack("1.0.0", &object("\n  f: {type: text}\n  g: {type: text}"))]).await;
        let system = site.engine.system();
        let id = site.create(&system, "t.o", json!({"name": "n", "f": "Goes away", "g": "stays"})).await.id();
        site.apply(vec![pack("1.1.0", &object("\n  g: {type: text}"))]).await;
        assert!(kept_anywhere(&site, "Goes away").await);
        site.engine.purge(&[Retired::Field("t.o".into(), "f".into())]).await.unwrap();
        let tx = site.engine.database().reader();
        let rows = tx.rows("select new from sys_history where object = 't.o'", vec![]).await.unwrap();
        let kept: Vec<Json> = rows.iter().map(|row| row.get(0).unwrap()).collect();
        assert!(!kept.iter().any(|new| new.to_string().contains("Goes away")), "{kept:?}");
        let system = site.engine.system();
        let history = site.engine.history(&system, "t.o", id, None, 10).await.unwrap().entries;
        let fields: Vec<&str> = history.iter().filter_map(|entry| entry["field"].as_str()).collect();
        assert_eq!(fields.len(), 2, "{fields:?}");
    });
}
