//! What administrators are told of a mailbox by itself: once when it keeps failing, and once when that is over.

use crate::flow::people;
use crate::work::Work;
use catalog::Connector;
use diagnostic::{Result, Text};
use plan::grants::is_admin;
use script::Message;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use storage::store::mailbox::Mailbox;
use uuid::Uuid;

/// How often in a row a mailbox fails before that is told: servers are restarted now and then.
const PATIENT: i64 = 3;

/// What there is to tell.
#[derive(Clone, Debug)]
pub(super) struct News {
    template: &'static str,
    values: Map<String, Json>,
}

impl News {
    /// What is new of a mailbox, from how it was before it was looked into and how it is now.
    pub fn between(before: &Mailbox, after: &Mailbox) -> Option<News> {
        let news = |template, values: Json| {
            let values = values.as_object().cloned().unwrap_or_default();
            Some(News { template, values })
        };
        if after.failures == PATIENT {
            let values = json!({"reason": after.failure, "since": after.failed_at});
            return news("base.mailbox_failed", values);
        }
        if after.failures == 0 && before.failures >= PATIENT {
            return news("base.mailbox_recovered", json!({"since": before.failed_at}));
        }
        None
    }

    /// Puts it into the outbox for every administrator, with the commit of what is told.
    pub async fn put(&self, work: &Work, connector: &Connector) -> Result<()> {
        let short = connector.name.rsplit('.').next().unwrap_or_default();
        for user in administrators(work).await? {
            let locale = work.reader(user).await?.locale;
            let mut values = self.values.clone();
            let label = Text::or_name(connector.label.as_ref(), locale, short);
            values.insert("mailbox".to_owned(), json!(label));
            let message = Message { template: Some(self.template.to_owned()), values, ..Message::default() };
            work.put_notification(user, &message, None).await?;
        }
        Ok(())
    }
}

/// Administrators who may sign in.
async fn administrators(work: &Work) -> Result<BTreeSet<Uuid>> {
    let catalog = &work.published.catalog;
    let mut found = Vec::new();
    for role in catalog.roles.keys().filter(|role| is_admin(catalog, &[(*role).clone()])) {
        found.extend(people::members(work, role, None).await?);
    }
    Ok(people::active(work, &found).await?.into_iter().collect())
}
