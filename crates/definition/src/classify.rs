//! What a file of a pack is, by its path.

use crate::kind::Kind;
use diagnostic::{Code, Diagnostic, Result, Source, did_you_mean};

/// What a file of a pack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A definition of this kind.
    Definition(Kind),
    /// A script, `scripts/*.rhai`.
    Script,
    /// Records of a seed or demo, `*.csv` beside it.
    Table,
    /// A text of a template, `templates/*.hbs`.
    TemplateText,
    /// Words for people (README.md, LICENSE, CHANGELOG.md) and hidden files: not read.
    Note,
}

/// A script as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The path as given.
    pub path: String,
    /// The text.
    pub text: String,
}

/// A table of records as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The path as given.
    pub path: String,
    /// The text.
    pub text: String,
}

/// What the file at `path`, relative to the pack's folder, is. The finding names `path` as its file.
pub fn classify(path: &str) -> Result<FileKind> {
    let refuse = |found: Diagnostic| {
        let source = Source { file: path.to_owned(), line: 0, column: 0 };
        Err(Box::new(found.in_source(source)))
    };
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_definition = matches!(extension, "yaml" | "yml" | "json");
    if file.starts_with('.') {
        return Ok(FileKind::Note);
    }
    if folder.is_empty() {
        let stem = file.split('.').next().unwrap_or_default();
        return match stem {
            "pack" if is_definition => Ok(FileKind::Definition(Kind::Pack)),
            "README" | "LICENSE" | "CHANGELOG" => Ok(FileKind::Note),
            _ => refuse(stray(file, ["pack.yaml"])),
        };
    }
    let top = folder.split('/').next().unwrap_or_default();
    if let Some((kind, _)) = Kind::NOT_YET.iter().find(|(_, known)| *known == top) {
        return refuse(Diagnostic::new(Code::NotYetSupported).with("what", format!("kind `{kind}`")));
    }
    if folder == "scripts" && extension == "rhai" {
        return Ok(FileKind::Script);
    }
    let kind = Kind::ALL.into_iter().find(|kind| kind.folder() == Some(folder));
    match kind {
        Some(kind) if is_definition => Ok(FileKind::Definition(kind)),
        Some(Kind::Template) if extension == "hbs" => Ok(FileKind::TemplateText),
        Some(Kind::Seed | Kind::Demo) if extension == "csv" => Ok(FileKind::Table),
        Some(_) => refuse(Diagnostic::new(Code::StrayFile)),
        None => {
            let folders = Kind::ALL.into_iter().filter_map(Kind::folder).chain(["scripts"]);
            let folders: Vec<&str> = folders.filter(|known| *known != folder).collect();
            refuse(stray(folder, folders))
        }
    }
}

fn stray<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    Diagnostic::new(Code::StrayFile).with_hint(did_you_mean(name, known))
}
