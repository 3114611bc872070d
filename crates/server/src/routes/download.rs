//! Bytes of files on their way out: always as something to keep, never as a page of this site.

use crate::caller::Caller;
use crate::problem::Answer;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use engine::Engine;
use futures_util::{Stream, stream};
use std::collections::VecDeque;
use std::fmt::Write as _;
use storage::store::file::{File, Part};
use uuid::Uuid;

/// What a browser that shows it all the same may do with it: nothing.
const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// Which bytes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    All,
    /// From, and up to but not with.
    Some(u64, u64),
    /// None that there are.
    Nothing,
}

/// Sends a file, or the part of it that is asked for.
///
/// # Errors
/// `internal` for a file whose row is not what was written.
pub fn answer(caller: &Caller, request: &HttpRequest, file: File) -> Answer {
    let tag = format!("\"{}\"", file.hash.as_deref().map(hexadecimal).unwrap_or_default());
    let headers = request.headers();
    if listed(headers, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let size = u64::try_from(file.size).unwrap_or_default();
    let (status, from, to) = match asked(headers, &tag, size) {
        Asked::All => (StatusCode::OK, 0, size),
        Asked::Some(from, to) => (StatusCode::PARTIAL_CONTENT, from, to),
        Asked::Nothing => {
            let mut answer = HttpResponse::RangeNotSatisfiable();
            return Ok(answer.insert_header((CONTENT_RANGE, format!("bytes */{size}"))).finish());
        }
    };
    let parts = caller.told(file.parts())?;
    let media = if file.media == "text/plain" { "text/plain; charset=utf-8" } else { file.media.as_str() };
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((CONTENT_TYPE, media))
        .insert_header((CONTENT_DISPOSITION, disposition(&file.name)))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        // A part of compressed bytes would be a part of something else.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((ETAG, tag));
    if status == StatusCode::PARTIAL_CONTENT {
        answer.insert_header((CONTENT_RANGE, format!("bytes {from}-{}/{size}", to - 1)));
    }
    let bytes = bytes_of(caller.engine.clone(), file.id, wanted(&parts, from, to));
    Ok(answer.body(SizedStream::new(to - from, Box::pin(bytes))))
}

/// The parts that hold these bytes, and which bytes of each.
fn wanted(parts: &[Part], from: u64, to: u64) -> VecDeque<(Uuid, usize, usize)> {
    let (mut at, mut wanted) = (0, VecDeque::new());
    for part in parts {
        let (begin, end) = (from.max(at), to.min(at + part.size));
        if begin < end {
            let place = |byte: u64| usize::try_from(byte - at).unwrap_or(usize::MAX);
            wanted.push_back((part.key, place(begin), place(end)));
        }
        at += part.size;
    }
    wanted
}

fn bytes_of(
    engine: Engine,
    file: Uuid,
    parts: VecDeque<(Uuid, usize, usize)>,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
    stream::unfold((engine, parts), move |(engine, mut parts)| async move {
        let (part, begin, end) = parts.pop_front()?;
        let bytes = engine.part_of(file, part).await;
        let bytes = bytes.map_err(|found| std::io::Error::other(found.to_string()));
        let cut = bytes.and_then(|bytes| match bytes.len() >= end {
            true => Ok(bytes.slice(begin..end)),
            false => Err(std::io::Error::other("a part of a file is shorter than it was")),
        });
        Some((cut, (engine, parts)))
    })
}

fn text<'h>(headers: &'h HeaderMap, name: &actix_web::http::header::HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn listed(headers: &HeaderMap, tag: &str) -> bool {
    let given = text(headers, &IF_NONE_MATCH).unwrap_or_default();
    given.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

/// One range; several, and what is none, count as all.
fn asked(headers: &HeaderMap, tag: &str, size: u64) -> Asked {
    if text(headers, &IF_RANGE).is_some_and(|given| given != tag) {
        return Asked::All;
    }
    let Some(range) = text(headers, &RANGE).and_then(|range| range.strip_prefix("bytes=")) else {
        return Asked::All;
    };
    let Some((from, to)) = range.split_once('-').filter(|_| !range.contains(',')) else { return Asked::All };
    match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
        (Ok(from), _) if from >= size => Asked::Nothing,
        (Ok(from), Ok(to)) if to >= from => Asked::Some(from, to.saturating_add(1).min(size)),
        (Ok(from), Err(_)) if to.trim().is_empty() => Asked::Some(from, size),
        (Err(_), Ok(0)) if from.trim().is_empty() => Asked::Nothing,
        (Err(_), Ok(last)) if from.trim().is_empty() => Asked::Some(size.saturating_sub(last), size),
        _ => Asked::All,
    }
}

/// `attachment` with the name for old programs and the real one (RFC 6266, RFC 8187).
fn disposition(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' };
    let mut text = format!(
        "attachment; filename=\"{}\"; filename*=UTF-8''",
        name.chars().map(plain).collect::<String>()
    );
    for byte in name.bytes() {
        match byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            true => text.push(char::from(byte)),
            // Writing to a string cannot fail.
            false => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn a_part_is_asked_for_by_its_bytes() {
        let rows = [
            ("", "", Asked::All),
            ("bytes=0-0", "", Asked::Some(0, 1)),
            ("bytes=2-5", "", Asked::Some(2, 6)),
            ("bytes=2-", "", Asked::Some(2, 10)),
            ("bytes=-3", "", Asked::Some(7, 10)),
            ("bytes=-30", "", Asked::Some(0, 10)),
            ("bytes=5-99", "", Asked::Some(5, 10)),
            ("bytes=10-", "", Asked::Nothing),
            ("bytes=-0", "", Asked::Nothing),
            ("bytes=5-2", "", Asked::All),
            ("bytes=0-1,4-5", "", Asked::All),
            ("bytes=x", "", Asked::All),
            ("bytes=-", "", Asked::All),
            ("lines=1-2", "", Asked::All),
            ("bytes=0-18446744073709551615", "", Asked::Some(0, 10)),
            ("bytes=2-5", "\"other\"", Asked::All),
            ("bytes=2-5", "\"tag\"", Asked::Some(2, 6)),
        ];
        for (range, unless, expect) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, HeaderValue::from_str(range).unwrap());
            if !unless.is_empty() {
                headers.insert(IF_RANGE, HeaderValue::from_str(unless).unwrap());
            }
            assert_eq!(asked(&headers, "\"tag\"", 10), expect, "{range} {unless}");
        }
    }

    #[test]
    fn parts_are_cut_where_they_are_asked_for() {
        let part = |n: u128, size| Part { key: Uuid::from_u128(n), size };
        let parts = [part(1, 4), part(2, 4), part(3, 2)];
        let cut = |from, to| {
            let wanted = wanted(&parts, from, to).into_iter();
            wanted.map(|(key, begin, end)| (key.as_u128(), begin, end)).collect::<Vec<_>>()
        };
        assert_eq!(cut(0, 10), [(1, 0, 4), (2, 0, 4), (3, 0, 2)]);
        assert_eq!(cut(3, 5), [(1, 3, 4), (2, 0, 1)]);
        assert_eq!(cut(4, 8), [(2, 0, 4)]);
        assert_eq!(cut(9, 10), [(3, 1, 2)]);
        assert_eq!(cut(0, 0), []);
    }

    #[test]
    fn names_stay_inside_their_header() {
        let rows = [
            ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
            ("合同.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf"),
            ("a\"; x=\"b", "attachment; filename=\"a__ x__b\"; filename*=UTF-8''a%22%3B%20x%3D%22b"),
        ];
        for (name, expect) in rows {
            assert_eq!(disposition(name), expect, "{name}");
        }
    }
}
