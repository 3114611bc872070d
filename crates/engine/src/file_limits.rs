//! How large the files of a site may be.

/// The limits of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes of one file at most.
    pub max_file: u64,
    /// Bytes of all files at most; `None` for as many as the disk has.
    pub quota: Option<u64>,
}

impl Default for FileLimits {
    fn default() -> FileLimits {
        FileLimits { max_file: 50 * 1024 * 1024, quota: None }
    }
}
