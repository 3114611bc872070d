use crate::connection::{Options, Role};
use crate::testing::{on_each, options, runtime};
use crate::{Database, system, watch};
use diagnostic::Code;
use std::time::Duration;

fn code_of(options: Options) -> Code {
    runtime().block_on(async { Database::open(options).await.err().unwrap().code })
}

#[test]
fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a database, not a folder, and long enough to be read as a page header")
        .unwrap();
    let rows = [
        (Options::folder(file.join("below")), Code::ReadOnlyStorage),
        (Options::url(format!("sqlite://{}", file.display())), Code::DatabaseUnavailable),
        (Options::url("postgres://nobody@127.0.0.1:1/none"), Code::DatabaseUnavailable),
        (Options::url("mysql://localhost/x"), Code::InvalidConfiguration),
        (Options::url("postgres://local host:x/"), Code::InvalidConfiguration),
    ];
    for (options, expect) in rows {
        let of = format!("{:?} {:?}", options.url, options.data);
        assert_eq!(code_of(options), expect, "{of}");
    }
}

#[test]
fn one_server_at_a_time_and_commands_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Options { role: Role::Server, ..Options::folder(folder.path()) };
    runtime().block_on(async {
        let first = Database::open(server.clone()).await.unwrap();
        assert_eq!(Database::open(server.clone()).await.err().unwrap().code, Code::DatabaseInUse);
        let command = Database::open(Options::folder(folder.path())).await.unwrap();
        // Each of the two writes, and the other waits its turn.
        for database in [&command, &first, &command] {
            database.write(|tx| async move { system::count_meta(&tx, "x").await }).await.unwrap();
        }
        let counted = system::meta(&first.reader(), "x").await.unwrap();
        assert_eq!(counted, Some((String::new(), 3)));
        first.close().await.unwrap();
        drop(first);
        // The lock goes with the last clone; tasks of the closed one may hold on for a moment.
        tokio::time::sleep(Duration::from_millis(700)).await;
        Database::open(server).await.unwrap();
    });
}

#[test]
fn a_closed_database_is_whole_in_its_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let file = crate::folder::DATABASE_FILE;
    runtime().block_on(async {
        let database = Database::open(Options::folder(folder.path())).await.unwrap();
        let (begun, reading) = tokio::sync::oneshot::channel();
        let reader = database.clone();
        let slow = tokio::spawn(async move {
            reader
                .read(|tx| async move {
                    system::meta(&tx, "x").await?;
                    begun.send(()).unwrap();
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    Ok(())
                })
                .await
        });
        reading.await.unwrap();
        database.write(|tx| async move { system::count_meta(&tx, "x").await }).await.unwrap();
        database.close().await.unwrap();
        std::fs::copy(folder.path().join(file), copy.path().join(file)).unwrap();
        slow.await.unwrap().unwrap();
        let copied = Database::open(Options::folder(copy.path())).await.unwrap();
        assert_eq!(system::meta(&copied.reader(), "x").await.unwrap(), Some((String::new(), 1)));
    });
}

#[test]
fn a_newer_database_is_left_alone() {
    for place in test_support::databases() {
        runtime().block_on(async {
            let database = Database::open(options(&place)).await.unwrap();
            database
                .write(|tx| async move { system::set_meta(&tx, "schema_version", "", 99).await })
                .await
                .unwrap();
            database.close().await.unwrap();
            assert_eq!(Database::open(options(&place)).await.err().unwrap().code, Code::DatabaseTooNew);
        });
    }
}

#[test]
fn several_processes_may_open_an_empty_database_at_once() {
    for place in test_support::databases() {
        runtime().block_on(async {
            let opened =
                futures_util::future::join_all((0..4).map(|_| Database::open(options(&place)))).await;
            for database in opened {
                let database = database.unwrap();
                assert!(system::is_current(&database.reader()).await.unwrap());
            }
        });
    }
}

#[test]
fn another_process_learns_of_a_change() {
    on_each(|database| async move {
        let mut news = database.watch();
        assert_eq!(news.borrow_and_update().rights, 0);
        database.write(|tx| async move { watch::rights_changed(&tx).await }).await.unwrap();
        let learned =
            tokio::time::timeout(Duration::from_secs(3), news.wait_for(|now| now.rights == 1)).await;
        learned.unwrap().unwrap();
    });
}
