//! The second factor: an authenticator app with recovery codes for when it is lost. Setting it up asks for the
//! password again; a code counts once.

use crate::engine::{Engine, internal};
use crate::identity::session::Session;
use crate::identity::trail::{Origin, entry};
use crate::identity::{Identity, password};
use crate::identity::{attempts, totp};
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use storage::Tx;
use storage::secret::Secret;
use storage::store::factor::{self, Factor};
use storage::store::{audit, credential};
use uuid::Uuid;

/// Recovery codes that are made at once.
const CODES: usize = 10;
/// Under which name a secret is sealed.
pub(crate) const SEALED_AS: &str = "second_factor";

/// What an authenticator app needs, shown once.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The secret in base32, to be typed.
    pub secret: String,
    /// `otpauth://…`, to be shown as a QR code.
    pub uri: String,
}

fn recovery_hash(user: Uuid, code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    // 99 bits of chance: a fast hash is enough.
    Sha256::digest(format!("lifeloom recovery\n{user}\n{}", plain.to_lowercase()).as_bytes()).to_vec()
}

impl Engine {
    /// The key, where something has to be sealed.
    pub(crate) fn sealing(&self) -> Result<&Secret> {
        self.secret().ok_or_else(|| {
            let reason = "what is to be kept sealed needs the key of encrypted fields, and there is none";
            Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
        })
    }

    /// Whether a second factor of the user is in force.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn has_second_factor(&self, user: Uuid) -> Result<bool> {
        let found = factor::find(&self.database().reader(), user).await?;
        Ok(found.is_some_and(|factor| factor.confirmed_at.is_some()))
    }

    /// Refuses who does not know the password of the own account; wrong ones count as failed sign-ins.
    ///
    /// # Errors
    /// `invalid_credentials`, `too_many_requests`.
    pub(crate) async fn must_know_password(
        &self,
        session: &Session,
        given: &str,
        from: &Origin,
    ) -> Result<()> {
        let actor = &session.identity.actor;
        let login = attempts::digest(&actor.login);
        self.must_not_rest(&login).await?;
        let known = credential::find(&self.database().reader(), actor.id).await?;
        if self.password_fits(given.to_owned(), known.map(|known| known.hash)).await? {
            return Ok(());
        }
        self.count_failure(&login, Some(actor.id), from).await?;
        Err(Box::new(Diagnostic::new(Code::InvalidCredentials)))
    }

    /// Begins to set up an app. It is in force once its first code was confirmed.
    ///
    /// # Errors
    /// `invalid_credentials` for a wrong password, `conflict` where one is in force.
    pub async fn begin_second_factor(
        &self,
        session: &Session,
        password: &str,
        from: &Origin,
    ) -> Result<Enrolment> {
        self.must_know_password(session, password, from).await?;
        let (user, now) = (session.identity.actor.id, self.now());
        let secret = totp::base32(&totp::new_secret());
        let sealed = self.sealing()?.seal(&secret, user, SEALED_AS)?;
        let row = Factor { user, secret: sealed, created_at: now, confirmed_at: None, last_step: 0 };
        let begun = self
            .database()
            .write(move |tx| {
                let row = row.clone();
                async move { factor::begin(&tx, &row).await }
            })
            .await?;
        if !begun {
            return Err(Box::new(Diagnostic::new(Code::SecondFactorExists)));
        }
        let login = &session.identity.actor.login;
        let uri = format!("otpauth://totp/Lifeloom:{login}?secret={secret}&issuer=Lifeloom");
        Ok(Enrolment { secret, uri })
    }

    /// Puts the app into force with its first code; answers the recovery codes, which are shown only now.
    ///
    /// # Errors
    /// `invalid_otp`, `too_many_requests`, `conflict` where none was begun.
    pub async fn confirm_second_factor(
        &self,
        session: &Session,
        code: &str,
        from: &Origin,
    ) -> Result<Vec<String>> {
        let actor = &session.identity.actor;
        let login = attempts::digest(&actor.login);
        self.must_not_rest(&login).await?;
        let wrong = || Box::new(Diagnostic::new(Code::InvalidOtp));
        let found = factor::find(&self.database().reader(), actor.id).await?;
        let found = found.filter(|factor| factor.confirmed_at.is_none()).ok_or_else(wrong)?;
        let Some(step) = self.step_of_code(&found, code)? else {
            self.count_failure(&login, Some(actor.id), from).await?;
            return Err(wrong());
        };
        let (user, now, codes) = (actor.id, self.now(), new_codes());
        let hashes: Vec<Vec<u8>> = codes.iter().map(|code| recovery_hash(user, code)).collect();
        let told = entry("account.second_factor_set", now, Some(user), Some(user), from, Json::Null);
        let pen = self.pen().clone();
        self.database()
            .write(move |tx| {
                let (hashes, told, pen) = (hashes.clone(), told.clone(), pen.clone());
                async move {
                    let fresh = factor::take_step(&tx, user, step).await?;
                    if !fresh || !factor::confirm(&tx, user, now).await? {
                        return Err(Box::new(Diagnostic::new(Code::InvalidOtp)));
                    }
                    factor::keep_codes(&tx, user, hashes).await?;
                    audit::insert(&tx, &pen, &[told]).await
                }
            })
            .await?;
        Ok(codes)
    }

    /// Makes other recovery codes; those before are of no use any more.
    ///
    /// # Errors
    /// `invalid_credentials`, `invalid_otp` where no app is in force.
    pub async fn renew_recovery_codes(
        &self,
        session: &Session,
        password: &str,
        from: &Origin,
    ) -> Result<Vec<String>> {
        self.must_know_password(session, password, from).await?;
        let user = session.identity.actor.id;
        if !self.has_second_factor(user).await? {
            return Err(Box::new(Diagnostic::new(Code::InvalidOtp)));
        }
        let codes = new_codes();
        let hashes: Vec<Vec<u8>> = codes.iter().map(|code| recovery_hash(user, code)).collect();
        let told = entry("account.recovery_codes_made", self.now(), Some(user), Some(user), from, Json::Null);
        let pen = self.pen().clone();
        self.database()
            .write(move |tx| {
                let (hashes, told, pen) = (hashes.clone(), told.clone(), pen.clone());
                async move {
                    factor::keep_codes(&tx, user, hashes).await?;
                    audit::insert(&tx, &pen, &[told]).await
                }
            })
            .await?;
        Ok(codes)
    }

    /// Removes the own app.
    ///
    /// # Errors
    /// `invalid_credentials` for a wrong password or code.
    pub async fn remove_second_factor(
        &self,
        session: &Session,
        password: &str,
        code: &str,
        from: &Origin,
    ) -> Result<()> {
        self.must_know_password(session, password, from).await?;
        let actor = &session.identity.actor;
        if !self.take_code(actor.id, code).await? {
            self.count_failure(&attempts::digest(&actor.login), Some(actor.id), from).await?;
            return Err(Box::new(Diagnostic::new(Code::InvalidCredentials)));
        }
        self.drop_factor(actor.id, actor.id, from).await.map(drop)
    }

    /// Removes the app of a user who lost it.
    ///
    /// # Errors
    /// `not_found` where there is none, `not_permitted` for everyone but administrators.
    pub async fn take_second_factor_away(&self, by: &Identity, user: Uuid, from: &Origin) -> Result<()> {
        if !by.actor.admin {
            let found = Diagnostic::new(Code::NotPermitted).with("action", "change").with("what", "accounts");
            return Err(Box::new(found));
        }
        match self.drop_factor(by.actor.id, user, from).await? {
            true => Ok(()),
            false => Err(Box::new(Diagnostic::new(Code::NotFound))),
        }
    }

    async fn drop_factor(&self, by: Uuid, user: Uuid, from: &Origin) -> Result<bool> {
        let told = entry("account.second_factor_removed", self.now(), Some(by), Some(user), from, json!({}));
        let pen = self.pen().clone();
        self.database()
            .write(move |tx| {
                let (told, pen) = (told.clone(), pen.clone());
                async move {
                    let removed = factor::remove(&tx, user).await?;
                    if removed {
                        audit::insert(&tx, &pen, &[told]).await?;
                    }
                    Ok(removed)
                }
            })
            .await
    }

    fn step_of_code(&self, factor: &Factor, code: &str) -> Result<Option<i64>> {
        let secret = self.sealing()?.open(&factor.secret, factor.user, SEALED_AS)?;
        let secret = totp::from_base32(&secret).ok_or_else(|| internal("a second factor", &"no secret"))?;
        Ok(totp::matching(&secret, code.trim(), self.now()))
    }

    /// Takes a code of the app, or a recovery code, once.
    pub(crate) async fn take_code(&self, user: Uuid, code: &str) -> Result<bool> {
        let Some(found) = factor::find(&self.database().reader(), user).await? else { return Ok(false) };
        let (step, hash, now) = (self.step_of_code(&found, code)?, recovery_hash(user, code), self.now());
        self.database()
            .write(move |tx| {
                let hash = hash.clone();
                async move { taken(&tx, user, step, &hash, now).await }
            })
            .await
    }
}

async fn taken(
    tx: &Tx,
    user: Uuid,
    step: Option<i64>,
    hash: &[u8],
    now: chrono::DateTime<chrono::Utc>,
) -> Result<bool> {
    match step {
        Some(step) => factor::take_step(tx, user, step).await,
        None => factor::take_code(tx, user, hash, now).await,
    }
}

fn new_codes() -> Vec<String> {
    (0..CODES).map(|_| password::generate()).collect()
}
