//! Secrets are not repeated: what another system says of a call may hold what the call said.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use url::form_urlencoded;

/// What stands in the place of a secret.
const HUSHED: &str = "•••";
/// A secret of fewer characters stands in too much to be looked for.
const SHORTEST: usize = 6;

/// The secrets of one call, in every form in which it said them.
#[derive(Default)]
pub(super) struct Hush(Vec<String>);

impl Hush {
    /// A secret of the call.
    pub fn add(&mut self, secret: &str) {
        let escaped: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let quoted = Json::from(secret).to_string();
        let forms = [secret, &escaped, quoted.trim_matches('"'), &STANDARD.encode(secret)].map(str::to_owned);
        self.0.extend(forms.into_iter().filter(|form| form.chars().count() >= SHORTEST));
        // The longest first: one may be a part of another.
        self.0.sort_by_key(|form| std::cmp::Reverse(form.len()));
        self.0.dedup();
    }

    /// The text without them.
    pub fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, HUSHED))
    }

    /// The structure without them.
    pub fn json(&self, json: Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.text(&text)),
            Json::Array(items) => items.into_iter().map(|item| self.json(item)).collect(),
            Json::Object(map) => {
                map.into_iter().map(|(name, value)| (self.text(&name), self.json(value))).collect()
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_secret_is_not_repeated_in_any_form() {
        let mut hush = Hush::default();
        hush.add("s3cret+\"key/");
        hush.add("desk:s3cret+\"key/");
        hush.add("short");
        let rows = [
            ("your key s3cret+\"key/ is wrong", "your key ••• is wrong"),
            ("{\"key\":\"s3cret+\\\"key/\"}", "{\"key\":\"•••\"}"),
            ("/a?key=s3cret%2B%22key%2F&x=1", "/a?key=•••&x=1"),
            ("Basic ZGVzazpzM2NyZXQrImtleS8=", "Basic •••"),
            ("a short answer", "a short answer"),
        ];
        for (text, expect) in rows {
            assert_eq!(hush.text(text), expect);
        }
        assert_eq!(hush.json(json!({"a": ["s3cret+\"key/", 1]})), json!({"a": ["•••", 1]}));
    }
}
