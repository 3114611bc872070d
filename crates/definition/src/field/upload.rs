//! What fields that hold a file share: which types there are, what a file must be, how it is named on the wire.

use super::expect;
use diagnostic::Result;
use expression::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// What every field of one file answers; its widget has the name of its type.
macro_rules! as_upload {
    ($widget:literal) => {
        fn column(&self) -> Option<$crate::column::ColumnType> {
            Some($crate::column::ColumnType::Json)
        }

        fn expression_type(&self) -> expression::Type {
            expression::Type::Json
        }

        fn parse(&self, json: &serde_json::Value) -> diagnostic::Result<expression::Value> {
            $crate::field::upload::parse(json)
        }

        fn parse_text(&self, text: &str) -> diagnostic::Result<expression::Value> {
            $crate::field::upload::parse_text(text)
        }

        fn validate(&self, _: &expression::Value, _: &mut Vec<diagnostic::Diagnostic>) {}

        fn render(&self, value: &expression::Value) -> serde_json::Value {
            $crate::field::upload::render(value)
        }

        fn json_schema(&self) -> serde_json::Value {
            $crate::field::upload::json_schema()
        }

        fn widget(&self) -> &'static str {
            $widget
        }
    };
}

pub(super) use as_upload;

/// A type of file, told from its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// Portable Document Format.
    Pdf,
    /// A picture.
    Png,
    /// A picture.
    Jpeg,
    /// A picture.
    Gif,
    /// A picture.
    Webp,
    /// A document of Word.
    Docx,
    /// A workbook of Excel.
    Xlsx,
    /// A presentation of PowerPoint.
    Pptx,
    /// Another archive.
    Zip,
    /// Sound.
    Mp3,
    /// A film.
    Mp4,
    /// Text, CSV too: shown as plain text whatever it says.
    Text,
}

impl Media {
    /// Every type.
    pub const ALL: [Media; 12] = [
        Media::Pdf,
        Media::Png,
        Media::Jpeg,
        Media::Gif,
        Media::Webp,
        Media::Docx,
        Media::Xlsx,
        Media::Pptx,
        Media::Zip,
        Media::Mp3,
        Media::Mp4,
        Media::Text,
    ];

    /// Those that are pictures.
    pub const IMAGES: [Media; 4] = [Media::Png, Media::Jpeg, Media::Gif, Media::Webp];

    /// The media type on the wire.
    pub fn mime(self) -> &'static str {
        match self {
            Media::Pdf => "application/pdf",
            Media::Png => "image/png",
            Media::Jpeg => "image/jpeg",
            Media::Gif => "image/gif",
            Media::Webp => "image/webp",
            Media::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Media::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Media::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Media::Zip => "application/zip",
            Media::Mp3 => "audio/mpeg",
            Media::Mp4 => "video/mp4",
            Media::Text => "text/plain",
        }
    }

    /// The type of this media type.
    pub fn of_mime(mime: &str) -> Option<Media> {
        Media::ALL.into_iter().find(|media| media.mime() == mime)
    }
}

/// What a file must be to stand in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Bytes at most, where the field says so.
    pub max_bytes: Option<u64>,
    /// The types that are taken.
    pub types: Vec<Media>,
    /// Pixels at most; `None` where pictures are not counted.
    pub max_pixels: Option<u64>,
}

/// The id of an upload, or an object with it: what else a record showed is ignored.
pub(super) fn parse(json: &Json) -> Result<Value> {
    let id = match json {
        Json::Null => return Ok(Value::Null),
        Json::Object(map) => map.get("id").and_then(Json::as_str),
        Json::String(text) => Some(text.as_str()),
        _ => None,
    };
    let is_id = |text: &&str| text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    match id.filter(is_id) {
        Some(id) => Ok(Value::Json(json!({"id": id.to_ascii_lowercase()}))),
        None => Err(expect::expected(["the id of an upload", "上传文件的 id", "上傳檔案的 id"])),
    }
}

/// Files are uploaded: no text of a cell is one. What an export wrote there is the file's name.
pub(super) fn parse_text(text: &str) -> Result<Value> {
    match text.is_empty() {
        true => Ok(Value::Null),
        false => Err(expect::expected([
            "an empty cell: files are uploaded, not imported",
            "空单元格：文件须上传，不能导入",
            "空儲存格：檔案須上傳，不能匯入",
        ])),
    }
}

pub(super) fn render(value: &Value) -> Json {
    match value {
        Value::Json(json) => json.clone(),
        _ => Json::Null,
    }
}

pub(super) fn json_schema() -> Json {
    json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "format": "uuid", "description": "of an upload of one's own"},
            "name": {"type": "string", "readOnly": true},
            "type": {"type": "string", "readOnly": true},
            "size": {"type": "integer", "readOnly": true},
            "width": {"type": "integer", "readOnly": true},
            "height": {"type": "integer", "readOnly": true},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_id_alone() {
        let id = "0192f6e4-0000-7000-8000-00000000000A";
        let expect = Some(json!({"id": "0192f6e4-0000-7000-8000-00000000000a"}));
        let rows = [
            (json!(id), expect.clone()),
            (json!({"id": id}), expect.clone()),
            (json!({"id": id, "name": "x", "size": -1, "path": "/etc/passwd"}), expect),
            (json!({"path": "/etc/passwd"}), None),
            (json!("../../etc/passwd"), None),
            (json!({"id": 7}), None),
            (json!([id]), None),
            (json!(true), None),
        ];
        for (json, expect) in rows {
            let found = parse(&json).ok().map(|value| render(&value));
            assert_eq!(found, expect, "{json}");
        }
        assert_eq!(parse(&Json::Null).unwrap(), Value::Null);
        assert_eq!(parse_text("").unwrap(), Value::Null);
        assert!(parse_text("scan.pdf").is_err() && parse_text(id).is_err());
    }
}
