//! Sessions and API tokens: random 256 bits given out once, stored as a hash, looked up in memory.

pub use crate::caller::SessionKind;

use crate::caller::Known;
use crate::engine::Engine;
use crate::identity::{Identity, Origin};
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::{Code, Diagnostic, Result};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use storage::store::session;
use uuid::Uuid;

/// How long a session lives without being used.
pub const SESSION_LIFE: TimeDelta = TimeDelta::hours(12);
/// How long a session lives at most, however much it is used.
pub const SESSION_LONGEST: TimeDelta = TimeDelta::days(30);
/// A use is written down when the last one that was lies so far back: reading must not cost a write.
const TOUCH: TimeDelta = TimeDelta::minutes(5);
/// What every token begins with, so that a leaked one is recognised.
const PREFIX: &str = "llm_";

/// Who a token stands for.
#[derive(Clone, Debug)]
pub struct Session {
    /// The session's id.
    pub id: Uuid,
    /// Whose it is, with the rights in force.
    pub identity: Arc<Identity>,
    /// A person's session or a program's token.
    pub kind: SessionKind,
    /// Ends then.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What a session or token is made with.
pub(crate) struct Fresh {
    pub user: Uuid,
    pub kind: SessionKind,
    pub label: Option<String>,
    pub roles: Option<Vec<Arc<str>>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub from: Origin,
}

/// The form in which a token is stored.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// A fresh token.
pub(crate) fn new_token() -> String {
    let bytes: [u8; 32] = rand::random();
    let mut token = PREFIX.to_owned();
    token.extend(bytes.iter().map(|byte| format!("{byte:02x}")));
    token
}

impl Engine {
    /// Who a token stands for, where that is known without the database: the way of nearly every request.
    pub fn authenticated(&self, token: &str) -> Option<Session> {
        let now = self.now();
        let known = self.sessions().get(&token_hash(token)).filter(|_| self.trusts_caches())?;
        if known.expires_at.is_some_and(|end| end <= now) || now - known.used_at >= TOUCH {
            return None;
        }
        let identity = self.known_identity(&(known.user, known.roles))?;
        Some(Session { id: known.id, identity, kind: known.kind, expires_at: known.expires_at })
    }

    /// Who a token stands for.
    ///
    /// # Errors
    /// `unauthenticated` for an unknown, expired or revoked token, and for a user who may no longer sign in.
    pub async fn authenticate(&self, token: &str) -> Result<Session> {
        let refused = || Box::new(Diagnostic::new(Code::Unauthenticated));
        let hash = token_hash(token);
        let now = self.now();
        let ended = |known: &Known| known.expires_at.is_some_and(|end| end <= now);
        let generation = self.sessions().generation();
        let known = self.sessions().get(&hash);
        // One that has ended as far as this process knows may have been used in another one since.
        let known = match known.filter(|known| self.trusts_caches() && !ended(known)) {
            Some(known) => known,
            None => {
                let stored =
                    session::find(&self.database().reader(), &hash, now).await?.ok_or_else(refused)?;
                let known = remembered(stored);
                self.sessions().put(hash, known.clone(), generation);
                known
            }
        };
        let known = match now - known.used_at >= TOUCH {
            true => self.touch((hash, generation), known, now),
            false => known,
        };
        let identity = self.identity(known.user, known.roles).await?;
        Ok(Session { id: known.id, identity, kind: known.kind, expires_at: known.expires_at })
    }

    /// Notes that a token is used, which makes a session live on. It is written behind the answer: a disk that
    /// takes no writes keeps nobody from reading.
    fn touch(&self, (hash, generation): ([u8; 32], u64), mut known: Known, now: DateTime<Utc>) -> Known {
        known.used_at = now;
        if known.kind == SessionKind::Session {
            known.expires_at = Some((now + SESSION_LIFE).min(known.created_at + SESSION_LONGEST));
        }
        let (engine, id, end) = (self.clone(), known.id, known.expires_at);
        self.database().handle().spawn(async move {
            let touched =
                engine.database().write(move |tx| async move { session::touch(&tx, id, now, end).await });
            if let Err(error) = touched.await {
                tracing::warn!(%error, "the use of a session could not be noted");
            }
        });
        self.sessions().put(hash, known.clone(), generation);
        known
    }

    /// A session or token that is yet to be kept; the token itself is known only now.
    pub(crate) fn fresh_session(&self, fresh: &Fresh) -> (String, session::Session) {
        let token = new_token();
        let now = self.now();
        let row = session::Session {
            id: Uuid::now_v7(),
            token: token_hash(&token).to_vec(),
            user: fresh.user,
            kind: fresh.kind.name().to_owned(),
            roles: fresh.roles.as_ref().map(|all| all.iter().map(|r| r.to_string()).collect()),
            label: fresh.label.clone(),
            created_at: now,
            expires_at: fresh.expires_at,
            last_used_at: now,
            address: fresh.from.address.clone(),
            agent: fresh.from.agent.clone(),
        };
        (token, row)
    }

    /// Ends one session.
    pub async fn sign_out(&self, session: &Session) -> Result<()> {
        let (user, id) = (session.identity.actor.id, session.id);
        self.database().write(move |tx| async move { session::revoke(&tx, user, id).await }).await?;
        self.sessions().clear();
        Ok(())
    }
}

fn remembered(stored: session::Session) -> Known {
    let kind = if stored.kind == "api" { SessionKind::Api } else { SessionKind::Session };
    let roles = stored.roles.map(|all| all.into_iter().map(Arc::from).collect::<Vec<Arc<str>>>().into());
    Known {
        id: stored.id,
        user: stored.user,
        kind,
        roles,
        created_at: stored.created_at,
        expires_at: stored.expires_at,
        used_at: stored.last_used_at,
    }
}
