//! From the records of users, departments and role assignments to an actor.

use crate::identity::Identity;
use crate::published::Published;
use crate::rows::Rows;
use crate::site::Site;
use catalog::Object;
use diagnostic::{Locale, Result};
use expression::Value;
use plan::{Actor, Row};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The role that everybody has who signed in.
const EVERYBODY: &str = "base.employee";

/// A user by login.
pub async fn user_by_login(rows: &Rows<'_>, login: &str) -> Result<Option<Row>> {
    let Some(users) = rows.reading.catalog.objects.get("base.user") else { return Ok(None) };
    let key = [(Arc::from("login"), Value::from(login))];
    rows.find(users, &key).await
}

/// Of which users an identity is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Those who may sign in.
    Active,
    /// Those who have left, too: something is done in their name that they asked for.
    Any,
}

/// The identity of a user who exists and is active.
pub async fn identity(
    rows: &Rows<'_>,
    published: &Published,
    site: &Site,
    user: Uuid,
    only: Option<&[Arc<str>]>,
) -> Result<Option<Arc<Identity>>> {
    standing(rows, published, site, user, only, Standing::Active).await
}

/// The identity of a user of this standing.
pub async fn standing(
    rows: &Rows<'_>,
    published: &Published,
    site: &Site,
    user: Uuid,
    only: Option<&[Arc<str>]>,
    standing: Standing,
) -> Result<Option<Arc<Identity>>> {
    let Some(users) = published.catalog.objects.get("base.user") else { return Ok(None) };
    let Some(row) = rows.load(users, user).await? else { return Ok(None) };
    let deleted = !row.system(catalog::SystemField::DeletedAt).is_null();
    if standing == Standing::Active && (deleted || row.get("active") == &Value::Boolean(false)) {
        return Ok(None);
    }
    let mut roles = roles_of(rows, published, user).await?;
    if let Some(only) = only {
        roles.retain(|role| only.contains(role));
    }
    roles.push(EVERYBODY.into());
    roles.sort();
    roles.dedup();
    let department = row.get("department").as_reference();
    let departments = match (department, published.catalog.objects.get("base.department")) {
        (Some(own), Some(object)) => below(rows, object, own).await?,
        _ => Vec::new(),
    };
    Ok(Some(Arc::new(assemble(published, site, &row, roles, department, departments))))
}

fn assemble(
    published: &Published,
    site: &Site,
    row: &Row,
    roles: Vec<Arc<str>>,
    department: Option<Uuid>,
    departments: Vec<Uuid>,
) -> Identity {
    let text = |field: &str| row.get(field).as_text().unwrap_or_default();
    let actor = Actor {
        id: row.id(),
        login: text("login").into(),
        name: text("name").into(),
        locale: Locale::from_tag(text("locale")).unwrap_or(site.locale),
        time_zone: match text("time_zone") {
            "" => site.time_zone_name.clone(),
            zone => zone.into(),
        },
        department,
        departments: departments.into(),
        manager: row.get("manager").as_reference(),
        admin: plan::grants::is_admin(&published.catalog, &roles),
        grants: published.grants(&roles),
        roles: roles.into(),
    };
    let user = Arc::new(user_values(&actor));
    Identity { actor: Arc::new(actor), user, frames: Arc::default() }
}

/// The engine itself: everything is permitted, and there is no user behind it.
pub fn system(published: &Published, site: &Site) -> Arc<Identity> {
    let roles: Vec<Arc<str>> = vec!["base.admin".into()];
    let actor = Actor {
        id: Uuid::nil(),
        login: "system".into(),
        name: "System".into(),
        locale: site.locale,
        time_zone: site.time_zone_name.clone(),
        department: None,
        departments: Arc::from([]),
        manager: None,
        admin: true,
        grants: published.grants(&roles),
        roles: roles.into(),
    };
    let user = Arc::new(user_values(&actor));
    Arc::new(Identity { actor: Arc::new(actor), user, frames: Arc::default() })
}

fn user_values(actor: &Actor) -> HashMap<&'static str, Value> {
    let id = if actor.id.is_nil() { Value::Null } else { Value::Reference(actor.id) };
    HashMap::from([
        ("id", id),
        ("login", Value::from(&*actor.login)),
        ("name", Value::from(&*actor.name)),
        ("department", actor.department.into()),
        ("manager", actor.manager.into()),
        ("roles", Value::List(actor.roles.iter().map(|r| Value::from(&**r)).collect())),
        ("departments", Value::List(actor.departments.iter().map(|d| Value::Reference(*d)).collect())),
    ])
}

/// Roles whose assignments exist, by full name.
async fn roles_of(rows: &Rows<'_>, published: &Published, user: Uuid) -> Result<Vec<Arc<str>>> {
    let Some(assignments) = published.catalog.objects.get("base.role_assignment") else {
        return Ok(Vec::new());
    };
    let assigned = rows.referring(assignments, "user", user).await?;
    // A role whose pack was removed grants nothing.
    let known =
        |row: &Row| published.catalog.roles.get_key_value(row.get("role").as_text()?).map(|(k, _)| k.clone());
    Ok(assigned.iter().filter_map(known).collect())
}

/// A department and all below it.
pub async fn below(rows: &Rows<'_>, departments: &Arc<Object>, top: Uuid) -> Result<Vec<Uuid>> {
    let mut all = vec![top];
    let mut next = 0;
    while next < all.len() {
        for child in rows.referring(departments, "parent", all[next]).await? {
            if !all.contains(&child.id()) {
                all.push(child.id());
            }
        }
        next += 1;
    }
    Ok(all)
}
