//! What an operator watches: requests by route, stages, the database, jobs, sessions, the process. In the form of
//! OpenMetrics, which Prometheus reads.
//!
//! Labels are routes, methods, statuses and stages: words of the program. No label tells what a site's objects are
//! called.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, FORWARDED, HeaderMap};
use engine::maintenance::Figures;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use storage::database::Load;

/// The address as the site's routes know it: `/records/{object}/{id}`. Each route carries its own.
#[derive(Clone)]
pub struct Route(pub Arc<str>);

/// How long what the database was asked is told again.
const FRESH: Duration = Duration::from_secs(5);
/// Bounds of times in seconds, from a fast read to a slow report.
const BOUNDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    route: Arc<str>,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Called {
    route: Arc<str>,
    method: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Stage {
    stage: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct InState {
    state: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKind {
    kind: String,
}

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

fn times() -> Histogram {
    Histogram::new(BOUNDS)
}

/// All that is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    took: Times<Called>,
    stages: Times<Stage>,
    running: Gauge,
    jobs: Family<InState, Gauge>,
    effects: Family<InState, Gauge>,
    sessions: Family<OfKind, Gauge>,
    waiting: Gauge,
    connections: Gauge,
    idle: Gauge,
    publish: Gauge,
    scripts: Gauge,
    script_failures: Gauge,
    memory: Gauge,
    cpu: Gauge<f64, AtomicU64>,
    asked: Mutex<Option<Instant>>,
    /// SHA-256 of the token of whoever may ask from elsewhere.
    token: Option<[u8; 32]>,
    none: Arc<str>,
}

impl Metrics {
    /// Nothing was counted yet. With `token`, whoever has it may ask from anywhere.
    pub fn new(token: Option<&str>) -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("lifeloom"),
            requests: Family::default(),
            took: Times::new_with_constructor(times),
            stages: Times::new_with_constructor(times),
            running: Gauge::default(),
            jobs: Family::default(),
            effects: Family::default(),
            sessions: Family::default(),
            waiting: Gauge::default(),
            connections: Gauge::default(),
            idle: Gauge::default(),
            publish: Gauge::default(),
            scripts: Gauge::default(),
            script_failures: Gauge::default(),
            memory: Gauge::default(),
            cpu: Gauge::default(),
            asked: Mutex::default(),
            token: token.map(|token| Sha256::digest(token.as_bytes()).into()),
            none: "none".into(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let all = &mut self.registry;
        all.register("requests", "Requests answered", self.requests.clone());
        all.register("request_seconds", "Time to answer a request", self.took.clone());
        all.register("stage_seconds", "Time of the stages of requests", self.stages.clone());
        all.register("requests_running", "Requests being answered", self.running.clone());
        all.register("jobs", "Jobs: ready, running, failed within a day", self.jobs.clone());
        all.register("outbox", "Effects that wait, are being sent, or failed", self.effects.clone());
        all.register("sessions", "Sessions of people and tokens of programs", self.sessions.clone());
        all.register("database_waiting", "Writes that wait before the door", self.waiting.clone());
        all.register("database_connections", "Connections to the database", self.connections.clone());
        all.register("database_idle_connections", "Connections that nobody uses", self.idle.clone());
        all.register("publish_number", "Number of the publish in force", self.publish.clone());
        all.register("script_runs", "Calls of scripts since the start", self.scripts.clone());
        all.register(
            "script_failures",
            "Calls of scripts that failed since the start",
            self.script_failures.clone(),
        );
        all.register("process_memory_bytes", "Resident memory of the process", self.memory.clone());
        all.register("process_cpu_seconds", "Processor time of the process", self.cpu.clone());
    }

    /// A request begins.
    pub fn begun(&self) {
        self.running.inc();
    }

    /// A request was answered.
    pub fn answered(
        &self,
        route: Option<&Route>,
        method: &Method,
        status: u16,
        took: Duration,
        stages: &[(&'static str, Duration)],
    ) {
        self.running.dec();
        let route = route.map_or(&self.none, |route| &route.0).clone();
        let called = Called { route, method: word(method) };
        self.took.get_or_create(&called).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { route: called.route, method: called.method, status }).inc();
        for (stage, took) in stages {
            self.stages.get_or_create(&Stage { stage }).observe(took.as_secs_f64());
        }
    }

    /// A request ended without an answer.
    pub fn lost(&self) {
        self.running.dec();
    }

    /// Whether this request may ask: it comes from this machine and through no proxy, or with the token.
    pub fn permits(&self, request: &HttpRequest) -> bool {
        let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let (Some(token), Some(given)) = (self.token, given.and_then(|text| text.strip_prefix("Bearer ")))
        {
            let given: [u8; 32] = Sha256::digest(given.as_bytes()).into();
            return given == token;
        }
        let near = request.peer_addr().is_some_and(|peer| is_near(peer.ip()));
        near && !is_forwarded(request.headers())
    }

    /// Whether what the database was asked is old by now; whoever hears so asks it.
    pub fn is_stale(&self) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let stale = asked.is_none_or(|at| at.elapsed() >= FRESH);
        if stale {
            *asked = Some(Instant::now());
        }
        stale
    }

    /// Takes up what the process itself knows, and tells everything.
    ///
    /// # Errors
    /// Where it cannot be written down.
    pub fn told(&self, load: &Load, (runs, failures): (u64, u64)) -> Result<String, std::fmt::Error> {
        self.waiting.set(load.waiting);
        self.connections.set(load.connections);
        self.idle.set(load.idle);
        self.scripts.set(i64::try_from(runs).unwrap_or(i64::MAX));
        self.script_failures.set(i64::try_from(failures).unwrap_or(i64::MAX));
        if let Some((memory, cpu)) = process() {
            self.memory.set(memory);
            self.cpu.set(cpu);
        }
        let mut text = String::with_capacity(16 * 1024);
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Takes up what the database was asked.
    pub fn put(&self, figures: &Figures) {
        // A state that nothing is in any more is told as none, not as it was.
        for (family, counts) in [(&self.jobs, &figures.jobs[..]), (&self.effects, &figures.effects[..])] {
            for (state, count) in counts {
                family.get_or_create(&InState { state: (*state).to_owned() }).set(*count);
            }
        }
        for (kind, count) in &figures.sessions {
            self.sessions.get_or_create(&OfKind { kind: (*kind).to_owned() }).set(*count);
        }
        self.publish.set(figures.publish);
    }
}

fn is_near(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Whether a proxy says for whom it asks: then the asker is not this machine.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED)
        || ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]
            .into_iter()
            .any(|name| headers.contains_key(name))
}

fn word(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Resident memory in bytes and processor time in seconds, as Linux tells them.
fn process() -> Option<(i64, f64)> {
    /// Bytes of a page and ticks of a second: the same on every Linux that the product runs on.
    const PAGE: i64 = 4096;
    const TICKS: f64 = 100.0;
    let memory = std::fs::read_to_string("/proc/self/statm").ok()?;
    let resident: i64 = memory.split(' ').nth(1)?.parse().ok()?;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold spaces; it ends with the last bracket.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((resident * PAGE, (user + system) / TICKS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_this_machine_or_the_token_is_answered() {
        let rows = [
            ("127.0.0.1", "", "", None, true),
            ("::1", "", "", None, true),
            ("::ffff:127.0.0.1", "", "", None, true),
            ("203.0.113.9", "", "", None, false),
            ("127.0.0.1", "x-forwarded-for", "203.0.113.9", None, false),
            ("127.0.0.1", "forwarded", "for=203.0.113.9", None, false),
            ("127.0.0.1", "via", "1.1 proxy", None, false),
            ("203.0.113.9", "authorization", "Bearer right", Some("right"), true),
            ("203.0.113.9", "authorization", "Bearer wrong", Some("right"), false),
            ("203.0.113.9", "authorization", "right", Some("right"), false),
            ("203.0.113.9", "authorization", "Bearer right", None, false),
            ("127.0.0.1", "authorization", "Bearer wrong", Some("right"), false),
        ];
        for (peer, header, value, token, expect) in rows {
            let peer = std::net::SocketAddr::new(peer.parse().unwrap(), 1);
            let mut request = TestRequest::get().peer_addr(peer);
            if !header.is_empty() {
                request = request.insert_header((header, value));
            }
            let permitted = Metrics::new(token).permits(&request.to_http_request());
            assert_eq!(permitted, expect, "{peer} {header}: {value} {token:?}");
        }
    }

    #[test]
    fn what_was_counted_is_told() {
        let metrics = Metrics::new(None);
        let route = Route("/records/{object}".into());
        metrics.begun();
        let stages = [("plan", Duration::from_millis(2))];
        metrics.answered(Some(&route), &Method::GET, 200, Duration::from_millis(3), &stages);
        metrics.begun();
        metrics.answered(None, &Method::TRACE, 404, Duration::from_millis(1), &[]);
        let mut text = String::new();
        encode(&mut text, &metrics.registry).unwrap();
        for line in [
            r#"lifeloom_requests_total{route="/records/{object}",method="GET",status="200"} 1"#,
            r#"lifeloom_requests_total{route="none",method="other",status="404"} 1"#,
            r#"lifeloom_request_seconds_count{route="/records/{object}",method="GET"} 1"#,
            r#"lifeloom_stage_seconds_bucket{le="0.0025",stage="plan"} 1"#,
            "lifeloom_requests_running 0",
        ] {
            assert!(text.contains(line), "no {line} in {text}");
        }
        let (memory, _) = process().unwrap();
        assert!(memory > 1 << 20);
    }
}
