use crate::store::workflow::verify::{Logs, verify_logs};
use crate::store::workflow::{self, Candidate, Instance, NewLogRow, Task, TaskBox};
use crate::store::{attempt, credential, event, history, idempotency, job, number, publish, session, stored};
use crate::testing::on_each;
use crate::{Database, Dialect, Tx};
use catalog::PhysicalNames;
use chrono::{DateTime, Duration, Utc};
use diagnostic::{Code, Diagnostic, Result};
use serde_json::json;
use std::collections::HashSet;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-03-01T08:00:00.123456Z".parse().unwrap()
}

/// Runs work in a transaction and panics where it fails.
async fn write<T: Send + 'static, W: Future<Output = Result<T>> + Send + 'static>(
    database: &Database,
    work: impl Fn(Tx) -> W + Send + Sync + 'static,
) -> T {
    database.write(work).await.unwrap()
}

fn some_job(key: Option<&str>, once: bool) -> job::Job {
    let mut made = job::Job::new("q", "mail", json!({"to": "a", "n": [1, null]}), now());
    made.dedup_key = key.map(str::to_owned);
    made.once = once;
    made
}

async fn claim(database: &Database, worker: &'static str, at: DateTime<Utc>) -> Vec<job::Job> {
    write(
        database,
        move |tx| async move { job::claim(&tx, "q", worker, 10, Duration::seconds(30), at).await },
    )
    .await
}

#[test]
fn a_worker_that_comes_back_late_changes_nothing() {
    on_each(|database| async move {
        let made = some_job(None, false);
        let kept = made.clone();
        assert!(
            write(&database, move |tx| {
                let made = made.clone();
                async move { job::enqueue(&tx, &made).await }
            })
            .await
        );
        let first = claim(&database, "slow", now()).await.remove(0);
        assert_eq!((first.payload.clone(), first.attempts, first.lease), (kept.payload, 1, 1));
        assert!(claim(&database, "other", now()).await.is_empty());
        // The lease runs out; another worker takes the job.
        let later = now() + Duration::seconds(31);
        let second = claim(&database, "quick", later).await.remove(0);
        assert_eq!((second.id, second.lease, second.attempts), (first.id, 2, 2));
        let done = |lease| {
            let database = database.clone();
            async move {
                write(&database, move |tx| async move {
                    job::complete(&tx, first.id, lease, Some(json!(lease)), later).await
                })
                .await
            }
        };
        assert!(!done(1).await);
        assert!(done(2).await);
        assert!(!done(2).await);
        let ended = job::get(&database.reader(), first.id).await.unwrap().unwrap();
        assert_eq!((ended.state.as_str(), ended.result), ("done", Some(json!(2))));
        assert_eq!(ended.finished_at, Some(later));
    });
}

#[test]
fn a_job_that_fails_comes_back_later_each_time_and_then_no_more() {
    on_each(|database| async move {
        let mut made = some_job(Some("k"), false);
        made.max_attempts = 2;
        let id = made.id;
        write(&database, move |tx| {
            let made = made.clone();
            async move { job::enqueue(&tx, &made).await }
        })
        .await;
        let mut at = now();
        for (attempt, state, wait) in [(1, "ready", 2), (2, "failed", 0)] {
            let taken = claim(&database, "w", at).await.remove(0);
            assert_eq!(taken.attempts, attempt);
            assert!(
                write(&database, move |tx| {
                    let taken = taken.clone();
                    async move { job::fail(&tx, &taken, "boom", at).await }
                })
                .await
            );
            let after = job::get(&database.reader(), id).await.unwrap().unwrap();
            assert_eq!((after.state.as_str(), after.error.as_deref()), (state, Some("boom")));
            if state == "ready" {
                assert_eq!(after.run_at, at + Duration::seconds(wait));
                assert!(claim(&database, "w", at).await.is_empty());
            }
            at += Duration::seconds(wait);
        }
        // A failed job has given its key back.
        assert!(
            write(&database, |tx| async move { job::enqueue(&tx, &some_job(Some("k"), false)).await }).await
        );
        assert!(
            !write(&database, |tx| async move { job::enqueue(&tx, &some_job(Some("k"), false)).await }).await
        );
    });
}

#[test]
fn a_slot_of_a_schedule_is_taken_for_ever() {
    on_each(|database| async move {
        let enqueue =
            |tx: Tx| async move { job::enqueue(&tx, &some_job(Some("daily@2026-03-01"), true)).await };
        assert!(write(&database, enqueue).await);
        let taken = claim(&database, "w", now()).await.remove(0);
        assert!(
            write(&database, move |tx| async move {
                job::complete(&tx, taken.id, taken.lease, None, now()).await
            })
            .await
        );
        assert!(!write(&database, enqueue).await);
        assert!(
            write(&database, |tx| async move { job::enqueue(&tx, &some_job(Some("other"), false)).await })
                .await
        );
        assert!(write(&database, |tx| async move { job::cancel_key(&tx, "other", now()).await }).await);
        assert!(claim(&database, "w", now()).await.is_empty());
    });
}

#[test]
fn no_job_is_taken_twice() {
    on_each(|database| async move {
        for _ in 0..40 {
            write(&database, |tx| async move { job::enqueue(&tx, &some_job(None, false)).await }).await;
        }
        let workers = (0..4).map(|_| {
            let database = database.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let some = write(&database, |tx| async move {
                        job::claim(&tx, "q", "w", 3, Duration::seconds(30), now()).await
                    })
                    .await;
                    if some.is_empty() {
                        return taken;
                    }
                    taken.extend(some.into_iter().map(|job| job.id));
                }
            })
        });
        let taken: Vec<Uuid> =
            futures_util::future::join_all(workers).await.into_iter().flat_map(|ids| ids.unwrap()).collect();
        let distinct: HashSet<Uuid> = taken.iter().copied().collect();
        // Two workers that skip each other's rows may both find nothing before the last are taken.
        let rest = claim(&database, "w", now()).await.len();
        assert_eq!((taken.len(), distinct.len()), (40 - rest, 40 - rest));
    });
}

/// PostgreSQL keeps the plan of a statement that it saw often, made while the queue was short, until it counts the rows
/// anew, which may take a minute.
#[test]
fn a_queue_that_grew_is_not_read_again_for_each_of_its_rows() {
    on_each(|database| async move {
        if database.dialect() == Dialect::Sqlite {
            return;
        }
        let jobs = |count: usize, at| {
            std::iter::repeat_with(|| job::Job { id: Uuid::now_v7(), run_at: at, ..some_job(None, false) })
                .take(count)
                .collect::<Vec<_>>()
        };
        let read = write(&database, move |tx| {
            let (one, many) = (jobs(1, now()), jobs(3000, now() + Duration::days(9)));
            async move {
                stored::insert(&tx, &one, "").await?;
                tx.batch("analyze sys_job").await?;
                for _ in 0..8 {
                    job::claim(&tx, "q", "w", 2, Duration::seconds(30), now()).await?;
                }
                stored::insert(&tx, &many, "").await?;
                let read = "select sum(seq_tup_read + idx_tup_fetch)::bigint from pg_stat_xact_user_tables \
                            where relname = 'sys_job'";
                let before: i64 = tx.row(read, Vec::new()).await?.unwrap().get(0)?;
                job::claim(&tx, "q", "w", 2, Duration::seconds(30), now() + Duration::seconds(31)).await?;
                let after: i64 = tx.row(read, Vec::new()).await?.unwrap().get(0)?;
                Ok(after - before)
            }
        })
        .await;
        assert!(read < 5 * 3000, "{read} rows were read");
    });
}

#[test]
fn events_of_long_ago_are_removed_some_at_a_time() {
    on_each(|database| async move {
        let (then, before) = (now() - Duration::days(8), now() - Duration::days(7));
        let of = |at: DateTime<Utc>| event::Event {
            id: uuid::Builder::from_unix_timestamp_millis(at.timestamp_millis().cast_unsigned(), &[7; 10])
                .into_uuid(),
            kind: "record_created".into(),
            object: "crm.lead".into(),
            record: None,
            actor: None,
            at,
            payload: json!({}),
            chain: json!([]),
            handled_at: None,
        };
        let of_then = (0..1001).map(|n| of(then + Duration::milliseconds(n)));
        let all: Vec<event::Event> = of_then.chain([of(before)]).collect();
        write(&database, move |tx| {
            let all = all.clone();
            async move { stored::insert(&tx, &all, "").await.map(drop) }
        })
        .await;
        let mut removed = Vec::new();
        for _ in 0..3 {
            removed.push(write(&database, move |tx| async move { event::sweep(&tx, before).await }).await);
        }
        assert_eq!(removed, [1000, 1, 0]);
        assert_eq!(event::open(&database.reader(), 10).await.unwrap().len(), 1);
    });
}

#[test]
fn a_request_that_is_repeated_has_its_effect_once() {
    on_each(|database| async move {
        let key = |hash: &[u8]| idempotency::RequestKey {
            actor: Uuid::from_u128(7),
            method: "POST".into(),
            path: "/x".into(),
            key: "k".into(),
            body_hash: hash.to_vec(),
        };
        let ask = async |hash: &'static [u8], fails: bool| {
            database
                .write(move |tx| {
                    let key = key(hash);
                    async move {
                        if let Some(earlier) = idempotency::begin(&tx, &key, now()).await? {
                            return Ok((false, earlier.status));
                        }
                        if fails {
                            return Err(Box::new(Diagnostic::new(Code::NotFound)));
                        }
                        idempotency::finish(&tx, &key, 201, &json!({"id": 1})).await?;
                        Ok((true, 201))
                    }
                })
                .await
                .map_err(|found| found.code)
        };
        let rows = [
            (&b"one"[..], true, Err(Code::NotFound)),
            (b"one", false, Ok((true, 201))),
            (b"one", false, Ok((false, 201))),
            (b"two", false, Err(Code::IdempotencyMismatch)),
        ];
        for (hash, fails, expect) in rows {
            assert_eq!(ask(hash, fails).await, expect);
        }
    });
}

#[test]
fn numbers_are_given_out_once_and_without_gaps() {
    on_each(|database| async move {
        let takers = (0..20).map(|taker| {
            let database = database.clone();
            tokio::spawn(async move {
                let take = move |tx: Tx| async move {
                    let first = number::next(&tx, "crm.quote.number", "2026", 2).await?;
                    // What is rolled back is given out again.
                    if taker % 5 == 0 { Err(Box::new(Diagnostic::new(Code::NotFound))) } else { Ok(first) }
                };
                database.write(take).await.ok()
            })
        });
        let mut taken: Vec<i64> =
            futures_util::future::join_all(takers).await.into_iter().filter_map(|n| n.unwrap()).collect();
        taken.sort_unstable();
        assert_eq!(taken, (0..16).map(|n| n * 2 + 1).collect::<Vec<i64>>());
        let next = write(&database, |tx| async move {
            number::at_least(&tx, "crm.quote.number", "2026", 100).await?;
            number::at_least(&tx, "crm.quote.number", "2026", 50).await?;
            Ok((
                number::next(&tx, "crm.quote.number", "2026", 1).await?,
                number::next(&tx, "x", "2027", 1).await?,
            ))
        })
        .await;
        assert_eq!(next, (101, 1));
    });
}

#[test]
fn sessions_and_credentials_come_back_as_they_were_kept() {
    on_each(|database| async move {
        let user = Uuid::now_v7();
        let made = session::Session {
            id: Uuid::now_v7(),
            token: vec![1; 32],
            user,
            kind: "api".into(),
            roles: Some(vec!["crm.sales_rep".into()]),
            label: None,
            created_at: now(),
            expires_at: Some(now() + Duration::hours(1)),
            last_used_at: now(),
            address: Some("192.0.2.1".into()),
            agent: None,
        };
        let kept = made.clone();
        write(&database, move |tx| {
            let made = made.clone();
            async move {
                credential::set(&tx, user, "$argon2id$…", true, now()).await?;
                session::insert(&tx, &made).await
            }
        })
        .await;
        let tx = database.reader();
        assert_eq!(session::find(&tx, &[1; 32], now()).await.unwrap(), Some(kept.clone()));
        assert_eq!(session::find(&tx, &[1; 32], now() + Duration::hours(2)).await.unwrap(), None);
        assert_eq!(session::find(&tx, &[2; 32], now()).await.unwrap(), None);
        assert!(credential::find(&tx, user).await.unwrap().unwrap().must_change);
        let rule = attempt::LockOut { after: 2, rest: Duration::minutes(5), forget: Duration::hours(1) };
        for (later, rests) in [(0, false), (1, true), (2, false), (90, false), (91, true)] {
            let at = now() + Duration::minutes(later);
            let found =
                write(&database, move |tx| async move { attempt::failed(&tx, b"login", rule, at).await });
            assert_eq!(found.await, rests, "after {later} minutes");
        }
        let known = attempt::find(&tx, b"login").await.unwrap().unwrap();
        assert_eq!(known.locked_until, Some(now() + Duration::minutes(96)));
        assert!(write(&database, move |tx| async move { session::revoke(&tx, user, kept.id).await }).await);
        assert!(session::list(&tx, user).await.unwrap().is_empty());
    });
}

#[test]
fn publishes_keep_every_text_and_follow_one_another() {
    on_each(|database| async move {
        for round in 1..=2i64 {
            write(&database, move |tx| async move {
                assert_eq!(publish::serialise(&tx).await?, round - 1);
                let made = publish::Publish {
                    number: round,
                    at: now(),
                    by: None,
                    summary: "线索".into(),
                    hash: format!("h{round}"),
                    packs: json!([{"name": "crm", "version": "1.0.0"}]),
                };
                let text = |path: &str, text: String| publish::SourceText {
                    pack: "crm".into(),
                    path: path.into(),
                    text,
                };
                let sources = [text("a.yaml", "same".into()), text("b.yaml", format!("round {round}"))];
                let mut names = PhysicalNames::default();
                names.tables.insert(format!("crm.z{round}"), catalog::names::Table::default());
                names.tables.insert("crm.a".into(), catalog::names::Table::default());
                publish::insert(&tx, &made, &sources, &names).await
            })
            .await;
        }
        let tx = database.reader();
        assert_eq!(publish::version(&tx).await.unwrap(), 2);
        let texts: Vec<String> =
            publish::sources(&tx, 1).await.unwrap().into_iter().map(|source| source.text).collect();
        assert_eq!(texts, ["same", "round 1"]);
        let names: Vec<String> = publish::names(&tx).await.unwrap().tables.keys().cloned().collect();
        assert_eq!(names, ["crm.z2", "crm.a"]);
        let kept = tx.rows("select body from sys_text order by body", vec![]).await.unwrap().len();
        assert_eq!(kept, 3);
        let mut news = database.watch();
        tokio::time::timeout(std::time::Duration::from_secs(3), news.wait_for(|now| now.catalog == 2))
            .await
            .unwrap()
            .unwrap();
    });
}

#[test]
fn history_pages_backwards() {
    on_each(|database| async move {
        let record = Uuid::now_v7();
        write(&database, move |tx| async move {
            // The first write sets three fields, each further one one or two.
            let changed = |field: &str, n: i64| history::Changed {
                field: field.into(),
                old: (n > 0).then(|| json!(n - 1)),
                new: Some(json!(n)),
            };
            let changes = |n: i64| match n {
                0 => vec![changed("code", n), changed("name", n), changed("note", n)],
                _ if n % 2 == 0 => vec![changed("name", n), changed("note", n)],
                _ => vec![changed("name", n)],
            };
            let entries: Vec<history::Entry> = (0..600i64)
                .map(|n| history::Entry {
                    object: "crm.lead".into(),
                    record,
                    version: n,
                    at: now(),
                    by: None,
                    changes: changes(n),
                })
                .collect();
            history::insert(&tx, &entries).await
        })
        .await;
        let tx = database.reader();
        // Pages of any length show each change once, the newest first.
        for limit in [1, 2, 3, 7, 1000] {
            let (mut shown, mut before) = (Vec::new(), None);
            loop {
                let page = history::list(&tx, "crm.lead", record, before, limit).await.unwrap();
                before = page.last().map(|change| change.id);
                let full = page.len() == limit as usize;
                shown.extend(page.into_iter().map(|change| (change.version, change.changed.field)));
                if !full {
                    break;
                }
            }
            assert_eq!(shown.len(), 600 + 299 + 2, "{limit}");
            assert!(shown.windows(2).all(|pair| pair[0].0 >= pair[1].0), "{limit}");
            let first: Vec<&str> = shown.iter().filter(|(n, _)| *n == 0).map(|(_, field)| &**field).collect();
            assert_eq!(first, ["note", "name", "code"], "{limit}");
        }
        let newest = history::list(&tx, "crm.lead", record, None, 1).await.unwrap();
        assert_eq!(newest[0].changed.old, Some(json!(598)));
        let rows = tx.row("select count(*) from sys_history", vec![]).await.unwrap().unwrap();
        assert_eq!(rows.get::<i64>(0).unwrap(), 600, "one row a write");
    });
}

fn instance(key: Option<&str>) -> Instance {
    Instance {
        id: Uuid::now_v7(),
        workflow: "crm.quote_approval".into(),
        definition: "h".into(),
        object: "crm.quote".into(),
        record: Uuid::from_u128(5),
        record_version: 3,
        state: "running".into(),
        initiator: Uuid::from_u128(1),
        locking: "material".into(),
        parked: None,
        variables: json!({}),
        event_key: key.map(str::to_owned),
        chain: json!([]),
        version: 1,
        log_number: 0,
        log_hash: vec![],
        started_at: now(),
        ended_at: None,
        incident: None,
    }
}

fn task(instance: Uuid, assignee: Option<Uuid>) -> Task {
    Task {
        id: Uuid::now_v7(),
        instance,
        token: Uuid::now_v7(),
        node: "manager".into(),
        kind: "approve".into(),
        state: "open".into(),
        seat: 0,
        assignee,
        why: json!({"superior": 1}),
        data: json!({}),
        seen_version: None,
        decision: None,
        comment: None,
        decided_by: None,
        decided_at: None,
        read_at: None,
        due_at: None,
        version: 1,
        created_at: now(),
    }
}

#[test]
fn the_log_of_an_instance_shows_any_change_made_to_it() {
    on_each(|database| async move {
        let made = instance(Some("e1"));
        let id = made.id;
        write(&database, move |tx| {
            let mut made = made.clone();
            async move {
                workflow::keep_definition(&tx, "h", "crm.quote_approval", "kind: workflow").await?;
                assert!(workflow::insert_instance(&tx, &made).await?);
                assert!(!workflow::insert_instance(&tx, &instance(Some("e1"))).await?);
                let row = |kind: &str| NewLogRow {
                    kind: kind.into(),
                    node: Some("manager".into()),
                    actor: None,
                    at: Utc::now(),
                    data: json!({"b": 1, "a": {"d": "值", "c": [1.5, null]}}),
                };
                let log = workflow::chain_log(&mut made, vec![row("started"), row("asked")]);
                workflow::insert_log(&tx, &log).await?;
                let log = workflow::chain_log(&mut made, vec![row("decided")]);
                workflow::insert_log(&tx, &log).await?;
                assert!(workflow::save_instance(&tx, &made).await?);
                Ok(())
            }
        })
        .await;
        let tx = database.reader();
        let kept = workflow::instance(&tx, id).await.unwrap().unwrap();
        assert_eq!(kept.log_number, 3);
        assert_eq!(verify_logs(&tx).await.unwrap(), Logs { rows: 3, broken: None });
        let rows = [
            ("update workflow_log set kind = 'forged' where number = 2", Some(2)),
            ("update workflow_log set kind = 'asked' where number = 2", None),
            (
                "update workflow_instance set log_number = 4, log_hash = previous from workflow_log where number = 2",
                Some(4),
            ),
            ("delete from workflow_log where number = 1", Some(1)),
        ];
        for (sql, expect) in rows {
            write(&database, move |tx| async move { tx.batch(sql).await }).await;
            let found = verify_logs(&tx).await.unwrap().broken;
            assert_eq!(found, expect.map(|number| (id, number)), "{sql}");
        }
    });
}

#[test]
fn a_task_lies_in_the_boxes_of_those_it_concerns() {
    on_each(|database| async move {
        let (anna, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let made = instance(None);
        let (mine, open) = (task(made.id, Some(anna)), task(made.id, None));
        let ids = (mine.id, open.id);
        write(&database, move |tx| {
            let (made, mine, open) = (made.clone(), mine.clone(), open.clone());
            async move {
                workflow::keep_definition(&tx, "h", "w", "x").await?;
                workflow::insert_instance(&tx, &made).await?;
                workflow::insert_tasks(&tx, &[mine, open.clone()]).await?;
                let candidate = |user| Candidate { task: open.id, user, why: json!({}) };
                workflow::insert_candidates(&tx, &[candidate(anna), candidate(ben)]).await
            }
        })
        .await;
        let tx = database.reader();
        let in_box = async |user, which| -> Vec<Uuid> {
            let tasks =
                workflow::in_box(&tx, user, which, &workflow::FlowFilter::default(), None, 10).await.unwrap();
            tasks.into_iter().map(|task| task.id).collect()
        };
        assert_eq!(in_box(anna, TaskBox::Todo).await, [ids.1, ids.0]);
        assert_eq!(in_box(ben, TaskBox::Todo).await, [ids.1]);
        write(&database, move |tx| async move {
            let mut decided = workflow::task(&tx, ids.0).await?.unwrap();
            (decided.state, decided.decided_by) = ("approved".into(), Some(anna));
            workflow::save_task(&tx, &decided).await
        })
        .await;
        assert_eq!(in_box(anna, TaskBox::Todo).await, [ids.1]);
        assert_eq!(in_box(anna, TaskBox::Done).await, [ids.0]);
        assert!(in_box(anna, TaskBox::Copies).await.is_empty());
    });
}
