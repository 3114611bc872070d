//! The files of a pack, and what its `pack.yaml` says of it.

use catalog::build::PackSource;
use definition::Definition;
use diagnostic::{Code, Diagnostic, Result, Source};
use semver::Version;

/// The files of one pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackFiles {
    /// What findings put before the path of a file: where the pack was read from.
    pub root: String,
    /// Paths relative to the pack's folder, and texts.
    pub files: Vec<(String, String)>,
}

impl PackFiles {
    /// As the catalog reads it.
    pub fn source(&self) -> PackSource {
        PackSource { root: self.root.clone(), files: self.files.clone() }
    }

    /// Name and version.
    ///
    /// # Errors
    /// The findings in `pack.yaml`, or that there is none.
    pub fn header(&self) -> Result<(String, Version)> {
        let known = self
            .files
            .iter()
            .find(|(path, _)| matches!(path.as_str(), "pack.yaml" | "pack.yml" | "pack.json"));
        let Some((path, text)) = known else {
            let source = Source { file: self.root.clone(), line: 0, column: 0 };
            let found = Diagnostic::new(Code::PackNotFound).with("pack", &self.root).in_source(source);
            return Err(Box::new(found));
        };
        let shown = if self.root.is_empty() { path.clone() } else { format!("{}/{path}", self.root) };
        let (parsed, found) = definition::parse_file(&shown, text);
        match parsed.map(|p| p.definition) {
            Some(Definition::Pack(pack)) => Ok((pack.name.clone(), pack.version.clone())),
            _ => Err(super::gathered(found)),
        }
    }
}
