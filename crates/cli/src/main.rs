//! The one binary, `lifeloom`: every command of the product, from checking definitions to serving them.
//!
//! Commands say what they do on the standard output, findings on the standard error, and end with 0 (fine),
//! 1 (the input is wrong), 2 (used wrongly) or 3 (the environment failed). No rule of the business and no SQL
//! is here: commands call the engine, the storage and the server.
//!
//! Read in this order: [`failure`] (how commands end), [`console`] (what people and machines are shown),
//! [`configuration`] (options from the environment and from `lifeloom.toml`), [`packs`] (definitions on disk and
//! built in), [`place`] (which database), [`tracing_output`] (logs), [`command`] (one file a command).

mod failure;

mod console;

mod configuration;

mod packs;

mod place;

mod tracing_output;

mod command;

use clap::{CommandFactory, FromArgMatches, Parser};
use console::{Console, Format};
use failure::Failure;
use std::ffi::OsString;
use std::process::ExitCode;

/// Bytes of stack of a worker; pages that are never touched cost nothing. Scripts may write inside writes of scripts.
const STACK: usize = 8 << 20;

/// Requests make many small values that live shortly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Business applications from definitions: YAML in, tables, REST endpoints, rules, rights and approvals out.
#[derive(Debug, Parser)]
#[command(name = "lifeloom", version, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Every option is also LIFELOOM_<NAME> in the environment and a key of lifeloom.toml.\n\
    Exit codes: 0 fine, 1 the input is wrong, 2 used wrongly, 3 the environment failed.\n\n\
    Example:\n  lifeloom serve --demo"
)]
struct Arguments {
    /// File with options; without it, ./lifeloom.toml is read where it exists
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    config: Option<std::path::PathBuf>,
    /// Language of messages: en, zh-CN, zh-TW [default: that of the environment]
    #[arg(long, global = true, value_name = "TAG", help_heading = "Everywhere")]
    locale: Option<String>,
    /// Output for people or for machines
    #[arg(long, global = true, value_enum, default_value = "text", help_heading = "Everywhere")]
    format: Format,
    /// What is logged on standard error: error, warn, info, debug, or filters such as `storage=debug`
    #[arg(long, global = true, value_name = "FILTER", help_heading = "Everywhere")]
    log: Option<String>,
    /// Form of the log
    #[arg(long, global = true, value_enum, default_value = "text", help_heading = "Everywhere")]
    log_format: Format,
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    let given: Vec<OsString> = std::env::args_os().collect();
    let early = Console::new(Format::Text, None);
    let arguments = match read(&given) {
        Ok(arguments) => arguments,
        Err(failure) => return early.finish(failure),
    };
    if let Some(tag) = arguments.locale.as_deref().filter(|tag| diagnostic::Locale::from_tag(tag).is_none()) {
        let reason = format!("--locale {tag}: no such language (one of: en, zh-CN, zh-TW)");
        return early.finish(Failure::Usage(reason));
    }
    let console = Console::new(arguments.format, arguments.locale.as_deref());
    if let Err(failure) =
        tracing_output::start(&arguments.command, arguments.log.as_deref(), arguments.log_format)
    {
        return console.finish(failure);
    }
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                return console.finish(failure::environment("the runtime could not be started", &error));
            }
        };
    let done = runtime.block_on(command::run(arguments.command, &console));
    // Blocking work that nobody waits for any more must not hold the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => console.finish(failure),
    }
}

/// The arguments, completed from the environment and the file of options.
fn read(given: &[OsString]) -> Result<Arguments, Failure> {
    let command = Arguments::command();
    let file = configuration::load(given, &command)?;
    let command = configuration::complete(command, &file);
    // Help, versions and usage errors are printed by the library, which ends the process with 0 or 2.
    let mut matches = command.try_get_matches_from(given).unwrap_or_else(|error| error.exit());
    Ok(Arguments::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.exit()))
}
