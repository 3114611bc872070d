//! `lifeloom demo`: believable data to try things with.

use crate::command::people;
use crate::console::Console;
use crate::failure::Failure;
use crate::place::Place;
use clap::{Args, Subcommand};
use engine::Engine;
use engine::identity::password;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Holds the password of demo users.
const PASSWORD: &str = "LIFELOOM_DEMO_PASSWORD";

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Load demo data; what is there already is left alone
    #[command(after_help = "Examples:\n  lifeloom demo load\n  lifeloom demo load accounts_sample")]
    Load(Load),
    /// Remove demo records that nothing else refers to
    #[command(after_help = "Example:\n  lifeloom demo remove --yes")]
    Remove(Remove),
}

#[derive(Debug, Args)]
struct Load {
    /// Names of demo data [default: all]
    names: Vec<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Remove {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

/// Loads or removes demo data.
pub async fn run(options: &Demo, console: &Console) -> Result<(), Failure> {
    match &options.action {
        Action::Load(options) => {
            let engine = options.place.published().await?;
            let only = (!options.names.is_empty()).then_some(options.names.as_slice());
            let chosen = chosen_password()?;
            load(&engine, only, &chosen, console).await
        }
        Action::Remove(options) => {
            let engine = options.place.published().await?;
            console.confirm("Remove the demo data?", options.yes)?;
            let (removed, kept) = engine.remove_demo().await?;
            console.answer(&json!({"ok": true, "removed": removed, "kept": kept}));
            console.say(format!("{removed} records removed, {kept} kept because others refer to them"));
            Ok(())
        }
    }
}

/// The password of users that come with demo data: given, or made.
pub struct Chosen {
    text: String,
    made: bool,
}

/// Takes the given password, checked before anything is changed, or makes one.
pub fn chosen_password() -> Result<Chosen, Failure> {
    match std::env::var(PASSWORD).ok().filter(|text| !text.is_empty()) {
        Some(text) => {
            password::check_strength(&text, "")?;
            Ok(Chosen { text, made: false })
        }
        None => Ok(Chosen { text: password::generate(), made: true }),
    }
}

/// Loads demo data and lets its users sign in.
pub async fn load(
    engine: &Engine,
    only: Option<&[String]>,
    chosen: &Chosen,
    console: &Console,
) -> Result<(), Failure> {
    let progress = console.progress("demo data", 1);
    let records = AtomicUsize::new(0);
    let told = |done: usize, all: usize| {
        records.store(done, Ordering::Relaxed);
        progress.at(done as u64, all as u64);
    };
    let loaded = engine.load_demo(only, &told).await;
    progress.end();
    loaded?;
    let records = records.into_inner();
    let logins = people::give_passwords(engine, &chosen.text).await?;
    let shown = chosen.made.then_some(chosen.text.as_str());
    console.answer(&json!({"ok": true, "records": records, "logins": logins, "password": shown}));
    console.say(format!("demo data: {records} records"));
    if !logins.is_empty() {
        let lines = match shown {
            Some(text) => {
                format!("{text}\nIt is shown only now; LIFELOOM_DEMO_PASSWORD sets another one beforehand.")
            }
            None => "the one in LIFELOOM_DEMO_PASSWORD".to_owned(),
        };
        console.boxed(&format!("Demo users: {}\nPassword of all of them: {lines}", logins.join(", ")));
    }
    Ok(())
}
