//! Looking into mailboxes: in turn, one process at a time for each, again and again whatever goes wrong.

use super::letter::{Letter, Signs};
use super::news::News;
use super::session::{Account, Folders, Found, Inbox};
use super::take::{Arrived, Taken};
use super::talk::Trouble;
use crate::engine::Engine;
use crate::identity::trail::{Origin, entry};
use catalog::{Connection, Connector};
use chrono::{DateTime, TimeDelta, Utc};
use definition::connector::ImapConnection;
use diagnostic::{Class, Result};
use plan::planner::Mode;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use storage::store::audit;
use storage::store::mailbox::{self as table, Mailbox};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often it is asked which mailboxes are due.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a mailbox belongs to who reads it, from one mail to the next.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// Mails that are taken in one session.
const MOST: usize = 200;
/// The longest pause after failures.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// What came of looking into a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Somebody else looks, it is not yet time, or there is no such mailbox.
    NotNow,
    /// What became of its mails.
    Read(Vec<Taken>),
    /// Why it could not be read.
    Failed(String),
}

impl Engine {
    /// Looks into mailboxes until `stop` says so. Any number of processes may do this at once.
    pub(crate) async fn read_mailboxes_until(&self, mut stop: watch::Receiver<bool>) {
        let mut at_work = JoinSet::new();
        let mut busy: BTreeSet<Arc<str>> = BTreeSet::new();
        while !*stop.borrow() {
            for mailbox in self.awaited_mailboxes().difference(&busy.clone()) {
                busy.insert(mailbox.clone());
                let (engine, mailbox) = (self.clone(), mailbox.clone());
                // A slow server keeps nobody waiting but its own mails.
                at_work.spawn(async move {
                    if let Err(error) = engine.poll_mailbox(&mailbox, engine.now()).await {
                        tracing::warn!(%mailbox, %error, "a mailbox could not be looked into");
                    }
                    mailbox
                });
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.changed() => {}
            }
            while let Some(ended) = at_work.try_join_next() {
                match ended {
                    Ok(mailbox) => drop(busy.remove(&mailbox)),
                    Err(error) => {
                        tracing::error!(%error, "looking into a mailbox broke off");
                        busy.clear();
                    }
                }
            }
        }
        // What is committed is committed: the next one to look goes on there.
        at_work.shutdown().await;
    }

    /// The mailboxes for whose mails an automation waits.
    pub(super) fn awaited_mailboxes(&self) -> BTreeSet<Arc<str>> {
        let published = self.published();
        published.flows().filter_map(|flow| Some(flow.trigger.mail.as_ref()?.mailbox.clone())).collect()
    }

    /// Looks into a mailbox where it is due at an instant and nobody does.
    ///
    /// # Errors
    /// What the database refuses; a mailbox that cannot be read is no error.
    pub async fn poll_mailbox(&self, name: &str, due: DateTime<Utc>) -> Result<Polled> {
        let connector = self.published().catalog.connectors.get(name).cloned();
        let Some(connector) = connector else { return Ok(Polled::NotNow) };
        let Connection::Imap(imap) = &connector.connection else { return Ok(Polled::NotNow) };
        let known = table::find(&self.database().reader(), name).await?;
        if known.is_some_and(|known| known.poll_at > due) {
            return Ok(Polled::NotNow);
        }
        let (name, now) = (name.to_owned(), self.now());
        let claimed = self.database().write(move |tx| {
            let name = name.clone();
            async move { table::claim(&tx, &name, due, LEASE, now).await }
        });
        let Some(mut held) = claimed.await? else { return Ok(Polled::NotNow) };
        let mut taken = Vec::new();
        let read = Box::pin(self.read_mailbox(&connector, imap, &mut held, &mut taken)).await;
        self.let_go(&connector, imap, held, &read).await?;
        Ok(match read {
            Ok(()) => Polled::Read(taken),
            Err(reason) => Polled::Failed(reason),
        })
    }

    async fn read_mailbox(
        &self,
        connector: &Connector,
        imap: &ImapConnection,
        held: &mut Mailbox,
        taken: &mut Vec<Taken>,
    ) -> std::result::Result<(), Trouble> {
        let site = self.connector_at_site(connector).await.map_err(|found| found.to_string())?;
        let password = site.secret(&imap.auth.secret)?;
        let account = Account {
            url: site.url.as_deref().ok_or("its address is not set")?,
            user: site.user.as_deref().unwrap_or(&imap.auth.user),
            password,
        };
        // A server may repeat what it was told.
        let hushed = |trouble: Trouble| one_line(&trouble.replace(password, "•••"));
        let folders =
            Folders { read: imap.folder.as_deref().unwrap_or("INBOX"), move_to: imap.move_to.as_deref() };
        let mut inbox = Inbox::open(self.outbound(), &account, &folders).await.map_err(hushed)?;
        let read = self.read_inbox(&mut inbox, imap, held, taken).await.map_err(hushed);
        inbox.close().await;
        read
    }

    async fn read_inbox(
        &self,
        inbox: &mut Inbox,
        imap: &ImapConnection,
        held: &mut Mailbox,
        taken: &mut Vec<Taken>,
    ) -> std::result::Result<(), Trouble> {
        if held.validity != inbox.validity {
            (held.validity, held.uid, held.begun) = (inbox.validity, 0, inbox.next);
        }
        let tx = self.database().reader();
        // Those that were taken when something went wrong before they were marked.
        for uid in table::unmarked(&tx, &held.name, held.validity).await.map_err(|error| error.to_string())? {
            self.mark_taken(inbox, held, uid).await?;
        }
        for uid in inbox.above(held.uid, held.begun).await?.into_iter().take(MOST) {
            held.uid = uid;
            let Some(found) = inbox.fetch(uid, imap.most_bytes()).await? else { continue };
            let arrived = self.arrived(held, found).await?;
            taken.push(self.take_somehow(arrived, held).await?);
            self.mark_taken(inbox, held, uid).await?;
        }
        Ok(())
    }

    /// Takes a mail; one that the site's own rules refuse is kept as one that cannot be read, so that it does not stand in
    /// the way of those behind it.
    async fn take_somehow(&self, arrived: Arrived, held: &Mailbox) -> std::result::Result<Taken, Trouble> {
        let held = Some((held.clone(), LEASE));
        let refused = match self.take_mail(arrived.clone(), held.clone()).await {
            Ok(taken) => return Ok(taken),
            Err(error) if error.class() == Class::Internal || error.class() == Class::Unavailable => {
                return Err(error.to_string());
            }
            Err(error) => error,
        };
        tracing::warn!(mailbox = %arrived.mailbox, %refused, "a mail was refused");
        let Letter { message_id, digest, from, signs, .. } = arrived.letter;
        let (signs, text) = (Signs { broken: true, ..signs }, Some(refused.to_string()));
        let letter = Letter { message_id, digest, from, signs, text, ..Letter::default() };
        self.take_mail(Arrived { letter, ..arrived }, held).await.map_err(|error| error.to_string())
    }

    async fn arrived(&self, held: &Mailbox, found: Found) -> std::result::Result<Arrived, Trouble> {
        let Found { raw, at, too_large } = found;
        let read = tokio::task::spawn_blocking(move || Letter::read(&raw));
        let letter = read.await.map_err(|error| error.to_string())?;
        let (mailbox, at) = (held.name.as_str().into(), at.unwrap_or_else(|| self.now()));
        Ok(Arrived { mailbox, letter, at, too_large })
    }

    /// Marks a mail that was taken, and notes that.
    async fn mark_taken(
        &self,
        inbox: &mut Inbox,
        held: &Mailbox,
        uid: i64,
    ) -> std::result::Result<(), Trouble> {
        inbox.mark(uid).await?;
        let (name, validity, now) = (held.name.clone(), held.validity, self.now());
        let noted: Result<u64> = self
            .database()
            .write(move |tx| {
                let name = name.clone();
                async move { table::marked(&tx, &name, validity, uid, now).await }
            })
            .await;
        noted.map(drop).map_err(|error| error.to_string())
    }

    /// Lets a mailbox go until it is due again: the later, the more often it could not be read.
    async fn let_go(
        &self,
        connector: &Arc<Connector>,
        imap: &ImapConnection,
        held: Mailbox,
        read: &std::result::Result<(), Trouble>,
    ) -> Result<()> {
        let (now, name) = (self.now(), &held.name);
        let pause = TimeDelta::from_std(imap.pause()).unwrap_or(LONGEST_PAUSE);
        let (told, after) = match read {
            Ok(()) => {
                let told = held.failure.is_some().then(|| ("mailbox.recovered", json!({"mailbox": name})));
                if told.is_some() {
                    tracing::info!(mailbox = name, "a mailbox can be read again");
                }
                let (poll_at, polled_at) = (now + pause, Some(now));
                let well = Mailbox { failure: None, failures: 0, failed_at: None, ..held.clone() };
                (told, Mailbox { poll_at, polled_at, ..well })
            }
            Err(reason) => {
                let detail = || ("mailbox.failed", json!({"mailbox": name, "reason": reason}));
                let told = held.failure.is_none().then(detail);
                if told.is_some() {
                    tracing::warn!(mailbox = name, reason, "a mailbox cannot be read");
                }
                let longer = 1 << held.failures.clamp(0, 12);
                let poll_at = now + (pause * longer).min(LONGEST_PAUSE.max(pause));
                let (failed_at, failures) = (held.failed_at.or(Some(now)), held.failures + 1);
                let failure = Some(reason.clone());
                (told, Mailbox { poll_at, failure, failures, failed_at, ..held.clone() })
            }
        };
        let told = told.map(|(kind, detail)| entry(kind, now, None, None, &Origin::default(), detail));
        let given = Arc::new((told, News::between(&held, &after), after, connector.clone()));
        self.transact(self.system(), Mode::System, true, move |work| {
            let given = given.clone();
            async move {
                let (told, news, after, connector) = &*given;
                if !table::release(&work.tx, after).await? {
                    return Ok(());
                }
                if let Some(told) = told {
                    audit::insert(&work.tx, work.engine.pen(), std::slice::from_ref(told)).await?;
                }
                match news {
                    Some(news) => Box::pin(news.put(&work, connector)).await,
                    None => Ok(()),
                }
            }
        })
        .await
    }
}

/// What a server says is shown to administrators: a line of it is enough.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
