//! What handlers share.

use crate::client::{self, Proxies};
use crate::limit::{Limits, Policy};
use crate::metrics::Metrics;
use crate::problem::{Answer, Problem};
use crate::trace;
use actix_web::HttpRequest;
use diagnostic::{Code, Diagnostic, Locale};
use engine::Engine;
use engine::identity::Origin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// What handlers share.
pub struct State {
    /// The engine.
    pub engine: Engine,
    /// How often who asked for what.
    pub limits: Limits,
    /// Requests of one user within a minute; `None` for any number.
    pub per_minute: Option<u32>,
    /// Whose word about clients counts.
    pub proxies: Proxies,
    /// Cookies are marked `Secure`.
    pub secure_cookies: bool,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether the server stops: what would stay open ends.
    pub stopping: watch::Receiver<bool>,
}

impl State {
    /// Where a request comes from.
    pub fn origin(&self, request: &HttpRequest) -> Origin {
        client::origin(&self.proxies, request)
    }

    /// The address of the client, for the audit trail.
    pub fn address(&self, request: &HttpRequest) -> Arc<str> {
        self.proxies.client(request).to_canonical().to_string().into()
    }

    /// The client, as limits know it.
    pub fn client(&self, request: &HttpRequest) -> String {
        client::group(self.proxies.client(request)).to_string()
    }

    /// Counts one time of `who`, and tells the caller what is left.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub fn limit(&self, policy: Policy, who: &str, locale: Locale) -> Answer<()> {
        match self.limits.take(policy, who, Instant::now()) {
            Ok(left) => {
                trace::allow(left);
                Ok(())
            }
            Err(left) => {
                trace::allow(left);
                let found = Diagnostic::new(Code::TooManyRequests).with("seconds", left.reset);
                Err(Problem::new(Box::new(found), locale))
            }
        }
    }

    /// Counts a request of a user, where requests are limited.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub fn request_of(&self, user: uuid::Uuid, locale: Locale) -> Answer<()> {
        let Some(most) = self.per_minute else { return Ok(()) };
        let policy = Policy { name: "requests", most, window: Duration::from_secs(60) };
        self.limit(policy, &user.to_string(), locale)
    }

    /// Counts a request that nobody is behind, by where it comes from, where requests are limited.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub fn request_of_nobody(&self, client: &str, locale: Locale) -> Answer<()> {
        let Some(most) = self.per_minute else { return Ok(()) };
        let policy = Policy { name: "nobody", most, window: Duration::from_secs(60) };
        self.limit(policy, client, locale)
    }
}
