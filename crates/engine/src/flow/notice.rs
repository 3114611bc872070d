//! What people are told about tasks that wait: a notification for each who can act, in the reader's language.

use crate::flow::people;
use crate::records::read::titles;
use crate::work::Work;
use chrono::{DateTime, Utc};
use diagnostic::{Result, Text};
use script::Message;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;
use workflow::Run;

/// A task waits.
pub(super) const REMINDER: &str = "base.task_reminder";
/// The time of a task ran out for somebody else.
pub(super) const ESCALATED: &str = "base.task_escalated";
/// The initiator asks for a decision.
pub(super) const URGED: &str = "base.task_urged";

/// Puts a notification into the outbox for each of them who may sign in; answers who is told.
pub(super) async fn put(
    work: &Work,
    run: &Run<'_>,
    users: &[Uuid],
    template: &str,
    due: Option<DateTime<Utc>>,
) -> Result<Vec<Uuid>> {
    let active = people::active(work, users).await?;
    let object = work.published.object(&run.instance.object)?;
    let record = run.instance.record;
    let mut told = Vec::new();
    for user in users.iter().copied().filter(|user| active.contains(user)) {
        if told.contains(&user) {
            continue;
        }
        let reader = work.reader(user).await?;
        // What the record is called, as far as this reader may read it.
        let title =
            titles(&work.seen_by(reader.identity.clone()), object, &[record]).await?.into_values().next();
        let initiator = crate::records::read::person(work, Some(run.instance.initiator)).await?;
        let short = run.flow.name.rsplit('.').next().unwrap_or_default();
        let values = json!({
            "workflow": Text::or_name(run.flow.label.as_ref(), reader.locale, short),
            "title": title,
            "initiator": initiator["title"],
            "due": due,
        });
        let message = Message {
            template: Some(template.to_owned()),
            about: Some((run.instance.object.clone(), record)),
            values: match values {
                Json::Object(values) => values,
                _ => Map::new(),
            },
            ..Message::default()
        };
        work.put_notification(user, &message, None).await?;
        told.push(user);
    }
    Ok(told)
}
