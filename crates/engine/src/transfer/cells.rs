//! One value as the text of a cell.

use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::borrow::Cow;

/// What stands between several values in one cell.
pub(super) const BETWEEN: char = ';';

/// A value of the wire as text.
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::Array(values) => {
            let texts: Vec<String> = values.iter().map(text).collect();
            texts.join(&BETWEEN.to_string())
        }
        Json::Object(map) => match (map.get("object"), map.get("id"), map.get("lat"), map.get("lng")) {
            (Some(Json::String(object)), Some(Json::String(id)), _, _) => format!("{object}:{id}"),
            // The name of a file.
            _ if map.contains_key("size") && map.contains_key("type") => {
                map.get("name").map_or_else(String::new, text)
            }
            (None, Some(Json::String(id)), _, _) => id.clone(),
            (_, _, Some(lat), Some(lng)) => format!("{},{}", text(lat), text(lng)),
            _ => value.to_string(),
        },
    }
}

/// The cell that clears a field. An empty cell leaves the field as it is.
pub(super) const CLEAR: &str = "#N/A";

/// Whether the cell means something else than its text.
fn is_special(cell: &str) -> bool {
    cell == CLEAR || is_formula(cell)
}

/// Whether a spreadsheet would run this as a formula. Numbers such as -5 are none.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && cell.parse::<Decimal>().is_err()
}

/// The cell so that a spreadsheet, and an import, take it for text.
pub(super) fn protect(cell: String) -> String {
    // A cell that begins as a protected one does is protected too, so that taking away gives back what was.
    if is_special(cell.trim_start_matches('\'')) { format!("'{cell}") } else { cell }
}

/// The cell as it was before it was protected.
pub(super) fn unprotect(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_special(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// What came from a file, without the mark some programs put before it.
pub(super) fn header(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(unprotect(text.trim_start_matches('\u{feff}').trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_text() {
        let rows = [
            (json!(null), ""),
            (json!(true), "true"),
            (json!(5), "5"),
            (json!("12.50"), "12.50"),
            (json!(["a", "b"]), "a;b"),
            (json!({"id": "x", "title": "X"}), "x"),
            (json!({"object": "crm.lead", "id": "x", "title": null}), "crm.lead:x"),
            (json!([{"id": "x"}, {"id": "y"}]), "x;y"),
            (json!({"id": "x", "name": "合同.pdf", "type": "application/pdf", "size": 5}), "合同.pdf"),
            (json!({"lat": "1.5", "lng": "2"}), "1.5,2"),
        ];
        for (value, expect) in rows {
            assert_eq!(text(&value), expect);
        }
    }

    #[test]
    fn formulas_are_disarmed_and_come_back() {
        let rows = [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-5", "-5"),
            ("-5.20", "-5.20"),
            ("+8613800001001", "+8613800001001"),
            ("-2+3", "'-2+3"),
            ("\tx", "'\tx"),
            ("'=1", "''=1"),
            ("'-5", "'-5"),
            ("'quoted'", "'quoted'"),
            ("上海", "上海"),
            ("#N/A", "'#N/A"),
            ("'#N/A", "''#N/A"),
            ("#N/A!", "#N/A!"),
            ("", ""),
        ];
        for (cell, expect) in rows {
            let protected = protect(cell.to_owned());
            assert_eq!(protected, expect);
            assert_eq!(unprotect(&protected), cell);
        }
    }
}
