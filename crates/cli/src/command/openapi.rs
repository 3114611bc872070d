//! `lifeloom openapi`: the API of this site's own objects.

use crate::console::Console;
use crate::failure::{Failure, not_writable};
use crate::place::Place;
use clap::Args;
use std::io::Write as _;
use std::path::PathBuf;

/// Options of `openapi`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lifeloom openapi --out openapi.json")]
pub struct Openapi {
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Writes the description as an administrator sees it.
pub async fn run(options: &Openapi, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let (published, system) = (engine.published(), engine.system());
    let document = server::openapi::document(&published.catalog, &system.actor, console.locale());
    let text = format!("{document:#}\n");
    match &options.out {
        Some(path) => std::fs::write(path, text).map_err(|error| not_writable(path, &error).into()),
        None => {
            // Whoever closed the pipe does not want to read on.
            let _ = std::io::stdout().write_all(text.as_bytes());
            Ok(())
        }
    }
}
