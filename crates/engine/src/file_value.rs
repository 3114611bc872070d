//! What a file is in a record: how it is shown, what a field takes, how it is refused.

use definition::field::{Media, Rule};
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Map, Value as Json};
use storage::store::file::File;

/// A file as records show it.
pub(crate) fn shown(file: &File) -> Json {
    let mut map = Map::new();
    map.insert("id".to_owned(), file.id.to_string().into());
    map.insert("name".to_owned(), file.name.as_str().into());
    map.insert("type".to_owned(), file.media.as_str().into());
    map.insert("size".to_owned(), file.size.into());
    if let (Some(width), Some(height)) = (file.width, file.height) {
        map.insert("width".to_owned(), width.into());
        map.insert("height".to_owned(), height.into());
    }
    map.into()
}

/// Refuses a file that a field of this rule does not take.
pub(crate) fn check(file: &File, rule: &Rule) -> Result<()> {
    let size = u64::try_from(file.size).unwrap_or_default();
    if let Some(most) = rule.max_bytes.filter(|most| size > *most) {
        return Err(refused(&format!("it is larger than {} KB", most / 1024)));
    }
    if !Media::of_mime(&file.media).is_some_and(|media| rule.types.contains(&media)) {
        let types: Vec<&str> = rule.types.iter().map(|media| media.mime()).collect();
        return Err(refused(&format!(
            "it is of type {}, and one of {} is taken",
            file.media,
            types.join(", ")
        )));
    }
    let pixels = file.width.unwrap_or_default().saturating_mul(file.height.unwrap_or_default());
    let pixels = u64::try_from(pixels).unwrap_or(u64::MAX);
    match rule.max_pixels {
        Some(most) if pixels == 0 || pixels > most => {
            Err(refused(&format!("it has {pixels} pixels, and at most {most} are taken")))
        }
        _ => Ok(()),
    }
}

/// A file that is not what it must be.
pub(crate) fn refused(reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::FileRefused).with("reason", reason))
}
