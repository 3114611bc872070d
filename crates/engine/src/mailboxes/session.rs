//! A session with a server that keeps mails: signed in, one folder open.

use super::away::Away;
use super::bounded::{Bounded, Peer};
use super::folder::spelt;
use super::talk::{Trouble, Wire, within};
use crate::mail_server::{IMAP, Security, Server};
use crate::outbound::Outbound;
use crate::outbound::target::{Target, Uncalled};
use async_imap::error::Error;
use async_imap::types::Fetch;
use async_imap::{Client, Session};
use chrono::{DateTime, Utc};
use futures_util::{Stream, TryStreamExt};
use std::time::Duration;

/// Bytes of a server's answers beside mails.
const TALK: usize = 4 << 20;
/// Bytes of the head of a mail, whose body is too large, that are read.
const HEAD: usize = 1 << 20;

/// The highest number that a mail can have.
const LAST: u32 = u32::MAX;

/// Whom a mailbox belongs to.
pub(super) struct Account<'a> {
    pub url: &'a str,
    pub user: &'a str,
    pub password: &'a str,
}

/// Which folder is read, and where its mails go.
pub(super) struct Folders<'a> {
    pub read: &'a str,
    pub move_to: Option<&'a str>,
}

/// A folder that is open.
pub(super) struct Inbox {
    session: Session<Wire>,
    /// How long one sentence of the server may take.
    patience: Duration,
    /// Where mails go once they are taken; absent means that they stay.
    away: Option<Away>,
    /// Which numbering of mails is meant.
    pub validity: i64,
    /// The number that the next mail will have.
    pub next: i64,
}

/// A mail, or its head where it is too large.
pub(super) struct Found {
    pub raw: Vec<u8>,
    pub at: Option<DateTime<Utc>>,
    pub too_large: bool,
}

impl Inbox {
    /// Connects as every call does: only to what may be called, and to the very address that was judged.
    pub async fn open(
        outbound: &Outbound,
        account: &Account<'_>,
        folders: &Folders<'_>,
    ) -> Result<Inbox, Trouble> {
        let patience = outbound.patience();
        let server = Server::read(IMAP, account.url)?;
        let Server { host, address, port, security } = server;
        let encrypted = security != Security::None;
        let target = Target { encrypted, host, address, port, path: String::new() };
        let stream = outbound.connected(&target).await.map_err(uncalled)?;
        let is_here = stream.peer_addr().is_ok_and(|peer| peer.ip().is_loopback());
        if !encrypted && !is_here {
            return Err("the password would travel in the clear: use imaps:// or starttls://".to_owned());
        }
        let mut peer: Box<dyn Peer> = Box::new(stream);
        if security == Security::Whole {
            peer = secured(outbound, &target, peer).await?;
        }
        let mut client = greeted(patience, peer).await?;
        if security == Security::Begun {
            within(patience, client.run_command_and_check_ok("STARTTLS", None)).await?;
            // What was said before the connection was secured is forgotten.
            let peer = secured(outbound, &target, client.into_inner().inner).await?;
            client = Client::new(Bounded { inner: peer, left: TALK });
        }
        let signed = async { client.login(account.user, account.password).await.map_err(|(error, _)| error) };
        let mut session = within(patience, signed).await?;
        let away = match folders.move_to {
            Some(name) => Some(Away::find(&mut session, patience, name).await?),
            None => None,
        };
        let open = within(patience, session.select(spelt(folders.read))).await;
        let open = open.map_err(|why| format!("the folder `{}`: {why}", folders.read))?;
        let validity = open.uid_validity.ok_or("the server does not number its mails")?;
        let next = open.uid_next.ok_or("the server does not say which number comes next")?;
        Ok(Inbox { session, patience, away, validity: i64::from(validity), next: i64::from(next) })
    }

    /// The numbers of mails above `uid`, in their order; of those below `begun` the unread ones.
    pub async fn above(&mut self, uid: i64, begun: i64) -> Result<Vec<i64>, Trouble> {
        self.allow(TALK);
        let (first, begun) = (uid + 1, begun.max(1));
        // `5:*` would name the last mail, too, whatever its number is.
        let asked = match first >= begun {
            true => format!("UID {first}:{LAST}"),
            false => format!("UID {first}:{LAST} OR UNSEEN UID {begun}:{LAST}"),
        };
        let found = within(self.patience, self.session.uid_search(asked)).await?;
        let mut found: Vec<i64> = found.into_iter().map(i64::from).filter(|found| *found > uid).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// A mail; of one that has more than `most` bytes only the head. `None`: it is gone.
    pub async fn fetch(&mut self, uid: i64, most: usize) -> Result<Option<Found>, Trouble> {
        let about = self.ask(uid, "(UID RFC822.SIZE INTERNALDATE)", TALK).await?;
        let Some(about) = about else { return Ok(None) };
        let size = about.size.ok_or("the server does not say how large a mail is")? as usize;
        let at = about.internal_date().map(|at| at.to_utc());
        let too_large = size > most;
        let (what, bytes) = match too_large {
            true => ("(UID BODY.PEEK[HEADER])", HEAD),
            false => ("(UID BODY.PEEK[])", most),
        };
        let Some(fetched) = self.ask(uid, what, bytes + TALK).await? else { return Ok(None) };
        let raw = if too_large { fetched.header() } else { fetched.body() };
        Ok(Some(Found { raw: raw.unwrap_or_default().to_vec(), at, too_large }))
    }

    async fn ask(&mut self, uid: i64, what: &str, bytes: usize) -> Result<Option<Fetch>, Trouble> {
        self.allow(bytes);
        let (patience, session) = (self.patience, &mut self.session);
        let asked = async { all(session.uid_fetch(uid.to_string(), what).await?).await };
        let fetched = within(patience, asked).await?;
        Ok(fetched.into_iter().find(|one| one.uid.map(i64::from) == Some(uid)))
    }

    /// Says in the mailbox that a mail was taken: it is moved, or marked as read.
    pub async fn mark(&mut self, uid: i64) -> Result<(), Trouble> {
        self.allow(TALK);
        let uid = uid.to_string();
        let (patience, session) = (self.patience, &mut self.session);
        within(patience, async { all(session.uid_store(&uid, "+FLAGS.SILENT (\\Seen)").await?).await })
            .await?;
        match &self.away {
            Some(away) => away.put(session, patience, &uid).await,
            None => Ok(()),
        }
    }

    /// How many bytes of the server's next answers are read.
    fn allow(&mut self, bytes: usize) {
        self.session.as_mut().left = bytes;
    }

    /// Says good-bye; whether that is heard does not matter.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(5), self.session.logout()).await;
    }
}

async fn greeted(patience: Duration, peer: Box<dyn Peer>) -> Result<Client<Wire>, Trouble> {
    let mut client = Client::new(Bounded { inner: peer, left: TALK });
    let heard = within(patience, async { Ok(client.read_response().await?) }).await?;
    if heard.is_none() {
        return Err("the server ended the connection".to_owned());
    }
    Ok(client)
}

async fn secured(
    outbound: &Outbound,
    target: &Target,
    peer: Box<dyn Peer>,
) -> Result<Box<dyn Peer>, Trouble> {
    Ok(Box::new(outbound.secured(target, peer).await.map_err(uncalled)?))
}

async fn all(fetched: impl Stream<Item = Result<Fetch, Error>>) -> Result<Vec<Fetch>, Error> {
    fetched.try_collect().await
}

fn uncalled(why: Uncalled) -> Trouble {
    match why {
        Uncalled::Refused(reason) | Uncalled::Unreached(reason) | Uncalled::Failed(reason) => reason,
    }
}
