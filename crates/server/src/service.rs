//! The server itself: what surrounds every request, and how it starts and stops.

use crate::client::Proxies;
use crate::limit::Limits;
use crate::metrics::{Metrics, Route};
use crate::problem::Problem;
use crate::state::State;
use crate::trace::{self, Current};
use crate::{caller, input, routes};
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::{App, Error, HttpServer, ResponseError, web};
use diagnostic::{Code, Diagnostic, Result};
use engine::Engine;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::time::{Duration, Instant};
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// How a server is made.
pub struct Config {
    /// The engine; it was opened on the runtime on which [`serve`] is called.
    pub engine: Engine,
    /// Where to listen, already taken by [`bind`]: between asking and serving nobody else can take it.
    pub listeners: Vec<TcpListener>,
    /// Browsers reach it by https only, for instance through a proxy: cookies are marked `Secure`.
    pub secure_cookies: bool,
    /// Threads that serve requests; `None` for one a core.
    pub workers: Option<usize>,
    /// Proxies whose word about clients counts: addresses, or networks as `10.0.0.0/8`.
    pub trusted_proxies: Vec<String>,
    /// Requests of one user within a minute; `None` for any number.
    pub per_minute: Option<u32>,
    /// Who has it may ask for metrics from anywhere; without it only this machine may.
    pub metrics_token: Option<String>,
}

impl Config {
    /// An engine behind these listeners, everything else as it is usual.
    pub fn new(engine: Engine, listeners: Vec<TcpListener>) -> Config {
        Config {
            engine,
            listeners,
            secure_cookies: false,
            workers: None,
            trusted_proxies: Vec::new(),
            per_minute: None,
            metrics_token: None,
        }
    }
}

/// How long requests may go on after the server was told to stop.
const FAREWELL: u64 = 20;
/// Connections that may wait to be taken.
const BACKLOG: u32 = 2048;
/// How long a head may take to arrive.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub addresses: Vec<SocketAddr>,
    handle: ServerHandle,
    stop: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
}

/// Takes `ADDRESS:PORT` (port 0: any free one) before anything else is touched. Who connects from now on waits until
/// the server takes over. Must be called on the engine's runtime.
///
/// # Errors
/// `port_in_use`, `invalid_configuration` for an address that is none or not this machine's.
pub fn bind(listen: &str) -> Result<Vec<TcpListener>> {
    let refused = |error: io::Error| not_bound(listen, &error);
    let taken = listen.to_socket_addrs().map_err(refused)?.map(|address| {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A server that was just stopped leaves connections behind, which must not keep its address.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)?.into_std()
    });
    taken.map(|listener: io::Result<TcpListener>| listener.map_err(refused)).collect()
}

/// Serves in the background. Must be called on the engine's runtime.
///
/// # Errors
/// `invalid_configuration` where the listeners cannot be taken over.
pub async fn serve(config: Config) -> Result<Running> {
    let Config { engine, listeners, secure_cookies, workers, trusted_proxies, per_minute, metrics_token } =
        config;
    let proxies = Proxies::parse(&trusted_proxies)?;
    engine.tell_refusals_by(routes::writes::told);
    // Browsers that reach the site by https never send its cookie otherwise.
    let secure_cookies =
        secure_cookies || engine.public_address().is_some_and(|address| address.starts_with("https://"));
    let limits = Limits::default();
    let metrics = Metrics::new(metrics_token.as_deref());
    let (stop, stopping) = watch::channel(false);
    let state = web::Data::new(State {
        engine: engine.clone(),
        limits,
        per_minute,
        proxies,
        secure_cookies,
        metrics,
        stopping,
    });
    let engine = web::Data::new(engine);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(engine.clone())
            .configure(routes::configure)
            .wrap(Compress::default())
            .wrap(from_fn(around))
    });
    let workers = workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
    let mut server = server
        .workers(workers)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD_TIME)
        .client_disconnect_timeout(Duration::from_secs(5))
        .shutdown_timeout(FAREWELL)
        .disable_signals();
    for listener in listeners {
        let address = listener.local_addr().map_or_else(|_| "its address".to_owned(), |it| it.to_string());
        server = server.listen(listener).map_err(|error| not_bound(&address, &error))?;
    }
    let addresses = server.addrs();
    let server = server.run();
    let handle = server.handle();
    tracing::info!(?addresses, workers, "serving");
    Ok(Running { addresses, handle, stop, task: tokio::spawn(server) })
}

fn not_bound(listen: &str, error: &io::Error) -> Box<Diagnostic> {
    Box::new(match error.kind() {
        io::ErrorKind::AddrInUse => Diagnostic::new(Code::PortInUse).with("address", listen),
        _ => Diagnostic::new(Code::InvalidConfiguration)
            .with("reason", format!("cannot listen on {listen}: {error}")),
    })
}

impl Running {
    /// Serves until the process is told to stop (SIGINT, SIGTERM); requests that run are finished first.
    ///
    /// # Errors
    /// `internal` where the server ended by itself.
    pub async fn until_told_to_stop(mut self) -> Result<()> {
        let broken = |error: &dyn std::fmt::Display| storage::error::internal("serving", &error.to_string());
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
            .map_err(|error| broken(&error))?;
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
            ended = &mut self.task => {
                return match ended {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(broken(&error)),
                    Err(error) => Err(broken(&error)),
                };
            }
        }
        self.stop().await;
        Ok(())
    }

    /// Takes no further requests, finishes those that run, and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.handle.stop(true).await;
        // It ended; how is of no use to anybody.
        let _ = self.task.await;
    }
}

/// What surrounds every request: its id, its span, the check of its path, headers, the log line.
async fn around<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<EitherBody<B>>, Error> {
    let begin = Instant::now();
    let current = Current::new(trace::id_of(request.headers()));
    let (id, method, path) = (current.id.clone(), request.method().clone(), request.path().to_owned());
    let span = tracing::info_span!("request", %id, %method, path, status = tracing::field::Empty);
    let counting = request.app_data::<web::Data<State>>().cloned();
    if let Some(state) = &counting {
        state.metrics.begun();
    }
    let inside = async {
        let path = request.request().uri().path();
        if path.contains('%') && input::segments(path).is_none() {
            let reason = "escapes that are none, or bytes that are no text";
            let found = Diagnostic::new(Code::InvalidParameter).with("name", "path").with("reason", reason);
            let problem = Problem::new(Box::new(found), caller::language(request.request()));
            return Ok(request.into_response(problem.error_response()).map_into_right_body());
        }
        next.call(request).await.map(ServiceResponse::map_into_left_body)
    };
    let answer = current.clone().scope(inside).instrument(span.clone()).await;
    let mut answer = answer.inspect_err(|_| lost(counting.as_ref()))?;
    let took = begin.elapsed();
    let status = answer.status().as_u16();
    if let Some(state) = counting {
        let request = answer.request();
        let route = request.app_data::<Route>();
        state.metrics.answered(route, request.method(), status, took, &current.stages());
    }
    span.record("status", status);
    let _entered = span.enter();
    tracing::info!(target: "server::access", took_us = took.as_micros(), "answered");
    put_headers(answer.headers_mut(), &current, took);
    Ok(answer)
}

fn lost(counting: Option<&web::Data<State>>) {
    if let Some(state) = counting {
        state.metrics.lost();
    }
}

fn put_headers(headers: &mut HeaderMap, current: &Current, took: Duration) {
    let fixed = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    ];
    for (name, value) in fixed {
        // A file that is handed out brings a stricter policy of its own.
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Some(left) = current.left() {
        let told = [
            ("ratelimit-limit", left.limit.to_string()),
            ("ratelimit-remaining", left.remaining.to_string()),
            ("ratelimit-reset", left.reset.to_string()),
            ("ratelimit-policy", format!("{};w={}", left.limit, left.window)),
        ];
        for (name, value) in told {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
    let timing = current.timing(took);
    let own = [(trace::HEADER, &*current.id), ("server-timing", timing.as_str())];
    for (name, value) in own {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
