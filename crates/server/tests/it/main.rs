//! The server as programs meet it: a real one on a real engine and an empty database, spoken to byte by byte.

#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

mod client;

mod conformance;

mod site;

mod check;

mod contract;

mod records;

mod transfers;

mod every;

mod writing;

mod rights;

mod approvals;

mod accounts;

mod hostile;

mod files;

mod mailboxes;
mod metrics;
mod packs;

mod calendars;
mod decisions;
mod events;
mod webhooks;

mod connectors;

mod description;
