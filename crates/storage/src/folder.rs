//! The data folder of a SQLite database: it exists, can be written, and one server at a time serves it.

use diagnostic::{Code, Diagnostic, Result};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The name of the database file in its folder.
pub const DATABASE_FILE: &str = "lifeloom.db";
/// The name of the lock file in its folder.
const LOCK_FILE: &str = "lifeloom.lock";

/// A locked folder; the lock is the operating system's and ends with the process, however it ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// Makes the folder if needed and answers the path of the database file in it.
pub fn prepare(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).map_err(|e| not_writable(folder, &e))?;
    let probe = folder.join(LOCK_FILE);
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&probe)
        .map_err(|e| not_writable(folder, &e))?;
    let database = folder.join(DATABASE_FILE);
    if database.exists() {
        OpenOptions::new().write(true).open(&database).map_err(|e| not_writable(&database, &e))?;
    }
    Ok(database)
}

/// Takes the folder for a server or worker; the commands of the command line do without.
pub fn lock(folder: &Path) -> Result<FolderLock> {
    let path = folder.join(LOCK_FILE);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| not_writable(folder, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(FolderLock { _file: file }),
        Err(TryLockError::WouldBlock) => {
            Err(Box::new(Diagnostic::new(Code::DatabaseInUse).with("path", folder.display())))
        }
        Err(TryLockError::Error(e)) => Err(not_writable(folder, &e)),
    }
}

fn not_writable(path: &Path, error: &std::io::Error) -> Box<Diagnostic> {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Box::new(Diagnostic::new(Code::DiskFull));
    }
    Box::new(Diagnostic::new(Code::ReadOnlyStorage).with("path", path.display()).with("reason", error))
}
