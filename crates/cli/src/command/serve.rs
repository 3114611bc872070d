//! `lifeloom serve`: API, web pages and background work.
//!
//! What can fail for reasons outside is tried before anything is changed: the packs are read, then the address
//! is taken, then the database is opened.

use crate::command::{demo, people, restore};
use crate::console::Console;
use crate::failure::Failure;
use crate::packs;
use crate::place::{Place, Public, Uploads};
use clap::Args;
use engine::identity::password;
use engine::publish::{Change, PackFiles};
use engine::{Engine, FirstAdministrator};
use serde_json::json;
use std::collections::BTreeMap;
use std::net::{TcpListener, ToSocketAddrs};
use storage::store::publish;
use storage::{Database, Role, system};
use tokio::sync::watch;

/// Holds the administrator's password at the first start.
const ADMIN_PASSWORD: &str = "LIFELOOM_ADMIN_PASSWORD";
/// Notes in the database that the first start is not through: it may be killed between its steps.
const STARTING: &str = "first_start";
/// What [`STARTING`] says: packs are applied, people and demo data may be missing.
const UNFINISHED: i64 = 1;
/// The same, with demo data.
const UNFINISHED_WITH_DEMO: i64 = 2;

/// Options of `serve`.
#[derive(Debug, Args)]
#[command(
    after_help = "On an empty database the packs are applied first; later only `apply`, `pack` and publishing change it,\n\
    and files that differ are reported.\n\n\
    Examples:\n  lifeloom serve --demo\n  lifeloom serve --database postgres://lifeloom@localhost/lifeloom --listen 0.0.0.0:8080\n  \
    lifeloom serve --packs base,my-packs/fleet"
)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Folders of packs and names of built-in packs [default: all built-in packs]
    #[arg(long, value_name = "DIR_OR_NAME", value_delimiter = ',')]
    packs: Vec<String>,
    /// Load demo data at the first start
    #[arg(long)]
    demo: bool,
    /// Leave background work to `lifeloom worker`
    #[arg(long)]
    no_worker: bool,
    /// Browsers reach the server by https only: cookies are marked Secure
    #[arg(long)]
    secure_cookies: bool,
    #[command(flatten)]
    public: Public,
    #[command(flatten)]
    uploads: Uploads,
    /// Proxies whose X-Forwarded-For counts, as addresses or networks [default: none]
    #[arg(long, value_name = "ADDR", value_delimiter = ',')]
    trusted_proxies: Vec<String>,
    /// Requests of one user within a minute, and of one address without a session [default: any number]
    #[arg(long, value_name = "N")]
    rate_limit: Option<u32>,
    /// Who sends this as a bearer token may read /metrics from anywhere [default: only this machine may]
    #[arg(long, value_name = "TOKEN")]
    metrics_token: Option<String>,
    /// Threads that serve requests [default: one a core]
    #[arg(long)]
    threads: Option<usize>,
}

/// Serves until the process is told to stop.
pub async fn run(options: Serve, console: &Console) -> Result<(), Failure> {
    let named = if options.packs.is_empty() { packs::built_in_names() } else { options.packs.clone() };
    let packs = packs::read(&named)?.all();
    let first = First::read()?;
    let held = held(&options.listen)?;
    let database = options.place.database(Role::Server).await?;
    let engine = options
        .place
        .engine_at(database.clone(), Role::Server, &options.public, Some(&options.uploads))
        .await?;
    if engine.published().number == 0 {
        begin(&engine, packs, options.demo, console).await?;
    } else {
        report_drift(&engine, &packs, console).await?;
    }
    complete_first_start(&engine, &first, console).await?;
    if engine.lacks_search().await? {
        console.note("a restore was cut off before it made the search: making it now");
        restore::make_searchable(&engine, 0, console).await?;
    }
    let (stop, stopped) = watch::channel(false);
    let (sealing, until) = (engine.clone(), stopped.clone());
    let sealer = tokio::spawn(async move { sealing.seal_audit(until).await });
    let worker = (!options.no_worker).then(|| {
        let engine = engine.clone();
        tokio::spawn(async move { engine.work_off(stopped).await })
    });
    let config = server::Config {
        engine,
        listeners: held,
        secure_cookies: options.secure_cookies,
        workers: options.threads,
        trusted_proxies: options.trusted_proxies,
        per_minute: options.rate_limit,
        metrics_token: options.metrics_token,
    };
    let running = server::serve(config).await?;
    for address in &running.addresses {
        console.say(format!("Lifeloom is served at http://{address} (API: http://{address}/api/v1)"));
        console.answer(&json!({"event": "serving", "address": format!("http://{address}")}));
    }
    let ended = running.until_told_to_stop().await;
    console.note("stopping");
    stop.send_replace(true);
    for work in worker.into_iter().chain([sealer]) {
        if let Err(error) = work.await {
            tracing::error!(%error, "background work ended badly");
        }
    }
    database.close().await?;
    Ok(ended?)
}

/// Takes the address before anything else is touched, and holds it until the server takes it over.
fn held(listen: &str) -> Result<Vec<TcpListener>, Failure> {
    // An address that is none is a mistake on the command line, not a failure of the machine.
    if let Err(error) = listen.to_socket_addrs() {
        return Err(Failure::Usage(format!("--listen {listen}: {error} (such as 127.0.0.1:8080)")));
    }
    Ok(server::bind(listen)?)
}

/// What a first start takes from the environment, checked before anything is changed.
struct First {
    admin_password: Option<String>,
    demo_password: demo::Chosen,
}

impl First {
    fn read() -> Result<First, Failure> {
        let admin_password = std::env::var(ADMIN_PASSWORD).ok().filter(|text| !text.is_empty());
        if let Some(text) = &admin_password {
            password::check_strength(text, "admin")?;
        }
        Ok(First { admin_password, demo_password: demo::chosen_password()? })
    }
}

/// Applies the packs to an empty database.
async fn begin(engine: &Engine, packs: Vec<PackFiles>, demo: bool, console: &Console) -> Result<(), Failure> {
    let names: Vec<String> = packs.iter().filter_map(packs::name).collect();
    console.note(format!("the database is empty: applying {}", names.join(", ")));
    let roots = packs::Roots::of(&packs);
    // Said before it is done: a start that dies afterwards is continued by the next one.
    mark(engine.database(), if demo { UNFINISHED_WITH_DEMO } else { UNFINISHED }).await?;
    engine.apply(&Change::Set(packs), None).await.map_err(|found| roots.placed(found.into()))?;
    Ok(())
}

/// Makes the administrator, loads demo data: what a first start does once the packs are there.
async fn complete_first_start(engine: &Engine, first: &First, console: &Console) -> Result<(), Failure> {
    let mark_of = system::meta(&engine.database().reader(), STARTING).await?;
    if let Some(administrator) = people::ensure_administrator(engine, first.admin_password.as_deref()).await?
    {
        show(&administrator, console);
    }
    match mark_of.map(|(_, state)| state) {
        Some(UNFINISHED_WITH_DEMO) => demo::load(engine, None, &first.demo_password, console).await?,
        Some(UNFINISHED) => {}
        _ => return Ok(()),
    }
    mark(engine.database(), 0).await
}

fn show(administrator: &FirstAdministrator, console: &Console) {
    match &administrator.one_time {
        Some(text) => {
            console.answer(&json!({"event": "administrator", "login": "admin", "one_time_password": text}));
            console.boxed(&format!(
                "Sign in as: admin\nOne-time password: {text}\nIt is shown only now and must be changed at the first sign-in.",
            ));
        }
        None => console.say(format!("user admin has the password of {ADMIN_PASSWORD}")),
    }
}

async fn mark(database: &Database, state: i64) -> Result<(), Failure> {
    Ok(database.write(move |tx| async move { system::set_meta(&tx, STARTING, "", state).await }).await?)
}

/// Says in a line where the files differ from the database, which holds the truth.
async fn report_drift(engine: &Engine, packs: &[PackFiles], console: &Console) -> Result<(), Failure> {
    let tx = engine.database().reader();
    let number = publish::version(&tx).await?;
    let stored = publish::sources(&tx, number).await?;
    let stored: BTreeMap<(&str, &str), &str> =
        stored.iter().map(|s| ((s.pack.as_str(), s.path.as_str()), s.text.as_str())).collect();
    for pack in packs {
        let Some(name) = packs::name(pack) else { continue };
        let there = stored.keys().filter(|(pack, _)| *pack == name).count();
        let same = pack.files.iter().filter(|(path, text)| {
            stored.get(&(name.as_str(), path.as_str())).is_some_and(|stored| *stored == text)
        });
        let same = same.count();
        let differing = there.max(pack.files.len()) - same;
        if there == 0 {
            console
                .note(format!("pack {name} is not installed: lifeloom pack install {}", named(pack, &name)));
        } else if differing > 0 {
            let path = named(pack, &name);
            let files = if differing == 1 { "file differs" } else { "files differ" };
            console.note(format!(
                "pack {name}: {differing} {files} from the database, which holds; see `lifeloom plan {path}`, publish with \
                 `lifeloom apply {path}`"
            ));
        }
    }
    Ok(())
}

/// How the pack is named on the command line.
fn named<'a>(pack: &'a PackFiles, name: &'a str) -> &'a str {
    if packs::is_built_in(pack) { name } else { &pack.root }
}
