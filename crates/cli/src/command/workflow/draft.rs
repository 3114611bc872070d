//! What is tried: a file with a definition, or packs.

use crate::command::plan;
use crate::failure::Failure;
use crate::packs;
use definition::read::parse_file;
use diagnostic::{Code, Diagnostic, Source};
use engine::Engine;
use engine::flow::draft::Draft;
use engine::publish::Change;
use std::path::Path;

/// A draft of what lies at some paths. Files stand for themselves, in the pack of the workflow.
pub fn read(engine: &Engine, paths: &[String], pack: Option<&str>) -> Result<Draft, Failure> {
    let is_file = |path: &String| {
        Path::new(path).is_file() && !packs::PACK_FILES.iter().any(|name| path.ends_with(name))
    };
    if !paths.iter().all(is_file) {
        let Change::Set(packs) = plan::change(engine, packs::read(paths)?) else {
            return Err(Diagnostic::new(Code::PackNotFound).with("pack", paths.join(" ")).into());
        };
        return Ok(Draft::Packs(packs));
    }
    let mut texts = Vec::new();
    for path in paths {
        let unreadable = |error: std::io::Error| {
            let source = Source { file: path.clone(), line: 0, column: 0 };
            Diagnostic::new(Code::InvalidValue).with("field", path).with("reason", error).in_source(source)
        };
        texts.push((path.clone(), std::fs::read_to_string(path).map_err(unreadable)?));
    }
    let pack = match pack {
        Some(pack) => pack.to_owned(),
        None => workflow(engine, &texts)?.split('.').next().unwrap_or_default().to_owned(),
    };
    Ok(Draft::Texts { pack, texts })
}

/// The published workflow that one of these texts changes.
pub fn workflow(engine: &Engine, texts: &[(String, String)]) -> Result<String, Failure> {
    let mut names = Vec::new();
    for (path, text) in texts {
        match parse_file(path, text) {
            (Some(parsed), _) if parsed.kind.name() == "workflow" => names.push(parsed.name),
            (Some(_), _) => {}
            (None, found) => return Err(found.into()),
        }
    }
    let published = engine.published();
    let known = published
        .catalog
        .workflows
        .keys()
        .filter(|full| names.iter().any(|name| full.rsplit('.').next() == name.rsplit('.').next()));
    match known.collect::<Vec<_>>().as_slice() {
        [only] => Ok(only.to_string()),
        _ => Err(Failure::Usage("name the workflow with --workflow PACK.NAME".to_owned())),
    }
}
