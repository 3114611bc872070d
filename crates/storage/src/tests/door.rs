use crate::testing::on_each;
use crate::{Database, Tx, cells};
use diagnostic::{Code, Diagnostic, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

async fn table(database: &Database) {
    database.write(|tx| async move { tx.batch("create table t (id integer not null, v integer not null); create unique index t_id on t (id)").await }).await.unwrap();
}

async fn put(tx: &Tx, id: i64) -> Result<()> {
    tx.execute_sql("insert into t (id, v) values ($1, 0)", cells![tx.dialect(); id]).await.map(|_| ())
}

async fn ids(database: &Database) -> Vec<i64> {
    let rows = database.reader().rows("select cast(id as bigint) from t order by id", vec![]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

fn refused() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::RuleViolated).with("rule", "x"))
}

#[test]
fn jobs_that_share_a_commit_do_not_share_their_fate() {
    on_each(|database| async move {
        table(&database).await;
        let jobs = (0..40i64).map(|id| {
            let database = database.clone();
            tokio::spawn(async move {
                database
                    .write(move |tx| async move {
                        put(&tx, id).await?;
                        match id % 5 {
                            // A refusal of a rule, a unique clash, a defect, and a statement that fails unseen.
                            1 => Err(refused()),
                            2 => put(&tx, id).await.map(|()| id),
                            3 if id == 3 => panic!("a defect"),
                            4 if id == 4 => {
                                let _ = put(&tx, id).await;
                                Ok(id)
                            }
                            _ => Ok(id),
                        }
                    })
                    .await
            })
        });
        let answers = futures_util::future::join_all(jobs).await;
        for (id, answer) in answers.into_iter().enumerate() {
            let code = answer.unwrap().map_err(|found| found.code);
            let expect = match id % 5 {
                1 => Err(Code::RuleViolated),
                2 => Err(Code::Duplicate),
                3 if id == 3 => Err(Code::Internal),
                4 if id == 4 => Err(Code::Duplicate),
                _ => Ok(id as i64),
            };
            assert_eq!(code, expect, "job {id}");
        }
        let kept: Vec<i64> =
            (0..40).filter(|id| id % 5 != 1 && id % 5 != 2 && *id != 3 && *id != 4).collect();
        assert_eq!(ids(&database).await, kept);
    });
}

#[test]
fn callbacks_run_after_a_commit_and_only_then() {
    on_each(|database| async move {
        table(&database).await;
        let calls = Arc::new(AtomicU32::new(0));
        for (id, fails) in [(1i64, false), (2, true)] {
            let calls = calls.clone();
            let answer = database
                .write(move |tx| {
                    let calls = calls.clone();
                    async move {
                        put(&tx, id).await?;
                        let counted = calls.clone();
                        tx.after_commit(move || {
                            counted.fetch_add(1, Ordering::SeqCst);
                        });
                        let undone: Result<()> = tx
                            .savepoint(async {
                                tx.after_commit(move || {
                                    calls.fetch_add(100, Ordering::SeqCst);
                                });
                                put(&tx, id).await
                            })
                            .await;
                        assert_eq!(undone.unwrap_err().code, Code::Duplicate);
                        put(&tx, id + 10).await?;
                        if fails { Err(refused()) } else { Ok(()) }
                    }
                })
                .await;
            assert_eq!(answer.is_err(), fails);
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert_eq!(ids(&database).await, [1, 11]);
    });
}

#[test]
fn a_transaction_is_of_no_use_after_its_end() {
    on_each(|database| async move {
        table(&database).await;
        let kept = database.write(|tx| async move { put(&tx, 1).await.map(|()| tx) }).await.unwrap();
        assert_eq!(put(&kept, 2).await.unwrap_err().code, Code::DatabaseBusy);
        database.write(|tx| async move { put(&tx, 3).await }).await.unwrap();
        assert_eq!(ids(&database).await, [1, 3]);
    });
}

#[test]
fn two_that_lock_crosswise_both_get_through() {
    on_each(|database| async move {
        table(&database).await;
        database
            .write(|tx| async move {
                put(&tx, 1).await?;
                put(&tx, 2).await
            })
            .await
            .unwrap();
        let add = |first: i64, second: i64| {
            let database = database.clone();
            tokio::spawn(async move {
                database
                    .write_alone(move |tx| async move {
                        for id in [first, second] {
                            tx.execute_sql("update t set v = v + 1 where id = $1", cells![tx.dialect(); id])
                                .await?;
                            tokio::time::sleep(Duration::from_millis(30)).await;
                        }
                        Ok(())
                    })
                    .await
            })
        };
        let (one, other) = tokio::join!(add(1, 2), add(2, 1));
        one.unwrap().unwrap();
        other.unwrap().unwrap();
        let rows =
            database.reader().rows("select cast(v as bigint) from t order by id", vec![]).await.unwrap();
        let values: Vec<i64> = rows.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(values, [2, 2]);
    });
}

#[test]
fn a_read_sees_one_state() {
    on_each(|database| async move {
        table(&database).await;
        let writer = database.clone();
        let counts = database
            .read(move |tx| async move {
                let count = async || {
                    let row = tx.row("select cast(count(id) as bigint) from t", vec![]).await?;
                    row.unwrap().get::<i64>(0)
                };
                let before = count().await?;
                writer.write(|tx| async move { put(&tx, 1).await }).await?;
                Ok((before, count().await?))
            })
            .await
            .unwrap();
        assert_eq!(counts, (0, 0));
        assert_eq!(ids(&database).await, [1]);
    });
}

#[test]
fn work_is_done_though_nobody_waits_for_it() {
    on_each(|database| async move {
        table(&database).await;
        let (began, seen) = tokio::sync::oneshot::channel();
        let began = Arc::new(std::sync::Mutex::new(Some(began)));
        let asked = database.clone();
        let asking = tokio::spawn(async move {
            asked
                .write(move |tx| {
                    let began = began.clone();
                    async move {
                        let began = began.lock().unwrap().take();
                        began.into_iter().for_each(|began| began.send(()).unwrap());
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        put(&tx, 1).await
                    }
                })
                .await
        });
        seen.await.unwrap();
        asking.abort();
        database.write(|tx| async move { put(&tx, 2).await }).await.unwrap();
        for _ in 0..200 {
            if ids(&database).await == [1, 2] {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the first write was lost: {:?}", ids(&database).await);
    });
}

#[test]
fn a_transaction_that_the_database_ended_fails_all_who_shared_it_and_nobody_after() {
    let place = test_support::TestDatabase::sqlite();
    crate::testing::runtime().block_on(async {
        let database = Database::open(crate::testing::options(&place)).await.unwrap();
        table(&database).await;
        let jobs = (0..10i64).map(|id| {
            let database = database.clone();
            tokio::spawn(async move {
                database
                    .write(move |tx| async move {
                        put(&tx, id).await?;
                        if id == 5 {
                            // As SQLite itself does when the disk is full.
                            tx.batch("rollback").await?;
                        }
                        Ok(id)
                    })
                    .await
            })
        });
        let answers = futures_util::future::join_all(jobs).await;
        let answered: Vec<i64> = answers.into_iter().filter_map(|answer| answer.unwrap().ok()).collect();
        assert!(!answered.contains(&5));
        database.write(|tx| async move { put(&tx, 100).await }).await.unwrap();
        let mut kept = answered;
        kept.push(100);
        kept.sort_unstable();
        assert_eq!(ids(&database).await, kept);
    });
}
