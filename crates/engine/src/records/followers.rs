//! People who follow a record: they are told when somebody else changes it or comments on it, as far as they may read it.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::read;
use crate::records::work::Work;
use catalog::{Field, Object, SystemField};
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use plan::actor::Access;
use plan::planner::{Mode, Planned};
use plan::write::Operation;
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
        let mut followers = Vec::with_capacity(found.len());
        for one in &found {
            followers.push(read::person(&work, Some(one.person)).await?);
        }
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
        if !read::may(&reading, &object.name, record, Access::Read).await? {
            continue;
        }
        let Some(text) = text(&reading, &object, &news) else { continue };
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
fn text(reading: &Work, object: &Object, news: &News<'_>) -> Option<Json> {
    let planned = match news {
        News::Commented(words) => return Some(json!(words)),
        News::Changed(planned) => *planned,
    };
    let planner = reading.planner();
    let known = planner.known();
    let (root, parts): (Vec<_>, Vec<_>) = planned.writes.iter().partition(|write| write.id == planned.id);
    let own = |field: &&Field| matches!(field.system, None | Some(SystemField::Owner));
    let fields = root.iter().flat_map(|write| write.changed.iter().map(|index| &write.object.fields[*index]));
    let links = planned.links.iter().map(|change| &change.field);
    let fields = fields.filter(own).map(|field| &field.name).chain(links).filter_map(|name| {
        let field = known.readable(&object.name, name)?;
        Some((field.label.clone(), field.name.clone()))
    });
    let parts = parts.iter().filter_map(|write| {
        let (part, _) = known.object(&write.object.name).ok()?;
        Some((part.plural.clone().or_else(|| part.label.clone()), part.name.clone()))
    });
    let mut changed: Vec<(Option<Text>, Arc<str>)> = Vec::new();
    for one in fields.chain(parts) {
        if !changed.iter().any(|(_, name)| *name == one.1) {
            changed.push(one);
        }
    }
    (!changed.is_empty()).then(|| {
        in_each_language(|locale| {
            let separator = if locale == Locale::En { ", " } else { "、" };
            let names: Vec<&str> =
                changed.iter().map(|(label, name)| Text::or_name(label.as_ref(), locale, name)).collect();
            names.join(separator)
        })
    })
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
