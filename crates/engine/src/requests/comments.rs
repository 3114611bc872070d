//! Comments on records.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::followers::{self, News};
use crate::records::read::{self, People};
use crate::records::work::Work;
use crate::requests::history::{Entries, page};
use crate::requests::mentions;
use diagnostic::{Code, Diagnostic, Result};
use plan::actor::Access;
use plan::planner::Mode;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::comment as table;
use uuid::Uuid;

/// Characters of a comment at most.
const LONGEST: usize = 10_000;

/// Adds a comment in this transaction.
///
/// # Errors
/// `not_found` for an invisible record and an object without comments, `not_permitted`, `required`, `too_long`.
pub(crate) async fn add(work: &Work, object: &str, record: Uuid, text: &str) -> Result<Uuid> {
    let object = open(work, object, record, Access::Comment).await?;
    let comment = table::Comment {
        id: Uuid::now_v7(),
        object: object.to_string(),
        record,
        author: work.identity.actor.id,
        body: checked(text)?.to_owned(),
        created_at: work.bindings.now,
        updated_at: None,
        deleted_at: None,
    };
    table::insert(&work.tx, &comment).await?;
    let told = mentions::tell(work, &object, record, &comment.body).await?;
    Box::pin(followers::tell(work, &object, record, News::Commented(&comment.body), &told)).await?;
    Ok(comment.id)
}

fn checked(text: &str) -> Result<&str> {
    if text.trim().is_empty() {
        return Err(Box::new(Diagnostic::new(Code::Required).with("field", "body").at("body")));
    }
    if text.chars().count() > LONGEST {
        let found = Diagnostic::new(Code::TooLong).with("field", "body").with("max", LONGEST);
        return Err(Box::new(found.at("body")));
    }
    Ok(text)
}

/// The object's name, where it takes comments and the actor may access the record so.
async fn open(work: &Work, object: &str, record: Uuid, access: Access) -> Result<Arc<str>> {
    let missing = || Box::new(Diagnostic::new(Code::NotFound));
    let (object, _) = work.planner().known().object(object)?;
    if !object.comments || !read::may(work, &object.name, record, Access::Read).await? {
        return Err(missing());
    }
    if access != Access::Read && !read::may(work, &object.name, record, access).await? {
        let found =
            Diagnostic::new(Code::NotPermitted).with("action", "comment on").with("what", &object.name);
        return Err(Box::new(found));
    }
    Ok(object.name.clone())
}

impl Engine {
    /// Comments on a record, newest first, for whoever may read the record.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn comments(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Entries> {
        let work = self.reading(identity);
        let object = open(&work, object, record, Access::Read).await?;
        let rows = table::list(&work.tx, &object, record, before, limit).await?;
        let next = page(&rows, limit, |row| row.id);
        let people = read::people(&work, rows.iter().map(|row| row.author)).await?;
        let entries = rows.iter().map(|row| shown(&people, row)).collect();
        Ok(Entries { entries, next })
    }

    /// One comment, for whoever may read the record.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn comment(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
        id: Uuid,
    ) -> Result<Json> {
        let work = self.reading(identity);
        let object = open(&work, object, record, Access::Read).await?;
        let row = find(&work, &object, record, id).await?;
        Ok(shown(&read::people(&work, [row.author]).await?, &row))
    }

    /// Changes the words of an own comment.
    ///
    /// # Errors
    /// `not_found`, `not_permitted` for the comment of somebody else, `required`, `too_long`.
    pub async fn change_comment(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
        id: Uuid,
        text: Option<String>,
    ) -> Result<()> {
        let object: Arc<str> = object.into();
        self.transact(identity.clone(), Mode::Request, false, move |work| {
            let (object, text) = (object.clone(), text.clone());
            async move {
                let object = open(&work, &object, record, Access::Read).await?;
                find(&work, &object, record, id).await?;
                let (author, now) = (work.identity.actor.id, work.bindings.now);
                let own = match &text {
                    Some(text) => table::update(&work.tx, id, author, checked(text)?, now).await?,
                    None => table::delete(&work.tx, id, author, now).await?,
                };
                let found =
                    || Diagnostic::new(Code::NotPermitted).with("action", "change").with("what", "comment");
                if own { Ok(()) } else { Err(Box::new(found())) }
            }
        })
        .await
    }
}

async fn find(work: &Work, object: &str, record: Uuid, id: Uuid) -> Result<table::Comment> {
    let row = table::find(&work.tx, id).await?;
    let row = row.filter(|row| row.object == object && row.record == record);
    row.ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
}

fn shown(people: &People, row: &table::Comment) -> Json {
    json!({
        "id": row.id,
        "author": people.of(Some(row.author)),
        "body": row.body,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    })
}
