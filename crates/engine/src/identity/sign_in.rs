//! Signing in, and setting passwords.

use crate::engine::Engine;
use crate::identity::session::{Fresh, SESSION_LIFE, Session, SessionKind};
use crate::identity::trail::{Origin, entry};
use crate::identity::{Identity, attempts, build, password};
use crate::rows::Rows;
use diagnostic::{Code, Diagnostic, Result};
use plan::Row;
use serde_json::json;
use std::sync::Arc;
use storage::store::credential::Credential;
use storage::store::{attempt, audit, credential, factor, reset, session};
use uuid::Uuid;

/// What somebody sends to sign in.
#[derive(Clone, Default)]
pub struct SignIn {
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
    /// A password in the place of this one.
    pub new_password: Option<String>,
    /// A code of the authenticator app, or a recovery code.
    pub otp: Option<String>,
    /// From where.
    pub from: Origin,
}

impl SignIn {
    /// With login and password.
    pub fn new(login: &str, password: &str) -> SignIn {
        SignIn { login: login.to_owned(), password: password.to_owned(), ..SignIn::default() }
    }
}

/// A fresh session.
#[derive(Debug)]
pub struct SignedIn {
    /// The token, shown only now.
    pub token: String,
    /// Who signed in.
    pub identity: Arc<Identity>,
}

/// A password that takes the place of another.
#[derive(Clone)]
pub(crate) struct NewPassword {
    pub user: Uuid,
    pub login: String,
    pub hash: String,
    pub must_change: bool,
    /// The session that goes on; all others end.
    pub keep: Option<Uuid>,
    pub by: Option<Uuid>,
    pub kind: &'static str,
    pub from: Origin,
}

fn wrong() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::InvalidCredentials))
}

impl Engine {
    /// Signs in. An unknown login and a wrong password answer alike, in words and in time: for both the same is
    /// read, hashed and written.
    ///
    /// # Errors
    /// `invalid_credentials`, `too_many_requests` while the login rests, `password_change_required` where a
    /// one-time password was given without a `new_password`, `otp_required` where a second factor is in force
    /// and no code was given, `weak_password` for a new password.
    pub async fn sign_in(&self, asked: SignIn) -> Result<SignedIn> {
        let login = attempts::digest(&asked.login);
        self.must_not_rest(&login).await?;
        let user = self.active_user(&asked.login).await?;
        let id = user.as_ref().map(Row::id);
        let known = credential::find(&self.database().reader(), id.unwrap_or_default()).await?;
        let hash = known.as_ref().map(|known| known.hash.clone());
        let fits = self.password_fits(asked.password.clone(), hash).await?;
        let (Some(id), Some(known), true) = (id, known, fits) else {
            self.count_failure(&login, id, &asked.from).await?;
            return Err(wrong());
        };
        self.check_rest(id, &known, &asked, &login).await?;
        if let Some(new) = &asked.new_password {
            self.set_password(id, &asked.login, new, false).await?;
        }
        let fresh = Fresh {
            user: id,
            kind: SessionKind::Session,
            label: None,
            roles: None,
            expires_at: Some(self.now() + SESSION_LIFE),
            from: asked.from.clone(),
        };
        let (token, row) = self.fresh_session(&fresh);
        let identity = self.identity(id, None).await.map_err(|_| wrong())?;
        let told = entry("session.opened", self.now(), Some(id), Some(id), &asked.from, json!({}));
        let pen = self.pen().clone();
        self.database()
            .write(move |tx| {
                let (login, row, told, pen) = (login.clone(), row.clone(), told.clone(), pen.clone());
                async move {
                    attempt::clear(&tx, &login).await?;
                    session::insert(&tx, &row).await?;
                    audit::insert(&tx, &pen, &[told]).await
                }
            })
            .await?;
        Ok(SignedIn { token, identity })
    }

    /// What is asked of somebody whose password is right.
    async fn check_rest(&self, user: Uuid, known: &Credential, asked: &SignIn, login: &[u8]) -> Result<()> {
        match &asked.new_password {
            None if known.must_change => {
                return Err(Box::new(Diagnostic::new(Code::PasswordChangeRequired)));
            }
            // Before a code is taken, which counts once.
            Some(new) => password::check_strength(new, &asked.login)?,
            None => {}
        }
        let factor = factor::find(&self.database().reader(), user).await?;
        if factor.is_none_or(|factor| factor.confirmed_at.is_none()) {
            return Ok(());
        }
        let Some(code) = &asked.otp else { return Err(Box::new(Diagnostic::new(Code::OtpRequired))) };
        if !self.take_code(user, code).await? {
            self.count_failure(login, Some(user), &asked.from).await?;
            return Err(wrong());
        }
        Ok(())
    }

    /// The user of a login who may sign in.
    pub(crate) async fn active_user(&self, login: &str) -> Result<Option<Row>> {
        let (tx, published, bindings) = (self.database().reader(), self.published(), self.own_bindings());
        let rows = Rows::new(&tx, &published, &bindings, self.secret());
        let user = build::user_by_login(&rows, login).await?;
        Ok(user.filter(|row| row.get("active") != &expression::Value::Boolean(false)))
    }

    /// Sets a user's password. All sessions and tokens of the user end.
    ///
    /// # Errors
    /// `weak_password`.
    pub async fn set_password(&self, user: Uuid, login: &str, new: &str, must_change: bool) -> Result<()> {
        let (by, keep, from) = (None, None, Origin::default());
        password::check_strength(new, login)?;
        let hash = self.hashed(new.to_owned()).await?;
        let kind = "account.password_set";
        let login = login.to_owned();
        self.put_password(NewPassword { user, login, hash, must_change, keep, by, kind, from }).await
    }

    /// Changes the own password. All other sessions and tokens of the user end.
    ///
    /// # Errors
    /// `invalid_credentials` for a wrong old one, `too_many_requests`, `weak_password`.
    pub async fn change_password(
        &self,
        session: &Session,
        old: &str,
        new: &str,
        from: &Origin,
    ) -> Result<()> {
        let actor = &session.identity.actor;
        self.must_know_password(session, old, from).await?;
        password::check_strength(new, &actor.login)?;
        let hash = self.hashed(new.to_owned()).await?;
        self.put_password(NewPassword {
            user: actor.id,
            login: actor.login.to_string(),
            hash,
            must_change: false,
            keep: Some(session.id),
            by: Some(actor.id),
            kind: "account.password_changed",
            from: from.clone(),
        })
        .await
    }

    /// Gives somebody a password that must be changed at the first sign-in: this one, or one that is answered.
    /// All sessions and tokens of the user end.
    ///
    /// # Errors
    /// `not_found`, `weak_password`.
    pub async fn give_password(
        &self,
        by: &Identity,
        user: Uuid,
        given: Option<&str>,
        from: &Origin,
    ) -> Result<Option<String>> {
        let login = self.login_of(user).await?;
        let one_time = given.is_none().then(password::generate);
        let chosen = given.or(one_time.as_deref()).unwrap_or_default();
        password::check_strength(chosen, &login)?;
        let hash = self.hashed(chosen.to_owned()).await?;
        self.put_password(NewPassword {
            user,
            login,
            hash,
            must_change: true,
            keep: None,
            by: Some(by.actor.id),
            kind: "account.password_given",
            from: from.clone(),
        })
        .await?;
        Ok(one_time)
    }

    /// The login of a user, active or not.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn login_of(&self, user: Uuid) -> Result<String> {
        let (tx, published, bindings) = (self.database().reader(), self.published(), self.own_bindings());
        let rows = Rows::new(&tx, &published, &bindings, self.secret());
        let row = rows.load(published.object("base.user")?, user).await?;
        let row = row.filter(|row| row.system(catalog::SystemField::DeletedAt).is_null());
        let login = row.as_ref().and_then(|row| row.get("login").as_text());
        login.map(str::to_owned).ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// Keeps a new password and ends what the old one opened.
    pub(crate) async fn put_password(&self, new: NewPassword) -> Result<()> {
        let now = self.now();
        let (new, pen) = (Arc::new(new), self.pen().clone());
        self.database()
            .write(move |tx| {
                let (new, pen) = (new.clone(), pen.clone());
                async move {
                    credential::set(&tx, new.user, &new.hash, new.must_change, now).await?;
                    session::revoke_all(&tx, new.user, new.keep).await?;
                    reset::revoke_all(&tx, new.user, now).await?;
                    attempt::clear(&tx, &attempts::digest(&new.login)).await?;
                    let told = entry(new.kind, now, new.by, Some(new.user), &new.from, json!({}));
                    audit::insert(&tx, &pen, &[told]).await
                }
            })
            .await?;
        self.sessions().clear();
        Ok(())
    }

    /// Whether a password fits a hash. Few are hashed at once: each takes 19 MiB.
    pub(crate) async fn password_fits(&self, given: String, hash: Option<String>) -> Result<bool> {
        let _turn = self.hashing().acquire().await;
        password::verify(given, hash).await
    }

    /// The hash of a password.
    pub(crate) async fn hashed(&self, password: String) -> Result<String> {
        let _turn = self.hashing().acquire().await;
        password::hash(password).await
    }
}
