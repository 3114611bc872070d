//! The engine through the constructors that the product uses, on every database there is.

// What tests share may unwrap as tests do.
#![allow(clippy::unwrap_used)]

mod packs;

mod shop;

mod site;

mod records;

mod rights;

mod flows;

mod approvals;

mod people;

mod operating;

mod deadlines;

mod unasked;

mod races;

mod children;

mod sessions;

mod accounts;

mod mail;
mod mailboxes;
mod tls;

mod outbound;

mod effects;

mod connectors;

mod calls;

mod webhooks;

mod trials;

mod hostile;

mod publish;

mod retype;

mod demo;

mod transfer;

mod imports;

mod writes;
