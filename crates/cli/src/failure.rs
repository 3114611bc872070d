//! How a command ends when it does not end well.

use diagnostic::{Class, Code, Diagnostic, Hint, Text};
use std::path::Path;

/// Why a command ended.
#[derive(Debug)]
pub enum Failure {
    /// The command was used wrongly; what is wrong and the cure.
    Usage(String),
    /// Findings.
    Found(Vec<Diagnostic>),
    /// Findings that were already shown, with the exit code.
    Shown(u8),
}

impl Failure {
    /// The exit code: 1 the input, 2 the usage, 3 the environment.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Shown(code) => *code,
            Failure::Found(found) => exit_code(found),
        }
    }
}

/// The exit code of findings: 3 where the environment failed, else 1.
pub fn exit_code(found: &[Diagnostic]) -> u8 {
    let environment = |found: &Diagnostic| {
        matches!(found.class(), Class::Environment | Class::Unavailable | Class::NoSpace | Class::Internal)
    };
    if found.iter().any(environment) { 3 } else { 1 }
}

impl From<Box<Diagnostic>> for Failure {
    fn from(found: Box<Diagnostic>) -> Failure {
        Failure::Found(flat(*found))
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(found: Vec<Diagnostic>) -> Failure {
        Failure::Found(found.into_iter().flat_map(flat).collect())
    }
}

impl From<Diagnostic> for Failure {
    fn from(found: Diagnostic) -> Failure {
        Failure::from(Box::new(found))
    }
}

/// A gathered finding as those it gathers.
pub fn flat(found: Diagnostic) -> Vec<Diagnostic> {
    if found.details.is_empty() {
        return vec![found];
    }
    let (path, source) = (found.path, found.source);
    let placed = found.details.into_iter().flat_map(flat).map(|mut detail| {
        // What gathers may know the record (`seed.alias`), what is gathered only the field.
        detail.path = match (&path, detail.path) {
            (Some(outer), Some(inner)) if !inner.starts_with(outer.as_str()) => {
                Some(format!("{outer}.{inner}"))
            }
            (outer, inner) => inner.or_else(|| outer.clone()),
        };
        detail.source = detail.source.or_else(|| source.clone());
        detail
    });
    placed.collect()
}

/// A finding about the environment that has no code of its own.
pub fn environment(what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::from(Diagnostic::new(Code::InvalidConfiguration).with("reason", format!("{what}: {error}")))
}

/// A file that cannot be read.
pub fn not_readable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Code::FileNotReadable).with("path", path.display()).with("reason", error)
}

/// A file or folder that cannot be written.
pub fn not_writable(path: &Path, error: &std::io::Error) -> Diagnostic {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Diagnostic::new(Code::DiskFull),
        _ => Diagnostic::new(Code::ReadOnlyStorage).with("path", path.display()).with("reason", error),
    }
}

/// The cure of a code as a hint, where the finding brings none.
pub fn cure(code: Code) -> Hint {
    Hint::Text(Text::Plain(code.cure().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_follows_the_class() {
        let rows: [(&[Code], u8); 6] = [
            (&[Code::UnknownKey], 1),
            (&[Code::PackNotFound], 1),
            (&[Code::Required, Code::Duplicate], 1),
            (&[Code::PortInUse], 3),
            (&[Code::DiskFull], 3),
            (&[Code::UnknownKey, Code::DatabaseUnavailable], 3),
        ];
        for (codes, expect) in rows {
            let found: Vec<Diagnostic> = codes.iter().map(|code| Diagnostic::new(*code)).collect();
            assert_eq!(exit_code(&found), expect, "{codes:?}");
        }
    }

    #[test]
    fn gathered_findings_are_shown_one_by_one_with_their_record() {
        let details =
            vec![Diagnostic::new(Code::Required).at("name"), Diagnostic::new(Code::TooLong).at("email")];
        let Some(gathered) = Diagnostic::gather(details) else { unreachable!("there are two") };
        let paths: Vec<Option<String>> =
            flat(gathered.at("users.chen_jie")).into_iter().map(|found| found.path).collect();
        let expect = ["users.chen_jie.name", "users.chen_jie.email"];
        assert_eq!(paths, expect.map(|path| Some(path.to_owned())));
    }
}
