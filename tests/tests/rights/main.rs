//! Who may do what, and what nobody learns who may not: generated roles, records and requests against the whole
//! product, on every database.
//!
//! `noninterference`: two databases that differ only in what somebody may not know answer that person alike, byte
//! for byte. `matrix`: every write of every channel is permitted or refused as a naive reading of the binding rules
//! says, and `access/explain` says the same.
//!
//! A longer run: `LIFELOOM_RIGHTS_ROUNDS=50 cargo nextest run -p spec --test rights --no-capture`; a failure prints
//! its seed, `LIFELOOM_RIGHTS_SEED=… LIFELOOM_RIGHTS_ROUNDS=1` repeats it.

#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

mod dice;

mod shape;

mod roles;

mod world;

mod site;

mod ask;

mod files;

mod scripts;

mod answer;

mod kept;

mod hidden;

mod noninterference;

mod expect;

mod matrix;

mod found;

mod mended;

mod guarded;

mod nowhere;

mod words;

mod hostile;

use std::future::Future;
use test_support::{Dialect, TestDatabase};

/// Runs a round on an empty database of a system.
fn on<W: Future<Output = ()>>(place: Option<TestDatabase>, round: impl Fn(TestDatabase) -> W) {
    let Some(place) = place else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(round(place));
}

/// A further empty database of the same system.
fn again(dialect: Dialect) -> Option<TestDatabase> {
    match dialect {
        Dialect::Sqlite => Some(TestDatabase::sqlite()),
        Dialect::Postgres => TestDatabase::postgres(),
    }
}
