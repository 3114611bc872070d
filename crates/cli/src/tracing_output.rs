//! Logs go to the standard error: text for people, JSON lines for collectors.

use crate::command::Command;
use crate::console::Format;
use crate::failure::Failure;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging. Servers log what they do, other commands only what is wrong.
pub fn start(command: &Command, filter: Option<&str>, format: Format) -> Result<(), Failure> {
    let quiet = "error";
    let usual = if command.is_server() { "info,sqlx=warn,actix_server=warn" } else { quiet };
    let filter = EnvFilter::try_new(filter.unwrap_or(usual)).map_err(|error| {
        Failure::Usage(format!("--log: {error} (such as `info` or `info,storage=debug`)"))
    })?;
    let output = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match format {
        Format::Text => output.try_init(),
        Format::Json => output.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| Failure::Usage(format!("logging could not be started: {error}")))
}
