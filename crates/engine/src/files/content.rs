//! How files leave: whoever may read the record and the field has the bytes, part by part.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::read;
use bytes::Bytes;
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::actor::Access;
use std::sync::Arc;
use storage::store::file::{self as table, File};
use uuid::Uuid;

impl Engine {
    /// The file in a field of a record.
    ///
    /// # Errors
    /// `not_found` for an invisible record, a field that is none of a file's or may not be read, and an empty one:
    /// the same answer.
    pub async fn file_of(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        record: Uuid,
        field: &str,
    ) -> Result<File> {
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let work = self.reading(identity);
        let (object, index) = {
            let planner = work.planner();
            let known = planner.known();
            let (object, _) = known.object(object)?;
            let field = known.readable(&object.name, field).ok_or_else(missing)?;
            if field.kind.kind().file_rule().is_none() {
                return Err(missing());
            }
            (object.clone(), field.index)
        };
        if !read::may(&work, &object.name, record, Access::Read).await? {
            return Err(missing());
        }
        let row = work.rows().load(&object, record).await?.ok_or_else(missing)?;
        let Value::Json(value) = &row.values[index] else { return Err(missing()) };
        let id = value["id"].as_str().and_then(|id| Uuid::parse_str(id).ok()).ok_or_else(missing)?;
        let file = table::find(&work.tx, id).await?;
        // The row of the file says the same as the record: no value that was written by hand leads elsewhere.
        file.filter(|file| file.state == table::KEPT && file.record == Some(record)).ok_or_else(missing)
    }

    /// The bytes of a part of a file.
    ///
    /// # Errors
    /// `internal` where they are gone.
    pub async fn part_of(&self, file: Uuid, part: Uuid) -> Result<Bytes> {
        self.files()?.get(file, part).await
    }
}
