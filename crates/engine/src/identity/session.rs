//! Sessions and API tokens: random 256 bits given out once, stored as a hash, looked up in memory.

pub use crate::caller::SessionKind;

use crate::caller::Known;
use crate::engine::Engine;
use crate::identity::Identity;
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::{Code, Diagnostic, Result};
use sha2::{Digest, Sha256};
use std::sync::{Arc, PoisonError};
use storage::store::session;
use uuid::Uuid;

/// How long a session lives without being used.
pub const SESSION_LIFE: TimeDelta = TimeDelta::hours(12);
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
    /// Who a token stands for.
    ///
    /// # Errors
    /// `unauthenticated` for an unknown, expired or revoked token, and for a user who may no longer sign in.
    pub async fn authenticate(&self, token: &str) -> Result<Session> {
        let refused = || Box::new(Diagnostic::new(Code::Unauthenticated));
        let hash = token_hash(token);
        let known = self.sessions().0.read().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        let (id, user, kind, roles, expires_at) = match known {
            Some(known) if self.trusts_caches() => known,
            _ => {
                let stored =
                    session::find(&self.database().reader(), &hash, self.now()).await?.ok_or_else(refused)?;
                let known = remember(stored);
                self.sessions().0.write().unwrap_or_else(PoisonError::into_inner).insert(hash, known.clone());
                known
            }
        };
        if expires_at.is_some_and(|end| end <= self.now()) {
            return Err(refused());
        }
        let identity = self.identity(user, roles).await?;
        Ok(Session { id, identity, kind, expires_at })
    }

    /// Makes a session or API token; the token itself is shown only now.
    pub(crate) async fn open_session(
        &self,
        user: Uuid,
        kind: SessionKind,
        label: Option<&str>,
        roles: Option<Vec<Arc<str>>>,
        life: Option<TimeDelta>,
    ) -> Result<String> {
        let token = new_token();
        let now = self.now();
        let row = session::Session {
            id: Uuid::now_v7(),
            token: token_hash(&token).to_vec(),
            user,
            kind: kind.name().to_owned(),
            roles: roles.map(|all| all.iter().map(|r| r.to_string()).collect()),
            label: label.map(str::to_owned),
            created_at: now,
            expires_at: life.map(|life| now + life),
            last_used_at: now,
        };
        self.database()
            .write(move |tx| {
                let row = row.clone();
                async move { session::insert(&tx, &row).await }
            })
            .await?;
        Ok(token)
    }

    /// Ends one session.
    pub async fn sign_out(&self, session: &Session) -> Result<()> {
        let (user, id) = (session.identity.actor.id, session.id);
        self.database().write(move |tx| async move { session::revoke(&tx, user, id).await }).await?;
        self.sessions().clear();
        Ok(())
    }
}

fn remember(stored: session::Session) -> Known {
    let kind = if stored.kind == "api" { SessionKind::Api } else { SessionKind::Session };
    let roles = stored.roles.map(|all| all.into_iter().map(Arc::from).collect::<Vec<Arc<str>>>().into());
    (stored.id, stored.user, kind, roles, stored.expires_at)
}
