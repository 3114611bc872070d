//! Signing in, passwords and tokens.

use crate::engine::Engine;
use crate::identity::session::{SESSION_LIFE, SessionKind};
use crate::identity::{Identity, build, password};
use crate::rows::Rows;
use chrono::TimeDelta;
use diagnostic::{Code, Diagnostic, Result};
use std::sync::Arc;
use storage::store::{credential, session};
use uuid::Uuid;

/// Failures in a row after which a login rests.
const MOST_FAILURES: i64 = 8;
/// How long it rests.
const REST: TimeDelta = TimeDelta::minutes(5);

/// A fresh session.
#[derive(Debug)]
pub struct SignedIn {
    /// The token, shown only now.
    pub token: String,
    /// Who signed in.
    pub identity: Arc<Identity>,
}

impl Engine {
    /// Signs in. An unknown login and a wrong password answer alike, in words and in time.
    ///
    /// # Errors
    /// `invalid_credentials`, `too_many_requests` while the login rests, `password_change_required` where a
    /// one-time password was given without a `new_password`, `weak_password` for that new one.
    pub async fn sign_in(&self, login: &str, given: &str, new_password: Option<&str>) -> Result<SignedIn> {
        let wrong = || Box::new(Diagnostic::new(Code::InvalidCredentials));
        let (tx, published, bindings) = (self.database().reader(), self.published(), self.own_bindings());
        let rows = Rows::new(&tx, &published, &bindings, self.secret());
        let user = build::user_by_login(&rows, login).await?;
        let user = user.filter(|row| row.get("active") != &expression::Value::Boolean(false));
        let known = match &user {
            Some(user) => credential::find(&tx, user.id()).await?,
            None => None,
        };
        let now = self.now();
        let resting = known.as_ref().is_some_and(|c| c.locked_until.is_some_and(|until| until > now));
        let hash = known.as_ref().map(|c| c.hash.clone());
        let fits = password::verify(given.to_owned(), hash).await?;
        let (Some(user), Some(known)) = (user, known) else { return Err(wrong()) };
        if resting {
            return Err(wrong());
        }
        if !fits {
            self.count_failure(user.id(), known.failures + 1).await?;
            return Err(wrong());
        }
        match (known.must_change, new_password) {
            (true, None) => return Err(Box::new(Diagnostic::new(Code::PasswordChangeRequired))),
            (_, Some(new)) => self.set_password(user.id(), login, new, false).await?,
            (false, None) if known.failures > 0 => {
                let user = user.id();
                self.database()
                    .write(move |tx| async move { credential::succeeded(&tx, user).await })
                    .await?;
            }
            (false, None) => {}
        }
        let token =
            self.open_session(user.id(), SessionKind::Session, None, None, Some(SESSION_LIFE)).await?;
        let identity = self.identity(user.id(), None).await.map_err(|_| wrong())?;
        Ok(SignedIn { token, identity })
    }

    async fn count_failure(&self, user: Uuid, failures: i64) -> Result<()> {
        let locked_until = (failures % MOST_FAILURES == 0).then(|| self.now() + REST);
        self.database()
            .write(move |tx| async move { credential::failed(&tx, user, locked_until).await })
            .await?;
        Ok(())
    }

    /// Sets a user's password. All sessions of the user end.
    ///
    /// # Errors
    /// `weak_password`.
    pub async fn set_password(&self, user: Uuid, login: &str, new: &str, must_change: bool) -> Result<()> {
        password::check_strength(new, login)?;
        let hash = password::hash(new.to_owned()).await?;
        let changed_at = self.now();
        self.database()
            .write(move |tx| {
                let hash = hash.clone();
                async move {
                    credential::set(&tx, user, &hash, must_change, changed_at).await?;
                    session::revoke_all(&tx, user, None).await
                }
            })
            .await?;
        self.sessions().clear();
        Ok(())
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
        if let Some(foreign) = roles.iter().flatten().find(|role| !identity.actor.roles.contains(role)) {
            let found = Diagnostic::new(Code::NotPermitted).with("action", "use").with("what", foreign);
            return Err(Box::new(found));
        }
        let token = self.open_session(user, SessionKind::Api, Some(label), roles, life).await?;
        Ok(token)
    }
}
