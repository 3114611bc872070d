//! Answers on the wire.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION};
use bytes::{Bytes, BytesMut};
use engine::records::read::Listing;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::time::Instant;
use storage::stages;

const JSON: (actix_web::http::header::HeaderName, &str) = (CONTENT_TYPE, "application/json");

/// A JSON value.
pub fn json(status: StatusCode, body: &Json) -> HttpResponse {
    bytes(status, Bytes::from(body.to_string()))
}

/// JSON that is bytes already.
pub fn bytes(status: StatusCode, body: Bytes) -> HttpResponse {
    HttpResponse::build(status).insert_header(JSON).insert_header((CACHE_CONTROL, "no-store")).body(body)
}

/// `200` with a JSON value.
pub fn ok(body: &Json) -> HttpResponse {
    json(StatusCode::OK, body)
}

/// `202` with where to look.
pub fn accepted(location: String, body: &Json) -> HttpResponse {
    let mut answer = HttpResponse::Accepted();
    answer.insert_header(JSON).insert_header((LOCATION, location)).body(body.to_string())
}

/// `204`.
pub fn nothing() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// A record, its `ETag` its version; `Location` where it is new or waits.
pub fn record(status: StatusCode, body: Bytes, location: Option<String>) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    answer.insert_header(JSON).insert_header((CACHE_CONTROL, "no-store"));
    if let Some(version) = version(&body) {
        answer.insert_header((ETAG, format!("\"{version}\"")));
    }
    if let Some(location) = location {
        answer.insert_header((LOCATION, location));
    }
    answer.body(body)
}

/// The version in the bytes of a record, without reading the rest into memory.
pub fn version(record: &Bytes) -> Option<i64> {
    // Where it nearly always stands: behind the id, whose text is 36 bytes long.
    const HEAD: usize = r#"{"id":"00000000-0000-0000-0000-000000000000","#.len();
    let behind = record.get(HEAD..).filter(|_| record.starts_with(br#"{"id":""#));
    if let Some(rest) = behind.and_then(|rest| rest.strip_prefix(br#""version":"#)) {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        return std::str::from_utf8(&rest[..digits]).ok()?.parse().ok();
    }
    #[derive(Deserialize)]
    struct Head {
        version: Option<i64>,
    }
    serde_json::from_slice::<Head>(record).ok()?.version
}

/// A page of records: the bytes of storage between the braces.
pub fn listing(listing: &Listing) -> HttpResponse {
    let begin = Instant::now();
    let mut body = BytesMut::with_capacity(listing.body.len() + 128);
    body.extend_from_slice(b"{\"records\":");
    body.extend_from_slice(&listing.body);
    body.extend_from_slice(b",\"next\":");
    body.extend_from_slice(json!(listing.next).to_string().as_bytes());
    if let Some((count, capped)) = listing.total {
        body.extend_from_slice(format!(",\"count\":{count}").as_bytes());
        if capped {
            body.extend_from_slice(b",\"count_capped\":true");
        }
    }
    body.extend_from_slice(b"}");
    let answer = bytes(StatusCode::OK, body.freeze());
    stages::note("render", begin.elapsed());
    answer
}

/// A page of entries that are values.
pub fn entries(key: &str, entries: Vec<Json>, next: Option<uuid::Uuid>) -> HttpResponse {
    ok(&json!({key: entries, "next": next}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_wherever_it_stands() {
        let rows = [
            (r#"{"id":"x","version":7,"name":"n"}"#, Some(7)),
            (r#"{"id":"01a200f9-c6f5-7470-a91a-aac800000000","version":12,"name":"n"}"#, Some(12)),
            (r#"{"name":{"version":3},"version":1}"#, Some(1)),
            (r#"{"id":"x"}"#, None),
            ("{}", None),
        ];
        for (body, expect) in rows {
            assert_eq!(version(&Bytes::from_static(body.as_bytes())), expect, "{body}");
        }
    }
}
