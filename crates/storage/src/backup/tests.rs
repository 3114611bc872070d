use super::*;
use crate::migrate::Migration;
use crate::store::publish::{Publish, SourceText};
use crate::store::{history, job, number};
use crate::testing::{options, runtime};
use catalog::PackSource;
use catalog::build::{Built, build};
use chrono::Utc;
use serde_json::json;
use std::sync::Arc;
use test_support::TestDatabase;

const ITEM: &str = "kind: object\nname: item\nlabel: Item\nfields:\n  name: {type: text, unique: true}\n  price: {type: decimal, scale: 2}\n  \
                    day: {type: date}\n  at: {type: datetime}\n  ok: {type: boolean}\n  more: {type: references, to: item}\n";

fn sources() -> Vec<SourceText> {
    let text = |path: &str, text: &str| SourceText { pack: "p".into(), path: path.into(), text: text.into() };
    vec![
        text("objects/item.yaml", ITEM),
        text("pack.yaml", "kind: pack\nname: p\nversion: 1.0.0\nlabel: P\n"),
    ]
}

fn built(sources: &[SourceText], names: &PhysicalNames) -> Built {
    let files = sources.iter().map(|source| (source.path.clone(), source.text.clone())).collect();
    build(&[PackSource { root: String::new(), files }], names, &catalog::build::Options::default()).unwrap()
}

async fn fill(tx: Tx) -> Result<()> {
    let sources = sources();
    let made = built(&sources, &PhysicalNames::default());
    Migration::between(&PhysicalNames::default(), &made.names, &made.catalog, tx.dialect())?
        .run(&tx, crate::testing::means())
        .await?;
    let publish = Publish {
        number: 1,
        at: Utc::now(),
        by: None,
        summary: "first".into(),
        hash: made.catalog.hash.clone(),
        packs: json!([{"a": null, "b": 1}]),
    };
    publish::insert(&tx, &publish, &sources, &made.names).await?;
    for n in 0..2500_i64 {
        let kinds =
            [Kind::Id, Kind::Integer, Kind::Text, Kind::Decimal(2), Kind::Date, Kind::Time, Kind::Flag];
        let values = [
            json!(uuid::Uuid::from_u128(n as u128).to_string()),
            json!(1),
            json!(format!("名 {n}")),
            if n % 7 == 0 { json!(null) } else { json!(format!("-{n}.50")) },
            json!("2026-02-28"),
            json!("2026-02-28T23:59:59.999999Z"),
            json!(n % 2 == 0),
        ];
        let values =
            values.into_iter().zip(kinds).map(|(value, kind)| kind.bound(value, tx.dialect()).unwrap());
        let sql =
            "insert into p_item (id, version, name, price, day, at, ok) values ($1, $2, $3, $4, $5, $6, $7)";
        tx.execute_sql(sql, values.collect()).await?;
    }
    let job = job::Job::new("q", "k", json!({"x": [1, "二"]}), Utc::now());
    job::enqueue(&tx, &job).await?;
    number::next(&tx, "n", "2026", 7).await?;
    let changed = |field: &str| history::Changed { field: field.into(), old: Some(json!(null)), new: None };
    let entry = |changes| history::Entry {
        object: "p.item".into(),
        record: uuid::Uuid::from_u128(1),
        version: 1,
        at: Utc::now(),
        by: None,
        changes,
    };
    let entries = [entry(vec![changed("name")]), entry(vec![changed("name"), changed("price")])];
    history::insert(&tx, &entries).await.map(drop)
}

/// The lines between the first and the last: what a backup holds, whichever database wrote it.
fn content(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    lines.pop();
    lines.sort();
    lines
}

/// Restores, and forgets that search is still to be made: nobody searches here.
async fn restored(database: &Database, file: &Path) -> Result<Extent> {
    let extent = restore(database, file, None, |sources, names| Ok(built(sources, names).catalog)).await?;
    database.write(|tx| async move { system::remove_meta(&tx, NOT_SEARCHABLE).await }).await?;
    Ok(extent)
}

#[test]
fn a_backup_of_either_database_restores_to_both() {
    let folder = tempfile::tempdir().unwrap();
    for (n, from) in test_support::databases().into_iter().enumerate() {
        runtime().block_on(async {
            let source = Database::open(options(&from)).await.unwrap();
            source.write_alone(fill).await.unwrap();
            let file = folder.path().join(format!("{n}.backup"));
            let extent = backup(&source, &file, None).await.unwrap();
            assert!(extent.rows > 2500);
            for (m, to) in test_support::databases().into_iter().enumerate() {
                let target = Database::open(options(&to)).await.unwrap();
                assert_eq!(restored(&target, &file).await.unwrap(), extent);
                let again = folder.path().join(format!("{n}-{m}.backup"));
                backup(&target, &again, None).await.unwrap();
                let (before, after) = (content(&file), content(&again));
                let lost: Vec<&String> = before.iter().filter(|line| !after.contains(line)).take(3).collect();
                assert_eq!(before.len(), after.len());
                assert!(lost.is_empty(), "{} to {}: {lost:?}", from.dialect(), to.dialect());
                // Indexes are there again, and a second restore is refused.
                let clash = target
                    .write(|tx| async move { tx.batch("update p_item set name = 'x'").await })
                    .await
                    .unwrap_err();
                assert_eq!(clash.code, Code::Duplicate);
                let refused = restored(&target, &file).await.unwrap_err();
                assert_eq!(refused.code, Code::InvalidConfiguration);
                target.close().await.unwrap();
            }
            source.close().await.unwrap();
        });
    }
}

#[test]
fn a_backup_is_one_state_though_writing_goes_on() {
    for place in test_support::databases() {
        runtime().block_on(async {
            let database = Database::open(options(&place)).await.unwrap();
            database.write_alone(fill).await.unwrap();
            let writing = database.clone();
            let writer = tokio::spawn(async move {
                for n in 0..50_i64 {
                    // Two counters that are always equal.
                    writing
                        .write(move |tx| async move {
                            number::at_least(&tx, "left", "", n).await?;
                            number::at_least(&tx, "right", "", n).await
                        })
                        .await
                        .unwrap();
                }
            });
            let file = place.folder().join("x.backup");
            backup(&database, &file, None).await.unwrap();
            writer.await.unwrap();
            let lines = content(&file);
            let value = |name: &str| {
                let start = format!("[\"{name}\",\"\",");
                lines.iter().find_map(|line| line.strip_prefix(&start).map(str::to_owned))
            };
            assert_eq!(value("left"), value("right"));
            database.close().await.unwrap();
        });
    }
}

#[test]
fn a_damaged_backup_is_refused_and_leaves_nothing() {
    let (from, folder) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    runtime().block_on(async {
        let source = Database::open(options(&from)).await.unwrap();
        source.write_alone(fill).await.unwrap();
        let file = folder.path().join("good");
        backup(&source, &file, None).await.unwrap();
        let text = Arc::new(std::fs::read_to_string(&file).unwrap());
        let damages: [(&str, String); 5] = [
            ("cut", text[..text.len() / 2].to_owned()),
            ("no end", text.lines().take(30).map(|line| format!("{line}\n")).collect()),
            ("changed", text.replacen("名 5\"", "名 6x\"", 1)),
            ("empty", String::new()),
            ("newer", text.replacen(&format!("\"schema\":{}", system::VERSION), "\"schema\":99", 1)),
        ];
        for to in test_support::databases() {
            let target = Database::open(options(&to)).await.unwrap();
            for (what, damaged) in &damages {
                let bad = folder.path().join("bad");
                std::fs::write(&bad, damaged).unwrap();
                let found = restored(&target, &bad).await.unwrap_err();
                let expect = if *what == "newer" { Code::DatabaseTooNew } else { Code::FileNotReadable };
                assert_eq!(found.code, expect, "{what}: {found}");
                assert_eq!(publish::version(&target.reader()).await.unwrap(), 0, "{what}");
            }
            restored(&target, &file).await.unwrap();
            target.close().await.unwrap();
        }
    });
}
