//! One row of a test: a request and what comes back.

use crate::client::Answer;
use crate::site::Site;
use serde_json::Value as Json;

/// A request as a row says it: who, `METHOD path`, body, and what is expected: a status, or a status and a code.
pub type Row<'r> = (&'r str, &'r str, Json, &'r str);

/// Sends each row and compares; answers the last one's answer.
pub async fn check(site: &Site, rows: &[Row<'_>]) {
    for (who, request, body, expect) in rows {
        let (method, path) = request.split_once(' ').unwrap();
        let answer = site.call(who, method, path, &[], body).await;
        assert_eq!(told(&answer), *expect, "{who}: {request} {body}\n{}", answer.text());
        contract(&answer);
    }
}

/// `422 required name`: the status, the code, and the path of the first finding.
pub fn told(answer: &Answer) -> String {
    let body = answer.json();
    let mut text = answer.status.to_string();
    if answer.status >= 400 {
        text += " ";
        text += body["code"].as_str().unwrap_or("?");
        if let Some(path) = body["errors"][0]["path"].as_str().filter(|path| !path.is_empty()) {
            text += " ";
            text += path;
        }
    }
    text
}

/// What holds for every answer.
pub fn contract(answer: &Answer) {
    for name in [
        "x-request-id",
        "server-timing",
        "x-content-type-options",
        "content-security-policy",
        "referrer-policy",
    ] {
        assert!(answer.header(name).is_some(), "{name} is missing: {answer:?}");
    }
    assert!(answer.status < 500, "{}", answer.text());
    if answer.status >= 400 {
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let body = answer.json();
        for key in ["type", "title", "status", "code", "detail", "trace_id"] {
            assert!(!body[key].is_null(), "{key} is missing: {body}");
        }
        assert_eq!(body["status"], answer.status);
        assert_eq!(body["trace_id"].as_str(), answer.header("x-request-id"));
    }
}
