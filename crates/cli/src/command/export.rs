//! `lifeloom export`: records as CSV or XLSX.

use crate::console::Console;
use crate::failure::{Failure, not_writable};
use crate::place::Place;
use clap::Args;
use engine::identity::Origin;
use engine::transfer::{Format, WriteTo};
use engine::{Engine, Identity};
use serde_json::json;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Options of `export`.
#[derive(Debug, Args)]
#[command(
    after_help = "The columns are those that `import` reads: references by the key of what they name, addresses in parts.\n\n\
    Examples:\n  lifeloom export crm.account > accounts.csv\n  \
    lifeloom export crm.opportunity --filter 'stage == \"won\"' --out won.xlsx"
)]
pub struct Export {
    /// The object, as pack.object
    object: String,
    /// Only records for which this expression holds
    #[arg(long, value_name = "EXPRESSION")]
    filter: Option<String>,
    /// Only these fields, such as name,account.number [default: all that can be imported again]
    #[arg(long, value_name = "NAMES")]
    fields: Option<String>,
    /// The file to write, .csv or .xlsx [default: CSV on standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Login of the user whose rights apply [default: those of the system]
    #[arg(long, value_name = "LOGIN")]
    user: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Writes records.
pub async fn run(options: &Export, console: &Console) -> Result<(), Failure> {
    let format = match &options.out {
        None => Format::Csv,
        Some(path) => Format::of_file(&path.display().to_string()).unwrap_or(Format::Csv),
    };
    let engine = options.place.published().await?;
    let identity = match &options.user {
        Some(login) => engine.identity_of_login(&engine.database().reader(), login).await?,
        None => engine.system(),
    };
    let path = options.out.as_deref().unwrap_or(Path::new("-"));
    let file: Box<dyn Write + Send> = match &options.out {
        Some(path) => {
            Box::new(BufWriter::new(std::fs::File::create(path).map_err(|error| not_writable(path, &error))?))
        }
        None => Box::new(std::io::stdout()),
    };
    let mut asked: Vec<(String, String)> = Vec::new();
    asked.extend(options.filter.clone().map(|filter| ("filter".to_owned(), filter)));
    asked.extend(options.fields.clone().map(|fields| ("fields".to_owned(), fields)));
    let all = how_many(&engine, &identity, &options.object, options.filter.as_ref()).await?;
    let progress = console.progress("export", all);
    let told = |done: u64| progress.at(done, all.max(done));
    let mut file = WriteTo(file);
    engine.note_export(&identity, &options.object, &asked, format, &Origin::default()).await?;
    let count = engine.export(&identity, &options.object, &asked, format, &mut file, &told).await;
    progress.end();
    let count = count?;
    file.0.flush().map_err(|error| not_writable(path, &error))?;
    if options.out.is_some() {
        console.answer(&json!({"ok": true, "records": count, "file": path}));
    }
    console.note(format!("{count} records"));
    // It was put on record: nothing is to be left in the log beside the file.
    Ok(engine.database().close().await?)
}

/// How many records an export will write, as far as that can be known beforehand.
async fn how_many(
    engine: &Engine,
    identity: &Arc<Identity>,
    object: &str,
    filter: Option<&String>,
) -> Result<u64, Failure> {
    let mut asked = vec![("fields", "id"), ("limit", "1"), ("count", "exact")];
    asked.extend(filter.map(|filter| ("filter", filter.as_str())));
    let asked: Vec<_> = asked.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let page = engine.list(identity, object, &asked).await?;
    Ok(page.total.map_or(0, |(all, _)| all))
}
