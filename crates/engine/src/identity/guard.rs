//! What only those may do who could do it themselves: giving and taking roles, and taking over the account of
//! somebody who can do more. And what follows from such changes: sessions that end.
//!
//! Grants decide who may write users and role assignments at all; this comes on top of them, for everyone but
//! administrators, through every door.

use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::Row;
use plan::write::{Operation, RowWrite};
use storage::store::{reset, session};
use uuid::Uuid;

const USERS: &str = "base.user";
const ASSIGNMENTS: &str = "base.role_assignment";
/// Whoever writes these of a user can sign in as it, or keep it from signing in.
const IDENTIFYING: [&str; 3] = ["login", "email", "active"];

/// Refuses what would give somebody, or let the actor use, more rights than the actor has.
///
/// # Errors
/// `not_permitted`.
pub(crate) async fn check(work: &Work, writes: &[RowWrite]) -> Result<()> {
    let actor = &work.identity.actor;
    if !work.mode.has_rights() || actor.admin {
        return Ok(());
    }
    for write in writes {
        match &*write.object.name {
            ASSIGNMENTS => {
                for row in [Some(&write.after), write.before.as_ref()].into_iter().flatten() {
                    let role = row.get("role").as_text().unwrap_or_default();
                    must_have(work, role, "role")?;
                }
            }
            USERS if write.operation != Operation::Insert && write.id != actor.id && takes_over(write) => {
                for role in roles_of(work, write.id).await? {
                    must_have(work, &role, "roles")?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn must_have(work: &Work, role: &str, at: &str) -> Result<()> {
    if work.identity.actor.has_role(role) {
        return Ok(());
    }
    let found = Diagnostic::new(Code::NotPermitted).with("action", "give or take").with("what", role);
    Err(Box::new(found.at(at)))
}

fn takes_over(write: &RowWrite) -> bool {
    let changes = |name: &str| {
        let field = write.object.field(name);
        field.is_some_and(|field| write.changed.contains(&field.index))
    };
    write.operation != Operation::Update || IDENTIFYING.iter().any(|name| changes(name))
}

async fn roles_of(work: &Work, user: Uuid) -> Result<Vec<String>> {
    let Some(assignments) = work.published.catalog.objects.get(ASSIGNMENTS) else { return Ok(Vec::new()) };
    let rows = work.rows().referring(assignments, "user", user).await?;
    Ok(rows.iter().filter_map(|row| row.get("role").as_text().map(str::to_owned)).collect())
}

/// Ends sessions that a change closes: all, and the tokens, of a user who may no longer sign in; those of a user
/// who loses a role, whose tokens go on with what is left.
pub(crate) async fn close_sessions(work: &Work, writes: &[RowWrite]) -> Result<()> {
    for write in writes {
        match &*write.object.name {
            USERS if suspended(write) => {
                session::revoke_all(&work.tx, write.id, None).await?;
                reset::revoke_all(&work.tx, write.id, work.bindings.now).await?;
            }
            ASSIGNMENTS if loses(write) => {
                let user = write.before.as_ref().and_then(|row| row.get("user").as_reference());
                if let Some(user) = user {
                    session::revoke_sessions(&work.tx, user, None).await?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn suspended(write: &RowWrite) -> bool {
    let active = |row: &Row| row.get("active") != &Value::Boolean(false);
    match write.operation {
        Operation::Insert | Operation::Restore => false,
        Operation::Delete | Operation::Purge => true,
        Operation::Update => write.before.as_ref().is_some_and(active) && !active(&write.after),
    }
}

fn loses(write: &RowWrite) -> bool {
    let Some(before) = &write.before else { return false };
    match write.operation {
        Operation::Insert | Operation::Restore => false,
        Operation::Delete | Operation::Purge => true,
        Operation::Update => ["user", "role"].iter().any(|name| before.get(name) != write.after.get(name)),
    }
}
