//! What a user holds: sessions of browsers and tokens of programs. Listing them, making tokens, ending them.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::identity::session::{Fresh, Session, SessionKind};
use crate::identity::trail::{Origin, entry};
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::{Code, Diagnostic, Result};
use plan::planner::Mode;
use serde_json::json;
use std::sync::Arc;
use storage::store::idempotency::{self, RequestKey};
use storage::store::{audit, session};
use uuid::Uuid;

/// Tokens of one user at most.
const MOST_TOKENS: usize = 100;

/// What a token is made with.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What its owner calls it.
    pub label: String,
    /// The roles it is limited to; `None` for all of its owner's, whatever they are when it is used.
    pub roles: Option<Vec<Arc<str>>>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token that was made.
#[derive(Clone, Debug)]
pub struct MadeToken {
    /// Its id.
    pub id: Uuid,
    /// The token, shown only now; `None` for a request that was repeated.
    pub token: Option<String>,
}

impl Engine {
    /// The sessions or the tokens of a user, newest first.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn held(&self, user: Uuid, kind: SessionKind) -> Result<Vec<session::Session>> {
        let now = self.now();
        let mut all = session::list(&self.database().reader(), user).await?;
        all.retain(|one| one.kind == kind.name() && one.expires_at.is_none_or(|end| end > now));
        Ok(all)
    }

    /// Makes an API token for a user, with some of its roles or all of them.
    ///
    /// # Errors
    /// `not_permitted` for a role the user does not have.
    pub async fn make_token(
        &self,
        user: Uuid,
        label: &str,
        roles: Option<Vec<Arc<str>>>,
        life: Option<TimeDelta>,
    ) -> Result<String> {
        let identity = self.identity(user, None).await?;
        let expires_at = life.map(|life| self.now() + life);
        let new = NewToken { label: label.to_owned(), roles, expires_at };
        let made = self.add_token(&identity, new, None, &Origin::default()).await?;
        Ok(made.token.unwrap_or_default())
    }

    /// Makes a token for the caller. Only a session that somebody opened by signing in may do so: a token that
    /// makes tokens would outlive its own end.
    ///
    /// # Errors
    /// `not_permitted` for a token and for a role the caller does not have, `too_large` for too many tokens,
    /// `invalid_body` for an end in the past, and those of a key, as [`Engine::perform`].
    pub async fn create_token(
        &self,
        session: &Session,
        new: NewToken,
        key: Option<RequestKey>,
        from: &Origin,
    ) -> Result<MadeToken> {
        session.must_be_a_person()?;
        if new.expires_at.is_some_and(|end| end <= self.now()) {
            let found =
                Diagnostic::new(Code::InvalidBody).with("reason", "`expires_at`: it lies in the past");
            return Err(Box::new(found.at("expires_at")));
        }
        self.add_token(&session.identity, new, key, from).await
    }

    async fn add_token(
        &self,
        identity: &Arc<Identity>,
        new: NewToken,
        key: Option<RequestKey>,
        from: &Origin,
    ) -> Result<MadeToken> {
        let actor = &identity.actor;
        if let Some(foreign) = new.roles.iter().flatten().find(|role| !actor.roles.contains(role)) {
            let found = Diagnostic::new(Code::NotPermitted).with("action", "use").with("what", foreign);
            return Err(Box::new(found.at("roles")));
        }
        let fresh = Fresh {
            user: actor.id,
            kind: SessionKind::Api,
            label: Some(new.label),
            roles: new.roles,
            expires_at: new.expires_at,
            from: from.clone(),
        };
        let (token, row) = self.fresh_session(&fresh);
        let detail = json!({"token": row.id, "label": row.label, "roles": row.roles});
        let told = entry("account.token_made", self.now(), Some(actor.id), Some(actor.id), from, detail);
        let made = self
            .transact(identity.clone(), Mode::Request, false, move |work| {
                let (row, told, key) = (row.clone(), told.clone(), key.clone());
                async move {
                    let tx = &work.tx;
                    if let Some(key) = &key
                        && let Some(earlier) = idempotency::begin(tx, key, work.bindings.now).await?
                    {
                        let id = earlier.answer["token"].as_str().and_then(|id| id.parse().ok());
                        return Ok((id.unwrap_or_default(), false));
                    }
                    let held = session::list(tx, row.user).await?;
                    if held.iter().filter(|one| one.kind == row.kind).count() >= MOST_TOKENS {
                        let limit = format!("{MOST_TOKENS} tokens");
                        return Err(Box::new(Diagnostic::new(Code::TooLarge).with("limit", limit)));
                    }
                    session::insert(tx, &row).await?;
                    audit::insert(tx, work.engine.pen(), &[told]).await?;
                    if let Some(key) = &key {
                        idempotency::finish(tx, key, 201, &json!({"token": row.id})).await?;
                    }
                    Ok((row.id, true))
                }
            })
            .await?;
        Ok(MadeToken { id: made.0, token: made.1.then_some(token) })
    }

    /// Ends a session or token of a user.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn revoke(
        &self,
        by: &Identity,
        user: Uuid,
        (kind, id): (SessionKind, Uuid),
        from: &Origin,
    ) -> Result<()> {
        let detail = json!({"session": id, "kind": kind.name()});
        let told = entry("session.revoked", self.now(), Some(by.actor.id), Some(user), from, detail);
        let pen = self.pen().clone();
        self.database()
            .write(move |tx| {
                let (told, pen) = (told.clone(), pen.clone());
                async move {
                    let held = session::list(&tx, user).await?;
                    let known = held.iter().any(|one| one.id == id && one.kind == kind.name());
                    if !known || !session::revoke(&tx, user, id).await? {
                        return Err(Box::new(Diagnostic::new(Code::NotFound)));
                    }
                    audit::insert(&tx, &pen, &[told]).await
                }
            })
            .await?;
        self.sessions().clear();
        Ok(())
    }

    /// Ends all sessions of a user, but for one that goes on; with `tokens` all tokens too. Answers how many.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn revoke_all(
        &self,
        by: &Identity,
        user: Uuid,
        but: Option<Uuid>,
        tokens: bool,
        from: &Origin,
    ) -> Result<u64> {
        let detail = json!({"all": true, "tokens": tokens});
        let told = entry("session.revoked", self.now(), Some(by.actor.id), Some(user), from, detail);
        let pen = self.pen().clone();
        let ended = self
            .database()
            .write(move |tx| {
                let (told, pen) = (told.clone(), pen.clone());
                async move {
                    let ended = match tokens {
                        true => session::revoke_all(&tx, user, but).await?,
                        false => session::revoke_sessions(&tx, user, but).await?,
                    };
                    audit::insert(&tx, &pen, &[told]).await?;
                    Ok(ended)
                }
            })
            .await?;
        self.sessions().clear();
        Ok(ended)
    }
}

impl Session {
    /// Refuses programs: accounts are for the people they belong to.
    ///
    /// # Errors
    /// `not_permitted`.
    pub fn must_be_a_person(&self) -> Result<()> {
        match self.kind {
            SessionKind::Session => Ok(()),
            SessionKind::Api => {
                let found = Diagnostic::new(Code::NotPermitted).with("action", "manage");
                Err(Box::new(found.with("what", "an account by an API token")))
            }
        }
    }
}
