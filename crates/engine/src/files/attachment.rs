//! Files that belong to a record beside its fields: who may read the record has them, who may change it adds and
//! removes them.

use crate::engine::Engine;
use crate::file_value::shown;
use crate::identity::Identity;
use crate::records::bind::own_upload;
use crate::records::read;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use plan::actor::Access;
use plan::planner::Mode;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use storage::store::file::{self as table, File};
use storage::store::{audit, history};
use uuid::Uuid;

/// Attachments of one record at most.
const MOST: usize = 500;
/// Under which name the history tells of attachments.
pub(crate) const FIELD: &str = "attachments";

/// A change of a record's attachments.
#[derive(Clone, Debug)]
pub struct Change {
    /// The object.
    pub object: Arc<str>,
    /// The record.
    pub record: Uuid,
    /// The upload that is attached, or the attachment that goes.
    pub file: Uuid,
    /// Whether it goes.
    pub remove: bool,
    /// The request's id, for the audit trail.
    pub request: Arc<str>,
    /// The address it comes from, for the audit trail.
    pub address: Option<Arc<str>>,
}

impl Engine {
    /// The attachments of a record, oldest first.
    ///
    /// # Errors
    /// `not_found` for an invisible record and an object without attachments.
    pub async fn attachments(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
    ) -> Result<Vec<Json>> {
        let work = self.reading(identity);
        let object = open(&work, object, record).await?;
        let files = table::attached(&work.tx, &object, record).await?;
        let mut all = Vec::with_capacity(files.len());
        for file in &files {
            let mut one = shown(file);
            one["created_at"] = json!(file.created_at);
            one["created_by"] = read::person(&work, file.by).await?;
            all.push(one);
        }
        Ok(all)
    }

    /// An attachment.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn attachment(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
        id: Uuid,
    ) -> Result<File> {
        let work = self.reading(identity);
        let object = open(&work, object, record).await?;
        let file = table::find(&work.tx, id).await?;
        file.filter(|file| is_of(file, &object, record))
            .ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// Attaches an upload, or removes an attachment. Answers the file.
    ///
    /// # Errors
    /// `not_found`, `not_permitted` without the right to change the record, `file_refused`.
    pub async fn change_attachments(&self, identity: &Arc<Identity>, change: Change) -> Result<Json> {
        let change = Arc::new(change);
        let job = move |work: Work| {
            let change = change.clone();
            async move { carry_out(&work, &change).await }
        };
        self.transact(identity.clone(), Mode::Request, false, job).await
    }
}

fn is_of(file: &File, object: &str, record: Uuid) -> bool {
    file.state == table::KEPT
        && file.field.is_none()
        && file.record == Some(record)
        && file.object.as_deref() == Some(object)
}

/// The object's full name, where it has attachments and the actor may read the record.
async fn open(work: &Work, object: &str, record: Uuid) -> Result<Arc<str>> {
    let object = work.planner().known().object(object)?.0.clone();
    if !object.attachments || !read::may(work, &object.name, record, Access::Read).await? {
        return Err(Box::new(Diagnostic::new(Code::NotFound)));
    }
    Ok(object.name.clone())
}

async fn carry_out(work: &Work, change: &Change) -> Result<Json> {
    let object = open(work, &change.object, change.record).await?;
    if !read::may(work, &object, change.record, Access::Update).await? {
        let found = Diagnostic::new(Code::NotPermitted).with("action", "change").with("what", &object);
        return Err(Box::new(found));
    }
    let mut file = match change.remove {
        true => {
            let found = table::lock(&work.tx, change.file).await?;
            let found = found.filter(|file| is_of(file, &object, change.record));
            found.ok_or_else(|| Diagnostic::new(Code::NotFound))?
        }
        false => {
            let file = own_upload(work, change.file).await?;
            if table::attached(&work.tx, &object, change.record).await?.len() >= MOST {
                let limit = format!("{MOST} attachments");
                return Err(Box::new(Diagnostic::new(Code::TooLarge).with("limit", limit)));
            }
            file
        }
    };
    file.state = if change.remove { table::RELEASED } else { table::KEPT }.to_owned();
    file.changed_at = work.bindings.now;
    if !change.remove {
        file.object = Some(object.to_string());
        file.record = Some(change.record);
    }
    table::update(&work.tx, &file).await?;
    put_on_record(work, change, &object, &file).await?;
    Ok(shown(&file))
}

/// History and audit trail tell of attachments as of fields.
async fn put_on_record(work: &Work, change: &Change, object: &str, file: &File) -> Result<()> {
    let actor = Some(work.identity.actor.id).filter(|id| !id.is_nil());
    let mut kept = Vec::new();
    if work.published.object(object)?.history {
        let (old, new) = if change.remove { (Some(shown(file)), None) } else { (None, Some(shown(file))) };
        let entry = history::Entry {
            object: object.to_owned(),
            record: change.record,
            version: read::version_of(work, object, change.record).await?,
            at: work.bindings.now,
            by: actor,
            changes: vec![history::Changed { field: FIELD.to_owned(), old, new }],
        };
        kept = history::insert(&work.tx, &[entry]).await?;
    }
    let mut detail = Map::new();
    detail.insert("file".to_owned(), file.id.to_string().into());
    if let Some(address) = &change.address {
        detail.insert("address".to_owned(), (&**address).into());
    }
    if let Some(history) = work.engine.pen().history(&kept, Some(change.record)) {
        detail.insert("history".to_owned(), history);
    }
    let entry = audit::Entry {
        id: Uuid::now_v7(),
        at: work.bindings.now,
        actor,
        kind: if change.remove { "attachment.removed" } else { "attachment.added" }.to_owned(),
        object: Some(object.to_owned()),
        record: Some(change.record),
        request: (!change.request.is_empty()).then(|| change.request.to_string()),
        detail: detail.into(),
    };
    audit::insert(&work.tx, work.engine.pen(), &[entry]).await
}
