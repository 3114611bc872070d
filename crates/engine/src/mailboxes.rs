//! Mailboxes: mails that come in set off automations, each once.
//!
//! A mailbox is read under a lease, so that one process does it at a time. What a mail becomes is committed together with
//! how far the mailbox was read; only then is the mail marked there. What a machine sent, what comes twice, too often or
//! too large, and what cannot be read is kept and sets nothing off until an administrator releases it.
//!
//! Read in this order: [`letter`] (what a mail says), [`judge`] (what is held back), [`take`] (the transaction),
//! `bounded`, `talk`, `folder`, `away` and `session` (IMAP), [`poll`].

pub mod letter;

pub mod judge;

pub mod take;

mod bounded;

mod talk;

mod folder;

mod away;

mod session;

pub mod poll;

mod news;

mod told;
