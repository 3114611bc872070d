use super::pen::Pen;
use super::verify::{Broken, Known, Report, verify};
use super::{Entry, insert, prune, seal};
use crate::secret::Secret;
use crate::store::history;
use crate::testing::on_each;
use crate::{Database, Tx};
use chrono::{DateTime, Duration, Utc};
use diagnostic::Result;
use serde_json::json;
use uuid::Uuid;

fn pen() -> Pen {
    Pen::Keyed(Secret::new("a key of the tests"))
}

fn day(n: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-01T08:00:00.123456Z".parse().unwrap();
    first + Duration::days(n)
}

/// An entry about a record, with the rows of the history that say what was before and after.
async fn act(tx: &Tx, n: i64) -> Result<()> {
    let record = Uuid::from_u128(1000 + n as u128);
    let changed = |field: &str| history::Changed {
        field: field.into(),
        old: (n > 0).then(|| json!(n - 1)),
        new: Some(json!({"n": n, "a": 1.5})),
    };
    let changes = if n % 2 == 0 { vec![changed("name")] } else { vec![changed("name"), changed("note")] };
    let entry =
        history::Entry { object: "crm.lead".into(), record, version: n + 1, at: day(n), by: None, changes };
    let kept = history::insert(tx, &[entry]).await?;
    let entry = Entry {
        id: Uuid::now_v7(),
        at: day(n),
        actor: (n % 3 > 0).then(|| Uuid::from_u128(7)),
        kind: "record.update".to_owned(),
        object: Some("crm.lead".to_owned()),
        record: Some(record),
        request: (n % 4 > 0).then(|| format!("request {n}")),
        detail: json!({"rows": 1, "history": pen().history(&kept, Some(record)), "address": "192.0.2.1"}),
    };
    insert(tx, &pen(), &[entry]).await
}

async fn acts(database: &Database, range: std::ops::Range<i64>) {
    for n in range {
        database.write(move |tx| async move { act(&tx, n).await }).await.unwrap();
    }
}

async fn sealed(database: &Database) -> u64 {
    let done = database.write_alone(|tx| async move { seal::seal(&tx, &pen()).await }).await.unwrap();
    done.sealed
}

async fn verified(database: &Database, known: Option<Known>) -> Report {
    database.read(move |tx| async move { verify(&tx, &pen(), known.as_ref()).await }).await.unwrap()
}

/// What is found after these statements, which are then taken back.
async fn tampered(database: &Database, statements: Vec<String>, then_seal: bool) -> Report {
    database
        .rehearse(move |tx| {
            let statements = statements.clone();
            async move {
                for sql in statements {
                    tx.batch(&sql).await?;
                }
                if then_seal {
                    seal::seal(&tx, &pen()).await?;
                }
                verify(&tx, &pen(), None).await
            }
        })
        .await
        .unwrap()
}

const ROWS: i64 = 6;

/// Changes of one row, by its place in the chain.
fn of_row(n: i64) -> Vec<String> {
    let of = format!("where sealed_number = {n}");
    let history = format!("where record in (select record from sys_audit {of})");
    let other = n % ROWS + 1;
    let columns = "at, actor, kind, object, record, request, detail";
    let id = "(select id from sys_history limit 1)";
    vec![
        format!("update sys_audit set at = '2026-01-01T00:00:00.000000Z' {of}"),
        format!("update sys_audit set actor = record {of}"),
        format!("update sys_audit set kind = 'record.create' {of}"),
        format!("update sys_audit set object = 'crm.account' {of}"),
        format!("update sys_audit set object = null {of}"),
        format!("update sys_audit set record = id {of}"),
        format!("update sys_audit set request = 'another' {of}"),
        format!("update sys_audit set detail = '{{\"rows\": 1}}' {of}"),
        format!("update sys_audit set detail = '[]' {of}"),
        format!("update sys_audit set mark = null {of}"),
        format!("update sys_audit set mark = seal {of}"),
        format!("update sys_audit set seal = null {of}"),
        format!("update sys_audit set seal = mark {of}"),
        format!("update sys_audit set sealed_number = null {of}"),
        format!("update sys_audit set sealed_number = null, seal = null {of}"),
        format!("update sys_audit set sealed_number = {} {of}", n + 1000),
        format!("update sys_audit set sealed_number = {} {of}", -n),
        format!("delete from sys_audit {of}"),
        format!("delete from sys_audit where sealed_number >= {n}"),
        format!("delete from sys_audit where sealed_number <= {n}"),
        format!("update sys_audit set id = {id} {of}"),
        format!(
            "insert into sys_audit (id, {columns}, mark, sealed_number, seal) \
             select {id}, {columns}, mark, {}, seal from sys_audit {of}",
            ROWS + n
        ),
        format!(
            "insert into sys_audit (id, {columns}, mark) select {id}, {columns}, mark from sys_audit {of}"
        ),
        format!("insert into sys_audit (id, {columns}) select {id}, {columns} from sys_audit {of}"),
        format!("delete from sys_history {history}"),
        format!("update sys_history set new = old {history}"),
        format!("update sys_history set version = 99 {history}"),
        format!("update sys_history set by_user = record {history}"),
        format!(
            "update sys_audit set sealed_number = -1 {of}; update sys_audit set sealed_number = {n} where \
             sealed_number = {other}; update sys_audit set sealed_number = {other} where sealed_number = -1"
        ),
    ]
}

fn of_ends() -> Vec<String> {
    let head = "where key = 'audit_head'";
    vec![
        "delete from sys_audit".to_owned(),
        format!("delete from sys_meta {head}"),
        format!("update sys_meta set number = 3 {head}"),
        format!("update sys_meta set value = '' {head}"),
        format!(
            "update sys_meta set number = {} {head}; delete from sys_audit where sealed_number = {ROWS}",
            ROWS - 1
        ),
        "insert into sys_meta (key, value, number) select 'audit_anchor', value, number from sys_meta \
         where key = 'audit_head'"
            .to_owned(),
        "update sys_meta set key = 'audit_anchor' where key = 'audit_head'".to_owned(),
    ]
}

#[test]
fn whatever_is_done_behind_its_back_is_found() {
    on_each(|database| async move {
        acts(&database, 0..ROWS).await;
        assert_eq!(sealed(&database).await, u64::try_from(ROWS).unwrap());
        let whole = verified(&database, None).await;
        assert_eq!((whole.range, whole.history, whole.broken), ((1, ROWS), 6, None));
        let mut played = 0;
        for sql in (1..=ROWS).flat_map(of_row).chain(of_ends()) {
            for then_seal in [false, true] {
                let statements = sql.split("; ").map(str::to_owned).collect();
                let report = tampered(&database, statements, then_seal).await;
                assert!(report.broken.is_some(), "not found (sealed afterwards: {then_seal}): {sql}");
                played += 1;
            }
        }
        assert!(played >= 200, "{played}");
        assert_eq!(verified(&database, None).await.broken, None, "all of it was taken back");
    });
}

#[test]
fn many_entries_are_sealed_in_rounds_of_one_chain() {
    on_each(|database| async move {
        // The first entries open the chain; who opens it takes all there are.
        acts(&database, 0..1).await;
        sealed(&database).await;
        database
            .write(|tx| async move {
                for n in 1..451 {
                    act(&tx, n).await?;
                }
                Ok(())
            })
            .await
            .unwrap();
        let (mut rounds, mut after) = (Vec::new(), None);
        loop {
            let round =
                database.write_alone(move |tx| async move { seal::seal_some(&tx, &pen(), after).await });
            let round = round.await.unwrap();
            rounds.push(round.sealed);
            after = round.last;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(rounds, [200, 200, 50]);
        let report = verified(&database, None).await;
        assert_eq!((report.range, report.broken), ((1, 451), None));
    });
}

#[test]
fn the_first_place_that_does_not_hold_is_named() {
    on_each(|database| async move {
        acts(&database, 0..6).await;
        sealed(&database).await;
        let at = |report: Report| report.broken.map(|Broken { number, what, .. }| (number, what));
        let rows = [
            (
                "update sys_audit set kind = 'x' where sealed_number in (3, 5)",
                Some(3),
                "is not what was written",
            ),
            ("delete from sys_audit where sealed_number = 2", Some(2), "is missing"),
            ("delete from sys_audit where sealed_number = 6", Some(6), "is missing at the end of the chain"),
        ];
        for (sql, number, what) in rows {
            let found = at(tampered(&database, vec![sql.to_owned()], false).await);
            assert_eq!(found, Some((number, what.to_owned())), "{sql}");
        }
        // Who keeps what an earlier run said notices that the end was rolled back, whoever did it.
        let now = verified(&database, None).await;
        let known = |number, seal: &str| Some(Known { number, seal: seal.to_owned() });
        assert_eq!(verified(&database, known(6, &now.seal)).await.broken, None);
        assert!(verified(&database, known(7, &now.seal)).await.broken.is_some());
        assert!(verified(&database, known(5, &now.seal)).await.broken.is_some());
        // Another key is not the one it was written under.
        let other = Pen::Keyed(Secret::new("another key"));
        let found = database.read(move |tx| async move { verify(&tx, &other, None).await }).await.unwrap();
        assert!(found.broken.is_some());
    });
}

#[test]
fn entries_that_wait_are_marked_and_sealed_in_one_order() {
    on_each(|database| async move {
        let writers = (0..8_i64).map(|writer| {
            let database = database.clone();
            tokio::spawn(async move { acts(&database, writer * 10..writer * 10 + 10).await })
        });
        let writers: Vec<_> = writers.collect();
        // Two seal beside each other while entries come in.
        let sealers = (0..2).map(|_| {
            let database = database.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    sealed(&database).await;
                    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
                }
            })
        });
        for task in writers.into_iter().chain(sealers.collect::<Vec<_>>()) {
            task.await.unwrap();
        }
        let report = verified(&database, None).await;
        assert_eq!(report.broken, None);
        assert_eq!(u64::try_from(report.range.1).unwrap() + report.waiting, 80);
        acts(&database, 80..83).await;
        let waiting = verified(&database, None).await;
        assert!(waiting.broken.is_none() && waiting.waiting >= 3, "{waiting:?}");
        let newest = "where sealed_number is null";
        for sql in [
            format!("update sys_audit set kind = 'x' {newest}"),
            format!("update sys_audit set mark = null {newest}"),
            format!(
                "update sys_history set new = null where record in (select record from sys_audit {newest})"
            ),
        ] {
            let found = tampered(&database, vec![sql.clone()], true).await;
            assert!(found.broken.is_some(), "{sql}");
        }
        sealed(&database).await;
        assert_eq!(verified(&database, None).await.range, (1, 83));
    });
}

#[test]
fn what_was_written_without_marks_before_is_taken_up_once() {
    on_each(|database| async move {
        let old = |kind: &str| Entry {
            id: Uuid::now_v7(),
            at: day(0),
            actor: None,
            kind: kind.to_owned(),
            object: None,
            record: None,
            request: None,
            detail: json!({}),
        };
        let first = old("session.opened");
        database
            .write(move |tx| {
                let first = first.clone();
                async move { insert(&tx, &Pen::Free, &[first]).await }
            })
            .await
            .unwrap();
        assert_eq!(verified(&database, None).await.waiting, 1);
        assert_eq!(sealed(&database).await, 1);
        let late = old("session.opened");
        database
            .write(move |tx| {
                let late = late.clone();
                async move { insert(&tx, &Pen::Free, &[late]).await }
            })
            .await
            .unwrap();
        assert_eq!(sealed(&database).await, 0);
        assert!(verified(&database, None).await.broken.is_some());
        let refused = database
            .write(move |tx| async move {
                let entry = Entry { kind: "x".to_owned(), ..old("x") };
                insert(&tx, &Pen::Missing, &[entry]).await
            })
            .await;
        assert_eq!(refused.unwrap_err().code, diagnostic::Code::InvalidConfiguration);
    });
}

#[test]
fn what_is_left_after_a_pruning_still_verifies() {
    on_each(|database| async move {
        acts(&database, 0..9).await;
        let columns = "id, at, actor, kind, object, record, request, detail, mark, sealed_number, seal";
        let copy = format!("create table copy_of_audit as select {columns} from sys_audit");
        let made = database.write(move |tx| {
            let copy = copy.clone();
            async move { tx.batch(&copy).await }
        });
        made.await.unwrap();
        let pruned = database
            .maintain(|tx| async move { prune::prune(&tx, &pen(), day(4), day(9), None).await })
            .await
            .unwrap();
        assert_eq!((pruned.entries, pruned.through), (4, 4));
        sealed(&database).await;
        let report = verified(&database, None).await;
        assert_eq!((report.range, report.broken), ((5, 10), None), "five are left, and the pruning itself");
        let anchor = "where key = 'audit_anchor'";
        let back = format!(
            "insert into sys_audit ({columns}) select {columns} from copy_of_audit where record = \
             (select min(record) from copy_of_audit)"
        );
        let smallest = match database.dialect() {
            crate::Dialect::Sqlite => back,
            crate::Dialect::Postgres => back.replace("min(record)", "min(record::text)::uuid"),
        };
        for sql in [
            format!("delete from sys_meta {anchor}"),
            format!("update sys_meta set number = 5 {anchor}"),
            "delete from sys_audit where sealed_number = 5".to_owned(),
            smallest,
        ] {
            for then_seal in [false, true] {
                let report = tampered(&database, vec![sql.clone()], then_seal).await;
                assert!(report.broken.is_some(), "{sql}");
            }
        }
        // Nothing is old enough any more.
        let again = database
            .maintain(|tx| async move { prune::prune(&tx, &pen(), day(4), day(9), None).await })
            .await
            .unwrap();
        assert_eq!(again.entries, 0);
    });
}

#[test]
fn what_the_trail_itself_says_of_lost_history_explains_it() {
    on_each(|database| async move {
        acts(&database, 0..4).await;
        let told = |kind: &str, detail: serde_json::Value| Entry {
            id: Uuid::now_v7(),
            at: day(5),
            actor: None,
            kind: kind.to_owned(),
            object: Some("crm.lead".to_owned()),
            record: None,
            request: None,
            detail,
        };
        let gone = Uuid::from_u128(1002);
        let purge = told("record.purge", json!({"rows": 1, "purged": [gone]}));
        let lost = database
            .rehearse(move |tx| async move {
                history::purge(&tx, "crm.lead", gone).await?;
                verify(&tx, &pen(), None).await
            })
            .await
            .unwrap();
        assert!(lost.broken.is_some(), "nobody said so");
        let said = database
            .write(move |tx| {
                let purge = purge.clone();
                async move {
                    history::purge(&tx, "crm.lead", gone).await?;
                    insert(&tx, &pen(), &[purge]).await
                }
            })
            .await;
        said.unwrap();
        assert_eq!(verified(&database, None).await.broken, None);
        // A whole object goes, under another name than it once had.
        let renamed = told("catalog.published", json!({"renamed": {"crm.lead": "crm.contact"}}));
        let dropped = told("catalog.purged", json!({"dropped": ["crm.contact"]}));
        database
            .write(move |tx| {
                let both = [renamed.clone(), dropped.clone()];
                async move {
                    tx.batch("delete from sys_history").await?;
                    insert(&tx, &pen(), &both).await
                }
            })
            .await
            .unwrap();
        sealed(&database).await;
        assert_eq!(verified(&database, None).await.broken, None);
    });
}
