//! Users, as several commands need them.

use crate::failure::Failure;
use diagnostic::{Code, Diagnostic, did_you_mean};
use engine::records::Command;
use engine::{Engine, FirstAdministrator};
use serde::Deserialize;
use serde_json::Value as Json;
use storage::store::credential;
use uuid::Uuid;

/// Rows of one page.
const PAGE: &str = "500";

/// A user as the list of users shows it.
#[derive(Debug, Deserialize)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// What it signs in with.
    pub login: String,
    /// What people call it.
    pub name: String,
    /// May sign in.
    pub active: Option<bool>,
    /// Where it works.
    pub department: Option<Titled>,
    /// Its roles.
    #[serde(default)]
    pub roles: Vec<Assigned>,
}

/// A reference with its title.
#[derive(Debug, Deserialize)]
pub struct Titled {
    /// The target's title.
    pub title: Option<String>,
}

/// A role of a user.
#[derive(Debug, Deserialize)]
pub struct Assigned {
    /// The assignment.
    pub id: Uuid,
    /// `pack.role`.
    pub role: String,
}

/// Users that meet these conditions, by login.
pub async fn users(engine: &Engine, conditions: &[(&str, &str)]) -> Result<Vec<Listed>, Failure> {
    let fixed = [("sort", "login"), ("limit", PAGE), ("expand", "roles")];
    let asked = fixed.iter().chain(conditions).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let asked: Vec<(String, String)> = asked.collect();
    let (system, mut users, mut cursor) = (engine.system(), Vec::new(), None);
    loop {
        let mut asked = asked.clone();
        asked.extend(cursor.take().map(|cursor| ("cursor".to_owned(), cursor)));
        let page = engine.list(&system, "base.user", &asked).await?;
        let read: Vec<Listed> = serde_json::from_slice(&page.body).map_err(|error| unexpected(&error))?;
        users.extend(read);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(users),
        }
    }
}

/// What should never be answered.
pub fn unexpected(error: &dyn std::fmt::Display) -> Failure {
    storage::error::internal("reading an answer of the engine", &error.to_string()).into()
}

/// The user of this login.
///
/// # Errors
/// `unknown_reference` with the nearest login.
pub async fn user(engine: &Engine, login: &str) -> Result<Listed, Failure> {
    if let Some(user) = users(engine, &[("login", login)]).await?.pop() {
        return Ok(user);
    }
    let all = users(engine, &[]).await?;
    let hint = did_you_mean(login, all.iter().map(|user| user.login.as_str()));
    Err(Diagnostic::new(Code::UnknownReference)
        .with("what", "user")
        .with("name", login)
        .with_hint(hint)
        .into())
}

/// Refuses roles that do not exist.
pub fn check_roles(engine: &Engine, roles: &[String]) -> Result<(), Failure> {
    let published = engine.published();
    let known = &published.catalog.roles;
    let unknown = roles.iter().filter(|role| !known.contains_key(role.as_str()));
    let found: Vec<Diagnostic> = unknown
        .map(|role| {
            let hint = did_you_mean(role, known.keys().map(|name| &**name));
            Diagnostic::new(Code::UnknownReference).with("what", "role").with("name", role).with_hint(hint)
        })
        .collect();
    if found.is_empty() { Ok(()) } else { Err(found.into()) }
}

/// Makes a user.
pub async fn create(engine: &Engine, body: Json) -> Result<Uuid, Failure> {
    let command = Command::Create { object: "base.user".into(), body };
    Ok(engine.write(&engine.system(), command).await?.id())
}

/// Makes the user `admin` where nobody can sign in as an administrator yet, also after a start that died between
/// its steps. Without a given password it gets one for one use. Of several processes that start one makes it.
pub async fn ensure_administrator(
    engine: &Engine,
    given: Option<&str>,
) -> Result<Option<FirstAdministrator>, Failure> {
    Ok(engine.first_administrator("admin", given).await?)
}

/// Gives every user who has no password this one. Answers their logins.
pub async fn give_passwords(engine: &Engine, chosen: &str) -> Result<Vec<String>, Failure> {
    let mut given = Vec::new();
    for user in users(engine, &[]).await? {
        if credential::find(&engine.database().reader(), user.id).await?.is_none() {
            engine.set_password(user.id, &user.login, chosen, false).await?;
            given.push(user.login);
        }
    }
    Ok(given)
}
