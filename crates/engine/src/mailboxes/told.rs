//! What administrators see of mailboxes, and how they release a mail that is held back.

use super::take::set_off_by;
use crate::caller::Identity;
use crate::engine::Engine;
use crate::identity::trail::{Origin, entry};
use crate::mail::RECEIVED;
use crate::records::command::Command;
use catalog::Connection;
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use plan::Precondition;
use plan::planner::Mode;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::audit;
use storage::store::mailbox as table;
use uuid::Uuid;

/// What only administrators see.
const WHAT: &str = "mailboxes";

impl Engine {
    /// All mailboxes: whether automations wait for their mails, when each was last read, and why one cannot be.
    ///
    /// # Errors
    /// `not_permitted`, and what the database refuses.
    pub async fn mailboxes(&self, identity: &Identity, locale: Locale) -> Result<Vec<Json>> {
        identity.must_administer("list", WHAT)?;
        let known = table::list(&self.database().reader()).await?;
        let (published, awaited) = (self.published(), self.awaited_mailboxes());
        let all = published.catalog.connectors.values();
        let told = all.filter(|one| matches!(one.connection, Connection::Imap(_))).map(|one| {
            let known = known.iter().find(|known| *known.name == *one.name);
            let short = one.name.rsplit('.').next().unwrap_or_default();
            json!({
                "name": one.name,
                "label": Text::or_name(one.label.as_ref(), locale, short),
                "awaited": awaited.contains(&one.name),
                "read_at": known.and_then(|known| known.polled_at),
                "due_at": known.map(|known| known.poll_at),
                "failure": known.and_then(|known| known.failure.as_deref()),
                "failed_at": known.and_then(|known| known.failed_at),
            })
        });
        Ok(told.collect())
    }

    /// Lets a mail that is held back set off what waits for it: once, however often that is said.
    ///
    /// # Errors
    /// `not_permitted`, `not_found`.
    pub async fn release_mail(&self, identity: &Identity, id: Uuid, from: &Origin) -> Result<()> {
        identity.must_administer("release", WHAT)?;
        let (by, from) = (identity.actor.id, Arc::new(from.clone()));
        self.transact(self.system(), Mode::System, true, move |work| {
            let from = from.clone();
            async move {
                let object = work.published.object(RECEIVED)?;
                let row = work.rows().load_to_write(object, id).await?;
                let row = row.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
                if row.get("state").as_text() != Some("quarantined") {
                    return Ok(());
                }
                let (object, body) = (RECEIVED.into(), json!({"state": "released"}));
                let precondition = Precondition::Waived;
                let update = Command::Update { object, id, body, precondition };
                let written = Box::pin(work.execute(&update)).await?;
                let mailbox = row.get("mailbox").as_text().unwrap_or_default().to_owned();
                Box::pin(set_off_by(&work, &mailbox, &written.row)).await?;
                let detail = json!({"mailbox": mailbox});
                let mut told = entry("mail.released", work.bindings.now, Some(by), None, &from, detail);
                (told.object, told.record) = (Some(RECEIVED.to_owned()), Some(id));
                audit::insert(&work.tx, work.engine.pen(), &[told]).await
            }
        })
        .await
    }
}
