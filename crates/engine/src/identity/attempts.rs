//! Failed sign-ins. A login that failed too often rests, whether anybody has it or not: what is read, written
//! and answered is the same, so that neither the bytes nor the time of an answer tell which logins exist.

use crate::engine::Engine;
use crate::identity::trail::{Origin, entry};
use chrono::TimeDelta;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::json;
use sha2::{Digest, Sha256};
use storage::store::attempt::{self, LockOut};
use storage::store::audit;
use uuid::Uuid;

/// When a login rests.
pub const LOCK_OUT: LockOut = LockOut { after: 8, rest: TimeDelta::minutes(5), forget: TimeDelta::hours(24) };

/// The form in which a login is kept that may be nobody's: what people type by mistake is often a password.
pub(crate) fn digest(login: &str) -> Vec<u8> {
    Sha256::digest(login.trim().to_lowercase().as_bytes()).to_vec()
}

impl Engine {
    /// Refuses a login that rests.
    ///
    /// # Errors
    /// `too_many_requests` with the seconds that are left.
    pub(crate) async fn must_not_rest(&self, login: &[u8]) -> Result<()> {
        let known = attempt::find(&self.database().reader(), login).await?;
        let now = self.now();
        match known.and_then(|known| known.locked_until).filter(|until| *until > now) {
            None => Ok(()),
            Some(until) => {
                let seconds = (until - now).num_seconds().max(1);
                Err(Box::new(Diagnostic::new(Code::TooManyRequests).with("seconds", seconds)))
            }
        }
    }

    /// Counts a failure of a login that is, or is not, somebody's.
    pub(crate) async fn count_failure(&self, login: &[u8], user: Option<Uuid>, from: &Origin) -> Result<()> {
        let now = self.now();
        let (login, from, pen) = (login.to_vec(), from.clone(), self.pen().clone());
        self.database()
            .write(move |tx| {
                let (login, from, pen) = (login.clone(), from.clone(), pen.clone());
                async move {
                    let rests = attempt::failed(&tx, &login, LOCK_OUT, now).await?;
                    let refused = entry("session.refused", now, None, user, &from, json!({"rests": rests}));
                    audit::insert(&tx, &pen, &[refused]).await
                }
            })
            .await
    }
}
