use super::purge::{Retired, purge, retired};
use super::*;
use crate::store::publish::{self, Publish, SourceText};
use crate::testing::{means, on_each, options, runtime};
use crate::{Database, Tx};
use catalog::PackSource;
use catalog::build::Built;
use std::sync::Arc;

/// A pack with one object `p.item` (and `p.tag`) whose fields are given.
fn pack(fields: &str, more: &str) -> Vec<PackSource> {
    let file = |path: &str, text: String| (path.to_owned(), text);
    let files = vec![
        file("pack.yaml", "kind: pack\nname: p\nversion: 1.0.0\nlabel: P\n".to_owned()),
        file(
            "objects/tag.yaml",
            "kind: object\nname: tag\nlabel: Tag\nfields:\n  name: {type: text, required: true}\n".to_owned(),
        ),
        file("objects/item.yaml", format!("kind: object\nname: item\nlabel: Item\nfields:\n{fields}{more}")),
    ];
    vec![PackSource { root: String::new(), files }]
}

fn build(packs: &[PackSource], names: &PhysicalNames) -> Arc<Built> {
    let built = catalog::build::build(packs, names, &catalog::build::Options::default());
    Arc::new(built.unwrap_or_else(|found| {
        panic!("{}", found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }))
}

/// What the engine does: plan on the names of the database, run, keep, in one transaction.
async fn publish_in(tx: &Tx, packs: &[PackSource], planned_on: i64) -> Result<()> {
    if publish::serialise(tx).await? != planned_on {
        return Err(Box::new(Diagnostic::new(Code::StaleVersion)));
    }
    let old = publish::names(tx).await?;
    let built = build(packs, &old);
    Migration::between(&old, &built.names, &built.catalog, tx.dialect())?.run(tx, means()).await?;
    let made = Publish {
        number: planned_on + 1,
        at: chrono::Utc::now(),
        by: None,
        summary: String::new(),
        hash: built.catalog.hash.clone(),
        packs: serde_json::json!([]),
    };
    let source = |(path, text): &(String, String)| SourceText {
        pack: "p".into(),
        path: path.clone(),
        text: text.clone(),
    };
    let sources: Vec<SourceText> = packs[0].files.iter().map(source).collect();
    publish::insert(tx, &made, &sources, &built.names).await
}

async fn apply(database: &Database, fields: &str, more: &str, planned_on: i64) -> Result<()> {
    let packs = Arc::new(pack(fields, more));
    database
        .write_alone(move |tx| {
            let packs = packs.clone();
            async move { publish_in(&tx, &packs, planned_on).await }
        })
        .await
}

async fn run(database: &Database, sql: &'static str) {
    database.write(move |tx| async move { tx.batch(sql).await }).await.unwrap();
}

async fn texts(database: &Database, sql: &str) -> Vec<Option<String>> {
    let rows = database.reader().rows(sql, vec![]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

fn row(dialect: Dialect, n: u8, columns: &str, values: &str) -> String {
    let id = match dialect {
        Dialect::Sqlite => format!("x'000000000000000000000000000000{n:02x}'"),
        Dialect::Postgres => format!("'00000000-0000-0000-0000-0000000000{n:02x}'"),
    };
    format!("insert into p_item (id, version, {columns}) values ({id}, 1, {values})")
}

async fn insert(database: &Database, n: u8, columns: &str, values: &str) {
    let sql = row(database.dialect(), n, columns, values);
    database
        .write(move |tx| {
            let sql = sql.clone();
            async move { tx.batch(&sql).await }
        })
        .await
        .unwrap();
}

const FIRST: &str = "  name: {type: text}\n  qty: {type: integer}\n  price: {type: decimal, scale: 2}\n";

#[test]
fn the_statements_of_a_migration() {
    let packs = pack(
        "  name: {type: text, unique: true}\n  qty: {type: integer}\n  price: {type: money}\n  ok: {type: boolean}\n  \
         day: {type: date}\n  at: {type: datetime}\n  what: {type: reference, to: any}\n  secret: {type: text, encrypted: true, lookup: exact, unique: true}\n  \
         tags: {type: references, to: tag, attributes: {rank: {type: integer}}}\n  main: {type: reference, to: tag}\n",
        "indexes:\n  by_day: [-day, name]\n",
    );
    let none = PhysicalNames::default();
    let built = build(&packs, &none);
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let migration = Migration::between(&none, &built.names, &built.catalog, dialect).unwrap();
        let text: Vec<&str> = migration.statements().collect();
        insta::assert_snapshot!(format!("statements_{}", dialect.name()), text.join(";\n"));
        let again = Migration::between(&built.names, &built.names, &built.catalog, dialect).unwrap();
        assert!(again.is_empty(), "{again:?}");
    }
}

#[test]
fn data_stays_through_additions_renames_and_changes_of_type() {
    on_each(|database| async move {
        apply(&database, FIRST, "", 0).await.unwrap();
        let price = if database.dialect() == Dialect::Sqlite { "1250" } else { "12.5" };
        insert(&database, 1, "name, qty, price", &format!("'17', 3, {price}")).await;
        insert(&database, 2, "name, qty, price", &format!("'-4.50', -2, -{price}")).await;
        // Text becomes a number, a number another number; one is renamed; one is new and unique.
        let second = "  amount: {type: decimal, scale: 2, formerly: [name]}\n  qty: {type: text}\n  cost: {type: decimal, scale: 4, formerly: [price]}\n  code: {type: text, unique: true}\n";
        apply(&database, second, "", 1).await.unwrap();
        let sql = match database.dialect() {
            Dialect::Sqlite => "select amount || '/' || qty || '/' || cost from p_item order by id",
            Dialect::Postgres => {
                "select (amount * 100)::bigint::text || '/' || qty || '/' || (cost * 10000)::bigint::text from p_item order by id"
            }
        };
        let names = publish::names(&database.reader()).await.unwrap();
        let columns = &names.tables["p.item"].columns;
        let sql = ["amount", "qty", "cost"]
            .iter()
            .fold(sql.to_owned(), |sql, field| sql.replacen(field, &columns[*field].name, 1));
        let found = texts(&database, &sql).await;
        assert_eq!(found, [Some("1700/3/125000".to_owned()), Some("-450/-2/-125000".to_owned())]);
    });
}

#[test]
fn data_that_does_not_fit_stops_the_publish_and_nothing_changes() {
    on_each(|database| async move {
        apply(&database, FIRST, "", 0).await.unwrap();
        for (n, name) in [(1, "'x'"), (2, "'12'"), (3, "'12'"), (4, "null")] {
            insert(&database, n, "name", name).await;
        }
        let rows = [
            ("  name: {type: integer}\n", "1 rows hold values that do not fit"),
            ("  name: {type: date}\n", "3 rows hold values that cannot be converted"),
            ("  name: {type: text, unique: true}\n", "2 rows share their values with others"),
        ];
        for (fields, reason) in rows {
            let found = apply(&database, fields, "", 1).await.unwrap_err();
            assert_eq!(found.code, Code::UnsafeChange, "{found}");
            assert!(found.to_string().contains(reason), "{found}");
            assert_eq!(publish::version(&database.reader()).await.unwrap(), 1);
        }
        assert_eq!(texts(&database, "select name from p_item order by id").await.len(), 4);
        // With the data corrected it goes through.
        run(&database, "update p_item set name = null where name = 'x'").await;
        apply(&database, "  name: {type: integer}\n", "", 1).await.unwrap();
    });
}

#[test]
fn a_publish_that_dies_half_way_leaves_nothing_behind() {
    on_each(|database| async move {
        apply(&database, FIRST, "", 0).await.unwrap();
        insert(&database, 1, "name", "'7'").await;
        let tables = match database.dialect() {
            Dialect::Sqlite => "select sql from sqlite_master where name not like 'sqlite_%' order by name",
            Dialect::Postgres => {
                "select (table_name || '.' || column_name)::text from information_schema.columns where table_schema = current_schema() order by 1"
            }
        };
        let before = texts(&database, tables).await;
        let old = publish::names(&database.reader()).await.unwrap();
        let built = build(
            &pack("  name: {type: integer}\n  more: {type: text}\n", "indexes:\n  by_more: [more]\n"),
            &old,
        );
        let migration = Migration::between(&old, &built.names, &built.catalog, database.dialect()).unwrap();
        let statements: Arc<Vec<String>> = Arc::new(migration.statements().map(str::to_owned).collect());
        assert!(statements.len() >= 4, "{statements:?}");
        for killed_after in 1..=statements.len() {
            let statements = statements.clone();
            let died = database
                .write(move |tx| {
                    let statements = statements.clone();
                    async move {
                        for sql in &statements[..killed_after] {
                            tx.batch(sql).await?;
                        }
                        panic!("killed after {killed_after}");
                        #[allow(unreachable_code)]
                        Ok(())
                    }
                })
                .await;
            assert_eq!(died.unwrap_err().code, Code::Internal);
            assert_eq!(texts(&database, tables).await, before, "killed after {killed_after}");
        }
    });
}

#[test]
fn publishes_at_once_follow_one_another() {
    on_each(|database| async move {
        let both = (0..4).map(|n| {
            let database = database.clone();
            tokio::spawn(async move { apply(&database, &format!("  f{n}: {{type: text}}\n"), "", 0).await })
        });
        let answers = futures_util::future::join_all(both).await;
        let codes: Vec<Option<Code>> =
            answers.into_iter().map(|answer| answer.unwrap().err().map(|found| found.code)).collect();
        assert_eq!(codes.iter().filter(|code| code.is_none()).count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|code| **code == Some(Code::StaleVersion)).count(), 3, "{codes:?}");
        assert_eq!(publish::version(&database.reader()).await.unwrap(), 1);
    });
}

#[test]
fn what_left_the_definitions_stays_until_it_is_purged() {
    on_each(|database| async move {
        let with_tags = format!("{FIRST}  tags: {{type: references, to: tag}}\n");
        apply(&database, &with_tags, "indexes:\n  by_qty: [qty]\n", 0).await.unwrap();
        insert(&database, 1, "name, qty", "'a', 5").await;
        apply(&database, "  name: {type: text}\n", "", 1).await.unwrap();
        assert_eq!(texts(&database, "select cast(qty as text) from p_item").await, [Some("5".to_owned())]);
        // It comes back with its data.
        apply(&database, FIRST, "", 2).await.unwrap();
        apply(&database, "  name: {type: text}\n", "", 3).await.unwrap();
        let names = publish::names(&database.reader()).await.unwrap();
        let field = |name: &str| Retired::Field("p.item".into(), name.into());
        let mut all = retired(&names);
        all.sort_by_key(|one| format!("{one:?}"));
        assert_eq!(all, [field("price"), field("qty"), field("tags")]);
        let (migration, left) = purge(&names, &all, database.dialect());
        let migration = Arc::new(migration);
        let kept = left.clone();
        database
            .write_alone(move |tx| {
                let (migration, left) = (migration.clone(), left.clone());
                async move {
                    migration.run(&tx, means()).await?;
                    publish::set_names(&tx, &left).await
                }
            })
            .await
            .unwrap();
        assert!(retired(&publish::names(&database.reader()).await.unwrap()).is_empty());
        assert_eq!(texts(&database, "select name from p_item").await, [Some("a".to_owned())]);
        let gone = database.reader().rows("select qty from p_item", vec![]).await;
        assert!(gone.is_err());
        assert!(retired(&kept).is_empty());
    });
}

#[test]
fn requests_go_on_while_tables_change() {
    for place in test_support::databases() {
        runtime().block_on(async {
            let database = Database::open(options(&place)).await.unwrap();
            apply(&database, FIRST, "", 0).await.unwrap();
            insert(&database, 1, "name, qty", "'a', 5").await;
            let reading = database.clone();
            let readers = tokio::spawn(async move {
                for _ in 0..200 {
                    let found = texts(&reading, "select name from p_item where qty = 5").await;
                    assert_eq!(found, [Some("a".to_owned())]);
                }
            });
            for round in 1..6 {
                let more: String = (0..round).map(|n| format!("  x{n}: {{type: text}}\n")).collect();
                apply(&database, &format!("{FIRST}{more}"), "", round).await.unwrap();
            }
            readers.await.unwrap();
            database.close().await.unwrap();
        });
    }
}

#[test]
fn a_duplicate_names_its_fields() {
    on_each(|database| async move {
        let fields = "  name: {type: text}\n  code: {type: text, unique: true}\n  email: {type: text}\n";
        let more = "unique:\n  pair: {fields: [name, code]}\n  mail: {fields: [email]}\n";
        apply(&database, fields, more, 0).await.unwrap();
        let old = publish::names(&database.reader()).await.unwrap();
        let built = build(&pack(fields, more), &old);
        let object = built.catalog.objects["p.item"].clone();
        insert(&database, 1, "name, code, email", "'a', 'b', 'A@x.cn'").await;
        for (n, values, expect) in [(2, "'c', 'b', 'z'", "code"), (3, "'a', 'z', 'A@x.cn'", "email")] {
            let sql = row(database.dialect(), n, "name, code, email", values);
            let found = database
                .write(move |tx| {
                    let sql = sql.clone();
                    async move { tx.batch(&sql).await }
                })
                .await
                .unwrap_err();
            let named = crate::error::name_fields(found, &object);
            assert_eq!(named.arguments, [("fields", expect.to_owned())]);
            assert_eq!(named.path.as_deref(), Some(expect));
        }
    });
}

#[test]
fn a_unique_with_a_condition_covers_only_its_rows() {
    on_each(|database| async move {
        let fields = "  name: {type: text}\n  main: {type: boolean}\n  n: {type: integer}\n  stage: {type: select, options: {new: {}, \"won\": {}, lost: {}}}\n";
        let more = "unique:\n  a: {fields: [name], where: 'main == true'}\n  b: {fields: [n], where: 'stage in [\"new\", \"lost\"] && name != \"it''s\"'}\n";
        apply(&database, fields, more, 0).await.unwrap();
        let yes = if database.dialect() == Dialect::Sqlite { "1" } else { "true" };
        let no = if database.dialect() == Dialect::Sqlite { "0" } else { "false" };
        let rows = [
            (1, format!("'a', {yes}, 1, 'new'"), true),
            (2, format!("'a', {no}, 1, 'won'"), true),
            (3, "'a', null, 2, 'new'".to_owned(), true),
            (4, format!("'a', {yes}, 3, 'won'"), false),
            (5, format!("'b', {yes}, 1, 'lost'"), false),
            (6, format!("'it''s', {yes}, 1, 'lost'"), true),
        ];
        for (n, values, fits) in rows {
            let sql = row(database.dialect(), n, "name, main, n, stage", &values);
            let written = database
                .write(move |tx| {
                    let sql = sql.clone();
                    async move { tx.batch(&sql).await }
                })
                .await;
            assert_eq!(
                written.map_err(|found| found.code),
                if fits { Ok(()) } else { Err(Code::Duplicate) },
                "row {n}"
            );
        }
    });
}

#[test]
fn a_rehearsal_counts_what_a_new_rule_would_refuse_and_changes_nothing() {
    on_each(|database| async move {
        apply(&database, FIRST, "", 0).await.unwrap();
        for (n, qty) in [(1, "1"), (2, "10"), (3, "null"), (4, "20")] {
            insert(&database, n, "name, qty", &format!("'a', {qty}")).await;
        }
        // The rule speaks of a field that comes with the same publish.
        let more = "rules:\n  few: {when: 'name == \"a\"', require: 'qty < 10 || extra == \"x\"', error: too many}\n";
        let packs = Arc::new(pack(&format!("{FIRST}  extra: {{type: text}}\n"), more));
        let refused = database
            .rehearse(move |tx| {
                let packs = packs.clone();
                async move {
                    let old = publish::names(&tx).await?;
                    let built = build(&packs, &old);
                    Migration::between(&old, &built.names, &built.catalog, tx.dialect())?
                        .run(&tx, means())
                        .await?;
                    let object = built.catalog.objects["p.item"].clone();
                    let bindings = plan::read::Bindings {
                        now: chrono::Utc::now(),
                        time_zone: Arc::from("UTC"),
                        user: Arc::default(),
                    };
                    rules::refused(&tx, &built.catalog, &bindings, &object, &object.rules["few"]).await
                }
            })
            .await
            .unwrap();
        assert_eq!(refused, 3);
        assert_eq!(publish::version(&database.reader()).await.unwrap(), 1);
        assert!(database.reader().rows("select extra from p_item", vec![]).await.is_err());
    });
}
