//! HTTP: routes, sessions, problem documents, OpenAPI. The only crate that knows actix-web and the wire; no
//! business rule lives here.
//!
//! Every request goes the same way: [`service`] gives it an id and a span, [`routes`] finds its handler,
//! [`caller`] says who asks, [`input`] reads what it carries, the engine does it on its own runtime, [`wire`] or
//! [`problem`] make the answer.
//!
//! Read in this order: [`limit`] (how often), [`trace`] (ids and stages), [`problem`] (how a refusal looks),
//! [`client`] (from where), [`metrics`] (what is counted), [`state`] (what handlers share), [`caller`] (who asks),
//! [`input`] (what a request carries), [`wire`] (how an answer looks), [`idempotency`],
//! [`openapi`] (the description of all this for the site's own objects), [`service`] (what surrounds every request), then
//! [`routes`] (every address on one page) and the handlers under it.

pub mod limit;

pub mod trace;

pub mod problem;

pub mod client;

pub mod metrics;

pub mod state;

pub mod caller;

pub mod input;

pub mod wire;

pub mod idempotency;

pub mod openapi;

pub mod service;

pub mod routes;

pub use service::{Config, Running, bind, serve};
