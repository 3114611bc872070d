//! Files in the database: every worker of a site reaches them, and they are gone with what they belong to.

use crate::engine::{Engine, internal};
use diagnostic::{Code, Diagnostic, Result};
use std::fs::File;
use std::io::{Seek, Write};
use storage::Tx;
use storage::store::transfer;
use uuid::Uuid;

impl Engine {
    /// A file of an import, an export or a bulk write, as a temporary file without a name.
    pub(crate) async fn spool(&self, id: Uuid, kind: &str) -> Result<File> {
        let mut file = tempfile::tempfile().map_err(|error| unwritable(&error))?;
        let tx = self.database().reader();
        let mut from = 0;
        while let Some((number, piece)) = transfer::part_from(&tx, id, kind, from).await? {
            file.write_all(&piece).map_err(|error| unwritable(&error))?;
            from = number + 1;
        }
        file.rewind().map_err(|error| unwritable(&error))?;
        Ok(file)
    }
}

/// Keeps bytes as the parts of a file, behind those that are there.
pub(crate) async fn put(tx: &Tx, id: Uuid, kind: &str, bytes: &[u8]) -> Result<()> {
    for (number, piece) in (0..).zip(bytes.chunks(crate::transfer::output::PIECE)) {
        transfer::put_part(tx, id, kind, number, piece.to_vec()).await?;
    }
    Ok(())
}

fn unwritable(error: &std::io::Error) -> Box<Diagnostic> {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Box::new(Diagnostic::new(Code::DiskFull)),
        _ => internal("a temporary file", error),
    }
}
