//! The parameters of a read, from an address or from a JSON body, before they mean anything.

use crate::wording::{Words, invalid_parameter, reasoned, too_complex};
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use serde_json::{Map, Value as Json};

/// The parameters that are no fields.
pub const PARAMETERS: [&str; 11] =
    ["filter", "sort", "fields", "expand", "limit", "cursor", "offset", "count", "search", "view", "bin"];

/// The keys of a body, beside the parameters.
pub const BODY_ONLY: [&str; 2] = ["groups", "aggregates"];

/// The longest filter or list of a parameter, in bytes.
pub const MAX_TEXT: usize = 8_192;

/// What was asked, unread.
#[derive(Debug, Default)]
pub struct Request {
    /// The filter, as text or as a tree.
    pub filter: Option<Json>,
    /// `field[op]=value`, each with the parameter's name.
    pub shorthand: Vec<(String, String)>,
    /// Sort keys.
    pub sort: Option<Vec<String>>,
    /// Fields shown.
    pub fields: Option<Vec<String>>,
    /// Relations shown with their fields.
    pub expand: Vec<String>,
    /// Most rows.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// Rows left out.
    pub offset: Option<u64>,
    /// `none capped exact`
    pub count: Option<String>,
    /// Words looked for.
    pub search: Option<String>,
    /// Name of a view.
    pub view: Option<String>,
    /// `live deleted any`
    pub bin: Option<String>,
    /// What rows are grouped by.
    pub groups: Vec<Json>,
    /// What is computed for each group.
    pub aggregates: Map<String, Json>,
    /// The names of the parameters that were given, in order.
    pub given: Vec<String>,
}

const NUMBER: Words = ["a whole number is expected", "应为整数", "應為整數"];
const TWICE: Words = ["it is given twice", "重复给出", "重複給出"];
const LIST: Words = ["a list of fields is expected", "应为字段列表", "應為欄位清單"];
const OBJECT: Words = ["an object is expected", "应为对象", "應為物件"];
const TEXT: Words = ["text is expected", "应为文本", "應為文字"];
const FILTER: Words = ["an expression or a tree is expected", "应为表达式或条件树", "應為運算式或條件樹"];

impl Request {
    /// Reads the parameters of an address. What is no parameter is a field's shorthand.
    pub fn from_parameters(parameters: &[(String, String)]) -> Result<Request> {
        let mut request = Request::default();
        for (name, value) in parameters {
            if value.len() > MAX_TEXT || name.len() > 200 {
                return Err(Box::new(too_complex(["a parameter is too long", "参数过长", "參數過長"])));
            }
            if !PARAMETERS.contains(&name.as_str()) {
                request.shorthand.push((name.clone(), value.clone()));
                continue;
            }
            request.note(name)?;
            request.set_text(name, value)?;
        }
        Ok(request)
    }

    /// What decides about the shape of the answer, as a text: requests of one actor that agree in it show the same
    /// of each record, in the same order.
    pub fn shape_key(&self, object: &str) -> String {
        let list = |names: &[String]| names.join(",");
        let asked = |names: &Option<Vec<String>>| names.as_deref().map_or("*".to_owned(), list);
        let view = self.view.as_deref().unwrap_or_default();
        // No parameter holds a NUL.
        [object, &asked(&self.fields), &list(&self.expand), &asked(&self.sort), view].join("\0")
    }

    fn note(&mut self, name: &str) -> Result<()> {
        if self.given.iter().any(|known| known == name) {
            return Err(Box::new(invalid_parameter(name, TWICE)));
        }
        self.given.push(name.to_owned());
        Ok(())
    }

    fn set_text(&mut self, name: &str, value: &str) -> Result<()> {
        let number = || value.parse::<u64>().map_err(|_| Box::new(invalid_parameter(name, NUMBER)));
        match name {
            "filter" => self.filter = (!value.is_empty()).then(|| Json::from(value)),
            "sort" => self.sort = Some(split(value)),
            "fields" => self.fields = Some(split(value)),
            "expand" => self.expand = split(value),
            "limit" => self.limit = Some(number()?),
            "cursor" => self.cursor = (!value.is_empty()).then(|| value.to_owned()),
            "offset" => self.offset = Some(number()?),
            "count" => self.count = Some(value.to_owned()),
            "search" => self.search = (!value.trim().is_empty()).then(|| value.trim().to_owned()),
            "view" => self.view = Some(value.to_owned()),
            _ => self.bin = Some(value.to_owned()),
        }
        Ok(())
    }

    /// Reads the body of `POST /query`.
    pub fn from_body(body: &Json) -> Result<Request> {
        let Json::Object(parts) = body else {
            return Err(Box::new(reasoned(Code::InvalidBody, OBJECT)));
        };
        let mut request = Request::default();
        for (name, value) in parts {
            let known = PARAMETERS.iter().chain(&BODY_ONLY);
            if !known.clone().any(|known| known == name) {
                let hint = did_you_mean(name, known.copied());
                return Err(Box::new(
                    Diagnostic::new(Code::UnknownParameter).with("name", name).with_hint(hint).at(name),
                ));
            }
            request.note(name)?;
            request.set_json(name, value)?;
        }
        Ok(request)
    }

    fn set_json(&mut self, name: &str, value: &Json) -> Result<()> {
        let wrong = |words: Words| Box::new(invalid_parameter(name, words));
        match (name, value) {
            (_, Json::Null) => {}
            ("filter", Json::String(_) | Json::Object(_)) => self.filter = Some(value.clone()),
            ("filter", _) => return Err(wrong(FILTER)),
            ("sort", _) => self.sort = Some(names(value).ok_or_else(|| wrong(LIST))?),
            ("fields", _) => self.fields = Some(names(value).ok_or_else(|| wrong(LIST))?),
            ("expand", _) => self.expand = names(value).ok_or_else(|| wrong(LIST))?,
            ("groups", Json::Array(groups)) => self.groups = groups.clone(),
            ("groups", _) => return Err(wrong(LIST)),
            ("aggregates", Json::Object(aggregates)) => self.aggregates = aggregates.clone(),
            ("aggregates", _) => return Err(wrong(OBJECT)),
            ("limit" | "offset", Json::Number(number)) => {
                let number = number.as_u64().ok_or_else(|| wrong(NUMBER))?;
                if name == "limit" { self.limit = Some(number) } else { self.offset = Some(number) }
            }
            ("limit" | "offset", _) => return Err(wrong(NUMBER)),
            (_, Json::String(text)) if text.len() <= MAX_TEXT => self.set_text(name, text)?,
            _ => return Err(wrong(TEXT)),
        }
        Ok(())
    }
}

/// `a,b` → its parts. Empty text is an empty list.
fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A list of texts, or one text with commas.
fn names(value: &Json) -> Option<Vec<String>> {
    match value {
        Json::String(text) => Some(split(text)),
        Json::Array(all) => all.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}
