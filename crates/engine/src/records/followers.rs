//! People who follow a record: they are told when somebody else changes it or comments on it, as far as they may read it.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::read;
use crate::records::work::Work;
use catalog::{Field, Object, SystemField};
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use plan::actor::Access;
use plan::planner::{Mode, Planned};
use plan::read::Bin;
use plan::write::{Operation, RowWrite};
use script::Message;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use storage::store::follower as table;
use uuid::Uuid;

/// What happened to a record that somebody follows.
pub(crate) enum News<'a> {
    /// A write changed it, or what is part of it.
    Changed(&'a Planned),
    /// Somebody commented on it.
    Commented(&'a str),
}

impl Engine {
    /// Who follows a record, as far as the asker may know them, and whether the asker does.
    ///
    /// # Errors
    /// `not_found` for an invisible record and an object without followers.
    pub async fn followers(&self, identity: &Arc<Identity>, object: &str, record: Uuid) -> Result<Json> {
        let work = self.reading(identity);
        let object = open(&work, object, record).await?;
        let found = table::list(&work.tx, &object.name, record).await?;
        let following = found.iter().any(|one| one.person == identity.actor.id);
        let people = read::people(&work, found.iter().map(|one| one.person)).await?;
        let followers: Vec<Json> = found.iter().map(|one| people.of(Some(one.person))).collect();
        Ok(json!({"followers": followers, "following": following}))
    }

    /// Makes the asker follow a record, or cease to.
    ///
    /// # Errors
    /// As [`Engine::followers`].
    pub async fn follow(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
        follows: bool,
    ) -> Result<()> {
        let object: Arc<str> = object.into();
        self.transact(identity.clone(), Mode::Request, false, move |work| {
            let object = object.clone();
            async move {
                let object = open(&work, &object, record).await?.name.to_string();
                let person = work.identity.actor.id;
                match follows {
                    true => {
                        let since = work.bindings.now;
                        table::insert(&work.tx, &table::Follower { object, record, person, since }).await
                    }
                    false => table::delete(&work.tx, &object, record, person).await,
                }
            }
        })
        .await
    }
}

/// The object, where its records are followed and the actor may read this one.
async fn open(work: &Work, object: &str, record: Uuid) -> Result<Arc<Object>> {
    let (object, _) = work.planner().known().object(object)?;
    if !object.followers || !read::may(work, &object.name, record, Access::Read).await? {
        return Err(Box::new(Diagnostic::new(Code::NotFound)));
    }
    Ok(object.clone())
}

/// Puts a notification into the outbox for each follower, but for whoever did it and for `known`, who know already.
/// Whoever may not read the record, or nothing of what was changed, hears nothing.
pub(crate) async fn tell(
    work: &Work,
    object: &str,
    record: Uuid,
    news: News<'_>,
    known: &BTreeSet<Uuid>,
) -> Result<()> {
    let object = work.published.object(object)?.clone();
    if !object.followers {
        return Ok(());
    }
    let author = &work.identity.actor;
    for table::Follower { person, .. } in table::list(&work.tx, &object.name, record).await? {
        if person == author.id || known.contains(&person) {
            continue;
        }
        let identity = match work.engine.identity(person, None).await {
            Ok(identity) => identity,
            // Left the company, and follows still.
            Err(found) if found.code == Code::Unauthenticated => continue,
            Err(found) => return Err(found),
        };
        let reading = work.seen_by(identity);
        let Some(text) = text(&reading, &object, &news).await? else { continue };
        if !read::may(&reading, &object.name, record, Access::Read).await? {
            continue;
        }
        let title = read::titles(&reading, &object, &[record]).await?.remove(&record);
        let message = Message {
            template: None,
            subject: subject(&author.name, &object, title.as_deref(), &news),
            text,
            about: Some((object.name.clone(), record)),
            values: Map::new(),
        };
        work.put_notification(person, &message, None).await?;
    }
    Ok(())
}

fn subject(author: &str, object: &Object, title: Option<&str>, news: &News<'_>) -> Json {
    in_each_language(|locale| {
        let what = title.unwrap_or_else(|| Text::or_name(object.label.as_ref(), locale, &object.name));
        match (news, locale) {
            (News::Changed(_), Locale::En) => format!("{author} changed {what}"),
            (News::Changed(_), Locale::ZhCn) => format!("{author}修改了{what}"),
            (News::Changed(_), Locale::ZhTw) => format!("{author}修改了{what}"),
            (News::Commented(_), Locale::En) => format!("{author} commented on {what}"),
            (News::Commented(_), Locale::ZhCn) => format!("{author}评论了{what}"),
            (News::Commented(_), Locale::ZhTw) => format!("{author}對{what}留言"),
        }
    })
}

/// What is said to a reader; of a change, the names of what changed. Nothing where the reader may read none of it.
async fn text(reading: &Work, object: &Object, news: &News<'_>) -> Result<Option<Json>> {
    let planned = match news {
        News::Commented(words) => return Ok(Some(json!(words))),
        News::Changed(planned) => *planned,
    };
    let (root, parts): (Vec<_>, Vec<_>) = planned.writes.iter().partition(|write| write.id == planned.id);
    let fields = root.iter().flat_map(|write| write.changed.iter().map(|index| &write.object.fields[*index]));
    let own = |field: &&Field| matches!(field.system, None | Some(SystemField::Owner));
    let links = planned.links.iter().filter_map(|change| object.field(&change.field));
    let read = fields.filter(own).chain(links).filter(|field| is_read(reading, object, field));
    let mut changed: Vec<(Option<&Text>, &str)> = Vec::new();
    for field in read {
        changed.push((field.label.as_ref(), &field.name));
    }
    for write in parts {
        let part = &write.object;
        if changed.iter().all(|(_, name)| *name != &*part.name) && is_seen(reading, write).await? {
            changed.push((part.plural.as_ref().or(part.label.as_ref()), &part.name));
        }
    }
    Ok((!changed.is_empty()).then(|| {
        in_each_language(|locale| {
            let separator = if locale == Locale::En { ", " } else { "、" };
            let names = changed.iter().map(|(label, name)| Text::or_name(*label, locale, name));
            names.collect::<Vec<_>>().join(separator)
        })
    }))
}

/// What is shown for some rows only is not spoken of.
fn is_read(reading: &Work, object: &Object, field: &Field) -> bool {
    let grant = reading.identity.actor.grant(&object.name);
    grant.is_some_and(|grant| grant.reads(field.index) && !grant.is_veiled(field.index))
}

/// Whether a reader sees this part, and some of what was changed of it.
async fn is_seen(reading: &Work, write: &RowWrite) -> Result<bool> {
    let part = &write.object;
    let Some(grant) = reading.identity.actor.grant(&part.name) else { return Ok(false) };
    let told =
        |field: &Field| matches!(field.system, None | Some(SystemField::Owner | SystemField::Position));
    let changed = write.changed.iter().copied().chain(write.links.iter().map(|link| link.field));
    let mut fields = changed.map(|index| &part.fields[index]);
    let read = write.operation != Operation::Update
        || fields.any(|field| told(field) && is_read(reading, part, field));
    Ok(read && !reading.rows().within(part, &[write.id], &grant.read, Bin::Any).await?.is_empty())
}

fn in_each_language(say: impl Fn(Locale) -> String) -> Json {
    Locale::ALL
        .iter()
        .map(|locale| (locale.tag().to_owned(), Json::String(say(*locale))))
        .collect::<Map<_, _>>()
        .into()
}

/// Whether a write is news to those who follow its record: not one that makes it, or takes it away.
pub(super) fn is_news(planned: &Planned) -> bool {
    let root = planned.writes.iter().find(|write| write.id == planned.id);
    !planned.writes.is_empty() && root.is_none_or(|write| write.operation == Operation::Update)
}
