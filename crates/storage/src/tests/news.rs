use crate::Database;
use crate::dialect::Dialect;
use crate::news::Topic;
use crate::testing::{options, runtime};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

async fn heard(listener: &mut Receiver<Topic>) -> Option<Topic> {
    let next = tokio::time::timeout(Duration::from_secs(5), listener.recv()).await;
    next.ok().map(|topic| topic.unwrap())
}

#[test]
fn news_of_a_commit_reaches_every_process_and_only_those_it_concerns() {
    for place in &test_support::databases() {
        runtime().block_on(async {
            let database = Database::open(options(place)).await.unwrap();
            // SQLite has one process that serves; PostgreSQL any number.
            let other = match database.dialect() {
                Dialect::Postgres => Database::open(options(place)).await.unwrap(),
                Dialect::Sqlite => database.clone(),
            };
            // Until the watch of each listens.
            tokio::time::sleep(Duration::from_millis(300)).await;
            let (ann, ben) = (Uuid::now_v7(), Uuid::now_v7());
            let (mut anns, mut bens) = (other.listen(ann).unwrap(), other.listen(ben).unwrap());
            // More than one message names.
            let crowd: Vec<Uuid> = (0..500).map(|_| Uuid::now_v7()).chain([ann, ann]).collect();
            for commits in [false, true] {
                let (told, crowd) = (database.clone(), crowd.clone());
                let work = move |tx| {
                    let (told, crowd) = (told.clone(), crowd.clone());
                    async move {
                        told.tell(&tx, Topic::Tasks, crowd);
                        if commits { Ok(()) } else { Err(crate::error::internal("a test", "it fails")) }
                    }
                };
                assert_eq!(database.write(work).await.is_ok(), commits);
            }
            assert_eq!(heard(&mut anns).await, Some(Topic::Tasks));
            // A call of another topic in the end: what is of no concern would have come before.
            let told = database.clone();
            let work = move |tx| {
                told.tell(&tx, Topic::Notifications, vec![ben]);
                async { Ok(()) }
            };
            database.write(work).await.unwrap();
            assert_eq!(heard(&mut bens).await, Some(Topic::Notifications));
            assert!(bens.is_empty());
            other.close().await.unwrap();
            database.close().await.unwrap();
        });
    }
}
