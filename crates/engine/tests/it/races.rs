//! Several processes on one database, as clocks go on, jump and go back, and as processes vanish in the middle of what
//! they do: each time of a schedule counts once, each timer rings once.

use crate::packs;
use crate::site::{Site, on_each, open};
use chrono::{DateTime, TimeDelta, Utc};
use engine::Engine;
use engine::publish::PackFiles;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Processes.
const NODES: usize = 3;
/// Minutes by which the clock moves, one after the other; the schedule is due at each new minute.
const STEPS: [i64; 24] = [1, 1, 1, 5, 1, 1, -2, 1, 1, 1, 1, 30, 1, 1, 1, -10, 10, 1, 1, 1, 60, 1, 1, 1];

fn pack() -> PackFiles {
    let files = [
        ("pack.yaml", "kind: pack\nname: race\nversion: 1.0.0\nrequires: {base: '>=1.0.0'}\n"),
        (
            "objects/mark.yaml",
            "kind: object\nname: mark\nlabel: Mark\ntitle: name\nownership: shared\n\
             fields:\n  name: {type: text, max: 80}\n  at: {type: datetime}\n",
        ),
        (
            "objects/order.yaml",
            "kind: object\nname: order\nlabel: Order\ntitle: name\nownership: shared\n\
             fields:\n  name: {type: text, max: 80}\n",
        ),
        (
            "workflows/tick.yaml",
            "kind: workflow\nname: tick\nuse: automation\nlabel: Tick\n\
             trigger: {schedule: {cron: '* * * * *', timezone: UTC}}\n\
             steps:\n  say: {create: {object: mark, set: {name: tick}, set_from: {at: now()}}}\n",
        ),
        (
            "workflows/ring.yaml",
            "kind: workflow\nname: ring\nuse: automation\nlabel: Ring\nobject: order\n\
             trigger: {record_created: {}}\n\
             steps:\n  later: {wait: {soon: {timer: {after: 3m}}}}\n  \
             say: {create: {object: mark, set_from: {name: record.name, at: now()}}}\n",
        ),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    PackFiles { root: "race".to_owned(), files: files.into() }
}

/// All engines work at once until none finds anything; in a round one of them is dropped in the middle.
async fn work_off(engines: &[Engine], round: Option<usize>) {
    loop {
        let mut running = tokio::task::JoinSet::new();
        for (place, engine) in engines.iter().cloned().enumerate() {
            let work = async move {
                let events = engine.dispatch_once().await?;
                Ok::<_, Box<diagnostic::Diagnostic>>(
                    events + engine.work_once(&format!("worker {place}")).await?,
                )
            };
            let dropped = round
                .filter(|round| place == round % NODES)
                .map(|round| Duration::from_micros(300 * round as u64));
            running.spawn(async move {
                match dropped {
                    // What it held is somebody else's once its lease has ended.
                    Some(after) => tokio::time::timeout(after, work).await.unwrap_or(Ok(0)).unwrap(),
                    None => work.await.unwrap(),
                }
            });
        }
        if running.join_all().await.into_iter().sum::<usize>() == 0 {
            return;
        }
    }
}

async fn marks(site: &Site) -> Vec<String> {
    let asked = [("fields", "name"), ("limit", "500")];
    let asked: Vec<_> = asked.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let listing = site.engine.list(&site.engine.system(), "race.mark", &asked).await.unwrap();
    let records: Json = serde_json::from_slice(&listing.body).unwrap();
    records.as_array().unwrap().iter().map(|mark| mark["name"].as_str().unwrap().to_owned()).collect()
}

async fn read(site: &Site, sql: &str) -> Vec<String> {
    let rows = site.engine.database().reader().rows(sql, Vec::new()).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

/// The times that set the flow off, as its instances are keyed by them.
async fn slots(site: &Site) -> Vec<DateTime<Utc>> {
    let sql = "select event_key from workflow_instance where workflow = 'race.tick' order by event_key";
    let keys = read(site, sql).await;
    keys.iter().map(|key| key.split_once('@').unwrap().1.parse().unwrap()).collect()
}

/// The times that the queue is done with.
async fn times(site: &Site) -> Vec<DateTime<Utc>> {
    let sql = "select dedup_key from sys_job where kind = 'slot' and state = 'done' order by dedup_key";
    let keys = read(site, sql).await;
    keys.iter().map(|key| key.split_once('@').unwrap().1.parse().unwrap()).collect()
}

#[test]
fn times_count_once_over_three_processes() {
    on_each(async |site| {
        site.apply(vec![packs::shipped("base"), pack()]).await;
        let mut engines = vec![site.engine.clone()];
        for _ in 1..NODES {
            engines.push(open(&site.place, site.clock.clone()).await);
        }
        work_off(&engines, None).await;
        let mut orders = Vec::new();
        for (round, step) in STEPS.into_iter().enumerate() {
            let name = format!("order {round}");
            site.create(&site.engine.system(), "race.order", json!({"name": name})).await;
            orders.push(name);
            site.clock.advance(TimeDelta::minutes(step));
            work_off(&engines, Some(round)).await;
            // Times beyond the lease of what a dropped engine held, which stay within the minute.
            site.clock.advance(TimeDelta::seconds(if round.is_multiple_of(2) { 1 } else { -1 }));
            if round % 8 == 7 {
                let further = open(&site.place, site.clock.clone()).await;
                drop(std::mem::replace(&mut engines[1], further));
            }
        }
        // Nobody is dropped any more: what the last one held is somebody else's.
        for _ in 0..3 {
            site.clock.advance(TimeDelta::minutes(5));
            work_off(&engines, None).await;
        }
        // What a dropped engine held is late: the times meanwhile count as one. None counts twice, none is forgotten.
        let (set_off, came) = (slots(&site).await, times(&site).await);
        assert!(came.len() > STEPS.len() / 4, "{came:?}");
        assert_eq!(set_off, came, "each time that came sets the flow off once");
        let mut found = BTreeMap::<String, usize>::new();
        for name in marks(&site).await {
            *found.entry(name).or_default() += 1;
        }
        assert_eq!(found.remove("tick"), Some(came.len()), "what follows a time is done once");
        assert_eq!(found, orders.into_iter().map(|name| (name, 1)).collect(), "each timer rings once");
        for engine in engines.iter().skip(1) {
            engine.database().close().await.unwrap();
        }
    });
}
