//! `lifeloom schema`: JSON Schemas for editors.

use crate::console::Console;
use crate::failure::{Failure, not_writable};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Options of `schema`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lifeloom schema --out definitions/schema")]
pub struct Schema {
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes a schema a kind.
pub fn run(options: &Schema, console: &Console) -> Result<(), Failure> {
    std::fs::create_dir_all(&options.out).map_err(|error| not_writable(&options.out, &error))?;
    let schemas = definition::schema::all();
    for (kind, schema) in &schemas {
        let path = options.out.join(format!("{kind}.json"));
        std::fs::write(&path, format!("{schema:#}\n")).map_err(|error| not_writable(&path, &error))?;
    }
    console.answer(&json!({"ok": true, "folder": options.out, "files": schemas.len()}));
    console.say(format!("{} schemas in {}", schemas.len(), options.out.display()));
    Ok(())
}
