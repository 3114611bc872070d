//! What a write promises: versions, clashes, what goes along and what stays, and what it costs.

use crate::shop::{Shop, code, on_each, pack};
use engine::publish::Change;
use engine::records::command::Command;
use plan::Precondition;
use plan::planner::Mode;
use serde_json::json;
use storage::migrate::purge::Retired;
use uuid::Uuid;

#[test]
fn versions_guard_what_they_were_seen_for() {
    on_each(|shop| async move {
        let account = shop.create("shop.account", json!({"number": "1", "name": "One"})).await.unwrap();
        let rename = |seen| shop.update("shop.account", account, json!({"name": format!("{seen:?}")}), seen);
        assert_eq!(code(rename(Some(1)).await), "ok");
        assert_eq!(code(rename(Some(1)).await), "stale_version");
        assert_eq!(code(rename(None).await), "ok");
        let note = shop.create("shop.note", json!({"text": "strict"})).await.unwrap();
        let change = |seen| shop.update("shop.note", note, json!({"text": "changed"}), seen);
        assert_eq!(code(change(None).await), "precondition_required");
        assert_eq!(code(change(Some(7)).await), "stale_version");
        assert_eq!(code(change(Some(1)).await), "ok");
    });
}

#[test]
fn writers_without_a_version_wait_for_one_another() {
    on_each(|shop| async move {
        let account = shop.create("shop.account", json!({"number": "1", "name": "One"})).await.unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..12 {
            let shop = shop.clone();
            tasks.spawn(async move {
                shop.update("shop.account", account, json!({"name": format!("by {n}")}), None).await.map(drop)
            });
        }
        while let Some(done) = tasks.join_next().await {
            assert_eq!(code(done.unwrap()), "ok");
        }
        assert_eq!(shop.get("shop.account", account).await["version"], 13);
    });
}

#[test]
fn clashes_name_their_fields() {
    on_each(|shop| async move {
        let body = json!({"number": "1", "city": "Ulm", "name": "One"});
        let first = shop.create("shop.account", body.clone()).await.unwrap();
        let refused = shop.create("shop.account", body.clone()).await.unwrap_err();
        assert_eq!(refused.code.to_string(), "duplicate");
        assert_eq!(refused.render(diagnostic::Locale::En), "There is such an account");
        assert!(refused.arguments.iter().any(|(key, value)| *key == "fields" && value == "number, city"));
        // A deal keeps its account from the bin.
        let deal = shop.create("shop.deal", json!({"name": "D", "account": first})).await.unwrap();
        assert_eq!(code(shop.delete("shop.account", first).await), "referenced_elsewhere");
        shop.delete("shop.deal", deal).await.unwrap();
        assert_eq!(code(shop.delete("shop.account", first).await), "ok");
        // What lies in the bin is in nobody's way, until it comes back.
        shop.create("shop.account", body).await.unwrap();
        let restore = Command::Restore { object: "shop.account".into(), id: first };
        assert_eq!(code(shop.write(restore).await), "duplicate");
    });
}

#[test]
fn pairs_are_written_shown_and_kept_in_the_history() {
    on_each(|shop| async move {
        let account =
            |n: &str| shop.create("shop.account", json!({"number": n, "name": format!("Account {n}")}));
        let (first, second) = (account("1").await.unwrap(), account("2").await.unwrap());
        let deal = shop
            .create("shop.deal", json!({"name": "D", "buyers": [{"id": first, "role": "boss"}]}))
            .await
            .unwrap();
        let shown = |role: &str, id: Uuid, n: &str| json!({"id": id, "title": format!("Account {n}"), "role": if role.is_empty() { json!(null) } else { json!(role) }});
        let patch = json!({"buyers": {"create": [{"id": second}]}});
        shop.update("shop.deal", deal, patch, None).await.unwrap();
        let buyers = shop.get("shop.deal", deal).await["buyers"].clone();
        assert_eq!(buyers, json!([shown("boss", first, "1"), shown("", second, "2")]));
        let patch = json!({"buyers": {"update": [{"id": first, "role": "user"}], "delete": [second]}});
        let version = shop.update("shop.deal", deal, patch.clone(), None).await.unwrap().row.version();
        assert_eq!(shop.get("shop.deal", deal).await["buyers"], json!([shown("user", first, "1")]));
        let same = json!({"buyers": [{"id": first, "role": "user"}]});
        assert_eq!(shop.update("shop.deal", deal, same, None).await.unwrap().row.version(), version);
        // One row a write: the new record, two changes of the buyers.
        assert_eq!(shop.kept("sys_history", deal).await, 3);
    });
}

#[test]
fn a_purge_leaves_nothing_behind() {
    on_each(|shop| async move {
        let account = shop.create("shop.account", json!({"number": "1", "name": "One"})).await.unwrap();
        let body = json!({"name": "Searchable words", "buyers": [{"id": account}]});
        let deal = shop.create("shop.deal", body).await.unwrap();
        talk(&shop, deal).await;
        assert_eq!(shop.found("shop.deal", "searchable").await, 1);
        shop.delete("shop.deal", deal).await.unwrap();
        let tables = ["sys_history", "sys_comment", "sys_follower", "sys_mail", "sys_search"];
        for table in tables {
            assert_eq!(shop.kept(table, deal).await, 1, "{table}");
        }
        let precondition = Precondition::Absent;
        shop.write(Command::Purge { object: "shop.deal".into(), id: deal, precondition }).await.unwrap();
        for table in tables {
            assert_eq!(shop.kept(table, deal).await, 0, "{table}");
        }
        assert_eq!(code(shop.delete("shop.account", account).await), "ok", "no pair is left either");
    });
}

/// Somebody comments on a record, follows it and writes a mail about it.
async fn talk(shop: &Shop, record: Uuid) {
    let at = shop.engine.now();
    shop.engine
        .transact(shop.who.clone(), Mode::Request, true, move |work| async move {
            let comment = storage::store::comment::Comment {
                id: Uuid::now_v7(),
                object: "shop.deal".to_owned(),
                record,
                author: Uuid::now_v7(),
                body: "words".to_owned(),
                created_at: at,
                updated_at: None,
                deleted_at: None,
            };
            let follower = storage::store::follower::Follower {
                object: comment.object.clone(),
                record,
                person: comment.author,
                since: at,
            };
            let mail = storage::store::mail::Mail {
                id: Uuid::now_v7(),
                object: comment.object.clone(),
                record,
                kind: "mail".to_owned(),
                payload: json!({}),
                by: None,
                at,
            };
            storage::store::comment::insert(&work.tx, &comment).await?;
            storage::store::follower::insert(&work.tx, &follower).await?;
            storage::store::mail::insert(&work.tx, &mail).await
        })
        .await
        .unwrap();
}

#[test]
fn references_to_any_object_show_titles() {
    on_each(|shop| async move {
        let account = shop.create("shop.account", json!({"number": "1", "name": "One"})).await.unwrap();
        let note = shop.create("shop.note", json!({"text": "A note"})).await.unwrap();
        for (object, id, title) in
            [("shop.account", account, json!("One")), ("shop.note", note, json!("A note"))]
        {
            let about = json!({"object": object, "id": id});
            let deal = shop.create("shop.deal", json!({"name": "D", "about": about})).await.unwrap();
            let shown = shop.get("shop.deal", deal).await["about"].clone();
            assert_eq!(shown, json!({"object": object, "id": id, "title": title}));
        }
        let precondition = Precondition::Version(1);
        shop.write(Command::Delete { object: "shop.note".into(), id: note, precondition }).await.unwrap();
        let list =
            shop.engine.list(&shop.who, "shop.deal", &[("sort".into(), "created_at".into())]).await.unwrap();
        let list: Vec<serde_json::Value> = serde_json::from_slice(&list.body).unwrap();
        let titles: Vec<_> = list.iter().map(|deal| deal["about"]["title"].clone()).collect();
        assert_eq!(titles, [json!("One"), json!(null)], "what lies in the bin has no title");
    });
}

#[test]
fn a_publish_indexes_what_comes_to_be_searched_and_a_purge_asks_who_refers() {
    on_each(|shop| async move {
        shop.create("shop.account", json!({"number": "1", "name": "Huawei 华为技术"})).await.unwrap();
        let note = shop.create("shop.note", json!({"text": "A note"})).await.unwrap();
        let about = json!({"object": "shop.note", "id": note});
        let deal = shop.create("shop.deal", json!({"name": "D", "about": about})).await.unwrap();
        let searched = pack("1.1.0", |path, text| {
            let text = text.replace("max: 40}\nunique", "max: 40, search: true}\nunique");
            (path != "objects/note.yaml").then_some(text)
        });
        shop.engine.apply(&Change::Set(vec![searched]), None).await.unwrap();
        let who = shop.engine.system();
        let shop = Shop { who, ..shop };
        assert_eq!(shop.found("shop.account", "华为").await, 1);
        assert_eq!(shop.found("shop.account", "Zürich").await, 0);
        let gone = [Retired::Object("shop.note".to_owned())];
        assert_eq!(shop.engine.retired().await.unwrap(), gone);
        assert_eq!(code(shop.engine.purge(&gone).await), "unsafe_change");
        shop.update("shop.deal", deal, json!({"about": null}), None).await.unwrap();
        assert_eq!(code(shop.engine.purge(&gone).await), "ok");
        assert_eq!(shop.engine.retired().await.unwrap(), []);
    });
}

#[test]
fn a_plain_write_costs_few_statements() {
    on_each(|shop| async move {
        let cost = |command: Command| {
            let shop = shop.clone();
            async move {
                let job = move |work: engine::work::Work| {
                    let command = command.clone();
                    async move {
                        let before = work.tx.statements();
                        let written = work.execute(&command).await?;
                        Ok((written.id(), written.row.version(), work.tx.statements() - before))
                    }
                };
                shop.engine.transact(shop.who.clone(), Mode::Request, true, job).await.unwrap()
            }
        };
        let body = json!({"name": "D", "note": "n"});
        // The row, its words (two on SQLite), history, audit, event.
        let (id, _, statements) = cost(Command::Create { object: "shop.deal".into(), body }).await;
        assert!(statements <= 8, "a create takes {statements} statements");
        // Read and lock, the row, history, audit, event; PostgreSQL takes the lock set as well.
        let body = json!({"note": "other"});
        let precondition = Precondition::Absent;
        let update = Command::Update { object: "shop.deal".into(), id, body, precondition };
        let (_, version, statements) = cost(update).await;
        let most = if shop.engine.database().dialect() == storage::Dialect::Sqlite { 5 } else { 7 };
        assert!(statements <= most, "an update takes {statements} statements");
        assert_eq!(shop.get("shop.deal", id).await["version"], version, "the answer is what is stored");
    });
}
