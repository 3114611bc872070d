//! `lifeloom worker`: background work without an API.

use crate::console::Console;
use crate::failure::Failure;
use crate::place::{Place, Public};
use clap::Args;
use storage::Role;
use tokio::sync::watch;

/// Options of `worker`.
#[derive(Debug, Args)]
#[command(
    after_help = "As many as wanted work on one PostgreSQL database; on SQLite a server does its own work.\n\n\
    Example:\n  lifeloom worker --database postgres://lifeloom@db/lifeloom"
)]
pub struct Worker {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    public: Public,
}

/// Works off jobs until it is told to stop.
pub async fn run(options: Worker, console: &Console) -> Result<(), Failure> {
    let database = options.place.existing(Role::Server).await?;
    let engine = options.place.engine_at(database.clone(), Role::Server, &options.public, None).await?;
    engine.tell_refusals_by(server::routes::writes::told);
    let (stop, stopped) = watch::channel(false);
    let (sealing, until) = (engine.clone(), stopped.clone());
    let sealer = tokio::spawn(async move { sealing.seal_audit(until).await });
    let work = tokio::spawn(async move { engine.work_off(stopped).await });
    console.note("working; stop: Ctrl-C");
    told_to_stop().await;
    stop.send_replace(true);
    for work in [work, sealer] {
        if let Err(error) = work.await {
            tracing::error!(%error, "background work ended badly");
        }
    }
    Ok(database.close().await?)
}

/// Waits for SIGINT or SIGTERM.
pub async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}
