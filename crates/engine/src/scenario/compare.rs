//! Expected values beside found ones.

use serde_json::Value as Json;

/// Whether a found value is as expected: equal on the wire; of maps only the named keys count, and a reference
/// may be given by the id alone.
pub(super) fn fits(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Object(expected), Json::Object(found)) => {
            expected.iter().all(|(key, value)| found.get(key).is_some_and(|other| fits(value, other)))
        }
        (Json::Array(expected), Json::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(a, b)| fits(a, b))
        }
        (Json::String(id), Json::Object(found)) => found.get("id").and_then(Json::as_str) == Some(id),
        (expected, found) => expected == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_compare_as_on_the_wire() {
        let rows = [
            (json!("10.00"), json!("10.00"), true),
            (json!("10"), json!("10.00"), false),
            (json!(10), json!("10"), false),
            (json!(null), json!(null), true),
            (json!("a"), json!({"id": "a", "title": "A"}), true),
            (json!("A"), json!({"id": "a", "title": "A"}), false),
            (json!({"city": "x"}), json!({"city": "x", "street": "y"}), true),
            (json!({"city": "x", "street": "z"}), json!({"city": "x", "street": "y"}), false),
            (json!([{"id": "a"}]), json!([{"id": "a", "title": "A"}]), true),
            (json!(["a"]), json!(["a", "b"]), false),
            (json!(["a"]), json!([{"id": "a"}]), true),
        ];
        for (expected, found, outcome) in rows {
            assert_eq!(fits(&expected, &found), outcome, "{expected} beside {found}");
        }
    }
}
