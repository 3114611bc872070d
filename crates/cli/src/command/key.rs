//! `lifeloom key`: the keys of encrypted fields.

use crate::console::Console;
use crate::failure::Failure;
use crate::place::{self, Place};
use clap::{Args, Subcommand};
use engine::Engine;
use serde_json::json;
use storage::secret::Secret;

/// Options of `key`.
#[derive(Debug, Args)]
#[command(
    after_help = "A new key takes over while the site is in use. Servers on other machines need the key file before: \
    `key add` here, copy the file to them, then `key rotate`. Keep old keys for as long as backups that need them.\n\n\
    Examples:\n  lifeloom key rotate\n  lifeloom key list\n  lifeloom key remove 1"
)]
pub struct Key {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the keys, and how many values are under each
    List(Only),
    /// Add a key to the key file; nothing is written under it yet
    Add(Only),
    /// Write everything under the newest key, adding one first where the newest is in use; may be cut off and run again
    Rotate(Only),
    /// Take a key out of the key file that no value needs
    Remove(Remove),
}

#[derive(Debug, Args)]
struct Only {
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Remove {
    /// Its number
    number: u64,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

/// Does what is asked of the keys.
pub async fn run(options: &Key, console: &Console) -> Result<(), Failure> {
    match &options.what {
        What::List(options) => list(&options.place, console).await,
        What::Add(options) => {
            let (_, file) = opened(&options.place).await?;
            let number = Secret::add_key(&file)?;
            console.answer(&json!({"ok": true, "key": number, "file": file}));
            console.say(format!("key {number} was added to {}", file.display()));
            Ok(())
        }
        What::Rotate(options) => rotate(&options.place, console).await,
        What::Remove(options) => remove(options, console).await,
    }
}

/// The engine, with keys that come from a file.
async fn opened(place: &Place) -> Result<(Engine, std::path::PathBuf), Failure> {
    let engine = place.published().await?;
    if place::secret_of_environment().is_some() {
        let reason = "the key comes from LIFELOOM_SECRET: write it into a file, name the file by --key-file, and run \
                      this again without the variable";
        return Err(Failure::Usage(reason.to_owned()));
    }
    let file = place.secret_file();
    if !file.exists() {
        return Err(Failure::Usage(format!(
            "there is no {}: name the key file by --key-file",
            file.display()
        )));
    }
    Ok((engine, file))
}

async fn list(place: &Place, console: &Console) -> Result<(), Failure> {
    let (engine, file) = opened(place).await?;
    let secret = Secret::from_file(&file)?;
    let (current, counts) = (engine.key_in_use(), engine.values_by_key().await?);
    let shown = |number: &u64| json!({"key": number, "values": counts.get(number), "current": Some(*number) == current});
    console.answer(&json!(secret.numbers().iter().map(shown).collect::<Vec<_>>()));
    for number in secret.numbers() {
        let values = counts.get(&number).copied().unwrap_or_default();
        let mark = if Some(number) == current { ", new values are written under it" } else { "" };
        console.say(format!("key {number}: {values} values{mark}"));
    }
    Ok(())
}

async fn rotate(place: &Place, console: &Console) -> Result<(), Failure> {
    let (engine, file) = opened(place).await?;
    let newest = Secret::from_file(&file)?.numbers().last().copied();
    // A rotation that was cut off before is carried on, not begun anew.
    let left: u64 =
        engine.values_by_key().await?.iter().filter(|(key, _)| Some(**key) != newest).map(|(_, n)| n).sum();
    let number = match newest {
        Some(newest) if engine.key_in_use() != Some(newest) || left > 0 => newest,
        _ => Secret::add_key(&file)?,
    };
    engine.write_under(number).await?;
    let all: u64 =
        engine.values_by_key().await?.iter().filter(|(key, _)| **key != number).map(|(_, n)| n).sum();
    let progress = console.progress("values", all);
    let told = |done: u64, _: &str| progress.at(done, all.max(done));
    let done = engine.reseal(&told).await;
    progress.end();
    let done = done?;
    console.answer(&json!({"ok": true, "key": number, "values": done}));
    console.say(format!("{done} values were written anew under key {number}"));
    console.note("backups from before need the older keys: keep the file as it is, or a copy of it");
    Ok(())
}

async fn remove(options: &Remove, console: &Console) -> Result<(), Failure> {
    let (engine, file) = opened(&options.place).await?;
    let values = engine.values_by_key().await?.get(&options.number).copied().unwrap_or_default();
    if engine.key_in_use() == Some(options.number) || values > 0 {
        let reason =
            format!("key {} is in use ({values} values): run `lifeloom key rotate` first", options.number);
        return Err(Failure::Usage(reason));
    }
    let question = format!("Remove key {}? Backups that need it cannot be read any more.", options.number);
    console.confirm(&question, options.yes)?;
    Secret::remove_key(&file, options.number)?;
    console.answer(&json!({"ok": true, "removed": options.number}));
    console.say(format!("key {} was removed from {}", options.number, file.display()));
    Ok(())
}
