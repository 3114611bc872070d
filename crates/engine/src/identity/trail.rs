//! What the audit trail keeps of accounts: who did what, from where.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::audit;
use uuid::Uuid;

/// Where a request comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address of the client.
    pub address: Option<String>,
    /// What the client calls itself, shortened.
    pub agent: Option<String>,
    /// The request's id.
    pub request: Arc<str>,
}

/// An entry about a user's account.
pub(crate) fn entry(
    kind: &str,
    at: DateTime<Utc>,
    by: Option<Uuid>,
    user: Option<Uuid>,
    from: &Origin,
    detail: Json,
) -> audit::Entry {
    let mut detail = detail;
    if detail.is_null() {
        detail = json!({});
    }
    detail["address"] = json!(from.address);
    audit::Entry {
        id: Uuid::now_v7(),
        at,
        actor: by.filter(|id| !id.is_nil()),
        kind: kind.to_owned(),
        object: user.map(|_| "base.user".to_owned()),
        record: user,
        request: (!from.request.is_empty()).then(|| from.request.to_string()),
        detail,
    }
}
