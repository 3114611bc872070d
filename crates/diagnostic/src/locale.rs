//! The languages users read, and text that exists in several of them.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language the product speaks. The wire names are BCP 47 tags (`en`, `zh-CN`, `zh-TW`).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Locale {
    /// English, the fallback of every other language.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// Traditional Chinese as written in Taiwan.
    #[serde(rename = "zh-TW")]
    ZhTw,
}

impl Locale {
    /// All languages, in the order documents list them.
    pub const ALL: [Locale; 3] = [Locale::En, Locale::ZhCn, Locale::ZhTw];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::En => "en",
            Locale::ZhCn => "zh-CN",
            Locale::ZhTw => "zh-TW",
        }
    }

    /// Reads a BCP 47 tag, also in the spellings browsers and option names use (`zh-Hant`, `zh_cn`, `en-US`).
    pub fn from_tag(tag: &str) -> Option<Locale> {
        let tag = tag.trim().to_ascii_lowercase().replace('_', "-");
        match tag.as_str() {
            "en" => Some(Locale::En),
            "zh-tw" | "zh-hk" | "zh-mo" => Some(Locale::ZhTw),
            "zh" | "zh-cn" | "zh-sg" => Some(Locale::ZhCn),
            _ if tag.starts_with("zh-hant") => Some(Locale::ZhTw),
            _ if tag.starts_with("zh-hans") => Some(Locale::ZhCn),
            _ if tag.starts_with("en-") => Some(Locale::En),
            _ => None,
        }
    }

    /// The best language of an `Accept-Language` header; English where none fits.
    pub fn from_accept_language(header: &str) -> Locale {
        let mut wanted: Vec<(f32, Locale)> = header
            .split(',')
            .filter_map(|part| {
                let (tag, q) = part.split_once(";q=").unwrap_or((part, "1"));
                Some((q.trim().parse().ok()?, Locale::from_tag(tag)?))
            })
            .collect();
        // A stable sort keeps the header's order among equals.
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.first().map_or(Locale::En, |(_, locale)| *locale)
    }

    /// The languages to try for a reader of this one: `zh-TW → zh-CN → en`.
    fn chain(self) -> &'static [Locale] {
        match self {
            Locale::En => &[Locale::En],
            Locale::ZhCn => &[Locale::ZhCn, Locale::En],
            Locale::ZhTw => &[Locale::ZhTw, Locale::ZhCn, Locale::En],
        }
    }
}

/// Text in one or several languages, as an author writes it: a plain string (every language) or a map of
/// locales.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Text {
    /// The same words in every language.
    Plain(String),
    /// One wording per language; missing ones fall back along `zh-TW → zh-CN → en`.
    Localized(IndexMap<Locale, String>),
}

impl Text {
    /// The wording for a reader of `locale`, or `None` where neither it nor a fallback exists.
    pub fn get(&self, locale: Locale) -> Option<&str> {
        match self {
            Text::Plain(text) => Some(text),
            Text::Localized(map) => {
                let wanted = locale.chain().iter().find_map(|l| map.get(l));
                wanted.or_else(|| map.values().next()).map(String::as_str)
            }
        }
    }

    /// The wording for a reader of `locale`, or `name` where there is none at all.
    pub fn or_name<'a>(text: Option<&'a Text>, locale: Locale, name: &'a str) -> &'a str {
        text.and_then(|t| t.get(locale)).unwrap_or(name)
    }

    /// Adds or replaces the wording of one language; a plain text becomes its English wording first.
    pub fn set(&mut self, locale: Locale, wording: String) {
        if let Text::Plain(plain) = self {
            *self = Text::Localized(IndexMap::from([(Locale::En, std::mem::take(plain))]));
        }
        if let Text::Localized(map) = self {
            map.insert(locale, wording);
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::Plain(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_picks_the_best_language_that_exists() {
        let rows = [
            ("", Locale::En),
            ("fr, de;q=0.5", Locale::En),
            ("zh-TW,zh;q=0.9,en;q=0.8", Locale::ZhTw),
            ("en;q=0.1, zh-Hans-CN", Locale::ZhCn),
            ("zh-HK", Locale::ZhTw),
            ("en-GB", Locale::En),
        ];
        for (header, expect) in rows {
            assert_eq!(Locale::from_accept_language(header), expect, "{header}");
        }
    }

    #[test]
    fn missing_languages_fall_back() {
        let text = Text::Localized(IndexMap::from([
            (Locale::En, "Lead".to_owned()),
            (Locale::ZhCn, "线索".to_owned()),
        ]));
        assert_eq!(text.get(Locale::ZhTw), Some("线索"));
        assert_eq!(text.get(Locale::En), Some("Lead"));
        assert_eq!(Text::or_name(None, Locale::En, "lead"), "lead");
    }
}
