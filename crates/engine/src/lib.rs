//! The façade: one value that holds the current catalog and does what requests, jobs and commands ask for.
//!
//! Every function takes the caller's [`identity::Identity`] and goes the same way: the plan (what may be done),
//! storage (doing it), hooks, derived values, history, events. Writes enter through storage's one door.
//! This crate knows no HTTP and has no global state; a process may hold several engines.
//!
//! Read in this order: [`clock`] (time as a port), [`mail`] and [`mailer`] (SMTP), [`outbound`] (HTTP to others), [`ended`] (what became of it), [`frames`] (statements kept), [`caller`] (who asks, with the rights in force), [`published`]
//! (the catalog in force and what was compiled from it), [`site`], [`file_limits`], `file_value` (a file in a record), `templates`, [`engine`] (the value itself), [`rows`] and
//! [`work`] (one transaction), [`identity`] (users and tokens become callers), [`records`] (reads and writes),
//! [`flow`] (approvals), [`files`] (uploads, attachments), [`requests`] (what changes something, once), [`describe`] (what clients are told of
//! definitions), [`calendars`] (working time), `parameters` (what is given to actions and connectors), [`signature`] (proofs between
//! systems), [`connectors`] (other systems), `webhooks` (what they set off), `decisions` (tables that are asked), [`publish`] (packs and migrations), `opening` (the way into a running engine),
//! [`outbox`] (what is to be sent), `messages` (what is said), [`delivery`] (sending it), [`jobs`], [`handover`] (what
//! somebody who leaves passes on), `first` (the first administrator), [`audit`] (the trail and its seal), [`keys`]
//! (other keys for encrypted fields), [`transfer`] (records out of and into CSV), [`scenario`] (the tests that packs
//! ship).

pub mod clock;

pub mod mail;

mod mail_server;

pub mod mailer;

pub mod outbound;

pub mod ended;

pub mod frames;

pub mod caller;

pub mod published;

pub mod site;

pub mod file_limits;

mod parameters;

mod file_value;

mod templates;

pub mod engine;

pub mod rows;

pub mod work;

pub mod identity;

pub mod records;

mod runs;

pub mod flow;

pub mod files;

pub mod requests;

mod explain;

mod decisions;

pub mod describe;

pub mod calendars;

pub mod signature;

pub mod connectors;

mod webhooks;

pub mod mailboxes;

pub mod publish;

mod opening;

pub mod outbox;

mod messages;

pub mod delivery;

pub mod jobs;

pub mod handover;

mod first;

pub mod maintenance;

pub mod audit;

pub mod keys;

pub mod transfer;

pub mod scenario;

pub use clock::{Clock, MovedClock, SystemClock};
pub use engine::{Engine, Options};
pub use explain::Asking;
pub use file_limits::FileLimits;
pub use first::FirstAdministrator;
pub use identity::Identity;
pub use mailer::Mailer;
pub use outbound::Outbound;
pub use published::Published;
