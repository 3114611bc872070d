//! The commands, a file each.

mod people;

mod check;

mod plan;

mod apply;

mod serve;

mod worker;

mod test;

mod pack;

mod user;

mod backup;

mod restore;

mod import;

mod export;

mod demo;

mod schema;

mod openapi;

mod purge;

mod audit;

mod key;

mod workflow;

use crate::console::Console;
use crate::failure::Failure;
use clap::Subcommand;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve API, web pages and background work; on an empty database apply the packs first
    Serve(serve::Serve),
    /// Do background work only
    Worker(worker::Worker),
    /// Check definitions; needs no database
    Check(check::Check),
    /// Show what publishing definitions would do to this database
    Plan(plan::Plan),
    /// Publish definitions to this database
    Apply(apply::Apply),
    /// Run the scenarios of packs, each in a throw-away database
    Test(test::Test),
    /// Packs: list, install, upgrade, remove, export, start a new one
    Pack(pack::Pack),
    /// Users: add, passwords, tokens, roles
    User(user::User),
    /// Write everything into one file, also while a server runs
    Backup(backup::Backup),
    /// Read a backup into an empty database
    Restore(restore::Restore),
    /// Read records from a CSV file
    Import(import::Import),
    /// Write records as CSV
    Export(export::Export),
    /// Demo data: load, remove
    Demo(demo::Demo),
    /// Write the JSON Schema of every kind of definition
    Schema(schema::Schema),
    /// Print the OpenAPI description of this site's API
    Openapi(openapi::Openapi),
    /// The audit trail: verify, export, prune
    Audit(audit::Audit),
    /// Try workflows: with a real record, and over past flows; nothing is done
    Workflow(workflow::Workflow),
    /// The keys of encrypted fields: list, add, rotate, remove
    Key(key::Key),
    /// Drop for good the tables and columns that left the definitions
    Purge(purge::Purge),
}

impl Command {
    /// Whether the command goes on until it is stopped.
    pub fn is_server(&self) -> bool {
        matches!(self, Command::Serve(_) | Command::Worker(_))
    }
}

/// Does what the command says.
///
/// # Errors
/// Why the command failed.
pub async fn run(command: Command, console: &Console) -> Result<(), Failure> {
    match command {
        Command::Serve(options) => serve::run(options, console).await,
        Command::Worker(options) => worker::run(options, console).await,
        Command::Check(options) => check::run(&options, console),
        Command::Plan(options) => plan::run(&options, console).await,
        Command::Apply(options) => apply::run(&options, console).await,
        Command::Test(options) => test::run(&options, console).await,
        Command::Pack(options) => pack::run(&options, console).await,
        Command::User(options) => user::run(&options, console).await,
        Command::Backup(options) => backup::run(&options, console).await,
        Command::Restore(options) => restore::run(&options, console).await,
        Command::Import(options) => import::run(&options, console).await,
        Command::Export(options) => export::run(&options, console).await,
        Command::Demo(options) => demo::run(&options, console).await,
        Command::Schema(options) => schema::run(&options, console),
        Command::Openapi(options) => openapi::run(&options, console).await,
        Command::Purge(options) => purge::run(&options, console).await,
        Command::Key(options) => key::run(&options, console).await,
        Command::Workflow(options) => workflow::run(&options, console).await,
        Command::Audit(options) => audit::run(&options, console).await,
    }
}
