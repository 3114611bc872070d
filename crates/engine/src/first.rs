//! The first administrator: made once, however many processes begin at the same moment.

use crate::engine::Engine;
use crate::identity::{password, user_by_login};
use crate::records::command::Command;
use crate::work::Work;
use diagnostic::Result;
use expression::Value;
use plan::planner::Mode;
use serde_json::json;
use std::sync::Arc;
use storage::store::credential;
use storage::system;
use uuid::Uuid;

/// The row that whoever makes the first administrator holds until it is done.
const TURN: &str = "first_administrator";

/// What was done for the first administrator.
#[derive(Debug)]
pub struct FirstAdministrator {
    /// Who it is.
    pub user: Uuid,
    /// A password that must be changed, where none was given.
    pub one_time: Option<String>,
}

impl Engine {
    /// Makes a user of this login who can sign in as an administrator, where nobody can yet. Of any number of
    /// callers at the same moment, in any number of processes, one makes it; the others get `None`.
    ///
    /// # Errors
    /// `weak_password` for a given one.
    pub async fn first_administrator(
        &self,
        login: &str,
        given: Option<&str>,
    ) -> Result<Option<FirstAdministrator>> {
        if !self.published().catalog.objects.contains_key("base.user") {
            return Ok(None);
        }
        if self.has_administrator(&self.reading(&self.system())).await? {
            return Ok(None);
        }
        let one_time = given.is_none().then(password::generate);
        let chosen = given.or(one_time.as_deref()).unwrap_or_default();
        password::check_strength(chosen, login)?;
        let hash = self.hashed(chosen.to_owned()).await?;
        let (login, must_change): (Arc<str>, bool) = (login.into(), one_time.is_some());
        let made = self
            .transact(self.system(), Mode::System, true, move |work| {
                let (login, hash) = (login.clone(), hash.clone());
                async move {
                    // Holds the row: others wait here, and then see what was done.
                    system::count_meta(&work.tx, TURN).await?;
                    if work.engine.has_administrator(&work).await? {
                        return Ok(None);
                    }
                    let user = match user_by_login(&work.rows(), &login).await? {
                        Some(row) => row.id(),
                        None => {
                            let roles = json!([{"role": "base.admin"}]);
                            let body = json!({"login": &*login, "name": "Administrator", "roles": roles});
                            let create = Command::Create { object: "base.user".into(), body };
                            work.execute(&create).await?.id()
                        }
                    };
                    credential::set(&work.tx, user, &hash, must_change, work.bindings.now).await?;
                    Ok(Some(user))
                }
            })
            .await?;
        Ok(made.map(|user| FirstAdministrator { user, one_time }))
    }

    /// Whether somebody has the role of administrators and a password.
    async fn has_administrator(&self, work: &Work) -> Result<bool> {
        let Some(assignments) = work.published.catalog.objects.get("base.role_assignment") else {
            return Ok(false);
        };
        for assignment in work.rows().having(assignments, "role", Value::from("base.admin")).await? {
            let Some(user) = assignment.get("user").as_reference() else { continue };
            if credential::find(&work.tx, user).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
