//! `lifeloom backup`: everything in one file.

use crate::console::Console;
use crate::failure::Failure;
use crate::place::Place;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use storage::Role;

/// Options of `backup`.
#[derive(Debug, Args)]
#[command(
    after_help = "The file holds one state of the whole database and restores to SQLite and PostgreSQL alike.\n\
    The key of encrypted fields (secret.key in the data folder, or LIFELOOM_SECRET) is not in it: keep it apart.\n\n\
    Example:\n  lifeloom backup lifeloom-$(date +%F).backup"
)]
pub struct Backup {
    /// The file to write
    file: PathBuf,
    /// Replace the file if it exists, without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

/// Writes a backup.
pub async fn run(options: &Backup, console: &Console) -> Result<(), Failure> {
    let database = options.place.existing(Role::Command).await?;
    if options.file.exists() {
        console.confirm(&format!("Replace {}?", options.file.display()), options.yes)?;
    }
    let extent = storage::backup::backup(&database, &options.file, Some(&options.place.file_store())).await?;
    console.answer(&json!({"ok": true, "file": options.file, "tables": extent.tables, "rows": extent.rows}));
    console.say(format!("{} rows of {} tables in {}", extent.rows, extent.tables, options.file.display()));
    console
        .note(format!("keep the key of encrypted fields with it: {}", options.place.secret_file().display()));
    Ok(())
}
