//! Where the bytes of files lie: beside the database, as parts that never change. The rows of [`crate::store::file`]
//! say which parts make which file. Behind this port today: a folder on the local disk.

use crate::error::internal;
use bytes::Bytes;
use diagnostic::{Code, Diagnostic, Result};
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::{ObjectStore, ObjectStoreExt};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// The bytes of a site's files. Clones share it.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    /// Made when it is needed first: a command that touches no file leaves no folder behind.
    store: OnceLock<Arc<dyn ObjectStore>>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Files")
    }
}

impl Files {
    /// In a folder, which is made when it is needed. What is written is on the disk when that is acknowledged.
    pub fn folder(folder: impl Into<PathBuf>) -> Files {
        Files(Arc::new(Inner { folder: folder.into(), store: OnceLock::new() }))
    }

    fn store(&self) -> Result<&dyn ObjectStore> {
        if let Some(store) = self.0.store.get() {
            return Ok(store.as_ref());
        }
        std::fs::create_dir_all(&self.0.folder).map_err(|error| refused(&error))?;
        let made = LocalFileSystem::new_with_prefix(&self.0.folder).map_err(|error| meaning(&error))?;
        Ok(self.0.store.get_or_init(|| Arc::new(made.with_fsync(true))).as_ref())
    }

    /// Keeps a part of a file.
    ///
    /// # Errors
    /// `disk_full`, `read_only_storage`.
    pub async fn put(&self, file: Uuid, part: Uuid, bytes: Bytes) -> Result<()> {
        self.store()?.put(&place(file, part), bytes.into()).await.map(drop).map_err(|error| meaning(&error))
    }

    /// A part of a file.
    ///
    /// # Errors
    /// `internal` where it is gone.
    pub async fn get(&self, file: Uuid, part: Uuid) -> Result<Bytes> {
        let found = self.store()?.get(&place(file, part)).await.map_err(|error| meaning(&error))?;
        found.bytes().await.map_err(|error| meaning(&error))
    }

    /// Removes all parts of a file, also those that no row names.
    ///
    /// # Errors
    /// `read_only_storage`.
    pub async fn remove(&self, file: Uuid) -> Result<()> {
        let parts: Vec<Place> = self
            .store()?
            .list(Some(&folder_of(file)))
            .map_ok(|found| found.location)
            .try_collect()
            .await
            .map_err(|error| meaning(&error))?;
        for part in parts {
            match self.store()?.delete(&part).await {
                // Another process was faster.
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(meaning(&error)),
            }
        }
        Ok(())
    }
}

/// Names are made of ids alone: nothing that a caller says is part of a path.
fn folder_of(file: Uuid) -> Place {
    let name = file.simple().to_string();
    // The end of an id is by chance: folders fill evenly.
    Place::from_iter([&name[30..], &name])
}

fn place(file: Uuid, part: Uuid) -> Place {
    folder_of(file).join(part.simple().to_string())
}

fn meaning(error: &object_store::Error) -> Box<Diagnostic> {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(found) = source {
        if let Some(found) = found.downcast_ref::<std::io::Error>()
            && found.kind() != std::io::ErrorKind::NotFound
        {
            return refused(found);
        }
        source = found.source();
    }
    internal("a file", error)
}

fn refused(error: &std::io::Error) -> Box<Diagnostic> {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Box::new(Diagnostic::new(Code::DiskFull));
    }
    Box::new(Diagnostic::new(Code::ReadOnlyStorage).with("path", "the folder of files").with("reason", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn parts_are_kept_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::folder(folder.path().join("files"));
        let (file, other) = (Uuid::now_v7(), Uuid::now_v7());
        let parts = [Uuid::now_v7(), Uuid::now_v7()];
        for part in parts {
            files.put(file, part, Bytes::from(part.to_string())).await.unwrap();
        }
        files.put(other, parts[0], Bytes::from_static(b"other")).await.unwrap();
        assert_eq!(files.get(file, parts[1]).await.unwrap(), Bytes::from(parts[1].to_string()));
        files.remove(file).await.unwrap();
        assert!(files.get(file, parts[0]).await.is_err());
        assert_eq!(files.get(other, parts[0]).await.unwrap(), Bytes::from_static(b"other"));
        files.remove(file).await.unwrap();
    }
}
