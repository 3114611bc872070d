//! Who asks: users become actors, tokens become users.

pub mod password;

pub mod session;

pub mod trail;

mod attempts;

pub mod sign_in;

pub mod totp;

pub mod second_factor;

pub mod holdings;

pub mod reset;

pub(crate) mod guard;

mod build;

use crate::engine::Engine;
use crate::published::IdentityKey;
use crate::rows::Rows;
use diagnostic::{Code, Diagnostic, Result};
use plan::read::Bindings;
use std::sync::{Arc, PoisonError};
use storage::Tx;
use uuid::Uuid;

pub use crate::caller::Identity;
pub(crate) use build::{below as departments_below, system as system_of, user_by_login};
pub use holdings::{MadeToken, NewToken};
pub use second_factor::Enrolment;
pub use session::{Session, SessionKind};
pub use sign_in::{SignIn, SignedIn};
pub use trail::Origin;

impl Engine {
    /// An identity as it was built last.
    fn known_identity(&self, key: &IdentityKey) -> Option<Arc<Identity>> {
        self.published().identities.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// The identity of a user, optionally with some of its roles only (an API token's).
    ///
    /// # Errors
    /// `unauthenticated` where the user does not exist, is deleted or is not active.
    pub async fn identity(&self, user: Uuid, roles: Option<Arc<[Arc<str>]>>) -> Result<Arc<Identity>> {
        let published = self.published();
        let key = (user, roles);
        if let Some(known) = self.known_identity(&key).filter(|_| self.trusts_caches()) {
            return Ok(known);
        }
        let generation = self.sessions().generation();
        let (tx, bindings) = (self.database().reader(), self.own_bindings());
        let rows = Rows::new(&tx, &published, &bindings, self.secret());
        let built = build::identity(&rows, &published, &self.site(), user, key.1.as_deref()).await?;
        let identity = built.ok_or_else(|| Box::new(Diagnostic::new(Code::Unauthenticated)))?;
        let mut known = published.identities.write().unwrap_or_else(PoisonError::into_inner);
        // What was read before rights changed must not be remembered after it.
        if generation == self.sessions().generation() {
            known.insert(key, identity.clone());
        }
        drop(known);
        Ok(identity)
    }

    /// The identity of a user by login, as it stands inside a transaction.
    ///
    /// # Errors
    /// `unknown_reference` where there is no such active user.
    pub async fn identity_of_login(&self, tx: &Tx, login: &str) -> Result<Arc<Identity>> {
        let (published, bindings) = (self.published(), self.own_bindings());
        let rows = Rows::new(tx, &published, &bindings, self.secret());
        let missing =
            || Box::new(Diagnostic::new(Code::UnknownReference).with("what", "user").with("name", login));
        let user = build::user_by_login(&rows, login).await?.ok_or_else(missing)?;
        build::identity(&rows, &published, &self.site(), user.id(), None).await?.ok_or_else(missing)
    }

    /// The identity in whose name is done what a user once asked for, whether or not the user may still sign in: with
    /// the roles of now, as they stand inside a transaction. `None` where there is no such user any more.
    pub(crate) async fn identity_of_asker(
        &self,
        rows: &Rows<'_>,
        user: Uuid,
    ) -> Result<Option<Arc<Identity>>> {
        let (published, site) = (self.published(), self.site());
        build::standing(rows, &published, &site, user, None, build::Standing::Any).await
    }

    /// The engine itself as an actor: it may do everything, and its changes are by nobody.
    pub fn system(&self) -> Arc<Identity> {
        build::system(&self.published(), &self.site())
    }

    /// The instant, the zone and the user of one request.
    pub fn bindings(&self, identity: &Identity) -> Bindings {
        let time_zone = self.site().time_zone_name.clone();
        Bindings { now: self.now(), time_zone, user: identity.user.clone() }
    }
}
