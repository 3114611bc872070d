//! Running one test on every database there is.

use crate::connection::Options;
use crate::database::Database;
use std::future::Future;
use test_support::TestDatabase;

/// How a database of the tests is opened.
pub fn options(database: &TestDatabase) -> Options {
    let mut options = Options::url(database.url());
    // Tests do not lose power.
    options.durable = false;
    options.connections = 6;
    options
}

/// A runtime as the server has one.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs a test on each database, opened and empty.
pub fn on_each<W: Future<Output = ()>>(test: impl Fn(Database) -> W) {
    for place in test_support::databases() {
        runtime().block_on(async {
            let database = Database::open(options(&place)).await.unwrap();
            test(database.clone()).await;
            database.close().await.unwrap();
        });
    }
}
