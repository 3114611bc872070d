//! `lifeloom pack`: the packs of a database, and new ones.

mod new;

use crate::command::{apply, plan};
use crate::console::Console;
use crate::failure::{Failure, not_writable};
use crate::packs;
use crate::place::Place;
use clap::{Args, Subcommand};
use diagnostic::{Code, Diagnostic, did_you_mean};
use engine::Engine;
use engine::publish::Change;
use serde_json::json;
use std::path::PathBuf;
use storage::Role;
use storage::store::publish;

/// Options of `pack`.
#[derive(Debug, Args)]
pub struct Pack {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List installed packs, and built-in ones that are not installed
    #[command(after_help = "Example:\n  lifeloom pack list")]
    List(List),
    /// Install packs that are not installed yet
    #[command(
        after_help = "Examples:\n  lifeloom pack install crm\n  lifeloom pack install my-packs/fleet --yes"
    )]
    Install(Put),
    /// Replace installed packs by newer ones
    #[command(after_help = "Example:\n  lifeloom pack upgrade crm")]
    Upgrade(Put),
    /// Remove a pack; its tables stay until they are purged
    #[command(after_help = "Example:\n  lifeloom pack remove crm")]
    Remove(Remove),
    /// Write the definitions of an installed pack into a folder
    #[command(after_help = "Example:\n  lifeloom pack export crm --dir my-packs")]
    Export(Export),
    /// Write a small working pack to start from
    #[command(
        after_help = "Example:\n  lifeloom pack new fleet --dir my-packs && lifeloom test my-packs/fleet"
    )]
    New(new::New),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Put {
    /// Names of built-in packs, or folders of packs
    #[arg(required = true, value_name = "PACK")]
    packs: Vec<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Remove {
    /// The pack's name
    pack: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Export {
    /// The pack's name
    pack: String,
    /// Where the pack's folder is made
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Does what was asked with packs.
pub async fn run(options: &Pack, console: &Console) -> Result<(), Failure> {
    match &options.action {
        Action::List(options) => list(options, console).await,
        Action::Install(options) => put(options, false, console).await,
        Action::Upgrade(options) => put(options, true, console).await,
        Action::Remove(options) => remove(options, console).await,
        Action::Export(options) => export(options, console).await,
        Action::New(options) => new::run(options, console),
    }
}

async fn list(options: &List, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let published = engine.published();
    let installed = published.catalog.packs.values();
    let label = |pack: &catalog::Pack| {
        pack.label.as_ref().and_then(|text| text.get(console.locale())).unwrap_or_default().to_owned()
    };
    let available = packs::built_in_names();
    let available: Vec<&String> =
        available.iter().filter(|name| !published.catalog.packs.contains_key(name.as_str())).collect();
    console.answer(&json!({
        "ok": true,
        "installed": installed.clone()
            .map(|pack| json!({"name": pack.name, "version": pack.version, "label": label(pack)}))
            .collect::<Vec<_>>(),
        "built_in": available,
    }));
    for pack in installed {
        console.say(format!("{} {}  {}", pack.name, pack.version, label(pack)));
    }
    for name in available {
        console.say(format!("{name}  built in, not installed"));
    }
    Ok(())
}

/// Installs or upgrades: they differ in what must be there before.
async fn put(options: &Put, upgrade: bool, console: &Console) -> Result<(), Failure> {
    let packs = packs::read(&options.packs)?;
    let database = options.place.database(Role::Command).await?;
    let engine = options.place.engine(database, Role::Command).await?;
    for name in packs.named.iter().filter_map(packs::name) {
        match (engine.published().catalog.packs.contains_key(name.as_str()), upgrade) {
            (true, false) => {
                return Err(Failure::Usage(format!("pack {name} is installed: use `lifeloom pack upgrade`")));
            }
            (false, true) => return Err(unknown(&engine, &name).into()),
            _ => {}
        }
    }
    let roots = packs::Roots::of(&packs.named);
    let change = plan::change(&engine, packs);
    apply::carry_out(&engine, &change, options.yes, console).await.map_err(|failure| roots.placed(failure))
}

async fn remove(options: &Remove, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    if !engine.published().catalog.packs.contains_key(options.pack.as_str()) {
        return Err(unknown(&engine, &options.pack).into());
    }
    apply::carry_out(&engine, &Change::Remove(options.pack.clone()), options.yes, console).await
}

fn unknown(engine: &Engine, name: &str) -> Diagnostic {
    let published = engine.published();
    let hint = did_you_mean(name, published.catalog.packs.keys().map(|known| &**known));
    Diagnostic::new(Code::PackNotFound).with("pack", name).with_hint(hint)
}

async fn export(options: &Export, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let tx = engine.database().reader();
    let number = publish::version(&tx).await?;
    let mut files = publish::sources(&tx, number).await?;
    files.retain(|file| file.pack == options.pack);
    if files.is_empty() {
        return Err(unknown(&engine, &options.pack).into());
    }
    let folder = options.dir.join(&options.pack);
    for file in &files {
        write_new(&folder.join(&file.path), &file.text)?;
    }
    console.answer(&json!({"ok": true, "folder": folder, "files": files.len()}));
    console.say(format!("{} files in {}", files.len(), folder.display()));
    Ok(())
}

/// Writes a file that must not exist yet, and the folders it is in.
pub fn write_new(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| not_writable(folder, &error))?;
    }
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::Usage(format!("{} exists: choose another --dir, or move it away", path.display()))
        }
        _ => not_writable(path, &error).into(),
    })
}
