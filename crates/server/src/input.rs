//! What a request carries, read strictly: path segments, parameters, headers and JSON bodies.

use crate::problem::{Answer, Problem};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use actix_web::{HttpRequest, web};
use bytes::BytesMut;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Hint, Locale, Result, did_you_mean};
use futures_util::StreamExt;
use plan::Precondition;
use serde_json::{Map, Value as Json};
use std::time::Duration;
use uuid::Uuid;

/// Bytes of a body where nothing else is said.
pub const BODY: usize = 2 * 1024 * 1024;
/// Bytes of a body with many records or files.
pub const LARGE_BODY: usize = 32 * 1024 * 1024;
/// How long a body may take to arrive, unless it is large.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Bytes within a second that a large body comes with at least.
const BODY_RATE: usize = 64 * 1024;
/// How long a body may be silent.
const BODY_SILENCE: Duration = Duration::from_secs(10);
/// Parameters of one address.
const MOST_PARAMETERS: usize = 200;

/// A JSON body and the SHA-256-able bytes it was read from.
#[derive(Debug)]
pub struct Body {
    /// What it says.
    pub json: Json,
    /// As it came.
    pub bytes: bytes::Bytes,
}

fn fail(code: Code, locale: Locale) -> impl Fn(Diagnostic) -> Problem {
    move |mut found| {
        found.code = code;
        Problem::new(Box::new(found), locale)
    }
}

/// Reads a JSON body of at most `limit` bytes.
///
/// # Errors
/// `unsupported_media_type`, `too_large`, `invalid_body` with line and column.
pub async fn json(
    request: &HttpRequest,
    payload: web::Payload,
    limit: usize,
    locale: Locale,
) -> Answer<Body> {
    check_type(request, locale)?;
    let bytes = read(request, payload, limit, locale).await?;
    let json = parse(&bytes).map_err(|found| Problem::new(found, locale))?;
    Ok(Body { json, bytes })
}

/// As [`json`], where a body may be left out: null then.
///
/// # Errors
/// As [`json`].
pub async fn json_or_null(request: &HttpRequest, payload: web::Payload, locale: Locale) -> Answer<Body> {
    let bytes = read(request, payload, BODY, locale).await?;
    if bytes.is_empty() {
        return Ok(Body { json: Json::Null, bytes });
    }
    check_type(request, locale)?;
    let json = parse(&bytes).map_err(|found| Problem::new(found, locale))?;
    Ok(Body { json, bytes })
}

fn check_type(request: &HttpRequest, locale: Locale) -> Answer<()> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let charset =
        given.to_ascii_lowercase().split_once("charset=").map(|(_, c)| c.trim_matches(['"', ' ']).to_owned());
    let utf8 = charset.is_none_or(|charset| matches!(charset.as_str(), "utf-8" | "utf8" | "us-ascii"));
    let json =
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if json && utf8 {
        return Ok(());
    }
    let found = Diagnostic::new(Code::UnsupportedMediaType).with("type", given);
    Err(fail(Code::UnsupportedMediaType, locale)(
        found.with_hint(Hint::OneOf(vec!["application/json".to_owned()])),
    ))
}

/// The bytes of a body.
///
/// # Errors
/// `body_too_large`, `invalid_body` for one that does not come whole.
pub async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    limit: usize,
    locale: Locale,
) -> Answer<bytes::Bytes> {
    let mut incoming = Incoming::new(request, payload, limit, locale)?;
    let mut body = BytesMut::new();
    while let Some(chunk) = incoming.next().await? {
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// A body on its way in: bounded in bytes, and in time both as a whole and between two pieces of it.
pub struct Incoming {
    payload: web::Payload,
    limit: usize,
    size: usize,
    until: tokio::time::Instant,
    locale: Locale,
}

impl Incoming {
    /// A body of at most `limit` bytes.
    ///
    /// # Errors
    /// `too_large` where its head announces more.
    pub fn new(
        request: &HttpRequest,
        payload: web::Payload,
        limit: usize,
        locale: Locale,
    ) -> Answer<Incoming> {
        // As slow as BODY_RATE at least.
        let rate = Duration::from_secs((limit / BODY_RATE) as u64);
        let until = tokio::time::Instant::now() + BODY_TIME.max(rate);
        let incoming = Incoming { payload, limit, size: 0, until, locale };
        let announced = request.headers().get(CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        match announced.is_some_and(|length| length > limit) {
            true => Err(incoming.too_large()),
            false => Ok(incoming),
        }
    }

    /// The next piece; nothing at the end.
    ///
    /// # Errors
    /// `too_large`, `body_too_slow`, `invalid_body` where it ends early.
    pub async fn next(&mut self) -> Answer<Option<bytes::Bytes>> {
        let until = self.until.min(tokio::time::Instant::now() + BODY_SILENCE);
        let Ok(chunk) = tokio::time::timeout_at(until, self.payload.next()).await else {
            return Err(Problem::new(Box::new(Diagnostic::new(Code::BodyTooSlow)), self.locale));
        };
        let Some(chunk) = chunk else { return Ok(None) };
        let chunk = chunk.map_err(|_| {
            let found = Diagnostic::new(Code::InvalidBody).with("reason", "it ended early");
            Problem::new(Box::new(found), self.locale)
        })?;
        self.size += chunk.len();
        if self.size > self.limit { Err(self.too_large()) } else { Ok(Some(chunk)) }
    }

    /// Bytes that have come.
    pub fn size(&self) -> usize {
        self.size
    }

    fn too_large(&self) -> Problem {
        let found = Diagnostic::new(Code::TooLarge).with("limit", format!("{} KiB", self.limit / 1024));
        Problem::new(Box::new(found), self.locale)
    }
}

/// JSON with the place of what is wrong. A number with more digits than a float holds exactly is refused where a
/// field reads it.
fn parse(bytes: &[u8]) -> Result<Json> {
    let wrong = |reason: String| Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason));
    let text = std::str::from_utf8(bytes)
        .map_err(|error| wrong(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
    serde_json::from_str(text).map_err(|error| wrong(error.to_string()))
}

/// The parameters of the address, decoded strictly.
///
/// # Errors
/// `invalid_parameter`.
pub fn parameters(request: &HttpRequest, locale: Locale) -> Answer<Vec<(String, String)>> {
    let mut all = Vec::new();
    for pair in request.query_string().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = decode(name, true).and_then(|name| Some((name, decode(value, true)?)));
        let Some(decoded) = decoded.filter(|_| all.len() < MOST_PARAMETERS) else {
            let found =
                Diagnostic::new(Code::InvalidParameter).with("name", name.escape_default().to_string());
            return Err(Problem::new(Box::new(found.with("reason", "not readable")), locale));
        };
        all.push(decoded);
    }
    Ok(all)
}

/// The parameters of the address where only these are known; each at most once.
///
/// # Errors
/// `unknown_parameter`, `invalid_parameter`.
pub fn known_parameters(request: &HttpRequest, known: &[&'static str], locale: Locale) -> Answer<Parameters> {
    let all = parameters(request, locale)?;
    let mut read = Vec::new();
    for (name, value) in all {
        let Some(known) = known.iter().find(|known| **known == name) else {
            let found = Diagnostic::new(Code::UnknownParameter).with("name", &name).at(&*name);
            let found = found.with_hint(did_you_mean(&name, known.iter().copied()));
            return Err(Problem::new(Box::new(found), locale));
        };
        if read.iter().any(|(name, _)| name == known) {
            return Err(Problem::new(Box::new(invalid(known, "it is given twice")), locale));
        }
        read.push((*known, value));
    }
    Ok(Parameters { all: read, locale })
}

fn invalid(name: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidParameter).with("name", name).with("reason", reason).at(name)
}

/// Parameters of an address.
#[derive(Debug)]
pub struct Parameters {
    all: Vec<(&'static str, String)>,
    locale: Locale,
}

impl Parameters {
    /// The text of one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// One that must be there.
    ///
    /// # Errors
    /// `invalid_parameter`.
    pub fn needed(&self, name: &str) -> Answer<&str> {
        let given = self.text(name).filter(|text| !text.is_empty());
        given.ok_or_else(|| Problem::new(Box::new(invalid(name, "it is needed")), self.locale))
    }

    /// An id.
    ///
    /// # Errors
    /// `invalid_parameter`.
    pub fn id(&self, name: &str) -> Answer<Option<Uuid>> {
        self.read(name, "an id is expected", |text| text.parse().ok())
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// `invalid_parameter`.
    pub fn flag(&self, name: &str) -> Answer<bool> {
        Ok(self.read(name, "true or false is expected", |text| text.parse().ok())?.unwrap_or(false))
    }

    /// How many entries at most: 1 to `most`.
    ///
    /// # Errors
    /// `invalid_parameter`.
    pub fn limit(&self, usual: u32, most: u32) -> Answer<u32> {
        let wanted = self.read("limit", "a number from 1 to the most is expected", |text| {
            text.parse().ok().filter(|limit| (1..=most).contains(limit))
        })?;
        Ok(wanted.unwrap_or(usual))
    }

    /// A whole number.
    ///
    /// # Errors
    /// `invalid_parameter`.
    pub fn number(&self, name: &str) -> Answer<Option<u64>> {
        self.read(name, "a whole number is expected", |text| text.parse().ok())
    }

    /// An instant.
    ///
    /// # Errors
    /// `invalid_parameter`.
    pub fn instant(&self, name: &str) -> Answer<Option<DateTime<Utc>>> {
        let expected = "an instant such as 2026-03-02T09:00:00Z is expected";
        self.read(name, expected, |text| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc()))
    }

    /// One that is read by `read`, where it is there.
    ///
    /// # Errors
    /// `invalid_parameter` with this reason.
    pub fn read<T>(&self, name: &str, reason: &str, read: impl Fn(&str) -> Option<T>) -> Answer<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match read(text) {
            Some(value) => Ok(Some(value)),
            None => Err(Problem::new(Box::new(invalid(name, reason)), self.locale)),
        }
    }
}

/// A part of the path by the name the route gives it.
pub fn part<'r>(request: &'r HttpRequest, name: &str) -> &'r str {
    request.match_info().get(name).unwrap_or_default()
}

/// An id in the path.
///
/// # Errors
/// `not_found`: what is no id names nothing.
pub fn id(request: &HttpRequest, name: &str, locale: Locale) -> Answer<Uuid> {
    let text = part(request, name);
    // Only the hyphenated form: one record has one address.
    let id = Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
    id.ok_or_else(|| Problem::new(Box::new(Diagnostic::new(Code::NotFound)), locale))
}

/// The segments of a path, decoded strictly; `None` for escapes that are none, bytes that are no UTF-8, and NUL.
pub fn segments(path: &str) -> Option<Vec<String>> {
    path.split('/').map(|segment| decode(segment, false)).collect()
}

/// Percent-decoding that refuses what it does not understand.
fn decode(text: &str, plus: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                // Two hexadecimal digits fit a byte.
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            b'+' if plus => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// The version of `If-Match`.
///
/// # Errors
/// `invalid_header`; `stale_version` for a tag that is none of ours.
pub fn precondition(request: &HttpRequest, locale: Locale) -> Answer<Precondition> {
    let Some(header) = request.headers().get(IF_MATCH) else { return Ok(Precondition::Absent) };
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(Precondition::Waived);
    }
    let tag = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|tag| !tag.contains('"'));
    let found = match tag.map(str::parse::<i64>) {
        Some(Ok(version)) => return Ok(Precondition::Version(version)),
        Some(Err(_)) => Diagnostic::new(Code::StaleVersion),
        None => Diagnostic::new(Code::InvalidHeader)
            .with("name", "If-Match")
            .with("reason", "one ETag is expected: \"3\""),
    };
    Err(Problem::new(Box::new(found), locale))
}

/// Refuses `If-Match` where what is asked for does not depend on what was seen: it would not be kept.
///
/// # Errors
/// `invalid_header`.
pub fn no_precondition(request: &HttpRequest, locale: Locale) -> Answer<()> {
    if request.headers().get(IF_MATCH).is_none_or(|header| header == "*") {
        return Ok(());
    }
    let found = Diagnostic::new(Code::InvalidHeader)
        .with("name", "If-Match")
        .with("reason", "this does not depend on the version of a record: leave it out");
    Err(Problem::new(Box::new(found), locale))
}

/// Whether the caller already has this version.
pub fn has_version(request: &HttpRequest, version: i64) -> bool {
    let header = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let wanted = format!("\"{version}\"");
    header.is_some_and(|tags| {
        tags.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == wanted || tag == "*")
    })
}

/// The keys of a body that is an object, where only these are known.
///
/// # Errors
/// `invalid_body`, `unknown_parameter`.
pub fn object<'b>(body: &'b Json, known: &[&str]) -> Result<&'b Map<String, Json>> {
    let Json::Object(map) = body else {
        return Err(Box::new(Diagnostic::new(Code::InvalidBody).with("reason", "an object is expected")));
    };
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(map),
        Some(key) => {
            let found = Diagnostic::new(Code::UnknownParameter).with("name", key).at(key);
            Err(Box::new(found.with_hint(did_you_mean(key, known.iter().copied()))))
        }
    }
}

/// A text of a body; null and absent are the same.
///
/// # Errors
/// `invalid_body`.
pub fn text<'b>(map: &'b Map<String, Json>, key: &str) -> Result<Option<&'b str>> {
    match map.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if !text.contains('\0') => Ok(Some(text)),
        Some(_) => Err(wrong_key(key, "text is expected")),
    }
}

/// A text of a body that must be there.
///
/// # Errors
/// `invalid_body`.
pub fn needed<'b>(map: &'b Map<String, Json>, key: &str) -> Result<&'b str> {
    text(map, key)?.ok_or_else(|| wrong_key(key, "it is needed"))
}

/// A key of a body is not as expected.
pub fn wrong_key(key: &str, reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::InvalidBody).with("reason", format!("`{key}`: {reason}")).at(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_understood_is_decoded() {
        let rows = [
            ("a%20b", Some("a b")),
            ("%E4%B8%8A", Some("上")),
            ("a+b", Some("a+b")),
            ("%", None),
            ("%2", None),
            ("%zz", None),
            ("%ff", None),
            ("a%00b", None),
            ("%2e%2e", Some("..")),
        ];
        for (text, expect) in rows {
            assert_eq!(decode(text, false).as_deref(), expect, "{text}");
        }
        assert_eq!(decode("a+b", true).as_deref(), Some("a b"));
    }

    #[test]
    fn what_is_wrong_with_json_is_said_with_its_place() {
        let found = parse(b"{\"n\": }").unwrap_err();
        assert!(found.to_string().contains("line 1 column 7"), "{found}");
        assert!(parse(&b"[".repeat(200)).is_err());
        assert!(parse(b"1e400").is_err());
        assert!(parse(b"\"\xff\"").is_err());
    }
}
