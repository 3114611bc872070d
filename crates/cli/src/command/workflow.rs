//! `lifeloom workflow`: trying workflows before anybody relies on them.

mod backtest;
mod draft;
mod simulate;

use crate::console::Console;
use crate::failure::Failure;
use clap::{Args, Subcommand};

/// Options of `workflow`.
#[derive(Debug, Args)]
#[command(after_help = "Nothing is done: records, mails and numbers are as before.\n\n\
    Examples:\n  lifeloom workflow simulate crm.quote_approval Q-0007\n  \
    lifeloom workflow simulate crm.quote_approval Q-0007 --as sally --decide manager=reject --draft quote_approval.yaml\n  \
    lifeloom workflow backtest quote_approval.yaml --since 2026-01-01")]
pub struct Workflow {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Walk a workflow with a real record from start to end, on a clock of its own
    Simulate(simulate::Simulate),
    /// Try past flows under a changed definition, and list those that would go another way
    Backtest(backtest::Backtest),
}

/// Tries what is asked for.
pub async fn run(options: &Workflow, console: &Console) -> Result<(), Failure> {
    match &options.what {
        What::Simulate(options) => Box::pin(simulate::run(options, console)).await,
        What::Backtest(options) => Box::pin(backtest::run(options, console)).await,
    }
}

/// A day or an instant.
fn instant(text: &str) -> Result<chrono::DateTime<chrono::Utc>, String> {
    super::audit::instant(text)
}
