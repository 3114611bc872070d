//! `lifeloom restore`: a backup into an empty database.

use crate::console::Console;
use crate::failure::{Failure, not_readable};
use crate::place::Place;
use clap::Args;
use engine::Engine;
use serde_json::json;
use std::path::PathBuf;
use storage::Role;

/// Options of `restore`.
#[derive(Debug, Args)]
#[command(
    after_help = "The database must be empty, and no server may use it. Put the secret.key of the old place into the\n\
    data folder first, or set LIFELOOM_SECRET: encrypted fields cannot be read without it.\n\n\
    Example:\n  lifeloom restore lifeloom-2026-03-01.backup --data restored"
)]
pub struct Restore {
    /// The file to read
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Reads a backup.
pub async fn run(options: &Restore, console: &Console) -> Result<(), Failure> {
    // Before a folder is made for nothing.
    std::fs::File::open(&options.file).map_err(|error| not_readable(&options.file, &error))?;
    let database = options.place.database(Role::Server).await?;
    let extent = storage::backup::restore(
        &database,
        &options.file,
        Some(&options.place.file_store()),
        engine::publish::catalog_of,
    )
    .await?;
    let engine = options.place.engine(database.clone(), Role::Command).await?;
    make_searchable(&engine, extent.rows, console).await?;
    console.answer(&json!({"ok": true, "tables": extent.tables, "rows": extent.rows}));
    console.say(format!("{} rows of {} tables restored", extent.rows, extent.tables));
    if !options.place.secret_file().exists() && std::env::var_os("LIFELOOM_SECRET").is_none() {
        let file = options.place.secret_file();
        console.note(format!("before serving: put the key of encrypted fields at {}", file.display()));
    }
    Ok(database.close().await?)
}

/// Makes the full-text search, which no backup holds, of about so many records.
pub async fn make_searchable(engine: &Engine, records: u64, console: &Console) -> Result<(), Failure> {
    let progress = console.progress("search index", records);
    let made = engine.index_all(&|done, _| progress.at(done, records.max(done))).await;
    progress.end();
    made?;
    Ok(())
}
